/* SPDX-License-Identifier: MIT */
/* scan_plain - see scan_plain.h. A text may end anywhere: what lies behind it is not read, by a
 * mask. */
#include "stemmer/scan_plain.h"

#ifdef QUERN_SCAN_AVX512

#include <immintrin.h>

#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl")))

AVX512 void quern_scan_plain_512(const char *p, size_t n, quern_scan_plain *out)
{
    __mmask64 there = n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
    __m512i v = _mm512_maskz_loadu_epi8(there, p);
    __m512i low = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
    uint64_t letter =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(low, _mm512_set1_epi8('a')), _mm512_set1_epi8(26));
    uint64_t digit =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
    quern_scan_kinds k = {.word = letter | digit,
                          .digit = digit,
                          .high = _mm512_movepi8_mask(v) |
                                  _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('_')),
                          .blank = _mm512_cmple_epu8_mask(v, _mm512_set1_epi8(' ')),
                          .hyphen = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('-')),
                          .s = _mm512_cmpeq_epi8_mask(low, _mm512_set1_epi8('s'))};
    quern_scan_plain_set(out, k);
}

#else

typedef int quern_scan_plain_is_not_needed; /* ISO C forbids an empty file */

#endif
