/* SPDX-License-Identifier: MIT */
/* articles - keys, records and texts of the articles of a segment; part of segment.h.
 *
 * KEYS holds every key as source, a NUL, id: front-coded in groups of 16, the first of a group
 * whole. As no source holds a NUL, the bytes of keys order as (source, id) do. META holds records:
 *
 *   frame  = varint offset of the first article's text in TEXT, then for each article
 *            varint length of its record, record
 *   record = varint bytes of text, varint flags (1 title in text, 2 offsets in text,
 *            from 4 on the number of the language it was analysed in), string title, string
 * language, varint line, varint n, n times (string name, string value), passages passage = varint
 * start less the end of the one before, varint bytes, zigzag line less that of the one before,
 * zigzag column less the expected one
 *
 * The number of passages is in FIRST. The first passage follows one that ends at 0, line 1, column
 * 1; the expected column is 1 on another line, else as many bytes on as the start.
 */
#include "index/segment_format.h"
#include "index/texts.h"

#include <assert.h>

#define KEY_BYTES_MAX 16384u /* of a key: source, NUL, id */

int quern_key_compare(quern_string source_a, quern_string id_a, quern_string source_b,
                      quern_string id_b)
{
    quern_string a[2] = {source_a, id_a};
    quern_string b[2] = {source_b, id_b};
    for (int i = 0; i < 2; i++) {
        size_t n = a[i].len < b[i].len ? a[i].len : b[i].len;
        int order = n > 0 ? memcmp(a[i].data, b[i].data, n) : 0;
        if (order != 0) {
            return order < 0 ? -1 : 1;
        }
        if (a[i].len != b[i].len) {
            return a[i].len < b[i].len ? -1 : 1;
        }
    }
    return 0;
}

/* ---- Keys ---- */

static quern_status load_group(quern_segment *s, uint32_t group, quern_cursor *out,
                               quern_error *err)
{
    const uint8_t *p;
    uint64_t len = s->sections[QUERN_SECTION_KEYS].len;
    unsigned width = quern_segment_offset_width(len);
    uint64_t n_groups =
        ((uint64_t)s->info.ref.n_articles + QUERN_TERM_GROUP - 1) / QUERN_TERM_GROUP;
    uint64_t table = (n_groups + 1) * width;
    uint64_t at[2] = {(uint64_t)group * width, (uint64_t)width * 2};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_KEYS, at, &p, err));
    uint64_t start = quern_segment_load(p, width);
    uint64_t end = quern_segment_load(p + width, width);
    if (table > len || start > end || end > len - table) {
        return quern_segment_damaged(s, "a group of keys leaves its section", err);
    }
    uint64_t body[2] = {table + start, end - start};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_KEYS, body, &p, err));
    *out = quern_cursor_of(p, (size_t)(end - start));
    return QUERN_OK;
}

/* Steps to the next key of a group; `key` holds the one before. */
static quern_status next_key(quern_segment *s, quern_cursor *c, quern_buf *key, quern_error *err)
{
    uint64_t shared = quern_cursor_varint(c);
    quern_string rest = quern_cursor_string(c);
    if (c->status || shared > key->len || shared + rest.len > KEY_BYTES_MAX) {
        return quern_segment_damaged(s, "a key is damaged", err);
    }
    key->len = (size_t)shared;
    quern_buf_bytes(key, rest.data, rest.len);
    return key->status ? quern_fail_nomem(err) : QUERN_OK;
}

static quern_status split_key(const quern_segment *s, const quern_buf *key, quern_string *source,
                              quern_string *id, quern_error *err)
{
    const uint8_t *nul = key->len > 0 ? memchr(key->data, 0, key->len) : NULL;
    if (!nul) {
        return quern_segment_damaged(s, "a key has no source", err);
    }
    source->data = (const char *)key->data;
    source->len = (size_t)(nul - key->data);
    id->data = (const char *)nul + 1;
    id->len = key->len - source->len - 1;
    return QUERN_OK;
}

/* Reads the key of an article into *last, from the one that is there where that is in its group. */
static quern_status read_key(quern_segment *s, uint32_t article, quern_texts_key *last,
                             quern_error *err)
{
    uint32_t next = last->article + 1;
    if (last->key.len == 0 || article / QUERN_TERM_GROUP != last->article / QUERN_TERM_GROUP ||
        article < last->article) {
        quern_buf_clear(&last->key);
        QUERN_TRY(load_group(s, article / QUERN_TERM_GROUP, &last->group, err));
        next = article / QUERN_TERM_GROUP * QUERN_TERM_GROUP;
    }
    for (; next <= article; next++) {
        quern_status status = next_key(s, &last->group, &last->key, err);
        if (status) {
            quern_buf_clear(&last->key);
            return status;
        }
        last->article = next;
    }
    return QUERN_OK;
}

/* The key of an article, in the arena. */
static quern_status copy_key(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                             quern_arena *arena, quern_string parts[2], quern_error *err)
{
    quern_texts_key *last = quern_texts_last_key(desk);
    QUERN_TRY(read_key(s, article, last, err));
    QUERN_TRY(split_key(s, &last->key, &parts[0], &parts[1], err));
    char *copy = quern_arena_copy(arena, last->key.data, last->key.len);
    if (!copy) {
        return quern_fail_nomem(err);
    }
    parts[1].data = copy + (parts[1].data - parts[0].data);
    parts[0].data = copy;
    return QUERN_OK;
}

quern_status quern_segment_key(quern_segment *s, uint32_t article, quern_arena *arena,
                               quern_string *source, quern_string *id, quern_error *err)
{
    quern_texts_desk *desk = NULL;
    quern_string parts[2] = {{"", 0}, {"", 0}};
    assert(article < s->info.ref.n_articles);
    QUERN_TRY(quern_texts_take(s, &desk, err));
    quern_status status = copy_key(s, desk, article, arena, parts, err);
    quern_texts_give(s, desk);
    if (!status) {
        *source = parts[0];
        *id = parts[1];
    }
    return status;
}

typedef struct key_search {
    quern_string source, id; /* wanted */
    quern_buf key;           /* at hand */
    int order;               /* of the key at hand, against the wanted one */
} key_search;

static quern_status compare_next(quern_segment *s, key_search *k, quern_cursor *c, quern_error *err)
{
    quern_string source = {"", 0};
    quern_string id = {"", 0};
    QUERN_TRY(next_key(s, c, &k->key, err));
    QUERN_TRY(split_key(s, &k->key, &source, &id, err));
    k->order = quern_key_compare(source, id, k->source, k->id);
    return QUERN_OK;
}

static quern_status search_keys(quern_segment *s, key_search *k, uint32_t *article,
                                quern_error *err)
{
    uint32_t n = s->info.ref.n_articles;
    uint32_t low = 0; /* the first key of group low is not above, if any is */
    uint32_t high = n / QUERN_TERM_GROUP + (n % QUERN_TERM_GROUP != 0);
    quern_cursor c;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        quern_buf_clear(&k->key);
        QUERN_TRY(load_group(s, middle, &c, err));
        QUERN_TRY(compare_next(s, k, &c, err));
        *(k->order <= 0 ? &low : &high) = middle;
    }
    quern_buf_clear(&k->key);
    k->order = -1;
    *article = low * QUERN_TERM_GROUP;
    QUERN_TRY(load_group(s, low, &c, err));
    for (uint32_t i = 0; i < QUERN_TERM_GROUP && *article < n; i++, ++*article) {
        QUERN_TRY(compare_next(s, k, &c, err));
        if (k->order >= 0) {
            return QUERN_OK;
        }
    }
    return QUERN_OK;
}

quern_status quern_segment_find(quern_segment *s, quern_string source, quern_string id,
                                uint32_t *article, int *exact, quern_error *err)
{
    key_search k = {source, id, {0}, -1};
    *article = 0;
    *exact = 0;
    if (s->info.ref.n_articles == 0) {
        return QUERN_OK;
    }
    quern_status status = search_keys(s, &k, article, err);
    *exact = !status && k.order == 0;
    quern_buf_finish(&k.key);
    return status;
}

/* ---- Records ---- */

typedef struct record_place {
    quern_string record;
    uint64_t text_start, text_bytes; /* in TEXT */
} record_place;

/* Finds the record of an article; its bytes belong to the desk. */
static quern_status find_record(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                                record_place *out, quern_error *err)
{
    quern_texts_place place;
    QUERN_TRY(quern_texts_meta(s, desk, article, &place, err));
    quern_texts_place here = place;
    for (; place.article <= article && !place.frame.status; place.article++) {
        here = place;
        out->record = quern_cursor_string(&place.frame);
        quern_cursor c = quern_cursor_of(out->record.data, out->record.len);
        out->text_start = place.text_at;
        out->text_bytes = quern_cursor_varint(&c);
        if (c.status || out->text_bytes > s->info.text_bytes ||
            out->text_start > s->info.text_bytes - out->text_bytes) {
            place.frame.status = QUERN_E_CORRUPT;
        }
        place.text_at += out->text_bytes;
    }
    if (place.article != article + 1 || place.frame.status) {
        return quern_segment_damaged(s, "a record is damaged", err);
    }
    quern_texts_remember(desk, &here);
    return QUERN_OK;
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* Reads n passages. Returns 0 or -1. */
static int read_passages(quern_cursor *c, uint64_t text_bytes, quern_stored_passage *out,
                         uint32_t n)
{
    quern_stored_passage before = {0, 0, 1, 1};
    for (uint32_t i = 0; i < n; i++) {
        uint64_t gap = quern_cursor_varint(c);
        uint64_t len = quern_cursor_varint(c);
        uint64_t down = (uint64_t)unzigzag(quern_cursor_varint(c));
        uint64_t right = (uint64_t)unzigzag(quern_cursor_varint(c));
        if (c->status || gap > text_bytes - before.end || len > text_bytes - before.end - gap) {
            return -1;
        }
        out[i].start = before.end + gap;
        out[i].end = out[i].start + len;
        out[i].line = (uint32_t)(before.line + down);
        uint64_t expected = down == 0 ? before.column + (out[i].start - before.start) : 1;
        out[i].column = (uint32_t)(expected + right);
        before = out[i];
    }
    return 0;
}

static quern_status read_fields(quern_segment *s, quern_cursor *c, quern_arena *arena,
                                quern_stored_article *out, quern_error *err)
{
    uint64_t n = quern_cursor_varint(c);
    if (c->status || n > (uint64_t)(c->end - c->p) / 2) {
        return quern_segment_damaged(s, "a record is damaged", err);
    }
    quern_field *fields = quern_arena_alloc(arena, (size_t)n * sizeof *fields);
    if (!fields) {
        return quern_fail_nomem(err);
    }
    for (uint64_t i = 0; i < n; i++) {
        fields[i].name = quern_cursor_string(c);
        fields[i].value = quern_cursor_string(c);
    }
    out->fields = fields;
    out->n_fields = (size_t)n;
    return QUERN_OK;
}

static quern_status parse_record(quern_segment *s, quern_cursor *c, quern_arena *arena,
                                 quern_stored_article *out, quern_error *err)
{
    out->text_bytes = quern_cursor_varint(c);
    uint64_t flags = quern_cursor_varint(c);
    out->title_in_text = (int)(flags & 1);
    out->offsets_in_text = (int)(flags >> 1 & 1);
    out->analysed_in = flags >> 2 <= UINT32_MAX ? (uint32_t)(flags >> 2) : UINT32_MAX;
    out->title = quern_cursor_string(c);
    out->language = quern_cursor_string(c);
    out->line = (uint32_t)quern_cursor_varint(c);
    QUERN_TRY(read_fields(s, c, arena, out, err));
    if (out->n_passages > (uint64_t)(c->end - c->p) / 4) {
        return quern_segment_damaged(s, "a record is damaged", err);
    }
    quern_stored_passage *passages =
        quern_arena_alloc(arena, (size_t)out->n_passages * sizeof *passages);
    if (!passages) {
        return quern_fail_nomem(err);
    }
    out->passages = passages;
    if (read_passages(c, out->text_bytes, passages, out->n_passages) || c->status) {
        return quern_segment_damaged(s, "a record is damaged", err);
    }
    return QUERN_OK;
}

quern_status quern_segment_article(quern_segment *s, uint32_t article, quern_arena *arena,
                                   quern_stored_article *out, quern_error *err)
{
    quern_texts_desk *desk = NULL;
    record_place place = {{"", 0}, 0, 0};
    char *copy = NULL;
    uint32_t range[2];
    int in_text;
    assert(article < s->info.ref.n_articles);
    memset(out, 0, sizeof *out);
    QUERN_TRY(quern_segment_key(s, article, arena, &out->source, &out->id, err));
    QUERN_TRY(quern_segment_date(s, article, &out->date, err));
    QUERN_TRY(quern_segment_title_column(s, article, &out->title_words, &in_text, err));
    QUERN_TRY(quern_segment_passages_of(s, article, range, err));
    out->n_passages = range[1] - range[0];
    QUERN_TRY(quern_texts_take(s, &desk, err));
    quern_status status = find_record(s, desk, article, &place, err);
    if (!status) {
        copy = quern_arena_copy(arena, place.record.data, place.record.len);
        status = copy ? QUERN_OK : quern_fail_nomem(err);
    }
    quern_texts_give(s, desk);
    if (status) {
        return status;
    }
    quern_cursor c = quern_cursor_of(copy, place.record.len);
    return parse_record(s, &c, arena, out, err);
}

quern_status quern_segment_text(quern_segment *s, uint32_t article, uint64_t start, uint64_t end,
                                quern_buf *out, quern_error *err)
{
    quern_texts_desk *desk = NULL;
    record_place place = {{"", 0}, 0, 0};
    assert(article < s->info.ref.n_articles);
    if (!s->info.has_text) {
        return quern_fail(err, QUERN_E_NOT_FOUND, "the index does not store texts");
    }
    QUERN_TRY(quern_texts_take(s, &desk, err));
    quern_status status = find_record(s, desk, article, &place, err);
    if (!status && (start > end || end > place.text_bytes)) {
        status = quern_fail(err, QUERN_E_INVALID, "bytes past the end of an article's text");
    }
    if (!status) {
        quern_texts_range range = {place.text_start + start, place.text_start + end};
        status = quern_texts_read(s, desk, &range, out, err);
    }
    quern_texts_give(s, desk);
    return status;
}

quern_status quern_segment_text_place(quern_segment *s, uint32_t article, uint64_t *start,
                                      uint64_t *bytes, quern_error *err)
{
    quern_texts_desk *desk = NULL;
    record_place place = {{"", 0}, 0, 0};
    QUERN_TRY(quern_texts_take(s, &desk, err));
    quern_status status = find_record(s, desk, article, &place, err);
    quern_texts_give(s, desk);
    *start = place.text_start;
    *bytes = place.text_bytes;
    return status;
}
