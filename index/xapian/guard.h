/* SPDX-License-Identifier: MIT */
/* Where C++ stops.
 *
 * Every extern "C" function of xapian_c is a few lines around guard(): it runs a body, and whatever
 * the body throws becomes a xapian_c_status and the text of a xapian_c_error. guard() is noexcept.
 * Its catch clauses are in guard_run() (guard.cc), once for all bodies instead of once for each
 * instantiation; there is no `catch` anywhere else in these bindings.
 *
 * On top of guard() stand four shapes that nearly all functions have:
 *
 *     get (out, err, f)    *out = f()             a number
 *     fill(out, err, f)    out gets the bytes of f()
 *     make(out, err, f)    *out = a new handle around f()
 *     read(source, err, f) f(database), reopened and tried again on DatabaseModifiedError
 *
 * and read_get, read_fill, read_make, which are both. Outputs are emptied first, so that they hold
 * nothing after a failure; they are set last, so that a body can be run twice.
 *
 * Invariant: a body reaches through a pointer that came from outside only after at(), which throws
 * where it is NULL. C++ does not order the arguments of a call, so at() stands in a statement
 * before. */
#ifndef XAPIAN_C_GUARD_H
#define XAPIAN_C_GUARD_H

#include <xapian.h>
#include <xapian_c/xapian_c.h>

#include <string>
#include <type_traits>
#include <utility>

namespace xapian_c
{

/* Thrown by the adapters of callbacks when the callback asks to stop. */
struct stopped {
};

/* Runs body(context); the only place with `catch`. */
xapian_c_status guard_run(xapian_c_error *err, xapian_c_status (*body)(void *),
                          void *context) noexcept;

/* Runs `body`, which returns nothing or a status. */
template <class F> xapian_c_status guard(xapian_c_error *err, F &&body) noexcept
{
    using Body = std::remove_reference_t<F>;
    auto call = [](void *context) -> xapian_c_status {
        Body &run = *static_cast<Body *>(context);
        if constexpr (std::is_void_v<decltype(run())>)
            return run(), XAPIAN_C_OK;
        else
            return run();
    };
    return guard_run(err, call, &body);
}

/* What a pointer from outside points to. */
template <class T> T &at(T *pointer)
{
    if (pointer == nullptr)
        throw Xapian::InvalidArgumentError("a required argument is NULL");
    return *pointer;
}

/* Bytes and C strings from outside. */
std::string str(xapian_c_bytes bytes);
std::string str(const char *text);

/* Bytes lent to a callback or to the caller. */
inline xapian_c_bytes lend(const std::string &bytes) noexcept
{
    return xapian_c_span(bytes.data(), bytes.size());
}

/* Places on the globe. */
Xapian::LatLongCoords coords(const xapian_c_coord *places, size_t n);

/* Replaces the content of a buffer. */
void assign(xapian_c_buffer &buffer, const std::string &bytes);

/* Empties an output before the body runs. */
template <class T> void clear(T *out) noexcept
{
    if (out != nullptr)
        *out = T{};
}
void clear(xapian_c_buffer *out) noexcept;

/* A number of a C enum as the same enum of Xapian; `last` is its greatest number. */
template <class To> To choice(int value, int last)
{
    if (value < 0 || value > last)
        throw Xapian::InvalidArgumentError("a constant is out of range: " + std::to_string(value));
    return static_cast<To>(value);
}

/* Refuses item `i` of a set of `n`. */
void in_range(size_t i, size_t n);

/* The answer of a callback; negative stops the call. */
inline int answer(int value)
{
    if (value < 0)
        throw stopped{};
    return value;
}

template <class T, class F> xapian_c_status get(T *out, xapian_c_error *err, F body) noexcept
{
    clear(out);
    return guard(err, [&] {
        T &slot = at(out);
        slot = static_cast<T>(body());
    });
}

template <class F> xapian_c_status fill(xapian_c_buffer *out, xapian_c_error *err, F body) noexcept
{
    clear(out);
    return guard(err, [&] {
        xapian_c_buffer &slot = at(out);
        assign(slot, body());
    });
}

template <class H, class F> xapian_c_status make(H **out, xapian_c_error *err, F body) noexcept
{
    clear(out);
    return guard(err, [&] {
        H *&slot = at(out);
        slot = new H{body()};
    });
}

/* The database behind a handle that reads from one; such handles also have a member `retries`. */
Xapian::Database &database_of(xapian_c_database &handle);
Xapian::Database &database_of(xapian_c_query_parser &handle);
Xapian::Database &database_of(xapian_c_enquire &handle);

template <class S, class F> xapian_c_status read(S *source, xapian_c_error *err, F body) noexcept
{
    xapian_c_status status = guard(err, [&] { return body(database_of(at(source))); });
    unsigned left = source != nullptr ? source->retries : 0;
    for (; status == XAPIAN_C_E_MODIFIED && left > 0; left--)
        status = guard(err, [&] {
            database_of(*source).reopen();
            return body(database_of(*source));
        });
    return status;
}

template <class S, class T, class F>
xapian_c_status read_get(S *source, T *out, xapian_c_error *err, F body) noexcept
{
    clear(out);
    return read(source, err, [&](Xapian::Database &db) {
        T &slot = at(out);
        slot = static_cast<T>(body(db));
    });
}

template <class S, class F>
xapian_c_status read_fill(S *source, xapian_c_buffer *out, xapian_c_error *err, F body) noexcept
{
    clear(out);
    return read(source, err, [&](Xapian::Database &db) {
        xapian_c_buffer &slot = at(out);
        assign(slot, body(db));
    });
}

template <class S, class H, class F>
xapian_c_status read_make(S *source, H **out, xapian_c_error *err, F body) noexcept
{
    clear(out);
    return read(source, err, [&](Xapian::Database &db) {
        H *&slot = at(out);
        slot = new H{body(db)};
    });
}

} // namespace xapian_c

#endif
