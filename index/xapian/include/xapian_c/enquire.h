/* SPDX-License-Identifier: MIT */
/* The search of xapian_c: an enquire holds a database, a query, a weighting scheme and an order; it
 * answers with a match set (results.h). It can be asked again and again, with the query or anything
 * else changed in between. */
#ifndef XAPIAN_C_ENQUIRE_H
#define XAPIAN_C_ENQUIRE_H

#include <xapian_c/choosers.h>
#include <xapian_c/database.h>
#include <xapian_c/query.h>
#include <xapian_c/results.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_enquire xapian_c_enquire;

/* A search in `db`, which is shared: reopening the one reopens the other. Errors:
 * XAPIAN_C_E_INVALID a database of no shards (at the latest when it is asked). */
XAPIAN_C_API xapian_c_status xapian_c_enquire_new(const xapian_c_database *db,
                                                  xapian_c_enquire **out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_enquire_free(xapian_c_enquire *enquire);

/* The query; `query_length` 0 means its own. And a copy of it back. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_set_query(xapian_c_enquire *enquire,
                                                        const xapian_c_query *query,
                                                        uint32_t query_length, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_query(const xapian_c_enquire *enquire,
                                                    xapian_c_query **out, xapian_c_error *err);

/* ---- weighting schemes ---- */

typedef struct xapian_c_bm25 {
    double k1, k2, k3;  /* 1, 0, 1: weight of wdf, of length, of wqf; not negative */
    double b;           /* 0.5: how much length counts, 0 to 1 */
    double min_normlen; /* 0.5: no document counts as shorter than this share of the mean */
    double delta;       /* BM25+ only, 1: least weight of an occurrence */
} xapian_c_bm25;

typedef enum xapian_c_smoothing {
    XAPIAN_C_SMOOTHING_TWO_STAGE = 1,         /* smoothing1 0.7, smoothing2 2000 */
    XAPIAN_C_SMOOTHING_DIRICHLET = 2,         /* smoothing1 2000 (2.x; 1.4 takes 0.7) */
    XAPIAN_C_SMOOTHING_ABSOLUTE_DISCOUNT = 3, /* smoothing1 0.7 */
    XAPIAN_C_SMOOTHING_JELINEK_MERCER = 4,    /* smoothing1 0.7; 2.x: by length of the query */
    XAPIAN_C_SMOOTHING_DIRICHLET_PLUS = 5     /* as DIRICHLET, smoothing2 0.05 */
} xapian_c_smoothing;

typedef struct xapian_c_lm {
    double log;        /* 0: clamp for the logarithm, chosen by Xapian; 2.x has none */
    int smoothing;     /* XAPIAN_C_SMOOTHING_TWO_STAGE */
    double smoothing1; /* below 0: the default named above */
    double smoothing2; /* below 0: the default named above */
} xapian_c_lm;

/* Xapian's defaults, as named in the comments. */
XAPIAN_C_API void xapian_c_bm25_init(xapian_c_bm25 *parameters);
XAPIAN_C_API void xapian_c_lm_init(xapian_c_lm *parameters);

/* One of these is in force, at first BM25 with its defaults. Parameters that may be NULL mean the
 * defaults. bool: all weights 0. coord: number of matching terms. trad: the old probabilistic
 * formula. bm25, bm25plus: Okapi, and Lv & Zhai's lower bound. tfidf: three letters for wdf, idf
 * and normalisation, "ntn". inl2, ifb2, ineb2, bb2, pl2, pl2plus, dlh, dph: divergence from
 * randomness, `c` above 0 (usually 1), `delta` above 0 (usually 0.8). lm: unigram language model.
 * Errors: XAPIAN_C_E_INVALID a parameter out of range. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_bool(xapian_c_enquire *enquire,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_coord(xapian_c_enquire *enquire,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_trad(xapian_c_enquire *enquire, double k,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_bm25(xapian_c_enquire *enquire,
                                                          const xapian_c_bm25 *parameters,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_bm25plus(xapian_c_enquire *enquire,
                                                              const xapian_c_bm25 *parameters,
                                                              xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_tfidf(xapian_c_enquire *enquire,
                                                           const char *normalizations,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_inl2(xapian_c_enquire *enquire, double c,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_ifb2(xapian_c_enquire *enquire, double c,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_ineb2(xapian_c_enquire *enquire, double c,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_bb2(xapian_c_enquire *enquire, double c,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_pl2(xapian_c_enquire *enquire, double c,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_pl2plus(xapian_c_enquire *enquire, double c,
                                                             double delta, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_dlh(xapian_c_enquire *enquire,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_dph(xapian_c_enquire *enquire,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_weight_lm(xapian_c_enquire *enquire,
                                                        const xapian_c_lm *parameters,
                                                        xapian_c_error *err);

/* How terms are weighted for xapian_c_enquire_eset: "trad" (with `k`, usually 1) or "bo1" ("prob"
 * in 2.x). */
XAPIAN_C_API xapian_c_status xapian_c_enquire_set_expansion_scheme(xapian_c_enquire *enquire,
                                                                   const char *name, double k,
                                                                   xapian_c_error *err);

/* ---- which, and in which order ---- */

/* At most `max` hits with the same value in `slot`; XAPIAN_C_BAD_SLOT takes it back. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_set_collapse(xapian_c_enquire *enquire, uint32_t slot,
                                                           uint32_t max, xapian_c_error *err);

/* Hits below `percent` of the best possible, or below `weight`, are left out; 0 is none. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_set_cutoff(xapian_c_enquire *enquire, int percent,
                                                         double weight, xapian_c_error *err);

/* The order of hits that are equal in all else. */
typedef enum xapian_c_docid_order {
    XAPIAN_C_DOCID_DESCENDING = 0,
    XAPIAN_C_DOCID_ASCENDING = 1, /* the default */
    XAPIAN_C_DOCID_DONT_CARE = 2  /* whatever is quickest; mostly for boolean searches */
} xapian_c_docid_order;

XAPIAN_C_API xapian_c_status xapian_c_enquire_set_docid_order(xapian_c_enquire *enquire, int order,
                                                              xapian_c_error *err);

/* By weight (the default), by the value of a slot, by the key of a key maker (shared), or by the
 * one and then the other. `reverse` 1 puts the greatest first. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_relevance(xapian_c_enquire *enquire,
                                                                xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_value(xapian_c_enquire *enquire,
                                                            uint32_t slot, int reverse,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_key(xapian_c_enquire *enquire,
                                                          xapian_c_key_maker *maker, int reverse,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_value_then_relevance(
    xapian_c_enquire *enquire, uint32_t slot, int reverse, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_key_then_relevance(xapian_c_enquire *enquire,
                                                                         xapian_c_key_maker *maker,
                                                                         int reverse,
                                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_relevance_then_value(
    xapian_c_enquire *enquire, uint32_t slot, int reverse, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_sort_by_relevance_then_key(xapian_c_enquire *enquire,
                                                                         xapian_c_key_maker *maker,
                                                                         int reverse,
                                                                         xapian_c_error *err);

/* After about so many seconds the matcher stops looking for more than max_items hits; 0 is none.
 * Not a limit for the whole call, and not for remote databases. With glibc the first search that
 * has one starts a helper thread, which stays. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_set_time_limit(xapian_c_enquire *enquire,
                                                             double seconds, xapian_c_error *err);

/* Spies (shared) see every document the matcher looks at; ask for enough with check_at_least. While
 * there are spies a search that meets a newer revision is not tried again, since they would count
 * twice: XAPIAN_C_E_MODIFIED. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_add_spy(xapian_c_enquire *enquire,
                                                      xapian_c_match_spy *spy, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_clear_spies(xapian_c_enquire *enquire,
                                                          xapian_c_error *err);

/* ---- ask ---- */

/* What part of the answer is wanted. */
typedef struct xapian_c_match {
    uint32_t first;                        /* rank of the first hit, 0 */
    uint32_t max_items;                    /* most hits, 10 */
    uint32_t check_at_least;               /* look at so many, for better estimates and spies; 0 */
    const xapian_c_rset *rset;             /* documents known to be relevant; NULL */
    const xapian_c_match_decider *decider; /* NULL */
} xapian_c_match;

XAPIAN_C_API void xapian_c_match_init(xapian_c_match *how);

/* Runs the search. Errors: XAPIAN_C_E_LIMIT a wildcard; XAPIAN_C_E_NETWORK, _TIMEOUT a remote
 * shard. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_mset(xapian_c_enquire *enquire,
                                                   const xapian_c_match *how, xapian_c_mset **out,
                                                   xapian_c_error *err);

enum {
    XAPIAN_C_EXPAND_INCLUDE_QUERY_TERMS = 1, /* terms of the query may be suggested too */
    XAPIAN_C_EXPAND_USE_EXACT_TERMFREQ = 2   /* over several shards: exact, slower */
};

/* What terms are wanted. */
typedef struct xapian_c_expand {
    uint32_t max_items;                     /* most terms, 10 */
    const xapian_c_rset *rset;              /* documents known to be relevant; required */
    int flags;                              /* XAPIAN_C_EXPAND_*, 0 */
    const xapian_c_expand_decider *decider; /* NULL */
    double min_weight;                      /* 0 */
} xapian_c_expand;

XAPIAN_C_API void xapian_c_expand_init(xapian_c_expand *how);

/* Terms that tell the relevant documents from the others, best first. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_eset(xapian_c_enquire *enquire,
                                                   const xapian_c_expand *how, xapian_c_eset **out,
                                                   xapian_c_error *err);

/* Terms of the query that a document has, in order of their positions in the query. */
XAPIAN_C_API xapian_c_status xapian_c_enquire_matching_terms(xapian_c_enquire *enquire,
                                                             uint32_t docid,
                                                             xapian_c_term_iterator **out,
                                                             xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_enquire_description(const xapian_c_enquire *enquire,
                                                          xapian_c_buffer *out,
                                                          xapian_c_error *err);

#ifdef __cplusplus
}
#endif
#endif
