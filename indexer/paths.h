/* SPDX-License-Identifier: MIT */
/* paths - names of files as the index writes them, and as the system wants them.
 *
 * The base is the folder that holds the index directory. A source is named by its path relative to
 * the base, "." being the base itself, or by its absolute path where it lies outside; so a folder
 * can be moved together with its index. Roots are named the same way. No name ends in a slash, none
 * holds "." (but the one), ".." or "//".
 */
#ifndef QUERN_INDEXER_PATHS_H
#define QUERN_INDEXER_PATHS_H

#include "base/status.h"

typedef struct quern_paths {
    char *base;  /* absolute, without links; "/" or without a slash at its end */
    char *index; /* the index directory, likewise */
} quern_paths;

/* `index`: the index directory, absolute. Errors: NOMEM, IO. */
quern_status quern_paths_init(quern_paths *paths, const char *index, quern_error *err);
void quern_paths_finish(quern_paths *paths);

/* The absolute path of what a user named, links resolved as far as it exists; the caller frees
 * it. *exists is 0 where there is nothing. Errors: NOMEM, IO. */
quern_status quern_paths_resolve(const char *path, char **out, int *exists, quern_error *err);

/* The name of an absolute path: a part of it, or ".". */
const char *quern_paths_name(const quern_paths *paths, const char *absolute);
/* The absolute path of a name; the caller frees it. NULL: no memory. */
char *quern_paths_absolute(const quern_paths *paths, const char *name);

/* Whether a walk of `root` comes to `name`: it is root, or lies below it and no part of the way
 * down is hidden (begins with a full stop). Both are names. */
int quern_paths_covers(const quern_paths *paths, const char *root, const char *name);
/* Whether `name` is `folder` or lies below it, hidden or not. Both are names. */
int quern_paths_under(const quern_paths *paths, const char *folder, const char *name);

#endif
