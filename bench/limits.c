/* SPDX-License-Identifier: MIT */
/* limits - what this machine can do at this moment, so that times can be read against it.
 *
 *     bench-limits CORPUS      prints lines "name<TAB>value<TAB>unit<TAB>what"
 *
 * Measured in the run that it stands beside, on the core that the engines run on, because shared
 * machines change by the hour. Each loop runs a few times, the best counts.
 *
 *     read       sum over 1 GiB: no engine reads a list faster
 *     copy       memcpy of 512 MiB
 *     scan       one pass over the corpus that only tells letters from blanks
 *     ids        the corpus cut into words, each looked up in a hash table: no index is built
 *                without so much
 *     sort       two passes of radix sort over records of 8 bytes, as an inversion needs
 *     miss       a chain of loads from random lines of 256 MiB: what an unforeseen look-up costs
 *     prefetched the same lines in an order known 16 ahead
 */
#include "bench/common.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3, LINE = 64 / sizeof(uint64_t) };

static volatile uint64_t keep; /* results go here, so that no loop is dropped */

static void print(const char *name, double value, const char *unit, const char *what)
{
    printf("%s\t%.2f\t%s\t%s\n", name, value, unit, what);
    fflush(stdout);
}

static double measure(void (*loop)(void *), void *payload)
{
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t start = bench_now();
        loop(payload);
        uint64_t took = bench_now() - start;
        best = took < best ? took : best;
    }
    return (double)best;
}

typedef struct memory {
    uint64_t *data;
    size_t n;
    uint32_t *order;
} memory;

static void read_all(void *payload)
{
    const memory *m = payload;
    uint64_t sum = 0;
    for (size_t i = 0; i < m->n; i++) {
        sum += m->data[i];
    }
    keep = sum;
}

static void copy_half(void *payload)
{
    memory *m = payload;
    memcpy(m->data, m->data + m->n / 2, m->n / 2 * sizeof *m->data);
    keep = m->data[m->n / 4];
}

static void radix(void *payload)
{
    memory *m = payload;
    size_t n = m->n / 16;
    uint64_t *from = m->data, *to = m->data + n;
    for (unsigned shift = 0; shift < 22; shift += 11) {
        size_t at[2048] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++) {
            at[(from[i] >> shift) & 2047]++;
        }
        for (size_t i = 0; i < 2048; i++) {
            size_t count = at[i];
            at[i] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++) {
            to[at[(from[i] >> shift) & 2047]++] = from[i];
        }
        uint64_t *held = from;
        from = to;
        to = held;
    }
    keep = from[n / 2];
}

static void miss(void *payload)
{
    const memory *m = payload;
    uint64_t at = 0;
    for (size_t i = 0; i < 1000000; i++) {
        at = m->data[at];
    }
    keep = at;
}

static void prefetched(void *payload)
{
    const memory *m = payload;
    uint64_t sum = 0;
    for (size_t i = 0; i + 16 < 1000000; i++) {
        __builtin_prefetch(&m->data[m->order[i + 16]]);
        sum += m->data[m->order[i]];
    }
    keep = sum;
}

/* Makes a single cycle through n lines in random order (Sattolo 1986). */
static void make_cycle(memory *m, size_t n_lines)
{
    bench_random random = {7};
    uint32_t *lines = bench_alloc(n_lines, sizeof *lines);
    for (size_t i = 0; i < n_lines; i++) {
        lines[i] = (uint32_t)i;
    }
    for (size_t i = n_lines - 1; i > 0; i--) {
        size_t j = (size_t)bench_below(&random, i);
        uint32_t held = lines[i];
        lines[i] = lines[j];
        lines[j] = held;
    }
    m->order = bench_alloc(n_lines, sizeof *m->order);
    for (size_t i = 0; i < n_lines; i++) {
        m->data[(size_t)lines[i] * LINE] = (uint64_t)lines[(i + 1) % n_lines] * LINE;
        m->order[i] = lines[i] * (uint32_t)LINE;
    }
    free(lines);
}

static void memory_limits(void)
{
    memory m = {NULL, (size_t)1 << 27, NULL};
    bench_random random = {1};
    m.data = bench_alloc(m.n, sizeof *m.data);
    for (size_t i = 0; i < m.n; i++) {
        m.data[i] = bench_next(&random);
    }
    double bytes = (double)m.n * sizeof *m.data;
    print("read", bytes / measure(read_all, &m), "GB/s", "sum over 1 GiB");
    print("sort", measure(radix, &m) / ((double)m.n / 16), "ns/record",
          "two passes of radix sort, 8-byte records");
    print("copy", bytes / 2 / measure(copy_half, &m), "GB/s", "memcpy of 512 MiB");
    make_cycle(&m, ((size_t)256 << 20) / 64);
    print("miss", measure(miss, &m) / 1e6, "ns", "a dependent load from 256 MiB");
    print("prefetched", measure(prefetched, &m) / 1e6, "ns", "a prefetched load from 256 MiB");
    free(m.order);
    free(m.data);
}

/* ---- Text ---- */

static void scan(void *payload)
{
    const bench_file *f = payload;
    uint64_t n = 0;
    for (size_t i = 0; i < f->len; i++) {
        n += (unsigned char)f->data[i] > ' ';
    }
    keep = n;
}

typedef struct table {
    const bench_file *file;
    uint64_t *keys;
    size_t mask;
} table;

/* Words are told apart by a hash of 64 bits alone: cheaper than any engine may be. */
static void ids(void *payload)
{
    table *t = payload;
    memset(t->keys, 0, (t->mask + 1) * sizeof *t->keys);
    uint64_t h = 0, found = 0;
    for (size_t i = 0; i < t->file->len; i++) {
        unsigned char c = (unsigned char)t->file->data[i];
        if (c > ' ') {
            h = (h + c) * 0x9e3779b97f4a7c15u;
            h ^= h >> 32;
            continue;
        }
        size_t at = (size_t)h & t->mask;
        while (t->keys[at] && t->keys[at] != h) {
            at = (at + 1) & t->mask;
        }
        found += t->keys[at] == h;
        t->keys[at] = h;
        h = 0;
    }
    keep = found;
}

static void text_limits(const char *path)
{
    bench_file file = bench_read(path);
    table t = {&file, NULL, ((size_t)1 << 23) - 1};
    t.keys = bench_alloc(t.mask + 1, sizeof *t.keys);
    print("scan", (double)file.len / measure(scan, &file), "GB/s", "letters from blanks");
    print("ids", (double)file.len * 1e3 / measure(ids, &t), "MB/s",
          "the corpus cut into words, each looked up by its hash");
    free(t.keys);
    free(file.data);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        bench_die("usage: bench-limits CORPUS");
    }
    memory_limits();
    text_limits(argv[1]);
    return 0;
}
