/* SPDX-License-Identifier: MIT */
/* prune_window - several words, or words and joins, in windows of passages; part of prune.h, which
 * tells how.
 */
#include "query/prune_state.h"
#include "query/sweep.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    DENSE = 16,   /* windows are small from a posting for so many passages on, */
    FEW_WORDS = 3 /* of up to so many words */
};

typedef quern_prune_word word;
typedef quern_pruning pruning;

/* The highest of n bytes. */
static unsigned highest(const uint8_t *bytes, uint32_t n)
{
    unsigned most = 0;
    uint32_t i = 0;
#ifdef __SSE2__
    if (n >= 16) {
        __m128i high = _mm_setzero_si128();
        for (; n - i >= 16; i += 16) {
            const __m128i *at = (const __m128i *)(const void *)(bytes + i);
            high = _mm_max_epu8(high, _mm_loadu_si128(at));
        }
        high = _mm_max_epu8(high, _mm_srli_si128(high, 8));
        uint8_t left[8] = {0};
        _mm_storel_epi64((__m128i *)(void *)left, high);
        for (unsigned k = 0; k < sizeof left; k++) {
            most = left[k] > most ? left[k] : most;
        }
    }
#endif
    for (; i < n; i++) {
        most = bytes[i] > most ? bytes[i] : most;
    }
    return most;
}

void quern_prune_enter(const quern_pruning *s, quern_prune_word *w)
{
    const quern_postings *p = w->postings;
    if (w->block < p->n_blocks && quern_prune_last(p, w->block) < s->base) {
        w->block = quern_postings_find(p, w->block, s->base);
    }
    w->end = w->block;
    w->bound = 0;
    if (w->block < p->n_blocks && quern_prune_first(p, w->block) < s->stop) {
        uint32_t last = quern_postings_find(p, w->block, s->stop - 1);
        w->end = last < p->n_blocks ? last + 1 : p->n_blocks;
        w->bound = quern_prune_bound(
            w, p->directory ? highest(p->bounds + w->block, w->end - w->block) : 255);
    }
}

/* Where the next window begins: the lowest passage from `from` on that a block can hold. */
static uint32_t next_base(const pruning *s, uint32_t from)
{
    uint32_t next = QUERN_MATCH_END;
    for (uint32_t i = 0; i < s->n_words; i++) {
        const word *w = &s->words[i];
        const quern_postings *p = w->postings;
        uint32_t block = w->block;
        if (block < p->n_blocks && quern_prune_last(p, block) < from) {
            block = quern_postings_find(p, block, from);
        }
        if (block < p->n_blocks) {
            uint32_t first = quern_prune_first(p, block);
            first = first > from ? first : from;
            next = first < next ? first : next;
        }
    }
    for (size_t i = 0; i < s->part->n_joins; i++) {
        uint32_t lead = s->part->joins[i].cursors[0]->next;
        next = lead < next ? lead : next;
    }
    return next;
}

/* Orders the words by bound for cost and finds how many are optional. */
static void divide(pruning *s)
{
    int64_t bar = quern_prune_bar(s);
    for (uint32_t i = 1; i < s->n_words; i++) {
        word *w = s->order[i];
        double key = (double)w->bound / (double)w->cursor->term.df;
        uint32_t j = i;
        for (; j > 0; j--) {
            const word *v = s->order[j - 1];
            if ((double)v->bound / (double)v->cursor->term.df <= key) {
                break;
            }
            s->order[j] = s->order[j - 1];
        }
        s->order[j] = w;
    }
    s->optional = 0;
    s->n_optional = 0;
    while (s->n_optional < s->n_words) {
        word *w = s->order[s->n_optional];
        if (s->optional + w->bound >= bar) {
            break;
        }
        w->rest = s->optional;
        s->optional += w->bound;
        s->n_optional++;
    }
}

/* The scores of a lone essential word, which need no window. */
static quern_status pour_alone(pruning *s, word *w, uint32_t block, quern_error *err)
{
    quern_rank_high high;
    uint32_t from;
    uint32_t to;
    quern_postings *p = w->postings;
    QUERN_TRY(quern_prune_load(p, block, err));
    quern_prune_cut(s, p, &from, &to);
    quern_rank_run run = quern_prune_run(s, w, from, to);
    quern_rank_reach(&s->up->query->model, &run, s->up->top->bar - s->optional, &high);
    const quern_tombstones *tombstones = s->part->dead;
    uint32_t n_dead = 0;
    for (uint32_t i = 0; tombstones && s->optional == 0 && i < run.n; i++) {
        n_dead += (uint32_t)quern_tombstones_passage(tombstones, run.passages[i]);
    }
    s->up->n_passages += s->optional == 0 ? run.n - n_dead : 0;
    for (uint32_t i = 0; i < high.n; i++) {
        if (!quern_tombstones_passage(tombstones, high.passages[i])) {
            QUERN_TRY(quern_prune_add(s, high.passages[i], high.scores[i], err));
        }
    }
    return QUERN_OK;
}

/* Whether anything was poured into the window where a block of a word lies. */
static int meets_poured(const pruning *s, const word *w, uint32_t block)
{
    uint32_t from = quern_prune_first(w->postings, block);
    uint32_t to = quern_prune_last(w->postings, block);
    from = (from > s->base ? from : s->base) - s->base;
    to = (to < s->stop ? to : s->stop - 1) - s->base;
    for (uint32_t at = from & ~63u; at <= to; at += 64) {
        if (quern_load64(s->up->window->bits + at / 8)) {
            return 1;
        }
    }
    return 0;
}

/* Whether a passage of the block could reach the bar, together with what was poured before (no
 * passage has more than `poured` of it) and with all other words. */
static int can_reach(const pruning *s, const word *w, uint32_t block, int64_t poured)
{
    int64_t bar = quern_prune_bar(s);
    int64_t most = quern_prune_bound(w, quern_prune_byte(w, block)) + s->sum - w->bound;
    return most >= bar && (poured == 0 || most - poured >= bar || meets_poured(s, w, block));
}

/* Pours the blocks of an essential word into the window. */
static quern_status pour(pruning *s, word *w, int is_alone, int64_t poured, quern_error *err)
{
    for (uint32_t i = w->block; i < w->end; i++) {
        if (!can_reach(s, w, i, poured)) {
            s->up->is_partial = 1;
            continue;
        }
        if (is_alone) {
            QUERN_TRY(pour_alone(s, w, i, err));
            continue;
        }
        uint32_t from;
        uint32_t to;
        QUERN_TRY(quern_prune_load(w->postings, i, err));
        quern_prune_cut(s, w->postings, &from, &to);
        quern_rank_run run = quern_prune_run(s, w, from, to);
        quern_rank_add(s->up->window, &s->up->query->model, &run);
    }
    return QUERN_OK;
}

/* The matches of a window become candidates where they can reach the bar. */
static quern_status collect(pruning *s, quern_error *err)
{
    const quern_tombstones *dead = s->part->dead;
    quern_sweep sweep = {.end = s->stop - s->base,
                         .dead = dead ? dead->passages : NULL,
                         .dead_len = (s->n_passages + (size_t)7) / 8,
                         .passages = s->passages,
                         .scores = s->scores,
                         .cap = QUERN_PRUNE_BATCH};
    for (;;) {
        sweep.n = s->n_batch;
        sweep.low = s->up->top->bar - s->optional;
        quern_window_sweep(s->up->window, &sweep);
        s->n_batch = sweep.n;
        if (sweep.at >= sweep.end) {
            break;
        }
        QUERN_TRY(quern_prune_finish_batch(s, err));
    }
    s->up->n_passages += sweep.n_matched;
    return QUERN_OK;
}

static quern_status one_window(pruning *s, quern_error *err)
{
    s->sum = s->joined;
    for (uint32_t i = 0; i < s->n_words; i++) {
        quern_prune_enter(s, &s->words[i]);
        s->sum += s->words[i].bound;
    }
    if (s->sum < quern_prune_bar(s)) {
        s->up->is_partial = 1;
        return QUERN_OK;
    }
    divide(s);
    s->up->is_partial |= s->optional > 0;
    uint32_t n_essential = s->n_words - s->n_optional;
    int is_alone = n_essential == 1 && s->joined == 0;
    s->up->window->base = s->base;
    int64_t poured = 0;
    for (uint32_t i = s->n_words; i-- > s->n_optional;) {
        QUERN_TRY(pour(s, s->order[i], is_alone, poured, err));
        poured += s->order[i]->bound;
    }
    for (size_t i = 0; i < s->part->n_joins; i++) {
        QUERN_TRY(quern_prune_pour_join(s, &s->joins[i], err));
    }
    if (!is_alone) {
        QUERN_TRY(collect(s, err));
    }
    return quern_prune_finish_batch(s, err);
}

/* How large windows are: bounds are tighter in smaller ones, but each is entered for every word,
 * which pays where there are many postings. */
static uint32_t choose_size(const pruning *s)
{
    uint64_t postings = 0;
    for (uint32_t i = 0; i < s->n_words; i++) {
        postings += s->words[i].cursor->term.df;
    }
    int is_small = s->n_words <= FEW_WORDS && postings > s->n_passages / DENSE;
    return s->up->window->size / (is_small ? 2 : 1);
}

quern_status quern_prune_windows(quern_pruning *s, quern_error *err)
{
    uint32_t size = choose_size(s);
    for (uint32_t next = next_base(s, 0); next < s->n_passages; next = next_base(s, s->stop)) {
        if (quern_deadline_check(s->up->deadline)) {
            return QUERN_OK;
        }
        s->base = next & ~63u;
        s->stop = s->n_passages - s->base > size ? s->base + size : s->n_passages;
        QUERN_TRY(one_window(s, err));
        for (size_t i = 0; i < s->part->n_joins; i++) {
            QUERN_TRY(quern_match_seek(s->up->pool, s->part->joins[i].cursors[0], s->stop, err));
        }
    }
    return QUERN_OK;
}
