/* SPDX-License-Identifier: MIT */
/* shards_test - indexes behind servers, as one: n shards give the answers of one index of all their
 * articles, of either engine; and what is refused. Servers that go wrong: shard_faults_test.
 *
 *     QUERN_SHARDS_SECONDS   how long to make histories for (4)
 *     QUERN_ORACLE_CORPUS    JSONL records to index as well, over four shards, and
 *     QUERN_ORACLE_QUERIES   queries for it (oracle_compare.h)
 *
 * A history is made from its seed alone: QUERN_TEST_SEED=n repeats the one that was printed.
 * Skipped with the reason where the module of the xapian engine or xapian-tcpsrv is not installed.
 */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/oracle_compare.h"
#include "tests/random_articles.h"
#include "tests/scratch.h"
#include "tests/shard_servers.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 4, TEXT_CAP = 40000, N_KEYS = 120 };

static char base[4096];

static void expect(const char *what, quern_status status, const quern_error *err)
{
    CHECK_ROW(what, status == QUERN_OK);
    if (status) {
        printf("%s: %s - %s\n", what, err->message, err->hint);
        exit(1);
    }
}

static quern_status make_index(const char *name, quern_index_options *options, quern_index **out,
                               quern_error *err)
{
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/%s", base, name);
    quern_status status = quern_index_create(dir, options, err);
    return status ? status : quern_index_open(dir, NULL, out, err);
}

/* ---- The same articles in one index of each engine, and in shards ---- */

enum { NATIVE, WHOLE, FIRST_SHARD, N_INDEXES = FIRST_SHARD + MOST };

typedef struct farm {
    size_t n; /* shards */
    quern_index *index[N_INDEXES];
    quern_writer *writer[N_INDEXES];
    shard_server servers[MOST];
} farm;

/* Returns 0 where something is not installed. */
static int farm_make(farm *f, quern_index_options *options)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    for (size_t i = 0; i < FIRST_SHARD + f->n; i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        options->engine = i == NATIVE ? "native" : "xapian";
        quern_status status = make_index(name, options, &f->index[i], &err);
        if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
            printf("skipped: %s - %s\n", err.message, err.hint);
            return 0;
        }
        expect("create", status, &err);
        expect("writer", quern_writer_open(f->index[i], NULL, &f->writer[i], &err), &err);
    }
    for (size_t i = 0; i < f->n; i++) {
        char dir[4200];
        snprintf(dir, sizeof dir, "%s/%zu", base, FIRST_SHARD + i);
        if (shard_server_start(&f->servers[i], dir)) {
            printf("skipped: there is no xapian-tcpsrv - install xapian-tools\n");
            return 0;
        }
    }
    return 1;
}

static void farm_end(farm *f)
{
    for (size_t i = 0; i < N_INDEXES; i++) {
        char dir[4200];
        quern_writer_close(f->writer[i]);
        quern_index_close(f->index[i]);
        snprintf(dir, sizeof dir, "%s/%zu", base, i);
        scratch_remove(dir);
    }
    for (size_t i = 0; i < f->n; i++) {
        shard_server_end(&f->servers[i]);
    }
}

static void farm_commit(farm *f)
{
    quern_error err;
    for (size_t i = 0; i < FIRST_SHARD + f->n; i++) {
        expect("commit", quern_writer_commit(f->writer[i], &err), &err);
    }
}

/* Puts or removes an article: in both whole indexes and in the shard of its key. */
static void farm_change(farm *f, uint64_t *seed)
{
    static char text[TEXT_CAP];
    char title[400];
    char source[32];
    quern_error err;
    quern_article a = QUERN_ARTICLE_INIT;
    unsigned key = (unsigned)(check_random(seed) % N_KEYS);
    uint64_t r = check_random(seed);
    size_t of[] = {NATIVE, WHOLE, FIRST_SHARD + key * 2654435761u % f->n};
    snprintf(source, sizeof source, "f/%u.txt", key);
    random_title(seed, title, sizeof title);
    random_text(seed, r % 11 == 0 ? 0 : (r >> 8) % 220, text, sizeof text);
    a.source = quern_str(source);
    a.title = quern_str(title);
    a.text = quern_str(text);
    a.date = r >> 41 & 1 ? (int64_t)(r % 1000) * 86400 : QUERN_NO_DATE;
    for (size_t i = 0; i < 3; i++) {
        quern_writer *w = f->writer[of[i]];
        expect("change",
               r >> 50 & 7 ? quern_writer_put(w, &a, &err)
                           : quern_writer_delete(w, a.source, a.id, NULL, &err),
               &err);
    }
}

static void read_shards(const farm *f, quern_reader **out)
{
    static char names[MOST][64];
    const char *list[MOST];
    quern_error err;
    quern_shards_options options = QUERN_SHARDS_OPTIONS_INIT;
    options.require_all = 1;
    options.time_limit_ms = 20000;
    for (size_t i = 0; i < f->n; i++) {
        snprintf(names[i], sizeof names[i], "127.0.0.1:%d", f->servers[i].port);
        list[i] = names[i];
    }
    expect("shards", quern_shards_open(list, f->n, &options, out, &err), &err);
}

static void ask_some(farm *f, uint64_t *seed, unsigned n, oracle_tally *tallies)
{
    char query[2000];
    quern_error err;
    quern_reader *readers[3];
    quern_stats stats[2] = {QUERN_STATS_INIT, QUERN_STATS_INIT};
    read_shards(f, &readers[2]);
    for (size_t i = 0; i < 2; i++) {
        expect("reader", quern_reader_open(f->index[i], &readers[i], &err), &err);
    }
    expect("stats", quern_reader_stats(readers[0], &stats[0], &err), &err);
    expect("stats", quern_reader_stats(readers[2], &stats[1], &err), &err);
    CHECK(stats[0].articles == stats[1].articles);
    CHECK(stats[0].passages == stats[1].passages);
    CHECK(stats[0].words == stats[1].words);
    CHECK(stats[0].text_bytes == stats[1].text_bytes);
    for (unsigned i = 0; i < n; i++) {
        quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
        uint64_t r = check_random(seed);
        random_query(seed, query, sizeof query);
        options.articles = r >> 3 & 1 ? 1 + (uint32_t)((r >> 8) % 12) : 1000;
        options.all_passages = r >> 4 & 1;
        options.count = r >> 5 & 1;
        oracle_ask(readers[0], readers[2], query, &options, &tallies[0]);
        oracle_ask(readers[1], readers[2], query, &options, &tallies[1]);
    }
    for (size_t i = 0; i < 3; i++) {
        quern_reader_free(readers[i]);
    }
}

/* Returns 0 where something is not installed. */
static int run_history(uint64_t seed, oracle_tally *tallies)
{
    farm f;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    uint64_t r = check_random(&seed);
    memset(&f, 0, sizeof f);
    f.n = 1 + (size_t)(r % MOST);
    options.passage_words = r >> 10 & 3 ? 0 : QUERN_WHOLE_ARTICLES;
    options.no_titles = (r >> 16 & 3) == 0;
    int is_there = farm_make(&f, &options);
    for (int round = 0; is_there && round < 2; round++) {
        for (unsigned n = (unsigned)(check_random(&seed) % 150) + 1; n > 0; n--) {
            farm_change(&f, &seed);
        }
        farm_commit(&f);
        ask_some(&f, &seed, 25, tallies);
    }
    farm_end(&f);
    return is_there;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(const char *what, uint64_t n, const oracle_tally *t)
{
    printf("%s: %llu, %llu queries, %llu hits, %llu in the same order, scores within %.3g, %llu "
           "differences\n",
           what, (unsigned long long)n, (unsigned long long)t->queries, (unsigned long long)t->hits,
           (unsigned long long)t->same_order, t->worst, (unsigned long long)t->differences);
}

static void test_histories(void)
{
    static const char *const names[] = {"shards against native", "shards against one database"};
    oracle_tally tallies[2];
    const char *text = getenv("QUERN_SHARDS_SECONDS");
    double end = now_s() + (text ? strtod(text, NULL) : 4.0);
    uint64_t seed = check_seed(1);
    uint64_t n = 0;
    memset(tallies, 0, sizeof tallies);
    scratch_make(base);
    int is_there = 1;
    do {
        uint64_t before = tallies[0].differences + tallies[1].differences;
        is_there = run_history(seed + n, tallies);
        if (tallies[0].differences + tallies[1].differences > before) {
            printf("history %llu: QUERN_TEST_SEED=%llu\n", (unsigned long long)n,
                   (unsigned long long)(seed + n));
        }
        n++;
    } while (is_there && now_s() < end && tallies[0].differences < 20);
    scratch_remove(base);
    for (size_t i = 0; is_there && i < 2; i++) {
        tell(names[i], n, &tallies[i]);
        CHECK(tallies[i].differences == 0);
        CHECK(tallies[i].hits > 0);
    }
}

/* ---- A collection ---- */

/* The lines of a file, each to the one of n files that its hash names; the others get a blank line
 * in its place, so that its number stays. */
static void split_lines(const char *path, FILE **out, size_t n)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    FILE *in = fopen(path, "r");
    CU_ASSERT_FATAL(in != NULL);
    while ((len = getline(&line, &cap, in)) > 0) {
        uint32_t hash = 2166136261u;
        for (ssize_t i = 0; i < len; i++) {
            hash = (hash ^ (unsigned char)line[i]) * 16777619u;
        }
        for (size_t i = 0; i < n; i++) {
            int is_its = i == (hash >> 8) % n;
            fwrite(is_its ? line : "\n", 1, is_its ? (size_t)len : 1, out[i]);
        }
    }
    free(line);
    fclose(in);
}

static void index_stream(quern_writer *w, int fd)
{
    quern_error err;
    expect("corpus", quern_sync_stream(w, fd, QUERN_STR("corpus"), NULL, NULL, &err), &err);
    close(fd);
}

static void index_corpus(farm *f, const char *path)
{
    FILE *parts[MOST];
    for (size_t i = 0; i < f->n; i++) {
        parts[i] = tmpfile();
        CU_ASSERT_FATAL(parts[i] != NULL);
    }
    split_lines(path, parts, f->n);
    index_stream(f->writer[NATIVE], open(path, O_RDONLY | O_CLOEXEC));
    for (size_t i = 0; i < f->n; i++) {
        rewind(parts[i]);
        index_stream(f->writer[FIRST_SHARD + i], dup(fileno(parts[i])));
        fclose(parts[i]);
    }
    farm_commit(f);
}

static void test_collection(void)
{
    farm f;
    quern_error err;
    quern_reader *native = NULL;
    quern_reader *shards = NULL;
    oracle_tally tally = {0, 0, 0, 0, 0.0};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    const char *corpus = getenv("QUERN_ORACLE_CORPUS");
    const char *queries = getenv("QUERN_ORACLE_QUERIES");
    if (!corpus || !queries) {
        printf("skipped: QUERN_ORACLE_CORPUS and QUERN_ORACLE_QUERIES are not set\n");
        CHECK(1);
        return;
    }
    memset(&f, 0, sizeof f);
    f.n = MOST;
    scratch_make(base);
    if (farm_make(&f, &options)) {
        index_corpus(&f, corpus);
        read_shards(&f, &shards);
        expect("reader", quern_reader_open(f.index[NATIVE], &native, &err), &err);
        oracle_ask_file(native, shards, queries, &tally);
        quern_reader_free(native);
        quern_reader_free(shards);
        tell("a collection over four shards against native", 1, &tally);
        CHECK(tally.differences == 0 && tally.hits > 0);
    }
    farm_end(&f);
    scratch_remove(base);
}

/* ---- What is refused, what is missing ---- */

typedef struct row {
    const char *name;
    quern_status status;
} row;

static void test_names(void)
{
    static const row rows[] = {
        {"", QUERN_E_SYNTAX},
        {"host", QUERN_E_SYNTAX},
        {"host:", QUERN_E_SYNTAX},
        {":1", QUERN_E_SYNTAX},
        {"host:0", QUERN_E_SYNTAX},
        {"host:65536", QUERN_E_SYNTAX},
        {"host:1x", QUERN_E_SYNTAX},
        {"host:-1", QUERN_E_SYNTAX},
        {"::1:7000", QUERN_E_SYNTAX},
        {"ssh:host", QUERN_E_SYNTAX},
        {"ssh::/dir", QUERN_E_SYNTAX},
        {"ssh:host:", QUERN_E_SYNTAX},
        {"ssh:-oProxyCommand=x:/dir", QUERN_E_SYNTAX},
        {"ssh:host:/a dir", QUERN_E_SYNTAX},
        {"ssh:host:/$(reboot)", QUERN_E_SYNTAX},
        {"ssh:host:/a;b", QUERN_E_SYNTAX},
        {"ssh:host:-x", QUERN_E_SYNTAX},
        {"prog:", QUERN_E_SYNTAX},
        {"prog: x", QUERN_E_SYNTAX},
        {"prog:/nowhere/no-such-program", QUERN_E_NETWORK},
        {"127.0.0.1:1", QUERN_E_NETWORK},
        {"[::1]:1", QUERN_E_NETWORK},
    };
    quern_error err;
    quern_reader *reader = NULL;
    quern_shards_options options = QUERN_SHARDS_OPTIONS_INIT;
    options.time_limit_ms = 2000;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_status status = quern_shards_open(&rows[i].name, 1, &options, &reader, &err);
        if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
            printf("skipped: %s - %s\n", err.message, err.hint);
            return;
        }
        CHECK_ROW(rows[i].name, status == rows[i].status && reader == NULL);
        CHECK_ROW(rows[i].name, strstr(err.message, rows[i].name) != NULL);
    }
    const char *twice[] = {"127.0.0.1:1", "127.0.0.1:1"};
    CHECK(quern_shards_open(twice, 2, &options, &reader, &err) == QUERN_E_INVALID);
    CHECK(quern_shards_open(twice, 0, &options, &reader, &err) == QUERN_E_INVALID);
    CHECK(quern_shards_open(NULL, 1, &options, &reader, &err) == QUERN_E_INVALID);
    options.size = 0;
    CHECK(quern_shards_open(twice, 1, &options, &reader, &err) == QUERN_E_INVALID);
}

static int put_one(const char *name, quern_index_options *options)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    options->engine = "xapian";
    quern_status status = make_index(name, options, &index, &err);
    if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
        printf("skipped: %s - %s\n", err.message, err.hint);
        return -1;
    }
    expect("create", status, &err);
    expect("writer", quern_writer_open(index, NULL, &w, &err), &err);
    expect("put", library_put(w, name, "A mill", "The mill grinds rye.", &err), &err);
    expect("commit", quern_writer_commit(w, &err), &err);
    quern_writer_close(w);
    quern_index_close(index);
    return 0;
}

/* A name of the program form for an index. */
static void program_of(const char *name, char out[4300])
{
    snprintf(out, 4300, "prog:xapian-progsrv %s/%s/glass", base, name);
}

static void check_shard(quern_reader *reader, size_t i, int is_missing)
{
    quern_shard shard = QUERN_SHARD_INIT;
    CHECK(quern_reader_shard(reader, i, &shard) == QUERN_OK);
    CHECK((shard.missing != NULL) == is_missing);
    CHECK((shard.generation == 0) == is_missing);
}

static void test_sets(void)
{
    char a[4300];
    char b[4300];
    char c[4300];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_reader *reader = NULL;
    quern_shard shard = QUERN_SHARD_INIT;
    quern_shards_options options = QUERN_SHARDS_OPTIONS_INIT;
    quern_index_options plain = QUERN_INDEX_OPTIONS_INIT;
    quern_index_options other = QUERN_INDEX_OPTIONS_INIT;
    other.passage_words = 20;
    scratch_make(base);
    if (put_one("a", &plain) || put_one("b", &plain) || put_one("c", &other)) {
        scratch_remove(base);
        return;
    }
    program_of("a", a);
    program_of("b", b);
    program_of("c", c);
    const char *two[] = {a, "127.0.0.1:1", b};
    quern_status status = quern_shards_open(two, 3, &options, &reader, &err);
    if (status == QUERN_E_NETWORK && strstr(err.message, "no shard")) {
        printf("skipped: %s\n", err.message);
        scratch_remove(base);
        return;
    }
    expect("two of three", status, &err);
    check_shard(reader, 0, 0);
    check_shard(reader, 1, 1);
    check_shard(reader, 2, 0);
    CHECK(quern_reader_shard(reader, 3, &shard) == QUERN_E_INVALID);
    quern_buf found = {0};
    expect("search", library_ask_reader(reader, "mill", NULL, &found, &err), &err);
    quern_buf_u8(&found, 0);
    CHECK(strstr((char *)found.data, " a#") && strstr((char *)found.data, " b#"));
    quern_buf_finish(&found);
    quern_reader_free(reader);

    options.require_all = 1;
    CHECK(quern_shards_open(two, 3, &options, &reader, &err) == QUERN_E_NETWORK);
    CHECK(strstr(err.message, "127.0.0.1:1") != NULL);
    options.require_all = 0;
    options.trial = "mill";
    expect("a trial", quern_shards_open(two, 3, &options, &reader, &err), &err);
    check_shard(reader, 1, 1);
    quern_reader_free(reader);

    const char *unequal[] = {a, c};
    CHECK(quern_shards_open(unequal, 2, &options, &reader, &err) == QUERN_E_INVALID);
    CHECK(strstr(err.message, "passages of another length") != NULL);
    scratch_remove(base);
}

static CU_TestInfo tests[] = {{"names of shards", test_names},
                              {"sets of shards", test_sets},
                              {"shards are one index", test_histories},
                              {"a collection over shards", test_collection},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("shards", tests)
