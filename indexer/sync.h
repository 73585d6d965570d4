/* SPDX-License-Identifier: MIT */
/* sync - what the two halves of a sync share: sync.c (which files, what is removed, when to commit)
 * and sync_file.c (one file: is it as it was, and what to do if not).
 */
#ifndef QUERN_INDEXER_SYNC_H
#define QUERN_INDEXER_SYNC_H

#include "indexer/format.h"
#include "indexer/walk.h"
#include "indexer/writer.h"

/* A size no file has: the entry says nothing of the file, which is read when next seen. */
#define QUERN_SYNC_UNREAD UINT64_MAX

typedef struct quern_syncing {
    quern_sink sink; /* first: a pointer to it is one to all */
    quern_writer *writer;
    quern_sources *sources;
    quern_sync_options options; /* without zeros and NULLs but for the callbacks */
    quern_sync_report report;
    quern_progress progress;
    quern_charset charset;
    quern_paths paths;
    quern_walk walk;
    char *block;       /* of quern_input, kept from file to file */
    int64_t commit_at; /* ms of the monotonic clock when to commit next */
    uint64_t done;     /* bytes of the files before the one at hand */
    /* the file at hand */
    const char *name;
    quern_source *entry; /* NULL: a stream */
    int64_t mtime;       /* seconds, for articles without a date; or QUERN_NO_DATE */
    int in_memory;       /* its format has no records */
    int begun;           /* what the index had of it is gone, and its entry says UNREAD */
    int skipped;         /* as a whole */
    uint64_t n_articles; /* put */
} quern_syncing;

/* Brings the index in step with one file of the walk. Trouble with the file itself is told and is
 * no error. Errors: those of the writer, CANCELLED, NOMEM. */
quern_status quern_sync_file(quern_syncing *s, const quern_walk_file *file, quern_error *err);

/* Reads the stream at fd, whose articles are of source s->name. */
quern_status quern_sync_records(quern_syncing *s, int fd, quern_error *err);

/* Tells that a file is not in the index, and counts it. */
void quern_sync_tell(quern_syncing *s, const char *name, const char *reason);

/* Commits if it is time to. */
quern_status quern_sync_pause(quern_syncing *s, quern_error *err);

/* Tells the progress, `bytes` of the file at hand being done. Errors: CANCELLED. */
quern_status quern_sync_progress(quern_syncing *s, uint64_t bytes, quern_error *err);

#endif
