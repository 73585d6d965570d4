/* SPDX-License-Identifier: MIT */
/* postings_pour - a list becomes bits of passages; part of segment.h.
 *
 * Where the bits are the list's own, a block is made bits of as it stands (quern_block_bits); it
 * may reach over both ends of the window, into the margins. Blocks of sparse lists, and lists that
 * share their bits with others, are decoded and set passage by passage: few blocks reach over an
 * end then, and they stay decoded until the next window.
 */
#include "index/block.h"
#include "index/segment_format.h"

/* The first passage of the mask from `from` on; `end` if none. */
static uint32_t next_wanted(const quern_pour *to, uint32_t from)
{
    for (uint32_t at = from - to->base; at < to->end - to->base; at = (at | 63) + 1) {
        uint64_t bits = to->mask[at >> 6] >> (at & 63);
        if (bits) {
            return to->base + at + (uint32_t)__builtin_ctzll(bits);
        }
    }
    return to->end;
}

/* How many passages of the block at hand are below one. */
static uint32_t count_below(const quern_postings *p, uint32_t passage)
{
    uint32_t from = 0;
    for (uint32_t n = p->n, half; n > 0; n -= half) {
        half = n - n / 2;
        from += half & (0u - (uint32_t)(p->passages[from + half - 1] < passage));
    }
    return from;
}

/* Sets the passages of block i. */
static quern_status set_block(quern_postings *p, uint32_t i, const quern_pour *to, quern_error *err)
{
    if (p->n == 0 || p->block != i) {
        QUERN_TRY(quern_postings_load(p, i, err));
    }
    uint32_t from = count_below(p, to->base);
    for (; from < p->n && p->passages[from] < to->end; from++) {
        uint32_t at = p->passages[from] - to->base;
        to->bits[at >> 6] |= (uint64_t)1 << (at & 63);
    }
    return QUERN_OK;
}

/* Appends the bits of block i, which ends at `last`. */
static quern_status append_block(quern_postings *p, uint32_t i, const quern_pour *to,
                                 uint32_t *last, quern_error *err)
{
    quern_block block;
    uint64_t range[2];
    int bad;
    if (quern_postings_enter(p, i, &block, range)) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    *last = block.last;
    if (block.last - block.base >= QUERN_BLOCK_BITS_RANGE) {
        return set_block(p, i, to, err);
    }
    const uint8_t *in = p->list + range[0];
    QUERN_TRY(quern_segment_touch_at(p->segment, in, range[1] - range[0], err));
    size_t bytes = quern_block_passage_bytes(&block, &bad);
    if (bad || bytes > range[1] - range[0] ||
        quern_block_bits(&block, in, to->bits, (ptrdiff_t)block.base - (ptrdiff_t)to->base)) {
        return quern_segment_damaged(p->segment, "a block of postings is damaged", err);
    }
    return QUERN_OK;
}

quern_status quern_postings_pour(quern_postings *p, uint32_t *block, const quern_pour *to,
                                 quern_error *err)
{
    uint32_t i = *block;
    uint32_t from = to->base;
    while (i < p->n_blocks) {
        uint32_t last = quern_postings_last(p, i);
        if (to->mask) {
            from = next_wanted(to, from);
            i = last < from ? quern_postings_find(p, i + 1, from) : i;
        }
        if (from >= to->end || i == p->n_blocks) {
            break;
        }
        if (i > 0 && quern_postings_last(p, i - 1) >= to->end - 1) {
            break;
        }
        if (to->is_own && p->directory) {
            QUERN_TRY(append_block(p, i, to, &last, err));
        } else {
            QUERN_TRY(set_block(p, i, to, err));
            last = p->passages[p->n - 1];
        }
        if (last >= to->end) {
            break;
        }
        from = last + 1;
        i++;
    }
    *block = i;
    return QUERN_OK;
}
