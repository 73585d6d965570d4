/* SPDX-License-Identifier: MIT */
/* Out of memory: for each call below the first `operator new` under it fails, then the second, and
 * so on until the call gets through; in the library and in libxapian alike. Each failure must come
 * out as XAPIAN_C_E_NOMEM with empty outputs (or as success, where Xapian can do without what it
 * asked for), and nothing may leak, which ASan and valgrind watch. */
#include "fixture.h"

#include <string.h>

enum { MOST = 4000 };

/* What the calls work on; made before, when memory is there. */
static struct {
    char path[XC_PATH];
    xapian_c_database *db, *writer;
    xapian_c_document *doc;
    xapian_c_query *query, *other;
    xapian_c_query_parser *parser;
    xapian_c_term_generator *generator;
    xapian_c_stem *stem;
    xapian_c_stopper *stopper;
    xapian_c_enquire *enquire;
    xapian_c_mset *mset;
    xapian_c_rset *rset;
    xapian_c_buffer bytes;
} on;

static const xapian_c_bytes WORDS = {"alpha beta +gamma -delta \"epsilon zeta\"", 39};

static xapian_c_status open_reader(void)
{
    xapian_c_database *db = NULL;
    xapian_c_status status = xapian_c_database_open(on.path, 0, &db, &xc_err);
    CHECK((db != NULL) == (status == XAPIAN_C_OK));
    xapian_c_database_free(db);
    return status;
}

static xapian_c_status open_memory(void)
{
    xapian_c_database *db = NULL;
    xapian_c_status status = xapian_c_database_open_memory(&db, &xc_err);
    xapian_c_database_free(db);
    return status;
}

static xapian_c_status open_locked(void)
{
    xapian_c_database *db = NULL;
    xapian_c_status status =
        xapian_c_database_open_writable(on.path, XAPIAN_C_DB_OPEN, 0, &db, &xc_err);
    xapian_c_database_free(db);
    return status == XAPIAN_C_E_LOCKED ? XAPIAN_C_OK : status;
}

static xapian_c_status get_document(void)
{
    xapian_c_document *doc = NULL;
    xapian_c_status status = xapian_c_database_document(on.db, 3, 0, &doc, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_document_data(doc, &on.bytes, &xc_err);
    xapian_c_document_free(doc);
    return status;
}

static xapian_c_status new_document(void)
{
    xapian_c_document *doc = NULL;
    xapian_c_status status = xapian_c_document_new(&doc, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_document_add_posting(doc, T("a long enough term to need memory"), 7, 1,
                                               &xc_err);
    if (status == XAPIAN_C_OK)
        status =
            xapian_c_document_add_value(doc, 1, T("a long enough value to need memory"), &xc_err);
    if (status == XAPIAN_C_OK)
        status =
            xapian_c_document_set_data(doc, T("long enough data to need some memory"), &xc_err);
    xapian_c_document_free(doc);
    return status;
}

static xapian_c_status document_bytes(void)
{
    xapian_c_document *doc = NULL;
    xapian_c_buffer bytes = XAPIAN_C_BUFFER_INIT;
    xapian_c_status status = xapian_c_document_serialise(on.doc, &bytes, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_document_unserialise(xapian_c_span(bytes.data, bytes.len), &doc, &xc_err);
    xapian_c_buffer_free(&bytes);
    xapian_c_document_free(doc);
    return status;
}

static xapian_c_status walk_terms(void)
{
    xapian_c_term_iterator *it = NULL;
    xapian_c_status status = xapian_c_database_all_terms(on.db, T(""), &it, &xc_err);
    while (status == XAPIAN_C_OK)
        status = xapian_c_term_iterator_next(it, &xc_err);
    xapian_c_term_iterator_free(it);
    return status == XAPIAN_C_END ? XAPIAN_C_OK : status;
}

static xapian_c_status walk_postings(void)
{
    xapian_c_posting_iterator *it = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_status status = xapian_c_database_postings(on.db, T("alpha"), &it, &xc_err);
    while (status == XAPIAN_C_OK) {
        status = xapian_c_posting_iterator_next(it, &xc_err);
        if (status == XAPIAN_C_OK)
            status = xapian_c_posting_iterator_positions(it, &positions, &xc_err);
        xapian_c_position_iterator_free(positions);
        positions = NULL;
    }
    xapian_c_posting_iterator_free(it);
    return status == XAPIAN_C_END ? XAPIAN_C_OK : status;
}

static xapian_c_status walk_values(void)
{
    xapian_c_value_iterator *it = NULL;
    xapian_c_status status = xapian_c_database_values(on.db, 1, &it, &xc_err);
    while (status == XAPIAN_C_OK)
        status = xapian_c_value_iterator_next(it, &xc_err);
    xapian_c_value_iterator_free(it);
    return status == XAPIAN_C_END ? XAPIAN_C_OK : status;
}

static xapian_c_status combine(void)
{
    const xapian_c_query *parts[3] = {on.query, on.other, on.query};
    xapian_c_queries all = {parts, 3};
    xapian_c_query *query = NULL;
    xapian_c_status status =
        xapian_c_query_new_combined(XAPIAN_C_OP_NEAR, all, 10, &query, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_description(query, &on.bytes, &xc_err);
    xapian_c_query_free(query);
    return status;
}

static xapian_c_status query_bytes(void)
{
    xapian_c_query *query = NULL;
    xapian_c_buffer bytes = XAPIAN_C_BUFFER_INIT;
    xapian_c_status status = xapian_c_query_serialise(on.query, &bytes, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_unserialise(xapian_c_span(bytes.data, bytes.len), &query, &xc_err);
    xapian_c_buffer_free(&bytes);
    xapian_c_query_free(query);
    return status;
}

static xapian_c_status parse(void)
{
    xapian_c_query *query = NULL;
    xapian_c_status status =
        xapian_c_query_parser_parse(on.parser, WORDS, XAPIAN_C_PARSE_DEFAULT, &query, &xc_err);
    CHECK((query != NULL) == (status == XAPIAN_C_OK));
    xapian_c_query_free(query);
    return status;
}

static xapian_c_status new_parser(void)
{
    xapian_c_query_parser *parser = NULL;
    xapian_c_range range;
    xapian_c_range_init(&range);
    range.marker = "a marker that needs some memory:";
    xapian_c_status status = xapian_c_query_parser_new(&parser, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_set_stemmer(parser, on.stem, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_set_stopper(parser, on.stopper, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_add_boolean_prefix(parser, "field", "XF", "group", &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_add_range(parser, &range, &xc_err);
    xapian_c_query_parser_free(parser);
    return status;
}

static xapian_c_status index_text(void)
{
    xapian_c_document *doc = NULL;
    xapian_c_status status = xapian_c_document_new(&doc, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_term_generator_set_document(on.generator, doc, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_term_generator_index_text(on.generator, WORDS, 1, T("XPREFIX"), &xc_err);
    xapian_c_document_free(doc);
    return status;
}

static xapian_c_status search(void)
{
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    how.rset = on.rset;
    xapian_c_status status = xapian_c_enquire_mset(on.enquire, &how, &mset, &xc_err);
    CHECK((mset != NULL) == (status == XAPIAN_C_OK));
    xapian_c_mset_free(mset);
    return status;
}

static xapian_c_status new_enquire(void)
{
    xapian_c_enquire *enquire = NULL;
    xapian_c_key_maker *maker = NULL;
    xapian_c_status status = xapian_c_enquire_new(on.db, &enquire, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_enquire_weight_bm25(enquire, NULL, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_key_maker_new_values(&maker, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_key_maker_add_value(maker, 1, 0, T(""), &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_enquire_sort_by_key(enquire, maker, 0, &xc_err);
    xapian_c_key_maker_free(maker);
    xapian_c_enquire_free(enquire);
    return status;
}

static xapian_c_status expand(void)
{
    xapian_c_expand how;
    xapian_c_eset *eset = NULL;
    xapian_c_expand_init(&how);
    how.rset = on.rset;
    xapian_c_status status = xapian_c_enquire_eset(on.enquire, &how, &eset, &xc_err);
    xapian_c_eset_free(eset);
    return status;
}

static xapian_c_status snippet(void)
{
    xapian_c_snippet how;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    xapian_c_snippet_init(&how);
    how.text = WORDS;
    how.stem = on.stem;
    xapian_c_status status = xapian_c_mset_snippet(on.mset, &how, &text, &xc_err);
    xapian_c_buffer_free(&text);
    return status;
}

static xapian_c_status hits(void)
{
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    xapian_c_term_iterator *it = NULL;
    xapian_c_status status = xapian_c_mset_data(on.mset, 0, &data, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_enquire_matching_terms(on.enquire, 1, &it, &xc_err);
    xapian_c_term_iterator_free(it);
    xapian_c_buffer_free(&data);
    return status;
}

static xapian_c_status small_objects(void)
{
    xapian_c_stopper *stopper = NULL;
    xapian_c_match_spy *spy = NULL;
    xapian_c_match_decider *decider = NULL;
    xapian_c_stem *stem = NULL;
    xapian_c_status status = xapian_c_stopper_new(&stopper, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_stopper_add(stopper, T("a word that needs some memory"), &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_match_spy_new_values(1, &spy, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_match_decider_new_values(1, 1, &decider, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_match_decider_add_value(decider, T("red"), &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_stem_new("english", 0, &stem, &xc_err);
    xapian_c_stem_free(stem);
    xapian_c_match_decider_free(decider);
    xapian_c_match_spy_free(spy);
    xapian_c_stopper_free(stopper);
    return status;
}

static xapian_c_status write_document(void)
{
    uint32_t docid = 0;
    xapian_c_status status =
        xapian_c_database_replace_by_term(on.writer, T("Q1"), on.doc, &docid, &xc_err);
    CHECK((docid != 0) == (status == XAPIAN_C_OK));
    return status;
}

static xapian_c_status write_tables(void)
{
    xapian_c_status status =
        xapian_c_database_set_metadata(on.writer, T("a key"), T("a value"), &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_database_add_spelling(on.writer, T("trainium"), 1, &xc_err);
    if (status == XAPIAN_C_OK)
        status = xapian_c_database_add_synonym(on.writer, T("car"), T("wagon"), &xc_err);
    return status;
}

static const struct {
    const char *name;
    xapian_c_status (*call)(void);
} rows[] = {{"open", open_reader},
            {"open in memory", open_memory},
            {"open a locked one", open_locked},
            {"draw a document", get_document},
            {"new document", new_document},
            {"document to bytes", document_bytes},
            {"walk terms", walk_terms},
            {"walk postings", walk_postings},
            {"walk values", walk_values},
            {"combine queries", combine},
            {"query to bytes", query_bytes},
            {"parse", parse},
            {"new parser", new_parser},
            {"index a text", index_text},
            {"search", search},
            {"new enquire", new_enquire},
            {"expand", expand},
            {"snippet", snippet},
            {"hits", hits},
            {"small objects", small_objects},
            {"write a document", write_document},
            {"write tables", write_tables}};

static void set_up(void)
{
    on.writer = xc_library(xc_path(on.path, "nomem.db"));
    OK(xapian_c_database_open(on.path, 0, &on.db, &xc_err));
    on.doc = xc_document("one two three with some more words");
    on.query = xc_term("alpha");
    on.other = xc_term("beta");
    OK(xapian_c_stem_new("english", 0, &on.stem, &xc_err));
    OK(xapian_c_stopper_new(&on.stopper, &xc_err));
    OK(xapian_c_query_parser_new(&on.parser, &xc_err));
    OK(xapian_c_query_parser_set_stemmer(on.parser, on.stem, &xc_err));
    OK(xapian_c_term_generator_new(&on.generator, &xc_err));
    OK(xapian_c_term_generator_set_stemmer(on.generator, on.stem, &xc_err));
    on.enquire = xc_enquire(on.db, xc_term("alpha"));
    on.mset = xc_mset(on.enquire);
    OK(xapian_c_rset_new(&on.rset, &xc_err));
    OK(xapian_c_rset_add(on.rset, 1, &xc_err));
}

static void tear_down(void)
{
    xapian_c_rset_free(on.rset);
    xapian_c_mset_free(on.mset);
    xapian_c_enquire_free(on.enquire);
    xapian_c_term_generator_free(on.generator);
    xapian_c_query_parser_free(on.parser);
    xapian_c_stopper_free(on.stopper);
    xapian_c_stem_free(on.stem);
    xapian_c_query_free(on.other);
    xapian_c_query_free(on.query);
    xapian_c_document_free(on.doc);
    xapian_c_database_free(on.db);
    xapian_c_database_free(on.writer);
    xapian_c_buffer_free(&on.bytes);
}

static void test_every_allocation(void)
{
    unsigned failures = 0, survived = 0;
    set_up();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        long n = 1;
        for (; n < MOST; n++) {
            xc_fail_new(n);
            xapian_c_status status = rows[i].call();
            xc_fail_new(0);
            if (!xc_failed_new()) {
                CHECK_ROW(rows[i].name, status == XAPIAN_C_OK);
                break;
            }
            failures++;
            survived += status == XAPIAN_C_OK;
            if (status != XAPIAN_C_OK)
                WANT(XAPIAN_C_E_NOMEM, status);
        }
        CHECK_ROW(rows[i].name, n > 1 && n < MOST);
        CHECK_ROW(rows[i].name, rows[i].call() == XAPIAN_C_OK); /* and once more, with memory */
    }
    printf("(%zu calls, %u failures, %u of them did no harm) ", sizeof rows / sizeof *rows,
           failures, survived);
    tear_down();
}

CU_TestInfo xc_nomem_tests[] = {{"every allocation fails", test_every_allocation},
                                CU_TEST_INFO_NULL};
