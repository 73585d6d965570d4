/* SPDX-License-Identifier: MIT */
/* shingles - whether two texts say nearly the same: by the sets of all runs of five words in them.
 *
 *     “the bank said on friday that ..”     {the bank said on friday, bank said on friday that, ..}
 *
 * The resemblance of two texts is the Jaccard index of their sets: how many shingles both have, of
 * those that either has. (A. Broder, On the resemblance and containment of documents, 1997.) A word
 * changed in a passage of sixty takes five shingles of 56 from it: a resemblance of 0.84. Texts
 * that are near have at least QUERN_SHINGLES_NEAR of it.
 *
 * That is not enough: sentences made by a template, of a village and of the next one, differ in a
 * name and a number. So some words are *telling*: those of the article's title that are in the
 * text, and those with a digit. Texts that are near have each other's. Where the text begins with
 * the title it is what comes behind that counts. docs/decisions/0009 has the figures.
 *
 * A shingle is 32 bits of its XXH3, and the set is kept in their order, which is as good as chance.
 * So its least members are Broder's MinHash, and more than an estimate: of two sets that resemble
 * each other so much, each of n, both have one of the first (1 - near) * n + 1 of the other, or
 * they would miss too many (the prefix filter of Chaudhuri, Ganti and Kaushik, 2006). Who looks for
 * near texts by these alone misses none.
 */
#ifndef QUERN_QUERY_SHINGLES_H
#define QUERN_QUERY_SHINGLES_H

#include "base/mem.h"
#include "base/status.h"

enum { QUERN_SHINGLES_WORDS = 5 };

/* The resemblance of near texts, as a fraction. */
enum { QUERN_SHINGLES_NEAR = 4, QUERN_SHINGLES_NEAR_OF = 5 };

/* Hashes, ascending, each once. */
typedef struct quern_hash_set {
    uint32_t *items;
    size_t n, cap;
} quern_hash_set;

/* A text. Zeroed is an empty one. */
typedef struct quern_shingles {
    quern_hash_set runs, words, telling;
} quern_shingles;

void quern_shingles_finish(quern_shingles *s);

/* Fills *s for a text and the title of its article, in which case counts. A text of fewer than five
 * words has no runs. Errors: NOMEM. */
quern_status quern_shingles_of(quern_shingles *s, quern_string text, quern_string title,
                               quern_error *err);

/* How many of the least of n runs tell all that is near them. */
size_t quern_shingles_prefix(size_t n);

/* Whether two texts that have runs are near. */
int quern_shingles_are_near(const quern_shingles *a, const quern_shingles *b);

#endif
