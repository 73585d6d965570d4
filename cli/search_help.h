/* SPDX-License-Identifier: MIT */
/* search_help - what a person is told when little or nothing was found, and words to go on with.
 *
 *     no passage matches “Bedrok”
 *     did you mean:  search Bedrock      4 passages in 3 articles
 *
 *     no passage matches “"Bedrock valuation"”
 *       Bedrock in 4 passages · valuation in 5 passages
 *     try:  search Bedrock valuation      8 passages in 5 articles
 *
 *     1 article · 1 passage · 0.8 ms
 *     also:  search Trainium      4 passages in 3 articles
 *
 * What is counted is of the dates and with the options that were asked for. A query is only ever
 * shown: nothing else than what was typed is answered. All of it goes to standard error.
 */
#ifndef QUERN_CLI_SEARCH_HELP_H
#define QUERN_CLI_SEARCH_HELP_H

#include <jansson.h>
#include <stdio.h>

#include "quern/quern.h"

/* After nothing was found. */
void quern_help_none(quern_reader *reader, const char *typed, const quern_query_options *reading);

/* After something was found: another word that may have been meant. */
void quern_help_also(quern_reader *reader, const char *typed, const quern_query_options *reading);

/* [{"query":"Bedrock","passages":4,"articles":3}, ...]; NULL where memory ran out. */
json_t *quern_help_json(quern_reader *reader, const char *typed,
                        const quern_query_options *reading);

/* Prints at most 20 words of the index that begin as `prefix` does, each on a line. Returns an exit
 * code. */
int quern_help_complete(quern_reader *reader, const char *prefix, FILE *out);

#endif
