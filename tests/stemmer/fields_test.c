/* SPDX-License-Identifier: MIT */
/* fields_test - the terms of fields and titles, as indexed and as looked for. */
#include "stemmer/fields.h"
#include "tests/check.h"

#include <string.h>

#define TEXT_MAX 4096

/* Appends "name/sort:bytes|". */
static int print_term(const char *term, size_t len, void *payload)
{
    char *out = payload;
    size_t name = strnlen(term + 1, len - 1);
    CHECK(term[0] == QUERN_TERM_FIELD && len >= name + 3 && len <= QUERN_TERM_MAX);
    snprintf(out + strlen(out), TEXT_MAX - strlen(out), "%.*s/%c:%.*s|", (int)name, term + 1,
             term[name + 2], (int)(len - name - 3), term + name + 3);
    return 0;
}

static void test_terms(void)
{
    static const struct {
        const char *title, *name, *value, *want;
    } rows[] = {
        {"", "tag", "", "tag/v:|"},
        {"Amazon’s Chips", "Section", " Business News\n",
         "section/v:business news|section/w:business|section/w:news|"
         "title/w:amazon|title/s:amazon|title/w:chips|title/s:chip|"},
        {"Café", "", "x", "title/w:cafe|title/s:cafe|"},
        {"東京", "price", "$4bn",
         "price/v:$4bn|price/w:4000000000 USD|price/w:4000000000|"
         "price/w:4bn|title/w:東京|"},
        {"", "url", "https://a.b/c?d",
         "url/v:https://a.b/c?d|url/w:https|url/w:a.b|url/w:c|url/w:d|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_analysis *analysis = NULL;
        quern_tokens tokens = {0};
        char got[TEXT_MAX] = "";
        char row[300];
        quern_field field = {quern_str(rows[i].name), quern_str(rows[i].value)};
        quern_field_source source = {quern_str(rows[i].title), &field, 1};
        CHECK(quern_analysis_new("english", &analysis, NULL) == QUERN_OK);
        CHECK(quern_fields_each(analysis, &tokens, &source, print_term, got, NULL) == QUERN_OK);
        snprintf(row, sizeof row, "row %zu: %.250s", i, got);
        CHECK_ROW(row, strcmp(got, rows[i].want) == 0);
        quern_tokens_finish(&tokens);
        quern_analysis_free(analysis);
    }
}

static int stop(const char *term, size_t len, void *payload)
{
    (void)term;
    (void)len;
    ++*(int *)payload;
    return 1;
}

/* Terms are cut at a character, names that are too long have none, and a visitor may stop. */
static void test_limits(void)
{
    char term[QUERN_TERM_MAX];
    char name[QUERN_FIELD_NAME_MAX];
    char folded[QUERN_FIELD_NAME_MAX];
    char value[600];
    for (size_t i = 0; i < sizeof value; i += 2) {
        memcpy(value + i, "\xC3\xB8", 2); /* o with a stroke */
    }
    memset(name, 'N', sizeof name);
    quern_string long_name = {name, sizeof name};
    quern_string long_value = {value, sizeof value};
    quern_string folded_name = {folded, quern_field_name(long_name, folded)};
    CHECK(folded_name.len == sizeof name && folded[0] == 'n');
    long_name.len = sizeof value;
    long_name.data = value;
    CHECK(quern_field_name(long_name, folded) == 0);
    for (size_t cut = 1; cut < 4; cut++) {
        quern_string short_name = {folded_name.data, cut};
        size_t n = quern_field_term(term, short_name, QUERN_FIELD_WORD, long_value);
        CHECK(n <= QUERN_TERM_MAX && n >= QUERN_TERM_MAX - 1 && (n - cut - 3) % 2 == 0);
        n = quern_field_value_term(term, short_name, long_value);
        CHECK(n <= QUERN_TERM_MAX && n > cut + 3);
    }
    quern_analysis *analysis = NULL;
    quern_tokens tokens = {0};
    quern_error err;
    int calls = 0;
    quern_field_source source = {QUERN_STR("two words"), NULL, 0};
    CHECK(quern_analysis_new("english", &analysis, NULL) == QUERN_OK);
    CHECK(quern_fields_each(analysis, &tokens, &source, stop, &calls, &err) == QUERN_E_NOMEM);
    CHECK(calls == 1);
    quern_tokens_finish(&tokens);
    quern_analysis_free(analysis);
}

static CU_TestInfo tests[] = {{"terms", test_terms}, {"limits", test_limits}, CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/fields", tests)
