/* SPDX-License-Identifier: MIT */
/* scratch - see scratch.h. */
#include "tests/scratch.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(2);
}

void scratch_make(char out[4096])
{
    const char *base = getenv("TMPDIR");
    snprintf(out, 4096, "%s/quern-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(out)) {
        die(out);
    }
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void scratch_remove(const char *dir)
{
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void scratch_write(const char *dir, const char *name, const void *data, size_t len)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, len, f) != len || fclose(f)) {
        die(path);
    }
}

char *scratch_read(const char *dir, const char *name, size_t *len)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        return NULL;
    }
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    char *out = malloc(n + 1);
    if (!out || fread(out, 1, n, f) != n) {
        die(path);
    }
    fclose(f);
    out[n] = '\0';
    *len = n;
    return out;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *scratch_list(const char *dir, const char *prefix)
{
    char *names[4096];
    size_t n = 0;
    size_t bytes = 1;
    DIR *d = opendir(dir);
    if (!d) {
        die(dir);
    }
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0 && e->d_name[0] != '.' && n < 4096) {
            names[n] = strdup(e->d_name);
            bytes += strlen(names[n++]) + 1;
        }
    }
    closedir(d);
    qsort(names, n, sizeof names[0], compare);
    char *out = calloc(1, bytes);
    for (size_t i = 0; i < n; i++) {
        strcat(out, names[i]);
        strcat(out, "\n");
        free(names[i]);
    }
    return out;
}
