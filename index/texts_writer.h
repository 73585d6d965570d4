/* SPDX-License-Identifier: MIT */
/* texts_writer - compresses frames, and trains the dictionaries that make small ones worth it.
 *
 * A dictionary is trained with a fixed sample and fixed parameters, so that the same articles give
 * the same bytes. (With another version of zstd they may differ; every version reads them.)
 */
#ifndef QUERN_INDEX_TEXTS_WRITER_H
#define QUERN_INDEX_TEXTS_WRITER_H

#include "index/segment_out.h"

/* Pieces of what is to be compressed, one behind the other. Zeroed is empty. */
typedef struct quern_sample {
    quern_buf bytes;
    size_t *sizes;
    size_t n, cap;
} quern_sample;

/* Appends a piece. */
quern_status quern_sample_add(quern_sample *sample, const void *data, size_t len, quern_error *err);
void quern_sample_finish(quern_sample *sample);

typedef struct quern_packer quern_packer; /* a compressor with its dictionary */

/* With a dictionary of at most `dict_bytes` trained from the sample; without where the sample is
 * empty or gives none. */
quern_status quern_packer_new(const quern_sample *sample, size_t dict_bytes, quern_packer **out,
                              quern_error *err);
void quern_packer_free(quern_packer *packer);
const quern_buf *quern_packer_dictionary(const quern_packer *packer);

/* Appends the frame of data[0, len) to *out: compressed without its magic, or as it is where that
 * is not longer. */
quern_status quern_packer_put(quern_packer *packer, const void *data, size_t len, quern_buf *out,
                              quern_error *err);

/* Section TEXT: all texts as one string, in pieces. */
typedef struct quern_texts_writer {
    quern_packer *packer;
    quern_out *out;
    uint64_t at;     /* where the section begins */
    uint64_t bytes;  /* of text so far */
    quern_buf chunk; /* the piece at hand */
    quern_buf frame;
    quern_buf lens;  /* u16 a frame */
    quern_buf bases; /* u64 for each group of frames */
} quern_texts_writer;

/* Begins the section at the end of *out; the packer becomes the writer's. */
void quern_texts_writer_init(quern_texts_writer *w, quern_packer *packer, quern_out *out);
void quern_texts_writer_finish(quern_texts_writer *w);
quern_status quern_texts_writer_put(quern_texts_writer *w, const void *data, size_t len,
                                    quern_error *err);
/* Ends the section. */
quern_status quern_texts_writer_end(quern_texts_writer *w, quern_error *err);

#endif
