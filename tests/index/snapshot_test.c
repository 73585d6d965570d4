/* SPDX-License-Identifier: MIT */
#include "index/snapshot.h"

#include "model_index.h"
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>

static const model_shape large = {"large", 60, 3, 1, 30, 0, 120, 2, 200, 1, 1, 1};
static const model_shape small = {"small", 25, 3, 1, 30, 0, 120, 2, 200, 1, 1, 1};

static int first_25(uint32_t article, uint64_t seed)
{
    (void)seed;
    return article < 25;
}

static int every_fifth(uint32_t article, uint64_t seed)
{
    return article % 5 == seed;
}

/* Two segments; the articles of the second replace the first 25 of the first. */
typedef struct subject {
    sim_disk *disk;
    quern_vfs *vfs;
    model a, b;
    quern_store *store;
} subject;

static void start(subject *s)
{
    quern_error err;
    s->disk = model_disk();
    s->vfs = sim_vfs(s->disk);
    model_random(&s->a, &large, 1);
    model_random(&s->b, &small, 2);
    CHECK(quern_store_lock(s->vfs, MODEL_DIR, 0, &s->store, &err) == QUERN_OK);
    quern_manifest next = model_next(s->store);
    model_add(s->disk, &s->a, first_25, 0, &next);
    model_add(s->disk, &s->b, NULL, 0, &next);
    CHECK(quern_store_commit(s->store, &next, &err) == QUERN_OK);
    quern_manifest_finish(&next);
}

static void end(subject *s)
{
    quern_store_unlock(s->store);
    CHECK(sim_open_files(s->disk) == 0);
    model_free(&s->a);
    model_free(&s->b);
    sim_free(s->disk);
}

static uint64_t df_of(const model *m, const quern_tombstones *dead, const model_term *term)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < m->n_terms; i++) {
        if (m->terms[i].len == term->len && memcmp(m->terms[i].name, term->name, term->len) == 0) {
            for (size_t k = 0; k < m->terms[i].n; k++) {
                n += !quern_tombstones_passage(dead, m->postings[m->terms[i].first + k].passage);
            }
        }
    }
    return n;
}

static void adds_up_what_lives(void)
{
    subject s;
    quern_snapshot *snapshot = NULL;
    quern_error err;
    start(&s);
    quern_tombstones *dead = model_tombstones(&s.a, first_25, 0);
    for (int in_memory = 0; in_memory < 2; in_memory++) {
        CHECK(quern_snapshot_open(s.vfs, MODEL_DIR, in_memory, &snapshot, &err) == QUERN_OK);
        CHECK(snapshot->manifest.generation == 2 && snapshot->n_segments == 2);
        CHECK(snapshot->n_articles == 60);
        CHECK(snapshot->n_passages == s.a.n_passages + s.b.n_passages - dead->n_passages);
        CHECK(snapshot->sum_len == s.a.sum_len + s.b.sum_len - dead->sum_len);
        CHECK(snapshot->text_bytes == s.a.text_bytes + s.b.text_bytes - dead->text_bytes);
        size_t wrong = 0, gone = 0;
        for (uint32_t i = 0; i < s.a.n_terms; i++) {
            const model_term *term = &s.a.terms[i];
            uint64_t df = 0, want = df_of(&s.a, dead, term) + df_of(&s.b, NULL, term);
            CHECK(quern_snapshot_df(snapshot, term->name, term->len, &df, &err) == QUERN_OK);
            wrong += df != want;
            gone += want == 0;
        }
        CHECK(wrong == 0);
        printf("terms=%u gone=%zu\n", s.a.n_terms, gone);
        uint64_t df = 9;
        CHECK(quern_snapshot_df(snapshot, "\1no such term", 13, &df, &err) == QUERN_OK && df == 0);
        quern_snapshot_free(snapshot);
    }
    quern_tombstones_free(dead);
    quern_snapshot_free(NULL);
    end(&s);
}

static void opens_an_empty_index(void)
{
    sim_disk *disk = model_disk();
    quern_vfs *v = sim_vfs(disk);
    quern_snapshot *snapshot = NULL;
    quern_sources *sources = NULL;
    quern_error err;
    uint64_t df = 1;
    sim_set_read_only(disk, 1);
    uint64_t changes = sim_changes(disk);
    CHECK(quern_snapshot_open(v, MODEL_DIR, 0, &snapshot, &err) == QUERN_OK);
    CHECK(snapshot->n_segments == 0 && snapshot->n_passages == 0 && snapshot->n_articles == 0);
    CHECK(quern_snapshot_df(snapshot, "x", 1, &df, &err) == QUERN_OK && df == 0);
    CHECK(quern_snapshot_sources(snapshot, &sources, &err) == QUERN_OK);
    CHECK(quern_sources_count(sources) == 0);
    CHECK(sim_changes(disk) == changes); /* a reader writes nothing */
    quern_sources_free(sources);
    quern_snapshot_free(snapshot);
    CHECK(quern_snapshot_open(v, "/nowhere", 0, &snapshot, &err) == QUERN_E_NOT_FOUND && !snapshot);
    CHECK(sim_open_files(disk) == 0);
    sim_free(disk);
}

static void commit_again(subject *s, uint64_t seed)
{
    quern_error err;
    quern_manifest next = model_next(s->store);
    model_add(s->disk, &s->a, every_fifth, seed, &next);
    CHECK(quern_store_commit(s->store, &next, &err) == QUERN_OK);
    quern_manifest_finish(&next);
}

static void keeps_its_generation(void)
{
    subject s;
    quern_snapshot *old = NULL, *new = NULL;
    quern_sources *sources = NULL, *back = NULL;
    quern_source *entry = NULL;
    quern_error err;
    start(&s);
    quern_manifest next = model_next(s.store);
    model_add(s.disk, &s.b, NULL, 0, &next);
    CHECK(quern_sources_new(&sources, &err) == QUERN_OK);
    CHECK(quern_sources_put(sources, "a.txt", &entry, &err) == QUERN_OK);
    next.sources_generation = next.generation;
    CHECK(quern_sources_write(sources, s.vfs, MODEL_DIR, next.generation, &next.sources_bytes,
                              &next.sources_hash, &err) == QUERN_OK);
    CHECK(quern_store_commit(s.store, &next, &err) == QUERN_OK);
    quern_manifest_finish(&next);
    CHECK(quern_snapshot_open(s.vfs, MODEL_DIR, 0, &old, &err) == QUERN_OK);
    for (uint64_t i = 0; i < 5; i++) {
        commit_again(&s, i);
    }
    CHECK(old->manifest.generation == 3 && old->n_articles == 25);
    const char *differs = NULL;
    CHECK(model_compare(&s.b, old->segments[0].segment, &differs, &err) == QUERN_OK && !differs);
    CHECK(quern_snapshot_sources(old, &back, &err) == QUERN_OK); /* the lease kept the file */
    CHECK(quern_sources_count(back) == 1 && quern_sources_find(back, "a.txt"));
    quern_sources_free(back);
    CHECK(quern_snapshot_open(s.vfs, MODEL_DIR, 0, &new, &err) == QUERN_OK);
    CHECK(new->manifest.generation == 8 && new->n_articles == 48);
    quern_snapshot_free(old);
    quern_snapshot_free(new);
    quern_sources_free(sources);
    end(&s);
}

static void tells_damage_from_a_race(void)
{
    subject s;
    quern_snapshot *snapshot = NULL;
    quern_error err;
    char name[QUERN_TOMBSTONES_NAME_MAX], path[100];
    start(&s);
    const quern_manifest *m = quern_store_manifest(s.store);
    for (size_t i = 0; i < 2; i++) {
        quern_segment_name(m->segments[i].ref.id, name);
        snprintf(path, sizeof path, MODEL_DIR "/%s", name);
        CHECK(s.vfs->rename(s.vfs, path, "/p/away") == 0);
        CHECK(quern_snapshot_open(s.vfs, MODEL_DIR, 0, &snapshot, &err) == QUERN_E_CORRUPT);
        CHECK(!snapshot &&
              strstr(err.message, "a file of generation 2 is missing: ") == err.message);
        CHECK(strstr(err.message, name) != NULL &&
              strcmp(err.hint, "run: indexer rebuild --from-sources") == 0);
        CHECK(s.vfs->rename(s.vfs, "/p/away", path) == 0);
        if (m->segments[i].dead.generation) {
            quern_tombstones_name(m->segments[i].ref.id, m->segments[i].dead.generation, name);
            snprintf(path, sizeof path, MODEL_DIR "/%s", name);
            sim_flip(s.disk, path, 70, 1);
            CHECK(quern_snapshot_open(s.vfs, MODEL_DIR, 0, &snapshot, &err) == QUERN_E_CORRUPT);
            sim_flip(s.disk, path, 70, 1);
        }
    }
    CHECK(quern_snapshot_open(s.vfs, MODEL_DIR, 0, &snapshot, &err) == QUERN_OK);
    quern_snapshot_free(snapshot);
    end(&s);
}

/* A file system that commits twice and forgets the lease between the manifest and the segment, as
 * one without locks would let happen. */
typedef struct racing {
    quern_vfs vfs; /* first, so that it stands for the whole */
    subject *s;
    int rounds; /* races that are left */
} racing;

static int open_and_race(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    racing *r = (racing *)vfs;
    if (strstr(path, "/seg-") && r->rounds > 0) {
        r->rounds--;
        uint64_t seed = (uint64_t)r->rounds % 5;
        for (int i = 0; i < 3; i++) {
            quern_error err;
            quern_manifest next = model_next(r->s->store);
            model_add(r->s->disk, i % 2 ? &r->s->a : &r->s->b, i % 2 ? every_fifth : NULL, seed,
                      &next);
            CHECK(quern_store_commit(r->s->store, &next, &err) == QUERN_OK);
            quern_manifest_finish(&next);
        }
        *out = NULL;
        return ENOENT;
    }
    return r->s->vfs->open(r->s->vfs, path, out);
}

static void tries_again_after_a_race(void)
{
    static const struct {
        const char *name;
        int rounds;
        quern_status status;
    } rows[] = {{"one race", 1, QUERN_OK},
                {"five", 5, QUERN_OK},
                {"99", 99, QUERN_OK},
                {"100", 100, QUERN_E_IO}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        subject s;
        quern_snapshot *snapshot = NULL;
        quern_error err;
        start(&s);
        racing r = {*s.vfs, &s, rows[i].rounds};
        r.vfs.open = open_and_race;
        CHECK_ROW(rows[i].name,
                  quern_snapshot_open(&r.vfs, MODEL_DIR, 0, &snapshot, &err) == rows[i].status);
        CHECK_ROW(rows[i].name, (snapshot != NULL) == (rows[i].status == QUERN_OK));
        CHECK_ROW(rows[i].name, r.rounds == 0);
        if (!snapshot) {
            CHECK(strcmp(err.message,
                         "the index in /p/.quern changes faster than it can be read") == 0);
        }
        quern_snapshot_free(snapshot);
        end(&s);
    }
}

/* Every call fails in turn. */
static void survives_every_failing_call(void)
{
    subject s;
    quern_error err;
    start(&s);
    for (int in_memory = 0; in_memory < 2; in_memory++) {
        for (uint64_t n = 1;; n++) {
            quern_snapshot *snapshot = NULL;
            size_t files = sim_open_files(s.disk);
            uint64_t before = sim_calls(s.disk);
            sim_fail_at(s.disk, n, EIO, 0);
            quern_status status = quern_snapshot_open(s.vfs, MODEL_DIR, in_memory, &snapshot, &err);
            CHECK((snapshot != NULL) == (status == QUERN_OK));
            CHECK(status == QUERN_OK || status == QUERN_E_IO);
            quern_snapshot_free(snapshot);
            CHECK(sim_open_files(s.disk) == files);
            if (sim_calls(s.disk) - before < n) {
                CHECK(n > 10);
                break;
            }
        }
    }
    end(&s);
}

typedef struct reading {
    subject *s;
    int stop;
    uint64_t opened, wrong;
} reading;

static void *read_on(void *payload)
{
    reading *r = payload;
    uint64_t last = 0;
    while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE)) {
        quern_snapshot *snapshot = NULL;
        quern_error err;
        if (quern_snapshot_open(r->s->vfs, MODEL_DIR, 0, &snapshot, &err)) {
            r->wrong++;
            continue;
        }
        uint64_t generation = snapshot->manifest.generation;
        r->wrong += generation < last;
        r->wrong += generation > 2 && snapshot->n_articles != 48;
        last = generation;
        r->opened++;
        quern_snapshot_free(snapshot);
    }
    return NULL;
}

static void readers_see_whole_generations(void)
{
    subject s;
    pthread_t threads[4];
    reading r[4];
    start(&s);
    for (size_t i = 0; i < 4; i++) {
        r[i] = (reading){&s, 0, 0, 0};
        CHECK(pthread_create(&threads[i], NULL, read_on, &r[i]) == 0);
    }
    for (uint64_t i = 0; i < 60; i++) {
        commit_again(&s, i % 5);
    }
    uint64_t opened = 0, wrong = 0;
    for (size_t i = 0; i < 4; i++) {
        __atomic_store_n(&r[i].stop, 1, __ATOMIC_RELEASE);
        pthread_join(threads[i], NULL);
        opened += r[i].opened;
        wrong += r[i].wrong;
    }
    printf("opened=%llu wrong=%llu\n", (unsigned long long)opened, (unsigned long long)wrong);
    CHECK(wrong == 0 && opened > 0);
    end(&s);
}

static CU_TestInfo tests[] = {
    {"adds up what lives", adds_up_what_lives},
    {"opens an empty index", opens_an_empty_index},
    {"keeps its generation", keeps_its_generation},
    {"tells damage from a race", tells_damage_from_a_race},
    {"tries again after a race", tries_again_after_a_race},
    {"survives every failing call", survives_every_failing_call},
    {"readers see whole generations", readers_see_whole_generations},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/snapshot", tests)
