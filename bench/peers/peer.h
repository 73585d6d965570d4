/* SPDX-License-Identifier: MIT */
/* peer - the line protocol that every engine of the bench speaks, for those written in C.
 *
 *     peer build CORPUS DIR THREADS    indexes one passage a line, blanks between words, positions
 *                                      on, text not stored; DIR is made
 *                                      -> "built SECONDS docs tokens peak_kb"
 *     peer serve DIR                   answers lines from the standard input:
 *
 *         OR TOP 10 quantum field      -> NANOSECONDS COUNT N ID:SCORE ID:SCORE ...
 *         IDS 0                        -> "ok"; answers then end after N (1 brings ids back)
 *         DF quantum                   -> 1234
 *         STATS                        -> docs tokens terms bytes
 *         CLOSE, OPEN                  -> "ok"; lets go of the index, takes it up again
 *
 * Type is TERM, OR, AND or PHRASE, mode TOP, COUNT or TOPCOUNT. An id is the passage's line in the
 * corpus, from 0. COUNT is the exact number of passages that match, -1 where it was not asked for.
 * "! reason" answers what an engine cannot do. A build is one segment, merged as far as the engine
 * can, and on disk to stay (fsync) when its time is taken; with QUERN_BENCH_MERGE=0 in the
 * environment it is left as indexing leaves it, and with QUERN_BENCH_REMOVE=1 each line of which
 * the number divided by 20 leaves 7 is then removed again, and nothing merged any more. Bytes are
 * those of the index without the column that maps internal numbers to lines, where an engine needs
 * one.
 *
 * The nanoseconds are taken inside the engine's process around "query to ids": the words were cut
 * out before, and where an engine takes a query as objects these were made before; looking terms
 * up, matching, ranking and copying ids out are inside.
 */
#ifndef QUERN_BENCH_PEER_H
#define QUERN_BENCH_PEER_H

#include "bench/common.h"

typedef enum peer_type { PEER_TERM, PEER_OR, PEER_AND, PEER_PHRASE } peer_type;
typedef enum peer_mode { PEER_TOP, PEER_COUNT, PEER_TOPCOUNT, PEER_DECODE } peer_mode;

typedef struct peer_query {
    peer_type type;
    peer_mode mode; /* PEER_DECODE: only quern, see quern.c */
    size_t k;
    char **words;
    size_t n_words;
} peer_query;

typedef struct peer_hit {
    uint32_t id;
    double score;
} peer_hit;

typedef struct peer_answer {
    uint64_t ns;
    int64_t count;
    peer_hit *hits;
    size_t n, cap;
    const char *refused; /* not NULL: why there is no answer */
} peer_answer;

typedef struct peer_stats {
    uint64_t docs, tokens, terms, bytes;
} peer_stats;

typedef struct peer_built {
    uint64_t docs, tokens;
} peer_built;

/* What to build: the corpus is mapped or read before the clock starts (it is in the page cache). */
typedef struct peer_job {
    const char *corpus, *dir;
    int threads;
    int merge, remove;
} peer_job;

typedef struct peer_engine {
    void (*build)(const peer_job *job, peer_built *out);
    void *(*open)(const char *dir);
    void (*close)(void *engine); /* or NULL: it cannot before its process ends */
    void (*stats)(void *engine, peer_stats *out);
    uint64_t (*df)(void *engine, const char *word);
    void (*search)(void *engine, const peer_query *query, peer_answer *answer);
} peer_engine;

enum { PEER_REMOVE_EVERY = 20, PEER_REMOVE_FIRST = 7 };

int peer_main(int argc, char **argv, const peer_engine *engine);

/* Lines of a corpus as it is read. NULL at the end; without the line's end. */
typedef struct peer_lines {
    FILE *file;
    char *line;
    size_t cap;
} peer_lines;

void peer_lines_open(peer_lines *lines, const char *path);
char *peer_lines_next(peer_lines *lines, size_t *len);
void peer_lines_close(peer_lines *lines);

/* Adds a hit to the answer. */
void peer_hit_add(peer_answer *answer, uint32_t id, double score);

#endif
