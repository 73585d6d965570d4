/* SPDX-License-Identifier: MIT */
/* cpu - see cpu.h. The compiler's own test is used, which also asks whether the operating system
 * saves the wide registers. */
#include "base/cpu.h"

#include <stdatomic.h>

static atomic_int known; /* level + 1; 0: not asked yet */

static quern_cpu_level find_level(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt")) {
        return QUERN_CPU_SCALAR;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vpopcntdq")) {
        return QUERN_CPU_AVX512;
    }
    return QUERN_CPU_AVX2;
#else
    return QUERN_CPU_SCALAR;
#endif
}

quern_cpu_level quern_cpu_get_level(void)
{
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level == 0) {
        level = (int)find_level() + 1;
        atomic_store_explicit(&known, level, memory_order_relaxed);
    }
    return (quern_cpu_level)(level - 1);
}

quern_cpu_level quern_cpu_limit(quern_cpu_level most)
{
    quern_cpu_level level = find_level();
    level = level < most ? level : most;
    atomic_store_explicit(&known, (int)level + 1, memory_order_relaxed);
    return level;
}
