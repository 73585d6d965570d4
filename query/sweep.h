/* SPDX-License-Identifier: MIT */
/* sweep - what of a window of scores reaches the bar.
 *
 * A window (rank.h) into which words were poured is gone through once, 64 passages at a time: those
 * that matched are counted, those of them that are alive and score enough are written out, and the
 * window is left empty for the next one. All levels of the processor give the same.
 */
#ifndef QUERN_QUERY_SWEEP_H
#define QUERN_QUERY_SWEEP_H

#include "query/rank.h"

enum { QUERN_SWEEP_STEP = 64 /* passages at a time: there must be room for them */ };

typedef struct quern_sweep {
    uint32_t at, end;    /* of the window: where it goes on, and ends; `at` is a multiple of 64 */
    int64_t low;         /* the least score that is wanted */
    const uint8_t *dead; /* a bit for each passage of the segment, low bit first; NULL: none is */
    size_t dead_len;     /* bytes of them */
    uint64_t n_matched;  /* living passages that matched are added here */
    uint32_t *passages;  /* ascending; receives them, */
    int32_t *scores;     /* and what they score, */
    uint32_t n, cap;     /* behind the n that are there */
} quern_sweep;

/* Sweeps until the end of the window, or until there is no room for 64 more. Scores are narrow. */
void quern_window_sweep(quern_window *window, quern_sweep *sweep);

#endif
