/* SPDX-License-Identifier: MIT */
/* writer - the public functions of a quern_writer: opening, putting, deleting. What a commit does
 * is in commit.c, what flushing does in flush.c; writer_state.h has the picture.
 *
 * Invariant: a key is alive in one place at most, the run at hand, the run being flushed, or one
 * segment of the shelf. Whatever puts or deletes it kills it everywhere else at once. So how many
 * articles a delete removes is known when it is called, and a merge never meets a key twice. */
#include "indexer/writer_state.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY_DEFAULT ((uint64_t)256 << 20)
#define MEMORY_LEAST ((uint64_t)32 << 20)
#define MEMORY_FIXED ((uint64_t)28 << 20)
#define KEY_MOST 4096
#define TEXT_MOST ((size_t)1 << 30)
#define TOKENS_MOST ((uint64_t)1 << 31) /* in a run */

/* ---- State ---- */

quern_status quern_writer_settle(quern_writer *w, quern_status status, const quern_error *mine,
                                 quern_error *err)
{
    if (status && !w->spent) {
        w->spent = status;
        w->error = *mine;
    }
    if (status && err) {
        *err = *mine;
    }
    return status;
}

quern_status quern_writer_ready(const quern_writer *w, quern_error *err)
{
    if (w->spent && err) {
        *err = w->error;
    }
    return w->spent;
}

const char *quern_writer_path(const quern_writer *w)
{
    return w->dir;
}

quern_sources *quern_writer_sources(quern_writer *w)
{
    return w->sources;
}

void quern_writer_sources_changed(quern_writer *w)
{
    w->sources_changed = 1;
}

size_t quern_writer_root_count(const quern_writer *w)
{
    return w->next.n_roots;
}

const char *quern_writer_root(const quern_writer *w, size_t i)
{
    return w->next.roots[i];
}

static size_t find_root(const quern_writer *w, const char *root)
{
    size_t i = 0;
    while (i < w->next.n_roots && strcmp(w->next.roots[i], root) != 0) {
        i++;
    }
    return i;
}

quern_status quern_writer_add_root(quern_writer *w, const char *root, quern_error *err)
{
    QUERN_TRY(quern_writer_ready(w, err));
    if (find_root(w, root) < w->next.n_roots) {
        return QUERN_OK;
    }
    quern_error mine;
    quern_status status = quern_manifest_add_root(&w->next, root, &mine);
    w->changed |= !status;
    w->guest.roots_changed |= !status;
    return quern_writer_settle(w, status, &mine, err);
}

quern_status quern_writer_drop_root(quern_writer *w, const char *root, quern_error *err)
{
    QUERN_TRY(quern_writer_ready(w, err));
    size_t i = find_root(w, root);
    if (i == w->next.n_roots) {
        return quern_fail(err, QUERN_E_NOT_FOUND, "%s is not a root of the index", root);
    }
    quern_free(w->next.roots[i]);
    memmove(&w->next.roots[i], &w->next.roots[i + 1],
            (w->next.n_roots - i - 1) * sizeof *w->next.roots);
    w->next.n_roots--;
    w->changed = 1;
    w->guest.roots_changed = 1;
    return QUERN_OK;
}

int quern_writer_has_changes(const quern_writer *w)
{
    return w->changed || w->sources_changed;
}

/* ---- Opening and closing ---- */

static quern_status read_options(quern_writer *w, const quern_writer_options *options,
                                 uint32_t *wait_ms, quern_error *err)
{
    quern_writer_options o = QUERN_WRITER_OPTIONS_INIT;
    if (options && options->size < sizeof *options) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_writer_options without its size - begin with "
                          "QUERN_WRITER_OPTIONS_INIT");
    }
    o = options ? *options : o;
    w->memory = o.memory_bytes ? o.memory_bytes : MEMORY_DEFAULT;
    w->threads = o.threads ? o.threads : 2;
    *wait_ms = o.wait_ms;
    if (w->memory < MEMORY_LEAST) {
        return quern_fail(err, QUERN_E_INVALID,
                          "%llu bytes are too few to index with - give 32 MiB or more",
                          (unsigned long long)w->memory);
    }
    if (w->threads > 2) {
        return quern_fail(err, QUERN_E_INVALID, "a writer has 1 or 2 threads, not %u", w->threads);
    }
    return QUERN_OK;
}

static quern_status test_analysis(const quern_writer *w, quern_error *err)
{
    const quern_index_config *config = &w->next.config;
    uint64_t fingerprint = 0;
    QUERN_TRY(quern_analysis_fingerprint(w->inverter.analysis, &fingerprint, err));
    if (config->analysis_version == QUERN_ANALYSIS_VERSION &&
        config->analysis_fingerprint == fingerprint) {
        return QUERN_OK;
    }
    return quern_fail(err, QUERN_E_VERSION,
                      "the index %s was made with another analysis - run: indexer rebuild", w->dir);
}

static quern_status open_sources(quern_writer *w, quern_error *err)
{
    const quern_manifest *m = quern_store_manifest(w->store);
    if (!m->sources_generation) {
        return quern_sources_new(&w->sources, err);
    }
    return quern_sources_open(w->vfs, w->dir, m->sources_generation, m->sources_bytes,
                              m->sources_hash, &w->sources, err);
}

static quern_status open_state(quern_writer *w, uint32_t wait_ms, quern_error *err)
{
    QUERN_TRY(quern_store_lock(w->vfs, w->dir, wait_ms, &w->store, err));
    QUERN_TRY(quern_manifest_copy(quern_store_manifest(w->store), &w->next, err));
    QUERN_TRY(quern_inverter_init(&w->inverter, &w->next.config, err));
    QUERN_TRY(test_analysis(w, err));
    if (w->next.config.engine[0]) {
        return quern_engine_writer_open(&w->guest, w->dir, &w->next, &w->sources, err);
    }
    QUERN_TRY(open_sources(w, err));
    w->shelf.vfs = w->vfs;
    w->shelf.dir = w->dir;
    w->shelf.filter_most = (size_t)(quern_writer_room(w) / 16);
    return quern_shelf_open(&w->shelf, &w->next, err);
}

quern_status quern_writer_open(quern_index *index, const quern_writer_options *options,
                               quern_writer **out, quern_error *err)
{
    uint32_t wait_ms = 0;
    quern_error_clear(err);
    *out = NULL;
    quern_writer *w = quern_alloc_zero(1, sizeof *w);
    size_t len = strlen(index->path) + 1;
    char *dir = quern_alloc(len);
    if (!w || !dir) {
        quern_free(w);
        quern_free(dir);
        return quern_fail_nomem(err);
    }
    memcpy(dir, index->path, len);
    w->dir = dir;
    w->vfs = index->vfs;
    w->run = &w->runs[0];
    w->other = &w->runs[1];
    quern_status status = read_options(w, options, &wait_ms, err);
    status = status ? status : open_state(w, wait_ms, err);
    if (status) {
        quern_writer_close(w);
        return status;
    }
    *out = w;
    return QUERN_OK;
}

void quern_writer_close(quern_writer *w)
{
    if (!w) {
        return;
    }
    if (w->has_job && !quern_job_wait(&w->job, NULL)) {
        (void)quern_job_adopt(&w->job, &w->shelf, NULL); /* so that its files are unlinked */
    }
    quern_engine_writer_close(&w->guest);
    quern_job_finish(&w->job);
    quern_flush_buffer_finish(&w->job.buffer);
    quern_shelf_unlink(&w->shelf);
    quern_shelf_close(&w->shelf);
    quern_run_finish(&w->runs[0]);
    quern_run_finish(&w->runs[1]);
    quern_inverter_finish(&w->inverter);
    quern_language_finish(&w->language);
    quern_sources_free(w->sources);
    quern_manifest_finish(&w->next);
    quern_store_unlock(w->store);
    quern_free(w->dir);
    quern_free(w);
}

/* ---- Memory ---- */

uint64_t quern_writer_room(const quern_writer *w)
{
    return w->memory - MEMORY_FIXED - w->memory / 16;
}

static size_t all_runs(const quern_writer *w)
{
    uint64_t room = quern_writer_room(w);
    uint64_t taken = w->shelf.filter_bytes + quern_inverter_memory(&w->inverter);
    uint64_t least = room / 4;
    return (size_t)(taken + least < room ? room - taken : least);
}

size_t quern_writer_run_limit(const quern_writer *w)
{
    return all_runs(w) / w->threads;
}

size_t quern_writer_sort_bytes(const quern_writer *w)
{
    size_t needs = (size_t)w->run->n_tokens * QUERN_FLUSH_TOKEN;
    size_t has = w->threads == 1 ? w->job.buffer.bytes : 0;
    return needs > has ? needs : has;
}

size_t quern_writer_run_used(const quern_writer *w)
{
    return quern_run_memory(w->run) + quern_run_flush_memory(w->run) + quern_writer_sort_bytes(w) +
           (size_t)w->inverter.numbers.view.n * 12;
}

/* What an article will about take: its text, and a word of the log with a word to sort it for every
 * six bytes. */
static size_t estimate(const quern_writer *w, const quern_article *a)
{
    size_t text = a->text.len + a->text.len / 2;
    return (w->next.config.store_text ? text + a->text.len : text) + a->title.len + 1024;
}

/* Flushes the run where the next article would not fit into it. */
static quern_status make_room(quern_writer *w, const quern_article *article, quern_error *err)
{
    size_t limit = quern_writer_run_limit(w);
    size_t needs = estimate(w, article);
    uint64_t terms = w->inverter.numbers.view.n + (uint64_t)article->text.len;
    if (w->run->n > 0 && (quern_writer_run_used(w) + needs > limit ||
                          w->run->n_tokens > TOKENS_MOST || terms >= QUERN_NUMBERS_MAX)) {
        QUERN_TRY(quern_writer_flush(w, err));
    }
    if (needs > limit) { /* it may have all the memory */
        QUERN_TRY(quern_writer_join(w, err));
        quern_flush_buffer_finish(&w->job.buffer);
    }
    return QUERN_OK;
}

/* ---- Putting ---- */

static quern_status test_key(quern_string source, quern_string id, quern_error *err)
{
    if (source.len == 0 || source.len > KEY_MOST || !source.data ||
        memchr(source.data, '\0', source.len)) {
        return quern_fail(err, QUERN_E_INVALID,
                          "the source of an article has %zu bytes%s - give 1 to %d bytes, no NUL",
                          source.len, source.len - 1 < KEY_MOST ? ", one of them NUL" : "",
                          KEY_MOST);
    }
    if (id.len > KEY_MOST || (id.len > 0 && (!id.data || memchr(id.data, '\0', id.len)))) {
        return quern_fail(err, QUERN_E_INVALID,
                          "the id of an article has %zu bytes%s - give at most %d bytes, no NUL",
                          id.len, id.len <= KEY_MOST ? ", one of them NUL" : "", KEY_MOST);
    }
    return QUERN_OK;
}

static quern_status test_article(const quern_article *a, quern_error *err)
{
    if (a->size < sizeof *a) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_article without its size - begin with QUERN_ARTICLE_INIT");
    }
    QUERN_TRY(test_key(a->source, a->id, err));
    uint64_t fields = 0;
    for (size_t i = 0; i < a->n_fields && fields <= TEXT_MOST; i++) {
        size_t len = a->fields[i].name.len;
        fields += len < TEXT_MOST ? len : TEXT_MOST;
        len = a->fields[i].value.len;
        fields += (len < TEXT_MOST ? len : TEXT_MOST) + 1;
    }
    const char *what = a->text.len > TEXT_MOST      ? "text"
                       : a->title.len > TEXT_MOST   ? "title"
                       : fields > TEXT_MOST         ? "fields"
                       : a->language.len > KEY_MOST ? "language"
                                                    : NULL;
    if (what) {
        return quern_fail(err, QUERN_E_INVALID,
                          "the %s of %.*s is too large - the most is 1 GiB, of a language 4,096 "
                          "bytes",
                          what, (int)a->source.len, a->source.data);
    }
    return QUERN_OK;
}

/* Kills the article of this key wherever it is alive; adds to *n how many there were. */
static quern_status kill(quern_writer *w, const quern_key *key, uint64_t *n, quern_error *err)
{
    quern_run *runs[2] = {w->run, w->other};
    if (w->guest.engine) {
        return w->guest.engine->remove_article(w->guest.db, key->source, key->id, n, err);
    }
    for (int i = 0; i < 2; i++) {
        uint32_t article = quern_run_find(runs[i], key);
        if (article != QUERN_RUN_NONE && !quern_run_is_dead(runs[i], article)) {
            quern_run_kill(runs[i], article);
            ++*n;
            return QUERN_OK;
        }
    }
    return quern_shelf_kill(&w->shelf, key, n, err);
}

/* Where a key may be found lies anywhere in memory: it is fetched while its article is read. */
static void prepare(const quern_writer *w, const quern_key *key)
{
    quern_run_prepare(w->run, key);
    quern_run_prepare(w->other, key);
    quern_shelf_prepare(&w->shelf, key);
}

static quern_status put(quern_writer *w, const quern_article *article, quern_error *err)
{
    uint64_t n = 0;
    uint32_t language;
    QUERN_TRY(quern_language_of(&w->language, w->inverter.analysis, article, &language, err));
    if (w->guest.engine) {
        w->changed = 1;
        return w->guest.engine->put(w->guest.db, article, language, err);
    }
    QUERN_TRY(make_room(w, article, err));
    quern_key key = quern_key_of(article->source, article->id);
    quern_draft draft;
    w->changed = 1;
    prepare(w, &key);
    (void)quern_analysis_use(w->inverter.analysis, language);
    QUERN_TRY(quern_inverter_read(&w->inverter, article, &draft, err));
    QUERN_TRY(kill(w, &key, &n, err));
    QUERN_TRY(quern_inverter_keep(&w->inverter, &draft, &key, w->run, err));
    size_t used = quern_writer_run_used(w);
    size_t limit = quern_writer_run_limit(w);
    /* What a larger run before left is not for this one where words have taken its place. */
    quern_pool_trim(&w->run->pool, used < limit ? limit - used : 0);
    return used > limit ? quern_writer_flush(w, err) : QUERN_OK;
}

quern_status quern_writer_put(quern_writer *writer, const quern_article *article, quern_error *err)
{
    quern_error mine;
    quern_error_clear(err);
    QUERN_TRY(quern_writer_ready(writer, err));
    QUERN_TRY(test_article(article, err));
    return quern_writer_settle(writer, put(writer, article, &mine), &mine, err);
}

/* ---- Deleting ---- */

static quern_status finish_delete(quern_writer *w, quern_status status, uint64_t n,
                                  uint64_t *n_removed)
{
    w->changed |= n > 0;
    if (n_removed && !status) {
        *n_removed = n;
    }
    return status;
}

static quern_status begin_delete(const quern_writer *w, quern_string source, quern_string id,
                                 uint64_t *n_removed, quern_error *err)
{
    quern_error_clear(err);
    if (n_removed) {
        *n_removed = 0;
    }
    QUERN_TRY(quern_writer_ready(w, err));
    return test_key(source, id, err);
}

quern_status quern_writer_delete(quern_writer *writer, quern_string source, quern_string id,
                                 uint64_t *n_removed, quern_error *err)
{
    quern_error mine;
    uint64_t n = 0;
    QUERN_TRY(begin_delete(writer, source, id, n_removed, err));
    quern_key key = quern_key_of(source, id);
    quern_status status = kill(writer, &key, &n, &mine);
    status = finish_delete(writer, status, n, n_removed);
    return quern_writer_settle(writer, status, &mine, err);
}

static uint64_t kill_source(quern_run *run, const quern_key *key)
{
    uint64_t n = 0;
    for (uint32_t i = quern_run_find_source(run, key); i != QUERN_RUN_NONE;
         i = run->articles[i].next_of_source) {
        if (!quern_run_is_dead(run, i)) {
            quern_run_kill(run, i);
            n++;
        }
    }
    return n;
}

quern_status quern_writer_delete_source(quern_writer *writer, quern_string source,
                                        uint64_t *n_removed, quern_error *err)
{
    quern_error mine;
    quern_string none = {"", 0};
    QUERN_TRY(begin_delete(writer, source, none, n_removed, err));
    quern_key key = quern_key_of(source, none);
    const quern_engine_writer *guest = &writer->guest;
    uint64_t n = kill_source(writer->run, &key) + kill_source(writer->other, &key);
    quern_status status = guest->engine ? guest->engine->remove_source(guest->db, source, &n, &mine)
                                        : quern_shelf_kill_source(&writer->shelf, &key, &n, &mine);
    status = finish_delete(writer, status, n, n_removed);
    return quern_writer_settle(writer, status, &mine, err);
}
