/* SPDX-License-Identifier: MIT */
/* charset - bytes of unknown encoding to UTF-8, and whether they are text at all. */
#ifndef QUERN_INDEXER_CHARSET_H
#define QUERN_INDEXER_CHARSET_H

#include "base/buf.h"
#include "base/status.h"

/* The detector, loaded on first need. Zeroed is valid; one thread at a time. */
typedef struct quern_charset {
    void *uchardet; /* its library, of dlopen; or NULL */
    int tried;      /* to load it */
    void *(*detector_new)(void);
    void (*detector_delete)(void *detector);
    int (*detector_feed)(void *detector, const char *data, size_t len);
    void (*detector_end)(void *detector);
    const char *(*detector_name)(void *detector);
} quern_charset;

void quern_charset_finish(quern_charset *charset);

/* Decodes bytes[0, len). Where they are valid UTF-8 as they stand, with or without a byte order
 * mark, *converted is 0 and *out stays empty; else it is 1 and *out holds UTF-8 without a mark.
 * Where they are no text, *reason says what they are instead, static; else it is NULL. What is
 * undecodable becomes U+FFFD. Errors: NOMEM. */
quern_status quern_charset_decode(quern_charset *charset, const char *bytes, size_t len,
                                  quern_buf *out, int *converted, const char **reason,
                                  quern_error *err);

/* How many bytes of bytes[0, len) are valid UTF-8 before the first that are not; len if all are. */
size_t quern_charset_valid(const char *bytes, size_t len);

/* Appends bytes[0, len), read as UTF-8, to *out, each invalid byte as U+FFFD. */
void quern_charset_repair(const char *bytes, size_t len, quern_buf *out);

#endif
