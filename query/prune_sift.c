/* SPDX-License-Identifier: MIT */
/* prune_sift - a list of candidates, word by word; part of prune.h.
 *
 * Candidates ascend, so those that a block of the word could have follow each other. What its bound
 * does not lift to what is needed goes at once; the others are looked up together,
 * while the block of those behind them is on its way from memory.
 */
#include "query/prune_state.h"

#include <string.h>

/* The block that could have a passage, from `block` on; as a rule w->end or more where there is
 * none. */
static uint32_t block_of(const quern_prune_word *w, uint32_t block, uint32_t passage)
{
    return block < w->end && quern_prune_last(w->postings, block) < passage
               ? quern_postings_find(w->postings, block + 1, passage)
               : block;
}

/* Candidates [i, return) lie up to the last passage of w->block, at most as many as are looked up
 * at a time. */
static uint32_t run_end(const quern_pruning *s, const quern_prune_word *w, uint32_t i)
{
    uint32_t last = quern_prune_last(w->postings, w->block);
    uint32_t most = s->n_batch - i < QUERN_BLOCK ? s->n_batch : i + QUERN_BLOCK;
    for (i++; i < most && s->passages[i] <= last; i++) {
    }
    return i;
}

/* Moves candidates [from, to) to place n, but for those that stay below what is needed even with
 * `most` more. Returns how many came. */
static uint32_t move(quern_pruning *s, const uint32_t range[2], uint32_t n, int64_t most,
                     int must_have)
{
    uint32_t kept = n;
    for (uint32_t i = range[0]; i < range[1]; i++) {
        s->passages[kept] = s->passages[i];
        s->scores[kept] = s->scores[i];
        if (must_have) {
            s->ids[kept] = s->ids[i];
        }
        kept += s->scores[i] + most >= s->need;
    }
    s->up->is_partial |= must_have && kept - n < range[1] - range[0];
    return kept - n;
}

/* Which of n candidates from `from` on the word has, in w->block, and what it scores there, unless
 * that is not wanted yet. */
typedef struct met {
    quern_block_met in;
    uint32_t n;
    int32_t scores[QUERN_BLOCK];
} met;

static quern_status meet(const quern_pruning *s, const quern_prune_word *w, int is_late,
                         uint32_t from, uint32_t n, met *out, quern_error *err)
{
    uint32_t tfs[QUERN_BLOCK];
    uint32_t passages[QUERN_BLOCK];
    QUERN_TRY(quern_postings_meet_tfs(w->postings, w->block, s->passages + from, n, &out->in,
                                      is_late ? NULL : tfs, &out->n, err));
    for (uint32_t k = 0; k < out->n; k++) {
        passages[k] = s->passages[from + out->in.which[k]];
    }
    if (is_late) {
        memset(out->scores, 0, out->n * sizeof *out->scores);
        return QUERN_OK;
    }
    quern_rank_run run = {passages, tfs, out->n, s->part->lengths, w->cursor->weight, w->table};
    quern_rank_scores(&s->up->query->model, &run, out->scores);
    return QUERN_OK;
}

/* Of candidates from `from` on, those that were met move to place n and on, where they can still
 * reach what is needed. Returns how many came. */
static uint32_t keep_met(quern_pruning *s, const quern_prune_word *w, const quern_prune_must *must,
                         const met *m, uint32_t from, uint32_t n)
{
    uint32_t kept = n;
    for (uint32_t k = 0; k < m->n; k++) {
        uint32_t i = from + m->in.which[k];
        uint8_t id = s->ids[i];
        int32_t sum = s->scores[i] + m->scores[k];
        s->passages[kept] = s->passages[i];
        s->ids[kept] = id;
        s->scores[kept] = sum;
        must->spots[id] = (quern_match_spot){w->block, m->in.at[k], 0};
        kept += sum + w->rest >= s->need;
    }
    s->up->is_partial |= kept - n < m->n;
    return kept - n;
}

/* Of r candidates from the n-th on, all stay that can still reach what is needed. */
static uint32_t keep_any(quern_pruning *s, const quern_prune_word *w, const met *m, uint32_t n,
                         uint32_t r)
{
    uint32_t kept = n;
    for (uint32_t k = 0; k < m->n; k++) {
        s->scores[n + m->in.which[k]] += m->scores[k];
    }
    for (uint32_t i = n; i < n + r; i++) {
        s->passages[kept] = s->passages[i];
        s->scores[kept] = s->scores[i];
        kept += s->scores[i] + w->rest >= s->need;
    }
    return kept - n;
}

/* Candidates [range[0], range[1]), those that w->block could have, move to place n and on, where
 * they stay. *n_kept: how many. */
static quern_status sift_run(quern_pruning *s, quern_prune_word *w, const quern_prune_must *must,
                             const uint32_t range[2], uint32_t n, uint32_t *n_kept,
                             quern_error *err)
{
    met m;
    uint32_t from = range[0];
    *n_kept = range[1] - range[0];
    if (!must || s->need != INT64_MIN) {
        int64_t most = quern_prune_bound(w, quern_prune_byte(w, w->block)) + w->rest;
        from = n;
        *n_kept = move(s, range, n, most, must != NULL);
    }
    if (*n_kept == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(meet(s, w, must && must->is_late, from, *n_kept, &m, err));
    *n_kept = must ? keep_met(s, w, must, &m, from, n) : keep_any(s, w, &m, n, *n_kept);
    return QUERN_OK;
}

quern_status quern_prune_sift(quern_pruning *s, quern_prune_word *w, const quern_prune_must *must,
                              quern_error *err)
{
    uint32_t n = 0;
    uint32_t range[2] = {0, 0};
    w->block = block_of(w, w->block, s->passages[0]);
    for (; range[0] < s->n_batch && w->block < w->end; range[0] = range[1]) {
        uint32_t kept;
        range[1] = run_end(s, w, range[0]);
        uint32_t next = w->block;
        if (range[1] < s->n_batch) {
            next = block_of(w, next, s->passages[range[1]]);
        }
        if (next != w->block && next < w->end) {
            quern_postings_prefetch(w->postings, next);
        }
        QUERN_TRY(sift_run(s, w, must, range, n, &kept, err));
        n += kept;
        w->block = next;
    }
    range[1] = must ? range[0] : s->n_batch; /* behind the last block */
    s->n_batch = n + move(s, range, n, w->rest, 0);
    return QUERN_OK;
}

quern_status quern_prune_finish_batch(quern_pruning *s, quern_error *err)
{
    for (uint32_t i = s->n_optional; i-- > 0 && s->n_batch > 0;) {
        s->need = s->up->top->bar;
        if (s->order[i]->bound > 0) {
            QUERN_TRY(quern_prune_sift(s, s->order[i], NULL, err));
        }
    }
    for (uint32_t i = 0; i < s->n_batch; i++) {
        quern_topk_push(s->up->top, s->scores[i], s->passages[i]);
    }
    s->n_batch = 0;
    quern_topk_tighten(s->up->top);
    return QUERN_OK;
}

quern_status quern_prune_add(quern_pruning *s, uint32_t passage, int32_t score, quern_error *err)
{
    if (s->n_batch == QUERN_PRUNE_BATCH) {
        QUERN_TRY(quern_prune_finish_batch(s, err));
    }
    s->passages[s->n_batch] = passage;
    s->scores[s->n_batch++] = score;
    return QUERN_OK;
}
