/* SPDX-License-Identifier: MIT */
/* trim - see trim.h. */
#include "stemmer/trim.h"

#include "stemmer/utf8.h"

#include <string.h>
#include <uniwbrk.h>

size_t quern_trim_apostrophe(const unsigned char *text, size_t start, size_t end)
{
    static const struct {
        size_t n;
        char bytes[4];
    } shapes[] = {{1, "'"}, {3, "’"}, {3, "‘"}, {2, "ʼ"}, {3, "‛"}, {3, "＇"}, {2, "´"}, {1, "`"}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t n = shapes[i].n;
        if (end - start >= n && text[end - 1] == (unsigned char)shapes[i].bytes[n - 1] &&
            memcmp(text + end - n, shapes[i].bytes, n) == 0) {
            return n;
        }
    }
    return 0;
}

/* The end of text[start, end) without possessives. */
static size_t possessive(const unsigned char *text, size_t start, size_t end)
{
    for (;;) {
        size_t s = (text[end - 1] | 0x20) == 's';
        size_t n = quern_trim_apostrophe(text, start, end - s);
        if (n == 0 || n + s >= end - start) {
            return end;
        }
        end -= n + s;
    }
}

/* What extends the character before it. */
static int is_extension(int class)
{
    return class == WBP_EXTEND || class == WBP_FORMAT || class == WBP_ZWJ;
}

/* Whether characters of this class are trimmed from the ends of a word: low lines and narrow
 * spaces, which the standard takes for parts of it, and the marks between letters or digits, which
 * can only come to stand at the end where a possessive went. */
static int is_edge(int class)
{
    return class == WBP_EXTENDNUMLET || class == WBP_MIDNUMLET || class == WBP_MIDLETTER ||
           class == WBP_MIDNUM || class == WBP_SQ || class == WBP_DQ;
}

static void trim_edges(const unsigned char *text, size_t *start, size_t *end)
{
    size_t from = *end;
    size_t to = *end;
    int edge = 1;
    for (size_t at = *start; at < *end;) {
        size_t used;
        int class = uc_wordbreak_property(quern_utf8_decode(text + at, *end - at, &used));
        edge = is_extension(class) ? edge : is_edge(class);
        at += used;
        if (!edge) {
            from = from == *end ? at - used : from;
            to = at;
        }
    }
    *start = from < to ? from : *start;
    *end = from < to ? to : *end;
}

/* Whether an end of the word may have to be trimmed: it has a character of class ExtendNumLet,
 * which in UTF-8 are _ and some that begin with E2 or EF. */
static int may_have_edge(const unsigned char *text, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        if (text[i] == '_' || text[i] == 0xE2 || text[i] == 0xEF) {
            return 1;
        }
    }
    return 0;
}

void quern_trim_word(const unsigned char *text, size_t *start, size_t *end)
{
    if (may_have_edge(text, *start, *end)) {
        trim_edges(text, start, end);
    }
    for (;;) {
        size_t shorter = possessive(text, *start, *end);
        if (shorter == *end) {
            return;
        }
        *end = shorter;
        trim_edges(text, start, end);
    }
}
