/* SPDX-License-Identifier: MIT */
/* sweep_test - a sweep of a window leaves what looking at every passage finds, at every level of
 * the processor, with little room and much, and the window is empty after it. */
#include "query/sweep.h"

#include "base/cpu.h"
#include "tests/check.h"

#include <string.h>

enum { SIZE = 1024, BASE = 4096, N_ROUNDS = 300, ROOM = SIZE + QUERN_SWEEP_STEP };

typedef struct filled {
    int32_t scores[SIZE];
    uint8_t matched[SIZE];
    uint8_t dead[(BASE + SIZE) / 8];
} filled;

/* Few passages or many; some score nothing, though they match. */
static void fill(filled *f, uint64_t *seed)
{
    uint64_t sparse = 1 + check_random(seed) % 200;
    memset(f->scores, 0, sizeof f->scores);
    memset(f->matched, 0, sizeof f->matched);
    for (uint32_t i = 0; i < SIZE; i++) {
        uint64_t r = check_random(seed);
        f->matched[i] = r % sparse == 0;
        f->scores[i] = f->matched[i] ? (int32_t)(r >> 40 & 0xFFF) : 0;
        f->dead[(BASE + i) / 8] ^= (uint8_t)((r >> 30 & 7) == 0) << (i & 7);
    }
}

static void pour(const filled *f, quern_window *window, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        if (f->matched[i]) {
            quern_window_add(window, i, f->scores[i]);
        }
    }
}

static int is_dead(const filled *f, const quern_sweep *s, uint32_t i)
{
    return s->dead && (f->dead[(BASE + i) / 8] >> (i & 7) & 1);
}

/* What a sweep up to `end` should have left. */
static void check_left(const filled *f, const quern_sweep *s)
{
    uint32_t n = 0;
    uint64_t n_matched = 0;
    for (uint32_t i = 0; i < s->end; i++) {
        if (!f->matched[i] || is_dead(f, s, i)) {
            continue;
        }
        n_matched++;
        if (f->scores[i] >= s->low) {
            CHECK(n < s->n && s->passages[n] == BASE + i && s->scores[n] == f->scores[i]);
            n++;
        }
    }
    CHECK(n == s->n && n_matched == s->n_matched);
}

static int is_empty(const quern_window *window, uint32_t end)
{
    int any = 0;
    for (uint32_t i = 0; i < end; i++) {
        any |= window->scores.narrow[i] || (window->bits[i / 8] >> (i & 7) & 1);
    }
    return !any;
}

static void check_sweep(const filled *f, quern_window *window, uint64_t *seed)
{
    static const int64_t lows[] = {INT64_MIN, 0, 1, 2000, 4095, 5000, (int64_t)INT32_MAX + 1};
    uint32_t passages[ROOM];
    int32_t scores[ROOM];
    uint64_t r = check_random(seed);
    quern_sweep s = {.low = lows[r % 7], .passages = passages, .scores = scores};
    s.end = (uint32_t)(r >> 8) % 4 ? SIZE : 1 + (uint32_t)(r >> 16) % SIZE;
    s.dead = r >> 5 & 1 ? f->dead : NULL;
    s.dead_len = (BASE + s.end + 7u) / 8;
    s.cap = QUERN_SWEEP_STEP;
    pour(f, window, s.end);
    while (quern_window_sweep(window, &s), s.at < s.end) { /* a little more room each time */
        CHECK(s.cap - s.n < QUERN_SWEEP_STEP);
        s.cap = s.n + QUERN_SWEEP_STEP;
    }
    check_left(f, &s);
    CHECK(is_empty(window, s.end));
}

static void test_random(void)
{
    static filled f;
    quern_window window;
    quern_error err;
    uint64_t seed = check_seed(7);
    CU_ASSERT_FATAL(quern_window_init(&window, SIZE, 0, &err) == QUERN_OK);
    window.base = BASE;
    for (int round = 0; round < N_ROUNDS; round++) {
        quern_cpu_limit((quern_cpu_level)(round % 3));
        fill(&f, &seed);
        check_sweep(&f, &window, &seed);
    }
    quern_window_finish(&window);
}

static CU_TestInfo tests[] = {
    {"random windows", test_random},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/sweep", tests)
