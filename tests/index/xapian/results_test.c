/* SPDX-License-Identifier: MIT */
/* results.h: match sets, relevance sets, expand sets. */
#include "fixture.h"

#include <string.h>

static void test_match_set(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    xapian_c_document *doc = NULL;
    xapian_c_estimates e;
    xapian_c_hit hit, last;
    uint32_t n = 0;
    int percent = 0;
    double weight = 0;
    OK(xapian_c_enquire_sort_by_value(enquire, 0, 1, &xc_err));
    xapian_c_mset *mset = xc_mset(enquire);
    OK(xapian_c_mset_estimates(mset, &e, &xc_err));
    CHECK(e.first == 0 && e.lower == 4 && e.estimated == 4 && e.upper == 4);
    CHECK(e.uncollapsed_lower == 4 && e.uncollapsed_estimated == 4 && e.uncollapsed_upper == 4);
    CHECK(e.max_attained > 0 && e.max_possible >= e.max_attained);
    OK(xapian_c_mset_get(mset, 0, &hit, &xc_err));
    OK(xapian_c_mset_get(mset, 3, &last, &xc_err));
    CHECK(hit.docid == 5 && hit.rank == 0 && last.docid == 1 && last.rank == 3);
    CHECK(hit.percent > 0 && hit.percent <= 100 && hit.weight > 0 && hit.collapse_count == 0);
    OK(xapian_c_mset_percent(mset, hit.weight, &percent, &xc_err));
    CHECK(percent == hit.percent);
    OK(xapian_c_mset_fetch(mset, &xc_err));
    OK(xapian_c_mset_document(mset, 1, &doc, &xc_err));
    OK(xapian_c_document_docid(doc, &n, &xc_err));
    CHECK(n == 3);
    OK(xapian_c_mset_data(mset, 1, &text, &xc_err));
    SAME_BUFFER(text, "alpha gamma gamma delta");
    OK(xapian_c_mset_sort_key(mset, 1, &text, &xc_err));
    OK(xapian_c_sortable_unserialise(xapian_c_span(text.data, text.len), &weight, &xc_err));
    CHECK(weight == 30);
    OK(xapian_c_mset_collapse_key(mset, 1, &text, &xc_err));
    CHECK(text.len == 0);
    OK(xapian_c_mset_termfreq(mset, T("alpha"), &n, &xc_err));
    CHECK(n == 4);
    OK(xapian_c_mset_termweight(mset, T("alpha"), &weight, &xc_err));
    CHECK(weight > 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_termweight(mset, T("nope"), &weight, &xc_err));
    OK(xapian_c_mset_description(mset, &text, &xc_err));
    CHECK(strstr(text.data, "MSet(") != NULL);
    xapian_c_document_free(doc);
    xapian_c_mset_free(mset);
    xapian_c_mset_free(NULL);
    CHECK(xapian_c_mset_size(NULL) == 0);
    xapian_c_buffer_free(&text);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_out_of_range(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_mset *mset = xc_mset(enquire);
    xapian_c_hit hit;
    xapian_c_document *doc = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_get(mset, 4, &hit, &xc_err));
    CHECK(hit.docid == 0 && strcmp(xc_err.message, "there is no item 4 among 4") == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_document(mset, UINT32_MAX, &doc, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_data(mset, 4, &text, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_sort_key(mset, 4, &text, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_collapse_key(mset, 4, &text, &xc_err));
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
    xapian_c_buffer_free(&text);
}

static void test_snippet(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("gamma"));
    xapian_c_mset *mset = xc_mset(enquire);
    xapian_c_snippet how;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    xapian_c_stem *stem = NULL;
    xapian_c_snippet_init(&how);
    how.text = T("alpha gamma < beta");
    OK(xapian_c_mset_snippet(mset, &how, &text, &xc_err));
    SAME_BUFFER(text, "alpha <b>gamma</b> &lt; beta");
    how.hi_start = T("[");
    how.hi_end = T("]");
    how.omit = T("~");
    how.length = 12;
    how.text = T("one two three four five six seven eight nine gamma ten eleven");
    OK(xapian_c_mset_snippet(mset, &how, &text, &xc_err));
    CHECK(strstr(text.data, "[gamma]") != NULL && text.data[0] == '~');
    OK(xapian_c_stem_new("en", 0, &stem, &xc_err));
    how.stem = stem;
    how.flags = XAPIAN_C_SNIPPET_EMPTY_WITHOUT_MATCH;
    how.text = T("nothing here");
    OK(xapian_c_mset_snippet(mset, &how, &text, &xc_err));
    CHECK(text.len == 0);
    xapian_c_snippet_init(NULL);
    xapian_c_stem_free(stem);
    xapian_c_buffer_free(&text);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_relevance_set(void)
{
    xapian_c_rset *rset = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    int has = 9;
    OK(xapian_c_rset_new(&rset, &xc_err));
    CHECK(xapian_c_rset_size(rset) == 0 && xapian_c_rset_size(NULL) == 0);
    OK(xapian_c_rset_add(rset, 3, &xc_err));
    OK(xapian_c_rset_add(rset, 5, &xc_err));
    OK(xapian_c_rset_add(rset, 3, &xc_err));
    CHECK(xapian_c_rset_size(rset) == 2);
    OK(xapian_c_rset_contains(rset, 3, &has, &xc_err));
    CHECK(has == 1);
    OK(xapian_c_rset_remove(rset, 3, &xc_err));
    OK(xapian_c_rset_contains(rset, 3, &has, &xc_err));
    CHECK(has == 0 && xapian_c_rset_size(rset) == 1);
    WANT(XAPIAN_C_E_INVALID, xapian_c_rset_add(rset, 0, &xc_err));
    OK(xapian_c_rset_description(rset, &text, &xc_err));
    CHECK(strstr(text.data, "RSet(") != NULL);
    xapian_c_buffer_free(&text);
    xapian_c_rset_free(rset);
    xapian_c_rset_free(NULL);
}

static void test_expand_set(void)
{
    static const char *const schemes[] = {"trad", "bo1"};
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "eset.db"));
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_rset *rset = NULL;
    xapian_c_eset *eset = NULL;
    xapian_c_expand how;
    xapian_c_buffer term = XAPIAN_C_BUFFER_INIT;
    double weight = 0, before = 0;
    uint32_t bound = 0;
    int major = 0;
    OK(xapian_c_rset_new(&rset, &xc_err));
    OK(xapian_c_rset_add(rset, 3, &xc_err));
    xapian_c_xapian_version_numbers(&major, NULL, NULL);
    for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++) {
        const char *scheme = s == 0 && major >= 2 ? "prob" : schemes[s];
        OK(xapian_c_enquire_set_expansion_scheme(enquire, scheme, 1.0, &xc_err));
        xapian_c_expand_init(&how);
        how.rset = rset;
        how.flags = XAPIAN_C_EXPAND_INCLUDE_QUERY_TERMS | XAPIAN_C_EXPAND_USE_EXACT_TERMFREQ;
        OK(xapian_c_enquire_eset(enquire, &how, &eset, &xc_err));
        CHECK_ROW(schemes[s], xapian_c_eset_size(eset) >= 3);
        OK(xapian_c_eset_bound(eset, &bound, &xc_err));
        CHECK_ROW(schemes[s], bound >= xapian_c_eset_size(eset));
        for (uint32_t i = 0; i < xapian_c_eset_size(eset); i++) {
            OK(xapian_c_eset_get(eset, i, &term, &weight, &xc_err));
            CHECK_ROW(schemes[s], term.len > 0 && (i == 0 || weight <= before));
            before = weight;
        }
        WANT(XAPIAN_C_E_INVALID,
             xapian_c_eset_get(eset, xapian_c_eset_size(eset), &term, &weight, &xc_err));
        CHECK(weight == 0 && term.len == 0);
        OK(xapian_c_eset_description(eset, &term, &xc_err));
        xapian_c_eset_free(eset);
    }
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_enquire_set_expansion_scheme(enquire, "nonsense", 1.0, &xc_err));
    how.rset = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_eset(enquire, &how, &eset, &xc_err));
    CHECK(xapian_c_eset_size(NULL) == 0);
    xapian_c_eset_free(NULL);
    xapian_c_buffer_free(&term);
    xapian_c_rset_free(rset);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

CU_TestInfo xc_result_tests[] = {
    {"match set", test_match_set},   {"numbers out of range", test_out_of_range},
    {"snippet", test_snippet},       {"relevance set", test_relevance_set},
    {"expand set", test_expand_set}, CU_TEST_INFO_NULL};
