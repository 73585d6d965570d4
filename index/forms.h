/* SPDX-License-Identifier: MIT */
/* forms - the exact forms of stems in a segment: what a word looked like before it was stemmed.
 *
 * Postings are those of stems. A stem is a term whose first byte is QUERN_FORMS_KIND; its forms are
 * bytes without a byte of kind. Most stems stand in one form alone, which is the stem itself: these
 * are not in the section. Each other one, a *named* stem, has a record with its forms, and where it
 * has several each occurrence has a *code*: the number of its form, in the order in which they
 * first occur. Codes lie apart, in blocks that go with blocks of postings, so that a stemmed query
 * never touches them.
 *
 *     stem  commit    forms  0 commitment (df 9)   1 committed (df 4)   2 commit (df 1)
 *                     codes  0 0 1 0 | 2 0 0 1 ...                one an occurrence
 *
 * All forms of a segment in byte order are those that are not named, in the order of their terms,
 * merged with sorted lists of the others; quern_forms_seek does that.
 *
 * Counts are those of the segment, dead passages included: a form with df above 0 may stand in dead
 * passages alone. Scores need no more, since forms only select; who suggests a form should look for
 * a live passage first, or know that the segment has no dead ones.
 */
#ifndef QUERN_INDEX_FORMS_H
#define QUERN_INDEX_FORMS_H

#include "index/segment.h"

#define QUERN_FORMS_KIND 1       /* first byte of the terms that have forms */
#define QUERN_FORMS_BLOCK 16u    /* stems whose records are front to back in a group */
#define QUERN_FORMS_STEP 32u     /* forms of a list in a group */
#define QUERN_FORM_BYTES_MAX 254 /* of a form */

typedef struct quern_form {
    uint32_t ordinal; /* of its stem */
    uint32_t code;
    uint32_t df; /* passages that hold it */
    uint64_t cf; /* occurrences */
} quern_form;

/* ---- The forms of a stem ---- */

/* The record of a stem, and the codes of a block. A struct of the caller's, zeroed at first; finish
 * it to free what it holds. It may be opened again and again. */
typedef struct quern_forms {
    quern_segment *segment;
    char stem[256];
    size_t stem_len; /* without the kind */
    quern_term term;
    uint32_t n;                     /* forms; 1 or more */
    uint32_t named;                 /* 0: it stands in its own form alone */
    const uint8_t *record, *end;    /* of named stems: the first form; the end of the group */
    const uint8_t *codes;           /* n > 1: of all blocks, and their ends before them */
    uint64_t code_bytes, block_len; /* of all that; of the blocks */
    uint32_t width;                 /* bytes of an end; 0: one block has no ends */
    uint32_t *code;                 /* of quern_forms_load */
    size_t cap_code;
    uint32_t first[QUERN_BLOCK + 1];
} quern_forms;

/* Reads the record of a stem: `key` is its term, of kind QUERN_FORMS_KIND, as the dictionary has
 * it. Errors: CORRUPT. */
quern_status quern_forms_open(quern_forms *f, quern_segment *segment, quern_string key,
                              const quern_term *term, quern_error *err);
void quern_forms_finish(quern_forms *f);

/* Calls `each` for every form of the stem by code; a value other than 0 stops, and is no error. */
typedef int (*quern_forms_visit)(const quern_form *form, quern_string bytes, void *payload);
quern_status quern_forms_each(const quern_forms *f, quern_forms_visit each, void *payload,
                              quern_error *err);

/* The form of the stem with these bytes; *found is 0 where the stem never stands in it. With f->n
 * 1 every occurrence has it, and no codes need be read. */
quern_status quern_forms_find(const quern_forms *f, quern_string bytes, quern_form *out, int *found,
                              quern_error *err);

/* Decodes the codes of the block at hand of `p`, which was opened with the same term. After it
 * f->code[f->first[i] + j] is the code of occurrence j of posting i; first[p->n] is their number.
 * Errors: CORRUPT, NOMEM. */
quern_status quern_forms_load(quern_forms *f, quern_postings *p, quern_error *err);

/* ---- All forms ---- */

typedef struct quern_forms_list quern_forms_list;

/* Walks the forms that start with a prefix. A struct of the caller's; finish it in any case. */
typedef struct quern_forms_scan {
    quern_form form; /* the one at hand, and its bytes */
    char bytes[256];
    size_t len;
    /* what follows is of forms_scan.c */
    quern_segment *segment;
    char prefix[256]; /* with the kind */
    size_t prefix_len;
    quern_dictionary_walk walk; /* stems that stand in their own form alone, or among others */
    int walk_more;
    quern_forms own;        /* of the stem at hand of `walk` */
    quern_form walk_form;   /* its own form */
    quern_forms_list *list; /* sorted lists of the other forms */
    uint32_t n_lists;
    uint32_t from; /* the list that the form at hand came from, or one of these: */
#define QUERN_FORMS_WALK UINT32_MAX
#define QUERN_FORMS_START (UINT32_MAX - 1)
} quern_forms_scan;

/* Starts before the first form that starts with prefix (which has no kind; "" for all). */
quern_status quern_forms_seek(quern_forms_scan *scan, quern_segment *segment, quern_string prefix,
                              quern_error *err);
/* Steps on, in byte order; two stems may give the same bytes, one after the other by ordinal. *more
 * is 0 at the end. */
quern_status quern_forms_next(quern_forms_scan *scan, int *more, quern_error *err);
/* The stem of the form at hand, without its kind; valid until the next step. */
quern_string quern_forms_scan_stem(const quern_forms_scan *scan);
void quern_forms_scan_finish(quern_forms_scan *scan);

#endif
