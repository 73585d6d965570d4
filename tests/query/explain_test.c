/* SPDX-License-Identifier: MIT */
/* explain_test - reasons add up to the score of their hit, and each is what the formula makes of
 * the figures it gives. Of the native engine to the last bit; another one (QUERN_TEST_ENGINE) may
 * round the sum otherwise, by less than a unit a reason, which the largest of them takes. */
#include "base/bm25.h"
#include "quern/quern.h"
#include "tests/check.h"
#include "tests/library.h"
#include "tests/query/marks_model.h"
#include "tests/random_articles.h"

#include <math.h>
#include <string.h>

static const char *engine;

static quern_index *create(char dir[LIBRARY_DIR])
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = engine;
    return library_make(dir, &options);
}

static void check_explanation(const char *row, const quern_explanation *e, const quern_hit *hit,
                              const quern_search_options *options)
{
    double sum = 0;
    double off = 0;
    quern_bm25 model = {e->k1, e->b, e->average_length};
    CHECK_ROW(row, e->score == hit->score && e->n_reasons > 0);
    CHECK_ROW(row, options->k1 == 0 || e->k1 == options->k1);
    for (size_t i = 0; i < e->n_reasons; i++) {
        const quern_reason *r = &e->reasons[i];
        sum += r->score;
        if (r->kind == QUERN_REASON_SELECTS || r->kind == QUERN_REASON_EXCLUDES) {
            CHECK_ROW(row, r->score == 0 && r->word.len > 0);
            continue;
        }
        CHECK_ROW(row, r->tf > 0 && r->tf <= e->length && r->passages <= e->passages);
        CHECK_ROW(row, r->idf == quern_bm25_idf(e->passages, r->passages));
        CHECK_ROW(row, r->word.len > 0 && r->term.len > 0);
        int64_t units = quern_bm25_contribution(&model, r->boost * r->idf, r->tf, e->length);
        off += fabs(r->score * QUERN_BM25_ONE - (double)units);
    }
    CHECK_ROW(row, sum == hit->score);
    CHECK_ROW(row, engine ? off <= (double)e->n_reasons : off == 0);
}

static void ask(quern_reader *reader, const char *text, const quern_search_options *options,
                size_t *n_hits)
{
    quern_hits *hits = library_hits(reader, text, options);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        quern_explanation e = QUERN_EXPLANATION_INIT;
        CHECK(quern_hits_get(hits, i, &hit) == QUERN_OK);
        CHECK_ROW(text, quern_hits_explain(hits, i, &e) == QUERN_OK);
        check_explanation(text, &e, &hit, options);
    }
    *n_hits += quern_hits_count(hits);
    quern_hits_free(hits);
}

static void fill(quern_index *index, uint64_t *seed)
{
    static char text[20000];
    quern_error err;
    for (int round = 0; round < 3; round++) {
        quern_writer *writer = library_writer(index);
        for (int i = 0; i < 30; i++) {
            char source[32];
            char title[400];
            snprintf(source, sizeof source, "a%d", (int)(check_random(seed) % 60));
            random_title(seed, title, sizeof title);
            random_text(seed, check_random(seed) % 400, text, sizeof text);
            CHECK(library_put(writer, source, title, text, &err) == QUERN_OK);
        }
        library_commit(writer);
    }
}

static void test_random(void)
{
    char dir[LIBRARY_DIR];
    size_t n_hits = 0;
    uint64_t seed = check_seed(59);
    engine = getenv("QUERN_TEST_ENGINE");
    quern_index *index = create(dir);
    fill(index, &seed);
    quern_reader *reader = library_reader(index);
    for (int i = 0; i < 200; i++) {
        char line[1000];
        quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
        options.explain = 1;
        options.all_passages = i % 2;
        options.k1 = i % 3 ? 0 : 2.0;
        options.b = i % 5 ? 0 : 0.3;
        if (i % 2 || engine) {
            random_query(&seed, line, sizeof line);
        } else {
            marks_model_typed(&seed, line, sizeof line);
        }
        ask(reader, line, &options, &n_hits);
    }
    CHECK(n_hits > 500);
    quern_reader_free(reader);
    library_remove(dir, index);
}

static void test_contract(void)
{
    char dir[LIBRARY_DIR];
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_explanation e = QUERN_EXPLANATION_INIT;
    quern_explanation unset = {.size = 0};
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    engine = getenv("QUERN_TEST_ENGINE");
    quern_index *index = create(dir);
    quern_writer *writer = library_writer(index);
    CHECK(library_put(writer, "a", "Of chips", "Chips, and a chip of $4bn.", &err) == QUERN_OK);
    library_commit(writer);
    quern_reader *reader = library_reader(index);
    CU_ASSERT_FATAL(quern_query_parse(reader, QUERN_STR("chip chip"), &query, &err) == QUERN_OK);
    CHECK(quern_search(reader, query, &options, &hits, &err) == QUERN_OK);
    CHECK(quern_hits_explain(hits, 0, &e) == QUERN_E_INVALID);
    quern_hits_free(hits);
    options.explain = 1;
    CHECK(quern_search(reader, query, &options, &hits, &err) == QUERN_OK);
    CHECK(quern_hits_explain(hits, 0, &unset) == QUERN_E_INVALID);
    CHECK(quern_hits_explain(hits, 1, &e) == QUERN_E_INVALID);
    CHECK(quern_hits_explain(hits, 0, &e) == QUERN_OK);
    CU_ASSERT_FATAL(e.n_reasons == 1);
    CHECK(e.reasons[0].tf == 3 && e.reasons[0].boost == 2.0 && e.passages == 1);
    CHECK(strcmp(e.reasons[0].term.data, "chip") == 0);
    CHECK(strcmp(e.reasons[0].word.data, "chips") == 0); /* in the title */
    quern_hits_free(hits);
    quern_query_free(query);
    quern_reader_free(reader);
    library_remove(dir, index);
}

static CU_TestInfo tests[] = {
    {"random articles and queries", test_random},
    {"contract", test_contract},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/explain", tests)
