/* SPDX-License-Identifier: MIT */
/* engine - a peer as a child process: built once, then asked a line at a time.
 *
 * A child runs on a core of its own (pinned between fork and exec), its standard error goes to a
 * file beside its index. One that dies is not the end of the run: it answers NULL from then on, and
 * the tables say so.
 */
#ifndef QUERN_BENCH_ENGINE_H
#define QUERN_BENCH_ENGINE_H

#include "bench/common.h"

#include <sys/types.h>

typedef struct engine {
    char *name;
    char **command; /* NULL at the end, with room for three words more before it */
    size_t n_command;
    int is_jvm;      /* warmed up before it is timed */
    int two_threads; /* can index with two */
    char *dir;       /* of its index */
    pid_t pid;       /* 0: not running */
    FILE *to, *from;
    char *line;
    size_t cap;
    char *death; /* what ended it, or NULL */
} engine;

typedef struct engine_built {
    double seconds;         /* as the engine says: from the first line to the durable index */
    double process_seconds; /* of the whole process, its start included */
    double cpu_seconds;     /* user and system */
    uint64_t docs, tokens, peak_kb;
    uint64_t bytes;       /* on disk, with everything */
    uint64_t index_bytes; /* as the engine says, without the column of lines; 0: not asked */
    int is_valid;         /* 0: the build failed */
    int is_reused;        /* built by an earlier run: its times are not of this one */
} engine_built;

typedef struct engine_task {
    const char *corpus, *dir;
    int threads, merge, remove;
    int cpu; /* -1: any */
} engine_task;

void engine_build(engine *e, const engine_task *task, engine_built *out);
void engine_start(engine *e, const char *dir, int cpu);
/* The answer to a request, without the line's end; NULL where the engine is dead. Valid until the
 * next. */
char *engine_ask(engine *e, const char *request);
void engine_stop(engine *e);
/* Adds up to three words to its command; returns the command. */
char **engine_words(engine *e, const char *a, const char *b, const char *c);

#endif
