/* SPDX-License-Identifier: MIT */
/* memory_vfs - see memory_vfs.h. */
#include "memory_vfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define N_FILES 64

typedef struct memory_file {
    char *name; /* NULL: a free place */
    uint8_t *data;
    size_t len, cap;
} memory_file;

struct memory_vfs {
    quern_vfs vfs;
    memory_file files[N_FILES];
};

struct quern_vfile {
    memory_file *file;
};

static void *must(void *p)
{
    if (!p) {
        abort();
    }
    return p;
}

static memory_file *find(memory_vfs *m, const char *path)
{
    for (size_t i = 0; i < N_FILES; i++) {
        if (m->files[i].name && strcmp(m->files[i].name, path) == 0) {
            return &m->files[i];
        }
    }
    return NULL;
}

static void drop(memory_file *f)
{
    free(f->name);
    free(f->data);
    memset(f, 0, sizeof *f);
}

static memory_file *add(memory_vfs *m, const char *path)
{
    memory_file *f = m->files;
    while (f->name) {
        f++;
        if (f == m->files + N_FILES) {
            abort();
        }
    }
    f->name = must(strdup(path));
    return f;
}

static int mem_handle(memory_file *f, quern_vfile **out)
{
    *out = must(malloc(sizeof **out));
    (*out)->file = f;
    return 0;
}

static int mem_create(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    memory_vfs *m = vfs->state;
    return find(m, path) ? EEXIST : mem_handle(add(m, path), out);
}

static int mem_open(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    memory_file *f = find(vfs->state, path);
    return f ? mem_handle(f, out) : ENOENT;
}

static int mem_append(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len)
{
    memory_file *f = file->file;
    (void)vfs;
    if (f->len + len > f->cap) {
        f->cap = (f->len + len) * 2;
        f->data = must(realloc(f->data, f->cap));
    }
    memcpy(f->data + f->len, data, len);
    f->len += len;
    return 0;
}

static int mem_sync(quern_vfs *vfs, quern_vfile *file)
{
    (void)vfs;
    (void)file;
    return 0;
}

static int mem_stat(quern_vfs *vfs, quern_vfile *file, quern_vstat *out)
{
    (void)vfs;
    memset(out, 0, sizeof *out);
    out->size = file->file->len;
    out->n_links = 1;
    return 0;
}

static int mem_read_at(quern_vfs *vfs, quern_vfile *file, void *out, size_t len, uint64_t offset)
{
    (void)vfs;
    if (offset > file->file->len || len > file->file->len - offset) {
        return EIO;
    }
    memcpy(out, file->file->data + offset, len);
    return 0;
}

static int mem_map(quern_vfs *vfs, quern_vfile *file, size_t len, const uint8_t **out)
{
    uint8_t *copy = must(malloc(len));
    int failed = mem_read_at(vfs, file, copy, len, 0);
    *out = copy;
    return failed;
}

static void mem_forget(quern_vfs *vfs, const uint8_t *data, size_t len)
{
    (void)vfs;
    (void)data;
    (void)len;
}

static void mem_unmap(quern_vfs *vfs, const uint8_t *data, size_t len)
{
    (void)vfs;
    (void)len;
    free((void *)(uintptr_t)data);
}

static int mem_close(quern_vfs *vfs, quern_vfile *file)
{
    (void)vfs;
    free(file);
    return 0;
}

static int mem_rename(quern_vfs *vfs, const char *from, const char *to)
{
    memory_file *f = find(vfs->state, from);
    memory_file *old = find(vfs->state, to);
    if (!f) {
        return ENOENT;
    }
    if (old) {
        drop(old);
    }
    free(f->name);
    f->name = must(strdup(to));
    return 0;
}

static int mem_unlink(quern_vfs *vfs, const char *path)
{
    memory_file *f = find(vfs->state, path);
    if (!f) {
        return ENOENT;
    }
    drop(f);
    return 0;
}

memory_vfs *memory_vfs_new(void)
{
    memory_vfs *m = must(calloc(1, sizeof *m));
    m->vfs.create = mem_create;
    m->vfs.open = mem_open;
    m->vfs.append = mem_append;
    m->vfs.sync = mem_sync;
    m->vfs.stat = mem_stat;
    m->vfs.read_at = mem_read_at;
    m->vfs.map = mem_map;
    m->vfs.unmap = mem_unmap;
    m->vfs.forget = mem_forget;
    m->vfs.close = mem_close;
    m->vfs.rename = mem_rename;
    m->vfs.unlink = mem_unlink;
    m->vfs.state = m;
    return m;
}

void memory_vfs_free(memory_vfs *m)
{
    for (size_t i = 0; i < N_FILES; i++) {
        drop(&m->files[i]);
    }
    free(m);
}

quern_vfs *memory_vfs_of(memory_vfs *m)
{
    return &m->vfs;
}

uint8_t *memory_vfs_data(memory_vfs *m, const char *path, size_t *len)
{
    memory_file *f = find(m, path);
    *len = f ? f->len : 0;
    return f ? f->data : NULL;
}

void memory_vfs_put(memory_vfs *m, const char *path, const void *data, size_t len)
{
    memory_file *f = find(m, path);
    quern_vfile file = {f ? f : add(m, path)};
    file.file->len = 0;
    mem_append(&m->vfs, &file, data, len);
}

size_t memory_vfs_count(const memory_vfs *m)
{
    size_t n = 0;
    for (size_t i = 0; i < N_FILES; i++) {
        n += m->files[i].name != NULL;
    }
    return n;
}
