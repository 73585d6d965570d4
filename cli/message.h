/* SPDX-License-Identifier: MIT */
/* message - what the two programs say beside their results: errors, hints, notes, and exit codes.
 *
 * Everything here goes to standard error, so that standard output carries results only. A message
 * may quote a query, a file name or an error of the library, all of them made by strangers; it is
 * therefore cleaned like any text on its way to a terminal (terminal.h), wherever it goes.
 */
#ifndef QUERN_CLI_MESSAGE_H
#define QUERN_CLI_MESSAGE_H

#include "quern/quern.h"

/* What a program ends with. */
enum {
    QUERN_EXIT_OK = 0,            /* search: hits. indexer: done */
    QUERN_EXIT_NONE = 1,          /* search: no hits. indexer: done, some files were skipped */
    QUERN_EXIT_USAGE = 2,         /* the command line */
    QUERN_EXIT_NO_INDEX = 3,      /* no index there, or one that this program does not read */
    QUERN_EXIT_DAMAGED = 4,       /* the index is damaged */
    QUERN_EXIT_LOCKED = 5,        /* another writer has the index */
    QUERN_EXIT_FAILED = 6,        /* anything else: disk full, I/O, memory */
    QUERN_EXIT_INTERRUPTED = 130, /* by SIGINT */
    QUERN_EXIT_BROKEN_PIPE = 141  /* the reader of standard output went away */
};

/* Names the program for all later messages; `dim` is 1 where grey is to be used on standard error.
 * `program` must live as long as the process. */
void quern_message_open(const char *program, int dim);

/* "search: what" and a new line. */
void quern_message_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line without the program's name, grey on a terminal. */
void quern_message_dim(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says what is wrong with the command line and where help is. Returns QUERN_EXIT_USAGE. */
int quern_message_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says an error of the library with its hint. Returns the exit code that fits its status. */
int quern_message_fail(const quern_error *err);

/* Memory ran out in the program itself. Returns QUERN_EXIT_FAILED. */
int quern_message_no_memory(void);

/* 7600 as "7,600". Returns `out`. */
#define QUERN_MESSAGE_NUMBER 32
char *quern_message_number(char out[QUERN_MESSAGE_NUMBER], uint64_t n);

/* 2900000 as "2.9 MB"; a unit is a thousand of the one before. Returns `out`. */
char *quern_message_size(char out[QUERN_MESSAGE_NUMBER], uint64_t bytes);

/* "" where n is 1, else "s". */
const char *quern_message_plural(uint64_t n);

#endif
