/* SPDX-License-Identifier: MIT */
/* message - errors, hints and notes on standard error, and the exit code of each status.
 *
 * A message is made whole in memory, cleaned, and written by one call, so that lines of several
 * processes do not mix and no control character of a file name reaches a terminal.
 *
 * The form of an error is "program: what and where — what to do": the two halves are `message` and
 * `hint` of quern_error.
 */
#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/terminal.h"

static struct {
    const char *program;
    int dim;
} self = {"quern", 0};

void quern_message_open(const char *program, int dim)
{
    self.program = program;
    self.dim = dim;
}

/* Writes before, the cleaned text, after. */
static void put_line(const char *before, const char *text, const char *after)
{
    char *line = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&line, &len);
    if (!out) {
        fputs("out of memory\n", stderr);
        return;
    }
    fputs(before, out);
    quern_terminal_escape(out, QUERN_STR(text));
    fputs(after, out);
    fputc('\n', out);
    if (fclose(out) == 0) {
        fwrite(line, 1, len, stderr);
    }
    free(line);
}

__attribute__((format(printf, 3, 0))) static void put_format(const char *before, const char *after,
                                                             const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0) {
        fputs("out of memory\n", stderr);
        return;
    }
    put_line(before, text, after);
    free(text);
}

__attribute__((format(printf, 1, 0))) static void put_named(const char *format, va_list args)
{
    char before[64];
    snprintf(before, sizeof before, "%s: ", self.program);
    put_format(before, "", format, args);
}

void quern_message_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_named(format, args);
    va_end(args);
}

void quern_message_dim(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_format(self.dim ? "\033[90m" : "", self.dim ? "\033[0m" : "", format, args);
    va_end(args);
}

int quern_message_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_named(format, args);
    va_end(args);
    fprintf(stderr, "try: %s --help\n", self.program);
    return QUERN_EXIT_USAGE;
}

static int exit_code(quern_status status)
{
    switch (status) {
    case QUERN_OK:
        return QUERN_EXIT_OK;
    case QUERN_E_SYNTAX:
    case QUERN_E_INVALID:
        return QUERN_EXIT_USAGE;
    case QUERN_E_NOT_FOUND:
    case QUERN_E_VERSION:
        return QUERN_EXIT_NO_INDEX;
    case QUERN_E_CORRUPT:
        return QUERN_EXIT_DAMAGED;
    case QUERN_E_LOCKED:
        return QUERN_EXIT_LOCKED;
    case QUERN_E_CANCELLED:
        return QUERN_EXIT_INTERRUPTED;
    case QUERN_E_NOMEM:
    case QUERN_E_IO:
    case QUERN_E_BACKEND:
    case QUERN_E_FULL:
    case QUERN_E_NETWORK:
    case QUERN_E_UNKNOWN_OUTCOME:
    case QUERN_E_EXISTS:
        break;
    }
    return QUERN_EXIT_FAILED;
}

int quern_message_fail(const quern_error *err)
{
    const char *what = err->message[0] ? err->message : quern_status_name(err->status);
    quern_message_say("%s%s%s", what, err->hint[0] ? " — " : "", err->hint);
    return exit_code(err->status);
}

int quern_message_no_memory(void)
{
    fprintf(stderr, "%s: out of memory\n", self.program);
    return QUERN_EXIT_FAILED;
}

char *quern_message_number(char out[QUERN_MESSAGE_NUMBER], uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *p = out;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            *p++ = ',';
        }
        *p++ = digits[i];
    }
    *p = '\0';
    return out;
}

char *quern_message_size(char out[QUERN_MESSAGE_NUMBER], uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000.0;
        unit++;
    }
    int decimals = unit > 0 && size < 9.95 ? 1 : 0;
    snprintf(out, QUERN_MESSAGE_NUMBER, "%.*f %s", decimals, size, units[unit]);
    return out;
}

const char *quern_message_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}
