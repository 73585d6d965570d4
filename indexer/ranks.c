/* SPDX-License-Identifier: MIT */
/* ranks - see ranks.h. Terms are sorted by their first bytes and then by all (order.h); the forms
 * of a term, which are few, by insertion. */
#include "indexer/ranks.h"

#include "base/mem.h"
#include "indexer/order.h"

#include <string.h>

void quern_ranks_finish(quern_ranks *ranks)
{
    quern_free(ranks->numbers);
    quern_free(ranks->counts);
    quern_free(ranks->first);
    quern_free(ranks->slots);
    quern_free(ranks->slot_of);
    memset(ranks, 0, sizeof *ranks);
}

static int compare_terms(const void *payload, uint32_t a, uint32_t b)
{
    const quern_numbers_view *view = payload;
    const quern_numbers_term *x = quern_numbers_get(view, a);
    const quern_numbers_term *y = quern_numbers_get(view, b);
    int order = memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* Sums the tokens of the forms of each term into `sums`, by number, and counts both. */
static void sum_terms(quern_ranks *ranks, const quern_numbers_view *view, const uint32_t *counts,
                      uint32_t *sums)
{
    for (uint32_t i = 0; i < view->n; i++) {
        if (counts[i]) {
            uint32_t *sum = &sums[quern_numbers_get(view, i)->stem];
            ranks->n += *sum == 0;
            ranks->n_slots++;
            *sum += counts[i];
        }
    }
}

/* Ranks the terms; leaves in `sums` the rank of each. */
static int rank_terms(quern_ranks *ranks, const quern_numbers_view *view, uint32_t *sums)
{
    size_t n = ranks->n;
    quern_order_item *items = quern_alloc((n + n / 2 + 1) * sizeof *items);
    if (!items) {
        return -1;
    }
    size_t at = 0;
    for (uint32_t i = 0; i < view->n; i++) {
        if (sums[i]) {
            const quern_numbers_term *term = quern_numbers_get(view, i);
            items[at].prefix = quern_order_prefix(term->bytes, term->len);
            items[at++].index = i;
        }
    }
    quern_order_sort(items, items + n, n, compare_terms, view);
    for (uint32_t r = 0; r < n; r++) {
        ranks->numbers[r] = items[r].index;
        ranks->counts[r] = sums[items[r].index];
        sums[items[r].index] = r;
    }
    quern_free(items);
    return 0;
}

/* Puts each form that occurs among the slots of its term. `rank_of` is by number of the term. */
static void place_forms(quern_ranks *ranks, const quern_numbers_view *view, const uint32_t *counts,
                        const uint32_t *rank_of)
{
    uint32_t *first = ranks->first;
    memset(first, 0, ((size_t)ranks->n + 1) * sizeof *first);
    for (uint32_t i = 0; i < view->n; i++) {
        if (counts[i]) {
            first[rank_of[quern_numbers_get(view, i)->stem] + 1]++;
        }
    }
    for (uint32_t r = 0; r < ranks->n; r++) {
        first[r + 1] += first[r];
    }
    for (uint32_t i = view->n; i-- > 0;) {
        if (counts[i]) {
            uint32_t *end = &first[rank_of[quern_numbers_get(view, i)->stem] + 1];
            ranks->slots[--*end] = i;
        }
    }
    /* What was the end of each rank is now its start. */
    memmove(first, first + 1, (size_t)ranks->n * sizeof *first);
    first[ranks->n] = ranks->n_slots;
}

static void sort_forms(quern_ranks *ranks, const quern_numbers_view *view)
{
    uint32_t *slots = ranks->slots;
    for (uint32_t r = 0; r < ranks->n; r++) {
        uint32_t first = ranks->first[r];
        for (uint32_t i = first + 1; i < ranks->first[r + 1]; i++) {
            uint32_t number = slots[i];
            uint32_t at = i;
            for (; at > first && compare_terms(view, slots[at - 1], number) > 0; at--) {
                slots[at] = slots[at - 1];
            }
            slots[at] = number;
        }
    }
}

quern_status quern_ranks_make(quern_ranks *ranks, const quern_numbers_view *view,
                              const uint32_t *counts, quern_error *err)
{
    memset(ranks, 0, sizeof *ranks);
    uint32_t *sums = quern_alloc_zero(view->n, sizeof *sums);
    if (!sums) {
        return quern_fail_nomem(err);
    }
    sum_terms(ranks, view, counts, sums);
    size_t n = ranks->n;
    ranks->numbers = quern_alloc(n * sizeof *ranks->numbers);
    ranks->counts = quern_alloc(n * sizeof *ranks->counts);
    ranks->first = quern_alloc((n + 1) * sizeof *ranks->first);
    ranks->slots = quern_alloc((size_t)ranks->n_slots * sizeof *ranks->slots);
    if (!ranks->numbers || !ranks->counts || !ranks->first || !ranks->slots ||
        rank_terms(ranks, view, sums)) {
        quern_free(sums);
        return quern_fail_nomem(err);
    }
    place_forms(ranks, view, counts, sums);
    sort_forms(ranks, view);
    for (uint32_t i = 0; i < ranks->n_slots; i++) {
        sums[ranks->slots[i]] = i;
    }
    ranks->slot_of = sums;
    return QUERN_OK;
}
