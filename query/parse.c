/* SPDX-License-Identifier: MIT */
/* parse - a recursive descent from lexemes (lex.h) to a plan.
 *
 *     group   = { chain } ;
 *     chain   = conj { OR conj } ;                any of them
 *     conj    = signed { AND signed } ;           all of them
 *     signed  = [ "+" | "-" | NOT ] near ;
 *     near    = item { ( NEAR | ADJ ) [ "/" N ] item } ;      one window for the whole chain
 *     item    = thing [ "^" NUMBER ] ;
 *     thing   = WORD | "=" WORD | WORD "~" [ N ] | PATTERN | PHRASE
 *             | NAME ":" ( VALUE | PHRASE | "(" group ")" )
 *             | "(" group ")" [ "@" N ]
 *             | LITERAL ;
 *     LITERAL = "\stem:" TERM [ "=" FORM ] { "," [ TERM [ "=" FORM ] ] }
 *             | "\form:" PATTERN [ "~" N ] | "\select:" TERM | "\path:" GLOB
 *             | ( "\same:" | "\function:" ) TERM [ "=" FORM ] { "," TERM [ "=" FORM ] }
 *             | "\number:" NAME ":" BOUND ".." BOUND ;         bytes as %XX where need be
 *
 * What a group means: its chains are optional unless signs say otherwise, what cannot score selects
 * (fields, dates), and each sign is about the whole group.
 *
 *     musts  = what has a +        FILTER(NOT(MAYBE(ALL(musts), ANY(rest)), ANY(nots)),
 * ALL(filters)) nots   = what has a - filters = what only selects, + or not; but in a chain with
 * other things it is one of them rest
 *
 * The text of consecutive words is analysed as one piece, as a passage's is, so a term that takes
 * several words ($4 billion) is found across blanks. Words within a run of bytes (a/b, AT&T) are
 * words by themselves, but where the run is one operand they are a phrase; words joined by hyphens
 * are always, and the joined word does as well.
 *
 * Every byte string parses. Depth is bounded by that of brackets, which lex.c bounds, and time is
 * linear: each lexeme is visited once, and the plan settles in linear time.
 */
#include "query/parse.h"

#include "query/parser.h"
#include "query/plan_print.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistr.h>

enum { MAX_NOTES = 8, REACH = 10 /* of NEAR without a number */ };

/* ---- Notes ---- */

const char *quern_parser_shown(quern_string text, char out[QUERN_PARSER_EXCERPT])
{
    size_t n = 0;
    size_t at = 0;
    while (at < text.len && n < QUERN_PARSER_EXCERPT - 8) {
        ucs4_t c;
        int bytes = u8_mbtoucr(&c, (const uint8_t *)text.data + at, text.len - at);
        if (bytes <= 0 || c < ' ' || (c >= 0x7F && c < 0xA0)) { /* not to be printed */
            out[n++] = '?';
            at += bytes > 0 ? (size_t)bytes : 1;
            continue;
        }
        memcpy(out + n, text.data + at, (size_t)bytes);
        n += (size_t)bytes;
        at += (size_t)bytes;
    }
    memcpy(out + n, at < text.len ? "..." : "", at < text.len ? 4 : 1);
    return out;
}

const char *quern_parser_excerpt(const quern_parser *p, size_t start, size_t end,
                                 char out[QUERN_PARSER_EXCERPT])
{
    return quern_parser_shown((quern_string){p->text + start, end - start}, out);
}

static void keep_note(quern_parser *p, const char *line)
{
    quern_query *q = p->query;
    char *copy = quern_arena_copy(&q->plan.arena, line, strlen(line));
    if (!copy || quern_grow(&q->notes, &q->cap_notes, q->n_notes + 1, sizeof *q->notes)) {
        p->status = quern_fail_nomem(p->err);
        return;
    }
    q->notes[q->n_notes++] = copy;
}

void quern_parser_note(quern_parser *p, const char *format, ...)
{
    char line[240];
    va_list args;
    if (p->status) {
        return;
    }
    if (p->query->n_notes == MAX_NOTES) {
        p->n_unnoted++;
        return;
    }
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    keep_note(p, line);
}

/* What the lexer took otherwise than typed. */
static void note_oddities(quern_parser *p)
{
    char shown[QUERN_PARSER_EXCERPT];
    const quern_lex_oddities *odd = &p->lexemes.oddities;
    if (odd->unpaired_quotes) {
        quern_parser_note(p, "a quotation mark without its partner was read as plain text");
    }
    if (odd->unpaired_brackets) {
        quern_parser_note(p, "a bracket without its partner was closed at the end or left out");
    }
    if (odd->deep_brackets) {
        quern_parser_note(p, "brackets deeper than %d were left out", QUERN_PLAN_DEPTH);
    }
    if (odd->n_lone_operators > 0) {
        quern_parser_note(
            p, "%s with nothing on one side was read as a word",
            quern_parser_excerpt(p, odd->lone_operator.start, odd->lone_operator.end, shown));
    }
    if (odd->n_unknown_fields > 0) {
        quern_parser_note(
            p, "%s: is no field of this index and was read as a word",
            quern_parser_excerpt(p, odd->unknown_field.start, odd->unknown_field.end, shown));
    }
}

/* ---- Nodes ---- */

quern_plan_node *quern_parser_leaf(quern_parser *p, const quern_plan_node *leaf)
{
    quern_plan_node *node = NULL;
    if (!p->status) {
        p->status = quern_plan_leaf(&p->query->plan, leaf, &node, p->err);
    }
    return node;
}

quern_plan_node *quern_parser_operator(quern_parser *p, quern_plan_op op)
{
    quern_plan_node *node = NULL;
    if (!p->status) {
        p->status = quern_plan_operator(&p->query->plan, op, 0, &node, p->err);
    }
    return node;
}

quern_plan_node *quern_parser_every(quern_parser *p)
{
    quern_plan_node every = {.op = QUERN_PLAN_EVERY, .weight = 1.0};
    return quern_parser_leaf(p, &every);
}

quern_plan_node *quern_parser_pair(quern_parser *p, quern_plan_op op, quern_plan_node *a,
                                   quern_plan_node *b)
{
    if (!a || !b) {
        return a ? a : b;
    }
    quern_plan_node *node = quern_parser_operator(p, op);
    if (node) {
        quern_plan_append(node, a);
        quern_plan_append(node, b);
    }
    return node;
}

uint32_t quern_parser_intern(quern_parser *p, const char *term, size_t len)
{
    uint32_t number = 0;
    if (!p->status) {
        p->status = quern_plan_intern(&p->query->plan, term, len, &number, p->err);
    }
    return number;
}

/* Appends a node to the operator in *list, which is made where it is not yet. */
static void add_to(quern_parser *p, quern_plan_node **list, quern_plan_op op, quern_plan_node *node)
{
    if (node && !*list) {
        *list = quern_parser_operator(p, op);
    }
    if (node && *list) {
        quern_plan_append(*list, node);
    }
}

/* a without b, where a NULL a is everything. */
static quern_plan_node *make_not(quern_parser *p, quern_plan_node *a, quern_plan_node *b)
{
    return quern_parser_pair(p, QUERN_PLAN_NOT, a ? a : quern_parser_every(p), b);
}

/* ---- Things ---- */

static quern_lexeme_kind kind_at(const quern_parser *p)
{
    return quern_parser_lexeme(p)->kind;
}

/* The whole number at the end of a lexeme, at most `most`; `none` where there is no digit. */
static uint32_t number_of(const quern_parser *p, const quern_lexeme *l, uint32_t none,
                          uint32_t most)
{
    size_t i = l->end;
    uint64_t value = 0;
    while (i > l->start && p->text[i - 1] >= '0' && p->text[i - 1] <= '9') {
        i--;
    }
    for (size_t k = i; k < l->end; k++) {
        value = value * 10 + (uint64_t)(p->text[k] - '0');
        value = value > most ? most : value;
    }
    return i == l->end ? none : (uint32_t)value;
}

/* Of a WORD: whether an operator that needs it whole comes behind it and its suffixes. */
static int precedes_operator(const quern_parser *p)
{
    const quern_lexeme *l = quern_parser_lexeme(p) + 1;
    while (l->kind >= QUERN_LEX_BOOST && l->kind <= QUERN_LEX_ATLEAST) {
        l++;
    }
    return l->kind == QUERN_LEX_AND || l->kind == QUERN_LEX_NEAR || l->kind == QUERN_LEX_ADJ;
}

static quern_plan_node *parse_fuzzy(quern_parser *p)
{
    const quern_lexeme *suffix = quern_parser_lexeme(p) + 1;
    uint32_t edits = number_of(p, suffix, 1, 99);
    if (edits > 2) {
        quern_parser_note(p, "words are looked for within 2 edits, not more");
        edits = 2;
    }
    quern_plan_node *node = quern_parser_fuzzy(p, edits);
    p->at++;
    return node;
}

static quern_plan_node *parse_thing(quern_parser *p, int is_operand)
{
    p->as_word = NULL;
    switch (kind_at(p)) {
    case QUERN_LEX_WORD:
        if (quern_parser_lexeme(p)[1].kind == QUERN_LEX_FUZZY) {
            return parse_fuzzy(p);
        }
        return quern_parser_word(p, is_operand || precedes_operator(p), 0);
    case QUERN_LEX_EXACT:
        p->at++;
        return kind_at(p) == QUERN_LEX_WORD
                   ? quern_parser_word(p, is_operand || precedes_operator(p), 1)
                   : parse_thing(p, is_operand);
    case QUERN_LEX_PHRASE:
        return quern_parser_phrase(p);
    case QUERN_LEX_PATTERN:
        return quern_parser_pattern(p);
    case QUERN_LEX_FIELD:
        return quern_parser_clause(p);
    case QUERN_LEX_LITERAL:
        return quern_parser_literal(p);
    case QUERN_LEX_OPEN:
        p->at++;
        return quern_parser_group(p);
    case QUERN_LEX_CLOSE:
    case QUERN_LEX_END:
        return NULL;
    default: /* what belonged to something that was left out */
        p->at++;
        return NULL;
    }
}

/* Reads digits with at most one point. */
static double boost_of(const quern_parser *p, const quern_lexeme *l)
{
    double value = 0.0;
    double scale = 0.0;
    for (size_t i = l->start; i < l->end; i++) {
        if (p->text[i] == '.') {
            scale = 1.0;
            continue;
        }
        value = value * 10.0 + (p->text[i] - '0');
        scale *= 10.0;
    }
    return scale > 0.0 ? value / scale : value;
}

static quern_plan_node *parse_item(quern_parser *p, int is_operand)
{
    quern_plan_node *node = parse_thing(p, is_operand);
    for (; kind_at(p) == QUERN_LEX_BOOST; p->at++) {
        double boost = boost_of(p, quern_parser_lexeme(p));
        if (boost < QUERN_PLAN_WEIGHT_MIN || boost > QUERN_PLAN_WEIGHT_MAX) {
            quern_parser_note(p, "boosts are from 0.01 to 100");
            boost = boost > 1.0 ? QUERN_PLAN_WEIGHT_MAX : QUERN_PLAN_WEIGHT_MIN;
        }
        if (node) {
            node->weight *= boost;
        }
    }
    return node;
}

/* ---- NEAR ---- */

typedef struct window {
    quern_plan_member *members; /* QUERN_PLAN_NEAR_MAX of each language, in the plan's arena */
    quern_plan_node *first;     /* what the first member was, for where it stays alone */
    uint32_t n, reach;
    int is_ordered;
    double weight;
    quern_plan_node *pieces; /* an ANY of what the chain came to, or NULL */
    size_t n_pieces;
} window;

/* What stands for one word in a window: a word as typed, of a compound its joined form. A SAME
 * stands for one where it has a stem of each language. Adds the w->n-th member of each. */
static int add_member(const quern_parser *p, window *w, const quern_plan_node *node)
{
    const quern_plan_node *word = p->as_word ? p->as_word : node;
    uint32_t n = quern_parser_languages(p);
    int is_one = word->op == QUERN_PLAN_TERM || word->op == QUERN_PLAN_EXACT;
    if (!is_one && (word->op != QUERN_PLAN_SAME || word->n_members != n)) {
        return 0;
    }
    quern_plan_member same = {word->term, 0,
                              word->op == QUERN_PLAN_EXACT ? word->form : QUERN_PLAN_NONE};
    for (uint32_t i = 0; i < n; i++) {
        quern_plan_member *member = &w->members[(size_t)i * QUERN_PLAN_NEAR_MAX + w->n];
        *member = is_one ? same : word->members[i];
        member->offset = 0;
    }
    return 1;
}

static void add_piece(quern_parser *p, window *w, quern_plan_node *node)
{
    add_to(p, &w->pieces, QUERN_PLAN_ANY, node);
    w->n_pieces += node != NULL;
}

/* Whether the members of language i are those of an earlier one. */
static int is_repeated(const window *w, uint32_t i)
{
    const quern_plan_member *members = &w->members[(size_t)i * QUERN_PLAN_NEAR_MAX];
    for (uint32_t k = 0; k < i; k++) {
        const quern_plan_member *earlier = &w->members[(size_t)k * QUERN_PLAN_NEAR_MAX];
        uint32_t m = 0;
        while (m < w->n && earlier[m].term == members[m].term &&
               earlier[m].form == members[m].form) {
            m++;
        }
        if (m == w->n) {
            return 1;
        }
    }
    return 0;
}

/* Adds the window in each language. */
static void add_nears(quern_parser *p, window *w)
{
    for (uint32_t i = 0; i < quern_parser_languages(p); i++) {
        quern_plan_node near = {.op = QUERN_PLAN_NEAR,
                                .weight = w->weight,
                                .members = &w->members[(size_t)i * QUERN_PLAN_NEAR_MAX],
                                .n_members = w->n,
                                .reach = w->reach,
                                .is_ordered = w->is_ordered};
        if (!is_repeated(w, i)) {
            add_piece(p, w, quern_parser_leaf(p, &near));
        }
    }
}

static void end_window(quern_parser *p, window *w)
{
    if (w->n > 1) {
        add_nears(p, w);
    } else {
        add_piece(p, w, w->first);
    }
    w->n = w->reach = 0;
    w->first = NULL;
    w->weight = 1.0;
}

/* Takes the next operand; one that is no single word ends the window and stands for itself. */
static void take_operand(quern_parser *p, window *w, quern_plan_node *node)
{
    if (!node) {
        return;
    }
    if (w->n == QUERN_PLAN_NEAR_MAX || !add_member(p, w, node)) {
        quern_parser_note(p,
                          "NEAR and ADJ take up to %d single words; others were looked for alone",
                          QUERN_PLAN_NEAR_MAX);
        end_window(p, w);
        add_piece(p, w, node);
        return;
    }
    w->first = w->n == 0 ? node : w->first;
    w->weight *= node->weight;
    w->n++;
}

static quern_plan_node *parse_near(quern_parser *p, int is_operand)
{
    window w = {.weight = 1.0};
    quern_plan_node *node = parse_item(p, is_operand);
    if (kind_at(p) != QUERN_LEX_NEAR && kind_at(p) != QUERN_LEX_ADJ) {
        return node;
    }
    w.members =
        quern_arena_alloc(&p->query->plan.arena, (size_t)quern_parser_languages(p) *
                                                     QUERN_PLAN_NEAR_MAX * sizeof *w.members);
    if (!w.members) {
        p->status = p->status ? p->status : quern_fail_nomem(p->err);
        return NULL;
    }
    take_operand(p, &w, node);
    while (kind_at(p) == QUERN_LEX_NEAR || kind_at(p) == QUERN_LEX_ADJ) {
        int is_ordered = kind_at(p) == QUERN_LEX_ADJ;
        uint32_t reach = number_of(p, quern_parser_lexeme(p), REACH, 1000);
        if (reach < 1 || reach > QUERN_PLAN_REACH_MAX) {
            quern_parser_note(p, "NEAR and ADJ reach from 1 to %d words", QUERN_PLAN_REACH_MAX);
            reach = reach < 1 ? 1 : QUERN_PLAN_REACH_MAX;
        }
        if (w.n > 1 && is_ordered != w.is_ordered) {
            quern_parser_note(p, "NEAR and ADJ in one chain were read as NEAR");
        }
        w.is_ordered = w.n > 1 ? w.is_ordered && is_ordered : is_ordered;
        w.reach = reach > w.reach ? reach : w.reach;
        p->at++;
        take_operand(p, &w, parse_item(p, 1));
    }
    end_window(p, &w);
    return w.n_pieces == 1 ? w.pieces->children : w.pieces;
}

/* ---- AND, OR, signs ---- */

enum sign { OPTIONAL, MUST, MUST_NOT };

static quern_plan_node *parse_signed(quern_parser *p, int after_and, enum sign *sign)
{
    *sign = OPTIONAL;
    for (; kind_at(p) == QUERN_LEX_MUST || kind_at(p) == QUERN_LEX_NOT; p->at++) {
        *sign = kind_at(p) == QUERN_LEX_NOT ? MUST_NOT : *sign == MUST_NOT ? MUST_NOT : MUST;
    }
    return parse_near(p, after_and || *sign != OPTIONAL);
}

static quern_plan_node *parse_conjunction(quern_parser *p, enum sign *sign)
{
    quern_plan_node *node = parse_signed(p, 0, sign);
    quern_plan_node *all = NULL;
    quern_plan_node *nots = NULL;
    if (kind_at(p) != QUERN_LEX_AND) {
        return node;
    }
    enum sign here = *sign;
    for (*sign = OPTIONAL;; node = parse_signed(p, 1, &here)) {
        add_to(p, here == MUST_NOT ? &nots : &all,
               here == MUST_NOT ? QUERN_PLAN_ANY : QUERN_PLAN_ALL, node);
        *sign = here == MUST ? MUST : *sign;
        if (kind_at(p) != QUERN_LEX_AND) {
            break;
        }
        p->at++;
    }
    return nots ? make_not(p, all, nots) : all;
}

/* What a group is made of, as operators, or NULL where there is nothing of the sort. */
typedef struct group {
    quern_plan_node *musts, *rest, *nots, *filters;
} group;

static void parse_chain(quern_parser *p, group *g)
{
    quern_plan_node *chain = NULL;
    for (int is_first = 1;; is_first = 0) {
        enum sign sign;
        const quern_lexeme *begin = quern_parser_lexeme(p);
        quern_plan_node *node = parse_conjunction(p, &sign);
        if (node && sign == MUST_NOT && !is_first && begin->end - begin->start == 3) {
            add_to(p, &chain, QUERN_PLAN_ANY, make_not(p, NULL, node)); /* a OR NOT b */
        } else if (node && sign == MUST_NOT) {
            add_to(p, &g->nots, QUERN_PLAN_ANY, node);
        } else if (node && sign == MUST) {
            int filters = node->is_scoreless && p->field.len == 0;
            add_to(p, filters ? &g->filters : &g->musts, QUERN_PLAN_ALL, node);
        } else {
            add_to(p, &chain, QUERN_PLAN_ANY, node);
        }
        if (kind_at(p) != QUERN_LEX_OR) {
            break;
        }
        p->at++;
    }
    if (chain && chain->is_scoreless && p->field.len == 0) {
        add_to(p, &g->filters, QUERN_PLAN_ALL, chain->children->sibling ? chain : chain->children);
        return;
    }
    for (quern_plan_node *next, *node = chain ? chain->children : NULL; node; node = next) {
        next = node->sibling;
        add_to(p, &g->rest, QUERN_PLAN_ANY, node);
    }
}

/* (a b c)@2: makes an ATLEAST of what the group may have any of. */
static void require(quern_parser *p, group *g, uint32_t need)
{
    quern_plan_node *list = g->rest;
    uint32_t n = 0;
    if (!list && g->filters && !g->musts) {
        list = g->filters;
        quern_plan_node *only = list->children;
        list = !only->sibling && only->op == QUERN_PLAN_ANY ? only : list;
    }
    for (const quern_plan_node *node = list ? list->children : NULL; node; node = node->sibling) {
        n++;
    }
    if (need < 1 || need > n) {
        quern_parser_note(p, "at least %u of %u was read as %s", (unsigned)need, (unsigned)n,
                          need < 1 ? "any" : "all");
        need = need < 1 ? 1 : n;
    }
    if (list) {
        list->op = QUERN_PLAN_ATLEAST;
        list->need = need;
    }
}

quern_plan_node *quern_parser_group(quern_parser *p)
{
    group g = {0};
    while (kind_at(p) != QUERN_LEX_CLOSE && kind_at(p) != QUERN_LEX_END && !p->status) {
        add_to(p, &g.rest, QUERN_PLAN_ANY, quern_parser_row(p));
        parse_chain(p, &g);
    }
    if (kind_at(p) == QUERN_LEX_CLOSE) {
        p->at++;
    }
    if (kind_at(p) == QUERN_LEX_ATLEAST) {
        require(p, &g, number_of(p, quern_parser_lexeme(p), 1, 1000000));
        p->at++;
    }
    quern_plan_node *node = quern_parser_pair(p, QUERN_PLAN_MAYBE, g.musts, g.rest);
    if (g.nots) {
        node = make_not(p, node ? node : g.filters, g.nots);
        g.filters = g.musts || g.rest ? g.filters : NULL;
    }
    p->as_word = NULL;
    return quern_parser_pair(p, QUERN_PLAN_FILTER, node, g.filters);
}

/* ---- The whole ---- */

/* The tree, from some date on and up to another one. */
static quern_plan_node *add_dates(quern_parser *p, quern_plan_node *root)
{
    const quern_query_language *l = p->language;
    quern_plan_node *dates = NULL;
    p->field = (quern_string){NULL, 0};
    if (l->since) {
        add_to(p, &dates, QUERN_PLAN_ALL,
               quern_parser_date(p, QUERN_STR("since"), QUERN_STR(l->since)));
    }
    if (l->until) {
        add_to(p, &dates, QUERN_PLAN_ALL,
               quern_parser_date(p, QUERN_STR("until"), QUERN_STR(l->until)));
    }
    if (dates && root && root->op == QUERN_PLAN_FILTER &&
        root->last_child->op == QUERN_PLAN_ALL) { /* one filter is enough */
        quern_plan_append(root->last_child, dates);
        return root;
    }
    return quern_parser_pair(p, QUERN_PLAN_FILTER, root, dates);
}

static void begin_spelling(quern_parser *p)
{
    quern_analysis *analysis = p->language->analysis;
    for (uint32_t i = 0; p->language->spellings && !p->spells && i < quern_parser_languages(p);
         i++) {
        (void)quern_analysis_use(analysis, i);
        p->spells = quern_analysis_is_english(analysis);
        p->english = i;
    }
    (void)quern_analysis_use(analysis, 0);
    if (p->language->spellings && !p->spells) {
        quern_parser_note(p, "other spellings are known of English alone, which this index is not");
    }
}

static void parse_all(quern_parser *p, quern_string text)
{
    quern_lex_names names = {quern_parser_is_field, p};
    p->status = quern_lex(text, &names, &p->lexemes, p->err);
    if (p->status) {
        return;
    }
    begin_spelling(p);
    quern_parser_find_units(p);
    if (p->status) {
        return;
    }
    quern_plan_node *root = add_dates(p, quern_parser_group(p));
    if (p->status) {
        return;
    }
    p->status = quern_plan_settle(&p->query->plan, root, p->err);
    if (p->query->plan.was_cut) {
        quern_parser_note(p, "operators deeper than %d were read as words", QUERN_PLAN_DEPTH);
    }
    note_oddities(p);
    if (p->n_unnoted > 0 && !p->status) {
        char line[80];
        snprintf(line, sizeof line, "and %zu more of the like", p->n_unnoted);
        keep_note(p, line);
    }
}

static void print_query(quern_parser *p)
{
    quern_buf line = {0};
    quern_query *query = p->query;
    quern_lex_names names = {quern_parser_is_field, p};
    if (p->status) {
        return;
    }
    p->status = quern_plan_print(&query->plan, p->language->analysis, &names, &line, p->err);
    query->text =
        p->status || line.status ? NULL : quern_arena_copy(&query->plan.arena, line.data, line.len);
    quern_buf_finish(&line);
    if (!query->text && !p->status) {
        p->status = quern_fail_nomem(p->err);
    }
}

quern_status quern_query_build(const quern_query_language *language, quern_string text,
                               quern_query **out, quern_error *err)
{
    quern_parser p = {.text = text.data, .language = language, .err = err};
    *out = NULL;
    p.query = quern_alloc_zero(1, sizeof *p.query);
    if (!p.query) {
        return quern_fail_nomem(err);
    }
    quern_plan_init(&p.query->plan);
    p.now = language->now ? language->now : (int64_t)time(NULL);
    parse_all(&p, text);
    print_query(&p);
    quern_plan_soften(&p.query->plan);
    quern_lexemes_finish(&p.lexemes);
    quern_tokens_finish(&p.tokens);
    quern_tokens_finish(&p.scratch);
    quern_tokens_finish(&p.other);
    quern_tokens_finish(&p.foreign);
    quern_free(p.readings.items);
    quern_free(p.scratch_readings.items);
    quern_free(p.same);
    quern_free(p.units);
    quern_free(p.members);
    quern_buf_finish(&p.bytes);
    if (p.status) {
        quern_query_free(p.query);
        return p.status;
    }
    *out = p.query;
    return QUERN_OK;
}
