/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include "tests/check.h"

#include <string.h>

/* Sizes that no machine has are asked for on purpose. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void allocates(void)
{
    char *p = quern_alloc(0);
    CHECK(p != NULL);
    p = quern_realloc(p, 100);
    CHECK(p != NULL);
    memset(p, 7, 100);
    p = quern_realloc(p, 200);
    CHECK(p && p[0] == 7 && p[99] == 7);
    quern_free(p);
    quern_free(NULL);
    CHECK(quern_alloc(SIZE_MAX - 64) == NULL);
    CHECK(sizeof(size_t) < 8 || quern_alloc(SIZE_MAX / 4) == NULL);
    CHECK(quern_alloc_zero(SIZE_MAX / 2, 4) == NULL);
    unsigned char *zero = quern_alloc_zero(10, 10);
    size_t sum = 0;
    for (size_t i = 0; zero && i < 100; i++) {
        sum += zero[i];
    }
    CHECK(zero && sum == 0);
    quern_free(zero);
    zero = quern_alloc_zero(0, 0);
    CHECK(zero != NULL);
    quern_free(zero);
}

/* Pieces become pages and back again as they grow and shrink. */
static void keeps_what_is_in_large_pieces(void)
{
    static const size_t sizes[] = {100, 200000, 5000000, 131072, 131071, 300000, 10, 131073};
    size_t before = 1;
    unsigned char *p = quern_alloc_zero(1, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t kept = before < sizes[i] ? before : sizes[i];
        p = quern_realloc(p, sizes[i]);
        CHECK(p != NULL && (uintptr_t)p % 16 == 0);
        size_t wrong = 0;
        for (size_t k = 1; k < kept; k++) {
            wrong += p[k] != (unsigned char)(k * 7);
        }
        CHECK_ROW("kept", wrong == 0);
        for (size_t k = 1; k < sizes[i]; k++) {
            p[k] = (unsigned char)(k * 7);
        }
        before = sizes[i];
    }
    quern_free(p);
    p = quern_alloc_zero(1000, 1000);
    size_t sum = 0;
    for (size_t i = 0; i < 1000000; i++) {
        sum += p[i];
    }
    CHECK(sum == 0);
    quern_free(p);
}

static void grows_arrays(void)
{
    uint32_t *items = NULL;
    size_t cap = 0, reallocations = 0, last = 0;
    for (size_t n = 0; n < 10000; n++) {
        CHECK(quern_grow(&items, &cap, n + 1, sizeof *items) == 0);
        CHECK(cap >= n + 1);
        reallocations += cap != last;
        last = cap;
        items[n] = (uint32_t)n;
    }
    CHECK(reallocations < 30);
    size_t wrong = 0;
    for (size_t n = 0; n < 10000; n++) {
        wrong += items[n] != n;
    }
    CHECK(wrong == 0);
    uint32_t *before = items;
    CHECK(quern_grow(&items, &cap, cap, sizeof *items) == 0 && items == before && cap == last);
    static const size_t too_many[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 4 + 1, SIZE_MAX / 8 + 1};
    for (size_t i = 0; i < sizeof too_many / sizeof too_many[0]; i++) {
        CHECK(quern_grow(&items, &cap, too_many[i], sizeof *items) == -1);
        CHECK(items == before && cap == last);
    }
    quern_free(items);
}

static void arena_keeps_everything(void)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 100, 4000, 4080, 4081, 4096, 5000, 100000};
    enum { N = sizeof sizes / sizeof sizes[0], ROUNDS = 50 };
    unsigned char *blocks[ROUNDS][N];
    quern_arena arena;
    quern_arena_init(&arena);
    for (size_t r = 0; r < ROUNDS; r++) {
        for (size_t i = 0; i < N; i++) {
            blocks[r][i] = quern_arena_alloc(&arena, sizes[i]);
            CHECK(blocks[r][i] && (uintptr_t)blocks[r][i] % 16 == 0);
            memset(blocks[r][i], (int)(r * N + i) & 0xFF, sizes[i]);
        }
    }
    size_t wrong = 0;
    for (size_t r = 0; r < ROUNDS; r++) {
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k < sizes[i]; k++) {
                wrong += blocks[r][i][k] != ((r * N + i) & 0xFF);
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(quern_arena_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(quern_arena_alloc(&arena, SIZE_MAX / 2) == NULL);
    quern_arena_finish(&arena);
    quern_arena_finish(&arena);
    quern_arena zeroed = {0};
    quern_arena_finish(&zeroed);
}

static void arena_copies_with_a_nul(void)
{
    quern_arena arena;
    quern_arena_init(&arena);
    char *text = quern_arena_copy(&arena, "a\0bc", 4);
    CHECK(text && memcmp(text, "a\0bc", 5) == 0);
    char *empty = quern_arena_copy(&arena, NULL, 0);
    CHECK(empty && empty[0] == '\0');
    CHECK(quern_arena_copy(&arena, "x", SIZE_MAX) == NULL);
    quern_arena_finish(&arena);
}

static CU_TestInfo tests[] = {
    {"allocates", allocates},
    {"keeps what is in large pieces", keeps_what_is_in_large_pieces},
    {"grows arrays", grows_arrays},
    {"an arena keeps everything", arena_keeps_everything},
    {"an arena copies with a NUL", arena_copies_with_a_nul},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("base/mem", tests)
