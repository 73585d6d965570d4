/* SPDX-License-Identifier: MIT */
/* NULL in every place: each function that answers with a status, called with NULL for the handle,
 * for every other pointer and for the output, must answer XAPIAN_C_E_INVALID. headers.sh checks
 * that no function of the headers is missing here. */
#include "fixture.h"

static void null_basics(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_buffer_set(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_sortable_serialise(1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_sortable_unserialise(T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_coords_serialise(NULL, 1, NULL, &xc_err));
}

static void null_iterators(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_next(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_skip_to(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_wdf(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_termfreq(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_position_count(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_positions(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_iterator_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_next(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_skip_to(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_wdf(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_doclength(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_unique_terms(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_positions(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_posting_iterator_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_position_iterator_next(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_position_iterator_skip_to(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_position_iterator_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_value_iterator_next(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_value_iterator_skip_to(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_value_iterator_docid(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_value_iterator_slot(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_value_iterator_description(NULL, NULL, &xc_err));
}

static void null_document(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_new(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_unserialise(T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_docid(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_data(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_set_data(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_add_term(NULL, T("x"), 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_add_boolean_term(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_add_posting(NULL, T("x"), 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_term(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_posting(NULL, T("x"), 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_postings(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_clear_terms(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_term_count(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_terms(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_value(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_add_value(NULL, 1, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_remove_value(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_clear_values(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_value_count(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_values(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_serialise(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_document_description(NULL, NULL, &xc_err));
}

static void null_database_1(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_new(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_fd(-1, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_writable(NULL, 1, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_memory(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_tcp(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_tcp_writable(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_program(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_program_writable(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_shard_count(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_set_retries(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_reopen(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_close(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_keep_alive(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_uuid(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_revision(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_locked(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_has_positions(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_doccount(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_lastdocid(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_total_length(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_average_length(NULL, NULL, &xc_err));
}

static void null_database_2(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_doclength_lower_bound(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_doclength_upper_bound(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_termfreq(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_term_exists(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_collection_freq(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_wdf_upper_bound(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_value_freq(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_value_lower_bound(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_value_upper_bound(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_document(NULL, 1, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_doclength(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_unique_terms(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_terms(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_positions(NULL, 1, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_postings(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_all_terms(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_values(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_metadata(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_set_metadata(NULL, T("x"), T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_metadata_keys(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add_spelling(NULL, T("x"), 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_remove_spelling(NULL, T("x"), 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_spelling_suggestion(NULL, T("x"), 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_spellings(NULL, NULL, &xc_err));
}

static void null_database_3(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add_synonym(NULL, T("x"), T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_remove_synonym(NULL, T("x"), T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_clear_synonyms(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_synonyms(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_synonym_keys(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_commit(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_begin_transaction(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_commit_transaction(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_cancel_transaction(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_add_document(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_replace_document(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_replace_by_term(NULL, T("x"), NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_delete_document(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_delete_by_term(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_compact(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_compact_fd(NULL, -1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_check(NULL, 1, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_check_fd(-1, 1, NULL, NULL, &xc_err));
}

static void null_text_1(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_stem_new(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stem_word(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stem_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stem_languages(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stopper_new(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stopper_new_callback(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stopper_add(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stopper_stops(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_stopper_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_new(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_stemmer(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_stopper(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_document(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_document(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_database(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_flags(NULL, 1, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_stemming_strategy(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_stopper_strategy(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_max_word_length(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_index_text(NULL, T("x"), 1, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_term_generator_index_text_without_positions(NULL, T("x"), 1, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_termpos(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_set_termpos(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_increase_termpos(NULL, 1, &xc_err));
}

static void null_text_2(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_term_generator_description(NULL, NULL, &xc_err));
}

static void null_query(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_term(T("x"), 1, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_match_all(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_match_nothing(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_value_range(1, T("x"), T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_value_ge(1, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_value_le(1, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_wildcard(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_edit_distance(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_pair(1, NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_query_new_combined(1, (xapian_c_queries){NULL, 0}, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_new_scaled(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_length(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_type(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_part_count(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_part(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_terms(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_unique_terms(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_serialise(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_unserialise(T("x"), NULL, &xc_err));
}

static void null_parser(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_new(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_stemmer(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_stemming_strategy(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_stopper(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_stopper_strategy(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_default_op(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_default_op(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_database(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_set_max_expansion(NULL, 1, 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_prefix(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID,
         xapian_c_query_parser_add_boolean_prefix(NULL, NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_field(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_add_range(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_parse(NULL, T("x"), 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_parse_prefixed(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_corrected(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_stoplist(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_unstem(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_query_parser_description(NULL, NULL, &xc_err));
}

static void null_choosers(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_decider_new_values(1, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_decider_new_callback(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_decider_add_value(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_decider_remove_value(NULL, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_new_values(1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_new_callback(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_total(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_values(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_top_values(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_match_spy_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_key_maker_new_values(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_key_maker_new_callback(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_key_maker_new_distance(1, NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_key_maker_add_value(NULL, 1, 1, T("x"), &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_key_maker_key(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_expand_decider_new_without(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_expand_decider_new_prefix(T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_expand_decider_new_and(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_expand_decider_new_callback(NULL, NULL, NULL, &xc_err));
}

static void null_enquire_1(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_new(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_query(NULL, NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_query(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_bool(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_coord(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_trad(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_bm25(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_bm25plus(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_tfidf(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_inl2(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_ifb2(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_ineb2(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_bb2(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_pl2(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_pl2plus(NULL, 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_dlh(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_dph(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_weight_lm(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_expansion_scheme(NULL, NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_collapse(NULL, 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_cutoff(NULL, 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_docid_order(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_relevance(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_value(NULL, 1, 1, &xc_err));
}

static void null_enquire_2(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_key(NULL, NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_value_then_relevance(NULL, 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_key_then_relevance(NULL, NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_relevance_then_value(NULL, 1, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_sort_by_relevance_then_key(NULL, NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_set_time_limit(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_add_spy(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_clear_spies(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_mset(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_eset(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_matching_terms(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_enquire_description(NULL, NULL, &xc_err));
}

static void null_results(void)
{
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_estimates(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_get(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_document(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_data(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_collapse_key(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_sort_key(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_fetch(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_percent(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_termfreq(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_termweight(NULL, T("x"), NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_snippet(NULL, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_mset_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_rset_new(NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_rset_add(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_rset_remove(NULL, 1, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_rset_contains(NULL, 1, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_rset_description(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_eset_bound(NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_eset_get(NULL, 1, NULL, NULL, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_eset_description(NULL, NULL, &xc_err));
}

CU_TestInfo xc_null_tests[] = {{"basics", null_basics},
                               {"iterators", null_iterators},
                               {"document", null_document},
                               {"database 1", null_database_1},
                               {"database 2", null_database_2},
                               {"database 3", null_database_3},
                               {"text 1", null_text_1},
                               {"text 2", null_text_2},
                               {"query", null_query},
                               {"parser", null_parser},
                               {"choosers", null_choosers},
                               {"enquire 1", null_enquire_1},
                               {"enquire 2", null_enquire_2},
                               {"results", null_results},
                               CU_TEST_INFO_NULL};
