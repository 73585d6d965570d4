/* SPDX-License-Identifier: MIT */
/* block_vector - the decoders of block.c by vector instructions, for processors that have them.
 *
 * Each gives the same values as the scalar one and fails on the same bytes. They may read 64 bytes
 * past the block, and write all QUERN_BLOCK elements of `out`, whatever n is.
 */
#ifndef QUERN_INDEX_BLOCK_VECTOR_H
#define QUERN_INDEX_BLOCK_VECTOR_H

#include "index/block.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define QUERN_BLOCK_VECTOR 1

/* The n - 1 passages before the last; not tested for their order. n is above 1, the low width at
 * most QUERN_BLOCK_VECTOR_LOW. */
#define QUERN_BLOCK_VECTOR_LOW 25u
int quern_block_elias_fano_avx2(const quern_block *block, const uint8_t *in, uint32_t *out);
int quern_block_elias_fano_avx512(const quern_block *block, const uint8_t *in, uint32_t *out);
int quern_block_bitmap_avx2(const quern_block *block, const uint8_t *in, uint32_t *out);
int quern_block_bitmap_avx512(const quern_block *block, const uint8_t *in, uint32_t *out);

/* Whether v[0, n], n + 1 numbers, ascend strictly. */
int quern_block_ascends_avx2(const uint32_t *v, uint32_t n);
int quern_block_ascends_avx512(const uint32_t *v, uint32_t n);

/* n frequencies in unary from in[0, len). */
int quern_block_unary_avx2(const uint8_t *in, size_t len, uint32_t n, uint32_t *out);
int quern_block_unary_avx512(const uint8_t *in, size_t len, uint32_t n, uint32_t *out);
#endif

#endif
