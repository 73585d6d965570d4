/* SPDX-License-Identifier: MIT */
/* scan_plain - the words of 64 bytes at once, where they are plain: runs of ASCII letters and
 * digits of which nothing has to be asked. Most words of most texts are.
 *
 *     text     word's end, 18.4 a long-term x_y
 *     starts   1    1 1    1  1 1 1    1    1 1
 *     awkward      1         1               1    where a word goes on, or may go on, over what is
 *                                                 no letter or digit, and all beyond ASCII
 *     digits               1  1                   words that begin with a digit: of an amount?
 *     care                             1          words that follow a hyphen, and a lone s, which
 *                                                 may be a possessive
 *
 * The rule is on the safe side: a byte between two letters or digits is awkward unless it is white
 * or a hyphen, and so is a low line. So a word that ends before the first awkward byte is a word by
 * the whole standard, with the same ends, and scan.h, which would be asked word by word, need not
 * be.
 *
 * Where the processor has AVX-512, all 64 bytes are one register (scan_plain.c), to the same bits.
 *
 * Bits are found from where the last word ended, or from another boundary of the standard: then
 * what lies before them does not matter.
 */
#ifndef QUERN_STEMMER_SCAN_PLAIN_H
#define QUERN_STEMMER_SCAN_PLAIN_H

#include "base/cpu.h"
#include "stemmer/scan.h"

enum {
    QUERN_SCAN_PLAIN_END = 63,  /* a word that ends there may go on */
    QUERN_SCAN_PLAIN_WORDS = 32 /* at most */
};

typedef struct quern_scan_plain {
    uint64_t starts; /* where a word begins */
    uint64_t ends;   /* behind its last byte */
    uint64_t awkward, digits, care;
} quern_scan_plain;

/* Bits of the 16 bytes at p, from bit `i` on. */
typedef struct quern_scan_kinds {
    uint64_t word, digit, high, blank, hyphen, s; /* high: low lines, too */
} quern_scan_kinds;

static inline void quern_scan_kinds_16(const char *p, unsigned i, quern_scan_kinds *k)
{
#if defined(QUERN_SCAN_SSE2)
    __m128i v = _mm_loadu_si128((const void *)p);
    __m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
    __m128i letter = _mm_cmplt_epi8(_mm_sub_epi8(low, _mm_set1_epi8((char)('a' - 128))),
                                    _mm_set1_epi8(-128 + 26));
    __m128i digit =
        _mm_cmplt_epi8(_mm_sub_epi8(v, _mm_set1_epi8((char)('0' - 128))), _mm_set1_epi8(-128 + 10));
    __m128i high = _mm_or_si128(v, _mm_cmpeq_epi8(v, _mm_set1_epi8('_')));
    __m128i blank = _mm_cmplt_epi8(v, _mm_set1_epi8(' ' + 1)); /* and those beyond ASCII */
    __m128i hyphen = _mm_cmpeq_epi8(v, _mm_set1_epi8('-'));
    __m128i s = _mm_cmpeq_epi8(low, _mm_set1_epi8('s'));
    k->word |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(letter, digit)) << i;
    k->digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
    k->high |= (uint64_t)(unsigned)_mm_movemask_epi8(high) << i;
    k->blank |= (uint64_t)(unsigned)_mm_movemask_epi8(blank) << i;
    k->hyphen |= (uint64_t)(unsigned)_mm_movemask_epi8(hyphen) << i;
    k->s |= (uint64_t)(unsigned)_mm_movemask_epi8(s) << i;
#else
    for (unsigned j = 0; j < 16; j++) {
        unsigned class = quern_scan_class[(unsigned char)p[j]];
        k->word |= (uint64_t)((class & (QUERN_SCAN_LETTER | QUERN_SCAN_DIGIT)) != 0) << (i + j);
        k->digit |= (uint64_t)((class & QUERN_SCAN_DIGIT) != 0) << (i + j);
        k->high |= (uint64_t)((class & (QUERN_SCAN_LOW_LINE | QUERN_SCAN_HIGH)) != 0) << (i + j);
        k->blank |= (uint64_t)((unsigned char)p[j] <= ' ') << (i + j);
        k->hyphen |= (uint64_t)(p[j] == '-') << (i + j);
        k->s |= (uint64_t)((p[j] | 0x20) == 's') << (i + j);
    }
#endif
}

static inline void quern_scan_plain_set(quern_scan_plain *out, quern_scan_kinds k)
{
    uint64_t ends = ~k.word & k.word << 1;
    out->starts = k.word & ~(k.word << 1);
    out->ends = ends;
    out->awkward = k.high | (ends & (k.word | k.high) >> 1 & ~(k.blank | k.hyphen));
    out->digits = out->starts & k.digit;
    out->care = out->starts & (k.hyphen << 1 | (ends >> 1 & k.s));
}

#if defined(__x86_64__) && !defined(QUERN_NO_SIMD)
#define QUERN_SCAN_AVX512 1
/* The n bytes at p, of which 64 at most count, as below. Only at the level AVX512. */
void quern_scan_plain_512(const char *p, size_t n, quern_scan_plain *out);
#endif

/* Reads the 64 bytes of text[0, len) from `at` < len on, behind the end zeros. */
static inline void quern_scan_plain_at(const char *text, size_t at, size_t len,
                                       quern_cpu_level level, quern_scan_plain *out)
{
    quern_scan_kinds k = {0, 0, 0, 0, 0, 0};
    const char *p = text + at;
    char padded[64];
#if defined(QUERN_SCAN_AVX512)
    if (level == QUERN_CPU_AVX512) {
        quern_scan_plain_512(p, len - at, out);
        return;
    }
#endif
    (void)level;
    if (len - at < sizeof padded) {
        memset(padded, 0, sizeof padded);
        memcpy(padded, p, len - at);
        p = padded;
    }
    quern_scan_kinds_16(p, 0, &k);
    quern_scan_kinds_16(p + 16, 16, &k);
    quern_scan_kinds_16(p + 32, 32, &k);
    quern_scan_kinds_16(p + 48, 48, &k);
    quern_scan_plain_set(out, k);
}

/* How far the bits are free of `marks`: words that end before it are. */
static inline unsigned quern_scan_plain_limit(uint64_t marks)
{
    return (unsigned)__builtin_ctzll(marks | (uint64_t)1 << QUERN_SCAN_PLAIN_END);
}

#endif
