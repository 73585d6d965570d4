/* SPDX-License-Identifier: MIT */
#include "stemmer/function_words.h"

#include "stemmer/analysis.h"
#include "tests/check.h"

#include <string.h>

static int is_one(const char *word)
{
    return quern_function_word_english(word, strlen(word));
}

/* One of each class, and the first and last of the list: a list out of order would lose some. */
static void test_english(void)
{
    static const char *const words[] = {"a",    "an",    "the",  "and",    "of",    "into",  "your",
                                        "what", "which", "does", "should", "those", "whose", "you"};
    static const char *const others[] = {"",   "may",  "will",     "us",   "it",     "chips",
                                         "th", "thee", "withouts", "howe", "whoever"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        CHECK_ROW(words[i], is_one(words[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK_ROW(others[i], !is_one(others[i]));
    }
    CHECK(!quern_function_word_english("the\0", 4));
}

/* By the form that was typed, whatever the stem; in the language of the analysis. */
static void test_language(void)
{
    static const struct {
        const char *language, *text;
        int want;
    } rows[] = {{"english", "Does", 1},
                {"english", "doe", 0},
                {"english", "THE", 1},
                {"german", "the", 0},
                {"none", "the", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_analysis *analysis = NULL;
        quern_tokens tokens = {0};
        quern_error err;
        CU_ASSERT_FATAL(quern_analysis_new(rows[i].language, &analysis, &err) == QUERN_OK);
        CU_ASSERT_FATAL(quern_analysis_text(analysis, rows[i].text, strlen(rows[i].text), &tokens,
                                            &err) == QUERN_OK &&
                        tokens.n == 1);
        CHECK_ROW(rows[i].text,
                  quern_analysis_is_function_word(analysis, tokens.items[0].form) == rows[i].want);
        quern_tokens_finish(&tokens);
        quern_analysis_free(analysis);
    }
}

static CU_TestInfo tests[] = {
    {"English", test_english}, {"the form in its language", test_language}, CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("stemmer/function_words", tests)
