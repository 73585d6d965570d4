/* SPDX-License-Identifier: MIT */
/* alike - texts by their shingles (shingles.h), and which of them a new one is near.
 *
 * Each text is entered under its least runs, as many as shingles.h says are enough; a new one is
 * compared with those only that stand under one of its own:
 *
 *     3ac1..    text 0, text 7
 *     51f0..    text 0
 *     ...
 *
 * So texts that have little in common cost nothing but their entries. A run that LIST_MAX texts
 * stand under (a phrase that ends every article of a source) takes no further ones: those have
 * others, or what they have in common is that phrase.
 */
#ifndef QUERN_QUERY_ALIKE_H
#define QUERN_QUERY_ALIKE_H

#include "query/shingles.h"

typedef struct quern_alike_text {
    size_t first; /* of its runs, words and telling words, one after the other, in the pool */
    size_t n_runs, n_words, n_telling;
    size_t number;   /* who added it calls it so */
    size_t tried_by; /* the look that compared it last */
} quern_alike_text;

typedef struct quern_alike_entry {
    uint32_t run, text;
    uint32_t next; /* the place of another of the same slot + 1, or 0 */
} quern_alike_entry;

/* Zeroed is empty. */
typedef struct quern_alike {
    uint32_t *pool;
    size_t n_pool, cap_pool;
    quern_alike_text *texts;
    size_t n_texts, cap_texts;
    quern_alike_entry *entries;
    size_t n_entries, cap_entries;
    uint32_t *slots; /* places of entries + 1; 0 is free */
    size_t n_slots;  /* a power of two, or 0 */
    size_t n_looks;
} quern_alike;

void quern_alike_finish(quern_alike *alike);
void quern_alike_clear(quern_alike *alike);

/* Looks for the text that was added first of those that this one is near; *number is its number.
 * Returns 0 where there is none. */
int quern_alike_find(quern_alike *alike, const quern_shingles *text, size_t *number);

/* Adds a text; one without runs is near nothing. Errors: NOMEM, FULL. */
quern_status quern_alike_add(quern_alike *alike, const quern_shingles *text, size_t number,
                             quern_error *err);

#endif
