/* SPDX-License-Identifier: MIT */
/* merge - see merge.h. Three merges happen, one after the other: articles by key
 * (merge_articles.c), then terms by bytes, here, and within a term postings by new passage number
 * (merge_postings.c), with their forms (merge_forms.c). */
#include "indexer/merge_state.h"

#include <string.h>

#define FORGET_EVERY (UINT64_C(2) << 20) /* bytes */

quern_status quern_merge_damaged(const quern_merge_side *s, const char *what, quern_error *err)
{
    char name[QUERN_SEGMENT_NAME_MAX];
    quern_segment_name(s->info->ref.id, name);
    return quern_fail(err, QUERN_E_CORRUPT, "%s: %s - run: indexer rebuild --from-sources", name,
                      what);
}

/* Mapped pages count as memory of the process: they are let go of every so many bytes. */
void quern_merge_note_read(quern_merger *m, uint64_t bytes)
{
    m->since += bytes;
    if (m->since >= FORGET_EVERY) {
        m->since = 0;
        for (uint32_t i = 0; i < m->n_sides; i++) {
            quern_segment_forget(m->sides[i].segment);
        }
    }
}

/* ---- Heaps ---- */

typedef int (*below)(const quern_merge_side *a, const quern_merge_side *b);

void quern_merge_sift_down(quern_merger *m, uint32_t at, quern_merge_below is_below)
{
    uint32_t *heap = m->heap;
    uint32_t item = heap[at];
    for (uint32_t child = 2 * at + 1; child < m->n_heap; child = 2 * at + 1) {
        if (child + 1 < m->n_heap && is_below(&m->sides[heap[child + 1]], &m->sides[heap[child]])) {
            child++;
        }
        if (!is_below(&m->sides[heap[child]], &m->sides[item])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

void quern_merge_make_heap(quern_merger *m, quern_merge_below is_below)
{
    for (uint32_t i = m->n_heap / 2; i-- > 0;) {
        quern_merge_sift_down(m, i, is_below);
    }
}

void quern_merge_drop_least(quern_merger *m)
{
    m->heap[0] = m->heap[--m->n_heap];
}

/* ---- Terms ---- */

static int term_order(const quern_merge_side *a, const quern_merge_side *b)
{
    size_t n = a->walk.key_len < b->walk.key_len ? a->walk.key_len : b->walk.key_len;
    int order = memcmp(a->walk.key, b->walk.key, n);
    return order ? order
                 : (a->walk.key_len > b->walk.key_len) - (a->walk.key_len < b->walk.key_len);
}

static int term_below(const quern_merge_side *a, const quern_merge_side *b)
{
    return term_order(a, b) < 0;
}

static void rise(quern_merger *m, uint32_t at)
{
    uint32_t item = m->heap[at];
    while (at > 0 && term_below(&m->sides[item], &m->sides[m->heap[(at - 1) / 2]])) {
        m->heap[at] = m->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    m->heap[at] = item;
}

static quern_status begin_term(quern_merger *m, const quern_merge_side *s, quern_error *err)
{
    const char *key = s->walk.key;
    size_t len = s->walk.key_len;
    size_t common = len < m->last_len ? len : m->last_len;
    int order = memcmp(m->last_term, key, common);
    if (order > 0 || (order == 0 && m->last_len >= len)) {
        return quern_merge_damaged(s, "terms are not in order", err);
    }
    memcpy(m->last_term, key, len);
    m->last_len = len;
    QUERN_TRY(quern_segment_writer_term(m->writer, key, len, err));
    return quern_merge_put_forms(m, err);
}

/* One term: the sides that have it leave the heap, are drained, step on and come back. */
static quern_status merge_term(quern_merger *m, quern_error *err)
{
    uint32_t *members = m->members;
    uint32_t n = 0;
    do {
        members[n++] = m->heap[0];
        quern_merge_drop_least(m);
        if (m->n_heap > 0) {
            quern_merge_sift_down(m, 0, term_below);
        }
    } while (m->n_heap > 0 && term_order(&m->sides[members[0]], &m->sides[m->heap[0]]) == 0);
    m->n_queue = 0;
    QUERN_TRY(quern_merge_number_forms(m, n, err));
    for (uint32_t i = 0; i < n; i++) {
        const quern_term *term = &m->sides[members[i]].walk.term;
        quern_merge_note_read(m, term->df > 1 ? term->post_bytes + term->pos_bytes : 0);
        QUERN_TRY(quern_merge_enqueue(m, members[i], err));
    }
    if (m->n_queue > 0) {
        QUERN_TRY(begin_term(m, &m->sides[members[0]], err));
        QUERN_TRY(quern_merge_drain(m, err));
    }
    for (uint32_t i = 0; i < n; i++) {
        int more = 0;
        QUERN_TRY(quern_dictionary_next(&m->sides[members[i]].walk, &more, err));
        if (more) {
            m->heap[m->n_heap++] = members[i];
            rise(m, m->n_heap - 1);
        }
    }
    return QUERN_OK;
}

static quern_status merge_terms(quern_merger *m, quern_error *err)
{
    m->n_heap = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        int more = 0;
        quern_merge_side *s = &m->sides[i];
        QUERN_TRY(quern_dictionary_seek(&s->walk, s->segment, "", 0, err));
        QUERN_TRY(quern_dictionary_next(&s->walk, &more, err));
        if (more) {
            m->heap[m->n_heap++] = i;
        }
    }
    quern_merge_make_heap(m, term_below);
    while (m->n_heap > 0) {
        QUERN_TRY(merge_term(m, err));
    }
    return QUERN_OK;
}

/* ---- All of it ---- */

static quern_status begin(quern_merger *m, quern_error *err)
{
    const quern_merge *merge = m->merge;
    m->n_sides = (uint32_t)merge->n_inputs;
    m->sides = quern_alloc_zero(merge->n_inputs, sizeof *m->sides);
    m->heap = quern_alloc(merge->n_inputs * sizeof *m->heap);
    m->queue = quern_alloc(merge->n_inputs * sizeof *m->queue);
    m->members = quern_alloc(merge->n_inputs * sizeof *m->members);
    if (!m->sides || !m->heap || !m->queue || !m->members) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < m->n_sides; i++) {
        quern_merge_side *s = &m->sides[i];
        s->segment = merge->inputs[i].segment;
        s->dead = merge->inputs[i].dead;
        s->info = quern_segment_get_info(s->segment);
        QUERN_TRY(quern_segment_lengths(s->segment, &s->lengths, err));
    }
    return QUERN_OK;
}

static quern_status write_segment(quern_merger *m, quern_segment_ref *out, quern_error *err)
{
    quern_segment_writer_options options = {m->merge->store_text};
    QUERN_TRY(quern_segment_writer_new(m->merge->vfs, m->merge->dir, &options, &m->writer, err));
    QUERN_TRY(quern_merge_feed_articles(m, err));
    QUERN_TRY(quern_merge_make_maps(m, err));
    QUERN_TRY(merge_terms(m, err));
    return quern_segment_writer_finish(m->writer, out, err);
}

quern_status quern_merge_segments(const quern_merge *merge, quern_segment_ref *out,
                                  quern_error *err)
{
    quern_merger m;
    memset(&m, 0, sizeof m);
    memset(out, 0, sizeof *out);
    m.merge = merge;
    m.asked = QUERN_MERGE_NONE;
    quern_status status = begin(&m, err);
    status = status ? status : quern_merge_order_articles(&m, err);
    if (!status && m.n_articles > 0) {
        status = write_segment(&m, out, err);
    }
    quern_segment_writer_free(m.writer);
    for (uint32_t i = 0; m.sides && i < m.n_sides; i++) {
        quern_arena_finish(&m.sides[i].keys[0]);
        quern_arena_finish(&m.sides[i].keys[1]);
        quern_free(m.sides[i].map);
        quern_free(m.sides[i].number);
        quern_forms_finish(&m.sides[i].forms);
    }
    quern_arena_finish(&m.record);
    quern_free(m.sides);
    quern_free(m.heap);
    quern_free(m.queue);
    quern_free(m.members);
    quern_free(m.places);
    quern_free(m.positions);
    quern_free(m.forms);
    quern_free(m.side_forms);
    quern_buf_finish(&m.names);
    return status;
}
