/* SPDX-License-Identifier: MIT */
/* prepare - a plan meets a snapshot: terms are looked up and weighed, cursors are made.
 *
 * Most plans are *flat*: any of some clauses, each a word, a SAME of stems, which is its words with
 * one idf, or a join (a phrase, a NEAR, an ALL of words). Each clause becomes, in every segment
 * where it can match, cursors with a weight of wq * idf:
 *
 *     prepared
 *      `- parts, one a segment
 *          |- words:  a cursor for each word that the segment has
 *          `- joins:  those of which it has all terms
 *
 * Of other plans only the terms are looked up; tree.h runs them.
 *
 * idf(t) is of the whole snapshot: N live passages, n of them with t, which is the sum over the
 * segments of the dictionary's count less the tombstones'. Everything lies in one arena.
 */
#ifndef QUERN_QUERY_PREPARE_H
#define QUERN_QUERY_PREPARE_H

#include "base/bm25.h"
#include "query/clause.h"
#include "query/expand.h"

/* What a flat plan is in one segment. */
typedef struct quern_part {
    quern_segment *segment;
    const quern_tombstones *dead; /* or NULL */
    quern_lengths lengths;
    quern_match_cursor
        *words; /* `leaf` is the number of the word among those of all clauses, from 1 */
    size_t n_words;
    quern_match_join *joins;
    size_t n_joins;
    size_t n_cursors; /* of words and joins */
} quern_part;

typedef struct quern_prepared {
    quern_snapshot *snapshot;
    const quern_plan *plan;
    quern_bm25 model;
    quern_arena arena;
    quern_expansions expansions; /* of the plan's patterns */
    quern_lookup lookup; /* the terms of the plan have their numbers in it; then come the stems of
                          * the expansions, each once for an expansion, in byte order */
    uint32_t *expanded;  /* where those of each expansion begin, and the last ones end */
    double *idfs;        /* of each expansion: that of its commonest stem, for all of them */
    double *same_idfs;   /* of each SAME, likewise */
    quern_part *parts;   /* one a segment of the snapshot; NULL: nothing can match */
    size_t n_parts;
    int is_flat;
    size_t n_words, n_joins; /* of the clauses of a flat plan */
    size_t max_cursors;      /* of any part */
    uint64_t max_live;       /* living passages with any one word; a lower bound of the matches */
    int is_wide;             /* a score could reach 2^31 units */
} quern_prepared;

/* k1 and b of *model count, its avglen is computed. The deadline, or NULL, is for the expansion of
 * patterns. Fills *q, which is to be finished unless this
 * fails. The plan must outlive it. Errors: NOMEM, CORRUPT, IO. */
quern_status quern_prepare(quern_snapshot *snapshot, const quern_plan *plan,
                           const quern_bm25 *model, quern_deadline *deadline, quern_prepared *q,
                           quern_error *err);
void quern_prepared_finish(quern_prepared *q);

/* A bit for each of the 64 passages from `first` on that is dead. */
uint64_t quern_part_dead(const quern_part *p, uint32_t first);

#endif
