/* SPDX-License-Identifier: MIT */
/* sources - what the index knows of the files it keeps in step with: size, modification time and
 * hash of content when each was last read, and why it was skipped, if it was. Kept beside the
 * segments, never in them. File: sources-<generation>.qsrc; FORMAT.md has the bytes.
 */
#ifndef QUERN_INDEX_SOURCES_H
#define QUERN_INDEX_SOURCES_H

#include "base/mem.h"
#include "base/status.h"
#include "base/vfs.h"

typedef struct quern_source {
    char *name;       /* the source of its articles' keys; owned by the table */
    uint64_t size;    /* bytes */
    int64_t mtime_ns; /* since 1970 */
    int64_t read_ns;  /* when it was read */
    uint64_t hash;    /* of the content */
    uint64_t n_articles;
    char *skip_reason; /* NULL, or why it is not in the index; owned by the table */
    uint32_t seen;     /* not stored: a mark for the caller */
} quern_source;

typedef struct quern_sources quern_sources;

/* sources-<generation as 16 hex digits>.qsrc, with its NUL. */
#define QUERN_SOURCES_NAME_MAX 32
void quern_sources_name(uint64_t generation, char out[QUERN_SOURCES_NAME_MAX]);

quern_status quern_sources_new(quern_sources **out, quern_error *err);
void quern_sources_free(quern_sources *s);

quern_source *quern_sources_find(quern_sources *s, const char *name); /* NULL where unknown */
/* The entry of that name, new (zeroed but for its name) where unknown. Pointers to entries stay
 * valid until the entry is removed. Errors: INVALID a name that is empty or over 4,096 bytes. */
quern_status quern_sources_put(quern_sources *s, const char *name, quern_source **out,
                               quern_error *err);
/* Replaces the reason by a copy; NULL takes it away. */
quern_status quern_sources_set_skip(quern_source *source, const char *reason, quern_error *err);
void quern_sources_remove(quern_sources *s, const char *name);
size_t quern_sources_count(const quern_sources *s);
/* In no order; a value other than 0 stops and is returned. Removing any entry meanwhile is allowed,
 * adding is not. */
int quern_sources_each(quern_sources *s, int (*each)(quern_source *source, void *payload),
                       void *payload);

/* Writes, syncs and names the file, entries sorted by name; *bytes and *hash go into the manifest.
 * Errors: FULL, IO, NOMEM, LOCKED another writer made that file. */
quern_status quern_sources_write(quern_sources *s, quern_vfs *vfs, const char *dir,
                                 uint64_t generation, uint64_t *bytes, uint64_t *hash,
                                 quern_error *err);
quern_status quern_sources_open(quern_vfs *vfs, const char *dir, uint64_t generation,
                                uint64_t bytes, uint64_t hash, quern_sources **out,
                                quern_error *err);

#endif
