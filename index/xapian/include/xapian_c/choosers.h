/* SPDX-License-Identifier: MIT */
/* What a search asks while it runs, in xapian_c: match deciders (may this document be a hit?),
 * match spies (what do the hits have in their slots? facets), key makers (what are they sorted
 * by?), expand deciders (may this term be suggested?). Each is ready-made or a callback. Callbacks
 * and remote databases do not go together: XAPIAN_C_E_UNSUPPORTED. */
#ifndef XAPIAN_C_CHOOSERS_H
#define XAPIAN_C_CHOOSERS_H

#include <xapian_c/document.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_match_decider xapian_c_match_decider;
typedef struct xapian_c_match_spy xapian_c_match_spy;
typedef struct xapian_c_key_maker xapian_c_key_maker;
typedef struct xapian_c_expand_decider xapian_c_expand_decider;

/* ---- match deciders ---- */

/* Answers 1 to take the document, 0 not to, a negative number to stop. The document is lent. */
typedef int (*xapian_c_match_decider_fn)(const xapian_c_document *doc, void *payload);

/* Takes (`inclusive` 1) or refuses (0) documents whose value in `slot` is in a set, empty at first.
 * */
XAPIAN_C_API xapian_c_status xapian_c_match_decider_new_values(uint32_t slot, int inclusive,
                                                               xapian_c_match_decider **out,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_match_decider_new_callback(xapian_c_match_decider_fn fn,
                                                                 void *payload,
                                                                 xapian_c_match_decider **out,
                                                                 xapian_c_error *err);

/* Changes the set. Errors: XAPIAN_C_E_INVALID it is a callback. */
XAPIAN_C_API xapian_c_status xapian_c_match_decider_add_value(xapian_c_match_decider *decider,
                                                              xapian_c_bytes value,
                                                              xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_match_decider_remove_value(xapian_c_match_decider *decider,
                                                                 xapian_c_bytes value,
                                                                 xapian_c_error *err);
XAPIAN_C_API void xapian_c_match_decider_free(xapian_c_match_decider *decider);

/* ---- match spies ---- */

/* Sees each document that the matcher looked at, with its weight (which may not yet be complete).
 * Answers 0, or a negative number to stop. */
typedef int (*xapian_c_match_spy_fn)(const xapian_c_document *doc, double weight, void *payload);

/* Counts the values of a slot: a facet. Works with remote databases. */
XAPIAN_C_API xapian_c_status xapian_c_match_spy_new_values(uint32_t slot, xapian_c_match_spy **out,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_match_spy_new_callback(xapian_c_match_spy_fn fn,
                                                             void *payload,
                                                             xapian_c_match_spy **out,
                                                             xapian_c_error *err);

/* Of a count of values: documents seen; all values in order of bytes; the `max` most frequent. How
 * often each was seen is xapian_c_term_iterator_termfreq. Errors: XAPIAN_C_E_INVALID it is a
 * callback. */
XAPIAN_C_API xapian_c_status xapian_c_match_spy_total(const xapian_c_match_spy *spy, size_t *out,
                                                      xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_match_spy_values(const xapian_c_match_spy *spy,
                                                       xapian_c_term_iterator **out,
                                                       xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_match_spy_top_values(const xapian_c_match_spy *spy,
                                                           size_t max, xapian_c_term_iterator **out,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_match_spy_description(const xapian_c_match_spy *spy,
                                                            xapian_c_buffer *out,
                                                            xapian_c_error *err);
XAPIAN_C_API void xapian_c_match_spy_free(xapian_c_match_spy *spy);

/* ---- key makers ---- */

/* Makes the bytes a document is sorted by: xapian_c_buffer_set(key, ...). Answers 0, or a negative
 * number to stop. */
typedef int (*xapian_c_key_maker_fn)(const xapian_c_document *doc, xapian_c_buffer *key,
                                     void *payload);

/* Sorts by several slots, none at first; by a function; by the distance of the places in `slot`
 * from the nearest of `n` places in `centre` (documents without a place come last). */
XAPIAN_C_API xapian_c_status xapian_c_key_maker_new_values(xapian_c_key_maker **out,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_key_maker_new_callback(xapian_c_key_maker_fn fn,
                                                             void *payload,
                                                             xapian_c_key_maker **out,
                                                             xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_key_maker_new_distance(uint32_t slot,
                                                             const xapian_c_coord *centre, size_t n,
                                                             xapian_c_key_maker **out,
                                                             xapian_c_error *err);

/* Adds a slot to compare by, backwards when `reverse`; `missing` stands for a value that is not
 * there. Errors: XAPIAN_C_E_INVALID it does not sort by slots. */
XAPIAN_C_API xapian_c_status xapian_c_key_maker_add_value(xapian_c_key_maker *maker, uint32_t slot,
                                                          int reverse, xapian_c_bytes missing,
                                                          xapian_c_error *err);

/* The key of a document. */
XAPIAN_C_API xapian_c_status xapian_c_key_maker_key(const xapian_c_key_maker *maker,
                                                    const xapian_c_document *doc,
                                                    xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_key_maker_free(xapian_c_key_maker *maker);

/* ---- expand deciders ---- */

/* Answers 1 to take the term, 0 not to, a negative number to stop. */
typedef int (*xapian_c_expand_decider_fn)(xapian_c_bytes term, void *payload);

/* Refuses the `n` terms named; takes terms with a prefix; takes what both take; asks a function. */
XAPIAN_C_API xapian_c_status xapian_c_expand_decider_new_without(const xapian_c_bytes *terms,
                                                                 size_t n,
                                                                 xapian_c_expand_decider **out,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_expand_decider_new_prefix(xapian_c_bytes prefix,
                                                                xapian_c_expand_decider **out,
                                                                xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_expand_decider_new_and(const xapian_c_expand_decider *a,
                                                             const xapian_c_expand_decider *b,
                                                             xapian_c_expand_decider **out,
                                                             xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_expand_decider_new_callback(xapian_c_expand_decider_fn fn,
                                                                  void *payload,
                                                                  xapian_c_expand_decider **out,
                                                                  xapian_c_error *err);
XAPIAN_C_API void xapian_c_expand_decider_free(xapian_c_expand_decider *decider);

#ifdef __cplusplus
}
#endif
#endif
