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
 * Before any positions, the passages are cut to those that have all *rare* terms, each in fewer
 * than one of eight passages. That is a look-up a term, which most of them do not survive; terms
 * that are in many passages would sort few out, and are asked for their positions at once. Where a
 * passage stands in a list is found once: its *spot*.
 *
 * So each list's block is read once, and a passage costs what its positions cost. In passages of up
 * to 128 words, where the phrase could begin is a set of bits (phrase_sets.c).
 */
#ifndef QUERN_QUERY_PHRASE_H
#define QUERN_QUERY_PHRASE_H

#include "query/match.h"

typedef struct quern_phrase_filter {
    quern_match_pool *pool;
    quern_match_join *join; /* a phrase */
    uint32_t n_known;       /* terms that all passages are known to have, with their spots */
    uint8_t *ids;           /* a number below QUERN_BLOCK for each passage */
} quern_phrase_filter;

/* How many terms, the first ones, are rare; 1 at least. */
uint32_t quern_phrase_n_rare(const quern_match_join *join);

/* How many of these are looked up apart: of two rare terms the second is looked up with its
 * positions. */
uint32_t quern_phrase_n_before(const quern_match_join *join);

/* Makes room for the spots of a block of passages: pool->spots has that of the passage with number
 * id in the list of term i at [i * QUERN_BLOCK + id]. Errors: NOMEM. */
quern_status quern_phrase_make_room(quern_match_pool *pool, const quern_match_join *join,
                                    quern_error *err);

/* Leaves those of passages[0, *n) that the phrase is in, and their numbers; they ascend and are at
 * most QUERN_BLOCK. Room was made. For each that is left the spots are those of all terms, with
 * their frequencies. The cursors of the join stay where they are; what is decoded for them may be
 * another block after. Errors: NOMEM, CORRUPT. */
quern_status quern_phrase_keep(const quern_phrase_filter *filter, uint32_t *passages, uint32_t *n,
                               quern_error *err);

#endif
