/* SPDX-License-Identifier: MIT */
/* common - what every program of the bench needs: files, time, seeded numbers, growing arrays.
 *
 * The bench is made of small programs that end themselves when something is wrong, with one line on
 * the standard error: nothing here returns a failure. Numbers come from one generator (SplitMix64,
 * Steele, Lea and Flood 2014), so that a seed gives the same queries on every machine. Time is the
 * monotonic clock in nanoseconds.
 */
#ifndef QUERN_BENCH_COMMON_H
#define QUERN_BENCH_COMMON_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Ends the program with "program: message" and exit code 1. */
void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

void *bench_alloc(size_t n, size_t size);           /* zeroed */
void *bench_resize(void *p, size_t n, size_t size); /* n elements of size bytes */
char *bench_copy(const char *bytes, size_t len);    /* with a NUL */
char *bench_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes room for one more element in *array (of `size` bytes each), which has n. */
void bench_room(void *array, size_t n, size_t *cap, size_t size);

typedef struct bench_file {
    char *data; /* with a NUL after it */
    size_t len;
} bench_file;

/* Reads a whole file, or ends the program. */
bench_file bench_read(const char *path);

uint64_t bench_now(void);                    /* nanoseconds */
uint64_t bench_peak_kb(void);                /* of this process */
uint64_t bench_tree_bytes(const char *path); /* lengths of all files under it */
void bench_sync_tree(const char *path);      /* fsync of all files and folders under it */
/* Files under it leave the page cache, but for pages that some process has mapped. */
void bench_evict_tree(const char *path);
/* This process and its children to come run on one CPU, or on all where it is -1. Without effect
 * where there is no such CPU. */
void bench_pin(int cpu);

typedef struct bench_random {
    uint64_t state;
} bench_random;

uint64_t bench_next(bench_random *r);
/* Below `end`, which is at least 1. */
uint64_t bench_below(bench_random *r, uint64_t end);

/* Splits a line at blanks, in place; returns the number of words, at most `max`. */
size_t bench_split(char *line, char **words, size_t max);

#endif
