/* SPDX-License-Identifier: MIT */
/* supervise - an answer that depends on other machines, within a time that holds whatever they do.
 *
 * The asking is done by a child process, which is ended when its time is over. What it has found so
 * far is lost with it, so the time is cut into a few attempts: the first one takes all that
 * answers; each later one first tries every part on its own, and leaves out what is in the way.
 *
 *     parent   |- attempt 0, half of the time ---- ended |- attempt 1, half of the rest -- found
 *     child    |  ask ...............................    |  ask, trying each ...........|  show
 *
 * A child says when it has found the answer, by a byte in a pipe. From then on nothing is asked of
 * anybody, and it shows the answer for as long as the terminal, the pager or the pipe takes.
 */
#ifndef QUERN_CLI_SUPERVISE_H
#define QUERN_CLI_SUPERVISE_H

#include "quern/quern.h"

typedef struct quern_attempt {
    int number;       /* from 0 */
    uint32_t left_ms; /* until this process is ended */
} quern_attempt;

typedef struct quern_supervised {
    /* Asks; in a child. A failure with NETWORK is tried again while there is time. */
    quern_status (*ask)(const quern_attempt *attempt, void *payload, quern_error *err);
    /* Shows the answer and returns the exit code; in the same child. */
    int (*show)(void *payload);
    void *payload;
    uint32_t limit_ms;
} quern_supervised;

/* Returns the exit code, in the parent. Must be called before the process has threads. */
int quern_supervise(const quern_supervised *what);

#endif
