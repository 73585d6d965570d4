/* SPDX-License-Identifier: MIT */
/* clause - a leaf of a plan becomes cursors in one segment.
 *
 * A word is a cursor with a weight of wq * idf, which is all that the loops of a searcher need. A
 * phrase, a NEAR and an ALL of words are a join (match.h): a cursor for each of their distinct
 * terms, whose weight counts how often the term is a member.
 */
#ifndef QUERN_QUERY_CLAUSE_H
#define QUERN_QUERY_CLAUSE_H

#include "query/lookup.h"
#include "query/match.h"

typedef struct quern_clause_term {
    uint32_t number;      /* of the lookup */
    uint32_t occurrences; /* in a phrase or NEAR; an ALL counts none together */
    double weight;        /* of each, without idf */
    const quern_term *term;
} quern_clause_term;

/* Makes clauses in the lookup's segment at hand. Zeroed with lookup, plan and arena set is
 * ready. */
typedef struct quern_clause_maker {
    quern_lookup *lookup;
    const quern_plan *plan;
    quern_arena *arena;          /* of all that is made */
    uint32_t n_cursors;          /* made so far, which numbers their slots */
    uint32_t *place;             /* for each term: its cursor in the join at hand + 1, or 0 */
    quern_clause_term *distinct; /* of the join at hand */
    size_t cap_distinct;
} quern_clause_maker;

void quern_clause_maker_finish(quern_clause_maker *m);

/* Whether the node is a leaf that quern_clause_join makes a join of: a PHRASE, a NEAR, or an ALL
 * that has only TERMs. */
int quern_clause_is_join(const quern_plan_node *node);

/* Fills *cursor for a term of the segment. */
void quern_clause_cursor(quern_clause_maker *m, const quern_term *term, double weight,
                         quern_match_cursor *cursor);

/* The code of a form of a stem, both terms of the plan, in the segment, which has the stem;
 * *is_there is 0 where that never stands in it, and *code QUERN_MATCH_ANY_FORM where it always
 * does. Errors: CORRUPT, NOMEM. */
quern_status quern_clause_code(const quern_clause_maker *m, uint32_t stem, uint32_t form,
                               uint32_t *code, int *is_there, quern_error *err);

/* Fills *join; *is_there is 0 where the segment lacks one of its terms, or of their
 * forms. Errors: NOMEM, CORRUPT. */
quern_status quern_clause_join(quern_clause_maker *m, const quern_plan_node *node,
                               quern_match_join *join, int *is_there, quern_error *err);

#endif
