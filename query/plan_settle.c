/* SPDX-License-Identifier: MIT */
/* plan_settle - a tree as it was put together becomes the tree that is run.
 *
 *     typed                       put together                    settled
 *
 *     ((a b)^2 a)                 ANY(ANY(a, b)^2, a)             ANY(a^3, b^2)
 *     +x title:y                  ALL(x, SELECT y)                FILTER(x, SELECT y)
 *     +title:y x                  MAYBE(SELECT y, x)              FILTER(ANY(EVERY, x), SELECT y)
 *     (a b c)@3                   ATLEAST 3 (a, b, c)             ALL(a, b, c)
 *
 * One walk from the root down carries the boosts, and on its way up rebuilds each operator from its
 * settled children. Each rule keeps what matches and what it scores; together they leave one way of
 * saying what can be said in several, which is what lets a plan be printed and read again.
 *
 * Leaves that look for the same thing are found by a hash table of (operator, what it looks for).
 * An ANY in an ANY (brackets that change nothing) is poured into the outer one on the way down, so
 * that its leaves are entered once and not once for each bracket.
 *
 * Weights are kept in hundredths, so that sums and products have no digits that print cannot show.
 */
#include "query/plan.h"

#include <math.h>
#include <stdlib.h>

typedef struct settler {
    quern_plan *plan;
    quern_plan_strings keys;  /* of leaves, with the number of the operator in front */
    quern_plan_node **leaves; /* one a key */
    size_t cap_leaves;
    quern_arena arena; /* of the keys */
    quern_buf key;
    uint32_t n_operators;
    quern_status status; /* sticky */
    quern_error *err;
} settler;

/* A list of settled children. */
typedef struct children {
    quern_plan_node *first, *last;
    uint32_t n;
    uint32_t owner; /* the number of the operator that they are gathered for */
    int scores;     /* what they score counts */
} children;

static quern_plan_node *settle(settler *s, quern_plan_node *node, double boost, int scores);

/* ---- Leaves ---- */

static double round_weight(double weight)
{
    double hundredths = floor(weight * 100.0 + 0.5);
    return hundredths >= 1.0 ? hundredths / 100.0 : QUERN_PLAN_WEIGHT_MIN;
}

static double boosted(double weight, double boost)
{
    double product = weight * boost;
    if (boost > 1.0 && product > QUERN_PLAN_WEIGHT_MAX) {
        product = weight > QUERN_PLAN_WEIGHT_MAX ? weight : QUERN_PLAN_WEIGHT_MAX;
    }
    return round_weight(product);
}

/* A phrase or NEAR of one member is a word; a NEAR without choice is a phrase. */
static void simplify_members(settler *s, quern_plan_node *node)
{
    if (node->n_members == 1) {
        node->op = node->members[0].form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT;
        node->term = node->members[0].term;
        node->form = node->members[0].form;
        node->is_function &= node->op == QUERN_PLAN_TERM;
        node->members = NULL;
        node->n_members = 0;
    } else if (node->op == QUERN_PLAN_NEAR && node->is_ordered &&
               node->reach == node->n_members - 1) {
        size_t bytes = node->n_members * sizeof *node->members;
        quern_plan_member *members = quern_arena_alloc(&s->plan->arena, bytes);
        if (!members) {
            s->status = quern_fail_nomem(s->err);
            return;
        }
        memcpy(members, node->members, bytes);
        for (uint32_t i = 0; i < node->n_members; i++) {
            members[i].offset = i;
        }
        node->members = members;
        node->op = QUERN_PLAN_PHRASE;
        node->reach = 0;
        node->is_ordered = 0;
    }
}

/* ---- Words that stand for one thing ---- */

typedef struct alternative {
    quern_plan_member member;
    const quern_plan_term *stem, *form; /* form: NULL for any */
} alternative;

static int compare_terms(const quern_plan_term *a, const quern_plan_term *b)
{
    int order = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* By stem, then form; that of any form comes first. */
static int by_bytes(const void *a, const void *b)
{
    const alternative *x = a;
    const alternative *y = b;
    int order = compare_terms(x->stem, y->stem);
    if (order || !x->form || !y->form) {
        return order ? order : (x->form != NULL) - (y->form != NULL);
    }
    return compare_terms(x->form, y->form);
}

/* Copies those of list[0, n), which is sorted, that say something new; returns how many. */
static uint32_t unite(const alternative *list, uint32_t n, quern_plan_member *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        const quern_plan_member *m = &list[i].member;
        const quern_plan_member *last = kept ? &out[kept - 1] : NULL;
        if (!last || last->term != m->term ||
            (last->form != QUERN_PLAN_NONE && last->form != m->form)) {
            out[kept++] = *m;
        }
    }
    return kept;
}

/* Brings the members of a SAME into order; of one alone it makes a word. */
static void settle_same(settler *s, quern_plan_node *node)
{
    const quern_plan_term *terms = s->plan->terms;
    alternative *list = quern_alloc(node->n_members * sizeof *list);
    quern_plan_member *members =
        quern_arena_alloc(&s->plan->arena, node->n_members * sizeof *members);
    if (!list || !members) {
        quern_free(list);
        s->status = quern_fail_nomem(s->err);
        return;
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        quern_plan_member m = {node->members[i].term, 0, node->members[i].form};
        list[i] =
            (alternative){m, &terms[m.term], m.form == QUERN_PLAN_NONE ? NULL : &terms[m.form]};
    }
    qsort(list, node->n_members, sizeof *list, by_bytes);
    node->n_members = unite(list, node->n_members, members);
    node->members = members;
    quern_free(list);
    if (node->n_members == 1) {
        simplify_members(s, node);
    }
}

/* ---- One leaf ---- */

static quern_plan_node *settle_leaf(settler *s, quern_plan_node *node, double boost, int scores)
{
    if (node->op == QUERN_PLAN_PHRASE || node->op == QUERN_PLAN_NEAR ||
        node->op == QUERN_PLAN_SAME) {
        if (node->n_members == 0) {
            return NULL;
        }
        if (node->op == QUERN_PLAN_SAME) {
            settle_same(s, node);
        } else {
            simplify_members(s, node);
        }
    }
    if (node->op == QUERN_PLAN_PATH) {
        uint32_t stars = 0;
        while (stars < node->pattern.len && node->pattern.bytes[stars] == '*') {
            stars++;
        }
        node->op = stars > 0 && stars == node->pattern.len ? QUERN_PLAN_EVERY : node->op;
    }
    node->weight = scores && !node->is_scoreless ? boosted(node->weight, boost) : 1.0;
    return node;
}

static void put_double(quern_buf *key, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    quern_buf_u64(key, bits);
}

/* What a leaf looks for, as bytes in s->key. */
static void make_key(settler *s, const quern_plan_node *leaf, uint32_t owner)
{
    quern_buf *key = &s->key;
    quern_buf_clear(key);
    quern_buf_u32(key, owner);
    quern_buf_u8(key, (uint8_t)leaf->op);
    switch (leaf->op) {
    case QUERN_PLAN_EXACT:
        quern_buf_u32(key, leaf->form);
        quern_buf_u32(key, leaf->term);
        break;
    case QUERN_PLAN_TERM:
    case QUERN_PLAN_SELECT:
        quern_buf_u32(key, leaf->term);
        break;
    case QUERN_PLAN_NEAR:
        quern_buf_u32(key, leaf->reach << 1 | (uint32_t)leaf->is_ordered);
        quern_buf_bytes(key, leaf->members, leaf->n_members * sizeof *leaf->members);
        break;
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_SAME:
        quern_buf_bytes(key, leaf->members, leaf->n_members * sizeof *leaf->members);
        break;
    case QUERN_PLAN_DATE:
        quern_buf_u64(key, (uint64_t)leaf->first_second);
        quern_buf_u64(key, (uint64_t)leaf->last_second);
        break;
    case QUERN_PLAN_NUMBER:
        put_double(key, leaf->low);
        put_double(key, leaf->high);
        quern_buf_bytes(key, leaf->field, strlen(leaf->field));
        break;
    case QUERN_PLAN_EVERY:
        break;
    default: /* EXPAND, PATH */
        quern_buf_u8(key, (uint8_t)leaf->pattern.edits);
        quern_buf_bytes(key, leaf->pattern.bytes, leaf->pattern.len);
    }
}

/* ---- Gathering children ---- */

static void link_child(children *list, quern_plan_node *child)
{
    child->sibling = NULL;
    if (list->last) {
        list->last->sibling = child;
    } else {
        list->first = child;
    }
    list->last = child;
    list->n++;
}

/* Adds a settled leaf, or its weight to the one that is there. */
static void add_leaf(settler *s, children *list, quern_plan_node *leaf)
{
    uint32_t number;
    int added;
    make_key(s, leaf, list->owner);
    quern_string key = {(const char *)s->key.data, s->key.len};
    if (s->key.status ||
        quern_grow(&s->leaves, &s->cap_leaves, s->keys.n + 1, sizeof(quern_plan_node *))) {
        s->status = quern_fail_nomem(s->err);
        return;
    }
    s->status = quern_plan_strings_intern(&s->keys, &s->arena, key, &number, &added, s->err);
    if (s->status) {
        return;
    }
    if (added) {
        s->leaves[number] = leaf;
        link_child(list, leaf);
        return;
    }
    quern_plan_node *same = s->leaves[number];
    same->is_function |= leaf->is_function;
    if (list->scores && !leaf->is_scoreless) {
        same->weight = round_weight(same->weight + leaf->weight);
    }
}

/* Adds a settled node; the children of one of kind `op` in its place. */
static void add_settled(settler *s, children *list, quern_plan_op op, quern_plan_node *node)
{
    if (!node || s->status) {
        return;
    }
    if (node->op < QUERN_PLAN_ANY) {
        add_leaf(s, list, node);
    } else if (node->op == op) {
        for (quern_plan_node *next, *child = node->children; child && !s->status; child = next) {
            next = child->sibling;
            add_settled(s, list, op, child);
        }
    } else {
        link_child(list, node);
    }
}

/* What a list operator is before its children are looked at: ATLEAST 1 is ANY, and one of a single
 * child is whatever lies around that. */
static quern_plan_op kind_of(const quern_plan_node *node, quern_plan_op around)
{
    if (node->op >= QUERN_PLAN_ANY && node->op <= QUERN_PLAN_ATLEAST && node->children &&
        !node->children->sibling) {
        return around;
    }
    return node->op == QUERN_PLAN_ATLEAST && node->need <= 1 ? QUERN_PLAN_ANY : node->op;
}

/* Settles the children of a list operator into the list of one of kind `op`. */
static void gather(settler *s, children *list, quern_plan_op op, quern_plan_node *node,
                   double boost, int scores)
{
    boost *= node->weight;
    for (quern_plan_node *next, *child = node->children; child && !s->status; child = next) {
        next = child->sibling;
        if (op != QUERN_PLAN_ATLEAST && kind_of(child, op) == op) {
            gather(s, list, op, child, boost, scores);
        } else {
            add_settled(s, list, op, settle(s, child, boost, scores));
        }
    }
}

/* ---- Operators ---- */

/* A new operator over the list; the only child where there is but one, NULL where there is none. */
static quern_plan_node *wrap(settler *s, quern_plan_op op, uint32_t need, const children *list)
{
    quern_plan_node *node = NULL;
    if (s->status || list->n < 2) {
        return list->first;
    }
    s->status = quern_plan_operator(s->plan, op, need, &node, s->err);
    if (!node) {
        return NULL;
    }
    node->children = list->first;
    node->last_child = list->last;
    node->is_scoreless = list->first->is_scoreless;
    for (const quern_plan_node *child = list->first; child; child = child->sibling) {
        node->height = child->height > node->height ? child->height : node->height;
        if (op <= QUERN_PLAN_MAYBE) {
            node->is_scoreless &= child->is_scoreless;
        }
    }
    node->height++;
    return node;
}

static quern_plan_node *wrap_two(settler *s, quern_plan_op op, quern_plan_node *a,
                                 quern_plan_node *b)
{
    children list = {0};
    link_child(&list, a);
    link_child(&list, b);
    return wrap(s, op, 0, &list);
}

static quern_plan_node *every(settler *s)
{
    quern_plan_node *node = NULL;
    quern_plan_node leaf = {.op = QUERN_PLAN_EVERY, .weight = 1.0};
    s->status = s->status ? s->status : quern_plan_leaf(s->plan, &leaf, &node, s->err);
    return node;
}

/* An ALL of settled children: those that only select stand in a FILTER behind the others, and EVERY
 * is needed only where nothing else is. */
static quern_plan_node *make_all(settler *s, const children *list)
{
    children scoring = {0};
    children selecting = {0};
    for (quern_plan_node *next, *child = list->first; child; child = next) {
        next = child->sibling;
        if (child->op != QUERN_PLAN_EVERY || list->n == 1) {
            link_child(child->is_scoreless ? &selecting : &scoring, child);
        }
    }
    quern_plan_node *a = wrap(s, QUERN_PLAN_ALL, 0, &scoring);
    quern_plan_node *b = wrap(s, QUERN_PLAN_ALL, 0, &selecting);
    if (s->status || !a || !b) {
        return a ? a : b;
    }
    return wrap_two(s, QUERN_PLAN_FILTER, a, b);
}

/* An ALL of two settled nodes. */
static quern_plan_node *both(settler *s, quern_plan_node *a, quern_plan_node *b)
{
    children list = {.owner = ++s->n_operators}; /* neither scores */
    add_settled(s, &list, QUERN_PLAN_ALL, a);
    add_settled(s, &list, QUERN_PLAN_ALL, b);
    return make_all(s, &list);
}

static quern_plan_node *settle_list(settler *s, quern_plan_node *node, double boost, int scores)
{
    children list = {.owner = ++s->n_operators, .scores = scores};
    quern_plan_op op = node->op;
    if (op == QUERN_PLAN_ATLEAST && node->need <= 1) {
        op = QUERN_PLAN_ANY;
    }
    gather(s, &list, op, node, boost, scores);
    if (op == QUERN_PLAN_ATLEAST && node->need >= list.n) { /* its ALLs are poured out, too */
        children all = {.owner = ++s->n_operators, .scores = scores};
        for (quern_plan_node *next, *child = list.first; child; child = next) {
            next = child->sibling;
            add_settled(s, &all, QUERN_PLAN_ALL, child);
        }
        return make_all(s, &all);
    }
    if (op == QUERN_PLAN_ALL) {
        return make_all(s, &list);
    }
    return wrap(s, op, op == QUERN_PLAN_ATLEAST ? node->need : 0, &list);
}

static quern_plan_node *make_filter(settler *s, quern_plan_node *a, quern_plan_node *b)
{
    if (!a || !b || b->op == QUERN_PLAN_EVERY || s->status) {
        return a ? a : b;
    }
    if (!b->is_scoreless) { /* what is not without it */
        quern_plan_node *all = every(s);
        quern_plan_node *without = all ? wrap_two(s, QUERN_PLAN_NOT, all, b) : NULL;
        return without ? wrap_two(s, QUERN_PLAN_NOT, a, without) : NULL;
    }
    return a->is_scoreless ? both(s, a, b) : wrap_two(s, QUERN_PLAN_FILTER, a, b);
}

static quern_plan_node *make_maybe(settler *s, quern_plan_node *a, quern_plan_node *b, int scores)
{
    if (!a || !b || b->is_scoreless || !scores || s->status) {
        return a ? a : b;
    }
    if (!a->is_scoreless) {
        return wrap_two(s, QUERN_PLAN_MAYBE, a, b);
    }
    children any = {.owner = ++s->n_operators, .scores = 1};
    add_settled(s, &any, QUERN_PLAN_ANY, every(s));
    add_settled(s, &any, QUERN_PLAN_ANY, b);
    return make_filter(s, wrap(s, QUERN_PLAN_ANY, 0, &any), a);
}

static quern_plan_node *make_not(settler *s, quern_plan_node *a, quern_plan_node *b)
{
    if (!b || s->status) {
        return a;
    }
    a = a ? a : every(s);
    return a ? wrap_two(s, QUERN_PLAN_NOT, a, b) : NULL;
}

static quern_plan_node *settle_pair(settler *s, quern_plan_node *node, double boost, int scores)
{
    quern_plan_node *first = node->children;
    quern_plan_node *second = first ? first->sibling : NULL;
    boost *= node->weight;
    int second_scores = scores && node->op == QUERN_PLAN_MAYBE;
    quern_plan_node *a = first ? settle(s, first, boost, scores) : NULL;
    quern_plan_node *b = second ? settle(s, second, boost, second_scores) : NULL;
    if (node->op == QUERN_PLAN_MAYBE) {
        return make_maybe(s, a, b, scores);
    }
    return node->op == QUERN_PLAN_NOT ? make_not(s, a, b) : make_filter(s, a, b);
}

/* ---- Depth ---- */

/* Adds the leaves that can score of a settled tree. */
static void add_leaves(settler *s, children *list, quern_plan_node *node)
{
    if (node->op < QUERN_PLAN_ANY) {
        add_settled(s, list, QUERN_PLAN_ANY, node);
        return;
    }
    int first_only = node->op == QUERN_PLAN_NOT || node->op == QUERN_PLAN_FILTER;
    for (quern_plan_node *next, *child = node->children; child && !s->status; child = next) {
        next = first_only ? NULL : child->sibling;
        add_leaves(s, list, child);
    }
}

static quern_plan_node *cut(settler *s, quern_plan_node *node, int scores)
{
    children list = {.owner = ++s->n_operators, .scores = scores};
    add_leaves(s, &list, node);
    s->plan->was_cut = 1;
    return wrap(s, QUERN_PLAN_ANY, 0, &list);
}

/* The settled form of a node, of which all is multiplied by a boost. NULL: nothing is left of it,
 * or s->status is set. */
static quern_plan_node *settle(settler *s, quern_plan_node *node, double boost, int scores)
{
    quern_plan_node *out;
    if (s->status) {
        return NULL;
    }
    if (node->op < QUERN_PLAN_ANY) {
        out = settle_leaf(s, node, boost, scores);
    } else if (node->op <= QUERN_PLAN_ATLEAST) {
        out = settle_list(s, node, boost, scores);
    } else {
        out = settle_pair(s, node, boost, scores);
    }
    return out && out->height > QUERN_PLAN_DEPTH ? cut(s, out, scores) : out;
}

/* ---- What a plan knows of its tree ---- */

static quern_status add_to(quern_plan_node ***list, size_t *n, size_t *cap, quern_plan_node *node,
                           quern_error *err)
{
    if (quern_grow(list, cap, *n + 1, sizeof(quern_plan_node *))) {
        return quern_fail_nomem(err);
    }
    (*list)[(*n)++] = node;
    return QUERN_OK;
}

static quern_status note_leaf(quern_plan *plan, quern_plan_node *leaf, int scores, quern_error *err)
{
    if (scores && leaf->op <= QUERN_PLAN_EXACT) {
        plan->terms[leaf->term].loose = leaf;
    }
    if (scores && leaf->op == QUERN_PLAN_PHRASE) {
        quern_plan_term *first = &plan->terms[leaf->members[0].term];
        leaf->starts = first->starts;
        first->starts = leaf;
        return add_to(&plan->phrases, &plan->n_phrases, &plan->cap_phrases, leaf, err);
    }
    if (leaf->op == QUERN_PLAN_EXPAND) {
        leaf->number = (uint32_t)plan->n_expands;
        return add_to(&plan->expands, &plan->n_expands, &plan->cap_expands, leaf, err);
    }
    if (leaf->op == QUERN_PLAN_SAME) {
        leaf->number = (uint32_t)plan->n_sames;
        return add_to(&plan->sames, &plan->n_sames, &plan->cap_sames, leaf, err);
    }
    return QUERN_OK;
}

static quern_status note_leaves(quern_plan *plan, quern_plan_node *node, int scores,
                                quern_error *err)
{
    if (node->op < QUERN_PLAN_ANY) {
        return note_leaf(plan, node, scores, err);
    }
    for (quern_plan_node *child = node->children; child; child = child->sibling) {
        int selects = child != node->children &&
                      (node->op == QUERN_PLAN_NOT || node->op == QUERN_PLAN_FILTER);
        QUERN_TRY(note_leaves(plan, child, scores && !selects, err));
    }
    return QUERN_OK;
}

/* Puts an ANY around a lone word or phrase. */
static quern_status finish_root(quern_plan *plan, quern_error *err)
{
    quern_plan_node *root = plan->root;
    if (root && root->op <= QUERN_PLAN_PHRASE) {
        QUERN_TRY(quern_plan_operator(plan, QUERN_PLAN_ANY, 0, &plan->root, err));
        quern_plan_append(plan->root, root);
        plan->root->height = 2;
    }
    return QUERN_OK;
}

quern_status quern_plan_settle(quern_plan *plan, quern_plan_node *root, quern_error *err)
{
    settler s = {.plan = plan, .err = err};
    quern_arena_init(&s.arena);
    plan->root = root ? settle(&s, root, 1.0, 1) : NULL;
    quern_plan_strings_finish(&s.keys);
    quern_arena_finish(&s.arena);
    quern_free(s.leaves);
    quern_buf_finish(&s.key);
    if (s.status) {
        plan->root = NULL;
        return s.status;
    }
    if (plan->root) {
        QUERN_TRY(note_leaves(plan, plan->root, 1, err));
    }
    return finish_root(plan, err);
}
