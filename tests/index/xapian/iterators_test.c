/* SPDX-License-Identifier: MIT */
/* iterators.h: where they stand before the first move, at the end and after it, and skipping. */
#include "fixture.h"

#include <string.h>

static void test_term_iterator(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_term_iterator *it = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    uint32_t n = 0;
    OK(xapian_c_database_terms(db, 3, &it, &xc_err));
    CHECK(xapian_c_term_iterator_term(it).len == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_wdf(it, &n, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_positions(it, &positions, &xc_err));
    CHECK(positions == NULL);
    OK(xapian_c_term_iterator_skip_to(it, T("b"), &xc_err));
    SAME(xapian_c_term_iterator_term(it), "delta");
    OK(xapian_c_term_iterator_skip_to(it, T("a"), &xc_err)); /* never back */
    SAME(xapian_c_term_iterator_term(it), "delta");
    OK(xapian_c_term_iterator_termfreq(it, &n, &xc_err));
    CHECK(n == 2);
    OK(xapian_c_term_iterator_next(it, &xc_err));
    OK(xapian_c_term_iterator_wdf(it, &n, &xc_err));
    CHECK(n == 2);
    OK(xapian_c_term_iterator_description(it, &text, &xc_err));
    CHECK(text.len > 0);
    WANT(XAPIAN_C_END, xapian_c_term_iterator_next(it, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_term_iterator_next(it, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_term_iterator_skip_to(it, T("z"), &xc_err));
    CHECK(xapian_c_term_iterator_term(it).data == NULL);
    xapian_c_term_iterator_free(it);
    OK(xapian_c_database_terms(db, 3, &it, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_term_iterator_skip_to(it, T("zz"), &xc_err));
    xapian_c_term_iterator_free(it);
    xapian_c_term_iterator_free(NULL);
    xapian_c_buffer_free(&text);
    xapian_c_database_free(db);
}

static void test_empty_iterators(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_term_iterator *terms = NULL;
    xapian_c_posting_iterator *postings = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_value_iterator *values = NULL;
    OK(xapian_c_database_all_terms(db, T("zz"), &terms, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_term_iterator_skip_to(terms, T("a"), &xc_err));
    OK(xapian_c_database_postings(db, T("nope"), &postings, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_posting_iterator_skip_to(postings, 3, &xc_err));
    OK(xapian_c_database_positions(db, 1, T("nope"), &positions, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_position_iterator_skip_to(positions, 3, &xc_err));
    OK(xapian_c_database_values(db, 77, &values, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_value_iterator_skip_to(values, 3, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_value_iterator_next(values, &xc_err));
    xapian_c_term_iterator_free(terms);
    xapian_c_posting_iterator_free(postings);
    xapian_c_position_iterator_free(positions);
    xapian_c_value_iterator_free(values);
    xapian_c_database_free(db);
}

static void check_posting_iterator(xapian_c_database *db)
{
    xapian_c_posting_iterator *it = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    uint32_t n = 0;
    OK(xapian_c_database_postings(db, T("alpha"), &it, &xc_err));
    CHECK(xapian_c_posting_iterator_docid(it) == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_wdf(it, &n, &xc_err));
    OK(xapian_c_posting_iterator_next(it, &xc_err));
    CHECK(xapian_c_posting_iterator_docid(it) == 1);
    OK(xapian_c_posting_iterator_skip_to(it, 4, &xc_err));
    CHECK(xapian_c_posting_iterator_docid(it) == 5);
    OK(xapian_c_posting_iterator_wdf(it, &n, &xc_err));
    CHECK(n == 3);
    OK(xapian_c_posting_iterator_doclength(it, &n, &xc_err));
    CHECK(n == 3);
    OK(xapian_c_posting_iterator_unique_terms(it, &n, &xc_err));
    CHECK(n >= 1 && n <= 3);
    OK(xapian_c_posting_iterator_positions(it, &positions, &xc_err));
    CHECK(strcmp(xc_positions(positions), "1 2 3") == 0);
    OK(xapian_c_posting_iterator_description(it, &text, &xc_err));
    CHECK(text.len > 0);
    WANT(XAPIAN_C_END, xapian_c_posting_iterator_next(it, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_posting_iterator_skip_to(it, 1, &xc_err));
    CHECK(xapian_c_posting_iterator_docid(it) == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_positions(it, &positions, &xc_err));
    xapian_c_posting_iterator_free(it);
    xapian_c_posting_iterator_free(NULL);
    OK(xapian_c_database_postings(db, T(""), &it, &xc_err)); /* all documents */
    for (n = 0; xapian_c_posting_iterator_next(it, &xc_err) == XAPIAN_C_OK; n++)
        CHECK(xapian_c_posting_iterator_docid(it) == n + 1);
    CHECK(n == 5);
    xapian_c_posting_iterator_free(it);
    xapian_c_buffer_free(&text);
}

static void test_posting_iterator(void)
{
    char path[XC_PATH];
    xapian_c_database *disk = xc_library(xc_path(path, "postings.db")), *memory = xc_library(NULL);
    check_posting_iterator(disk);
    check_posting_iterator(memory);
    xapian_c_database_free(disk);
    xapian_c_database_free(memory);
}

static void test_position_iterator(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_position_iterator *it = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_database_positions(db, 5, T("alpha"), &it, &xc_err));
    CHECK(xapian_c_position_iterator_position(it) == 0);
    OK(xapian_c_position_iterator_skip_to(it, 2, &xc_err));
    CHECK(xapian_c_position_iterator_position(it) == 2);
    OK(xapian_c_position_iterator_next(it, &xc_err));
    CHECK(xapian_c_position_iterator_position(it) == 3);
    OK(xapian_c_position_iterator_description(it, &text, &xc_err));
    CHECK(text.len > 0);
    WANT(XAPIAN_C_END, xapian_c_position_iterator_skip_to(it, 9, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_position_iterator_next(it, &xc_err));
    xapian_c_position_iterator_free(it);
    xapian_c_position_iterator_free(NULL);
    xapian_c_buffer_free(&text);
    xapian_c_database_free(db);
}

static void check_value_iterator(xapian_c_database *db)
{
    xapian_c_value_iterator *it = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    uint32_t n = 0;
    OK(xapian_c_database_values(db, 2, &it, &xc_err));
    CHECK(xapian_c_value_iterator_value(it).data == NULL);
    WANT(XAPIAN_C_E_INVALID, xapian_c_value_iterator_docid(it, &n, &xc_err));
    OK(xapian_c_value_iterator_next(it, &xc_err));
    SAME(xapian_c_value_iterator_value(it), "20230115");
    OK(xapian_c_value_iterator_skip_to(it, 3, &xc_err));
    OK(xapian_c_value_iterator_docid(it, &n, &xc_err));
    CHECK(n == 3);
    OK(xapian_c_value_iterator_slot(it, &n, &xc_err));
    CHECK(n == 2);
    OK(xapian_c_value_iterator_description(it, &text, &xc_err));
    CHECK(text.len > 0);
    OK(xapian_c_value_iterator_next(it, &xc_err));
    SAME(xapian_c_value_iterator_value(it), "20241224");
    WANT(XAPIAN_C_END, xapian_c_value_iterator_next(it, &xc_err));
    WANT(XAPIAN_C_END, xapian_c_value_iterator_skip_to(it, 1, &xc_err));
    xapian_c_value_iterator_free(it);
    xapian_c_value_iterator_free(NULL);
    xapian_c_buffer_free(&text);
}

static void test_value_iterator(void)
{
    char path[XC_PATH];
    xapian_c_database *disk = xc_library(xc_path(path, "values.db")), *memory = xc_library(NULL);
    check_value_iterator(disk);
    check_value_iterator(memory);
    xapian_c_database_free(disk);
    xapian_c_database_free(memory);
}

static void test_outlives_the_database(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "outlived.db"));
    xapian_c_term_iterator *terms = NULL;
    xapian_c_posting_iterator *postings = NULL;
    xapian_c_document *doc = NULL;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_database_all_terms(db, T("XC"), &terms, &xc_err));
    OK(xapian_c_database_postings(db, T("beta"), &postings, &xc_err));
    OK(xapian_c_database_document(db, 2, 0, &doc, &xc_err));
    xapian_c_database_free(db);
    CHECK(strcmp(xc_terms(terms), "XCblue XCgreen XCred") == 0);
    OK(xapian_c_posting_iterator_skip_to(postings, 3, &xc_err));
    CHECK(xapian_c_posting_iterator_docid(postings) == 4);
    OK(xapian_c_document_data(doc, &data, &xc_err));
    SAME_BUFFER(data, "alpha beta");
    xapian_c_posting_iterator_free(postings);
    xapian_c_document_free(doc);
    xapian_c_buffer_free(&data);
}

CU_TestInfo xc_iterator_tests[] = {{"terms", test_term_iterator},
                                   {"empty ones", test_empty_iterators},
                                   {"postings", test_posting_iterator},
                                   {"positions", test_position_iterator},
                                   {"values", test_value_iterator},
                                   {"they outlive the database", test_outlives_the_database},
                                   CU_TEST_INFO_NULL};
