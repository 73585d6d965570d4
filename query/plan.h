/* SPDX-License-Identifier: MIT */
/* plan - a parsed query as plain data: a tree of operators over byte-string terms.
 *
 * The parser makes it, a searcher runs it, the highlighter marks with it; it holds no pointer into
 * an index, so one plan serves any number of readers and threads at once. Everything lies in the
 * plan's arena.
 *
 *     AMD "long-term commitment" AMD          what was typed
 *
 *     ANY                                     the tree
 *      |- TERM   amd            weight 2      the same word twice is one node of twice the weight
 *      `- PHRASE                weight 1
 *           members  long +0, term +1, commit +2
 *
 *     terms: 0 amd (loose), 1 long, 2 term, 3 commit      each distinct term once, with its uses
 *
 * Terms are interned in a hash table, phrases too (by the bytes of their members), so a query of a
 * megabyte is built in linear time. Two things are kept ready for the highlighter: for each term
 * the node that looks for it alone (`loose`), and the phrases that begin with it (`starts`).
 *
 * Invariants: members of a phrase are in ascending order of offset, the first offset is 0, and no
 * two are equal; a phrase has at least two of them. Weights are above 0. An ANY has no two children
 * that look for the same thing. A plan without a root matches nothing.
 */
#ifndef QUERN_QUERY_PLAN_H
#define QUERN_QUERY_PLAN_H

#include "base/buf.h"
#include "base/mem.h"

#define QUERN_PLAN_NONE UINT32_MAX

typedef enum quern_plan_op {
    QUERN_PLAN_TERM,   /* passages with the term */
    QUERN_PLAN_PHRASE, /* passages with all members at consecutive places */
    QUERN_PLAN_ANY     /* passages that any child matches */
} quern_plan_op;

/* A term of a phrase, and how many positions after its first one it stands. */
typedef struct quern_plan_member {
    uint32_t term;
    uint32_t offset;
} quern_plan_member;

typedef struct quern_plan_node {
    quern_plan_op op;
    uint32_t term;                    /* TERM */
    double weight;                    /* sum of the boosts of what was typed */
    const quern_plan_member *members; /* PHRASE */
    uint32_t n_members;
    struct quern_plan_node *children, *last_child; /* ANY, in the order typed */
    struct quern_plan_node *sibling;               /* the parent's next child */
    struct quern_plan_node *starts; /* PHRASE: the next one that begins with the same term */
} quern_plan_node;

typedef struct quern_plan_term {
    const char *bytes;       /* kind and term; not NUL-terminated */
    uint32_t len;            /* bytes */
    quern_plan_node *loose;  /* the node that looks for it alone, or NULL */
    quern_plan_node *starts; /* the phrases that begin with it */
} quern_plan_term;

/* Distinct byte strings, numbered in the order they came. */
typedef struct quern_plan_strings {
    quern_string *items;
    size_t n, cap;
    uint32_t *slots; /* hash table of numbers + 1; 0 is free */
    size_t n_slots;  /* a power of two, or 0 */
} quern_plan_strings;

typedef struct quern_plan {
    quern_arena arena;
    quern_plan_node *root; /* an ANY, or NULL */
    quern_plan_term *terms;
    size_t n_terms, cap_terms;
    quern_plan_node **phrases; /* all distinct ones */
    size_t n_phrases, cap_phrases;
    quern_plan_strings term_strings, phrase_strings;
} quern_plan;

void quern_plan_init(quern_plan *plan);
void quern_plan_finish(quern_plan *plan);

/* The number of a term of the plan, new where it is not there yet. Errors: NOMEM, FULL more terms
 * than can be numbered. */
quern_status quern_plan_intern(quern_plan *plan, const char *term, size_t len, uint32_t *out,
                               quern_error *err);

/* The number of a term, or QUERN_PLAN_NONE where the plan has none such. */
uint32_t quern_plan_find(const quern_plan *plan, const char *term, size_t len);

/* Adds a word, or a phrase of at least one member (copied), to the root; where it is there already
 * its weight grows. A phrase of one member is a word. Errors: NOMEM, FULL. */
quern_status quern_plan_add_word(quern_plan *plan, uint32_t term, double weight, quern_error *err);
quern_status quern_plan_add_phrase(quern_plan *plan, const quern_plan_member *members, size_t n,
                                   double weight, quern_error *err);

/* Appends the plan as one line of text: terms without their kinds, phrases in quotes, weights other
 * than 1 after ^. Failure stays in the buffer. */
void quern_plan_print(const quern_plan *plan, quern_buf *out);

#endif
