/* SPDX-License-Identifier: MIT */
/* search_explain - why a passage has its score, for people and for programs.
 *
 *     score 4.701 = BM25, k1 1.2, b 0.75; 46 words, 33.8 on average
 *       Bedrock    → bedrock   tf 1   in 4 of 73 passages   idf 2.802   2.441
 *       commitment → commit    tf 1   in 5 of 73 passages   idf 2.595   2.260
 *       not chips
 *
 * The last column adds up to the score as it is printed: what rounding takes is given to the lines
 * that lost most by it. JSON has the numbers themselves.
 */
#ifndef QUERN_CLI_SEARCH_EXPLAIN_H
#define QUERN_CLI_SEARCH_EXPLAIN_H

#include <jansson.h>
#include <stdio.h>

#include "quern/quern.h"

/* Prints the lines, each after `indent` blanks, grey where `color`. Returns 0, or -1 where memory
 * ran out. */
int quern_explain_print(FILE *out, const quern_explanation *explanation, unsigned indent,
                        int color);

/* The object for JSON; NULL where memory ran out. */
json_t *quern_explain_json(const quern_explanation *explanation);

#endif
