/* SPDX-License-Identifier: MIT */
/* block - at most 128 postings as bytes: passages, then frequencies.
 *
 * A block knows its number of postings n, its last passage, and its base, the lowest passage that
 * could be in it (one above the last of the block before; 0 in the first). The last passage is
 * stored outside, so m = n - 1 values remain, each passage - base, ascending, below
 * range = last - base. With m = 0 there are no bytes. Else, by form:
 *
 *   bitmap (63)  range bits, ceil(range / 8) bytes: bit v is set where v is a value
 *   Elias-Fano (low width l, 0 to 31):
 *     high bits  m + ((range - 1) >> l) bits, from a byte to a byte: value i sets bit
 *                (value >> l) + i
 *     low bits   m times l bits, low first, from a byte to a byte: value i at bit i * l
 *
 * The writer takes the cheapest l in bytes of {f - 1, f, f + 1}, f = floor(log2((range - 1) / m)),
 * the smallest among equals, and the bitmap where that is not larger. Elias 1974, Fano 1971; cut
 * into blocks it beats frame of reference on every real corpus measured, and one value can be found
 * with a select and one load.
 *
 * Frequencies follow at once, as one of:
 *   0 none       all are 1; no bytes
 *   1 unary      for each posting tf - 1 zeros and a one
 *   2 list       count k of postings with tf > 1 (u8), their indexes (k u8), then for each tf - 2
 *                zeros and a one
 *   3 nibbles    a bitmap of n bits, set where tf > 1; a nibble for each of them, low nibble first,
 *                min(tf - 2, 15); then for each nibble of 15 a varint tf - 17
 * The smallest wins; among equals unary, then list.
 *
 * Decoders are safe on any bytes: they read no more than QUERN_BLOCK_SLACK past what they are
 * given, the slack of a section. Their `out` has room for QUERN_BLOCK elements, whatever n is.
 */
#ifndef QUERN_INDEX_BLOCK_H
#define QUERN_INDEX_BLOCK_H

#include "index/segment.h"

#define QUERN_BLOCK_BITMAP 63u      /* form of the passages: a bitmap instead of a low width */
#define QUERN_BLOCK_SLACK 64        /* bytes past a block that its decoders may read */
#define QUERN_BLOCK_BITS_RANGE 8192 /* passages that a block spans, at most, to be made bits of */
#define QUERN_BLOCK_BITS_SLACK 8    /* words behind them that are written */
#define QUERN_BLOCK_BYTES_MAX 2048  /* no encoded block is longer, with the encoder's slack */

enum { QUERN_TFS_NONE, QUERN_TFS_UNARY, QUERN_TFS_LIST, QUERN_TFS_NIBBLES };

/* What is known of a block beside its bytes. */
typedef struct quern_block {
    uint32_t n;          /* postings, 1 to 128 */
    uint32_t base, last; /* last is at least base + n - 1 */
    uint8_t form;        /* low 6 bits: low width or QUERN_BLOCK_BITMAP; high 2: of the tfs */
} quern_block;

/* Bytes of the passages; 0 with *bad 1 where the form makes no sense. */
size_t quern_block_passage_bytes(const quern_block *block, int *bad);

/* Decodes all n passages; `in` has quern_block_passage_bytes. Returns 0, or -1 on bad bytes: then
 * out holds anything. Passages that are given out ascend from base to last. */
int quern_block_passages(const quern_block *block, const uint8_t *in, uint32_t *out);

/* Decodes the n frequencies from in[0, len). Each is at least 1. Returns 0 or -1. */
int quern_block_tfs(const quern_block *block, const uint8_t *in, size_t len, uint32_t *out);

/* Which posting a passage is, found in the encoded block; QUERN_BLOCK: none. `in` as above. On bad
 * bytes the answer may be wrong, but below n. */
uint32_t quern_block_find(const quern_block *block, const uint8_t *in, uint32_t passage);

/* The frequency of posting i, read from in[0, len) alone. 0 on bad bytes. */
uint32_t quern_block_tf(const quern_block *block, const uint8_t *in, size_t len, uint32_t i);

/* Finds which of wanted[0, n), which ascend, are in a decoded block, and returns how many; n is at
 * most QUERN_BLOCK. All QUERN_BLOCK passages are looked at: those behind the block's last are
 * UINT32_MAX, which is never wanted. */
uint32_t quern_block_meet(const uint32_t *passages, const uint32_t *wanted, uint32_t n,
                          quern_block_met *out);

/* Appends the passages to a string of bits: passage `base` is bit `at` of `bits`, which may be
 * below 0 where `bits` points into an array. Bits from `at` on are 0 before, those behind the last
 * passage after. `bits` has room for QUERN_BLOCK_BITS_SLACK words behind that of the last passage;
 * last - base is below QUERN_BLOCK_BITS_RANGE. `in` as above. Returns 0, or -1 on bad bytes, then
 * the bits are anything; but of values with the same high part the order is not looked at. */
int quern_block_bits(const quern_block *block, const uint8_t *in, uint64_t *bits, ptrdiff_t at);

/* Blocks of a list one after the other, as its directory has them, and where their bits go. */
typedef struct quern_block_run {
    const uint8_t *list, *lasts, *ends, *forms;
    const uint64_t *mask;  /* or NULL: passages of which a block needs one */
    uint64_t *bits;        /* as for quern_block_bits; bit 0 is passage `first` */
    uint32_t first, stop;  /* passages: no block is read that begins at `stop` or behind */
    uint32_t next, end;    /* blocks, full ones of one group */
    uint32_t base;         /* of the next block */
    uint64_t begin, group; /* bytes: where it begins in the list, and where its group does */
    uint64_t readable;     /* bytes of the list */
} quern_block_run;

/* Appends blocks while they are bitmaps that are quickly done, perhaps none, and moves on behind
 * them. The first that is left may be of any kind, or bad. Returns 0, or -1 on bad bytes. */
int quern_block_bitmaps(quern_block_run *run);

/* What the directory of a list says of block i, and where its bytes begin and end in the list.
 * Returns 0, or -1 where that cannot be. */
int quern_postings_enter(const quern_postings *p, uint32_t i, quern_block *block,
                         uint64_t range[2]);

/* Encodes; fills block->last and block->form from n and base. `out` has QUERN_BLOCK_BYTES_MAX.
 * Returns the bytes. */
size_t quern_block_encode(quern_block *block, const uint32_t *passages, const uint32_t *tfs,
                          uint8_t *out);

#endif
