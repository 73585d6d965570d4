/* SPDX-License-Identifier: MIT */
/* native_searcher - runs a plan on a snapshot: which passages match, how well, which k are best.
 *
 * A searcher is made for one search: it looks the plan's terms up in every segment once, weighs
 * them by their live numbers in the whole snapshot, and can then be asked more than once: for the
 * k best passages, for more, for all those of one article. One thread at a time; the snapshot is
 * shared.
 */
#ifndef QUERN_QUERY_NATIVE_SEARCHER_H
#define QUERN_QUERY_NATIVE_SEARCHER_H

#include "base/bm25.h"
#include "index/snapshot.h"
#include "query/expand.h"
#include "query/plan.h"
#include "query/topk.h"

typedef struct quern_native quern_native;

typedef struct quern_found {
    int64_t score;    /* in units of 2^-20 */
    uint32_t segment; /* of the snapshot */
    uint32_t passage;
} quern_found;

/* Best first: by score, then by key of the article, then in text order. */
typedef struct quern_found_list {
    quern_found *items;
    size_t n, cap;
    uint64_t n_passages; /* that match; where is_partial, at least so many, and more than n */
    int is_partial;      /* matches were left out that cannot be among the k best */
    int is_cut;          /* the deadline came: the best of what was looked at, and is_partial */
    uint64_t n_articles; /* that match, where they were counted */
} quern_found_list;

/* k1 and b of *model count; its avglen is filled. The plan must outlive the searcher. Errors:
 * NOMEM, CORRUPT, IO. */
quern_status quern_native_open(quern_snapshot *snapshot, const quern_plan *plan,
                               const quern_bm25 *model, quern_native **out, quern_error *err);
/* The same with a deadline that ends every search, and the expansion of patterns; it must outlive
 * the searcher. */
quern_status quern_native_open_within(quern_snapshot *snapshot, const quern_plan *plan,
                                      const quern_bm25 *model, quern_deadline *deadline,
                                      quern_native **out, quern_error *err);
/* What the patterns of the plan stand for. */
const quern_expansions *quern_native_expansions(const quern_native *native);
void quern_native_free(quern_native *native);

/* How to search; 0 is the fastest way, which all the others agree with. */
enum {
    QUERN_NATIVE_COUNT = 1,     /* exact n_passages and n_articles, which reads where the article of
                                   every match ends */
    QUERN_NATIVE_EXHAUSTIVE = 2 /* exact n_passages: every match is scored, as tests compare with */
};

/* Replaces *out by the k best. k 0 with COUNT: the counts alone. */
quern_status quern_native_top(quern_native *native, size_t k, int how, quern_found_list *out,
                              quern_error *err);
void quern_found_list_finish(quern_found_list *list);

/* Calls `visit` for all live passages that match, in order of segments and passages, with what they
 * score; what it returns but OK ends the walk and is returned. */
typedef quern_status (*quern_native_visit_fn)(uint32_t segment, quern_scored match, void *payload);
quern_status quern_native_each(quern_native *native, quern_native_visit_fn visit, void *payload,
                               quern_error *err);

/* Puts all matching live passages in [from, to) of a segment into *out, best first. *out was
 * initialised for SIZE_MAX. */
quern_status quern_native_range(quern_native *native, uint32_t segment, uint32_t from, uint32_t to,
                                quern_topk *out, quern_error *err);

#endif
