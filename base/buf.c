/* SPDX-License-Identifier: MIT */
/* buf - see buf.h. */
#include "base/buf.h"

#include "base/mem.h"

void quern_buf_finish(quern_buf *buf)
{
    quern_free(buf->data);
    memset(buf, 0, sizeof *buf);
}

void quern_buf_clear(quern_buf *buf)
{
    buf->len = 0;
    buf->status = QUERN_OK;
}

uint8_t *quern_buf_extend(quern_buf *buf, size_t n)
{
    if (buf->status) {
        return NULL;
    }
    if (n > buf->cap - buf->len &&
        (n > SIZE_MAX / 4 - buf->len || quern_grow(&buf->data, &buf->cap, buf->len + n, 1))) {
        buf->status = QUERN_E_NOMEM;
        return NULL;
    }
    buf->len += n;
    return buf->data + buf->len - n;
}

void quern_buf_bytes(quern_buf *buf, const void *data, size_t len)
{
    uint8_t *out = quern_buf_extend(buf, len);
    if (out && len > 0) {
        memcpy(out, data, len);
    }
}

void quern_buf_u8(quern_buf *buf, uint8_t v)
{
    uint8_t *out = quern_buf_extend(buf, 1);
    if (out) {
        *out = v;
    }
}

void quern_buf_u16(quern_buf *buf, uint16_t v)
{
    uint8_t *out = quern_buf_extend(buf, 2);
    if (out) {
        quern_store16(out, v);
    }
}

void quern_buf_u32(quern_buf *buf, uint32_t v)
{
    uint8_t *out = quern_buf_extend(buf, 4);
    if (out) {
        quern_store32(out, v);
    }
}

void quern_buf_u64(quern_buf *buf, uint64_t v)
{
    uint8_t *out = quern_buf_extend(buf, 8);
    if (out) {
        quern_store64(out, v);
    }
}

void quern_buf_varint(quern_buf *buf, uint64_t v)
{
    uint8_t *out = quern_buf_extend(buf, quern_varint_len(v));
    if (!out) {
        return;
    }
    for (; v >= 0x80; v >>= 7) {
        *out++ = (uint8_t)(v | 0x80);
    }
    *out = (uint8_t)v;
}

void quern_buf_string(quern_buf *buf, const void *data, size_t len)
{
    quern_buf_varint(buf, len);
    quern_buf_bytes(buf, data, len);
}

size_t quern_varint_len(uint64_t v)
{
    size_t n = 1;
    while (v >= 0x80) {
        v >>= 7;
        n++;
    }
    return n;
}

quern_cursor quern_cursor_of(const void *data, size_t len)
{
    quern_cursor c = {data, (const uint8_t *)data + len, QUERN_OK};
    return c;
}

const uint8_t *quern_cursor_bytes(quern_cursor *c, size_t n)
{
    if (c->status || n > (size_t)(c->end - c->p)) {
        c->status = QUERN_E_CORRUPT;
        return NULL;
    }
    c->p += n;
    return c->p - n;
}

uint8_t quern_cursor_u8(quern_cursor *c)
{
    const uint8_t *p = quern_cursor_bytes(c, 1);
    return p ? *p : 0;
}

uint16_t quern_cursor_u16(quern_cursor *c)
{
    const uint8_t *p = quern_cursor_bytes(c, 2);
    return p ? quern_load16(p) : 0;
}

uint32_t quern_cursor_u32(quern_cursor *c)
{
    const uint8_t *p = quern_cursor_bytes(c, 4);
    return p ? quern_load32(p) : 0;
}

uint64_t quern_cursor_u64(quern_cursor *c)
{
    const uint8_t *p = quern_cursor_bytes(c, 8);
    return p ? quern_load64(p) : 0;
}

uint64_t quern_cursor_varint(quern_cursor *c)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = quern_cursor_u8(c);
        if (shift == 63 && b > 1) {
            break;
        }
        v |= (uint64_t)(b & 0x7F) << shift;
        if (!(b & 0x80)) {
            return c->status ? 0 : v;
        }
    }
    c->status = QUERN_E_CORRUPT;
    return 0;
}

quern_string quern_cursor_string(quern_cursor *c)
{
    quern_string out = {"", 0};
    uint64_t len = quern_cursor_varint(c);
    if (len > (uint64_t)(c->end - c->p)) {
        c->status = QUERN_E_CORRUPT;
    }
    const uint8_t *p = quern_cursor_bytes(c, (size_t)len);
    if (p) {
        out.data = (const char *)p;
        out.len = (size_t)len;
    }
    return out;
}
