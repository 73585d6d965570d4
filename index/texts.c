/* SPDX-License-Identifier: MIT */
/* texts - see texts.h; FORMAT.md has the bytes of TEXT and META.
 *
 * A frame is stored without the four bytes of magic that every zstd frame begins with, and plain
 * where compression gains nothing. Desks wait in four slots of the segment that are emptied and
 * filled by atomic exchange: no lock, and a reader that finds none makes one.
 */
#include "index/texts.h"

#include <zstd.h>

#define N_DESKS 4
#define ZSTD_MAGIC_BYTES 4
/* zstd makes at most 128 KiB of 4 bytes: what claims more than this lies. */
#define EXPANSION_MAX 65536u

struct quern_texts_desk {
    ZSTD_DCtx *zstd;
    quern_buf in;                  /* magic and a compressed frame */
    quern_buf meta;                /* the frame of META at hand */
    uint32_t meta_first, meta_end; /* its articles */
    quern_records place;           /* in it */
    int has_meta;
    quern_texts_key key;
    uint64_t chunk; /* the piece of TEXT at hand */
    size_t chunk_len;
    int has_chunk;
    uint8_t text[QUERN_TEXT_CHUNK];
};

static void desk_free(quern_texts_desk *desk)
{
    if (desk) {
        ZSTD_freeDCtx(desk->zstd);
        quern_buf_finish(&desk->in);
        quern_buf_finish(&desk->meta);
        quern_buf_finish(&desk->key.key);
        quern_free(desk);
    }
}

quern_status quern_texts_take(quern_segment *s, quern_texts_desk **out, quern_error *err)
{
    for (int i = 0; i < N_DESKS; i++) {
        *out = atomic_exchange(&s->desks[i], NULL);
        if (*out) {
            return QUERN_OK;
        }
    }
    quern_texts_desk *desk = quern_alloc_zero(1, sizeof *desk);
    if (desk) {
        desk->zstd = ZSTD_createDCtx();
    }
    if (!desk || !desk->zstd) {
        desk_free(desk);
        return quern_fail_nomem(err);
    }
    *out = desk;
    return QUERN_OK;
}

void quern_texts_give(quern_segment *s, quern_texts_desk *desk)
{
    for (int i = 0; desk && i < N_DESKS; i++) {
        desk = atomic_exchange(&s->desks[i], desk);
    }
    desk_free(desk);
}

void quern_texts_close(quern_segment *s)
{
    for (int i = 0; i < N_DESKS; i++) {
        desk_free(atomic_exchange(&s->desks[i], NULL));
    }
    ZSTD_freeDDict(atomic_load(&s->text_dictionary));
    ZSTD_freeDDict(atomic_load(&s->meta_dictionary));
}

/* A prepared dictionary, made once by whoever comes first. NULL where `len` is 0. */
static quern_status prepare(quern_segment *s, _Atomic(void *) *slot, unsigned section,
                            const uint64_t range[2], quern_error *err)
{
    const uint8_t *data;
    void *none = NULL;
    if (range[1] == 0 || atomic_load(slot)) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_segment_bytes(s, section, range, &data, err));
    ZSTD_DDict *made = ZSTD_createDDict(data, (size_t)range[1]);
    if (!made) {
        return quern_fail_nomem(err);
    }
    if (!atomic_compare_exchange_strong(slot, &none, made)) {
        ZSTD_freeDDict(made);
    }
    return QUERN_OK;
}

typedef struct frame {
    const uint8_t *data; /* as stored */
    size_t len;
    uint8_t *out;
    size_t out_len; /* exactly what it must give */
    const ZSTD_DDict *dictionary;
} frame;

static quern_status decode(quern_segment *s, quern_texts_desk *desk, const frame *f,
                           quern_error *err)
{
    if (f->len == f->out_len) {
        memcpy(f->out, f->data, f->len);
        return QUERN_OK;
    }
    quern_buf_clear(&desk->in);
    quern_buf_u32(&desk->in, ZSTD_MAGICNUMBER);
    quern_buf_bytes(&desk->in, f->data, f->len);
    if (desk->in.status) {
        return quern_fail_nomem(err);
    }
    size_t n =
        f->dictionary
            ? ZSTD_decompress_usingDDict(desk->zstd, f->out, f->out_len, desk->in.data,
                                         desk->in.len, f->dictionary)
            : ZSTD_decompressDCtx(desk->zstd, f->out, f->out_len, desk->in.data, desk->in.len);
    return n == f->out_len ? QUERN_OK : quern_segment_damaged(s, "a frame does not unpack", err);
}

/* ---- META ---- */

typedef struct meta_table {
    uint32_t n_frames, dict_len;
    unsigned width;
    uint64_t offsets, dict, frames; /* bytes of the section */
} meta_table;

static quern_status open_meta(quern_segment *s, meta_table *t, quern_error *err)
{
    const uint8_t *p;
    uint64_t len = s->sections[QUERN_SECTION_META].len;
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_META, (uint64_t[2]){0, 8}, &p, err));
    t->n_frames = quern_load32(p);
    t->dict_len = quern_load32(p + 4);
    t->width = quern_segment_offset_width(len);
    t->offsets = 8 + (uint64_t)t->n_frames * 4;
    t->dict = t->offsets + ((uint64_t)t->n_frames + 1) * t->width;
    t->frames = t->dict + t->dict_len;
    if (t->frames > len) {
        return quern_segment_damaged(s, "the table of records is too long", err);
    }
    return QUERN_OK;
}

static quern_status load_first(quern_segment *s, uint32_t frame_no, uint32_t *out, quern_error *err)
{
    const uint8_t *p;
    uint64_t range[2] = {8 + (uint64_t)frame_no * 4, 4};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_META, range, &p, err));
    *out = quern_load32(p);
    return QUERN_OK;
}

static quern_status find_frame(quern_segment *s, const meta_table *t, uint32_t article,
                               uint32_t *frame_no, quern_error *err)
{
    uint32_t low = 0;
    uint32_t high = t->n_frames;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t first = 0;
        QUERN_TRY(load_first(s, middle, &first, err));
        *(first <= article ? &low : &high) = middle;
    }
    *frame_no = low;
    return t->n_frames > 0 ? QUERN_OK : quern_segment_damaged(s, "an article has no record", err);
}

static quern_status load_frame(quern_segment *s, quern_texts_desk *desk, const meta_table *t,
                               uint32_t frame_no, quern_error *err)
{
    const uint8_t *p;
    uint64_t range[2] = {t->offsets + (uint64_t)frame_no * t->width, (uint64_t)t->width * 2};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_META, range, &p, err));
    uint64_t start = quern_segment_load(p, t->width);
    uint64_t end = quern_segment_load(p + t->width, t->width);
    uint64_t room = s->sections[QUERN_SECTION_META].len - t->frames;
    if (start > end || end > room) {
        return quern_segment_damaged(s, "a frame of records leaves its section", err);
    }
    uint64_t dict[2] = {t->dict, t->dict_len};
    QUERN_TRY(prepare(s, &s->meta_dictionary, QUERN_SECTION_META, dict, err));
    uint64_t body[2] = {t->frames + start, end - start};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_META, body, &p, err));
    quern_cursor c = quern_cursor_of(p, (size_t)body[1]);
    uint64_t raw = quern_cursor_varint(&c);
    size_t len = (size_t)(c.end - c.p);
    if (c.status || raw == 0 || raw / EXPANSION_MAX > len || raw > QUERN_META_FRAME_MAX) {
        return quern_segment_damaged(s, "the length of a frame of records is wrong", err);
    }
    desk->has_meta = 0;
    quern_buf_clear(&desk->meta);
    uint8_t *out = quern_buf_extend(&desk->meta, (size_t)raw);
    if (!out) {
        return quern_fail_nomem(err);
    }
    frame f = {c.p, len, out, (size_t)raw,
               t->dict_len > 0 ? atomic_load(&s->meta_dictionary) : NULL};
    return decode(s, desk, &f, err);
}

/* Loads the frame that holds the article's record, and finds which articles it has. */
static quern_status enter_frame(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                                quern_error *err)
{
    meta_table t = {0};
    uint32_t frame_no;
    QUERN_TRY(open_meta(s, &t, err));
    QUERN_TRY(find_frame(s, &t, article, &frame_no, err));
    QUERN_TRY(load_frame(s, desk, &t, frame_no, err));
    QUERN_TRY(load_first(s, frame_no, &desk->meta_first, err));
    desk->meta_end = s->info.ref.n_articles;
    if (frame_no + 1 < t.n_frames) {
        QUERN_TRY(load_first(s, frame_no + 1, &desk->meta_end, err));
    }
    desk->place.article = UINT32_MAX;
    desk->has_meta = 1;
    return QUERN_OK;
}

quern_status quern_texts_meta(quern_segment *s, quern_texts_desk *desk, uint32_t article,
                              quern_records *out, quern_error *err)
{
    if (!desk->has_meta || article < desk->meta_first || article >= desk->meta_end) {
        QUERN_TRY(enter_frame(s, desk, article, err));
    }
    if (desk->place.article > article) {
        desk->place = quern_records_open(desk->meta.data, desk->meta.len, desk->meta_first);
    }
    *out = desk->place;
    return QUERN_OK;
}

int quern_texts_is_last(const quern_texts_desk *desk, uint32_t article)
{
    return article + 1 == desk->meta_end;
}

void quern_texts_remember(quern_texts_desk *desk, const quern_records *place)
{
    desk->place = *place;
}

quern_texts_key *quern_texts_last_key(quern_texts_desk *desk)
{
    return &desk->key;
}

/* ---- TEXT ---- */

typedef struct text_table {
    uint64_t n_frames;
    uint64_t dict_len, bases, lens; /* bytes of the section */
} text_table;

static quern_status open_text(quern_segment *s, text_table *t, quern_error *err)
{
    const uint8_t *p;
    uint64_t len = s->sections[QUERN_SECTION_TEXT].len;
    uint64_t bytes = s->info.text_bytes;
    t->n_frames = bytes / QUERN_TEXT_CHUNK + (bytes % QUERN_TEXT_CHUNK != 0);
    uint64_t lens = (t->n_frames * 2 + 7) & ~(uint64_t)7;
    uint64_t bases = (t->n_frames + QUERN_GROUP - 1) / QUERN_GROUP * 8;
    if (len < 8 || t->n_frames > len || lens + bases > len - 8) {
        return quern_segment_damaged(s, "the table of texts is too long", err);
    }
    t->lens = len - 8 - lens;
    t->bases = t->lens - bases;
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_TEXT, (uint64_t[2]){len - 8, 8}, &p, err));
    t->dict_len = quern_load32(p);
    if (t->dict_len > t->bases) {
        return quern_segment_damaged(s, "the dictionary of texts is too long", err);
    }
    return QUERN_OK;
}

static quern_status find_chunk(quern_segment *s, const text_table *t, uint64_t chunk,
                               uint64_t body[2], quern_error *err)
{
    const uint8_t *p;
    uint64_t group = chunk / QUERN_GROUP;
    uint64_t base[2] = {t->bases + group * 8, 8};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_TEXT, base, &p, err));
    uint64_t at = quern_load64(p);
    unsigned before = (unsigned)(chunk % QUERN_GROUP);
    uint64_t lens[2] = {t->lens + group * QUERN_GROUP * 2, (uint64_t)(before + 1) * 2};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_TEXT, lens, &p, err));
    if (at > t->bases) {
        return quern_segment_damaged(s, "a frame of texts leaves its section", err);
    }
    for (unsigned i = 0; i < before; i++) {
        at += quern_load16(p + (size_t)i * 2);
    }
    body[0] = at;
    body[1] = quern_load16(p + (size_t)before * 2);
    return QUERN_OK;
}

static quern_status load_chunk(quern_segment *s, quern_texts_desk *desk, const text_table *t,
                               uint64_t chunk, quern_error *err)
{
    uint64_t body[2] = {0, 0};
    const uint8_t *p;
    uint64_t left = s->info.text_bytes - chunk * QUERN_TEXT_CHUNK;
    size_t raw = left < QUERN_TEXT_CHUNK ? (size_t)left : QUERN_TEXT_CHUNK;
    if (desk->has_chunk && desk->chunk == chunk) {
        return QUERN_OK;
    }
    uint64_t dict[2] = {0, t->dict_len};
    QUERN_TRY(prepare(s, &s->text_dictionary, QUERN_SECTION_TEXT, dict, err));
    QUERN_TRY(find_chunk(s, t, chunk, body, err));
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_TEXT, body, &p, err));
    frame f = {p, (size_t)body[1], desk->text, raw,
               t->dict_len > 0 ? atomic_load(&s->text_dictionary) : NULL};
    desk->has_chunk = 0;
    QUERN_TRY(decode(s, desk, &f, err));
    desk->has_chunk = 1;
    desk->chunk = chunk;
    desk->chunk_len = raw;
    return QUERN_OK;
}

quern_status quern_texts_read(quern_segment *s, quern_texts_desk *desk,
                              const quern_texts_range *range, quern_buf *out, quern_error *err)
{
    text_table t = {0};
    if (range->start > range->end || range->end > s->info.text_bytes) {
        return quern_segment_damaged(s, "a text leaves its section", err);
    }
    if (range->start == range->end) {
        return QUERN_OK;
    }
    QUERN_TRY(open_text(s, &t, err));
    for (uint64_t at = range->start; at < range->end;) {
        size_t from = (size_t)(at % QUERN_TEXT_CHUNK);
        QUERN_TRY(load_chunk(s, desk, &t, at / QUERN_TEXT_CHUNK, err));
        uint64_t n = desk->chunk_len - from;
        n = n < range->end - at ? n : range->end - at;
        quern_buf_bytes(out, desk->text + from, (size_t)n);
        at += n;
    }
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}
