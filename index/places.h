/* SPDX-License-Identifier: MIT */
/* places - where the positions of postings stand, for many candidates of a block at once.
 *
 * Positions have no index: where a posting's begin in its block is the sum of the widths of those
 * before it, which are functions of their frequencies and their passages' lengths (positions.h). So
 * the frequencies and lengths of a block are wanted as far as its last candidate, and nothing else
 * of it. With AVX-512 they are made bytes, 64 at a time, and a block that is a bitmap is not
 * decoded: a candidate's bit says whether it is there, the bits before it which posting it is, and
 * the lengths are picked out of their column by the bits as a mask.
 *
 *     bitmap       1 0 1 1 0 1        candidate 5: a bit, three before it: posting 3
 *     lengths      9 7 8 8 6 9        picked: 9 8 8 9
 *     frequencies  2 1 4 1            widths: 6 3 10 4; its place is 6 + 3 + 10
 *
 * Otherwise the block is decoded, as for all who read postings one by one (postings_positions.c).
 */
#ifndef QUERN_INDEX_PLACES_H
#define QUERN_INDEX_PLACES_H

#include "index/block.h"
#include "index/positions.h"

#define QUERN_PLACES_LEN 128u /* words of a passage, at most, whose positions become a set */

#define QUERN_PLACES_NO_BYTES UINT32_MAX

/* Where the positions of a posting stand, in bytes that are there. */
typedef struct quern_place {
    const uint8_t *data; /* of the block */
    uint32_t bit;        /* QUERN_PLACES_NO_BYTES: there are none, positions are 0 to tf - 1 */
    uint16_t tf, len;    /* 1 <= tf <= len; above QUERN_PLACES_LEN: the rest need not be so */
} quern_place;

/* A block of a list, as the directory says. */
typedef struct quern_places_block {
    uint32_t number;
    int bad; /* the directory makes no sense there */
    quern_block block;
    const uint8_t *in, *end, *positions, *positions_end;
} quern_places_block;

/* Finds block i, and asks the processor to fetch it. The term is in more than one passage. */
void quern_places_find(const quern_postings *p, uint32_t i, quern_places_block *out);

/* Finds which of wanted[0, n), which ascend, are in the block, as quern_postings_meet does, and
 * where the positions of these stand: out[0, *n_met). Errors: CORRUPT, IO. */
quern_status quern_places_read(quern_postings *p, const quern_places_block *b,
                               const uint32_t *wanted, uint32_t n, quern_block_met *met,
                               uint32_t *n_met, quern_place *out, quern_error *err);

/* Positions as bits: bit p is set where p is one of them. */
typedef struct quern_places_set {
    uint64_t words[QUERN_PLACES_LEN / 64];
} quern_places_set;

/* Decodes the positions of n postings of a list, at most QUERN_BLOCK, none in a passage longer than
 * QUERN_PLACES_LEN; those from `offset` on, less
 * the offset, become sets. Errors: CORRUPT. */
quern_status quern_places_sets(const quern_postings *p, const quern_place *places, uint32_t n,
                               uint32_t offset, quern_places_set *out, quern_error *err);

/* ---- Parts ---- */

/* Returns 0, or -1 on bad bytes. */
int quern_places_decode(const quern_place *places, uint32_t n, uint32_t offset,
                        quern_places_set *out);

/* Where the positions of n postings of the block at hand stand. */
quern_status quern_places_decoded(quern_postings *p, const quern_block_met *met, uint32_t n,
                                  quern_place *out, quern_error *err);

/* What an encoded block is read from. */
typedef struct quern_places_source {
    const quern_places_block *at;
    const uint8_t *tf_at;
    const uint32_t *passages; /* decoded, or NULL */
    const uint8_t *lengths;   /* of all passages, a byte each */
} quern_places_source;

/* The same as quern_places_read by AVX-512. -1: it is not as it should be, or not as most blocks
 * are, and to be read in another way. */
int quern_places_avx512(const quern_places_source *source, const uint32_t *wanted, uint32_t n,
                        quern_block_met *met, uint32_t *n_met, quern_place *out);

#endif
