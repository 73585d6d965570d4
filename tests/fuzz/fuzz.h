/* SPDX-License-Identifier: MIT */
/* fuzz - what the fuzz targets of this folder share.
 *
 * Each target is LLVMFuzzerTestOneInput, which reads bytes of any kind and calls fuzz_fail where
 * what must hold does not. Two mains drive it: libFuzzer's, under the sanitizers,
 *
 *     clang -fsanitize=fuzzer,address,undefined ... && ./html_fuzz tests/fuzz/corpus/html
 *
 * and that of replay.c, which any compiler builds and which runs each file of the folders it is
 * given once: so the corpora are part of every test run. A finding becomes a file there.
 */
#ifndef QUERN_TESTS_FUZZ_FUZZ_H
#define QUERN_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(cond)                                                                           \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
