/* SPDX-License-Identifier: MIT */
/* topk_keys - selects and sorts the best of scored passages many at a time, with AVX-512.
 *
 * A score below 2^32 and a passage are one number of 64 bits, higher where the item is better; no
 * two are the same. All work is done on such keys, items are made of them again. Where the
 * processor cannot, or a score does not fit, nothing is done and topk.c goes its own way, to the
 * same items.
 */
#ifndef QUERN_QUERY_TOPK_KEYS_H
#define QUERN_QUERY_TOPK_KEYS_H

#include "query/topk.h"

/* How many keys there must be room for beside n items. */
static inline size_t quern_topk_keys_room(size_t n)
{
    return 2 * n + 16;
}

/* Moves the k best of items[0, n) to the front, 0 < k < n. Returns 0, or -1: nothing was done. */
int quern_topk_keys_select(quern_scored *items, size_t n, size_t k, uint64_t *room);
/* Sorts them, best first. Returns as above. */
int quern_topk_keys_sort(quern_scored *items, size_t n, uint64_t *room);

#endif
