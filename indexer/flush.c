/* SPDX-License-Identifier: MIT */
/* flush - see flush.h. Here is the frame: which terms a run has, its log read in the order of keys,
 * and terms told to the encoder. The articles are in flush_articles.c, sorting in flush_sort.c. */
#include "indexer/flush_state.h"

#include <string.h>

#define AHEAD 8u /* ranks */

/* ---- Ranks ---- */

static void count_words(uint32_t *counts, const uint32_t *log, size_t n, uint32_t by)
{
    for (const uint32_t *end = log + n; log < end; log++) {
        counts[*log & QUERN_FLUSH_TERM_MASK] += by;
        log += *log >> QUERN_RUN_TERM_BITS == QUERN_RUN_FAR;
    }
}

static void count_tokens(quern_flush_sorter *s)
{
    const quern_run *run = s->run;
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        size_t n_log = 0;
        uint32_t pooling = 0;
        for (uint32_t p = 0; p < a->n_passages; p++) {
            const quern_run_passage *passage = &a->passages[p];
            n_log += passage->n_log;
            pooling += (uint32_t)quern_run_pools(a->title_words, a->title_in_text, p,
                                                 passage->end - passage->start);
        }
        count_words(s->places, a->log, a->n_title_log, pooling);
        count_words(s->places, a->log + a->n_title_log, a->n_field_log + n_log, 1);
    }
}

static quern_status rank_terms(quern_flush_sorter *s)
{
    const quern_numbers_view *view = &s->flush->terms;
    s->places = quern_alloc_zero(view->n, sizeof *s->places);
    if (!s->places) {
        return quern_fail_nomem(s->err);
    }
    count_tokens(s);
    QUERN_TRY(quern_ranks_make(&s->ranks, view, s->places, s->err));
    for (uint32_t r = 0; r < s->ranks.n; r++) {
        s->n_records += s->ranks.counts[r];
    }
    return QUERN_OK;
}

/* ---- The log in key order ---- */

int quern_flush_walk(quern_flush_sorter *s, quern_flush_visit each, quern_flush_visit after)
{
    const quern_run *run = s->run;
    uint32_t passage = 0;
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        const uint32_t *fields = a->log + a->n_title_log;
        const uint32_t *log = fields + a->n_field_log;
        for (uint32_t p = 0; p < a->n_passages; p++, passage++) {
            const quern_run_passage *own = &a->passages[p];
            uint32_t base = UINT32_MAX; /* one before 0 */
            int bad = p == 0 && each(s, fields, a->n_field_log, base, passage);
            if (quern_run_pools(a->title_words, a->title_in_text, p, own->end - own->start)) {
                bad = bad || each(s, a->log, a->n_title_log, base, passage);
                base += a->title_words;
            }
            if (bad || each(s, log, own->n_log, base, passage) ||
                (after && after(s, NULL, 0, 0, passage))) {
                return -1;
            }
            log += own->n_log;
        }
    }
    return 0;
}

/* ---- Terms ---- */

/* Terms in byte order lie anywhere in memory: those of the next ranks are fetched, and their forms.
 */
static void fetch_terms(const quern_flush_sorter *s, uint32_t r)
{
    const quern_numbers_view *view = &s->flush->terms;
    const quern_ranks *ranks = &s->ranks;
    if (r + 2 * AHEAD >= ranks->n) {
        return;
    }
    uint32_t far = r + 2 * AHEAD;
    uint32_t near = r + AHEAD;
    __builtin_prefetch(quern_numbers_get(view, ranks->numbers[far]));
    for (uint32_t slot = ranks->first[far]; slot < ranks->first[far + 1]; slot++) {
        __builtin_prefetch(quern_numbers_get(view, ranks->slots[slot]));
    }
    __builtin_prefetch(quern_numbers_get(view, ranks->numbers[near])->bytes);
    for (uint32_t slot = ranks->first[near]; slot < ranks->first[near + 1]; slot++) {
        __builtin_prefetch(quern_numbers_get(view, ranks->slots[slot])->bytes);
    }
}

int quern_flush_begin_term(quern_flush_sorter *s, uint32_t r)
{
    const quern_numbers_view *view = &s->flush->terms;
    fetch_terms(s, r);
    const quern_numbers_term *term = quern_numbers_get(view, s->ranks.numbers[r]);
    if (quern_segment_writer_term(s->writer, term->bytes, term->len, s->err)) {
        return -1;
    }
    for (uint32_t slot = s->ranks.first[r]; slot < s->ranks.first[r + 1]; slot++) {
        uint32_t number = s->ranks.slots[slot];
        const quern_numbers_term *form = quern_numbers_get(view, number);
        if (quern_numbers_is_form(view, number) &&
            quern_segment_writer_form(s->writer, form->bytes + 1, form->len - 1, s->err)) {
            return -1;
        }
    }
    return 0;
}

/* ---- A term that is read from the log ---- */

static int keep_position(quern_flush_sorter *s, uint32_t position, uint32_t form)
{
    if (quern_grow(&s->positions, &s->cap_positions, s->n_positions + 1, sizeof *s->positions) ||
        quern_grow(&s->forms, &s->cap_forms, s->n_positions + 1, sizeof *s->forms)) {
        quern_fail_nomem(s->err);
        return -1;
    }
    s->positions[s->n_positions] = position;
    s->forms[s->n_positions++] = form;
    return 0;
}

static int put_posting(quern_flush_sorter *s, uint32_t passage)
{
    uint32_t tf = (uint32_t)s->n_positions;
    quern_term_postings posting = {&passage, &tf, 1, s->positions, s->forms};
    s->n_positions = 0;
    return quern_segment_writer_postings(s->writer, &posting, s->err) != QUERN_OK;
}

/* A bucket of one term that the buffer cannot take: its tokens lie in the log in the order that the
 * encoder wants. */
static int take_one(quern_flush_sorter *s, const uint32_t *log, uint32_t n, uint32_t base,
                    uint32_t passage)
{
    uint32_t position = base;
    uint32_t first = s->ranks.first[s->only];
    uint32_t n_slots = s->ranks.first[s->only + 1] - first;
    (void)passage;
    for (const uint32_t *end = log + n; log < end; log++) {
        uint32_t word = *log;
        uint32_t step = word >> QUERN_RUN_TERM_BITS;
        if (step == QUERN_RUN_FAR) {
            step = *++log;
        }
        position += step;
        uint32_t form = s->ranks.slot_of[word & QUERN_FLUSH_TERM_MASK] - first;
        if (form < n_slots && keep_position(s, position, form)) {
            return -1;
        }
    }
    return 0;
}

static int put_one(quern_flush_sorter *s, const uint32_t *log, uint32_t n, uint32_t base,
                   uint32_t passage)
{
    (void)log;
    (void)n;
    (void)base;
    return s->n_positions > 0 && put_posting(s, passage);
}

int quern_flush_feed_alone(quern_flush_sorter *s)
{
    s->only = s->buckets[s->first].first;
    return quern_flush_begin_term(s, s->only) || quern_flush_walk(s, take_one, put_one);
}

/* ---- All of it ---- */

void quern_flush_buffer_finish(quern_flush_buffer *buffer)
{
    quern_free(buffer->records);
    memset(buffer, 0, sizeof *buffer);
}

quern_status quern_flush_run(const quern_flush *flush, quern_segment_ref *out, quern_error *err)
{
    quern_error mine;
    quern_flush_sorter *s = quern_alloc_zero(1, sizeof *s);
    if (!s || quern_flush_order_articles(flush->run)) {
        quern_free(s);
        return quern_fail_nomem(err);
    }
    s->flush = flush;
    s->run = flush->run;
    s->err = err ? err : &mine;
    quern_segment_writer_options options = {flush->store_text};
    quern_status status =
        quern_segment_writer_new(flush->vfs, flush->dir, &options, &s->writer, s->err);
    status = status ? status : quern_flush_feed_articles(s);
    status = status ? status : rank_terms(s);
    status = status ? status : quern_flush_feed_terms(s);
    status = status ? status : quern_segment_writer_finish(s->writer, out, s->err);
    quern_segment_writer_free(s->writer);
    quern_free(s->places);
    quern_ranks_finish(&s->ranks);
    quern_free(s->buckets);
    quern_free(s->sorted);
    quern_free(s->ends);
    quern_free(s->starts);
    quern_free(s->rank_of);
    quern_free(s->where);
    quern_free(s->tfs);
    quern_free(s->positions);
    quern_free(s->forms);
    quern_free(s->passages);
    quern_free(s);
    return status;
}
