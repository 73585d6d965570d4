/* SPDX-License-Identifier: MIT */
/* rank - see rank.h. The loops are plain and small: no call, no division, one predictable branch a
 * posting where the table has its entry. */
#include "query/rank.h"

#include <string.h>

void quern_rank_table_begin(quern_rank_table *table, uint32_t owner)
{
    table->owner = owner;
    memset(table->entries, 0xFF, sizeof table->entries);
}

/* Narrow scores, lengths of one byte. */
static void add_from_table(quern_window *window, const quern_bm25 *model, const quern_rank_run *run)
{
    int32_t *scores = window->scores.narrow;
    uint8_t *bits = window->bits;
    int32_t *entries = run->table->entries;
    const uint32_t *passages = run->passages;
    const uint32_t *tfs = run->tfs;
    const uint8_t *lengths = run->lengths.data;
    uint32_t base = window->base;
    for (uint32_t i = 0, n = run->n; i < n; i++) {
        uint32_t passage = passages[i];
        uint32_t tf = tfs[i] - 1;
        uint32_t len = lengths[passage];
        uint32_t at = passage - base;
        int32_t c;
        if (tf < QUERN_RANK_TFS) {
            c = entries[tf * QUERN_RANK_LENS + len];
            if (c < 0) {
                c = (int32_t)quern_rank_one(model, run->weight, tf + 1, len);
                entries[tf * QUERN_RANK_LENS + len] = c;
            }
        } else {
            c = (int32_t)quern_rank_one(model, run->weight, tf + 1, len);
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
