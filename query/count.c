/* SPDX-License-Identifier: MIT */
/* count - see count.h. */
#include "query/count.h"

#include "index/block.h"
#include "query/bitset.h"
#include "query/phrase.h"
#include "query/rank.h"

enum {
    WINDOW = 65536, /* passages: three sets of them fit the first-level cache */
    WORDS = WINDOW / 64,
    ROOM = QUERN_POUR_MARGIN + WORDS + QUERN_POUR_MARGIN,
    SPARSE = 64 /* passages for each one with the word, from which on it is set one by one */
};

/* One segment. Each set is empty between uses. */
typedef struct state {
    const quern_count *job;
    quern_part *part;
    const quern_match_cursor
        *rest; /* the word of which only that is read which others have; NULL */
    uint32_t n_passages;
    uint32_t base, end;          /* the window */
    size_t n;                    /* words of it */
    uint64_t *found, *all, *own; /* the matches, those of a join, and the passages of one list */
    quern_tally tally;
} state;

/* ---- Articles ---- */

quern_status quern_tally_enter(quern_tally *t, quern_segment *segment, quern_error *err)
{
    t->n = quern_tally_get(t);
    t->is_open = 0;
    t->word = 0;
    t->n_passages = quern_segment_get_info(segment)->ref.n_passages;
    return quern_firsts_open(segment, &t->firsts, err);
}

/* Which of the next 64 passages end an article. */
static uint64_t ends_of(const quern_tally *t)
{
    uint64_t ends = quern_firsts_word(&t->firsts, t->word) >> 1;
    if (t->n_passages - t->word * 64 > 64) {
        return ends | quern_firsts_word(&t->firsts, t->word + 1) << 63;
    }
    return ends | (uint64_t)1 << ((t->n_passages - 1) & 63);
}

/* Ones below an article's end, and its matches below it, overflow to its end where it has any. */
static void add_next(quern_tally *t, uint64_t matches)
{
    uint64_t ends = ends_of(t);
    uint64_t below = matches & ~ends;
    uint64_t half = below + ~ends;
    uint64_t sum = half + (uint64_t)t->is_open;
    t->is_open = half < below || sum < half;
    t->n += quern_window_count((sum | matches) & ends);
    t->word++;
}

void quern_tally_add(quern_tally *t, uint32_t first, uint64_t matches)
{
    while (t->is_open && t->word < first / 64) {
        add_next(t, 0);
    }
    t->word = first / 64;
    add_next(t, matches);
}

/* ---- Words ---- */

/* A bound from below of the passages of the list from the window's end on. */
static uint32_t next_of(const state *s, const quern_postings *p, uint32_t block)
{
    if (block == p->n_blocks) {
        return QUERN_MATCH_END;
    }
    if (p->n > 0 && p->block == block) {
        uint32_t at = quern_match_lower_bound(p->passages, 0, p->n, s->end);
        return at < p->n ? p->passages[at] : s->end;
    }
    uint32_t before = block > 0 ? quern_postings_last(p, block - 1) + 1 : 0;
    return before > s->end ? before : s->end;
}

/* Puts the passages of a word in the window into a set; those of blocks that the mask needs, or all
 * where it is NULL. */
static quern_status pour(state *s, quern_match_cursor *cursor, const uint64_t *mask, int is_own,
                         uint64_t *set, quern_error *err)
{
    quern_postings *p;
    if (cursor->next >= s->end) {
        return QUERN_OK;
    }
    const quern_pour to = {set, mask, s->base, s->end, is_own};
    QUERN_TRY(quern_match_open(s->job->pool, cursor, &p, err));
    QUERN_TRY(quern_postings_pour(p, &cursor->block, &to, err));
    cursor->next = next_of(s, p, cursor->block);
    return QUERN_OK;
}

/* Unites the matches with a word. */
static quern_status add_word(state *s, quern_match_cursor *cursor, quern_error *err)
{
    if (cursor->term.df < s->n_passages / SPARSE) {
        return pour(s, cursor, NULL, 0, s->found, err);
    }
    if (cursor->next < s->end) {
        QUERN_TRY(pour(s, cursor, NULL, 1, s->own, err));
        quern_bitset_unite(s->found, s->own, s->n);
    }
    return QUERN_OK;
}

/* ---- Joins ---- */

static quern_status add_all(state *s, quern_match_join *join, quern_error *err)
{
    if (join->cursors[0]->next >= s->end) {
        return QUERN_OK;
    }
    int is_left = 1;
    QUERN_TRY(pour(s, join->cursors[0], NULL, 1, s->all, err));
    for (uint32_t i = 1; i < join->n_cursors && is_left; i++) {
        QUERN_TRY(pour(s, join->cursors[i], s->all, 1, s->own, err));
        is_left = quern_bitset_intersect(s->all, s->own, s->n);
    }
    if (is_left) {
        quern_bitset_unite(s->found, s->all, s->n);
    }
    return QUERN_OK;
}

static void set_passages(state *s, const uint32_t *passages, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = passages[i] - s->base;
        s->found[at >> 6] |= (uint64_t)1 << (at & 63);
    }
}

/* A block of the phrase's rarest term at a time. */
static quern_status add_phrase(state *s, quern_match_join *join, quern_error *err)
{
    quern_match_pool *pool = s->job->pool;
    quern_match_cursor *lead = join->cursors[0];
    uint8_t ids[QUERN_BLOCK];
    const quern_phrase_filter filter = {pool, join, 0, ids};
    QUERN_TRY(quern_phrase_make_room(pool, join, err));
    while (lead->next < s->end) {
        quern_postings *p;
        uint32_t passages[QUERN_BLOCK];
        QUERN_TRY(quern_match_block(pool, lead, &p, err));
        uint32_t to = p->n;
        if (p->passages[to - 1] >= s->end) {
            to = quern_match_lower_bound(p->passages, lead->at, to, s->end);
        }
        uint32_t n = to - lead->at;
        memcpy(passages, p->passages + lead->at, n * sizeof *passages);
        for (uint32_t i = 0; i < n; i++) {
            ids[i] = (uint8_t)i;
        }
        QUERN_TRY(quern_phrase_keep(&filter, passages, &n, err));
        set_passages(s, passages, n);
        QUERN_TRY(quern_match_move(pool, lead, to, err));
    }
    return QUERN_OK;
}

static quern_status add_near(state *s, quern_match_join *join, quern_error *err)
{
    quern_match_pool *pool = s->job->pool;
    for (;;) {
        uint32_t passage;
        QUERN_TRY(quern_match_join_next(pool, join, s->end, &passage, err));
        if (passage == QUERN_MATCH_END) {
            return QUERN_OK;
        }
        set_passages(s, &passage, 1);
        QUERN_TRY(quern_match_move(pool, join->cursors[0], join->cursors[0]->at + 1, err));
    }
}

static quern_status add_join(state *s, quern_match_join *join, quern_error *err)
{
    return join->how == QUERN_JOIN_ALL      ? add_all(s, join, err)
           : join->how == QUERN_JOIN_PHRASE ? add_phrase(s, join, err)
                                            : add_near(s, join, err);
}

/* ---- Windows ---- */

static void remove_dead(state *s)
{
    const quern_tombstones *dead = s->part->dead;
    if (!dead || !dead->passages) {
        return;
    }
    size_t whole = s->n_passages / 64; /* words that are there to their end */
    const uint8_t *bytes = dead->passages + s->base / 8;
    for (size_t i = 0; i < s->n; i++) {
        s->found[i] &= s->base / 64 + i < whole
                           ? ~quern_load64(bytes + i * 8)
                           : ~quern_part_dead(s->part, s->base + (uint32_t)i * 64);
    }
}

static void finish_window(state *s, quern_count *count)
{
    remove_dead(s);
    count->n_passages += quern_bitset_count(s->found, s->n);
    for (size_t i = 0; count->with_articles && i < s->n; i++) {
        if (s->found[i]) {
            quern_tally_add(&s->tally, s->base + (uint32_t)i * 64, s->found[i]);
        }
    }
    quern_bitset_clear(s->found, s->n);
}

/* Where the next posting is that can matter. */
static uint32_t next_passage(const state *s)
{
    const quern_part *p = s->part;
    uint32_t next = QUERN_MATCH_END;
    for (size_t i = 0; i < p->n_words; i++) {
        if (&p->words[i] != s->rest) {
            next = p->words[i].next < next ? p->words[i].next : next;
        }
    }
    for (size_t i = 0; i < p->n_joins; i++) {
        uint32_t lead = p->joins[i].cursors[0]->next;
        next = lead < next ? lead : next;
    }
    return next;
}

static quern_status run_window(state *s, quern_error *err)
{
    quern_part *p = s->part;
    quern_match_cursor *rest = NULL;
    for (size_t i = 0; i < p->n_words; i++) {
        if (&p->words[i] == s->rest) {
            rest = &p->words[i];
        } else {
            QUERN_TRY(add_word(s, &p->words[i], err));
        }
    }
    for (size_t i = 0; i < p->n_joins; i++) {
        QUERN_TRY(add_join(s, &p->joins[i], err));
    }
    if (rest) {
        QUERN_TRY(pour(s, rest, s->found, 1, s->own, err));
        quern_bitset_subtract(s->found, s->own, s->n);
    }
    return QUERN_OK;
}

/* ---- Segments ---- */

/* Takes the commonest word as the one of which all is known already. */
static void choose_rest(state *s, quern_count *count)
{
    const quern_part *p = s->part;
    const quern_match_cursor *rest = NULL;
    for (size_t i = 0; i < p->n_words && !count->with_articles; i++) {
        rest = !rest || p->words[i].term.df > rest->term.df ? &p->words[i] : rest;
    }
    s->rest = rest;
    if (rest) {
        uint32_t dead = p->dead ? quern_tombstones_count(p->dead, rest->term.ordinal) : 0;
        count->n_passages += rest->term.df - dead;
    }
}

static quern_status start(state *s, quern_error *err)
{
    quern_part *p = s->part;
    quern_match_pool *pool = s->job->pool;
    for (size_t i = 0; i < p->n_words; i++) {
        QUERN_TRY(quern_match_start(pool, &p->words[i], 0, err));
    }
    for (size_t i = 0; i < p->n_joins; i++) {
        for (uint32_t j = 0; j < p->joins[i].n_cursors; j++) {
            QUERN_TRY(quern_match_start(pool, p->joins[i].cursors[j], 0, err));
        }
    }
    return QUERN_OK;
}

static quern_status run_part(state *s, quern_count *count, quern_error *err)
{
    quern_segment *segment = s->part->segment;
    s->n_passages = quern_segment_get_info(segment)->ref.n_passages;
    choose_rest(s, count);
    if (s->part->n_cursors == (s->rest != NULL)) {
        return QUERN_OK; /* there is nothing to look at */
    }
    if (count->with_articles) {
        QUERN_TRY(quern_tally_enter(&s->tally, segment, err));
    }
    QUERN_TRY(start(s, err));
    for (uint32_t next = next_passage(s); next < s->n_passages; next = next_passage(s)) {
        if (quern_deadline_check(count->deadline)) {
            return QUERN_OK;
        }
        s->base = next & ~63u;
        s->end = s->n_passages - s->base > WINDOW ? s->base + WINDOW : s->n_passages;
        s->n = (s->end - s->base + 63) / 64;
        QUERN_TRY(run_window(s, err));
        finish_window(s, count);
    }
    return QUERN_OK;
}

quern_status quern_count_run(quern_count *count, quern_error *err)
{
    quern_status status = QUERN_OK;
    state s = {.job = count};
    uint64_t *room = quern_alloc_zero((size_t)3 * ROOM, sizeof *room);
    if (!room) {
        return quern_fail_nomem(err);
    }
    s.found = room + QUERN_POUR_MARGIN;
    s.all = s.found + ROOM;
    s.own = s.all + ROOM;
    count->n_passages = 0;
    for (size_t i = 0; i < count->query->n_parts && !status; i++) {
        s.part = &count->query->parts[i];
        status = run_part(&s, count, err);
    }
    count->n_articles = quern_tally_get(&s.tally);
    quern_free(room);
    return status;
}
