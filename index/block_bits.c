/* SPDX-License-Identifier: MIT */
/* block_bits - a block as bits of passages, for what counts and needs no numbers; see block.h.
 *
 * A bitmap is shifted to its place. Blocks of a list follow each other without a gap, so each goes
 * on in the word where the one before ended, and none but that word is read.
 *
 * Elias-Fano with a low width l is a row of buckets of 2^l passages: each one of the high bits is a
 * value, each zero ends a bucket. AVX-512 makes 56 high bits bits of passages at a time, without
 * ever knowing a passage:
 *
 *     high bits       1 1 0 0 1 0    the last zero behind the last bit
 *     low parts       3 5     2
 *     expanded        * *     *      1 << low part, where there is a one
 *     gathered            *     *    each lane takes what stands before it, back to the last zero
 *     compressed      [35] [] [2]    the lanes of zeros: a byte (or 16 bits) is a bucket
 *
 * In other forms, and on other processors, the block is decoded and its passages are set one by
 * one.
 */
#include "index/block.h"

#include "base/cpu.h"
#include "index/bits.h"
#include "index/block_vector.h"

#include <assert.h>

/* ---- Plain ---- */

static void set_bit(uint64_t *bits, ptrdiff_t at)
{
    bits[at >> 6] |= (uint64_t)1 << (at & 63);
}

static int decode_and_set(const quern_block *block, const uint8_t *in, uint64_t *bits, ptrdiff_t at)
{
    uint32_t passages[QUERN_BLOCK];
    if (quern_block_passages(block, in, passages)) {
        return -1;
    }
    for (uint32_t i = 0; i < block->n; i++) {
        set_bit(bits, at + (ptrdiff_t)(passages[i] - block->base));
    }
    return 0;
}

static inline int shift_bitmap(const quern_block *block, const uint8_t *in, uint64_t *bits,
                               ptrdiff_t at)
{
    uint64_t *out = bits + (at >> 6);
    unsigned shift = at & 63;
    uint32_t range = block->last - block->base;
    uint32_t ones = 0;
    uint64_t begun = *out;
    for (uint32_t v = 0; v < range; v += 64) {
        uint64_t word = quern_load64(in + (v >> 3));
        word = range - v < 64 ? word & quern_bits_mask(range - v) : word;
        ones += (uint32_t)__builtin_popcountll(word);
        *out++ = begun | word << shift;
        begun = word >> 1 >> (63 - shift);
    }
    *out = begun;
    set_bit(bits, at + (ptrdiff_t)range);
    return ones == block->n - 1 ? 0 : -1;
}

static int bitmap_plain(const quern_block *block, const uint8_t *in, uint64_t *bits, ptrdiff_t at)
{
    return shift_bitmap(block, in, bits, at);
}

#ifdef QUERN_BLOCK_VECTOR

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512                                                                                     \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,"             \
                          "avx512vbmi2,avx512vpopcntdq")))

/* ---- AVX2 ---- */

AVX2 static int bitmap_avx2(const quern_block *block, const uint8_t *in, uint64_t *bits,
                            ptrdiff_t at)
{
    return shift_bitmap(block, in, bits, at);
}

/* ---- AVX-512 ---- */

enum {
    BITMAP_RANGE = 448, /* of a bitmap that fits 64 bytes wherever its first word begins */
    LANES = 56,         /* high bits that are there after a load at any bit */
    LOW_MIN = 2,        /* low widths whose buckets are made in lanes */
    LOW_MAX = 4,
    ROOM_SLACK = 32 /* words: more buckets than there should be, and two vectors */
};

/* Appends the bits of a bitmap and its last passage. */
AVX512 static inline void append_512(__m512i v, uint32_t range, uint64_t *bits, ptrdiff_t at)
{
    uint64_t *out = bits + (at >> 6);
    uint64_t last = (uint64_t)1 << (range & 63);
    v = _mm512_mask_or_epi64(v, (__mmask8)(1u << (range >> 6)), v,
                             _mm512_set1_epi64((long long)last));
    __m512i before = _mm512_alignr_epi64(v, _mm512_setzero_si512(), 7);
    v = _mm512_shldv_epi64(v, before, _mm512_set1_epi64(at & 63));
    v = _mm512_or_si512(v, _mm512_zextsi128_si512(_mm_loadu_si64(out)));
    _mm512_storeu_si512(out, v);
}

AVX512 static int bitmap_avx512(const quern_block *block, const uint8_t *in, uint64_t *bits,
                                ptrdiff_t at)
{
    uint32_t range = block->last - block->base;
    __m512i v = _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, (range + 7) / 8), in);
    append_512(v, range, bits, at);
    return _mm512_reduce_add_epi64(_mm512_popcnt_epi64(v)) == block->n - 1 ? 0 : -1;
}

/* Whether the mask, as the bits, has a passage in the words of bits [at, at + range]. */
AVX512 static inline int is_wanted(const uint64_t *mask, ptrdiff_t at, uint32_t range)
{
    uint32_t n_words = ((uint32_t)(at & 63) + range) / 64 + 1;
    __m512i v = _mm512_maskz_loadu_epi64((__mmask8)((1u << n_words) - 1), mask + (at >> 6));
    return _mm512_test_epi64_mask(v, v) != 0;
}

AVX512 static int bitmaps_avx512(quern_block_run *run)
{
    quern_block_run r = *run;
    uint32_t first = r.next;
    __m512i ones = _mm512_setzero_si512();
    for (; r.next < r.end && r.base < r.stop; r.next++) {
        uint32_t last = quern_load32(r.lasts + (size_t)r.next * 4);
        uint32_t range = last - r.base;
        uint32_t n_bytes = (range + 7) / 8;
        uint64_t finish = r.group + quern_load16(r.ends + (size_t)r.next * 2);
        ptrdiff_t at = (ptrdiff_t)r.base - (ptrdiff_t)r.first;
        if ((r.forms[r.next] & 63) != QUERN_BLOCK_BITMAP || range > BITMAP_RANGE ||
            finish > r.readable || finish < r.begin + n_bytes ||
            (r.mask && !is_wanted(r.mask, at, range))) {
            break;
        }
        __m512i v = _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, n_bytes), r.list + r.begin);
        ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(v));
        append_512(v, range, r.bits, at);
        r.base = last + 1;
        r.begin = finish;
    }
    *run = r;
    uint64_t want = (uint64_t)(r.next - first) * (QUERN_BLOCK - 1);
    return (uint64_t)_mm512_reduce_add_epi64(ones) == want ? 0 : -1;
}

/* Where Elias-Fano parts stand, and what was read of them. */
typedef struct parts {
    const uint8_t *high, *low;
    uint32_t n_bits; /* of the high ones, and the zero behind them that ends the last bucket */
    uint32_t bit, ones, zeros;
} parts;

/* The high bits up to a zero, at most `lanes`; *n of them. 0 of them where a bucket has too many.
 */
AVX512 static inline uint64_t take_high(parts *p, uint32_t lanes, uint32_t *n)
{
    uint32_t left = p->n_bits - p->bit;
    uint64_t word = quern_load64(p->high + (p->bit >> 3)) >> (p->bit & 7);
    word = left <= 64 ? _bzhi_u64(word, left - 1) : word; /* the last zero is not stored */
    uint64_t zeros = _bzhi_u64(~word, left < lanes ? left : lanes);
    *n = zeros ? 64 - (uint32_t)__builtin_clzll(zeros) : 0;
    return _bzhi_u64(word, *n);
}

/* The bytes that the low parts of the next values begin in, 8 / l to 8 values for each 8 of them.
 */
AVX512 static inline __m512i take_low(const parts *p, int low, __m512i bytes, uint64_t offsets)
{
    uint32_t bit = p->ones * (uint32_t)low;
    __m512i v = _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(p->low + (bit >> 3)));
    uint64_t from = offsets + (bit & 7) * 0x0101010101010101u;
    return _mm512_multishift_epi64_epi8(_mm512_set1_epi64((long long)from), v);
}

AVX512 static inline __m512i lanes_8(void)
{
    return _mm512_set_epi64(0x3F3E3D3C3B3A3938, 0x3736353433323130, 0x2F2E2D2C2B2A2928,
                            0x2726252423222120, 0x1F1E1D1C1B1A1918, 0x1716151413121110,
                            0x0F0E0D0C0B0A0908, 0x0706050403020100);
}

AVX512 static inline __m512i lanes_16(void)
{
    return _mm512_cvtepu8_epi16(_mm512_castsi512_si256(lanes_8()));
}

/* Eight bytes from q * step on, for each q below 8. */
AVX512 static inline __m512i bytes_by(int step)
{
    __m512i q = _mm512_srli_epi16(_mm512_and_si512(lanes_8(), _mm512_set1_epi8(0x38)), 3);
    __m512i first = _mm512_setzero_si512();
    for (int i = 0; i < step; i++) {
        first = _mm512_add_epi8(first, q);
    }
    return _mm512_add_epi8(first, _mm512_set1_epi64(0x0706050403020100));
}

/* Lets each lane have what those before it have, back to the last zero of `high`: first 1, then 2,
 * and 4, 8, 16 where so many stand together. */
AVX512 static inline __m512i gather_8(__m512i v, uint64_t high)
{
    uint64_t ones = high << 1; /* lanes with so many ones before them */
    __m512i from = _mm512_sub_epi8(lanes_8(), _mm512_set1_epi8(1));
    v = _mm512_or_si512(v, _mm512_maskz_permutexvar_epi8(ones, from, v));
    ones &= ones << 1;
    from = _mm512_sub_epi8(lanes_8(), _mm512_set1_epi8(2));
    v = _mm512_or_si512(v, _mm512_maskz_permutexvar_epi8(ones, from, v));
    ones &= ones << 2;
    for (int n = 4; ones; n *= 2) {
        from = _mm512_sub_epi8(lanes_8(), _mm512_set1_epi8((char)n));
        v = _mm512_or_si512(v, _mm512_maskz_permutexvar_epi8(ones, from, v));
        ones &= ones << n;
    }
    return v;
}

AVX512 static inline __m512i gather_16(__m512i v, uint32_t high)
{
    uint32_t ones = high << 1;
    __m512i from = _mm512_sub_epi16(lanes_16(), _mm512_set1_epi16(1));
    v = _mm512_or_si512(v, _mm512_maskz_permutexvar_epi16(ones, from, v));
    ones &= ones << 1;
    from = _mm512_sub_epi16(lanes_16(), _mm512_set1_epi16(2));
    v = _mm512_or_si512(v, _mm512_maskz_permutexvar_epi16(ones, from, v));
    ones &= ones << 2;
    for (int n = 4; ones; n *= 2) {
        from = _mm512_sub_epi16(lanes_16(), _mm512_set1_epi16((short)n));
        v = _mm512_or_si512(v, _mm512_maskz_permutexvar_epi16(ones, from, v));
        ones &= ones << n;
    }
    return v;
}

/* Buckets of 4 or 8 passages, a byte each, to out[zeros + 64]. */
AVX512 static inline int buckets_8(parts *p, uint32_t m, int low, uint8_t *out)
{
    const __m512i powers = _mm512_set1_epi64((long long)0x8040201008040201u);
    const __m512i below = _mm512_set1_epi8((char)((1 << low) - 1));
    const __m512i bytes = bytes_by(low);
    const uint64_t offsets = low == 2 ? 0x0E0C0A0806040200u : 0x15120F0C09060300u;
    while (p->bit < p->n_bits) {
        uint32_t n;
        uint64_t high = take_high(p, LANES, &n);
        if (n == 0 || p->ones > m) {
            return -1;
        }
        __m512i lows = _mm512_and_si512(take_low(p, low, bytes, offsets), below);
        __m512i v = _mm512_maskz_expand_epi8(high, _mm512_shuffle_epi8(powers, lows));
        v = _mm512_maskz_compress_epi8(_bzhi_u64(~high, n), gather_8(v, high));
        _mm512_storeu_si512(out + p->zeros, v);
        uint32_t ones = (uint32_t)_mm_popcnt_u64(high);
        p->bit += n;
        p->ones += ones;
        p->zeros += n - ones;
    }
    return p->ones == m ? 0 : -1;
}

/* Buckets of 16 passages, two bytes each. */
AVX512 static inline int buckets_16(parts *p, uint32_t m, uint8_t *out)
{
    const __m512i below = _mm512_set1_epi16(15);
    const __m512i bytes = bytes_by(2);
    while (p->bit < p->n_bits) {
        uint32_t n;
        uint32_t high = (uint32_t)take_high(p, 32, &n);
        if (n == 0 || p->ones > m) {
            return -1;
        }
        __m512i lows = _mm512_and_si512(take_low(p, 4, bytes, 0x000C000800040000u), below);
        __m512i v = _mm512_sllv_epi16(_mm512_set1_epi16(1), lows);
        v = gather_16(_mm512_maskz_expand_epi16(high, v), high);
        v = _mm512_maskz_compress_epi16(_bzhi_u32(~high, n), v);
        _mm512_storeu_si512(out + (size_t)p->zeros * 2, v);
        uint32_t ones = (uint32_t)_mm_popcnt_u32(high);
        p->bit += n;
        p->ones += ones;
        p->zeros += n - ones;
    }
    return p->ones == m ? 0 : -1;
}

/* Makes n bytes of two buckets of 4 passages each, from 2 n bytes of one. */
AVX512 static inline void pair_buckets(uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += 32) {
        __m512i v = _mm512_maddubs_epi16(_mm512_loadu_si512(bytes + (size_t)i * 2),
                                         _mm512_set1_epi16(0x1001));
        _mm256_storeu_si256((__m256i *)(void *)(bytes + i), _mm512_cvtepi16_epi8(v));
    }
}

AVX512 static inline void clear_128(uint8_t *bytes)
{
    _mm512_storeu_si512(bytes, _mm512_setzero_si512());
    _mm512_storeu_si512(bytes + 64, _mm512_setzero_si512());
}

AVX512 static int elias_fano_avx512(const quern_block *block, const uint8_t *in, uint64_t *bits,
                                    ptrdiff_t at)
{
    uint64_t room[8 + QUERN_BLOCK_BITS_RANGE / 4 / 8 + ROOM_SLACK];
    uint8_t *made = (uint8_t *)(room + 8);
    uint32_t m = block->n - 1;
    uint32_t range = block->last - block->base;
    int low = block->form & 63;
    uint32_t n_buckets = ((range - 1) >> low) + 1;
    parts p = {in, in + (m + n_buckets - 1 + 7) / 8, m + n_buckets, 0, 0, 0};
    int bad = low == 2   ? buckets_8(&p, m, 2, made)
              : low == 3 ? buckets_8(&p, m, 3, made)
                         : buckets_16(&p, m, made);
    if (bad) {
        return -1;
    }
    clear_128(made + ((size_t)n_buckets << (low == 4)));
    if (low == 2) {
        pair_buckets(made, n_buckets / 2 + 1);
        clear_128(made + n_buckets / 2 + 1);
    }
    made[range >> 3] = (uint8_t)(made[range >> 3] | 1u << (range & 7));
    room[7] = 0;
    uint64_t *out = bits + (at >> 6);
    uint32_t n_words = (range + (uint32_t)(at & 63)) / 64 + 1;
    __m512i shift = _mm512_set1_epi64(at & 63);
    __m512i begun = _mm512_zextsi128_si512(_mm_loadu_si64(out));
    for (uint32_t i = 0; i < n_words; i += 8) {
        __m512i v = _mm512_shldv_epi64(_mm512_loadu_si512(room + 8 + i),
                                       _mm512_loadu_si512(room + 7 + i), shift);
        _mm512_storeu_si512(out + i, _mm512_or_si512(v, begun));
        begun = _mm512_setzero_si512();
    }
    return 0;
}

#endif

int quern_block_bits(const quern_block *block, const uint8_t *in, uint64_t *bits, ptrdiff_t at)
{
    uint32_t range = block->last - block->base;
    unsigned low = block->form & 63;
    assert(range < QUERN_BLOCK_BITS_RANGE);
    if (block->n == 1) {
        set_bit(bits, at + (ptrdiff_t)range);
        return 0;
    }
#ifdef QUERN_BLOCK_VECTOR
    quern_cpu_level level = quern_cpu_get_level();
    if (level == QUERN_CPU_AVX512 && low == QUERN_BLOCK_BITMAP && range <= BITMAP_RANGE) {
        return bitmap_avx512(block, in, bits, at);
    }
    if (level == QUERN_CPU_AVX512 && low >= LOW_MIN && low <= LOW_MAX) {
        return elias_fano_avx512(block, in, bits, at);
    }
    if (level != QUERN_CPU_SCALAR && low == QUERN_BLOCK_BITMAP) {
        return bitmap_avx2(block, in, bits, at);
    }
#endif
    return low == QUERN_BLOCK_BITMAP ? bitmap_plain(block, in, bits, at)
                                     : decode_and_set(block, in, bits, at);
}

int quern_block_bitmaps(quern_block_run *run)
{
#ifdef QUERN_BLOCK_VECTOR
    if (quern_cpu_get_level() == QUERN_CPU_AVX512) {
        return bitmaps_avx512(run);
    }
#endif
    (void)run;
    return 0;
}
