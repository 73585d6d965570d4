/* SPDX-License-Identifier: MIT */
/* lex - see lex.h. parse.c has the grammar.
 *
 * Where something may stand decides what it is: signs, = and names of fields begin a run of bytes
 * without white space (or follow a bracket or a sign); AND, OR, NOT, NEAR and ADJ are the whole of
 * one; ^, ~ and @ end one. So long-term, 4-5, C++, AT&T, a/b, 10:30 and x@y.org are words.
 *
 * A ? is a wildcard within a word: with a letter or digit or * in front of it (or of a run of them)
 * and behind, else it ends a question. Within an address (https://...) nothing is an operator.
 *
 * Linear: each rule looks at bytes up to where it ends, and the few that look further (is the ? of
 * a run of them a wildcard, where is the partner of this quotation mark) remember what they saw.
 */
#include "query/lex.h"

#include "base/mem.h"
#include "query/plan.h"
#include "query/quotes.h"

enum { NUMBER_DIGITS = 15, NAME_MAX_BYTES = 200 };

typedef struct lexer {
    const char *text;
    size_t len, at;
    quern_quotes quotes;
    size_t marks_end; /* where the last run of ? that was looked at ends */
    int marks_match;  /* whether they are wildcards */
    int begins;       /* white space, a bracket or a sign lies before `at` */
    int after_space;  /* of these, white space or a bracket */
    const quern_lex_names *names;
    quern_lexemes *out;
    quern_error *err;
} lexer;

void quern_lexemes_finish(quern_lexemes *lexemes)
{
    quern_free(lexemes->items);
    memset(lexemes, 0, sizeof *lexemes);
}

/* ---- Characters ---- */

static char peek(const lexer *x, size_t i)
{
    return i < x->len ? x->text[i] : ' ';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A letter or digit; any character beyond ASCII counts but quotation marks. */
static int is_letter(const lexer *x, size_t i)
{
    char c = peek(x, i);
    return is_digit(c) || is_ascii_letter(c) ||
           ((unsigned char)c >= 0x80 && !quern_quotes_mark(x->text + i, x->len - i));
}

/* Whether a letter or digit, or a part of a character beyond ASCII, is in front of i. */
static int is_letter_before(const lexer *x, size_t i)
{
    char c = i > 0 ? x->text[i - 1] : ' ';
    return is_digit(c) || is_ascii_letter(c) || (unsigned char)c >= 0x80;
}

/* Whether nothing that belongs to the run of bytes before stands at i. */
static int is_boundary(const lexer *x, size_t i)
{
    char c = peek(x, i);
    return quern_lex_is_space(c) || c == '(' || c == ')' || c == '^';
}

static int is_wildcard(lexer *x, size_t i)
{
    if (peek(x, i) == '*') {
        return 1;
    }
    if (peek(x, i) != '?') {
        return 0;
    }
    if (i >= x->marks_end) {
        size_t end = i;
        while (peek(x, end) == '?') {
            end++;
        }
        x->marks_end = end;
        int inside = i > 0 && (x->text[i - 1] == '*' || is_letter_before(x, i));
        x->marks_match = inside && (peek(x, end) == '*' || is_letter(x, end));
    }
    return x->marks_match;
}

/* ---- Lexemes ---- */

static quern_status add(lexer *x, quern_lexeme_kind kind, size_t start, size_t end)
{
    quern_lexemes *out = x->out;
    if (quern_grow(&out->items, &out->cap, out->n + 1, sizeof *out->items)) {
        return quern_fail_nomem(x->err);
    }
    quern_lexeme item = {kind, start, end};
    out->items[out->n++] = item;
    x->begins = kind == QUERN_LEX_OPEN || kind == QUERN_LEX_MUST || kind == QUERN_LEX_NOT ||
                kind == QUERN_LEX_EXACT;
    x->after_space = kind == QUERN_LEX_OPEN;
    return QUERN_OK;
}

static quern_lexeme_kind last_kind(const lexer *x)
{
    return x->out->n > 0 ? x->out->items[x->out->n - 1].kind : QUERN_LEX_END;
}

/* ^2, ^0.5: where the number ends; 0: it is none. */
static size_t boost_end(const lexer *x, size_t at)
{
    size_t i = at + 1;
    size_t digits = 0;
    size_t dots = 0;
    for (; is_digit(peek(x, i)) || peek(x, i) == '.'; i++) {
        digits += (size_t)is_digit(peek(x, i));
        dots += peek(x, i) == '.';
        if (digits > NUMBER_DIGITS || dots > 1) {
            return 0;
        }
    }
    return digits > 0 && is_boundary(x, i) ? i : 0;
}

/* ~, ~2: where it ends; 0: it is none. */
static size_t fuzzy_end(const lexer *x, size_t at)
{
    size_t i = at + 1;
    while (i - at <= 2 && is_digit(peek(x, i))) {
        i++;
    }
    return is_boundary(x, i) ? i : 0;
}

/* A suffix of what was just read, which no white space parts from it. */
static quern_status lex_suffix(lexer *x, int *done)
{
    quern_lexeme_kind before = last_kind(x);
    quern_lexeme_kind kind = QUERN_LEX_END;
    size_t end = 0;
    char c = peek(x, x->at);
    if (c == '^' && before >= QUERN_LEX_WORD && before != QUERN_LEX_OPEN &&
        before != QUERN_LEX_BOOST) {
        kind = QUERN_LEX_BOOST;
        end = boost_end(x, x->at);
    } else if (c == '~' && before == QUERN_LEX_WORD) {
        kind = QUERN_LEX_FUZZY;
        end = fuzzy_end(x, x->at);
    } else if (c == '@' && (before == QUERN_LEX_CLOSE) && is_digit(peek(x, x->at + 1))) {
        kind = QUERN_LEX_ATLEAST;
        end = boost_end(x, x->at);
    }
    *done = end > 0;
    if (!*done) {
        return QUERN_OK;
    }
    size_t start = x->at + 1;
    x->at = end;
    return add(x, kind, start, end);
}

/* ---- What begins a run of bytes ---- */

static int is_upper_word(const lexer *x, const char *word, size_t *end)
{
    size_t n = strlen(word);
    *end = x->at + n;
    return x->len - x->at >= n && memcmp(x->text + x->at, word, n) == 0;
}

/* AND, OR, NOT, NEAR, NEAR/8, ADJ/8. */
static quern_lexeme_kind operator_at(const lexer *x, size_t *end)
{
    static const struct {
        const char *word;
        quern_lexeme_kind kind;
    } words[] = {{"AND", QUERN_LEX_AND},
                 {"OR", QUERN_LEX_OR},
                 {"NOT", QUERN_LEX_NOT},
                 {"NEAR", QUERN_LEX_NEAR},
                 {"ADJ", QUERN_LEX_ADJ}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        quern_lexeme_kind kind = words[i].kind;
        if (!is_upper_word(x, words[i].word, end)) {
            continue;
        }
        if ((kind == QUERN_LEX_NEAR || kind == QUERN_LEX_ADJ) && peek(x, *end) == '/') {
            size_t digits = *end + 1;
            while (digits - *end <= 4 && is_digit(peek(x, digits))) {
                digits++;
            }
            *end = digits > *end + 1 ? digits : *end;
        }
        char c = peek(x, *end);
        if (quern_lex_is_space(c) || c == '(' || quern_quotes_mark(x->text + *end, x->len - *end)) {
            return kind;
        }
    }
    return QUERN_LEX_END;
}

/* Whether what comes behind a sign at i is something that it can be the sign of. */
static int can_follow_sign(lexer *x, size_t i)
{
    char c = peek(x, i);
    size_t n;
    size_t end;
    if (quern_quotes_mark(x->text + i, x->len - i)) {
        return quern_quotes_partner(&x->quotes, i, &n, &end);
    }
    return is_letter(x, i) || c == '(' || c == '=' || c == '\\' || c == '$' || c == '_' ||
           c == '.' || c == '#' || c == '@' || is_wildcard(x, i);
}

/* The end of the name at `at`, if a colon and something follow it; else 0. */
static size_t name_end(const lexer *x)
{
    size_t i = x->at;
    if (!is_letter(x, i) || is_digit(peek(x, i))) {
        return 0;
    }
    while ((is_letter(x, i) || peek(x, i) == '_' || peek(x, i) == '-' || peek(x, i) == '.') &&
           i - x->at < NAME_MAX_BYTES) {
        i++;
    }
    char c = peek(x, i + 1);
    int has_value = !quern_lex_is_space(c) && c != ')' && c != ':';
    return peek(x, i) == ':' && has_value && !(c == '/' && peek(x, i + 2) == '/') ? i : 0;
}

/* The value of a field: up to white space, a bracket or a boost. */
static quern_status lex_value(lexer *x)
{
    size_t n;
    size_t end;
    size_t start = x->at;
    if (peek(x, x->at) == '(') {
        return QUERN_OK; /* a group, or what is between quotation marks: as ever */
    }
    if (quern_quotes_mark(x->text + x->at, x->len - x->at) &&
        quern_quotes_partner(&x->quotes, x->at, &n, &end)) {
        return QUERN_OK;
    }
    while (x->at < x->len && !quern_lex_is_space(x->text[x->at]) && x->text[x->at] != '(' &&
           x->text[x->at] != ')' && !(x->text[x->at] == '^' && boost_end(x, x->at))) {
        x->at++;
    }
    return add(x, QUERN_LEX_VALUE, start, x->at);
}

/* An operator in capitals, or a sign. */
static quern_status lex_operator(lexer *x, int *done)
{
    size_t at = x->at;
    size_t end;
    char c = peek(x, at);
    quern_lexeme_kind op = operator_at(x, &end);
    *done = 1;
    if (op != QUERN_LEX_END) {
        x->at = end;
        QUERN_TRY(add(x, op, at, end));
        x->begins = x->after_space = 1;
        return QUERN_OK;
    }
    if ((c == '+' || c == '-') && can_follow_sign(x, at + 1)) {
        x->at++;
        return add(x, c == '+' ? QUERN_LEX_MUST : QUERN_LEX_NOT, at, at + 1);
    }
    *done = 0;
    return QUERN_OK;
}

/* A term as the index holds it. */
static quern_status lex_literal(lexer *x, int *done)
{
    static const char *const names[] = {"stem",   "form",   "same", "function",
                                        "select", "number", "path"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        char c = peek(x, x->at + n + 2);
        if (x->len - x->at > n + 2 && memcmp(x->text + x->at + 1, names[i], n) == 0 &&
            x->text[x->at + n + 1] == ':' && !quern_lex_is_space(c) && c != '(' && c != ')') {
            size_t start = x->at + 1;
            x->at = start + n + 1;
            *done = 1;
            QUERN_TRY(lex_value(x));
            if (x->at == start + n + 1) { /* a phrase comes next, so this is no literal */
                *done = 0;
                x->at = start - 1;
                return QUERN_OK;
            }
            x->out->items[x->out->n - 1].kind = QUERN_LEX_LITERAL;
            x->out->items[x->out->n - 1].start = start;
            return QUERN_OK;
        }
    }
    return QUERN_OK;
}

static quern_status lex_field(lexer *x, int *done)
{
    size_t end = name_end(x);
    size_t at = x->at;
    quern_lex_oddities *odd = &x->out->oddities;
    quern_string name = {x->text + at, end - at};
    if (end == 0) {
        return QUERN_OK;
    }
    if (!x->names->is_field(x->names->payload, name)) {
        quern_lexeme field = {QUERN_LEX_FIELD, at, end};
        odd->unknown_field = odd->n_unknown_fields++ ? odd->unknown_field : field;
        return QUERN_OK;
    }
    *done = 1;
    x->at = end + 1;
    QUERN_TRY(add(x, QUERN_LEX_FIELD, at, end));
    return lex_value(x);
}

/* What can only be where a run of bytes begins. */
static quern_status lex_beginning(lexer *x, int *done)
{
    size_t at = x->at;
    char c = peek(x, at);
    if (x->after_space) {
        QUERN_TRY(lex_operator(x, done));
    }
    if (*done || last_kind(x) == QUERN_LEX_EXACT) {
        return QUERN_OK;
    }
    if (c == '=' && can_follow_sign(x, at + 1) && !strchr("(=\\", peek(x, at + 1))) {
        *done = 1;
        x->at++;
        return add(x, QUERN_LEX_EXACT, at, at + 1);
    }
    return c == '\\' ? lex_literal(x, done) : lex_field(x, done);
}

/* ---- Words ---- */

static int is_address(const lexer *x)
{
    size_t i = x->at;
    while (is_ascii_letter(peek(x, i)) && i - x->at < 20) {
        i++;
    }
    return i > x->at && x->len - i > 3 && memcmp(x->text + i, "://", 3) == 0;
}

static quern_status lex_address(lexer *x)
{
    size_t start = x->at;
    while (x->at < x->len && !quern_lex_is_space(x->text[x->at]) && x->text[x->at] != ')' &&
           !quern_quotes_mark(x->text + x->at, x->len - x->at)) {
        x->at++;
    }
    return add(x, QUERN_LEX_WORD, start, x->at);
}

static int is_pattern_char(lexer *x, size_t i)
{
    char c = peek(x, i);
    return is_letter(x, i) || c == '\'' || c == '.' || c == '_' || c == '-' || is_wildcard(x, i);
}

/* Whether a word ends before i, where a suffix, a bracket or a phrase begins. */
static int ends_word(lexer *x, size_t i)
{
    size_t n;
    size_t end;
    char c = x->text[i];
    if (quern_lex_is_space(c) || c == '(' || c == ')') {
        return 1;
    }
    if (c == '^' || c == '~') {
        return (c == '^' ? boost_end(x, i) : fuzzy_end(x, i)) > 0;
    }
    if (!quern_quotes_mark(x->text + i, x->len - i)) {
        return 0;
    }
    if (quern_quotes_partner(&x->quotes, i, &n, &end)) {
        return 1;
    }
    x->out->oddities.unpaired_quotes = 1;
    return 0;
}

/* At a piece of a word that has a wildcard. */
static quern_status lex_pattern(lexer *x, size_t start)
{
    x->at = start;
    while (x->at < x->len && is_pattern_char(x, x->at) &&
           (x->at == start || !ends_word(x, x->at))) {
        x->at++;
    }
    return add(x, QUERN_LEX_PATTERN, start, x->at);
}

static quern_status lex_word(lexer *x)
{
    size_t start = x->at;
    size_t piece = x->at; /* where the letters before `at` begin */
    for (; x->at < x->len && (x->at == start || !ends_word(x, x->at)); x->at++) {
        if (is_wildcard(x, x->at)) {
            if (piece == start) {
                return lex_pattern(x, start);
            }
            x->at = piece;
            break;
        }
        if (!is_pattern_char(x, x->at)) {
            piece = x->at + 1;
        }
    }
    return add(x, QUERN_LEX_WORD, start, x->at);
}

static quern_status lex_phrase(lexer *x, int *done)
{
    size_t n = 0;
    size_t end = 0;
    *done = quern_quotes_partner(&x->quotes, x->at, &n, &end);
    if (!*done) {
        x->out->oddities.unpaired_quotes |= n > 0;
        return QUERN_OK;
    }
    size_t start = x->at + n;
    x->at = end + quern_quotes_mark(x->text + end, x->len - end);
    return add(x, QUERN_LEX_PHRASE, start, end);
}

/* Reads the next lexeme, or two of them. */
static quern_status step(lexer *x)
{
    int done = 0;
    char c = x->text[x->at];
    if (quern_lex_is_space(c)) {
        x->at++;
        x->begins = x->after_space = 1;
        return QUERN_OK;
    }
    if (!x->begins) {
        QUERN_TRY(lex_suffix(x, &done));
    }
    if (!done && (c == '(' || c == ')')) {
        x->at++;
        return add(x, c == '(' ? QUERN_LEX_OPEN : QUERN_LEX_CLOSE, x->at - 1, x->at);
    }
    if (!done && x->begins) {
        if (is_address(x)) {
            return lex_address(x);
        }
        QUERN_TRY(lex_beginning(x, &done));
    }
    if (!done) {
        QUERN_TRY(lex_phrase(x, &done));
    }
    return done ? QUERN_OK : lex_word(x);
}

/* ---- Brackets and operators in their places ---- */

/* Drops brackets that close nothing, and those that lie too deep. What is open at the end is closed
 * by it. */
static void pair_brackets(quern_lexemes *l)
{
    size_t n = 0; /* that are open */
    size_t too_deep = 0;
    for (size_t i = 0; i < l->n; i++) {
        quern_lexeme *item = &l->items[i];
        if (item->kind == QUERN_LEX_OPEN && (too_deep > 0 || n == QUERN_PLAN_DEPTH)) {
            item->kind = QUERN_LEX_DROPPED;
            l->oddities.deep_brackets = 1;
            too_deep++;
        } else if (item->kind == QUERN_LEX_OPEN) {
            n++;
        } else if (item->kind == QUERN_LEX_CLOSE && (too_deep > 0 || n == 0)) {
            item->kind = QUERN_LEX_DROPPED;
            l->oddities.unpaired_brackets |= too_deep == 0;
            too_deep -= too_deep > 0;
        } else if (item->kind == QUERN_LEX_CLOSE) {
            n--;
        }
    }
    l->oddities.unpaired_brackets |= n > 0;
}

static int is_binary(quern_lexeme_kind kind)
{
    return kind >= QUERN_LEX_AND && kind <= QUERN_LEX_ADJ;
}

/* Whether something that an operator needs behind it can begin so. */
static int begins_operand(quern_lexeme_kind kind)
{
    return kind != QUERN_LEX_END && kind != QUERN_LEX_CLOSE && !is_binary(kind);
}

static int ends_operand(quern_lexeme_kind kind)
{
    return (kind >= QUERN_LEX_WORD && kind <= QUERN_LEX_VALUE && kind != QUERN_LEX_FIELD) ||
           kind == QUERN_LEX_CLOSE || kind >= QUERN_LEX_BOOST;
}

/* Moves what is left together, and makes words of operators that lack an operand. */
static void settle_operators(quern_lexemes *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (l->items[i].kind != QUERN_LEX_DROPPED) {
            l->items[n++] = l->items[i];
        }
    }
    l->n = n;
    for (size_t i = 0; i < n; i++) {
        quern_lexeme *item = &l->items[i];
        int is_not = item->kind == QUERN_LEX_NOT && item->end - item->start == 3;
        int has_left = is_not || (i > 0 && ends_operand(l->items[i - 1].kind));
        if ((!is_binary(item->kind) && !is_not) ||
            (has_left && begins_operand(l->items[i + 1].kind) &&
             !(is_not && l->items[i + 1].kind == QUERN_LEX_NOT))) {
            continue;
        }
        l->oddities.lone_operator =
            l->oddities.n_lone_operators++ ? l->oddities.lone_operator : *item;
        item->kind = QUERN_LEX_WORD;
    }
}

quern_status quern_lex(quern_string text, const quern_lex_names *names, quern_lexemes *out,
                       quern_error *err)
{
    lexer x = {.text = text.data, .len = text.len, .names = names, .out = out, .err = err};
    x.quotes = quern_quotes_of(text.data, text.len);
    x.begins = x.after_space = 1;
    memset(out, 0, sizeof *out);
    while (x.at < x.len) {
        QUERN_TRY(step(&x));
    }
    QUERN_TRY(add(&x, QUERN_LEX_END, x.len, x.len));
    pair_brackets(out);
    settle_operators(out);
    return QUERN_OK;
}
