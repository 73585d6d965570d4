/* SPDX-License-Identifier: MIT */
/* phrase_state - the passages that a phrase could be in, while its terms are asked about them;
 * shared by the files of phrase.h.
 */
#ifndef QUERN_QUERY_PHRASE_STATE_H
#define QUERN_QUERY_PHRASE_STATE_H

#include "index/places.h"
#include "query/phrase.h"

enum { QUERN_PHRASE_AHEAD = 3 }; /* blocks that are fetched before they are wanted */

typedef struct quern_phrase_state {
    quern_match_pool *pool;
    const quern_match_join *join;
    uint32_t *passages;
    uint8_t *ids;
    uint32_t n;
    uint32_t n_known; /* terms, the first ones, whose spots are known */
} quern_phrase_state;

/* A list that is asked about ascending passages. */
typedef struct quern_phrase_list {
    quern_match_cursor *cursor;
    quern_postings *postings;
    quern_match_spot *spots; /* by number of passage */
    uint32_t block;          /* that could have the next passage */
} quern_phrase_list;

/* Passages [from, end) that one block could have, and no other. */
typedef struct quern_phrase_run {
    uint32_t block, from, end;
} quern_phrase_run;

/* The list of the i-th term. */
quern_status quern_phrase_open(const quern_phrase_state *s, uint32_t i, quern_phrase_list *list,
                               quern_error *err);
/* Cuts the passages to runs, at most QUERN_BLOCK; behind the list's last passage there are none.
 * Returns how many. */
uint32_t quern_phrase_runs(const quern_phrase_state *s, uint32_t i, quern_phrase_list *list,
                           quern_phrase_run *out);

/* Leaves the passages that have the phrase, one after the other (phrase_places.c). */
quern_status quern_phrase_keep_places(quern_phrase_state *s, quern_error *err);
/* The same, many at once, term number `first` before the others; no member asks for a form and no
 * term is in one passage alone (phrase_sets.c). *is_done stays 0 where a passage is too long: those
 * that are left could have the phrase. */
quern_status quern_phrase_keep_sets(quern_phrase_state *s, uint32_t first, int *is_done,
                                    quern_error *err);

#endif
