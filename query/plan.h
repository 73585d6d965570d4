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
 *           members  long +0, term +1, commit +2, each by its exact form
 *
 *     +chips price* -wafer date:2024..        what was typed
 *
 *     FILTER
 *      |- NOT
 *      |   |- MAYBE
 *      |   |   |- TERM   chip
 *      |   |   `- EXPAND price*
 *      |   `- TERM wafer
 *      `- DATE 2024-01-01 and later
 *
 * What a node means for a passage d, m for matches and s for scores; c(t) is the contribution of
 * term t in d (native_searcher.h, base/bm25.h) times the weight of the node:
 *
 *     TERM t          m: d has t                                    s: c(t)
 *     EXACT t, f      m: d has stem t in the form f                 s: c(t)
 *     PHRASE          m: all members at their offsets               s: sum of c(t) over the members
 *     NEAR            m: all members at distinct positions of which s: the same
 *                        the last less the first is at most `reach`;
 *                        is_ordered: in the order of the members
 *     EXPAND          m: d has a form that the pattern matches      s: sum of c(t) over the stems
 * of such forms in d, all with the idf of the commonest of them SELECT t        m: d's article has
 * t, a field's word or value s: 0 DATE            m: d's article has a date in [low, high]      s:
 * 0 NUMBER          m: d's article has a value of the field that  s: 0 is a number in [low, high]
 *     PATH            m: the source of d's article fits the glob    s: 0
 *     EVERY           m: always                                     s: 0
 *
 *     ANY  a b ...    m: any of them                                s: sum over those that match
 *     ALL  a b ...    m: all of them                                s: sum
 *     ATLEAST a b ... m: at least `need` of them                    s: sum over those that match
 *     MAYBE  a b      m: a                                          s: a, and b where it matches
 *     NOT    a b      m: a and not b                                s: a
 *     FILTER a b      m: a and b                                    s: a
 *
 * Positions of pooled title words are those below T; no PHRASE and no NEAR has words on both sides
 * of T. A number counts where the whole value of the field reads as one.
 *
 * Terms are interned in a hash table, leaves too, so a query of a megabyte is built in linear time.
 *
 * Invariants: members of a phrase are in ascending order of offset, the first offset is 0, and no
 * two are equal; phrases and NEARs have at least two members, a NEAR at most QUERN_PLAN_NEAR_MAX.
 * Weights are above 0; only leaves have one. An ANY has no two children that look for the same
 * thing. ANY, ALL and ATLEAST have at least two children, and none of their own kind (ATLEAST may);
 * MAYBE, NOT and FILTER have two. The depth is at most QUERN_PLAN_DEPTH. A plan without a root
 * matches nothing.
 */
#ifndef QUERN_QUERY_PLAN_H
#define QUERN_QUERY_PLAN_H

#include "base/buf.h"
#include "base/mem.h"

#define QUERN_PLAN_NONE UINT32_MAX
#define QUERN_PLAN_DEPTH 100
#define QUERN_PLAN_NEAR_MAX 16 /* members */
#define QUERN_PLAN_REACH_MAX 255
#define QUERN_PLAN_EXPANSION_MAX 1024 /* forms that one pattern stands for, the commonest */

typedef enum quern_plan_op {
    QUERN_PLAN_TERM,
    QUERN_PLAN_EXACT,
    QUERN_PLAN_PHRASE,
    QUERN_PLAN_NEAR,
    QUERN_PLAN_EXPAND,
    QUERN_PLAN_SELECT,
    QUERN_PLAN_DATE,
    QUERN_PLAN_NUMBER,
    QUERN_PLAN_PATH,
    QUERN_PLAN_EVERY,
    QUERN_PLAN_ANY, /* the operators from here on */
    QUERN_PLAN_ALL,
    QUERN_PLAN_ATLEAST,
    QUERN_PLAN_MAYBE,
    QUERN_PLAN_NOT,
    QUERN_PLAN_FILTER
} quern_plan_op;

/* A term of a phrase, and how many positions after its first one it stands. */
typedef struct quern_plan_member {
    uint32_t term;   /* the stem */
    uint32_t offset; /* 0 in a NEAR */
    uint32_t form;   /* of the kind EXACT, or QUERN_PLAN_NONE: any form of the stem */
} quern_plan_member;

/* What an EXPAND looks for, in folded forms of words: all bytes but ? and * stand for themselves,
 * ? for one character, * for any number of them; with `edits` the pattern has neither, and forms
 * within that many insertions, deletions, replacements and swaps of neighbours match, whose first
 * character is the same. */
typedef struct quern_plan_pattern {
    const char *bytes;
    uint32_t len;
    uint32_t edits; /* 0, 1 or 2 */
} quern_plan_pattern;

typedef struct quern_plan_node {
    quern_plan_op op;
    double weight;                    /* of a leaf: sum of the boosts of what was typed */
    uint32_t term;                    /* TERM, EXACT, SELECT */
    uint32_t form;                    /* EXACT */
    const quern_plan_member *members; /* PHRASE, NEAR */
    uint32_t n_members;
    uint32_t reach;             /* NEAR */
    int is_ordered;             /* NEAR */
    uint32_t need;              /* ATLEAST */
    quern_plan_pattern pattern; /* EXPAND; PATH, where it is a glob over the bytes of the source:
                                 * also stands for slashes */
    uint32_t number;            /* EXPAND: its place in plan->expands */
    const char *field;          /* NUMBER: its name, folded */
    int64_t first_second, last_second; /* DATE: inclusive, INT64_MIN and INT64_MAX for open ends */
    double low, high;                  /* NUMBER: inclusive, infinite for open ends */
    struct quern_plan_node *children, *last_child; /* operators, in the order typed */
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
    quern_plan_node *root; /* or NULL */
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
