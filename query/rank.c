/* SPDX-License-Identifier: MIT */
/* rank - see rank.h. The loops are plain and small: no call, no division, one predictable branch a
 * posting where the table has its entry. */
#include "query/rank.h"

#include "base/cpu.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_AVX512
#include <immintrin.h>
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

/* ---- Those that score enough ---- */

/* Up to which length each frequency can score `low`; at 0 for those that have no row. The formula
 * solved for the length, which is not exact to the last bit: one more on either side. */
typedef struct cuts {
    double times, least, words; /* tf can score it up to (tf * times - least) * words */
    int32_t lens[QUERN_RANK_TFS + 1];
} cuts;

static int32_t find_cut(const cuts *c, uint32_t tf)
{
    double len = (tf * c->times - c->least) * c->words + 1.0;
    return len < 0.0 ? -1 : len < INT32_MAX ? (int32_t)len : INT32_MAX;
}

/* Returns 0 where it is not worth while: most that have the word once could score it. */
static int find_cuts(const quern_bm25 *model, double weight, int64_t low, cuts *out)
{
    if (low <= 1 || !(model->k1 * model->b > 0.0)) {
        return 0;
    }
    out->times = weight * (model->k1 + 1.0) * QUERN_BM25_ONE / (double)(low - 1) - 1.0;
    out->least = model->k1 * (1.0 - model->b);
    out->words = model->avglen / (model->k1 * model->b);
    out->lens[0] = INT32_MAX;
    out->lens[1] = find_cut(out, 1);
    if (out->lens[1] > model->avglen / 2) {
        return 0;
    }
    for (uint32_t tf = 2; tf <= QUERN_RANK_TFS; tf++) {
        out->lens[tf] = find_cut(out, tf);
    }
    return 1;
}

/* Writes which postings could; returns how many. */
static inline __attribute__((always_inline)) uint32_t cut(const quern_rank_run *run, const cuts *c,
                                                          uint8_t *restrict ids, unsigned width)
{
    const uint32_t *passages = run->passages;
    const uint32_t *tfs = run->tfs;
    const uint8_t *lengths = run->lengths.data;
    uint32_t k = 0;
    for (uint32_t i = 0, n = run->n; i < n; i++) {
        const uint8_t *at = lengths + (size_t)passages[i] * width;
        uint32_t len = width == 1 ? *at : width == 2 ? quern_load16(at) : quern_load32(at);
        uint32_t beyond = (uint32_t)(tfs[i] > QUERN_RANK_TFS);
        ids[k] = (uint8_t)i;
        k += (uint32_t)((int64_t)len <= c->lens[tfs[i] & (beyond - 1)]);
    }
    return k;
}

/* Writes which scores reach `low`; returns how many. */
static uint32_t list_high(const int32_t *scores, uint32_t n, int64_t low, uint8_t *restrict ids)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        ids[k] = (uint8_t)i;
        k += scores[i] >= low;
    }
    return k;
}

/* Where few can: without computing what most score. */
static void reach_by_length(const quern_bm25 *model, const quern_rank_run *run, const cuts *c,
                            int64_t low, quern_rank_high *out)
{
    uint32_t tfs[QUERN_BLOCK];
    uint32_t n = run->lengths.width == 1 ? cut(run, c, out->ids, 1)
                                         : cut(run, c, out->ids, run->lengths.width);
    for (uint32_t i = 0; i < n; i++) {
        out->passages[i] = run->passages[out->ids[i]];
        tfs[i] = run->tfs[out->ids[i]];
    }
    quern_rank_run left = *run;
    left.passages = out->passages;
    left.tfs = tfs;
    left.n = n;
    quern_rank_scores(model, &left, out->scores);
    out->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        out->ids[out->n] = out->ids[i];
        out->passages[out->n] = out->passages[i];
        out->scores[out->n] = out->scores[i];
        out->n += out->scores[i] >= low;
    }
}

#ifdef HAS_AVX512
__attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl"))) static void
keep_high_avx512(const uint32_t *passages, uint32_t n, int32_t low, quern_rank_high *out)
{
    uint32_t k = 0;
    __m512i at = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    for (uint32_t i = 0; i < n; i += 16, at = _mm512_add_epi32(at, _mm512_set1_epi32(16))) {
        __mmask16 here = (__mmask16)(n - i < 16 ? (1u << (n - i)) - 1 : 0xFFFF);
        __m512i v = _mm512_loadu_si512(out->scores + i);
        __mmask16 high = _mm512_mask_cmpge_epi32_mask(here, v, _mm512_set1_epi32(low));
        __m512i p = _mm512_maskz_loadu_epi32(here, passages + i);
        _mm512_storeu_si512(out->scores + k, _mm512_maskz_compress_epi32(high, v));
        _mm512_storeu_si512(out->passages + k, _mm512_maskz_compress_epi32(high, p));
        __m512i ids = _mm512_maskz_compress_epi32(high, at);
        _mm_storeu_si128((__m128i *)(void *)(out->ids + k), _mm512_cvtepi32_epi8(ids));
        k += (uint32_t)_mm_popcnt_u32(high);
    }
    out->n = k;
}
#endif

/* Of n scored passages, those that reach `low` move to the front. */
static void keep_high(const uint32_t *passages, uint32_t n, int64_t low, quern_rank_high *out)
{
    low = low < 0 ? 0 : low > INT32_MAX ? INT32_MAX : low;
#ifdef HAS_AVX512
    if (quern_cpu_get_level() == QUERN_CPU_AVX512) {
        keep_high_avx512(passages, n, (int32_t)low, out);
        return;
    }
#endif
    out->n = list_high(out->scores, n, low, out->ids);
    for (uint32_t i = 0; i < out->n; i++) {
        out->passages[i] = passages[out->ids[i]];
        out->scores[i] = out->scores[out->ids[i]];
    }
}

void quern_rank_reach(const quern_bm25 *model, const quern_rank_run *run, int64_t low,
                      quern_rank_high *out)
{
    cuts c;
    if (find_cuts(model, run->weight, low, &c)) {
        reach_by_length(model, run, &c, low, out);
        return;
    }
    quern_rank_scores(model, run, out->scores);
    keep_high(run->passages, run->n, low, out);
}

int32_t quern_rank_score(const quern_bm25 *model, const quern_rank_run *run, uint32_t i)
{
    return look_up(model, run, i, run->lengths.width);
}
