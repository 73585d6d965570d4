/* SPDX-License-Identifier: MIT */
#include "index/tombstones.h"

#include "index/files.h"
#include "model_index.h"
#include "tests/check.h"

#include <errno.h>

static const model_shape shape = {"tombstones", 203, 4, 1, 40, 0, 300, 3, 400, 1, 1, 1};

static int some(uint32_t article, uint64_t seed)
{
    uint64_t state = seed * 1000003 + article;
    return check_random(&state) % 3 == 0;
}

static int all(uint32_t article, uint64_t seed)
{
    (void)article;
    (void)seed;
    return 1;
}

static int only(uint32_t article, uint64_t seed)
{
    return article == seed;
}

typedef struct subject {
    sim_disk *disk;
    quern_vfs *vfs;
    model m;
    quern_segment *segment;
} subject;

static void start(subject *s, const model_shape *of)
{
    quern_segment_ref ref;
    quern_error err;
    s->disk = sim_new(1);
    s->vfs = sim_vfs(s->disk);
    model_random(&s->m, of, 11);
    CHECK(model_write(&s->m, s->vfs, "/", &ref, &err) == QUERN_OK);
    CHECK(quern_segment_open(s->vfs, "/", &ref, 0, &s->segment, &err) == QUERN_OK);
}

static void end(subject *s)
{
    quern_segment_close(s->segment);
    CHECK(sim_open_files(s->disk) == 0);
    model_free(&s->m);
    sim_free(s->disk);
}

static void check_same(const subject *s, const quern_tombstones *a, const quern_tombstones *b)
{
    CHECK(a->n_articles == b->n_articles && a->n_passages == b->n_passages);
    CHECK(a->sum_len == b->sum_len && a->text_bytes == b->text_bytes);
    CHECK(a->n_counts == b->n_counts);
    size_t wrong = 0;
    for (uint32_t i = 0; i < s->m.n_articles; i++) {
        wrong += quern_tombstones_article(a, i) != quern_tombstones_article(b, i);
    }
    for (uint32_t i = 0; i < s->m.n_passages; i++) {
        wrong += quern_tombstones_passage(a, i) != quern_tombstones_passage(b, i);
    }
    for (uint32_t i = 0; i < s->m.n_terms; i++) {
        wrong += quern_tombstones_count(a, i) != quern_tombstones_count(b, i);
    }
    CHECK(wrong == 0);
}

static void reads_what_it_wrote(void)
{
    static const struct {
        const char *name;
        model_is_dead is_dead;
        uint64_t seed;
    } rows[] = {
        {"some", some, 1},      {"others", some, 2},     {"all", all, 0},
        {"the first", only, 0}, {"the last", only, 202}, {"the eighth", only, 7},
    };
    subject s;
    start(&s, &shape);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quern_tombstones *want = model_tombstones(&s.m, rows[i].is_dead, rows[i].seed);
        quern_tombstones *got = NULL;
        quern_tombstones_ref ref;
        quern_error err;
        CHECK_ROW(rows[i].name, quern_tombstones_write(s.vfs, "/", s.segment, i + 2, want, &ref,
                                                       &err) == QUERN_OK);
        CHECK_ROW(rows[i].name, ref.generation == i + 2 && ref.n_articles == want->n_articles &&
                                    ref.n_passages == want->n_passages);
        CHECK_ROW(rows[i].name,
                  quern_tombstones_open(s.vfs, "/", s.segment, &ref, &got, &err) == QUERN_OK);
        check_same(&s, want, got);
        quern_tombstones_free(got);
        quern_tombstones_free(want);
    }
    end(&s);
}

static void counts_of_none(void)
{
    quern_term_count counts[] = {{3, 7}, {4, 1}, {UINT32_MAX, 2}};
    quern_tombstones t = {.counts = counts, .n_counts = 3};
    static const struct {
        uint32_t ordinal, count;
    } rows[] = {{0, 0}, {3, 7}, {4, 1}, {5, 0}, {UINT32_MAX - 1, 0}, {UINT32_MAX, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(quern_tombstones_count(&t, rows[i].ordinal) == rows[i].count);
        CHECK(quern_tombstones_count(NULL, rows[i].ordinal) == 0);
    }
    CHECK(!quern_tombstones_article(NULL, 5) && !quern_tombstones_passage(NULL, 5));
    quern_tombstones_free(NULL);
    char name[QUERN_TOMBSTONES_NAME_MAX];
    quern_tombstones_name(0xabc, 16, name);
    CHECK(strcmp(name, "del-0000000000000abc-0000000000000010.qdel") == 0);
}

/* Replaces the file by `bytes`, names it rightly, and opens it. */
static quern_status open_bytes(subject *s, const uint8_t *bytes, size_t len,
                               const quern_tombstones_ref *ref, quern_error *err)
{
    char name[QUERN_TOMBSTONES_NAME_MAX], path[64];
    quern_vfile *f = NULL;
    quern_tombstones *t = NULL;
    quern_tombstones_ref right = *ref;
    right.bytes = len;
    right.hash = quern_files_hash(bytes, len);
    quern_tombstones_name(quern_segment_get_info(s->segment)->ref.id, ref->generation, name);
    snprintf(path, sizeof path, "/%s", name);
    (void)s->vfs->unlink(s->vfs, path);
    CHECK(s->vfs->create(s->vfs, path, &f) == 0 && s->vfs->append(s->vfs, f, bytes, len) == 0);
    s->vfs->close(s->vfs, f);
    quern_status status = quern_tombstones_open(s->vfs, "/", s->segment, &right, &t, err);
    CHECK((t != NULL) == (status == QUERN_OK));
    quern_tombstones_free(t);
    return status;
}

/* A file of the dead articles, as bytes. */
static void make_bytes(subject *s, quern_buf *bytes, quern_tombstones_ref *ref)
{
    char name[QUERN_TOMBSTONES_NAME_MAX];
    quern_error err;
    quern_tombstones *t = model_tombstones(&s->m, some, 3);
    CHECK(quern_tombstones_write(s->vfs, "/", s->segment, 9, t, ref, &err) == QUERN_OK);
    quern_tombstones_name(quern_segment_get_info(s->segment)->ref.id, 9, name);
    quern_files_ref file = {"/", name, ref->bytes, ref->hash};
    CHECK(quern_files_read(s->vfs, &file, bytes, &err) == QUERN_OK);
    quern_tombstones_free(t);
}

static void sees_every_damaged_byte(void)
{
    subject s;
    quern_buf bytes = {0};
    quern_tombstones_ref ref;
    quern_tombstones *t = NULL;
    quern_error err;
    char path[64] = "/";
    start(&s, &shape);
    make_bytes(&s, &bytes, &ref);
    quern_tombstones_name(quern_segment_get_info(s.segment)->ref.id, 9, path + 1);
    for (uint64_t i = 0; i < bytes.len; i++) {
        sim_flip(s.disk, path, i, 0x04);
        CHECK(quern_tombstones_open(s.vfs, "/", s.segment, &ref, &t, &err) == QUERN_E_CORRUPT);
        CHECK(t == NULL);
        sim_flip(s.disk, path, i, 0x04);
    }
    CHECK(strstr(err.message, ".qdel does not match its hash") != NULL);
    CHECK(strcmp(err.hint, "run: indexer rebuild --from-sources") == 0);
    ref.bytes++;
    CHECK(quern_tombstones_open(s.vfs, "/", s.segment, &ref, &t, &err) == QUERN_E_CORRUPT);
    ref.generation++;
    CHECK(quern_tombstones_open(s.vfs, "/", s.segment, &ref, &t, &err) == QUERN_E_NOT_FOUND);
    quern_buf_finish(&bytes);
    end(&s);
}

/* Files whose hash is right and which break one rule each. */
static void refuses_what_breaks_the_format(void)
{
    static const struct {
        const char *name;
        size_t at;
        int add;
    } rows[] = {
        {"magic", 0, 1},          {"format", 8, 1},          {"zero", 12, 1},
        {"segment", 16, 1},       {"generation", 24, 1},     {"dead articles", 32, 1},
        {"dead passages", 36, 1}, {"sum of lengths", 47, 1}, {"bytes of texts", 55, 1},
        {"articles", 56, 1},      {"counts", 60, 1},         {"fewer counts", 60, -1},
        {"many counts", 63, 127}, {"a bit too many", 64, 1}, {"a bit above the end", 89, -128},
    };
    subject s;
    quern_buf bytes = {0};
    quern_tombstones_ref ref;
    quern_error err;
    start(&s, &shape);
    make_bytes(&s, &bytes, &ref);
    CHECK(open_bytes(&s, bytes.data, bytes.len, &ref, &err) == QUERN_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t before = bytes.data[rows[i].at];
        bytes.data[rows[i].at] = (uint8_t)(before + rows[i].add);
        CHECK_ROW(rows[i].name,
                  open_bytes(&s, bytes.data, bytes.len, &ref, &err) == QUERN_E_CORRUPT);
        CHECK_ROW(rows[i].name, strstr(err.message, "breaks the format at byte") != NULL);
        bytes.data[rows[i].at] = before;
    }
    for (size_t len = 0; len < bytes.len; len += 1 + len / 40) {
        uint8_t *exact = quern_alloc(len);
        memcpy(exact, bytes.data, len);
        CHECK(open_bytes(&s, exact, len, &ref, &err) == QUERN_E_CORRUPT);
        quern_free(exact);
    }
    quern_buf_u8(&bytes, 0);
    CHECK(open_bytes(&s, bytes.data, bytes.len, &ref, &err) == QUERN_E_CORRUPT);
    quern_buf_finish(&bytes);
    end(&s);
}

static void parses_any_bytes(void)
{
    subject s;
    quern_buf bytes = {0}, copy = {0};
    quern_tombstones_ref ref;
    quern_error err;
    uint64_t seed = check_seed(12);
    start(&s, &shape);
    make_bytes(&s, &bytes, &ref);
    for (int round = 0; round < 3000; round++) {
        quern_buf_clear(&copy);
        quern_buf_bytes(&copy, bytes.data, bytes.len);
        for (uint64_t n = 1 + check_random(&seed) % 3; n > 0; n--) {
            copy.data[check_random(&seed) % copy.len] = (uint8_t)check_random(&seed);
        }
        quern_status status = open_bytes(&s, copy.data, copy.len, &ref, &err);
        CHECK(status == QUERN_OK || status == QUERN_E_CORRUPT);
    }
    quern_buf_finish(&copy);
    quern_buf_finish(&bytes);
    end(&s);
}

static void says_what_failed(void)
{
    static const struct {
        int error;
        quern_status status;
    } rows[] = {{EIO, QUERN_E_IO}, {ENOSPC, QUERN_E_FULL}};
    subject s;
    quern_error err;
    quern_tombstones_ref ref;
    start(&s, &shape);
    quern_tombstones *t = model_tombstones(&s.m, some, 5);
    uint64_t generation = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint64_t n = 1;; n++) {
            uint64_t before = sim_changes(s.disk);
            sim_fail_change_at(s.disk, n, rows[i].error, 0);
            quern_status status =
                quern_tombstones_write(s.vfs, "/", s.segment, ++generation, t, &ref, &err);
            CHECK(status == QUERN_OK || status == rows[i].status);
            CHECK((ref.generation == 0) == (status != QUERN_OK));
            if (sim_changes(s.disk) - before < n) {
                CHECK(n > 4);
                break;
            }
        }
    }
    sim_fail_change_at(s.disk, 0, 0, 0);
    CHECK(quern_tombstones_write(s.vfs, "/", s.segment, generation, t, &ref, &err) ==
          QUERN_E_LOCKED);
    quern_tombstones_free(t);
    end(&s);
}

static CU_TestInfo tests[] = {
    {"reads what it wrote", reads_what_it_wrote},
    {"counts of none", counts_of_none},
    {"sees every damaged byte", sees_every_damaged_byte},
    {"refuses what breaks the format", refuses_what_breaks_the_format},
    {"parses any bytes", parses_any_bytes},
    {"says what failed", says_what_failed},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/tombstones", tests)
