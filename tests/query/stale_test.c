/* SPDX-License-Identifier: MIT */
/* stale_test - what counts as newer than the index: files of hits, roots, folders below them, files
 * that have gone; and what does not: hidden names, the index itself, sources that no root holds. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LONG = 2000000 }; /* microseconds: enough for a small folder on any machine */

typedef struct fixture {
    char base[4096];
    char folder[4096 + 32];
    quern_index *index;
    quern_reader *reader;
    quern_hits *hits;
} fixture;

/* Sets the time of last change of folder/name to `seconds` from now. */
static void set_time(const fixture *f, const char *name, long seconds)
{
    char path[4096 + 64];
    struct timespec times[2] = {{0, UTIME_OMIT}, {time(NULL) + seconds, 0}};
    snprintf(path, sizeof path, "%s/%s", f->base, name);
    CHECK_ROW(name, utimensat(AT_FDCWD, path, times, 0) == 0);
}

static void sync_index(fixture *f, const char *const *paths, size_t n)
{
    quern_error err;
    quern_sync_options options = QUERN_SYNC_OPTIONS_INIT;
    options.paths = paths;
    options.n_paths = n;
    quern_writer *w = library_writer(f->index);
    CHECK(library_put(w, "from-a-program", "", "chips", &err) == QUERN_OK);
    CHECK(quern_sync(w, &options, NULL, &err) == QUERN_OK);
    library_commit(w);
}

static void search_chips(fixture *f)
{
    f->reader = library_reader(f->index);
    f->hits = library_hits(f->reader, "chips", NULL);
}

/* base/news/{a.txt,b.jsonl,deep/c.txt,.hidden/}, base/.quern; all older than the index. */
static void fixture_open(fixture *f)
{
    static const char *const files[] = {"news/a.txt",   "news/b.jsonl", "news/deep/c.txt",
                                        "news/.hidden", "news/deep",    "news"};
    static const char records[] = "{\"id\":\"1\",\"text\":\"Chips\"}\n"
                                  "{\"id\":\"2\",\"text\":\"More chips\"}\n";
    char path[4096 + 64];
    quern_error err;
    const char *root = f->folder;
    memset(f, 0, sizeof *f);
    scratch_make(f->base);
    snprintf(f->folder, sizeof f->folder, "%s/news", f->base);
    snprintf(path, sizeof path, "%s/.hidden", f->folder);
    CHECK(mkdir(f->folder, 0777) == 0 && mkdir(path, 0777) == 0);
    scratch_write(f->folder, "a.txt", "About chips.", 12);
    scratch_write(f->folder, "b.jsonl", records, sizeof records - 1);
    snprintf(path, sizeof path, "%s/deep", f->folder);
    CHECK(mkdir(path, 0777) == 0);
    scratch_write(path, "c.txt", "About banks.", 12);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        set_time(f, files[i], -3600);
    }
    snprintf(path, sizeof path, "%s/.quern", f->base);
    CU_ASSERT_FATAL(quern_index_create(path, NULL, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_index_open(path, NULL, &f->index, &err) == QUERN_OK);
    sync_index(f, &root, 1);
    search_chips(f);
    CHECK(quern_hits_count(f->hits) == 4);
}

static void fixture_close(fixture *f)
{
    quern_hits_free(f->hits);
    quern_reader_free(f->reader);
    quern_index_close(f->index);
    scratch_remove(f->base);
}

static uint64_t count(const fixture *f)
{
    return quern_reader_stale(f->reader, f->hits, LONG);
}

static void test_counts(void)
{
    static const struct {
        const char *name;
        uint64_t want;
    } rows[] = {{"news/a.txt", 1},      {"news/b.jsonl", 1}, /* two hits, one file */
                {"news/deep/c.txt", 0},                      /* no hit, and its folder is old */
                {"news/deep", 1},       {"news", 1},         {"news/.hidden", 0}, {".quern", 0}};
    fixture f;
    fixture_open(&f);
    CHECK(count(&f) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_time(&f, rows[i].name, 3600);
        CHECK_ROW(rows[i].name, count(&f) == rows[i].want);
        set_time(&f, rows[i].name, -3600);
        CHECK_ROW(rows[i].name, count(&f) == 0);
    }
    set_time(&f, "news/a.txt", 3600);
    set_time(&f, "news/deep", 3600);
    CHECK(count(&f) == 2);
    CHECK(quern_reader_stale(f.reader, NULL, LONG) == 1); /* without hits: folders alone */
    CHECK(quern_reader_stale(NULL, NULL, LONG) == 0);
    set_time(&f, ".quern/LOCK", 7200); /* an indexer ran since */
    CHECK(count(&f) == 0);
    fixture_close(&f);
}

static void test_gone(void)
{
    char path[4096 + 64];
    fixture f;
    fixture_open(&f);
    snprintf(path, sizeof path, "%s/a.txt", f.folder);
    CHECK(unlink(path) == 0);
    set_time(&f, "news", -3600);
    CHECK(count(&f) == 1);
    scratch_write(f.folder, "new.txt", "new", 3);
    set_time(&f, "news", 3600);
    CHECK(count(&f) == 2);
    fixture_close(&f);
}

/* A root may be a file, and one below another counts once. */
static void test_roots(void)
{
    fixture f;
    char file[4096 + 64];
    char deep[4096 + 64];
    fixture_open(&f);
    snprintf(file, sizeof file, "%s/alone.txt", f.base);
    snprintf(deep, sizeof deep, "%s/deep", f.folder);
    scratch_write(f.base, "alone.txt", "Nothing much.", 13);
    set_time(&f, "alone.txt", -3600);
    const char *roots[] = {file, deep};
    sync_index(&f, roots, 2);
    quern_hits_free(f.hits);
    quern_reader_free(f.reader);
    search_chips(&f);
    CHECK(count(&f) == 0);
    set_time(&f, "alone.txt", 3600);
    CHECK(count(&f) == 1);
    set_time(&f, "news/deep", 3600);
    CHECK(count(&f) == 2);
    fixture_close(&f);
}

/* The time that may be used is kept. */
static void test_budget(void)
{
    fixture f;
    fixture_open(&f);
    for (int i = 0; i < 3000; i++) {
        char name[32];
        char path[4096 + 96];
        snprintf(name, sizeof name, "folder%d", i);
        snprintf(path, sizeof path, "%s/%s", f.folder, name);
        CU_ASSERT_FATAL(mkdir(path, 0777) == 0);
        snprintf(path, sizeof path, "news/%s", name);
        set_time(&f, path, 3600);
    }
    uint64_t all = count(&f);
    CHECK(all >= 3000);
    CHECK(quern_reader_stale(f.reader, f.hits, 300) <= all);
    CHECK(quern_reader_stale(f.reader, f.hits, 0) <= 1);
    fixture_close(&f);
}

/* A file that was there before and is no hit, an index that has gone: no count, no error. */
static void test_no_index(void)
{
    char from[4096 + 64];
    char to[4096 + 64];
    fixture f;
    fixture_open(&f);
    set_time(&f, "news/a.txt", 3600);
    snprintf(from, sizeof from, "%s/.quern", f.base);
    snprintf(to, sizeof to, "%s/.other", f.base);
    CHECK(rename(from, to) == 0);
    CHECK(count(&f) == 0);
    fixture_close(&f);
}

/* A rebuild makes and removes directories beside the index, in a folder that is a root: nothing of
 * that is news. It was, once. */
static void test_rebuilt(void)
{
    char path[4096 + 64];
    quern_error err;
    fixture f;
    const char *root = f.base;
    fixture_open(&f);
    sync_index(&f, &root, 1);
    snprintf(path, sizeof path, "%s/.quern", f.base);
    CHECK(quern_index_rebuild(path, NULL, &err) == QUERN_OK);
    quern_hits_free(f.hits);
    quern_reader_free(f.reader);
    search_chips(&f);
    CHECK(quern_reader_stale(f.reader, NULL, LONG) == 0);
    fixture_close(&f);
}

static CU_TestInfo tests[] = {
    {"rebuilt", test_rebuilt}, {"counts", test_counts}, {"files gone", test_gone},
    {"roots", test_roots},     {"budget", test_budget}, {"no index", test_no_index},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/stale", tests)
