/* SPDX-License-Identifier: MIT */
/* merge - see merge.h. An input is a `side`. Three merges happen, one after the other, each with a
 * binary heap of sides: articles by key, then terms by bytes, and within a term postings by new
 * passage number. */
#include "indexer/merge.h"

#include "index/forms.h"

#include <string.h>

#define NONE UINT32_MAX
#define MOST_PASSAGES (UINT32_MAX - 1)
#define FORGET_EVERY (UINT64_C(2) << 20) /* bytes */
#define JUMP                                                                                       \
    (UINT64_C(128) << 10) /* bytes that a look elsewhere in a mapped file brings in, about */
#define KEYS_AN_ARENA 256 /* keys are read into an arena, which is emptied after so many */

/* A form that a side has of the term at hand. */
typedef struct side_form {
    size_t at; /* bytes of `names` of the merger */
    uint32_t len;
    uint32_t side, code;
} side_form;

typedef struct side {
    quern_segment *segment;
    const quern_segment_info *info;
    const uint8_t *dead;
    uint32_t article; /* of merging articles: the one at hand */
    quern_string source, id;
    quern_arena keys[2]; /* the key at hand is in one of them, the one before in either */
    unsigned n_keys;
    uint32_t *map;  /* new number of each passage; NONE: dead. NULL: all live and all together */
    uint32_t first; /* new number of the first passage, where there is no map */
    quern_lengths lengths;
    quern_dictionary_walk walk;
    quern_postings postings;
    quern_forms forms; /* of the term at hand */
    uint32_t *number;  /* of each code: which form of the merged term it is */
    size_t cap_number;
    uint32_t next_block;
    uint32_t at;      /* posting of the block at hand */
    uint32_t passage; /* its new number */
} side;

typedef struct place {
    uint32_t side, article;
} place;

typedef struct merger {
    const quern_merge *merge;
    side *sides;
    uint32_t n_sides;
    uint32_t *heap; /* sides, the least first */
    uint32_t n_heap;
    uint32_t *members; /* sides that have the term at hand */
    uint64_t *queue;   /* of postings: new number << 32 | side */
    uint32_t n_queue;
    place *places; /* the articles, in their new order */
    uint32_t n_articles;
    uint64_t n_passages, text_bytes;
    quern_arena record;   /* of the article that the encoder asked for */
    uint32_t asked;       /* that article, or NONE */
    uint64_t asked_bytes; /* of its text */
    quern_segment_writer *writer;
    uint32_t *positions, *forms; /* of the posting at hand */
    size_t cap_positions, cap_forms;
    side_form *side_forms; /* of the term at hand, in the order of their bytes */
    size_t n_side_forms, cap_side_forms;
    quern_buf names;
    uint32_t n_forms; /* different ones */
    char last_term[256];
    size_t last_len;
    uint64_t since; /* bytes read since the sides were told to forget */
} merger;

static quern_status damaged(const side *s, const char *what, quern_error *err)
{
    char name[QUERN_SEGMENT_NAME_MAX];
    quern_segment_name(s->info->ref.id, name);
    return quern_fail(err, QUERN_E_CORRUPT, "%s: %s - run: indexer rebuild --from-sources", name,
                      what);
}

/* Mapped pages count as memory of the process: they are let go of every so many bytes. */
static void note_read(merger *m, uint64_t bytes)
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

typedef int (*below)(const side *a, const side *b);

static void sift_down(merger *m, uint32_t at, below is_below)
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

static void make_heap(merger *m, below is_below)
{
    for (uint32_t i = m->n_heap / 2; i-- > 0;) {
        sift_down(m, i, is_below);
    }
}

static void drop_least(merger *m)
{
    m->heap[0] = m->heap[--m->n_heap];
}

static void sink(uint64_t *queue, uint32_t n, uint32_t at)
{
    uint64_t item = queue[at];
    for (uint32_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && queue[child + 1] < queue[child];
        if (queue[child] >= item) {
            break;
        }
        queue[at] = queue[child];
        at = child;
    }
    queue[at] = item;
}

/* ---- Articles ---- */

static int key_below(const side *a, const side *b)
{
    return quern_key_compare(a->source, a->id, b->source, b->id) < 0;
}

/* Steps to the next live article and reads its key; s->article is n_articles at the end. */
static quern_status next_article(side *s, uint32_t from, quern_error *err)
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
        return damaged(s, "keys are not in order", err);
    }
    return QUERN_OK;
}

/* Counts what is live on a side. */
static quern_status count_side(merger *m, const side *s, quern_error *err)
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

static quern_status merge_keys(merger *m, quern_error *err)
{
    uint32_t n = 0;
    m->n_heap = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        QUERN_TRY(next_article(&m->sides[i], 0, err));
        if (m->sides[i].article < m->sides[i].info->ref.n_articles) {
            m->heap[m->n_heap++] = i;
        }
    }
    make_heap(m, key_below);
    quern_string source = {NULL, 0};
    quern_string id = {NULL, 0};
    while (m->n_heap > 0 && n < m->n_articles) {
        side *s = &m->sides[m->heap[0]];
        place next = {m->heap[0], s->article};
        if (n > 0 && quern_key_compare(source, id, s->source, s->id) >= 0) {
            return damaged(s, "an article is in another segment, too", err);
        }
        source = s->source;
        id = s->id;
        m->places[n++] = next;
        QUERN_TRY(next_article(s, s->article + 1, err));
        if (s->article >= s->info->ref.n_articles) {
            drop_least(m);
        }
        if (m->n_heap > 0) {
            sift_down(m, 0, key_below);
        }
    }
    return QUERN_OK;
}

static quern_status order_articles(merger *m, quern_error *err)
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
    merger *m = payload;
    quern_arena_finish(&m->record);
    QUERN_TRY(quern_segment_article(m->sides[m->places[i].side].segment, m->places[i].article,
                                    &m->record, out, err));
    if (i != m->asked + 1) { /* a sample is taken */
        note_read(m, JUMP);
    }
    m->asked = i;
    m->asked_bytes = out->text_bytes;
    return QUERN_OK;
}

/* The text is mostly asked for right after the article. */
static quern_status feed_text(void *payload, uint32_t i, quern_buf *out, quern_error *err)
{
    merger *m = payload;
    if (m->asked != i) {
        quern_stored_article article;
        QUERN_TRY(feed_article(payload, i, &article, err));
    }
    note_read(m, m->asked_bytes);
    return quern_segment_text(m->sides[m->places[i].side].segment, m->places[i].article, 0,
                              m->asked_bytes, out, err);
}

static quern_status feed_articles(merger *m, quern_error *err)
{
    quern_article_feed feed = {m->n_articles, m->text_bytes, feed_article, feed_text, m};
    uint32_t *lengths = quern_alloc((size_t)m->n_passages * sizeof *lengths);
    if (!lengths) {
        return quern_fail_nomem(err);
    }
    quern_status status = QUERN_OK;
    uint32_t n = 0;
    for (uint32_t i = 0; !status && i < m->n_articles; i++) {
        const side *s = &m->sides[m->places[i].side];
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
static int is_together(const merger *m, uint32_t at)
{
    uint32_t number = m->places[at].side;
    uint32_t n = m->sides[number].info->ref.n_articles;
    if (m->sides[number].dead || m->places[at].article != 0 || n > m->n_articles - at) {
        return 0;
    }
    return m->places[at + n - 1].side == number && m->places[at + n - 1].article == n - 1;
}

static quern_status add_map(side *s, quern_error *err)
{
    size_t bytes = (size_t)s->info->ref.n_passages * sizeof *s->map;
    s->map = quern_alloc(bytes);
    if (!s->map) {
        return quern_fail_nomem(err);
    }
    memset(s->map, 0xFF, bytes);
    return QUERN_OK;
}

static quern_status make_maps(merger *m, quern_error *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        if (m->sides[i].dead) { /* perhaps all of it */
            QUERN_TRY(add_map(&m->sides[i], err));
        }
    }
    for (uint32_t i = 0; i < m->n_articles;) {
        side *s = &m->sides[m->places[i].side];
        uint32_t range[2];
        QUERN_TRY(quern_segment_passages_of(s->segment, m->places[i].article, range, err));
        if (!s->map && is_together(m, i)) {
            if (range[0] != 0) {
                return damaged(s, "passages are not in order", err);
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

/* ---- Postings ---- */

/* Loads the next block of the term at hand, and its codes where they are wanted. */
static quern_status load_block(side *s, int with_codes, quern_error *err)
{
    QUERN_TRY(quern_postings_load(&s->postings, s->next_block++, err));
    QUERN_TRY(quern_postings_load_tfs(&s->postings, err));
    return with_codes ? quern_forms_load(&s->forms, &s->postings, err) : QUERN_OK;
}

/* Steps to the next live posting; s->passage is NONE at the end. */
static quern_status next_posting(const merger *m, side *s, quern_error *err)
{
    quern_postings *p = &s->postings;
    uint32_t before = s->passage;
    for (;;) {
        s->at++;
        if (s->at >= p->n) {
            if (s->next_block >= p->n_blocks) {
                s->passage = NONE;
                return QUERN_OK;
            }
            QUERN_TRY(load_block(s, m->n_forms > 1, err));
            s->at = NONE; /* steps to 0 */
            continue;
        }
        if (p->passages[s->at] >= s->info->ref.n_passages) {
            return damaged(s, "a posting names a passage that is not there", err);
        }
        uint32_t old = p->passages[s->at];
        s->passage = s->map ? s->map[old] : s->first + old;
        if (s->passage != NONE) {
            break;
        }
    }
    if (before != NONE && s->passage <= before) {
        return damaged(s, "postings are not in order", err);
    }
    return QUERN_OK;
}

static quern_status put_posting(merger *m, side *s, quern_error *err)
{
    quern_postings *p = &s->postings;
    uint32_t tf = p->tfs[s->at];
    uint32_t len = quern_lengths_get(&s->lengths, p->passages[s->at]);
    len = len > 0 ? len : 1; /* what only selects may stand in a passage without words */
    if (tf == 0 || tf > len) {
        return damaged(s, "a term stands in a passage more often than there are words", err);
    }
    if (quern_grow(&m->positions, &m->cap_positions, tf, sizeof *m->positions) ||
        quern_grow(&m->forms, &m->cap_forms, tf, sizeof *m->forms)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_postings_positions(p, s->at, m->positions, err));
    for (uint32_t i = 0; m->n_forms > 1 && i < tf; i++) {
        m->forms[i] = s->number[s->forms.code[s->forms.first[s->at] + i]];
    }
    uint32_t least = 0;
    for (uint32_t i = 0; i < tf; i++) {
        if (m->positions[i] < least || m->positions[i] >= len) {
            return damaged(s, "positions are not in order", err);
        }
        least = m->positions[i] + 1;
    }
    quern_term_postings posting = {&s->passage, &tf, 1, m->positions, m->forms};
    return quern_segment_writer_postings(m->writer, &posting, err);
}

/* The same where all passages of the side keep their distances. Those of a block ascend. */
static uint32_t shift(const side *s, uint32_t most, uint32_t end, uint32_t out[QUERN_BLOCK])
{
    const uint32_t *passages = s->postings.passages + s->at;
    uint32_t first = s->first;
    uint32_t limit = s->info->ref.n_passages;
    limit = end - first < limit ? end - first : limit; /* `end` is above the one at hand */
    uint32_t n = most;
    while (n > 0 && passages[n - 1] >= limit) { /* mostly none */
        n--;
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i] = passages[i] + first;
    }
    return n;
}

/* The new numbers of the postings from the one at hand on that come before passage `end` of another
 * side, as many as are live and the encoder takes at once. Returns how many. */
static uint32_t gather(const merger *m, const side *s, uint32_t end, uint32_t out[QUERN_BLOCK])
{
    const quern_postings *p = &s->postings;
    uint32_t most = quern_segment_writer_room(m->writer);
    uint32_t before = s->passage;
    uint32_t n = 0;
    most = most < p->n - s->at ? most : p->n - s->at;
    if (!s->map) {
        return shift(s, most, end, out);
    }
    if (most > 0) {
        out[n++] = before;
    }
    for (; n < most && p->passages[s->at + n] < s->info->ref.n_passages; n++) {
        uint32_t passage = s->map[p->passages[s->at + n]];
        if (passage >= end || passage <= before) { /* dead ones are NONE */
            break;
        }
        out[n] = before = passage;
    }
    return n;
}

/* Puts the forms of n postings from the one at hand on into m->forms. */
static quern_status translate(merger *m, const side *s, uint32_t n, quern_error *err)
{
    const uint32_t *first = s->forms.first + s->at;
    const uint32_t *codes = s->forms.code + first[0];
    uint32_t n_codes = first[n] - first[0];
    if (quern_grow(&m->forms, &m->cap_forms, n_codes, sizeof *m->forms)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n_codes; i++) {
        m->forms[i] = s->number[codes[i]];
    }
    return QUERN_OK;
}

/* Feeds postings of a side up to passage `end` of another one; several at once where that can be.
 * The last of them is then at hand. */
static quern_status put_postings(merger *m, side *s, uint32_t end, quern_error *err)
{
    uint32_t passages[QUERN_BLOCK];
    quern_term_run run = {.passages = passages, .tfs = s->postings.tfs + s->at};
    run.n = gather(m, s, end, passages);
    if (run.n > 0) {
        QUERN_TRY(quern_postings_bits(&s->postings, s->at, run.n, &run.positions, err));
    }
    if (!run.positions.data) {
        return put_posting(m, s, err);
    }
    if (m->n_forms > 1) {
        QUERN_TRY(translate(m, s, run.n, err));
    }
    run.forms = m->forms;
    QUERN_TRY(quern_segment_writer_run(m->writer, &run, err));
    s->at += run.n - 1;
    s->passage = passages[run.n - 1];
    return QUERN_OK;
}

/* ---- Forms ---- */

static int compare_bytes(quern_string a, quern_string b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static quern_string bytes_of(const merger *m, size_t i)
{
    const side_form *form = &m->side_forms[i];
    quern_string bytes = {(const char *)m->names.data + form->at, form->len};
    return bytes;
}

typedef struct collector {
    merger *m;
    uint32_t side;
    int failed;
} collector;

/* Keeps a form of a side in its place; there are few. */
static int keep_form(const quern_form *form, quern_string bytes, void *payload)
{
    collector *c = payload;
    merger *m = c->m;
    side_form fresh = {m->names.len, (uint32_t)bytes.len, c->side, form->code};
    quern_buf_bytes(&m->names, bytes.data, bytes.len);
    c->failed = m->names.status ||
                quern_grow(&m->side_forms, &m->cap_side_forms, m->n_side_forms + 1, sizeof fresh);
    if (c->failed) {
        return 1;
    }
    size_t at = m->n_side_forms++;
    for (; at > 0 && compare_bytes(bytes_of(m, at - 1), bytes) > 0; at--) {
        m->side_forms[at] = m->side_forms[at - 1];
    }
    m->side_forms[at] = fresh;
    return 0;
}

static quern_status collect_forms(merger *m, uint32_t i, quern_error *err)
{
    side *s = &m->sides[i];
    quern_string key = {s->walk.key, s->walk.key_len};
    collector c = {m, i, 0};
    QUERN_TRY(quern_forms_open(&s->forms, s->segment, key, &s->walk.term, err));
    if (quern_grow(&s->number, &s->cap_number, s->forms.n, sizeof *s->number)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_forms_each(&s->forms, keep_form, &c, err));
    return c.failed ? quern_fail_nomem(err) : QUERN_OK;
}

/* Numbers the forms that the n members have of the term at hand. */
static quern_status number_forms(merger *m, uint32_t n, quern_error *err)
{
    const side *first = &m->sides[m->members[0]];
    m->n_side_forms = 0;
    m->n_forms = 0;
    quern_buf_clear(&m->names);
    if (first->walk.key_len < 2 || first->walk.key[0] != QUERN_FORMS_KIND) {
        return QUERN_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        QUERN_TRY(collect_forms(m, m->members[i], err));
    }
    for (size_t i = 0; i < m->n_side_forms; i++) {
        const side_form *form = &m->side_forms[i];
        m->n_forms += i == 0 || compare_bytes(bytes_of(m, i - 1), bytes_of(m, i)) != 0;
        m->sides[form->side].number[form->code] = m->n_forms - 1;
    }
    return QUERN_OK;
}

static quern_status put_forms(merger *m, quern_error *err)
{
    for (size_t i = 0; i < m->n_side_forms; i++) {
        quern_string bytes = bytes_of(m, i);
        if (i == 0 || compare_bytes(bytes_of(m, i - 1), bytes) != 0) {
            QUERN_TRY(quern_segment_writer_form(m->writer, bytes.data, bytes.len, err));
        }
    }
    return QUERN_OK;
}

static quern_status begin_term(merger *m, const side *s, quern_error *err)
{
    const char *key = s->walk.key;
    size_t len = s->walk.key_len;
    size_t common = len < m->last_len ? len : m->last_len;
    int order = memcmp(m->last_term, key, common);
    if (order > 0 || (order == 0 && m->last_len >= len)) {
        return damaged(s, "terms are not in order", err);
    }
    memcpy(m->last_term, key, len);
    m->last_len = len;
    QUERN_TRY(quern_segment_writer_term(m->writer, key, len, err));
    return put_forms(m, err);
}

/* Opens the postings of the term at hand and puts the side into the queue, if any of it is live. */
static quern_status enqueue(merger *m, uint32_t i, quern_error *err)
{
    side *s = &m->sides[i];
    QUERN_TRY(quern_postings_open(&s->postings, s->segment, &s->walk.term, err));
    s->next_block = 0;
    s->at = NONE;
    s->passage = NONE;
    QUERN_TRY(next_posting(m, s, err));
    if (s->passage != NONE) {
        m->queue[m->n_queue++] = (uint64_t)s->passage << 32 | i;
    }
    return QUERN_OK;
}

/* The least passage at hand of all sides but the first of the queue; NONE: there is no other. */
static uint32_t next_of_others(const merger *m)
{
    uint64_t next = m->n_queue > 1 ? m->queue[1] : UINT64_MAX;
    next = m->n_queue > 2 && m->queue[2] < next ? m->queue[2] : next;
    return (uint32_t)(next >> 32);
}

static quern_status drain(merger *m, quern_error *err)
{
    for (uint32_t i = m->n_queue / 2; i-- > 0;) {
        sink(m->queue, m->n_queue, i);
    }
    while (m->n_queue > 0) {
        uint32_t i = (uint32_t)m->queue[0];
        side *s = &m->sides[i];
        QUERN_TRY(put_postings(m, s, next_of_others(m), err));
        QUERN_TRY(next_posting(m, s, err));
        m->queue[0] = s->passage == NONE ? m->queue[--m->n_queue] : (uint64_t)s->passage << 32 | i;
        if (m->n_queue > 1) {
            sink(m->queue, m->n_queue, 0);
        }
    }
    return QUERN_OK;
}

/* ---- Terms ---- */

static int term_order(const side *a, const side *b)
{
    size_t n = a->walk.key_len < b->walk.key_len ? a->walk.key_len : b->walk.key_len;
    int order = memcmp(a->walk.key, b->walk.key, n);
    return order ? order
                 : (a->walk.key_len > b->walk.key_len) - (a->walk.key_len < b->walk.key_len);
}

static int term_below(const side *a, const side *b)
{
    return term_order(a, b) < 0;
}

static void rise(merger *m, uint32_t at)
{
    uint32_t item = m->heap[at];
    while (at > 0 && term_below(&m->sides[item], &m->sides[m->heap[(at - 1) / 2]])) {
        m->heap[at] = m->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    m->heap[at] = item;
}

/* One term: the sides that have it leave the heap, are drained, step on and come back. */
static quern_status merge_term(merger *m, quern_error *err)
{
    uint32_t *members = m->members;
    uint32_t n = 0;
    do {
        members[n++] = m->heap[0];
        drop_least(m);
        if (m->n_heap > 0) {
            sift_down(m, 0, term_below);
        }
    } while (m->n_heap > 0 && term_order(&m->sides[members[0]], &m->sides[m->heap[0]]) == 0);
    m->n_queue = 0;
    QUERN_TRY(number_forms(m, n, err));
    for (uint32_t i = 0; i < n; i++) {
        const quern_term *term = &m->sides[members[i]].walk.term;
        note_read(m, term->df > 1 ? term->post_bytes + term->pos_bytes : 0);
        QUERN_TRY(enqueue(m, members[i], err));
    }
    if (m->n_queue > 0) {
        QUERN_TRY(begin_term(m, &m->sides[members[0]], err));
        QUERN_TRY(drain(m, err));
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

static quern_status merge_terms(merger *m, quern_error *err)
{
    m->n_heap = 0;
    for (uint32_t i = 0; i < m->n_sides; i++) {
        int more = 0;
        side *s = &m->sides[i];
        QUERN_TRY(quern_dictionary_seek(&s->walk, s->segment, "", 0, err));
        QUERN_TRY(quern_dictionary_next(&s->walk, &more, err));
        if (more) {
            m->heap[m->n_heap++] = i;
        }
    }
    make_heap(m, term_below);
    while (m->n_heap > 0) {
        QUERN_TRY(merge_term(m, err));
    }
    return QUERN_OK;
}

/* ---- All of it ---- */

static quern_status begin(merger *m, quern_error *err)
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
        side *s = &m->sides[i];
        s->segment = merge->inputs[i].segment;
        s->dead = merge->inputs[i].dead;
        s->info = quern_segment_get_info(s->segment);
        QUERN_TRY(quern_segment_lengths(s->segment, &s->lengths, err));
    }
    return QUERN_OK;
}

static quern_status write_segment(merger *m, quern_segment_ref *out, quern_error *err)
{
    quern_segment_writer_options options = {m->merge->store_text};
    QUERN_TRY(quern_segment_writer_new(m->merge->vfs, m->merge->dir, &options, &m->writer, err));
    QUERN_TRY(feed_articles(m, err));
    QUERN_TRY(make_maps(m, err));
    QUERN_TRY(merge_terms(m, err));
    return quern_segment_writer_finish(m->writer, out, err);
}

quern_status quern_merge_segments(const quern_merge *merge, quern_segment_ref *out,
                                  quern_error *err)
{
    merger m;
    memset(&m, 0, sizeof m);
    memset(out, 0, sizeof *out);
    m.merge = merge;
    m.asked = NONE;
    quern_status status = begin(&m, err);
    status = status ? status : order_articles(&m, err);
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
