/* SPDX-License-Identifier: MIT */
/* topk - keeps the k best of many scored passages of one segment.
 *
 * Not a heap but a buffer of twice k: what is good enough is appended; when the buffer is full, the
 * k best are moved to its front by selection and the score of the worst of them becomes the bar for
 * all that follow. A push is a compare and two stores, a selection costs O(1) for each push since
 * the last, whatever k is. Best means: higher score, then lower passage, which is the order of ties
 * inside a segment; so with passages pushed in ascending order, one that only equals the bar can
 * never win. Selection is Hoare's quickselect (FIND, 1961) with a pivot of three.
 *
 * Memory follows what is pushed: at most 2 k entries of 16 bytes, never more than twice the pushes,
 * and as much again for keys by which they are selected and sorted with vectors (topk_keys.h).
 *
 * Invariant: `bar` is the lowest score that can still be among the k best of all segments so far.
 */
#ifndef QUERN_QUERY_TOPK_H
#define QUERN_QUERY_TOPK_H

#include "base/mem.h"
#include "base/status.h"

typedef struct quern_scored {
    int64_t score; /* in units of 2^-20 */
    uint32_t passage;
} quern_scored;

typedef struct quern_topk {
    quern_scored *items;
    size_t n, cap;
    size_t k, limit; /* how many are wanted; when to select */
    int64_t bar;
    int any_order;  /* passages do not come in ascending order */
    uint64_t *room; /* for keys (topk_keys.h) or a second copy of the items */
    size_t cap_room;
    quern_status status; /* OK, or NOMEM for ever */
} quern_topk;

/* k may be SIZE_MAX: all. 0: none. */
void quern_topk_init(quern_topk *t, size_t k);
void quern_topk_finish(quern_topk *t);

/* Begins a segment: forgets the items. Passages that score less than `bar` are not wanted. */
void quern_topk_begin(quern_topk *t, int64_t bar);

/* The same for passages that come in any order: one that equals the bar may win. */
void quern_topk_begin_any_order(quern_topk *t, int64_t bar);

/* Makes room when the buffer is full. */
void quern_topk_make_room(quern_topk *t);
/* Raises the bar where enough was pushed since it was raised last; costs O(1) for each push. */
void quern_topk_tighten(quern_topk *t);

/* Passages come in ascending order, unless any order was announced. */
static inline void quern_topk_push(quern_topk *t, int64_t score, uint32_t passage)
{
    if (score < t->bar) {
        return;
    }
    if (t->n == t->cap) {
        quern_topk_make_room(t);
        if (t->n == t->cap || score < t->bar) {
            return; /* no memory, which status says; or the bar is higher now */
        }
    }
    t->items[t->n].score = score;
    t->items[t->n].passage = passage;
    t->n++;
}

/* Ends a segment: items are its k best, best first. */
quern_status quern_topk_end(quern_topk *t, quern_error *err);

#endif
