/* SPDX-License-Identifier: MIT */
/* bm25 - the one place of the scoring formula.
 *
 * score(q, d) = sum over the distinct terms t of q of  wq * idf(t) * (k1 + 1) * tfnorm(tf, len)
 * idf(t)      = ln((N + 1) / n)                       N live passages, n of them with t
 * tfnorm      = tf / (tf + k1 * (1 - b + b * len / avglen))             always below 1
 *
 * Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009; the idf, which is never
 * negative and healthy on five files, is that of Lv & Zhai, Lower-Bounding Term Frequency
 * Normalization, 2011.
 *
 * Contributions are integers: round(contribution * 2^20). Their sum does not depend on the order
 * of terms, segments or threads, which makes "the same as a fresh index" a provable equality.
 * Compiled without contraction (-ffp-contract=off) and never cloned per instruction set, so that
 * every machine rounds alike.
 */
#ifndef QUERN_BASE_BM25_H
#define QUERN_BASE_BM25_H

#include <math.h>
#include <stdint.h>

#define QUERN_BM25_K1 1.2
#define QUERN_BM25_B 0.75
#define QUERN_BM25_ONE 1048576.0 /* 2^20: a score of 1 */

typedef struct quern_bm25 {
    double k1, b, avglen;
} quern_bm25;

/* n is the number of live passages with the term, at least 1 and at most n_passages. */
static inline double quern_bm25_idf(uint64_t n_passages, uint64_t n)
{
    return log(((double)n_passages + 1.0) / (double)n);
}

static inline double quern_bm25_tfnorm(const quern_bm25 *m, uint32_t tf, uint32_t len)
{
    double f = (double)tf;
    return f / (f + m->k1 * (1.0 - m->b + m->b * (double)len / m->avglen));
}

/* Rounds to the nearest whole number, to the even one of two, as nearbyint does: from 2^52 on
 * doubles have no other. v is from 0 to 2^51. No call, whatever the processor. */
static inline double quern_bm25_round(double v)
{
    return (v + 0x1p52) - 0x1p52;
}

/* weight is wq * idf. Below 2^31 wherever weight * (k1 + 1) < 2047. */
static inline int64_t quern_bm25_contribution(const quern_bm25 *m, double weight, uint32_t tf,
                                              uint32_t len)
{
    return (int64_t)quern_bm25_round(weight * (m->k1 + 1.0) * quern_bm25_tfnorm(m, tf, len) *
                                     QUERN_BM25_ONE);
}

#endif
