/* SPDX-License-Identifier: MIT */
/* walk - see walk.h.
 *
 * A walk takes all regular files but hidden ones, whose names begin with a full stop, and goes into
 * all folders but hidden ones and the index itself. It follows no symbolic link: what a link leads
 * to is taken where it really lies, so no file comes twice and no loop is entered. Pipes, sockets
 * and devices are named and never opened. Symbolic links are passed over silently, unless they lead
 * in a circle, which is told.
 *
 * Names are collected first and files are read afterwards: about a hundred bytes of memory a file,
 * for which the totals are known before the work begins, and no folder is held open while files are
 * read. Folders wait on a stack of paths, so neither the depth of a tree nor the number of open
 * files limits it.
 *
 * Between the walk and the opening of a file anything may happen to the tree. Opening therefore
 * refuses links in the whole path (openat2 with RESOLVE_NO_SYMLINKS, Linux 5.6; where the kernel or
 * a sandbox does not have it, O_NOFOLLOW guards the last part), asks not to wait (O_NONBLOCK), and
 * looks at what was opened, not at the name.
 */
#include "indexer/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int64_t quern_walk_mtime(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + (int64_t)st->st_mtim.tv_nsec;
}

/* A descriptor at 3 or above, so that a program without standard streams cannot write to it by
 * accident; -1 and errno on failure. */
static int open_plain(const char *path, int flags)
{
    flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
    struct open_how how = {.flags = (uint64_t)(unsigned)flags, .resolve = RESOLVE_NO_SYMLINKS};
    int fd;
    do {
        fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        fd = open(path, flags);
    }
    if (fd < 0 || fd > 2) {
        return fd;
    }
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int saved = errno;
    close(fd);
    errno = saved;
    return high;
}

int quern_walk_open(const char *path, struct stat *st)
{
    int fd = open_plain(path, 0);
    if (fd < 0) {
        return -1;
    }
    int why = fstat(fd, st) ? errno : S_ISREG(st->st_mode) ? 0 : EINVAL;
    if (why) {
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

/* ---- One folder ---- */

/* What is being walked: folders that wait, by absolute path. */
struct stack {
    char **paths;
    size_t n, cap;
};

static quern_status add_file(quern_walk *w, const char *path, const struct stat *st,
                             quern_error *err)
{
    const char *name = quern_paths_name(w->paths, path);
    if (quern_grow(&w->files, &w->cap_files, w->n_files + 1, sizeof *w->files)) {
        return quern_fail_nomem(err);
    }
    quern_walk_file *file = &w->files[w->n_files];
    file->name = quern_arena_copy(&w->names, name, strlen(name));
    if (!file->name) {
        return quern_fail_nomem(err);
    }
    file->size = (uint64_t)st->st_size;
    file->mtime_ns = quern_walk_mtime(st);
    w->n_files++;
    w->bytes += file->size;
    return QUERN_OK;
}

/* Tells that a folder could not be read, and remembers it. */
static quern_status add_unreadable(quern_walk *w, const char *path, int why, quern_error *err)
{
    const char *name = quern_paths_name(w->paths, path);
    size_t len = strlen(name);
    char reason[128];
    char cause[100];
    if (quern_grow(&w->unreadable, &w->cap_unreadable, w->n_unreadable + 1,
                   sizeof *w->unreadable)) {
        return quern_fail_nomem(err);
    }
    char *copy = quern_alloc(len + 1);
    if (!copy) {
        return quern_fail_nomem(err);
    }
    memcpy(copy, name, len + 1);
    w->unreadable[w->n_unreadable++] = copy;
    snprintf(reason, sizeof reason, "cannot be read: %s", strerror_r(why, cause, sizeof cause));
    w->skip(w, name, reason);
    return QUERN_OK;
}

/* Takes the path over, or frees it. */
static quern_status push(struct stack *stack, char *path, quern_error *err)
{
    if (quern_grow(&stack->paths, &stack->cap, stack->n + 1, sizeof *stack->paths)) {
        quern_free(path);
        return quern_fail_nomem(err);
    }
    stack->paths[stack->n++] = path;
    return QUERN_OK;
}

static char *join(const char *folder, const char *name)
{
    size_t n = strlen(folder) + strlen(name) + 2;
    char *out = quern_alloc(n);
    if (out) {
        int top = strcmp(folder, "/") == 0; /* has its slash */
        snprintf(out, n, "%s%s%s", folder, top ? "" : "/", name);
    }
    return out;
}

/* What has a name that is neither a file nor a folder. */
static void skip_other(quern_walk *w, int dir, const char *entry, const char *path, mode_t mode)
{
    struct stat st;
    const char *reason = NULL;
    if (S_ISLNK(mode)) {
        int loops = fstatat(dir, entry, &st, 0) != 0 && errno == ELOOP;
        reason = loops ? "a symbolic link that leads in a circle" : NULL;
    } else {
        reason = S_ISFIFO(mode)   ? "a named pipe, not a file"
                 : S_ISSOCK(mode) ? "a socket, not a file"
                                  : "a device, not a file";
    }
    if (reason) {
        w->skip(w, quern_paths_name(w->paths, path), reason);
    }
}

static quern_status add_entry(quern_walk *w, struct stack *stack, int dir, const char *folder,
                              const char *entry, quern_error *err)
{
    struct stat st;
    if (entry[0] == '.' || fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW)) {
        return QUERN_OK; /* hidden, or gone by now */
    }
    char *path = join(folder, entry);
    if (!path) {
        return quern_fail_nomem(err);
    }
    quern_status status = QUERN_OK;
    if (S_ISDIR(st.st_mode)) {
        if (strcmp(path, w->paths->index) != 0) {
            return push(stack, path, err);
        }
    } else if (S_ISREG(st.st_mode)) {
        status = add_file(w, path, &st, err);
    } else {
        skip_other(w, dir, entry, path, st.st_mode);
    }
    quern_free(path);
    return status;
}

static quern_status add_folder(quern_walk *w, struct stack *stack, const char *folder,
                               quern_error *err)
{
    int fd = open_plain(folder, O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        int why = errno;
        if (fd >= 0) {
            close(fd);
        }
        return why == ENOENT ? QUERN_OK : add_unreadable(w, folder, why, err);
    }
    quern_status status = QUERN_OK;
    while (!status) {
        errno = 0;
        struct dirent *entry = readdir(dir);
        if (!entry) {
            break;
        }
        status = add_entry(w, stack, fd, folder, entry->d_name, err);
    }
    if (!status && errno) {
        status = add_unreadable(w, folder, errno, err);
    }
    closedir(dir);
    return status ? status : w->tick(w, err);
}

quern_status quern_walk_add(quern_walk *walk, const char *path, quern_error *err)
{
    struct stat st;
    if (lstat(path, &st)) {
        return quern_fail_os(err, errno, "%s", path);
    }
    if (S_ISREG(st.st_mode)) {
        return add_file(walk, path, &st, err);
    }
    if (!S_ISDIR(st.st_mode)) {
        return quern_fail(err, QUERN_E_INVALID, "%s: neither a file nor a folder", path);
    }
    struct stack stack = {0};
    size_t len = strlen(path);
    char *first = quern_alloc(len + 1);
    if (!first) {
        return quern_fail_nomem(err);
    }
    memcpy(first, path, len + 1);
    quern_status status = push(&stack, first, err);
    while (!status && stack.n > 0) {
        char *folder = stack.paths[--stack.n];
        status = add_folder(walk, &stack, folder, err);
        quern_free(folder);
    }
    for (size_t i = 0; i < stack.n; i++) {
        quern_free(stack.paths[i]);
    }
    quern_free(stack.paths);
    return status;
}

static int compare_files(const void *a, const void *b)
{
    const quern_walk_file *x = a;
    const quern_walk_file *y = b;
    return strcmp(x->name, y->name);
}

void quern_walk_sort(quern_walk *walk)
{
    size_t n = 0;
    if (walk->n_files > 1) {
        qsort(walk->files, walk->n_files, sizeof *walk->files, compare_files);
    }
    for (size_t i = 0; i < walk->n_files; i++) {
        if (n > 0 && strcmp(walk->files[n - 1].name, walk->files[i].name) == 0) {
            walk->bytes -= walk->files[i].size;
        } else {
            walk->files[n++] = walk->files[i];
        }
    }
    walk->n_files = n;
}

void quern_walk_finish(quern_walk *walk)
{
    for (size_t i = 0; i < walk->n_unreadable; i++) {
        quern_free(walk->unreadable[i]);
    }
    quern_free(walk->unreadable);
    quern_free(walk->files);
    quern_arena_finish(&walk->names);
    walk->files = NULL;
    walk->unreadable = NULL;
    walk->n_files = walk->cap_files = walk->n_unreadable = walk->cap_unreadable = 0;
}
