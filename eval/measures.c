/* SPDX-License-Identifier: MIT */
/* measures - see measures.h. */
#include "eval/measures.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NDCG_DEPTH = 10, MRR_DEPTH = 10, P_DEPTH = 5, R_DEPTH = 100, R_DEEP = 1000 };

const char *eval_measure_name(int measure)
{
    static const char *const names[EVAL_N_MEASURES] = {
        [EVAL_NDCG_10] = "ndcg_cut_10",  [EVAL_MAP] = "map",
        [EVAL_MRR_10] = "recip_rank_10", [EVAL_P_5] = "P_5",
        [EVAL_R_100] = "recall_100",     [EVAL_R_1000] = "recall_1000",
    };
    return names[measure];
}

/* ---- Order ---- */

static int by_article(const void *a, const void *b)
{
    const eval_ranked *x = a, *y = b;
    int order = strcmp(x->article, y->article);
    return order ? order : (x->score < y->score) - (x->score > y->score);
}

static int by_score(const void *a, const void *b)
{
    const eval_ranked *x = a, *y = b;
    float p = (float)x->score, q = (float)y->score;
    return p != q ? (p < q) - (p > q) : strcmp(y->article, x->article);
}

size_t eval_rank(eval_ranked *ranked, size_t n, eval_fold fold)
{
    size_t kept = 0;
    if (n == 0) {
        return 0;
    }
    qsort(ranked, n, sizeof *ranked, by_article);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(ranked[kept - 1].article, ranked[i].article) != 0) {
            ranked[kept++] = ranked[i];
        } else if (fold == EVAL_FOLD_SUM) {
            ranked[kept - 1].score += ranked[i].score;
        }
    }
    qsort(ranked, kept, sizeof *ranked, by_score);
    return kept;
}

/* ---- Measures ---- */

static int judged_by_name(const void *key, const void *item)
{
    return strcmp(key, ((const eval_judged *)item)->article);
}

static int relevance_of(const eval_judged *judged, size_t n, const char *article)
{
    const eval_judged *found = bsearch(article, judged, n, sizeof *judged, judged_by_name);
    return found && found->relevance > 0 ? found->relevance : 0;
}

static double gain(int relevance, size_t rank)
{
    return relevance / log2((double)rank + 1);
}

/* The gain of the best ranking there can be: the judgements by falling relevance. As only the first
 * ten count, the greatest not yet taken is looked for ten times. */
static double ideal_gain(const eval_judged *judged, size_t n)
{
    double sum = 0;
    size_t rank = 1;
    for (int level = INT_MAX; rank <= NDCG_DEPTH && level > 0;) {
        int below = 0;
        size_t have = 0;
        for (size_t i = 0; i < n; i++) {
            int r = judged[i].relevance;
            have += r == level;
            below = r < level && r > below ? r : below;
        }
        for (; have > 0 && rank <= NDCG_DEPTH; have--, rank++) {
            sum += gain(level, rank);
        }
        level = below;
    }
    return sum;
}

/* Makes sums into means; a query without relevant articles has nothing that could be found. */
static void finish(eval_measures *m, double n_relevant, double ideal)
{
    m->value[EVAL_P_5] /= P_DEPTH;
    m->value[EVAL_NDCG_10] = ideal > 0 ? m->value[EVAL_NDCG_10] / ideal : 0;
    for (int i = 0; i < EVAL_N_MEASURES; i++) {
        if (i == EVAL_MAP || i == EVAL_R_100 || i == EVAL_R_1000) {
            m->value[i] = n_relevant > 0 ? m->value[i] / n_relevant : 0;
        }
    }
}

void eval_measure(const eval_judged *judged, size_t n_judged, const eval_ranked *ranked, size_t n,
                  eval_measures *out)
{
    eval_measures m = {{0}};
    size_t n_relevant = 0, found = 0;
    for (size_t i = 0; i < n_judged; i++) {
        n_relevant += judged[i].relevance > 0;
    }
    for (size_t rank = 1; rank <= n; rank++) {
        int relevance = relevance_of(judged, n_judged, ranked[rank - 1].article);
        if (relevance == 0) {
            continue;
        }
        found++;
        m.value[EVAL_NDCG_10] += rank <= NDCG_DEPTH ? gain(relevance, rank) : 0;
        m.value[EVAL_MAP] += (double)found / (double)rank;
        m.value[EVAL_MRR_10] += found == 1 && rank <= MRR_DEPTH ? 1.0 / (double)rank : 0;
        m.value[EVAL_P_5] += rank <= P_DEPTH;
        m.value[EVAL_R_100] += rank <= R_DEPTH;
        m.value[EVAL_R_1000] += rank <= R_DEEP;
    }
    finish(&m, (double)n_relevant, ideal_gain(judged, n_judged));
    *out = m;
}
