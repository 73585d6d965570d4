/* SPDX-License-Identifier: MIT */
/* plan_test - terms are interned, a tree is settled by its rules, and prints as one line. */
#include "query/plan_print.h"

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
    quern_error err;
    quern_buf line = {0};
    quern_analysis *analysis = NULL;
    CU_ASSERT_FATAL(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
    CHECK(quern_plan_print(plan, analysis, NULL, &line, &err) == QUERN_OK);
    CHECK_ROW(want, line.len == strlen(want) &&
                        (line.len == 0 || memcmp(line.data, want, line.len) == 0));
    quern_buf_finish(&line);
    quern_analysis_free(analysis);
}

static quern_plan_node *leaf(quern_plan *plan, quern_plan_node what)
{
    quern_error err;
    quern_plan_node *node = NULL;
    what.weight = what.weight > 0.0 ? what.weight : 1.0;
    CU_ASSERT_FATAL(quern_plan_leaf(plan, &what, &node, &err) == QUERN_OK);
    return node;
}

static quern_plan_node *word(quern_plan *plan, const char *term, double weight)
{
    quern_plan_node what = {.op = QUERN_PLAN_TERM, .weight = weight};
    what.term = intern(plan, term);
    what.is_function = strcmp(term, "a") == 0; /* as if it was typed */
    return leaf(plan, what);
}

static quern_plan_node *phrase(quern_plan *plan, const quern_plan_member *m, uint32_t n, double w)
{
    return leaf(plan, (quern_plan_node){
                          .op = QUERN_PLAN_PHRASE, .weight = w, .members = m, .n_members = n});
}

/* An operator of up to three children. */
static quern_plan_node *op(quern_plan *plan, quern_plan_op kind, quern_plan_node *a,
                           quern_plan_node *b, quern_plan_node *c)
{
    quern_error err;
    quern_plan_node *node = NULL;
    CU_ASSERT_FATAL(quern_plan_operator(plan, kind, 2, &node, &err) == QUERN_OK);
    quern_plan_append(node, a);
    quern_plan_append(node, b);
    quern_plan_append(node, c);
    return node;
}

static void settle(quern_plan *plan, quern_plan_node *root)
{
    quern_error err;
    CHECK(quern_plan_settle(plan, root, &err) == QUERN_OK);
}

static void test_empty(void)
{
    quern_plan plan;
    quern_plan_init(&plan);
    CHECK(plan.root == NULL && quern_plan_is_flat(&plan));
    CHECK(quern_plan_find(&plan, "\1a", 2) == QUERN_PLAN_NONE);
    check_text(&plan, "");
    settle(&plan,
           op(&plan, QUERN_PLAN_ANY, NULL, op(&plan, QUERN_PLAN_ALL, NULL, NULL, NULL), NULL));
    CHECK(plan.root == NULL);
    quern_plan_finish(&plan);
}

static void test_words(void)
{
    quern_plan plan;
    quern_plan_init(&plan);
    uint32_t a = intern(&plan, "a");
    uint32_t b = intern(&plan, "b");
    CHECK(a == 0 && b == 1 && intern(&plan, "a") == a && plan.n_terms == 2);
    CHECK(quern_plan_find(&plan, "\1c", 2) == QUERN_PLAN_NONE);
    CHECK(quern_plan_find(&plan, "\2a", 2) == QUERN_PLAN_NONE); /* another kind */
    CHECK(plan.terms[a].loose == NULL);
    settle(&plan, op(&plan, QUERN_PLAN_ANY, word(&plan, "a", 1), word(&plan, "b", 1.05),
                     word(&plan, "a", 1)));
    check_text(&plan, "a^2 b^1.05");
    CHECK(quern_plan_is_flat(&plan));
    CHECK(plan.terms[a].loose && plan.terms[a].loose->op == QUERN_PLAN_TERM);
    CHECK(plan.root->op == QUERN_PLAN_ANY && plan.root->children == plan.terms[a].loose);
    CHECK(plan.root->children->sibling == plan.terms[b].loose);
    CHECK(plan.root->last_child->sibling == NULL);
    quern_plan_finish(&plan);
}

static void test_phrases(void)
{
    quern_plan plan;
    quern_plan_init(&plan);
    uint32_t a = intern(&plan, "a");
    uint32_t b = intern(&plan, "b");
    quern_plan_member ab[] = {{a, 0, QUERN_PLAN_NONE}, {b, 1, QUERN_PLAN_NONE}};
    quern_plan_member aba[] = {
        {a, 0, QUERN_PLAN_NONE}, {b, 1, QUERN_PLAN_NONE}, {a, 2, QUERN_PLAN_NONE}};
    quern_plan_member gap[] = {{a, 0, QUERN_PLAN_NONE}, {b, 2, QUERN_PLAN_NONE}};
    quern_plan_node *root = op(&plan, QUERN_PLAN_ANY, phrase(&plan, ab, 2, 1),
                               phrase(&plan, aba, 3, 1), phrase(&plan, gap, 2, 1));
    quern_plan_append(root, phrase(&plan, ab, 2, 2));
    quern_plan_append(root, phrase(&plan, ab + 1, 1, 1)); /* a word */
    ab[0].term = b;                                       /* members were copied */
    settle(&plan, root);
    check_text(&plan, "(a ADJ/1 b)^3 (a ADJ/2 b ADJ/2 a) \\stem:a,,b b");
    CHECK(plan.n_phrases == 3 && plan.terms[a].loose == NULL && plan.terms[b].loose);
    int n = 0;
    for (const quern_plan_node *p = plan.terms[a].starts; p; p = p->starts) {
        CHECK(p->op == QUERN_PLAN_PHRASE && p->members[0].term == a);
        n++;
    }
    CHECK(n == 3 && plan.terms[b].starts == NULL);
    CHECK(plan.phrases[1]->n_members == 3 && plan.phrases[1]->members[2].offset == 2);
    CHECK(plan.phrases[0]->members[0].term == a);
    quern_plan_finish(&plan);
}

/* Each rule of plan_settle.c, by what is printed. */
static void check_settled(quern_plan *plan, quern_plan_node *root, const char *want)
{
    settle(plan, root);
    check_text(plan, want);
    quern_plan_finish(plan);
    quern_plan_init(plan);
}

#define A word(p, "a", 1)
#define B word(p, "b", 1)
#define C word(p, "c", 1)
#define X leaf(p, (quern_plan_node){.op = QUERN_PLAN_SELECT, .term = intern(p, "x")})
#define Y leaf(p, (quern_plan_node){.op = QUERN_PLAN_SELECT, .term = intern(p, "y")})
#define OP(kind, ...) op(p, QUERN_PLAN_##kind, __VA_ARGS__)

static void test_rules(void)
{
    quern_plan plan;
    quern_plan *p = &plan;
    quern_plan_node *node;
    quern_plan_init(p);
    node = OP(ANY, A, B, NULL);
    node->weight = 2.5;
    check_settled(p, OP(ANY, node, A, NULL), "a^3.5 b^2.5");
    check_settled(p, OP(ANY, OP(ALL, A, B, NULL), C, NULL), "(+a +b) OR c");
    check_settled(p, OP(ALL, OP(ALL, A, B, NULL), OP(ANY, C, A, NULL), A), "+a^2 +b +(c a)");
    check_settled(p, OP(ALL, A, X, Y), "a \\select:%01x \\select:%01y");
    check_settled(p, OP(ALL, X, Y, NULL), "\\select:%01x \\select:%01y");
    check_settled(p, OP(ANY, X, A, NULL), "\\select:%01x OR a");
    check_settled(p, OP(ATLEAST, A, B, C), "(a OR b OR c)@2");
    check_settled(p, OP(ATLEAST, A, B, A), "+a^2 +b");
    check_settled(p, OP(ATLEAST, A, A, NULL), "a^2");
    check_settled(p, OP(MAYBE, A, OP(ANY, B, C, NULL), NULL), "+a b c");
    check_settled(p, OP(MAYBE, A, X, NULL), "a");
    check_settled(p, OP(MAYBE, X, A, NULL), "path:* OR a \\select:%01x");
    check_settled(p, OP(NOT, A, OP(ANY, B, C, NULL), NULL), "a -b -c");
    check_settled(p, OP(NOT, X, OP(ALL, B, C, NULL), NULL), "\\select:%01x -(+b +c)");
    check_settled(p, OP(FILTER, OP(NOT, A, B, NULL), X, NULL), "a -b \\select:%01x");
    check_settled(p, OP(NOT, OP(FILTER, A, X, NULL), B, NULL), "(a \\select:%01x) -b");
    check_settled(p, OP(FILTER, A, B, NULL), "a -(-b)");
    check_settled(p, OP(FILTER, X, Y, NULL), "\\select:%01x \\select:%01y");
    quern_plan_finish(p);
}

/* A tree that is too deep keeps what it looks for. */
static void test_depth(void)
{
    quern_plan plan;
    quern_plan *p = &plan;
    quern_plan_init(p);
    quern_plan_node *node = A;
    for (int i = 0; i < 3 * QUERN_PLAN_DEPTH; i++) {
        char name[8];
        snprintf(name, sizeof name, "w%d", i);
        node = OP(MAYBE, word(p, name, 1), node, NULL);
    }
    settle(p, node);
    CHECK(p->was_cut && p->root->height <= QUERN_PLAN_DEPTH);
    quern_plan_finish(p);
}

/* Function words that stand for one thing count less, unless another word was typed for it. */
static void test_soften(void)
{
    quern_plan plan;
    quern_plan_init(&plan);
    quern_plan_member the[] = {{intern(&plan, "the"), 0, QUERN_PLAN_NONE},
                               {intern(&plan, "of"), 0, QUERN_PLAN_NONE}};
    quern_plan_member us[] = {the[0], {intern(&plan, "america"), 0, QUERN_PLAN_NONE}};
    quern_plan_node same = {
        .op = QUERN_PLAN_SAME, .members = the, .n_members = 2, .is_function = 1};
    quern_plan_node *a = leaf(&plan, same);
    quern_plan_node *b =
        leaf(&plan, (quern_plan_node){.op = QUERN_PLAN_SAME, .members = us, .n_members = 2});
    settle(&plan, op(&plan, QUERN_PLAN_ANY, a, b, NULL));
    CHECK(plan.n_sames == 2 && plan.sames[a->number] == a && plan.sames[b->number] == b);
    CHECK(a->members[0].term == 1 && a->members[1].term == 0); /* of, the */
    quern_plan_soften(&plan);
    CHECK(a->weight == 0.25 && b->weight == 1.0);
    a->weight = QUERN_PLAN_WEIGHT_MIN; /* and never less than can be typed */
    quern_plan_soften(&plan);
    CHECK(a->weight == QUERN_PLAN_WEIGHT_MIN);
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
    {"empty", test_empty},   {"words", test_words}, {"phrases", test_phrases},
    {"rules", test_rules},   {"depth", test_depth}, {"many terms", test_many},
    {"soften", test_soften}, CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/plan", tests)
