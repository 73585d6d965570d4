/* SPDX-License-Identifier: MIT */
/* texts_writer - see texts_writer.h; FORMAT.md has the bytes of TEXT. */
#include "index/texts_writer.h"

#include <zdict.h>
#include <zstd.h>

#define LEVEL 3
#define MAGIC_BYTES 4u

struct quern_packer {
    ZSTD_CCtx *zstd;
    ZSTD_CDict *prepared; /* NULL: no dictionary */
    quern_buf dictionary;
    quern_buf bytes; /* a frame with its magic */
};

/* ---- Samples ---- */

quern_status quern_sample_add(quern_sample *sample, const void *data, size_t len, quern_error *err)
{
    if (quern_grow(&sample->sizes, &sample->cap, sample->n + 1, sizeof *sample->sizes)) {
        return quern_fail_nomem(err);
    }
    sample->sizes[sample->n++] = len;
    quern_buf_bytes(&sample->bytes, data, len);
    return sample->bytes.status ? quern_fail_nomem(err) : QUERN_OK;
}

void quern_sample_finish(quern_sample *sample)
{
    quern_buf_finish(&sample->bytes);
    quern_free(sample->sizes);
    memset(sample, 0, sizeof *sample);
}

/* ---- Frames ---- */

static quern_status train(quern_packer *packer, const quern_sample *sample, size_t dict_bytes,
                          quern_error *err)
{
    uint8_t *out = quern_buf_extend(&packer->dictionary, dict_bytes);
    if (!out || sample->n > UINT32_MAX) {
        return quern_fail_nomem(err);
    }
    size_t n = ZDICT_trainFromBuffer(out, dict_bytes, sample->bytes.data, sample->sizes,
                                     (unsigned)sample->n);
    packer->dictionary.len = ZDICT_isError(n) ? 0 : n;
    return QUERN_OK;
}

static quern_status prepare(quern_packer *packer, quern_error *err)
{
    packer->zstd = ZSTD_createCCtx();
    if (!packer->zstd ||
        ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_contentSizeFlag, 0)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_checksumFlag, 0)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_dictIDFlag, 0))) {
        return quern_fail_nomem(err);
    }
    if (packer->dictionary.len > 0) {
        packer->prepared = ZSTD_createCDict(packer->dictionary.data, packer->dictionary.len, LEVEL);
        if (!packer->prepared || ZSTD_isError(ZSTD_CCtx_refCDict(packer->zstd, packer->prepared))) {
            return quern_fail_nomem(err);
        }
    }
    return QUERN_OK;
}

quern_status quern_packer_new(const quern_sample *sample, size_t dict_bytes, quern_packer **out,
                              quern_error *err)
{
    quern_packer *packer = quern_alloc_zero(1, sizeof *packer);
    *out = NULL;
    if (!packer) {
        return quern_fail_nomem(err);
    }
    quern_status status = sample->n > 0 ? train(packer, sample, dict_bytes, err) : QUERN_OK;
    status = status ? status : prepare(packer, err);
    if (status) {
        quern_packer_free(packer);
        return status;
    }
    *out = packer;
    return QUERN_OK;
}

void quern_packer_free(quern_packer *packer)
{
    if (packer) {
        ZSTD_freeCCtx(packer->zstd);
        ZSTD_freeCDict(packer->prepared);
        quern_buf_finish(&packer->dictionary);
        quern_buf_finish(&packer->bytes);
        quern_free(packer);
    }
}

const quern_buf *quern_packer_dictionary(const quern_packer *packer)
{
    return &packer->dictionary;
}

quern_status quern_packer_put(quern_packer *packer, const void *data, size_t len, quern_buf *out,
                              quern_error *err)
{
    size_t cap = ZSTD_compressBound(len);
    quern_buf_clear(&packer->bytes);
    uint8_t *frame = ZSTD_isError(cap) ? NULL : quern_buf_extend(&packer->bytes, cap);
    size_t n = frame ? ZSTD_compress2(packer->zstd, frame, cap, data, len) : 0;
    if (!frame || ZSTD_isError(n)) {
        return quern_fail_nomem(err);
    }
    if (n < len + MAGIC_BYTES) {
        quern_buf_bytes(out, frame + MAGIC_BYTES, n - MAGIC_BYTES);
    } else {
        quern_buf_bytes(out, data, len);
    }
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}

/* ---- TEXT ---- */

void quern_texts_writer_init(quern_texts_writer *w, quern_packer *packer, quern_out *out)
{
    const quern_buf *dictionary = quern_packer_dictionary(packer);
    memset(w, 0, sizeof *w);
    w->packer = packer;
    w->out = out;
    w->at = out->at;
    quern_out_bytes(out, dictionary->data, dictionary->len);
}

void quern_texts_writer_finish(quern_texts_writer *w)
{
    quern_packer_free(w->packer);
    quern_buf_finish(&w->chunk);
    quern_buf_finish(&w->frame);
    quern_buf_finish(&w->lens);
    quern_buf_finish(&w->bases);
}

static quern_status flush_chunk(quern_texts_writer *w, quern_error *err)
{
    if (w->lens.len / 2 % QUERN_GROUP == 0) {
        quern_buf_u64(&w->bases, w->out->at - w->at);
    }
    quern_buf_clear(&w->frame);
    QUERN_TRY(quern_packer_put(w->packer, w->chunk.data, w->chunk.len, &w->frame, err));
    quern_buf_u16(&w->lens, (uint16_t)w->frame.len);
    quern_out_bytes(w->out, w->frame.data, w->frame.len);
    quern_buf_clear(&w->chunk);
    return w->lens.status || w->bases.status ? quern_fail_nomem(err) : QUERN_OK;
}

quern_status quern_texts_writer_put(quern_texts_writer *w, const void *data, size_t len,
                                    quern_error *err)
{
    const uint8_t *p = data;
    w->bytes += len;
    while (len > 0) {
        size_t room = QUERN_TEXT_CHUNK - w->chunk.len;
        size_t n = len < room ? len : room;
        quern_buf_bytes(&w->chunk, p, n);
        if (w->chunk.status) {
            return quern_fail_nomem(err);
        }
        p += n;
        len -= n;
        quern_status status = w->chunk.len == QUERN_TEXT_CHUNK ? flush_chunk(w, err) : QUERN_OK;
        if (status) {
            return status;
        }
    }
    return QUERN_OK;
}

quern_status quern_texts_writer_end(quern_texts_writer *w, quern_error *err)
{
    uint8_t tail[8] = {0};
    if (w->chunk.len > 0) {
        QUERN_TRY(flush_chunk(w, err));
    }
    quern_out_align(w->out, 8);
    quern_out_bytes(w->out, w->bases.data, w->bases.len);
    quern_out_bytes(w->out, w->lens.data, w->lens.len);
    quern_out_align(w->out, 8);
    quern_store32(tail, (uint32_t)quern_packer_dictionary(w->packer)->len);
    quern_out_bytes(w->out, tail, sizeof tail);
    return QUERN_OK;
}
