/* SPDX-License-Identifier: MIT */
/* store - the commit protocol: how an index goes from one whole state to the next, whatever fails.
 *
 * What a disk may do (and does: Pillai et al., All File Systems Are Not Created Equal, OSDI 2014):
 * until a file is synced its bytes may be there, be missing or be torn; until a directory is synced
 * each new name, renaming and removal may have happened or not, in any order; a sync that fails may
 * have done any of it, and the next one succeeds without repairing it.
 *
 * A commit of generation g+1 therefore goes like this:
 *
 *     1  segments, tombstones and sources are written under temporary names, synced, closed, and
 *        named (by those who write them). A file has its name only when its bytes are durable.
 *     2  sync the directory: their names are durable before anything refers to them.
 *     3  write the manifest under a temporary name, sync, close. Without this sync the rename may
 *        be durable before the bytes, and the newest manifest is torn.
 *     4  rename it to man-<g+1>, which must not exist. This is the point of no return: any later
 *        failure leaves both outcomes possible. If it exists, another writer got past the lock.
 *     5  sync the directory. Only now is the commit acknowledged: before, a power cut undoes it.
 *     6  collect what no generation needs (collect.c), which cannot fail.
 *
 * A failure in 2 or 3 leaves generation g as it was; the store is spent, because nothing that a
 * failed sync touched may be trusted or synced again. The files of g+1 lie there unnamed by any
 * manifest, and who takes the lock next removes them.
 *
 * A failure in 4 or 5 is an UNKNOWN_OUTCOME: nothing is deleted, and a note (tmp-unknown) is left.
 * Who takes the lock next sees g or g+1. Where it is g+1, it may be only in the memory of the
 * kernel, which takes the failed write for done. With the note there, the newest state is therefore
 * written afresh as the next generation before anything else: new bytes, a new name, and a sync
 * that has work to do.
 *
 * The lock is a flock on LOCK, a file that is never removed; what stands in it is for people. The
 * system drops the lock when its process ends, however it ends, so there is no stale lock to break.
 * A lock on a file that is no longer the one named LOCK (the index was replaced meanwhile) is none.
 *
 * An index is made whole, in a directory beside its place, and then renamed: nobody ever sees an
 * index without a manifest. Its maker holds its lock, so that leftovers can be told from work.
 */
#include "index/store.h"

#include "index/collect.h"
#include "index/engine.h"
#include "index/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define NOTE "tmp-unknown"
#define POLL_MS 20

struct quern_store {
    quern_vfs *vfs;
    char *dir;
    quern_vfile *lock;
    quern_manifest manifest;
    quern_status spent; /* OK, or what every later commit says */
    quern_error failure;
};

static char *copy_text(const char *text)
{
    size_t n = strlen(text) + 1;
    char *out = quern_alloc(n);
    if (out) {
        memcpy(out, text, n);
    }
    return out;
}

/* Makes of the error that was just filled one after the point of no return. */
static quern_status unknown(quern_error *err)
{
    if (err) {
        err->status = QUERN_E_UNKNOWN_OUTCOME;
        snprintf(err->hint, sizeof err->hint, "open the index again to see");
    }
    return QUERN_E_UNKNOWN_OUTCOME;
}

/* ---- Writing a manifest ---- */

/* Steps 4 and 5. */
static quern_status name_manifest(quern_file_out *out, const char *path, quern_error *err)
{
    int error = out->vfs->rename_new(out->vfs, out->temp, path);
    if (error == EEXIST) {
        return quern_fail(err, QUERN_E_LOCKED, "another writer made %s meanwhile - run again",
                          path);
    }
    if (error == ENOSPC || error == EDQUOT) {
        return quern_fail_os(err, error, "cannot name %s", path);
    }
    if (!error) {
        quern_free(out->temp);
        out->temp = NULL;
        error = out->vfs->sync_dir(out->vfs, out->dir);
    }
    if (error) {
        quern_fail_os(err, error, "cannot say whether %s is on disk", path);
        return unknown(err);
    }
    return QUERN_OK;
}

/* Steps 2 to 5. */
static quern_status put_manifest(quern_vfs *vfs, const char *dir, const quern_manifest *m,
                                 quern_error *err)
{
    char name[QUERN_MANIFEST_NAME_MAX];
    quern_file_out out;
    int error = vfs->sync_dir(vfs, dir);
    if (error) {
        return quern_fail_os(err, error, "cannot sync the directory %s", dir);
    }
    quern_manifest_name(m->generation, name);
    char *path = quern_files_join(dir, name);
    if (!path) {
        return quern_fail_nomem(err);
    }
    quern_file_out_init(&out, vfs, dir);
    quern_status status = quern_manifest_print(m, &out.buf, err);
    if (!status) {
        status = quern_file_out_seal(&out, err);
    }
    if (!status) {
        status = name_manifest(&out, path, err);
    }
    if (status == QUERN_E_UNKNOWN_OUTCOME) {
        quern_free(out.temp); /* may be the manifest by now: nothing is deleted */
        out.temp = NULL;
    }
    quern_file_out_finish(&out);
    quern_free(path);
    return status;
}

static void leave_note(quern_vfs *vfs, const char *dir)
{
    quern_vfile *file = NULL;
    char *path = quern_files_join(dir, NOTE);
    if (path && !vfs->create(vfs, path, &file)) {
        vfs->close(vfs, file);
    }
    quern_free(path);
}

static int has_note(quern_vfs *vfs, const char *dir)
{
    quern_vstat st;
    char *path = quern_files_join(dir, NOTE);
    int has = path && vfs->stat_path(vfs, path, &st) == 0;
    quern_free(path);
    return has;
}

/* ---- Creating ---- */

static int note_any(const char *name, void *payload)
{
    int *any = payload;
    (void)name;
    *any = 1;
    return 1;
}

/* May an index be made at dir? */
static quern_status test_place(quern_vfs *vfs, const char *dir, quern_error *err)
{
    quern_manifest m;
    quern_error ignored;
    int any = 0;
    int error = vfs->list(vfs, dir, note_any, &any);
    if (error == ENOENT) {
        return QUERN_OK;
    }
    if (!any && error) {
        return quern_fail_os(err, error, "cannot make an index in %s", dir);
    }
    if (!any) {
        return QUERN_OK;
    }
    quern_status status = quern_manifest_newest(vfs, dir, &m, NULL, &ignored);
    quern_manifest_finish(&m);
    return status == QUERN_E_NOT_FOUND
               ? quern_fail(err, QUERN_E_INVALID, "%s is not empty and is no index - %s", dir,
                            "choose a new or empty directory")
               : quern_fail(err, QUERN_E_EXISTS, "an index is there already: %s", dir);
}

quern_status quern_store_fresh_path(quern_vfs *vfs, const char *dir, char **out, quern_error *err)
{
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/') {
        len--;
    }
    *out = quern_alloc(len + 48);
    if (!*out) {
        return quern_fail_nomem(err);
    }
    memcpy(*out, dir, len);
    for (unsigned n = 0;; n++) {
        quern_vstat st;
        snprintf(*out + len, 48, ".tmp-%ld-%u", (long)getpid(), n);
        if (vfs->stat_path(vfs, *out, &st)) {
            return QUERN_OK;
        }
    }
}

/* Syncs the directory that holds `path`. */
static int sync_parent(quern_vfs *vfs, const char *path)
{
    char *parent = quern_files_parent(path);
    int error = parent ? vfs->sync_dir(vfs, parent) : ENOMEM;
    quern_free(parent);
    return error;
}

typedef struct sweep {
    quern_vfs *vfs;
    char *parent, *base;
} sweep;

static int sweep_name(const char *name, void *payload)
{
    sweep *s = payload;
    size_t n = strlen(s->base);
    if (strncmp(name, s->base, n) != 0 || strncmp(name + n, ".tmp-", 5) != 0) {
        return 0;
    }
    quern_vfile *lock = NULL;
    char *dir = quern_files_join(s->parent, name);
    char *path = dir ? quern_files_join(dir, "LOCK") : NULL;
    int error = path ? s->vfs->open(s->vfs, path, &lock) : ENOMEM;
    if (!error) {
        error = s->vfs->lock(s->vfs, lock, QUERN_LOCK_EXCLUSIVE);
    }
    if ((!error || error == ENOENT) && !sync_parent(s->vfs, dir)) {
        quern_collect_directory(s->vfs, dir); /* it is durably at this name, not at another */
    }
    s->vfs->close(s->vfs, lock);
    quern_free(path);
    quern_free(dir);
    return 0;
}

void quern_store_sweep(quern_vfs *vfs, const char *dir)
{
    sweep s = {vfs, quern_files_parent(dir), quern_files_base(dir)};
    if (s.parent && s.base) {
        (void)vfs->list(vfs, s.parent, sweep_name, &s);
    }
    quern_free(s.parent);
    quern_free(s.base);
}

static int lock_directory(quern_vfs *vfs, const char *dir, quern_vfile **lock)
{
    char *path = quern_files_join(dir, "LOCK");
    *lock = NULL;
    int error = path ? vfs->open_lock(vfs, path, lock) : ENOMEM;
    if (!error) {
        error = vfs->lock(vfs, *lock, QUERN_LOCK_EXCLUSIVE);
    }
    if (error) {
        vfs->close(vfs, *lock);
        *lock = NULL;
    }
    quern_free(path);
    return error;
}

/* A directory at a fresh path, with its lock taken. Another maker may take the path, or sweep the
 * directory before it is locked; then again. */
static quern_status make_locked(quern_vfs *vfs, const char *dir, char **temp, quern_vfile **lock,
                                quern_error *err)
{
    for (int tries = 0;; tries++) {
        QUERN_TRY(quern_store_fresh_path(vfs, dir, temp, err));
        int error = vfs->mkdir(vfs, *temp);
        if (error && (error != EEXIST || tries >= 10)) {
            return quern_fail_os(err, error, "cannot make the directory %s", *temp);
        }
        if (!error) {
            error = lock_directory(vfs, *temp, lock);
            if (!error) {
                return QUERN_OK;
            }
            (void)vfs->rmdir(vfs, *temp);
            if ((error != ENOENT && error != EWOULDBLOCK) || tries >= 10) {
                return quern_fail_os(err, error, "cannot lock the directory %s", *temp);
            }
        }
        quern_free(*temp);
        *temp = NULL;
    }
}

static void make_uuid(uint64_t uuid[2])
{
    uuid[0] = uuid[1] = 0;
    if (getrandom(uuid, 16, GRND_NONBLOCK) != 16) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        uuid[0] = (uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec;
        uuid[1] = (uint64_t)getpid();
    }
}

/* Takes a directory whose place may not be on disk out of it again. Returns 0 where that is sure.
 */
static int take_back(quern_vfs *vfs, const char *temp, const char *dir, const char *parent)
{
    quern_vstat st;
    int error = vfs->stat_path(vfs, temp, &st);
    if (error == ENOENT) {
        error = vfs->rename(vfs, dir, temp);
    }
    return error ? error : vfs->sync_dir(vfs, parent);
}

/* Gives the finished directory its place. After any failure but UNKNOWN_OUTCOME it is at `temp`. */
static quern_status place(quern_vfs *vfs, const char *temp, const char *dir, quern_error *err)
{
    quern_status status = QUERN_OK;
    char *parent = quern_files_parent(dir); /* first: nothing may run out after the rename */
    if (!parent) {
        return quern_fail_nomem(err);
    }
    int error = vfs->rename(vfs, temp, dir);
    int is_taken = error == ENOTEMPTY || error == EEXIST || error == ENOTDIR;
    if (!error) {
        error = vfs->sync_dir(vfs, parent);
    }
    if (is_taken) {
        status = quern_fail(err, QUERN_E_EXISTS, "something is there already: %s", dir);
    } else if (error && take_back(vfs, temp, dir, parent)) {
        quern_fail_os(err, error, "cannot say whether the index %s is on disk", dir);
        status = unknown(err);
    } else if (error) {
        status = quern_fail_os(err, error, "cannot make the index %s", dir);
    }
    quern_free(parent);
    return status;
}

/* The database of another engine goes into the directory before it has its place. */
static quern_status make_database(quern_vfs *vfs, const char *temp,
                                  const quern_index_config *config, quern_error *err)
{
    const quern_engine *engine = NULL;
    if (!config->engine[0]) {
        return QUERN_OK;
    }
    if (vfs != quern_vfs_posix()) {
        return quern_fail(err, QUERN_E_INVALID, "the engine %s works with plain files only",
                          config->engine);
    }
    QUERN_TRY(quern_engine_load(config->engine, &engine, err));
    return engine->create(temp, config, err);
}

quern_status quern_store_create(quern_vfs *vfs, const char *dir, const quern_index_config *config,
                                quern_error *err)
{
    quern_manifest m = {.generation = 1, .config = *config};
    quern_vfile *lock = NULL;
    char *temp = NULL;
    QUERN_TRY(test_place(vfs, dir, err));
    quern_store_sweep(vfs, dir);
    make_uuid(m.uuid);
    quern_status status = make_locked(vfs, dir, &temp, &lock, err);
    if (!status) {
        quern_error why;
        status = put_manifest(vfs, temp, &m, &why);
        if (status == QUERN_E_UNKNOWN_OUTCOME) { /* at `temp` it is nobody's: it did not happen */
            status = quern_fail_os(err, why.os_errno, "cannot make the index %s", dir);
        } else if (status && err) {
            *err = why;
        }
        status = status ? status : make_database(vfs, temp, config, err);
        if (!status) {
            status = place(vfs, temp, dir, err);
        }
        if (status && status != QUERN_E_UNKNOWN_OUTCOME) {
            quern_collect_directory(vfs, temp);
        }
    }
    vfs->close(vfs, lock);
    quern_free(temp);
    return status;
}

/* ---- Locking ---- */

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* For people; a failure is not worth a word. */
static void sign_lock(quern_vfs *vfs, quern_vfile *lock)
{
    char text[128], date[32] = "";
    time_t now = time(NULL);
    struct tm tm;
    if (gmtime_r(&now, &tm)) {
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
    }
    int n = snprintf(text, sizeof text, "pid %ld\nstarted %lld (%s UTC)\n", (long)getpid(),
                     (long long)now, date);
    (void)vfs->overwrite(vfs, lock, text, n < 0 ? 0 : (size_t)n);
}

/* "pid 4242, started 12 s ago", or "" where nobody signed. */
static void describe_holder(quern_vfs *vfs, quern_vfile *lock, char *out, size_t cap)
{
    char text[128] = "";
    quern_vstat st;
    *out = '\0';
    if (vfs->stat(vfs, lock, &st) || st.size == 0 || st.size >= sizeof text ||
        vfs->read_at(vfs, lock, text, (size_t)st.size, 0) || strncmp(text, "pid ", 4) != 0) {
        return;
    }
    const char *started = strstr(text, "started ");
    if (!started) {
        return;
    }
    long pid = strtol(text + 4, NULL, 10);
    long long ago = (long long)time(NULL) - strtoll(started + 8, NULL, 10);
    ago = ago < 0 ? 0 : ago;
    const char *unit = ago < 120 ? "s" : ago < 7200 ? "min" : "h";
    snprintf(out, cap, " (pid %ld, started %lld %s ago)", pid,
             ago < 120    ? ago
             : ago < 7200 ? ago / 60
                          : ago / 3600,
             unit);
}

/* Is the locked file still the one at its path? */
static int is_current(quern_vfs *vfs, quern_vfile *lock, const char *path)
{
    quern_vstat mine, there;
    return !vfs->stat(vfs, lock, &mine) && !vfs->stat_path(vfs, path, &there) && mine.n_links > 0 &&
           mine.inode == there.inode && mine.device == there.device;
}

/* One try. *busy: somebody else has it, and `holder` says who. */
static quern_status try_lock(quern_store *s, int *busy, char holder[64], quern_error *err)
{
    char *path = quern_files_join(s->dir, "LOCK");
    quern_status status = QUERN_OK;
    if (!path) {
        return quern_fail_nomem(err);
    }
    *busy = 0;
    int error = s->vfs->open_lock(s->vfs, path, &s->lock);
    if (error) {
        status = quern_fail_os(err, error, "cannot open the lock %s", path);
        goto out;
    }
    error = s->vfs->lock(s->vfs, s->lock, QUERN_LOCK_EXCLUSIVE);
    *busy = error == EWOULDBLOCK || (!error && !is_current(s->vfs, s->lock, path));
    if (error == EWOULDBLOCK) {
        describe_holder(s->vfs, s->lock, holder, 64);
    } else if (error) {
        status = quern_fail_os(err, error, "cannot lock %s", path);
    }
    if (error || *busy) {
        s->vfs->close(s->vfs, s->lock);
        s->lock = NULL;
    }
out:
    quern_free(path);
    return status;
}

static quern_status take_lock(quern_store *s, uint32_t wait_ms, quern_error *err)
{
    uint64_t start = now_ms(), waited = 0;
    char holder[64] = "", how_long[48] = "";
    int busy = 1;
    for (;;) {
        QUERN_TRY(try_lock(s, &busy, holder, err));
        waited = now_ms() - start;
        if (!busy || waited >= wait_ms) {
            break;
        }
        uint64_t rest = wait_ms - waited;
        struct timespec pause = {0, (long)(rest < POLL_MS ? rest : POLL_MS) * 1000000};
        nanosleep(&pause, NULL);
    }
    if (!busy) {
        sign_lock(s->vfs, s->lock);
        return QUERN_OK;
    }
    if (wait_ms >= 1000) {
        snprintf(how_long, sizeof how_long, "; waited %u s", wait_ms / 1000);
    }
    return quern_fail(err, QUERN_E_LOCKED, "another indexer%s is writing %s%s - %s", holder, s->dir,
                      how_long, wait_ms ? "try again later" : "wait for it or use --wait");
}

/* An earlier commit does not know whether it happened: see above. */
static quern_status settle(quern_store *s, quern_error *err)
{
    s->manifest.generation++;
    return put_manifest(s->vfs, s->dir, &s->manifest, err);
}

/* Who made or replaced the index may have been killed before its last sync. What is committed now
 * would then be durable in a directory whose place is not. */
static quern_status sync_place(quern_vfs *vfs, const char *dir, quern_error *err)
{
    int error = sync_parent(vfs, dir);
    return !error || error == EACCES ||
                   error == EPERM /* somebody else's folder: as far as may be */
               ? QUERN_OK
               : quern_fail_os(err, error, "cannot sync the directory that holds %s", dir);
}

quern_status quern_store_lock(quern_vfs *vfs, const char *dir, uint32_t wait_ms, quern_store **out,
                              quern_error *err)
{
    quern_status status = QUERN_OK;
    *out = NULL;
    quern_store *s = quern_alloc_zero(1, sizeof *s);
    if (!s) {
        return quern_fail_nomem(err);
    }
    s->vfs = vfs;
    s->dir = copy_text(dir);
    if (!s->dir) {
        status = quern_fail_nomem(err);
    }
    if (!status) { /* first, so that no LOCK is left in a directory that is no index */
        status = quern_manifest_newest(vfs, dir, &s->manifest, NULL, err);
        quern_manifest_finish(&s->manifest);
    }
    if (!status) {
        status = take_lock(s, wait_ms, err);
    }
    if (!status) {
        status = quern_manifest_newest(vfs, dir, &s->manifest, NULL, err);
    }
    if (!status) {
        status = sync_place(vfs, dir, err);
    }
    if (!status && has_note(vfs, dir)) {
        status = settle(s, err);
    }
    if (status) {
        quern_store_unlock(s);
        return status;
    }
    quern_collect_all(vfs, dir);
    *out = s;
    return QUERN_OK;
}

void quern_store_unlock(quern_store *store)
{
    if (store) {
        store->vfs->close(store->vfs, store->lock);
        quern_manifest_finish(&store->manifest);
        quern_free(store->dir);
        quern_free(store);
    }
}

const quern_manifest *quern_store_manifest(const quern_store *store)
{
    return &store->manifest;
}

/* ---- Committing ---- */

static quern_status say_again(const quern_store *s, quern_error *err)
{
    if (err) {
        *err = s->failure;
    }
    return s->spent;
}

quern_status quern_store_commit(quern_store *store, const quern_manifest *next, quern_error *err)
{
    quern_manifest copy;
    if (store->spent) {
        return say_again(store, err);
    }
    if (next->generation != store->manifest.generation + 1 ||
        memcmp(next->uuid, store->manifest.uuid, sizeof next->uuid) != 0) {
        return quern_fail(err, QUERN_E_INVALID, "generation %llu does not follow %llu in %s",
                          (unsigned long long)next->generation,
                          (unsigned long long)store->manifest.generation, store->dir);
    }
    quern_error_clear(&store->failure);
    store->spent = quern_manifest_copy(next, &copy, &store->failure); /* nothing may fail later */
    if (!store->spent) {
        store->spent = put_manifest(store->vfs, store->dir, &copy, &store->failure);
        if (store->spent) {
            quern_manifest_finish(&copy);
        }
    }
    if (store->spent == QUERN_E_UNKNOWN_OUTCOME) {
        leave_note(store->vfs, store->dir);
    }
    if (store->spent) {
        return say_again(store, err);
    }
    quern_manifest_finish(&store->manifest);
    store->manifest = copy;
    quern_collect_generations(store->vfs, store->dir);
    return QUERN_OK;
}

/* ---- Replacing ---- */

/* The exchange, and both parents synced before and after it. */
static quern_status exchange(quern_store *s, const char *fresh, const char *const parents[2],
                             quern_error *err)
{
    int error = s->vfs->sync_dir(s->vfs, parents[1]); /* its name is durable before it counts */
    if (error) {
        return quern_fail_os(err, error, "cannot sync the directory of %s", fresh);
    }
    error = s->vfs->exchange(s->vfs, s->dir, fresh);
    if (error == EINVAL || error == ENOSYS || error == EXDEV) {
        return quern_fail(err, QUERN_E_IO,
                          "this file system cannot swap directories: the fresh index is in %s - "
                          "move it to the place of the old one",
                          fresh);
    }
    if (error && error != EIO) {
        return quern_fail_os(err, error, "cannot put %s in the place of %s", fresh, s->dir);
    }
    for (int i = 0; i < 2 && !error; i++) {
        error = s->vfs->sync_dir(s->vfs, parents[i]);
    }
    if (error) {
        quern_fail_os(err, error, "cannot say whether %s took the place of %s", fresh, s->dir);
        return unknown(err);
    }
    return QUERN_OK;
}

/* Coming and going made the folder newer than the index that was put in place, and it is not: what
 * is signed later counts as looked at later. */
static void sign_anew(quern_store *store)
{
    char *path = quern_files_join(store->dir, "LOCK");
    quern_vfile *lock = NULL;
    if (path && !store->vfs->open_lock(store->vfs, path, &lock)) {
        if (!store->vfs->lock(store->vfs, lock, QUERN_LOCK_EXCLUSIVE)) {
            sign_lock(store->vfs, lock);
        }
        (void)store->vfs->close(store->vfs, lock);
    }
    quern_free(path);
}

quern_status quern_store_replace(quern_store *store, const char *fresh, quern_error *err)
{
    quern_manifest m;
    if (store->spent) {
        return say_again(store, err);
    }
    QUERN_TRY(quern_manifest_newest(store->vfs, fresh, &m, NULL, err));
    quern_manifest_finish(&m);
    char *parents[2] = {quern_files_parent(store->dir), quern_files_parent(fresh)};
    quern_status status = parents[0] && parents[1]
                              ? exchange(store, fresh, (const char *const *)parents, err)
                              : quern_fail_nomem(err);
    quern_free(parents[0]);
    quern_free(parents[1]);
    store->spent = QUERN_E_INVALID;
    quern_fail(&store->failure, QUERN_E_INVALID, "%s was replaced - open it again", store->dir);
    if (!status) {
        quern_collect_directory(store->vfs, fresh); /* the old one, at its new name */
        sign_anew(store);
    }
    return status;
}
