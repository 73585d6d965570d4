/* SPDX-License-Identifier: MIT */
/* copies_test - passages that say the same, or nearly, are shown once: which of the articles, how
 * many copies, what fills up, what is never folded; and the same as a plain answer of which the
 * copies were struck out. Of the native engine, or the one that QUERN_TEST_ENGINE names. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static char dir[LIBRARY_DIR];

static quern_reader *reader_of(const char *const (*articles)[3], size_t n, int no_text)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    options.no_text = no_text;
    quern_index *index = library_make(dir, &options);
    quern_writer *w = library_writer(index);
    for (size_t i = 0; i < n; i++) {
        CHECK(!library_put(w, articles[i][0], articles[i][2] ? articles[i][2] : "", articles[i][1],
                           &err));
        if (i % 3 == 2) { /* some segments */
            CHECK(!quern_writer_commit(w, &err));
        }
    }
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_index_close(index);
    return reader;
}

/* The answer in one line: "a+2 b" is a with two copies, then b. */
static void check_answer(quern_reader *reader, const char *text,
                         const quern_search_options *options, const char *want)
{
    char got[256] = "";
    quern_hits *hits = library_hits(reader, text, options);
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

static const char *const wires[][3] = {
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
    library_remove(dir, NULL);
}

static void test_totals(void)
{
    quern_reader *reader = reader_of(wires, N_WIRES, 0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    quern_totals totals = QUERN_TOTALS_INIT;
    options.fold = options.count = 1;
    for (options.articles = 1; options.articles < 9; options.articles++) {
        quern_hits *hits = library_hits(reader, "chips", &options);
        CHECK(quern_hits_totals(hits, &totals) == QUERN_OK && totals.exact);
        CHECK(totals.articles == 6 && totals.passages == 6);
        quern_hits_free(hits);
    }
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

static void test_no_text(void)
{
    quern_reader *reader = reader_of(wires, N_WIRES, 1);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.fold = 1;
    check_answer(reader, "chips", &options, "a b c e d f");
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

/* ---- Many ---- */

enum { N_MANY = 400, N_TEXTS = 23 };

/* Whether two texts are one but for case: the model of what is the same. */
static int same_text(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

/* Where each word of a text ends; returns how many there are. */
static size_t words_of(const char *text, size_t ends[100])
{
    size_t n = 0, i;
    for (i = 0; text[i]; i++) {
        if (text[i] == ' ') {
            ends[n++] = i;
        }
    }
    ends[n++] = i;
    return n;
}

/* How many runs of five words both texts have, where each has none twice. */
static size_t common_of(const char *a, const char *b, size_t *n_a, size_t *n_b)
{
    size_t x[100], y[100], common = 0;
    *n_a = words_of(a, x);
    *n_b = words_of(b, y);
    for (size_t i = 4; i < *n_a; i++) {
        for (size_t j = 4; j < *n_b; j++) {
            size_t from = i > 4 ? x[i - 5] + 1 : 0, at = j > 4 ? y[j - 5] + 1 : 0;
            common += x[i] - from == y[j] - at && strncasecmp(a + from, b + at, x[i] - from) == 0;
        }
    }
    *n_a -= *n_a < 4 ? *n_a : 4;
    *n_b -= *n_b < 4 ? *n_b : 4;
    return common;
}

/* Whether texts whose shingles are all different have four fifths of them in common. */
static int near_text(const char *a, const char *b)
{
    size_t n, m, common = common_of(a, b, &n, &m);
    return same_text(a, b) || (common > 0 && 5 * common >= 4 * (n + m - common));
}

/* The first n of the plain answer that are no copies, against the folded answer. Returns how many
 * copies there are. */
static uint64_t check_many(quern_reader *reader, const quern_hits *plain, uint32_t n)
{
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.articles = n;
    options.fold = 1;
    quern_hits *folded = library_hits(reader, "chips", &options);
    quern_hit want[N_MANY];
    size_t n_want = 0, i;
    uint64_t n_copies = 0;
    for (i = 0; i < quern_hits_count(plain); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        size_t j = 0;
        CHECK(quern_hits_get(plain, i, &hit) == QUERN_OK);
        while (j < n_want && !same_text(want[j].text.data, hit.text.data)) {
            j++;
        }
        for (size_t k = 0; j == n_want && k < n_want; k++) {
            if (near_text(want[k].text.data, hit.text.data)) {
                j = k;
                break;
            }
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
        n_copies += hit.copies;
    }
    quern_hits_free(folded);
    return n_copies;
}

static char texts[N_MANY][600], names[N_MANY][8];

/* Searches N_MANY articles of the texts. */
static uint64_t check_texts(uint32_t n_most)
{
    static const char *articles[N_MANY][3];
    uint64_t n_copies = 0;
    for (size_t i = 0; i < N_MANY; i++) {
        snprintf(names[i], sizeof names[i], "%03zu", i);
        articles[i][0] = names[i];
        articles[i][1] = texts[i];
    }
    quern_reader *reader = reader_of(articles, N_MANY, 0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.articles = N_MANY;
    quern_hits *plain = library_hits(reader, "chips", &options);
    CHECK(quern_hits_count(plain) == N_MANY);
    for (uint32_t n = 1; n <= n_most; n += 1 + n / 8) {
        n_copies = check_many(reader, plain, n);
    }
    quern_hits_free(plain);
    quern_reader_free(reader);
    library_remove(dir, NULL);
    return n_copies;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* A few texts, each many times, with some words before and with capitals. */
static void test_many(void)
{
    uint32_t seed = 7;
    for (size_t i = 0; i < N_MANY; i++) {
        unsigned which = next_random(&seed) % N_TEXTS;
        size_t at =
            (size_t)snprintf(texts[i], sizeof texts[i], "chips %s", which % 2 ? "chips" : "");
        for (unsigned k = 0; k < which; k++) {
            at += (size_t)snprintf(texts[i] + at, sizeof texts[i] - at, " x%uy%u", which, k);
        }
        texts[i][0] = seed >> 30 ? 'C' : 'c';
    }
    check_texts(N_TEXTS + 1);
}

/* A word of letters for two numbers. */
static const char *word_of(char out[8], char first, unsigned a, unsigned b)
{
    snprintf(out, 8, "%c%c%c%c%c", first, 'a' + a / 26, 'a' + a % 26, 'a' + b / 26, 'a' + b % 26);
    return out;
}

/* Texts of fifty words, of which each has some other ones: on both sides of the threshold. */
static void test_near(void)
{
    uint32_t seed = 11;
    for (unsigned i = 0; i < N_MANY; i++) {
        unsigned which = next_random(&seed) % 5;
        unsigned n_edits = next_random(&seed) % 4;
        unsigned edits[3] = {next_random(&seed) % 50, next_random(&seed) % 50,
                             next_random(&seed) % 50};
        size_t at = (size_t)snprintf(texts[i], sizeof texts[i], "chips");
        for (unsigned k = 0; k < 50; k++) {
            char word[8];
            int is_edit = 0;
            for (unsigned e = 0; e < n_edits; e++) {
                is_edit |= edits[e] == k;
            }
            word_of(word, is_edit ? 'e' : 'w', k, is_edit ? i : which);
            at += (size_t)snprintf(texts[i] + at, sizeof texts[i] - at, " %s", word);
        }
    }
    CHECK(check_texts(N_MANY) > 100);
}

/* ---- Near by hand ---- */

#define TAIL                                                                                       \
    "the bank said on friday that it would not raise its rates before the summer as prices of "    \
    "chips had fallen for a third month"

static const char *const stories[][3] = {
    {"a", "Chips: " TAIL "."},
    {"b", "LONDON (Agency) - " TAIL "!"}, /* three other words in front */
    {"c", "Chips: the bank said on friday that it would not raise its rates before the winter as "
          "prices of chips had risen for a fourth month."},
    {"d", "Chips: “" TAIL "”."}, /* punctuation alone */
    {"e", "Chips for four"},
    {"f", "Chips - for four"},         /* under five words */
    {"g", "Chips: " TAIL " of 2024."}, /* another number, and another place in the title */
    {"h", "Chips: " TAIL " in Leeds.", "Leeds"},
    {"i", "Chips: " TAIL " in Leeds", "News from Leeds"},
};

static void test_by_hand(void)
{
    quern_reader *reader = reader_of(stories, sizeof stories / sizeof *stories, 0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    check_answer(reader, "bank chips", &options, "a c d g h i b e f");
    options.fold = 1;
    check_answer(reader, "bank chips", &options, "a+2 c g h+1 e f");
    check_answer(reader, "four", &options, "e f");
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

static CU_TestInfo tests[] = {
    {"copies", test_copies},
    {"totals count all", test_totals},
    {"texts not stored", test_no_text},
    {"many, as a plain answer without copies", test_many},
    {"near, by hand", test_by_hand},
    {"near, as a plain answer without them", test_near},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/copies", tests)
