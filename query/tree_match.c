/* SPDX-License-Identifier: MIT */
/* tree_match - which passages of a window match: each function marks those of the mask in `out`. */
#include "query/tree_node.h"

static void set(const quern_tree *t, uint64_t *bits, uint32_t passage)
{
    uint32_t at = passage - t->base;
    bits[at >> 6] |= (uint64_t)1 << (at & 63);
}

static quern_status match_word(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                               uint64_t *out, quern_error *err)
{
    quern_tree_run r;
    int more;
    QUERN_TRY(quern_tree_begin_run(t, n->places, mask, &r, err));
    for (;;) {
        QUERN_TRY(quern_tree_next_run(t, &r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        const uint32_t *passages = r.postings->passages;
        for (uint32_t i = r.at; i < r.to; i++) {
            uint32_t at = passages[i] - t->base;
            out[at >> 6] |= mask[at >> 6] & (uint64_t)1 << (at & 63);
        }
    }
}

/* Whether a code is in a sorted list. */
static int has_code(const quern_tree_node *n, uint32_t code)
{
    uint32_t at = quern_match_lower_bound(n->codes, 0, n->n_codes, code);
    return at < n->n_codes && n->codes[at] == code;
}

/* A word in some of its forms. */
static quern_status match_forms(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                uint64_t *out, quern_error *err)
{
    quern_tree_run r;
    int more;
    QUERN_TRY(quern_tree_begin_run(t, n->places, mask, &r, err));
    for (;;) {
        quern_forms *forms;
        QUERN_TRY(quern_tree_next_run(t, &r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        QUERN_TRY(quern_match_forms(&t->pool, r.cursor, &r.postings, &forms, err));
        for (uint32_t i = r.at; i < r.to; i++) {
            uint32_t at = r.postings->passages[i] - t->base;
            int found = 0;
            if (mask[at >> 6] >> (at & 63) & 1) {
                for (uint32_t j = forms->first[i]; j < forms->first[i + 1] && !found; j++) {
                    found = has_code(n, forms->code[j]);
                }
            }
            out[at >> 6] |= (uint64_t)found << (at & 63);
        }
    }
}

static quern_status match_join(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                               uint64_t *out, quern_error *err)
{
    quern_match_join *join = n->join;
    for (uint32_t i = 0; i < join->n_cursors; i++) {
        QUERN_TRY(quern_tree_enter(t, &n->places[i], err));
    }
    uint32_t passage = quern_tree_next_of(t, mask, t->base);
    while (passage < t->end) {
        int found;
        QUERN_TRY(quern_match_join_at(&t->pool, join, passage, &found, err));
        if (found) {
            set(t, out, passage);
        }
        uint32_t next = passage + 1;
        for (uint32_t i = 0; i < join->n_cursors; i++) {
            next = join->cursors[i]->next > next ? join->cursors[i]->next : next;
        }
        passage = next < t->end ? quern_tree_next_of(t, mask, next) : t->end;
    }
    return QUERN_OK;
}

static quern_status match_selector(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                   uint64_t *out, quern_error *err)
{
    quern_select_window window = {t->base, t->end, mask, out};
    return quern_selector_mark(n->selector, &t->pool, &window, err);
}

/* Puts what a child matches into its bits, or into `room` where it has none; *bits is which. */
static quern_status match_apart(quern_tree *t, quern_tree_node *child, const uint64_t *mask,
                                uint64_t *room, uint64_t **bits, quern_error *err)
{
    *bits = child->bits ? child->bits : room;
    quern_tree_clear(*bits);
    return quern_tree_match(t, child, mask, *bits, err);
}

static quern_status match_any(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              uint64_t *out, quern_error *err)
{
    for (uint32_t i = 0; i < n->n_children; i++) {
        quern_tree_node *child = n->children[i];
        if (!child->bits) {
            QUERN_TRY(quern_tree_match(t, child, mask, out, err));
            continue;
        }
        quern_tree_clear(child->bits);
        QUERN_TRY(quern_tree_match(t, child, mask, child->bits, err));
        quern_tree_unite(out, child->bits);
    }
    return QUERN_OK;
}

static quern_status match_all(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              uint64_t *out, quern_error *err)
{
    uint64_t left[QUERN_TREE_WORDS];
    uint64_t room[QUERN_TREE_WORDS];
    memcpy(left, mask, sizeof left);
    int swap = n->op == QUERN_PLAN_FILTER && n->children[1]->cost < n->children[0]->cost;
    for (uint32_t i = 0; i < n->n_children; i++) {
        uint64_t *bits;
        QUERN_TRY(match_apart(t, n->children[swap ? 1 - i : i], left, room, &bits, err));
        memcpy(left, bits, sizeof left);
        if (quern_tree_is_empty(left)) {
            return QUERN_OK;
        }
    }
    quern_tree_unite(out, left);
    return QUERN_OK;
}

/* Those of the mask that `need` children have. When only need - 1 children are left, a passage that
 * none had yet cannot have enough. */
static quern_status match_at_least(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                   uint64_t *out, quern_error *err)
{
    uint64_t left[QUERN_TREE_WORDS];
    uint64_t seen[QUERN_TREE_WORDS];
    uint64_t room[QUERN_TREE_WORDS];
    memcpy(left, mask, sizeof left);
    quern_tree_clear(seen);
    for (uint32_t i = 0; i < n->n_children; i++) {
        uint64_t *bits;
        if (i + n->need > n->n_children) {
            memcpy(left, seen, sizeof left);
        }
        QUERN_TRY(match_apart(t, n->children[i], left, room, &bits, err));
        quern_tree_unite(seen, bits);
        for (uint32_t at = quern_tree_next_of(t, bits, t->base); at < t->end;
             at = quern_tree_next_of(t, bits, at + 1)) {
            n->counts[at - t->base]++;
        }
    }
    for (uint32_t at = quern_tree_next_of(t, seen, t->base); at < t->end;
         at = quern_tree_next_of(t, seen, at + 1)) {
        if (n->counts[at - t->base] >= n->need) {
            set(t, out, at);
        }
        n->counts[at - t->base] = 0;
    }
    return QUERN_OK;
}

static quern_status match_not(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              uint64_t *out, quern_error *err)
{
    uint64_t left[QUERN_TREE_WORDS];
    uint64_t room[QUERN_TREE_WORDS];
    uint64_t *bits;
    QUERN_TRY(match_apart(t, n->children[0], mask, room, &bits, err));
    if (quern_tree_is_empty(bits)) {
        return QUERN_OK;
    }
    memcpy(left, bits, sizeof left);
    QUERN_TRY(match_apart(t, n->children[1], left, room, &bits, err));
    for (size_t i = 0; i < QUERN_TREE_WORDS; i++) {
        out[i] |= left[i] & ~bits[i];
    }
    return QUERN_OK;
}

/* The second child only scores, which is when it is asked what it matches. */
static quern_status match_maybe(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                uint64_t *out, quern_error *err)
{
    uint64_t room[QUERN_TREE_WORDS];
    uint64_t *bits;
    QUERN_TRY(match_apart(t, n->children[0], mask, room, &bits, err));
    quern_tree_unite(out, bits);
    return QUERN_OK;
}

quern_status quern_tree_match(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              uint64_t *out, quern_error *err)
{
    if (quern_tree_is_late(t)) {
        return QUERN_OK;
    }
    if (n->join) {
        return match_join(t, n, mask, out, err);
    }
    if (n->selector) {
        return match_selector(t, n, mask, out, err);
    }
    if (n->codes) {
        return match_forms(t, n, mask, out, err);
    }
    switch (n->op) {
    case QUERN_PLAN_EVERY:
        quern_tree_unite(out, mask);
        return QUERN_OK;
    case QUERN_PLAN_ANY:
        return match_any(t, n, mask, out, err);
    case QUERN_PLAN_ALL:
    case QUERN_PLAN_FILTER:
        return match_all(t, n, mask, out, err);
    case QUERN_PLAN_ATLEAST:
        return match_at_least(t, n, mask, out, err);
    case QUERN_PLAN_NOT:
        return match_not(t, n, mask, out, err);
    case QUERN_PLAN_MAYBE:
        return match_maybe(t, n, mask, out, err);
    default:
        return match_word(t, n, mask, out, err);
    }
}
