/* SPDX-License-Identifier: MIT */
/* tree_build - from a plan to the nodes of a segment; see tree_node.h. */
#include "query/tree_node.h"

#include <stdlib.h>

typedef quern_tree_node node;
typedef quern_tree_place place;

static quern_status make_node(quern_tree *t, const quern_plan_node *from, uint32_t level,
                              node **out, quern_error *err);

static node *new_node(quern_tree *t, const quern_plan_node *from, uint64_t cost)
{
    node *n = quern_arena_alloc(&t->arena, sizeof *n);
    if (n) {
        memset(n, 0, sizeof *n);
        n->op = from->op;
        n->cost = cost;
    }
    return n;
}

static void keep_bits(quern_tree *t, node *n)
{
    n->stored = t->stored;
    t->stored = n;
}

static place *new_places(quern_tree *t, quern_match_cursor *const *cursors, size_t n)
{
    place *places = quern_arena_alloc(&t->arena, n * sizeof *places);
    for (size_t i = 0; places && i < n; i++) {
        memset(&places[i], 0, sizeof places[i]);
        places[i].cursor = cursors[i];
    }
    return places;
}

static uint64_t sum_of_costs(const node *n)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n->n_children; i++) {
        sum += n->children[i]->cost;
    }
    return sum;
}

/* Decides what an operator is with those of its n_plan children that are there. */
static node *simplify(node *n, size_t n_plan)
{
    switch (n->op) {
    case QUERN_PLAN_ANY:
        n->cost = sum_of_costs(n);
        return n->n_children > 1 ? n : n->n_children ? n->children[0] : NULL;
    case QUERN_PLAN_ALL:
    case QUERN_PLAN_FILTER:
        if (n->n_children < n_plan) {
            return NULL;
        }
        n->cost = n->children[0]->cost;
        for (uint32_t i = 1; i < n->n_children; i++) {
            n->cost = n->children[i]->cost < n->cost ? n->children[i]->cost : n->cost;
        }
        return n;
    case QUERN_PLAN_ATLEAST:
        n->cost = sum_of_costs(n) / (n->need ? n->need : 1);
        return n->n_children >= n->need ? n : NULL;
    default: /* MAYBE, NOT */
        if (n->need == UINT32_MAX) {
            return NULL;
        }
        n->cost = n->children[0]->cost;
        return n->n_children == n_plan ? n : n->children[0];
    }
}

/* A word by its number in the lookup, whose weight has the idf in it; words of the same weight may
 * share a leaf, the last one. *out stays NULL where the segment lacks it. */
static quern_status new_word(quern_tree *t, const quern_plan_node *from, uint32_t number,
                             double weight, node **out, quern_error *err)
{
    const quern_term *term = quern_lookup_get(&t->query->lookup, number);
    if (!term) {
        return QUERN_OK;
    }
    node *n = new_node(t, from, term->df);
    quern_match_cursor *cursor = quern_arena_alloc(&t->arena, sizeof *cursor);
    if (!n || !cursor) {
        return quern_fail_nomem(err);
    }
    quern_clause_cursor(&t->maker, term, weight, cursor);
    cursor->leaf = t->n_leaves;
    n->op = QUERN_PLAN_TERM;
    n->places = new_places(t, &cursor, 1);
    *out = n;
    return n->places ? QUERN_OK : quern_fail_nomem(err);
}

static quern_status make_word(quern_tree *t, const quern_plan_node *from, node **out,
                              quern_error *err)
{
    const quern_lookup *l = &t->query->lookup;
    t->n_leaves++;
    double idf = l->live[from->term] ? quern_lookup_idf(l, from->term) : 0.0;
    return new_word(t, from, from->term, from->weight * idf, out, err);
}

/* Lets a word stand in some of its forms only; the codes are sorted. */
static quern_status limit_forms(quern_tree *t, node *n, quern_string stem, const uint32_t *codes,
                                uint32_t n_codes, quern_error *err)
{
    n->codes = quern_arena_alloc(&t->arena, n_codes * sizeof *codes);
    if (!n->codes) {
        return quern_fail_nomem(err);
    }
    memcpy(n->codes, codes, n_codes * sizeof *codes);
    n->n_codes = n_codes;
    n->places->cursor->stem = stem;
    keep_bits(t, n);
    return QUERN_OK;
}

/* A word in one form. */
static quern_status make_exact(quern_tree *t, const quern_plan_node *from, node **out,
                               quern_error *err)
{
    int is_there = 0;
    uint32_t code = QUERN_MATCH_ANY_FORM;
    node *n = NULL;
    QUERN_TRY(make_word(t, from, &n, err));
    if (n) {
        QUERN_TRY(quern_clause_code(&t->maker, from->term, from->form, &code, &is_there, err));
    }
    *out = is_there ? n : NULL;
    if (!is_there || code == QUERN_MATCH_ANY_FORM) {
        return QUERN_OK;
    }
    const quern_plan_term *stem = &t->query->plan->terms[from->term];
    return limit_forms(t, n, (quern_string){stem->bytes, stem->len}, &code, 1, err);
}

/* ---- Patterns ---- */

/* The forms of one stem in an expansion: those of by_stem[from, to). */
typedef struct forms_of_stem {
    const quern_expansion *expansion;
    uint32_t from, to;
} forms_of_stem;

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Finds the codes of those forms in the segment; *n of them, *all where the stem has no other. */
static quern_status find_codes(const quern_tree *t, const forms_of_stem *of, const quern_term *term,
                               uint32_t *codes, uint32_t *n, int *all, quern_error *err)
{
    quern_forms forms;
    const quern_expansion *e = of->expansion;
    memset(&forms, 0, sizeof forms);
    *n = 0;
    quern_status status =
        quern_forms_open(&forms, t->part->segment, e->items[e->by_stem[of->from]].stem, term, err);
    for (uint32_t i = of->from; !status && i < of->to; i++) {
        int found = 0;
        quern_form form;
        status = quern_forms_find(&forms, e->items[e->by_stem[i]].form, &form, &found, err);
        if (!status && found) {
            codes[(*n)++] = form.code;
        }
    }
    *all = *n == forms.n;
    quern_forms_finish(&forms);
    qsort(codes, *n, sizeof *codes, by_number);
    return status;
}

/* One stem of an expansion. */
static quern_status make_stem(quern_tree *t, const quern_plan_node *from, const forms_of_stem *of,
                              uint32_t number, node **out, quern_error *err)
{
    int all = 0;
    uint32_t n_codes = 0;
    uint32_t codes[QUERN_PLAN_EXPANSION_MAX];
    node *n = NULL;
    double weight = from->weight * t->query->idfs[from->number];
    QUERN_TRY(new_word(t, from, number, weight, &n, err));
    if (!n) {
        return QUERN_OK;
    }
    QUERN_TRY(find_codes(t, of, &n->places->cursor->term, codes, &n_codes, &all, err));
    *out = n_codes > 0 ? n : NULL;
    if (n_codes == 0 || all) {
        return QUERN_OK;
    }
    const quern_expansion *e = of->expansion;
    return limit_forms(t, n, e->items[e->by_stem[of->from]].stem, codes, n_codes, err);
}

/* Any of up to n stems, all of one weight, which share a leaf. */
static node *new_stems(quern_tree *t, const quern_plan_node *from, uint32_t n_stems)
{
    node *n = new_node(t, from, 0);
    t->n_leaves++;
    if (n) {
        n->op = QUERN_PLAN_ANY;
        n->children = quern_arena_alloc(&t->arena, n_stems * sizeof(node *) + 1);
    }
    return n && n->children ? n : NULL;
}

static void end_stems(quern_tree *t, node *n, node **out)
{
    *out = simplify(n, n->n_children);
    if (*out == n) {
        keep_bits(t, n);
    }
}

/* Any of the stems that the pattern stands for. */
static quern_status make_expand(quern_tree *t, const quern_plan_node *from, node **out,
                                quern_error *err)
{
    const quern_expansion *e = &t->query->expansions.items[from->number];
    uint32_t number = t->query->expanded[from->number];
    node *n = new_stems(t, from, t->query->expanded[from->number + 1] - number);
    if (!n) {
        return quern_fail_nomem(err);
    }
    for (forms_of_stem of = {e, 0, 0}; of.from < e->n; of.from = of.to, number++) {
        node *made = NULL;
        quern_string stem = e->items[e->by_stem[of.from]].stem;
        for (of.to = of.from + 1; of.to < e->n; of.to++) {
            quern_string other = e->items[e->by_stem[of.to]].stem;
            if (other.len != stem.len || memcmp(other.data, stem.data, stem.len) != 0) {
                break;
            }
        }
        QUERN_TRY(make_stem(t, from, &of, number, &made, err));
        if (made) {
            n->children[n->n_children++] = made;
        }
    }
    end_stems(t, n, out);
    return QUERN_OK;
}

/* ---- Words that stand for one thing ---- */

/* Lets a word of a SAME stand in the forms of members [from, to) alone, unless all forms will do.
 * *out stays NULL where the segment has none of them. */
static quern_status limit_alternative(quern_tree *t, const quern_plan_node *same,
                                      const uint32_t range[2], node *word, node **out,
                                      quern_error *err)
{
    uint32_t n = 0;
    const quern_plan_member *first = &same->members[range[0]];
    const quern_plan_term *stem = &t->query->plan->terms[first->term];
    uint32_t *codes = quern_arena_alloc(&t->arena, (range[1] - range[0]) * sizeof *codes);
    if (!codes) {
        return quern_fail_nomem(err);
    }
    int is_any = first->form == QUERN_PLAN_NONE;
    for (uint32_t i = range[0]; i < range[1] && !is_any; i++) {
        int is_there = 0;
        QUERN_TRY(quern_clause_code(&t->maker, first->term, same->members[i].form, &codes[n],
                                    &is_there, err));
        is_any = is_there && codes[n] == QUERN_MATCH_ANY_FORM;
        n += (uint32_t)is_there;
    }
    *out = is_any || n > 0 ? word : NULL;
    if (is_any || n == 0) {
        return QUERN_OK;
    }
    qsort(codes, n, sizeof *codes, by_number);
    return limit_forms(t, word, (quern_string){stem->bytes, stem->len}, codes, n, err);
}

static quern_status make_same(quern_tree *t, const quern_plan_node *from, node **out,
                              quern_error *err)
{
    double weight = from->weight * t->query->same_idfs[from->number];
    node *n = new_stems(t, from, from->n_members);
    if (!n) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0, end; i < from->n_members; i = end) {
        node *word = NULL;
        node *made = NULL;
        end = quern_plan_same_end(from, i);
        QUERN_TRY(new_word(t, from, from->members[i].term, weight, &word, err));
        if (word) {
            const uint32_t range[2] = {i, end};
            QUERN_TRY(limit_alternative(t, from, range, word, &made, err));
        }
        if (made) {
            n->children[n->n_children++] = made;
        }
    }
    end_stems(t, n, out);
    return QUERN_OK;
}

/* ---- Joins and selectors ---- */

static quern_status make_join(quern_tree *t, const quern_plan_node *from, node **out,
                              quern_error *err)
{
    int is_there;
    quern_match_join *join = quern_arena_alloc(&t->arena, sizeof *join);
    node *n = new_node(t, from, 0);
    if (!n || !join) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_clause_join(&t->maker, from, join, &is_there, err));
    if (!is_there) {
        return QUERN_OK;
    }
    n->cost = join->cursors[0]->term.df;
    n->join = join;
    n->places = new_places(t, join->cursors, join->n_cursors);
    keep_bits(t, n);
    *out = n;
    return n->places ? QUERN_OK : quern_fail_nomem(err);
}

static quern_status make_selector(quern_tree *t, const quern_plan_node *from, node **out,
                                  quern_error *err)
{
    const quern_term *term = NULL;
    if (from->op == QUERN_PLAN_SELECT) {
        term = quern_lookup_get(&t->query->lookup, from->term);
        if (!term) {
            return QUERN_OK;
        }
    }
    node *n = new_node(t, from, t->n_passages);
    quern_selector *s = n ? quern_arena_alloc(&t->arena, sizeof *s) : NULL;
    if (!s) {
        return quern_fail_nomem(err);
    }
    if (term) {
        const quern_segment_ref *ref = &quern_segment_get_info(t->part->segment)->ref;
        quern_clause_cursor(&t->maker, term, 0.0, &s->cursor);
        n->cost = (uint64_t)term->df * ref->n_passages / ref->n_articles;
    }
    QUERN_TRY(quern_selector_open(s, t->part->segment, from, err));
    n->selector = s;
    keep_bits(t, n);
    *out = n;
    return QUERN_OK;
}

static int by_cost(const void *a, const void *b)
{
    const node *x = *(node *const *)a;
    const node *y = *(node *const *)b;
    return x->cost < y->cost ? -1 : x->cost > y->cost;
}

/* Makes the children that are there; n->n_children of them. */
static quern_status make_children(quern_tree *t, const quern_plan_node *from, uint32_t level,
                                  node *n, size_t *n_plan, quern_error *err)
{
    size_t cap = 0;
    for (const quern_plan_node *child = from->children; child; child = child->sibling) {
        cap++;
    }
    *n_plan = cap;
    n->children = quern_arena_alloc(&t->arena, cap * sizeof(node *) + 1);
    if (!n->children) {
        return quern_fail_nomem(err);
    }
    for (const quern_plan_node *child = from->children; child; child = child->sibling) {
        node *made = NULL;
        QUERN_TRY(make_node(t, child, level, &made, err));
        if (made) {
            n->children[n->n_children++] = made;
        } else if (child == from->children && from->op >= QUERN_PLAN_MAYBE) {
            n->need = UINT32_MAX; /* nothing matches without the first */
        }
    }
    return QUERN_OK;
}

/* Room for the counts of an ATLEAST below `level` others. */
static quern_status make_counts(quern_tree *t, uint32_t level, node *n, quern_error *err)
{
    while (t->n_counts <= level) {
        if (quern_grow(&t->counts, &t->cap_counts, t->n_counts + 1, sizeof(uint32_t *))) {
            return quern_fail_nomem(err);
        }
        uint32_t *counts = quern_arena_alloc(&t->arena, QUERN_TREE_WINDOW * sizeof *counts);
        if (!counts) {
            return quern_fail_nomem(err);
        }
        memset(counts, 0, QUERN_TREE_WINDOW * sizeof *counts);
        t->counts[t->n_counts++] = counts;
    }
    n->counts = t->counts[level];
    return QUERN_OK;
}

static quern_status make_operator(quern_tree *t, const quern_plan_node *from, uint32_t level,
                                  node **out, quern_error *err)
{
    size_t n_plan;
    int is_counted = from->op == QUERN_PLAN_ATLEAST;
    node *n = new_node(t, from, 0);
    if (!n) {
        return quern_fail_nomem(err);
    }
    n->need = is_counted ? from->need : 0;
    QUERN_TRY(make_children(t, from, level + (uint32_t)is_counted, n, &n_plan, err));
    *out = simplify(n, n_plan);
    if (*out != n) {
        return QUERN_OK;
    }
    if (is_counted || n->op == QUERN_PLAN_ALL) {
        qsort(n->children, n->n_children, sizeof(node *), by_cost);
    }
    keep_bits(t, n);
    return is_counted ? make_counts(t, level, n, err) : QUERN_OK;
}

static quern_status make_node(quern_tree *t, const quern_plan_node *from, uint32_t level,
                              node **out, quern_error *err)
{
    switch (from->op) {
    case QUERN_PLAN_TERM:
        return make_word(t, from, out, err);
    case QUERN_PLAN_EXACT:
        return make_exact(t, from, out, err);
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        return make_join(t, from, out, err);
    case QUERN_PLAN_SELECT:
    case QUERN_PLAN_DATE:
    case QUERN_PLAN_NUMBER:
    case QUERN_PLAN_PATH:
        return make_selector(t, from, out, err);
    case QUERN_PLAN_EVERY:
        *out = new_node(t, from, t->n_passages);
        return *out ? QUERN_OK : quern_fail_nomem(err);
    case QUERN_PLAN_EXPAND:
        return make_expand(t, from, out, err);
    case QUERN_PLAN_SAME:
        return make_same(t, from, out, err);
    default:
        return make_operator(t, from, level, out, err);
    }
}

quern_status quern_tree_build(quern_tree *t, quern_error *err)
{
    QUERN_TRY(make_node(t, t->query->plan->root, 0, &t->root, err));
    for (node *n = t->stored; n; n = n->stored) {
        n->bits = quern_arena_alloc(&t->arena, QUERN_TREE_WORDS * sizeof *n->bits);
        if (!n->bits) {
            return quern_fail_nomem(err);
        }
    }
    return QUERN_OK;
}
