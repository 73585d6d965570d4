/* SPDX-License-Identifier: MIT */
/* places_vector - where the positions of postings stand, by AVX-512; see places.h. */
#include "index/places.h"

#include "index/bits.h"
#include "index/block_vector.h"

#ifdef QUERN_BLOCK_VECTOR

#include <immintrin.h>
#include <string.h>

#define AVX512                                                                                     \
    __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,avx512f,avx512bw,avx512vl,avx512vbmi,"       \
                          "avx512vbmi2")))

enum {
    WORDS = 8,          /* of a bitmap */
    PROBES = 2,         /* candidates that are looked for before a block is decoded */
    ROOM = 128 + 2 * 64 /* bytes of 128 postings, and what is written behind them */
};

AVX512 static inline __m512i count_up(void)
{
    return _mm512_set_epi64(0x3F3E3D3C3B3A3938, 0x3736353433323130, 0x2F2E2D2C2B2A2928,
                            0x2726252423222120, 0x1F1E1D1C1B1A1918, 0x1716151413121110,
                            0x0F0E0D0C0B0A0908, 0x0706050403020100);
}

/* ---- Frequencies ---- */

/* As far as n of them. */
AVX512 static int unary_tfs(const uint8_t *in, size_t len, uint32_t n, uint8_t *out)
{
    uint8_t ones[64 + ROOM];
    uint32_t k = 0;
    ones[63] = 255;
    for (uint64_t at = 0; k < n; at += 64) {
        if (at >= (uint64_t)len * 8) {
            return -1;
        }
        uint64_t left = (uint64_t)len * 8 - at;
        uint64_t word = quern_load64(in + at / 8);
        word = left < 64 ? _bzhi_u64(word, (uint32_t)left) : word;
        if (word == 0) {
            return -1; /* a frequency that could be above 255 */
        }
        __m512i v = _mm512_maskz_compress_epi8(word, count_up());
        _mm512_storeu_si512(ones + 64 + k, _mm512_add_epi8(v, _mm512_set1_epi8((char)at)));
        k += (uint32_t)_mm_popcnt_u64(word);
    }
    for (uint32_t i = 0; i < n; i += 64) {
        __m512i v = _mm512_loadu_si512(ones + 64 + i);
        _mm512_storeu_si512(out + i, _mm512_sub_epi8(v, _mm512_loadu_si512(ones + 63 + i)));
    }
    return 0;
}

AVX512 static int nibble_tfs(const quern_block *block, const uint8_t *in, size_t len, uint8_t *out)
{
    uint32_t n_map = (block->n + 7) / 8;
    if (len < n_map) {
        return -1;
    }
    uint64_t a = quern_load64(in);
    uint64_t b = n_map > 8 ? quern_load64(in + 8) : 0;
    a = block->n < 64 ? _bzhi_u64(a, block->n) : a;
    b = block->n > 64 && block->n < 128 ? _bzhi_u64(b, block->n - 64) : b;
    uint32_t n_a = (uint32_t)_mm_popcnt_u64(a);
    uint32_t n = n_a + (uint32_t)_mm_popcnt_u64(b);
    if (len - n_map < (n + 1) / 2) {
        return -1;
    }
    uint8_t nibbles[128 + 64];
    __m512i pairs = _mm512_loadu_si512(in + n_map);
    for (uint32_t i = 0; i < 128; i += 64) {
        __m512i v = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(pairs));
        v = _mm512_or_si512(v, _mm512_slli_epi16(v, 4));
        _mm512_storeu_si512(nibbles + i, _mm512_and_si512(v, _mm512_set1_epi8(15)));
        pairs = _mm512_shuffle_i64x2(pairs, pairs, 0x4E);
    }
    __m512i one = _mm512_set1_epi8(1);
    __m512i v = _mm512_maskz_expand_epi8(a, _mm512_loadu_si512(nibbles));
    __m512i w = _mm512_maskz_expand_epi8(b, _mm512_loadu_si512(nibbles + n_a));
    __m512i most = _mm512_set1_epi8(15);
    if (_mm512_cmpeq_epi8_mask(v, most) | _mm512_cmpeq_epi8_mask(w, most)) {
        return -1;
    }
    v = _mm512_mask_add_epi8(one, a, v, _mm512_set1_epi8(2));
    w = _mm512_mask_add_epi8(one, b, w, _mm512_set1_epi8(2));
    _mm512_storeu_si512(out, v);
    _mm512_storeu_si512(out + 64, w);
    return 0;
}

AVX512 static int list_tfs(const quern_block *block, const uint8_t *in, size_t len, uint8_t *out)
{
    uint8_t excess[ROOM];
    uint32_t k = len > 0 ? in[0] : 0;
    _mm512_storeu_si512(out, _mm512_set1_epi8(1));
    _mm512_storeu_si512(out + 64, _mm512_set1_epi8(1));
    if (k == 0 || k > block->n || len < 1 + (size_t)k ||
        unary_tfs(in + 1 + k, len - 1 - k, k, excess)) {
        return -1;
    }
    uint32_t bad = 0;
    for (uint32_t i = 0; i < k; i++) {
        bad |= (uint32_t)(in[1 + i] >= block->n);
        out[in[1 + i] & 127] = (uint8_t)(excess[i] + 1);
    }
    return bad ? -1 : 0;
}

/* The frequencies of the first n postings. */
AVX512 static int tfs_of(const quern_places_source *s, uint32_t n, uint8_t *out)
{
    const quern_block *block = &s->at->block;
    size_t len = (size_t)(s->at->end - s->tf_at);
    switch (block->form >> 6) {
    case QUERN_TFS_NONE:
        _mm512_storeu_si512(out, _mm512_set1_epi8(1));
        _mm512_storeu_si512(out + 64, _mm512_set1_epi8(1));
        return 0;
    case QUERN_TFS_UNARY:
        return unary_tfs(s->tf_at, len, n, out);
    case QUERN_TFS_LIST:
        return list_tfs(block, s->tf_at, len, out);
    default:
        return nibble_tfs(block, s->tf_at, len, out);
    }
}

/* ---- Widths ---- */

/* Those of a frequency that has ranks: a row of the table. */
AVX512 static inline __m512i look_up(uint32_t tf, __m512i len, __mmask64 is_long)
{
    const uint8_t *table = quern_positions_widths[tf - 1];
    __m512i v =
        _mm512_permutex2var_epi8(_mm512_loadu_si512(table), len, _mm512_loadu_si512(table + 64));
    if (is_long) {
        __m512i w = _mm512_permutex2var_epi8(_mm512_loadu_si512(table + 128), len,
                                             _mm512_loadu_si512(table + 192));
        v = _mm512_mask_blend_epi8(is_long, v, w);
    }
    return v;
}

/* The widths of those of 64 postings that are wanted, 0 for the others. Elias-Fano takes tf (l + 1)
 * + (u >> l) bits, where tf << l is the largest that is not above u = len - tf. */
AVX512 static inline int widths_of(const uint8_t *tfs, const uint8_t *lens, __mmask64 wanted,
                                   uint8_t *out)
{
    __m512i tf = _mm512_maskz_loadu_epi8(wanted, tfs);
    __m512i len = _mm512_maskz_loadu_epi8(wanted, lens);
    __mmask64 is_long = _mm512_movepi8_mask(len);
    if (_mm512_mask_cmpgt_epu8_mask(wanted, tf, _mm512_max_epu8(len, _mm512_set1_epi8(1)))) {
        return -1;
    }
    __m512i width = _mm512_maskz_mov_epi8(wanted, look_up(1, len, is_long));
    __mmask64 above = _mm512_cmpgt_epu8_mask(tf, _mm512_set1_epi8(1));
    if (!above) {
        _mm512_storeu_si512(out, width);
        return 0;
    }
    __mmask64 three = _mm512_cmpeq_epi8_mask(tf, _mm512_set1_epi8(3));
    __mmask64 many = _mm512_cmpgt_epu8_mask(tf, _mm512_set1_epi8(3));
    width = _mm512_mask_mov_epi8(width, above, look_up(2, len, is_long));
    width = _mm512_mask_mov_epi8(width, three, look_up(3, len, is_long));
    if (many) {
        __m512i u = _mm512_sub_epi8(len, tf);
        __m512i v = tf;
        __m512i sum = tf;
        __m512i high = u;
        for (;;) {
            v = _mm512_adds_epu8(v, v);
            __mmask64 fits = _mm512_mask_cmpge_epu8_mask(many, u, v);
            if (!fits) {
                break;
            }
            sum = _mm512_mask_add_epi8(sum, fits, sum, tf);
            __m512i half = _mm512_and_si512(_mm512_srli_epi16(high, 1), _mm512_set1_epi8(0x7F));
            high = _mm512_mask_mov_epi8(high, fits, half);
        }
        width = _mm512_mask_add_epi8(width, many, sum, high);
    }
    _mm512_storeu_si512(out, width);
    return 0;
}

AVX512 static inline uint32_t sum_before(const uint8_t *widths, uint32_t n)
{
    __mmask64 low = n < 64 ? _bzhi_u64(~(uint64_t)0, n) : ~(uint64_t)0;
    __mmask64 high = n > 64 ? _bzhi_u64(~(uint64_t)0, n - 64) : 0;
    __m512i a = _mm512_sad_epu8(_mm512_maskz_loadu_epi8(low, widths), _mm512_setzero_si512());
    __m512i b = _mm512_sad_epu8(_mm512_maskz_loadu_epi8(high, widths + 64), _mm512_setzero_si512());
    return (uint32_t)_mm512_reduce_add_epi64(_mm512_add_epi64(a, b));
}

/* ---- Passages ---- */

/* Finds candidates in a bitmap. The words are bits of passages from the block's base on. */
AVX512 static uint32_t meet_bits(const uint64_t *words, uint32_t n_words, uint32_t base,
                                 const uint32_t *wanted, uint32_t n, quern_block_met *met)
{
    uint32_t before[WORDS];
    uint32_t sum = 0;
    uint32_t k = 0;
    for (uint32_t w = 0; w < n_words; w++) {
        before[w] = sum;
        sum += (uint32_t)_mm_popcnt_u64(words[w]);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = wanted[i] - base;
        uint64_t word = words[v >> 6 & (WORDS - 1)];
        uint64_t below = _bzhi_u64(word, v & 63);
        met->which[k] = (uint8_t)i;
        met->at[k] = (uint8_t)(before[v >> 6 & (WORDS - 1)] + (uint32_t)_mm_popcnt_u64(below));
        k += (uint32_t)(word >> (v & 63) & 1);
    }
    return k;
}

/* Lengths of the first n postings of a bitmap. */
AVX512 static void pick_lens(const uint64_t *words, const uint8_t *lengths, uint32_t n,
                             uint8_t *out)
{
    for (uint32_t k = 0; k < n; words++, lengths += 64) {
        __m512i v = _mm512_maskz_loadu_epi8((__mmask64)*words, lengths);
        _mm512_storeu_si512(out + k, _mm512_maskz_compress_epi8(*words, v));
        k += (uint32_t)_mm_popcnt_u64(*words);
    }
}

/* Loads a bitmap of at most 512 passages with its last one. */
AVX512 static int load_bitmap(const quern_block *block, const uint8_t *in, uint64_t *words)
{
    uint32_t range = block->last - block->base;
    uint64_t n_bytes = (range + 7) / 8;
    __m512i v = _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, (uint32_t)n_bytes), in);
    _mm512_storeu_si512(words, v);
    words[range >> 6] = _bzhi_u64(words[range >> 6], range & 63) | (uint64_t)1 << (range & 63);
    uint32_t sum = 0;
    for (uint32_t w = 0; w <= range >> 6; w++) {
        sum += (uint32_t)_mm_popcnt_u64(words[w]);
    }
    return sum == block->n ? 0 : -1;
}

/* A block while it is read. */
typedef struct work {
    uint64_t words[WORDS]; /* of a bitmap */
    int is_bitmap;
    const uint32_t *decoded; /* otherwise: its passages */
    uint32_t passages[QUERN_BLOCK];
    uint8_t tfs[ROOM], lens[ROOM], widths[ROOM];
} work;

static int has_any(const quern_block *block, const uint8_t *in, const uint32_t *wanted, uint32_t n)
{
    uint32_t at = QUERN_BLOCK;
    for (uint32_t i = 0; i < n && at == QUERN_BLOCK; i++) {
        at = quern_block_find(block, in, wanted[i]);
    }
    return at < QUERN_BLOCK;
}

/* Finds the candidates that are there. */
AVX512 static int meet(work *w, const quern_places_source *s, const uint32_t *wanted, uint32_t n,
                       quern_block_met *met, uint32_t *n_met)
{
    const quern_block *block = &s->at->block;
    uint32_t range = block->last - block->base;
    w->is_bitmap = (block->form & 63) == QUERN_BLOCK_BITMAP && range < 64 * WORDS;
    if (w->is_bitmap) {
        if (load_bitmap(block, s->at->in, w->words)) {
            return -1;
        }
        *n_met = meet_bits(w->words, (range >> 6) + 1, block->base, wanted, n, met);
        return 0;
    }
    w->decoded = s->passages;
    if (!w->decoded) {
        if (n <= PROBES && !has_any(block, s->at->in, wanted, n)) {
            *n_met = 0;
            return 0;
        }
        if (quern_block_passages(block, s->at->in, w->passages)) {
            return -1;
        }
        for (uint32_t k = block->n; k < QUERN_BLOCK; k++) {
            w->passages[k] = UINT32_MAX;
        }
        w->decoded = w->passages;
    }
    *n_met = quern_block_meet(w->decoded, wanted, n, met);
    return 0;
}

/* Finds frequencies, lengths and widths of the first n postings. */
AVX512 static int measure(work *w, const quern_places_source *s, uint32_t n)
{
    uint32_t bad = 0;
    memset(w->lens, 0, sizeof w->lens);
    if (tfs_of(s, n, w->tfs)) {
        return -1;
    }
    if (w->is_bitmap) {
        pick_lens(w->words, s->lengths + s->at->block.base, n, w->lens);
    } else {
        for (uint32_t k = 0; k < n; k++) {
            w->lens[k] = s->lengths[w->decoded[k]];
        }
    }
    for (uint32_t i = 0; i < n; i += 64) {
        __mmask64 its = n - i < 64 ? _bzhi_u64(~(uint64_t)0, n - i) : ~(uint64_t)0;
        bad |= (uint32_t)widths_of(w->tfs + i, w->lens + i, its, w->widths + i);
    }
    return bad ? -1 : 0;
}

AVX512 int quern_places_avx512(const quern_places_source *s, const uint32_t *wanted, uint32_t n,
                               quern_block_met *met, uint32_t *n_met, quern_place *out)
{
    work w;
    if (meet(&w, s, wanted, n, met, n_met)) {
        return -1;
    }
    if (*n_met == 0) {
        return 0;
    }
    uint32_t needed = met->at[*n_met - 1] + 1u;
    uint64_t n_bits = (uint64_t)(s->at->positions_end - s->at->positions) * 8;
    if (measure(&w, s, needed) || (n_bits > 0 && sum_before(w.widths, needed) > n_bits)) {
        return -1;
    }
    for (uint32_t k = 0; k < *n_met; k++) {
        uint32_t at = met->at[k];
        uint32_t bit = n_bits > 0 ? sum_before(w.widths, at) : QUERN_PLACES_NO_BYTES;
        out[k] = (quern_place){s->at->positions, bit, w.tfs[at], w.lens[at] > 0 ? w.lens[at] : 1};
    }
    return 0;
}

#else
typedef int quern_places_vector_none; /* an empty file is not C */
#endif
