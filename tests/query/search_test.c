/* SPDX-License-Identifier: MIT */
/* search_test - what quern_search says of each hit, how it groups and counts, what it refuses, that
 * hits outlive all else, that threads share a reader; and the rows of the five sample articles
 * where they are at hand. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static char dir[LIBRARY_DIR];

static int is(quern_string s, const char *want)
{
    return s.len == strlen(want) && memcmp(s.data, want, s.len + 1) == 0; /* with its NUL */
}

/* ---- One hit ---- */

static void put_rich_article(quern_writer *w)
{
    quern_error err;
    quern_field fields[] = {{QUERN_STR("desk"), QUERN_STR("tech")}, {QUERN_STR("n"), {"", 0}}};
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = QUERN_STR("feed.jsonl");
    a.id = QUERN_STR("7");
    a.title = QUERN_STR("Chips for clouds");
    a.text = QUERN_STR("Nothing of note.\n\nA second line about “long-term chips” and more chips.");
    a.date = 86400;
    a.fields = fields;
    a.n_fields = 2;
    a.line = 12;
    a.offsets_in_text = 1;
    CHECK(quern_writer_put(w, &a, &err) == QUERN_OK);
}

static void check_rich_hit(const quern_hit *h)
{
    CHECK(h->rank == 1 && h->score > 0);
    CHECK(is(h->source, "feed.jsonl") && is(h->id, "7") && is(h->title, "Chips for clouds"));
    CHECK(h->text.len == h->byte_end - h->byte_start && h->text.data[h->text.len] == '\0');
    CHECK(h->line == 12 && h->column == 1 && h->offsets_in_text == 1 && h->date == 86400);
    CHECK(h->n_fields == 2 && is(h->fields[0].name, "desk") && is(h->fields[0].value, "tech"));
    CHECK(is(h->fields[1].name, "n") && is(h->fields[1].value, ""));
    CHECK(h->n_highlights == 2 && h->n_title_highlights == 1);
    const char *mark = h->text.data + h->highlights[0].start;
    CHECK(strncmp(mark, "long-term chips", 15) == 0);
    CHECK(h->highlights[0].end - h->highlights[0].start == 15);
    CHECK(h->title_highlights[0].start == 0 && h->title_highlights[0].end == 5);
    CHECK(h->more_in_article == 0);
}

static void test_hit(void)
{
    quern_error err;
    quern_index *index = library_make(dir, NULL);
    quern_writer *w = library_writer(index);
    put_rich_article(w);
    CHECK(!library_put(w, "other.txt", "", "About banks.", &err));
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_hits *hits = library_hits(reader, "chips \"long term chips\"", NULL);
    quern_reader_free(reader); /* hits outlive it */
    quern_hit hit = QUERN_HIT_INIT;
    CHECK(quern_hits_count(hits) == 1 && quern_hits_get(hits, 0, &hit) == QUERN_OK);
    check_rich_hit(&hit);
    CHECK(quern_hits_get(hits, 1, &hit) == QUERN_E_INVALID);
    quern_hit unset = {0};
    CHECK(quern_hits_get(hits, 0, &unset) == QUERN_E_INVALID);
    quern_hits_free(hits);
    library_remove(dir, index);
}

/* A caller that was compiled with a shorter struct gets what it knows, and nothing is written
 * beyond. */
static void test_older_struct(void)
{
    quern_error err;
    quern_index *index = library_make(dir, NULL);
    quern_writer *w = library_writer(index);
    CHECK(!library_put(w, "a", "", "chips", &err));
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.size = offsetof(quern_search_options, k1);
    options.k1 = 1e9; /* beyond what the caller's struct has */
    quern_hits *hits = library_hits(reader, "chips", &options);
    quern_hit hit;
    memset(&hit, 0x5A, sizeof hit);
    hit.size = offsetof(quern_hit, source);
    CHECK(quern_hits_get(hits, 0, &hit) == QUERN_OK && hit.rank == 1);
    CHECK(hit.size == offsetof(quern_hit, source) && ((unsigned char *)&hit.source)[0] == 0x5A);
    quern_hits_free(hits);
    quern_reader_free(reader);
    library_remove(dir, index);
}

static void test_no_text(void)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.no_text = 1;
    quern_index *index = library_make(dir, &options);
    quern_writer *w = library_writer(index);
    CHECK(!library_put(w, "a", "Chips", "All about chips.", &err));
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_hits *hits = library_hits(reader, "chips", NULL);
    quern_hit hit = QUERN_HIT_INIT;
    CHECK(quern_hits_get(hits, 0, &hit) == QUERN_OK);
    CHECK(is(hit.text, "") && hit.n_highlights == 0 && hit.byte_end == 16);
    CHECK(is(hit.title, "Chips") && hit.n_title_highlights == 1);
    quern_hits_free(hits);
    quern_reader_free(reader);
    library_remove(dir, index);
}

/* ---- Grouping and totals ---- */

/* Article i has i + 1 passages about chips, of which the first also has banks. */
static quern_index *make_groups(size_t n)
{
    static char text[200 * 20 * 8];
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = 20;
    quern_index *index = library_make(dir, &options);
    quern_writer *w = library_writer(index);
    for (size_t i = 0; i < n; i++) {
        char source[32];
        size_t at = 0;
        for (size_t p = 0; p <= i; p++) {
            at += (size_t)snprintf(text + at, sizeof text - at, "Chips%s", p ? " grow" : " banks");
            for (int k = 0; k < 24; k++) {
                at += (size_t)snprintf(text + at, sizeof text - at, " filler%d", k);
            }
            at += (size_t)snprintf(text + at, sizeof text - at, ".\n\n");
        }
        snprintf(source, sizeof source, "%03zu", i);
        CHECK(!library_put(w, source, "", text, &err));
    }
    library_commit(w);
    return index;
}

static void check_counts(quern_reader *reader, const quern_search_options *options,
                         size_t hits_want, uint64_t articles, int exact)
{
    quern_totals totals = QUERN_TOTALS_INIT;
    quern_hits *hits = library_hits(reader, "chips", options);
    CHECK(quern_hits_count(hits) == hits_want);
    CHECK(quern_hits_totals(hits, &totals) == QUERN_OK);
    CHECK(totals.articles == articles && totals.exact == exact);
    CHECK(exact ? totals.passages == 40 * 41 / 2 : totals.passages <= 40 * 41 / 2);
    quern_hits_free(hits);
}

static void test_groups(void)
{
    quern_index *index = make_groups(40); /* 820 passages */
    quern_reader *reader = library_reader(index);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    check_counts(reader, NULL, 10, 10, 0);
    options.count = 1;
    check_counts(reader, &options, 10, 40, 1);
    options.articles = 40;
    options.count = 0;
    check_counts(reader, &options, 40, 40, 1);
    options.articles = UINT32_MAX;
    check_counts(reader, &options, 40, 40, 1);
    options.all_passages = 1;
    check_counts(reader, &options, 820, 40, 1);
    options.articles = 39;
    quern_hits *hits = library_hits(reader, "banks", &options);
    quern_totals totals = QUERN_TOTALS_INIT;
    quern_hit hit = QUERN_HIT_INIT;
    CHECK(quern_hits_totals(hits, &totals) == QUERN_OK && totals.exact && totals.articles == 40);
    for (uint32_t i = 0; i < 39; i++) { /* all the same score: in order of key */
        char source[16];
        snprintf(source, sizeof source, "%03u", i);
        CHECK(quern_hits_get(hits, i, &hit) == QUERN_OK && is(hit.source, source));
        CHECK(hit.rank == i + 1 && hit.byte_start == 0 && hit.more_in_article == 0);
    }
    quern_hits_free(hits);
    quern_reader_free(reader);
    library_remove(dir, index);
}

/* One article has the best thousand passages: the search goes on until there is another. */
static void test_places_only(void)
{
    quern_index *index = make_groups(12);
    quern_reader *reader = library_reader(index);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    for (int all = 0; all < 2; all++) {
        options.places_only = 0;
        options.all_passages = all;
        quern_hits *whole = library_hits(reader, "banks", &options);
        options.places_only = 1;
        quern_hits *places = library_hits(reader, "banks", &options);
        size_t n = quern_hits_count(whole);
        CHECK(n >= 10 && quern_hits_count(places) == n);
        for (size_t i = 0; i < n; i++) {
            quern_hit a = QUERN_HIT_INIT, b = QUERN_HIT_INIT;
            CHECK(quern_hits_get(whole, i, &a) == QUERN_OK && a.n_highlights > 0);
            CHECK(quern_hits_get(places, i, &b) == QUERN_OK && is(b.source, a.source.data));
            CHECK(a.rank == b.rank && a.score == b.score && a.byte_start == b.byte_start);
            CHECK(is(b.title, a.title.data) && is(b.text, "") && b.text.data != NULL);
            CHECK(b.n_highlights == 0 && b.n_title_highlights == 0 && b.more_in_article == 0);
        }
        quern_hits_free(whole);
        quern_hits_free(places);
    }
    quern_reader_free(reader);
    quern_index_close(index);
}

static void test_deep(void)
{
    static char text[1200 * 40];
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = 1;
    quern_index *index = library_make(dir, &options);
    quern_writer *w = library_writer(index);
    size_t at = 0;
    for (int i = 0; i < 1200; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "Chips are chips are chips are chips.\n\n");
    }
    CHECK(!library_put(w, "many", "", text, &err));
    CHECK(
        !library_put(w, "one", "", "One chip of a long sentence about quite other things.", &err));
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_hits *hits = library_hits(reader, "chips", NULL);
    quern_hit hit = QUERN_HIT_INIT;
    CHECK(quern_hits_count(hits) == 2);
    CHECK(quern_hits_get(hits, 0, &hit) == QUERN_OK && is(hit.source, "many"));
    CHECK(hit.more_in_article > 500);
    CHECK(quern_hits_get(hits, 1, &hit) == QUERN_OK && is(hit.source, "one") && hit.rank == 2);
    quern_hits_free(hits);
    quern_reader_free(reader);
    library_remove(dir, index);
}

/* ---- What is refused ---- */

static void test_refused(void)
{
    quern_error err;
    quern_index *index = library_make(dir, NULL);
    quern_reader *reader = library_reader(index);
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    CHECK(quern_query_parse(reader, QUERN_STR("chips"), &query, &err) == QUERN_OK);
    static const double bad[][2] = {{NAN, 0}, {0, NAN}, {INFINITY, 0}, {1001, 0}, {0, 1.5}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
        options.k1 = bad[i][0];
        options.b = bad[i][1];
        CHECK(quern_search(reader, query, &options, &hits, &err) == QUERN_E_INVALID && !hits);
        CHECK(err.status == QUERN_E_INVALID && err.message[0]);
    }
    quern_search_options unset = {0};
    CHECK(quern_search(reader, query, &unset, &hits, &err) == QUERN_E_INVALID);
    CHECK(quern_search(NULL, query, NULL, &hits, &err) == QUERN_E_INVALID);
    CHECK(quern_search(reader, NULL, NULL, &hits, NULL) == QUERN_E_INVALID);
    quern_query_free(query);
    CHECK(quern_query_parse(NULL, QUERN_STR("x"), &query, &err) == QUERN_E_INVALID && !query);
    CHECK(quern_query_parse(reader, QUERN_STR("x"), NULL, &err) == QUERN_E_INVALID);
    CHECK(quern_query_parse_with(reader, QUERN_STR("x"), &(quern_query_options){0}, &query, &err) ==
          QUERN_E_INVALID);
    CHECK(quern_hits_count(NULL) == 0 && quern_hits_get(NULL, 0, NULL) == QUERN_E_INVALID);
    CHECK(quern_hits_totals(NULL, NULL) == QUERN_E_INVALID);
    quern_hits_free(NULL);
    quern_reader_free(reader);
    library_remove(dir, index);
}

static void test_empty(void)
{
    quern_index *index = library_make(dir, NULL);
    quern_reader *reader = library_reader(index);
    static const char *const texts[] = {"chips", "", "!", "\"a b\""};
    for (size_t i = 0; i < 4; i++) {
        quern_totals totals = QUERN_TOTALS_INIT;
        quern_hits *hits = library_hits(reader, texts[i], NULL);
        CHECK_ROW(texts[i], quern_hits_count(hits) == 0);
        CHECK_ROW(texts[i], quern_hits_totals(hits, &totals) == QUERN_OK && totals.exact);
        CHECK_ROW(texts[i], totals.articles == 0 && totals.passages == 0);
        quern_hits_free(hits);
    }
    quern_reader_free(reader);
    library_remove(dir, index);
}

/* ---- Threads ---- */

static const char *const shared_queries[] = {"chips", "banks \"chips grow\"", "filler3 chips",
                                             "\"filler4 filler5 filler6\"", "absent"};
enum { N_SHARED = sizeof shared_queries / sizeof *shared_queries };

typedef struct shared {
    quern_reader *reader;
    quern_buf want[N_SHARED];
} shared;

static void *search_often(void *payload)
{
    shared *s = payload;
    size_t wrong = 0;
    for (size_t i = 0; i < 100; i++) {
        quern_buf got = {0};
        quern_error err;
        size_t q = i % N_SHARED;
        wrong += library_ask_reader(s->reader, shared_queries[q], NULL, &got, &err) != QUERN_OK;
        wrong += got.len != s->want[q].len ||
                 (got.len > 0 && memcmp(got.data, s->want[q].data, got.len) != 0);
        quern_buf_finish(&got);
    }
    return wrong ? payload : NULL;
}

static void test_threads(void)
{
    enum { N_THREADS = 12 }; /* more than analyses lie idle */
    pthread_t threads[N_THREADS];
    quern_error err;
    shared s = {0};
    quern_index *index = make_groups(20);
    s.reader = library_reader(index);
    for (size_t q = 0; q < N_SHARED; q++) {
        CHECK(!library_ask_reader(s.reader, shared_queries[q], NULL, &s.want[q], &err));
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, search_often, &s) == 0);
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        void *wrong;
        CHECK(pthread_join(threads[i], &wrong) == 0 && !wrong);
    }
    for (size_t q = 0; q < N_SHARED; q++) {
        quern_buf_finish(&s.want[q]);
    }
    quern_reader_free(s.reader);
    library_remove(dir, index);
}

/* ---- The five sample articles ---- */

/* What a hit begins with: its article's first three letters; which must come, in this order unless
 * `as_set`. */
static const struct sample {
    const char *query, *want;
    int as_set;
} samples[] = {
    {"\"long-term commitment\"", "002 003", 1},
    {"“long-term commitment”", "002 003", 1},
    {"Trainium", "002 003", 1},
    {"valuation", "000 001 002", 1},
    {"Amazon's", "=Amazon’s", 0},
    {"AWS", "=aws", 0},
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The articles of the hits, as "002 003". */
static void list_articles(quern_reader *reader, const char *query, int sorted, char *out)
{
    char names[16][8];
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.articles = 16;
    quern_hits *hits = library_hits(reader, query, &options);
    size_t n = quern_hits_count(hits);
    CHECK_ROW(query, n <= 16);
    for (size_t i = 0; i < n && i < 16; i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK(quern_hits_get(hits, i, &hit) == QUERN_OK);
        const char *slash = strrchr(hit.source.data, '/');
        snprintf(names[i], sizeof names[i], "%.3s", slash ? slash + 1 : hit.source.data);
    }
    if (sorted) {
        qsort(names, n, sizeof names[0], by_text);
    }
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(out, i ? " " : "");
        strcat(out, names[i]);
    }
    quern_hits_free(hits);
}

static int is_marked(const quern_hit *h, uint64_t at, const char *word)
{
    for (size_t i = 0; i < h->n_highlights; i++) {
        const quern_span *s = &h->highlights[i];
        if (h->byte_start + s->start == at && s->end - s->start == strlen(word) &&
            memcmp(h->text.data + s->start, word, strlen(word)) == 0) {
            return 1;
        }
    }
    return 0;
}

static void check_bedrock(quern_reader *reader)
{
    quern_hit first = QUERN_HIT_INIT;
    quern_hit second = QUERN_HIT_INIT;
    quern_hits *hits = library_hits(reader, "Bedrock commitment", NULL);
    CHECK(quern_hits_count(hits) == 5);
    CHECK(quern_hits_get(hits, 0, &first) == QUERN_OK);
    CHECK(quern_hits_get(hits, 1, &second) == QUERN_OK);
    CHECK(strstr(first.source.data, "002_") && first.byte_start == 1117 && first.byte_end == 1405);
    CHECK(first.line == 11 && first.column == 1 && first.n_highlights == 2);
    CHECK(is_marked(&first, 1289, "commitment") && is_marked(&first, 1397, "Bedrock"));
    CHECK(strstr(second.source.data, "003_") && second.byte_start == 3630 && second.line == 1);
    CHECK(second.column == 3631);
    CHECK(is_marked(&second, 3667, "commitment") && is_marked(&second, 3790, "Bedrock"));
    quern_hits_free(hits);
    hits = library_hits(reader, "\"long-term commitment\"", NULL);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        CHECK(quern_hits_get(hits, i, &first) == QUERN_OK && first.n_highlights == 1);
        CHECK(is_marked(&first, 1279, "long-term commitment") ||
              is_marked(&first, 3654, "long-term” commitment"));
    }
    quern_hits_free(hits);
    hits = library_hits(reader, "valuation", NULL);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        CHECK(quern_hits_get(hits, i, &first) == QUERN_OK && first.score > 0.3);
    }
    quern_hits_free(hits);
}

static void test_samples(void)
{
    const char *folder = QUERN_SOURCE_DIR "/../shared/articles";
    quern_error err;
    if (access(folder, R_OK)) {
        printf("skipped: no %s ", folder);
        CHECK(access(folder, R_OK) != 0);
        return;
    }
    quern_index *index = library_make(dir, NULL);
    quern_writer *w = library_writer(index);
    quern_sync_options options = QUERN_SYNC_OPTIONS_INIT;
    options.paths = &folder;
    options.n_paths = 1;
    CHECK(quern_sync(w, &options, NULL, &err) == QUERN_OK);
    library_commit(w);
    quern_reader *reader = library_reader(index);
    check_bedrock(reader);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *s = &samples[i];
        char got[128];
        char other[128];
        list_articles(reader, s->query, s->as_set, got);
        if (s->want[0] == '=') {
            list_articles(reader, s->want + 1, 0, other);
            CHECK_ROW(s->query, got[0] && strcmp(got, other) == 0);
        } else {
            CHECK_ROW(s->query, strcmp(got, s->want) == 0);
        }
    }
    quern_reader_free(reader);
    library_remove(dir, index);
}

static CU_TestInfo tests[] = {
    {"a hit", test_hit},
    {"older structs", test_older_struct},
    {"texts not stored", test_no_text},
    {"groups and totals", test_groups},
    {"places only", test_places_only},
    {"one article has the most", test_deep},
    {"refused", test_refused},
    {"nothing there", test_empty},
    {"threads", test_threads},
    {"sample articles", test_samples},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/search", tests)
