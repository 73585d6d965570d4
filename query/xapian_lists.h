/* SPDX-License-Identifier: MIT */
/* xapian_lists - a plan against a database of Xapian without Xapian's matcher: each node becomes
 * the list of the documents that match it, with their scores. Part of the module of the xapian
 * engine.
 *
 * It takes what cannot be made one query (xapian_query.h), and knows every operator; so where a
 * question says `by_lists`, all of them, it is a second opinion on the matcher. It reads every
 * posting of every term of the plan, and of phrases the positions where all members are, so it
 * takes longer than the matcher where that may pass over documents.
 *
 *     ANY, ALL, ATLEAST    the lists of the children together, sorted; runs of at least 1, all, or
 *                          `need` equal documents
 *     MAYBE, NOT, FILTER   two lists side by side
 *     PHRASE, NEAR         as an ALL of the stems, then positions
 *
 * Scores are those of the native engine: each contribution rounded by itself.
 */
#ifndef QUERN_QUERY_XAPIAN_LISTS_H
#define QUERN_QUERY_XAPIAN_LISTS_H

#include "index/xapian_db.h"
#include "query/plan.h"

typedef struct quern_xapian_match {
    uint32_t docid;
    int64_t score; /* in units of 2^-20 */
} quern_xapian_match;

/* In order of documents. Zeroed is empty. */
typedef struct quern_xapian_matches {
    quern_xapian_match *items;
    size_t n, cap;
} quern_xapian_matches;

void quern_xapian_matches_finish(quern_xapian_matches *list);

/* All documents that match; none where the deadline came. The question's expansions were made
 * before. Errors: NOMEM, BACKEND, ...
 */
quern_status quern_xapian_lists_run(quern_engine_db *db, const quern_engine_question *question,
                                    quern_xapian_matches *out, quern_error *err);

#endif
