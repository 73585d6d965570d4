/* SPDX-License-Identifier: MIT */
/* topk - see topk.h. */
#include "query/topk.h"

#include "query/topk_keys.h"

#include <string.h>

enum {
    LEAST = 256, /* entries before the first selection, so that small k select seldom */
    RUN = 8      /* sorted by insertion */
};

void quern_topk_init(quern_topk *t, size_t k)
{
    memset(t, 0, sizeof *t);
    t->k = k;
    t->limit = k > SIZE_MAX / 2 ? SIZE_MAX : k * 2 < LEAST ? LEAST : k * 2;
    t->bar = k ? INT64_MIN : INT64_MAX;
}

void quern_topk_finish(quern_topk *t)
{
    quern_free(t->items);
    quern_free(t->room);
    memset(t, 0, sizeof *t);
}

void quern_topk_begin(quern_topk *t, int64_t bar)
{
    t->n = 0;
    t->any_order = 0;
    t->bar = t->k ? bar : INT64_MAX;
}

void quern_topk_begin_any_order(quern_topk *t, int64_t bar)
{
    quern_topk_begin(t, bar);
    t->any_order = 1;
}

static int is_better(const quern_scored *a, const quern_scored *b)
{
    return a->score != b->score ? a->score > b->score : a->passage < b->passage;
}

static void swap(quern_scored *a, quern_scored *b)
{
    quern_scored c = *a;
    *a = *b;
    *b = c;
}

/* Puts the middle one of three at *b. */
static void order_three(quern_scored *a, quern_scored *b, quern_scored *c)
{
    if (is_better(b, a)) {
        swap(a, b);
    }
    if (is_better(c, b)) {
        swap(b, c);
        if (is_better(b, a)) {
            swap(a, b);
        }
    }
}

/* Moves the better items of [low, high], at least two, before the others: those from *left on are
 * no better than those up to *right, and right < left. */
static void partition(quern_scored *items, size_t low, size_t high, size_t *left, size_t *right)
{
    size_t i = low;
    size_t j = high;
    size_t middle = low + (high - low) / 2;
    order_three(&items[low], &items[middle], &items[high]);
    quern_scored pivot = items[middle];
    while (i <= j) {
        while (is_better(&items[i], &pivot)) {
            i++;
        }
        while (is_better(&pivot, &items[j])) {
            j--;
        }
        if (i <= j) {
            swap(&items[i], &items[j]);
            i++;
            j = j ? j - 1 : 0;
        }
    }
    *left = i;
    *right = j;
}

/* Moves the k best of items[0, n) to its front, in no order. 0 < k < n. */
static void select_best(quern_scored *items, size_t n, size_t k)
{
    size_t low = 0;
    size_t high = n - 1;
    while (low < high) {
        size_t i;
        size_t j;
        partition(items, low, high, &i, &j);
        if (k - 1 <= j) {
            high = j;
        } else if (k - 1 >= i) {
            low = i;
        } else {
            return;
        }
    }
}

/* Keeps the k best of more. Without memory for keys it takes longer. */
static void keep_best(quern_topk *t)
{
    if (quern_grow(&t->room, &t->cap_room, quern_topk_keys_room(t->n), sizeof *t->room) ||
        quern_topk_keys_select(t->items, t->n, t->k, t->room)) {
        select_best(t->items, t->n, t->k);
    }
    t->n = t->k;
}

/* Keeps the k best of more, and makes the worst of them the bar. */
static void raise_bar(quern_topk *t)
{
    keep_best(t);
    int64_t worst = INT64_MAX;
    for (size_t i = 0; i < t->n; i++) {
        worst = t->items[i].score < worst ? t->items[i].score : worst;
    }
    worst += !t->any_order;
    t->bar = worst > t->bar ? worst : t->bar;
}

void quern_topk_tighten(quern_topk *t)
{
    if (!t->status && t->k > 0 && t->n > t->k && t->n - t->k >= t->k / 4) {
        raise_bar(t);
    }
}

void quern_topk_make_room(quern_topk *t)
{
    if (t->n < t->limit) {
        size_t want = t->cap < LEAST ? LEAST : t->cap * 2;
        want = want < t->limit ? want : t->limit;
        if (t->status || quern_grow(&t->items, &t->cap, want, sizeof *t->items)) {
            t->status = QUERN_E_NOMEM;
            t->n = t->cap; /* full: nothing more goes in */
            t->bar = INT64_MAX;
        }
        return;
    }
    raise_bar(t);
}

/* Merges the sorted halves of from[0, n), cut at `half`, into `to`. */
static void merge_halves(const quern_scored *from, size_t half, size_t n, quern_scored *to)
{
    size_t i = 0;
    size_t j = half;
    for (size_t k = 0; k < n; k++) {
        int second = i == half || (j < n && is_better(&from[j], &from[i]));
        to[k] = from[second ? j : i];
        j += (size_t)second;
        i += (size_t)!second;
    }
}

/* Sorts n items, best first: runs of RUN by insertion, then merges, back and forth with `spare`. */
static void sort_best(quern_scored *items, size_t n, quern_scored *spare)
{
    for (size_t i = 1; i < n; i++) {
        quern_scored item = items[i];
        size_t j = i;
        for (; j % RUN != 0 && is_better(&item, &items[j - 1]); j--) {
            items[j] = items[j - 1];
        }
        items[j] = item;
    }
    quern_scored *from = items;
    for (size_t run = RUN; run < n; run *= 2) {
        quern_scored *to = from == items ? spare : items;
        for (size_t at = 0; at < n; at += 2 * run) {
            size_t len = n - at < 2 * run ? n - at : 2 * run;
            merge_halves(from + at, len < run ? len : run, len, to + at);
        }
        from = to;
    }
    if (from != items) {
        memcpy(items, from, n * sizeof *items);
    }
}

quern_status quern_topk_end(quern_topk *t, quern_error *err)
{
    if (t->status) {
        return quern_fail_nomem(err);
    }
    if (t->n > t->k) {
        keep_best(t);
    }
    if (t->n > RUN) {
        size_t want = quern_topk_keys_room(t->n);
        if (quern_grow(&t->room, &t->cap_room, want, sizeof *t->room)) {
            return quern_fail_nomem(err);
        }
        if (!quern_topk_keys_sort(t->items, t->n, t->room)) {
            return QUERN_OK;
        }
    }
    sort_best(t->items, t->n, (quern_scored *)(void *)t->room);
    return QUERN_OK;
}
