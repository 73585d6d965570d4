/* SPDX-License-Identifier: MIT */
/* query_fuzz - a query. Any bytes parse, into a plan that keeps what plan.h promises; its text can
 * be printed and is read as the same plan; notes can be printed. */
#include "tests/fuzz/fuzz.h"

#include "base/mem.h"
#include "query/parse.h"
#include "tests/same_plans.h"

#include <string.h>
#include <unistr.h>

static quern_analysis *analysis;

/* Names that begin with f are fields. */
static int has_field(const void *payload, quern_string name)
{
    (void)payload;
    return name.data[0] == 'f';
}

static quern_query *parse(quern_string text, int spellings)
{
    quern_query *query = NULL;
    quern_query_language language = {
        .analysis = analysis, .has_field = has_field, .now = 1711560000, .spellings = spellings};
    FUZZ_CHECK(quern_query_build(&language, text, &query, NULL) == QUERN_OK);
    return query;
}

static void check_printable(const char *s)
{
    FUZZ_CHECK(u8_check((const uint8_t *)s, strlen(s)) == NULL);
    for (; *s; s++) {
        FUZZ_CHECK((unsigned char)*s >= ' ' && *s != 0x7F);
    }
}

static void check_tree(const quern_plan_node *node)
{
    uint32_t n = 0;
    uint32_t height = 0;
    int lists = node->op >= QUERN_PLAN_ANY && node->op <= QUERN_PLAN_ATLEAST;
    for (const quern_plan_node *child = node->children; child; child = child->sibling, n++) {
        FUZZ_CHECK(child->op != node->op || !lists || node->op == QUERN_PLAN_ATLEAST);
        height = child->height > height ? child->height : height;
        check_tree(child);
    }
    FUZZ_CHECK(node->height == height + 1 && node->height <= QUERN_PLAN_DEPTH);
    if (node->op < QUERN_PLAN_ANY) {
        FUZZ_CHECK(n == 0 && node->weight >= QUERN_PLAN_WEIGHT_MIN);
        return;
    }
    FUZZ_CHECK(n == 2 || (lists && n > 2) || (n == 1 && node->op == QUERN_PLAN_ANY));
    FUZZ_CHECK(node->op != QUERN_PLAN_ATLEAST || (node->need > 1 && node->need < n));
    FUZZ_CHECK(node->op != QUERN_PLAN_FILTER ||
               (!node->children->is_scoreless && node->children->sibling->is_scoreless));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    quern_string typed = {(const char *)data, size};
    static quern_analysis *known[2];
    static const char *const languages[2] = {"english", "german,english,french"};
    int which = (int)(typed.len >> 1 & 1);
    if (!known[which]) {
        FUZZ_CHECK(quern_analysis_new(languages[which], &known[which], NULL) == QUERN_OK);
    }
    analysis = known[which];
    quern_query *query = parse(typed, (int)(typed.len & 1));
    quern_query *again = parse(quern_str(query->text), 0);
    check_printable(query->text);
    for (size_t i = 0; i < query->n_notes; i++) {
        check_printable(query->notes[i]);
    }
    if (query->plan.root) {
        check_tree(query->plan.root);
    }
    FUZZ_CHECK(strcmp(query->text, again->text) == 0);
    FUZZ_CHECK(same_plans(&query->plan, query->plan.root, &again->plan, again->plan.root));
    quern_query_free(query);
    quern_query_free(again);
    if (quern_analysis_memory(analysis) > (size_t)4 << 20) {
        quern_analysis_reset(analysis);
    }
    return 0;
}
