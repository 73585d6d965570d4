/* SPDX-License-Identifier: MIT */
/* sim_vfs - the calls of the simulated disk; see sim_vfs.h for what it does, sim_disk.h for how. */
#include "tests/sim_disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static sim_disk *of(quern_vfs *vfs)
{
    sim_disk *d = vfs->state;
    pthread_mutex_lock(&d->mutex);
    return d;
}

static int leave(sim_disk *d, int error)
{
    pthread_mutex_unlock(&d->mutex);
    return error;
}

static int is_dead(const sim_disk *d, const quern_vfile *file)
{
    return file->epoch != d->epoch;
}

/* ---- Files ---- */

static int open_node(sim_disk *d, node *n, int writable, quern_vfile **out)
{
    quern_vfile *file = calloc(1, sizeof *file);
    if (!file) {
        return ENOMEM;
    }
    file->disk = d;
    file->of = n;
    file->epoch = d->epoch;
    file->writable = writable;
    file->lock = -1;
    file->next = d->files;
    d->files = file;
    *out = file;
    return 0;
}

static int sim_create(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    sim_disk *d = of(vfs);
    node *n;
    int error;
    *out = NULL;
    int what = sim_enter(d, CHANGES, &error);
    if (what != FAIL) {
        int made = sim_make(d, path, 0, &n);
        if (made || what == DO) {
            error = made ? made : open_node(d, n, 1, out);
        }
    }
    return leave(d, error);
}

static int sim_open(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    sim_disk *d = of(vfs);
    node *n;
    int error;
    *out = NULL;
    if (sim_enter(d, READS, &error) == DO) {
        error = sim_find(d, path, &n);
        error = error ? error : open_node(d, n, 0, out);
    }
    return leave(d, error);
}

static int sim_open_lock(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    sim_disk *d = of(vfs);
    node *n;
    int error;
    *out = NULL;
    int what = sim_enter(d, CHANGES, &error);
    if (what != FAIL) {
        int made = sim_find(d, path, &n);
        if (made == ENOENT) {
            made = sim_make(d, path, 0, &n);
        }
        if (made || what == DO) {
            error = made ? made : n->is_dir ? EISDIR : open_node(d, n, 1, out);
        }
    }
    return leave(d, error);
}

static int add_bytes(node *n, const void *data, size_t len)
{
    if (n->cap - n->len < len) {
        size_t cap = n->len + len + n->len / 2;
        uint8_t *more = realloc(n->data, cap);
        if (!more) {
            return ENOMEM;
        }
        n->data = more;
        n->cap = cap;
    }
    if (len > 0) {
        memcpy(n->data + n->len, data, len);
    }
    n->len += len;
    return 0;
}

static int sim_append(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len)
{
    sim_disk *d = of(vfs);
    int error;
    int what = sim_enter(d, CHANGES, &error);
    if (is_dead(d, file) || !file->writable) {
        return leave(d, is_dead(d, file) ? EIO : EBADF);
    }
    if (what != DO) {
        (void)add_bytes(file->of, data,
                        what == FAIL && d->is_off ? 0 : (size_t)sim_chance(d, len + 1));
        return leave(d, error);
    }
    error = 0;
    if (d->space != UINT64_MAX) {
        uint64_t used = sim_bytes_in_use(d);
        uint64_t room = used < d->space ? d->space - used : 0;
        error = len > room ? ENOSPC : 0;
        len = len > room ? (size_t)room : len;
    }
    int failed = add_bytes(file->of, data, len);
    return leave(d, failed ? failed : error);
}

static int sim_overwrite(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len)
{
    sim_disk *d = of(vfs);
    node *n = file->of;
    int error;
    int what = sim_enter(d, CHANGES, &error);
    if (what == FAIL || is_dead(d, file) || !file->writable) {
        return leave(d, what == FAIL ? error : is_dead(d, file) ? EIO : EBADF);
    }
    if (!n->was_overwritten) {
        n->before = n->data;
        n->before_len = n->synced;
        n->was_overwritten = 1;
    } else {
        free(n->data);
    }
    n->data = NULL;
    n->len = n->cap = n->synced = 0;
    int failed = add_bytes(n, data, len);
    return leave(d, failed || what == DO ? failed : error);
}

static int sim_sync(quern_vfs *vfs, quern_vfile *file)
{
    sim_disk *d = of(vfs);
    node *n = file->of;
    int error;
    int what = sim_enter(d, CHANGES, &error);
    if (is_dead(d, file)) {
        return leave(d, EIO);
    }
    d->repeated_syncs += n->sync_failed != 0;
    if (what == DO || (what == DO_AND_FAIL && !d->is_off)) {
        n->synced = n->len;
        free(n->before);
        n->before = NULL;
        n->was_overwritten = 0;
    } else if (!d->is_off) { /* the kernel forgets what it could not write */
        n->hole = n->synced;
        n->hole_end = n->len;
    }
    n->sync_failed |= what != DO;
    return leave(d, what == DO ? 0 : error);
}

static void fill_stat(const node *n, quern_vstat *out)
{
    memset(out, 0, sizeof *out);
    out->size = n->is_dir ? 0 : n->len;
    out->n_links = n->links;
    out->is_dir = n->is_dir;
    out->device = 1;
    out->inode = n->id;
}

static int sim_stat(quern_vfs *vfs, quern_vfile *file, quern_vstat *out)
{
    sim_disk *d = of(vfs);
    int error;
    if (sim_enter(d, READS, &error) == DO) {
        error = is_dead(d, file) ? EIO : 0;
        if (!error) {
            fill_stat(file->of, out);
        }
    }
    return leave(d, error);
}

static int sim_stat_path(quern_vfs *vfs, const char *path, quern_vstat *out)
{
    sim_disk *d = of(vfs);
    node *n;
    int error;
    if (sim_enter(d, READS, &error) == DO) {
        error = sim_find(d, path, &n);
        if (!error) {
            fill_stat(n, out);
        }
    }
    return leave(d, error);
}

static int sim_read_at(quern_vfs *vfs, quern_vfile *file, void *out, size_t len, uint64_t offset)
{
    sim_disk *d = of(vfs);
    node *n = file->of;
    int error;
    if (sim_enter(d, READS, &error) == DO) {
        error = is_dead(d, file) || offset > n->len || len > n->len - offset ? EIO : 0;
        error = n->is_dir ? EISDIR : error;
        if (!error && len > 0) {
            memcpy(out, n->data + offset, len);
        }
    }
    return leave(d, error);
}

/* A copy of exactly that size, so that a sanitizer sees a step past its end. */
static int sim_map(quern_vfs *vfs, quern_vfile *file, size_t len, const uint8_t **out)
{
    sim_disk *d = of(vfs);
    int error;
    *out = NULL;
    if (sim_enter(d, READS, &error) == DO) {
        error = is_dead(d, file) || len > file->of->len ? EIO : 0;
        uint8_t *copy = error ? NULL : malloc(len);
        if (copy) {
            memcpy(copy, file->of->data, len);
            *out = copy;
        }
        error = error || copy ? error : ENOMEM;
    }
    return leave(d, error);
}

static void sim_unmap(quern_vfs *vfs, const uint8_t *data, size_t len)
{
    (void)vfs;
    (void)len;
    free((void *)(uintptr_t)data);
}

static void sim_forget(quern_vfs *vfs, const uint8_t *data, size_t len)
{
    (void)vfs;
    (void)data;
    (void)len;
}

static int sim_lock(quern_vfs *vfs, quern_vfile *file, int how)
{
    sim_disk *d = of(vfs);
    int error;
    if (sim_enter(d, READS, &error) == DO) {
        error = is_dead(d, file) ? EIO : 0;
        for (quern_vfile *other = d->files; other && !error; other = other->next) {
            int shares = other == file || other->of != file->of || other->lock < 0 ||
                         is_dead(d, other) ||
                         (other->lock == QUERN_LOCK_SHARED && how == QUERN_LOCK_SHARED);
            error = shares ? 0 : EWOULDBLOCK;
        }
        file->lock = error ? file->lock : how;
    }
    return leave(d, error);
}

static int sim_close(quern_vfs *vfs, quern_vfile *file)
{
    if (!file) {
        return 0;
    }
    sim_disk *d = of(vfs);
    quern_vfile **at = &d->files;
    while (*at != file) {
        at = &(*at)->next;
    }
    *at = file->next;
    free(file);
    return leave(d, d->is_off ? EIO : 0);
}

/* ---- Names ---- */

static int sim_rename(quern_vfs *vfs, const char *from, const char *to)
{
    sim_disk *d = of(vfs);
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int moved = what == FAIL ? 0 : sim_move(d, from, to, 1);
    return leave(d, what == DO || moved ? moved : error);
}

static int sim_rename_new(quern_vfs *vfs, const char *from, const char *to)
{
    sim_disk *d = of(vfs);
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int moved = what == FAIL ? 0 : sim_move(d, from, to, 0);
    return leave(d, what == DO || moved ? moved : error);
}

static int sim_exchange(quern_vfs *vfs, const char *a, const char *b)
{
    sim_disk *d = of(vfs);
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int moved = what == FAIL ? 0 : sim_swap(d, a, b);
    return leave(d, what == DO || moved ? moved : error);
}

static int sim_unlink(quern_vfs *vfs, const char *path)
{
    sim_disk *d = of(vfs);
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int removed = what == FAIL ? 0 : sim_take_away(d, path, 0);
    return leave(d, what == DO || removed ? removed : error);
}

static int sim_rmdir(quern_vfs *vfs, const char *path)
{
    sim_disk *d = of(vfs);
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int removed = what == FAIL ? 0 : sim_take_away(d, path, 1);
    return leave(d, what == DO || removed ? removed : error);
}

static int sim_mkdir(quern_vfs *vfs, const char *path)
{
    sim_disk *d = of(vfs);
    node *n;
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int made = what == FAIL ? 0 : sim_make(d, path, 1, &n);
    return leave(d, what == DO || made ? made : error);
}

static int sim_sync_dir(quern_vfs *vfs, const char *path)
{
    sim_disk *d = of(vfs);
    node *dir;
    int error;
    int what = sim_enter(d, CHANGES, &error);
    int found = what == FAIL && d->is_off ? EIO : sim_find(d, path, &dir);
    if (!found && !dir->is_dir) {
        found = ENOTDIR;
    }
    if (!found && !d->is_off) {
        sim_write_names(d, dir, what != DO);
    }
    return leave(d, what == DO ? found : error);
}

static int sim_list(quern_vfs *vfs, const char *path, int (*each)(const char *name, void *payload),
                    void *payload)
{
    sim_disk *d = of(vfs);
    node *dir;
    int error;
    char **names = NULL;
    size_t n = 0;
    if (sim_enter(d, READS, &error) == DO) {
        error = sim_find(d, path, &dir);
        error = !error && !dir->is_dir ? ENOTDIR : error;
        names = error ? NULL : calloc(dir->now.n + 1, sizeof *names);
        for (size_t i = 0; names && i < dir->now.n; i++) {
            names[n] = strdup(dir->now.items[i].name);
            n += names[n] != NULL;
        }
        error = error || (names && n == dir->now.n) ? error : ENOMEM;
    }
    leave(d, 0);
    for (size_t i = 0; i < n; i++) {
        error = error ? error : each(names[i], payload);
        free(names[i]);
    }
    free(names);
    return error;
}

/* ---- The disk ---- */

static const quern_vfs functions = {
    .create = sim_create,
    .open = sim_open,
    .open_lock = sim_open_lock,
    .append = sim_append,
    .overwrite = sim_overwrite,
    .sync = sim_sync,
    .stat = sim_stat,
    .read_at = sim_read_at,
    .map = sim_map,
    .unmap = sim_unmap,
    .forget = sim_forget,
    .lock = sim_lock,
    .close = sim_close,
    .rename = sim_rename,
    .rename_new = sim_rename_new,
    .exchange = sim_exchange,
    .unlink = sim_unlink,
    .mkdir = sim_mkdir,
    .rmdir = sim_rmdir,
    .sync_dir = sim_sync_dir,
    .list = sim_list,
    .stat_path = sim_stat_path,
};

sim_disk *sim_new(uint64_t seed)
{
    sim_disk *d = calloc(1, sizeof *d);
    if (!d) {
        return NULL;
    }
    d->vfs = functions;
    d->vfs.state = d;
    d->random = seed;
    d->space = UINT64_MAX;
    d->root = sim_new_node(d, 1);
    if (!d->root || pthread_mutex_init(&d->mutex, NULL)) {
        free(d->root);
        free(d);
        return NULL;
    }
    d->root->links = 1;
    return d;
}

void sim_free(sim_disk *d)
{
    if (!d) {
        return;
    }
    sim_finish(d);
    pthread_mutex_destroy(&d->mutex);
    free(d);
}

quern_vfs *sim_vfs(sim_disk *disk)
{
    return &disk->vfs;
}

uint64_t sim_changes(const sim_disk *disk)
{
    return disk->count_changes;
}

uint64_t sim_calls(const sim_disk *disk)
{
    return disk->count_calls;
}

static void switch_on(sim_disk *d)
{
    d->epoch++;
    d->is_off = 0;
    d->cut_at = d->fail_at = d->fail_change_at = 0;
    d->fail_for_ever = 0;
}

void sim_restart(sim_disk *d, uint64_t seed)
{
    pthread_mutex_lock(&d->mutex);
    d->random = seed;
    sim_settle(d);
    switch_on(d);
    pthread_mutex_unlock(&d->mutex);
}

void sim_revive(sim_disk *d)
{
    pthread_mutex_lock(&d->mutex);
    switch_on(d);
    pthread_mutex_unlock(&d->mutex);
}

void sim_cut_at(sim_disk *disk, uint64_t n)
{
    disk->cut_at = n ? disk->count_changes + n : 0;
}

int sim_is_off(const sim_disk *disk)
{
    return disk->is_off;
}

void sim_fail_at(sim_disk *disk, uint64_t n, int error, int for_ever)
{
    disk->fail_at = n ? disk->count_calls + n : 0;
    disk->fail_change_at = 0;
    disk->fail_error = error;
    disk->fail_for_ever = for_ever;
}

void sim_fail_change_at(sim_disk *disk, uint64_t n, int error, int for_ever)
{
    sim_fail_at(disk, 0, error, for_ever);
    disk->fail_change_at = n ? disk->count_changes + n : 0;
}

void sim_set_space(sim_disk *disk, uint64_t bytes)
{
    disk->space = bytes;
}

void sim_set_read_only(sim_disk *disk, int read_only)
{
    disk->is_read_only = read_only;
}

uint64_t sim_bytes(sim_disk *disk)
{
    return sim_bytes_in_use(disk);
}

size_t sim_open_files(const sim_disk *disk)
{
    size_t n = 0;
    for (const quern_vfile *file = disk->files; file; file = file->next) {
        n++;
    }
    return n;
}

uint64_t sim_repeated_syncs(const sim_disk *disk)
{
    return disk->repeated_syncs;
}

void sim_flip(sim_disk *disk, const char *path, uint64_t offset, uint8_t mask)
{
    node *n;
    if (!sim_find(disk, path, &n) && offset < n->len) {
        n->data[offset] = (uint8_t)(n->data[offset] ^ mask);
    }
}
