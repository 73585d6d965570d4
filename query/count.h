/* SPDX-License-Identifier: MIT */
/* count - how many passages a flat plan matches, and in how many articles, without scoring any.
 *
 * Windows of passages are bits (bitset.h), lists are poured in whole blocks at a time
 * (quern_postings_pour):
 *
 *     any of words      all but the commonest are united; of that one only the blocks are read that
 *                       could have something in common with them, as what all of it adds is known:
 *                       |A or B| = |A without B| + |B|
 *     all of words      the rarest first; of each other one, the blocks that have a passage of
 * those that are left phrase, NEAR      passage by passage (match.h, phrase.h)
 *
 * Then the dead are taken out, and the bits counted. Where an article can be of several passages,
 * its first match counts it.
 */
#ifndef QUERN_QUERY_COUNT_H
#define QUERN_QUERY_COUNT_H

#include "index/firsts.h"
#include "query/deadline.h"
#include "query/prepare.h"

/* Counts the articles of matches, which come in ascending order; zeroed at first. */
typedef struct quern_tally {
    quern_firsts firsts; /* of the segment */
    uint32_t n_passages;
    uint32_t word; /* the next 64 passages */
    int is_open;   /* the article that goes on there has a match */
    uint64_t n;    /* articles before that one, of all segments */
} quern_tally;

/* Goes on to another segment. Errors: CORRUPT, IO. */
quern_status quern_tally_enter(quern_tally *tally, quern_segment *segment, quern_error *err);
/* Adds matches, bits of the 64 passages from `first` on, a multiple of 64. */
void quern_tally_add(quern_tally *tally, uint32_t first, uint64_t matches);
/* The articles that have matches. */
static inline uint64_t quern_tally_get(const quern_tally *tally)
{
    return tally->n + (uint64_t)tally->is_open;
}

typedef struct quern_count {
    const quern_prepared *query; /* flat, with parts */
    quern_match_pool *pool;      /* its cursors are moved */
    quern_deadline *deadline;    /* or NULL; once over, what follows is left out */
    int with_articles;
    uint64_t n_passages; /* out: living matches of all segments */
    uint64_t n_articles; /* out: where asked for */
} quern_count;

/* Errors: NOMEM, CORRUPT, IO. */
quern_status quern_count_run(quern_count *count, quern_error *err);

#endif
