/* SPDX-License-Identifier: MIT */
/* plan_print - a plan as one line of the query language, which parses back into the same plan.
 */
#ifndef QUERN_QUERY_PLAN_PRINT_H
#define QUERN_QUERY_PLAN_PRINT_H

#include "query/lex.h"
#include "query/plan.h"
#include "stemmer/analysis.h"

/* Appends a settled plan; parsed with the same analysis and fields it is the same plan again.
 * `names` tell which fields have names that can be typed; NULL: none. That a buffer could not grow
 * stays in the buffer. Errors: NOMEM. */
quern_status quern_plan_print(const quern_plan *plan, quern_analysis *analysis,
                              const quern_lex_names *names, quern_buf *out, quern_error *err);

#endif
