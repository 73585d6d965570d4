/* SPDX-License-Identifier: MIT */
/* indexer_task - finding, opening, syncing, and telling how it went.
 *
 * Ctrl-C: the first one sets a flag that the progress callback hands to the library, which stops,
 * commits what it has and returns; the handler is gone by then, so that a second Ctrl-C ends the
 * process at once (the last commit stands). SIGTERM does the same.
 *
 * Skipped files are named while they are met: the first ten, the others with -v. What is skipped is
 * remembered by the index, and `indexer status` tells it at any time.
 */
#include "cli/indexer_task.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/json.h"

enum { SKIPS_NAMED = 10 };

static volatile sig_atomic_t stopped_by;

static void on_signal(int number)
{
    stopped_by = number;
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void quern_task_close(quern_task *task)
{
    quern_writer_close(task->writer);
    quern_reader_free(task->reader);
    quern_index_close(task->index);
    quern_locate_close(&task->place);
}

char *quern_task_shown(const quern_task *task, const char *path)
{
    char *shown = quern_locate_shown(&task->place, QUERN_STR(path));
    if (!shown) {
        exit(quern_message_no_memory());
    }
    return shown;
}

/* ---- Opening --------------------------------------------------------------------------------- */

int quern_task_locate(quern_task *task, const char *start)
{
    int failed = task->set.index ? quern_locate_set(&task->place, task->set.index)
                                 : quern_locate_find(&task->place, start) < 0;
    if (failed) {
        quern_message_say("looking for the index: %s", strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    return 0;
}

int quern_task_open_here(quern_task *task)
{
    quern_error err;
    quern_reader_free(task->reader);
    task->reader = NULL;
    if ((!task->index && quern_index_open(task->place.index, NULL, &task->index, &err)) ||
        quern_reader_open(task->index, &task->reader, &err)) {
        return quern_message_fail(&err);
    }
    return 0;
}

int quern_task_open(quern_task *task)
{
    int code = quern_task_locate(task, NULL);
    if (code) {
        return code;
    }
    if (!task->place.index) {
        quern_message_say("no index here or in any folder above %s — run: indexer DIR",
                          task->place.cwd);
        return QUERN_EXIT_NO_INDEX;
    }
    return quern_task_open_here(task);
}

int quern_task_fail(const quern_task *task, const quern_error *err)
{
    int refused = err->os_errno == EACCES || err->os_errno == EROFS || err->os_errno == EPERM;
    if (err->status == QUERN_E_IO && refused && access(task->place.index, W_OK)) {
        char *shown = quern_task_shown(task, task->place.index);
        quern_message_say("%s is not writable: %s — run: indexer --index DIR, or change its "
                          "permissions",
                          shown, strerror(err->os_errno));
        free(shown);
        return QUERN_EXIT_FAILED;
    }
    return quern_message_fail(err);
}

int quern_task_lock(quern_task *task)
{
    quern_error err;
    if (quern_writer_open(task->index, &task->set.writer, &task->writer, &err)) {
        return quern_task_fail(task, &err);
    }
    return 0;
}

/* ---- Callbacks of a sync --------------------------------------------------------------------- */

static int on_progress(const quern_progress *progress, void *payload)
{
    quern_task *task = payload;
    quern_progress_show(&task->bar, progress);
    return stopped_by != 0;
}

static void print_skip(const quern_skip *skip, const char *shown)
{
    quern_json json = quern_json_open("skipped");
    quern_json_set_text(&json, "path", QUERN_STR(shown));
    if (skip->line) {
        quern_json_set_count(&json, "line", skip->line);
    }
    quern_json_set_text(&json, "reason", QUERN_STR(skip->reason));
    quern_json_print(&json, stdout);
}

static void on_skip(const quern_skip *skip, void *payload)
{
    quern_task *task = payload;
    task->skips++;
    if (!task->set.json && (task->set.quiet || (task->skips > SKIPS_NAMED && !task->set.verbose))) {
        return;
    }
    char *shown = quern_task_shown(task, skip->path);
    task->skips_told++;
    if (task->set.json) {
        print_skip(skip, shown);
    } else {
        quern_progress_clear(&task->bar);
        quern_message_say("skipped %s: %s", shown, skip->reason);
    }
    free(shown);
}

static void tell_more_skips(const quern_task *task)
{
    char number[QUERN_MESSAGE_NUMBER];
    uint64_t more = task->skips - task->skips_told;
    if (more > 0 && !task->set.quiet) {
        quern_message_say("skipped %s more — run: indexer status -v",
                          quern_message_number(number, more));
    }
}

/* ---- Syncing --------------------------------------------------------------------------------- */

static void add_up(quern_sync_report *sum, const quern_sync_report *part)
{
    sum->added += part->added;
    sum->changed += part->changed;
    sum->removed += part->removed;
    sum->same += part->same;
    sum->skipped += part->skipped;
    sum->articles += part->articles;
    sum->records_skipped += part->records_skipped;
    sum->bytes_read += part->bytes_read;
    sum->bytes_of_text += part->bytes_of_text;
}

static int tell_stopped(quern_task *task)
{
    char number[QUERN_MESSAGE_NUMBER];
    quern_stats stats = QUERN_STATS_INIT;
    quern_writer_close(task->writer);
    task->writer = NULL;
    if (quern_task_open_here(task) == 0 && quern_reader_stats(task->reader, &stats, NULL) == 0) {
        quern_message_say("stopped; %s article%s searchable; run again to go on",
                          quern_message_number(number, stats.articles),
                          stats.articles == 1 ? " is" : "s are");
    }
    return 128 + (stopped_by ? (int)stopped_by : SIGINT);
}

static quern_status drop_root(quern_task *task, quern_sync_report *part, quern_error *err)
{
    char *path = quern_locate_absolute(&task->place, task->set.drop);
    if (!path) {
        exit(quern_message_no_memory());
    }
    quern_status status = quern_sync_drop(task->writer, path, part, err);
    free(path);
    return status;
}

int quern_task_sync(quern_task *task, const char *const *paths, size_t n, quern_sync_report *report)
{
    quern_error err;
    quern_status status = QUERN_OK;
    quern_sync_report part = QUERN_SYNC_REPORT_INIT;
    quern_sync_options options = task->set.sync;
    int only_drop = task->set.drop && n == 0 && !task->set.from_input;
    options.paths = paths;
    options.n_paths = n;
    options.progress = on_progress;
    options.skipped = on_skip;
    options.payload = task;
    watch_signals();
    quern_progress_open(&task->bar, task->set.quiet);
    if (task->set.drop) {
        status = drop_root(task, &part, &err);
        add_up(report, &part);
    }
    if (!status && task->set.from_input) {
        status = quern_sync_stream(task->writer, STDIN_FILENO, QUERN_STR(task->set.source),
                                   &options, &part, &err);
        add_up(report, &part);
    }
    if (!status && !only_drop && (n > 0 || !task->set.from_input)) {
        status = quern_sync(task->writer, &options, &part, &err);
        add_up(report, &part);
    }
    quern_progress_clear(&task->bar);
    tell_more_skips(task);
    if (status == QUERN_E_CANCELLED) {
        return tell_stopped(task);
    }
    if (status) {
        int code = quern_task_fail(task, &err);
        return status == QUERN_E_NOT_FOUND ? QUERN_EXIT_USAGE : code;
    }
    return 0;
}

/* ---- Summary --------------------------------------------------------------------------------- */

static uint64_t files_of(const quern_sync_report *r)
{
    return r->added + r->changed + r->removed + r->same + r->skipped;
}

static void print_files(const quern_sync_report *r)
{
    char all[QUERN_MESSAGE_NUMBER], added[QUERN_MESSAGE_NUMBER], changed[QUERN_MESSAGE_NUMBER];
    char removed[QUERN_MESSAGE_NUMBER], same[QUERN_MESSAGE_NUMBER], skipped[QUERN_MESSAGE_NUMBER];
    uint64_t n = files_of(r);
    printf("%s file%s: %s added, %s changed, %s removed, %s the same", quern_message_number(all, n),
           quern_message_plural(n), quern_message_number(added, r->added),
           quern_message_number(changed, r->changed), quern_message_number(removed, r->removed),
           quern_message_number(same, r->same));
    if (r->skipped) {
        printf(", %s skipped", quern_message_number(skipped, r->skipped));
    }
    if (r->records_skipped) {
        printf("; %s record%s skipped", quern_message_number(skipped, r->records_skipped),
               quern_message_plural(r->records_skipped));
    }
    putchar('\n');
}

static void print_input(const quern_task *task, const quern_sync_report *r)
{
    char articles[QUERN_MESSAGE_NUMBER], skipped[QUERN_MESSAGE_NUMBER];
    printf("%s: %s article%s added or replaced", task->set.source,
           quern_message_number(articles, r->articles), quern_message_plural(r->articles));
    if (r->records_skipped) {
        printf(", %s record%s skipped", quern_message_number(skipped, r->records_skipped),
               quern_message_plural(r->records_skipped));
    }
    putchar('\n');
}

static void print_state(const quern_task *task, const quern_stats *s, double seconds)
{
    char articles[QUERN_MESSAGE_NUMBER], passages[QUERN_MESSAGE_NUMBER];
    char words[QUERN_MESSAGE_NUMBER], size[QUERN_MESSAGE_NUMBER];
    printf("%s article%s · %s passage%s · %s word%s · index %s",
           quern_message_number(articles, s->articles), quern_message_plural(s->articles),
           quern_message_number(passages, s->passages), quern_message_plural(s->passages),
           quern_message_number(words, s->words), quern_message_plural(s->words),
           quern_message_size(size, s->index_bytes));
    if (s->text_bytes > 0) {
        printf(" (%.2f × text)", (double)s->index_bytes / (double)s->text_bytes);
    }
    printf(" · %.*f s\n", seconds < 10 ? 2 : 0, seconds);
    if (task->made) {
        char *shown = quern_task_shown(task, task->place.index);
        printf("new index in %s\n", shown);
        free(shown);
    }
}

static int print_json(const quern_task *task, const quern_sync_report *r, const quern_stats *s,
                      double seconds)
{
    quern_json json = quern_json_open("summary");
    quern_json_set_count(&json, "schema", QUERN_JSON_SCHEMA);
    if (r) {
        quern_json_set_count(&json, "files", files_of(r));
        quern_json_set_count(&json, "added", r->added);
        quern_json_set_count(&json, "changed", r->changed);
        quern_json_set_count(&json, "removed", r->removed);
        quern_json_set_count(&json, "same", r->same);
        quern_json_set_count(&json, "skipped", r->skipped);
        quern_json_set_count(&json, "records_skipped", r->records_skipped);
        quern_json_set_count(&json, "articles_put", r->articles);
        quern_json_set_count(&json, "bytes_read", r->bytes_read);
    }
    quern_json_set_text(&json, "index", QUERN_STR(task->place.index));
    quern_json_set(&json, "new_index", json_boolean(task->made));
    quern_json_set_count(&json, "generation", s->generation);
    quern_json_set_count(&json, "articles", s->articles);
    quern_json_set_count(&json, "passages", s->passages);
    quern_json_set_count(&json, "words", s->words);
    quern_json_set_count(&json, "index_bytes", s->index_bytes);
    quern_json_set_count(&json, "text_bytes", s->text_bytes);
    quern_json_set(&json, "seconds", json_real((double)(int64_t)(seconds * 1000 + 0.5) / 1000));
    return quern_json_print(&json, stdout) ? quern_message_no_memory() : 0;
}

int quern_task_summary(quern_task *task, const quern_sync_report *report)
{
    quern_error err;
    quern_stats stats = QUERN_STATS_INIT;
    int code = quern_task_open_here(task);
    if (code) {
        return code;
    }
    if (quern_reader_stats(task->reader, &stats, &err)) {
        return quern_message_fail(&err);
    }
    double seconds = quern_progress_now() - task->began_s;
    if (task->set.json) {
        return print_json(task, report, &stats, seconds);
    }
    if (task->set.quiet) {
        return 0;
    }
    if (report && task->set.from_input) {
        print_input(task, report);
    }
    if (report && (files_of(report) > 0 || !task->set.from_input)) {
        print_files(report);
    }
    print_state(task, &stats, seconds);
    return 0;
}
