/* SPDX-License-Identifier: MIT */
/* plan - see plan.h. The hash tables use linear probing and are rebuilt at half full. */
#include "query/plan.h"

#include "base/checksum.h"

#include <inttypes.h>
#include <stdio.h>

void quern_plan_init(quern_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    quern_arena_init(&plan->arena);
}

static void strings_finish(quern_plan_strings *s)
{
    quern_free(s->items);
    quern_free(s->slots);
}

void quern_plan_finish(quern_plan *plan)
{
    strings_finish(&plan->term_strings);
    strings_finish(&plan->phrase_strings);
    quern_free(plan->terms);
    quern_free(plan->phrases);
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

/* Where the string is, in *out; a copy of it is added where it is new, which *added says. */
static quern_status strings_intern(quern_plan_strings *s, quern_arena *arena, quern_string string,
                                   uint32_t *out, int *added, quern_error *err)
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
    QUERN_TRY(strings_intern(&plan->term_strings, &plan->arena, string, out, &added, err));
    if (added) {
        quern_plan_term *t = &plan->terms[plan->n_terms++];
        memset(t, 0, sizeof *t);
        t->bytes = plan->term_strings.items[*out].data;
        t->len = (uint32_t)len;
    }
    return QUERN_OK;
}

uint32_t quern_plan_find(const quern_plan *plan, const char *term, size_t len)
{
    const quern_plan_strings *s = &plan->term_strings;
    return s->n_slots ? s->slots[slot_of(s, term, len)] - 1 : QUERN_PLAN_NONE;
}

/* ---- The tree ---- */

static quern_plan_node *new_node(quern_plan *plan, quern_plan_op op)
{
    quern_plan_node *node = quern_arena_alloc(&plan->arena, sizeof *node);
    if (node) {
        memset(node, 0, sizeof *node);
        node->op = op;
    }
    return node;
}

/* A new last child of the root, which is made where there is none. NULL: no memory. */
static quern_plan_node *new_child(quern_plan *plan, quern_plan_op op, double weight)
{
    quern_plan_node *root = plan->root ? plan->root : new_node(plan, QUERN_PLAN_ANY);
    quern_plan_node *node = root ? new_node(plan, op) : NULL;
    if (!node) {
        return NULL;
    }
    plan->root = root;
    root->weight = 1.0;
    node->weight = weight;
    if (root->last_child) {
        root->last_child->sibling = node;
    } else {
        root->children = node;
    }
    root->last_child = node;
    return node;
}

quern_status quern_plan_add_word(quern_plan *plan, uint32_t term, double weight, quern_error *err)
{
    quern_plan_term *t = &plan->terms[term];
    if (t->loose) {
        t->loose->weight += weight;
        return QUERN_OK;
    }
    t->loose = new_child(plan, QUERN_PLAN_TERM, weight);
    if (!t->loose) {
        return quern_fail_nomem(err);
    }
    t->loose->term = term;
    return QUERN_OK;
}

quern_status quern_plan_add_phrase(quern_plan *plan, const quern_plan_member *members, size_t n,
                                   double weight, quern_error *err)
{
    if (n == 1) {
        return quern_plan_add_word(plan, members[0].term, weight, err);
    }
    uint32_t number = 0;
    int added = 0;
    quern_string key = {(const char *)members, n * sizeof *members};
    if (quern_grow(&plan->phrases, &plan->cap_phrases, plan->n_phrases + 1,
                   sizeof(quern_plan_node *))) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(strings_intern(&plan->phrase_strings, &plan->arena, key, &number, &added, err));
    if (!added && number < plan->n_phrases) {
        plan->phrases[number]->weight += weight;
        return QUERN_OK;
    }
    quern_plan_node *node = new_child(plan, QUERN_PLAN_PHRASE, weight);
    if (!node) {
        return quern_fail_nomem(err); /* the plan is of no use any more and will be finished */
    }
    quern_plan_term *first = &plan->terms[members[0].term];
    node->members =
        (const quern_plan_member *)(const void *)plan->phrase_strings.items[number].data;
    node->n_members = (uint32_t)n;
    node->starts = first->starts;
    first->starts = node;
    plan->phrases[plan->n_phrases++] = node;
    return QUERN_OK;
}

/* ---- As text ---- */

static void print_term(const quern_plan *plan, uint32_t term, quern_buf *out)
{
    const quern_plan_term *t = &plan->terms[term];
    quern_buf_bytes(out, t->bytes + 1, t->len - 1); /* without the byte of kind */
}

/* In hundredths, which is as fine as a boost goes; never as the locale writes it. */
static void print_weight(double weight, quern_buf *out)
{
    char text[48];
    uint64_t hundredths = (uint64_t)(weight * 100.0 + 0.5);
    if (hundredths == 100) {
        return;
    }
    int n = snprintf(text, sizeof text, "^%" PRIu64, hundredths / 100);
    quern_buf_bytes(out, text, (size_t)n);
    if (hundredths % 100) {
        n = snprintf(text, sizeof text, ".%02u", (unsigned)(hundredths % 100));
        quern_buf_bytes(out, text, (size_t)n - (text[2] == '0'));
    }
}

static void print_node(const quern_plan *plan, const quern_plan_node *node, quern_buf *out)
{
    if (node->op == QUERN_PLAN_TERM) {
        print_term(plan, node->term, out);
    } else if (node->op == QUERN_PLAN_PHRASE) {
        for (uint32_t i = 0; i < node->n_members; i++) {
            quern_buf_u8(out, i ? ' ' : '"');
            print_term(plan, node->members[i].term, out);
        }
        quern_buf_u8(out, '"');
    }
    print_weight(node->weight, out);
}

void quern_plan_print(const quern_plan *plan, quern_buf *out)
{
    const quern_plan_node *child = plan->root ? plan->root->children : NULL;
    for (; child; child = child->sibling) {
        print_node(plan, child, out);
        if (child->sibling) {
            quern_buf_u8(out, ' ');
        }
    }
}
