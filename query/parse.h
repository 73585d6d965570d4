/* SPDX-License-Identifier: MIT */
/* parse - what a user typed becomes a plan. It never fails on any bytes: what makes no sense is
 * read as words, and a note says so. parse.c has the grammar.
 */
#ifndef QUERN_QUERY_PARSE_H
#define QUERN_QUERY_PARSE_H

#include "query/plan.h"
#include "stemmer/analysis.h"

/* Immutable once it is built; shared by threads. */
struct quern_query {
    quern_plan plan;
    const char *text; /* the plan as one line; in the plan's arena */
    char **notes;     /* n_notes lines in the plan's arena */
    size_t n_notes, cap_notes;
    int leaves_out; /* the article with this key is left out of the answer */
    quern_string without_source, without_id;
};

/* What a query is read by. */
typedef struct quern_query_language {
    quern_analysis *analysis; /* the caller has it for itself meanwhile and may reset it after */
    /* Whether a folded name is that of a field of the index; NULL: there are none. */
    int (*has_field)(const void *payload, quern_string name);
    /* Whether a passage of the index has a term; NULL: any may. */
    int (*has_term)(const void *payload, quern_string term);
    const void *payload;
    int64_t now; /* seconds since 1970, which since:7d counts from; 0: the clock says */
    const quern_synonyms *synonyms; /* or NULL */
    int spellings;             /* 1: a word stands for its other spellings, too; of English alone */
    int stems_only;            /* 1: nothing is stemmed, so that each word is its own exact form */
    const char *since, *until; /* dates that all of the answer has to be from; NULL: any */
} quern_query_language;

/* Whether a name before a colon is that of a field of the reader's index, or title. */
int quern_query_is_field(const void *reader, quern_string name);

/* Errors: NOMEM, FULL more words than can be numbered. */
quern_status quern_query_build(const quern_query_language *language, quern_string text,
                               quern_query **out, quern_error *err);

#endif
