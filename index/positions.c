/* SPDX-License-Identifier: MIT */
/* positions - see positions.h. Unranking guesses with a floating-point root and corrects it in
 * integers, so the result does not depend on how a machine rounds. */
#include "index/positions.h"

#include "index/positions_roots.h"

#include <math.h>

static uint64_t choose2(uint64_t p)
{
    return p < 2 ? 0 : p * (p - 1) / 2;
}

static uint64_t choose3(uint64_t p)
{
    return p < 3 ? 0 : p * (p - 1) / 2 * (p - 2) / 3;
}

/* The low width of Elias-Fano for values up to u: the most bits that tf can be shifted by and not
 * be above u, which is one less than the width of u / tf, without dividing. */
static unsigned low_width(uint32_t u, uint32_t tf)
{
    if (u < tf) {
        return 0;
    }
    unsigned width = quern_bits_width(u) - quern_bits_width(tf);
    return width - ((uint64_t)tf << width > u);
}

uint64_t quern_positions_width_of_many(uint32_t tf, uint32_t len)
{
    len = len > 0 ? len : 1;
    if (tf == 1) {
        return quern_bits_width(len - 1);
    }
    if (tf <= 3 && len <= QUERN_POSITIONS_RANKED) {
        return quern_bits_width((tf == 2 ? choose2(len) : choose3(len)) - 1);
    }
    uint32_t u = len - tf;
    unsigned low = low_width(u, tf);
    return (uint64_t)tf * (low + 1) + (u >> low);
}

/* The largest p with C(p, 2) <= rank; rank is below 2^31. */
static uint32_t root2(uint64_t rank)
{
    if (rank < QUERN_POSITIONS_ROOT2_END) {
        return quern_positions_root2((uint32_t)rank);
    }
    uint64_t p = (uint64_t)((1.0 + sqrt(1.0 + 8.0 * (double)rank)) / 2.0);
    while (choose2(p) > rank) {
        p--;
    }
    while (choose2(p + 1) <= rank) {
        p++;
    }
    return (uint32_t)p;
}

/* The largest p with C(p, 3) <= rank; rank is below 2^46. */
static uint32_t root3(uint64_t rank)
{
    if (rank < QUERN_POSITIONS_ROOT3_END) {
        return quern_positions_root3((uint32_t)rank);
    }
    uint64_t p = (uint64_t)cbrt(6.0 * (double)rank) + 1;
    while (choose3(p) > rank) {
        p--;
    }
    while (choose3(p + 1) <= rank) {
        p++;
    }
    return (uint32_t)p;
}

static int read_ranked(const quern_positions_place *at, uint32_t len, unsigned width, uint32_t *out)
{
    uint64_t rank = quern_bits_read(at->data, at->bit, width);
    if (rank >= (at->tf == 2 ? choose2(len) : choose3(len))) {
        return -1;
    }
    if (at->tf == 3) {
        out[2] = root3(rank);
        rank -= choose3(out[2]);
    }
    out[1] = root2(rank);
    out[0] = (uint32_t)(rank - choose2(out[1]));
    return 0;
}

static int read_elias_fano(const quern_positions_place *at, uint32_t len, uint32_t *out)
{
    uint32_t u = len - at->tf;
    unsigned low = low_width(u, at->tf);
    uint64_t n_high = (uint64_t)at->tf + (u >> low);
    uint32_t k = 0;
    for (uint64_t i = 0; i < n_high; i += 56) {
        unsigned n = n_high - i < 56 ? (unsigned)(n_high - i) : 56;
        uint64_t word = quern_bits_read(at->data, at->bit + i, n);
        for (; word; word &= word - 1) {
            if (k == at->tf) {
                return -1;
            }
            out[k] = (uint32_t)(i + (unsigned)__builtin_ctzll(word) - k);
            k++;
        }
    }
    if (k != at->tf) {
        return -1;
    }
    uint32_t last = 0;
    uint64_t bit = at->bit + n_high;
    for (k = 0; k < at->tf; k++, bit += low) {
        uint32_t value = out[k] << low | (uint32_t)quern_bits_read(at->data, bit, low);
        if (value < last || value > u) {
            return -1;
        }
        last = value;
        out[k] = value + k;
    }
    return 0;
}

int quern_positions_read(const quern_positions_place *at, uint32_t *out)
{
    uint32_t len = at->len > 0 ? at->len : 1;
    if (at->data == at->end) {
        for (uint32_t i = 0; i < at->tf; i++) {
            out[i] = i;
        }
        return at->tf > len ? -1 : 0;
    }
    if (at->tf == 0 || at->tf > len) {
        return -1;
    }
    uint64_t width = quern_positions_width(at->tf, len);
    uint64_t n_bits = (uint64_t)(at->end - at->data) * 8;
    if (at->bit > n_bits || width > n_bits - at->bit) {
        return -1;
    }
    if (at->tf == 1) {
        out[0] = (uint32_t)quern_bits_read(at->data, at->bit, (unsigned)width);
        return out[0] < len ? 0 : -1;
    }
    if (at->tf <= 3 && len <= QUERN_POSITIONS_RANKED) {
        return read_ranked(at, len, (unsigned)width, out);
    }
    return read_elias_fano(at, len, out);
}

static void write_elias_fano(quern_bits_writer *w, const uint32_t *positions, uint32_t tf,
                             uint32_t u)
{
    unsigned low = low_width(u, tf);
    uint32_t high = 0; /* of the value before */
    for (uint32_t i = 0; i < tf; i++) {
        uint32_t next = (positions[i] - i) >> low;
        for (; next - high > 48; high += 48) {
            quern_bits_put(w, 0, 48);
        }
        quern_bits_put(w, (uint64_t)1 << (next - high), next - high + 1);
        high = next;
    }
    for (uint32_t zeros = (u >> low) - high; zeros > 0;) {
        unsigned n = zeros < 48 ? zeros : 48;
        quern_bits_put(w, 0, n);
        zeros -= n;
    }
    for (uint32_t i = 0; i < tf; i++) {
        quern_bits_put(w, (positions[i] - i) & quern_bits_mask(low), low);
    }
}

int quern_positions_write(quern_bits_writer *w, const uint32_t *positions, uint32_t tf,
                          uint32_t len)
{
    uint32_t wrong = 0;
    len = len > 0 ? len : 1;
    for (uint32_t i = 1; i < tf; i++) {
        wrong |= (uint32_t)(positions[i] <= positions[i - 1]);
    }
    if (wrong || tf == 0 || positions[tf - 1] >= len) {
        return -1;
    }
    if (tf == 1) {
        quern_bits_put(w, positions[0], quern_bits_width(len - 1));
    } else if (tf <= 3 && len <= QUERN_POSITIONS_RANKED) {
        uint64_t rank = positions[0] + choose2(positions[1]);
        rank += tf == 3 ? choose3(positions[2]) : 0;
        quern_bits_put(w, rank, (unsigned)quern_positions_width(tf, len));
    } else {
        write_elias_fano(w, positions, tf, len - tf);
    }
    return 0;
}
