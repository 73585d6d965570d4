/* SPDX-License-Identifier: MIT */
/* glob - see glob.h. A distance is looked for in the diagonal band that `edits` allow, row by row,
 * and given up where a row has nothing within them. */
#include "query/glob.h"

#include <string.h>

enum { CHARS_MAX = 256 }; /* of a word; longer ones match nothing but themselves */

static size_t char_bytes(quern_string text, size_t at)
{
    size_t n = 1;
    while (at + n < text.len && ((unsigned char)text.data[at + n] & 0xC0) == 0x80) {
        n++;
    }
    return n;
}

int quern_glob_fits(quern_string glob, quern_string text)
{
    size_t g = 0;
    size_t t = 0;
    size_t star = SIZE_MAX; /* after the last * that was met */
    size_t from = 0;        /* what it stands for ends here */
    while (t < text.len) {
        if (g < glob.len && glob.data[g] == '*') {
            star = ++g;
            from = t;
        } else if (g < glob.len && glob.data[g] == '?') {
            t += char_bytes(text, t);
            g++;
        } else if (g < glob.len && glob.data[g] == text.data[t]) {
            g++;
            t++;
        } else if (star != SIZE_MAX) {
            g = star;
            from += char_bytes(text, from);
            t = from;
        } else {
            return 0;
        }
    }
    while (g < glob.len && glob.data[g] == '*') {
        g++;
    }
    return g == glob.len;
}

size_t quern_glob_literal(quern_string glob)
{
    size_t n = 0;
    while (n < glob.len && glob.data[n] != '*' && glob.data[n] != '?') {
        n++;
    }
    return n;
}

/* ---- Distances ---- */

/* The characters of a word as numbers; returns how many, or CHARS_MAX + 1. */
static uint32_t split(quern_string text, uint32_t *out)
{
    uint32_t n = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        size_t bytes = char_bytes(text, at);
        if (n == CHARS_MAX) {
            return CHARS_MAX + 1;
        }
        for (size_t i = 0; i < bytes; i++) {
            c = c << 8 | (unsigned char)text.data[at + i];
        }
        out[n++] = c;
        at += bytes;
    }
    return n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Row i of the table: what it costs to make the first j of b from the first i of a. */
static unsigned fill_row(const uint32_t *a, const uint32_t *b, uint32_t i, uint32_t m,
                         uint32_t edits, uint8_t rows[3][CHARS_MAX + 2])
{
    uint8_t *row = rows[i % 3];
    const uint8_t *above = rows[(i + 2) % 3];
    const uint8_t *two_above = rows[(i + 1) % 3];
    uint32_t low = i > edits ? i - edits : 0;
    uint32_t high = i + edits < m ? i + edits : m;
    unsigned best = edits + 1;
    for (uint32_t j = low; j <= high; j++) {
        unsigned cost = j == 0 ? i : edits + 1;
        if (j > 0) {
            cost = above[j - 1] + (unsigned)(a[i - 1] != b[j - 1]);
            cost = j > low ? least(cost, row[j - 1] + 1u) : cost;
            cost = j < i + edits ? least(cost, above[j] + 1u) : cost;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost = least(cost, two_above[j - 2] + 1u);
            }
        }
        row[j] = (uint8_t)least(cost, edits + 1);
        best = least(best, row[j]);
    }
    return best;
}

static int is_near(quern_string word, quern_string form, uint32_t edits)
{
    uint32_t a[CHARS_MAX];
    uint32_t b[CHARS_MAX];
    uint8_t rows[3][CHARS_MAX + 2];
    uint32_t n = split(word, a);
    uint32_t m = split(form, b);
    uint32_t difference = n > m ? n - m : m - n;
    if (n == 0 || m == 0 || n > CHARS_MAX || m > CHARS_MAX || a[0] != b[0] || difference > edits) {
        return word.len == form.len && memcmp(word.data, form.data, word.len) == 0;
    }
    memset(rows, UINT8_MAX, sizeof rows); /* outside of the band */
    for (uint32_t j = 0; j <= m && j <= edits; j++) {
        rows[0][j] = (uint8_t)j;
    }
    for (uint32_t i = 1; i <= n; i++) {
        if (fill_row(a, b, i, m, edits, rows) > edits) {
            return 0;
        }
    }
    return rows[n % 3][m] <= edits;
}

int quern_glob_matches(const quern_plan_pattern *pattern, quern_string form)
{
    quern_string bytes = {pattern->bytes, pattern->len};
    return pattern->edits ? is_near(bytes, form, pattern->edits) : quern_glob_fits(bytes, form);
}
