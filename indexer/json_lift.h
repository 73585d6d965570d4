/* SPDX-License-Identifier: MIT */
/* json_lift - takes long strings out of a JSON text before a parser reads it.
 *
 * A parser reads a byte at a time; nearly all bytes of a record are one or two long strings. These
 * are found, and their escapes undone, at the speed of memory. In the text they leave a short
 * string, a NUL and their number, which cannot stand there otherwise: a text that has an escaped
 * NUL somewhere is left as it is. So is whatever the parser might refuse: control characters,
 * halves of surrogate pairs, unknown escapes; names of members; and all of a text that is no JSON.
 */
#ifndef QUERN_INDEXER_JSON_LIFT_H
#define QUERN_INDEXER_JSON_LIFT_H

#include "base/buf.h"

/* Zeroed is fine; finish it. One serves any number of texts. */
typedef struct quern_json_lift {
    quern_buf text;    /* what is left to parse */
    quern_buf strings; /* those that were taken out */
    size_t *ends;      /* of each in `strings` */
    size_t n, cap;
} quern_json_lift;

void quern_json_lift_finish(quern_json_lift *lift);

/* Takes the long strings of a text, which is valid UTF-8, out of it. Errors: NOMEM. */
quern_status quern_json_lift_text(quern_json_lift *lift, const char *text, size_t len,
                                  quern_error *err);

/* The string that a parsed one stands for: itself, or one that was taken out. */
quern_string quern_json_lift_string(const quern_json_lift *lift, quern_string parsed);

#endif
