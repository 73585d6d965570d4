/* SPDX-License-Identifier: MIT */
/* parser - what the files of the parser share: parse.c is the grammar, parse_words.c makes the
 * leaves of words, phrases and patterns, parse_languages.c reads them in every language,
 * parse_same.c adds what stands for the same as a word,
 * parse_clause.c makes the leaves of fields, dates and literals.
 *
 * Functions that make a node return NULL where nothing is left of it or p->status is set, which is
 * sticky: after a failure all of them do nothing.
 */
#ifndef QUERN_QUERY_PARSER_H
#define QUERN_QUERY_PARSER_H

#include "query/lex.h"
#include "query/parse.h"
#include "stemmer/spellings.h"
#include "stemmer/vocabulary.h"

/* The tokens that begin in a WORD. */
typedef struct quern_parser_unit {
    size_t first, n; /* of quern_parser.tokens */
} quern_parser_unit;

/* What tokens are in the other languages of the index: of each token as many as there are. */
typedef struct quern_parser_readings {
    quern_meaning *items; /* the first language's where it is nothing of its own */
    size_t n, cap;
} quern_parser_readings;

typedef struct quern_parser {
    const char *text;
    const quern_query_language *language;
    quern_query *query;
    quern_lexemes lexemes;
    size_t at;                 /* the lexeme at hand */
    quern_parser_unit *units;  /* one a lexeme */
    quern_tokens tokens;       /* of all words; starts and ends count from the query's */
    quern_tokens scratch;      /* of one phrase or value */
    quern_tokens other;        /* of a word that stands for the same */
    int spells;                /* other spellings are looked for */
    quern_spellings spellings; /* of the word at hand */
    uint32_t english;          /* the number of that language, where they are */
    quern_tokens foreign;      /* of a text in another language than the first */
    quern_parser_readings readings, scratch_readings; /* of tokens and scratch */
    const quern_token *first_token;                   /* of those whose leaves are being made, */
    const quern_parser_readings *read;                /* and their readings */
    quern_plan_member *same;                          /* the stems that stand for it */
    size_t cap_same;
    int is_inside; /* what is being read stands for another word itself */
    quern_plan_member *members;
    size_t cap_members;
    quern_buf bytes;    /* scratch */
    quern_string field; /* whose words are looked for, in title:(a b); empty: the text's */
    quern_plan_node
        *as_word;     /* of the word, or compound, just made: its leaf as one word, as typed */
    size_t n_unnoted; /* notes beyond those that are kept */
    int64_t now;
    quern_status status;
    quern_error *err;
} quern_parser;

static inline const quern_lexeme *quern_parser_lexeme(const quern_parser *p)
{
    return &p->lexemes.items[p->at];
}

/* ---- parse.c ---- */

quern_plan_node *quern_parser_leaf(quern_parser *p, const quern_plan_node *leaf);
quern_plan_node *quern_parser_operator(quern_parser *p, quern_plan_op op);
/* An operator of two children; the other child where one is NULL. */
quern_plan_node *quern_parser_pair(quern_parser *p, quern_plan_op op, quern_plan_node *a,
                                   quern_plan_node *b);
quern_plan_node *quern_parser_every(quern_parser *p);
uint32_t quern_parser_intern(quern_parser *p, const char *term, size_t len);

/* Reads up to the closing bracket or the end, and past it. */
quern_plan_node *quern_parser_group(quern_parser *p);

enum { QUERN_PARSER_EXCERPT = 48 };

/* Says something; beyond a few notes they are only counted. */
void quern_parser_note(quern_parser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The front of a text as what can be printed. */
const char *quern_parser_shown(quern_string text, char out[QUERN_PARSER_EXCERPT]);
/* The same of text[start, end) of the query. */
const char *quern_parser_excerpt(const quern_parser *p, size_t start, size_t end,
                                 char out[QUERN_PARSER_EXCERPT]);

/* ---- parse_words.c ---- */

/* Analyses the words; one that goes on over white space ($4 billion) becomes one lexeme. */
void quern_parser_find_units(quern_parser *p);

/* The WORD at hand. is_operand: it is one thing, to be had whole (C++, a/b: as a phrase). */
quern_plan_node *quern_parser_word(quern_parser *p, int is_operand, int is_exact);
/* The WORD at hand within so many edits. */
quern_plan_node *quern_parser_fuzzy(quern_parser *p, uint32_t edits);
quern_plan_node *quern_parser_phrase(quern_parser *p);
quern_plan_node *quern_parser_pattern(quern_parser *p);
/* A text, whose tokens are given, as one thing, to be had whole. */
quern_plan_node *quern_parser_operand(quern_parser *p, quern_string text,
                                      const quern_tokens *tokens);
/* The words of text[start, end) in p->field. */
quern_plan_node *quern_parser_value(quern_parser *p, size_t start, size_t end);

/* ---- parse_languages.c ---- */

static inline uint32_t quern_parser_languages(const quern_parser *p)
{
    return (uint32_t)quern_analysis_languages(p->language->analysis);
}

/* Analyses a text into p->scratch, and its tokens' readings in all languages. */
void quern_parser_analyse(quern_parser *p, const char *text, size_t len);
/* Appends the scratch's readings to those of all words. Returns 0, or -1: no memory. */
int quern_parser_keep_readings(quern_parser *p);
/* From here on leaves are made of p->tokens, or of p->scratch. */
void quern_parser_read_words(quern_parser *p);
void quern_parser_read_scratch(quern_parser *p);
/* What one of those tokens is in a language. */
quern_meaning quern_parser_reading(const quern_parser *p, const quern_token *token,
                                   uint32_t number);
/* Whether it is a function word of any language. */
int quern_parser_is_function(quern_parser *p, const quern_token *token);

/* ---- parse_same.c ---- */

/* Finds the other spellings of a word, where they are asked for; returns how many. */
size_t quern_parser_spell(quern_parser *p, const quern_token *token);
/* The i-th of them, until the next one is asked for; NULL: it is not one word. */
const quern_token *quern_parser_spelling(quern_parser *p, size_t i);
/* The leaf of a word with all that stands for the same: a SAME, or the leaf itself. */
quern_plan_node *quern_parser_same(quern_parser *p, const quern_token *token,
                                   quern_plan_node *leaf);

/* What stands for the words from the one at hand on, of several that are typed in a row; NULL: none
 * does. They are read as words after. */
quern_plan_node *quern_parser_row(quern_parser *p);

/* ---- parse_clause.c ---- */

/* Whether a name before a colon is that of a field, of the language or of the index. */
int quern_parser_is_field(const void *parser, quern_string name);
quern_plan_node *quern_parser_clause(quern_parser *p);
quern_plan_node *quern_parser_literal(quern_parser *p);
/* The articles of a date, `name` being date, since or until; NULL where the text is none, with a
 * note. */
quern_plan_node *quern_parser_date(quern_parser *p, quern_string name, quern_string text);

#endif
