/* SPDX-License-Identifier: MIT */
/* highlight_test - which bytes are marked: by rows, and by random texts and plans against a slow
 * marker. QUERN_TEST_MARKS says how many random pairs of text and query; 100,000 are the proof, a
 * twentieth of it is run unless told. */
#include "query/highlight.h"

#include "query/parse.h"
#include "tests/check.h"
#include "tests/query/marks_model.h"
#include "tests/random_articles.h"

#include <string.h>

static quern_analysis *analysis;

static void set_up(void)
{
    quern_error err;
    if (!analysis) {
        CU_ASSERT_FATAL(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
    }
}

static quern_query *parse(const char *text)
{
    quern_error err;
    quern_query *query = NULL;
    CU_ASSERT_FATAL(quern_query_build(&(quern_query_language){.analysis = analysis},
                                      quern_str(text), &query, &err) == QUERN_OK);
    return query;
}

/* The text with the spans of a zone in square brackets. */
static void print_marked(const quern_highlighter *h, int zone, const char *text, char *out)
{
    size_t at = 0;
    size_t n = 0;
    for (size_t i = 0; i < h->n_spans[zone]; i++) {
        quern_span span = h->spans[zone][i];
        n += (size_t)sprintf(out + n, "%.*s[%.*s]", (int)(span.start - at), text + at,
                             (int)(span.end - span.start), text + span.start);
        at = span.end;
    }
    strcpy(out + n, text + at);
}

static const struct row {
    const char *name, *query, *text, *want;
} rows[] = {
    {"words", "Bedrock commitment", "A commitment to Bedrock.", "A [commitment] to [Bedrock]."},
    {"stems", "commitment", "committed, commits, commitments",
     "[committed], [commits], "
     "[commitments]"},
    {"a phrase is one span", "\"long-term commitment\"", "a “long-term commitment” here",
     "a “[long-term commitment]” here"},
    {"also across an inner quote", "\"long-term commitment\"", "a “long-term” commitment",
     "a “[long-term” commitment]"},
    {"only where it is one", "\"long-term commitment\"",
     "a long-term view, a commitment, a commitment in the long term",
     "a long-term view, a commitment, a commitment in the long term"},
    {"phrase and word", "commitment \"long-term commitment\"",
     "commitment, long-term, long-term commitment",
     "[commitment], long-term, [long-term commitment]"},
    {"phrase of another's end", "\"a b\" \"b c\"", "x a b c x b c", "x [a b c] x [b c]"},
    {"the same word twice in a phrase", "\"the more the\"", "more the more the more the merrier",
     "more [the more the more the] merrier"},
    {"prefix of a phrase", "\"a b c\"", "a b a b c a b", "a b [a b c] a b"},
    {"shorter and longer", "\"a b\" \"a b c\"", "a b c", "[a b c]"},
    {"possessive stays out", "Amazon", "Amazon's and Amazon’s", "[Amazon]'s and [Amazon]’s"},
    {"case and accents", "cafe AWS", "Café, CAFE, aws’s", "[Café], [CAFE], [aws]’s"},
    {"a prefix", "commit*", "commit, Commitments, comet", "[commit], [Commitments], comet"},
    {"wildcards", "w?ld* *ing", "wild worlds going", "[wild] worlds [going]"},
    {"a fuzzy word", "bedrok~", "Bedrock bedrooms", "[Bedrock] bedrooms"},
    {"exactly as typed", "=commit", "commit, commits", "[commit], commits"},
    {"what must not be there", "chips -wafer", "chips", "[chips]"},
    {"and is", "chips -wafer", "wafer chips", "wafer chips"},
    {"what must be there", "+chips price", "price of a chip", "[price] of a [chip]"},
    {"and is not", "+chips price", "price", "price"},
    {"NEAR", "chips NEAR/2 price", "chips, their price; price", "[chips], their [price]; price"},
    {"a date may hold", "chips date:2024", "chips", "[chips]"},
    {"nothing", "chips", "clouds and banks", "clouds and banks"},
    {"no text", "chips", "", ""},
    {"no query", "", "chips", "chips"},
    {"invalid UTF-8 before", "chips", "\xFF\xC3 chips", "\xFF\xC3 [chips]"},
};

/* Marks text, and title, by the plan; both come out marked. */
static void check_marks(const char *row, const quern_plan *plan,
                        const quern_evidence_passage *passage, const char *want_title,
                        const char *want)
{
    char marked[400];
    quern_error err;
    quern_highlighter h = {.evidence = {.analysis = analysis, .plan = plan}};
    CHECK_ROW(row, quern_highlight(&h, passage, &err) == QUERN_OK);
    print_marked(&h, QUERN_ZONE_TEXT, passage->text.data, marked);
    CHECK_ROW(row, strcmp(marked, want) == 0);
    if (strcmp(marked, want) != 0) {
        printf("[%s] %s\n", row, marked);
    }
    if (want_title) {
        print_marked(&h, QUERN_ZONE_TITLE, passage->title.data, marked);
        CHECK_ROW(row, strcmp(marked, want_title) == 0);
    }
    quern_highlighter_finish(&h);
}

static void test_rows(void)
{
    set_up();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_query *query = parse(rows[i].query);
        quern_evidence_passage passage = {.text = quern_str(rows[i].text)};
        check_marks(rows[i].name, &query->plan, &passage, NULL, rows[i].want);
        quern_query_free(query);
    }
}

/* Plans in the notation of marks_model.h. */
static const struct plan_row {
    const char *name, *plan, *text, *want;
} plan_rows[] = {
    {"all", "(all a b)", "a x b", "[a] x [b]"},
    {"not all", "(all a b)", "a x c", "a x c"},
    {"a branch that does not hold", "(any (all a b) c)", "a c", "a [c]"},
    {"both branches", "(any (all a b) c)", "a c b", "[a] [c] [b]"},
    {"not: the right side", "(not a b)", "a c a", "[a] c [a]"},
    {"not: it is there", "(not a b)", "a b", "a b"},
    {"a word on both sides of branches", "(any (not a b) (all b c))", "a b c", "a [b] [c]"},
    {"maybe, and it is", "(maybe a b)", "b a", "[b] [a]"},
    {"maybe without the first", "(maybe a b)", "b", "b"},
    {"maybe with a branch that fails", "(maybe a (all b c))", "a b", "[a] b"},
    {"filter", "(filter a b)", "a b", "[a] [b]"},
    {"filter that fails", "(filter a b)", "a c", "a c"},
    {"at least", "(atleast 2 a b c)", "a c d", "[a] [c] d"},
    {"not at least", "(atleast 2 a b c)", "a d", "a d"},
    {"near, within reach alone", "(near 2 a b)", "a x b x x x a", "[a] x [b] x x x a"},
    {"near, either order", "(near 2 a b)", "b x a", "[b] x [a]"},
    {"near, out of reach", "(near 2 a b)", "a x x b", "a x x b"},
    {"near, the nearest", "(near 9 a b)", "a a b b", "a [a] [b] b"},
    {"near, all that are in the window", "(near 9 a b c)", "a b b c", "[a] [b] [b] [c]"},
    {"near, the same twice", "(near 3 a a)", "a x a x x x x a", "[a] x [a] x x x x a"},
    {"near, once is not twice", "(near 3 a a)", "a x b", "a x b"},
    {"near, overlapping windows", "(near 3 a b)", "a x b x a", "[a] x [b] x [a]"},
    {"in order", "(adj 2 a b)", "b a x b", "b [a] x [b]"},
    {"in order, the latest start", "(adj 9 a b)", "a a b b", "a [a] [b] b"},
    {"in order, what cannot be in it", "(adj 9 a b c)", "a c b c", "[a] c [b] [c]"},
    {"in order, the same twice", "(adj 5 a b a)", "a b x a b", "[a] [b] x [a] b"},
    {"an amount is one word of a phrase", "\"of $4 billion\"", "a sum of $4bn", "a sum [of $4bn]"},
    {"an amount", "$4bn", "$4 billion, USD 4bn, $18.4 billion",
     "[$4 billion], [USD 4bn], $18.4 billion"},
    {"an amount is not where its number is", "(near 3 4 $4bn)", "$4 billion", "$4 billion"},
    {"an exact word", "=chip", "chip, Chip, chips", "[chip], [Chip], chips"},
    {"an exact phrase", "\"=long chip\"", "longs chip, long chips", "longs chip, [long chips]"},
    {"exact and near", "(near 3 =chips a)", "chip a x x x chips a", "chip a x x x [chips] [a]"},
    {"a compound", "longterm", "long-term and longterm", "[long-term] and [longterm]"},
    {"pairs of characters", "\"東京都\"", "東京都 京都", "[東京都] 京都"},
};

static void test_plans(void)
{
    set_up();
    for (size_t i = 0; i < sizeof plan_rows / sizeof *plan_rows; i++) {
        quern_plan plan;
        quern_plan_init(&plan);
        marks_model_plan(&plan, analysis, plan_rows[i].plan);
        quern_evidence_passage passage = {.text = quern_str(plan_rows[i].text)};
        check_marks(plan_rows[i].name, &plan, &passage, NULL, plan_rows[i].want);
        quern_plan_finish(&plan);
    }
}

static void test_titles(void)
{
    static const struct {
        const char *plan, *title, *text;
        uint32_t words;
        const char *want_title, *want;
        int is_text_unknown;
    } titles[] = {
        {"(any a b)", "a b c", "c a", 3, "[a] [b] c", "c [a]", 0},
        {"(any a b)", "a b c", "c a", 1, "[a] b c", "c [a]", 0},
        {"(any a b)", "a b c", "c a", 0, "a b c", "c [a]", 0},
        {"(all a b)", "a", "b", 1, "[a]", "[b]", 0},
        {"(not b a)", "a", "b", 1, "a", "b", 0},
        {"\"a b\"", "a", "b a b", 1, "a", "b [a b]", 0},
        {"(near 5 a b)", "a", "b", 1, "a", "b", 0},
        {"\"a b\"", "a b a b", "", 3, "[a b] a b", "", 0},
        {"(all a b)", "a", "", 1, "[a]", "", 1},
        {"(all a b)", "a", "", 1, "a", "", 0},
    };
    set_up();
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        quern_plan plan;
        quern_plan_init(&plan);
        marks_model_plan(&plan, analysis, titles[i].plan);
        quern_evidence_passage passage = {.title = quern_str(titles[i].title),
                                          .title_words = titles[i].words,
                                          .text = quern_str(titles[i].text),
                                          .is_text_unknown = titles[i].is_text_unknown};
        check_marks(titles[i].plan, &plan, &passage, titles[i].want_title, titles[i].want);
        quern_plan_finish(&plan);
    }
}

/* ---- Random pairs ---- */

/* A text of few words, so that plans match it. */
static size_t dense_text(uint64_t *seed, char *out, size_t cap)
{
    static const char *const words[] = {"a",     "b",     "c",        "d",          "x",
                                        "chips", "price", "$4bn",     "$4 billion", "long-term",
                                        "long",  "term",  "longterm", "A's",        "\xFF"};
    size_t len = 0;
    size_t n = check_random(seed) % 24;
    out[0] = '\0';
    for (size_t i = 0; i < n && len + 16 < cap; i++) {
        uint64_t r = check_random(seed);
        len +=
            (size_t)snprintf(out + len, cap - len, "%s%s",
                             words[r % (sizeof words / sizeof *words)], r >> 32 & 7 ? " " : ", ");
    }
    return len;
}

static void check_against_map(const char *row, const quern_highlighter *h, int zone,
                              const unsigned char *map, size_t len)
{
    size_t at = 0;
    for (size_t i = 0; i < len;) {
        if (!map[i]) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < len && map[i]) {
            i++;
        }
        CHECK_ROW(row, at < h->n_spans[zone] && h->spans[zone][at].start == start &&
                           h->spans[zone][at].end == i);
        at++;
    }
    CHECK_ROW(row, at == h->n_spans[zone]);
}

static void check_pair(const char *row, const quern_plan *plan,
                       const quern_evidence_passage *passage)
{
    static unsigned char title_map[20000];
    static unsigned char text_map[20000];
    unsigned char *maps[QUERN_ZONES] = {title_map, text_map};
    quern_error err;
    quern_highlighter h = {.evidence = {.analysis = analysis, .plan = plan}};
    CHECK_ROW(row, quern_highlight(&h, passage, &err) == QUERN_OK);
    marks_model_map(plan, analysis, passage, maps);
    check_against_map(row, &h, QUERN_ZONE_TITLE, title_map, passage->title.len);
    check_against_map(row, &h, QUERN_ZONE_TEXT, text_map, passage->text.len);
    quern_highlighter_finish(&h);
}

static void test_random(void)
{
    static char text[20000];
    char title[400];
    const char *pairs = getenv("QUERN_TEST_MARKS");
    long n = pairs ? strtol(pairs, NULL, 10) : 5000;
    set_up();
    uint64_t seed = check_seed(47);
    for (long round = 0; round < n; round++) {
        char line[2000];
        quern_plan plan;
        quern_evidence_passage passage = {.title_words = (uint32_t)(check_random(&seed) % 6)};
        passage.title = (quern_string){title, dense_text(&seed, title, 100)};
        if (round % 2) {
            passage.text = (quern_string){text, dense_text(&seed, text, 400)};
            quern_plan_init(&plan);
            marks_model_random(&seed, line, sizeof line);
            marks_model_plan(&plan, analysis, line);
            check_pair(line, &plan, &passage);
            quern_plan_finish(&plan);
            continue;
        }
        passage.text.data = text;
        if (round % 8) {
            passage.text.len = dense_text(&seed, text, 400);
            marks_model_typed(&seed, line, sizeof line);
        } else {
            passage.text.len = random_text(&seed, check_random(&seed) % 200, text, sizeof text);
            random_query(&seed, line, sizeof line);
        }
        quern_query *query = parse(line);
        check_pair(line, &query->plan, &passage);
        quern_query_free(query);
    }
}

/* A long text in which everything is near everything takes no time to speak of. */
static void test_large(void)
{
    enum { WORDS = 60000 };
    quern_error err;
    quern_plan plan;
    char *text = malloc(WORDS * 2 + 1);
    CU_ASSERT_FATAL(text != NULL);
    set_up();
    for (size_t i = 0; i < WORDS; i++) {
        memcpy(text + 2 * i, i % 3 == 1 ? "b " : i % 300 == 299 ? "c " : "a ", 2);
    }
    text[WORDS * 2] = '\0';
    quern_plan_init(&plan);
    marks_model_plan(&plan, analysis, "(any (near 255 a a a b b c c) (adj 255 a b a b c a))");
    quern_evidence_passage passage = {.text = {text, WORDS * 2}};
    quern_highlighter h = {.evidence = {.analysis = analysis, .plan = &plan}};
    CHECK(quern_highlight(&h, &passage, &err) == QUERN_OK);
    CHECK(h.n_spans[QUERN_ZONE_TEXT] > 100);
    quern_highlighter_finish(&h);
    quern_plan_finish(&plan);
    free(text);
}

static void test_end(void)
{
    quern_analysis_free(analysis);
    analysis = NULL;
    CHECK(analysis == NULL);
}

static CU_TestInfo tests[] = {
    {"rows", test_rows},
    {"plans", test_plans},
    {"titles", test_titles},
    {"random pairs", test_random},
    {"a large text", test_large},
    {"end", test_end},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/highlight", tests)
