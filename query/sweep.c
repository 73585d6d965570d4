/* SPDX-License-Identifier: MIT */
/* sweep - see sweep.h. With AVX-512, 16 scores are compared at once and what reaches is moved
 * together in a register (compressing into memory is slow on some processors); instruction sets are
 * named function by function, so the file is compiled for any processor. */
#include "query/sweep.h"

#include "base/cpu.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_AVX512
#include <immintrin.h>
#endif

/* Takes 64 bits of matches out of the window; returns those that are alive. */
static inline uint64_t take_bits(const quern_window *window, quern_sweep *s)
{
    uint8_t *at = window->bits + s->at / 8;
    uint64_t bits = quern_load64(at);
    memset(at, 0, 8);
    if (s->dead) {
        uint8_t dead[8] = {0};
        size_t from = (window->base + s->at) >> 3;
        memcpy(dead, s->dead + from, s->dead_len - from < 8 ? s->dead_len - from : 8);
        bits &= ~quern_load64(dead);
    }
    return bits;
}

/* The next 64 passages that something matched in; 0: there are none, or there is no room. */
static inline int find_bits(const quern_window *window, quern_sweep *s)
{
    while (s->at < s->end && quern_load64(window->bits + s->at / 8) == 0) {
        s->at += QUERN_SWEEP_STEP;
    }
    return s->at < s->end && s->cap - s->n >= QUERN_SWEEP_STEP;
}

static void sweep_plain(quern_window *window, quern_sweep *s)
{
    for (; find_bits(window, s); s->at += QUERN_SWEEP_STEP) {
        int32_t *scores = window->scores.narrow + s->at;
        uint64_t bits = take_bits(window, s);
        s->n_matched += quern_window_count(bits);
        bits &= quern_window_reach(window, s->at, s->low);
        for (; bits; bits &= bits - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(bits);
            s->passages[s->n] = window->base + s->at + i;
            s->scores[s->n++] = scores[i];
        }
        memset(scores, 0, QUERN_SWEEP_STEP * sizeof *scores);
    }
}

#ifdef HAS_AVX512
#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl")))

/* Which of 64 scores are at least `low`. */
AVX512 static inline uint64_t reach_avx512(const int32_t *scores, __m512i low)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < QUERN_SWEEP_STEP; i += 16) {
        out |= (uint64_t)_mm512_cmpge_epi32_mask(_mm512_loadu_si512(scores + i), low) << i;
    }
    return out;
}

AVX512 static void sweep_avx512(quern_window *window, quern_sweep *s)
{
    const __m512i count = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    int32_t low32 = s->low < INT32_MIN ? INT32_MIN : (int32_t)s->low;
    uint64_t any = s->low > INT32_MAX ? 0 : UINT64_MAX;
    const __m512i low = _mm512_set1_epi32(low32);
    for (; find_bits(window, s); s->at += QUERN_SWEEP_STEP) {
        int32_t *scores = window->scores.narrow + s->at;
        uint64_t bits = take_bits(window, s);
        s->n_matched += (uint64_t)_mm_popcnt_u64(bits);
        bits &= reach_avx512(scores, low) & any;
        if (bits) {
            uint32_t n = s->n;
            uint32_t *passages = s->passages;
            int32_t *out = s->scores;
            __m512i at = _mm512_add_epi32(_mm512_set1_epi32((int)(window->base + s->at)), count);
            for (unsigned i = 0; i < QUERN_SWEEP_STEP; i += 16, bits >>= 16) {
                __mmask16 wanted = (__mmask16)bits;
                __m512i v = _mm512_loadu_si512(scores + i);
                _mm512_storeu_si512(out + n, _mm512_maskz_compress_epi32(wanted, v));
                _mm512_storeu_si512(passages + n, _mm512_maskz_compress_epi32(wanted, at));
                at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
                n += (uint32_t)_mm_popcnt_u32(wanted);
            }
            s->n = n;
        }
        for (unsigned i = 0; i < QUERN_SWEEP_STEP; i += 16) {
            _mm512_storeu_si512(scores + i, _mm512_setzero_si512());
        }
    }
}
#endif

void quern_window_sweep(quern_window *window, quern_sweep *sweep)
{
#ifdef HAS_AVX512
    if (quern_cpu_get_level() >= QUERN_CPU_AVX512) {
        sweep_avx512(window, sweep);
        return;
    }
#endif
    sweep_plain(window, sweep);
}
