/* SPDX-License-Identifier: MIT */
/* hits - the answer to a search, owning all it says.
 *
 * Everything of the hits lies in one arena: copies of keys, titles, fields and passages, each with
 * a NUL after it, and the spans. So hits outlive query, reader and index.
 */
#ifndef QUERN_QUERY_HITS_H
#define QUERN_QUERY_HITS_H

#include "index/engine.h"
#include "index/snapshot.h"
#include "query/explain.h"
#include "query/highlight.h"
#include "query/topk.h"

struct quern_hits {
    quern_arena arena;
    quern_hit *items;
    size_t n, cap;
    quern_explanation *explanations; /* of each item; NULL: not asked for */
    size_t cap_explanations;
    quern_totals totals;
    char **notes; /* in the arena */
    size_t n_notes, cap_notes;
};

/* Adds a note, made as by printf. Errors: NOMEM. */
quern_status quern_hits_add_note(quern_hits *hits, quern_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What makes hits out of passages. */
typedef struct quern_hits_builder {
    quern_hits *hits;
    quern_snapshot *snapshot;
    quern_highlighter highlighter;
    quern_explainer explainer; /* zeroed: nothing is explained */
    int places_only;           /* 1: no text, highlights or fields */
    uint32_t language;         /* that the article at hand was analysed in */
    quern_arena scratch;       /* of the article at hand */
    quern_buf text;
} quern_hits_builder;

void quern_hits_builder_finish(quern_hits_builder *b); /* leaves the hits */

/* Passages of one article that are shown, best first. */
typedef struct quern_hits_group {
    uint32_t segment, article;
    uint32_t first_passage; /* of the article */
    uint32_t rank;
    const quern_scored *passages;
    size_t n_passages;
    uint64_t n_more;   /* matching passages that are not shown */
    uint64_t n_copies; /* other articles whose best passage says the same */
    quern_string text; /* of the one passage that there is, in the arena of the hits; data is NULL
                          where it is yet to be read */
} quern_hits_group;

/* Reads the text of the group's first passage, "" where texts are not stored, and the title. Both
 * stay until the builder is used again. Errors: NOMEM, CORRUPT, IO. */
quern_status quern_hits_text(quern_hits_builder *b, const quern_hits_group *group,
                             quern_string *text, quern_string *title, quern_error *err);

/* Reads the article and adds a hit for each passage. Errors: NOMEM, CORRUPT, IO. */
quern_status quern_hits_add(quern_hits_builder *b, const quern_hits_group *group, quern_error *err);

/* The same for an article of another engine's answer. Errors: NOMEM. */
quern_status quern_hits_add_found(quern_hits_builder *b, const quern_engine_found *found,
                                  uint32_t rank, uint64_t n_copies, quern_error *err);

#endif
