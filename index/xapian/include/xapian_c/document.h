/* SPDX-License-Identifier: MIT */
/* Documents of xapian_c: a bag of terms (each with a count and positions), values in numbered
 * slots, and data.
 *
 * A document drawn from a database reads its parts when they are first asked for, so these calls
 * can fail as reads of the database do (XAPIAN_C_E_MODIFIED: reopen the database, then draw the
 * document again). Changing it changes nothing in the database until it is given to
 * xapian_c_database_replace_document. */
#ifndef XAPIAN_C_DOCUMENT_H
#define XAPIAN_C_DOCUMENT_H

#include <xapian_c/iterators.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_document xapian_c_document;

/* An empty document. Owner: the caller. */
XAPIAN_C_API xapian_c_status xapian_c_document_new(xapian_c_document **out, xapian_c_error *err);

/* A document out of the bytes of xapian_c_document_serialise. Errors: XAPIAN_C_E_SERIALISATION. */
XAPIAN_C_API xapian_c_status xapian_c_document_unserialise(xapian_c_bytes bytes,
                                                           xapian_c_document **out,
                                                           xapian_c_error *err);
XAPIAN_C_API void xapian_c_document_free(xapian_c_document *doc);

/* The id it was drawn with, 0 for a document that came from no database. */
XAPIAN_C_API xapian_c_status xapian_c_document_docid(const xapian_c_document *doc, uint32_t *out,
                                                     xapian_c_error *err);

/* Data: bytes that Xapian keeps and never looks into. */
XAPIAN_C_API xapian_c_status xapian_c_document_data(const xapian_c_document *doc,
                                                    xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_set_data(xapian_c_document *doc, xapian_c_bytes data,
                                                        xapian_c_error *err);

/* Terms. A term of the glass backend has at most 245 bytes, a zero byte counts two; longer ones are
 * refused when the document is added (XAPIAN_C_E_INVALID). An empty term is refused at once.
 * add_term counts without a position, add_posting adds a position as well; both raise wdf, the
 * count, by wdf_inc. add_boolean_term adds with wdf 0: it selects and never scores. */
XAPIAN_C_API xapian_c_status xapian_c_document_add_term(xapian_c_document *doc, xapian_c_bytes term,
                                                        uint32_t wdf_inc, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_add_boolean_term(xapian_c_document *doc,
                                                                xapian_c_bytes term,
                                                                xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_add_posting(xapian_c_document *doc,
                                                           xapian_c_bytes term, uint32_t position,
                                                           uint32_t wdf_inc, xapian_c_error *err);

/* The way back. Errors: XAPIAN_C_E_INVALID the document has no such term, or the term no such
 * position. */
XAPIAN_C_API xapian_c_status xapian_c_document_remove_term(xapian_c_document *doc,
                                                           xapian_c_bytes term,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_remove_posting(xapian_c_document *doc,
                                                              xapian_c_bytes term,
                                                              uint32_t position, uint32_t wdf_dec,
                                                              xapian_c_error *err);

/* A stretch of positions to take away. */
typedef struct xapian_c_removal {
    uint32_t first;   /* first position */
    uint32_t last;    /* last position, itself taken away */
    uint32_t wdf_dec; /* how much each lowers wdf; 1 is usual */
    uint32_t removed; /* output: positions that were there */
} xapian_c_removal;

/* Takes away the positions of `term` from what->first to what->last, and sets what->removed. */
XAPIAN_C_API xapian_c_status xapian_c_document_remove_postings(xapian_c_document *doc,
                                                               xapian_c_bytes term,
                                                               xapian_c_removal *what,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_clear_terms(xapian_c_document *doc,
                                                           xapian_c_error *err);

/* Number of different terms, and a walk over them. */
XAPIAN_C_API xapian_c_status xapian_c_document_term_count(const xapian_c_document *doc,
                                                          uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_terms(const xapian_c_document *doc,
                                                     xapian_c_term_iterator **out,
                                                     xapian_c_error *err);

/* Values: short bytes in numbered slots, for sorting, ranges, collapsing and facets. A slot that
 * was never filled reads as empty; filling with empty bytes empties it. */
XAPIAN_C_API xapian_c_status xapian_c_document_value(const xapian_c_document *doc, uint32_t slot,
                                                     xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_add_value(xapian_c_document *doc, uint32_t slot,
                                                         xapian_c_bytes value, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_remove_value(xapian_c_document *doc, uint32_t slot,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_clear_values(xapian_c_document *doc,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_value_count(const xapian_c_document *doc,
                                                           uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_values(const xapian_c_document *doc,
                                                      xapian_c_value_iterator **out,
                                                      xapian_c_error *err);

/* The whole document as bytes that another process with the same version of Xapian can read. */
XAPIAN_C_API xapian_c_status xapian_c_document_serialise(const xapian_c_document *doc,
                                                         xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_document_description(const xapian_c_document *doc,
                                                           xapian_c_buffer *out,
                                                           xapian_c_error *err);

#ifdef __cplusplus
}
#endif
#endif
