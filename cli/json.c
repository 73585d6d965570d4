/* SPDX-License-Identifier: MIT */
/* json - building objects and printing them as lines.
 *
 * Jansson escapes the control characters below 0x20. The others that must not reach a terminal
 * (DEL, C1, those that turn writing direction) and the two line separators of Unicode, which some
 * readers of lines take for ends, are escaped here while the line is written: outside of strings
 * JSON has none of them, so the text can be changed without parsing it.
 *
 * Reals are printed with 15 digits: more than a sum of multiples of 2^-20 needs, and free of tails
 * such as 2.1000000000000001.
 */
#include "cli/json.h"

#include <stdlib.h>
#include <time.h>
#include <unistr.h>

quern_json quern_json_open(const char *type)
{
    quern_json json = {json_object(), 0};
    quern_json_set(&json, "type", json_string(type));
    return json;
}

void quern_json_set(quern_json *json, const char *name, json_t *value)
{
    if (json_object_set_new(json->object, name, value)) {
        json->failed = 1;
    }
}

void quern_json_set_text(quern_json *json, const char *name, quern_string text)
{
    quern_json_set(json, name, quern_json_text(text));
}

void quern_json_set_count(quern_json *json, const char *name, uint64_t n)
{
    quern_json_set(json, name, json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

static json_t *base64(quern_string text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = malloc((text.len + 2) / 3 * 4 + 1);
    if (!out) {
        return NULL;
    }
    char *p = out;
    for (size_t i = 0; i < text.len; i += 3) {
        unsigned bits = 0;
        for (size_t j = 0; j < 3; j++) {
            bits = bits << 8 | (i + j < text.len ? (unsigned char)text.data[i + j] : 0);
        }
        *p++ = digits[bits >> 18];
        *p++ = digits[bits >> 12 & 63];
        *p++ = i + 1 < text.len ? digits[bits >> 6 & 63] : '=';
        *p++ = i + 2 < text.len ? digits[bits & 63] : '=';
    }
    json_t *value = json_stringn_nocheck(out, (size_t)(p - out));
    free(out);
    json_t *object = json_object();
    if (!value || !object || json_object_set_new(object, "bytes", value)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *quern_json_text(quern_string text)
{
    if (text.len == 0) {
        return json_string("");
    }
    if (u8_check((const uint8_t *)text.data, text.len)) {
        return base64(text);
    }
    return json_stringn_nocheck(text.data, text.len);
}

json_t *quern_json_spans(const quern_span *spans, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *span = json_object();
        if (json_object_set_new(span, "start", json_integer(spans[i].start)) ||
            json_object_set_new(span, "end", json_integer(spans[i].end)) ||
            json_array_append(array, span)) {
            json_decref(span);
            json_decref(array);
            return NULL;
        }
        json_decref(span);
    }
    return array;
}

/* Adds a value to an object, in an array where the name is there already. Takes over `value`. */
static int add_field(json_t *object, quern_string name, json_t *value)
{
    json_t *there = json_object_getn(object, name.data, name.len);
    if (!there) {
        return json_object_setn_new(object, name.data, name.len, value);
    }
    if (json_is_array(there)) {
        return json_array_append_new(there, value);
    }
    json_t *array = json_array();
    if (json_array_append(array, there) || json_array_append(array, value) ||
        json_object_setn(object, name.data, name.len, array)) {
        json_decref(array);
        json_decref(value);
        return -1;
    }
    json_decref(array);
    json_decref(value);
    return 0;
}

json_t *quern_json_fields(const quern_field *fields, size_t n)
{
    json_t *object = json_object();
    for (size_t i = 0; i < n; i++) {
        quern_string name = fields[i].name;
        if (u8_check((const uint8_t *)name.data, name.len)) {
            name = QUERN_STR("?");
        }
        if (add_field(object, name, quern_json_text(fields[i].value))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *quern_json_date(int64_t date)
{
    char text[64];
    struct tm tm;
    time_t seconds = (time_t)date;
    if (date == QUERN_NO_DATE || !gmtime_r(&seconds, &tm)) {
        return json_null();
    }
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_stringn(text, len);
}

/* The length of a character at p that must not be printed as it is, with its code; else 0. */
static size_t unsafe(const unsigned char *p, unsigned *code)
{
    if (*p == 0x7f) {
        *code = 0x7f;
        return 1;
    }
    if (*p == 0xc2 && p[1] < 0xa0) {
        *code = p[1];
        return 2;
    }
    if (*p != 0xe2 || (p[1] != 0x80 && p[1] != 0x81)) {
        return 0;
    }
    *code = 0x2000U + (p[1] & 1U) * 64U + (p[2] & 63U);
    return (*code >= 0x2028 && *code <= 0x202e) || (*code >= 0x2066 && *code <= 0x2069) ? 3 : 0;
}

static void print_safely(const char *text, FILE *out)
{
    const unsigned char *p = (const unsigned char *)text, *from = p;
    while (*p) {
        unsigned code;
        size_t len = unsafe(p, &code);
        if (len) {
            fwrite(from, 1, (size_t)(p - from), out);
            fprintf(out, "\\u%04x", code);
            from = p + len;
        }
        p += len ? len : 1;
    }
    fwrite(from, 1, (size_t)(p - from), out);
    fputc('\n', out);
}

int quern_json_print(quern_json *json, FILE *out)
{
    char *text = NULL;
    if (!json->failed) {
        text = json_dumps(json->object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    }
    json_decref(json->object);
    json->object = NULL;
    if (!text) {
        return -1;
    }
    print_safely(text, out);
    free(text);
    return 0;
}
