/* SPDX-License-Identifier: MIT */
/* parser.h: flags, fields, ranges, spelling, stop list, callbacks. */
#include "fixture.h"

#include <string.h>

static void check_parse(xapian_c_query_parser *parser, const char *text, unsigned flags,
                        const char *want)
{
    xapian_c_query *query = NULL;
    xapian_c_buffer got = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_query_parser_parse(parser, T(text), flags, &query, &xc_err));
    OK(xapian_c_query_description(query, &got, &xc_err));
    SAME_ROW(text, xapian_c_span(got.data, got.len), want);
    xapian_c_query_free(query);
    xapian_c_buffer_free(&got);
}

static void test_flags(void)
{
    static const struct {
        const char *text, *want;
        unsigned flags;
    } rows[] = {
        {"a b", "Query((a@1 OR b@2))", XAPIAN_C_PARSE_DEFAULT},
        {"a AND b", "Query((a@1 AND b@2))", XAPIAN_C_PARSE_DEFAULT},
        {"a and b", "Query((a@1 AND b@2))",
         XAPIAN_C_PARSE_BOOLEAN | XAPIAN_C_PARSE_BOOLEAN_ANY_CASE},
        {"a AND b", "Query((a@1 OR and@2 OR b@3))", 0},
        {"+a -b", "Query((a@1 AND_NOT b@2))", XAPIAN_C_PARSE_DEFAULT},
        {"\"a b\"", "Query((a@1 PHRASE 2 b@2))", XAPIAN_C_PARSE_DEFAULT},
        {"\"a b\"", "Query((a@1 AND b@2))", XAPIAN_C_PARSE_DEFAULT | XAPIAN_C_PARSE_NO_POSITIONS},
        {"NOT a", "Query((<alldocuments> AND_NOT a@1))",
         XAPIAN_C_PARSE_DEFAULT | XAPIAN_C_PARSE_PURE_NOT},
        {"", "Query()", XAPIAN_C_PARSE_DEFAULT}};
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *query = NULL;
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_parse(parser, rows[i].text, rows[i].flags, rows[i].want);
    WANT(XAPIAN_C_E_SYNTAX,
         xapian_c_query_parser_parse(parser, T("NOT a"), XAPIAN_C_PARSE_DEFAULT, &query, &xc_err));
    CHECK(query == NULL);
    xapian_c_query_parser_free(parser);
    xapian_c_query_parser_free(NULL);
}

static void test_default_op(void)
{
    xapian_c_query_parser *parser = NULL;
    int op = XAPIAN_C_OP_INVALID;
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    OK(xapian_c_query_parser_default_op(parser, &op, &xc_err));
    CHECK(op == XAPIAN_C_OP_OR);
    OK(xapian_c_query_parser_set_default_op(parser, XAPIAN_C_OP_AND, &xc_err));
    OK(xapian_c_query_parser_default_op(parser, &op, &xc_err));
    CHECK(op == XAPIAN_C_OP_AND);
    check_parse(parser, "a b", XAPIAN_C_PARSE_DEFAULT, "Query((a@1 AND b@2))");
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_query_parser_set_default_op(parser, XAPIAN_C_OP_AND_NOT, &xc_err));
    xapian_c_query_parser_free(parser);
}

static void test_stems_and_stop_words(void)
{
    xapian_c_query_parser *parser = NULL;
    xapian_c_stem *stem = NULL;
    xapian_c_stopper *stopper = NULL;
    xapian_c_term_iterator *it = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    int major = 0;
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    OK(xapian_c_stem_new("en", 0, &stem, &xc_err));
    OK(xapian_c_stopper_new(&stopper, &xc_err));
    OK(xapian_c_stopper_add(stopper, T("the"), &xc_err));
    OK(xapian_c_query_parser_set_stemmer(parser, stem, &xc_err));
    OK(xapian_c_query_parser_set_stemming_strategy(parser, XAPIAN_C_STEM_SOME, &xc_err));
    OK(xapian_c_query_parser_set_stopper(parser, stopper, &xc_err));
    xapian_c_stopper_free(stopper);
    xapian_c_stem_free(stem);
    check_parse(parser, "the running", XAPIAN_C_PARSE_DEFAULT, "Query(Zrun@2)");
    OK(xapian_c_query_parser_stoplist(parser, &it, &xc_err));
    SAME(T(xc_terms(it)), "the");
    OK(xapian_c_query_parser_unstem(parser, T("Zrun"), &it, &xc_err));
    SAME(T(xc_terms(it)), "running");
    OK(xapian_c_query_parser_set_stopper(parser, NULL, &xc_err));
    OK(xapian_c_query_parser_set_stemming_strategy(parser, XAPIAN_C_STEM_ALL, &xc_err));
    check_parse(parser, "the running", XAPIAN_C_PARSE_DEFAULT, "Query((the@1 OR run@2))");
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_stemming_strategy(parser, 17, &xc_err));
    xapian_c_xapian_version_numbers(&major, NULL, NULL);
    WANT(major >= 2 ? XAPIAN_C_OK : XAPIAN_C_E_UNSUPPORTED,
         xapian_c_query_parser_set_stopper_strategy(parser, XAPIAN_C_STOP_ALL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_stopper_strategy(parser, 17, &xc_err));
    OK(xapian_c_query_parser_description(parser, &text, &xc_err));
    CHECK(text.len > 0);
    xapian_c_buffer_free(&text);
    xapian_c_query_parser_free(parser);
}

static void test_prefixes(void)
{
    xapian_c_query_parser *parser = NULL;
    xapian_c_parse what = {T("word colour:red"), XAPIAN_C_PARSE_DEFAULT, T("S")};
    xapian_c_database *db = xc_library(NULL);
    xapian_c_query *query = NULL;
    xapian_c_buffer got = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    OK(xapian_c_query_parser_add_prefix(parser, "title", "S", &xc_err));
    OK(xapian_c_query_parser_add_boolean_prefix(parser, "colour", "XC", NULL, &xc_err));
    OK(xapian_c_query_parser_add_boolean_prefix(parser, "shade", "XS", "colours", &xc_err));
    OK(xapian_c_query_parser_add_boolean_prefix(parser, "every", "XE", "", &xc_err));
    check_parse(parser, "title:word", XAPIAN_C_PARSE_DEFAULT, "Query(Sword@1)");
    OK(xapian_c_query_parser_parse(parser, T("colour:red colour:blue"), XAPIAN_C_PARSE_DEFAULT,
                                   &query, &xc_err));
    SAME(T(xc_found(db, query)), "1 2 3 5");
    OK(xapian_c_query_parser_parse(parser, T("colour:red shade:x"), XAPIAN_C_PARSE_DEFAULT, &query,
                                   &xc_err));
    SAME(T(xc_found(db, query)), "");
    check_parse(parser, "every:a every:b", XAPIAN_C_PARSE_DEFAULT, "Query(0 * (XEa AND XEb))");
    OK(xapian_c_query_parser_parse_prefixed(parser, &what, &query, &xc_err));
    OK(xapian_c_query_description(query, &got, &xc_err));
    SAME_BUFFER(got, "Query((Sword@1 FILTER XCred))");
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_prefix(parser, "colour", "X", &xc_err));
    xapian_c_query_free(query);
    xapian_c_buffer_free(&got);
    xapian_c_query_parser_free(parser);
    xapian_c_database_free(db);
}

static int field_query(xapian_c_bytes text, xapian_c_query **out, void *payload)
{
    ++*(int *)payload;
    if (text.len == 4 && memcmp(text.data, "none", 4) == 0)
        return 0;
    if (text.len == 4 && memcmp(text.data, "stop", 4) == 0)
        return -1;
    return xapian_c_query_new_term(text, 1, 0, out, NULL) == XAPIAN_C_OK ? 0 : -1;
}

static void test_fields(void)
{
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *query = NULL;
    int calls = 0;
    xapian_c_field field = {"near", field_query, &calls, 0, NULL};
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    OK(xapian_c_query_parser_add_field(parser, &field, &xc_err));
    field.name = "only";
    field.boolean = 1;
    OK(xapian_c_query_parser_add_field(parser, &field, &xc_err));
    check_parse(parser, "near:here", XAPIAN_C_PARSE_DEFAULT, "Query(here)");
    check_parse(parser, "only:here word", XAPIAN_C_PARSE_DEFAULT, "Query((word@1 FILTER here))");
    check_parse(parser, "near:none", XAPIAN_C_PARSE_DEFAULT, "Query()");
    CHECK(calls == 3);
    WANT(XAPIAN_C_E_STOPPED, xapian_c_query_parser_parse(parser, T("near:stop"),
                                                         XAPIAN_C_PARSE_DEFAULT, &query, &xc_err));
    field.fn = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_field(parser, &field, &xc_err));
    xapian_c_query_parser_free(parser);
}

static int range_query(xapian_c_bytes begin, xapian_c_bytes end, xapian_c_query **out,
                       void *payload)
{
    (void)end;
    ++*(int *)payload;
    if (begin.len == 1 && begin.data[0] == 's')
        return -1;
    if (begin.len != 1 || begin.data[0] != 'm')
        return 0;
    return xapian_c_query_new_term(T("mine"), 1, 0, out, NULL) == XAPIAN_C_OK ? 1 : -1;
}

static void test_ranges(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *query = NULL;
    xapian_c_range range;
    int calls = 0;
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    xapian_c_range_init(&range);
    range.kind = XAPIAN_C_RANGE_CALLBACK;
    range.fn = range_query;
    range.payload = &calls;
    OK(xapian_c_query_parser_add_range(parser, &range, &xc_err));
    xapian_c_range_init(&range);
    range.kind = XAPIAN_C_RANGE_NUMBER;
    range.marker = "$";
    OK(xapian_c_query_parser_add_range(parser, &range, &xc_err));
    range.kind = XAPIAN_C_RANGE_DATE;
    range.slot = 2;
    range.marker = NULL;
    OK(xapian_c_query_parser_add_range(parser, &range, &xc_err));
    range.kind = XAPIAN_C_RANGE_STRING;
    range.slot = 1;
    range.grouping = "own";
    OK(xapian_c_query_parser_add_range(parser, &range, &xc_err));
    static const struct {
        const char *text, *found;
    } rows[] = {{"$20..40", "2 3 4"},
                {"$30..", "3 4 5"},
                {"2023-01-01..2023-12-31", "1 2"},
                {"blue..green", "2 4"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OK(xapian_c_query_parser_parse(parser, T(rows[i].text), XAPIAN_C_PARSE_DEFAULT, &query,
                                       &xc_err));
        SAME_ROW(rows[i].text, T(xc_found(db, query)), rows[i].found);
    }
    CHECK(calls == 4);
    check_parse(parser, "m..z", XAPIAN_C_PARSE_DEFAULT, "Query(0 * mine)");
    WANT(XAPIAN_C_E_STOPPED,
         xapian_c_query_parser_parse(parser, T("s..z"), XAPIAN_C_PARSE_DEFAULT, &query, &xc_err));
    range.kind = 9;
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_range(parser, &range, &xc_err));
    range.kind = XAPIAN_C_RANGE_CALLBACK;
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_range(parser, &range, &xc_err));
    xapian_c_range_init(NULL);
    xapian_c_query_parser_free(parser);
    xapian_c_database_free(db);
}

static void test_database(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "parser.db"));
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *query = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_database_add_spelling(db, T("gamma"), 1, &xc_err));
    OK(xapian_c_database_add_synonym(db, T("beta"), T("epsilon"), &xc_err));
    OK(xapian_c_database_commit(db, &xc_err));
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    OK(xapian_c_query_parser_set_database(parser, db, &xc_err));
    OK(xapian_c_query_parser_set_max_expansion(parser, 10, XAPIAN_C_WILDCARD_LIMIT_FIRST,
                                               XAPIAN_C_PARSE_WILDCARD, &xc_err));
    OK(xapian_c_query_parser_parse(parser, T("ga*"), XAPIAN_C_PARSE_WILDCARD, &query, &xc_err));
    SAME(T(xc_found(db, query)), "1 3");
    OK(xapian_c_query_parser_parse(parser, T("eps"), XAPIAN_C_PARSE_PARTIAL, &query, &xc_err));
    SAME(T(xc_found(db, query)), "4");
    OK(xapian_c_query_parser_parse(parser, T("~beta"), XAPIAN_C_PARSE_SYNONYM, &query, &xc_err));
    SAME(T(xc_found(db, query)), "1 2 4");
    OK(xapian_c_query_parser_parse(parser, T("gama word"), XAPIAN_C_PARSE_SPELLING_CORRECTION,
                                   &query, &xc_err));
    OK(xapian_c_query_parser_corrected(parser, &text, &xc_err));
    SAME_BUFFER(text, "gamma word");
    xapian_c_query_free(query);
    xapian_c_buffer_free(&text);
    xapian_c_query_parser_free(parser);
    xapian_c_database_free(db);
}

/* Any bytes parse, or are refused as syntax; nothing else. */
static void test_any_bytes(void)
{
    xapian_c_query_parser *parser = NULL;
    unsigned state = 12345, refused = 0;
    OK(xapian_c_query_parser_new(&parser, &xc_err));
    for (unsigned round = 0; round < 2000; round++) {
        static const char some[] = "ab \"()+-*~:.\xC3\xA9\xFF\0AND OR NOT XOR NEAR/2";
        char text[24];
        xapian_c_query *query = NULL;
        size_t len = round % sizeof text;
        for (size_t i = 0; i < len; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = some[(state >> 16) % sizeof some];
        }
        xapian_c_status status =
            xapian_c_query_parser_parse(parser, xapian_c_span(text, len), 0xFF, &query, &xc_err);
        CHECK(status == XAPIAN_C_OK || status == XAPIAN_C_E_SYNTAX || status == XAPIAN_C_E_INVALID);
        CHECK((query != NULL) == (status == XAPIAN_C_OK));
        refused += status != XAPIAN_C_OK;
        xapian_c_query_free(query);
    }
    printf("(seed 12345, %u of 2000 refused) ", refused);
    xapian_c_query_parser_free(parser);
}

CU_TestInfo xc_parser_tests[] = {{"flags", test_flags},
                                 {"default operator", test_default_op},
                                 {"stems and stop words", test_stems_and_stop_words},
                                 {"prefixes", test_prefixes},
                                 {"fields", test_fields},
                                 {"ranges", test_ranges},
                                 {"database", test_database},
                                 {"any bytes", test_any_bytes},
                                 CU_TEST_INFO_NULL};
