/* SPDX-License-Identifier: MIT */
/* expand - what a prefix, a wildcard or a fuzzy word stands for: forms of the index.
 *
 *     price*     price (df 310)  prices (df 290)  pricey (df 2)        of the stems price, pricey
 *
 * A pattern is expanded once for a search, over the forms of the whole snapshot, to the commonest
 * of those it matches (by living passages; among equals the lowest bytes). Searching,
 * the highlighter and other engines share the outcome; how the forms are come by is the caller's.
 */
#ifndef QUERN_QUERY_EXPAND_H
#define QUERN_QUERY_EXPAND_H

#include "query/deadline.h"
#include "query/plan.h"

typedef struct quern_expanded {
    quern_string form; /* folded, without a kind */
    quern_string stem; /* its term */
    uint64_t df;
} quern_expanded;

typedef struct quern_expansion {
    quern_expanded *items; /* by form, then stem; at most QUERN_PLAN_EXPANSION_MAX */
    uint32_t n;
    uint32_t *by_stem; /* their numbers by stem, then form */
    uint64_t n_found;  /* forms that match, of those that were looked at; n is the commonest */
    int is_cut;        /* the deadline came before all were looked at */
} quern_expansion;

/* Of all EXPANDs of a plan, by their number. Zeroed is none. */
typedef struct quern_expansions {
    quern_arena arena;
    quern_expansion *items;
    size_t n;
} quern_expansions;

void quern_expansions_finish(quern_expansions *e);

/* Whether the expansion has a form. */
int quern_expansion_has(const quern_expansion *e, quern_string form);

/* ---- Expanding: forms are offered one by one ---- */

typedef struct quern_expander {
    const quern_plan_pattern *pattern;
    struct quern_expander_form *heap; /* the commonest so far, the least common first */
    size_t n, cap;
    size_t most;
    uint64_t n_found;
} quern_expander;

/* Zeroes *e for a pattern of a plan with so many. */
void quern_expander_init(quern_expander *e, const quern_plan_pattern *pattern, size_t n_expands);
void quern_expander_finish(quern_expander *e);
/* All forms that can match begin with this. */
quern_string quern_expander_prefix(const quern_expander *e);
/* Takes a form and its stem, both copied, where the pattern matches; each pair is offered once, in
 * any order, with how many passages have it. Errors: NOMEM. */
quern_status quern_expander_offer(quern_expander *e, quern_string form, quern_string stem,
                                  uint64_t df, quern_error *err);
/* Writes the outcome, in the arena. Errors: NOMEM. */
quern_status quern_expander_end(quern_expander *e, quern_arena *arena, quern_expansion *out,
                                quern_error *err);

#endif
