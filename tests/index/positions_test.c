/* SPDX-License-Identifier: MIT */
/* positions - every set of positions comes back, in the bits that tf and length alone tell. */
#include "index/positions.h"
#include "index/positions_roots.h"

#include "base/cpu.h"
#include "tests/check.h"

#include <string.h>

#define TF_MAX 4000

/* Writes at an odd bit, reads back from bytes that end with the slack. */
static void there_and_back(const char *row, const uint32_t *positions, uint32_t tf, uint32_t len,
                           unsigned odd)
{
    uint64_t width = quern_positions_width(tf, len);
    size_t n = (size_t)(odd + width + 7) / 8;
    uint8_t *bytes = calloc(1, n + QUERN_POSITIONS_SLACK);
    uint8_t *copy = calloc(1, n + 8);
    uint32_t got[TF_MAX] = {0};
    if (!bytes || !copy) {
        abort();
    }
    quern_bits_writer w = {bytes, 0, 0};
    quern_bits_put(&w, 0, odd);
    CHECK_ROW(row, quern_positions_write(&w, positions, tf, len) == 0);
    CHECK_ROW(row, (uint64_t)(w.out - bytes) * 8 + w.n_acc == odd + width);
    quern_bits_end(&w);
    memcpy(copy, bytes, n);
    quern_positions_place place = {copy, copy + n, odd, tf, len};
    CHECK_ROW(row, n == 0 || quern_positions_read(&place, got) == 0);
    CHECK_ROW(row, n == 0 || memcmp(got, positions, tf * sizeof *got) == 0);
    free(bytes);
    free(copy);
}

/* All sets in short passages. */
static void test_all_sets(void)
{
    for (uint32_t len = 1; len <= 11; len++) {
        for (uint32_t set = 1; set < 1u << len; set++) {
            uint32_t positions[11];
            uint32_t tf = 0;
            char row[32];
            for (uint32_t i = 0; i < len; i++) {
                if (set >> i & 1) {
                    positions[tf++] = i;
                }
            }
            snprintf(row, sizeof row, "length %u set %x", len, set);
            there_and_back(row, positions, tf, len, set % 8);
        }
    }
}

/* The widths that FORMAT.md promises. */
static void test_widths(void)
{
    static const struct {
        const char *row;
        uint32_t tf, len;
        uint64_t want;
    } rows[] = {
        {"empty passage", 1, 0, 0},
        {"one word", 1, 1, 0},
        {"two words", 1, 2, 1},
        {"256 words", 1, 256, 8},
        {"257 words", 1, 257, 9},
        {"all of two", 2, 2, 0},
        {"pair in 100", 2, 100, 13},
        {"triple in 100", 3, 100, 18},
        {"last ranked", 3, 65535, 46},
        {"first not ranked", 2, 65536, 33},
        {"four in 100", 4, 100, 4 * 5 + 6},
        {"full passage", 50, 50, 50},
        {"longest", 1, UINT32_MAX, 32},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].row, quern_positions_width(rows[i].tf, rows[i].len) == rows[i].want);
    }
}

static void test_random(void)
{
    static const uint32_t lens[] = {2,    3,     60,    254,   255,   256,
                                    3000, 65534, 65535, 65536, 70000, 9999999};
    uint64_t seed = check_seed(41);
    for (int round = 0; round < 20000; round++) {
        uint32_t len = lens[check_random(&seed) % 12];
        uint32_t most = round % 50 == 0 ? TF_MAX : 8;
        uint32_t tf = 1 + (uint32_t)(check_random(&seed) % (most < len ? most : len));
        uint32_t positions[TF_MAX];
        uint32_t left = len;
        char row[48];
        for (uint32_t i = tf; i-- > 0;) { /* from the end; i places must remain before */
            left = i + (uint32_t)(check_random(&seed) % (left - i));
            positions[i] = left;
        }
        snprintf(row, sizeof row, "round %d length %u tf %u", round, len, tf);
        there_and_back(row, positions, tf, len, (unsigned)(check_random(&seed) % 8));
    }
}

static void test_edges_of_ranks(void)
{
    static const uint32_t sets[][3] = {{0, 1, 2},         {65532, 65533, 65534}, {0, 1, 65534},
                                       {0, 65533, 65534}, {0, 32768, 32769},     {1, 2, 3}};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        there_and_back("triple", sets[i], 3, 65535, 3);
        there_and_back("pair", sets[i] + 1, 2, 65535, 5);
    }
}

/* Roots are floats: all ranks that they are taken of. */
static void test_roots(void)
{
    uint32_t wrong = 0;
    for (uint32_t rank = 0; rank < QUERN_POSITIONS_ROOT2_END; rank++) {
        uint32_t p = quern_positions_root2(rank);
        wrong += p * (p - 1) / 2 > rank || (p + 1) * p / 2 <= rank;
    }
    for (uint32_t rank = 0; rank < QUERN_POSITIONS_ROOT3_END; rank++) {
        uint32_t p = quern_positions_root3(rank);
        wrong += p * (p - 1) * (p - 2) / 6 > rank || (p + 1) * p * (p - 1) / 6 <= rank;
    }
    CHECK(wrong == 0);
}

static void test_refused(void)
{
    static const uint32_t good[] = {1, 2, 2, 5};
    uint8_t bytes[64] = {0};
    quern_bits_writer w = {bytes, 0, 0};
    CHECK(quern_positions_write(&w, good, 2, 2) == -1);     /* 2 is not below 2 */
    CHECK(quern_positions_write(&w, good + 1, 2, 9) == -1); /* 2, 2 */
    CHECK(quern_positions_write(&w, good, 0, 9) == -1);
}

/* Any bytes: ascending positions below the length, or an error. */
static void test_any_bytes(void)
{
    uint64_t seed = check_seed(42);
    uint64_t counts[2] = {0, 0};
    for (int round = 0; round < 200000; round++) {
        uint32_t out[40];
        uint32_t len = (uint32_t)(check_random(&seed) % 100);
        uint32_t tf = (uint32_t)(check_random(&seed) % 12);
        size_t n = check_random(&seed) % 24;
        uint8_t *in = malloc(n + 8);
        for (size_t i = 0; in && i < n + 8; i++) {
            in[i] = (uint8_t)check_random(&seed);
        }
        quern_positions_place place = {in, in + n, check_random(&seed) % 64, tf, len};
        int failed = quern_positions_read(&place, out);
        for (uint32_t i = 0; !failed && i < tf; i++) {
            CHECK(out[i] < (len > 0 ? len : 1) && (i == 0 || out[i] > out[i - 1]));
        }
        counts[failed ? 0 : 1]++;
        free(in);
    }
    CHECK(counts[0] > 1000 && counts[1] > 1000);
}

/* The table of widths has what is computed. */
static void test_table(void)
{
    for (uint32_t len = 0; len < 300; len++) {
        for (uint32_t tf = 1; tf <= QUERN_POSITIONS_ROWS && tf <= (len ? len : 1); tf++) {
            CHECK(quern_positions_width(tf, len) == quern_positions_width_of_many(tf, len));
        }
    }
}

static void test_many_widths(void)
{
    uint64_t seed = check_seed(37);
    for (int round = 0; round < 20000; round++) {
        uint32_t tfs[QUERN_POSITIONS_LANES];
        uint8_t lens[QUERN_POSITIONS_LANES];
        uint8_t widths[QUERN_POSITIONS_LANES + 16];
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % QUERN_POSITIONS_LANES);
        uint32_t most = 1 + (uint32_t)(check_random(&seed) % (round % 5 ? 16 : 300));
        uint64_t sum = 0;
        int fits = 1;
        for (uint32_t i = 0; i < QUERN_POSITIONS_LANES; i++) {
            tfs[i] = 1 + (uint32_t)(check_random(&seed) % most);
            lens[i] = (uint8_t)check_random(&seed);
            lens[i] = round % 7 && lens[i] < 16 ? 16 : lens[i];
            fits &= i >= n || (tfs[i] <= 16 && tfs[i] <= (lens[i] ? lens[i] : 1));
        }
        quern_cpu_limit((quern_cpu_level)(round % 3));
        CHECK((quern_positions_widths_of(tfs, lens, n, widths) == 0) == fits);
        for (uint32_t i = 0; fits && i < n; i++) {
            CHECK(quern_positions_sum(widths, i) == sum);
            CHECK(widths[i] == quern_positions_width(tfs[i], lens[i]));
            sum += widths[i];
        }
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

static CU_TestInfo tests[] = {
    {"roots", test_roots},
    {"all sets", test_all_sets},
    {"widths", test_widths},
    {"table of widths", test_table},
    {"random sets", test_random},
    {"edges of ranks", test_edges_of_ranks},
    {"refused sets", test_refused},
    {"any bytes", test_any_bytes},
    {"many widths", test_many_widths},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/positions", tests)
