/* SPDX-License-Identifier: MIT */
/* Queries of xapian_c: a query is a value that never changes; operators make new ones from old
 * ones, which stay yours. A query over a posting source (Xapian::PostingSource) cannot be made
 * here: see README.md. */
#ifndef XAPIAN_C_QUERY_H
#define XAPIAN_C_QUERY_H

#include <xapian_c/iterators.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_query xapian_c_query;

/* Operators, and what xapian_c_query_type answers. `parameter` is that of
 * xapian_c_query_new_combined. */
typedef enum xapian_c_op {
    XAPIAN_C_OP_AND = 0,          /* all; weights added */
    XAPIAN_C_OP_OR = 1,           /* any; weights added */
    XAPIAN_C_OP_AND_NOT = 2,      /* the first without the others; its weight */
    XAPIAN_C_OP_XOR = 3,          /* an odd number of them */
    XAPIAN_C_OP_AND_MAYBE = 4,    /* the first; the others only add weight */
    XAPIAN_C_OP_FILTER = 5,       /* all; weight of the first only */
    XAPIAN_C_OP_NEAR = 6,         /* all within a window of `parameter` positions, any order */
    XAPIAN_C_OP_PHRASE = 7,       /* the same in the given order */
    XAPIAN_C_OP_VALUE_RANGE = 8,  /* xapian_c_query_new_value_range */
    XAPIAN_C_OP_SCALE_WEIGHT = 9, /* xapian_c_query_new_scaled */
    XAPIAN_C_OP_ELITE_SET =
        10, /* OR of the `parameter` best of them, 0: ten or a root of their number */
    XAPIAN_C_OP_VALUE_GE = 11,      /* xapian_c_query_new_value_ge */
    XAPIAN_C_OP_VALUE_LE = 12,      /* xapian_c_query_new_value_le */
    XAPIAN_C_OP_SYNONYM = 13,       /* any, weighted as if they were one term */
    XAPIAN_C_OP_MAX = 14,           /* any; the greatest of their weights */
    XAPIAN_C_OP_WILDCARD = 15,      /* xapian_c_query_new_wildcard */
    XAPIAN_C_OP_EDIT_DISTANCE = 16, /* xapian_c_query_new_edit_distance; only 2.x */
    XAPIAN_C_OP_INVALID = 99,
    XAPIAN_C_LEAF_TERM = 100,
    XAPIAN_C_LEAF_POSTING_SOURCE = 101,
    XAPIAN_C_LEAF_MATCH_ALL = 102,
    XAPIAN_C_LEAF_MATCH_NOTHING = 103
} xapian_c_op;

/* What a wildcard does when it stands for more terms than its limit; and, or-ed, in 2.x, which
 * characters are wild: without them the pattern is a prefix. */
enum {
    XAPIAN_C_WILDCARD_LIMIT_ERROR = 0,         /* XAPIAN_C_E_LIMIT when the query is run */
    XAPIAN_C_WILDCARD_LIMIT_FIRST = 1,         /* take the first in order of bytes */
    XAPIAN_C_WILDCARD_LIMIT_MOST_FREQUENT = 2, /* take the most frequent */
    XAPIAN_C_WILDCARD_PATTERN_MULTI = 0x10,    /* 2.x: * for any characters */
    XAPIAN_C_WILDCARD_PATTERN_SINGLE = 0x20    /* 2.x: ? for one character */
};

/* ---- leaves ---- */

/* Documents that have `term`. `wqf` is its count in the query, 1 is usual; `position` its place in
 * the query, 0 for none. The empty term is every document. */
XAPIAN_C_API xapian_c_status xapian_c_query_new_term(xapian_c_bytes term, uint32_t wqf,
                                                     uint32_t position, xapian_c_query **out,
                                                     xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_new_match_all(xapian_c_query **out,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_new_match_nothing(xapian_c_query **out,
                                                              xapian_c_error *err);

/* Documents whose value in `slot` is, as bytes, from `lower` to `upper`, at least, at most the one
 * given. No weight. */
XAPIAN_C_API xapian_c_status xapian_c_query_new_value_range(uint32_t slot, xapian_c_bytes lower,
                                                            xapian_c_bytes upper,
                                                            xapian_c_query **out,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_new_value_ge(uint32_t slot, xapian_c_bytes limit,
                                                         xapian_c_query **out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_new_value_le(uint32_t slot, xapian_c_bytes limit,
                                                         xapian_c_query **out, xapian_c_error *err);

/* A pattern that stands for terms of the database. */
typedef struct xapian_c_wildcard {
    xapian_c_bytes pattern; /* in 1.4 what the terms begin with; in 2.x see `limit_type` */
    uint32_t max_expansion; /* most terms; 0 is no limit */
    int limit_type;         /* XAPIAN_C_WILDCARD_* */
    int combiner;           /* XAPIAN_C_OP_SYNONYM, _OR or _MAX of the terms */
    unsigned edit_distance; /* edit distance only: most changes, 2 is usual */
    size_t min_prefix;      /* edit distance only: characters at the beginning that must be right */
} xapian_c_wildcard;

/* No pattern, no limit, XAPIAN_C_WILDCARD_LIMIT_ERROR, XAPIAN_C_OP_SYNONYM, distance 2, prefix 0.
 * */
XAPIAN_C_API void xapian_c_wildcard_init(xapian_c_wildcard *what);

/* Terms that match the pattern; terms within some changes of it (only 2.x, else
 * XAPIAN_C_E_UNSUPPORTED). */
XAPIAN_C_API xapian_c_status xapian_c_query_new_wildcard(const xapian_c_wildcard *what,
                                                         xapian_c_query **out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_new_edit_distance(const xapian_c_wildcard *what,
                                                              xapian_c_query **out,
                                                              xapian_c_error *err);

/* ---- operators ---- */

/* Queries in a row, for xapian_c_query_new_combined. */
typedef struct xapian_c_queries {
    const xapian_c_query *const *items; /* none of them NULL */
    size_t n;
} xapian_c_queries;

/* `a` and `b` joined by an operator that takes queries. */
XAPIAN_C_API xapian_c_status xapian_c_query_new_pair(int op, const xapian_c_query *a,
                                                     const xapian_c_query *b, xapian_c_query **out,
                                                     xapian_c_error *err);

/* Any number of queries joined. `parameter` is the window of NEAR and PHRASE (0: as many positions
 * as parts) or the number of ELITE_SET, else 0. None at all gives match-nothing. Errors:
 * XAPIAN_C_E_INVALID an operator that does not take queries, XAPIAN_C_E_UNSUPPORTED a part that
 * NEAR and PHRASE cannot take. */
XAPIAN_C_API xapian_c_status xapian_c_query_new_combined(int op, xapian_c_queries parts,
                                                         uint32_t parameter, xapian_c_query **out,
                                                         xapian_c_error *err);

/* The same documents, weights times `factor`, which is not negative; 0 makes a filter. */
XAPIAN_C_API xapian_c_status xapian_c_query_new_scaled(const xapian_c_query *query, double factor,
                                                       xapian_c_query **out, xapian_c_error *err);

/* ---- looking at one ---- */

/* 1 for match-nothing. NULL counts as that. */
XAPIAN_C_API int xapian_c_query_is_empty(const xapian_c_query *query);

/* Its length, the sum of wqf of its terms. */
XAPIAN_C_API xapian_c_status xapian_c_query_length(const xapian_c_query *query, uint32_t *out,
                                                   xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_type(const xapian_c_query *query, int *out,
                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_part_count(const xapian_c_query *query, size_t *out,
                                                       xapian_c_error *err);

/* Part number `i`, from 0. Errors: XAPIAN_C_E_INVALID there is none. */
XAPIAN_C_API xapian_c_status xapian_c_query_part(const xapian_c_query *query, size_t i,
                                                 xapian_c_query **out, xapian_c_error *err);

/* Its terms in order of position, or each once in order of bytes. */
XAPIAN_C_API xapian_c_status xapian_c_query_terms(const xapian_c_query *query,
                                                  xapian_c_term_iterator **out,
                                                  xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_unique_terms(const xapian_c_query *query,
                                                         xapian_c_term_iterator **out,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_description(const xapian_c_query *query,
                                                        xapian_c_buffer *out, xapian_c_error *err);

/* To bytes and back. Errors: XAPIAN_C_E_SERIALISATION; Xapian 1.4 also answers bytes that were cut
 * with XAPIAN_C_E_NETWORK, and then loses a little memory: take bytes only from where you put them.
 * */
XAPIAN_C_API xapian_c_status xapian_c_query_serialise(const xapian_c_query *query,
                                                      xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_unserialise(xapian_c_bytes bytes, xapian_c_query **out,
                                                        xapian_c_error *err);
XAPIAN_C_API void xapian_c_query_free(xapian_c_query *query);

#ifdef __cplusplus
}
#endif
#endif
