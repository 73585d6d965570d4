/* SPDX-License-Identifier: MIT */
/* Answers of xapian_c: match sets (hits), relevance sets (documents marked as right), expand sets
 * (suggested terms). Hits and terms are reached by their number in the set, from 0; a number that
 * is not in it is XAPIAN_C_E_INVALID. */
#ifndef XAPIAN_C_RESULTS_H
#define XAPIAN_C_RESULTS_H

#include <xapian_c/document.h>
#include <xapian_c/text.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_mset xapian_c_mset;
typedef struct xapian_c_rset xapian_c_rset;
typedef struct xapian_c_eset xapian_c_eset;

/* ---- match set ---- */

/* One hit. */
typedef struct xapian_c_hit {
    uint32_t docid;
    uint32_t rank;           /* from 0, over the whole answer */
    uint32_t collapse_count; /* hits it stands for beside itself, at least; see set_collapse */
    int percent;             /* of the best possible weight, 0 to 100 */
    double weight;
} xapian_c_hit;

/* How many there are in all. */
typedef struct xapian_c_estimates {
    uint32_t first;                   /* rank of the first hit of the set */
    uint32_t lower, estimated, upper; /* matching documents, as collapsed */
    uint32_t uncollapsed_lower, uncollapsed_estimated, uncollapsed_upper;
    double max_attained; /* greatest weight among the matches */
    double max_possible; /* greatest weight a document could have */
} xapian_c_estimates;

/* Number of hits in the set; 0 for NULL. */
XAPIAN_C_API uint32_t xapian_c_mset_size(const xapian_c_mset *mset);
XAPIAN_C_API xapian_c_status xapian_c_mset_estimates(const xapian_c_mset *mset,
                                                     xapian_c_estimates *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_get(const xapian_c_mset *mset, uint32_t i,
                                               xapian_c_hit *out, xapian_c_error *err);

/* Of hit `i`: its document, the data of its document, what it was collapsed and sorted by. */
XAPIAN_C_API xapian_c_status xapian_c_mset_document(const xapian_c_mset *mset, uint32_t i,
                                                    xapian_c_document **out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_data(const xapian_c_mset *mset, uint32_t i,
                                                xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_collapse_key(const xapian_c_mset *mset, uint32_t i,
                                                        xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_sort_key(const xapian_c_mset *mset, uint32_t i,
                                                    xapian_c_buffer *out, xapian_c_error *err);

/* Asks for all documents of the set at once; saves round trips to remote databases. */
XAPIAN_C_API xapian_c_status xapian_c_mset_fetch(const xapian_c_mset *mset, xapian_c_error *err);

/* A weight as a percentage; of a term of the query: documents that have it, its greatest weight
 * (both XAPIAN_C_E_INVALID for other terms, where the database does not know them). */
XAPIAN_C_API xapian_c_status xapian_c_mset_percent(const xapian_c_mset *mset, double weight,
                                                   int *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_termfreq(const xapian_c_mset *mset, xapian_c_bytes term,
                                                    uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_termweight(const xapian_c_mset *mset,
                                                      xapian_c_bytes term, double *out,
                                                      xapian_c_error *err);

enum {
    XAPIAN_C_SNIPPET_BACKGROUND_MODEL = 1,    /* rare words count when there is little else */
    XAPIAN_C_SNIPPET_EXHAUSTIVE = 2,          /* look at the whole text, not until good enough */
    XAPIAN_C_SNIPPET_EMPTY_WITHOUT_MATCH = 4, /* empty in place of the beginning */
    XAPIAN_C_SNIPPET_NGRAMS = 2048,           /* as XAPIAN_C_GENERATOR_NGRAMS */
    XAPIAN_C_SNIPPET_WORD_BREAKS = 4096       /* 2.x */
};

/* What to cut out of a text, and how to mark it. */
typedef struct xapian_c_snippet {
    xapian_c_bytes text;       /* the text, usually the document's data */
    size_t length;             /* about so many bytes, 500 */
    const xapian_c_stem *stem; /* that of the query; NULL for none */
    unsigned flags;            /* XAPIAN_C_SNIPPET_*, background model and exhaustive */
    xapian_c_bytes hi_start;   /* before a matching word, "<b>"; text is escaped for HTML */
    xapian_c_bytes hi_end;     /* after it, "</b>" */
    xapian_c_bytes omit;       /* where text was left out, "..." */
} xapian_c_snippet;

XAPIAN_C_API void xapian_c_snippet_init(xapian_c_snippet *how);

/* The stretch of the text that fits the query best. */
XAPIAN_C_API xapian_c_status xapian_c_mset_snippet(const xapian_c_mset *mset,
                                                   const xapian_c_snippet *how,
                                                   xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_mset_description(const xapian_c_mset *mset,
                                                       xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_mset_free(xapian_c_mset *mset);

/* ---- relevance set ---- */

XAPIAN_C_API xapian_c_status xapian_c_rset_new(xapian_c_rset **out, xapian_c_error *err);

/* Number of documents; 0 for NULL. */
XAPIAN_C_API uint32_t xapian_c_rset_size(const xapian_c_rset *rset);
XAPIAN_C_API xapian_c_status xapian_c_rset_add(xapian_c_rset *rset, uint32_t docid,
                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_rset_remove(xapian_c_rset *rset, uint32_t docid,
                                                  xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_rset_contains(const xapian_c_rset *rset, uint32_t docid,
                                                    int *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_rset_description(const xapian_c_rset *rset,
                                                       xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_rset_free(xapian_c_rset *rset);

/* ---- expand set ---- */

/* Number of terms in the set; 0 for NULL. */
XAPIAN_C_API uint32_t xapian_c_eset_size(const xapian_c_eset *eset);

/* A lower bound of the number of terms there are in all. */
XAPIAN_C_API xapian_c_status xapian_c_eset_bound(const xapian_c_eset *eset, uint32_t *out,
                                                 xapian_c_error *err);

/* Term number `i` and its weight, which may be NULL. */
XAPIAN_C_API xapian_c_status xapian_c_eset_get(const xapian_c_eset *eset, uint32_t i,
                                               xapian_c_buffer *term, double *weight,
                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_eset_description(const xapian_c_eset *eset,
                                                       xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_eset_free(xapian_c_eset *eset);

#ifdef __cplusplus
}
#endif
#endif
