/* SPDX-License-Identifier: MIT */
/* amounts - $4bn, $4 billion, US$4 billion, 4.0bn dollars: one amount, however it is written.
 *
 * See amounts.c for what is read as an amount and for its canonical form.
 */
#ifndef QUERN_STEMMER_AMOUNTS_H
#define QUERN_STEMMER_AMOUNTS_H

#include <stddef.h>

#define QUERN_AMOUNT_VALUE_MAX 48

typedef struct quern_amount {
    char value[QUERN_AMOUNT_VALUE_MAX]; /* decimal: "4000000000", "0.05"; NUL-terminated */
    const char *currency;               /* three letters, static; "" where none is named */
    size_t start, end;                  /* bytes of the text, sign and words of currency included */
} quern_amount;

/* What of the text around a number may belong to its amount. */
typedef struct quern_amount_place {
    const char *text;
    size_t len;
    size_t start, end;               /* the word with the number; it begins with an ASCII digit */
    size_t before_start, before_end; /* the word before it, as trimmed; both 0: none is to be had */
    int short_scale;                 /* a billion is a thousand million, as in English */
} quern_amount_place;

/* Whether the number is that of an amount, which is put into *out. Looks at no more than some dozen
 * bytes around the word. Allocates nothing. */
int quern_amounts_read(const quern_amount_place *place, quern_amount *out);

#endif
