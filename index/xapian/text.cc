/* SPDX-License-Identifier: MIT */
/* Stemmers, stoppers and the term generator. */
#include "index/xapian/handles.h"

using namespace xapian_c;

static_assert(XAPIAN_C_STEM_SOME == int(Xapian::TermGenerator::STEM_SOME) &&
              XAPIAN_C_STEM_ALL == int(Xapian::TermGenerator::STEM_ALL) &&
              XAPIAN_C_STEM_ALL_Z == int(Xapian::TermGenerator::STEM_ALL_Z) &&
              XAPIAN_C_STEM_SOME_FULL_POS == int(Xapian::TermGenerator::STEM_SOME_FULL_POS) &&
              XAPIAN_C_STOP_ALL == int(Xapian::TermGenerator::STOP_ALL) &&
              XAPIAN_C_STOP_STEMMED == int(Xapian::TermGenerator::STOP_STEMMED) &&
              XAPIAN_C_GENERATOR_SPELLING == int(Xapian::TermGenerator::FLAG_SPELLING) &&
              XAPIAN_C_GENERATOR_NGRAMS == int(Xapian::TermGenerator::FLAG_CJK_NGRAM));
#if XAPIAN_MAJOR_VERSION >= 2
static_assert(XAPIAN_C_GENERATOR_WORD_BREAKS == int(Xapian::TermGenerator::FLAG_WORD_BREAKS));
#endif

namespace
{

/* A stopper that asks the caller's function. */
class CallbackStopper : public Xapian::Stopper
{
    xapian_c_stopper_fn fn;
    void *payload;

  public:
    CallbackStopper(xapian_c_stopper_fn fn_, void *payload_) : fn(fn_), payload(payload_)
    {
    }

    bool operator()(const std::string &word) const override
    {
        return answer(fn(lend(word), payload)) != 0;
    }
    std::string get_description() const override
    {
        return "xapian_c_stopper_callback()";
    }
};

} // namespace

xapian_c_status xapian_c_stem_new(const char *language, int fallback, xapian_c_stem **out,
                                  xapian_c_error *err)
{
    return make(out, err, [&] { return Xapian::Stem(str(language), fallback != 0); });
}

xapian_c_status xapian_c_stem_word(const xapian_c_stem *stem, xapian_c_bytes word,
                                   xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(stem).stem(str(word)); });
}

int xapian_c_stem_is_none(const xapian_c_stem *stem)
{
    return stem == nullptr || stem->stem.is_none();
}

xapian_c_status xapian_c_stem_description(const xapian_c_stem *stem, xapian_c_buffer *out,
                                          xapian_c_error *err)
{
    return fill(out, err, [&] { return at(stem).stem.get_description(); });
}

xapian_c_status xapian_c_stem_languages(xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [] { return Xapian::Stem::get_available_languages(); });
}

void xapian_c_stem_free(xapian_c_stem *stem)
{
    delete stem;
}

xapian_c_status xapian_c_stopper_new(xapian_c_stopper **out, xapian_c_error *err)
{
    return make(out, err, [] { return share<Xapian::Stopper>(new Xapian::SimpleStopper); });
}

xapian_c_status xapian_c_stopper_new_callback(xapian_c_stopper_fn fn, void *payload,
                                              xapian_c_stopper **out, xapian_c_error *err)
{
    return make(out, err,
                [&] { return share<Xapian::Stopper>(new CallbackStopper(&at(fn), payload)); });
}

xapian_c_status xapian_c_stopper_add(xapian_c_stopper *stopper, xapian_c_bytes word,
                                     xapian_c_error *err)
{
    return guard(err, [&] { as<Xapian::SimpleStopper>(at(stopper).stopper).add(str(word)); });
}

xapian_c_status xapian_c_stopper_stops(const xapian_c_stopper *stopper, xapian_c_bytes word,
                                       int *out, xapian_c_error *err)
{
    return get(out, err, [&] { return (*at(stopper).stopper)(str(word)); });
}

xapian_c_status xapian_c_stopper_description(const xapian_c_stopper *stopper, xapian_c_buffer *out,
                                             xapian_c_error *err)
{
    return fill(out, err, [&] { return at(stopper).stopper->get_description(); });
}

void xapian_c_stopper_free(xapian_c_stopper *stopper)
{
    delete stopper;
}

xapian_c_status xapian_c_term_generator_new(xapian_c_term_generator **out, xapian_c_error *err)
{
    return make(out, err, [] { return Xapian::TermGenerator(); });
}

void xapian_c_term_generator_free(xapian_c_term_generator *generator)
{
    delete generator;
}

xapian_c_status xapian_c_term_generator_set_stemmer(xapian_c_term_generator *generator,
                                                    const xapian_c_stem *stem, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.set_stemmer(at(stem).stem); });
}

xapian_c_status xapian_c_term_generator_set_stopper(xapian_c_term_generator *generator,
                                                    const xapian_c_stopper *stopper,
                                                    xapian_c_error *err)
{
    return guard(err, [&] {
        at(generator).generator.set_stopper(stopper != nullptr ? stopper->stopper.get() : nullptr);
    });
}

xapian_c_status xapian_c_term_generator_set_document(xapian_c_term_generator *generator,
                                                     xapian_c_document *doc, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.set_document(at(doc).doc); });
}

xapian_c_status xapian_c_term_generator_document(const xapian_c_term_generator *generator,
                                                 xapian_c_document **out, xapian_c_error *err)
{
    return make(out, err, [&] { return at(generator).generator.get_document(); });
}

xapian_c_status xapian_c_term_generator_set_database(xapian_c_term_generator *generator,
                                                     xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.set_database(writer(db)); });
}

xapian_c_status xapian_c_term_generator_set_flags(xapian_c_term_generator *generator, int toggle,
                                                  int mask, int *old, xapian_c_error *err)
{
    clear(old);
    return guard(err, [&] {
        int before = at(generator).generator.set_flags(toggle, mask);
        if (old != nullptr)
            *old = before;
    });
}

xapian_c_status xapian_c_term_generator_set_stemming_strategy(xapian_c_term_generator *generator,
                                                              int strategy, xapian_c_error *err)
{
    return guard(err, [&] {
        at(generator).generator.set_stemming_strategy(
            choice<Xapian::TermGenerator::stem_strategy>(strategy, XAPIAN_C_STEM_SOME_FULL_POS));
    });
}

xapian_c_status xapian_c_term_generator_set_stopper_strategy(xapian_c_term_generator *generator,
                                                             int strategy, xapian_c_error *err)
{
    return guard(err, [&] {
        at(generator).generator.set_stopper_strategy(
            choice<Xapian::TermGenerator::stop_strategy>(strategy, XAPIAN_C_STOP_STEMMED));
    });
}

xapian_c_status xapian_c_term_generator_set_max_word_length(xapian_c_term_generator *generator,
                                                            unsigned bytes, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.set_max_word_length(bytes); });
}

xapian_c_status xapian_c_term_generator_index_text(xapian_c_term_generator *generator,
                                                   xapian_c_bytes text, uint32_t wdf_inc,
                                                   xapian_c_bytes prefix, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.index_text(str(text), wdf_inc, str(prefix)); });
}

xapian_c_status
xapian_c_term_generator_index_text_without_positions(xapian_c_term_generator *generator,
                                                     xapian_c_bytes text, uint32_t wdf_inc,
                                                     xapian_c_bytes prefix, xapian_c_error *err)
{
    return guard(err, [&] {
        at(generator).generator.index_text_without_positions(str(text), wdf_inc, str(prefix));
    });
}

xapian_c_status xapian_c_term_generator_termpos(const xapian_c_term_generator *generator,
                                                uint32_t *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(generator).generator.get_termpos(); });
}

xapian_c_status xapian_c_term_generator_set_termpos(xapian_c_term_generator *generator,
                                                    uint32_t position, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.set_termpos(position); });
}

xapian_c_status xapian_c_term_generator_increase_termpos(xapian_c_term_generator *generator,
                                                         uint32_t delta, xapian_c_error *err)
{
    return guard(err, [&] { at(generator).generator.increase_termpos(delta); });
}

xapian_c_status xapian_c_term_generator_description(const xapian_c_term_generator *generator,
                                                    xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(generator).generator.get_description(); });
}
