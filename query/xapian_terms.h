/* SPDX-License-Identifier: MIT */
/* xapian_terms - which terms of the database of the xapian engine a node of a plan stands for. Part
 * of its module.
 *
 *     an exact form     the word, or Xe + word = stem where the word alone would have another stem
 *     PATH              the P terms whose sources fit
 *     NUMBER            the values of the field, Xf terms, that are numbers in the range
 *     EXPAND            the words that the pattern matches, by expand.h; what their stems are the
 *                       library is asked, as the database does not say
 *     SAME              its members; like those of an EXPAND, each stem is looked for once
 */
#ifndef QUERN_QUERY_XAPIAN_TERMS_H
#define QUERN_QUERY_XAPIAN_TERMS_H

#include "index/xapian_db.h"
#include "query/expand.h"
#include "query/plan.h"

/* Names of terms. Zeroed is none. */
typedef struct quern_xapian_names {
    quern_xapian_term *items;
    size_t n, cap;
} quern_xapian_names;

void quern_xapian_names_finish(quern_xapian_names *names);

/* The name of a stem in an exact form; of the stem alone where `form` is QUERN_PLAN_NONE. Both are
 * numbers of terms of the plan. */
quern_status quern_xapian_terms_form(const quern_engine_question *question, uint32_t form,
                                     uint32_t stem, quern_xapian_term *out, quern_error *err);

/* The sources that a PATH's glob fits, or the values that a NUMBER means. */
quern_status quern_xapian_terms_select(quern_engine_db *db, const quern_plan_node *node,
                                       quern_xapian_names *out, quern_error *err);

/* Expands every EXPAND of the plan; *out, zeroed before, is to be finished in any case. */
quern_status quern_xapian_terms_expand(quern_engine_db *db, const quern_engine_question *question,
                                       quern_expansions *out, quern_error *err);

/* One stem of an EXPAND or a SAME. */
typedef struct quern_xapian_stem {
    const quern_plan_node *node;
    uint32_t from, to;        /* its forms: by_stem[from, to), or the members [from, to) */
    quern_xapian_term name;   /* of the stem */
    int is_any;               /* it may stand in any form; else: */
    quern_xapian_names forms; /* those in which it may, all of them terms of the database */
    double own, shared;       /* idf: its own, and that of the commonest stem */
} quern_xapian_stem;

/* Begins with the stems of an EXPAND or a SAME; then from each to the next; *more is 0 behind the
 * last. */
quern_status quern_xapian_stem_first(quern_engine_db *db, const quern_engine_question *question,
                                     const quern_plan_node *node, quern_xapian_stem *out, int *more,
                                     quern_error *err);
quern_status quern_xapian_stem_next(quern_engine_db *db, const quern_engine_question *question,
                                    quern_xapian_stem *s, int *more, quern_error *err);
void quern_xapian_stem_finish(quern_xapian_stem *s);

#endif
