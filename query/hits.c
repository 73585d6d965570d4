/* SPDX-License-Identifier: MIT */
/* hits - see hits.h. */
#include "query/hits.h"

#include "base/bm25.h"
#include "query/reader.h"

#include <stdarg.h>
#include <stdio.h>

void quern_hits_free(quern_hits *hits)
{
    if (hits) {
        quern_free(hits->items);
        quern_free(hits->explanations);
        quern_free(hits->notes);
        quern_arena_finish(&hits->arena);
        quern_free(hits);
    }
}

size_t quern_hits_count(const quern_hits *hits)
{
    return hits ? hits->n : 0;
}

quern_status quern_hits_get(const quern_hits *hits, size_t i, quern_hit *out)
{
    if (!hits || i >= hits->n || !out ||
        quern_struct_write(out, &hits->items[i], sizeof *hits->items)) {
        return QUERN_E_INVALID;
    }
    return QUERN_OK;
}

quern_status quern_hits_explain(const quern_hits *hits, size_t i, quern_explanation *out)
{
    if (!hits || i >= hits->n || !hits->explanations || !out ||
        quern_struct_write(out, &hits->explanations[i], sizeof *hits->explanations)) {
        return QUERN_E_INVALID;
    }
    return QUERN_OK;
}

quern_status quern_hits_totals(const quern_hits *hits, quern_totals *out)
{
    if (!hits || !out || quern_struct_write(out, &hits->totals, sizeof hits->totals)) {
        return QUERN_E_INVALID;
    }
    return QUERN_OK;
}

const char *quern_hits_note(const quern_hits *hits, size_t n)
{
    return hits && n < hits->n_notes ? hits->notes[n] : NULL;
}

/* ---- Making them ---- */

/* What a hit says where nothing is known or wanted: the passage is never NULL. */
static const quern_hit no_hit = {.size = sizeof(quern_hit), .text = {"", 0}, .date = QUERN_NO_DATE};

quern_status quern_hits_add_note(quern_hits *hits, quern_error *err, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = quern_arena_copy(&hits->arena, text, strlen(text));
    if (!copy || quern_grow(&hits->notes, &hits->cap_notes, hits->n_notes + 1, sizeof(char *))) {
        return quern_fail_nomem(err);
    }
    hits->notes[hits->n_notes++] = copy;
    return QUERN_OK;
}

void quern_hits_builder_finish(quern_hits_builder *b)
{
    quern_highlighter_finish(&b->highlighter);
    quern_explainer_finish(&b->explainer);
    quern_arena_finish(&b->scratch);
    quern_buf_finish(&b->text);
}

/* Makes *s a copy in the arena. Returns 0 or -1. */
static int own(quern_arena *arena, quern_string *s)
{
    s->data = quern_arena_copy(arena, s->data, s->len);
    return s->data ? 0 : -1;
}

static quern_status own_fields(quern_arena *arena, const quern_stored_article *article,
                               quern_hit *hit, quern_error *err)
{
    quern_field *fields = NULL;
    if (article->n_fields > 0) {
        fields = quern_arena_alloc(arena, article->n_fields * sizeof *fields);
        if (!fields) {
            return quern_fail_nomem(err);
        }
    }
    for (size_t i = 0; i < article->n_fields; i++) {
        fields[i] = article->fields[i];
        if (own(arena, &fields[i].name) || own(arena, &fields[i].value)) {
            return quern_fail_nomem(err);
        }
    }
    hit->fields = fields;
    hit->n_fields = article->n_fields;
    return QUERN_OK;
}

/* What all hits of an article share. */
static quern_status fill_article(quern_hits_builder *b, const quern_stored_article *article,
                                 quern_hit *hit, quern_error *err)
{
    quern_arena *arena = &b->hits->arena;
    b->language = article->analysed_in;
    hit->source = article->source;
    hit->id = article->id;
    hit->title = article->title;
    hit->date = article->date;
    hit->offsets_in_text = article->offsets_in_text;
    if (own(arena, &hit->source) || own(arena, &hit->id) || own(arena, &hit->title)) {
        return quern_fail_nomem(err);
    }
    return b->places_only ? QUERN_OK : own_fields(arena, article, hit, err);
}

/* Hands a copy of the spans of a zone to *out. */
static quern_status own_spans(quern_hits_builder *b, int zone, const quern_span **out, size_t *n,
                              quern_error *err)
{
    const quern_highlighter *h = &b->highlighter;
    *n = h->n_spans[zone];
    *out = NULL;
    if (*n > 0) {
        size_t bytes = *n * sizeof(quern_span);
        quern_span *spans = quern_arena_alloc(&b->hits->arena, bytes);
        if (!spans) {
            return quern_fail_nomem(err);
        }
        memcpy(spans, h->spans[zone], bytes);
        *out = spans;
    }
    return QUERN_OK;
}

/* Explains the hit that is about to be added. */
static quern_status explain(quern_hits_builder *b, const quern_evidence_passage *passage,
                            int64_t score, quern_error *err)
{
    quern_hits *hits = b->hits;
    if (!b->explainer.live) {
        return QUERN_OK;
    }
    if (quern_grow(&hits->explanations, &hits->cap_explanations, hits->n + 1,
                   sizeof *hits->explanations)) {
        return quern_fail_nomem(err);
    }
    return quern_explain(&b->explainer, &b->highlighter.evidence, passage, score, &hits->arena,
                         &hits->explanations[hits->n], err);
}

/* Marks the hit's text, and its title as far as that is pooled into the passage. */
static quern_status mark(quern_hits_builder *b, quern_hit *hit, int64_t score, uint32_t title_words,
                         int has_text, quern_error *err)
{
    quern_evidence_passage passage = {hit->title, title_words, hit->text,
                                      !has_text,  hit,         b->language};
    QUERN_TRY(quern_highlight(&b->highlighter, &passage, err));
    QUERN_TRY(own_spans(b, QUERN_ZONE_TEXT, &hit->highlights, &hit->n_highlights, err));
    QUERN_TRY(
        own_spans(b, QUERN_ZONE_TITLE, &hit->title_highlights, &hit->n_title_highlights, err));
    return explain(b, &passage, score, err);
}

/* Reads the bytes of an article's passage, where they are stored; they stay in the builder. */
static quern_status read_text(quern_hits_builder *b, quern_segment *segment, uint32_t article,
                              const quern_stored_passage *passage, quern_string *out,
                              quern_error *err)
{
    if (!quern_segment_get_info(segment)->has_text) {
        return QUERN_OK;
    }
    quern_buf_clear(&b->text);
    QUERN_TRY(quern_segment_text(segment, article, passage->start, passage->end, &b->text, err));
    if (b->text.status) {
        return quern_fail_nomem(err);
    }
    out->data = (const char *)b->text.data;
    out->len = b->text.len;
    return QUERN_OK;
}

/* The place of one of the group's passages in its article. */
static quern_status find_place(const quern_hits_group *group, const quern_stored_article *article,
                               const quern_scored *scored, quern_stored_passage *out,
                               quern_error *err)
{
    uint32_t i = scored->passage - group->first_passage;
    if (i >= article->n_passages) {
        return quern_fail(
            err, QUERN_E_CORRUPT,
            "passage %u is not one of article %u - run: indexer rebuild --from-sources",
            scored->passage, group->article);
    }
    *out = article->passages[i];
    return QUERN_OK;
}

quern_status quern_hits_text(quern_hits_builder *b, const quern_hits_group *group,
                             quern_string *text, quern_string *title, quern_error *err)
{
    quern_segment *segment = b->snapshot->segments[group->segment].segment;
    quern_stored_article article;
    quern_stored_passage passage = {0};
    *text = (quern_string){"", 0};
    quern_arena_finish(&b->scratch);
    QUERN_TRY(quern_segment_article(segment, group->article, &b->scratch, &article, err));
    QUERN_TRY(find_place(group, &article, group->passages, &passage, err));
    *title = article.title;
    return read_text(b, segment, group->article, &passage, text, err);
}

static quern_status fill_passage(quern_hits_builder *b, const quern_hits_group *group,
                                 const quern_stored_article *article, const quern_scored *scored,
                                 quern_hit *hit, quern_error *err)
{
    quern_segment *segment = b->snapshot->segments[group->segment].segment;
    quern_stored_passage passage = {0};
    uint32_t title_words;
    QUERN_TRY(find_place(group, article, scored, &passage, err));
    hit->score = (double)scored->score / QUERN_BM25_ONE;
    hit->byte_start = passage.start;
    hit->byte_end = passage.end;
    hit->line = passage.line;
    hit->column = passage.column;
    if (b->places_only) {
        return QUERN_OK;
    }
    hit->text = group->text.data ? group->text : hit->text;
    if (!group->text.data) {
        QUERN_TRY(read_text(b, segment, group->article, &passage, &hit->text, err));
        if (own(&b->hits->arena, &hit->text)) {
            return quern_fail_nomem(err);
        }
    }
    QUERN_TRY(quern_segment_title_words(segment, scored->passage, &title_words, err));
    return mark(b, hit, scored->score, title_words, quern_segment_get_info(segment)->has_text, err);
}

quern_status quern_hits_add(quern_hits_builder *b, const quern_hits_group *group, quern_error *err)
{
    quern_hits *hits = b->hits;
    quern_stored_article article;
    quern_hit shared = no_hit;
    quern_arena_finish(&b->scratch);
    QUERN_TRY(quern_segment_article(b->snapshot->segments[group->segment].segment, group->article,
                                    &b->scratch, &article, err));
    QUERN_TRY(fill_article(b, &article, &shared, err));
    shared.rank = group->rank;
    shared.more_in_article = group->n_more;
    shared.copies = group->n_copies;
    if (quern_grow(&hits->items, &hits->cap, hits->n + group->n_passages, sizeof *hits->items)) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < group->n_passages; i++) {
        quern_hit hit = shared;
        QUERN_TRY(fill_passage(b, group, &article, &group->passages[i], &hit, err));
        hits->items[hits->n++] = hit;
    }
    return QUERN_OK;
}

/* ---- Of another engine ---- */

static quern_status fill_found(quern_hits_builder *b, const quern_engine_passage *passage,
                               quern_hit *hit, quern_error *err)
{
    hit->score = (double)passage->score / QUERN_BM25_ONE;
    hit->byte_start = passage->place.start;
    hit->byte_end = passage->place.end;
    hit->line = passage->place.line;
    hit->column = passage->place.column;
    if (b->places_only) {
        return QUERN_OK;
    }
    hit->text = passage->text;
    if (own(&b->hits->arena, &hit->text)) {
        return quern_fail_nomem(err);
    }
    return mark(b, hit, passage->score, passage->title_words,
                b->snapshot->manifest.config.store_text, err);
}

quern_status quern_hits_add_found(quern_hits_builder *b, const quern_engine_found *found,
                                  uint32_t rank, uint64_t n_copies, quern_error *err)
{
    quern_hits *hits = b->hits;
    quern_hit shared = no_hit;
    QUERN_TRY(fill_article(b, &found->article, &shared, err));
    shared.rank = rank;
    shared.more_in_article = b->places_only ? 0 : found->n_more;
    shared.copies = n_copies;
    if (quern_grow(&hits->items, &hits->cap, hits->n + found->n_passages, sizeof *hits->items)) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < found->n_passages; i++) {
        quern_hit hit = shared;
        QUERN_TRY(fill_found(b, &found->passages[i], &hit, err));
        hits->items[hits->n++] = hit;
    }
    return QUERN_OK;
}
