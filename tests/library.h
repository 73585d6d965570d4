/* SPDX-License-Identifier: MIT */
/* library - the few calls that every test of the whole library repeats: put this text, ask that,
 * write the answer down as text that can be compared. */
#ifndef QUERN_TESTS_LIBRARY_H
#define QUERN_TESTS_LIBRARY_H

#include "base/buf.h"
#include "quern/quern.h"

enum { LIBRARY_DIR = 4096 + 2 };

/* Makes an index in a directory of its own, whose path goes to dir, and opens it; a failure ends
 * the test. */
quern_index *library_make(char dir[LIBRARY_DIR], const quern_index_options *options);
/* Closes the index, unless it is NULL, and removes the directory. */
void library_remove(char dir[LIBRARY_DIR], quern_index *index);

quern_writer *library_writer(quern_index *index);
/* Commits and closes. */
void library_commit(quern_writer *w);
quern_reader *library_reader(quern_index *index);

/* Puts an article of these strings. */
quern_status library_put(quern_writer *w, const char *source, const char *title, const char *text,
                         quern_error *err);

/* The hits of a query; a failure of parsing or searching fails the test. */
quern_hits *library_hits(quern_reader *reader, const char *query,
                         const quern_search_options *options);

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
