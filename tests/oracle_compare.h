/* SPDX-License-Identifier: MIT */
/* oracle_compare - whether two engines give the same answer to a query.
 *
 * The native engine rounds each contribution of a term to 2^-20, Xapian's sum is rounded once; so
 * the scores of a passage may differ by half a unit for each contribution, and half of one for the
 * sum. Articles whose scores lie so near together that their order may differ form a group:
 *
 *     native   a 2.5   b 2.1000003   c 2.1000001   d 1.9
 *     xapian   a 2.5   c 2.1000002   b 2.1000002   d 1.9         groups a | b c | d
 *
 * Groups are compared as sets; the last one, where the answer was cut there, by its scores alone.
 * Where a pattern stands for more forms than are searched, which are left out may differ with the
 * dead passages of an index; such answers are not compared.
 *
 * What both say of the same passage has to be the same to the byte, but for the score.
 */
#ifndef QUERN_TESTS_ORACLE_COMPARE_H
#define QUERN_TESTS_ORACLE_COMPARE_H

#include "quern/quern.h"

typedef struct oracle_tally {
    uint64_t queries, hits; /* compared */
    uint64_t same_order;    /* queries whose hits came in the same order */
    uint64_t differences;   /* queries that failed */
    double worst;           /* greatest difference of two scores */
} oracle_tally;

/* Asks both readers, a native and another; adds to the tally and prints a query that fails. */
void oracle_ask(quern_reader *native, quern_reader *other, const char *query,
                const quern_search_options *options, oracle_tally *tally);

/* Asks both readers the first 2,000 queries of a file, one a line after a tab: each whole, then by
 * its first two words, also as a phrase. */
void oracle_ask_file(quern_reader *native, quern_reader *other, const char *path,
                     oracle_tally *tally);

#endif
