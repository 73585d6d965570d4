/* SPDX-License-Identifier: MIT */
/* records - what is put into a frame is read from it, and no damaged byte makes the reader stray.
 */
#include "index/records.h"

#include "tests/check.h"

#include <string.h>

static const quern_field fields[] = {{{"tag", 3}, {"x", 1}}, {{"", 0}, {"long value", 10}}};
static const quern_stored_passage whole[] = {{0, 300, 1, 1}};
static const quern_stored_passage shifted[] = {{0, 300, 2, 1}};
static const quern_stored_passage several[] = {
    {2, 90, 1, 3}, {91, 180, 1, 92}, {200, 200, 7, 4}, {200, 299, 6, 1}};

static quern_stored_article plain(uint32_t line)
{
    quern_stored_article a;
    memset(&a, 0, sizeof a);
    a.title = a.language = QUERN_STR("");
    a.line = line;
    a.text_bytes = 300;
    a.passages = whole;
    a.n_passages = 1;
    return a;
}

enum { N = 8 };

static void make(quern_stored_article articles[N])
{
    for (uint32_t i = 0; i < N; i++) {
        articles[i] = plain(i < 2 ? 1 : 5 - i / 2);
    }
    articles[1].title = QUERN_STR("A title");
    articles[2].language = QUERN_STR("en");
    articles[2].passages = shifted;
    articles[3].passages = several;
    articles[3].n_passages = 4;
    articles[3].title_in_text = 1;
    articles[4].fields = fields;
    articles[4].n_fields = 2;
    articles[4].offsets_in_text = 1;
    articles[5].n_passages = 0;
    articles[5].analysed_in = 3;
    articles[6].text_bytes = 301;
    articles[7].line = UINT32_MAX;
    articles[7].analysed_in = UINT32_MAX;
}

static int same_string(quern_string a, quern_string b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static int same(const quern_stored_article *a, const quern_stored_article *b)
{
    int ok = a->text_bytes == b->text_bytes && a->line == b->line &&
             a->title_in_text == b->title_in_text && a->offsets_in_text == b->offsets_in_text &&
             a->analysed_in == b->analysed_in && a->n_fields == b->n_fields &&
             a->n_passages == b->n_passages && same_string(a->title, b->title) &&
             same_string(a->language, b->language);
    for (size_t i = 0; ok && i < a->n_fields; i++) {
        ok = same_string(a->fields[i].name, b->fields[i].name) &&
             same_string(a->fields[i].value, b->fields[i].value);
    }
    for (uint32_t i = 0; ok && i < a->n_passages; i++) {
        const quern_stored_passage *p = &a->passages[i];
        const quern_stored_passage *q = &b->passages[i];
        ok = p->start == q->start && p->end == q->end && p->line == q->line &&
             p->column == q->column;
    }
    return ok;
}

static void put_all(quern_buf *content)
{
    quern_records_out out;
    quern_stored_article articles[N];
    quern_error err;
    uint64_t text_at = 1000;
    memset(&out, 0, sizeof out);
    make(articles);
    for (uint32_t i = 0; i < N; i++) {
        CHECK(!quern_records_put(&out, &articles[i], text_at, &err));
        text_at += articles[i].text_bytes;
    }
    CHECK(out.n == N && out.text_at == 1000);
    quern_records_end(&out, content);
    CHECK(out.n == 0 && quern_records_len(&out) == 0 && !content->status);
    quern_records_finish(&out);
}

static void test_round_trip(void)
{
    quern_buf content = {0};
    quern_stored_article articles[N];
    make(articles);
    put_all(&content);
    for (uint32_t i = 0; i < N; i++) {
        quern_arena arena;
        quern_stored_article got;
        quern_status status;
        char row[32];
        quern_arena_init(&arena);
        snprintf(row, sizeof row, "record %u", i);
        memset(&got, 0, sizeof got);
        quern_records r = quern_records_open(content.data, content.len, 40);
        for (uint32_t k = 0; k < i; k++) {
            CHECK_ROW(row, !quern_records_skip(&r));
        }
        CHECK_ROW(row, r.article == 40 + i && r.text_at == 1000 + i * 300 + (i == 7));
        CHECK_ROW(row, !quern_records_at_end(&r));
        CHECK_ROW(row, !quern_records_read(&r, &arena, &got, &status) && !status);
        CHECK_ROW(row, same(&articles[i], &got));
        CHECK_ROW(row, quern_records_at_end(&r) == (i + 1 == N));
        quern_arena_finish(&arena);
    }
    quern_buf_finish(&content);
}

/* What is as expected costs a flag and a length. */
static void test_size(void)
{
    quern_records_out out;
    quern_stored_article a = plain(1);
    quern_error err;
    memset(&out, 0, sizeof out);
    for (uint32_t i = 0; i < 100; i++) {
        CHECK(!quern_records_put(&out, &a, 0, &err));
    }
    CHECK(quern_records_len(&out) == 300);
    quern_records_finish(&out);
}

static void test_rules(void)
{
    static const quern_stored_passage bad[][2] = {{{0, 10, 1, 1}, {9, 20, 1, 1}},
                                                  {{0, 10, 1, 1}, {10, 301, 1, 1}},
                                                  {{11, 10, 1, 1}, {12, 20, 1, 1}}};
    for (size_t i = 0; i < 3; i++) {
        quern_records_out out;
        quern_stored_article a = plain(1);
        quern_error err;
        memset(&out, 0, sizeof out);
        a.passages = bad[i];
        a.n_passages = 2;
        CHECK(quern_records_put(&out, &a, 0, &err) == QUERN_E_INVALID);
        quern_records_finish(&out);
    }
}

/* Reads all there is; memory is watched by the sanitizers. Returns how many records were sound. */
static uint32_t read_all(const uint8_t *data, size_t len)
{
    quern_records r = quern_records_open(data, len, 0);
    uint32_t n = 0;
    quern_arena arena;
    quern_status status = QUERN_OK;
    quern_stored_article got;
    quern_arena_init(&arena);
    memset(&got, 0, sizeof got);
    while (!quern_records_at_end(&r) && !quern_records_read(&r, &arena, &got, &status)) {
        n++;
    }
    CHECK(status == QUERN_OK);
    quern_arena_finish(&arena);
    return n;
}

static void test_damage(void)
{
    quern_buf content = {0};
    put_all(&content);
    uint8_t *copy = malloc(content.len);
    for (size_t len = 0; copy && len < content.len; len++) {
        memcpy(copy, content.data, len);
        CHECK(read_all(copy, len) < N);
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(copy, content.data, content.len);
            copy[len] = (uint8_t)(copy[len] ^ 1u << bit);
            read_all(copy, content.len);
        }
    }
    CHECK(copy && read_all(content.data, content.len) == N);
    free(copy);
    quern_buf_finish(&content);
}

static CU_TestInfo tests[] = {
    {"round trip", test_round_trip}, {"size", test_size}, {"rules", test_rules},
    {"damage", test_damage},         CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/records", tests)
