/* SPDX-License-Identifier: MIT */
/* firsts - which passages are of which article: section FIRST, read by rank and select.
 *
 *   begins   bit p is set where passage p is the first of its article
 *   filled   bit a is set where article a has passages; only where one has none
 *   ranks    behind each of both: u32 for each 512 of its bits, how many are set before them
 *
 * The article of a passage is the number of begins up to it, less one; the first passage of an
 * article is the place of its begin. Both take at most eight words beside the ranks. Where each
 * article has just one passage there is nothing: the two numbers are the same.
 *
 * After Jacobson, "Space-efficient static trees and graphs", 1989.
 */
#ifndef QUERN_INDEX_FIRSTS_H
#define QUERN_INDEX_FIRSTS_H

#include "index/segment.h"

#define QUERN_FIRSTS_BLOCK 512u /* bits that share a rank */

/* Bits with their ranks. */
typedef struct quern_firsts_bits {
    const uint8_t *words; /* whole words of 64; bits from n on are 0. NULL: all are set */
    const uint8_t *ranks;
    uint32_t n;
} quern_firsts_bits;

/* The section, opened. Functions of it are memory-safe on any bytes. */
typedef struct quern_firsts {
    quern_firsts_bits begins, filled;
} quern_firsts;

/* Bytes of n bits and their ranks. */
uint64_t quern_firsts_size(uint32_t n);

/* Opens the section and tests all of it, once for the life of the segment. */
quern_status quern_firsts_open(quern_segment *segment, quern_firsts *out, quern_error *err);

/* Which of the passages 64 word and on begin an article, the first in the low bit; of the last word
 * those past the last passage mean nothing. word is below (passages + 63) / 64. */
static inline uint64_t quern_firsts_word(const quern_firsts *f, uint32_t word)
{
    return f->begins.words ? quern_load64(f->begins.words + (size_t)word * 8) : ~(uint64_t)0;
}

/* The article of a passage, which is one of the segment. */
uint32_t quern_firsts_article(const quern_firsts *f, uint32_t passage);
/* The first passage of an article, or where that would be; of the number of articles: that of
 * passages. */
uint32_t quern_firsts_first(const quern_firsts *f, uint32_t article);
/* The first passage of the article that has this one, and the first of the next. */
uint32_t quern_firsts_begin(const quern_firsts *f, uint32_t passage);
uint32_t quern_firsts_end(const quern_firsts *f, uint32_t passage);

/* Whether the section is as it must be, byte for byte: CORRUPT where not. */
quern_status quern_firsts_check(quern_segment *segment, quern_error *err);

#endif
