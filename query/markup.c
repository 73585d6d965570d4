/* SPDX-License-Identifier: MIT */
/* markup - a text with its matches marked, safe for where it goes.
 *
 * A text is a stranger's: it may hold tags, or escape sequences that repaint a screen. So it is
 * written piece by piece, a piece being one character in the form that the style has for it, and
 * the only bytes with a meaning beyond text are the marks, which the caller chooses and which stand
 * where the spans say, not where a search of the output finds something.
 *
 *     character                          PLAIN, ANSI    HTML
 *     new line, tab                      as it is       as it is
 *     carriage return                    \x0d           &#13;
 *     other C0, DEL, C1                  \x1b           U+FFFD
 *     U+202A to 202E, U+2066 to 2069     \u202e         U+FFFD     they turn writing direction
 *     a byte that is not UTF-8           \xff           U+FFFD
 *     & < > " '                          as it is       &amp; &lt; &gt; &quot; &#39;
 *     any other                          as it is       as it is
 *
 * Output that does not fit ends between two pieces, never within one.
 */
#include "base/status.h"
#include "query/reader.h"

#include <stdio.h>
#include <unistr.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

typedef struct sink {
    char *out;
    size_t cap;
    size_t wanted; /* bytes so far, whether they fitted or not */
    size_t len;    /* bytes written */
    int is_full;
} sink;

static void put(sink *s, const char *piece, size_t len)
{
    s->wanted += len;
    if (s->is_full || !s->out || s->len + len >= s->cap) {
        s->is_full = 1;
        return;
    }
    memcpy(s->out + s->len, piece, len);
    s->len += len;
}

static void put_string(sink *s, const char *piece)
{
    put(s, piece, strlen(piece));
}

static int is_control(ucs4_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
}

static int turns_direction(ucs4_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* What stands for a character that must not be met as itself. */
static void put_hidden(sink *s, ucs4_t c, quern_markup_style style)
{
    char escape[16];
    if (style == QUERN_MARKUP_HTML) {
        put_string(s, c == '\r' ? "&#13;" : REPLACEMENT);
        return;
    }
    int n = snprintf(escape, sizeof escape, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    put(s, escape, (size_t)n);
}

/* The HTML form of a character that has a meaning there, or NULL. */
static const char *entity_of(ucs4_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Writes the character at s[0, n), n > 0. Returns its bytes. */
static size_t put_character(sink *out, const char *s, size_t n, quern_markup_style style)
{
    ucs4_t c;
    int got = u8_mbtoucr(&c, (const uint8_t *)s, n);
    if (got <= 0) {
        put_hidden(out, (unsigned char)*s, style);
        return 1;
    }
    const char *entity = style == QUERN_MARKUP_HTML ? entity_of(c) : NULL;
    if (is_control(c) || turns_direction(c)) {
        put_hidden(out, c, style);
    } else if (entity) {
        put_string(out, entity);
    } else {
        put(out, s, (size_t)got);
    }
    return (size_t)got;
}

static const char *const default_marks[][2] = {
    [QUERN_MARKUP_PLAIN] = {"", ""},
    [QUERN_MARKUP_HTML] = {"<mark>", "</mark>"},
    [QUERN_MARKUP_ANSI] = {"\033[1;33m", "\033[0m"},
};

/* Fills in defaults. */
static quern_markup_options read_options(const quern_markup_options *options)
{
    quern_markup_options o = QUERN_MARKUP_OPTIONS_INIT;
    if (options && options->size >= sizeof options->size) {
        quern_struct_read(&o, sizeof o, options);
    }
    if (o.style != QUERN_MARKUP_HTML && o.style != QUERN_MARKUP_ANSI) {
        o.style = QUERN_MARKUP_PLAIN;
    }
    o.open = o.open ? o.open : default_marks[o.style][0];
    o.close = o.close ? o.close : default_marks[o.style][1];
    return o;
}

size_t quern_markup(quern_string text, const quern_span *spans, size_t n_spans,
                    const quern_markup_options *options, char *out, size_t cap)
{
    quern_markup_options o = read_options(options);
    sink s = {.out = out, .cap = out ? cap : 0};
    size_t next = 0;
    size_t end = 0; /* of the open mark, or 0 */
    for (size_t i = 0; i < text.len;) {
        if (end > 0 && i >= end) {
            put_string(&s, o.close);
            end = 0;
        }
        while (!end && next < n_spans && spans[next].start <= i) {
            end = spans[next].end > i ? spans[next].end : 0;
            next++;
            put_string(&s, end ? o.open : "");
        }
        i += put_character(&s, text.data + i, text.len - i, o.style);
    }
    put_string(&s, end ? o.close : "");
    if (out && cap > 0) {
        out[s.len] = '\0';
    }
    return s.wanted;
}
