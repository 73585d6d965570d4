/* SPDX-License-Identifier: MIT */
/* writer_test - random histories against a plain list, what a writer refuses, what it leaves behind
 * when it is closed, and what it says after it has failed. */
#include "index/store.h"
#include "indexer/writer.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/indexer/shadow.h"
#include "tests/scratch.h"
#include "tests/sim_vfs.h"

#include <errno.h>
#include <string.h>

static uint64_t generation(const char *dir)
{
    quern_manifest m;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    CHECK(quern_manifest_newest(quern_vfs_posix(), dir, &m, NULL, &err) == QUERN_OK);
    uint64_t out = m.generation;
    quern_manifest_finish(&m);
    return out;
}

/* ---- Histories ---- */

typedef struct history {
    const char *name;
    uint32_t passage_words;
    const char *language;
    int no_titles, no_text;
    uint32_t threads;
    unsigned keys;
    size_t words;
    int steps, commits;
} history;

static const history histories[] = {
    {"defaults", 0, NULL, 0, 0, 2, 60, 200, 60, 8},
    {"one thread", 0, NULL, 0, 0, 1, 60, 200, 60, 8},
    {"no titles", 0, NULL, 1, 0, 2, 40, 200, 40, 5},
    {"no text", 0, NULL, 0, 1, 2, 40, 200, 40, 6},
    {"neither", 0, "none", 1, 1, 1, 40, 200, 40, 6},
    {"whole articles", QUERN_WHOLE_ARTICLES, NULL, 0, 0, 2, 30, 600, 30, 5},
    {"small passages", 9, "german", 0, 0, 1, 30, 150, 30, 5},
    {"few articles", 0, NULL, 0, 0, 2, 6, 80, 8, 12},
    {"many of them die", 0, NULL, 0, 0, 2, 300, 30, 200, 8},
    {"four languages", 0, SHADOW_LANGUAGES, 0, 0, 2, 60, 200, 60, 8},
    {"four languages, many die", 0, SHADOW_LANGUAGES, 0, 0, 2, 300, 30, 200, 6},
    {"four languages, no text", 0, SHADOW_LANGUAGES, 0, 1, 1, 40, 200, 40, 5},
};

static void run_history(const history *h, const char *dir, uint64_t seed)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = h->passage_words;
    options.language = h->language;
    options.no_titles = h->no_titles;
    options.no_text = h->no_text;
    shadow now;
    shadow committed;
    shadow_init(&now, &options);
    shadow_init(&committed, &options);
    CHECK_ROW(h->name, quern_index_create(dir, &options, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, h->threads);
    for (int i = 0; i < h->commits; i++) {
        for (int k = 0; k < h->steps; k++) {
            shadow_step(&now, w, &seed, h->keys, h->words);
        }
        if (check_random(&seed) % 5 == 0) { /* dropped */
            quern_writer_close(w);
            w = shadow_open(quern_vfs_posix(), dir, 0, h->threads);
            shadow_finish(&now);
            shadow_copy(&committed, &now);
        } else {
            quern_status status = check_random(&seed) % 6 == 0 ? quern_writer_optimize(w, &err)
                                                               : quern_writer_commit(w, &err);
            CHECK_ROW(h->name, status == QUERN_OK);
            shadow_finish(&committed);
            shadow_copy(&now, &committed);
        }
        shadow_check(&committed, quern_vfs_posix(), dir, h->name);
    }
    quern_writer_close(w);
    shadow_check(&committed, quern_vfs_posix(), dir, h->name);
    shadow_finish(&now);
    shadow_finish(&committed);
}

static void random_histories(void)
{
    uint64_t seed = check_seed(20261123);
    for (size_t i = 0; i < sizeof histories / sizeof histories[0]; i++) {
        char dir[4096];
        scratch_make(dir);
        run_history(&histories[i], dir, check_random(&seed));
        scratch_remove(dir);
    }
}

/* The least memory, and articles large enough that runs are flushed, and segments merged, between
 * commits; the same keys again while their first versions are being flushed. */
static void flushes_between_commits(void)
{
    for (uint32_t threads = 1; threads <= 2; threads++) {
        uint64_t seed = check_seed(7 + threads);
        char dir[4096];
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        shadow now;
        shadow_init(&now, NULL);
        scratch_make(dir);
        CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
        quern_writer *w = shadow_open(quern_vfs_posix(), dir, 32, threads);
        for (int i = 0; i < 2; i++) {
            for (int k = 0; k < 150; k++) {
                shadow_step(&now, w, &seed, 120, 24000);
            }
            char *names = scratch_list(dir, "seg-");
            CHECK_ROW("segments before the commit", strlen(names) > 25u);
            free(names);
            CHECK_ROW("commit", quern_writer_commit(w, &err) == QUERN_OK);
            shadow_check(&now, quern_vfs_posix(), dir, "flushed between commits");
        }
        quern_writer_close(w);
        shadow_finish(&now);
        scratch_remove(dir);
    }
}

/* ---- Commits ---- */

static void put_one(quern_writer *w, const char *source, const char *text)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = quern_str(source);
    a.text = quern_str(text);
    CHECK_ROW(source, quern_writer_put(w, &a, &err) == QUERN_OK);
}

static void nothing_new_is_no_generation(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    uint64_t n = 5;
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 1);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 1);
    CHECK(quern_writer_optimize(w, &err) == QUERN_OK && generation(dir) == 1);
    put_one(w, "a", "one article about chips");
    CHECK(quern_writer_has_changes(w));
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    CHECK(!quern_writer_has_changes(w));
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    CHECK(quern_writer_delete(w, QUERN_STR("b"), QUERN_STR(""), &n, &err) == QUERN_OK && n == 0);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    put_one(w, "b", "comes and goes");
    CHECK(quern_writer_delete(w, QUERN_STR("b"), QUERN_STR(""), &n, &err) == QUERN_OK && n == 1);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    /* the same article again: the same segment, which is there already */
    put_one(w, "a", "one article about chips");
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    CHECK(quern_writer_optimize(w, &err) == QUERN_OK && generation(dir) == 2);
    quern_writer_close(w);
    size_t len = 0;
    char *segment = shadow_segment(dir, &len);
    CHECK(segment != NULL);
    free(segment);
    scratch_remove(dir);
}

static void the_last_article_goes(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow none;
    shadow_init(&none, NULL);
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 2);
    put_one(w, "a", "text");
    put_one(w, "b", "text");
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    uint64_t n = 0;
    CHECK(quern_writer_delete_source(w, QUERN_STR("a"), &n, &err) == QUERN_OK && n == 1);
    CHECK(quern_writer_delete_source(w, QUERN_STR("b"), &n, &err) == QUERN_OK && n == 1);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 3);
    shadow_check(&none, quern_vfs_posix(), dir, "empty again");
    quern_writer_close(w);
    scratch_remove(dir);
}

static void close_leaves_nothing(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    uint64_t seed = check_seed(3);
    shadow all;
    shadow_init(&all, NULL);
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 32, 2);
    put_one(w, "kept", "this is committed");
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    char *before = scratch_list(dir, "");
    for (int k = 0; k < 120; k++) {
        shadow_article a = shadow_random(&seed, 5000, 24000);
        CHECK(shadow_put(&all, w, &a, &err) == QUERN_OK);
    }
    char *during = scratch_list(dir, "seg-");
    CHECK_ROW("segments before closing", strlen(during) > 50);
    quern_writer_close(w);
    char *after = scratch_list(dir, "");
    CHECK_ROW("files after closing", strcmp(before, after) == 0);
    free(before);
    free(during);
    free(after);
    shadow_finish(&all);
    scratch_remove(dir);
}

static void roots_and_sources(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_source *source = NULL;
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 0);
    CHECK(quern_writer_add_root(w, "/b", &err) == QUERN_OK);
    CHECK(quern_writer_add_root(w, "/a", &err) == QUERN_OK);
    CHECK(quern_writer_add_root(w, "/b", &err) == QUERN_OK);
    CHECK(quern_writer_drop_root(w, "/c", &err) == QUERN_E_NOT_FOUND);
    CHECK(quern_sources_put(quern_writer_sources(w), "a.txt", &source, &err) == QUERN_OK);
    source->size = 42;
    quern_writer_sources_changed(w);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    quern_writer_close(w);

    w = shadow_open(quern_vfs_posix(), dir, 0, 0);
    CHECK(quern_writer_root_count(w) == 2);
    CHECK(strcmp(quern_writer_root(w, 0), "/a") == 0 && strcmp(quern_writer_root(w, 1), "/b") == 0);
    source = quern_sources_find(quern_writer_sources(w), "a.txt");
    CHECK(source && source->size == 42);
    CHECK(quern_writer_drop_root(w, "/a", &err) == QUERN_OK && quern_writer_has_changes(w));
    put_one(w, "b", "an article, and the sources stay as they are");
    CHECK(quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 3);
    quern_writer_close(w);

    w = shadow_open(quern_vfs_posix(), dir, 0, 0);
    CHECK(quern_writer_root_count(w) == 1 && strcmp(quern_writer_root(w, 0), "/b") == 0);
    CHECK(quern_sources_find(quern_writer_sources(w), "a.txt") != NULL);
    quern_writer_close(w);
    scratch_remove(dir);
}

/* ---- Refusals ---- */

typedef struct limit {
    const char *name;
    size_t source, id, text, title;
    int nul; /* 1: in the source, 2: in the id */
    quern_status want;
} limit;

static const limit limits[] = {
    {"no source", 0, 0, 5, 0, 0, QUERN_E_INVALID},
    {"longest source", 4096, 0, 5, 0, 0, QUERN_OK},
    {"source too long", 4097, 0, 5, 0, 0, QUERN_E_INVALID},
    {"NUL in source", 10, 0, 5, 0, 1, QUERN_E_INVALID},
    {"longest id", 3, 4096, 5, 0, 0, QUERN_OK},
    {"id too long", 3, 4097, 5, 0, 0, QUERN_E_INVALID},
    {"NUL in id", 3, 9, 5, 0, 2, QUERN_E_INVALID},
    {"nothing but a key", 3, 3, 0, 0, 0, QUERN_OK},
    {"text too long", 3, 3, ((size_t)1 << 30) + 1, 0, 0, QUERN_E_INVALID},
    {"title too long", 3, 3, 3, ((size_t)1 << 30) + 1, 0, QUERN_E_INVALID},
};

static quern_status put_limit(quern_writer *w, const limit *l, quern_error *err)
{
    static char bytes[5000];
    memset(bytes, 'x', sizeof bytes);
    char source[5000];
    memcpy(source, bytes, sizeof source);
    source[l->nul == 1 ? 4 : 4999] = '\0';
    char id[5000];
    memcpy(id, bytes, sizeof id);
    id[l->nul == 2 ? 4 : 4999] = '\0';
    quern_article a = QUERN_ARTICLE_INIT;
    a.source.data = source;
    a.source.len = l->source;
    a.id.data = id;
    a.id.len = l->id;
    a.text.data = l->text ? bytes : NULL; /* not read where its length is out of limits */
    a.text.len = l->text;
    a.title.data = l->title ? bytes : NULL;
    a.title.len = l->title;
    return quern_writer_put(w, &a, err);
}

static void refuses(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_article unset = {0};
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 0);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        quern_status status = put_limit(w, &limits[i], &err);
        CHECK_ROW(limits[i].name, status == limits[i].want && err.status == status);
        CHECK_ROW(limits[i].name, status == QUERN_OK || err.message[0] != '\0');
    }
    CHECK(quern_writer_put(w, &unset, &err) == QUERN_E_INVALID);
    CHECK(quern_writer_delete(w, QUERN_STR(""), QUERN_STR(""), NULL, &err) == QUERN_E_INVALID);
    CHECK(quern_writer_delete_source(w, QUERN_STR(""), NULL, &err) == QUERN_E_INVALID);
    CHECK_ROW("still usable", quern_writer_commit(w, &err) == QUERN_OK && generation(dir) == 2);
    quern_writer_close(w);
    scratch_remove(dir);
}

static void refuses_to_open(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_writer *second = NULL;
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    CHECK(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    options.memory_bytes = 1;
    CHECK(quern_writer_open(index, &options, &w, &err) == QUERN_E_INVALID && !w);
    options.memory_bytes = 0;
    options.threads = 3;
    CHECK(quern_writer_open(index, &options, &w, &err) == QUERN_E_INVALID && !w);
    options.threads = 0;
    options.size = 0;
    CHECK(quern_writer_open(index, &options, &w, &err) == QUERN_E_INVALID && !w);
    CHECK(quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
    CHECK(quern_writer_open(index, NULL, &second, &err) == QUERN_E_LOCKED && !second);
    quern_writer_close(w);
    CHECK(quern_writer_open(index, NULL, &second, &err) == QUERN_OK);
    quern_writer_close(second);
    quern_writer_close(NULL);
    quern_index_close(index);
    scratch_remove(dir);
}

static void another_analysis(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_index_config config = {60, "english", 1, 1, QUERN_ANALYSIS_VERSION, 12345, ""};
    scratch_make(dir);
    CHECK(quern_store_create(quern_vfs_posix(), dir, &config, &err) == QUERN_OK);
    CHECK(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    CHECK(quern_writer_open(index, NULL, &w, &err) == QUERN_E_VERSION && !w);
    CHECK(strcmp(err.hint, "run: indexer rebuild") == 0);
    quern_index_close(index);
    scratch_remove(dir);
}

/* ---- Failures ---- */

/* A short script on a simulated disk; *good is how many of its commits were acknowledged. */
static quern_status script(quern_vfs *vfs, int *good, quern_error *err)
{
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    options.threads = 1;
    *good = 0;
    quern_status status = quern_store_index(vfs, "/ix", NULL, &index, err);
    status = status ? status : quern_writer_open(index, &options, &w, err);
    for (int i = 0; !status && i < 3; i++) {
        quern_article a = QUERN_ARTICLE_INIT;
        a.source = i == 2 ? QUERN_STR("first") : QUERN_STR("second");
        a.text = QUERN_STR("some words that go into the index");
        a.line = (uint32_t)i + 1;
        status = quern_writer_put(w, &a, err);
        status = status ? status : quern_writer_commit(w, err);
        *good += !status;
    }
    if (w && status) { /* the writer is spent and says so */
        quern_error again = {QUERN_OK, 0, 0, "", ""};
        CHECK_ROW("spent", quern_writer_commit(w, &again) == status);
        CHECK_ROW("spent", strcmp(again.message, err->message) == 0);
        CHECK_ROW("spent",
                  quern_writer_delete(w, QUERN_STR("x"), QUERN_STR(""), NULL, &again) == status);
    }
    quern_writer_close(w);
    quern_index_close(index);
    return status;
}

static void disk_failures(void)
{
    uint64_t seed = check_seed(11);
    int failed = 1;
    for (uint64_t n = 1; failed; n++) {
        sim_disk *disk = sim_new(check_random(&seed));
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        quern_index_config config = {60, "english", 1, 1, QUERN_ANALYSIS_VERSION, 0, ""};
        quern_analysis *analysis = NULL;
        CHECK(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
        CHECK(quern_analysis_fingerprint(analysis, &config.analysis_fingerprint, &err) == QUERN_OK);
        quern_analysis_free(analysis);
        CHECK(quern_store_create(sim_vfs(disk), "/ix", &config, &err) == QUERN_OK);
        sim_fail_change_at(disk, n, n % 2 ? ENOSPC : EIO, 0);
        int good = 0;
        failed = script(sim_vfs(disk), &good, &err) != QUERN_OK;
        sim_fail_change_at(disk, 0, 0, 0);
        quern_manifest m;
        CHECK(quern_manifest_newest(sim_vfs(disk), "/ix", &m, NULL, &err) == QUERN_OK);
        CHECK_ROW("acknowledged commits stand", m.generation >= (uint64_t)good + 1);
        quern_manifest_finish(&m);
        CHECK_ROW("and it goes on", script(sim_vfs(disk), &good, &err) == QUERN_OK);
        sim_free(disk);
        CHECK_ROW("ends", n < 1000);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {{"random histories", random_histories},
                           {"flushes between commits", flushes_between_commits},
                           {"nothing new is no generation", nothing_new_is_no_generation},
                           {"the last article goes", the_last_article_goes},
                           {"close leaves nothing", close_leaves_nothing},
                           {"roots and sources", roots_and_sources},
                           {"refuses articles", refuses},
                           {"refuses to open", refuses_to_open},
                           {"another analysis", another_analysis},
                           {"disk failures", disk_failures},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/writer", tests);
}
