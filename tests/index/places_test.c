/* SPDX-License-Identifier: MIT */
/* places_test - positions of many postings become the sets that decoding each gives; where they
 * stand in an encoded block is what adding up widths gives, and any bytes do no harm. */
#include "index/places.h"

#include "base/cpu.h"
#include "index/block_vector.h"
#include "tests/check.h"

#include <string.h>

enum { ROUNDS = 4000, BYTES = 1 << 16 };

/* ---- Sets ---- */

/* tf ascending positions below len. */
static void draw(uint64_t *seed, uint32_t tf, uint32_t len, uint32_t *out)
{
    uint32_t k = 0;
    for (uint32_t p = 0; p < len && k < tf; p++) {
        out[k] = p;
        k += check_random(seed) % (len - p) < tf - k;
    }
}

static quern_places_set set_of(const uint32_t *positions, uint32_t tf, uint32_t offset)
{
    quern_places_set set = {{0}};
    for (uint32_t i = 0; i < tf; i++) {
        if (positions[i] >= offset) {
            uint32_t p = positions[i] - offset;
            set.words[p / 64] |= (uint64_t)1 << p % 64;
        }
    }
    return set;
}

static uint32_t draw_tf(uint64_t *seed, uint32_t len)
{
    uint32_t most = check_random(seed) % 3 ? 6 : len;
    return 1 + (uint32_t)(check_random(seed) % (most < len ? most : len));
}

static void test_sets(void)
{
    static uint8_t bytes[BYTES];
    uint64_t seed = check_seed(46);
    for (int round = 0; round < ROUNDS; round++) {
        quern_place places[QUERN_BLOCK];
        quern_places_set want[QUERN_BLOCK];
        quern_places_set sets[QUERN_BLOCK];
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % QUERN_BLOCK);
        uint32_t offset = round % 3 ? (uint32_t)(check_random(&seed) % 5) : 0;
        offset = round % 50 == 7 ? 70 * (uint32_t)(check_random(&seed) % 6) : offset;
        quern_bits_writer w = {bytes, 0, 0};
        for (uint32_t i = 0; i < n; i++) {
            uint32_t positions[QUERN_PLACES_LEN] = {0};
            uint32_t len =
                1 + (uint32_t)(check_random(&seed) % (round % 4 ? 80 : QUERN_PLACES_LEN));
            uint32_t tf = draw_tf(&seed, len);
            draw(&seed, tf, len, positions);
            uint64_t bit = (uint64_t)(w.out - bytes) * 8 + w.n_acc;
            places[i] = (quern_place){bytes, (uint32_t)bit, (uint16_t)tf, (uint16_t)len};
            CHECK(!quern_positions_write(&w, positions, tf, len));
            if (check_random(&seed) % 16 == 0) {
                places[i].bit = QUERN_PLACES_NO_BYTES;
                for (uint32_t k = 0; k < tf; k++) {
                    positions[k] = k;
                }
            }
            want[i] = set_of(positions, tf, offset);
        }
        quern_bits_end(&w);
        CHECK(!quern_places_decode(places, n, offset, sets));
        CHECK(memcmp(sets, want, n * sizeof *sets) == 0);
    }
}

/* All pairs and triples that there are in passages of every length. */
static void test_ranks(void)
{
    for (uint32_t len = 2; len <= QUERN_PLACES_LEN; len += len < 40 ? 1 : 27) {
        uint8_t bytes[64] = {0};
        uint64_t n = (uint64_t)len * (len - 1) / 2;
        for (uint32_t tf = 2; tf <= 3 && tf <= len; tf++, n = n * (len - 2) / 3) {
            quern_place place = {bytes, 3, (uint16_t)tf, (uint16_t)len};
            quern_positions_place same = {bytes, bytes + 32, 3, tf, len};
            for (uint64_t rank = 0; rank <= n; rank += rank < 999 || n - rank < 99 ? 1 : 101) {
                uint32_t positions[3] = {0};
                quern_places_set set;
                quern_store64(bytes, rank << 3);
                int is_bad = rank >> quern_positions_width(tf, len) ? 0 : rank >= n;
                if (rank >> quern_positions_width(tf, len) == 0) {
                    CHECK(quern_positions_read(&same, positions) == -is_bad);
                    CHECK(quern_places_decode(&place, 1, 0, &set) == -is_bad);
                }
                if (rank < n) {
                    quern_places_set want = set_of(positions, tf, 0);
                    CHECK(memcmp(&set, &want, sizeof set) == 0);
                }
            }
        }
    }
}

#ifdef QUERN_BLOCK_VECTOR

/* ---- Blocks ---- */

typedef struct model {
    uint32_t passages[QUERN_BLOCK], tfs[QUERN_BLOCK];
    quern_block block;
    uint8_t bytes[QUERN_BLOCK_BYTES_MAX + QUERN_BLOCK_SLACK];
    size_t n_bytes;
    uint8_t lengths[BYTES + 64];
} model;

static void make_block(model *m, uint64_t *seed, int round)
{
    static const uint32_t gaps[] = {1, 2, 3, 4, 9, 40, 400};
    uint32_t gap = gaps[check_random(seed) % 7];
    uint32_t most = 1 + (uint32_t)(check_random(seed) % 4) * (uint32_t)(check_random(seed) % 9);
    uint32_t passage = (uint32_t)(check_random(seed) % 1000);
    memset(m, 0, sizeof *m);
    m->block.n = round % 4 ? QUERN_BLOCK : 1 + (uint32_t)(check_random(seed) % QUERN_BLOCK);
    m->block.base = passage;
    for (size_t i = 0; i < sizeof m->lengths; i++) {
        m->lengths[i] = (uint8_t)(round % 3 ? 64 + check_random(seed) % 40 : check_random(seed));
    }
    for (uint32_t i = 0; i < m->block.n; i++) {
        passage += i > 0 || round % 2 ? 1 + (uint32_t)(check_random(seed) % gap) : 0;
        uint32_t len = m->lengths[passage] ? m->lengths[passage] : 1;
        uint32_t tf = check_random(seed) % 3 ? 1 : 1 + (uint32_t)(check_random(seed) % most);
        m->passages[i] = passage;
        m->tfs[i] = tf < len ? tf : len;
    }
    m->n_bytes = quern_block_encode(&m->block, m->passages, m->tfs, m->bytes);
}

/* The same of the candidates that are there, which ascend, one by one. */
static uint32_t find_places(const model *m, const uint32_t *wanted, uint32_t n, uint32_t *ats,
                            quern_place *out)
{
    uint32_t k = 0;
    uint32_t bit = 0;
    for (uint32_t i = 0, at = 0; i < m->block.n && at < n; i++) {
        uint32_t len = m->lengths[m->passages[i]] ? m->lengths[m->passages[i]] : 1;
        for (; at < n && wanted[at] < m->passages[i]; at++) {
        }
        if (at < n && wanted[at] == m->passages[i]) {
            ats[k] = i;
            out[k++] = (quern_place){NULL, bit, (uint16_t)m->tfs[i], (uint16_t)len};
        }
        bit += (uint32_t)quern_positions_width(m->tfs[i], len);
    }
    return k;
}

static uint32_t draw_wanted(const model *m, uint64_t *seed, uint32_t *out)
{
    uint32_t n = 0;
    uint32_t range = m->block.last - m->block.base + 1;
    uint32_t most = 1 + (uint32_t)(check_random(seed) % 40);
    for (uint32_t v = 0; v < range && n < QUERN_BLOCK; v++) {
        out[n] = m->block.base + v;
        n += check_random(seed) % range < most;
    }
    out[n] = m->block.last; /* n may be 0 */
    return n > 0 ? n : 1;
}

static int read_block(const model *m, const uint8_t *positions, int is_decoded,
                      const uint32_t *wanted, uint32_t n, quern_block_met *met, uint32_t *n_met,
                      quern_place *out)
{
    int bad;
    quern_places_block at = {.block = m->block,
                             .in = m->bytes,
                             .end = m->bytes + m->n_bytes,
                             .positions = positions,
                             .positions_end = positions + BYTES};
    size_t bytes = quern_block_passage_bytes(&m->block, &bad);
    if (bad || bytes > m->n_bytes) {
        return -1;
    }
    quern_places_source source = {&at, m->bytes + bytes, is_decoded ? m->passages : NULL,
                                  m->lengths};
    return quern_places_avx512(&source, wanted, n, met, n_met, out);
}

static void test_blocks(void)
{
    static uint8_t positions[BYTES];
    static model m;
    uint64_t seed = check_seed(47);
    uint32_t n_read = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t wanted[QUERN_BLOCK + 1];
        uint32_t ats[QUERN_BLOCK];
        quern_place want[QUERN_BLOCK];
        quern_place out[QUERN_BLOCK];
        quern_block_met met;
        uint32_t n_met;
        make_block(&m, &seed, round);
        for (uint32_t i = m.block.n; i < QUERN_BLOCK; i++) {
            m.passages[i] = UINT32_MAX;
        }
        uint32_t n = draw_wanted(&m, &seed, wanted);
        uint32_t n_want = find_places(&m, wanted, n, ats, want);
        if (read_block(&m, positions, round % 2, wanted, n, &met, &n_met, out)) {
            continue;
        }
        n_read++;
        CHECK(n_met == n_want);
        for (uint32_t k = 0; k < n_want && k < n_met; k++) {
            CHECK(met.at[k] == ats[k] && wanted[met.which[k]] == m.passages[ats[k]]);
            CHECK(out[k].data == positions && out[k].bit == want[k].bit);
            CHECK(out[k].tf == want[k].tf && out[k].len == want[k].len);
        }
    }
    CHECK(n_read > ROUNDS * 9 / 10);
}

/* Where bytes are wrong, what is found is at least something that can be read. */
static void test_any_bytes(void)
{
    static uint8_t positions[BYTES];
    static model m;
    uint64_t seed = check_seed(48);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t wanted[QUERN_BLOCK + 1];
        quern_place out[QUERN_BLOCK];
        quern_places_set sets[1];
        quern_block_met met;
        uint32_t n_met;
        make_block(&m, &seed, round);
        for (size_t i = 0; i < sizeof positions; i++) {
            positions[i] = (uint8_t)check_random(&seed);
        }
        for (int i = 0; i < 1 + round % 9 && m.n_bytes > 0; i++) {
            m.bytes[check_random(&seed) % m.n_bytes] ^= (uint8_t)(1u << check_random(&seed) % 8);
        }
        m.block.form ^= round % 5 ? 0 : (uint8_t)(64u << round % 2);
        uint32_t n = draw_wanted(&m, &seed, wanted);
        if (read_block(&m, positions, 0, wanted, n, &met, &n_met, out)) {
            continue;
        }
        for (uint32_t k = 0; k < n_met; k++) {
            uint64_t width = quern_positions_width(out[k].tf, out[k].len);
            CHECK(out[k].tf >= 1 && out[k].tf <= out[k].len);
            CHECK(out[k].bit + width <= (uint64_t)BYTES * 8);
            CHECK(met.which[k] < n && met.at[k] < QUERN_BLOCK);
        }
        for (uint32_t k = 0; k < n_met; k++) {
            if (out[k].len <= QUERN_PLACES_LEN) {
                (void)quern_places_decode(&out[k], 1, 0, sets);
            }
        }
    }
}

static int has_avx512(void)
{
    return quern_cpu_get_level() == QUERN_CPU_AVX512;
}
#endif

static void test_vectors(void)
{
#ifdef QUERN_BLOCK_VECTOR
    if (has_avx512()) {
        test_blocks();
        test_any_bytes();
    }
#endif
}

static CU_TestInfo tests[] = {
    {"sets", test_sets},
    {"ranks of pairs and triples", test_ranks},
    {"encoded blocks", test_vectors},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/places", tests)
