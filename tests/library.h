/* SPDX-License-Identifier: MIT */
/* library - the few calls that every test of the whole library repeats: put this text, ask that,
 * write the answer down as text that can be compared. */
#ifndef QUERN_TESTS_LIBRARY_H
#define QUERN_TESTS_LIBRARY_H

#include "base/buf.h"
#include "quern/quern.h"

/* Puts an article of these strings. */
quern_status library_put(quern_writer *w, const char *source, const char *title, const char *text,
                         quern_error *err);

/* Runs the query on a new reader of the index and appends every hit to *out, one a line: rank,
 * score with all its bits, key, range, marks, text. */
quern_status library_ask(quern_index *index, const char *query, const quern_search_options *options,
                         quern_buf *out, quern_error *err);
quern_status library_ask_reader(quern_reader *reader, const char *query,
                                const quern_search_options *options, quern_buf *out,
                                quern_error *err);

/* Opens the index in dir, asks each of n queries, lists all articles, and appends it all to *out.
 */
quern_status library_dump(const char *dir, const quern_open_options *options,
                          const char *const *queries, size_t n, quern_buf *out, quern_error *err);

#endif
