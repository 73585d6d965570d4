/* SPDX-License-Identifier: MIT */
/* plan - see plan.h. The hash tables use linear probing and are rebuilt at half full. */
#include "query/plan.h"

#include "base/checksum.h"

void quern_plan_init(quern_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    quern_arena_init(&plan->arena);
}

void quern_plan_strings_finish(quern_plan_strings *s)
{
    quern_free(s->items);
    quern_free(s->slots);
}

void quern_plan_finish(quern_plan *plan)
{
    quern_plan_strings_finish(&plan->term_strings);
    quern_free(plan->terms);
    quern_free(plan->phrases);
    quern_free(plan->expands);
    quern_free(plan->sames);
    quern_arena_finish(&plan->arena);
    quern_plan_init(plan);
}

/* ---- Distinct byte strings ---- */

/* The slot of the string, or the free one where it belongs. */
static size_t slot_of(const quern_plan_strings *s, const void *data, size_t len)
{
    size_t mask = s->n_slots - 1;
    size_t i = (size_t)quern_checksum(data, len) & mask;
    for (; s->slots[i]; i = (i + 1) & mask) {
        const quern_string *item = &s->items[s->slots[i] - 1];
        if (item->len == len && memcmp(item->data, data, len) == 0) {
            break;
        }
    }
    return i;
}

static quern_status strings_grow(quern_plan_strings *s, quern_error *err)
{
    size_t n = s->n_slots ? s->n_slots * 2 : 16;
    uint32_t *slots = quern_alloc_zero(n, sizeof *slots);
    if (!slots) {
        return quern_fail_nomem(err);
    }
    quern_free(s->slots);
    s->slots = slots;
    s->n_slots = n;
    for (size_t i = 0; i < s->n; i++) {
        slots[slot_of(s, s->items[i].data, s->items[i].len)] = (uint32_t)i + 1;
    }
    return QUERN_OK;
}

quern_status quern_plan_strings_intern(quern_plan_strings *s, quern_arena *arena,
                                       quern_string string, uint32_t *out, int *added,
                                       quern_error *err)
{
    if (s->n * 2 >= s->n_slots) {
        QUERN_TRY(strings_grow(s, err));
    }
    size_t slot = slot_of(s, string.data, string.len);
    *added = !s->slots[slot];
    if (*added) {
        if (s->n >= QUERN_PLAN_NONE - 1) {
            return quern_fail(err, QUERN_E_FULL, "the query has too many words - shorten it");
        }
        char *copy = quern_arena_copy(arena, string.data, string.len);
        if (!copy || quern_grow(&s->items, &s->cap, s->n + 1, sizeof *s->items)) {
            return quern_fail_nomem(err);
        }
        s->items[s->n].data = copy;
        s->items[s->n].len = string.len;
        s->slots[slot] = (uint32_t)++s->n;
    }
    *out = s->slots[slot] - 1;
    return QUERN_OK;
}

quern_status quern_plan_intern(quern_plan *plan, const char *term, size_t len, uint32_t *out,
                               quern_error *err)
{
    int added;
    quern_string string = {term, len};
    if (quern_grow(&plan->terms, &plan->cap_terms, plan->n_terms + 1, sizeof *plan->terms)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(
        quern_plan_strings_intern(&plan->term_strings, &plan->arena, string, out, &added, err));
    if (added) {
        quern_plan_term *t = &plan->terms[plan->n_terms++];
        memset(t, 0, sizeof *t);
        t->bytes = plan->term_strings.items[*out].data;
        t->len = (uint32_t)len;
    }
    return QUERN_OK;
}

uint32_t quern_plan_strings_find(const quern_plan_strings *s, quern_string string)
{
    return s->n_slots ? s->slots[slot_of(s, string.data, string.len)] - 1 : QUERN_PLAN_NONE;
}

uint32_t quern_plan_find(const quern_plan *plan, const char *term, size_t len)
{
    return quern_plan_strings_find(&plan->term_strings, (quern_string){term, len});
}

/* ---- The tree ---- */

static int op_is_scoreless(quern_plan_op op)
{
    return op >= QUERN_PLAN_SELECT && op <= QUERN_PLAN_EVERY;
}

/* Replaces what *node borrows by copies in the arena. Returns 0 or -1. */
static int own(quern_plan *plan, quern_plan_node *node)
{
    quern_arena *arena = &plan->arena;
    if (node->n_members > 0) {
        node->members = (const quern_plan_member *)(const void *)quern_arena_copy(
            arena, node->members, node->n_members * sizeof *node->members);
    }
    if (node->pattern.bytes) {
        node->pattern.bytes = quern_arena_copy(arena, node->pattern.bytes, node->pattern.len);
    }
    if (node->field) {
        node->field = quern_arena_copy(arena, node->field, strlen(node->field));
    }
    return (node->n_members > 0 && !node->members) || (node->pattern.len && !node->pattern.bytes) ||
                   (node->op == QUERN_PLAN_NUMBER && !node->field)
               ? -1
               : 0;
}

quern_status quern_plan_leaf(quern_plan *plan, const quern_plan_node *leaf, quern_plan_node **out,
                             quern_error *err)
{
    quern_plan_node *node = quern_arena_alloc(&plan->arena, sizeof *node);
    *out = NULL;
    if (!node) {
        return quern_fail_nomem(err);
    }
    *node = *leaf;
    node->children = node->last_child = node->sibling = node->starts = NULL;
    node->number = 0;
    node->height = 1;
    node->is_scoreless = op_is_scoreless(leaf->op);
    if (own(plan, node)) {
        return quern_fail_nomem(err);
    }
    *out = node;
    return QUERN_OK;
}

quern_status quern_plan_operator(quern_plan *plan, quern_plan_op op, uint32_t need,
                                 quern_plan_node **out, quern_error *err)
{
    quern_plan_node *node = quern_arena_alloc(&plan->arena, sizeof *node);
    *out = node;
    if (!node) {
        return quern_fail_nomem(err);
    }
    memset(node, 0, sizeof *node);
    node->op = op;
    node->need = need;
    node->weight = 1.0;
    return QUERN_OK;
}

void quern_plan_append(quern_plan_node *parent, quern_plan_node *child)
{
    if (!child) {
        return;
    }
    child->sibling = NULL;
    if (!parent->children) {
        parent->is_scoreless = child->is_scoreless;
    } else if (parent->op <= QUERN_PLAN_MAYBE) {
        parent->is_scoreless &= child->is_scoreless;
    }
    if (parent->last_child) {
        parent->last_child->sibling = child;
    } else {
        parent->children = child;
    }
    parent->last_child = child;
}

int quern_plan_is_of_stems(const quern_plan_node *node)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        if (node->members[i].form != QUERN_PLAN_NONE) {
            return 0;
        }
    }
    return 1;
}

uint32_t quern_plan_same_end(const quern_plan_node *same, uint32_t i)
{
    uint32_t end = i + 1;
    while (end < same->n_members && same->members[end].term == same->members[i].term) {
        end++;
    }
    return end;
}

static int is_flat(const quern_plan_node *node)
{
    return (node->op == QUERN_PLAN_TERM || node->op == QUERN_PLAN_PHRASE) &&
           quern_plan_is_of_stems(node);
}

int quern_plan_is_flat(const quern_plan *plan)
{
    const quern_plan_node *node = plan->root;
    if (node && node->op != QUERN_PLAN_ANY) {
        return 0;
    }
    for (node = node ? node->children : NULL; node && is_flat(node); node = node->sibling) {
    }
    return !node;
}
