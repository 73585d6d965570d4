/* SPDX-License-Identifier: MIT */
/* function_words - the words that hold a sentence together and say little of what it is about:
 * articles, conjunctions, prepositions, pronouns, words that ask, auxiliaries.
 *
 * They are indexed and found like any word; only a ranking lets them count less. What is of more
 * than one use is left out: may, will, can, might (a month, a will, a tin, power), us (US), am, it
 * (IT). English alone, for want of collections to judge others on.
 */
#ifndef QUERN_STEMMER_FUNCTION_WORDS_H
#define QUERN_STEMMER_FUNCTION_WORDS_H

#include <stddef.h>

/* Whether the folded word is one of English. */
int quern_function_word_english(const char *word, size_t len);

#endif
