/* SPDX-License-Identifier: MIT */
/* xapian_rank - which articles of the xapian engine come first, by score or by date. Part of its
 * module.
 *
 * Passages are collapsed on value slot 0, the Q term of their article, so the k best of a match are
 * the k best articles, each with the score of its best passage. Where the last of them ties with
 * what was not fetched, more are fetched, until the group ends or has QUERN_XAPIAN_TIES; then
 * equals are put in order of keys. In order of date, Xapian sorts by value slot 1 first; an article
 * without a date has none there, which sorts before all: with the oldest first they are a match of
 * their own, asked when the others are too few.
 *
 * Only for a plan of words alone may Xapian pass over documents that cannot be among the best: as
 * the bar rises it makes an OR an AND, whose parts it then asks in a way that is not exact for
 * phrases (see Guards in xapian_query.h). For the others the bar is kept down (check_at_least).
 *
 * When the deadline of the question comes, a match refuses every further document: what it has then
 * is the answer, unless a match before it was whole.
 */
#ifndef QUERN_QUERY_XAPIAN_RANK_H
#define QUERN_QUERY_XAPIAN_RANK_H

#include "index/xapian_db.h"

#define QUERN_XAPIAN_TIES 10000 /* most articles beyond those wanted that are fetched for order */

/* A matching passage. */
typedef struct quern_xapian_scored {
    int64_t when; /* of a list: as of its article */
    int64_t score;
    uint32_t docid;
    quern_string key; /* of its article, in the arena; where it comes of a list */
} quern_xapian_scored;

/* An article that was found. */
typedef struct quern_xapian_candidate {
    int64_t when; /* in order of date: what comes first is less; else 0 */
    int64_t score;
    quern_string key;                    /* its Q term, in the arena */
    uint32_t docid;                      /* of one of its passages */
    const quern_xapian_scored *passages; /* its matching passages; NULL: not known yet */
    size_t n_passages;
} quern_xapian_candidate;

typedef struct quern_xapian_ranking {
    quern_engine_db *db;
    const quern_engine_question *question;
    quern_arena *arena;
    uint32_t n_documents;
    quern_xapian_candidate *items; /* those wanted, and perhaps more */
    size_t n;
    int all_seen; /* there are no others */
    int is_cut;   /* the deadline came */
} quern_xapian_ranking;

/* Whether totals are exact: where it is asked for, or every match is looked at anyway. */
static inline int quern_xapian_counts(const quern_engine_question *question)
{
    return question->count || question->order != QUERN_ORDER_SCORE;
}

/* An enquire over a query, weighed as the question says. */
quern_status quern_xapian_ask(quern_engine_db *db, const quern_engine_question *question,
                              const xapian_c_query *query, xapian_c_enquire **out,
                              quern_error *err);
int64_t quern_xapian_score(double weight);
int quern_xapian_compare_keys(const quern_string *x, const quern_string *y);

/* What stands in the date slot of a document, as a place in the order asked for. */
int64_t quern_xapian_when(const quern_engine_question *question, xapian_c_bytes value);
void quern_xapian_rank_sort(quern_xapian_ranking *ranking);

/* Finds the first articles of a query and puts them in order. */
quern_status quern_xapian_rank(quern_xapian_ranking *ranking, const xapian_c_query *query,
                               quern_error *err);

/* Counts all that match: passages, or articles. Not within the deadline. */
quern_status quern_xapian_rank_count(const quern_xapian_ranking *ranking,
                                     const xapian_c_query *query, int articles, uint64_t *out,
                                     quern_error *err);

#endif
