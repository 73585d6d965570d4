/* SPDX-License-Identifier: MIT */
/* fake_index - an index whose segments are short files of known bytes, for tests of what keeps
 * files together: store, manifest, collection. Its history is a fixed script of generations, so
 * what each generation must hold is known from its number alone.
 *
 *     2  segment A                         5  A again (its file made anew), B gone
 *     3  A with tombstones, B              6  A, and sources changed
 *     4  B and C, A gone                   7  on: A and a segment of its own
 */
#ifndef QUERN_TESTS_INDEX_FAKE_INDEX_H
#define QUERN_TESTS_INDEX_FAKE_INDEX_H

#include "index/store.h"
#include "tests/sim_vfs.h"

#define FAKE_DIR "/p/.quern"

extern const quern_index_config fake_config;

/* Makes the files of the next generation and commits it. */
quern_status fake_commit(quern_store *store, quern_vfs *vfs, const char *dir, quern_error *err);

/* Writes a segment's file as a segment writer does: temporary name, sync, rename. */
quern_status fake_segment(quern_vfs *vfs, const char *dir, uint64_t id, quern_segment_ref *out,
                          quern_error *err);

/* Creates the index and commits generations 2 to `last`. *acknowledged is the last one that was
 * made, 0 where even the creation failed. */
quern_status fake_script(quern_vfs *vfs, const char *dir, uint64_t last, uint64_t *acknowledged,
                         quern_error *err);

/* Takes the lock and commits one generation, *acknowledged being the last one afterwards. */
quern_status fake_continue(quern_vfs *vfs, const char *dir, uint64_t *acknowledged,
                           quern_error *err);

/* Reads the newest generation; NULL where it holds what it must and every file is whole, else what
 * is wrong. *generation is 0 where there is no index. */
const char *fake_verify(quern_vfs *vfs, const char *dir, uint64_t *generation);
/* The same, and of every other generation that has a manifest. */
const char *fake_verify_all(quern_vfs *vfs, const char *dir, uint64_t *generation);

/* The same of one generation. */
const char *fake_verify_generation(quern_vfs *vfs, const char *dir, uint64_t generation);

/* How many files in the directory no manifest there names, LOCK and manifests apart. */
size_t fake_leftovers(quern_vfs *vfs, const char *dir);
/* How many names begin so. */
size_t fake_count(quern_vfs *vfs, const char *dir, const char *prefix);

#endif
