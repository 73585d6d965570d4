/* SPDX-License-Identifier: MIT */
/* tree_score - what the passages of a window score; the mask has passages that match alone. */
#include "query/tree_node.h"

static void intersect(uint64_t *out, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < QUERN_TREE_WORDS; i++) {
        out[i] = a[i] & b[i];
    }
}

static quern_rank_table *table_of(quern_tree *t, const quern_match_cursor *cursor)
{
    quern_rank_table *table = &t->tables[(cursor->leaf - 1) % t->n_tables];
    if (table->owner != cursor->leaf) {
        quern_rank_table_begin(table, cursor->leaf);
    }
    return table;
}

/* Those of postings [at, to) of a run that the mask has, copied. */
static void pick(const quern_tree *t, const quern_tree_run *r, quern_rank_run *out,
                 uint32_t *passages, uint32_t *tfs)
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

quern_status quern_tree_score_word(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                   quern_error *err)
{
    quern_tree_run r;
    int more;
    uint32_t passages[QUERN_BLOCK];
    uint32_t tfs[QUERN_BLOCK];
    quern_rank_run add = {passages, tfs, 0, t->part->lengths, n->places->cursor->weight, NULL};
    QUERN_TRY(quern_tree_begin_run(t, n->places, mask, &r, err));
    for (;;) {
        QUERN_TRY(quern_tree_next_run(t, &r, &more, err));
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

static quern_status score_join(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                               quern_error *err)
{
    for (uint32_t i = 0; i < n->join->n_cursors; i++) {
        quern_match_cursor *cursor = n->join->cursors[i];
        QUERN_TRY(quern_tree_enter(t, &n->places[i], err));
        for (uint32_t at = quern_tree_next_of(t, mask, t->base); at < t->end;
             at = quern_tree_next_of(t, mask, at + 1)) {
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
static quern_status score_some(quern_tree *t, quern_tree_node *child, const uint64_t *mask,
                               quern_error *err)
{
    uint64_t left[QUERN_TREE_WORDS];
    if (!child->bits) {
        return quern_tree_score(t, child, mask, err);
    }
    intersect(left, mask, child->bits);
    return quern_tree_is_empty(left) ? QUERN_OK : quern_tree_score(t, child, left, err);
}

static quern_status score_children(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                   quern_error *err)
{
    for (uint32_t i = 0; i < n->n_children; i++) {
        QUERN_TRY(n->op == QUERN_PLAN_ALL ? quern_tree_score(t, n->children[i], mask, err)
                                          : score_some(t, n->children[i], mask, err));
    }
    return QUERN_OK;
}

static quern_status score_maybe(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                quern_error *err)
{
    quern_tree_node *more = n->children[1];
    QUERN_TRY(quern_tree_score(t, n->children[0], mask, err));
    if (more->bits) {
        quern_tree_clear(more->bits);
        QUERN_TRY(quern_tree_match(t, more, mask, more->bits, err));
    }
    return score_some(t, more, mask, err);
}

quern_status quern_tree_score(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              quern_error *err)
{
    if (quern_tree_is_late(t)) {
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
        return quern_tree_score(t, n->children[0], mask, err);
    default:
        return quern_tree_score_word(t, n, mask, err);
    }
}
