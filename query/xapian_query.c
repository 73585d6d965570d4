/* SPDX-License-Identifier: MIT */
/* xapian_query - see xapian_query.h. xapian_leaves.c makes the leaves. */
#include "query/xapian_query.h"

#include "query/xapian_maker.h"

enum {
    MOST_ORDERS = 4, /* members of a NEAR in any order */
    MOST_PARTS = 512 /* leaves of the ANDs of an ATLEAST, with what it stands in */
};

static quern_status make_node(const quern_xapian_maker *m, const quern_plan_node *node,
                              xapian_c_query **out, quern_error *err);

/* ---- Whether a plan can be made one ---- */

/* How many ways there are to choose `need` of n; MOST_PARTS + 1 for more than that. */
static uint64_t choices(uint32_t n, uint32_t need)
{
    uint64_t ways = 1;
    uint32_t k = need < n - need ? need : n - need;
    for (uint32_t i = 1; i <= k; i++) {
        ways = ways * (n - k + i) / i;
        if (ways > MOST_PARTS) {
            return MOST_PARTS + 1;
        }
    }
    return ways;
}

static uint32_t count_children(const quern_plan_node *node)
{
    uint32_t n = 0;
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        n++;
    }
    return n;
}

/* Whether the members of a phrase stand side by side. */
static int is_dense(const quern_plan_node *node)
{
    return node->members[node->n_members - 1].offset == node->n_members - 1;
}

/* How many times `times` grows by what ATLEASTs repeat; 0: what is below cannot be made. */
static int can_node(const quern_plan_node *node, uint64_t times)
{
    if (node->op == QUERN_PLAN_PHRASE) {
        return is_dense(node);
    }
    if (node->op == QUERN_PLAN_NEAR) {
        return node->is_ordered || node->n_members <= MOST_ORDERS;
    }
    if ((node->op == QUERN_PLAN_EXPAND || node->op == QUERN_PLAN_SAME ||
         node->op == QUERN_PLAN_NUMBER || node->op == QUERN_PLAN_PATH) &&
        times > 1) {
        return 0; /* each may be thousands of terms */
    }
    if (node->op == QUERN_PLAN_ATLEAST) {
        uint32_t n = count_children(node);
        if (node->need <= n && node->need > 0) {
            times *= choices(n, node->need) * node->need;
        }
        if (times > MOST_PARTS) {
            return 0;
        }
    }
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        if (!can_node(child, times)) {
            return 0;
        }
    }
    return 1;
}

int quern_xapian_query_can(const quern_plan *plan)
{
    return !plan->root || can_node(plan->root, 1);
}

int quern_xapian_query_is_plain(const quern_plan *plan)
{
    const quern_plan_node *root = plan->root;
    if (!root || root->op == QUERN_PLAN_TERM) {
        return 1;
    }
    if (root->op != QUERN_PLAN_ANY && root->op != QUERN_PLAN_ALL) {
        return 0;
    }
    for (const quern_plan_node *child = root->children; child; child = child->sibling) {
        if (child->op != QUERN_PLAN_TERM) {
            return 0;
        }
    }
    return 1;
}

/* ---- Operators ---- */

/* See Guards, at the top of the header. */
static quern_status guard(const quern_xapian_maker *m, xapian_c_query **query, quern_error *err)
{
    xapian_c_query *all = NULL;
    xapian_c_query *part = *query;
    if (xapian_c_query_is_empty(part)) {
        return QUERN_OK;
    }
    quern_status status = quern_xapian_make_all(m, &all, err);
    return quern_xapian_join_pair(m, status, XAPIAN_C_OP_AND_MAYBE, part, all, query, err);
}

static int needs_guard(quern_plan_op op)
{
    return op != QUERN_PLAN_TERM && op != QUERN_PLAN_EXACT && op != QUERN_PLAN_SELECT &&
           op != QUERN_PLAN_EVERY;
}

static quern_status add_child(const quern_xapian_maker *m, const quern_plan_node *child, int in_or,
                              quern_xapian_parts *p, quern_error *err)
{
    xapian_c_query *query = NULL;
    QUERN_TRY(make_node(m, child, &query, err));
    if (in_or && !m->selects && needs_guard(child->op)) {
        QUERN_TRY(guard(m, &query, err));
    }
    return quern_xapian_part_add(p, query, err);
}

static quern_status make_children(const quern_xapian_maker *m, const quern_plan_node *node, int op,
                                  xapian_c_query **out, quern_error *err)
{
    quern_xapian_parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (const quern_plan_node *child = node->children; !status && child; child = child->sibling) {
        status = add_child(m, child, op == XAPIAN_C_OP_OR, &p, err);
    }
    return quern_xapian_join(m, status, op, &p, 0, out, err);
}

/* The AND of the children whose numbers are chosen. */
static quern_status make_chosen(const quern_xapian_maker *m, const quern_plan_node *node,
                                const uint32_t *chosen, xapian_c_query **out, quern_error *err)
{
    quern_xapian_parts p = {NULL, 0, 0};
    uint32_t at = 0;
    uint32_t i = 0;
    quern_status status = QUERN_OK;
    for (const quern_plan_node *child = node->children; !status && child && i < node->need;
         child = child->sibling, at++) {
        if (chosen[i] == at) {
            status = add_child(m, child, 0, &p, err);
            i++;
        }
    }
    return quern_xapian_join(m, status, XAPIAN_C_OP_AND, &p, 0, out, err);
}

/* Goes to the next choice of `need` numbers below n, ascending. Returns 0 behind the last. */
static int next_choice(uint32_t *chosen, uint32_t need, uint32_t n)
{
    uint32_t i = need;
    while (i > 0 && chosen[i - 1] == n - need + i - 1) {
        i--;
    }
    if (i == 0) {
        return 0;
    }
    chosen[i - 1]++;
    for (; i < need; i++) {
        chosen[i] = chosen[i - 1] + 1;
    }
    return 1;
}

static quern_status make_enough(const quern_xapian_maker *m, const quern_plan_node *node,
                                uint32_t n, xapian_c_query **out, quern_error *err)
{
    quern_xapian_parts p = {NULL, 0, 0};
    uint32_t *chosen = quern_alloc_zero(node->need, sizeof *chosen);
    if (!chosen) {
        return quern_fail_nomem(err);
    }
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; i < node->need; i++) {
        chosen[i] = i;
    }
    do {
        xapian_c_query *one = NULL;
        status = make_chosen(m, node, chosen, &one, err);
        status = status ? status : quern_xapian_part_add(&p, one, err);
    } while (!status && next_choice(chosen, node->need, n));
    quern_free(chosen);
    return quern_xapian_join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
}

static quern_status make_atleast(const quern_xapian_maker *m, const quern_plan_node *node,
                                 xapian_c_query **out, quern_error *err)
{
    xapian_c_query *any = NULL;
    xapian_c_query *enough = NULL;
    uint32_t n = count_children(node);
    if (node->need > n) {
        return quern_xapian_make_nothing(m, out, err);
    }
    if (node->need <= 1 || node->need == n) {
        return make_children(m, node, node->need <= 1 ? XAPIAN_C_OP_OR : XAPIAN_C_OP_AND, out, err);
    }
    quern_xapian_maker selector = *m;
    selector.selects = 1;
    if (m->selects) {
        return make_enough(m, node, n, out, err);
    }
    quern_status status = make_children(m, node, XAPIAN_C_OP_OR, &any, err);
    status = status ? status : make_enough(&selector, node, n, &enough, err);
    return quern_xapian_join_pair(m, status, XAPIAN_C_OP_FILTER, any, enough, out, err);
}

/* The first child, and a second one that adds to its weight, or selects. */
static quern_status make_pair(const quern_xapian_maker *m, const quern_plan_node *node, int op,
                              xapian_c_query **out, quern_error *err)
{
    xapian_c_query *a = NULL;
    xapian_c_query *b = NULL;
    quern_xapian_maker second = *m;
    second.selects = op != XAPIAN_C_OP_AND_MAYBE;
    quern_status status = make_node(m, node->children, &a, err);
    status = status ? status : make_node(&second, node->children->sibling, &b, err);
    if (!status && !second.selects && needs_guard(node->children->sibling->op)) {
        status = guard(m, &b, err);
    }
    return quern_xapian_join_pair(m, status, op, a, b, out, err);
}

static quern_status make_operator(const quern_xapian_maker *m, const quern_plan_node *node,
                                  xapian_c_query **out, quern_error *err)
{
    switch (node->op) {
    case QUERN_PLAN_ANY:
        return make_children(m, node, XAPIAN_C_OP_OR, out, err);
    case QUERN_PLAN_ALL:
        return make_children(m, node, XAPIAN_C_OP_AND, out, err);
    case QUERN_PLAN_ATLEAST:
        return make_atleast(m, node, out, err);
    case QUERN_PLAN_MAYBE:
        return m->selects ? make_node(m, node->children, out, err)
                          : make_pair(m, node, XAPIAN_C_OP_AND_MAYBE, out, err);
    case QUERN_PLAN_NOT:
        return make_pair(m, node, XAPIAN_C_OP_AND_NOT, out, err);
    default:
        return make_pair(m, node, XAPIAN_C_OP_FILTER, out, err);
    }
}

static quern_status make_node(const quern_xapian_maker *m, const quern_plan_node *node,
                              xapian_c_query **out, quern_error *err)
{
    quern_status status = QUERN_OK;
    *out = NULL;
    switch (node->op) {
    case QUERN_PLAN_TERM:
        status = quern_xapian_make_term(m, node->term, out, err);
        return quern_xapian_scale(m, status, node->weight, out, err);
    case QUERN_PLAN_EXACT:
        status = quern_xapian_make_exact(m, node, out, err);
        return quern_xapian_scale(m, status, node->weight, out, err);
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        status = quern_xapian_make_positional(m, node, out, err);
        return quern_xapian_scale(m, status, node->weight, out, err);
    case QUERN_PLAN_SELECT:
        status = quern_xapian_make_term(m, node->term, out, err);
        return quern_xapian_scale(m, status, 0.0, out, err);
    case QUERN_PLAN_EVERY:
        return quern_xapian_make_all(m, out, err);
    case QUERN_PLAN_DATE:
        return quern_xapian_make_date(m, node, out, err);
    case QUERN_PLAN_NUMBER:
    case QUERN_PLAN_PATH:
        return quern_xapian_make_selected(m, node, out, err);
    case QUERN_PLAN_EXPAND:
    case QUERN_PLAN_SAME:
        return quern_xapian_make_expand(m, node, out, err);
    default:
        return make_operator(m, node, out, err);
    }
}

quern_status quern_xapian_query_make(quern_engine_db *db, const quern_engine_question *question,
                                     xapian_c_query **out, quern_error *err)
{
    quern_xapian_maker m = {db, question, question->plan, 0};
    *out = NULL;
    return m.plan->root ? make_node(&m, m.plan->root, out, err)
                        : quern_xapian_make_nothing(&m, out, err);
}

quern_status quern_xapian_query_dated(quern_engine_db *db, const xapian_c_query *a, int dated,
                                      xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_query *has = NULL;
    char ends[2][QUERN_XAPIAN_DATE_BYTES];
    int op = dated ? XAPIAN_C_OP_FILTER : XAPIAN_C_OP_AND_NOT;
    *out = NULL;
    quern_xapian_date(ends[0], INT64_MIN);
    quern_xapian_date(ends[1], INT64_MAX);
    xapian_c_bytes first = xapian_c_span(ends[0], sizeof ends[0]);
    xapian_c_bytes last = xapian_c_span(ends[1], sizeof ends[1]);
    quern_status status = QUERN_OK;
    if (xapian_c_query_new_value_range(QUERN_XAPIAN_DATE_SLOT, first, last, &has, &why) ||
        xapian_c_query_new_pair(op, a, has, out, &why)) {
        status = quern_xapian_fail(db, &why, err);
    }
    xapian_c_query_free(has);
    return status;
}

quern_status quern_xapian_query_within(quern_engine_db *db, const xapian_c_query *a,
                                       quern_string term, xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_query *own = NULL;
    xapian_c_bytes bytes = xapian_c_span(term.data, term.len);
    *out = NULL;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_query_new_term(bytes, 1, 0, &own, &why), err);
    quern_status status = xapian_c_query_new_pair(XAPIAN_C_OP_FILTER, a, own, out, &why)
                              ? quern_xapian_fail(db, &why, err)
                              : QUERN_OK;
    xapian_c_query_free(own);
    return status;
}

/* Any of n terms. */
static quern_status make_any(const quern_xapian_maker *m, const quern_string *terms, size_t n,
                             xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_parts any = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (size_t i = 0; !status && i < n; i++) {
        xapian_c_query *one = NULL;
        xapian_c_bytes term = xapian_c_span(terms[i].data, terms[i].len);
        status = xapian_c_query_new_term(term, 1, 0, &one, &why)
                     ? quern_xapian_fail(m->db, &why, err)
                     : quern_xapian_part_add(&any, one, err);
    }
    return quern_xapian_join(m, status, XAPIAN_C_OP_OR, &any, 0, out, err);
}

quern_status quern_xapian_query_within_any(quern_engine_db *db, const xapian_c_query *a,
                                           const quern_string *terms, size_t n,
                                           xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_query *any = NULL;
    quern_xapian_maker m = {.db = db};
    *out = NULL;
    quern_status status = make_any(&m, terms, n, &any, err);
    if (!status && xapian_c_query_new_pair(XAPIAN_C_OP_FILTER, a, any, out, &why)) {
        status = quern_xapian_fail(db, &why, err);
    }
    xapian_c_query_free(any);
    return status;
}
