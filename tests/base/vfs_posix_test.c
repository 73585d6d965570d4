/* SPDX-License-Identifier: MIT */
#include "base/vfs.h"

#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[4096];

static const char *at(const char *name)
{
    static char paths[4][4300];
    static unsigned next;
    char *out = paths[next++ % 4];
    snprintf(out, sizeof paths[0], "%s/%s", dir, name);
    return out;
}

static void writes_and_reads(void)
{
    quern_vfs *v = quern_vfs_posix();
    quern_vfile *f = NULL;
    const uint8_t *map = NULL;
    quern_vstat st;
    char text[16] = "";
    scratch_make(dir);
    CHECK(v->create(v, at("a"), &f) == 0);
    CHECK(v->append(v, f, "hello ", 6) == 0 && v->append(v, f, "", 0) == 0);
    CHECK(v->append(v, f, "world", 5) == 0);
    CHECK(v->sync(v, f) == 0);
    CHECK(v->stat(v, f, &st) == 0 && st.size == 11 && st.n_links == 1 && !st.is_dir);
    CHECK(v->close(v, f) == 0);
    f = (quern_vfile *)(uintptr_t)1;
    CHECK(v->create(v, at("a"), &f) == EEXIST && f == NULL);
    CHECK(v->open(v, at("missing"), &f) == ENOENT && f == NULL);
    CHECK(v->open(v, at("a"), &f) == 0);
    CHECK(v->read_at(v, f, text, 5, 6) == 0 && memcmp(text, "world", 5) == 0);
    CHECK(v->read_at(v, f, text, 0, 11) == 0);
    CHECK(v->read_at(v, f, text, 1, 11) == EIO);
    CHECK(v->read_at(v, f, text, 12, 0) == EIO);
    CHECK(v->read_at(v, f, text, 1, UINT64_MAX) == EIO);
    CHECK(v->append(v, f, "x", 1) == EBADF);
    CHECK(v->map(v, f, 11, &map) == 0 && map && memcmp(map, "hello world", 11) == 0);
    v->unmap(v, map, 11);
    v->unmap(v, NULL, 0);
    CHECK(v->map(v, f, 12, &map) == EIO && map == NULL);
    CHECK(v->close(v, f) == 0 && v->close(v, NULL) == 0);
    scratch_remove(dir);
}

static void appends_much_at_once(void)
{
    quern_vfs *v = quern_vfs_posix();
    quern_vfile *f = NULL;
    quern_vstat st;
    size_t len = 9000000;
    char *data = malloc(len), *back = malloc(len);
    scratch_make(dir);
    for (size_t i = 0; i < len; i++) {
        data[i] = (char)(i * 2654435761u >> 13);
    }
    CHECK(v->create(v, at("big"), &f) == 0 && v->append(v, f, data, len) == 0);
    CHECK(v->read_at(v, f, back, len, 0) == 0 && memcmp(data, back, len) == 0);
    CHECK(v->stat(v, f, &st) == 0 && st.size == len);
    v->close(v, f);
    free(data);
    free(back);
    scratch_remove(dir);
}

/* A file is as long as the limit allows, then an error comes: a short write was taken up. */
static void goes_on_after_a_short_write(void)
{
    scratch_make(dir);
    pid_t pid = fork();
    if (pid == 0) {
        quern_vfs *v = quern_vfs_posix();
        quern_vfile *f = NULL;
        quern_vstat st;
        static char data[100000];
        struct rlimit limit = {65536 + 100, 65536 + 100};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        int good = v->create(v, at("limited"), &f) == 0 &&
                   v->append(v, f, data, sizeof data) == EFBIG && v->stat(v, f, &st) == 0 &&
                   st.size == 65536 + 100;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    scratch_remove(dir);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal_number)
{
    (void)signal_number;
    alarms++;
}

/* A pipe stands in for a slow file: its reader sleeps, signals come, the write goes on. */
static void *read_slowly(void *payload)
{
    int fd = open(payload, O_RDONLY);
    size_t *total = calloc(1, sizeof *total);
    char data[4096];
    ssize_t n;
    while ((n = read(fd, data, sizeof data)) != 0) {
        if (n > 0) {
            *total += (size_t)n;
            usleep(200);
        }
    }
    close(fd);
    return total;
}

static void goes_on_after_a_signal(void)
{
    quern_vfs *v = quern_vfs_posix();
    quern_vfile *f = NULL;
    pthread_t thread;
    void *total = NULL;
    size_t len = 1000000;
    char *data = calloc(1, len);
    struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
    struct itimerval every = {{0, 3000}, {0, 3000}}, off = {{0, 0}, {0, 0}};
    scratch_make(dir);
    CHECK(mkfifo(at("pipe"), 0600) == 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    CHECK(pthread_create(&thread, NULL, read_slowly, (void *)(uintptr_t)at("pipe")) == 0);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    CHECK(v->open_lock(v, at("pipe"), &f) == 0); /* the one call that opens without O_EXCL */
    CHECK(v->append(v, f, data, len) == 0);
    setitimer(ITIMER_REAL, &off, NULL);
    v->close(v, f);
    pthread_join(thread, &total);
    CHECK(total && *(size_t *)total == len);
    CHECK(alarms > 3);
    free(total);
    free(data);
    scratch_remove(dir);
}

static void descriptors_are_above_two(void)
{
    scratch_make(dir);
    pid_t pid = fork();
    if (pid == 0) {
        quern_vfs *v = quern_vfs_posix();
        quern_vfile *a = NULL, *b = NULL, *c = NULL;
        struct stat st;
        for (int fd = 0; fd < 1024; fd++) { /* those of a test runner, too */
            close(fd);
        }
        int good = v->create(v, at("a"), &a) == 0 && v->open(v, at("a"), &b) == 0 &&
                   v->open_lock(v, at("LOCK"), &c) == 0 && v->sync_dir(v, dir) == 0;
        for (int fd = 0; fd <= 2; fd++) {
            good &= fstat(fd, &st) == -1 && errno == EBADF;
        }
        for (int fd = 3; fd < 6; fd++) {
            good &= (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
        }
        _exit(good ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    scratch_remove(dir);
}

static void modes_follow_the_umask(void)
{
    static const mode_t masks[] = {022, 077, 027, 0};
    quern_vfs *v = quern_vfs_posix();
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        struct stat st;
        quern_vfile *f = NULL;
        scratch_make(dir);
        mode_t before = umask(masks[i]);
        CHECK(v->create(v, at("a"), &f) == 0 && stat(at("a"), &st) == 0);
        CHECK((st.st_mode & 0777) == (0666 & ~masks[i]));
        v->close(v, f);
        CHECK(v->open_lock(v, at("LOCK"), &f) == 0 && stat(at("LOCK"), &st) == 0);
        CHECK((st.st_mode & 0777) == (0666 & ~masks[i]));
        v->close(v, f);
        CHECK(v->mkdir(v, at("d")) == 0 && stat(at("d"), &st) == 0);
        CHECK((st.st_mode & 0777) == (0777 & ~masks[i]));
        umask(before);
        scratch_remove(dir);
    }
}

static void locks_exclude(void)
{
    quern_vfs *v = quern_vfs_posix();
    quern_vfile *a = NULL, *b = NULL;
    scratch_make(dir);
    CHECK(v->open_lock(v, at("LOCK"), &a) == 0 && v->open_lock(v, at("LOCK"), &b) == 0);
    CHECK(v->lock(v, a, QUERN_LOCK_EXCLUSIVE) == 0);
    CHECK(v->lock(v, b, QUERN_LOCK_EXCLUSIVE) == EWOULDBLOCK);
    CHECK(v->lock(v, b, QUERN_LOCK_SHARED) == EWOULDBLOCK);
    CHECK(v->overwrite(v, a, "a long text", 11) == 0 && v->overwrite(v, a, "short", 5) == 0);
    v->close(v, a);
    size_t len = 0;
    char *text = scratch_read(dir, "LOCK", &len);
    CHECK(text && len == 5 && memcmp(text, "short", 5) == 0);
    free(text);
    CHECK(v->lock(v, b, QUERN_LOCK_SHARED) == 0);
    CHECK(v->open(v, at("LOCK"), &a) == 0 && v->lock(v, a, QUERN_LOCK_SHARED) == 0);
    CHECK(v->lock(v, a, QUERN_LOCK_EXCLUSIVE) == EWOULDBLOCK);
    v->close(v, b);
    CHECK(v->lock(v, a, QUERN_LOCK_EXCLUSIVE) == 0);
    v->close(v, a);
    scratch_remove(dir);
}

static void names_change(void)
{
    quern_vfs *v = quern_vfs_posix();
    quern_vfile *f = NULL;
    quern_vstat st, other;
    scratch_make(dir);
    scratch_write(dir, "a", "A", 1);
    scratch_write(dir, "b", "B", 1);
    CHECK(v->rename_new(v, at("a"), at("b")) == EEXIST);
    CHECK(v->rename_new(v, at("missing"), at("c")) == ENOENT);
    CHECK(v->rename_new(v, at("a"), at("c")) == 0);
    CHECK(v->stat_path(v, at("a"), &st) == ENOENT);
    CHECK(v->rename(v, at("c"), at("b")) == 0 && v->stat_path(v, at("c"), &st) == ENOENT);
    char *text = scratch_read(dir, "b", &(size_t){0});
    CHECK(text && text[0] == 'A');
    free(text);
    CHECK(v->mkdir(v, at("d")) == 0 && v->mkdir(v, at("d")) == EEXIST);
    CHECK(v->mkdir(v, at("e")) == 0);
    CHECK(v->rename(v, at("d"), at("e")) == 0); /* an empty directory is replaced */
    CHECK(v->mkdir(v, at("d")) == 0);
    scratch_write(dir, "e/full", "", 0);
    CHECK(v->rename(v, at("d"), at("e")) == ENOTEMPTY);
    CHECK(v->stat_path(v, at("d"), &st) == 0 && v->stat_path(v, at("e"), &other) == 0);
    CHECK(st.is_dir && st.device == other.device && st.inode != other.inode);
    CHECK(v->exchange(v, at("d"), at("e")) == 0);
    CHECK(v->stat_path(v, at("d/full"), &st) == 0 && v->stat_path(v, at("d"), &st) == 0);
    CHECK(st.inode == other.inode);
    CHECK(v->exchange(v, at("d"), at("missing")) == ENOENT);
    CHECK(v->rmdir(v, at("d")) == ENOTEMPTY && v->rmdir(v, at("e")) == 0);
    CHECK(v->open(v, at("b"), &f) == 0 && v->unlink(v, at("b")) == 0);
    CHECK(v->stat(v, f, &st) == 0 && st.n_links == 0);
    v->close(v, f);
    CHECK(v->unlink(v, at("b")) == ENOENT);
    scratch_remove(dir);
}

static int count_names(const char *name, void *payload)
{
    int *n = payload;
    CHECK(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    ++*n;
    return 0;
}

static int stop_at_b(const char *name, void *payload)
{
    (void)payload;
    return strcmp(name, "b") == 0 ? 77 : 0;
}

static void lists_and_syncs_directories(void)
{
    quern_vfs *v = quern_vfs_posix();
    int n = 0;
    scratch_make(dir);
    CHECK(v->list(v, dir, count_names, &n) == 0 && n == 0);
    scratch_write(dir, "a", "", 0);
    scratch_write(dir, "b", "", 0);
    scratch_write(dir, ".hidden", "", 0);
    CHECK(v->list(v, dir, count_names, &n) == 0 && n == 3);
    CHECK(v->list(v, dir, stop_at_b, NULL) == 77);
    CHECK(v->list(v, at("missing"), count_names, &n) == ENOENT);
    CHECK(v->list(v, at("a"), count_names, &n) == ENOTDIR);
    CHECK(v->sync_dir(v, dir) == 0);
    CHECK(v->sync_dir(v, at("missing")) == ENOENT);
    CHECK(v->sync_dir(v, at("a")) == ENOTDIR);
    scratch_remove(dir);
}

static size_t open_descriptors(void)
{
    size_t n = 0;
    for (int fd = 0; fd < 256; fd++) {
        n += fcntl(fd, F_GETFD) != -1;
    }
    return n;
}

static void leaks_no_descriptor(void)
{
    quern_vfs *v = quern_vfs_posix();
    size_t before = open_descriptors();
    writes_and_reads();
    names_change();
    lists_and_syncs_directories();
    quern_vfile *f = NULL;
    scratch_make(dir);
    for (int i = 0; i < 1000; i++) {
        CHECK(v->open_lock(v, at("LOCK"), &f) == 0 && v->close(v, f) == 0);
        CHECK(v->sync_dir(v, at("LOCK")) == ENOTDIR);
    }
    scratch_remove(dir);
    CHECK(open_descriptors() == before);
}

static CU_TestInfo tests[] = {
    {"writes and reads", writes_and_reads},
    {"appends much at once", appends_much_at_once},
    {"goes on after a short write", goes_on_after_a_short_write},
    {"goes on after a signal", goes_on_after_a_signal},
    {"descriptors are above two", descriptors_are_above_two},
    {"modes follow the umask", modes_follow_the_umask},
    {"locks exclude", locks_exclude},
    {"names change", names_change},
    {"lists and syncs directories", lists_and_syncs_directories},
    {"leaks no descriptor", leaks_no_descriptor},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("base/vfs_posix", tests)
