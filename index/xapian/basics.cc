/* SPDX-License-Identifier: MIT */
/* Status names, versions, buffers, and numbers and places as bytes of a value slot. */
#include "index/xapian/guard.h"

#include <new>

using namespace xapian_c;

xapian_c_status xapian_c_buffer_set(xapian_c_buffer *buffer, xapian_c_bytes bytes,
                                    xapian_c_error *err)
{
    return guard(err, [&] { assign(at(buffer), str(bytes)); });
}

void xapian_c_buffer_free(xapian_c_buffer *buffer)
{
    if (buffer == nullptr)
        return;
    ::operator delete(buffer->data);
    *buffer = xapian_c_buffer XAPIAN_C_BUFFER_INIT;
}

const char *xapian_c_status_name(int status)
{
    static const char *const names[] = {
        "OK",      "END",     "NOMEM",   "INVALID", "UNSUPPORTED",   "NOT_FOUND", "CREATE",
        "OPEN",    "LOCKED",  "VERSION", "CORRUPT", "MODIFIED",      "CLOSED",    "DATABASE",
        "NETWORK", "TIMEOUT", "SYNTAX",  "LIMIT",   "SERIALISATION", "STOPPED",   "INTERNAL"};
    static_assert(sizeof names / sizeof *names == XAPIAN_C_E_INTERNAL + 1, "a name for each");
    auto i = static_cast<size_t>(status);
    return i < sizeof names / sizeof *names ? names[i] : "UNKNOWN";
}

const char *xapian_c_version(void)
{
    return XAPIAN_C_VERSION_STRING;
}

const char *xapian_c_xapian_version(void)
{
    return Xapian::version_string();
}

void xapian_c_xapian_version_numbers(int *major, int *minor, int *revision)
{
    if (major != nullptr)
        *major = Xapian::major_version();
    if (minor != nullptr)
        *minor = Xapian::minor_version();
    if (revision != nullptr)
        *revision = Xapian::revision();
}

xapian_c_status xapian_c_sortable_serialise(double value, xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return Xapian::sortable_serialise(value); });
}

xapian_c_status xapian_c_sortable_unserialise(xapian_c_bytes value, double *out,
                                              xapian_c_error *err)
{
    return get(out, err, [&] { return Xapian::sortable_unserialise(str(value)); });
}

xapian_c_status xapian_c_coords_serialise(const xapian_c_coord *places, size_t n,
                                          xapian_c_buffer *out, xapian_c_error *err)
{
    return fill(out, err, [&] { return coords(places, n).serialise(); });
}
