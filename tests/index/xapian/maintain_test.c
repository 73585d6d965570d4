/* SPDX-License-Identifier: MIT */
/* database.h: compaction and check. */
#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct told {
    unsigned tables, conflicts, values;
    int stop;
};

static int on_status(const char *table, const char *status, void *payload)
{
    struct told *told = payload;
    told->tables += table[0] != '\0' && status[0] == '\0';
    return told->stop;
}

static int on_conflict(xapian_c_bytes key, const xapian_c_bytes *values, size_t n,
                       xapian_c_buffer *chosen, void *payload)
{
    struct told *told = payload;
    told->conflicts++;
    told->values += (unsigned)n;
    CHECK(key.len >= 4 && memcmp(key.data + key.len - 4, "kind", 4) == 0);
    return xapian_c_buffer_set(chosen, values[n - 1], NULL) == XAPIAN_C_OK ? 0 : -1;
}

static void two_sources(xapian_c_database **all)
{
    char one[XC_PATH], two[XC_PATH];
    xapian_c_database *a = xc_library(xc_path(one, "a.db")), *b = xc_library(xc_path(two, "b.db"));
    OK(xapian_c_database_set_metadata(a, T("kind"), T("first"), &xc_err));
    OK(xapian_c_database_set_metadata(b, T("kind"), T("second"), &xc_err));
    OK(xapian_c_database_commit(a, &xc_err));
    OK(xapian_c_database_commit(b, &xc_err));
    OK(xapian_c_database_new(all, &xc_err));
    OK(xapian_c_database_add(*all, a, &xc_err));
    OK(xapian_c_database_add(*all, b, &xc_err));
    xapian_c_database_free(a);
    xapian_c_database_free(b);
}

static void test_compact(void)
{
    char path[XC_PATH];
    struct told told = {0, 0, 0, 0};
    xapian_c_compact how;
    xapian_c_database *all = NULL, *db = NULL;
    xapian_c_buffer value = XAPIAN_C_BUFFER_INIT;
    two_sources(&all);
    xapian_c_compact_init(&how);
    CHECK(how.status == NULL && how.metadata == NULL && how.block_size == 0);
    OK(xapian_c_database_compact(all, xc_path(path, "plain.db"), NULL, &xc_err));
    OK(xapian_c_database_open(path, 0, &db, &xc_err));
    OK(xapian_c_database_metadata(db, T("kind"), &value, &xc_err));
    SAME_BUFFER(value, "first");
    CHECK(strcmp(xc_found(db, xc_term("epsilon")), "4 9") == 0);
    xapian_c_database_free(db);
    how.flags = XAPIAN_C_COMPACT_FULL | XAPIAN_C_COMPACT_MULTIPASS;
    how.block_size = 4096;
    how.status = on_status;
    how.metadata = on_conflict;
    how.payload = &told;
    OK(xapian_c_database_compact(all, xc_path(path, "told.db"), &how, &xc_err));
    CHECK(told.tables > 0 && told.conflicts == 1 && told.values == 2);
    OK(xapian_c_database_open(path, 0, &db, &xc_err));
    OK(xapian_c_database_metadata(db, T("kind"), &value, &xc_err));
    SAME_BUFFER(value, "second");
    xapian_c_database_free(db);
    told.stop = -1;
    WANT(XAPIAN_C_E_STOPPED,
         xapian_c_database_compact(all, xc_path(path, "stopped.db"), &how, &xc_err));
    xapian_c_buffer_free(&value);
    xapian_c_database_free(all);
}

static void test_compact_errors(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "dirty.db")), *memory = xc_library(NULL);
    xapian_c_document *doc = xc_document("omega");
    OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_database_compact(db, xc_path(path, "dirty-out.db"), NULL, &xc_err));
    xapian_c_status status =
        xapian_c_database_compact(memory, xc_path(path, "memory-out.db"), NULL, &xc_err);
    CHECK(status == XAPIAN_C_E_DATABASE && strstr(xc_err.message, "compacted") != NULL);
    OK(xapian_c_database_commit(db, &xc_err));
    xapian_c_compact how;
    xapian_c_compact_init(&how);
    how.flags = XAPIAN_C_COMPACT_NO_RENUMBER;
    OK(xapian_c_database_compact(db, xc_path(path, "kept.db"), &how, &xc_err));
    xapian_c_document_free(doc);
    xapian_c_database_free(memory);
    xapian_c_database_free(db);
    xapian_c_compact_init(NULL);
}

static void test_check(void)
{
    char path[XC_PATH];
    size_t faults = 9;
    xapian_c_buffer report = XAPIAN_C_BUFFER_INIT;
    xapian_c_database_free(xc_library(xc_path(path, "check.db")));
    OK(xapian_c_database_check(path, XAPIAN_C_CHECK_SHOW_STATS, &faults, &report, &xc_err));
    CHECK(faults == 0 && report.len > 0 && strstr(report.data, "postlist") != NULL);
    OK(xapian_c_database_check(path, 0, &faults, NULL, &xc_err));
    CHECK(faults == 0);
    xapian_c_status status =
        xapian_c_database_check(xc_path(path, "nothing"), 0, &faults, &report, &xc_err);
    CHECK(status != XAPIAN_C_OK && faults == 0 && report.len == 0);
    xapian_c_buffer_free(&report);
}

/* Damage that the checker is known to survive: the version file cut short. */
static void test_check_damaged(void)
{
    char path[XC_PATH], file[XC_PATH];
    size_t faults = 0;
    xapian_c_database_free(xc_library(xc_path(path, "damaged.db")));
    CHECK(truncate(xc_path(file, "damaged.db/iamglass"), 20) == 0);
    xapian_c_status status = xapian_c_database_check(path, 0, &faults, NULL, &xc_err);
    CHECK(status != XAPIAN_C_OK || faults > 0);
    xapian_c_database *db = NULL;
    status = xapian_c_database_open(path, 0, &db, &xc_err);
    CHECK(status == XAPIAN_C_E_CORRUPT || status == XAPIAN_C_E_VERSION ||
          status == XAPIAN_C_E_OPEN);
    CHECK(db == NULL);
}

CU_TestInfo xc_maintain_tests[] = {{"compact", test_compact},
                                   {"compact errors", test_compact_errors},
                                   {"check", test_check},
                                   {"check of a damaged one", test_check_damaged},
                                   CU_TEST_INFO_NULL};
