/* SPDX-License-Identifier: MIT */
/* topk_keys - see topk_keys.h. Quicksort (Hoare 1961) whose partition compares eight keys at once:
 * what is not below the pivot is packed in place, the rest beside it and then copied behind. Of up
 * to 16 keys each is put where the number of better ones says. */
#include "query/topk_keys.h"

#include "base/cpu.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl")))

enum { FEW = 16 };

/* Returns -1 where a score does not fit. */
AVX512 static int make_keys(const quern_scored *items, size_t n, uint64_t *keys)
{
    const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
    const __m512i low = _mm512_set1_epi64(UINT32_MAX);
    __m512i all = _mm512_setzero_si512();
    uint64_t rest = 0;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        __m512i a = _mm512_loadu_si512(items + i);
        __m512i b = _mm512_loadu_si512(items + i + 4);
        __m512i scores = _mm512_permutex2var_epi64(a, even, b);
        __m512i passages = _mm512_permutex2var_epi64(a, odd, b);
        all = _mm512_or_si512(all, scores);
        _mm512_storeu_si512(keys + i, _mm512_or_si512(_mm512_slli_epi64(scores, 32),
                                                      _mm512_andnot_si512(passages, low)));
    }
    for (; i < n; i++) {
        rest |= (uint64_t)items[i].score;
        keys[i] = (uint64_t)items[i].score << 32 | ~items[i].passage;
    }
    return (rest | (uint64_t)_mm512_reduce_or_epi64(all)) >> 32 ? -1 : 0;
}

static void make_items(const uint64_t *keys, size_t n, quern_scored *items)
{
    for (size_t i = 0; i < n; i++) {
        items[i].score = (int64_t)(keys[i] >> 32);
        items[i].passage = ~(uint32_t)keys[i];
    }
}

/* The first n of eight, all where n is more. */
static inline __mmask8 first(size_t n)
{
    return (__mmask8)(n < 8 ? (1u << n) - 1 : 255u);
}

/* Moves the keys that are not below the pivot to the front; returns how many. */
AVX512 static size_t partition(uint64_t *keys, size_t n, uint64_t pivot, uint64_t *spare)
{
    const __m512i than = _mm512_set1_epi64((long long)pivot);
    size_t left = 0;
    size_t right = 0;
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 here = first(n - i);
        __m512i v = _mm512_maskz_loadu_epi64(here, keys + i);
        __mmask8 high = _mm512_mask_cmpge_epu64_mask(here, v, than);
        __mmask8 low = here & (__mmask8)~high;
        unsigned n_high = (unsigned)_mm_popcnt_u32(high);
        _mm512_mask_storeu_epi64(keys + left, first(n_high), _mm512_maskz_compress_epi64(high, v));
        _mm512_storeu_si512(spare + right, _mm512_maskz_compress_epi64(low, v));
        left += n_high;
        right += (unsigned)_mm_popcnt_u32(low);
    }
    memcpy(keys + left, spare, right * sizeof *keys);
    return left;
}

/* Sorts n keys, at most FEW. */
AVX512 static void sort_few(uint64_t *keys, size_t n)
{
    uint64_t values[FEW];
    uint64_t ranks[FEW];
    __m512i a = _mm512_maskz_loadu_epi64(first(n), keys);
    __m512i b = _mm512_maskz_loadu_epi64(first(n > 8 ? n - 8 : 0), keys + 8);
    __m512i one = _mm512_set1_epi64(1);
    __m512i a_rank = _mm512_setzero_si512();
    __m512i b_rank = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i++) {
        __m512i key = _mm512_set1_epi64((long long)keys[i]);
        a_rank = _mm512_mask_add_epi64(a_rank, _mm512_cmplt_epu64_mask(a, key), a_rank, one);
        b_rank = _mm512_mask_add_epi64(b_rank, _mm512_cmplt_epu64_mask(b, key), b_rank, one);
    }
    _mm512_storeu_si512(values, a);
    _mm512_storeu_si512(values + 8, b);
    _mm512_storeu_si512(ranks, a_rank);
    _mm512_storeu_si512(ranks + 8, b_rank);
    for (size_t i = 0; i < n; i++) {
        keys[ranks[i]] = values[i];
    }
}

/* The middle one of three; never the highest nor the lowest of all, as no two are the same. */
static uint64_t choose_pivot(const uint64_t *keys, size_t n)
{
    uint64_t a = keys[0];
    uint64_t b = keys[n / 2];
    uint64_t c = keys[n - 1];
    uint64_t low = a < b ? a : b;
    uint64_t high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

static void select_keys(uint64_t *keys, size_t n, size_t k, uint64_t *spare)
{
    while (n > FEW) {
        size_t left = partition(keys, n, choose_pivot(keys, n), spare);
        if (k <= left) {
            n = left;
        } else {
            keys += left;
            n -= left;
            k -= left;
        }
    }
    sort_few(keys, n);
}

/* The longer part in the loop, so that few calls are open at a time. */
static void sort_keys(uint64_t *keys, size_t n, uint64_t *spare)
{
    while (n > FEW) {
        size_t left = partition(keys, n, choose_pivot(keys, n), spare);
        int is_long = left > n / 2;
        sort_keys(is_long ? keys + left : keys, is_long ? n - left : left, spare);
        keys += is_long ? 0 : left;
        n = is_long ? left : n - left;
    }
    sort_few(keys, n);
}

static int is_able(void)
{
    return quern_cpu_get_level() == QUERN_CPU_AVX512;
}

int quern_topk_keys_select(quern_scored *items, size_t n, size_t k, uint64_t *room)
{
    if (!is_able() || make_keys(items, n, room)) {
        return -1;
    }
    select_keys(room, n, k, room + n);
    make_items(room, k, items);
    return 0;
}

int quern_topk_keys_sort(quern_scored *items, size_t n, uint64_t *room)
{
    if (!is_able() || make_keys(items, n, room)) {
        return -1;
    }
    sort_keys(room, n, room + n);
    make_items(room, n, items);
    return 0;
}

#else

int quern_topk_keys_select(quern_scored *items, size_t n, size_t k, uint64_t *room)
{
    (void)items, (void)n, (void)k, (void)room;
    return -1;
}

int quern_topk_keys_sort(quern_scored *items, size_t n, uint64_t *room)
{
    (void)items, (void)n, (void)room;
    return -1;
}

#endif
