/* SPDX-License-Identifier: MIT */
/* tree - see tree.h. */
#include "query/tree_node.h"

#include <assert.h>

enum {
    WINDOW = QUERN_TREE_WINDOW,
    WORDS = QUERN_TREE_WORDS,
    TABLES_MAX = 64,    /* of contributions, 16 KB each; more words than that share */
    NODES_A_LOOK = 256, /* that are asked for each look at the clock */
    SPARSE = 8          /* postings for each passage of a mask that make seeking cheaper */
};

typedef quern_tree_node node;
typedef quern_tree_place place;

/* ---- Bits of a window ---- */

static void clear(uint64_t *bits)
{
    memset(bits, 0, WORDS * sizeof *bits);
}

static int is_empty(const uint64_t *bits)
{
    uint64_t any = 0;
    for (size_t i = 0; i < WORDS; i++) {
        any |= bits[i];
    }
    return any == 0;
}

static uint32_t count(const uint64_t *bits)
{
    uint32_t n = 0;
    for (size_t i = 0; i < WORDS; i++) {
        n += quern_window_count(bits[i]);
    }
    return n;
}

static void intersect(uint64_t *out, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < WORDS; i++) {
        out[i] = a[i] & b[i];
    }
}

static void unite(uint64_t *out, const uint64_t *bits)
{
    for (size_t i = 0; i < WORDS; i++) {
        out[i] |= bits[i];
    }
}

/* The first passage of the mask from `from` on; the window's end if none. */
static uint32_t next_of(const quern_tree *t, const uint64_t *mask, uint32_t from)
{
    for (uint32_t at = from - t->base; at < t->end - t->base; at = (at | 63) + 1) {
        uint64_t bits = mask[at >> 6] >> (at & 63);
        if (bits) {
            return t->base + at + (uint32_t)__builtin_ctzll(bits);
        }
    }
    return t->end;
}

static void set(const quern_tree *t, uint64_t *bits, uint32_t passage)
{
    uint32_t at = passage - t->base;
    bits[at >> 6] |= (uint64_t)1 << (at & 63);
}

/* Whether the deadline is over, which makes the answers for the window at hand worthless. */
static int is_late(quern_tree *t)
{
    if (t->n_asked++ % NODES_A_LOOK == 0) {
        quern_deadline_check(t->deadline);
    }
    return t->deadline && t->deadline->is_over;
}

/* ---- Cursors ---- */

/* Starts the cursor where that is yet to be done. */
static quern_status begin(quern_tree *t, place *p, uint32_t from, quern_error *err)
{
    assert(p); /* only words and joins have cursors */
    if (p->round != t->round) {
        p->round = t->round;
        return quern_match_start(&t->pool, p->cursor, from, err);
    }
    return QUERN_OK;
}

/* Puts the cursor where it stood when it was first asked for in this window. */
static quern_status enter(quern_tree *t, place *p, quern_error *err)
{
    QUERN_TRY(begin(t, p, t->base, err));
    if (p->window != t->number) {
        p->window = t->number;
        p->block = p->cursor->block;
        p->at = p->cursor->at;
        p->next = p->cursor->next;
    } else {
        p->cursor->block = p->block;
        p->cursor->at = p->at;
        p->cursor->next = p->next;
    }
    return QUERN_OK;
}

/* The next postings of a word that the mask can have: [at, to) of the decoded block. */
typedef struct run {
    quern_match_cursor *cursor;
    const uint64_t *mask;
    int is_sparse; /* one posting at a time, which is in the mask */
    uint32_t from; /* passages below are done */
    quern_postings *postings;
    uint32_t at, to;
} run;

static quern_status begin_run(quern_tree *t, place *p, const uint64_t *mask, run *r,
                              quern_error *err)
{
    uint64_t postings = (uint64_t)p->cursor->term.df * WINDOW / t->n_passages;
    QUERN_TRY(enter(t, p, err));
    r->cursor = p->cursor;
    r->mask = mask;
    r->from = p->cursor->next < t->end ? t->base : t->end;
    r->is_sparse =
        r->from < t->end && postings > SPARSE && (uint64_t)count(mask) * SPARSE < postings;
    return QUERN_OK;
}

/* *more is 0 where there are none. */
static quern_status next_run(quern_tree *t, run *r, int *more, quern_error *err)
{
    uint32_t passage = next_of(t, r->mask, r->from);
    *more = 0;
    while (passage < t->end) {
        QUERN_TRY(quern_match_seek(&t->pool, r->cursor, passage, err));
        if (r->cursor->next >= t->end) {
            return QUERN_OK;
        }
        if (r->is_sparse && r->cursor->next > passage) {
            passage = next_of(t, r->mask, r->cursor->next);
            continue;
        }
        QUERN_TRY(quern_match_block(&t->pool, r->cursor, &r->postings, err));
        const quern_postings *p = r->postings;
        r->at = r->cursor->at;
        r->to = r->is_sparse ? r->at + 1 : p->n;
        if (p->passages[r->to - 1] >= t->end) {
            r->to = quern_match_lower_bound(p->passages, r->at, r->to, t->end);
        }
        r->from = p->passages[r->to - 1] + 1;
        *more = 1;
        return QUERN_OK;
    }
    return QUERN_OK;
}

/* ---- Which passages match: each function marks those of the mask in `out` ---- */

static quern_status match(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                          quern_error *err);

static quern_status match_word(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                               quern_error *err)
{
    run r;
    int more;
    QUERN_TRY(begin_run(t, n->places, mask, &r, err));
    for (;;) {
        QUERN_TRY(next_run(t, &r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        const uint32_t *passages = r.postings->passages;
        for (uint32_t i = r.at; i < r.to; i++) {
            uint32_t at = passages[i] - t->base;
            out[at >> 6] |= mask[at >> 6] & (uint64_t)1 << (at & 63);
        }
    }
}

/* Whether a code is in a sorted list. */
static int has_code(const quern_tree_node *n, uint32_t code)
{
    uint32_t at = quern_match_lower_bound(n->codes, 0, n->n_codes, code);
    return at < n->n_codes && n->codes[at] == code;
}

/* A word in some of its forms. */
static quern_status match_forms(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                                quern_error *err)
{
    run r;
    int more;
    QUERN_TRY(begin_run(t, n->places, mask, &r, err));
    for (;;) {
        quern_forms *forms;
        QUERN_TRY(next_run(t, &r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        QUERN_TRY(quern_match_forms(&t->pool, r.cursor, &r.postings, &forms, err));
        for (uint32_t i = r.at; i < r.to; i++) {
            uint32_t at = r.postings->passages[i] - t->base;
            int found = 0;
            if (mask[at >> 6] >> (at & 63) & 1) {
                for (uint32_t j = forms->first[i]; j < forms->first[i + 1] && !found; j++) {
                    found = has_code(n, forms->code[j]);
                }
            }
            out[at >> 6] |= (uint64_t)found << (at & 63);
        }
    }
}

static quern_status match_join(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                               quern_error *err)
{
    quern_match_join *join = n->join;
    for (uint32_t i = 0; i < join->n_cursors; i++) {
        QUERN_TRY(enter(t, &n->places[i], err));
    }
    uint32_t passage = next_of(t, mask, t->base);
    while (passage < t->end) {
        int found;
        QUERN_TRY(quern_match_join_at(&t->pool, join, passage, &found, err));
        if (found) {
            set(t, out, passage);
        }
        uint32_t next = passage + 1;
        for (uint32_t i = 0; i < join->n_cursors; i++) {
            next = join->cursors[i]->next > next ? join->cursors[i]->next : next;
        }
        passage = next < t->end ? next_of(t, mask, next) : t->end;
    }
    return QUERN_OK;
}

static quern_status match_selector(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                                   quern_error *err)
{
    quern_select_window window = {t->base, t->end, mask, out};
    return quern_selector_mark(n->selector, &t->pool, &window, err);
}

/* Puts what a child matches into its bits, or into `room` where it has none; *bits is which. */
static quern_status match_apart(quern_tree *t, node *child, const uint64_t *mask, uint64_t *room,
                                uint64_t **bits, quern_error *err)
{
    *bits = child->bits ? child->bits : room;
    clear(*bits);
    return match(t, child, mask, *bits, err);
}

static quern_status match_any(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                              quern_error *err)
{
    for (uint32_t i = 0; i < n->n_children; i++) {
        node *child = n->children[i];
        if (!child->bits) {
            QUERN_TRY(match(t, child, mask, out, err));
            continue;
        }
        clear(child->bits);
        QUERN_TRY(match(t, child, mask, child->bits, err));
        unite(out, child->bits);
    }
    return QUERN_OK;
}

static quern_status match_all(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                              quern_error *err)
{
    uint64_t left[WORDS];
    uint64_t room[WORDS];
    memcpy(left, mask, sizeof left);
    int swap = n->op == QUERN_PLAN_FILTER && n->children[1]->cost < n->children[0]->cost;
    for (uint32_t i = 0; i < n->n_children; i++) {
        uint64_t *bits;
        QUERN_TRY(match_apart(t, n->children[swap ? 1 - i : i], left, room, &bits, err));
        memcpy(left, bits, sizeof left);
        if (is_empty(left)) {
            return QUERN_OK;
        }
    }
    unite(out, left);
    return QUERN_OK;
}

/* Those of the mask that `need` children have. When only need - 1 children are left, a passage that
 * none had yet cannot have enough. */
static quern_status match_at_least(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                                   quern_error *err)
{
    uint64_t left[WORDS];
    uint64_t seen[WORDS];
    uint64_t room[WORDS];
    memcpy(left, mask, sizeof left);
    clear(seen);
    for (uint32_t i = 0; i < n->n_children; i++) {
        uint64_t *bits;
        if (i + n->need > n->n_children) {
            memcpy(left, seen, sizeof left);
        }
        QUERN_TRY(match_apart(t, n->children[i], left, room, &bits, err));
        unite(seen, bits);
        for (uint32_t at = next_of(t, bits, t->base); at < t->end; at = next_of(t, bits, at + 1)) {
            n->counts[at - t->base]++;
        }
    }
    for (uint32_t at = next_of(t, seen, t->base); at < t->end; at = next_of(t, seen, at + 1)) {
        if (n->counts[at - t->base] >= n->need) {
            set(t, out, at);
        }
        n->counts[at - t->base] = 0;
    }
    return QUERN_OK;
}

static quern_status match_not(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                              quern_error *err)
{
    uint64_t left[WORDS];
    uint64_t room[WORDS];
    uint64_t *bits;
    QUERN_TRY(match_apart(t, n->children[0], mask, room, &bits, err));
    if (is_empty(bits)) {
        return QUERN_OK;
    }
    memcpy(left, bits, sizeof left);
    QUERN_TRY(match_apart(t, n->children[1], left, room, &bits, err));
    for (size_t i = 0; i < WORDS; i++) {
        out[i] |= left[i] & ~bits[i];
    }
    return QUERN_OK;
}

/* The second child only scores, which is when it is asked what it matches. */
static quern_status match_maybe(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                                quern_error *err)
{
    uint64_t room[WORDS];
    uint64_t *bits;
    QUERN_TRY(match_apart(t, n->children[0], mask, room, &bits, err));
    unite(out, bits);
    return QUERN_OK;
}

static quern_status match(quern_tree *t, node *n, const uint64_t *mask, uint64_t *out,
                          quern_error *err)
{
    if (is_late(t)) {
        return QUERN_OK;
    }
    if (n->join) {
        return match_join(t, n, mask, out, err);
    }
    if (n->selector) {
        return match_selector(t, n, mask, out, err);
    }
    if (n->codes) {
        return match_forms(t, n, mask, out, err);
    }
    switch (n->op) {
    case QUERN_PLAN_EVERY:
        unite(out, mask);
        return QUERN_OK;
    case QUERN_PLAN_ANY:
        return match_any(t, n, mask, out, err);
    case QUERN_PLAN_ALL:
    case QUERN_PLAN_FILTER:
        return match_all(t, n, mask, out, err);
    case QUERN_PLAN_ATLEAST:
        return match_at_least(t, n, mask, out, err);
    case QUERN_PLAN_NOT:
        return match_not(t, n, mask, out, err);
    case QUERN_PLAN_MAYBE:
        return match_maybe(t, n, mask, out, err);
    default:
        return match_word(t, n, mask, out, err);
    }
}

/* ---- What they score: the mask has passages that match alone ---- */

static quern_status score(quern_tree *t, node *n, const uint64_t *mask, quern_error *err);

static quern_rank_table *table_of(quern_tree *t, const quern_match_cursor *cursor)
{
    quern_rank_table *table = &t->tables[(cursor->leaf - 1) % t->n_tables];
    if (table->owner != cursor->leaf) {
        quern_rank_table_begin(table, cursor->leaf);
    }
    return table;
}

/* Those of postings [at, to) of a run that the mask has, copied. */
static void pick(const quern_tree *t, const run *r, quern_rank_run *out, uint32_t *passages,
                 uint32_t *tfs)
{
    const quern_postings *p = r->postings;
    out->n = 0;
    for (uint32_t i = r->at; i < r->to; i++) {
        uint32_t at = p->passages[i] - t->base;
        passages[out->n] = p->passages[i];
        tfs[out->n] = p->tfs[i];
        out->n += (uint32_t)(r->mask[at >> 6] >> (at & 63) & 1);
    }
}

/* Adds the scores of a word, and marks in the window's bits what it scores. */
static quern_status score_word(quern_tree *t, node *n, const uint64_t *mask, quern_error *err)
{
    run r;
    int more;
    uint32_t passages[QUERN_BLOCK];
    uint32_t tfs[QUERN_BLOCK];
    quern_rank_run add = {passages, tfs, 0, t->part->lengths, n->places->cursor->weight, NULL};
    QUERN_TRY(begin_run(t, n->places, mask, &r, err));
    for (;;) {
        QUERN_TRY(next_run(t, &r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        quern_postings *p = r.postings;
        if (!p->have_tfs) {
            QUERN_TRY(quern_postings_load_tfs(p, err));
        }
        if (mask == t->all) {
            add.passages = p->passages + r.at;
            add.tfs = p->tfs + r.at;
            add.n = r.to - r.at;
        } else {
            pick(t, &r, &add, passages, tfs);
        }
        add.table = add.table ? add.table : table_of(t, n->places->cursor);
        quern_rank_add(&t->window, &t->query->model, &add);
    }
}

static quern_status score_join(quern_tree *t, node *n, const uint64_t *mask, quern_error *err)
{
    for (uint32_t i = 0; i < n->join->n_cursors; i++) {
        quern_match_cursor *cursor = n->join->cursors[i];
        QUERN_TRY(enter(t, &n->places[i], err));
        for (uint32_t at = next_of(t, mask, t->base); at < t->end; at = next_of(t, mask, at + 1)) {
            quern_postings *p;
            QUERN_TRY(quern_match_seek(&t->pool, cursor, at, err));
            QUERN_TRY(quern_match_block(&t->pool, cursor, &p, err));
            QUERN_TRY(quern_postings_load_tfs(p, err));
            uint32_t len = quern_lengths_get(&t->part->lengths, at);
            quern_window_add(
                &t->window, at - t->base,
                quern_rank_one(&t->query->model, cursor->weight, p->tfs[cursor->at], len));
        }
    }
    return QUERN_OK;
}

/* Those of the mask that a child matches, as it was asked when the window was matched. */
static quern_status score_some(quern_tree *t, node *child, const uint64_t *mask, quern_error *err)
{
    uint64_t left[WORDS];
    if (!child->bits) {
        return score(t, child, mask, err);
    }
    intersect(left, mask, child->bits);
    return is_empty(left) ? QUERN_OK : score(t, child, left, err);
}

static quern_status score_children(quern_tree *t, node *n, const uint64_t *mask, quern_error *err)
{
    for (uint32_t i = 0; i < n->n_children; i++) {
        QUERN_TRY(n->op == QUERN_PLAN_ALL ? score(t, n->children[i], mask, err)
                                          : score_some(t, n->children[i], mask, err));
    }
    return QUERN_OK;
}

static quern_status score_maybe(quern_tree *t, node *n, const uint64_t *mask, quern_error *err)
{
    node *more = n->children[1];
    QUERN_TRY(score(t, n->children[0], mask, err));
    if (more->bits) {
        clear(more->bits);
        QUERN_TRY(match(t, more, mask, more->bits, err));
    }
    return score_some(t, more, mask, err);
}

static quern_status score(quern_tree *t, node *n, const uint64_t *mask, quern_error *err)
{
    if (is_late(t)) {
        return QUERN_OK;
    }
    if (n->join) {
        return score_join(t, n, mask, err);
    }
    if (n->selector || n->op == QUERN_PLAN_EVERY) {
        return QUERN_OK;
    }
    switch (n->op) {
    case QUERN_PLAN_ANY:
    case QUERN_PLAN_ALL:
    case QUERN_PLAN_ATLEAST:
        return score_children(t, n, mask, err);
    case QUERN_PLAN_MAYBE:
        return score_maybe(t, n, mask, err);
    case QUERN_PLAN_NOT:
    case QUERN_PLAN_FILTER:
        return score(t, n->children[0], mask, err);
    default:
        return score_word(t, n, mask, err);
    }
}

/* ---- Windows ---- */

/* A bound from below of the next passage from `from` on that the node matches. */
static quern_status find_next(quern_tree *t, node *n, uint32_t from, uint32_t *next,
                              quern_error *err)
{
    *next = from;
    if (n->places) { /* a word, or the rarest of a join */
        QUERN_TRY(begin(t, n->places, from, err));
        QUERN_TRY(quern_match_seek(&t->pool, n->places->cursor, from, err));
        *next = n->places->cursor->next;
        return QUERN_OK;
    }
    if (n->selector) {
        return quern_selector_next(n->selector, &t->pool, from, next, err);
    }
    if (n->op == QUERN_PLAN_ANY || n->op == QUERN_PLAN_ATLEAST) {
        *next = QUERN_MATCH_END;
        for (uint32_t i = 0; i<n->n_children && * next> from; i++) {
            uint32_t one;
            QUERN_TRY(find_next(t, n->children[i], from, &one, err));
            *next = one < *next ? one : *next;
        }
        return QUERN_OK;
    }
    if (n->op == QUERN_PLAN_EVERY) {
        return QUERN_OK;
    }
    int swap = n->op == QUERN_PLAN_FILTER && n->children[1]->cost < n->children[0]->cost;
    return find_next(t, n->children[swap], from, next, err);
}

/* Matches and scores an ANY at the root at once, as each of its words is then read only once. Dead
 * passages are scored, too. */
static quern_status pour_any(quern_tree *t, node *n, uint64_t *out, quern_error *err)
{
    for (uint32_t i = 0; i < n->n_children; i++) {
        node *child = n->children[i];
        if (!child->bits && child->op != QUERN_PLAN_EVERY) { /* a word */
            QUERN_TRY(is_late(t) ? QUERN_OK : score_word(t, child, t->all, err));
        } else if (child->bits) {
            clear(child->bits);
            QUERN_TRY(match(t, child, t->all, child->bits, err));
            QUERN_TRY(is_empty(child->bits) ? QUERN_OK : score(t, child, child->bits, err));
            unite(out, child->bits);
        } else {
            QUERN_TRY(match(t, child, t->all, out, err));
        }
    }
    for (size_t i = 0; i < WORDS; i++) {
        out[i] |= quern_load64(t->window.bits + i * 8);
    }
    return QUERN_OK;
}

static quern_status match_and_score(quern_tree *t, int match_only, uint64_t *out, quern_error *err)
{
    QUERN_TRY(match(t, t->root, t->all, out, err));
    for (uint32_t i = 0; i < WORDS; i++) {
        if (out[i]) {
            out[i] &= ~quern_part_dead(t->part, t->base + i * 64u);
        }
    }
    return match_only || is_empty(out) ? QUERN_OK : score(t, t->root, out, err);
}

/* All passages of [from, to), which lie in the window. */
static void fill(const quern_tree *t, uint64_t *bits, uint32_t from, uint32_t to)
{
    clear(bits);
    for (uint32_t at = from - t->base; at < to - t->base; at = (at | 63) + 1) {
        uint32_t left = to - t->base - (at & ~63u);
        uint64_t below = left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0;
        bits[at >> 6] |= below & ~(uint64_t)0 << (at & 63);
    }
}

quern_status quern_tree_next(quern_tree *t, uint32_t to, int match_only, uint32_t *end, int *more,
                             quern_error *err)
{
    uint64_t out[WORDS];
    uint32_t next = QUERN_MATCH_END;
    if (t->root) {
        QUERN_TRY(find_next(t, t->root, t->at, &next, err));
    }
    *more = next < to;
    if (!*more) {
        return QUERN_OK;
    }
    t->number++;
    t->base = next & ~63u;
    t->end = to - t->base > WINDOW ? t->base + WINDOW : to;
    t->at = t->end;
    t->window.base = t->base;
    *end = t->end;
    fill(t, t->all, next, t->end);
    clear(out);
    QUERN_TRY(t->root->op == QUERN_PLAN_ANY && !match_only
                  ? pour_any(t, t->root, out, err)
                  : match_and_score(t, match_only, out, err));
    *more = !(t->deadline && t->deadline->is_over);
    for (uint32_t i = 0; i < WORDS; i++) {
        if (!*more) {
            quern_window_clear(&t->window, i * 64);
        } else {
            quern_store64(t->window.bits + (size_t)i * 8, out[i]);
        }
    }
    return QUERN_OK;
}

quern_window *quern_tree_window(quern_tree *t)
{
    return &t->window;
}

/* ---- A tree ---- */

static quern_status make_room(quern_tree *t, quern_error *err)
{
    size_t n = t->query->plan->n_terms < TABLES_MAX ? t->query->plan->n_terms + 1 : TABLES_MAX;
    t->tables = quern_alloc(n * sizeof *t->tables);
    if (!t->tables) {
        return quern_fail_nomem(err);
    }
    t->n_tables = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        t->tables[i].owner = 0;
    }
    return quern_window_init(&t->window, WINDOW, t->query->is_wide, err);
}

quern_status quern_tree_open(quern_prepared *query, quern_tree **out, quern_error *err)
{
    *out = NULL;
    quern_tree *t = quern_alloc_zero(1, sizeof *t);
    if (!t) {
        return quern_fail_nomem(err);
    }
    t->query = query;
    quern_arena_init(&t->arena);
    t->maker.lookup = &query->lookup;
    t->maker.plan = query->plan;
    t->maker.arena = &t->arena;
    quern_status status = make_room(t, err);
    if (status) {
        quern_tree_free(t);
        return status;
    }
    *out = t;
    return QUERN_OK;
}

static void leave_segment(quern_tree *t)
{
    for (node *n = t->stored; n; n = n->stored) {
        if (n->selector) {
            quern_selector_finish(n->selector);
        }
    }
    quern_match_pool_finish(&t->pool);
    quern_arena_finish(&t->arena);
    t->part = NULL;
    t->root = t->stored = NULL;
    t->n_counts = 0;
    t->n_leaves = 0;
    t->maker.n_cursors = 0;
}

void quern_tree_free(quern_tree *t)
{
    if (t) {
        leave_segment(t);
        quern_clause_maker_finish(&t->maker);
        quern_window_finish(&t->window);
        quern_free(t->tables);
        quern_free(t->counts);
        quern_free(t);
    }
}

static quern_status enter_segment(quern_tree *t, uint32_t segment, quern_error *err)
{
    leave_segment(t);
    t->part = &t->query->parts[segment];
    t->n_passages = quern_segment_get_info(t->part->segment)->ref.n_passages;
    quern_lookup_enter(&t->query->lookup, segment);
    QUERN_TRY(quern_tree_build(t, err));
    return quern_match_pool_init(&t->pool, t->maker.n_cursors + 1, err);
}

quern_status quern_tree_start(quern_tree *t, uint32_t segment, uint32_t from,
                              quern_deadline *deadline, quern_error *err)
{
    t->deadline = deadline;
    if (t->part != &t->query->parts[segment]) {
        quern_status status = enter_segment(t, segment, err);
        if (status) {
            leave_segment(t);
            return status;
        }
    }
    t->round++;
    t->at = from;
    for (node *n = t->stored; n; n = n->stored) {
        if (n->selector) {
            QUERN_TRY(quern_selector_start(n->selector, &t->pool, from, err));
        }
    }
    return QUERN_OK;
}
