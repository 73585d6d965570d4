/* SPDX-License-Identifier: MIT */
/* by_date - see by_date.h. */
#include "query/by_date.h"

typedef struct dater {
    const quern_snapshot *snapshot;
    size_t k; /* articles that are wanted */
    int oldest_first;
    quern_dated_list *out; /* a heap whose root comes last of all in it */
    quern_dated at;        /* the article that is being walked over */
    int is_in;             /* there is one */
    uint32_t end;          /* of its passages */
    quern_error *err;
} dater;

static quern_status read_key(dater *d, const quern_dated *x, quern_arena *arena,
                             quern_string *source, quern_string *id)
{
    return quern_segment_key(d->snapshot->segments[x->segment].segment, x->article, arena, source,
                             id, d->err);
}

/* Whether x comes before y of another segment, by their keys. */
static quern_status is_key_before(dater *d, const quern_dated *x, const quern_dated *y, int *out)
{
    quern_arena arena = {0};
    quern_string sources[2];
    quern_string ids[2];
    quern_status status = read_key(d, x, &arena, &sources[0], &ids[0]);
    status = status ? status : read_key(d, y, &arena, &sources[1], &ids[1]);
    if (!status) {
        *out = quern_key_compare(sources[0], ids[0], sources[1], ids[1]) < 0;
    }
    quern_arena_finish(&arena);
    return status;
}

/* Whether x comes before y in the answer. */
static quern_status is_before(dater *d, const quern_dated *x, const quern_dated *y, int *out)
{
    if (x->date != y->date) {
        int is_older = x->date < y->date;
        *out = x->date == QUERN_NO_DATE   ? 0
               : y->date == QUERN_NO_DATE ? 1
                                          : is_older == d->oldest_first;
    } else if (x->best.score != y->best.score) {
        *out = x->best.score > y->best.score;
    } else if (x->segment == y->segment) {
        *out = x->article < y->article;
    } else {
        return is_key_before(d, x, y, out);
    }
    return QUERN_OK;
}

/* ---- The heap ---- */

/* Moves the i-th of n items down to where nothing below it comes later. */
static quern_status sift_down(dater *d, size_t i, size_t n)
{
    quern_dated *items = d->out->items;
    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        int before = 0;
        if (child + 1 < n) {
            QUERN_TRY(is_before(d, &items[child], &items[child + 1], &before));
            child += (size_t)before;
        }
        QUERN_TRY(is_before(d, &items[i], &items[child], &before));
        if (!before) {
            return QUERN_OK;
        }
        quern_dated moved = items[i];
        items[i] = items[child];
        items[child] = moved;
        i = child;
    }
    return QUERN_OK;
}

static quern_status sift_up(dater *d, size_t i)
{
    quern_dated *items = d->out->items;
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        int before = 0;
        QUERN_TRY(is_before(d, &items[parent], &items[i], &before));
        if (!before) {
            return QUERN_OK;
        }
        quern_dated moved = items[i];
        items[i] = items[parent];
        items[parent] = moved;
        i = parent;
    }
    return QUERN_OK;
}

/* Puts the article that was walked over into the heap, where it is among the first. */
static quern_status keep(dater *d)
{
    quern_dated_list *out = d->out;
    int before = 0;
    if (!d->is_in) {
        return QUERN_OK;
    }
    out->n_articles++;
    if (out->n < d->k) {
        if (quern_grow(&out->items, &out->cap, out->n + 1, sizeof *out->items)) {
            return quern_fail_nomem(d->err);
        }
        out->items[out->n] = d->at;
        return sift_up(d, out->n++);
    }
    QUERN_TRY(is_before(d, &d->at, &out->items[0], &before));
    if (before) {
        out->items[0] = d->at;
        return sift_down(d, 0, out->n);
    }
    return QUERN_OK;
}

/* Brings the heap into order. */
static quern_status sort(dater *d)
{
    for (size_t n = d->out->n; n > 1; n--) {
        quern_dated last = d->out->items[0];
        d->out->items[0] = d->out->items[n - 1];
        d->out->items[n - 1] = last;
        QUERN_TRY(sift_down(d, 0, n - 1));
    }
    return QUERN_OK;
}

/* ---- The walk ---- */

static quern_status enter_article(dater *d, uint32_t segment, uint32_t passage)
{
    quern_segment *s = d->snapshot->segments[segment].segment;
    quern_dated *at = &d->at;
    uint32_t range[2];
    at->segment = segment;
    at->best.score = INT64_MIN;
    QUERN_TRY(quern_segment_article_of(s, passage, &at->article, d->err));
    QUERN_TRY(quern_segment_date(s, at->article, &at->date, d->err));
    QUERN_TRY(quern_segment_passages_of(s, at->article, range, d->err));
    d->end = range[1];
    d->is_in = 1;
    return QUERN_OK;
}

static quern_status see_match(uint32_t segment, quern_scored match, void *payload)
{
    dater *d = payload;
    d->out->n_passages++;
    if (!d->is_in || d->at.segment != segment || match.passage >= d->end) {
        QUERN_TRY(keep(d));
        QUERN_TRY(enter_article(d, segment, match.passage));
    }
    if (match.score > d->at.best.score) {
        d->at.best = match;
    }
    return QUERN_OK;
}

quern_status quern_by_date(quern_native *native, const quern_snapshot *snapshot, size_t n,
                           int oldest_first, quern_dated_list *out, quern_error *err)
{
    dater d = {snapshot, n ? n : 1, oldest_first, out, {0}, 0, 0, err};
    out->n = 0;
    out->n_articles = out->n_passages = 0;
    QUERN_TRY(quern_native_each(native, see_match, &d, err));
    QUERN_TRY(keep(&d));
    return sort(&d);
}

void quern_dated_list_finish(quern_dated_list *list)
{
    quern_free(list->items);
    memset(list, 0, sizeof *list);
}
