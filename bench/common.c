/* SPDX-License-Identifier: MIT */
/* common - see common.h. */
#include "bench/common.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void *bench_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p) {
        bench_die("no memory for %zu elements of %zu bytes", n, size);
    }
    return p;
}

void *bench_resize(void *p, size_t n, size_t size)
{
    void *q = reallocarray(p, n ? n : 1, size);
    if (!q) {
        bench_die("no memory for %zu elements of %zu bytes", n, size);
    }
    return q;
}

char *bench_copy(const char *bytes, size_t len)
{
    char *out = bench_alloc(len + 1, 1);
    memcpy(out, bytes, len);
    return out;
}

char *bench_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *out = NULL;
    int n = vasprintf(&out, format, args);
    va_end(args);
    if (n < 0) {
        bench_die("no memory");
    }
    return out;
}

void bench_room(void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return;
    }
    void *p;
    memcpy(&p, array, sizeof p);
    *cap = *cap ? *cap * 2 : 64;
    p = bench_resize(p, *cap, size);
    memcpy(array, &p, sizeof p);
}

bench_file bench_read(const char *path)
{
    bench_file out = {NULL, 0};
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        bench_die("%s: %s", path, strerror(errno));
    }
    out.data = bench_alloc((size_t)st.st_size + 1, 1);
    while (out.len < (size_t)st.st_size) {
        ssize_t got = read(fd, out.data + out.len, (size_t)st.st_size - out.len);
        if (got <= 0) {
            bench_die("%s: %s", path, got < 0 ? strerror(errno) : "it became shorter");
        }
        out.len += (size_t)got;
    }
    close(fd);
    return out;
}

uint64_t bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t bench_peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss;
}

/* nftw has no argument for the caller. */
static uint64_t tree_bytes;

static int add_bytes(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)path;
    (void)ftw;
    if (type == FTW_F) {
        tree_bytes += (uint64_t)st->st_size;
    }
    return 0;
}

uint64_t bench_tree_bytes(const char *path)
{
    tree_bytes = 0;
    nftw(path, add_bytes, 16, FTW_PHYS);
    return tree_bytes;
}

static int sync_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type != FTW_F && type != FTW_DP) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        bench_die("%s: %s", path, strerror(errno));
    }
    close(fd);
    return 0;
}

void bench_sync_tree(const char *path)
{
    nftw(path, sync_one, 16, FTW_PHYS | FTW_DEPTH);
}

static int evict_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)at;
    int fd = type == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fdatasync(fd); /* dirty pages would stay */
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    return 0;
}

void bench_evict_tree(const char *path)
{
    nftw(path, evict_one, 16, FTW_PHYS);
}

void bench_pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = cpu < 0 ? 0 : cpu; i < CPU_SETSIZE && (cpu < 0 || i == cpu); i++) {
        CPU_SET((size_t)i, &set);
    }
    (void)sched_setaffinity(0, sizeof set, &set);
}

uint64_t bench_next(bench_random *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

__extension__ typedef unsigned __int128 wide;

uint64_t bench_below(bench_random *r, uint64_t end)
{
    return (uint64_t)(((wide)bench_next(r) * end) >> 64);
}

size_t bench_split(char *line, char **words, size_t max)
{
    size_t n = 0;
    char *save = NULL;
    for (char *w = strtok_r(line, " \t\r\n", &save); w && n < max;
         w = strtok_r(NULL, " \t\r\n", &save)) {
        words[n++] = w;
    }
    return n;
}
