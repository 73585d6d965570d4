/* SPDX-License-Identifier: MIT */
/* search_settings - the options of search, and what they ask for. */
#ifndef QUERN_CLI_SEARCH_SETTINGS_H
#define QUERN_CLI_SEARCH_SETTINGS_H

#include "cli/search_shards.h"
#include "cli/terminal.h"
#include "quern/quern.h"

typedef struct quern_search_settings {
    const char *index;           /* or NULL */
    const char *queries;         /* a file of them, or NULL */
    const char *complete;        /* a prefix, or NULL */
    const char *like;            /* path and id of an article, or NULL */
    const char *synonyms;        /* a file, or NULL */
    quern_query_options reading; /* dates are as typed */
    quern_shard_list shards;
    uint32_t limit_ms; /* 0: none */
    int has_limit;     /* it was given */
    quern_search_options search;
    int files, count, json, quiet, no_pager, trec;
    int asked; /* the row of -h, --help, --help-query or --version, or 0 */
    char end;  /* after a path of -l */
    quern_when color, links;
} quern_search_settings;

#define QUERN_SEARCH_SETTINGS_INIT                                                                 \
    {                                                                                              \
        .search = QUERN_SEARCH_OPTIONS_INIT, .reading = QUERN_QUERY_OPTIONS_INIT, .end = '\n'      \
    }

/* Reads the command line. *typed: its words, joined by blanks; the caller's, NULL for a file of
 * queries. Returns 0, an exit code, or -1 where help was asked for and given. */
int quern_search_settings_read(quern_search_settings *s, int argc, char **argv, char **typed);

#endif
