/* SPDX-License-Identifier: MIT */
/* near_test - nearness is what trying every choice of positions finds. */
#include "query/near.h"

#include "tests/check.h"

#include <string.h>

enum { ROUNDS = 20000, N_POSITIONS = 24, N_MEMBERS = 4 };

/* Tries every position for member m, given those of the members before. */
static int try_all(const quern_near *near, int is_ordered, uint32_t m, uint32_t *chosen)
{
    if (m == near->n) {
        uint32_t low = chosen[0];
        uint32_t high = chosen[0];
        for (uint32_t i = 1; i < m; i++) {
            low = chosen[i] < low ? chosen[i] : low;
            high = chosen[i] > high ? chosen[i] : high;
        }
        return high - low <= near->reach && (low >= near->title_words || high < near->title_words);
    }
    for (uint32_t i = 0; i < near->counts[m]; i++) {
        int fits = 1;
        chosen[m] = near->lists[m][i];
        for (uint32_t j = 0; j < m; j++) {
            fits = fits && chosen[j] != chosen[m] && !(is_ordered && chosen[j] > chosen[m]);
        }
        if (fits && try_all(near, is_ordered, m + 1, chosen)) {
            return 1;
        }
    }
    return 0;
}

static uint32_t random_list(uint64_t *seed, uint32_t *out)
{
    uint32_t n = 0;
    uint64_t one_in = 2 + check_random(seed) % 12;
    for (uint32_t i = 0; i < N_POSITIONS; i++) {
        if (check_random(seed) % one_in == 0) {
            out[n++] = i;
        }
    }
    return n;
}

static void test_random(void)
{
    uint64_t seed = check_seed(51);
    int n_found = 0;
    for (int r = 0; r < ROUNDS; r++) {
        uint32_t lists[N_MEMBERS][N_POSITIONS];
        uint32_t chosen[N_MEMBERS];
        char row[32];
        quern_near near = {.n = 2 + (uint32_t)(check_random(&seed) % (N_MEMBERS - 1)),
                           .reach = (uint32_t)(check_random(&seed) % 9),
                           .title_words = (uint32_t)(check_random(&seed) % 8)};
        for (uint32_t i = 0; i < near.n; i++) {
            int again = i > 0 && check_random(&seed) % 3 == 0; /* the same word twice */
            near.counts[i] = again ? near.counts[i - 1] : random_list(&seed, lists[i]);
            near.lists[i] = again ? near.lists[i - 1] : lists[i];
        }
        snprintf(row, sizeof row, "%d", r);
        int any = try_all(&near, 0, 0, chosen);
        n_found += any;
        CHECK_ROW(row, quern_near_any_order(&near) == any);
        CHECK_ROW(row, quern_near_ordered(&near) == try_all(&near, 1, 0, chosen));
    }
    printf("%d of %d near, ", n_found, ROUNDS);
    CHECK(n_found > ROUNDS / 10 && n_found < ROUNDS * 9 / 10);
}

/* Far reaches, positions at the end of what 32 bits hold, sixteen members. */
static void test_limits(void)
{
    uint32_t row[QUERN_PLAN_REACH_MAX + 1];
    uint32_t last[2] = {UINT32_MAX - 300, UINT32_MAX - 45};
    quern_near near = {.n = 2, .reach = QUERN_PLAN_REACH_MAX};
    near.lists[0] = near.lists[1] = last;
    near.counts[0] = near.counts[1] = 2;
    CHECK(quern_near_any_order(&near) && quern_near_ordered(&near));
    last[1]++;
    CHECK(!quern_near_any_order(&near) && !quern_near_ordered(&near));
    for (uint32_t i = 0; i <= QUERN_PLAN_REACH_MAX; i++) {
        row[i] = i * 17;
    }
    near.n = QUERN_PLAN_NEAR_MAX;
    for (uint32_t i = 0; i < near.n; i++) {
        near.lists[i] = row;
        near.counts[i] = QUERN_PLAN_REACH_MAX + 1;
    }
    CHECK(quern_near_any_order(&near) && quern_near_ordered(&near)); /* 15 * 17 is 255 */
    near.reach--;
    CHECK(!quern_near_any_order(&near) && !quern_near_ordered(&near));
}

static CU_TestInfo tests[] = {
    {"random lists", test_random},
    {"limits", test_limits},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/near", tests)
