/* SPDX-License-Identifier: MIT */
/* files - the small files of an index: read whole, written once.
 *
 * Manifests, sources and tombstones are made in the same way: under a temporary name, from front to
 * end, synced, closed, and only then renamed to the name that says what they are. A name is
 * therefore always whole. Temporary names begin with "tmp-"; whoever takes the lock removes them.
 *
 * The hash of a file is XXH3-64 of its bytes in pieces of 64 KiB, each seeded with the hash of the
 * pieces before it (the first with 0), so that neither side needs the file in memory at once. Up to
 * 64 KiB it is plain XXH3-64.
 */
#ifndef QUERN_INDEX_FILES_H
#define QUERN_INDEX_FILES_H

#include "base/buf.h"
#include "base/vfs.h"

#define QUERN_FILES_PIECE 65536

/* The hint of every message about damage. */
#define QUERN_FILES_REPAIR "run: indexer rebuild --from-sources"

/* dir/name, to be freed with quern_free; NULL when memory ran out. */
char *quern_files_join(const char *dir, const char *name);
/* The directory that holds `path`: "/a" of "/a/b" and "/a/b/", "." of "b". To be freed. */
char *quern_files_parent(const char *path);
/* The last part of `path` without slashes after it; to be freed. */
char *quern_files_base(const char *path);

/* Reads 16 small hex digits; 0 where they are not that. */
int quern_files_hex16(const char *text, uint64_t *out);

uint64_t quern_files_hash(const uint8_t *data, size_t len);

/* Appends the whole file to *out. `path` is for the message. Errors: IO, NOMEM. */
quern_status quern_files_load(quern_vfs *vfs, quern_vfile *file, const char *path, quern_buf *out,
                              quern_error *err);

/* A file that another file names with its length and hash. */
typedef struct quern_files_ref {
    const char *dir, *name;
    uint64_t bytes, hash;
} quern_files_ref;

/* Reads such a file and tests length and hash. Errors: NOT_FOUND, CORRUPT, IO, NOMEM. */
quern_status quern_files_read(quern_vfs *vfs, const quern_files_ref *ref, quern_buf *out,
                              quern_error *err);

/* A file in the making. Sticky: after a failure every call says it again. */
typedef struct quern_file_out {
    quern_vfs *vfs;
    const char *dir; /* the caller's */
    char *temp;      /* path of the temporary name; NULL once it has its own name */
    quern_vfile *file;
    quern_buf buf;        /* what is not written yet; the caller appends to it */
    uint64_t bytes, hash; /* of what is written; all of it once sealed */
    quern_status status;
    quern_error error;
} quern_file_out;

void quern_file_out_init(quern_file_out *out, quern_vfs *vfs, const char *dir);
/* Call after appending: writes whole pieces. */
void quern_file_out_flush(quern_file_out *out);
/* Writes the rest, syncs and closes. */
quern_status quern_file_out_seal(quern_file_out *out, quern_error *err);
/* Seals, and gives the file its name, which must be free: LOCKED where another writer took it. */
quern_status quern_file_out_name(quern_file_out *out, const char *name, quern_error *err);
/* Ends it; a file without a name of its own is unlinked. */
void quern_file_out_finish(quern_file_out *out);

#endif
