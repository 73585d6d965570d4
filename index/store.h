/* SPDX-License-Identifier: MIT */
/* store - an index directory held for writing: the lock, the commit protocol, the collection of
 * files that no generation needs any more. The order of writes, syncs and renames is the whole
 * point; store.c tells why each step is there.
 */
#ifndef QUERN_INDEX_STORE_H
#define QUERN_INDEX_STORE_H

#include "index/manifest.h"
#include "index/sources.h"

typedef struct quern_store quern_store;

/* The analysis that this program has. index/ does not know the stemmer; a test holds it equal to
 * QUERN_ANALYSIS_VERSION. */
#define QUERN_STORE_ANALYSIS_VERSION 3

/* A place: what quern_index_open makes, shared by indexer and query. */
struct quern_index {
    quern_vfs *vfs;
    char *path;    /* absolute where it could be made so */
    int in_memory; /* how readers open segments */
};

/* Makes an empty index of generation 1, whole or not at all. `dir` may exist if it is empty.
 * Errors: EXISTS an index is there, INVALID it is no index and not empty, FULL, IO, UNKNOWN_OUTCOME
 * it is there now but a power cut may take it away. */
quern_status quern_store_create(quern_vfs *vfs, const char *dir, const quern_index_config *config,
                                quern_error *err);

/* Opens a handle through the given vfs; tests manifest and analysis version only. Errors:
 * NOT_FOUND, CORRUPT, VERSION, INVALID options without a size. quern_index_close ends it. */
quern_status quern_store_index(quern_vfs *vfs, const char *dir, const quern_open_options *options,
                               quern_index **out, quern_error *err);

/* Takes the writer's lock, waiting up to wait_ms, and removes what an earlier writer left behind.
 * Errors: LOCKED (the message names pid and start of the holder), NOT_FOUND, CORRUPT, IO. */
quern_status quern_store_lock(quern_vfs *vfs, const char *dir, uint32_t wait_ms, quern_store **out,
                              quern_error *err);
void quern_store_unlock(quern_store *store);

/* The state that was last committed. Owner: the store. */
const quern_manifest *quern_store_manifest(const quern_store *store);

/* Makes *next the state: its generation must be one above the last; its files are written, synced
 * and named. Collects older generations but one. Errors: FULL, IO, NOMEM: the last state stands and
 * the store is spent; LOCKED: the same, another writer got past the lock; UNKNOWN_OUTCOME: the
 * store is spent and nothing was deleted; INVALID *next does not follow the last state. A spent
 * store says its error again. */
quern_status quern_store_commit(quern_store *store, const quern_manifest *next, quern_error *err);

/* A path beside `dir` at which an index may be made that is to replace it; to be freed. */
quern_status quern_store_fresh_path(quern_vfs *vfs, const char *dir, char **out, quern_error *err);
/* Removes what stands at such paths and nobody has locked: leftovers of a power cut. For who holds
 * the lock of `dir`, or is about to create it. */
void quern_store_sweep(quern_vfs *vfs, const char *dir);

/* Puts the index in directory `fresh` in the place of the locked one: both names change places at
 * once, then the old directory is removed. `fresh` must not be locked any more and is spent, as is
 * the store. Errors: IO, FULL: the old index stands; UNKNOWN_OUTCOME: either stands, the other is
 * at `fresh`, nothing was deleted. */
quern_status quern_store_replace(quern_store *store, const char *fresh, quern_error *err);

#endif
