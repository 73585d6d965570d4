/* SPDX-License-Identifier: MIT */
/* buf - bytes that grow, and bytes that are read within bounds.
 *
 * Conventions of the whole project: integers are little endian; a varint is LEB128, seven bits a
 * byte, low ones first, at most ten bytes; a string is a varint length and its bytes.
 *
 * Both types carry a sticky status: after the first failure every call does nothing (a read gives 0
 * or ""), so ten calls need one check at their end.
 */
#ifndef QUERN_BASE_BUF_H
#define QUERN_BASE_BUF_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t quern_load16(const void *p)
{
    const uint8_t *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}
static inline uint32_t quern_load32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}
static inline uint64_t quern_load64(const void *p)
{
    const uint8_t *b = p;
    return quern_load32(b) | (uint64_t)quern_load32(b + 4) << 32;
}
static inline void quern_store16(void *p, uint16_t v)
{
    uint8_t *b = p;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
}
static inline void quern_store32(void *p, uint32_t v)
{
    quern_store16(p, (uint16_t)v);
    quern_store16((uint8_t *)p + 2, (uint16_t)(v >> 16));
}
static inline void quern_store64(void *p, uint64_t v)
{
    quern_store32(p, (uint32_t)v);
    quern_store32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}

/* Growing bytes. Zeroed is a valid, empty one. */
typedef struct quern_buf {
    uint8_t *data;
    size_t len, cap;
    quern_status status; /* OK, or NOMEM for ever */
} quern_buf;

void quern_buf_finish(quern_buf *buf); /* frees and zeroes; zeroed buffers are fine */
void quern_buf_clear(quern_buf *buf);  /* len and status to 0, memory kept */
/* Room for n more bytes, whose place is returned and counted in len; NULL when memory ran out. */
uint8_t *quern_buf_extend(quern_buf *buf, size_t n);
void quern_buf_bytes(quern_buf *buf, const void *data, size_t len);
void quern_buf_u8(quern_buf *buf, uint8_t v);
void quern_buf_u16(quern_buf *buf, uint16_t v);
void quern_buf_u32(quern_buf *buf, uint32_t v);
void quern_buf_u64(quern_buf *buf, uint64_t v);
void quern_buf_varint(quern_buf *buf, uint64_t v);
void quern_buf_string(quern_buf *buf, const void *data, size_t len);

/* Bytes of a varint of v. */
size_t quern_varint_len(uint64_t v);

/* Bounded reading of [p, end). */
typedef struct quern_cursor {
    const uint8_t *p, *end;
    quern_status status; /* OK, or CORRUPT for ever once a read would have passed the end */
} quern_cursor;

quern_cursor quern_cursor_of(const void *data, size_t len);
uint8_t quern_cursor_u8(quern_cursor *c);
uint16_t quern_cursor_u16(quern_cursor *c);
uint32_t quern_cursor_u32(quern_cursor *c);
uint64_t quern_cursor_u64(quern_cursor *c);
uint64_t quern_cursor_varint(quern_cursor *c);
/* n bytes, or NULL. */
const uint8_t *quern_cursor_bytes(quern_cursor *c, size_t n);
/* A length and its bytes; {"", 0} on failure. Not NUL-terminated. */
quern_string quern_cursor_string(quern_cursor *c);

#endif
