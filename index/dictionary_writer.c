/* SPDX-License-Identifier: MIT */
/* dictionary_writer - see dictionary_writer.h. Groups stream to a spill; 16 bytes for each group of
 * 16 terms stay in memory until the section is put together. */
#include "index/dictionary_writer.h"

enum { LONG = 15 }; /* in a nibble: a byte follows */

void quern_dictionary_writer_init(quern_dictionary_writer *w, quern_vfs *vfs, const char *dir)
{
    memset(w, 0, sizeof *w);
    quern_spill_init(&w->groups, vfs, dir);
}

void quern_dictionary_writer_finish(quern_dictionary_writer *w)
{
    quern_spill_finish(&w->groups);
    quern_buf_finish(&w->prefixes);
    quern_buf_finish(&w->offsets);
}

int quern_dictionary_writer_begin(quern_dictionary_writer *w, const char *term, size_t len)
{
    size_t n = len < w->before_len ? len : w->before_len;
    int order = n > 0 ? memcmp(term, w->before, n) : 0;
    if (len > QUERN_TERM_BYTES_MAX || w->n_terms == UINT32_MAX ||
        (w->n_terms > 0 && (order < 0 || (order == 0 && len <= w->before_len)))) {
        return -1;
    }
    if (len > 0) {
        memcpy(w->key, term, len);
    }
    w->key_len = len;
    return 0;
}

static void begin_group(quern_dictionary_writer *w, const quern_dictionary_entry *entry)
{
    uint8_t prefix[8] = {0};
    memcpy(prefix, w->key, w->key_len < 8 ? w->key_len : 8);
    quern_buf_bytes(&w->prefixes, prefix, sizeof prefix);
    quern_buf_u64(&w->offsets, quern_spill_len(&w->groups));
    quern_buf_varint(&w->groups.mem, entry->post_at);
    quern_buf_varint(&w->groups.mem, entry->pos_at);
    w->before_len = 0;
}

quern_status quern_dictionary_writer_put(quern_dictionary_writer *w,
                                         const quern_dictionary_entry *entry, quern_error *err)
{
    quern_buf *out = &w->groups.mem;
    size_t shared = 0;
    if (w->n_terms % QUERN_TERM_GROUP == 0) {
        begin_group(w, entry);
    }
    while (shared < w->before_len && shared < w->key_len && w->key[shared] == w->before[shared]) {
        shared++;
    }
    size_t more = w->key_len - shared;
    quern_buf_u8(out,
                 (uint8_t)((shared < LONG ? shared : LONG) | (more < LONG ? more : LONG) << 4));
    if (shared >= LONG) {
        quern_buf_u8(out, (uint8_t)shared);
    }
    if (more >= LONG) {
        quern_buf_u8(out, (uint8_t)more);
    }
    quern_buf_bytes(out, w->key + shared, more);
    quern_buf_varint(out, ((uint64_t)entry->df - 1) << 1 | (entry->cf > entry->df));
    if (entry->cf > entry->df) {
        quern_buf_varint(out, entry->cf - entry->df - 1);
    }
    if (entry->df == 1) {
        uint32_t last = 0;
        quern_buf_varint(out, entry->passage);
        for (uint64_t i = 0; i < entry->cf; i++) {
            quern_buf_varint(out, entry->positions[i] - last);
            last = entry->positions[i];
        }
    } else {
        quern_buf_varint(out, entry->post_bytes);
        quern_buf_varint(out, entry->pos_bytes);
    }
    memcpy(w->before, w->key, w->key_len);
    w->before_len = w->key_len;
    w->n_terms++;
    quern_spill_check(&w->groups);
    if (w->prefixes.status || w->offsets.status) {
        return quern_fail_nomem(err);
    }
    if (w->groups.status && err) {
        *err = w->groups.error;
    }
    return w->groups.status;
}

void quern_offsets_write(const quern_offsets *o, quern_out *out)
{
    uint64_t narrow = o->others + ((uint64_t)o->n + 1) * 4;
    unsigned width = quern_segment_offset_width(narrow);
    uint8_t bytes[8];
    for (size_t i = 0; i <= o->n; i++) {
        quern_store64(bytes, i < o->n ? quern_load64(o->u64s + i * 8) : o->end);
        quern_out_bytes(out, bytes, width);
    }
}

void quern_dictionary_writer_copy(quern_dictionary_writer *w, quern_out *out)
{
    uint64_t len = quern_spill_len(&w->groups);
    quern_offsets offsets = {w->offsets.data, w->offsets.len / 8, len, w->prefixes.len + len};
    quern_out_bytes(out, w->prefixes.data, w->prefixes.len);
    quern_offsets_write(&offsets, out);
    quern_spill_copy(&w->groups, out);
}
