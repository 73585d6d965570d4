/* SPDX-License-Identifier: MIT */
/* measure - the same queries to every engine, round after round.
 *
 * For each class and mode: one pass that is not timed, then rounds in which every engine answers
 * all queries of the class once, one engine after the other. The engine that begins changes with
 * the round, so that nobody always runs on the same leavings. A query's time is the median of its
 * rounds; the figures of a cell are the mean, the median and the 99th percentile of these medians.
 *
 * An engine that is too slow is not dropped. In the untimed pass it answers queries until its share
 * of the budget is spent, at least three; those it reached are its sample (the queries of a class
 * stand in random order), and if the sample is still too dear it gets fewer rounds, at least two.
 * The tables say so.
 *
 * JVM engines first answer everything in turn for as long as asked, so that their compiler is done.
 */
#include "bench/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_QUERIES = 3, MIN_ROUNDS = 2 };

const run_mode run_modes[MODES] = {
    {"top 10", "TOP", 10},
    {"top 100", "TOP", 100},
    {"top 1000", "TOP", 1000},
    {"count", "COUNT", 1},
    {"top 100 + count", "TOPCOUNT", 100},
    {"decode alone", "DECODE", 1},
};

/* Nanoseconds, or a negative number where there is no answer; *refused (may be NULL) says why. */
static double ask(engine *e, const run_query *query, const run_mode *mode, char **refused)
{
    char *request = bench_format("%s %s %u %s", query->type, mode->request, mode->k, query->words);
    const char *line = engine_ask(e, request);
    double out = -1;
    if (line && line[0] != '!') {
        out = strtod(line, NULL);
    } else if (refused && !*refused) {
        const char *why = line ? line + 2 : e->death ? e->death : "it is not running";
        *refused = bench_copy(why, strlen(why));
    }
    free(request);
    return out;
}

/* ---- Warming ---- */

static void warm_jvm(const run *r, engine *e)
{
    uint64_t end = bench_now() + (uint64_t)(r->warm_seconds * 1e9);
    for (size_t i = 0; bench_now() < end; i++) {
        for (size_t c = 0; c < r->n_classes && bench_now() < end; c++) {
            const run_class *class_ = &r->classes[c];
            for (size_t m = 0; m < MODE_DECODE; m++) {
                ask(e, &r->queries[class_->first + i % class_->n], &run_modes[m], NULL);
            }
        }
    }
}

/* The pass that is not timed: it finds how many queries the budget allows. */
static void warm_cell(const run *r, engine *e, const run_class *c, const run_mode *mode,
                      run_cell *cell)
{
    double spent = 0, share = r->budget * 1e9 / (r->rounds + 1);
    for (size_t i = 0; i < c->n && (i < MIN_QUERIES || spent < share); i++) {
        double ns = ask(e, &r->queries[c->first + i], mode, &cell->refused);
        if (ns < 0) {
            cell->n = 0;
            return;
        }
        spent += ns;
        cell->n = i + 1;
    }
    cell->times = bench_alloc((size_t)r->rounds * cell->n, sizeof *cell->times);
}

/* ---- Rounds ---- */

static void time_cell(const run *r, engine *e, const run_class *c, const run_mode *mode,
                      run_cell *cell)
{
    double *times = cell->times + (size_t)cell->rounds * cell->n;
    for (size_t i = 0; i < cell->n; i++) {
        times[i] = ask(e, &r->queries[c->first + i], mode, &cell->refused);
        if (times[i] < 0) {
            cell->n = 0;
            return;
        }
    }
    cell->rounds++;
}

/* What a cell has cost so far, in seconds. */
static double cost(const run_cell *cell)
{
    double sum = 0;
    for (size_t i = 0; i < cell->n * cell->rounds; i++) {
        sum += cell->times[i];
    }
    return sum / 1e9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double middle(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void summarise(run_cell *cell)
{
    if (cell->n == 0) {
        return;
    }
    double *rounds = bench_alloc(cell->rounds, sizeof *rounds);
    double *sorted = bench_alloc(cell->n, sizeof *sorted);
    cell->median = bench_alloc(cell->n, sizeof *cell->median);
    for (size_t i = 0; i < cell->n; i++) {
        for (size_t k = 0; k < cell->rounds; k++) {
            rounds[k] = cell->times[k * cell->n + i];
        }
        cell->median[i] = sorted[i] = middle(rounds, cell->rounds);
        cell->mean += sorted[i] / (double)cell->n;
    }
    cell->p50 = middle(sorted, cell->n);
    size_t at = (size_t)ceil(0.99 * (double)cell->n);
    cell->p99 = sorted[at > 0 ? at - 1 : 0];
    free(rounds);
    free(sorted);
}

static void measure_mode(run *r, size_t class_, size_t m)
{
    const run_class *c = &r->classes[class_];
    for (size_t i = 0; i < r->n_engines; i++) {
        warm_cell(r, &r->engines[i], c, &run_modes[m], run_cell_of(r, i, class_, m));
    }
    for (unsigned round = 0; round < r->rounds; round++) {
        for (size_t j = 0; j < r->n_engines; j++) {
            size_t i = (j + round) % r->n_engines;
            run_cell *cell = run_cell_of(r, i, class_, m);
            if (cell->n > 0 && (round < MIN_ROUNDS || cost(cell) < r->budget)) {
                time_cell(r, &r->engines[i], c, &run_modes[m], cell);
            }
        }
    }
    for (size_t i = 0; i < r->n_engines; i++) {
        summarise(run_cell_of(r, i, class_, m));
    }
}

/* Ticks that the host took from the engines' core since it started. */
static uint64_t steal_ticks(void)
{
    unsigned long long steal = 0;
    char *line = NULL, *name = bench_format("cpu%d ", ENGINE_CPU);
    size_t cap = 0;
    FILE *file = fopen("/proc/stat", "re");
    while (file && getline(&line, &cap, file) >= 0) {
        if (strncmp(line, name, strlen(name)) == 0) {
            sscanf(line + strlen(name), "%*u %*u %*u %*u %*u %*u %*u %llu", &steal);
        }
    }
    if (file) {
        fclose(file);
    }
    free(line);
    free(name);
    return steal;
}

void measure(run *r)
{
    uint64_t steal = steal_ticks();
    r->cells = bench_alloc(r->n_engines * r->n_classes * MODES, sizeof *r->cells);
    for (size_t i = 0; i < r->n_engines; i++) {
        engine_ask(&r->engines[i], "IDS 0");
        if (r->engines[i].is_jvm) {
            fprintf(stderr, "warming %s for %.0f s\n", r->engines[i].name, r->warm_seconds);
            warm_jvm(r, &r->engines[i]);
        }
    }
    for (size_t c = 0; c < r->n_classes; c++) {
        fprintf(stderr, "times: %s\n", r->classes[c].name);
        for (size_t m = 0; m < MODES; m++) {
            if (run_asks(r, m)) {
                measure_mode(r, c, m);
            }
        }
    }
    r->steal = steal_ticks() - steal;
}
