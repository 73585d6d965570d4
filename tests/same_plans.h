/* SPDX-License-Identifier: MIT */
/* same_plans - whether two trees of two plans say the same, node by node and bit by bit. */
#ifndef QUERN_TESTS_SAME_PLANS_H
#define QUERN_TESTS_SAME_PLANS_H

#include "query/plan.h"

int same_plans(const quern_plan *p, const quern_plan_node *a, const quern_plan *q,
               const quern_plan_node *b);

#endif
