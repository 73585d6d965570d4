/* SPDX-License-Identifier: MIT */
/* postings_keep - which of some passages a list has; part of segment.h.
 *
 * Passages that one block could have follow each other. In a bitmap each of them is a bit; other
 * blocks are decoded, unless only one or two are looked for (quern_postings_meet). The directory
 * tells of the next block, which is fetched, before this one is looked at.
 */
#include "index/block.h"
#include "index/segment_format.h"

/* Passages [from, end) of those asked for, which one block could have. */
typedef struct run {
    uint32_t from, end;
    uint32_t i; /* the block; n_blocks: none has them */
    quern_block block;
    uint64_t range[2];
} run;

/* Finds the block of the passages from r->end on, and those that it could have. */
static quern_status next_run(const quern_postings *p, const uint32_t *passages, uint32_t n, run *r,
                             quern_error *err)
{
    r->from = r->end;
    if (r->from == n || r->i == p->n_blocks) {
        return QUERN_OK;
    }
    if (quern_postings_last(p, r->i) < passages[r->from]) {
        r->i = quern_postings_find(p, r->i + 1, passages[r->from]);
        if (r->i == p->n_blocks) {
            return QUERN_OK;
        }
    }
    r->block.last = p->only_last;
    if (p->directory && quern_postings_enter(p, r->i, &r->block, r->range)) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    for (r->end++; r->end < n && passages[r->end] <= r->block.last; r->end++) {
    }
    return QUERN_OK;
}

static void fetch(const quern_postings *p, const run *r, const uint32_t *passages)
{
    const uint8_t *in = p->list + r->range[0];
    if ((r->block.form & 63) == QUERN_BLOCK_BITMAP) {
        in += (passages[r->from] - r->block.base) >> 3;
    }
    __builtin_prefetch(in);
    __builtin_prefetch(in + 64);
}

static quern_status keep_in_bitmap(const quern_postings *p, const run *r, quern_kept *w,
                                   uint32_t *kept, quern_error *err)
{
    int bad;
    const quern_block *block = &r->block;
    uint64_t len = r->range[1] - r->range[0];
    const uint8_t *in = p->list + r->range[0];
    QUERN_TRY(quern_segment_touch_at(p->segment, in, len, err));
    if (quern_block_passage_bytes(block, &bad) > len) {
        return quern_segment_damaged(p->segment, "a block of postings is damaged", err);
    }
    uint32_t k = *kept;
    for (uint32_t i = r->from; i < r->end; i++) {
        uint32_t passage = w->passages[i];
        uint32_t v = passage - block->base;
        w->passages[k] = passage;
        w->ids[k] = w->ids[i];
        k += (in[v >> 3] >> (v & 7) & 1) | (passage == block->last);
    }
    *kept = k;
    return QUERN_OK;
}

static quern_status keep_in_block(quern_postings *p, const run *r, quern_kept *w, uint32_t *kept,
                                  quern_error *err)
{
    quern_block_met met;
    uint32_t n;
    if (p->directory && r->block.n > 1 && (r->block.form & 63) == QUERN_BLOCK_BITMAP) {
        return keep_in_bitmap(p, r, w, kept, err);
    }
    QUERN_TRY(quern_postings_meet(p, r->i, w->passages + r->from, r->end - r->from, &met, &n, err));
    for (uint32_t k = 0; k < n; k++) {
        w->passages[*kept + k] = w->passages[r->from + met.which[k]];
        w->ids[*kept + k] = w->ids[r->from + met.which[k]];
    }
    *kept += n;
    return QUERN_OK;
}

quern_status quern_postings_keep(quern_postings *p, uint32_t *block, quern_kept *w,
                                 quern_error *err)
{
    run next = {.i = *block};
    uint32_t kept = 0;
    QUERN_TRY(next_run(p, w->passages, w->n, &next, err));
    while (next.from < w->n && next.i < p->n_blocks) {
        run r = next;
        QUERN_TRY(next_run(p, w->passages, w->n, &next, err));
        if (next.i != r.i && next.i < p->n_blocks) {
            fetch(p, &next, w->passages);
        }
        QUERN_TRY(keep_in_block(p, &r, w, &kept, err));
    }
    *block = next.i;
    w->n = kept;
    return QUERN_OK;
}
