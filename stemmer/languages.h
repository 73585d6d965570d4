/* SPDX-License-Identifier: MIT */
/* languages - names and codes of languages, and lists of them.
 *
 * A language has an English name, which is that of its stemmer, and ISO 639 codes. The language of
 * an index is one of them or a list, "english,german", the first of which is had where an article's
 * is not known.
 */
#ifndef QUERN_STEMMER_LANGUAGES_H
#define QUERN_STEMMER_LANGUAGES_H

#include "base/status.h"

#define QUERN_LANGUAGES_BYTES 512 /* of a list, with its NUL: more than all languages take */
#define QUERN_LANGUAGE_BYTES 32   /* of a name, with its NUL */

/* Brings a list of names and codes into its one form: a language alone as it was given; of several
 * their names, each once, with commas between. It does not look whether they are known. Errors:
 * SYNTAX no language, "none" among others, more than fit. */
quern_status quern_languages_read(const char *text, char out[QUERN_LANGUAGES_BYTES],
                                  quern_error *err);

/* Copies the next name of a list and moves *list behind it. Returns 0 at the end. A longer name is
 * cut, and known to nobody. */
int quern_languages_next(const char **list, char out[QUERN_LANGUAGE_BYTES]);

/* The name with that number, from 0, in *out; the last one where there are fewer. */
quern_string quern_languages_at(const char *list, uint32_t number, char out[QUERN_LANGUAGE_BYTES]);

/* Whether a tag, as articles have it ("en-GB", "English", "deu"), means the language of the name.
 */
int quern_languages_is(quern_string tag, const char *name);

#endif
