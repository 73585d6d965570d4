/* SPDX-License-Identifier: MIT */
/* select - which articles a field, a date, a number or a path selects, passage by passage.
 *
 * Nothing is scored. A selector is asked for the passages of a window that still count, given as
 * bits, goes from article to article of those, and marks the passages of the articles it selects.
 * So it reads no more of columns and keys than what other operators left:
 *
 *     SELECT   a field's term is posted at the first passage of the article: its list is followed
 *     DATE     the column of dates
 *     PATH     the keys; articles lie in order of their sources, so what a glob begins with, up to
 *              its first ? or *, bounds the articles that are looked at
 *     NUMBER   the field's whole values are terms of the dictionary: those that are numbers in the
 *              range are looked up when first needed, and their articles kept as bits
 */
#ifndef QUERN_QUERY_SELECT_H
#define QUERN_QUERY_SELECT_H

#include "index/firsts.h"
#include "query/match.h"

typedef struct quern_selector {
    const quern_plan_node *node;
    quern_segment *segment;
    quern_firsts firsts;
    uint32_t n_articles;
    uint32_t article, first, end;   /* the article at hand and its passages; end 0: none */
    uint32_t low, high;             /* articles below and from which on none is selected */
    uint32_t low_first, high_first; /* and the first passages of these */
    int is_whole;                   /* PATH: all of [low, high) are */
    quern_match_cursor cursor;      /* SELECT */
    uint8_t *articles;              /* NUMBER: a bit each; NULL: not looked up yet */
} quern_selector;

/* `s->cursor` of a SELECT was made before. Errors: CORRUPT, IO, NOMEM. */
quern_status quern_selector_open(quern_selector *s, quern_segment *segment,
                                 const quern_plan_node *node, quern_error *err);
void quern_selector_finish(quern_selector *s);

/* Puts the selector at a passage, wherever it stood. */
quern_status quern_selector_start(quern_selector *s, quern_match_pool *pool, uint32_t from,
                                  quern_error *err);

/* A bound from below of the next passage from `from` on that is selected. */
quern_status quern_selector_next(quern_selector *s, quern_match_pool *pool, uint32_t from,
                                 uint32_t *next, quern_error *err);

/* A window of passages as bits, passage base + 64 i + j at bit j of word i. */
typedef struct quern_select_window {
    uint32_t base, end;
    const uint64_t *mask; /* passages that count, all in [base, end) */
    uint64_t *out;        /* where those that are selected are marked */
} quern_select_window;

/* Windows come in ascending order from where the selector was started. */
quern_status quern_selector_mark(quern_selector *s, quern_match_pool *pool,
                                 const quern_select_window *window, quern_error *err);

#endif
