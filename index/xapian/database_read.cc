/* SPDX-License-Identifier: MIT */
/* Databases: everything that only reads, each reopened and tried again on DatabaseModifiedError. */
#include "index/xapian/handles.h"

using namespace xapian_c;
using Database = Xapian::Database;

static_assert(XAPIAN_C_DOC_ASSUME_VALID == Xapian::DOC_ASSUME_VALID);

xapian_c_status xapian_c_database_uuid(xapian_c_database *db, xapian_c_buffer *out,
                                       xapian_c_error *err)
{
    return read_fill(db, out, err, [](Database &d) { return d.get_uuid(); });
}

xapian_c_status xapian_c_database_revision(xapian_c_database *db, uint64_t *out,
                                           xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_revision(); });
}

xapian_c_status xapian_c_database_locked(xapian_c_database *db, int *out, xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.locked(); });
}

xapian_c_status xapian_c_database_has_positions(xapian_c_database *db, int *out,
                                                xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.has_positions(); });
}

xapian_c_status xapian_c_database_doccount(xapian_c_database *db, uint32_t *out,
                                           xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_doccount(); });
}

xapian_c_status xapian_c_database_lastdocid(xapian_c_database *db, uint32_t *out,
                                            xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_lastdocid(); });
}

xapian_c_status xapian_c_database_total_length(xapian_c_database *db, uint64_t *out,
                                               xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_total_length(); });
}

xapian_c_status xapian_c_database_average_length(xapian_c_database *db, double *out,
                                                 xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_average_length(); });
}

xapian_c_status xapian_c_database_doclength_lower_bound(xapian_c_database *db, uint32_t *out,
                                                        xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_doclength_lower_bound(); });
}

xapian_c_status xapian_c_database_doclength_upper_bound(xapian_c_database *db, uint32_t *out,
                                                        xapian_c_error *err)
{
    return read_get(db, out, err, [](Database &d) { return d.get_doclength_upper_bound(); });
}

xapian_c_status xapian_c_database_termfreq(xapian_c_database *db, xapian_c_bytes term,
                                           uint32_t *out, xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.get_termfreq(str(term)); });
}

xapian_c_status xapian_c_database_term_exists(xapian_c_database *db, xapian_c_bytes term, int *out,
                                              xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.term_exists(str(term)); });
}

xapian_c_status xapian_c_database_collection_freq(xapian_c_database *db, xapian_c_bytes term,
                                                  uint32_t *out, xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.get_collection_freq(str(term)); });
}

xapian_c_status xapian_c_database_wdf_upper_bound(xapian_c_database *db, xapian_c_bytes term,
                                                  uint32_t *out, xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.get_wdf_upper_bound(str(term)); });
}

xapian_c_status xapian_c_database_value_freq(xapian_c_database *db, uint32_t slot, uint32_t *out,
                                             xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.get_value_freq(slot); });
}

xapian_c_status xapian_c_database_value_lower_bound(xapian_c_database *db, uint32_t slot,
                                                    xapian_c_buffer *out, xapian_c_error *err)
{
    return read_fill(db, out, err, [&](Database &d) { return d.get_value_lower_bound(slot); });
}

xapian_c_status xapian_c_database_value_upper_bound(xapian_c_database *db, uint32_t slot,
                                                    xapian_c_buffer *out, xapian_c_error *err)
{
    return read_fill(db, out, err, [&](Database &d) { return d.get_value_upper_bound(slot); });
}

xapian_c_status xapian_c_database_document(xapian_c_database *db, uint32_t docid, unsigned flags,
                                           xapian_c_document **out, xapian_c_error *err)
{
    return read_make(db, out, err, [&](Database &d) { return d.get_document(docid, flags); });
}

xapian_c_status xapian_c_database_doclength(xapian_c_database *db, uint32_t docid, uint32_t *out,
                                            xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.get_doclength(docid); });
}

xapian_c_status xapian_c_database_unique_terms(xapian_c_database *db, uint32_t docid, uint32_t *out,
                                               xapian_c_error *err)
{
    return read_get(db, out, err, [&](Database &d) { return d.get_unique_terms(docid); });
}

xapian_c_status xapian_c_database_terms(xapian_c_database *db, uint32_t docid,
                                        xapian_c_term_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err, [&](Database &d) { return walk(d.termlist_begin(docid)); });
}

xapian_c_status xapian_c_database_positions(xapian_c_database *db, uint32_t docid,
                                            xapian_c_bytes term, xapian_c_position_iterator **out,
                                            xapian_c_error *err)
{
    return read_make(db, out, err,
                     [&](Database &d) { return walk(d.positionlist_begin(docid, str(term))); });
}

xapian_c_status xapian_c_database_postings(xapian_c_database *db, xapian_c_bytes term,
                                           xapian_c_posting_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err, [&](Database &d) { return walk(d.postlist_begin(str(term))); });
}

xapian_c_status xapian_c_database_all_terms(xapian_c_database *db, xapian_c_bytes prefix,
                                            xapian_c_term_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err,
                     [&](Database &d) { return walk(d.allterms_begin(str(prefix))); });
}

xapian_c_status xapian_c_database_values(xapian_c_database *db, uint32_t slot,
                                         xapian_c_value_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err, [&](Database &d) { return walk(d.valuestream_begin(slot)); });
}

xapian_c_status xapian_c_database_metadata(xapian_c_database *db, xapian_c_bytes key,
                                           xapian_c_buffer *out, xapian_c_error *err)
{
    return read_fill(db, out, err, [&](Database &d) { return d.get_metadata(str(key)); });
}

xapian_c_status xapian_c_database_metadata_keys(xapian_c_database *db, xapian_c_bytes prefix,
                                                xapian_c_term_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err,
                     [&](Database &d) { return walk(d.metadata_keys_begin(str(prefix))); });
}

xapian_c_status xapian_c_database_spelling_suggestion(xapian_c_database *db, xapian_c_bytes word,
                                                      unsigned max_edit_distance,
                                                      xapian_c_buffer *out, xapian_c_error *err)
{
    return read_fill(db, out, err, [&](Database &d) {
        return d.get_spelling_suggestion(str(word), max_edit_distance);
    });
}

xapian_c_status xapian_c_database_spellings(xapian_c_database *db, xapian_c_term_iterator **out,
                                            xapian_c_error *err)
{
    return read_make(db, out, err, [](Database &d) { return walk(d.spellings_begin()); });
}

xapian_c_status xapian_c_database_synonyms(xapian_c_database *db, xapian_c_bytes term,
                                           xapian_c_term_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err, [&](Database &d) { return walk(d.synonyms_begin(str(term))); });
}

xapian_c_status xapian_c_database_synonym_keys(xapian_c_database *db, xapian_c_bytes prefix,
                                               xapian_c_term_iterator **out, xapian_c_error *err)
{
    return read_make(db, out, err,
                     [&](Database &d) { return walk(d.synonym_keys_begin(str(prefix))); });
}
