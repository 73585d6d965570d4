/* SPDX-License-Identifier: MIT */
/* merge - several segments become one, without their dead articles.
 *
 * Everything is decoded and fed to the encoder that a flush feeds, so that the result has the bytes
 * of a segment that was made of these articles at once. Articles are merged by key, which gives
 * each passage of an input its new number; dictionaries are walked in step, and the postings of a
 * term merged by new number. What is read passes the checks of the segment reader, and its order is
 * tested here: a merge never launders damage, it fails.
 *
 * Memory: eight bytes an article and four a passage, beside the encoder's.
 */
#ifndef QUERN_INDEXER_MERGE_H
#define QUERN_INDEXER_MERGE_H

#include "index/segment_writer.h"

typedef struct quern_merge_input {
    quern_segment *segment;
    const uint8_t *dead; /* a bit for each article, low bit first; NULL: none. The caller's */
} quern_merge_input;

typedef struct quern_merge {
    quern_vfs *vfs;
    const char *dir;
    int store_text;
    const quern_merge_input *inputs;
    size_t n_inputs;
} quern_merge;

/* Writes the segment; out->n_articles is 0, and nothing is written, where no article is left. The
 * inputs stay as they are. Errors: CORRUPT, FULL more than 2^32 - 2 passages, IO, NOMEM. */
quern_status quern_merge_segments(const quern_merge *merge, quern_segment_ref *out,
                                  quern_error *err);

static inline int quern_merge_is_dead(const uint8_t *dead, uint32_t article)
{
    return dead && (dead[article >> 3] >> (article & 7) & 1);
}

#endif
