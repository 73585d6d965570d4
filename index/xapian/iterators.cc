/* SPDX-License-Identifier: MIT */
/* Iterators: terms, postings, positions, values. The walk itself is xapian_c::cursor (handles.h).
 * */
#include "index/xapian/handles.h"

using namespace xapian_c;

namespace
{

/* Taking over the current entry while exceptions are still caught. */
auto load(xapian_c_term_iterator &h)
{
    return [&h] { h.term = *h.at.it; };
}

auto load(xapian_c_value_iterator &h)
{
    return [&h] { h.value = *h.at.it; };
}

auto load(xapian_c_posting_iterator &h)
{
    return [&h] { h.docid = *h.at.it; };
}

auto load(xapian_c_position_iterator &h)
{
    return [&h] { h.position = *h.at.it; };
}

template <class H> bool stands(const H *it) noexcept
{
    return it != nullptr && it->at.where == place::on;
}

} // namespace

xapian_c_status xapian_c_term_iterator_next(xapian_c_term_iterator *it, xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.next(load(*it)); });
}

xapian_c_status xapian_c_term_iterator_skip_to(xapian_c_term_iterator *it, xapian_c_bytes term,
                                               xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.skip_to(str(term), load(*it)); });
}

xapian_c_bytes xapian_c_term_iterator_term(const xapian_c_term_iterator *it)
{
    return stands(it) ? lend(it->term) : xapian_c_bytes{};
}

xapian_c_status xapian_c_term_iterator_wdf(const xapian_c_term_iterator *it, uint32_t *out,
                                           xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_wdf(); });
}

xapian_c_status xapian_c_term_iterator_termfreq(const xapian_c_term_iterator *it, uint32_t *out,
                                                xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_termfreq(); });
}

xapian_c_status xapian_c_term_iterator_position_count(const xapian_c_term_iterator *it,
                                                      uint32_t *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().positionlist_count(); });
}

xapian_c_status xapian_c_term_iterator_positions(const xapian_c_term_iterator *it,
                                                 xapian_c_position_iterator **out,
                                                 xapian_c_error *err)
{
    return make(out, err, [&] { return walk(at(it).at.here().positionlist_begin()); });
}

xapian_c_status xapian_c_term_iterator_description(const xapian_c_term_iterator *it,
                                                   xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(it).at.it.get_description(); });
}

void xapian_c_term_iterator_free(xapian_c_term_iterator *it)
{
    delete it;
}

xapian_c_status xapian_c_posting_iterator_next(xapian_c_posting_iterator *it, xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.next(load(*it)); });
}

xapian_c_status xapian_c_posting_iterator_skip_to(xapian_c_posting_iterator *it, uint32_t docid,
                                                  xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.skip_to(docid, load(*it)); });
}

uint32_t xapian_c_posting_iterator_docid(const xapian_c_posting_iterator *it)
{
    return stands(it) ? it->docid : 0;
}

xapian_c_status xapian_c_posting_iterator_wdf(const xapian_c_posting_iterator *it, uint32_t *out,
                                              xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_wdf(); });
}

xapian_c_status xapian_c_posting_iterator_doclength(const xapian_c_posting_iterator *it,
                                                    uint32_t *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_doclength(); });
}

xapian_c_status xapian_c_posting_iterator_unique_terms(const xapian_c_posting_iterator *it,
                                                       uint32_t *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_unique_terms(); });
}

xapian_c_status xapian_c_posting_iterator_positions(const xapian_c_posting_iterator *it,
                                                    xapian_c_position_iterator **out,
                                                    xapian_c_error *err)
{
    return make(out, err, [&] { return walk(at(it).at.here().positionlist_begin()); });
}

xapian_c_status xapian_c_posting_iterator_description(const xapian_c_posting_iterator *it,
                                                      xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(it).at.it.get_description(); });
}

void xapian_c_posting_iterator_free(xapian_c_posting_iterator *it)
{
    delete it;
}

xapian_c_status xapian_c_position_iterator_next(xapian_c_position_iterator *it, xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.next(load(*it)); });
}

xapian_c_status xapian_c_position_iterator_skip_to(xapian_c_position_iterator *it,
                                                   uint32_t position, xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.skip_to(position, load(*it)); });
}

uint32_t xapian_c_position_iterator_position(const xapian_c_position_iterator *it)
{
    return stands(it) ? it->position : 0;
}

xapian_c_status xapian_c_position_iterator_description(const xapian_c_position_iterator *it,
                                                       xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(it).at.it.get_description(); });
}

void xapian_c_position_iterator_free(xapian_c_position_iterator *it)
{
    delete it;
}

xapian_c_status xapian_c_value_iterator_next(xapian_c_value_iterator *it, xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.next(load(*it)); });
}

xapian_c_status xapian_c_value_iterator_skip_to(xapian_c_value_iterator *it, uint32_t docid_or_slot,
                                                xapian_c_error *err)
{
    return guard(err, [&] { return at(it).at.skip_to(docid_or_slot, load(*it)); });
}

xapian_c_bytes xapian_c_value_iterator_value(const xapian_c_value_iterator *it)
{
    return stands(it) ? lend(it->value) : xapian_c_bytes{};
}

xapian_c_status xapian_c_value_iterator_docid(const xapian_c_value_iterator *it, uint32_t *out,
                                              xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_docid(); });
}

xapian_c_status xapian_c_value_iterator_slot(const xapian_c_value_iterator *it, uint32_t *out,
                                             xapian_c_error *err)
{
    return get(out, err, [&] { return at(it).at.here().get_valueno(); });
}

xapian_c_status xapian_c_value_iterator_description(const xapian_c_value_iterator *it,
                                                    xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(it).at.it.get_description(); });
}

void xapian_c_value_iterator_free(xapian_c_value_iterator *it)
{
    delete it;
}
