/* SPDX-License-Identifier: MIT */
/* glob - see glob.h. */
#include "query/glob.h"

#include "query/slips.h"

#include <string.h>

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

/* Whether a form is at most `edits` slips from a word, its first character not touched. */
static int is_near(quern_string word, quern_string form, uint32_t edits)
{
    quern_slips_word a;
    quern_slips_word b;
    quern_slips_read(&a, word);
    quern_slips_read(&b, form);
    if (a.n == 0 || b.n == 0 || a.chars[0] != b.chars[0]) {
        return word.len == form.len && memcmp(word.data, form.data, word.len) == 0;
    }
    return quern_slips_distance(&a, &b, edits) <= edits;
}

int quern_glob_matches(const quern_plan_pattern *pattern, quern_string form)
{
    quern_string bytes = {pattern->bytes, pattern->len};
    return pattern->edits ? is_near(bytes, form, pattern->edits) : quern_glob_fits(bytes, form);
}
