/* SPDX-License-Identifier: MIT */
/* numbers - of terms: dense, from 0, in the order in which terms are first met.
 *
 * The analysis hands out one quern_word for every distinct form ("runs", "running"); several forms
 * may have one term ("run"). Term bytes lead to a number through a hash table, but only once for
 * each form: the number then hangs in the word's `user` slot, together with a bit that says whether
 * the term scores. So a token costs one load.
 *
 *     user = (number + 1) << 1 | scores             0: the word is new
 *
 * Terms are kept in blocks that never move, so that a run can be flushed on another thread while
 * this one adds terms: the other thread works on a view, a copy of the list of blocks. The bytes of
 * terms belong to the analysis.
 *
 * Invariant: a number is below QUERN_NUMBERS_MAX, because the token log has 28 bits for it.
 */
#ifndef QUERN_INDEXER_NUMBERS_H
#define QUERN_INDEXER_NUMBERS_H

#include "stemmer/analysis.h"

#define QUERN_NUMBERS_MAX ((uint32_t)1 << 28)
#define QUERN_NUMBERS_BLOCK 1024 /* terms */

typedef struct quern_numbers_term {
    const char *bytes; /* of the analysis */
    uint32_t len;
    uint32_t hash;
} quern_numbers_term;

/* The terms as they were at one moment. */
typedef struct quern_numbers_view {
    quern_numbers_term **blocks;
    uint32_t n; /* terms */
} quern_numbers_view;

typedef struct quern_numbers {
    quern_numbers_view view;
    size_t cap_blocks;
    uint32_t *slots; /* number + 1, or 0; linear probing */
    size_t n_slots;  /* a power of two, or 0 */
} quern_numbers;

/* Zeroed is a valid, empty one. */
void quern_numbers_finish(quern_numbers *v); /* frees, zeroes */
size_t quern_numbers_memory(const quern_numbers *v);

/* Gives the word its `user`. Errors: NOMEM, FULL too many distinct terms. */
quern_status quern_numbers_add(quern_numbers *v, quern_word *word, quern_error *err);

static inline const quern_numbers_term *quern_numbers_get(const quern_numbers_view *view,
                                                          uint32_t number)
{
    return &view->blocks[number / QUERN_NUMBERS_BLOCK][number % QUERN_NUMBERS_BLOCK];
}

/* Copies the list of blocks; free out->blocks. It lives until the numbers are finished. */
quern_status quern_numbers_look(const quern_numbers *v, quern_numbers_view *out, quern_error *err);

#endif
