/* SPDX-License-Identifier: MIT */
/* html - what a page says: its text in paragraphs, title, language, date, and what it tells of
 * itself. html.c has the rules.
 */
#ifndef QUERN_INDEXER_HTML_H
#define QUERN_INDEXER_HTML_H

#include "base/buf.h"
#include "base/mem.h"

#define QUERN_HTML_FIELDS 4 /* description, author, keywords, and a date that does not parse */

/* Zeroed is a valid, empty one. */
typedef struct quern_html {
    quern_buf text;
    quern_buf title;
    quern_arena arena;     /* of what follows */
    quern_string language; /* as written, "en-GB"; or empty */
    quern_field fields[QUERN_HTML_FIELDS];
    size_t n_fields;
    int64_t date;      /* or QUERN_NO_DATE */
    int title_in_text; /* the title is the first line of the text */
} quern_html;

/* Reads a whole page, or a piece of one as it would stand in a page. html[0, len) is UTF-8 of any
 * bytes. What *out had is lost. *reason says, static, why the page cannot be taken, or is NULL.
 * Errors: NOMEM. */
quern_status quern_html_read(const char *html, size_t len, quern_html *out, const char **reason,
                             quern_error *err);
void quern_html_finish(quern_html *html);

#endif
