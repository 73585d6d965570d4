/* SPDX-License-Identifier: MIT */
/* Match sets, relevance sets, expand sets. */
#include "index/xapian/handles.h"

using namespace xapian_c;

static_assert(XAPIAN_C_SNIPPET_BACKGROUND_MODEL == int(Xapian::MSet::SNIPPET_BACKGROUND_MODEL) &&
              XAPIAN_C_SNIPPET_EXHAUSTIVE == int(Xapian::MSet::SNIPPET_EXHAUSTIVE) &&
              XAPIAN_C_SNIPPET_EMPTY_WITHOUT_MATCH ==
                  int(Xapian::MSet::SNIPPET_EMPTY_WITHOUT_MATCH) &&
              XAPIAN_C_SNIPPET_NGRAMS == int(Xapian::MSet::SNIPPET_CJK_NGRAM));
#if XAPIAN_MAJOR_VERSION >= 2
static_assert(XAPIAN_C_SNIPPET_WORD_BREAKS == int(Xapian::MSet::SNIPPET_WORD_BREAKS));
#endif

namespace
{

Xapian::MSetIterator hit(const xapian_c_mset *mset, uint32_t i)
{
    in_range(i, at(mset).mset.size());
    return mset->mset[i];
}

} // namespace

uint32_t xapian_c_mset_size(const xapian_c_mset *mset)
{
    return mset != nullptr ? mset->mset.size() : 0;
}

xapian_c_status xapian_c_mset_estimates(const xapian_c_mset *mset, xapian_c_estimates *out,
                                        xapian_c_error *err)
{
    return get(out, err, [&] {
        const Xapian::MSet &m = at(mset).mset;
        xapian_c_estimates e{};
        e.first = m.get_firstitem();
        e.lower = m.get_matches_lower_bound();
        e.estimated = m.get_matches_estimated();
        e.upper = m.get_matches_upper_bound();
        e.uncollapsed_lower = m.get_uncollapsed_matches_lower_bound();
        e.uncollapsed_estimated = m.get_uncollapsed_matches_estimated();
        e.uncollapsed_upper = m.get_uncollapsed_matches_upper_bound();
        e.max_attained = m.get_max_attained();
        e.max_possible = m.get_max_possible();
        return e;
    });
}

xapian_c_status xapian_c_mset_get(const xapian_c_mset *mset, uint32_t i, xapian_c_hit *out,
                                  xapian_c_error *err)
{
    return get(out, err, [&] {
        Xapian::MSetIterator it = hit(mset, i);
        return xapian_c_hit{*it, it.get_rank(), it.get_collapse_count(), it.get_percent(),
                            it.get_weight()};
    });
}

xapian_c_status xapian_c_mset_document(const xapian_c_mset *mset, uint32_t i,
                                       xapian_c_document **out, xapian_c_error *err)
{
    return make(out, err, [&] { return hit(mset, i).get_document(); });
}

xapian_c_status xapian_c_mset_data(const xapian_c_mset *mset, uint32_t i, xapian_c_buffer *out,
                                   xapian_c_error *err)
{
    return fill(out, err, [&] { return hit(mset, i).get_document().get_data(); });
}

xapian_c_status xapian_c_mset_collapse_key(const xapian_c_mset *mset, uint32_t i,
                                           xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return hit(mset, i).get_collapse_key(); });
}

xapian_c_status xapian_c_mset_sort_key(const xapian_c_mset *mset, uint32_t i, xapian_c_buffer *out,
                                       xapian_c_error *err)
{
    return fill(out, err, [&] { return hit(mset, i).get_sort_key(); });
}

xapian_c_status xapian_c_mset_fetch(const xapian_c_mset *mset, xapian_c_error *err)
{
    return guard(err, [&] { at(mset).mset.fetch(); });
}

xapian_c_status xapian_c_mset_percent(const xapian_c_mset *mset, double weight, int *out,
                                      xapian_c_error *err)
{
    return get(out, err, [&] { return at(mset).mset.convert_to_percent(weight); });
}

xapian_c_status xapian_c_mset_termfreq(const xapian_c_mset *mset, xapian_c_bytes term,
                                       uint32_t *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(mset).mset.get_termfreq(str(term)); });
}

xapian_c_status xapian_c_mset_termweight(const xapian_c_mset *mset, xapian_c_bytes term,
                                         double *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(mset).mset.get_termweight(str(term)); });
}

void xapian_c_snippet_init(xapian_c_snippet *how)
{
    if (how == nullptr)
        return;
    *how = xapian_c_snippet{};
    how->length = 500;
    how->flags = XAPIAN_C_SNIPPET_BACKGROUND_MODEL | XAPIAN_C_SNIPPET_EXHAUSTIVE;
    how->hi_start = xapian_c_text("<b>");
    how->hi_end = xapian_c_text("</b>");
    how->omit = xapian_c_text("...");
}

xapian_c_status xapian_c_mset_snippet(const xapian_c_mset *mset, const xapian_c_snippet *how,
                                      xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] {
        Xapian::Stem stem = at(how).stem != nullptr ? how->stem->stem : Xapian::Stem();
        return at(mset).mset.snippet(str(how->text), how->length, stem, how->flags,
                                     str(how->hi_start), str(how->hi_end), str(how->omit));
    });
}

xapian_c_status xapian_c_mset_description(const xapian_c_mset *mset, xapian_c_buffer *out,
                                          xapian_c_error *err)
{
    return fill(out, err, [&] { return at(mset).mset.get_description(); });
}

void xapian_c_mset_free(xapian_c_mset *mset)
{
    delete mset;
}

xapian_c_status xapian_c_rset_new(xapian_c_rset **out, xapian_c_error *err)
{
    return make(out, err, [] { return Xapian::RSet(); });
}

uint32_t xapian_c_rset_size(const xapian_c_rset *rset)
{
    return rset != nullptr ? rset->rset.size() : 0;
}

xapian_c_status xapian_c_rset_add(xapian_c_rset *rset, uint32_t docid, xapian_c_error *err)
{
    return guard(err, [&] { at(rset).rset.add_document(docid); });
}

xapian_c_status xapian_c_rset_remove(xapian_c_rset *rset, uint32_t docid, xapian_c_error *err)
{
    return guard(err, [&] { at(rset).rset.remove_document(docid); });
}

xapian_c_status xapian_c_rset_contains(const xapian_c_rset *rset, uint32_t docid, int *out,
                                       xapian_c_error *err)
{
    return get(out, err, [&] { return at(rset).rset.contains(docid); });
}

xapian_c_status xapian_c_rset_description(const xapian_c_rset *rset, xapian_c_buffer *out,
                                          xapian_c_error *err)
{
    return fill(out, err, [&] { return at(rset).rset.get_description(); });
}

void xapian_c_rset_free(xapian_c_rset *rset)
{
    delete rset;
}

uint32_t xapian_c_eset_size(const xapian_c_eset *eset)
{
    return eset != nullptr ? eset->eset.size() : 0;
}

xapian_c_status xapian_c_eset_bound(const xapian_c_eset *eset, uint32_t *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(eset).eset.get_ebound(); });
}

xapian_c_status xapian_c_eset_get(const xapian_c_eset *eset, uint32_t i, xapian_c_buffer *term,
                                  double *weight, xapian_c_error *err)
{
    clear(weight);
    return fill(term, err, [&] {
        in_range(i, at(eset).eset.size());
        Xapian::ESetIterator it = eset->eset[i];
        if (weight != nullptr)
            *weight = it.get_weight();
        return *it;
    });
}

xapian_c_status xapian_c_eset_description(const xapian_c_eset *eset, xapian_c_buffer *out,
                                          xapian_c_error *err)
{
    return fill(out, err, [&] { return at(eset).eset.get_description(); });
}

void xapian_c_eset_free(xapian_c_eset *eset)
{
    delete eset;
}
