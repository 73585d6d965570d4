/* SPDX-License-Identifier: MIT */
/* brute - a searcher without an index: raw texts, every passage read for every query, scores in
 * float64 straight from the formula, by what plan.h says of each operator. It shares the analysis,
 * the cutting of passages and the parser with the library, nothing else; where the two agree, index
 * and searcher are right.
 */
#ifndef QUERN_TESTS_BRUTE_H
#define QUERN_TESTS_BRUTE_H

#include "query/plan.h"
#include "stemmer/analysis.h"

typedef struct brute brute;

typedef struct brute_hit {
    const char *source, *id;
    uint64_t start, end; /* bytes of the article's text */
    double score;
} brute_hit;

/* `options`: as the index was made. Ends the program where memory is short, as all below. */
brute *brute_new(const quern_index_options *options);
void brute_free(brute *b);
void brute_put(brute *b, const quern_article *article);
void brute_delete(brute *b, const char *source, const char *id);
/* The text of the n-th article, or NULL. */
const char *brute_text(const brute *b, size_t n);

/* The analysis that it reads texts by, which queries for it are to be parsed with. */
quern_analysis *brute_analysis(brute *b);

/* All passages that match a plan, in order of key and text. `model` is k1 and b. The hits are to be
 * freed; *n_terms is how many contributions a score is at most the sum of. */
size_t brute_search(brute *b, const quern_plan *plan, const double model[2], brute_hit **out,
                    size_t *n_terms);

#endif
