/* SPDX-License-Identifier: MIT */
/* Documents: terms, positions, values, data. */
#include "index/xapian/handles.h"

using namespace xapian_c;

xapian_c_status xapian_c_document_new(xapian_c_document **out, xapian_c_error *err)
{
    return make(out, err, [] { return Xapian::Document(); });
}

xapian_c_status xapian_c_document_unserialise(xapian_c_bytes bytes, xapian_c_document **out,
                                              xapian_c_error *err)
{
    return make(out, err, [&] { return Xapian::Document::unserialise(str(bytes)); });
}

void xapian_c_document_free(xapian_c_document *doc)
{
    delete doc;
}

xapian_c_status xapian_c_document_docid(const xapian_c_document *doc, uint32_t *out,
                                        xapian_c_error *err)
{
    return get(out, err, [&] { return at(doc).doc.get_docid(); });
}

xapian_c_status xapian_c_document_data(const xapian_c_document *doc, xapian_c_buffer *out,
                                       xapian_c_error *err)
{
    return fill(out, err, [&] { return at(doc).doc.get_data(); });
}

xapian_c_status xapian_c_document_set_data(xapian_c_document *doc, xapian_c_bytes data,
                                           xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.set_data(str(data)); });
}

xapian_c_status xapian_c_document_add_term(xapian_c_document *doc, xapian_c_bytes term,
                                           uint32_t wdf_inc, xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.add_term(str(term), wdf_inc); });
}

xapian_c_status xapian_c_document_add_boolean_term(xapian_c_document *doc, xapian_c_bytes term,
                                                   xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.add_boolean_term(str(term)); });
}

xapian_c_status xapian_c_document_add_posting(xapian_c_document *doc, xapian_c_bytes term,
                                              uint32_t position, uint32_t wdf_inc,
                                              xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.add_posting(str(term), position, wdf_inc); });
}

xapian_c_status xapian_c_document_remove_term(xapian_c_document *doc, xapian_c_bytes term,
                                              xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.remove_term(str(term)); });
}

xapian_c_status xapian_c_document_remove_posting(xapian_c_document *doc, xapian_c_bytes term,
                                                 uint32_t position, uint32_t wdf_dec,
                                                 xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.remove_posting(str(term), position, wdf_dec); });
}

xapian_c_status xapian_c_document_remove_postings(xapian_c_document *doc, xapian_c_bytes term,
                                                  xapian_c_removal *what, xapian_c_error *err)
{
    return guard(err, [&] {
        at(what).removed = 0;
        what->removed =
            at(doc).doc.remove_postings(str(term), what->first, what->last, what->wdf_dec);
    });
}

xapian_c_status xapian_c_document_clear_terms(xapian_c_document *doc, xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.clear_terms(); });
}

xapian_c_status xapian_c_document_term_count(const xapian_c_document *doc, uint32_t *out,
                                             xapian_c_error *err)
{
    return get(out, err, [&] { return at(doc).doc.termlist_count(); });
}

xapian_c_status xapian_c_document_terms(const xapian_c_document *doc, xapian_c_term_iterator **out,
                                        xapian_c_error *err)
{
    return make(out, err, [&] { return walk(at(doc).doc.termlist_begin()); });
}

xapian_c_status xapian_c_document_value(const xapian_c_document *doc, uint32_t slot,
                                        xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(doc).doc.get_value(slot); });
}

xapian_c_status xapian_c_document_add_value(xapian_c_document *doc, uint32_t slot,
                                            xapian_c_bytes value, xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.add_value(slot, str(value)); });
}

xapian_c_status xapian_c_document_remove_value(xapian_c_document *doc, uint32_t slot,
                                               xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.remove_value(slot); });
}

xapian_c_status xapian_c_document_clear_values(xapian_c_document *doc, xapian_c_error *err)
{
    return guard(err, [&] { at(doc).doc.clear_values(); });
}

xapian_c_status xapian_c_document_value_count(const xapian_c_document *doc, uint32_t *out,
                                              xapian_c_error *err)
{
    return get(out, err, [&] { return at(doc).doc.values_count(); });
}

xapian_c_status xapian_c_document_values(const xapian_c_document *doc,
                                         xapian_c_value_iterator **out, xapian_c_error *err)
{
    return make(out, err, [&] { return walk(at(doc).doc.values_begin()); });
}

xapian_c_status xapian_c_document_serialise(const xapian_c_document *doc, xapian_c_buffer *out,
                                            xapian_c_error *err)
{
    return fill(out, err, [&] { return at(doc).doc.serialise(); });
}

xapian_c_status xapian_c_document_description(const xapian_c_document *doc, xapian_c_buffer *out,
                                              xapian_c_error *err)
{
    return fill(out, err, [&] { return at(doc).doc.get_description(); });
}
