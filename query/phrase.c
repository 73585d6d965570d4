/* SPDX-License-Identifier: MIT */
/* phrase - see phrase.h. Which passages have all terms; where the terms stand in them is looked at
 * in phrase_sets.c and phrase_places.c. */
#include "query/phrase_state.h"

enum { RARE = 8 }; /* a rare term is in fewer than one of so many passages */

typedef quern_phrase_state state;
typedef quern_phrase_list list;
typedef quern_phrase_run run;

uint32_t quern_phrase_n_rare(const quern_match_join *join)
{
    uint32_t n_passages = quern_segment_get_info(join->cursors[0]->segment)->ref.n_passages;
    uint32_t n = 1;
    while (n < join->n_cursors && join->cursors[n]->term.df < n_passages / RARE) {
        n++;
    }
    return n;
}

/* Whether the positions of the terms can be made sets, unless a passage is long. */
static int are_sets(const quern_match_join *join)
{
    for (uint32_t i = 0; i < join->n_cursors; i++) {
        const quern_match_cursor *cursor = join->cursors[i];
        if (cursor->term.df == 1 || cursor->stem.len > 0) {
            return 0;
        }
    }
    return 1;
}

uint32_t quern_phrase_n_before(const quern_match_join *join)
{
    uint32_t n = quern_phrase_n_rare(join);
    return n == 2 && join->n_members == join->n_cursors && are_sets(join) ? 1 : n;
}

quern_status quern_phrase_make_room(quern_match_pool *pool, const quern_match_join *join,
                                    quern_error *err)
{
    size_t n = (size_t)join->n_cursors * QUERN_BLOCK;
    return quern_grow(&pool->spots, &pool->cap_spots, n, sizeof *pool->spots)
               ? quern_fail_nomem(err)
               : QUERN_OK;
}

quern_status quern_phrase_open(const state *s, uint32_t i, list *l, quern_error *err)
{
    l->cursor = s->join->cursors[i];
    l->spots = s->pool->spots + (size_t)i * QUERN_BLOCK;
    QUERN_TRY(quern_match_open(s->pool, l->cursor, &l->postings, err));
    const quern_postings *p = l->postings;
    int is_behind = p->near > 0 && quern_postings_last(p, p->near - 1) < s->passages[0];
    l->block = is_behind ? p->near : 0;
    return QUERN_OK;
}

/* The runs of passages whose spots are known. */
static uint32_t known_runs(const state *s, const list *l, run *out)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->n;) {
        uint32_t block = l->spots[s->ids[k]].block;
        out[n].block = block;
        out[n].from = k;
        for (k++; k < s->n && l->spots[s->ids[k]].block == block; k++) {
        }
        out[n++].end = k;
    }
    return n;
}

uint32_t quern_phrase_runs(const state *s, uint32_t i, list *l, run *out)
{
    if (i < s->n_known) {
        return known_runs(s, l, out);
    }
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->n;) {
        l->block = quern_postings_find(l->postings, l->block, s->passages[k]);
        if (l->block == l->postings->n_blocks) {
            break;
        }
        uint32_t last = quern_postings_last(l->postings, l->block);
        l->postings->near = l->block;
        out[n].block = l->block;
        out[n].from = k;
        for (k++; k < s->n && s->passages[k] <= last; k++) {
        }
        out[n++].end = k;
    }
    return n;
}

/* Leaves the passages that have the i-th term. */
static quern_status keep_with_term(state *s, uint32_t i, quern_error *err)
{
    list l;
    run runs[QUERN_BLOCK];
    uint32_t n = 0;
    QUERN_TRY(quern_phrase_open(s, i, &l, err));
    uint32_t n_runs = quern_phrase_runs(s, i, &l, runs);
    for (const run *r = runs; r < runs + n_runs; r++) {
        quern_block_met met;
        uint32_t n_met;
        QUERN_TRY(quern_postings_meet(l.postings, r->block, s->passages + r->from, r->end - r->from,
                                      &met, &n_met, err));
        for (uint32_t k = 0; k < n_met; k++) {
            s->passages[n] = s->passages[r->from + met.which[k]];
            s->ids[n] = s->ids[r->from + met.which[k]];
            l.spots[s->ids[n++]] = (quern_match_spot){r->block, met.at[k], 0};
        }
    }
    s->n = n;
    s->n_known = i + 1;
    return QUERN_OK;
}

quern_status quern_phrase_keep(const quern_phrase_filter *filter, uint32_t *passages, uint32_t *n,
                               quern_error *err)
{
    const quern_match_join *join = filter->join;
    state s = {filter->pool, join, passages, filter->ids, *n, filter->n_known};
    int is_done = 0;
    for (uint32_t i = s.n_known, n_before = quern_phrase_n_before(join); i < n_before && s.n > 0;
         i++) {
        QUERN_TRY(keep_with_term(&s, i, err));
    }
    if (are_sets(join)) {
        uint32_t first = s.n_known < quern_phrase_n_rare(join) ? s.n_known : 0;
        QUERN_TRY(quern_phrase_keep_sets(&s, first, &is_done, err));
    }
    if (!is_done) {
        QUERN_TRY(quern_phrase_keep_places(&s, err));
    }
    *n = s.n;
    return QUERN_OK;
}
