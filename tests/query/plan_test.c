/* SPDX-License-Identifier: MIT */
/* plan_test - terms are interned, clauses are distinct, and a plan prints as one line. */
#include "query/plan.h"

#include "tests/check.h"

#include <string.h>

static uint32_t intern(quern_plan *plan, const char *term)
{
    char bytes[64];
    uint32_t number = 0;
    quern_error err;
    bytes[0] = 1;
    size_t n = strlen(term);
    memcpy(bytes + 1, term, n);
    CHECK_ROW(term, quern_plan_intern(plan, bytes, n + 1, &number, &err) == QUERN_OK);
    CHECK_ROW(term, quern_plan_find(plan, bytes, n + 1) == number);
    return number;
}

static void check_text(const quern_plan *plan, const char *want)
{
    quern_buf line = {0};
    quern_plan_print(plan, &line);
    CHECK_ROW(want, line.len == strlen(want) &&
                        (line.len == 0 || memcmp(line.data, want, line.len) == 0));
    quern_buf_finish(&line);
}

static void test_empty(void)
{
    quern_plan plan;
    quern_plan_init(&plan);
    CHECK(plan.root == NULL);
    CHECK(quern_plan_find(&plan, "\1a", 2) == QUERN_PLAN_NONE);
    check_text(&plan, "");
    quern_plan_finish(&plan);
}

static void test_words(void)
{
    quern_plan plan;
    quern_error err;
    quern_plan_init(&plan);
    uint32_t a = intern(&plan, "a");
    uint32_t b = intern(&plan, "b");
    CHECK(a == 0 && b == 1 && intern(&plan, "a") == a && plan.n_terms == 2);
    CHECK(quern_plan_find(&plan, "\1c", 2) == QUERN_PLAN_NONE);
    CHECK(quern_plan_find(&plan, "\2a", 2) == QUERN_PLAN_NONE); /* another kind */
    CHECK(plan.terms[a].loose == NULL);
    CHECK(quern_plan_add_word(&plan, a, 1.0, &err) == QUERN_OK);
    CHECK(quern_plan_add_word(&plan, b, 0.5, &err) == QUERN_OK);
    CHECK(quern_plan_add_word(&plan, a, 1.0, &err) == QUERN_OK);
    check_text(&plan, "a^2 b^0.5");
    CHECK(plan.terms[a].loose && plan.terms[a].loose->op == QUERN_PLAN_TERM);
    CHECK(plan.root->op == QUERN_PLAN_ANY && plan.root->children == plan.terms[a].loose);
    CHECK(plan.root->children->sibling == plan.terms[b].loose);
    CHECK(plan.root->last_child->sibling == NULL);
    CHECK(quern_plan_add_word(&plan, b, 0.55, &err) == QUERN_OK);
    check_text(&plan, "a^2 b^1.05");
    quern_plan_finish(&plan);
}

static void test_phrases(void)
{
    quern_plan plan;
    quern_error err;
    quern_plan_init(&plan);
    uint32_t a = intern(&plan, "a");
    uint32_t b = intern(&plan, "b");
    quern_plan_member ab[] = {{a, 0, QUERN_PLAN_NONE}, {b, 1, QUERN_PLAN_NONE}};
    quern_plan_member aba[] = {
        {a, 0, QUERN_PLAN_NONE}, {b, 1, QUERN_PLAN_NONE}, {a, 2, QUERN_PLAN_NONE}};
    quern_plan_member gap[] = {{a, 0, QUERN_PLAN_NONE}, {b, 2, QUERN_PLAN_NONE}};
    CHECK(quern_plan_add_phrase(&plan, ab, 2, 1.0, &err) == QUERN_OK);
    CHECK(quern_plan_add_phrase(&plan, aba, 3, 1.0, &err) == QUERN_OK);
    CHECK(quern_plan_add_phrase(&plan, gap, 2, 1.0, &err) == QUERN_OK);
    CHECK(quern_plan_add_phrase(&plan, ab, 2, 2.0, &err) == QUERN_OK);
    CHECK(quern_plan_add_phrase(&plan, ab + 1, 1, 1.0, &err) == QUERN_OK); /* a word */
    check_text(&plan, "\"a b\"^3 \"a b a\" \"a b\" b");
    CHECK(plan.n_phrases == 3 && plan.terms[a].loose == NULL && plan.terms[b].loose);
    int n = 0;
    for (const quern_plan_node *p = plan.terms[a].starts; p; p = p->starts) {
        CHECK(p->op == QUERN_PLAN_PHRASE && p->members[0].term == a);
        n++;
    }
    CHECK(n == 3 && plan.terms[b].starts == NULL);
    CHECK(plan.phrases[1]->n_members == 3 && plan.phrases[1]->members[2].offset == 2);
    ab[0].term = b; /* members were copied */
    CHECK(plan.phrases[0]->members[0].term == a);
    quern_plan_finish(&plan);
}

/* Many terms: the hash table grows and forgets none. */
static void test_many(void)
{
    quern_plan plan;
    quern_plan_init(&plan);
    char name[32];
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "word%u", i);
        CHECK_ROW(name, intern(&plan, name) == i);
    }
    for (uint32_t i = 0; i < 5000; i += 7) {
        snprintf(name, sizeof name, "word%u", i);
        CHECK_ROW(name, intern(&plan, name) == i);
    }
    CHECK(plan.n_terms == 5000);
    quern_plan_finish(&plan);
}

static CU_TestInfo tests[] = {
    {"empty", test_empty},     {"words", test_words}, {"phrases", test_phrases},
    {"many terms", test_many}, CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/plan", tests)
