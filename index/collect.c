/* SPDX-License-Identifier: MIT */
/* collect - see collect.h.
 *
 * The order, and why:
 *
 *  1. Keep the two newest generations: a reader that has just read the name of the newest may find
 *     a newer one committed before it opens the files.
 *  2. Of the older ones, unlink the manifest, each under an exclusive lock: a reader with a lease
 *     (a shared lock) keeps it. A reader that opened it but has no lease yet sees afterwards that
 *     the file has no name any more, and starts again.
 *  3. Sync the directory. From here on a power cut cannot bring those manifests back, so no
 *     manifest can ever name a file that step 4 removed. Where the sync fails, stop.
 *  4. Unlink the files that no remaining manifest names. All remaining ones are read for that, not
 *     the newest alone: a segment is named by its content, so the file of an old generation may be
 *     the file of the newest again. Where one of them cannot be read, stop.
 *
 * After a commit, only files that the collected generations named are looked at. A file that no
 * manifest ever named may be one that the writer has just finished for its next commit.
 */
#include "index/collect.h"

#include "index/engine.h"
#include "index/files.h"
#include "index/sources.h"

#include <errno.h>
#include <stdlib.h>

#define KEPT 2 /* generations */

/* Names of files, or generations. Sticky: once memory ran out nothing is removed. */
typedef struct names {
    char **items;
    size_t n, cap;
    int failed;
} names;

typedef struct collection {
    quern_vfs *vfs;
    const char *dir;
    uint64_t *generations; /* of all manifests, newest first */
    size_t n_generations, cap_generations;
    names candidates; /* may be removed where they are not in `named` */
    names named;      /* by remaining manifests; sorted */
    int all;          /* candidates are all files in the directory, not of old generations */
    int failed;
} collection;

static void add_name(names *to, const char *name)
{
    size_t len = strlen(name);
    char *copy = NULL;
    if (!to->failed && !quern_grow(&to->items, &to->cap, to->n + 1, sizeof *to->items)) {
        copy = quern_alloc(len + 1);
    }
    if (!copy) {
        to->failed = 1;
        return;
    }
    memcpy(copy, name, len + 1);
    to->items[to->n++] = copy;
}

static void finish_names(names *n)
{
    for (size_t i = 0; i < n->n; i++) {
        quern_free(n->items[i]);
    }
    quern_free(n->items);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* All files that a generation needs beside its manifest. */
static void add_files_of(names *to, const quern_manifest *m)
{
    char name[QUERN_TOMBSTONES_NAME_MAX];
    for (size_t i = 0; i < m->n_segments; i++) {
        const quern_manifest_segment *s = &m->segments[i];
        quern_segment_name(s->ref.id, name);
        add_name(to, name);
        if (s->dead.generation) {
            quern_tombstones_name(s->ref.id, s->dead.generation, name);
            add_name(to, name);
        }
    }
    if (m->sources_generation) {
        quern_sources_name(m->sources_generation, name);
        add_name(to, name);
    }
}

static int has_ends(const char *name, const char *start, const char *end)
{
    size_t n = strlen(name), a = strlen(start), b = strlen(end);
    return n >= a + b && memcmp(name, start, a) == 0 && memcmp(name + n - b, end, b) == 0;
}

static int is_temporary(const char *name)
{
    return has_ends(name, "tmp-", "");
}

/* Is it a file that manifests name? */
static int is_part(const char *name)
{
    return has_ends(name, "seg-", ".qseg") || has_ends(name, "del-", ".qdel") ||
           has_ends(name, "sources-", ".qsrc");
}

static int sort_name(const char *name, void *payload)
{
    collection *c = payload;
    uint64_t generation = quern_manifest_generation(name);
    if (generation) {
        if (quern_grow(&c->generations, &c->cap_generations, c->n_generations + 1,
                       sizeof *c->generations)) {
            c->failed = 1;
        } else {
            c->generations[c->n_generations++] = generation;
        }
    } else if (c->all && (is_part(name) || is_temporary(name))) {
        add_name(&c->candidates, name);
    }
    return 0;
}

static int unlink_in(quern_vfs *vfs, const char *dir, const char *name)
{
    char *path = quern_files_join(dir, name);
    int error = path ? vfs->unlink(vfs, path) : ENOMEM;
    quern_free(path);
    return error;
}

/* Unlinks a manifest that nobody has a lease on, and notes what it named. Returns 1 when it has
 * gone. */
static int drop_manifest(collection *c, uint64_t generation)
{
    char name[QUERN_MANIFEST_NAME_MAX];
    quern_vfile *file = NULL;
    quern_manifest m;
    int gone = 0;
    quern_manifest_name(generation, name);
    char *path = quern_files_join(c->dir, name);
    if (!path || c->vfs->open(c->vfs, path, &file)) {
        goto out;
    }
    if (c->vfs->lock(c->vfs, file, QUERN_LOCK_EXCLUSIVE) == EWOULDBLOCK) {
        goto out;
    }
    if (!quern_manifest_open(c->vfs, c->dir, generation, &m, NULL, NULL)) {
        add_files_of(&c->candidates, &m);
        quern_manifest_finish(&m);
    }
    gone = c->vfs->unlink(c->vfs, path) == 0;
out:
    c->vfs->close(c->vfs, file);
    quern_free(path);
    return gone;
}

/* Steps 1 to 3. Fails where the manifests that went may come back. */
static int drop_manifests(collection *c)
{
    size_t kept = 0;
    int dropped = 0;
    for (size_t i = 0; i < c->n_generations; i++) {
        if (i >= KEPT && drop_manifest(c, c->generations[i])) {
            dropped = 1;
        } else {
            c->generations[kept++] = c->generations[i];
        }
    }
    c->n_generations = kept;
    return dropped ? c->vfs->sync_dir(c->vfs, c->dir) : 0;
}

static int read_remaining(collection *c)
{
    for (size_t i = 0; i < c->n_generations; i++) {
        quern_manifest m;
        if (quern_manifest_open(c->vfs, c->dir, c->generations[i], &m, NULL, NULL)) {
            return -1;
        }
        add_files_of(&c->named, &m);
        quern_manifest_finish(&m);
    }
    if (c->named.n > 1) {
        qsort(c->named.items, c->named.n, sizeof *c->named.items, compare_names);
    }
    return c->named.failed;
}

/* Step 4. Temporary files go whatever the manifests say. */
static void drop_files(collection *c, int sure)
{
    for (size_t i = 0; i < c->candidates.n; i++) {
        char *name = c->candidates.items[i];
        int is_free = sure && (c->named.n == 0 || !bsearch(&name, c->named.items, c->named.n,
                                                           sizeof name, compare_names));
        if (is_free || is_temporary(name)) {
            (void)unlink_in(c->vfs, c->dir, name);
        }
    }
}

static void collect(quern_vfs *vfs, const char *dir, int all)
{
    collection c = {.vfs = vfs, .dir = dir, .all = all};
    if (!vfs->list(vfs, dir, sort_name, &c) && !c.failed && c.n_generations > 0) {
        qsort(c.generations, c.n_generations, sizeof *c.generations, newest_first);
        int sure = !drop_manifests(&c) && !read_remaining(&c);
        drop_files(&c, sure);
    }
    quern_free(c.generations);
    finish_names(&c.candidates);
    finish_names(&c.named);
}

void quern_collect_generations(quern_vfs *vfs, const char *dir)
{
    collect(vfs, dir, 0);
}

void quern_collect_all(quern_vfs *vfs, const char *dir)
{
    collect(vfs, dir, 1);
}

/* The engine that keeps the database in there takes it away. */
static void remove_database(quern_vfs *vfs, const char *dir)
{
    quern_manifest m;
    const quern_engine *engine = NULL;
    if (vfs == quern_vfs_posix() && !quern_manifest_newest(vfs, dir, &m, NULL, NULL)) {
        if (m.config.engine[0] && !quern_engine_load(m.config.engine, &engine, NULL)) {
            engine->remove(dir);
        }
        quern_manifest_finish(&m);
    }
}

static int note_own(const char *name, void *payload)
{
    if (is_part(name) || is_temporary(name) || quern_manifest_generation(name) ||
        strcmp(name, "LOCK") == 0) {
        add_name(payload, name);
    }
    return 0;
}

void quern_collect_directory(quern_vfs *vfs, const char *dir)
{
    names own = {0};
    remove_database(vfs, dir);
    if (!vfs->list(vfs, dir, note_own, &own)) {
        for (size_t i = 0; i < own.n; i++) {
            (void)unlink_in(vfs, dir, own.items[i]);
        }
        (void)vfs->rmdir(vfs, dir);
    }
    finish_names(&own);
}
