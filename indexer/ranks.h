/* SPDX-License-Identifier: MIT */
/* ranks - the terms of a run in byte order, each with the forms in which it occurs.
 *
 *     rank   0 chip          1 commit                         2 usd
 *     slots  0 chip 1 chips  2 commit 3 commitment            4 usd
 *
 * A rank is a term that occurs, a slot a form of it that does; a term without forms has one slot.
 * Slots are numbered through all ranks, within a rank by bytes. So a token is sorted by its slot,
 * and stays with its term.
 */
#ifndef QUERN_INDEXER_RANKS_H
#define QUERN_INDEXER_RANKS_H

#include "indexer/numbers.h"

typedef struct quern_ranks {
    uint32_t n;        /* ranks */
    uint32_t *numbers; /* of each rank: that of the term */
    uint32_t *counts;  /* of each rank: its tokens */
    uint32_t *first;   /* of each rank, and the end: its first slot */
    uint32_t n_slots;
    uint32_t *slots;   /* of each slot: the number of the form, or of the term */
    uint32_t *slot_of; /* of each number that occurs: its slot */
} quern_ranks;

/* `counts`: how many tokens each number has. Errors: NOMEM. */
quern_status quern_ranks_make(quern_ranks *ranks, const quern_numbers_view *view,
                              const uint32_t *counts, quern_error *err);
void quern_ranks_finish(quern_ranks *ranks); /* zeroed is fine */

#endif
