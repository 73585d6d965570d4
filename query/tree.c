/* SPDX-License-Identifier: MIT */
/* tree - see tree.h: windows, and the tree of a segment. */
#include "query/tree_node.h"

enum { TABLES_MAX = 64 /* of contributions, 16 KB each; more words than that share */ };

/* ---- Windows ---- */

/* A bound from below of the next passage from `from` on that the node matches. */
static quern_status find_next(quern_tree *t, quern_tree_node *n, uint32_t from, uint32_t *next,
                              quern_error *err)
{
    *next = from;
    if (n->places) { /* a word, or the rarest of a join */
        QUERN_TRY(quern_tree_begin(t, n->places, from, err));
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
static quern_status pour_any(quern_tree *t, quern_tree_node *n, uint64_t *out, quern_error *err)
{
    for (uint32_t i = 0; i < n->n_children; i++) {
        quern_tree_node *child = n->children[i];
        if (!child->bits && child->op != QUERN_PLAN_EVERY) { /* a word */
            QUERN_TRY(quern_tree_is_late(t) ? QUERN_OK
                                            : quern_tree_score_word(t, child, t->all, err));
        } else if (child->bits) {
            quern_tree_clear(child->bits);
            QUERN_TRY(quern_tree_match(t, child, t->all, child->bits, err));
            QUERN_TRY(quern_tree_is_empty(child->bits)
                          ? QUERN_OK
                          : quern_tree_score(t, child, child->bits, err));
            quern_tree_unite(out, child->bits);
        } else {
            QUERN_TRY(quern_tree_match(t, child, t->all, out, err));
        }
    }
    for (size_t i = 0; i < QUERN_TREE_WORDS; i++) {
        out[i] |= quern_load64(t->window.bits + i * 8);
    }
    return QUERN_OK;
}

static quern_status match_and_score(quern_tree *t, int match_only, uint64_t *out, quern_error *err)
{
    QUERN_TRY(quern_tree_match(t, t->root, t->all, out, err));
    for (uint32_t i = 0; i < QUERN_TREE_WORDS; i++) {
        if (out[i]) {
            out[i] &= ~quern_part_dead(t->part, t->base + i * 64u);
        }
    }
    return match_only || quern_tree_is_empty(out) ? QUERN_OK
                                                  : quern_tree_score(t, t->root, out, err);
}

/* All passages of [from, to), which lie in the window. */
static void fill(const quern_tree *t, uint64_t *bits, uint32_t from, uint32_t to)
{
    quern_tree_clear(bits);
    for (uint32_t at = from - t->base; at < to - t->base; at = (at | 63) + 1) {
        uint32_t left = to - t->base - (at & ~63u);
        uint64_t below = left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0;
        bits[at >> 6] |= below & ~(uint64_t)0 << (at & 63);
    }
}

quern_status quern_tree_next(quern_tree *t, uint32_t to, int match_only, uint32_t *end, int *more,
                             quern_error *err)
{
    uint64_t out[QUERN_TREE_WORDS];
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
    t->end = to - t->base > QUERN_TREE_WINDOW ? t->base + QUERN_TREE_WINDOW : to;
    t->at = t->end;
    t->window.base = t->base;
    *end = t->end;
    fill(t, t->all, next, t->end);
    quern_tree_clear(out);
    QUERN_TRY(t->root->op == QUERN_PLAN_ANY && !match_only
                  ? pour_any(t, t->root, out, err)
                  : match_and_score(t, match_only, out, err));
    *more = !(t->deadline && t->deadline->is_over);
    for (uint32_t i = 0; i < QUERN_TREE_WORDS; i++) {
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
    return quern_window_init(&t->window, QUERN_TREE_WINDOW, t->query->is_wide, err);
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
    for (quern_tree_node *n = t->stored; n; n = n->stored) {
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
    for (quern_tree_node *n = t->stored; n; n = n->stored) {
        if (n->selector) {
            QUERN_TRY(quern_selector_start(n->selector, &t->pool, from, err));
        }
    }
    return QUERN_OK;
}
