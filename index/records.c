/* SPDX-License-Identifier: MIT */
/* records - see records.h; FORMAT.md has the bytes. */
#include "index/records.h"

enum {
    TITLE_IN_TEXT = 1,
    OFFSETS_IN_TEXT = 2,
    HAS_TITLE = 4,
    HAS_LANGUAGE = 8,
    OTHER_LINE = 16, /* than the record before */
    HAS_FIELDS = 32,
    IS_WHOLE = 64, /* one passage: all of the text, where it is expected */
    LANGUAGE_SHIFT = 7
};

enum { OTHER_DOWN = 1, OTHER_RIGHT = 2, GAP_SHIFT = 2 }; /* of the head of a passage */

static const quern_stored_passage before_first = {0, 0, 1, 1};

static uint64_t zigzag(uint64_t v)
{
    return v << 1 ^ (0 - (v >> 63));
}

static uint64_t unzigzag(uint64_t v)
{
    return v >> 1 ^ (0 - (v & 1));
}

/* ---- Writing ---- */

void quern_records_finish(quern_records_out *out)
{
    quern_buf_finish(&out->flags);
    quern_buf_finish(&out->numbers);
    quern_buf_finish(&out->strings);
}

static int is_whole(const quern_stored_article *a)
{
    const quern_stored_passage *p = a->passages;
    return a->n_passages == 1 && p->start == 0 && p->end == a->text_bytes && p->line == 1 &&
           p->column == 1;
}

/* Lines and columns are those of u32: what is put is their difference. */
static int put_passages(quern_buf *out, const quern_stored_article *a)
{
    quern_stored_passage before = before_first;
    quern_buf_varint(out, a->n_passages);
    for (uint32_t i = 0; i < a->n_passages; i++) {
        const quern_stored_passage *p = &a->passages[i];
        if (p->start < before.end || p->end < p->start || p->end > a->text_bytes) {
            return -1;
        }
        uint64_t down = (uint64_t)p->line - before.line;
        uint64_t expected = down == 0 ? before.column + (p->start - before.start) : 1;
        uint64_t right = (uint64_t)p->column - (uint32_t)expected;
        quern_buf_varint(out, (p->start - before.end) << GAP_SHIFT | (down ? OTHER_DOWN : 0) |
                                  (right ? OTHER_RIGHT : 0));
        quern_buf_varint(out, i + 1 < a->n_passages ? p->end - p->start : a->text_bytes - p->end);
        if (down) {
            quern_buf_varint(out, zigzag(down));
        }
        if (right) {
            quern_buf_varint(out, zigzag(right));
        }
        before = *p;
    }
    return 0;
}

static void put_string(quern_records_out *out, quern_string s)
{
    quern_buf_varint(&out->numbers, s.len);
    quern_buf_bytes(&out->strings, s.data, s.len);
}

static uint64_t flags_of(const quern_records_out *out, const quern_stored_article *a)
{
    return (a->title_in_text ? TITLE_IN_TEXT : 0u) | (a->offsets_in_text ? OFFSETS_IN_TEXT : 0u) |
           (a->title.len > 0 ? HAS_TITLE : 0u) | (a->language.len > 0 ? HAS_LANGUAGE : 0u) |
           (a->line != out->line ? OTHER_LINE : 0u) | (a->n_fields > 0 ? HAS_FIELDS : 0u) |
           (is_whole(a) ? IS_WHOLE : 0u) | (uint64_t)a->analysed_in << LANGUAGE_SHIFT;
}

quern_status quern_records_put(quern_records_out *out, const quern_stored_article *a,
                               uint64_t text_at, quern_error *err)
{
    if (out->n++ == 0) {
        out->text_at = text_at;
        out->line = 1;
    }
    uint64_t flags = flags_of(out, a);
    quern_buf_varint(&out->flags, flags);
    quern_buf_varint(&out->numbers, a->text_bytes);
    if (flags & HAS_TITLE) {
        put_string(out, a->title);
    }
    if (flags & HAS_LANGUAGE) {
        put_string(out, a->language);
    }
    if (flags & OTHER_LINE) {
        quern_buf_varint(&out->numbers, zigzag((uint64_t)a->line - out->line));
        out->line = a->line;
    }
    if (flags & HAS_FIELDS) {
        quern_buf_varint(&out->numbers, a->n_fields);
    }
    for (size_t i = 0; i < a->n_fields; i++) {
        put_string(out, a->fields[i].name);
        put_string(out, a->fields[i].value);
    }
    if (!(flags & IS_WHOLE) && put_passages(&out->numbers, a)) {
        return quern_fail(err, QUERN_E_INVALID, "passages overlap or leave the article's text");
    }
    return out->flags.status || out->numbers.status || out->strings.status ? quern_fail_nomem(err)
                                                                           : QUERN_OK;
}

size_t quern_records_len(const quern_records_out *out)
{
    return out->flags.len + out->numbers.len + out->strings.len;
}

void quern_records_end(quern_records_out *out, quern_buf *to)
{
    quern_buf_varint(to, out->text_at);
    quern_buf_varint(to, out->flags.len);
    quern_buf_varint(to, out->numbers.len);
    quern_buf_bytes(to, out->flags.data, out->flags.len);
    quern_buf_bytes(to, out->numbers.data, out->numbers.len);
    quern_buf_bytes(to, out->strings.data, out->strings.len);
    quern_buf_clear(&out->flags);
    quern_buf_clear(&out->numbers);
    quern_buf_clear(&out->strings);
    out->n = 0;
}

/* ---- Reading ---- */

static int is_damaged(const quern_records *r)
{
    return r->flags.status || r->numbers.status || r->strings.status;
}

quern_records quern_records_open(const void *content, size_t len, uint32_t article)
{
    quern_records r;
    quern_cursor c = quern_cursor_of(content, len);
    r.article = article;
    r.line = 1;
    r.text_at = quern_cursor_varint(&c);
    uint64_t n_flags = quern_cursor_varint(&c);
    uint64_t n_numbers = quern_cursor_varint(&c);
    size_t left = (size_t)(c.end - c.p);
    r.flags = r.numbers = r.strings = c;
    if (c.status || n_flags > left || n_numbers > left - n_flags) {
        r.flags.status = QUERN_E_CORRUPT;
        return r;
    }
    r.flags.end = c.p + n_flags;
    r.numbers.p = r.flags.end;
    r.numbers.end = r.numbers.p + n_numbers;
    r.strings.p = r.numbers.end;
    return r;
}

static quern_string read_string(quern_records *r)
{
    uint64_t len = quern_cursor_varint(&r->numbers);
    quern_string s = {"", 0};
    if (len > (uint64_t)(r->strings.end - r->strings.p)) {
        r->strings.status = QUERN_E_CORRUPT;
        return s;
    }
    s.data = (const char *)r->strings.p;
    s.len = (size_t)len;
    r->strings.p += len;
    return s;
}

/* How many things of two numbers or more follow. */
static uint32_t read_count(quern_records *r)
{
    uint64_t n = quern_cursor_varint(&r->numbers);
    if (n > (uint64_t)(r->numbers.end - r->numbers.p) / 2 || n > UINT32_MAX) {
        r->numbers.status = QUERN_E_CORRUPT;
        return 0;
    }
    return (uint32_t)n;
}

/* Reads n passages into out, or NULL. */
static void read_passages(quern_records *r, uint64_t text_bytes, quern_stored_passage *out,
                          uint32_t n)
{
    quern_stored_passage before = before_first;
    for (uint32_t i = 0; i < n && !r->numbers.status; i++) {
        uint64_t head = quern_cursor_varint(&r->numbers);
        uint64_t len = quern_cursor_varint(&r->numbers);
        uint64_t down = head & OTHER_DOWN ? unzigzag(quern_cursor_varint(&r->numbers)) : 0;
        uint64_t right = head & OTHER_RIGHT ? unzigzag(quern_cursor_varint(&r->numbers)) : 0;
        uint64_t gap = head >> GAP_SHIFT;
        if (gap > text_bytes - before.end || len > text_bytes - before.end - gap) {
            r->numbers.status = QUERN_E_CORRUPT;
            return;
        }
        quern_stored_passage p;
        p.start = before.end + gap;
        p.end = i + 1 < n ? p.start + len : text_bytes - len;
        p.line = (uint32_t)(before.line + down);
        uint64_t expected = down == 0 ? before.column + (p.start - before.start) : 1;
        p.column = (uint32_t)(expected + right);
        before = p;
        if (out) {
            out[i] = p;
        }
    }
}

/* Counts and lengths of a record, and where the rest of it is. */
typedef struct head {
    uint64_t flags, text_bytes;
    quern_string title, language;
} head;

static head read_head(quern_records *r)
{
    head h = {0, 0, {"", 0}, {"", 0}};
    h.flags = quern_cursor_varint(&r->flags);
    h.text_bytes = quern_cursor_varint(&r->numbers);
    if (h.flags & HAS_TITLE) {
        h.title = read_string(r);
    }
    if (h.flags & HAS_LANGUAGE) {
        h.language = read_string(r);
    }
    if (h.flags & OTHER_LINE) {
        r->line = (uint32_t)(r->line + unzigzag(quern_cursor_varint(&r->numbers)));
    }
    return h;
}

/* Ends a record. */
static int step(quern_records *r, uint64_t text_bytes)
{
    int is_last = r->flags.p == r->flags.end;
    if (is_damaged(r) || text_bytes > UINT64_MAX - r->text_at ||
        (is_last && (r->numbers.p != r->numbers.end || r->strings.p != r->strings.end))) {
        r->numbers.status = QUERN_E_CORRUPT;
        return -1;
    }
    r->text_at += text_bytes;
    r->article++;
    return 0;
}

int quern_records_at_end(const quern_records *r)
{
    return r->flags.p == r->flags.end;
}

int quern_records_skip(quern_records *r)
{
    head h = read_head(r);
    for (uint32_t n = h.flags & HAS_FIELDS ? read_count(r) : 0; n > 0; n--) {
        read_string(r);
        read_string(r);
    }
    if (!(h.flags & IS_WHOLE)) {
        read_passages(r, h.text_bytes, NULL, read_count(r));
    }
    return step(r, h.text_bytes);
}

static quern_string copy_string(quern_arena *arena, quern_string s, quern_status *status)
{
    quern_string copy = {"", 0};
    const char *data = s.len > 0 ? quern_arena_copy(arena, s.data, s.len) : "";
    if (!data) {
        *status = QUERN_E_NOMEM;
        return copy;
    }
    copy.data = data;
    copy.len = s.len;
    return copy;
}

static void read_fields(quern_records *r, quern_arena *arena, quern_stored_article *out,
                        quern_status *status)
{
    uint32_t n = read_count(r);
    quern_field *fields = quern_arena_alloc(arena, (size_t)n * sizeof *fields);
    *status = fields ? *status : QUERN_E_NOMEM;
    for (uint32_t i = 0; i < n && fields; i++) {
        fields[i].name = copy_string(arena, read_string(r), status);
        fields[i].value = copy_string(arena, read_string(r), status);
    }
    out->fields = fields;
    out->n_fields = fields ? n : 0;
}

int quern_records_read(quern_records *r, quern_arena *arena, quern_stored_article *out,
                       quern_status *status)
{
    head h = read_head(r);
    *status = QUERN_OK;
    out->title_in_text = (h.flags & TITLE_IN_TEXT) != 0;
    out->offsets_in_text = (h.flags & OFFSETS_IN_TEXT) != 0;
    uint64_t language = h.flags >> LANGUAGE_SHIFT;
    out->analysed_in = language <= UINT32_MAX ? (uint32_t)language : UINT32_MAX;
    out->text_bytes = h.text_bytes;
    out->title = copy_string(arena, h.title, status);
    out->language = copy_string(arena, h.language, status);
    out->line = r->line;
    out->fields = NULL;
    out->n_fields = 0;
    if (h.flags & HAS_FIELDS) {
        read_fields(r, arena, out, status);
    }
    out->n_passages = h.flags & IS_WHOLE ? 1 : read_count(r);
    quern_stored_passage *passages =
        quern_arena_alloc(arena, (size_t)out->n_passages * sizeof *passages);
    out->passages = passages;
    if (!passages || *status) {
        *status = QUERN_E_NOMEM;
        return -1;
    }
    if (h.flags & IS_WHOLE) {
        passages[0] = (quern_stored_passage){0, h.text_bytes, 1, 1};
    } else {
        read_passages(r, h.text_bytes, passages, out->n_passages);
    }
    return step(r, h.text_bytes);
}
