/* SPDX-License-Identifier: MIT */
/* terminal - clean lines, their columns, and breaking them.
 *
 * A quern_line is built character by character: each character of the text is of one kind (plain,
 * white space, hidden, not UTF-8), and each kind has one fate. Two cursors run over the spans, one
 * for starts and one for ends, and translate them to offsets in the line as the text passes by.
 *
 * Breaking is greedy: libunistring says where a line may end (UAX #14), so that Chinese, long URLs
 * and hyphenated words break where they should; the last such place that fits is taken, and a word
 * longer than a line is cut at a character.
 *
 * Invariant: no byte of a line is below 0x20 or is 0x7f, and all of it is valid UTF-8.
 */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unilbrk.h>
#include <unistd.h>
#include <unistr.h>
#include <uniwidth.h>

int quern_terminal_when(const char *word, quern_when *out)
{
    static const char *const words[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (quern_when)i;
            return 0;
        }
    }
    return -1;
}

int quern_terminal_color(quern_when when, int fd)
{
    if (when != QUERN_WHEN_AUTO) {
        return when == QUERN_WHEN_ALWAYS;
    }
    const char *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    return isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);
    long n = value ? strtol(value, NULL, 10) : 0;
    return n > 0 && n < 10000 ? (unsigned)n : otherwise;
}

unsigned quern_terminal_width(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return from_environment("COLUMNS", 80);
}

unsigned quern_terminal_height(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) {
        return size.ws_row;
    }
    return from_environment("LINES", 24);
}

/* ---- Characters ------------------------------------------------------------------------------ */

typedef enum kind { PLAIN, SPACE, HIDDEN, STRAY, NOTHING } kind;

/* Reads the character at s, of n > 0 bytes. Returns its length. */
static size_t next_char(const char *s, size_t n, ucs4_t *c, kind *k)
{
    int got = u8_mbtoucr(c, (const uint8_t *)s, n);
    if (got <= 0) {
        *c = (unsigned char)*s;
        *k = STRAY;
        return 1;
    }
    if (*c == ' ' || (*c >= '\t' && *c <= '\r') || *c == 0x85 || *c == 0x2028 || *c == 0x2029) {
        *k = SPACE;
    } else if (*c < 0x20 || (*c >= 0x7f && *c < 0xa0) || (*c >= 0x202a && *c <= 0x202e) ||
               (*c >= 0x2066 && *c <= 0x2069)) {
        *k = HIDDEN;
    } else {
        *k = *c == 0xfeff ? NOTHING : PLAIN;
    }
    return (size_t)got;
}

static size_t escape_of(char out[16], ucs4_t c)
{
    return (size_t)snprintf(out, 16, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
}

static unsigned columns_of(ucs4_t c)
{
    int width = uc_width(c, "UTF-8");
    return width > 0 ? (unsigned)width : 0;
}

void quern_terminal_escape(FILE *out, quern_string text)
{
    char escape[16];
    for (size_t i = 0; i < text.len;) {
        ucs4_t c;
        kind k;
        size_t len = next_char(text.data + i, text.len - i, &c, &k);
        if (k == STRAY || k == HIDDEN || (k == SPACE && c != ' ')) {
            fwrite(escape, 1, escape_of(escape, c), out);
        } else {
            fwrite(text.data + i, 1, len, out);
        }
        i += len;
    }
}

/* ---- Clean lines ----------------------------------------------------------------------------- */

static int grow(quern_line *line, size_t more)
{
    if (line->cap - line->len > more) {
        return 0;
    }
    size_t cap = (line->len + more + 64) * 2;
    char *data = realloc(line->data, cap);
    if (!data) {
        return -1;
    }
    line->data = data;
    line->cap = cap;
    return 0;
}

static int append(quern_line *line, const char *bytes, size_t len)
{
    if (grow(line, len)) {
        return -1;
    }
    memcpy(line->data + line->len, bytes, len);
    line->len += len;
    line->data[line->len] = '\0';
    return 0;
}

/* Appends one space unless the line is empty or has one there. */
static int append_space(quern_line *line)
{
    if (line->len == 0 || line->data[line->len - 1] == ' ') {
        return 0;
    }
    return append(line, " ", 1);
}

static int append_char(quern_line *line, quern_string raw, ucs4_t c, kind k, quern_clean how)
{
    char escape[16];
    switch (k) {
    case NOTHING:
        return 0;
    case PLAIN:
        return append(line, raw.data, raw.len);
    case SPACE:
        return append_space(line);
    case HIDDEN:
    case STRAY:
        break;
    }
    if (how == QUERN_CLEAN_ESCAPE) {
        return append(line, escape, escape_of(escape, c));
    }
    return k == STRAY ? append(line, "\xef\xbf\xbd", 3) : append_space(line);
}

/* Translates the spans that begin or end at or before byte i of the text. */
typedef struct cursors {
    const quern_span *spans;
    size_t n, starts, ends;
} cursors;

static void mark_up_to(quern_line *line, cursors *at, size_t i)
{
    uint32_t here = (uint32_t)line->len;
    while (at->ends < at->starts && at->spans[at->ends].end <= i) {
        line->marks[at->ends++].end = here;
    }
    while (at->starts < at->n && at->spans[at->starts].start <= i) {
        line->marks[at->starts++].start = here;
    }
    while (at->ends < at->starts && at->spans[at->ends].end <= i) {
        line->marks[at->ends++].end = here;
    }
}

static void trim(quern_line *line)
{
    if (line->len > 0 && line->data[line->len - 1] == ' ') {
        line->data[--line->len] = '\0';
    }
    for (size_t i = 0; i < line->n_marks; i++) {
        quern_span *m = &line->marks[i];
        m->start = m->start > line->len ? (uint32_t)line->len : m->start;
        m->end = m->end > line->len ? (uint32_t)line->len : m->end;
    }
}

int quern_terminal_clean(quern_string text, const quern_span *spans, size_t n, quern_clean how,
                         quern_line *out)
{
    memset(out, 0, sizeof *out);
    cursors at = {spans, n, 0, 0};
    out->marks = n ? calloc(n, sizeof *out->marks) : NULL;
    if ((n && !out->marks) || append(out, "", 0)) {
        goto fail;
    }
    out->n_marks = n;
    for (size_t i = 0; i < text.len;) {
        ucs4_t c;
        kind k;
        size_t len = next_char(text.data + i, text.len - i, &c, &k);
        quern_string raw = {text.data + i, len};
        mark_up_to(out, &at, i);
        if (append_char(out, raw, c, k, how)) {
            goto fail;
        }
        i += len;
    }
    mark_up_to(out, &at, SIZE_MAX);
    trim(out);
    return 0;
fail:
    quern_terminal_drop(out);
    return -1;
}

void quern_terminal_drop(quern_line *line)
{
    free(line->data);
    free(line->marks);
    memset(line, 0, sizeof *line);
}

/* ---- Columns --------------------------------------------------------------------------------- */

size_t quern_terminal_columns(const quern_line *line)
{
    size_t columns = 0;
    for (size_t i = 0; i < line->len;) {
        ucs4_t c;
        kind k;
        i += next_char(line->data + i, line->len - i, &c, &k);
        columns += columns_of(c);
    }
    return columns;
}

int quern_terminal_clip(quern_line *line, size_t columns)
{
    size_t used = 0, fits = 0;
    for (size_t i = 0; i < line->len;) {
        ucs4_t c;
        kind k;
        size_t len = next_char(line->data + i, line->len - i, &c, &k);
        used += columns_of(c);
        i += len;
        fits = used < columns ? i : fits;
    }
    if (used <= columns) {
        return 0;
    }
    line->len = fits;
    trim(line);
    return columns ? append(line, "…", strlen("…")) : 0;
}

/* Moves i down to the start of a word, or of a character where the word is long. */
static size_t word_start(const quern_line *line, size_t i)
{
    size_t limit = i > 40 ? i - 40 : 0;
    size_t at = i;
    while (at > limit && line->data[at - 1] != ' ') {
        at--;
    }
    if (at > limit || at == 0) {
        return at;
    }
    while (i > 0 && ((unsigned char)line->data[i] & 0xc0) == 0x80) {
        i--;
    }
    return i;
}

static void shift_marks(quern_line *line, size_t from, size_t to, size_t by)
{
    size_t kept = 0;
    for (size_t i = 0; i < line->n_marks; i++) {
        quern_span m = line->marks[i];
        if (m.start >= from && m.start < to) {
            m.end = m.end > to ? (uint32_t)to : m.end;
            m.start = (uint32_t)(m.start - from + by);
            m.end = (uint32_t)(m.end - from + by);
            line->marks[kept++] = m;
        }
    }
    line->n_marks = kept;
}

int quern_terminal_window(quern_line *line, size_t bytes)
{
    if (line->len <= bytes) {
        return 0;
    }
    size_t first = line->n_marks ? line->marks[0].start : 0;
    size_t from = first > bytes / 4 ? word_start(line, first - bytes / 4) : 0;
    size_t to = line->len - from > bytes ? word_start(line, from + bytes) : line->len;
    quern_line out = {NULL, 0, 0, line->marks, line->n_marks};
    size_t by = from ? strlen("… ") : 0;
    if (append(&out, "… ", by) || append(&out, line->data + from, to - from) ||
        append(&out, " …", to < line->len ? strlen(" …") : 0)) {
        free(out.data);
        return -1;
    }
    shift_marks(&out, from, to, by);
    free(line->data);
    *line = out;
    return 0;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void put_plain(FILE *out, const char *bytes, size_t len, const char *sgr)
{
    if (len == 0) {
        return;
    }
    fputs(sgr, out);
    fwrite(bytes, 1, len, out);
    if (*sgr) {
        fputs(QUERN_SGR_OFF, out);
    }
}

/* Writes bytes [from, to) of the line with the marks that lie there. */
static void put_part(FILE *out, const quern_line *line, size_t from, size_t to,
                     const quern_layout *layout)
{
    size_t at = from;
    for (size_t i = 0; i < line->n_marks && line->marks[i].start < to; i++) {
        size_t start = line->marks[i].start < at ? at : line->marks[i].start;
        size_t end = line->marks[i].end > to ? to : line->marks[i].end;
        if (end <= start) {
            continue;
        }
        put_plain(out, line->data + at, start - at, layout->rest);
        put_plain(out, line->data + start, end - start, layout->mark);
        at = end;
    }
    put_plain(out, line->data + at, to - at, layout->rest);
}

void quern_terminal_put(FILE *out, const quern_line *line, const quern_layout *layout)
{
    put_part(out, line, 0, line->len, layout);
}

/* Where the line that begins at `from` ends: the last break that fits into so many columns. */
static size_t line_end(const quern_line *line, const char *breaks, size_t from, size_t columns)
{
    size_t used = 0, last = 0, i = from;
    while (i < line->len) {
        ucs4_t c;
        kind k;
        size_t len = next_char(line->data + i, line->len - i, &c, &k);
        if (i > from && (breaks[i] == UC_BREAK_POSSIBLE || breaks[i] == UC_BREAK_MANDATORY)) {
            last = i;
        }
        used += columns_of(c);
        if (used > columns && c != ' ') {
            break;
        }
        i += len;
    }
    if (i >= line->len) {
        return line->len;
    }
    return last ? last : i;
}

int quern_terminal_wrap(FILE *out, const quern_line *line, const quern_layout *layout)
{
    char *breaks = malloc(line->len + 1);
    if (!breaks) {
        return -1;
    }
    u8_possible_linebreaks((const uint8_t *)line->data, line->len, "UTF-8", breaks);
    size_t columns = layout->width > layout->indent + 10 ? layout->width - layout->indent : 10;
    for (size_t from = 0; from < line->len;) {
        size_t to = line_end(line, breaks, from, columns);
        size_t shown = to;
        while (shown > from && line->data[shown - 1] == ' ') {
            shown--;
        }
        fprintf(out, "%*s", (int)layout->indent, "");
        put_part(out, line, from, shown, layout);
        fputc('\n', out);
        from = to;
    }
    free(breaks);
    return 0;
}
