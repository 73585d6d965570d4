/* SPDX-License-Identifier: MIT */
/* stream - a text on its way to tokens: its words are read one after the other, and put. */
#ifndef QUERN_STEMMER_STREAM_H
#define QUERN_STEMMER_STREAM_H

#include "stemmer/analysis.h"
#include "stemmer/trim.h"

typedef struct quern_stream {
    quern_analysis *analysis;
    const char *text;
    size_t len;
    quern_trim *words;
    quern_tokens *tokens;         /* of a stream with a sink: the last ones, which it has not got */
    const quern_token_sink *sink; /* NULL: all tokens are kept */
    uint32_t position;            /* of the next word */
    size_t taken;                 /* what ends here or before belongs to an amount */
    size_t dense_start, dense_end; /* the last character of the open run; equal: none is open */
    int paired;                    /* that character is in a pair already */
    quern_status status;           /* of the sink: sticky */
} quern_stream;

/* Makes room for a token at index `at`. NULL: no memory. */
quern_token *quern_stream_insert(quern_stream *s, size_t at);

/* Appends text[start, end) as a word at a position. Returns 1; 0 where nothing is left of it; -1:
 * no memory. */
int quern_stream_put(quern_stream *s, size_t start, size_t end, uint32_t position);

/* Puts a word that needs care, and what belongs to it. *open: the next word does in any case.
 * Returns -1 where memory ran out. */
int quern_stream_put_with_care(quern_stream *s, const quern_token *word, uint32_t *position,
                               int *open);

/* Whether a word that begins with a digit and follows the word text[before, before_end) may be in
 * an amount; else it is a word like others. */
int quern_stream_may_be_amount(const quern_stream *s, size_t start, size_t end, size_t before,
                               size_t before_end);

/* Ends the run of a dense script: a character that stands alone is a word. Likewise. */
int quern_stream_end_run(quern_stream *s);

#endif
