/* SPDX-License-Identifier: MIT */
/* xapian_c - C bindings over libxapian, the C++ search engine library
 *
 * Purpose. Xapian (https://xapian.org) keeps full-text databases and ranks documents; its interface
 * is C++. This library puts a plain C face on it, one function for one Xapian method, so that C
 * programs and every language that can call C reach the whole engine without a C++ compiler. It
 * adds no behaviour of its own but two: no exception leaves a function, each becomes a status and a
 * message; and a read that meets a commit of another process (DatabaseModifiedError) reopens the
 * database and is tried again, a bounded number of times.
 *
 * Example. Index a text, ask one question, print the answer (the test example_test.c is this
 * program):
 *
 *     xapian_c_database *db = NULL;   xapian_c_document *doc = NULL;   xapian_c_query *query =
 * NULL; xapian_c_enquire *enq = NULL;   xapian_c_mset *mset = NULL;      xapian_c_error err;
 *     xapian_c_match how;             xapian_c_hit hit;
 *     xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
 *
 *     xapian_c_match_init(&how);
 *     if (xapian_c_database_open_writable("news.db", XAPIAN_C_DB_CREATE_OR_OPEN, 0, &db, &err) ||
 *         xapian_c_document_new(&doc, &err) ||
 *         xapian_c_document_add_posting(doc, xapian_c_text("quern"), 1, 1, &err) ||
 *         xapian_c_document_set_data(doc, xapian_c_text("A quern grinds grain."), &err) ||
 *         xapian_c_database_add_document(db, doc, NULL, &err) ||
 *         xapian_c_database_commit(db, &err) ||
 *         xapian_c_query_new_term(xapian_c_text("quern"), 1, 0, &query, &err) ||
 *         xapian_c_enquire_new(db, &enq, &err) ||
 *         xapian_c_enquire_set_query(enq, query, 0, &err) ||
 *         xapian_c_enquire_mset(enq, &how, &mset, &err))
 *         return fprintf(stderr, "%s: %s\n", err.type, err.message), 1;
 *     for (uint32_t i = 0; i < xapian_c_mset_size(mset); i++)
 *         if (!xapian_c_mset_get(mset, i, &hit, &err) && !xapian_c_mset_data(mset, i, &data, &err))
 *             printf("%u  %.3f  %s\n", hit.docid, hit.weight, data.data);
 *     xapian_c_buffer_free(&data);    xapian_c_mset_free(mset);        xapian_c_enquire_free(enq);
 *     xapian_c_query_free(query);     xapian_c_document_free(doc);     xapian_c_database_free(db);
 *
 * Conventions, true of every function below
 *  1. Names are xapian_c_<noun>_<verb>, the nouns are Xapian's classes. Handles are opaque:
 *     xapian_c_x_new or _open makes one, xapian_c_x_free ends it, ending NULL does nothing. Handles
 *     may be freed in any order: each keeps alive what it needs of the others, as Xapian's
 *     reference-counted objects do.
 *  2. A function that can fail returns a xapian_c_status, 0 is success. Arguments come in the order
 *     handle, inputs, outputs, error. On failure outputs are NULL, 0 or empty, and *err, when `err`
 *     is not NULL, says what went wrong; on success *err is emptied. Filling an error never
 *     allocates.
 *  3. Moving an iterator answers XAPIAN_C_END at the end, so `while
 *     (xapian_c_term_iterator_next(it, &err) == 0)` visits everything; finding nothing is not an
 *     error.
 *  4. Bytes go in as xapian_c_bytes, pointer and length, passed by value and copied before the call
 *     returns; they may hold zero bytes. NULL with length 0 is the empty string. Paths, hosts,
 *     field names, languages and other short names are ordinary C strings. Words and texts that are
 *     parsed are UTF-8.
 *  5. Bytes come out in a caller-owned xapian_c_buffer that is reused from call to call, or, from
 *     iterators, as borrowed xapian_c_bytes that stay valid until the iterator is moved or freed.
 *  6. A required pointer that is NULL gives XAPIAN_C_E_INVALID, it does not crash. Optional
 *     pointers are named so: `err` always is; outputs are required unless their comment says "may
 *     be NULL".
 *  7. Option structs are filled by xapian_c_x_init with Xapian's own defaults; then change what you
 *     want.
 *  8. Callbacks get their `payload` back. A negative return stops the call with XAPIAN_C_E_STOPPED.
 *     Handles given to a callback are lent for the time of the call. The payload must live as long
 *     as the object that got it.
 *  9. No global state, no output, no signals, no exit. A handle, and all handles made from it,
 *     belong to one thread at a time; open the database again for a second thread.
 *
 * Caveats
 *  - Do not run xapian_c_database_check in a process you cannot lose: Xapian's checker can crash on
 *    damaged files (it did on 5 of 300 files with one changed byte). Run it, or the tool
 *    xapian-check, in a child with a time limit. Xapian keeps no checksums: a changed byte may also
 *    go unnoticed.
 *  - Do not treat xapian_c_database_commit as proof against a power cut: Xapian 1.4 renames its
 *    version file without an fsync of the directory. Call fsync on the database's directory after
 *    each commit where that matters.
 *  - Do not expect one database handle to stay at one revision: by default a read that meets
 *    DatabaseModifiedError moves to the newest one. xapian_c_database_set_retries(db, 0, ...) turns
 *    that off. Steps of an iterator, match sets and documents already drawn are never retried,
 *    since two revisions would be mixed: they answer XAPIAN_C_E_MODIFIED; then call
 *    xapian_c_database_reopen first of all and begin that walk or search anew. Do not go on without
 *    reopening: Xapian 1.4 answers some reads after that error with nothing at all in place of an
 *    error (seen with the data of documents).
 *  - Do not let a query that came from outside choose an unbounded wildcard: set a limit of
 *    expansion.
 *  - Do not serve a database with `xapian-tcpsrv` on an open network: its protocol has no
 *    authentication. Bind it to 127.0.0.1 and tunnel, or use the program form over ssh. Xapian
 *    documents no bound for a whole remote search: its time limits hold for each exchange of
 *    messages. Keep such a search in a child that you can end.
 *  - Do not share a payload between callbacks of two threads without your own lock.
 *
 * Compiles as C99 and as C++17. The bindings are MIT; libxapian is GPL-2+, so a program linked with
 * both is to be given on under GPL-2 or later.
 *
 * The nouns, in the order in which data flows. */
#ifndef XAPIAN_C_XAPIAN_C_H
#define XAPIAN_C_XAPIAN_C_H

#include <xapian_c/basics.h> /* status, error, bytes, buffer, version, numbers as sortable bytes */
#include <xapian_c/iterators.h> /* terms, postings, positions, values */
#include <xapian_c/document.h>  /* what is stored: terms, values, data */
#include <xapian_c/database.h>  /* where it is stored: open, write, read, compact, check, remote */
#include <xapian_c/text.h>      /* from text to terms: stemmer, stopper, term generator */
#include <xapian_c/query.h>     /* what is asked: operators over terms */
#include <xapian_c/parser.h>    /* from a user's words to a query */
#include <xapian_c/choosers.h>  /* match deciders, match spies, key makers, expand deciders */
#include <xapian_c/enquire.h>   /* the search: weights, sort, collapse, cutoff */
#include <xapian_c/results.h>   /* the answer: match set, relevance set, expand set */

#endif
