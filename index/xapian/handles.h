/* SPDX-License-Identifier: MIT */
/* What the opaque handles hold: one Xapian object each, which is itself a counted reference.
 *
 * A handle copies the Xapian objects it needs, so handles can be freed in any order. Objects that
 * Xapian takes by pointer (stoppers, spies, key makers ...) are counted by Xapian too once
 * release() was called; shared<T> is our own reference to them. */
#ifndef XAPIAN_C_HANDLES_H
#define XAPIAN_C_HANDLES_H

#include "index/xapian/guard.h"

#include <memory>

static_assert(sizeof(Xapian::docid) == 4 && sizeof(Xapian::termcount) == 4 &&
                  sizeof(Xapian::termpos) == 4,
              "xapian_c speaks of documents, counts and positions in 32 bits; this Xapian was "
              "configured with 64-bit ones");

namespace xapian_c
{

const unsigned DEFAULT_RETRIES = 3;

/* Whether a step of an iterator is still possible, and where it stands. */
enum class place {
    before, /* nothing visited yet */
    on,     /* on an entry */
    after,  /* at the end */
    broken  /* a step threw */
};

/* A Xapian iterator that knows where it stands. */
template <class It> struct cursor {
    It it;
    place where = place::before;

    const It &here() const
    {
        if (where != place::on)
            throw Xapian::InvalidOperationError("the iterator has no current entry");
        return it;
    }

    /* Runs step(was), which moves `it`, then load(), which takes the entry over. */
    template <class Step, class Load> xapian_c_status move(Step step, Load load)
    {
        if (where == place::broken)
            throw Xapian::InvalidOperationError("the iterator failed before; make a new one");
        if (where == place::after)
            return XAPIAN_C_END;
        place was = where;
        where = place::broken; /* until the step is done */
        step(was);
        bool more = it != It();
        if (more)
            load();
        where = more ? place::on : place::after;
        return more ? XAPIAN_C_OK : XAPIAN_C_END;
    }

    template <class Load> xapian_c_status next(Load load)
    {
        return move(
            [&](place was) {
                if (was == place::on)
                    ++it;
            },
            load);
    }

    template <class Target, class Load> xapian_c_status skip_to(const Target &target, Load load)
    {
        return move(
            [&](place) {
                if (it != It())
                    it.skip_to(target);
            },
            load);
    }
};

template <class It> cursor<It> walk(It begin)
{
    return cursor<It>{std::move(begin)};
}

/* A buffer that a callback fills. */
struct scratch {
    xapian_c_buffer buffer = XAPIAN_C_BUFFER_INIT;

    scratch() = default;
    scratch(const scratch &) = delete;
    scratch &operator=(const scratch &) = delete;
    ~scratch()
    {
        xapian_c_buffer_free(&buffer);
    }
    std::string bytes() const
    {
        return str(xapian_c_span(buffer.data, buffer.len));
    }
};

/* Our own counted reference to an object that Xapian counts. */
template <class T> using shared = Xapian::Internal::opt_intrusive_ptr<T>;

template <class T> shared<T> share(T *fresh)
{
    fresh->release();
    return shared<T>(fresh);
}

/* The object behind a handle as the kind that a call is about. */
template <class Kind, class Pointer> Kind &as(const Pointer &object)
{
    auto *kind = dynamic_cast<Kind *>(object.get());
    if (kind == nullptr)
        throw Xapian::InvalidOperationError("the handle is of another kind");
    return *kind;
}

} // namespace xapian_c

struct xapian_c_document {
    Xapian::Document doc;
};

struct xapian_c_database {
    std::unique_ptr<Xapian::Database> db;
    Xapian::WritableDatabase *writable = nullptr; /* db itself, or NULL when opened for reading */
    unsigned retries = xapian_c::DEFAULT_RETRIES;

    explicit xapian_c_database(Xapian::Database from)
        : db(std::make_unique<Xapian::Database>(std::move(from)))
    {
    }
    explicit xapian_c_database(Xapian::WritableDatabase from)
        : db(std::make_unique<Xapian::WritableDatabase>(std::move(from))),
          writable(static_cast<Xapian::WritableDatabase *>(db.get()))
    {
    }
};

struct xapian_c_term_iterator {
    xapian_c::cursor<Xapian::TermIterator> at;
    std::string term{}; /* the current one */
};

struct xapian_c_posting_iterator {
    xapian_c::cursor<Xapian::PostingIterator> at;
    Xapian::docid docid = 0; /* the current one */
};

struct xapian_c_position_iterator {
    xapian_c::cursor<Xapian::PositionIterator> at;
    Xapian::termpos position = 0; /* the current one */
};

struct xapian_c_value_iterator {
    xapian_c::cursor<Xapian::ValueIterator> at;
    std::string value{}; /* the current one */
};

struct xapian_c_stem {
    Xapian::Stem stem;
};

struct xapian_c_stopper {
    xapian_c::shared<Xapian::Stopper> stopper;
};

struct xapian_c_term_generator {
    Xapian::TermGenerator generator;
};

struct xapian_c_query {
    Xapian::Query query;
};

struct xapian_c_query_parser {
    Xapian::QueryParser parser;
    Xapian::Database db{}; /* what set_database was given */
    unsigned retries = 0;
};

struct xapian_c_match_decider {
    std::unique_ptr<Xapian::MatchDecider> decider;
};

struct xapian_c_match_spy {
    xapian_c::shared<Xapian::MatchSpy> spy;
};

struct xapian_c_key_maker {
    xapian_c::shared<Xapian::KeyMaker> maker;
};

struct xapian_c_expand_decider {
    xapian_c::shared<Xapian::ExpandDecider> decider;
};

struct xapian_c_enquire {
    Xapian::Enquire enquire;
    Xapian::Database db; /* what it was made with */
    unsigned retries;
    bool spied = false; /* there are spies, which must not see a search twice */
};

struct xapian_c_mset {
    Xapian::MSet mset;
};

struct xapian_c_rset {
    Xapian::RSet rset;
};

struct xapian_c_eset {
    Xapian::ESet eset;
};

namespace xapian_c
{

inline Xapian::Database &database_of(xapian_c_database &handle)
{
    return *handle.db;
}

inline Xapian::Database &database_of(xapian_c_query_parser &handle)
{
    return handle.db;
}

inline Xapian::Database &database_of(xapian_c_enquire &handle)
{
    return handle.db;
}

/* The writable database of a handle that was opened for writing. */
inline Xapian::WritableDatabase &writer(xapian_c_database *handle)
{
    if (at(handle).writable == nullptr)
        throw Xapian::InvalidOperationError("the database was opened for reading");
    return *handle->writable;
}

} // namespace xapian_c

#endif
