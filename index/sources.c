/* SPDX-License-Identifier: MIT */
/* sources - a hash table of files, and its file.
 *
 * In memory an entry is one allocation, its name behind it. The table holds pointers to entries and
 * is searched from the slot of the name's hash onwards (linear probing; Knuth, TAOCP 3, 6.4). A
 * removed entry leaves the mark GONE in its slot, so that nothing moves while somebody walks the
 * table; the marks go when it grows.
 *
 * On disk (sources-<generation>.qsrc; FORMAT.md), little endian:
 *
 *     0   8  "QUERNSRC"
 *     8   4  format, 1
 *    12   4  zero
 *    16   8  number of entries
 *    24      the entries, by name in byte order:
 *              varint  bytes that the name shares with the one before it
 *              string  the rest of the name
 *              varint  size
 *              8       mtime in ns since 1970, signed
 *              8       read time, the same
 *              8       hash of the content
 *              varint  number of articles
 *              varint  0: not skipped; else 1 + length of the reason, and its bytes
 *
 * Length and hash of the whole stand in the manifest, so damage is found before a byte is parsed;
 * the parser is bounded all the same and takes no entry out of order.
 *
 * Written whole at each commit that changed it: about 45 bytes a file beyond what its name does not
 * share, 6 MB for 100,000 files. Beside the segments and never in them, because it has times, and a
 * segment's bytes depend on its articles alone.
 */
#include "index/sources.h"

#include "base/checksum.h"
#include "index/files.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 4096
#define FORMAT 1

static const char magic[8] = {'Q', 'U', 'E', 'R', 'N', 'S', 'R', 'C'};

struct quern_sources {
    quern_source **slots; /* NULL: never used */
    size_t n_slots;       /* a power of two, or 0 */
    size_t n;             /* entries */
    size_t n_used;        /* slots that are not NULL: entries and marks */
};

static quern_source gone; /* the mark of a slot whose entry was removed; never written to */
#define GONE (&gone)

void quern_sources_name(uint64_t generation, char out[QUERN_SOURCES_NAME_MAX])
{
    snprintf(out, QUERN_SOURCES_NAME_MAX, "sources-%016llx.qsrc", (unsigned long long)generation);
}

quern_status quern_sources_new(quern_sources **out, quern_error *err)
{
    *out = quern_alloc_zero(1, sizeof **out);
    if (!*out) {
        quern_fail_nomem(err);
        return QUERN_E_NOMEM;
    }
    return QUERN_OK;
}

static void free_entry(quern_source *source)
{
    quern_free(source->skip_reason);
    quern_free(source);
}

void quern_sources_free(quern_sources *s)
{
    if (s) {
        for (size_t i = 0; i < s->n_slots; i++) {
            if (s->slots[i] && s->slots[i] != GONE) {
                free_entry(s->slots[i]);
            }
        }
        quern_free(s->slots);
        quern_free(s);
    }
}

/* The slot of the name, or the one where the search ends. The table has a free slot. */
static size_t slot_of(const quern_sources *s, const char *name, size_t len)
{
    size_t mask = s->n_slots - 1;
    size_t i = (size_t)quern_checksum(name, len) & mask;
    while (s->slots[i] && (s->slots[i] == GONE || strcmp(s->slots[i]->name, name) != 0)) {
        i = (i + 1) & mask;
    }
    return i;
}

quern_source *quern_sources_find(quern_sources *s, const char *name)
{
    return s->n_slots ? s->slots[slot_of(s, name, strlen(name))] : NULL;
}

/* Makes room for one more, and drops the marks. */
static int grow(quern_sources *s)
{
    if (s->n_slots - s->n_slots / 4 > s->n_used) {
        return 0;
    }
    size_t want = s->n_slots ? s->n_slots : 64;
    while (want / 2 <= s->n) {
        want *= 2;
    }
    quern_sources bigger = {quern_alloc_zero(want, sizeof(void *)), want, s->n, s->n};
    if (!bigger.slots) {
        return -1;
    }
    for (size_t i = 0; i < s->n_slots; i++) {
        quern_source *source = s->slots[i];
        if (source && source != GONE) {
            bigger.slots[slot_of(&bigger, source->name, strlen(source->name))] = source;
        }
    }
    quern_free(s->slots);
    *s = bigger;
    return 0;
}

static quern_source *new_entry(const char *name, size_t len)
{
    quern_source *source = quern_alloc(sizeof *source + len + 1);
    if (source) {
        memset(source, 0, sizeof *source);
        source->name = (char *)(source + 1);
        memcpy(source->name, name, len + 1);
    }
    return source;
}

quern_status quern_sources_put(quern_sources *s, const char *name, quern_source **out,
                               quern_error *err)
{
    size_t len = strlen(name);
    *out = NULL;
    if (len == 0 || len > NAME_MAX_BYTES) {
        quern_fail(err, QUERN_E_INVALID, "the name of a source has %zu bytes, not 1 to %d", len,
                   NAME_MAX_BYTES);
        return QUERN_E_INVALID;
    }
    if (grow(s)) {
        quern_fail_nomem(err);
        return QUERN_E_NOMEM;
    }
    size_t i = slot_of(s, name, len);
    if (!s->slots[i]) {
        quern_source *source = new_entry(name, len);
        if (!source) {
            quern_fail_nomem(err);
            return QUERN_E_NOMEM;
        }
        s->slots[i] = source;
        s->n++;
        s->n_used++;
    }
    *out = s->slots[i];
    return QUERN_OK;
}

quern_status quern_sources_set_skip(quern_source *source, const char *reason, quern_error *err)
{
    char *copy = NULL;
    if (reason) {
        size_t len = strlen(reason);
        copy = quern_alloc(len + 1);
        if (!copy) {
            return quern_fail_nomem(err);
        }
        memcpy(copy, reason, len + 1);
    }
    quern_free(source->skip_reason);
    source->skip_reason = copy;
    return QUERN_OK;
}

void quern_sources_remove(quern_sources *s, const char *name)
{
    if (s->n_slots) {
        size_t i = slot_of(s, name, strlen(name));
        if (s->slots[i]) {
            free_entry(s->slots[i]);
            s->slots[i] = GONE;
            s->n--;
        }
    }
}

size_t quern_sources_count(const quern_sources *s)
{
    return s->n;
}

int quern_sources_each(quern_sources *s, int (*each)(quern_source *source, void *payload),
                       void *payload)
{
    for (size_t i = 0; i < s->n_slots; i++) {
        if (s->slots[i] && s->slots[i] != GONE) {
            int stop = each(s->slots[i], payload);
            if (stop) {
                return stop;
            }
        }
    }
    return 0;
}

/* ---- Writing ---- */

static int by_name(const void *a, const void *b)
{
    const quern_source *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* The entries in order of their names, to be freed; NULL when memory ran out. */
static quern_source **sorted(const quern_sources *s)
{
    quern_source **out = quern_alloc_zero(s->n, sizeof(void *));
    size_t n = 0;
    for (size_t i = 0; out && i < s->n_slots; i++) {
        if (s->slots[i] && s->slots[i] != GONE) {
            out[n++] = s->slots[i];
        }
    }
    if (out && n > 1) {
        qsort(out, n, sizeof(void *), by_name);
    }
    return out;
}

static void put_entry(quern_buf *out, const char *before, const quern_source *source)
{
    size_t shared = 0, len = strlen(source->name);
    while (before[shared] && before[shared] == source->name[shared]) {
        shared++;
    }
    quern_buf_varint(out, shared);
    quern_buf_string(out, source->name + shared, len - shared);
    quern_buf_varint(out, source->size);
    quern_buf_u64(out, (uint64_t)source->mtime_ns);
    quern_buf_u64(out, (uint64_t)source->read_ns);
    quern_buf_u64(out, source->hash);
    quern_buf_varint(out, source->n_articles);
    if (source->skip_reason) {
        size_t n = strlen(source->skip_reason);
        quern_buf_varint(out, (uint64_t)n + 1);
        quern_buf_bytes(out, source->skip_reason, n);
    } else {
        quern_buf_varint(out, 0);
    }
}

quern_status quern_sources_write(quern_sources *s, quern_vfs *vfs, const char *dir,
                                 uint64_t generation, uint64_t *bytes, uint64_t *hash,
                                 quern_error *err)
{
    char name[QUERN_SOURCES_NAME_MAX];
    quern_file_out out;
    *bytes = *hash = 0;
    quern_source **entries = sorted(s);
    if (!entries) {
        return quern_fail_nomem(err);
    }
    quern_file_out_init(&out, vfs, dir);
    quern_buf_bytes(&out.buf, magic, sizeof magic);
    quern_buf_u32(&out.buf, FORMAT);
    quern_buf_u32(&out.buf, 0);
    quern_buf_u64(&out.buf, s->n);
    for (size_t i = 0; i < s->n && !out.status; i++) {
        put_entry(&out.buf, i ? entries[i - 1]->name : "", entries[i]);
        quern_file_out_flush(&out);
    }
    quern_sources_name(generation, name);
    quern_status status = quern_file_out_name(&out, name, err);
    if (!status) {
        *bytes = out.bytes;
        *hash = out.hash;
    }
    quern_file_out_finish(&out);
    quern_free(entries);
    return status;
}

/* ---- Reading ---- */

/* Puts the next name into name[0, *len) with a NUL; it must be above the one before it. */
static int read_name(quern_cursor *in, char name[NAME_MAX_BYTES + 1], size_t *len)
{
    uint64_t shared = quern_cursor_varint(in);
    quern_string rest = quern_cursor_string(in);
    if (in->status || shared > *len || rest.len == 0 || rest.len > NAME_MAX_BYTES - shared ||
        memchr(rest.data, 0, rest.len)) {
        return 0;
    }
    if (shared < *len && (unsigned char)rest.data[0] <= (unsigned char)name[shared]) {
        return 0;
    }
    memcpy(name + shared, rest.data, rest.len);
    *len = (size_t)shared + rest.len;
    name[*len] = '\0';
    return 1;
}

static quern_status read_reason(quern_cursor *in, quern_source *source, quern_error *err)
{
    uint64_t n = quern_cursor_varint(in);
    if (n == 0) {
        return QUERN_OK;
    }
    const uint8_t *text = n - 1 > SIZE_MAX ? NULL : quern_cursor_bytes(in, (size_t)n - 1);
    if (!text || memchr(text, 0, (size_t)n - 1)) {
        in->status = QUERN_E_CORRUPT;
        return QUERN_OK;
    }
    source->skip_reason = quern_alloc((size_t)n);
    if (!source->skip_reason) {
        return quern_fail_nomem(err);
    }
    memcpy(source->skip_reason, text, (size_t)n - 1);
    source->skip_reason[n - 1] = '\0';
    return QUERN_OK;
}

static quern_status read_entries(quern_cursor *in, uint64_t n, quern_sources *s, quern_error *err)
{
    char name[NAME_MAX_BYTES + 1] = "";
    size_t len = 0;
    for (uint64_t i = 0; i < n && !in->status; i++) {
        quern_source *source;
        if (!read_name(in, name, &len)) {
            in->status = QUERN_E_CORRUPT;
            break;
        }
        QUERN_TRY(quern_sources_put(s, name, &source, err));
        source->size = quern_cursor_varint(in);
        source->mtime_ns = (int64_t)quern_cursor_u64(in);
        source->read_ns = (int64_t)quern_cursor_u64(in);
        source->hash = quern_cursor_u64(in);
        source->n_articles = quern_cursor_varint(in);
        QUERN_TRY(read_reason(in, source, err));
    }
    return QUERN_OK;
}

static quern_status parse(const quern_buf *data, const char *name, quern_sources *s,
                          quern_error *err)
{
    const uint8_t *start = data->len ? data->data : (const uint8_t *)"";
    quern_cursor in = quern_cursor_of(start, data->len);
    const uint8_t *head = quern_cursor_bytes(&in, sizeof magic);
    uint32_t format = quern_cursor_u32(&in);
    uint32_t zero = quern_cursor_u32(&in);
    uint64_t n = quern_cursor_u64(&in);
    int bad = !head || memcmp(head, magic, sizeof magic) != 0 || format != FORMAT || zero != 0;
    if (!bad) {
        QUERN_TRY(read_entries(&in, n, s, err));
        bad = in.status || in.p != in.end;
    }
    if (bad) {
        size_t pos = (size_t)(in.p - start);
        quern_fail(err, QUERN_E_CORRUPT, "%s breaks the format at byte %zu - %s", name, pos,
                   QUERN_FILES_REPAIR);
        if (err) {
            err->pos = pos;
        }
        return QUERN_E_CORRUPT;
    }
    return QUERN_OK;
}

quern_status quern_sources_open(quern_vfs *vfs, const char *dir, uint64_t generation,
                                uint64_t bytes, uint64_t hash, quern_sources **out,
                                quern_error *err)
{
    char name[QUERN_SOURCES_NAME_MAX];
    quern_buf data = {0};
    quern_sources_name(generation, name);
    quern_files_ref ref = {dir, name, bytes, hash};
    *out = NULL;
    quern_status status = quern_files_read(vfs, &ref, &data, err);
    if (!status) {
        status = quern_sources_new(out, err);
    }
    if (!status) {
        status = parse(&data, name, *out, err);
    }
    if (status) {
        quern_sources_free(*out);
        *out = NULL;
    }
    quern_buf_finish(&data);
    return status;
}
