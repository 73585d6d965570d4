/* SPDX-License-Identifier: MIT */
/* meaning - from a word as it stands in a text to its term and its exact form.
 *
 *     The café’s  U.S  try outs  18.4     words, possessives dropped (trim.h)
 *     the cafe     u.s  try outs  18.4     folded (fold.c)
 *     the cafe     u.s  try out   18.4     stemmed where longer than three letters (stem.c)
 *
 * The vocabulary remembers the second and third line by the bytes of the first, so that they are
 * made once for each way of writing; the second, without the diacritics that a stemmer may still
 * need, is the exact form.
 */
#ifndef QUERN_STEMMER_MEANING_H
#define QUERN_STEMMER_MEANING_H

#include "stemmer/analysis_state.h"

#define QUERN_MEANING_BYTES (QUERN_TERM_MAX - 1) /* of a term without its kind */

typedef struct quern_meaning_term {
    char bytes[QUERN_TERM_MAX];
    size_t len; /* with the byte of kind */
} quern_meaning_term;

/* Whether a word has a letter, or what may be one. */
int quern_meaning_has_letter(const char *word, size_t len);

/* Folds a word into form[0, QUERN_MEANING_BYTES) and returns its length. */
size_t quern_meaning_fold(const quern_analysis *analysis, const char *word, size_t len, char *form);

/* Sets *out to the stem of a folded word. Fails only where memory ran out. */
int quern_meaning_stem(quern_stemmer *stemmer, const char *form, size_t n, quern_meaning_term *out);

/* Sets *out to the exact form of a folded word. */
void quern_meaning_form(const char *form, size_t n, quern_meaning_term *out);

/* Makes the words of a spelling that the vocabulary does not know. *out is all NULL when nothing is
 * left of it. Returns 0, or -1 where memory ran out. Kept out of the loop that finds the others. */
int quern_meaning_add(quern_analysis *analysis, const char *word, size_t len, quern_meaning *out);

/* What the word of text[start, end) means, of which `readable` bytes from its start may be read. */
static inline int quern_meaning_find(quern_analysis *analysis, const char *text, size_t len,
                                     size_t readable, quern_meaning *out)
{
    const quern_vocabulary *vocabulary = &analysis->vocabulary;
    *out = len <= QUERN_SPELLING_SHORT
               ? quern_vocabulary_find_short(vocabulary, quern_spelling_of(text, len, readable))
               : quern_vocabulary_find(vocabulary, text, len);
    return out->term ? 0 : quern_meaning_add(analysis, text, len, out);
}

#endif
