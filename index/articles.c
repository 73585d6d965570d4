/* SPDX-License-Identifier: MIT */
/* articles - keys, records and texts of the articles of a segment; part of segment.h.
 *
 * KEYS holds every key as source, and where there is an id a NUL and the id: front-coded in groups
 * of 16, the first of a group whole. As no source holds a NUL, the bytes of keys order as (source,
 * id) do. META holds records, in frames: records.h.
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
    uint64_t sizes = quern_cursor_u8(c);
    uint64_t cut = sizes & QUERN_KEY_LONG;
    uint64_t more = sizes >> 4;
    cut += cut == QUERN_KEY_LONG ? quern_cursor_varint(c) : 0;
    more += more == QUERN_KEY_LONG ? quern_cursor_varint(c) : 0;
    const uint8_t *rest = more <= KEY_BYTES_MAX ? quern_cursor_bytes(c, (size_t)more) : NULL;
    if (c->status || !rest || cut > key->len || key->len - cut + more > KEY_BYTES_MAX) {
        return quern_segment_damaged(s, "a key is damaged", err);
    }
    key->len -= (size_t)cut;
    quern_buf_bytes(key, rest, (size_t)more);
    return key->status ? quern_fail_nomem(err) : QUERN_OK;
}

static quern_status split_key(const quern_segment *s, const quern_buf *key, quern_string *source,
                              quern_string *id, quern_error *err)
{
    const char *data = key->len > 0 ? (const char *)key->data : "";
    const char *nul = key->len > 0 ? memchr(data, 0, key->len) : NULL;
    if (nul && nul == data + key->len - 1) {
        return quern_segment_damaged(s, "a key ends before its id", err);
    }
    source->data = data;
    source->len = nul ? (size_t)(nul - data) : key->len;
    id->data = nul ? nul + 1 : data + key->len;
    id->len = (size_t)(data + key->len - id->data);
    return QUERN_OK;
}

/* Reads the key of an article into *last, from the one that is there where that is in its group. */
static quern_status read_key(quern_segment *s, uint32_t article, quern_texts_key *last,
                             quern_error *err)
{
    uint32_t next = last->article + 1;
    if (!last->is_read || article / QUERN_TERM_GROUP != last->article / QUERN_TERM_GROUP ||
        article < last->article) {
        quern_buf_clear(&last->key);
        last->is_read = 0;
        QUERN_TRY(load_group(s, article / QUERN_TERM_GROUP, &last->group, err));
        next = article / QUERN_TERM_GROUP * QUERN_TERM_GROUP;
    }
    for (; next <= article; next++) {
        quern_status status = next_key(s, &last->group, &last->key, err);
        if (status) {
            last->is_read = 0;
            return status;
        }
        last->is_read = 1;
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

/* Goes to the record of an article; its bytes belong to the desk. */
static quern_status find_record(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                                quern_records *out, quern_error *err)
{
    QUERN_TRY(quern_texts_meta(s, desk, article, out, err));
    while (out->article < article) {
        if (quern_records_skip(out)) {
            return quern_segment_damaged(s, "a record is damaged", err);
        }
    }
    quern_texts_remember(desk, out);
    return QUERN_OK;
}

/* Steps over the record at hand, and says where its text is in TEXT. */
static quern_status pass_record(quern_segment *s, quern_records *r, uint64_t range[2],
                                quern_error *err)
{
    range[0] = r->text_at;
    if (quern_records_skip(r) || r->text_at > s->info.text_bytes) {
        return quern_segment_damaged(s, "a record is damaged", err);
    }
    range[1] = r->text_at;
    return QUERN_OK;
}

static quern_status read_record(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                                quern_arena *arena, quern_stored_article *out, quern_error *err)
{
    quern_records r;
    uint32_t n_passages = out->n_passages;
    quern_status status;
    QUERN_TRY(find_record(s, desk, article, &r, err));
    if (quern_records_read(&r, arena, out, &status) || status) {
        return status ? quern_fail_nomem(err)
                      : quern_segment_damaged(s, "a record is damaged", err);
    }
    if (r.text_at > s->info.text_bytes || out->n_passages != n_passages ||
        quern_texts_is_last(desk, article) != quern_records_at_end(&r)) {
        return quern_segment_damaged(s, "a record is damaged", err);
    }
    return QUERN_OK;
}

quern_status quern_segment_article(quern_segment *s, uint32_t article, quern_arena *arena,
                                   quern_stored_article *out, quern_error *err)
{
    quern_texts_desk *desk = NULL;
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
    quern_status status = read_record(s, desk, article, arena, out, err);
    quern_texts_give(s, desk);
    return status;
}

/* Where the text of an article is in TEXT. */
static quern_status find_text(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                              uint64_t range[2], quern_error *err)
{
    quern_records r;
    QUERN_TRY(find_record(s, desk, article, &r, err));
    return pass_record(s, &r, range, err);
}

quern_status quern_segment_text(quern_segment *s, uint32_t article, uint64_t start, uint64_t end,
                                quern_buf *out, quern_error *err)
{
    quern_texts_desk *desk = NULL;
    uint64_t all[2] = {0, 0};
    assert(article < s->info.ref.n_articles);
    if (!s->info.has_text) {
        return quern_fail(err, QUERN_E_NOT_FOUND, "the index does not store texts");
    }
    QUERN_TRY(quern_texts_take(s, &desk, err));
    quern_status status = find_text(s, desk, article, all, err);
    if (!status && (start > end || end > all[1] - all[0])) {
        status = quern_fail(err, QUERN_E_INVALID, "bytes past the end of an article's text");
    }
    if (!status) {
        quern_texts_range range = {all[0] + start, all[0] + end};
        status = quern_texts_read(s, desk, &range, out, err);
    }
    quern_texts_give(s, desk);
    return status;
}

quern_status quern_segment_text_place(quern_segment *s, uint32_t article, uint64_t *start,
                                      uint64_t *bytes, quern_error *err)
{
    quern_texts_desk *desk = NULL;
    uint64_t range[2] = {0, 0};
    QUERN_TRY(quern_texts_take(s, &desk, err));
    quern_status status = find_text(s, desk, article, range, err);
    quern_texts_give(s, desk);
    *start = range[0];
    *bytes = range[1] - range[0];
    return status;
}
