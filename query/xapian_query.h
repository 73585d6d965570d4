/* SPDX-License-Identifier: MIT */
/* xapian_query - a plan as a query of Xapian. Part of the module of the xapian engine.
 *
 *     TERM t            SCALE_WEIGHT(weight, t)
 *     EXACT t, f        FILTER(SCALE_WEIGHT(weight, t), f)
 *     PHRASE            PHRASE of its terms in a window of as many positions; with exact forms
 *                       FILTER(AND of the stems, PHRASE of the forms)
 *     NEAR              FILTER(AND of the stems, OR of PHRASE(reach + 1) of every order)
 *     EXPAND            OR of FILTER(SCALE_WEIGHT(stem), OR of its forms), each scaled by the ratio
 *                       of the commonest stem's idf to its own
 *     SELECT            the term, scaled to 0          EVERY   match-all
 *     PATH, NUMBER      the OR of the terms that fit, scaled to 0
 *     DATE              a range of value slot 1
 *     ANY, ALL          OR, AND                        MAYBE   AND_MAYBE
 *     NOT, FILTER       AND_NOT, FILTER
 *     ATLEAST k         FILTER(OR of all, OR of the ANDs of every k of them)
 *
 * NEAR. Xapian's own lets each member keep the first position it meets: where two terms share a
 * position, as an amount and its number do, it may miss a choice that fits. Ordered phrases do not,
 * and no two of their members are at one position.
 *
 * Guards. OrPostList::check of libxapian 1.4, called where an OR is part of an AND or behind an
 * AND_MAYBE, may say that it stands at the document after the one asked for, and then adds the
 * weight of a part that was not looked at there. It does so only where a part answers that it does
 * not know, as positional filters and ranges of values do. So such a part of an OR is wrapped:
 * AND_MAYBE(part, match-all) moves to the next document that matches and says so, and match-all
 * weighs nothing.
 *
 * What only selects, to the right of an AND_NOT or a FILTER, is made of what decides alone: an
 * AND_MAYBE on the right of an AND_NOT is another thing that libxapian 1.4 does wrong (it compares
 * weights that were never set, and may make it an AND).
 *
 * What would take too many of them (ATLEAST 5 of 20, a NEAR of five words in any order, a pattern
 * in an ATLEAST) is not made a query: xapian_lists.h does it.
 */
#ifndef QUERN_QUERY_XAPIAN_QUERY_H
#define QUERN_QUERY_XAPIAN_QUERY_H

#include "index/xapian_db.h"
#include "query/plan.h"

/* Whether the plan can be made a query whose answer is exact. */
int quern_xapian_query_can(const quern_plan *plan);

/* Whether Xapian may leave out what cannot be among the best without losing any of them: a plan of
 * words alone. */
int quern_xapian_query_is_plain(const quern_plan *plan);

/* Makes the query, which matches nothing where the plan has no root. The question's expansions were
 * made before. Errors: NOMEM, BACKEND, ... */
quern_status quern_xapian_query_make(quern_engine_db *db, const quern_engine_question *question,
                                     xapian_c_query **out, quern_error *err);

/* `a` for the documents that have a date, or for those that have none. */
quern_status quern_xapian_query_dated(quern_engine_db *db, const xapian_c_query *a, int dated,
                                      xapian_c_query **out, quern_error *err);

/* `a` for the documents that have `term` too. */
quern_status quern_xapian_query_within(quern_engine_db *db, const xapian_c_query *a,
                                       quern_string term, xapian_c_query **out, quern_error *err);

/* The same for those that have one of n terms, at least one. */
quern_status quern_xapian_query_within_any(quern_engine_db *db, const xapian_c_query *a,
                                           const quern_string *terms, size_t n,
                                           xapian_c_query **out, quern_error *err);

#endif
