/* SPDX-License-Identifier: MIT */
/* search_run - one run of search: what it was asked, what it holds open, and what it found.
 * search_main.c makes it, search_show.c shows it. */
#ifndef QUERN_CLI_SEARCH_RUN_H
#define QUERN_CLI_SEARCH_RUN_H

#include "cli/locate.h"
#include "cli/search_settings.h"

/* All that a run holds open. */
typedef struct quern_search_run {
    quern_search_settings set;
    double began_s;
    char *typed; /* the words, joined by spaces */
    quern_place place;
    quern_index *index;
    quern_reader *reader;
    quern_synonyms *synonyms;
    quern_query *query;
    quern_hits *hits;
    quern_totals totals;
    int on_terminal; /* standard output is one */
} quern_search_run;

/* Shows what was found in the form that was asked for. Returns an exit code. */
int quern_search_show(quern_search_run *r);

/* Writes what is left in the buffer of the standard output. Returns 0 or an exit code; a reader
 * that has gone is no error to speak of. */
int quern_search_flush(void);

#endif
