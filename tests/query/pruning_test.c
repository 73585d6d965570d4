/* SPDX-License-Identifier: MIT */
/* pruning_test - the pruned k best are the exhaustive ones, bit for bit: words, phrases and both,
 * for every k, with segments of different average lengths, deletions, ties in thousands, passages
 * over 255 words and words more than 16 times in one, at every level of the processor; and with
 * another formula than the one that bounds are made for. QUERN_TEST_PRUNING says how many queries;
 * 10,000 are the proof, a few hundred a watch on it. */
#include "query/native_searcher.h"

#include "base/cpu.h"
#include "index/store.h"
#include "query/parse.h"
#include "tests/check.h"
#include "tests/library.h"

#include <math.h>
#include <string.h>

enum { N_WORDS = 2000, N_ARTICLES = 9000 };

typedef struct fixture {
    char dir[LIBRARY_DIR];
    quern_index *index;
    quern_snapshot *snapshot;
    quern_analysis *analysis;
} fixture;

/* A few words everywhere, most of them rare; a quarter of what is picked in the plural, which a
 * phrase tells from the singular. */
static unsigned pick(uint64_t *seed)
{
    uint64_t r = check_random(seed);
    double u = (double)(r >> 11) / 9007199254740992.0;
    return ((unsigned)pow((double)N_WORDS, u) - 1) * 2 + (r % 4 == 3);
}

static size_t put_word(char *out, size_t cap, unsigned word)
{
    return (size_t)snprintf(out, cap, "wave%u%s ", word / 2, word % 2 ? "s" : "");
}

static void make_text(uint64_t *seed, int commit, char *out, size_t cap)
{
    uint64_t r = check_random(seed);
    size_t at = 0;
    size_t n = 3 + r % (commit % 2 ? 20 : 60);
    if (r % 100 < 30) { /* one of four texts, mostly the first: ties in thousands */
        uint64_t same = 77 + (r >> 8 & 3 ? 0 : r >> 10 & 3);
        for (size_t i = 0; i < 12; i++) {
            at += put_word(out + at, cap - at, pick(&same));
        }
        return;
    }
    n += r % 50 == 49 ? 300 + r % 300 : 0;
    unsigned often = pick(seed);
    size_t times = r % 40 == 39 ? 17 + r % 60 : 0;
    for (size_t i = 0; i < n + times && at + 16 < cap; i++) {
        at += put_word(out + at, cap - at, i < times ? often : pick(seed));
    }
}

/* The runs shrink, so that merging leaves several segments. */
static void fill(fixture *f, uint64_t *seed)
{
    static char text[16384];
    quern_error err;
    int next = 0;
    for (int commit = 0; next < N_ARTICLES; commit++) {
        quern_writer *w = library_writer(f->index);
        int n = commit == 0 ? 6000 : commit == 1 ? 2000 : 500;
        for (int i = 0; i < n; i++) {
            char source[32];
            snprintf(source, sizeof source, "%05d", next++ * 7919 % N_ARTICLES);
            make_text(seed, commit, text, sizeof text);
            CHECK(!library_put(w, source, "", text, &err));
        }
        for (int i = 0; commit > 0 && i < 100; i++) {
            char source[32];
            uint64_t removed;
            snprintf(source, sizeof source, "%05d", (int)(check_random(seed) % N_ARTICLES));
            CHECK(!quern_writer_delete_source(w, quern_str(source), &removed, &err));
        }
        library_commit(w);
    }
}

static void fixture_open(fixture *f, uint64_t *seed)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = QUERN_WHOLE_ARTICLES;
    options.language = "english";
    memset(f, 0, sizeof *f);
    f->index = library_make(f->dir, &options);
    CU_ASSERT_FATAL(quern_analysis_new("english", &f->analysis, &err) == QUERN_OK);
    fill(f, seed);
    CU_ASSERT_FATAL(quern_snapshot_open(f->index->vfs, f->index->path, 0, &f->snapshot, &err) ==
                    QUERN_OK);
    printf("%zu segments, %llu passages, ", f->snapshot->n_segments,
           (unsigned long long)f->snapshot->n_passages);
    CHECK(f->snapshot->n_segments > 1 && f->snapshot->n_passages < N_ARTICLES);
}

static void fixture_close(fixture *f)
{
    quern_snapshot_free(f->snapshot);
    quern_analysis_free(f->analysis);
    library_remove(f->dir, f->index);
}

/* Two words or three with an operator between them. */
static size_t put_join(char *out, size_t cap, uint64_t *seed, const char *operator)
{
    size_t at = (size_t)snprintf(out, cap, "(");
    size_t n = 2 + check_random(seed) % 2;
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(out + at, cap - at, "%s", i > 0 ? operator : "");
        at += put_word(out + at, cap - at, pick(seed));
    }
    return at + (size_t)snprintf(out + at, cap - at, ") ");
}

/* Words, phrases, words that all have to be there, words near each other, or several of these; the
 * tied texts now and then. */
static void make_query(uint64_t *seed, char *out, size_t cap)
{
    size_t at = 0;
    uint64_t shape =
        check_random(seed) % 14; /* 0 to 5 words, 6, 7 phrases, 8, 9 both, then joins */
    size_t n = 1 + check_random(seed) % (shape < 6 ? 6 : 2);
    uint64_t same = 77 + check_random(seed) % 4;
    int tied = check_random(seed) % 5 == 0;
    uint64_t *from = tied ? &same : seed;
    if (shape >= 10) {
        at += put_join(out, cap, from, shape == 10 ? "NEAR/8 " : "AND ");
        n = shape < 13 ? 0 : n;
    }
    for (size_t i = 0; i < n; i++) {
        size_t m = shape < 6 || (shape > 7 && i % 2) ? 1 : 2 + check_random(seed) % 2;
        at += (size_t)snprintf(out + at, cap - at, m > 1 ? "\"" : "");
        for (size_t j = 0; j < m; j++) {
            at += put_word(out + at, cap - at, pick(from));
        }
        at += (size_t)snprintf(out + at, cap - at, m > 1 ? "\" " : "");
    }
}

static int is_same(const quern_found_list *pruned, const quern_found_list *full)
{
    int same = pruned->n == full->n;
    for (size_t i = 0; same && i < pruned->n; i++) {
        same = pruned->items[i].score == full->items[i].score &&
               pruned->items[i].segment == full->items[i].segment &&
               pruned->items[i].passage == full->items[i].passage;
    }
    return same && !full->is_partial &&
           (pruned->is_partial
                ? pruned->n_passages > pruned->n && pruned->n_passages <= full->n_passages
                : pruned->n_passages == full->n_passages);
}

/* Returns for how many k something was left out. */
static int check_query(const fixture *f, const quern_bm25 *model, const char *text)
{
    static const size_t ks[] = {1, 10, 100, 1000};
    quern_error err;
    quern_query *query = NULL;
    quern_native *native = NULL;
    int partial = 0;
    quern_cpu_level level = quern_cpu_get_level();
    CHECK(quern_query_build(&(quern_query_language){.analysis = f->analysis}, quern_str(text),
                            &query, &err) == QUERN_OK);
    CHECK(quern_native_open(f->snapshot, &query->plan, model, &native, &err) == QUERN_OK);
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        quern_found_list pruned = {0};
        quern_found_list full = {0};
        CHECK(!quern_native_top(native, ks[i], 0, &pruned, &err));
        quern_cpu_limit(QUERN_CPU_SCALAR);
        CHECK(!quern_native_top(native, ks[i], QUERN_NATIVE_EXHAUSTIVE, &full, &err));
        quern_cpu_limit(level);
        CHECK_ROW(text, is_same(&pruned, &full));
        partial += pruned.is_partial;
        quern_found_list_finish(&pruned);
        CHECK(!quern_native_top(native, ks[i], QUERN_NATIVE_COUNT, &pruned, &err));
        CHECK_ROW(text, is_same(&pruned, &full) && !pruned.is_partial);
        CHECK_ROW(text, pruned.n_articles == pruned.n_passages);
        quern_found_list_finish(&pruned);
        CHECK(!quern_native_top(native, 0, QUERN_NATIVE_COUNT, &pruned, &err));
        CHECK_ROW(text, pruned.n == 0 && pruned.n_passages == full.n_passages);
        quern_found_list_finish(&pruned);
        quern_found_list_finish(&full);
    }
    quern_native_free(native);
    quern_query_free(query);
    return partial;
}

static void test_random(void)
{
    static const quern_bm25 models[] = {
        {QUERN_BM25_K1, QUERN_BM25_B, 0}, {0.9, 0.4, 0}, {0.0, 0.75, 0}};
    fixture f;
    long partial = 0;
    const char *asked = getenv("QUERN_TEST_PRUNING");
    long n = asked ? strtol(asked, NULL, 10) : 400;
    uint64_t seed = check_seed(41);
    fixture_open(&f, &seed);
    for (long q = 0; q < n; q++) {
        char text[400];
        make_query(&seed, text, sizeof text);
        quern_cpu_limit((quern_cpu_level)(q % 3));
        partial += check_query(&f, &models[q % 8 < 6 ? 0 : q % 8 - 5], text);
    }
    printf("%ld of %ld pruned, ", partial, n * 4);
    CHECK(partial > n / 2);
    fixture_close(&f);
}

static CU_TestInfo tests[] = {
    {"random queries", test_random},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/pruning", tests)
