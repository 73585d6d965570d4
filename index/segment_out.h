/* SPDX-License-Identifier: MIT */
/* segment_out - where the bytes of a new segment go: one stream to the file, which hashes every
 * page as it passes, and spills for the sections that grow beside it.
 *
 * Files are written front to back, but postings, positions and terms come interleaved. So the
 * section that is written now streams to the file, and each other one to a spill: memory up to
 * 1 MiB, then a temporary file that is copied behind when its turn comes.
 *
 * Both keep a sticky status with its error; once failed they do nothing more.
 */
#ifndef QUERN_INDEX_SEGMENT_OUT_H
#define QUERN_INDEX_SEGMENT_OUT_H

#include "index/segment_format.h"

/* A temporary file tmp-<pid>-<n> in a directory. */
typedef struct quern_temp {
    quern_vfs *vfs;
    const char *dir; /* the writer's */
    char *path;
    quern_vfile *file;
} quern_temp;

quern_status quern_temp_create(quern_temp *t, quern_error *err);
/* Closes and, where it still has its name, unlinks. */
void quern_temp_finish(quern_temp *t);

typedef struct quern_out {
    quern_temp temp;
    uint8_t *buffer; /* a multiple of a page */
    size_t used;
    uint64_t at;      /* bytes so far, with those in the buffer */
    quern_buf hashes; /* u64 for each page before the buffer */
    int hashing;      /* pages still are hashed */
    quern_status status;
    quern_error error;
} quern_out;

quern_status quern_out_init(quern_out *out, quern_vfs *vfs, const char *dir, quern_error *err);
void quern_out_finish(quern_out *out);
void quern_out_bytes(quern_out *out, const void *data, size_t len);
void quern_out_zeros(quern_out *out, size_t len);
/* Zeros up to a multiple of `align`. */
void quern_out_align(quern_out *out, unsigned align);
/* Hashes the last page, which may be short; what follows is not hashed. */
void quern_out_end_pages(quern_out *out);
void quern_out_flush(quern_out *out);

typedef struct quern_spill {
    quern_temp temp;
    quern_buf mem; /* append here, then call quern_spill_check */
    uint64_t spilled;
    quern_status status;
    quern_error error;
} quern_spill;

void quern_spill_init(quern_spill *spill, quern_vfs *vfs, const char *dir);
void quern_spill_finish(quern_spill *spill);
/* Moves the memory to the file when there is much of it. */
void quern_spill_check(quern_spill *spill);
static inline uint64_t quern_spill_len(const quern_spill *spill)
{
    return spill->spilled + spill->mem.len;
}
/* Appends all of it to *out, whose status tells of failures of both. */
void quern_spill_copy(quern_spill *spill, quern_out *out);
/* The same for a spill of u32, of each only the low `width` bytes. */
void quern_spill_narrow(quern_spill *spill, quern_out *out, unsigned width);

#endif
