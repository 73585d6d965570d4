/* SPDX-License-Identifier: MIT */
/* highlight - see highlight.h. A token costs one look-up in the plan's hash table; a phrase is
 * tried only where its first term stands. */
#include "query/highlight.h"

void quern_highlighter_finish(quern_highlighter *h)
{
    quern_free(h->spans);
    quern_free(h->terms);
    quern_tokens_finish(&h->tokens);
    memset(h, 0, sizeof *h);
}

static quern_status add_span(quern_highlighter *h, size_t start, size_t end, quern_error *err)
{
    quern_span span = {(uint32_t)start, (uint32_t)end};
    if (h->n_spans > 0) { /* most words only lengthen or follow the last span */
        quern_span *last = &h->spans[h->n_spans - 1];
        if (span.start >= last->start && span.start <= last->end) {
            last->end = span.end > last->end ? span.end : last->end;
            return QUERN_OK;
        }
    }
    if (quern_grow(&h->spans, &h->cap_spans, h->n_spans + 1, sizeof *h->spans)) {
        return quern_fail_nomem(err);
    }
    h->spans[h->n_spans++] = span;
    return QUERN_OK;
}

/* Whether the phrase stands with its first member at token `from` of n; *end is then the end of its
 * last word. */
static int phrase_at(const quern_highlighter *h, const quern_plan_node *phrase, size_t from,
                     size_t n, size_t *end)
{
    const quern_token *items = h->tokens.items;
    uint32_t first = items[from].position;
    size_t at = from;
    *end = items[from].end;
    for (uint32_t m = 1; m < phrase->n_members; m++) {
        uint32_t want = first + phrase->members[m].offset;
        while (at < n && items[at].position < want) {
            at++;
        }
        size_t k = at;
        while (k < n && items[k].position == want && h->terms[k] != phrase->members[m].term) {
            k++;
        }
        if (k == n || items[k].position != want) {
            return 0;
        }
        *end = items[k].end > *end ? items[k].end : *end;
    }
    return 1;
}

/* Marks what begins at token i of n. */
static quern_status mark_token(quern_highlighter *h, size_t i, size_t n, quern_error *err)
{
    if (h->terms[i] == QUERN_PLAN_NONE) {
        return QUERN_OK;
    }
    const quern_token *token = &h->tokens.items[i];
    const quern_plan_term *term = &h->plan->terms[h->terms[i]];
    size_t end = token->end;
    int marked = term->loose != NULL;
    for (const quern_plan_node *p = term->starts; p; p = p->starts) {
        size_t phrase_end;
        if (phrase_at(h, p, i, n, &phrase_end)) {
            end = phrase_end > end ? phrase_end : end;
            marked = 1;
        }
    }
    return marked ? add_span(h, token->start, end, err) : QUERN_OK;
}

quern_status quern_highlight(quern_highlighter *h, quern_string text, uint32_t limit,
                             quern_error *err)
{
    h->n_spans = 0;
    QUERN_TRY(quern_analysis_text(h->analysis, text.data, text.len, &h->tokens, err));
    size_t n = h->tokens.n;
    if (quern_grow(&h->terms, &h->cap_terms, n, sizeof *h->terms)) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < n; i++) {
        const quern_token *token = &h->tokens.items[i];
        if (token->position >= limit) {
            n = i;
            break;
        }
        h->terms[i] = quern_plan_find(h->plan, token->word->term, token->word->term_len);
    }
    for (size_t i = 0; i < n; i++) {
        QUERN_TRY(mark_token(h, i, n, err));
    }
    return QUERN_OK;
}
