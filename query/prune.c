/* SPDX-License-Identifier: MIT */
/* prune - the k best without scoring the rest.
 *
 * The *bar* is a score that at least k passages reach (topk.h). The directory of a list says how
 * much its term can add in each block of 128 postings: the bound byte, in parts of the list's
 * largest tfnorm. What cannot reach the bar even by the sum of its bounds is not looked at.
 *
 * One word. Blocks are visited by their bounds, highest first, until a bound is below the bar:
 * about k blocks of thousands. Passages then come in no order, so what only equals the bar stays.
 *
 * Several words: MaxScore (Turtle & Flood 1995) in windows of passages, as in rank.h.
 *
 *     words, by bound in this window for their cost   a   b | c   d | e    bar
 *     sums of bounds                                  2   5 | 11  19  30     9
 *                                                 optional | essential
 *
 * A window whose bounds add up to less than the bar is skipped. Else the words whose bounds
 * together stay below the bar are *optional*: a passage that has no other word cannot reach it. The
 * others are *essential*: their blocks are poured into the window, the rarest word's first, but for
 * blocks that with the bounds of all other words stay below the bar (a word that was poured before
 * and has nothing where the block lies has no bound there); where one word alone is essential, its
 * scores need no window. What reaches the bar with the bounds of the optional words are candidates,
 * a short list; those words are looked up for it one by one, the highest bound first, and after
 * each the list is sifted again. A word is not even decoded where its block's bound does not lift a
 * candidate to the bar. Phrases count as essential, with the bounds of their lists; before
 * positions are read, the frequencies say what the passage could score.
 *
 * The bar begins at what the lists promise: 10, 100 or 1,000 passages of a list reach a value, also
 * when some words more add to it. With d dead passages the promise for k + d is taken. A list of
 * one block has no promise; it is scored at once, which also gives its bound.
 *
 * Bounds. They are of the default k1 and b at the segment's own average length r. At another, a,
 * tfnorm is at most max(1, a / r) times and at least min(1, a / r) times that, and never above 1.
 * With another k1 or b, 1 is all that is known. Rounding is covered by two units.
 *
 * How many match is then unknown, but more than k are sure: nothing is left out before more than k
 * were seen, unless one word alone is in more than k living passages.
 */
#include "query/prune_state.h"

#include <stddef.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCKS_A_LOOK = 256 }; /* of one word, for each look at the clock */

typedef quern_prune_word word;
typedef quern_pruning pruning;

int quern_prune_applies(const quern_prune *prune)
{
    const quern_prepared *q = prune->query;
    return q->is_flat && !q->is_wide && q->max_cursors <= prune->pool->n_slots &&
           q->n_words <= prune->n_tables;
}

/* Average length now, in parts of that which bounds and promises are for. 0: another formula. */
static double stretch(const pruning *s)
{
    const quern_bm25 *m = &s->up->query->model;
    double reference = quern_segment_reference_length(s->part->segment);
    int same = m->k1 >= QUERN_BM25_K1 && m->k1 <= QUERN_BM25_K1 && m->b >= QUERN_BM25_B &&
               m->b <= QUERN_BM25_B;
    return same && reference > 0.0 ? m->avglen / reference : 0.0;
}

/* Sets unit and cap. The weight of 1 of tfnorm is `full` units of score. */
static void set_bounds(const pruning *s, word *w)
{
    double full = w->cursor->weight * (s->up->query->model.k1 + 1.0) * QUERN_BM25_ONE;
    double parts = stretch(s);
    w->cap = (int64_t)full + QUERN_PRUNE_SLOP;
    w->unit = parts > 0.0
                  ? full * quern_postings_max(w->postings) * (parts > 1.0 ? parts : 1.0) / 255.0
                  : full;
}

/* What at least k living passages score by this word alone; 0 where that is not known. */
static int64_t promise(const pruning *s, const word *w)
{
    const quern_tombstones *dead = s->part->dead;
    double parts = stretch(s);
    uint64_t rank = s->up->top->k;
    if (parts <= 0.0 || rank > 1000) {
        return 0;
    }
    rank += dead ? quern_tombstones_count(dead, w->cursor->term.ordinal) : 0;
    if (rank > 1000) {
        return 0;
    }
    double reach = quern_postings_kth(w->postings, (uint32_t)rank) * (parts < 1.0 ? parts : 1.0);
    double full = w->cursor->weight * (s->up->query->model.k1 + 1.0) * QUERN_BM25_ONE;
    int64_t score = (int64_t)(full * reach) - QUERN_PRUNE_SLOP;
    return score > 0 ? score : 0;
}

/* ---- Blocks ---- */

quern_status quern_prune_load(quern_postings *p, uint32_t block, quern_error *err)
{
    if (p->n == 0 || p->block != block) {
        QUERN_TRY(quern_postings_load(p, block, err));
    }
    return p->have_tfs ? QUERN_OK : quern_postings_load_tfs(p, err);
}

void quern_prune_cut(const quern_pruning *s, const quern_postings *p, uint32_t *from, uint32_t *to)
{
    *from = p->passages[0] < s->base ? quern_match_lower_bound(p->passages, 0, p->n, s->base) : 0;
    *to = p->n;
    if (p->passages[p->n - 1] >= s->stop) {
        *to = quern_match_lower_bound(p->passages, *from, p->n, s->stop);
    }
}

/* ---- One word ---- */

/* Which of 16 bounds are at least `least`, as bits. */
static unsigned reach_least(const uint8_t *bounds, unsigned least)
{
#ifdef __SSE2__
    __m128i at = _mm_loadu_si128((const __m128i *)(const void *)bounds);
    __m128i low = _mm_set1_epi8((char)least);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(at, low), at));
#else
    unsigned out = 0;
    for (unsigned i = 0; i < 16; i++) {
        out |= (unsigned)(bounds[i] >= least) << i;
    }
    return out;
#endif
}

/* Writes the numbers of the blocks whose byte is at least `least`, in order; returns how many. With
 * out NULL they are only counted. */
static uint32_t gather_blocks(const quern_postings *p, unsigned least, uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_blocks; i += 16) {
        uint32_t left = p->n_blocks - i;
        unsigned bits;
        if (left >= 16) {
            bits = reach_least(p->bounds + i, least);
        } else {
            uint8_t rest[16] = {0};
            memcpy(rest, p->bounds + i, left);
            bits = reach_least(rest, least) & ((1u << left) - 1);
        }
        if (!out) {
            n += (uint32_t)__builtin_popcount(bits);
            continue;
        }
        for (; bits; bits &= bits - 1) {
            out[n++] = i + (uint32_t)__builtin_ctz(bits);
        }
    }
    return n;
}

/* Puts the numbers of the blocks whose byte is at least `least` into *out, highest byte first. */
static quern_status order_blocks(const word *w, unsigned least, uint32_t **out, uint32_t *n,
                                 quern_error *err)
{
    const uint8_t *bounds = w->postings->bounds;
    uint32_t at[257] = {0};
    *n = gather_blocks(w->postings, least, NULL);
    *out = quern_alloc((size_t)(*n ? *n : 1) * 2 * sizeof **out); /* those in order behind them */
    if (!*out) {
        return quern_fail_nomem(err);
    }
    const uint32_t *from = *out + *n;
    gather_blocks(w->postings, least, *out + *n);
    for (uint32_t i = 0; i < *n; i++) {
        at[255 - bounds[from[i]] + 1]++;
    }
    for (unsigned i = 1; i <= 256 - least; i++) {
        at[i] += at[i - 1];
    }
    for (uint32_t i = 0; i < *n; i++) {
        (*out)[at[255 - bounds[from[i]]]++] = from[i];
    }
    return QUERN_OK;
}

static quern_status push_block(const pruning *s, const word *w, uint32_t block, quern_error *err)
{
    quern_rank_high high;
    quern_postings *p = w->postings;
    quern_topk *top = s->up->top;
    QUERN_TRY(quern_prune_load(p, block, err));
    quern_rank_run run = quern_prune_run(s, w, 0, p->n);
    quern_rank_reach(&s->up->query->model, &run, top->bar, &high);
    for (uint32_t i = 0; i < high.n; i++) {
        if (!quern_tombstones_passage(s->part->dead, high.passages[i])) {
            quern_topk_push(top, high.scores[i], high.passages[i]);
        }
    }
    quern_topk_tighten(top);
    return QUERN_OK;
}

static quern_status one_word(pruning *s, quern_error *err)
{
    const word *w = &s->words[0];
    quern_topk *top = s->up->top;
    uint32_t *blocks;
    uint32_t n;
    unsigned least = 0;
    s->up->n_passages +=
        w->cursor->term.df -
        (s->part->dead ? quern_tombstones_count(s->part->dead, w->cursor->term.ordinal) : 0);
    quern_topk_begin_any_order(top, top->bar);
    if (!w->postings->directory) {
        return quern_prune_bound(w, 255) < top->bar ? QUERN_OK : push_block(s, w, 0, err);
    }
    while (least < 256 && quern_prune_bound(w, least) < top->bar) {
        least++;
    }
    QUERN_TRY(order_blocks(w, least, &blocks, &n, err));
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; i < n && !status; i++) {
        if (quern_prune_bound(w, w->postings->bounds[blocks[i]]) < top->bar ||
            (i % BLOCKS_A_LOOK == 0 && quern_deadline_check(s->up->deadline))) {
            break;
        }
        if (i + 1 < n) {
            quern_postings_prefetch(w->postings, blocks[i + 1]);
        }
        status = push_block(s, w, blocks[i], err);
    }
    quern_free(blocks);
    return status;
}

/* ---- A segment ---- */

quern_status quern_prune_open_word(const quern_pruning *s, const quern_match_cursor *cursor,
                                   quern_rank_table *table, quern_prune_word *w, quern_error *err)
{
    memset(w, 0, sizeof *w);
    w->cursor = cursor;
    w->table = table;
    QUERN_TRY(quern_match_open(s->up->pool, cursor, &w->postings, err));
    if (w->postings->n_blocks == 1) {
        QUERN_TRY(quern_postings_load(w->postings, 0, err));
    }
    set_bounds(s, w);
    return QUERN_OK;
}

/* Of a word in one block, which has no promise in its list and no bound but the greatest there is,
 * both are found by scoring the block. Returns what at least k living passages score, or 0. */
static quern_status weigh_block(const pruning *s, word *w, int64_t *reached, quern_error *err)
{
    int32_t scores[QUERN_BLOCK];
    int32_t best[QUERN_BLOCK] = {0}; /* the highest k of the living, descending */
    uint32_t n = 0;
    size_t k = s->up->top->k;
    int64_t most = 0;
    const quern_postings *p = w->postings;
    QUERN_TRY(quern_prune_load(w->postings, 0, err));
    quern_rank_run run = quern_prune_run(s, w, 0, p->n);
    quern_rank_scores(&s->up->query->model, &run, scores);
    for (uint32_t i = 0; i < p->n; i++) {
        most = scores[i] > most ? scores[i] : most;
        if (k > p->n || (n == k && scores[i] <= best[n - 1]) ||
            quern_tombstones_passage(s->part->dead, p->passages[i])) {
            continue;
        }
        uint32_t at = n < k ? n++ : n - 1;
        for (; at > 0 && best[at - 1] < scores[i]; at--) {
            best[at] = best[at - 1];
        }
        best[at] = scores[i];
    }
    w->cap = most;
    *reached = n == k ? best[n - 1] : 0;
    return QUERN_OK;
}

static quern_status start(pruning *s, quern_rank_table *tables, quern_error *err)
{
    quern_prune *up = s->up;
    word *words = s->words + s->n_words;
    for (uint32_t i = 0; i < s->n_words; i++) {
        const quern_match_cursor *cursor = &s->part->words[i];
        quern_rank_table *table = &up->tables[cursor->leaf - 1];
        if (table->owner != cursor->leaf) {
            quern_rank_table_begin(table, cursor->leaf);
        }
        QUERN_TRY(quern_prune_open_word(s, cursor, table, &s->words[i], err));
        s->order[i] = &s->words[i];
        int64_t bar = 0;
        if (s->words[i].postings->n_blocks > 1) {
            bar = promise(s, &s->words[i]);
        } else if (s->part->n_cursors > 1) {
            QUERN_TRY(weigh_block(s, &s->words[i], &bar, err));
        }
        up->top->bar = bar > up->top->bar ? bar : up->top->bar;
    }
    for (size_t i = 0; i < s->part->n_joins; i++) {
        s->joins[i].join = &s->part->joins[i];
        QUERN_TRY(quern_prune_start_join(s, &s->joins[i], words, tables, err));
        words += s->joins[i].join->n_cursors;
        tables += s->joins[i].join->n_cursors;
    }
    return QUERN_OK;
}

quern_status quern_prune_part(quern_prune *prune, quern_part *part, quern_error *err)
{
    if (part->n_cursors == 0) {
        return QUERN_OK;
    }
    size_t n_tables = part->n_cursors - part->n_words;
    pruning *s = quern_alloc(sizeof *s);
    word *words = quern_alloc(part->n_cursors * sizeof *words);
    word **order = quern_alloc(part->n_cursors * sizeof(word *));
    quern_prune_join *joins = quern_alloc(part->n_joins * sizeof *joins + 1);
    quern_rank_table *tables = quern_alloc(n_tables * sizeof *tables + 1);
    quern_status status = QUERN_E_NOMEM;
    if (s && words && order && joins && tables) {
        memset(s, 0, offsetof(pruning, n_batch));
        s->up = prune;
        s->part = part;
        s->words = words;
        s->order = order;
        s->joins = joins;
        s->n_batch = 0;
        s->n_words = (uint32_t)part->n_words;
        s->is_lone = part->n_words == 0 && part->n_joins == 1;
        s->n_passages = quern_segment_get_info(part->segment)->ref.n_passages;
        status = start(s, tables, err);
        if (!status) {
            status = s->n_words == 1 && part->n_joins == 0 ? one_word(s, err)
                     : s->is_lone && prune->is_exact && part->joins->how == QUERN_JOIN_ALL
                         ? quern_prune_all(s, err)
                     : s->is_lone ? quern_prune_lone_join(s, err)
                                  : quern_prune_windows(s, err);
        }
    } else {
        quern_fail_nomem(err);
    }
    quern_free(s);
    quern_free(words);
    quern_free(order);
    quern_free(joins);
    quern_free(tables);
    return status;
}
