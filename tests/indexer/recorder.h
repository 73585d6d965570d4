/* SPDX-License-Identifier: MIT */
/* recorder - a sink that writes down what a format hands it, one line an article or skip; the
 * reading of a string as if it were a file; and rows of files that are checked so. */
#ifndef QUERN_TESTS_INDEXER_RECORDER_H
#define QUERN_TESTS_INDEXER_RECORDER_H

#include "indexer/format.h"

#include "base/mem.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct recorder {
    quern_sink sink; /* first */
    quern_sync_options options;
    quern_charset charset;
    char log[16384]; /* cut where it is full */
    size_t n, n_articles, n_skips;
    quern_status answer; /* of put and skip */
} recorder;

static inline void recorder_add(recorder *r, const char *what, const void *text, size_t len)
{
    size_t room = sizeof r->log - r->n - 1;
    int n = snprintf(r->log + r->n, room, "%s%.*s", what, (int)(len < 200 ? len : 200),
                     (const char *)text);
    r->n += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static inline quern_status recorder_put(quern_sink *sink, quern_article *a, quern_error *err)
{
    recorder *r = (recorder *)sink;
    char numbers[80] = "";
    (void)err;
    r->n_articles++;
    if (a->date != QUERN_NO_DATE) {
        snprintf(numbers, sizeof numbers, " date=%lld", (long long)a->date);
    }
    recorder_add(r, "", a->id.data ? a->id.data : "", a->id.len);
    recorder_add(r, "|", a->title.data ? a->title.data : "", a->title.len);
    recorder_add(r, "|", a->text.data, a->text.len);
    recorder_add(r, "|", a->title_in_text ? "T" : "", a->title_in_text ? 1 : 0);
    recorder_add(r, "", a->offsets_in_text ? "O" : "", a->offsets_in_text ? 1 : 0);
    recorder_add(r, numbers, "", 0);
    recorder_add(r, a->language.len > 0 ? " lang=" : "", a->language.data ? a->language.data : "",
                 a->language.len);
    for (size_t i = 0; i < a->n_fields; i++) {
        recorder_add(r, " ", a->fields[i].name.data, a->fields[i].name.len);
        recorder_add(r, "=", a->fields[i].value.data, a->fields[i].value.len);
    }
    snprintf(numbers, sizeof numbers, " @%u\n", a->line);
    recorder_add(r, numbers, "", 0);
    return r->answer;
}

static inline quern_status recorder_skip(quern_sink *sink, uint32_t line, const char *reason,
                                         quern_error *err)
{
    recorder *r = (recorder *)sink;
    char what[32];
    (void)err;
    r->n_skips++;
    snprintf(what, sizeof what, "skip %u: ", line);
    recorder_add(r, what, reason, strlen(reason));
    recorder_add(r, "\n", "", 0);
    return r->answer;
}

/* Reads text as a file of the format; r is started anew and has the log. */
static inline quern_status recorder_read(recorder *r, const quern_format *format, const void *text,
                                         size_t len, uint64_t max_text)
{
    memset(r, 0, sizeof *r);
    r->options.id_member = "id";
    r->options.title_member = "title";
    r->options.text_member = "text";
    r->options.date_member = "date";
    r->sink.options = &r->options;
    r->sink.charset = &r->charset;
    r->sink.put = recorder_put;
    r->sink.skip = recorder_skip;
    quern_input input = {.path = "test", .max_text = max_text};
    quern_error err;
    input.fd = memfd_create("test", MFD_CLOEXEC);
    if (input.fd < 0 || write(input.fd, text, len) != (ssize_t)len ||
        lseek(input.fd, 0, SEEK_SET) != 0) {
        return QUERN_E_IO;
    }
    quern_status status = format->read(&input, &r->sink, &err);
    close(input.fd);
    quern_free(input.block);
    quern_charset_finish(&r->charset);
    return status;
}

/* ---- Rows ---- */

/* A file and what is read of it. */
typedef struct recorder_row {
    const char *name, *text;
    size_t len;
    const char *want; /* id|title|text|marks date language fields @line */
} recorder_row;

#define RECORDER_TEXT(text) text, sizeof text - 1

static inline void recorder_check(const quern_format *format, const recorder_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        recorder r;
        quern_status status = recorder_read(&r, format, rows[i].text, rows[i].len, 1 << 20);
        char row[400];
        snprintf(row, sizeof row, "%s: %.300s", rows[i].name, r.log);
        CHECK_ROW(row, status == QUERN_OK && strcmp(r.log, rows[i].want) == 0);
    }
}

/* A file made to be slow. */
typedef struct recorder_hostile {
    const char *before, *unit; /* the unit is repeated; % becomes its number */
    const char *want;          /* how the log begins */
} recorder_hostile;

/* Checks files of about `size` bytes. */
static inline void recorder_check_hostile(const quern_format *format, const recorder_hostile *rows,
                                          size_t n, size_t size)
{
    char *text = (char *)malloc(size + 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(rows[i].before);
        unsigned number = 0;
        memcpy(text, rows[i].before, len);
        while (len < size) {
            for (const char *p = rows[i].unit; *p; p++) {
                len += *p == '%' ? (size_t)sprintf(text + len, "%u", number++) : 1;
                text[len - 1] = *p == '%' ? text[len - 1] : *p;
            }
        }
        recorder r;
        CHECK_ROW(rows[i].unit, recorder_read(&r, format, text, len, size + 64) == QUERN_OK);
        char row[100];
        snprintf(row, sizeof row, "%s: %.60s", rows[i].unit, r.log);
        CHECK_ROW(row, strncmp(r.log, rows[i].want, strlen(rows[i].want)) == 0);
    }
    free(text);
}

#endif
