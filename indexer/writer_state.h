/* SPDX-License-Identifier: MIT */
/* writer_state - the inside of a quern_writer, for writer.c and commit.c.
 *
 * Articles gather in `run` until its memory is used up. Then it changes places with `other` and is
 * flushed by the job, on the second thread where there is one, while this thread fills the next.
 * There is one job at a time: before the next begins, the last one is waited for and what it made
 * is put on the shelf. A commit ends the run, waits, merges what is due, writes tombstones and
 * sources, and hands the manifest to the store.
 *
 * Memory, of `memory_bytes`: 28 MiB and a sixteenth are kept for what is not counted: the program,
 * readers, the encoder's buffers, zstd and the training of its dictionaries, pages of segments that
 * are read. Of the room that is left a sixteenth at most is for filters; the words and terms of the
 * analysis take what they take, and are forgotten at the end of a run when that is more than a
 * third; the rest is for the run at hand, or in halves for the two runs. A run's share holds its
 * articles, its log, and what flushing it takes.
 */
#ifndef QUERN_INDEXER_WRITER_STATE_H
#define QUERN_INDEXER_WRITER_STATE_H

#include "index/store.h"
#include "indexer/engine_writer.h"
#include "indexer/inverter.h"
#include "indexer/job.h"
#include "indexer/language.h"
#include "indexer/shelf.h"
#include "indexer/writer.h"

struct quern_writer {
    quern_vfs *vfs;
    char *dir;
    quern_store *store;
    quern_manifest next; /* what the next commit begins from: options and roots */
    quern_sources *sources;
    int sources_changed;
    int changed;               /* puts, deletes or roots since the last commit */
    quern_engine_writer guest; /* of another engine than the native one; what follows is unused */
    uint64_t memory;
    uint32_t threads;
    quern_inverter inverter;
    quern_language language;
    quern_shelf shelf;
    quern_run runs[2];
    quern_run *run;   /* being filled */
    quern_run *other; /* being flushed, or empty */
    quern_job job;
    int has_job;
    quern_status spent; /* what every later call says */
    quern_error error;
};

/* What failed spends the writer. Copies the error out; returns the status. */
quern_status quern_writer_settle(quern_writer *w, quern_status status, const quern_error *mine,
                                 quern_error *err);
/* Whether the writer can be used; otherwise its failure again. */
quern_status quern_writer_ready(const quern_writer *w, quern_error *err);

/* Bytes that all that is counted may use. */
uint64_t quern_writer_room(const quern_writer *w);
/* Bytes that a run may use. */
size_t quern_writer_run_limit(const quern_writer *w);
/* Bytes that the run at hand uses, with what flushing it takes. */
size_t quern_writer_run_used(const quern_writer *w);
/* Those of them that are for sorting its log: at least what is kept from the last flush. */
size_t quern_writer_sort_bytes(const quern_writer *w);

/* Waits for the job, if any, and puts what it made on the shelf. */
quern_status quern_writer_join(quern_writer *w, quern_error *err);
/* Begins to flush the run at hand, after the last job has ended. */
quern_status quern_writer_flush(quern_writer *w, quern_error *err);

#endif
