/* SPDX-License-Identifier: MIT */
/* search_print - hits as people, pipes and programs read them. Same hits, same order, three forms:
 *
 *     terminal   path:line  title, then the passage, indented and broken, its matches marked
 *     pipe       path:line:column:text, one line a passage; the place is that of the first match
 *     JSON       one object a line: meta, a hit for each passage, summary
 */
#ifndef QUERN_CLI_SEARCH_PRINT_H
#define QUERN_CLI_SEARCH_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "cli/locate.h"
#include "quern/quern.h"

typedef struct quern_printer {
    FILE *out;
    const quern_place *place;
    int terminal;   /* 1: the layout for a terminal, 0: for a pipe */
    int color;      /* 1: with SGR sequences */
    int links;      /* 1: paths are OSC 8 links */
    unsigned width; /* columns of the terminal */
    int explain;    /* 1: why a passage has its score, after each */
} quern_printer;

/* Each prints all hits in its form and returns 0, or -1 where memory ran out. */
int quern_print_hits(const quern_printer *printer, const quern_hits *hits);
int quern_print_files(const quern_printer *printer, const quern_hits *hits, char end);
int quern_print_json_hits(const quern_printer *printer, const quern_hits *hits);

/* The first line of JSON: what was asked, of which index, and all notes on it. */
int quern_print_json_meta(const quern_printer *printer, const char *typed, const quern_query *query,
                          const quern_hits *hits, const char *engine, uint64_t generation);

/* The last line of JSON; of which shards, where `shards` is a reader of such and not NULL. */
int quern_print_json_summary(const quern_printer *printer, const quern_totals *totals,
                             uint64_t stale_files, double elapsed_ms, quern_reader *shards,
                             json_t *suggestions);

#endif
