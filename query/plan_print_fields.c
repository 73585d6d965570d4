/* SPDX-License-Identifier: MIT */
/* plan_print_fields - patterns, fields, dates, numbers and paths as they could have been typed,
 * else as literals. */
#include "query/plan_printer.h"

#include "query/period.h"
#include "stemmer/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { PATTERN_TYPED = 200 /* bytes of the longest that is no literal */ };

/* Whether a pattern is one when it is typed: of small letters and digits, with a letter or digit
 * behind each ?. */
static int is_typed_pattern(const quern_plan_pattern *pattern)
{
    uint32_t wild = 0;
    uint32_t letters = 0;
    if (pattern->len > PATTERN_TYPED || (pattern->edits > 0 && pattern->bytes[0] <= '9')) {
        return 0;
    }
    for (uint32_t i = 0; i < pattern->len; i++) {
        char c = pattern->bytes[i];
        int is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_letter && c != '*' && (c != '?' || i == 0 || i + 1 == pattern->len)) {
            return 0;
        }
        letters += (uint32_t)is_letter;
        wild += !is_letter;
    }
    return letters > 0 && (wild > 0) == (pattern->edits == 0);
}

void quern_print_expand(quern_printer *p, const quern_plan_pattern *pattern)
{
    if (!is_typed_pattern(pattern)) {
        quern_printer_put(p, "\\form:");
    }
    quern_printer_escaped(p, pattern->bytes, pattern->len, "*?");
    if (pattern->edits > 0) {
        quern_printer_put(p, "~");
        quern_printer_number(p, pattern->edits);
    }
}

void quern_print_path(quern_printer *p, const quern_plan_pattern *glob)
{
    int typed = memchr(glob->bytes, '*', glob->len) || memchr(glob->bytes, '?', glob->len);
    typed = typed && glob->bytes[glob->len - 1] != '/';
    for (uint32_t i = 0; i < glob->len; i++) {
        char c = glob->bytes[i];
        typed = typed && (quern_printer_is_plain_byte((unsigned char)c) || strchr("*?/-", c)) && c;
    }
    quern_printer_put(p, typed ? "path:" : "\\path:");
    quern_printer_escaped(p, glob->bytes, glob->len, "*?/-");
}

/* Whether a field can be named in a query: by small letters and digits. */
static int is_typed_name(const quern_printer *p, quern_string name)
{
    static const char *const others[] = {"path", "date", "since", "until"}; /* no fields */
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        int is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_' || c == '-'))) {
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (name.len == strlen(others[i]) && memcmp(name.data, others[i], name.len) == 0) {
            return 0;
        }
    }
    return p->names && name.len > 0 && name.len < QUERN_FIELD_NAME_MAX &&
           p->names->is_field(p->names->payload, name);
}

/* Whether the word in p->text, typed behind the name, is read as this term in the language in use.
 */
static int selects_here(quern_printer *p, quern_string name, int sort, const quern_plan_term *want)
{
    char term[QUERN_TERM_MAX];
    if (p->status || p->text.status) {
        return 0;
    }
    p->status = quern_analysis_text(p->analysis, (const char *)p->text.data, p->text.len,
                                    &p->tokens, p->err);
    const quern_token *first = p->tokens.items;
    for (size_t i = 0; !p->status && i < p->tokens.n; i++) {
        if (p->tokens.items[i].position != first->position || p->tokens.items[i].covers > 1) {
            return 0;
        }
    }
    if (p->status || p->tokens.n == 0 || (sort == QUERN_FIELD_STEM && !first->form)) {
        return 0;
    }
    const quern_word *word = first->form && sort == QUERN_FIELD_WORD ? first->form : first->word;
    quern_string bytes = {word->term + 1, word->term_len - 1};
    size_t n = quern_field_term(term, name, sort, bytes);
    return n == want->len && memcmp(term, want->bytes, n) == 0;
}

/* Whether it is so in all languages. */
static int selects(quern_printer *p, quern_string name, int sort, const quern_plan_term *want)
{
    int same = 1;
    for (uint32_t i = 0; same && i < quern_analysis_languages(p->analysis); i++) {
        (void)quern_analysis_use(p->analysis, i);
        same = selects_here(p, name, sort, want);
    }
    (void)quern_analysis_use(p->analysis, 0);
    return same;
}

/* Prints title:chip, title:(=chips) or section:business; 0: it is no word of a field. */
static int print_field_word(quern_printer *p, uint32_t number)
{
    const quern_plan_term *t = &p->plan->terms[number];
    const char *end =
        t->len > 0 && t->bytes[0] == QUERN_TERM_FIELD ? memchr(t->bytes, 0, t->len) : NULL;
    size_t head = end ? (size_t)(end - t->bytes) + 2 : t->len;
    if (head >= t->len) {
        return 0;
    }
    quern_string name = {t->bytes + 1, head - 3};
    int sort = (unsigned char)end[1];
    int is_title = name.len == strlen(QUERN_FIELD_TITLE) &&
                   memcmp(name.data, QUERN_FIELD_TITLE, name.len) == 0;
    if (!is_typed_name(p, name) ||
        (sort != QUERN_FIELD_WORD && (sort != QUERN_FIELD_STEM || !is_title))) {
        return 0;
    }
    quern_buf_clear(&p->text);
    quern_buf_bytes(&p->text, t->bytes + head, t->len - head);
    int found = quern_printer_is_plain(t->bytes + head, t->len - head) && selects(p, name, sort, t);
    if (!found && !(quern_printer_find_typed(p, number) && selects(p, name, sort, t))) {
        return 0;
    }
    int is_exact = is_title && sort == QUERN_FIELD_WORD && p->tokens.items[0].form;
    quern_buf_bytes(p->out, name.data, name.len);
    quern_printer_put(p, is_exact ? ":(=" : ":");
    quern_printer_text(p);
    quern_printer_put(p, is_exact ? ")" : "");
    return 1;
}

void quern_print_select(quern_printer *p, uint32_t term)
{
    const quern_plan_term *t = &p->plan->terms[term];
    if (print_field_word(p, term)) {
        return;
    }
    quern_printer_put(p, "\\select:");
    quern_printer_escaped(p, t->bytes, t->len, "-");
}

static void put_second(quern_printer *p, int64_t second, int is_last)
{
    char text[32];
    if (second != INT64_MIN && second != INT64_MAX) { /* else the end is open */
        quern_period_write(second, is_last, text);
        quern_printer_put(p, text);
    }
}

void quern_print_date(quern_printer *p, const quern_plan_node *node)
{
    quern_printer_put(p, "date:");
    put_second(p, node->first_second, 0);
    quern_printer_put(p, "..");
    put_second(p, node->last_second, 1);
}

/* Short decimals as such, all others by their bits. */
static void put_bound(quern_printer *p, double value)
{
    char text[32];
    double thousandths = value * 1000.0;
    if (isinf(value)) {
        return;
    }
    if (fabs(thousandths) < 1e15 && floor(thousandths) == thousandths &&
        thousandths / 1000.0 == value && !(value == 0.0 && signbit(value))) {
        int64_t n = (int64_t)thousandths;
        uint64_t size = n < 0 ? (uint64_t)-n : (uint64_t)n;
        quern_printer_put(p, n < 0 ? "-" : "");
        quern_printer_number(p, size / 1000);
        if (size % 1000 > 0) {
            int len = snprintf(text, sizeof text, ".%03u", (unsigned)(size % 1000));
            while (text[len - 1] == '0') {
                text[--len] = '\0';
            }
            quern_printer_put(p, text);
        }
        return;
    }
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    snprintf(text, sizeof text, "@%016" PRIX64, bits);
    quern_printer_put(p, text);
}

void quern_print_number(quern_printer *p, const quern_plan_node *node)
{
    quern_printer_put(p, is_typed_name(p, QUERN_STR(node->field)) ? "" : "\\number:");
    quern_printer_escaped(p, node->field, strlen(node->field), "-");
    quern_printer_put(p, ":");
    put_bound(p, node->low);
    quern_printer_put(p, "..");
    put_bound(p, node->high);
}
