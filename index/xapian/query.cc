/* SPDX-License-Identifier: MIT */
/* Queries: leaves, operators, looking at one, to bytes and back. */
#include "index/xapian/handles.h"

#include <vector>

using namespace xapian_c;
using Xapian::Query;

static_assert(
    XAPIAN_C_OP_AND == int(Query::OP_AND) && XAPIAN_C_OP_OR == int(Query::OP_OR) &&
    XAPIAN_C_OP_AND_NOT == int(Query::OP_AND_NOT) && XAPIAN_C_OP_XOR == int(Query::OP_XOR) &&
    XAPIAN_C_OP_AND_MAYBE == int(Query::OP_AND_MAYBE) &&
    XAPIAN_C_OP_FILTER == int(Query::OP_FILTER) && XAPIAN_C_OP_NEAR == int(Query::OP_NEAR) &&
    XAPIAN_C_OP_PHRASE == int(Query::OP_PHRASE) &&
    XAPIAN_C_OP_VALUE_RANGE == int(Query::OP_VALUE_RANGE) &&
    XAPIAN_C_OP_SCALE_WEIGHT == int(Query::OP_SCALE_WEIGHT) &&
    XAPIAN_C_OP_ELITE_SET == int(Query::OP_ELITE_SET) &&
    XAPIAN_C_OP_VALUE_GE == int(Query::OP_VALUE_GE) &&
    XAPIAN_C_OP_VALUE_LE == int(Query::OP_VALUE_LE) &&
    XAPIAN_C_OP_SYNONYM == int(Query::OP_SYNONYM) && XAPIAN_C_OP_MAX == int(Query::OP_MAX) &&
    XAPIAN_C_OP_WILDCARD == int(Query::OP_WILDCARD) &&
    XAPIAN_C_OP_INVALID == int(Query::OP_INVALID) && XAPIAN_C_LEAF_TERM == int(Query::LEAF_TERM) &&
    XAPIAN_C_LEAF_POSTING_SOURCE == int(Query::LEAF_POSTING_SOURCE) &&
    XAPIAN_C_LEAF_MATCH_ALL == int(Query::LEAF_MATCH_ALL) &&
    XAPIAN_C_LEAF_MATCH_NOTHING == int(Query::LEAF_MATCH_NOTHING));
static_assert(XAPIAN_C_WILDCARD_LIMIT_ERROR == int(Query::WILDCARD_LIMIT_ERROR) &&
              XAPIAN_C_WILDCARD_LIMIT_FIRST == int(Query::WILDCARD_LIMIT_FIRST) &&
              XAPIAN_C_WILDCARD_LIMIT_MOST_FREQUENT == int(Query::WILDCARD_LIMIT_MOST_FREQUENT));
#if XAPIAN_MAJOR_VERSION >= 2
static_assert(XAPIAN_C_OP_EDIT_DISTANCE == int(Query::OP_EDIT_DISTANCE) &&
              XAPIAN_C_WILDCARD_PATTERN_MULTI == int(Query::WILDCARD_PATTERN_MULTI) &&
              XAPIAN_C_WILDCARD_PATTERN_SINGLE == int(Query::WILDCARD_PATTERN_SINGLE));
#endif

xapian_c_status xapian_c_query_new_term(xapian_c_bytes term, uint32_t wqf, uint32_t position,
                                        xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] { return Query(str(term), wqf, position); });
}

xapian_c_status xapian_c_query_new_match_all(xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [] { return Query(std::string()); });
}

xapian_c_status xapian_c_query_new_match_nothing(xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [] { return Query(); });
}

xapian_c_status xapian_c_query_new_value_range(uint32_t slot, xapian_c_bytes lower,
                                               xapian_c_bytes upper, xapian_c_query **out,
                                               xapian_c_error *err)
{
    return make(out, err,
                [&] { return Query(Query::OP_VALUE_RANGE, slot, str(lower), str(upper)); });
}

xapian_c_status xapian_c_query_new_value_ge(uint32_t slot, xapian_c_bytes limit,
                                            xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] { return Query(Query::OP_VALUE_GE, slot, str(limit)); });
}

xapian_c_status xapian_c_query_new_value_le(uint32_t slot, xapian_c_bytes limit,
                                            xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] { return Query(Query::OP_VALUE_LE, slot, str(limit)); });
}

void xapian_c_wildcard_init(xapian_c_wildcard *what)
{
    if (what != nullptr)
        *what = xapian_c_wildcard{{nullptr, 0},        0, XAPIAN_C_WILDCARD_LIMIT_ERROR,
                                  XAPIAN_C_OP_SYNONYM, 2, 0};
}

xapian_c_status xapian_c_query_new_wildcard(const xapian_c_wildcard *what, xapian_c_query **out,
                                            xapian_c_error *err)
{
    return make(out, err, [&] {
        const xapian_c_wildcard &w = at(what);
        return Query(Query::OP_WILDCARD, str(w.pattern), w.max_expansion, w.limit_type,
                     choice<Query::op>(w.combiner, XAPIAN_C_LEAF_MATCH_NOTHING));
    });
}

xapian_c_status xapian_c_query_new_edit_distance(const xapian_c_wildcard *what,
                                                 xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        [[maybe_unused]] const xapian_c_wildcard &w = at(what);
#if XAPIAN_MAJOR_VERSION >= 2
        return Query(Query::OP_EDIT_DISTANCE, str(w.pattern), w.max_expansion, w.limit_type,
                     choice<Query::op>(w.combiner, XAPIAN_C_LEAF_MATCH_NOTHING), w.edit_distance,
                     w.min_prefix);
#else
        throw Xapian::UnimplementedError("OP_EDIT_DISTANCE needs Xapian 2.0 or later");
        return Query();
#endif
    });
}

xapian_c_status xapian_c_query_new_pair(int op, const xapian_c_query *a, const xapian_c_query *b,
                                        xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        return Query(choice<Query::op>(op, XAPIAN_C_LEAF_MATCH_NOTHING), at(a).query, at(b).query);
    });
}

xapian_c_status xapian_c_query_new_combined(int op, xapian_c_queries parts, uint32_t parameter,
                                            xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        std::vector<Query> all;
        for (size_t i = 0; i < parts.n; i++)
            all.push_back(at((&at(parts.items))[i]).query);
        return Query(choice<Query::op>(op, XAPIAN_C_LEAF_MATCH_NOTHING), all.begin(), all.end(),
                     parameter);
    });
}

xapian_c_status xapian_c_query_new_scaled(const xapian_c_query *query, double factor,
                                          xapian_c_query **out, xapian_c_error *err)
{
    return make(out, err, [&] { return Query(factor, at(query).query); });
}

int xapian_c_query_is_empty(const xapian_c_query *query)
{
    return query == nullptr || query->query.empty();
}

xapian_c_status xapian_c_query_length(const xapian_c_query *query, uint32_t *out,
                                      xapian_c_error *err)
{
    return get(out, err, [&] { return at(query).query.get_length(); });
}

xapian_c_status xapian_c_query_type(const xapian_c_query *query, int *out, xapian_c_error *err)
{
    return get(out, err, [&] { return at(query).query.get_type(); });
}

xapian_c_status xapian_c_query_part_count(const xapian_c_query *query, size_t *out,
                                          xapian_c_error *err)
{
    return get(out, err, [&] { return at(query).query.get_num_subqueries(); });
}

xapian_c_status xapian_c_query_part(const xapian_c_query *query, size_t i, xapian_c_query **out,
                                    xapian_c_error *err)
{
    return make(out, err, [&] {
        in_range(i, at(query).query.get_num_subqueries());
        return query->query.get_subquery(i);
    });
}

xapian_c_status xapian_c_query_terms(const xapian_c_query *query, xapian_c_term_iterator **out,
                                     xapian_c_error *err)
{
    return make(out, err,
                [&] { return walk<Xapian::TermIterator>(at(query).query.get_terms_begin()); });
}

xapian_c_status xapian_c_query_unique_terms(const xapian_c_query *query,
                                            xapian_c_term_iterator **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        return walk<Xapian::TermIterator>(at(query).query.get_unique_terms_begin());
    });
}

xapian_c_status xapian_c_query_description(const xapian_c_query *query, xapian_c_buffer *out,
                                           xapian_c_error *err)
{
    return fill(out, err, [&] { return at(query).query.get_description(); });
}

xapian_c_status xapian_c_query_serialise(const xapian_c_query *query, xapian_c_buffer *out,
                                         xapian_c_error *err)
{
    return fill(out, err, [&] { return at(query).query.serialise(); });
}

xapian_c_status xapian_c_query_unserialise(xapian_c_bytes bytes, xapian_c_query **out,
                                           xapian_c_error *err)
{
    return make(out, err, [&] { return Query(Query::unserialise(str(bytes))); });
}

void xapian_c_query_free(xapian_c_query *query)
{
    delete query;
}
