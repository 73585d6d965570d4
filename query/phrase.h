/* SPDX-License-Identifier: MIT */
/* phrase - which of many passages a phrase is in.
 *
 * match.h walks a phrase passage by passage: each of its cursors is moved, and its positions are
 * read, before the next passage is looked at. Where a phrase of common words is to be tested in
 * every other passage, that is slow. Here one term after the other is asked about all passages of a
 * block, rarest first, and what is kept between two terms is where the phrase could begin:
 *
 *     passages             12      19      40          candidates, ascending
 *     rarest term at       3 9     5       7           less its offset: the phrase may begin there
 *     next term at         4       2 8     1 8         leaves 3 in 12, 7 in 40; 19 is out
 *
 * So each list's block is decoded once, and a passage costs what its positions cost.
 */
#ifndef QUERN_QUERY_PHRASE_H
#define QUERN_QUERY_PHRASE_H

#include "query/match.h"

typedef struct quern_phrase_filter {
    quern_match_pool *pool;
    quern_match_join *join; /* a phrase */
    int has_all;            /* the passages are known to have all terms */
} quern_phrase_filter;

/* Leaves those of passages[0, *n) that the phrase is in; they ascend and are at most QUERN_BLOCK.
 * The cursors of the join stay where they are; what is decoded for them may be another block after.
 * Errors: NOMEM, CORRUPT. */
quern_status quern_phrase_keep(const quern_phrase_filter *filter, uint32_t *passages, uint32_t *n,
                               quern_error *err);

#endif
