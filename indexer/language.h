/* SPDX-License-Identifier: MIT */
/* language - in which of the languages of an index an article is read: the one that it names, else
 * the one that its text is found to be in, else the first.
 *
 * What is decided is stored with the article, and never decided again.
 */
#ifndef QUERN_INDEXER_LANGUAGE_H
#define QUERN_INDEXER_LANGUAGE_H

#include "stemmer/analysis.h"

/* Zeroed is fine; finish it. For one analysis, and one thread at a time. */
typedef struct quern_language {
    void *library;  /* libexttextcat */
    void *detector; /* NULL: none was needed yet, or no two of the languages can be told apart */
    int tried;      /* to make it */
    void (*done)(void *detector);
    char *(*classify)(void *detector, const char *text, size_t len);
} quern_language;

void quern_language_finish(quern_language *language);

/* The number of the article's language among those of the analysis. Errors: BACKEND libexttextcat
 * or its data is needed and not installed, NOMEM. */
quern_status quern_language_of(quern_language *language, const quern_analysis *analysis,
                               const quern_article *article, uint32_t *out, quern_error *err);

#endif
