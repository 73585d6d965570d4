/* SPDX-License-Identifier: MIT */
/* shelf - the segments that the next generation will have, and who in them is dead.
 *
 * A writer keeps all segments open: those of the last commit, and those it has written since, whose
 * files have their names already but stand in no manifest. Each has a bitmap of its dead articles.
 * A key lives in at most one place: whatever puts or deletes it first kills it everywhere else.
 *
 * Is this key in that segment? A filter of 12 bits a key answers "no" in one cache miss, so that
 * adding new articles does not cost a binary search in every segment. Segments of this writer get
 * theirs when they are made; those it found get one by reading their keys, once they were searched
 * often enough to pay for it. (Bloom, 1970, in one word: Putze, Sanders, Singler, Cache-, hash- and
 * space-efficient Bloom filters, 2007.) Sources are in the filter as well as keys, so that a new
 * file's old articles are not looked for. What passes, or meets no filter, must lie between the
 * first and the last source of the segment: what comes in order is told apart without a search.
 *
 * Which segments are merged: as in a log-structured merge tree, sizes fall into tiers, each eight
 * times the one below, and eight segments of a tier become one (O'Neil et al., 1996). So an article
 * is merged about once each time the index grows eightfold. Between two commits, where nobody
 * searches them, four times as many wait for each other: what is merged later is merged less often.
 * A segment of which a quarter is dead is written afresh.
 */
#ifndef QUERN_INDEXER_SHELF_H
#define QUERN_INDEXER_SHELF_H

#include "index/manifest.h"
#include "indexer/run.h"

enum {
    QUERN_SHELF_TIER = 8, /* segments of a tier that become one; and how much larger the next is */
    QUERN_SHELF_WAIT = 32 /* the same between two commits */
};

typedef struct quern_filter {
    uint64_t *words; /* NULL: there is none */
    size_t n_words;
} quern_filter;

typedef struct quern_shelved {
    quern_segment *segment;
    quern_segment_ref ref;
    quern_tombstones_ref named; /* the tombstones as they stand on disk */
    quern_tombstones counted;   /* the dead whose statistics are known; `passages` is NULL */
    uint8_t *dead;              /* all the dead: a bit for each article */
    uint32_t n_dead, n_dead_passages;
    uint32_t n_searches; /* without a filter */
    quern_filter filter;
    quern_string ends[2]; /* the first and the last source, in `names`, once they were asked for */
    quern_arena names;
    int has_ends;
    int in_manifest; /* a manifest may name it */
    int under_merge; /* a merge on the other thread reads it */
} quern_shelved;

typedef struct quern_shelf {
    quern_vfs *vfs;
    const char *dir; /* the writer's */
    quern_shelved *items;
    size_t n, cap;
    uint64_t *kept; /* ids of segment files that some manifest may name: never unlinked here */
    size_t n_kept, cap_kept;
    size_t filter_bytes, filter_most;
} quern_shelf;

/* Opens all segments of the manifest with their tombstones. `dir` stays the caller's. */
quern_status quern_shelf_open(quern_shelf *shelf, const quern_manifest *manifest, quern_error *err);
void quern_shelf_close(quern_shelf *shelf); /* files stay; zeroed is fine */

/* Opens a segment that was just written and puts it on the shelf. *out is its index. None of the
 * same content is there: its articles would all be dead, and quern_shelf_drop_dead comes before
 * every flush and merge. */
quern_status quern_shelf_add(quern_shelf *shelf, const quern_segment_ref *ref, size_t *out,
                             quern_error *err);
/* Takes it off; its file is unlinked where no manifest can name it. */
void quern_shelf_drop(quern_shelf *shelf, size_t i);
/* Unlinks the files of segments that no manifest can name. */
void quern_shelf_unlink(quern_shelf *shelf);
/* Before a commit: from here on a manifest may name all segments. */
quern_status quern_shelf_keep(quern_shelf *shelf, quern_error *err);
/* Takes off what has no live article. */
void quern_shelf_drop_dead(quern_shelf *shelf);
/* Lets go of the memory that looking keys up took. */
void quern_shelf_forget(quern_shelf *shelf);

/* Fetches what a kill of the key will look into first. */
void quern_shelf_prepare(const quern_shelf *shelf, const quern_key *key);
/* Kills the article of this key, or all articles of its source; adds to *n how many it found alive.
 */
quern_status quern_shelf_kill(quern_shelf *shelf, const quern_key *key, uint64_t *n,
                              quern_error *err);
quern_status quern_shelf_kill_source(quern_shelf *shelf, const quern_key *key, uint64_t *n,
                                     quern_error *err);
quern_status quern_shelf_kill_article(quern_shelf *shelf, size_t i, uint32_t article,
                                      quern_error *err);

/* Gives segment i a filter with room for n different keys and sources, if it may have one; then add
 * what is in it. */
void quern_shelf_begin_filter(quern_shelf *shelf, size_t i, uint64_t n);
void quern_shelf_filter_key(quern_shelved *s, uint64_t hash);
/* Gives it one by reading its keys. */
quern_status quern_shelf_read_filter(quern_shelf *shelf, size_t i, quern_error *err);

/* Chooses segments to merge, none of them under a merge already: fills items (room for all),
 * ascending, and returns how many; 0: nothing to do. Together they have at most so many live
 * passages; of a tier there are at least so many. */
size_t quern_shelf_pick(const quern_shelf *shelf, uint64_t most_passages, size_t least,
                        size_t *items);

static inline uint32_t quern_shelved_live(const quern_shelved *s)
{
    return s->ref.n_articles - s->n_dead;
}

#endif
