/* SPDX-License-Identifier: MIT */
/* The one C++ file of the tests: an `operator new` that can be made to fail, and a callback that
 * throws whatever there is to throw. Both stand in the program, so libxapian uses them too. */
extern "C" {
#include "fixture.h"
}

#include <xapian.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace
{

long countdown; /* 0: never fails */
int failed;

void *allocate(size_t size) noexcept
{
    if (countdown > 0 && --countdown == 0) {
        failed = 1;
        return nullptr;
    }
    return std::malloc(size > 0 ? size : 1);
}

void *allocate_or_throw(size_t size)
{
    void *memory = allocate(size);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}

struct Odd : std::runtime_error {
    using runtime_error::runtime_error;
};

/* A class of errors that this version of the bindings has not heard of. */
struct NovelError : Xapian::Error {
    NovelError() : Error("a novel error", "", "\000NovelError", nullptr)
    {
    }
};

template <class E> void throw_xapian()
{
    throw E("the message", "the context", ENOENT);
}

const struct {
    const char *name;
    void (*raise)();
} kinds[] = {
    {"AssertionError", throw_xapian<Xapian::AssertionError>},
    {"DatabaseClosedError", throw_xapian<Xapian::DatabaseClosedError>},
    {"DatabaseCorruptError", throw_xapian<Xapian::DatabaseCorruptError>},
    {"DatabaseCreateError", throw_xapian<Xapian::DatabaseCreateError>},
    {"DatabaseError", throw_xapian<Xapian::DatabaseError>},
    {"DatabaseLockError", throw_xapian<Xapian::DatabaseLockError>},
    {"DatabaseModifiedError", throw_xapian<Xapian::DatabaseModifiedError>},
    {"DatabaseNotFoundError", throw_xapian<Xapian::DatabaseNotFoundError>},
    {"DatabaseOpeningError", throw_xapian<Xapian::DatabaseOpeningError>},
    {"DatabaseVersionError", throw_xapian<Xapian::DatabaseVersionError>},
    {"DocNotFoundError", throw_xapian<Xapian::DocNotFoundError>},
    {"FeatureUnavailableError", throw_xapian<Xapian::FeatureUnavailableError>},
    {"InternalError", throw_xapian<Xapian::InternalError>},
    {"InvalidArgumentError", throw_xapian<Xapian::InvalidArgumentError>},
    {"InvalidOperationError", throw_xapian<Xapian::InvalidOperationError>},
    {"NetworkError", throw_xapian<Xapian::NetworkError>},
    {"NetworkTimeoutError", throw_xapian<Xapian::NetworkTimeoutError>},
    {"QueryParserError", throw_xapian<Xapian::QueryParserError>},
    {"RangeError", throw_xapian<Xapian::RangeError>},
    {"SerialisationError", throw_xapian<Xapian::SerialisationError>},
    {"UnimplementedError", throw_xapian<Xapian::UnimplementedError>},
    {"WildcardError", throw_xapian<Xapian::WildcardError>},
    {"std::bad_alloc", [] { throw std::bad_alloc(); }},
    {"std::exception", [] { throw Odd("an odd one"); }},
    {"unknown", [] { throw 42; }},
    {"long message",
     [] {
         std::string message(382, 'x');
         throw Xapian::DatabaseError(message + "\xC3\xA9\xC3\xA9", "", 0);
     }},
    {"novel", [] { throw NovelError(); }},
    {"describing fails",
     [] {
         xc_fail_new(2); /* the exception's own text, then guard's */
         throw Xapian::DatabaseError(std::string(), "", 0);
     }},
};

} // namespace

void *operator new(size_t size)
{
    return allocate_or_throw(size);
}

void *operator new[](size_t size)
{
    return allocate_or_throw(size);
}

void *operator new(size_t size, const std::nothrow_t &) noexcept
{
    return allocate(size);
}

void *operator new[](size_t size, const std::nothrow_t &) noexcept
{
    return allocate(size);
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, size_t) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, size_t) noexcept
{
    std::free(memory);
}

extern "C" {

void xc_fail_new(long n)
{
    countdown = n;
    if (n > 0)
        failed = 0;
}

int xc_failed_new(void)
{
    return failed;
}

int xc_throwing_stopper(xapian_c_bytes, void *payload)
{
    kinds[*static_cast<int *>(payload)].raise();
    return 0;
}

int xc_throwing_kinds(void)
{
    return static_cast<int>(sizeof kinds / sizeof *kinds);
}

const char *xc_throwing_name(int kind)
{
    return kinds[kind].name;
}
}
