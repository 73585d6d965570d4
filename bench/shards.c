/* SPDX-License-Identifier: MIT */
/* shards - how long a reader takes for queries, and how many of them several clients get answered:
 * of an index, or of shards.
 *
 *     bench-shards QUERIES CLIENTS INDEX
 *     bench-shards QUERIES CLIENTS HOST:PORT,HOST:PORT,...
 *
 * QUERIES has one a line after a tab. Each client is a process with a reader of its own, which asks
 * all of them once to warm up and then again, each client beginning at another place. Prints, of
 * the second time: queries a second over all clients, and the mean, the median and the 99th
 * percentile of the time for one, in milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "quern/quern.h"

enum { MOST_SHARDS = 64 };

typedef struct queries {
    char **items;
    size_t n;
} queries;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-shards: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static queries read_queries(const char *path)
{
    queries out = {NULL, 0};
    char *line = NULL;
    size_t cap = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        die(path, "cannot be read");
    }
    while (getline(&line, &cap, file) > 0) {
        char *text = strchr(line, '\t') ? strchr(line, '\t') + 1 : line;
        text[strcspn(text, "\r\n")] = '\0';
        out.items = realloc(out.items, (out.n + 1) * sizeof *out.items);
        if (!out.items || !(out.items[out.n++] = strdup(text))) {
            die(path, "out of memory");
        }
    }
    free(line);
    fclose(file);
    return out;
}

static quern_reader *open_reader(char *place)
{
    quern_error err;
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    char *names[MOST_SHARDS];
    size_t n = 0;
    if (!strchr(place, ':')) {
        if (quern_index_open(place, NULL, &index, &err) ||
            quern_reader_open(index, &reader, &err)) {
            die(place, err.message);
        }
        quern_index_close(index);
        return reader;
    }
    quern_shards_options options = QUERN_SHARDS_OPTIONS_INIT;
    options.require_all = 1;
    options.time_limit_ms = 60000;
    for (char *p = place, *name; n < MOST_SHARDS && (name = strsep(&p, ",")) != NULL;) {
        names[n++] = name;
    }
    if (quern_shards_open((const char *const *)names, n, &options, &reader, &err)) {
        die(place, err.message);
    }
    return reader;
}

static void ask(quern_reader *reader, const char *text)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    if (quern_query_parse(reader, QUERN_STR(text), &query, &err) ||
        quern_search(reader, query, NULL, &hits, &err)) {
        die(text, err.message);
    }
    quern_hits_free(hits);
    quern_query_free(query);
}

/* Shared by the clients: times of all queries, and how many clients are warm. */
typedef struct board {
    volatile unsigned n_warm;
    volatile double from[256], to[256];
    double seconds[];
} board;

static void run_client(char *place, const queries *q, board *b, unsigned client, unsigned n_clients)
{
    quern_reader *reader = open_reader(place);
    double *seconds = b->seconds + client * q->n;
    for (size_t i = 0; i < q->n; i++) {
        ask(reader, q->items[i]);
    }
    __atomic_add_fetch(&b->n_warm, 1, __ATOMIC_SEQ_CST);
    while (b->n_warm < n_clients) {
        usleep(1000);
    }
    b->from[client] = now_s();
    for (size_t i = 0; i < q->n; i++) {
        double began = now_s();
        ask(reader, q->items[(i + client * q->n / n_clients) % q->n]);
        seconds[i] = now_s() - began;
    }
    b->to[client] = now_s();
    quern_reader_free(reader);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const board *b, double *seconds, size_t n, unsigned n_clients)
{
    double sum = 0;
    double from = b->from[0];
    double to = b->to[0];
    for (unsigned i = 1; i < n_clients; i++) {
        from = b->from[i] < from ? b->from[i] : from;
        to = b->to[i] > to ? b->to[i] : to;
    }
    qsort(seconds, n, sizeof *seconds, by_size);
    for (size_t i = 0; i < n; i++) {
        sum += seconds[i];
    }
    printf("%7.0f queries/s  mean %7.2f ms  median %7.2f ms  p99 %7.2f ms\n",
           (double)n / (to - from), sum / (double)n * 1e3, seconds[n / 2] * 1e3,
           seconds[n - 1 - n / 100] * 1e3);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bench-shards QUERIES CLIENTS INDEX|SHARDS\n");
        return 2;
    }
    int how = 0;
    int failed = 0;
    queries q = read_queries(argv[1]);
    unsigned n_clients = (unsigned)strtoul(argv[2], NULL, 10);
    if (q.n == 0 || n_clients == 0 || n_clients > 256) {
        die(argv[1], "1 to 256 clients and at least one query are wanted");
    }
    board *b = mmap(NULL, sizeof *b + q.n * n_clients * sizeof(double), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED) {
        die("mmap", "out of memory");
    }
    for (unsigned i = 0; i < n_clients; i++) {
        if (fork() == 0) {
            run_client(argv[3], &q, b, i, n_clients);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < n_clients; i++) {
        wait(&how);
        failed |= how;
        b->n_warm += how ? n_clients : 0; /* nobody waits for who is no more */
    }
    if (!failed) {
        report(b, b->seconds, q.n * n_clients, n_clients);
    }
    return failed != 0;
}
