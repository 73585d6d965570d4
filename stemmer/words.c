/* SPDX-License-Identifier: MIT */
/* words - see words.h; the fast path and its argument are in scan.h, here is the whole standard.
 *
 * quern_scan_segment is a state machine over the property Word_Break: it reads one character at a
 * time, keeps the class of the last one that counts (rule WB4 skips Extend, Format and ZWJ), and
 * asks `joins` whether there is a boundary before the next. The only rules that look further than
 * one character ahead are WB6/7, WB7b/c and WB11/12: a mark between two letters or two digits.
 * There the machine reads on to the next character that counts, and either takes both in or ends
 * the segment before the mark. So each byte is read at most twice, however long the text.
 *
 * A segment is a word when it holds a character that is Alphabetic or a decimal digit, not counting
 * marks that extend another character. Ideographs, kana and the letters of Thai, Lao, Khmer and
 * Burmese are each a segment of their own by the standard, and each a word.
 *
 * Unicode Standard Annex #29, sections 4.1 and 4.2; the tables are libunistring's.
 */
#include "stemmer/words.h"

#include "stemmer/scan_plain.h"
#include "stemmer/utf8.h"

#include <unictype.h>
#include <uniwbrk.h>

#define L QUERN_SCAN_LETTER
#define D QUERN_SCAN_DIGIT
#define W QUERN_SCAN_LOW_LINE
#define B QUERN_SCAN_MID
#define C QUERN_SCAN_MID_LETTER
#define N QUERN_SCAN_MID_DIGIT
#define H QUERN_SCAN_HIGH

const unsigned char quern_scan_class[256] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, B, 0, 0, 0, 0, N, 0, B, 0,
    D, D, D, D, D, D, D, D, D, D, C, N, 0, 0, 0, 0,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, W,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    /* clang-format on */
};

#undef L
#undef D
#undef W
#undef B
#undef C
#undef N
#undef H

typedef struct segment {
    const unsigned char *text;
    size_t len;
    size_t at;      /* behind the last character taken in */
    int last;       /* Word_Break of the last character that counts */
    int raw;        /* of the last character, whether it counts or not */
    unsigned flags; /* regional indicators taken in so far */
    int is_word;    /* a letter, digit or ideograph was taken in */
} segment;

static int is_letter(int class)
{
    return class == WBP_ALETTER || class == WBP_HL;
}

static int is_skipped(int class)
{
    return class == WBP_EXTEND || class == WBP_FORMAT || class == WBP_ZWJ;
}

static int is_newline(int class)
{
    return class == WBP_CR || class == WBP_LF || class == WBP_NEWLINE;
}

static int has_word_character(uint32_t u, int class)
{
    return class == WBP_NUMERIC || uc_is_property_alphabetic(u) ||
           uc_is_general_category_withtable(u, UC_CATEGORY_MASK_Nd);
}

static void take(segment *s, uint32_t u, int class, size_t used)
{
    s->at += used;
    s->raw = class;
    if (!is_skipped(class)) {
        s->last = class;
        s->flags += class == WBP_RI;
        s->is_word = s->is_word || has_word_character(u, class);
    }
}

/* Rules that see one character ahead. Those of marks within words are in `joins_over`. */
static int joins(const segment *s, uint32_t u, int class)
{
    if (is_newline(s->raw) || is_newline(class)) {
        return s->raw == WBP_CR && class == WBP_LF; /* WB3, 3a, 3b */
    }
    if (s->raw == WBP_ZWJ && uc_is_property_extended_pictographic(u)) {
        return 1; /* WB3c */
    }
    if ((s->raw == WBP_WSS && class == WBP_WSS) || is_skipped(class)) {
        return 1; /* WB3d, WB4 */
    }
    int last_alnum = is_letter(s->last) || s->last == WBP_NUMERIC;
    if (is_letter(class) || class == WBP_NUMERIC) {
        return last_alnum || s->last == WBP_EXTENDNUMLET; /* WB5, 8, 9, 10, 13b */
    }
    if (class == WBP_KATAKANA) {
        return s->last == WBP_KATAKANA || s->last == WBP_EXTENDNUMLET; /* WB13, 13b */
    }
    if (class == WBP_EXTENDNUMLET) {
        return last_alnum || s->last == WBP_KATAKANA || s->last == WBP_EXTENDNUMLET; /* WB13a */
    }
    if (class == WBP_RI) {
        return s->last == WBP_RI && s->flags % 2 == 1; /* WB15, 16 */
    }
    return s->last == WBP_HL && class == WBP_SQ; /* WB7a */
}

/* WB6/7, 7b/c, 11/12: whether a mark of this class joins the last character and one of class
 * `after`. */
static int joins_over(int last, int mark, int after)
{
    int both = mark == WBP_MIDNUMLET || mark == WBP_SQ;
    if (last == WBP_NUMERIC) {
        return after == WBP_NUMERIC && (both || mark == WBP_MIDNUM);
    }
    if (last == WBP_HL && mark == WBP_DQ) {
        return after == WBP_HL;
    }
    return is_letter(last) && is_letter(after) && (both || mark == WBP_MIDLETTER);
}

static int is_mark(int class)
{
    return class == WBP_MIDNUMLET || class == WBP_MIDLETTER || class == WBP_MIDNUM ||
           class == WBP_SQ || class == WBP_DQ;
}

/* Takes in the mark that ends at `at` and the next character that counts, if they join. */
static int take_over(segment *s, int mark, size_t at)
{
    while (at < s->len) {
        size_t used;
        uint32_t u = quern_utf8_decode(s->text + at, s->len - at, &used);
        int class = uc_wordbreak_property(u);
        if (!is_skipped(class)) {
            if (!joins_over(s->last, mark, class)) {
                return 0;
            }
            s->at = at;
            take(s, u, class, used);
            return 1;
        }
        at += used;
    }
    return 0;
}

size_t quern_scan_segment(const unsigned char *text, size_t len, size_t at, int *is_word)
{
    segment s = {.text = text, .len = len, .at = at};
    size_t used;
    uint32_t u = quern_utf8_decode(text + at, len - at, &used);
    int class = uc_wordbreak_property(u);
    take(&s, u, class, used);
    if (is_skipped(class)) {
        s.last = WBP_OTHER; /* at a start WB4 has nothing to extend */
    }
    while (s.at < len) {
        u = quern_utf8_decode(text + s.at, len - s.at, &used);
        class = uc_wordbreak_property(u);
        int over = is_mark(class) && (is_letter(s.last) || s.last == WBP_NUMERIC) &&
                   take_over(&s, class, s.at + used);
        if (over) {
            continue;
        }
        if (!joins(&s, u, class)) {
            break;
        }
        take(&s, u, class, used);
    }
    *is_word = s.is_word;
    return s.at;
}

/* The end of the word that begins with the ASCII letter, digit or low line at `at`; 0 when only
 * the whole standard can tell. */
static size_t scan_word(const unsigned char *text, size_t len, size_t at)
{
    for (;;) {
        size_t end = at + 1;
        while (end < len && quern_scan_class[text[end]] & QUERN_SCAN_WORD) {
            end++;
        }
        size_t used;
        unsigned mid = quern_scan_next_class(text, len, end, &used);
        unsigned joined = mid >> 3 & quern_scan_class[text[end - 1]];
        if (mid & QUERN_SCAN_HIGH) {
            return 0;
        }
        if (!joined) {
            return end;
        }
        size_t unused;
        unsigned after = quern_scan_next_class(text, len, end + used, &unused);
        if (after & QUERN_SCAN_HIGH) {
            return 0;
        }
        if (!(joined & after)) {
            return end;
        }
        at = end + used;
    }
}

/* Whether text[at, end) has more than low lines. */
static int has_alnum(const unsigned char *text, size_t at, size_t end)
{
    while (at < end && text[at] == '_') {
        at++;
    }
    return at < end;
}

int quern_scan_next_slow(quern_words *words, size_t *start, size_t *end)
{
    const unsigned char *text = (const unsigned char *)words->text;
    size_t p = words->at;
    size_t boundary = p; /* of the separator before p, or p */
    while (p < words->len) {
        size_t used;
        unsigned class = quern_scan_next_class(text, words->len, p, &used);
        if (!(class & (QUERN_SCAN_WORD | QUERN_SCAN_HIGH))) {
            boundary = p;
            p += used;
            continue;
        }
        size_t stop = class & QUERN_SCAN_HIGH ? 0 : scan_word(text, words->len, p);
        int is_word;
        if (stop == 0) {
            p = class & QUERN_SCAN_HIGH ? boundary : p;
            stop = quern_scan_segment(text, words->len, p, &is_word);
        } else {
            is_word = has_alnum(text, p, stop);
        }
        if (is_word) {
            *start = p;
            *end = words->at = words->slow_end = stop;
            return 1;
        }
        p = boundary = stop;
    }
    words->at = words->len;
    return 0;
}

quern_words quern_words_of(const char *text, size_t len)
{
    return (quern_words){.text = text, .len = len, .base = (size_t)0 - 64};
}

int quern_words_next(quern_words *words, size_t *start, size_t *end)
{
    return quern_scan_next(words, start, end);
}

size_t quern_words_count(const char *text, size_t len, size_t limit)
{
    quern_words words = quern_words_of(text, len);
    size_t start;
    size_t end;
    size_t n = 0;
    quern_cpu_level level = quern_cpu_get_level();
    while (n < limit && words.at < len) {
        quern_scan_plain w;
        quern_scan_plain_at(text, words.at, len, level, &w);
        unsigned free = quern_scan_plain_limit(w.awkward);
        uint64_t ends = w.ends & (((uint64_t)1 << free) - 1);
        if (ends) { /* as many plain words */
            n += (size_t)__builtin_popcountll(ends);
            words.at += 63 - (size_t)__builtin_clzll(ends);
        } else if (!w.starts && free == QUERN_SCAN_PLAIN_END) {
            words.at +=
                len - words.at < QUERN_SCAN_PLAIN_END ? len - words.at : QUERN_SCAN_PLAIN_END;
        } else if (quern_scan_next(&words, &start, &end)) {
            n++;
        }
    }
    return n < limit ? n : limit;
}
