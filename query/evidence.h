/* SPDX-License-Identifier: MIT */
/* evidence - why a passage matches: a plan evaluated over the passage's own words.
 *
 * The text is analysed again, as it was when it was indexed, and every node of the plan is asked
 * whether it holds here. So the highlighter marks, and an explanation counts, what made the passage
 * match, neither guessed from the words of the query nor stored.
 *
 *     query: (chips AND price) OR bank -loan         text: chips for a bank
 *
 *     ANY                yes
 *      |- ALL            no        a branch that does not hold: none of its words count
 *      |   |- chip       yes
 *      |   `- price      no
 *      `- NOT            yes
 *          |- bank       yes       counts
 *          `- loan       no        the right side of a NOT never counts
 *
 * A passage has two zones, its pooled title and its text, which a word may be in either of and a
 * phrase or NEAR within one. What only selects articles cannot be read off a passage: it is asked
 * of the hit (evidence_fields.h); where there is none it may hold, and so may what hangs on it. A
 * passage that was found has a root that holds; any other text may not, and then nothing counts.
 */
#ifndef QUERN_QUERY_EVIDENCE_H
#define QUERN_QUERY_EVIDENCE_H

#include "query/evidence_fields.h"
#include "query/expand.h"
#include "query/nearby.h"
#include "query/plan.h"
#include "stemmer/analysis.h"

enum { QUERN_ZONE_TITLE, QUERN_ZONE_TEXT, QUERN_ZONES };

typedef enum quern_truth { QUERN_NO, QUERN_PERHAPS, QUERN_YES } quern_truth;

/* What is looked at. */
typedef struct quern_evidence_passage {
    quern_string title;
    uint32_t title_words; /* positions of the title that are pooled into the passage */
    quern_string text;
    int is_text_unknown;  /* 1: the index stores no texts; any leaf may hold */
    const quern_hit *hit; /* its date, source, title and fields are those of the article, which was
                             found by the plan; NULL: not known */
    uint32_t language;    /* the number of the one that it was analysed in */
} quern_evidence_passage;

/* A node of the plan, in the order of a walk from the root: a node before its children. */
typedef struct quern_evidence_node {
    const quern_plan_node *node;
    quern_truth truth;
    int is_sure;   /* it holds for every passage that is found */
    int is_met;    /* the first term of a NEAR stands in the passage */
    int is_marked; /* it holds, and is a reason why the passage matches */
    int is_scored; /* and adds to its score, if it is a leaf that does */
} quern_evidence_node;

/* A leaf that is looked for where a term stands. */
typedef struct quern_evidence_link {
    uint32_t node;   /* in `nodes` */
    uint32_t member; /* of a SAME: the first one of that term */
    uint32_t next;   /* the next such leaf, plus 1; 0: none */
} quern_evidence_link;

/* A leaf stands here. Of a NEAR there is one for each word. */
typedef struct quern_occurrence {
    uint32_t node; /* in `nodes` */
    uint32_t zone;
    uint32_t start, end; /* bytes of the zone's string */
} quern_occurrence;

/* Zeroed, with analysis and plan set, is ready. The caller keeps both. */
typedef struct quern_evidence {
    quern_analysis *analysis;
    const quern_plan *plan;
    const quern_expansions *expansions; /* of the search; NULL: any form that a pattern matches */
    quern_evidence_node *nodes;         /* all of the plan, from the first text on */
    size_t n_nodes, cap_nodes;
    uint32_t *leaves; /* of each term: the first link to a leaf that begins with it, plus 1 */
    quern_evidence_link *links;
    size_t n_links, cap_links;
    uint32_t *patterns; /* the EXPANDs among the nodes */
    size_t n_patterns, cap_patterns;
    quern_tokens tokens[QUERN_ZONES]; /* of the last passage, */
    size_t n_tokens[QUERN_ZONES];     /* of which only so many count */
    uint32_t *terms[QUERN_ZONES];     /* of the plan, for each token, or QUERN_PLAN_NONE, */
    uint32_t *forms[QUERN_ZONES];     /* and those that are its exact form */
    size_t cap_terms[QUERN_ZONES], cap_forms[QUERN_ZONES];
    int has_forms;                 /* the plan asks for exact forms */
    quern_occurrence *occurrences; /* of leaves that are marked; ascending by zone, start */
    size_t n_occurrences, cap_occurrences;
    quern_nearby_place *places;
    size_t cap_places;
    quern_evidence_fields fields;
    int asks_fields; /* a SELECT may be false of a passage that is found */
} quern_evidence;

void quern_evidence_finish(quern_evidence *e);

/* Whether an EXPAND stands for a token. */
int quern_evidence_expands(const quern_evidence *e, const quern_plan_node *node,
                           const quern_token *token);

/* Whether token i of a zone is the m-th member of a leaf. */
int quern_evidence_is_member(const quern_evidence *e, uint32_t zone, size_t i,
                             const quern_plan_node *leaf, uint32_t m);

/* Evaluates the plan over a passage. Errors: NOMEM, CORRUPT the index has no such language. */
quern_status quern_evidence_of(quern_evidence *e, const quern_evidence_passage *passage,
                               quern_error *err);

#endif
