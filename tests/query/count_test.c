/* SPDX-License-Identifier: MIT */
/* count - exact numbers of passages and articles against a plain count over decoded lists: any and
 * all of up to eight words, and any of words and alls, of words everywhere, words in clusters and
 * rare ones, in several segments with deletions, larger than a window; articles of one passage and
 * of several; at every level of the processor. */
#include "query/count.h"

#include "base/cpu.h"
#include "index/store.h"
#include "query/native_searcher.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/library.h"

#include <string.h>

enum { N_WORDS = 20, N_ARTICLES = 90000, WORDS_MAX = 8, CLAUSES_MAX = 5, N_QUERIES = 240 };

typedef struct fixture {
    char dir[LIBRARY_DIR];
    quern_index *index;
    quern_snapshot *snapshot;
    /* Of each segment: a byte a passage for each word, whether it lives, and its article. */
    uint8_t **has[N_WORDS];
    uint8_t **lives;
    uint32_t **articles;
} fixture;

/* How likely a word is in a passage, in 65,536ths. The last ones come in clusters of articles, and
 * the very last at one place. */
static uint32_t chance(uint32_t word, uint32_t article)
{
    static const uint32_t common[] = {64000, 50000, 40000, 30000, 22000, 16000, 12000, 9000,
                                      6000,  3500,  2000,  900,   300,   60,    8,     2};
    if (word < 16) {
        return common[word];
    }
    if (word < 19) {
        return article / (100u << word % 4) % 3 == 0 ? 40000u >> (word % 3 * 2) : 3;
    }
    return article >= 40000 && article < 40300 ? 60000 : 0;
}

static size_t put_sentence(char *out, size_t cap, uint32_t article, uint64_t *seed)
{
    size_t at = (size_t)snprintf(out, cap, "Every");
    for (uint32_t w = 0; w < N_WORDS; w++) {
        if ((uint32_t)(check_random(seed) % 65536) < chance(w, article)) {
            at += (size_t)snprintf(out + at, cap - at, " x%uy", w);
        }
    }
    return at + (size_t)snprintf(out + at, cap - at, ". ");
}

static void put_article(quern_writer *w, uint32_t article, int n_sentences, uint64_t *seed)
{
    char source[16];
    char text[4096];
    size_t at = 0;
    quern_error err;
    snprintf(source, sizeof source, "%06u", article);
    for (int i = 0; i < n_sentences; i++) {
        at += put_sentence(text + at, sizeof text - at, article, seed);
    }
    CHECK(!library_put(w, source, "", text, &err));
}

/* The runs shrink, so that merging leaves several segments. */
static void fill(fixture *f, int is_several, uint64_t *seed)
{
    quern_error err;
    uint32_t n_articles = is_several ? N_ARTICLES / 3 : N_ARTICLES;
    uint32_t next = 0;
    for (int run = 0; next < n_articles; run++) {
        uint32_t end = run == 0 ? n_articles * 9 / 10 : next + n_articles / 25;
        end = end < n_articles ? end : n_articles;
        quern_writer *w = library_writer(f->index);
        for (; next < end; next++) {
            int n = is_several ? 1 + (int)(check_random(seed) % 5) : 1;
            put_article(w, next, n, seed);
        }
        for (int i = 0; run > 0 && i < 400; i++) {
            char source[16];
            uint64_t removed;
            snprintf(source, sizeof source, "%06u", (uint32_t)(check_random(seed) % next));
            CHECK(!quern_writer_delete_source(w, quern_str(source), &removed, &err));
        }
        library_commit(w);
    }
}

static size_t make_term(uint32_t word, char out[16])
{
    out[0] = QUERN_TERM_WORD;
    return 1 + (size_t)snprintf(out + 1, 15, "x%uy", word);
}

static void read_word(fixture *f, size_t s, uint32_t word)
{
    char term[16];
    int found = 0;
    quern_error err;
    quern_term entry;
    static quern_postings p;
    quern_segment *segment = f->snapshot->segments[s].segment;
    size_t len = make_term(word, term);
    f->has[word][s] = calloc(quern_segment_get_info(segment)->ref.n_passages, 1);
    CHECK(!quern_dictionary_find(segment, term, len, &entry, &found, &err));
    if (!found) {
        return;
    }
    CHECK(!quern_postings_open(&p, segment, &entry, &err));
    for (uint32_t b = 0; b < p.n_blocks; b++) {
        CHECK(!quern_postings_load(&p, b, &err));
        for (uint32_t i = 0; i < p.n; i++) {
            f->has[word][s][p.passages[i]] = 1;
        }
    }
}

static void read_all(fixture *f)
{
    quern_error err;
    size_t n_segments = f->snapshot->n_segments;
    f->lives = calloc(n_segments, sizeof *f->lives);
    f->articles = calloc(n_segments, sizeof *f->articles);
    for (uint32_t w = 0; w < N_WORDS; w++) {
        f->has[w] = calloc(n_segments, sizeof *f->has[w]);
    }
    for (size_t s = 0; s < n_segments; s++) {
        const quern_snapshot_segment *from = &f->snapshot->segments[s];
        uint32_t n = quern_segment_get_info(from->segment)->ref.n_passages;
        f->lives[s] = calloc(n, 1);
        f->articles[s] = calloc(n, sizeof **f->articles);
        for (uint32_t p = 0; p < n; p++) {
            f->lives[s][p] = !quern_tombstones_passage(from->dead, p);
            CHECK(!quern_segment_article_of(from->segment, p, &f->articles[s][p], &err));
        }
        for (uint32_t w = 0; w < N_WORDS; w++) {
            read_word(f, s, w);
        }
    }
}

static void fixture_open(fixture *f, int is_several, uint64_t *seed)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = is_several ? 2 : QUERN_WHOLE_ARTICLES;
    options.language = "none";
    options.no_text = 1;
    memset(f, 0, sizeof *f);
    f->index = library_make(f->dir, &options);
    fill(f, is_several, seed);
    CU_ASSERT_FATAL(quern_snapshot_open(f->index->vfs, f->index->path, 0, &f->snapshot, &err) ==
                    QUERN_OK);
    printf("%zu segments, %llu passages, ", f->snapshot->n_segments,
           (unsigned long long)f->snapshot->n_passages);
    CHECK(f->snapshot->n_segments > 1);
    CHECK(is_several ? f->snapshot->n_passages > f->snapshot->n_articles
                     : f->snapshot->n_passages == f->snapshot->n_articles);
    read_all(f);
}

static void fixture_close(fixture *f)
{
    for (size_t s = 0; s < f->snapshot->n_segments; s++) {
        for (uint32_t w = 0; w < N_WORDS; w++) {
            free(f->has[w][s]);
        }
        free(f->lives[s]);
        free(f->articles[s]);
    }
    for (uint32_t w = 0; w < N_WORDS; w++) {
        free(f->has[w]);
    }
    free(f->lives);
    free(f->articles);
    quern_snapshot_free(f->snapshot);
    library_remove(f->dir, f->index);
}

/* Any of some clauses, each all of some distinct words. */
typedef struct query {
    size_t n, n_words[CLAUSES_MAX + WORDS_MAX];
    uint32_t words[CLAUSES_MAX + WORDS_MAX][WORDS_MAX];
} query;

static void add_words(uint64_t *seed, query *q, size_t n, int is_all)
{
    uint32_t used = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t word = (uint32_t)(check_random(seed) % N_WORDS);
        if (used >> word & 1) {
            continue;
        }
        used |= 1u << word;
        if (!is_all || i == 0) {
            q->n_words[q->n++] = 0;
        }
        q->words[q->n - 1][q->n_words[q->n - 1]++] = word;
    }
}

static void make_query(uint64_t *seed, query *q)
{
    memset(q, 0, sizeof *q);
    size_t n = 1 + check_random(seed) % WORDS_MAX;
    uint64_t shape = check_random(seed) % 5; /* 0, 1: any; 2, 3: all; 4: any of alls */
    if (shape < 4) {
        add_words(seed, q, n, shape > 1);
        return;
    }
    for (size_t i = 0; i < 1 + n % CLAUSES_MAX; i++) {
        add_words(seed, q, 1 + check_random(seed) % 3, 1);
    }
}

static quern_plan_node *make_leaf(quern_plan *plan, uint32_t word)
{
    char term[16];
    quern_error err;
    quern_plan_node *node = NULL;
    quern_plan_node leaf = {.op = QUERN_PLAN_TERM, .weight = 1.0};
    size_t len = make_term(word, term);
    CHECK(!quern_plan_intern(plan, term, len, &leaf.term, &err));
    CHECK(!quern_plan_leaf(plan, &leaf, &node, &err));
    return node;
}

static void make_plan(const query *q, quern_plan *plan)
{
    quern_error err;
    quern_plan_node *root = NULL;
    quern_plan_init(plan);
    CHECK(!quern_plan_operator(plan, QUERN_PLAN_ANY, 0, &root, &err));
    for (size_t i = 0; i < q->n; i++) {
        quern_plan_node *all = NULL;
        CHECK(!quern_plan_operator(plan, QUERN_PLAN_ALL, 0, &all, &err));
        for (size_t w = 0; w < q->n_words[i]; w++) {
            quern_plan_append(all, make_leaf(plan, q->words[i][w]));
        }
        quern_plan_append(root, all);
    }
    CHECK(!quern_plan_settle(plan, root, &err));
}

static int matches(const fixture *f, const query *q, size_t s, uint32_t passage)
{
    int any = 0;
    for (size_t i = 0; i < q->n && !any; i++) {
        any = 1;
        for (size_t w = 0; w < q->n_words[i] && any; w++) {
            any = f->has[q->words[i][w]][s][passage];
        }
    }
    return any;
}

static void count_plainly(const fixture *f, const query *q, uint64_t *n_passages,
                          uint64_t *n_articles)
{
    *n_passages = *n_articles = 0;
    for (size_t s = 0; s < f->snapshot->n_segments; s++) {
        uint32_t n = quern_segment_get_info(f->snapshot->segments[s].segment)->ref.n_passages;
        uint32_t last = UINT32_MAX;
        for (uint32_t p = 0; p < n; p++) {
            if (f->lives[s][p] && matches(f, q, s, p)) {
                *n_passages += 1;
                *n_articles += f->articles[s][p] != last;
                last = f->articles[s][p];
            }
        }
    }
}

static void check_query(const fixture *f, const query *q)
{
    static const size_t ks[] = {0, 10};
    const quern_bm25 model = {QUERN_BM25_K1, QUERN_BM25_B, 0};
    quern_error err;
    quern_plan plan;
    uint64_t n_passages;
    uint64_t n_articles;
    count_plainly(f, q, &n_passages, &n_articles);
    make_plan(q, &plan);
    for (int level = QUERN_CPU_SCALAR; level <= QUERN_CPU_AVX512; level++) {
        quern_native *native = NULL;
        quern_found_list found = {0};
        quern_cpu_limit((quern_cpu_level)level);
        CHECK(!quern_native_open(f->snapshot, &plan, &model, &native, &err));
        for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
            CHECK(!quern_native_top(native, ks[i], QUERN_NATIVE_COUNT, &found, &err));
            CHECK(found.n_passages == n_passages);
            CHECK(found.n_articles == n_articles);
            CHECK(!found.is_partial);
        }
        quern_found_list_finish(&found);
        quern_native_free(native);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
    quern_plan_finish(&plan);
}

static void test_queries(int is_several)
{
    fixture f;
    query q;
    uint64_t seed = check_seed(72);
    fixture_open(&f, is_several, &seed);
    for (int i = 0; i < N_QUERIES; i++) {
        make_query(&seed, &q);
        check_query(&f, &q);
    }
    fixture_close(&f);
}

static void test_passages(void)
{
    test_queries(0);
}

static void test_articles(void)
{
    test_queries(1);
}

static CU_TestInfo tests[] = {
    {"articles of one passage", test_passages},
    {"articles of several", test_articles},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/count", tests)
