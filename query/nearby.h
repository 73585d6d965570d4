/* SPDX-License-Identifier: MIT */
/* nearby - where in a passage the words of a NEAR stand within reach of each other.
 *
 *     chips NEAR/4 price        reach 4
 *     places    chips .. .. .. .. .. chips .. price .. .. price
 *     position  0                    6        8           11
 *                                    [________]              the one minimal window within reach
 *
 * A *window* is a run of places that has all members at distinct positions, in their order where
 * they are ordered, the last at most `reach` after the first. A *minimal* window has no smaller one
 * in it (Clarke, Cormack & Burkowski, An Algebra for Structured Text Search, 1995). A passage
 * matches if it has a window; what is marked is every place where a member can stand in a minimal
 * one.
 */
#ifndef QUERN_QUERY_NEARBY_H
#define QUERN_QUERY_NEARBY_H

#include <stddef.h>
#include <stdint.h>

/* A position of the passage at which members can stand. */
typedef struct quern_nearby_place {
    uint32_t position;
    uint32_t members; /* bits of those that can */
    uint32_t taken;   /* the answer: bits of those that do, in some minimal window */
    uint32_t holder;  /* of the search: the member that sits here + 1, or 0 */
} quern_nearby_place;

/* Sets `taken` of n places, whose positions ascend. n_members is at most QUERN_PLAN_NEAR_MAX. */
void quern_nearby_mark(quern_nearby_place *places, size_t n, uint32_t n_members, uint32_t reach,
                       int is_ordered);

#endif
