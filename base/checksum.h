/* SPDX-License-Identifier: MIT */
/* checksum - XXH3-64, the one hash of the project: of pages, of files, of words. It finds
 * accidents; it does not keep out forgers. (Y. Collet, xxHash 0.8, XXH3.) */
#ifndef QUERN_BASE_CHECKSUM_H
#define QUERN_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint64_t quern_checksum(const void *data, size_t len);
uint64_t quern_checksum_seeded(const void *data, size_t len, uint64_t seed);

#endif
