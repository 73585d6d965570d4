/* SPDX-License-Identifier: MIT */
/* rebuild_test - a fresh index of the same articles in the place of the old one, with all that is
 * known of files; and the old one as it was where that fails. */
#include "indexer/create.h"
#include "indexer/rebuild.h"
#include "indexer/writer.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/indexer/shadow.h"
#include "tests/scratch.h"
#include "tests/sim_vfs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* An index with a history: several segments, dead articles, roots, sources. */
static void fill(quern_vfs *vfs, const char *dir, shadow *s)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_source *source = NULL;
    uint64_t seed = 61;
    CHECK(quern_create_index(vfs, dir, &s->options, &err) == QUERN_OK);
    quern_writer *w = shadow_open(vfs, dir, 0, 1);
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 20; k++) {
            shadow_step(s, w, &seed, 70, 100);
        }
        CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    }
    CHECK(quern_writer_add_root(w, "/some/folder", &err) == QUERN_OK);
    CHECK(quern_sources_put(quern_writer_sources(w), "a.txt", &source, &err) == QUERN_OK);
    source->size = 1;
    source->mtime_ns = 2;
    source->read_ns = 3;
    source->hash = 4;
    source->n_articles = 5;
    CHECK(quern_sources_put(quern_writer_sources(w), "b.bin", &source, &err) == QUERN_OK);
    CHECK(quern_sources_set_skip(source, "it is no text", &err) == QUERN_OK);
    quern_writer_sources_changed(w);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
}

static void check_sources(quern_vfs *vfs, const char *dir, const char *row)
{
    quern_writer *w = shadow_open(vfs, dir, 0, 1);
    quern_sources *sources = quern_writer_sources(w);
    quern_source *a = quern_sources_find(sources, "a.txt");
    quern_source *b = quern_sources_find(sources, "b.bin");
    CHECK_ROW(row, quern_writer_root_count(w) == 1 &&
                       strcmp(quern_writer_root(w, 0), "/some/folder") == 0);
    CHECK_ROW(row, quern_sources_count(sources) == 2 && a && b);
    CHECK_ROW(row, a && a->size == 1 && a->mtime_ns == 2 && a->read_ns == 3 && a->hash == 4 &&
                       a->n_articles == 5 && !a->skip_reason);
    CHECK_ROW(row, b && b->skip_reason && strcmp(b->skip_reason, "it is no text") == 0);
    quern_writer_close(w);
}

typedef struct row {
    const char *name;
    int give_options;
    uint32_t passage_words;
    const char *language;
    int no_titles, no_text;
} row;

static const row rows[] = {
    {"the same options", 0, 0, NULL, 0, 0},  {"default options", 1, 0, NULL, 0, 0},
    {"smaller passages", 1, 12, NULL, 0, 0}, {"another language", 1, 0, "german", 0, 0},
    {"no titles", 1, 0, NULL, 1, 0},         {"no text any more", 1, 0, NULL, 0, 1},
};

static void rebuilds(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char dir[4096];
        char index[4200];
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
        shadow s;
        shadow_init(&s, NULL);
        scratch_make(dir);
        snprintf(index, sizeof index, "%s/index", dir);
        fill(quern_vfs_posix(), index, &s);
        options.passage_words = rows[i].passage_words;
        options.language = rows[i].language;
        options.no_titles = rows[i].no_titles;
        options.no_text = rows[i].no_text;
        quern_status status =
            quern_index_rebuild(index, rows[i].give_options ? &options : NULL, &err);
        CHECK_ROW(rows[i].name, status == QUERN_OK);
        s.options = rows[i].give_options ? options : s.options;
        shadow_check(&s, quern_vfs_posix(), index, rows[i].name);
        check_sources(quern_vfs_posix(), index, rows[i].name);
        char *names = scratch_list(dir, "");
        CHECK_ROW("nothing beside it", strcmp(names, "index\n") == 0);
        free(names);
        shadow_finish(&s);
        scratch_remove(dir);
    }
}

static void without_texts(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    shadow s;
    options.no_text = 1;
    shadow_init(&s, &options);
    scratch_make(dir);
    fill(quern_vfs_posix(), dir, &s);
    CHECK(quern_index_rebuild(dir, NULL, &err) == QUERN_E_INVALID);
    CHECK(strstr(err.hint, "--from-sources") != NULL);
    shadow_check(&s, quern_vfs_posix(), dir, "as it was");
    shadow_finish(&s);
    scratch_remove(dir);
}

static void refuses(void)
{
    char dir[4096];
    char link[4200];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    shadow s;
    shadow_init(&s, NULL);
    scratch_make(dir);
    CHECK(quern_index_rebuild(dir, NULL, &err) == QUERN_E_NOT_FOUND);
    fill(quern_vfs_posix(), dir, &s);
    options.language = "klingon";
    CHECK(quern_index_rebuild(dir, &options, &err) == QUERN_E_SYNTAX);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 1);
    CHECK(quern_index_rebuild(dir, NULL, &err) == QUERN_E_LOCKED);
    quern_writer_close(w);
    snprintf(link, sizeof link, "%s-link", dir);
    CHECK(symlink(dir, link) == 0);
    CHECK_ROW("through a link", quern_index_rebuild(link, NULL, &err) == QUERN_OK);
    char target[4200] = "";
    CHECK_ROW("which stays one", readlink(link, target, sizeof target) > 0);
    unlink(link);
    shadow_check(&s, quern_vfs_posix(), dir, "through a link");
    shadow_finish(&s);
    scratch_remove(dir);
}

/* An index of another analysis cannot be written, but rebuilt. */
static void another_analysis(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_config config = {60, "english", 1, 1, QUERN_ANALYSIS_VERSION, 12345, ""};
    shadow s;
    shadow_init(&s, NULL);
    scratch_make(dir);
    CHECK(quern_store_create(quern_vfs_posix(), dir, &config, &err) == QUERN_OK);
    CHECK(quern_index_rebuild(dir, NULL, &err) == QUERN_OK);
    shadow_check(&s, quern_vfs_posix(), dir, "rebuilt");
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 1);
    quern_writer_close(w);
    scratch_remove(dir);
}

/* One rebuild on a disk that fails at the n-th change from its beginning; 0: never. Adds to
 * *changes how many there were. */
static quern_status rebuild_failing(uint64_t n, uint64_t seed, uint64_t *changes)
{
    sim_disk *disk = sim_new(seed);
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow s;
    shadow_init(&s, NULL);
    fill(sim_vfs(disk), "/ix", &s);
    *changes -= sim_changes(disk);
    sim_fail_change_at(disk, n, n % 2 ? EIO : ENOSPC, 0);
    quern_status status = quern_rebuild_index(sim_vfs(disk), "/ix", NULL, &err);
    sim_fail_change_at(disk, 0, 0, 0);
    *changes += sim_changes(disk);
    shadow_check(&s, sim_vfs(disk), "/ix", "after a failed rebuild");
    check_sources(sim_vfs(disk), "/ix", "after a failed rebuild");
    CHECK_ROW("and again", quern_rebuild_index(sim_vfs(disk), "/ix", NULL, &err) == QUERN_OK);
    shadow_check(&s, sim_vfs(disk), "/ix", "rebuilt at last");
    shadow_finish(&s);
    sim_free(disk);
    return status;
}

/* The disk fails at the n-th change, for every n: there is an index, whole, old or new. */
static void disk_failures(void)
{
    uint64_t seed = check_seed(62);
    uint64_t changes = 0;
    unsigned failed = 0;
    CHECK(rebuild_failing(0, check_random(&seed), &changes) == QUERN_OK);
    for (uint64_t n = 1; n <= changes; n++) {
        uint64_t ignored = 0;
        failed += rebuild_failing(n, check_random(&seed), &ignored) != QUERN_OK;
    }
    printf("%u of %llu failures were told\n", failed, (unsigned long long)changes);
    CHECK_ROW("some failed", failed > 10);
}

int main(void)
{
    CU_TestInfo tests[] = {{"rebuilds", rebuilds},
                           {"without texts", without_texts},
                           {"refuses", refuses},
                           {"another analysis", another_analysis},
                           {"disk failures", disk_failures},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/rebuild", tests);
}
