/* SPDX-License-Identifier: MIT */
/* Iterators of xapian_c: over terms, postings, positions and values.
 *
 * All four walk alike. A new one stands before its first entry. _next goes to the next entry and
 * answers XAPIAN_C_OK, or XAPIAN_C_END when there is none; _skip_to goes to the first entry that is
 * not before the one named, never back. After XAPIAN_C_END both keep answering XAPIAN_C_END. After
 * an error the iterator cannot be moved any more (XAPIAN_C_E_INVALID): make a new one. The current
 * entry is read by the accessors; while there is none (before the first move, after the end) they
 * answer empty bytes or 0, and those that return a status XAPIAN_C_E_INVALID. */
#ifndef XAPIAN_C_ITERATORS_H
#define XAPIAN_C_ITERATORS_H

#include <xapian_c/basics.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_term_iterator
    xapian_c_term_iterator; /* terms, in the order of their bytes */
typedef struct xapian_c_posting_iterator
    xapian_c_posting_iterator; /* documents that have a term, ascending */
typedef struct xapian_c_position_iterator
    xapian_c_position_iterator; /* positions of a term, ascending */
typedef struct xapian_c_value_iterator
    xapian_c_value_iterator; /* values of a slot, or of a document */

/* Terms: those of a document, of a database, of a query; also spellings, synonyms, metadata keys,
 * facet values. */
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_next(xapian_c_term_iterator *it,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_skip_to(xapian_c_term_iterator *it,
                                                            xapian_c_bytes term,
                                                            xapian_c_error *err);

/* The current term; borrowed until the iterator moves. */
XAPIAN_C_API xapian_c_bytes xapian_c_term_iterator_term(const xapian_c_term_iterator *it);

/* Occurrences of the current term in the document. Terms of a document only; for others Xapian
 * answers XAPIAN_C_E_INVALID or 0. */
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_wdf(const xapian_c_term_iterator *it,
                                                        uint32_t *out, xapian_c_error *err);

/* Documents of the database that have the current term; for facet values how often the value was
 * seen, for spellings the frequency of the word. */
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_termfreq(const xapian_c_term_iterator *it,
                                                             uint32_t *out, xapian_c_error *err);

/* Number of positions of the current term, and a walk over them; terms of a document only. */
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_position_count(const xapian_c_term_iterator *it,
                                                                   uint32_t *out,
                                                                   xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_positions(const xapian_c_term_iterator *it,
                                                              xapian_c_position_iterator **out,
                                                              xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_iterator_description(const xapian_c_term_iterator *it,
                                                                xapian_c_buffer *out,
                                                                xapian_c_error *err);
XAPIAN_C_API void xapian_c_term_iterator_free(xapian_c_term_iterator *it);

/* Postings: the documents that have one term, in ascending order of their ids. */
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_next(xapian_c_posting_iterator *it,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_skip_to(xapian_c_posting_iterator *it,
                                                               uint32_t docid, xapian_c_error *err);

/* The current document, 0 where there is none. */
XAPIAN_C_API uint32_t xapian_c_posting_iterator_docid(const xapian_c_posting_iterator *it);

/* Of the current document: occurrences of the term, length (sum of its wdf), number of different
 * terms. */
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_wdf(const xapian_c_posting_iterator *it,
                                                           uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_doclength(
    const xapian_c_posting_iterator *it, uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_unique_terms(
    const xapian_c_posting_iterator *it, uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_positions(
    const xapian_c_posting_iterator *it, xapian_c_position_iterator **out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_posting_iterator_description(
    const xapian_c_posting_iterator *it, xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_posting_iterator_free(xapian_c_posting_iterator *it);

/* Positions of one term in one document, ascending. */
XAPIAN_C_API xapian_c_status xapian_c_position_iterator_next(xapian_c_position_iterator *it,
                                                             xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_position_iterator_skip_to(xapian_c_position_iterator *it,
                                                                uint32_t position,
                                                                xapian_c_error *err);

/* The current position, 0 where there is none (a term may also stand at 0). */
XAPIAN_C_API uint32_t xapian_c_position_iterator_position(const xapian_c_position_iterator *it);
XAPIAN_C_API xapian_c_status xapian_c_position_iterator_description(
    const xapian_c_position_iterator *it, xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_position_iterator_free(xapian_c_position_iterator *it);

/* Values: of one slot over all documents (in order of documents), or of one document (in order of
 * slots). _skip_to takes a document id in the first case, a slot in the second. */
XAPIAN_C_API xapian_c_status xapian_c_value_iterator_next(xapian_c_value_iterator *it,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_value_iterator_skip_to(xapian_c_value_iterator *it,
                                                             uint32_t docid_or_slot,
                                                             xapian_c_error *err);

/* The current value; borrowed until the iterator moves. */
XAPIAN_C_API xapian_c_bytes xapian_c_value_iterator_value(const xapian_c_value_iterator *it);

/* The document (walk over a slot; for a walk over a document Xapian answers XAPIAN_C_E_INVALID or
 * that document's id) and the slot of the current value. */
XAPIAN_C_API xapian_c_status xapian_c_value_iterator_docid(const xapian_c_value_iterator *it,
                                                           uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_value_iterator_slot(const xapian_c_value_iterator *it,
                                                          uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_value_iterator_description(const xapian_c_value_iterator *it,
                                                                 xapian_c_buffer *out,
                                                                 xapian_c_error *err);
XAPIAN_C_API void xapian_c_value_iterator_free(xapian_c_value_iterator *it);

#ifdef __cplusplus
}
#endif
#endif
