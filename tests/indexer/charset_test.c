/* SPDX-License-Identifier: MIT */
#include "indexer/charset.h"

#include "tests/check.h"

#include <iconv.h>
#include <string.h>

#define ROW(text) text, sizeof text - 1

static void small(void)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        const char *want; /* "" with reason: no text; NULL: as it stands */
        size_t want_len;
    } rows[] = {
        {"nothing", ROW(""), NULL, 0},
        {"ASCII", ROW("plain"), NULL, 0},
        {"UTF-8", ROW("caf\xC3\xA9 \xE4\xBD\xA0 \xF0\x9F\x99\x82"), NULL, 0},
        {"UTF-8 with a mark", ROW("\xEF\xBB\xBFx"), NULL, 0},
        {"windows-1252",
         ROW("caf\xE9 \x93so\x94 \x80"
             "5"),
         ROW("caf\xC3\xA9 \xE2\x80\x9Cso\xE2\x80\x9D \xE2\x82\xAC"
             "5")},
        {"damaged UTF-8", ROW("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xE9"),
         ROW("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xEF\xBF\xBD")},
        {"UTF-16LE", ROW("\xFF\xFEH\0\xE9\0"), ROW("H\xC3\xA9")},
        {"UTF-16BE", ROW("\xFE\xFF\0H\0\xE9"), ROW("H\xC3\xA9")},
        {"UTF-32LE", ROW("\xFF\xFE\0\0H\0\0\0"), ROW("H")},
        {"UTF-32BE", ROW("\0\0\xFE\xFF\0\0\0H"), ROW("H")},
        {"UTF-16 without a mark", ROW("H\0e\0l\0l\0o\0.\0"), ROW("Hello.")},
        {"UTF-16BE without a mark", ROW("\0H\0e\0l\0l\0o\0."), ROW("Hello.")},
        {"half a character at the end", ROW("\xFF\xFEH\0i\0 \0n\0o\0w\0 \0a\0n\0d\0x"),
         ROW("Hi now and\xEF\xBF\xBD")},
        {"a few NULs", ROW("a text with one \0 in it"), NULL, 0},
        {"control characters", ROW("\x01\x02\x03\x04"), ROW("")},
        {"PDF", ROW("%PDF-1.4 and so on"), ROW("")},
        {"zip", ROW("PK\x03\x04 and so on"), ROW("")},
    };
    quern_charset charset = {0};
    quern_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int converted;
        const char *reason;
        quern_error err;
        quern_status status = quern_charset_decode(&charset, rows[i].bytes, rows[i].len, &out,
                                                   &converted, &reason, &err);
        CHECK_ROW(rows[i].name, status == QUERN_OK);
        if (!rows[i].want) {
            CHECK_ROW(rows[i].name, !converted && !reason && out.len == 0);
        } else if (!rows[i].want[0]) {
            CHECK_ROW(rows[i].name, reason != NULL);
        } else {
            CHECK_ROW(rows[i].name, converted && !reason);
            CHECK_ROW(rows[i].name,
                      out.len == rows[i].want_len && memcmp(out.data, rows[i].want, out.len) == 0);
        }
    }
    quern_buf_finish(&out);
    quern_charset_finish(&charset);
}

/* Text that is long enough to tell comes back as it was before it was encoded. */
static void detected(void)
{
    static const char russian[] =
        "\xD0\x92\xD1\x81\xD0\xB5 \xD0\xBB\xD1\x8E\xD0\xB4\xD0\xB8 "
        "\xD1\x80\xD0\xBE\xD0\xB6\xD0\xB4\xD0\xB0\xD1\x8E\xD1\x82\xD1\x81\xD1\x8F "
        "\xD1\x81\xD0\xB2\xD0\xBE\xD0\xB1\xD0\xBE\xD0\xB4\xD0\xBD\xD1\x8B\xD0\xBC\xD0\xB8 \xD0\xB8 "
        "\xD1\x80\xD0\xB0\xD0\xB2\xD0\xBD\xD1\x8B\xD0\xBC\xD0\xB8 \xD0\xB2 "
        "\xD1\x81\xD0\xB2\xD0\xBE\xD1\x91\xD0\xBC "
        "\xD0\xB4\xD0\xBE\xD1\x81\xD1\x82\xD0\xBE\xD0\xB8\xD0\xBD\xD1\x81\xD1\x82\xD0\xB2\xD0\xB5.";
    static const char japanese[] =
        "\xE3\x81\x99\xE3\x81\xB9\xE3\x81\xA6\xE3\x81\xAE\xE4\xBA\xBA\xE9\x96\x93\xE3\x81\xAF\xE3"
        "\x80\x81\xE7\x94\x9F\xE3\x81\xBE\xE3\x82\x8C\xE3\x81\xAA\xE3\x81\x8C\xE3\x82\x89\xE3\x81"
        "\xAB\xE3\x81\x97\xE3\x81\xA6\xE8\x87\xAA\xE7\x94\xB1\xE3\x81\xA7\xE3\x81\x82\xE3\x82\x8A"
        "\xE3\x80\x81\xE3\x81\x8B\xE3\x81\xA4\xE3\x80\x81\xE5\xB0\x8A\xE5\x8E\xB3\xE3\x80\x82";
    static const char french[] =
        "Tous les \xC3\xAAtres humains naissent libres et \xC3\xA9gaux en dignit\xC3\xA9 et en "
        "droits. Ils sont dou\xC3\xA9s de raison et de conscience.";
    static const struct {
        const char *name, *text, *encoding;
    } rows[] = {
        {"Russian, windows-1251", russian, "WINDOWS-1251"},
        {"Russian, KOI8-R", russian, "KOI8-R"},
        {"Japanese, Shift_JIS", japanese, "SHIFT_JIS"},
        {"Japanese, EUC-JP", japanese, "EUC-JP"},
        {"French, ISO-8859-1", french, "ISO-8859-1"},
    };
    quern_charset charset = {0};
    quern_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char encoded[1024];
        char text[512];
        char *in = text;
        char *to = encoded;
        size_t left = strlen(rows[i].text);
        size_t room = sizeof encoded;
        int converted;
        const char *reason;
        quern_error err;
        memcpy(text, rows[i].text, left);
        iconv_t cd = iconv_open(rows[i].encoding, "UTF-8");
        if (cd == (iconv_t)-1 || iconv(cd, &in, &left, &to, &room) == (size_t)-1) {
            printf("skipped: iconv does not know %s ", rows[i].encoding);
            continue;
        }
        iconv_close(cd);
        CHECK(quern_charset_decode(&charset, encoded, (size_t)(to - encoded), &out, &converted,
                                   &reason, &err) == QUERN_OK);
        if (!charset.uchardet && strcmp(rows[i].encoding, "ISO-8859-1") != 0) {
            printf("skipped: %s, there is no libuchardet ", rows[i].name);
            continue;
        }
        CHECK_ROW(rows[i].name, converted && !reason && out.len == strlen(rows[i].text) &&
                                    memcmp(out.data, rows[i].text, out.len) == 0);
    }
    quern_buf_finish(&out);
    quern_charset_finish(&charset);
}

/* Without the detector everything is Windows-1252. */
static void without_detector(void)
{
    char bytes[64];
    memset(bytes, 0xE9, sizeof bytes);
    quern_charset charset = {.tried = 1};
    quern_buf out = {0};
    int converted;
    const char *reason;
    quern_error err;
    CHECK(quern_charset_decode(&charset, bytes, sizeof bytes, &out, &converted, &reason, &err) ==
          QUERN_OK);
    CHECK(converted && !reason && out.len == 128 && memcmp(out.data, "\xC3\xA9\xC3\xA9", 4) == 0);
    quern_buf_finish(&out);
    quern_charset_finish(&charset);
}

/* Any bytes give UTF-8, or a reason. */
static void any_bytes(void)
{
    uint64_t seed = check_seed(3);
    quern_charset charset = {0};
    quern_buf out = {0};
    quern_buf repaired = {0};
    int ok = 1;
    for (int round = 0; round < 3000; round++) {
        char bytes[300];
        size_t len = check_random(&seed) % sizeof bytes;
        uint64_t high = check_random(&seed) % 8;
        for (size_t i = 0; i < len; i++) {
            uint64_t r = check_random(&seed);
            bytes[i] = (char)(r % 8 < high ? r >> 8 : 32 + (r >> 8) % 90);
        }
        int converted;
        const char *reason;
        quern_error err;
        ok &=
            quern_charset_decode(&charset, bytes, len, &out, &converted, &reason, &err) == QUERN_OK;
        const char *text = converted ? (const char *)out.data : bytes;
        size_t n = converted ? out.len : len;
        ok &= reason || n == 0 || quern_charset_valid(text, n) == n;
        quern_buf_clear(&repaired);
        quern_charset_repair(bytes, len, &repaired);
        ok &= repaired.len == 0 ||
              quern_charset_valid((const char *)repaired.data, repaired.len) == repaired.len;
    }
    CHECK(ok);
    quern_buf_finish(&out);
    quern_buf_finish(&repaired);
    quern_charset_finish(&charset);
}

static void valid(void)
{
    static const struct {
        const char *name, *bytes;
        size_t len, want;
    } rows[] = {
        {"long ASCII", ROW("0123456789abcdef0123456789"), 26},
        {"overlong", ROW("ab\xC0\x80"), 2},
        {"surrogate", ROW("abc\xED\xA0\x80"), 3},
        {"cut", ROW("0123456789\xE4\xBD"), 10},
        {"beyond", ROW("\xF4\x90\x80\x80"), 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].name, quern_charset_valid(rows[i].bytes, rows[i].len) == rows[i].want);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"small", small},         {"detected", detected}, {"without detector", without_detector},
        {"any bytes", any_bytes}, {"valid", valid},       CU_TEST_INFO_NULL};
    return check_main("indexer/charset", tests);
}
