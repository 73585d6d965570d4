/* SPDX-License-Identifier: MIT */
/* tombstones - the dead articles of one segment, as a file.
 *
 * del-<segment>-<generation>.qdel (FORMAT.md), little endian:
 *
 *     0   8  "QUERNDEL"
 *     8   4  format, 1
 *    12   4  zero
 *    16   8  id of the segment
 *    24   8  generation
 *    32   4  dead articles
 *    36   4  dead passages
 *    40   8  sum of the lengths of the dead passages
 *    48   8  bytes of the dead articles' texts
 *    56   4  articles of the segment, A
 *    60   4  number of term counts
 *    64      ceil(A / 8) bytes: bit a is 1 where article a is dead, low bit first, no bit above A
 *            for each term that a dead passage has, by ordinal:
 *              varint  ordinal, less the one before it and 1 (the first: the ordinal)
 *              varint  dead passages that have it, less 1
 *
 * Why the counts: the idf of a term must be that of a fresh index of the living articles, and
 * reading the term's list to count the dead in it would cost more than the query. A deleted article
 * has a few hundred distinct terms, so the file has a few bytes for each of them.
 *
 * The bitmap of passages is derived when the file is opened. Invariants that opening tests: the
 * bitmap has as many bits as the header and the manifest say, their passages are as many as these
 * say, ordinals ascend and are terms of the segment, counts are 1 to the number of dead passages.
 * That the counts are the right ones is for check.c, which walks all postings.
 */
#include "index/tombstones.h"

#include "index/files.h"

#include <assert.h>
#include <stdio.h>

#define FORMAT 1
#define HEADER 64

static const char magic[8] = {'Q', 'U', 'E', 'R', 'N', 'D', 'E', 'L'};

void quern_tombstones_name(uint64_t segment, uint64_t generation,
                           char out[QUERN_TOMBSTONES_NAME_MAX])
{
    snprintf(out, QUERN_TOMBSTONES_NAME_MAX, "del-%016llx-%016llx.qdel",
             (unsigned long long)segment, (unsigned long long)generation);
}

void quern_tombstones_free(quern_tombstones *t)
{
    if (t) {
        quern_free(t->articles);
        quern_free(t->passages);
        quern_free(t->counts);
        quern_free(t);
    }
}

uint32_t quern_tombstones_count(const quern_tombstones *t, uint32_t ordinal)
{
    uint32_t low = 0, high = t ? t->n_counts : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->counts[middle].ordinal < ordinal) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return t && low < t->n_counts && t->counts[low].ordinal == ordinal ? t->counts[low].count : 0;
}

static size_t bitmap_bytes(uint32_t n)
{
    return (size_t)n / 8 + (n % 8 != 0);
}

/* ---- Writing ---- */

static void put_header(quern_buf *out, const quern_segment_info *info, uint64_t generation,
                       const quern_tombstones *t)
{
    quern_buf_bytes(out, magic, sizeof magic);
    quern_buf_u32(out, FORMAT);
    quern_buf_u32(out, 0);
    quern_buf_u64(out, info->ref.id);
    quern_buf_u64(out, generation);
    quern_buf_u32(out, t->n_articles);
    quern_buf_u32(out, t->n_passages);
    quern_buf_u64(out, t->sum_len);
    quern_buf_u64(out, t->text_bytes);
    quern_buf_u32(out, info->ref.n_articles);
    quern_buf_u32(out, t->n_counts);
}

quern_status quern_tombstones_write(quern_vfs *vfs, const char *dir, const quern_segment *segment,
                                    uint64_t generation, const quern_tombstones *t,
                                    quern_tombstones_ref *out, quern_error *err)
{
    const quern_segment_info *info = quern_segment_get_info(segment);
    char name[QUERN_TOMBSTONES_NAME_MAX];
    quern_file_out file;
    memset(out, 0, sizeof *out);
    quern_file_out_init(&file, vfs, dir);
    put_header(&file.buf, info, generation, t);
    quern_buf_bytes(&file.buf, t->articles, bitmap_bytes(info->ref.n_articles));
    uint32_t least = 0;
    for (uint32_t i = 0; i < t->n_counts && !file.status; i++) {
        assert(t->counts[i].ordinal >= least && t->counts[i].count > 0);
        quern_buf_varint(&file.buf, t->counts[i].ordinal - least);
        quern_buf_varint(&file.buf, t->counts[i].count - 1);
        least = t->counts[i].ordinal + 1;
        quern_file_out_flush(&file);
    }
    quern_tombstones_name(info->ref.id, generation, name);
    quern_status status = quern_file_out_name(&file, name, err);
    if (!status) {
        out->generation = generation;
        out->bytes = file.bytes;
        out->hash = file.hash;
        out->n_articles = t->n_articles;
        out->n_passages = t->n_passages;
    }
    quern_file_out_finish(&file);
    return status;
}

/* ---- Reading ---- */

/* Reads the header and tests it against segment and manifest. */
static int read_header(quern_cursor *in, const quern_segment_info *info,
                       const quern_tombstones_ref *ref, quern_tombstones *t)
{
    const uint8_t *head = quern_cursor_bytes(in, sizeof magic);
    int good = head && memcmp(head, magic, sizeof magic) == 0;
    good &= quern_cursor_u32(in) == FORMAT;
    good &= quern_cursor_u32(in) == 0;
    good &= quern_cursor_u64(in) == info->ref.id;
    good &= quern_cursor_u64(in) == ref->generation;
    t->n_articles = quern_cursor_u32(in);
    t->n_passages = quern_cursor_u32(in);
    t->sum_len = quern_cursor_u64(in);
    t->text_bytes = quern_cursor_u64(in);
    good &= quern_cursor_u32(in) == info->ref.n_articles;
    t->n_counts = quern_cursor_u32(in);
    return good && !in->status && t->n_articles == ref->n_articles &&
           t->n_passages == ref->n_passages && t->n_articles <= info->ref.n_articles &&
           t->n_passages <= info->ref.n_passages && t->sum_len <= info->sum_len &&
           t->text_bytes <= info->text_bytes && t->n_counts <= info->n_terms;
}

static quern_status read_bitmap(quern_cursor *in, uint32_t n, quern_tombstones *t, quern_error *err)
{
    size_t bytes = bitmap_bytes(n);
    uint32_t dead = 0;
    const uint8_t *bits = quern_cursor_bytes(in, bytes);
    if (!bits) {
        return QUERN_OK;
    }
    t->articles = quern_alloc(bytes);
    if (!t->articles) {
        return quern_fail_nomem(err);
    }
    memcpy(t->articles, bits, bytes);
    for (size_t i = 0; i < bytes; i++) {
        dead += (uint32_t)__builtin_popcount(bits[i]);
    }
    if (dead != t->n_articles || (n % 8 && bits[bytes - 1] >> (n % 8))) {
        in->status = QUERN_E_CORRUPT;
    }
    return QUERN_OK;
}

static quern_status read_counts(quern_cursor *in, uint32_t n_terms, quern_tombstones *t,
                                quern_error *err)
{
    uint64_t least = 0;
    if (in->status || t->n_counts > (size_t)(in->end - in->p) / 2) {
        in->status =
            QUERN_E_CORRUPT; /* a count has two bytes at least: no room is asked for more */
        return QUERN_OK;
    }
    t->counts = quern_alloc((size_t)t->n_counts * sizeof *t->counts);
    if (!t->counts) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < t->n_counts && !in->status; i++) {
        uint64_t gap = quern_cursor_varint(in);
        uint64_t more = quern_cursor_varint(in);
        if (in->status || gap >= n_terms - least || more >= t->n_passages) {
            in->status = QUERN_E_CORRUPT;
            return QUERN_OK;
        }
        t->counts[i].ordinal = (uint32_t)(least + gap);
        t->counts[i].count = (uint32_t)more + 1;
        least += gap + 1;
    }
    if (in->p != in->end) {
        in->status = QUERN_E_CORRUPT;
    }
    return QUERN_OK;
}

/* Sets the bits of the passages of the dead articles; *n is how many there are. */
static quern_status derive_passages(quern_segment *segment, quern_tombstones *t, uint32_t *n,
                                    quern_error *err)
{
    const quern_segment_ref *ref = &quern_segment_get_info(segment)->ref;
    quern_status status = QUERN_OK;
    *n = 0;
    t->passages = quern_alloc_zero(bitmap_bytes(ref->n_passages), 1);
    if (!t->passages) {
        return quern_fail_nomem(err);
    }
    for (uint32_t a = 0; a < ref->n_articles && !status; a++) {
        uint32_t range[2] = {0, 0};
        if (quern_tombstones_article(t, a)) {
            status = quern_segment_passages_of(segment, a, range, err);
        }
        for (uint32_t p = range[0]; p < range[1] && !status; p++) {
            t->passages[p >> 3] = (uint8_t)(t->passages[p >> 3] | 1u << (p & 7));
            ++*n;
        }
    }
    return status;
}

static quern_status parse(quern_segment *segment, quern_cursor *in, const quern_tombstones_ref *ref,
                          quern_tombstones *t, quern_error *err)
{
    const quern_segment_info *info = quern_segment_get_info(segment);
    uint32_t n_passages = 0;
    if (!read_header(in, info, ref, t)) {
        in->status = QUERN_E_CORRUPT;
        return QUERN_OK;
    }
    QUERN_TRY(read_bitmap(in, info->ref.n_articles, t, err));
    QUERN_TRY(read_counts(in, info->n_terms, t, err));
    if (!in->status) {
        QUERN_TRY(derive_passages(segment, t, &n_passages, err));
        in->status = n_passages == t->n_passages ? QUERN_OK : QUERN_E_CORRUPT;
    }
    return QUERN_OK;
}

static quern_status not_of_format(const char *name, size_t pos, quern_error *err)
{
    quern_fail(err, QUERN_E_CORRUPT, "%s breaks the format at byte %zu - %s", name, pos,
               QUERN_FILES_REPAIR);
    if (err) {
        err->pos = pos;
    }
    return QUERN_E_CORRUPT;
}

quern_status quern_tombstones_open(quern_vfs *vfs, const char *dir, quern_segment *segment,
                                   const quern_tombstones_ref *ref, quern_tombstones **out,
                                   quern_error *err)
{
    const quern_segment_info *info = quern_segment_get_info(segment);
    char name[QUERN_TOMBSTONES_NAME_MAX];
    quern_buf data = {0};
    quern_tombstones_name(info->ref.id, ref->generation, name);
    quern_files_ref file = {dir, name, ref->bytes, ref->hash};
    *out = NULL;
    quern_status status = quern_files_read(vfs, &file, &data, err);
    if (!status && data.len < HEADER) {
        status = not_of_format(name, 0, err);
    }
    if (!status) {
        *out = quern_alloc_zero(1, sizeof **out);
        status = *out ? QUERN_OK : quern_fail_nomem(err);
    }
    if (!status && *out) {
        quern_cursor in = quern_cursor_of(data.data, data.len);
        status = parse(segment, &in, ref, *out, err);
        if (!status && in.status) {
            status = not_of_format(name, (size_t)(in.p - data.data), err);
        }
    }
    if (status) {
        quern_tombstones_free(*out);
        *out = NULL;
    }
    quern_buf_finish(&data);
    return status;
}
