/* SPDX-License-Identifier: MIT */
/* segment - an immutable file with the postings and texts of a set of articles, opened for reading.
 *
 * FORMAT.md is the specification. Articles are numbered in key order (bytes of source, then of id),
 * passages in text order within that, so the number of a passage is also the order of ties. A
 * segment's bytes depend on its articles and the options of the index alone.
 *
 * Every page of 16 KiB has a checksum that is tested when the page is first touched (an atomic bit
 * a page), so a damaged byte is an error, never another answer. Decoders are memory-safe on any
 * bytes. A segment may be used by many threads at once.
 */
#ifndef QUERN_INDEX_SEGMENT_H
#define QUERN_INDEX_SEGMENT_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/vfs.h"
#include "index/positions.h"

#define QUERN_BLOCK 128 /* postings in a block */

typedef struct quern_segment quern_segment;

/* How a manifest names a segment. Its file is seg-<id as 16 hex digits>.qseg. */
typedef struct quern_segment_ref {
    uint64_t id;    /* hash of the content */
    uint64_t bytes; /* length of the file */
    uint64_t root;  /* hash of the footer, which covers the table of page checksums */
    uint32_t n_articles, n_passages;
} quern_segment_ref;

/* Room for the file name, with its NUL. */
#define QUERN_SEGMENT_NAME_MAX 32
void quern_segment_name(uint64_t id, char out[QUERN_SEGMENT_NAME_MAX]);

typedef struct quern_segment_info {
    quern_segment_ref ref;
    uint32_t n_terms;
    uint64_t n_postings, n_positions;
    uint64_t sum_len;    /* lengths of all passages, in words of kinds that score */
    uint64_t text_bytes; /* of all articles */
    int has_text;        /* texts are stored */
} quern_segment_info;

/* Opens dir/seg-<id>.qseg and tests header and footer against *ref. `in_memory`: reads and tests
 * the whole file first. Errors: NOT_FOUND, CORRUPT, VERSION, IO, NOMEM. */
quern_status quern_segment_open(quern_vfs *vfs, const char *dir, const quern_segment_ref *ref,
                                int in_memory, quern_segment **out, quern_error *err);
void quern_segment_close(quern_segment *segment);
/* Lets go of the memory that reading it took; a merge calls this now and then, so that what it maps
 * does not count against its budget. Reading goes on as before. */
void quern_segment_forget(quern_segment *segment);
const quern_segment_info *quern_segment_get_info(const quern_segment *segment);

/* The average length that the bounds of the segment's postings are computed with: its own. */
double quern_segment_reference_length(const quern_segment *segment);

/* ---- Lengths ---- */

typedef struct quern_lengths {
    const uint8_t *data;
    uint32_t n;
    uint8_t width; /* bytes each: 1, 2 or 4, little endian */
} quern_lengths;

/* The lengths of all passages; tests their pages once. */
quern_status quern_segment_lengths(quern_segment *segment, quern_lengths *out, quern_error *err);

static inline uint32_t quern_lengths_get(const quern_lengths *lengths, uint32_t passage)
{
    const uint8_t *p = lengths->data + (size_t)passage * lengths->width;
    return lengths->width == 1 ? *p : lengths->width == 2 ? quern_load16(p) : quern_load32(p);
}

/* ---- Dictionary ---- */

/* What the dictionary says of a term. */
typedef struct quern_term {
    uint32_t ordinal;         /* of the term in the segment, in byte order */
    uint32_t df;              /* passages with it, dead ones included; at least 1 */
    uint64_t cf;              /* occurrences */
    uint64_t post_at, pos_at; /* bytes in sections POST and POS; df > 1 */
    uint64_t post_bytes, pos_bytes;
    uint32_t only_passage;                    /* df 1: everything is in the entry */
    const uint8_t *only_positions, *only_end; /* df 1: cf varints, each a gap */
} quern_term;

/* Errors: CORRUPT, or OK with *found 0. */
quern_status quern_dictionary_find(quern_segment *segment, const char *term, size_t len,
                                   quern_term *out, int *found, quern_error *err);

/* Walks the terms in byte order. */
typedef struct quern_dictionary_walk {
    quern_segment *segment;
    uint32_t next;           /* ordinal of the next term to read */
    int held;                /* the current term was read but not given out yet */
    const uint8_t *at, *end; /* in the block at hand */
    uint64_t post_at, pos_at;
    char key[256]; /* the current term, `key_len` bytes */
    size_t key_len;
    quern_term term;
} quern_dictionary_walk;

/* Starts before the first term that is not below term[0, len). */
quern_status quern_dictionary_seek(quern_dictionary_walk *walk, quern_segment *segment,
                                   const char *term, size_t len, quern_error *err);
/* Steps on; *more is 0 at the end. */
quern_status quern_dictionary_next(quern_dictionary_walk *walk, int *more, quern_error *err);

/* ---- Postings ---- */

/* The postings of one term, a block of at most 128 at a time. A struct of the caller's; it owns
 * nothing. Start: no block decoded, n is 0. */
typedef struct quern_postings {
    quern_segment *segment;
    quern_term term;
    uint32_t n_blocks;
    uint32_t block;    /* the block at hand; n_blocks at the end */
    uint32_t near;     /* a block that was looked at last, for who asks about what follows */
    uint32_t n;        /* postings in it */
    uint32_t have_tfs; /* tfs are decoded */
    uint32_t passages[QUERN_BLOCK];
    uint32_t tfs[QUERN_BLOCK];
    /* of the format; see postings.c */
    const uint8_t *list;                   /* in POST */
    const uint8_t *directory;              /* its last passages; NULL: a list of one block */
    const uint8_t *ends, *position_ends;   /* u16, or u32 for positions where `wide` */
    const uint8_t *bases, *position_bases; /* u32, or u64 where `wide` */
    const uint8_t *bounds, *forms;
    uint64_t payload_bytes; /* of the blocks of the list */
    double max;             /* what a bound byte of 255 stands for */
    uint32_t only_last;     /* of a list of one block, and what follows */
    uint8_t only_form, wide, kth[3];
    uint8_t form; /* of the block at hand, and what follows */
    const uint8_t *tf_at, *tf_end;
    uint32_t have_positions; /* what follows is filled */
    quern_lengths lengths;
    const uint8_t *positions, *positions_end;
    uint32_t n_widths; /* postings whose width is known, and what follows; UINT32_MAX: none is */
    uint32_t n_summed; /* of them: their sum, where the next one begins */
    uint64_t summed_bit;
    uint8_t widths[QUERN_BLOCK + 16];
    uint32_t n_places;                  /* postings whose place is known, and what follows: */
    uint64_t position_bit[QUERN_BLOCK]; /* where each posting's positions begin */
    uint64_t next_bit;                  /* and those of the first one that is not known */
} quern_postings;

quern_status quern_postings_open(quern_postings *p, quern_segment *segment, const quern_term *term,
                                 quern_error *err);

/* The last passage of block i, or an upper bound of what a term adds there: max of tfnorm over the
 * block, for the default k1 and b at the segment's own average length, rounded up. */
uint32_t quern_postings_last(const quern_postings *p, uint32_t i);
double quern_postings_bound(const quern_postings *p, uint32_t i);

/* The largest bound of all blocks. */
double quern_postings_max(const quern_postings *p);
/* A value that at least k passages reach with tfnorm at the reference length, for k up to 1000; 0
 * where that is not known, as in lists of one block. */
double quern_postings_kth(const quern_postings *p, uint32_t k);

/* Asks the processor to fetch block i, which is wanted soon. */
void quern_postings_prefetch(const quern_postings *p, uint32_t i);
void quern_postings_prefetch_positions(const quern_postings *p, uint32_t i);

/* Decodes block i (its passages). i below n_blocks. */
quern_status quern_postings_load(quern_postings *p, uint32_t i, quern_error *err);
/* Fills tfs of the block at hand. */
quern_status quern_postings_load_tfs(quern_postings *p, quern_error *err);
/* The first block from `from` on whose last passage is not below `passage`; n_blocks if none. */
uint32_t quern_postings_find(const quern_postings *p, uint32_t from, uint32_t passage);
/* Passages that were asked for and are there: the which-th one asked for is posting `at`. */
typedef struct quern_block_met {
    uint8_t which[QUERN_BLOCK + 1], at[QUERN_BLOCK + 1];
} quern_block_met;

/* Finds which of wanted[0, n), which ascend, are in block i, and how many: *n_met. n is at most
 * QUERN_BLOCK, and block i the only one that could have them. Few are looked for without decoding:
 * then the block at hand stays. */
quern_status quern_postings_meet(quern_postings *p, uint32_t i, const uint32_t *wanted, uint32_t n,
                                 quern_block_met *out, uint32_t *n_met, quern_error *err);
/* The same, and how often those that are there have the term, in that order: tfs[*n_met]. */
quern_status quern_postings_meet_tfs(quern_postings *p, uint32_t i, const uint32_t *wanted,
                                     uint32_t n, quern_block_met *out, uint32_t *tfs,
                                     uint32_t *n_met, quern_error *err);

/* Passages that some lists may all have: ascending, each with the caller's number. */
typedef struct quern_kept {
    uint32_t n;
    uint32_t passages[QUERN_BLOCK];
    uint8_t ids[QUERN_BLOCK];
} quern_kept;

/* Keeps those that the list has. *block: where they are looked for first, and those above them the
 * next time. The block at hand may become another one. */
quern_status quern_postings_keep(quern_postings *p, uint32_t *block, quern_kept *kept,
                                 quern_error *err);

/* A string of bits, one a passage, that lists are poured into. */
typedef struct quern_pour {
    uint64_t *bits;       /* of [base, end), whole words */
    const uint64_t *mask; /* or NULL: blocks with no passage of these may be left out; with the
                             same margins as the bits, whatever stands there */
    uint32_t base, end;   /* base is a multiple of 64 */
    int is_own;           /* no other list is in the bits: they are 0 from the block's first passage
                             on, and QUERN_POUR_MARGIN words before and behind them may be written */
} quern_pour;

#define QUERN_POUR_MARGIN 136 /* words */

/* Sets the bits of the passages of [base, end). *block is the first block to look at; it becomes
 * the first that is needed for passages from `end` on, n_blocks where there is none. */
quern_status quern_postings_pour(quern_postings *p, uint32_t *block, const quern_pour *to,
                                 quern_error *err);

/* Writes the tf positions of posting i of the block at hand, ascending, to out[tf]. */
quern_status quern_postings_positions(quern_postings *p, uint32_t i, uint32_t *out,
                                      quern_error *err);

/* Where the positions of n postings from i on stand; out->data is NULL where the block has none to
 * read, each posting having positions 0 to tf - 1. */
quern_status quern_postings_bits(quern_postings *p, uint32_t i, uint32_t n,
                                 quern_positions_bits *out, quern_error *err);

/* ---- Articles ---- */

typedef struct quern_stored_passage {
    uint64_t start, end;   /* bytes of the article's text */
    uint32_t line, column; /* in the source, from 1; column in bytes */
} quern_stored_passage;

/* Strings of a stored article; not NUL-terminated. */
typedef struct quern_stored_article {
    quern_string source, id, title, language;
    int64_t date; /* or QUERN_NO_DATE */
    const quern_field *fields;
    size_t n_fields;
    uint32_t line;        /* of the record in its source */
    uint32_t title_words; /* T: positions that the pooled title takes in each passage but the one
                             that holds it; 0: not pooled */
    int title_in_text, offsets_in_text;
    uint32_t analysed_in; /* the number of its language in the list of the index */
    uint32_t n_passages;
    uint64_t text_bytes;
    const quern_stored_passage *passages;
} quern_stored_article;

/* The article that a passage belongs to. Both are in range, here and below. */
quern_status quern_segment_article_of(quern_segment *segment, uint32_t passage, uint32_t *article,
                                      quern_error *err);

/* The passages [range[0], range[1]) of an article, which are some of the segment's. firsts.h has
 * more, for those who ask often. */
quern_status quern_segment_passages_of(quern_segment *segment, uint32_t article, uint32_t range[2],
                                       quern_error *err);

/* Its date, or QUERN_NO_DATE; reads a column, not the record. */
quern_status quern_segment_date(quern_segment *segment, uint32_t article, int64_t *date,
                                quern_error *err);

/* T of a passage: how many positions its pooled title takes before its own words. 0 where none is
 * pooled, also in the passage that holds the title line, which is the first of an article with
 * title_in_text. */
quern_status quern_segment_title_words(quern_segment *segment, uint32_t passage, uint32_t *words,
                                       quern_error *err);

/* Reads the record of an article; everything in *out is in the arena. */
quern_status quern_segment_article(quern_segment *segment, uint32_t article, quern_arena *arena,
                                   quern_stored_article *out, quern_error *err);
/* Its key alone. */
quern_status quern_segment_key(quern_segment *segment, uint32_t article, quern_arena *arena,
                               quern_string *source, quern_string *id, quern_error *err);

/* The first article whose key is not below (source, id); n_articles if none. *exact: it is equal.
 */
quern_status quern_segment_find(quern_segment *segment, quern_string source, quern_string id,
                                uint32_t *article, int *exact, quern_error *err);

/* Compares keys as bytes: source first, then id. */
int quern_key_compare(quern_string source_a, quern_string id_a, quern_string source_b,
                      quern_string id_b);

/* Appends bytes [start, end) of the article's text to *out. Errors: NOT_FOUND texts are not
 * stored, CORRUPT. */
quern_status quern_segment_text(quern_segment *segment, uint32_t article, uint64_t start,
                                uint64_t end, quern_buf *out, quern_error *err);

/* ---- Check ---- */

/* Tests every page, then every rule of the format by walking all of it; calls `found` (never NULL)
 * for each violation. The index has so many languages. Returns OK also when there were some; errors
 * are NOMEM and IO. */
quern_status quern_segment_check(quern_segment *segment, uint32_t n_languages,
                                 void (*found)(const quern_finding *finding, void *payload),
                                 void *payload, quern_error *err);

#endif
