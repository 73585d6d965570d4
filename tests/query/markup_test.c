/* SPDX-License-Identifier: MIT */
/* markup_test - marked texts as they go out: rows, and random bytes whose output is taken apart
 * again by a reader of its own. QUERN_TEST_MARKS says how many of those. */
#include "quern/quern.h"

#include "tests/check.h"

#include <string.h>
#include <unistr.h>

static const struct row {
    const char *name;
    quern_markup_style style;
    const char *text;
    quern_span spans[3];
    size_t n;
    const char *want;
} rows[] = {
    {"plain has no marks", QUERN_MARKUP_PLAIN, "a chip", {{2, 6}}, 1, "a chip"},
    {"ANSI", QUERN_MARKUP_ANSI, "a chip", {{2, 6}}, 1, "a \033[1;33mchip\033[0m"},
    {"HTML", QUERN_MARKUP_HTML, "a chip", {{2, 6}}, 1, "a <mark>chip</mark>"},
    {"two marks side by side",
     QUERN_MARKUP_HTML,
     "abcd",
     {{0, 2}, {2, 3}},
     2,
     "<mark>ab</mark><mark>c</mark>d"},
    {"HTML is escaped, in and out of marks",
     QUERN_MARKUP_HTML,
     "<b>&\"'</b>",
     {{3, 6}},
     1,
     "&lt;b&gt;<mark>&amp;&quot;&#39;</mark>&lt;/b&gt;"},
    {"a mark that the text has itself",
     QUERN_MARKUP_HTML,
     "<mark>x</mark>",
     {{6, 7}},
     1,
     "&lt;mark&gt;<mark>x</mark>&lt;/mark&gt;"},
    {"escape sequences",
     QUERN_MARKUP_ANSI,
     "\033[2J\033]0;x\007",
     {{0, 0}},
     0,
     "\\x1b[2J\\x1b]0;x\\x07"},
    {"C1, also as one byte", QUERN_MARKUP_ANSI, "\302\233m \233", {{0, 0}}, 0, "\\x9bm \\x9b"},
    {"DEL and CR", QUERN_MARKUP_PLAIN, "a\177\rb", {{0, 0}}, 0, "a\\x7f\\x0db"},
    {"overrides of direction",
     QUERN_MARKUP_ANSI,
     "\342\200\256x\342\201\246",
     {{0, 0}},
     0,
     "\\u202ex\\u2066"},
    {"new lines and tabs stay", QUERN_MARKUP_ANSI, "a\n\tb", {{0, 0}}, 0, "a\n\tb"},
    {"controls in HTML",
     QUERN_MARKUP_HTML,
     "\033\r\342\200\256\377",
     {{0, 0}},
     0,
     "\357\277\275&#13;\357\277\275\357\277\275"},
    {"a span that ends in a character", QUERN_MARKUP_HTML, "é!", {{0, 1}}, 1, "<mark>é</mark>!"},
    {"an empty span, and one past the end",
     QUERN_MARKUP_HTML,
     "ab",
     {{1, 1}, {1, 9}},
     2,
     "a<mark>b</mark>"},
    {"no text", QUERN_MARKUP_HTML, "", {{0, 0}}, 0, ""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[200];
        quern_markup_options o = QUERN_MARKUP_OPTIONS_INIT;
        o.style = rows[i].style;
        size_t n =
            quern_markup(quern_str(rows[i].text), rows[i].spans, rows[i].n, &o, out, sizeof out);
        CHECK_ROW(rows[i].name, strcmp(out, rows[i].want) == 0 && n == strlen(out));
    }
}

static void test_short_of_room(void)
{
    char out[40];
    quern_span span = {0, 1};
    quern_markup_options o = QUERN_MARKUP_OPTIONS_INIT;
    o.style = QUERN_MARKUP_HTML;
    size_t wanted = quern_markup(QUERN_STR("<é"), &span, 1, &o, NULL, 0);
    CHECK(wanted == strlen("<mark>&lt;</mark>é"));
    for (size_t cap = 0; cap <= wanted + 1; cap++) {
        memset(out, '#', sizeof out);
        CHECK(quern_markup(QUERN_STR("<é"), &span, 1, &o, out, cap) == wanted);
        CHECK(out[cap] == '#');
        static const size_t ends[] = {0, 6, 10, 17, 19};
        size_t len = cap ? strlen(out) : 0;
        int whole = 0;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            whole |= len == ends[i];
        }
        CHECK(cap == 0 || (len < cap && whole));
    }
    o.open = "[";
    o.close = "]";
    quern_markup(QUERN_STR("ab"), &span, 1, &o, out, sizeof out);
    CHECK(strcmp(out, "[a]b") == 0);
    CHECK(quern_markup(QUERN_STR("ab"), &span, 1, NULL, out, sizeof out) == 2);
}

/* ---- Random bytes ---- */

static size_t random_bytes(uint64_t *seed, char *out, size_t cap)
{
    static const char *const pieces[] = {"a",
                                         "word ",
                                         "<b>",
                                         "&amp;",
                                         "<mark>",
                                         "</mark>",
                                         "\"",
                                         "'",
                                         "\033[0m",
                                         "\033[1;33m",
                                         "\033]52;c;",
                                         "\007",
                                         "\302\233",
                                         "\233",
                                         "\r",
                                         "\n",
                                         "\177",
                                         "\342\200\256",
                                         "\342\201\251",
                                         "é",
                                         "東",
                                         "\377",
                                         "\\x1b",
                                         "\t",
                                         "\360\237\230\200",
                                         "\355\240\200"};
    size_t len = 0;
    for (size_t n = check_random(seed) % 20; n > 0 && len + 16 < cap; n--) {
        uint64_t r = check_random(seed);
        if (r % 8 == 0) {
            out[len++] = (char)(r >> 32); /* any byte, NUL too */
            continue;
        }
        const char *piece = pieces[(r >> 8) % (sizeof pieces / sizeof *pieces)];
        size_t piece_len = strlen(piece);
        memcpy(out + len, piece, piece_len);
        len += piece_len;
    }
    return len;
}

static size_t random_spans(uint64_t *seed, const char *text, size_t len, quern_span *spans)
{
    size_t n = 0;
    uint32_t at = 0;
    while (n < 5) {
        uint32_t start = at + (uint32_t)(check_random(seed) % 12);
        uint32_t end = start + 1 + (uint32_t)(check_random(seed) % 12);
        while (start < len && ((unsigned char)text[start] & 0xC0) == 0x80) {
            start++;
        }
        while (end < len && ((unsigned char)text[end] & 0xC0) == 0x80) {
            end++;
        }
        if (start >= end || end > len) {
            return n;
        }
        spans[n++] = (quern_span){start, end};
        at = end;
    }
    return n;
}

/* What a character must come out as, from the table of markup.c. Returns its bytes. */
static size_t expected(const char *s, size_t n, int html, char *out)
{
    ucs4_t c;
    int len = u8_mbtoucr(&c, (const uint8_t *)s, n);
    int stray = len <= 0;
    c = stray ? (unsigned char)*s : c;
    len = stray ? 1 : len;
    int hidden = stray || (c < 32 && c != '\n' && c != '\t') || (c >= 127 && c <= 159) ||
                 (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (hidden && html) {
        strcpy(out, c == '\r' ? "&#13;" : "\357\277\275");
    } else if (hidden) {
        sprintf(out, c < 256 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    } else {
        memcpy(out, s, (size_t)len);
        out[len] = '\0';
        const char *from = "&<>\"'";
        static const char *const to[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
        if (html && len == 1 && *s && strchr(from, *s)) {
            strcpy(out, to[strchr(from, *s) - from]);
        }
    }
    return (size_t)len;
}

/* Reads the output back beside the text: every byte is that of a character in its form, or a mark
 * where a span begins or ends. */
static int reads_back(const char *out, const char *text, size_t len, const quern_span *spans,
                      size_t n, const quern_markup_options *o)
{
    size_t at = 0;
    int open = 0;
    for (size_t i = 0; i <= len;) {
        if (open && i >= spans[at].end) {
            if (strncmp(out, o->close, strlen(o->close)) != 0) {
                return 0;
            }
            out += strlen(o->close);
            open = 0;
            at++;
        }
        if (!open && at < n && spans[at].start == i) {
            if (strncmp(out, o->open, strlen(o->open)) != 0) {
                return 0;
            }
            out += strlen(o->open);
            open = 1;
        }
        if (i == len) {
            break;
        }
        char form[32];
        size_t took = expected(text + i, len - i, o->style == QUERN_MARKUP_HTML, form);
        if (strncmp(out, form, strlen(form)) != 0) {
            return 0;
        }
        out += strlen(form);
        i += took;
    }
    return *out == '\0' && at == n;
}

static void test_random(void)
{
    const char *pairs = getenv("QUERN_TEST_MARKS");
    long n = pairs ? strtol(pairs, NULL, 10) : 5000;
    uint64_t seed = check_seed(53);
    for (long round = 0; round < n; round++) {
        char text[400];
        char out[8000];
        quern_span spans[5];
        size_t len = random_bytes(&seed, text, sizeof text);
        size_t n_spans = random_spans(&seed, text, len, spans);
        quern_string string = {text, len};
        quern_markup_options html = {sizeof html, QUERN_MARKUP_HTML, "<mark>", "</mark>"};
        quern_markup_options ansi = {sizeof ansi, QUERN_MARKUP_ANSI, "\033[1;33m", "\033[0m"};
        CHECK(quern_markup(string, spans, n_spans, &html, out, sizeof out) == strlen(out));
        CHECK(reads_back(out, text, len, spans, n_spans, &html));
        CHECK(quern_markup(string, spans, n_spans, &ansi, out, sizeof out) == strlen(out));
        CHECK(reads_back(out, text, len, spans, n_spans, &ansi));
        CHECK(u8_check((const uint8_t *)out, strlen(out)) == NULL);
        size_t escapes = 0;
        for (const char *p = out; (p = strchr(p, '\033')); p++) {
            escapes++;
        }
        CHECK(escapes == 2 * n_spans);
    }
}

static CU_TestInfo tests[] = {
    {"rows", test_rows},
    {"short of room", test_short_of_room},
    {"random bytes", test_random},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/markup", tests)
