/* SPDX-License-Identifier: MIT */
/* brute - a searcher without an index: raw texts, every passage read for every query, scores in
 * float64 straight from the formula. It shares the analysis and the cutting of passages with the
 * library, nothing else; where the two agree, index and searcher are right.
 */
#ifndef QUERN_TESTS_BRUTE_H
#define QUERN_TESTS_BRUTE_H

#include "quern/quern.h"

typedef struct brute brute;

/* A word or words to be found alone, or as a phrase. */
typedef struct brute_clause {
    char text[200];
    int is_phrase;
} brute_clause;

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

/* All passages that match any clause, in order of key and text. `model` is k1 and b. The hits are
 * to be freed; *n_terms is how many contributions a score is at most the sum of. */
size_t brute_search(brute *b, const brute_clause *clauses, size_t n, const double model[2],
                    brute_hit **out, size_t *n_terms);

#endif
