/* SPDX-License-Identifier: MIT */
/* segment - what the writer writes, the reader reads, whatever the shape; the same articles give
 * the same bytes; and no damaged byte gives another answer. */
#include "index/segment.h"

#include "segment_model.h"

#include "memory_vfs.h"
#include "tests/check.h"

#include <string.h>

/* name, articles, passages, lengths, long, words, skew, text, dates, titles, text stored */
static const model_shape shapes[] = {
    {"empty", 0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 1},
    {"one", 1, 1, 3, 3, 0, 5, 1, 40, 0, 0, 1},
    {"no passages", 20, 0, 0, 0, 0, 5, 1, 400, 1, 1, 1},
    {"empty passages", 20, 3, 0, 0, 0, 5, 1, 400, 0, 0, 1},
    {"small", 40, 4, 0, 30, 0, 60, 2, 300, 1, 1, 1},
    {"no text", 40, 4, 5, 30, 0, 60, 2, 300, 1, 1, 0},
    {"medium", 700, 9, 20, 120, 0, 4000, 3, 2000, 1, 1, 1},
    {"over 255", 100, 4, 200, 700, 0, 900, 3, 3000, 0, 1, 1},
    {"tf-rich", 12, 3, 3000, 6000, 0, 40, 4, 30000, 0, 0, 1},
    {"wide", 5000, 1 | MODEL_EXACTLY, 150, 150, 0, 2, 1, 0, 0, 0, 0},
    {"over 65535", 30, 2, 10, 300, 70000, 20000, 3, 90000, 1, 0, 1},
    {"two words", 3000, 2, 1, 3, 0, 2, 1, 10, 0, 0, 1},
    {"sparse", 2000, 3, 2, 12, 0, 20000, 1, 60, 0, 1, 0},
    {"dictionaries", 5000, 1, 1, 8, 0, 500, 2, 1200, 1, 1, 1},
};

static void print_finding(const quern_finding *finding, void *payload)
{
    CHECK_ROW(finding->what, payload == NULL);
}

static void round_trip(const model_shape *shape, uint64_t seed, int in_memory)
{
    memory_vfs *vfs = memory_vfs_new();
    quern_segment_ref ref;
    quern_segment *s = NULL;
    quern_error err = {0};
    const char *differs = NULL;
    model m;
    model_random(&m, shape, seed);
    quern_status status = model_write(&m, memory_vfs_of(vfs), "d", &ref, &err);
    status =
        status ? status : quern_segment_open(memory_vfs_of(vfs), "d", &ref, in_memory, &s, &err);
    status = status ? status : model_compare(&m, s, &differs, &err);
    status = status ? status : quern_segment_check(s, UINT32_MAX, print_finding, vfs, &err);
    CHECK_ROW(status ? err.message : shape->name, status == QUERN_OK);
    CHECK_ROW(differs ? differs : shape->name, differs == NULL);
    CHECK_ROW(shape->name, memory_vfs_count(vfs) == 1);
    quern_segment_close(s);
    model_free(&m);
    memory_vfs_free(vfs);
}

static void test_round_trips(void)
{
    uint64_t seed = check_seed(20260917);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        round_trip(&shapes[i], seed + i, (int)(i & 1));
        round_trip(&shapes[i], seed + 100 + i, (int)(~i & 1));
    }
}

static void test_random_shapes(void)
{
    uint64_t seed = check_seed(77);
    for (int i = 0; i < 60; i++) {
        uint32_t len = (uint32_t)(check_random(&seed) % 200);
        model_shape shape = {"random",
                             (uint32_t)(check_random(&seed) % 200),
                             (uint32_t)(check_random(&seed) % 6),
                             len / 4,
                             len,
                             0,
                             1 + (uint32_t)(check_random(&seed) % 300),
                             1 + (uint32_t)(check_random(&seed) % 5),
                             (uint32_t)(check_random(&seed) % 500),
                             (int)(check_random(&seed) & 1),
                             (int)(check_random(&seed) & 1),
                             (int)(check_random(&seed) & 1)};
        round_trip(&shape, check_random(&seed), (int)(check_random(&seed) & 1));
    }
}

/* Every length of a list where its form changes, and a long one. */
static void test_list_lengths(void)
{
    static const uint32_t dfs[] = {1,   2,    3,    127,  128,  129,   130,   256,
                                   257, 4095, 4096, 4097, 8193, 12289, 100000};
    for (size_t i = 0; i < sizeof dfs / sizeof dfs[0]; i++) {
        char row[32];
        snprintf(row, sizeof row, "df %u", dfs[i]);
        model_shape shape = {row, dfs[i], 1 | MODEL_EXACTLY, 1, 1, 0, 1, 1, 10, 0, 0, 0};
        round_trip(&shape, 3 + i, (int)(i & 1));
    }
}

/* More than a megabyte of everything that waits in memory: it goes through files. */
static void test_spills(void)
{
    static const model_shape many = {"many articles", 270000, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1};
    static const model_shape words = {
        "many words", 1500, 4 | MODEL_EXACTLY, 200, 260, 0, 90000, 1, 0, 0, 0, 0};
    round_trip(&many, 21, 0);
    round_trip(&words, 22, 0);
}

static void test_same_bytes(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        memory_vfs *vfs[2] = {memory_vfs_new(), memory_vfs_new()};
        quern_segment_ref refs[2];
        quern_error err;
        model m;
        model_random(&m, &shapes[i], 5);
        memory_vfs_put(vfs[1], "other/tmp-1-0", "x", 1);
        CHECK_ROW(shapes[i].name, !model_write(&m, memory_vfs_of(vfs[0]), "d", &refs[0], &err));
        CHECK_ROW(shapes[i].name, !model_write(&m, memory_vfs_of(vfs[1]), "other", &refs[1], &err));
        CHECK_ROW(shapes[i].name, memcmp(&refs[0], &refs[1], sizeof refs[0]) == 0);
        char names[2][QUERN_SEGMENT_NAME_MAX + 8] = {"d/", "other/"};
        quern_segment_name(refs[0].id, names[0] + 2);
        quern_segment_name(refs[0].id, names[1] + 6);
        size_t lens[2];
        const uint8_t *a = memory_vfs_data(vfs[0], names[0], &lens[0]);
        const uint8_t *b = memory_vfs_data(vfs[1], names[1], &lens[1]);
        CHECK_ROW(shapes[i].name, a && b && lens[0] == lens[1] && memcmp(a, b, lens[0]) == 0);
        CHECK_ROW(shapes[i].name, lens[0] == refs[0].bytes);
        model_free(&m);
        memory_vfs_free(vfs[0]);
        memory_vfs_free(vfs[1]);
    }
}

static CU_TestInfo tests[] = {
    {"round trips", test_round_trips},
    {"random shapes", test_random_shapes},
    {"lengths of lists", test_list_lengths},
    {"spills", test_spills},
    {"same articles, same bytes", test_same_bytes},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/segment", tests)
