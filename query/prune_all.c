/* SPDX-License-Identifier: MIT */
/* prune_all - passages with all of some words, counted and ranked in one pass; part of prune.h.
 *
 * The postings of a block of the rarest word are kept where the other words are, the next rarest
 * first, by passages alone: what stays is counted. Only then are those scored whose blocks' bounds
 * say that they could be among the best.
 */
#include "query/prune_state.h"

#include <string.h>

typedef quern_prune_word word;
typedef quern_pruning pruning;

/* Counts the living, and keeps them. */
static void count(pruning *s, quern_kept *kept)
{
    const quern_tombstones *dead = s->part->dead;
    uint32_t n = 0;
    for (uint32_t i = 0; i < kept->n && dead; i++) {
        kept->passages[n] = kept->passages[i];
        kept->ids[n] = kept->ids[i];
        n += !quern_tombstones_passage(dead, kept->passages[i]);
    }
    kept->n = dead ? n : kept->n;
    s->up->n_passages += kept->n;
}

/* Sends those of a block of the rarest word that reach the bar. */
static quern_status rank(pruning *s, const word *lead, uint32_t block, const quern_kept *kept,
                         quern_error *err)
{
    uint32_t tfs[QUERN_BLOCK];
    quern_postings *p = lead->postings;
    int64_t bar = s->up->top->bar;
    int64_t low = bar == INT64_MIN ? bar : bar - lead->rest;
    if (quern_prune_bound(lead, quern_prune_byte(lead, block)) < low) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_postings_load_tfs(p, err));
    for (uint32_t i = 0; i < kept->n; i++) {
        tfs[i] = p->tfs[kept->ids[i]];
    }
    quern_rank_run run = {kept->passages,       tfs,        kept->n, s->part->lengths,
                          lead->cursor->weight, lead->table};
    quern_rank_high high;
    quern_rank_reach(&s->up->query->model, &run, low, &high);
    memcpy(s->passages, high.passages, high.n * sizeof *s->passages);
    memcpy(s->scores, high.scores, high.n * sizeof *s->scores);
    s->n_batch = high.n;
    return high.n > 0 ? quern_prune_finish_batch(s, err) : QUERN_OK;
}

static quern_status take_block(pruning *s, const quern_prune_join *f, uint32_t block,
                               quern_error *err)
{
    quern_kept kept;
    quern_postings *lead = f->words[0].postings;
    if (lead->n == 0 || lead->block != block) {
        QUERN_TRY(quern_postings_load(lead, block, err));
    }
    kept.n = lead->n;
    memcpy(kept.passages, lead->passages, sizeof kept.passages);
    for (uint32_t i = 0; i < QUERN_BLOCK; i++) {
        kept.ids[i] = (uint8_t)i;
    }
    for (uint32_t i = 1; i < f->join->n_cursors && kept.n > 0; i++) {
        QUERN_TRY(
            quern_postings_keep(f->words[i].postings, &f->join->cursors[i]->block, &kept, err));
    }
    count(s, &kept);
    return s->up->top && kept.n > 0 ? rank(s, &f->words[0], block, &kept, err) : QUERN_OK;
}

quern_status quern_prune_all(quern_pruning *s, quern_error *err)
{
    const quern_prune_join *f = &s->joins[0];
    int64_t rest = 0;
    s->base = 0;
    s->stop = s->n_passages;
    s->n_optional = f->join->n_cursors - 1;
    for (uint32_t i = f->join->n_cursors; i-- > 0;) {
        word *w = &f->words[i];
        f->join->cursors[i]->block = 0;
        quern_prune_enter(s, w);
        w->rest = rest;
        rest += w->bound;
        s->order[s->n_optional - i] = w;
    }
    for (uint32_t block = 0; block < f->words[0].postings->n_blocks; block++) {
        if (quern_deadline_check(s->up->deadline)) {
            return QUERN_OK;
        }
        QUERN_TRY(take_block(s, f, block, err));
    }
    return QUERN_OK;
}
