/* SPDX-License-Identifier: MIT */
#include "indexer/paths.h"

#include "base/mem.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base_of[] = "/home/a";
static char index_of[] = "/home/a/.quern";
static const quern_paths home = {base_of, index_of};

static void names(void)
{
    static const struct {
        const char *absolute, *name;
    } rows[] = {
        {"/home/a", "."},         {"/home/a/b", "b"}, {"/home/a/b/c.txt", "b/c.txt"},
        {"/home/ab", "/home/ab"}, {"/home", "/home"}, {"/", "/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].absolute,
                  strcmp(quern_paths_name(&home, rows[i].absolute), rows[i].name) == 0);
        char *back = quern_paths_absolute(&home, rows[i].name);
        CHECK_ROW(rows[i].name, back && strcmp(back, rows[i].absolute) == 0);
        quern_free(back);
    }
    char root[] = "/";
    char top[] = "/.quern";
    quern_paths slash = {root, top};
    CHECK(strcmp(quern_paths_name(&slash, "/a/b"), "a/b") == 0);
    CHECK(strcmp(quern_paths_name(&slash, "/"), ".") == 0);
    char *back = quern_paths_absolute(&slash, "a/b");
    CHECK(back && strcmp(back, "/a/b") == 0);
    quern_free(back);
}

static void covers(void)
{
    static const struct {
        const char *root, *name;
        int covers, under;
    } rows[] = {
        {".", "a", 1, 1},         {".", ".", 1, 1},         {".", "a/b", 1, 1},
        {".", ".a", 0, 1},        {".", "a/.b/c", 0, 1},    {".", "/etc/x", 0, 0},
        {"a", "a", 1, 1},         {"a", "a/b", 1, 1},       {"a", "ab", 0, 0},
        {"a", ".", 0, 0},         {"a", "a/.b", 0, 1},      {".a", ".a/b", 1, 1},
        {"a.txt", "a.txt", 1, 1}, {"/etc", "/etc/x", 1, 1}, {"/etc", "x", 0, 0},
        {"/home", "x", 1, 1},     {"/home", ".", 1, 1},     {"/home", ".x", 0, 1},
        {"/", "x/y", 1, 1},       {"/", "/etc", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char row[80];
        snprintf(row, sizeof row, "%s over %s", rows[i].root, rows[i].name);
        CHECK_ROW(row, quern_paths_covers(&home, rows[i].root, rows[i].name) == rows[i].covers);
        CHECK_ROW(row, quern_paths_under(&home, rows[i].root, rows[i].name) == rows[i].under);
    }
}

static void resolving(void)
{
    char dir[4096];
    char path[4300];
    char want[4300];
    scratch_make(dir);
    char *real = NULL;
    int exists;
    quern_error err;
    CHECK(quern_paths_resolve(dir, &real, &exists, &err) == QUERN_OK && exists);
    CU_ASSERT_PTR_NOT_NULL_FATAL(real);
    static const struct {
        const char *end, *want;
        int exists;
        quern_status status;
    } rows[] = {
        {"/", "", 1, QUERN_OK},
        {"/sub/../sub", "/sub", 1, QUERN_OK},
        {"/link", "/sub", 1, QUERN_OK},
        {"/link/gone/x/", "/sub/gone/x", 0, QUERN_OK},
        {"/gone", "/gone", 0, QUERN_OK},
        {"/gone/../x", NULL, 0, QUERN_E_NOT_FOUND},
        {"/sub/file/x", NULL, 0, QUERN_E_IO},
        {"/circle", NULL, 0, QUERN_E_IO},
    };
    snprintf(path, sizeof path, "%s/sub", dir);
    CHECK(mkdir(path, 0777) == 0);
    scratch_write(path, "file", "x", 1);
    snprintf(path, sizeof path, "%s/link", dir);
    CHECK(symlink("sub", path) == 0);
    snprintf(path, sizeof path, "%s/circle", dir);
    CHECK(symlink("circle", path) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *out = NULL;
        snprintf(path, sizeof path, "%s%s", dir, rows[i].end);
        quern_status status = quern_paths_resolve(path, &out, &exists, &err);
        CHECK_ROW(rows[i].end, status == rows[i].status);
        if (rows[i].want) {
            snprintf(want, sizeof want, "%s%s", real, rows[i].want);
            CHECK_ROW(rows[i].end, out && strcmp(out, want) == 0 && exists == rows[i].exists);
        }
        quern_free(out);
    }
    quern_free(real);
    CHECK(quern_paths_resolve("", &real, &exists, &err) != QUERN_OK && real == NULL);
    scratch_remove(dir);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"names", names}, {"covers", covers}, {"resolving", resolving}, CU_TEST_INFO_NULL};
    return check_main("indexer/paths", tests);
}
