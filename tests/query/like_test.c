/* SPDX-License-Identifier: MIT */
/* like_test - a query for what is like a text: which terms it has and with which weights, what is
 * left out of the answer, and articles by their keys. Of the native engine, or the one that
 * QUERN_TEST_ENGINE names. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"

#include <string.h>

static char dir[LIBRARY_DIR];

static const char *const articles[][2] = {
    {"a", "Rowan berries ripen in autumn; rowan, rowan and thrushes. Unheard."},
    {"b", "Thrushes eat the berries of the rowan."},
    {"c", "Autumn brings rain and wind to the coast."},
    {"d", "Ferries cross the sound in rain and wind."},
    {"e", "Rowan berries ripen in autumn; rowan, rowan and thrushes. Unheard."},
    {"f", "Thrushes sing."},
};
enum { N_ARTICLES = sizeof articles / sizeof *articles };

static quern_reader *make_reader(int no_text)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    options.no_text = no_text;
    quern_index *index = library_make(dir, &options);
    quern_writer *w = library_writer(index);
    CHECK(!library_put(w, "a", "", "An earlier text of a about rowans.", &err));
    CHECK(!quern_writer_commit(w, &err));
    for (size_t i = 0; i < N_ARTICLES; i++) {
        CHECK(!library_put(w, articles[i][0], "", articles[i][1], &err));
    }
    quern_article record = QUERN_ARTICLE_INIT;
    record.source = QUERN_STR("feed");
    record.id = QUERN_STR("7");
    record.title = QUERN_STR("A record");
    record.text = QUERN_STR("The coast has ferries.");
    record.date = 86400;
    CHECK(!quern_writer_put(w, &record, &err));
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_index_close(index);
    return reader;
}

/* The sources of the answer to what is like a text, in their order. */
static void check_like(quern_reader *reader, const char *text, quern_like_options *like,
                       quern_search_options *options, const char *want)
{
    char got[128] = "";
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    CHECK(quern_query_like(reader, quern_str(text), like, &query, &err) == QUERN_OK);
    CHECK(quern_search(reader, query, options, &hits, &err) == QUERN_OK);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK(quern_hits_get(hits, i, &hit) == QUERN_OK && hit.rank == i + 1);
        CHECK(hit.n_highlights > 0);
        strcat(strcat(got, i ? " " : ""), hit.source.data);
    }
    if (strcmp(got, want) != 0) {
        printf("wanted %s, got %s, of %s\n", want, got, quern_query_text(query));
    }
    CHECK(strcmp(got, want) == 0);
    quern_hits_free(hits);
    quern_query_free(query);
}

static void check_terms(quern_reader *reader, const char *text, uint32_t terms, const char *want)
{
    quern_error err;
    quern_query *query = NULL;
    quern_like_options like = QUERN_LIKE_OPTIONS_INIT;
    like.terms = terms;
    CHECK(quern_query_like(reader, quern_str(text), &like, &query, &err) == QUERN_OK);
    if (strcmp(quern_query_text(query), want) != 0) {
        printf("wanted %s, got %s\n", want, quern_query_text(query));
    }
    CHECK(strcmp(quern_query_text(query), want) == 0);
    quern_query_free(query);
}

static void test_terms(void)
{
    quern_reader *reader = make_reader(0);
    /* of 7 passages: coast 2, wind 2, rain 2, rowan 3, thrush 4; cross 1; crane 0 */
    check_terms(reader, "", 0, "");
    check_terms(reader, "crane crossings", 0, "");
    check_terms(reader, "thrushes, rowan and coasts", 3, "coast rowan thrush");
    check_terms(reader, "thrushes, rowan and coasts", 1, "coast");
    check_terms(reader, "rowan coast rowan", 0, "coast rowan^1.38");
    check_terms(reader, "wind rain", 0, "wind rain");
    check_terms(reader, "the wind and the rain", 0, "wind rain"); /* no function words */
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

static void test_left_out(void)
{
    quern_reader *reader = make_reader(0);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    quern_like_options like = QUERN_LIKE_OPTIONS_INIT;
    const char *berries = "rowan berries and thrushes";
    check_like(reader, berries, NULL, &options, "a e b f");
    like.without_source = QUERN_STR("a");
    check_like(reader, berries, &like, &options, "e b f");
    options.articles = 2;
    check_like(reader, berries, &like, &options, "e b");
    options.fold = 1; /* what is left out takes no copies along */
    options.articles = 10;
    check_like(reader, berries, &like, &options, "e b f");
    like.without_source = QUERN_STR("nobody");
    check_like(reader, berries, &like, &options, "a b f");
    like.without_source = QUERN_STR("feed");
    like.without_id = QUERN_STR("7");
    check_like(reader, "coast ferries", &like, &options, "c d");
    like.without_id = QUERN_STR("8");
    check_like(reader, "coast ferries", &like, &options, "feed c d");
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

static int n_taken;

static void take_a(const quern_article *article, void *payload)
{
    const char *want = payload;
    n_taken++;
    CHECK(article->text.len == strlen(want) && !memcmp(article->text.data, want, strlen(want)));
}

static void take_record(const quern_article *article, void *payload)
{
    (void)payload;
    n_taken++;
    CHECK(article->id.len == 1 && article->date == 86400 && article->title.len == 8);
    CHECK(article->text.len == strlen("The coast has ferries."));
}

static void test_article(void)
{
    quern_error err;
    quern_reader *reader = make_reader(0);
    quern_string none = {"", 0};
    char text[200];
    strcpy(text, articles[0][1]);
    n_taken = 0;
    CHECK(!quern_reader_article(reader, QUERN_STR("a"), none, take_a, text, &err));
    CHECK(
        !quern_reader_article(reader, QUERN_STR("feed"), QUERN_STR("7"), take_record, NULL, &err));
    CHECK(n_taken == 2);
    CHECK(quern_reader_article(reader, QUERN_STR("feed"), none, take_record, NULL, &err) ==
          QUERN_E_NOT_FOUND);
    CHECK(strstr(err.message, "feed") != NULL);
    CHECK(quern_reader_article(reader, none, none, NULL, NULL, &err) == QUERN_E_INVALID);
    CHECK(n_taken == 2);
    quern_reader_free(reader);
    library_remove(dir, NULL);
    reader = make_reader(1);
    CHECK(quern_reader_article(reader, QUERN_STR("a"), none, take_a, text, &err) ==
          QUERN_E_NOT_FOUND);
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

static void test_refused(void)
{
    quern_error err;
    quern_query *query = NULL;
    quern_reader *reader = make_reader(0);
    quern_like_options unset = {0};
    CHECK(quern_query_like(reader, QUERN_STR("x"), &unset, &query, &err) == QUERN_E_INVALID);
    CHECK(quern_query_like(NULL, QUERN_STR("x"), NULL, &query, &err) == QUERN_E_INVALID && !query);
    CHECK(quern_query_like(reader, QUERN_STR("x"), NULL, NULL, &err) == QUERN_E_INVALID);
    quern_reader_free(reader);
    library_remove(dir, NULL);
}

static CU_TestInfo tests[] = {
    {"terms and weights", test_terms}, {"left out", test_left_out}, {"an article", test_article},
    {"refused", test_refused},         CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/like", tests)
