/* SPDX-License-Identifier: MIT */
/* Status, error, bytes and buffer: what every other header of xapian_c stands on. See xapian_c.h
 * for the manual. */
#ifndef XAPIAN_C_BASICS_H
#define XAPIAN_C_BASICS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define XAPIAN_C_API __attribute__((visibility("default")))
#else
#define XAPIAN_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a function answers. Numbers are never reused; new ones are added before none and after the
 * last. */
typedef enum xapian_c_status {
    XAPIAN_C_OK = 0,  /* done */
    XAPIAN_C_END = 1, /* an iterator has no more; not an error */
    XAPIAN_C_E_NOMEM =
        2, /* out of memory; nothing was leaked, the handle can still be used or freed */
    XAPIAN_C_E_INVALID = 3,     /* a wrong call: argument, order of calls, number out of range */
    XAPIAN_C_E_UNSUPPORTED = 4, /* this backend or this version of Xapian cannot do it */
    XAPIAN_C_E_NOT_FOUND = 5,   /* no such document, or no database there */
    XAPIAN_C_E_CREATE =
        6, /* the database could not be made, for instance because it exists already */
    XAPIAN_C_E_OPEN = 7,     /* there is something, but it could not be opened */
    XAPIAN_C_E_LOCKED = 8,   /* another writer has the database */
    XAPIAN_C_E_VERSION = 9,  /* written in a format that this version of Xapian does not read */
    XAPIAN_C_E_CORRUPT = 10, /* the database is damaged */
    XAPIAN_C_E_MODIFIED =
        11, /* changed under the reader, and the retries are used up: reopen, begin again */
    XAPIAN_C_E_CLOSED = 12,   /* the database was closed with xapian_c_database_close */
    XAPIAN_C_E_DATABASE = 13, /* any other trouble of the database: input and output, disk full */
    XAPIAN_C_E_NETWORK =
        14, /* a remote server could not be reached, or talked nonsense, or went away */
    XAPIAN_C_E_TIMEOUT = 15, /* a remote server did not answer in time */
    XAPIAN_C_E_SYNTAX = 16,  /* the query parser refused the text */
    XAPIAN_C_E_LIMIT = 17,   /* a wildcard expands to more terms than were allowed */
    XAPIAN_C_E_SERIALISATION =
        18, /* bytes given to an unserialise function are not what they should be */
    XAPIAN_C_E_STOPPED = 19, /* a callback answered with a negative number */
    XAPIAN_C_E_INTERNAL = 20 /* Xapian met its own bug, or threw something unknown */
} xapian_c_status;

/* What went wrong. Owned by the caller, usually on the stack; holds no pointers. Texts that do not
 * fit are cut at the end of a UTF-8 character and always end with a zero byte. */
typedef struct xapian_c_error {
    xapian_c_status status; /* the same as the function returned, XAPIAN_C_OK after a success */
    char type[32]; /* Xapian's name of it, "DatabaseLockError"; for others "std::bad_alloc" and the
                      like */
    char message[384]; /* Xapian's message, with the system's words in brackets where there are some
                        */
    char context[128]; /* where, for remote databases: "remote:tcp(localhost:1234)"; else empty */
} xapian_c_error;

/* Bytes of somebody else: input of a call, or borrowed from an iterator. */
typedef struct xapian_c_bytes {
    const char *data; /* may be NULL when len is 0 */
    size_t len;       /* bytes */
} xapian_c_bytes;

/* The bytes of a C string, without its end; NULL gives the empty string. */
static inline xapian_c_bytes xapian_c_text(const char *text)
{
    xapian_c_bytes bytes;
    bytes.data = text;
    bytes.len = text != NULL ? strlen(text) : 0;
    return bytes;
}

/* Any bytes. */
static inline xapian_c_bytes xapian_c_span(const void *data, size_t len)
{
    xapian_c_bytes bytes;
    bytes.data = (const char *)data;
    bytes.len = len;
    return bytes;
}

/* Bytes that come out. Begin with XAPIAN_C_BUFFER_INIT, use it for as many calls as you like: each
 * replaces the content and grows the memory when needed. `data` is NULL at first and ends with a
 * zero byte after each success that filled it, which `len` does not count. */
typedef struct xapian_c_buffer {
    char *data; /* owned by the library, end it with xapian_c_buffer_free */
    size_t len; /* bytes */
    size_t cap; /* bytes there is room for */
} xapian_c_buffer;

#define XAPIAN_C_BUFFER_INIT                                                                       \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* Replaces the content of `buffer`; for callbacks that answer with bytes. Errors: XAPIAN_C_E_NOMEM.
 * */
XAPIAN_C_API xapian_c_status xapian_c_buffer_set(xapian_c_buffer *buffer, xapian_c_bytes bytes,
                                                 xapian_c_error *err);

/* Gives the memory back and leaves an empty buffer that can be used again. */
XAPIAN_C_API void xapian_c_buffer_free(xapian_c_buffer *buffer);

/* The name of a status without its prefix, "LOCKED"; "UNKNOWN" for a number that is none. Constant,
 * never NULL. */
XAPIAN_C_API const char *xapian_c_status_name(int status);

/* The version of these bindings, "1.0.0". Constant. */
XAPIAN_C_API const char *xapian_c_version(void);

/* The version of the libxapian that is loaded, "1.4.22" (constant), and its three numbers; outputs
 * may be NULL. */
XAPIAN_C_API const char *xapian_c_xapian_version(void);
XAPIAN_C_API void xapian_c_xapian_version_numbers(int *major, int *minor, int *revision);

/* A number as bytes that sort as the number does, for value slots that are compared or sorted by.
 * */
XAPIAN_C_API xapian_c_status xapian_c_sortable_serialise(double value, xapian_c_buffer *out,
                                                         xapian_c_error *err);

/* The way back; bytes that are no such number give some number, never an error. */
XAPIAN_C_API xapian_c_status xapian_c_sortable_unserialise(xapian_c_bytes value, double *out,
                                                           xapian_c_error *err);

/* A place on the globe, in degrees. */
typedef struct xapian_c_coord {
    double latitude;
    double longitude;
} xapian_c_coord;

/* One or more places as the bytes of a value slot, for xapian_c_key_maker_new_distance.
 * Errors: XAPIAN_C_E_INVALID a latitude outside -90..90. */
XAPIAN_C_API xapian_c_status xapian_c_coords_serialise(const xapian_c_coord *places, size_t n,
                                                       xapian_c_buffer *out, xapian_c_error *err);

#ifdef __cplusplus
}
#endif
#endif
