/* SPDX-License-Identifier: MIT */
/* random_articles - articles and queries made from a seed, with the shape that real text has: a few
 * words everywhere, most words rare, stop words, capitals, curly quotes, numbers, paragraphs and
 * headings; now and then nothing at all, the same text again (ties), or one word hundreds of times.
 */
#ifndef QUERN_TESTS_RANDOM_ARTICLES_H
#define QUERN_TESTS_RANDOM_ARTICLES_H

#include <stddef.h>
#include <stdint.h>

/* Writes a text of about `words` words to out[cap], NUL-terminated; returns its bytes. */
size_t random_text(uint64_t *seed, size_t words, char *out, size_t cap);
/* A title of a few words, or "". */
size_t random_title(uint64_t *seed, char *out, size_t cap);
/* A query: words, sometimes a phrase of two or three. */
size_t random_query(uint64_t *seed, char *out, size_t cap);

#endif
