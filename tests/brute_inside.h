/* SPDX-License-Identifier: MIT */
/* brute_inside - what brute.c and brute_plan.c share. */
#ifndef QUERN_TESTS_BRUTE_INSIDE_H
#define QUERN_TESTS_BRUTE_INSIDE_H

#include "stemmer/analysis.h"
#include "tests/brute.h"

typedef struct token {
    uint32_t term, form; /* numbers of their terms; form 0: none */
    uint32_t position;
} token;

typedef struct passage {
    uint64_t start, end;
    uint32_t title; /* positions of the title at the front */
    size_t n;       /* tokens */
    token *tokens;
} passage;

typedef struct article {
    char *source, *id, *text;
    int64_t date;
    passage *passages;
    size_t n;
} article;

struct brute {
    quern_analysis *analysis;
    uint32_t passage_words;
    int no_titles;
    uint32_t n_terms;    /* words and forms that were met, numbered from 1 */
    quern_string *terms; /* by number; owned by the analysis */
    article *articles;   /* in key order */
    size_t n;
};

/* The pointer, or the end of the program. */
void *brute_must(void *p);

/* The number of a term, or 0 where no text has it. */
uint32_t brute_term(brute *b, const char *bytes, size_t len);

#endif
