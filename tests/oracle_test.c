/* SPDX-License-Identifier: MIT */
/* oracle_test - two engines that were written by different people give the same answers: random
 * articles with adds, changes and deletes in between, random queries of every operator, each put to
 * the native engine and to Xapian (oracle_compare.h says what the same is).
 *
 *     QUERN_ORACLE_SECONDS   how long to make histories for (5)
 *     QUERN_ORACLE_CORPUS    JSONL records to index beside the random ones, and
 *     QUERN_ORACLE_QUERIES   queries for it, one a line after a tab; without them, cranfield where
 *                            ../shared/data is at hand
 *
 * A history is made from its seed alone: QUERN_TEST_SEED=n repeats the one that was printed first.
 * Skipped with the reason where the module of the xapian engine is not installed.
 */
#include "tests/check.h"
#include "tests/oracle_compare.h"
#include "tests/random_articles.h"
#include "tests/random_queries.h"
#include "tests/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { N_KEYS = 90, TEXT_CAP = 40000 };

/* The same index twice. */
typedef struct pair {
    char dirs[2][4200];
    quern_index *index[2];
    quern_writer *writer[2];
    quern_reader *reader[2];
} pair;

static const char *const engines[2] = {"native", "xapian"};

static void expect(const char *what, quern_status status, const quern_error *err)
{
    CHECK_ROW(what, status == QUERN_OK);
    if (status) {
        printf("%s: %s - %s\n", what, err->message, err->hint);
        exit(1);
    }
}

static int is_installed(void)
{
    char dir[4096];
    char path[4200];
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = "xapian";
    scratch_make(dir);
    snprintf(path, sizeof path, "%s/i", dir);
    quern_status status = quern_index_create(path, &options, &err);
    scratch_remove(dir);
    if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
        printf("skipped: %s - %s\n", err.message, err.hint);
        return 0;
    }
    expect("create", status, &err);
    return 1;
}

static void pair_make(pair *p, const char *base, quern_index_options *options)
{
    quern_error err;
    memset(p, 0, sizeof *p);
    for (int i = 0; i < 2; i++) {
        snprintf(p->dirs[i], sizeof p->dirs[i], "%s/%s", base, engines[i]);
        options->engine = engines[i];
        expect("create", quern_index_create(p->dirs[i], options, &err), &err);
        expect("open", quern_index_open(p->dirs[i], NULL, &p->index[i], &err), &err);
    }
}

static void pair_write(pair *p)
{
    quern_error err;
    for (int i = 0; i < 2; i++) {
        if (!p->writer[i]) {
            expect("writer", quern_writer_open(p->index[i], NULL, &p->writer[i], &err), &err);
        }
    }
}

static void pair_commit(pair *p, int close_too)
{
    quern_error err;
    for (int i = 0; i < 2; i++) {
        expect("commit", quern_writer_commit(p->writer[i], &err), &err);
        if (close_too) {
            quern_writer_close(p->writer[i]);
            p->writer[i] = NULL;
        }
    }
}

static void pair_read(pair *p)
{
    quern_error err;
    for (int i = 0; i < 2; i++) {
        quern_reader_free(p->reader[i]);
        expect("reader", quern_reader_open(p->index[i], &p->reader[i], &err), &err);
    }
}

static void pair_end(pair *p)
{
    for (int i = 0; i < 2; i++) {
        quern_writer_close(p->writer[i]);
        quern_reader_free(p->reader[i]);
        quern_index_close(p->index[i]);
        scratch_remove(p->dirs[i]);
    }
}

/* ---- Histories ---- */

typedef struct history {
    uint64_t seed;
    pair both;
    char *texts[N_KEYS]; /* NULL: not in the index */
    char *titles[N_KEYS];
    unsigned n_keys;
    oracle_tally *tally;
} history;

static quern_string source_of(unsigned i, char out[64])
{
    static const char *const forms[] = {"f/%u.txt", "%u", "été %u.md", "a\\b\t%u\n.txt"};
    snprintf(out, 64, i < 8 ? forms[i % 4] : "f/%u.jsonl", i < 8 ? i : i % 7);
    return quern_str(out);
}

static quern_string id_of(unsigned i, char out[32])
{
    snprintf(out, 32, i < 8 ? "" : "r%u", i);
    return quern_str(out);
}

static void put(history *h, unsigned i)
{
    static char text[TEXT_CAP];
    char title[400];
    char source[64];
    char id[32];
    quern_error err;
    quern_article a = QUERN_ARTICLE_INIT;
    quern_field field = {QUERN_STR("Desk"), QUERN_STR("News\n\tand = more\\")};
    uint64_t r = check_random(&h->seed);
    size_t n = random_title(&h->seed, title, sizeof title);
    size_t words = r % 11 == 0 ? 0 : r % 13 == 0 ? 1500 : (r >> 8) % 220;
    size_t at = 0;
    a.title_in_text = r >> 40 & 1;
    if (a.title_in_text) { /* the title is the first line */
        memcpy(text, title, n);
        memcpy(text + n, "\n\n", 3);
        at = n + 2;
    }
    random_text(&h->seed, words, text + at, sizeof text - at);
    a.source = source_of(i, source);
    a.id = id_of(i, id);
    a.title = quern_str(title);
    a.text = quern_str(text);
    a.date = r >> 41 & 1 ? (int64_t)(r % 1000) * 86400 - 86400 : QUERN_NO_DATE;
    a.line = (uint32_t)(r % 9);
    a.offsets_in_text = r >> 42 & 1;
    a.fields = &field;
    a.n_fields = r >> 43 & 1;
    for (int e = 0; e < 2; e++) {
        expect("put", quern_writer_put(h->both.writer[e], &a, &err), &err);
    }
    free(h->texts[i]);
    free(h->titles[i]);
    h->texts[i] = strdup(text);
    h->titles[i] = strdup(title);
}

static void forget(history *h, unsigned i)
{
    free(h->texts[i]);
    free(h->titles[i]);
    h->texts[i] = h->titles[i] = NULL;
}

static void delete_one(history *h, unsigned i)
{
    char source[64];
    char id[32];
    quern_error err;
    for (int e = 0; e < 2; e++) {
        uint64_t n = 0;
        expect("delete",
               quern_writer_delete(h->both.writer[e], source_of(i, source), id_of(i, id), &n, &err),
               &err);
        CHECK_ROW(engines[e], n == (h->texts[i] != NULL));
    }
    forget(h, i);
}

static void delete_source(history *h, unsigned i)
{
    char source[64];
    char other[64];
    quern_error err;
    uint64_t n[2] = {0, 0};
    uint64_t want = 0;
    source_of(i, source);
    for (unsigned k = 0; k < h->n_keys; k++) {
        source_of(k, other);
        if (strcmp(source, other) == 0) {
            want += h->texts[k] != NULL;
            forget(h, k);
        }
    }
    for (int e = 0; e < 2; e++) {
        expect("delete source",
               quern_writer_delete_source(h->both.writer[e], quern_str(source), &n[e], &err), &err);
        CHECK_ROW(engines[e], n[e] == want);
    }
}

static void change(history *h)
{
    unsigned i = (unsigned)(check_random(&h->seed) % h->n_keys);
    uint64_t r = check_random(&h->seed) % 40;
    if (r == 0) {
        delete_source(h, i);
    } else if (r < 9) {
        delete_one(h, i);
    } else {
        put(h, i);
    }
}

/* A phrase, or a few words, that stands in an article, title and text one after the other: also
 * what spans the two, and must not be found. */
static size_t borrowed_query(history *h, char *out, size_t cap)
{
    static char whole[TEXT_CAP + 800];
    unsigned i = (unsigned)(check_random(&h->seed) % h->n_keys);
    if (!h->texts[i]) {
        return 0;
    }
    int n = snprintf(whole, sizeof whole, "%s %s", h->titles[i], h->texts[i]);
    uint64_t r = check_random(&h->seed);
    size_t at = r & 3 ? (size_t)((r >> 8) % (uint64_t)(n + 1)) : 0;
    size_t words = 2 + (size_t)(r >> 4 & 3);
    size_t len = 0;
    while (at > 0 && whole[at - 1] != ' ') {
        at--;
    }
    out[len++] = '"';
    for (; whole[at] && words > 0 && len + 3 < cap; at++) {
        words -= whole[at] == ' ';
        if (words > 0 && whole[at] != '"') {
            out[len++] = whole[at] == '\n' ? ' ' : whole[at];
        }
    }
    if (r >> 6 & 1) {
        out[0] = ' ';
    } else {
        out[len++] = '"';
    }
    out[len] = '\0';
    return len;
}

/* An expression of any operators, mostly; else words, a phrase, or both. */
static void draw_query(history *h, uint64_t r, char *out, size_t cap)
{
    if (r >> 50 & 7) {
        const char *text = h->texts[check_random(&h->seed) % h->n_keys];
        random_expression(&h->seed, text, (unsigned)(check_random(&h->seed) & 15), out, cap);
        return;
    }
    size_t len = r & 3 ? random_query(&h->seed, out, cap) : borrowed_query(h, out, cap);
    if (r >> 2 & 1) {
        out[len] = ' ';
        random_query(&h->seed, out + len + (len > 0), cap - len - 1);
    }
}

static void ask_some(history *h, unsigned n)
{
    static const double models[][2] = {{0, 0},    {0.9, 0.4}, {2.0, 1.0},
                                       {-1, 0.5}, {1.2, -1},  {5, 0.1}};
    char query[2000];
    pair_read(&h->both);
    for (unsigned i = 0; i < n; i++) {
        quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
        uint64_t r = check_random(&h->seed);
        draw_query(h, r, query, sizeof query);
        options.articles = r >> 3 & 1 ? 1 + (uint32_t)((r >> 8) % 12) : 1000;
        options.all_passages = r >> 4 & 1;
        options.count = r >> 5 & 1;
        options.k1 = models[(r >> 20) % 6][0];
        options.b = models[(r >> 20) % 6][1];
        oracle_ask(h->both.reader[0], h->both.reader[1], query, &options, h->tally);
    }
}

typedef struct listed {
    uint64_t n, hash;
    unsigned n_sources;
} listed;

static int note_listing(const quern_listing *l, void *payload)
{
    listed *to = payload;
    uint64_t h = (uint64_t)l->date ^ l->text_bytes * 31 ^ (uint64_t)l->passages << 40;
    const quern_string *all[] = {&l->source, &l->id, &l->title};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < all[k]->len; i++) {
            h = (h ^ (unsigned char)all[k]->data[i]) * 0x100000001B3u;
        }
        h = h * 31 + 7;
    }
    to->n++;
    to->hash += h * h; /* in any order: that of segments is not that of keys */
    return 0;
}

/* What is said of the whole index. */
static void compare_wholes(history *h)
{
    quern_stats stats[2];
    listed lists[2];
    quern_error err;
    memset(lists, 0, sizeof lists);
    for (int e = 0; e < 2; e++) {
        quern_stats fresh = QUERN_STATS_INIT;
        stats[e] = fresh;
        expect("stats", quern_reader_stats(h->both.reader[e], &stats[e], &err), &err);
        expect("list", quern_reader_list(h->both.reader[e], note_listing, &lists[e], &err), &err);
    }
    CHECK(stats[0].articles == stats[1].articles);
    CHECK(stats[0].passages == stats[1].passages);
    CHECK(stats[0].words == stats[1].words);
    CHECK(stats[0].text_bytes == stats[1].text_bytes);
    CHECK(lists[0].n == lists[1].n && lists[0].hash == lists[1].hash);
    CHECK(lists[0].n == stats[0].articles);
}

static void run_history(uint64_t seed, const char *base, oracle_tally *tally)
{
    static history h;
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    memset(&h, 0, sizeof h);
    h.seed = seed;
    h.tally = tally;
    uint64_t r = check_random(&h.seed);
    h.n_keys = 3 + (unsigned)(r % (N_KEYS - 2));
    options.passage_words =
        r >> 10 & 3 ? (uint32_t[]){0, 10, 25}[(r >> 12) % 3] : QUERN_WHOLE_ARTICLES;
    options.no_titles = (r >> 16 & 3) == 0;
    options.no_text = (r >> 18 & 7) == 0;
    options.language = r >> 22 & 3 ? NULL : "none";
    pair_make(&h.both, base, &options);
    unsigned rounds = 1 + (unsigned)((r >> 24) % 4);
    for (unsigned round = 0; round < rounds; round++) {
        pair_write(&h.both);
        for (unsigned n = (unsigned)(check_random(&h.seed) % 60) + 1; n > 0; n--) {
            change(&h);
        }
        pair_commit(&h.both, (int)(check_random(&h.seed) & 1));
        ask_some(&h, 60 / rounds);
        compare_wholes(&h);
    }
    if (r >> 30 & 1) {
        pair_write(&h.both);
        for (int e = 0; e < 2; e++) {
            expect("optimize", quern_writer_optimize(h.both.writer[e], &err), &err);
        }
        ask_some(&h, 10);
        compare_wholes(&h);
    }
    pair_end(&h.both);
    for (unsigned i = 0; i < N_KEYS; i++) {
        forget(&h, i);
    }
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(const char *what, uint64_t n, const oracle_tally *t)
{
    printf("%s: %llu, %llu queries, %llu hits, %llu queries in the same order, "
           "scores within %.3g, %llu differences\n",
           what, (unsigned long long)n, (unsigned long long)t->queries, (unsigned long long)t->hits,
           (unsigned long long)t->same_order, t->worst, (unsigned long long)t->differences);
}

static void test_histories(void)
{
    char base[4096];
    oracle_tally tally = {0, 0, 0, 0, 0.0};
    const char *text = getenv("QUERN_ORACLE_SECONDS");
    double end = now_s() + (text ? strtod(text, NULL) : 5.0);
    uint64_t seed = check_seed(1);
    uint64_t n = 0;
    if (!is_installed()) {
        return;
    }
    scratch_make(base);
    do {
        uint64_t before = tally.differences;
        run_history(seed + n, base, &tally);
        if (tally.differences > before) {
            printf("history %llu: QUERN_TEST_SEED=%llu\n", (unsigned long long)n,
                   (unsigned long long)(seed + n));
        }
        n++;
    } while (now_s() < end && tally.differences < 20);
    scratch_remove(base);
    tell("histories", n, &tally);
    CHECK(tally.differences == 0);
    CHECK(tally.queries > 0 && tally.hits > 0);
}

/* ---- A collection ---- */

static void index_corpus(pair *p, const char *path)
{
    quern_error err;
    pair_write(p);
    for (int e = 0; e < 2; e++) {
        int fd = open(path, O_RDONLY);
        CHECK_ROW("corpus", fd >= 0);
        double from = now_s();
        expect("corpus", quern_sync_stream(p->writer[e], fd, QUERN_STR("corpus"), NULL, NULL, &err),
               &err);
        printf("%s: %.1f s\n", engines[e], now_s() - from);
        close(fd);
    }
    pair_commit(p, 1);
    pair_read(p);
}

static void test_collection(void)
{
    pair p;
    char base[4096];
    oracle_tally tally = {0, 0, 0, 0, 0.0};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    const char *corpus = getenv("QUERN_ORACLE_CORPUS");
    const char *queries = getenv("QUERN_ORACLE_QUERIES");
    const char *folder = QUERN_SOURCE_DIR "/../shared/data/relevance/cranfield";
    char paths[2][4096];
    if (!corpus || !queries) {
        snprintf(paths[0], sizeof paths[0], "%s/corpus.jsonl", folder);
        snprintf(paths[1], sizeof paths[1], "%s/queries.tsv", folder);
        corpus = paths[0];
        queries = paths[1];
    }
    if (access(corpus, R_OK) != 0) {
        printf("skipped: %s is not there\n", corpus);
        return;
    }
    if (!is_installed()) {
        return;
    }
    scratch_make(base);
    pair_make(&p, base, &options);
    index_corpus(&p, corpus);
    oracle_ask_file(p.reader[0], p.reader[1], queries, &tally);
    pair_end(&p);
    scratch_remove(base);
    tell("collections", 1, &tally);
    CHECK(tally.differences == 0);
    CHECK(tally.hits > 0);
}

static CU_TestInfo tests[] = {
    {"random histories", test_histories}, {"a collection", test_collection}, CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("oracle", tests)
