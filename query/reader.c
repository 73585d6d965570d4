/* SPDX-License-Identifier: MIT */
/* reader - opens a generation for questions, and answers those about the index itself.
 *
 * An index answers nothing where this program would make other terms of a text than were indexed:
 * then a word could be in a passage and not be found. Two things are compared with the manifest,
 * the version of the analysis, and its fingerprint, which also differs where only the libraries
 * behind it do (another libstemmer, newer Unicode tables).
 */
#include "query/reader.h"

#include "index/store.h"
#include "stemmer/languages.h"

#include <stdlib.h>

enum { KEEP_BYTES = 4 << 20 }; /* an idle analysis forgets its words where they take more */

/* ---- Open and free ---- */

quern_status quern_reader_check_analysis(const char *what, const quern_index_config *config,
                                         quern_analysis **out, quern_error *err)
{
    uint64_t fingerprint = 0;
    int same = config->analysis_version == QUERN_ANALYSIS_VERSION;
    if (same) {
        quern_status status = quern_analysis_new(config->language, out, err);
        if (!status) {
            status = quern_analysis_fingerprint(*out, &fingerprint, err);
        }
        if (status && status != QUERN_E_SYNTAX) { /* SYNTAX: no stemmer of that language here */
            return status;
        }
        same = !status && fingerprint == config->analysis_fingerprint;
    }
    if (!same) {
        return quern_fail(err, QUERN_E_VERSION,
                          "%s was made with another analysis - run: indexer rebuild", what);
    }
    return QUERN_OK;
}

quern_status quern_reader_open(quern_index *index, quern_reader **out, quern_error *err)
{
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!index || !out) {
        return quern_fail(err, QUERN_E_INVALID, "quern_reader_open: an argument is missing");
    }
    quern_reader *reader = quern_alloc_zero(1, sizeof *reader);
    if (!reader) {
        return quern_fail_nomem(err);
    }
    pthread_mutex_init(&reader->lock, NULL);
    quern_analysis *analysis = NULL;
    quern_status status =
        quern_snapshot_open(index->vfs, index->path, index->in_memory, &reader->snapshot, err);
    if (!status) {
        status = quern_reader_check_analysis(index->path, &reader->snapshot->manifest.config,
                                             &analysis, err);
    }
    if (!status) {
        status = quern_engine_reader_open(&reader->guest, reader->snapshot, err);
    }
    quern_reader_give_analysis(reader, analysis);
    if (status) {
        quern_reader_free(reader);
        return status;
    }
    *out = reader;
    return QUERN_OK;
}

void quern_reader_free(quern_reader *reader)
{
    if (reader) {
        for (size_t i = 0; i < reader->n_idle; i++) {
            quern_analysis_free(reader->idle[i]);
        }
        quern_engine_reader_close(&reader->guest);
        quern_snapshot_free(reader->snapshot);
        quern_shards_free(reader->shards);
        pthread_mutex_destroy(&reader->lock);
        quern_free(reader);
    }
}

quern_status quern_reader_take_analysis(quern_reader *reader, quern_analysis **out,
                                        quern_error *err)
{
    *out = NULL;
    pthread_mutex_lock(&reader->lock);
    if (reader->n_idle > 0) {
        *out = reader->idle[--reader->n_idle];
    }
    pthread_mutex_unlock(&reader->lock);
    if (*out) {
        return QUERN_OK;
    }
    return quern_analysis_new(reader->snapshot->manifest.config.language, out, err);
}

void quern_reader_give_analysis(quern_reader *reader, quern_analysis *analysis)
{
    if (analysis) {
        (void)quern_analysis_use(analysis, 0);
        if (quern_analysis_memory(analysis) > KEEP_BYTES) {
            quern_analysis_reset(analysis);
        }
    }
    pthread_mutex_lock(&reader->lock);
    if (analysis && reader->n_idle < QUERN_READER_IDLE) {
        reader->idle[reader->n_idle++] = analysis;
        analysis = NULL;
    }
    pthread_mutex_unlock(&reader->lock);
    quern_analysis_free(analysis);
}

/* ---- About the index ---- */

/* Steps all walks that stand at the least key. *more is 0 when all are at their end. */
static quern_status step_least(quern_dictionary_walk *walks, int *open, size_t n, int *more,
                               quern_error *err)
{
    char least[sizeof walks->key];
    size_t len = 0;
    *more = 0;
    for (size_t i = 0; i < n; i++) {
        if (!open[i]) {
            continue;
        }
        size_t shared = walks[i].key_len < len ? walks[i].key_len : len;
        int order = *more ? memcmp(walks[i].key, least, shared) : -1;
        if (order < 0 || (order == 0 && walks[i].key_len < len)) {
            len = walks[i].key_len;
            memcpy(least, walks[i].key, len);
        }
        *more = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (open[i] && walks[i].key_len == len && memcmp(walks[i].key, least, len) == 0) {
            QUERN_TRY(quern_dictionary_next(&walks[i], &open[i], err));
        }
    }
    return QUERN_OK;
}

static quern_status count_merged(const quern_snapshot *s, quern_dictionary_walk *walks, int *open,
                                 uint64_t *out, quern_error *err)
{
    size_t n = s->n_segments;
    for (size_t i = 0; i < n; i++) {
        QUERN_TRY(quern_dictionary_seek(&walks[i], s->segments[i].segment, "", 0, err));
        QUERN_TRY(quern_dictionary_next(&walks[i], &open[i], err));
    }
    for (int more = 1; more; *out += (uint64_t)more) {
        QUERN_TRY(step_least(walks, open, n, &more, err));
    }
    return QUERN_OK;
}

/* Distinct terms: the dictionaries of all segments are walked side by side. */
static quern_status count_terms(const quern_snapshot *s, uint64_t *out, quern_error *err)
{
    *out = 0;
    if (s->n_segments == 1) {
        *out = quern_segment_get_info(s->segments[0].segment)->n_terms;
        return QUERN_OK;
    }
    quern_dictionary_walk *walks = quern_alloc(s->n_segments * sizeof *walks);
    int *open = quern_alloc_zero(s->n_segments, sizeof *open);
    quern_status status =
        walks && open ? count_merged(s, walks, open, out, err) : quern_fail_nomem(err);
    quern_free(walks);
    quern_free(open);
    return status;
}

static int count_skipped(quern_source *source, void *payload)
{
    quern_stats *stats = payload;
    stats->sources++;
    stats->skipped += source->skip_reason != NULL;
    return 0;
}

static uint64_t count_bytes(const quern_snapshot *s)
{
    quern_vstat st = {0};
    const quern_manifest *m = &s->manifest;
    uint64_t bytes = m->sources_generation ? m->sources_bytes : 0;
    for (size_t i = 0; i < m->n_segments; i++) {
        bytes += m->segments[i].ref.bytes;
        bytes += m->segments[i].dead.generation ? m->segments[i].dead.bytes : 0;
    }
    if (s->lease && s->vfs->stat(s->vfs, s->lease, &st) == 0) { /* the manifest itself */
        bytes += st.size;
    }
    return bytes;
}

static quern_status take_stats(const quern_snapshot *s, quern_stats *stats, quern_error *err)
{
    stats->generation = s->manifest.generation;
    stats->articles = s->n_articles;
    stats->passages = s->n_passages;
    stats->words = s->sum_len;
    stats->segments = s->n_segments;
    stats->text_bytes = s->text_bytes;
    stats->index_bytes = count_bytes(s);
    return count_terms(s, &stats->terms, err);
}

quern_status quern_reader_stats(quern_reader *reader, quern_stats *out, quern_error *err)
{
    quern_stats stats = QUERN_STATS_INIT;
    quern_sources *sources = NULL;
    quern_error_clear(err);
    if (!reader || !out || out->size < sizeof out->size) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_reader_stats: an argument is missing - "
                          "start from QUERN_STATS_INIT");
    }
    if (reader->guest.engine) {
        QUERN_TRY(reader->guest.engine->stats(reader->guest.db, &stats, err));
    } else {
        QUERN_TRY(take_stats(reader->snapshot, &stats, err));
    }
    if (!reader->shards) {
        QUERN_TRY(quern_engine_reader_sources(&reader->guest, reader->snapshot, &sources, err));
        quern_sources_each(sources, count_skipped, &stats);
        quern_sources_free(sources);
    }
    quern_struct_write(out, &stats, sizeof stats);
    return QUERN_OK;
}

quern_status quern_reader_options(quern_reader *reader, quern_index_options *out, quern_error *err)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    quern_error_clear(err);
    if (!reader || !out || out->size < sizeof out->size) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_reader_options: an argument is missing - "
                          "start from QUERN_INDEX_OPTIONS_INIT");
    }
    const quern_index_config *config = &reader->snapshot->manifest.config;
    options.passage_words = config->passage_words;
    options.language = config->language;
    options.no_titles = !config->pool_titles;
    options.no_text = !config->store_text;
    options.engine = config->engine[0] ? config->engine : "native";
    quern_struct_write(out, &options, sizeof options);
    return QUERN_OK;
}

const char *quern_reader_root(quern_reader *reader, size_t n)
{
    const quern_manifest *m = reader ? &reader->snapshot->manifest : NULL;
    return m && n < m->n_roots ? m->roots[n] : NULL;
}

/* ---- Listing ---- */

typedef struct lister {
    int (*each)(const quern_listing *listing, void *payload);
    void *payload;
    int stopped;
    const char *languages; /* of the index */
    quern_arena arena;     /* of the article at hand */
    quern_source **skipped;
    size_t n_skipped, cap_skipped;
} lister;

static quern_status list_article(lister *l, quern_segment *segment, uint32_t i, quern_error *err)
{
    quern_stored_article article;
    quern_listing listing = {.size = sizeof listing};
    char name[QUERN_LANGUAGE_BYTES];
    quern_arena_finish(&l->arena);
    QUERN_TRY(quern_segment_article(segment, i, &l->arena, &article, err));
    listing.date = article.date;
    listing.text_bytes = article.text_bytes;
    listing.passages = article.n_passages;
    listing.language = quern_languages_at(l->languages, article.analysed_in, name);
    quern_string *out[] = {&listing.source, &listing.id, &listing.title};
    const quern_string *in[] = {&article.source, &article.id, &article.title};
    for (size_t k = 0; k < 3; k++) {
        out[k]->data = quern_arena_copy(&l->arena, in[k]->data, in[k]->len);
        out[k]->len = in[k]->len;
        if (!out[k]->data) {
            return quern_fail_nomem(err);
        }
    }
    l->stopped = l->each(&listing, l->payload) != 0;
    return QUERN_OK;
}

static quern_status list_articles(lister *l, const quern_snapshot_segment *seg, quern_error *err)
{
    uint32_t n = quern_segment_get_info(seg->segment)->ref.n_articles;
    for (uint32_t i = 0; i < n && !l->stopped; i++) {
        if (!quern_tombstones_article(seg->dead, i)) {
            QUERN_TRY(list_article(l, seg->segment, i, err));
        }
    }
    return QUERN_OK;
}

static int keep_skipped(quern_source *source, void *payload)
{
    lister *l = payload;
    if (!source->skip_reason) {
        return 0;
    }
    if (quern_grow(&l->skipped, &l->cap_skipped, l->n_skipped + 1, sizeof(quern_source *))) {
        return -1;
    }
    l->skipped[l->n_skipped++] = source;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const quern_source *const *x = a;
    const quern_source *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static quern_status list_skipped(lister *l, quern_sources *sources, quern_error *err)
{
    if (quern_sources_each(sources, keep_skipped, l)) {
        return quern_fail_nomem(err);
    }
    if (l->n_skipped > 1) {
        qsort(l->skipped, l->n_skipped, sizeof(quern_source *), by_name);
    }
    for (size_t i = 0; i < l->n_skipped && !l->stopped; i++) {
        quern_listing listing = {.size = sizeof listing, .date = QUERN_NO_DATE};
        listing.source = quern_str(l->skipped[i]->name);
        listing.id = quern_str("");
        listing.title = quern_str("");
        listing.language = quern_str("");
        listing.skip_reason = l->skipped[i]->skip_reason;
        l->stopped = l->each(&listing, l->payload) != 0;
    }
    return QUERN_OK;
}

quern_status quern_reader_list(quern_reader *reader,
                               int (*each)(const quern_listing *listing, void *payload),
                               void *payload, quern_error *err)
{
    lister l = {.each = each, .payload = payload};
    quern_sources *sources = NULL;
    quern_status status = QUERN_OK;
    quern_error_clear(err);
    if (!reader || !each) {
        return quern_fail(err, QUERN_E_INVALID, "quern_reader_list: an argument is missing");
    }
    quern_snapshot *s = reader->snapshot;
    l.languages = s->manifest.config.language;
    if (reader->guest.engine) {
        status = quern_engine_reader_list(&reader->guest, s->manifest.config.language, each,
                                          payload, &l.stopped, err);
    }
    for (size_t i = 0; !status && i < s->n_segments && !l.stopped; i++) {
        status = list_articles(&l, &s->segments[i], err);
    }
    if (!status && !l.stopped && !reader->shards) {
        status = quern_engine_reader_sources(&reader->guest, s, &sources, err);
        status = status ? status : list_skipped(&l, sources, err);
    }
    quern_sources_free(sources);
    quern_free(l.skipped);
    quern_arena_finish(&l.arena);
    return status;
}
