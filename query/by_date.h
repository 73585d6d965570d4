/* SPDX-License-Identifier: MIT */
/* by_date - the articles that match, in order of their dates instead of their scores.
 *
 * All matches are looked at, since a score says nothing of a date: one walk over them, in the order
 * of segments and passages, in which the passages of an article follow each other. An article is
 * done when the next one begins; if it is among the n first so far, it goes into a heap of n whose
 * top is the last of them.
 */
#ifndef QUERN_QUERY_BY_DATE_H
#define QUERN_QUERY_BY_DATE_H

#include "query/native_searcher.h"

/* An article that matches. */
typedef struct quern_dated {
    int64_t date; /* or QUERN_NO_DATE */
    uint32_t segment, article;
    quern_scored best; /* of its passages: the first of those that score the most */
} quern_dated;

typedef struct quern_dated_list {
    quern_dated *items;
    size_t n, cap;
    uint64_t n_articles, n_passages; /* that match, or were looked at before the deadline */
} quern_dated_list;

/* Replaces *out by the n first articles: newest first, or oldest first; those without a date last;
 * those of one date by their score, then their key. Errors: NOMEM, CORRUPT, IO. */
quern_status quern_by_date(quern_native *native, const quern_snapshot *snapshot, size_t n,
                           int oldest_first, quern_dated_list *out, quern_error *err);
void quern_dated_list_finish(quern_dated_list *list);

#endif
