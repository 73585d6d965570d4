/* SPDX-License-Identifier: MIT */
/* Suite of cli/options.c: values, and the nearest name. What is said to users is in *.sh. */
#include "cli/options.h"

#include "tests/check.h"

#include <string.h>

static void finds_the_nearest(void)
{
    static const char *const names[] = {"status", "check", "optimize", "rebuild",
                                        "remove", "list",  NULL};
    static const struct {
        const char *word, *want;
    } rows[] = {
        {"status", "status"},
        {"statsu", "status"},
        {"stauts", "status"},
        {"optimise", "optimize"},
        {"chekc", "check"},
        {"rebiuld", "rebuild"},
        {"lst", "list"},
        {"news", NULL},
        {"articles", NULL},
        {"", NULL},
        {"x", NULL},
        {"removed", "remove"},
        {"a-word-that-is-longer-than-any-name-may-be-here", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = quern_options_nearest(rows[i].word, names);
        CHECK_ROW(rows[i].word, rows[i].want ? got && strcmp(got, rows[i].want) == 0 : got == NULL);
    }
}

static void reads_sizes(void)
{
    static const struct {
        const char *text;
        int code;
        uint64_t want;
    } rows[] = {
        {"4096", 0, 4096},
        {"256M", 0, 256u << 20},
        {"256m", 0, 256u << 20},
        {"1G", 0, 1u << 30},
        {"1.5K", 0, 1536},
        {"64MB", 0, 64u << 20},
        {"64MiB", 0, 64u << 20},
        {"1T", 0, 1ull << 40},
        {"0", 0, 0},
        {"", -1, 0},
        {"M", -1, 0},
        {"-1", -1, 0},
        {"1X", -1, 0},
        {"1MM", -1, 0},
        {"99999999999T", -1, 0},
        {"nan", -1, 0},
        {" 1", -1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t got = 0;
        CHECK_ROW(rows[i].text, quern_options_size(rows[i].text, &got) == rows[i].code);
        CHECK_ROW(rows[i].text, got == rows[i].want);
    }
}

static void reads_numbers(void)
{
    uint64_t n = 0;
    double x = 0;
    CHECK(quern_options_count("10", 10, &n) == 0 && n == 10);
    CHECK(quern_options_count("11", 10, &n) == -1);
    CHECK(quern_options_count("-1", 10, &n) == -1);
    CHECK(quern_options_count("1x", 10, &n) == -1);
    CHECK(quern_options_count("", 10, &n) == -1);
    CHECK(quern_options_count("99999999999999999999999", UINT64_MAX, &n) == -1 && n == 10);
    CHECK(quern_options_number("0.75", 0, 1, &x) == 0 && x == 0.75);
    CHECK(quern_options_number("1.01", 0, 1, &x) == -1);
    CHECK(quern_options_number("nan", 0, 1, &x) == -1);
    CHECK(quern_options_number("", 0, 1, &x) == -1);
    CHECK(quern_options_number("0.5s", 0, 1, &x) == -1 && x == 0.75);
}

static CU_TestInfo tests[] = {
    {"finds the nearest", finds_the_nearest},
    {"reads sizes", reads_sizes},
    {"reads numbers", reads_numbers},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("cli/options", tests)
