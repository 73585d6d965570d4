/* SPDX-License-Identifier: MIT */
/* power_test - the power goes at every write, sync and rename of a script that makes an index and
 * commits to it three times, and again at every step of the recovery. Whatever the disk kept, the
 * index then has exactly what was acknowledged, or that and the commit in flight; it passes its
 * check, and it can be written to. The same with a process that is killed and a machine that goes
 * on, with a disk that fails once or for ever, and with one that fills up. */
#include "indexer/create.h"
#include "index/store.h"
#include "tests/check.h"
#include "tests/library.h"
#include "tests/sim_vfs.h"

#include <errno.h>
#include <string.h>

#define DIR "/index"
enum { COMMITS = 3, STATES = COMMITS + 2 }; /* no index, empty, after each commit */

static const char *const question = "bedrock commitment chips";

/* What each state answers, and what it answers with one more article; from undisturbed runs. */
static quern_buf expected[STATES], with_more[STATES];

static quern_status put_numbered(quern_writer *w, int first, int n, const char *text,
                                 quern_error *err)
{
    for (int i = first; i < first + n; i++) {
        char name[32];
        snprintf(name, sizeof name, "article-%d", i);
        QUERN_TRY(library_put(w, name, i % 2 ? "A title" : "", text, err));
    }
    return QUERN_OK;
}

static quern_status change(quern_writer *w, int commit, quern_error *err)
{
    if (commit == 0) {
        return put_numbered(w, 0, 8, "Bedrock chips, a long term commitment.", err);
    }
    if (commit == 1) {
        QUERN_TRY(quern_writer_delete(w, QUERN_STR("article-3"), QUERN_STR(""), NULL, err));
        return put_numbered(w, 6, 6, "A commitment to chips, and to no others.", err);
    }
    QUERN_TRY(put_numbered(w, 0, 5, "Bedrock alone.", err));
    return quern_writer_delete(w, QUERN_STR("article-7"), QUERN_STR(""), NULL, err);
}

/* Runs the script; *acknowledged is the last state that was promised. */
static quern_status run_script(quern_vfs *vfs, int *acknowledged, quern_error *err)
{
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    options.threads = 1;
    options.memory_bytes = 32u << 20;
    *acknowledged = 0;
    quern_status s = quern_create_index(vfs, DIR, NULL, err);
    *acknowledged = s ? 0 : 1;
    s = s ? s : quern_store_index(vfs, DIR, NULL, &index, err);
    s = s ? s : quern_writer_open(index, &options, &w, err);
    for (int i = 0; !s && i < COMMITS; i++) {
        s = change(w, i, err);
        s = s ? s : i + 1 < COMMITS ? quern_writer_commit(w, err) : quern_writer_optimize(w, err);
        *acknowledged = s ? *acknowledged : i + 2;
    }
    quern_writer_close(w);
    quern_index_close(index);
    return s;
}

static quern_status ask(quern_vfs *vfs, quern_buf *out, quern_error *err)
{
    quern_index *index = NULL;
    quern_search_options all = QUERN_SEARCH_OPTIONS_INIT;
    all.articles = 1000;
    all.all_passages = 1;
    quern_buf_clear(out);
    quern_status s = quern_store_index(vfs, DIR, NULL, &index, err);
    s = s ? s : library_ask(index, question, &all, out, err);
    quern_index_close(index);
    return s;
}

static int same(const quern_buf *a, const quern_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Which state the index is in, of those from `least` on; -1: none of them. No index at all is
 * state 0. */
static int state_of(quern_vfs *vfs, int least, const quern_buf *states)
{
    quern_buf got = {0};
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_status s = ask(vfs, &got, &err);
    int state = s == QUERN_E_NOT_FOUND && least == 0 ? 0 : -1;
    if (s && state < 0) {
        printf("%s: %s\n", quern_status_name(s), err.message);
    }
    for (int i = 1; !s && i < STATES; i++) {
        state = state < least && same(&got, &states[i]) ? i : state;
    }
    quern_buf_finish(&got);
    return state;
}

/* The index can be written to again and then has what was written. */
static quern_status write_more(quern_vfs *vfs, quern_error *err)
{
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_buf got = {0};
    quern_status s = quern_store_index(vfs, DIR, NULL, &index, err);
    s = s ? s : quern_writer_open(index, NULL, &w, err);
    s = s ? s : library_put(w, "afterwards", "", "zirconium", err);
    s = s ? s : quern_writer_commit(w, err);
    quern_writer_close(w);
    s = s ? s : library_ask(index, "zirconium", NULL, &got, err);
    CHECK(s != QUERN_OK || got.len > 0);
    quern_buf_finish(&got);
    quern_index_close(index);
    return s;
}

/* After the disk is back: the state is that which was acknowledged or the next; then a second cut
 * at change `again` of the next writer, after which nothing is lost either. */
static void look(sim_disk *disk, const char *row, int acknowledged, uint64_t again, uint64_t seed)
{
    quern_error err;
    quern_vfs *vfs = sim_vfs(disk);
    int state = state_of(vfs, acknowledged, expected);
    CHECK_ROW(row, state == acknowledged || state == acknowledged + 1);
    if (state <= 0) {
        return;
    }
    sim_cut_at(disk, again);
    quern_status s = write_more(vfs, &err);
    sim_restart(disk, seed);
    if (s) {
        int is_same = state_of(vfs, state, expected) == state;
        CHECK_ROW(row, is_same || state_of(vfs, state, with_more) == state);
        s = write_more(vfs, &err);
    }
    CHECK_ROW(row, s == QUERN_OK);
    CHECK_ROW(row, sim_open_files(disk) == 0);
}

static uint64_t undisturbed(void)
{
    sim_disk *disk = sim_new(1);
    quern_error err;
    int acknowledged;
    CHECK(run_script(sim_vfs(disk), &acknowledged, &err) == QUERN_OK);
    CHECK(acknowledged == STATES - 1);
    uint64_t changes = sim_changes(disk);
    sim_free(disk);
    return changes;
}

/* Fills expected[] and with_more[]. */
static void learn(void)
{
    for (int last = 1; last < STATES; last++) {
        sim_disk *disk = sim_new(1);
        quern_vfs *vfs = sim_vfs(disk);
        quern_error err;
        quern_index *index = NULL;
        quern_writer *w = NULL;
        CHECK(quern_create_index(vfs, DIR, NULL, &err) == QUERN_OK);
        CHECK(quern_store_index(vfs, DIR, NULL, &index, &err) == QUERN_OK);
        CHECK(quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
        for (int i = 0; i + 1 < last; i++) {
            CHECK(change(w, i, &err) == QUERN_OK);
            CHECK(quern_writer_commit(w, &err) == QUERN_OK);
        }
        quern_writer_close(w);
        CHECK(ask(vfs, &expected[last], &err) == QUERN_OK);
        CHECK(last == 1 || expected[last].len > 100);
        CHECK(write_more(vfs, &err) == QUERN_OK);
        CHECK(ask(vfs, &with_more[last], &err) == QUERN_OK);
        quern_index_close(index);
        sim_free(disk);
    }
}

static void forget(void)
{
    for (int i = 0; i < STATES; i++) {
        quern_buf_finish(&expected[i]);
        quern_buf_finish(&with_more[i]);
    }
}

static void test_power(void)
{
    uint64_t seed = check_seed(7);
    uint64_t changes = undisturbed();
    uint64_t points = 0;
    CHECK(changes > 30);
    for (uint64_t n = 1; n <= changes; n++) {
        for (uint64_t again = 0; again < 40; again++) {
            char row[80];
            int acknowledged;
            quern_error err;
            sim_disk *disk = sim_new(check_random(&seed));
            snprintf(row, sizeof row, "cut at %llu, then at %llu", (unsigned long long)n,
                     (unsigned long long)again);
            sim_cut_at(disk, n);
            run_script(sim_vfs(disk), &acknowledged, &err);
            if (again % 8 == 7) {
                sim_revive(disk);
            } else {
                sim_restart(disk, check_random(&seed));
            }
            look(disk, row, acknowledged, again, check_random(&seed));
            sim_free(disk);
            points++;
        }
    }
    printf("%llu cuts of the power at %llu changes\n", (unsigned long long)points,
           (unsigned long long)changes);
}

/* A call fails, once or for ever: the script stops with an error, and nothing acknowledged goes. */
static void test_failures(void)
{
    static const int errors[] = {EIO, ENOSPC};
    uint64_t seed = check_seed(8);
    int clean = 0;
    for (uint64_t n = 1; !clean; n++) {
        clean = 1;
        for (int how = 0; how < 4; how++) {
            char row[80];
            int acknowledged;
            quern_error err = {QUERN_OK, 0, 0, "", ""};
            sim_disk *disk = sim_new(check_random(&seed));
            snprintf(row, sizeof row, "call %llu fails, %d", (unsigned long long)n, how);
            sim_fail_at(disk, n, errors[how % 2], how / 2);
            quern_status s = run_script(sim_vfs(disk), &acknowledged, &err);
            clean &= s == QUERN_OK;
            CHECK_ROW(row, s != QUERN_E_NOMEM && s != QUERN_E_CORRUPT);
            CHECK_ROW(row, sim_repeated_syncs(disk) == 0);
            CHECK_ROW(row, s == QUERN_OK || err.message[0]);
            sim_restart(disk, check_random(&seed));
            look(disk, row, acknowledged, 0, check_random(&seed));
            sim_free(disk);
        }
        CHECK(n < 5000);
    }
}

static void test_full(void)
{
    uint64_t seed = check_seed(9);
    int fits = 0;
    for (uint64_t space = 0; !fits; space += 211) {
        char row[80];
        int acknowledged;
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        sim_disk *disk = sim_new(check_random(&seed));
        snprintf(row, sizeof row, "%llu bytes", (unsigned long long)space);
        sim_set_space(disk, space);
        quern_status s = run_script(sim_vfs(disk), &acknowledged, &err);
        CHECK_ROW(row, s == QUERN_OK || s == QUERN_E_FULL);
        fits = s == QUERN_OK;
        int state = state_of(sim_vfs(disk), acknowledged, expected);
        CHECK_ROW(row, state == acknowledged);
        sim_set_space(disk, UINT64_MAX);
        CHECK_ROW(row, state == 0 || write_more(sim_vfs(disk), &err) == QUERN_OK);
        sim_free(disk);
    }
}

static void test_all(void)
{
    learn();
    test_power();
    test_failures();
    test_full();
    forget();
}

static CU_TestInfo tests[] = {{"power cut, failing and full disk", test_all}, CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("power", tests)
