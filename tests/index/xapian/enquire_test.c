/* SPDX-License-Identifier: MIT */
/* enquire.h: weighting schemes, sorting, collapsing, cutoff, and asking. */
#include "fixture.h"

#include <math.h>
#include <string.h>

/* The weight of document 4 for "epsilon", under the scheme now in force. */
static double weight_now(xapian_c_enquire *enquire)
{
    xapian_c_hit hit = {0, 0, 0, 0, -1};
    xapian_c_mset *mset = xc_mset(enquire);
    OK(xapian_c_mset_get(mset, 0, &hit, &xc_err));
    CHECK(hit.docid == 4);
    xapian_c_mset_free(mset);
    return hit.weight;
}

static void test_bm25(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("epsilon"));
    xapian_c_bm25 p;
    double usual = weight_now(enquire);
    OK(xapian_c_enquire_weight_bm25(enquire, NULL, &xc_err));
    CHECK(weight_now(enquire) == usual);
    /* Lv and Zhai's idf: ln((N + 1) / n), with k1 1.2, b 0.75; document 4 has the mean length. */
    xapian_c_bm25_init(&p);
    p.k1 = 1.2;
    p.k2 = p.k3 = p.min_normlen = p.delta = 0;
    p.b = 0.75;
    OK(xapian_c_enquire_weight_bm25plus(enquire, &p, &xc_err));
    CHECK(fabs(weight_now(enquire) - log(6.0 / 1.0) * 2.2 / 2.2) < 1e-12);
    OK(xapian_c_enquire_weight_bm25plus(enquire, NULL, &xc_err));
    CHECK(weight_now(enquire) > usual);
    p.k3 = 1;
    p.delta = 3;
    OK(xapian_c_enquire_weight_bm25plus(enquire, &p, &xc_err));
    CHECK(fabs(weight_now(enquire) - 4 * log(6.0)) < 1e-12);
    xapian_c_bm25_init(NULL);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_schemes(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("epsilon"));
    OK(xapian_c_enquire_weight_bool(enquire, &xc_err));
    CHECK(weight_now(enquire) == 0);
    OK(xapian_c_enquire_weight_coord(enquire, &xc_err));
    CHECK(weight_now(enquire) == 1);
    OK(xapian_c_enquire_weight_trad(enquire, 1, &xc_err));
    CHECK(weight_now(enquire) > 0);
    OK(xapian_c_enquire_weight_tfidf(enquire, "ntn", &xc_err));
    CHECK(fabs(weight_now(enquire) - log(5)) < 1e-12);
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_tfidf(enquire, "q", &xc_err));
    OK(xapian_c_enquire_weight_inl2(enquire, 1, &xc_err));
    CHECK(weight_now(enquire) > 0);
    OK(xapian_c_enquire_weight_ifb2(enquire, 1, &xc_err));
    CHECK(weight_now(enquire) > 0);
    OK(xapian_c_enquire_weight_ineb2(enquire, 1, &xc_err));
    CHECK(weight_now(enquire) > 0);
    OK(xapian_c_enquire_weight_bb2(enquire, 1, &xc_err));
    CHECK(weight_now(enquire) >= 0);
    OK(xapian_c_enquire_weight_pl2(enquire, 1, &xc_err));
    CHECK(weight_now(enquire) >= 0);
    OK(xapian_c_enquire_weight_pl2plus(enquire, 1, 0.8, &xc_err));
    CHECK(weight_now(enquire) >= 0);
    OK(xapian_c_enquire_weight_dlh(enquire, &xc_err));
    CHECK(weight_now(enquire) >= 0);
    OK(xapian_c_enquire_weight_dph(enquire, &xc_err));
    CHECK(weight_now(enquire) >= 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_inl2(enquire, 0, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_ifb2(enquire, -1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_ineb2(enquire, 0, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_bb2(enquire, 0, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_pl2(enquire, 0, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_pl2plus(enquire, 1, 0, &xc_err));
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_language_models(void)
{
    static const int rows[] = {XAPIAN_C_SMOOTHING_TWO_STAGE, XAPIAN_C_SMOOTHING_DIRICHLET,
                               XAPIAN_C_SMOOTHING_ABSOLUTE_DISCOUNT,
                               XAPIAN_C_SMOOTHING_JELINEK_MERCER,
                               XAPIAN_C_SMOOTHING_DIRICHLET_PLUS};
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("epsilon"));
    xapian_c_lm p;
    OK(xapian_c_enquire_weight_lm(enquire, NULL, &xc_err));
    double usual = weight_now(enquire);
    CHECK(usual >= 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xapian_c_lm_init(&p);
        p.smoothing = rows[i];
        OK(xapian_c_enquire_weight_lm(enquire, &p, &xc_err));
        CHECK((weight_now(enquire) == usual) == (i == 0));
    }
    p.smoothing = 0;
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_lm(enquire, &p, &xc_err));
    p.smoothing = 6;
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_lm(enquire, &p, &xc_err));
    xapian_c_lm_init(NULL);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_sorting(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_key_maker *maker = NULL;
    OK(xapian_c_key_maker_new_values(&maker, &xc_err));
    OK(xapian_c_key_maker_add_value(maker, 1, 0, T(""), &xc_err));
    OK(xapian_c_enquire_weight_coord(enquire, &xc_err)); /* all weights equal */
    OK(xapian_c_enquire_sort_by_value(enquire, 0, 1, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "5 3 2 1");
    OK(xapian_c_enquire_sort_by_value(enquire, 0, 0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "1 2 3 5");
    OK(xapian_c_enquire_sort_by_value_then_relevance(enquire, 1, 0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "2 1 3 5");
    OK(xapian_c_enquire_sort_by_relevance_then_value(enquire, 0, 1, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "5 3 2 1");
    OK(xapian_c_enquire_sort_by_key_then_relevance(enquire, maker, 1, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "1 3 5 2");
    OK(xapian_c_enquire_sort_by_relevance_then_key(enquire, maker, 0, &xc_err));
    xapian_c_key_maker_free(maker); /* the enquire keeps it */
    SAME(T(xc_ranked(xc_mset(enquire))), "2 1 3 5");
    OK(xapian_c_enquire_sort_by_relevance(enquire, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "1 2 3 5");
    OK(xapian_c_enquire_set_docid_order(enquire, XAPIAN_C_DOCID_DESCENDING, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "5 3 2 1");
    OK(xapian_c_enquire_set_docid_order(enquire, XAPIAN_C_DOCID_DONT_CARE, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_docid_order(enquire, 3, &xc_err));
    OK(xapian_c_enquire_weight_bm25(enquire, NULL, &xc_err));
    OK(xapian_c_enquire_sort_by_relevance(enquire, &xc_err));
    CHECK(xc_ranked(xc_mset(enquire))[0] == '5'); /* three times alpha */
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_collapse_and_cutoff(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_buffer key = XAPIAN_C_BUFFER_INIT;
    xapian_c_hit hit;
    OK(xapian_c_enquire_weight_coord(enquire, &xc_err));
    OK(xapian_c_enquire_set_collapse(enquire, 1, 1, &xc_err));
    xapian_c_mset *mset = xc_mset(enquire);
    CHECK(xapian_c_mset_size(mset) == 2);
    OK(xapian_c_mset_get(mset, 0, &hit, &xc_err));
    CHECK(hit.docid == 1 && hit.collapse_count >= 1);
    OK(xapian_c_mset_collapse_key(mset, 0, &key, &xc_err));
    SAME_BUFFER(key, "red");
    SAME(T(xc_ranked(mset)), "1 2");
    OK(xapian_c_enquire_set_collapse(enquire, 1, 2, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "1 2 3");
    OK(xapian_c_enquire_set_collapse(enquire, XAPIAN_C_BAD_SLOT, 1, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "1 2 3 5");
    OK(xapian_c_enquire_set_cutoff(enquire, 0, 2.0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "");
    OK(xapian_c_enquire_weight_bm25(enquire, NULL, &xc_err));
    OK(xapian_c_enquire_set_cutoff(enquire, 100, 0, &xc_err));
    CHECK(strlen(xc_ranked(xc_mset(enquire))) <= 3);
    OK(xapian_c_enquire_set_cutoff(enquire, 0, 0, &xc_err));
    OK(xapian_c_enquire_set_time_limit(enquire, 5.0, &xc_err));
    CHECK(strlen(xc_ranked(xc_mset(enquire))) == 7);
    xapian_c_buffer_free(&key);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_query_and_terms(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_query *a = xc_term("beta"), *b = xc_term("gamma"), *pair = NULL, *back = NULL;
    xapian_c_term_iterator *it = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_query_new_pair(XAPIAN_C_OP_OR, a, b, &pair, &xc_err));
    xapian_c_enquire *enquire = xc_enquire(db, pair);
    OK(xapian_c_enquire_query(enquire, &back, &xc_err));
    OK(xapian_c_query_description(back, &text, &xc_err));
    SAME_BUFFER(text, "Query((beta OR gamma))");
    OK(xapian_c_enquire_matching_terms(enquire, 1, &it, &xc_err));
    SAME(T(xc_terms(it)), "beta gamma");
    OK(xapian_c_enquire_matching_terms(enquire, 3, &it, &xc_err));
    SAME(T(xc_terms(it)), "gamma");
    WANT(XAPIAN_C_E_NOT_FOUND, xapian_c_enquire_matching_terms(enquire, 77, &it, &xc_err));
    CHECK(it == NULL);
    OK(xapian_c_enquire_description(enquire, &text, &xc_err));
    CHECK(text.len > 0);
    xapian_c_query_free(a);
    xapian_c_query_free(b);
    xapian_c_query_free(back);
    xapian_c_buffer_free(&text);
    xapian_c_enquire_free(enquire);
    xapian_c_enquire_free(NULL);
    xapian_c_database_free(db);
}

static void test_asking(void)
{
    xapian_c_database *db = xc_library(NULL), *none = NULL;
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_rset *rset = NULL;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_estimates e;
    xapian_c_match_init(&how);
    CHECK(how.max_items == 10 && how.first == 0);
    how.first = 1;
    how.max_items = 2;
    how.check_at_least = 100;
    OK(xapian_c_rset_new(&rset, &xc_err));
    OK(xapian_c_rset_add(rset, 5, &xc_err));
    how.rset = rset;
    OK(xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    OK(xapian_c_mset_estimates(mset, &e, &xc_err));
    CHECK(xapian_c_mset_size(mset) == 2 && e.first == 1 && e.lower == 4 && e.upper == 4);
    xapian_c_mset_free(mset);
    xapian_c_rset_free(rset);
    xapian_c_enquire_free(enquire);
    xapian_c_match_init(NULL);
    xapian_c_expand_init(NULL);
    OK(xapian_c_database_new(&none, &xc_err));
    int major = 0;
    xapian_c_xapian_version_numbers(&major, NULL, NULL);
    if (major < 2)
        WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_new(none, &enquire, &xc_err));
    xapian_c_database_free(none);
    xapian_c_database_free(db);
}

CU_TestInfo xc_enquire_tests[] = {{"BM25 and BM25+", test_bm25},
                                  {"the other schemes", test_schemes},
                                  {"language models", test_language_models},
                                  {"sorting", test_sorting},
                                  {"collapsing and cutoff", test_collapse_and_cutoff},
                                  {"query and matching terms", test_query_and_terms},
                                  {"asking", test_asking},
                                  CU_TEST_INFO_NULL};
