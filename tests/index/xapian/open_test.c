/* SPDX-License-Identifier: MIT */
/* database.h: every way to open, several as one, reopen, lock, close. */
#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_create_modes(void)
{
    enum { MISSING, THERE };
    static const struct {
        const char *name;
        int flags, state;
        xapian_c_status want;
        uint32_t docs;
    } rows[] = {{"create or open, missing", XAPIAN_C_DB_CREATE_OR_OPEN, MISSING, XAPIAN_C_OK, 0},
                {"create or open, there", XAPIAN_C_DB_CREATE_OR_OPEN, THERE, XAPIAN_C_OK, 5},
                {"overwrite, missing", XAPIAN_C_DB_CREATE_OR_OVERWRITE, MISSING, XAPIAN_C_OK, 0},
                {"overwrite, there", XAPIAN_C_DB_CREATE_OR_OVERWRITE, THERE, XAPIAN_C_OK, 0},
                {"create, missing", XAPIAN_C_DB_CREATE, MISSING, XAPIAN_C_OK, 0},
                {"create, there", XAPIAN_C_DB_CREATE, THERE, XAPIAN_C_E_CREATE, 0},
                {"open, missing", XAPIAN_C_DB_OPEN, MISSING, XAPIAN_C_E_NOT_FOUND, 0},
                {"open, there", XAPIAN_C_DB_OPEN, THERE, XAPIAN_C_OK, 5},
                {"flags",
                 XAPIAN_C_DB_CREATE | XAPIAN_C_DB_NO_SYNC | XAPIAN_C_DB_NO_TERMLIST |
                     XAPIAN_C_DB_BACKEND_GLASS,
                 MISSING, XAPIAN_C_OK, 0},
                {"dangerous",
                 XAPIAN_C_DB_CREATE_OR_OPEN | XAPIAN_C_DB_DANGEROUS | XAPIAN_C_DB_FULL_SYNC,
                 MISSING, XAPIAN_C_OK, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[32], path[XC_PATH];
        xapian_c_database *db = NULL;
        uint32_t docs = 99;
        snprintf(name, sizeof name, "mode%u.db", (unsigned)i);
        xc_path(path, name);
        if (rows[i].state == THERE)
            xapian_c_database_free(xc_library(path));
        WANT(rows[i].want, xapian_c_database_open_writable(path, rows[i].flags, 0, &db, &xc_err));
        CHECK_ROW(rows[i].name, (db != NULL) == (rows[i].want == XAPIAN_C_OK));
        if (db == NULL)
            continue;
        CHECK_ROW(rows[i].name, xapian_c_database_is_writable(db) == 1);
        OK(xapian_c_database_doccount(db, &docs, &xc_err));
        CHECK_ROW(rows[i].name, docs == rows[i].docs);
        xapian_c_database_free(db);
    }
}

static void test_open_errors(void)
{
    char path[XC_PATH];
    xapian_c_database *db = NULL;
    WANT(XAPIAN_C_E_NOT_FOUND, xapian_c_database_open(xc_path(path, "none"), 0, &db, &xc_err));
    CHECK(strstr(xc_err.message, "none") != NULL);
    xc_write_file(xc_path(path, "text"), "this is no database\n");
    xapian_c_status status = xapian_c_database_open(path, 0, &db, &xc_err);
    CHECK(status != XAPIAN_C_OK && db == NULL);
    mkdir(xc_path(path, "version"), 0700);
    xc_write_file(xc_path(path, "version/iamglass"), "not the magic of glass, but long enough....");
    status = xapian_c_database_open(xc_path(path, "version"), 0, &db, &xc_err);
    CHECK(status == XAPIAN_C_E_VERSION || status == XAPIAN_C_E_CORRUPT);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_writable(xc_path(path, "block"),
                                                             XAPIAN_C_DB_CREATE, 3, NULL, &xc_err));
}

static void test_lock(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "lock.db")), *second = NULL, *reader = NULL;
    int locked = 0;
    WANT(XAPIAN_C_E_LOCKED,
         xapian_c_database_open_writable(path, XAPIAN_C_DB_OPEN, 0, &second, &xc_err));
    CHECK(strcmp(xc_err.type, "DatabaseLockError") == 0 && second == NULL);
    OK(xapian_c_database_open(path, 0, &reader, &xc_err));
    CHECK(xapian_c_database_is_writable(reader) == 0);
    OK(xapian_c_database_locked(reader, &locked, &xc_err));
    CHECK(locked == 1);
    xapian_c_database_free(db);
    OK(xapian_c_database_locked(reader, &locked, &xc_err));
    CHECK(locked == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_commit(reader, &xc_err));
    CHECK(strstr(xc_err.message, "for reading") != NULL);
    xapian_c_database_free(reader);
    xapian_c_database_free(NULL);
    CHECK(xapian_c_database_is_writable(NULL) == 0);
}

static void test_reopen_and_revision(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "reopen.db")), *reader = NULL;
    xapian_c_document *doc = xc_document("omega");
    uint64_t before = 0, after = 0;
    uint32_t docs = 0;
    int changed = 9;
    OK(xapian_c_database_open(path, 0, &reader, &xc_err));
    OK(xapian_c_database_revision(reader, &before, &xc_err));
    OK(xapian_c_database_reopen(reader, &changed, &xc_err));
    CHECK(changed == 0 && before > 0);
    OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
    OK(xapian_c_database_commit(db, &xc_err));
    OK(xapian_c_database_doccount(reader, &docs, &xc_err));
    CHECK(docs == 5);
    OK(xapian_c_database_reopen(reader, &changed, &xc_err));
    OK(xapian_c_database_revision(reader, &after, &xc_err));
    CHECK(changed == 1 && after == before + 1);
    OK(xapian_c_database_reopen(reader, NULL, &xc_err));
    OK(xapian_c_database_doccount(reader, &docs, &xc_err));
    CHECK(docs == 6);
    xapian_c_document_free(doc);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
}

static void test_close(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "close.db"));
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_mset *mset = NULL;
    xapian_c_match how;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    uint32_t n = 0;
    OK(xapian_c_database_description(db, &text, &xc_err));
    CHECK(strstr(text.data, "WritableDatabase(") == text.data);
    OK(xapian_c_database_keep_alive(db, &xc_err));
    OK(xapian_c_database_uuid(db, &text, &xc_err));
    CHECK(text.len == 36);
    OK(xapian_c_database_close(db, &xc_err));
    WANT(XAPIAN_C_E_CLOSED, xapian_c_database_termfreq(db, T("alpha"), &n, &xc_err));
    xapian_c_document *doc = xc_document("omega");
    WANT(XAPIAN_C_E_CLOSED, xapian_c_database_add_document(db, doc, NULL, &xc_err));
    xapian_c_document_free(doc);
    xapian_c_match_init(&how);
    WANT(XAPIAN_C_E_CLOSED, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    CHECK(mset == NULL);
    OK(xapian_c_database_close(db, &xc_err)); /* twice is fine */
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
    xapian_c_buffer_free(&text);
}

static void test_stub_and_several(void)
{
    char one[XC_PATH], two[XC_PATH], stub[XC_PATH], text[2 * XC_PATH + 64];
    xapian_c_database *db = NULL, *part = NULL, *all = NULL;
    uint32_t docs = 0;
    uint64_t revision = 0;
    size_t shards = 9;
    xapian_c_database_free(xc_library(xc_path(one, "one.db")));
    xapian_c_database_free(xc_library(xc_path(two, "two.db")));
    snprintf(text, sizeof text, "glass %s\nglass %s\n", one, two);
    xc_write_file(xc_path(stub, "stub"), text);
    OK(xapian_c_database_open(stub, XAPIAN_C_DB_BACKEND_STUB, &db, &xc_err));
    OK(xapian_c_database_shard_count(db, &shards, &xc_err));
    OK(xapian_c_database_doccount(db, &docs, &xc_err));
    CHECK(shards == 2 && docs == 10);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_revision(db, &revision, &xc_err));

    OK(xapian_c_database_new(&all, &xc_err));
    OK(xapian_c_database_shard_count(all, &shards, &xc_err));
    CHECK(shards == 0);
    OK(xapian_c_database_open(one, 0, &part, &xc_err));
    OK(xapian_c_database_add(all, part, &xc_err));
    OK(xapian_c_database_add(all, db, &xc_err));
    xapian_c_database_free(part);
    xapian_c_database_free(db);
    OK(xapian_c_database_shard_count(all, &shards, &xc_err));
    OK(xapian_c_database_doccount(all, &docs, &xc_err));
    CHECK(shards == 3 && docs == 15);
    /* Document d of shard s is (d - 1) * n + s + 1. */
    CHECK(strcmp(xc_found(all, xc_term("epsilon")), "10 11 12") == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add(all, all, &xc_err));
    xapian_c_database_free(all);
}

static void test_writable_several(void)
{
    char path[XC_PATH];
    xapian_c_database *a = xc_library(NULL), *b = xc_library(xc_path(path, "several.db")),
                      *reader = NULL;
    xapian_c_document *doc = xc_document("omega");
    uint32_t docid = 0;
    OK(xapian_c_database_open(path, 0, &reader, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add(a, reader, &xc_err));
    OK(xapian_c_database_add(a, b, &xc_err));
    OK(xapian_c_database_add_document(a, doc, &docid, &xc_err));
    CHECK(docid == 11);
    OK(xapian_c_database_commit(a, &xc_err));
    CHECK(strcmp(xc_found(a, xc_term("omega")), "11") == 0);
    xapian_c_document_free(doc);
    xapian_c_database_free(reader);
    xapian_c_database_free(b);
    xapian_c_database_free(a);
}

static void test_single_file_and_fd(void)
{
    char path[XC_PATH], file[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "source.db")), *one = NULL;
    xapian_c_compact how;
    xapian_c_buffer report = XAPIAN_C_BUFFER_INIT;
    size_t faults = 9;
    xapian_c_compact_init(&how);
    how.flags = XAPIAN_C_COMPACT_SINGLE_FILE | XAPIAN_C_COMPACT_FULLER;
    OK(xapian_c_database_compact(db, xc_path(file, "single"), &how, &xc_err));
    OK(xapian_c_database_open(file, 0, &one, &xc_err));
    CHECK(strcmp(xc_found(one, xc_term("beta")), "1 2 4") == 0);
    xapian_c_database_free(one);
    OK(xapian_c_database_open_fd(open(file, O_RDONLY), 0, &one, &xc_err));
    CHECK(strcmp(xc_found(one, xc_term("alpha")), "1 2 3 5") == 0);
    xapian_c_database_free(one);
    OK(xapian_c_database_check_fd(open(file, O_RDONLY), 0, &faults, &report, &xc_err));
    CHECK(faults == 0);
    xapian_c_status status =
        xapian_c_database_open_fd(open("/dev/null", O_RDONLY), 0, &one, &xc_err);
    CHECK(status != XAPIAN_C_OK && one == NULL);
    OK(xapian_c_database_compact_fd(db, open(xc_path(file, "single2"), O_RDWR | O_CREAT, 0600),
                                    NULL, &xc_err));
    OK(xapian_c_database_open(file, 0, &one, &xc_err));
    CHECK(strcmp(xc_found(one, xc_term("delta")), "3 4") == 0);
    xapian_c_database_free(one);
    xapian_c_database_free(db);
    xapian_c_buffer_free(&report);
}

CU_TestInfo xc_open_tests[] = {{"create modes", test_create_modes},
                               {"errors", test_open_errors},
                               {"lock", test_lock},
                               {"reopen and revision", test_reopen_and_revision},
                               {"close", test_close},
                               {"stub, several as one", test_stub_and_several},
                               {"several writable", test_writable_several},
                               {"single file, descriptors", test_single_file_and_fd},
                               CU_TEST_INFO_NULL};
