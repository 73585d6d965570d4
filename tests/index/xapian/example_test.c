/* SPDX-License-Identifier: MIT */
/* The program at the head of xapian_c.h, as it stands there. */
#include "fixture.h"

#include <string.h>

static int example(const char *path, FILE *to)
{
    xapian_c_database *db = NULL;
    xapian_c_document *doc = NULL;
    xapian_c_query *query = NULL;
    xapian_c_enquire *enq = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_error err;
    xapian_c_match how;
    xapian_c_hit hit;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;

    xapian_c_match_init(&how);
    if (xapian_c_database_open_writable(path, XAPIAN_C_DB_CREATE_OR_OPEN, 0, &db, &err) ||
        xapian_c_document_new(&doc, &err) ||
        xapian_c_document_add_posting(doc, xapian_c_text("quern"), 1, 1, &err) ||
        xapian_c_document_set_data(doc, xapian_c_text("A quern grinds grain."), &err) ||
        xapian_c_database_add_document(db, doc, NULL, &err) || xapian_c_database_commit(db, &err) ||
        xapian_c_query_new_term(xapian_c_text("quern"), 1, 0, &query, &err) ||
        xapian_c_enquire_new(db, &enq, &err) || xapian_c_enquire_set_query(enq, query, 0, &err) ||
        xapian_c_enquire_mset(enq, &how, &mset, &err))
        return fprintf(stderr, "%s: %s\n", err.type, err.message), 1;
    for (uint32_t i = 0; i < xapian_c_mset_size(mset); i++)
        if (!xapian_c_mset_get(mset, i, &hit, &err) && !xapian_c_mset_data(mset, i, &data, &err))
            fprintf(to, "%u  %s\n", (unsigned)hit.docid, data.data);
    xapian_c_buffer_free(&data);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enq);
    xapian_c_query_free(query);
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
    return 0;
}

static void test_example(void)
{
    char path[XC_PATH], text[64] = "";
    FILE *to = tmpfile();
    CHECK(to != NULL && example(xc_path(path, "example.db"), to) == 0);
    rewind(to);
    CHECK(fread(text, 1, sizeof text - 1, to) > 0);
    fclose(to);
    CHECK(strcmp(text, "1  A quern grinds grain.\n") == 0);
}

CU_TestInfo xc_example_tests[] = {{"the example of the header", test_example}, CU_TEST_INFO_NULL};
