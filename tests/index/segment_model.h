/* SPDX-License-Identifier: MIT */
/* segment_model - what a segment should hold, as plain arrays: made at random, written through the
 * writer, and held against what a reader finds. */
#ifndef QUERN_TESTS_SEGMENT_MODEL_H
#define QUERN_TESTS_SEGMENT_MODEL_H

#include "index/segment_writer.h"

typedef struct model_posting {
    uint32_t passage, tf;
    size_t at; /* of its positions in model.positions */
} model_posting;

typedef struct model_term {
    char name[256];
    size_t len;
    size_t first, n; /* in model.postings */
    uint64_t cf;
} model_term;

typedef struct model_article {
    quern_stored_article a; /* strings and arrays are owned by the model's arena */
    char *text;
    uint32_t first; /* passage */
} model_article;

typedef struct model {
    quern_arena arena;
    model_article *articles;
    uint32_t n_articles, n_passages;
    uint32_t *lengths;
    uint32_t *article_of; /* of each passage */
    model_term *terms;
    uint32_t n_terms;
    model_posting *postings;
    size_t n_postings;
    uint32_t *positions;
    size_t n_positions;
    uint64_t sum_len, text_bytes;
    int store_text;
} model;

#define MODEL_EXACTLY 0x80000000u

/* What a random model is like. */
typedef struct model_shape {
    const char *name;
    uint32_t n_articles;
    uint32_t max_passages;     /* of an article, from 0; with MODEL_EXACTLY always so many */
    uint32_t min_len, max_len; /* of a passage, in words */
    uint32_t long_len;         /* of the first passage; 0: as the others */
    uint32_t n_words;          /* in the vocabulary */
    uint32_t skew;             /* from 1: the larger, the more often the first words */
    uint32_t max_text;         /* bytes of an article's text */
    int dates, titles, store_text;
} model_shape;

void model_random(model *m, const model_shape *shape, uint64_t seed);
void model_free(model *m);

quern_status model_write(const model *m, quern_vfs *vfs, const char *dir, quern_segment_ref *ref,
                         quern_error *err);

/* Reads all of a segment every way there is. OK with *differs NULL: all is as in the model; else
 * *differs says what is not. Another status: that is what some call said. */
quern_status model_compare(const model *m, quern_segment *s, const char **differs,
                           quern_error *err);

#endif
