/* SPDX-License-Identifier: MIT */
/* rank - see rank.h. The loops are plain and small: no call, no division, one predictable branch a
 * posting where the table has its entry. */
#include "query/rank.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

quern_status quern_window_init(quern_window *window, uint32_t size, int is_wide, quern_error *err)
{
    window->base = 0;
    window->size = size;
    window->is_wide = is_wide;
    uint8_t *bits = quern_alloc_zero(size / 8, 1);
    void *scores = quern_alloc_zero(size, is_wide ? sizeof(int64_t) : sizeof(int32_t));
    if (!bits || !scores) {
        quern_free(bits);
        quern_free(scores);
        memset(window, 0, sizeof *window);
        return quern_fail_nomem(err);
    }
    window->bits = bits;
    if (is_wide) {
        window->scores.wide = scores;
    } else {
        window->scores.narrow = scores;
    }
    return QUERN_OK;
}

void quern_window_finish(quern_window *window)
{
    quern_free(window->bits);
    if (window->is_wide) {
        quern_free(window->scores.wide);
    } else {
        quern_free(window->scores.narrow);
    }
    memset(window, 0, sizeof *window);
}

uint64_t quern_window_reach(const quern_window *window, uint32_t at, int64_t low)
{
    const int32_t *scores = window->scores.narrow + at;
    uint64_t out = 0;
    if (low > INT32_MAX) {
        return 0;
    }
    if (low <= INT32_MIN) {
        return ~(uint64_t)0;
    }
#ifdef __SSE2__
    __m128i below = _mm_set1_epi32((int32_t)low - 1);
    for (unsigned i = 0; i < 64; i += 16) {
        const __m128i *in = (const __m128i *)(const void *)(scores + i);
        __m128i a = _mm_packs_epi32(_mm_cmpgt_epi32(_mm_loadu_si128(in), below),
                                    _mm_cmpgt_epi32(_mm_loadu_si128(in + 1), below));
        __m128i b = _mm_packs_epi32(_mm_cmpgt_epi32(_mm_loadu_si128(in + 2), below),
                                    _mm_cmpgt_epi32(_mm_loadu_si128(in + 3), below));
        out |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(a, b)) << i;
    }
#else
    for (unsigned i = 0; i < 64; i++) {
        out |= (uint64_t)(scores[i] >= (int32_t)low) << i;
    }
#endif
    return out;
}

void quern_window_clear(quern_window *window, uint32_t at)
{
    memset(window->bits + at / 8, 0, 8);
    if (window->is_wide) {
        memset(window->scores.wide + at, 0, 64 * sizeof *window->scores.wide);
    } else {
        memset(window->scores.narrow + at, 0, 64 * sizeof *window->scores.narrow);
    }
}

/* Makes rows for frequencies up to `tf`. */
static void clear_rows(quern_rank_table *table, uint32_t tf)
{
    size_t from = (size_t)table->n_tfs * QUERN_RANK_LENS;
    size_t to = (size_t)tf * QUERN_RANK_LENS;
    memset(table->entries + from, 0xFF, (to - from) * sizeof *table->entries);
    table->n_tfs = tf;
}

void quern_rank_table_begin(quern_rank_table *table, uint32_t owner)
{
    table->owner = owner;
    table->n_tfs = 0;
    clear_rows(table, QUERN_RANK_TFS_FIRST);
}

/* Computes the contribution of the i-th posting and keeps it in the table, if it has a place for
 * it. Apart, so that the loops below have the registers for themselves. */
static __attribute__((noinline)) int32_t fill(const quern_bm25 *model, const quern_rank_run *run,
                                              uint32_t i)
{
    uint32_t tf = run->tfs[i];
    uint32_t len = quern_lengths_get(&run->lengths, run->passages[i]);
    int32_t c = (int32_t)quern_rank_one(model, run->weight, tf, len);
    if (tf - 1 < QUERN_RANK_TFS && len < QUERN_RANK_LENS) {
        if (tf > run->table->n_tfs) {
            clear_rows(run->table, tf);
        }
        run->table->entries[(tf - 1) * QUERN_RANK_LENS + len] = c;
    }
    return c;
}

/* `width` is that of the lengths, a constant where this is called in a loop. */
static inline __attribute__((always_inline)) int32_t
look_up(const quern_bm25 *model, const quern_rank_run *run, uint32_t i, unsigned width)
{
    const uint8_t *at = run->lengths.data + (size_t)run->passages[i] * width;
    uint32_t len = width == 1 ? *at : width == 2 ? quern_load16(at) : quern_load32(at);
    uint32_t tf = run->tfs[i] - 1;
    int32_t c = -1;
    if (tf < run->table->n_tfs && (width == 1 || len < QUERN_RANK_LENS)) {
        c = run->table->entries[tf * QUERN_RANK_LENS + len];
    }
    return c < 0 ? fill(model, run, i) : c;
}

static inline __attribute__((always_inline)) void add_from_table(quern_window *window,
                                                                 const quern_bm25 *model,
                                                                 const quern_rank_run *run,
                                                                 unsigned width)
{
    int32_t *scores = window->scores.narrow;
    uint8_t *bits = window->bits;
    for (uint32_t i = 0, n = run->n; i < n; i++) {
        uint32_t at = run->passages[i] - window->base;
        scores[at] += look_up(model, run, i, width);
        bits[at >> 3] = (uint8_t)(bits[at >> 3] | 1u << (at & 7));
    }
}

void quern_rank_add(quern_window *window, const quern_bm25 *model, const quern_rank_run *run)
{
    if (!window->is_wide && run->lengths.width == 1) {
        add_from_table(window, model, run, 1);
        return;
    }
    if (!window->is_wide && run->lengths.width == 2) {
        add_from_table(window, model, run, 2);
        return;
    }
    for (uint32_t i = 0; i < run->n; i++) {
        uint32_t len = quern_lengths_get(&run->lengths, run->passages[i]);
        quern_window_add(window, run->passages[i] - window->base,
                         quern_rank_one(model, run->weight, run->tfs[i], len));
    }
}

void quern_rank_scores(const quern_bm25 *model, const quern_rank_run *run, int32_t *out)
{
    unsigned width = run->lengths.width;
    uint32_t n = run->n;
    if (width == 1) {
        for (uint32_t i = 0; i < n; i++) {
            out[i] = look_up(model, run, i, 1);
        }
    } else {
        for (uint32_t i = 0; i < n; i++) {
            out[i] = look_up(model, run, i, width);
        }
    }
}

int32_t quern_rank_score(const quern_bm25 *model, const quern_rank_run *run, uint32_t i)
{
    return look_up(model, run, i, run->lengths.width);
}
