/* SPDX-License-Identifier: MIT */
/* corrupt_test - an index with one byte changed in each of 2,000 places, and files cut, emptied,
 * lengthened and taken away: the answer is an error or the same as before, never another answer,
 * never a crash; and check finds every change that a search could meet. */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/random_articles.h"
#include "tests/scratch.h"

#include <string.h>
#include <unistd.h>

static const char *const queries[] = {"market commitment", "\"long term\"",
                                      "rareaword0 billion echo", "the", "Amazon's"};
enum { N_QUERIES = sizeof queries / sizeof queries[0], PLACES = 2000 };

static void build(const char *dir, uint64_t *seed)
{
    static char text[200000];
    char title[400];
    char name[32];
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    CHECK(quern_index_create(dir, NULL, &err) == QUERN_OK);
    CHECK(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    CHECK(quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 60; i++) {
            snprintf(name, sizeof name, "article-%llu",
                     (unsigned long long)(check_random(seed) % 120));
            random_title(seed, title, sizeof title);
            random_text(seed, check_random(seed) % 400, text, sizeof text);
            CHECK(library_put(w, name, title, text, &err) == QUERN_OK);
        }
        CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    }
    quern_writer_close(w);
    quern_index_close(index);
}

/* The answer to all, or 0 where an error came; *status says which. */
static int ask(const char *dir, quern_buf *out, quern_status *status)
{
    quern_error err;
    quern_buf_clear(out);
    *status = library_dump(dir, NULL, queries, N_QUERIES, out, &err);
    return *status == QUERN_OK;
}

static int same(const quern_buf *a, const quern_buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

typedef struct damage {
    const char *dir;
    const quern_buf *want;
    unsigned long errors, unseen, unchecked;
} damage;

/* Asks the damaged index; a wrong answer or a wrong status is a failure. */
static void look(damage *d, const char *what)
{
    quern_buf got = {0};
    quern_error err;
    quern_status status;
    int answered = ask(d->dir, &got, &status);
    if (answered) {
        CHECK_ROW(what, same(&got, d->want));
        d->unseen++;
    } else {
        CHECK_ROW(what, status == QUERN_E_CORRUPT || status == QUERN_E_VERSION ||
                            status == QUERN_E_NOT_FOUND || status == QUERN_E_IO);
        d->errors++;
    }
    if (quern_index_check(d->dir, NULL, NULL, &err) == QUERN_OK) {
        d->unchecked++;
        CHECK_ROW(what, answered);
    }
    quern_buf_finish(&got);
}

static void flip(damage *d, const char *name, uint64_t *seed, size_t places)
{
    size_t len = 0;
    char what[300];
    char *bytes = scratch_read(d->dir, name, &len);
    for (size_t i = 0; i < places && len > 0; i++) {
        size_t at = check_random(seed) % len;
        uint64_t r = check_random(seed);
        char change = (char)(i % 2 ? UINT64_C(1) << r % 8 : 1 + r % 255);
        bytes[at] ^= change;
        scratch_write(d->dir, name, bytes, len);
        snprintf(what, sizeof what, "%s byte %zu ^ %d", name, at, change);
        look(d, what);
        bytes[at] ^= change;
    }
    scratch_write(d->dir, name, bytes, len);
    free(bytes);
}

static void cut(damage *d, const char *name, uint64_t *seed)
{
    size_t len = 0;
    char what[300];
    char *bytes = scratch_read(d->dir, name, &len);
    for (int i = 0; i < 12; i++) {
        size_t keep = i == 0 ? 0 : i == 1 ? len - 1 : check_random(seed) % len;
        scratch_write(d->dir, name, bytes, keep);
        snprintf(what, sizeof what, "%s cut to %zu", name, keep);
        look(d, what);
    }
    if (strncmp(name, "man-", 4) != 0) { /* without the newest manifest the one before it is it */
        char path[4400];
        snprintf(path, sizeof path, "%s/%s", d->dir, name);
        unlink(path);
        snprintf(what, sizeof what, "%s gone", name);
        look(d, what);
    }
    scratch_write(d->dir, name, bytes, len);
    free(bytes);
}

static void each_file(damage *d, uint64_t *seed, size_t places)
{
    char *names = scratch_list(d->dir, "");
    size_t total = 0;
    for (int pass = 0; pass < 2; pass++) {
        char *copy = strdup(names);
        char *rest = copy;
        for (char *name = strsep(&rest, "\n"); name && *name; name = strsep(&rest, "\n")) {
            size_t len = 0;
            if (strcmp(name, "LOCK") == 0) {
                continue;
            }
            free(scratch_read(d->dir, name, &len));
            if (pass == 0) {
                total += len;
            } else {
                flip(d, name, seed, 20 + places * len / total);
                cut(d, name, seed);
            }
        }
        free(copy);
    }
    free(names);
}

static void test_damage(void)
{
    char base[4096];
    char dir[4200];
    uint64_t seed = check_seed(20261123);
    quern_buf want = {0};
    quern_status status;
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/index", base);
    build(dir, &seed);
    CHECK(ask(dir, &want, &status) == 1);
    CHECK(want.len > 10000);
    damage d = {dir, &want, 0, 0, 0};
    each_file(&d, &seed, PLACES);
    printf("%lu changes: %lu errors, %lu not met by the queries, %lu not found by check\n",
           d.errors + d.unseen, d.errors, d.unseen, d.unchecked);
    CHECK(d.errors > 100);
    CHECK(ask(dir, &want, &status) == 1);
    quern_buf_finish(&want);
    scratch_remove(base);
}

static CU_TestInfo tests[] = {{"2,000 changed bytes, cut and missing files", test_damage},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("corrupt", tests)
