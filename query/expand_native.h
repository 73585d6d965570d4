/* SPDX-License-Identifier: MIT */
/* expand_native - the patterns of a plan over the forms of a snapshot of the native index. */
#ifndef QUERN_QUERY_EXPAND_NATIVE_H
#define QUERN_QUERY_EXPAND_NATIVE_H

#include "index/snapshot.h"
#include "query/expand.h"

/* Expands every EXPAND of the plan; *out, zeroed before, is to be finished in any case. Past the
 * deadline (or NULL) what was found until then stays. Errors: NOMEM, CORRUPT, IO. */
quern_status quern_expand_native(quern_snapshot *snapshot, const quern_plan *plan,
                                 quern_deadline *deadline, quern_expansions *out, quern_error *err);

/* Whether a living passage has one of the forms by_stem[from, to), which are of one stem. Errors:
 * CORRUPT, IO, NOMEM. */
quern_status quern_expand_native_lives(quern_snapshot *snapshot, const quern_expansion *e,
                                       uint32_t from, uint32_t to, int *out, quern_error *err);

#endif
