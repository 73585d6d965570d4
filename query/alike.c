/* SPDX-License-Identifier: MIT */
/* alike - see alike.h. */
#include "query/alike.h"

#include <string.h>

enum { LIST_MAX = 64, FIRST_SLOTS = 256 };

void quern_alike_finish(quern_alike *alike)
{
    quern_free(alike->pool);
    quern_free(alike->texts);
    quern_free(alike->entries);
    quern_free(alike->slots);
    memset(alike, 0, sizeof *alike);
}

void quern_alike_clear(quern_alike *alike)
{
    alike->n_pool = alike->n_texts = alike->n_entries = alike->n_looks = 0;
    if (alike->n_slots > 0) {
        memset(alike->slots, 0, alike->n_slots * sizeof *alike->slots);
    }
}

/* The least runs of a text are crowded at its low end; this spreads them. */
static size_t slot_of(const quern_alike *alike, uint32_t run)
{
    return (size_t)((uint64_t)run * 0x9E3779B97F4A7C15u >> 32) & (alike->n_slots - 1);
}

static int is_near(const quern_alike *alike, const quern_alike_text *other,
                   const quern_shingles *text)
{
    uint32_t *at = alike->pool + other->first;
    quern_shingles view = {.runs = {at, other->n_runs, 0},
                           .words = {at + other->n_runs, other->n_words, 0}};
    view.telling = (quern_hash_set){view.words.items + other->n_words, other->n_telling, 0};
    return quern_shingles_are_near(text, &view);
}

int quern_alike_find(quern_alike *alike, const quern_shingles *text, size_t *number)
{
    size_t best = SIZE_MAX;
    size_t n_prefix = alike->n_slots > 0 ? quern_shingles_prefix(text->runs.n) : 0;
    alike->n_looks++;
    for (size_t i = 0; i < n_prefix; i++) {
        uint32_t run = text->runs.items[i];
        uint32_t at = alike->slots[slot_of(alike, run)];
        for (const quern_alike_entry *e; at > 0; at = e->next) {
            e = &alike->entries[at - 1];
            quern_alike_text *other = &alike->texts[e->text];
            if (e->run != run || e->text >= best || other->tried_by == alike->n_looks) {
                continue;
            }
            other->tried_by = alike->n_looks;
            best = is_near(alike, other, text) ? e->text : best;
        }
    }
    if (best < SIZE_MAX) {
        *number = alike->texts[best].number;
    }
    return best < SIZE_MAX;
}

static void link_entry(quern_alike *alike, size_t place)
{
    quern_alike_entry *e = &alike->entries[place];
    uint32_t *slot = &alike->slots[slot_of(alike, e->run)];
    e->next = *slot;
    *slot = (uint32_t)place + 1;
}

static quern_status grow_slots(quern_alike *alike, quern_error *err)
{
    size_t n = alike->n_slots > 0 ? alike->n_slots * 2 : FIRST_SLOTS;
    uint32_t *slots = quern_alloc_zero(n, sizeof *slots);
    if (!slots) {
        return quern_fail_nomem(err);
    }
    quern_free(alike->slots);
    alike->slots = slots;
    alike->n_slots = n;
    for (size_t i = 0; i < alike->n_entries; i++) {
        link_entry(alike, i);
    }
    return QUERN_OK;
}

static size_t count_under(const quern_alike *alike, uint32_t run)
{
    size_t n = 0;
    for (uint32_t at = alike->slots[slot_of(alike, run)]; at > 0;) {
        const quern_alike_entry *e = &alike->entries[at - 1];
        n += e->run == run;
        at = e->next;
    }
    return n;
}

/* Enters a text under one of its runs. */
static quern_status enter(quern_alike *alike, uint32_t run, uint32_t text, quern_error *err)
{
    if (alike->n_entries >= alike->n_slots) {
        QUERN_TRY(grow_slots(alike, err));
    }
    if (count_under(alike, run) >= LIST_MAX) {
        return QUERN_OK;
    }
    if (quern_grow(&alike->entries, &alike->cap_entries, alike->n_entries + 1,
                   sizeof *alike->entries)) {
        return quern_fail_nomem(err);
    }
    alike->entries[alike->n_entries] = (quern_alike_entry){run, text, 0};
    link_entry(alike, alike->n_entries++);
    return QUERN_OK;
}

static void put(quern_alike *alike, const quern_hash_set *set)
{
    if (set->n > 0) {
        memcpy(alike->pool + alike->n_pool, set->items, set->n * sizeof *set->items);
        alike->n_pool += set->n;
    }
}

quern_status quern_alike_add(quern_alike *alike, const quern_shingles *text, size_t number,
                             quern_error *err)
{
    size_t n_prefix = quern_shingles_prefix(text->runs.n);
    size_t n = text->runs.n + text->words.n + text->telling.n;
    if (n_prefix == 0) {
        return QUERN_OK;
    }
    if (alike->n_entries + n_prefix >= UINT32_MAX) {
        return quern_fail(err, QUERN_E_FULL,
                          "more passages than can be compared for copies - ask for fewer articles, "
                          "or with --no-fold");
    }
    if (quern_grow(&alike->pool, &alike->cap_pool, alike->n_pool + n, sizeof *alike->pool) ||
        quern_grow(&alike->texts, &alike->cap_texts, alike->n_texts + 1, sizeof *alike->texts)) {
        return quern_fail_nomem(err);
    }
    alike->texts[alike->n_texts] =
        (quern_alike_text){alike->n_pool, text->runs.n, text->words.n, text->telling.n, number, 0};
    put(alike, &text->runs);
    put(alike, &text->words);
    put(alike, &text->telling);
    for (size_t i = 0; i < n_prefix; i++) {
        QUERN_TRY(enter(alike, text->runs.items[i], (uint32_t)alike->n_texts, err));
    }
    alike->n_texts++;
    return QUERN_OK;
}
