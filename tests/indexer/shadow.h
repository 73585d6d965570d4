/* SPDX-License-Identifier: MIT */
/* shadow - what an index should hold, as a plain list of articles, and a recount of everything that
 * an index says about it: which keys live with which texts, every term, every posting with all its
 * positions, every length, and the statistics that scores are made of. */
#ifndef QUERN_TESTS_SHADOW_H
#define QUERN_TESTS_SHADOW_H

#include "base/vfs.h"
#include "quern/quern.h"

#include <stddef.h>
#include <stdint.h>

/* Of an index with these, articles are of all. */
#define SHADOW_LANGUAGES "english,german,french,russian"

typedef struct shadow_article {
    char *source, *id, *title, *text;
    int64_t date;
    uint32_t line;
    int title_in_text;
    int live;
} shadow_article;

typedef struct shadow {
    quern_index_options options; /* of the index */
    shadow_article *items;
    size_t n, cap;
} shadow;

void shadow_init(shadow *s, const quern_index_options *options);
void shadow_finish(shadow *s);

/* Each does to the writer and to the list what it says. */
quern_status shadow_put(shadow *s, quern_writer *w, const shadow_article *article,
                        quern_error *err);
quern_status shadow_delete(shadow *s, quern_writer *w, const char *source, const char *id,
                           quern_error *err);
quern_status shadow_delete_source(shadow *s, quern_writer *w, const char *source, quern_error *err);

/* A random article with one of so many keys. Strings are static, good until the next call. */
shadow_article shadow_random(uint64_t *seed, unsigned n_keys, size_t words);

/* One random step: mostly a put, sometimes a delete, rarely of a whole source. */
void shadow_step(shadow *s, quern_writer *w, uint64_t *seed, unsigned n_keys, size_t words);

/* A copy, to go back to where uncommitted work is dropped. */
void shadow_copy(const shadow *from, shadow *to);

/* Compares the newest generation in dir with the list. Prints what differs and fails the test. */
void shadow_check(const shadow *s, quern_vfs *vfs, const char *dir, const char *row);

/* Opens index and writer; prints the error and ends the program where that fails. `memory_mb` 0 and
 * `threads` 0 are defaults. */
quern_writer *shadow_open(quern_vfs *vfs, const char *dir, unsigned memory_mb, uint32_t threads);

/* The bytes of the only segment file in dir, to be freed; NULL, and a failed test, where there is
 * not exactly one. */
char *shadow_segment(const char *dir, size_t *len);

#endif
