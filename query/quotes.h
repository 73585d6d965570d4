/* SPDX-License-Identifier: MIT */
/* quotes - which quotation marks belong together, in a text that is read from front to back.
 *
 *     OPEN  .. CLOSE:   " .. "   “ .. ”   „ .. “ or ”   ‟ .. ”   ” .. ”   « .. »   » .. « or »
 *     else, as hands and programs mix them:   “ .. "   „ .. "   and   " .. ”  where no “ is between
 */
#ifndef QUERN_QUERY_QUOTES_H
#define QUERN_QUERY_QUOTES_H

#include <stddef.h>

enum { QUERN_QUOTE_SORTS = 6 };

typedef struct quern_quotes {
    const char *text;
    size_t len;
    size_t next[QUERN_QUOTE_SORTS]; /* the next mark of each sort, once looked for */
} quern_quotes;

/* A reader of text[0, len), which is borrowed. */
quern_quotes quern_quotes_of(const char *text, size_t len);

/* The bytes of the quotation mark at s[0, len), 0 where there is none. */
size_t quern_quotes_mark(const char *s, size_t len);

/* Whether the quotation mark at `at`, of `n` bytes, has a partner, which is then at *end. Linear in
 * the text over all calls if `at` ascends. */
int quern_quotes_partner(quern_quotes *quotes, size_t at, size_t *n, size_t *end);

#endif
