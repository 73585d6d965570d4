/* SPDX-License-Identifier: MIT */
/* utf8 - one character out of bytes that may be anything, and back.
 *
 * Strict as Unicode's table 3-7 (no overlong forms, no surrogates, nothing over U+10FFFF). A byte
 * that does not begin a whole character is read as U+FFFD, one byte long: a cut sequence of three
 * bytes is then up to three replacement characters, which is the same to us as one, since U+FFFD
 * only ever separates words.
 */
#ifndef QUERN_STEMMER_UTF8_H
#define QUERN_STEMMER_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define QUERN_UTF8_REPLACEMENT 0xFFFDu

static inline int quern_utf8_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* The character at p, of which n > 0 bytes may be read; *used is set to its length in bytes. */
static inline uint32_t quern_utf8_decode(const unsigned char *p, size_t n, size_t *used)
{
    unsigned char c = p[0];
    *used = 1;
    if (c < 0x80) {
        return c;
    }
    if (c >= 0xC2 && c < 0xE0 && n >= 2 && quern_utf8_tail(p[1])) {
        *used = 2;
        return (uint32_t)(c & 0x1F) << 6 | (p[1] & 0x3Fu);
    }
    if (c >= 0xE0 && c < 0xF0 && n >= 3 && quern_utf8_tail(p[1]) && quern_utf8_tail(p[2])) {
        uint32_t u = (uint32_t)(c & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3Fu);
        if (u >= 0x800 && (u < 0xD800 || u > 0xDFFF)) {
            *used = 3;
            return u;
        }
    }
    if (c >= 0xF0 && c < 0xF5 && n >= 4 && quern_utf8_tail(p[1]) && quern_utf8_tail(p[2]) &&
        quern_utf8_tail(p[3])) {
        uint32_t u = (uint32_t)(c & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
                     (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3Fu);
        if (u >= 0x10000 && u <= 0x10FFFF) {
            *used = 4;
            return u;
        }
    }
    return QUERN_UTF8_REPLACEMENT;
}

/* Writes character u at p, which has room for four bytes. Returns its length in bytes. */
static inline size_t quern_utf8_encode(uint32_t u, char *p)
{
    if (u < 0x80) {
        p[0] = (char)u;
        return 1;
    }
    if (u < 0x800) {
        p[0] = (char)(0xC0 | u >> 6);
        p[1] = (char)(0x80 | (u & 0x3F));
        return 2;
    }
    if (u < 0x10000) {
        p[0] = (char)(0xE0 | u >> 12);
        p[1] = (char)(0x80 | (u >> 6 & 0x3F));
        p[2] = (char)(0x80 | (u & 0x3F));
        return 3;
    }
    p[0] = (char)(0xF0 | u >> 18);
    p[1] = (char)(0x80 | (u >> 12 & 0x3F));
    p[2] = (char)(0x80 | (u >> 6 & 0x3F));
    p[3] = (char)(0x80 | (u & 0x3F));
    return 4;
}

#endif
