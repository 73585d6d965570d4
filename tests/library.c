/* SPDX-License-Identifier: MIT */
/* library - see library.h. */
#include "tests/library.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/scratch.h"

quern_index *library_make(char dir[LIBRARY_DIR], const quern_index_options *options)
{
    quern_error err;
    quern_index *index = NULL;
    scratch_make(dir);
    strcat(dir, "/i");
    CU_ASSERT_FATAL(quern_index_create(dir, options, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    return index;
}

void library_remove(char dir[LIBRARY_DIR], quern_index *index)
{
    quern_index_close(index);
    dir[strlen(dir) - strlen("/i")] = '\0';
    scratch_remove(dir);
}

quern_writer *library_writer(quern_index *index)
{
    quern_error err;
    quern_writer *w = NULL;
    CU_ASSERT_FATAL(quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
    return w;
}

void library_commit(quern_writer *w)
{
    quern_error err;
    CU_ASSERT_FATAL(quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
}

quern_reader *library_reader(quern_index *index)
{
    quern_error err;
    quern_reader *reader = NULL;
    CU_ASSERT_FATAL(quern_reader_open(index, &reader, &err) == QUERN_OK);
    return reader;
}

quern_hits *library_hits(quern_reader *reader, const char *text,
                         const quern_search_options *options)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    CHECK_ROW(text, quern_query_parse(reader, quern_str(text), &query, &err) == QUERN_OK);
    CHECK_ROW(text, quern_search(reader, query, options, &hits, &err) == QUERN_OK && hits);
    quern_query_free(query);
    return hits;
}

quern_status library_put(quern_writer *w, const char *source, const char *title, const char *text,
                         quern_error *err)
{
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = quern_str(source);
    a.title = quern_str(title);
    a.text = quern_str(text);
    return quern_writer_put(w, &a, err);
}

static void print(quern_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void print(quern_buf *out, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    quern_buf_bytes(out, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

static void print_hit(quern_buf *out, const quern_hit *h)
{
    print(out, "%u %a ", h->rank, h->score);
    quern_buf_bytes(out, h->source.data, h->source.len);
    print(out, "#");
    quern_buf_bytes(out, h->id.data, h->id.len);
    print(out, " [%" PRIu64 ",%" PRIu64 ") %u:%u +%" PRIu64, h->byte_start, h->byte_end, h->line,
          h->column, h->more_in_article);
    for (size_t i = 0; i < h->n_highlights; i++) {
        print(out, " %u-%u", h->highlights[i].start, h->highlights[i].end);
    }
    for (size_t i = 0; i < h->n_title_highlights; i++) {
        print(out, " t%u-%u", h->title_highlights[i].start, h->title_highlights[i].end);
    }
    print(out, " | ");
    quern_buf_bytes(out, h->title.data, h->title.len);
    print(out, " | ");
    quern_buf_bytes(out, h->text.data, h->text.len);
    print(out, "\n");
}

quern_status library_ask_reader(quern_reader *reader, const char *text,
                                const quern_search_options *options, quern_buf *out,
                                quern_error *err)
{
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_status status = quern_query_parse(reader, quern_str(text), &query, err);
    if (!status) {
        status = quern_search(reader, query, options, &hits, err);
    }
    for (size_t i = 0; !status && i < quern_hits_count(hits); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        status = quern_hits_get(hits, i, &hit);
        print_hit(out, &hit);
    }
    quern_hits_free(hits);
    quern_query_free(query);
    return status ? status : out->status;
}

quern_status library_ask(quern_index *index, const char *text, const quern_search_options *options,
                         quern_buf *out, quern_error *err)
{
    quern_reader *reader = NULL;
    quern_status status = quern_reader_open(index, &reader, err);
    if (!status) {
        status = library_ask_reader(reader, text, options, out, err);
    }
    quern_reader_free(reader);
    return status;
}

static int print_listing(const quern_listing *l, void *payload)
{
    quern_buf *out = payload;
    quern_buf_bytes(out, l->source.data, l->source.len);
    print(out, "#");
    quern_buf_bytes(out, l->id.data, l->id.len);
    print(out, " %" PRId64 " %" PRIu64 " %u ", l->date, l->text_bytes, l->passages);
    quern_buf_bytes(out, l->title.data, l->title.len);
    print(out, "\n");
    return 0;
}

quern_status library_dump(const char *dir, const quern_open_options *options,
                          const char *const *queries, size_t n, quern_buf *out, quern_error *err)
{
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    quern_search_options all = QUERN_SEARCH_OPTIONS_INIT;
    all.articles = 1000;
    all.all_passages = 1;
    quern_status status = quern_index_open(dir, options, &index, err);
    if (!status) {
        status = quern_reader_open(index, &reader, err);
    }
    for (size_t i = 0; !status && i < n; i++) {
        print(out, "? %s\n", queries[i]);
        status = library_ask_reader(reader, queries[i], &all, out, err);
    }
    if (!status) {
        status = quern_reader_list(reader, print_listing, out, err);
    }
    quern_reader_free(reader);
    quern_index_close(index);
    return status ? status : out->status;
}
