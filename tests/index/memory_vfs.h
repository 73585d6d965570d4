/* SPDX-License-Identifier: MIT */
/* memory_vfs - a directory in memory, for tests that write and open thousands of small files. Only
 * what a segment needs: no locks, no directories, no lists. A mapping is a copy of its own, so that
 * a sanitizer sees every byte read past its end. */
#ifndef QUERN_TESTS_MEMORY_VFS_H
#define QUERN_TESTS_MEMORY_VFS_H

#include "base/vfs.h"

typedef struct memory_vfs memory_vfs;

memory_vfs *memory_vfs_new(void);
void memory_vfs_free(memory_vfs *m);
quern_vfs *memory_vfs_of(memory_vfs *m);

/* The content of a file, to be changed in place; NULL where there is none. */
uint8_t *memory_vfs_data(memory_vfs *m, const char *path, size_t *len);
/* Puts a file of that content in place. */
void memory_vfs_put(memory_vfs *m, const char *path, const void *data, size_t len);
/* How many files there are. */
size_t memory_vfs_count(const memory_vfs *m);

#endif
