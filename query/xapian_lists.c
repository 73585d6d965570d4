/* SPDX-License-Identifier: MIT */
/* xapian_lists - see xapian_lists.h. Functions that make a list leave it valid, to be finished,
 * also where they fail. */
#include "query/xapian_lists.h"

#include "base/bm25.h"
#include "query/deadline.h"
#include "query/near.h"
#include "query/xapian_terms.h"

#include <stdlib.h>

enum { POSTINGS_A_LOOK = 1024, PHRASES_A_LOOK = 16 }; /* for each look at the clock */

typedef quern_xapian_matches matches;
typedef quern_xapian_match match;

typedef struct walk {
    quern_engine_db *db;
    const quern_engine_question *question;
    const quern_plan *plan;
    quern_bm25 model;
    uint64_t n_documents;
} walk;

static quern_status list_node(const walk *w, const quern_plan_node *node, matches *out,
                              quern_error *err);

void quern_xapian_matches_finish(matches *list)
{
    quern_free(list->items);
    memset(list, 0, sizeof *list);
}

static quern_status add(matches *list, uint32_t docid, int64_t score, quern_error *err)
{
    if (quern_grow(&list->items, &list->cap, list->n + 1, sizeof *list->items)) {
        return quern_fail_nomem(err);
    }
    match m = {docid, score};
    list->items[list->n++] = m;
    return QUERN_OK;
}

static quern_status append(matches *list, const matches *more, quern_error *err)
{
    if (quern_grow(&list->items, &list->cap, list->n + more->n + 1, sizeof *list->items)) {
        return quern_fail_nomem(err);
    }
    if (more->n > 0) {
        memcpy(list->items + list->n, more->items, more->n * sizeof *more->items);
    }
    list->n += more->n;
    return QUERN_OK;
}

static int by_docid(const void *a, const void *b)
{
    const match *x = a;
    const match *y = b;
    return (x->docid > y->docid) - (x->docid < y->docid);
}

/* Sorts the list and keeps the documents that are in it at least `need` times, with the sum of
 * their scores. */
static void keep_frequent(matches *list, uint32_t need)
{
    size_t kept = 0;
    if (list->n > 1) {
        qsort(list->items, list->n, sizeof *list->items, by_docid);
    }
    for (size_t i = 0, j; i < list->n; i = j) {
        match sum = list->items[i];
        for (j = i + 1; j < list->n && list->items[j].docid == sum.docid; j++) {
            sum.score += list->items[j].score;
        }
        if (j - i >= need) {
            list->items[kept++] = sum;
        }
    }
    list->n = kept;
}

/* Which documents of the first list stay, and with which score. */
static void pair(quern_plan_op op, matches *a, const matches *b)
{
    size_t kept = 0;
    size_t j = 0;
    for (size_t i = 0; i < a->n; i++) {
        match m = a->items[i];
        while (j < b->n && b->items[j].docid < m.docid) {
            j++;
        }
        int both = j < b->n && b->items[j].docid == m.docid;
        if (op == QUERN_PLAN_MAYBE && both) {
            m.score += b->items[j].score;
        }
        if (op == QUERN_PLAN_MAYBE || both == (op == QUERN_PLAN_FILTER)) {
            a->items[kept++] = m;
        }
    }
    a->n = kept;
}

/* ---- Words ---- */

/* All documents with a term. `weight`, that of the node, is 0 where it does not score; `idf` is
 * below 0 for the term's own. */
static quern_status list_named(const walk *w, const quern_xapian_term *name, double weight,
                               double idf, matches *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    xapian_c_posting_iterator *it = NULL;
    uint32_t df = 0;
    quern_status status = QUERN_OK;
    xapian_c_bytes bytes = quern_xapian_bytes(name);
    QUERN_XAPIAN_TRY(w->db, &why, xapian_c_database_termfreq(w->db->db, bytes, &df, &why), err);
    if (df == 0) {
        return QUERN_OK;
    }
    weight *= idf < 0.0 ? quern_bm25_idf(w->n_documents, df) : idf;
    QUERN_XAPIAN_TRY(w->db, &why, xapian_c_database_postings(w->db->db, bytes, &it, &why), err);
    while (!status && (step = xapian_c_posting_iterator_next(it, &why)) != XAPIAN_C_END) {
        if (out->n % POSTINGS_A_LOOK == 0 && quern_deadline_check(w->question->deadline)) {
            break;
        }
        uint32_t tf = 0;
        uint32_t len = 0;
        if (step || (weight > 0.0 && (xapian_c_posting_iterator_wdf(it, &tf, &why) ||
                                      xapian_c_posting_iterator_doclength(it, &len, &why)))) {
            status = quern_xapian_fail(w->db, &why, err);
            break;
        }
        int64_t score = weight > 0.0 ? quern_bm25_contribution(&w->model, weight, tf, len) : 0;
        status = add(out, xapian_c_posting_iterator_docid(it), score, err);
    }
    xapian_c_posting_iterator_free(it);
    return status;
}

static quern_status list_term(const walk *w, uint32_t number, double weight, matches *out,
                              quern_error *err)
{
    quern_xapian_term name;
    const quern_plan_term *term = &w->plan->terms[number];
    quern_xapian_name(&name, term->bytes, term->len);
    return list_named(w, &name, weight, -1.0, out, err);
}

static quern_status list_every(const walk *w, matches *out, quern_error *err)
{
    quern_xapian_term none = {0, 0, ""};
    return list_named(w, &none, 0.0, 0.0, out, err);
}

/* All documents with any of the names. */
static quern_status list_names(const walk *w, const quern_xapian_names *names, matches *out,
                               quern_error *err)
{
    for (size_t i = 0; i < names->n; i++) {
        QUERN_TRY(list_named(w, &names->items[i], 0.0, 0.0, out, err));
    }
    keep_frequent(out, 1);
    return QUERN_OK;
}

static quern_status list_selected(const walk *w, const quern_plan_node *node, matches *out,
                                  quern_error *err)
{
    quern_xapian_names names;
    quern_status status = quern_xapian_terms_select(w->db, node, &names, err);
    status = status ? status : list_names(w, &names, out, err);
    quern_xapian_names_finish(&names);
    return status;
}

/* Adds the documents of one stem of an EXPAND or a SAME. */
static quern_status list_stem(const walk *w, const quern_xapian_stem *stem, double weight,
                              matches *out, quern_error *err)
{
    matches own = {NULL, 0, 0};
    matches forms = {NULL, 0, 0};
    quern_status status = list_named(w, &stem->name, weight, stem->shared, &own, err);
    if (!status && !stem->is_any) {
        status = list_names(w, &stem->forms, &forms, err);
        pair(QUERN_PLAN_FILTER, &own, &forms);
    }
    status = status ? status : append(out, &own, err);
    quern_xapian_matches_finish(&own);
    quern_xapian_matches_finish(&forms);
    return status;
}

static quern_status list_expand(const walk *w, const quern_plan_node *node, matches *out,
                                quern_error *err)
{
    int more = 0;
    quern_xapian_stem stem;
    quern_status status = quern_xapian_stem_first(w->db, w->question, node, &stem, &more, err);
    while (!status && more) {
        status = list_stem(w, &stem, node->weight, out, err);
        status = status ? status : quern_xapian_stem_next(w->db, w->question, &stem, &more, err);
    }
    quern_xapian_stem_finish(&stem);
    keep_frequent(out, 1);
    return status;
}

static quern_status list_dates(const walk *w, const quern_plan_node *node, matches *out,
                               quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    xapian_c_value_iterator *it = NULL;
    char ends[2][QUERN_XAPIAN_DATE_BYTES];
    quern_status status = QUERN_OK;
    quern_xapian_date(ends[0], node->first_second);
    quern_xapian_date(ends[1], node->last_second);
    QUERN_XAPIAN_TRY(w->db, &why,
                     xapian_c_database_values(w->db->db, QUERN_XAPIAN_DATE_SLOT, &it, &why), err);
    while (!status && (step = xapian_c_value_iterator_next(it, &why)) != XAPIAN_C_END) {
        uint32_t docid = 0;
        xapian_c_bytes date = xapian_c_value_iterator_value(it);
        if (step || xapian_c_value_iterator_docid(it, &docid, &why)) {
            status = quern_xapian_fail(w->db, &why, err);
        } else if (date.len == sizeof ends[0] && memcmp(date.data, ends[0], date.len) >= 0 &&
                   memcmp(date.data, ends[1], date.len) <= 0) {
            status = add(out, docid, 0, err);
        }
    }
    xapian_c_value_iterator_free(it);
    return status;
}

/* ---- Positions ---- */

/* Positions of the members of a phrase or NEAR in a document, one list after the other. */
typedef struct places {
    quern_xapian_term *names; /* what is looked for at each place */
    uint32_t *items;
    size_t *ends; /* of each member's */
    size_t n, cap;
} places;

static void places_finish(places *p)
{
    quern_free(p->names);
    quern_free(p->items);
    quern_free(p->ends);
}

static quern_status places_open(const walk *w, const quern_plan_node *node, places *p,
                                quern_error *err)
{
    memset(p, 0, sizeof *p);
    p->names = quern_alloc_zero(node->n_members, sizeof *p->names);
    p->ends = quern_alloc_zero(node->n_members, sizeof *p->ends);
    if (!p->names || !p->ends) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        const quern_plan_member *m = &node->members[i];
        QUERN_TRY(quern_xapian_terms_form(w->question, m->form, m->term, &p->names[i], err));
    }
    return QUERN_OK;
}

/* Appends the positions of a term in a document. */
static quern_status read_places(const walk *w, uint32_t docid, const quern_xapian_term *name,
                                places *p, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    xapian_c_position_iterator *it = NULL;
    quern_status status = QUERN_OK;
    QUERN_XAPIAN_TRY(
        w->db, &why,
        xapian_c_database_positions(w->db->db, docid, quern_xapian_bytes(name), &it, &why), err);
    while (!status && (step = xapian_c_position_iterator_next(it, &why)) != XAPIAN_C_END) {
        if (step) {
            status = quern_xapian_fail(w->db, &why, err);
        } else if (quern_grow(&p->items, &p->cap, p->n + 1, sizeof *p->items)) {
            status = quern_fail_nomem(err);
        } else {
            p->items[p->n++] = xapian_c_position_iterator_position(it);
        }
    }
    xapian_c_position_iterator_free(it);
    return status;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* Whether all members stand at their offsets from one of the first one's positions. */
static int is_phrase(const quern_plan_node *node, const places *p)
{
    for (size_t i = 0; i < p->ends[0]; i++) {
        uint32_t k = 1;
        for (; k < node->n_members; k++) {
            uint32_t at = p->items[i] + node->members[k].offset;
            if (!bsearch(&at, p->items + p->ends[k - 1], p->ends[k] - p->ends[k - 1], sizeof at,
                         by_number)) {
                break;
            }
        }
        if (k == node->n_members) {
            return 1;
        }
    }
    return 0;
}

/* The gap between a title and the words of its passage is wider than any reach. */
static int is_near(const quern_plan_node *node, const places *p)
{
    quern_near near = {.n = node->n_members, .reach = node->reach};
    for (uint32_t i = 0; i < near.n; i++) {
        size_t from = i ? p->ends[i - 1] : 0;
        near.lists[i] = p->items + from;
        near.counts[i] = (uint32_t)(p->ends[i] - from);
    }
    return node->is_ordered ? quern_near_ordered(&near) : quern_near_any_order(&near);
}

static quern_status test_document(const walk *w, const quern_plan_node *node, uint32_t docid,
                                  places *p, int *out, quern_error *err)
{
    p->n = 0;
    *out = 0;
    for (uint32_t i = 0; i < node->n_members; i++) {
        size_t before = p->n;
        QUERN_TRY(read_places(w, docid, &p->names[i], p, err));
        p->ends[i] = p->n;
        if (p->n == before) {
            return QUERN_OK;
        }
    }
    *out = node->op == QUERN_PLAN_NEAR ? is_near(node, p) : is_phrase(node, p);
    return QUERN_OK;
}

/* Keeps the documents in which the members stand as the node says. */
static quern_status keep_positional(const walk *w, const quern_plan_node *node, matches *list,
                                    quern_error *err)
{
    places p;
    size_t kept = 0;
    quern_status status = places_open(w, node, &p, err);
    for (size_t i = 0; !status && i < list->n; i++) {
        int fits = 0;
        if (i % PHRASES_A_LOOK == 0 && quern_deadline_check(w->question->deadline)) {
            break;
        }
        status = test_document(w, node, list->items[i].docid, &p, &fits, err);
        if (fits) {
            list->items[kept++] = list->items[i];
        }
    }
    list->n = kept;
    places_finish(&p);
    return status;
}

static quern_status list_positional(const walk *w, const quern_plan_node *node, matches *out,
                                    quern_error *err)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        QUERN_TRY(list_term(w, node->members[i].term, node->weight, out, err));
        if (i > 0) { /* those that have all so far; a list never grows beyond that of one term */
            keep_frequent(out, 2);
        }
    }
    return keep_positional(w, node, out, err);
}

/* ---- Operators ---- */

static quern_status list_children(const walk *w, const quern_plan_node *node, matches *out,
                                  quern_error *err)
{
    uint32_t n = 0;
    quern_status status = QUERN_OK;
    for (const quern_plan_node *child = node->children; !status && child; child = child->sibling) {
        matches one = {NULL, 0, 0};
        status = list_node(w, child, &one, err);
        status = status ? status : append(out, &one, err);
        quern_xapian_matches_finish(&one);
        n++;
    }
    keep_frequent(out, node->op == QUERN_PLAN_ANY   ? 1
                       : node->op == QUERN_PLAN_ALL ? n
                                                    : node->need);
    return status;
}

static quern_status list_pair(const walk *w, const quern_plan_node *node, matches *out,
                              quern_error *err)
{
    matches second = {NULL, 0, 0};
    quern_status status = list_node(w, node->children, out, err);
    status = status ? status : list_node(w, node->children->sibling, &second, err);
    pair(node->op, out, &second);
    quern_xapian_matches_finish(&second);
    return status;
}

static quern_status list_exact(const walk *w, const quern_plan_node *node, matches *out,
                               quern_error *err)
{
    matches form = {NULL, 0, 0};
    quern_xapian_term name;
    QUERN_TRY(quern_xapian_terms_form(w->question, node->form, node->term, &name, err));
    quern_status status = list_term(w, node->term, node->weight, out, err);
    status = status ? status : list_named(w, &name, 0.0, 0.0, &form, err);
    pair(QUERN_PLAN_FILTER, out, &form);
    quern_xapian_matches_finish(&form);
    return status;
}

static quern_status list_node(const walk *w, const quern_plan_node *node, matches *out,
                              quern_error *err)
{
    switch (node->op) {
    case QUERN_PLAN_TERM:
        return list_term(w, node->term, node->weight, out, err);
    case QUERN_PLAN_EXACT:
        return list_exact(w, node, out, err);
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        return list_positional(w, node, out, err);
    case QUERN_PLAN_SELECT:
        return list_term(w, node->term, 0.0, out, err);
    case QUERN_PLAN_EVERY:
        return list_every(w, out, err);
    case QUERN_PLAN_DATE:
        return list_dates(w, node, out, err);
    case QUERN_PLAN_NUMBER:
    case QUERN_PLAN_PATH:
        return list_selected(w, node, out, err);
    case QUERN_PLAN_EXPAND:
    case QUERN_PLAN_SAME:
        return list_expand(w, node, out, err);
    case QUERN_PLAN_ANY:
    case QUERN_PLAN_ALL:
    case QUERN_PLAN_ATLEAST:
        return list_children(w, node, out, err);
    default:
        return list_pair(w, node, out, err);
    }
}

quern_status quern_xapian_lists_run(quern_engine_db *db, const quern_engine_question *question,
                                    matches *out, quern_error *err)
{
    xapian_c_error why;
    uint32_t n = 0;
    walk w = {.db = db,
              .question = question,
              .plan = question->plan,
              .model = {question->k1, question->b, 1.0}};
    memset(out, 0, sizeof *out);
    if (!w.plan->root) {
        return QUERN_OK;
    }
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_doccount(db->db, &n, &why), err);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_average_length(db->db, &w.model.avglen, &why),
                     err);
    w.n_documents = n;
    quern_status status = n ? list_node(&w, w.plan->root, out, err) : QUERN_OK;
    if (question->deadline && question->deadline->is_over) {
        out->n = 0; /* of a list that is cut, a NOT would show what it excludes */
    }
    return status;
}
