/* SPDX-License-Identifier: MIT */
/* block_find - which passages a block has, of some that are asked for; see block.h.
 *
 * Encoded. A bit of a bitmap says whether, and the bits before it which posting. In Elias-Fano form
 * the values with the same high part h stand behind the h-th zero of the high bits, and the ones up
 * to there are the values before them; their low parts are compared one by one, as a rule one or
 * none.
 *
 * Decoded. The last passage of each 8 or 16 tells, in one comparison, which of these a passage must
 * be among; another one whether it is. No step waits for the one before, so several passages are
 * looked up at a time.
 */
#include "index/block.h"

#include "base/cpu.h"
#include "index/bits.h"
#include "index/block_vector.h"

#ifdef QUERN_BLOCK_VECTOR
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl")))
#endif

/* ---- Encoded ---- */

/* Ones among the first n bits. */
static uint32_t ones_before(const uint8_t *in, uint32_t n)
{
    uint32_t sum = 0;
    for (; n >= 64; n -= 64, in += 8) {
        sum += (uint32_t)__builtin_popcountll(quern_load64(in));
    }
    return sum + (uint32_t)__builtin_popcountll(quern_load64(in) & quern_bits_mask(n));
}

/* Where the bits behind the n-th zero begin, n at least 1; n_bits or more where there is none. */
static uint64_t behind_zero(const uint8_t *in, uint64_t n_bits, uint32_t n)
{
    uint64_t at = 0;
    for (; at < n_bits; at += 64) {
        uint64_t zeros = ~quern_load64(in + (at >> 3));
        uint32_t count = (uint32_t)__builtin_popcountll(zeros);
        if (count >= n) {
            while (--n > 0) {
                zeros &= zeros - 1;
            }
            return at + (uint64_t)__builtin_ctzll(zeros) + 1;
        }
        n -= count;
    }
    return at;
}

#ifdef QUERN_BLOCK_VECTOR
AVX2 static uint32_t ones_before_avx2(const uint8_t *in, uint32_t n)
{
    uint32_t sum = 0;
    for (; n >= 64; n -= 64, in += 8) {
        sum += (uint32_t)_mm_popcnt_u64(quern_load64(in));
    }
    return sum + (uint32_t)_mm_popcnt_u64(_bzhi_u64(quern_load64(in), n));
}

AVX2 static uint64_t behind_zero_avx2(const uint8_t *in, uint64_t n_bits, uint32_t n)
{
    uint64_t at = 0;
    for (; at < n_bits; at += 64) {
        uint64_t zeros = ~quern_load64(in + (at >> 3));
        uint32_t count = (uint32_t)_mm_popcnt_u64(zeros);
        if (count >= n) {
            return at + _tzcnt_u64(_pdep_u64((uint64_t)1 << (n - 1), zeros)) + 1;
        }
        n -= count;
    }
    return at;
}
#endif

/* How many ones there are among the first n bits. */
static uint32_t count_ones(const uint8_t *in, uint32_t n)
{
#ifdef QUERN_BLOCK_VECTOR
    if (quern_cpu_get_level() != QUERN_CPU_SCALAR) {
        return ones_before_avx2(in, n);
    }
#endif
    return ones_before(in, n);
}

static uint32_t find_in_bitmap(const uint8_t *in, uint32_t v)
{
    return in[v >> 3] >> (v & 7) & 1 ? count_ones(in, v) : QUERN_BLOCK;
}

static uint32_t find_in_elias_fano(const quern_block *block, const uint8_t *in, uint32_t v,
                                   int is_plain)
{
    unsigned low = block->form & 63;
    uint32_t m = block->n - 1;
    uint32_t high = v >> low;
    uint64_t n_high = (uint64_t)m + ((block->last - block->base - 1) >> low);
    uint64_t at = 0;
    if (high > 0) {
#ifdef QUERN_BLOCK_VECTOR
        at = is_plain ? behind_zero(in, n_high, high) : behind_zero_avx2(in, n_high, high);
#else
        (void)is_plain;
        at = behind_zero(in, n_high, high);
#endif
    }
    const uint8_t *lows = in + (n_high + 7) / 8;
    uint64_t want = v & quern_bits_mask(low);
    for (; at < n_high && at - high < m && in[at >> 3] >> (at & 7) & 1; at++) {
        uint64_t found = quern_bits_read(lows, (at - high) * low, low);
        if (found >= want) {
            return found == want ? (uint32_t)(at - high) : QUERN_BLOCK;
        }
    }
    return QUERN_BLOCK;
}

uint32_t quern_block_find(const quern_block *block, const uint8_t *in, uint32_t passage)
{
    uint32_t m = block->n - 1;
    int is_plain = quern_cpu_get_level() == QUERN_CPU_SCALAR;
    if (passage >= block->last || passage < block->base || m == 0) {
        return passage == block->last ? m : QUERN_BLOCK;
    }
    uint32_t v = passage - block->base;
    uint32_t at = (block->form & 63) == QUERN_BLOCK_BITMAP
                      ? find_in_bitmap(in, v)
                      : find_in_elias_fano(block, in, v, is_plain);
    return at < m ? at : QUERN_BLOCK;
}

/* ---- One frequency ---- */

/* Where the n-th one of the bits stands, n at least 1; n_bits or more where there is none. */
static uint64_t find_one(const uint8_t *in, uint64_t n_bits, uint32_t n)
{
    for (uint64_t at = 0; at < n_bits; at += 64) {
        uint64_t ones = quern_load64(in + (at >> 3));
        uint32_t count = (uint32_t)__builtin_popcountll(ones);
        if (count >= n) {
            while (--n > 0) {
                ones &= ones - 1;
            }
            return at + (uint64_t)__builtin_ctzll(ones);
        }
        n -= count;
    }
    return n_bits;
}

/* Where the next one from bit `at` on stands; n_bits or more where there is none. */
static uint64_t next_one(const uint8_t *in, uint64_t n_bits, uint64_t at)
{
    for (; at < n_bits; at += 64 - (at & 7)) {
        uint64_t ones = quern_load64(in + (at >> 3)) >> (at & 7);
        if (ones) {
            return at + (uint64_t)__builtin_ctzll(ones);
        }
    }
    return n_bits;
}

#ifdef QUERN_BLOCK_VECTOR
AVX2 static uint64_t find_one_avx2(const uint8_t *in, uint64_t n_bits, uint32_t n)
{
    for (uint64_t at = 0; at < n_bits; at += 64) {
        uint64_t ones = quern_load64(in + (at >> 3));
        uint32_t count = (uint32_t)_mm_popcnt_u64(ones);
        if (count >= n) {
            return at + _tzcnt_u64(_pdep_u64((uint64_t)1 << (n - 1), ones));
        }
        n -= count;
    }
    return n_bits;
}
#endif

static uint64_t place_of_one(const uint8_t *in, uint64_t n_bits, uint32_t n)
{
#ifdef QUERN_BLOCK_VECTOR
    if (quern_cpu_get_level() != QUERN_CPU_SCALAR) {
        return find_one_avx2(in, n_bits, n);
    }
#endif
    return find_one(in, n_bits, n);
}

/* The i-th number of zeros and a one; 0 where it does not end in in[0, len). */
static uint32_t read_unary(const uint8_t *in, size_t len, uint32_t i)
{
    uint64_t n_bits = (uint64_t)len * 8;
    uint64_t from = i > 0 ? place_of_one(in, n_bits, i) + 1 : 0;
    uint64_t end = next_one(in, n_bits, from);
    return end < n_bits && end - from < UINT32_MAX ? (uint32_t)(end - from) + 1 : 0;
}

static uint32_t read_in_list(const uint8_t *in, size_t len, uint32_t i)
{
    uint32_t k = len > 0 ? in[0] : 0;
    uint32_t at = 0;
    if (len < 1 + (size_t)k) {
        return 0;
    }
    while (at < k && in[1 + at] < i) {
        at++;
    }
    if (at == k || in[1 + at] != i) {
        return 1;
    }
    uint32_t excess = read_unary(in + 1 + k, len - 1 - k, at);
    return excess > 0 ? excess + 1 : 0;
}

static uint32_t read_nibble(const quern_block *block, const uint8_t *in, size_t len, uint32_t i)
{
    uint32_t n_map = (block->n + 7) / 8;
    if (len < n_map) {
        return 0;
    }
    if (!(in[i >> 3] >> (i & 7) & 1)) {
        return 1;
    }
    uint32_t at = count_ones(in, i);
    uint32_t n = count_ones(in, block->n);
    const uint8_t *nibbles = in + n_map;
    if (len - n_map < (n + 1) / 2) {
        return 0;
    }
    uint32_t v = nibbles[at / 2] >> (at % 2 * 4) & 15;
    if (v < 15) {
        return v + 2;
    }
    quern_cursor tail = {nibbles + (n + 1) / 2, in + len, QUERN_OK};
    uint64_t more = 0;
    for (uint32_t k = 0; k <= at; k++) { /* those of the nibbles of 15 before it come first */
        if ((nibbles[k / 2] >> (k % 2 * 4) & 15) == 15) {
            more = quern_cursor_varint(&tail);
        }
    }
    return tail.status || more > UINT32_MAX - 17 ? 0 : (uint32_t)more + 17;
}

uint32_t quern_block_tf(const quern_block *block, const uint8_t *in, size_t len, uint32_t i)
{
    switch (block->form >> 6) {
    case QUERN_TFS_NONE:
        return 1;
    case QUERN_TFS_UNARY:
        return len > UINT32_MAX / 8 ? 0 : read_unary(in, len, i);
    case QUERN_TFS_LIST:
        return len > UINT32_MAX / 8 ? 0 : read_in_list(in, len, i);
    default:
        return read_nibble(block, in, len, i);
    }
}

/* ---- Decoded ---- */

static uint32_t meet_plain(const uint32_t *passages, const uint32_t *wanted, uint32_t n,
                           quern_block_met *out)
{
    uint32_t k = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (at + 1 < QUERN_BLOCK && passages[at] < wanted[i]) {
            at++;
        }
        out->which[k] = (uint8_t)i;
        out->at[k] = (uint8_t)at;
        k += passages[at] == wanted[i];
    }
    return k;
}

#ifdef QUERN_BLOCK_VECTOR
/* How many of the 8 are below x; both have their highest bit turned. */
AVX2 static inline uint32_t below_of_8(__m256i v, __m256i x)
{
    __m256i less = _mm256_cmpgt_epi32(x, v);
    return (uint32_t)_mm_popcnt_u32((unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(less)));
}

AVX2 static uint32_t meet_avx2(const uint32_t *v, const uint32_t *wanted, uint32_t n,
                               quern_block_met *out)
{
    uint32_t k = 0;
    uint32_t ends[16];
    for (uint32_t i = 0; i < 16; i++) {
        ends[i] = v[i * 8 + 7];
    }
    __m256i sign = _mm256_set1_epi32(INT32_MIN); /* so that signed comparisons are unsigned ones */
    __m256i a = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)ends), sign);
    __m256i b =
        _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)(ends + 8)), sign);
    for (uint32_t i = 0; i < n; i++) {
        __m256i x = _mm256_set1_epi32((int)wanted[i]);
        __m256i turned = _mm256_xor_si256(x, sign);
        uint32_t from = (below_of_8(a, turned) + below_of_8(b, turned)) * 8 & (QUERN_BLOCK - 1);
        __m256i same =
            _mm256_cmpeq_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(v + from)), x);
        unsigned bits = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(same));
        out->which[k] = (uint8_t)i;
        out->at[k] = (uint8_t)(from + _tzcnt_u32(bits));
        k += bits != 0;
    }
    return k;
}

AVX512 static uint32_t meet_avx512(const uint32_t *v, const uint32_t *wanted, uint32_t n,
                                   quern_block_met *out)
{
    uint32_t k = 0;
    __m256i ends = _mm256_set_epi32((int)v[127], (int)v[111], (int)v[95], (int)v[79], (int)v[63],
                                    (int)v[47], (int)v[31], (int)v[15]);
    for (uint32_t i = 0; i < n; i++) {
        __m512i x = _mm512_set1_epi32((int)wanted[i]);
        __mmask8 less = _mm256_cmplt_epu32_mask(ends, _mm512_castsi512_si256(x));
        uint32_t from = (uint32_t)_mm_popcnt_u32(less) * 16 & (QUERN_BLOCK - 1);
        unsigned bits = _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(v + from), x);
        out->which[k] = (uint8_t)i;
        out->at[k] = (uint8_t)(from + _tzcnt_u32(bits));
        k += bits != 0;
    }
    return k;
}
#endif

uint32_t quern_block_meet(const uint32_t *passages, const uint32_t *wanted, uint32_t n,
                          quern_block_met *out)
{
#ifdef QUERN_BLOCK_VECTOR
    quern_cpu_level level = quern_cpu_get_level();
    if (level != QUERN_CPU_SCALAR) {
        return level == QUERN_CPU_AVX2 ? meet_avx2(passages, wanted, n, out)
                                       : meet_avx512(passages, wanted, n, out);
    }
#endif
    return meet_plain(passages, wanted, n, out);
}
