/* SPDX-License-Identifier: MIT */
/* fold - the one way of writing a word, whichever way it was typed.
 *
 * Compatibility forms, case, zero-width characters, apostrophes and, where asked, diacritics. See
 * fold.c for what exactly.
 */
#ifndef QUERN_STEMMER_FOLD_H
#define QUERN_STEMMER_FOLD_H

#include <stddef.h>

enum {
    QUERN_FOLD_MARKS = 1,  /* drop the diacritics of Latin, Greek, Cyrillic, Hebrew and Arabic */
    QUERN_FOLD_TURKISH = 2 /* capital I is dotless */
};

/* Folds word[0, len) into out[0, cap), cut at a character where it is longer, and returns the
 * length, which may be 0. Any bytes; invalid UTF-8 becomes U+FFFD. Allocates nothing. Folding what
 * was folded changes nothing. */
size_t quern_fold(const char *word, size_t len, unsigned flags, char *out, size_t cap);

/* How many characters a folded word has, not counting combining marks. */
size_t quern_fold_letters(const char *word, size_t len);

#endif
