/* SPDX-License-Identifier: MIT */
/* What all suites of xapian_c's tests share: checks that print the error, places on disk, and one
 * small library of five documents whose answers can be told by looking:
 *
 *     id  terms                       slot 0: price  slot 1: colour  slot 2: date  slot 3: place
 *     1   alpha beta gamma            10             red             20230115      Berlin
 *     2   alpha beta                  20             blue            20230310      Paris
 *     3   alpha gamma gamma delta     30             red             20240704      Rome
 *     4   beta delta epsilon          40             green           20241224      -
 *     5   alpha alpha alpha           50             red             -             -
 *
 * Positions begin at 1. Each document also has the terms Q<id> and XC<colour> with wdf 0 and no
 * position, and its words as data. */
#ifndef XAPIAN_C_TESTS_FIXTURE_H
#define XAPIAN_C_TESTS_FIXTURE_H

#include <CUnit/CUnit.h>
#include <xapian_c/xapian_c.h>

#include <stdio.h>
#include <stdlib.h>

#define XC_PATH 512

extern xapian_c_error xc_err; /* where OK and WANT expect `err` to be written */

/* Checks the status of a call that was given &xc_err; prints the error when it is another. */
int xc_want(const char *file, int line, const char *call, xapian_c_status got,
            xapian_c_status want);
#define WANT(want, call) xc_want(__FILE__, __LINE__, #call, (call), (want))
#define OK(call) WANT(XAPIAN_C_OK, call)

/* Checks anything, with a row's name in the failure. */
void xc_check(const char *file, int line, const char *row, const char *text, int holds);
#define CHECK_ROW(row, cond) xc_check(__FILE__, __LINE__, (row), #cond, !!(cond))
#define CHECK(cond) CHECK_ROW("", cond)

/* Checks that bytes are those of a C string. */
void xc_same(const char *file, int line, const char *row, xapian_c_bytes got, const char *want);
#define SAME_ROW(row, bytes, want) xc_same(__FILE__, __LINE__, (row), (bytes), (want))
#define SAME(bytes, want) SAME_ROW(#bytes, bytes, want)
#define SAME_BUFFER(buffer, want) SAME(xapian_c_span((buffer).data, (buffer).len), want)

#define T(text) xapian_c_text(text)

/* A path inside this run's own directory, which is removed at the end. */
char *xc_path(char path[XC_PATH], const char *name);

/* Writes a file. */
void xc_write_file(const char *path, const char *text);

/* The library above: at `path`, or in memory where it is NULL. Committed; ends in the caller. */
xapian_c_database *xc_library(const char *path);

/* One document of words with positions from 1, their text as data. */
xapian_c_document *xc_document(const char *words);

/* Ids of what a query finds, ascending, "1 3 5"; valid until the next call. Frees the query. */
const char *xc_found(xapian_c_database *db, xapian_c_query *query);

/* Ids of a match set in its order; valid until the next call. Frees the set. */
const char *xc_ranked(xapian_c_mset *mset);

/* The terms of an iterator, "a b c"; valid until the next call. Frees the iterator. */
const char *xc_terms(xapian_c_term_iterator *it);

/* The positions of an iterator, "1 2 3"; valid until the next call. Frees the iterator. */
const char *xc_positions(xapian_c_position_iterator *it);

/* A query for one term. */
xapian_c_query *xc_term(const char *term);

/* An enquire in `db` for a query, which is freed; weights as they are at first. */
xapian_c_enquire *xc_enquire(xapian_c_database *db, xapian_c_query *query);

/* The first ten hits. */
xapian_c_mset *xc_mset(xapian_c_enquire *enquire);

/* throwing.cc: makes the n-th `operator new` from now fail, 0 ends it; answers whether it did. */
void xc_fail_new(long n);
int xc_failed_new(void);

/* throwing.cc: callbacks that throw exception number *(int *)payload; see border_test.c. */
int xc_throwing_stopper(xapian_c_bytes word, void *payload);
int xc_throwing_kinds(void);
const char *xc_throwing_name(int kind);

/* The suites. */
extern CU_TestInfo xc_basics_tests[], xc_document_tests[], xc_open_tests[], xc_read_tests[],
    xc_write_tests[], xc_maintain_tests[], xc_iterator_tests[], xc_text_tests[], xc_query_tests[],
    xc_parser_tests[], xc_chooser_tests[], xc_enquire_tests[], xc_result_tests[],
    xc_modified_tests[], xc_remote_tests[], xc_border_tests[], xc_null_tests[], xc_nomem_tests[],
    xc_example_tests[];

#endif
