/* SPDX-License-Identifier: MIT */
/* native_searcher_test - scores to the bit, phrases and titles, queries of hundreds of words,
 * 64-bit sums, fronts of longer answers, ranges. What the brute-force model (model_test.c) cannot
 * see: that integers add up exactly. */
#include "query/native_searcher.h"

#include "index/store.h"
#include "query/parse.h"
#include "tests/check.h"
#include "tests/library.h"
#include "tests/random_articles.h"

#include <string.h>

static const quern_bm25 model = {QUERN_BM25_K1, QUERN_BM25_B, 0};

typedef struct fixture {
    char dir[LIBRARY_DIR];
    quern_index *index;
    quern_snapshot *snapshot;
    quern_analysis *analysis;
} fixture;

static void fixture_open(fixture *f)
{
    quern_error err;
    memset(f, 0, sizeof *f);
    f->index = library_make(f->dir, NULL);
    CU_ASSERT_FATAL(quern_analysis_new("english", &f->analysis, &err) == QUERN_OK);
}

static void fixture_commit(fixture *f, quern_writer *w)
{
    quern_error err;
    library_commit(w);
    quern_snapshot_free(f->snapshot);
    CU_ASSERT_FATAL(quern_snapshot_open(f->index->vfs, f->index->path, 0, &f->snapshot, &err) ==
                    QUERN_OK);
}

static void fixture_close(fixture *f)
{
    quern_snapshot_free(f->snapshot);
    quern_analysis_free(f->analysis);
    library_remove(f->dir, f->index);
}

/* The k best of a query; to be finished. */
static quern_found_list ask(fixture *f, const char *text, size_t k, int count)
{
    quern_error err;
    quern_query *query = NULL;
    quern_native *native = NULL;
    quern_found_list list = {0};
    CHECK(quern_query_build(&(quern_query_language){.analysis = f->analysis}, quern_str(text),
                            &query, &err) == QUERN_OK);
    CHECK(quern_native_open(f->snapshot, &query->plan, &model, &native, &err) == QUERN_OK);
    CHECK(quern_native_top(native, k, count, &list, &err) == QUERN_OK);
    quern_native_free(native);
    quern_query_free(query);
    return list;
}

/* The score of passage 0 of segment 0, or -1. */
static int64_t score_of_first(fixture *f, const char *text)
{
    int64_t score = -1;
    quern_found_list list = ask(f, text, SIZE_MAX / 64, 0);
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].segment == 0 && list.items[i].passage == 0) {
            score = list.items[i].score;
        }
    }
    quern_found_list_finish(&list);
    return score;
}

/* What the formula gives: `times` the term, tf of it in a passage of len words. */
static int64_t by_formula(const fixture *f, double times, uint64_t n, uint32_t tf, uint32_t len)
{
    quern_bm25 m = model;
    m.avglen = (double)f->snapshot->sum_len / (double)f->snapshot->n_passages;
    return quern_bm25_contribution(&m, times * quern_bm25_idf(f->snapshot->n_passages, n), tf, len);
}

/* ---- Scores ---- */

static void test_scores(void)
{
    fixture f;
    quern_error err;
    fixture_open(&f);
    quern_writer *w = library_writer(f.index);
    CHECK(!library_put(w, "a", "", "red green red blue green red", &err));
    CHECK(!library_put(w, "b", "", "green grey", &err));
    CHECK(!library_put(w, "c", "", "grey grey white", &err));
    fixture_commit(&f, w);
    int64_t red = by_formula(&f, 1, 1, 3, 6);
    int64_t green = by_formula(&f, 1, 2, 2, 6);
    int64_t blue = by_formula(&f, 1, 1, 1, 6);
    CHECK(f.snapshot->n_passages == 3 && f.snapshot->sum_len == 11 && red > 0);
    const struct {
        const char *query;
        int64_t want;
    } rows[] = {
        {"red", red},
        {"red green", red + green},
        {"red absent green", red + green},
        {"red red", by_formula(&f, 2, 1, 3, 6)},
        {"grey", -1},
        {"\"red green\"", red + green},
        {"\"green red\"", red + green},
        {"\"red red\"", -1},
        {"\"green blue\"", -1},
        {"\"blue green red\"", red + green + blue},
        {"\"red green red\"", by_formula(&f, 2, 1, 3, 6) + green},
        {"red \"red green\"", 2 * red + green},
        {"red \"green grey\"", red},
        {"\"red green\" \"green red\"", 2 * red + 2 * green},
        {"\"red green\" \"red green\"", by_formula(&f, 2, 1, 3, 6) + by_formula(&f, 2, 2, 2, 6)},
        {"absent", -1},
        {"", -1},
        {"\"red absent\"", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(rows[i].query, score_of_first(&f, rows[i].query) == rows[i].want);
    }
    fixture_close(&f);
}

static void test_empty_index(void)
{
    fixture f;
    fixture_open(&f);
    fixture_commit(&f, library_writer(f.index));
    quern_found_list list = ask(&f, "red \"green blue\"", 10, 1);
    CHECK(list.n == 0 && list.n_passages == 0 && list.n_articles == 0);
    quern_found_list_finish(&list);
    fixture_close(&f);
}

/* ---- Titles ---- */

static void test_titles(void)
{
    static const struct {
        const char *query;
        size_t n;
    } rows[] = {{"\"cloud banks\"", 1},   {"\"banks learn\"", 0}, {"\"growth cloud\"", 1},
                {"\"learn growth\"", 2},  {"banks", 1},           {"growth", 2},
                {"\"market prices\"", 1}, {"prices", 1}};
    fixture f;
    quern_error err;
    fixture_open(&f);
    quern_writer *w = library_writer(f.index);
    /* Pooled: cloud banks | learn growth. Not pooled, as the text begins with it. */
    CHECK(!library_put(w, "a", "Cloud banks", "Learn growth.", &err));
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = quern_str("b");
    a.title = quern_str("Learn growth");
    a.text = quern_str("Learn growth\n\nCloud.");
    a.title_in_text = 1;
    CHECK(!quern_writer_put(w, &a, &err));
    CHECK(!library_put(w, "c", "Market prices", "", &err)); /* a title alone */
    fixture_commit(&f, w);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_found_list list = ask(&f, rows[i].query, 10, 1);
        CHECK_ROW(rows[i].query, list.n == rows[i].n && list.n_articles == rows[i].n);
        quern_found_list_finish(&list);
    }
    fixture_close(&f);
}

/* ---- Many words, wide sums ---- */

enum { N_WORDS = 700 };

/* Scores are sums: a query of 700 words, more than slots and tables, scores what they score one by
 * one. */
static void test_many_words(void)
{
    static char text[N_WORDS * 16];
    static char query[N_WORDS * 16];
    char word[16];
    fixture f;
    quern_error err;
    fixture_open(&f);
    quern_writer *w = library_writer(f.index);
    uint64_t seed = check_seed(11);
    for (int a = 0; a < 300; a++) {
        char source[16];
        size_t at = 0;
        for (int i = 0; i < 150; i++) {
            at += (size_t)snprintf(text + at, sizeof text - at, "%sw%llux",
                                   i ? i % 40 ? " " : ".\n\n" : "",
                                   (unsigned long long)(check_random(&seed) % N_WORDS));
        }
        snprintf(source, sizeof source, "%03d", a);
        CHECK(!library_put(w, source, "", text, &err));
    }
    fixture_commit(&f, w);
    size_t at = 0;
    int64_t *sums = calloc(f.snapshot->n_passages, sizeof *sums);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sums);
    for (int i = 0; i < N_WORDS; i++) {
        snprintf(word, sizeof word, "w%dx", i);
        at += (size_t)snprintf(query + at, sizeof query - at, "%s ", word);
        quern_found_list one = ask(&f, word, 100000, 0);
        for (size_t k = 0; k < one.n; k++) {
            sums[one.items[k].passage] += one.items[k].score;
        }
        quern_found_list_finish(&one);
    }
    quern_found_list all = ask(&f, query, 100000, 1);
    CHECK(f.snapshot->n_segments == 1 && all.n == f.snapshot->n_passages && all.n_articles == 300);
    int same = 1;
    for (size_t k = 0; k < all.n; k++) {
        same = same && all.items[k].score == sums[all.items[k].passage];
    }
    CHECK(same);
    quern_found_list_finish(&all);
    free(sums);
    fixture_close(&f);
}

/* A word typed 3,000 times scores beyond 32 bits, and so does what stands beside it. */
static void test_wide(void)
{
    static char query[3000 * 4 + 32];
    fixture f;
    quern_error err;
    fixture_open(&f);
    quern_writer *w = library_writer(f.index);
    CHECK(!library_put(w, "a", "", "red green red", &err));
    CHECK(!library_put(w, "b", "", "green grey", &err));
    fixture_commit(&f, w);
    for (int i = 0; i < 3000; i++) {
        strcpy(query + (size_t)i * 4, "red ");
    }
    int64_t want = by_formula(&f, 3000, 1, 2, 3);
    CHECK(want > INT32_MAX);
    CHECK(score_of_first(&f, query) == want);
    strcat(query, "green \"red green\"");
    want += by_formula(&f, 1, 2, 1, 3) * 2 + by_formula(&f, 1, 1, 2, 3);
    CHECK(score_of_first(&f, query) == want);
    fixture_close(&f);
}

/* ---- Fronts and ranges ---- */

static void fill_randomly(fixture *f, uint64_t *seed)
{
    static char text[20000];
    quern_error err;
    for (int commit = 0; commit < 4; commit++) {
        quern_writer *w = library_writer(f->index);
        for (int i = 0; i < 120; i++) {
            char source[32];
            char title[400];
            uint64_t removed;
            snprintf(source, sizeof source, "%llu", (unsigned long long)(check_random(seed) % 300));
            random_title(seed, title, sizeof title);
            if (check_random(seed) % 5 == 0) {
                strcpy(text, "The same growth of the same chips."); /* ties */
                title[0] = '\0';
            } else {
                random_text(seed, check_random(seed) % 300, text, sizeof text);
            }
            if (check_random(seed) % 6 == 0) {
                CHECK(!quern_writer_delete_source(w, quern_str(source), &removed, &err));
            } else {
                CHECK(!library_put(w, source, title, text, &err));
            }
        }
        fixture_commit(f, w);
    }
}

static int is_front(const quern_found_list *front, const quern_found_list *all, size_t k)
{
    int counted = front->is_partial ? front->n_passages > front->n && front->n_passages <= all->n
                                    : front->n_passages == all->n;
    int same = counted && front->n == (k < all->n ? k : all->n);
    for (size_t i = 0; same && i < front->n; i++) {
        same = front->items[i].score == all->items[i].score &&
               front->items[i].segment == all->items[i].segment &&
               front->items[i].passage == all->items[i].passage;
    }
    return same;
}

static void test_fronts(void)
{
    static const size_t ks[] = {1, 2, 3, 7, 10, 63, 100, 129, 1000};
    fixture f;
    fixture_open(&f);
    uint64_t seed = check_seed(13);
    fill_randomly(&f, &seed);
    printf("%zu segments, ", f.snapshot->n_segments);
    for (int q = 0; q < 60; q++) {
        char query[400];
        if (q == 0) {
            strcpy(query, "the same growth chips");
        } else {
            random_query(&seed, query, sizeof query);
        }
        quern_found_list all = ask(&f, query, f.snapshot->n_passages + 5, 1);
        for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
            quern_found_list front = ask(&f, query, ks[i], 0);
            CHECK_ROW(query, is_front(&front, &all, ks[i]));
            quern_found_list_finish(&front);
        }
        CHECK_ROW(query, all.n_passages == all.n);
        quern_found_list_finish(&all);
    }
    fixture_close(&f);
}

/* Any range has exactly those of the whole answer that lie in it, best first. */
static void check_range(fixture *f, quern_native *native, const quern_found_list *all,
                        uint64_t *seed)
{
    quern_topk top;
    quern_error err;
    uint32_t s = (uint32_t)(check_random(seed) % f->snapshot->n_segments);
    uint32_t n = quern_segment_get_info(f->snapshot->segments[s].segment)->ref.n_passages;
    uint32_t from = (uint32_t)(check_random(seed) % n);
    uint32_t to = from + (uint32_t)(check_random(seed) % (n - from + 1));
    size_t at = 0;
    int same = 1;
    quern_topk_init(&top, SIZE_MAX);
    CHECK(quern_native_range(native, s, from, to, &top, &err) == QUERN_OK);
    for (size_t i = 0; i < all->n; i++) {
        const quern_found *found = &all->items[i];
        if (found->segment == s && found->passage >= from && found->passage < to) {
            same = same && at < top.n && top.items[at].passage == found->passage &&
                   top.items[at].score == found->score;
            at++;
        }
    }
    CHECK(same && at == top.n);
    quern_topk_finish(&top);
}

static void test_ranges(void)
{
    fixture f;
    quern_error err;
    fixture_open(&f);
    uint64_t seed = check_seed(17);
    fill_randomly(&f, &seed);
    for (int q = 0; q < 60; q++) {
        char text[400];
        quern_query *query = NULL;
        quern_native *native = NULL;
        random_query(&seed, text, sizeof text);
        quern_found_list all = ask(&f, text, 100000, 0);
        CHECK(quern_query_build(&(quern_query_language){.analysis = f.analysis}, quern_str(text),
                                &query, &err) == QUERN_OK);
        CHECK(quern_native_open(f.snapshot, &query->plan, &model, &native, &err) == QUERN_OK);
        for (int i = 0; i < 20; i++) {
            check_range(&f, native, &all, &seed);
        }
        quern_native_free(native);
        quern_query_free(query);
        quern_found_list_finish(&all);
    }
    fixture_close(&f);
}

static CU_TestInfo tests[] = {
    {"scores", test_scores},  {"an empty index", test_empty_index},
    {"titles", test_titles},  {"many words", test_many_words},
    {"wide sums", test_wide}, {"fronts", test_fronts},
    {"ranges", test_ranges},  CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/native_searcher", tests)
