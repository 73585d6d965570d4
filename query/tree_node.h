/* SPDX-License-Identifier: MIT */
/* tree_node - what a plan is in one segment, between tree_build.c, which makes it, tree.c, which
 * asks it window by window, and what answers: tree_match.c and tree_score.c, which both read lists
 * through tree_cursor.c.
 *
 * A node is made for each node of the plan that can match in the segment; what can not is left out,
 * and an operator that this leaves with one child is that child.
 */
#ifndef QUERN_QUERY_TREE_NODE_H
#define QUERN_QUERY_TREE_NODE_H

#include "query/select.h"
#include "query/tree.h"

enum {
    QUERN_TREE_WINDOW = 4096, /* passages: few enough for bits of it on the stack */
    QUERN_TREE_WORDS = QUERN_TREE_WINDOW / 64
};

/* A cursor, and where it stood when the window was entered. */
typedef struct quern_tree_place {
    quern_match_cursor *cursor;
    uint32_t round;  /* of the tree, when the cursor was started */
    uint32_t window; /* of the tree, when what follows was noted */
    uint32_t block, at, next;
} quern_tree_place;

typedef struct quern_tree_node {
    quern_plan_op op;
    uint64_t cost;                     /* about how many passages it can match */
    struct quern_tree_node **children; /* of ALL and ATLEAST: cheapest first */
    uint32_t n_children;
    uint32_t need;    /* ATLEAST */
    uint32_t *counts; /* ATLEAST: for each passage of the window, 0 between uses */
    uint64_t *bits;   /* passages that matched in this window; NULL: a word, or EVERY */
    struct quern_tree_node *stored; /* the next node with bits */
    quern_tree_place *places;       /* of a word, or of the join's cursors */
    uint32_t *codes;                /* of the forms that a word may stand in; NULL: any */
    uint32_t n_codes;
    quern_match_join *join;
    quern_selector *selector;
} quern_tree_node;

struct quern_tree {
    quern_prepared *query;
    quern_rank_table *tables;
    uint32_t n_tables;
    quern_window window;
    /* Of the segment at hand. */
    quern_arena arena;
    quern_clause_maker maker;
    quern_match_pool pool;
    const quern_part *part; /* NULL: none */
    uint32_t n_passages;
    quern_tree_node *root;   /* NULL: nothing matches */
    quern_tree_node *stored; /* those with bits */
    uint32_t **counts;       /* for ATLEASTs, by how many are above them */
    size_t n_counts, cap_counts;
    uint32_t n_leaves;        /* words of the plan that were met; numbers their tables */
    quern_deadline *deadline; /* or NULL; once over, nothing is asked any more */
    uint32_t n_asked;         /* nodes */
    uint32_t round;           /* how often it was started */
    uint32_t number;          /* of the window */
    uint32_t at;              /* where the next window begins, at the earliest */
    uint32_t base, end;
    uint64_t
        all[QUERN_TREE_WORDS]; /* the passages of the window, from its first possible match on */
};

/* Makes the nodes for the segment of t->part, which the lookup has at hand, in the arena. Errors:
 * NOMEM, CORRUPT, IO. */
quern_status quern_tree_build(quern_tree *t, quern_error *err);

/* ---- Bits of a window ---- */

static inline void quern_tree_clear(uint64_t *bits)
{
    memset(bits, 0, QUERN_TREE_WORDS * sizeof *bits);
}

static inline int quern_tree_is_empty(const uint64_t *bits)
{
    uint64_t any = 0;
    for (size_t i = 0; i < QUERN_TREE_WORDS; i++) {
        any |= bits[i];
    }
    return any == 0;
}

static inline void quern_tree_unite(uint64_t *out, const uint64_t *bits)
{
    for (size_t i = 0; i < QUERN_TREE_WORDS; i++) {
        out[i] |= bits[i];
    }
}

/* The first passage of the mask from `from` on; the window's end if none. */
static inline uint32_t quern_tree_next_of(const quern_tree *t, const uint64_t *mask, uint32_t from)
{
    for (uint32_t at = from - t->base; at < t->end - t->base; at = (at | 63) + 1) {
        uint64_t bits = mask[at >> 6] >> (at & 63);
        if (bits) {
            return t->base + at + (uint32_t)__builtin_ctzll(bits);
        }
    }
    return t->end;
}

/* ---- Reading lists ---- */

/* The next postings of a word that the mask can have: [at, to) of the decoded block. */
typedef struct quern_tree_run {
    quern_match_cursor *cursor;
    const uint64_t *mask;
    int is_sparse; /* one posting at a time, which is in the mask */
    uint32_t from; /* passages below are done */
    quern_postings *postings;
    uint32_t at, to;
} quern_tree_run;

/* Whether the deadline is over, which makes the answers for the window at hand worthless. */
int quern_tree_is_late(quern_tree *t);

/* Starts the cursor where that is yet to be done. Errors of this and what follows: NOMEM, CORRUPT,
 * IO. */
quern_status quern_tree_begin(quern_tree *t, quern_tree_place *p, uint32_t from, quern_error *err);
/* Puts the cursor where it stood when it was first asked for in this window. */
quern_status quern_tree_enter(quern_tree *t, quern_tree_place *p, quern_error *err);

quern_status quern_tree_begin_run(quern_tree *t, quern_tree_place *p, const uint64_t *mask,
                                  quern_tree_run *r, quern_error *err);
/* *more is 0 where there are none. */
quern_status quern_tree_next_run(quern_tree *t, quern_tree_run *r, int *more, quern_error *err);

/* ---- Asking a node about a window ---- */

/* Marks in `out` those passages of the mask that match. */
quern_status quern_tree_match(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              uint64_t *out, quern_error *err);
/* Adds what the passages of the mask score, which all match, to the window. */
quern_status quern_tree_score(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                              quern_error *err);
/* Those of a word, which the window's bits then have. */
quern_status quern_tree_score_word(quern_tree *t, quern_tree_node *n, const uint64_t *mask,
                                   quern_error *err);

#endif
