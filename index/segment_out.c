/* SPDX-License-Identifier: MIT */
/* segment_out - see segment_out.h. */
#include "index/segment_out.h"

#include "base/checksum.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define BUFFER ((size_t)16 * QUERN_SEGMENT_PAGE)
#define SPILL_MEMORY (1u << 20)

/* ---- Temporary files ---- */

quern_status quern_temp_create(quern_temp *t, quern_error *err)
{
    size_t len = strlen(t->dir) + 48;
    int failed = EEXIST;
    t->path = quern_alloc(len);
    if (!t->path) {
        return quern_fail_nomem(err);
    }
    for (unsigned n = 0; failed == EEXIST && n < UINT32_MAX; n++) {
        snprintf(t->path, len, "%s/tmp-%ld-%u", t->dir, (long)getpid(), n);
        failed = t->vfs->create(t->vfs, t->path, &t->file);
    }
    if (failed) {
        quern_status status = quern_fail_os(err, failed, "cannot create %s", t->path);
        quern_free(t->path);
        t->path = NULL;
        t->file = NULL;
        return status;
    }
    return QUERN_OK;
}

void quern_temp_finish(quern_temp *t)
{
    if (t->file) {
        t->vfs->close(t->vfs, t->file);
        t->file = NULL;
    }
    if (t->path) {
        t->vfs->unlink(t->vfs, t->path);
        quern_free(t->path);
        t->path = NULL;
    }
}

/* ---- The file ---- */

quern_status quern_out_init(quern_out *out, quern_vfs *vfs, const char *dir, quern_error *err)
{
    memset(out, 0, sizeof *out);
    out->temp.vfs = vfs;
    out->temp.dir = dir;
    out->hashing = 1;
    out->buffer = quern_alloc(BUFFER);
    if (!out->buffer) {
        return quern_fail_nomem(err);
    }
    return quern_temp_create(&out->temp, err);
}

void quern_out_finish(quern_out *out)
{
    quern_temp_finish(&out->temp);
    quern_free(out->buffer);
    out->buffer = NULL;
    quern_buf_finish(&out->hashes);
}

static void hash_buffer(quern_out *out)
{
    for (size_t at = 0; out->hashing && at < out->used; at += QUERN_SEGMENT_PAGE) {
        size_t left = out->used - at;
        size_t len = left < QUERN_SEGMENT_PAGE ? left : QUERN_SEGMENT_PAGE;
        quern_buf_u64(&out->hashes, quern_checksum(out->buffer + at, len));
    }
    if (out->hashes.status && !out->status) {
        out->status = quern_fail_nomem(&out->error);
    }
}

void quern_out_flush(quern_out *out)
{
    if (out->status || out->used == 0) {
        return;
    }
    hash_buffer(out);
    quern_vfs *vfs = out->temp.vfs;
    int failed = vfs->append(vfs, out->temp.file, out->buffer, out->used);
    if (failed && !out->status) {
        out->status = quern_fail_os(&out->error, failed, "cannot write %s", out->temp.path);
    }
    out->used = 0;
}

void quern_out_bytes(quern_out *out, const void *data, size_t len)
{
    const uint8_t *p = data;
    if (len < BUFFER - out->used && !out->status) { /* nearly always */
        if (len > 0) {
            memcpy(out->buffer + out->used, p, len);
        }
        out->used += len;
        out->at += len;
        return;
    }
    while (len > 0 && !out->status) {
        size_t room = BUFFER - out->used;
        size_t n = len < room ? len : room;
        memcpy(out->buffer + out->used, p, n);
        out->used += n;
        out->at += n;
        p += n;
        len -= n;
        if (out->used == BUFFER) {
            quern_out_flush(out);
        }
    }
}

void quern_out_zeros(quern_out *out, size_t len)
{
    static const uint8_t zeros[256];
    for (; len > 0 && !out->status; len -= len < sizeof zeros ? len : sizeof zeros) {
        quern_out_bytes(out, zeros, len < sizeof zeros ? len : sizeof zeros);
    }
}

void quern_out_align(quern_out *out, unsigned align)
{
    quern_out_zeros(out, (size_t)((align - out->at % align) % align));
}

void quern_out_end_pages(quern_out *out)
{
    quern_out_flush(out);
    out->hashing = 0;
}

/* ---- Spills ---- */

void quern_spill_init(quern_spill *spill, quern_vfs *vfs, const char *dir)
{
    memset(spill, 0, sizeof *spill);
    spill->temp.vfs = vfs;
    spill->temp.dir = dir;
}

void quern_spill_finish(quern_spill *spill)
{
    quern_temp_finish(&spill->temp);
    quern_buf_finish(&spill->mem);
}

static void spill_memory(quern_spill *spill)
{
    quern_vfs *vfs = spill->temp.vfs;
    if (!spill->temp.file) {
        spill->status = quern_temp_create(&spill->temp, &spill->error);
        if (spill->status) {
            return;
        }
    }
    int failed = vfs->append(vfs, spill->temp.file, spill->mem.data, spill->mem.len);
    if (failed) {
        spill->status = quern_fail_os(&spill->error, failed, "cannot write %s", spill->temp.path);
        return;
    }
    spill->spilled += spill->mem.len;
    quern_buf_clear(&spill->mem);
}

void quern_spill_check(quern_spill *spill)
{
    if (!spill->status && spill->mem.status) {
        spill->status = quern_fail_nomem(&spill->error);
    }
    if (!spill->status && spill->mem.len >= SPILL_MEMORY) {
        spill_memory(spill);
    }
}

/* Appends data, or only the low `width` bytes of each of its u32 where width is not 0. */
static void copy_piece(const uint8_t *data, size_t len, unsigned width, quern_out *out)
{
    if (width == 0) {
        quern_out_bytes(out, data, len);
        return;
    }
    for (size_t i = 0; i + 4 <= len; i += 4) {
        quern_out_bytes(out, data + i, width);
    }
}

static void copy_file(quern_spill *spill, quern_out *out, unsigned width)
{
    quern_vfs *vfs = spill->temp.vfs;
    quern_vfile *file = NULL;
    size_t cap = BUFFER;
    uint8_t *piece = quern_alloc(cap);
    int failed = vfs->open(vfs, spill->temp.path, &file);
    for (uint64_t at = 0; piece && !failed && !out->status && at < spill->spilled;) {
        uint64_t left = spill->spilled - at;
        size_t n = left < cap ? (size_t)left : cap;
        failed = vfs->read_at(vfs, file, piece, n, at);
        if (!failed) {
            copy_piece(piece, n, width, out);
        }
        at += n;
    }
    if (failed && !out->status) {
        out->status = quern_fail_os(&out->error, failed, "cannot read %s", spill->temp.path);
    } else if (!piece && !out->status) {
        out->status = quern_fail_nomem(&out->error);
    }
    if (file) {
        vfs->close(vfs, file);
    }
    quern_free(piece);
}

void quern_spill_narrow(quern_spill *spill, quern_out *out, unsigned width)
{
    quern_spill_check(spill);
    if (spill->status && !out->status) {
        out->status = spill->status;
        out->error = spill->error;
    }
    if (spill->spilled > 0 && !out->status) {
        copy_file(spill, out, width);
    }
    copy_piece(spill->mem.data, spill->mem.len, width, out);
}

void quern_spill_copy(quern_spill *spill, quern_out *out)
{
    quern_spill_narrow(spill, out, 0);
}
