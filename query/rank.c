/* SPDX-License-Identifier: MIT */
/* rank - see rank.h. The loops are plain and small: no call, no division, one predictable branch a
 * posting where the table has its entry. */
#include "query/rank.h"

#include <string.h>

quern_status quern_window_init(quern_window *window, uint32_t size, int is_wide, quern_error *err)
{
    window->base = 0;
    window->size = size;
    window->is_wide = is_wide;
    window->bits = quern_alloc_zero(size / 8, 1);
    void *scores = quern_alloc_zero(size, is_wide ? sizeof(int64_t) : sizeof(int32_t));
    if (is_wide) {
        window->scores.wide = scores;
    } else {
        window->scores.narrow = scores;
    }
    return window->bits && scores ? QUERN_OK : quern_fail_nomem(err);
}

void quern_window_finish(quern_window *window)
{
    quern_free(window->bits);
    if (window->is_wide) {
        quern_free(window->scores.wide);
    } else {
        quern_free(window->scores.narrow);
    }
    memset(window, 0, sizeof *window);
}

void quern_window_clear(quern_window *window, uint32_t at)
{
    memset(window->bits + at / 8, 0, 8);
    if (window->is_wide) {
        memset(window->scores.wide + at, 0, 64 * sizeof *window->scores.wide);
    } else {
        memset(window->scores.narrow + at, 0, 64 * sizeof *window->scores.narrow);
    }
}

void quern_rank_table_begin(quern_rank_table *table, uint32_t owner, uint32_t df)
{
    table->owner = owner;
    table->n_tfs = df < QUERN_RANK_RARE ? QUERN_RANK_TFS_RARE : QUERN_RANK_TFS;
    memset(table->entries, 0xFF, sizeof table->entries / QUERN_RANK_TFS * table->n_tfs);
}

/* Computes the contribution of the i-th posting and keeps it in the table, if it has a place for
 * it. Apart, so that the loop below has the registers for itself. */
static __attribute__((noinline)) int32_t fill(const quern_bm25 *model, const quern_rank_run *run,
                                              uint32_t i)
{
    uint32_t tf = run->tfs[i];
    uint32_t len = run->lengths.data[run->passages[i]];
    int32_t c = (int32_t)quern_rank_one(model, run->weight, tf, len);
    if (tf - 1 < run->table->n_tfs) {
        run->table->entries[(tf - 1) * QUERN_RANK_LENS + len] = c;
    }
    return c;
}

/* Narrow scores, lengths of one byte. */
static void add_from_table(quern_window *window, const quern_bm25 *model, const quern_rank_run *run)
{
    int32_t *scores = window->scores.narrow;
    uint8_t *bits = window->bits;
    const int32_t *entries = run->table->entries;
    const uint32_t *passages = run->passages;
    const uint32_t *tfs = run->tfs;
    const uint8_t *lengths = run->lengths.data;
    uint32_t base = window->base;
    uint32_t n_tfs = run->table->n_tfs;
    for (uint32_t i = 0, n = run->n; i < n; i++) {
        uint32_t tf = tfs[i] - 1;
        uint32_t at = passages[i] - base;
        int32_t c = tf < n_tfs ? entries[tf * QUERN_RANK_LENS + lengths[passages[i]]] : -1;
        if (c < 0) {
            c = fill(model, run, i);
        }
        scores[at] += c;
        bits[at >> 3] = (uint8_t)(bits[at >> 3] | 1u << (at & 7));
    }
}

void quern_rank_add(quern_window *window, const quern_bm25 *model, const quern_rank_run *run)
{
    if (!window->is_wide && run->lengths.width == 1) {
        add_from_table(window, model, run);
        return;
    }
    for (uint32_t i = 0; i < run->n; i++) {
        uint32_t len = quern_lengths_get(&run->lengths, run->passages[i]);
        quern_window_add(window, run->passages[i] - window->base,
                         quern_rank_one(model, run->weight, run->tfs[i], len));
    }
}
