/* SPDX-License-Identifier: MIT */
/* highlight - which bytes of a passage and of its title matched.
 *
 *     query: commitment "long-term commitment"
 *     text:  the long-term view, a “long-term commitment”, two commitments
 *                                   [------------------]       [---------]
 *
 * What is marked is the evidence (evidence.h): a word wherever it stands; a phrase where it stands
 * as one, as one span from the start of its first word to the end of its last; the words of a NEAR
 * where they are within reach; and of all these only what is a reason why the passage matches,
 * which what follows a NOT, or is in a branch that does not hold, never is.
 *
 * Spans that overlap or touch become one.
 */
#ifndef QUERN_QUERY_HIGHLIGHT_H
#define QUERN_QUERY_HIGHLIGHT_H

#include "query/evidence.h"

/* Zeroed, with the evidence's analysis and plan set, is ready. */
typedef struct quern_highlighter {
    quern_evidence evidence;
    quern_span *spans[QUERN_ZONES]; /* of the last passage: ascending, not touching */
    size_t n_spans[QUERN_ZONES], cap_spans[QUERN_ZONES];
} quern_highlighter;

void quern_highlighter_finish(quern_highlighter *h);

/* Replaces h->spans by those of the passage. Errors: NOMEM. */
quern_status quern_highlight(quern_highlighter *h, const quern_evidence_passage *passage,
                             quern_error *err);

#endif
