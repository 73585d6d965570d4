/* SPDX-License-Identifier: MIT */
/* history_test - any history equals a fresh index: random adds, changes and deletes over 2,000
 * articles, commits and merges in between, then every score, order, range and mark equal to those
 * of an index that was filled once; and after optimize both are one segment file of the same bytes,
 * whatever the history, the memory and the number of threads. With QUERN_TEST_ENGINE=xapian the
 * same of that engine, but for the bytes. */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/random_articles.h"
#include "tests/scratch.h"

#include <string.h>

enum { N_KEYS = 2000, N_QUERIES = 60, TEXT_CAP = 60000 };

/* Articles that come and go: $QUERN_HISTORY_KEYS, or N_KEYS. */
static unsigned n_keys(void)
{
    const char *text = getenv("QUERN_HISTORY_KEYS");
    unsigned n = text ? (unsigned)strtoul(text, NULL, 10) : N_KEYS;
    return n > 0 && n <= N_KEYS ? n : N_KEYS;
}

typedef struct kept {
    char *title, *text; /* NULL: not in the index */
} kept;

typedef struct world {
    uint64_t seed;
    kept articles[N_KEYS];
    char queries[N_QUERIES][400];
} world;

/* What articles say, where the index has several languages; the last is not told. */
static const char *const languages[] = {"en-GB", "german", "fr", "rus", ""};

static quern_string key_source(unsigned i, char out[32])
{
    snprintf(out, 32, "folder/%u.txt", i % 977);
    return quern_str(out);
}

static quern_string key_id(unsigned i, char out[32])
{
    snprintf(out, 32, i % 3 ? "%u" : "", i);
    return quern_str(out);
}

static void put(quern_writer *w, unsigned i, const kept *a)
{
    char source[32];
    char id[32];
    quern_error err;
    quern_article article = QUERN_ARTICLE_INIT;
    article.source = key_source(i, source);
    article.id = key_id(i, id);
    article.title = quern_str(a->title);
    article.text = quern_str(a->text);
    article.date = i % 5 ? QUERN_NO_DATE : (int64_t)i * 86400;
    article.language = quern_str(languages[strlen(a->text) % 5]);
    quern_status s = quern_writer_put(w, &article, &err);
    CHECK_ROW("put", s == QUERN_OK);
}

static void change(world *v, quern_writer *w, unsigned i)
{
    static char text[TEXT_CAP];
    char title[400];
    char source[32];
    char id[32];
    quern_error err;
    kept *a = &v->articles[i];
    uint64_t removed = 0;
    int was = a->text != NULL;
    free(a->title);
    free(a->text);
    a->title = a->text = NULL;
    if (check_random(&v->seed) % 4 == 0) {
        quern_status s =
            quern_writer_delete(w, key_source(i, source), key_id(i, id), &removed, &err);
        CHECK_ROW("delete", s == QUERN_OK && removed == (uint64_t)was);
        return;
    }
    random_title(&v->seed, title, sizeof title);
    random_text(&v->seed, check_random(&v->seed) % 30 ? check_random(&v->seed) % 250 : 3000, text,
                sizeof text);
    a->title = strdup(title);
    a->text = strdup(text);
    put(w, i, a);
}

/* Keys with i % 977 equal share a source only where their ids differ; the same key twice is one. */
static unsigned pick(world *v)
{
    unsigned i = (unsigned)(check_random(&v->seed) % n_keys());
    return i % 3 ? i : i % 977 / 3 * 3; /* an empty id: one article a source */
}

static void open_writer(const char *dir, uint32_t threads, quern_index **index, quern_writer **w)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    options.threads = threads;
    options.memory_bytes = threads == 1 ? 32u << 20 : 64u << 20;
    quern_status s = quern_index_open(dir, NULL, index, &err);
    s = s ? s : quern_writer_open(*index, &options, w, &err);
    CHECK_ROW("open writer", s == QUERN_OK);
    if (s) {
        printf("%s\n", err.message);
        exit(1);
    }
}

static void make(const char *dir, const quern_index_options *options)
{
    quern_error err;
    quern_index_options with_engine = *options;
    with_engine.engine = getenv("QUERN_TEST_ENGINE");
    scratch_remove(dir);
    CHECK_ROW("create", quern_index_create(dir, &with_engine, &err) == QUERN_OK);
}

static void dump(world *v, const char *dir, quern_buf *out)
{
    const char *queries[N_QUERIES];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    for (size_t i = 0; i < N_QUERIES; i++) {
        queries[i] = v->queries[i];
    }
    quern_buf_clear(out);
    quern_status s = library_dump(dir, NULL, queries, N_QUERIES, out, &err);
    CHECK_ROW("dump", s == QUERN_OK);
    if (s) {
        printf("%s\n", err.message);
    }
}

/* The listing comes segment by segment: sort its lines before comparing. */
static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted_tail(quern_buf *dumped)
{
    quern_buf_u8(dumped, 0);
    char *text = strdup((char *)dumped->data);
    char *last = strrchr(text, '?');
    char *list = last ? last : text;
    size_t n = 0;
    static char *lines[100000];
    for (char *line = strtok(list, "\n"); line; line = strtok(NULL, "\n")) {
        lines[n++] = line;
    }
    qsort(lines, n, sizeof lines[0], compare_lines);
    char *out = malloc(dumped->len + n + 1);
    char *at = out;
    for (size_t i = 0; i < n; i++) {
        at = stpcpy(stpcpy(at, lines[i]), "\n");
    }
    *at = '\0';
    free(text);
    return out;
}

static void expect_equal(const char *what, quern_buf *a, quern_buf *b)
{
    size_t n = 0;
    while (n < a->len && n < b->len && a->data[n] == b->data[n]) {
        n++;
    }
    char *tail_a = sorted_tail(a);
    char *tail_b = sorted_tail(b);
    char *split_a = strrchr((char *)a->data, '?');
    size_t head = split_a ? (size_t)(split_a - (char *)a->data) : 0;
    CHECK_ROW(what, n >= head);
    CHECK_ROW(what, strcmp(tail_a, tail_b) == 0);
    if (n < head) {
        size_t from = n < 200 ? 0 : n - 200;
        printf("%s: differs at byte %zu:\n%.400s\n---\n%.400s\n", what, n, a->data + from,
               b->data + from);
    }
    free(tail_a);
    free(tail_b);
    a->len--;
    b->len--;
}

static void fresh(world *v, const char *dir, const quern_index_options *options, uint32_t threads)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    make(dir, options);
    open_writer(dir, threads, &index, &w);
    for (unsigned i = 0; i < n_keys(); i++) {
        if (v->articles[i].text) {
            put(w, i, &v->articles[i]);
        }
    }
    CHECK_ROW("commit", quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
    quern_index_close(index);
}

static void optimize(const char *dir)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    open_writer(dir, 2, &index, &w);
    CHECK_ROW("optimize", quern_writer_optimize(w, &err) == QUERN_OK);
    quern_writer_close(w);
    quern_index_close(index);
}

/* The bytes of the one segment file in the directory; NULL, and a failure, where there is none or
 * more. */
static char *one_segment(const char *dir, size_t *len)
{
    char *names = scratch_list(dir, "seg-");
    char *end = strchr(names, '\n');
    CHECK_ROW("one segment", end && end[1] == '\0');
    if (!end) {
        free(names);
        return NULL;
    }
    *end = '\0';
    char *bytes = scratch_read(dir, names, len);
    free(names);
    return bytes;
}

static void compare_segments(const char *what, const char *a, const char *b)
{
    if (getenv("QUERN_TEST_ENGINE")) {
        return; /* another engine has no segments */
    }
    size_t len_a = 0;
    size_t len_b = 0;
    char *bytes_a = one_segment(a, &len_a);
    char *bytes_b = one_segment(b, &len_b);
    CHECK_ROW(what, bytes_a && bytes_b && len_a > 0);
    CHECK_ROW(what, len_a == len_b && bytes_a && bytes_b && memcmp(bytes_a, bytes_b, len_a) == 0);
    free(bytes_a);
    free(bytes_b);
}

static void run(uint64_t seed, const quern_index_options *options, unsigned rounds)
{
    static world v;
    char base[4096];
    char a[4200];
    char b[4200];
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_buf got = {0};
    quern_buf want = {0};
    memset(&v, 0, sizeof v);
    v.seed = seed;
    scratch_make(base);
    snprintf(a, sizeof a, "%s/lived", base);
    snprintf(b, sizeof b, "%s/fresh", base);
    for (size_t i = 0; i < N_QUERIES; i++) {
        random_query(&v.seed, v.queries[i], sizeof v.queries[i]);
    }
    make(a, options);
    open_writer(a, 2, &index, &w);
    for (unsigned round = 0; round < rounds; round++) {
        unsigned n = (unsigned)(check_random(&v.seed) % 400);
        for (unsigned i = 0; i < n; i++) {
            change(&v, w, pick(&v));
        }
        CHECK_ROW("commit", quern_writer_commit(w, &err) == QUERN_OK);
        if (check_random(&v.seed) % 4 == 0) {
            quern_writer_close(w);
            quern_index_close(index);
            open_writer(a, round % 2 ? 1 : 2, &index, &w);
        }
    }
    quern_writer_close(w);
    quern_index_close(index);
    CHECK_ROW("check", quern_index_check(a, NULL, NULL, &err) == QUERN_OK);
    fresh(&v, b, options, 1);
    dump(&v, a, &got);
    dump(&v, b, &want);
    CHECK(want.len > 20000);
    expect_equal("before merging", &got, &want);
    optimize(a);
    optimize(b);
    CHECK_ROW("check", quern_index_check(a, NULL, NULL, &err) == QUERN_OK);
    dump(&v, a, &got);
    expect_equal("after merging", &got, &want);
    compare_segments("same bytes", a, b);
    fresh(&v, b, options, 2);
    optimize(b);
    compare_segments("same bytes from two threads", a, b);
    for (unsigned i = 0; i < n_keys(); i++) {
        free(v.articles[i].title);
        free(v.articles[i].text);
    }
    quern_buf_finish(&got);
    quern_buf_finish(&want);
    scratch_remove(base);
}

static void test_default(void)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    run(check_seed(11), &options, 40);
}

static void test_whole_articles(void)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = QUERN_WHOLE_ARTICLES;
    options.no_titles = 1;
    run(check_seed(12), &options, 25);
}

static void test_without_text(void)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.no_text = 1;
    run(check_seed(13), &options, 25);
}

static void test_languages(void)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.language = "english,german,french,russian";
    run(check_seed(14), &options, 25);
}

static CU_TestInfo tests[] = {{"passages", test_default},
                              {"whole articles, titles left out", test_whole_articles},
                              {"texts not stored", test_without_text},
                              {"four languages", test_languages},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("history", tests)
