/* SPDX-License-Identifier: MIT */
/* The weighting schemes of an enquire. Two were renamed between 1.4 and 2.x: TradWeight is
 * deprecated in favour of the BM25 that it equals, and LMWeight became one class for each
 * smoothing. */
#include "index/xapian/handles.h"

using namespace xapian_c;

namespace
{

void weigh(xapian_c_enquire *enquire, const Xapian::Weight &scheme)
{
    at(enquire).enquire.set_weighting_scheme(scheme);
}

xapian_c_bm25 bm25_or_default(const xapian_c_bm25 *parameters)
{
    xapian_c_bm25 p;
    xapian_c_bm25_init(&p);
    return parameters != nullptr ? *parameters : p;
}

#if XAPIAN_MAJOR_VERSION >= 2

double positive_or(double value, double otherwise)
{
    return value < 0 ? otherwise : value;
}

void weigh_lm(xapian_c_enquire *enquire, const xapian_c_lm &p)
{
    switch (p.smoothing) {
    case XAPIAN_C_SMOOTHING_TWO_STAGE:
        return weigh(enquire, Xapian::LM2StageWeight(positive_or(p.smoothing1, 0.7),
                                                     positive_or(p.smoothing2, 2000.0)));
    case XAPIAN_C_SMOOTHING_DIRICHLET:
        return weigh(enquire, Xapian::LMDirichletWeight(positive_or(p.smoothing1, 2000.0), 0.0));
    case XAPIAN_C_SMOOTHING_ABSOLUTE_DISCOUNT:
        return weigh(enquire, Xapian::LMAbsDiscountWeight(positive_or(p.smoothing1, 0.7)));
    case XAPIAN_C_SMOOTHING_JELINEK_MERCER:
        return weigh(enquire, Xapian::LMJMWeight(positive_or(p.smoothing1, 0.0)));
    case XAPIAN_C_SMOOTHING_DIRICHLET_PLUS:
        return weigh(enquire, Xapian::LMDirichletWeight(positive_or(p.smoothing1, 2000.0),
                                                        positive_or(p.smoothing2, 0.05)));
    }
    throw Xapian::InvalidArgumentError("no such smoothing");
}

#else

static_assert(XAPIAN_C_SMOOTHING_TWO_STAGE == int(Xapian::Weight::TWO_STAGE_SMOOTHING) &&
              XAPIAN_C_SMOOTHING_DIRICHLET == int(Xapian::Weight::DIRICHLET_SMOOTHING) &&
              XAPIAN_C_SMOOTHING_ABSOLUTE_DISCOUNT ==
                  int(Xapian::Weight::ABSOLUTE_DISCOUNT_SMOOTHING) &&
              XAPIAN_C_SMOOTHING_JELINEK_MERCER == int(Xapian::Weight::JELINEK_MERCER_SMOOTHING) &&
              XAPIAN_C_SMOOTHING_DIRICHLET_PLUS == int(Xapian::Weight::DIRICHLET_PLUS_SMOOTHING));

void weigh_lm(xapian_c_enquire *enquire, const xapian_c_lm &p)
{
    if (p.smoothing == 0)
        throw Xapian::InvalidArgumentError("no such smoothing");
    auto smoothing =
        choice<Xapian::Weight::type_smoothing>(p.smoothing, XAPIAN_C_SMOOTHING_DIRICHLET_PLUS);
    weigh(enquire, Xapian::LMWeight(p.log, smoothing, p.smoothing1, p.smoothing2));
}

#endif

} // namespace

void xapian_c_bm25_init(xapian_c_bm25 *parameters)
{
    if (parameters != nullptr)
        *parameters = xapian_c_bm25{1, 0, 1, 0.5, 0.5, 1};
}

void xapian_c_lm_init(xapian_c_lm *parameters)
{
    if (parameters != nullptr)
        *parameters = xapian_c_lm{0, XAPIAN_C_SMOOTHING_TWO_STAGE, -1, -1};
}

xapian_c_status xapian_c_enquire_weight_bool(xapian_c_enquire *enquire, xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::BoolWeight()); });
}

xapian_c_status xapian_c_enquire_weight_coord(xapian_c_enquire *enquire, xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::CoordWeight()); });
}

xapian_c_status xapian_c_enquire_weight_trad(xapian_c_enquire *enquire, double k,
                                             xapian_c_error *err)
{
#if XAPIAN_MAJOR_VERSION >= 2
    return guard(err, [&] { weigh(enquire, Xapian::BM25Weight(k, 0, 0, 1, 0)); });
#else
    return guard(err, [&] { weigh(enquire, Xapian::TradWeight(k)); });
#endif
}

xapian_c_status xapian_c_enquire_weight_bm25(xapian_c_enquire *enquire,
                                             const xapian_c_bm25 *parameters, xapian_c_error *err)
{
    return guard(err, [&] {
        xapian_c_bm25 p = bm25_or_default(parameters);
        weigh(enquire, Xapian::BM25Weight(p.k1, p.k2, p.k3, p.b, p.min_normlen));
    });
}

xapian_c_status xapian_c_enquire_weight_bm25plus(xapian_c_enquire *enquire,
                                                 const xapian_c_bm25 *parameters,
                                                 xapian_c_error *err)
{
    return guard(err, [&] {
        xapian_c_bm25 p = bm25_or_default(parameters);
        weigh(enquire, Xapian::BM25PlusWeight(p.k1, p.k2, p.k3, p.b, p.min_normlen, p.delta));
    });
}

xapian_c_status xapian_c_enquire_weight_tfidf(xapian_c_enquire *enquire, const char *normalizations,
                                              xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::TfIdfWeight(str(normalizations))); });
}

xapian_c_status xapian_c_enquire_weight_inl2(xapian_c_enquire *enquire, double c,
                                             xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::InL2Weight(c)); });
}

xapian_c_status xapian_c_enquire_weight_ifb2(xapian_c_enquire *enquire, double c,
                                             xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::IfB2Weight(c)); });
}

xapian_c_status xapian_c_enquire_weight_ineb2(xapian_c_enquire *enquire, double c,
                                              xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::IneB2Weight(c)); });
}

xapian_c_status xapian_c_enquire_weight_bb2(xapian_c_enquire *enquire, double c,
                                            xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::BB2Weight(c)); });
}

xapian_c_status xapian_c_enquire_weight_pl2(xapian_c_enquire *enquire, double c,
                                            xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::PL2Weight(c)); });
}

xapian_c_status xapian_c_enquire_weight_pl2plus(xapian_c_enquire *enquire, double c, double delta,
                                                xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::PL2PlusWeight(c, delta)); });
}

xapian_c_status xapian_c_enquire_weight_dlh(xapian_c_enquire *enquire, xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::DLHWeight()); });
}

xapian_c_status xapian_c_enquire_weight_dph(xapian_c_enquire *enquire, xapian_c_error *err)
{
    return guard(err, [&] { weigh(enquire, Xapian::DPHWeight()); });
}

xapian_c_status xapian_c_enquire_weight_lm(xapian_c_enquire *enquire, const xapian_c_lm *parameters,
                                           xapian_c_error *err)
{
    return guard(err, [&] {
        xapian_c_lm plain;
        xapian_c_lm_init(&plain);
        weigh_lm(enquire, parameters != nullptr ? *parameters : plain);
    });
}
