/* SPDX-License-Identifier: MIT */
/* stem - the stemmers of Snowball, by language.
 *
 * Words go in folded (fold.h), with or without their diacritics as quern_stem_needs_marks says.
 */
#ifndef QUERN_STEMMER_STEM_H
#define QUERN_STEMMER_STEM_H

#include "base/status.h"

typedef struct quern_stemmer quern_stemmer; /* one thread at a time */

/* `language`: a name or ISO 639 code that libstemmer knows, in any case, or "none", which leaves
 * words as they are. Errors: SYNTAX not known (the message lists those that are), NOMEM. */
quern_status quern_stem_new(const char *language, quern_stemmer **out, quern_error *err);
void quern_stem_free(quern_stemmer *stemmer);

/* Whether the algorithm looks at diacritics, so that they must be dropped after and not before. */
int quern_stem_needs_marks(const quern_stemmer *stemmer);
int quern_stem_is_english(const quern_stemmer *stemmer);
/* Whether a billion is a thousand million in the language, as in English, or a million million. */
int quern_stem_short_scale(const quern_stemmer *stemmer);
int quern_stem_is_turkish(const quern_stemmer *stemmer);

/* How many bytes of article stand before a folded word: 2 of l'homme, 5 of dell'anno; 0 where the
 * language elides none. */
size_t quern_stem_elided(const quern_stemmer *stemmer, const char *word, size_t len);

/* The stem of word[0, len), valid until the next call. NULL when memory ran out. */
const char *quern_stem_word(quern_stemmer *stemmer, const char *word, size_t len, size_t *stem_len);

#endif
