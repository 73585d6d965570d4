/* SPDX-License-Identifier: MIT */
/* choosers.h: match deciders, match spies, key makers, expand deciders. */
#include "fixture.h"

#include <string.h>

struct seen {
    unsigned calls;
    int stop;
};

static uint32_t id_of(const xapian_c_document *doc)
{
    uint32_t docid = 0;
    CHECK(xapian_c_document_docid(doc, &docid, NULL) == XAPIAN_C_OK);
    return docid;
}

static int odd_only(const xapian_c_document *doc, void *payload)
{
    struct seen *seen = payload;
    seen->calls++;
    return seen->stop ? -1 : id_of(doc) % 2 == 1;
}

static xapian_c_enquire *everything(xapian_c_database *db)
{
    xapian_c_query *all = NULL;
    OK(xapian_c_query_new_match_all(&all, &xc_err));
    return xc_enquire(db, all);
}

static xapian_c_mset *decided(xapian_c_enquire *enquire, const xapian_c_match_decider *decider,
                              xapian_c_status want)
{
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    how.decider = decider;
    WANT(want, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    return mset;
}

static void test_match_deciders(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = everything(db);
    xapian_c_match_decider *in = NULL, *out = NULL, *odd = NULL;
    struct seen seen = {0, 0};
    OK(xapian_c_match_decider_new_values(1, 1, &in, &xc_err));
    OK(xapian_c_match_decider_add_value(in, T("blue"), &xc_err));
    OK(xapian_c_match_decider_add_value(in, T("green"), &xc_err));
    SAME(T(xc_ranked(decided(enquire, in, XAPIAN_C_OK))), "2 4");
    OK(xapian_c_match_decider_remove_value(in, T("green"), &xc_err));
    SAME(T(xc_ranked(decided(enquire, in, XAPIAN_C_OK))), "2");
    OK(xapian_c_match_decider_new_values(1, 0, &out, &xc_err));
    OK(xapian_c_match_decider_add_value(out, T("red"), &xc_err));
    SAME(T(xc_ranked(decided(enquire, out, XAPIAN_C_OK))), "2 4");
    OK(xapian_c_match_decider_new_callback(odd_only, &seen, &odd, &xc_err));
    SAME(T(xc_ranked(decided(enquire, odd, XAPIAN_C_OK))), "1 3 5");
    CHECK(seen.calls >= 5);
    seen.stop = 1;
    CHECK(decided(enquire, odd, XAPIAN_C_E_STOPPED) == NULL);
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_decider_add_value(odd, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_decider_remove_value(odd, T("x"), &xc_err));
    xapian_c_match_decider_free(in);
    xapian_c_match_decider_free(out);
    xapian_c_match_decider_free(odd);
    xapian_c_match_decider_free(NULL);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static int count_weights(const xapian_c_document *doc, double weight, void *payload)
{
    struct seen *seen = payload;
    seen->calls += id_of(doc) > 0 && weight >= 0;
    return seen->stop;
}

static void check_facet(xapian_c_term_iterator *it, const char *value, uint32_t times)
{
    uint32_t n = 0;
    OK(xapian_c_term_iterator_next(it, &xc_err));
    SAME(xapian_c_term_iterator_term(it), value);
    OK(xapian_c_term_iterator_termfreq(it, &n, &xc_err));
    CHECK_ROW(value, n == times);
}

static void test_match_spies(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = everything(db);
    xapian_c_match_spy *colours = NULL, *counter = NULL;
    xapian_c_term_iterator *it = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    struct seen seen = {0, 0};
    size_t total = 0;
    OK(xapian_c_match_spy_new_values(1, &colours, &xc_err));
    OK(xapian_c_match_spy_new_callback(count_weights, &seen, &counter, &xc_err));
    OK(xapian_c_enquire_add_spy(enquire, colours, &xc_err));
    OK(xapian_c_enquire_add_spy(enquire, counter, &xc_err));
    xapian_c_match_init(&how);
    how.check_at_least = 100;
    OK(xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    xapian_c_mset_free(mset);
    OK(xapian_c_match_spy_total(colours, &total, &xc_err));
    CHECK(total == 5 && seen.calls == 5);
    OK(xapian_c_match_spy_top_values(colours, 2, &it, &xc_err));
    check_facet(it, "red", 3);
    check_facet(it, "blue", 1);
    WANT(XAPIAN_C_END, xapian_c_term_iterator_next(it, &xc_err));
    xapian_c_term_iterator_free(it);
    OK(xapian_c_match_spy_values(colours, &it, &xc_err));
    SAME(T(xc_terms(it)), "blue green red");
    OK(xapian_c_match_spy_description(colours, &text, &xc_err));
    CHECK(text.len > 0);
    OK(xapian_c_match_spy_description(counter, &text, &xc_err));
    CHECK(text.len > 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_total(counter, &total, &xc_err));
    seen.stop = -1;
    WANT(XAPIAN_C_E_STOPPED, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    OK(xapian_c_enquire_clear_spies(enquire, &xc_err));
    OK(xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    xapian_c_mset_free(mset);
    xapian_c_match_spy_free(colours);
    xapian_c_match_spy_free(counter);
    xapian_c_match_spy_free(NULL);
    xapian_c_buffer_free(&text);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static int backwards_key(const xapian_c_document *doc, xapian_c_buffer *key, void *payload)
{
    struct seen *seen = payload;
    char digit = (char)('9' - (char)id_of(doc));
    seen->calls++;
    if (seen->stop)
        return -1;
    return xapian_c_buffer_set(key, xapian_c_span(&digit, 1), NULL) == XAPIAN_C_OK ? 0 : -1;
}

static void test_key_makers(void)
{
    xapian_c_database *db = xc_library(NULL);
    xapian_c_enquire *enquire = everything(db);
    xapian_c_key_maker *values = NULL, *function = NULL, *distance = NULL;
    xapian_c_coord hamburg = {53.55, 10.0};
    xapian_c_document *doc = NULL;
    xapian_c_buffer key = XAPIAN_C_BUFFER_INIT;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    struct seen seen = {0, 0};
    OK(xapian_c_key_maker_new_values(&values, &xc_err));
    OK(xapian_c_key_maker_add_value(values, 1, 0, T(""), &xc_err));  /* blue green red */
    OK(xapian_c_key_maker_add_value(values, 2, 1, T("0"), &xc_err)); /* newest first */
    OK(xapian_c_enquire_sort_by_key(enquire, values, 0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "2 4 3 1 5");
    OK(xapian_c_key_maker_new_callback(backwards_key, &seen, &function, &xc_err));
    OK(xapian_c_enquire_sort_by_key(enquire, function, 0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "5 4 3 2 1");
    CHECK(seen.calls >= 5);
    OK(xapian_c_key_maker_new_distance(3, &hamburg, 1, &distance, &xc_err));
    OK(xapian_c_enquire_sort_by_key(enquire, distance, 0, &xc_err));
    SAME(T(xc_ranked(xc_mset(enquire))), "1 2 3 4 5");
    OK(xapian_c_database_document(db, 4, 0, &doc, &xc_err));
    OK(xapian_c_key_maker_key(function, doc, &key, &xc_err));
    SAME_BUFFER(key, "5");
    WANT(XAPIAN_C_E_INVALID, xapian_c_key_maker_add_value(function, 1, 0, T(""), &xc_err));
    seen.stop = 1;
    OK(xapian_c_enquire_sort_by_key(enquire, function, 0, &xc_err));
    xapian_c_match_init(&how);
    WANT(XAPIAN_C_E_STOPPED, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    WANT(XAPIAN_C_E_STOPPED, xapian_c_key_maker_key(function, doc, &key, &xc_err));
    CHECK(key.len == 0);
    xapian_c_document_free(doc);
    xapian_c_key_maker_free(values);
    xapian_c_key_maker_free(function);
    xapian_c_key_maker_free(distance);
    xapian_c_key_maker_free(NULL);
    xapian_c_buffer_free(&key);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

static int short_terms(xapian_c_bytes term, void *payload)
{
    struct seen *seen = payload;
    seen->calls++;
    return seen->stop ? -1 : term.len == 5;
}

/* The terms suggested for documents 1 and 3, ascending weight aside: "a b c" in the set's order. */
static xapian_c_status suggested(xapian_c_enquire *enquire, const xapian_c_expand_decider *decider,
                                 char *out, size_t size)
{
    xapian_c_expand how;
    xapian_c_rset *rset = NULL;
    xapian_c_eset *eset = NULL;
    xapian_c_buffer term = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_rset_new(&rset, &xc_err));
    OK(xapian_c_rset_add(rset, 1, &xc_err));
    OK(xapian_c_rset_add(rset, 3, &xc_err));
    xapian_c_expand_init(&how);
    how.rset = rset;
    how.decider = decider;
    xapian_c_status status = xapian_c_enquire_eset(enquire, &how, &eset, &xc_err);
    out[0] = '\0';
    for (uint32_t i = 0; i < xapian_c_eset_size(eset); i++) {
        OK(xapian_c_eset_get(eset, i, &term, NULL, &xc_err));
        snprintf(out + strlen(out), size - strlen(out), "%s ", term.data);
    }
    xapian_c_buffer_free(&term);
    xapian_c_eset_free(eset);
    xapian_c_rset_free(rset);
    return status;
}

static void test_expand_deciders(void)
{
    char path[XC_PATH], got[256];
    xapian_c_database *db = xc_library(xc_path(path, "expand.db"));
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_bytes refused[2] = {T("gamma"), T("XCred")};
    xapian_c_expand_decider *without = NULL, *prefix = NULL, *both = NULL, *function = NULL;
    struct seen seen = {0, 0};
    OK(suggested(enquire, NULL, got, sizeof got));
    CHECK(strstr(got, "gamma") != NULL && strstr(got, "XCred") != NULL &&
          strstr(got, "alpha") == NULL);
    OK(xapian_c_expand_decider_new_without(refused, 2, &without, &xc_err));
    OK(suggested(enquire, without, got, sizeof got));
    CHECK(strstr(got, "gamma") == NULL && strstr(got, "delta") != NULL);
    OK(xapian_c_expand_decider_new_prefix(T("X"), &prefix, &xc_err));
    OK(suggested(enquire, prefix, got, sizeof got));
    SAME(T(got), "XCred ");
    OK(xapian_c_expand_decider_new_and(without, prefix, &both, &xc_err));
    xapian_c_expand_decider_free(without);
    xapian_c_expand_decider_free(prefix); /* `both` keeps them */
    OK(suggested(enquire, both, got, sizeof got));
    SAME(T(got), "");
    OK(xapian_c_expand_decider_new_callback(short_terms, &seen, &function, &xc_err));
    OK(suggested(enquire, function, got, sizeof got));
    CHECK(strstr(got, "gamma") != NULL && strstr(got, "Q1") == NULL && seen.calls > 0);
    seen.stop = 1;
    WANT(XAPIAN_C_E_STOPPED, suggested(enquire, function, got, sizeof got));
    xapian_c_expand_decider *none = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_expand_decider_new_without(NULL, 1, &none, &xc_err));
    xapian_c_expand_decider_free(both);
    xapian_c_expand_decider_free(function);
    xapian_c_expand_decider_free(NULL);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

CU_TestInfo xc_chooser_tests[] = {{"match deciders", test_match_deciders},
                                  {"match spies", test_match_spies},
                                  {"key makers", test_key_makers},
                                  {"expand deciders", test_expand_deciders},
                                  CU_TEST_INFO_NULL};
