/* SPDX-License-Identifier: MIT */
/* positions_widths - how many bits positions take, of many postings at a time; see positions.h.
 *
 * Frequencies up to 16 in passages of up to 255 words have a table, a row for each frequency. Rows
 * fit four registers of 64 bytes, so AVX-512 looks 64 postings up in a row at once; of the rows,
 * only those of frequencies that are there.
 */
#include "base/cpu.h"
#include "index/positions.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define VECTOR 1
#include <immintrin.h>
#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi")))
#endif

/* Widths of the largest rank for tf 1, 2 and 3 and a length of n, and of Elias-Fano above; 0 where
 * n is too short. */
#define WIDTH(v) (uint8_t)((v) > 1 ? 64 - __builtin_clzll((unsigned long long)(v)-1) : 0)
#define ONE(n) WIDTH(n)
#define TWO(n) WIDTH((n) * ((n)-1) / 2)
#define THREE(n) WIDTH((n) * ((n)-1) * ((n)-2) / 6)
#define LOW(t, u)                                                                                  \
    (((u) >= 2 * (t)) + ((u) >= 4 * (t)) + ((u) >= 8 * (t)) + ((u) >= 16 * (t)) + ((u) >= 32 * (t)))
#define LONG(t, u) ((t) * (LOW(t, u) + 1) + ((u) >> LOW(t, u)))
#define MANY(t, n) (uint8_t)((n) < (t) ? 0 : LONG(t, (n) < (t) ? 0 : (n) - (t)))
#define OF4(n) MANY(4, n)
#define OF5(n) MANY(5, n)
#define OF6(n) MANY(6, n)
#define OF7(n) MANY(7, n)
#define OF8(n) MANY(8, n)
#define OF9(n) MANY(9, n)
#define OF10(n) MANY(10, n)
#define OF11(n) MANY(11, n)
#define OF12(n) MANY(12, n)
#define OF13(n) MANY(13, n)
#define OF14(n) MANY(14, n)
#define OF15(n) MANY(15, n)
#define OF16(n) MANY(16, n)
#define TIMES4(f, n) f(n), f((n) + 1), f((n) + 2), f((n) + 3)
#define TIMES16(f, n) TIMES4(f, n), TIMES4(f, (n) + 4), TIMES4(f, (n) + 8), TIMES4(f, (n) + 12)
#define TIMES64(f, n)                                                                              \
    TIMES16(f, n), TIMES16(f, (n) + 16), TIMES16(f, (n) + 32), TIMES16(f, (n) + 48)
#define TIMES256(f) TIMES64(f, 0), TIMES64(f, 64), TIMES64(f, 128), TIMES64(f, 192)

const uint8_t quern_positions_widths[QUERN_POSITIONS_ROWS][256] = {
    {TIMES256(ONE)},  {TIMES256(TWO)},  {TIMES256(THREE)}, {TIMES256(OF4)},
    {TIMES256(OF5)},  {TIMES256(OF6)},  {TIMES256(OF7)},   {TIMES256(OF8)},
    {TIMES256(OF9)},  {TIMES256(OF10)}, {TIMES256(OF11)},  {TIMES256(OF12)},
    {TIMES256(OF13)}, {TIMES256(OF14)}, {TIMES256(OF15)},  {TIMES256(OF16)},
};

static int widths_plain(const uint32_t *tfs, const uint8_t *lens, uint32_t n, uint8_t *out)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = tfs[i] - 1;
        bad |= (uint32_t)(row >= QUERN_POSITIONS_ROWS) | (uint32_t)(row > 0 && row >= lens[i]);
        out[i] = quern_positions_widths[row % QUERN_POSITIONS_ROWS][lens[i]];
    }
    return bad ? -1 : 0;
}

#ifdef VECTOR
/* 64 frequencies as bytes, 255 for those above. */
AVX512 static inline __m512i load_tfs(const uint32_t *tfs)
{
    __m128i a = _mm512_cvtusepi32_epi8(_mm512_loadu_si512(tfs));
    __m128i b = _mm512_cvtusepi32_epi8(_mm512_loadu_si512(tfs + 16));
    __m128i c = _mm512_cvtusepi32_epi8(_mm512_loadu_si512(tfs + 32));
    __m128i d = _mm512_cvtusepi32_epi8(_mm512_loadu_si512(tfs + 48));
    __m512i v = _mm512_inserti32x4(_mm512_castsi128_si512(a), b, 1);
    return _mm512_inserti32x4(_mm512_inserti32x4(v, c, 2), d, 3);
}

AVX512 static int widths_avx512(const uint32_t *tfs, const uint8_t *lens, uint32_t n, uint8_t *out)
{
    __mmask64 left = n < 64 ? ((uint64_t)1 << n) - 1 : ~(uint64_t)0;
    __m512i len = _mm512_maskz_loadu_epi8(left, lens);
    __m512i tf = load_tfs(tfs);
    __m512i least = _mm512_max_epu8(len, _mm512_set1_epi8(1));
    __mmask64 is_long = _mm512_movepi8_mask(len);
    __m512i width = _mm512_setzero_si512();
    if (_mm512_mask_cmpgt_epu8_mask(left, tf, least)) {
        return -1;
    }
    for (unsigned row = 0; left; row++) {
        if (row == QUERN_POSITIONS_ROWS) {
            return -1;
        }
        __mmask64 its = _mm512_mask_cmpeq_epi8_mask(left, tf, _mm512_set1_epi8((char)(row + 1)));
        if (its) {
            const uint8_t *table = quern_positions_widths[row];
            __m512i a = _mm512_permutex2var_epi8(_mm512_loadu_si512(table), len,
                                                 _mm512_loadu_si512(table + 64));
            if (is_long & its) {
                __m512i b = _mm512_permutex2var_epi8(_mm512_loadu_si512(table + 128), len,
                                                     _mm512_loadu_si512(table + 192));
                a = _mm512_mask_blend_epi8(is_long, a, b);
            }
            width = _mm512_mask_mov_epi8(width, its, a);
            left &= ~its;
        }
    }
    _mm512_storeu_si512(out, width);
    return 0;
}
#endif

int quern_positions_widths_of(const uint32_t *tfs, const uint8_t *lens, uint32_t n, uint8_t *out)
{
#ifdef VECTOR
    if (quern_cpu_get_level() == QUERN_CPU_AVX512) {
        return widths_avx512(tfs, lens, n, out);
    }
#endif
    return widths_plain(tfs, lens, n, out);
}

uint64_t quern_positions_sum(const uint8_t *widths, uint32_t n)
{
    uint64_t sum = 0;
#ifdef VECTOR
    static const uint8_t ends[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255};
    __m128i sums = _mm_setzero_si128();
    for (; n >= 16; n -= 16, widths += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)widths);
        sums = _mm_add_epi64(sums, _mm_sad_epu8(v, _mm_setzero_si128()));
    }
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)widths);
    v = _mm_and_si128(v, _mm_loadu_si128((const __m128i *)(const void *)(ends + 16 - n)));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(v, _mm_setzero_si128()));
    sum = (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(sums, _mm_srli_si128(sums, 8)));
#else
    for (uint32_t i = 0; i < n; i++) {
        sum += widths[i];
    }
#endif
    return sum;
}
