/* SPDX-License-Identifier: MIT */
/* files - see files.h. */
#include "index/files.h"

#include "base/checksum.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

char *quern_files_join(const char *dir, const char *name)
{
    size_t n = strlen(dir), m = strlen(name);
    while (n > 1 && dir[n - 1] == '/') {
        n--;
    }
    char *out = quern_alloc(n + m + 2);
    if (out) {
        memcpy(out, dir, n);
        if (n == 0 || dir[n - 1] != '/') {
            out[n++] = '/';
        }
        memcpy(out + n, name, m);
        out[n + m] = '\0';
    }
    return out;
}

/* Where the last part of path begins, and where it ends without the slashes after it. */
static size_t last_part(const char *path, size_t *end)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    *end = n;
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    return n;
}

static char *copy(const char *text, size_t len)
{
    char *out = quern_alloc(len + 1);
    if (out) {
        memcpy(out, text, len);
        out[len] = '\0';
    }
    return out;
}

char *quern_files_parent(const char *path)
{
    size_t end;
    size_t n = last_part(path, &end);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    return n == 0 ? copy(".", 1) : copy(path, n);
}

char *quern_files_base(const char *path)
{
    size_t end;
    size_t n = last_part(path, &end);
    return copy(path + n, end - n);
}

int quern_files_hex16(const char *text, uint64_t *out)
{
    uint64_t v = 0;
    for (int i = 0; i < 16; i++) {
        char c = text[i];
        if (c >= '0' && c <= '9') {
            v = v << 4 | (uint64_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        } else {
            return 0;
        }
    }
    *out = v;
    return 1;
}

uint64_t quern_files_hash(const uint8_t *data, size_t len)
{
    uint64_t hash = 0;
    for (size_t at = 0; at < len; at += QUERN_FILES_PIECE) {
        size_t n = len - at < QUERN_FILES_PIECE ? len - at : QUERN_FILES_PIECE;
        hash = quern_checksum_seeded(data + at, n, hash);
    }
    return hash;
}

quern_status quern_files_load(quern_vfs *vfs, quern_vfile *file, const char *path, quern_buf *out,
                              quern_error *err)
{
    quern_vstat st;
    int error = vfs->stat(vfs, file, &st);
    if (!error && st.is_dir) {
        error = EISDIR;
    }
    if (error) {
        return quern_fail_os(err, error, "cannot read %s", path);
    }
    if (st.size == 0) {
        return QUERN_OK;
    }
    uint8_t *to = st.size > SIZE_MAX / 4 ? NULL : quern_buf_extend(out, (size_t)st.size);
    if (!to) {
        return quern_fail_nomem(err);
    }
    error = vfs->read_at(vfs, file, to, (size_t)st.size, 0);
    return error ? quern_fail_os(err, error, "cannot read %s", path) : QUERN_OK;
}

/* The length comes first: a file of another length is not read, however long. */
static quern_status test_length(quern_vfs *vfs, quern_vfile *file, const char *path,
                                const quern_files_ref *ref, quern_error *err)
{
    quern_vstat st;
    int error = vfs->stat(vfs, file, &st);
    if (error) {
        return quern_fail_os(err, error, "cannot read %s", path);
    }
    if (st.is_dir || st.size != ref->bytes) {
        return quern_fail(err, QUERN_E_CORRUPT, "%s has %llu bytes instead of %llu - %s", path,
                          (unsigned long long)st.size, (unsigned long long)ref->bytes,
                          QUERN_FILES_REPAIR);
    }
    return QUERN_OK;
}

quern_status quern_files_read(quern_vfs *vfs, const quern_files_ref *ref, quern_buf *out,
                              quern_error *err)
{
    quern_vfile *file = NULL;
    size_t before = out->len;
    quern_status status;
    char *path = quern_files_join(ref->dir, ref->name);
    if (!path) {
        return quern_fail_nomem(err);
    }
    int error = vfs->open(vfs, path, &file);
    if (error) {
        status = quern_fail_os(err, error, "cannot open %s", path);
        goto out;
    }
    status = test_length(vfs, file, path, ref, err);
    if (!status) {
        status = quern_files_load(vfs, file, path, out, err);
    }
    if (!status && (out->len - before != ref->bytes ||
                    quern_files_hash(out->data + before, out->len - before) != ref->hash)) {
        status = quern_fail(err, QUERN_E_CORRUPT, "%s does not match its hash - %s", path,
                            QUERN_FILES_REPAIR);
    }
out:
    vfs->close(vfs, file);
    quern_free(path);
    return status;
}

/* ---- Writing ---- */

static void fail_os(quern_file_out *out, int error, const char *what)
{
    if (!out->status) {
        out->status = quern_fail_os(&out->error, error, "cannot %s %s", what,
                                    out->temp ? out->temp : out->dir);
    }
}

static void fail_nomem(quern_file_out *out)
{
    if (!out->status) {
        out->status = quern_fail_nomem(&out->error);
    }
}

void quern_file_out_init(quern_file_out *out, quern_vfs *vfs, const char *dir)
{
    memset(out, 0, sizeof *out);
    out->vfs = vfs;
    out->dir = dir;
    int error = EEXIST;
    for (unsigned n = 0; error == EEXIST; n++) {
        char name[48];
        snprintf(name, sizeof name, "tmp-%ld-%u", (long)getpid(), n);
        quern_free(out->temp);
        out->temp = quern_files_join(dir, name);
        if (!out->temp) {
            fail_nomem(out);
            return;
        }
        error = vfs->create(vfs, out->temp, &out->file);
    }
    if (error) {
        fail_os(out, error, "create");
        quern_free(out->temp);
        out->temp = NULL;
    }
}

/* Writes buf[0, n), which is one piece or the last part of one, and hashes it. */
static void write_piece(quern_file_out *out, size_t at, size_t n)
{
    int error = out->vfs->append(out->vfs, out->file, out->buf.data + at, n);
    if (error) {
        fail_os(out, error, "write");
        return;
    }
    out->hash = quern_checksum_seeded(out->buf.data + at, n, out->hash);
    out->bytes += n;
}

void quern_file_out_flush(quern_file_out *out)
{
    size_t at = 0;
    if (out->buf.status) {
        fail_nomem(out);
    }
    while (!out->status && out->buf.len - at >= QUERN_FILES_PIECE) {
        write_piece(out, at, QUERN_FILES_PIECE);
        at += QUERN_FILES_PIECE;
    }
    if (at > 0) {
        memmove(out->buf.data, out->buf.data + at, out->buf.len - at);
        out->buf.len -= at;
    }
}

quern_status quern_file_out_seal(quern_file_out *out, quern_error *err)
{
    quern_file_out_flush(out);
    if (!out->status && out->buf.len > 0) {
        write_piece(out, 0, out->buf.len);
        out->buf.len = 0;
    }
    if (!out->status && out->file) {
        int error = out->vfs->sync(out->vfs, out->file);
        int close_error = out->vfs->close(out->vfs, out->file);
        out->file = NULL;
        if (error || close_error) {
            fail_os(out, error ? error : close_error, "sync");
        }
    }
    if (out->status && err) {
        *err = out->error;
    }
    return out->status;
}

quern_status quern_file_out_name(quern_file_out *out, const char *name, quern_error *err)
{
    QUERN_TRY(quern_file_out_seal(out, err));
    char *path = quern_files_join(out->dir, name);
    int error = path ? out->vfs->rename_new(out->vfs, out->temp, path) : ENOMEM;
    if (!path) {
        fail_nomem(out);
    } else if (error == EEXIST) {
        out->status = quern_fail(&out->error, QUERN_E_LOCKED,
                                 "another writer made %s meanwhile - run again", path);
    } else if (error) {
        out->status = quern_fail_os(&out->error, error, "cannot name %s", path);
    } else {
        quern_free(out->temp);
        out->temp = NULL;
    }
    quern_free(path);
    if (out->status && err) {
        *err = out->error;
    }
    return out->status;
}

void quern_file_out_finish(quern_file_out *out)
{
    if (out->file) {
        out->vfs->close(out->vfs, out->file);
    }
    if (out->temp) {
        out->vfs->unlink(out->vfs, out->temp);
    }
    quern_free(out->temp);
    quern_buf_finish(&out->buf);
    memset(out, 0, sizeof *out);
}
