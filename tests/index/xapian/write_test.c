/* SPDX-License-Identifier: MIT */
/* database.h: adding, replacing, deleting, transactions, and the side tables. */
#include "fixture.h"

#include <string.h>

static void test_add_replace_delete(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "write.db"));
    xapian_c_document *doc = xc_document("omega");
    uint32_t docid = 0;
    OK(xapian_c_document_add_boolean_term(doc, T("Qx"), &xc_err));
    OK(xapian_c_database_add_document(db, doc, &docid, &xc_err));
    CHECK(docid == 6);
    OK(xapian_c_database_replace_document(db, 2, doc, &xc_err));
    OK(xapian_c_database_replace_document(db, 40, doc, &xc_err));
    CHECK(strcmp(xc_found(db, xc_term("omega")), "2 6 40") == 0);
    OK(xapian_c_database_replace_by_term(db, T("Qx"), doc, &docid, &xc_err));
    CHECK(docid == 2);
    CHECK(strcmp(xc_found(db, xc_term("omega")), "2") == 0);
    OK(xapian_c_database_replace_by_term(db, T("Qnew"), doc, &docid, &xc_err));
    CHECK(docid == 41);
    OK(xapian_c_database_replace_by_term(db, T("Qx"), doc, NULL, &xc_err));
    OK(xapian_c_database_delete_document(db, 2, &xc_err));
    WANT(XAPIAN_C_E_NOT_FOUND, xapian_c_database_delete_document(db, 2, &xc_err));
    OK(xapian_c_database_delete_by_term(db, T("XCred"), &xc_err));
    OK(xapian_c_database_delete_by_term(db, T("nope"), &xc_err));
    CHECK(strcmp(xc_found(db, xc_term("alpha")), "") == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_delete_document(db, 0, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_replace_document(db, 0, doc, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_delete_by_term(db, T(""), &xc_err));
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
}

static void test_long_terms(void)
{
    char path[XC_PATH], term[301];
    xapian_c_database *db = xc_library(xc_path(path, "long.db"));
    xapian_c_document *doc = xc_document("omega");
    memset(term, 'x', 300);
    OK(xapian_c_document_add_term(doc, xapian_c_span(term, 245), 1, &xc_err));
    OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
    OK(xapian_c_document_add_term(doc, xapian_c_span(term, 246), 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add_document(db, doc, NULL, &xc_err));
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
}

static void test_transactions(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "transaction.db"));
    xapian_c_document *doc = xc_document("omega");
    uint32_t docs = 0;
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_commit_transaction(db, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_cancel_transaction(db, &xc_err));
    OK(xapian_c_database_begin_transaction(db, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_begin_transaction(db, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_commit(db, &xc_err));
    OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
    OK(xapian_c_database_delete_document(db, 1, &xc_err));
    OK(xapian_c_database_cancel_transaction(db, &xc_err));
    OK(xapian_c_database_doccount(db, &docs, &xc_err));
    CHECK(docs == 5);
    CHECK(strcmp(xc_found(db, xc_term("omega")), "") == 0);
    OK(xapian_c_database_begin_transaction(db, 0, &xc_err));
    OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
    OK(xapian_c_database_commit_transaction(db, &xc_err));
    CHECK(strcmp(xc_found(db, xc_term("omega")), "6") == 0);
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
    db = xc_library(NULL);
    WANT(XAPIAN_C_E_UNSUPPORTED, xapian_c_database_begin_transaction(db, 1, &xc_err));
    xapian_c_database_free(db);
}

static void test_metadata(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "metadata.db"));
    xapian_c_buffer value = XAPIAN_C_BUFFER_INIT;
    xapian_c_term_iterator *keys = NULL;
    OK(xapian_c_database_set_metadata(db, T("kind"), T("news"), &xc_err));
    OK(xapian_c_database_set_metadata(db, T("kin"), xapian_c_span("a\0b", 3), &xc_err));
    OK(xapian_c_database_set_metadata(db, T("other"), T("x"), &xc_err));
    OK(xapian_c_database_commit(db, &xc_err));
    OK(xapian_c_database_metadata(db, T("kin"), &value, &xc_err));
    CHECK(value.len == 3 && memcmp(value.data, "a\0b", 3) == 0);
    OK(xapian_c_database_metadata(db, T("none"), &value, &xc_err));
    CHECK(value.len == 0);
    OK(xapian_c_database_metadata_keys(db, T("kin"), &keys, &xc_err));
    CHECK(strcmp(xc_terms(keys), "kin kind") == 0);
    OK(xapian_c_database_set_metadata(db, T("kin"), T(""), &xc_err));
    OK(xapian_c_database_metadata_keys(db, T(""), &keys, &xc_err));
    CHECK(strcmp(xc_terms(keys), "kind other") == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_set_metadata(db, T(""), T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_metadata(db, T(""), &value, &xc_err));
    xapian_c_buffer_free(&value);
    xapian_c_database_free(db);
}

static void test_spelling(void)
{
    static const struct {
        const char *word, *want;
        unsigned distance;
    } rows[] = {{"trainum", "trainium", 2},
                {"traniumm", "trainium", 3},
                {"trainium", "", 2},
                {"zzzzzzzz", "", 2},
                {"queen", "quern", 1}};
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "spelling.db"));
    xapian_c_buffer word = XAPIAN_C_BUFFER_INIT;
    xapian_c_term_iterator *words = NULL;
    uint32_t n = 0;
    OK(xapian_c_database_add_spelling(db, T("trainium"), 3, &xc_err));
    OK(xapian_c_database_add_spelling(db, T("quern"), 1, &xc_err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OK(xapian_c_database_spelling_suggestion(db, T(rows[i].word), rows[i].distance, &word,
                                                 &xc_err));
        SAME_ROW(rows[i].word, xapian_c_span(word.data, word.len), rows[i].want);
    }
    OK(xapian_c_database_remove_spelling(db, T("trainium"), 1, &xc_err));
    OK(xapian_c_database_commit(db, &xc_err));
    OK(xapian_c_database_spellings(db, &words, &xc_err));
    OK(xapian_c_term_iterator_skip_to(words, T("r"), &xc_err));
    SAME(xapian_c_term_iterator_term(words), "trainium");
    OK(xapian_c_term_iterator_termfreq(words, &n, &xc_err));
    CHECK(n == 2);
    xapian_c_term_iterator_free(words);
    OK(xapian_c_database_remove_spelling(db, T("quern"), 5, &xc_err));
    OK(xapian_c_database_spellings(db, &words, &xc_err));
    CHECK(strcmp(xc_terms(words), "trainium") == 0);
    xapian_c_buffer_free(&word);
    xapian_c_database_free(db);
}

static void test_synonyms(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "synonym.db"));
    xapian_c_term_iterator *terms = NULL;
    OK(xapian_c_database_add_synonym(db, T("car"), T("auto"), &xc_err));
    OK(xapian_c_database_add_synonym(db, T("car"), T("wagon"), &xc_err));
    OK(xapian_c_database_add_synonym(db, T("sea"), T("ocean"), &xc_err));
    OK(xapian_c_database_commit(db, &xc_err));
    OK(xapian_c_database_synonyms(db, T("car"), &terms, &xc_err));
    CHECK(strcmp(xc_terms(terms), "auto wagon") == 0);
    OK(xapian_c_database_synonym_keys(db, T("c"), &terms, &xc_err));
    CHECK(strcmp(xc_terms(terms), "car") == 0);
    OK(xapian_c_database_remove_synonym(db, T("car"), T("auto"), &xc_err));
    OK(xapian_c_database_synonyms(db, T("car"), &terms, &xc_err));
    CHECK(strcmp(xc_terms(terms), "wagon") == 0);
    OK(xapian_c_database_clear_synonyms(db, T("car"), &xc_err));
    OK(xapian_c_database_synonym_keys(db, T(""), &terms, &xc_err));
    CHECK(strcmp(xc_terms(terms), "sea") == 0);
    xapian_c_database_free(db);
}

CU_TestInfo xc_write_tests[] = {{"add, replace, delete", test_add_replace_delete},
                                {"long terms", test_long_terms},
                                {"transactions", test_transactions},
                                {"metadata", test_metadata},
                                {"spelling", test_spelling},
                                {"synonyms", test_synonyms},
                                CU_TEST_INFO_NULL};
