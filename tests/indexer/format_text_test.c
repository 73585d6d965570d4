/* SPDX-License-Identifier: MIT */
#include "indexer/format.h"

#include "tests/check.h"
#include "tests/indexer/recorder.h"

#define ROW RECORDER_TEXT

static void files(void)
{
    static const char prose[] = "Wrapped prose has a first line about as long as the\n"
                                "second one, so it is no title.\n";
    static const char twenty[] = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21\n\nText";
    static const struct {
        const char *name, *text;
        size_t len;
        const char *want; /* title|text|marks, or NULL: only its beginning up to the text */
    } rows[] = {
        {"title and text", ROW("A title\n\nText."), "|A title|A title\n\nText.|T @1\n"},
        {"title with a full stop", ROW("Amazon paid $2.75 billion.\n\nText."),
         "|Amazon paid $2.75 billion.|Amazon paid $2.75 billion.\n\nText.|T @1\n"},
        {"blank lines first", ROW("\n  \n  A title  \r\n\r\nText."),
         "|A title|\n  \n  A title  \r\n\r\nText.|T @1\n"},
        {"longer line follows", ROW("A title\nA line that is much longer than it"),
         "|A title|A title\nA line that is much longer than it|T @1\n"},
        {"one line", ROW("Hello"), "|Hello|Hello|T @1\n"},
        {"empty", ROW(""), "||| @1\n"},
        {"white space", ROW(" \n\n "), "|| \n\n | @1\n"},
        {"wrapped prose", ROW(prose), NULL},
        {"21 words", ROW(twenty), NULL},
        {"byte order mark", ROW("\xEF\xBB\xBFTitle\n\nText"),
         "|Title|\xEF\xBB\xBFTitle\n\nText|T @1\n"},
        {"windows-1252", ROW("Title\n\ncaf\xE9 au lait"),
         "|Title|Title\n\ncaf\xC3\xA9 au lait|TO @1\n"},
        {"UTF-16", ROW("\xFF\xFEH\0i\0"), "|Hi|Hi|TO @1\n"},
        {"binary",
         ROW("\x7F"
             "ELF\x01\x02"),
         "skip 0: a program, not text\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        recorder r;
        quern_status status =
            recorder_read(&r, &quern_format_text, rows[i].text, rows[i].len, 1 << 20);
        CHECK_ROW(rows[i].name, status == QUERN_OK);
        if (rows[i].want) {
            CHECK_ROW(rows[i].name, strcmp(r.log, rows[i].want) == 0);
        } else {
            CHECK_ROW(rows[i].name, strncmp(r.log, "||", 2) == 0 && r.n_articles == 1);
        }
    }
}

static void limits(void)
{
    recorder r;
    CHECK(recorder_read(&r, &quern_format_text, "12345", 5, 5) == QUERN_OK);
    CHECK(r.n_articles == 1 && r.n_skips == 0);
    CHECK(recorder_read(&r, &quern_format_text, "123456", 6, 5) == QUERN_OK);
    CHECK(r.n_articles == 0 && strcmp(r.log, "skip 0: larger than 5 bytes\n") == 0);
    size_t len = 700000; /* more than two blocks */
    char *text = malloc(len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'a', len);
    CHECK(recorder_read(&r, &quern_format_text, text, len, 1 << 20) == QUERN_OK);
    CHECK(r.n_articles == 1);
    free(text);
}

static void extensions(void)
{
    static const struct {
        const char *path;
        const quern_format *want;
    } rows[] = {
        {"a.txt", &quern_format_text},       {"a.jsonl", &quern_format_jsonl},
        {"d/a.NDJSON", &quern_format_jsonl}, {"jsonl", &quern_format_text},
        {".jsonl", &quern_format_text},      {"a.jsonl.bak", &quern_format_text},
        {"a.json", &quern_format_text},      {"d.jsonl/a", &quern_format_text},
        {"a.son", &quern_format_text},       {"a.", &quern_format_text},
        {"a.html", &quern_format_html},      {"a.b.HTM", &quern_format_html},
        {"a.xhtml", &quern_format_html},     {".html", &quern_format_text},
        {"a.md", &quern_format_markdown},    {"README.Markdown", &quern_format_markdown},
        {"a.mdx", &quern_format_text},       {"html", &quern_format_text},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].path, quern_format_of(rows[i].path) == rows[i].want);
    }
}

/* The hash depends on the content alone, and differs where a byte differs. */
static void hashes(void)
{
    size_t len = 600000;
    char *text = calloc(1, len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    uint64_t seen[4] = {0, 0, 0, 0};
    for (size_t i = 0; i < 4; i++) {
        const char *data;
        size_t n;
        quern_error err;
        text[300000] = i == 1;
        text[599999] = i == 2;
        quern_input input = {.path = "test", .max_text = 1};
        input.fd = memfd_create("test", MFD_CLOEXEC);
        CHECK(write(input.fd, text, len) == (ssize_t)len && lseek(input.fd, 0, SEEK_SET) == 0);
        do {
            CHECK(quern_input_next(&input, &data, &n, &err) == QUERN_OK);
        } while (n > 0);
        CHECK(input.bytes == len && !input.failed);
        seen[i] = input.hash;
        close(input.fd);
        CHECK(lseek(input.fd, 0, SEEK_SET) < 0);
        CHECK(quern_input_next(&input, &data, &n, &err) == QUERN_E_IO && input.failed);
        quern_free(input.block);
    }
    CHECK(seen[0] == seen[3] && seen[0] != seen[1] && seen[0] != seen[2] && seen[1] != seen[2]);
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {{"files", files},
                           {"limits", limits},
                           {"extensions", extensions},
                           {"hashes", hashes},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/format_text", tests);
}
