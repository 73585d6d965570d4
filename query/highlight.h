/* SPDX-License-Identifier: MIT */
/* highlight - which bytes of a text matched.
 *
 * The text is analysed again, as it was when it was indexed, with the plan in hand; so what is
 * marked is what matched, neither guessed from the words of the query nor stored:
 *
 *     plan: commitment, "long-term commitment"
 *     text: the long-term view, a “long-term commitment”, two commitments
 *                                  [------------------]       [---------]
 *
 *   - a word that the plan looks for alone is marked wherever it stands;
 *   - a phrase is marked where it stands as one, as one span from the start of its first word to
 *     the end of its last; words that are in phrases only are not marked elsewhere.
 *
 * Spans that overlap or touch become one.
 */
#ifndef QUERN_QUERY_HIGHLIGHT_H
#define QUERN_QUERY_HIGHLIGHT_H

#include "query/plan.h"
#include "stemmer/analysis.h"

/* Zeroed, with analysis and plan set, is ready. The caller keeps both. */
typedef struct quern_highlighter {
    quern_analysis *analysis;
    const quern_plan *plan;
    quern_span *spans; /* of the last text: ascending, not touching */
    size_t n_spans, cap_spans;
    quern_tokens tokens;
    uint32_t *terms; /* of the plan, for each token, or QUERN_PLAN_NONE */
    size_t cap_terms;
} quern_highlighter;

void quern_highlighter_finish(quern_highlighter *h);

/* Replaces h->spans by those of text, of which only words at positions below `limit` count.
 * Errors: NOMEM. */
quern_status quern_highlight(quern_highlighter *h, quern_string text, uint32_t limit,
                             quern_error *err);

#endif
