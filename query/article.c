/* SPDX-License-Identifier: MIT */
/* article - one article of a reader by its key, whichever engine keeps it (quern.h). */
#include "query/reader.h"

/* The article that is looked for, and what it is handed to. */
typedef struct seeker {
    quern_string source, id;
    void (*take)(const quern_article *article, void *payload);
    void *payload;
    int found;
} seeker;

static int is_it(const seeker *s, quern_string source, quern_string id)
{
    return quern_key_compare(s->source, s->id, source, id) == 0;
}

static void give(seeker *s, const quern_article *article)
{
    s->found = 1;
    s->take(article, s->payload);
}

static quern_status give_stored(seeker *s, quern_segment *segment, uint32_t number,
                                quern_arena *arena, quern_buf *text, quern_error *err)
{
    quern_stored_article stored;
    quern_article article = QUERN_ARTICLE_INIT;
    QUERN_TRY(quern_segment_article(segment, number, arena, &stored, err));
    QUERN_TRY(quern_segment_text(segment, number, 0, stored.text_bytes, text, err));
    if (text->status) {
        return quern_fail_nomem(err);
    }
    article.source = stored.source;
    article.id = stored.id;
    article.title = stored.title;
    article.text.data = text->len ? (const char *)text->data : "";
    article.text.len = text->len;
    article.date = stored.date;
    article.fields = stored.fields;
    article.n_fields = stored.n_fields;
    article.offsets_in_text = stored.offsets_in_text;
    give(s, &article);
    return QUERN_OK;
}

static quern_status seek_native(seeker *s, const quern_snapshot *snapshot, quern_error *err)
{
    quern_status status = QUERN_OK;
    for (size_t i = 0; !status && i < snapshot->n_segments && !s->found; i++) {
        quern_arena arena = {0};
        quern_buf text = {0};
        uint32_t number;
        int exact;
        quern_segment *segment = snapshot->segments[i].segment;
        status = quern_segment_find(segment, s->source, s->id, &number, &exact, err);
        if (!status && exact && !quern_tombstones_article(snapshot->segments[i].dead, number)) {
            status = give_stored(s, segment, number, &arena, &text, err);
        }
        quern_arena_finish(&arena);
        quern_buf_finish(&text);
    }
    return status;
}

static int see_article(const quern_article *article, uint32_t n_passages, uint32_t language,
                       void *payload)
{
    seeker *s = payload;
    (void)n_passages;
    (void)language;
    if (is_it(s, article->source, article->id)) {
        give(s, article);
    }
    return s->found;
}

quern_status quern_reader_article(quern_reader *reader, quern_string source, quern_string id,
                                  void (*take)(const quern_article *article, void *payload),
                                  void *payload, quern_error *err)
{
    seeker s = {source, id, take, payload, 0};
    quern_error_clear(err);
    if (!reader || !take || (!source.data && source.len) || (!id.data && id.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_reader_article: an argument is missing");
    }
    if (!reader->snapshot->manifest.config.store_text) {
        return quern_fail(err, QUERN_E_NOT_FOUND, "the index stores no texts");
    }
    const quern_engine_reader *guest = &reader->guest;
    QUERN_TRY(guest->engine ? guest->engine->each_article(guest->db, 1, see_article, &s, err)
                            : seek_native(&s, reader->snapshot, err));
    return s.found ? QUERN_OK
                   : quern_fail(err, QUERN_E_NOT_FOUND, "no article %.*s%s%.*s is in the index",
                                (int)(source.len < 200 ? source.len : 200), source.data,
                                id.len ? " " : "", (int)(id.len < 40 ? id.len : 40),
                                id.len ? id.data : "");
}
