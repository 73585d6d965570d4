/* SPDX-License-Identifier: MIT */
/* Suite of cli/terminal.c: what is clean, where marks end up, how lines are broken. */
#include "cli/terminal.h"

#include "tests/check.h"

#include <string.h>
#include <unistr.h>

#define TEXT(s)                                                                                    \
    {                                                                                              \
        s, sizeof(s) - 1                                                                           \
    }

static void cleans_text(void)
{
    static const struct {
        const char *name;
        quern_string text;
        quern_clean how;
        const char *want;
    } rows[] = {
        {"plain", TEXT("a b"), QUERN_CLEAN_ESCAPE, "a b"},
        {"empty", TEXT(""), QUERN_CLEAN_ESCAPE, ""},
        {"white space", TEXT(" \t a \r\n\v\f b\n"), QUERN_CLEAN_ESCAPE, "a b"},
        {"unicode spaces",
         TEXT("a\xc2\x85\xe2\x80\xa8\xe2\x80\xa9"
              "b"),
         QUERN_CLEAN_ESCAPE, "a b"},
        {"escape", TEXT("\033[31mx"), QUERN_CLEAN_ESCAPE, "\\x1b[31mx"},
        {"escape in a pipe", TEXT("a\033[31mx"), QUERN_CLEAN_SPACE, "a [31mx"},
        {"delete", TEXT("a\x7f"), QUERN_CLEAN_ESCAPE, "a\\x7f"},
        {"nul", TEXT("a\0b"), QUERN_CLEAN_ESCAPE, "a\\x00b"},
        {"nul in a pipe", TEXT("a\0\0b"), QUERN_CLEAN_SPACE, "a b"},
        {"C1", TEXT("\xc2\x9b"), QUERN_CLEAN_ESCAPE, "\\x9b"},
        {"C1 in a pipe",
         TEXT("a\xc2\x9b"
              "b"),
         QUERN_CLEAN_SPACE, "a b"},
        {"override", TEXT("\xe2\x80\xae"), QUERN_CLEAN_ESCAPE, "\\u202e"},
        {"isolate", TEXT("\xe2\x81\xa6"), QUERN_CLEAN_ESCAPE, "\\u2066"},
        {"a mark of direction stays", TEXT("\xe2\x80\x8f"), QUERN_CLEAN_ESCAPE, "\xe2\x80\x8f"},
        {"byte order mark",
         TEXT("\xef\xbb\xbf"
              "a"),
         QUERN_CLEAN_ESCAPE, "a"},
        {"stray byte", TEXT("a\xff"), QUERN_CLEAN_ESCAPE, "a\\xff"},
        {"stray byte in a pipe", TEXT("a\xff"), QUERN_CLEAN_SPACE, "a\xef\xbf\xbd"},
        {"cut character", TEXT("a\xe2\x80"), QUERN_CLEAN_ESCAPE, "a\\xe2\\x80"},
        {"surrogate", TEXT("\xed\xa0\x80"), QUERN_CLEAN_ESCAPE, "\\xed\\xa0\\x80"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_line line;
        CHECK_ROW(rows[i].name,
                  quern_terminal_clean(rows[i].text, NULL, 0, rows[i].how, &line) == 0);
        CHECK_ROW(rows[i].name, strcmp(line.data, rows[i].want) == 0);
        CHECK_ROW(rows[i].name, line.len == strlen(rows[i].want));
        quern_terminal_drop(&line);
    }
}

static void carries_marks(void)
{
    static const quern_span spans[] = {{2, 5}, {6, 7}, {11, 17}, {17, 21}};
    /* 0         1         2
     * 0123456789012345678901 */
    static const char text[] = "\n abc\033d \t\n commit\xe2\x80\xae!  ";
    static const char *const want[] = {"abc", "d", "commit", "\\u202e!"};
    const quern_string in = TEXT(text);
    quern_line line;
    CHECK(quern_terminal_clean(in, spans, 4, QUERN_CLEAN_ESCAPE, &line) == 0);
    CHECK(strcmp(line.data, "abc\\x1bd commit\\u202e!") == 0);
    CHECK(line.n_marks == 4);
    for (size_t i = 0; i < 4; i++) {
        size_t len = line.marks[i].end - line.marks[i].start;
        CHECK_ROW(want[i], len == strlen(want[i]));
        CHECK_ROW(want[i], memcmp(line.data + line.marks[i].start, want[i], len) == 0);
    }
    quern_terminal_drop(&line);
}

/* Every byte string gives a line that keeps the promises of quern_line. */
static void anything_becomes_clean(void)
{
    static const char pieces[][5] = {"\033[", "\xc2\x9b", "\xe2\x80", "a b",  "\n\t",
                                     "\xff",  "\xc3\xa9", "\x7f",     "\xe4", "\xf0\x9f"};
    uint64_t seed = check_seed(7);
    size_t unclean = 0, invalid = 0, outside = 0;
    for (int round = 0; round < 4000; round++) {
        char text[64];
        size_t len = 0;
        while (len < 48) {
            const char *piece = pieces[check_random(&seed) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        uint32_t start = (uint32_t)(check_random(&seed) % len);
        uint32_t end = start + 1 + (uint32_t)(check_random(&seed) % (len - start));
        quern_span span = {start, end};
        quern_string in = {text, len};
        quern_line line;
        CU_ASSERT_FATAL(quern_terminal_clean(in, &span, 1, round & 1, &line) == 0);
        quern_terminal_window(&line, 20 + (size_t)round % 30);
        quern_terminal_clip(&line, 1 + (size_t)round % 40);
        for (size_t i = 0; i < line.len; i++) {
            unsigned char c = (unsigned char)line.data[i];
            unclean +=
                c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)line.data[i + 1] < 0xa0);
        }
        invalid += u8_check((const uint8_t *)line.data, line.len) != NULL;
        for (size_t i = 0; i < line.n_marks; i++) {
            outside += line.marks[i].start > line.marks[i].end || line.marks[i].end > line.len;
        }
        quern_terminal_drop(&line);
    }
    CHECK(unclean == 0);
    CHECK(invalid == 0);
    CHECK(outside == 0);
}

static char *wrapped(const char *text, const quern_span *spans, size_t n, unsigned width)
{
    char *out = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&out, &len);
    quern_line line;
    quern_layout layout = {width, 2, "<", ""};
    quern_terminal_clean(quern_str(text), spans, n, QUERN_CLEAN_ESCAPE, &line);
    CHECK(quern_terminal_wrap(f, &line, &layout) == 0);
    quern_terminal_drop(&line);
    fclose(f);
    return out;
}

static void breaks_lines(void)
{
    static const struct {
        const char *name, *text;
        unsigned width;
        const char *want;
    } rows[] = {
        {"fits", "one two", 20, "  one two\n"},
        {"at a space", "one two three four", 14, "  one two\n  three four\n"},
        {"exactly", "aaaa bbbbbbb ccc", 14, "  aaaa bbbbbbb\n  ccc\n"},
        {"a long word", "abcdefghijklmnopqrstuvwxyz", 14, "  abcdefghijkl\n  mnopqrstuvwx\n  yz\n"},
        {"at a hyphen", "a long-term plan", 14, "  a long-term\n  plan\n"},
        {"wide characters", "北京大学北京大学", 14, "  北京大学北京\n  大学\n"},
        {"nothing", "", 14, ""},
        {"narrow", "one two three", 3, "  one two\n  three\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *out = wrapped(rows[i].text, NULL, 0, rows[i].width);
        CHECK_ROW(rows[i].name, strcmp(out, rows[i].want) == 0);
        free(out);
    }
}

static void marks_go_over_line_ends(void)
{
    static const quern_span spans[] = {{4, 13}};
    char *out = wrapped("one two three four", spans, 1, 14);
    CHECK(strcmp(out, "  one <two\033[0m\n  <three\033[0m four\n") == 0);
    free(out);
}

static void clips_and_windows(void)
{
    static const quern_span spans[] = {{300, 303}};
    char text[601];
    quern_line line;
    for (size_t i = 0; i < 600; i++) {
        text[i] = i % 5 == 4 ? ' ' : 'x';
    }
    text[600] = '\0';
    CHECK(quern_terminal_clean(quern_str(text), spans, 1, QUERN_CLEAN_ESCAPE, &line) == 0);
    CHECK(quern_terminal_window(&line, 100) == 0);
    CHECK(line.len < 110);
    CHECK(strncmp(line.data, "… xxxx", 8) == 0);
    CHECK(strcmp(line.data + line.len - 4, " …") == 0);
    CHECK(line.n_marks == 1 && memcmp(line.data + line.marks[0].start, "xxx", 3) == 0);
    CHECK(quern_terminal_clip(&line, 10) == 0);
    CHECK(quern_terminal_columns(&line) == 10);
    CHECK(quern_terminal_clip(&line, 10) == 0);
    CHECK(quern_terminal_columns(&line) == 10);
    quern_terminal_drop(&line);
    CHECK(quern_terminal_clean(quern_str("北京大学"), NULL, 0, QUERN_CLEAN_ESCAPE, &line) == 0);
    CHECK(quern_terminal_columns(&line) == 8);
    CHECK(quern_terminal_clip(&line, 6) == 0);
    CHECK(strcmp(line.data, "北京…") == 0);
    quern_terminal_drop(&line);
}

static void knows_when(void)
{
    quern_when when = QUERN_WHEN_AUTO;
    CHECK(quern_terminal_when("always", &when) == 0 && when == QUERN_WHEN_ALWAYS);
    CHECK(quern_terminal_when("never", &when) == 0 && when == QUERN_WHEN_NEVER);
    CHECK(quern_terminal_when("sometimes", &when) == -1 && when == QUERN_WHEN_NEVER);
    CHECK(quern_terminal_color(QUERN_WHEN_ALWAYS, -1) == 1);
    CHECK(quern_terminal_color(QUERN_WHEN_NEVER, 0) == 0);
    CHECK(quern_terminal_color(QUERN_WHEN_AUTO, -1) == 0);
}

static CU_TestInfo tests[] = {
    {"cleans text", cleans_text},
    {"carries marks", carries_marks},
    {"anything becomes clean", anything_becomes_clean},
    {"breaks lines", breaks_lines},
    {"marks go over line ends", marks_go_over_line_ends},
    {"clips and windows", clips_and_windows},
    {"knows when", knows_when},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("cli/terminal", tests)
