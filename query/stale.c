/* SPDX-License-Identifier: MIT */
/* stale - is the index behind its files? A look for at most as long as the caller allows.
 *
 * What is compared is the time of last change with that of the index: the later of the newest
 * manifest's and the lock file's, which every run of the indexer writes, also one that finds
 * nothing to do. First the files of the hits, which a user is about to open; then the roots and
 * the folders below them, the nearest first: a folder's time changes when a name in it comes or
 * goes, so a new file is noticed without a look at all the old ones. A file that was edited in
 * place and is not among the hits goes unnoticed: that is what `indexer` is for.
 *
 * Sources that lie under no root are not files that the index follows (records of a stream,
 * articles that a program put); they are left alone. So are hidden names, links, and the index
 * directory itself, as the indexer leaves them.
 *
 * Each file or folder counts once. Errors of the system count nothing, but for a file of a hit that
 * has gone.
 */
#include "index/files.h"
#include "query/hits.h"
#include "query/reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

typedef struct looker {
    const quern_snapshot *snapshot;
    char *base;            /* the folder that holds the index directory */
    struct timespec index; /* when the index was last written */
    struct stat directory; /* of the index */
    struct timespec end;   /* of the time that may be used */
    char **folders;        /* to look at, absolute; owned */
    size_t at, n, cap;
    uint64_t count;
} looker;

/* ---- Times ---- */

static int is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static int time_is_up(const looker *l)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return is_later(&now, &l->end);
}

static void set_end(looker *l, uint32_t budget_us)
{
    clock_gettime(CLOCK_MONOTONIC, &l->end);
    l->end.tv_sec += (time_t)(budget_us / 1000000);
    l->end.tv_nsec += (long)(budget_us % 1000000) * 1000;
    if (l->end.tv_nsec >= 1000000000) {
        l->end.tv_sec++;
        l->end.tv_nsec -= 1000000000;
    }
}

/* The later of *out and the time of a file of the index. Returns 0, or -1 where it is not there. */
static int take_time(looker *l, const char *name)
{
    struct stat st;
    char *path = quern_files_join(l->snapshot->dir, name);
    int found = path && stat(path, &st) == 0;
    quern_free(path);
    if (found && is_later(&st.st_mtim, &l->index)) {
        l->index = st.st_mtim;
    }
    return found ? 0 : -1;
}

static int keep_newest(const char *name, void *payload)
{
    uint64_t *newest = payload;
    uint64_t generation = quern_manifest_generation(name);
    *newest = generation > *newest ? generation : *newest;
    return 0;
}

/* Returns 0, or -1 where the index is not there any more. */
static int find_time_of_index(looker *l)
{
    char name[QUERN_MANIFEST_NAME_MAX];
    uint64_t newest = 0;
    quern_vfs *vfs = l->snapshot->vfs;
    if (vfs->list(vfs, l->snapshot->dir, keep_newest, &newest) || newest == 0 ||
        stat(l->snapshot->dir, &l->directory)) {
        return -1;
    }
    quern_manifest_name(newest, name);
    if (take_time(l, name)) {
        return -1;
    }
    (void)take_time(l, "LOCK");
    return 0;
}

/* ---- Names ---- */

/* The absolute path of a name of the index, to be freed; NULL: no memory. */
static char *path_of(const looker *l, const char *name)
{
    if (strcmp(name, ".") == 0) {
        name = "";
    }
    return quern_files_join(*name == '/' ? "" : l->base, *name == '/' ? name + 1 : name);
}

/* Whether a path is `folder` or lies below it; both absolute, the folder without a slash at its
 * end. */
static int is_below(const char *folder, const char *path)
{
    size_t n = strlen(folder);
    return strncmp(folder, path, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* Whether a root holds the path; `but` is the number of one that does not count, or SIZE_MAX. */
static int is_followed(const looker *l, const char *path, size_t but)
{
    const quern_manifest *m = &l->snapshot->manifest;
    int found = 0;
    for (size_t i = 0; i < m->n_roots && !found; i++) {
        char *root = path_of(l, m->roots[i]);
        size_t n = root ? strlen(root) : 0;
        while (n > 0 && root[n - 1] == '/') {
            root[--n] = '\0';
        }
        found = root && i != but && is_below(root, path);
        quern_free(root);
    }
    return found;
}

/* ---- Looking ---- */

static void look_at_hit(looker *l, const char *source)
{
    struct stat st;
    char *path = path_of(l, source);
    if (path && is_followed(l, path, SIZE_MAX)) {
        int missing = stat(path, &st) != 0;
        l->count += missing ? errno == ENOENT || errno == ENOTDIR
                            : (uint64_t)is_later(&st.st_mtim, &l->index);
    }
    quern_free(path);
}

/* Whether an earlier hit has the same source. */
static int is_repeated(const quern_hits *hits, size_t i)
{
    const quern_string *source = &hits->items[i].source;
    for (size_t j = 0; j < i; j++) {
        const quern_string *other = &hits->items[j].source;
        if (other->len == source->len && memcmp(other->data, source->data, source->len) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is_hit(const looker *l, const quern_hits *hits, const char *path)
{
    int found = 0;
    for (size_t i = 0; hits && i < hits->n && !found; i++) {
        char *of_hit = path_of(l, hits->items[i].source.data);
        found = of_hit && strcmp(of_hit, path) == 0;
        quern_free(of_hit);
    }
    return found;
}

/* Takes over `path`, which may be NULL. */
static void push_folder(looker *l, char *path)
{
    if (!path || quern_grow(&l->folders, &l->cap, l->n + 1, sizeof(char *))) {
        quern_free(path);
        return;
    }
    l->folders[l->n++] = path;
}

static void push_subfolders(looker *l, const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL && !time_is_up(l)) {
        int may_be_folder = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
        if (entry->d_name[0] != '.' && may_be_folder) {
            push_folder(l, quern_files_join(path, entry->d_name));
        }
    }
    if (dir) {
        closedir(dir);
    }
}

/* Pushes the roots, but those that lie below another. Returns how many. */
static size_t push_roots(looker *l)
{
    const quern_manifest *m = &l->snapshot->manifest;
    for (size_t i = 0; i < m->n_roots; i++) {
        char *path = path_of(l, m->roots[i]);
        if (path && is_followed(l, path, i)) {
            quern_free(path);
            continue;
        }
        push_folder(l, path);
    }
    return l->n;
}

static void look_at_folders(looker *l, const quern_hits *hits)
{
    size_t n_roots = push_roots(l);
    for (; l->at < l->n && !time_is_up(l); l->at++) {
        struct stat st;
        const char *path = l->folders[l->at];
        if (lstat(path, &st) != 0 ||
            (st.st_dev == l->directory.st_dev && st.st_ino == l->directory.st_ino)) {
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            l->count += (uint64_t)is_later(&st.st_mtim, &l->index);
            push_subfolders(l, path);
        } else if (l->at < n_roots && S_ISREG(st.st_mode) && !is_hit(l, hits, path)) {
            l->count += (uint64_t)is_later(&st.st_mtim, &l->index);
        }
    }
}

uint64_t quern_reader_stale(quern_reader *reader, const quern_hits *hits, uint32_t budget_us)
{
    looker l;
    memset(&l, 0, sizeof l);
    if (!reader || reader->snapshot->vfs != quern_vfs_posix()) {
        return 0;
    }
    l.snapshot = reader->snapshot;
    set_end(&l, budget_us);
    l.base = quern_files_parent(l.snapshot->dir);
    if (l.base && find_time_of_index(&l) == 0) {
        for (size_t i = 0; hits && i < hits->n && !time_is_up(&l); i++) {
            if (!is_repeated(hits, i)) {
                look_at_hit(&l, hits->items[i].source.data);
            }
        }
        look_at_folders(&l, hits);
    }
    for (size_t i = 0; i < l.n; i++) {
        quern_free(l.folders[i]);
    }
    quern_free(l.folders);
    quern_free(l.base);
    return l.count;
}
