/* SPDX-License-Identifier: MIT */
/* format_fuzz - bytes as a file of a format, for the targets of the readers. What a reader hands on
 * is text in UTF-8, its title and fields within their limits, and the same each time. */
#ifndef QUERN_TESTS_FUZZ_FORMAT_FUZZ_H
#define QUERN_TESTS_FUZZ_FORMAT_FUZZ_H

#include "tests/fuzz/fuzz.h"

#include "base/checksum.h"
#include "base/mem.h"
#include "indexer/format.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct catcher {
    quern_sink sink; /* first */
    size_t articles, skips, skipped_lines;
    uint64_t hash; /* of all that was handed on */
} catcher;

static inline void take_string(catcher *c, quern_string s, size_t most)
{
    FUZZ_CHECK(s.len <= most);
    FUZZ_CHECK(s.len == 0 || quern_charset_valid(s.data, s.len) == s.len);
    c->hash = quern_checksum_seeded(s.len ? s.data : "", s.len, c->hash + s.len);
}

static inline quern_status fuzz_put(quern_sink *sink, quern_article *article, quern_error *err)
{
    catcher *c = (catcher *)sink;
    (void)err;
    c->articles++;
    take_string(c, article->text, SIZE_MAX);
    take_string(c, article->title, SIZE_MAX);
    take_string(c, article->language, 35);
    for (size_t i = 0; i < article->n_fields; i++) {
        take_string(c, article->fields[i].name, 4096);
        take_string(c, article->fields[i].value, 4096);
    }
    if (article->title_in_text) {
        FUZZ_CHECK(article->title.len <= article->text.len);
        FUZZ_CHECK(memcmp(article->title.data, article->text.data, article->title.len) == 0);
    }
    return QUERN_OK;
}

static inline quern_status fuzz_skip(quern_sink *sink, uint32_t line, const char *reason,
                                     quern_error *err)
{
    catcher *c = (catcher *)sink;
    (void)err;
    FUZZ_CHECK(reason[0]);
    c->skips++;
    c->skipped_lines += line > 0;
    return QUERN_OK;
}

/* Reads the bytes as a file. */
static inline catcher fuzz_catch(const quern_format *format, const uint8_t *data, size_t size)
{
    static int fd = -1;
    static quern_charset charset;
    quern_sync_options options = QUERN_SYNC_OPTIONS_INIT;
    options.id_member = "id";
    options.title_member = "title";
    options.text_member = "text";
    options.date_member = "date";
    fd = fd < 0 ? memfd_create("fuzz", MFD_CLOEXEC) : fd;
    FUZZ_CHECK(fd >= 0 && ftruncate(fd, 0) == 0);
    FUZZ_CHECK(pwrite(fd, data, size, 0) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    catcher c = {.sink = {&options, &charset, fuzz_put, fuzz_skip}};
    quern_input input = {.fd = fd, .path = "fuzz", .max_text = (uint64_t)1 << 30};
    quern_error err;
    FUZZ_CHECK(format->read(&input, &c.sink, &err) == QUERN_OK);
    quern_free(input.block);
    return c;
}

/* The same of a format whose files are one article, or skipped. Returns the hash of what came. */
static inline uint64_t fuzz_read(const quern_format *format, const uint8_t *data, size_t size)
{
    catcher c = fuzz_catch(format, data, size);
    FUZZ_CHECK(c.articles + c.skips == 1 && c.skipped_lines == 0);
    return c.hash + c.skips;
}

#endif
