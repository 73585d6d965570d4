/* SPDX-License-Identifier: MIT */
/* merge_state - what the parts of a merge share: merge.c, which has terms; merge_articles.c;
 * merge_postings.c; merge_forms.c. No other file includes it.
 *
 * An input is a side. Sides wait in a heap by what they have at hand, their key and later their
 * term; those that have the same term in a queue by passage.
 */
#ifndef QUERN_INDEXER_MERGE_STATE_H
#define QUERN_INDEXER_MERGE_STATE_H

#include "index/forms.h"
#include "indexer/merge.h"

#define QUERN_MERGE_NONE UINT32_MAX

/* A form that a side has of the term at hand. */
typedef struct quern_merge_form {
    size_t at; /* bytes of `names` of the merger */
    uint32_t len;
    uint32_t side, code;
} quern_merge_form;

typedef struct quern_merge_side {
    quern_segment *segment;
    const quern_segment_info *info;
    const uint8_t *dead;
    uint32_t article; /* of merging articles: the one at hand */
    quern_string source, id;
    quern_arena keys[2]; /* the key at hand is in one of them, the one before in either */
    unsigned n_keys;
    uint32_t *map;  /* new number of each passage; NONE: dead. NULL: all live and all together */
    uint32_t first; /* new number of the first passage, where there is no map */
    quern_lengths lengths;
    quern_dictionary_walk walk;
    quern_postings postings;
    quern_forms forms; /* of the term at hand */
    uint32_t *number;  /* of each code: which form of the merged term it is */
    size_t cap_number;
    uint32_t next_block;
    uint32_t at;      /* posting of the block at hand */
    uint32_t passage; /* its new number */
} quern_merge_side;

typedef struct quern_merge_place {
    uint32_t side, article;
} quern_merge_place;

typedef struct quern_merger {
    const quern_merge *merge;
    quern_merge_side *sides;
    uint32_t n_sides;
    uint32_t *heap; /* sides, the least first */
    uint32_t n_heap;
    uint32_t *members; /* sides that have the term at hand */
    uint64_t *queue;   /* of postings: new number << 32 | side */
    uint32_t n_queue;
    quern_merge_place *places; /* the articles, in their new order */
    uint32_t n_articles;
    uint64_t n_passages, text_bytes;
    quern_arena record;   /* of the article that the encoder asked for */
    uint32_t asked;       /* that article, or NONE */
    uint64_t asked_bytes; /* of its text */
    quern_segment_writer *writer;
    uint32_t *positions, *forms; /* of the posting at hand */
    size_t cap_positions, cap_forms;
    quern_merge_form *side_forms; /* of the term at hand, in the order of their bytes */
    size_t n_side_forms, cap_side_forms;
    quern_buf names;
    uint32_t n_forms; /* different ones */
    char last_term[256];
    size_t last_len;
    uint64_t since; /* bytes read since the sides were told to forget */
} quern_merger;

/* Fails with CORRUPT: what is wrong with the segment of a side. */
quern_status quern_merge_damaged(const quern_merge_side *s, const char *what, quern_error *err);
/* Mapped pages count as memory of the process: they are let go of every so many bytes. */
void quern_merge_note_read(quern_merger *m, uint64_t bytes);

/* ---- The heap of sides ---- */

typedef int (*quern_merge_below)(const quern_merge_side *a, const quern_merge_side *b);

void quern_merge_make_heap(quern_merger *m, quern_merge_below is_below);
void quern_merge_sift_down(quern_merger *m, uint32_t at, quern_merge_below is_below);
/* Puts the last into the place of the least: it is to be sifted down. */
void quern_merge_drop_least(quern_merger *m);

/* ---- Articles (merge_articles.c), in this order ---- */

/* Counts the live articles and puts them in order. Errors: CORRUPT, FULL, NOMEM, IO. */
quern_status quern_merge_order_articles(quern_merger *m, quern_error *err);
/* Feeds them to the encoder. */
quern_status quern_merge_feed_articles(quern_merger *m, quern_error *err);
/* Gives the sides their new numbers of passages. */
quern_status quern_merge_make_maps(quern_merger *m, quern_error *err);

/* ---- Forms of the term at hand (merge_forms.c) ---- */

/* Numbers the forms that the first n members have. */
quern_status quern_merge_number_forms(quern_merger *m, uint32_t n, quern_error *err);
/* Tells the encoder of them. */
quern_status quern_merge_put_forms(quern_merger *m, quern_error *err);

/* ---- Postings of the term at hand (merge_postings.c) ---- */

/* Opens the postings of side i and puts it into the queue, if any of them is live. */
quern_status quern_merge_enqueue(quern_merger *m, uint32_t i, quern_error *err);
/* Feeds the postings of all sides in the queue. */
quern_status quern_merge_drain(quern_merger *m, quern_error *err);

#endif
