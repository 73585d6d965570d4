/* SPDX-License-Identifier: MIT */
/* texts - frames: small pieces of bytes, each compressed alone with a dictionary of the segment.
 *
 * TEXT holds the texts of all articles as one string in pieces of 8 KiB, META the records of
 * articles in pieces of about 4 KiB. A desk is what a reader needs to decode them, with the last
 * piece of each kind still on it; a segment keeps up to four idle ones for whoever comes next, so
 * that a record followed by its text, or a text by its neighbour, is decoded once. It also knows
 * where the last record and key were found, so that one article after another is a step on.
 */
#ifndef QUERN_INDEX_TEXTS_H
#define QUERN_INDEX_TEXTS_H

#include "index/records.h"
#include "index/segment_format.h"

typedef struct quern_texts_desk quern_texts_desk;

/* Takes a desk, and gives it back. */
quern_status quern_texts_take(quern_segment *s, quern_texts_desk **out, quern_error *err);
void quern_texts_give(quern_segment *s, quern_texts_desk *desk);

/* The nearest place known that is not behind the record of the article, in the frame that holds it.
 * Bytes stay until the desk reads another frame or is given back. */
quern_status quern_texts_meta(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                              quern_records *out, quern_error *err);
/* Whether the record of the article is the last of that frame. */
int quern_texts_is_last(const quern_texts_desk *desk, uint32_t article);
/* Remembers a place in that frame. */
void quern_texts_remember(quern_texts_desk *desk, const quern_records *place);

/* The key that was read last. */
typedef struct quern_texts_key {
    quern_buf key;
    int is_read; /* there is one: */
    uint32_t article;
    quern_cursor group; /* from the key after it on */
} quern_texts_key;
/* It is the caller's to change until the desk is given back. */
quern_texts_key *quern_texts_last_key(quern_texts_desk *desk);

/* Appends bytes [start, end) of the one string of all texts. */
typedef struct quern_texts_range {
    uint64_t start, end;
} quern_texts_range;
quern_status quern_texts_read(quern_segment *s, quern_texts_desk *desk,
                              const quern_texts_range *range, quern_buf *out, quern_error *err);

/* Frees desks and dictionaries of the segment. */
void quern_texts_close(quern_segment *s);

#endif
