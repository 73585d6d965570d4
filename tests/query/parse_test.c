/* SPDX-License-Identifier: MIT */
/* parse_test - what queries are understood as, which notes they get, and that any bytes parse. */
#include "query/parse.h"

#include "tests/check.h"

#include <string.h>
#include <time.h>
#include <unistr.h>

static const struct row {
    const char *name, *input, *plan;
    size_t notes;
} rows[] = {
    {"words", "Bedrock commitment", "bedrock commit", 0},
    {"one word twice", "AWS chips aws", "aws^2 chip", 0},
    {"straight quotes", "\"long-term commitment\"", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"curly quotes", "“long-term commitment”", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"low quotes", "„long-term commitment“ x", "(long ADJ/2 term ADJ/2 commit) x", 0},
    {"low quotes, right", "„long-term commitment”", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"two right quotes", "”long-term commitment”", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"reversed high quotes", "‟long-term commitment”", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"angle quotes", "«long-term commitment»", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"angle quotes inwards", "»long-term commitment«", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"wide quotes", "＂long-term commitment＂", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"curly then straight", "“long-term commitment\"", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"straight then curly", "\"long-term commitment”", "(long ADJ/2 term ADJ/2 commit)", 0},
    {"single quotes are no phrase", "'long term' ‘chips’", "long term chip", 0},
    {"quotes inside", "“a \"b\" c”", "(a ADJ/2 b ADJ/2 c)", 0},
    {"two phrases", "\"a b\" \"c d\"", "(a ADJ/1 b) (c ADJ/1 d)", 0},
    {"one phrase twice", "\"long terms\" “long-term”", "(long ADJ/1 term)^2", 0},
    {"phrase and its words", "long \"long term\" term", "long (long ADJ/1 term) term", 0},
    {"phrase of one word", "\"commitment\"", "commit", 0},
    {"and the word", "commitment \"commitments\"", "commit^2", 0},
    {"a word at a phrase", "say\"hello world\"now", "say (hello ADJ/1 world) now", 0},
    {"a word twice in a phrase", "\"the more the\"", "(the ADJ/2 more ADJ/2 the)", 0},
    {"punctuation in a phrase", "\"chips, (and) clouds!\"", "(chip ADJ/2 and ADJ/2 cloud)", 0},
    {"no end", "\"long term", "long term", 1},
    {"no end, inside a word", "chips “long term", "chip long term", 1},
    {"no start", "long term” chips", "long term chip", 1},
    {"an inch", "5\" disk “long term”", "(5) disk (long ADJ/1 term)", 1},
    {"a lone quote", "chips \" clouds", "chip cloud", 1},
    {"three quotes", "\"a b\" c\" d", "(a ADJ/1 b) c d", 1},
    {"no word", "chips && clouds", "chip cloud", 1},
    {"no word at the ends", "-- chips —", "chip", 2},
    {"no phrase", "\"\" chips \" , \"", "chip", 2},
    {"nothing", "", "", 0},
    {"white space", " \t\r\n ", "", 0},
    {"only marks", "“”", "", 1},
    {"invalid UTF-8", "chips\xFF\xC0 \xE2\x80 clouds", "chip cloud", 1},
    {"operators are not there yet", "+chips -clouds (banks)", "chip cloud bank", 0},
};

static quern_query *parse(quern_analysis *analysis, const char *text, size_t len)
{
    quern_error err;
    quern_query *query = NULL;
    quern_string s = {text, len};
    quern_status status = quern_query_build(analysis, s, &query, &err);
    CHECK_ROW("parses", status == QUERN_OK && query);
    return query;
}

static quern_analysis *english(void)
{
    quern_error err;
    quern_analysis *analysis = NULL;
    CU_ASSERT_FATAL(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
    return analysis;
}

static void test_rows(void)
{
    quern_analysis *analysis = english();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        quern_query *query = parse(analysis, r->input, strlen(r->input));
        size_t notes = 0;
        while (quern_query_note(query, notes)) {
            notes++;
        }
        CHECK_ROW(r->name, strcmp(quern_query_text(query), r->plan) == 0);
        CHECK_ROW(r->name, notes == r->notes);
        quern_query_free(query);
    }
    quern_analysis_free(analysis);
}

static void test_notes(void)
{
    quern_analysis *analysis = english();
    quern_query *query = parse(analysis, "a \x1B[—\x7F b", 9);
    CU_ASSERT_PTR_NOT_NULL_FATAL(quern_query_note(query, 0));
    CHECK(strcmp(quern_query_note(query, 0), "the word [—? holds no word and was left out") == 0);
    quern_query_free(query);
    query = parse(analysis, "chips \"x", 8);
    CHECK(strcmp(quern_query_note(query, 0),
                 "a quotation mark without its partner was read as plain text") == 0);
    CHECK(quern_query_note(query, 1) == NULL);
    quern_query_free(query);
    query = parse(analysis, "&\x01& chips", 9);
    CHECK(strcmp(quern_query_note(query, 0), "the word & holds no word and was left out") == 0);
    quern_query_free(query);
    query = parse(analysis, "! ! ! ! ! ! ! ! ! ! !", 21);
    CHECK(strcmp(quern_query_note(query, 8), "3 more words or phrases were left out") == 0);
    CHECK(quern_query_note(query, 9) == NULL);
    quern_query_free(query);
    CHECK(strcmp(quern_query_text(NULL), "") == 0 && quern_query_note(NULL, 0) == NULL);
    quern_query_free(NULL);
    quern_analysis_free(analysis);
}

static int is_printable(const char *s)
{
    for (const char *c = s; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7F) {
            return 0;
        }
    }
    return u8_check((const uint8_t *)s, strlen(s)) == NULL;
}

/* Any bytes parse, and what is said of them can be printed. */
static void test_random_bytes(void)
{
    static const char *const pieces[] = {"\"",   "“",        "”",        "„",    "«",        "»",
                                         "＂",   " ",        "\n",       "chip", "Amazon’s", "18.4",
                                         "-",    "\xC3",     "\xE2\x80", "\xFF", "\x1B",     "é",
                                         "中文", "\xC2\x85", "a",        "(",    "\xF0\x9F"};
    uint64_t seed = check_seed(20);
    quern_analysis *analysis = english();
    for (int round = 0; round < 20000; round++) {
        char text[400];
        size_t len = 0;
        size_t n = check_random(&seed) % 24;
        for (size_t i = 0; i < n; i++) {
            uint64_t r = check_random(&seed);
            const char *piece = pieces[r % (sizeof pieces / sizeof *pieces)];
            if (r >> 32 & 1) {
                text[len++] = (char)(r >> 40);
            }
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        quern_query *query = parse(analysis, text, len);
        int fine = is_printable(quern_query_text(query));
        for (size_t i = 0; quern_query_note(query, i); i++) {
            fine = fine && is_printable(quern_query_note(query, i));
        }
        if (!fine) {
            CHECK_ROW("printable", fine);
        }
        quern_query_free(query);
    }
    quern_analysis_free(analysis);
}

/* A megabyte takes time in proportion, whatever it is made of. */
static void test_megabyte(void)
{
    static const char *const units[] = {"“",  "”",     "\"",  "„",        "\" ", "a\" ",
                                        "! ", "chip ", "“a ", "\"a b\" ", "«x» "};
    quern_analysis *analysis = english();
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = (1u << 20) / strlen(units[i]);
        char *text = malloc(n * strlen(units[i]) + 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        for (size_t k = 0; k < n; k++) {
            memcpy(text + k * strlen(units[i]), units[i], strlen(units[i]));
        }
        clock_t start = clock();
        quern_query_free(parse(analysis, text, n * strlen(units[i])));
        CHECK_ROW(units[i], (clock() - start) / CLOCKS_PER_SEC < 10);
        free(text);
    }
    quern_analysis_free(analysis);
}

static CU_TestInfo tests[] = {
    {"rows", test_rows},           {"notes", test_notes}, {"random bytes", test_random_bytes},
    {"a megabyte", test_megabyte}, CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/parse", tests)
