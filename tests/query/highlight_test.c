/* SPDX-License-Identifier: MIT */
/* highlight_test - which bytes are marked, by rows and by random texts against a slow marker. */
#include "query/highlight.h"

#include "query/parse.h"
#include "tests/check.h"
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

/* The text with its spans in square brackets. */
static void print_marked(const quern_highlighter *h, const char *text, char *out)
{
    size_t at = 0;
    size_t n = 0;
    for (size_t i = 0; i < h->n_spans; i++) {
        memcpy(out + n, text + at, h->spans[i].start - at);
        n += h->spans[i].start - at;
        out[n++] = '[';
        memcpy(out + n, text + h->spans[i].start, h->spans[i].end - h->spans[i].start);
        n += h->spans[i].end - h->spans[i].start;
        out[n++] = ']';
        at = h->spans[i].end;
    }
    strcpy(out + n, text + at);
}

static const struct row {
    const char *name, *query, *text, *want;
    uint32_t limit;
} rows[] = {
    {"words", "Bedrock commitment", "A commitment to Bedrock.", "A [commitment] to [Bedrock].", 0},
    {"stems", "commitment", "committed, commits, commitments",
     "[committed], [commits], "
     "[commitments]",
     0},
    {"a phrase is one span", "\"long-term commitment\"", "a “long-term commitment” here",
     "a “[long-term commitment]” here", 0},
    {"also across an inner quote", "\"long-term commitment\"", "a “long-term” commitment",
     "a “[long-term” commitment]", 0},
    {"only where it is one", "\"long-term commitment\"",
     "a long-term view, a commitment, a commitment in the long term",
     "a long-term view, a commitment, a commitment in the long term", 0},
    {"phrase and word", "commitment \"long-term commitment\"",
     "commitment, long-term, long-term commitment",
     "[commitment], long-term, [long-term commitment]", 0},
    {"phrase of another's end", "\"a b\" \"b c\"", "x a b c x b c", "x [a b c] x [b c]", 0},
    {"the same word twice in a phrase", "\"the more the\"", "more the more the more the merrier",
     "more [the more the more the] merrier", 0},
    {"prefix of a phrase", "\"a b c\"", "a b a b c a b", "a b [a b c] a b", 0},
    {"shorter and longer", "\"a b\" \"a b c\"", "a b c", "[a b c]", 0},
    {"possessive stays out", "Amazon", "Amazon's and Amazon’s", "[Amazon]'s and [Amazon]’s", 0},
    {"case and accents", "cafe AWS", "Café, CAFE, aws’s", "[Café], [CAFE], [aws]’s", 0},
    {"nothing", "chips", "clouds and banks", "clouds and banks", 0},
    {"no text", "chips", "", "", 0},
    {"no query", "", "chips", "chips", 0},
    {"invalid UTF-8 before", "chips", "\xFF\xC3 chips", "\xFF\xC3 [chips]", 0},
    {"words below the limit", "chips", "chips chips chips", "[chips] [chips] chips", 2},
    {"phrases below the limit", "\"a b\"", "a b a b", "[a b] a b", 3},
};

static void test_rows(void)
{
    set_up();
    quern_highlighter h = {.analysis = analysis};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char marked[400];
        quern_error err;
        quern_query *query = parse(rows[i].query);
        uint32_t limit = rows[i].limit ? rows[i].limit : UINT32_MAX;
        h.plan = &query->plan;
        CHECK_ROW(rows[i].name,
                  quern_highlight(&h, quern_str(rows[i].text), limit, &err) == QUERN_OK);
        print_marked(&h, rows[i].text, marked);
        CHECK_ROW(rows[i].name, strcmp(marked, rows[i].want) == 0);
        quern_query_free(query);
    }
    h.plan = NULL;
    quern_highlighter_finish(&h);
}

/* Marks the bytes [start, end) of a map. */
static void mark(unsigned char *map, size_t start, size_t end)
{
    memset(map + start, 1, end - start);
}

/* The token of a term at a position, or NULL. */
static const quern_token *token_at(const quern_tokens *tokens, const quern_plan_term *term,
                                   uint32_t position)
{
    for (size_t i = 0; i < tokens->n; i++) {
        const quern_token *t = &tokens->items[i];
        if (t->position == position && t->word->term_len == term->len &&
            memcmp(t->word->term, term->bytes, term->len) == 0) {
            return t;
        }
    }
    return NULL;
}

/* Every word and every phrase tried at every position, straight from the definition. */
static void mark_slowly(const quern_plan *plan, const quern_tokens *tokens, unsigned char *map)
{
    uint32_t end = tokens->n > 0 ? tokens->items[tokens->n - 1].position + 1 : 0;
    const quern_plan_node *node = plan->root ? plan->root->children : NULL;
    for (; node; node = node->sibling) {
        quern_plan_member word = {node->term, 0, QUERN_PLAN_NONE};
        const quern_plan_member *m = node->n_members > 0 ? node->members : &word;
        size_t n = node->n_members > 0 ? node->n_members : 1;
        for (uint32_t at = 0; at < end; at++) {
            const quern_token *first = NULL;
            const quern_token *last = NULL;
            size_t k = 0;
            for (; k < n; k++) {
                last = token_at(tokens, &plan->terms[m[k].term], at + m[k].offset);
                first = k == 0 ? last : first;
                if (!last) {
                    break;
                }
            }
            if (k == n) {
                mark(map, first->start, last->end);
            }
        }
    }
}

static void check_against_map(const quern_highlighter *h, const unsigned char *map, size_t len)
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
        CHECK_ROW("span", at < h->n_spans && h->spans[at].start == start && h->spans[at].end == i);
        at++;
    }
    CHECK_ROW("number of spans", at == h->n_spans);
}

static void test_random(void)
{
    static char text[20000];
    static unsigned char map[20000];
    set_up();
    uint64_t seed = check_seed(47);
    quern_highlighter h = {.analysis = analysis};
    quern_tokens tokens = {0};
    for (int round = 0; round < 2000; round++) {
        char line[400];
        quern_error err;
        size_t len = random_text(&seed, check_random(&seed) % 200, text, sizeof text);
        random_query(&seed, line, sizeof line);
        quern_query *query = parse(line);
        h.plan = &query->plan;
        CHECK(quern_highlight(&h, quern_str(text), UINT32_MAX, &err) == QUERN_OK);
        CHECK(quern_analysis_text(analysis, text, len, &tokens, &err) == QUERN_OK);
        memset(map, 0, sizeof map);
        mark_slowly(&query->plan, &tokens, map);
        check_against_map(&h, map, len);
        quern_query_free(query);
    }
    h.plan = NULL;
    quern_highlighter_finish(&h);
    quern_tokens_finish(&tokens);
}

static void test_end(void)
{
    quern_analysis_free(analysis);
    analysis = NULL;
    CHECK(analysis == NULL);
}

static CU_TestInfo tests[] = {
    {"rows", test_rows},
    {"random texts", test_random},
    {"end", test_end},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/highlight", tests)
