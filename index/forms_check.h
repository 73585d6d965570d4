/* SPDX-License-Identifier: MIT */
/* forms_check - holds section FORMS against the rules of FORMAT.md, for segment_check.c. */
#ifndef QUERN_INDEX_FORMS_CHECK_H
#define QUERN_INDEX_FORMS_CHECK_H

#include "index/forms.h"

typedef struct quern_forms_count {
    uint32_t df, last; /* passages, and the last of them */
    uint64_t cf;
} quern_forms_count;

/* What was counted so far. Zeroed is a valid, empty one. */
typedef struct quern_forms_check {
    quern_forms forms;
    quern_postings postings;
    quern_forms_count *counts; /* by code */
    size_t cap_counts;
    uint64_t n_named;  /* stems with a record */
    uint64_t n_listed; /* forms that are not their stem */
    uint64_t code_at;  /* bytes of codes so far */
} quern_forms_check;

/* Every term of the segment, in order. Errors: CORRUPT where a rule is broken, NOMEM. */
quern_status quern_forms_check_term(quern_forms_check *c, quern_segment *segment, quern_string key,
                                    const quern_term *term, quern_error *err);
/* After the last term: the lists, and what all records add up to. */
quern_status quern_forms_check_lists(quern_forms_check *c, quern_segment *segment,
                                     quern_error *err);
void quern_forms_check_finish(quern_forms_check *c);

#endif
