/* SPDX-License-Identifier: MIT */
/* block_vector - see block_vector.h.
 *
 * All three forms begin with a string of bits whose ones are wanted by their places. 64 bits at a
 * time,
 *
 *   AVX-512   compresses the bytes 0 to 63 by the bits as a mask (VPCOMPRESSB), and widens what is
 *             left 16 at a time;
 *   AVX2      takes a byte: PDEP spreads its bits to eight bytes, a multiplication makes masks of
 *             them, and PEXT picks the numbers 0 to 7 that they cover.
 *
 * Low bits of Elias-Fano: 8 values of l bits take l whole bytes, so every group of 8 or 16 begins
 * at a byte. One shuffle brings the 4 bytes that a value begins in to its lane, a shift by the
 * lane's own number and a mask leave the value; l is at most 25, as 7 bits may lie before it. The
 * shuffle is a function of l alone and computed once a block.
 *
 * Instruction sets are named function by function, so the file is compiled for any processor.
 */
#include "index/block_vector.h"

#ifdef QUERN_BLOCK_VECTOR

#include "index/bits.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512                                                                                     \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,"             \
                          "avx512vbmi2")))

enum { SLACK = 16 }; /* elements that are written past the ones */

/* Bits [at, at + 64) of in[0, n_bits), zeros past the end. */
static inline uint64_t word_at(const uint8_t *in, uint64_t at, uint64_t n_bits)
{
    uint64_t word = quern_load64(in + (at >> 3));
    return n_bits - at < 64 ? word & quern_bits_mask((unsigned)(n_bits - at)) : word;
}

/* ---- AVX2 ---- */

/* Writes where the n ones of in[0, n_bits) stand to out[n + SLACK]. Returns -1 where there are not
 * exactly n. */
AVX2 static int ones_avx2(const uint8_t *in, uint64_t n_bits, uint32_t n, uint32_t *out)
{
    uint32_t k = 0;
    for (uint64_t at = 0; at < n_bits; at += 64) {
        uint64_t word = word_at(in, at, n_bits);
        if (k + (uint32_t)_mm_popcnt_u64(word) > n) {
            return -1;
        }
        __m256i base = _mm256_set1_epi32((int)(uint32_t)at);
        for (; word; word >>= 8) {
            uint64_t mask = _pdep_u64(word & 255, 0x0101010101010101u) * 255u;
            uint64_t places = _pext_u64(0x0706050403020100u, mask);
            __m256i wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places));
            _mm256_storeu_si256((__m256i *)(void *)(out + k), _mm256_add_epi32(wide, base));
            k += (uint32_t)_mm_popcnt_u32((unsigned)(word & 255));
            base = _mm256_add_epi32(base, _mm256_set1_epi32(8));
        }
    }
    return k == n ? 0 : -1;
}

AVX2 int quern_block_elias_fano_avx2(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t ones[QUERN_BLOCK + SLACK];
    uint32_t m = block->n - 1;
    int low = block->form & 63;
    uint64_t n_high = (uint64_t)m + ((block->last - block->base - 1) >> low);
    if (ones_avx2(in, n_high, m, ones)) {
        return -1;
    }
    const uint8_t *lows = in + (n_high + 7) / 8;
    int second = 4 * low; /* bit of the fifth value */
    int odd = second & 7;
    __m256i bit =
        _mm256_setr_epi32(0, low, 2 * low, 3 * low, odd, odd + low, odd + 2 * low, odd + 3 * low);
    __m256i shuffle = _mm256_add_epi32(
        _mm256_mullo_epi32(_mm256_srli_epi32(bit, 3), _mm256_set1_epi32(0x01010101)),
        _mm256_set1_epi32(0x03020100));
    __m256i shift = _mm256_and_si256(bit, _mm256_set1_epi32(7));
    __m256i mask = _mm256_set1_epi32((int)(((uint32_t)1 << low) - 1));
    __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i base = _mm256_set1_epi32((int)block->base);
    __m128i width = _mm_cvtsi32_si128(low);
    for (uint32_t i = 0; i < m; i += 8, lows += low) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)lows);
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(lows + (second >> 3)));
        __m256i v =
            _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1), shuffle);
        v = _mm256_and_si256(_mm256_srlv_epi32(v, shift), mask);
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(ones + i));
        high = _mm256_sll_epi32(_mm256_sub_epi32(high, number), width);
        v = _mm256_add_epi32(_mm256_or_si256(high, v), base);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        number = _mm256_add_epi32(number, _mm256_set1_epi32(8));
    }
    out[m] = block->last;
    return 0;
}

AVX2 int quern_block_bitmap_avx2(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t ones[QUERN_BLOCK + SLACK];
    uint32_t m = block->n - 1;
    if (ones_avx2(in, block->last - block->base, m, ones)) {
        return -1;
    }
    __m256i base = _mm256_set1_epi32((int)block->base);
    for (uint32_t i = 0; i < m; i += 8) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(ones + i));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_add_epi32(v, base));
    }
    out[m] = block->last;
    return 0;
}

static int ascends_plain(const uint32_t *v, uint32_t n)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++) {
        wrong |= (uint32_t)(v[i] >= v[i + 1]);
    }
    return !wrong;
}

AVX2 int quern_block_ascends_avx2(const uint32_t *v, uint32_t n)
{
    __m256i wrong = _mm256_setzero_si256();
    if (n < 8) {
        return ascends_plain(v, n);
    }
    for (uint32_t i = 0; i < n; i += 8) {
        uint32_t at = n - i < 8 ? n - 8 : i; /* the last ones twice */
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(v + at));
        __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(v + at + 1));
        wrong = _mm256_or_si256(wrong, _mm256_cmpeq_epi32(_mm256_max_epu32(a, b), a));
    }
    return _mm256_testz_si256(wrong, wrong);
}

AVX2 int quern_block_unary_avx2(const uint8_t *in, size_t len, uint32_t n, uint32_t *out)
{
    uint32_t ones[1 + QUERN_BLOCK + SLACK];
    ones[0] = UINT32_MAX;
    if (ones_avx2(in, (uint64_t)len * 8, n, ones + 1)) {
        return -1;
    }
    for (uint32_t i = 0; i < n; i += 8) {
        __m256i before = _mm256_loadu_si256((const __m256i *)(const void *)(ones + i));
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(ones + i + 1));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_sub_epi32(v, before));
    }
    return 0;
}

/* ---- AVX-512 ---- */

AVX512 static inline __m512i count_up(void)
{
    return _mm512_set_epi64(0x3F3E3D3C3B3A3938, 0x3736353433323130, 0x2F2E2D2C2B2A2928,
                            0x2726252423222120, 0x1F1E1D1C1B1A1918, 0x1716151413121110,
                            0x0F0E0D0C0B0A0908, 0x0706050403020100);
}

AVX512 static int ones_avx512(const uint8_t *in, uint64_t n_bits, uint32_t n, uint32_t *out)
{
    uint32_t k = 0;
    __m512i bytes = count_up();
    for (uint64_t at = 0; at < n_bits; at += 64) {
        uint64_t word = word_at(in, at, n_bits);
        uint32_t count = (uint32_t)_mm_popcnt_u64(word);
        if (k + count > n) {
            return -1;
        }
        __m512i base = _mm512_set1_epi32((int)(uint32_t)at);
        __m512i places = _mm512_maskz_compress_epi8(word, bytes);
        for (uint32_t i = 0; i < count; i += 16) {
            __m512i wide = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
            _mm512_storeu_si512(out + k + i, _mm512_add_epi32(wide, base));
            places = _mm512_shuffle_i64x2(places, places, 0x39);
        }
        k += count;
    }
    return k == n ? 0 : -1;
}

AVX512 int quern_block_elias_fano_avx512(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t ones[QUERN_BLOCK + SLACK];
    uint32_t m = block->n - 1;
    int low = block->form & 63;
    uint64_t n_high = (uint64_t)m + ((block->last - block->base - 1) >> low);
    if (ones_avx512(in, n_high, m, ones)) {
        return -1;
    }
    const uint8_t *lows = in + (n_high + 7) / 8;
    __m512i number = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(count_up()));
    __m512i bit = _mm512_mullo_epi32(number, _mm512_set1_epi32(low));
    __m512i shuffle = _mm512_add_epi32(
        _mm512_mullo_epi32(_mm512_srli_epi32(bit, 3), _mm512_set1_epi32(0x01010101)),
        _mm512_set1_epi32(0x03020100));
    __m512i shift = _mm512_and_si512(bit, _mm512_set1_epi32(7));
    __m512i mask = _mm512_set1_epi32((int)(((uint32_t)1 << low) - 1));
    __m512i base = _mm512_set1_epi32((int)block->base);
    __m128i width = _mm_cvtsi32_si128(low);
    for (uint32_t i = 0; i < m; i += 16, lows += 2 * (ptrdiff_t)low) {
        __m512i v = _mm512_permutexvar_epi8(shuffle, _mm512_loadu_si512(lows));
        v = _mm512_and_si512(_mm512_srlv_epi32(v, shift), mask);
        __m512i high = _mm512_sub_epi32(_mm512_loadu_si512(ones + i), number);
        v = _mm512_add_epi32(_mm512_or_si512(_mm512_sll_epi32(high, width), v), base);
        _mm512_storeu_si512(out + i, v);
        number = _mm512_add_epi32(number, _mm512_set1_epi32(16));
    }
    out[m] = block->last;
    return 0;
}

AVX512 int quern_block_bitmap_avx512(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t ones[QUERN_BLOCK + SLACK];
    uint32_t m = block->n - 1;
    if (ones_avx512(in, block->last - block->base, m, ones)) {
        return -1;
    }
    __m512i base = _mm512_set1_epi32((int)block->base);
    for (uint32_t i = 0; i < m; i += 16) {
        __m512i v = _mm512_loadu_si512(ones + i);
        _mm512_storeu_si512(out + i, _mm512_add_epi32(v, base));
    }
    out[m] = block->last;
    return 0;
}

AVX512 int quern_block_ascends_avx512(const uint32_t *v, uint32_t n)
{
    unsigned wrong = 0;
    if (n < 16) {
        return ascends_plain(v, n);
    }
    for (uint32_t i = 0; i < n; i += 16) {
        uint32_t at = n - i < 16 ? n - 16 : i; /* the last ones twice */
        wrong |=
            _mm512_cmpge_epu32_mask(_mm512_loadu_si512(v + at), _mm512_loadu_si512(v + at + 1));
    }
    return wrong == 0;
}

AVX512 int quern_block_unary_avx512(const uint8_t *in, size_t len, uint32_t n, uint32_t *out)
{
    uint32_t ones[1 + QUERN_BLOCK + SLACK];
    ones[0] = UINT32_MAX;
    if (ones_avx512(in, (uint64_t)len * 8, n, ones + 1)) {
        return -1;
    }
    for (uint32_t i = 0; i < n; i += 16) {
        __m512i v = _mm512_loadu_si512(ones + i + 1);
        v = _mm512_sub_epi32(v, _mm512_loadu_si512(ones + i));
        _mm512_storeu_si512(out + i, v);
    }
    return 0;
}

#else
typedef int quern_block_vector_none; /* an empty file is not C */
#endif
