/* SPDX-License-Identifier: MIT */
/* merge_articles - which articles the merged segment has, in which order, and the new numbers of
 * their passages; see merge_state.h. Sides are merged by key; all that a side gives is fed to the
 * encoder as it was stored. A side whose articles are all live and stay together needs no map: its
 * passages are shifted. */
#include "indexer/merge_state.h"

#include <string.h>

#define MOST_PASSAGES (UINT32_MAX - 1)
#define JUMP                                                                                       \
    (UINT64_C(128) << 10) /* bytes that a look elsewhere in a mapped file brings in, about */
#define KEYS_AN_ARENA 256 /* keys are read into an arena, which is emptied after so many */

static int key_below(const quern_merge_side *a, const quern_merge_side *b)
{
    return quern_key_compare(a->source, a->id, b->source, b->id) < 0;
}

/* Steps to the next live article and reads its key; s->article is n_articles at the end. */
static quern_status next_article(quern_merge_side *s, uint32_t from, quern_error *err)
{
    quern_string source = s->source;
    quern_string id = s->id;
    int first = s->n_keys == 0;
    s->article = from;
    while (s->article < s->info->ref.n_articles && quern_merge_is_dead(s->dead, s->article)) {
        s->article++;
    }
    if (s->article >= s->info->ref.n_articles) {
        return QUERN_OK;
    }
    quern_arena *arena = &s->keys[s->n_keys / KEYS_AN_ARENA % 2];
    if (s->n_keys % KEYS_AN_ARENA == 0) {
        quern_arena_finish(arena);
    }
    s->n_keys++;
    QUERN_TRY(quern_segment_key(s->segment, s->article, arena, &s->source, &s->id, err));
    if (!first && quern_key_compare(source, id, s->source, s->id) >= 0) {
        return quern_merge_damaged(s, "keys are not in order", err);
    }
    return QUERN_OK;
}

/* Counts what is live on a side. */
static quern_status count_side(quern_merger *m, const quern_merge_side *s, quern_error *err)
{
    m->n_articles += s->info->ref.n_articles;
    m->n_passages += s->info->ref.n_passages;
    m->text_bytes += s->info->text_bytes;
    for (uint32_t i = 0; s->dead && i < s->info->ref.n_articles; i++) {
        if (quern_merge_is_dead(s->dead, i)) {
            uint32_t range[2];
            quern_stored_article article;
            QUERN_TRY(quern_segment_passages_of(s->segment, i, range, err));
            quern_arena_finish(&m->record);
            QUERN_TRY(quern_segment_article(s->segment, i, &m->record, &article, err));
            m->n_articles--;
            m->n_passages -= range[1] - range[0];
            m->text_bytes -= article.text_bytes;
        }
    }
    return QUERN_OK;
}

static quern_status merge_keys(quern_merger *m, quern_error *err)
{
    uint32_t n = 0;
    m->n_heap = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        QUERN_TRY(next_article(&m->sides[i], 0, err));
        if (m->sides[i].article < m->sides[i].info->ref.n_articles) {
            m->heap[m->n_heap++] = i;
        }
    }
    quern_merge_make_heap(m, key_below);
    quern_string source = {NULL, 0};
    quern_string id = {NULL, 0};
    while (m->n_heap > 0 && n < m->n_articles) {
        quern_merge_side *s = &m->sides[m->heap[0]];
        quern_merge_place next = {m->heap[0], s->article};
        if (n > 0 && quern_key_compare(source, id, s->source, s->id) >= 0) {
            return quern_merge_damaged(s, "an article is in another segment, too", err);
        }
        source = s->source;
        id = s->id;
        m->places[n++] = next;
        QUERN_TRY(next_article(s, s->article + 1, err));
        if (s->article >= s->info->ref.n_articles) {
            quern_merge_drop_least(m);
        }
        if (m->n_heap > 0) {
            quern_merge_sift_down(m, 0, key_below);
        }
    }
    return QUERN_OK;
}

quern_status quern_merge_order_articles(quern_merger *m, quern_error *err)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        QUERN_TRY(count_side(m, &m->sides[i], err));
        n += m->sides[i].info->ref.n_articles;
    }
    if (n > MOST_PASSAGES || m->n_passages > MOST_PASSAGES) {
        return quern_fail(err, QUERN_E_FULL,
                          "a segment cannot hold more than %u articles or passages", MOST_PASSAGES);
    }
    m->places = quern_alloc(m->n_articles * sizeof *m->places);
    if (!m->places) {
        return quern_fail_nomem(err);
    }
    quern_status status = merge_keys(m, err);
    for (uint32_t i = 0; i < m->n_sides; i++) {
        quern_arena_finish(&m->sides[i].keys[0]);
        quern_arena_finish(&m->sides[i].keys[1]);
    }
    return status;
}

static quern_status feed_article(void *payload, uint32_t i, quern_stored_article *out,
                                 quern_error *err)
{
    quern_merger *m = payload;
    quern_arena_finish(&m->record);
    QUERN_TRY(quern_segment_article(m->sides[m->places[i].side].segment, m->places[i].article,
                                    &m->record, out, err));
    if (i != m->asked + 1) { /* a sample is taken */
        quern_merge_note_read(m, JUMP);
    }
    m->asked = i;
    m->asked_bytes = out->text_bytes;
    return QUERN_OK;
}

/* The text is mostly asked for right after the article. */
static quern_status feed_text(void *payload, uint32_t i, quern_buf *out, quern_error *err)
{
    quern_merger *m = payload;
    if (m->asked != i) {
        quern_stored_article article;
        QUERN_TRY(feed_article(payload, i, &article, err));
    }
    quern_merge_note_read(m, m->asked_bytes);
    return quern_segment_text(m->sides[m->places[i].side].segment, m->places[i].article, 0,
                              m->asked_bytes, out, err);
}

quern_status quern_merge_feed_articles(quern_merger *m, quern_error *err)
{
    quern_article_feed feed = {m->n_articles, m->text_bytes, feed_article, feed_text, m};
    uint32_t *lengths = quern_alloc((size_t)m->n_passages * sizeof *lengths);
    if (!lengths) {
        return quern_fail_nomem(err);
    }
    quern_status status = QUERN_OK;
    uint32_t n = 0;
    for (uint32_t i = 0; !status && i < m->n_articles; i++) {
        const quern_merge_side *s = &m->sides[m->places[i].side];
        uint32_t range[2] = {0, 0};
        status = quern_segment_passages_of(s->segment, m->places[i].article, range, err);
        for (uint32_t p = range[0]; !status && p < range[1]; p++) {
            lengths[n++] = quern_lengths_get(&s->lengths, p);
        }
    }
    if (!status) {
        status = quern_segment_writer_articles(m->writer, &feed, lengths, n, err);
    }
    quern_free(lengths);
    quern_arena_finish(&m->record);
    return status;
}

/* Whether all articles of the side are live and stand together from place `at` on. */
static int is_together(const quern_merger *m, uint32_t at)
{
    uint32_t number = m->places[at].side;
    uint32_t n = m->sides[number].info->ref.n_articles;
    if (m->sides[number].dead || m->places[at].article != 0 || n > m->n_articles - at) {
        return 0;
    }
    return m->places[at + n - 1].side == number && m->places[at + n - 1].article == n - 1;
}

static quern_status add_map(quern_merge_side *s, quern_error *err)
{
    size_t bytes = (size_t)s->info->ref.n_passages * sizeof *s->map;
    s->map = quern_alloc(bytes);
    if (!s->map) {
        return quern_fail_nomem(err);
    }
    memset(s->map, 0xFF, bytes);
    return QUERN_OK;
}

quern_status quern_merge_make_maps(quern_merger *m, quern_error *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        if (m->sides[i].dead) { /* perhaps all of it */
            QUERN_TRY(add_map(&m->sides[i], err));
        }
    }
    for (uint32_t i = 0; i < m->n_articles;) {
        quern_merge_side *s = &m->sides[m->places[i].side];
        uint32_t range[2];
        QUERN_TRY(quern_segment_passages_of(s->segment, m->places[i].article, range, err));
        if (!s->map && is_together(m, i)) {
            if (range[0] != 0) {
                return quern_merge_damaged(s, "passages are not in order", err);
            }
            s->first = n;
            n += s->info->ref.n_passages;
            i += s->info->ref.n_articles;
            continue;
        }
        if (!s->map) {
            QUERN_TRY(add_map(s, err));
        }
        for (uint32_t p = range[0]; p < range[1]; p++) {
            s->map[p] = n++;
        }
        i++;
    }
    quern_free(m->places);
    m->places = NULL;
    return QUERN_OK;
}
