/* SPDX-License-Identifier: MIT */
/* format_text - a plain text file is one article.
 *
 * Bytes that are valid UTF-8 are the article's text as they stand, a byte order mark included, so
 * that offsets count bytes of the file. All else is decoded first (charset.c) and says so by
 * offsets_in_text.
 *
 * The title is the first line that is not blank, if it reads as one: at most 20 words and 200
 * bytes, and set off from what follows. A blank line sets it off, and so does the end of the file,
 * or a next line that is at least a third longer, since a line of wrapped prose is about as long as
 * the next. A full stop at its end does no harm: news agencies write titles so. A longer first line
 * is text, and the article has no title.
 */
#include "indexer/format.h"

#include <string.h>

#include "indexer/sentences.h"
#include "stemmer/words.h"

#define TITLE_BYTES 200
#define TITLE_WORDS 20

static size_t line_end(const char *text, size_t at, size_t len)
{
    const char *newline = memchr(text + at, '\n', len - at);
    return newline ? (size_t)(newline - text) : len;
}

static size_t skip_spaces(const char *text, size_t at, size_t len)
{
    size_t n;
    while ((n = quern_sentences_space(text, at, len)) > 0) {
        at += n;
    }
    return at;
}

/* The title of the text, or "" where the first line does not read as one. */
static quern_string find_title(const char *text, size_t len)
{
    quern_string none = {"", 0};
    size_t start = skip_spaces(text, 0, len);
    size_t end = line_end(text, start, len);
    size_t next = end < len ? end + 1 : len;
    size_t next_end = line_end(text, next, len);
    while (end > start && (text[end - 1] == '\r' || text[end - 1] == ' ')) {
        end--;
    }
    size_t n = end - start;
    if (n == 0 || n > TITLE_BYTES ||
        quern_words_count(text + start, n, TITLE_WORDS + 1) > TITLE_WORDS) {
        return none;
    }
    int set_off = skip_spaces(text, next, next_end) == next_end;
    if (!set_off && next_end - next < n + n / 3) {
        return none;
    }
    quern_string title = {text + start, n};
    return title;
}

static quern_status put_text(quern_sink *sink, const char *text, size_t len, int converted,
                             quern_error *err)
{
    quern_article article = QUERN_ARTICLE_INIT;
    article.text.data = text;
    article.text.len = len;
    article.title = find_title(text, len);
    article.title_in_text = article.title.len > 0;
    article.offsets_in_text = converted;
    article.line = 1;
    return sink->put(sink, &article, err);
}

static quern_status read_text(quern_input *input, quern_sink *sink, quern_error *err)
{
    quern_whole whole = {0};
    int taken;
    quern_status status = quern_format_read_whole(input, sink, &whole, &taken, err);
    if (!status && taken) {
        status = put_text(sink, whole.data ? whole.data : "", whole.len, whole.converted, err);
    }
    quern_whole_finish(&whole);
    return status;
}

const quern_format quern_format_text = {"", 1, read_text};
