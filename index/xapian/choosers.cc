/* SPDX-License-Identifier: MIT */
/* Match deciders, match spies, key makers and expand deciders: ready-made ones and callbacks. */
#include "index/xapian/handles.h"

#include <vector>

using namespace xapian_c;

namespace
{

class CallbackDecider : public Xapian::MatchDecider
{
    xapian_c_match_decider_fn fn;
    void *payload;

  public:
    CallbackDecider(xapian_c_match_decider_fn fn_, void *payload_) : fn(fn_), payload(payload_)
    {
    }

    bool operator()(const Xapian::Document &doc) const override
    {
        xapian_c_document lent{doc};
        return answer(fn(&lent, payload)) != 0;
    }
};

class CallbackSpy : public Xapian::MatchSpy
{
    xapian_c_match_spy_fn fn;
    void *payload;

  public:
    CallbackSpy(xapian_c_match_spy_fn fn_, void *payload_) : fn(fn_), payload(payload_)
    {
    }

    void operator()(const Xapian::Document &doc, double weight) override
    {
        xapian_c_document lent{doc};
        answer(fn(&lent, weight, payload));
    }
    std::string get_description() const override
    {
        return "xapian_c_match_spy_callback()";
    }
};

class CallbackKeyMaker : public Xapian::KeyMaker
{
    xapian_c_key_maker_fn fn;
    void *payload;

  public:
    CallbackKeyMaker(xapian_c_key_maker_fn fn_, void *payload_) : fn(fn_), payload(payload_)
    {
    }

    std::string operator()(const Xapian::Document &doc) const override
    {
        xapian_c_document lent{doc};
        scratch key;
        answer(fn(&lent, &key.buffer, payload));
        return key.bytes();
    }
};

class CallbackExpand : public Xapian::ExpandDecider
{
    xapian_c_expand_decider_fn fn;
    void *payload;

  public:
    CallbackExpand(xapian_c_expand_decider_fn fn_, void *payload_) : fn(fn_), payload(payload_)
    {
    }

    bool operator()(const std::string &term) const override
    {
        return answer(fn(lend(term), payload)) != 0;
    }
};

Xapian::ValueSetMatchDecider &value_set(xapian_c_match_decider *decider)
{
    return as<Xapian::ValueSetMatchDecider>(at(decider).decider);
}

Xapian::ValueCountMatchSpy &value_count(const xapian_c_match_spy *spy)
{
    return as<Xapian::ValueCountMatchSpy>(at(spy).spy);
}

} // namespace

xapian_c_status xapian_c_match_decider_new_values(uint32_t slot, int inclusive,
                                                  xapian_c_match_decider **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        return std::make_unique<Xapian::ValueSetMatchDecider>(slot, inclusive != 0);
    });
}

xapian_c_status xapian_c_match_decider_new_callback(xapian_c_match_decider_fn fn, void *payload,
                                                    xapian_c_match_decider **out,
                                                    xapian_c_error *err)
{
    return make(out, err, [&] { return std::make_unique<CallbackDecider>(&at(fn), payload); });
}

xapian_c_status xapian_c_match_decider_add_value(xapian_c_match_decider *decider,
                                                 xapian_c_bytes value, xapian_c_error *err)
{
    return guard(err, [&] { value_set(decider).add_value(str(value)); });
}

xapian_c_status xapian_c_match_decider_remove_value(xapian_c_match_decider *decider,
                                                    xapian_c_bytes value, xapian_c_error *err)
{
    return guard(err, [&] { value_set(decider).remove_value(str(value)); });
}

void xapian_c_match_decider_free(xapian_c_match_decider *decider)
{
    delete decider;
}

xapian_c_status xapian_c_match_spy_new_values(uint32_t slot, xapian_c_match_spy **out,
                                              xapian_c_error *err)
{
    return make(out, err,
                [&] { return share<Xapian::MatchSpy>(new Xapian::ValueCountMatchSpy(slot)); });
}

xapian_c_status xapian_c_match_spy_new_callback(xapian_c_match_spy_fn fn, void *payload,
                                                xapian_c_match_spy **out, xapian_c_error *err)
{
    return make(out, err,
                [&] { return share<Xapian::MatchSpy>(new CallbackSpy(&at(fn), payload)); });
}

xapian_c_status xapian_c_match_spy_total(const xapian_c_match_spy *spy, size_t *out,
                                         xapian_c_error *err)
{
    return get(out, err, [&] { return value_count(spy).get_total(); });
}

xapian_c_status xapian_c_match_spy_values(const xapian_c_match_spy *spy,
                                          xapian_c_term_iterator **out, xapian_c_error *err)
{
    return make(out, err, [&] { return walk(value_count(spy).values_begin()); });
}

xapian_c_status xapian_c_match_spy_top_values(const xapian_c_match_spy *spy, size_t max,
                                              xapian_c_term_iterator **out, xapian_c_error *err)
{
    return make(out, err, [&] { return walk(value_count(spy).top_values_begin(max)); });
}

xapian_c_status xapian_c_match_spy_description(const xapian_c_match_spy *spy, xapian_c_buffer *out,
                                               xapian_c_error *err)
{
    return fill(out, err, [&] { return at(spy).spy->get_description(); });
}

void xapian_c_match_spy_free(xapian_c_match_spy *spy)
{
    delete spy;
}

xapian_c_status xapian_c_key_maker_new_values(xapian_c_key_maker **out, xapian_c_error *err)
{
    return make(out, err, [] { return share<Xapian::KeyMaker>(new Xapian::MultiValueKeyMaker); });
}

xapian_c_status xapian_c_key_maker_new_callback(xapian_c_key_maker_fn fn, void *payload,
                                                xapian_c_key_maker **out, xapian_c_error *err)
{
    return make(out, err,
                [&] { return share<Xapian::KeyMaker>(new CallbackKeyMaker(&at(fn), payload)); });
}

xapian_c_status xapian_c_key_maker_new_distance(uint32_t slot, const xapian_c_coord *centre,
                                                size_t n, xapian_c_key_maker **out,
                                                xapian_c_error *err)
{
    return make(out, err, [&] {
        return share<Xapian::KeyMaker>(
            new Xapian::LatLongDistanceKeyMaker(slot, coords(centre, n)));
    });
}

xapian_c_status xapian_c_key_maker_add_value(xapian_c_key_maker *maker, uint32_t slot, int reverse,
                                             xapian_c_bytes missing, xapian_c_error *err)
{
    return guard(err, [&] {
        as<Xapian::MultiValueKeyMaker>(at(maker).maker).add_value(slot, reverse != 0, str(missing));
    });
}

xapian_c_status xapian_c_key_maker_key(const xapian_c_key_maker *maker,
                                       const xapian_c_document *doc, xapian_c_buffer *out,
                                       xapian_c_error *err)
{
    return fill(out, err, [&] { return (*at(maker).maker)(at(doc).doc); });
}

void xapian_c_key_maker_free(xapian_c_key_maker *maker)
{
    delete maker;
}

xapian_c_status xapian_c_expand_decider_new_without(const xapian_c_bytes *terms, size_t n,
                                                    xapian_c_expand_decider **out,
                                                    xapian_c_error *err)
{
    return make(out, err, [&] {
        std::vector<std::string> without;
        for (size_t i = 0; i < n; i++)
            without.push_back(str((&at(terms))[i]));
        return share<Xapian::ExpandDecider>(
            new Xapian::ExpandDeciderFilterTerms(without.begin(), without.end()));
    });
}

xapian_c_status xapian_c_expand_decider_new_prefix(xapian_c_bytes prefix,
                                                   xapian_c_expand_decider **out,
                                                   xapian_c_error *err)
{
    return make(out, err, [&] {
        return share<Xapian::ExpandDecider>(new Xapian::ExpandDeciderFilterPrefix(str(prefix)));
    });
}

xapian_c_status xapian_c_expand_decider_new_and(const xapian_c_expand_decider *a,
                                                const xapian_c_expand_decider *b,
                                                xapian_c_expand_decider **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        return share<Xapian::ExpandDecider>(
            new Xapian::ExpandDeciderAnd(at(a).decider.get(), at(b).decider.get()));
    });
}

xapian_c_status xapian_c_expand_decider_new_callback(xapian_c_expand_decider_fn fn, void *payload,
                                                     xapian_c_expand_decider **out,
                                                     xapian_c_error *err)
{
    return make(out, err,
                [&] { return share<Xapian::ExpandDecider>(new CallbackExpand(&at(fn), payload)); });
}

void xapian_c_expand_decider_free(xapian_c_expand_decider *decider)
{
    delete decider;
}
