/* SPDX-License-Identifier: MIT */
/* tombstones - which articles of a segment are dead as of a generation, and what that does to its
 * statistics: the number and total length of the dead passages and, for each term that they have,
 * how many of them have it. N, n, the average length and the count of a term are thus exact without
 * reading a list. A file of its own for every generation that changes it, never edited.
 * FORMAT.md has the bytes. Immutable once opened; shared by threads.
 */
#ifndef QUERN_INDEX_TOMBSTONES_H
#define QUERN_INDEX_TOMBSTONES_H

#include "index/segment.h"

/* How a manifest names the tombstones of a segment. The file is del-<segment id>-<generation>.qdel,
 * both as 16 hex digits. generation 0: none are dead, no file. */
typedef struct quern_tombstones_ref {
    uint64_t generation;
    uint64_t bytes;                  /* length of the file */
    uint64_t hash;                   /* of the whole file */
    uint32_t n_articles, n_passages; /* dead */
} quern_tombstones_ref;

#define QUERN_TOMBSTONES_NAME_MAX 48
void quern_tombstones_name(uint64_t segment, uint64_t generation,
                           char out[QUERN_TOMBSTONES_NAME_MAX]);

typedef struct quern_term_count {
    uint32_t ordinal; /* of the term in the segment */
    uint32_t count;   /* dead passages that have it; at least 1 */
} quern_term_count;

typedef struct quern_tombstones {
    uint32_t n_articles, n_passages; /* dead */
    uint64_t sum_len;                /* lengths of the dead passages */
    uint64_t text_bytes;             /* of the dead articles */
    uint8_t *articles;               /* a bit for each article of the segment, low bit first */
    uint8_t *passages;               /* a bit for each passage; derived, not in the file */
    quern_term_count *counts;        /* by ordinal */
    uint32_t n_counts;
} quern_tombstones;

/* Reads and tests the file. Errors: NOT_FOUND, CORRUPT, IO, NOMEM. */
quern_status quern_tombstones_open(quern_vfs *vfs, const char *dir, quern_segment *segment,
                                   const quern_tombstones_ref *ref, quern_tombstones **out,
                                   quern_error *err);
void quern_tombstones_free(quern_tombstones *t);

/* NULL tombstones have none dead. */
static inline int quern_tombstones_article(const quern_tombstones *t, uint32_t article)
{
    return t && (t->articles[article >> 3] >> (article & 7) & 1);
}
static inline int quern_tombstones_passage(const quern_tombstones *t, uint32_t passage)
{
    return t && (t->passages[passage >> 3] >> (passage & 7) & 1);
}
/* How many dead passages have the term. */
uint32_t quern_tombstones_count(const quern_tombstones *t, uint32_t ordinal);

/* Writes, syncs and names the file of `t` (whose `passages` is not looked at). Errors: FULL, IO,
 * NOMEM, LOCKED another writer made that file. */
quern_status quern_tombstones_write(quern_vfs *vfs, const char *dir, const quern_segment *segment,
                                    uint64_t generation, const quern_tombstones *t,
                                    quern_tombstones_ref *out, quern_error *err);

#endif
