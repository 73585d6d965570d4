/* SPDX-License-Identifier: MIT */
/* parse_same - what stands for the same as words that were typed: other spellings, synonyms.
 *
 *     typed           stands for                        node
 *     colour          colour, color                     SAME(color, colour)
 *     ai              ai, artificial intelligence       ANY(ai, PHRASE(artificial, intelligence))
 *     machine learning, in a row: ai, too               ANY(machine, learning, ai)
 *     chips           chips                             TERM chip
 *
 * Words are looked for by their stems, as the typed one is, those of several words as an operand
 * would be. What stands for a word is not asked what stands for it in turn; but the other spellings
 * of a word have its synonyms, and those have other spellings. A stem that no passage has is left
 * out: the rules that make spellings make some that are no words.
 */
#include "query/parser.h"
#include "query/synonyms.h"

size_t quern_parser_spell(quern_parser *p, const quern_token *token)
{
    quern_string form = {NULL, 0};
    if (!p->spells || p->status || !token->form) {
        return 0;
    }
    form.data = token->form->term + 1;
    form.len = token->form->term_len - 1;
    quern_spellings_of(form, &p->spellings);
    return p->spellings.n;
}

const quern_token *quern_parser_spelling(quern_parser *p, size_t i)
{
    if (p->status) {
        return NULL;
    }
    (void)quern_analysis_use(p->language->analysis, p->english);
    p->status = quern_analysis_text(p->language->analysis, p->spellings.words[i],
                                    p->spellings.lens[i], &p->other, p->err);
    (void)quern_analysis_use(p->language->analysis, 0);
    return !p->status && p->other.n == 1 && p->other.items[0].form ? p->other.items : NULL;
}

static int has_term(const quern_parser *p, quern_string term)
{
    const quern_query_language *l = p->language;
    return !l->has_term || l->has_term(l->payload, term);
}

/* ---- What was found ---- */

typedef struct found {
    uint32_t n;             /* stems in p->same */
    quern_plan_node *whole; /* an ANY of what is more than a word, or NULL */
    int is_cut;
} found;

static void add_stem(quern_parser *p, found *f, uint32_t term)
{
    f->is_cut |= f->n == QUERN_PLAN_EXPANSION_MAX;
    if (p->status || f->is_cut) {
        return;
    }
    if (quern_grow(&p->same, &p->cap_same, f->n + (size_t)1, sizeof *p->same)) {
        p->status = quern_fail_nomem(p->err);
        return;
    }
    p->same[f->n++] = (quern_plan_member){term, 0, QUERN_PLAN_NONE};
}

/* Adds all that a word is looked for by: its stem, or those of several languages. */
static void add_leaf(quern_parser *p, found *f, const quern_plan_node *leaf)
{
    if (leaf->op != QUERN_PLAN_SAME) {
        add_stem(p, f, leaf->term);
    }
    for (uint32_t i = 0; leaf->op == QUERN_PLAN_SAME && i < leaf->n_members; i++) {
        add_stem(p, f, leaf->members[i].term);
    }
}

/* Adds the other spellings of a word. */
static void add_spellings(quern_parser *p, found *f, const quern_token *token)
{
    size_t n = quern_parser_spell(p, token);
    for (size_t i = 0; i < n; i++) {
        const quern_token *other = quern_parser_spelling(p, i);
        const quern_word *word = other ? other->word : NULL;
        if (word && has_term(p, (quern_string){word->term, word->term_len})) {
            add_stem(p, f, quern_parser_intern(p, word->term, word->term_len));
        }
    }
}

static void add_whole(quern_parser *p, found *f, quern_plan_node *node)
{
    if (!f->whole) {
        f->whole = quern_parser_operator(p, QUERN_PLAN_ANY);
    }
    if (f->whole) {
        quern_plan_append(f->whole, node);
    }
}

/* A text as a query would have it that is one operand. */
static quern_plan_node *read_text(quern_parser *p, quern_string text)
{
    quern_plan_node *as_word = p->as_word;
    p->is_inside = 1;
    quern_parser_analyse(p, text.data, text.len);
    quern_parser_read_scratch(p);
    quern_plan_node *node = p->status ? NULL : quern_parser_operand(p, text, &p->scratch);
    quern_parser_read_words(p);
    p->is_inside = 0;
    p->as_word = as_word;
    return node;
}

/* Whether a passage has one of the stems of a word. */
static int is_there(const quern_parser *p, const quern_plan_node *leaf)
{
    const quern_plan_term *terms = p->query->plan.terms;
    uint32_t n = leaf->op == QUERN_PLAN_SAME ? leaf->n_members : 1;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t term = leaf->op == QUERN_PLAN_SAME ? leaf->members[i].term : leaf->term;
        if (has_term(p, (quern_string){terms[term].bytes, terms[term].len})) {
            return 1;
        }
    }
    return 0;
}

/* Adds a synonym as it was written. */
static void add_text(quern_parser *p, found *f, quern_string text)
{
    quern_plan_node *node = read_text(p, text);
    if (!node) {
        return;
    }
    if (node->op != QUERN_PLAN_TERM && node->op != QUERN_PLAN_SAME) {
        add_whole(p, f, node);
        return;
    }
    if (is_there(p, node)) {
        add_leaf(p, f, node);
    }
    quern_token first = p->scratch.items[0];
    add_spellings(p, f, &first);
}

/* Adds the synonyms of the key in p->bytes. */
static void add_synonyms(quern_parser *p, found *f)
{
    quern_string text;
    quern_synonym_walk walk;
    if (p->bytes.status) {
        p->status = quern_fail_nomem(p->err);
        return;
    }
    if (quern_synonyms_find(p->language->synonyms, &p->bytes, &walk)) {
        while (!p->status && quern_synonyms_next(&walk, &text)) {
            add_text(p, f, text);
        }
    }
}

/* The stems that were found, `leaf` among them if there is one, and what is more than a word. */
static quern_plan_node *join(quern_parser *p, found *f, quern_plan_node *leaf)
{
    quern_plan_node same = {.op = QUERN_PLAN_SAME, .weight = 1.0, .members = p->same};
    same.n_members = f->n;
    same.is_function = leaf && leaf->is_function;
    if (f->n > 0) {
        leaf = quern_parser_leaf(p, &same);
    }
    if (f->is_cut) {
        quern_parser_note(p, "a word stands for more than %d; the first were searched",
                          QUERN_PLAN_EXPANSION_MAX);
    }
    if (leaf && f->whole) {
        quern_plan_append(f->whole, leaf);
    }
    return f->whole ? f->whole : leaf;
}

/* ---- One word ---- */

/* The stem of the i-th spelling, where synonyms are known by such. */
static const quern_word *key_of(quern_parser *p, size_t i)
{
    const quern_token *other = p->english == 0 ? quern_parser_spelling(p, i) : NULL;
    return other ? other->word : NULL;
}

quern_plan_node *quern_parser_same(quern_parser *p, const quern_token *token, quern_plan_node *leaf)
{
    found f = {0};
    const quern_word *keys[QUERN_SPELLINGS_MAX + 1] = {token->word};
    size_t n_keys = 1;
    if (p->is_inside || (!p->spells && !p->language->synonyms)) {
        return leaf;
    }
    add_leaf(p, &f, leaf);
    uint32_t n_own = f.n;
    add_spellings(p, &f, token);
    size_t n = p->language->synonyms ? quern_parser_spell(p, token) : 0;
    for (size_t i = 0; i < n; i++) {
        keys[n_keys] = key_of(p, i);
        n_keys += keys[n_keys] != NULL;
    }
    for (size_t i = 0; i < n_keys && p->language->synonyms; i++) {
        quern_buf_clear(&p->bytes);
        quern_synonyms_add_word(&p->bytes, keys[i]);
        add_synonyms(p, &f);
    }
    f.n = f.n > n_own ? f.n : 0; /* the word alone is the leaf */
    return p->status ? leaf : join(p, &f, leaf);
}

/* ---- Words in a row ---- */

/* Whether a WORD stands with neither a suffix nor an operator behind it. */
static int is_plain(const quern_lexeme *l)
{
    return l->kind == QUERN_LEX_WORD &&
           (l[1].kind < QUERN_LEX_AND || l[1].kind > QUERN_LEX_ATLEAST);
}

/* Appends the words of a lexeme to the key; returns how many. */
static size_t add_unit(quern_parser *p, size_t at)
{
    size_t n = 0;
    const quern_token *items = p->tokens.items + p->units[at].first;
    for (size_t i = 0; i < p->units[at].n; i++) {
        if (i == 0 || items[i].position != items[i - 1].position) {
            quern_synonyms_add_word(&p->bytes, items[i].word);
            n++;
        }
    }
    return n;
}

quern_plan_node *quern_parser_row(quern_parser *p)
{
    found f = {0};
    size_t n = 0;
    size_t best = 0; /* bytes of the longest key */
    quern_synonym_walk walk;
    const quern_synonyms *synonyms = p->language->synonyms;
    if (!synonyms || p->field.len > 0 || p->status) {
        return NULL;
    }
    quern_buf_clear(&p->bytes);
    for (size_t at = p->at; p->lexemes.items[at].kind == QUERN_LEX_WORD; at++) {
        n += add_unit(p, at);
        if (!is_plain(&p->lexemes.items[at]) || n > synonyms->most_words) {
            break;
        }
        if (n > 1 && quern_synonyms_find(synonyms, &p->bytes, &walk)) {
            best = p->bytes.len;
        }
    }
    if (best == 0 || p->bytes.status) {
        return NULL;
    }
    p->bytes.len = best;
    add_synonyms(p, &f);
    return p->status ? NULL : join(p, &f, NULL);
}
