/* SPDX-License-Identifier: MIT */
/* analysis - "here is text, give me terms": the one path from text to terms.
 *
 * Indexing, querying and highlighting all call quern_analysis_text, so what is found is what was
 * indexed and what is marked is what matched. A text becomes tokens: a position (words are numbered
 * from 0), the byte range of the word in the text, and the term. Several tokens may stand at one
 * position; they follow each other. Positions ascend without gaps, and so do starts, so every
 * position is below the number of tokens.
 *
 *     text            tokens, by position
 *     long-term       long, longterm (covers 2) | term
 *     $4 billion      4000000000 USD, 4000000000, 4, billion
 *     USD 4bn         4000000000 USD, 4000000000, usd, 4bn
 *     東京都          東京 | 京都
 *
 * The first token of a position stands for it in a query: the amount and not its words, and of an
 * amount the one that names its currency.
 *
 * A compound of two to four words joined by hyphens, one of which has a letter, is also one word,
 * at the position of its first part: the term of `longterm`, so that either finds the other.
 *
 * An amount is one position however it is written, so that phrases run over it alike, with its
 * words there too. Its term is the value and the currency (amounts.h); the value alone is a second
 * term where a currency is named, so that 4bn finds every currency by one look-up.
 *
 * Of scripts without blanks (dense.h) pairs of characters are terms, at successive positions; spans
 * of pairs of one run overlap. A character alone is a word.
 *
 * A term is bytes: one byte of kind, then the folded and stemmed word, at most 240 bytes in all.
 * The kinds up to QUERN_TERM_BIGRAM score (they count into a passage's length), the others only
 * select.
 *
 * Every word also has its exact form, what its stem was made of: the word folded, in case and
 * diacritics, without its possessive or elided article. `Commitments` has the term `commit` and the
 * form `commitments`. A joined word has the form of all its letters; amounts and pairs have none.
 *
 * Every distinct term met is interned once as a quern_word, shared by all words of the text that
 * come to it, and so is every form (of Amazon and AMAZON’s); a caller hangs its own number on it
 * (`user`). Words are found again by their bytes in each language, so that folding and stemming are
 * done once for each way of writing and a token costs one look-up. quern_analysis_reset forgets
 * them all.
 */
#ifndef QUERN_STEMMER_ANALYSIS_H
#define QUERN_STEMMER_ANALYSIS_H

#include "base/status.h"

/* Raised whenever the same text would give other terms. */
#define QUERN_ANALYSIS_VERSION 3

#define QUERN_TERM_MAX 240 /* bytes, with the byte of kind */

enum {
    QUERN_TERM_WORD = 1,   /* a stem */
    QUERN_TERM_AMOUNT = 3, /* an amount of money, or of no named currency */
    QUERN_TERM_BIGRAM = 4, /* two characters of Chinese, Japanese, Korean or Thai */
    QUERN_TERM_EXACT = 5,  /* a word as it was typed, folded only */
    QUERN_TERM_FIELD = 6,  /* fields.h */
    QUERN_TERM_KEY = 7
};

typedef struct quern_analysis quern_analysis; /* one thread at a time */

typedef struct quern_word {
    const char *term;  /* kind and bytes; owned by the analysis until reset */
    uint32_t term_len; /* bytes */
    uint32_t user;     /* the caller's; 0 when the word is new */
    /* Of an exact form: the word of its stem; of others NULL. Where marks tell stems apart
     * (French), two forms of the same bytes may have two stems: they are two words. */
    struct quern_word *stem;
} quern_word;

typedef struct quern_token {
    quern_word *word;
    quern_word *form; /* of kind QUERN_TERM_EXACT; NULL: amounts and pairs of characters */
    uint32_t position;
    uint32_t covers;   /* positions it stands for: of a joined form its parts, of others 1 */
    size_t start, end; /* bytes of the text: the word as it stands there, without its possessive */
} quern_token;

typedef struct quern_tokens {
    quern_token *items;
    size_t n, cap;
} quern_tokens;

/* `languages`: an English name or ISO code that libstemmer knows, or "none", or several names with
 * commas between (languages.h), of which the first is in use. Errors: SYNTAX not known (the message
 * lists those that are), NOMEM. */
quern_status quern_analysis_new(const char *languages, quern_analysis **out, quern_error *err);
void quern_analysis_free(quern_analysis *analysis);

/* A text is read as one of the language in use. The words of all languages are interned together: a
 * stem of two of them is one word, and so is a form whose stem is the same in both. */
size_t quern_analysis_languages(const quern_analysis *analysis);
uint32_t quern_analysis_in_use(const quern_analysis *analysis);
/* Returns 0, or -1 where there is no such number: nothing has changed then. */
int quern_analysis_use(quern_analysis *analysis, uint32_t number);
/* The name of a language, as it was given. */
const char *quern_analysis_language(const quern_analysis *analysis, uint32_t number);

/* Replaces *tokens by those of text[0, len). Never fails on any bytes; invalid UTF-8 is read as
 * U+FFFD, which is no word. Errors: NOMEM. */
quern_status quern_analysis_text(quern_analysis *analysis, const char *text, size_t len,
                                 quern_tokens *tokens, quern_error *err);
void quern_tokens_finish(quern_tokens *tokens);

/* Who takes the tokens of a text as they are found, a few at a time and in their order. What it
 * returns ends the reading unless it is OK. */
typedef struct quern_token_sink {
    quern_status (*tokens)(void *payload, const quern_token *tokens, size_t n);
    /* n words with nothing to be said of them but what hangs on their forms (on their terms, where
     * they have none), which is not 0: at successive positions from `position` on. */
    quern_status (*users)(void *payload, const uint32_t *users, size_t n, uint32_t position);
    /* Has `user` of a word set, for good. */
    quern_status (*number)(void *payload, quern_word *word);
    void *payload;
} quern_token_sink;

/* Feeds the tokens of the text to the sink: as quern_analysis_text, at a fraction of what a token
 * costs. *tokens is room to work in. Errors: NOMEM, those of the sink, which sets err itself. */
quern_status quern_analysis_feed(quern_analysis *analysis, quern_string text, quern_tokens *tokens,
                                 const quern_token_sink *sink, quern_error *err);

/* The word of a term that is made elsewhere (fields.h), interned if it is new. NULL: no memory. */
quern_word *quern_analysis_intern(quern_analysis *analysis, const char *bytes, size_t len);

/* Whether a word of kind EXACT is a function word of the language in use (function_words.h). */
int quern_analysis_is_function_word(const quern_analysis *analysis, const quern_word *form);

/* Whether it is of English by its usual stemmer. */
int quern_analysis_is_english(const quern_analysis *analysis);

/* Bytes that the interned words take. */
size_t quern_analysis_memory(const quern_analysis *analysis);
/* Forgets all interned words; tokens and words given before are invalid after. */
void quern_analysis_reset(quern_analysis *analysis);

/* What this analysis makes of a built-in sample, as one number: differs where the version, the
 * language, the stemmer library or the Unicode tables behind it do. */
quern_status quern_analysis_fingerprint(quern_analysis *analysis, uint64_t *out, quern_error *err);

#endif
