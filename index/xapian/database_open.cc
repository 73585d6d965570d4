/* SPDX-License-Identifier: MIT */
/* Databases: opening in every way, several as one, reopening, closing, compaction, check. */
#include "index/xapian/handles.h"

#include <sstream>
#include <vector>

using namespace xapian_c;

static_assert(XAPIAN_C_DB_CREATE_OR_OPEN == Xapian::DB_CREATE_OR_OPEN &&
              XAPIAN_C_DB_CREATE_OR_OVERWRITE == Xapian::DB_CREATE_OR_OVERWRITE &&
              XAPIAN_C_DB_CREATE == Xapian::DB_CREATE && XAPIAN_C_DB_OPEN == Xapian::DB_OPEN &&
              XAPIAN_C_DB_NO_SYNC == Xapian::DB_NO_SYNC &&
              XAPIAN_C_DB_FULL_SYNC == Xapian::DB_FULL_SYNC &&
              XAPIAN_C_DB_DANGEROUS == Xapian::DB_DANGEROUS &&
              XAPIAN_C_DB_NO_TERMLIST == Xapian::DB_NO_TERMLIST &&
              XAPIAN_C_DB_RETRY_LOCK == Xapian::DB_RETRY_LOCK &&
              XAPIAN_C_DB_BACKEND_GLASS == Xapian::DB_BACKEND_GLASS &&
              XAPIAN_C_DB_BACKEND_STUB == Xapian::DB_BACKEND_STUB &&
              XAPIAN_C_DB_BACKEND_INMEMORY == Xapian::DB_BACKEND_INMEMORY &&
              XAPIAN_C_BAD_SLOT == Xapian::BAD_VALUENO);
static_assert(XAPIAN_C_COMPACT_FULL == int(Xapian::Compactor::FULL) &&
              XAPIAN_C_COMPACT_FULLER == int(Xapian::Compactor::FULLER) &&
              XAPIAN_C_COMPACT_NO_RENUMBER == Xapian::DBCOMPACT_NO_RENUMBER &&
              XAPIAN_C_COMPACT_MULTIPASS == Xapian::DBCOMPACT_MULTIPASS &&
              XAPIAN_C_COMPACT_SINGLE_FILE == Xapian::DBCOMPACT_SINGLE_FILE &&
              XAPIAN_C_CHECK_SHORT_TREE == Xapian::DBCHECK_SHORT_TREE &&
              XAPIAN_C_CHECK_FULL_TREE == Xapian::DBCHECK_FULL_TREE &&
              XAPIAN_C_CHECK_SHOW_FREELIST == Xapian::DBCHECK_SHOW_FREELIST &&
              XAPIAN_C_CHECK_SHOW_STATS == Xapian::DBCHECK_SHOW_STATS &&
              XAPIAN_C_CHECK_FIX == Xapian::DBCHECK_FIX);
#if XAPIAN_MAJOR_VERSION >= 2
static_assert(XAPIAN_C_DB_BACKEND_HONEY == Xapian::DB_BACKEND_HONEY);
#else
static_assert(XAPIAN_C_DB_BACKEND_CHERT == Xapian::DB_BACKEND_CHERT);
#endif

namespace
{

/* Compaction that tells and asks the caller's functions. */
class Hooks : public Xapian::Compactor
{
    const xapian_c_compact &how;

  public:
    explicit Hooks(const xapian_c_compact &how_) : how(how_)
    {
    }

    void set_status(const std::string &table, const std::string &status) override
    {
        if (how.status != nullptr)
            answer(how.status(table.c_str(), status.c_str(), how.payload));
    }

    std::string resolve_duplicate_metadata(const std::string &key, size_t n,
                                           const std::string tags[]) override
    {
        if (how.metadata == nullptr)
            return tags[0];
        std::vector<xapian_c_bytes> values;
        for (size_t i = 0; i < n; i++)
            values.push_back(lend(tags[i]));
        scratch chosen;
        answer(how.metadata(lend(key), values.data(), n, &chosen.buffer, how.payload));
        return chosen.bytes();
    }
};

template <class To> void compact(xapian_c_database *db, const To &to, const xapian_c_compact *how)
{
    xapian_c_compact plain;
    xapian_c_compact_init(&plain);
    const xapian_c_compact &chosen = how != nullptr ? *how : plain;
    Hooks hooks(chosen);
    at(db).db->compact(to, chosen.flags, chosen.block_size, hooks);
}

template <class From>
void check(const From &from, int options, size_t *n_errors, xapian_c_buffer *report)
{
    std::ostringstream words;
    size_t &faults = at(n_errors);
    faults = Xapian::Database::check(from, options, report != nullptr ? &words : nullptr);
    if (report != nullptr)
        assign(*report, words.str());
}

} // namespace

xapian_c_status xapian_c_database_new(xapian_c_database **out, xapian_c_error *err)
{
    return make(out, err, [] { return Xapian::Database(); });
}

xapian_c_status xapian_c_database_open(const char *path, int flags, xapian_c_database **out,
                                       xapian_c_error *err)
{
    return make(out, err, [&] { return Xapian::Database(str(path), flags); });
}

xapian_c_status xapian_c_database_open_fd(int fd, int flags, xapian_c_database **out,
                                          xapian_c_error *err)
{
    return make(out, err, [&] { return Xapian::Database(fd, flags); });
}

xapian_c_status xapian_c_database_open_writable(const char *path, int flags, int block_size,
                                                xapian_c_database **out, xapian_c_error *err)
{
    return make(out, err, [&] { return Xapian::WritableDatabase(str(path), flags, block_size); });
}

xapian_c_status xapian_c_database_open_memory(xapian_c_database **out, xapian_c_error *err)
{
    return make(out, err, [] {
        return Xapian::WritableDatabase(std::string(), Xapian::DB_BACKEND_INMEMORY);
    });
}

void xapian_c_remote_init(xapian_c_remote *where)
{
    if (where != nullptr)
        *where = xapian_c_remote{nullptr, 0, nullptr, nullptr, 10000, 10000, 0};
}

xapian_c_status xapian_c_database_open_tcp(const xapian_c_remote *where, xapian_c_database **out,
                                           xapian_c_error *err)
{
    return make(out, err, [&] {
        const xapian_c_remote &w = at(where);
        return Xapian::Remote::open(str(w.host), w.port, w.timeout_ms, w.connect_timeout_ms);
    });
}

xapian_c_status xapian_c_database_open_tcp_writable(const xapian_c_remote *where,
                                                    xapian_c_database **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        const xapian_c_remote &w = at(where);
        return Xapian::Remote::open_writable(str(w.host), w.port, w.timeout_ms,
                                             w.connect_timeout_ms, w.flags);
    });
}

xapian_c_status xapian_c_database_open_program(const xapian_c_remote *where,
                                               xapian_c_database **out, xapian_c_error *err)
{
    return make(out, err, [&] {
        const xapian_c_remote &w = at(where);
        return Xapian::Remote::open(str(w.program), str(w.args), w.timeout_ms);
    });
}

xapian_c_status xapian_c_database_open_program_writable(const xapian_c_remote *where,
                                                        xapian_c_database **out,
                                                        xapian_c_error *err)
{
    return make(out, err, [&] {
        const xapian_c_remote &w = at(where);
        return Xapian::Remote::open_writable(str(w.program), str(w.args), w.timeout_ms, w.flags);
    });
}

xapian_c_status xapian_c_database_add(xapian_c_database *db, const xapian_c_database *other,
                                      xapian_c_error *err)
{
    return guard(err, [&] {
        if (at(db).writable == nullptr)
            db->db->add_database(*at(other).db);
        else if (at(other).writable != nullptr)
            db->writable->add_database(*other->writable);
        else
            throw Xapian::InvalidArgumentError("a writable database takes only writable ones");
    });
}

xapian_c_status xapian_c_database_shard_count(const xapian_c_database *db, size_t *out,
                                              xapian_c_error *err)
{
    return get(out, err, [&] { return at(db).db->size(); });
}

int xapian_c_database_is_writable(const xapian_c_database *db)
{
    return db != nullptr && db->writable != nullptr;
}

xapian_c_status xapian_c_database_set_retries(xapian_c_database *db, unsigned times,
                                              xapian_c_error *err)
{
    return guard(err, [&] { at(db).retries = times; });
}

xapian_c_status xapian_c_database_reopen(xapian_c_database *db, int *changed, xapian_c_error *err)
{
    clear(changed);
    return guard(err, [&] {
        bool newer = at(db).db->reopen();
        if (changed != nullptr)
            *changed = newer;
    });
}

xapian_c_status xapian_c_database_close(xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] { at(db).db->close(); });
}

void xapian_c_database_free(xapian_c_database *db)
{
    delete db;
}

xapian_c_status xapian_c_database_keep_alive(xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] { at(db).db->keep_alive(); });
}

xapian_c_status xapian_c_database_description(const xapian_c_database *db, xapian_c_buffer *out,
                                              xapian_c_error *err)
{
    return fill(out, err, [&] { return at(db).db->get_description(); });
}

void xapian_c_compact_init(xapian_c_compact *how)
{
    if (how != nullptr)
        *how = xapian_c_compact{XAPIAN_C_COMPACT_STANDARD, 0, nullptr, nullptr, nullptr};
}

xapian_c_status xapian_c_database_compact(xapian_c_database *db, const char *destination,
                                          const xapian_c_compact *how, xapian_c_error *err)
{
    return guard(err, [&] { compact(db, str(destination), how); });
}

xapian_c_status xapian_c_database_compact_fd(xapian_c_database *db, int fd,
                                             const xapian_c_compact *how, xapian_c_error *err)
{
    return guard(err, [&] { compact(db, fd, how); });
}

xapian_c_status xapian_c_database_check(const char *path, int options, size_t *n_errors,
                                        xapian_c_buffer *report, xapian_c_error *err)
{
    clear(n_errors);
    clear(report);
    return guard(err, [&] { check(str(path), options, n_errors, report); });
}

xapian_c_status xapian_c_database_check_fd(int fd, int options, size_t *n_errors,
                                           xapian_c_buffer *report, xapian_c_error *err)
{
    clear(n_errors);
    clear(report);
    return guard(err, [&] { check(fd, options, n_errors, report); });
}
