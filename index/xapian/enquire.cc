/* SPDX-License-Identifier: MIT */
/* The search: query, order, cutoff, collapsing, spies, and asking. The weights are in weights.cc.
 * */
#include "index/xapian/handles.h"

using namespace xapian_c;

static_assert(XAPIAN_C_DOCID_ASCENDING == int(Xapian::Enquire::ASCENDING) &&
              XAPIAN_C_DOCID_DESCENDING == int(Xapian::Enquire::DESCENDING) &&
              XAPIAN_C_DOCID_DONT_CARE == int(Xapian::Enquire::DONT_CARE) &&
              XAPIAN_C_EXPAND_INCLUDE_QUERY_TERMS == Xapian::Enquire::INCLUDE_QUERY_TERMS &&
              XAPIAN_C_EXPAND_USE_EXACT_TERMFREQ == Xapian::Enquire::USE_EXACT_TERMFREQ);

namespace
{

Xapian::MSet ask(const xapian_c_enquire &enquire, const xapian_c_match &how)
{
    return enquire.enquire.get_mset(how.first, how.max_items, how.check_at_least,
                                    how.rset != nullptr ? &how.rset->rset : nullptr,
                                    how.decider != nullptr ? how.decider->decider.get() : nullptr);
}

Xapian::ESet suggest(const xapian_c_enquire &enquire, const xapian_c_expand &how)
{
    return enquire.enquire.get_eset(how.max_items, at(how.rset).rset, how.flags,
                                    how.decider != nullptr ? how.decider->decider.get() : nullptr,
                                    how.min_weight);
}

} // namespace

xapian_c_status xapian_c_enquire_new(const xapian_c_database *db, xapian_c_enquire **out,
                                     xapian_c_error *err)
{
    clear(out);
    return guard(err, [&] {
        xapian_c_enquire *&slot = at(out);
        slot = new xapian_c_enquire{Xapian::Enquire(*at(db).db), *db->db, db->retries};
    });
}

void xapian_c_enquire_free(xapian_c_enquire *enquire)
{
    delete enquire;
}

xapian_c_status xapian_c_enquire_set_query(xapian_c_enquire *enquire, const xapian_c_query *query,
                                           uint32_t query_length, xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_query(at(query).query, query_length); });
}

xapian_c_status xapian_c_enquire_query(const xapian_c_enquire *enquire, xapian_c_query **out,
                                       xapian_c_error *err)
{
    return make(out, err, [&] { return at(enquire).enquire.get_query(); });
}

xapian_c_status xapian_c_enquire_set_expansion_scheme(xapian_c_enquire *enquire, const char *name,
                                                      double k, xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_expansion_scheme(str(name), k); });
}

xapian_c_status xapian_c_enquire_set_collapse(xapian_c_enquire *enquire, uint32_t slot,
                                              uint32_t max, xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_collapse_key(slot, max); });
}

xapian_c_status xapian_c_enquire_set_cutoff(xapian_c_enquire *enquire, int percent, double weight,
                                            xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_cutoff(percent, weight); });
}

xapian_c_status xapian_c_enquire_set_docid_order(xapian_c_enquire *enquire, int order,
                                                 xapian_c_error *err)
{
    return guard(err, [&] {
        at(enquire).enquire.set_docid_order(
            choice<Xapian::Enquire::docid_order>(order, XAPIAN_C_DOCID_DONT_CARE));
    });
}

xapian_c_status xapian_c_enquire_sort_by_relevance(xapian_c_enquire *enquire, xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_sort_by_relevance(); });
}

xapian_c_status xapian_c_enquire_sort_by_value(xapian_c_enquire *enquire, uint32_t slot,
                                               int reverse, xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_sort_by_value(slot, reverse != 0); });
}

xapian_c_status xapian_c_enquire_sort_by_key(xapian_c_enquire *enquire, xapian_c_key_maker *maker,
                                             int reverse, xapian_c_error *err)
{
    return guard(err,
                 [&] { at(enquire).enquire.set_sort_by_key(at(maker).maker.get(), reverse != 0); });
}

xapian_c_status xapian_c_enquire_sort_by_value_then_relevance(xapian_c_enquire *enquire,
                                                              uint32_t slot, int reverse,
                                                              xapian_c_error *err)
{
    return guard(err,
                 [&] { at(enquire).enquire.set_sort_by_value_then_relevance(slot, reverse != 0); });
}

xapian_c_status xapian_c_enquire_sort_by_key_then_relevance(xapian_c_enquire *enquire,
                                                            xapian_c_key_maker *maker, int reverse,
                                                            xapian_c_error *err)
{
    return guard(err, [&] {
        at(enquire).enquire.set_sort_by_key_then_relevance(at(maker).maker.get(), reverse != 0);
    });
}

xapian_c_status xapian_c_enquire_sort_by_relevance_then_value(xapian_c_enquire *enquire,
                                                              uint32_t slot, int reverse,
                                                              xapian_c_error *err)
{
    return guard(err,
                 [&] { at(enquire).enquire.set_sort_by_relevance_then_value(slot, reverse != 0); });
}

xapian_c_status xapian_c_enquire_sort_by_relevance_then_key(xapian_c_enquire *enquire,
                                                            xapian_c_key_maker *maker, int reverse,
                                                            xapian_c_error *err)
{
    return guard(err, [&] {
        at(enquire).enquire.set_sort_by_relevance_then_key(at(maker).maker.get(), reverse != 0);
    });
}

xapian_c_status xapian_c_enquire_set_time_limit(xapian_c_enquire *enquire, double seconds,
                                                xapian_c_error *err)
{
    return guard(err, [&] { at(enquire).enquire.set_time_limit(seconds); });
}

xapian_c_status xapian_c_enquire_add_spy(xapian_c_enquire *enquire, xapian_c_match_spy *spy,
                                         xapian_c_error *err)
{
    return guard(err, [&] {
        at(enquire).enquire.add_matchspy(at(spy).spy.get());
        enquire->spied = true;
    });
}

xapian_c_status xapian_c_enquire_clear_spies(xapian_c_enquire *enquire, xapian_c_error *err)
{
    return guard(err, [&] {
        at(enquire).enquire.clear_matchspies();
        enquire->spied = false;
    });
}

void xapian_c_match_init(xapian_c_match *how)
{
    if (how != nullptr)
        *how = xapian_c_match{0, 10, 0, nullptr, nullptr};
}

xapian_c_status xapian_c_enquire_mset(xapian_c_enquire *enquire, const xapian_c_match *how,
                                      xapian_c_mset **out, xapian_c_error *err)
{
    if (enquire != nullptr && enquire->spied)
        return make(out, err, [&] { return ask(*enquire, at(how)); });
    return read_make(enquire, out, err, [&](Xapian::Database &) { return ask(*enquire, at(how)); });
}

void xapian_c_expand_init(xapian_c_expand *how)
{
    if (how != nullptr)
        *how = xapian_c_expand{10, nullptr, 0, nullptr, 0};
}

xapian_c_status xapian_c_enquire_eset(xapian_c_enquire *enquire, const xapian_c_expand *how,
                                      xapian_c_eset **out, xapian_c_error *err)
{
    return read_make(enquire, out, err,
                     [&](Xapian::Database &) { return suggest(*enquire, at(how)); });
}

xapian_c_status xapian_c_enquire_matching_terms(xapian_c_enquire *enquire, uint32_t docid,
                                                xapian_c_term_iterator **out, xapian_c_error *err)
{
    return read_make(enquire, out, err, [&](Xapian::Database &) {
        return walk(enquire->enquire.get_matching_terms_begin(docid));
    });
}

xapian_c_status xapian_c_enquire_description(const xapian_c_enquire *enquire, xapian_c_buffer *out,
                                             xapian_c_error *err)
{
    return fill(out, err, [&] { return at(enquire).enquire.get_description(); });
}
