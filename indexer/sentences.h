/* SPDX-License-Identifier: MIT */
/* sentences - where a sentence ends, where a clause ends, what is white space.
 *
 * All three work on one paragraph of UTF-8, in which a newline is a space. Any bytes are text;
 * offsets are bytes. Nothing fails and nothing allocates.
 */
#ifndef QUERN_INDEXER_SENTENCES_H
#define QUERN_INDEXER_SENTENCES_H

#include <stddef.h>

/* The end of the sentence that begins at `from`: after its full stop and the quotes, brackets and
 * footnote marks that close with it; `len` for the last one. Above `from` where from < len. */
size_t quern_sentences_end(const char *text, size_t from, size_t len);

/* The end of the clause that begins at `from`: after a semicolon, colon, comma or dash that stands
 * before white space, after a long dash, after their Chinese and Japanese forms; or `len`. */
size_t quern_sentences_clause(const char *text, size_t from, size_t len);

/* Bytes of the character of white space at `at`, or 0 where there is none. A byte order mark counts
 * as white space. */
size_t quern_sentences_space(const char *text, size_t at, size_t len);

#endif
