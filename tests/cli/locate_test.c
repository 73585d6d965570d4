/* SPDX-License-Identifier: MIT */
/* Suite of cli/locate.c: paths seen from somewhere, and finding the index. */
#include "cli/locate.h"

#include "tests/check.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static void shows_paths(void)
{
    static const struct {
        const char *cwd, *base, *source, *want;
    } rows[] = {
        {"/a/news", "/a/news", "x.txt", "x.txt"},
        {"/a/news", "/a/news", "2024/x.txt", "2024/x.txt"},
        {"/a/news/2024", "/a/news", "2024/x.txt", "x.txt"},
        {"/a/news/2023", "/a/news", "2024/x.txt", "../2024/x.txt"},
        {"/a/news/2023/may", "/a/news", "x.txt", "../../x.txt"},
        {"/a", "/a/news", "x.txt", "news/x.txt"},
        {"/a/newsroom", "/a/news", "x.txt", "../news/x.txt"},
        {"/a/news", "/a/newsroom", "x.txt", "../newsroom/x.txt"},
        {"/b", "/a/news", "x.txt", "/a/news/x.txt"},
        {"/", "/a/news", "x.txt", "a/news/x.txt"},
        {"/a/news", "/", "x.txt", "/x.txt"},
        {"/a/news", "/a/news", "/a/more/x.txt", "../more/x.txt"},
        {"/a/news", "/a/news", "/srv/x.txt", "/srv/x.txt"},
        {"/a/news", "/a/news", ".", "."},
        {"/a", "/a/news", ".", "news"},
        {"/a/news/2024", "/a/news", ".", ".."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_place place = {strdup(rows[i].cwd), NULL, strdup(rows[i].base)};
        char *shown = quern_locate_shown(&place, quern_str(rows[i].source));
        CHECK_ROW(rows[i].want, shown && strcmp(shown, rows[i].want) == 0);
        free(shown);
        quern_locate_close(&place);
    }
}

static void shares_whole_components(void)
{
    static const struct {
        const char *a, *b;
        size_t want;
    } rows[] = {
        {"/a/b", "/a/b", 4}, {"/a/b", "/a/bc", 2}, {"/a/b/c", "/a/b", 4},
        {"/a", "/b", 0},     {"/a/b", "/a", 2},    {"/ab/c", "/ac/c", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(rows[i].b, quern_locate_shared(rows[i].a, rows[i].b) == rows[i].want);
    }
}

static void names_sources(void)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"/nowhere/news/x.txt", "x.txt"},
        {"/nowhere/news/2024/../x.txt", "x.txt"},
        {"/nowhere/news", "."},
        {"/nowhere/newsroom/x.txt", "/nowhere/newsroom/x.txt"},
        {"/nowhere//news/./x.txt", "x.txt"},
        {"y.txt", "2024/y.txt"},
        {"../y.txt", "y.txt"},
        {"../../../../../y.txt", "/y.txt"},
    };
    quern_place place = {strdup("/nowhere/news/2024"), NULL, strdup("/nowhere/news")};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *key = quern_locate_key(&place, rows[i].path);
        CHECK_ROW(rows[i].path, key && strcmp(key, rows[i].want) == 0);
        free(key);
    }
    quern_locate_close(&place);
}

static int ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void finds_the_nearest_index(void)
{
    char scratch[] = "/tmp/quern-locate-XXXXXX";
    char before[PATH_MAX];
    quern_place place;
    unsetenv("QUERN_INDEX");
    CU_ASSERT_FATAL(mkdtemp(scratch) && getcwd(before, sizeof before) && chdir(scratch) == 0);
    CU_ASSERT_FATAL(mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0 && mkdir("a/b/c", 0700) == 0);
    CHECK(quern_locate_open(&place) == 0);
    CHECK(quern_locate_find(&place, "a/b/c") == 0 && place.index == NULL);
    CHECK(mkdir("a/.quern", 0700) == 0);
    CHECK(quern_locate_find(&place, "a/b/c") == 1 && ends_with(place.index, "/a/.quern"));
    CHECK(ends_with(place.base, "/a"));
    CHECK(quern_locate_find(&place, "a") == 1 && ends_with(place.index, "/a/.quern"));
    CHECK(quern_locate_set(&place, "a") == 0 && ends_with(place.index, "/a/.quern"));
    CHECK(quern_locate_set(&place, "a/.quern") == 0 && ends_with(place.index, "/a/.quern"));
    CHECK(quern_locate_set(&place, "a/b") == 0 && ends_with(place.index, "/a/b"));
    quern_locate_close(&place);
    CHECK(quern_locate_open(&place) == 0);
    CHECK(setenv("QUERN_INDEX", "a", 1) == 0);
    CHECK(quern_locate_find(&place, NULL) == 1 && ends_with(place.index, "/a/.quern"));
    CHECK(mkdir(".quern", 0700) == 0);
    CHECK(quern_locate_find(&place, NULL) == 1 && !ends_with(place.index, "/a/.quern"));
    quern_locate_close(&place);
    unsetenv("QUERN_INDEX");
    CHECK(rmdir(".quern") == 0 && rmdir("a/.quern") == 0 && rmdir("a/b/c") == 0);
    CHECK(rmdir("a/b") == 0 && rmdir("a") == 0);
    CHECK(chdir(before) == 0 && rmdir(scratch) == 0);
}

static CU_TestInfo tests[] = {
    {"shows paths", shows_paths},
    {"shares whole components", shares_whole_components},
    {"names sources", names_sources},
    {"finds the nearest index", finds_the_nearest_index},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("cli/locate", tests)
