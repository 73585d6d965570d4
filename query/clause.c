/* SPDX-License-Identifier: MIT */
/* clause - see clause.h. */
#include "query/clause.h"

#include <stdlib.h>

void quern_clause_maker_finish(quern_clause_maker *m)
{
    quern_free(m->place);
    quern_free(m->distinct);
    memset(m, 0, sizeof *m);
}

int quern_clause_is_join(const quern_plan_node *node)
{
    if (node->op != QUERN_PLAN_ALL) {
        return node->op == QUERN_PLAN_PHRASE || node->op == QUERN_PLAN_NEAR;
    }
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        if (child->op != QUERN_PLAN_TERM) {
            return 0;
        }
    }
    return 1;
}

void quern_clause_cursor(quern_clause_maker *m, const quern_term *term, double weight,
                         quern_match_cursor *cursor)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->segment = m->lookup->snapshot->segments[m->lookup->segment].segment;
    cursor->term = *term;
    cursor->weight = weight;
    cursor->slot = m->n_cursors++;
}

/* ---- The distinct terms of a join ---- */

static int by_df(const void *a, const void *b)
{
    const quern_clause_term *x = a;
    const quern_clause_term *y = b;
    if (x->term->df != y->term->df) {
        return x->term->df < y->term->df ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Adds a term to the join at hand; *is_there is 0 where the segment lacks it. */
static quern_status add_term(quern_clause_maker *m, size_t *n, uint32_t number, double weight,
                             int *is_there, quern_error *err)
{
    const quern_term *term = quern_lookup_get(m->lookup, number);
    *is_there = term != NULL;
    if (!term) {
        return QUERN_OK;
    }
    if (quern_grow(&m->distinct, &m->cap_distinct, *n + 1, sizeof *m->distinct)) {
        return quern_fail_nomem(err);
    }
    m->distinct[*n] = (quern_clause_term){number, 1, weight, term};
    m->place[number] = (uint32_t)++ * n;
    return QUERN_OK;
}

/* Collects them; leaves in m->place where each went. */
static quern_status collect_terms(quern_clause_maker *m, const quern_plan_node *node, size_t *n,
                                  int *is_there, quern_error *err)
{
    *n = 0;
    *is_there = 1;
    const quern_plan_node *child = node->children;
    for (; child && *is_there; child = child->sibling) {
        QUERN_TRY(add_term(m, n, child->term, child->weight, is_there, err));
    }
    for (uint32_t i = 0; i < node->n_members && *is_there; i++) {
        uint32_t place = m->place[node->members[i].term];
        if (place) {
            m->distinct[place - 1].occurrences++;
        } else {
            QUERN_TRY(add_term(m, n, node->members[i].term, node->weight, is_there, err));
        }
    }
    return QUERN_OK;
}

static void forget_places(quern_clause_maker *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        m->place[m->distinct[i].number] = 0;
    }
}

/* ---- Joins ---- */

/* Orders the n distinct terms, rarest first, and makes their cursors. */
static quern_status make_cursors(quern_clause_maker *m, size_t n, quern_match_join *join,
                                 quern_error *err)
{
    quern_match_cursor *cursors = quern_arena_alloc(m->arena, n * sizeof *cursors);
    join->cursors = quern_arena_alloc(m->arena, n * sizeof(quern_match_cursor *));
    join->tfs = quern_arena_alloc(m->arena, n * sizeof *join->tfs);
    join->starts = quern_arena_alloc(m->arena, n * sizeof *join->starts);
    if (!cursors || !join->cursors || !join->tfs || !join->starts) {
        return quern_fail_nomem(err);
    }
    qsort(m->distinct, n, sizeof *m->distinct, by_df);
    for (size_t i = 0; i < n; i++) {
        const quern_clause_term *t = &m->distinct[i];
        double weight = t->weight * t->occurrences * quern_lookup_idf(m->lookup, t->number);
        quern_clause_cursor(m, t->term, weight, &cursors[i]);
        join->cursors[i] = &cursors[i];
        m->place[t->number] = (uint32_t)i + 1;
    }
    join->n_cursors = (uint32_t)n;
    return QUERN_OK;
}

quern_status quern_clause_code(const quern_clause_maker *m, uint32_t stem, uint32_t form,
                               uint32_t *code, int *is_there, quern_error *err)
{
    quern_forms forms;
    quern_form found;
    const quern_plan_term *s = &m->plan->terms[stem];
    const quern_plan_term *f = &m->plan->terms[form];
    quern_string key = {s->bytes, s->len};
    quern_string bytes = {f->bytes + 1, f->len - 1};
    quern_segment *segment = m->lookup->snapshot->segments[m->lookup->segment].segment;
    memset(&forms, 0, sizeof forms);
    *is_there = 0;
    quern_status status =
        quern_forms_open(&forms, segment, key, quern_lookup_get(m->lookup, stem), err);
    status = status ? status : quern_forms_find(&forms, bytes, &found, is_there, err);
    *code = !status && *is_there && forms.n > 1 ? found.code : QUERN_MATCH_ANY_FORM;
    quern_forms_finish(&forms);
    return status;
}

static quern_status set_member(quern_clause_maker *m, const quern_plan_member *from,
                               const quern_match_join *join, quern_match_member *out, int *is_there,
                               quern_error *err)
{
    const quern_plan_term *stem = &m->plan->terms[from->term];
    out->cursor = m->place[from->term] - 1;
    out->offset = from->offset;
    out->code = QUERN_MATCH_ANY_FORM;
    if (from->form == QUERN_PLAN_NONE) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_clause_code(m, from->term, from->form, &out->code, is_there, err));
    if (out->code != QUERN_MATCH_ANY_FORM) {
        join->cursors[out->cursor]->stem = (quern_string){stem->bytes, stem->len};
    }
    return QUERN_OK;
}

static quern_status make_members(quern_clause_maker *m, const quern_plan_node *node,
                                 quern_match_join *join, int *is_there, quern_error *err)
{
    quern_match_member *members =
        quern_arena_alloc(m->arena, node->n_members * sizeof *members + 1);
    if (!members) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < node->n_members && *is_there; i++) {
        QUERN_TRY(set_member(m, &node->members[i], join, &members[i], is_there, err));
    }
    join->members = members;
    join->n_members = node->n_members;
    return QUERN_OK;
}

quern_status quern_clause_join(quern_clause_maker *m, const quern_plan_node *node,
                               quern_match_join *join, int *is_there, quern_error *err)
{
    size_t n;
    if (!m->place) {
        m->place = quern_alloc_zero(m->lookup->n_terms, sizeof *m->place);
        if (!m->place) {
            return quern_fail_nomem(err);
        }
    }
    memset(join, 0, sizeof *join);
    join->how = node->op == QUERN_PLAN_ALL      ? QUERN_JOIN_ALL
                : node->op == QUERN_PLAN_PHRASE ? QUERN_JOIN_PHRASE
                                                : QUERN_JOIN_NEAR;
    join->reach = node->reach;
    join->is_ordered = node->is_ordered;
    quern_status status = collect_terms(m, node, &n, is_there, err);
    if (!status && *is_there) {
        status = make_cursors(m, n, join, err);
        status = status ? status : make_members(m, node, join, is_there, err);
    }
    forget_places(m, n);
    return status;
}
