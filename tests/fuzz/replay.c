/* SPDX-License-Identifier: MIT */
/* replay - a main for a fuzz target that runs each file of the folders given once. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (!file || fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode)) {
        if (file) {
            fclose(file);
        }
        return 0;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data =
        malloc(size ? size : 1); /* of its very size, so that tools see what lies behind */
    int good = data && fread(data, 1, size, file) == size;
    fclose(file);
    if (good) {
        LLVMFuzzerTestOneInput(data, size);
    }
    free(data);
    return good;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            n += (size_t)run_file(path);
        }
        if (folder) {
            closedir(folder);
        }
    }
    printf("%zu files\n", n);
    return n > 0 ? 0 : 1; /* nothing to run is a mistake */
}
