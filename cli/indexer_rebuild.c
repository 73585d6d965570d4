/* SPDX-License-Identifier: MIT */
/* indexer_rebuild - a fresh index in the place of the old one.
 *
 * From the stored texts the library does it alone. From the sources, which is the way out when the
 * old index is damaged or its texts are not stored, the new index is made beside the old one, from
 * the roots that the old one remembers (or those of the command line), and the two directories
 * change places in one step:
 *
 *     news/.quern            the old index, searchable until the end
 *     news/.quern-new-4242   the new one, in the making
 *
 * The old index is locked meanwhile where it can be opened at all. If anything fails or Ctrl-C
 * stops it, the new directory is removed and the old index is as it was.
 */
#include "cli/indexer_commands.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- Options --------------------------------------------------------------------------------- */

static int any_given(const quern_task_settings *set)
{
    return set->passages_given || set->language_given || set->no_titles_given ||
           set->no_text_given || set->engine_given;
}

/* The options of the old index, with those of the command line in their place. */
static quern_index_options merged(const quern_task *task, const quern_index_options *old)
{
    quern_index_options o = *old;
    const quern_task_settings *set = &task->set;
    o.passage_words = set->passages_given ? set->create.passage_words : o.passage_words;
    o.language = set->language_given ? set->create.language : o.language;
    o.no_titles = set->no_titles_given ? set->create.no_titles : o.no_titles;
    o.no_text = set->no_text_given ? set->create.no_text : o.no_text;
    o.engine = set->engine_given ? set->create.engine : o.engine;
    return o;
}

/* ---- From the stored texts ------------------------------------------------------------------- */

static int from_texts(quern_task *task)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    int given = any_given(&task->set);
    if (given) {
        int code = quern_task_open_here(task);
        if (code) {
            return code;
        }
        if (quern_reader_options(task->reader, &options, &err)) {
            return quern_message_fail(&err);
        }
        options = merged(task, &options);
    }
    const struct timespec moment = {0, 100000000};
    double until = task->began_s + task->set.writer.wait_ms / 1000.0;
    quern_status status;
    do {
        status = quern_index_rebuild(task->place.index, given ? &options : NULL, &err);
    } while (status == QUERN_E_LOCKED && quern_progress_now() < until &&
             nanosleep(&moment, NULL) == 0);
    if (status) {
        return quern_task_fail(task, &err);
    }
    quern_reader_free(task->reader);
    quern_index_close(task->index);
    task->reader = NULL;
    task->index = NULL;
    return quern_task_summary(task, NULL);
}

/* ---- Directories ----------------------------------------------------------------------------- */

/* Removes a directory with the files in it. An index has no folders; one that does is left. */
static void remove_directory(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (unlinkat(dirfd(dir), entry->d_name, 0) && errno == EISDIR && entry->d_name[0] != '.') {
            char *below = NULL; /* the database of another engine */
            if (asprintf(&below, "%s/%s", path, entry->d_name) >= 0) {
                remove_directory(below);
                free(below);
            }
        }
    }
    if (dir) {
        closedir(dir);
    }
    rmdir(path);
}

static void sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

/* Puts `fresh` in the place of `old`, whose files end up in `fresh`. */
static int exchange(const char *fresh, const char *old, const char *base)
{
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, old, RENAME_EXCHANGE)) {
        char *aside = NULL;
        if ((errno != EINVAL && errno != ENOSYS) || asprintf(&aside, "%s-old", fresh) < 0) {
            return -1;
        }
        int failed = rename(old, aside) || rename(fresh, old) || rename(aside, fresh);
        free(aside);
        if (failed) {
            return -1;
        }
    }
    sync_directory(base);
    return 0;
}

/* ---- From the sources ------------------------------------------------------------------------ */

typedef struct rebuild {
    quern_task *task;
    quern_task fresh; /* the new index; place.index is its directory */
    char **roots;
    size_t n_roots;
    quern_index_options options;
    uint64_t lost; /* articles of sources that are no files */
} rebuild;

static int each_lost(const quern_listing *listing, void *payload)
{
    rebuild *r = payload;
    if (listing->skip_reason) {
        return 0;
    }
    char *path = quern_locate_source(&r->task->place, listing->source);
    r->lost += path && access(path, F_OK) != 0;
    free(path);
    return path ? 0 : -1;
}

static void add_root(rebuild *r, const char *path)
{
    char **grown = realloc(r->roots, (r->n_roots + 1) * sizeof *grown);
    char *absolute =
        *path == '/' ? strdup(path) : quern_locate_source(&r->task->place, QUERN_STR(path));
    if (!grown || !absolute) {
        exit(quern_message_no_memory());
    }
    r->roots = grown;
    r->roots[r->n_roots++] = absolute;
}

/* Takes from the old index what it still tells: roots, options, the lock. */
static int consult_old(rebuild *r)
{
    quern_task *task = r->task;
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    const char *root;
    int opened = quern_index_open(task->place.index, NULL, &task->index, &err) == QUERN_OK;
    if (!opened && err.status == QUERN_E_NOT_FOUND) {
        return quern_message_fail(&err);
    }
    if (opened) {
        quern_status status =
            quern_writer_open(task->index, &task->set.writer, &task->writer, &err);
        if (status == QUERN_E_LOCKED || status == QUERN_E_IO) {
            return quern_task_fail(task, &err);
        }
    }
    if (opened && quern_reader_open(task->index, &task->reader, &err) == QUERN_OK) {
        for (size_t i = 0; task->n_words == 0 && (root = quern_reader_root(task->reader, i)); i++) {
            add_root(r, root);
        }
        quern_reader_options(task->reader, &options, &err);
        quern_reader_list(task->reader, each_lost, r, &err);
    }
    r->options = merged(task, &options);
    for (size_t i = 0; i < task->n_words; i++) {
        char *path = quern_locate_absolute(&task->place, task->words[i]);
        add_root(r, path ? path : task->words[i]);
        free(path);
    }
    if (r->n_roots == 0) {
        add_root(r, task->place.base);
        quern_message_say("the old index does not tell its folders; reading %s", task->place.base);
    }
    return 0;
}

static int fill_fresh(rebuild *r, quern_sync_report *report)
{
    quern_error err;
    quern_task *fresh = &r->fresh;
    if (quern_index_create(fresh->place.index, &r->options, &err)) {
        return quern_task_fail(r->task, &err);
    }
    int code = quern_task_open_here(fresh);
    code = code ? code : quern_task_lock(fresh);
    code = code ? code : quern_task_sync(fresh, (const char *const *)r->roots, r->n_roots, report);
    quern_writer_close(fresh->writer);
    fresh->writer = NULL;
    return code;
}

static int from_sources(quern_task *task)
{
    rebuild r = {.task = task};
    quern_sync_report report = QUERN_SYNC_REPORT_INIT;
    char *directory = NULL;
    int code = consult_old(&r);
    if (code) {
        goto out;
    }
    if (asprintf(&directory, "%s-new-%ld", task->place.index, (long)getpid()) < 0) {
        directory = NULL;
        code = quern_message_no_memory();
        goto out;
    }
    r.fresh.set = task->set;
    r.fresh.began_s = task->began_s;
    if (quern_locate_open(&r.fresh.place) || quern_locate_set(&r.fresh.place, directory)) {
        code = quern_message_no_memory();
        goto out;
    }
    code = fill_fresh(&r, &report);
    if (!code && exchange(directory, task->place.index, task->place.base)) {
        quern_message_say("%s: %s", directory, strerror(errno));
        code = QUERN_EXIT_FAILED;
    }
    remove_directory(directory);
    if (!code) {
        if (r.lost) {
            quern_message_say(
                "%llu article%s no file and %s gone — read %s from standard input again",
                (unsigned long long)r.lost, r.lost == 1 ? " has" : "s have",
                r.lost == 1 ? "is" : "are", r.lost == 1 ? "it" : "them");
        }
        quern_writer_close(task->writer);
        quern_reader_free(task->reader);
        quern_index_close(task->index);
        task->writer = NULL;
        task->reader = NULL;
        task->index = NULL;
        code = quern_task_summary(task, &report);
    }
out:
    for (size_t i = 0; i < r.n_roots; i++) {
        free(r.roots[i]);
    }
    free(r.roots);
    free(directory);
    quern_task_close(&r.fresh);
    return code;
}

int quern_command_rebuild(quern_task *task)
{
    if (task->n_words && !task->set.from_sources) {
        return quern_message_usage("rebuild takes files or folders with --from-sources only");
    }
    int code = quern_task_locate(task, NULL);
    if (code) {
        return code;
    }
    if (!task->place.index) {
        return quern_task_open(task);
    }
    return task->set.from_sources ? from_sources(task) : from_texts(task);
}
