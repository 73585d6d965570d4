/* SPDX-License-Identifier: MIT */
/* segment_format - the constants of the segment file and the opened segment, for the files of
 * index/ that read it. FORMAT.md is the specification.
 */
#ifndef QUERN_INDEX_SEGMENT_FORMAT_H
#define QUERN_INDEX_SEGMENT_FORMAT_H

#include "index/segment.h"

#include <stdatomic.h>

#define QUERN_SEGMENT_MAGIC 0x6765736E72657571u     /* "quernseg" */
#define QUERN_SEGMENT_END_MAGIC 0x717565726E736567u /* "gesnreuq" */
#define QUERN_SEGMENT_FORMAT 1u /* what this code writes, and the newest it reads */
#define QUERN_SEGMENT_HEADER 64u
#define QUERN_SEGMENT_ALIGN 64u
#define QUERN_SEGMENT_SLACK 64u /* bytes after a section that may be read in vain */
#define QUERN_SEGMENT_PAGE_BITS 14
#define QUERN_SEGMENT_PAGE (1u << QUERN_SEGMENT_PAGE_BITS)
#define QUERN_SEGMENT_SUMS (QUERN_SEGMENT_PAGE / 8) /* checksums in a page of their table */
#define QUERN_SEGMENT_FIXED 80u           /* bytes of the footer before the section table */
#define QUERN_SEGMENT_ENTRY 24u           /* bytes of an entry of the section table */
#define QUERN_SEGMENT_TAIL 24u            /* bytes of the footer after its tables */
#define QUERN_SEGMENT_ID_SEED 0x71756572u /* of the hash that is the segment's id */
#define QUERN_SEGMENT_HAS_TEXT 1u         /* flag of the footer */

#define QUERN_TERM_GROUP 16u /* terms, or keys, in a front-coded block */
#define QUERN_TERM_BYTES_MAX 255u
#define QUERN_KEY_LONG 15u              /* in a nibble: a varint of what is more follows */
#define QUERN_TEXT_CHUNK 8192u          /* bytes of text in a frame */
#define QUERN_META_FRAME_MAX (1u << 30) /* bytes of records in a frame */
#define QUERN_GROUP 32u                 /* blocks, or frames, that share a base offset */

/* Sections by id. */
enum {
    QUERN_SECTION_TEXT = 1,
    QUERN_SECTION_KEYS,
    QUERN_SECTION_META,
    QUERN_SECTION_FIRST,
    QUERN_SECTION_DATE,
    QUERN_SECTION_TITLE,
    QUERN_SECTION_LEN,
    QUERN_SECTION_TERM,
    QUERN_SECTION_POST,
    QUERN_SECTION_POS,
    QUERN_SECTION_FORMS,
    QUERN_SECTION_END
};

typedef struct quern_section {
    uint64_t at, len; /* bytes of the file; at is 0 where there is no such section */
} quern_section;

struct quern_texts_desk;

struct quern_segment {
    quern_segment_info info;
    quern_vfs *vfs;
    const uint8_t *data; /* the whole file, mapped or read */
    uint64_t size;
    int in_memory;
    char name[QUERN_SEGMENT_NAME_MAX];
    quern_section sections[QUERN_SECTION_END];
    uint64_t data_end; /* the pages cover [0, data_end); the table of checksums follows */
    uint64_t sums_at;  /* of the hashes of the table's own pages, in the footer */
    uint32_t n_pages;  /* of data, then of the table */
    uint32_t n_sum_pages;
    _Atomic uint32_t *tested; /* a bit a page that is sound: of data, then of the table */
    _Atomic int lengths_tested, firsts_tested;
    _Atomic(struct quern_texts_desk *) desks[4];      /* idle; see texts.c */
    _Atomic(void *) text_dictionary, meta_dictionary; /* prepared ZSTD_DDict, or NULL so far */
};

/* CORRUPT with the segment's name and the place: "seg-...: what". */
quern_status quern_segment_damaged(const quern_segment *s, const char *what, quern_error *err);

/* Tests the pages from first to last that were not tested yet. */
quern_status quern_segment_test(quern_segment *s, uint64_t first, uint64_t last, quern_error *err);

/* Every read of the file's pages passes here first. [at, at + len) lies below data_end. */
static inline quern_status quern_segment_touch(quern_segment *s, uint64_t at, uint64_t len,
                                               quern_error *err)
{
    if (len == 0) {
        return QUERN_OK;
    }
    uint64_t first = at >> QUERN_SEGMENT_PAGE_BITS;
    uint64_t last = (at + len - 1) >> QUERN_SEGMENT_PAGE_BITS;
    if (first == last) {
        uint32_t word = atomic_load_explicit(&s->tested[first >> 5], memory_order_relaxed);
        if (word >> (first & 31) & 1) {
            return QUERN_OK;
        }
    }
    return quern_segment_test(s, first, last, err);
}

/* The same for memory of the mapping. */
static inline quern_status quern_segment_touch_at(quern_segment *s, const uint8_t *p, uint64_t len,
                                                  quern_error *err)
{
    return quern_segment_touch(s, (uint64_t)(p - s->data), len, err);
}

/* Where [at, at + len) of a section is, without testing its pages. CORRUPT where it is not all in
 * the section. */
quern_status quern_segment_view(const quern_segment *s, unsigned section, const uint64_t range[2],
                                const uint8_t **out, quern_error *err);

/* The same, tested. */
quern_status quern_segment_bytes(quern_segment *s, unsigned section, const uint64_t range[2],
                                 const uint8_t **out, quern_error *err);

/* Where the positions of block i of a list begin and end, as its directory says, in the list's. */
void quern_postings_position_range(const quern_postings *p, uint32_t i, uint64_t out[2]);

/* Positions a walk on the term with this ordinal, which is below the number of terms. */
quern_status quern_dictionary_at(quern_dictionary_walk *walk, quern_segment *segment,
                                 uint32_t ordinal, quern_error *err);

/* T of an article's pooled title, and whether its text holds the title line. */
quern_status quern_segment_title_column(quern_segment *s, uint32_t article, uint32_t *words,
                                        int *in_text, quern_error *err);

/* Where the text of an article stands in the one string of all texts. */
quern_status quern_segment_text_place(quern_segment *s, uint32_t article, uint64_t *start,
                                      uint64_t *bytes, quern_error *err);

/* An array of n offsets of 4 bytes, or of 8 in a section of 2^32 bytes or more. */
static inline unsigned quern_segment_offset_width(uint64_t section_len)
{
    return section_len >> 32 ? 8 : 4;
}

static inline uint64_t quern_segment_load(const uint8_t *p, unsigned width)
{
    return width == 8   ? quern_load64(p)
           : width == 4 ? quern_load32(p)
           : width == 2 ? quern_load16(p)
                        : *p;
}

#endif
