/* SPDX-License-Identifier: MIT */
/* counts - in how many living passages terms are, whichever engine keeps the index. */
#ifndef QUERN_QUERY_COUNTS_H
#define QUERN_QUERY_COUNTS_H

#include "query/reader.h"

/* How many passages there are, and how long they are on average. */
typedef struct quern_counts_all {
    uint64_t n_passages;
    double avglen; /* 1 where there are none */
} quern_counts_all;

/* Errors: those of the engine, CORRUPT, IO. */
quern_status quern_counts_all_of(quern_reader *reader, quern_counts_all *out, quern_error *err);

/* Fills live[n] with the passages of each term (kind and bytes). Errors: NOMEM, CORRUPT, IO, and
 * those of the engine. */
quern_status quern_counts_of(quern_reader *reader, const quern_string *terms, size_t n,
                             uint64_t *live, quern_error *err);

/* Calls `each` for the exact forms of words that begin with `prefix`, neither with a byte of kind,
 * with how many passages have them, dead ones perhaps included. A form may come more than once; a
 * value other than 0 stops. */
quern_status quern_counts_each_form(quern_reader *reader, quern_string prefix,
                                    int (*each)(quern_string form, uint64_t n_passages,
                                                void *payload),
                                    void *payload, quern_error *err);

#endif
