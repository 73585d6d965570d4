/* SPDX-License-Identifier: MIT */
/* api_test - the public header alone, as a program that links the shared library would use it: the
 * example of the header, one story from end to end, and calls that break the contract. */
#include "tests/check.h"
#include "tests/scratch.h"

#include <quern/quern.h>

static const char text_a[] =
    "Northgate signs for Bedrock\n\nNorthgate made a “long-term commitment” to run its models on "
    "Bedrock, the hosting service of Slate Systems, and to buy chips for it over four years.\n";
static const char text_b[] = "The board said no commitment had been made. Shares fell.\n";

/* An index of the engine that QUERN_TEST_ENGINE names, or of the native one. */
static quern_status create(const char *dir, quern_error *err)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    return quern_index_create(dir, options.engine ? &options : NULL, err);
}

static void put(quern_writer *w, const char *source, const char *id, const char *text)
{
    quern_error err;
    quern_field field = {QUERN_STR("desk"), QUERN_STR("business")};
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = quern_str(source);
    a.id = quern_str(id);
    a.text = quern_str(text);
    a.title = quern_str("A title");
    a.date = 86400;
    a.fields = &field;
    a.n_fields = 1;
    CU_ASSERT_EQUAL(quern_writer_put(w, &a, &err), QUERN_OK);
}

static void test_story(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *writer = NULL;
    quern_reader *reader = NULL;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_hit hit = QUERN_HIT_INIT;
    scratch_make(dir);
    CU_ASSERT_EQUAL(create(dir, &err), QUERN_OK);
    CU_ASSERT_EQUAL(create(dir, &err), QUERN_E_EXISTS);
    CU_ASSERT_EQUAL(quern_index_open(dir, NULL, &index, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_writer_open(index, NULL, &writer, &err), QUERN_OK);
    put(writer, "a.txt", "", text_a);
    put(writer, "b.jsonl", "7", text_b);
    CU_ASSERT_EQUAL(quern_writer_commit(writer, &err), QUERN_OK);
    quern_writer_close(writer);

    CU_ASSERT_EQUAL(quern_reader_open(index, &reader, &err), QUERN_OK);
    quern_index_close(index);
    CU_ASSERT_EQUAL(quern_query_parse(reader, QUERN_STR("Bedrock commitment"), &query, &err),
                    QUERN_OK);
    CU_ASSERT_EQUAL(quern_search(reader, query, NULL, &hits, &err), QUERN_OK);
    quern_query_free(query);
    quern_reader_free(reader);
    CU_ASSERT_EQUAL(quern_hits_count(hits), 2);
    CU_ASSERT_EQUAL(quern_hits_get(hits, 0, &hit), QUERN_OK);
    CU_ASSERT_STRING_EQUAL(hit.source.data, "a.txt");
    CU_ASSERT(hit.n_highlights >= 2);
    CU_ASSERT(hit.score > 0);
    CU_ASSERT_EQUAL(hit.n_fields, 1);
    CU_ASSERT_STRING_EQUAL(hit.fields[0].value.data, "business");
    CU_ASSERT_EQUAL(memcmp(text_a + hit.byte_start, hit.text.data, hit.text.len), 0);
    CU_ASSERT_EQUAL(quern_hits_get(hits, 1, &hit), QUERN_OK);
    CU_ASSERT_STRING_EQUAL(hit.id.data, "7");
    CU_ASSERT_EQUAL(hit.date, 86400);
    CU_ASSERT_EQUAL(quern_hits_get(hits, 2, &hit), QUERN_E_INVALID);
    quern_hits_free(hits);
    CU_ASSERT_EQUAL(quern_index_check(dir, NULL, NULL, &err), QUERN_OK);
    scratch_remove(dir);
}

/* Marks a text of the caller's and writes it down as HTML. */
static void check_mark(quern_reader *reader, const char *query_text, const char *text,
                       const char *want)
{
    char out[200];
    quern_error err;
    quern_query *query = NULL;
    quern_span spans[4];
    size_t n = 0;
    quern_markup_options html = QUERN_MARKUP_OPTIONS_INIT;
    html.style = QUERN_MARKUP_HTML;
    CU_ASSERT_EQUAL(quern_query_parse(reader, quern_str(query_text), &query, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_mark(reader, query, quern_str(text), spans, 4, &n, &err), QUERN_OK);
    CU_ASSERT_FATAL(n <= 4);
    CU_ASSERT_EQUAL(quern_markup(quern_str(text), spans, n, &html, out, sizeof out), strlen(want));
    CU_ASSERT_STRING_EQUAL(out, want);
    quern_query_free(query);
}

static void test_mark(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *writer = NULL;
    quern_reader *reader = NULL;
    quern_query *query = NULL;
    quern_span span;
    size_t n = 0;
    scratch_make(dir);
    CU_ASSERT_EQUAL(create(dir, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_index_open(dir, NULL, &index, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_writer_open(index, NULL, &writer, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_writer_commit(writer, &err), QUERN_OK);
    quern_writer_close(writer);
    CU_ASSERT_EQUAL(quern_reader_open(index, &reader, &err), QUERN_OK);
    check_mark(reader, "commitment", "<Committed> & committing",
               "&lt;<mark>Committed</mark>&gt; &amp; <mark>committing</mark>");
    check_mark(reader, "\"long-term commitment\"", "a long-term commitment, long",
               "a <mark>long-term commitment</mark>, long");
    check_mark(reader, "chips", "clouds", "clouds");
    check_mark(reader, "chips", "", "");
    CU_ASSERT_EQUAL(quern_query_parse(reader, QUERN_STR("a b"), &query, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_mark(reader, query, QUERN_STR("a, b"), &span, 1, &n, &err), QUERN_OK);
    CU_ASSERT(n == 2 && span.start == 0 && span.end == 1);
    CU_ASSERT_EQUAL(quern_mark(reader, query, QUERN_STR("a, b"), NULL, 0, &n, &err), QUERN_OK);
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(quern_mark(reader, query, QUERN_STR("a"), NULL, 1, &n, &err), QUERN_E_INVALID);
    CU_ASSERT_EQUAL(quern_mark(reader, NULL, QUERN_STR("a"), NULL, 0, &n, NULL), QUERN_E_INVALID);
    CU_ASSERT_EQUAL(n, 0);
    quern_query_free(query);
    quern_reader_free(reader);
    quern_index_close(index);
    scratch_remove(dir);
}

static void test_nulls(void)
{
    quern_index *index = NULL;
    quern_error err;
    CU_ASSERT_EQUAL(quern_index_open("/nowhere/at/all", NULL, &index, &err), QUERN_E_NOT_FOUND);
    CU_ASSERT_PTR_NULL(index);
    CU_ASSERT(err.message[0] != '\0' && err.hint[0] != '\0');
    CU_ASSERT_EQUAL(quern_index_open("/nowhere/at/all", NULL, &index, NULL), QUERN_E_NOT_FOUND);
    quern_index_close(NULL);
    quern_writer_close(NULL);
    quern_reader_free(NULL);
    quern_query_free(NULL);
    quern_hits_free(NULL);
    CU_ASSERT_EQUAL(quern_hits_count(NULL), 0);
    CU_ASSERT_STRING_EQUAL(quern_status_name(QUERN_E_CORRUPT), "corrupt");
    CU_ASSERT(quern_version()[0] != '\0');
}

static void test_limits(void)
{
    char dir[4096];
    char longer[5000];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *writer = NULL;
    quern_writer *second = NULL;
    memset(longer, 'x', sizeof longer);
    scratch_make(dir);
    CU_ASSERT_EQUAL(create(dir, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_index_open(dir, NULL, &index, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_writer_open(index, NULL, &writer, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_writer_open(index, NULL, &second, &err), QUERN_E_LOCKED);
    CU_ASSERT_PTR_NULL(second);
    quern_article a = QUERN_ARTICLE_INIT;
    CU_ASSERT_EQUAL(quern_writer_put(writer, &a, &err), QUERN_E_INVALID);
    a.source.data = longer;
    a.source.len = sizeof longer;
    CU_ASSERT_EQUAL(quern_writer_put(writer, &a, &err), QUERN_E_INVALID);
    a.source.data = "a\0b";
    a.source.len = 3;
    CU_ASSERT_EQUAL(quern_writer_put(writer, &a, &err), QUERN_E_INVALID);
    a.source = quern_str("fine after an invalid one");
    CU_ASSERT_EQUAL(quern_writer_put(writer, &a, &err), QUERN_OK);
    CU_ASSERT_EQUAL(quern_writer_commit(writer, &err), QUERN_OK);
    quern_writer_close(writer);
    quern_index_close(index);
    scratch_remove(dir);
}

static CU_TestInfo tests[] = {{"one story from end to end", test_story},
                              {"a text of the caller's", test_mark},
                              {"NULLs and what is not there", test_nulls},
                              {"limits of keys, one writer", test_limits},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("api", tests)
