/* SPDX-License-Identifier: MIT */
/* job - see job.h. */
#include "indexer/job.h"

#include <string.h>

quern_status quern_job_set_merge(quern_job *job, quern_shelf *shelf, const size_t *items, size_t n,
                                 quern_error *err)
{
    job->inputs = quern_alloc_zero(n, sizeof *job->inputs);
    job->dead = quern_alloc_zero(n, sizeof *job->dead);
    if (!job->inputs || !job->dead) {
        return quern_fail_nomem(err);
    }
    job->merge.inputs = job->inputs;
    for (size_t i = 0; i < n; i++) {
        quern_shelved *s = &shelf->items[items[i]];
        job->inputs[i].segment = s->segment;
        job->merge.n_inputs = i + 1;
        if (s->n_dead > 0) {
            size_t bytes = (size_t)s->ref.n_articles / 8 + 1;
            job->dead[i] = quern_alloc(bytes);
            if (!job->dead[i]) {
                return quern_fail_nomem(err);
            }
            memcpy(job->dead[i], s->dead, bytes);
            job->inputs[i].dead = job->dead[i];
        }
        s->under_merge = 1;
    }
    return QUERN_OK;
}

static void run_job(quern_job *job)
{
    job->status = QUERN_OK;
    if (job->flush.run) {
        job->flush.buffer = &job->buffer;
        job->status = quern_flush_run(&job->flush, &job->flushed, &job->error);
    }
    if (!job->status && job->merge.n_inputs > 0) {
        quern_flush_buffer_finish(&job->buffer); /* its memory is for the merge */
        job->status = quern_merge_segments(&job->merge, &job->merged, &job->error);
    }
}

static void *thread_main(void *payload)
{
    run_job(payload);
    return NULL;
}

void quern_job_start(quern_job *job, int on_thread)
{
    job->on_thread = on_thread && pthread_create(&job->thread, NULL, thread_main, job) == 0;
    if (!job->on_thread) {
        run_job(job);
    }
}

quern_status quern_job_wait(quern_job *job, quern_error *err)
{
    if (job->on_thread) {
        pthread_join(job->thread, NULL);
        job->on_thread = 0;
    }
    if (job->status && err) {
        *err = job->error;
    }
    return job->status;
}

static quern_status adopt_flushed(quern_job *job, quern_shelf *shelf, quern_error *err)
{
    const quern_run *run = job->flush.run;
    size_t at = 0;
    QUERN_TRY(quern_shelf_add(shelf, &job->flushed, &at, err));
    uint64_t n_keys = run->n_sources; /* a key without an id is its source */
    for (size_t i = 0; i < run->n_order; i++) {
        n_keys += run->articles[run->order[i]].id_len > 0;
    }
    quern_shelf_begin_filter(shelf, at, n_keys);
    for (size_t i = 0; i < run->n_sources; i++) {
        quern_shelf_filter_key(&shelf->items[at], run->sources[i].hash);
    }
    for (size_t i = 0; i < run->n_order; i++) {
        uint32_t article = run->order[i];
        quern_shelf_filter_key(&shelf->items[at], run->articles[article].hash);
        if (quern_run_is_dead(run, article)) {
            QUERN_TRY(quern_shelf_kill_article(shelf, at, (uint32_t)i, err));
        }
    }
    return QUERN_OK;
}

/* Kills in the merged segment what died in an input since the merge began. */
static quern_status carry_over(const quern_job *job, size_t i, const quern_shelved *from,
                               quern_shelf *shelf, quern_error *err)
{
    quern_segment *segment = job->inputs[i].segment;
    for (uint32_t article = 0; article < from->ref.n_articles; article++) {
        if (!quern_merge_is_dead(from->dead, article) ||
            quern_merge_is_dead(job->dead[i], article)) {
            continue;
        }
        quern_arena arena;
        quern_string source;
        quern_string id;
        uint32_t found = 0;
        int exact = 0;
        size_t at = shelf->n - 1; /* the merged one was added last */
        quern_arena_init(&arena);
        quern_status status = quern_segment_key(segment, article, &arena, &source, &id, err);
        status =
            status ? status
                   : quern_segment_find(shelf->items[at].segment, source, id, &found, &exact, err);
        quern_arena_finish(&arena);
        QUERN_TRY(status);
        if (exact) {
            QUERN_TRY(quern_shelf_kill_article(shelf, at, found, err));
        }
    }
    return QUERN_OK;
}

static size_t find_input(const quern_shelf *shelf, const quern_segment *segment)
{
    size_t i = 0;
    while (i < shelf->n && shelf->items[i].segment != segment) {
        i++;
    }
    return i;
}

static quern_status adopt_merged(quern_job *job, quern_shelf *shelf, quern_error *err)
{
    size_t at = 0;
    int empty = job->merged.n_articles == 0;
    if (!empty) {
        QUERN_TRY(quern_shelf_add(shelf, &job->merged, &at, err));
    }
    for (size_t i = 0; i < job->merge.n_inputs; i++) {
        size_t input = find_input(shelf, job->inputs[i].segment);
        if (!empty && shelf->items[input].n_dead > 0) {
            QUERN_TRY(carry_over(job, i, &shelf->items[input], shelf, err));
        }
        quern_shelf_drop(shelf, input);
    }
    return QUERN_OK;
}

quern_status quern_job_adopt(quern_job *job, quern_shelf *shelf, quern_error *err)
{
    if (job->flush.run) {
        QUERN_TRY(adopt_flushed(job, shelf, err));
    }
    return job->merge.n_inputs > 0 ? adopt_merged(job, shelf, err) : QUERN_OK;
}

void quern_job_finish(quern_job *job)
{
    (void)quern_job_wait(job, NULL);
    for (size_t i = 0; job->dead && i < job->merge.n_inputs; i++) {
        quern_free(job->dead[i]);
    }
    quern_free(job->dead);
    quern_free(job->inputs);
    quern_free(job->flush.terms.blocks);
    quern_flush_buffer buffer = job->buffer;
    memset(job, 0, sizeof *job);
    job->buffer = buffer;
}
