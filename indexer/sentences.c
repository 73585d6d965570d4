/* SPDX-License-Identifier: MIT */
/* sentences - see sentences.h.
 *
 * A table finds the bytes that can end a sentence; for each, the surroundings decide. Marks of
 * scripts without spaces (。！？ and their like) end one wherever they stand. The others (. ! ? …
 * and those of Devanagari, Arabic, Armenian, ...) end one only where, after closing quotes and
 * brackets (.” .) and footnote marks (.[12]), white space or the end of the text follows, and
 * then what comes next must not begin in lower case: “Really?” he said. (iPhone and eBay count as
 * capitals.) For a single full stop the word before it has a say too:
 *
 *     word before        ends the sentence                     examples
 *     a title, e.g.      never                                 Dr. Swami, vs. Meta, i.e. this
 *     NUMBERED           unless a digit follows                No. 5, Fig. 2, Sept. 25, p. 12
 *     MAYBE              only before a word that often begins  Amazon.com Inc. AMZN, the U.S. Army,
 *                        a sentence (The, It, However, ...)    at 9 a.m. The, J. K. Rowling
 *     1. 12. iv.         not where it begins the sentence: it  1. Advancements in
 *                        is the number of a list
 *     any other          yes                                   $2.75 billion. The
 *
 * So a doubtful full stop does not cut: two sentences in one passage do less harm than half a one.
 * Each candidate looks at a bounded number of bytes beside runs of white space, closing and opening
 * marks, and none of these runs is looked at twice, so the time is linear on any bytes.
 *
 * Unicode Standard Annex #29 (sentence boundaries) gave the notions of terminator, closer and the
 * rule of lower case; its tests are not met to the letter, since it knows no abbreviations.
 */
#include "indexer/sentences.h"

#include <string.h>

#include <unictype.h>
#include <unistr.h>

enum kind { PLAIN, NEVER, NUMBERED, MAYBE };

struct abbreviation {
    char text[10]; /* lower case, without its last full stop */
    unsigned char kind;
};

/* Sorted by bytes. */
static const struct abbreviation abbreviations[] = {
    {"adm", NEVER},     {"al", MAYBE},      {"approx", NEVER},  {"apr", NUMBERED},
    {"art", NUMBERED},  {"assn", MAYBE},    {"aug", NUMBERED},  {"ave", MAYBE},
    {"bldg", MAYBE},    {"blvd", MAYBE},    {"brig", NEVER},    {"bros", MAYBE},
    {"bzw", NEVER},     {"ca", NEVER},      {"capt", NEVER},    {"cf", NEVER},
    {"ch", NUMBERED},   {"chap", NUMBERED}, {"cmdr", NEVER},    {"co", MAYBE},
    {"col", NEVER},     {"corp", MAYBE},    {"cpl", NEVER},     {"dec", NUMBERED},
    {"dept", MAYBE},    {"dist", MAYBE},    {"dr", NEVER},      {"dra", NEVER},
    {"e.g", NEVER},     {"ed", MAYBE},      {"eds", MAYBE},     {"eg", NEVER},
    {"eq", NUMBERED},   {"eqs", NUMBERED},  {"esp", NEVER},     {"esq", MAYBE},
    {"est", MAYBE},     {"etc", MAYBE},     {"feb", NUMBERED},  {"fig", NUMBERED},
    {"figs", NUMBERED}, {"fr", NEVER},      {"fri", NUMBERED},  {"ft", MAYBE},
    {"gen", NEVER},     {"gov", NEVER},     {"govt", MAYBE},    {"hon", NEVER},
    {"hr", NEVER},      {"hrs", MAYBE},     {"i.e", NEVER},     {"ie", NEVER},
    {"inc", MAYBE},     {"incl", NEVER},    {"intl", MAYBE},    {"jan", NUMBERED},
    {"jr", MAYBE},      {"jul", NUMBERED},  {"jun", NUMBERED},  {"lt", NEVER},
    {"ltd", MAYBE},     {"maj", NEVER},     {"mar", NUMBERED},  {"messrs", NEVER},
    {"mfg", MAYBE},     {"mme", NEVER},     {"mon", NUMBERED},  {"mr", NEVER},
    {"mrs", NEVER},     {"ms", NEVER},      {"mt", NEVER},      {"natl", MAYBE},
    {"no", NUMBERED},   {"nos", NUMBERED},  {"nov", NUMBERED},  {"nr", NUMBERED},
    {"oct", NUMBERED},  {"op", NUMBERED},   {"p", NUMBERED},    {"par", NUMBERED},
    {"ph.d", MAYBE},    {"plc", MAYBE},     {"pp", NUMBERED},   {"pres", NEVER},
    {"prof", NEVER},    {"pt", NUMBERED},   {"pvt", MAYBE},     {"rd", MAYBE},
    {"ref", NUMBERED},  {"refs", NUMBERED}, {"rep", NEVER},     {"reps", NEVER},
    {"resp", NEVER},    {"rev", NEVER},     {"sec", NUMBERED},  {"sect", NUMBERED},
    {"sen", NEVER},     {"sens", NEVER},    {"sep", NUMBERED},  {"sept", NUMBERED},
    {"sgt", NEVER},     {"sq", NEVER},      {"sr", MAYBE},      {"sra", NEVER},
    {"st", MAYBE},      {"ste", NEVER},     {"supt", NEVER},    {"tab", NUMBERED},
    {"tel", NUMBERED},  {"univ", MAYBE},    {"usw", MAYBE},     {"v", NEVER},
    {"viz", NEVER},     {"vol", NUMBERED},  {"vols", NUMBERED}, {"vs", NEVER}};

/* Words that often begin a sentence and seldom a name. Sorted by bytes. */
static const char starters[][12] = {
    "a",         "according", "after",  "all",    "also",    "although", "an",      "and",
    "another",   "any",       "as",     "at",     "because", "before",   "both",    "but",
    "by",        "despite",   "during", "each",   "earlier", "even",     "finally", "first",
    "for",       "from",      "he",     "her",    "here",    "his",      "how",     "however",
    "i",         "if",        "in",     "it",     "its",     "last",     "later",   "many",
    "meanwhile", "moreover",  "most",   "my",     "neither", "no",       "nor",     "not",
    "now",       "of",        "on",     "once",   "one",     "only",     "or",      "other",
    "others",    "our",       "over",   "she",    "since",   "so",       "some",    "still",
    "such",      "than",      "that",   "the",    "their",   "then",     "there",   "these",
    "they",      "this",      "those",  "though", "through", "thus",     "to",      "today",
    "two",       "under",     "unlike", "until",  "we",      "what",     "when",    "where",
    "whether",   "which",     "while",  "who",    "why",     "will",     "with",    "within",
    "without",   "yet",       "you",    "your"};

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters and digits of ASCII: the common case of all that follows. */
static int is_alnum(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* A character of the text, with its length; length 0 past the end. */
struct glyph {
    ucs4_t c;
    size_t len;
};

static struct glyph glyph_at(const char *text, size_t at, size_t len)
{
    struct glyph g = {0, 0};
    if (at < len) {
        g.c = (unsigned char)text[at];
        g.len = 1;
        if (g.c >= 0x80) {
            g.len = (size_t)u8_mbtouc(&g.c, (const uint8_t *)text + at, len - at);
        }
    }
    return g;
}

static int is_space(ucs4_t c)
{
    return c <= 0x20 || c == 0x7F || (c >= 0x80 && c <= 0xA0) || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

size_t quern_sentences_space(const char *text, size_t at, size_t len)
{
    struct glyph g = glyph_at(text, at, len);
    return g.len && is_space(g.c) ? g.len : 0;
}

static int is_among(ucs4_t c, const uint32_t *set)
{
    while (*set && *set != c) {
        set++;
    }
    return *set != 0;
}

static int is_closer(ucs4_t c)
{
    static const uint32_t set[] = {'"',    '\'',   ')',    ']',    '}',    0xBB,   0x2019, 0x201D,
                                   0x203A, 0x300B, 0x3009, 0x300D, 0x300F, 0x3011, 0x3015, 0xFF09,
                                   0xFF3D, 0xFF63, 0x201C, 0x2018, '*',    '_',    0};
    return is_among(c, set);
}

static int is_opener(ucs4_t c)
{
    static const uint32_t set[] = {'"',    '\'',   '(',    '[',    '{',    '*',    '_',
                                   '#',    '-',    '<',    0xA1,   0xAB,   0xBF,   0x2010,
                                   0x2011, 0x2012, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A,
                                   0x201C, 0x201D, 0x201E, 0x2022, 0x2039, 0};
    return is_among(c, set);
}

/* Marks that end a sentence wherever they stand. */
static int is_full_stop(ucs4_t c)
{
    return c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF61;
}

/* Marks that end one before white space. */
static int is_terminator(ucs4_t c)
{
    static const uint32_t set[] = {'.',    '!',    '?',    0x2026, 0x0589, 0x061F, 0x06D4,
                                   0x0964, 0x0965, 0x104A, 0x104B, 0x1362, 0x17D4, 0x17D5,
                                   0x203C, 0x203D, 0x2047, 0x2048, 0x2049, 0xFF0E, 0};
    return is_among(c, set);
}

/* 1 for the bytes that a terminator or a full stop can begin with. */
static const unsigned char stop_bytes[256] = {
    ['.'] = 1,  ['!'] = 1,  ['?'] = 1,  [0xD6] = 1, [0xD8] = 1, [0xDB] = 1,
    [0xE0] = 1, [0xE1] = 1, [0xE2] = 1, [0xE3] = 1, [0xEF] = 1};

/* 1 for the bytes that the end of a clause can begin with. */
static const unsigned char clause_bytes[256] = {
    [','] = 1, [';'] = 1, [':'] = 1, ['-'] = 1, [0xD8] = 1, [0xE2] = 1, [0xE3] = 1, [0xEF] = 1};

/* After terminators, closers and footnote marks that follow each other from `at` on. */
static size_t skip_closing(const char *text, size_t at, size_t len)
{
    for (;;) {
        if (at < len && (text[at] == ' ' || is_alnum(text[at]))) {
            return at;
        }
        struct glyph g = glyph_at(text, at, len);
        size_t end = at + g.len;
        if (g.len && g.c == '[') {
            while (end < len && text[end] >= '0' && text[end] <= '9') {
                end++;
            }
            if (end == at + 1 || end == len || text[end] != ']') {
                return at;
            }
            end++;
        } else if (!g.len || !(is_closer(g.c) || is_terminator(g.c) || is_full_stop(g.c))) {
            return at;
        }
        at = end;
    }
}

/* The character with which the next sentence would begin. */
static size_t skip_opening(const char *text, size_t at, size_t len)
{
    for (;;) {
        if (at < len && is_alnum(text[at])) {
            return at;
        }
        struct glyph g = glyph_at(text, at, len);
        if (!g.len || !(is_space(g.c) || is_opener(g.c))) {
            return at;
        }
        at += g.len;
    }
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* What begins at `at` is in lower case, and not a name like iPhone. */
static int begins_low(const char *text, size_t at, size_t len)
{
    struct glyph g = glyph_at(text, at, len);
    if (g.c < 0x80) {
        int camel = at + 1 < len && text[at + 1] >= 'A' && text[at + 1] <= 'Z';
        return g.c >= 'a' && g.c <= 'z' && !camel;
    }
    return uc_is_general_category(g.c, UC_LOWERCASE_LETTER);
}

/* The word at `at` often begins a sentence. */
static int begins_often(const char *text, size_t at, size_t len)
{
    char word[12];
    size_t n = 0;
    while (at + n < len && is_letter(text[at + n])) {
        if (n == sizeof word - 1) {
            return 0;
        }
        word[n] = lower(text[at + n]);
        n++;
    }
    word[n] = '\0';
    size_t lo = 0;
    size_t hi = sizeof starters / sizeof starters[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int order = strcmp(word, starters[mid]);
        if (order == 0) {
            return 1;
        }
        lo = order > 0 ? mid + 1 : lo;
        hi = order > 0 ? hi : mid;
    }
    return 0;
}

static enum kind find_abbreviation(const char *word)
{
    size_t lo = 0;
    size_t hi = sizeof abbreviations / sizeof abbreviations[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int order = strcmp(word, abbreviations[mid].text);
        if (order == 0) {
            return (enum kind)abbreviations[mid].kind;
        }
        lo = order > 0 ? mid + 1 : lo;
        hi = order > 0 ? hi : mid;
    }
    return PLAIN;
}

/* Where the word that ends at `stop` begins; `stop` if it is longer than 24 bytes. */
static size_t word_before(const char *text, size_t from, size_t stop)
{
    size_t at = stop;
    while (at > from && stop - at <= 24) {
        size_t before = at - 1;
        if (is_alnum(text[before]) || text[before] == '.') {
            at = before;
            continue;
        }
        while (before > from && at - before < 4 && ((unsigned char)text[before] & 0xC0) == 0x80) {
            before--;
        }
        struct glyph g = glyph_at(text, before, at);
        if (g.c < 0x80 || is_space(g.c) || is_opener(g.c) || is_closer(g.c)) {
            return at;
        }
        at = before;
    }
    return stop - at <= 24 ? at : stop;
}

/* Letters one or two at a time with full stops between them: U.S, a.m, J.R.R. */
static int is_dotted(const char *word, size_t n)
{
    size_t run = 0;
    int dots = 0;
    for (size_t i = 0; i < n; i++) {
        run = word[i] == '.' ? 0 : run + 1;
        dots += word[i] == '.';
        if (run > 2 || (run > 0 && !is_letter(word[i]))) {
            return 0;
        }
    }
    return dots > 0;
}

/* The number of an item of a list: digits, or a Roman number of up to five letters. */
static int is_list_number(const char *word, size_t n)
{
    size_t digits = 0;
    size_t roman = 0;
    for (size_t i = 0; i < n; i++) {
        digits += (word[i] >= '0' && word[i] <= '9') || word[i] == '.';
        roman += strchr("ivxlcIVXLC", word[i]) != NULL;
    }
    return n > 0 && ((digits == n && n <= 8) || (roman == n && n <= 5));
}

static enum kind kind_before(const char *text, size_t from, size_t stop)
{
    size_t at = word_before(text, from, stop);
    size_t n = stop - at;
    if (n == 0) {
        return PLAIN;
    }
    int first = at - from <= 8 && skip_opening(text, from, stop) >= at;
    if (first && is_list_number(text + at, n)) {
        return NEVER;
    }
    char word[10];
    if (n < sizeof word) {
        for (size_t i = 0; i < n; i++) {
            word[i] = lower(text[at + i]);
        }
        word[n] = '\0';
        enum kind kind = find_abbreviation(word);
        if (kind != PLAIN) {
            return kind;
        }
    }
    struct glyph g = glyph_at(text, at, stop);
    int initial = g.len == n && (g.c < 0x80 ? is_letter((char)g.c)
                                            : uc_is_general_category(g.c, UC_UPPERCASE_LETTER));
    if (initial && at > from && (text[at - 1] == '\'' || text[at - 1] == '\x99')) {
        return PLAIN; /* the s of a possessive */
    }
    return initial || is_dotted(text + at, n) ? MAYBE : PLAIN;
}

/* Whether the mark at `at`, with all that closes with it up to `end`, ends the sentence. */
static int ends_here(const char *text, size_t from, size_t at, size_t end, size_t len)
{
    if (end < len && !quern_sentences_space(text, end, len)) {
        return 0;
    }
    size_t next = skip_opening(text, end, len);
    if (next == len) {
        return 1;
    }
    if (begins_low(text, next, len)) {
        return 0;
    }
    int single = text[at] == '.' && !(at + 1 < end && text[at + 1] == '.');
    switch (single ? kind_before(text, from, at) : PLAIN) {
    case NEVER:
        return 0;
    case NUMBERED:
        return !(text[next] >= '0' && text[next] <= '9');
    case MAYBE:
        return begins_often(text, next, len);
    default:
        return 1;
    }
}

/* The next byte that a mark can begin with, four at a step. */
static size_t skip_plain(const char *text, size_t at, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    while (len - at >= 4 && !(stop_bytes[p[at]] | stop_bytes[p[at + 1]] | stop_bytes[p[at + 2]] |
                              stop_bytes[p[at + 3]])) {
        at += 4;
    }
    while (at < len && !stop_bytes[p[at]]) {
        at++;
    }
    return at;
}

size_t quern_sentences_end(const char *text, size_t from, size_t len)
{
    size_t at = from;
    while ((at = skip_plain(text, at, len)) < len) {
        struct glyph g = glyph_at(text, at, len);
        int full = is_full_stop(g.c);
        if (!full && !is_terminator(g.c)) {
            at += g.len;
            continue;
        }
        size_t end = skip_closing(text, at + g.len, len);
        if (full || ends_here(text, from, at, end, len)) {
            return end;
        }
        at = end;
    }
    return len;
}

size_t quern_sentences_clause(const char *text, size_t from, size_t len)
{
    size_t at = from;
    while (at < len) {
        if (!clause_bytes[(unsigned char)text[at]]) {
            at++;
            continue;
        }
        struct glyph g = glyph_at(text, at, len);
        size_t end = at + g.len;
        static const uint32_t wide[] = {0x2014, 0x3001, 0xFF0C, 0xFF1A, 0xFF1B, 0};
        static const uint32_t narrow[] = {',', ';', ':', '-', 0x2013, 0x060C, 0x061B, 0};
        if (is_among(g.c, wide)) {
            return end;
        }
        if (is_among(g.c, narrow)) {
            end = skip_closing(text, end, len);
            if (end == len || quern_sentences_space(text, end, len)) {
                return end;
            }
        }
        at = end;
    }
    return len;
}
