/* SPDX-License-Identifier: MIT */
/* xapian_query - see xapian_query.h.
 *
 * Every function that makes a query leaves it in *out, and NULL there where it fails; a query that
 * matches nothing is one of Xapian's own, which its operators take apart again.
 *
 * The greatest weight of a term that no document has is 0 / 0 in Xapian where k1 is 0, which hides
 * other clauses: such terms match nothing here.
 */
#include "query/xapian_query.h"

#include "query/xapian_terms.h"

enum {
    MOST_ORDERS = 4, /* members of a NEAR in any order */
    MOST_PARTS = 512 /* leaves of the ANDs of an ATLEAST, with what it stands in */
};

typedef struct maker {
    quern_engine_db *db;
    const quern_engine_question *question;
    const quern_plan *plan;
    int selects; /* what is being made adds no weight to the whole */
} maker;

/* Queries that go into another one. */
typedef struct parts {
    xapian_c_query **items;
    size_t n, cap;
} parts;

static quern_status make_node(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                              quern_error *err);

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

/* ---- Joining queries ---- */

static void free_parts(parts *p)
{
    for (size_t i = 0; i < p->n; i++) {
        xapian_c_query_free(p->items[i]);
    }
    quern_free(p->items);
    memset(p, 0, sizeof *p);
}

/* Takes over `query`, also where it fails. */
static quern_status add_part(parts *p, xapian_c_query *query, quern_error *err)
{
    if (quern_grow(&p->items, &p->cap, p->n + 1, sizeof(xapian_c_query *))) {
        xapian_c_query_free(query);
        return quern_fail_nomem(err);
    }
    p->items[p->n++] = query;
    return QUERN_OK;
}

/* Joins the parts, which it takes over, unless `status` is a failure: then it frees them alone and
 * gives it back. */
static quern_status join(const maker *m, quern_status status, int op, parts *p, uint32_t window,
                         xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_queries all = {(const xapian_c_query *const *)p->items, p->n};
    *out = NULL;
    if (!status && xapian_c_query_new_combined(op, all, window, out, &why)) {
        status = quern_xapian_fail(m->db, &why, err);
    }
    free_parts(p);
    return status;
}

/* Joins two, which it takes over; NULL counts as a failure that `status` tells. */
static quern_status join_pair(const maker *m, quern_status status, int op, xapian_c_query *a,
                              xapian_c_query *b, xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    *out = NULL;
    if (!status && xapian_c_query_new_pair(op, a, b, out, &why)) {
        status = quern_xapian_fail(m->db, &why, err);
    }
    xapian_c_query_free(a);
    xapian_c_query_free(b);
    return status;
}

/* Multiplies the weights of *query. */
static quern_status scale(const maker *m, quern_status status, double weight,
                          xapian_c_query **query, quern_error *err)
{
    xapian_c_error why;
    xapian_c_query *plain = *query;
    if (status || weight == 1.0 || m->selects) {
        return status;
    }
    *query = NULL;
    if (xapian_c_query_new_scaled(plain, weight, query, &why)) {
        status = quern_xapian_fail(m->db, &why, err);
    }
    xapian_c_query_free(plain);
    return status;
}

static quern_status make_all(const maker *m, xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_query_new_match_all(out, &why), err);
    return QUERN_OK;
}

static quern_status make_nothing(const maker *m, xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_query_new_match_nothing(out, &why), err);
    return QUERN_OK;
}

/* See Guards, at the top of the header. */
static quern_status guard(const maker *m, xapian_c_query **query, quern_error *err)
{
    xapian_c_query *all = NULL;
    xapian_c_query *part = *query;
    if (xapian_c_query_is_empty(part)) {
        return QUERN_OK;
    }
    quern_status status = make_all(m, &all, err);
    return join_pair(m, status, XAPIAN_C_OP_AND_MAYBE, part, all, query, err);
}

static int needs_guard(quern_plan_op op)
{
    return op != QUERN_PLAN_TERM && op != QUERN_PLAN_EXACT && op != QUERN_PLAN_SELECT &&
           op != QUERN_PLAN_EVERY;
}

/* ---- Words ---- */

static quern_status make_named(const maker *m, const quern_xapian_term *name, xapian_c_query **out,
                               quern_error *err)
{
    xapian_c_error why;
    int exists = 0;
    xapian_c_bytes bytes = quern_xapian_bytes(name);
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_database_term_exists(m->db->db, bytes, &exists, &why),
                     err);
    if (!exists) {
        return make_nothing(m, out, err);
    }
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_query_new_term(bytes, 1, 0, out, &why), err);
    return QUERN_OK;
}

static quern_status make_term(const maker *m, uint32_t number, xapian_c_query **out,
                              quern_error *err)
{
    quern_xapian_term name;
    const quern_plan_term *term = &m->plan->terms[number];
    quern_xapian_name(&name, term->bytes, term->len);
    return make_named(m, &name, out, err);
}

/* An exact form of the stem. */
static quern_status make_form(const maker *m, uint32_t form, uint32_t stem, xapian_c_query **out,
                              quern_error *err)
{
    quern_xapian_term name;
    QUERN_TRY(quern_xapian_terms_form(m->question, form, stem, &name, err));
    return make_named(m, &name, out, err);
}

static quern_status add_term(const maker *m, parts *p, uint32_t number, quern_error *err)
{
    xapian_c_query *term = NULL;
    QUERN_TRY(make_term(m, number, &term, err));
    return add_part(p, term, err);
}

static quern_status make_exact(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                               quern_error *err)
{
    xapian_c_query *stem = NULL;
    xapian_c_query *form = NULL;
    if (m->selects) {
        return make_form(m, node->form, node->term, out, err);
    }
    quern_status status = make_term(m, node->term, &stem, err);
    status = status ? status : make_form(m, node->form, node->term, &form, err);
    return join_pair(m, status, XAPIAN_C_OP_FILTER, stem, form, out, err);
}

static quern_status make_date(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                              quern_error *err)
{
    xapian_c_error why;
    char ends[2][QUERN_XAPIAN_DATE_BYTES];
    quern_xapian_date(ends[0], node->first_second);
    quern_xapian_date(ends[1], node->last_second);
    QUERN_XAPIAN_TRY(m->db, &why,
                     xapian_c_query_new_value_range(
                         QUERN_XAPIAN_DATE_SLOT, xapian_c_span(ends[0], sizeof ends[0]),
                         xapian_c_span(ends[1], sizeof ends[1]), out, &why),
                     err);
    return QUERN_OK;
}

/* Any of the names, all of which are terms of the database; they only select. */
static quern_status make_names(const maker *m, const quern_xapian_names *names,
                               xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (size_t i = 0; !status && i < names->n; i++) {
        xapian_c_query *one = NULL;
        xapian_c_bytes bytes = quern_xapian_bytes(&names->items[i]);
        status = xapian_c_query_new_term(bytes, 1, 0, &one, &why)
                     ? quern_xapian_fail(m->db, &why, err)
                     : add_part(&p, one, err);
    }
    status = join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
    return scale(m, status, 0.0, out, err);
}

static quern_status make_selected(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                                  quern_error *err)
{
    quern_xapian_names names;
    quern_status status = quern_xapian_terms_select(m->db, node, &names, err);
    status = status ? status : make_names(m, &names, out, err);
    quern_xapian_names_finish(&names);
    return status;
}

/* The stem with the idf of the commonest one, where there is one of its forms. */
static quern_status make_stem(const maker *m, const quern_xapian_stem *stem, xapian_c_query **out,
                              quern_error *err)
{
    xapian_c_query *forms = NULL;
    xapian_c_query *own = NULL;
    quern_status status = stem->is_any ? QUERN_OK : make_names(m, &stem->forms, &forms, err);
    if (m->selects && !stem->is_any) {
        *out = forms;
        return status;
    }
    status = status ? status : make_named(m, &stem->name, &own, err);
    status = scale(m, status, stem->shared / stem->own, &own, err);
    if (stem->is_any) {
        *out = own;
        return status;
    }
    return join_pair(m, status, XAPIAN_C_OP_FILTER, own, forms, out, err);
}

/* Any of the stems of an EXPAND or a SAME. */
static quern_status make_expand(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                                quern_error *err)
{
    int more = 0;
    quern_xapian_stem stem;
    parts p = {NULL, 0, 0};
    quern_status status = quern_xapian_stem_first(m->db, m->question, node, &stem, &more, err);
    while (!status && more) {
        xapian_c_query *one = NULL;
        status = make_stem(m, &stem, &one, err);
        status = status ? status : add_part(&p, one, err);
        status = status ? status : quern_xapian_stem_next(m->db, m->question, &stem, &more, err);
    }
    quern_xapian_stem_finish(&stem);
    status = join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
    return scale(m, status, node->weight, out, err);
}

/* ---- Phrases and NEARs ---- */

/* What is looked for at the place of a member. */
static quern_status add_member(const maker *m, parts *p, const quern_plan_member *member,
                               quern_error *err)
{
    xapian_c_query *form = NULL;
    if (member->form == QUERN_PLAN_NONE) {
        return add_term(m, p, member->term, err);
    }
    QUERN_TRY(make_form(m, member->form, member->term, &form, err));
    return add_part(p, form, err);
}

static int has_forms(const quern_plan_node *node)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        if (node->members[i].form != QUERN_PLAN_NONE) {
            return 1;
        }
    }
    return 0;
}

/* The members one after the other in a window, in the given order. */
static quern_status make_ordered(const maker *m, const quern_plan_node *node, const uint32_t *order,
                                 uint32_t window, xapian_c_query **out, quern_error *err)
{
    parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; !status && i < node->n_members; i++) {
        status = add_member(m, &p, &node->members[order ? order[i] : i], err);
    }
    return join(m, status, XAPIAN_C_OP_PHRASE, &p, window, out, err);
}

/* The stems of all members, each as often as it is one. */
static quern_status make_stems(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                               quern_error *err)
{
    parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; !status && i < node->n_members; i++) {
        status = add_term(m, &p, node->members[i].term, err);
    }
    return join(m, status, XAPIAN_C_OP_AND, &p, 0, out, err);
}

/* Goes to the next order of the numbers below n, in the order of words in a dictionary (Knuth's
 * algorithm L). Returns 0 behind the last. */
static int next_order(uint32_t *order, uint32_t n)
{
    uint32_t i = n - 1;
    uint32_t j = n - 1;
    while (i > 0 && order[i - 1] >= order[i]) {
        i--;
    }
    if (i == 0) {
        return 0;
    }
    while (order[j] <= order[i - 1]) {
        j--;
    }
    uint32_t t = order[i - 1];
    order[i - 1] = order[j];
    order[j] = t;
    for (uint32_t a = i, b = n - 1; a < b; a++, b--) {
        t = order[a];
        order[a] = order[b];
        order[b] = t;
    }
    return 1;
}

static quern_status make_any_order(const maker *m, const quern_plan_node *node,
                                   xapian_c_query **out, quern_error *err)
{
    uint32_t order[QUERN_PLAN_NEAR_MAX] = {0};
    parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    uint32_t n = node->n_members < QUERN_PLAN_NEAR_MAX ? node->n_members : QUERN_PLAN_NEAR_MAX;
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
    }
    do {
        xapian_c_query *one = NULL;
        status = make_ordered(m, node, order, node->reach + 1, &one, err);
        status = status ? status : add_part(&p, one, err);
    } while (!status && next_order(order, n));
    return join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
}

static quern_status make_positional(const maker *m, const quern_plan_node *node,
                                    xapian_c_query **out, quern_error *err)
{
    xapian_c_query *stems = NULL;
    xapian_c_query *places = NULL;
    uint32_t n = node->n_members;
    int is_near = node->op == QUERN_PLAN_NEAR;
    int any_order = is_near && !node->is_ordered;
    uint32_t window = is_near ? node->reach + 1 : n;
    if (window < n) {
        return make_nothing(m, out, err);
    }
    quern_status status = any_order ? make_any_order(m, node, &places, err)
                                    : make_ordered(m, node, NULL, window, &places, err);
    if (status || m->selects || (!any_order && !has_forms(node))) {
        *out = places; /* a PHRASE adds the weights of its members itself */
        return status;
    }
    status = make_stems(m, node, &stems, err);
    return join_pair(m, status, XAPIAN_C_OP_FILTER, stems, places, out, err);
}

/* ---- Operators ---- */

static quern_status add_child(const maker *m, const quern_plan_node *child, int in_or, parts *p,
                              quern_error *err)
{
    xapian_c_query *query = NULL;
    QUERN_TRY(make_node(m, child, &query, err));
    if (in_or && !m->selects && needs_guard(child->op)) {
        QUERN_TRY(guard(m, &query, err));
    }
    return add_part(p, query, err);
}

static quern_status make_children(const maker *m, const quern_plan_node *node, int op,
                                  xapian_c_query **out, quern_error *err)
{
    parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (const quern_plan_node *child = node->children; !status && child; child = child->sibling) {
        status = add_child(m, child, op == XAPIAN_C_OP_OR, &p, err);
    }
    return join(m, status, op, &p, 0, out, err);
}

/* The AND of the children whose numbers are chosen. */
static quern_status make_chosen(const maker *m, const quern_plan_node *node, const uint32_t *chosen,
                                xapian_c_query **out, quern_error *err)
{
    parts p = {NULL, 0, 0};
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
    return join(m, status, XAPIAN_C_OP_AND, &p, 0, out, err);
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

static quern_status make_enough(const maker *m, const quern_plan_node *node, uint32_t n,
                                xapian_c_query **out, quern_error *err)
{
    parts p = {NULL, 0, 0};
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
        status = status ? status : add_part(&p, one, err);
    } while (!status && next_choice(chosen, node->need, n));
    quern_free(chosen);
    return join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
}

static quern_status make_atleast(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                                 quern_error *err)
{
    xapian_c_query *any = NULL;
    xapian_c_query *enough = NULL;
    uint32_t n = count_children(node);
    if (node->need > n) {
        return make_nothing(m, out, err);
    }
    if (node->need <= 1 || node->need == n) {
        return make_children(m, node, node->need <= 1 ? XAPIAN_C_OP_OR : XAPIAN_C_OP_AND, out, err);
    }
    maker selector = *m;
    selector.selects = 1;
    if (m->selects) {
        return make_enough(m, node, n, out, err);
    }
    quern_status status = make_children(m, node, XAPIAN_C_OP_OR, &any, err);
    status = status ? status : make_enough(&selector, node, n, &enough, err);
    return join_pair(m, status, XAPIAN_C_OP_FILTER, any, enough, out, err);
}

/* The first child, and a second one that adds to its weight, or selects. */
static quern_status make_pair(const maker *m, const quern_plan_node *node, int op,
                              xapian_c_query **out, quern_error *err)
{
    xapian_c_query *a = NULL;
    xapian_c_query *b = NULL;
    maker second = *m;
    second.selects = op != XAPIAN_C_OP_AND_MAYBE;
    quern_status status = make_node(m, node->children, &a, err);
    status = status ? status : make_node(&second, node->children->sibling, &b, err);
    if (!status && !second.selects && needs_guard(node->children->sibling->op)) {
        status = guard(m, &b, err);
    }
    return join_pair(m, status, op, a, b, out, err);
}

static quern_status make_operator(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                                  quern_error *err)
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

static quern_status make_node(const maker *m, const quern_plan_node *node, xapian_c_query **out,
                              quern_error *err)
{
    quern_status status = QUERN_OK;
    *out = NULL;
    switch (node->op) {
    case QUERN_PLAN_TERM:
        status = make_term(m, node->term, out, err);
        return scale(m, status, node->weight, out, err);
    case QUERN_PLAN_EXACT:
        status = make_exact(m, node, out, err);
        return scale(m, status, node->weight, out, err);
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        status = make_positional(m, node, out, err);
        return scale(m, status, node->weight, out, err);
    case QUERN_PLAN_SELECT:
        status = make_term(m, node->term, out, err);
        return scale(m, status, 0.0, out, err);
    case QUERN_PLAN_EVERY:
        return make_all(m, out, err);
    case QUERN_PLAN_DATE:
        return make_date(m, node, out, err);
    case QUERN_PLAN_NUMBER:
    case QUERN_PLAN_PATH:
        return make_selected(m, node, out, err);
    case QUERN_PLAN_EXPAND:
    case QUERN_PLAN_SAME:
        return make_expand(m, node, out, err);
    default:
        return make_operator(m, node, out, err);
    }
}

quern_status quern_xapian_query_make(quern_engine_db *db, const quern_engine_question *question,
                                     xapian_c_query **out, quern_error *err)
{
    maker m = {db, question, question->plan, 0};
    *out = NULL;
    return m.plan->root ? make_node(&m, m.plan->root, out, err) : make_nothing(&m, out, err);
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
static quern_status make_any(const maker *m, const quern_string *terms, size_t n,
                             xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    parts any = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (size_t i = 0; !status && i < n; i++) {
        xapian_c_query *one = NULL;
        xapian_c_bytes term = xapian_c_span(terms[i].data, terms[i].len);
        status = xapian_c_query_new_term(term, 1, 0, &one, &why)
                     ? quern_xapian_fail(m->db, &why, err)
                     : add_part(&any, one, err);
    }
    return join(m, status, XAPIAN_C_OP_OR, &any, 0, out, err);
}

quern_status quern_xapian_query_within_any(quern_engine_db *db, const xapian_c_query *a,
                                           const quern_string *terms, size_t n,
                                           xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_query *any = NULL;
    maker m = {.db = db};
    *out = NULL;
    quern_status status = make_any(&m, terms, n, &any, err);
    if (!status && xapian_c_query_new_pair(XAPIAN_C_OP_FILTER, a, any, out, &why)) {
        status = quern_xapian_fail(db, &why, err);
    }
    xapian_c_query_free(any);
    return status;
}
