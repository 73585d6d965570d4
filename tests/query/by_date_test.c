/* SPDX-License-Identifier: MIT */
/* by_date_test - articles in order of their dates: all that match, against the plain answer sorted
 * here; how many, in which order, with which totals, copies folded or not; what is refused. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <string.h>

enum { N = 300, N_DATES = 40 };

static char base[4096];
static char dir[4200];

static void put_article(quern_writer *w, uint32_t i)
{
    static char text[2000];
    char source[16];
    quern_error err;
    quern_article a = QUERN_ARTICLE_INIT;
    uint32_t mix = (i + 1) * 2654435761u;
    size_t at = (size_t)snprintf(text, sizeof text, "Chips%s.", mix >> 16 & 1 ? " chips" : "");
    for (uint32_t k = 0; k < (mix >> 20) % 150; k++) {
        at += (size_t)snprintf(text + at, sizeof text - at, " x%u", k % 7);
    }
    snprintf(text + at, sizeof text - at, " %s and banks.\n\nChips.", mix >> 24 & 1 ? "Chips" : "");
    snprintf(source, sizeof source, "%03u", i);
    a.source = QUERN_STR(source);
    a.text = QUERN_STR(text);
    a.date = mix % 11 ? (int64_t)(mix % N_DATES) * 86400 - 86400 * 5 : QUERN_NO_DATE;
    CHECK(quern_writer_put(w, &a, &err) == QUERN_OK);
}

/* Some segments, some articles of which are gone. */
static quern_reader *make_reader(const char *engine)
{
    quern_error err;
    quern_index *index = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = engine;
    options.passage_words = 30;
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/i", base);
    if (quern_index_create(dir, &options, &err)) {
        return NULL;
    }
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    quern_writer *w = library_writer(index);
    for (uint32_t i = 0; i < N; i++) {
        put_article(w, (i * 7) % N);
        if (i % 70 == 69) {
            CHECK(quern_writer_commit(w, &err) == QUERN_OK);
        }
    }
    CHECK(!quern_writer_delete(w, QUERN_STR("003"), QUERN_STR(""), NULL, &err));
    CHECK(!quern_writer_delete(w, QUERN_STR("200"), QUERN_STR(""), NULL, &err));
    library_commit(w);
    quern_reader *reader = library_reader(index);
    quern_index_close(index);
    return reader;
}

static quern_status ask(quern_reader *reader, const char *text, quern_search_options *options,
                        quern_hits **hits, quern_error *err)
{
    quern_query *query = NULL;
    CHECK_ROW(text, quern_query_parse(reader, quern_str(text), &query, err) == QUERN_OK);
    quern_status status = quern_search(reader, query, options, hits, err);
    quern_query_free(query);
    return status;
}

/* ---- The model ---- */

static int oldest_first;

static int by_date(const void *a, const void *b)
{
    const quern_hit *x = a;
    const quern_hit *y = b;
    if (x->date != y->date) {
        if (x->date == QUERN_NO_DATE || y->date == QUERN_NO_DATE) {
            return x->date == QUERN_NO_DATE ? 1 : -1;
        }
        return (x->date < y->date) == oldest_first ? -1 : 1;
    }
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return strcmp(x->source.data, y->source.data);
}

static void check_same(const char *row, const quern_hits *got, const quern_hit *want, size_t n)
{
    CHECK_ROW(row, quern_hits_count(got) == n);
    for (size_t i = 0; i < n && i < quern_hits_count(got); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK_ROW(row, quern_hits_get(got, i, &hit) == QUERN_OK && hit.rank == i + 1);
        CHECK_ROW(row, strcmp(hit.source.data, want[i].source.data) == 0);
        CHECK_ROW(row, hit.score == want[i].score && hit.byte_start == want[i].byte_start);
        CHECK_ROW(row, hit.date == want[i].date);
        CHECK_ROW(row, hit.more_in_article == want[i].more_in_article);
    }
}

static void check_query(quern_reader *reader, const char *text)
{
    static quern_hit want[N];
    quern_error err;
    quern_hits *plain = NULL, *got = NULL;
    quern_totals all = QUERN_TOTALS_INIT, totals = QUERN_TOTALS_INIT;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.articles = N;
    options.count = 1;
    CHECK_ROW(text, !ask(reader, text, &options, &plain, &err));
    CHECK_ROW(text, !quern_hits_totals(plain, &all) && all.exact);
    size_t n = quern_hits_count(plain);
    for (size_t i = 0; i < n; i++) {
        want[i] = (quern_hit)QUERN_HIT_INIT;
        CHECK(quern_hits_get(plain, i, &want[i]) == QUERN_OK);
    }
    for (options.order = QUERN_ORDER_NEWEST; options.order <= QUERN_ORDER_OLDEST; options.order++) {
        oldest_first = options.order == QUERN_ORDER_OLDEST;
        if (n > 1) {
            qsort(want, n, sizeof want[0], by_date);
        }
        static const uint32_t wanted[] = {1, 2, 10, 100, N, UINT32_MAX};
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
            options.articles = wanted[i];
            options.count = i & 1;
            CHECK_ROW(text, !ask(reader, text, &options, &got, &err));
            check_same(text, got, want, wanted[i] < n ? wanted[i] : n);
            CHECK_ROW(text, !quern_hits_totals(got, &totals) && totals.exact && !totals.partial);
            CHECK_ROW(text, totals.articles == all.articles && totals.passages == all.passages);
            quern_hits_free(got);
        }
    }
    quern_hits_free(plain);
}

static void test_model(void)
{
    static const char *const queries[] = {
        "chips",  "banks",        "x1 x2", "\"and banks\"", "+x6 -x5 chips",    "NOT banks x3",
        "absent", "x3 AND banks", "ch*",   "chips^2 x4",    "chips since:1970", "banks NEAR/4 x2",
    };
    static const char *const engines[] = {"native", "xapian"};
    for (size_t e = 0; e < (getenv("QUERN_MODULES") ? 2 : 1); e++) {
        quern_reader *reader = make_reader(engines[e]);
        for (size_t i = 0; reader && i < sizeof queries / sizeof *queries; i++) {
            check_query(reader, queries[i]);
        }
        quern_reader_free(reader);
        scratch_remove(base);
    }
}

/* Copies are folded into the first, whatever its score, and the rest fills up. */
static void test_folded(void)
{
    quern_error err;
    quern_hits *plain = NULL, *folded = NULL;
    quern_reader *reader = make_reader(NULL);
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.order = QUERN_ORDER_NEWEST;
    options.articles = N;
    CHECK(!ask(reader, "chips", &options, &plain, &err));
    options.articles = 12;
    options.fold = 1;
    CHECK(!ask(reader, "chips", &options, &folded, &err));
    uint64_t n_all = 0;
    size_t at = 0;
    CHECK(quern_hits_count(folded) == 12);
    for (size_t i = 0; i < quern_hits_count(folded); i++) {
        quern_hit hit = QUERN_HIT_INIT, other = QUERN_HIT_INIT;
        CHECK(!quern_hits_get(folded, i, &hit) && hit.rank == i + 1);
        n_all += 1 + hit.copies;
        do { /* the folded answer is a part of the plain one, in its order */
            CHECK(!quern_hits_get(plain, at, &other));
        } while (strcmp(other.source.data, hit.source.data) != 0 && ++at < quern_hits_count(plain));
    }
    CHECK(at < quern_hits_count(plain) && n_all > 12 && n_all <= quern_hits_count(plain));
    quern_hits_free(plain);
    quern_hits_free(folded);
    quern_reader_free(reader);
    scratch_remove(base);
}

static void test_refused(void)
{
    quern_error err;
    quern_hits *hits = NULL;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    quern_reader *reader = make_reader(NULL);
    options.order = QUERN_ORDER_OLDEST + 1;
    CHECK(ask(reader, "chips", &options, &hits, &err) == QUERN_E_INVALID && !hits);
    options.order = -1;
    CHECK(ask(reader, "chips", &options, &hits, &err) == QUERN_E_INVALID && !hits);
    quern_reader_free(reader);
    scratch_remove(base);
}

static CU_TestInfo tests[] = {
    {"as the plain answer sorted", test_model},
    {"copies folded", test_folded},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/by_date", tests)
