/* SPDX-License-Identifier: MIT */
/* The commit protocol under everything that a disk does: power cuts at every change, twice in a
 * row; every change failing; every size of a full disk. */
#include "index/store.h"

#include "tests/check.h"
#include "tests/index/fake_index.h"

#include <errno.h>

#define LAST 6 /* generation of the script */
#define SEEDS 3

static sim_disk *new_disk(uint64_t seed)
{
    sim_disk *disk = sim_new(seed);
    quern_vfs *v = sim_vfs(disk);
    CHECK(v->mkdir(v, "/p") == 0 && v->sync_dir(v, "/") == 0);
    return disk;
}

typedef struct tally {
    uint64_t points, bad;
    int newest_only; /* a sync that failed may leave an old manifest without its files */
} tally;

/* Is what the disk holds one of the two outcomes that may be? Reading must change nothing. */
static uint64_t look(sim_disk *disk, uint64_t acknowledged, tally *t, const char *when)
{
    uint64_t generation = 0;
    uint64_t changes = sim_changes(disk);
    sim_set_read_only(disk, 1);
    const char *wrong = t->newest_only ? fake_verify(sim_vfs(disk), FAKE_DIR, &generation)
                                       : fake_verify_all(sim_vfs(disk), FAKE_DIR, &generation);
    sim_set_read_only(disk, 0);
    if (!wrong && (generation < acknowledged || generation > acknowledged + 1)) {
        wrong = "another generation than it may be";
    }
    if (!wrong && sim_changes(disk) != changes) {
        wrong = "reading changed something";
    }
    t->points++;
    if (wrong && t->bad++ < 5) {
        printf("%s: acknowledged %llu, found %llu: %s\n", when, (unsigned long long)acknowledged,
               (unsigned long long)generation, wrong);
    }
    return generation;
}

/* Makes the index if it is not there, and commits one more generation. */
static quern_status recover(quern_vfs *v, uint64_t found, uint64_t *acknowledged, quern_error *err)
{
    if (found == 0) {
        QUERN_TRY(quern_store_create(v, FAKE_DIR, &fake_config, err));
        *acknowledged = 1;
    }
    return fake_continue(v, FAKE_DIR, acknowledged, err);
}

/* After a recovery that nothing disturbed: the state is whole, and nothing lies about. */
static void check_clean(sim_disk *disk, uint64_t acknowledged, tally *t)
{
    quern_vfs *v = sim_vfs(disk);
    uint64_t found = look(disk, acknowledged, t, "clean");
    t->bad += found != acknowledged;
    t->bad += fake_leftovers(v, FAKE_DIR) != 0;
    t->bad += fake_count(v, FAKE_DIR, "man-") > 2;
    t->bad += sim_open_files(disk) != 0 || sim_repeated_syncs(disk) != 0;
}

/* Runs the script, cut at change n. Returns 0 where the cut was not reached. */
static int run_cut(sim_disk *disk, uint64_t n, uint64_t seed, uint64_t *acknowledged)
{
    quern_error err;
    sim_cut_at(disk, n);
    (void)fake_script(sim_vfs(disk), FAKE_DIR, LAST, acknowledged, &err);
    int was_cut = sim_is_off(disk);
    sim_restart(disk, seed);
    return was_cut;
}

static void survives_a_power_cut_at_every_change(void)
{
    tally t = {0, 0, 0};
    uint64_t base = check_seed(4), points = 0;
    for (uint64_t s = 0; s < SEEDS * 20; s++) {
        for (uint64_t n = 1;; n++) {
            uint64_t seed = base + s * 1000 + n, acknowledged = 0;
            quern_error err;
            sim_disk *disk = new_disk(seed);
            int was_cut = run_cut(disk, n, seed, &acknowledged);
            uint64_t found = look(disk, acknowledged, &t, "cut");
            CHECK(recover(sim_vfs(disk), found, &acknowledged, &err) == QUERN_OK);
            check_clean(disk, acknowledged, &t);
            CHECK(sim_open_files(disk) == 0);
            sim_free(disk);
            points = n;
            if (!was_cut) {
                break;
            }
        }
    }
    printf("changes=%llu points=%llu bad=%llu\n", (unsigned long long)points,
           (unsigned long long)t.points, (unsigned long long)t.bad);
    CHECK(t.bad == 0 && points > 60);
}

/* The writer is killed, another goes on, and then the power goes: what the first left in the memory
 * of the kernel must not be taken for durable. */
static void survives_a_kill_and_then_a_cut(void)
{
    tally t = {0, 0, 0};
    uint64_t base = check_seed(9);
    for (uint64_t s = 0; s < SEEDS * 20; s++) {
        for (uint64_t n = 1, was_cut = 1; was_cut; n++) {
            uint64_t seed = base + s * 1000 + n, acknowledged = 0;
            quern_error err;
            sim_disk *disk = new_disk(seed);
            quern_vfs *v = sim_vfs(disk);
            sim_cut_at(disk, n);
            (void)fake_script(v, FAKE_DIR, LAST, &acknowledged, &err);
            was_cut = (uint64_t)sim_is_off(disk);
            sim_revive(disk);
            uint64_t found = look(disk, acknowledged, &t, "killed");
            CHECK(recover(v, found, &acknowledged, &err) == QUERN_OK);
            sim_restart(disk, seed);
            t.bad += look(disk, acknowledged, &t, "killed, then cut") != acknowledged;
            CHECK(recover(v, acknowledged, &acknowledged, &err) == QUERN_OK);
            check_clean(disk, acknowledged, &t);
            sim_free(disk);
        }
    }
    printf("points=%llu bad=%llu\n", (unsigned long long)t.points, (unsigned long long)t.bad);
    CHECK(t.bad == 0 && t.points > 5000);
}

static void survives_a_second_cut_while_recovering(void)
{
    tally t = {0, 0, 0};
    uint64_t base = check_seed(5);
    for (uint64_t s = 0; s < SEEDS; s++) {
        for (uint64_t n = 1, was_cut = 1; was_cut; n++) {
            for (uint64_t m = 1, second_cut = 1; second_cut; m++) {
                uint64_t seed = base + s * 100000 + n * 100 + m, acknowledged = 0;
                quern_error err;
                sim_disk *disk = new_disk(seed);
                was_cut = (uint64_t)run_cut(disk, n, seed, &acknowledged);
                uint64_t found = look(disk, acknowledged, &t, "first");
                acknowledged = found;
                sim_cut_at(disk, m);
                (void)recover(sim_vfs(disk), found, &acknowledged, &err);
                second_cut = (uint64_t)sim_is_off(disk);
                sim_restart(disk, seed + 77);
                found = look(disk, acknowledged, &t, "second");
                acknowledged = found;
                CHECK(recover(sim_vfs(disk), found, &acknowledged, &err) == QUERN_OK);
                check_clean(disk, acknowledged, &t);
                sim_free(disk);
            }
        }
    }
    printf("points=%llu bad=%llu\n", (unsigned long long)t.points, (unsigned long long)t.bad);
    CHECK(t.bad == 0 && t.points > 5000);
}

/* What a failed script may leave, with the power on: the last state, or after UNKNOWN_OUTCOME that
 * or the next, and of what was there nothing deleted. */
static void judge_failure(sim_disk *disk, quern_status status, uint64_t acknowledged, int error,
                          tally *t)
{
    uint64_t found = look(disk, acknowledged, t, "failed");
    int is_known = status == QUERN_OK || status == QUERN_E_UNKNOWN_OUTCOME ||
                   status == (error == EIO ? QUERN_E_IO : QUERN_E_FULL);
    if (!is_known) {
        printf("status %s\n", quern_status_name(status));
    }
    t->bad += !is_known;
    t->bad += status != QUERN_E_UNKNOWN_OUTCOME && found != acknowledged;
    if (status && acknowledged > 1) {
        t->bad += fake_verify_generation(sim_vfs(disk), FAKE_DIR, acknowledged) != NULL;
        t->bad += fake_verify_generation(sim_vfs(disk), FAKE_DIR, acknowledged - 1) != NULL;
    }
    t->bad += sim_repeated_syncs(disk) != 0 || sim_open_files(disk) != 0;
}

/* Change n fails. Then either the power goes, or work goes on and the power goes after it. */
static quern_status run_failing(uint64_t n, uint64_t seed, int error, int how, tally *t, int *over)
{
    uint64_t acknowledged = 0, found;
    quern_error err;
    sim_disk *disk = new_disk(seed);
    sim_fail_change_at(disk, n, error, how & 1);
    uint64_t before = sim_changes(disk);
    quern_status status = fake_script(sim_vfs(disk), FAKE_DIR, LAST, &acknowledged, &err);
    *over = sim_changes(disk) - before < n;
    t->bad += status && err.status != status;
    sim_fail_change_at(disk, 0, 0, 0);
    judge_failure(disk, status, acknowledged, error, t);
    int was_there = acknowledged > 0;
    if (how & 2) {
        found = look(disk, acknowledged, t, "goes on");
        quern_status next = recover(sim_vfs(disk), found, &acknowledged, &err);
        if (next) {
            printf("n %llu: %s\n", (unsigned long long)n, err.message);
        }
        t->bad += next != QUERN_OK;
        sim_restart(disk, seed + 7);
        if (how != 3 || status != QUERN_E_UNKNOWN_OUTCOME || was_there) {
            found = look(disk, acknowledged, t, "cut after going on");
            t->bad += found != acknowledged;
        } /* else the disk failed so long that the creation could not even be taken back */
    } else {
        sim_restart(disk, seed + 7);
        found = look(disk, acknowledged, t, "cut after failing");
        acknowledged = found;
        t->bad += recover(sim_vfs(disk), found, &acknowledged, &err) != QUERN_OK;
        check_clean(disk, acknowledged, t);
    }
    sim_free(disk);
    return status;
}

static void survives_every_failing_change(void)
{
    static const int errors[] = {EIO, ENOSPC, EDQUOT};
    uint64_t base = check_seed(6), unknown = 0, failed = 0;
    tally t = {0, 0, 1};
    for (uint64_t s = 0; s < SEEDS * 4; s++) {
        for (size_t e = 0; e < 3; e++) {
            for (int how = 0; how < 4; how++) {
                int over = 0;
                for (uint64_t n = 1; !over; n++) {
                    quern_status status =
                        run_failing(n, base + s * 1000 + n, errors[e], how, &t, &over);
                    unknown += status == QUERN_E_UNKNOWN_OUTCOME;
                    failed += status == QUERN_E_IO || status == QUERN_E_FULL;
                }
            }
        }
    }
    printf("points=%llu failed=%llu unknown=%llu bad=%llu\n", (unsigned long long)t.points,
           (unsigned long long)failed, (unsigned long long)unknown, (unsigned long long)t.bad);
    CHECK(t.bad == 0 && unknown > 0 && failed > 0);
}

static void survives_a_disk_of_every_size(void)
{
    tally t = {0, 0, 0};
    quern_error err;
    uint64_t acknowledged = 0, full = 0;
    for (uint64_t space = 0;; space += 97) {
        sim_disk *disk = new_disk(space);
        quern_vfs *v = sim_vfs(disk);
        sim_set_space(disk, space);
        quern_status status = fake_script(v, FAKE_DIR, LAST, &acknowledged, &err);
        t.bad += status && status != QUERN_E_FULL;
        t.bad += status && strcmp(err.hint, "free some space and run again") != 0;
        full += status != QUERN_OK;
        uint64_t found = look(disk, acknowledged, &t, "full");
        t.bad += found != acknowledged;
        t.bad += found == 0 && sim_bytes(disk) != 0;
        sim_set_space(disk, UINT64_MAX);
        t.bad += recover(v, found, &acknowledged, &err) != QUERN_OK;
        check_clean(disk, acknowledged, &t);
        sim_free(disk);
        if (!status) {
            break;
        }
    }
    printf("points=%llu bad=%llu\n", (unsigned long long)t.points, (unsigned long long)t.bad);
    CHECK(t.bad == 0 && full > 10);
}

/* The index is replaced by another; the power goes at every change of that. */
static void replaces_at_once_or_not_at_all(void)
{
    tally t = {0, 0, 0};
    uint64_t base = check_seed(8), replaced = 0, kept = 0;
    for (uint64_t s = 0; s < SEEDS * 10; s++) {
        for (uint64_t n = 1, was_cut = 1; was_cut; n++) {
            uint64_t seed = base + s * 1000 + n, acknowledged = 0, found = 0;
            quern_store *store = NULL;
            quern_error err;
            char *fresh = NULL;
            sim_disk *disk = new_disk(seed);
            quern_vfs *v = sim_vfs(disk);
            CHECK(fake_script(v, FAKE_DIR, 4, &acknowledged, &err) == QUERN_OK);
            CHECK(quern_store_lock(v, FAKE_DIR, 0, &store, &err) == QUERN_OK);
            CHECK(quern_store_fresh_path(v, FAKE_DIR, &fresh, &err) == QUERN_OK);
            CHECK(fake_script(v, fresh, 2, &acknowledged, &err) == QUERN_OK);
            sim_cut_at(disk, n);
            quern_status status = quern_store_replace(store, fresh, &err);
            was_cut = (uint64_t)sim_is_off(disk);
            quern_store_unlock(store);
            sim_restart(disk, seed);
            const char *wrong = fake_verify(v, FAKE_DIR, &found);
            t.points++;
            t.bad += wrong != NULL || (found != 4 && found != 2) || (!status && found != 2);
            t.bad += status == QUERN_E_IO && found != 4;
            replaced += found == 2;
            kept += found == 4;
            CHECK(fake_continue(v, FAKE_DIR, &acknowledged, &err) == QUERN_OK);
            quern_store_sweep(v, FAKE_DIR);
            t.bad += fake_count(v, "/p", "") != 1 || sim_open_files(disk) != 0;
            quern_free(fresh);
            sim_free(disk);
        }
    }
    printf("points=%llu bad=%llu\n", (unsigned long long)t.points, (unsigned long long)t.bad);
    CHECK(t.bad == 0 && replaced > 0 && kept > 0);
}

static CU_TestInfo tests[] = {
    {"survives a power cut at every change", survives_a_power_cut_at_every_change},
    {"survives a kill and then a cut", survives_a_kill_and_then_a_cut},
    {"survives a second cut while recovering", survives_a_second_cut_while_recovering},
    {"survives every failing change", survives_every_failing_change},
    {"survives a disk of every size", survives_a_disk_of_every_size},
    {"replaces at once or not at all", replaces_at_once_or_not_at_all},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/commit", tests)
