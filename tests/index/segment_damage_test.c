/* SPDX-License-Identifier: MIT */
/* segment, damaged: no changed byte gives another answer, no truncated file opens, and bytes whose
 * checksums were made right again can make the decoders fail but not stray (run under ASan). */
#include "index/segment_format.h"

#include "memory_vfs.h"
#include "segment_mend.h"
#include "segment_model.h"
#include "tests/check.h"

#include <string.h>

typedef struct patient {
    memory_vfs *vfs;
    model m;
    quern_segment_ref ref;
    char path[64];
    uint8_t *whole; /* the sound file */
    size_t len;
} patient;

static int admit(patient *p, const model_shape *shape, uint64_t seed)
{
    quern_error err = {0};
    memset(p, 0, sizeof *p);
    p->vfs = memory_vfs_new();
    model_random(&p->m, shape, seed);
    quern_status status = model_write(&p->m, memory_vfs_of(p->vfs), "d", &p->ref, &err);
    CHECK_ROW(shape->name, status == QUERN_OK);
    memcpy(p->path, "d/", 2);
    quern_segment_name(p->ref.id, p->path + 2);
    const uint8_t *data = memory_vfs_data(p->vfs, p->path, &p->len);
    p->whole = malloc(p->len + 1);
    if (status || !data || !p->whole) {
        return -1;
    }
    memcpy(p->whole, data, p->len);
    return 0;
}

static void discharge(patient *p)
{
    free(p->whole);
    model_free(&p->m);
    memory_vfs_free(p->vfs);
}

static void ignore(const quern_finding *finding, void *payload)
{
    (void)finding;
    ++*(uint64_t *)payload;
}

/* Opens and reads all, and lets the checker look. Returns the status; *differs as model_compare. */
static quern_status examine(patient *p, const quern_segment_ref *ref, int in_memory,
                            const char **differs, uint64_t *findings)
{
    quern_segment *s = NULL;
    quern_error err = {0};
    *differs = NULL;
    *findings = 0;
    quern_status status = quern_segment_open(memory_vfs_of(p->vfs), "d", ref, in_memory, &s, &err);
    if (!status) {
        status = quern_segment_check(s, 4, ignore, findings, &err);
        CHECK_ROW(err.message, status == QUERN_OK);
        status = model_compare(&p->m, s, differs, &err);
    }
    quern_segment_close(s);
    return status;
}

static const model_shape tiny = {"tiny", 7, 2, 2, 12, 140, 12, 2, 60, 1, 1, 1};

static void test_every_byte(void)
{
    static const char *const names[] = {"^ 1", "^ 0x80", "0", "0xFF"};
    patient p;
    uint64_t silent = 0;
    if (admit(&p, &tiny, 11)) {
        discharge(&p);
        return;
    }
    for (size_t at = 0; at < p.len; at++) {
        uint8_t was = p.whole[at];
        uint8_t to[4] = {(uint8_t)(was ^ 1), (uint8_t)(was ^ 0x80), 0, 0xFF};
        for (int k = 0; k < 4; k++) {
            const char *differs;
            uint64_t findings;
            char row[64];
            p.whole[at] = to[k];
            memory_vfs_put(p.vfs, p.path, p.whole, p.len);
            quern_status status = examine(&p, &p.ref, k & 1, &differs, &findings);
            snprintf(row, sizeof row, "byte %zu %s", at, names[k]);
            CHECK_ROW(row, differs == NULL);
            CHECK_ROW(row, status == QUERN_OK || status == QUERN_E_CORRUPT);
            CHECK_ROW(row, (to[k] == was) == (status == QUERN_OK && findings == 0));
            silent += status == QUERN_OK && to[k] != was;
            p.whole[at] = was;
        }
    }
    printf("%zu bytes, %llu changes that only the checker saw ", p.len, (unsigned long long)silent);
    discharge(&p);
}

static void test_every_length(void)
{
    patient p;
    if (admit(&p, &tiny, 12)) {
        discharge(&p);
        return;
    }
    for (size_t len = 0; len <= p.len + 1; len++) {
        const char *differs;
        uint64_t findings;
        char row[32];
        snprintf(row, sizeof row, "length %zu", len);
        p.whole[p.len] = 7;
        memory_vfs_put(p.vfs, p.path, p.whole, len);
        quern_status status = examine(&p, &p.ref, 0, &differs, &findings);
        CHECK_ROW(row, (len == p.len) == (status == QUERN_OK) && !differs);
    }
    discharge(&p);
}

/* ---- Right checksums over wrong bytes ---- */

/* Where random changes go: anywhere in the data, or into one section. */
static void pick_range(const patient *p, uint64_t *seed, uint64_t range[2])
{
    const uint8_t *tail = p->whole + p->len - QUERN_SEGMENT_TAIL;
    const uint8_t *footer = p->whole + p->len - quern_load32(tail);
    uint32_t n = quern_load32(footer + 12);
    const uint8_t *entry =
        footer + QUERN_SEGMENT_FIXED + check_random(seed) % n * QUERN_SEGMENT_ENTRY;
    range[0] = quern_load64(entry + 8);
    range[1] = quern_load64(entry + 16);
    if (range[1] == 0 || check_random(seed) % 8 == 0) {
        range[0] = (uint64_t)(footer - p->whole); /* counts and the section table */
        range[1] = QUERN_SEGMENT_FIXED + (uint64_t)n * QUERN_SEGMENT_ENTRY;
    }
}

static void corrupt_once(patient *p, uint64_t *seed, uint8_t *copy, uint64_t counts[2])
{
    static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF, 0xFE};
    uint64_t range[2];
    uint64_t n = 1 + check_random(seed) % 4;
    const char *differs;
    uint64_t findings;
    char path[64] = "d/";
    quern_segment_ref ref = p->ref;
    memcpy(copy, p->whole, p->len);
    pick_range(p, seed, range);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t r = check_random(seed);
        uint8_t *at = copy + range[0] + check_random(seed) % range[1];
        *at = r & 1   ? edges[r / 2 % sizeof edges]
              : r & 2 ? (uint8_t)(*at ^ 1 << (r >> 2 & 7))
                      : (uint8_t)(r >> 8);
    }
    const uint8_t *tail = copy + p->len - QUERN_SEGMENT_TAIL;
    const uint8_t *footer = copy + p->len - quern_load32(tail);
    const uint8_t *sound = p->whole + (footer - copy);
    if (memcmp(footer + 12, sound + 12, 4) == 0 && memcmp(footer + 48, sound + 48, 8) == 0) {
        segment_mend(copy, p->len, &ref);
    }
    ref.n_articles = quern_load32(footer);
    ref.n_passages = quern_load32(footer + 4);
    quern_segment_name(ref.id, path + 2);
    memory_vfs_put(p->vfs, path, copy, p->len);
    quern_status status = examine(p, &ref, (int)(check_random(seed) & 1), &differs, &findings);
    CHECK(status == QUERN_OK || status == QUERN_E_CORRUPT);
    counts[status || differs ? 0 : 1]++;
    memory_vfs_of(p->vfs)->unlink(memory_vfs_of(p->vfs), path);
}

static void test_right_checksums(void)
{
    static const model_shape hostile[] = {
        {"tiny", 7, 2, 2, 12, 140, 12, 2, 60, 1, 1, 1},
        {"lists", 400, 2, 4, 40, 0, 30, 2, 30, 1, 1, 1},
        {"rich", 6, 2, 300, 900, 66000, 12, 3, 9000, 0, 1, 1},
    };
    uint64_t seed = check_seed(4711);
    const char *rounds = getenv("QUERN_TEST_ROUNDS");
    uint64_t n = rounds ? strtoull(rounds, NULL, 0) : 1500;
    uint64_t counts[2] = {0, 0};
    for (size_t k = 0; k < sizeof hostile / sizeof hostile[0]; k++) {
        patient p;
        if (admit(&p, &hostile[k], seed) == 0) {
            uint8_t *copy = malloc(p.len);
            for (uint64_t i = 0; copy && i < (k == 2 ? n / 10 : n); i++) {
                corrupt_once(&p, &seed, copy, counts);
            }
            free(copy);
        }
        discharge(&p);
    }
    CHECK(counts[0] > counts[1]);
    printf("%llu noticed, %llu without effect ", (unsigned long long)counts[0],
           (unsigned long long)counts[1]);
}

static void test_other_file(void)
{
    patient p;
    patient other;
    const char *differs;
    uint64_t findings;
    if (admit(&p, &tiny, 13) == 0 && admit(&other, &tiny, 14) == 0) {
        memory_vfs_put(p.vfs, p.path, other.whole, other.len);
        CHECK(examine(&p, &p.ref, 0, &differs, &findings) == QUERN_E_CORRUPT);
        memory_vfs_of(p.vfs)->unlink(memory_vfs_of(p.vfs), p.path);
        CHECK(examine(&p, &p.ref, 0, &differs, &findings) == QUERN_E_NOT_FOUND);
        discharge(&other);
    }
    discharge(&p);
}

/* A file that only a later reader may read. */
static void test_newer_format(void)
{
    patient p;
    const char *differs;
    uint64_t findings;
    quern_segment_ref ref;
    if (admit(&p, &tiny, 15) == 0) {
        char path[64] = "d/";
        ref = p.ref;
        quern_store32(p.whole + 8, QUERN_SEGMENT_FORMAT + 5);
        segment_mend(p.whole, p.len, &ref);
        quern_segment_name(ref.id, path + 2);
        memory_vfs_put(p.vfs, path, p.whole, p.len);
        CHECK(examine(&p, &ref, 0, &differs, &findings) == QUERN_OK && !differs);
        ref = p.ref;
        quern_store32(p.whole + 12, QUERN_SEGMENT_FORMAT + 1);
        segment_mend(p.whole, p.len, &ref);
        quern_segment_name(ref.id, path + 2);
        memory_vfs_put(p.vfs, path, p.whole, p.len);
        CHECK(examine(&p, &ref, 0, &differs, &findings) == QUERN_E_VERSION);
    }
    discharge(&p);
}

static CU_TestInfo tests[] = {
    {"every byte", test_every_byte},
    {"every length", test_every_length},
    {"wrong bytes under right checksums", test_right_checksums},
    {"another file", test_other_file},
    {"a newer format", test_newer_format},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/segment_damage", tests)
