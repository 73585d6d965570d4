/* SPDX-License-Identifier: MIT */
/* forms_model - which forms the terms of a segment_model have, and what a reader must find. Nothing
 * is stored: names follow from the term, and the form of an occurrence from its number. */
#ifndef QUERN_TESTS_FORMS_MODEL_H
#define QUERN_TESTS_FORMS_MODEL_H

#include "segment_model.h"

#include "index/forms.h"

/* Declares the forms of a term to the writer. */
quern_status forms_model_declare(const model_term *t, quern_segment_writer *w, quern_error *err);

/* The number of the form, as declared, of each of the n occurrences from m->positions + at on. */
void forms_model_pick(const model_term *t, size_t at, size_t n, uint32_t *out);

/* As model_compare. */
quern_status forms_model_compare(const model *m, quern_segment *s, const char **differs,
                                 quern_error *err);

#endif
