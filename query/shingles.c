/* SPDX-License-Identifier: MIT */
/* shingles - see shingles.h. */
#include "query/shingles.h"

#include "base/checksum.h"
#include "stemmer/words.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 100 };

void quern_shingles_finish(quern_shingles *s)
{
    quern_free(s->runs.items);
    quern_free(s->words.items);
    quern_free(s->telling.items);
    memset(s, 0, sizeof *s);
}

/* ---- Sets ---- */

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Few are in order sooner so. */
static void insertion_sort(uint32_t *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1] > item; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* Puts what was added in order, each once. */
static void order(quern_hash_set *s)
{
    size_t n = 0;
    if (s->n <= FEW) {
        insertion_sort(s->items, s->n);
    } else {
        qsort(s->items, s->n, sizeof *s->items, compare);
    }
    for (size_t i = 0; i < s->n; i++) {
        if (n == 0 || s->items[n - 1] != s->items[i]) {
            s->items[n++] = s->items[i];
        }
    }
    s->n = n;
}

static quern_status add(quern_hash_set *s, uint64_t hash, quern_error *err)
{
    if (quern_grow(&s->items, &s->cap, s->n + 1, sizeof *s->items)) {
        return quern_fail_nomem(err);
    }
    s->items[s->n++] = (uint32_t)hash;
    return QUERN_OK;
}

static int has(const quern_hash_set *s, uint32_t hash)
{
    return s->n > 0 && bsearch(&hash, s->items, s->n, sizeof hash, compare) != NULL;
}

/* Whether all of a are in b. */
static int is_within(const quern_hash_set *a, const quern_hash_set *b)
{
    size_t i = 0;
    while (i < a->n && has(b, a->items[i])) {
        i++;
    }
    return i == a->n;
}

/* ---- Texts ---- */

static int has_digit(const char *word, size_t len)
{
    size_t i = 0;
    while (i < len && (word[i] < '0' || word[i] > '9')) {
        i++;
    }
    return i < len;
}

static quern_status read_text(quern_shingles *s, quern_string text, quern_error *err)
{
    uint64_t last[2 * QUERN_SHINGLES_WORDS]; /* hashes of words, each twice: any five are a row */
    size_t start;
    size_t end;
    quern_words words = quern_words_of(text.data, text.len);
    s->runs.n = s->words.n = s->telling.n = 0;
    while (quern_words_next(&words, &start, &end)) {
        size_t at = s->words.n % QUERN_SHINGLES_WORDS;
        uint64_t hash = quern_checksum(text.data + start, end - start);
        last[at] = last[at + QUERN_SHINGLES_WORDS] = hash;
        QUERN_TRY(add(&s->words, hash, err));
        if (has_digit(text.data + start, end - start)) {
            QUERN_TRY(add(&s->telling, hash, err));
        }
        if (s->words.n >= QUERN_SHINGLES_WORDS) {
            QUERN_TRY(add(&s->runs, quern_checksum(last + at + 1, sizeof last / 2), err));
        }
    }
    return QUERN_OK;
}

static quern_status read_title(quern_shingles *s, quern_string title, quern_error *err)
{
    size_t start;
    size_t end;
    quern_words words = quern_words_of(title.data, title.len);
    while (quern_words_next(&words, &start, &end)) {
        uint32_t hash = (uint32_t)quern_checksum(title.data + start, end - start);
        if (has(&s->words, hash)) {
            QUERN_TRY(add(&s->telling, hash, err));
        }
    }
    return QUERN_OK;
}

/* The text behind its title, where it begins with that: as files without markup do. */
static quern_string without_title(quern_string text, quern_string title)
{
    if (title.len == 0 || title.len > text.len || memcmp(text.data, title.data, title.len) != 0) {
        return text;
    }
    return (quern_string){text.data + title.len, text.len - title.len};
}

quern_status quern_shingles_of(quern_shingles *s, quern_string text, quern_string title,
                               quern_error *err)
{
    quern_string body = without_title(text, title);
    QUERN_TRY(read_text(s, body, err));
    if (s->runs.n == 0 && body.len < text.len) { /* the title is all there is */
        QUERN_TRY(read_text(s, text, err));
        title.len = 0;
    }
    if (s->runs.n == 0) {
        return QUERN_OK;
    }
    order(&s->runs);
    order(&s->words);
    QUERN_TRY(read_title(s, title, err));
    order(&s->telling);
    return QUERN_OK;
}

/* ---- Comparing ---- */

/* a * b / c, rounded up. */
static size_t share(size_t a, size_t b, size_t c)
{
    return (a * b + c - 1) / c;
}

size_t quern_shingles_prefix(size_t n)
{
    return n - share(n, QUERN_SHINGLES_NEAR, QUERN_SHINGLES_NEAR_OF) + (n > 0);
}

static int resemble(const quern_hash_set *a, const quern_hash_set *b)
{
    /* common / (a->n + b->n - common) >= near */
    size_t need =
        share(a->n + b->n, QUERN_SHINGLES_NEAR, QUERN_SHINGLES_NEAR + QUERN_SHINGLES_NEAR_OF);
    size_t common = 0;
    size_t i = 0;
    size_t j = 0;
    while (common < need) {
        size_t left = a->n - i < b->n - j ? a->n - i : b->n - j;
        if (common + left < need) {
            return 0;
        }
        uint32_t x = a->items[i];
        uint32_t y = b->items[j];
        common += x == y;
        i += x <= y;
        j += y <= x;
    }
    return 1;
}

int quern_shingles_are_near(const quern_shingles *a, const quern_shingles *b)
{
    return resemble(&a->runs, &b->runs) && is_within(&a->telling, &b->words) &&
           is_within(&b->telling, &a->words);
}
