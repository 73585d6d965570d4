/* SPDX-License-Identifier: MIT */
/* snapshot - a generation opened for reading: its segments with their tombstones, and the
 * statistics of all of them together. Immutable; shared by threads. Holds a lease, so that no
 * writer collects its files.
 */
#ifndef QUERN_INDEX_SNAPSHOT_H
#define QUERN_INDEX_SNAPSHOT_H

#include "index/manifest.h"
#include "index/sources.h"

typedef struct quern_snapshot_segment {
    quern_segment *segment;
    quern_tombstones *dead; /* NULL: none */
} quern_snapshot_segment;

typedef struct quern_snapshot {
    quern_vfs *vfs;
    char *dir;
    quern_manifest manifest;
    quern_vfile *lease;
    quern_snapshot_segment *segments;
    size_t n_segments;
    uint64_t n_articles, n_passages; /* live */
    uint64_t sum_len;                /* of the live passages */
    uint64_t text_bytes;             /* of the live articles */
} quern_snapshot;

/* Opens the newest generation; tries again where a writer collected it meanwhile. Errors:
 * NOT_FOUND, CORRUPT, VERSION, IO, NOMEM. */
quern_status quern_snapshot_open(quern_vfs *vfs, const char *dir, int in_memory,
                                 quern_snapshot **out, quern_error *err);
void quern_snapshot_free(quern_snapshot *s);

/* How many live passages have the term, over all segments. */
quern_status quern_snapshot_df(quern_snapshot *s, const char *term, size_t len, uint64_t *out,
                               quern_error *err);

/* The sources of the generation; an empty table where it has none. */
quern_status quern_snapshot_sources(quern_snapshot *s, quern_sources **out, quern_error *err);

#endif
