/* SPDX-License-Identifier: MIT */
/* copies_test - passages that say the same are shown once: which of the articles, how many copies,
 * what fills up, what is never folded; and the same as a plain answer of which the copies were
 * struck out. Of the native engine, or the one that QUERN_TEST_ENGINE names. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <ctype.h>
#include <string.h>

static char base[4096];
static char dir[4200];

static quern_reader *reader_of(const char *const (*articles)[2], size_t n, int no_text)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_reader *reader = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    options.no_text = no_text;
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/i", base);
    CU_ASSERT_FATAL(quern_index_create(dir, &options, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(!library_put(w, articles[i][0], "", articles[i][1], &err));
        if (i % 3 == 2) { /* some segments */
            CHECK(!quern_writer_commit(w, &err));
        }
    }
    CHECK(!quern_writer_commit(w, &err));
    quern_writer_close(w);
    CU_ASSERT_FATAL(quern_reader_open(index, &reader, &err) == QUERN_OK);
    quern_index_close(index);
    return reader;
}

static quern_hits *ask(quern_reader *reader, const char *text, const quern_search_options *options)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    CHECK_ROW(text, quern_query_parse(reader, quern_str(text), &query, &err) == QUERN_OK);
    CHECK_ROW(text, quern_search(reader, query, options, &hits, &err) == QUERN_OK && hits);
    quern_query_free(query);
    return hits;
}

/* The answer in one line: "a+2 b" is a with two copies, then b. */
static void check_answer(quern_reader *reader, const char *text,
                         const quern_search_options *options, const char *want)
{
    char got[256] = "";
    quern_hits *hits = ask(reader, text, options);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK(quern_hits_get(hits, i, &hit) == QUERN_OK);
        size_t at = strlen(got);
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%s", i ? " " : "", hit.source.data);
        if (hit.copies > 0) {
            snprintf(got + at, sizeof got - at, "+%llu", (unsigned long long)hit.copies);
        }
        CHECK(options->all_passages || hit.rank == i + 1);
    }
    if (strcmp(got, want) != 0) {
        printf("%s: wanted %s, got %s\n", text, want, got);
    }
    CHECK_ROW(text, strcmp(got, want) == 0);
    quern_hits_free(hits);
}

static const char *const wires[][2] = {
    {"a", "Chips chips grow."},
    {"b", "chips\n CHIPS  grow."},
    {"c", "Chips, chips grow!"},
    {"d", "A chip that nobody else writes of."},
    {"e", "Chips chips  grow. "},
    {"f", "Chips are another matter to many other writers."},
    {"g", "Äpfel und Birnen."},
    {"h", "ÄPFEL und\xC2\xA0"
          "Birnen."},
};
enum { N_WIRES = sizeof wires / sizeof *wires };

static void test_copies(void)
{
    quern_reader *reader = reader_of(wires, N_WIRES, 0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    check_answer(reader, "chips", &options, "a b c e d f");
    options.fold = 1;
    check_answer(reader, "chips", &options, "a+2 c d f");
    check_answer(reader, "äpfel", &options, "g+1");
    options.articles = 1; /* copies are looked for as far as the next that is none */
    check_answer(reader, "chips", &options, "a+1");
    options.articles = 2;
    check_answer(reader, "chips", &options, "a+2 c");
    options.articles = 3;
    check_answer(reader, "chips", &options, "a+2 c d");
    options.all_passages = 1;
    options.articles = 10;
    check_answer(reader, "chips", &options, "a b c e d f");
    options.all_passages = 0;
    options.places_only = 1;
    check_answer(reader, "chips", &options, "a b c e d f");
    quern_reader_free(reader);
    scratch_remove(base);
}

static void test_totals(void)
{
    quern_reader *reader = reader_of(wires, N_WIRES, 0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    quern_totals totals = QUERN_TOTALS_INIT;
    options.fold = options.count = 1;
    for (options.articles = 1; options.articles < 9; options.articles++) {
        quern_hits *hits = ask(reader, "chips", &options);
        CHECK(quern_hits_totals(hits, &totals) == QUERN_OK && totals.exact);
        CHECK(totals.articles == 6 && totals.passages == 6);
        quern_hits_free(hits);
    }
    quern_reader_free(reader);
    scratch_remove(base);
}

static void test_no_text(void)
{
    quern_reader *reader = reader_of(wires, N_WIRES, 1);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.fold = 1;
    check_answer(reader, "chips", &options, "a b c e d f");
    quern_reader_free(reader);
    scratch_remove(base);
}

/* ---- Many ---- */

enum { N_MANY = 400, N_TEXTS = 23 };

/* Whether two texts are one but for case: the model of what is folded. */
static int same_text(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

/* The first n of the plain answer that are no copies, against the folded answer. */
static void check_many(quern_reader *reader, const quern_hits *plain, uint32_t n)
{
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.articles = n;
    options.fold = 1;
    quern_hits *folded = ask(reader, "chips", &options);
    quern_hit want[N_MANY];
    size_t n_want = 0, i;
    for (i = 0; i < quern_hits_count(plain); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        size_t j = 0;
        CHECK(quern_hits_get(plain, i, &hit) == QUERN_OK);
        while (j < n_want && !same_text(want[j].text.data, hit.text.data)) {
            j++;
        }
        if (j == n_want && n_want == n) {
            break;
        }
        if (j == n_want) {
            want[n_want++] = hit;
        } else {
            want[j].copies++;
        }
    }
    CHECK(quern_hits_count(folded) == n_want);
    for (i = 0; i < quern_hits_count(folded) && i < n_want; i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK(quern_hits_get(folded, i, &hit) == QUERN_OK && hit.rank == i + 1);
        CHECK(strcmp(hit.source.data, want[i].source.data) == 0 && hit.score == want[i].score);
        CHECK(hit.copies == want[i].copies);
    }
    quern_hits_free(folded);
}

/* A few texts, each many times, with some words before and with capitals. */
static void test_many(void)
{
    static char texts[N_MANY][120], names[N_MANY][8];
    static const char *articles[N_MANY][2];
    uint32_t seed = 7;
    for (size_t i = 0; i < N_MANY; i++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned which = (seed >> 8) % N_TEXTS;
        size_t at =
            (size_t)snprintf(texts[i], sizeof texts[i], "chips %s", which % 2 ? "chips" : "");
        for (unsigned k = 0; k < which; k++) {
            at += (size_t)snprintf(texts[i] + at, sizeof texts[i] - at, " x%u", k);
        }
        texts[i][0] = seed >> 30 ? 'C' : 'c';
        snprintf(names[i], sizeof names[i], "%03zu", i);
        articles[i][0] = names[i];
        articles[i][1] = texts[i];
    }
    quern_reader *reader = reader_of(articles, N_MANY, 0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.articles = N_MANY;
    quern_hits *plain = ask(reader, "chips", &options);
    CHECK(quern_hits_count(plain) == N_MANY);
    for (uint32_t n = 1; n <= N_TEXTS + 1; n++) {
        check_many(reader, plain, n);
    }
    quern_hits_free(plain);
    quern_reader_free(reader);
    scratch_remove(base);
}

static CU_TestInfo tests[] = {
    {"copies", test_copies},
    {"totals count all", test_totals},
    {"texts not stored", test_no_text},
    {"many, as a plain answer without copies", test_many},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/copies", tests)
