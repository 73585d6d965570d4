/* SPDX-License-Identifier: MIT */
/* bitset - see bitset.h. Loops over vectors of 8 words, which the compiler makes of whatever
 * registers it may use: those of the processor it is run on, told function by function. */
#include "query/bitset.h"

#include "base/cpu.h"

#include <string.h>

typedef uint64_t vector __attribute__((vector_size(64), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))

enum { SUMS = 2048 };

typedef enum op { UNITE, INTERSECT, SUBTRACT } op;

INLINE int combine(uint64_t *set, uint64_t *other, size_t n, op how)
{
    vector any = {0};
    const vector none = {0};
    for (size_t i = 0; i < n; i += QUERN_BITSET_STEP) {
        vector *a = (vector *)(set + i);
        vector *b = (vector *)(other + i);
        vector v = how == UNITE ? *a | *b : how == INTERSECT ? *a & *b : *a & ~*b;
        any |= v;
        *a = v;
        *b = none;
    }
    uint64_t words[QUERN_BITSET_STEP];
    memcpy(words, &any, sizeof words);
    return (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] |
            words[7]) != 0;
}

/* The bits of each byte are counted in vectors, the sums of bytes as words. */
INLINE uint64_t count_bytes(const uint64_t *set, size_t n)
{
    const vector ones = (vector){0} + 0x5555555555555555u;
    const vector twos = (vector){0} + 0x3333333333333333u;
    const vector fours = (vector){0} + 0x0F0F0F0F0F0F0F0Fu;
    const vector bytes = (vector){0} + 0x00FF00FF00FF00FFu;
    vector sum = {0}; /* four numbers of 16 bits in each word, each at most 16 times SUMS */
    uint64_t total = 0;
    const size_t most = (size_t)SUMS * QUERN_BITSET_STEP;
    for (size_t i = 0; i < n;) {
        size_t end = n - i > most ? i + most : n;
        for (; i < end; i += QUERN_BITSET_STEP) {
            vector v = *(const vector *)(set + i);
            v -= v >> 1 & ones;
            v = (v & twos) + (v >> 2 & twos);
            v = (v + (v >> 4)) & fours;
            sum += (v & bytes) + (v >> 8 & bytes);
        }
        uint64_t words[QUERN_BITSET_STEP];
        memcpy(words, &sum, sizeof words);
        for (size_t k = 0; k < QUERN_BITSET_STEP; k++) {
            total += (words[k] & 0xFFFF) + (words[k] >> 16 & 0xFFFF) + (words[k] >> 32 & 0xFFFF) +
                     (words[k] >> 48);
        }
        sum = (vector){0};
    }
    return total;
}

/* The three levels of each. */

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq")))

AVX2 static int combine_avx2(uint64_t *set, uint64_t *other, size_t n, op how)
{
    return how == UNITE       ? combine(set, other, n, UNITE)
           : how == INTERSECT ? combine(set, other, n, INTERSECT)
                              : combine(set, other, n, SUBTRACT);
}

AVX512 static int combine_avx512(uint64_t *set, uint64_t *other, size_t n, op how)
{
    return how == UNITE       ? combine(set, other, n, UNITE)
           : how == INTERSECT ? combine(set, other, n, INTERSECT)
                              : combine(set, other, n, SUBTRACT);
}

AVX2 static uint64_t count_avx2(const uint64_t *set, size_t n)
{
    return count_bytes(set, n);
}

AVX512 static uint64_t count_avx512(const uint64_t *set, size_t n)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += QUERN_BITSET_STEP) {
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_loadu_si512(set + i)));
    }
    return (uint64_t)_mm512_reduce_add_epi64(sum);
}

#endif

static int run(uint64_t *set, uint64_t *other, size_t n, op how)
{
#if defined(__x86_64__) && defined(__GNUC__)
    quern_cpu_level level = quern_cpu_get_level();
    if (level != QUERN_CPU_SCALAR) {
        return level == QUERN_CPU_AVX2 ? combine_avx2(set, other, n, how)
                                       : combine_avx512(set, other, n, how);
    }
#endif
    return combine(set, other, n, how);
}

uint64_t quern_bitset_count(const uint64_t *set, size_t n)
{
#if defined(__x86_64__) && defined(__GNUC__)
    quern_cpu_level level = quern_cpu_get_level();
    if (level != QUERN_CPU_SCALAR) {
        return level == QUERN_CPU_AVX2 ? count_avx2(set, n) : count_avx512(set, n);
    }
#endif
    return count_bytes(set, n);
}

void quern_bitset_clear(uint64_t *set, size_t n)
{
    memset(set, 0, n * sizeof *set);
}

void quern_bitset_unite(uint64_t *set, uint64_t *other, size_t n)
{
    run(set, other, n, UNITE);
}

int quern_bitset_intersect(uint64_t *set, uint64_t *other, size_t n)
{
    return run(set, other, n, INTERSECT);
}

void quern_bitset_subtract(uint64_t *set, uint64_t *other, size_t n)
{
    run(set, other, n, SUBTRACT);
}
