/* SPDX-License-Identifier: MIT */
/* charset - see charset.h.
 *
 * In this order, the first that holds decides:
 *
 *   1. A byte order mark of UTF-32 or UTF-16; or, without one, zeros at nearly every other byte,
 *      which is UTF-16 of a script with an alphabet. Both are decoded by iconv.
 *   2. The beginning of a well-known binary format, or many control characters: no text. A few NULs
 *      in a text do no harm.
 *   3. Valid UTF-8: the bytes stay as they are.
 *   4. UTF-8 that is damaged here and there: at least four sound characters beyond ASCII for each
 *      unsound one. The unsound bytes become U+FFFD.
 *   5. What uchardet says, through iconv, where there is evidence enough for it: 24 bytes beyond
 *      ASCII, or three in ten. Below that its guesses are exotic, and Windows-1252 is right.
 *   6. Windows-1252, by a table of our own (The Encoding Standard of the WHATWG: also what is meant
 *      by ISO-8859-1). Likewise where iconv does not know the name, or where one in a hundred
 *      characters does not decode, since the guess was wrong then.
 *
 * uchardet is written in C++. It is loaded by dlopen when a file first needs it, so that neither
 * the library nor who links it needs the C++ runtime; where it is missing, rule 6 stands in.
 * Detection reads at most 256 KiB, from a little before the first byte beyond ASCII.
 */
#include "indexer/charset.h"

#include <dlfcn.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "stemmer/utf8.h"

#define SAMPLE_BYTES ((size_t)256 << 10)

void quern_charset_finish(quern_charset *charset)
{
    if (charset->uchardet) {
        dlclose(charset->uchardet);
    }
    memset(charset, 0, sizeof *charset);
}

/* ---- UTF-8 ---- */

size_t quern_charset_valid(const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t at = 0;
    while (at < len) {
        uint64_t eight;
        while (len - at >= 8 && (memcpy(&eight, p + at, 8), !(eight & 0x8080808080808080u))) {
            at += 8;
        }
        if (at == len) {
            break;
        }
        size_t used = 1;
        if (p[at] >= 0x80) {
            quern_utf8_decode(p + at, len - at, &used);
            if (used == 1) {
                return at;
            }
        }
        at += used;
    }
    return len;
}

void quern_charset_repair(const char *bytes, size_t len, quern_buf *out)
{
    while (len > 0) {
        size_t n = quern_charset_valid(bytes, len);
        quern_buf_bytes(out, bytes, n);
        if (n < len) {
            quern_buf_bytes(out, "\xEF\xBF\xBD", 3);
            n++;
        }
        bytes += n;
        len -= n;
    }
}

/* Rule 4. */
static int is_damaged_utf8(const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t sound = 0;
    size_t unsound = 0;
    for (size_t at = 0; at < len;) {
        size_t used = 1;
        if (p[at] >= 0x80) {
            quern_utf8_decode(p + at, len - at, &used);
            sound += used > 1;
            unsound += used == 1;
        }
        at += used;
    }
    return sound >= 4 * unsound;
}

/* ---- Is it text? ---- */

static const char *known_binary(const char *bytes, size_t len)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *reason;
    } known[] = {
        {"%PDF-", 5, "a PDF document, not text"},
        {"%!PS", 4, "a PostScript document, not text"},
        {"{\\rtf", 5, "an RTF document, not plain text"},
        {"PK\x03\x04", 4, "a zip archive or office document, not text"},
        {"\x1F\x8B", 2, "a gzip archive, not text"},
        {"\x28\xB5\x2F\xFD", 4, "a zstd archive, not text"},
        {"\xFD"
         "7zXZ",
         5, "an xz archive, not text"},
        {"\x7F"
         "ELF",
         4, "a program, not text"},
        {"\x89PNG", 4, "an image, not text"},
        {"\xFF\xD8\xFF", 3, "an image, not text"},
        {"GIF8", 4, "an image, not text"},
        {"\xD0\xCF\x11\xE0", 4, "an old office document, not text"},
        {"SQLite format 3", 16, "a database, not text"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (len >= known[i].len && memcmp(bytes, known[i].magic, known[i].len) == 0) {
            return known[i].reason;
        }
    }
    return NULL;
}

static int is_binary(const char *bytes, size_t len)
{
    static const unsigned char odd[256] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0,
                                           0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1, 1, 1, 1, 0, 1, 1, 1, 1, [0x7F] = 1};
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        n += odd[(unsigned char)bytes[i]];
    }
    return n > len / 64 && (n >= 8 || n * 4 > len);
}

/* Rule 1. The name of the encoding and the length of its mark, or NULL. */
static const char *wide_encoding(const char *bytes, size_t len, size_t *mark)
{
    static const struct {
        const char *mark;
        size_t len;
        const char *name;
    } marks[] = {{"\xFF\xFE\x00\x00", 4, "UTF-32LE"},
                 {"\x00\x00\xFE\xFF", 4, "UTF-32BE"},
                 {"\xFF\xFE", 2, "UTF-16LE"},
                 {"\xFE\xFF", 2, "UTF-16BE"}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (len >= marks[i].len && memcmp(bytes, marks[i].mark, marks[i].len) == 0) {
            *mark = marks[i].len;
            return marks[i].name;
        }
    }
    *mark = 0;
    size_t zeros[2] = {0, 0};
    size_t n = len < 4096 ? len & ~(size_t)1 : 4096;
    for (size_t i = 0; i < n; i++) {
        zeros[i & 1] += bytes[i] == 0;
    }
    if (n >= 8 && len % 2 == 0) {
        int little = zeros[1] * 5 > n * 2 && zeros[0] * 20 < n;
        int big = zeros[0] * 5 > n * 2 && zeros[1] * 20 < n;
        return little ? "UTF-16LE" : big ? "UTF-16BE" : NULL;
    }
    return NULL;
}

/* ---- Decoding ---- */

static void decode_1252(const char *bytes, size_t len, quern_buf *out)
{
    static const uint16_t high[32] = {
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char utf8[4];
        uint32_t u = c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c;
        quern_buf_bytes(out, utf8, quern_utf8_encode(u, utf8));
    }
}

/* Through iconv. Returns how many places did not decode, or SIZE_MAX where iconv does not know the
 * encoding. */
static size_t decode_iconv(const char *name, const char *bytes, size_t len, quern_buf *out)
{
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1) {
        return SIZE_MAX;
    }
    size_t lost = 0;
    size_t unit = strncmp(name, "UTF-16", 6) == 0 ? 2 : strncmp(name, "UTF-32", 6) == 0 ? 4 : 1;
    union {
        const char *in;
        char *out; /* iconv's argument is not const, though it does not write */
    } p = {bytes};
    while (len > 0 && !out->status) {
        char piece[8192];
        char *to = piece;
        size_t room = sizeof piece;
        size_t result = iconv(cd, &p.out, &len, &to, &room);
        int why = result == (size_t)-1 ? errno : 0;
        quern_buf_bytes(out, piece, sizeof piece - room);
        if (why == EILSEQ || why == EINVAL) {
            quern_buf_bytes(out, "\xEF\xBF\xBD", 3);
            size_t step = unit < len ? unit : len;
            p.in += step;
            len -= step;
            lost++;
        }
    }
    iconv_close(cd);
    return lost;
}

static void load_detector(quern_charset *charset)
{
    if (charset->tried) {
        return;
    }
    charset->tried = 1;
    void *library = dlopen("libuchardet.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        return;
    }
    /* POSIX lets a function be taken from dlsym through a pointer to its pointer. */
    *(void **)&charset->detector_new = dlsym(library, "uchardet_new");
    *(void **)&charset->detector_delete = dlsym(library, "uchardet_delete");
    *(void **)&charset->detector_feed = dlsym(library, "uchardet_handle_data");
    *(void **)&charset->detector_end = dlsym(library, "uchardet_data_end");
    *(void **)&charset->detector_name = dlsym(library, "uchardet_get_charset");
    if (charset->detector_new && charset->detector_delete && charset->detector_feed &&
        charset->detector_end && charset->detector_name) {
        charset->uchardet = library;
    } else {
        dlclose(library);
    }
}

/* Fills name with what the detector says, "" where it says nothing. */
static void detect(quern_charset *charset, const char *bytes, size_t len, char name[64])
{
    name[0] = '\0';
    load_detector(charset);
    void *detector = charset->uchardet ? charset->detector_new() : NULL;
    if (!detector) {
        return;
    }
    size_t first = quern_charset_valid(bytes, len);
    size_t start = first > 4096 ? first - 4096 : 0;
    size_t n = len - start < SAMPLE_BYTES ? len - start : SAMPLE_BYTES;
    if (charset->detector_feed(detector, bytes + start, n) == 0) {
        charset->detector_end(detector);
        const char *said = charset->detector_name(detector);
        size_t said_len = said ? strlen(said) : 0;
        if (said_len < 64) {
            memcpy(name, said ? said : "", said_len);
            name[said_len] = '\0';
        }
    }
    charset->detector_delete(detector);
}

/* Rules 5 and 6. */
static void decode_guessed(quern_charset *charset, const char *bytes, size_t len, quern_buf *out)
{
    size_t beyond = 0;
    for (size_t i = 0; i < len; i++) {
        beyond += (unsigned char)bytes[i] >= 0x80;
    }
    char name[64] = "";
    if (beyond >= 24 || beyond * 10 >= len * 3) {
        detect(charset, bytes, len, name);
    }
    static const char *const plain[] = {"", "ASCII", "ISO-8859-1", "WINDOWS-1252", "UTF-8"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strcmp(name, plain[i]) == 0) {
            decode_1252(bytes, len, out);
            return;
        }
    }
    size_t lost = decode_iconv(name, bytes, len, out);
    if (lost > 1 + len / 100) {
        quern_buf_clear(out);
        decode_1252(bytes, len, out);
    }
}

quern_status quern_charset_decode(quern_charset *charset, const char *bytes, size_t len,
                                  quern_buf *out, int *converted, const char **reason,
                                  quern_error *err)
{
    size_t mark;
    const char *wide = wide_encoding(bytes, len, &mark);
    *converted = 0;
    *reason = NULL;
    quern_buf_clear(out);
    if (wide) {
        size_t lost = decode_iconv(wide, bytes + mark, len - mark, out);
        *converted = 1;
        if (lost > 1 + len / 100 || is_binary((const char *)out->data, out->len)) {
            *reason = "binary, not text";
        }
    } else if ((*reason = known_binary(bytes, len)) == NULL) {
        if (is_binary(bytes, len)) {
            *reason = "binary, not text";
        } else if (quern_charset_valid(bytes, len) < len) {
            *converted = 1;
            if (is_damaged_utf8(bytes, len)) {
                quern_charset_repair(bytes, len, out);
            } else {
                decode_guessed(charset, bytes, len, out);
            }
        }
    }
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}
