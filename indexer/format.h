/* SPDX-License-Identifier: MIT */
/* format - the one small interface between files and articles.
 *
 * A format reads one file (quern_input) and hands what it finds to a sink: articles, and what it
 * could not take, with the reason. It decides nothing else: which files are read, what is removed
 * before, when to commit and what is remembered is the business of sync.c. A new format is one file
 * and one row in the table of format.c.
 */
#ifndef QUERN_INDEXER_FORMAT_H
#define QUERN_INDEXER_FORMAT_H

#include "base/status.h"
#include "indexer/charset.h"

/* An open file, read from front to end in blocks of a fixed size, so that the hash of its content,
 * which is chained over the blocks, depends on the content alone. */
typedef struct quern_input {
    int fd;            /* the caller's */
    const char *path;  /* for messages */
    uint64_t max_text; /* bytes of an article's text, or of a record's line; not 0 */
    uint64_t bytes;    /* read so far */
    uint64_t hash;     /* of these */
    int failed;        /* the file could not be read to its end */
    char *block;       /* NULL, or of an earlier input; the caller frees it by quern_free */
    /* Called after each block; may be NULL. */
    quern_status (*tick)(struct quern_input *input, quern_error *err);
    void *payload;
} quern_input;

/* The next block, borrowed until the next call; *len is 0 at the end. Errors: IO, NOMEM, those of
 * tick. */
quern_status quern_input_next(quern_input *input, const char **data, size_t *len, quern_error *err);
/* Starts anew, for an fd that stands at its beginning again. */
void quern_input_reset(quern_input *input);

/* A file whole, in UTF-8. Zeroed is an empty one. */
typedef struct quern_whole {
    quern_buf bytes, decoded; /* as they stand in the file; in UTF-8 if that is something else */
    char *data;               /* of one of these, or NULL: there is none */
    size_t len;
    int converted; /* data are not the bytes of the file */
} quern_whole;

void quern_whole_finish(quern_whole *whole);

/* Where a format's findings go. The two functions may call quern_fail; a status that is not OK ends
 * the reading. */
typedef struct quern_sink quern_sink;
struct quern_sink {
    const quern_sync_options *options; /* for the names of members; none of them NULL */
    quern_charset *charset;
    /* The format fills everything but source, which the sink sets; a missing date stays
     * QUERN_NO_DATE. */
    quern_status (*put)(quern_sink *sink, quern_article *article, quern_error *err);
    /* A record that begins on `line` was not taken; line 0: the whole file was not. */
    quern_status (*skip)(quern_sink *sink, uint32_t line, const char *reason, quern_error *err);
};

typedef struct quern_format {
    const char *extensions; /* each with a space before and after it; "" takes what others do not */
    int in_memory;          /* a file is one article, of at most max_text bytes */
    quern_status (*read)(quern_input *input, quern_sink *sink, quern_error *err);
} quern_format;

extern const quern_format quern_format_text;
extern const quern_format quern_format_jsonl;
extern const quern_format quern_format_html;
extern const quern_format quern_format_markdown;

/* Reads the input to its end into *out, which is empty. Where it is larger than max_text or no text
 * it is skipped, and *taken is 0. Free *out in any case. Errors: IO, NOMEM, those of the sink. */
quern_status quern_format_read_whole(quern_input *input, quern_sink *sink, quern_whole *out,
                                     int *taken, quern_error *err);

/* The format of a file, by the last extension of its name. Never NULL. */
const quern_format *quern_format_of(const char *path);

#endif
