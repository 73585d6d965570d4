/* SPDX-License-Identifier: MIT */
/* plan_print - see plan_print.h.
 *
 *     ANY(amd^2, PHRASE(long, term), longterm)    amd^2 (long ADJ/1 term) longterm
 *     PHRASE of forms                             "long term"
 *     FILTER(NOT(MAYBE(a, b), c), SELECT)         +a b -c title:d
 *     ALL(a, ANY(b, c))                           +a +(b c)
 *     ANY(a, SELECT), ATLEAST 2                   a OR title:d, (a OR b OR c)@2
 *     NOT(EVERY, a), EVERY                        -a, path:*
 *
 * Whatever is not a single leaf stands in brackets where it is part of something.
 *
 * A term is printed as a word where the word, typed alone, is that term again, and counts as a
 * function word only where it did. It is not always: of `agreed` the stem is agre, of `agre` it
 * would be agr; then the word that was typed is tried. What has no such word is written as the
 * index holds it, after a backslash (parse.c has the grammar):
 *
 *     \stem:agr   \stem:agre=agreed   \stem:a,b,,c   \form:c?t~1   \select:%06title%00sagr
 *     \same:color,colour        a SAME is always printed so
 *     \function:do,does         and so is one of function words, or such a word
 *
 * So are fields: title:chip and price:10..20 where they are typed so, else \select and \number.
 *
 * Words that begin with a digit could be taken for an amount together with their neighbours, and
 * stand in brackets. A weight above what may be typed is written as several words.
 */
#include "query/plan_print.h"

#include "query/period.h"
#include "stemmer/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <unictype.h>
#include <unistr.h>

enum { PATTERN_TYPED = 200 /* bytes of the longest that is no literal */ };

typedef struct printer {
    const quern_plan *plan;
    quern_analysis *analysis;
    const quern_lex_names *names; /* or NULL: no field has a name that can be typed */
    quern_tokens tokens;
    quern_buf text;  /* scratch: what a candidate would be typed as, */
    int is_function; /* and whether it begins with a function word of any language */
    quern_buf *out;
    quern_status status; /* sticky */
    quern_error *err;
} printer;

/* What a word must count as when it is read again. */
typedef enum role { OF_ANY_ROLE, FUNCTION_WORD, OTHER_WORD } role;

static void print_group(printer *p, const quern_plan_node *node);

static void put(printer *p, const char *s)
{
    if (*s) {
        quern_buf_bytes(p->out, s, strlen(s));
    }
}

static void put_number(printer *p, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    put(p, text);
}

/* ---- Literals ---- */

static int is_plain_ascii(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           c == '\'' || c == '.' || c == '_';
}

/* The bytes of the character at s that may stand in a word as it is; 0: it may not. */
static size_t plain_at(const char *s, size_t len)
{
    ucs4_t c;
    if (is_plain_ascii((unsigned char)*s)) {
        return 1;
    }
    int n = u8_mbtoucr(&c, (const uint8_t *)s, len);
    int plain = n > 1 && uc_is_general_category_withtable(
                             c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
    return plain ? (size_t)n : 0;
}

static int is_plain(const char *s, size_t len)
{
    size_t n = 1;
    for (size_t i = 0; i < len && n > 0; i += n) {
        n = plain_at(s + i, len - i);
    }
    return len > 0 && n > 0;
}

/* Bytes that stand for themselves are those of words and of `also`; others are %XX. */
static void put_escaped(printer *p, const char *s, size_t len, const char *also)
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
        put(p, code);
    }
}

/* The kind, which is told where it is not the one that is meant without a word. */
static void put_literal_term(printer *p, uint32_t number, char usual)
{
    const quern_plan_term *t = &p->plan->terms[number];
    size_t skip = t->len > 1 && t->bytes[0] == usual && (unsigned char)t->bytes[1] >= ' ';
    put_escaped(p, t->bytes + skip, t->len - skip, "-");
}

static void put_literal_member(printer *p, const quern_plan_member *m)
{
    put_literal_term(p, m->term, QUERN_TERM_WORD);
    if (m->form != QUERN_PLAN_NONE) {
        put(p, "=");
        put_literal_term(p, m->form, QUERN_TERM_EXACT);
    }
}

static void put_literal_members(printer *p, const quern_plan_member *members, uint32_t n)
{
    put(p, "\\stem:");
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t at = i ? members[i - 1].offset : 0; at < members[i].offset; at++) {
            put(p, ",");
        }
        put_literal_member(p, &members[i]);
    }
}

static void print_same(printer *p, const quern_plan_node *node)
{
    put(p, node->is_function ? "\\function:" : "\\same:");
    for (uint32_t i = 0; i < node->n_members; i++) {
        put(p, i ? "," : "");
        put_literal_member(p, &node->members[i]);
    }
}

/* ---- What could be typed ---- */

static quern_string term_of(const printer *p, uint32_t number)
{
    const quern_plan_term *t = &p->plan->terms[number];
    quern_string s = {t->bytes + 1, t->len - 1}; /* without the byte of kind */
    return s;
}

static int kind_of(const printer *p, uint32_t number)
{
    return p->plan->terms[number].bytes[0];
}

/* Appends the words that an amount may have been: USD 4000000000, 4bn. */
static void add_amount(printer *p, quern_string amount)
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
static int add_typed(printer *p, const quern_plan_member *m)
{
    if (kind_of(p, m->term) == QUERN_TERM_AMOUNT) {
        add_amount(p, term_of(p, m->term));
        return m->form == QUERN_PLAN_NONE;
    }
    quern_string s = term_of(p, m->form == QUERN_PLAN_NONE ? m->term : m->form);
    quern_buf_bytes(&p->text, s.data, s.len);
    return is_plain(s.data, s.len);
}

static int is_term(const printer *p, uint32_t number, const quern_word *word)
{
    const quern_plan_term *t = &p->plan->terms[number];
    return word->term_len == t->len && memcmp(word->term, t->bytes, t->len) == 0;
}

/* Whether a token in quotation marks, or behind =, has the form of a member. */
static int has_form(const printer *p, const quern_plan_member *m, const quern_token *token)
{
    return m->form == QUERN_PLAN_NONE || (token->form && is_term(p, m->form, token->form));
}

/* Whether p->text is read as the members at successive positions, in the language in use. */
static int reads_here_as(printer *p, const quern_plan_member *members, uint32_t n)
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
static int reads_as(printer *p, const quern_plan_member *members, uint32_t n)
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
static int reads_alone(printer *p, const quern_plan_member *m, role as)
{
    return reads_as(p, m, 1) && (as == OF_ANY_ROLE || p->is_function == (as == FUNCTION_WORD));
}

/* Fills p->text with what was typed for a term; 0: nothing that can be typed again. */
static int add_kept(printer *p, uint32_t term)
{
    quern_string typed = p->plan->terms[term].typed;
    quern_buf_clear(&p->text);
    quern_buf_bytes(&p->text, typed.data, typed.data ? typed.len : 0);
    return typed.data && is_plain(typed.data, typed.len);
}

/* Fills p->text with a word that is this member; 0: there is none. */
static int find_word(printer *p, const quern_plan_member *m, role as)
{
    quern_buf_clear(&p->text);
    return (add_typed(p, m) && reads_alone(p, m, as)) ||
           (m->form == QUERN_PLAN_NONE && add_kept(p, m->term) && reads_alone(p, m, as));
}

static void put_text(printer *p)
{
    quern_buf_bytes(p->out, p->text.data, p->text.len);
}

/* ---- Words, phrases, NEAR ---- */

static void print_word(printer *p, const quern_plan_node *node)
{
    int is_exact = node->op == QUERN_PLAN_EXACT;
    const quern_plan_member word = {node->term, 0, is_exact ? node->form : QUERN_PLAN_NONE};
    const quern_plan_member *m = &word;
    if (!find_word(p, m, is_exact ? OF_ANY_ROLE : node->is_function ? FUNCTION_WORD : OTHER_WORD)) {
        put(p, node->is_function ? "\\function:" : "\\stem:");
        put_literal_member(p, m);
        return;
    }
    int brackets = p->text.data[0] >= '0' && p->text.data[0] <= '9';
    brackets |= kind_of(p, m->term) == QUERN_TERM_AMOUNT;
    put(p, brackets ? "(" : "");
    put(p, m->form != QUERN_PLAN_NONE ? "=" : "");
    put_text(p);
    put(p, brackets ? ")" : "");
}

/* An operand of NEAR: one word without brackets. */
static void print_operand(printer *p, const quern_plan_member *m)
{
    if (kind_of(p, m->term) == QUERN_TERM_AMOUNT || !find_word(p, m, OF_ANY_ROLE)) {
        put_literal_members(p, m, 1);
        return;
    }
    put(p, m->form != QUERN_PLAN_NONE ? "=" : "");
    put_text(p);
}

static void print_chain(printer *p, const quern_plan_node *node, uint32_t reach, int is_ordered)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        quern_plan_member m = node->members[i];
        m.offset = 0;
        if (i > 0) {
            put(p, is_ordered ? " ADJ/" : " NEAR/");
            put_number(p, reach);
            put(p, " ");
        }
        print_operand(p, &m);
    }
}

/* Whether it is "words in quotation marks", which are then in p->text. */
static int find_quoted(printer *p, const quern_plan_node *node)
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
static int is_chain(printer *p, const quern_plan_node *node)
{
    return node->op == QUERN_PLAN_NEAR ||
           (node->op == QUERN_PLAN_PHRASE && is_consecutive(node) && !find_quoted(p, node));
}

static void print_phrase(printer *p, const quern_plan_node *node)
{
    if (find_quoted(p, node)) {
        put(p, "\"");
        put_text(p);
        put(p, "\"");
    } else if (is_consecutive(node)) {
        print_chain(p, node, node->n_members - 1, 1);
    } else {
        put_literal_members(p, node->members, node->n_members);
    }
}

/* ---- Patterns, fields, dates, numbers, paths ---- */

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

static void print_expand(printer *p, const quern_plan_pattern *pattern)
{
    if (!is_typed_pattern(pattern)) {
        put(p, "\\form:");
    }
    put_escaped(p, pattern->bytes, pattern->len, "*?");
    if (pattern->edits > 0) {
        put(p, "~");
        put_number(p, pattern->edits);
    }
}

static void print_path(printer *p, const quern_plan_pattern *glob)
{
    int typed = memchr(glob->bytes, '*', glob->len) || memchr(glob->bytes, '?', glob->len);
    typed = typed && glob->bytes[glob->len - 1] != '/';
    for (uint32_t i = 0; i < glob->len; i++) {
        char c = glob->bytes[i];
        typed = typed && (is_plain_ascii((unsigned char)c) || strchr("*?/-", c)) && c;
    }
    put(p, typed ? "path:" : "\\path:");
    put_escaped(p, glob->bytes, glob->len, "*?/-");
}

/* Whether a field can be named in a query: by small letters and digits. */
static int is_typed_name(const printer *p, quern_string name)
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
static int selects_here(printer *p, quern_string name, int sort, const quern_plan_term *want)
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
static int selects(printer *p, quern_string name, int sort, const quern_plan_term *want)
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
static int print_field_word(printer *p, uint32_t number)
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
    int found = is_plain(t->bytes + head, t->len - head) && selects(p, name, sort, t);
    if (!found && !(add_kept(p, number) && selects(p, name, sort, t))) {
        return 0;
    }
    int is_exact = is_title && sort == QUERN_FIELD_WORD && p->tokens.items[0].form;
    quern_buf_bytes(p->out, name.data, name.len);
    put(p, is_exact ? ":(=" : ":");
    put_text(p);
    put(p, is_exact ? ")" : "");
    return 1;
}

static void print_select(printer *p, uint32_t term)
{
    const quern_plan_term *t = &p->plan->terms[term];
    if (print_field_word(p, term)) {
        return;
    }
    put(p, "\\select:");
    put_escaped(p, t->bytes, t->len, "-");
}

static void put_second(printer *p, int64_t second, int is_last)
{
    char text[32];
    if (second != INT64_MIN && second != INT64_MAX) { /* else the end is open */
        quern_period_write(second, is_last, text);
        put(p, text);
    }
}

static void print_date(printer *p, const quern_plan_node *node)
{
    put(p, "date:");
    put_second(p, node->first_second, 0);
    put(p, "..");
    put_second(p, node->last_second, 1);
}

/* Short decimals as such, all others by their bits. */
static void put_bound(printer *p, double value)
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
        put(p, n < 0 ? "-" : "");
        put_number(p, size / 1000);
        if (size % 1000 > 0) {
            int len = snprintf(text, sizeof text, ".%03u", (unsigned)(size % 1000));
            while (text[len - 1] == '0') {
                text[--len] = '\0';
            }
            put(p, text);
        }
        return;
    }
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    snprintf(text, sizeof text, "@%016" PRIX64, bits);
    put(p, text);
}

static void print_number(printer *p, const quern_plan_node *node)
{
    put(p, is_typed_name(p, QUERN_STR(node->field)) ? "" : "\\number:");
    put_escaped(p, node->field, strlen(node->field), "-");
    put(p, ":");
    put_bound(p, node->low);
    put(p, "..");
    put_bound(p, node->high);
}

/* ---- Leaves ---- */

static void print_plain_leaf(printer *p, const quern_plan_node *node)
{
    switch (node->op) {
    case QUERN_PLAN_TERM:
    case QUERN_PLAN_EXACT:
        print_word(p, node);
        break;
    case QUERN_PLAN_PHRASE:
        print_phrase(p, node);
        break;
    case QUERN_PLAN_NEAR:
        print_chain(p, node, node->reach, node->is_ordered);
        break;
    case QUERN_PLAN_EXPAND:
        print_expand(p, &node->pattern);
        break;
    case QUERN_PLAN_SAME:
        print_same(p, node);
        break;
    case QUERN_PLAN_SELECT:
        print_select(p, node->term);
        break;
    case QUERN_PLAN_DATE:
        print_date(p, node);
        break;
    case QUERN_PLAN_NUMBER:
        print_number(p, node);
        break;
    case QUERN_PLAN_PATH:
        print_path(p, &node->pattern);
        break;
    default:
        put(p, "path:*");
    }
}

/* In hundredths, which is as fine as a boost goes; never as the locale writes it. */
static void print_weight(printer *p, uint64_t hundredths)
{
    char text[8];
    if (hundredths == 100) {
        return;
    }
    put(p, "^");
    put_number(p, hundredths / 100);
    if (hundredths % 100) {
        snprintf(text, sizeof text, ".%02u", (unsigned)(hundredths % 100));
        text[hundredths % 10 ? 3 : 2] = '\0';
        put(p, text);
    }
}

/* One leaf, with what is above the largest weight as more of the same. */
static void print_leaf(printer *p, const quern_plan_node *node)
{
    const uint64_t most = (uint64_t)(QUERN_PLAN_WEIGHT_MAX * 100.0);
    uint64_t weight = (uint64_t)(node->weight * 100.0 + 0.5);
    int chain = is_chain(p, node);
    int heavy = weight > most;
    put(p, heavy ? "(" : "");
    for (uint64_t here; weight > 0 && !p->status; weight -= here) {
        here = weight <= most ? weight : weight > most + 100 ? most : weight - 100;
        put(p, chain ? "(" : "");
        print_plain_leaf(p, node);
        put(p, chain ? ")" : "");
        print_weight(p, here);
        put(p, weight > here ? " " : "");
    }
    put(p, heavy ? ")" : "");
}

/* ---- Operators ---- */

static void print_unit(printer *p, const quern_plan_node *node)
{
    if (node->op < QUERN_PLAN_ANY) {
        print_leaf(p, node);
        return;
    }
    int bracketed = node->op != QUERN_PLAN_ATLEAST; /* which has brackets of its own */
    put(p, bracketed ? "(" : "");
    print_group(p, node);
    put(p, bracketed ? ")" : "");
}

static int are_scoring_leaves(const quern_plan_node *child)
{
    while (child && child->op < QUERN_PLAN_ANY && !child->is_scoreless) {
        child = child->sibling;
    }
    return !child;
}

/* The children, each with `before` in front, `between` them. */
static void print_children(printer *p, const quern_plan_node *node, const char *before,
                           const char *between)
{
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        put(p, before);
        print_unit(p, child);
        put(p, child->sibling ? between : "");
    }
}

static void print_any(printer *p, const quern_plan_node *node)
{
    print_children(p, node, "", are_scoring_leaves(node->children) ? " " : " OR ");
}

/* What a group looks for before it excludes and filters. */
static void print_base(printer *p, const quern_plan_node *node)
{
    if (node->op == QUERN_PLAN_ANY) {
        print_any(p, node);
    } else if (node->op == QUERN_PLAN_ATLEAST) {
        put(p, "(");
        print_children(p, node, "", " OR ");
        put(p, ")@");
        put_number(p, node->need);
    } else if (node->op == QUERN_PLAN_ALL) {
        print_children(p, node, node->is_scoreless ? "" : "+", " ");
    } else if (node->op == QUERN_PLAN_MAYBE) {
        const quern_plan_node *must = node->children;
        if (must->op == QUERN_PLAN_ALL) {
            print_children(p, must, "+", " ");
        } else {
            put(p, "+");
            print_unit(p, must);
        }
        put(p, " ");
        if (must->sibling->op == QUERN_PLAN_ANY && are_scoring_leaves(must->sibling->children)) {
            print_any(p, must->sibling);
        } else {
            print_unit(p, must->sibling);
        }
    } else {
        print_unit(p, node);
    }
}

static void print_not(printer *p, const quern_plan_node *node)
{
    const quern_plan_node *base = node->children;
    if (node->op != QUERN_PLAN_NOT) {
        print_base(p, node);
        return;
    }
    if (base->op != QUERN_PLAN_EVERY) {
        print_base(p, base);
        put(p, " ");
    }
    if (base->sibling->op == QUERN_PLAN_ANY) {
        print_children(p, base->sibling, "-", " ");
    } else {
        put(p, "-");
        print_unit(p, base->sibling);
    }
}

/* Whatever stands between brackets, or the whole. */
static void print_group(printer *p, const quern_plan_node *node)
{
    if (node->op == QUERN_PLAN_FILTER) {
        const quern_plan_node *filter = node->children->sibling;
        print_not(p, node->children);
        put(p, " ");
        if (filter->op == QUERN_PLAN_ALL) {
            print_children(p, filter, "", " ");
        } else {
            print_unit(p, filter);
        }
    } else {
        print_not(p, node);
    }
}

quern_status quern_plan_print(const quern_plan *plan, quern_analysis *analysis,
                              const quern_lex_names *names, quern_buf *out, quern_error *err)
{
    printer p = {.plan = plan, .analysis = analysis, .names = names, .out = out, .err = err};
    if (plan->root) {
        print_group(&p, plan->root);
    }
    quern_tokens_finish(&p.tokens);
    quern_buf_finish(&p.text);
    return p.status;
}
