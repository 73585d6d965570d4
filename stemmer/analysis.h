/* SPDX-License-Identifier: MIT */
/* analysis - "here is text, give me terms": the one path from text to terms.
 *
 * Indexing, querying and highlighting all call quern_analysis_text, so what is found is what was
 * indexed and what is marked is what matched. A text becomes tokens: a position (words are numbered
 * from 0), the byte range of the word in the text, and the term. Several tokens may stand at one
 * position; they follow each other. Positions ascend, and so do starts.
 *
 * A term is bytes: one byte of kind, then the folded and stemmed word, at most 240 bytes in all.
 * The kinds up to QUERN_TERM_BIGRAM score (they count into a passage's length), the others only
 * select.
 *
 * Every distinct term met is interned once as a quern_word, shared by all words of the text that
 * come to it (Amazon, AMAZON’s), and a caller hangs its own number on it (`user`). Words are found
 * again by their bytes, so that folding and stemming are done once for each way of writing and a
 * token costs one look-up. quern_analysis_reset forgets them all.
 */
#ifndef QUERN_STEMMER_ANALYSIS_H
#define QUERN_STEMMER_ANALYSIS_H

#include "base/status.h"

/* Raised whenever the same text would give other terms. */
#define QUERN_ANALYSIS_VERSION 1

#define QUERN_TERM_MAX 240 /* bytes, with the byte of kind */

enum {
    QUERN_TERM_WORD = 1,   /* a stem */
    QUERN_TERM_JOINED = 2, /* long-term as one word */
    QUERN_TERM_AMOUNT = 3, /* an amount of money */
    QUERN_TERM_BIGRAM = 4, /* two characters of Chinese, Japanese, Korean or Thai */
    QUERN_TERM_EXACT = 5,  /* a word as it was typed, folded only */
    QUERN_TERM_FIELD = 6,
    QUERN_TERM_KEY = 7
};

typedef struct quern_analysis quern_analysis; /* one thread at a time */

typedef struct quern_word {
    const char *term;  /* kind and bytes; owned by the analysis until reset */
    uint32_t term_len; /* bytes */
    uint32_t user;     /* the caller's; 0 when the word is new */
} quern_word;

typedef struct quern_token {
    quern_word *word;
    uint32_t position;
    size_t start, end; /* bytes of the text: the word as it stands there, without its possessive */
} quern_token;

typedef struct quern_tokens {
    quern_token *items;
    size_t n, cap;
} quern_tokens;

/* `language`: an English name or ISO code that libstemmer knows, or "none". Errors: SYNTAX not
 * known (the message lists those that are), NOMEM. */
quern_status quern_analysis_new(const char *language, quern_analysis **out, quern_error *err);
void quern_analysis_free(quern_analysis *analysis);

/* Replaces *tokens by those of text[0, len). Never fails on any bytes; invalid UTF-8 is read as
 * U+FFFD, which is no word. Errors: NOMEM. */
quern_status quern_analysis_text(quern_analysis *analysis, const char *text, size_t len,
                                 quern_tokens *tokens, quern_error *err);
void quern_tokens_finish(quern_tokens *tokens);

/* Bytes that the interned words take. */
size_t quern_analysis_memory(const quern_analysis *analysis);
/* Forgets all interned words; tokens and words given before are invalid after. */
void quern_analysis_reset(quern_analysis *analysis);

/* What this analysis makes of a built-in sample, as one number: differs where the version, the
 * language, the stemmer library or the Unicode tables behind it do. */
quern_status quern_analysis_fingerprint(quern_analysis *analysis, uint64_t *out, quern_error *err);

#endif
