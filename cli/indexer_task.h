/* SPDX-License-Identifier: MIT */
/* indexer_task - what every command of the indexer works on: the settings of its command line, the
 * index that is meant, and the handles that are open.
 */
#ifndef QUERN_CLI_INDEXER_TASK_H
#define QUERN_CLI_INDEXER_TASK_H

#include "cli/locate.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "quern/quern.h"

typedef struct quern_task_settings {
    const char *index;          /* --index, or NULL */
    quern_index_options create; /* what a new index is made with */
    int passages_given, language_given, no_titles_given, no_text_given, engine_given;
    quern_writer_options writer;
    quern_sync_options sync;
    const char *source; /* of records from standard input */
    const char *drop;   /* a root to forget, or NULL */
    const char *id;     /* of --id; for `remove` a record's, else a member's name */
    int from_input, from_sources, json, quiet, verbose;
} quern_task_settings;

typedef struct quern_task {
    quern_task_settings set;
    char **words; /* of the command line, after the command */
    size_t n_words;
    quern_place place;
    quern_index *index;
    quern_reader *reader;
    quern_writer *writer;
    quern_bar bar;
    double began_s;
    uint64_t skips_told, skips; /* skipped files and records, in this run */
    int made;                   /* 1: the index is new */
} quern_task;

void quern_task_close(quern_task *task);

/* Each says what went wrong and returns an exit code; 0 is success. */

/* Finds the index that the settings mean, from the folder `start` (NULL: the current one) upwards,
 * without opening it; place.index stays NULL where there is none. */
int quern_task_locate(quern_task *task, const char *start);

/* The same, and opens it, and a snapshot of it. There must be one. */
int quern_task_open(quern_task *task);

/* Opens the index at place.index, with a snapshot. */
int quern_task_open_here(quern_task *task);

/* Takes the writer of the index that is open. */
int quern_task_lock(quern_task *task);

/* Says an error of writing: a directory that is not writable is named. */
int quern_task_fail(const quern_task *task, const quern_error *err);

/* Brings the index in step: forgets a root, reads standard input, or syncs the `n` absolute paths
 * (none: all roots). Ctrl-C stops it. Fills *report. */
int quern_task_sync(quern_task *task, const char *const *paths, size_t n,
                    quern_sync_report *report);

/* Opens a new snapshot, and prints what the index holds now, after the time the task took. */
int quern_task_summary(quern_task *task, const quern_sync_report *report);

/* The path as seen from the current folder; owned by the caller. Never NULL: where memory runs out
 * the process ends. */
char *quern_task_shown(const quern_task *task, const char *path);

#endif
