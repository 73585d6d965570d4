/* SPDX-License-Identifier: MIT */
/* progress - how far a long run has come, on standard error.
 *
 * On a terminal one line is redrawn, at most ten times a second:
 *
 *     reading  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░  61%  4,636 of 7,600 files  1.2 of 2.0 MB  1 s left
 *
 * Elsewhere a plain line comes every ten seconds.
 */
#ifndef QUERN_CLI_PROGRESS_H
#define QUERN_CLI_PROGRESS_H

#include "quern/quern.h"

typedef struct quern_bar {
    int quiet;       /* 1: show nothing */
    int terminal;    /* 1: redraw one line */
    int drawn;       /* 1: the line is on the screen */
    double began_s;  /* monotonic seconds */
    double latest_s; /* when it was last shown */
} quern_bar;

/* Seconds of a clock that never goes back. */
double quern_progress_now(void);

/* Begins; finds out whether standard error is a terminal. */
void quern_progress_open(quern_bar *bar, int quiet);

/* Shows how far it is, unless it was shown a moment ago. */
void quern_progress_show(quern_bar *bar, const quern_progress *progress);

/* Takes the line off the screen, before anything else is written there. */
void quern_progress_clear(quern_bar *bar);

#endif
