/* SPDX-License-Identifier: MIT */
#include "index/check.h"

#include "index/files.h"
#include "model_index.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>

static const model_shape large = {"large", 40, 3, 1, 30, 0, 100, 2, 150, 1, 1, 1};
static const model_shape small = {"small", 15, 3, 1, 30, 0, 100, 2, 150, 1, 1, 1};

static int first_15(uint32_t article, uint64_t seed)
{
    (void)seed;
    return article < 15;
}

static int first_14(uint32_t article, uint64_t seed)
{
    (void)seed;
    return article < 14;
}

/* A sound index: the articles of the second segment replace the first 15 of the first. */
typedef struct subject {
    sim_disk *disk;
    quern_vfs *vfs;
    model a, b;
} subject;

static void put_sources(subject *s, quern_manifest *next)
{
    quern_sources *sources = NULL;
    quern_source *entry = NULL;
    quern_error err;
    CHECK(quern_sources_new(&sources, &err) == QUERN_OK);
    CHECK(quern_sources_put(sources, "notes.txt", &entry, &err) == QUERN_OK);
    next->sources_generation = next->generation;
    CHECK(quern_sources_write(sources, s->vfs, MODEL_DIR, next->generation, &next->sources_bytes,
                              &next->sources_hash, &err) == QUERN_OK);
    quern_sources_free(sources);
}

/* `dead` are the tombstones of the first segment; NULL: the right ones. */
static void start(subject *s, const quern_tombstones *dead)
{
    quern_store *store = NULL;
    quern_error err;
    s->disk = model_disk();
    s->vfs = sim_vfs(s->disk);
    model_random(&s->a, &large, 1);
    model_random(&s->b, &small, 2);
    CHECK(quern_store_lock(s->vfs, MODEL_DIR, 0, &store, &err) == QUERN_OK);
    quern_manifest next = model_next(store);
    quern_tombstones *right = model_tombstones(&s->a, first_15, 0);
    model_add_dead(s->disk, &s->a, dead ? dead : right, &next);
    model_add(s->disk, &s->b, NULL, 0, &next);
    put_sources(s, &next);
    CHECK(quern_store_commit(store, &next, &err) == QUERN_OK);
    quern_manifest_finish(&next);
    quern_tombstones_free(right);
    quern_store_unlock(store);
}

static void end(subject *s)
{
    CHECK(sim_open_files(s->disk) == 0);
    model_free(&s->a);
    model_free(&s->b);
    sim_free(s->disk);
}

typedef struct findings {
    size_t n;
    char file[64], what[300]; /* of the first */
    uint64_t offset;
} findings;

static void note(const quern_finding *finding, void *payload)
{
    findings *f = payload;
    CHECK_ROW(finding->what, !strstr(finding->what, finding->file)); /* which it says by itself */
    if (f->n++ == 0) {
        snprintf(f->file, sizeof f->file, "%s", finding->file);
        snprintf(f->what, sizeof f->what, "%s", finding->what);
        f->offset = finding->offset;
    }
}

static findings run(subject *s, quern_status want)
{
    findings f = {0};
    quern_error err;
    uint64_t changes = sim_changes(s->disk);
    quern_status status = quern_check_index(s->vfs, MODEL_DIR, note, &f, &err);
    CHECK(status == want);
    CHECK(err.status == status);
    CHECK((f.n > 0) == (status == QUERN_E_CORRUPT));
    CHECK(sim_changes(s->disk) == changes);
    CHECK(sim_open_files(s->disk) == 0);
    if (status != want) {
        printf("%s: %s (%s)\n", f.file, f.what, err.message);
    }
    return f;
}

static void finds_nothing_in_a_sound_index(void)
{
    subject s;
    quern_error err;
    start(&s, NULL);
    run(&s, QUERN_OK);
    CHECK(quern_check_index(s.vfs, MODEL_DIR, NULL, NULL, &err) == QUERN_OK);
    CHECK(quern_check_index(s.vfs, MODEL_DIR, NULL, NULL, NULL) == QUERN_OK);
    CHECK(quern_check_index(s.vfs, "/nowhere", NULL, NULL, &err) == QUERN_E_NOT_FOUND);
    CHECK(strcmp(err.message, "no index in /nowhere") == 0);
    end(&s);
}

static void put_file(subject *s, const char *path, const char *text)
{
    quern_vfile *f = NULL;
    CHECK(s->vfs->create(s->vfs, path, &f) == 0);
    CHECK(s->vfs->append(s->vfs, f, text, strlen(text)) == 0);
    s->vfs->close(s->vfs, f);
}

static void knows_what_belongs_there(void)
{
    static const struct {
        const char *name;
        int is_wrong;
    } rows[] = {
        {"notes.txt", 1},
        {"man-1", 1},
        {"seg-000000000000000A.qseg", 1},
        {"seg-000000000000000a.qseg.bak", 1},
        {"del-000000000000000a.qdel", 1},
        {"del-000000000000000a-000000000000000.qdel", 1},
        {"seg-000000000000000a.qseg", 0}, /* a killed writer leaves these */
        {"del-000000000000000a-0000000000000009.qdel", 0},
        {"sources-0000000000000009.qsrc", 0},
        {"tmp-1-0", 0},
        {".nfs0001", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        subject s;
        char path[100];
        start(&s, NULL);
        snprintf(path, sizeof path, MODEL_DIR "/%s", rows[i].name);
        put_file(&s, path, "x");
        findings f = run(&s, rows[i].is_wrong ? QUERN_E_CORRUPT : QUERN_OK);
        CHECK_ROW(rows[i].name, f.n == (size_t)rows[i].is_wrong);
        if (rows[i].is_wrong) {
            CHECK_ROW(rows[i].name, strcmp(f.file, rows[i].name) == 0);
            CHECK_ROW(rows[i].name, strcmp(f.what, "not a file of an index") == 0);
        }
        end(&s);
    }
}

/* Names of the files in the index directory. */
typedef struct names {
    char items[16][64];
    size_t n;
} names;

static int add_name(const char *name, void *payload)
{
    names *all = payload;
    CHECK(all->n < 16);
    snprintf(all->items[all->n++], 64, "%s", name);
    return 0;
}

static void names_the_damaged_file(void)
{
    subject s;
    names all = {.n = 0};
    quern_vstat st;
    start(&s, NULL);
    CHECK(s.vfs->list(s.vfs, MODEL_DIR, add_name, &all) == 0 && all.n >= 6);
    uint64_t bytes = 0, found = 0;
    for (size_t i = 0; i < all.n; i++) {
        char path[100];
        snprintf(path, sizeof path, MODEL_DIR "/%s", all.items[i]);
        CHECK(s.vfs->stat_path(s.vfs, path, &st) == 0);
        uint64_t step = st.size > 3000 ? st.size / 300 : 1;
        for (uint64_t at = 0; at < st.size && strcmp(all.items[i], "LOCK") != 0; at += step) {
            sim_flip(s.disk, path, at, 0x20);
            findings f = run(&s, QUERN_E_CORRUPT);
            CHECK_ROW(all.items[i], strcmp(f.file, all.items[i]) == 0);
            sim_flip(s.disk, path, at, 0x20);
            bytes++;
            found += f.n > 0;
        }
    }
    printf("bytes=%llu found=%llu\n", (unsigned long long)bytes, (unsigned long long)found);
    run(&s, QUERN_OK);
    end(&s);
}

static void names_the_missing_file(void)
{
    subject s;
    names all = {.n = 0};
    start(&s, NULL);
    CHECK(s.vfs->list(s.vfs, MODEL_DIR, add_name, &all) == 0);
    size_t missed = 0;
    for (size_t i = 0; i < all.n; i++) {
        char path[100];
        snprintf(path, sizeof path, MODEL_DIR "/%s", all.items[i]);
        if (strncmp(all.items[i], "man-", 4) == 0 || strcmp(all.items[i], "LOCK") == 0) {
            continue;
        }
        CHECK(s.vfs->rename(s.vfs, path, "/p/away") == 0);
        findings f = run(&s, QUERN_E_CORRUPT);
        CHECK_ROW(all.items[i], strcmp(f.file, all.items[i]) == 0);
        CHECK_ROW(all.items[i], strcmp(f.what, "the file is missing") == 0);
        CHECK(s.vfs->rename(s.vfs, "/p/away", path) == 0);
        missed++;
    }
    CHECK(missed == 4);
    end(&s);
}

static void counts_tombstones_again(void)
{
    static const struct {
        const char *name, *what;
    } rows[] = {
        {"a count", "dead passages, not"},
        {"a term too many", "dead passages, not"},
        {"a term too few", "dead passages, not"},
        {"sum of lengths", "the sum of the lengths of the dead passages is wrong"},
        {"bytes of texts", "the bytes of the texts of the dead articles are wrong"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        subject s;
        model a;
        model_random(&a, &large, 1);
        quern_tombstones *t = model_tombstones(&a, first_15, 0);
        switch (i) {
        case 0:
            t->counts[5].count += t->counts[5].count < t->n_passages ? 1u : -1u;
            break;
        case 1:
            for (uint32_t k = 0; k < t->n_counts; k++) {
                if (t->counts[k].ordinal != k) { /* the term k has no dead passage */
                    memmove(&t->counts[k + 1], &t->counts[k],
                            (t->n_counts - k) * sizeof *t->counts);
                    t->counts[k] = (quern_term_count){k, 1};
                    t->n_counts++;
                    break;
                }
            }
            break;
        case 2:
            t->n_counts--;
            break;
        case 3:
            t->sum_len++;
            break;
        default:
            t->text_bytes++;
        }
        start(&s, t);
        findings f = run(&s, QUERN_E_CORRUPT);
        CHECK_ROW(rows[i].name, f.n == 1 && strncmp(f.file, "del-", 4) == 0);
        CHECK_ROW(rows[i].name, strstr(f.what, rows[i].what) != NULL);
        quern_tombstones_free(t);
        model_free(&a);
        end(&s);
    }
}

static void finds_an_article_that_lives_twice(void)
{
    subject s;
    model a;
    model_random(&a, &large, 1);
    quern_tombstones *t = model_tombstones(&a, first_14, 0);
    start(&s, t);
    findings f = run(&s, QUERN_E_CORRUPT);
    CHECK(f.n == 1 && strncmp(f.file, "seg-", 4) == 0);
    CHECK(strcmp(f.what, "article 14 lives in another segment too") == 0);
    quern_tombstones_free(t);
    model_free(&a);
    end(&s);
}

static void says_so_in_the_error(void)
{
    subject s;
    quern_error err;
    start(&s, NULL);
    put_file(&s, MODEL_DIR "/notes.txt", "x");
    CHECK(quern_check_index(s.vfs, MODEL_DIR, NULL, NULL, &err) == QUERN_E_CORRUPT);
    CHECK(strcmp(err.message,
                 "1 finding in /p/.quern, the first: notes.txt: not a file of an index") == 0);
    CHECK(strcmp(err.hint, "run: indexer rebuild --from-sources") == 0);
    put_file(&s, MODEL_DIR "/more.txt", "x");
    CHECK(quern_check_index(s.vfs, MODEL_DIR, NULL, NULL, &err) == QUERN_E_CORRUPT);
    CHECK(strncmp(err.message, "2 findings in ", 14) == 0);
    end(&s);
}

/* A disk that does not answer is an error, not a finding. */
static void survives_every_failing_call(void)
{
    subject s;
    start(&s, NULL);
    for (uint64_t n = 1;; n++) {
        quern_error err;
        findings f = {0};
        uint64_t before = sim_calls(s.disk);
        sim_fail_at(s.disk, n, EIO, 0);
        quern_status status = quern_check_index(s.vfs, MODEL_DIR, note, &f, &err);
        CHECK(f.n == 0 && (status == QUERN_OK || status == QUERN_E_IO));
        CHECK(err.status == status && sim_open_files(s.disk) == 0);
        if (sim_calls(s.disk) - before < n) {
            CHECK(n > 15);
            break;
        }
    }
    end(&s);
}

static void checks_on_a_real_disk(void)
{
    static const quern_index_config config = {60, "none", 1, 1, 1, 0, ""};
    char dir[4096], path[4200];
    findings f = {0};
    quern_error err;
    scratch_make(dir);
    snprintf(path, sizeof path, "%s/.quern", dir);
    CHECK(quern_store_create(quern_vfs_posix(), path, &config, &err) == QUERN_OK);
    CHECK(quern_index_check(path, note, &f, &err) == QUERN_OK && f.n == 0);
    scratch_write(path, "man-0000000000000002", "quern index format 2\nhash 0000000000000000\n",
                  43);
    CHECK(quern_index_check(path, note, &f, &err) == QUERN_E_CORRUPT && f.n == 1);
    CHECK(strcmp(f.file, "man-0000000000000002") == 0);
    scratch_remove(dir);
    CHECK(quern_index_check(path, note, &f, &err) == QUERN_E_NOT_FOUND && f.n == 1);
}

static CU_TestInfo tests[] = {
    {"finds nothing in a sound index", finds_nothing_in_a_sound_index},
    {"knows what belongs there", knows_what_belongs_there},
    {"names the damaged file", names_the_damaged_file},
    {"names the missing file", names_the_missing_file},
    {"counts tombstones again", counts_tombstones_again},
    {"finds an article that lives twice", finds_an_article_that_lives_twice},
    {"says so in the error", says_so_in_the_error},
    {"survives every failing call", survives_every_failing_call},
    {"checks on a real disk", checks_on_a_real_disk},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/check", tests)
