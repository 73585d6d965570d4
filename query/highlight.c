/* SPDX-License-Identifier: MIT */
/* highlight - see highlight.h. */
#include "query/highlight.h"

#include "query/parse.h"
#include "query/reader.h"

void quern_highlighter_finish(quern_highlighter *h)
{
    for (int zone = 0; zone < QUERN_ZONES; zone++) {
        quern_free(h->spans[zone]);
    }
    quern_evidence_finish(&h->evidence);
    memset(h, 0, sizeof *h);
}

/* Adds the span of an occurrence, which begins at or after the last one's start. */
static quern_status add_span(quern_highlighter *h, const quern_occurrence *o, quern_error *err)
{
    quern_span *spans = h->spans[o->zone];
    size_t *n = &h->n_spans[o->zone];
    if (*n > 0 && o->start <= spans[*n - 1].end) {
        spans[*n - 1].end = o->end > spans[*n - 1].end ? o->end : spans[*n - 1].end;
        return QUERN_OK;
    }
    if (quern_grow(&h->spans[o->zone], &h->cap_spans[o->zone], *n + 1, sizeof *spans)) {
        return quern_fail_nomem(err);
    }
    h->spans[o->zone][(*n)++] = (quern_span){o->start, o->end};
    return QUERN_OK;
}

quern_status quern_highlight(quern_highlighter *h, const quern_evidence_passage *passage,
                             quern_error *err)
{
    h->n_spans[QUERN_ZONE_TITLE] = h->n_spans[QUERN_ZONE_TEXT] = 0;
    QUERN_TRY(quern_evidence_of(&h->evidence, passage, err));
    for (size_t i = 0; i < h->evidence.n_occurrences; i++) {
        QUERN_TRY(add_span(h, &h->evidence.occurrences[i], err));
    }
    return QUERN_OK;
}

static size_t count_marked(const quern_highlighter *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_spans[QUERN_ZONE_TEXT]; i++) {
        n += h->spans[QUERN_ZONE_TEXT][i].end - h->spans[QUERN_ZONE_TEXT][i].start;
    }
    return n;
}

/* Marks a text of which nobody knows the language: as one of that in which most of it matches, the
 * first of equals. */
static quern_status mark_text(quern_highlighter *h, quern_string text, quern_error *err)
{
    quern_evidence_passage passage = {.text = text};
    uint32_t n = (uint32_t)quern_analysis_languages(h->evidence.analysis);
    uint32_t best = 0;
    size_t most = 0;
    for (uint32_t i = 0; n > 1 && i < n; i++) {
        passage.language = i;
        QUERN_TRY(quern_highlight(h, &passage, err));
        size_t marked = count_marked(h);
        best = marked > most ? i : best;
        most = marked > most ? marked : most;
    }
    passage.language = best;
    return quern_highlight(h, &passage, err);
}

quern_status quern_mark(quern_reader *reader, const quern_query *query, quern_string text,
                        quern_span *spans, size_t cap, size_t *n, quern_error *err)
{
    quern_highlighter h;
    quern_error_clear(err);
    if (n) {
        *n = 0;
    }
    if (!reader || !query || !n || (!spans && cap) || (!text.data && text.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_mark: an argument is missing");
    }
    if (text.len > UINT32_MAX) {
        return quern_fail(err, QUERN_E_INVALID, "quern_mark: the text is longer than 4 GiB");
    }
    memset(&h, 0, sizeof h);
    QUERN_TRY(quern_reader_take_analysis(reader, &h.evidence.analysis, err));
    quern_analysis *analysis = h.evidence.analysis;
    h.evidence.plan = &query->plan;
    quern_status status = mark_text(&h, text, err);
    if (!status) {
        *n = h.n_spans[QUERN_ZONE_TEXT];
        size_t fit = *n < cap ? *n : cap;
        if (fit > 0) {
            memcpy(spans, h.spans[QUERN_ZONE_TEXT], fit * sizeof *spans);
        }
    }
    quern_highlighter_finish(&h);
    quern_reader_give_analysis(reader, analysis);
    return status;
}
