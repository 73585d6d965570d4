/* SPDX-License-Identifier: MIT */
/* block - see block.h for the bytes. Words of 64 bits and count-trailing-zeros; block_vector.c
 * takes the place of the decoders where the processor has more. */
#include "index/block.h"

#include "base/cpu.h"
#include "index/bits.h"
#include "index/block_vector.h"

#include <assert.h>

/* ---- Reading ---- */

static uint32_t high_bits(uint32_t m, uint32_t range, unsigned low)
{
    return m + ((range - 1) >> low);
}

size_t quern_block_passage_bytes(const quern_block *block, int *bad)
{
    unsigned low = block->form & 63;
    uint32_t m = block->n - 1;
    uint32_t range = block->last - block->base;
    *bad = low > 31 && low != QUERN_BLOCK_BITMAP;
    if (m == 0 || *bad) {
        return 0;
    }
    if (low == QUERN_BLOCK_BITMAP) {
        return (size_t)(range >> 3) + ((range & 7) != 0);
    }
    uint64_t high = (uint64_t)m + ((range - 1) >> low);
    return (size_t)((high + 7) / 8 + ((uint64_t)m * low + 7) / 8);
}

/* Writes where the first n ones of in[0, n_bits) stand. Returns how many there are in all. */
static uint64_t find_ones(const uint8_t *in, uint64_t n_bits, uint32_t n, uint32_t *out)
{
    uint64_t k = 0;
    for (uint64_t at = 0; at < n_bits; at += 64) {
        uint64_t word = quern_load64(in + (at >> 3));
        if (n_bits - at < 64) {
            word &= quern_bits_mask((unsigned)(n_bits - at));
        }
        unsigned count = (unsigned)__builtin_popcountll(word);
        if (k + count > n) {
            return k + count;
        }
        for (unsigned i = 0; i < count; i++) {
            out[k + i] = (uint32_t)at + (uint32_t)__builtin_ctzll(word);
            word &= word - 1;
        }
        k += count;
    }
    return k;
}

static int read_elias_fano(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t m = block->n - 1;
    unsigned low = block->form & 63;
    uint32_t n_high = high_bits(m, block->last - block->base, low);
    if (find_ones(in, n_high, m, out) != m) {
        return -1;
    }
    const uint8_t *lows = in + (n_high + 7) / 8;
    uint64_t mask = quern_bits_mask(low);
    for (uint32_t i = 0; i < m; i++) {
        uint32_t bit = i * low;
        uint32_t value = (uint32_t)(quern_load64(lows + (bit >> 3)) >> (bit & 7) & mask);
        out[i] = block->base + (((out[i] - i) << low) | value);
    }
    return 0;
}

static int read_bitmap(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t m = block->n - 1;
    if (find_ones(in, block->last - block->base, m, out) != m) {
        return -1;
    }
    for (uint32_t i = 0; i < m; i++) {
        out[i] += block->base;
    }
    return 0;
}

static int read_passages(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    unsigned low = block->form & 63;
#ifdef QUERN_BLOCK_VECTOR
    quern_cpu_level level = quern_cpu_get_level();
    if (level != QUERN_CPU_SCALAR && low == QUERN_BLOCK_BITMAP) {
        return level == QUERN_CPU_AVX2 ? quern_block_bitmap_avx2(block, in, out)
                                       : quern_block_bitmap_avx512(block, in, out);
    }
    if (level != QUERN_CPU_SCALAR && low <= QUERN_BLOCK_VECTOR_LOW) {
        return level == QUERN_CPU_AVX2 ? quern_block_elias_fano_avx2(block, in, out)
                                       : quern_block_elias_fano_avx512(block, in, out);
    }
#endif
    return low == QUERN_BLOCK_BITMAP ? read_bitmap(block, in, out)
                                     : read_elias_fano(block, in, out);
}

static int ascends(const uint32_t *v, uint32_t n)
{
#ifdef QUERN_BLOCK_VECTOR
    quern_cpu_level level = quern_cpu_get_level();
    if (level != QUERN_CPU_SCALAR) {
        return level == QUERN_CPU_AVX2 ? quern_block_ascends_avx2(v, n)
                                       : quern_block_ascends_avx512(v, n);
    }
#endif
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++) {
        wrong |= (uint32_t)(v[i] >= v[i + 1]);
    }
    return !wrong;
}

int quern_block_passages(const quern_block *block, const uint8_t *in, uint32_t *out)
{
    uint32_t m = block->n - 1;
    out[m] = block->last;
    if (m == 0) {
        return 0;
    }
    if (read_passages(block, in, out)) {
        return -1;
    }
    if ((block->form & 63) == QUERN_BLOCK_BITMAP) {
        return 0; /* the bits of a bitmap ascend and end before `last` whatever they are */
    }
    return out[0] >= block->base && ascends(out, m) ? 0 : -1;
}

static int read_unary(const uint8_t *in, size_t len, uint32_t n, uint32_t *out)
{
#ifdef QUERN_BLOCK_VECTOR
    quern_cpu_level level = quern_cpu_get_level();
    if (level != QUERN_CPU_SCALAR) {
        return level == QUERN_CPU_AVX2 ? quern_block_unary_avx2(in, len, n, out)
                                       : quern_block_unary_avx512(in, len, n, out);
    }
#endif
    if (find_ones(in, (uint64_t)len * 8, n, out) != n) {
        return -1;
    }
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = out[i];
        out[i] = at - last;
        last = at;
    }
    return 0;
}

/* All of out, as a loop of known length is unrolled. */
static void fill_ones(uint32_t *out)
{
    for (uint32_t i = 0; i < QUERN_BLOCK; i++) {
        out[i] = 1;
    }
}

static int read_list(const uint8_t *in, size_t len, uint32_t n, uint32_t *out)
{
    uint32_t excess[QUERN_BLOCK];
    uint32_t k = len > 0 ? in[0] : 0;
    if (k == 0 || k > n || len < 1 + (size_t)k || read_unary(in + 1 + k, len - 1 - k, k, excess)) {
        return -1;
    }
    fill_ones(out);
    for (uint32_t i = 0; i < k; i++) {
        if (in[1 + i] >= n || (i > 0 && in[1 + i] <= in[i])) {
            return -1;
        }
        out[in[1 + i]] = 1 + excess[i];
    }
    return 0;
}

static int read_nibbles(const uint8_t *in, size_t len, uint32_t n, uint32_t *out)
{
    uint32_t index[QUERN_BLOCK] = {0};
    uint32_t n_map = (n + 7) / 8;
    if (len < n_map) {
        return -1;
    }
    uint64_t k = find_ones(in, n, n, index);
    if (len - n_map < (k + 1) / 2) {
        return -1;
    }
    fill_ones(out);
    const uint8_t *nibbles = in + n_map;
    quern_cursor tail = {nibbles + (k + 1) / 2, in + len, QUERN_OK};
    for (uint32_t i = 0; i < k; i++) {
        uint32_t v = nibbles[i / 2] >> (i % 2 * 4) & 15;
        if (v == 15) {
            uint64_t more = quern_cursor_varint(&tail);
            if (tail.status || more > UINT32_MAX - 17) {
                return -1;
            }
            v += (uint32_t)more;
        }
        out[index[i]] = v + 2;
    }
    return 0;
}

int quern_block_tfs(const quern_block *block, const uint8_t *in, size_t len, uint32_t *out)
{
    switch (block->form >> 6) {
    case QUERN_TFS_NONE:
        fill_ones(out);
        return 0;
    case QUERN_TFS_UNARY:
        return len > UINT32_MAX / 8 ? -1 : read_unary(in, len, block->n, out);
    case QUERN_TFS_LIST:
        return len > UINT32_MAX / 8 ? -1 : read_list(in, len, block->n, out);
    default:
        return read_nibbles(in, len, block->n, out);
    }
}

/* ---- Writing ---- */

/* The cheapest form of the passages; *bytes is its length. */
static unsigned choose_form(quern_block *block, size_t *bytes)
{
    uint32_t m = block->n - 1;
    uint32_t range = block->last - block->base;
    int bad;
    block->form = 0;
    *bytes = 0;
    if (m == 0) {
        return 0;
    }
    unsigned width = quern_bits_width((range - 1) / m);
    unsigned first = width > 2 ? width - 2 : 0;
    unsigned best = 0;
    *bytes = SIZE_MAX;
    for (unsigned low = first; low <= width && low <= 31; low++) {
        block->form = (uint8_t)low;
        size_t n = quern_block_passage_bytes(block, &bad);
        if (n < *bytes) {
            *bytes = n;
            best = low;
        }
    }
    block->form = QUERN_BLOCK_BITMAP;
    size_t bitmap = quern_block_passage_bytes(block, &bad);
    if (bitmap <= *bytes) {
        *bytes = bitmap;
        best = QUERN_BLOCK_BITMAP;
    }
    return best;
}

/* Bits that are set in ascending order, a word at a time. Those between them are zero; up to eight
 * bytes from the last one on are written. */
typedef struct ones_writer {
    uint8_t *out;
    uint64_t word; /* the one at hand, and its number */
    uint32_t at;
} ones_writer;

static inline void put_one(ones_writer *w, uint32_t bit)
{
    uint32_t at = bit >> 6;
    w->word = (at == w->at ? w->word : 0) | (uint64_t)1 << (bit & 63);
    w->at = at;
    quern_store64(w->out + (size_t)at * 8, w->word);
}

static void write_passages(const quern_block *block, const uint32_t *passages, size_t bytes,
                           uint8_t *out)
{
    uint32_t m = block->n - 1;
    unsigned low = block->form & 63;
    ones_writer ones = {out, 0, 0};
    if (low == QUERN_BLOCK_BITMAP) {
        memset(out, 0, bytes);
        for (uint32_t i = 0; i < m; i++) {
            put_one(&ones, passages[i] - block->base);
        }
        return;
    }
    size_t n_high = (high_bits(m, block->last - block->base, low) + 7) / 8;
    quern_bits_writer lows = {out + n_high, 0, 0};
    uint64_t mask = quern_bits_mask(low);
    memset(out, 0, n_high);
    for (uint32_t i = 0; i < m; i++) {
        put_one(&ones, ((passages[i] - block->base) >> low) + i);
    }
    for (uint32_t i = 0; i < m && low > 0; i++) {
        quern_bits_put(&lows, (passages[i] - block->base) & mask, low);
    }
    quern_bits_end(&lows);
}

typedef struct tf_costs {
    uint32_t n_above;             /* postings with tf > 1 */
    uint64_t unary, list, nibble; /* bytes */
} tf_costs;

static tf_costs cost_tfs(const uint32_t *tfs, uint32_t n)
{
    tf_costs c = {0, 0, 0, 0};
    uint64_t sum = 0;
    uint64_t tail = 0;
    uint32_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += tfs[i];
        c.n_above += tfs[i] > 1;
        any |= tfs[i];
    }
    for (uint32_t i = 0; any > 16 && i < n; i++) {
        tail += tfs[i] > 16 ? quern_varint_len(tfs[i] - 17) : 0;
    }
    c.unary = (sum + 7) / 8;
    c.list = 1 + c.n_above + (sum - n + 7) / 8;
    c.nibble = (n + 7) / 8 + (c.n_above + 1) / 2 + tail;
    return c;
}

/* Each of n values, at least `least`: value - least zeros, a one. They take so many bytes. */
static uint8_t *write_unary(const uint32_t *values, uint32_t n, uint32_t least, size_t bytes,
                            uint8_t *out)
{
    ones_writer ones = {out, 0, 0};
    uint32_t end = 0;
    memset(out, 0, bytes);
    for (uint32_t i = 0; i < n; i++) {
        end += values[i] - least + 1;
        put_one(&ones, end - 1);
    }
    return out + bytes;
}

static uint8_t *write_nibbles(const uint32_t *tfs, uint32_t n, uint32_t n_above, uint8_t *out)
{
    uint8_t *nibbles = out + (n + 7) / 8;
    uint8_t *tail = nibbles + (n_above + 1) / 2;
    uint32_t k = 0;
    memset(out, 0, (size_t)(tail - out));
    for (uint32_t i = 0; i < n; i++) {
        if (tfs[i] < 2) {
            continue;
        }
        uint32_t v = tfs[i] - 2;
        uint32_t nibble = v < 15 ? v : 15;
        out[i >> 3] = (uint8_t)(out[i >> 3] | 1u << (i & 7));
        nibbles[k / 2] = (uint8_t)(nibbles[k / 2] | nibble << (k % 2 * 4));
        k++;
        if (nibble == 15) {
            for (v -= 15; v >= 0x80; v >>= 7) {
                *tail++ = (uint8_t)(v | 0x80);
            }
            *tail++ = (uint8_t)v;
        }
    }
    return tail;
}

static uint8_t *write_tfs(quern_block *block, const uint32_t *tfs, uint8_t *out)
{
    tf_costs c = cost_tfs(tfs, block->n);
    if (c.n_above == 0) {
        return out;
    }
    if (c.unary <= c.list && c.unary <= c.nibble) {
        block->form |= QUERN_TFS_UNARY << 6;
        return write_unary(tfs, block->n, 1, (size_t)c.unary, out);
    }
    if (c.list > c.nibble) {
        block->form |= QUERN_TFS_NIBBLES << 6;
        return write_nibbles(tfs, block->n, c.n_above, out);
    }
    uint32_t above[QUERN_BLOCK];
    uint32_t k = 0;
    block->form |= QUERN_TFS_LIST << 6;
    out[0] = (uint8_t)c.n_above;
    for (uint32_t i = 0; i < block->n; i++) {
        if (tfs[i] > 1) {
            out[1 + k] = (uint8_t)i;
            above[k++] = tfs[i];
        }
    }
    return write_unary(above, k, 2, (size_t)c.list - 1 - k, out + 1 + k);
}

size_t quern_block_encode(quern_block *block, const uint32_t *passages, const uint32_t *tfs,
                          uint8_t *out)
{
    size_t bytes;
    block->last = passages[block->n - 1];
    block->form = (uint8_t)choose_form(block, &bytes);
    if (bytes > 0) {
        write_passages(block, passages, bytes, out);
    }
    uint8_t *end = write_tfs(block, tfs, out + bytes);
    assert(end - out < QUERN_BLOCK_BYTES_MAX - 8);
    return (size_t)(end - out);
}
