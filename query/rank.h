/* SPDX-License-Identifier: MIT */
/* rank - postings become scores: sums of BM25 contributions over a window of passages.
 *
 * A searcher goes through a segment in windows of some thousand passages. Each term adds its
 * contribution to the score of every passage it is in and sets the passage's bit; when all terms
 * have added, the bits say which passages matched (a score can be rounded to 0) and the scores how
 * well. Window, bits and one table of contributions fit the first-level cache together.
 *
 *     base         base + 64                                 base + size
 *      | scores: one integer a passage, 0 where nothing was added    |
 *      | bits:   one bit a passage, low bit first                    |
 *
 * Scores are integers in units of 2^-20 (base/bm25.h): 32 bits wide while the sum of all weights
 * times (k1 + 1) cannot reach 2047, else 64. Both give the same values.
 *
 * A contribution depends on (tf, len) alone, and in passages both are small; so each term has a
 * table of those for tf up to 16 and len up to 255, whose entries are computed when first met (-1
 * before): a rare term pays for no more than it has, a frequent one divides a few hundred times for
 * a million postings. What lies outside the table is computed each time. Lengths of two bytes use
 * the table as well: most are short.
 */
#ifndef QUERN_QUERY_RANK_H
#define QUERN_QUERY_RANK_H

#include "base/bm25.h"
#include "index/segment.h"

enum {
    QUERN_RANK_TFS = 16,      /* rows of a table */
    QUERN_RANK_TFS_FIRST = 2, /* that are cleared at first */
    QUERN_RANK_LENS = 256
};

typedef struct quern_window {
    uint32_t base; /* its first passage, a multiple of 64 */
    uint32_t size; /* passages; a multiple of 64 */
    int is_wide;   /* scores are 64 bits */
    uint8_t *bits;
    union {
        int32_t *narrow;
        int64_t *wide;
    } scores;
} quern_window;

/* Contributions of one weight, or -1 where not computed yet: [(tf - 1) * 256 + len]. */
typedef struct quern_rank_table {
    uint32_t owner; /* number of the leaf whose weight it is for, from 1; 0: none */
    uint32_t n_tfs; /* rows that are cleared so far */
    int32_t entries[QUERN_RANK_TFS * QUERN_RANK_LENS];
} quern_rank_table;

/* What adds to a window: n postings that lie in it, of a term with weight wq * idf. */
typedef struct quern_rank_run {
    const uint32_t *passages, *tfs;
    uint32_t n;
    quern_lengths lengths;
    double weight;
    quern_rank_table *table; /* used where scores are narrow; NULL: none */
} quern_rank_run;

/* Makes an empty window; it owns its arrays. Errors: NOMEM. */
quern_status quern_window_init(quern_window *window, uint32_t size, int is_wide, quern_error *err);
void quern_window_finish(quern_window *window); /* zeroed windows are fine */
/* A bit for each of the 64 passages from the at-th on that scores at least `low`. Narrow scores. */
uint64_t quern_window_reach(const quern_window *window, uint32_t at, int64_t low);
/* Clears the 64 passages from the at-th on. */
void quern_window_clear(quern_window *window, uint32_t at);

/* Clears a table for another owner. */
void quern_rank_table_begin(quern_rank_table *table, uint32_t owner);

void quern_rank_add(quern_window *window, const quern_bm25 *model, const quern_rank_run *run);

/* Writes the contributions of the run's postings to out[n]. Narrow scores, with a table. */
void quern_rank_scores(const quern_bm25 *model, const quern_rank_run *run, int32_t *out);
/* Postings of a run that score enough: which of its own they are, and what they score. */
typedef struct quern_rank_high {
    uint32_t n;
    uint8_t ids[QUERN_BLOCK + 16]; /* with room for vectors */
    uint32_t passages[QUERN_BLOCK + 16];
    int32_t scores[QUERN_BLOCK + 16];
} quern_rank_high;

/* Finds those of at most QUERN_BLOCK postings that score at least `low`. Narrow scores, with a
 * table. */
void quern_rank_reach(const quern_bm25 *model, const quern_rank_run *run, int64_t low,
                      quern_rank_high *out);
/* That of its i-th posting. */
int32_t quern_rank_score(const quern_bm25 *model, const quern_rank_run *run, uint32_t i);

/* The contribution of one posting. tf 0, which no sound index has, counts as 1. */
static inline int64_t quern_rank_one(const quern_bm25 *model, double weight, uint32_t tf,
                                     uint32_t len)
{
    return quern_bm25_contribution(model, weight, tf ? tf : 1, len);
}

/* Bits that are set. */
static inline unsigned quern_window_count(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (unsigned)(x * 0x0101010101010101u >> 56);
}

static inline int64_t quern_window_score(const quern_window *w, uint32_t i)
{
    return w->is_wide ? w->scores.wide[i] : w->scores.narrow[i];
}

/* Adds to the i-th passage of the window and marks it as matched. */
static inline void quern_window_add(quern_window *w, uint32_t i, int64_t score)
{
    if (w->is_wide) {
        w->scores.wide[i] += score;
    } else {
        w->scores.narrow[i] += (int32_t)score;
    }
    w->bits[i >> 3] = (uint8_t)(w->bits[i >> 3] | 1u << (i & 7));
}

#endif
