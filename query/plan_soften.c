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

static void soften(quern_plan_node *node)
{
    if (node->is_function) {
        double weight = node->weight * FUNCTION_WORD;
        node->weight = weight > QUERN_PLAN_WEIGHT_MIN ? weight : QUERN_PLAN_WEIGHT_MIN;
    }
    for (quern_plan_node *child = node->children; child; child = child->sibling) {
        soften(child);
    }
}

void quern_plan_soften(quern_plan *plan)
{
    if (plan->root) {
        soften(plan->root);
    }
}
