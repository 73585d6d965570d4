/* SPDX-License-Identifier: MIT */
/* order - see order.h. Halves are sorted, then the left one is copied aside and merged back; where
 * the halves are in order already, nothing is moved. Depth is the logarithm of n. */
#include "indexer/order.h"

#include <string.h>

#define SMALL 12 /* below this, insertion is faster */

typedef struct order_rule {
    quern_order_compare compare;
    const void *payload;
} order_rule;

uint64_t quern_order_prefix(const char *s, size_t len)
{
    uint64_t out = 0;
    for (size_t i = 0; i < 8; i++) {
        out = out << 8 | (i < len ? (unsigned char)s[i] : 0);
    }
    return out;
}

static inline int above(const order_rule *rule, const quern_order_item *a,
                        const quern_order_item *b)
{
    if (a->prefix != b->prefix) {
        return a->prefix > b->prefix;
    }
    return rule->compare(rule->payload, a->index, b->index) > 0;
}

static void insert(quern_order_item *items, size_t n, const order_rule *rule)
{
    for (size_t i = 1; i < n; i++) {
        quern_order_item item = items[i];
        size_t at = i;
        while (at > 0 && above(rule, &items[at - 1], &item)) {
            items[at] = items[at - 1];
            at--;
        }
        items[at] = item;
    }
}

static void sort(quern_order_item *items, quern_order_item *scratch, size_t n,
                 const order_rule *rule)
{
    if (n <= SMALL) {
        insert(items, n, rule);
        return;
    }
    size_t half = n / 2;
    sort(items, scratch, half, rule);
    sort(items + half, scratch, n - half, rule);
    if (!above(rule, &items[half - 1], &items[half])) {
        return;
    }
    memcpy(scratch, items, half * sizeof *items);
    size_t left = 0;
    size_t right = half;
    size_t out = 0;
    while (left < half && right < n) {
        items[out++] =
            above(rule, &scratch[left], &items[right]) ? items[right++] : scratch[left++];
    }
    memcpy(items + out, scratch + left, (half - left) * sizeof *items);
}

void quern_order_sort(quern_order_item *items, quern_order_item *scratch, size_t n,
                      quern_order_compare compare, const void *payload)
{
    order_rule rule = {compare, payload};
    sort(items, scratch, n, &rule);
}
