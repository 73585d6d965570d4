/* SPDX-License-Identifier: MIT */
/* expand - see expand.h. The commonest forms are kept in a heap of bounded size. */
#include "query/expand.h"

#include "base/strings.h"
#include "query/glob.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOTAL = 65536, /* forms of all patterns of a query together, about */
    LEAST = 16,    /* but of each at least so many */
    BYTES = 256    /* no form or stem is longer */
};

struct quern_expander_form {
    uint64_t df;
    uint16_t form_len, stem_len;
    char form[BYTES], stem[BYTES];
};

typedef struct quern_expander_form heap_form;

void quern_expansions_finish(quern_expansions *e)
{
    quern_arena_finish(&e->arena);
    memset(e, 0, sizeof *e);
}

int quern_expansion_has(const quern_expansion *e, quern_string form)
{
    uint32_t low = 0;
    uint32_t high = e->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = quern_string_compare(e->items[middle].form, form);
        if (order == 0) {
            return 1;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return 0;
}

/* ---- The heap ---- */

void quern_expander_init(quern_expander *e, const quern_plan_pattern *pattern, size_t n_expands)
{
    size_t share = TOTAL / (n_expands ? n_expands : 1);
    memset(e, 0, sizeof *e);
    e->pattern = pattern;
    e->most = share < LEAST                      ? LEAST
              : share < QUERN_PLAN_EXPANSION_MAX ? share
                                                 : QUERN_PLAN_EXPANSION_MAX;
}

void quern_expander_finish(quern_expander *e)
{
    quern_free(e->heap);
    memset(e, 0, sizeof *e);
}

quern_string quern_expander_prefix(const quern_expander *e)
{
    const quern_plan_pattern *p = e->pattern;
    quern_string out = {p->bytes, p->len};
    if (!p->edits) {
        out.len = quern_glob_literal(out);
        return out;
    }
    size_t n = p->len > 0; /* the first character */
    while (n < p->len && ((unsigned char)p->bytes[n] & 0xC0) == 0x80) {
        n++;
    }
    out.len = n;
    return out;
}

static quern_string form_of(const heap_form *f)
{
    return (quern_string){f->form, f->form_len};
}

static quern_string stem_of(const heap_form *f)
{
    return (quern_string){f->stem, f->stem_len};
}

/* Whether a goes before b is kept: it is less common, or else its bytes are higher. */
static int is_worse(const heap_form *a, const heap_form *b)
{
    if (a->df != b->df) {
        return a->df < b->df;
    }
    int order = quern_string_compare(form_of(a), form_of(b));
    return order ? order > 0 : quern_string_compare(stem_of(a), stem_of(b)) > 0;
}

static void swap(heap_form *a, heap_form *b)
{
    heap_form c = *a;
    *a = *b;
    *b = c;
}

static void sift_up(quern_expander *e, size_t i)
{
    for (; i > 0 && is_worse(&e->heap[i], &e->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        swap(&e->heap[i], &e->heap[(i - 1) / 2]);
    }
}

static void sift_down(quern_expander *e)
{
    for (size_t i = 0;;) {
        size_t worst = i;
        for (size_t child = 2 * i + 1; child < 2 * i + 3 && child < e->n; child++) {
            worst = is_worse(&e->heap[child], &e->heap[worst]) ? child : worst;
        }
        if (worst == i) {
            return;
        }
        swap(&e->heap[i], &e->heap[worst]);
        i = worst;
    }
}

quern_status quern_expander_offer(quern_expander *e, quern_string form, quern_string stem,
                                  uint64_t df, quern_error *err)
{
    if (form.len >= BYTES || stem.len >= BYTES || !quern_glob_matches(e->pattern, form)) {
        return QUERN_OK;
    }
    e->n_found++;
    if (e->n == e->most && df < e->heap[0].df) {
        return QUERN_OK;
    }
    heap_form fresh = {df, (uint16_t)form.len, (uint16_t)stem.len, {0}, {0}};
    memcpy(fresh.form, form.data, form.len);
    memcpy(fresh.stem, stem.data, stem.len);
    if (e->n < e->most) {
        if (quern_grow(&e->heap, &e->cap, e->n + 1, sizeof *e->heap)) {
            return quern_fail_nomem(err);
        }
        e->heap[e->n++] = fresh;
        sift_up(e, e->n - 1);
    } else if (is_worse(&e->heap[0], &fresh)) {
        e->heap[0] = fresh;
        sift_down(e);
    }
    return QUERN_OK;
}

/* ---- The outcome ---- */

static int by_form(const void *a, const void *b)
{
    const quern_expanded *x = a;
    const quern_expanded *y = b;
    int order = quern_string_compare(x->form, y->form);
    return order ? order : quern_string_compare(x->stem, y->stem);
}

/* Sorts numbers of items, which are in order of forms, by stem; a merge sort keeps that order. */
static void sort_by_stem(const quern_expanded *items, uint32_t *numbers, uint32_t *room, uint32_t n)
{
    uint32_t half = n / 2;
    if (n < 2) {
        return;
    }
    sort_by_stem(items, numbers, room, half);
    sort_by_stem(items, numbers + half, room, n - half);
    memcpy(room, numbers, n * sizeof *room);
    uint32_t i = 0;
    uint32_t j = half;
    for (uint32_t at = 0; at < n; at++) {
        int take_first = j == n || (i < half && quern_string_compare(items[room[i]].stem,
                                                                     items[room[j]].stem) <= 0);
        numbers[at] = take_first ? room[i++] : room[j++];
    }
}

quern_status quern_expander_end(quern_expander *e, quern_arena *arena, quern_expansion *out,
                                quern_error *err)
{
    uint32_t n = (uint32_t)e->n;
    memset(out, 0, sizeof *out);
    out->items = quern_arena_alloc(arena, n * sizeof *out->items + 1);
    out->by_stem = quern_arena_alloc(arena, n * sizeof *out->by_stem + 1);
    uint32_t *room = quern_alloc(n * sizeof *room + 1);
    int failed = !out->items || !out->by_stem || !room;
    for (uint32_t i = 0; i < n && !failed; i++) {
        const heap_form *from = &e->heap[i];
        char *form = quern_arena_copy(arena, from->form, from->form_len);
        char *stem = quern_arena_copy(arena, from->stem, from->stem_len);
        out->items[i] = (quern_expanded){{form, from->form_len}, {stem, from->stem_len}, from->df};
        failed = !form || !stem;
    }
    if (!failed) {
        qsort(out->items, n, sizeof *out->items, by_form);
        for (uint32_t i = 0; i < n; i++) {
            out->by_stem[i] = i;
        }
        sort_by_stem(out->items, out->by_stem, room, n);
        out->n = n;
        out->n_found = e->n_found;
    }
    quern_free(room);
    return failed ? quern_fail_nomem(err) : QUERN_OK;
}
