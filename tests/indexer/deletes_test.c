/* SPDX-License-Identifier: MIT */
/* deletes_test - the statistics of dead articles, counted from their texts and from the lists, are
 * the same numbers, and the right ones. */
#include "index/snapshot.h"
#include "indexer/create.h"
#include "indexer/deletes.h"
#include "tests/check.h"
#include "tests/indexer/shadow.h"
#include "tests/scratch.h"

#include <string.h>

enum { N = 200 };

/* One segment of N articles; the same articles whether texts are stored or not. */
static quern_segment *make(const char *dir, const quern_index_options *options,
                           quern_snapshot **out)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow s;
    uint64_t seed = 4711;
    shadow_init(&s, options);
    CHECK(quern_index_create(dir, options, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 1);
    while (s.n < N) {
        shadow_article a = shadow_random(&seed, 100000, 120);
        CHECK(shadow_put(&s, w, &a, &err) == QUERN_OK);
    }
    CHECK(quern_writer_optimize(w, &err) == QUERN_OK);
    quern_writer_close(w);
    shadow_finish(&s);
    CHECK(quern_snapshot_open(quern_vfs_posix(), dir, 0, out, &err) == QUERN_OK);
    CHECK((*out)->n_segments == 1);
    return (*out)->segments[0].segment;
}

/* Kills every `step`-th article from `from` on in one go, on top of what *t has. */
static void kill_some(quern_inverter *inv, quern_segment *segment, uint32_t from, uint32_t step,
                      quern_tombstones *t)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    uint8_t dead[N / 8 + 1];
    memcpy(dead, t->articles, sizeof dead);
    for (uint32_t i = from; i < quern_segment_get_info(segment)->ref.n_articles; i += step) {
        dead[i >> 3] = (uint8_t)(dead[i >> 3] | 1u << (i & 7));
    }
    quern_status status = quern_deletes_count(inv, segment, dead, t, &err);
    CHECK_ROW(err.message, status == QUERN_OK);
}

static int same(const quern_tombstones *a, const quern_tombstones *b)
{
    return a->n_articles == b->n_articles && a->n_passages == b->n_passages &&
           a->sum_len == b->sum_len && a->text_bytes == b->text_bytes &&
           a->n_counts == b->n_counts &&
           memcmp(a->counts, b->counts, a->n_counts * sizeof *a->counts) == 0;
}

typedef struct killing {
    const char *name;
    uint32_t from, step; /* by texts, where few die */
    uint32_t parts;      /* in so many calls */
} killing;

static const killing kills[] = {{"one", 17, N, 1},         {"the first", 0, N, 1},
                                {"the last", N - 1, N, 1}, {"five", 3, 40, 1},
                                {"in steps", 3, 20, 5},    {"half", 0, 2, 1},
                                {"all", 0, 1, 1},          {"all in steps", 0, 1, 20}};

/* Two segments of the same articles, with text and without: the one counts by texts where few die,
 * the other always by lists. */
static void texts_and_lists_agree(int no_titles)
{
    char dirs[2][4096];
    quern_snapshot *snapshots[2] = {NULL, NULL};
    quern_segment *segments[2];
    quern_inverter inv;
    quern_index_config config;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.no_titles = no_titles;
    CHECK(quern_create_config(&options, &config, &err) == QUERN_OK);
    CHECK(quern_inverter_init(&inv, &config, &err) == QUERN_OK);
    for (int i = 0; i < 2; i++) {
        options.no_text = i;
        scratch_make(dirs[i]);
        segments[i] = make(dirs[i], &options, &snapshots[i]);
    }
    for (size_t k = 0; k < sizeof kills / sizeof kills[0]; k++) {
        quern_tombstones t[2];
        for (int i = 0; i < 2; i++) {
            memset(&t[i], 0, sizeof t[i]);
            t[i].articles = calloc(N / 8 + 1, 1);
            for (uint32_t part = 0; part < kills[k].parts; part++) {
                kill_some(&inv, segments[i], kills[k].from + part * kills[k].step,
                          kills[k].step * kills[k].parts, &t[i]);
            }
        }
        CHECK_ROW(kills[k].name,
                  t[0].n_articles == (N - kills[k].from + kills[k].step - 1) / kills[k].step);
        CHECK_ROW(kills[k].name, same(&t[0], &t[1]));
        for (int i = 0; i < 2; i++) {
            free(t[i].articles);
            quern_free(t[i].counts);
        }
    }
    quern_inverter_finish(&inv);
    for (int i = 0; i < 2; i++) {
        quern_snapshot_free(snapshots[i]);
        scratch_remove(dirs[i]);
    }
}

static void agree_with_titles(void)
{
    texts_and_lists_agree(0);
}

static void agree_without_titles(void)
{
    texts_and_lists_agree(1);
}

/* All dead: each term's count is its df. */
static void all_dead_is_df(void)
{
    char dir[4096];
    quern_snapshot *snapshot = NULL;
    quern_inverter inv;
    quern_index_config config;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_tombstones t;
    scratch_make(dir);
    CHECK(quern_create_config(NULL, &config, &err) == QUERN_OK);
    CHECK(quern_inverter_init(&inv, &config, &err) == QUERN_OK);
    quern_segment *segment = make(dir, NULL, &snapshot);
    memset(&t, 0, sizeof t);
    t.articles = calloc(N / 8 + 1, 1);
    kill_some(&inv, segment, 0, 1, &t);
    const quern_segment_info *info = quern_segment_get_info(segment);
    CHECK(t.sum_len == info->sum_len && t.text_bytes == info->text_bytes);
    CHECK(t.n_passages == info->ref.n_passages && t.n_counts == info->n_terms);
    quern_dictionary_walk walk;
    int more = 1;
    CHECK(quern_dictionary_seek(&walk, segment, "", 0, &err) == QUERN_OK);
    for (uint32_t i = 0; i < t.n_counts; i++) {
        CHECK(quern_dictionary_next(&walk, &more, &err) == QUERN_OK && more);
        CHECK_ROW("df", t.counts[i].ordinal == i && t.counts[i].count == walk.term.df);
    }
    free(t.articles);
    quern_free(t.counts);
    quern_inverter_finish(&inv);
    quern_snapshot_free(snapshot);
    scratch_remove(dir);
}

/* A few die at a time, commit after commit, so that counts are added to counts; checked against a
 * recount, with few dead (counted from texts) and then many (merged away). */
static void commit_after_commit(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow s;
    uint64_t seed = check_seed(51);
    shadow_init(&s, NULL);
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 2);
    for (int i = 0; i < 300; i++) {
        shadow_article a = shadow_random(&seed, 400, 100);
        CHECK(shadow_put(&s, w, &a, &err) == QUERN_OK);
    }
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    int with_tombstones = 0;
    for (int i = 0; i < 25; i++) {
        for (int k = 0; k < 3; k++) {
            shadow_article *a = &s.items[check_random(&seed) % s.n];
            CHECK(shadow_delete(&s, w, a->source, a->id, &err) == QUERN_OK);
        }
        CHECK(quern_writer_commit(w, &err) == QUERN_OK);
        char *names = scratch_list(dir, "del-");
        with_tombstones += names[0] != '\0';
        free(names);
        shadow_check(&s, quern_vfs_posix(), dir, "commit after commit");
    }
    CHECK_ROW("tombstones were there", with_tombstones > 10);
    quern_writer_close(w);
    shadow_finish(&s);
    scratch_remove(dir);
}

int main(void)
{
    CU_TestInfo tests[] = {{"texts and lists agree", agree_with_titles},
                           {"texts and lists agree, without titles", agree_without_titles},
                           {"all dead is df", all_dead_is_df},
                           {"commit after commit", commit_after_commit},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/deletes", tests);
}
