/* SPDX-License-Identifier: MIT */
/* peer - see peer.h. */
#include "bench/peers/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Corpus ---- */

void peer_lines_open(peer_lines *lines, const char *path)
{
    memset(lines, 0, sizeof *lines);
    lines->file = fopen(path, "rbe");
    if (!lines->file) {
        bench_die("%s: %s", path, strerror(errno));
    }
}

char *peer_lines_next(peer_lines *lines, size_t *len)
{
    ssize_t n = getline(&lines->line, &lines->cap, lines->file);
    if (n < 0) {
        return NULL;
    }
    *len = (size_t)n;
    if (n > 0 && lines->line[n - 1] == '\n') {
        lines->line[--*len] = '\0';
    }
    return lines->line;
}

void peer_lines_close(peer_lines *lines)
{
    fclose(lines->file);
    free(lines->line);
}

void peer_hit_add(peer_answer *answer, uint32_t id, double score)
{
    bench_room(&answer->hits, answer->n, &answer->cap, sizeof *answer->hits);
    answer->hits[answer->n++] = (peer_hit){id, score};
}

/* ---- Serving ---- */

typedef struct server {
    const peer_engine *engine;
    const char *dir;
    void *state; /* NULL: closed */
    int with_ids;
    char **words;
    size_t cap_words;
    peer_answer answer;
} server;

static int find_name(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static void print_answer(const server *s)
{
    const peer_answer *a = &s->answer;
    if (a->refused) {
        printf("! %s", a->refused);
        return;
    }
    printf("%llu %lld %zu", (unsigned long long)a->ns, (long long)a->count, a->n);
    for (size_t i = 0; s->with_ids && i < a->n; i++) {
        printf(" %u:%.9g", a->hits[i].id, a->hits[i].score);
    }
}

/* words: type, mode, k, and those of the query. */
static void ask(server *s, char **words, size_t n)
{
    static const char *const types[] = {"TERM", "OR", "AND", "PHRASE", NULL};
    static const char *const modes[] = {"TOP", "COUNT", "TOPCOUNT", "DECODE", NULL};
    int type = n > 0 ? find_name(types, words[0]) : -1;
    int mode = n > 1 ? find_name(modes, words[1]) : -1;
    if (type < 0 || mode < 0 || n < 4) {
        printf("! not a request");
        return;
    }
    peer_query query = {(peer_type)type, (peer_mode)mode, strtoul(words[2], NULL, 10), words + 3,
                        n - 3};
    s->answer.n = 0;
    s->answer.count = -1;
    s->answer.refused = NULL;
    s->engine->search(s->state, &query, &s->answer);
    print_answer(s);
}

static void reopen(server *s, int open)
{
    if (!s->engine->close || open == (s->state != NULL)) {
        printf("! cannot");
        return;
    }
    if (open) {
        s->state = s->engine->open(s->dir);
    } else {
        s->engine->close(s->state);
        s->state = NULL;
    }
    printf("ok");
}

static void answer_line(server *s, char **words, size_t n)
{
    int opens = n == 1 && strcmp(words[0], "OPEN") == 0;
    if (opens || (n == 1 && strcmp(words[0], "CLOSE") == 0)) {
        reopen(s, opens);
    } else if (!s->state) {
        printf("! closed");
    } else if (n == 2 && strcmp(words[0], "DF") == 0) {
        printf("%llu", (unsigned long long)s->engine->df(s->state, words[1]));
    } else if (n == 1 && strcmp(words[0], "STATS") == 0) {
        peer_stats stats = {0, 0, 0, 0};
        s->engine->stats(s->state, &stats);
        printf("%llu %llu %llu %llu", (unsigned long long)stats.docs,
               (unsigned long long)stats.tokens, (unsigned long long)stats.terms,
               (unsigned long long)stats.bytes);
    } else if (n == 2 && strcmp(words[0], "IDS") == 0) {
        s->with_ids = words[1][0] != '0';
        printf("ok");
    } else {
        ask(s, words, n);
    }
    putchar('\n');
    fflush(stdout);
}

static void serve(const peer_engine *engine, const char *dir)
{
    server s = {.engine = engine, .dir = dir, .state = engine->open(dir), .with_ids = 1};
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while ((len = getline(&line, &cap, stdin)) >= 0) {
        if (s.cap_words < (size_t)len + 1) {
            s.cap_words = (size_t)len + 1;
            s.words = bench_resize(s.words, s.cap_words, sizeof *s.words);
        }
        answer_line(&s, s.words, bench_split(line, s.words, s.cap_words));
    }
    free(line);
    free(s.words);
    free(s.answer.hits);
}

int peer_main(int argc, char **argv, const peer_engine *engine)
{
    if (argc == 3 && strcmp(argv[1], "serve") == 0) {
        serve(engine, argv[2]);
        return 0;
    }
    if (argc != 5 || strcmp(argv[1], "build") != 0) {
        bench_die("usage: build CORPUS DIR THREADS | serve DIR");
    }
    const char *merge = getenv("QUERN_BENCH_MERGE");
    const char *remove = getenv("QUERN_BENCH_REMOVE");
    peer_job job = {argv[2], argv[3], atoi(argv[4]), !merge || strcmp(merge, "0") != 0,
                    remove && strcmp(remove, "1") == 0};
    peer_built built = {0, 0};
    uint64_t start = bench_now();
    engine->build(&job, &built);
    printf("built %.3f %llu %llu %llu\n", (double)(bench_now() - start) / 1e9,
           (unsigned long long)built.docs, (unsigned long long)built.tokens,
           (unsigned long long)bench_peak_kb());
    return 0;
}
