/* SPDX-License-Identifier: MIT */
/* search_shards - see search_shards.h.
 *
 * Of an attempt's time half is for the shards to answer that they are there, the other half for the
 * search; a single exchange may take all of it. $QUERN_SSH is the program of the ssh form.
 */
#include "cli/search_shards.h"

#include <stdlib.h>
#include <string.h>

#include "cli/message.h"

static int add_name(quern_shard_list *list, const char *name, size_t len)
{
    char **names = realloc(list->names, (list->n + 1) * sizeof *names);
    if (!names) {
        return -1;
    }
    list->names = names;
    names[list->n] = strndup(name, len);
    if (!names[list->n]) {
        return -1;
    }
    list->n++;
    size_t used = list->line ? strlen(list->line) : 0;
    char *line = realloc(list->line, used + len + 2);
    if (!line) {
        return -1;
    }
    list->line = line;
    line += used;
    if (used) {
        *line++ = ',';
    }
    memcpy(line, name, len);
    line[len] = '\0';
    return 0;
}

int quern_shard_list_add(quern_shard_list *list, const char *argument)
{
    for (const char *p = argument;; p++) {
        size_t len = strcspn(p, ",");
        if (len == 0) {
            return quern_message_usage("--shard: there is an empty name in '%s'", argument);
        }
        if (add_name(list, p, len)) {
            return quern_message_no_memory();
        }
        p += len;
        if (!*p) {
            return 0;
        }
    }
}

void quern_shard_list_free(quern_shard_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->names[i]);
    }
    free(list->names);
    free(list->line);
    memset(list, 0, sizeof *list);
}

quern_status quern_shard_list_open(const quern_shard_list *list, const quern_attempt *attempt,
                                   const char *typed, const quern_search_options *search,
                                   quern_reader **out, quern_error *err)
{
    quern_shards_options options = QUERN_SHARDS_OPTIONS_INIT;
    options.time_limit_ms = attempt->left_ms / 2 + 1;
    options.exchange_ms = attempt->left_ms + 1;
    options.require_all = list->require_all;
    options.ssh = getenv("QUERN_SSH");
    options.trial = attempt->number > 0 ? typed : NULL;
    options.trial_options = search;
    return quern_shards_open((const char *const *)list->names, list->n, &options, out, err);
}

/* ---- What is told ---- */

static size_t count_missing(quern_reader *reader, size_t *n)
{
    size_t missing = 0;
    quern_shard shard = QUERN_SHARD_INIT;
    for (*n = 0; quern_reader_shard(reader, *n, &shard) == QUERN_OK; ++*n) {
        missing += shard.missing != NULL;
    }
    return missing;
}

void quern_shard_list_tell(quern_reader *reader)
{
    size_t n;
    size_t missing = count_missing(reader, &n);
    quern_shard shard = QUERN_SHARD_INIT;
    if (missing > 0) {
        quern_message_say("partial answer: %zu of %zu shards", n - missing, n);
    }
    for (size_t i = 0; missing > 0 && i < n; i++) {
        if (quern_reader_shard(reader, i, &shard) == QUERN_OK && shard.missing) {
            quern_message_say("missing %s: %s", shard.name, shard.missing);
        }
    }
}

uint64_t quern_shard_list_generation(quern_reader *reader)
{
    uint64_t greatest = 0;
    quern_shard shard = QUERN_SHARD_INIT;
    for (size_t i = 0; quern_reader_shard(reader, i, &shard) == QUERN_OK; i++) {
        greatest = shard.generation > greatest ? shard.generation : greatest;
    }
    return greatest;
}

static json_t *missing_json(const quern_shard *shard)
{
    quern_json json = {json_object(), 0};
    quern_json_set_text(&json, "shard", QUERN_STR(shard->name));
    quern_json_set_text(&json, "reason", QUERN_STR(shard->missing));
    if (json.failed) {
        json_decref(json.object);
        json.object = NULL;
    }
    return json.object;
}

void quern_shard_list_json(quern_reader *reader, quern_json *json)
{
    json_t *there = json_array();
    json_t *missing = json_array();
    quern_shard shard = QUERN_SHARD_INIT;
    for (size_t i = 0; quern_reader_shard(reader, i, &shard) == QUERN_OK; i++) {
        json_t *item =
            shard.missing ? missing_json(&shard) : quern_json_text(QUERN_STR(shard.name));
        if (json_array_append_new(shard.missing ? missing : there, item)) {
            json->failed = 1;
        }
    }
    quern_json_set(json, "partial", json_boolean(json_array_size(missing) > 0));
    quern_json_set(json, "shards", there);
    quern_json_set(json, "missing", missing);
}
