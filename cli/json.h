/* SPDX-License-Identifier: MIT */
/* json - JSON lines: one object a line, safe to read by programs and to look at on a terminal.
 *
 * Objects are built with jansson. A quern_json collects failures while an object is filled, so that
 * a caller checks once, when the line is printed. A string that is not valid UTF-8 (a file name may
 * be any bytes) is written as {"bytes": "<base64>"} with all its bytes; offsets into it stay true.
 */
#ifndef QUERN_CLI_JSON_H
#define QUERN_CLI_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "quern/quern.h"

#define QUERN_JSON_SCHEMA 1

typedef struct quern_json {
    json_t *object; /* NULL where memory ran out at once */
    int failed;     /* 1: memory ran out on the way */
} quern_json;

/* Begins an object whose first member is "type". */
quern_json quern_json_open(const char *type);

/* Adds a member; takes over `value`, of which NULL is a failure. */
void quern_json_set(quern_json *json, const char *name, json_t *value);
void quern_json_set_text(quern_json *json, const char *name, quern_string text);
void quern_json_set_count(quern_json *json, const char *name, uint64_t n);

/* The string, or the object with its bytes where it is not UTF-8. NULL where memory ran out. */
json_t *quern_json_text(quern_string text);

/* [{"start":0,"end":7}, ...]. NULL where memory ran out. */
json_t *quern_json_spans(const quern_span *spans, size_t n);

/* {"name":"value", ...}; a name that comes twice has an array of values. NULL where memory ran
 * out. */
json_t *quern_json_fields(const quern_field *fields, size_t n);

/* A date as "2024-03-27T14:05:00Z", null where there is none. NULL where memory ran out. */
json_t *quern_json_date(int64_t date);

/* Prints the object and a new line, and ends it. Returns 0, or -1 where memory ran out. */
int quern_json_print(quern_json *json, FILE *out);

#endif
