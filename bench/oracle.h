/* SPDX-License-Identifier: MIT */
/* oracle - exact answers to a query, by reading the whole corpus.
 *
 * For a query of m words (distinct, but in phrases) the corpus is read once, and every passage that
 * matches is noted with the frequency of each word and of the phrase. From these notes any
 * engine's scores can be computed in float64, because all of them are sums of
 *
 *     idf(t) * (k1 + 1) * tf / (tf + k1 * (1 - b + b * len / avglen)),     k1 1.2, b 0.75
 *
 * that differ in the idf, in how they round len, in what a phrase is worth, and in the factor
 * (k1 + 1):
 *
 *     lucene   ln(1 + (N-n+.5)/(n+.5))           len kept to 4 significant bits
 *              no factor                         a phrase is a word: tf its own, idf the sum
 *     tantivy  the same                          the same; with the factor
 *     sqlite   ln((N-n+.5)/(n+.5)), at least 1e-6     a phrase is a word with an n of its own
 *     xapian   ln x, x = (N-n+.5)/(n+.5); where x < 2, ln(1 + x/2)     a phrase scores its words
 *     quern    ln((N+1)/n)                            a phrase scores its words
 *     exact    the idf of lucene, len unrounded; phrases as the engine that is compared has them
 */
#ifndef QUERN_BENCH_ORACLE_H
#define QUERN_BENCH_ORACLE_H

#include "bench/tokens.h"

typedef enum oracle_idf { IDF_LUCENE, IDF_SQLITE, IDF_XAPIAN, IDF_QUERN } oracle_idf;
typedef enum oracle_phrase { PHRASE_WORD_SUM, PHRASE_WORD_OWN, PHRASE_WORDS } oracle_phrase;

typedef struct oracle_formula {
    oracle_idf idf;
    oracle_phrase phrase;
    int rounds_len;
    double factor; /* k1 + 1, or 1 */
    double slack;  /* a score this far below another may stand before it: what the engine rounds */
} oracle_formula;

/* The formula of an engine by its name ("lucene-bp" is lucene). */
oracle_formula oracle_formula_of(const char *engine);

typedef struct oracle {
    const tokens *corpus;
    uint8_t *role; /* by word: 1 + its place among the distinct words of the query, or 0 */
    /* of the query at hand */
    uint32_t *words;    /* in order, TOKENS_NONE where the corpus has it not */
    uint32_t *distinct; /* place of each in `words` among the distinct ones */
    size_t n_words, cap_words, n_distinct;
    int is_phrase, is_and;
    uint32_t *passages; /* that match, ascending */
    uint32_t *tfs;      /* n_distinct + 1 each; the last is that of the phrase */
    size_t n, cap, cap_tfs;
} oracle;

void oracle_init(oracle *o, const tokens *corpus);
void oracle_finish(oracle *o);
/* Finds what matches. `words` is split at blanks. */
void oracle_run(oracle *o, const char *type, const char *words);
/* Replaces scores[0, o->n) by those of the passages that match. */
void oracle_score(const oracle *o, const oracle_formula *f, double *scores);
/* The k-th best of n scores (reorders them); k is from 1 to n. */
double oracle_kth(double *scores, size_t n, size_t k);

/* The least bits that an index of the corpus can do with: for each word log2 of the ways to choose
 * its passages, the entropy of tf among words of like df, and log2 of the ways to choose tf
 * positions among len. */
double oracle_bits(const tokens *corpus);

#endif
