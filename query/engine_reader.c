/* SPDX-License-Identifier: MIT */
/* engine_reader - see engine_reader.h. */
#include "query/engine_reader.h"

#include "stemmer/languages.h"

quern_status quern_engine_reader_open(quern_engine_reader *r, quern_snapshot *snapshot,
                                      quern_error *err)
{
    const quern_engine *engine = NULL;
    if (!snapshot->manifest.config.engine[0]) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_engine_load(snapshot->manifest.config.engine, &engine, err));
    QUERN_TRY(engine->open(snapshot->dir, &r->db, err));
    r->engine = engine;
    return quern_engine_get_roots(engine, r->db, &snapshot->manifest, err);
}

void quern_engine_reader_close(quern_engine_reader *r)
{
    if (r->engine) {
        r->engine->close(r->db);
    }
    memset(r, 0, sizeof *r);
}

quern_status quern_engine_reader_sources(quern_engine_reader *r, quern_snapshot *snapshot,
                                         quern_sources **out, quern_error *err)
{
    return r->engine ? quern_engine_get_sources(r->engine, r->db, out, err)
                     : quern_snapshot_sources(snapshot, out, err);
}

typedef struct lister {
    int (*each)(const quern_listing *listing, void *payload);
    void *payload;
    int *stopped;
    const char *languages; /* of the index */
} lister;

static int list_article(const quern_article *article, uint32_t n_passages, uint32_t language,
                        void *payload)
{
    const lister *l = payload;
    char name[QUERN_LANGUAGE_BYTES];
    quern_listing listing = {.size = sizeof listing};
    listing.source = article->source;
    listing.id = article->id;
    listing.title = article->title;
    listing.date = article->date;
    listing.text_bytes = article->text.len;
    listing.passages = n_passages;
    listing.language = quern_languages_at(l->languages, language, name);
    *l->stopped = l->each(&listing, l->payload) != 0;
    return *l->stopped;
}

quern_status quern_engine_reader_list(quern_engine_reader *r, const char *languages,
                                      int (*each)(const quern_listing *listing, void *payload),
                                      void *payload, int *stopped, quern_error *err)
{
    lister l = {each, payload, stopped, languages};
    *stopped = 0;
    return r->engine->each_article(r->db, 0, list_article, &l, err);
}
