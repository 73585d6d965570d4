/* SPDX-License-Identifier: MIT */
/* words - where words begin and end: Unicode Standard Annex #29, version as in libunistring.
 *
 * A word is a segment of UAX #29 that holds a letter, a digit, or an ideograph; all else (spaces,
 * punctuation, symbols, U+FFFD, emoji) separates. Runs of ASCII take a path of their own that gives
 * the same answer. Used by analysis, and by the cutting of passages to count words.
 */
#ifndef QUERN_STEMMER_WORDS_H
#define QUERN_STEMMER_WORDS_H

#include <stddef.h>
#include <stdint.h>

typedef struct quern_words {
    const char *text;
    size_t len;
    size_t at;           /* where to look next */
    size_t base;         /* the 64 bytes that the masks tell of; nowhere near `at`: none yet */
    uint64_t word, high; /* ASCII letters, digits and low lines; bytes that are not ASCII */
    size_t slow_end;     /* where the last word ended that the window did not decide */
} quern_words;

quern_words quern_words_of(const char *text, size_t len);

/* The next word as bytes [*start, *end) of the text. Returns 0 when there is none. Any bytes are
 * text; invalid UTF-8 never belongs to a word. Never fails. */
int quern_words_next(quern_words *words, size_t *start, size_t *end);

/* How many words text[0, len) has, counting at most `limit`. */
size_t quern_words_count(const char *text, size_t len, size_t limit);

#endif
