/* SPDX-License-Identifier: MIT */
/* query.h: every operator against the library of fixture.h, and looking at queries. */
#include "fixture.h"

#include <math.h>
#include <string.h>

/* Words of a text joined by an operator. */
static xapian_c_status joined(int op, const char *words, uint32_t parameter, xapian_c_query **out)
{
    xapian_c_query *parts[8] = {NULL};
    xapian_c_queries all = {(const xapian_c_query *const *)parts, 0};
    for (const char *word = words; *word != '\0';) {
        size_t len = strcspn(word, " ");
        OK(xapian_c_query_new_term(xapian_c_span(word, len), 1, (uint32_t)all.n + 1, &parts[all.n],
                                   &xc_err));
        all.n++;
        word += len + (word[len] == ' ');
    }
    xapian_c_status status = xapian_c_query_new_combined(op, all, parameter, out, &xc_err);
    for (size_t i = 0; i < all.n; i++)
        xapian_c_query_free(parts[i]);
    return status;
}

static void test_operators(void)
{
    static const struct {
        const char *name, *words, *found;
        int op;
        uint32_t parameter;
    } rows[] = {{"and", "alpha beta", "1 2", XAPIAN_C_OP_AND, 0},
                {"and three", "alpha beta gamma", "1", XAPIAN_C_OP_AND, 0},
                {"or", "beta delta", "1 2 3 4", XAPIAN_C_OP_OR, 0},
                {"or none", "nope never", "", XAPIAN_C_OP_OR, 0},
                {"and not", "alpha beta", "3 5", XAPIAN_C_OP_AND_NOT, 0},
                {"xor", "alpha beta", "3 4 5", XAPIAN_C_OP_XOR, 0},
                {"xor three", "alpha beta gamma", "1 4 5", XAPIAN_C_OP_XOR, 0},
                {"and maybe", "alpha beta", "1 2 3 5", XAPIAN_C_OP_AND_MAYBE, 0},
                {"filter", "alpha gamma", "1 3", XAPIAN_C_OP_FILTER, 0},
                {"near 2", "gamma alpha", "3", XAPIAN_C_OP_NEAR, 2},
                {"near 3", "gamma alpha", "1 3", XAPIAN_C_OP_NEAR, 3},
                {"phrase", "alpha beta", "1 2", XAPIAN_C_OP_PHRASE, 0},
                {"phrase backwards", "beta alpha", "", XAPIAN_C_OP_PHRASE, 0},
                {"phrase 3", "alpha gamma", "1 3", XAPIAN_C_OP_PHRASE, 3},
                {"synonym", "alpha delta", "1 2 3 4 5", XAPIAN_C_OP_SYNONYM, 0},
                {"max", "gamma delta", "1 3 4", XAPIAN_C_OP_MAX, 0},
                {"one part", "delta", "3 4", XAPIAN_C_OP_OR, 0},
                {"no part", "", "", XAPIAN_C_OP_OR, 0}};
    xapian_c_database *db = xc_library(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xapian_c_query *query = NULL;
        OK(joined(rows[i].op, rows[i].words, rows[i].parameter, &query));
        SAME_ROW(rows[i].name, T(xc_found(db, query)), rows[i].found);
    }
    xapian_c_database_free(db);
}

static void test_wrong_operators(void)
{
    static const int rows[] = {XAPIAN_C_OP_VALUE_RANGE,
                               XAPIAN_C_OP_VALUE_GE,
                               XAPIAN_C_OP_VALUE_LE,
                               XAPIAN_C_OP_WILDCARD,
                               XAPIAN_C_OP_INVALID,
                               XAPIAN_C_LEAF_TERM,
                               104,
                               -1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xapian_c_query *query = NULL;
        WANT(XAPIAN_C_E_INVALID, joined(rows[i], "a b", 0, &query));
        CHECK(query == NULL);
    }
}

static void test_pairs_and_leaves(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_query *a = xc_term("alpha"), *b = xc_term("delta"), *query = NULL, *wrapped = NULL;
    const xapian_c_query *missing[2] = {a, NULL};
    xapian_c_queries parts = {missing, 2};
    OK(xapian_c_query_new_pair(XAPIAN_C_OP_OR, a, b, &query, &xc_err));
    SAME(T(xc_found(db, query)), "1 2 3 4 5");
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_pair(XAPIAN_C_OP_INVALID, a, b, &query, &xc_err));
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_query_new_combined(XAPIAN_C_OP_OR, parts, 0, &query, &xc_err));
    parts.items = NULL;
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_query_new_combined(XAPIAN_C_OP_OR, parts, 0, &query, &xc_err));
    OK(xapian_c_query_new_match_all(&query, &xc_err));
    SAME(T(xc_found(db, query)), "1 2 3 4 5");
    OK(xapian_c_query_new_match_nothing(&query, &xc_err));
    CHECK(xapian_c_query_is_empty(query) == 1 && xapian_c_query_is_empty(NULL) == 1);
    SAME(T(xc_found(db, query)), "");
    OK(xapian_c_query_new_value_range(1, T("blue"), T("green"), &query, &xc_err));
    /* A phrase of something that has no positions. */
    xapian_c_status status =
        xapian_c_query_new_pair(XAPIAN_C_OP_PHRASE, a, query, &wrapped, &xc_err);
    CHECK(status == XAPIAN_C_E_UNSUPPORTED || status == XAPIAN_C_E_INVALID);
    xapian_c_query_free(query);
    xapian_c_query_free(a);
    xapian_c_query_free(b);
    xapian_c_query_free(NULL);
    xapian_c_database_free(db);
}

static void test_value_ranges(void)
{
    static const struct {
        const char *name, *low, *high, *found;
    } rows[] = {{"range", "20230301", "20241231", "2 3 4"},
                {"ge", "20240704", NULL, "3 4"},
                {"le", NULL, "20230310", "1 2"},
                {"backwards", "3", "1", ""}};
    xapian_c_database *db = xc_library(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xapian_c_query *query = NULL;
        if (rows[i].high == NULL)
            OK(xapian_c_query_new_value_ge(2, T(rows[i].low), &query, &xc_err));
        else if (rows[i].low == NULL)
            OK(xapian_c_query_new_value_le(2, T(rows[i].high), &query, &xc_err));
        else
            OK(xapian_c_query_new_value_range(2, T(rows[i].low), T(rows[i].high), &query, &xc_err));
        SAME_ROW(rows[i].name, T(xc_found(db, query)), rows[i].found);
    }
    xapian_c_database_free(db);
}

static void test_wildcards(void)
{
    static const struct {
        const char *pattern, *found;
        uint32_t max;
        int limit;
        int combiner;
    } rows[] = {{"al", "1 2 3 5", 0, XAPIAN_C_WILDCARD_LIMIT_ERROR, XAPIAN_C_OP_SYNONYM},
                {"XC", "1 2 3 4 5", 0, XAPIAN_C_WILDCARD_LIMIT_ERROR, XAPIAN_C_OP_OR},
                {"XC", "2", 1, XAPIAN_C_WILDCARD_LIMIT_FIRST, XAPIAN_C_OP_MAX},
                {"XC", "1 3 5", 1, XAPIAN_C_WILDCARD_LIMIT_MOST_FREQUENT, XAPIAN_C_OP_SYNONYM},
                {"zz", "", 0, XAPIAN_C_WILDCARD_LIMIT_ERROR, XAPIAN_C_OP_SYNONYM}};
    xapian_c_database *db = xc_library(NULL);
    xapian_c_wildcard what;
    xapian_c_query *query = NULL;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xapian_c_wildcard_init(&what);
        what.pattern = T(rows[i].pattern);
        what.max_expansion = rows[i].max;
        what.limit_type = rows[i].limit;
        what.combiner = rows[i].combiner;
        OK(xapian_c_query_new_wildcard(&what, &query, &xc_err));
        SAME_ROW(rows[i].pattern, T(xc_found(db, query)), rows[i].found);
    }
    what.pattern = T("XC");
    what.max_expansion = 1;
    what.limit_type = XAPIAN_C_WILDCARD_LIMIT_ERROR;
    OK(xapian_c_query_new_wildcard(&what, &query, &xc_err));
    xapian_c_enquire *enquire = xc_enquire(db, query);
    xapian_c_match_init(&how);
    WANT(XAPIAN_C_E_LIMIT, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    what.combiner = XAPIAN_C_OP_AND;
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_wildcard(&what, &query, &xc_err));
    xapian_c_wildcard_init(&what);
    what.pattern = T("alpah");
    int major = 0;
    xapian_c_xapian_version_numbers(&major, NULL, NULL);
    WANT(major >= 2 ? XAPIAN_C_OK : XAPIAN_C_E_UNSUPPORTED,
         xapian_c_query_new_edit_distance(&what, &query, &xc_err));
    xapian_c_query_free(query);
    xapian_c_wildcard_init(NULL);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_scaling(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_query *query = xc_term("epsilon"), *scaled = NULL;
    xapian_c_hit once, twice;
    OK(xapian_c_query_new_scaled(query, 2, &scaled, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_scaled(query, -1, NULL, &xc_err));
    xapian_c_query *refused = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_scaled(query, -1, &refused, &xc_err));
    xapian_c_enquire *enquire = xc_enquire(db, query);
    xapian_c_mset *mset = xc_mset(enquire);
    OK(xapian_c_mset_get(mset, 0, &once, &xc_err));
    xapian_c_mset_free(mset);
    OK(xapian_c_enquire_set_query(enquire, scaled, 0, &xc_err));
    mset = xc_mset(enquire);
    OK(xapian_c_mset_get(mset, 0, &twice, &xc_err));
    CHECK(fabs(twice.weight - 2 * once.weight) < 1e-12 && once.weight > 0);
    xapian_c_mset_free(mset);
    xapian_c_query_free(scaled);
    OK(joined(XAPIAN_C_OP_ELITE_SET, "alpha epsilon", 1, &query)); /* the rarer one is better */
    OK(xapian_c_enquire_set_query(enquire, query, 0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "4");
    xapian_c_query_free(query);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static void test_looking(void)
{
    xapian_c_query *query = NULL, *part = NULL;
    xapian_c_term_iterator *it = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    int type = XAPIAN_C_OP_INVALID;
    uint32_t length = 0;
    size_t n = 0;
    OK(joined(XAPIAN_C_OP_AND, "b a b", 0, &query));
    OK(xapian_c_query_length(query, &length, &xc_err));
    OK(xapian_c_query_type(query, &type, &xc_err));
    OK(xapian_c_query_part_count(query, &n, &xc_err));
    CHECK(length == 3 && type == XAPIAN_C_OP_AND && n == 3 && !xapian_c_query_is_empty(query));
    OK(xapian_c_query_part(query, 1, &part, &xc_err));
    OK(xapian_c_query_type(part, &type, &xc_err));
    CHECK(type == XAPIAN_C_LEAF_TERM);
    OK(xapian_c_query_description(part, &text, &xc_err));
    SAME_BUFFER(text, "Query(a@2)");
    xapian_c_query_free(part);
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_part(query, 3, &part, &xc_err));
    CHECK(part == NULL);
    OK(xapian_c_query_terms(query, &it, &xc_err));
    SAME(T(xc_terms(it)), "b a b");
    OK(xapian_c_query_unique_terms(query, &it, &xc_err));
    SAME(T(xc_terms(it)), "a b");
    xapian_c_query_free(query);
    xapian_c_buffer_free(&text);
}

static void test_serialise(void)
{
    xapian_c_query *query = NULL, *back = NULL;
    xapian_c_buffer bytes = XAPIAN_C_BUFFER_INIT, was = XAPIAN_C_BUFFER_INIT;
    OK(joined(XAPIAN_C_OP_NEAR, "a b", 5, &query));
    OK(xapian_c_query_serialise(query, &bytes, &xc_err));
    OK(xapian_c_query_unserialise(xapian_c_span(bytes.data, bytes.len), &back, &xc_err));
    OK(xapian_c_query_description(query, &was, &xc_err));
    OK(xapian_c_query_description(back, &bytes, &xc_err));
    CHECK(strcmp(was.data, bytes.data) == 0);
    xapian_c_query_free(back);
    WANT(XAPIAN_C_E_SERIALISATION, xapian_c_query_unserialise(T("\x10"), &back, &xc_err));
    CHECK(back == NULL);
    /* In 1.4 a cut length is a NetworkError. */
    xapian_c_status status = xapian_c_query_unserialise(T("\xFF"), &back, &xc_err);
    CHECK(status == XAPIAN_C_E_SERIALISATION || status == XAPIAN_C_E_NETWORK);
    CHECK(back == NULL);
    xapian_c_query_free(query);
    xapian_c_buffer_free(&bytes);
    xapian_c_buffer_free(&was);
}

CU_TestInfo xc_query_tests[] = {{"operators", test_operators},
                                {"operators that take no queries", test_wrong_operators},
                                {"pairs and leaves", test_pairs_and_leaves},
                                {"value ranges", test_value_ranges},
                                {"wildcards", test_wildcards},
                                {"scaling", test_scaling},
                                {"looking at one", test_looking},
                                {"serialise", test_serialise},
                                CU_TEST_INFO_NULL};
