/* SPDX-License-Identifier: MIT */
/* languages_test - lists in their one form, tags of articles, and a table that says of every
 * language what libstemmer says. */
#include "stemmer/languages.h"

#include "stemmer/stem.h"
#include "tests/check.h"

#include <string.h>

static void test_lists(void)
{
    static const struct {
        const char *text, *want; /* NULL: not taken */
    } rows[] = {
        {"english", "english"},
        {"EN", "EN"}, /* one alone stays as it is, so that its index has the same bytes */
        {"none", "none"},
        {"en,de,fr", "english,german,french"},
        {" German , eng,DEU,ru ", "german,english,russian"},
        {"en,", "english"},
        {"nb,nn", "norwegian"},
        {"english,klingon", "english,klingon"}, /* whoever makes the analysis says no */
        {"english,none", NULL},
        {"none,english", NULL},
        {",english", NULL},
        {"english,,german", NULL},
        {",", NULL},
        {"", NULL},
        {"abcdefghijklmnopqrstuvwxyzabcdefghij", NULL},
        {"en,abcdefghijklmnopqrstuvwxyzabcdefghij", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[QUERN_LANGUAGES_BYTES];
        quern_error err;
        quern_status status = quern_languages_read(rows[i].text, got, &err);
        CHECK_ROW(rows[i].text, status == (rows[i].want ? QUERN_OK : QUERN_E_SYNTAX));
        CHECK_ROW(rows[i].text, !rows[i].want || strcmp(got, rows[i].want) == 0);
        char again[QUERN_LANGUAGES_BYTES];
        CHECK_ROW(rows[i].text, status || (quern_languages_read(got, again, &err) == QUERN_OK &&
                                           strcmp(got, again) == 0));
    }
}

/* More distinct names than any library has, and no byte past the end. */
static void test_too_many(void)
{
    char text[4096] = "";
    char got[QUERN_LANGUAGES_BYTES];
    quern_error err;
    for (int i = 0; i < 200; i++) {
        snprintf(text + strlen(text), 16, "language%d,", i);
    }
    CHECK(quern_languages_read(text, got, &err) == QUERN_E_SYNTAX);
    CHECK(strlen(got) < QUERN_LANGUAGES_BYTES);
}

static void test_tags(void)
{
    static const struct {
        const char *tag, *name;
        int want;
    } rows[] = {
        {"en", "english", 1},        {"en-GB", "english", 1},    {"EN_us", "english", 1},
        {"English", "english", 1},   {"eng", "en", 1},           {"de-AT-1996", "german", 1},
        {"deu", "german", 1},        {"nb-NO", "norwegian", 1},  {"sr-Latn", "serbian", 1},
        {"en", "german", 0},         {"", "english", 0},         {"-", "english", 0},
        {"enx", "english", 0},       {"klingon", "klingon", 1},  {"tlh", "klingon", 0},
        {"rue--utf8", "russian", 0}, {"ru--utf8", "russian", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(rows[i].tag,
                  quern_languages_is(quern_str(rows[i].tag), rows[i].name) == rows[i].want);
    }
}

/* What a code means is the language that libstemmer has under it. */
static void test_codes(void)
{
    static const char codes[] = "ar,hy,eu,ca,da,nl,en,fi,fr,de,el,hi,hu,id,ga,it,lt,ne,no,pt,ro,ru,"
                                "sr,es,sv,ta,tr,yi";
    static const char names[] =
        "arabic,armenian,basque,catalan,danish,dutch,english,finnish,french,german,greek,hindi,"
        "hungarian,indonesian,irish,italian,lithuanian,nepali,norwegian,portuguese,romanian,"
        "russian,serbian,spanish,swedish,tamil,turkish,yiddish";
    char got[QUERN_LANGUAGES_BYTES];
    char name[QUERN_LANGUAGE_BYTES];
    quern_error err;
    CHECK(quern_languages_read(codes, got, &err) == QUERN_OK && strcmp(got, names) == 0);
    for (const char *list = codes; quern_languages_next(&list, name);) {
        quern_stemmer *stemmer = NULL;
        CHECK_ROW(name, quern_stem_new(name, &stemmer, &err) == QUERN_OK);
        quern_stem_free(stemmer);
    }
    for (const char *list = names; quern_languages_next(&list, name);) {
        quern_stemmer *stemmer = NULL;
        CHECK_ROW(name, quern_stem_new(name, &stemmer, &err) == QUERN_OK);
        quern_stem_free(stemmer);
    }
}

static void test_same(void)
{
    CHECK(quern_language_same("en", "english") && quern_language_same(NULL, "eng"));
    CHECK(quern_language_same("en,de", "english,german"));
    CHECK(!quern_language_same("en,de", "german,english") && !quern_language_same("en", "en,de"));
    CHECK(!quern_language_same("none", "english") && !quern_language_same(",", ","));
}

static CU_TestInfo tests[] = {{"lists", test_lists},   {"too many", test_too_many},
                              {"tags", test_tags},     {"codes", test_codes},
                              {"the same", test_same}, CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("stemmer/languages", tests)
