/* SPDX-License-Identifier: MIT */
/* evidence_fields - which of the leaves that select by a field hold for the article of a passage.
 *
 * Title and fields of the article are made into terms as when they were indexed, and looked up in
 * the plan. That costs an analysis, so it is done only where a leaf may be false of a passage that
 * was found: in `title:a OR (b section:c)`, not in `b title:a`.
 */
#ifndef QUERN_QUERY_EVIDENCE_FIELDS_H
#define QUERN_QUERY_EVIDENCE_FIELDS_H

#include "query/plan.h"
#include "stemmer/analysis.h"

/* Zeroed is ready. */
typedef struct quern_evidence_fields {
    quern_tokens tokens;
    unsigned char *has; /* of each term of the plan, whether the article has it */
} quern_evidence_fields;

void quern_evidence_fields_finish(quern_evidence_fields *f);

/* Looks up the terms of the hit's title and fields in the plan. Errors: NOMEM. */
quern_status quern_evidence_fields_read(quern_evidence_fields *f, quern_analysis *analysis,
                                        const quern_plan *plan, const quern_hit *hit,
                                        quern_error *err);

/* Whether a SELECT holds for the hit that was read. */
int quern_evidence_fields_select(const quern_evidence_fields *f, const quern_plan_node *node);

/* Whether a NUMBER holds for the hit. */
int quern_evidence_fields_number(const quern_hit *hit, const quern_plan_node *node);

#endif
