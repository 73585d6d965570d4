/* SPDX-License-Identifier: MIT */
/* measures - how good a ranking is, by judgements that people made; as trec_eval defines it.
 *
 * A query has judged articles, each with a relevance: above 0 is relevant, and how much. A run has
 * for the query ranked articles, each with a score. What a run says of order beyond the scores is
 * not looked at: the best score is first, scores being compared as float; equal scores stand in
 * descending order of names. An article that was not judged is not relevant.
 *
 *     nDCG@10    sum over the first 10 of relevance / log2(rank + 1), over the greatest possible
 *     MAP        mean, over all relevant articles, of the precision at their ranks (0: not found)
 *     MRR@10     1 / rank of the first relevant one among the first 10, or 0
 *     P@5        share of relevant ones among the first 5; places that are empty are not relevant
 *     R@k        share of all relevant ones that are among the first k
 *
 * From Järvelin and Kekäläinen 2002 (nDCG, with the relevance itself as gain) and Buckley and
 * Voorhees 2005.
 */
#ifndef QUERN_EVAL_MEASURES_H
#define QUERN_EVAL_MEASURES_H

#include <stddef.h>

typedef struct eval_judged {
    const char *query, *article;
    int relevance;
} eval_judged;

typedef struct eval_ranked {
    const char *query, *article;
    double score;
} eval_ranked;

enum { EVAL_NDCG_10, EVAL_MAP, EVAL_MRR_10, EVAL_P_5, EVAL_R_100, EVAL_R_1000, EVAL_N_MEASURES };

typedef struct eval_measures {
    double value[EVAL_N_MEASURES];
} eval_measures;

/* The name of a measure, as trec_eval writes it. Static. */
const char *eval_measure_name(int measure);

/* How the passages of an article make its score, where a run has several lines for it. */
typedef enum eval_fold { EVAL_FOLD_BEST, EVAL_FOLD_SUM } eval_fold;

/* Makes one line of each article of one query and puts them in trec_eval's order. Returns how many
 * there are, at the front of `ranked`. */
size_t eval_rank(eval_ranked *ranked, size_t n, eval_fold fold);

/* Measures the ranking of one query, as eval_rank made it, by the query's judgements, which are in
 * order of the articles' names (strcmp), each once. */
void eval_measure(const eval_judged *judged, size_t n_judged, const eval_ranked *ranked, size_t n,
                  eval_measures *out);

#endif
