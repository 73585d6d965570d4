/* SPDX-License-Identifier: MIT */
/* positions - the positions of one posting as bits, whose number is a function of its frequency and
 * of its passage's length alone.
 *
 * Both are known before POS is read, so the place of every posting in its block is a prefix sum and
 * the positions of one candidate are read alone. With L = max(len, 1), and tf at most L:
 *
 *   tf 1               the position, in w(L - 1) bits; w(v) is the width of v, 0 for 0
 *   tf 2 and 3, L at   the rank of the set in the combinatorial number system,
 *   most 65535         C(p0, 1) + C(p1, 2) [+ C(p2, 3)], in w(C(L, tf) - 1) bits
 *   else               Elias-Fano of the tf values p_i - i, which do not descend and are at most
 *                      u = L - tf: low width l = w(u / tf) - 1, at least 0; first the high bits,
 *                      tf + (u >> l) of them, value i sets bit (value >> l) + i; then tf lows
 *
 * The positions of a block begin at a byte, in the order of its postings. A block without bytes
 * says that each posting has positions 0 to tf - 1; so are keys and fields, which need none, stored
 * for nothing. Ranking: D. Knuth, The Art of Computer Programming 4A, 7.2.1.3 (Theorem L).
 */
#ifndef QUERN_INDEX_POSITIONS_H
#define QUERN_INDEX_POSITIONS_H

#include "index/bits.h"

#define QUERN_POSITIONS_RANKED 65535u /* longest passage whose pairs and triples are ranked */

#define QUERN_POSITIONS_ROWS 16u

/* The same as quern_positions_width, computed; and most of what it gives, by tf - 1 and length. */
uint64_t quern_positions_width_of_many(uint32_t tf, uint32_t len);
extern const uint8_t quern_positions_widths[QUERN_POSITIONS_ROWS][256];

/* Bits of the positions of a posting. Passages of length 0 count as 1. tf is 1 to that length. */
static inline uint64_t quern_positions_width(uint32_t tf, uint32_t len)
{
    if (tf - 1 < QUERN_POSITIONS_ROWS && len < 256) {
        return quern_positions_widths[tf - 1][len];
    }
    return quern_positions_width_of_many(tf, len);
}

#define QUERN_POSITIONS_LANES 64u /* postings at a time */

/* The widths of n postings, at most QUERN_POSITIONS_LANES; of both arrays and of `out` all of these
 * are touched. -1: one is not in the table, or has more positions than words. */
int quern_positions_widths_of(const uint32_t *tfs, const uint8_t *lens, uint32_t n, uint8_t *out);
/* The sum of n widths; 16 bytes behind them are read. */
uint64_t quern_positions_sum(const uint8_t *widths, uint32_t n);

/* The positions of postings that follow each other in a block, as they stand there. */
typedef struct quern_positions_bits {
    const uint8_t *data;
    uint64_t bit; /* where they begin */
    uint64_t n;   /* bits */
} quern_positions_bits;

/* Where a posting lies. */
typedef struct quern_positions_place {
    const uint8_t *data, *end; /* of the block */
    uint64_t bit;              /* of the posting in it */
    uint32_t tf, len;
} quern_positions_place;

/* Decodes tf ascending positions below the length. Returns 0, or -1 on bad bytes. */
int quern_positions_read(const quern_positions_place *place, uint32_t *out);

/* Room that quern_positions_write may need beyond the bits it writes, in bytes. */
#define QUERN_POSITIONS_SLACK 32

/* Appends the tf positions; tf is at most the length. Returns 0, or -1 where they do not ascend
 * below the length: then nothing sensible was written. */
int quern_positions_write(quern_bits_writer *w, const uint32_t *positions, uint32_t tf,
                          uint32_t len);

#endif
