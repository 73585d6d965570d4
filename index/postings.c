/* SPDX-License-Identifier: MIT */
/* postings - reads the list of one term, a block at a time; part of segment.h.
 *
 * A term of one passage has no list: all is in its entry of the dictionary. A list of 2 to 128 is
 *
 *   varint last passage, u8 form, block                                     (block.h)
 *
 * and a longer one, of n blocks, all full but the last:
 *
 *   blocks back to back, zeros up to a multiple of 4 in the section, then the directory:
 *   last        u32[n]   last passage of each block
 *   base        u32[g]   where group i + 1 of 32 blocks begins in the list; g = ceil(n/32) - 1
 *   pos base    u32[g]   the same in POS
 *   end         u16[n]   where the block ends, from the start of its group
 *   pos end     u16[n]   the same in POS
 *   bound       u8[n]    what a passage of the block can reach, of 255 parts of max, rounded up
 *   form        u8[n]
 *   kth         u8[3]    what the 10th, 100th, 1000th best passage reaches, of 255 parts of max,
 *                        rounded down; 0 unknown
 *   flags       u8       1 wide: both bases are u64, pos end is u32
 *   max         f32      the largest tfnorm of the list at the segment's average length, rounded up
 *
 * The directory stands last so that the writer streams; its arrays are apart so that a search runs
 * over last passages or bounds alone, many at once.
 */
#include "index/block.h"
#include "index/segment_format.h"

#include "base/bm25.h"

#include <assert.h>

#define FLAG_WIDE 1u
#define TRAILER 8u

enum {
    PROBES = 2,   /* passages that are looked for in a block without decoding it, */
    TF_PROBES = 4 /* where the frequencies would have to be decoded as well */
};

/* ---- Opening ---- */

/* A bound of the tfnorm of a term: no passage has it more often than cf - df + 1 times, and a
 * passage is at least as long as that, or empty. */
static double bound_of_counts(const quern_postings *p)
{
    quern_bm25 m = {QUERN_BM25_K1, QUERN_BM25_B, quern_segment_reference_length(p->segment)};
    uint64_t most = p->term.cf - p->term.df + 1;
    uint32_t tf = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
    return quern_bm25_tfnorm(&m, tf, tf - 1);
}

static quern_status open_short(quern_postings *p, quern_error *err)
{
    QUERN_TRY(quern_segment_touch_at(p->segment, p->list, p->term.post_bytes, err));
    quern_cursor c = quern_cursor_of(p->list, (size_t)p->term.post_bytes);
    uint64_t last = quern_cursor_varint(&c);
    p->only_form = quern_cursor_u8(&c);
    if (c.status || last >= p->segment->info.ref.n_passages || last < p->term.df - 1) {
        return quern_segment_damaged(p->segment, "a list of postings is damaged", err);
    }
    p->only_last = (uint32_t)last;
    p->list = c.p;
    p->payload_bytes = (uint64_t)(c.end - c.p);
    p->max = bound_of_counts(p);
    return QUERN_OK;
}

/* Places the arrays of the directory, which ends with the list. Returns its bytes. */
static uint64_t place_directory(quern_postings *p)
{
    uint64_t n = p->n_blocks;
    uint64_t base = (n - 1) / QUERN_GROUP * (p->wide ? 8 : 4);
    uint64_t pos_end = n * (p->wide ? 4 : 2);
    uint64_t bytes = n * 4 + base * 2 + n * 2 + pos_end + n * 2 + TRAILER;
    if (bytes <= p->term.post_bytes) {
        p->directory = p->list + (p->term.post_bytes - bytes);
        p->bases = p->directory + n * 4;
        p->position_bases = p->bases + base;
        p->ends = p->position_bases + base;
        p->position_ends = p->ends + n * 2;
        p->bounds = p->position_ends + pos_end;
        p->forms = p->bounds + n;
    }
    return bytes;
}

static quern_status open_long(quern_postings *p, quern_error *err)
{
    uint64_t len = p->term.post_bytes;
    if (len < TRAILER) {
        return quern_segment_damaged(p->segment, "a list of postings is damaged", err);
    }
    const uint8_t *trailer = p->list + len - TRAILER;
    QUERN_TRY(quern_segment_touch_at(p->segment, trailer, TRAILER, err));
    memcpy(p->kth, trailer, sizeof p->kth);
    p->wide = trailer[3] & FLAG_WIDE;
    uint32_t bits = quern_load32(trailer + 4);
    float max;
    memcpy(&max, &bits, sizeof max);
    p->max = max;
    uint64_t bytes = place_directory(p);
    if (bytes > len || !(p->max > 0.0 && p->max <= 1.0)) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    p->payload_bytes = len - bytes;
    return quern_segment_touch_at(p->segment, p->directory, bytes, err);
}

quern_status quern_postings_open(quern_postings *p, quern_segment *segment, const quern_term *term,
                                 quern_error *err)
{
    uint64_t post[2] = {term->post_at, term->post_bytes};
    uint64_t pos[2] = {term->pos_at, term->pos_bytes};
    p->segment = segment;
    p->term = *term;
    p->n_blocks = (term->df - 1) / QUERN_BLOCK + 1;
    p->block = 0;
    p->near = 0;
    p->n = 0;
    p->have_tfs = 0;
    p->have_positions = 0;
    p->lengths.data = NULL;
    p->directory = NULL;
    p->wide = 0;
    memset(p->kth, 0, sizeof p->kth);
    if (term->df == 1) {
        p->only_last = term->only_passage;
        p->max = bound_of_counts(p);
        return QUERN_OK;
    }
    QUERN_TRY(quern_segment_view(segment, QUERN_SECTION_POST, post, &p->list, err));
    QUERN_TRY(quern_segment_view(segment, QUERN_SECTION_POS, pos, &p->positions, err));
    return term->df <= QUERN_BLOCK ? open_short(p, err) : open_long(p, err);
}

/* ---- The directory ---- */

uint32_t quern_postings_last(const quern_postings *p, uint32_t i)
{
    return p->directory ? quern_load32(p->directory + (size_t)i * 4) : p->only_last;
}

double quern_postings_bound(const quern_postings *p, uint32_t i)
{
    return p->directory ? p->max * p->bounds[i] / 255.0 : p->max;
}

double quern_postings_max(const quern_postings *p)
{
    return p->max;
}

double quern_postings_kth(const quern_postings *p, uint32_t k)
{
    if (!p->directory || k > 1000) {
        return 0.0;
    }
    return p->max * p->kth[k <= 10 ? 0 : k <= 100 ? 1 : 2] / 255.0;
}

uint32_t quern_postings_find(const quern_postings *p, uint32_t from, uint32_t passage)
{
    uint32_t step = 1;
    uint32_t low = from; /* all before are below */
    uint32_t high = from;
    while (high < p->n_blocks && quern_postings_last(p, high) < passage) {
        low = high + 1;
        high = step < p->n_blocks - high ? high + step : p->n_blocks;
        step *= 2;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (quern_postings_last(p, middle) < passage) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where block i begins and ends, with bases and ends of these widths, which are constants. */
static inline __attribute__((always_inline)) void
find_range(const uint8_t *bases, const uint8_t *ends, unsigned base_width, unsigned end_width,
           uint32_t i, uint64_t out[2])
{
    uint32_t group = i / QUERN_GROUP;
    uint64_t base =
        group > 0 ? quern_segment_load(bases + (size_t)(group - 1) * base_width, base_width) : 0;
    out[0] = base;
    if (i % QUERN_GROUP != 0) {
        out[0] += quern_segment_load(ends + (size_t)(i - 1) * end_width, end_width);
    }
    out[1] = base + quern_segment_load(ends + (size_t)i * end_width, end_width);
}

void quern_postings_position_range(const quern_postings *p, uint32_t i, uint64_t out[2])
{
    if (!p->directory) {
        out[0] = 0;
        out[1] = p->term.pos_bytes;
    } else if (p->wide) {
        find_range(p->position_bases, p->position_ends, 8, 4, i, out);
    } else {
        find_range(p->position_bases, p->position_ends, 4, 2, i, out);
    }
}

/* ---- Blocks ---- */

static quern_status load_only(quern_postings *p)
{
    memset(p->passages, 0xFF, sizeof p->passages);
    p->passages[0] = p->only_last;
    p->tfs[0] = (uint32_t)p->term.cf;
    p->have_tfs = 1;
    p->n = 1;
    return QUERN_OK;
}

int quern_postings_enter(const quern_postings *p, uint32_t i, quern_block *block, uint64_t range[2])
{
    block->n = i + 1 < p->n_blocks ? QUERN_BLOCK : p->term.df - i * QUERN_BLOCK;
    block->last = quern_postings_last(p, i);
    block->base = 0;
    block->form = p->only_form;
    range[0] = 0;
    range[1] = p->payload_bytes;
    if (p->directory) {
        if (p->wide) {
            find_range(p->bases, p->ends, 8, 2, i, range);
        } else {
            find_range(p->bases, p->ends, 4, 2, i, range);
        }
        block->form = p->forms[i];
        block->base = i > 0 ? quern_postings_last(p, i - 1) + 1 : 0;
        if (i > 0 && block->base == 0) {
            return -1;
        }
    }
    return block->last < block->base || block->last - block->base < block->n - 1 ||
                   block->last >= p->segment->info.ref.n_passages || range[0] > range[1] ||
                   range[1] > p->payload_bytes
               ? -1
               : 0;
}

void quern_postings_prefetch(const quern_postings *p, uint32_t i)
{
    quern_block block;
    uint64_t range[2];
    if (p->directory && !quern_postings_enter(p, i, &block, range)) {
        for (uint64_t at = range[0]; at < range[1]; at += 64) {
            __builtin_prefetch(p->list + at);
        }
    }
}

/* The bytes of block i, and how many of them are of its passages. */
static quern_status view_block(const quern_postings *p, uint32_t i, quern_block *block,
                               uint64_t range[2], size_t *bytes, quern_error *err)
{
    int bad;
    if (quern_postings_enter(p, i, block, range)) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    QUERN_TRY(quern_segment_touch_at(p->segment, p->list + range[0], range[1] - range[0], err));
    *bytes = quern_block_passage_bytes(block, &bad);
    if (bad || *bytes > range[1] - range[0]) {
        return quern_segment_damaged(p->segment, "a block of postings is damaged", err);
    }
    return QUERN_OK;
}

quern_status quern_postings_load(quern_postings *p, uint32_t i, quern_error *err)
{
    quern_block block;
    uint64_t range[2] = {0, 0};
    size_t bytes = 0;
    assert(i < p->n_blocks);
    p->block = i;
    p->n = 0;
    p->have_tfs = 0;
    p->have_positions = 0;
    if (p->term.df == 1) {
        if (p->term.cf > UINT32_MAX) {
            return quern_segment_damaged(p->segment, "the counts of a term are damaged", err);
        }
        return load_only(p);
    }
    QUERN_TRY(view_block(p, i, &block, range, &bytes, err));
    const uint8_t *in = p->list + range[0];
    if (quern_block_passages(&block, in, p->passages)) {
        return quern_segment_damaged(p->segment, "a block of postings is damaged", err);
    }
    for (uint32_t k = block.n; k < QUERN_BLOCK; k++) {
        p->passages[k] = UINT32_MAX;
    }
    p->form = block.form;
    p->tf_at = in + bytes;
    p->tf_end = in + (range[1] - range[0]);
    p->n = block.n;
    return QUERN_OK;
}

quern_status quern_postings_load_tfs(quern_postings *p, quern_error *err)
{
    quern_block block = {p->n, 0, 0, p->form};
    if (p->have_tfs || p->n == 0) {
        return QUERN_OK;
    }
    if (quern_block_tfs(&block, p->tf_at, (size_t)(p->tf_end - p->tf_at), p->tfs)) {
        return quern_segment_damaged(p->segment, "the frequencies of a block are damaged", err);
    }
    p->have_tfs = 1;
    return QUERN_OK;
}

/* Looks for n passages in an encoded block; *n_met of them are there. */
static quern_status meet_encoded(const quern_postings *p, uint32_t i, const uint32_t *wanted,
                                 uint32_t n, quern_block_met *out, uint32_t *tfs, uint32_t *n_met,
                                 quern_error *err)
{
    quern_block block;
    uint64_t range[2];
    size_t bytes;
    uint32_t met = 0;
    QUERN_TRY(view_block(p, i, &block, range, &bytes, err));
    const uint8_t *in = p->list + range[0];
    for (uint32_t k = 0; k < n; k++) {
        uint32_t at = quern_block_find(&block, in, wanted[k]);
        out->which[met] = (uint8_t)k;
        out->at[met] = (uint8_t)at;
        met += at < block.n;
    }
    for (uint32_t k = 0; k < met && tfs; k++) {
        size_t len = (size_t)(range[1] - range[0]) - bytes;
        tfs[k] = quern_block_tf(&block, in + bytes, len, out->at[k]);
        if (tfs[k] == 0) {
            return quern_segment_damaged(p->segment, "the frequencies of a block are damaged", err);
        }
    }
    *n_met = met;
    return QUERN_OK;
}

quern_status quern_postings_meet_tfs(quern_postings *p, uint32_t i, const uint32_t *wanted,
                                     uint32_t n, quern_block_met *out, uint32_t *tfs,
                                     uint32_t *n_met, quern_error *err)
{
    int is_there = p->n > 0 && p->block == i;
    *n_met = 0;
    if (!is_there && n <= (tfs ? TF_PROBES : PROBES) && p->term.df > 1) {
        return meet_encoded(p, i, wanted, n, out, tfs, n_met, err);
    }
    QUERN_TRY(is_there ? QUERN_OK : quern_postings_load(p, i, err));
    *n_met = quern_block_meet(p->passages, wanted, n, out);
    if (tfs && *n_met > 0) {
        QUERN_TRY(quern_postings_load_tfs(p, err));
        for (uint32_t k = 0; k < *n_met; k++) {
            tfs[k] = p->tfs[out->at[k]];
        }
    }
    return QUERN_OK;
}

quern_status quern_postings_meet(quern_postings *p, uint32_t i, const uint32_t *wanted, uint32_t n,
                                 quern_block_met *out, uint32_t *n_met, quern_error *err)
{
    return quern_postings_meet_tfs(p, i, wanted, n, out, NULL, n_met, err);
}
