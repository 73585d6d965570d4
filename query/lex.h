/* SPDX-License-Identifier: MIT */
/* lex - the bytes of a query as lexemes.
 *
 *     +chips (price* OR "long term"^2) -path:a/b          what was typed
 *     MUST WORD OPEN PATTERN OR PHRASE BOOST CLOSE NOT FIELD VALUE
 *
 * Every byte string is lexemes. What only looks like an operator is made a word here, so that the
 * parser meets a sequence in which each operator has its operands and each bracket its partner.
 */
#ifndef QUERN_QUERY_LEX_H
#define QUERN_QUERY_LEX_H

#include "base/status.h"

typedef enum quern_lexeme_kind {
    QUERN_LEX_END,
    QUERN_LEX_WORD,    /* a run of bytes that is none of the others */
    QUERN_LEX_PHRASE,  /* what is between quotation marks */
    QUERN_LEX_PATTERN, /* a word with ? or * in it */
    QUERN_LEX_LITERAL, /* \stem:agre, without the backslash */
    QUERN_LEX_FIELD,   /* the name before a colon that a VALUE, PHRASE or OPEN follows */
    QUERN_LEX_VALUE,
    QUERN_LEX_OPEN,
    QUERN_LEX_CLOSE,
    QUERN_LEX_EXACT, /* = before a word */
    QUERN_LEX_MUST,  /* + before something */
    QUERN_LEX_NOT,   /* - before something, and NOT */
    QUERN_LEX_AND,   /* the operators between two things */
    QUERN_LEX_OR,
    QUERN_LEX_NEAR,
    QUERN_LEX_ADJ,
    QUERN_LEX_BOOST,   /* ^2 behind something */
    QUERN_LEX_FUZZY,   /* ~ or ~2 behind a word */
    QUERN_LEX_ATLEAST, /* @2 behind a bracket */
    QUERN_LEX_DROPPED  /* a bracket without partner, or around nothing */
} quern_lexeme_kind;

typedef struct quern_lexeme {
    quern_lexeme_kind kind;
    size_t start, end; /* bytes of the query; of a suffix, those of its number */
} quern_lexeme;

/* Things that were taken otherwise than typed; of each sort the number and the first. */
typedef struct quern_lex_oddities {
    int unpaired_quotes, unpaired_brackets, deep_brackets;
    size_t n_lone_operators, n_unknown_fields;
    quern_lexeme lone_operator; /* with nothing on one of its sides */
    quern_lexeme unknown_field;
} quern_lex_oddities;

typedef struct quern_lexemes {
    quern_lexeme *items; /* the last one is END */
    size_t n, cap;
    quern_lex_oddities oddities;
} quern_lexemes;

/* Which names before a colon are fields. */
typedef struct quern_lex_names {
    int (*is_field)(const void *payload, quern_string name);
    const void *payload;
} quern_lex_names;

/* Brackets are counted to QUERN_PLAN_DEPTH; deeper ones are dropped. `out` is to be finished in any
 * case. Errors: NOMEM. */
quern_status quern_lex(quern_string text, const quern_lex_names *names, quern_lexemes *out,
                       quern_error *err);
void quern_lexemes_finish(quern_lexemes *lexemes);

/* White space is what is not above the blank; where a word can no longer go on. */
static inline int quern_lex_is_space(char c)
{
    return (unsigned char)c <= ' ';
}

#endif
