/* SPDX-License-Identifier: MIT */
/* search_shards - the shards that `search --shard` asks: their names from the command line, a
 * reader of those that answer, and what is said where some are missing.
 */
#ifndef QUERN_CLI_SEARCH_SHARDS_H
#define QUERN_CLI_SEARCH_SHARDS_H

#include "cli/json.h"
#include "cli/supervise.h"
#include "quern/quern.h"

typedef struct quern_shard_list {
    char *line;   /* all names, as they are shown: with commas between them */
    char **names; /* owned */
    size_t n;
    int require_all;
} quern_shard_list;

/* Adds the names of an option's argument, which have commas between them. Returns 0, or an exit
 * code after saying why. */
int quern_shard_list_add(quern_shard_list *list, const char *argument);
void quern_shard_list_free(quern_shard_list *list);

/* A reader of the shards that answer within a part of the attempt's time. From the second attempt
 * on, those that also answer the query `typed` by themselves. Errors: of quern_shards_open. */
quern_status quern_shard_list_open(const quern_shard_list *list, const quern_attempt *attempt,
                                   const char *typed, const quern_search_options *search,
                                   quern_reader **out, quern_error *err);

/* Says on standard error which shards are missing and why; nothing where all are there. */
void quern_shard_list_tell(quern_reader *reader);

/* The greatest generation of those that take part. */
uint64_t quern_shard_list_generation(quern_reader *reader);

/* Adds "partial", "shards" and "missing" to the summary. */
void quern_shard_list_json(quern_reader *reader, quern_json *json);

#endif
