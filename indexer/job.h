/* SPDX-License-Identifier: MIT */
/* job - the work of the second thread: flush a run, then merge a few segments.
 *
 * A job owns copies of all that the first thread may change meanwhile: a view of the terms and the
 * bitmaps of the dead. What it does not copy stays as it is until it has ended: the run (deletes go
 * to its `later` bits), and the segments, which are immutable. With one thread it is done in line,
 * by the same code, so that the number of threads cannot change a byte.
 */
#ifndef QUERN_INDEXER_JOB_H
#define QUERN_INDEXER_JOB_H

#include "indexer/flush.h"
#include "indexer/merge.h"
#include "indexer/shelf.h"

#include <pthread.h>

typedef struct quern_job {
    quern_flush flush; /* run NULL: nothing to flush */
    quern_flush_buffer buffer;
    quern_segment_ref flushed;
    quern_merge merge; /* n_inputs 0: nothing to merge */
    quern_merge_input *inputs;
    uint8_t **dead; /* of each input, as of the beginning; owned */
    quern_segment_ref merged;
    pthread_t thread;
    int on_thread; /* `thread` must be joined */
    quern_status status;
    quern_error error;
} quern_job;

/* Gives the job segments of the shelf to merge, with copies of their bitmaps. */
quern_status quern_job_set_merge(quern_job *job, quern_shelf *shelf, const size_t *items, size_t n,
                                 quern_error *err);

/* Runs it, on a thread of its own where that is wanted and possible. */
void quern_job_start(quern_job *job, int on_thread);
/* Waits for its end; its failure is said once. */
quern_status quern_job_wait(quern_job *job, quern_error *err);

/* Puts what it made on the shelf in the place of what it was made of; articles that died meanwhile
 * are dead there too. */
quern_status quern_job_adopt(quern_job *job, quern_shelf *shelf, quern_error *err);

/* Waits, frees, zeroes; zeroed is fine. The buffer of flushes is kept for the next one. */
void quern_job_finish(quern_job *job);

#endif
