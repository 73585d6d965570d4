/* SPDX-License-Identifier: MIT */
/* text.h: stemmers, stoppers, the term generator. */
#include "fixture.h"

#include <string.h>

static void test_stemmers(void)
{
    static const struct {
        const char *language, *word, *stem;
    } rows[] = {{"english", "commitments", "commit"}, {"en", "running", "run"},
                {"german", "häuser", "haus"},         {"french", "continuellement", "continuel"},
                {"none", "running", "running"},       {"", "running", "running"}};
    xapian_c_buffer stem = XAPIAN_C_BUFFER_INIT;
    xapian_c_stem *stemmer = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OK(xapian_c_stem_new(rows[i].language, 0, &stemmer, &xc_err));
        OK(xapian_c_stem_word(stemmer, T(rows[i].word), &stem, &xc_err));
        SAME_ROW(rows[i].language, xapian_c_span(stem.data, stem.len), rows[i].stem);
        CHECK_ROW(rows[i].language, xapian_c_stem_is_none(stemmer) == (i >= 4));
        OK(xapian_c_stem_description(stemmer, &stem, &xc_err));
        CHECK_ROW(rows[i].language, stem.len > 0);
        xapian_c_stem_free(stemmer);
    }
    WANT(XAPIAN_C_E_INVALID, xapian_c_stem_new("klingon", 0, &stemmer, &xc_err));
    OK(xapian_c_stem_new("klingon", 1, &stemmer, &xc_err));
    CHECK(xapian_c_stem_is_none(stemmer) == 1 && xapian_c_stem_is_none(NULL) == 1);
    xapian_c_stem_free(stemmer);
    xapian_c_stem_free(NULL);
    OK(xapian_c_stem_languages(&stem, &xc_err));
    CHECK(strstr(stem.data, "english") != NULL && strstr(stem.data, "finnish") != NULL);
    xapian_c_buffer_free(&stem);
}

static int stop_short(xapian_c_bytes word, void *payload)
{
    ++*(int *)payload;
    return word.len == 9 ? -1 : word.len <= 2;
}

static void test_stoppers(void)
{
    xapian_c_stopper *list = NULL, *function = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    int yes = 9, calls = 0;
    OK(xapian_c_stopper_new(&list, &xc_err));
    OK(xapian_c_stopper_add(list, T("the"), &xc_err));
    OK(xapian_c_stopper_stops(list, T("the"), &yes, &xc_err));
    CHECK(yes == 1);
    OK(xapian_c_stopper_stops(list, T("fox"), &yes, &xc_err));
    CHECK(yes == 0);
    OK(xapian_c_stopper_description(list, &text, &xc_err));
    CHECK(strstr(text.data, "the") != NULL);
    OK(xapian_c_stopper_new_callback(stop_short, &calls, &function, &xc_err));
    OK(xapian_c_stopper_stops(function, T("of"), &yes, &xc_err));
    CHECK(yes == 1 && calls == 1);
    WANT(XAPIAN_C_E_STOPPED, xapian_c_stopper_stops(function, T("ninechars"), &yes, &xc_err));
    CHECK(yes == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_stopper_add(function, T("x"), &xc_err));
    OK(xapian_c_stopper_description(function, &text, &xc_err));
    CHECK(text.len > 0);
    xapian_c_stopper_free(list);
    xapian_c_stopper_free(function);
    xapian_c_stopper_free(NULL);
    xapian_c_buffer_free(&text);
}

/* The terms that a generator makes of a text. */
static const char *made(xapian_c_term_generator *generator, const char *text)
{
    xapian_c_document *doc = NULL, *back = NULL;
    xapian_c_term_iterator *it = NULL;
    OK(xapian_c_document_new(&doc, &xc_err));
    OK(xapian_c_term_generator_set_document(generator, doc, &xc_err));
    OK(xapian_c_term_generator_index_text(generator, T(text), 1, T(""), &xc_err));
    OK(xapian_c_term_generator_document(generator, &back, &xc_err));
    OK(xapian_c_document_terms(back, &it, &xc_err));
    const char *terms = xc_terms(it);
    xapian_c_document_free(back);
    xapian_c_document_free(doc);
    return terms;
}

static void test_strategies(void)
{
    static const struct {
        int stem, stop;
        const char *terms;
    } rows[] = {{XAPIAN_C_STEM_NONE, XAPIAN_C_STOP_NONE, "foxes running the"},
                {XAPIAN_C_STEM_SOME, XAPIAN_C_STOP_NONE, "Zfox Zrun Zthe foxes running the"},
                {XAPIAN_C_STEM_SOME, XAPIAN_C_STOP_STEMMED, "Zfox Zrun foxes running the"},
                {XAPIAN_C_STEM_SOME, XAPIAN_C_STOP_ALL, "Zfox Zrun foxes running"},
                {XAPIAN_C_STEM_ALL, XAPIAN_C_STOP_ALL, "fox run"},
                {XAPIAN_C_STEM_ALL_Z, XAPIAN_C_STOP_ALL, "Zfox Zrun"},
                {XAPIAN_C_STEM_SOME_FULL_POS, XAPIAN_C_STOP_ALL, "Zfox Zrun foxes running"}};
    xapian_c_term_generator *generator = NULL;
    xapian_c_stem *stem = NULL;
    xapian_c_stopper *stopper = NULL;
    OK(xapian_c_term_generator_new(&generator, &xc_err));
    OK(xapian_c_stem_new("english", 0, &stem, &xc_err));
    OK(xapian_c_stopper_new(&stopper, &xc_err));
    OK(xapian_c_stopper_add(stopper, T("the"), &xc_err));
    OK(xapian_c_term_generator_set_stemmer(generator, stem, &xc_err));
    OK(xapian_c_term_generator_set_stopper(generator, stopper, &xc_err));
    xapian_c_stem_free(stem);
    xapian_c_stopper_free(stopper); /* the generator keeps it */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OK(xapian_c_term_generator_set_stemming_strategy(generator, rows[i].stem, &xc_err));
        OK(xapian_c_term_generator_set_stopper_strategy(generator, rows[i].stop, &xc_err));
        CHECK_ROW(rows[i].terms, strcmp(made(generator, "the running foxes"), rows[i].terms) == 0);
    }
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_stemming_strategy(generator, 9, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_stopper_strategy(generator, -1, &xc_err));
    OK(xapian_c_term_generator_set_stopper(generator, NULL, &xc_err));
    CHECK(strcmp(made(generator, "the"), "Zthe the") == 0);
    xapian_c_term_generator_free(generator);
    xapian_c_term_generator_free(NULL);
}

static void test_positions(void)
{
    xapian_c_term_generator *generator = NULL;
    xapian_c_document *doc = NULL;
    xapian_c_term_iterator *it = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    uint32_t position = 0;
    OK(xapian_c_term_generator_new(&generator, &xc_err));
    OK(xapian_c_document_new(&doc, &xc_err));
    OK(xapian_c_term_generator_set_document(generator, doc, &xc_err));
    OK(xapian_c_term_generator_index_text(generator, T("one two"), 1, T("S"), &xc_err));
    OK(xapian_c_term_generator_increase_termpos(generator, 100, &xc_err));
    OK(xapian_c_term_generator_index_text(generator, T("one"), 2, T("S"), &xc_err));
    OK(xapian_c_term_generator_termpos(generator, &position, &xc_err));
    CHECK(position == 103);
    OK(xapian_c_term_generator_set_termpos(generator, 500, &xc_err));
    OK(xapian_c_term_generator_index_text(generator, T("one"), 1, T("S"), &xc_err));
    OK(xapian_c_term_generator_index_text_without_positions(generator, T("three"), 1, T("X"),
                                                            &xc_err));
    OK(xapian_c_term_generator_set_max_word_length(generator, 5, &xc_err));
    OK(xapian_c_term_generator_index_text(generator, T("toolong short"), 1, T(""), &xc_err));
    OK(xapian_c_document_terms(doc, &it, &xc_err));
    OK(xapian_c_term_iterator_next(it, &xc_err));
    SAME(xapian_c_term_iterator_term(it), "Sone");
    OK(xapian_c_term_iterator_positions(it, &positions, &xc_err));
    CHECK(strcmp(xc_positions(positions), "1 103 501") == 0);
    CHECK(strcmp(xc_terms(it), "Stwo Xthree short") == 0);
    OK(xapian_c_term_generator_description(generator, &text, &xc_err));
    CHECK(text.len > 0);
    xapian_c_document_free(doc);
    xapian_c_term_generator_free(generator);
    xapian_c_buffer_free(&text);
}

static void test_flags(void)
{
    char path[XC_PATH];
    xapian_c_database *db = xc_library(xc_path(path, "generator.db")), *reader = NULL;
    xapian_c_term_generator *generator = NULL;
    xapian_c_buffer word = XAPIAN_C_BUFFER_INIT;
    int old = 9;
    OK(xapian_c_term_generator_new(&generator, &xc_err));
    OK(xapian_c_term_generator_set_database(generator, db, &xc_err));
    OK(xapian_c_database_open(path, 0, &reader, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_database(generator, reader, &xc_err));
    OK(xapian_c_term_generator_set_flags(
        generator, XAPIAN_C_GENERATOR_SPELLING | XAPIAN_C_GENERATOR_NGRAMS, 0, &old, &xc_err));
    CHECK(old == 0);
    OK(xapian_c_term_generator_set_flags(generator, 0, -1, &old, &xc_err));
    CHECK(old == (XAPIAN_C_GENERATOR_SPELLING | XAPIAN_C_GENERATOR_NGRAMS));
    CHECK(strstr(made(generator, "trainium 北京大学"), "北京") != NULL);
    OK(xapian_c_database_spelling_suggestion(db, T("trainum"), 2, &word, &xc_err));
    SAME_BUFFER(word, "trainium");
    OK(xapian_c_term_generator_set_flags(generator, 0, 0, NULL, &xc_err));
    xapian_c_buffer_free(&word);
    xapian_c_term_generator_free(generator);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
}

CU_TestInfo xc_text_tests[] = {{"stemmers", test_stemmers},     {"stoppers", test_stoppers},
                               {"strategies", test_strategies}, {"positions", test_positions},
                               {"flags", test_flags},           CU_TEST_INFO_NULL};
