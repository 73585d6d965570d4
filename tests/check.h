/* SPDX-License-Identifier: MIT */
/* check - rows that name themselves in CUnit's failures, and the main of a test program.
 *
 * A test program has one suite per source file. Its table of tests ends with CU_TEST_INFO_NULL; the
 * program ends with QUERN_TEST_MAIN("folder/file", tests). Set QUERN_TEST_SEED to repeat a random
 * test; every random test prints its seed.
 */
#ifndef QUERN_TESTS_CHECK_H
#define QUERN_TESTS_CHECK_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Fails with the row's name when `cond` does not hold. */
#define CHECK_ROW(row, cond)                                                                       \
    do {                                                                                           \
        char check_msg_[512];                                                                      \
        int check_ok_ = !!(cond);                                                                  \
        snprintf(check_msg_, sizeof check_msg_, "[%.300s] %.200s", (row), #cond);                  \
        CU_assertImplementation(check_ok_ ? CU_TRUE : CU_FALSE, __LINE__, check_msg_, __FILE__,    \
                                "", CU_FALSE);                                                     \
    } while (0)

#define CHECK(cond) CU_ASSERT(cond)

/* A small random generator (splitmix64; Steele, Lea, Flood 2014): the same numbers everywhere. */
static inline uint64_t check_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* The seed of this run: $QUERN_TEST_SEED, or `fallback`. Prints it. */
static inline uint64_t check_seed(uint64_t fallback)
{
    const char *text = getenv("QUERN_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : fallback;
    printf("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static inline int check_main(const char *name, CU_TestInfo *tests)
{
    CU_SuiteInfo suites[] = {{.pName = name, .pTests = tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        fprintf(stderr, "%s: %s\n", name, CU_get_error_msg());
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    unsigned run = CU_get_number_of_asserts();
    CU_cleanup_registry();
    return failures > 0 || run == 0;
}

#define QUERN_TEST_MAIN(name, tests)                                                               \
    int main(void)                                                                                 \
    {                                                                                              \
        return check_main(name, tests);                                                            \
    }

#endif
