/* SPDX-License-Identifier: MIT */
/* postings_writer - encodes the list of one term after the other into POST and POS. postings.c,
 * block.h and positions.h have the bytes. */
#ifndef QUERN_INDEX_POSTINGS_WRITER_H
#define QUERN_INDEX_POSTINGS_WRITER_H

#include "index/bits.h"
#include "index/dictionary_writer.h"
#include "index/positions.h"
#include "index/segment_out.h"

#include "base/bm25.h"

#define QUERN_KTH_BUCKETS 4096u /* of tfnorm, which lies between 0 and 1 */

#define QUERN_NORM_TFS 4u

/* What the directory says of a block. */
typedef struct quern_block_summary {
    uint64_t end, pos_end; /* bytes of the list, of its positions */
    double max;            /* tfnorm */
    uint32_t last;
    uint8_t form;
} quern_block_summary;

typedef struct quern_postings_writer {
    quern_out *post;  /* POST streams to the file */
    uint64_t post_at; /* where POST begins in it */
    quern_spill pos;  /* POS */
    const uint32_t *lengths;
    uint8_t *low_lengths; /* of each passage, at most 255: a quarter of the bytes to look into */
    uint32_t n_passages;
    quern_bm25 model;
    double norms[QUERN_NORM_TFS][256];     /* tfnorms of the common frequencies and lengths */
    uint16_t buckets[QUERN_NORM_TFS][256]; /* and where they count in the histogram */

    /* The list at hand. */
    uint32_t df;
    uint64_t cf;
    uint64_t list_at, list_pos_at; /* bytes of POST, of POS */
    uint32_t *only;                /* positions of the first posting */
    size_t only_cap;
    quern_block_summary *blocks;
    size_t n_blocks, cap_blocks;

    /* The block at hand. */
    uint32_t n, base;
    uint32_t passages[QUERN_BLOCK], tfs[QUERN_BLOCK];
    uint32_t lens[QUERN_BLOCK]; /* of the passages */
    quern_bits_writer bits;     /* into pos.mem, behind its len */
    uint8_t *bits_end;          /* of the room for them */
    int counted;                /* all positions in the block are 0 to tf - 1 */

    uint32_t histogram[QUERN_KTH_BUCKETS]; /* of tfnorms, in lists of several blocks */
    uint64_t n_postings, n_positions;      /* of all lists */
} quern_postings_writer;

/* POST begins where *post ends. `lengths` stay the caller's. */
void quern_postings_writer_init(quern_postings_writer *w, quern_out *post);
void quern_postings_writer_finish(quern_postings_writer *w);

/* The passages that lists are of; before the first posting. Errors: NOMEM. */
quern_status quern_postings_writer_begin(quern_postings_writer *w, const uint32_t *lengths,
                                         uint32_t n_passages, uint64_t sum_len, quern_error *err);

/* Postings with their positions. */
typedef struct quern_plain_postings {
    const uint32_t *passages, *tfs;
    uint32_t n;
    const uint32_t *positions; /* of one posting behind the other */
} quern_plain_postings;

/* Adds postings to the list at hand, the same one by one or all at once. INVALID where they break
 * the rules. */
quern_status quern_postings_writer_add(quern_postings_writer *w, const quern_plain_postings *list,
                                       quern_error *err);
/* Postings whose positions stand in a list of another segment, as bits. */
typedef struct quern_posting_run {
    const uint32_t *passages, *tfs;
    uint32_t n;
    quern_positions_bits positions; /* of passages of the same lengths, made by these functions */
} quern_posting_run;

/* How many postings may come as a run now; 0: the next one has to come alone. */
static inline uint32_t quern_postings_writer_room(const quern_postings_writer *w)
{
    return w->df > 0 && !w->counted ? QUERN_BLOCK - w->n : 0;
}

/* Adds at most so many postings to the list at hand, the same as one by one. INVALID where they
 * break the rules. */
quern_status quern_postings_writer_run(quern_postings_writer *w, const quern_posting_run *run,
                                       quern_error *err);
/* Ends the list and begins an empty one; fills *entry, whose positions last until the next add.
 * df is 0 when nothing was added. Errors of *post are its own. */
quern_status quern_postings_writer_end(quern_postings_writer *w, quern_dictionary_entry *entry,
                                       quern_error *err);

#endif
