/* SPDX-License-Identifier: MIT */
/* terminal - the width, the colours, and the one way that text takes to a screen.
 *
 * Text of articles, titles, file names and queries is untrusted: it may hold escape sequences that
 * would repaint the screen, set the clipboard or hide what stands there. It reaches a terminal only
 * as a quern_line, which is clean by construction: one line of valid UTF-8 without control
 * characters. On the way, byte ranges that are to be marked are carried along:
 *
 *     bytes in      "a \n\n ESC[31m commit"      spans  [9, 15)
 *     clean line    "a \x1b[31m commit"          marks  [10, 16)
 *
 * White space of any length becomes one space. Control characters (C0, DEL, C1), the characters
 * that turn writing direction (U+202A-U+202E, U+2066-U+2069) and bytes that are not UTF-8 become
 * visible escapes, or, for a pipe, spaces and U+FFFD.
 */
#ifndef QUERN_CLI_TERMINAL_H
#define QUERN_CLI_TERMINAL_H

#include <stdio.h>

#include "quern/quern.h"

typedef enum quern_when { QUERN_WHEN_AUTO, QUERN_WHEN_ALWAYS, QUERN_WHEN_NEVER } quern_when;

/* Reads "auto", "always" or "never". Returns 0, or -1 for another word. */
int quern_terminal_when(const char *word, quern_when *out);

/* Whether colour goes to the file descriptor: as `when` says; for "auto" where it is a terminal,
 * TERM is not "dumb" and NO_COLOR is unset or empty. */
int quern_terminal_color(quern_when when, int fd);

/* Columns and rows of the terminal on `fd`; $COLUMNS and $LINES, else 80 and 24, where it does not
 * say. */
unsigned quern_terminal_width(int fd);
unsigned quern_terminal_height(int fd);

/* SGR sequences, as strings to be pasted. Bold as well as a colour, never a colour alone. */
#define QUERN_SGR_MATCH "\033[1;33m"
#define QUERN_SGR_PATH "\033[35m"
#define QUERN_SGR_TITLE "\033[1m"
#define QUERN_SGR_DIM "\033[90m"
#define QUERN_SGR_OFF "\033[0m"

/* One clean line. Made by quern_terminal_clean, ended by quern_terminal_drop. */
typedef struct quern_line {
    char *data; /* valid UTF-8 without control characters; NUL after it */
    size_t len, cap;
    quern_span *marks; /* in data, ascending */
    size_t n_marks;
} quern_line;

typedef enum quern_clean {
    QUERN_CLEAN_ESCAPE, /* for a terminal: \x1b, \u202e, and \xff for a stray byte */
    QUERN_CLEAN_SPACE   /* for a pipe: a space, and U+FFFD for what is not UTF-8 */
} quern_clean;

/* Makes a clean line of `text`, of which the n ascending `spans` are to be marked. Returns 0, or
 * -1 where memory ran out; *out then is empty. */
int quern_terminal_clean(quern_string text, const quern_span *spans, size_t n, quern_clean how,
                         quern_line *out);
void quern_terminal_drop(quern_line *line);

/* How a line is laid out. */
typedef struct quern_layout {
    unsigned width;   /* columns, of which the indent takes its part */
    unsigned indent;  /* columns before each line */
    const char *mark; /* SGR before a mark and after its end, or "" */
    const char *rest; /* SGR of what is not marked, or "" */
} quern_layout;

/* Columns that the line takes. */
size_t quern_terminal_columns(const quern_line *line);

/* Cuts the line to so many columns, the last of them "…". Returns 0, or -1 where memory ran out. */
int quern_terminal_clip(quern_line *line, size_t columns);

/* Keeps at most so many bytes around the first mark, with "…" where something was left out.
 * Returns 0, or -1 where memory ran out. */
int quern_terminal_window(quern_line *line, size_t bytes);

/* Writes the line without breaking it. */
void quern_terminal_put(FILE *out, const quern_line *line, const quern_layout *layout);

/* Writes the line broken where Unicode (UAX #14) allows, each part on an indented line of its own
 * that ends in a new line. Returns 0, or -1 where memory ran out. */
int quern_terminal_wrap(FILE *out, const quern_line *line, const quern_layout *layout);

/* Writes text with visible escapes, white space as it is but for control characters. */
void quern_terminal_escape(FILE *out, quern_string text);

#endif
