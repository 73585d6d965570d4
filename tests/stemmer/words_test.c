/* SPDX-License-Identifier: MIT */
/* words_test - word boundaries: the rows of the standard, libunistring's own answer, and the fast
 * path against the whole standard. */
#include "stemmer/scan.h"
#include "stemmer/utf8.h"
#include "stemmer/words.h"
#include "tests/check.h"
#include "tests/stemmer/shared.h"

#include <stdbool.h>
#include <uniwbrk.h>

#define TEXT_MAX 1024

/* Marks in at[0, len) where segments begin, and which of them are words. */
static void mark_segments(const char *text, size_t len, char *at)
{
    memset(at, 0, len);
    for (size_t start = 0; start < len;) {
        int is_word;
        size_t end = quern_scan_segment((const unsigned char *)text, len, start, &is_word);
        at[start] = is_word ? 2 : 1;
        start = end;
    }
}

/* Whether quern_words_next gives just the segments that are words. */
static int same_words(const char *text, size_t len, const char *at)
{
    quern_words words = quern_words_of(text, len);
    size_t start;
    size_t end;
    size_t from = 0;
    while (quern_words_next(&words, &start, &end)) {
        while (from < start) {
            if (at[from++] == 2) {
                return 0;
            }
        }
        if (at[from++] != 2 || end <= start || end > len) {
            return 0;
        }
        while (from < end) {
            if (at[from++]) {
                return 0;
            }
        }
        if (end < len && !at[end]) {
            return 0;
        }
    }
    while (from < len) {
        if (at[from++] == 2) {
            return 0;
        }
    }
    return !quern_words_next(&words, &start, &end);
}

/* Reads a row of WordBreakTest.txt: ÷ 0061 × 0027 ÷ # ... */
static size_t parse_row(const char *line, char *text, char *breaks)
{
    size_t len = 0;
    bool boundary = false;
    while (*line && *line != '#') {
        if (strncmp(line, "÷", 2) == 0 || strncmp(line, "×", 2) == 0) {
            boundary = strncmp(line, "÷", 2) == 0;
            line += 2;
        } else if (strchr("0123456789ABCDEF", *line)) {
            char *end;
            size_t n = quern_utf8_encode((uint32_t)strtoul(line, &end, 16), text + len);
            memset(breaks + len, 0, n);
            breaks[len] = boundary;
            len += n;
            line = end;
        } else {
            line++;
        }
    }
    return len;
}

static void test_standard(void)
{
    size_t size;
    char *data = shared_read("unicode/WordBreakTest.txt", &size);
    if (!data) {
        return;
    }
    char *rest = data;
    size_t rows = 0;
    for (char *line; (line = shared_line(&rest));) {
        char text[TEXT_MAX];
        char want[TEXT_MAX];
        char at[TEXT_MAX];
        size_t len = parse_row(line, text, want);
        if (len == 0) {
            continue;
        }
        mark_segments(text, len, at);
        int same = 1;
        for (size_t i = 0; i < len; i++) {
            same = same && !at[i] == !want[i];
        }
        CHECK_ROW(line, same);
        CHECK_ROW(line, same_words(text, len, at));
        rows++;
    }
    printf("%zu rows ", rows);
    CHECK(rows > 1800);
    free(data);
}

/* Pieces that meet in the rules, and that meet in the news. */
static const char *const pieces[] = {
    "a",
    "B",
    "word",
    "7",
    "42",
    "_",
    "'",
    "’",
    "‘",
    "“",
    "”",
    "\"",
    ".",
    ",",
    ":",
    ";",
    "-",
    "—",
    "–",
    "…",
    "·",
    "‧",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\f",
    "é",
    "ß",
    "д",
    "слово",
    "א",
    "״",
    "カ",
    "ー",
    "ひ",
    "漢",
    "字",
    "ก",
    "ำ",
    "ั",
    "̈",
    "\xCC\x81",
    "\xC2\xAD",
    "\xE2\x80\x8D",
    "\xE2\x80\x8B",
    "\xE2\x80\x8C",
    "\xE2\x81\xA0",
    "\xE2\x80\xAF",
    "\xC2\xA0",
    "\xE2\x80\x83",
    "😀",
    "👩‍💻",
    "🇩🇪",
    "🇫",
    "٣",
    "，",
    "．",
    "＿",
    "Ａ",
    "½",
    "²",
    "ʼ",
    "͜",
    "ि",
    "한국",
    "\xEF\xBF\xBD",
    "€",
    "©",
    "x²",
    "\xE2\x80\xA4",
    "\xE2\x80\xA8",
    "\xC2\x85",
    "U.S.",
    "don't",
    "don’t",
    "18.4",
    "1,250",
    "$4bn",
    "https://a.b/c?d=e_f",
    "_low_",
    "aVeryLongWordWithoutAnyBreakInItThatGoesOnForMoreThan64Bytes",
    "                                                                        "};

static size_t random_text(uint64_t *state, char *text, int malformed)
{
    size_t len = 0;
    size_t want = check_random(state) % (TEXT_MAX - 128);
    want = check_random(state) % 4 ? want % 48 : want;
    unsigned ascii = (unsigned)(check_random(state) % 3); /* 0: bytes, 1: mostly, 2: pieces */
    while (len < want) {
        uint64_t r = check_random(state);
        if (ascii == 0 || (ascii == 1 && r % 16)) {
            text[len++] = (char)(r >> 8 & 0x7F);
        } else if (malformed && r % 7 == 0) {
            text[len++] = (char)(0x80 | r >> 8);
        } else {
            const char *piece = pieces[(r >> 8) % (sizeof pieces / sizeof *pieces)];
            size_t n = strlen(piece);
            memcpy(text + len, piece, n);
            len += n;
        }
    }
    return len;
}

/* Fails with the text as bytes. */
static void fail_bytes(const char *text, size_t len)
{
    char row[256];
    size_t n = 0;
    for (size_t i = 0; i < len && n + 4 < sizeof row; i++) {
        n += (size_t)snprintf(row + n, 4, "%02X ", (unsigned char)text[i]);
    }
    row[n] = '\0';
    CHECK_ROW(row, !"other words");
}

static size_t count_one_by_one(const char *text, size_t len)
{
    quern_words words = quern_words_of(text, len);
    size_t start;
    size_t end;
    size_t n = 0;
    while (quern_words_next(&words, &start, &end)) {
        n++;
    }
    return n;
}

static void test_fast_path(void)
{
    uint64_t state = check_seed(20261123);
    size_t bad = 0;
    for (size_t i = 0; i < 200000; i++) {
        char text[TEXT_MAX];
        char at[TEXT_MAX + 1];
        size_t len = random_text(&state, text, i % 2 == 0);
        mark_segments(text, len, at);
        int counted = quern_words_count(text, len, SIZE_MAX) == count_one_by_one(text, len);
        if (!(same_words(text, len, at) && counted) && bad++ < 5) {
            fail_bytes(text, len);
        }
    }
    CHECK(bad == 0);
}

/* libunistring has the rules as well: an oracle that shares our tables and not our code. */
static void test_oracle(void)
{
    uint64_t state = check_seed(20261124);
    size_t bad = 0;
    for (size_t i = 0; i < 100000; i++) {
        char text[TEXT_MAX];
        char at[TEXT_MAX + 1];
        char want[TEXT_MAX + 1];
        size_t len = random_text(&state, text, 0);
        text[len] = '\0';
        mark_segments(text, len, at);
        u8_wordbreaks((const uint8_t *)text, len, want);
        int same = 1;
        for (size_t j = 1; j < len; j++) { /* the start of text is no break to libunistring */
            same = same && !at[j] == !want[j];
        }
        if (!same && bad++ < 5) {
            fail_bytes(text, len);
        }
    }
    CHECK(bad == 0);
}

/* Word_Break of every ASCII character is what the table of the fast path says. */
static void test_classes(void)
{
    for (unsigned c = 0; c < 128; c++) {
        int class = uc_wordbreak_property(c);
        unsigned want = class == WBP_ALETTER                        ? QUERN_SCAN_LETTER
                        : class == WBP_NUMERIC                      ? QUERN_SCAN_DIGIT
                        : class == WBP_EXTENDNUMLET                 ? QUERN_SCAN_LOW_LINE
                        : class == WBP_MIDLETTER                    ? QUERN_SCAN_MID_LETTER
                        : class == WBP_MIDNUM                       ? QUERN_SCAN_MID_DIGIT
                        : class == WBP_MIDNUMLET || class == WBP_SQ ? QUERN_SCAN_MID
                                                                    : 0u;
        char name[16];
        snprintf(name, sizeof name, "0x%02X", c);
        CHECK_ROW(name, quern_scan_class[c] == want);
    }
    for (unsigned u = 0x2010; u <= 0x2026; u++) {
        int class = uc_wordbreak_property(u);
        char name[16];
        snprintf(name, sizeof name, "U+%04X", u);
        CHECK_ROW(name,
                  u == 0x2024 || class == (u == 0x2018 || u == 0x2019 ? WBP_MIDNUMLET : WBP_OTHER));
    }
}

/* trim.c looks for characters of class ExtendNumLet by their first byte. */
static void test_low_lines(void)
{
    size_t n = 0;
    for (uint32_t u = 1; u < 0x110000; u++) {
        char bytes[4];
        if (uc_wordbreak_property(u) == WBP_EXTENDNUMLET) {
            quern_utf8_encode(u, bytes);
            char name[16];
            snprintf(name, sizeof name, "U+%04X", u);
            CHECK_ROW(name, bytes[0] == '_' || bytes[0] == '\xE2' || bytes[0] == '\xEF');
            n++;
        }
    }
    CHECK(n >= 11);
}

static void test_rows(void)
{
    static const struct {
        const char *text;
        const char *want; /* words, each after a | */
    } rows[] = {
        {"", ""},
        {" \t\n.,;-", ""},
        {"___ _", ""},
        {"The quick (\"brown\") fox can't jump 32.3 feet, right?",
         "|The|quick|brown|fox|can't|jump|32.3|feet|right"},
        {"“Amazon’s” ‘AWS’—U.S. 1,250;", "|Amazon’s|AWS|U.S|1,250"},
        {"café, naïve façade's", "|café|naïve|façade's"},
        {"cafe\xCC\x81 x", "|cafe\xCC\x81|x"},
        {"long-term long–term", "|long|term|long|term"},
        {"co\xC2\xADoperate", "|co\xC2\xADoperate"},
        {"zero\xE2\x80\x8Bspace", "|zero|space"},
        {"日本語カタカナひら", "|日|本|語|カタカナ|ひ|ら"},
        {"한국어 모델", "|한국어|모델"},
        {"😀 👩‍💻 🇩🇪", ""},
        {"bad\xFF"
         "bytes \xC0\xAF\xED\xA0\x80 \xF5",
         "|bad|bytes"},
        {"cut \xE2\x80", "|cut"},
        {"a_b _c_ __", "|a_b|_c_"},
        {"x'", "|x"},
        {"'x", "|x"},
        {"3.14.", "|3.14"},
        {"3.a a.3 3,a", "|3|a|a|3|3|a"},
        {"א״א א'", "|א״א|א'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[TEXT_MAX] = "";
        quern_words words = quern_words_of(rows[i].text, strlen(rows[i].text));
        size_t start;
        size_t end;
        size_t n = 0;
        for (; quern_words_next(&words, &start, &end); n++) {
            strcat(got, "|");
            strncat(got, rows[i].text + start, end - start);
        }
        CHECK_ROW(rows[i].text, strcmp(got, rows[i].want) == 0);
        CHECK_ROW(rows[i].text, quern_words_count(rows[i].text, strlen(rows[i].text), 99) == n);
    }
    CHECK(quern_words_count("a b c d", 7, 3) == 3);
    CHECK(quern_words_count("a\0b", 3, 9) == 2);
    CHECK(quern_words_count(NULL, 0, 9) == 0);
}

static void test_long(void)
{
    static const char *const units[] = {"x",          "é", "a'", "1,",           "\xCC\x81",
                                        "a'\xCC\x81", "_", " ",  "\xE2\x80\x8D", "🇩",
                                        "\xFF",       "“", "カ"};
    size_t size = 1 << 20;
    char *text = malloc(size);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i]);
        for (size_t at = 0; at < size; at++) {
            text[at] = units[i][at % n];
        }
        quern_words words = quern_words_of(text, size);
        size_t start;
        size_t end;
        size_t last = 0;
        int ordered = 1;
        while (quern_words_next(&words, &start, &end)) {
            ordered = ordered && start >= last && end > start && end <= size;
            last = end;
        }
        CHECK_ROW(units[i], ordered);
    }
    free(text);
}

static CU_TestInfo tests[] = {{"rows", test_rows},
                              {"the standard's rows", test_standard},
                              {"the tables of the fast path", test_classes},
                              {"low lines", test_low_lines},
                              {"fast path and whole standard agree", test_fast_path},
                              {"libunistring agrees", test_oracle},
                              {"long texts", test_long},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/words", tests)
