/* SPDX-License-Identifier: MIT */
/* fields - the terms by which fields and titles select articles, as they are indexed and as queries
 * look for them.
 *
 *     kind QUERN_TERM_FIELD | name | NUL | sort | bytes
 *
 *     sort  bytes
 *     w     a word of the value: its exact form, or the amount or pair of characters
 *     s     of the title alone: the stem of a word
 *     v     not of the title: the whole value, folded, one blank between its words
 *
 * The name is folded to small letters; one of more than QUERN_FIELD_NAME_MAX bytes has no terms. A
 * term is cut at a character where it is longer than a term may be. The title is a field of the
 * name `title`.
 */
#ifndef QUERN_STEMMER_FIELDS_H
#define QUERN_STEMMER_FIELDS_H

#include "stemmer/analysis.h"

#define QUERN_FIELD_NAME_MAX 128
#define QUERN_FIELD_TITLE "title"

enum { QUERN_FIELD_WORD = 'w', QUERN_FIELD_STEM = 's', QUERN_FIELD_VALUE = 'v' };

/* Folds a name; returns its length, or 0 where it has no terms. */
size_t quern_field_name(quern_string name, char out[QUERN_FIELD_NAME_MAX]);

/* Writes the term of a word or stem, whose bytes have no kind; returns its length. `name` is
 * folded. */
size_t quern_field_term(char out[QUERN_TERM_MAX], quern_string name, int sort, quern_string bytes);

/* Writes the term of a whole value, which is folded here. */
size_t quern_field_value_term(char out[QUERN_TERM_MAX], quern_string name, quern_string value);

/* Calls `each` for every term of the title and the fields, also more than once; a value other than
 * 0 stops, and NOMEM is returned. `tokens` are overwritten. */
typedef int (*quern_field_visit)(const char *term, size_t len, void *payload);
typedef struct quern_field_source {
    quern_string title;
    const quern_field *fields;
    size_t n_fields;
} quern_field_source;
quern_status quern_fields_each(quern_analysis *analysis, quern_tokens *tokens,
                               const quern_field_source *source, quern_field_visit each,
                               void *payload, quern_error *err);

#endif
