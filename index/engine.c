/* SPDX-License-Identifier: MIT */
/* engine - see engine.h: finding a module, and what of an index other than articles is kept as
 * metadata of its database.
 *
 * Where a module is looked for, in this order: $QUERN_MODULES (not for programs with privileges of
 * their own), the directory of the installation, and beside the file that this code was loaded
 * from, be that libquern.so or a program: DIR/quern, DIR, DIR/../lib/quern with whatever lib is
 * called here. So an installed tree can be moved, and a build tree works as it lies.
 *
 * Metadata:
 *
 *     roots              the roots, each ended by a NUL
 *     source:NAME        a file that the index knows: NAME NUL numbers NUL reason it was skipped
 * for (the key has a hash of the name where that is long)
 *
 * An entry a file, so that a commit writes what has changed and no more.
 */
#include "index/engine.h"

#include "base/checksum.h"
#include "index/files.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef QUERN_MODULE_DIR
#define QUERN_MODULE_DIR "/usr/local/lib/quern"
#endif
#ifndef QUERN_MODULE_LIB
#define QUERN_MODULE_LIB "lib"
#endif

enum { KEY_NAME_MAX = 180, NUMBERS_MAX = 128 };

/* ---- Loading ---- */

static const quern_engine_host host = {
    .version = QUERN_ENGINE_VERSION,
    .alloc = quern_alloc,
    .alloc_zero = quern_alloc_zero,
    .resize = quern_realloc,
    .release = quern_free,
    .grow = quern_grow,
    .arena_alloc = quern_arena_alloc,
    .arena_copy = quern_arena_copy,
    .arena_finish = quern_arena_finish,
};

int quern_engine_is_foreign(const char *name)
{
    return name && *name && strcmp(name, "native") != 0;
}

/* Where the code at hand was loaded from: a directory, to be freed; NULL where nobody knows. */
static char *own_directory(void)
{
    Dl_info info;
    union {
        const quern_engine_host *data;
        const void *address;
    } here = {&host};
    if (!dladdr(here.address, &info) || !info.dli_fname || !strchr(info.dli_fname, '/')) {
        char path[4096]; /* a program that was found in $PATH */
        ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
        return n > 0 ? quern_files_parent(path) : NULL;
    }
    return quern_files_parent(info.dli_fname);
}

typedef struct finder {
    const char *file;
    void *handle;
    quern_status status;
    quern_error *err;
} finder;

/* Tries dir/below/file. Returns 1 where looking is over. */
static int try_directory(finder *f, const char *dir, const char *below)
{
    char *folder = *below ? quern_files_join(dir, below) : quern_files_join(dir, ".");
    char *path = folder ? quern_files_join(folder, f->file) : NULL;
    if (!path) {
        f->status = quern_fail_nomem(f->err);
    } else if (access(path, F_OK) == 0) {
        f->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (!f->handle) {
            f->status =
                quern_fail(f->err, QUERN_E_BACKEND, "cannot load the engine: %s", dlerror());
        }
    }
    quern_free(path);
    quern_free(folder);
    return f->handle || f->status;
}

static void find_module(finder *f)
{
    static const char *const below[] = {"quern", "", "../" QUERN_MODULE_LIB "/quern"};
    const char *given = secure_getenv("QUERN_MODULES");
    if ((given && *given && try_directory(f, given, "")) ||
        try_directory(f, QUERN_MODULE_DIR, "")) {
        return;
    }
    char *own = own_directory();
    for (size_t i = 0; own && i < sizeof below / sizeof *below; i++) {
        if (try_directory(f, own, below[i])) {
            break;
        }
    }
    quern_free(own);
}

static quern_status test_name(const char *name, quern_error *err)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    if (name[n] == '\0' && n < sizeof((quern_index_config *)NULL)->engine) {
        return QUERN_OK;
    }
    return quern_fail(err, QUERN_E_SYNTAX, "there is no engine '%.40s' - choose native or xapian",
                      name);
}

quern_status quern_engine_load(const char *name, const quern_engine **out, quern_error *err)
{
    char file[64];
    finder f = {file, NULL, QUERN_OK, err};
    union {
        void *symbol;
        quern_engine_module_fn module;
    } entry = {NULL};
    *out = NULL;
    QUERN_TRY(test_name(name, err));
    snprintf(file, sizeof file, "libquern-%s.so", name);
    find_module(&f);
    if (f.status) {
        return f.status;
    }
    if (!f.handle) {
        return strcmp(name, "xapian") != 0
                   ? quern_fail(err, QUERN_E_SYNTAX,
                                "there is no engine '%s' - choose native or xapian", name)
                   : quern_fail(err, QUERN_E_BACKEND,
                                "the xapian engine is not installed - install %s in %s, or name "
                                "its directory in QUERN_MODULES",
                                file, QUERN_MODULE_DIR);
    }
    entry.symbol = dlsym(f.handle, QUERN_ENGINE_SYMBOL);
    *out = entry.symbol ? entry.module(&host) : NULL;
    (void)dlclose(f.handle); /* it stays all the same: RTLD_NODELETE */
    if (!*out || (*out)->version != QUERN_ENGINE_VERSION) {
        *out = NULL;
        return quern_fail(err, QUERN_E_BACKEND,
                          "%s is of another version of quern - install that of quern %s", file,
                          quern_version());
    }
    return QUERN_OK;
}

/* ---- Roots ---- */

typedef struct taking {
    quern_manifest *m;
    quern_sources *sources;
    quern_status status;
    quern_error *err;
} taking;

static int take_roots(quern_string key, quern_string value, void *payload)
{
    taking *t = payload;
    const char *end = value.data + value.len;
    if (key.len != 5) {
        return 0;
    }
    for (const char *p = value.data; p < end && !t->status;) {
        const char *stop = memchr(p, '\0', (size_t)(end - p));
        if (!stop) {
            t->status = quern_fail(t->err, QUERN_E_CORRUPT, "the list of roots is damaged - %s",
                                   QUERN_FILES_REPAIR);
            break;
        }
        t->status = quern_manifest_add_root(t->m, p, t->err);
        p = stop + 1;
    }
    return t->status != QUERN_OK;
}

quern_status quern_engine_get_roots(const quern_engine *engine, quern_engine_db *db,
                                    quern_manifest *m, quern_error *err)
{
    taking t = {m, NULL, QUERN_OK, err};
    quern_status status = engine->each_meta(db, quern_str("roots"), take_roots, &t, err);
    return status ? status : t.status;
}

quern_status quern_engine_set_roots(const quern_engine *engine, quern_engine_db *db,
                                    const quern_manifest *m, quern_error *err)
{
    quern_buf buf = {0};
    for (size_t i = 0; i < m->n_roots; i++) {
        quern_buf_bytes(&buf, m->roots[i], strlen(m->roots[i]) + 1);
    }
    quern_string value = {(const char *)buf.data, buf.len};
    quern_status status =
        buf.status ? quern_fail_nomem(err) : engine->set_meta(db, quern_str("roots"), value, err);
    quern_buf_finish(&buf);
    return status;
}

/* ---- Sources ---- */

/* NAME NUL size mtime read hash articles NUL reason. No name has a NUL. */
static int read_source(taking *t, quern_string value)
{
    uint64_t size, hash, n_articles;
    int64_t mtime_ns, read_ns;
    quern_source *to = NULL;
    const char *end = value.data + value.len;
    const char *numbers = memchr(value.data, '\0', value.len);
    numbers = numbers ? numbers + 1 : end;
    const char *reason = memchr(numbers, '\0', (size_t)(end - numbers));
    if (!reason || sscanf(numbers, "%" SCNu64 " %" SCNd64 " %" SCNd64 " %" SCNx64 " %" SCNu64,
                          &size, &mtime_ns, &read_ns, &hash, &n_articles) != 5) {
        return -1;
    }
    t->status = quern_sources_put(t->sources, value.data, &to, t->err);
    if (t->status) {
        return t->status == QUERN_E_INVALID ? -1 : 0;
    }
    to->size = size;
    to->mtime_ns = mtime_ns;
    to->read_ns = read_ns;
    to->hash = hash;
    to->n_articles = n_articles;
    if (++reason < end) {
        t->status = quern_sources_set_skip(to, reason, t->err);
    }
    return 0;
}

static int take_source(quern_string key, quern_string value, void *payload)
{
    taking *t = payload;
    (void)key;
    if (read_source(t, value)) {
        t->status = quern_fail(t->err, QUERN_E_CORRUPT, "the table of sources is damaged - %s",
                               QUERN_FILES_REPAIR);
    }
    return t->status != QUERN_OK;
}

quern_status quern_engine_get_sources(const quern_engine *engine, quern_engine_db *db,
                                      quern_sources **out, quern_error *err)
{
    taking t = {NULL, NULL, QUERN_OK, err};
    *out = NULL;
    QUERN_TRY(quern_sources_new(&t.sources, err));
    quern_status status = engine->each_meta(db, quern_str("source:"), take_source, &t, err);
    status = status ? status : t.status;
    if (status) {
        quern_sources_free(t.sources);
        return status;
    }
    *out = t.sources;
    return QUERN_OK;
}

typedef struct writing {
    const quern_engine *engine;
    quern_engine_db *db;
    quern_sources *now, *before;
    quern_buf key, value;
    quern_status status;
    quern_error *err;
} writing;

static void set_key(writing *w, const char *name)
{
    char hash[40];
    size_t len = strlen(name);
    quern_buf_clear(&w->key);
    quern_buf_bytes(&w->key, "source:", 7);
    quern_buf_bytes(&w->key, name, len < KEY_NAME_MAX ? len : KEY_NAME_MAX);
    if (len >= KEY_NAME_MAX) {
        int n = snprintf(hash, sizeof hash, "#%016" PRIx64 "%016" PRIx64, quern_checksum(name, len),
                         quern_checksum_seeded(name, len, 1));
        quern_buf_bytes(&w->key, hash, (size_t)n);
    }
}

static void set_value(writing *w, const quern_source *s)
{
    char numbers[NUMBERS_MAX];
    int n = snprintf(numbers, sizeof numbers,
                     "%" PRIu64 " %" PRId64 " %" PRId64 " %016" PRIx64 " %" PRIu64, s->size,
                     s->mtime_ns, s->read_ns, s->hash, s->n_articles);
    quern_buf_clear(&w->value);
    quern_buf_bytes(&w->value, s->name, strlen(s->name) + 1);
    quern_buf_bytes(&w->value, numbers, (size_t)n + 1);
    if (s->skip_reason) {
        quern_buf_bytes(&w->value, s->skip_reason, strlen(s->skip_reason));
    }
}

static void put_meta(writing *w)
{
    quern_string key = {(const char *)w->key.data, w->key.len};
    quern_string value = {(const char *)w->value.data, w->value.len};
    if (!w->status && (w->key.status || w->value.status)) {
        w->status = quern_fail_nomem(w->err);
    }
    if (!w->status) {
        w->status = w->engine->set_meta(w->db, key, value, w->err);
    }
}

static int is_same(const quern_source *a, const quern_source *b)
{
    const char *x = a->skip_reason ? a->skip_reason : "";
    const char *y = b->skip_reason ? b->skip_reason : "";
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->read_ns == b->read_ns &&
           a->hash == b->hash && a->n_articles == b->n_articles && strcmp(x, y) == 0;
}

static int write_changed(quern_source *now, void *payload)
{
    writing *w = payload;
    quern_source *old = quern_sources_find(w->before, now->name);
    if (old && is_same(old, now)) {
        return 0;
    }
    set_key(w, now->name);
    set_value(w, now);
    put_meta(w);
    if (!w->status) {
        w->status = quern_sources_put(w->before, now->name, &old, w->err);
    }
    if (!w->status) {
        w->status = quern_sources_set_skip(old, now->skip_reason, w->err);
    }
    if (!w->status) {
        old->size = now->size;
        old->mtime_ns = now->mtime_ns;
        old->read_ns = now->read_ns;
        old->hash = now->hash;
        old->n_articles = now->n_articles;
    }
    return w->status != QUERN_OK;
}

static int remove_gone(quern_source *old, void *payload)
{
    writing *w = payload;
    if (quern_sources_find(w->now, old->name)) {
        return 0;
    }
    set_key(w, old->name);
    quern_buf_clear(&w->value);
    put_meta(w);
    if (!w->status) {
        quern_sources_remove(w->before, old->name);
    }
    return w->status != QUERN_OK;
}

quern_status quern_engine_set_sources(const quern_engine *engine, quern_engine_db *db,
                                      quern_sources *now, quern_sources *before, quern_error *err)
{
    writing w = {engine, db, now, before, {0}, {0}, QUERN_OK, err};
    (void)quern_sources_each(now, write_changed, &w);
    if (!w.status) {
        (void)quern_sources_each(before, remove_gone, &w);
    }
    quern_buf_finish(&w.key);
    quern_buf_finish(&w.value);
    return w.status;
}
