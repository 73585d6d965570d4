/* SPDX-License-Identifier: MIT */
/* numbers - of forms and terms: dense, from 0, in the order in which they are first met.
 *
 * The analysis hands out one quern_word for every form ("runs", "running") and one for their stem
 * ("run"). Each has a number; what is written into the log of a run is that of the form, or that of
 * the term where a token has no form. A number hangs in the word's `user` slot, together with a bit
 * that says whether the term scores. So a token costs one load.
 *
 *     user = (number + 1) << 1 | scores             0: the word is new
 *
 * Entries are kept in blocks that never move, so that a run can be flushed on another thread while
 * this one adds more: the other thread works on a view, a copy of the list of blocks. The words
 * belong to the analysis.
 *
 * Invariant: a number is below QUERN_NUMBERS_MAX, because the token log has 28 bits for it.
 */
#ifndef QUERN_INDEXER_NUMBERS_H
#define QUERN_INDEXER_NUMBERS_H

#include "stemmer/analysis.h"

#define QUERN_NUMBERS_MAX ((uint32_t)1 << 28)
#define QUERN_NUMBERS_BLOCK 1024 /* terms */

typedef struct quern_numbers_term {
    const char *bytes; /* with the kind; of the analysis */
    uint32_t len;
    uint32_t stem; /* number of the term: of a form that of its stem, of a term its own */
} quern_numbers_term;

/* The terms as they were at one moment. */
typedef struct quern_numbers_view {
    quern_numbers_term **blocks;
    uint32_t n; /* terms */
} quern_numbers_view;

typedef struct quern_numbers {
    quern_numbers_view view;
    size_t cap_blocks;
} quern_numbers;

/* Zeroed is a valid, empty one. */
void quern_numbers_finish(quern_numbers *v); /* frees, zeroes */
size_t quern_numbers_memory(const quern_numbers *v);

/* Gives the word, and its stem where it is a form, its `user`. Errors: NOMEM, FULL too many
 * distinct terms. */
quern_status quern_numbers_add(quern_numbers *v, quern_word *word, quern_error *err);

static inline const quern_numbers_term *quern_numbers_get(const quern_numbers_view *view,
                                                          uint32_t number)
{
    return &view->blocks[number / QUERN_NUMBERS_BLOCK][number % QUERN_NUMBERS_BLOCK];
}

/* Whether the number is that of a form. */
static inline int quern_numbers_is_form(const quern_numbers_view *view, uint32_t number)
{
    return quern_numbers_get(view, number)->stem != number;
}

/* Copies the list of blocks; free out->blocks. It lives until the numbers are finished. */
quern_status quern_numbers_look(const quern_numbers *v, quern_numbers_view *out, quern_error *err);

#endif
