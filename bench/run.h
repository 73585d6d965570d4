/* SPDX-License-Identifier: MIT */
/* run - what the parts of bench-run share: options, engines, queries, times.
 *
 *     run.c      options, and the order of everything
 *     engine.c   children
 *     oracle.c   exact answers from the corpus alone
 *     agree.c    the engines against the oracle and one another
 *     measure.c  rounds
 *     report.c   tables of times, raw figures, plots
 *     tables.c   tables of builds, limits, machine
 *     shell.c    whole processes: their time, and with own_memory.c their memory
 *     touch.c    pages that are touched for the first time
 */
#ifndef QUERN_BENCH_RUN_H
#define QUERN_BENCH_RUN_H

#include "bench/engine.h"
#include "bench/tokens.h"

enum { MODES = 6, MODE_DECODE = 5, BUILDS = 4, CLIENT_CPU = 0, ENGINE_CPU = 1 };

typedef struct run_mode {
    const char *name;    /* in tables */
    const char *request; /* of the protocol */
    unsigned k;
} run_mode;

extern const run_mode run_modes[MODES];

typedef struct run_query {
    char *type, *words;
} run_query;

typedef struct run_class {
    char *name;
    size_t first, n; /* of the queries */
} run_class;

/* The times of one engine, class and mode. */
typedef struct run_cell {
    size_t n;              /* queries that were timed: the first n of the class */
    unsigned rounds;       /* each of them so often */
    double *times;         /* nanoseconds, [round * n of the class + query] */
    double *median;        /* of the rounds, n */
    double mean, p50, p99; /* of the medians, nanoseconds */
    char *refused;         /* why there are none, or NULL */
} run_cell;

typedef struct run {
    /* options */
    const char *corpus, *queries_path, *work, *label, *only, *results, *limits, *search, *notes,
        *untested;
    unsigned rounds;
    double budget;       /* seconds for one engine, class and mode */
    double warm_seconds; /* of a JVM, before anything is timed */
    size_t samples;      /* queries a class that are checked */
    int reuse;           /* indexes that are there are taken as they are */
    int with_states;     /* also the states "as built" and "a twentieth removed" */
    /* state */
    engine *engines;
    size_t n_engines, cap_engines;
    engine_built (*built)[BUILDS]; /* by engine: one thread, two, as built, some removed */
    run_query *queries;
    size_t n_queries, cap_queries;
    run_class *classes;
    size_t n_classes, cap_classes;
    unsigned asked;  /* a bit for each mode that is asked of the state at hand */
    run_cell *cells; /* [(engine * n_classes + class) * MODES + mode] */
    uint64_t text_bytes;
    uint64_t steal; /* ticks taken from the engines' core while times were taken */
    double bits;    /* the entropy bound of the corpus */
    FILE *out;      /* Markdown; printed and written at the end */
} run;

static inline int run_asks(const run *r, size_t mode)
{
    return r->asked >> mode & 1;
}

static inline run_cell *run_cell_of(const run *r, size_t engine_, size_t class_, size_t mode)
{
    return &r->cells[(engine_ * r->n_classes + class_) * MODES + mode];
}

/* agree.c: asks for statistics, sampled counts and hits; writes the section. */
void agree(run *r, const tokens *corpus);
/* measure.c: fills the cells. */
void measure(run *r);
/* report.c */
void report_times(const run *r, const char *state);
void report_raw(const run *r, const char *state);
void report_plots(const run *r, const char *state);
/* tables.c */
void tables_machine(const run *r);
void tables_limits(const run *r);
void tables_builds(const run *r);
/* shell.c: times whole processes; the engines' indexes are there, none of them runs. */
void shell(const run *r);
/* own_memory.c: the most anonymous memory, in kB, that a process of a command line of sh had; 0:
 * it cannot be told here. */
uint64_t own_memory_kb(const char *line);
/* touch.c: times queries on an index that was just opened. */
void touch(const run *r);

#endif
