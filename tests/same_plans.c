/* SPDX-License-Identifier: MIT */
#include "tests/same_plans.h"

#include <string.h>

static int same_terms(const quern_plan *p, uint32_t a, const quern_plan *q, uint32_t b)
{
    if (a == QUERN_PLAN_NONE || b == QUERN_PLAN_NONE) {
        return a == b;
    }
    return p->terms[a].len == q->terms[b].len &&
           memcmp(p->terms[a].bytes, q->terms[b].bytes, p->terms[a].len) == 0;
}

static int same_members(const quern_plan *p, const quern_plan_node *a, const quern_plan *q,
                        const quern_plan_node *b)
{
    if (a->n_members != b->n_members || a->reach != b->reach || a->is_ordered != b->is_ordered) {
        return 0;
    }
    for (uint32_t i = 0; i < a->n_members; i++) {
        const quern_plan_member *m = &a->members[i];
        const quern_plan_member *n = &b->members[i];
        if (m->offset != n->offset || !same_terms(p, m->term, q, n->term) ||
            !same_terms(p, m->form, q, n->form)) {
            return 0;
        }
    }
    return 1;
}

static int same_leaves(const quern_plan *p, const quern_plan_node *a, const quern_plan *q,
                       const quern_plan_node *b)
{
    switch (a->op) {
    case QUERN_PLAN_EXACT:
        return same_terms(p, a->term, q, b->term) && same_terms(p, a->form, q, b->form);
    case QUERN_PLAN_TERM:
    case QUERN_PLAN_SELECT:
        return same_terms(p, a->term, q, b->term);
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
    case QUERN_PLAN_SAME:
        return same_members(p, a, q, b);
    case QUERN_PLAN_DATE:
        return a->first_second == b->first_second && a->last_second == b->last_second;
    case QUERN_PLAN_NUMBER:
        return memcmp(&a->low, &b->low, sizeof a->low) == 0 &&
               memcmp(&a->high, &b->high, sizeof a->high) == 0 && strcmp(a->field, b->field) == 0;
    case QUERN_PLAN_EVERY:
        return 1;
    default:
        return a->pattern.len == b->pattern.len && a->pattern.edits == b->pattern.edits &&
               memcmp(a->pattern.bytes, b->pattern.bytes, a->pattern.len) == 0;
    }
}

int same_plans(const quern_plan *p, const quern_plan_node *a, const quern_plan *q,
               const quern_plan_node *b)
{
    if (!a || !b) {
        return a == b;
    }
    if (a->op != b->op || a->need != b->need || a->height != b->height ||
        a->is_scoreless != b->is_scoreless) {
        return 0;
    }
    if (a->op < QUERN_PLAN_ANY) {
        return memcmp(&a->weight, &b->weight, sizeof a->weight) == 0 && same_leaves(p, a, q, b);
    }
    a = a->children;
    b = b->children;
    for (; a && b; a = a->sibling, b = b->sibling) {
        if (!same_plans(p, a, q, b)) {
            return 0;
        }
    }
    return a == b;
}
