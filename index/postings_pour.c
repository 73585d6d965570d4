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

/* ---- Whole blocks ---- */

/* Goes from block to block along the directory. */
typedef struct walk {
    uint32_t next;         /* the next block, and its first possible passage */
    uint32_t base;         /* 0 behind the last block of a segment with all passages there can be */
    uint64_t begin, group; /* where it begins in the list, and where its group does */
    uint64_t tested;       /* bytes of the list up to here, from the last block on, are tested */
} walk;

static uint64_t group_of(const quern_postings *p, uint32_t i)
{
    unsigned width = p->wide ? 8 : 4;
    uint32_t group = i / QUERN_GROUP;
    return group > 0 ? quern_segment_load(p->bases + (size_t)(group - 1) * width, width) : 0;
}

static void walk_to(walk *w, const quern_postings *p, uint32_t i)
{
    w->next = i;
    w->base = i > 0 ? quern_postings_last(p, i - 1) + 1 : 0;
    w->group = group_of(p, i);
    w->begin = w->group;
    if (i % QUERN_GROUP != 0) {
        w->begin += quern_load16(p->ends + (size_t)(i - 1) * 2);
    }
}

/* Reads what the directory says of the next block, and steps behind it. */
static int walk_on(walk *w, const quern_postings *p, quern_block *block, uint64_t range[2])
{
    uint32_t i = w->next;
    if (i % QUERN_GROUP == 0) {
        w->group = w->begin = group_of(p, i);
    }
    block->n = i + 1 < p->n_blocks ? QUERN_BLOCK : p->term.df - i * QUERN_BLOCK;
    block->base = w->base;
    block->last = quern_load32(p->directory + (size_t)i * 4);
    block->form = p->forms[i];
    range[0] = w->begin;
    range[1] = w->group + quern_load16(p->ends + (size_t)i * 2);
    w->next = i + 1;
    w->base = block->last + 1;
    w->begin = range[1];
    return block->last < block->base || block->last - block->base < block->n - 1 ||
                   block->last >= p->segment->info.ref.n_passages || range[0] > range[1] ||
                   range[1] > p->payload_bytes || (i > 0 && block->base == 0)
               ? -1
               : 0;
}

static quern_status touch(walk *w, const quern_postings *p, const uint64_t range[2],
                          quern_error *err)
{
    const uint8_t *in = p->list + range[0];
    QUERN_TRY(quern_segment_touch_at(p->segment, in, range[1] - range[0], err));
    uint64_t into_page = (uint64_t)(p->list + range[1] - p->segment->data) % QUERN_SEGMENT_PAGE;
    w->tested = range[1] + (into_page > 0 ? QUERN_SEGMENT_PAGE - into_page : 0);
    return QUERN_OK;
}

/* Appends the bits of the next block, which ends at *last. */
static quern_status append_block(quern_postings *p, walk *w, const quern_pour *to, uint32_t *last,
                                 quern_error *err)
{
    quern_block block;
    uint64_t range[2];
    int bad;
    if (walk_on(w, p, &block, range)) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    *last = block.last;
    if (block.last - block.base >= QUERN_BLOCK_BITS_RANGE) {
        return set_block(p, w->next - 1, to, err);
    }
    if (range[1] > w->tested) {
        QUERN_TRY(touch(w, p, range, err));
    }
    size_t bytes = quern_block_passage_bytes(&block, &bad);
    if (bad || bytes > range[1] - range[0] ||
        quern_block_bits(&block, p->list + range[0], to->bits,
                         (ptrdiff_t)block.base - (ptrdiff_t)to->base)) {
        return quern_segment_damaged(p->segment, "a block of postings is damaged", err);
    }
    return QUERN_OK;
}

/* Appends the bitmaps that come next, as far as they are in one group and one page. */
static quern_status append_bitmaps(quern_postings *p, walk *w, const quern_pour *to,
                                   quern_error *err)
{
    uint32_t n_passages = p->segment->info.ref.n_passages;
    uint32_t sure = n_passages > QUERN_BLOCK_BITS_RANGE ? n_passages - QUERN_BLOCK_BITS_RANGE : 0;
    uint32_t group_end = (w->next | (QUERN_GROUP - 1)) + 1;
    quern_block_run run = {
        .list = p->list,
        .lasts = p->directory,
        .ends = p->ends,
        .forms = p->forms,
        .mask = to->mask,
        .bits = to->bits,
        .first = to->base,
        .stop = to->end < sure ? to->end : sure,
        .next = w->next,
        .end = group_end < p->n_blocks ? group_end : p->n_blocks - 1,
        .base = w->base,
        .begin = w->begin,
        .group = w->group,
        .readable = w->tested < p->payload_bytes ? w->tested : p->payload_bytes,
    };
    if (quern_block_bitmaps(&run)) {
        return quern_segment_damaged(p->segment, "a block of postings is damaged", err);
    }
    w->next = run.next;
    w->base = run.base;
    w->begin = run.begin;
    return QUERN_OK;
}

/* The first block from i on with a passage that is wanted from *from on, where that is; n_blocks if
 * there is none in the window. */
static uint32_t find_wanted(const quern_postings *p, uint32_t i, const quern_pour *to,
                            uint32_t *from)
{
    if (to->mask) {
        *from = next_wanted(to, *from);
        if (*from >= to->end) {
            return p->n_blocks;
        }
        return quern_postings_last(p, i) < *from ? quern_postings_find(p, i + 1, *from) : i;
    }
    return i;
}

static quern_status append_blocks(quern_postings *p, uint32_t *block, const quern_pour *to,
                                  quern_error *err)
{
    uint32_t from = to->base;
    walk w = {0};
    walk_to(&w, p, *block);
    while (w.next < p->n_blocks) {
        uint32_t last = 0;
        uint32_t i = find_wanted(p, w.next, to, &from);
        if (i == p->n_blocks) {
            break;
        }
        if (i != w.next) {
            walk_to(&w, p, i);
        }
        if (w.base >= to->end) {
            break;
        }
        QUERN_TRY(append_block(p, &w, to, &last, err));
        if (w.next % QUERN_GROUP != 0) {
            QUERN_TRY(append_bitmaps(p, &w, to, err));
            last = w.base - 1;
        }
        if (last >= to->end) {
            *block = w.next - 1;
            return QUERN_OK;
        }
        from = last + 1;
    }
    *block = w.next;
    return QUERN_OK;
}

/* ---- One by one ---- */

static quern_status set_blocks(quern_postings *p, uint32_t *block, const quern_pour *to,
                               quern_error *err)
{
    uint32_t from = to->base;
    while (*block < p->n_blocks) {
        uint32_t i = find_wanted(p, *block, to, &from);
        if (i == p->n_blocks || (i > 0 && quern_postings_last(p, i - 1) >= to->end - 1)) {
            break;
        }
        *block = i;
        QUERN_TRY(set_block(p, i, to, err));
        from = p->passages[p->n - 1];
        if (from++ >= to->end) {
            break;
        }
        *block = i + 1;
    }
    return QUERN_OK;
}

quern_status quern_postings_pour(quern_postings *p, uint32_t *block, const quern_pour *to,
                                 quern_error *err)
{
    return to->is_own && p->directory ? append_blocks(p, block, to, err)
                                      : set_blocks(p, block, to, err);
}
