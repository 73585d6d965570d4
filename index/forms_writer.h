/* SPDX-License-Identifier: MIT */
/* forms_writer - writes section FORMS: which form of its stem each occurrence has. forms.h has the
 * idea and FORMAT.md the bytes.
 *
 * Fed beside postings_writer: a stem, its forms, then for each posting the form of each occurrence.
 * Codes are given in the order in which forms first occur, so they are known at once and blocks of
 * codes stream to a spill as blocks of postings do. What is kept is 8 bytes for each 128 postings
 * of the stem at hand, 12 for each 16 stems, and up to QUERN_FORMS_LIST bytes of forms that wait to
 * be sorted; a full list goes to a spill, and a reader merges the lists.
 */
#ifndef QUERN_INDEX_FORMS_WRITER_H
#define QUERN_INDEX_FORMS_WRITER_H

#include "index/forms.h"
#include "index/segment_out.h"

#define QUERN_FORMS_LIST ((size_t)4 << 20) /* bytes that a list takes while it is made, about */

/* A form of the stem at hand. */
typedef struct quern_forms_item {
    size_t at; /* bytes of `names` */
    uint32_t len;
    uint32_t code; /* UINT32_MAX: it did not occur so far */
    uint32_t df;
    uint32_t last; /* passage */
    uint32_t here; /* occurrences in the block at hand */
    uint64_t cf;
} quern_forms_item;

/* A form that waits in a list. */
typedef struct quern_forms_waiting {
    uint64_t prefix;   /* its first 8 bytes, big endian */
    const char *bytes; /* set when the list is sorted */
    size_t at;         /* of `waiting_names` */
    uint32_t len;
    uint32_t ordinal, code;
} quern_forms_waiting;

typedef struct quern_forms_writer {
    quern_spill groups, codes, lists;
    quern_buf firsts;  /* u32 a group of stems: the first ordinal */
    quern_buf offsets; /* u64 a group */
    quern_buf tables;  /* of lists: u32 forms, u32 0, u64 bytes */
    uint32_t n_stems, last_stem;

    /* The stem at hand. */
    char stem[256]; /* with its byte of kind */
    size_t stem_len;
    quern_buf names;
    quern_forms_item *items; /* as they were declared */
    size_t n_items, cap_items;
    uint32_t *by_code; /* items */
    size_t cap_by_code;
    uint32_t n_codes;
    quern_buf ends;       /* u64 a block of codes that is written, from the first block's start */
    uint64_t codes_at;    /* where they begin in `codes` */
    uint64_t n_plain;     /* blocks so far, while all occurrences have one form */
    uint32_t n;           /* postings in the block at hand */
    uint32_t *occurrence; /* its codes */
    size_t n_occurrences, cap_occurrences;

    /* The list at hand. */
    quern_forms_waiting *waiting;
    size_t n_waiting, cap_waiting;
    quern_buf waiting_names;
} quern_forms_writer;

void quern_forms_writer_init(quern_forms_writer *w, quern_vfs *vfs, const char *dir);
void quern_forms_writer_finish(quern_forms_writer *w);

/* Begins a term, which has no forms so far. */
void quern_forms_writer_begin(quern_forms_writer *w, const char *term, size_t len);
/* Its next form, in ascending order of bytes. INVALID where that is broken, where the term is of
 * another kind than QUERN_FORMS_KIND, or the form too long. */
quern_status quern_forms_writer_add(quern_forms_writer *w, const char *form, size_t len,
                                    quern_error *err);

typedef struct quern_forms_postings {
    const uint32_t *passages, *tfs;
    uint32_t n;
    const uint32_t *forms; /* of each occurrence, counted from 0 as they were added */
} quern_forms_postings;

/* The next postings of a term of two forms or more; of others nothing need be told. */
quern_status quern_forms_writer_add_postings(quern_forms_writer *w,
                                             const quern_forms_postings *postings,
                                             quern_error *err);
/* Ends the term, which has this ordinal. */
quern_status quern_forms_writer_end(quern_forms_writer *w, uint32_t ordinal, quern_error *err);

/* Whether there is a section to write. */
int quern_forms_writer_has_any(const quern_forms_writer *w);
/* Ends the last list and appends the section. */
void quern_forms_writer_copy(quern_forms_writer *w, quern_out *out);

#endif
