/* SPDX-License-Identifier: MIT */
/* format - see format.h. The table of formats, and the reading of blocks. */
#include "indexer/format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/mem.h"

#define BLOCK_BYTES ((size_t)256 << 10)

const quern_format *quern_format_of(const char *path)
{
    static const quern_format *const formats[] = {&quern_format_jsonl};
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
