/* SPDX-License-Identifier: MIT */
/* prune_join - what a join matches: the postings of a block of its rarest term become candidates,
 * which are sifted by its other terms (prune_sift.c) and then compared by positions. Part of
 * prune.h.
 *
 * Scores can leave candidates out as soon as there is a bar. Where there is none, or all matches
 * are counted, a phrase or NEAR scores nothing before positions have told the few that match.
 *
 * A join that is all there is needs no window of scores: its blocks are taken as they come, and
 * what it matches is counted and sent on at once.
 */
#include "query/prune_state.h"

#include <string.h>

enum {
    SPAN = 16384
}; /* passages, at least, for which the bounds of a lone join are asked at once */

/* A word of the join scores so much in the candidate that has the number. */
static int32_t score_of(const quern_pruning *s, const quern_prune_join *f, uint32_t i, uint32_t id,
                        uint32_t passage)
{
    const quern_prune_word *w = &f->words[i];
    const uint32_t *tf = &s->up->pool->spots[(size_t)i * QUERN_BLOCK + id].tf;
    quern_rank_run run = {&passage, tf, 1, s->part->lengths, w->cursor->weight, w->table};
    return quern_rank_score(&s->up->query->model, &run, 0);
}

/* What a join matches, and scores. */
static void take_match(quern_pruning *s, uint32_t passage, int32_t score)
{
    if (!s->is_lone) {
        quern_window_add(s->up->window, passage - s->base, score);
    } else if (!quern_tombstones_passage(s->part->dead, passage)) {
        s->up->n_passages++;
        if (s->up->top) {
            quern_topk_push(s->up->top, score, passage);
        }
    }
}

/* Takes those of the candidates that the phrase is in. Lists [0, n_known) were asked already, and
 * have added their scores unless that was left for here. */
static quern_status take_phrases(quern_pruning *s, const quern_prune_join *f, uint32_t n_known,
                                 int is_late, quern_error *err)
{
    int32_t scores[QUERN_BLOCK] = {0};
    quern_match_pool *pool = s->up->pool;
    const quern_phrase_filter filter = {pool, f->join, n_known, s->ids};
    for (uint32_t i = 0; i < s->n_batch && !is_late; i++) {
        scores[s->ids[i]] = s->scores[i];
    }
    for (uint32_t i = 0; i < s->n_batch; i++) { /* its block is still decoded */
        pool->spots[s->ids[i]] = (quern_match_spot){f->words[0].block, s->ids[i], 0};
    }
    QUERN_TRY(quern_phrase_keep(&filter, s->passages, &s->n_batch, err));
    for (uint32_t i = 0; i < s->n_batch; i++) {
        uint32_t id = s->ids[i];
        for (uint32_t k = is_late ? 0 : n_known; k < f->join->n_cursors && s->up->top; k++) {
            scores[id] += score_of(s, f, k, id, s->passages[i]);
        }
        take_match(s, s->passages[i], scores[id]);
    }
    return QUERN_OK;
}

static quern_status take_nears(quern_pruning *s, const quern_prune_join *f, int is_late,
                               quern_error *err)
{
    for (uint32_t i = 0; i < s->n_batch; i++) {
        int found;
        int32_t score = is_late ? 0 : s->scores[i];
        QUERN_TRY(quern_match_join_at(s->up->pool, f->join, s->passages[i], &found, err));
        for (uint32_t k = 0; k < f->join->n_cursors && found && is_late && s->up->top; k++) {
            s->up->pool->spots[(size_t)k * QUERN_BLOCK].tf = f->join->tfs[k];
            score += score_of(s, f, k, 0, s->passages[i]);
        }
        if (found) {
            take_match(s, s->passages[i], score);
        }
    }
    return QUERN_OK;
}

/* Of an ALL every candidate is a match. */
static quern_status take_all(quern_pruning *s, const quern_prune_join *f, int is_late,
                             quern_error *err)
{
    const quern_prune_word *lead = &f->words[0];
    if (is_late && s->n_batch > 0) {
        QUERN_TRY(quern_prune_load(lead->postings, lead->block, err));
    }
    for (uint32_t i = 0; i < s->n_batch; i++) {
        int32_t score = s->scores[i];
        if (is_late) {
            quern_rank_run run = quern_prune_run(s, lead, s->ids[i], s->ids[i] + 1u);
            score += quern_rank_score(&s->up->query->model, &run, 0);
        }
        take_match(s, s->passages[i], score);
    }
    return QUERN_OK;
}

/* The postings of a block of the rarest term become candidates, those that score enough. */
static quern_status take_lead(quern_pruning *s, const quern_prune_join *f, uint32_t block,
                              int is_late, quern_error *err)
{
    uint32_t from;
    uint32_t to;
    quern_prune_word *lead = &f->words[0];
    quern_postings *p = lead->postings;
    if (p->n == 0 || p->block != block) {
        QUERN_TRY(quern_postings_load(p, block, err));
    }
    quern_prune_cut(s, p, &from, &to);
    if (f->join->how != QUERN_JOIN_ALL) {
        quern_postings_prefetch_positions(p, block);
    }
    lead->block = block;
    uint32_t n = to - from;
    if (is_late) {
        memcpy(s->passages, p->passages + from, n * sizeof *s->passages);
        memset(s->scores, 0, n * sizeof *s->scores);
        for (uint32_t i = 0; i < n; i++) {
            s->ids[i] = (uint8_t)(from + i);
        }
        s->n_batch = n;
        return QUERN_OK;
    }
    QUERN_TRY(quern_postings_load_tfs(p, err));
    quern_rank_run run = quern_prune_run(s, lead, from, to);
    quern_rank_high high;
    quern_rank_reach(&s->up->query->model, &run, s->need - lead->rest, &high);
    for (uint32_t i = 0; i < high.n; i++) {
        s->passages[i] = high.passages[i];
        s->scores[i] = high.scores[i];
        s->ids[i] = (uint8_t)(high.ids[i] + from);
    }
    s->n_batch = high.n;
    s->up->is_partial |= s->n_batch < n;
    return QUERN_OK;
}

static quern_status pour_block(quern_pruning *s, const quern_prune_join *f, uint32_t block,
                               quern_error *err)
{
    const quern_match_join *join = f->join;
    int is_phrase = join->how == QUERN_JOIN_PHRASE;
    int is_late = s->need == INT64_MIN;
    uint32_t n_known = !is_phrase ? join->n_cursors
                       : is_late  ? quern_phrase_n_before(join)
                                  : quern_phrase_n_rare(join);
    QUERN_TRY(take_lead(s, f, block, is_late, err));
    for (uint32_t i = 1; i < n_known && s->n_batch > 0; i++) {
        const quern_prune_must must = {s->up->pool->spots + (size_t)i * QUERN_BLOCK,
                                       is_late && join->how != QUERN_JOIN_ALL};
        QUERN_TRY(quern_prune_sift(s, &f->words[i], &must, err));
    }
    if (s->n_batch > 0) {
        QUERN_TRY(is_phrase                      ? take_phrases(s, f, n_known, is_late, err)
                  : join->how == QUERN_JOIN_NEAR ? take_nears(s, f, is_late, err)
                                                 : take_all(s, f, is_late, err));
        s->n_batch = 0;
    }
    if (s->up->top) {
        quern_topk_tighten(s->up->top);
    }
    return QUERN_OK;
}

quern_status quern_prune_pour_join(quern_pruning *s, const quern_prune_join *f, quern_error *err)
{
    quern_prune_word *words = f->words;
    int64_t rest = 0;
    for (uint32_t i = f->join->n_cursors; i-- > 0;) {
        quern_prune_enter(s, &words[i]);
        if (words[i].bound == 0) {
            return QUERN_OK;
        }
        words[i].rest = rest;
        rest += words[i].bound;
    }
    for (uint32_t i = words->block, end = words->end; i < end; i++) {
        int64_t bar = quern_prune_bar(s); /* a lone join raises it */
        s->need = bar == INT64_MIN ? bar : bar - (s->sum - f->bound);
        if (quern_prune_bound(words, quern_prune_byte(words, i)) + words->rest < s->need) {
            s->up->is_partial = 1;
            continue;
        }
        QUERN_TRY(pour_block(s, f, i, err));
    }
    return QUERN_OK;
}

quern_status quern_prune_lone_join(quern_pruning *s, quern_error *err)
{
    const quern_prune_join *f = &s->joins[0];
    const quern_postings *lead = f->words[0].postings;
    s->sum = f->bound;
    for (uint32_t block = 0; block < lead->n_blocks;) {
        if (quern_deadline_check(s->up->deadline)) {
            return QUERN_OK;
        }
        s->base = quern_prune_first(lead, block);
        uint32_t end = block + 1;
        if (s->n_passages - s->base > SPAN) {
            end = quern_postings_find(lead, end, s->base + SPAN);
        } else {
            end = lead->n_blocks;
        }
        s->stop = quern_prune_last(lead, end - 1) + 1;
        block = end;
        if (f->bound < quern_prune_bar(s)) {
            s->up->is_partial = 1;
            return QUERN_OK;
        }
        QUERN_TRY(quern_prune_pour_join(s, f, err));
    }
    return QUERN_OK;
}

/* The lead of a join among others says where windows begin; a NEAR moves all of its cursors. */
static quern_status start_cursors(const quern_pruning *s, const quern_match_join *join,
                                  quern_error *err)
{
    uint32_t n = join->how == QUERN_JOIN_NEAR ? join->n_cursors : s->is_lone ? 0 : 1;
    for (uint32_t i = 0; i < n; i++) {
        QUERN_TRY(quern_match_start(s->up->pool, join->cursors[i], 0, err));
    }
    return QUERN_OK;
}

quern_status quern_prune_start_join(quern_pruning *s, quern_prune_join *f, quern_prune_word *words,
                                    quern_rank_table *tables, quern_error *err)
{
    f->words = words;
    f->bound = 0;
    for (uint32_t i = 0; i < f->join->n_cursors; i++) {
        quern_rank_table_begin(&tables[i], i + 1);
        QUERN_TRY(quern_prune_open_word(s, f->join->cursors[i], &tables[i], &words[i], err));
        f->bound += quern_prune_bound(&words[i], 255);
    }
    s->joined += f->bound;
    QUERN_TRY(start_cursors(s, f->join, err));
    return quern_phrase_make_room(s->up->pool, f->join, err);
}
