/* SPDX-License-Identifier: MIT */
/* quotes - see quotes.h. Where the next mark of each sort stands is remembered until it is passed,
 * so that the text is searched once for each sort. */
#include "query/quotes.h"

#include <stdint.h>
#include <string.h>

typedef enum sort { STRAIGHT, LEFT, RIGHT, LOW, ANGLE_LEFT, ANGLE_RIGHT } sort;

static const struct form {
    const char *bytes;
    sort sort;
} forms[] = {
    {"\"", STRAIGHT},         {"\xEF\xBC\x82", STRAIGHT}, {"\xE2\x80\x9C", LEFT},
    {"\xE2\x80\x9F", LEFT},   {"\xE2\x80\x9D", RIGHT},    {"\xE2\x80\x9E", LOW},
    {"\xC2\xAB", ANGLE_LEFT}, {"\xC2\xBB", ANGLE_RIGHT},
};

/* Which sorts end a phrase (bits), and which do where none of those comes. */
static const struct {
    unsigned first, second;
} partners[QUERN_QUOTE_SORTS] = {
    [STRAIGHT] = {1u << STRAIGHT, 1u << RIGHT},
    [LEFT] = {1u << RIGHT, 1u << STRAIGHT},
    [RIGHT] = {1u << RIGHT, 0},
    [LOW] = {1u << LEFT | 1u << RIGHT, 1u << STRAIGHT},
    [ANGLE_LEFT] = {1u << ANGLE_RIGHT, 0},
    [ANGLE_RIGHT] = {1u << ANGLE_LEFT | 1u << ANGLE_RIGHT, 0},
};

quern_quotes quern_quotes_of(const char *text, size_t len)
{
    quern_quotes quotes = {text, len, {0}};
    for (size_t i = 0; i < QUERN_QUOTE_SORTS; i++) {
        quotes.next[i] = SIZE_MAX; /* not looked for yet */
    }
    return quotes;
}

static size_t mark_at(const char *s, size_t len, sort *out)
{
    unsigned char c = (unsigned char)*s;
    if (c != '"' && c != 0xC2 && c != 0xE2 && c != 0xEF) {
        return 0;
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t n = strlen(forms[i].bytes);
        if (n <= len && memcmp(s, forms[i].bytes, n) == 0) {
            *out = forms[i].sort;
            return n;
        }
    }
    return 0;
}

size_t quern_quotes_mark(const char *s, size_t len)
{
    sort found;
    return len > 0 ? mark_at(s, len, &found) : 0;
}

/* Where the next mark of a sort at or after `from` stands; len: nowhere. `from` never goes back
 * below what was asked for that sort before. */
static size_t next_of(quern_quotes *quotes, sort wanted, size_t from)
{
    size_t i = quotes->next[wanted];
    if (i >= from && i != SIZE_MAX) {
        return i;
    }
    for (i = from; i < quotes->len; i++) {
        sort found;
        if (mark_at(quotes->text + i, quotes->len - i, &found) && found == wanted) {
            break;
        }
    }
    quotes->next[wanted] = i;
    return i;
}

static size_t nearest_of(quern_quotes *quotes, unsigned sorts, size_t from)
{
    size_t best = quotes->len;
    for (unsigned q = 0; q < QUERN_QUOTE_SORTS; q++) {
        if (sorts >> q & 1) {
            size_t i = next_of(quotes, (sort)q, from);
            best = i < best ? i : best;
        }
    }
    return best;
}

int quern_quotes_partner(quern_quotes *quotes, size_t at, size_t *n, size_t *end)
{
    sort opens = STRAIGHT;
    *n = mark_at(quotes->text + at, quotes->len - at, &opens);
    if (*n == 0) {
        return 0;
    }
    *end = nearest_of(quotes, partners[opens].first, at + *n);
    if (*end == quotes->len) {
        *end = nearest_of(quotes, partners[opens].second, at + *n);
        if (opens == STRAIGHT && next_of(quotes, LEFT, at + *n) < *end) {
            *end = quotes->len; /* that partner belongs to another */
        }
    }
    return *end < quotes->len;
}
