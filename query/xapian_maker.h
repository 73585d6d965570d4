/* SPDX-License-Identifier: MIT */
/* xapian_maker - a plan on its way to a query of Xapian, between xapian_query.c and
 * xapian_leaves.c; and how queries are joined.
 *
 * Every function that makes a query leaves it in *out, and NULL there where it fails; a query that
 * matches nothing is one of Xapian's own, which its operators take apart again. Errors: NOMEM,
 * BACKEND.
 */
#ifndef QUERN_QUERY_XAPIAN_MAKER_H
#define QUERN_QUERY_XAPIAN_MAKER_H

#include "index/xapian_db.h"
#include "query/plan.h"

typedef struct quern_xapian_maker {
    quern_engine_db *db;
    const quern_engine_question *question;
    const quern_plan *plan;
    int selects; /* what is being made adds no weight to the whole */
} quern_xapian_maker;

/* Queries that go into another one. */
typedef struct quern_xapian_parts {
    xapian_c_query **items;
    size_t n, cap;
} quern_xapian_parts;

/* Takes over `query`, also where it fails. */
quern_status quern_xapian_part_add(quern_xapian_parts *p, xapian_c_query *query, quern_error *err);

/* Joins the parts, which it takes over, unless `status` is a failure: then it frees them alone and
 * gives it back. */
quern_status quern_xapian_join(const quern_xapian_maker *m, quern_status status, int op,
                               quern_xapian_parts *p, uint32_t window, xapian_c_query **out,
                               quern_error *err);
/* Joins two, which it takes over; NULL counts as a failure that `status` tells. */
quern_status quern_xapian_join_pair(const quern_xapian_maker *m, quern_status status, int op,
                                    xapian_c_query *a, xapian_c_query *b, xapian_c_query **out,
                                    quern_error *err);
/* Multiplies the weights of *query, unless `status` is a failure, which it gives back. */
quern_status quern_xapian_scale(const quern_xapian_maker *m, quern_status status, double weight,
                                xapian_c_query **query, quern_error *err);

quern_status quern_xapian_make_all(const quern_xapian_maker *m, xapian_c_query **out,
                                   quern_error *err);
quern_status quern_xapian_make_nothing(const quern_xapian_maker *m, xapian_c_query **out,
                                       quern_error *err);

/* xapian_leaves.c. Weights of terms, exact forms, phrases and NEARs are left to the caller. */
quern_status quern_xapian_make_term(const quern_xapian_maker *m, uint32_t number,
                                    xapian_c_query **out, quern_error *err);
quern_status quern_xapian_make_exact(const quern_xapian_maker *m, const quern_plan_node *node,
                                     xapian_c_query **out, quern_error *err);
quern_status quern_xapian_make_positional(const quern_xapian_maker *m, const quern_plan_node *node,
                                          xapian_c_query **out, quern_error *err);
quern_status quern_xapian_make_date(const quern_xapian_maker *m, const quern_plan_node *node,
                                    xapian_c_query **out, quern_error *err);
/* PATH and NUMBER. */
quern_status quern_xapian_make_selected(const quern_xapian_maker *m, const quern_plan_node *node,
                                        xapian_c_query **out, quern_error *err);
/* EXPAND and SAME, with their weight. */
quern_status quern_xapian_make_expand(const quern_xapian_maker *m, const quern_plan_node *node,
                                      xapian_c_query **out, quern_error *err);

#endif
