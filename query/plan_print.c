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
#include "query/plan_printer.h"

#include <stdio.h>

static void print_group(quern_printer *p, const quern_plan_node *node);

/* ---- Leaves ---- */

static void print_plain_leaf(quern_printer *p, const quern_plan_node *node)
{
    switch (node->op) {
    case QUERN_PLAN_TERM:
    case QUERN_PLAN_EXACT:
        quern_print_word(p, node);
        break;
    case QUERN_PLAN_PHRASE:
        quern_print_phrase(p, node);
        break;
    case QUERN_PLAN_NEAR:
        quern_print_chain(p, node, node->reach, node->is_ordered);
        break;
    case QUERN_PLAN_EXPAND:
        quern_print_expand(p, &node->pattern);
        break;
    case QUERN_PLAN_SAME:
        quern_print_same(p, node);
        break;
    case QUERN_PLAN_SELECT:
        quern_print_select(p, node->term);
        break;
    case QUERN_PLAN_DATE:
        quern_print_date(p, node);
        break;
    case QUERN_PLAN_NUMBER:
        quern_print_number(p, node);
        break;
    case QUERN_PLAN_PATH:
        quern_print_path(p, &node->pattern);
        break;
    default:
        quern_printer_put(p, "path:*");
    }
}

/* In hundredths, which is as fine as a boost goes; never as the locale writes it. */
static void print_weight(quern_printer *p, uint64_t hundredths)
{
    char text[8];
    if (hundredths == 100) {
        return;
    }
    quern_printer_put(p, "^");
    quern_printer_number(p, hundredths / 100);
    if (hundredths % 100) {
        snprintf(text, sizeof text, ".%02u", (unsigned)(hundredths % 100));
        text[hundredths % 10 ? 3 : 2] = '\0';
        quern_printer_put(p, text);
    }
}

/* One leaf, with what is above the largest weight as more of the same. */
static void print_leaf(quern_printer *p, const quern_plan_node *node)
{
    const uint64_t most = (uint64_t)(QUERN_PLAN_WEIGHT_MAX * 100.0);
    uint64_t weight = (uint64_t)(node->weight * 100.0 + 0.5);
    int chain = quern_print_is_chain(p, node);
    int heavy = weight > most;
    quern_printer_put(p, heavy ? "(" : "");
    for (uint64_t here; weight > 0 && !p->status; weight -= here) {
        here = weight <= most ? weight : weight > most + 100 ? most : weight - 100;
        quern_printer_put(p, chain ? "(" : "");
        print_plain_leaf(p, node);
        quern_printer_put(p, chain ? ")" : "");
        print_weight(p, here);
        quern_printer_put(p, weight > here ? " " : "");
    }
    quern_printer_put(p, heavy ? ")" : "");
}

/* ---- Operators ---- */

static void print_unit(quern_printer *p, const quern_plan_node *node)
{
    if (node->op < QUERN_PLAN_ANY) {
        print_leaf(p, node);
        return;
    }
    int bracketed = node->op != QUERN_PLAN_ATLEAST; /* which has brackets of its own */
    quern_printer_put(p, bracketed ? "(" : "");
    print_group(p, node);
    quern_printer_put(p, bracketed ? ")" : "");
}

static int are_scoring_leaves(const quern_plan_node *child)
{
    while (child && child->op < QUERN_PLAN_ANY && !child->is_scoreless) {
        child = child->sibling;
    }
    return !child;
}

/* The children, each with `before` in front, `between` them. */
static void print_children(quern_printer *p, const quern_plan_node *node, const char *before,
                           const char *between)
{
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        quern_printer_put(p, before);
        print_unit(p, child);
        quern_printer_put(p, child->sibling ? between : "");
    }
}

static void print_any(quern_printer *p, const quern_plan_node *node)
{
    print_children(p, node, "", are_scoring_leaves(node->children) ? " " : " OR ");
}

/* What a group looks for before it excludes and filters. */
static void print_base(quern_printer *p, const quern_plan_node *node)
{
    if (node->op == QUERN_PLAN_ANY) {
        print_any(p, node);
    } else if (node->op == QUERN_PLAN_ATLEAST) {
        quern_printer_put(p, "(");
        print_children(p, node, "", " OR ");
        quern_printer_put(p, ")@");
        quern_printer_number(p, node->need);
    } else if (node->op == QUERN_PLAN_ALL) {
        print_children(p, node, node->is_scoreless ? "" : "+", " ");
    } else if (node->op == QUERN_PLAN_MAYBE) {
        const quern_plan_node *must = node->children;
        if (must->op == QUERN_PLAN_ALL) {
            print_children(p, must, "+", " ");
        } else {
            quern_printer_put(p, "+");
            print_unit(p, must);
        }
        quern_printer_put(p, " ");
        if (must->sibling->op == QUERN_PLAN_ANY && are_scoring_leaves(must->sibling->children)) {
            print_any(p, must->sibling);
        } else {
            print_unit(p, must->sibling);
        }
    } else {
        print_unit(p, node);
    }
}

static void print_not(quern_printer *p, const quern_plan_node *node)
{
    const quern_plan_node *base = node->children;
    if (node->op != QUERN_PLAN_NOT) {
        print_base(p, node);
        return;
    }
    if (base->op != QUERN_PLAN_EVERY) {
        print_base(p, base);
        quern_printer_put(p, " ");
    }
    if (base->sibling->op == QUERN_PLAN_ANY) {
        print_children(p, base->sibling, "-", " ");
    } else {
        quern_printer_put(p, "-");
        print_unit(p, base->sibling);
    }
}

/* Whatever stands between brackets, or the whole. */
static void print_group(quern_printer *p, const quern_plan_node *node)
{
    if (node->op == QUERN_PLAN_FILTER) {
        const quern_plan_node *filter = node->children->sibling;
        print_not(p, node->children);
        quern_printer_put(p, " ");
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
    quern_printer p = {.plan = plan, .analysis = analysis, .names = names, .out = out, .err = err};
    if (plan->root) {
        print_group(&p, plan->root);
    }
    quern_tokens_finish(&p.tokens);
    quern_buf_finish(&p.text);
    return p.status;
}
