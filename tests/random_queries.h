/* SPDX-License-Identifier: MIT */
/* random_queries - queries of every operator, as someone would type them.
 */
#ifndef QUERN_TESTS_RANDOM_QUERIES_H
#define QUERN_TESTS_RANDOM_QUERIES_H

#include <stddef.h>
#include <stdint.h>

/* What may be in a query beside words, compounds and amounts. */
enum {
    RANDOM_TREES = 1,    /* signs, AND, OR, NOT, brackets, boosts, ATLEAST, NEAR, ADJ */
    RANDOM_EXACT = 2,    /* quotation marks and = */
    RANDOM_PATTERNS = 4, /* ? * ~, and words that stand for one thing */
    RANDOM_SELECTS = 8   /* date: and path: */
};

/* Writes a query to out[0, cap), NUL-terminated. Words are those of `text` (may be NULL) and common
 * ones, so that most of them are in some article. */
void random_expression(uint64_t *seed, const char *text, unsigned what, char *out, size_t cap);

#endif
