/* SPDX-License-Identifier: MIT */
/* plan_soften - function words (stemmer/function_words.h) count a quarter.
 *
 * A question is typed as people ask: "what is the price of oil in March". Its what, is, the, of and
 * in say nothing of what is wanted, but each is a word of the query, some of them are rare in the
 * texts (what, how) and so weigh much, and together they outweigh the words that matter. They are
 * not left out: a passage that has them still leads one that has not, they are found when they are
 * all there is, and in phrases they stand where they were typed. docs/decisions/ has the measuring.
 *
 * This comes after the plan was printed: how much a word counts by itself is no boost of the
 * user's, and what is printed reads as the same plan. A word in quotes or after = counts in full.
 */
#include "query/plan.h"

#define FUNCTION_WORD 0.25 /* chosen on judged collections */

/* Whether all the words that a leaf looks for are. */
static int is_function(const quern_plan *plan, const quern_plan_node *node)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < node->n_members; i++) {
        const quern_plan_member *m = &node->members[i];
        n += m->form == QUERN_PLAN_NONE && plan->terms[m->term].is_function;
    }
    return node->op == QUERN_PLAN_TERM   ? plan->terms[node->term].is_function
           : node->op == QUERN_PLAN_SAME ? n == node->n_members
                                         : 0;
}

static void soften(const quern_plan *plan, quern_plan_node *node)
{
    if (is_function(plan, node)) {
        double weight = node->weight * FUNCTION_WORD;
        node->weight = weight > QUERN_PLAN_WEIGHT_MIN ? weight : QUERN_PLAN_WEIGHT_MIN;
    }
    for (quern_plan_node *child = node->children; child; child = child->sibling) {
        soften(plan, child);
    }
}

void quern_plan_soften(quern_plan *plan)
{
    if (plan->root) {
        soften(plan, plan->root);
    }
}
