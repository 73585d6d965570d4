/* SPDX-License-Identifier: MIT */
/* forms_format - what the files of index/ that read and write section FORMS share. FORMAT.md has
 * the bytes.
 */
#ifndef QUERN_INDEX_FORMS_FORMAT_H
#define QUERN_INDEX_FORMS_FORMAT_H

#include "index/forms.h"
#include "base/strings.h"
#include "index/segment_format.h"

#define QUERN_FORMS_HEAD 24u        /* bytes before the tables */
#define QUERN_FORMS_MOST (1u << 28) /* forms of a stem */
#define QUERN_FORMS_TABLE 16u       /* bytes that the tables say of a list */

/* Kinds of a block of codes, in the low two bits of its first byte. The others are the code that
 * most of its occurrences have. */
enum {
    QUERN_FORMS_ALL,    /* all have it */
    QUERN_FORMS_TWO,    /* a bit an occurrence; those that are set have one other code */
    QUERN_FORMS_SPARSE, /* those that have another, as gaps; then their codes */
    QUERN_FORMS_BITS    /* a bit an occurrence; then the codes of those that are set */
};
#define QUERN_FORMS_MAIN 63u /* where the code is no less than that, the rest follows */

/* The rank of a code among all but `main`, and back. */
static inline uint32_t quern_forms_rank(uint32_t code, uint32_t main)
{
    return code - (code > main);
}
static inline uint32_t quern_forms_unrank(uint32_t rank, uint32_t main)
{
    return rank + (rank >= main);
}

/* Bytes of an end of a block, where all blocks of a stem have `len` bytes. */
static inline unsigned quern_forms_width(uint64_t len)
{
    return len <= UINT16_MAX ? 2 : len <= UINT32_MAX ? 4 : 8;
}

/* The tables of the section. */
typedef struct quern_forms_table {
    uint32_t n_stems, n_lists, n_groups;
    unsigned width;                  /* of an offset */
    uint64_t lists, firsts, offsets; /* bytes of the section */
    uint64_t groups, codes, bodies;  /* likewise; bodies are those of the lists */
    uint64_t group_bytes, code_bytes, len;
} quern_forms_table;

/* n_stems is 0 where there is no section. */
quern_status quern_forms_table_open(quern_segment *s, quern_forms_table *t, quern_error *err);

/* Reads the next form of a record into bytes[256] (no kind); `left` is the number of forms of it
 * that are still to come with this one. */
typedef struct quern_forms_record {
    quern_cursor in;
    const quern_forms *of;
    uint32_t next; /* code */
    uint64_t cf;   /* occurrences of those before */
    char bytes[256];
    size_t len;
    quern_form form;
} quern_forms_record;

void quern_forms_record_begin(quern_forms_record *r, const quern_forms *f);
/* Steps on; *more is 0 at the end. */
quern_status quern_forms_record_next(quern_forms_record *r, int *more, quern_error *err);

/* Reads the record of the stem with this ordinal, whose term the dictionary is asked for. */
quern_status quern_forms_open_at(quern_forms *f, quern_segment *segment, uint32_t ordinal,
                                 quern_error *err);

#endif
