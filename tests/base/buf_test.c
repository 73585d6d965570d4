/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/mem.h"
#include "tests/check.h"

static const uint64_t varints[] = {0,          1,
                                   127,        128,
                                   300,        16383,
                                   16384,      (1ull << 32) - 1,
                                   1ull << 32, (1ull << 63) - 1,
                                   1ull << 63, UINT64_MAX};
#define N_VARINTS (sizeof varints / sizeof varints[0])

static void reads_what_it_wrote(void)
{
    quern_buf buf = {0};
    quern_buf_u8(&buf, 0xAB);
    quern_buf_u16(&buf, 0x1234);
    quern_buf_u32(&buf, 0xDEADBEEF);
    quern_buf_u64(&buf, 0x0123456789ABCDEF);
    for (size_t i = 0; i < N_VARINTS; i++) {
        size_t before = buf.len;
        quern_buf_varint(&buf, varints[i]);
        CHECK(buf.len - before == quern_varint_len(varints[i]));
    }
    quern_buf_string(&buf, "a\0b", 3);
    quern_buf_string(&buf, NULL, 0);
    quern_buf_bytes(&buf, "xyz", 3);
    CHECK(buf.status == QUERN_OK);
    quern_cursor c = quern_cursor_of(buf.data, buf.len);
    CHECK(quern_cursor_u8(&c) == 0xAB);
    CHECK(quern_cursor_u16(&c) == 0x1234);
    CHECK(quern_cursor_u32(&c) == 0xDEADBEEF);
    CHECK(quern_cursor_u64(&c) == 0x0123456789ABCDEF);
    for (size_t i = 0; i < N_VARINTS; i++) {
        CHECK(quern_cursor_varint(&c) == varints[i]);
    }
    quern_string s = quern_cursor_string(&c);
    CHECK(s.len == 3 && memcmp(s.data, "a\0b", 3) == 0);
    s = quern_cursor_string(&c);
    CHECK(s.len == 0 && s.data);
    const uint8_t *rest = quern_cursor_bytes(&c, 3);
    CHECK(rest && memcmp(rest, "xyz", 3) == 0);
    CHECK(c.status == QUERN_OK && c.p == c.end);
    quern_buf_finish(&buf);
}

static void bytes_are_little_endian(void)
{
    quern_buf buf = {0};
    quern_buf_u16(&buf, 0x0201);
    quern_buf_u32(&buf, 0x06050403);
    quern_buf_u64(&buf, 0x0E0D0C0B0A090807);
    quern_buf_varint(&buf, 300);
    static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xAC, 0x02};
    CHECK(buf.len == sizeof want && memcmp(buf.data, want, sizeof want) == 0);
    CHECK(quern_load16(want) == 0x0201 && quern_load32(want + 2) == 0x06050403);
    CHECK(quern_load64(want + 6) == 0x0E0D0C0B0A090807);
    quern_buf_finish(&buf);
}

static void never_reads_past_the_end(void)
{
    quern_buf buf = {0};
    quern_buf_u64(&buf, UINT64_MAX);
    quern_buf_varint(&buf, UINT64_MAX);
    quern_buf_string(&buf, "hello", 5);
    for (size_t len = 0; len < buf.len; len++) {
        uint8_t *exact = quern_alloc(len); /* a step past its end is seen by a sanitizer */
        memcpy(exact, buf.data, len);
        quern_cursor c = quern_cursor_of(exact, len);
        quern_cursor_u64(&c);
        quern_cursor_varint(&c);
        quern_string s = quern_cursor_string(&c);
        CHECK(c.status == QUERN_E_CORRUPT && s.len == 0);
        CHECK(quern_cursor_u8(&c) == 0 && quern_cursor_u16(&c) == 0 && quern_cursor_u32(&c) == 0);
        CHECK(quern_cursor_bytes(&c, 0) == NULL);
        quern_free(exact);
    }
    quern_buf_finish(&buf);
}

static void refuses_bad_varints(void)
{
    static const struct {
        const char *name;
        uint8_t bytes[11];
        size_t len;
    } rows[] = {
        {"nothing", {0}, 0},
        {"unfinished", {0x80}, 1},
        {"unfinished, 9 bytes", {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}, 9},
        {"65 bits", {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}, 10},
        {"11 bytes", {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x81, 0}, 11},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quern_cursor c = quern_cursor_of(rows[i].bytes, rows[i].len);
        CHECK_ROW(rows[i].name, quern_cursor_varint(&c) == 0);
        CHECK_ROW(rows[i].name, c.status == QUERN_E_CORRUPT);
    }
    static const uint8_t huge[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 'x'};
    quern_cursor c = quern_cursor_of(huge, sizeof huge);
    CHECK(quern_cursor_string(&c).len == 0 && c.status == QUERN_E_CORRUPT);
}

static void failure_sticks(void)
{
    quern_buf buf = {0};
    quern_buf_bytes(&buf, "abc", 3);
    CHECK(quern_buf_extend(&buf, SIZE_MAX / 2) == NULL);
    CHECK(buf.status == QUERN_E_NOMEM && buf.len == 3);
    quern_buf_u64(&buf, 1);
    quern_buf_string(&buf, "x", 1);
    CHECK(buf.len == 3);
    quern_buf_clear(&buf);
    CHECK(buf.status == QUERN_OK && buf.len == 0);
    quern_buf_u8(&buf, 1);
    CHECK(buf.len == 1 && buf.data[0] == 1);
    quern_buf_finish(&buf);
    quern_buf_finish(&buf);
    CHECK(buf.data == NULL && buf.cap == 0);
}

static void extends_in_place(void)
{
    quern_buf buf = {0};
    for (size_t i = 0; i < 5000; i++) {
        uint8_t *p = quern_buf_extend(&buf, i % 7);
        if (i % 7) {
            CHECK(p == buf.data + buf.len - i % 7);
            memset(p, (int)(i & 0xFF), i % 7);
        }
    }
    size_t at = 0, wrong = 0;
    for (size_t i = 0; i < 5000; i++) {
        for (size_t k = 0; k < i % 7; k++) {
            wrong += buf.data[at++] != (i & 0xFF);
        }
    }
    CHECK(wrong == 0 && at == buf.len);
    quern_buf_finish(&buf);
}

static CU_TestInfo tests[] = {
    {"reads what it wrote", reads_what_it_wrote},
    {"bytes are little endian", bytes_are_little_endian},
    {"never reads past the end", never_reads_past_the_end},
    {"refuses bad varints", refuses_bad_varints},
    {"failure sticks", failure_sticks},
    {"extends in place", extends_in_place},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("base/buf", tests)
