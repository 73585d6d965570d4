/* SPDX-License-Identifier: MIT */
/* fold_test - spellings that are one word, against Unicode's own tests of normalisation and case.
 *
 * The files are of Unicode 15.0, libunistring 1.0 knows 14.0: rows with a character that 15.0 added
 * are passed over, told by its general category being unassigned in libunistring. */
#include "stemmer/fold.h"
#include "stemmer/utf8.h"
#include "tests/check.h"
#include "tests/stemmer/shared.h"

#include <unictype.h>

#define WORD_MAX 512

static void check_fold(const char *word, unsigned flags, const char *want)
{
    char got[WORD_MAX];
    size_t n = quern_fold(word, strlen(word), flags, got, sizeof got - 1);
    got[n] = '\0';
    char row[256];
    snprintf(row, sizeof row, "%.60s: %.60s, not %.60s", word, got, want);
    CHECK_ROW(row, strcmp(got, want) == 0);
}

static void test_rows(void)
{
    static const struct {
        const char *word, *kept, *dropped; /* with marks kept, and dropped */
    } rows[] = {
        {"Amazon", "amazon", "amazon"},
        {"CAFÉ", "café", "cafe"},
        {"cafe\xCC\x81", "café", "cafe"},
        {"Straße", "strasse", "strasse"},
        {"ﬁnancial", "financial", "financial"},
        {"ＡＷＳ", "aws", "aws"},
        {"18.4", "18.4", "18.4"},
        {"1,250", "1,250", "1,250"},
        {"don’t", "don't", "don't"},
        {"don＇t", "don't", "don't"},
        {"ʼtisʼ", "tis", "tis"},
        {"Hawaiʻi", "hawai'i", "hawai'i"},
        {"co\xC2\xADoperate", "cooperate", "cooperate"},
        {"zero\xE2\x80\x8Dwidth\xEF\xBB\xBF\xE2\x81\xA0", "zerowidth", "zerowidth"},
        {"10\xE2\x80\xAF"
         "000",
         "10000", "10000"},
        {"Ελλάδα", "ελλάδα", "ελλαδα"},
        {"ὀδυσσεύς", "ὀδυσσεύσ", "οδυσσευσ"},
        {"Йод", "йод", "иод"},
        {"Ёлка", "ёлка", "елка"},
        {"İstanbul", "i̇stanbul", "istanbul"},
        {"ışık", "ışık", "isik"},
        {"Łódź", "łódź", "lodz"},
        {"Ørsted", "ørsted", "orsted"},
        {"Þór", "þór", "thor"},
        {"Ǽsir", "ǽsir", "aesir"},
        {"Việt", "việt", "viet"},
        {"שָׁלוֹם", "שָׁלוֹם", "שלום"},
        {"كِتَاب", "كِتَاب", "كتاب"},
        {"أحمد", "أحمد", "أحمد"},
        {"ｶﾞｲﾄﾞ", "ガイド", "ガイド"},
        {"か\xE3\x82\x99", "が", "が"},
        {"हिन्दी", "हिन्दी", "हिन्दी"},
        {"가나", "가나", "가나"},
        {"각", "각", "각"},
        {"한국", "한국", "한국"},
        {"\xF0\x9D\x93\xA0uern", "quern", "quern"},
        {"\xE3\x85\xA4", "", ""},
        {"a\xFF", "a\xEF\xBF\xBD", "a\xEF\xBF\xBD"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_fold(rows[i].word, 0, rows[i].kept);
        check_fold(rows[i].word, QUERN_FOLD_MARKS, rows[i].dropped);
        check_fold(rows[i].kept, 0, rows[i].kept);
        check_fold(rows[i].dropped, QUERN_FOLD_MARKS, rows[i].dropped);
    }
    check_fold("IRMAK", QUERN_FOLD_TURKISH, "ırmak");
    check_fold("İZMİR", QUERN_FOLD_TURKISH, "izmir");
    check_fold("IRMAK", QUERN_FOLD_TURKISH | QUERN_FOLD_MARKS, "irmak");
}

/* Reads code points in hex up to `stop`; *known is cleared when libunistring lacks one. */
static size_t parse_points(const char **line, char stop, char *out, int *known)
{
    size_t n = 0;
    while (**line && **line != stop) {
        char *end;
        uint32_t u = (uint32_t)strtoul(*line, &end, 16);
        if (end == *line) {
            ++*line;
            continue;
        }
        *known = *known && !uc_is_general_category_withtable(u, UC_CATEGORY_MASK_Cn);
        n += quern_utf8_encode(u, out + n);
        *line = end;
    }
    *line += **line == stop;
    return n;
}

static int same_fold(const char *a, size_t a_len, const char *b, size_t b_len, unsigned flags)
{
    char x[WORD_MAX];
    char y[WORD_MAX];
    size_t x_len = quern_fold(a, a_len, flags, x, sizeof x);
    size_t y_len = quern_fold(b, b_len, flags, y, sizeof y);
    return x_len == y_len && memcmp(x, y, x_len) == 0;
}

/* All five columns (source, NFC, NFD, NFKC, NFKD) are one word to us. */
static void test_normalisation(void)
{
    size_t size;
    char *data = shared_read("unicode/NormalizationTest.txt", &size);
    if (!data) {
        return;
    }
    char *rest = data;
    size_t rows = 0;
    size_t unknown = 0;
    for (char *line; (line = shared_line(&rest));) {
        const char *p = line;
        char columns[5][WORD_MAX];
        size_t len[5];
        int known = 1;
        if (*line == '#' || *line == '@' || !*line) {
            continue;
        }
        for (size_t i = 0; i < 5; i++) {
            len[i] = parse_points(&p, ';', columns[i], &known);
        }
        unknown += !known;
        for (size_t i = 1; known && i < 5; i++) {
            if (!same_fold(columns[0], len[0], columns[i], len[i], 0) ||
                !same_fold(columns[0], len[0], columns[i], len[i], QUERN_FOLD_MARKS)) {
                CHECK_ROW(line, !"columns fold apart");
            }
        }
        rows++;
    }
    printf("%zu rows, %zu newer than the tables ", rows, unknown);
    CHECK(rows > 18000 && unknown < 100);
    free(data);
}

/* Every character folds as its full case folding does. */
static void test_case(void)
{
    size_t size;
    char *data = shared_read("unicode/CaseFolding.txt", &size);
    if (!data) {
        return;
    }
    char *rest = data;
    size_t rows = 0;
    for (char *line; (line = shared_line(&rest));) {
        const char *p = line;
        char from[WORD_MAX];
        char to[WORD_MAX];
        int known = 1;
        if (*line == '#' || !*line) {
            continue;
        }
        size_t from_len = parse_points(&p, ';', from, &known);
        char status = p[1];
        p += 3;
        size_t to_len = parse_points(&p, ';', to, &known);
        if ((status == 'C' || status == 'F') && known) {
            CHECK_ROW(line, same_fold(from, from_len, to, to_len, 0));
            CHECK_ROW(line, same_fold(from, from_len, to, to_len, QUERN_FOLD_MARKS));
            rows++;
        }
    }
    printf("%zu rows ", rows);
    CHECK(rows > 1400);
    free(data);
}

/* Folding twice is folding once, for every character and for random strings of them. */
static void test_twice(void)
{
    static const unsigned flags[] = {0, QUERN_FOLD_MARKS, QUERN_FOLD_TURKISH,
                                     QUERN_FOLD_TURKISH | QUERN_FOLD_MARKS};
    uint64_t state = check_seed(7);
    size_t bad = 0;
    for (uint32_t u = 1; u < 0x30000; u++) {
        char word[WORD_MAX];
        size_t n = 0;
        if (u >= 0xD800 && u < 0xE000) {
            continue;
        }
        for (uint64_t extra = u % 2 ? 0 : check_random(&state) % 6; extra > 0; extra--) {
            uint64_t r = check_random(&state);
            uint32_t v = (uint32_t)(r % 3 == 0 ? 0x300 + (r >> 8) % 0x70 : (r >> 8) % 0x3100 + 1);
            n += quern_utf8_encode(v, word + n);
        }
        n += quern_utf8_encode(u, word + n);
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
            char once[WORD_MAX];
            size_t once_len = quern_fold(word, n, flags[i], once, sizeof once);
            if (!same_fold(word, n, once, once_len, flags[i]) && bad++ < 10) {
                char row[64];
                snprintf(row, sizeof row, "U+%04X flags %u %.30s", u, flags[i], word);
                CHECK_ROW(row, !"folding twice is another word");
            }
        }
    }
    CHECK(bad == 0);
}

/* Long words are cut at a character, and what follows does not matter. */
static void test_long(void)
{
    static const char *const units[] = {"a", "é",        "x\xCC\x81", "日", "😀",
                                        "'", "\xC2\xAD", "ß",         "क्"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t unit = strlen(units[i]);
        size_t size = unit * 5000;
        char *text = malloc(size);
        for (size_t at = 0; at < size; at++) {
            text[at] = units[i][at % unit];
        }
        for (size_t cap = 0; cap < 300; cap += 7) {
            char out[300];
            size_t n = quern_fold(text, size, QUERN_FOLD_MARKS, out, cap);
            size_t used = 0;
            int whole = n <= cap;
            for (size_t at = 0; at < n; at += used) {
                uint32_t u = quern_utf8_decode((const unsigned char *)out + at, n - at, &used);
                whole = whole && u != QUERN_UTF8_REPLACEMENT;
            }
            CHECK_ROW(units[i], whole);
            CHECK_ROW(units[i], n + 4 > cap || *units[i] == '\'' || units[i][0] == '\xC2');
        }
        free(text);
    }
}

static void test_letters(void)
{
    CHECK(quern_fold_letters("aws", 3) == 3);
    CHECK(quern_fold_letters("été", 5) == 3);
    CHECK(quern_fold_letters("q\xCC\x83", 3) == 1);
    CHECK(quern_fold_letters("日本", 6) == 2);
    CHECK(quern_fold_letters("", 0) == 0);
}

static CU_TestInfo tests[] = {{"rows", test_rows},
                              {"normalisation forms are one word", test_normalisation},
                              {"cases are one word", test_case},
                              {"folding twice is folding once", test_twice},
                              {"long words", test_long},
                              {"letters are counted without marks", test_letters},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/fold", tests)
