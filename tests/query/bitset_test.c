/* SPDX-License-Identifier: MIT */
/* bitset - every operation at every level of the processor is the plain one, word by word. */
#include "query/bitset.h"

#include "base/cpu.h"
#include "tests/check.h"

#include <string.h>

enum { N = 520 };

static unsigned count(uint64_t word)
{
    unsigned n = 0;
    for (; word; word &= word - 1) {
        n++;
    }
    return n;
}

static void fill(uint64_t *seed, uint64_t *set, size_t n, unsigned how)
{
    memset(set, 0, N * sizeof *set);
    for (size_t i = 0; i < n; i++) {
        uint64_t r = check_random(seed);
        set[i] = how == 0 ? r : how == 1 ? ~(uint64_t)0 : r % 9 == 0 ? (uint64_t)1 << r % 64 : 0;
    }
}

static int is_zero(const uint64_t *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < N; i++) {
        any |= set[i];
    }
    return any == 0;
}

static void test_operations(void)
{
    uint64_t seed = check_seed(71);
    uint64_t a[N], b[N], x[N], y[N], want[N];
    for (int round = 0; round < 6000; round++) {
        size_t n = check_random(&seed) % (N + 1);
        unsigned how = (unsigned)round / 3 % 3;
        uint64_t ones = 0;
        int any = 0;
        quern_cpu_limit((quern_cpu_level)(round % 3));
        fill(&seed, a, n, how);
        fill(&seed, b, n, (unsigned)check_random(&seed) % 3);
        memset(want, 0, sizeof want);
        for (size_t i = 0; i < n; i++) {
            want[i] = round % 9 < 3 ? a[i] | b[i] : round % 9 < 6 ? a[i] & b[i] : a[i] & ~b[i];
            ones += count(want[i]);
            any |= want[i] != 0;
        }
        memcpy(x, a, sizeof x);
        memcpy(y, b, sizeof y);
        if (round % 9 < 3) {
            quern_bitset_unite(x, y, n);
        } else if (round % 9 < 6) {
            CHECK(quern_bitset_intersect(x, y, n) == any);
        } else {
            quern_bitset_subtract(x, y, n);
        }
        CHECK(memcmp(x, want, sizeof x) == 0);
        CHECK(is_zero(y));
        CHECK(quern_bitset_count(x, n) == ones);
        quern_bitset_clear(x, n);
        CHECK(is_zero(x));
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

/* More ones than any sum of the vectors holds without being emptied. */
static void test_many(void)
{
    size_t n = 300000;
    uint64_t *set = malloc(n * sizeof *set);
    CU_ASSERT_FATAL(set != NULL);
    memset(set, 0xFF, n * sizeof *set);
    for (int level = QUERN_CPU_SCALAR; level <= QUERN_CPU_AVX512; level++) {
        quern_cpu_limit((quern_cpu_level)level);
        CHECK(quern_bitset_count(set, n) == n * 64);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
    free(set);
}

static CU_TestInfo tests[] = {
    {"operations", test_operations},
    {"many ones", test_many},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/bitset", tests)
