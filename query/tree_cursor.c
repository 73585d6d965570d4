/* SPDX-License-Identifier: MIT */
/* tree_cursor - how a node of a tree reads its lists in a window: from where the window was
 * entered, however often it is asked. */
#include "query/tree_node.h"

#include <assert.h>

enum {
    NODES_A_LOOK = 256, /* that are asked for each look at the clock */
    SPARSE = 8          /* postings for each passage of a mask that make seeking cheaper */
};

int quern_tree_is_late(quern_tree *t)
{
    if (t->n_asked++ % NODES_A_LOOK == 0) {
        quern_deadline_check(t->deadline);
    }
    return t->deadline && t->deadline->is_over;
}

quern_status quern_tree_begin(quern_tree *t, quern_tree_place *p, uint32_t from, quern_error *err)
{
    assert(p); /* only words and joins have cursors */
    if (p->round != t->round) {
        p->round = t->round;
        return quern_match_start(&t->pool, p->cursor, from, err);
    }
    return QUERN_OK;
}

quern_status quern_tree_enter(quern_tree *t, quern_tree_place *p, quern_error *err)
{
    QUERN_TRY(quern_tree_begin(t, p, t->base, err));
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

static uint32_t count(const uint64_t *bits)
{
    uint32_t n = 0;
    for (size_t i = 0; i < QUERN_TREE_WORDS; i++) {
        n += quern_window_count(bits[i]);
    }
    return n;
}

quern_status quern_tree_begin_run(quern_tree *t, quern_tree_place *p, const uint64_t *mask,
                                  quern_tree_run *r, quern_error *err)
{
    uint64_t postings = (uint64_t)p->cursor->term.df * QUERN_TREE_WINDOW / t->n_passages;
    QUERN_TRY(quern_tree_enter(t, p, err));
    r->cursor = p->cursor;
    r->mask = mask;
    r->from = p->cursor->next < t->end ? t->base : t->end;
    r->is_sparse =
        r->from < t->end && postings > SPARSE && (uint64_t)count(mask) * SPARSE < postings;
    return QUERN_OK;
}

quern_status quern_tree_next_run(quern_tree *t, quern_tree_run *r, int *more, quern_error *err)
{
    uint32_t passage = quern_tree_next_of(t, r->mask, r->from);
    *more = 0;
    while (passage < t->end) {
        QUERN_TRY(quern_match_seek(&t->pool, r->cursor, passage, err));
        if (r->cursor->next >= t->end) {
            return QUERN_OK;
        }
        if (r->is_sparse && r->cursor->next > passage) {
            passage = quern_tree_next_of(t, r->mask, r->cursor->next);
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
