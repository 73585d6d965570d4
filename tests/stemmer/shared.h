/* SPDX-License-Identifier: MIT */
/* shared - optional data beside the project, for the tests of this folder: $QUERN_SHARED/data, or
 * ../shared/data from the sources. Where a file is missing the reason is printed and NULL given. */
#ifndef QUERN_TESTS_STEMMER_SHARED_H
#define QUERN_TESTS_STEMMER_SHARED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef QUERN_SOURCE_DIR
#define QUERN_SOURCE_DIR "."
#endif

/* Opens a file, through bzip2 if it is packed under its plain name. To be closed by pclose. */
static inline FILE *shared_open(const char *path)
{
    FILE *file = fopen(path, "rb");
    char magic[3] = "";
    char command[4200];
    size_t n = file ? fread(magic, 1, sizeof magic, file) : 0;
    if (!file) {
        return NULL;
    }
    fclose(file);
    int packed = n == sizeof magic && memcmp(magic, "BZh", 3) == 0;
    snprintf(command, sizeof command, "%s '%s'", packed ? "bzip2 -dc" : "cat", path);
    return popen(command, "r");
}

/* A file whole, with a NUL after it; to be freed. */
static inline char *shared_read(const char *name, size_t *len)
{
    char path[4096];
    const char *shared = getenv("QUERN_SHARED");
    snprintf(path, sizeof path, "%s/data/%s", shared ? shared : QUERN_SOURCE_DIR "/../shared",
             name);
    FILE *file = shared_open(path);
    if (!file) {
        printf("skipped: no %s ", path);
        return NULL;
    }
    size_t cap = 1 << 16;
    size_t n = 0;
    char *data = malloc(cap + 1);
    for (size_t got = 1; data && got > 0; n += got) {
        if (n == cap) {
            cap *= 2;
            char *bigger = realloc(data, cap + 1);
            if (!bigger) {
                free(data);
            }
            data = bigger;
        }
        got = data ? fread(data + n, 1, cap - n, file) : 0;
    }
    pclose(file);
    if (!data) {
        printf("skipped: no memory for %s ", path);
        return NULL;
    }
    if (n == 0) {
        printf("skipped: cannot read %s ", path);
        free(data);
        return NULL;
    }
    data[n] = '\0';
    *len = n;
    return data;
}

/* The next line of *text, which moves on; NULL at the end. The line ends in a NUL instead of \n. */
static inline char *shared_line(char **text)
{
    char *line = *text;
    if (!*line) {
        return NULL;
    }
    size_t n = strcspn(line, "\n");
    *text = line + n + (line[n] == '\n');
    line[n] = '\0';
    if (n > 0 && line[n - 1] == '\r') {
        line[n - 1] = '\0';
    }
    return line;
}

#endif
