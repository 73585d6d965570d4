/* SPDX-License-Identifier: MIT */
/* xapian_leaves - the leaves of a plan as queries of Xapian: words, patterns, phrases and NEARs.
 *
 * The greatest weight of a term that no document has is 0 / 0 in Xapian where k1 is 0, which hides
 * other clauses: such terms match nothing here.
 */
#include "query/xapian_maker.h"
#include "query/xapian_terms.h"

/* ---- Words ---- */

static quern_status make_named(const quern_xapian_maker *m, const quern_xapian_term *name,
                               xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    int exists = 0;
    xapian_c_bytes bytes = quern_xapian_bytes(name);
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_database_term_exists(m->db->db, bytes, &exists, &why),
                     err);
    if (!exists) {
        return quern_xapian_make_nothing(m, out, err);
    }
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_query_new_term(bytes, 1, 0, out, &why), err);
    return QUERN_OK;
}

quern_status quern_xapian_make_term(const quern_xapian_maker *m, uint32_t number,
                                    xapian_c_query **out, quern_error *err)
{
    quern_xapian_term name;
    const quern_plan_term *term = &m->plan->terms[number];
    quern_xapian_name(&name, term->bytes, term->len);
    return make_named(m, &name, out, err);
}

/* An exact form of the stem. */
static quern_status make_form(const quern_xapian_maker *m, uint32_t form, uint32_t stem,
                              xapian_c_query **out, quern_error *err)
{
    quern_xapian_term name;
    QUERN_TRY(quern_xapian_terms_form(m->question, form, stem, &name, err));
    return make_named(m, &name, out, err);
}

static quern_status add_term(const quern_xapian_maker *m, quern_xapian_parts *p, uint32_t number,
                             quern_error *err)
{
    xapian_c_query *term = NULL;
    QUERN_TRY(quern_xapian_make_term(m, number, &term, err));
    return quern_xapian_part_add(p, term, err);
}

quern_status quern_xapian_make_exact(const quern_xapian_maker *m, const quern_plan_node *node,
                                     xapian_c_query **out, quern_error *err)
{
    xapian_c_query *stem = NULL;
    xapian_c_query *form = NULL;
    if (m->selects) {
        return make_form(m, node->form, node->term, out, err);
    }
    quern_status status = quern_xapian_make_term(m, node->term, &stem, err);
    status = status ? status : make_form(m, node->form, node->term, &form, err);
    return quern_xapian_join_pair(m, status, XAPIAN_C_OP_FILTER, stem, form, out, err);
}

quern_status quern_xapian_make_date(const quern_xapian_maker *m, const quern_plan_node *node,
                                    xapian_c_query **out, quern_error *err)
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
static quern_status make_names(const quern_xapian_maker *m, const quern_xapian_names *names,
                               xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (size_t i = 0; !status && i < names->n; i++) {
        xapian_c_query *one = NULL;
        xapian_c_bytes bytes = quern_xapian_bytes(&names->items[i]);
        status = xapian_c_query_new_term(bytes, 1, 0, &one, &why)
                     ? quern_xapian_fail(m->db, &why, err)
                     : quern_xapian_part_add(&p, one, err);
    }
    status = quern_xapian_join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
    return quern_xapian_scale(m, status, 0.0, out, err);
}

quern_status quern_xapian_make_selected(const quern_xapian_maker *m, const quern_plan_node *node,
                                        xapian_c_query **out, quern_error *err)
{
    quern_xapian_names names;
    quern_status status = quern_xapian_terms_select(m->db, node, &names, err);
    status = status ? status : make_names(m, &names, out, err);
    quern_xapian_names_finish(&names);
    return status;
}

/* The stem with the idf of the commonest one, where there is one of its forms. */
static quern_status make_stem(const quern_xapian_maker *m, const quern_xapian_stem *stem,
                              xapian_c_query **out, quern_error *err)
{
    xapian_c_query *forms = NULL;
    xapian_c_query *own = NULL;
    quern_status status = stem->is_any ? QUERN_OK : make_names(m, &stem->forms, &forms, err);
    if (m->selects && !stem->is_any) {
        *out = forms;
        return status;
    }
    status = status ? status : make_named(m, &stem->name, &own, err);
    status = quern_xapian_scale(m, status, stem->shared / stem->own, &own, err);
    if (stem->is_any) {
        *out = own;
        return status;
    }
    return quern_xapian_join_pair(m, status, XAPIAN_C_OP_FILTER, own, forms, out, err);
}

/* Any of the stems of an EXPAND or a SAME. */
quern_status quern_xapian_make_expand(const quern_xapian_maker *m, const quern_plan_node *node,
                                      xapian_c_query **out, quern_error *err)
{
    int more = 0;
    quern_xapian_stem stem;
    quern_xapian_parts p = {NULL, 0, 0};
    quern_status status = quern_xapian_stem_first(m->db, m->question, node, &stem, &more, err);
    while (!status && more) {
        xapian_c_query *one = NULL;
        status = make_stem(m, &stem, &one, err);
        status = status ? status : quern_xapian_part_add(&p, one, err);
        status = status ? status : quern_xapian_stem_next(m->db, m->question, &stem, &more, err);
    }
    quern_xapian_stem_finish(&stem);
    status = quern_xapian_join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
    return quern_xapian_scale(m, status, node->weight, out, err);
}

/* ---- Phrases and NEARs ---- */

/* What is looked for at the place of a member. */
static quern_status add_member(const quern_xapian_maker *m, quern_xapian_parts *p,
                               const quern_plan_member *member, quern_error *err)
{
    xapian_c_query *form = NULL;
    if (member->form == QUERN_PLAN_NONE) {
        return add_term(m, p, member->term, err);
    }
    QUERN_TRY(make_form(m, member->form, member->term, &form, err));
    return quern_xapian_part_add(p, form, err);
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
static quern_status make_ordered(const quern_xapian_maker *m, const quern_plan_node *node,
                                 const uint32_t *order, uint32_t window, xapian_c_query **out,
                                 quern_error *err)
{
    quern_xapian_parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; !status && i < node->n_members; i++) {
        status = add_member(m, &p, &node->members[order ? order[i] : i], err);
    }
    return quern_xapian_join(m, status, XAPIAN_C_OP_PHRASE, &p, window, out, err);
}

/* The stems of all members, each as often as it is one. */
static quern_status make_stems(const quern_xapian_maker *m, const quern_plan_node *node,
                               xapian_c_query **out, quern_error *err)
{
    quern_xapian_parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; !status && i < node->n_members; i++) {
        status = add_term(m, &p, node->members[i].term, err);
    }
    return quern_xapian_join(m, status, XAPIAN_C_OP_AND, &p, 0, out, err);
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

static quern_status make_any_order(const quern_xapian_maker *m, const quern_plan_node *node,
                                   xapian_c_query **out, quern_error *err)
{
    uint32_t order[QUERN_PLAN_NEAR_MAX] = {0};
    quern_xapian_parts p = {NULL, 0, 0};
    quern_status status = QUERN_OK;
    uint32_t n = node->n_members < QUERN_PLAN_NEAR_MAX ? node->n_members : QUERN_PLAN_NEAR_MAX;
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
    }
    do {
        xapian_c_query *one = NULL;
        status = make_ordered(m, node, order, node->reach + 1, &one, err);
        status = status ? status : quern_xapian_part_add(&p, one, err);
    } while (!status && next_order(order, n));
    return quern_xapian_join(m, status, XAPIAN_C_OP_OR, &p, 0, out, err);
}

quern_status quern_xapian_make_positional(const quern_xapian_maker *m, const quern_plan_node *node,
                                          xapian_c_query **out, quern_error *err)
{
    xapian_c_query *stems = NULL;
    xapian_c_query *places = NULL;
    uint32_t n = node->n_members;
    int is_near = node->op == QUERN_PLAN_NEAR;
    int any_order = is_near && !node->is_ordered;
    uint32_t window = is_near ? node->reach + 1 : n;
    if (window < n) {
        return quern_xapian_make_nothing(m, out, err);
    }
    quern_status status = any_order ? make_any_order(m, node, &places, err)
                                    : make_ordered(m, node, NULL, window, &places, err);
    if (status || m->selects || (!any_order && !has_forms(node))) {
        *out = places; /* a PHRASE adds the weights of its members itself */
        return status;
    }
    status = make_stems(m, node, &stems, err);
    return quern_xapian_join_pair(m, status, XAPIAN_C_OP_FILTER, stems, places, out, err);
}
