/* SPDX-License-Identifier: MIT */
/* lookup - terms meet a snapshot: where each is in every segment, and how many living passages have
 * it.
 *
 * Each term is looked up once in each segment. What is found is kept in one array, segment after
 * segment; terms that no living passage of a segment has are left out of it.
 *
 *     items   s0: 0 2 5 | s1: 2 | s2: 0 5         ends  3 4 6
 *     where, after quern_lookup_enter(.., 1)      0 0 4 0 0 0     item + 1, for each term
 */
#ifndef QUERN_QUERY_LOOKUP_H
#define QUERN_QUERY_LOOKUP_H

#include "index/snapshot.h"

typedef struct quern_lookup_item {
    uint32_t number; /* of the term */
    quern_term term;
} quern_lookup_item;

typedef struct quern_lookup {
    quern_snapshot *snapshot;
    quern_lookup_item *items;
    size_t n, cap;
    size_t *ends;    /* of each segment's items */
    uint64_t *live;  /* for each term: living passages with it */
    uint32_t *where; /* for each term: its item in the segment at hand + 1, or 0 */
    size_t n_terms;
    size_t segment; /* at hand, where is_in */
    int is_in;
} quern_lookup;

/* Looks n terms up. Zeroed lookups may be finished. Errors: NOMEM, CORRUPT, IO. */
quern_status quern_lookup_open(quern_lookup *l, quern_snapshot *snapshot, const quern_string *terms,
                               size_t n, quern_error *err);
void quern_lookup_finish(quern_lookup *l);

/* Makes a segment the one at hand. */
void quern_lookup_enter(quern_lookup *l, size_t segment);

/* What the segment at hand says of a term; NULL: no living passage of it has it. */
static inline const quern_term *quern_lookup_get(const quern_lookup *l, uint32_t number)
{
    return l->where[number] ? &l->items[l->where[number] - 1].term : NULL;
}

/* The idf of a term in the whole snapshot, where a living passage has it. */
double quern_lookup_idf(const quern_lookup *l, uint32_t number);

#endif
