/* SPDX-License-Identifier: MIT */
/* rebuild - see rebuild.h.
 *
 * The old index is locked, so nobody changes it meanwhile; readers go on. The fresh one is made in
 * a directory beside it, filled by an ordinary writer from the stored articles and texts, given the
 * roots and the table of sources, committed, and then both directories change names at once. A
 * failure at any point before leaves the old index as it was; a power cut leaves a directory that
 * the next rebuild sweeps away.
 *
 * The old index may have another analysis: its terms are never read, only articles and texts. */
#include "indexer/rebuild.h"

#include "index/collect.h"
#include "index/engine.h"
#include "indexer/create.h"
#include "indexer/writer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct rebuild {
    quern_vfs *vfs;
    quern_store *old;
    const quern_manifest *manifest; /* of the old */
    const char *dir;
    char *fresh;
    int made; /* the directory is there */
    quern_index *index;
    quern_writer *writer;
    quern_buf text;
    const quern_engine *engine; /* of the old index; NULL: the native one */
    quern_engine_db *db;
} rebuild;

/* ---- Articles ---- */

static quern_status carry_article(rebuild *r, quern_segment *segment, uint32_t i,
                                  quern_arena *arena, quern_error *err)
{
    quern_stored_article from;
    quern_article to = QUERN_ARTICLE_INIT;
    QUERN_TRY(quern_segment_article(segment, i, arena, &from, err));
    quern_buf_clear(&r->text);
    QUERN_TRY(quern_segment_text(segment, i, 0, from.text_bytes, &r->text, err));
    to.source = from.source;
    to.id = from.id;
    to.title = from.title;
    to.text.data = (const char *)r->text.data;
    to.text.len = r->text.len;
    to.date = from.date;
    to.language = from.language;
    to.fields = from.fields;
    to.n_fields = from.n_fields;
    to.line = from.line;
    to.title_in_text = from.title_in_text;
    to.offsets_in_text = from.offsets_in_text;
    return quern_writer_put(r->writer, &to, err);
}

typedef struct carrying {
    rebuild *r;
    quern_status status;
    quern_error *err;
} carrying;

static int carry_foreign(const quern_article *article, uint32_t n_passages, uint32_t language,
                         void *payload)
{
    carrying *c = payload;
    (void)n_passages;
    (void)language;
    c->status = quern_writer_put(c->r->writer, article, c->err);
    return c->status != QUERN_OK;
}

/* The articles of another engine, and what it knows of files. */
static quern_status open_guest(rebuild *r, quern_error *err)
{
    if (!r->manifest->config.engine[0]) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_engine_load(r->manifest->config.engine, &r->engine, err));
    return r->engine->open(r->dir, &r->db, err);
}

static quern_status carry_database(rebuild *r, quern_error *err)
{
    carrying c = {r, QUERN_OK, err};
    QUERN_TRY(r->engine->each_article(r->db, 1, carry_foreign, &c, err));
    return c.status;
}

static quern_status carry_segment(rebuild *r, const quern_manifest_segment *from, quern_error *err)
{
    quern_segment *segment = NULL;
    quern_tombstones *dead = NULL;
    quern_status status = quern_segment_open(r->vfs, r->dir, &from->ref, 0, &segment, err);
    if (!status && from->dead.generation) {
        status = quern_tombstones_open(r->vfs, r->dir, segment, &from->dead, &dead, err);
    }
    for (uint32_t i = 0; !status && i < from->ref.n_articles; i++) {
        if (!quern_tombstones_article(dead, i)) {
            quern_arena arena;
            quern_arena_init(&arena);
            status = carry_article(r, segment, i, &arena, err);
            quern_arena_finish(&arena);
        }
    }
    quern_tombstones_free(dead);
    quern_segment_close(segment);
    return status;
}

/* ---- What is known of files ---- */

typedef struct copying {
    quern_sources *to;
    quern_status status;
    quern_error *err;
} copying;

static int copy_source(quern_source *from, void *payload)
{
    copying *c = payload;
    quern_source *to = NULL;
    c->status = quern_sources_put(c->to, from->name, &to, c->err);
    if (!c->status && from->skip_reason) {
        c->status = quern_sources_set_skip(to, from->skip_reason, c->err);
    }
    if (!c->status) {
        to->size = from->size;
        to->mtime_ns = from->mtime_ns;
        to->read_ns = from->read_ns;
        to->hash = from->hash;
        to->n_articles = from->n_articles;
    }
    return c->status != QUERN_OK;
}

static quern_status carry_roots(rebuild *r, quern_error *err)
{
    quern_manifest m;
    quern_status status = quern_manifest_copy(r->manifest, &m, err);
    if (!status && r->engine) {
        status = quern_engine_get_roots(r->engine, r->db, &m, err);
    }
    for (size_t i = 0; !status && i < m.n_roots; i++) {
        status = quern_writer_add_root(r->writer, m.roots[i], err);
    }
    quern_manifest_finish(&m);
    return status;
}

static quern_status carry_sources(rebuild *r, quern_error *err)
{
    const quern_manifest *m = r->manifest;
    quern_sources *from = NULL;
    QUERN_TRY(carry_roots(r, err));
    if (r->engine) {
        QUERN_TRY(quern_engine_get_sources(r->engine, r->db, &from, err));
    } else if (m->sources_generation) {
        QUERN_TRY(quern_sources_open(r->vfs, r->dir, m->sources_generation, m->sources_bytes,
                                     m->sources_hash, &from, err));
    } else {
        return QUERN_OK;
    }
    copying c = {quern_writer_sources(r->writer), QUERN_OK, err};
    (void)quern_sources_each(from, copy_source, &c);
    quern_sources_free(from);
    quern_writer_sources_changed(r->writer);
    return c.status;
}

/* ---- All of it ---- */

/* The options of the old index, where none are given. */
static void old_options(const rebuild *r, quern_index_options *out)
{
    const quern_index_config *config = &r->manifest->config;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    *out = options;
    out->passage_words = config->passage_words;
    out->language = config->language;
    out->no_titles = !config->pool_titles;
    out->no_text = !config->store_text;
    out->engine = config->engine[0] ? config->engine : NULL;
}

static quern_status make_fresh(rebuild *r, const quern_index_options *options, quern_error *err)
{
    quern_index_options same;
    old_options(r, &same);
    quern_store_sweep(r->vfs, r->dir);
    QUERN_TRY(quern_store_fresh_path(r->vfs, r->dir, &r->fresh, err));
    QUERN_TRY(quern_create_index(r->vfs, r->fresh, options ? options : &same, err));
    r->made = 1;
    QUERN_TRY(quern_store_index(r->vfs, r->fresh, NULL, &r->index, err));
    return quern_writer_open(r->index, NULL, &r->writer, err);
}

static quern_status fill(rebuild *r, quern_error *err)
{
    if (r->engine) {
        QUERN_TRY(carry_database(r, err));
    }
    for (size_t i = 0; i < r->manifest->n_segments; i++) {
        QUERN_TRY(carry_segment(r, &r->manifest->segments[i], err));
    }
    QUERN_TRY(carry_sources(r, err));
    return quern_writer_commit(r->writer, err);
}

static quern_status run(rebuild *r, const quern_index_options *options, quern_error *err)
{
    QUERN_TRY(quern_store_lock(r->vfs, r->dir, 0, &r->old, err));
    r->manifest = quern_store_manifest(r->old);
    if (!r->manifest->config.store_text &&
        (r->manifest->n_segments > 0 || r->manifest->config.engine[0])) {
        return quern_fail(err, QUERN_E_INVALID,
                          "the index %s stores no texts to rebuild from - read the sources again: "
                          "indexer rebuild --from-sources",
                          r->dir);
    }
    QUERN_TRY(open_guest(r, err));
    QUERN_TRY(make_fresh(r, options, err));
    QUERN_TRY(fill(r, err));
    quern_writer_close(r->writer);
    r->writer = NULL;
    return quern_store_replace(r->old, r->fresh, err);
}

quern_status quern_rebuild_index(quern_vfs *vfs, const char *dir,
                                 const quern_index_options *options, quern_error *err)
{
    rebuild r;
    memset(&r, 0, sizeof r);
    r.vfs = vfs;
    r.dir = dir;
    quern_status status = run(&r, options, err);
    quern_writer_close(r.writer);
    quern_index_close(r.index);
    if (r.db) {
        r.engine->close(r.db);
    }
    if (status && status != QUERN_E_UNKNOWN_OUTCOME && r.made) {
        quern_collect_directory(vfs, r.fresh);
    }
    quern_store_unlock(r.old);
    quern_buf_finish(&r.text);
    quern_free(r.fresh);
    return status;
}

quern_status quern_index_rebuild(const char *path, const quern_index_options *options,
                                 quern_error *err)
{
    char resolved[PATH_MAX]; /* where path is a link, what it leads to is replaced */
    quern_error_clear(err);
    return quern_rebuild_index(quern_vfs_posix(), realpath(path, resolved) ? resolved : path,
                               options, err);
}
