/* SPDX-License-Identifier: MIT */
/* near - whether words stand close together: one position of each member, no two the same, the last
 * not more than `reach` after the first, and all on one side of the title.
 *
 *     members   a       b       a again         reach 5
 *     lists     3 20    5 22    3 20
 *     windows   from 3: a 3, b 5, and no other a    from 20: the same           not near
 *
 * In order, the choice is easy: from each position of the first member on, the next position of
 * every other that comes after the one before. In any order a position may serve several members
 * (the same word twice, an amount and its number), and then it is a bipartite matching of members
 * to the positions of a window; Kuhn's augmenting paths find it.
 */
#ifndef QUERN_QUERY_NEAR_H
#define QUERN_QUERY_NEAR_H

#include "query/plan.h"

typedef struct quern_near {
    const uint32_t *lists[QUERN_PLAN_NEAR_MAX]; /* of each member: its positions, ascending */
    uint32_t counts[QUERN_PLAN_NEAR_MAX];
    uint32_t n; /* members, at least 2 */
    uint32_t reach;
    uint32_t title_words; /* T: positions below it are of the title */
} quern_near;

int quern_near_ordered(const quern_near *near);
int quern_near_any_order(const quern_near *near);

#endif
