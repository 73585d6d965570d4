/* SPDX-License-Identifier: MIT */
/* prepare - see prepare.h. Each term is looked up once in each segment; what is found is kept in
 * one array, segment after segment, from which the cursors are made when all numbers are known. */
#include "query/prepare.h"

#include <stdlib.h>

typedef struct found_term {
    uint32_t number; /* in the plan */
    quern_term term;
} found_term;

typedef struct phrase_term {
    uint32_t number;      /* in the plan */
    uint32_t occurrences; /* in the phrase */
    const quern_term *term;
} phrase_term;

/* The terms of the plan in the segments that have them, segment after segment. */
typedef struct lookup {
    found_term *items;
    size_t n, cap;
    size_t *ends;          /* of each segment's items */
    uint64_t *live;        /* for each term of the plan: live passages with it */
    uint32_t *where;       /* scratch, for each term: its item in the segment at hand + 1, or 0 */
    uint32_t *place;       /* scratch, for each term: its cursor in the phrase at hand + 1, or 0 */
    phrase_term *distinct; /* scratch: terms of the phrase at hand */
    size_t cap_distinct;
} lookup;

static void lookup_finish(lookup *l)
{
    quern_free(l->items);
    quern_free(l->ends);
    quern_free(l->live);
    quern_free(l->where);
    quern_free(l->place);
    quern_free(l->distinct);
}

static quern_status find_in_segment(const quern_prepared *q, lookup *l, size_t s, quern_error *err)
{
    const quern_plan *plan = q->plan;
    const quern_snapshot_segment *seg = &q->snapshot->segments[s];
    for (uint32_t t = 0; t < plan->n_terms; t++) {
        int found;
        if (quern_grow(&l->items, &l->cap, l->n + 1, sizeof *l->items)) {
            return quern_fail_nomem(err);
        }
        found_term *item = &l->items[l->n];
        QUERN_TRY(quern_dictionary_find(seg->segment, plan->terms[t].bytes, plan->terms[t].len,
                                        &item->term, &found, err));
        if (!found) {
            continue;
        }
        uint32_t n_dead = seg->dead ? quern_tombstones_count(seg->dead, item->term.ordinal) : 0;
        if (n_dead > item->term.df) {
            return quern_fail(err, QUERN_E_CORRUPT,
                              "more passages of a term are dead than have it - run: indexer "
                              "rebuild --from-sources");
        }
        l->live[t] += item->term.df - n_dead;
        if (n_dead < item->term.df) {
            item->number = t;
            l->n++;
        }
    }
    l->ends[s] = l->n;
    return QUERN_OK;
}

static quern_status find_terms(const quern_prepared *q, lookup *l, quern_error *err)
{
    size_t n_terms = q->plan->n_terms;
    size_t n_segments = q->snapshot->n_segments;
    l->ends = quern_alloc_zero(n_segments, sizeof *l->ends);
    l->live = quern_alloc_zero(n_terms, sizeof *l->live);
    l->where = quern_alloc_zero(n_terms, sizeof *l->where);
    l->place = quern_alloc_zero(n_terms, sizeof *l->place);
    if (!l->ends || !l->live || !l->where || !l->place) {
        return quern_fail_nomem(err);
    }
    for (size_t s = 0; s < n_segments; s++) {
        QUERN_TRY(find_in_segment(q, l, s, err));
    }
    for (size_t t = 0; t < n_terms; t++) {
        if (l->live[t] > q->snapshot->n_passages) {
            return quern_fail(
                err, QUERN_E_CORRUPT,
                "a term is in more passages than there are - run: indexer rebuild --from-sources");
        }
    }
    return QUERN_OK;
}

static double idf(const quern_prepared *q, const lookup *l, uint32_t term)
{
    return quern_bm25_idf(q->snapshot->n_passages, l->live[term]);
}

static void set_cursor(quern_match_cursor *cursor, quern_part *p, const quern_term *term,
                       double weight)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->segment = p->segment;
    cursor->term = *term;
    cursor->weight = weight;
    cursor->slot = (uint32_t)p->n_cursors++;
}

static quern_status add_words(quern_prepared *q, lookup *l, quern_part *p, size_t from, size_t to,
                              quern_error *err)
{
    p->words = quern_arena_alloc(&q->arena, (to - from) * sizeof *p->words);
    if (!p->words) {
        return quern_fail_nomem(err);
    }
    for (size_t i = from; i < to; i++) {
        const found_term *item = &l->items[i];
        const quern_plan_node *node = q->plan->terms[item->number].loose;
        if (node) {
            quern_match_cursor *cursor = &p->words[p->n_words++];
            set_cursor(cursor, p, &item->term, node->weight * idf(q, l, item->number));
            cursor->leaf = item->number + 1;
        }
    }
    return QUERN_OK;
}

static int by_df(const void *a, const void *b)
{
    const phrase_term *x = a;
    const phrase_term *y = b;
    if (x->term->df != y->term->df) {
        return x->term->df < y->term->df ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Collects the distinct terms of a phrase, rarest first, and leaves in l->place where each went.
 * *n is 0 where the segment lacks one of them. */
static quern_status distinct_terms(lookup *l, const quern_plan_node *node, size_t *n,
                                   quern_error *err)
{
    *n = 0;
    for (uint32_t i = 0; i < node->n_members; i++) {
        if (!l->where[node->members[i].term]) {
            return QUERN_OK;
        }
    }
    if (quern_grow(&l->distinct, &l->cap_distinct, node->n_members, sizeof *l->distinct)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        uint32_t t = node->members[i].term;
        if (!l->place[t]) {
            phrase_term fresh = {t, 0, &l->items[l->where[t] - 1].term};
            l->distinct[(*n)++] = fresh;
            l->place[t] = (uint32_t)*n;
        }
        l->distinct[l->place[t] - 1].occurrences++;
    }
    qsort(l->distinct, *n, sizeof *l->distinct, by_df);
    for (size_t i = 0; i < *n; i++) {
        l->place[l->distinct[i].number] = (uint32_t)i + 1;
    }
    return QUERN_OK;
}

static quern_status add_phrase(quern_prepared *q, lookup *l, quern_part *p,
                               const quern_plan_node *node, quern_error *err)
{
    size_t n;
    quern_arena *arena = &q->arena;
    QUERN_TRY(distinct_terms(l, node, &n, err));
    if (n == 0) {
        return QUERN_OK;
    }
    quern_match_phrase *phrase = &p->phrases[p->n_phrases];
    quern_match_cursor *cursors = quern_arena_alloc(arena, n * sizeof *cursors);
    quern_match_member *members = quern_arena_alloc(arena, node->n_members * sizeof *members);
    phrase->cursors = quern_arena_alloc(arena, n * sizeof(quern_match_cursor *));
    phrase->tfs = quern_arena_alloc(arena, n * sizeof *phrase->tfs);
    phrase->starts = quern_arena_alloc(arena, n * sizeof *phrase->starts);
    if (!cursors || !members || !phrase->cursors || !phrase->tfs || !phrase->starts) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < n; i++) {
        const phrase_term *t = &l->distinct[i];
        set_cursor(&cursors[i], p, t->term, node->weight * t->occurrences * idf(q, l, t->number));
        phrase->cursors[i] = &cursors[i];
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        members[i].cursor = l->place[node->members[i].term] - 1;
        members[i].offset = node->members[i].offset;
    }
    for (size_t i = 0; i < n; i++) {
        l->place[l->distinct[i].number] = 0;
    }
    phrase->n_cursors = (uint32_t)n;
    phrase->members = members;
    phrase->n_members = node->n_members;
    p->n_phrases++;
    return QUERN_OK;
}

static quern_status make_part(quern_prepared *q, lookup *l, size_t s, quern_error *err)
{
    const quern_plan *plan = q->plan;
    const quern_snapshot_segment *seg = &q->snapshot->segments[s];
    quern_part *p = &q->parts[s];
    size_t from = s ? l->ends[s - 1] : 0;
    p->segment = seg->segment;
    p->dead = seg->dead;
    if (from == l->ends[s]) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_segment_lengths(p->segment, &p->lengths, err));
    QUERN_TRY(add_words(q, l, p, from, l->ends[s], err));
    if (plan->n_phrases == 0) {
        return QUERN_OK;
    }
    p->phrases = quern_arena_alloc(&q->arena, plan->n_phrases * sizeof *p->phrases);
    if (!p->phrases) {
        return quern_fail_nomem(err);
    }
    for (size_t i = from; i < l->ends[s]; i++) {
        l->where[l->items[i].number] = (uint32_t)(i + 1);
    }
    for (size_t i = 0; i < plan->n_phrases; i++) {
        QUERN_TRY(add_phrase(q, l, p, plan->phrases[i], err));
    }
    for (size_t i = from; i < l->ends[s]; i++) {
        l->where[l->items[i].number] = 0;
    }
    return QUERN_OK;
}

/* Whether sums of contributions could reach 2^31: a bound over all clauses. */
static int needs_wide(const quern_prepared *q, const lookup *l)
{
    double sum = 0.0;
    double n = 0.0;
    const quern_plan *plan = q->plan;
    const quern_plan_node *node = plan->root->children;
    for (; node; node = node->sibling) {
        uint32_t n_terms = node->op == QUERN_PLAN_TERM ? 1 : node->n_members;
        for (uint32_t i = 0; i < n_terms; i++) {
            uint32_t t = node->op == QUERN_PLAN_TERM ? node->term : node->members[i].term;
            sum += l->live[t] ? node->weight * idf(q, l, t) : 0.0;
            n += 1.0;
        }
    }
    return sum * (q->model.k1 + 1.0) >= 2047.0 || n >= QUERN_BM25_ONE;
}

static quern_status make_parts(quern_prepared *q, lookup *l, quern_error *err)
{
    size_t n_segments = q->snapshot->n_segments;
    QUERN_TRY(find_terms(q, l, err));
    if (l->n == 0) {
        return QUERN_OK;
    }
    q->parts = quern_arena_alloc(&q->arena, n_segments * sizeof *q->parts);
    if (!q->parts) {
        return quern_fail_nomem(err);
    }
    memset(q->parts, 0, n_segments * sizeof *q->parts);
    q->n_parts = n_segments;
    q->is_wide = needs_wide(q, l);
    for (size_t t = 0; t < q->plan->n_terms; t++) {
        if (q->plan->terms[t].loose && l->live[t] > q->max_live) {
            q->max_live = l->live[t];
        }
    }
    for (size_t s = 0; s < n_segments; s++) {
        QUERN_TRY(make_part(q, l, s, err));
        size_t n_cursors = q->parts[s].n_cursors;
        q->max_cursors = n_cursors > q->max_cursors ? n_cursors : q->max_cursors;
    }
    return QUERN_OK;
}

quern_status quern_prepare(quern_snapshot *snapshot, const quern_plan *plan,
                           const quern_bm25 *model, quern_prepared *q, quern_error *err)
{
    lookup l;
    memset(&l, 0, sizeof l);
    memset(q, 0, sizeof *q);
    quern_arena_init(&q->arena);
    q->snapshot = snapshot;
    q->plan = plan;
    q->model = *model;
    q->model.avglen = 1.0;
    if (!plan->root || snapshot->n_passages == 0) {
        return QUERN_OK;
    }
    if (snapshot->sum_len > 0) {
        q->model.avglen = (double)snapshot->sum_len / (double)snapshot->n_passages;
    }
    quern_status status = make_parts(q, &l, err);
    lookup_finish(&l);
    if (status) {
        quern_prepared_finish(q);
    }
    return status;
}

uint64_t quern_part_dead(const quern_part *p, uint32_t first)
{
    if (!p->dead || !p->dead->passages) {
        return 0;
    }
    uint8_t bytes[8] = {0};
    size_t at = first >> 3;
    size_t n = (quern_segment_get_info(p->segment)->ref.n_passages + (size_t)7) / 8;
    memcpy(bytes, p->dead->passages + at, n - at < 8 ? n - at : 8);
    return quern_load64(bytes);
}

void quern_prepared_finish(quern_prepared *q)
{
    quern_arena_finish(&q->arena);
    memset(q, 0, sizeof *q);
}
