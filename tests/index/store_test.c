/* SPDX-License-Identifier: MIT */
/* What commit_test.c does not: statuses and messages, the lock, collection, creation, replacing. */
#include "index/store.h"

#include "index/collect.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/index/fake_index.h"
#include "tests/scratch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

_Static_assert(QUERN_STORE_ANALYSIS_VERSION == QUERN_ANALYSIS_VERSION,
               "index/store.h must follow stemmer/analysis.h");

static sim_disk *new_disk(void)
{
    sim_disk *disk = sim_new(1);
    quern_vfs *v = sim_vfs(disk);
    CHECK(v->mkdir(v, "/p") == 0 && v->sync_dir(v, "/") == 0);
    return disk;
}

static sim_disk *new_index(uint64_t generation)
{
    sim_disk *disk = new_disk();
    uint64_t acknowledged = 0;
    quern_error err;
    CHECK(fake_script(sim_vfs(disk), FAKE_DIR, generation, &acknowledged, &err) == QUERN_OK);
    CHECK(acknowledged == generation);
    return disk;
}

static void put_file(quern_vfs *v, const char *path)
{
    quern_vfile *f = NULL;
    CHECK(v->create(v, path, &f) == 0);
    v->close(v, f);
}

/* ---- Creating ---- */

static void creates_whole(void)
{
    sim_disk *disk = new_disk();
    quern_vfs *v = sim_vfs(disk);
    quern_manifest m, other;
    quern_error err;
    CHECK(quern_store_create(v, FAKE_DIR, &fake_config, &err) == QUERN_OK);
    CHECK(fake_count(v, "/p", "") == 1 && fake_count(v, FAKE_DIR, "") == 2);
    CHECK(quern_manifest_newest(v, FAKE_DIR, &m, NULL, &err) == QUERN_OK);
    CHECK(m.generation == 1 && m.n_segments == 0 && m.n_roots == 0 && !m.sources_generation);
    CHECK(memcmp(&m.config, &fake_config, sizeof m.config) == 0);
    CHECK(quern_store_create(v, FAKE_DIR, &fake_config, &err) == QUERN_E_EXISTS);
    CHECK(strcmp(err.message, "an index is there already: /p/.quern") == 0);
    CHECK(v->mkdir(v, "/p/empty") == 0);
    CHECK(quern_store_create(v, "/p/empty/", &fake_config, &err) == QUERN_OK);
    CHECK(quern_manifest_newest(v, "/p/empty", &other, NULL, &err) == QUERN_OK);
    CHECK(memcmp(m.uuid, other.uuid, sizeof m.uuid) != 0);
    quern_manifest_finish(&m);
    quern_manifest_finish(&other);
    sim_free(disk);
}

static void creates_only_where_it_may(void)
{
    sim_disk *disk = new_disk();
    quern_vfs *v = sim_vfs(disk);
    quern_error err;
    put_file(v, "/p/file");
    CHECK(quern_store_create(v, "/p", &fake_config, &err) == QUERN_E_INVALID);
    CHECK(strcmp(err.message, "/p is not empty and is no index") == 0);
    CHECK(strcmp(err.hint, "choose a new or empty directory") == 0);
    CHECK(quern_store_create(v, "/p/file", &fake_config, &err) == QUERN_E_IO);
    CHECK(strcmp(err.message, "cannot make an index in /p/file: Not a directory") == 0);
    CHECK(quern_store_create(v, "/missing/x", &fake_config, &err) == QUERN_E_NOT_FOUND);
    CHECK(strstr(err.message, "cannot make the directory /missing/x.tmp-") == err.message);
    sim_set_read_only(disk, 1);
    CHECK(quern_store_create(v, "/p/x", &fake_config, &err) == QUERN_E_IO);
    CHECK(err.os_errno == EROFS);
    sim_set_read_only(disk, 0);
    CHECK(fake_count(v, "/p", "") == 1 && fake_count(v, "/", "") == 1);
    sim_free(disk);
}

static void sweeps_only_what_nobody_holds(void)
{
    sim_disk *disk = new_disk();
    quern_vfs *v = sim_vfs(disk);
    quern_vfile *held = NULL;
    quern_error err;
    CHECK(v->mkdir(v, "/p/.quern.tmp-1-0") == 0 && v->mkdir(v, "/p/.quern.tmp-1-1") == 0);
    CHECK(v->mkdir(v, "/p/.quern.tmp-1-2") == 0 && v->mkdir(v, "/p/quern.tmp-1-3") == 0);
    put_file(v, "/p/.quern.tmp-1-0/LOCK");
    put_file(v, "/p/.quern.tmp-1-0/man-0000000000000001");
    CHECK(v->open_lock(v, "/p/.quern.tmp-1-1/LOCK", &held) == 0);
    CHECK(v->lock(v, held, QUERN_LOCK_EXCLUSIVE) == 0);
    CHECK(quern_store_create(v, FAKE_DIR, &fake_config, &err) == QUERN_OK);
    CHECK(fake_count(v, "/p", ".quern.tmp-") == 1 && fake_count(v, "/p", "quern.tmp-1-3") == 1);
    CHECK(fake_count(v, "/p/.quern.tmp-1-1", "LOCK") == 1);
    v->close(v, held);
    sim_free(disk);
}

/* ---- Opening ---- */

static void opens_what_it_can_work_with(void)
{
    sim_disk *disk = new_index(2);
    quern_vfs *v = sim_vfs(disk);
    quern_index *index = NULL;
    quern_error err;
    quern_open_options in_memory = QUERN_OPEN_OPTIONS_INIT, without_size = {0, 0};
    in_memory.in_memory = 1;
    CHECK(quern_store_index(v, FAKE_DIR, NULL, &index, &err) == QUERN_OK && !index->in_memory);
    CHECK(strcmp(index->path, FAKE_DIR) == 0 && index->vfs == v);
    quern_index_close(index);
    CHECK(quern_store_index(v, FAKE_DIR, &in_memory, &index, &err) == QUERN_OK);
    CHECK(index->in_memory);
    quern_index_close(index);
    quern_index_close(NULL);
    CHECK(quern_store_index(v, FAKE_DIR, &without_size, &index, &err) == QUERN_E_INVALID && !index);
    CHECK(quern_store_index(v, "/nowhere", NULL, &index, &err) == QUERN_E_NOT_FOUND && !index);
    CHECK(strcmp(err.message, "no index in /nowhere") == 0);
    quern_index_config other = fake_config;
    other.analysis_version = QUERN_STORE_ANALYSIS_VERSION + 1;
    CHECK(quern_store_create(v, "/p/newer", &other, &err) == QUERN_OK);
    CHECK(quern_store_index(v, "/p/newer", NULL, &index, &err) == QUERN_E_VERSION && !index);
    char message[100];
    snprintf(message, sizeof message, "the index in /p/newer has analysis %d, this program has %d",
             QUERN_STORE_ANALYSIS_VERSION + 1, QUERN_STORE_ANALYSIS_VERSION);
    CHECK(strcmp(err.message, message) == 0);
    CHECK(strcmp(err.hint, "install a newer quern") == 0);
    other.analysis_version = 0;
    CHECK(quern_store_create(v, "/p/older", &other, &err) == QUERN_OK);
    CHECK(quern_store_index(v, "/p/older", NULL, &index, &err) == QUERN_E_VERSION);
    CHECK(strcmp(err.hint, "run: indexer rebuild") == 0);
    sim_free(disk);
}

static void opens_by_absolute_path(void)
{
    char dir[4096], link[4200], place[8192];
    quern_index *index = NULL;
    quern_error err;
    scratch_make(dir);
    CHECK(chdir(dir) == 0);
    CHECK(quern_store_create(quern_vfs_posix(), "real", &fake_config, &err) == QUERN_OK);
    snprintf(link, sizeof link, "%s/link", dir);
    CHECK(symlink("real", link) == 0);
    CHECK(quern_index_open("link", NULL, &index, &err) == QUERN_OK && err.status == QUERN_OK);
    CHECK(chdir("/") == 0);
    CHECK(index->path[0] == '/' && strcmp(strrchr(index->path, '/'), "/real") == 0);
    snprintf(place, sizeof place, "%s", index->path);
    quern_index_close(index);
    CHECK(quern_index_open(place, NULL, &index, &err) == QUERN_OK);
    quern_index_close(index);
    CHECK(quern_index_open("/nowhere/at/all", NULL, &index, &err) == QUERN_E_NOT_FOUND && !index);
    scratch_remove(dir);
}

/* ---- The lock ---- */

static void locks_one_writer(void)
{
    sim_disk *disk = new_index(2);
    quern_vfs *v = sim_vfs(disk);
    quern_store *a = NULL, *b = NULL;
    quern_error err;
    char want[200];
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &a, &err) == QUERN_OK);
    CHECK(quern_store_manifest(a)->generation == 2);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &b, &err) == QUERN_E_LOCKED && !b);
    snprintf(want, sizeof want, "another indexer (pid %ld, started ", (long)getpid());
    CHECK(strncmp(err.message, want, strlen(want)) == 0);
    CHECK(strstr(err.message, " s ago) is writing /p/.quern") != NULL);
    CHECK(strcmp(err.hint, "wait for it or use --wait") == 0);
    CHECK(quern_store_lock(v, FAKE_DIR, 1100, &b, &err) == QUERN_E_LOCKED && !b);
    CHECK(strstr(err.message, "is writing /p/.quern; waited 1 s") != NULL);
    quern_store_unlock(a);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &b, &err) == QUERN_OK);
    quern_store_unlock(b);
    quern_store_unlock(NULL);
    CHECK(quern_store_lock(v, "/p", 0, &b, &err) == QUERN_E_NOT_FOUND && !b);
    CHECK(fake_count(v, "/p", "LOCK") == 0); /* a folder that is no index stays as it was */
    CHECK(sim_open_files(disk) == 0);
    sim_free(disk);
}

static void says_how_long_a_holder_works(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"pid 4242\nstarted %lld", "another indexer (pid 4242, started 12 s ago) is writing "},
        {"pid 4242\nstarted 99999999999999", "another indexer (pid 4242, started 0 s ago) is "},
        {"pid 4242\nstarted 0 (1970)", " h ago) is writing /p/.quern"},
        {"pid 4242\n", "another indexer is writing /p/.quern"},
        {"", "another indexer is writing /p/.quern"},
        {"\x1b[31m", "another indexer is writing /p/.quern"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sim_disk *disk = new_index(1);
        quern_vfs *v = sim_vfs(disk);
        quern_vfile *lock = NULL;
        quern_store *s = NULL;
        quern_error err;
        char text[200];
        int n = i == 0 ? snprintf(text, sizeof text, "pid 4242\nstarted %lld",
                                  (long long)time(NULL) - 12)
                       : snprintf(text, sizeof text, "%s", rows[i].text);
        CHECK(v->open_lock(v, FAKE_DIR "/LOCK", &lock) == 0);
        CHECK(v->lock(v, lock, QUERN_LOCK_EXCLUSIVE) == 0);
        CHECK(v->overwrite(v, lock, text, (size_t)n) == 0);
        CHECK_ROW(rows[i].want, quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_E_LOCKED);
        CHECK_ROW(rows[i].want, strstr(err.message, rows[i].want) != NULL);
        v->close(v, lock);
        sim_free(disk);
    }
}

static void *unlock_later(void *payload)
{
    usleep(150000);
    quern_store_unlock(payload);
    return NULL;
}

static void waits_for_the_lock(void)
{
    sim_disk *disk = new_index(1);
    quern_vfs *v = sim_vfs(disk);
    quern_store *a = NULL, *b = NULL;
    quern_error err;
    pthread_t thread;
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &a, &err) == QUERN_OK);
    CHECK(pthread_create(&thread, NULL, unlock_later, a) == 0);
    CHECK(quern_store_lock(v, FAKE_DIR, 60000, &b, &err) == QUERN_OK);
    pthread_join(thread, NULL);
    quern_store_unlock(b);
    sim_free(disk);
}

/* On a real disk: a holder that is killed leaves no lock behind. */
static void a_killed_holder_has_no_lock(void)
{
    char dir[4096], index[4200];
    int ready[2], status = 0;
    char byte = 0;
    quern_store *s = NULL;
    quern_error err;
    scratch_make(dir);
    snprintf(index, sizeof index, "%s/.quern", dir);
    uint64_t acknowledged = 0;
    CHECK(fake_script(quern_vfs_posix(), index, 6, &acknowledged, &err) == QUERN_OK);
    CHECK(pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        byte = quern_store_lock(quern_vfs_posix(), index, 0, &s, &err) == QUERN_OK;
        (void)!write(ready[1], &byte, 1);
        pause();
        _exit(0);
    }
    CHECK(read(ready[0], &byte, 1) == 1 && byte == 1);
    char want[64];
    snprintf(want, sizeof want, "another indexer (pid %ld, started ", (long)pid);
    CHECK(quern_store_lock(quern_vfs_posix(), index, 0, &s, &err) == QUERN_E_LOCKED);
    CHECK(strncmp(err.message, want, strlen(want)) == 0);
    kill(pid, SIGKILL);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(fake_continue(quern_vfs_posix(), index, &acknowledged, &err) == QUERN_OK);
    CHECK(acknowledged == 7 && fake_leftovers(quern_vfs_posix(), index) == 0);
    uint64_t found = 0;
    CHECK(fake_verify(quern_vfs_posix(), index, &found) == NULL && found == 7);
    close(ready[0]);
    close(ready[1]);
    scratch_remove(dir);
}

/* A directory that took the place of the locked one meanwhile has its own lock. */
static void a_lock_on_a_lost_file_is_none(void)
{
    sim_disk *disk = new_index(1);
    quern_vfs *v = sim_vfs(disk);
    quern_vfile *stray = NULL;
    quern_store *s = NULL;
    quern_error err;
    CHECK(v->open_lock(v, FAKE_DIR "/LOCK", &stray) == 0);
    CHECK(v->lock(v, stray, QUERN_LOCK_EXCLUSIVE) == 0);
    CHECK(v->unlink(v, FAKE_DIR "/LOCK") == 0);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    quern_store_unlock(s);
    v->close(v, stray);
    sim_free(disk);
}

static void many_writers_never_meet(void)
{
    char dir[4096], index[4200];
    quern_error err;
    pid_t pids[12];
    uint64_t acknowledged = 0, found = 0;
    scratch_make(dir);
    snprintf(index, sizeof index, "%s/.quern", dir);
    CHECK(fake_script(quern_vfs_posix(), index, 6, &acknowledged, &err) == QUERN_OK);
    for (size_t i = 0; i < 12; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            int done = 0;
            for (int k = 0; k < 5; k++) {
                quern_store *s = NULL;
                done += !quern_store_lock(quern_vfs_posix(), index, 60000, &s, &err) &&
                        !fake_commit(s, quern_vfs_posix(), index, &err);
                quern_store_unlock(s);
            }
            _exit(done);
        }
    }
    for (size_t i = 0; i < 12; i++) {
        int status = 0;
        CHECK(waitpid(pids[i], &status, 0) == pids[i] && WEXITSTATUS(status) == 5);
    }
    CHECK(fake_verify(quern_vfs_posix(), index, &found) == NULL && found == 66);
    CHECK(fake_leftovers(quern_vfs_posix(), index) == 0);
    scratch_remove(dir);
}

/* ---- Committing ---- */

static void commits_only_what_follows(void)
{
    sim_disk *disk = new_index(2);
    quern_vfs *v = sim_vfs(disk);
    quern_store *s = NULL;
    quern_manifest next;
    quern_error err;
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    CHECK(quern_manifest_copy(quern_store_manifest(s), &next, &err) == QUERN_OK);
    CHECK(quern_store_commit(s, &next, &err) == QUERN_E_INVALID);
    CHECK(strcmp(err.message, "generation 2 does not follow 2 in /p/.quern") == 0);
    next.generation = 4;
    CHECK(quern_store_commit(s, &next, &err) == QUERN_E_INVALID);
    next.generation = 3;
    next.uuid[1]++;
    CHECK(quern_store_commit(s, &next, &err) == QUERN_E_INVALID);
    next.uuid[1]--;
    CHECK(quern_store_commit(s, &next, &err) == QUERN_OK);
    CHECK(quern_store_manifest(s)->generation == 3);
    quern_manifest_finish(&next);
    quern_store_unlock(s);
    sim_free(disk);
}

static void a_second_writer_past_the_lock_fails(void)
{
    sim_disk *disk = new_index(2);
    quern_vfs *v = sim_vfs(disk);
    quern_store *s = NULL;
    quern_error err;
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    put_file(v, FAKE_DIR "/man-0000000000000003");
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_E_LOCKED);
    CHECK(strcmp(err.message, "another writer made /p/.quern/man-0000000000000003 meanwhile") == 0);
    CHECK(strcmp(err.hint, "run again") == 0);
    CHECK(fake_count(v, FAKE_DIR, "man-") == 3 && fake_count(v, FAKE_DIR, "tmp-") == 0);
    quern_manifest next;
    quern_error again;
    CHECK(quern_manifest_copy(quern_store_manifest(s), &next, &again) == QUERN_OK);
    next.generation++;
    CHECK(quern_store_commit(s, &next, &again) == QUERN_E_LOCKED);
    CHECK(memcmp(&err, &again, sizeof err) == 0);
    quern_manifest_finish(&next);
    quern_store_unlock(s);
    sim_free(disk);
}

/* Finds the change of a commit that fails with UNKNOWN_OUTCOME, and looks at what comes after. */
static void settles_an_unknown_outcome(void)
{
    uint64_t unknown = 0, settled = 0;
    uint64_t base = check_seed(10);
    for (uint64_t s = 0; s < 40; s++) {
        for (uint64_t n = 1; n < 30; n++) {
            sim_disk *disk = new_index(4);
            quern_vfs *v = sim_vfs(disk);
            quern_store *store = NULL;
            quern_error err;
            uint64_t seen = 0, after = 0;
            CHECK(quern_store_lock(v, FAKE_DIR, 0, &store, &err) == QUERN_OK);
            sim_fail_change_at(disk, n, EIO, 0);
            quern_status status = fake_commit(store, v, FAKE_DIR, &err);
            sim_fail_change_at(disk, 0, 0, 0);
            if (status == QUERN_E_UNKNOWN_OUTCOME) {
                unknown++;
                CHECK(strncmp(err.message,
                              "cannot say whether /p/.quern/man-0000000000000005 is "
                              "on disk: Input/output error",
                              70) == 0);
                CHECK(strcmp(err.hint, "open the index again to see") == 0);
                CHECK(fake_verify_generation(v, FAKE_DIR, 4) == NULL);
                CHECK(fake_verify_generation(v, FAKE_DIR, 3) == NULL);
                CHECK(fake_commit(store, v, FAKE_DIR, &err) == QUERN_E_UNKNOWN_OUTCOME ||
                      err.status == QUERN_E_LOCKED);
                quern_store_unlock(store);
                CHECK(quern_store_lock(v, FAKE_DIR, 0, &store, &err) == QUERN_OK);
                seen = quern_store_manifest(store)->generation;
                settled += seen == 6;
                CHECK(seen == 5 || seen == 6);
                CHECK(fake_count(v, FAKE_DIR, "tmp-") == 0);
            }
            quern_store_unlock(store);
            if (status == QUERN_E_UNKNOWN_OUTCOME) {
                sim_restart(disk, base + s);
                CHECK(fake_verify(v, FAKE_DIR, &after) == NULL && after == seen);
            }
            sim_free(disk);
        }
    }
    printf("unknown=%llu settled=%llu\n", (unsigned long long)unknown, (unsigned long long)settled);
    CHECK(unknown > 0 && settled > 0);
}

/* ---- Collecting ---- */

static void keeps_two_generations(void)
{
    sim_disk *disk = new_index(4);
    quern_vfs *v = sim_vfs(disk);
    quern_store *s = NULL;
    quern_error err;
    CHECK(fake_count(v, FAKE_DIR, "man-") == 2 && fake_leftovers(v, FAKE_DIR) == 0);
    CHECK(fake_verify_generation(v, FAKE_DIR, 3) == NULL);
    CHECK(fake_count(v, FAKE_DIR, "seg-") == 3); /* A is named by 3 alone */
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
    /* 3 has gone, and its A would have, had not 5 made A anew */
    CHECK(fake_verify_generation(v, FAKE_DIR, 5) == NULL);
    CHECK(fake_count(v, FAKE_DIR, "seg-000000000000000a") == 1);
    CHECK(fake_count(v, FAKE_DIR, "del-000000000000000a") == 0);
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
    CHECK(fake_count(v, FAKE_DIR, "seg-000000000000000b") == 0);
    quern_store_unlock(s);
    sim_free(disk);
}

static void a_lease_keeps_its_generation(void)
{
    sim_disk *disk = new_index(3);
    quern_vfs *v = sim_vfs(disk);
    quern_manifest m;
    quern_vfile *lease = NULL;
    quern_store *s = NULL;
    quern_error err;
    CHECK(quern_manifest_newest(v, FAKE_DIR, &m, &lease, &err) == QUERN_OK && m.generation == 3);
    quern_manifest_finish(&m);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    for (int i = 0; i < 5; i++) {
        CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
        CHECK(fake_verify_generation(v, FAKE_DIR, 3) == NULL);
        CHECK(fake_count(v, FAKE_DIR, "man-") == (i == 0 ? 2 : 3));
    }
    v->close(v, lease);
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
    CHECK(fake_count(v, FAKE_DIR, "man-") == 2 && fake_leftovers(v, FAKE_DIR) == 0);
    quern_store_unlock(s);
    CHECK(sim_open_files(disk) == 0);
    sim_free(disk);
}

static void collects_what_was_left_behind(void)
{
    sim_disk *disk = new_index(4);
    quern_vfs *v = sim_vfs(disk);
    quern_store *s = NULL;
    quern_segment_ref ref;
    quern_error err;
    CHECK(fake_segment(v, FAKE_DIR, 0x77, &ref, &err) == QUERN_OK);
    put_file(v, FAKE_DIR "/tmp-1-0");
    put_file(v, FAKE_DIR "/del-0000000000000077-0000000000000009.qdel");
    put_file(v, FAKE_DIR "/sources-0000000000000009.qsrc");
    put_file(v, FAKE_DIR "/notes.txt");
    CHECK(fake_leftovers(v, FAKE_DIR) == 5);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    CHECK(fake_leftovers(v, FAKE_DIR) == 1 && fake_count(v, FAKE_DIR, "notes.txt") == 1);
    /* what the writer finished for a later commit outlives this one */
    CHECK(fake_segment(v, FAKE_DIR, 0x78, &ref, &err) == QUERN_OK);
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
    CHECK(fake_count(v, FAKE_DIR, "seg-0000000000000078") == 1);
    quern_store_unlock(s);
    sim_free(disk);
}

static void never_collects_on_damage(void)
{
    sim_disk *disk = new_index(4);
    quern_vfs *v = sim_vfs(disk);
    quern_store *s = NULL;
    quern_segment_ref ref;
    quern_error err;
    CHECK(fake_segment(v, FAKE_DIR, 0x77, &ref, &err) == QUERN_OK);
    sim_flip(disk, FAKE_DIR "/man-0000000000000004", 50, 1);
    size_t n = fake_count(v, FAKE_DIR, "");
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_E_CORRUPT && !s);
    CHECK(strncmp(err.message, "/p/.quern/man-0000000000000004: ", 32) == 0);
    CHECK(fake_count(v, FAKE_DIR, "") == n);
    sim_flip(disk, FAKE_DIR "/man-0000000000000004", 50, 1);
    sim_flip(disk, FAKE_DIR "/man-0000000000000003", 50, 1);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    CHECK(fake_count(v, FAKE_DIR, "") == n); /* what the damaged one names is not known */
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
    CHECK(fake_commit(s, v, FAKE_DIR, &err) == QUERN_OK);
    quern_store_unlock(s);
    CHECK(quern_store_lock(v, FAKE_DIR, 0, &s, &err) == QUERN_OK);
    CHECK(fake_leftovers(v, FAKE_DIR) == 0);
    quern_store_unlock(s);
    sim_free(disk);
}

/* ---- Replacing ---- */

static void replaces(void)
{
    char dir[4096], index[4200], file[4300];
    quern_vfs *v = quern_vfs_posix();
    quern_store *s = NULL;
    quern_manifest next;
    quern_error err;
    char *fresh = NULL;
    uint64_t acknowledged = 0, found = 0;
    scratch_make(dir);
    snprintf(index, sizeof index, "%s/.quern", dir);
    CHECK(fake_script(v, index, 4, &acknowledged, &err) == QUERN_OK);
    CHECK(quern_store_lock(v, index, 0, &s, &err) == QUERN_OK);
    CHECK(quern_store_fresh_path(v, index, &fresh, &err) == QUERN_OK);
    CHECK(quern_store_replace(s, fresh, &err) == QUERN_E_NOT_FOUND);
    CHECK(fake_script(v, fresh, 2, &acknowledged, &err) == QUERN_OK);
    CHECK(quern_store_replace(s, fresh, &err) == QUERN_OK);
    CHECK(fake_verify(v, index, &found) == NULL && found == 2);
    CHECK(fake_count(v, dir, "") == 1);
    memset(&next, 0, sizeof next);
    CHECK(quern_store_commit(s, &next, &err) == QUERN_E_INVALID);
    CHECK(strstr(err.message, "was replaced") && strcmp(err.hint, "open it again") == 0);
    quern_store_unlock(s);
    CHECK(fake_continue(v, index, &acknowledged, &err) == QUERN_OK && acknowledged == 3);
    snprintf(file, sizeof file, "%s/LOCK", index);
    CHECK(access(file, F_OK) == 0);
    quern_free(fresh);
    scratch_remove(dir);
}

static CU_TestInfo tests[] = {
    {"creates whole", creates_whole},
    {"creates only where it may", creates_only_where_it_may},
    {"sweeps only what nobody holds", sweeps_only_what_nobody_holds},
    {"opens what it can work with", opens_what_it_can_work_with},
    {"opens by absolute path", opens_by_absolute_path},
    {"locks one writer", locks_one_writer},
    {"says how long a holder works", says_how_long_a_holder_works},
    {"waits for the lock", waits_for_the_lock},
    {"a killed holder has no lock", a_killed_holder_has_no_lock},
    {"a lock on a lost file is none", a_lock_on_a_lost_file_is_none},
    {"many writers never meet", many_writers_never_meet},
    {"commits only what follows", commits_only_what_follows},
    {"a second writer past the lock fails", a_second_writer_past_the_lock_fails},
    {"settles an unknown outcome", settles_an_unknown_outcome},
    {"keeps two generations", keeps_two_generations},
    {"a lease keeps its generation", a_lease_keeps_its_generation},
    {"collects what was left behind", collects_what_was_left_behind},
    {"never collects on damage", never_collects_on_damage},
    {"replaces", replaces},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/store", tests)
