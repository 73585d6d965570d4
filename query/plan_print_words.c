/* SPDX-License-Identifier: MIT */
/* plan_print_words - words, phrases and NEARs as they could have been typed, else as literals. */
#include "query/plan_printer.h"

#include <inttypes.h>
#include <stdio.h>
#include <unictype.h>
#include <unistr.h>

/* What a word must count as when it is read again. */
typedef enum role { OF_ANY_ROLE, FUNCTION_WORD, OTHER_WORD } role;

void quern_printer_put(quern_printer *p, const char *s)
{
    if (*s) {
        quern_buf_bytes(p->out, s, strlen(s));
    }
}

void quern_printer_number(quern_printer *p, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    quern_printer_put(p, text);
}

/* ---- Literals ---- */

int quern_printer_is_plain_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           c == '\'' || c == '.' || c == '_';
}

/* The bytes of the character at s that may stand in a word as it is; 0: it may not. */
static size_t plain_at(const char *s, size_t len)
{
    ucs4_t c;
    if (quern_printer_is_plain_byte((unsigned char)*s)) {
        return 1;
    }
    int n = u8_mbtoucr(&c, (const uint8_t *)s, len);
    int plain = n > 1 && uc_is_general_category_withtable(
                             c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
    return plain ? (size_t)n : 0;
}

int quern_printer_is_plain(const char *s, size_t len)
{
    size_t n = 1;
    for (size_t i = 0; i < len && n > 0; i += n) {
        n = plain_at(s + i, len - i);
    }
    return len > 0 && n > 0;
}

/* Bytes that stand for themselves are those of words and of `also`; others are %XX. */
void quern_printer_escaped(quern_printer *p, const char *s, size_t len, const char *also)
{
    for (size_t i = 0; i < len;) {
        size_t n = s[i] && strchr(also, s[i]) ? 1 : plain_at(s + i, len - i);
        if (n > 0) {
            quern_buf_bytes(p->out, s + i, n);
            i += n;
            continue;
        }
        char code[4];
        snprintf(code, sizeof code, "%%%02X", (unsigned char)s[i++]);
        quern_printer_put(p, code);
    }
}

/* The kind, which is told where it is not the one that is meant without a word. */
static void put_literal_term(quern_printer *p, uint32_t number, char usual)
{
    const quern_plan_term *t = &p->plan->terms[number];
    size_t skip = t->len > 1 && t->bytes[0] == usual && (unsigned char)t->bytes[1] >= ' ';
    quern_printer_escaped(p, t->bytes + skip, t->len - skip, "-");
}

static void put_literal_member(quern_printer *p, const quern_plan_member *m)
{
    put_literal_term(p, m->term, QUERN_TERM_WORD);
    if (m->form != QUERN_PLAN_NONE) {
        quern_printer_put(p, "=");
        put_literal_term(p, m->form, QUERN_TERM_EXACT);
    }
}

static void put_literal_members(quern_printer *p, const quern_plan_member *members, uint32_t n)
{
    quern_printer_put(p, "\\stem:");
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t at = i ? members[i - 1].offset : 0; at < members[i].offset; at++) {
            quern_printer_put(p, ",");
        }
        put_literal_member(p, &members[i]);
    }
}

void quern_print_same(quern_printer *p, const quern_plan_node *node)
{
    quern_printer_put(p, node->is_function ? "\\function:" : "\\same:");
    for (uint32_t i = 0; i < node->n_members; i++) {
        quern_printer_put(p, i ? "," : "");
        put_literal_member(p, &node->members[i]);
    }
}

/* ---- What could be typed ---- */

static quern_string term_of(const quern_printer *p, uint32_t number)
{
    const quern_plan_term *t = &p->plan->terms[number];
    quern_string s = {t->bytes + 1, t->len - 1}; /* without the byte of kind */
    return s;
}

static int kind_of(const quern_printer *p, uint32_t number)
{
    return p->plan->terms[number].bytes[0];
}

/* Appends the words that an amount may have been: USD 4000000000, 4bn. */
static void add_amount(quern_printer *p, quern_string amount)
{
    static const char *const units[] = {"", "k", "m", "bn", "tn"};
    const char *blank = memchr(amount.data, ' ', amount.len);
    size_t digits = blank ? (size_t)(blank - amount.data) : amount.len;
    if (blank) {
        quern_buf_bytes(&p->text, blank + 1, amount.len - digits - 1);
        quern_buf_u8(&p->text, ' ');
        quern_buf_bytes(&p->text, amount.data, digits);
        return;
    }
    unsigned unit = 0;
    while (unit < 4 && digits > 3 && !memchr(amount.data, '.', digits) &&
           memcmp(amount.data + digits - 3, "000", 3) == 0) {
        digits -= 3;
        unit++;
    }
    quern_buf_bytes(&p->text, amount.data, digits);
    quern_buf_bytes(&p->text, units[unit], strlen(units[unit]));
}

/* Appends what a member may have been typed as. Returns 0 where there is no telling. */
static int add_typed(quern_printer *p, const quern_plan_member *m)
{
    if (kind_of(p, m->term) == QUERN_TERM_AMOUNT) {
        add_amount(p, term_of(p, m->term));
        return m->form == QUERN_PLAN_NONE;
    }
    quern_string s = term_of(p, m->form == QUERN_PLAN_NONE ? m->term : m->form);
    quern_buf_bytes(&p->text, s.data, s.len);
    return quern_printer_is_plain(s.data, s.len);
}

static int is_term(const quern_printer *p, uint32_t number, const quern_word *word)
{
    const quern_plan_term *t = &p->plan->terms[number];
    return word->term_len == t->len && memcmp(word->term, t->bytes, t->len) == 0;
}

/* Whether a token in quotation marks, or behind =, has the form of a member. */
static int has_form(const quern_printer *p, const quern_plan_member *m, const quern_token *token)
{
    return m->form == QUERN_PLAN_NONE || (token->form && is_term(p, m->form, token->form));
}

/* Whether p->text is read as the members at successive positions, in the language in use. */
static int reads_here_as(quern_printer *p, const quern_plan_member *members, uint32_t n)
{
    quern_tokens *tokens = &p->tokens;
    uint32_t m = 0;
    if (p->status || p->text.status) {
        return 0;
    }
    p->status =
        quern_analysis_text(p->analysis, (const char *)p->text.data, p->text.len, tokens, p->err);
    for (size_t i = 0; !p->status && i < tokens->n; i++) {
        if (i > 0 && tokens->items[i].position == tokens->items[i - 1].position) {
            continue;
        }
        if (m == n || !is_term(p, members[m].term, tokens->items[i].word) ||
            !has_form(p, &members[m], &tokens->items[i])) {
            return 0;
        }
        m++;
    }
    const quern_token *first = tokens->items;
    p->is_function |=
        tokens->n > 0 && first->form && quern_analysis_is_function_word(p->analysis, first->form);
    return !p->status && m == n;
}

/* Whether it is so in all languages. */
static int reads_as(quern_printer *p, const quern_plan_member *members, uint32_t n)
{
    int reads = 1;
    p->is_function = 0;
    for (uint32_t i = 0; reads && i < quern_analysis_languages(p->analysis); i++) {
        (void)quern_analysis_use(p->analysis, i);
        reads = reads_here_as(p, members, n);
    }
    (void)quern_analysis_use(p->analysis, 0);
    return reads;
}

/* Whether p->text is read as the member alone; and as a function word if that is one, where it
 * matters. */
static int reads_alone(quern_printer *p, const quern_plan_member *m, role as)
{
    return reads_as(p, m, 1) && (as == OF_ANY_ROLE || p->is_function == (as == FUNCTION_WORD));
}

/* Fills p->text with what was typed for a term; 0: nothing that can be typed again. */
int quern_printer_find_typed(quern_printer *p, uint32_t term)
{
    quern_string typed = p->plan->terms[term].typed;
    quern_buf_clear(&p->text);
    quern_buf_bytes(&p->text, typed.data, typed.data ? typed.len : 0);
    return typed.data && quern_printer_is_plain(typed.data, typed.len);
}

/* Fills p->text with a word that is this member; 0: there is none. */
static int find_word(quern_printer *p, const quern_plan_member *m, role as)
{
    quern_buf_clear(&p->text);
    return (add_typed(p, m) && reads_alone(p, m, as)) ||
           (m->form == QUERN_PLAN_NONE && quern_printer_find_typed(p, m->term) &&
            reads_alone(p, m, as));
}

void quern_printer_text(quern_printer *p)
{
    quern_buf_bytes(p->out, p->text.data, p->text.len);
}

/* ---- Words, phrases, NEAR ---- */

void quern_print_word(quern_printer *p, const quern_plan_node *node)
{
    int is_exact = node->op == QUERN_PLAN_EXACT;
    const quern_plan_member word = {node->term, 0, is_exact ? node->form : QUERN_PLAN_NONE};
    const quern_plan_member *m = &word;
    if (!find_word(p, m, is_exact ? OF_ANY_ROLE : node->is_function ? FUNCTION_WORD : OTHER_WORD)) {
        quern_printer_put(p, node->is_function ? "\\function:" : "\\stem:");
        put_literal_member(p, m);
        return;
    }
    int brackets = p->text.data[0] >= '0' && p->text.data[0] <= '9';
    brackets |= kind_of(p, m->term) == QUERN_TERM_AMOUNT;
    quern_printer_put(p, brackets ? "(" : "");
    quern_printer_put(p, m->form != QUERN_PLAN_NONE ? "=" : "");
    quern_printer_text(p);
    quern_printer_put(p, brackets ? ")" : "");
}

/* An operand of NEAR: one word without brackets. */
static void print_operand(quern_printer *p, const quern_plan_member *m)
{
    if (kind_of(p, m->term) == QUERN_TERM_AMOUNT || !find_word(p, m, OF_ANY_ROLE)) {
        put_literal_members(p, m, 1);
        return;
    }
    quern_printer_put(p, m->form != QUERN_PLAN_NONE ? "=" : "");
    quern_printer_text(p);
}

void quern_print_chain(quern_printer *p, const quern_plan_node *node, uint32_t reach,
                       int is_ordered)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        quern_plan_member m = node->members[i];
        m.offset = 0;
        if (i > 0) {
            quern_printer_put(p, is_ordered ? " ADJ/" : " NEAR/");
            quern_printer_number(p, reach);
            quern_printer_put(p, " ");
        }
        print_operand(p, &m);
    }
}

/* Whether it is "words in quotation marks", which are then in p->text. */
static int find_quoted(quern_printer *p, const quern_plan_node *node)
{
    quern_buf_clear(&p->text);
    for (uint32_t i = 0; i < node->n_members; i++) {
        const quern_plan_member *m = &node->members[i];
        int is_exact = m->form != QUERN_PLAN_NONE;
        if (i > 0) {
            quern_buf_u8(&p->text, ' ');
        }
        if (m->offset != i || is_exact != (kind_of(p, m->term) == QUERN_TERM_WORD) ||
            !add_typed(p, m)) {
            return 0;
        }
    }
    return reads_as(p, node->members, node->n_members);
}

static int is_consecutive(const quern_plan_node *node)
{
    return node->members[node->n_members - 1].offset == node->n_members - 1 &&
           node->n_members <= QUERN_PLAN_NEAR_MAX;
}

/* Whether the leaf is printed as several words, which need brackets. */
int quern_print_is_chain(quern_printer *p, const quern_plan_node *node)
{
    return node->op == QUERN_PLAN_NEAR ||
           (node->op == QUERN_PLAN_PHRASE && is_consecutive(node) && !find_quoted(p, node));
}

void quern_print_phrase(quern_printer *p, const quern_plan_node *node)
{
    if (find_quoted(p, node)) {
        quern_printer_put(p, "\"");
        quern_printer_text(p);
        quern_printer_put(p, "\"");
    } else if (is_consecutive(node)) {
        quern_print_chain(p, node, node->n_members - 1, 1);
    } else {
        put_literal_members(p, node->members, node->n_members);
    }
}
