/* SPDX-License-Identifier: MIT */
#include "indexer/format.h"

#include "tests/check.h"
#include "tests/indexer/recorder.h"

static void records(void)
{
    static const struct {
        const char *name, *text, *want;
    } rows[] = {
        {"all members",
         "{\"id\":\"a\",\"title\":\"T\",\"text\":\"X\",\"date\":\"2023-09-25\",\"lang\":\"en\"}\n",
         "a|T|X|O date=1695600000 lang=en lang=en @1\n"}, /* the article's, and a field */
        {"language", "{\"id\":1,\"text\":\"X\",\"lang\":\"en\",\"language\":\"de-AT\"}",
         "1||X|O lang=de-AT lang=en language=de-AT @1\n"},
        {"no language", "{\"id\":1,\"text\":\"X\",\"language\":7}", "1||X|O language=7 @1\n"},
        {"language too long",
         "{\"id\":1,\"text\":\"X\",\"language\":\"abcdefghijklmnopqrstuvwxyzabcdefghij\"}",
         "1||X|O language=abcdefghijklmnopqrstuvwxyzabcdefghij @1\n"},
        {"no newline at the end", "{\"id\":7,\"text\":\"X\"}", "7||X|O @1\n"},
        {"no id", "\n\r\n{\"text\":\"X\"}\n", "line:3||X|O @3\n"},
        {"real id", "{\"id\":1.5,\"text\":\"X\"}", "1.5||X|O @1\n"},
        {"id of no use", "{\"id\":[],\"text\":\"X\"}\n{\"id\":\"\",\"text\":\"X\"}",
         "skip 1: line 1 has a member \"id\" that is no string or number\n"
         "skip 2: line 2 has a member \"id\" that is no string or number\n"},
        {"id beyond 64 bits", "{\"id\":99999999999999999999,\"text\":\"X\"}",
         "skip 1: line 1 has a member \"id\" that is no string or number\n"},
        {"id beyond 53 bits, field beyond 64",
         "{\"id\":9007199254740995,\"n\":99999999999999999999,\"text\":\"X\"}",
         "skip 1: line 1 has a member \"id\" that is no string or number\n"},
        {"field beyond 64 bits", "{\"id\":1,\"n\":99999999999999999999,\"text\":\"X\"}",
         "1||X|O n=1e20 @1\n"},
        {"fields", "{\"id\":1,\"text\":\"X\",\"n\":0.1,\"i\":-3,\"b\":true,\"z\":null,\"o\":{}}",
         "1||X|O n=0.1 i=-3 b=true @1\n"},
        {"array of fields", "{\"id\":1,\"text\":\"X\",\"tag\":[\"a\",2,null,[3]]}",
         "1||X|O tag=a tag=2 @1\n"},
        {"paragraphs", "{\"id\":1,\"text\":[\"X\",\"Y\"]}", "1||X\n\nY|O @1\n"},
        {"no text", "{\"id\":1,\"title\":\"T\"}\n{\"id\":1,\"text\":{}}",
         "skip 1: line 1 has no member \"text\" with text\n"
         "skip 2: line 2 has no member \"text\" with text\n"},
        {"empty text", "{\"id\":1,\"title\":\"T\",\"text\":\"\"}", "1|T|T|TO @1\n"},
        {"epoch", "{\"id\":1,\"text\":\"X\",\"date\":1695600000.5}", "1||X|O date=1695600000 @1\n"},
        {"odd date", "{\"id\":1,\"text\":\"X\",\"date\":\"yesterday\"}",
         "1||X|O date=yesterday @1\n"},
        {"not JSON", "{\"id\":1,\"text\":\"X\"}\n{oops\n{\"id\":2,\"text\":\"Y\"}\n",
         "1||X|O @1\nskip 2: line 2 is not JSON: string or '}' expected near 'oops' at column 5\n"
         "2||Y|O @3\n"},
        {"two on a line", "{\"id\":1,\"text\":\"X\"} {}",
         "skip 1: line 1 is not JSON: end of file expected near '{' at column 21\n"},
        {"no object", "[1]\n", "skip 1: line 1 is not a JSON object\n"},
        {"same id", "{\"id\":1,\"text\":\"X\"}\n{\"id\":\"1\",\"text\":\"Y\"}",
         "1||X|O @1\nskip 2: line 2 replaces an earlier record of the same id, 1\n1||Y|O @2\n"},
        {"byte order mark", "\xEF\xBB\xBF{\"id\":1,\"text\":\"X\"}", "1||X|O @1\n"},
        {"not UTF-8", "{\"id\":1,\"text\":\"caf\xE9\"}", "1||caf\xEF\xBF\xBD|O @1\n"},
        {"UTF-16", "\xFF\xFE{", "skip 0: JSONL in UTF-16, not UTF-8\n"},
        {"nothing", "", ""},
        {"white space", " \n\t\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        recorder r;
        quern_status status =
            recorder_read(&r, &quern_format_jsonl, rows[i].text, strlen(rows[i].text), 1 << 20);
        CHECK_ROW(rows[i].name, status == QUERN_OK);
        CHECK_ROW(rows[i].name, strcmp(r.log, rows[i].want) == 0);
        if (strcmp(r.log, rows[i].want) != 0) {
            printf("\n  got  %s", r.log);
        }
    }
}

/* Long strings do not go through the parser, and come out as those that do. */
static void long_strings(void)
{
    static const struct {
        const char *json, *want; /* NULL: the parser refuses the line */
    } rows[] = {
        {"", ""},
        {"caf\xC3\xA9", "caf\xC3\xA9"},
        {"a\\n\\t\\\"\\\\\\/b", "a\n\t\"\\/b"},
        {"\\b\\f\\r.", "\b\f\r."},
        {"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00", "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"\\\\\\\\", "\\\\"},
        {"\\x", NULL},
        {"\\u12g4", NULL},
        {"\\uD83D", NULL},
        {"\\uDE00\\uD83D", NULL},
        {"\t", NULL},
        {"\x01", NULL},
    };
    static const char x[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        recorder r;
        char line[2000];
        char want[2000];
        const char *json = rows[i].json;
        snprintf(line, sizeof line, "{\"id\":\"%s\",\"%s\": 1 ,\"text\":[\"%s%s\",\"%s\"]}", x, x,
                 x, json, x);
        snprintf(want, sizeof want, "%s||%s%s\n\n%s|O %s=1 @1\n", x, x,
                 rows[i].want ? rows[i].want : "", x, x);
        CHECK(recorder_read(&r, &quern_format_jsonl, line, strlen(line), 1 << 20) == QUERN_OK);
        CHECK_ROW(json, rows[i].want ? strcmp(r.log, want) == 0
                                     : strstr(r.log, "skip 1: line 1 is not JSON: ") == r.log);
    }
}

/* What stands where a long string was is taken for nothing else. */
/* Names and values of fields have so many bytes at most, and U+FFFD counts three. */
static void long_fields(void)
{
    enum { MOST = 4096 };
    static char line[4 * MOST];
    recorder r;
    static const struct {
        int name, value, is_kept;
        char byte;
    } rows[] = {{MOST, 1, 1, 'n'},     {MOST + 1, 1, 0, 'n'},    {1, MOST, 1, 'n'},
                {1, MOST + 1, 0, 'n'}, {MOST / 3, 1, 1, '\xFF'}, {MOST / 3 + 1, 1, 0, '\xFF'}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = (size_t)snprintf(line, sizeof line, "{\"id\":1,\"text\":\"X\",\"");
        memset(line + n, rows[i].byte, (size_t)rows[i].name);
        n += (size_t)rows[i].name;
        n += (size_t)snprintf(line + n, sizeof line - n, "\":\"%0*d\"}", rows[i].value, 0);
        CHECK(recorder_read(&r, &quern_format_jsonl, line, n, 1 << 20) == QUERN_OK);
        CHECK((strchr(r.log, '=') != NULL) == rows[i].is_kept);
    }
}

static void escaped_nul(void)
{
    static const char line[] =
        "{\"id\":1,\"text\":"
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
        "\"f\":\"\\u00000\"}";
    recorder r;
    CHECK(recorder_read(&r, &quern_format_jsonl, line, strlen(line), 1 << 20) == QUERN_OK);
    CHECK(strstr(r.log, "|O f=") != NULL && strstr(r.log, "f=x") == NULL);
}

/* Lines longer than the limit are passed over, wherever the blocks of 256 KiB fall. */
static void long_lines(void)
{
    static const size_t lengths[] = {999, 1001, 262143, 262144, 262145, 1000000};
    char *text = malloc(1100000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t at = (size_t)sprintf(text, "{\"id\":1,\"text\":\"X\"}\n");
        memset(text + at, ' ', lengths[i]);
        at += lengths[i];
        at += (size_t)sprintf(text + at, "\n{\"id\":2,\"text\":\"Y\"}");
        recorder r;
        char row[32];
        snprintf(row, sizeof row, "%zu bytes", lengths[i]);
        CHECK_ROW(row, recorder_read(&r, &quern_format_jsonl, text, at, 1000) == QUERN_OK);
        const char *want = lengths[i] <= 1000
                               ? "1||X|O @1\n2||Y|O @3\n"
                               : "1||X|O @1\nskip 2: line 2 is longer than 1000 bytes\n2||Y|O @3\n";
        CHECK_ROW(row, strcmp(r.log, want) == 0);
        /* the long line is the last one */
        CHECK_ROW(row,
                  recorder_read(&r, &quern_format_jsonl, text, 20 + lengths[i], 1000) == QUERN_OK);
        CHECK_ROW(row, r.n_articles == 1 && r.n_skips == (lengths[i] > 1000));
    }
    free(text);
}

/* Records across blocks are whole, and many ids are told apart. */
static void many(void)
{
    size_t n = 20000;
    char *text = malloc(n * 100);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        at += (size_t)sprintf(text + at, "{\"id\":%zu,\"text\":\"words of record %zu\"}\n", i, i);
    }
    recorder r;
    CHECK(recorder_read(&r, &quern_format_jsonl, text, at, 1 << 20) == QUERN_OK);
    CHECK(r.n_articles == n && r.n_skips == 0);
    at += (size_t)sprintf(text + at, "{\"id\":77,\"text\":\"again\"}\n");
    CHECK(recorder_read(&r, &quern_format_jsonl, text, at, 1 << 20) == QUERN_OK);
    CHECK(r.n_articles == n + 1 && r.n_skips == 1);
    free(text);
}

static quern_status refuse(quern_sink *sink, quern_article *article, quern_error *err)
{
    (void)sink;
    (void)article;
    return quern_fail(err, QUERN_E_FULL, "full");
}

static void sink_fails(void)
{
    const char *text = "{\"id\":1,\"text\":\"X\"}\n{\"id\":2,\"text\":\"X\"}\n";
    recorder r;
    CHECK(recorder_read(&r, &quern_format_jsonl, text, strlen(text), 1 << 20) == QUERN_OK);
    r.sink.put = refuse;
    quern_input input = {.path = "test", .max_text = 1000};
    quern_error err;
    input.fd = memfd_create("test", MFD_CLOEXEC);
    CHECK(write(input.fd, text, strlen(text)) > 0 && lseek(input.fd, 0, SEEK_SET) == 0);
    CHECK(quern_format_jsonl.read(&input, &r.sink, &err) == QUERN_E_FULL);
    CHECK(err.status == QUERN_E_FULL);
    close(input.fd);
    quern_free(input.block);
}

int main(void)
{
    CU_TestInfo tests[] = {{"records", records},         {"long strings", long_strings},
                           {"long fields", long_fields}, {"an escaped NUL", escaped_nul},
                           {"long lines", long_lines},   {"many", many},
                           {"sink fails", sink_fails},   CU_TEST_INFO_NULL};
    return check_main("indexer/format_jsonl", tests);
}
