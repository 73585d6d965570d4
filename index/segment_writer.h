/* SPDX-License-Identifier: MIT */
/* segment_writer - the one encoder: a flush and a merge both feed it, so that a segment's bytes
 * depend on its articles alone.
 *
 * Fed in this order: the articles (pulled, in key order), then the terms in byte order, each with
 * its forms and its postings in ascending order. Memory stays bounded however large the segment:
 * texts, postings and positions stream to disk; what is kept is 5 bytes a passage, 4 an article, a
 * byte a term, 40 bytes for each 128 postings of the list at hand, 8 for each 16 KiB written, and
 * up to about 25 MB of buffers.
 *
 * Sticky status: after a failure every call returns it again.
 */
#ifndef QUERN_INDEX_SEGMENT_WRITER_H
#define QUERN_INDEX_SEGMENT_WRITER_H

#include "index/segment.h"

typedef struct quern_segment_writer quern_segment_writer;

/* Where the articles come from. Both functions may be called for an article more than once (texts
 * are sampled for the compression dictionary first). */
typedef struct quern_article_feed {
    uint32_t n_articles;
    uint64_t text_bytes; /* of all of them */
    /* Fills *out; what it points to stays until the next call. */
    quern_status (*article)(void *payload, uint32_t i, quern_stored_article *out, quern_error *err);
    /* Appends the whole text of article i. */
    quern_status (*text)(void *payload, uint32_t i, quern_buf *out, quern_error *err);
    void *payload;
} quern_article_feed;

typedef struct quern_segment_writer_options {
    int store_text;
} quern_segment_writer_options;

/* Writes to a temporary file in `dir` until it is finished. */
quern_status quern_segment_writer_new(quern_vfs *vfs, const char *dir,
                                      const quern_segment_writer_options *options,
                                      quern_segment_writer **out, quern_error *err);

/* All articles, and the length of each of their passages. */
quern_status quern_segment_writer_articles(quern_segment_writer *w, const quern_article_feed *feed,
                                           const uint32_t *lengths, uint32_t n_passages,
                                           quern_error *err);

/* Begins the next term; above the one before it, in byte order. A term must get a posting. */
quern_status quern_segment_writer_term(quern_segment_writer *w, const char *term, size_t len,
                                       quern_error *err);

/* A form that the term, of kind QUERN_FORMS_KIND, may occur in; before its postings, in byte order.
 * Those that do not occur leave no trace, and a term without forms stands in its own alone. */
quern_status quern_segment_writer_form(quern_segment_writer *w, const char *form, size_t len,
                                       quern_error *err);

/* The next postings of the term; the same one by one or many at once. */
typedef struct quern_term_postings {
    const uint32_t *passages;  /* ascend strictly */
    const uint32_t *tfs;       /* at least 1 */
    uint32_t n;                /* postings */
    const uint32_t *positions; /* of one posting behind the other: each ascend strictly and are
                                  below the passage's length */
    const uint32_t *forms;     /* of a term of two forms or more: which form each occurrence has,
                                  counted from 0 as they were given */
} quern_term_postings;
quern_status quern_segment_writer_postings(quern_segment_writer *w,
                                           const quern_term_postings *postings, quern_error *err);

/* How many postings may come as a run now; 0: the next one has to come alone. */
uint32_t quern_segment_writer_room(const quern_segment_writer *w);

/* Postings whose positions stand in another segment, where they are of passages of the same
 * lengths: the same as one by one, without reading the positions. */
typedef struct quern_term_run {
    const uint32_t *passages, *tfs;
    uint32_t n; /* at least 1, at most what there is room for */
    quern_positions_bits positions;
    const uint32_t *forms; /* as above, of one posting behind the other */
} quern_term_run;
quern_status quern_segment_writer_run(quern_segment_writer *w, const quern_term_run *run,
                                      quern_error *err);

/* Syncs the file and gives it its name; the directory is not synced yet. A file of that name, which
 * then has the same bytes, is replaced. */
quern_status quern_segment_writer_finish(quern_segment_writer *w, quern_segment_ref *out,
                                         quern_error *err);
/* Frees; an unfinished file is unlinked. */
void quern_segment_writer_free(quern_segment_writer *w);

#endif
