/* SPDX-License-Identifier: MIT */
/* paths - see paths.h. Names are compared as text alone: links were resolved when a path came in,
 * and a walk follows none, so two names are one file only where they are equal. */
#include "indexer/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char *copy(const char *s, size_t len)
{
    char *out = quern_alloc(len + 1);
    if (!out) {
        return NULL;
    }
    memcpy(out, s, len);
    out[len] = '\0';
    return out;
}

/* folder/name, with one slash between them. */
static char *join(const char *folder, const char *name)
{
    size_t n = strlen(folder);
    size_t m = strlen(name);
    int slash = n == 0 || folder[n - 1] != '/';
    char *out = quern_alloc(n + m + 2);
    if (out) {
        snprintf(out, n + m + 2, "%s%s%s", folder, slash ? "/" : "", name);
    }
    return out;
}

/* realpath into memory of our own. Returns 0 or an errno. */
static int real_path(const char *path, char **out)
{
    char found[PATH_MAX];
    if (!realpath(path, found)) {
        return errno;
    }
    *out = copy(found, strlen(found));
    return *out ? 0 : ENOMEM;
}

quern_status quern_paths_resolve(const char *path, char **out, int *exists, quern_error *err)
{
    *out = NULL;
    int why = real_path(path, out);
    *exists = why == 0;
    if (why == 0) {
        return QUERN_OK;
    }
    if (why == ENOMEM) {
        return quern_fail_nomem(err);
    }
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    size_t slash = len;
    while (slash > 0 && path[slash - 1] != '/') {
        slash--;
    }
    const char *last = path + slash;
    int dots = strncmp(last, "..", len - slash) == 0; /* "", "." or ".." */
    if (why != ENOENT || len == 0 || dots) {
        return quern_fail_os(err, why, "%s", path);
    }
    char *folder = slash ? copy(path, slash) : copy(".", 1);
    char *name = copy(last, len - slash);
    char *parent = NULL;
    int unused;
    quern_status status =
        folder && name ? quern_paths_resolve(folder, &parent, &unused, err) : quern_fail_nomem(err);
    if (!status && parent) {
        *out = join(parent, name);
        status = *out ? QUERN_OK : quern_fail_nomem(err);
    }
    quern_free(folder);
    quern_free(name);
    quern_free(parent);
    return status;
}

quern_status quern_paths_init(quern_paths *paths, const char *index, quern_error *err)
{
    paths->base = NULL;
    paths->index = NULL;
    int why = real_path(index, &paths->index);
    if (why || !paths->index) {
        return quern_fail_os(err, why, "%s", index);
    }
    size_t len = strlen(paths->index);
    while (len > 1 && paths->index[len - 1] != '/') {
        len--;
    }
    while (len > 1 && paths->index[len - 1] == '/') {
        len--;
    }
    paths->base = copy(paths->index, len);
    return paths->base ? QUERN_OK : quern_fail_nomem(err);
}

void quern_paths_finish(quern_paths *paths)
{
    quern_free(paths->base);
    quern_free(paths->index);
    memset(paths, 0, sizeof *paths);
}

/* What of `path` is below `folder`: "" where they are equal, NULL where it is not below. */
static const char *below(const char *folder, const char *path)
{
    size_t n = strlen(folder);
    if (strncmp(folder, path, n) != 0) {
        return NULL;
    }
    if (n > 0 && folder[n - 1] == '/') {
        return path + n;
    }
    return path[n] == '\0' ? path + n : path[n] == '/' ? path + n + 1 : NULL;
}

const char *quern_paths_name(const quern_paths *paths, const char *absolute)
{
    const char *rest = below(paths->base, absolute);
    if (!rest) {
        return absolute;
    }
    return *rest ? rest : ".";
}

char *quern_paths_absolute(const quern_paths *paths, const char *name)
{
    if (name[0] == '/') {
        return copy(name, strlen(name));
    }
    if (strcmp(name, ".") == 0) {
        return copy(paths->base, strlen(paths->base));
    }
    return join(paths->base, name);
}

static int has_hidden(const char *rest)
{
    return rest[0] == '.' || strstr(rest, "/.") != NULL;
}

/* What of `name` is below `folder`, or NULL; *hidden where the way to it leads through a hidden
 * one. */
static const char *name_below(const quern_paths *paths, const char *folder, const char *name,
                              int *hidden)
{
    const char *rest;
    if (folder[0] != '/' || name[0] == '/') {
        rest = folder[0] == '.' && folder[1] == '\0' ? (name[0] == '/' ? NULL : name)
                                                     : below(folder, name);
        rest = rest && strcmp(rest, ".") == 0 ? "" : rest;
        *hidden = rest && has_hidden(rest);
        return rest;
    }
    rest = below(folder, paths->base); /* the folder may hold the base */
    *hidden = rest && (has_hidden(rest) || (has_hidden(name) && strcmp(name, ".") != 0));
    return rest ? name : NULL;
}

int quern_paths_covers(const quern_paths *paths, const char *root, const char *name)
{
    int hidden;
    return name_below(paths, root, name, &hidden) && !hidden;
}

int quern_paths_under(const quern_paths *paths, const char *folder, const char *name)
{
    int hidden;
    return name_below(paths, folder, name, &hidden) != NULL;
}
