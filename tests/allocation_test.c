/* SPDX-License-Identifier: MIT */
/* allocation_test - the n-th allocation fails, for every n, once and from then on, while an index
 * is made, filled, changed, searched and brought in step with a folder. Nothing may crash or leak
 * (the sanitizer build sees to that), every failure is NOMEM, and what was committed is still there
 * and sound. The program is linked with --wrap for malloc, calloc, realloc and mmap. */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <string.h>
#include <sys/mman.h>

static uint64_t calls, fail_at, fail_count; /* fail calls fail_at .. fail_at + fail_count - 1 */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static int fails(void)
{
    calls++;
    return fail_at && calls >= fail_at && calls - fail_at < fail_count;
}
void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}
/* Mapping a file is no allocation. */
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fd < 0 && fails() ? MAP_FAILED : __real_mmap(at, size, protection, flags, fd, offset);
}

static const char *const queries[] = {"bedrock commitment", "\"long term\" chips", "absent"};
static const char folder_text[] =
    "A heading\n\nThe folder holds one file about chips and the long term of Bedrock.\n";
static const char folder_lines[] =
    "{\"id\": 1, \"title\": \"One\", \"text\": \"A record about Bedrock chips.\"}\n"
    "not json\n{\"id\": \"2\", \"text\": \"Another, with a commitment.\", \"desk\": \"tech\"}\n";

typedef quern_status (*step)(const char *dir, quern_error *err);

static quern_status step_create(const char *dir, quern_error *err)
{
    return quern_index_create(dir, NULL, err);
}

/* Puts and deletes, then commits. */
static quern_status step_write(const char *dir, quern_error *err)
{
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    options.threads = 1;
    options.memory_bytes = 32u << 20;
    quern_status s = quern_index_open(dir, NULL, &index, err);
    s = s ? s : quern_writer_open(index, &options, &w, err);
    s = s ? s : library_put(w, "a", "Title of a", "Bedrock chips are a long term commitment.", err);
    s = s ? s : library_put(w, "b", "", "Chips. Chips! Bedrock’s chips?", err);
    s = s ? s : quern_writer_delete(w, QUERN_STR("kept"), QUERN_STR(""), NULL, err);
    s = s ? s : quern_writer_commit(w, err);
    quern_writer_close(w);
    quern_index_close(index);
    return s;
}

static quern_status step_optimize(const char *dir, quern_error *err)
{
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_status s = quern_index_open(dir, NULL, &index, err);
    s = s ? s : quern_writer_open(index, NULL, &w, err);
    s = s ? s : quern_writer_optimize(w, err);
    quern_writer_close(w);
    quern_index_close(index);
    return s;
}

static quern_status step_sync(const char *dir, quern_error *err)
{
    char folder[4200];
    const char *paths[1] = {folder};
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_sync_options options = QUERN_SYNC_OPTIONS_INIT;
    options.paths = paths;
    options.n_paths = 1;
    snprintf(folder, sizeof folder, "%s.folder", dir);
    quern_status s = quern_index_open(dir, NULL, &index, err);
    s = s ? s : quern_writer_open(index, NULL, &w, err);
    s = s ? s : quern_sync(w, &options, NULL, err);
    quern_writer_close(w);
    quern_index_close(index);
    return s;
}

static quern_status step_search(const char *dir, quern_error *err)
{
    quern_buf out = {0};
    quern_status s = library_dump(dir, NULL, queries, 3, &out, err);
    quern_buf_finish(&out);
    return s;
}

/* The articles like one that is stored, copies folded and the newest first. */
typedef struct likeness {
    quern_reader *reader;
    quern_status status;
    quern_error *err;
} likeness;

static void search_like(const quern_article *article, void *payload)
{
    likeness *l = payload;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_like_options like = QUERN_LIKE_OPTIONS_INIT;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    like.without_source = article->source;
    options.fold = 1;
    quern_status s = quern_query_like(l->reader, article->text, &like, &query, l->err);
    s = s ? s : quern_search(l->reader, query, &options, &hits, l->err);
    quern_hits_free(hits);
    hits = NULL;
    options.order = QUERN_ORDER_NEWEST;
    s = s ? s : quern_search(l->reader, query, &options, &hits, l->err);
    quern_hits_free(hits);
    quern_query_free(query);
    l->status = s;
}

static quern_status step_like(const char *dir, quern_error *err)
{
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    quern_string no_id = {"", 0};
    quern_status s = quern_index_open(dir, NULL, &index, err);
    s = s ? s : quern_reader_open(index, &reader, err);
    likeness l = {reader, QUERN_OK, err};
    s = s ? s : quern_reader_article(reader, QUERN_STR("kept"), no_id, search_like, &l, err);
    quern_reader_free(reader);
    quern_index_close(index);
    return s ? s : l.status;
}

/* Words that stand for the same. */
static quern_status step_same(const char *dir, quern_error *err)
{
    static const char sets[] =
        "chip, wafer, long term\nstone => bedrock, of all\nlong term, ever\n";
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    quern_synonyms *synonyms = NULL;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_query_options reading = QUERN_QUERY_OPTIONS_INIT;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    options.explain = 1;
    quern_status s = quern_index_open(dir, NULL, &index, err);
    s = s ? s : quern_reader_open(index, &reader, err);
    s = s ? s : quern_synonyms_read(reader, QUERN_STR(sets), NULL, &synonyms, err);
    reading.spellings = 1;
    reading.synonyms = synonyms;
    s = s ? s
          : quern_query_parse_with(reader, QUERN_STR("colour stone +wafers long term title:grey"),
                                   &reading, &query, err);
    s = s ? s : quern_search(reader, query, &options, &hits, err);
    quern_hits_free(hits);
    quern_query_free(query);
    quern_synonyms_free(synonyms);
    quern_reader_free(reader);
    quern_index_close(index);
    return s;
}

static quern_status step_check(const char *dir, quern_error *err)
{
    return quern_index_check(dir, NULL, NULL, err);
}

static const struct {
    const char *name;
    step run;
    int filled; /* the index is there and has the article "kept"; 2: and several languages */
} steps[] = {{"create", step_create, 0},
             {"write", step_write, 1},
             {"sync", step_sync, 1},
             {"optimize", step_optimize, 1},
             {"search", step_search, 1},
             {"like", step_like, 1},
             {"same", step_same, 1},
             {"check", step_check, 1},
             {"write in two languages", step_write, 2},
             {"search in two languages", step_search, 2},
             {"like in two languages", step_like, 2},
             {"same in two languages", step_same, 2}};

/* A fresh index in dir, with one article where wanted. */
static void prepare(const char *dir, int filled)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    fail_at = 0;
    scratch_remove(dir);
    if (!filled) {
        return;
    }
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.language = filled > 1 ? "german,english" : NULL;
    quern_status s = quern_index_create(dir, &options, &err);
    s = s ? s : quern_index_open(dir, NULL, &index, &err);
    s = s ? s : quern_writer_open(index, NULL, &w, &err);
    s = s ? s : library_put(w, "kept", "Kept", "Bedrock stands, a commitment of long term.", &err);
    s = s ? s : quern_writer_commit(w, &err);
    s = s ? s : library_put(w, "kept too", "", "Chips of the long term.", &err);
    s = s ? s : quern_writer_commit(w, &err);
    quern_writer_close(w);
    quern_index_close(index);
    CHECK_ROW("prepare", s == QUERN_OK);
}

/* Returns 0 once the step ran without meeting the failure. */
static int run_failing(size_t i, const char *dir, uint64_t n, uint64_t count)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    prepare(dir, steps[i].filled);
    calls = 0;
    fail_at = n;
    fail_count = count;
    quern_status s = steps[i].run(dir, &err);
    int met = calls >= n;
    fail_at = 0;
    CHECK_ROW(steps[i].name, s == QUERN_OK || (met && s == QUERN_E_NOMEM));
    if (s != QUERN_OK && s != QUERN_E_NOMEM) {
        printf("%s, allocation %llu: %s: %s\n", steps[i].name, (unsigned long long)n,
               quern_status_name(s), err.message);
    }
    if (steps[i].filled || s == QUERN_OK) {
        CHECK_ROW(steps[i].name, quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
    }
    return met;
}

static void test_every_allocation(void)
{
    char base[4096];
    char dir[4200];
    char folder[4300];
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/index", base);
    snprintf(folder, sizeof folder, "mkdir -p %s.folder", dir);
    CHECK_ROW("folder", system(folder) == 0);
    snprintf(folder, sizeof folder, "%s.folder", dir);
    scratch_write(folder, "one.txt", folder_text, strlen(folder_text));
    scratch_write(folder, "two.jsonl", folder_lines, strlen(folder_lines));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint64_t n = 1;
        while (run_failing(i, dir, n, 1)) {
            run_failing(i, dir, n, UINT64_MAX);
            n++;
        }
        printf("%s: %llu allocations failed in turn\n", steps[i].name, (unsigned long long)n - 1);
        CHECK_ROW(steps[i].name, n > 2);
    }
    scratch_remove(base);
}

static CU_TestInfo tests[] = {{"every allocation fails in turn", test_every_allocation},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("allocation", tests)
