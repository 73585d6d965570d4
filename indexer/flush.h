/* SPDX-License-Identifier: MIT */
/* flush - a run becomes a segment.
 *
 * The run's log has the tokens in the order in which articles came. Four steps:
 *
 *  1. The live articles are put in key order. From here on the log is read article by article in
 *     that order, so passages come out numbered, and need no sorting.
 *  2. The tokens of each form are counted, and the terms that occur are ranked by their bytes, each
 *     with its forms (ranks.h).
 *  3. Tokens become records, (form, passage, position), each part as wide as this run needs, and
 *     are scattered into buckets of consecutive ranks, in the order of the log: so within a term
 *     passages and positions are in order. A common term has a bucket of its own and needs no more;
 *     a bucket of several terms, which fits the second-level cache, is sorted by rank through
 *     counting. Where passage and position leave five bits of 32 for the form, which is numbered
 *     within its bucket, records have 32 bits, and a bucket few forms; else 64 bits.
 *  4. Bucket after bucket is fed to the encoder.
 *
 * Where the sort buffer cannot take all records, as when they are wide, steps 3 and 4 are done in
 * slices of buckets, each with its own pass over the log; a term that alone is too large is read
 * from the log directly. So a run of any size is flushed in any memory, at four bytes a token for
 * the log and what there is for the buffer. (Sort-based inversion: Witten, Moffat, Bell, Managing
 * Gigabytes, 1999, chapter 5.)
 *
 * Another thread may look keys up in the run meanwhile, and add terms to the numbers.
 */
#ifndef QUERN_INDEXER_FLUSH_H
#define QUERN_INDEXER_FLUSH_H

#include "index/segment_writer.h"
#include "indexer/numbers.h"
#include "indexer/run.h"

/* Memory of the sort buffer, which is kept from one flush to the next: pages that are there already
 * need not be cleared. Zeroed is a valid, empty one. */
typedef struct quern_flush_buffer {
    void *records;
    size_t bytes;
} quern_flush_buffer;

/* Bytes of the sort buffer that a token wants. */
#define QUERN_FLUSH_TOKEN 4

void quern_flush_buffer_finish(quern_flush_buffer *buffer); /* frees, zeroes */

typedef struct quern_flush {
    quern_vfs *vfs;
    const char *dir;
    int store_text;
    quern_run *run; /* quern_run_begin_flush was called */
    quern_numbers_view terms;
    size_t sort_bytes; /* what the sort buffer may take */
    quern_flush_buffer *buffer;
} quern_flush;

/* Writes the segment of the run's live articles, of which there is at least one. */
quern_status quern_flush_run(const quern_flush *flush, quern_segment_ref *out, quern_error *err);

#endif
