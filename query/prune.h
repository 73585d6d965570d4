/* SPDX-License-Identifier: MIT */
/* prune - the k best of a segment without scoring what cannot be among them.
 *
 * What is found is what the exhaustive loops of native_searcher.c find, bit for bit; only the
 * number of matches may stay unknown. prune.c tells how.
 */
#ifndef QUERN_QUERY_PRUNE_H
#define QUERN_QUERY_PRUNE_H

#include "query/deadline.h"
#include "query/prepare.h"
#include "query/rank.h"
#include "query/topk.h"

/* What pruned loops work with; everything is the searcher's. */
typedef struct quern_prune {
    const quern_prepared *query;
    quern_match_pool *pool;
    quern_rank_table *tables;
    uint32_t n_tables;
    quern_window *window;
    quern_topk *top;          /* NULL: a lone join is only counted */
    int is_exact;             /* all matches of a lone join are to be seen */
    quern_deadline *deadline; /* or NULL; once over, what follows is left out */
    uint64_t n_passages;      /* matches that were seen, of all segments so far */
    int is_partial;           /* there may be more */
} quern_prune;

/* Whether the query can be pruned: its sums are narrow, every cursor has a slot and every word a
 * table of its own. */
int quern_prune_applies(const quern_prune *prune);

/* Sends what can be among the k best of a segment to prune->top, which was begun. The matches that
 * are not sent are counted in n_passages, or is_partial is set. Errors: CORRUPT, IO, NOMEM. */
quern_status quern_prune_part(quern_prune *prune, quern_part *part, quern_error *err);

#endif
