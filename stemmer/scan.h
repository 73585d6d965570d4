/* SPDX-License-Identifier: MIT */
/* scan - the fast path of word boundaries, inline, for words.c and stream.c.
 *
 * In ASCII the rules of UAX #29 come down to this. A word begins at a letter, digit or low line and
 * goes on over such. Two letters may be joined by one of ' . : between them, two digits by one of
 * ' . , ; (rules WB6, WB7, WB11, WB12). All else separates. quern_scan_class gives each byte its
 * bits, made so that "may `mid` join `before` and `after`" is
 *
 *     class[mid] >> 3 & class[before] & class[after] & (LETTER | DIGIT)
 *
 * A byte from 0x80 up needs the tables of Unicode, except the marks that fill English text: curly
 * quotes, dashes and the ellipsis (E2 80 90..A6) are separators, and U+2018 and U+2019 join as '
 * does. What comes next decides whether that can be said without looking further: where it cannot,
 * the one segment at hand goes to quern_scan_segment (words.c), the whole standard, and the fast
 * path goes on after it.
 *
 * Letters are found 64 bytes at a time, as bits (the window in quern_words), and words by counting
 * zeros and ones: so the next word does not wait for the bytes of the last one.
 *
 * Invariant: `at` is a boundary of the standard whenever a segment is begun there. Separators are
 * skipped a byte at a time without asking whether a combining mark follows: such a mark belongs to
 * the separator, so the slow path is begun at the last separator and not at the mark.
 */
#ifndef QUERN_STEMMER_SCAN_H
#define QUERN_STEMMER_SCAN_H

#include "stemmer/words.h"

#include <string.h>

#if defined(__SSE2__) && !defined(QUERN_NO_SIMD)
#include <emmintrin.h>
#define QUERN_SCAN_SSE2 1
#endif

enum {
    QUERN_SCAN_LETTER = 1,
    QUERN_SCAN_DIGIT = 2,
    QUERN_SCAN_LOW_LINE = 4,
    QUERN_SCAN_MID_LETTER = QUERN_SCAN_LETTER << 3,
    QUERN_SCAN_MID_DIGIT = QUERN_SCAN_DIGIT << 3,
    QUERN_SCAN_HIGH = 32, /* 0x80 and up */
    QUERN_SCAN_WORD = QUERN_SCAN_LETTER | QUERN_SCAN_DIGIT | QUERN_SCAN_LOW_LINE,
    QUERN_SCAN_MID = QUERN_SCAN_MID_LETTER | QUERN_SCAN_MID_DIGIT
};

extern const unsigned char quern_scan_class[256];

/* The end of the UAX #29 segment that begins at byte `at` < len. *is_word is set when it holds a
 * letter, digit or ideograph. */
size_t quern_scan_segment(const unsigned char *text, size_t len, size_t at, int *is_word);

/* Which of the 16 bytes at p are letters, digits or low lines, a bit each; *high: which are not
 * ASCII. */
static inline unsigned quern_scan_16(const unsigned char *p, unsigned *high)
{
#if defined(QUERN_SCAN_SSE2)
    __m128i v = _mm_loadu_si128((const void *)p);
    __m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
    /* An unsigned range check as a signed one: the range is moved down to -128. */
    __m128i letter = _mm_cmplt_epi8(_mm_sub_epi8(low, _mm_set1_epi8((char)('a' - 128))),
                                    _mm_set1_epi8(-128 + 26));
    __m128i digit =
        _mm_cmplt_epi8(_mm_sub_epi8(v, _mm_set1_epi8((char)('0' - 128))), _mm_set1_epi8(-128 + 10));
    __m128i line = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));
    *high = (unsigned)_mm_movemask_epi8(v);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), line));
#else
    unsigned word = 0;
    *high = 0;
    for (unsigned i = 0; i < 16; i++) {
        word |= (quern_scan_class[p[i]] & QUERN_SCAN_WORD ? 1u : 0u) << i;
        *high |= (unsigned)(p[i] >> 7) << i;
    }
    return word;
#endif
}

/* Moves the window to words->at. */
static inline void quern_scan_fill(quern_words *words)
{
    const unsigned char *p = (const unsigned char *)words->text + words->at;
    unsigned char padded[64];
    if (words->len - words->at < 64) {
        memset(padded, 0, sizeof padded);
        memcpy(padded, p, words->len - words->at);
        p = padded;
    }
    words->base = words->at;
    words->word = 0;
    words->high = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        unsigned high;
        words->word |= (uint64_t)quern_scan_16(p + i, &high) << i;
        words->high |= (uint64_t)high << i;
    }
}

/* The class of what stands at `at` <= len, and its length: as in quern_scan_class, and the quotes
 * and dashes named above. HIGH: ask the standard. */
static inline unsigned quern_scan_next_class(const unsigned char *text, size_t len, size_t at,
                                             size_t *used)
{
    *used = 1;
    if (at >= len) {
        return 0;
    }
    if (text[at] == 0xE2 && len - at >= 3 && text[at + 1] == 0x80 && text[at + 2] >= 0x90 &&
        text[at + 2] <= 0xA6 && text[at + 2] != 0xA4) {
        *used = 3;
        return text[at + 2] == 0x98 || text[at + 2] == 0x99 ? QUERN_SCAN_MID : 0;
    }
    return quern_scan_class[text[at]];
}

/* Whether the run of letters and digits that ends at `end` ends a word there. 0: ask further. */
static inline int quern_scan_ends(const unsigned char *text, size_t len, size_t end)
{
    unsigned mid = end < len ? quern_scan_class[text[end]] : 0;
    if (mid == 0) {
        return 1;
    }
    unsigned after = end + 1 < len ? quern_scan_class[text[end + 1]] : 0;
    return !((mid | after) & QUERN_SCAN_HIGH) &&
           !(mid >> 3 & quern_scan_class[text[end - 1]] & after);
}

/* quern_words_next where the window does not decide. */
int quern_scan_next_slow(quern_words *words, size_t *start, size_t *end);

static inline int quern_scan_next(quern_words *words, size_t *start, size_t *end)
{
    const unsigned char *text = (const unsigned char *)words->text;
    while (words->at < words->len) {
        size_t skipped = words->at - words->base;
        if (skipped >= 64) {
            quern_scan_fill(words);
            skipped = 0;
        }
        uint64_t word = words->word >> skipped;
        uint64_t seen = words->high >> skipped | word;
        if (seen == 0) {
            size_t left = words->len - words->base;
            words->at = words->base + (left < 63 ? left : 63);
            words->base = words->at - 64;
            continue;
        }
        unsigned first = (unsigned)__builtin_ctzll(seen);
        uint64_t rest = ~(word >> first);
        unsigned n = rest ? (unsigned)__builtin_ctzll(rest) : 64;
        size_t from = words->at + first;
        if (skipped + first + n >= 64 && skipped > 0) {
            words->base = words->at - 64; /* the word may go on: look from here */
            continue;
        }
        if (skipped + first + n >= 64 || n == 0 || text[from] == '_' ||
            !quern_scan_ends(text, words->len, from + n)) {
            break;
        }
        *start = from;
        *end = words->at = from + n;
        return 1;
    }
    return quern_scan_next_slow(words, start, end);
}

#endif
