/* SPDX-License-Identifier: MIT */
/* sync_file - one file: is it as it was, and what to do if not.
 *
 *     size and mtime as remembered, and not read within 2 s of its mtime   same, not opened
 *     else the size as remembered, and the hash of the content too         same, remembered anew
 *     else                                                                 added or changed
 *
 * The 2 seconds: a file may be written twice within one tick of the clock that stamps it (2 s on
 * FAT), before and after it was read; such a stamp proves nothing, so the content is looked at.
 * (The "racy" entries of git's index; Hamano.)
 *
 * A file that cannot be taken as a whole (binary, say) is remembered with its reason and stamps, so
 * that it is told in every run but not read again while it stays as it is. What may change without
 * the stamps changing is tried again each time: permission to read, and the limit on size.
 *
 * While a file is being put its entry says UNREAD, and stays so in any commit that falls in
 * between. So after a crash or a stop half way through a large file the next run knows that it must
 * start that file again, whatever its stamps say. What the index had of the file is deleted only
 * once its reader has something to put in its place: a file that fails to be read keeps its old
 * articles.
 */
#include "indexer/sync.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RACY_NS INT64_C(2000000000)

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_nsec;
}

static int is_racy(int64_t mtime_ns, int64_t read_ns)
{
    return read_ns <= mtime_ns + RACY_NS && read_ns >= mtime_ns - RACY_NS;
}

/* ---- The sink of the formats ---- */

/* Clears the way for what the file holds now. */
static quern_status begin(quern_syncing *s, quern_error *err)
{
    if (s->begun || !s->entry) {
        return QUERN_OK;
    }
    quern_source *e = s->entry;
    if (e->n_articles > 0 || e->size == QUERN_SYNC_UNREAD) {
        QUERN_TRY(quern_writer_delete_source(s->writer, quern_str(s->name), NULL, err));
    }
    s->begun = 1;
    e->size = QUERN_SYNC_UNREAD;
    e->n_articles = 0;
    quern_writer_sources_changed(s->writer);
    return quern_sources_set_skip(e, NULL, err);
}

static quern_status skip(quern_sink *sink, uint32_t line, const char *reason, quern_error *err)
{
    quern_syncing *s = (quern_syncing *)sink;
    if (line == 0 || s->in_memory) {
        QUERN_TRY(begin(s, err));
        s->skipped = 1;
        quern_sync_tell(s, s->name, reason);
        return s->entry ? quern_sources_set_skip(s->entry, reason, err) : QUERN_OK;
    }
    s->report.records_skipped++;
    if (s->options.skipped) {
        quern_skip told = {sizeof told, s->name, line, reason};
        s->options.skipped(&told, s->options.payload);
    }
    return QUERN_OK;
}

static quern_status put(quern_sink *sink, quern_article *article, quern_error *err)
{
    quern_syncing *s = (quern_syncing *)sink;
    quern_error why;
    article->source = quern_str(s->name);
    if (article->date == QUERN_NO_DATE) {
        article->date = s->mtime;
    }
    QUERN_TRY(begin(s, err));
    quern_error_clear(&why);
    quern_status status = quern_writer_put(s->writer, article, &why);
    if (status == QUERN_E_INVALID) {
        return skip(sink, article->line, why.message, err);
    }
    if (status) {
        if (err) {
            *err = why;
        }
        return status;
    }
    s->n_articles++;
    s->report.articles++;
    s->report.bytes_of_text += article->text.len;
    return quern_sync_pause(s, err);
}

static quern_status tick(quern_input *input, quern_error *err)
{
    return quern_sync_progress(input->payload, input->bytes, err);
}

static quern_input input_of(quern_syncing *s, int fd)
{
    quern_input input = {.fd = fd, .path = s->name, .max_text = s->options.max_article_bytes};
    input.tick = tick;
    input.payload = s;
    input.block = s->block;
    s->sink.options = &s->options;
    s->sink.charset = &s->charset;
    s->sink.put = put;
    s->sink.skip = skip;
    s->begun = 0;
    s->skipped = 0;
    s->n_articles = 0;
    return input;
}

/* ---- One file ---- */

/* A file that could not be looked into: told, and tried again in the next run. */
static quern_status pass_over(quern_syncing *s, const char *name, const char *reason,
                              quern_error *err)
{
    quern_sync_tell(s, name, reason);
    quern_source *e = s->entry;
    if (e && e->size != QUERN_SYNC_UNREAD && !e->skip_reason) {
        return QUERN_OK; /* what the index has of it stays */
    }
    if (e && e->size == QUERN_SYNC_UNREAD && e->skip_reason &&
        strcmp(e->skip_reason, reason) == 0) {
        return QUERN_OK;
    }
    if (!e) {
        QUERN_TRY(quern_sources_put(s->sources, name, &e, err));
    }
    e->seen = 1;
    e->size = QUERN_SYNC_UNREAD;
    quern_writer_sources_changed(s->writer);
    return quern_sources_set_skip(e, reason, err);
}

/* A file larger than an article may be: told without opening it. Judged anew in each run. */
static quern_status pass_over_large(quern_syncing *s, const quern_walk_file *file, quern_error *err)
{
    char reason[80];
    snprintf(reason, sizeof reason, "larger than %llu bytes (%llu)",
             (unsigned long long)s->options.max_article_bytes, (unsigned long long)file->size);
    if (s->entry && (s->entry->n_articles > 0 || !s->entry->skip_reason)) {
        s->begun = 0;
        QUERN_TRY(begin(s, err));
        QUERN_TRY(quern_sources_set_skip(s->entry, reason, err));
    }
    return pass_over(s, file->name, reason, err);
}

/* Whether the open file has the content that is remembered. Leaves it at its beginning. */
static quern_status is_same(quern_syncing *s, quern_input *input, int *same, quern_error *err)
{
    const char *data;
    size_t len;
    quern_status status;
    do {
        status = quern_input_next(input, &data, &len, err);
    } while (!status && len > 0);
    *same = !status && input->hash == s->entry->hash && input->bytes == s->entry->size;
    quern_input_reset(input);
    if (!status && lseek(input->fd, 0, SEEK_SET) != 0) {
        input->failed = 1;
        status = quern_fail_os(err, errno, "%s: cannot go back to its beginning", s->name);
    }
    return status;
}

static void count_same(quern_syncing *s)
{
    if (s->entry->skip_reason) {
        quern_sync_tell(s, s->entry->name, s->entry->skip_reason);
    } else {
        s->report.same++;
    }
}

/* The content is as remembered, its stamps are not. */
static void stamp_same(quern_syncing *s, const struct stat *st, int64_t read_ns)
{
    quern_source *e = s->entry;
    int64_t mtime_ns = quern_walk_mtime(st);
    if (e->mtime_ns != mtime_ns || !is_racy(mtime_ns, read_ns)) {
        e->mtime_ns = mtime_ns;
        e->read_ns = read_ns;
        quern_writer_sources_changed(s->writer);
    }
    count_same(s);
}

/* Reads the open file into the index. */
static quern_status put_file(quern_syncing *s, const quern_format *format, quern_input *input,
                             const struct stat *st, quern_error *err)
{
    int64_t read_ns = now_ns();
    int known = s->entry && (s->entry->n_articles > 0 || !s->entry->skip_reason);
    if (!s->entry) {
        QUERN_TRY(quern_sources_put(s->sources, s->name, &s->entry, err));
        s->begun = 1;
        s->entry->size = QUERN_SYNC_UNREAD;
        s->entry->seen = 1;
        quern_writer_sources_changed(s->writer);
    }
    quern_status status = format->read(input, &s->sink, err);
    s->report.bytes_read += input->bytes;
    if (!status) {
        status = begin(s, err);
    }
    if (status) {
        return status;
    }
    quern_source *e = s->entry;
    e->size = (uint64_t)st->st_size;
    e->mtime_ns = quern_walk_mtime(st);
    e->read_ns = read_ns;
    e->hash = input->hash;
    e->n_articles = s->n_articles;
    quern_writer_sources_changed(s->writer);
    if (s->skipped) {
        return QUERN_OK;
    }
    s->report.changed += (uint64_t)known;
    s->report.added += (uint64_t)!known;
    return QUERN_OK;
}

static quern_status read_open(quern_syncing *s, const quern_format *format, quern_input *input,
                              const struct stat *st, quern_error *err)
{
    int same = 0;
    if (s->entry && s->entry->size == (uint64_t)st->st_size) {
        int64_t read_ns = now_ns();
        QUERN_TRY(is_same(s, input, &same, err));
        if (same) {
            s->report.bytes_read += (uint64_t)st->st_size;
            stamp_same(s, st, read_ns);
            return QUERN_OK;
        }
    }
    return put_file(s, format, input, st, err);
}

/* The file at hand could not be read to its end. */
static quern_status give_up(quern_syncing *s, const quern_error *trouble, quern_error *err)
{
    char cause[128];
    char reason[160];
    if (s->n_articles > 0) { /* half of its records are no use */
        QUERN_TRY(quern_writer_delete_source(s->writer, quern_str(s->name), NULL, err));
    }
    snprintf(reason, sizeof reason, "cannot be read: %s",
             strerror_r(trouble->os_errno, cause, sizeof cause));
    return pass_over(s, s->name, reason, err);
}

static quern_status read_file(quern_syncing *s, const quern_format *format,
                              const quern_walk_file *file, quern_error *err)
{
    struct stat st;
    char cause[128];
    char reason[160];
    char *path = quern_paths_absolute(&s->paths, file->name);
    if (!path) {
        return quern_fail_nomem(err);
    }
    int fd = quern_walk_open(path, &st);
    int why = errno;
    quern_free(path);
    if (fd < 0 && (why == ENOENT || why == ENOTDIR)) {
        if (s->entry) {
            s->entry->seen = 0; /* vanished since the walk: removed with the others */
        }
        return QUERN_OK;
    }
    if (fd < 0) {
        snprintf(reason, sizeof reason, "cannot be read: %s",
                 why == EINVAL || why == ELOOP ? "no longer a regular file"
                                               : strerror_r(why, cause, sizeof cause));
        return pass_over(s, file->name, reason, err);
    }
    quern_input input = input_of(s, fd);
    quern_error trouble;
    quern_error_clear(&trouble);
    quern_status status = read_open(s, format, &input, &st, &trouble);
    s->block = input.block;
    close(fd);
    if (status && input.failed) {
        return give_up(s, &trouble, err);
    }
    if (status && err) {
        *err = trouble;
    }
    return status;
}

quern_status quern_sync_file(quern_syncing *s, const quern_walk_file *file, quern_error *err)
{
    const quern_format *format = quern_format_of(file->name);
    quern_source *e = quern_sources_find(s->sources, file->name);
    s->name = file->name;
    s->entry = e;
    s->in_memory = format->in_memory;
    s->mtime = QUERN_NO_DATE;
    if (s->options.date_from_mtime) {
        s->mtime = file->mtime_ns / 1000000000 - (file->mtime_ns % 1000000000 < 0);
    }
    if (e) {
        e->seen = 1;
    }
    if (format->in_memory && file->size > s->options.max_article_bytes) {
        return pass_over_large(s, file, err);
    }
    if (e && e->size == file->size && e->mtime_ns == file->mtime_ns &&
        !is_racy(e->mtime_ns, e->read_ns)) {
        count_same(s);
        return QUERN_OK;
    }
    return read_file(s, format, file, err);
}

quern_status quern_sync_records(quern_syncing *s, int fd, quern_error *err)
{
    s->entry = NULL;
    s->in_memory = 0;
    s->mtime = QUERN_NO_DATE;
    quern_input input = input_of(s, fd);
    quern_status status = quern_format_jsonl.read(&input, &s->sink, err);
    s->report.bytes_read += input.bytes;
    s->block = input.block;
    return status;
}
