/* SPDX-License-Identifier: MIT */
/* block - every form comes back as it went in; the smallest form is taken; decoders stay inside any
 * bytes; all levels of the processor give the same. */
#include "index/block.h"

#include "base/cpu.h"
#include "tests/check.h"

#include <string.h>

/* Decodes at each level that this processor has. Returns whether the scalar one failed. */
static int passages_at_all_levels(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    quern_cpu_limit(QUERN_CPU_SCALAR);
    int failed = quern_block_passages(block, in, out);
    for (int level = QUERN_CPU_AVX2; level <= QUERN_CPU_AVX512; level++) {
        uint32_t other[QUERN_BLOCK];
        if ((int)quern_cpu_limit((quern_cpu_level)level) != level) {
            break;
        }
        CHECK(quern_block_passages(block, in, other) == failed);
        CHECK(failed || memcmp(out, other, block->n * sizeof *out) == 0);
    }
    return failed;
}

static int tfs_at_all_levels(const quern_block *block, const uint8_t *in, size_t len, uint32_t *out)
{
    quern_cpu_limit(QUERN_CPU_SCALAR);
    int failed = quern_block_tfs(block, in, len, out);
    for (int level = QUERN_CPU_AVX2; level <= QUERN_CPU_AVX512; level++) {
        uint32_t other[QUERN_BLOCK];
        if ((int)quern_cpu_limit((quern_cpu_level)level) != level) {
            break;
        }
        CHECK(quern_block_tfs(block, in, len, other) == failed);
        CHECK(failed || memcmp(out, other, block->n * sizeof *out) == 0);
    }
    return failed;
}

/* Encodes, checks the claimed sizes, decodes from a copy of exactly the bytes and their slack. */
static quern_block there_and_back(const char *row, const uint32_t *passages, const uint32_t *tfs,
                                  uint32_t n, uint32_t base)
{
    uint8_t bytes[QUERN_BLOCK_BYTES_MAX];
    uint32_t got[QUERN_BLOCK];
    int bad;
    quern_block block = {n, base, 0, 0};
    memset(bytes, 0xA5, sizeof bytes);
    size_t len = quern_block_encode(&block, passages, tfs, bytes);
    size_t split = quern_block_passage_bytes(&block, &bad);
    uint8_t *copy = calloc(1, len + QUERN_BLOCK_SLACK);
    CHECK_ROW(row, block.last == passages[n - 1] && !bad && split <= len);
    if (!copy || split > len) {
        free(copy);
        return block;
    }
    memcpy(copy, bytes, len);
    CHECK_ROW(row, passages_at_all_levels(&block, copy, got) == 0);
    CHECK_ROW(row, memcmp(got, passages, n * sizeof *got) == 0);
    CHECK_ROW(row, tfs_at_all_levels(&block, copy + split, len - split, got) == 0);
    CHECK_ROW(row, memcmp(got, tfs, n * sizeof *got) == 0);
    quern_cpu_limit(n % 2 ? QUERN_CPU_AVX512 : QUERN_CPU_SCALAR);
    for (uint32_t i = 0; i < n; i++) {
        CHECK_ROW(row, quern_block_tf(&block, copy + split, len - split, i) == tfs[i]);
    }
    if (len > 0) { /* a damaged bit: whatever comes, it comes at all levels */
        uint32_t bit = (passages[n - 1] ^ tfs[0] * 7919) % (uint32_t)(len * 8);
        copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ 1u << bit % 8);
        passages_at_all_levels(&block, copy, got);
        tfs_at_all_levels(&block, copy + split, len - split, got);
    }
    free(copy);
    return block;
}

/* What the forms of a kind of block must be. Passages are base + i * step, tfs as told. */
typedef struct form_row {
    const char *name;
    uint32_t n, base, step;
    uint32_t tf, every, other_tf; /* every-th posting has other_tf */
    unsigned passages, tfs;       /* forms; 99: any */
} form_row;

static const form_row rows[] = {
    {"one posting", 1, 0, 0, 1, 0, 0, 0, QUERN_TFS_NONE},
    {"one posting, often", 1, 7, 0, 9, 0, 0, 0, QUERN_TFS_UNARY},
    {"two neighbours", 2, 0, 1, 1, 0, 0, QUERN_BLOCK_BITMAP, QUERN_TFS_NONE},
    {"two far apart", 2, 0, 0x7FFFFFFF, 1, 0, 0, 29, QUERN_TFS_NONE},
    {"a run", 128, 1000, 1, 1, 0, 0, QUERN_BLOCK_BITMAP, QUERN_TFS_NONE},
    {"every other", 128, 0, 2, 2, 0, 0, QUERN_BLOCK_BITMAP, QUERN_TFS_UNARY},
    {"every 100th", 128, 0, 100, 1, 50, 2, 99, QUERN_TFS_LIST},
    {"every 33,000,000th", 128, 0, 33000000, 1, 3, 2, 24, QUERN_TFS_UNARY},
    {"rich", 128, 5, 300, 12, 0, 0, 99, QUERN_TFS_NIBBLES},
    {"very rich", 128, 5, 300, 3000, 2, 70000, 99, QUERN_TFS_NIBBLES},
    {"largest tf", 128, 0, 9, 1, 128, UINT32_MAX, 99, QUERN_TFS_NIBBLES},
    {"tf 16 and 17", 127, 0, 3, 16, 2, 17, 99, QUERN_TFS_NIBBLES},
};

static void test_forms(void)
{
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        const form_row *r = &rows[k];
        uint32_t passages[QUERN_BLOCK];
        uint32_t tfs[QUERN_BLOCK];
        for (uint32_t i = 0; i < r->n; i++) {
            passages[i] = r->base + i * r->step;
            tfs[i] = r->every > 0 && i % r->every == 0 ? r->other_tf : r->tf;
        }
        quern_block block = there_and_back(r->name, passages, tfs, r->n, r->base);
        CHECK_ROW(r->name, r->passages == 99 || (block.form & 63u) == r->passages);
        CHECK_ROW(r->name, (unsigned)block.form >> 6 == r->tfs);
    }
}

static void test_random(void)
{
    uint64_t seed = check_seed(31);
    for (int round = 0; round < 20000; round++) {
        uint32_t passages[QUERN_BLOCK];
        uint32_t tfs[QUERN_BLOCK];
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint32_t base = (uint32_t)(check_random(&seed) >> 40);
        uint64_t gap = (uint64_t)1 << check_random(&seed) % 25;
        uint64_t rich = (uint64_t)1 << check_random(&seed) % 12;
        uint64_t rare = 1 + check_random(&seed) % 40;
        uint32_t at = base;
        for (uint32_t i = 0; i < n; i++) {
            at += (uint32_t)(check_random(&seed) % gap);
            passages[i] = at++;
            tfs[i] =
                1 + (check_random(&seed) % rare == 0 ? (uint32_t)(check_random(&seed) % rich) : 0);
        }
        there_and_back("random", passages, tfs, n, base);
    }
}

/* Any bytes: what comes out keeps the rules, or there is an error. Right at the end of memory, so
 * that a sanitizer sees a read past the slack. */
static void test_any_bytes(void)
{
    uint64_t seed = check_seed(32);
    uint64_t counts[2] = {0, 0};
    for (int round = 0; round < 100000; round++) {
        uint32_t out[QUERN_BLOCK];
        int bad;
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint32_t range = n - 1 + (uint32_t)(check_random(&seed) % 4000);
        uint32_t base = (uint32_t)(check_random(&seed) >> 33);
        quern_block block = {n, base, base + range, (uint8_t)check_random(&seed)};
        size_t len = quern_block_passage_bytes(&block, &bad);
        if (bad) {
            continue;
        }
        size_t n_tfs = check_random(&seed) % 90;
        uint8_t *in = malloc(len + n_tfs + QUERN_BLOCK_SLACK);
        for (size_t i = 0; in && i < len + n_tfs + QUERN_BLOCK_SLACK; i++) {
            uint64_t r = check_random(&seed);
            in[i] = (uint8_t)(round % 3 == 0   ? r
                              : round % 3 == 1 ? r & r >> 8
                                               : r & r >> 8 & r >> 16);
        }
        int failed = passages_at_all_levels(&block, in, out);
        for (uint32_t i = 0; !failed && i < n; i++) {
            CHECK(out[i] >= (i > 0 ? out[i - 1] + 1 : base) && out[i] <= base + range);
        }
        counts[failed ? 0 : 1]++;
        failed = tfs_at_all_levels(&block, in + len, n_tfs, out);
        for (uint32_t i = 0; !failed && i < n; i++) {
            CHECK(out[i] > 0);
        }
        free(in);
    }
    CHECK(counts[0] > 1000 && counts[1] > 10);
}

static void test_levels(void)
{
    static const char *const names[] = {"scalar", "AVX2", "AVX-512"};
    quern_cpu_level level = quern_cpu_limit(QUERN_CPU_AVX512);
    printf("up to %s, ", names[level]);
    CHECK(quern_cpu_get_level() == level);
    CHECK(quern_cpu_limit(QUERN_CPU_SCALAR) == QUERN_CPU_SCALAR);
    CHECK(quern_cpu_get_level() == QUERN_CPU_SCALAR);
    quern_cpu_limit(QUERN_CPU_AVX512);
}

/* Every passage around those of a block is asked for: encoded, and decoded as many at a time. */
static void find_all(const quern_block *block, const uint8_t *in, const uint32_t *passages,
                     uint64_t *seed)
{
    uint32_t padded[QUERN_BLOCK];
    uint32_t wanted[QUERN_BLOCK];
    uint32_t at[QUERN_BLOCK];
    quern_block_met met;
    uint32_t n = 0;
    memset(padded, 0xFF, sizeof padded);
    memcpy(padded, passages, block->n * sizeof *passages);
    for (uint32_t i = 0; i < block->n && n < QUERN_BLOCK - 1; i++) {
        uint32_t least = i > 0 ? passages[i - 1] + 1 : 0;
        if (check_random(seed) % 2 && passages[i] > least) { /* between two that are there */
            at[n] = QUERN_BLOCK;
            wanted[n++] = least + (uint32_t)(check_random(seed) % (passages[i] - least));
        }
        if (check_random(seed) % 2) {
            at[n] = i;
            wanted[n++] = passages[i];
        }
    }
    uint32_t n_met = quern_block_meet(padded, wanted, n, &met);
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        CHECK(quern_block_find(block, in, wanted[i]) == at[i]);
        if (at[i] < QUERN_BLOCK) {
            CHECK(k < n_met && met.which[k] == i && met.at[k] == at[i]);
            k++;
        }
    }
    CHECK(k == n_met);
    CHECK(quern_block_find(block, in, UINT32_MAX - 1) == QUERN_BLOCK);
}

static void test_find(void)
{
    uint64_t seed = check_seed(34);
    for (int round = 0; round < 6000; round++) {
        uint8_t bytes[QUERN_BLOCK_BYTES_MAX];
        uint32_t passages[QUERN_BLOCK];
        uint32_t tfs[QUERN_BLOCK];
        uint32_t n = round % 2 ? QUERN_BLOCK : 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint64_t gap = (uint64_t)1 << check_random(&seed) % 25;
        uint32_t at = (uint32_t)(check_random(&seed) >> 40);
        quern_block block = {n, at, 0, 0};
        for (uint32_t i = 0; i < n; i++) {
            at += (uint32_t)(check_random(&seed) % gap);
            passages[i] = at++;
            tfs[i] = 1;
        }
        memset(bytes, 0xA5, sizeof bytes); /* what lies behind is no part of it */
        quern_block_encode(&block, passages, tfs, bytes);
        quern_cpu_limit((quern_cpu_level)(round % 3));
        find_all(&block, bytes, passages, &seed);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

/* In any bytes something below n is found, or nothing. */
static void test_find_in_any_bytes(void)
{
    uint64_t seed = check_seed(35);
    for (int round = 0; round < 30000; round++) {
        int bad;
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint32_t range = n - 1 + (uint32_t)(check_random(&seed) % 4000);
        uint32_t base = (uint32_t)(check_random(&seed) >> 33);
        quern_block block = {n, base, base + range, (uint8_t)check_random(&seed)};
        size_t len = quern_block_passage_bytes(&block, &bad);
        uint8_t *in = malloc(len + QUERN_BLOCK_SLACK);
        for (size_t i = 0; in && !bad && i < len + QUERN_BLOCK_SLACK; i++) {
            in[i] = (uint8_t)(check_random(&seed) | (round % 2 ? 0 : check_random(&seed) >> 8));
        }
        quern_cpu_limit((quern_cpu_level)(round % 3));
        for (int k = 0; !bad && k < 10; k++) {
            uint32_t passage = base + (uint32_t)(check_random(&seed) % ((uint64_t)range + 1));
            uint32_t at = quern_block_find(&block, in, passage);
            CHECK(at < n || at == QUERN_BLOCK);
        }
        free(in);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

enum { BITS_WORDS = QUERN_BLOCK_BITS_RANGE / 64 + 4 + QUERN_BLOCK_BITS_SLACK };

/* Ones that end below `at` stay, then comes the block, then nothing. */
static void check_bits(const quern_block *block, const uint8_t *in, const uint32_t *passages,
                       ptrdiff_t at)
{
    uint64_t want[BITS_WORDS] = {0};
    for (ptrdiff_t i = 0; i < at; i += 1 + i % 3) {
        want[i / 64] |= (uint64_t)1 << i % 64;
    }
    for (int level = QUERN_CPU_SCALAR; level <= QUERN_CPU_AVX512; level++) {
        uint64_t bits[BITS_WORDS] = {0};
        quern_cpu_limit((quern_cpu_level)level);
        memcpy(bits, want, sizeof bits);
        /* The array begins at any word. */
        CHECK(quern_block_bits(block, in, bits + at / 64 + 1, at % 64 - 64) == 0);
        uint64_t more[BITS_WORDS];
        memcpy(more, want, sizeof more);
        for (uint32_t i = 0; i < block->n; i++) {
            ptrdiff_t k = at + (ptrdiff_t)(passages[i] - block->base);
            more[k / 64] |= (uint64_t)1 << k % 64;
        }
        CHECK(memcmp(bits, more, sizeof bits) == 0);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

/* Blocks of every form, dense places in sparse ones, too, at any bit. */
static void test_bits(void)
{
    uint64_t seed = check_seed(36);
    uint32_t seen = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[QUERN_BLOCK_BYTES_MAX];
        uint32_t passages[QUERN_BLOCK];
        uint32_t tfs[QUERN_BLOCK];
        uint32_t n = round % 4 ? QUERN_BLOCK : 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint64_t gap = 1 + check_random(&seed) % (1u << check_random(&seed) % 8);
        uint64_t run = check_random(&seed) % 30;
        uint32_t at = (uint32_t)(check_random(&seed) >> 40);
        quern_block block = {n, at, 0, 0};
        for (uint32_t i = 0; i < n; i++) {
            at += run == 0 || check_random(&seed) % run ? 0 : (uint32_t)(check_random(&seed) % 300);
            at += run > 15 ? 0 : (uint32_t)(check_random(&seed) % gap);
            passages[i] = at++;
            tfs[i] = 1;
        }
        memset(bytes, 0xA5, sizeof bytes); /* what lies behind is no part of it */
        quern_block_encode(&block, passages, tfs, bytes);
        if (block.last - block.base < QUERN_BLOCK_BITS_RANGE) {
            seen |= 1u << (block.form & 31u);
            check_bits(&block, bytes, passages, (ptrdiff_t)(check_random(&seed) % 200));
        }
    }
    CHECK((seen & 0x8000007Cu) == 0x8000007Cu); /* low widths 2 to 6, bitmaps */
}

/* Any bytes: nothing is written or read where it must not be. */
static void test_bits_of_any_bytes(void)
{
    uint64_t seed = check_seed(37);
    for (int round = 0; round < 60000; round++) {
        int bad;
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint32_t range = n - 1 + (uint32_t)(check_random(&seed) % (QUERN_BLOCK_BITS_RANGE - n));
        range = round % 2 ? range : n - 1 + range % 512;
        uint8_t low = (uint8_t)(check_random(&seed) % 8);
        low = low == 0 ? QUERN_BLOCK_BITMAP : low;
        quern_block block = {n, 77, 77 + range, low};
        size_t len = quern_block_passage_bytes(&block, &bad);
        uint8_t *in = malloc(len + QUERN_BLOCK_SLACK);
        size_t n_words = (range + 63) / 64 + 1 + QUERN_BLOCK_BITS_SLACK;
        uint64_t *bits = calloc(n_words, sizeof *bits);
        CU_ASSERT_FATAL(in && bits && !bad);
        for (size_t i = 0; i < len + QUERN_BLOCK_SLACK; i++) {
            uint64_t r = check_random(&seed);
            in[i] = (uint8_t)(round % 3 == 0 ? r : round % 3 == 1 ? r & r >> 8 : 0);
        }
        quern_cpu_limit((quern_cpu_level)(round % 3));
        quern_block_bits(&block, in, bits, 63);
        free(in);
        free(bits);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

enum { RUN_BLOCKS = 31, RUN_WORDS = RUN_BLOCKS * 10 + 2 * QUERN_BLOCK_BITS_SLACK };

/* A group of a list: most blocks are bitmaps. */
typedef struct group {
    uint8_t list[RUN_BLOCKS * QUERN_BLOCK_BYTES_MAX];
    uint8_t lasts[RUN_BLOCKS * 4], ends[RUN_BLOCKS * 2], forms[RUN_BLOCKS];
    uint64_t want[RUN_BLOCKS + 1][RUN_WORDS]; /* the bits of the first so many blocks */
    uint32_t base[RUN_BLOCKS + 1], begin[RUN_BLOCKS + 1];
} group;

static void make_group(uint64_t *seed, group *g)
{
    uint32_t at = (uint32_t)(check_random(seed) % 64);
    memset(g, 0, sizeof *g);
    for (uint32_t b = 0; b < RUN_BLOCKS; b++) {
        uint32_t passages[QUERN_BLOCK];
        uint32_t tfs[QUERN_BLOCK];
        uint32_t gap = check_random(seed) % 20 ? 1 + (uint32_t)(check_random(seed) % 4) : 8;
        quern_block block = {QUERN_BLOCK, at, 0, 0};
        g->base[b] = at;
        memcpy(g->want[b + 1], g->want[b], sizeof g->want[b]);
        for (uint32_t i = 0; i < QUERN_BLOCK; i++) {
            at += (uint32_t)(check_random(seed) % gap);
            g->want[b + 1][at / 64] |= (uint64_t)1 << at % 64;
            passages[i] = at++;
            tfs[i] = 1 + (i % 40 == 0);
        }
        size_t bytes = quern_block_encode(&block, passages, tfs, g->list + g->begin[b]);
        g->base[b + 1] = at;
        g->begin[b + 1] = g->begin[b] + (uint32_t)bytes;
        quern_store32(g->lasts + (size_t)b * 4, block.last);
        quern_store16(g->ends + (size_t)b * 2, (uint16_t)g->begin[b + 1]);
        g->forms[b] = block.form;
    }
}

/* A run ends before the first block that cannot be a part of it, and not much earlier: with a mask,
 * before a block in whose words it has nothing. */
static void check_run(uint64_t *seed, const group *g, const uint64_t *mask)
{
    uint64_t bits[RUN_WORDS] = {0};
    quern_block_run run = {
        .list = g->list,
        .lasts = g->lasts,
        .ends = g->ends,
        .forms = g->forms,
        .mask = mask,
        .bits = bits,
        .stop = (uint32_t)(check_random(seed) % (g->base[RUN_BLOCKS] * 2)),
        .next = (uint32_t)(check_random(seed) % RUN_BLOCKS),
        .end = RUN_BLOCKS,
    };
    uint32_t first = run.next;
    run.base = g->base[first];
    run.begin = g->begin[first];
    run.readable = g->begin[check_random(seed) % 3 ? RUN_BLOCKS : first + 1];
    CHECK(quern_block_bitmaps(&run) == 0);
    CHECK(run.next >= first && run.next <= RUN_BLOCKS);
    CHECK(run.base == g->base[run.next] && run.begin == g->begin[run.next]);
    CHECK(run.begin <= run.readable || run.next == first);
    CHECK(run.next == first || g->base[run.next - 1] < run.stop);
    for (uint32_t b = first; b < run.next; b++) {
        CHECK((g->forms[b] & 63u) == QUERN_BLOCK_BITMAP);
    }
    for (size_t i = 0; i < RUN_WORDS; i++) {
        CHECK(bits[i] == (g->want[run.next][i] & ~g->want[first][i]));
    }
    if (mask && run.next > first) { /* what was appended last touches the mask */
        uint64_t any = 0;
        for (uint32_t w = g->base[run.next - 1] / 64; w <= (run.base - 1) / 64; w++) {
            any |= mask[w];
        }
        CHECK(any != 0);
    }
}

static void test_runs(void)
{
    static group g;
    uint64_t seed = check_seed(38);
    for (int round = 0; round < 600; round++) {
        uint64_t mask[RUN_WORDS];
        make_group(&seed, &g);
        for (size_t i = 0; i < RUN_WORDS; i++) {
            mask[i] = check_random(&seed) % 5 ? check_random(&seed) : 0;
        }
        quern_cpu_limit((quern_cpu_level)(round % 3));
        for (int i = 0; i < 8; i++) {
            check_run(&seed, &g, i % 2 ? mask : NULL);
        }
        g.list[g.begin[RUN_BLOCKS] / 2] ^= 8; /* nothing is read where it must not be */
        quern_block_run run = {.list = g.list,
                               .lasts = g.lasts,
                               .ends = g.ends,
                               .forms = g.forms,
                               .bits = mask,
                               .stop = UINT32_MAX,
                               .end = RUN_BLOCKS,
                               .base = g.base[0],
                               .readable = g.begin[RUN_BLOCKS]};
        quern_block_bitmaps(&run);
        CHECK(run.next <= RUN_BLOCKS);
    }
    quern_cpu_limit(QUERN_CPU_AVX512);
}

static CU_TestInfo tests[] = {
    {"runs of bitmaps", test_runs},
    {"bits", test_bits},
    {"bits of any bytes", test_bits_of_any_bytes},
    {"levels", test_levels},
    {"forms", test_forms},
    {"random blocks", test_random},
    {"any bytes", test_any_bytes},
    {"find", test_find},
    {"find in any bytes", test_find_in_any_bytes},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/block", tests)
