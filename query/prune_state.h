/* SPDX-License-Identifier: MIT */
/* prune_state - what the parts of pruning share: prune.c, which has single words; prune_window.c,
 * windows; prune_sift.c, candidates; prune_join.c, joins. No other file includes it.
 */
#ifndef QUERN_QUERY_PRUNE_STATE_H
#define QUERN_QUERY_PRUNE_STATE_H

#include "query/phrase.h"
#include "query/prune.h"

enum {
    QUERN_PRUNE_BATCH = 1024, /* candidates at a time */
    QUERN_PRUNE_SLOP = 2      /* units that a computed bound may be off */
};

typedef struct quern_prune_word {
    const quern_match_cursor *cursor;
    quern_postings *postings;
    quern_rank_table *table;
    double unit;         /* score of one step of a bound byte */
    int64_t cap;         /* no passage scores more */
    int64_t bound;       /* in the window at hand */
    int64_t rest;        /* optional: bounds of the words that are looked up after it */
    uint32_t block, end; /* blocks [block, end) reach into the window */
} quern_prune_word;

/* A join: a word for each of its cursors. */
typedef struct quern_prune_join {
    quern_match_join *join;
    quern_prune_word *words;
    int64_t bound; /* no passage scores more */
} quern_prune_join;

typedef struct quern_pruning {
    quern_prune *up;
    quern_part *part;
    quern_prune_word *words;
    uint32_t n_words;
    quern_prune_word **order; /* by bound for cost; optional ones first */
    uint32_t n_optional;
    int64_t optional;        /* sum of their bounds */
    int64_t joined;          /* sum of the bounds of all joins */
    int64_t sum;             /* of the bounds of all words and joins in the window */
    quern_prune_join *joins; /* those of the part */
    int is_lone;             /* a join is all there is: what it matches needs no window */
    int64_t need;            /* what a candidate must reach so as not to be left out */
    uint32_t n_passages;
    uint32_t base, stop; /* the window: passages [base, stop) */
    /* Candidates, ascending. Those of a join have been given numbers: the postings of the block
     * they come from. */
    uint32_t n_batch;
    uint32_t passages[QUERN_PRUNE_BATCH];
    int32_t scores[QUERN_PRUNE_BATCH];
    uint8_t ids[QUERN_BLOCK];
} quern_pruning;

/* What a passage must reach so as not to be left out. */
static inline int64_t quern_prune_bar(const quern_pruning *s)
{
    const quern_topk *top = s->up->top;
    int may_skip =
        !s->up->is_exact && (s->up->query->max_live > top->k || s->up->n_passages > top->k);
    return may_skip ? top->bar : INT64_MIN;
}

/* ---- Bounds ---- */

static inline uint32_t quern_prune_last(const quern_postings *p, uint32_t i)
{
    return p->directory ? quern_load32(p->directory + (size_t)i * 4) : p->only_last;
}

/* The lowest passage that can be in block i. */
static inline uint32_t quern_prune_first(const quern_postings *p, uint32_t i)
{
    return i > 0 ? quern_prune_last(p, i - 1) + 1 : p->n_blocks == 1 ? p->passages[0] : 0;
}

static inline int64_t quern_prune_bound(const quern_prune_word *w, unsigned byte)
{
    double v = w->unit * byte;
    return (v < (double)w->cap ? (int64_t)v : w->cap) + QUERN_PRUNE_SLOP;
}

static inline unsigned quern_prune_byte(const quern_prune_word *w, uint32_t block)
{
    return w->postings->directory ? w->postings->bounds[block] : 255;
}

/* ---- Blocks ---- */

/* Decodes a block of a word, and its frequencies. */
quern_status quern_prune_load(quern_postings *p, uint32_t block, quern_error *err);

static inline quern_rank_run quern_prune_run(const quern_pruning *s, const quern_prune_word *w,
                                             uint32_t from, uint32_t to)
{
    quern_rank_run run = {w->postings->passages + from,
                          w->postings->tfs + from,
                          to - from,
                          s->part->lengths,
                          w->cursor->weight,
                          w->table};
    return run;
}

/* The postings [from, to) of the decoded block that lie in the window. */
void quern_prune_cut(const quern_pruning *s, const quern_postings *p, uint32_t *from, uint32_t *to);

/* Finds the blocks of a word that reach into the window, and their bound. */
void quern_prune_enter(const quern_pruning *s, quern_prune_word *w);

/* Opens the list of a cursor, with a table for its scores. */
quern_status quern_prune_open_word(const quern_pruning *s, const quern_match_cursor *cursor,
                                   quern_rank_table *table, quern_prune_word *w, quern_error *err);

/* Goes through all of a segment, window by window (prune_window.c). */
quern_status quern_prune_windows(quern_pruning *s, quern_error *err);

/* ---- Candidates (prune_sift.c) ---- */

/* Candidates that must have a word. */
typedef struct quern_prune_must {
    quern_match_spot *spots; /* by number: receives where each of them is in the list */
    int is_late;             /* its score is not wanted yet */
} quern_prune_must;

/* Adds what a word scores in the candidates, and keeps those that can still reach what is needed.
 * With `must`, those without the word are dropped. */
quern_status quern_prune_sift(quern_pruning *s, quern_prune_word *w, const quern_prune_must *must,
                              quern_error *err);
/* Looks the optional words up for the candidates and sends what reaches the bar. */
quern_status quern_prune_finish_batch(quern_pruning *s, quern_error *err);
quern_status quern_prune_add(quern_pruning *s, uint32_t passage, int32_t score, quern_error *err);

/* ---- Joins (prune_join.c) ---- */

/* `words` and `tables` have one for each cursor of the join. */
quern_status quern_prune_start_join(quern_pruning *s, quern_prune_join *f, quern_prune_word *words,
                                    quern_rank_table *tables, quern_error *err);
/* Pours what a join matches into the window. */
quern_status quern_prune_pour_join(quern_pruning *s, const quern_prune_join *f, quern_error *err);
/* Goes through all of a segment for the only join. */
quern_status quern_prune_lone_join(quern_pruning *s, quern_error *err);

/* ---- An ALL that is all there is, its matches counted (prune_all.c) ---- */

quern_status quern_prune_all(quern_pruning *s, quern_error *err);

#endif
