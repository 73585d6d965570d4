/* SPDX-License-Identifier: MIT */
/* locate - walking up to the index; paths seen from the current folder.
 *
 * All work is on absolute paths: the current folder and the base have no symbolic links left, so a
 * path seen from here is found by comparing components. Where here and there share nothing but the
 * root, the absolute path is shorter to read and is what is shown.
 */
#include "cli/locate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int quern_locate_open(quern_place *place)
{
    memset(place, 0, sizeof *place);
    place->cwd = getcwd(NULL, 0);
    return place->cwd ? 0 : -1;
}

void quern_locate_close(quern_place *place)
{
    free(place->cwd);
    free(place->index);
    free(place->base);
    memset(place, 0, sizeof *place);
}

static int is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *join(const char *folder, const char *name, size_t len)
{
    size_t n = strlen(folder);
    char *path = malloc(n + len + 2);
    if (!path) {
        return NULL;
    }
    memcpy(path, folder, n);
    if (n == 0 || folder[n - 1] != '/') {
        path[n++] = '/';
    }
    if (len) {
        memcpy(path + n, name, len);
    }
    path[n + len] = '\0';
    return path;
}

/* Drops "", "." and ".." components of an absolute path, in place. */
static void tidy(char *path)
{
    char *out = path;
    for (const char *p = path; *p;) {
        p += strspn(p, "/");
        size_t len = strcspn(p, "/");
        if (len == 2 && p[0] == '.' && p[1] == '.') {
            while (out > path && *--out != '/') {
            }
        } else if (len > 1 || (len == 1 && *p != '.')) {
            *out++ = '/';
            memmove(out, p, len);
            out += len;
        }
        p += len;
    }
    if (out == path) {
        *out++ = '/';
    }
    *out = '\0';
}

char *quern_locate_absolute(const quern_place *place, const char *path)
{
    char *found = realpath(path, NULL);
    if (found || errno == ENOMEM) {
        return found;
    }
    char *made = *path == '/' ? strdup(path) : join(place->cwd, path, strlen(path));
    if (made) {
        tidy(made);
    }
    return made;
}

/* Takes over `index`, which may be NULL. */
static int set_index(quern_place *place, char *index)
{
    char *slash = index ? strrchr(index, '/') : NULL;
    char *base = slash ? strndup(index, slash > index ? (size_t)(slash - index) : 1) : NULL;
    if (!base) {
        free(index);
        errno = ENOMEM;
        return -1;
    }
    free(place->index);
    free(place->base);
    place->index = index;
    place->base = base;
    return 0;
}

int quern_locate_set(quern_place *place, const char *path)
{
    char *index = quern_locate_absolute(place, path);
    char *inner = index ? join(index, QUERN_LOCATE_NAME, strlen(QUERN_LOCATE_NAME)) : NULL;
    if (inner && is_folder(inner)) {
        free(index);
        return set_index(place, inner);
    }
    free(inner);
    return set_index(place, index);
}

int quern_locate_find(quern_place *place, const char *start)
{
    char *folder = quern_locate_absolute(place, start ? start : place->cwd);
    while (folder) {
        char *index = join(folder, QUERN_LOCATE_NAME, strlen(QUERN_LOCATE_NAME));
        if (!index || is_folder(index)) {
            free(folder);
            return set_index(place, index) ? -1 : 1;
        }
        free(index);
        char *slash = strrchr(folder, '/');
        if (!slash || !folder[1]) {
            break;
        }
        slash[slash == folder] = '\0';
    }
    if (!folder) {
        return -1;
    }
    free(folder);
    const char *named = getenv("QUERN_INDEX");
    if (!named || !*named) {
        return 0;
    }
    return quern_locate_set(place, named) ? -1 : 1;
}

char *quern_locate_source(const quern_place *place, quern_string source)
{
    if (source.len && source.data[0] == '/') {
        return strndup(source.data, source.len);
    }
    if (source.len == 1 && source.data[0] == '.') {
        return strdup(place->base);
    }
    return join(place->base, source.data, source.len);
}

size_t quern_locate_shared(const char *a, const char *b)
{
    size_t same = 0, i = 0;
    for (; a[i] && a[i] == b[i]; i++) {
        same = a[i] == '/' ? i : same;
    }
    int whole = (!a[i] || a[i] == '/') && (!b[i] || b[i] == '/');
    return whole ? i : same;
}

static char *seen_from(const char *cwd, const char *path)
{
    size_t same = quern_locate_shared(cwd, path);
    if (same <= 1) {
        return strdup(cwd[1] || path[0] != '/' ? path : path + (path[1] != '\0'));
    }
    size_t ups = 0;
    for (const char *p = cwd + same; *p; p++) {
        ups += *p == '/';
    }
    const char *rest = path[same] == '/' ? path + same + 1 : path + same;
    char *out = malloc(3 * ups + strlen(rest) + 2);
    if (!out) {
        return NULL;
    }
    char *p = out;
    for (size_t i = 0; i < ups; i++, p += 3) {
        memcpy(p, "../", 3);
    }
    memcpy(p, rest, strlen(rest) + 1);
    if (p > out && !*rest) {
        p[-1] = '\0';
    }
    if (!*out) {
        memcpy(out, ".", 2);
    }
    return out;
}

char *quern_locate_shown(const quern_place *place, quern_string source)
{
    if (place->base && strcmp(place->base, place->cwd) == 0 &&
        !(source.len && source.data[0] == '/')) {
        return strndup(source.data, source.len);
    }
    if (!place->base) {
        return seen_from(place->cwd, source.data);
    }
    char *path = quern_locate_source(place, source);
    char *out = path ? seen_from(place->cwd, path) : NULL;
    free(path);
    return out;
}

char *quern_locate_key(const quern_place *place, const char *path)
{
    char *absolute = quern_locate_absolute(place, path);
    size_t n = strlen(place->base);
    if (!absolute || strncmp(absolute, place->base, n) != 0) {
        return absolute;
    }
    if (n > 1 && absolute[n] != '/' && absolute[n]) {
        return absolute;
    }
    const char *rest = absolute + n + strspn(absolute + n, "/");
    char *key = strdup(*rest ? rest : ".");
    free(absolute);
    return key;
}
