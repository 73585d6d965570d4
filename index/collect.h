/* SPDX-License-Identifier: MIT */
/* collect - removes the files of an index that no generation needs any more. Only for who holds the
 * lock. Nothing here fails: what could not be removed is left for the next time.
 */
#ifndef QUERN_INDEX_COLLECT_H
#define QUERN_INDEX_COLLECT_H

#include "index/manifest.h"

/* After a commit: all generations but two, where no reader has a lease on them, and the files that
 * they named and the others do not. */
void quern_collect_generations(quern_vfs *vfs, const char *dir);

/* When the lock was taken: the same, and every file of an index that no manifest names, and every
 * temporary file. */
void quern_collect_all(quern_vfs *vfs, const char *dir);

/* Removes the directory of an index with all files of an index in it, and the database of another
 * engine. */
void quern_collect_directory(quern_vfs *vfs, const char *dir);

#endif
