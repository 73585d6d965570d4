/* SPDX-License-Identifier: MIT */
/* suggest_test - what may have been meant by a word, and words that go on as typed; on the engine
 * that QUERN_TEST_ENGINE names. */
#include "quern/quern.h"
#include "tests/check.h"
#include "tests/library.h"

#include <string.h>

static char dir[LIBRARY_DIR];
static quern_index *index_of_words;
static quern_reader *reader;

/* An index in which words are in as many passages as their rows say, over three segments. */
static void open_index(void)
{
    static const struct {
        const char *word;
        int n;
    } words[] = {{"Bedrock", 4},   {"commitment", 5}, {"Trainium", 4}, {"Tranium", 1},
                 {"valuation", 3}, {"brown", 1},      {"crown", 9},    {"chips", 6},
                 {"café", 4},      {"straße", 5},     {"h100", 4},     {"deleted", 5},
                 {"colour", 5}};
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    index_of_words = library_make(dir, &options);
    for (int round = 0; round < 3; round++) {
        quern_writer *writer = library_writer(index_of_words);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            for (int k = round; k < words[i].n; k += 3) {
                char source[64];
                snprintf(source, sizeof source, "%s%d", words[i].word, k);
                CHECK(library_put(writer, source, "", words[i].word, &err) == QUERN_OK);
            }
        }
        CHECK(quern_writer_commit(writer, &err) == QUERN_OK);
        for (int k = 0; round == 2 && k < 5; k++) {
            char source[64];
            snprintf(source, sizeof source, "deleted%d", k);
            CHECK(quern_writer_delete(writer, quern_str(source), QUERN_STR(""), NULL, &err) ==
                  QUERN_OK);
        }
        library_commit(writer);
    }
    reader = library_reader(index_of_words);
}

static void close_index(void)
{
    quern_reader_free(reader);
    library_remove(dir, index_of_words);
}

static const struct row {
    const char *typed, *better, *plain;
} rows[] = {
    {"Bedrok", "Bedrock", "Bedrock"},
    {"bedrok", "bedrock", "bedrock"},
    {"BEDROK", "BEDROCK", "BEDROCK"},
    {"comitment", "commitment", "commitment"},
    {"commitmetn", "commitment", "commitment"}, /* a swap */
    {"comitmnt", "commitment", "commitment"},   /* two slips in a long word */
    {"vluatoin", "valuation", "valuation"},
    {"chps", "chips", "chips"},
    {"chp", "", "chp"},                  /* two slips in a short one */
    {"hcips", "chips", "chips"},         /* the first character, where nothing has it */
    {"Tranium", "Trainium", "Trainium"}, /* there is one, and four of the other */
    {"Trainium", "", "Trainium"},
    {"brown", "", "brown"}, /* it begins otherwise */
    {"bedrock", "", "bedrock"},
    {"Bedrok's price", "Bedrock's price", "Bedrock price"},
    {"\"Bedrok commitment\" -chps", "\"Bedrock commitment\" -chips", "Bedrock commitment chips"},
    {"bedrok, bedrok", "bedrock, bedrock", "bedrock bedrock"},
    {"h101", "", "h101"},     /* numbers are no slips */
    {"delted", "", "delted"}, /* all that have it are gone */
    {"cafe", "", "cafe"},
    {"xyzzyx", "", "xyzzyx"},
    {"$4bn", "", ""},
    {"", "", ""},
    {"\xFF \x01", "", ""},
};

static void test_rows(void)
{
    open_index();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_error err;
        quern_suggestions *s = NULL;
        CHECK_ROW(rows[i].typed,
                  quern_suggest(reader, quern_str(rows[i].typed), &s, &err) == QUERN_OK);
        CHECK_ROW(rows[i].typed, strcmp(quern_suggestions_text(s), rows[i].better) == 0);
        CHECK_ROW(rows[i].typed, strcmp(quern_suggestions_plain(s), rows[i].plain) == 0);
        quern_suggestions_free(s);
    }
    quern_error err;
    quern_suggestions *s = NULL;
    quern_suggestion item = QUERN_SUGGESTION_INIT;
    CHECK(quern_suggest(reader, QUERN_STR("chips Tranium"), &s, &err) == QUERN_OK);
    CHECK(quern_suggestions_count(s) == 2 && quern_suggestions_count(NULL) == 0);
    CHECK(quern_suggestions_get(s, 1, &item) == QUERN_OK);
    CHECK(item.start == 6 && item.end == 13 && item.passages == 1 && item.better_passages == 4);
    CHECK(strcmp(item.better.data, "Trainium") == 0);
    CHECK(quern_suggestions_get(s, 0, &item) == QUERN_OK);
    CHECK(item.passages == 6 && item.better_passages == 0 && item.better.len == 0);
    CHECK(quern_suggestions_get(s, 2, &item) == QUERN_E_INVALID);
    quern_suggestions_free(s);
    quern_suggestions_free(NULL);
    CHECK(quern_suggest(NULL, QUERN_STR("x"), &s, &err) == QUERN_E_INVALID && s == NULL);
    close_index();
}

/* A word that stands for the same as one that is found is no slip. */
static void test_spellings(void)
{
    quern_query_options options = QUERN_QUERY_OPTIONS_INIT;
    open_index();
    for (options.spellings = 0; options.spellings < 2; options.spellings++) {
        quern_error err;
        quern_suggestions *s = NULL;
        quern_suggestion item = QUERN_SUGGESTION_INIT;
        CHECK(quern_suggest_with(reader, QUERN_STR("color"), &options, &s, &err) == QUERN_OK);
        CHECK(strcmp(quern_suggestions_text(s), options.spellings ? "" : "colour") == 0);
        CHECK(quern_suggestions_get(s, 0, &item) == QUERN_OK);
        CHECK(item.passages == (options.spellings ? 5u : 0u));
        quern_suggestions_free(s);
    }
    close_index();
}

typedef struct listing {
    char text[400];
    int left; /* words before it stops */
} listing;

static int list(quern_string word, uint64_t passages, void *payload)
{
    listing *l = payload;
    size_t at = strlen(l->text);
    snprintf(l->text + at, sizeof l->text - at, "%s%.*s %d", at ? ", " : "", (int)word.len,
             word.data, (int)passages);
    return --l->left == 0;
}

static void check_complete(const char *prefix, size_t n, int stop, const char *want)
{
    quern_error err;
    listing l = {"", stop};
    CHECK_ROW(prefix, quern_complete(reader, quern_str(prefix), n, list, &l, &err) == QUERN_OK);
    CHECK_ROW(prefix, strcmp(l.text, want) == 0);
}

static void test_complete(void)
{
    quern_error err;
    listing l = {"", 0};
    open_index();
    check_complete("tra", 20, 0, "trainium 4, tranium 1");
    check_complete("TRA", 1, 0, "trainium 4");
    check_complete("c", 2, 0, "crown 9, chips 6");
    check_complete("c", 20, 1, "crown 9");
    check_complete("caf", 20, 0, "cafe 4");
    check_complete("del", 20, 0, ""); /* in deleted passages alone */
    check_complete("xyzzyx", 20, 0, "");
    check_complete("", 20, 0, "");
    check_complete("\xFF", 20, 0, "");
    CHECK(quern_complete(reader, QUERN_STR("c"), 0, list, &l, &err) == QUERN_E_INVALID);
    CHECK(quern_complete(NULL, QUERN_STR("c"), 1, list, &l, &err) == QUERN_E_INVALID);
    close_index();
}

static CU_TestInfo tests[] = {
    {"what may have been meant", test_rows},
    {"words that go on", test_complete},
    {"spellings", test_spellings},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/suggest", tests)
