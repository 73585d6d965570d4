/* SPDX-License-Identifier: MIT */
/* status - fills a quern_error. See status.h for the idiom.
 *
 * Messages hold names of files and words of users, which may be any bytes: control characters are
 * replaced here, in the one place that every message passes, so that no message can carry an escape
 * sequence to a terminal. */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *quern_status_name(quern_status status)
{
    static const char *const names[] = {"ok",        "no memory",       "i/o",     "locked",
                                        "not found", "version",         "corrupt", "syntax",
                                        "invalid",   "backend",         "full",    "network",
                                        "cancelled", "unknown outcome", "exists"};
    unsigned i = (unsigned)status;
    return i < sizeof names / sizeof names[0] ? names[i] : "unknown status";
}

/* Copies text[0, len) into out[cap], cut at a character, without control characters. */
static void put_text(char *out, size_t cap, const char *text, size_t len)
{
    size_t n = len < cap - 1 ? len : cap - 1;
    if (n < len) {
        n = cap - 4;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        out[i] = c < 0x20 || c == 0x7F ? '?' : text[i];
    }
    if (n < len) {
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n] = '\0';
}

static void fill(quern_error *err, quern_status status, int os_errno, const char *text)
{
    const char *hint = NULL;
    for (const char *p = strstr(text, " - "); p; p = strstr(p + 1, " - ")) {
        hint = p;
    }
    size_t len = hint ? (size_t)(hint - text) : strlen(text);
    err->status = status;
    err->os_errno = os_errno;
    err->pos = 0;
    put_text(err->message, sizeof err->message, text, len);
    put_text(err->hint, sizeof err->hint, hint ? hint + 3 : "", hint ? strlen(hint + 3) : 0);
}

quern_status quern_fail(quern_error *err, quern_status status, const char *format, ...)
{
    if (err) {
        char text[1024];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        fill(err, status, 0, text);
    }
    return status;
}

static quern_status status_of_errno(int os_errno)
{
    switch (os_errno) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return QUERN_E_FULL;
    case ENOMEM:
        return QUERN_E_NOMEM;
    case ENOENT:
        return QUERN_E_NOT_FOUND;
    default:
        return QUERN_E_IO;
    }
}

quern_status quern_fail_os(quern_error *err, int os_errno, const char *format, ...)
{
    quern_status status = status_of_errno(os_errno);
    if (err) {
        char text[1024];
        char cause[128] = "";
        va_list args;
        va_start(args, format);
        int n = vsnprintf(text, sizeof text, format, args);
        va_end(args);
        const char *why = strerror_r(os_errno, cause, sizeof cause);
        size_t used = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
        snprintf(text + used, sizeof text - used, ": %s%s", why,
                 status == QUERN_E_FULL ? " - free some space and run again" : "");
        fill(err, status, os_errno, text);
    }
    return status;
}

quern_status quern_fail_nomem(quern_error *err)
{
    return quern_fail(err, QUERN_E_NOMEM, "out of memory");
}

void quern_error_clear(quern_error *err)
{
    if (err) {
        memset(err, 0, sizeof *err);
    }
}
