/* SPDX-License-Identifier: MIT */
/* phrase_sets - a phrase in passages of a few words, many of them at once; see phrase.h.
 *
 * Where a phrase could begin in a passage is a set of bits. Each of its members has the set of its
 * positions, moved down by its offset: what all have in common is where the phrase stands.
 */
#include "query/phrase_state.h"

#include <string.h>

/* Of each passage that is left. */
typedef struct sets {
    quern_places_set starts[QUERN_BLOCK]; /* where the phrase could begin */
    quern_places_set own[QUERN_BLOCK];    /* by one member alone */
    quern_place places[QUERN_BLOCK];      /* of the term at hand */
    int has_starts;                       /* a term was asked already */
} sets;

/* Leaves the passages of a block that have the term, from the n-th on. Returns how many. */
static uint32_t keep_met(quern_phrase_state *s, sets *t, const quern_phrase_list *l,
                         const quern_phrase_run *r, const quern_block_met *met, uint32_t n_met,
                         uint32_t n)
{
    for (uint32_t i = 0; i < n_met; i++, n++) {
        uint32_t from = r->from + met->which[i];
        uint8_t id = s->ids[from];
        s->passages[n] = s->passages[from];
        s->ids[n] = id;
        t->starts[n] = t->starts[from];
        l->spots[id] = (quern_match_spot){r->block, met->at[i], t->places[n].tf};
    }
    return n_met;
}

/* Leaves the passages that have the term, and finds where its positions stand in them. What will be
 * read is on its way while the blocks before it are looked at. */
static quern_status find_places(quern_phrase_state *s, sets *t, uint32_t i, quern_phrase_list *l,
                                quern_error *err)
{
    enum { AHEAD = QUERN_PHRASE_AHEAD, RING = AHEAD + 1 };
    quern_places_block blocks[RING];
    quern_phrase_run runs[QUERN_BLOCK];
    uint32_t kept = 0;
    uint32_t n = quern_phrase_runs(s, i, l, runs);
    for (uint32_t k = 0; k < n + AHEAD; k++) {
        quern_block_met met;
        uint32_t n_met;
        if (k < n) {
            quern_places_find(l->postings, runs[k].block, &blocks[k % RING]);
        }
        if (k < AHEAD) {
            continue;
        }
        const quern_phrase_run *r = &runs[k - AHEAD];
        QUERN_TRY(quern_places_read(l->postings, &blocks[(k - AHEAD) % RING], s->passages + r->from,
                                    r->end - r->from, &met, &n_met, t->places + kept, err));
        kept += keep_met(s, t, l, r, &met, n_met, kept);
    }
    s->n = kept;
    return QUERN_OK;
}

static inline int is_empty(const quern_places_set *a)
{
    return (a->words[0] | a->words[1]) == 0;
}

/* Leaves the passages that have starts. */
static void keep_some(quern_phrase_state *s, sets *t)
{
    uint32_t n = 0;
    uint32_t *passages = s->passages;
    uint8_t *ids = s->ids;
    for (uint32_t k = 0, end = s->n; k < end; k++) {
        uint32_t passage = passages[k];
        uint8_t id = ids[k];
        quern_places_set starts = t->starts[k];
        passages[n] = passage;
        ids[n] = id;
        t->starts[n] = starts;
        n += (uint32_t)!is_empty(&starts);
    }
    s->n = n;
}

static int are_short(const quern_phrase_state *s, const sets *t)
{
    uint32_t most = 0;
    for (uint32_t k = 0; k < s->n; k++) {
        most = t->places[k].len > most ? t->places[k].len : most;
    }
    return most <= QUERN_PLACES_LEN;
}

/* The starts from which the members of the i-th term stand at their offsets. Where a passage is
 * long, those stay that have the term. */
static quern_status keep_term(quern_phrase_state *s, sets *t, uint32_t i, int *is_long,
                              quern_error *err)
{
    quern_phrase_list l;
    QUERN_TRY(quern_phrase_open(s, i, &l, err));
    QUERN_TRY(find_places(s, t, i, &l, err));
    *is_long = !are_short(s, t);
    if (*is_long) {
        return QUERN_OK;
    }
    for (uint32_t m = 0; m < s->join->n_members; m++) {
        const quern_match_member *member = &s->join->members[m];
        if (member->cursor != i) {
            continue;
        }
        quern_places_set *out = t->has_starts ? t->own : t->starts;
        QUERN_TRY(quern_places_sets(l.postings, t->places, s->n, member->offset, out, err));
        for (uint32_t k = 0; k < s->n && t->has_starts; k++) {
            t->starts[k].words[0] &= t->own[k].words[0];
            t->starts[k].words[1] &= t->own[k].words[1];
        }
        t->has_starts = 1;
    }
    keep_some(s, t);
    return QUERN_OK;
}

/* Leaves the passages that have the phrase on one side of their title's end. */
static quern_status keep_with_title(quern_phrase_state *s, sets *t, quern_error *err)
{
    uint32_t reach = s->join->members[s->join->n_members - 1].offset;
    for (uint32_t k = 0; k < s->n; k++) {
        uint32_t title;
        quern_places_set *starts = &t->starts[k];
        QUERN_TRY(
            quern_segment_title_words(s->join->cursors[0]->segment, s->passages[k], &title, err));
        for (uint32_t p = title > reach ? title - reach : 0; p < title && p < QUERN_PLACES_LEN;
             p++) {
            starts->words[p / 64] &= ~((uint64_t)1 << p % 64);
        }
    }
    keep_some(s, t);
    return QUERN_OK;
}

quern_status quern_phrase_keep_sets(quern_phrase_state *s, uint32_t first, int *is_done,
                                    quern_error *err)
{
    sets t;
    int is_long = 0;
    memset(t.starts, 0, s->n * sizeof *t.starts);
    t.has_starts = 0;
    for (uint32_t i = 0; i < s->join->n_cursors && s->n > 0; i++) {
        uint32_t term = i == 0 ? first : i <= first ? i - 1 : i;
        QUERN_TRY(keep_term(s, &t, term, &is_long, err));
        if (is_long) {
            return QUERN_OK;
        }
    }
    *is_done = 1;
    return keep_with_title(s, &t, err);
}
