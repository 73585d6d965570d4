/* SPDX-License-Identifier: MIT */
/* xapian_record - names of terms and the data of documents; see xapian_db.h. */
#include "base/checksum.h"
#include "index/files.h"
#include "index/xapian_db.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    MOST = 245,    /* bytes of a term as glass stores it, a NUL twice */
    HASH = 33,     /* bytes of a hash: \1 and its digits */
    KIND_WORD = 1, /* the kinds of stemmer/analysis.h */
    KIND_JOINED = 2,
    KIND_AMOUNT = 3,
    KIND_BIGRAM = 4,
    KIND_EXACT = 5,
    KIND_FIELD = 6
};

/* ---- Names of terms ---- */

/* Appends a part to the name and counts its bytes as stored. */
static void append(quern_xapian_term *out, size_t *stored, const void *data, size_t len)
{
    const char *bytes = data;
    for (size_t i = 0; i < len && *stored <= MOST; i++) {
        *stored += bytes[i] ? 1 : 2;
        if (*stored <= MOST) {
            out->bytes[out->len++] = bytes[i];
        }
    }
}

/* Where the name is too long, puts its hash in the place of its end. */
static void cut(quern_xapian_term *out, size_t stored, uint64_t a, uint64_t b)
{
    out->is_cut = stored > MOST;
    if (out->is_cut) {
        out->len = out->len < QUERN_XAPIAN_KEPT ? out->len : QUERN_XAPIAN_KEPT;
        out->len +=
            (size_t)snprintf(out->bytes + out->len, 40, "\1%016" PRIx64 "%016" PRIx64, a, b);
    }
}

int quern_xapian_is_cut(xapian_c_bytes name)
{
    return name.len > HASH && name.data[name.len - HASH] == '\1' &&
           name.len <= QUERN_XAPIAN_KEPT + HASH;
}

void quern_xapian_prefixed(quern_xapian_term *out, const char *prefix, quern_string bytes)
{
    size_t stored = 0;
    out->len = 0;
    append(out, &stored, prefix, strlen(prefix));
    append(out, &stored, bytes.data, bytes.len);
    cut(out, stored, stored > MOST ? quern_checksum(bytes.data, bytes.len) : 0,
        stored > MOST ? quern_checksum_seeded(bytes.data, bytes.len, 1) : 0);
}

void quern_xapian_name(quern_xapian_term *out, const char *term, size_t len)
{
    static const char *const prefixes[] = {
        [KIND_WORD] = "Z",    [KIND_JOINED] = "Xj", [KIND_AMOUNT] = "Xa",
        [KIND_BIGRAM] = "Xb", [KIND_EXACT] = "",    [KIND_FIELD] = "Xf"};
    size_t kind = len ? (unsigned char)term[0] : 0;
    quern_string rest = {term + 1, len ? len - 1 : 0};
    const char *prefix = kind < sizeof prefixes / sizeof *prefixes ? prefixes[kind] : NULL;
    quern_xapian_prefixed(out, prefix ? prefix : "Xx", rest);
}

void quern_xapian_key(quern_xapian_term *out, const char *prefix, quern_string source,
                      quern_string id)
{
    size_t stored = 0;
    uint64_t a = 0;
    uint64_t b = 0;
    out->len = 0;
    append(out, &stored, prefix, strlen(prefix));
    append(out, &stored, source.data, source.len);
    if (id.len > 0) {
        append(out, &stored, "", 1);
        append(out, &stored, id.data, id.len);
    }
    if (stored > MOST) {
        a = quern_checksum_seeded(id.data, id.len, quern_checksum(source.data, source.len));
        b = quern_checksum_seeded(source.data, source.len,
                                  quern_checksum_seeded(id.data, id.len, id.len + 1));
    }
    cut(out, stored, a, b);
}

void quern_xapian_field(quern_xapian_term *out, const quern_field *field)
{
    size_t stored = 0;
    const quern_string *name = &field->name;
    const quern_string *value = &field->value;
    int capital = value->len > 0 && value->data[0] >= 'A' && value->data[0] <= 'Z';
    out->len = 0;
    append(out, &stored, "X", 1);
    for (size_t i = 0; i < name->len; i++) {
        char c = name->data[i];
        c = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        append(out, &stored, &c, 1);
    }
    append(out, &stored, ":", capital || (value->len > 0 && value->data[0] == ':'));
    append(out, &stored, value->data, value->len);
    cut(out, stored, stored > MOST ? quern_checksum(name->data, name->len) : 0,
        stored > MOST ? quern_checksum(value->data, value->len) : 0);
}

void quern_xapian_form(quern_xapian_term *out, quern_string form, const quern_string *stem)
{
    size_t stored = 0;
    if (!stem) {
        quern_xapian_name(out, form.data, form.len);
        return;
    }
    out->len = 0;
    append(out, &stored, "Xe", 2);
    append(out, &stored, form.data + 1, form.len - 1);
    append(out, &stored, "=", 1);
    append(out, &stored, stem->data + 1, stem->len - 1);
    cut(out, stored, stored > MOST ? quern_checksum(form.data, form.len) : 0,
        stored > MOST ? quern_checksum(stem->data, stem->len) : 0);
}

void quern_xapian_date(char out[QUERN_XAPIAN_DATE_BYTES], int64_t seconds)
{
    uint64_t bits = (uint64_t)seconds ^ (uint64_t)1 << 63; /* negative ones first */
    for (int i = 0; i < QUERN_XAPIAN_DATE_BYTES; i++) {
        out[i] = (char)(bits >> (56 - 8 * i));
    }
}

int64_t quern_xapian_seconds(const char value[QUERN_XAPIAN_DATE_BYTES])
{
    uint64_t bits = 0;
    for (int i = 0; i < QUERN_XAPIAN_DATE_BYTES; i++) {
        bits = bits << 8 | (unsigned char)value[i];
    }
    return (int64_t)(bits ^ (uint64_t)1 << 63);
}

/* ---- Writing records ---- */

static void put_escaped(quern_buf *out, quern_string s)
{
    for (size_t i = 0; i < s.len;) {
        size_t n = i;
        while (n < s.len && s.data[n] != '\\' && s.data[n] != '\n' && s.data[n] != '\t') {
            n++;
        }
        quern_buf_bytes(out, s.data + i, n - i);
        if (n < s.len) {
            quern_buf_u8(out, '\\');
            quern_buf_u8(out, s.data[n] == '\n' ? 'n' : s.data[n] == '\t' ? 't' : '\\');
        }
        i = n + 1;
    }
}

static void put_string(quern_buf *out, const char *name, quern_string s)
{
    quern_buf_bytes(out, name, strlen(name));
    put_escaped(out, s);
    quern_buf_u8(out, '\n');
}

static void put_line(quern_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_line(quern_buf *out, const char *format, ...)
{
    char line[96];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    quern_buf_bytes(out, line, (size_t)n);
}

static void put_article(quern_buf *out, const quern_stored_article *a)
{
    put_string(out, "title=", a->title);
    put_string(out, "language=", a->language);
    put_line(out, "date=%" PRId64 "\nbytes=%" PRIu64 "\n", a->date, a->text_bytes);
    put_line(out, "passages=%" PRIu32 "\nline=%" PRIu32 "\ntitle_words=%" PRIu32 "\n",
             a->n_passages, a->line, a->title_words);
    put_line(out, "flags=%d %d\n", a->title_in_text != 0, a->offsets_in_text != 0);
    if (a->analysed_in > 0) {
        put_line(out, "analysed_in=%" PRIu32 "\n", a->analysed_in);
    }
    for (size_t i = 0; i < a->n_fields; i++) {
        quern_buf_bytes(out, "field=", 6);
        put_escaped(out, a->fields[i].name);
        quern_buf_u8(out, '\t');
        put_string(out, "", a->fields[i].value);
    }
}

void quern_xapian_print(const quern_xapian_record *record, quern_buf *out)
{
    put_string(out, "source=", record->source);
    put_string(out, "id=", record->id);
    put_line(out, "passage=%" PRIu32 "\n", record->number);
    put_line(out, "range=%" PRIu64 " %" PRIu64 "\n", record->place.start, record->place.end);
    put_line(out, "place=%" PRIu32 " %" PRIu32 "\n", record->place.line, record->place.column);
    put_line(out, "pooled=%" PRIu32 "\n", record->title_words);
    if (record->number == 0) {
        put_article(out, &record->article);
    }
    if (record->has_text) {
        put_line(out, "text=%" PRIu64 " ", record->text_at);
        quern_buf_bytes(out, record->text.data, record->text.len);
    } else {
        quern_buf_bytes(out, "text=-", 6);
    }
}

/* ---- Reading them ---- */

typedef struct reading {
    const char *p, *end;
    quern_arena *arena;
    quern_status status; /* OK, or CORRUPT or NOMEM for ever */
} reading;

static int begins(const reading *r, const char *name)
{
    size_t n = strlen(name);
    return (size_t)(r->end - r->p) >= n && memcmp(r->p, name, n) == 0;
}

/* The rest of the text up to `stop`, without its escapes. */
static quern_string unescape(reading *r, char stop)
{
    quern_string out = {"", 0};
    const char *end = r->status ? NULL : memchr(r->p, stop, (size_t)(r->end - r->p));
    char *to = end ? quern_arena_alloc(r->arena, (size_t)(end - r->p) + 1) : NULL;
    if (!to) {
        r->status = r->status ? r->status : end ? QUERN_E_NOMEM : QUERN_E_CORRUPT;
        return out;
    }
    out.data = to;
    for (; r->p < end; r->p++) {
        char c = *r->p;
        if (c == '\\' && r->p + 1 < end) {
            c = *++r->p;
            c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
        }
        *to++ = c;
    }
    *to = '\0';
    out.len = (size_t)(to - out.data);
    r->p = end + 1;
    return out;
}

/* The line that has to begin with `name`. */
static quern_string take(reading *r, const char *name, char stop)
{
    quern_string none = {"", 0};
    if (!r->status && !begins(r, name)) {
        r->status = QUERN_E_CORRUPT;
    }
    if (r->status) {
        return none;
    }
    r->p += strlen(name);
    return unescape(r, stop);
}

/* A line of up to two numbers; *b may be NULL. */
static void take_numbers(reading *r, const char *name, uint64_t most, uint64_t *a, uint64_t *b)
{
    char *end = NULL;
    quern_string line = take(r, name, '\n');
    *a = strtoull(line.data, &end, 10);
    int good = end > line.data && *a <= most;
    if (good && b) {
        const char *second = end;
        *b = strtoull(second, &end, 10);
        good = end > second && *b <= most;
    }
    if (!r->status && (!good || *end)) {
        r->status = QUERN_E_CORRUPT;
    }
}

static uint32_t take_u32(reading *r, const char *name)
{
    uint64_t n;
    take_numbers(r, name, UINT32_MAX, &n, NULL);
    return (uint32_t)n;
}

static size_t count_fields(const reading *r)
{
    reading c = *r;
    size_t n = 0;
    while (begins(&c, "field=")) {
        c.p = memchr(c.p, '\n', (size_t)(c.end - c.p));
        if (!c.p) {
            break;
        }
        c.p++;
        n++;
    }
    return n;
}

static void take_fields(reading *r, quern_stored_article *out)
{
    size_t n = r->status ? 0 : count_fields(r);
    if (n == 0) {
        return;
    }
    quern_field *fields = quern_arena_alloc(r->arena, n * sizeof *fields);
    if (!fields) {
        r->status = QUERN_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        fields[i].name = take(r, "field=", '\t');
        fields[i].value = take(r, "", '\n');
    }
    out->fields = fields;
    out->n_fields = n;
}

static void take_article(reading *r, quern_stored_article *out)
{
    uint64_t flags[2] = {0, 0};
    char *end = NULL;
    out->title = take(r, "title=", '\n');
    out->language = take(r, "language=", '\n');
    quern_string date = take(r, "date=", '\n');
    out->date = strtoll(date.data, &end, 10);
    if (!r->status && (end == date.data || *end)) {
        r->status = QUERN_E_CORRUPT;
    }
    take_numbers(r, "bytes=", UINT64_MAX, &out->text_bytes, NULL);
    out->n_passages = take_u32(r, "passages=");
    out->line = take_u32(r, "line=");
    out->title_words = take_u32(r, "title_words=");
    take_numbers(r, "flags=", 1, &flags[0], &flags[1]);
    out->title_in_text = (int)flags[0];
    out->offsets_in_text = (int)flags[1];
    if (!r->status && begins(r, "analysed_in=")) {
        out->analysed_in = take_u32(r, "analysed_in=");
    }
    take_fields(r, out);
}

static void take_text(reading *r, quern_xapian_record *out)
{
    out->text.data = "";
    if (r->status || (begins(r, "text=-") && r->end - r->p == 6)) {
        return;
    }
    quern_string at = take(r, "text=", ' ');
    char *end = NULL;
    out->text_at = strtoull(at.data, &end, 10);
    if (r->status || end == at.data || *end) {
        r->status = r->status ? r->status : QUERN_E_CORRUPT;
        return;
    }
    out->has_text = 1;
    out->text.len = (size_t)(r->end - r->p);
    out->text.data = quern_arena_copy(r->arena, r->p, out->text.len);
    if (!out->text.data) {
        out->text.len = 0;
        r->status = QUERN_E_NOMEM;
    }
}

quern_status quern_xapian_parse(const char *data, size_t len, quern_arena *arena,
                                quern_xapian_record *out, quern_error *err)
{
    uint64_t line = 0;
    uint64_t column = 0;
    reading r = {data, data + len, arena, QUERN_OK};
    memset(out, 0, sizeof *out);
    out->source = take(&r, "source=", '\n');
    out->id = take(&r, "id=", '\n');
    out->number = take_u32(&r, "passage=");
    take_numbers(&r, "range=", UINT64_MAX, &out->place.start, &out->place.end);
    take_numbers(&r, "place=", UINT32_MAX, &line, &column);
    out->place.line = (uint32_t)line;
    out->place.column = (uint32_t)column;
    out->title_words = take_u32(&r, "pooled=");
    if (!r.status && out->number == 0) {
        take_article(&r, &out->article);
    }
    out->article.source = out->source;
    out->article.id = out->id;
    take_text(&r, out);
    if (!r.status && out->has_text &&
        (out->place.start > out->place.end || out->place.start < out->text_at ||
         out->place.end - out->text_at > out->text.len)) {
        r.status = QUERN_E_CORRUPT;
    }
    return r.status == QUERN_E_NOMEM ? quern_fail_nomem(err)
           : r.status                ? quern_fail(err, QUERN_E_CORRUPT,
                                                  "the data of a document is not that of a passage - %s",
                                                  QUERN_FILES_REPAIR)
                                     : QUERN_OK;
}

quern_status quern_xapian_read(quern_engine_db *db, uint32_t docid, quern_arena *arena,
                               quern_xapian_record *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_document *doc = NULL;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_document(db->db, docid, 0, &doc, &why), err);
    quern_status status =
        xapian_c_document_data(doc, &data, &why)
            ? quern_xapian_fail(db, &why, err)
            : quern_xapian_parse(data.data ? data.data : "", data.len, arena, out, err);
    xapian_c_buffer_free(&data);
    xapian_c_document_free(doc);
    return status;
}
