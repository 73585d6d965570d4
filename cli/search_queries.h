/* SPDX-License-Identifier: MIT */
/* search_queries - a file of queries, answered by one reader, as a run that relevance is measured
 * on.
 *
 *     in     1<TAB>what similarity laws must be obeyed       a number or name, a tab, the query
 *     out    1 Q0 184 1 14.271643 quern                      TREC's form of a ranking
 *
 * A line of the run is: the query's name, Q0, the article, its rank from 1, its score, and who
 * ranked. The article is the id of a record, or the path of a file. With all_passages an article
 * stands once for each passage that matches, best first, all of the same rank.
 */
#ifndef QUERN_CLI_SEARCH_QUERIES_H
#define QUERN_CLI_SEARCH_QUERIES_H

#include <stdio.h>

#include "quern/quern.h"

/* Answers every query of the file at `path` ("-": standard input) to `out`. Returns an exit code: 0
 * where a query had hits, else 1; after saying why, that of a usage error where a line is not a
 * query, or of what failed. */
int quern_search_queries(quern_reader *reader, const char *path, const quern_query_options *reading,
                         const quern_search_options *options, FILE *out);

#endif
