/* SPDX-License-Identifier: MIT */
#include "index/sources.h"

#include "base/buf.h"
#include "index/files.h"
#include "tests/check.h"
#include "tests/sim_vfs.h"

#include <errno.h>

static quern_source *must_put(quern_sources *s, const char *name)
{
    quern_source *out = NULL;
    quern_error err;
    CHECK(quern_sources_put(s, name, &out, &err) == QUERN_OK && out);
    return out;
}

static void keeps_a_table(void)
{
    quern_sources *s = NULL;
    quern_error err;
    CHECK(quern_sources_new(&s, &err) == QUERN_OK && quern_sources_count(s) == 0);
    CHECK(quern_sources_find(s, "a") == NULL);
    quern_sources_remove(s, "a");
    quern_source *a = must_put(s, "a");
    CHECK(a->size == 0 && a->mtime_ns == 0 && a->skip_reason == NULL && a->seen == 0);
    a->size = 5;
    CHECK(must_put(s, "a") == a && quern_sources_find(s, "a") == a && a->size == 5);
    CHECK(quern_sources_set_skip(a, "no text inside", &err) == QUERN_OK);
    CHECK(quern_sources_set_skip(a, "", &err) == QUERN_OK && a->skip_reason[0] == '\0');
    CHECK(quern_sources_set_skip(a, NULL, &err) == QUERN_OK && a->skip_reason == NULL);
    CHECK(quern_sources_set_skip(a, "again", &err) == QUERN_OK);
    quern_sources_remove(s, "a");
    CHECK(quern_sources_count(s) == 0 && quern_sources_find(s, "a") == NULL);
    quern_sources_free(s);
    quern_sources_free(NULL);
}

static void refuses_names_out_of_their_limits(void)
{
    static char name[4098];
    quern_sources *s = NULL;
    quern_source *out = NULL;
    quern_error err;
    CHECK(quern_sources_new(&s, &err) == QUERN_OK);
    CHECK(quern_sources_put(s, "", &out, &err) == QUERN_E_INVALID && !out);
    memset(name, 'n', 4097);
    CHECK(quern_sources_put(s, name, &out, &err) == QUERN_E_INVALID && !out);
    CHECK(strcmp(err.message, "the name of a source has 4097 bytes, not 1 to 4096") == 0);
    name[4096] = '\0';
    CHECK(quern_sources_put(s, name, &out, &err) == QUERN_OK && out);
    quern_sources_free(s);
}

/* Random puts, removals and look-ups against a plain array. */
static void agrees_with_a_plain_array(void)
{
    enum { NAMES = 700 };
    static quern_source *model[NAMES];
    quern_sources *s = NULL;
    quern_error err;
    uint64_t seed = check_seed(2);
    size_t live = 0, wrong = 0;
    memset(model, 0, sizeof model);
    CHECK(quern_sources_new(&s, &err) == QUERN_OK);
    for (int step = 0; step < 60000; step++) {
        char name[32];
        size_t i = (size_t)(check_random(&seed) % NAMES);
        snprintf(name, sizeof name, "folder/%zu", i);
        switch (check_random(&seed) % 3) {
        case 0:
            if (!model[i]) {
                model[i] = must_put(s, name);
                model[i]->hash = i;
                live++;
            }
            wrong += must_put(s, name) != model[i];
            break;
        case 1:
            quern_sources_remove(s, name);
            live -= model[i] != NULL;
            model[i] = NULL;
            break;
        default:
            wrong += quern_sources_find(s, name) != model[i];
            wrong += model[i] && (model[i]->hash != i || strcmp(model[i]->name, name) != 0);
        }
        wrong += quern_sources_count(s) != live;
    }
    CHECK(wrong == 0);
    quern_sources_free(s);
}

static int remove_odd(quern_source *source, void *payload)
{
    quern_sources *s = payload;
    source->seen++;
    if (source->size % 2) {
        quern_sources_remove(s, source->name);
    }
    return 0;
}

static int sum_sizes(quern_source *source, void *payload)
{
    uint64_t *sum = payload;
    *sum += source->size;
    return source->seen == 1 ? 0 : 99;
}

static int stop_at_once(quern_source *source, void *payload)
{
    (void)source;
    ++*(int *)payload;
    return 5;
}

static void visits_each_while_removing(void)
{
    quern_sources *s = NULL;
    quern_error err;
    uint64_t sum = 0;
    int n = 0;
    CHECK(quern_sources_new(&s, &err) == QUERN_OK);
    CHECK(quern_sources_each(s, stop_at_once, &n) == 0 && n == 0);
    for (uint64_t i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "%llu", (unsigned long long)i);
        must_put(s, name)->size = i;
    }
    CHECK(quern_sources_each(s, remove_odd, s) == 0);
    CHECK(quern_sources_count(s) == 500);
    CHECK(quern_sources_each(s, sum_sizes, &sum) == 0 && sum == 249500);
    CHECK(quern_sources_each(s, stop_at_once, &n) == 5 && n == 1);
    quern_sources_free(s);
}

typedef struct file {
    uint64_t bytes, hash;
} file;

static quern_status put_file(quern_sources *s, sim_disk *disk, uint64_t generation, file *out,
                             quern_error *err)
{
    return quern_sources_write(s, sim_vfs(disk), "/", generation, &out->bytes, &out->hash, err);
}

static quern_sources *make_some(void)
{
    static const char *const names[] = {"b", "a", "a/b", "\xff\xfe", "a\x01", "aa", "caf\xc3\xa9"};
    quern_sources *s = NULL;
    quern_error err;
    CHECK(quern_sources_new(&s, &err) == QUERN_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        quern_source *e = must_put(s, names[i]);
        e->size = UINT64_MAX >> (i * 9);
        e->mtime_ns = i % 2 ? INT64_MIN + (int64_t)i : 1700000000000000000 + (int64_t)i;
        e->read_ns = -(int64_t)i;
        e->hash = i * 0x0123456789ABCDEF;
        e->n_articles = i << (i * 9);
        e->seen = 7;
        if (i % 3 == 0) {
            CHECK(quern_sources_set_skip(e, i ? "a reason" : "", &err) == QUERN_OK);
        }
    }
    return s;
}

static int is_in(quern_source *a, void *payload)
{
    quern_source *b = quern_sources_find(payload, a->name);
    int same = b && a->size == b->size && a->mtime_ns == b->mtime_ns && a->read_ns == b->read_ns &&
               a->hash == b->hash && a->n_articles == b->n_articles &&
               !a->skip_reason == !b->skip_reason &&
               (!a->skip_reason || strcmp(a->skip_reason, b->skip_reason) == 0);
    CHECK_ROW(a->name, same);
    return 0;
}

static void reads_what_it_wrote(void)
{
    sim_disk *disk = sim_new(1);
    quern_sources *s = make_some(), *back = NULL, *empty = NULL;
    quern_error err;
    file f, again;
    CHECK(put_file(s, disk, 5, &f, &err) == QUERN_OK && f.bytes > 24);
    CHECK(quern_sources_open(sim_vfs(disk), "/", 5, f.bytes, f.hash, &back, &err) == QUERN_OK);
    CHECK(quern_sources_count(back) == quern_sources_count(s));
    quern_sources_each(s, is_in, back);
    CHECK(quern_sources_find(back, "a")->seen == 0);
    CHECK(put_file(back, disk, 6, &again, &err) ==
          QUERN_OK); /* the same bytes, whatever the order */
    CHECK(again.bytes == f.bytes && again.hash == f.hash);
    quern_sources_free(back);
    CHECK(quern_sources_new(&empty, &err) == QUERN_OK);
    CHECK(put_file(empty, disk, 7, &f, &err) == QUERN_OK && f.bytes == 24);
    CHECK(quern_sources_open(sim_vfs(disk), "/", 7, f.bytes, f.hash, &back, &err) == QUERN_OK);
    CHECK(quern_sources_count(back) == 0);
    quern_sources_free(back);
    quern_sources_free(empty);
    quern_sources_free(s);
    CHECK(sim_open_files(disk) == 0);
    sim_free(disk);
}

static void writes_many_in_pieces(void)
{
    sim_disk *disk = sim_new(1);
    quern_sources *s = NULL, *back = NULL;
    quern_error err;
    file f;
    CHECK(quern_sources_new(&s, &err) == QUERN_OK);
    for (uint64_t i = 0; i < 20000; i++) {
        char name[64];
        snprintf(name, sizeof name, "/home/me/a folder/of/files/%llu.txt", (unsigned long long)i);
        must_put(s, name)->size = i;
    }
    CHECK(put_file(s, disk, 1, &f, &err) == QUERN_OK);
    CHECK(f.bytes > 5 * QUERN_FILES_PIECE && f.bytes < 20000 * 45);
    CHECK(quern_sources_open(sim_vfs(disk), "/", 1, f.bytes, f.hash, &back, &err) == QUERN_OK);
    CHECK(quern_sources_count(back) == 20000);
    CHECK(quern_sources_find(back, "/home/me/a folder/of/files/777.txt")->size == 777);
    quern_sources_free(back);
    quern_sources_free(s);
    sim_free(disk);
}

static void sees_every_damaged_byte(void)
{
    sim_disk *disk = sim_new(1);
    quern_vfs *v = sim_vfs(disk);
    quern_sources *s = make_some(), *back = NULL;
    quern_error err;
    file f;
    CHECK(put_file(s, disk, 5, &f, &err) == QUERN_OK);
    for (uint64_t i = 0; i < f.bytes; i++) {
        sim_flip(disk, "/sources-0000000000000005.qsrc", i, 0x40);
        CHECK(quern_sources_open(v, "/", 5, f.bytes, f.hash, &back, &err) == QUERN_E_CORRUPT);
        CHECK(back == NULL);
        sim_flip(disk, "/sources-0000000000000005.qsrc", i, 0x40);
    }
    CHECK(strcmp(err.message, "/sources-0000000000000005.qsrc does not match its hash") == 0);
    CHECK(quern_sources_open(v, "/", 5, f.bytes - 1, f.hash, &back, &err) == QUERN_E_CORRUPT);
    CHECK(strstr(err.message, "bytes instead of") != NULL);
    CHECK(strcmp(err.hint, "run: indexer rebuild --from-sources") == 0);
    CHECK(quern_sources_open(v, "/", 6, f.bytes, f.hash, &back, &err) == QUERN_E_NOT_FOUND);
    quern_sources_free(s);
    sim_free(disk);
}

static void put_head(quern_buf *out, uint64_t n)
{
    quern_buf_clear(out);
    quern_buf_bytes(out, "QUERNSRC", 8);
    quern_buf_u32(out, 1);
    quern_buf_u32(out, 0);
    quern_buf_u64(out, n);
}

static void put_entry(quern_buf *out, uint64_t shared, const char *rest, uint64_t reason)
{
    quern_buf_varint(out, shared);
    quern_buf_string(out, rest, strlen(rest));
    quern_buf_varint(out, 1);
    for (int i = 0; i < 3; i++) {
        quern_buf_u64(out, 0);
    }
    quern_buf_varint(out, 0);
    quern_buf_varint(out, reason);
}

/* Opens the bytes as a file whose hash is right. */
static quern_status open_bytes(const quern_buf *bytes, quern_error *err)
{
    sim_disk *disk = sim_new(1);
    quern_vfs *v = sim_vfs(disk);
    quern_vfile *f = NULL;
    quern_sources *s = NULL;
    CHECK(v->create(v, "/sources-0000000000000001.qsrc", &f) == 0);
    CHECK(v->append(v, f, bytes->data, bytes->len) == 0);
    v->close(v, f);
    quern_status status = quern_sources_open(v, "/", 1, bytes->len,
                                             quern_files_hash(bytes->data, bytes->len), &s, err);
    CHECK((s != NULL) == (status == QUERN_OK));
    quern_sources_free(s);
    sim_free(disk);
    return status;
}

/* A hostile file with a right hash: the parser has to find it out alone. */
static void parses_any_bytes(void)
{
    quern_buf b = {0};
    quern_error err;
    put_head(&b, 2);
    put_entry(&b, 0, "a", 0);
    put_entry(&b, 1, "b", 0);
    CHECK(open_bytes(&b, &err) == QUERN_OK);
    static const struct {
        const char *name, *first, *second;
        uint64_t n, shared, reason;
    } rows[] = {
        {"out of order", "b", "a", 2, 0, 0},
        {"twice", "a", "a", 2, 0, 0},
        {"shared twice", "ab", "b", 2, 1, 0},
        {"an empty rest", "a", "", 2, 1, 0},
        {"shares too much", "a", "b", 2, 2, 0},
        {"shares far too much", "a", "b", 2, UINT64_MAX, 0},
        {"one too few", "a", "b", 1, 0, 0},
        {"one too many", "a", "b", 3, 0, 0},
        {"far too many", "a", "b", 1ull << 60, 0, 0},
        {"a reason too long", "a", "b", 2, 0, 2},
        {"far too long", "a", "b", 2, 0, UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_head(&b, rows[i].n);
        put_entry(&b, 0, rows[i].first, 0);
        put_entry(&b, rows[i].shared, rows[i].second, rows[i].reason);
        CHECK_ROW(rows[i].name, open_bytes(&b, &err) == QUERN_E_CORRUPT);
        CHECK_ROW(rows[i].name, strstr(err.message, "breaks the format at byte") != NULL);
    }
    uint64_t seed = check_seed(3);
    for (int round = 0; round < 3000; round++) {
        put_head(&b, check_random(&seed) % 4);
        put_entry(&b, 0, "name", 0);
        put_entry(&b, 2, "ned", 1);
        for (uint64_t n = 1 + check_random(&seed) % 3; n > 0; n--) {
            b.data[check_random(&seed) % b.len] = (uint8_t)check_random(&seed);
        }
        b.len -= (size_t)(check_random(&seed) % 8);
        quern_status status = open_bytes(&b, &err);
        CHECK(status == QUERN_OK || status == QUERN_E_CORRUPT);
    }
    b.len = 0;
    CHECK(open_bytes(&b, &err) == QUERN_E_CORRUPT);
    quern_buf_finish(&b);
}

static void says_what_failed(void)
{
    static const struct {
        int error;
        quern_status status;
    } rows[] = {{EIO, QUERN_E_IO}, {ENOSPC, QUERN_E_FULL}, {EDQUOT, QUERN_E_FULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint64_t n = 1;; n++) {
            sim_disk *disk = sim_new(n);
            quern_sources *s = make_some();
            quern_error err;
            file f;
            sim_fail_change_at(disk, n, rows[i].error, 0);
            quern_status status = put_file(s, disk, 5, &f, &err);
            CHECK(status == QUERN_OK || status == rows[i].status);
            CHECK(status == QUERN_OK || err.os_errno == rows[i].error);
            CHECK(sim_open_files(disk) == 0);
            quern_sources_free(s);
            uint64_t changes = sim_changes(disk);
            sim_free(disk);
            if (changes < n) {
                CHECK(n > 4);
                break;
            }
        }
    }
    sim_disk *disk = sim_new(1);
    quern_sources *s = make_some();
    quern_error err;
    file f;
    CHECK(put_file(s, disk, 5, &f, &err) == QUERN_OK);
    CHECK(put_file(s, disk, 5, &f, &err) == QUERN_E_LOCKED);
    CHECK(strcmp(err.message, "another writer made /sources-0000000000000005.qsrc meanwhile") == 0);
    quern_sources_free(s);
    sim_free(disk);
}

static CU_TestInfo tests[] = {
    {"keeps a table", keeps_a_table},
    {"refuses names out of their limits", refuses_names_out_of_their_limits},
    {"agrees with a plain array", agrees_with_a_plain_array},
    {"visits each while removing", visits_each_while_removing},
    {"reads what it wrote", reads_what_it_wrote},
    {"writes many in pieces", writes_many_in_pieces},
    {"sees every damaged byte", sees_every_damaged_byte},
    {"parses any bytes", parses_any_bytes},
    {"says what failed", says_what_failed},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/sources", tests)
