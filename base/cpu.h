/* SPDX-License-Identifier: MIT */
/* cpu - which vector instructions this processor has, of the three levels that kernels are written
 * for. Asked once; the answer is kept in one atomic integer, which every thread would set alike.
 *
 * Kernels of all levels give the same bits; where arithmetic could round otherwise, as in scores,
 * there is one version alone.
 */
#ifndef QUERN_BASE_CPU_H
#define QUERN_BASE_CPU_H

typedef enum quern_cpu_level {
    QUERN_CPU_SCALAR, /* any processor */
    QUERN_CPU_AVX2,   /* AVX2, BMI1, BMI2 and POPCNT */
    QUERN_CPU_AVX512  /* those, and AVX-512 F, BW, VL, VBMI, VBMI2 and VPOPCNTDQ */
} quern_cpu_level;

quern_cpu_level quern_cpu_get_level(void);

/* For tests: no higher level than `most` is used from now on. Returns the level in use. */
quern_cpu_level quern_cpu_limit(quern_cpu_level most);

#endif
