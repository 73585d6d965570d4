/* SPDX-License-Identifier: MIT */
/* front_matter - see front_matter.h.
 *
 *     ---
 *     title: "Chips, sold"
 *     date: 2023-09-25
 *     lang: en
 *     tags: [amazon, chips]      # each a field of the name tags
 *     authors:
 *       - Ann Onym               # likewise
 *     ---
 *
 * This is the small part of YAML that people write there: a line `key: value` whose key begins in
 * the first column, a list in brackets, or one of lines that begin with a hyphen. Quotation marks
 * around a value go; a comment after a blank goes. Lines that are anything else are passed over, so
 * nested values are lost, never misread. The second line of --- (or ...) ends it; where there is
 * none it is no front matter, and where the first line is not --- neither.
 *
 * A date that does not parse becomes a field, so that it is not lost. Values of more than 4,096
 * bytes are left.
 */
#include "indexer/front_matter.h"

#include <string.h>
#include <strings.h>

#include "indexer/dates.h"

#define FIELD_BYTES 4096
#define KEY_BYTES 200
#define LANGUAGE_BYTES 35

typedef struct reading {
    quern_front_matter *out;
    const char *title, *date; /* the names of these keys */
    quern_string list;        /* the key of the list whose items follow; empty: none */
    quern_error *err;
} reading;

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static quern_string trim(quern_string s)
{
    while (s.len > 0 && is_blank(s.data[0])) {
        s.data++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

/* The value without a comment and without its quotation marks. */
static quern_string plain(quern_string s)
{
    s = trim(s);
    char quote = s.len > 0 && (s.data[0] == '"' || s.data[0] == '\'') ? s.data[0] : 0;
    size_t end = quote ? 1 : 0;
    while (end < s.len) {
        if (quote ? s.data[end] == quote
                  : s.data[end] == '#' && end > 0 && s.data[end - 1] == ' ') {
            break;
        }
        end++;
    }
    if (quote && end < s.len) {
        s.data++;
        s.len = end - 1;
        return s;
    }
    s.len = end;
    return trim(s);
}

static int equals(quern_string s, const char *name)
{
    return strlen(name) == s.len && strncasecmp(s.data, name, s.len) == 0;
}

static quern_status add_field(reading *r, quern_string key, quern_string value)
{
    quern_front_matter *out = r->out;
    if (value.len == 0 || value.len > FIELD_BYTES) {
        return QUERN_OK;
    }
    if (quern_grow(&out->fields, &out->cap_fields, out->n_fields + 1, sizeof *out->fields)) {
        return quern_fail_nomem(r->err);
    }
    quern_field field = {key, value};
    out->fields[out->n_fields++] = field;
    return QUERN_OK;
}

static quern_status add_value(reading *r, quern_string key, quern_string value)
{
    quern_front_matter *out = r->out;
    value = plain(value);
    if (equals(key, r->title)) {
        out->title = value;
        return QUERN_OK;
    }
    if (equals(key, r->date)) {
        if (quern_dates_parse(value.data, value.len, &out->date)) {
            return QUERN_OK;
        }
        out->date = QUERN_NO_DATE;
    }
    if ((equals(key, "lang") || equals(key, "language")) && value.len <= LANGUAGE_BYTES) {
        out->language = value;
        return QUERN_OK;
    }
    return add_field(r, key, value);
}

/* The items of a list in brackets, between them commas that stand in no quotation marks. */
static quern_status add_list(reading *r, quern_string key, quern_string list)
{
    size_t start = 0;
    char quote = 0;
    for (size_t i = 0; i <= list.len; i++) {
        char c = i < list.len ? list.data[i] : ',';
        if (quote && i < list.len) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == ',') {
            quern_string item = {list.data + start, i - start};
            QUERN_TRY(add_field(r, key, plain(item)));
            start = i + 1;
        }
    }
    return QUERN_OK;
}

static quern_status read_line(reading *r, quern_string line)
{
    int indented = line.len > 0 && is_blank(line.data[0]);
    quern_string text = trim(line);
    if (text.len > 1 && text.data[0] == '-' && is_blank(text.data[1]) && r->list.len > 0) {
        quern_string item = {text.data + 1, text.len - 1};
        return add_field(r, r->list, plain(item));
    }
    const char *colon = text.len > 0 ? memchr(text.data, ':', text.len) : NULL;
    if (indented || !colon || text.data[0] == '#' || text.data[0] == '-') {
        return QUERN_OK;
    }
    quern_string key = {text.data, (size_t)(colon - text.data)};
    quern_string value = {colon + 1, text.len - key.len - 1};
    r->list.len = 0;
    if (value.len > 0 && !is_blank(value.data[0])) {
        return QUERN_OK; /* http://... is no key */
    }
    key = plain(trim(key));
    value = trim(value);
    if (key.len == 0 || key.len > KEY_BYTES) {
        return QUERN_OK;
    }
    if (value.len > 1 && value.data[0] == '[' && value.data[value.len - 1] == ']') {
        value.data++;
        value.len -= 2;
        return add_list(r, key, value);
    }
    if (value.len == 0 || value.data[0] == '#') {
        r->list = key;
        return QUERN_OK;
    }
    return add_value(r, key, value);
}

/* The line of text[at, len), without its end; *next is where the one after begins. */
static quern_string line_at(const char *text, size_t at, size_t len, size_t *next)
{
    const char *newline = memchr(text + at, '\n', len - at);
    size_t end = newline ? (size_t)(newline - text) : len;
    *next = newline ? end + 1 : len;
    quern_string line = {text + at, end - at};
    while (line.len > 0 && is_blank(line.data[line.len - 1])) {
        line.len--;
    }
    return line;
}

/* Where the line that ends the front matter begins; 0: there is none. */
static size_t find_end(const char *text, size_t len)
{
    size_t next;
    if (len < 3 || !equals(line_at(text, 0, len, &next), "---")) {
        return 0;
    }
    while (next < len) {
        size_t at = next;
        quern_string line = line_at(text, at, len, &next);
        if (equals(line, "---") || equals(line, "...")) {
            return at;
        }
    }
    return 0;
}

quern_status quern_front_matter_read(const char *text, size_t len, const char *title,
                                     const char *date, quern_front_matter *out, quern_error *err)
{
    reading r = {.out = out, .title = title, .date = date, .err = err};
    quern_front_matter_finish(out);
    out->date = QUERN_NO_DATE;
    size_t end = find_end(text, len);
    if (end == 0) {
        return QUERN_OK;
    }
    size_t at;
    line_at(text, 0, len, &at);
    while (at < end) {
        QUERN_TRY(read_line(&r, line_at(text, at, len, &at)));
    }
    line_at(text, end, len, &out->len);
    return QUERN_OK;
}

void quern_front_matter_finish(quern_front_matter *matter)
{
    quern_free(matter->fields);
    memset(matter, 0, sizeof *matter);
}
