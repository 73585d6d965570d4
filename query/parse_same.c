/* SPDX-License-Identifier: MIT */
/* parse_same - what stands for the same as a word that was typed: its other spellings.
 *
 *     typed     stands for          node
 *     colour    colour, color       SAME(color, colour)
 *     chips     chips               TERM chip
 *
 * All of them are looked for by their stems, as the word is. One that no passage has is left out:
 * the rules that make spellings make some that are no words.
 */
#include "query/parser.h"

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

static int has_term(const quern_parser *p, const quern_word *word)
{
    const quern_query_language *l = p->language;
    return !l->has_term || l->has_term(l->payload, (quern_string){word->term, word->term_len});
}

/* Adds a stem to the n that are in p->members. */
static void add_stem(quern_parser *p, uint32_t term, uint32_t *n)
{
    if (p->status || quern_grow(&p->members, &p->cap_members, *n + (size_t)1, sizeof *p->members)) {
        p->status = p->status ? p->status : quern_fail_nomem(p->err);
        return;
    }
    p->members[(*n)++] = (quern_plan_member){term, 0, QUERN_PLAN_NONE};
}

/* The same of all that a word is looked for by: its stem, or those of several languages. */
static void add_leaf(quern_parser *p, const quern_plan_node *leaf, uint32_t *n)
{
    if (leaf->op != QUERN_PLAN_SAME) {
        add_stem(p, leaf->term, n);
    }
    for (uint32_t i = 0; leaf->op == QUERN_PLAN_SAME && i < leaf->n_members; i++) {
        add_stem(p, leaf->members[i].term, n);
    }
}

quern_plan_node *quern_parser_same(quern_parser *p, const quern_token *token, quern_plan_node *leaf)
{
    quern_plan_node same = {.op = QUERN_PLAN_SAME, .weight = 1.0};
    size_t n_spellings = quern_parser_spell(p, token);
    for (size_t i = 0; i < n_spellings; i++) {
        const quern_token *other = quern_parser_spelling(p, i);
        if (other && has_term(p, other->word)) {
            uint32_t term = quern_parser_intern(p, other->word->term, other->word->term_len);
            add_stem(p, term, &same.n_members);
        }
    }
    if (same.n_members == 0 || p->status) {
        return leaf;
    }
    add_leaf(p, leaf, &same.n_members);
    same.members = p->members;
    return quern_parser_leaf(p, &same);
}
