/* SPDX-License-Identifier: MIT */
/* The shared parts of the tests, and their main: see fixture.h. */
#include "fixture.h"

#include <CUnit/Basic.h>

#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

xapian_c_error xc_err;
static char home[XC_PATH];
static char answer[4096];

int xc_want(const char *file, int line, const char *call, xapian_c_status got, xapian_c_status want)
{
    char text[1400];
    int fine = got == want && (want == XAPIAN_C_OK || xc_err.status == got);
    snprintf(text, sizeof text, "%.200s: got %s, wanted %s; error %s: %s %s", call,
             xapian_c_status_name((int)got), xapian_c_status_name((int)want), xc_err.type,
             xc_err.message, xc_err.context);
    CU_assertImplementation(fine, (unsigned)line, text, file, "", CU_FALSE);
    return fine;
}

void xc_check(const char *file, int line, const char *row, const char *text, int holds)
{
    char message[800];
    snprintf(message, sizeof message, "[%.200s] %.500s", row, text);
    CU_assertImplementation(holds, (unsigned)line, message, file, "", CU_FALSE);
}

void xc_same(const char *file, int line, const char *row, xapian_c_bytes got, const char *want)
{
    char message[1600];
    int fine = got.len == strlen(want) && (got.len == 0 || memcmp(got.data, want, got.len) == 0);
    snprintf(message, sizeof message, "[%.200s] got '%.*s', wanted '%.500s'", row,
             got.len > 500 ? 500 : (int)got.len, got.data != NULL ? got.data : "", want);
    CU_assertImplementation(fine, (unsigned)line, message, file, "", CU_FALSE);
}

char *xc_path(char path[XC_PATH], const char *name)
{
    snprintf(path, XC_PATH, "%.400s/%.100s", home, name);
    return path;
}

void xc_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK_ROW(path, file != NULL && fputs(text, file) >= 0);
    if (file != NULL)
        fclose(file);
}

xapian_c_document *xc_document(const char *words)
{
    xapian_c_document *doc = NULL;
    uint32_t position = 0;
    OK(xapian_c_document_new(&doc, &xc_err));
    OK(xapian_c_document_set_data(doc, T(words), &xc_err));
    for (const char *word = words; *word != '\0';) {
        size_t len = strcspn(word, " ");
        OK(xapian_c_document_add_posting(doc, xapian_c_span(word, len), ++position, 1, &xc_err));
        word += len + (word[len] == ' ');
    }
    return doc;
}

static const struct {
    const char *words, *colour, *date;
    xapian_c_coord place;
    int placed;
} rows[] = {{"alpha beta gamma", "red", "20230115", {52.5, 13.4}, 1},
            {"alpha beta", "blue", "20230310", {48.9, 2.35}, 1},
            {"alpha gamma gamma delta", "red", "20240704", {41.9, 12.5}, 1},
            {"beta delta epsilon", "green", "20241224", {0, 0}, 0},
            {"alpha alpha alpha", "red", NULL, {0, 0}, 0}};

static void add_row(xapian_c_database *db, size_t i)
{
    xapian_c_buffer bytes = XAPIAN_C_BUFFER_INIT;
    xapian_c_document *doc = xc_document(rows[i].words);
    char term[32];
    snprintf(term, sizeof term, "Q%u", (unsigned)i + 1);
    OK(xapian_c_document_add_boolean_term(doc, T(term), &xc_err));
    snprintf(term, sizeof term, "XC%s", rows[i].colour);
    OK(xapian_c_document_add_boolean_term(doc, T(term), &xc_err));
    OK(xapian_c_sortable_serialise(10.0 * (double)(i + 1), &bytes, &xc_err));
    OK(xapian_c_document_add_value(doc, 0, xapian_c_span(bytes.data, bytes.len), &xc_err));
    OK(xapian_c_document_add_value(doc, 1, T(rows[i].colour), &xc_err));
    if (rows[i].date != NULL)
        OK(xapian_c_document_add_value(doc, 2, T(rows[i].date), &xc_err));
    if (rows[i].placed) {
        OK(xapian_c_coords_serialise(&rows[i].place, 1, &bytes, &xc_err));
        OK(xapian_c_document_add_value(doc, 3, xapian_c_span(bytes.data, bytes.len), &xc_err));
    }
    OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
    xapian_c_document_free(doc);
    xapian_c_buffer_free(&bytes);
}

xapian_c_database *xc_library(const char *path)
{
    xapian_c_database *db = NULL;
    if (path == NULL)
        OK(xapian_c_database_open_memory(&db, &xc_err));
    else
        OK(xapian_c_database_open_writable(path, XAPIAN_C_DB_CREATE_OR_OVERWRITE, 0, &db, &xc_err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add_row(db, i);
    OK(xapian_c_database_commit(db, &xc_err));
    return db;
}

static void append(const char *text, size_t len)
{
    size_t have = strlen(answer);
    snprintf(answer + have, sizeof answer - have, "%s%.*s", have > 0 ? " " : "", (int)len, text);
}

static void append_number(uint32_t number)
{
    char text[16];
    snprintf(text, sizeof text, "%u", (unsigned)number);
    append(text, strlen(text));
}

const char *xc_ranked(xapian_c_mset *mset)
{
    xapian_c_hit hit;
    answer[0] = '\0';
    for (uint32_t i = 0; i < xapian_c_mset_size(mset); i++)
        if (OK(xapian_c_mset_get(mset, i, &hit, &xc_err)))
            append_number(hit.docid);
    xapian_c_mset_free(mset);
    return answer;
}

const char *xc_terms(xapian_c_term_iterator *it)
{
    xapian_c_status status;
    answer[0] = '\0';
    while ((status = xapian_c_term_iterator_next(it, &xc_err)) == XAPIAN_C_OK) {
        xapian_c_bytes term = xapian_c_term_iterator_term(it);
        append(term.data, term.len);
    }
    WANT(XAPIAN_C_END, status);
    xapian_c_term_iterator_free(it);
    return answer;
}

const char *xc_positions(xapian_c_position_iterator *it)
{
    xapian_c_status status;
    answer[0] = '\0';
    while ((status = xapian_c_position_iterator_next(it, &xc_err)) == XAPIAN_C_OK)
        append_number(xapian_c_position_iterator_position(it));
    WANT(XAPIAN_C_END, status);
    xapian_c_position_iterator_free(it);
    return answer;
}

xapian_c_query *xc_term(const char *term)
{
    xapian_c_query *query = NULL;
    OK(xapian_c_query_new_term(T(term), 1, 0, &query, &xc_err));
    return query;
}

xapian_c_enquire *xc_enquire(xapian_c_database *db, xapian_c_query *query)
{
    xapian_c_enquire *enquire = NULL;
    OK(xapian_c_enquire_new(db, &enquire, &xc_err));
    OK(xapian_c_enquire_set_query(enquire, query, 0, &xc_err));
    xapian_c_query_free(query);
    return enquire;
}

xapian_c_mset *xc_mset(xapian_c_enquire *enquire)
{
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    OK(xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    return mset;
}

const char *xc_found(xapian_c_database *db, xapian_c_query *query)
{
    xapian_c_enquire *enquire = xc_enquire(db, query);
    OK(xapian_c_enquire_weight_bool(enquire, &xc_err));
    const char *ids = xc_ranked(xc_mset(enquire));
    xapian_c_enquire_free(enquire);
    return ids;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

int main(int argc, char **argv)
{
    static CU_SuiteInfo suites[] = {{.pName = "basics", .pTests = xc_basics_tests},
                                    {.pName = "document", .pTests = xc_document_tests},
                                    {.pName = "open", .pTests = xc_open_tests},
                                    {.pName = "read", .pTests = xc_read_tests},
                                    {.pName = "write", .pTests = xc_write_tests},
                                    {.pName = "maintain", .pTests = xc_maintain_tests},
                                    {.pName = "iterators", .pTests = xc_iterator_tests},
                                    {.pName = "text", .pTests = xc_text_tests},
                                    {.pName = "query", .pTests = xc_query_tests},
                                    {.pName = "parser", .pTests = xc_parser_tests},
                                    {.pName = "choosers", .pTests = xc_chooser_tests},
                                    {.pName = "enquire", .pTests = xc_enquire_tests},
                                    {.pName = "results", .pTests = xc_result_tests},
                                    {.pName = "modified", .pTests = xc_modified_tests},
                                    {.pName = "remote", .pTests = xc_remote_tests},
                                    {.pName = "border", .pTests = xc_border_tests},
                                    {.pName = "null", .pTests = xc_null_tests},
                                    {.pName = "example", .pTests = xc_example_tests},
                                    CU_SUITE_INFO_NULL};
    static CU_SuiteInfo alone[] = {{.pName = "nomem", .pTests = xc_nomem_tests},
                                   CU_SUITE_INFO_NULL};
    int nomem = argc > 1 && strcmp(argv[1], "nomem") == 0;
    const char *tmp = getenv("TMPDIR");
    snprintf(home, sizeof home, "%.400s/xapian_c_test.XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(home) == NULL || CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(nomem ? alone : suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
