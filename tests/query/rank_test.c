/* SPDX-License-Identifier: MIT */
/* rank_test - which postings score enough, against scoring each: bars that few reach and many,
 * lengths of one byte and two, frequencies beyond the table, several formulas; at every level of
 * the processor. */
#include "query/rank.h"

#include "base/cpu.h"
#include "tests/check.h"

#include <string.h>

enum { N_PASSAGES = 4096, N_ROUNDS = 3000 };

typedef struct postings {
    uint8_t lengths[N_PASSAGES * 2];
    uint32_t passages[QUERN_BLOCK], tfs[QUERN_BLOCK];
    quern_rank_run run;
} postings;

static void make_postings(postings *p, quern_rank_table *table, uint64_t *seed)
{
    unsigned width = 1 + (unsigned)(check_random(seed) % 2);
    uint32_t next = 0;
    for (size_t i = 0; i < sizeof p->lengths; i++) {
        uint64_t r = check_random(seed);
        p->lengths[i] = (uint8_t)(width == 2 && i % 2 ? r % 3 : r % 250);
    }
    uint32_t n = 1 + (uint32_t)(check_random(seed) % QUERN_BLOCK);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t r = check_random(seed);
        next += 1 + (uint32_t)(r % (N_PASSAGES / QUERN_BLOCK));
        p->passages[i] = next - 1;
        p->tfs[i] = 1 + (uint32_t)((r >> 20 & 7) == 0 ? r >> 30 & 31 : 0);
    }
    double weight = 0.01 + (double)(check_random(seed) % 1000) / 70.0;
    quern_rank_table_begin(table, 1);
    p->run = (quern_rank_run){p->passages, p->tfs, n, {p->lengths, N_PASSAGES, (uint8_t)width},
                              weight,      table};
}

static int is_right(const quern_bm25 *model, const quern_rank_run *run, int64_t low,
                    const quern_rank_high *high)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < run->n; i++) {
        uint32_t len = quern_lengths_get(&run->lengths, run->passages[i]);
        int64_t score = quern_rank_one(model, run->weight, run->tfs[i], len);
        if (score < low) {
            continue;
        }
        if (n == high->n || high->ids[n] != i || high->passages[n] != run->passages[i] ||
            high->scores[n] != score) {
            return 0;
        }
        n++;
    }
    return n == high->n;
}

static void test_reach(void)
{
    static const quern_bm25 models[] = {{QUERN_BM25_K1, QUERN_BM25_B, 57.3},
                                        {0.9, 0.4, 200.0},
                                        {0.0, 0.75, 50.0},
                                        {1.2, 0.0, 50.0}};
    static postings p;
    static quern_rank_table table;
    uint64_t seed = check_seed(11);
    for (int i = 0; i < N_ROUNDS; i++) {
        char row[64];
        quern_rank_high high;
        const quern_bm25 *model = &models[i % 4];
        make_postings(&p, &table, &seed);
        double most = p.run.weight * (model->k1 + 1.0) * QUERN_BM25_ONE;
        int64_t low = (int64_t)(most * (double)(check_random(&seed) % 1100) / 1000.0) - 2;
        low = i % 50 == 0 ? INT64_MIN : i % 50 == 1 ? (int64_t)1 << 40 : low;
        if (i % 3 == 0) { /* a score that there is: the bar is met to the bit */
            uint32_t at = (uint32_t)(check_random(&seed) % p.run.n);
            low = quern_rank_score(model, &p.run, at);
        }
        quern_cpu_limit((quern_cpu_level)(i % 3));
        quern_rank_reach(model, &p.run, low, &high);
        snprintf(row, sizeof row, "round %d", i);
        CHECK_ROW(row, is_right(model, &p.run, low, &high));
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

static CU_TestInfo tests[] = {
    {"what reaches a bar", test_reach},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/rank", tests)
