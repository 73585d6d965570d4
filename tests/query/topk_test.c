/* SPDX-License-Identifier: MIT */
/* topk_test - the k best by score, then passage, against sorting everything; with vectors and
 * without, and scores of more than 32 bits, which are for those without. */
#include "query/topk.h"

#include "base/cpu.h"
#include "tests/check.h"

#include <string.h>

static int compare(const void *a, const void *b)
{
    const quern_scored *x = a;
    const quern_scored *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return x->passage < y->passage ? -1 : x->passage > y->passage;
}

/* Pushes n scores drawn below `range`; small ranges give ties in thousands. */
static void check_random_scores(uint64_t *seed, size_t n, size_t k, uint64_t range, int64_t bar)
{
    quern_topk t;
    quern_error err;
    quern_scored *all = malloc((n + 1) * sizeof *all);
    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    size_t n_all = 0;
    quern_topk_init(&t, k);
    quern_topk_begin(&t, bar);
    for (size_t i = 0; i < n; i++) {
        quern_scored s = {(int64_t)(check_random(seed) % range), (uint32_t)i};
        quern_topk_push(&t, s.score, s.passage);
        if (s.score >= bar) {
            all[n_all++] = s;
        }
    }
    qsort(all, n_all, sizeof *all, compare);
    size_t want = k < n_all ? k : n_all;
    CHECK(quern_topk_end(&t, &err) == QUERN_OK);
    CHECK(t.n == want);
    CHECK(k > SIZE_MAX / 4 || t.cap < 2 * k + 512);
    int same = t.n == want;
    for (size_t i = 0; same && i < want; i++) {
        same = compare(&all[i], &t.items[i]) == 0;
    }
    char row[96];
    snprintf(row, sizeof row, "n %zu k %zu range %llu", n, k, (unsigned long long)range);
    CHECK_ROW(row, same);
    free(all);
    quern_topk_finish(&t);
}

static void test_random(void)
{
    static const size_t ks[] = {1, 2, 10, 100, 127, 128, 129, 1000, SIZE_MAX};
    static const uint64_t ranges[] = {
        1, 2, 50, 1u << 20, UINT32_MAX, (uint64_t)UINT32_MAX + 9, UINT64_MAX >> 1};
    uint64_t seed = check_seed(31);
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        for (size_t j = 0; j < 2 * sizeof ranges / sizeof *ranges; j++) {
            quern_cpu_limit(j % 2 ? QUERN_CPU_AVX512 : QUERN_CPU_SCALAR);
            check_random_scores(&seed, check_random(&seed) % 20000, ks[i], ranges[j / 2],
                                INT64_MIN);
            check_random_scores(&seed, 5000, ks[i], ranges[j / 2], (int64_t)(ranges[j / 2] / 2));
            check_random_scores(&seed, check_random(&seed) % 5, ks[i], ranges[j / 2], INT64_MIN);
        }
    }
}

/* Rising and falling scores: every push is a new best, or none is. */
static void test_runs(void)
{
    for (int falling = 0; falling < 2; falling++) {
        quern_topk t;
        quern_error err;
        quern_topk_init(&t, 10);
        quern_topk_begin(&t, INT64_MIN);
        for (uint32_t i = 0; i < 10000; i++) {
            quern_topk_push(&t, falling ? 10000 - (int64_t)i : (int64_t)i, i);
        }
        CHECK(quern_topk_end(&t, &err) == QUERN_OK && t.n == 10);
        CHECK(t.items[0].passage == (falling ? 0u : 9999u));
        CHECK(t.items[9].passage == (falling ? 9u : 9990u));
        quern_topk_finish(&t);
    }
}

/* One structure serves segment after segment. */
static void test_segments(void)
{
    quern_topk t;
    quern_error err;
    quern_topk_init(&t, 3);
    for (int64_t s = 0; s < 4; s++) {
        quern_topk_begin(&t, s * 10);
        for (uint32_t i = 0; i < 1000; i++) {
            quern_topk_push(&t, s * 10 + i % 7, i);
        }
        CHECK(quern_topk_end(&t, &err) == QUERN_OK && t.n == 3);
        CHECK(t.items[0].score == s * 10 + 6 && t.items[0].passage == 6);
        CHECK(t.items[2].score == s * 10 + 6 && t.items[2].passage == 20);
    }
    quern_topk_begin(&t, 5000);
    CHECK(quern_topk_end(&t, &err) == QUERN_OK && t.n == 0);
    quern_topk_finish(&t);
    quern_topk_init(&t, 0); /* none wanted: none kept */
    quern_topk_begin(&t, INT64_MIN);
    quern_topk_push(&t, 1, 1);
    CHECK(quern_topk_end(&t, &err) == QUERN_OK && t.n == 0);
    quern_topk_finish(&t);
}

static CU_TestInfo tests[] = {
    {"random scores", test_random},
    {"rising and falling", test_runs},
    {"segments", test_segments},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/topk", tests)
