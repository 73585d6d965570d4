/* SPDX-License-Identifier: MIT */
/* parse - a lexer and a recursive descent, from the bytes of a query to a plan.
 *
 *     query  = { phrase | words } ;              any of them, best first
 *     words  = WORD { WORD } ;
 *     phrase = OPEN text CLOSE ;                 its words at consecutive positions
 *
 *     WORD   = a run of bytes without white space that begins no phrase
 *     OPEN   = " “ ‟ „ ” « » ＂                  a mark that has a partner further on
 *     CLOSE  = the partner:   " .. "   “ .. ”   „ .. “ or ”   ” .. ”   « .. »   » .. « or »
 *              else, as hands and programs mix them:   “ .. "   „ .. "
 *              and   " .. ”   where no “ lies between
 *
 * The text of consecutive words is analysed as one piece, as a passage's is, and so is the text of
 * a phrase: what stands between words (commas, hyphens, single brackets, an inner quote) separates
 * them here as it does there, and a term that takes several words can be found across a blank. The
 * first term at a position stands for it. A phrase matches stems; one of a single word is a word.
 *
 * Every byte string parses. Notes tell what was taken otherwise than typed:
 *   - a quotation mark without a partner belongs to the words around it;
 *   - a WORD or phrase that analysis makes nothing of (&&, —, "") is left out.
 *
 * Time is linear in the length of the query: the lexer only moves forward, and where the next mark
 * of each sort stands is remembered until it is passed.
 */
#include "query/parse.h"

#include "query/plan_print.h"
#include "query/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistr.h>

enum { MAX_NOTES = 8, EXCERPT = 40 /* bytes of a word that a note shows */ };

/* ---- Quotation marks ---- */

typedef enum quote { STRAIGHT, LEFT, RIGHT, LOW, ANGLE_LEFT, ANGLE_RIGHT, N_QUOTES } quote;

static const struct quote_form {
    const char *bytes;
    quote sort;
} quote_forms[] = {
    {"\"", STRAIGHT},         {"\xEF\xBC\x82", STRAIGHT}, {"\xE2\x80\x9C", LEFT},
    {"\xE2\x80\x9F", LEFT},   {"\xE2\x80\x9D", RIGHT},    {"\xE2\x80\x9E", LOW},
    {"\xC2\xAB", ANGLE_LEFT}, {"\xC2\xBB", ANGLE_RIGHT},
};

/* Which sorts end a phrase (bits), and which do where none of those comes. */
static const struct {
    unsigned first, second;
} partners[N_QUOTES] = {
    [STRAIGHT] = {1u << STRAIGHT, 1u << RIGHT},
    [LEFT] = {1u << RIGHT, 1u << STRAIGHT},
    [RIGHT] = {1u << RIGHT, 0},
    [LOW] = {1u << LEFT | 1u << RIGHT, 1u << STRAIGHT},
    [ANGLE_LEFT] = {1u << ANGLE_RIGHT, 0},
    [ANGLE_RIGHT] = {1u << ANGLE_LEFT | 1u << ANGLE_RIGHT, 0},
};

/* The bytes of the quotation mark at s[0, len), whose sort goes to *sort; 0: it is none. */
static size_t quote_at(const char *s, size_t len, quote *sort)
{
    unsigned char c = (unsigned char)*s;
    if (c != '"' && c != 0xC2 && c != 0xE2 && c != 0xEF) {
        return 0;
    }
    for (size_t i = 0; i < sizeof quote_forms / sizeof *quote_forms; i++) {
        size_t n = strlen(quote_forms[i].bytes);
        if (n <= len && memcmp(s, quote_forms[i].bytes, n) == 0) {
            *sort = quote_forms[i].sort;
            return n;
        }
    }
    return 0;
}

/* ---- Lexer ---- */

typedef enum lexeme_kind { LEX_END, LEX_WORD, LEX_PHRASE } lexeme_kind;

typedef struct lexeme {
    lexeme_kind kind;
    size_t start, end; /* bytes of the query; of a phrase: what is between its marks */
} lexeme;

typedef struct parser {
    const char *text;
    size_t len, at;        /* `at`: where the lexer reads on */
    size_t next[N_QUOTES]; /* the next mark of each sort, once looked for; len: there is none */
    int unpaired;          /* a mark without a partner was met */
    lexeme token;          /* the lexeme at hand */
    quern_analysis *analysis;
    quern_tokens tokens;
    quern_plan_member *members;
    size_t cap_members;
    quern_plan_node *root;
    quern_query *query;
    size_t n_unnoted; /* notes beyond MAX_NOTES */
    quern_error *err;
} parser;

static int is_space(char c)
{
    return (unsigned char)c <= ' ';
}

/* Where the next mark of a sort at or after `from` stands; len: nowhere. `from` never goes back
 * below what was asked for that sort before. */
static size_t next_quote(parser *p, quote sort, size_t from)
{
    size_t i = p->next[sort];
    if (i >= from && i != SIZE_MAX) {
        return i;
    }
    for (i = from; i < p->len; i++) {
        quote found;
        if (quote_at(p->text + i, p->len - i, &found) && found == sort) {
            break;
        }
    }
    p->next[sort] = i;
    return i;
}

static size_t nearest_of(parser *p, unsigned sorts, size_t from)
{
    size_t best = p->len;
    for (quote q = STRAIGHT; q < N_QUOTES; q++) {
        if (sorts >> q & 1) {
            size_t i = next_quote(p, q, from);
            best = i < best ? i : best;
        }
    }
    return best;
}

/* Where the phrase that a mark of this sort opens before `from` ends; len: it opens none. */
static size_t partner_of(parser *p, quote sort, size_t from)
{
    size_t end = nearest_of(p, partners[sort].first, from);
    if (end == p->len) {
        end = nearest_of(p, partners[sort].second, from);
        if (sort == STRAIGHT && next_quote(p, LEFT, from) < end) {
            end = p->len; /* that partner belongs to another */
        }
    }
    return end;
}

/* At a mark with a partner: reads the phrase. */
static int lex_phrase(parser *p)
{
    quote sort;
    size_t n = quote_at(p->text + p->at, p->len - p->at, &sort);
    if (!n) {
        return 0;
    }
    size_t end = partner_of(p, sort, p->at + n);
    if (end == p->len) {
        p->unpaired = 1;
        return 0;
    }
    p->token.kind = LEX_PHRASE;
    p->token.start = p->at + n;
    p->token.end = end;
    p->at = end + quote_at(p->text + end, p->len - end, &sort);
    return 1;
}

/* Reads the next lexeme into p->token. */
static void advance(parser *p)
{
    while (p->at < p->len && is_space(p->text[p->at])) {
        p->at++;
    }
    if (p->at == p->len) {
        p->token.kind = LEX_END;
        return;
    }
    if (lex_phrase(p)) {
        return;
    }
    lexeme word = {LEX_WORD, p->at, p->at + 1};
    p->at++;
    while (p->at < p->len && !is_space(p->text[p->at])) {
        size_t here = p->at;
        if (lex_phrase(p)) { /* it begins inside: the word ends before it */
            p->at = here;
            break;
        }
        p->at++;
    }
    word.end = p->at;
    p->token = word;
}

/* ---- Notes ---- */

/* Copies about EXCERPT bytes of s as whole characters that are safe to print: one that is invalid
 * or a control becomes '?'. */
static void excerpt(const char *s, size_t len, char out[EXCERPT + 8])
{
    size_t n = 0;
    size_t i = 0;
    while (i < len && n < EXCERPT) {
        ucs4_t c;
        int bytes = u8_mbtoucr(&c, (const uint8_t *)s + i, len - i);
        if (bytes <= 0 || c < ' ' || (c >= 0x7F && c < 0xA0)) {
            out[n++] = '?';
            i += bytes > 0 ? (size_t)bytes : 1;
            continue;
        }
        memcpy(out + n, s + i, (size_t)bytes);
        n += (size_t)bytes;
        i += (size_t)bytes;
    }
    memcpy(out + n, i < len ? "..." : "", i < len ? 4 : 1);
}

static quern_status add_note(parser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static quern_status add_note(parser *p, const char *format, ...)
{
    char line[160];
    quern_query *q = p->query;
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    char *copy = quern_arena_copy(&q->plan.arena, line, strlen(line));
    if (!copy || quern_grow(&q->notes, &q->cap_notes, q->n_notes + 1, sizeof *q->notes)) {
        return quern_fail_nomem(p->err);
    }
    q->notes[q->n_notes++] = copy;
    return QUERN_OK;
}

/* Says that text[start, end) was left out. */
static quern_status note_empty(parser *p, size_t start, size_t end, const char *what)
{
    char shown[EXCERPT + 8];
    if (p->query->n_notes == MAX_NOTES) {
        p->n_unnoted++;
        return QUERN_OK;
    }
    excerpt(p->text + start, end - start, shown);
    return add_note(p, "%s %s holds no word and was left out", what, shown);
}

/* ---- Recursive descent ---- */

static quern_status add_leaf(parser *p, const quern_plan_node *leaf)
{
    quern_plan_node *node;
    QUERN_TRY(quern_plan_leaf(&p->query->plan, leaf, &node, p->err));
    quern_plan_append(p->root, node);
    return QUERN_OK;
}

/* A note for every run without white space in text[start, end) that has no token in it. */
static quern_status note_empty_words(parser *p, size_t start, size_t end)
{
    size_t k = 0;
    for (size_t i = start; i < end;) {
        if (is_space(p->text[i])) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < end && !is_space(p->text[i])) {
            i++;
        }
        while (k < p->tokens.n && start + p->tokens.items[k].end <= from) {
            k++;
        }
        quote sort;
        int only_quote = quote_at(p->text + from, i - from, &sort) == i - from;
        if (!only_quote && (k == p->tokens.n || start + p->tokens.items[k].start >= i)) {
            QUERN_TRY(note_empty(p, from, i, "the word"));
        }
    }
    return QUERN_OK;
}

static int is_first_at_position(const quern_tokens *tokens, size_t i)
{
    return i == 0 || tokens->items[i].position != tokens->items[i - 1].position;
}

/* words = WORD { WORD } */
static quern_status parse_words(parser *p)
{
    size_t start = p->token.start;
    size_t end = start;
    for (; p->token.kind == LEX_WORD; advance(p)) {
        end = p->token.end;
    }
    quern_plan *plan = &p->query->plan;
    QUERN_TRY(quern_analysis_text(p->analysis, p->text + start, end - start, &p->tokens, p->err));
    for (size_t i = 0; i < p->tokens.n; i++) {
        const quern_word *word = p->tokens.items[i].word;
        quern_plan_node leaf = {.op = QUERN_PLAN_TERM, .weight = 1.0};
        if (is_first_at_position(&p->tokens, i)) {
            QUERN_TRY(quern_plan_intern(plan, word->term, word->term_len, &leaf.term, p->err));
            QUERN_TRY(add_leaf(p, &leaf));
        }
    }
    return note_empty_words(p, start, end);
}

/* phrase = OPEN text CLOSE */
static quern_status parse_phrase(parser *p)
{
    lexeme phrase = p->token;
    quern_plan *plan = &p->query->plan;
    size_t n = 0;
    advance(p);
    QUERN_TRY(quern_analysis_text(p->analysis, p->text + phrase.start, phrase.end - phrase.start,
                                  &p->tokens, p->err));
    if (p->tokens.n == 0) {
        return note_empty(p, phrase.start, phrase.end, "the phrase");
    }
    if (quern_grow(&p->members, &p->cap_members, p->tokens.n, sizeof *p->members)) {
        return quern_fail_nomem(p->err);
    }
    for (size_t i = 0; i < p->tokens.n; i++) {
        const quern_token *token = &p->tokens.items[i];
        if (is_first_at_position(&p->tokens, i)) {
            QUERN_TRY(quern_plan_intern(plan, token->word->term, token->word->term_len,
                                        &p->members[n].term, p->err));
            p->members[n].form = QUERN_PLAN_NONE;
            p->members[n++].offset = token->position - p->tokens.items[0].position;
        }
    }
    quern_plan_node leaf = {
        .op = QUERN_PLAN_PHRASE, .weight = 1.0, .members = p->members, .n_members = (uint32_t)n};
    return add_leaf(p, &leaf);
}

/* query = { phrase | words } */
static quern_status parse_query(parser *p)
{
    QUERN_TRY(quern_plan_operator(&p->query->plan, QUERN_PLAN_ANY, 0, &p->root, p->err));
    advance(p);
    while (p->token.kind != LEX_END) {
        QUERN_TRY(p->token.kind == LEX_PHRASE ? parse_phrase(p) : parse_words(p));
    }
    if (p->unpaired) {
        QUERN_TRY(add_note(p, "a quotation mark without its partner was read as plain text"));
    }
    if (p->n_unnoted > 0) {
        QUERN_TRY(add_note(p, "%zu more words or phrases were left out", p->n_unnoted));
    }
    return quern_plan_settle(&p->query->plan, p->root, p->err);
}

static quern_status print_query(quern_query *query, quern_analysis *analysis, quern_error *err)
{
    quern_buf line = {0};
    quern_status status = quern_plan_print(&query->plan, analysis, &line, err);
    query->text =
        status || line.status ? NULL : quern_arena_copy(&query->plan.arena, line.data, line.len);
    quern_buf_finish(&line);
    return query->text || status ? status : quern_fail_nomem(err);
}

quern_status quern_query_build(quern_analysis *analysis, quern_string text, quern_query **out,
                               quern_error *err)
{
    parser p = {.text = text.data, .len = text.len, .analysis = analysis, .err = err};
    *out = NULL;
    quern_query *query = quern_alloc_zero(1, sizeof *query);
    if (!query) {
        return quern_fail_nomem(err);
    }
    quern_plan_init(&query->plan);
    p.query = query;
    for (quote q = STRAIGHT; q < N_QUOTES; q++) {
        p.next[q] = SIZE_MAX; /* not looked for yet */
    }
    quern_status status = parse_query(&p);
    if (!status) {
        status = print_query(query, analysis, err);
    }
    quern_tokens_finish(&p.tokens);
    quern_free(p.members);
    if (status) {
        quern_query_free(query);
        return status;
    }
    *out = query;
    return QUERN_OK;
}

/* ---- The handle ---- */

quern_status quern_query_parse(quern_reader *reader, quern_string text, quern_query **out,
                               quern_error *err)
{
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !out || (!text.data && text.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_query_parse: an argument is missing");
    }
    quern_analysis *analysis;
    QUERN_TRY(quern_reader_take_analysis(reader, &analysis, err));
    quern_status status = quern_query_build(analysis, text, out, err);
    quern_reader_give_analysis(reader, analysis);
    return status;
}

void quern_query_free(quern_query *query)
{
    if (query) {
        quern_free(query->notes);
        quern_plan_finish(&query->plan);
        quern_free(query);
    }
}

const char *quern_query_text(const quern_query *query)
{
    return query ? query->text : "";
}

const char *quern_query_note(const quern_query *query, size_t n)
{
    return query && n < query->n_notes ? query->notes[n] : NULL;
}
