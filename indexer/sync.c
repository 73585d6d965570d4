/* SPDX-License-Identifier: MIT */
/* sync - brings an index in step with files and folders.
 *
 *     resolve   the paths that were given, or the roots that the index remembers, to names
 *     walk      collect all files below them, with size and mtime (walk.c)
 *     read      each file in the order of names: the same, changed or new (sync_file.c)
 *     remove    what the index has from below them and the walk did not find
 *     commit    as it goes, and at the end
 *
 * Roots. What is given becomes a root, unless a walk of another root comes by it anyway; roots that
 * the new one comes by are dropped. So no two roots cover one file, and what a root covers is its
 * own: a walk removes the vanished among these and nothing else. Hidden folders are not walked into
 * but may be roots themselves.
 *
 * Removing is what can do harm, so: a folder that cannot be read keeps all that the index has from
 * below it. A root that is gone (a disk not mounted, say) is an error that names `--drop`; nothing
 * of it is removed. A folder or file below a root that is gone is removed. Removals come last, so
 * that a file that was renamed is found under one name or both, at any commit.
 *
 * Commits come every `commit_ms`, but never take more than a tenth of the time: after one that took
 * long, the next waits nine times as long. A callback that asks to stop is obeyed within a file;
 * what was done until then is committed.
 *
 * Records from a stream have no entry among the sources, since there is no file whose vanishing
 * could be noticed; they are replaced by their ids and never removed by a sync.
 */
#include "indexer/sync.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

#define MAX_ARTICLE_BYTES ((uint64_t)64 << 20)
#define COMMIT_MS 5000

/* ---- What both halves use ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void quern_sync_tell(quern_syncing *s, const char *name, const char *reason)
{
    s->report.skipped++;
    if (s->options.skipped) {
        quern_skip told = {sizeof told, name, 0, reason};
        s->options.skipped(&told, s->options.payload);
    }
}

static quern_status commit(quern_syncing *s, quern_error *err)
{
    int64_t before = now_ms();
    quern_status status = QUERN_OK;
    if (quern_writer_has_changes(s->writer)) {
        status = quern_writer_commit(s->writer, err);
    }
    int64_t now = now_ms();
    int64_t wait = (now - before) * 9;
    s->commit_at = now + (wait > s->options.commit_ms ? wait : s->options.commit_ms);
    return status;
}

quern_status quern_sync_pause(quern_syncing *s, quern_error *err)
{
    return now_ms() < s->commit_at ? QUERN_OK : commit(s, err);
}

quern_status quern_sync_progress(quern_syncing *s, uint64_t bytes, quern_error *err)
{
    quern_progress *p = &s->progress;
    if (!s->options.progress) {
        return QUERN_OK;
    }
    p->files_total = s->walk.n_files;
    p->bytes_total = s->walk.bytes;
    p->bytes = s->done + bytes;
    p->path = s->name ? s->name : "";
    if (p->bytes > p->bytes_total) {
        p->bytes_total = p->bytes; /* a stream, or a file that grew since the walk */
    }
    if (s->options.progress(p, s->options.payload)) {
        return quern_fail(err, QUERN_E_CANCELLED, "stopped");
    }
    return QUERN_OK;
}

static void skip_walked(quern_walk *walk, const char *name, const char *reason)
{
    quern_sync_tell(walk->payload, name, reason);
}

static quern_status tick_walk(quern_walk *walk, quern_error *err)
{
    return quern_sync_progress(walk->payload, 0, err);
}

/* ---- Beginning and end ---- */

static quern_status set_options(quern_syncing *s, const quern_sync_options *options,
                                quern_error *err)
{
    quern_sync_options *o = &s->options;
    memset(o, 0, sizeof *o);
    if (options) {
        if (options->size == 0) {
            return quern_fail(err, QUERN_E_INVALID,
                              "options of a sync without a size - use QUERN_SYNC_OPTIONS_INIT");
        }
        memcpy(o, options, options->size < sizeof *o ? options->size : sizeof *o);
    }
    o->max_article_bytes = o->max_article_bytes ? o->max_article_bytes : MAX_ARTICLE_BYTES;
    o->commit_ms = o->commit_ms ? o->commit_ms : COMMIT_MS;
    o->id_member = o->id_member ? o->id_member : "id";
    o->title_member = o->title_member ? o->title_member : "title";
    o->text_member = o->text_member ? o->text_member : "text";
    o->date_member = o->date_member ? o->date_member : "date";
    return QUERN_OK;
}

static quern_status start(quern_syncing *s, quern_writer *writer, const quern_sync_options *options,
                          quern_error *err)
{
    memset(s, 0, sizeof *s);
    QUERN_TRY(set_options(s, options, err));
    s->writer = writer;
    s->sources = quern_writer_sources(writer);
    s->report.size = sizeof s->report;
    s->progress.size = sizeof s->progress;
    s->walk.paths = &s->paths;
    s->walk.skip = skip_walked;
    s->walk.tick = tick_walk;
    s->walk.payload = s;
    s->commit_at = now_ms() + s->options.commit_ms;
    return quern_paths_init(&s->paths, quern_writer_path(writer), err);
}

/* Commits what was done, also where it was stopped half way, and hands out the report. */
static quern_status finish(quern_syncing *s, quern_status status, quern_sync_report *report,
                           quern_error *err)
{
    if (status == QUERN_OK || status == QUERN_E_CANCELLED || status == QUERN_E_NOT_FOUND) {
        quern_error why;
        quern_status late = s->writer ? commit(s, &why) : QUERN_OK;
        if (late) {
            status = late;
            if (err) {
                *err = why;
            }
        }
    }
    if (report && report->size) {
        size_t size = report->size < sizeof *report ? report->size : sizeof *report;
        s->report.size = report->size;
        memcpy(report, &s->report, size);
    }
    quern_walk_finish(&s->walk);
    quern_paths_finish(&s->paths);
    quern_charset_finish(&s->charset);
    quern_free(s->block);
    return status;
}

/* ---- Targets: what is brought in step, by name ---- */

struct targets {
    char **names;
    size_t n, cap;
};

static quern_status add_target(struct targets *targets, const char *name, quern_error *err)
{
    size_t len = strlen(name);
    char *copy = quern_alloc(len + 1);
    if (!copy ||
        quern_grow(&targets->names, &targets->cap, targets->n + 1, sizeof *targets->names)) {
        quern_free(copy);
        return quern_fail_nomem(err);
    }
    memcpy(copy, name, len + 1);
    targets->names[targets->n++] = copy;
    return QUERN_OK;
}

static void free_targets(struct targets *targets)
{
    for (size_t i = 0; i < targets->n; i++) {
        quern_free(targets->names[i]);
    }
    quern_free(targets->names);
}

static int is_root(const quern_syncing *s, const char *name)
{
    for (size_t i = 0; i < quern_writer_root_count(s->writer); i++) {
        if (strcmp(quern_writer_root(s->writer, i), name) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Makes the name a root, unless another root covers it, and drops those that it covers. */
static quern_status add_root(quern_syncing *s, const char *name, quern_error *err)
{
    for (size_t i = 0; i < quern_writer_root_count(s->writer); i++) {
        if (quern_paths_covers(&s->paths, quern_writer_root(s->writer, i), name)) {
            return QUERN_OK;
        }
    }
    quern_status status = QUERN_OK;
    for (size_t i = quern_writer_root_count(s->writer); i > 0 && !status; i--) {
        const char *other = quern_writer_root(s->writer, i - 1);
        if (quern_paths_covers(&s->paths, name, other)) {
            status = quern_writer_drop_root(s->writer, other, err);
        }
    }
    return status ? status : quern_writer_add_root(s->writer, name, err);
}

struct search {
    const quern_syncing *s;
    const char *folder;
};

static int is_below(quern_source *source, void *payload)
{
    const struct search *search = payload;
    return quern_paths_under(&search->s->paths, search->folder, source->name);
}

/* A path that a user gave: a target, and a root if it is there. */
static quern_status resolve_path(quern_syncing *s, const char *path, struct targets *targets,
                                 quern_error *err)
{
    char *absolute = NULL;
    int exists;
    QUERN_TRY(quern_paths_resolve(path, &absolute, &exists, err));
    const char *name = quern_paths_name(&s->paths, absolute);
    const char *index = quern_paths_name(&s->paths, s->paths.index);
    struct search search = {s, name};
    quern_status status = QUERN_OK;
    if (quern_paths_under(&s->paths, index, name)) {
        status = quern_fail(err, QUERN_E_INVALID, "%s: this is the index, not articles", path);
    } else if (!exists && is_root(s, name)) {
        status =
            quern_fail(err, QUERN_E_NOT_FOUND,
                       "%s: this root is gone - to forget it, run: indexer --drop %s", path, path);
    } else if (!exists && !quern_sources_each(s->sources, is_below, &search)) {
        status = quern_fail(err, QUERN_E_NOT_FOUND, "%s: no such file or folder", path);
    } else {
        status = add_target(targets, name, err);
    }
    quern_free(absolute);
    return status;
}

static quern_status find_targets(quern_syncing *s, struct targets *targets, quern_error *err)
{
    for (size_t i = 0; i < s->options.n_paths; i++) {
        QUERN_TRY(resolve_path(s, s->options.paths[i], targets, err));
    }
    if (s->options.n_paths > 0) {
        return QUERN_OK;
    }
    size_t n = quern_writer_root_count(s->writer);
    if (n == 0) {
        return quern_fail(err, QUERN_E_NOT_FOUND,
                          "the index has no folders yet - name one: indexer DIR");
    }
    for (size_t i = 0; i < n; i++) {
        QUERN_TRY(add_target(targets, quern_writer_root(s->writer, i), err));
    }
    return QUERN_OK;
}

/* Walks the targets. A root that is gone is no target any more; *gone is then NOT_FOUND. */
static quern_status walk_targets(quern_syncing *s, struct targets *targets, quern_status *gone,
                                 quern_error *err)
{
    size_t n = targets->n;
    size_t kept = 0;
    quern_status status = QUERN_OK;
    targets->n = 0;
    for (size_t i = 0; i < n; i++) {
        char *name = targets->names[i];
        struct stat st;
        char *path = status ? NULL : quern_paths_absolute(&s->paths, name);
        int there = path && lstat(path, &st) == 0;
        int keep = 1;
        if (!status && !path) {
            status = quern_fail_nomem(err);
        } else if (there) {
            status = quern_walk_add(&s->walk, path, err);
            status = status ? status : add_root(s, name, err);
        } else if (!status && is_root(s, name)) {
            *gone = quern_fail(err, QUERN_E_NOT_FOUND,
                               "%s: this root is gone - to forget it, run: indexer --drop %s", path,
                               path);
            quern_sync_tell(s, name, "this root is gone");
            keep = 0;
        }
        quern_free(path);
        if (keep) {
            targets->names[kept++] = name;
        } else {
            quern_free(name);
        }
    }
    targets->n = kept;
    quern_walk_sort(&s->walk);
    return status;
}

/* ---- Removing ---- */

struct removal {
    quern_syncing *s;
    const struct targets *targets;
    struct targets gone; /* names of sources */
    quern_status status;
    quern_error *err;
};

static int collect_gone(quern_source *source, void *payload)
{
    struct removal *r = payload;
    const quern_paths *paths = &r->s->paths;
    int covered = 0;
    if (source->seen) {
        return 0;
    }
    for (size_t i = 0; i < r->targets->n && !covered; i++) {
        covered = quern_paths_covers(paths, r->targets->names[i], source->name);
    }
    for (size_t i = 0; i < r->s->walk.n_unreadable && covered; i++) {
        covered = !quern_paths_under(paths, r->s->walk.unreadable[i], source->name);
    }
    if (covered) {
        r->status = add_target(&r->gone, source->name, r->err);
    }
    return r->status != QUERN_OK;
}

/* Removes the sources that the targets cover and that were not seen. */
static quern_status remove_gone(quern_syncing *s, const struct targets *targets, quern_error *err)
{
    struct removal r = {.s = s, .targets = targets, .err = err};
    quern_sources_each(s->sources, collect_gone, &r);
    for (size_t i = 0; i < r.gone.n && !r.status; i++) {
        const char *name = r.gone.names[i];
        const quern_source *source = quern_sources_find(s->sources, name);
        s->report.removed += !source->skip_reason;
        r.status = quern_writer_delete_source(s->writer, quern_str(name), NULL, err);
        if (!r.status) {
            quern_sources_remove(s->sources, name);
            quern_writer_sources_changed(s->writer);
            r.status = quern_sync_pause(s, err);
        }
    }
    free_targets(&r.gone);
    return r.status;
}

static int unsee(quern_source *source, void *payload)
{
    (void)payload;
    source->seen = 0;
    return 0;
}

/* ---- The public functions ---- */

static quern_status read_files(quern_syncing *s, quern_error *err)
{
    for (size_t i = 0; i < s->walk.n_files; i++) {
        const quern_walk_file *file = &s->walk.files[i];
        s->name = file->name;
        s->progress.files = i;
        QUERN_TRY(quern_sync_progress(s, 0, err));
        QUERN_TRY(quern_sync_file(s, file, err));
        QUERN_TRY(quern_sync_pause(s, err));
        s->done += file->size;
    }
    s->name = NULL;
    s->entry = NULL;
    s->progress.files = s->walk.n_files;
    return quern_sync_progress(s, 0, err);
}

quern_status quern_sync(quern_writer *writer, const quern_sync_options *options,
                        quern_sync_report *report, quern_error *err)
{
    quern_syncing s;
    struct targets targets = {0};
    quern_status gone = QUERN_OK;
    quern_error of_gone;
    quern_error_clear(&of_gone);
    quern_status status = start(&s, writer, options, err);
    if (!status) {
        quern_sources_each(s.sources, unsee, NULL);
        status = find_targets(&s, &targets, err);
    }
    if (!status) {
        quern_error trouble;
        quern_error_clear(&trouble);
        status = walk_targets(&s, &targets, &gone, &trouble);
        of_gone = trouble;
        if (status && err) {
            *err = trouble;
        }
    }
    if (!status) {
        status = read_files(&s, err);
    }
    if (!status) {
        status = remove_gone(&s, &targets, err);
    }
    if (!status && gone) {
        status = gone;
        if (err) {
            *err = of_gone;
        }
    }
    free_targets(&targets);
    return finish(&s, status, report, err);
}

quern_status quern_sync_stream(quern_writer *writer, int fd, quern_string source,
                               const quern_sync_options *options, quern_sync_report *report,
                               quern_error *err)
{
    quern_syncing s;
    char *name = NULL;
    quern_status status = start(&s, writer, options, err);
    if (!status && (source.len == 0 || memchr(source.data, '\0', source.len))) {
        status = quern_fail(err, QUERN_E_INVALID, "a stream needs a source name without NULs");
    }
    if (!status) {
        name = quern_alloc(source.len + 1);
        status = name ? QUERN_OK : quern_fail_nomem(err);
    }
    if (!status && name) {
        memcpy(name, source.data, source.len);
        name[source.len] = '\0';
        s.name = name;
        status = quern_sync_records(&s, fd, err);
    }
    status = finish(&s, status, report, err);
    quern_free(name);
    return status;
}

quern_status quern_sync_drop(quern_writer *writer, const char *path, quern_sync_report *report,
                             quern_error *err)
{
    quern_syncing s;
    struct targets targets = {0};
    char *absolute = NULL;
    int exists;
    quern_status status = start(&s, writer, NULL, err);
    if (!status) {
        status = quern_paths_resolve(path, &absolute, &exists, err);
    }
    if (!status) {
        const char *name = quern_paths_name(&s.paths, absolute);
        quern_sources_each(s.sources, unsee, NULL);
        status = is_root(&s, name)
                     ? add_target(&targets, name, err)
                     : quern_fail(err, QUERN_E_NOT_FOUND,
                                  "%s: not a root of this index - see: indexer status", path);
    }
    if (!status) {
        status = remove_gone(&s, &targets, err);
    }
    for (size_t i = 0; i < targets.n && !status; i++) {
        status = quern_writer_drop_root(writer, targets.names[i], err);
    }
    quern_free(absolute);
    free_targets(&targets);
    return finish(&s, status, report, err);
}
