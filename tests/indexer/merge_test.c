/* SPDX-License-Identifier: MIT */
/* merge_test - whatever way articles came in, one segment of them has the same bytes; damage is
 * never merged into something that looks sound; and which segments are chosen to be merged. */
#include "indexer/merge.h"
#include "indexer/shelf.h"
#include "tests/check.h"
#include "tests/indexer/shadow.h"
#include "tests/scratch.h"

#include <stdlib.h>
#include <string.h>

/* ---- The same bytes ---- */

typedef struct way {
    const char *name;
    unsigned memory_mb;
    uint32_t threads;
    int noise;   /* puts and deletes of other things in between */
    int commits; /* a commit after so many articles; 0: none */
    int backwards;
    int in_order; /* of keys, and each put once: so segments follow each other */
} way;

static const way ways[] = {
    {"at once", 0, 1, 0, 0, 0, 0},          {"two threads", 0, 2, 0, 0, 0, 0},
    {"backwards", 0, 2, 0, 0, 1, 0},        {"many commits", 0, 2, 0, 7, 0, 0},
    {"each alone", 0, 1, 0, 1, 1, 0},       {"with noise", 0, 2, 1, 0, 0, 0},
    {"noise, commits", 0, 1, 1, 5, 1, 0},   {"little memory", 32, 2, 1, 40, 0, 0},
    {"less threads", 32, 1, 1, 30, 1, 0},   {"in order", 0, 1, 0, 7, 0, 1},
    {"in order, large", 0, 2, 0, 30, 0, 1}, {"in order, noise", 0, 1, 1, 9, 0, 1},
};

static void noise(shadow *s, quern_writer *w, uint64_t *seed, unsigned n_keys)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow_article a = shadow_random(seed, n_keys, 120);
    CHECK_ROW("noise", shadow_put(s, w, &a, &err) == QUERN_OK);
    if (check_random(seed) % 4 == 0) {
        CHECK_ROW("noise", shadow_delete(s, w, a.source, a.id, &err) == QUERN_OK);
    }
}

static int compare_keys(const void *a, const void *b)
{
    const shadow_article *x = *(const shadow_article *const *)a;
    const shadow_article *y = *(const shadow_article *const *)b;
    int order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->id, y->id);
}

/* Brings the index to hold exactly the articles of `want`. */
static void go(const way *y, const shadow *want, const char *dir, uint64_t seed)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow now;
    shadow_init(&now, &want->options);
    CHECK_ROW(y->name, quern_index_create(dir, &want->options, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, y->memory_mb, y->threads);
    const shadow_article **order = calloc(want->n, sizeof(const shadow_article *));
    for (size_t i = 0; i < want->n; i++) {
        order[i] = &want->items[y->backwards ? want->n - 1 - i : i];
    }
    if (y->in_order) {
        qsort(order, want->n, sizeof(const shadow_article *), compare_keys);
    }
    for (size_t i = 0; i < want->n; i++) {
        const shadow_article *a = order[i];
        for (int k = 0; y->noise && k < 2; k++) {
            noise(&now, w, &seed, 400);
        }
        CHECK_ROW(y->name, shadow_put(&now, w, a, &err) == QUERN_OK);
        if (y->commits && i % (size_t)y->commits == 0) {
            CHECK_ROW(y->name, quern_writer_commit(w, &err) == QUERN_OK);
        }
    }
    free(order);
    int keep = y->in_order && !y->noise;
    for (size_t i = 0; !keep && i < now.n; i++) { /* what noise has left and overwritten, and all */
        if (now.items[i].live) {
            CHECK(shadow_delete(&now, w, now.items[i].source, now.items[i].id, &err) == QUERN_OK);
        }
    }
    for (size_t i = 0; y->noise && i < want->n; i++) {
        CHECK_ROW(y->name, shadow_put(&now, w, &want->items[i], &err) == QUERN_OK);
    }
    for (size_t i = 0; !y->noise && !keep && i < want->n; i++) {
        CHECK_ROW(y->name, shadow_put(&now, w, &want->items[want->n - 1 - i], &err) == QUERN_OK);
    }
    CHECK_ROW(y->name, quern_writer_optimize(w, &err) == QUERN_OK);
    quern_writer_close(w);
    shadow_check(want, quern_vfs_posix(), dir, y->name);
    shadow_finish(&now);
}

static void compare_ways(const quern_index_options *options, uint64_t seed)
{
    shadow want;
    char *first = NULL;
    size_t first_len = 0;
    shadow_init(&want, options);
    while (want.n < 80) { /* a list of distinct keys: puts to a list alone */
        shadow_article a = shadow_random(&seed, 400, 250);
        int there = 0;
        for (size_t i = 0; i < want.n; i++) {
            there |=
                strcmp(want.items[i].source, a.source) == 0 && strcmp(want.items[i].id, a.id) == 0;
        }
        if (!there) {
            shadow one;
            shadow_init(&one, NULL);
            one.items = &a;
            one.n = 1;
            shadow copy;
            shadow_copy(&one, &copy);
            want.items = realloc(want.items, (want.n + 1) * sizeof *want.items);
            want.items[want.n++] = copy.items[0];
            free(copy.items);
        }
    }
    want.cap = want.n;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char dir[4096];
        size_t len = 0;
        scratch_make(dir);
        go(&ways[i], &want, dir, seed + i);
        char *segment = shadow_segment(dir, &len);
        first_len = first ? first_len : len;
        first = first ? first : segment;
        CHECK_ROW(ways[i].name, segment && len == first_len && memcmp(segment, first, len) == 0);
        if (segment != first) {
            free(segment);
        }
        scratch_remove(dir);
    }
    free(first);
    shadow_finish(&want);
}

static void the_same_bytes(void)
{
    compare_ways(NULL, check_seed(41));
}

/* Articles so large that little memory means many runs, and merges of them. */
static void the_same_bytes_in_little_memory(void)
{
    static const struct {
        unsigned memory_mb;
        uint32_t threads;
    } rows[] = {{0, 1}, {32, 1}, {32, 2}};
    char *first = NULL;
    size_t first_len = 0;
    uint64_t start = check_seed(45);
    for (size_t i = 0; i < 3; i++) {
        char dir[4096];
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        uint64_t seed = start;
        size_t len = 0;
        shadow s;
        shadow_init(&s, NULL);
        scratch_make(dir);
        CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
        quern_writer *w = shadow_open(quern_vfs_posix(), dir, rows[i].memory_mb, rows[i].threads);
        for (int k = 0; k < 300; k++) {
            shadow_step(&s, w, &seed, 200, 24000);
        }
        char *names = scratch_list(dir, "seg-");
        CHECK_ROW("many runs", (strlen(names) > 50) == (rows[i].memory_mb > 0));
        CHECK(quern_writer_optimize(w, &err) == QUERN_OK);
        quern_writer_close(w);
        char *segment = shadow_segment(dir, &len);
        first_len = first ? first_len : len;
        first = first ? first : segment;
        CHECK_ROW("same", segment && len == first_len && memcmp(segment, first, len) == 0);
        if (segment != first) {
            free(segment);
        }
        free(names);
        shadow_finish(&s);
        scratch_remove(dir);
    }
    free(first);
}

static void the_same_bytes_without_text(void)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.no_text = 1;
    options.passage_words = QUERN_WHOLE_ARTICLES;
    compare_ways(&options, check_seed(42));
}

/* ---- Damage ---- */

/* Four commits of a few articles each. */
static void fill(const char *dir, const quern_index_options *options, shadow *s)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    uint64_t seed = 77;
    CHECK(quern_index_create(dir, options, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 1);
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 12; k++) {
            shadow_article a = shadow_random(&seed, 300, 90);
            CHECK(shadow_put(s, w, &a, &err) == QUERN_OK);
        }
        CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    }
    quern_writer_close(w);
}

/* Opens, optimizes, closes; what it says. */
static quern_status optimize(const char *dir)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_status status = quern_index_open(dir, NULL, &index, &err);
    status = status ? status : quern_writer_open(index, NULL, &w, &err);
    status = status ? status : quern_writer_optimize(w, &err);
    CHECK_ROW("says why", status == QUERN_OK || err.message[0] != '\0');
    quern_writer_close(w);
    quern_index_close(index);
    return status;
}

/* A bit flipped anywhere in any segment: the merge says so, or, where it hit a byte that means
 * nothing, gives what it would have given. */
static void damage_is_not_merged(void)
{
    char dir[4096];
    shadow s;
    uint64_t seed = check_seed(43);
    unsigned refused = 0;
    for (unsigned i = 0; i < 120; i++) {
        shadow_init(&s, NULL);
        scratch_make(dir);
        fill(dir, NULL, &s);
        char *names = scratch_list(dir, "seg-");
        char *name = strtok(names, "\n");
        for (unsigned k = 0; k < i % 4; k++) {
            name = strtok(NULL, "\n");
        }
        size_t len = 0;
        char *data = scratch_read(dir, name, &len);
        data[check_random(&seed) % len] ^= (char)(1u << (check_random(&seed) % 8));
        scratch_write(dir, name, data, len);
        quern_status status = optimize(dir);
        CHECK_ROW("a flipped bit",
                  status == QUERN_OK || status == QUERN_E_CORRUPT || status == QUERN_E_VERSION);
        if (status == QUERN_OK) {
            shadow_check(&s, quern_vfs_posix(), dir, "a flipped bit that means nothing");
        }
        refused += status != QUERN_OK;
        free(data);
        free(names);
        shadow_finish(&s);
        scratch_remove(dir);
    }
    CHECK_ROW("most of them are refused", refused > 100);
}

/* ---- Merging by hand ---- */

static void all_dead_is_nothing(void)
{
    char dir[4096];
    shadow s;
    quern_manifest m;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow_init(&s, NULL);
    scratch_make(dir);
    fill(dir, NULL, &s);
    CHECK(quern_manifest_newest(quern_vfs_posix(), dir, &m, NULL, &err) == QUERN_OK);
    quern_segment *segment = NULL;
    uint8_t dead[64];
    memset(dead, 0xFF, sizeof dead);
    CHECK(quern_segment_open(quern_vfs_posix(), dir, &m.segments[0].ref, 0, &segment, &err) ==
          QUERN_OK);
    quern_merge_input input = {segment, dead};
    quern_merge merge = {quern_vfs_posix(), dir, 1, &input, 1};
    quern_segment_ref ref;
    char *before = scratch_list(dir, "");
    CHECK(quern_merge_segments(&merge, &ref, &err) == QUERN_OK && ref.n_articles == 0);
    char *after = scratch_list(dir, "");
    CHECK_ROW("no file", strcmp(before, after) == 0);
    /* one that is merged alone comes out as it was */
    input.dead = NULL;
    CHECK(quern_merge_segments(&merge, &ref, &err) == QUERN_OK);
    CHECK(ref.id == m.segments[0].ref.id && ref.root == m.segments[0].ref.root);
    /* the same articles twice are a contradiction, not a segment */
    quern_merge_input twice[2] = {input, input};
    merge.inputs = twice;
    merge.n_inputs = 2;
    CHECK(quern_merge_segments(&merge, &ref, &err) == QUERN_E_CORRUPT);
    free(before);
    free(after);
    quern_segment_close(segment);
    quern_manifest_finish(&m);
    shadow_finish(&s);
    scratch_remove(dir);
}

/* ---- Choosing ---- */

static quern_shelved shelved(uint64_t mb, uint32_t passages, uint32_t dead)
{
    quern_shelved s;
    memset(&s, 0, sizeof s);
    s.ref.bytes = mb << 20;
    s.ref.n_articles = passages;
    s.ref.n_passages = passages;
    s.n_dead = s.n_dead_passages = dead;
    return s;
}

typedef struct choice {
    const char *name;
    uint64_t mb[12];
    uint32_t dead[12];
    int busy[12];
    uint64_t most;
    size_t want;  /* how many are chosen */
    size_t first; /* the first of them */
} choice;

static const choice choices[] = {
    {"nothing", {0}, {0}, {0}, 1000000, 0, 0},
    {"seven are few", {2, 2, 2, 2, 2, 2, 2}, {0}, {0}, 1000000, 0, 0},
    {"eight are merged", {2, 2, 2, 2, 2, 2, 2, 2}, {0}, {0}, 1000000, 8, 0},
    {"large ones stay", {90, 2, 2, 2, 2, 2, 2, 2, 2, 700}, {0}, {0}, 1000000, 8, 1},
    {"not while merged", {2, 2, 2, 2, 2, 2, 2, 2}, {0}, {0, 0, 1}, 1000000, 0, 0},
    {"not beyond the limit", {2, 2, 2, 2, 2, 2, 2, 2}, {0}, {0}, 7999, 0, 0},
    {"a quarter dead", {50, 3}, {249, 250}, {0}, 1000000, 1, 1},
    {"less than a quarter", {50, 3}, {249, 249}, {0}, 1000000, 0, 0},
    {"the dead do not count",
     {2, 2, 2, 2, 2, 2, 2, 9},
     {0, 0, 0, 0, 0, 0, 0, 200},
     {0},
     1000000,
     8,
     0},
};

static void chooses(void)
{
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const choice *c = &choices[i];
        quern_shelved items[12];
        size_t chosen[12] = {0};
        quern_shelf shelf;
        memset(&shelf, 0, sizeof shelf);
        shelf.items = items;
        for (; shelf.n < 12 && c->mb[shelf.n]; shelf.n++) {
            items[shelf.n] = shelved(c->mb[shelf.n], 1000, c->dead[shelf.n]);
            items[shelf.n].under_merge = c->busy[shelf.n];
        }
        size_t n = quern_shelf_pick(&shelf, c->most, QUERN_SHELF_TIER, chosen);
        CHECK_ROW(c->name, n == c->want);
        CHECK_ROW(c->name, n == 0 || chosen[0] == c->first);
        n = quern_shelf_pick(&shelf, c->most, QUERN_SHELF_WAIT, chosen); /* between commits */
        CHECK_ROW(c->name, n == (c->want == 1 ? 1 : 0));
    }
}

/* Eight small commits become one segment without being asked. */
static void commits_merge(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    shadow s;
    uint64_t seed = check_seed(44);
    shadow_init(&s, NULL);
    scratch_make(dir);
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    quern_writer *w = shadow_open(quern_vfs_posix(), dir, 0, 2);
    size_t most = 0;
    for (int i = 0; i < 40; i++) {
        shadow_article a = shadow_random(&seed, 100000, 50);
        CHECK(shadow_put(&s, w, &a, &err) == QUERN_OK);
        CHECK(quern_writer_commit(w, &err) == QUERN_OK);
        quern_manifest m;
        CHECK(quern_manifest_newest(quern_vfs_posix(), dir, &m, NULL, &err) == QUERN_OK);
        most = m.n_segments > most ? m.n_segments : most;
        quern_manifest_finish(&m);
    }
    CHECK_ROW("never more than seven", most == 7);
    quern_writer_close(w);
    shadow_check(&s, quern_vfs_posix(), dir, "merged by commits");
    shadow_finish(&s);
    scratch_remove(dir);
}

int main(void)
{
    CU_TestInfo tests[] = {{"the same bytes", the_same_bytes},
                           {"the same bytes, in little memory", the_same_bytes_in_little_memory},
                           {"the same bytes, without text", the_same_bytes_without_text},
                           {"damage is not merged", damage_is_not_merged},
                           {"all dead is nothing", all_dead_is_nothing},
                           {"chooses", chooses},
                           {"commits merge", commits_merge},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/merge", tests);
}
