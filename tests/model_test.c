/* SPDX-License-Identifier: MIT */
/* model_test - the library against a brute-force searcher (brute.h): random articles, random
 * histories of puts and deletes with several commits, random queries of the language, several
 * kinds of index, several k1 and b. For every query the same passages must match, with the same
 * scores within the rounding (half of 2^-20 for each contribution), in an order that those scores
 * allow; a shorter answer must be the front of the longer one; totals must be exact; marks
 * lie within their texts. */
#include "tests/brute.h"
#include "tests/check.h"
#include "tests/random_articles.h"
#include "tests/random_queries.h"
#include "tests/scratch.h"

#include "query/parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_KEYS = 90, N_COMMITS = 5, N_QUERIES = 30, TEXT_CAP = 40000 };

/* What queries have beside words. */
#define OPERATORS (RANDOM_TREES | RANDOM_EXACT | RANDOM_PATTERNS | RANDOM_SELECTS)

typedef struct world {
    uint64_t seed;
    char dir[4096 + 16];
    quern_index_options options;
    brute *brute;
    quern_index *index;
    char text[TEXT_CAP];
} world;

typedef struct asked {
    quern_reader *reader;
    quern_query *query;
    quern_search_options options;
    double model[2];
    brute_hit *want;
    size_t n_want, n_terms;
    double tolerance;
    char text[2000];
    char row[300]; /* the front of it, for messages */
} asked;

/* ---- Articles ---- */

static void put_random(world *v, quern_writer *w, unsigned i)
{
    char source[32];
    char title[400];
    quern_error err;
    quern_article a = QUERN_ARTICLE_INIT;
    snprintf(source, sizeof source, "f/%u.txt", i / 2 % 37);
    a.source = quern_str(source);
    char id[32];
    snprintf(id, sizeof id, "%u", i);
    id[i % 2 ? strlen(id) : 0] = '\0';
    a.id = quern_str(id);
    if (check_random(&v->seed) % 4 == 0) {
        uint64_t n = 0;
        CHECK(quern_writer_delete(w, a.source, a.id, &n, &err) == QUERN_OK);
        brute_delete(v->brute, source, id);
        return;
    }
    size_t n_title = random_title(&v->seed, title, sizeof title);
    uint64_t kind = check_random(&v->seed) % 10;
    size_t words = kind == 0 ? 0 : kind == 1 ? 900 : check_random(&v->seed) % 200;
    size_t at = 0;
    if (kind % 3 == 2 && n_title > 0) { /* the title is the first line */
        a.title_in_text = 1;
        memcpy(v->text, title, n_title);
        memcpy(v->text + n_title, "\n\n", 3);
        at = n_title + 2;
    }
    if (kind == 3) { /* many of the same: ties */
        strcpy(v->text + at, "Chips and clouds of the same growth.");
    } else {
        random_text(&v->seed, words, v->text + at, TEXT_CAP - at);
    }
    a.title = quern_str(title);
    if (check_random(&v->seed) % 3) {
        a.date = (int64_t)(check_random(&v->seed) % 2000000000);
    }
    a.text = quern_str(v->text);
    if (v->options.language && strchr(v->options.language, ',')) {
        static const char *const languages[] = {"en", "de", "fr"};
        a.language = quern_str(languages[check_random(&v->seed) % 3]);
    }
    CHECK(quern_writer_put(w, &a, &err) == QUERN_OK);
    brute_put(v->brute, &a);
}

static void change(world *v)
{
    quern_error err;
    quern_writer *w = NULL;
    CU_ASSERT_FATAL(quern_writer_open(v->index, NULL, &w, &err) == QUERN_OK);
    size_t n = 5 + check_random(&v->seed) % 60;
    for (size_t i = 0; i < n; i++) {
        put_random(v, w, (unsigned)(check_random(&v->seed) % N_KEYS));
    }
    quern_status status =
        check_random(&v->seed) % 8 ? quern_writer_commit(w, &err) : quern_writer_optimize(w, &err);
    CHECK_ROW("commit", status == QUERN_OK);
    quern_writer_close(w);
}

/* ---- Queries ---- */

static int compare_keys(const quern_hit *a, const quern_hit *b)
{
    int order = strcmp(a->source.data, b->source.data);
    return order ? order : strcmp(a->id.data, b->id.data);
}

static int by_key(const void *a, const void *b)
{
    const quern_hit *x = a;
    const quern_hit *y = b;
    int order = compare_keys(x, y);
    return order ? order : x->byte_start < y->byte_start ? -1 : x->byte_start > y->byte_start;
}

/* The same passages, and scores within the rounding. */
static void check_set(const asked *q, quern_hit *hits, size_t n)
{
    qsort(hits, n, sizeof *hits, by_key);
    CHECK_ROW(q->row, n == q->n_want);
    for (size_t i = 0; i < n && i < q->n_want; i++) {
        const brute_hit *want = &q->want[i];
        int same = strcmp(hits[i].source.data, want->source) == 0 &&
                   strcmp(hits[i].id.data, want->id) == 0 && hits[i].byte_start == want->start &&
                   hits[i].byte_end == want->end;
        CHECK_ROW(q->row, same);
        CHECK_ROW(q->row, fabs(hits[i].score - want->score) <= q->tolerance);
    }
}

/* Articles by their best passage, then key; passages of one together, by score, then text. */
static void check_order(const asked *q, const quern_hit *hits, size_t n)
{
    size_t best = 0; /* first hit of the article before */
    for (size_t i = 1; i < n; i++) {
        if (compare_keys(&hits[i - 1], &hits[i]) == 0) {
            CHECK_ROW(q->row, hits[i].rank == hits[i - 1].rank);
            CHECK_ROW(q->row, hits[i - 1].score > hits[i].score ||
                                  (hits[i - 1].score == hits[i].score &&
                                   hits[i - 1].byte_start < hits[i].byte_start));
            continue;
        }
        CHECK_ROW(q->row, hits[i].rank == hits[i - 1].rank + 1);
        CHECK_ROW(q->row,
                  hits[best].score > hits[i].score || (hits[best].score == hits[i].score &&
                                                       compare_keys(&hits[best], &hits[i]) < 0));
        best = i;
    }
}

static int marks_are_sound(const quern_span *spans, size_t n, quern_string text)
{
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (spans[i].start >= spans[i].end || spans[i].end > text.len ||
            (i > 0 && spans[i].start <= at)) {
            return 0;
        }
        at = spans[i].end;
    }
    return 1;
}

static void check_hit(const asked *q, const quern_hit *h)
{
    CHECK_ROW(q->row, marks_are_sound(h->highlights, h->n_highlights, h->text));
    CHECK_ROW(q->row, marks_are_sound(h->title_highlights, h->n_title_highlights, h->title));
    CHECK_ROW(q->row,
              h->n_highlights + h->n_title_highlights > 0 || !quern_plan_is_flat(&q->query->plan));
    CHECK_ROW(q->row, h->text.len == h->byte_end - h->byte_start);
    CHECK_ROW(q->row, h->text.data[h->text.len] == '\0' && h->title.data[h->title.len] == '\0');
    CHECK_ROW(q->row, h->line >= 1 && h->column >= 1);
}

static quern_hit *get_hits(const quern_hits *hits, size_t *n)
{
    *n = quern_hits_count(hits);
    quern_hit *out = malloc((*n + 1) * sizeof *out);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    for (size_t i = 0; i < *n; i++) {
        out[i] = (quern_hit)QUERN_HIT_INIT;
        CHECK(quern_hits_get(hits, i, &out[i]) == QUERN_OK);
    }
    return out;
}

/* The answer for few articles is the front of the one for all. */
static void check_front(asked *q, const quern_hit *all, size_t n_all, uint32_t k)
{
    quern_error err;
    quern_hits *hits = NULL;
    size_t n = 0;
    quern_totals totals = QUERN_TOTALS_INIT;
    q->options.articles = k;
    q->options.all_passages = 0;
    q->options.count = 0;
    CHECK_ROW(q->row, quern_search(q->reader, q->query, &q->options, &hits, &err) == QUERN_OK);
    quern_hit *front = get_hits(hits, &n);
    size_t i = 0;
    for (size_t g = 0; g < n; g++) {
        size_t end = i;
        while (end < n_all && all[end].rank == g + 1) {
            end++;
        }
        CHECK_ROW(q->row, i < end && by_key(&front[g], &all[i]) == 0);
        CHECK_ROW(q->row, front[g].score == all[i].score && front[g].rank == g + 1);
        CHECK_ROW(q->row, front[g].more_in_article == end - i - 1);
        i = end;
    }
    uint32_t n_groups = n_all ? all[n_all - 1].rank : 0;
    CHECK_ROW(q->row, n == (k < n_groups ? k : n_groups));
    CHECK_ROW(q->row, quern_hits_totals(hits, &totals) == QUERN_OK);
    CHECK_ROW(q->row, totals.exact ? totals.articles == n_groups : totals.articles < n_groups);
    CHECK_ROW(q->row, totals.exact ? totals.passages == n_all : totals.passages <= n_all);
    free(front);
    quern_hits_free(hits);
}

static void check_query(asked *q)
{
    quern_error err;
    quern_hits *hits = NULL;
    size_t n = 0;
    quern_totals totals = QUERN_TOTALS_INIT;
    q->options.articles = 100000;
    q->options.all_passages = 1;
    q->options.count = 1;
    CHECK_ROW(q->row, quern_search(q->reader, q->query, &q->options, &hits, &err) == QUERN_OK);
    quern_hit *all = get_hits(hits, &n);
    check_order(q, all, n);
    for (size_t i = 0; i < n; i++) {
        check_hit(q, &all[i]);
        CHECK_ROW(q->row, all[i].more_in_article == 0);
    }
    check_front(q, all, n, 1);
    check_front(q, all, n, 3);
    check_front(q, all, n, 10);
    CHECK_ROW(q->row, quern_hits_totals(hits, &totals) == QUERN_OK && totals.exact);
    CHECK_ROW(q->row, totals.passages == n && totals.articles == (n ? all[n - 1].rank : 0));
    check_set(q, all, n); /* sorts them */
    free(all);
    quern_hits_free(hits);
}

static void ask(world *v, quern_reader *reader)
{
    static const double models[][4] = {
        {0, 0, 1.2, 0.75}, {0.9, 0.4, 0.9, 0.4}, {-1, 0.5, 0, 0.5}, {2, -1, 2, 0}, {5, 1, 5, 1}};
    asked q = {.reader = reader, .options = QUERN_SEARCH_OPTIONS_INIT};
    quern_error err;
    uint64_t r = check_random(&v->seed) % 8;
    const double *m = models[r < 5 ? r : 0];
    q.options.k1 = m[0];
    q.options.b = m[1];
    q.model[0] = m[2];
    q.model[1] = m[3];
    random_expression(&v->seed, brute_text(v->brute, check_random(&v->seed) % N_KEYS),
                      check_random(&v->seed) % 3 ? OPERATORS : 0, q.text, sizeof q.text);
    snprintf(q.row, sizeof q.row, "%.200s", q.text);
    quern_query_language language = {.analysis = brute_analysis(v->brute)};
    CHECK_ROW(q.row, quern_query_build(&language, quern_str(q.text), &q.query, &err) == QUERN_OK);
    q.n_want = brute_search(v->brute, &q.query->plan, q.model, &q.want, &q.n_terms);
    q.tolerance = (double)q.n_terms * 100.0 * ldexp(1, -21) + 1e-9;
    check_query(&q);
    quern_query_free(q.query);
    free(q.want);
}

static void run_world(world *v)
{
    quern_error err;
    v->brute = brute_new(&v->options);
    scratch_make(v->dir);
    strcat(v->dir, "/i");
    CU_ASSERT_FATAL(quern_index_create(v->dir, &v->options, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_index_open(v->dir, NULL, &v->index, &err) == QUERN_OK);
    for (int c = 0; c < N_COMMITS; c++) {
        quern_reader *reader = NULL;
        change(v);
        CU_ASSERT_FATAL(quern_reader_open(v->index, &reader, &err) == QUERN_OK);
        for (int i = 0; i < N_QUERIES; i++) {
            ask(v, reader);
        }
        quern_reader_free(reader);
    }
    quern_index_close(v->index);
    brute_free(v->brute);
    v->dir[strlen(v->dir) - 2] = '\0';
    scratch_remove(v->dir);
}

static void run_options(uint64_t salt, uint32_t passage_words, const char *language, int no_titles)
{
    static world v;
    memset(&v, 0, sizeof v);
    v.options = (quern_index_options)QUERN_INDEX_OPTIONS_INIT;
    v.options.passage_words = passage_words;
    v.options.language = language;
    v.options.no_titles = no_titles;
    v.seed = check_seed(salt);
    run_world(&v);
}

static void test_default(void)
{
    run_options(1, 0, NULL, 0);
    run_options(2, 0, NULL, 0);
}

static void test_options(void)
{
    run_options(3, 20, NULL, 0);
    run_options(4, 0, "none", 1);
    run_options(5, 300, "german", 0);
}

/* Articles of three, and queries in all of them. */
static void test_languages(void)
{
    run_options(8, 0, "en,de,fr", 0);
    run_options(9, 20, "german,french,english", 1);
}

/* Lengths over 255, tf over 16. */
static void test_whole_articles(void)
{
    run_options(6, QUERN_WHOLE_ARTICLES, NULL, 0);
    run_options(7, QUERN_WHOLE_ARTICLES, NULL, 1);
}

static CU_TestInfo tests[] = {
    {"default index", test_default},
    {"other options", test_options},
    {"several languages", test_languages},
    {"whole articles", test_whole_articles},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("model", tests)
