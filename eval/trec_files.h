/* SPDX-License-Identifier: MIT */
/* trec_files - judgements and runs, read from files.
 *
 *     judgements    QUERY ARTICLE RELEVANCE, or TREC's QUERY 0 ARTICLE RELEVANCE
 *     run           QUERY Q0 ARTICLE RANK SCORE TAG
 *
 * Words are separated by blanks or tabs; empty lines are left out. What is read is in order of
 * queries (strcmp), of judgements also of articles, so that all of a query stands together.
 */
#ifndef QUERN_EVAL_TREC_FILES_H
#define QUERN_EVAL_TREC_FILES_H

#include "eval/measures.h"

typedef struct eval_judgements {
    eval_judged *items;
    size_t n, cap;
    char *bytes; /* of the file: names point into it */
} eval_judgements;

typedef struct eval_run {
    eval_ranked *items;
    size_t n, cap;
    char *bytes;
} eval_run;

/* Each reads the file at `path` into the empty *out. Returns 0, or -1 after saying on standard
 * error which line is wrong or what failed; then *out is empty or half full, to be dropped. */
int eval_judgements_read(const char *path, eval_judgements *out);
int eval_run_read(const char *path, eval_run *out);

void eval_judgements_drop(eval_judgements *judgements);
void eval_run_drop(eval_run *run);

#endif
