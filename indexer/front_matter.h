/* SPDX-License-Identifier: MIT */
/* front_matter - what the head of a Markdown file tells of it. */
#ifndef QUERN_INDEXER_FRONT_MATTER_H
#define QUERN_INDEXER_FRONT_MATTER_H

#include "base/mem.h"
#include "base/status.h"

/* Zeroed is a valid, empty one. */
typedef struct quern_front_matter {
    quern_string title, language; /* or empty */
    int64_t date;                 /* or QUERN_NO_DATE */
    quern_field *fields;          /* all others; names and values borrowed from the text */
    size_t n_fields, cap_fields;
    size_t len; /* bytes of the text that it takes, 0: there is none */
} quern_front_matter;

/* Reads the front matter that text[0, len) may begin with. `title` and `date` are the names of the
 * keys that hold these. What *out had is lost. Errors: NOMEM. */
quern_status quern_front_matter_read(const char *text, size_t len, const char *title,
                                     const char *date, quern_front_matter *out, quern_error *err);
void quern_front_matter_finish(quern_front_matter *matter);

#endif
