/* SPDX-License-Identifier: MIT */
/* query_help - the query language on one screen or two, which `search --help-query` prints. The
 * page search-query(7) holds the same text; tests/cli/help_query.sh compares them. */
#ifndef QUERN_CLI_QUERY_HELP_H
#define QUERN_CLI_QUERY_HELP_H

extern const char *const quern_query_help; /* ends with a line feed */

/* What to say where the first word is what a shell leaves of "$4bn", or NULL. */
const char *quern_query_help_dollar(const char *typed);

#endif
