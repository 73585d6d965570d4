/* SPDX-License-Identifier: MIT */
/* The border itself: exceptions to statuses, texts into the caller's error, buffers.
 *
 * Xapian's errors are told apart by the name of their class, which Xapian itself uses to send them
 * over the network: one table instead of twenty catch clauses, and a class that a later version
 * adds still falls on its feet. Describing a Xapian::Error may itself run out of memory (the
 * system's words are fetched lazily), hence the two levels of `try`. */
#include "index/xapian/guard.h"

#include <cstring>
#include <exception>
#include <new>

namespace xapian_c
{
namespace
{

const struct {
    const char *type;
    xapian_c_status status;
} kinds[] = {
    {"AssertionError", XAPIAN_C_E_INTERNAL},
    {"DatabaseClosedError", XAPIAN_C_E_CLOSED},
    {"DatabaseCorruptError", XAPIAN_C_E_CORRUPT},
    {"DatabaseCreateError", XAPIAN_C_E_CREATE},
    {"DatabaseError", XAPIAN_C_E_DATABASE},
    {"DatabaseLockError", XAPIAN_C_E_LOCKED},
    {"DatabaseModifiedError", XAPIAN_C_E_MODIFIED},
    {"DatabaseNotFoundError", XAPIAN_C_E_NOT_FOUND},
    {"DatabaseOpeningError", XAPIAN_C_E_OPEN},
    {"DatabaseVersionError", XAPIAN_C_E_VERSION},
    {"DocNotFoundError", XAPIAN_C_E_NOT_FOUND},
    {"FeatureUnavailableError", XAPIAN_C_E_UNSUPPORTED},
    {"InternalError", XAPIAN_C_E_INTERNAL},
    {"InvalidArgumentError", XAPIAN_C_E_INVALID},
    {"InvalidOperationError", XAPIAN_C_E_INVALID},
    {"NetworkError", XAPIAN_C_E_NETWORK},
    {"NetworkTimeoutError", XAPIAN_C_E_TIMEOUT},
    {"QueryParserError", XAPIAN_C_E_SYNTAX},
    {"RangeError", XAPIAN_C_E_INVALID},
    {"SerialisationError", XAPIAN_C_E_SERIALISATION},
    {"UnimplementedError", XAPIAN_C_E_UNSUPPORTED},
    {"WildcardError", XAPIAN_C_E_LIMIT},
};

xapian_c_status status_of(const char *type) noexcept
{
    for (const auto &kind : kinds)
        if (std::strcmp(kind.type, type) == 0)
            return kind.status;
    return XAPIAN_C_E_INTERNAL;
}

/* Copies a text, cut at the end of a UTF-8 character where it is too long. */
template <size_t N> void put(char (&to)[N], const char *from) noexcept
{
    size_t len = std::strlen(from);
    if (len >= N)
        for (len = N - 1; len > 0 && (from[len] & 0xC0) == 0x80; len--)
            ;
    std::memcpy(to, from, len);
    to[len] = '\0';
}

xapian_c_status note(xapian_c_error *err, xapian_c_status status, const char *type,
                     const char *message, const char *context = "") noexcept
{
    if (err != nullptr) {
        err->status = status;
        put(err->type, type);
        put(err->message, message);
        put(err->context, context);
    }
    return status;
}

xapian_c_status describe(xapian_c_error *err, const Xapian::Error &e)
{
    std::string message = e.get_msg();
    if (const char *system = e.get_error_string())
        message.append(" (").append(system).append(")");
    return note(err, status_of(e.get_type()), e.get_type(), message.c_str(),
                e.get_context().c_str());
}

} // namespace

xapian_c_status guard_run(xapian_c_error *err, xapian_c_status (*body)(void *),
                          void *context) noexcept
{
    try {
        try {
            return note(err, body(context), "", "");
        } catch (const Xapian::Error &e) {
            return describe(err, e);
        }
    } catch (const stopped &) {
        return note(err, XAPIAN_C_E_STOPPED, "stopped", "a callback stopped the call");
    } catch (const std::bad_alloc &) {
        return note(err, XAPIAN_C_E_NOMEM, "std::bad_alloc", "out of memory");
    } catch (const std::exception &e) {
        return note(err, XAPIAN_C_E_INTERNAL, "std::exception", e.what());
    } catch (...) {
        return note(err, XAPIAN_C_E_INTERNAL, "unknown", "an exception of unknown type");
    }
}

std::string str(xapian_c_bytes bytes)
{
    if (bytes.data == nullptr && bytes.len > 0)
        throw Xapian::InvalidArgumentError("bytes are NULL but have a length");
    return bytes.len == 0 ? std::string() : std::string(bytes.data, bytes.len);
}

std::string str(const char *text)
{
    return std::string(&at(text));
}

void in_range(size_t i, size_t n)
{
    if (i >= n)
        throw Xapian::InvalidArgumentError("there is no item " + std::to_string(i) + " among " +
                                           std::to_string(n));
}

Xapian::LatLongCoords coords(const xapian_c_coord *places, size_t n)
{
    Xapian::LatLongCoords all;
    for (size_t i = 0; i < n; i++) {
        const xapian_c_coord &place = (&at(places))[i];
        all.append(Xapian::LatLongCoord(place.latitude, place.longitude));
    }
    return all;
}

void assign(xapian_c_buffer &buffer, const std::string &bytes)
{
    size_t need = bytes.size() + 1;
    if (buffer.cap < need) {
        char *bigger = static_cast<char *>(::operator new(need));
        ::operator delete(buffer.data);
        buffer.data = bigger;
        buffer.cap = need;
    }
    std::memcpy(buffer.data, bytes.c_str(), need);
    buffer.len = bytes.size();
}

void clear(xapian_c_buffer *out) noexcept
{
    if (out == nullptr)
        return;
    out->len = 0;
    if (out->data != nullptr)
        out->data[0] = '\0';
}

} // namespace xapian_c
