/* SPDX-License-Identifier: MIT */
/* tree - runs a plan of any shape on a segment, window by window.
 *
 * A flat plan (prepare.h) has faster ways; this is for all others. In each window of passages two
 * questions are asked of the tree (plan.h says what they mean):
 *
 *     which passages match     bits, from the root down: each node is given the passages that still
 *                              count, its mask, and marks those of them that match
 *     what do they score       from the root down again, for those alone: leaves add to the one
 *                              score of each passage
 *
 *     ALL                       mask 11111111
 *      |- TERM rare             01000100         the rarest first; where nothing is left in the
 *      |- ANY                   01000000         window, the others are not looked at
 *      |   |- TERM common       only the two passages are looked up
 *      |   `- PHRASE
 *      `- DATE
 *
 * A word is sought passage by passage where its mask has few, else its blocks are decoded. The bits
 * of phrases, selectors and operators are kept for the second question, those of words are read
 * again from their lists.
 *
 * Windows begin where something of the tree can match next. Memory: a cursor for each leaf of one
 * segment, the bits of a window for each other node, and a bounded pool of decoded blocks.
 */
#ifndef QUERN_QUERY_TREE_H
#define QUERN_QUERY_TREE_H

#include "query/deadline.h"
#include "query/prepare.h"
#include "query/rank.h"

typedef struct quern_tree quern_tree;

/* `query` was prepared and stays. Errors: NOMEM. */
quern_status quern_tree_open(quern_prepared *query, quern_tree **out, quern_error *err);
void quern_tree_free(quern_tree *tree);

/* Puts the tree at a passage of a segment. The deadline, or NULL, is kept. Errors: NOMEM, CORRUPT,
 * IO. */
quern_status quern_tree_start(quern_tree *tree, uint32_t segment, uint32_t from,
                              quern_deadline *deadline, quern_error *err);

/* Moves on to the next window and puts the passages of it that match, below `to`, into the window's
 * bits, perhaps none or dead ones, and unless `match_only` what they score into its scores. *end is
 * where the window ends; *more is 0 where no passage below `to` is left, or the deadline came
 * before the window was done. The caller clears bits and scores of the window before the next one.
 */
quern_status quern_tree_next(quern_tree *tree, uint32_t to, int match_only, uint32_t *end,
                             int *more, quern_error *err);

quern_window *quern_tree_window(quern_tree *tree);

#endif
