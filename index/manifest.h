/* SPDX-License-Identifier: MIT */
/* manifest - one committed state: which segments, tombstones and sources make a generation.
 *
 * The file man-<generation as 16 hex digits> is a page of text that people can read, and ends with
 * a hash of itself. The newest valid manifest is the state; there is no file that points to it.
 * FORMAT.md has the grammar.
 */
#ifndef QUERN_INDEX_MANIFEST_H
#define QUERN_INDEX_MANIFEST_H

#include "index/segment.h"
#include "index/tombstones.h"

#define QUERN_FORMAT_VERSION 1
#define QUERN_CONFIG_LANGUAGE 512 /* bytes, with the NUL */

/* Options that an index keeps for life. */
typedef struct quern_index_config {
    uint32_t passage_words;               /* or QUERN_WHOLE_ARTICLES */
    char language[QUERN_CONFIG_LANGUAGE]; /* a name, or several with commas between */
    int pool_titles, store_text;
    uint32_t analysis_version;
    uint64_t analysis_fingerprint;
    char engine[16]; /* "": native */
} quern_index_config;

typedef struct quern_manifest_segment {
    quern_segment_ref ref;
    quern_tombstones_ref dead;
} quern_manifest_segment;

typedef struct quern_manifest {
    uint64_t uuid[2];    /* of the index */
    uint64_t generation; /* from 1 */
    quern_index_config config;
    quern_manifest_segment *segments; /* sorted by id */
    size_t n_segments, cap_segments;
    char **roots; /* folders and files kept in step with, sorted */
    size_t n_roots, cap_roots;
    /* the file sources-<generation>.qsrc; 0: none */
    uint64_t sources_generation, sources_bytes, sources_hash;
} quern_manifest;

/* man-<generation as 16 hex digits>, with its NUL. */
#define QUERN_MANIFEST_NAME_MAX 24
void quern_manifest_name(uint64_t generation, char out[QUERN_MANIFEST_NAME_MAX]);
/* The generation that a name stands for, or 0 where it is no manifest's. */
uint64_t quern_manifest_generation(const char *name);

/* How many languages the list of an index has. */
uint32_t quern_manifest_languages(const quern_index_config *config);

void quern_manifest_finish(quern_manifest *m); /* frees what it owns, zeroes it */
quern_status quern_manifest_copy(const quern_manifest *from, quern_manifest *to, quern_error *err);
/* Both keep their order. Errors: INVALID where the segment or root is not one, or stands twice (a
 * segment that comes back takes the place of the one that is wholly dead: remove that first). */
quern_status quern_manifest_add_segment(quern_manifest *m, const quern_manifest_segment *s,
                                        quern_error *err);
quern_status quern_manifest_add_root(quern_manifest *m, const char *root, quern_error *err);

/* To and from the bytes of the file. Errors of parse: CORRUPT, VERSION a newer format. */
quern_status quern_manifest_print(const quern_manifest *m, quern_buf *out, quern_error *err);
quern_status quern_manifest_parse(const uint8_t *data, size_t len, quern_manifest *out,
                                  quern_error *err);

/* Reads the manifest of one generation; with a lease as below where `lease` is not NULL. Errors:
 * NOT_FOUND it is not there or is just being collected, CORRUPT, VERSION, IO, NOMEM. */
quern_status quern_manifest_open(quern_vfs *vfs, const char *dir, uint64_t generation,
                                 quern_manifest *out, quern_vfile **lease, quern_error *err);

/* Reads the newest manifest of the index in dir. *lease (may be NULL for none) is an open file with
 * a shared lock that keeps the generation's files from being collected; close it through the vfs.
 * Errors: NOT_FOUND no index there, CORRUPT, VERSION, IO. */
quern_status quern_manifest_newest(quern_vfs *vfs, const char *dir, quern_manifest *out,
                                   quern_vfile **lease, quern_error *err);

#endif
