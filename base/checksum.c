/* SPDX-License-Identifier: MIT */
/* checksum - see checksum.h. The algorithm is compiled in from the library's header, so that short
 * inputs cost no call. */
#include "base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t quern_checksum(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

uint64_t quern_checksum_seeded(const void *data, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, len, seed);
}
