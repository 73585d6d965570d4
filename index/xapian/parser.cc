/* SPDX-License-Identifier: MIT */
/* The query parser, its fields and its ranges. */
#include "index/xapian/handles.h"

using namespace xapian_c;
using Xapian::Query;
using Xapian::QueryParser;

static_assert(XAPIAN_C_PARSE_BOOLEAN == int(QueryParser::FLAG_BOOLEAN) &&
              XAPIAN_C_PARSE_PHRASE == int(QueryParser::FLAG_PHRASE) &&
              XAPIAN_C_PARSE_LOVEHATE == int(QueryParser::FLAG_LOVEHATE) &&
              XAPIAN_C_PARSE_BOOLEAN_ANY_CASE == int(QueryParser::FLAG_BOOLEAN_ANY_CASE) &&
              XAPIAN_C_PARSE_WILDCARD == int(QueryParser::FLAG_WILDCARD) &&
              XAPIAN_C_PARSE_PURE_NOT == int(QueryParser::FLAG_PURE_NOT) &&
              XAPIAN_C_PARSE_PARTIAL == int(QueryParser::FLAG_PARTIAL) &&
              XAPIAN_C_PARSE_SPELLING_CORRECTION == int(QueryParser::FLAG_SPELLING_CORRECTION) &&
              XAPIAN_C_PARSE_SYNONYM == int(QueryParser::FLAG_SYNONYM) &&
              XAPIAN_C_PARSE_AUTO_SYNONYMS == int(QueryParser::FLAG_AUTO_SYNONYMS) &&
              XAPIAN_C_PARSE_AUTO_MULTIWORD_SYNONYMS ==
                  int(QueryParser::FLAG_AUTO_MULTIWORD_SYNONYMS) &&
              XAPIAN_C_PARSE_NGRAMS == int(QueryParser::FLAG_CJK_NGRAM) &&
              XAPIAN_C_PARSE_ACCUMULATE == int(QueryParser::FLAG_ACCUMULATE) &&
              XAPIAN_C_PARSE_NO_POSITIONS == int(QueryParser::FLAG_NO_POSITIONS) &&
              XAPIAN_C_PARSE_DEFAULT == int(QueryParser::FLAG_DEFAULT));
static_assert(XAPIAN_C_RANGE_SUFFIX == int(Xapian::RP_SUFFIX) &&
              XAPIAN_C_RANGE_REPEATED == int(Xapian::RP_REPEATED) &&
              XAPIAN_C_RANGE_DATE_PREFER_MDY == int(Xapian::RP_DATE_PREFER_MDY) &&
              XAPIAN_C_STEM_SOME_FULL_POS == int(QueryParser::STEM_SOME_FULL_POS));
#if XAPIAN_MAJOR_VERSION >= 2
static_assert(XAPIAN_C_PARSE_WORD_BREAKS == int(QueryParser::FLAG_WORD_BREAKS) &&
              XAPIAN_C_PARSE_WILDCARD_MULTI == int(QueryParser::FLAG_WILDCARD_MULTI) &&
              XAPIAN_C_PARSE_WILDCARD_SINGLE == int(QueryParser::FLAG_WILDCARD_SINGLE) &&
              XAPIAN_C_PARSE_FUZZY == int(QueryParser::FLAG_FUZZY) &&
              XAPIAN_C_PARSE_NO_PROPER_NOUN_HEURISTIC ==
                  int(QueryParser::FLAG_NO_PROPER_NOUN_HEURISTIC));
#endif

namespace
{

/* A query that a callback made: ours now. */
struct made {
    xapian_c_query *query = nullptr;

    made() = default;
    made(const made &) = delete;
    made &operator=(const made &) = delete;
    ~made()
    {
        xapian_c_query_free(query);
    }
    Query take() const
    {
        return query != nullptr ? query->query : Query();
    }
};

class CallbackField : public Xapian::FieldProcessor
{
    xapian_c_field_fn fn;
    void *payload;

  public:
    CallbackField(xapian_c_field_fn fn_, void *payload_) : fn(fn_), payload(payload_)
    {
    }

    Query operator()(const std::string &text) override
    {
        made result;
        answer(fn(lend(text), &result.query, payload));
        return result.take();
    }
};

class CallbackRange : public Xapian::RangeProcessor
{
    xapian_c_range_fn fn;
    void *payload;

  public:
    CallbackRange(const xapian_c_range &range, const std::string &marker)
        : RangeProcessor(range.slot, marker, range.flags), fn(&at(range.fn)), payload(range.payload)
    {
    }

    Query operator()(const std::string &begin, const std::string &end) override
    {
        made result;
        bool mine = answer(fn(lend(begin), lend(end), &result.query, payload)) != 0;
        return mine ? result.take() : Query(Query::OP_INVALID);
    }
};

Xapian::RangeProcessor *new_range(const xapian_c_range &range)
{
    std::string marker = range.marker != nullptr ? range.marker : "";
    switch (range.kind) {
    case XAPIAN_C_RANGE_STRING:
        return new Xapian::RangeProcessor(range.slot, marker, range.flags);
    case XAPIAN_C_RANGE_NUMBER:
        return new Xapian::NumberRangeProcessor(range.slot, marker, range.flags);
    case XAPIAN_C_RANGE_DATE:
        return new Xapian::DateRangeProcessor(range.slot, marker, range.flags, range.epoch_year);
    case XAPIAN_C_RANGE_CALLBACK:
        return new CallbackRange(range, marker);
    }
    throw Xapian::InvalidArgumentError("no such kind of range");
}

/* A grouping that may be NULL, as Xapian wants it. */
class Grouping
{
    std::string name;
    bool given;

  public:
    explicit Grouping(const char *grouping)
        : name(grouping != nullptr ? grouping : ""), given(grouping != nullptr)
    {
    }
    const std::string *get() const
    {
        return given ? &name : nullptr;
    }
};

} // namespace

xapian_c_status xapian_c_query_parser_new(xapian_c_query_parser **out, xapian_c_error *err)
{
    return make(out, err, [] { return QueryParser(); });
}

void xapian_c_query_parser_free(xapian_c_query_parser *parser)
{
    delete parser;
}

xapian_c_status xapian_c_query_parser_set_stemmer(xapian_c_query_parser *parser,
                                                  const xapian_c_stem *stem, xapian_c_error *err)
{
    return guard(err, [&] { at(parser).parser.set_stemmer(at(stem).stem); });
}

xapian_c_status xapian_c_query_parser_set_stemming_strategy(xapian_c_query_parser *parser,
                                                            int strategy, xapian_c_error *err)
{
    return guard(err, [&] {
        at(parser).parser.set_stemming_strategy(
            choice<QueryParser::stem_strategy>(strategy, XAPIAN_C_STEM_SOME_FULL_POS));
    });
}

xapian_c_status xapian_c_query_parser_set_stopper(xapian_c_query_parser *parser,
                                                  const xapian_c_stopper *stopper,
                                                  xapian_c_error *err)
{
    return guard(err, [&] {
        at(parser).parser.set_stopper(stopper != nullptr ? stopper->stopper.get() : nullptr);
    });
}

xapian_c_status xapian_c_query_parser_set_stopper_strategy(xapian_c_query_parser *parser,
                                                           int strategy, xapian_c_error *err)
{
    return guard(err, [&] {
#if XAPIAN_MAJOR_VERSION >= 2
        at(parser).parser.set_stopper_strategy(
            choice<QueryParser::stop_strategy>(strategy, XAPIAN_C_STOP_STEMMED));
#else
        at(parser);
        choice<Xapian::TermGenerator::stop_strategy>(strategy, XAPIAN_C_STOP_STEMMED);
        throw Xapian::UnimplementedError("a stopper strategy for the parser needs Xapian 2.0");
#endif
    });
}

xapian_c_status xapian_c_query_parser_set_default_op(xapian_c_query_parser *parser, int op,
                                                     xapian_c_error *err)
{
    return guard(err, [&] {
        at(parser).parser.set_default_op(choice<Query::op>(op, XAPIAN_C_LEAF_MATCH_NOTHING));
    });
}

xapian_c_status xapian_c_query_parser_default_op(const xapian_c_query_parser *parser, int *out,
                                                 xapian_c_error *err)
{
    return get(out, err, [&] { return at(parser).parser.get_default_op(); });
}

xapian_c_status xapian_c_query_parser_set_database(xapian_c_query_parser *parser,
                                                   const xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] {
        at(parser).parser.set_database(*at(db).db);
        parser->db = *db->db;
        parser->retries = db->retries;
    });
}

xapian_c_status xapian_c_query_parser_set_max_expansion(xapian_c_query_parser *parser, uint32_t max,
                                                        int limit_type, unsigned flags,
                                                        xapian_c_error *err)
{
    return guard(err, [&] { at(parser).parser.set_max_expansion(max, limit_type, flags); });
}

xapian_c_status xapian_c_query_parser_add_prefix(xapian_c_query_parser *parser, const char *field,
                                                 const char *prefix, xapian_c_error *err)
{
    return guard(err, [&] { at(parser).parser.add_prefix(str(field), str(prefix)); });
}

xapian_c_status xapian_c_query_parser_add_boolean_prefix(xapian_c_query_parser *parser,
                                                         const char *field, const char *prefix,
                                                         const char *grouping, xapian_c_error *err)
{
    return guard(err, [&] {
        Grouping group(grouping);
        at(parser).parser.add_boolean_prefix(str(field), str(prefix), group.get());
    });
}

xapian_c_status xapian_c_query_parser_add_field(xapian_c_query_parser *parser,
                                                const xapian_c_field *field, xapian_c_error *err)
{
    return guard(err, [&] {
        Grouping group(at(field).grouping);
        std::string name = str(field->name);
        auto made_by =
            share<Xapian::FieldProcessor>(new CallbackField(&at(field->fn), field->payload));
        if (field->boolean)
            at(parser).parser.add_boolean_prefix(name, made_by.get(), group.get());
        else
            at(parser).parser.add_prefix(name, made_by.get());
    });
}

void xapian_c_range_init(xapian_c_range *range)
{
    if (range != nullptr)
        *range =
            xapian_c_range{XAPIAN_C_RANGE_STRING, 0, nullptr, 0, 1970, nullptr, nullptr, nullptr};
}

xapian_c_status xapian_c_query_parser_add_range(xapian_c_query_parser *parser,
                                                const xapian_c_range *range, xapian_c_error *err)
{
    return guard(err, [&] {
        Grouping group(at(range).grouping);
        auto processor = share(new_range(*range));
        at(parser).parser.add_rangeprocessor(processor.get(), group.get());
    });
}

xapian_c_status xapian_c_query_parser_parse(xapian_c_query_parser *parser, xapian_c_bytes text,
                                            unsigned flags, xapian_c_query **out,
                                            xapian_c_error *err)
{
    return read_make(parser, out, err, [&](Xapian::Database &) {
        return parser->parser.parse_query(str(text), flags);
    });
}

xapian_c_status xapian_c_query_parser_parse_prefixed(xapian_c_query_parser *parser,
                                                     const xapian_c_parse *what,
                                                     xapian_c_query **out, xapian_c_error *err)
{
    return read_make(parser, out, err, [&](Xapian::Database &) {
        const xapian_c_parse &w = at(what);
        return parser->parser.parse_query(str(w.text), w.flags, str(w.default_prefix));
    });
}

xapian_c_status xapian_c_query_parser_corrected(const xapian_c_query_parser *parser,
                                                xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(parser).parser.get_corrected_query_string(); });
}

xapian_c_status xapian_c_query_parser_stoplist(const xapian_c_query_parser *parser,
                                               xapian_c_term_iterator **out, xapian_c_error *err)
{
    return make(out, err, [&] { return walk(at(parser).parser.stoplist_begin()); });
}

xapian_c_status xapian_c_query_parser_unstem(const xapian_c_query_parser *parser,
                                             xapian_c_bytes term, xapian_c_term_iterator **out,
                                             xapian_c_error *err)
{
    return make(out, err, [&] { return walk(at(parser).parser.unstem_begin(str(term))); });
}

xapian_c_status xapian_c_query_parser_description(const xapian_c_query_parser *parser,
                                                  xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return at(parser).parser.get_description(); });
}
