/* SPDX-License-Identifier: MIT */
/* articles_writer - see articles_writer.h.
 *
 * Texts go to the file as they come; keys, records and columns wait in spills. TITLE waits as u32
 * and is narrowed at the end, when the largest value is known. Before the first article the feed is
 * asked for a sample, to train dictionaries: for texts once there are 2 MB of them, for records
 * once there are 4,096. The text's dictionary grows with it, since it is stored plain, and a longer
 * sample than the megabyte taken gains less than its training costs (measured: 0.3 % for 0.2 s).
 */
#include "index/articles_writer.h"

#include "index/firsts.h"

#define TEXT_DICT_FROM ((uint64_t)2 << 20) /* bytes of text */
#define TEXT_DICT_PART 64u                 /* of the text, but */
#define TEXT_DICT_MAX ((uint64_t)112 << 10)
#define TEXT_SAMPLE_PART 8u /* of the text, but */
#define TEXT_SAMPLE_MAX ((uint64_t)1 << 20)
#define TEXT_SAMPLE_PIECE 2048u
#define META_DICT_FROM 4096u /* articles */
#define META_DICT_BYTES ((size_t)16 << 10)
#define SAMPLE_ARTICLES 8192u
#define META_FRAME 4096u /* a frame ends with the record that reaches this */
#define KEY_PART_MAX 4096u

/* ---- Samples ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Even pieces of one text, `quota` bytes in all, or the whole of a short one. */
static quern_status sample_text(quern_sample *sample, const quern_buf *text, uint64_t quota,
                                quern_error *err)
{
    uint64_t n = quota / TEXT_SAMPLE_PIECE > 0 ? quota / TEXT_SAMPLE_PIECE : 1;
    if (text->len <= n * TEXT_SAMPLE_PIECE) {
        n = text->len / TEXT_SAMPLE_PIECE + (text->len % TEXT_SAMPLE_PIECE != 0);
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t start = i * (text->len / n);
        uint64_t left = text->len - start;
        uint64_t len = left < TEXT_SAMPLE_PIECE ? left : TEXT_SAMPLE_PIECE;
        QUERN_TRY(quern_sample_add(sample, text->data + start, (size_t)len, err));
    }
    return QUERN_OK;
}

static quern_status sample_texts(quern_articles_writer *w, quern_sample *sample, quern_error *err)
{
    const quern_article_feed *feed = w->feed;
    uint64_t n = feed->n_articles;
    uint64_t all = least(feed->text_bytes / TEXT_SAMPLE_PART, TEXT_SAMPLE_MAX);
    uint64_t usual = least(feed->text_bytes / n + 1, TEXT_SAMPLE_PIECE);
    uint64_t stride = n / (all / usual + 1) + 1;
    uint64_t quota = all / (n / stride + 1) + 1;
    for (uint64_t i = 0; i < n; i += stride) {
        quern_buf_clear(&w->text);
        QUERN_TRY(feed->text(feed->payload, (uint32_t)i, &w->text, err));
        QUERN_TRY(sample_text(sample, &w->text, quota, err));
    }
    return QUERN_OK;
}

static int frame_is_full(const quern_records_out *frame)
{
    return frame->n == QUERN_RECORDS_MAX || quern_records_len(frame) >= META_FRAME;
}

/* Evenly spaced articles, one behind the other in frames. */
static quern_status sample_records(quern_articles_writer *w, quern_sample *sample, quern_error *err)
{
    uint64_t n = w->feed->n_articles;
    uint64_t stride = n / SAMPLE_ARTICLES + 1;
    for (uint64_t i = 0; i < n; i += stride) {
        quern_stored_article a;
        QUERN_TRY(w->feed->article(w->feed->payload, (uint32_t)i, &a, err));
        QUERN_TRY(quern_records_put(&w->frame, &a, i, err));
        if (frame_is_full(&w->frame) || i + stride >= n) {
            quern_buf_clear(&w->content);
            quern_records_end(&w->frame, &w->content);
            QUERN_TRY(quern_sample_add(sample, w->content.data, w->content.len, err));
        }
    }
    return QUERN_OK;
}

static quern_status take_sample(quern_articles_writer *w, quern_sample *sample, int records,
                                quern_error *err)
{
    return records ? sample_records(w, sample, err) : sample_texts(w, sample, err);
}

static quern_status make_packer(quern_articles_writer *w, int records, quern_packer **out,
                                quern_error *err)
{
    quern_sample sample = {0};
    int wanted =
        records ? w->feed->n_articles >= META_DICT_FROM : w->feed->text_bytes >= TEXT_DICT_FROM;
    quern_status status = wanted ? take_sample(w, &sample, records, err) : QUERN_OK;
    uint64_t text_dict = least(w->feed->text_bytes / TEXT_DICT_PART, TEXT_DICT_MAX);
    if (!status) {
        status = quern_packer_new(&sample, records ? META_DICT_BYTES : (size_t)text_dict, out, err);
    }
    quern_sample_finish(&sample);
    return status;
}

/* ---- Life ---- */

quern_status quern_articles_writer_init(quern_articles_writer *w, const quern_article_feed *feed,
                                        quern_out *out, int store_text, quern_error *err)
{
    quern_packer *packer = NULL;
    memset(w, 0, sizeof *w);
    w->feed = feed;
    w->out = out;
    w->store_text = store_text;
    quern_spill_init(&w->keys, out->temp.vfs, out->temp.dir);
    quern_spill_init(&w->meta, out->temp.vfs, out->temp.dir);
    quern_spill_init(&w->dates, out->temp.vfs, out->temp.dir);
    quern_spill_init(&w->titles, out->temp.vfs, out->temp.dir);
    QUERN_TRY(make_packer(w, 1, &w->packer, err));
    if (store_text) {
        QUERN_TRY(make_packer(w, 0, &packer, err));
        quern_texts_writer_init(&w->texts, packer, out);
    }
    return QUERN_OK;
}

void quern_articles_writer_finish(quern_articles_writer *w)
{
    quern_spill *spills[] = {&w->keys, &w->meta, &w->dates, &w->titles};
    quern_buf *bufs[] = {&w->firsts,  &w->key_offsets, &w->meta_firsts, &w->meta_offsets,
                         &w->content, &w->key,         &w->before,      &w->text};
    for (size_t i = 0; i < sizeof spills / sizeof spills[0]; i++) {
        quern_spill_finish(spills[i]);
    }
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) {
        quern_buf_finish(bufs[i]);
    }
    quern_records_finish(&w->frame);
    quern_texts_writer_finish(&w->texts);
    quern_packer_free(w->packer);
}

/* ---- One article ---- */

/* Appends a key as the one before without its last `cut` bytes, and others behind. */
static void put_rest(quern_buf *out, size_t cut, const uint8_t *rest, size_t more)
{
    const size_t longs = QUERN_KEY_LONG;
    quern_buf_u8(out, (uint8_t)(least(cut, longs) | least(more, longs) << 4));
    if (cut >= longs) {
        quern_buf_varint(out, cut - longs);
    }
    if (more >= longs) {
        quern_buf_varint(out, more - longs);
    }
    if (more > 0) {
        quern_buf_bytes(out, rest, more);
    }
}

static quern_status put_key(quern_articles_writer *w, uint32_t i, const quern_stored_article *a,
                            quern_error *err)
{
    if (a->source.len > KEY_PART_MAX || a->id.len > KEY_PART_MAX ||
        (a->source.len > 0 && memchr(a->source.data, 0, a->source.len))) {
        return quern_fail(err, QUERN_E_INVALID, "a source or id is too long or holds a NUL");
    }
    quern_buf_clear(&w->key);
    quern_buf_bytes(&w->key, a->source.data, a->source.len);
    if (a->id.len > 0) {
        quern_buf_u8(&w->key, 0);
        quern_buf_bytes(&w->key, a->id.data, a->id.len);
    }
    if (w->key.status) {
        return quern_fail_nomem(err);
    }
    size_t shared = 0;
    size_t most = w->key.len < w->before.len ? w->key.len : w->before.len;
    while (shared < most && w->key.data[shared] == w->before.data[shared]) {
        shared++;
    }
    if (i > 0 && (shared == w->key.len ||
                  (shared < w->before.len && w->key.data[shared] < w->before.data[shared]))) {
        return quern_fail(err, QUERN_E_INVALID, "articles are not in the order of their keys");
    }
    size_t cut = w->before.len - shared;
    if (i % QUERN_TERM_GROUP == 0) {
        quern_buf_u64(&w->key_offsets, quern_spill_len(&w->keys));
        shared = cut = 0;
    }
    put_rest(&w->keys.mem, cut, w->key.data ? w->key.data + shared : NULL, w->key.len - shared);
    quern_spill_check(&w->keys);
    quern_buf swap = w->before;
    w->before = w->key;
    w->key = swap;
    return QUERN_OK;
}

static quern_status flush_frame(quern_articles_writer *w, quern_error *err)
{
    quern_buf *content = &w->content;
    quern_buf_clear(content);
    quern_records_end(&w->frame, content);
    if (content->status) {
        return quern_fail_nomem(err);
    }
    if (content->len > QUERN_META_FRAME_MAX) {
        return quern_fail(err, QUERN_E_FULL, "title and fields of an article are too long");
    }
    quern_buf_u64(&w->meta_offsets, quern_spill_len(&w->meta));
    quern_buf_varint(&w->meta.mem, content->len);
    QUERN_TRY(quern_packer_put(w->packer, content->data, content->len, &w->meta.mem, err));
    quern_spill_check(&w->meta);
    return QUERN_OK;
}

static quern_status put_record(quern_articles_writer *w, uint32_t i, const quern_stored_article *a,
                               quern_error *err)
{
    if (w->frame.n == 0) {
        quern_buf_u32(&w->meta_firsts, i);
    }
    QUERN_TRY(quern_records_put(&w->frame, a, w->text_bytes, err));
    return frame_is_full(&w->frame) ? flush_frame(w, err) : QUERN_OK;
}

static quern_status put_columns(quern_articles_writer *w, const quern_stored_article *a,
                                quern_error *err)
{
    if (a->title_words > UINT32_MAX / 2) {
        return quern_fail(err, QUERN_E_INVALID, "a title is too long");
    }
    uint32_t title = a->title_words > 0 ? a->title_words * 2 + (a->title_in_text != 0) : 0;
    quern_buf_u32(&w->firsts, w->n_passages);
    w->n_filled += a->n_passages > 0;
    quern_buf_u64(&w->dates.mem, (uint64_t)a->date);
    quern_buf_u32(&w->titles.mem, title);
    quern_spill_check(&w->dates);
    quern_spill_check(&w->titles);
    w->has_dates |= a->date != QUERN_NO_DATE;
    w->max_title = title > w->max_title ? title : w->max_title;
    if (a->n_passages > UINT32_MAX - w->n_passages) {
        return quern_fail(err, QUERN_E_FULL, "too many passages in a segment");
    }
    w->n_passages += a->n_passages;
    return QUERN_OK;
}

static quern_status put_article(quern_articles_writer *w, uint32_t i, quern_error *err)
{
    quern_stored_article a;
    QUERN_TRY(w->feed->article(w->feed->payload, i, &a, err));
    QUERN_TRY(put_key(w, i, &a, err));
    QUERN_TRY(put_record(w, i, &a, err));
    QUERN_TRY(put_columns(w, &a, err));
    w->text_bytes += a.text_bytes;
    if (!w->store_text) {
        return QUERN_OK;
    }
    uint64_t expected = a.text_bytes;
    quern_buf_clear(&w->text);
    QUERN_TRY(w->feed->text(w->feed->payload, i, &w->text, err));
    if (w->text.status) {
        return quern_fail_nomem(err);
    }
    if (w->text.len != expected) {
        return quern_fail(err, QUERN_E_INVALID, "the text of an article has another length");
    }
    return quern_texts_writer_put(&w->texts, w->text.data, w->text.len, err);
}

static quern_status check_spills(quern_articles_writer *w, quern_error *err)
{
    const quern_spill *spills[] = {&w->keys, &w->meta, &w->dates, &w->titles};
    for (size_t i = 0; i < sizeof spills / sizeof spills[0]; i++) {
        if (spills[i]->status) {
            if (err) {
                *err = spills[i]->error;
            }
            return spills[i]->status;
        }
    }
    if (w->firsts.status || w->key_offsets.status || w->meta_firsts.status ||
        w->meta_offsets.status) {
        return quern_fail_nomem(err);
    }
    return QUERN_OK;
}

quern_status quern_articles_writer_run(quern_articles_writer *w, quern_error *err)
{
    for (uint32_t i = 0; i < w->feed->n_articles; i++) {
        QUERN_TRY(put_article(w, i, err));
        QUERN_TRY(check_spills(w, err));
    }
    if (w->frame.n > 0) {
        QUERN_TRY(flush_frame(w, err));
    }
    if (w->text_bytes != w->feed->text_bytes) {
        return quern_fail(err, QUERN_E_INVALID, "the texts of the articles have another length");
    }
    QUERN_TRY(check_spills(w, err));
    return w->store_text ? quern_texts_writer_end(&w->texts, err) : QUERN_OK;
}

/* ---- Sections ---- */

void quern_articles_writer_keys(quern_articles_writer *w)
{
    uint64_t len = quern_spill_len(&w->keys);
    quern_offsets offsets = {w->key_offsets.data, w->key_offsets.len / 8, len, len};
    quern_offsets_write(&offsets, w->out);
    quern_spill_copy(&w->keys, w->out);
}

void quern_articles_writer_meta(quern_articles_writer *w)
{
    const quern_buf *dictionary = quern_packer_dictionary(w->packer);
    uint64_t len = quern_spill_len(&w->meta);
    uint8_t head[8];
    quern_store32(head, (uint32_t)(w->meta_firsts.len / 4));
    quern_store32(head + 4, (uint32_t)dictionary->len);
    quern_offsets offsets = {w->meta_offsets.data, w->meta_offsets.len / 8, len,
                             8 + w->meta_firsts.len + dictionary->len + len};
    quern_out_bytes(w->out, head, sizeof head);
    quern_out_bytes(w->out, w->meta_firsts.data, w->meta_firsts.len);
    quern_offsets_write(&offsets, w->out);
    quern_out_bytes(w->out, dictionary->data, dictionary->len);
    quern_spill_copy(&w->meta, w->out);
}

static uint32_t first_of(const quern_articles_writer *w, uint32_t article)
{
    return article < w->feed->n_articles ? quern_load32(w->firsts.data + (size_t)article * 4)
                                         : w->n_passages;
}

/* Writes a bit for each article, or for each passage: set where an article has passages. */
static void write_bits(quern_articles_writer *w, int of_articles)
{
    uint32_t n = of_articles ? w->feed->n_articles : w->n_passages;
    size_t size = ((size_t)n + 63) / 64 * 8;
    uint8_t *bits = quern_alloc_zero(size, 1);
    uint32_t rank = 0;
    if (!bits && !w->out->status) {
        w->out->status = quern_fail_nomem(&w->out->error);
    }
    for (uint32_t a = 0; bits && a < w->feed->n_articles; a++) {
        if (first_of(w, a) < first_of(w, a + 1)) {
            uint32_t at = of_articles ? a : first_of(w, a);
            bits[at >> 3] = (uint8_t)(bits[at >> 3] | 1u << (at & 7));
        }
    }
    quern_out_bytes(w->out, bits, bits ? size : 0);
    for (size_t i = 0; bits && i < size; i += 8) {
        uint8_t bytes[4];
        quern_store32(bytes, rank);
        if (i % (QUERN_FIRSTS_BLOCK / 8) == 0) {
            quern_out_bytes(w->out, bytes, sizeof bytes);
        }
        rank += (uint32_t)__builtin_popcountll(quern_load64(bits + i));
    }
    quern_free(bits);
}

int quern_articles_writer_firsts(quern_articles_writer *w)
{
    if (w->n_filled == w->feed->n_articles && w->n_filled == w->n_passages) {
        return 0;
    }
    write_bits(w, 0);
    if (w->n_filled < w->feed->n_articles) {
        write_bits(w, 1);
    }
    return 1;
}

int quern_articles_writer_dates(quern_articles_writer *w)
{
    if (w->has_dates) {
        quern_spill_copy(&w->dates, w->out);
    }
    return w->has_dates;
}

int quern_articles_writer_titles(quern_articles_writer *w)
{
    if (w->max_title == 0) {
        return 0;
    }
    unsigned width = w->max_title <= UINT8_MAX ? 1 : w->max_title <= UINT16_MAX ? 2 : 4;
    quern_spill_narrow(&w->titles, w->out, width);
    return 1;
}
