/* SPDX-License-Identifier: MIT */
/* reader_test - an index made with another analysis is refused; statistics, options, roots and the
 * listing say what is in the index, exactly, through changes; a reader keeps its generation. */
#include "query/reader.h"

#include "index/store.h"
#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <string.h>
#include <sys/stat.h>

static char dir[LIBRARY_DIR];

static void make_dir(void)
{
    scratch_make(dir);
    strcat(dir, "/i");
}

static void remove_dir(void)
{
    dir[strlen(dir) - 2] = '\0';
    scratch_remove(dir);
}

static quern_index *open_index(void)
{
    quern_error err;
    quern_index *index = NULL;
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    return index;
}

/* ---- Another analysis ---- */

static quern_status open_with(const char *language, uint64_t fingerprint, quern_error *err)
{
    quern_index_config config = {.passage_words = 60,
                                 .pool_titles = 1,
                                 .store_text = 1,
                                 .analysis_version = QUERN_ANALYSIS_VERSION,
                                 .analysis_fingerprint = fingerprint};
    quern_reader *reader = NULL;
    snprintf(config.language, sizeof config.language, "%s", language);
    make_dir();
    CU_ASSERT_FATAL(quern_store_create(quern_vfs_posix(), dir, &config, err) == QUERN_OK);
    quern_index *index = open_index();
    quern_status status = quern_reader_open(index, &reader, err);
    CHECK((status == QUERN_OK) == (reader != NULL));
    quern_reader_free(reader);
    quern_index_close(index);
    remove_dir();
    return status;
}

static void test_other_analysis(void)
{
    quern_error err;
    quern_analysis *analysis = NULL;
    uint64_t fingerprint = 0;
    CU_ASSERT_FATAL(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_analysis_fingerprint(analysis, &fingerprint, &err) == QUERN_OK);
    quern_analysis_free(analysis);
    CHECK(open_with("english", fingerprint, &err) == QUERN_OK);
    CHECK(open_with("english", fingerprint + 1, &err) == QUERN_E_VERSION);
    CHECK(strstr(err.message, "was made with another analysis") != NULL);
    CHECK(strcmp(err.hint, "run: indexer rebuild") == 0);
    CHECK(open_with("german", fingerprint, &err) == QUERN_E_VERSION);
    CHECK(open_with("klingon", fingerprint, &err) == QUERN_E_VERSION);
    CHECK(quern_reader_open(NULL, NULL, &err) == QUERN_E_INVALID);
    quern_reader_free(NULL);
}

/* ---- Statistics ---- */

static quern_stats stats_of(quern_reader *reader)
{
    quern_error err;
    quern_stats stats = QUERN_STATS_INIT;
    CHECK(quern_reader_stats(reader, &stats, &err) == QUERN_OK);
    return stats;
}

static quern_reader *read_after(quern_index *index, void (*change)(quern_writer *w))
{
    quern_writer *w = library_writer(index);
    change(w);
    library_commit(w);
    return library_reader(index);
}

enum { N_FILLERS = 20 }; /* so that one death does not make a segment be merged */

static void put_first(quern_writer *w)
{
    CHECK(!library_put(w, "b", "", "red green", NULL));
    CHECK(!library_put(w, "a", "Title", "blue green", NULL));
    CHECK(!library_put(w, "c", "", "", NULL)); /* nothing to find */
    for (size_t i = 0; i < N_FILLERS; i++) {
        char source[8];
        snprintf(source, sizeof source, "f%zu", i);
        CHECK(!library_put(w, source, "", "green", NULL));
    }
}

static void put_more(quern_writer *w)
{
    CHECK(!library_put(w, "b", "", "green grey zebra", NULL));
    CHECK(!library_put(w, "d", "", "apple green", NULL));
}

static void delete_all(quern_writer *w)
{
    static const char names[] = "abcd";
    for (size_t i = 0; i < 4 + N_FILLERS; i++) {
        char source[8];
        uint64_t n = 0;
        if (i < 4) {
            snprintf(source, sizeof source, "%c", names[i]);
        } else {
            snprintf(source, sizeof source, "f%zu", i - 4);
        }
        CHECK(!quern_writer_delete_source(w, quern_str(source), &n, NULL) && n == 1);
    }
}

static void test_stats(void)
{
    quern_error err;
    make_dir();
    CU_ASSERT_FATAL(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_index *index = open_index();
    quern_reader *first = read_after(index, put_first);
    quern_stats s = stats_of(first);
    CHECK(s.articles == 3 + N_FILLERS && s.passages == 2 + N_FILLERS);
    CHECK(s.words == 5 + N_FILLERS && s.terms == 4 + 2); /* title:title by form and stem */
    CHECK(s.segments == 1 && s.text_bytes == 19 + 5 * N_FILLERS && s.sources == 0 &&
          s.skipped == 0);
    CHECK(s.index_bytes > 500 && s.generation == 2);
    quern_reader *second = read_after(index, put_more);
    s = stats_of(second);
    CHECK(s.articles == 4 + N_FILLERS && s.passages == 3 + N_FILLERS && s.generation == 3);
    CHECK(s.words == 8 + N_FILLERS && s.text_bytes == 10 + 16 + 11 + 5 * N_FILLERS);
    CHECK(s.segments > 1 ? s.terms == 9 : s.terms == 8); /* red is in the old segment still */
    CHECK(stats_of(first).articles == 3 + N_FILLERS && stats_of(first).generation == 2);
    quern_reader *third = read_after(index, delete_all);
    s = stats_of(third);
    CHECK(s.articles == 0 && s.passages == 0 && s.words == 0 && s.text_bytes == 0);
    quern_stats unset = {0};
    CHECK(quern_reader_stats(third, &unset, &err) == QUERN_E_INVALID);
    quern_reader_free(first);
    quern_reader_free(second);
    quern_reader_free(third);
    quern_index_close(index);
    remove_dir();
}

static void test_options(void)
{
    quern_error err;
    quern_index_options made = QUERN_INDEX_OPTIONS_INIT;
    quern_index_options got = QUERN_INDEX_OPTIONS_INIT;
    made.passage_words = 33;
    made.language = "german";
    made.no_text = 1;
    make_dir();
    CU_ASSERT_FATAL(quern_index_create(dir, &made, &err) == QUERN_OK);
    quern_index *index = open_index();
    quern_reader *reader = library_reader(index);
    quern_index_close(index); /* a reader outlives it */
    CHECK(quern_reader_options(reader, &got, &err) == QUERN_OK);
    CHECK(got.passage_words == 33 && strcmp(got.language, "german") == 0);
    CHECK(got.no_text == 1 && got.no_titles == 0 && got.size == sizeof got);
    CHECK(quern_reader_options(reader, NULL, &err) == QUERN_E_INVALID);
    quern_reader_free(reader);
    remove_dir();
}

/* ---- Listing and roots ---- */

static int print_listing(const quern_listing *l, void *payload)
{
    char *out = payload;
    size_t n = strlen(out);
    snprintf(out + n, 400 - n, "%s#%s '%s' %llu %u%s%s\n", l->source.data, l->id.data,
             l->title.data, (unsigned long long)l->text_bytes, l->passages,
             l->skip_reason ? " skipped: " : "", l->skip_reason ? l->skip_reason : "");
    CHECK(l->size == sizeof *l);
    return 0;
}

static int stop_at_second(const quern_listing *listing, void *payload)
{
    int *n = payload;
    (void)listing;
    return ++*n == 2;
}

static void check_listing(quern_index *index)
{
    quern_error err;
    char got[400] = "";
    int n = 0;
    quern_reader *reader = library_reader(index);
    CHECK(quern_reader_list(reader, print_listing, got, &err) == QUERN_OK);
    CHECK(strstr(got, "news/a.txt# 'Only a heading' 14 1\n") == got);
    CHECK(strstr(got, "news/b.jsonl#1 'T' 10 1\nnews/b.jsonl#2 '' 3 1\n") != NULL);
    const char *skipped = strstr(got, "news/z.txt# '' 0 0 skipped: ");
    CHECK(skipped != NULL && strchr(skipped, '\n')[1] == '\0');
    CHECK(quern_reader_list(reader, stop_at_second, &n, &err) == QUERN_OK && n == 2);
    CHECK(quern_reader_list(reader, NULL, NULL, &err) == QUERN_E_INVALID);
    CHECK(quern_reader_root(reader, 0) && strcmp(quern_reader_root(reader, 0), "news") == 0);
    CHECK(quern_reader_root(reader, 1) == NULL && quern_reader_root(NULL, 0) == NULL);
    quern_stats s = stats_of(reader);
    CHECK(s.sources == 3 && s.skipped == 1 && s.articles == 3);
    quern_reader_free(reader);
}

static void test_listing(void)
{
    static const char records[] = "{\"id\":\"2\",\"text\":\"Red\"}\n"
                                  "{\"id\":\"1\",\"title\":\"T\",\"text\":\"Green blue\"}\n";
    char folder[4096 + 32];
    const char *path = folder;
    quern_error err;
    make_dir();
    CU_ASSERT_FATAL(quern_index_create(dir, NULL, &err) == QUERN_OK);
    snprintf(folder, sizeof folder, "%.*s/news", (int)strlen(dir) - 2, dir);
    CU_ASSERT_FATAL(mkdir(folder, 0777) == 0);
    scratch_write(folder, "a.txt", "Only a heading", 14);
    scratch_write(folder, "b.jsonl", records, sizeof records - 1);
    scratch_write(folder, "z.txt",
                  "\x7F"
                  "ELF\0\0\1\2\0\0\0\xFF\xFE\0\3\4\5",
                  16);
    quern_index *index = open_index();
    quern_writer *w = library_writer(index);
    quern_sync_options options = QUERN_SYNC_OPTIONS_INIT;
    options.paths = &path;
    options.n_paths = 1;
    CHECK(quern_sync(w, &options, NULL, &err) == QUERN_OK);
    library_commit(w);
    check_listing(index);
    quern_index_close(index);
    remove_dir();
}

static CU_TestInfo tests[] = {
    {"another analysis", test_other_analysis},
    {"statistics", test_stats},
    {"options", test_options},
    {"listing and roots", test_listing},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/reader", tests)
