/* SPDX-License-Identifier: MIT */
/* flush_state - what the parts of a flush share: flush.c, which has terms and the log;
 * flush_articles.c; flush_sort.c. No other file includes it.
 */
#ifndef QUERN_INDEXER_FLUSH_STATE_H
#define QUERN_INDEXER_FLUSH_STATE_H

#include "indexer/flush.h"
#include "indexer/ranks.h"

#define QUERN_FLUSH_TERM_MASK (QUERN_NUMBERS_MAX - 1)

/* Consecutive ranks whose records lie together. */
typedef struct quern_flush_bucket {
    uint32_t first, n; /* ranks */
    uint32_t n_slots;  /* of them */
    uint64_t records;
} quern_flush_bucket;

typedef struct quern_flush_sorter {
    const quern_flush *flush;
    quern_run *run;
    quern_segment_writer *writer;
    uint32_t *places; /* of each number: how many tokens it has; later its bucket and its slot
                         within it, which has the low `low_bits` bits */
    quern_ranks ranks;
    uint64_t n_records;
    uint32_t n_passages;
    unsigned passage_bits, position_bits, low_bits;
    int wide; /* records have 64 bits, not 32 */
    quern_flush_bucket *buckets;
    size_t n_buckets, cap_buckets;
    uint64_t target;             /* records in a bucket of several ranks, at most */
    void *records, *sorted;      /* of the slice, in the buffer that is kept; of the bucket at
                                    hand, by rank */
    uint64_t *ends;              /* of each bucket of the slice */
    uint32_t *starts;            /* of each rank of the bucket at hand */
    uint32_t *rank_of;           /* of each slot of the bucket at hand: its rank within it */
    uint32_t first, n_slice;     /* buckets of the slice at hand */
    uint32_t only;               /* the rank that `take_one` looks for */
    uint32_t *where, *tfs;       /* passages and frequencies of the postings at hand */
    uint32_t *positions, *forms; /* of them */
    size_t n_positions, cap_positions, cap_forms, cap_where, cap_tfs;
    size_t room;                    /* records that all four have room for */
    quern_stored_passage *passages; /* of the article that the encoder asked for */
    size_t cap_passages;
    quern_error *err;
} quern_flush_sorter;

/* Puts the run's live articles in key order. -1: no memory. */
int quern_flush_order_articles(quern_run *run);
/* Feeds them to the encoder. */
quern_status quern_flush_feed_articles(quern_flush_sorter *s);

/* Takes the tokens of log[0, n), of a passage, whose positions begin after `base`. */
typedef int (*quern_flush_visit)(quern_flush_sorter *s, const uint32_t *log, uint32_t n,
                                 uint32_t base, uint32_t passage);

/* Reads the log, passage by passage in key order; `after` comes behind each passage, NULL: nothing
 * does. -1 where one of them gives that. */
int quern_flush_walk(quern_flush_sorter *s, quern_flush_visit each, quern_flush_visit after);

/* Begins the term of a rank, with its forms. -1: *s->err says why. */
int quern_flush_begin_term(quern_flush_sorter *s, uint32_t r);
/* Feeds the first bucket of the slice, which is of one term, from the log. -1 likewise. */
int quern_flush_feed_alone(quern_flush_sorter *s);

/* Sorts the log and feeds all terms; ranks are made (flush_sort.c). */
quern_status quern_flush_feed_terms(quern_flush_sorter *s);

#endif
