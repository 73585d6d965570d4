/* SPDX-License-Identifier: MIT */
/* analysis_state - what an analysis holds, for the files that it is made of: analysis.c (languages
 * and words), meaning.c (from a spelling to its term and form), stream.c and stream_care.c (from a
 * text to its tokens) and fingerprint.c.
 */
#ifndef QUERN_STEMMER_ANALYSIS_STATE_H
#define QUERN_STEMMER_ANALYSIS_STATE_H

#include "stemmer/analysis.h"
#include "stemmer/languages.h"
#include "stemmer/stem.h"
#include "stemmer/vocabulary.h"

typedef struct quern_language_words {
    char name[QUERN_LANGUAGE_BYTES];
    quern_stemmer *stemmer;
    /* those met in it; while it is in use they are in the vocabulary */
    quern_spelling_table spellings;
} quern_language_words;

struct quern_analysis {
    quern_stemmer *stemmer;      /* of the language in use */
    quern_vocabulary vocabulary; /* with its spellings */
    quern_language_words *languages;
    size_t n_languages, cap_languages;
    uint32_t in_use;
};

#endif
