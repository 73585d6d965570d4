/* SPDX-License-Identifier: MIT */
/* passages - cuts an article's text into passages: whole sentences of one paragraph, packed until
 * there are 60 words (or as the index option says), never over 100 (five thirds of it); a paragraph
 * under 15 words, a heading, joins the next; an over-long sentence is cut at a clause, then at a
 * word.
 */
#ifndef QUERN_INDEXER_PASSAGES_H
#define QUERN_INDEXER_PASSAGES_H

#include "index/segment.h"

typedef struct quern_passages {
    quern_stored_passage *items; /* ascending, not overlapping; each begins and ends with a word or
                                    the punctuation that belongs to it, never with white space */
    size_t n, cap;
} quern_passages;

/* Replaces *out. `words` is how many a passage is packed to, or QUERN_WHOLE_ARTICLES. Text without
 * a word gives no passage. `line` is the line in the source where the text begins, for all passages
 * where `record` is 1 (a JSONL record is one line of its source, column 1), else for the first.
 * Errors: NOMEM. */
typedef struct quern_passages_options {
    uint32_t words;
    uint32_t line; /* from 1 */
    int record;
} quern_passages_options;
quern_status quern_passages_cut(const char *text, size_t len, const quern_passages_options *options,
                                quern_passages *out, quern_error *err);
void quern_passages_finish(quern_passages *passages);

#endif
