/* SPDX-License-Identifier: MIT */
/* phrase_test - phrases are found where going through the words of every passage finds them: alone,
 * counted, ranked, and beside a word; of rare words and of common ones, the same word twice, words
 * tens of times in a passage, in titles but not across their end; in passages of few words, in
 * short ones, whose lengths are a byte, and in long ones; at every level of the processor. */
#include "query/native_searcher.h"

#include "base/cpu.h"
#include "index/store.h"
#include "query/parse.h"
#include "tests/check.h"
#include "tests/library.h"

#include <string.h>

enum { N_PASSAGES = 4000, N_WORDS = 48, N_QUERIES = 700, LONGEST = 600, TITLE = 5, MOST = 4 };

/* A passage: words of its title, then of its text. */
typedef struct passage {
    uint8_t words[LONGEST];
    uint32_t n_title, n;
} passage;

typedef struct fixture {
    char dir[LIBRARY_DIR];
    quern_index *index;
    quern_snapshot *snapshot;
    quern_analysis *analysis;
    passage *passages;
} fixture;

/* The first words are in most passages, the last ones in one of a hundred. */
static uint8_t pick(uint64_t *seed)
{
    uint64_t r = check_random(seed);
    uint32_t most = (uint32_t)(1 + (r >> 32) % N_WORDS);
    return (uint8_t)(r % (r & 0x1000000 ? most : 1 + most / 8));
}

static void make_passage(passage *p, uint64_t *seed, uint32_t longest)
{
    uint64_t r = check_random(seed);
    uint8_t often = pick(seed);
    p->n_title = r % 3 == 0 ? 1 + (uint32_t)(r >> 8) % TITLE : 0;
    p->n = p->n_title + 1 + (uint32_t)(r >> 16) % (r % 20 == 19 ? longest - TITLE - 1 : 40);
    for (uint32_t i = 0; i < p->n; i++) {
        p->words[i] = r % 16 == 5 && i % 2 ? often : pick(seed);
    }
}

static void put_words(const passage *p, uint32_t from, uint32_t to, char *out)
{
    *out = '\0';
    for (; from < to; from++) {
        out += sprintf(out, "wave%u ", p->words[from]);
    }
}

static void fixture_open(fixture *f, uint32_t longest)
{
    static char title[TITLE * 8 + 1];
    static char text[LONGEST * 8 + 1];
    quern_error err;
    uint64_t seed = check_seed(44);
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = QUERN_WHOLE_ARTICLES;
    options.language = "english";
    memset(f, 0, sizeof *f);
    f->passages = calloc(N_PASSAGES, sizeof *f->passages);
    CU_ASSERT_FATAL(f->passages != NULL);
    f->index = library_make(f->dir, &options);
    CU_ASSERT_FATAL(quern_analysis_new("english", &f->analysis, &err) == QUERN_OK);
    quern_writer *w = library_writer(f->index);
    for (uint32_t i = 0; i < N_PASSAGES; i++) {
        char source[16];
        passage *p = &f->passages[i];
        make_passage(p, &seed, longest);
        snprintf(source, sizeof source, "%05u", i);
        put_words(p, 0, p->n_title, title);
        put_words(p, p->n_title, p->n, text);
        CHECK(!library_put(w, source, title, text, &err));
    }
    library_commit(w);
    CU_ASSERT_FATAL(quern_snapshot_open(f->index->vfs, f->index->path, 0, &f->snapshot, &err) ==
                    QUERN_OK);
    CU_ASSERT_FATAL(f->snapshot->n_segments == 1 && f->snapshot->n_passages == N_PASSAGES);
}

static void fixture_close(fixture *f)
{
    quern_snapshot_free(f->snapshot);
    quern_analysis_free(f->analysis);
    free(f->passages);
    library_remove(f->dir, f->index);
}

/* ---- What there is ---- */

static int stands_in(const uint8_t *words, uint32_t n, const uint8_t *phrase, uint32_t n_phrase)
{
    for (uint32_t at = 0; at + n_phrase <= n; at++) {
        if (memcmp(words + at, phrase, n_phrase) == 0) {
            return 1;
        }
    }
    return 0;
}

static int has_phrase(const passage *p, const uint8_t *phrase, uint32_t n)
{
    return stands_in(p->words, p->n_title, phrase, n) ||
           stands_in(p->words + p->n_title, p->n - p->n_title, phrase, n);
}

/* ---- What is found ---- */

static void search(const fixture *f, const char *text, size_t k, quern_found_list *out)
{
    quern_error err;
    quern_query *query = NULL;
    quern_native *native = NULL;
    const quern_bm25 model = {QUERN_BM25_K1, QUERN_BM25_B, 0};
    CHECK(quern_query_build(&(quern_query_language){.analysis = f->analysis}, quern_str(text),
                            &query, &err) == QUERN_OK);
    CHECK(quern_native_open(f->snapshot, &query->plan, &model, &native, &err) == QUERN_OK);
    CHECK(quern_native_top(native, k, QUERN_NATIVE_COUNT, out, &err) == QUERN_OK);
    quern_native_free(native);
    quern_query_free(query);
}

static void check_phrase(const fixture *f, const uint8_t *phrase, uint32_t n, uint8_t beside)
{
    static char is_match[N_PASSAGES];
    char text[200];
    size_t at = 1;
    uint64_t n_matches = 0;
    uint64_t n_either = 0;
    quern_found_list found = {0};
    text[0] = '"';
    for (uint32_t i = 0; i < n; i++) {
        at += (size_t)sprintf(text + at, "wave%u ", phrase[i]);
    }
    sprintf(text + at, "\"");
    for (uint32_t i = 0; i < N_PASSAGES; i++) {
        const passage *p = &f->passages[i];
        is_match[i] = (char)has_phrase(p, phrase, n);
        n_matches += (uint64_t)is_match[i];
        n_either += is_match[i] || memchr(p->words, beside, p->n);
    }
    search(f, text, N_PASSAGES, &found);
    CHECK_ROW(text, found.n == n_matches && found.n_passages == n_matches && !found.is_partial);
    for (size_t i = 0; i < found.n; i++) {
        CHECK_ROW(text, is_match[found.items[i].passage]);
        is_match[found.items[i].passage] = 0; /* each once */
    }
    quern_found_list_finish(&found);
    search(f, text, 0, &found);
    CHECK_ROW(text, found.n == 0 && found.n_passages == n_matches);
    sprintf(text + at, "\" wave%u", beside);
    search(f, text, 0, &found);
    CHECK_ROW(text, found.n_passages == n_either);
}

/* Half of the phrases are somewhere, the others may be. */
static void test_passages(uint32_t longest)
{
    fixture f;
    uint64_t seed = check_seed(45);
    fixture_open(&f, longest);
    for (uint32_t q = 0; q < N_QUERIES; q++) {
        uint8_t phrase[MOST];
        uint32_t n = 2 + (uint32_t)(check_random(&seed) % (MOST - 1));
        const passage *from = &f.passages[check_random(&seed) % N_PASSAGES];
        uint32_t at = (uint32_t)(check_random(&seed) % from->n);
        for (uint32_t i = 0; i < n; i++) {
            phrase[i] = q % 2 && at + n <= from->n ? from->words[at + i] : pick(&seed);
        }
        quern_cpu_limit((quern_cpu_level)(q % 3));
        check_phrase(&f, phrase, n, pick(&seed));
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
    fixture_close(&f);
}

static void test_few_words(void)
{
    test_passages(120);
}

static void test_short(void)
{
    test_passages(200);
}

static void test_long(void)
{
    test_passages(LONGEST);
}

static CU_TestInfo tests[] = {
    {"passages of few words", test_few_words},
    {"short passages", test_short},
    {"long passages", test_long},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("query/phrase", tests)
