/* SPDX-License-Identifier: MIT */
/* records - what is known of an article beside its key and its columns: the content of a frame of
 * META, before it is compressed and after.
 *
 * The records of a frame stand in three streams, so that like stands beside like: their flags,
 * their numbers, the bytes of their strings. What is as expected has no number at all: so an
 * article of one passage, without title or fields, is a flag and the length of its text.
 */
#ifndef QUERN_INDEX_RECORDS_H
#define QUERN_INDEX_RECORDS_H

#include "index/segment.h"

#define QUERN_RECORDS_MAX 512u /* records in a frame */

/* ---- Writing ---- */

/* The frame at hand. Zeroed is an empty one. */
typedef struct quern_records_out {
    quern_buf flags, numbers, strings;
    uint32_t n;       /* records */
    uint32_t line;    /* of the last one */
    uint64_t text_at; /* where the text of the first one begins in TEXT */
} quern_records_out;

void quern_records_finish(quern_records_out *out);

/* Appends a record; `text_at` is where its text begins. INVALID where its passages break the rules.
 */
quern_status quern_records_put(quern_records_out *out, const quern_stored_article *article,
                               uint64_t text_at, quern_error *err);
/* Bytes of the streams so far. */
size_t quern_records_len(const quern_records_out *out);
/* Appends the content of the frame to *to and begins another one. */
void quern_records_end(quern_records_out *out, quern_buf *to);

/* ---- Reading ---- */

/* A place in the content of a frame: before a record. The cursors' status is sticky. */
typedef struct quern_records {
    quern_cursor flags, numbers, strings;
    uint32_t article; /* whose record it is */
    uint32_t line;    /* of the record before */
    uint64_t text_at; /* where its text begins in TEXT */
} quern_records;

/* Before the first record, that of `article`. */
quern_records quern_records_open(const void *content, size_t len, uint32_t article);
/* Whether it is behind the last record. */
int quern_records_at_end(const quern_records *r);
/* Steps over a record. Returns 0, or -1 where it is damaged. */
int quern_records_skip(quern_records *r);
/* Reads the record into *out, whose key and columns stay as they are, and steps over it; what *out
 * points to is in the arena. Returns 0, or -1 where it is damaged; *status is NOMEM where memory
 * ran out. */
int quern_records_read(quern_records *r, quern_arena *arena, quern_stored_article *out,
                       quern_status *status);

#endif
