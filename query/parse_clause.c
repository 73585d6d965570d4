/* SPDX-License-Identifier: MIT */
/* parse_clause - what stands behind a name and a colon, and terms as the index holds them.
 *
 *     title:chips          a word of the title             title:"chip sales", title:(a b)
 *     section:Business     a word or the whole value of a field of the index
 *     price:10..20         a number; price:..20, price:>=10, price:<10
 *     path:*.txt           the source, by a glob; without ? and * a file, or all in a folder
 *     date:2024-03..       a range of dates (period.h); since:2024, until:2024-03-15, since:7d
 *
 * A date that is none leaves the clause out, with a note; everything else is searched.
 */
#include "query/number.h"
#include "query/parser.h"
#include "query/period.h"
#include "stemmer/fields.h"

#include <math.h>

/* ---- Names ---- */

static int is_name(quern_string name, const char *want)
{
    return name.len == strlen(want) && memcmp(name.data, want, name.len) == 0;
}

/* Copies a name to out[0, cap), folded; returns its length, or 0 where it does not fit. */
static size_t fold_name(quern_string name, char *out, size_t cap)
{
    if (name.len > cap) {
        return 0;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return name.len;
}

enum { NAME_CAP = 256 };

int quern_parser_is_field(const void *parser, quern_string name)
{
    static const char *const known[] = {"title", "path", "date", "since", "until"};
    const quern_query_language *language = ((const quern_parser *)parser)->language;
    char folded[NAME_CAP];
    quern_string field = {folded, fold_name(name, folded, sizeof folded)};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (is_name(field, known[i])) {
            return 1;
        }
    }
    return language->has_field && field.len > 0 && language->has_field(language->payload, field);
}

/* ---- Dates ---- */

quern_plan_node *quern_parser_date(quern_parser *p, quern_string name, quern_string text)
{
    char shown[QUERN_PARSER_EXCERPT];
    quern_period period;
    int is_range = is_name(name, "date");
    int ok = is_range ? quern_period_read_range(text, p->now, &period)
                      : quern_period_read(text, p->now, &period);
    if (!ok) {
        quern_parser_note(p,
                          "%.*s:%s is not a date (try 2024-03 or 2024-03-27); everything else "
                          "was searched",
                          (int)name.len, name.data, quern_parser_shown(text, shown));
        return NULL;
    }
    quern_plan_node leaf = {.op = QUERN_PLAN_DATE, .weight = 1.0};
    leaf.first_second = is_name(name, "until") ? INT64_MIN : period.first;
    leaf.last_second = is_name(name, "since") ? INT64_MAX : period.last;
    return quern_parser_leaf(p, &leaf);
}

/* ---- Paths ---- */

static quern_plan_node *path_leaf(quern_parser *p, const char *glob, size_t len, const char *more)
{
    quern_plan_node leaf = {.op = QUERN_PLAN_PATH, .weight = 1.0};
    quern_buf_clear(&p->bytes);
    quern_buf_bytes(&p->bytes, glob, len);
    quern_buf_bytes(&p->bytes, more, strlen(more));
    if (p->bytes.status) {
        p->status = quern_fail_nomem(p->err);
        return NULL;
    }
    leaf.pattern.bytes = (const char *)p->bytes.data;
    leaf.pattern.len = (uint32_t)p->bytes.len;
    return leaf.pattern.len > 0 ? quern_parser_leaf(p, &leaf) : NULL;
}

static quern_plan_node *path_clause(quern_parser *p, const quern_lexeme *value)
{
    const char *glob = p->text + value->start;
    size_t len = value->end - value->start;
    if (len > 0 && (memchr(glob, '*', len) || memchr(glob, '?', len))) {
        return path_leaf(p, glob, len, "");
    }
    if (len > 0 && glob[len - 1] == '/') {
        return path_leaf(p, glob, len, "*");
    }
    quern_plan_node *any = quern_parser_operator(p, QUERN_PLAN_ANY);
    if (any && len > 0) {
        quern_plan_append(any, path_leaf(p, glob, len, ""));
        quern_plan_append(any, path_leaf(p, glob, len, "/*"));
    }
    return len > 0 ? any : NULL;
}

/* ---- Numbers ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The bits of a double: @3FF0000000000000. */
static int read_bits(quern_string text, double *out)
{
    uint64_t bits = 0;
    if (text.len != 17) {
        return 0;
    }
    for (size_t i = 1; i < text.len; i++) {
        if (hex_digit(text.data[i]) < 0) {
            return 0;
        }
        bits = bits << 4 | (uint64_t)hex_digit(text.data[i]);
    }
    memcpy(out, &bits, sizeof bits);
    return !isnan(*out);
}

/* A decimal as fields have it; or, as plans are printed, its bits. */
static int read_number(quern_string text, double *out)
{
    return text.len > 0 && text.data[0] == '@' ? read_bits(text, out)
                                               : quern_number_read(text, out);
}

/* 10..20, 10.., ..20, >=10, >10, <=20, <20. */
static int read_number_range(quern_string text, double *low, double *high)
{
    *low = -INFINITY;
    *high = INFINITY;
    if (text.len > 1 && (text.data[0] == '<' || text.data[0] == '>')) {
        double *bound = text.data[0] == '<' ? high : low;
        double beyond = text.data[0] == '<' ? -INFINITY : INFINITY;
        size_t n = text.data[1] == '=' ? 2 : 1;
        quern_string rest = {text.data + n, text.len - n};
        if (!read_number(rest, bound)) {
            return 0;
        }
        *bound = n == 2 ? *bound : nextafter(*bound, beyond);
        return 1;
    }
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] == '.' && text.data[i + 1] == '.') {
            quern_string from = {text.data, i};
            quern_string to = {text.data + i + 2, text.len - i - 2};
            return (from.len == 0 || read_number(from, low)) &&
                   (to.len == 0 || read_number(to, high));
        }
    }
    return 0;
}

static quern_plan_node *number_leaf(quern_parser *p, quern_string field, double low, double high)
{
    char name[NAME_CAP];
    quern_plan_node leaf = {.op = QUERN_PLAN_NUMBER, .weight = 1.0, .low = low, .high = high};
    size_t n = fold_name(field, name, sizeof name - 1);
    name[n] = '\0';
    leaf.field = name;
    return n > 0 ? quern_parser_leaf(p, &leaf) : NULL;
}

/* ---- Fields ---- */

/* The whole value, where it has no words. */
static quern_plan_node *whole_value(quern_parser *p, quern_string field, quern_string value)
{
    char term[QUERN_TERM_MAX];
    quern_plan_node leaf = {.op = QUERN_PLAN_SELECT, .weight = 1.0};
    leaf.term = quern_parser_intern(p, term, quern_field_value_term(term, field, value));
    return quern_parser_leaf(p, &leaf);
}

static quern_plan_node *field_clause(quern_parser *p, quern_string name, const quern_lexeme *value)
{
    quern_string text = {p->text + value->start, value->end - value->start};
    double low;
    double high;
    if (value->kind == QUERN_LEX_VALUE && read_number_range(text, &low, &high)) {
        return number_leaf(p, name, low, high);
    }
    quern_string outer = p->field;
    p->field = name;
    quern_plan_node *node = quern_parser_value(p, value->start, value->end);
    p->field = outer;
    return node || p->status || text.len == 0 ? node : whole_value(p, name, text);
}

/* name:( ... ) */
static quern_plan_node *group_clause(quern_parser *p, quern_string name)
{
    quern_string outer = p->field;
    static const char *const wordless[] = {"path", "date", "since", "until"};
    p->field = name;
    for (size_t i = 0; i < sizeof wordless / sizeof *wordless; i++) {
        if (is_name(name, wordless[i])) {
            quern_parser_note(p, "%s:( ) takes one value; its words were read as words",
                              wordless[i]);
            p->field = outer;
        }
    }
    p->at++;
    quern_plan_node *node = quern_parser_group(p);
    p->field = outer;
    return node;
}

quern_plan_node *quern_parser_clause(quern_parser *p)
{
    char folded[NAME_CAP];
    const quern_lexeme *l = quern_parser_lexeme(p);
    const quern_lexeme *value = l + 1;
    quern_string typed = {p->text + l->start, l->end - l->start};
    quern_string name = {folded, fold_name(typed, folded, sizeof folded)};
    p->at++;
    if (value->kind == QUERN_LEX_OPEN) {
        return group_clause(p, name);
    }
    if (value->kind != QUERN_LEX_VALUE && value->kind != QUERN_LEX_PHRASE) {
        return NULL; /* it was a bracket that lay too deep */
    }
    p->at++;
    if (is_name(name, "path")) {
        return path_clause(p, value);
    }
    if (is_name(name, "date") || is_name(name, "since") || is_name(name, "until")) {
        quern_string text = {p->text + value->start, value->end - value->start};
        return quern_parser_date(p, name, text);
    }
    return field_clause(p, name, value);
}

/* ---- Literals ---- */

/* Appends text[*at, end) up to a byte of `stops`, %XX as one byte, to p->bytes. */
static void unescape(quern_parser *p, size_t *at, size_t end, const char *stops)
{
    const char *text = p->text;
    for (; *at < end && !(text[*at] && strchr(stops, text[*at])); (*at)++) {
        char c = text[*at];
        if (c == '%' && end - *at > 2 && hex_digit(text[*at + 1]) >= 0 &&
            hex_digit(text[*at + 2]) >= 0) {
            c = (char)(hex_digit(text[*at + 1]) * 16 + hex_digit(text[*at + 2]));
            *at += 2;
        }
        quern_buf_u8(&p->bytes, (uint8_t)c);
    }
}

/* Reads a term of the kind `usual`, unless it begins with the byte of another. */
static uint32_t read_term(quern_parser *p, size_t *at, size_t end, const char *stops, char usual)
{
    quern_buf_clear(&p->bytes);
    quern_buf_u8(&p->bytes, (uint8_t)usual);
    unescape(p, at, end, stops);
    size_t skip = p->bytes.len > 1 && p->bytes.data[1] < ' ';
    if (p->bytes.status) {
        p->status = quern_fail_nomem(p->err);
        return 0;
    }
    return quern_parser_intern(p, (const char *)p->bytes.data + skip, p->bytes.len - skip);
}

/* term=form,term,,term into p->members; returns how many. An offset is the number of commas before
 * less those before the first. */
static uint32_t read_members(quern_parser *p, size_t at, size_t end)
{
    uint32_t n = 0;
    for (uint32_t offset = 0; at < end && !p->status; at++, offset++) {
        if (p->text[at] == ',') {
            continue;
        }
        if (quern_grow(&p->members, &p->cap_members, n + (size_t)1, sizeof *p->members)) {
            p->status = quern_fail_nomem(p->err);
            return 0;
        }
        quern_plan_member *m = &p->members[n++];
        m->offset = offset;
        m->term = read_term(p, &at, end, "=,", QUERN_TERM_WORD);
        m->form = QUERN_PLAN_NONE;
        if (at < end && p->text[at] == '=') {
            at++;
            m->form = read_term(p, &at, end, ",", QUERN_TERM_EXACT);
        }
    }
    for (uint32_t i = n; i-- > 0;) {
        p->members[i].offset -= p->members[0].offset;
    }
    return n;
}

static quern_plan_node *same_literal(quern_parser *p, size_t at, size_t end, int is_function)
{
    quern_plan_node leaf = {.op = QUERN_PLAN_SAME, .weight = 1.0, .is_function = is_function};
    leaf.n_members = read_members(p, at, end);
    leaf.members = p->members;
    return leaf.n_members > 0 ? quern_parser_leaf(p, &leaf) : NULL;
}

static quern_plan_node *stem_literal(quern_parser *p, size_t at, size_t end)
{
    quern_plan_node leaf = {.op = QUERN_PLAN_PHRASE, .weight = 1.0};
    leaf.n_members = read_members(p, at, end);
    leaf.members = p->members;
    if (leaf.n_members == 1) { /* a word, which NEAR can take */
        leaf.op = p->members->form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT;
        leaf.term = p->members->term;
        leaf.form = p->members->form;
        leaf.n_members = 0;
    }
    return quern_parser_leaf(p, &leaf);
}

static quern_plan_node *pattern_literal(quern_parser *p, quern_plan_op op, size_t at, size_t end)
{
    quern_plan_node leaf = {.op = op, .weight = 1.0};
    quern_buf_clear(&p->bytes);
    unescape(p, &at, end, op == QUERN_PLAN_EXPAND ? "~" : "");
    if (p->bytes.status) {
        p->status = quern_fail_nomem(p->err);
        return NULL;
    }
    if (end - at == 2 && (p->text[at + 1] == '1' || p->text[at + 1] == '2')) {
        leaf.pattern.edits = (uint32_t)(p->text[at + 1] - '0');
    }
    leaf.pattern.bytes = (const char *)p->bytes.data;
    leaf.pattern.len = (uint32_t)p->bytes.len;
    return leaf.pattern.len > 0 ? quern_parser_leaf(p, &leaf) : NULL;
}

/* NAME:BOUND..BOUND */
static quern_plan_node *number_literal(quern_parser *p, size_t at, size_t end)
{
    double low;
    double high;
    quern_buf_clear(&p->bytes);
    unescape(p, &at, end, ":");
    quern_string name = {(const char *)p->bytes.data, p->bytes.len};
    quern_string range = {p->text + at + 1, at < end ? end - at - 1 : 0};
    if (p->bytes.status) {
        p->status = quern_fail_nomem(p->err);
        return NULL;
    }
    return name.len > 0 && !memchr(name.data, 0, name.len) && read_number_range(range, &low, &high)
               ? number_leaf(p, name, low, high)
               : NULL;
}

quern_plan_node *quern_parser_literal(quern_parser *p)
{
    const quern_lexeme *l = quern_parser_lexeme(p);
    size_t at = l->start;
    quern_plan_node *node = NULL;
    p->at++;
    while (p->text[at] != ':') {
        at++;
    }
    quern_string name = {p->text + l->start, at++ - l->start};
    if (is_name(name, "stem")) {
        node = stem_literal(p, at, l->end);
    } else if (is_name(name, "same")) {
        node = same_literal(p, at, l->end, 0);
    } else if (is_name(name, "function")) {
        node = same_literal(p, at, l->end, 1);
    } else if (is_name(name, "form")) {
        node = pattern_literal(p, QUERN_PLAN_EXPAND, at, l->end);
    } else if (is_name(name, "path")) {
        node = pattern_literal(p, QUERN_PLAN_PATH, at, l->end);
    } else if (is_name(name, "number")) {
        node = number_literal(p, at, l->end);
    } else {
        quern_plan_node leaf = {.op = QUERN_PLAN_SELECT, .weight = 1.0};
        leaf.term = read_term(p, &at, l->end, "", QUERN_TERM_FIELD);
        node = quern_parser_leaf(p, &leaf);
    }
    if (!node) {
        char shown[QUERN_PARSER_EXCERPT];
        quern_parser_note(p, "\\%s is no term and was left out",
                          quern_parser_excerpt(p, l->start, l->end, shown));
    }
    return node;
}
