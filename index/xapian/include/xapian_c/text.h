/* SPDX-License-Identifier: MIT */
/* From text to terms in xapian_c: stemmers, stoppers and the term generator. */
#ifndef XAPIAN_C_TEXT_H
#define XAPIAN_C_TEXT_H

#include <xapian_c/database.h>
#include <xapian_c/document.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_stem xapian_c_stem;
typedef struct xapian_c_stopper xapian_c_stopper;
typedef struct xapian_c_term_generator xapian_c_term_generator;

/* ---- stemmer ---- */

/* A stemmer for a language, "english" or "en"; "none" and "" leave words as they are. With
 * `fallback` 1 an unknown language gives such a stemmer too, with 0 XAPIAN_C_E_INVALID. */
XAPIAN_C_API xapian_c_status xapian_c_stem_new(const char *language, int fallback,
                                               xapian_c_stem **out, xapian_c_error *err);

/* The stem of a word, which has to be in lower case and normalised UTF-8. */
XAPIAN_C_API xapian_c_status xapian_c_stem_word(const xapian_c_stem *stem, xapian_c_bytes word,
                                                xapian_c_buffer *out, xapian_c_error *err);

/* 1 when it leaves words as they are. */
XAPIAN_C_API int xapian_c_stem_is_none(const xapian_c_stem *stem);
XAPIAN_C_API xapian_c_status xapian_c_stem_description(const xapian_c_stem *stem,
                                                       xapian_c_buffer *out, xapian_c_error *err);

/* The languages there are stemmers for, joined by spaces. */
XAPIAN_C_API xapian_c_status xapian_c_stem_languages(xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API void xapian_c_stem_free(xapian_c_stem *stem);

/* ---- stopper ---- */

/* Answers 1 when `word` is to be left out, 0 when not, a negative number to stop the call. */
typedef int (*xapian_c_stopper_fn)(xapian_c_bytes word, void *payload);

/* A list of words, empty at first; or a function. */
XAPIAN_C_API xapian_c_status xapian_c_stopper_new(xapian_c_stopper **out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_stopper_new_callback(xapian_c_stopper_fn fn, void *payload,
                                                           xapian_c_stopper **out,
                                                           xapian_c_error *err);

/* Adds a word to a list. Errors: XAPIAN_C_E_INVALID it is a function. */
XAPIAN_C_API xapian_c_status xapian_c_stopper_add(xapian_c_stopper *stopper, xapian_c_bytes word,
                                                  xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_stopper_stops(const xapian_c_stopper *stopper,
                                                    xapian_c_bytes word, int *out,
                                                    xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_stopper_description(const xapian_c_stopper *stopper,
                                                          xapian_c_buffer *out,
                                                          xapian_c_error *err);
XAPIAN_C_API void xapian_c_stopper_free(xapian_c_stopper *stopper);

/* ---- term generator ---- */

/* Which words become stems; the parser has to use the same. */
typedef enum xapian_c_stem_strategy {
    XAPIAN_C_STEM_NONE = 0,  /* none */
    XAPIAN_C_STEM_SOME = 1,  /* stems with Z before them and no positions, beside the words */
    XAPIAN_C_STEM_ALL = 2,   /* only stems, no Z */
    XAPIAN_C_STEM_ALL_Z = 3, /* only stems, with Z */
    XAPIAN_C_STEM_SOME_FULL_POS = 4 /* as SOME, the stems with positions too */
} xapian_c_stem_strategy;

/* What happens to stop words. */
typedef enum xapian_c_stop_strategy {
    XAPIAN_C_STOP_NONE = 0,   /* the stopper is not asked */
    XAPIAN_C_STOP_ALL = 1,    /* stop words are left out */
    XAPIAN_C_STOP_STEMMED = 2 /* stop words get no stem (the default) */
} xapian_c_stop_strategy;

enum {
    XAPIAN_C_GENERATOR_SPELLING = 128, /* feed the spelling table of set_database */
    XAPIAN_C_GENERATOR_NGRAMS = 2048,  /* n-grams for Chinese, Japanese, Korean (and more in 2.x) */
    XAPIAN_C_GENERATOR_WORD_BREAKS = 4096 /* word breaks of ICU; only 2.x built with it */
};

/* Turns text into terms of a document. */
XAPIAN_C_API xapian_c_status xapian_c_term_generator_new(xapian_c_term_generator **out,
                                                         xapian_c_error *err);
XAPIAN_C_API void xapian_c_term_generator_free(xapian_c_term_generator *generator);

/* The stemmer (copied), the stopper (shared; NULL for none), the document that gets the terms
 * (shared: the handle sees them at once), the database whose spelling table is fed. */
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_stemmer(xapian_c_term_generator *generator,
                                                                 const xapian_c_stem *stem,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_stopper(xapian_c_term_generator *generator,
                                                                 const xapian_c_stopper *stopper,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_document(
    xapian_c_term_generator *generator, xapian_c_document *doc, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_document(
    const xapian_c_term_generator *generator, xapian_c_document **out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_database(
    xapian_c_term_generator *generator, xapian_c_database *db, xapian_c_error *err);

/* Sets flags to (flags & mask) ^ toggle: mask 0 sets them all anew. *old, which may be NULL, gets
 * those before. */
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_flags(xapian_c_term_generator *generator,
                                                               int toggle, int mask, int *old,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_stemming_strategy(
    xapian_c_term_generator *generator, int strategy, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_stopper_strategy(
    xapian_c_term_generator *generator, int strategy, xapian_c_error *err);

/* Longer words, in bytes, are not indexed; 64 at first. */
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_max_word_length(
    xapian_c_term_generator *generator, unsigned bytes, xapian_c_error *err);

/* Adds the words of `text` to the document, each `wdf_inc` to its wdf, with `prefix` before each
 * term, with or without positions. */
XAPIAN_C_API xapian_c_status xapian_c_term_generator_index_text(xapian_c_term_generator *generator,
                                                                xapian_c_bytes text,
                                                                uint32_t wdf_inc,
                                                                xapian_c_bytes prefix,
                                                                xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_index_text_without_positions(
    xapian_c_term_generator *generator, xapian_c_bytes text, uint32_t wdf_inc,
    xapian_c_bytes prefix, xapian_c_error *err);

/* The position of the last word; and a leap, so that no phrase spans two fields (100 is usual). */
XAPIAN_C_API xapian_c_status xapian_c_term_generator_termpos(
    const xapian_c_term_generator *generator, uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_set_termpos(xapian_c_term_generator *generator,
                                                                 uint32_t position,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_increase_termpos(
    xapian_c_term_generator *generator, uint32_t delta, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_term_generator_description(
    const xapian_c_term_generator *generator, xapian_c_buffer *out, xapian_c_error *err);

#ifdef __cplusplus
}
#endif
#endif
