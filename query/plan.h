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
 * What a node means for a passage d: whether d matches, and what it scores where it does. c(t) is
 * the contribution of term t in d (native_searcher.h, base/bm25.h) times the weight of the node.
 *
 *     TERM t           d has t                                     c(t)
 *     EXACT t, f       d has the stem t in the form f              c(t)
 *     PHRASE           d has all members at their offsets          the sum of c(t) of the members
 *     NEAR             d has all members at distinct positions,    the same
 *                      of which the last less the first is at
 *                      most `reach`; is_ordered: in their order
 *     EXPAND           d has a form that the pattern matches       the sum of c(t) over the stems
 *                                                                  of such forms in d, all with the
 *                                                                  idf of the commonest of them
 *     SAME             d has any of the members, words that        the sum of c(t) over the stems
 *                      stand for one thing                         of those that d has, all with
 *                                                                  the idf of the commonest of all
 *     SELECT t         d's article has t, a field's word or value  0
 *     DATE             d's article has a date in [first, last]     0
 *     NUMBER           d's article has a value of the field that   0
 *                      is a number in [low, high]
 *     PATH             the source of d's article fits the glob     0
 *     EVERY            always                                      0
 *
 *     ANY  a b ...     any of them                                 the sum of those that match
 *     ALL  a b ...     all of them                                 their sum
 *     ATLEAST a b ...  at least `need` of them                     the sum of those that match
 *     MAYBE  a b       a                                           a, and b where it matches
 *     NOT    a b       a and not b                                 a
 *     FILTER a b       a and b                                     a
 *
 * Positions of pooled title words are those below T; no PHRASE and no NEAR has words on both sides
 * of T. A number counts where the whole value of the field reads as one.
 *
 * A plan is made in three steps: terms are interned, leaves and operators are put together as they
 * come, and quern_plan_settle brings the tree into the form below. All of it, and looking up a
 * term, is by hash tables, so a query of a megabyte is built in linear time.
 *
 * Invariants of a settled plan:
 *   - Members of a phrase are in ascending order of offset, no two alike, the first offset is 0.
 *     Phrases and NEARs have at least two members, a NEAR at most QUERN_PLAN_NEAR_MAX; a NEAR whose
 *     order and reach leave its members no choice is a phrase.
 *   - A SAME has at least two members, in order of their bytes, no two alike, and none whose stem
 *     is a member by itself.
 *   - A leaf's weight is a multiple of 0.01 from 0.01 on, and 1 where nothing scores.
 *   - ANY, ALL and ATLEAST have at least two children, and no two leaves among them that look for
 *     the same thing; ANY has no ANY and ALL no ALL among them; 1 < need < children.
 *   - MAYBE, NOT and FILTER have two children. Both of a MAYBE can score. Of a FILTER the first
 *     can and the second cannot. Of an ALL all can or none can, and none is EVERY.
 *   - The depth is at most QUERN_PLAN_DEPTH.
 *   - A root is not a lone word or phrase: it has an ANY around it. A plan without a root matches
 *     nothing.
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
    QUERN_PLAN_SAME,
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

#define QUERN_PLAN_WEIGHT_MAX 100.0 /* of one thing typed once */
#define QUERN_PLAN_WEIGHT_MIN 0.01

/* A term of a phrase, and how many positions after its first one it stands; or one of the words of
 * a NEAR or SAME. */
typedef struct quern_plan_member {
    uint32_t term;   /* the stem */
    uint32_t offset; /* 0 but in a phrase */
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
    double weight;                    /* of a leaf: sum of the boosts of what was typed;
                                       * of an operator, until it is settled: a boost of all */
    uint32_t term;                    /* TERM, EXACT, SELECT */
    uint32_t form;                    /* EXACT */
    const quern_plan_member *members; /* PHRASE, NEAR, SAME */
    uint32_t n_members;
    uint32_t reach;             /* NEAR */
    int is_ordered;             /* NEAR */
    int is_function;            /* TERM, SAME: a function word was typed for it */
    uint32_t need;              /* ATLEAST */
    quern_plan_pattern pattern; /* EXPAND; PATH, where it is a glob over the bytes of the source:
                                 * also stands for slashes */
    uint32_t number;            /* EXPAND, SAME: its place in plan->expands or sames */
    uint32_t height;            /* a leaf's is 1 */
    int is_scoreless;           /* it scores 0 wherever it matches */
    const char *field;          /* NUMBER: its name, folded */
    int64_t first_second, last_second; /* DATE: inclusive, INT64_MIN and INT64_MAX for open ends */
    double low, high;                  /* NUMBER: inclusive, infinite for open ends */
    struct quern_plan_node *children, *last_child; /* operators, in the order typed */
    struct quern_plan_node *sibling;               /* the parent's next child */
    struct quern_plan_node *starts; /* PHRASE: the next one that begins with the same term */
} quern_plan_node;

typedef struct quern_plan_term {
    const char *bytes; /* kind and term; not NUL-terminated */
    uint32_t len;      /* bytes */
    /* Of those that can score: */
    quern_plan_node *loose;  /* a TERM or EXACT that looks for it, or NULL */
    quern_plan_node *starts; /* the phrases that begin with it */
    quern_string typed;      /* a word that was typed for it, where that is not its own bytes;
                                data NULL: none was */
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
    quern_plan_node **phrases; /* that can score */
    size_t n_phrases, cap_phrases;
    quern_plan_node **expands; /* all of them, by their number */
    size_t n_expands, cap_expands;
    quern_plan_node **sames; /* likewise */
    size_t n_sames, cap_sames;
    int was_cut; /* it was deeper than QUERN_PLAN_DEPTH: what lay deepest became one ANY */
    quern_plan_strings term_strings;
} quern_plan;

/* Where the string is, in *out; a copy of it is added in the arena where it is new, which *added
 * says. Errors: NOMEM, FULL. */
quern_status quern_plan_strings_intern(quern_plan_strings *s, quern_arena *arena,
                                       quern_string string, uint32_t *out, int *added,
                                       quern_error *err);
/* Where a string is, or QUERN_PLAN_NONE. */
uint32_t quern_plan_strings_find(const quern_plan_strings *s, quern_string string);
void quern_plan_strings_finish(quern_plan_strings *s);

void quern_plan_init(quern_plan *plan);
void quern_plan_finish(quern_plan *plan);

/* The number of a term of the plan, new where it is not there yet. Errors: NOMEM, FULL more terms
 * than can be numbered. */
quern_status quern_plan_intern(quern_plan *plan, const char *term, size_t len, uint32_t *out,
                               quern_error *err);

/* The number of a term, or QUERN_PLAN_NONE where the plan has none such. */
uint32_t quern_plan_find(const quern_plan *plan, const char *term, size_t len);

/* A leaf that has no parent yet, from what *leaf says: op, weight (above 0) and what the op needs,
 * which is copied. A phrase, NEAR or SAME may have one member. Errors: NOMEM. */
quern_status quern_plan_leaf(quern_plan *plan, const quern_plan_node *leaf, quern_plan_node **out,
                             quern_error *err);

/* An operator without children. `need` is that of ATLEAST. */
quern_status quern_plan_operator(quern_plan *plan, quern_plan_op op, uint32_t need,
                                 quern_plan_node **out, quern_error *err);

/* Makes a node the last child of an operator; NULL does nothing. */
void quern_plan_append(quern_plan_node *parent, quern_plan_node *child);

/* Makes a tree, whose nodes are of this plan and are in no other tree, the plan's root: boosts are
 * multiplied down to the leaves, operators that have fewer children than they need go, and what can
 * be said in several ways is said in one. root may be NULL. Once for each plan. Errors: NOMEM, FULL
 * more leaves than can be numbered. */
quern_status quern_plan_settle(quern_plan *plan, quern_plan_node *root, quern_error *err);

/* Lets the function words of a settled plan count less. Once, after it was printed. */
void quern_plan_soften(quern_plan *plan);

/* Whether a settled plan is words and phrases of stems, any of them, or nothing. */
int quern_plan_is_flat(const quern_plan *plan);

/* Whether no member has to stand in a form of its own. */
int quern_plan_is_of_stems(const quern_plan_node *node);

/* The members of a SAME from the i-th on that are of the same stem end before the returned one. */
uint32_t quern_plan_same_end(const quern_plan_node *same, uint32_t i);

#endif
