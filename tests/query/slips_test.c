/* SPDX-License-Identifier: MIT */
/* slips_test - slips between words, by rows and against the whole table. */
#include "query/slips.h"

#include "tests/check.h"

#include <string.h>

static const struct row {
    const char *a, *b;
    uint32_t want;
} rows[] = {
    {"bedrok", "bedrock", 1},
    {"comitment", "commitment", 1},
    {"tranium", "trainium", 1},
    {"bedrcok", "bedrock", 1},
    {"ebdrock", "bedrock", 1},
    {"bedrock", "bedrock", 0},
    {"comittment", "commitment", 2},
    {"café", "cafe", 1},
    {"日本", "本日", 1},
    {"abcd", "badc", 2},
    {"ca", "abc", 3},
    {"a", "b", 1},
    {"abc", "xyz", 3},
};

static quern_slips_word read(const char *text)
{
    quern_slips_word word;
    quern_slips_read(&word, (quern_string){text, strlen(text)});
    return word;
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_slips_word a = read(rows[i].a);
        quern_slips_word b = read(rows[i].b);
        for (uint32_t most = 0; most <= 3; most++) {
            uint32_t d = quern_slips_distance(&a, &b, most);
            CHECK_ROW(rows[i].a, rows[i].want <= most ? d == rows[i].want : d > most);
            uint32_t back = quern_slips_distance(&b, &a, most);
            CHECK_ROW(rows[i].b, rows[i].want <= most ? back == d : back > most);
        }
    }
    char longer[QUERN_SLIPS_MAX + 2];
    memset(longer, 'a', QUERN_SLIPS_MAX + 1);
    longer[QUERN_SLIPS_MAX + 1] = '\0';
    quern_slips_word a = read(longer);
    quern_slips_word b = read("\xFFx");
    CHECK(a.n == 0 && b.n == 0 && quern_slips_distance(&a, &a, 2) > 2);
}

/* The whole table. */
static uint32_t slow(const quern_slips_word *a, const quern_slips_word *b)
{
    static uint32_t t[70][70];
    for (uint32_t i = 0; i <= a->n; i++) {
        for (uint32_t j = 0; j <= b->n; j++) {
            uint32_t v = i + j;
            if (i && j) {
                v = t[i - 1][j - 1] + (a->chars[i - 1] != b->chars[j - 1]);
                v = t[i - 1][j] + 1 < v ? t[i - 1][j] + 1 : v;
                v = t[i][j - 1] + 1 < v ? t[i][j - 1] + 1 : v;
            }
            if (i > 1 && j > 1 && a->chars[i - 1] == b->chars[j - 2] &&
                a->chars[i - 2] == b->chars[j - 1] && t[i - 2][j - 2] + 1 < v) {
                v = t[i - 2][j - 2] + 1;
            }
            t[i][j] = v;
        }
    }
    return t[a->n][b->n];
}

static void test_random(void)
{
    uint64_t seed = check_seed(61);
    for (int i = 0; i < 50000; i++) {
        quern_slips_word w[2];
        for (int k = 0; k < 2; k++) {
            w[k].n = 1 + (uint32_t)(check_random(&seed) % 8);
            for (uint32_t c = 0; c < w[k].n; c++) {
                w[k].chars[c] = 'a' + (uint32_t)(check_random(&seed) % 3);
            }
        }
        uint32_t want = slow(&w[0], &w[1]);
        uint32_t most = (uint32_t)(check_random(&seed) % 4);
        uint32_t got = quern_slips_distance(&w[0], &w[1], most);
        CHECK(want <= most ? got == want : got > most);
    }
}

static CU_TestInfo tests[] = {
    {"rows", test_rows},
    {"random words", test_random},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/slips", tests)
