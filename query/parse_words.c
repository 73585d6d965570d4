/* SPDX-License-Identifier: MIT */
/* parse_words - the leaves that words become.
 *
 *     typed            tokens                                  node
 *     chips            chip                                    TERM chip
 *     =chips           chip                                    EXACT chip, chips
 *     $4 billion       4000000000 USD, ... at one position     TERM 4000000000 USD
 *     long-term        long, longterm (covers 2) | term        ANY(long, term, longterm)
 *     +long-term       the same                                ANY(PHRASE(long, term), longterm)
 *     a/b              a | b                                   ANY(a, b)
 *     +a/b             the same                                PHRASE(a, b)
 *     "long-term aim"  long, longterm | term | aim             ANY(PHRASE(long, term, aim),
 *                                                                  PHRASE(longterm, aim)), of forms
 *
 *     colour           colour, and color where that is asked for and  SAME(color, colour)
 *                      in the index (parse_same.c)
 *
 * Where the index has several languages, a word is read in each of them: it is a SAME of its stems,
 * where they differ, and a phrase any of those that it is.
 *
 * What stands after a sign or beside an operator is an operand and is had whole. The first token at
 * a position stands for it. In title:long-term the leaves are the SELECTs of the
 * field's words, and what would be a phrase is ALL of them.
 */
#include "query/parser.h"
#include "query/quotes.h"
#include "stemmer/fields.h"

/* ---- Units ---- */

/* Appends the scratch's tokens, whose text began at `from`, to those of all words. */
static int keep_tokens(quern_parser *p, size_t from)
{
    quern_tokens *all = &p->tokens;
    if (quern_grow(&all->items, &all->cap, all->n + p->scratch.n, sizeof *all->items) ||
        quern_parser_keep_readings(p)) {
        p->status = quern_fail_nomem(p->err);
        return -1;
    }
    for (size_t i = 0; i < p->scratch.n; i++) {
        quern_token token = p->scratch.items[i];
        token.start += from;
        token.end += from;
        all->items[all->n++] = token;
    }
    return 0;
}

/* Gives the words of lexemes [from, to) the tokens from `k` on that begin in them; those that a
 * token of an earlier one goes on over are dropped. */
static void share_out(quern_parser *p, size_t from, size_t to, size_t k)
{
    quern_lexeme *items = p->lexemes.items;
    for (size_t i = from; i < to; i++) {
        size_t covered = 0; /* where the last token ends */
        p->units[i].first = k;
        for (; k < p->tokens.n && p->tokens.items[k].start < items[i].end; k++) {
            covered = p->tokens.items[k].end > covered ? p->tokens.items[k].end : covered;
        }
        size_t last = i;
        while (last + 1 < to && items[last + 1].start < covered) {
            last++;
            items[last].kind = QUERN_LEX_DROPPED;
            for (; k < p->tokens.n && p->tokens.items[k].start < items[last].end; k++) {
                covered = p->tokens.items[k].end > covered ? p->tokens.items[k].end : covered;
            }
        }
        p->units[i].n = k - p->units[i].first;
        items[i].end = items[last].end;
        i = last;
    }
}

static void analyse_run(quern_parser *p, size_t from, size_t to)
{
    size_t start = p->lexemes.items[from].start;
    size_t end = p->lexemes.items[to - 1].end;
    size_t k = p->tokens.n;
    quern_parser_analyse(p, p->text + start, end - start);
    if (!p->status && keep_tokens(p, start) == 0) {
        share_out(p, from, to, k);
    }
}

void quern_parser_find_units(quern_parser *p)
{
    quern_lexemes *l = &p->lexemes;
    size_t n = 0;
    p->units = quern_alloc_zero(l->n, sizeof *p->units);
    if (!p->units) {
        p->status = quern_fail_nomem(p->err);
        return;
    }
    for (size_t i = 0, to; i < l->n && !p->status; i = to) {
        for (to = i; l->items[to].kind == QUERN_LEX_WORD; to++) {
        }
        if (to > i) {
            analyse_run(p, i, to);
        }
        to += to == i;
    }
    for (size_t i = 0; i < l->n; i++) {
        if (l->items[i].kind != QUERN_LEX_DROPPED) {
            p->units[n] = p->units[i];
            l->items[n++] = l->items[i];
        }
    }
    l->n = n;
}

/* ---- Members ---- */

/* A token as language `number` has it. */
static quern_plan_member member_of(quern_parser *p, const quern_token *token, uint32_t number,
                                   int is_exact)
{
    quern_plan_member member = {0, 0, QUERN_PLAN_NONE};
    quern_meaning meaning = quern_parser_reading(p, token, number);
    member.term = quern_parser_intern(p, meaning.term->term, meaning.term->term_len);
    if (is_exact && meaning.form && !p->language->stems_only) {
        member.form = quern_parser_intern(p, meaning.form->term, meaning.form->term_len);
    }
    return member;
}

/* Keeps what a word was typed as, which its stem alone may not be read as (does: doe). A function
 * word is kept rather than another. */
static void keep_typed(quern_parser *p, uint32_t term, quern_meaning meaning, int is_function)
{
    if (p->status || !meaning.form) {
        return;
    }
    quern_plan_term *t = &p->query->plan.terms[term];
    const quern_word *form = meaning.form;
    int is_stem = form->term_len == meaning.term->term_len &&
                  memcmp(form->term + 1, meaning.term->term + 1, form->term_len - 1) == 0;
    if (!is_stem && (is_function || !t->typed.data)) {
        t->typed.len = form->term_len - 1;
        t->typed.data = quern_arena_copy(&p->query->plan.arena, form->term + 1, t->typed.len);
        p->status = t->typed.data ? QUERN_OK : quern_fail_nomem(p->err);
    }
}

static quern_plan_node *select_term(quern_parser *p, int sort, quern_meaning meaning)
{
    char term[QUERN_TERM_MAX];
    quern_plan_node leaf = {.op = QUERN_PLAN_SELECT, .weight = 1.0};
    const quern_word *word = sort == QUERN_FIELD_WORD && meaning.form ? meaning.form : meaning.term;
    quern_string bytes = {word->term + 1, word->term_len - 1};
    leaf.term = quern_parser_intern(p, term, quern_field_term(term, p->field, sort, bytes));
    if (sort == QUERN_FIELD_STEM) {
        keep_typed(p, leaf.term, meaning, 0);
    }
    return quern_parser_leaf(p, &leaf);
}

/* Puts one more reading beside the first; *any has them all, NULL: there was one. Returns -1 where
 * there is no memory. */
static int add_reading(quern_parser *p, quern_plan_node **any, quern_plan_node *first,
                       quern_plan_node *other)
{
    if (!*any) {
        *any = quern_parser_operator(p, QUERN_PLAN_ANY);
        if (!*any) {
            return -1;
        }
        quern_plan_append(*any, first);
    }
    quern_plan_append(*any, other);
    return 0;
}

/* A word of the field as every language has it. */
static quern_plan_node *select_readings(quern_parser *p, const quern_token *token, int sort)
{
    quern_plan_node *first = select_term(p, sort, quern_parser_reading(p, token, 0));
    quern_plan_node *any = NULL;
    for (uint32_t i = 1; i < quern_parser_languages(p) && first; i++) {
        quern_plan_node *other = select_term(p, sort, quern_parser_reading(p, token, i));
        if (!other || other->term == first->term) {
            continue;
        }
        if (add_reading(p, &any, first, other)) {
            return NULL;
        }
    }
    return any ? any : first;
}

/* A word of the title by its stem, and by those of its other spellings. */
static quern_plan_node *select_stem(quern_parser *p, const quern_token *token)
{
    quern_plan_node *node = select_readings(p, token, QUERN_FIELD_STEM);
    size_t n = quern_parser_spell(p, token);
    for (size_t i = 0; i < n; i++) {
        const quern_token *other = quern_parser_spelling(p, i);
        quern_meaning meaning = {other ? other->word : NULL, other ? other->form : NULL};
        node = other ? quern_parser_pair(p, QUERN_PLAN_ANY, node,
                                         select_term(p, QUERN_FIELD_STEM, meaning))
                     : node;
    }
    return node;
}

/* A field's word as a leaf that selects: of the title by its stem, unless the form is meant. */
static quern_plan_node *select_word(quern_parser *p, const quern_token *token, int is_exact)
{
    int is_title = p->field.len == sizeof QUERN_FIELD_TITLE - 1 &&
                   memcmp(p->field.data, QUERN_FIELD_TITLE, p->field.len) == 0;
    return is_title && token->form && !is_exact ? select_stem(p, token)
                                                : select_readings(p, token, QUERN_FIELD_WORD);
}

static int is_equal(const quern_plan_member *a, const quern_plan_member *b)
{
    return a->term == b->term && a->form == b->form && a->offset == b->offset;
}

/* The members of a word, one a language, in p->members; *differ: they are not all the same. */
static void find_members(quern_parser *p, const quern_token *token, int is_exact, int is_function,
                         int *differ)
{
    uint32_t n = quern_parser_languages(p);
    *differ = 0;
    if (p->status || quern_grow(&p->members, &p->cap_members, n, sizeof *p->members)) {
        p->status = p->status ? p->status : quern_fail_nomem(p->err);
        return;
    }
    for (uint32_t i = 0; i < n && !p->status; i++) {
        p->members[i] = member_of(p, token, i, is_exact);
        *differ |= !is_equal(&p->members[i], &p->members[0]);
        if (!is_exact) {
            keep_typed(p, p->members[i].term, quern_parser_reading(p, token, i), is_function);
        }
    }
}

/* A word, in all languages. */
static quern_plan_node *word_leaf(quern_parser *p, const quern_token *token, int is_exact)
{
    quern_plan_node leaf = {.op = QUERN_PLAN_SAME, .weight = 1.0};
    int differ;
    if (p->field.len > 0) {
        return select_word(p, token, is_exact);
    }
    leaf.is_function = !is_exact && quern_parser_is_function(p, token);
    find_members(p, token, is_exact, leaf.is_function, &differ);
    if (p->status) {
        return NULL;
    }
    if (differ) { /* all of them, in order, as a NEAR takes them (parse.c) */
        leaf.members = p->members;
        leaf.n_members = quern_parser_languages(p);
    } else {
        leaf.op = p->members->form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT;
        leaf.term = p->members->term;
        leaf.form = p->members->form;
    }
    p->as_word = quern_parser_leaf(p, &leaf);
    return is_exact || !p->as_word ? p->as_word : quern_parser_same(p, token, p->as_word);
}

/* The place after the tokens at the position of items[i]. */
static size_t next_position(const quern_token *items, size_t n, size_t i)
{
    size_t k = i + 1;
    while (k < n && items[k].position == items[i].position) {
        k++;
    }
    return k;
}

/* The token at the position of items[i] that stands for a whole compound, or NULL. */
static const quern_token *joined_at(const quern_token *items, size_t n, size_t i)
{
    for (size_t end = next_position(items, n, i); i < end; i++) {
        if (items[i].covers > 1) {
            return &items[i];
        }
    }
    return NULL;
}

/* The place after the piece that begins at items[i]: a position, or where `whole` stands for a
 * compound all of its. */
static size_t next_piece(const quern_token *items, size_t n, size_t i, const quern_token *whole)
{
    size_t next = next_position(items, n, i);
    for (uint32_t k = 1; whole && k < whole->covers && next < n; k++) {
        next = next_position(items, n, next);
    }
    return next;
}

/* items[0, n) as a phrase in one language, which its members in p->members are left of. */
static quern_plan_node *phrase_in(quern_parser *p, const quern_token *items, size_t n,
                                  uint32_t number, int is_exact, int joined)
{
    quern_plan_node leaf = {.op = QUERN_PLAN_PHRASE, .weight = 1.0};
    if (quern_grow(&p->members, &p->cap_members, n, sizeof *p->members)) {
        p->status = quern_fail_nomem(p->err);
        return NULL;
    }
    for (size_t i = 0, next; i < n && !p->status; i = next) {
        const quern_token *whole = joined ? joined_at(items, n, i) : NULL;
        next = next_piece(items, n, i, whole);
        quern_plan_member member = member_of(p, whole ? whole : &items[i], number, is_exact);
        member.offset = leaf.n_members;
        p->members[leaf.n_members++] = member;
    }
    leaf.members = p->members;
    return quern_parser_leaf(p, &leaf);
}

/* Whether the list has a phrase of the same members. */
static int has_phrase(const quern_plan_node *list, const quern_plan_node *phrase)
{
    for (const quern_plan_node *node = list; node; node = node->sibling) {
        uint32_t i = 0;
        while (i < phrase->n_members && is_equal(&node->members[i], &phrase->members[i])) {
            i++;
        }
        if (i == phrase->n_members) {
            return 1;
        }
    }
    return 0;
}

/* In a field the words that a phrase would have, all of them. */
static quern_plan_node *all_words(quern_parser *p, const quern_token *items, size_t n, int is_exact,
                                  int joined)
{
    quern_plan_node *all = quern_parser_operator(p, QUERN_PLAN_ALL);
    for (size_t i = 0; all && i < n && !p->status;) {
        const quern_token *whole = joined ? joined_at(items, n, i) : NULL;
        quern_plan_append(all, select_word(p, whole ? whole : &items[i], is_exact));
        i = next_piece(items, n, i, whole);
    }
    return all;
}

/* items[0, n) as a phrase of the first tokens of all positions, or where `joined` of compounds as
 * one, in any language. In a field ALL of them. */
static quern_plan_node *sequence(quern_parser *p, const quern_token *items, size_t n, int is_exact,
                                 int joined)
{
    if (p->field.len > 0) {
        return all_words(p, items, n, is_exact, joined);
    }
    quern_plan_node *first = phrase_in(p, items, n, 0, is_exact, joined);
    quern_plan_node *any = NULL;
    for (uint32_t i = 1; i < quern_parser_languages(p) && first; i++) {
        quern_plan_node *other = phrase_in(p, items, n, i, is_exact, joined);
        if (!other || has_phrase(any ? any->children : first, other)) {
            continue;
        }
        if (add_reading(p, &any, first, other)) {
            return NULL;
        }
    }
    return any ? any : first;
}

/* A compound of the tokens items[0, n): its parts in a row, or the whole as one word. */
static quern_plan_node *compound(quern_parser *p, const quern_token *items, size_t n, int is_exact)
{
    quern_plan_node *any = quern_parser_operator(p, QUERN_PLAN_ANY);
    if (any) {
        quern_plan_append(any, sequence(p, items, n, is_exact, 0));
        quern_plan_append(any, word_leaf(p, joined_at(items, n, 0), is_exact));
    }
    return any;
}

/* The same among other words of which any will do: its parts and the whole, any of them. What has
 * it in full has them all and leads. */
static quern_plan_node *loose_compound(quern_parser *p, const quern_token *items, size_t n)
{
    quern_plan_node *any = quern_parser_operator(p, QUERN_PLAN_ANY);
    const quern_token *whole = joined_at(items, n, 0);
    for (size_t i = 0; any && i < n; i = next_position(items, n, i)) {
        quern_plan_append(any, word_leaf(p, &items[i], 0));
    }
    p->as_word = NULL;
    if (any && whole) {
        quern_plan_append(any, word_leaf(p, whole, 0));
    }
    return any;
}

static int has_compound(const quern_token *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i].covers > 1) {
            return 1;
        }
    }
    return 0;
}

/* ---- Words ---- */

/* A hyphen and nothing else between two tokens. */
static int is_hyphenated(const char *text, const quern_token *a, const quern_token *b)
{
    size_t n = b->start - a->end;
    return b->start > a->end && ((n == 1 && text[a->end] == '-') ||
                                 (n == 3 && (memcmp(text + a->end, "\xE2\x80\x90", 3) == 0 ||
                                             memcmp(text + a->end, "\xE2\x80\x91", 3) == 0)));
}

static int is_number(const quern_token *token)
{
    return token->word->term_len > 1 && token->word->term[1] >= '0' && token->word->term[1] <= '9';
}

/* How many of items[0, n) are one piece: a compound, which may be too long to have a joined form,
 * or the tokens of one position. */
static size_t piece_len(const char *text, const quern_token *items, size_t n)
{
    const quern_token *whole = joined_at(items, n, 0);
    size_t end = next_position(items, n, 0);
    for (uint32_t k = 1; whole && k < whole->covers && end < n; k++) {
        end = next_position(items, n, end);
    }
    for (size_t at = 0; !whole && end < n && items[at].covers == 1; at = end, end++) {
        if (!is_hyphenated(text, &items[at], &items[end]) || is_number(&items[at]) ||
            is_number(&items[end])) {
            break;
        }
    }
    return end;
}

/* items[0, n), which begin in one run of bytes of `text`. */
static quern_plan_node *words(quern_parser *p, const char *text, const quern_token *items, size_t n,
                              int is_operand, int is_exact)
{
    quern_plan_node *any = NULL;
    size_t first = piece_len(text, items, n);
    if (first == n || (is_operand && p->field.len == 0)) {
        if (next_position(items, n, 0) < n && !is_operand && !is_exact && p->field.len == 0) {
            return loose_compound(p, items, n);
        }
        if (joined_at(items, n, 0) && first == n) {
            return compound(p, items, n, is_exact);
        }
        return next_position(items, n, 0) == n ? word_leaf(p, items, is_exact)
                                               : sequence(p, items, n, is_exact, 0);
    }
    any = quern_parser_operator(p, p->field.len > 0 ? QUERN_PLAN_ALL : QUERN_PLAN_ANY);
    for (size_t i = 0, len; i < n && any && !p->status; i += len) {
        len = piece_len(text, items + i, n - i);
        quern_plan_append(any, words(p, text, items + i, len, 0, is_exact));
    }
    p->as_word = NULL;
    return any;
}

static void note_empty(quern_parser *p, size_t start, size_t end, const char *what)
{
    char shown[QUERN_PARSER_EXCERPT];
    quern_parser_note(p, "%s %s holds no word and was left out", what,
                      quern_parser_excerpt(p, start, end, shown));
}

quern_plan_node *quern_parser_word(quern_parser *p, int is_operand, int is_exact)
{
    const quern_lexeme *l = quern_parser_lexeme(p);
    quern_parser_unit unit = p->units[p->at++];
    if (unit.n == 0) {
        int begins = l->start == 0 || quern_lex_is_space(p->text[l->start - 1]);
        size_t mark = quern_quotes_mark(p->text + l->start, l->end - l->start);
        if (begins && mark != l->end - l->start) { /* of a lone mark there is a note already */
            note_empty(p, l->start, l->end, "the word");
        }
        return NULL;
    }
    quern_parser_read_words(p);
    return words(p, p->text, p->tokens.items + unit.first, unit.n, is_operand, is_exact);
}

quern_plan_node *quern_parser_phrase(quern_parser *p)
{
    const quern_lexeme *l = quern_parser_lexeme(p);
    quern_tokens *tokens = &p->scratch;
    p->at++;
    quern_parser_analyse(p, p->text + l->start, l->end - l->start);
    quern_parser_read_scratch(p);
    if (p->status) {
        return NULL;
    }
    if (tokens->n == 0) {
        note_empty(p, l->start, l->end, "the phrase");
        return NULL;
    }
    if (p->field.len == 0 && next_position(tokens->items, tokens->n, 0) == tokens->n) {
        return word_leaf(p, tokens->items, 1);
    }
    quern_plan_node *parts = sequence(p, tokens->items, tokens->n, 1, 0);
    if (!has_compound(tokens->items, tokens->n)) {
        return parts;
    }
    quern_plan_node *any = quern_parser_operator(p, QUERN_PLAN_ANY);
    if (any) {
        quern_plan_append(any, parts);
        quern_plan_append(any, sequence(p, tokens->items, tokens->n, 1, 1));
    }
    return any;
}

quern_plan_node *quern_parser_operand(quern_parser *p, quern_string text,
                                      const quern_tokens *tokens)
{
    return tokens->n > 0 ? words(p, text.data, tokens->items, tokens->n, 1, 0) : NULL;
}

quern_plan_node *quern_parser_value(quern_parser *p, size_t start, size_t end)
{
    quern_tokens *tokens = &p->scratch;
    quern_parser_analyse(p, p->text + start, end - start);
    quern_parser_read_scratch(p);
    return p->status || tokens->n == 0 ? NULL
                                       : words(p, p->text + start, tokens->items, tokens->n, 0, 0);
}

/* ---- Patterns ---- */

static quern_plan_node *pattern_leaf(quern_parser *p, uint32_t edits)
{
    quern_plan_node leaf = {.op = QUERN_PLAN_EXPAND, .weight = 1.0};
    if (p->bytes.status) {
        p->status = quern_fail_nomem(p->err);
        return NULL;
    }
    leaf.pattern.bytes = (const char *)p->bytes.data;
    leaf.pattern.len = (uint32_t)p->bytes.len;
    leaf.pattern.edits = edits;
    return quern_parser_leaf(p, &leaf);
}

quern_plan_node *quern_parser_fuzzy(quern_parser *p, uint32_t edits)
{
    const quern_lexeme *l = quern_parser_lexeme(p);
    quern_parser_unit unit = p->units[p->at];
    const quern_token *items = p->tokens.items + unit.first;
    const quern_token *whole = unit.n > 0 ? joined_at(items, unit.n, 0) : NULL;
    const quern_token *token = whole ? whole : items;
    int is_one = unit.n > 0 && (whole || next_position(items, unit.n, 0) == unit.n);
    if (!is_one || !token->form || edits == 0 || p->field.len > 0) {
        char shown[QUERN_PARSER_EXCERPT];
        if (edits > 0 && unit.n > 0) {
            quern_parser_note(p, "%s~ was read without its ~, which goes behind one word",
                              quern_parser_excerpt(p, l->start, l->end, shown));
        }
        return quern_parser_word(p, 0, 0);
    }
    quern_buf_clear(&p->bytes);
    quern_buf_bytes(&p->bytes, token->form->term + 1, token->form->term_len - 1);
    p->at++;
    return pattern_leaf(p, edits);
}

/* Appends the folded form of text[start, end), a piece of a word without wildcards and hyphens. */
static void add_piece(quern_parser *p, size_t start, size_t end)
{
    quern_tokens *tokens = &p->scratch;
    if (p->status || start == end) {
        return;
    }
    p->status =
        quern_analysis_text(p->language->analysis, p->text + start, end - start, tokens, p->err);
    for (size_t i = 0; !p->status && i < tokens->n; i++) {
        const quern_token *token = &tokens->items[i];
        if (token->form && token->start == 0 && token->end == end - start &&
            end - start < QUERN_TERM_MAX) { /* a longer one may have been cut */
            quern_buf_bytes(&p->bytes, token->form->term + 1, token->form->term_len - 1);
            return;
        }
    }
    for (size_t i = start; i < end; i++) { /* no word by itself: u.s.* */
        char c = p->text[i];
        quern_buf_u8(&p->bytes, (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
}

static int is_trimmed(char c)
{
    return c == '.' || c == '\'' || c == '_' || c == '-';
}

quern_plan_node *quern_parser_pattern(quern_parser *p)
{
    const quern_lexeme *l = quern_parser_lexeme(p);
    size_t start = l->start;
    size_t end = l->end;
    size_t n_letters = 0;
    p->at++;
    while (end > start && is_trimmed(p->text[end - 1])) {
        end--;
    }
    while (start < end && is_trimmed(p->text[start])) {
        start++;
    }
    quern_buf_clear(&p->bytes);
    for (size_t i = start, piece = start; i <= end; i++) {
        if (i == end || strchr("*?-", p->text[i])) {
            n_letters += i - piece;
            add_piece(p, piece, i);
            if (i < end && p->text[i] != '-') {
                quern_buf_u8(&p->bytes, (uint8_t)p->text[i]);
            }
            piece = i + 1;
        }
    }
    char shown[QUERN_PARSER_EXCERPT];
    if (n_letters == 0 && p->at == 1 && quern_parser_lexeme(p)->kind == QUERN_LEX_END &&
        p->text[start] == '*') { /* nothing but a star: everything */
        return quern_parser_every(p);
    }
    if (n_letters == 0 || p->field.len > 0) {
        quern_parser_note(p, "%s %s and was left out",
                          quern_parser_excerpt(p, l->start, l->end, shown),
                          n_letters == 0 ? "has no letter" : "is a pattern within a field");
        return NULL;
    }
    return pattern_leaf(p, 0);
}
