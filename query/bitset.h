/* SPDX-License-Identifier: MIT */
/* bitset - sets of passages as bits, many words at a time.
 *
 * Sets have n words of 64 bits and room up to the next multiple of QUERN_BITSET_STEP words, where
 * they are 0. What is done to one set with another leaves the other one empty, ready for its next
 * use.
 */
#ifndef QUERN_QUERY_BITSET_H
#define QUERN_QUERY_BITSET_H

#include <stddef.h>
#include <stdint.h>

#define QUERN_BITSET_STEP 8 /* words */

uint64_t quern_bitset_count(const uint64_t *set, size_t n);
void quern_bitset_clear(uint64_t *set, size_t n);
/* set becomes what is in set or in other. */
void quern_bitset_unite(uint64_t *set, uint64_t *other, size_t n);
/* set becomes what is in both. Returns whether anything is. */
int quern_bitset_intersect(uint64_t *set, uint64_t *other, size_t n);
/* set loses what is in other. */
void quern_bitset_subtract(uint64_t *set, uint64_t *other, size_t n);

#endif
