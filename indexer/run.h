/* SPDX-License-Identifier: MIT */
/* run - articles that wait in memory for the next segment, and the log of their tokens.
 *
 * The log holds a token in four bytes, in the order of the text; nothing is kept per term, so that
 * indexing a token writes memory front to back and nowhere else (the segment is made by sorting the
 * log, see flush.h). A word of the log:
 *
 *     bit 0..27   number of the form, or of a term without forms (numbers.h)
 *     bit 28..31  how far its position lies behind that of the token before it; 15: the next word
 *                 of the log says how far
 *
 * Each article has the tokens of its pooled title once, then the terms of its fields, and then the
 * tokens of each passage. A passage begins at position -1, or, if it takes the title in, at T - 1.
 *
 * Keys are found through two hash tables: sources, each with the list of its articles, and whole
 * keys, each with its newest article. An article that was replaced or deleted while in the run
 * stays in it as `dead` and is left out when the run is flushed.
 *
 * While a run is flushed on another thread, this thread may look keys up, and deletes go to
 * `later`, to be marked in the segment that comes of it; everything else is left alone.
 */
#ifndef QUERN_INDEXER_RUN_H
#define QUERN_INDEXER_RUN_H

#include "index/segment.h"
#include "indexer/pool.h"

#define QUERN_RUN_NONE UINT32_MAX
#define QUERN_RUN_TERM_BITS 28
#define QUERN_RUN_FAR 15 /* in bits 28..31 */

/* A key with its two hashes. */
typedef struct quern_key {
    quern_string source, id;
    uint64_t source_hash;
    uint64_t hash; /* of both; equal to source_hash where the id is empty */
} quern_key;

quern_key quern_key_of(quern_string source, quern_string id);

typedef struct quern_run_passage {
    uint32_t start, end; /* bytes of the text */
    uint32_t line, column;
    uint32_t n_log; /* words of the log, without the title's */
    uint32_t len;   /* scoring tokens, with the title's where it is taken in */
} quern_run_passage;

typedef struct quern_run_article {
    const char *source, *id, *title, *language;
    const char *text; /* NULL: texts are not stored */
    const quern_field *fields;
    const quern_run_passage *passages;
    const uint32_t *log; /* the title's words, those of its fields, then those of each passage */
    uint64_t hash;       /* of the key */
    int64_t date;
    uint32_t source_len, id_len, title_len, language_len, text_bytes, n_fields;
    uint32_t line;
    uint32_t analysed_in; /* the number of its language */
    uint32_t title_words; /* T */
    uint32_t n_title_log; /* words of the log */
    uint32_t
        n_field_log; /* likewise, of the terms of its fields: at position 0 of its first passage */
    uint32_t n_passages;
    uint32_t next_of_source; /* the article before it with the same source, or QUERN_RUN_NONE */
    uint8_t title_in_text, offsets_in_text, dead;
} quern_run_article;

typedef struct quern_run_source {
    const char *name;
    uint32_t len;
    uint32_t newest; /* article */
    uint64_t hash;
} quern_run_source;

typedef struct quern_run {
    quern_pool pool;
    quern_run_article *articles;
    size_t n, cap;
    size_t n_dead;
    quern_run_source *sources;
    size_t n_sources, cap_sources;
    uint64_t *keys; /* high half of the key's hash, then article + 1; or 0; linear probing */
    size_t n_keys;  /* slots: a power of two, or 0 */
    uint64_t *source_slots; /* the same of sources */
    size_t n_source_slots;
    uint64_t n_passages, n_log, n_tokens; /* tokens: with the title in each passage */
    uint32_t max_position;
    /* of flushing */
    uint32_t *order; /* live articles in key order */
    size_t n_order;
    uint8_t *later; /* a bit for each article: deleted since flushing began; NULL: not flushing */
} quern_run;

/* Zeroed is a valid, empty one. */
void quern_run_finish(quern_run *run); /* frees, zeroes */
void quern_run_clear(quern_run *run);  /* empties it, keeping memory for the next */

/* Bytes that the run takes now, and what flushing it will take beside that and a sort buffer. */
size_t quern_run_memory(const quern_run *run);
size_t quern_run_flush_memory(const quern_run *run);

/* What goes into a run: all but `source`, which the run keeps once, lives in the run's pool. */
quern_status quern_run_add(quern_run *run, const quern_key *key, const quern_run_article *article,
                           quern_error *err);

/* Fetches the slots of the key: they will be looked into soon, and lie anywhere. */
void quern_run_prepare(const quern_run *run, const quern_key *key);
/* The newest article with the key, dead or not; QUERN_RUN_NONE where there is none. */
uint32_t quern_run_find(const quern_run *run, const quern_key *key);
/* The newest article of the source; go on through next_of_source. */
uint32_t quern_run_find_source(const quern_run *run, const quern_key *key);
int quern_run_is_dead(const quern_run *run, uint32_t article);
/* Marks it as dead. */
void quern_run_kill(quern_run *run, uint32_t article);

/* Makes ready for flushing: allocates `later`. */
quern_status quern_run_begin_flush(quern_run *run, quern_error *err);

/* Whether passage i of an article takes its title in: not the one that holds the title's line. */
static inline int quern_run_pools(uint32_t title_words, int title_in_text, uint32_t i,
                                  uint64_t passage_bytes)
{
    return title_words > 0 && !(title_in_text && i == 0 && passage_bytes > 0);
}

#endif
