/* SPDX-License-Identifier: MIT */
/* explain - a score taken apart: which leaf of the plan gave how much, and what selected besides.
 *
 * The evidence (evidence.h) says which leaves count in a passage; each of their terms contributes
 * what base/bm25.h says, from counts of the passage's own words and of the index. So a reason is
 * computed by another way than the score was, and their sum is a check of it:
 *
 *     commitment   tf 1 of 46 words   in 5 of 73 passages   2.26 \
 *     Bedrock      tf 1               in 4 of 73 passages   2.44  > 4.70
 *     not: chips                                            0     /
 *
 * A leaf of several terms has a reason for each distinct one, whose boost counts its places: that
 * is how the searchers add, and round. An engine that rounds the whole sum once differs by less
 * than a unit of 2^-20 a reason; the largest reason then takes the difference.
 */
#ifndef QUERN_QUERY_EXPLAIN_H
#define QUERN_QUERY_EXPLAIN_H

#include "base/bm25.h"
#include "query/counts.h"
#include "query/evidence.h"

/* Of one search. */
typedef struct quern_explainer {
    quern_bm25 model;
    quern_counts_all all;
    quern_reader *reader;
    uint64_t *live; /* of each term of the plan; NULL: nothing is to be explained */
    uint64_t *most; /* of each expansion: that of its commonest stem; NULL: not known */
    quern_reason *reasons;
    size_t n, cap;
    quern_buf text;
} quern_explainer;

/* k1 and b of *model count. Errors: those of quern_counts_of. */
quern_status quern_explainer_open(quern_explainer *x, quern_reader *reader, const quern_plan *plan,
                                  const quern_bm25 *model, quern_error *err);
/* What the patterns of the plan stand for. Errors: those of quern_counts_of. */
quern_status quern_explainer_expand(quern_explainer *x, const quern_expansions *expansions,
                                    quern_error *err);
void quern_explainer_finish(quern_explainer *x); /* zeroed ones too */

/* Makes *out of the evidence of a passage that scores `score`; everything in it is in the arena.
 * Errors: NOMEM. */
quern_status quern_explain(quern_explainer *x, quern_evidence *e,
                           const quern_evidence_passage *passage, int64_t score, quern_arena *arena,
                           quern_explanation *out, quern_error *err);

#endif
