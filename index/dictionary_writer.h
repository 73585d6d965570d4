/* SPDX-License-Identifier: MIT */
/* dictionary_writer - writes section TERM, a term at a time. dictionary.c has the bytes. */
#ifndef QUERN_INDEX_DICTIONARY_WRITER_H
#define QUERN_INDEX_DICTIONARY_WRITER_H

#include "index/segment_out.h"

typedef struct quern_dictionary_writer {
    quern_spill groups;
    quern_buf prefixes; /* 8 bytes a group */
    quern_buf offsets;  /* u64 a group */
    char key[256];      /* the term that was begun last */
    size_t key_len;
    char before[256]; /* the one that was put last */
    size_t before_len;
    uint32_t n_terms;
} quern_dictionary_writer;

/* What an entry says beside its term. */
typedef struct quern_dictionary_entry {
    uint32_t df;
    uint64_t cf;
    uint64_t post_at, pos_at;       /* where the lists of this term begin, also for df 1 */
    uint64_t post_bytes, pos_bytes; /* df > 1 */
    uint32_t passage;               /* df 1 */
    const uint32_t *positions;      /* df 1: cf of them, ascending */
} quern_dictionary_entry;

void quern_dictionary_writer_init(quern_dictionary_writer *w, quern_vfs *vfs, const char *dir);
void quern_dictionary_writer_finish(quern_dictionary_writer *w);

/* Begins a term. Returns 0, or -1 where it is not above the last or too long. */
int quern_dictionary_writer_begin(quern_dictionary_writer *w, const char *term, size_t len);
/* Ends it. */
quern_status quern_dictionary_writer_put(quern_dictionary_writer *w,
                                         const quern_dictionary_entry *entry, quern_error *err);
/* Appends the section. */
void quern_dictionary_writer_copy(quern_dictionary_writer *w, quern_out *out);

/* Appends n offsets and then `end`, as wide as a section of that many bytes in all wants:
 * `others` are its bytes beside the offsets. */
typedef struct quern_offsets {
    const uint8_t *u64s;
    size_t n;
    uint64_t end, others;
} quern_offsets;
void quern_offsets_write(const quern_offsets *o, quern_out *out);

#endif
