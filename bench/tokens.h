/* SPDX-License-Identifier: MIT */
/* tokens - a corpus in memory: every word a number, every passage a run of numbers.
 *
 * What draws queries and what checks answers both need the corpus as it is, not as some engine sees
 * it. Words are numbered in the order they are met; `ids` holds all passages one after the other.
 *
 *     line 0: to be or not to be       words 0 to, 1 be, 2 or, 3 not
 *     line 1: be brief                 ids   0 1 2 3 0 1 | 1 4         starts 0 6 8
 */
#ifndef QUERN_BENCH_TOKENS_H
#define QUERN_BENCH_TOKENS_H

#include "bench/common.h"

#define TOKENS_NONE UINT32_MAX

typedef struct tokens_word {
    const char *bytes; /* in the text; not NUL-terminated */
    uint32_t len;      /* bytes */
    uint32_t df;       /* passages that have it */
    uint64_t cf;       /* occurrences */
} tokens_word;

typedef struct tokens {
    bench_file text;
    uint32_t *ids;
    uint64_t n_ids;
    uint64_t *starts; /* n_passages + 1, in ids */
    uint32_t n_passages;
    tokens_word *words;
    uint32_t n_words;
    uint32_t *slots; /* hash table of numbers + 1 */
    size_t n_slots;  /* a power of two */
} tokens;

void tokens_load(tokens *t, const char *path);
void tokens_finish(tokens *t);
/* The number of a word, or TOKENS_NONE. */
uint32_t tokens_find(const tokens *t, const char *bytes, size_t len);

#endif
