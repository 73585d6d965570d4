/* SPDX-License-Identifier: MIT */
/* bits - numbers packed at any bit of a string of bytes, low bits first.
 *
 * Bit b of a string is bit b & 7 of its byte b >> 3, so that a 64-bit little-endian load at any
 * byte holds the bits from there on in order. Readers may load up to 8 bytes past the last bit they
 * want: every section of a segment is followed by 64 bytes of slack.
 */
#ifndef QUERN_INDEX_BITS_H
#define QUERN_INDEX_BITS_H

#include "base/buf.h"

/* Bits that v needs; 0 for 0. */
static inline unsigned quern_bits_width(uint64_t v)
{
    return v ? 64u - (unsigned)__builtin_clzll(v) : 0;
}

/* n low ones; n is at most 63. */
static inline uint64_t quern_bits_mask(unsigned n)
{
    return ((uint64_t)1 << n) - 1;
}

/* n bits from `bit` on; n is at most 56. */
static inline uint64_t quern_bits_read(const uint8_t *data, uint64_t bit, unsigned n)
{
    return quern_load64(data + (bit >> 3)) >> (bit & 7) & quern_bits_mask(n);
}

/* Appends bits to bytes that have room for them and for 8 more. */
typedef struct quern_bits_writer {
    uint8_t *out;   /* the next whole byte */
    uint64_t acc;   /* bits that are not in out yet, low ones first */
    unsigned n_acc; /* fewer than 8 between calls */
} quern_bits_writer;

/* v is below 2^n; n is at most 56. */
static inline void quern_bits_put(quern_bits_writer *w, uint64_t v, unsigned n)
{
    w->acc |= v << w->n_acc;
    w->n_acc += n;
    quern_store64(w->out, w->acc);
    w->out += w->n_acc >> 3;
    w->acc >>= w->n_acc & 56;
    w->n_acc &= 7;
}

/* Ends on a byte: returns where the next byte goes. */
static inline uint8_t *quern_bits_end(quern_bits_writer *w)
{
    if (w->n_acc > 0) {
        *w->out++ = (uint8_t)w->acc;
        w->acc = 0;
        w->n_acc = 0;
    }
    return w->out;
}

#endif
