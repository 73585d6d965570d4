/* SPDX-License-Identifier: MIT */
/* plan_printer - a plan on its way to text, between plan_print.c, which prints operators, and
 * plan_print_words.c and plan_print_fields.c, which print leaves. */
#ifndef QUERN_QUERY_PLAN_PRINTER_H
#define QUERN_QUERY_PLAN_PRINTER_H

#include "query/plan_print.h"

typedef struct quern_printer {
    const quern_plan *plan;
    quern_analysis *analysis;
    const quern_lex_names *names; /* or NULL: no field has a name that can be typed */
    quern_tokens tokens;
    quern_buf text;  /* scratch: what a candidate would be typed as, */
    int is_function; /* and whether it begins with a function word of any language */
    quern_buf *out;
    quern_status status; /* sticky */
    quern_error *err;
} quern_printer;

void quern_printer_put(quern_printer *p, const char *s);
void quern_printer_number(quern_printer *p, uint64_t n);
/* Bytes that stand for themselves are those of words and of `also`; others are %XX. */
void quern_printer_escaped(quern_printer *p, const char *s, size_t len, const char *also);
/* Appends the scratch. */
void quern_printer_text(quern_printer *p);

/* Whether a byte, and all these bytes, may stand in a word as they are. */
int quern_printer_is_plain_byte(unsigned char c);
int quern_printer_is_plain(const char *s, size_t len);
/* Puts what was typed for a term into the scratch; 0: nothing that can be typed again. */
int quern_printer_find_typed(quern_printer *p, uint32_t term);

void quern_print_word(quern_printer *p, const quern_plan_node *node);
void quern_print_same(quern_printer *p, const quern_plan_node *node);
void quern_print_phrase(quern_printer *p, const quern_plan_node *node);
/* Words joined by NEAR, or ADJ if they are ordered. */
void quern_print_chain(quern_printer *p, const quern_plan_node *node, uint32_t reach,
                       int is_ordered);
/* Whether a leaf is printed as a chain, which needs brackets. */
int quern_print_is_chain(quern_printer *p, const quern_plan_node *node);

void quern_print_expand(quern_printer *p, const quern_plan_pattern *pattern);
void quern_print_path(quern_printer *p, const quern_plan_pattern *glob);
/* A term of a field. */
void quern_print_select(quern_printer *p, uint32_t term);
void quern_print_date(quern_printer *p, const quern_plan_node *node);
void quern_print_number(quern_printer *p, const quern_plan_node *node);

#endif
