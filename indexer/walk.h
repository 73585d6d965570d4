/* SPDX-License-Identifier: MIT */
/* walk - which files lie under a folder, and how one of them is opened. */
#ifndef QUERN_INDEXER_WALK_H
#define QUERN_INDEXER_WALK_H

#include "base/mem.h"
#include "base/status.h"
#include "indexer/paths.h"

#include <sys/stat.h>

typedef struct quern_walk_file {
    const char *name; /* as in paths.h; owned by the walk */
    uint64_t size;    /* bytes */
    int64_t mtime_ns; /* since 1970 */
} quern_walk_file;

/* A walk over any number of folders; zeroed but for the first four members is valid. */
typedef struct quern_walk {
    const quern_paths *paths;
    /* Something is passed over; `name` is borrowed for the call. */
    void (*skip)(struct quern_walk *walk, const char *name, const char *reason);
    /* Called after each folder; a status that is not OK ends the walk. */
    quern_status (*tick)(struct quern_walk *walk, quern_error *err);
    void *payload;
    quern_walk_file *files;
    size_t n_files, cap_files;
    uint64_t bytes;    /* of the files */
    char **unreadable; /* names of folders that could not be read to their end; owned */
    size_t n_unreadable, cap_unreadable;
    quern_arena names;
} quern_walk;

/* Adds the file, or the files of the folder, at an absolute path that has no links in it. What
 * cannot be read is skipped and told. Errors: INVALID it is neither file nor folder, NOMEM, those
 * of tick. */
quern_status quern_walk_add(quern_walk *walk, const char *path, quern_error *err);
/* Sorts the files by name and drops those that are there twice. */
void quern_walk_sort(quern_walk *walk);
void quern_walk_finish(quern_walk *walk);

/* The modification time in nanoseconds since 1970. */
int64_t quern_walk_mtime(const struct stat *st);

/* Opens a regular file for reading, following no link anywhere in its path and never waiting (for
 * the other end of a pipe, say). Returns the descriptor and fills *st, or -1 and errno: EINVAL
 * where it is no regular file. */
int quern_walk_open(const char *path, struct stat *st);

#endif
