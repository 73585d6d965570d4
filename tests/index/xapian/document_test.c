/* SPDX-License-Identifier: MIT */
/* document.h: terms, positions, values, data. */
#include "fixture.h"

#include <string.h>

static void test_data(void)
{
    xapian_c_document *doc = NULL;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    uint32_t docid = 9;
    OK(xapian_c_document_new(&doc, &xc_err));
    OK(xapian_c_document_docid(doc, &docid, &xc_err));
    CHECK(docid == 0);
    OK(xapian_c_document_data(doc, &data, &xc_err));
    CHECK(data.len == 0 && data.data[0] == '\0');
    OK(xapian_c_document_set_data(doc, xapian_c_span("a\0\xFF", 3), &xc_err));
    OK(xapian_c_document_data(doc, &data, &xc_err));
    CHECK(data.len == 3 && memcmp(data.data, "a\0\xFF", 3) == 0);
    OK(xapian_c_document_description(doc, &data, &xc_err));
    CHECK(strstr(data.data, "Document(") == data.data);
    xapian_c_buffer_free(&data);
    xapian_c_document_free(doc);
    xapian_c_document_free(NULL);
}

static const char *terms_of(const xapian_c_document *doc)
{
    xapian_c_term_iterator *it = NULL;
    OK(xapian_c_document_terms(doc, &it, &xc_err));
    return xc_terms(it);
}

static void test_terms(void)
{
    xapian_c_document *doc = xc_document("one two one");
    uint32_t n = 0;
    OK(xapian_c_document_add_term(doc, T("zed"), 5, &xc_err));
    OK(xapian_c_document_add_boolean_term(doc, T("Q7"), &xc_err));
    OK(xapian_c_document_term_count(doc, &n, &xc_err));
    CHECK(n == 4);
    CHECK(strcmp(terms_of(doc), "Q7 one two zed") == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_add_term(doc, T(""), 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_add_posting(doc, T(""), 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_term(doc, T("nope"), &xc_err));
    OK(xapian_c_document_remove_term(doc, T("zed"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_posting(doc, T("one"), 99, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_posting(doc, T("nope"), 1, 1, &xc_err));
    OK(xapian_c_document_remove_posting(doc, T("one"), 3, 1, &xc_err));
    CHECK(strcmp(terms_of(doc), "Q7 one two") == 0);
    OK(xapian_c_document_clear_terms(doc, &xc_err));
    CHECK(strcmp(terms_of(doc), "") == 0);
    xapian_c_document_free(doc);
}

static void test_wdf_and_positions(void)
{
    xapian_c_document *doc = xc_document("one two one one");
    xapian_c_removal what = {1, 3, 1, 99};
    xapian_c_term_iterator *it = NULL;
    xapian_c_position_iterator *positions = NULL;
    uint32_t wdf = 0, n = 0;
    OK(xapian_c_document_terms(doc, &it, &xc_err));
    OK(xapian_c_term_iterator_next(it, &xc_err));
    SAME(xapian_c_term_iterator_term(it), "one");
    OK(xapian_c_term_iterator_wdf(it, &wdf, &xc_err));
    OK(xapian_c_term_iterator_position_count(it, &n, &xc_err));
    CHECK(wdf == 3 && n == 3);
    OK(xapian_c_term_iterator_positions(it, &positions, &xc_err));
    CHECK(strcmp(xc_positions(positions), "1 3 4") == 0);
    xapian_c_term_iterator_free(it);
    OK(xapian_c_document_remove_postings(doc, T("one"), &what, &xc_err));
    CHECK(what.removed == 2);
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_postings(doc, T("nope"), &what, &xc_err));
    CHECK(what.removed == 0);
    OK(xapian_c_document_terms(doc, &it, &xc_err));
    OK(xapian_c_term_iterator_next(it, &xc_err));
    OK(xapian_c_term_iterator_wdf(it, &wdf, &xc_err));
    CHECK(wdf == 1);
    xapian_c_term_iterator_free(it);
    xapian_c_document_free(doc);
}

static void test_values(void)
{
    xapian_c_document *doc = NULL;
    xapian_c_buffer value = XAPIAN_C_BUFFER_INIT;
    xapian_c_value_iterator *it = NULL;
    uint32_t n = 0, slot = 0;
    OK(xapian_c_document_new(&doc, &xc_err));
    OK(xapian_c_document_add_value(doc, 3, xapian_c_span("v\0w", 3), &xc_err));
    OK(xapian_c_document_add_value(doc, 70000, T("far"), &xc_err));
    OK(xapian_c_document_value_count(doc, &n, &xc_err));
    CHECK(n == 2);
    OK(xapian_c_document_value(doc, 3, &value, &xc_err));
    CHECK(value.len == 3 && memcmp(value.data, "v\0w", 3) == 0);
    OK(xapian_c_document_value(doc, 4, &value, &xc_err));
    CHECK(value.len == 0);
    OK(xapian_c_document_values(doc, &it, &xc_err));
    OK(xapian_c_value_iterator_next(it, &xc_err));
    OK(xapian_c_value_iterator_next(it, &xc_err));
    OK(xapian_c_value_iterator_slot(it, &slot, &xc_err));
    CHECK(slot == 70000);
    SAME(xapian_c_value_iterator_value(it), "far");
    WANT(XAPIAN_C_END, xapian_c_value_iterator_next(it, &xc_err));
    xapian_c_value_iterator_free(it);
    OK(xapian_c_document_remove_value(doc, 3, &xc_err));
    OK(xapian_c_document_value_count(doc, &n, &xc_err));
    CHECK(n == 1);
    OK(xapian_c_document_clear_values(doc, &xc_err));
    OK(xapian_c_document_value_count(doc, &n, &xc_err));
    CHECK(n == 0);
    xapian_c_buffer_free(&value);
    xapian_c_document_free(doc);
}

static void test_serialise(void)
{
    xapian_c_document *doc = xc_document("one two"), *back = NULL;
    xapian_c_buffer bytes = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_document_add_value(doc, 1, T("red"), &xc_err));
    OK(xapian_c_document_serialise(doc, &bytes, &xc_err));
    OK(xapian_c_document_unserialise(xapian_c_span(bytes.data, bytes.len), &back, &xc_err));
    CHECK(strcmp(terms_of(back), "one two") == 0);
    OK(xapian_c_document_data(back, &bytes, &xc_err));
    SAME_BUFFER(bytes, "one two");
    xapian_c_document_free(back);
    xapian_c_status status =
        xapian_c_document_unserialise(xapian_c_span("\xFF\xFF\xFF", 3), &back, &xc_err);
    CHECK(status != XAPIAN_C_OK && back == NULL);
    xapian_c_document_free(doc);
    xapian_c_buffer_free(&bytes);
}

CU_TestInfo xc_document_tests[] = {{"data", test_data},
                                   {"terms", test_terms},
                                   {"wdf and positions", test_wdf_and_positions},
                                   {"values", test_values},
                                   {"serialise", test_serialise},
                                   CU_TEST_INFO_NULL};
