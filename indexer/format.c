/* SPDX-License-Identifier: MIT */
/* format - see format.h. The table of formats, and the reading of blocks and of whole files. */
#include "indexer/format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/mem.h"

#define BLOCK_BYTES ((size_t)256 << 10)

/* But plain text, which all other files are. */
static const quern_format *const formats[] = {&quern_format_markdown, &quern_format_html,
                                              &quern_format_jsonl};

quern_string quern_extension(size_t n)
{
    if (n == 0) {
        return QUERN_STR("txt");
    }
    if (n > sizeof formats / sizeof *formats) {
        return (quern_string){NULL, 0};
    }
    const char *first = formats[n - 1]->extensions + 1;
    return (quern_string){first, strcspn(first, " ")};
}

const quern_format *quern_format_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    char key[20];
    if (!dot || dot == name || strlen(dot) > 16) {
        return &quern_format_text;
    }
    snprintf(key, sizeof key, " %s ", dot + 1);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcasestr(formats[i]->extensions, key)) {
            return formats[i];
        }
    }
    return &quern_format_text;
}

void quern_input_reset(quern_input *input)
{
    input->bytes = 0;
    input->hash = 0;
    input->failed = 0;
}

quern_status quern_input_next(quern_input *input, const char **data, size_t *len, quern_error *err)
{
    *data = NULL;
    *len = 0;
    if (!input->block) {
        input->block = quern_alloc(BLOCK_BYTES);
        if (!input->block) {
            return quern_fail_nomem(err);
        }
    }
    size_t n = 0;
    while (n < BLOCK_BYTES) {
        ssize_t got = read(input->fd, input->block + n, BLOCK_BYTES - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            input->failed = 1;
            unsigned long long at = (unsigned long long)input->bytes + n;
            return quern_fail_os(err, errno, "%s: cannot read byte %llu", input->path, at);
        }
        if (got == 0) {
            break;
        }
        n += (size_t)got;
    }
    if (n > 0) {
        input->hash = quern_checksum_seeded(input->block, n, input->hash);
        input->bytes += n;
    }
    *data = input->block;
    *len = n;
    return n > 0 && input->tick ? input->tick(input, err) : QUERN_OK;
}

static quern_status read_bytes(quern_input *input, quern_sink *sink, quern_buf *bytes, int *taken,
                               quern_error *err)
{
    const char *data;
    size_t len;
    quern_status status;
    *taken = 1;
    while ((status = quern_input_next(input, &data, &len, err)) == QUERN_OK && len > 0) {
        if (input->bytes > input->max_text) {
            char too_large[80];
            snprintf(too_large, sizeof too_large, "larger than %llu bytes",
                     (unsigned long long)input->max_text);
            *taken = 0;
            return sink->skip(sink, 0, too_large, err);
        }
        quern_buf_bytes(bytes, data, len);
    }
    return !status && bytes->status ? quern_fail_nomem(err) : status;
}

quern_status quern_format_read_whole(quern_input *input, quern_sink *sink, quern_whole *out,
                                     int *taken, quern_error *err)
{
    const char *reason;
    QUERN_TRY(read_bytes(input, sink, &out->bytes, taken, err));
    if (!*taken) {
        return QUERN_OK;
    }
    const char *bytes = out->bytes.data ? (const char *)out->bytes.data : "";
    QUERN_TRY(quern_charset_decode(sink->charset, bytes, out->bytes.len, &out->decoded,
                                   &out->converted, &reason, err));
    if (reason) {
        *taken = 0;
        return sink->skip(sink, 0, reason, err);
    }
    quern_buf *text = out->converted ? &out->decoded : &out->bytes;
    out->data = (char *)text->data;
    out->len = text->len;
    return QUERN_OK;
}

void quern_whole_finish(quern_whole *whole)
{
    quern_buf_finish(&whole->bytes);
    quern_buf_finish(&whole->decoded);
    memset(whole, 0, sizeof *whole);
}
