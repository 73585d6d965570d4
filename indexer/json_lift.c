/* SPDX-License-Identifier: MIT */
/* json_lift - see json_lift.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "indexer/json_lift.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_BYTES 64 /* as the string stands in the text */

void quern_json_lift_finish(quern_json_lift *lift)
{
    quern_buf_finish(&lift->text);
    quern_buf_finish(&lift->strings);
    quern_free(lift->ends);
    memset(lift, 0, sizeof *lift);
}

/* ---- Escapes ---- */

/* The four hexadecimal digits at p, or UINT32_MAX. */
static uint32_t hex4(const char *p, const char *end)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++, p++) {
        unsigned digit = p < end ? (unsigned char)*p : 0;
        unsigned low = digit | 0x20;
        int is_digit = digit - '0' < 10;
        if (!is_digit && low - 'a' >= 6) {
            return UINT32_MAX;
        }
        v = v << 4 | (is_digit ? digit - '0' : low - 'a' + 10);
    }
    return v;
}

/* Writes a character above 0 as UTF-8; returns its bytes. */
static size_t put_utf8(uint32_t u, uint8_t *out)
{
    if (u < 0x80) {
        out[0] = (uint8_t)u;
        return 1;
    }
    size_t n = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, u >>= 6) {
        out[i] = (uint8_t)(0x80 | (u & 0x3F));
    }
    out[0] = (uint8_t)((0xF00u >> n & 0xF0) | u);
    return n;
}

/* Undoes \uXXXX, or a pair of them; *p is behind the u. Returns the bytes written, 0: refused. */
static size_t undo_unicode(const char **p, const char *end, uint8_t *out)
{
    uint32_t u = hex4(*p, end);
    if (u == UINT32_MAX || u == 0 || u - 0xDC00 < 0x400) {
        return 0;
    }
    *p += 4;
    if (u - 0xD800 < 0x400) {
        uint32_t low = end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' ? hex4(*p + 2, end) : 0;
        if (low - 0xDC00 >= 0x400) {
            return 0;
        }
        *p += 6;
        u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
    }
    return put_utf8(u, out);
}

/* Undoes the escape behind the backslash before *p. Returns the bytes written, 0: refused. */
static size_t undo(const char **p, const char *end, uint8_t *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char c = *p < end ? *(*p)++ : '\0';
    if (c == 'u') {
        return undo_unicode(p, end, out);
    }
    const char *at = c ? strchr(from, c) : NULL;
    out[0] = at ? (uint8_t)to[at - from] : 0;
    return at != NULL;
}

/* Undoes the escapes of [p, end) at out, which has room for as many bytes. Returns how many it
 * wrote; SIZE_MAX: the string is not one that is taken out. */
static size_t unescape(const char *p, const char *end, uint8_t *out)
{
    uint8_t *at = out;
    while (p < end) {
        const char *plain = p;
        while (p < end && *p != '\\' && (unsigned char)*p >= 0x20) {
            p++;
        }
        memcpy(at, plain, (size_t)(p - plain));
        at += p - plain;
        if (p == end) {
            break;
        }
        size_t n = *p++ == '\\' ? undo(&p, end, at) : 0;
        if (n == 0) {
            return SIZE_MAX;
        }
        at += n;
    }
    return (size_t)(at - out);
}

/* ---- Strings ---- */

/* The quote that ends the string whose first byte is p; NULL: none does. */
static const char *end_of_string(const char *p, const char *end)
{
    const char *start = p;
    while ((p = memchr(p, '"', (size_t)(end - p))) != NULL) {
        const char *before = p;
        while (before > start && before[-1] == '\\') {
            before--;
        }
        if ((p - before) % 2 == 0) {
            return p;
        }
        p++;
    }
    return NULL;
}

/* Whether what comes at p makes the string before it the name of a member. */
static int is_name(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) {
        p++;
    }
    return p < end && *p == ':';
}

/* Takes the string [p, end) out. Returns 0 where it is left. */
static int take_out(quern_json_lift *lift, const char *p, const char *end)
{
    size_t before = lift->strings.len;
    uint8_t *out = quern_buf_extend(&lift->strings, (size_t)(end - p));
    if (!out || quern_grow(&lift->ends, &lift->cap, lift->n + 1, sizeof *lift->ends)) {
        lift->strings.status = QUERN_E_NOMEM;
        return 0;
    }
    size_t n = unescape(p, end, out);
    lift->strings.len = n == SIZE_MAX ? before : before + n;
    if (n == SIZE_MAX) {
        return 0;
    }
    char mark[32];
    int len = snprintf(mark, sizeof mark, "\"\\u0000%zu\"", lift->n);
    quern_buf_bytes(&lift->text, mark, (size_t)len);
    lift->ends[lift->n++] = lift->strings.len;
    return 1;
}

quern_status quern_json_lift_text(quern_json_lift *lift, const char *text, size_t len,
                                  quern_error *err)
{
    const char *end = text + len;
    const char *from = text; /* what is not copied yet */
    quern_buf_clear(&lift->text);
    quern_buf_clear(&lift->strings);
    lift->n = 0;
    const char *p = memmem(text, len, "\\u0000", 6) ? NULL : memchr(text, '"', len);
    while (p) {
        const char *close = end_of_string(p + 1, end);
        if (!close) {
            break;
        }
        if (close - p > LONG_BYTES && !is_name(close + 1, end)) {
            quern_buf_bytes(&lift->text, from, (size_t)(p - from));
            from = take_out(lift, p + 1, close) ? close + 1 : p;
        }
        p = memchr(close + 1, '"', (size_t)(end - close - 1));
    }
    quern_buf_bytes(&lift->text, from, (size_t)(end - from));
    return lift->text.status || lift->strings.status ? quern_fail_nomem(err) : QUERN_OK;
}

quern_string quern_json_lift_string(const quern_json_lift *lift, quern_string parsed)
{
    if (lift->n == 0 || parsed.len < 2 || parsed.data[0] != '\0') {
        return parsed;
    }
    size_t i = strtoul(parsed.data + 1, NULL, 10);
    size_t start = i > 0 ? lift->ends[i - 1] : 0;
    quern_string out = {(const char *)lift->strings.data + start, lift->ends[i] - start};
    return out;
}
