/* SPDX-License-Identifier: MIT */
/* options - the command line, from one table.
 *
 * A program describes its options once, as rows of quern_option. From these rows come the parsing
 * (getopt_long), the short help of -h, the whole help of --help, and the nearest name for one that
 * is mistyped:
 *
 *     static const quern_option options[] = {
 *         {'n', QUERN_OPTION_COMMON, "number", "N", "show N articles (10)"},
 *         {0, 0, "json", NULL, "print JSON, one object a line"},
 *         {0, 0, NULL, NULL, NULL}};
 *
 * A row without a name but with help is a heading of the help.
 */
#ifndef QUERN_CLI_OPTIONS_H
#define QUERN_CLI_OPTIONS_H

#include <stdint.h>

enum { QUERN_OPTION_COMMON = 1 /* shown by -h as well as by --help */ };

typedef struct quern_option {
    int letter; /* the short form, or 0 */
    int flags;
    const char *name;     /* the long form; NULL for a heading and in the last row */
    const char *argument; /* its name in the help, or NULL where the option takes none */
    const char *help;     /* lines after the first are indented alike */
} quern_option;

/* What a program says of itself in its help. */
typedef struct quern_usage {
    const char *synopsis; /* lines after "usage: " */
    const char *summary;  /* what it does */
    const char *examples; /* whole lines, indented by two */
    const char *footer;   /* "" or lines at the end */
} quern_usage;

typedef struct quern_command_line {
    const quern_option *options; /* the table, ended by a row of zeros */
    /* Called for each option with its row's index and its argument, or NULL. Returns 0, or an exit
     * code, which ends the parsing. */
    int (*take)(int row, const char *argument, void *payload);
    void *payload;
} quern_command_line;

/* Parses argv; words that are no options are moved to its end. *first becomes the index of the
 * first of them. Returns 0, or an exit code after saying what is wrong. */
int quern_options_parse(const quern_command_line *line, int argc, char **argv, int *first);

/* Prints the help on standard output: all of it, or the common options only. */
void quern_options_help(const quern_usage *usage, const quern_option *options, int all);

/* The one of `names` (ended by NULL) that is nearest to `word`, or NULL where none is near. */
const char *quern_options_nearest(const char *word, const char *const *names);

/* Values of options. Each returns 0, or -1 where `text` is not of that form. */
int quern_options_count(const char *text, uint64_t most, uint64_t *out); /* 0 to most */
int quern_options_number(const char *text, double least, double most, double *out);
int quern_options_size(const char *text, uint64_t *out); /* 64M, 1.5G, 4096: powers of 1024 */

#endif
