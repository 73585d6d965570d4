/* SPDX-License-Identifier: MIT */
/* Runs as a user without privileges, so that permissions mean something: as nobody where the tests
 * are run by root. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A folder with an index in it, and what the last sync said. */
struct world {
    char dir[4096];
    char index[4200];
    quern_sync_options options;
    quern_sync_report report;
    quern_error err;
    char skips[4096];
    char list[8192];
    uint64_t stop_at; /* calls of progress before it asks to stop; 0: never */
    uint64_t calls;
};

static void on_skip(const quern_skip *skip, void *payload)
{
    struct world *w = payload;
    size_t n = strlen(w->skips);
    snprintf(w->skips + n, sizeof w->skips - n, "%s:%u: %s\n", skip->path, skip->line,
             skip->reason);
}

static int on_progress(const quern_progress *progress, void *payload)
{
    struct world *w = payload;
    CHECK(progress->files <= progress->files_total && progress->bytes <= progress->bytes_total);
    return ++w->calls == w->stop_at;
}

static int on_article(const quern_listing *l, void *payload)
{
    struct world *w = payload;
    size_t n = strlen(w->list);
    if (l->skip_reason) {
        snprintf(w->list + n, sizeof w->list - n, "(%.*s) ", (int)l->source.len, l->source.data);
    } else {
        snprintf(w->list + n, sizeof w->list - n, "%.*s%s%.*s ", (int)l->source.len, l->source.data,
                 l->id.len ? "#" : "", (int)l->id.len, l->id.data);
    }
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The listing comes in the order of segments: sorts its names. */
static void sort_list(struct world *w)
{
    char copy[8192];
    char *names[1024];
    size_t n = 0;
    strcpy(copy, w->list);
    for (char *p = strtok(copy, " "); p && n < 1024; p = strtok(NULL, " ")) {
        names[n++] = p;
    }
    qsort(names, n, sizeof *names, compare_names);
    w->list[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(strcat(w->list, names[i]), " ");
    }
}

static void make(struct world *w)
{
    memset(w, 0, sizeof *w);
    scratch_make(w->dir);
    snprintf(w->index, sizeof w->index, "%s/.quern", w->dir);
    w->options.size = sizeof w->options;
    w->options.skipped = on_skip;
    w->options.progress = on_progress;
    w->options.payload = w;
    CHECK(quern_index_create(w->index, NULL, &w->err) == QUERN_OK);
}

/* Writes a file whose mtime is `age` seconds ago. */
static void put(struct world *w, const char *name, const char *text, int age)
{
    char path[8300];
    scratch_write(w->dir, name, text, strlen(text));
    snprintf(path, sizeof path, "%s/%s", w->dir, name);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timespec times[2] = {now, now};
    times[0].tv_sec -= age;
    times[1].tv_sec -= age;
    CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static void path_of(struct world *w, const char *name, char out[8300])
{
    if (name[0] == '/') {
        snprintf(out, 8300, "%s", name);
    } else {
        snprintf(out, 8300, "%s/%s", w->dir, name);
    }
}

static void folder(struct world *w, const char *name)
{
    char path[8300];
    path_of(w, name, path);
    CHECK(mkdir(path, 0777) == 0);
}

static void erase(struct world *w, const char *name)
{
    char path[8300];
    path_of(w, name, path);
    CHECK(remove(path) == 0);
}

/* What to do with an open writer: `name` is a path, or NULL for all roots; "-" reads `text` as a
 * stream; "--drop X" drops. */
static quern_status act(struct world *w, quern_writer *writer, const char *name)
{
    char path[8300];
    const char *const paths[] = {path};
    if (name && strncmp(name, "--drop ", 7) == 0) {
        path_of(w, name + 7, path);
        return quern_sync_drop(writer, path, &w->report, &w->err);
    }
    if (name && name[0] == '-') {
        int ends[2];
        CHECK(pipe(ends) == 0);
        size_t len = strlen(name + 1);
        CHECK(write(ends[1], name + 1, len) == (ssize_t)len);
        close(ends[1]);
        quern_status status = quern_sync_stream(writer, ends[0], quern_str("stdin"), &w->options,
                                                &w->report, &w->err);
        close(ends[0]);
        return status;
    }
    if (name) {
        path_of(w, name, path);
    }
    w->options.paths = paths;
    w->options.n_paths = name != NULL;
    return quern_sync(writer, &w->options, &w->report, &w->err);
}

static quern_status run(struct world *w, const char *name)
{
    quern_index *index = NULL;
    quern_writer *writer = NULL;
    quern_reader *reader = NULL;
    quern_sync_report fresh = QUERN_SYNC_REPORT_INIT;
    w->report = fresh;
    w->skips[0] = '\0';
    w->list[0] = '\0';
    w->calls = 0;
    memset(&w->err, 0, sizeof w->err);
    CHECK(quern_index_open(w->index, NULL, &index, &w->err) == QUERN_OK);
    CHECK(quern_writer_open(index, NULL, &writer, &w->err) == QUERN_OK);
    quern_status status = act(w, writer, name);
    CHECK(status == w->err.status);
    quern_writer_close(writer);
    quern_error err;
    CHECK(quern_reader_open(index, &reader, &err) == QUERN_OK);
    CHECK(quern_reader_list(reader, on_article, w, &err) == QUERN_OK);
    sort_list(w);
    size_t n = strlen(w->list);
    snprintf(w->list + n, sizeof w->list - n, "|");
    for (size_t i = 0; quern_reader_root(reader, i); i++) {
        n = strlen(w->list);
        snprintf(w->list + n, sizeof w->list - n, " %s", quern_reader_root(reader, i));
    }
    quern_reader_free(reader);
    quern_index_close(index);
    return status;
}

/* added, changed, removed, same, skipped as five digits. */
static int counts(struct world *w, const char *want)
{
    char got[64];
    const quern_sync_report *r = &w->report;
    snprintf(got, sizeof got, "%d%d%d%d%d", (int)r->added, (int)r->changed, (int)r->removed,
             (int)r->same, (int)r->skipped);
    if (strcmp(got, want) != 0) {
        printf("\n  counts %s, not %s\n%s", got, want, w->skips);
    }
    return strcmp(got, want) == 0;
}

static int lists(struct world *w, const char *want)
{
    if (strcmp(w->list, want) != 0) {
        printf("\n  list %s, not %s\n", w->list, want);
    }
    return strcmp(w->list, want) == 0;
}

/* ---- Files that come, change and go ---- */

static void in_step(void)
{
    struct world w;
    make(&w);
    put(&w, "a.txt", "First text", 100);
    put(&w, "b.txt", "Second text", 100);
    folder(&w, "sub");
    put(&w, "sub/c.txt", "Third text", 100);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "30000"));
    CHECK(lists(&w, "a.txt b.txt sub/c.txt | ."));
    CHECK(w.report.articles == 3 && w.report.bytes_of_text == 31 && w.report.bytes_read == 31);

    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00030"));
    CHECK(w.report.bytes_read == 0 && w.report.articles == 0);

    put(&w, "a.txt", "First text", 50); /* touched */
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00030"));
    CHECK(w.report.bytes_read == 10 && w.report.articles == 0);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00030") && w.report.bytes_read == 0);

    put(&w, "a.txt", "Other text", 40);
    put(&w, "d.txt", "New", 40);
    erase(&w, "b.txt");
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "11110"));
    CHECK(lists(&w, "a.txt d.txt sub/c.txt | ."));

    put(&w, "d.txt", "Newer", 30);
    put(&w, "sub/e.txt", "More", 30);
    CHECK(run(&w, "sub") == QUERN_OK && counts(&w, "10010")); /* and d.txt is left */
    erase(&w, "sub/c.txt");
    erase(&w, "sub/e.txt");
    erase(&w, "sub");
    CHECK(run(&w, "sub") == QUERN_OK && counts(&w, "00200"));
    CHECK(run(&w, "sub") == QUERN_E_NOT_FOUND);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "01010") && lists(&w, "a.txt d.txt | ."));
    scratch_remove(w.dir);
}

/* A file that is written twice within one tick of its clock, before and after it was read. */
static void racy(void)
{
    struct world w;
    char path[8300];
    struct stat st;
    make(&w);
    put(&w, "a.txt", "one", 0);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "10000"));
    path_of(&w, "a.txt", path);
    CHECK(stat(path, &st) == 0);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    put(&w, "a.txt", "two", 0);
    CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "01000"));
    scratch_remove(w.dir);
}

/* ---- Roots and keys ---- */

static void roots(void)
{
    struct world w;
    struct world other;
    char want[9000];
    make(&w);
    make(&other);
    folder(&w, "in");
    folder(&w, "in/deep");
    folder(&w, ".hidden");
    put(&w, "in/a.txt", "a", 100);
    put(&w, "in/deep/b.txt", "b", 100);
    put(&w, "in/.c.txt", "c", 100);
    put(&w, ".hidden/d.txt", "d", 100);
    put(&other, "e.txt", "e", 100);
    CHECK(run(&w, NULL) == QUERN_E_NOT_FOUND && (strstr(w.err.hint, "indexer DIR") != NULL));
    CHECK(run(&w, "in/deep") == QUERN_OK && lists(&w, "in/deep/b.txt | in/deep"));
    CHECK(run(&w, "in") == QUERN_OK && lists(&w, "in/a.txt in/deep/b.txt | in"));
    CHECK(run(&w, "in/a.txt") == QUERN_OK && lists(&w, "in/a.txt in/deep/b.txt | in"));
    CHECK(run(&w, "in/.c.txt") == QUERN_OK);
    CHECK(lists(&w, "in/.c.txt in/a.txt in/deep/b.txt | in in/.c.txt"));
    CHECK(run(&w, ".hidden") == QUERN_OK && run(&w, ".") == QUERN_OK);
    CHECK(lists(&w, ".hidden/d.txt in/.c.txt in/a.txt in/deep/b.txt | . .hidden in/.c.txt"));
    CHECK(run(&w, other.dir) == QUERN_OK && counts(&w, "10000"));
    snprintf(want, sizeof want,
             ".hidden/d.txt %s/e.txt in/.c.txt in/a.txt in/deep/b.txt | . .hidden %s in/.c.txt",
             other.dir, other.dir);
    CHECK(lists(&w, want));
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00050"));

    CHECK(run(&w, "--drop in") == QUERN_E_NOT_FOUND);
    CHECK(run(&w, "--drop .") == QUERN_OK && w.report.removed == 2);
    CHECK(run(&w, "--drop .hidden") == QUERN_OK && run(&w, "--drop in/.c.txt") == QUERN_OK);

    scratch_remove(other.dir); /* a root that is gone is not emptied */
    put(&w, "in/a.txt", "a", 100);
    CHECK(run(&w, "in") == QUERN_OK && counts(&w, "20000"));
    put(&w, "in/a.txt", "new", 100);
    CHECK(run(&w, NULL) == QUERN_E_NOT_FOUND && counts(&w, "01011"));
    CHECK((strstr(w.err.hint, "--drop") != NULL) && (strstr(w.list, "/e.txt") != NULL));
    CHECK(run(&w, other.dir) == QUERN_E_NOT_FOUND && (strstr(w.err.hint, "--drop") != NULL));
    char drop[4200];
    snprintf(drop, sizeof drop, "--drop %s", other.dir);
    CHECK(run(&w, drop) == QUERN_OK && lists(&w, "in/a.txt in/deep/b.txt | in"));

    CHECK(run(&w, ".quern") == QUERN_E_INVALID && run(&w, "nowhere") == QUERN_E_NOT_FOUND);
    scratch_remove(w.dir);
}

/* ---- What is not taken ---- */

static void unreadable(void)
{
    struct world w;
    char shut[8300];
    char locked[8300];
    make(&w);
    folder(&w, "shut");
    put(&w, "shut/a.txt", "a", 100);
    put(&w, "locked.txt", "b", 100);
    put(&w, "open.txt", "c", 100);
    path_of(&w, "shut", shut);
    path_of(&w, "locked.txt", locked);
    CHECK(chmod(shut, 0) == 0 && chmod(locked, 0) == 0);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "10002"));
    CHECK((strstr(w.skips, "shut:0: cannot be read: Permission denied") != NULL));
    CHECK(lists(&w, "(locked.txt) open.txt | ."));
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00012")); /* told each time */
    CHECK(chmod(shut, 0777) == 0 && chmod(locked, 0666) == 0);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "20010"));
    CHECK(lists(&w, "locked.txt open.txt shut/a.txt | ."));
    put(&w, "locked.txt", "b2", 90);
    CHECK(chmod(shut, 0) == 0 && chmod(locked, 0) == 0);
    erase(&w, "open.txt");
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00102"));
    CHECK(lists(&w, "locked.txt shut/a.txt | .")); /* what was known stays */
    CHECK(chmod(shut, 0777) == 0 && chmod(locked, 0666) == 0);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "01010"));
    scratch_remove(w.dir);
}

static void odd_files(void)
{
    struct world w;
    char path[8300];
    make(&w);
    put(&w, "a.txt", "a", 100);
    path_of(&w, "pipe", path);
    CHECK(mkfifo(path, 0666) == 0);
    path_of(&w, "circle", path);
    CHECK(symlink("circle", path) == 0);
    path_of(&w, "up", path);
    CHECK(symlink(".", path) == 0);
    path_of(&w, "link.txt", path);
    CHECK(symlink("a.txt", path) == 0);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "10002") && lists(&w, "a.txt | ."));
    CHECK((strstr(w.skips, "pipe:0: a named pipe") != NULL) &&
          (strstr(w.skips, "circle:0: a symbolic link") != NULL));
    CHECK(run(&w, "pipe") == QUERN_E_INVALID);
    scratch_remove(w.dir);
}

static void binary(void)
{
    struct world w;
    make(&w);
    put(&w, "a", "%PDF-1.4", 100);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "00001") && lists(&w, "(a) | ."));
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00001") && w.report.bytes_read == 0);
    CHECK((strstr(w.skips, "a:0: a PDF document") != NULL));
    put(&w, "a", "text", 90);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "10000") && lists(&w, "a | ."));
    put(&w, "a", "%PDF-1.5", 80);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00001") && lists(&w, "(a) | ."));
    erase(&w, "a");
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00000") && lists(&w, "| ."));
    scratch_remove(w.dir);
}

static void large(void)
{
    struct world w;
    make(&w);
    put(&w, "a.txt", "0123456789", 100);
    put(&w, "b.jsonl", "{\"id\":1,\"text\":\"x\"}\n", 100);
    w.options.max_article_bytes = 9;
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "10001"));
    CHECK((strstr(w.skips, "a.txt:0: larger than 9 bytes (10)") != NULL));
    CHECK((strstr(w.skips, "b.jsonl:1: line 1 is longer than 9 bytes") != NULL));
    CHECK(w.report.records_skipped == 1 && lists(&w, "(a.txt) | ."));
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00011"));
    w.options.max_article_bytes = 10;
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "10010") && lists(&w, "a.txt | ."));
    w.options.max_article_bytes = 9;
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00011") && lists(&w, "(a.txt) | ."));
    scratch_remove(w.dir);
}

/* ---- Records ---- */

static void records(void)
{
    struct world w;
    make(&w);
    put(&w, "r.jsonl", "{\"id\":1,\"text\":\"x\"}\n{\"id\":2,\"text\":\"y\"}\noops\n", 100);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "10000"));
    CHECK(w.report.articles == 2 && w.report.records_skipped == 1);
    CHECK((strstr(w.skips, "r.jsonl:3: line 3 is not JSON") != NULL) &&
          lists(&w, "r.jsonl#1 r.jsonl#2 | ."));
    put(&w, "r.jsonl", "{\"id\":2,\"text\":\"y\"}\n{\"id\":3,\"text\":\"z\"}\n", 90);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "01000"));
    CHECK(lists(&w, "r.jsonl#2 r.jsonl#3 | ."));
    put(&w, "r.jsonl", "\n", 80);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "01000") && lists(&w, "| ."));
    scratch_remove(w.dir);
}

static void streams(void)
{
    struct world w;
    make(&w);
    put(&w, "a.txt", "a", 100);
    CHECK(run(&w, ".") == QUERN_OK);
    CHECK(run(&w, "-{\"id\":1,\"text\":\"x\"}\n{\"id\":2,\"text\":\"y\"}\n") == QUERN_OK);
    CHECK(w.report.articles == 2 && lists(&w, "a.txt stdin#1 stdin#2 | ."));
    CHECK(run(&w, "-{\"id\":2,\"text\":\"z\"}\nbad") == QUERN_OK);
    CHECK(w.report.records_skipped == 1 &&
          (strstr(w.skips, "stdin:2: line 2 is not JSON") != NULL));
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "00010"));
    CHECK((strstr(w.list, "stdin#1 ") != NULL) && (strstr(w.list, "stdin#2 ") != NULL));
    scratch_remove(w.dir);
}

/* A stop in the middle of a file: the next run starts that file again, even where the file became
 * again what was known before. */
static void stopped(void)
{
    struct world w;
    make(&w);
    size_t cap = 800000;
    char *text = malloc(cap);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    strcpy(text, "{\"id\":1,\"text\":\"old\"}\n");
    put(&w, "a.txt", "a", 100);
    put(&w, "r.jsonl", text, 100);
    put(&w, "z.txt", "z", 100);
    CHECK(run(&w, ".") == QUERN_OK && counts(&w, "30000"));
    size_t n = 0;
    for (int i = 2; n < cap - 1000; i++) {
        n += (size_t)sprintf(text + n, "{\"id\":%d,\"text\":\"%0500d\"}\n", i, i);
    }
    put(&w, "r.jsonl", text, 90);
    put(&w, "z.txt", "zz", 90);
    w.stop_at = 5; /* the walk, a.txt, r.jsonl, its first block and its second */
    CHECK(run(&w, NULL) == QUERN_E_CANCELLED && w.report.articles > 100);
    CHECK((strstr(w.list, "r.jsonl#2 ") != NULL) && !(strstr(w.list, "r.jsonl#1 ") != NULL));
    w.stop_at = 0;
    put(&w, "r.jsonl", "{\"id\":1,\"text\":\"old\"}\n", 100);
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "02010"));
    CHECK(lists(&w, "a.txt r.jsonl#1 z.txt | ."));
    w.stop_at = 1;
    put(&w, "z.txt", "zzz", 80);
    CHECK(run(&w, NULL) == QUERN_E_CANCELLED && counts(&w, "00000"));
    w.stop_at = 0;
    CHECK(run(&w, NULL) == QUERN_OK && counts(&w, "01020"));
    free(text);
    scratch_remove(w.dir);
}

/* Often committing changes nothing but time; wrong options are told. */
static void options(void)
{
    struct world w;
    make(&w);
    char name[32];
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "f%02d.txt", i);
        put(&w, name, "some words", 100);
    }
    w.options.commit_ms = 1;
    CHECK(run(&w, ".") == QUERN_OK && w.report.added == 50);
    CHECK(run(&w, ".") == QUERN_OK && w.report.same == 50);
    w.options.size = 0;
    CHECK(run(&w, ".") == QUERN_E_INVALID);
    scratch_remove(w.dir);
}

int main(void)
{
    if (geteuid() == 0 && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))) {
        printf("cannot become nobody\n");
        return 1;
    }
    prctl(PR_SET_DUMPABLE, 1); /* which the change of user took: the leak checker needs it */
    umask(0);
    CU_TestInfo tests[] = {
        {"in step", in_step},       {"racy", racy},           {"roots", roots},
        {"unreadable", unreadable}, {"odd files", odd_files}, {"binary", binary},
        {"large", large},           {"records", records},     {"streams", streams},
        {"stopped", stopped},       {"options", options},     CU_TEST_INFO_NULL};
    return check_main("indexer/sync", tests);
}
