/* SPDX-License-Identifier: MIT */
/* synonyms_test - files of words that stand for the same, what is wrong with them, and what a query
 * becomes with them; any bytes are either read or refused with the line. */
#include "query/synonyms.h"

#include "query/parse.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <string.h>
#include <time.h>

static quern_analysis *analysis;

static quern_status build(const char *text, size_t len, quern_synonyms **out, quern_error *err)
{
    return quern_synonyms_build(analysis, "english", (quern_string){text, len}, "f", out, err);
}

static void open_english(void)
{
    quern_error err;
    CU_ASSERT_FATAL(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
}

/* ---- Files ---- */

static void test_errors(void)
{
    static const struct {
        const char *text, *message, *hint;
    } rows[] = {
        {"car", "f:1: there is one word alone", "write what stands for the same behind a comma"},
        {"a, b\n\n# c\ncar, , d", "f:4: '' holds no word", "write words with commas between them"},
        {"car,", "f:1: '' holds no word", "write words with commas between them"},
        {"a, !!", "f:1: '!!' holds no word", "write words with commas between them"},
        {"a =>", "f:1: '' holds no word", "write words with commas between them"},
        {"=> a", "f:1: '' holds no word", "write words with commas between them"},
        {"a => b => c", "f:1: there are two => on the line", "write two lines"},
        {"ok, fine\r\na, \xFF", "f:2: the line is not UTF-8", "save the file as UTF-8"},
    };
    open_english();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_error err;
        quern_synonyms *s = NULL;
        CHECK_ROW(rows[i].text,
                  build(rows[i].text, strlen(rows[i].text), &s, &err) == QUERN_E_SYNTAX && !s);
        CHECK_ROW(err.message, strcmp(err.message, rows[i].message) == 0);
        CHECK_ROW(err.hint, strcmp(err.hint, rows[i].hint) == 0);
    }
    quern_analysis_free(analysis);
}

/* A line has at most 1,024 entries. */
static void test_long_line(void)
{
    static char text[20000];
    quern_error err;
    quern_synonyms *s = NULL;
    open_english();
    for (int i = 0; i < 1024; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%sw%d", i ? "," : "", i);
    }
    CHECK(build(text, strlen(text), &s, &err) == QUERN_OK);
    quern_synonyms_free(s);
    strcat(text, ",x");
    CHECK(build(text, strlen(text), &s, &err) == QUERN_E_SYNTAX);
    quern_analysis_free(analysis);
}

/* A hundred thousand lines take time in proportion. */
static void test_large(void)
{
    enum { LINES = 100000 };
    quern_error err;
    quern_synonyms *s = NULL;
    quern_buf text = {0};
    open_english();
    for (int i = 0; i < LINES; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "word%d, thing%d of all, other%d\n", i, i, i / 2);
        quern_buf_bytes(&text, line, (size_t)n);
    }
    clock_t start = clock();
    CU_ASSERT_FATAL(build((const char *)text.data, text.len, &s, &err) == QUERN_OK);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 10);
    CHECK(s->keys.n == LINES * 2 + LINES / 2 && s->most_words == 3);
    quern_query_language language = {.analysis = analysis, .synonyms = s};
    quern_query *query = NULL;
    CHECK(quern_query_build(&language, quern_str("other77"), &query, &err) == QUERN_OK);
    CHECK(query && query->plan.n_sames == 1 && query->plan.sames[0]->n_members == 3);
    quern_query_free(query);
    quern_synonyms_free(s);
    quern_buf_finish(&text);
    quern_analysis_free(analysis);
}

/* ---- Queries ---- */

static int has_term(const void *payload, quern_string term)
{
    (void)payload;
    return !memchr(term.data, 'x', term.len);
}

static void test_plans(void)
{
    static const char file[] = "\xEF\xBB\xBF# cars\n"
                               "  car,\tAutomobile , motor car \r\n"
                               "ai => artificial intelligence, learning\n"
                               "neural networks, deep-learning => ai\n"
                               "colour, hue\n"
                               "car, xyz, lorry\n"
                               "$4bn, fortune\n"
                               "big apple, new york";
    static const struct {
        const char *typed, *plan;
    } rows[] = {
        {"Cars", "(motor ADJ/1 car) \\same:automobil,car,lorri"},
        {"motor cars", "\\same:automobil,car motor (motor ADJ/1 car) \\same:automobil,car,lorri"},
        {"motor", "motor"},
        {"lorries^2", "\\same:car,lorri^2"},
        {"ai", "(artifici ADJ/1 intellig) \\same:ai,learn"},
        {"artificial intelligence", "artifici intellig"},
        {"learning", "learn"},
        {"\"ai\" =car", "=ai =car"},
        {"+ai -cars", "(artifici ADJ/1 intellig) \\same:ai,learn -(motor ADJ/1 car) "
                      "-\\same:automobil,car,lorri"},
        {"ai NEAR/5 cars", "(ai NEAR/5 car)"},
        {"neural networks", "ai neural network"},
        {"deep learning", "ai deep learn"},
        {"neural networks^2", "neural network^2"},
        {"+neural networks", "+neural network"},
        {"neural AND networks", "+neural +network"},
        {"the neural network (neural network)", "the ai^2 neural^2 network^2"},
        {"big apple pie", "(new ADJ/1 york) big appl pie"},
        {"hue", "\\same:color,colour,hue"},
        {"colors", "\\same:color,colour,hue"},
        {"fortune", "\\same:fortun,%034000000000%20USD"},
        {"title:car", "title:car"},
        {"ca*", "ca*"},
    };
    quern_error err;
    quern_synonyms *s = NULL;
    open_english();
    CU_ASSERT_FATAL(build(file, strlen(file), &s, &err) == QUERN_OK);
    quern_query_language language = {
        .analysis = analysis, .synonyms = s, .spellings = 1, .has_term = has_term};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_query *query = NULL;
        CU_ASSERT_FATAL(quern_query_build(&language, quern_str(rows[i].typed), &query, &err) ==
                        QUERN_OK);
        char row[400];
        snprintf(row, sizeof row, "%s: %s", rows[i].typed, quern_query_text(query));
        CHECK_ROW(row, strcmp(quern_query_text(query), rows[i].plan) == 0);
        quern_query_free(query);
    }
    quern_synonyms_free(s);
    quern_synonyms_free(NULL);
    quern_analysis_free(analysis);
}

/* Of an index in several languages: a word of the file is looked for in all of them, and is known
 * by its stem in the first. */
static void test_languages(void)
{
    static const char file[] = "car, Wagen, motor car\ncolour, Farbe\n";
    static const struct {
        const char *typed, *plan;
    } rows[] = {
        {"cars", "(motor ADJ/1 car) \\same:car,wag,wagen"},
        {"Wagen", "(motor ADJ/1 car) \\same:car,wag,wagen"},
        {"colors", "\\same:color,colour,farb"},
        {"=Wagen", "\\same:wag=wagen,wagen=wagen"},
    };
    quern_error err;
    quern_synonyms *s = NULL;
    CU_ASSERT_FATAL(quern_analysis_new("english,german", &analysis, &err) == QUERN_OK);
    CU_ASSERT_FATAL(build(file, strlen(file), &s, &err) == QUERN_OK);
    quern_query_language language = {.analysis = analysis, .synonyms = s, .spellings = 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_query *query = NULL;
        CU_ASSERT_FATAL(quern_query_build(&language, quern_str(rows[i].typed), &query, &err) ==
                        QUERN_OK);
        char row[400];
        snprintf(row, sizeof row, "%s: %s", rows[i].typed, quern_query_text(query));
        CHECK_ROW(row, strcmp(quern_query_text(query), rows[i].plan) == 0);
        quern_query_free(query);
    }
    quern_synonyms_free(s);
    quern_analysis_free(analysis);
}

static quern_reader *reader_of(const char *dir, const char *language, quern_index **index)
{
    quern_error err;
    quern_reader *reader = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.language = language;
    CU_ASSERT_FATAL(quern_index_create(dir, &options, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, index, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_reader_open(*index, &reader, &err) == QUERN_OK);
    return reader;
}

/* What was read for one language is not for an index in another one. */
static void test_contract(void)
{
    char base[4096];
    char dirs[2][4200];
    quern_error err;
    quern_index *index[2] = {NULL, NULL};
    quern_query *query = NULL;
    quern_synonyms *s = NULL;
    quern_query_options options = QUERN_QUERY_OPTIONS_INIT;
    scratch_make(base);
    snprintf(dirs[0], sizeof dirs[0], "%s/english", base);
    snprintf(dirs[1], sizeof dirs[1], "%s/german", base);
    quern_reader *english = reader_of(dirs[0], "english", &index[0]);
    quern_reader *german = reader_of(dirs[1], "german", &index[1]);
    CHECK(quern_synonyms_read(NULL, QUERN_STR("a, b"), NULL, &s, &err) == QUERN_E_INVALID);
    CHECK(quern_synonyms_read(english, QUERN_STR("a, b"), NULL, NULL, &err) == QUERN_E_INVALID);
    CHECK(quern_synonyms_open(english, NULL, &s, &err) == QUERN_E_INVALID);
    CHECK(quern_synonyms_open(english, "/none/there", &s, &err) == QUERN_E_NOT_FOUND && !s);
    CHECK(quern_synonyms_open(english, base, &s, &err) == QUERN_E_IO && !s); /* a folder */
    CHECK(quern_synonyms_read(english, QUERN_STR("a"), NULL, &s, &err) == QUERN_E_SYNTAX);
    CHECK(strncmp(err.message, "synonyms:1: ", 12) == 0);
    scratch_write(base, "sets", "car, lorry\n", 11);
    snprintf(dirs[0], sizeof dirs[0], "%s/sets", base);
    CU_ASSERT_FATAL(quern_synonyms_open(english, dirs[0], &s, &err) == QUERN_OK);
    options.synonyms = s;
    CHECK(quern_query_parse_with(english, QUERN_STR("cars"), &options, &query, &err) == QUERN_OK);
    CHECK(strcmp(quern_query_text(query), "car") == 0); /* the index has no lorry */
    quern_query_free(query);
    CHECK(quern_query_parse_with(german, QUERN_STR("cars"), &options, &query, &err) ==
          QUERN_E_INVALID);
    CHECK(query == NULL && strstr(err.message, "german") && err.hint[0]);
    quern_synonyms_free(s);
    for (int i = 0; i < 2; i++) {
        quern_reader_free(i ? german : english);
        quern_index_close(index[i]);
    }
    scratch_remove(base);
}

/* One word that stands for more than is searched. */
static void test_many(void)
{
    quern_error err;
    quern_synonyms *s = NULL;
    quern_query *query = NULL;
    quern_buf text = {0};
    open_english();
    for (int i = 0; i < 1500; i++) {
        char line[64];
        int n = snprintf(line, sizeof line, "car, w%dq\n", i);
        quern_buf_bytes(&text, line, (size_t)n);
    }
    CU_ASSERT_FATAL(build((const char *)text.data, text.len, &s, &err) == QUERN_OK);
    quern_query_language language = {.analysis = analysis, .synonyms = s};
    CU_ASSERT_FATAL(quern_query_build(&language, quern_str("car"), &query, &err) == QUERN_OK);
    CHECK(query->plan.sames[0]->n_members == QUERN_PLAN_EXPANSION_MAX);
    CHECK(quern_query_note(query, 0) && strstr(quern_query_note(query, 0), "1024"));
    quern_query_free(query);
    quern_synonyms_free(s);
    quern_buf_finish(&text);
    quern_analysis_free(analysis);
}

/* Any bytes: read, or refused with a line. What was read makes queries that print and parse. */
static void test_random(void)
{
    static const char *const pieces[] = {
        "car", ",",      "\n",     "=>",     " ",   "#",  "a b", "$4bn", "\xFF", "\r", "é",
        "-",   "e-mail", "東京都", "colour", "the", "\t", "=",   "car",  ", ",   "\n", "lorry"};
    uint64_t seed = check_seed(37);
    size_t n_read = 0;
    open_english();
    for (int round = 0; round < 5000; round++) {
        char text[400];
        size_t len = 0;
        quern_error err;
        quern_synonyms *s = NULL;
        for (uint64_t n = check_random(&seed) % 14; n > 0; n--) {
            uint64_t r = check_random(&seed);
            const char *piece = pieces[r % (sizeof pieces / sizeof *pieces)];
            if ((r >> 32 & 15) == 0) {
                text[len++] = (char)(r >> 40);
            }
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        quern_status status = build(text, len, &s, &err);
        CHECK(status ? status == QUERN_E_SYNTAX && !s && strncmp(err.message, "f:", 2) == 0
                     : s != NULL);
        if (s) {
            quern_query *query = NULL;
            quern_query *again = NULL;
            quern_query_language language = {.analysis = analysis, .synonyms = s, .spellings = 1};
            quern_query_language plain = {.analysis = analysis};
            const char *typed = "car a b e-mail +colour -lorry $4bn 東京都 (the car)@2";
            CHECK(!quern_query_build(&language, quern_str(typed), &query, &err));
            CHECK(!quern_query_build(&plain, quern_str(quern_query_text(query)), &again, &err));
            CHECK_ROW(quern_query_text(query),
                      strcmp(quern_query_text(query), quern_query_text(again)) == 0);
            quern_query_free(query);
            quern_query_free(again);
            n_read++;
        }
        quern_synonyms_free(s);
    }
    printf("%zu of 5000 read, ", n_read);
    CHECK(n_read > 100);
    quern_analysis_free(analysis);
}

static CU_TestInfo tests[] = {
    {"errors", test_errors},
    {"a long line", test_long_line},
    {"a large file", test_large},
    {"plans", test_plans},
    {"too many words", test_many},
    {"random bytes", test_random},
    {"several languages", test_languages},
    {"contract", test_contract},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/synonyms", tests)
