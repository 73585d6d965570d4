/* SPDX-License-Identifier: MIT */
/* trim - the words of a text without what hangs on them: possessives, and low lines at the ends.
 *
 * Possessives. ’s at the end of a word goes, with any of the apostrophes people type; so does a
 * modifier letter apostrophe at the end, which the standard takes for a letter (companiesʼ). After
 * a digit or a full stop, or an apostrophe that the standard does not know, `s` is a word of its
 * own (H100's, U.S.'s): such an s is dropped too, since nobody looks for it.
 *
 * The test whether a word needs any of that is inline here, in the inner loop of indexing.
 */
#ifndef QUERN_STEMMER_TRIM_H
#define QUERN_STEMMER_TRIM_H

#include "stemmer/scan.h"

typedef struct quern_trim {
    quern_words words;
    size_t last; /* where the last word ended, before it was trimmed */
} quern_trim;

/* The bytes of the apostrophe that ends at `end`, not reaching before `start`; 0 for none. */
size_t quern_trim_apostrophe(const unsigned char *text, size_t start, size_t end);

/* Trims the word text[*start, *end), of two bytes or more, until there is nothing to trim. */
void quern_trim_word(const unsigned char *text, size_t *start, size_t *end);

/* Whether a word of more than one byte may have to be trimmed: most need not. */
static inline int quern_trim_may(const unsigned char *text, size_t start, size_t end)
{
    unsigned ends = quern_scan_class[text[start]] | quern_scan_class[text[end - 1]];
    return ends & (QUERN_SCAN_LOW_LINE | QUERN_SCAN_HIGH) ||
           ((text[end - 1] | 0x20) == 's' && (text[end - 2] == '\'' || text[end - 2] >= 0x80));
}

/* Whether the s at `start` is a possessive of the word that ended at `before`. */
static inline int quern_trim_lone_s(const unsigned char *text, size_t before, size_t start)
{
    size_t at = start - quern_trim_apostrophe(text, before, start);
    return before > 0 && at < start && (at == before || (at == before + 1 && text[before] == '.'));
}

/* The next word, trimmed. Returns 0 when there is none. */
static inline int quern_trim_next(quern_trim *c, size_t *start, size_t *end)
{
    const unsigned char *text = (const unsigned char *)c->words.text;
    while (quern_scan_next(&c->words, start, end)) {
        size_t before = c->last;
        c->last = *end;
        if (*end - *start > 1) {
            if (quern_trim_may(text, *start, *end)) {
                quern_trim_word(text, start, end);
            }
            return 1;
        }
        if ((text[*start] | 0x20) != 's' || !quern_trim_lone_s(text, before, *start)) {
            return 1;
        }
    }
    return 0;
}

#endif
