/* SPDX-License-Identifier: MIT */
/* segment, the example of FORMAT.md: the bytes printed there are those that the writer writes. */
#include "index/segment_writer.h"

#include "memory_vfs.h"
#include "tests/check.h"

#include <string.h>

#define EXAMPLE_MAX 65536

typedef struct example_term {
    const char *name, *forms[2];
    uint32_t n;
    struct {
        uint32_t passage, tf, positions[2], forms[2];
    } postings[2];
} example_term;

static const quern_stored_passage ants[] = {{0, 15, 1, 1}, {16, 25, 2, 1}};
static const quern_stored_passage bees[] = {{0, 9, 1, 1}};
static const quern_field field = {{"tag", 3}, {"x", 1}};
static const uint32_t lengths[] = {3, 2, 2};
static const char *const texts[] = {"Ants find ants.\nAnt eats.", "Bees dig."};

static const example_term terms[] = {
    {"\1ant", {"ant", "ants"}, 2, {{0, 2, {0, 2}, {1, 1}}, {1, 1, {0}, {0}}}},
    {"\1bee", {"bees", NULL}, 1, {{2, 1, {0}, {0}}}},
    {"\1dig", {"dig", NULL}, 1, {{2, 1, {1}, {0}}}},
    {"\1eat", {"eats", NULL}, 1, {{1, 1, {1}, {0}}}},
    {"\1find", {"find", NULL}, 1, {{0, 1, {1}, {0}}}},
};

static quern_status give_article(void *payload, uint32_t i, quern_stored_article *out,
                                 quern_error *err)
{
    (void)payload;
    (void)err;
    memset(out, 0, sizeof *out);
    out->source = QUERN_STR(i == 0 ? "notes/ants.md" : "notes/bees.md");
    out->id = QUERN_STR("");
    out->title = QUERN_STR(i == 0 ? "Ants" : "Bees");
    out->language = QUERN_STR("en");
    out->date = i == 0 ? QUERN_NO_DATE : 86400;
    out->line = 1;
    out->text_bytes = strlen(texts[i]);
    out->fields = i == 0 ? NULL : &field;
    out->n_fields = i;
    out->passages = i == 0 ? ants : bees;
    out->n_passages = i == 0 ? 2 : 1;
    return QUERN_OK;
}

static quern_status give_text(void *payload, uint32_t i, quern_buf *out, quern_error *err)
{
    (void)payload;
    (void)err;
    quern_buf_bytes(out, texts[i], strlen(texts[i]));
    return QUERN_OK;
}

static void write_example(quern_vfs *vfs, quern_segment_ref *ref)
{
    quern_segment_writer_options options = {1};
    quern_article_feed feed = {2, strlen(texts[0]) + strlen(texts[1]), give_article, give_text,
                               NULL};
    quern_segment_writer *w = NULL;
    quern_error err;
    CHECK(quern_segment_writer_new(vfs, "d", &options, &w, &err) == QUERN_OK);
    CHECK(quern_segment_writer_articles(w, &feed, lengths, 3, &err) == QUERN_OK);
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        const example_term *t = &terms[i];
        CHECK(quern_segment_writer_term(w, t->name, strlen(t->name), &err) == QUERN_OK);
        for (size_t k = 0; k < 2 && t->forms[k]; k++) {
            CHECK(quern_segment_writer_form(w, t->forms[k], strlen(t->forms[k]), &err) == QUERN_OK);
        }
        for (uint32_t k = 0; k < t->n; k++) {
            quern_term_postings posting = {&t->postings[k].passage, &t->postings[k].tf, 1,
                                           t->postings[k].positions, t->postings[k].forms};
            CHECK(quern_segment_writer_postings(w, &posting, &err) == QUERN_OK);
        }
    }
    CHECK(quern_segment_writer_finish(w, ref, &err) == QUERN_OK);
    quern_segment_writer_free(w);
}

/* Reads lines "0040  01 02 ... | words" into bytes[EXAMPLE_MAX]; what no line has is 0. Returns the
 * end of the last line. */
static size_t read_example(const char *path, uint8_t *bytes)
{
    size_t end = 0;
    char line[1024];
    FILE *f = fopen(path, "r");
    memset(bytes, 0, EXAMPLE_MAX);
    while (f && fgets(line, sizeof line, f)) {
        char *at = line;
        size_t offset = strtoul(line, &at, 16);
        if (at != line + 4 || at[0] != ' ' || at[1] != ' ' || !strchr(line, '|')) {
            continue;
        }
        while (*(at += strspn(at, " ")) != '|' && offset < EXAMPLE_MAX) {
            bytes[offset++] = (uint8_t)strtoul(at, &at, 16);
        }
        end = offset;
    }
    if (f) {
        fclose(f);
    }
    return end;
}

static void test_example(void)
{
    memory_vfs *vfs = memory_vfs_new();
    uint8_t *want = calloc(1, EXAMPLE_MAX);
    quern_segment_ref ref = {0};
    char path[64] = "d/";
    size_t len = 0;
    write_example(memory_vfs_of(vfs), &ref);
    quern_segment_name(ref.id, path + 2);
    const uint8_t *got = memory_vfs_data(vfs, path, &len);
    size_t n = read_example(QUERN_SOURCE_DIR "/index/FORMAT.md", want);
    CHECK(n == len && got && want);
    for (size_t i = 0; got && i < n && i < len; i++) {
        char row[32];
        snprintf(row, sizeof row, "byte %04zx", i);
        CHECK_ROW(row, got[i] == want[i]);
    }
    const char *dump = getenv("QUERN_TEST_DUMP"); /* to write the chapter anew */
    FILE *f = dump && got ? fopen(dump, "w") : NULL;
    if (f) {
        fwrite(got, 1, len, f);
        fclose(f);
    }
    free(want);
    memory_vfs_free(vfs);
}

static CU_TestInfo tests[] = {
    {"the example of FORMAT.md", test_example},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/segment_example", tests)
