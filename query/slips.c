/* SPDX-License-Identifier: MIT */
/* slips - see slips.h. Rows of the usual table, of which only the diagonal band that `most`
 * allows is filled, and which ends where a whole row is above it. */
#include "query/slips.h"

#include <unistr.h>

void quern_slips_read(quern_slips_word *out, quern_string word)
{
    size_t at = 0;
    out->n = 0;
    while (at < word.len) {
        ucs4_t c;
        int got = u8_mbtoucr(&c, (const uint8_t *)word.data + at, word.len - at);
        if (got <= 0 || out->n == QUERN_SLIPS_MAX) {
            out->n = 0;
            return;
        }
        out->chars[out->n++] = c;
        at += (size_t)got;
    }
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Fills row i, of which the one before is rows[1] and the one before that rows[2]. Returns its
 * least value. */
static uint32_t fill_row(const quern_slips_word *a, const quern_slips_word *b, uint32_t i,
                         uint32_t most, uint32_t *rows[3])
{
    uint32_t from = i > most ? i - most : 1;
    uint32_t to = least(b->n, i + most);
    uint32_t best = rows[0][0] = i;
    if (from > 1) {
        rows[0][from - 1] = most + 1;
    }
    for (uint32_t j = from; j <= to; j++) {
        uint32_t change = a->chars[i - 1] != b->chars[j - 1];
        uint32_t v = rows[1][j - 1] + change;
        v = least(v, least(rows[0][j - 1], rows[1][j]) + 1);
        if (i > 1 && j > 1 && a->chars[i - 1] == b->chars[j - 2] &&
            a->chars[i - 2] == b->chars[j - 1]) {
            v = least(v, rows[2][j - 2] + 1);
        }
        rows[0][j] = v;
        best = least(best, v);
    }
    if (to < b->n) {
        rows[0][to + 1] = most + 1;
    }
    return best;
}

uint32_t quern_slips_distance(const quern_slips_word *a, const quern_slips_word *b, uint32_t most)
{
    uint32_t table[3][QUERN_SLIPS_MAX + 1] = {{0}};
    uint32_t *rows[3] = {table[0], table[1], table[2]};
    uint32_t longer = a->n > b->n ? a->n - b->n : b->n - a->n;
    if (longer > most || a->n == 0 || b->n == 0) {
        return most + 1;
    }
    for (uint32_t j = 0; j <= b->n; j++) {
        table[0][j] = j;
        table[1][j] = table[2][j] = most + 1;
    }
    for (uint32_t i = 1; i <= a->n; i++) {
        uint32_t *oldest = rows[2];
        rows[2] = rows[1];
        rows[1] = rows[0];
        rows[0] = oldest;
        if (fill_row(a, b, i, most, rows) > most) { /* a swap costs no less than what it crosses */
            return most + 1;
        }
    }
    return rows[0][b->n];
}
