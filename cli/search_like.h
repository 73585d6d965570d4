/* SPDX-License-Identifier: MIT */
/* search_like - the query of `search --like`: what is like an article of the index. */
#ifndef QUERN_CLI_SEARCH_LIKE_H
#define QUERN_CLI_SEARCH_LIKE_H

#include "cli/locate.h"

/* Makes the query of the article that `name` has: a path as it looks from here and, after a tab, an
 * id, as `indexer list` prints them. The article itself is left out of its answer. Returns 0, or an
 * exit code after it said what is wrong. */
int quern_search_like(quern_reader *reader, const quern_place *place, const char *name,
                      quern_query **out);

#endif
