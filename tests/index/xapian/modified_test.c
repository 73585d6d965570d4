/* SPDX-License-Identifier: MIT */
/* DatabaseModifiedError: a reader whose revision was discarded is reopened and the call tried
 * again, as often as was said, and not at all where it would mix or count twice. */
#include "fixture.h"

#include <string.h>

enum { DOCS = 800 };

/* Replaces every document, so that no block of the old revision is left, and commits. */
static void rewrite(xapian_c_database *db, const char *words)
{
    for (uint32_t i = 1; i <= DOCS; i++) {
        char text[120];
        snprintf(text, sizeof text, "common n%u %s", (unsigned)i, words);
        xapian_c_document *doc = xc_document(text);
        OK(xapian_c_document_add_value(doc, 0, T(i % 2 == 0 ? "even" : "odd"), &xc_err));
        OK(xapian_c_database_replace_document(db, i, doc, &xc_err));
        xapian_c_document_free(doc);
    }
    OK(xapian_c_database_commit(db, &xc_err));
}

static void discard(xapian_c_database *db)
{
    rewrite(db, "second");
    rewrite(db, "third");
    rewrite(db, "fourth");
}

static void open_pair(const char *name, xapian_c_database **writer, xapian_c_database **reader)
{
    char path[XC_PATH];
    OK(xapian_c_database_open_writable(
        xc_path(path, name), XAPIAN_C_DB_CREATE | XAPIAN_C_DB_NO_SYNC, 2048, writer, &xc_err));
    rewrite(*writer, "first");
    OK(xapian_c_database_open(path, 0, reader, &xc_err));
}

static void test_reads(void)
{
    xapian_c_database *db = NULL, *reader = NULL;
    xapian_c_posting_iterator *it = NULL;
    uint32_t n = 0;
    int changed = 0;
    open_pair("modified.db", &db, &reader);
    OK(xapian_c_database_set_retries(reader, 0, &xc_err));
    discard(db);
    WANT(XAPIAN_C_E_MODIFIED, xapian_c_database_postings(reader, T("common"), &it, &xc_err));
    CHECK(it == NULL && strcmp(xc_err.type, "DatabaseModifiedError") == 0);
    WANT(XAPIAN_C_E_MODIFIED, xapian_c_database_termfreq(reader, T("n77"), &n, &xc_err));
    OK(xapian_c_database_set_retries(reader, 1, &xc_err));
    OK(xapian_c_database_termfreq(reader, T("fourth"), &n, &xc_err));
    CHECK(n == DOCS);
    discard(db);
    OK(xapian_c_database_postings(reader, T("common"), &it, &xc_err));
    OK(xapian_c_database_reopen(reader, &changed, &xc_err));
    xapian_c_posting_iterator_free(it);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
}

static void test_steps_are_not_retried(void)
{
    xapian_c_database *db = NULL, *reader = NULL;
    xapian_c_term_iterator *it = NULL;
    xapian_c_document *doc = NULL;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    xapian_c_status status;
    unsigned steps = 0;
    open_pair("steps.db", &db, &reader);
    OK(xapian_c_database_all_terms(reader, T(""), &it, &xc_err));
    OK(xapian_c_database_document(reader, 500, 0, &doc, &xc_err));
    OK(xapian_c_term_iterator_next(it, &xc_err));
    discard(db);
    while ((status = xapian_c_term_iterator_next(it, &xc_err)) == XAPIAN_C_OK)
        steps++;
    CHECK(status == XAPIAN_C_E_MODIFIED && steps < DOCS);
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_next(it, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_skip_to(it, T("x"), &xc_err));
    CHECK(xapian_c_term_iterator_term(it).len == 0);
    WANT(XAPIAN_C_E_MODIFIED, xapian_c_document_data(doc, &data, &xc_err));
    xapian_c_document_free(doc);
    /* Without this libxapian 1.4 answers the next look at that block with nothing, and no error. */
    OK(xapian_c_database_reopen(reader, NULL, &xc_err));
    OK(xapian_c_database_document(reader, 500, 0, &doc, &xc_err));
    OK(xapian_c_document_data(doc, &data, &xc_err));
    SAME_BUFFER(data, "common n500 fourth");
    xapian_c_document_free(doc);
    xapian_c_buffer_free(&data);
    xapian_c_term_iterator_free(it);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
}

static void test_search(void)
{
    xapian_c_database *db = NULL, *reader = NULL;
    xapian_c_match_spy *spy = NULL;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    size_t total = 0;
    open_pair("search.db", &db, &reader);
    xapian_c_enquire *enquire = xc_enquire(reader, xc_term("fourth"));
    discard(db);
    mset = xc_mset(enquire); /* reopened and tried again */
    CHECK(xapian_c_mset_size(mset) == 10);
    discard(db);
    WANT(XAPIAN_C_E_MODIFIED, xapian_c_mset_data(mset, 0, &data, &xc_err));
    xapian_c_mset_free(mset);

    OK(xapian_c_match_spy_new_values(0, &spy, &xc_err));
    OK(xapian_c_enquire_add_spy(enquire, spy, &xc_err));
    xapian_c_match_init(&how);
    how.check_at_least = DOCS;
    WANT(XAPIAN_C_E_MODIFIED, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    OK(xapian_c_database_reopen(reader, NULL, &xc_err)); /* the enquire shares it */
    OK(xapian_c_enquire_clear_spies(enquire, &xc_err));
    xapian_c_match_spy_free(spy);
    OK(xapian_c_match_spy_new_values(0, &spy, &xc_err));
    OK(xapian_c_enquire_add_spy(enquire, spy, &xc_err));
    OK(xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    OK(xapian_c_match_spy_total(spy, &total, &xc_err));
    CHECK(total == DOCS);
    xapian_c_mset_free(mset);
    xapian_c_match_spy_free(spy);
    xapian_c_enquire_free(enquire);
    xapian_c_buffer_free(&data);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
}

static void test_parser(void)
{
    xapian_c_database *db = NULL, *reader = NULL;
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *query = NULL;
    open_pair("parse.db", &db, &reader);
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    OK(xapian_c_query_parser_set_database(parser, reader, &xc_err));
    discard(db);
    OK(xapian_c_query_parser_parse(parser, T("fourth n7*"),
                                   XAPIAN_C_PARSE_WILDCARD | XAPIAN_C_PARSE_SPELLING_CORRECTION |
                                       XAPIAN_C_PARSE_AUTO_SYNONYMS,
                                   &query, &xc_err));
    xapian_c_query_free(query);
    xapian_c_query_parser_free(parser);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
}

CU_TestInfo xc_modified_tests[] = {{"reads", test_reads},
                                   {"steps are not retried", test_steps_are_not_retried},
                                   {"search", test_search},
                                   {"parser", test_parser},
                                   CU_TEST_INFO_NULL};
