/* SPDX-License-Identifier: MIT */
/* random_queries - see random_queries.h. A grammar run backwards: each part draws its own parts. */
#include "tests/random_queries.h"

#include "stemmer/words.h"
#include "tests/check.h"

#include <stdarg.h>
#include <string.h>

typedef struct maker {
    uint64_t *seed;
    const char *text;
    unsigned what;
    char *out;
    size_t n, cap;
} maker;

static unsigned draw(maker *m, unsigned n)
{
    return (unsigned)(check_random(m->seed) % n);
}

static void put(maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(m->out + m->n, m->cap - m->n, format, args);
    va_end(args);
    m->n = n > 0 && (size_t)n < m->cap - m->n ? m->n + (size_t)n : m->n;
    m->out[m->n] = '\0'; /* what does not fit is not there at all */
}

/* Letters of a word of the text, or a common word; no longer than `cap`. */
static void pick_word(maker *m, char *word, size_t cap)
{
    static const char *const common[] = {"the",   "chips",  "growth",    "cloud",   "of",
                                         "banks", "prices", "committed", "absent9", "learning"};
    size_t len = m->text ? strlen(m->text) : 0;
    size_t start = 0;
    size_t end = 0;
    strcpy(word, common[draw(m, 10)]);
    if (len == 0 || draw(m, 4) == 0) {
        return;
    }
    quern_words words = quern_words_of(m->text, len);
    words.at = draw(m, (unsigned)len);
    while (words.at > 0 && m->text[words.at - 1] != ' ') {
        words.at--;
    }
    if (!quern_words_next(&words, &start, &end) || end - start >= cap) {
        return;
    }
    for (size_t i = start; i < end; i++) {
        char c = m->text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return;
        }
    }
    memcpy(word, m->text + start, end - start);
    word[end - start] = '\0';
}

static void put_word(maker *m)
{
    char word[60];
    pick_word(m, word, sizeof word);
    put(m, "%s", word);
}

static void put_pattern(maker *m)
{
    char word[60];
    pick_word(m, word, sizeof word);
    size_t len = strlen(word);
    size_t at = 1 + draw(m, (unsigned)len);
    switch (draw(m, 5)) {
    case 0:
        put(m, "%.*s*", (int)(at < len ? at : len), word);
        break;
    case 1:
        put(m, "%s~", word);
        break;
    case 2:
        put(m, "%s~2", word);
        break;
    case 3:
        put(m, "*%s", word + (len > 2 ? len - 2 : 0));
        break;
    default:
        if (at < len) {
            word[at - (at > 1)] = at > 1 ? '?' : word[0];
        }
        put(m, "%s*", word);
    }
}

/* Words that stand for one thing, as they are printed; some in one form only. */
static void put_same(maker *m)
{
    static const char *const words[] = {
        "chip",         "chip=chips", "growth",           "bank=banks", "price",
        "price=prices", "cloud",      "commit=committed", "absent9",    "learn=learning",
        "of",           "bank",       "price=no",         "the"};
    put(m, draw(m, 8) ? "\\same:" : "\\function:");
    for (unsigned i = 0, n = 1 + draw(m, 4); i < n; i++) {
        put(m, "%s%s", i ? "," : "", words[draw(m, 14)]);
    }
}

static void put_select(maker *m)
{
    static const char *const paths[] = {"f/*", "f/1*", "*2.txt", "f/?.txt", "f/3.txt", "none/*"};
    unsigned year = 1990 + draw(m, 40);
    switch (draw(m, 4)) {
    case 0:
        put(m, "date:%u..%u", year, year + draw(m, 10));
        break;
    case 1:
        put(m, "since:%u-%02u", year, 1 + draw(m, 12));
        break;
    case 2:
        put(m, "until:%u", year);
        break;
    default:
        put(m, "path:%s", paths[draw(m, 6)]);
    }
}

static void put_near(maker *m)
{
    const char *op = draw(m, 2) ? "NEAR" : "ADJ";
    unsigned reach = draw(m, 3) ? 1 + draw(m, 12) : 1 + draw(m, 200);
    put_word(m);
    for (unsigned n = 1 + draw(m, 3); n > 0; n--) {
        put(m, " %s/%u %s", op, reach, (m->what & RANDOM_EXACT) && draw(m, 4) == 0 ? "=" : "");
        put_word(m);
    }
}

static void put_group(maker *m, unsigned depth);

static void put_brackets(maker *m, unsigned depth)
{
    put(m, "(");
    put_group(m, depth - 1);
    put(m, ")");
    if (draw(m, 4) == 0) {
        put(m, "@%u", 1 + draw(m, 3));
    }
}

static void put_thing(maker *m, unsigned depth)
{
    unsigned r = draw(m, 20);
    if (r < 2 && (m->what & RANDOM_TREES)) {
        put(m, "(");
        put_near(m);
        put(m, ")");
    } else if (r < 6 && depth > 0 && (m->what & RANDOM_TREES)) {
        put_brackets(m, depth);
    } else if (r < 8 && (m->what & RANDOM_EXACT)) {
        put(m, "\"");
        put_word(m);
        put(m, " ");
        put_word(m);
        put(m, "\"");
    } else if (r < 9 && (m->what & RANDOM_EXACT)) {
        put(m, "=");
        put_word(m);
    } else if (r < 11 && (m->what & RANDOM_PATTERNS)) {
        if (draw(m, 3)) {
            put_pattern(m);
        } else {
            put_same(m);
        }
    } else if (r < 13 && (m->what & RANDOM_SELECTS)) {
        put_select(m);
    } else if (r < 14) {
        put(m, "long-term");
    } else if (r < 15) {
        put(m, "$4 billion");
    } else {
        put_word(m);
    }
    if ((m->what & RANDOM_TREES) && draw(m, 10) == 0) {
        put(m, "^%u.%u", draw(m, 4), 1 + draw(m, 9));
    }
}

static void put_group(maker *m, unsigned depth)
{
    static const char *const between[] = {" ", " ", " ", " OR ", " AND ", " NOT ", " AND NOT "};
    static const char *const signs[] = {"", "", "", "", "+", "-"};
    int trees = (m->what & RANDOM_TREES) != 0;
    for (unsigned i = 0, n = 1 + draw(m, 4); i < n; i++) {
        const char *gap = trees ? between[draw(m, 7)] : " ";
        put(m, "%s", i ? gap : "");
        put(m, "%s", trees && (i == 0 || strcmp(gap, " ") == 0) ? signs[draw(m, 6)] : "");
        put_thing(m, depth);
    }
}

void random_expression(uint64_t *seed, const char *text, unsigned what, char *out, size_t cap)
{
    maker m = {seed, text, what, out, 0, cap};
    out[0] = '\0';
    put_group(&m, 3);
}
