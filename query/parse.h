/* SPDX-License-Identifier: MIT */
/* parse - what a user typed becomes a plan. It never fails on any bytes: what makes no sense is
 * read as words, and a note says so. parse.c has the grammar.
 */
#ifndef QUERN_QUERY_PARSE_H
#define QUERN_QUERY_PARSE_H

#include "query/plan.h"
#include "stemmer/analysis.h"

/* Immutable once it is built; shared by threads. */
struct quern_query {
    quern_plan plan;
    const char *text; /* the plan as one line; in the plan's arena */
    char **notes;     /* n_notes lines in the plan's arena */
    size_t n_notes, cap_notes;
};

/* Parses text with an analysis, which the caller has for itself meanwhile and may reset afterwards.
 * Errors: NOMEM, FULL more words than can be numbered. */
quern_status quern_query_build(quern_analysis *analysis, quern_string text, quern_query **out,
                               quern_error *err);

#endif
