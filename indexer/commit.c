/* SPDX-License-Identifier: MIT */
/* commit - what a writer does beside taking articles in: flushing runs, merging segments, and
 * making the next generation.
 *
 * A commit, in order: the run is flushed and waited for; segments without a live article are
 * dropped; what is due is merged, which also saves counting the dead of what is merged; for each
 * segment with newly dead articles their statistics are counted and tombstones written; the table
 * of sources is written, if it changed; the store makes the manifest the newest. Where all that
 * comes to the state that there is already, no generation is made. */
#include "index/files.h"
#include "indexer/deletes.h"
#include "indexer/writer_state.h"

#include <string.h>

#define MERGE_BYTES 20 /* of memory for each passage of a merge, about */

/* ---- Flushing and merging ---- */

quern_status quern_writer_join(quern_writer *w, quern_error *err)
{
    if (!w->has_job) {
        return QUERN_OK;
    }
    quern_status status = quern_job_wait(&w->job, err);
    status = status ? status : quern_job_adopt(&w->job, &w->shelf, err);
    w->has_job = 0;
    quern_job_finish(&w->job);
    quern_run_clear(w->other);
    if (w->run->n == 0) { /* with one thread, always: one run's memory is enough */
        quern_run *run = w->run;
        w->run = w->other;
        w->other = run;
    }
    return status;
}

/* Chooses what the second thread merges after its flush: what fits beside two runs. */
static quern_status add_merge(quern_writer *w, uint64_t most_passages, quern_error *err)
{
    if (w->shelf.n == 0) {
        return QUERN_OK;
    }
    size_t *items = quern_alloc(w->shelf.n * sizeof *items);
    if (!items) {
        return quern_fail_nomem(err);
    }
    size_t n = quern_shelf_pick(&w->shelf, most_passages, QUERN_SHELF_WAIT, items);
    quern_status status = n > 0 ? quern_job_set_merge(&w->job, &w->shelf, items, n, err) : QUERN_OK;
    quern_free(items);
    return status;
}

static void init_job(quern_writer *w)
{
    w->job.flush.vfs = w->job.merge.vfs = w->vfs;
    w->job.flush.dir = w->job.merge.dir = w->dir;
    w->job.flush.store_text = w->job.merge.store_text = w->next.config.store_text;
}

static quern_status set_flush(quern_writer *w, quern_error *err)
{
    size_t limit = quern_writer_run_limit(w);
    size_t used = quern_writer_run_used(w);
    size_t sort = quern_writer_sort_bytes(w); /* as it stands in `used` */
    QUERN_TRY(quern_run_begin_flush(w->run, err));
    QUERN_TRY(quern_numbers_look(&w->inverter.numbers, &w->job.flush.terms, err));
    w->job.flush.run = w->run;
    w->job.flush.sort_bytes = used < limit ? limit - used + sort : sort;
    quern_run *run = w->run;
    w->run = w->other;
    w->other = run;
    return QUERN_OK;
}

/* Words and terms are forgotten where they take too much; no run may know of them then. */
static quern_status forget_words(quern_writer *w, quern_error *err)
{
    if (quern_inverter_memory(&w->inverter) <= quern_writer_room(w) / 3) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_writer_join(w, err));
    quern_inverter_reset(&w->inverter);
    return QUERN_OK;
}

/* Where an index is optimized a merge may take more than other merges: then the words go, too. */
static quern_status merge_now(quern_writer *w, const size_t *items, size_t n, quern_error *err)
{
    uint64_t needs = 0;
    for (size_t i = 0; i < n; i++) {
        needs += (uint64_t)w->shelf.items[items[i]].ref.n_passages * MERGE_BYTES;
    }
    init_job(w);
    quern_run_finish(&w->runs[0]); /* both are empty: their memory is for the merge */
    quern_run_finish(&w->runs[1]);
    if (needs > quern_writer_room(w) / 2) {
        quern_inverter_reset(&w->inverter);
    }
    QUERN_TRY(quern_job_set_merge(&w->job, &w->shelf, items, n, err));
    w->has_job = 1;
    quern_job_start(&w->job, 0);
    return quern_writer_join(w, err);
}

/* Merges what is due, as long as something is: of a tier, `least` segments. Both runs are empty but
 * for a job's. */
static quern_status merge_due(quern_writer *w, size_t least, quern_error *err)
{
    uint64_t most = quern_writer_room(w) / 2 / MERGE_BYTES;
    quern_status status = QUERN_OK;
    for (size_t n = 1; !status && n > 0 && w->shelf.n > 0;) {
        size_t *items = quern_alloc(w->shelf.n * sizeof *items);
        if (!items) {
            return quern_fail_nomem(err);
        }
        n = quern_shelf_pick(&w->shelf, most, least, items);
        if (n > 0 && w->has_job) { /* what the job will make may be merged with them */
            status = quern_writer_join(w, err);
        } else if (n > 0) {
            status = merge_now(w, items, n, err);
        }
        quern_shelf_drop_dead(&w->shelf);
        quern_free(items);
    }
    return status;
}

quern_status quern_writer_flush(quern_writer *w, quern_error *err)
{
    QUERN_TRY(quern_writer_join(w, err));
    quern_shelf_drop_dead(&w->shelf);
    quern_shelf_forget(&w->shelf);
    init_job(w);
    if (w->run->n > w->run->n_dead) {
        QUERN_TRY(set_flush(w, err));
    } else {
        quern_run_clear(w->run);
    }
    QUERN_TRY(add_merge(w, quern_writer_room(w) / 8 / MERGE_BYTES, err));
    w->has_job = 1;
    quern_job_start(&w->job, w->threads > 1);
    if (w->threads == 1) {
        QUERN_TRY(quern_writer_join(w, err));
    }
    QUERN_TRY(forget_words(w, err));
    return merge_due(w, QUERN_SHELF_WAIT, err);
}

/* All that is buffered becomes segments on the shelf. */
static quern_status flush_all(quern_writer *w, quern_error *err)
{
    if (w->run->n > 0) {
        QUERN_TRY(quern_writer_flush(w, err));
    }
    QUERN_TRY(quern_writer_join(w, err));
    quern_shelf_drop_dead(&w->shelf);
    return QUERN_OK;
}

static quern_status merge_all(quern_writer *w, quern_error *err)
{
    size_t n = w->shelf.n;
    if (n == 0 || (n == 1 && w->shelf.items[0].n_dead == 0)) {
        return QUERN_OK;
    }
    size_t *items = quern_alloc(n * sizeof *items);
    if (!items) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = i;
    }
    quern_status status = merge_now(w, items, n, err);
    quern_free(items);
    return status;
}

/* ---- The next generation ---- */

static quern_status write_tombstones(quern_writer *w, quern_error *err)
{
    for (size_t i = 0; i < w->shelf.n; i++) {
        quern_shelved *s = &w->shelf.items[i];
        if (s->counted.n_articles != s->n_dead) {
            QUERN_TRY(quern_deletes_count(&w->inverter, s->segment, s->dead, &s->counted, err));
            QUERN_TRY(quern_tombstones_write(w->vfs, w->dir, s->segment, w->next.generation,
                                             &s->counted, &s->named, err));
        }
    }
    return QUERN_OK;
}

static quern_status write_sources(quern_writer *w, quern_error *err)
{
    if (!w->sources_changed) {
        return QUERN_OK;
    }
    w->next.sources_generation = w->next.generation;
    return quern_sources_write(w->sources, w->vfs, w->dir, w->next.generation,
                               &w->next.sources_bytes, &w->next.sources_hash, err);
}

static quern_status list_segments(quern_writer *w, quern_error *err)
{
    w->next.n_segments = 0;
    for (size_t i = 0; i < w->shelf.n; i++) {
        quern_manifest_segment segment = {w->shelf.items[i].ref, w->shelf.items[i].named};
        QUERN_TRY(quern_manifest_add_segment(&w->next, &segment, err));
    }
    return QUERN_OK;
}

/* Whether the next manifest says what the last one says. Generations apart, a segment is named by
 * its content and tombstones by the generation that wrote them. */
static int is_same(const quern_manifest *a, const quern_manifest *b)
{
    int same = a->n_segments == b->n_segments && a->n_roots == b->n_roots &&
               a->sources_generation == b->sources_generation;
    for (size_t i = 0; same && i < a->n_segments; i++) {
        same = a->segments[i].ref.id == b->segments[i].ref.id &&
               a->segments[i].dead.generation == b->segments[i].dead.generation;
    }
    for (size_t i = 0; same && i < a->n_roots; i++) {
        same = strcmp(a->roots[i], b->roots[i]) == 0;
    }
    return same;
}

static quern_status make_generation(quern_writer *w, quern_error *err)
{
    const quern_manifest *last = quern_store_manifest(w->store);
    w->next.generation = last->generation + 1;
    QUERN_TRY(write_tombstones(w, err));
    QUERN_TRY(write_sources(w, err));
    QUERN_TRY(list_segments(w, err));
    if (!is_same(&w->next, last)) {
        QUERN_TRY(quern_shelf_keep(&w->shelf, err));
        QUERN_TRY(quern_store_commit(w->store, &w->next, err));
    }
    w->changed = 0;
    w->sources_changed = 0;
    return forget_words(w, err);
}

/* All of it by the engine that keeps the index. */
static quern_status commit_guest(quern_writer *w, quern_error *err)
{
    QUERN_TRY(quern_engine_writer_commit(&w->guest, &w->next, w->sources, err));
    w->changed = 0;
    w->sources_changed = 0;
    return QUERN_OK;
}

static quern_status commit(quern_writer *w, quern_error *err)
{
    if (!quern_writer_has_changes(w)) {
        return QUERN_OK;
    }
    if (w->guest.engine) {
        return commit_guest(w, err);
    }
    QUERN_TRY(flush_all(w, err));
    QUERN_TRY(merge_due(w, QUERN_SHELF_TIER, err));
    return make_generation(w, err);
}

typedef struct search {
    const quern_shelf *shelf;
    int others;
} search;

static int note_other(const char *name, void *payload)
{
    search *s = payload;
    uint64_t id = 0;
    if (strncmp(name, "seg-", 4) != 0 || !quern_files_hex16(name + 4, &id)) {
        return 0;
    }
    for (size_t i = 0; i < s->shelf->n; i++) {
        if (s->shelf->items[i].ref.id == id) {
            return 0;
        }
    }
    s->others = 1;
    return 1;
}

/* The generation before the last is kept for readers that are about to open it, and with it the
 * segments that were just merged away. The same state once more, and they go. */
static quern_status push_out(quern_writer *w, quern_error *err)
{
    search s = {&w->shelf, 0};
    (void)w->vfs->list(w->vfs, w->dir, note_other, &s);
    if (!s.others) {
        return QUERN_OK;
    }
    w->next.generation = quern_store_manifest(w->store)->generation + 1;
    return quern_store_commit(w->store, &w->next, err);
}

static quern_status optimize(quern_writer *w, quern_error *err)
{
    if (w->guest.engine) {
        QUERN_TRY(commit(w, err));
        return w->guest.engine->optimize(w->guest.db, err);
    }
    QUERN_TRY(flush_all(w, err));
    QUERN_TRY(merge_all(w, err));
    QUERN_TRY(make_generation(w, err));
    return push_out(w, err);
}

quern_status quern_writer_commit(quern_writer *writer, quern_error *err)
{
    quern_error mine;
    quern_error_clear(err);
    QUERN_TRY(quern_writer_ready(writer, err));
    return quern_writer_settle(writer, commit(writer, &mine), &mine, err);
}

quern_status quern_writer_optimize(quern_writer *writer, quern_error *err)
{
    quern_error mine;
    quern_error_clear(err);
    QUERN_TRY(quern_writer_ready(writer, err));
    return quern_writer_settle(writer, optimize(writer, &mine), &mine, err);
}
