/* SPDX-License-Identifier: MIT */
/* touch - what it costs that every page of a segment is tested when it is first touched.
 *
 * Two builds of quern's driver open one index afresh for each query: the usual one, and one that
 * tests no page. What the query then takes has all its pages' tests in it; that it also has their
 * page faults is true of both. Cold, the index's files are put out of the page cache before, so the
 * same pages are also read from the disk; nobody has them mapped then, as mapped pages stay. Asked
 * again, a query has pages that are known.
 */
#include "bench/run.h"

#include <stdlib.h>
#include <string.h>

enum { STATES = 3, PER_CLASS = 4, ROUNDS = 3, DRIVERS = 2 };

/* How the index is when a query is asked. */
typedef enum state { FRESH, COLD, KNOWN } state;

/* Nanoseconds of a query's ten best. */
static uint64_t ask(engine *e, const run_query *query)
{
    char *request = bench_format("%s TOP 10 %s", query->type, query->words);
    const char *answer = engine_ask(e, request);
    uint64_t ns = answer && answer[0] != '!' ? strtoull(answer, NULL, 10) : 0;
    free(request);
    if (ns == 0) {
        bench_die("%s: no answer to a query that is asked of a fresh index", e->name);
    }
    return ns;
}

static void must(engine *e, const char *request)
{
    const char *answer = engine_ask(e, request);
    if (!answer || strcmp(answer, "ok") != 0) {
        bench_die("%s: %s: %s", e->name, request, answer ? answer : e->death);
    }
}

/* Adds what the query takes in each state to sums[STATES]. The engine is closed, before and after.
 */
static void add_query(engine *e, const char *dir, const run_query *query, double *sums)
{
    must(e, "OPEN");
    ask(e, query); /* so that all it needs is in the page cache */
    sums[KNOWN] += (double)ask(e, query);
    must(e, "CLOSE");
    must(e, "OPEN");
    sums[FRESH] += (double)ask(e, query);
    must(e, "CLOSE");
    bench_evict_tree(dir);
    must(e, "OPEN");
    sums[COLD] += (double)ask(e, query);
    must(e, "CLOSE");
}

static void print_row(const run *r, const char *name, const double *tested, const double *untested,
                      double n)
{
    fprintf(r->out, "| %s | %.0f | %.0f | %.2f | %.0f | %.0f | %.2f | %.0f | %.0f |\n", name,
            tested[FRESH] / n, untested[FRESH] / n, tested[FRESH] / untested[FRESH],
            tested[COLD] / n, untested[COLD] / n, tested[COLD] / untested[COLD], tested[KNOWN] / n,
            untested[KNOWN] / n);
}

static void time_class(const run *r, engine *both, const char *dir, const run_class *class)
{
    double sums[DRIVERS][STATES] = {{0}};
    size_t n = class->n < PER_CLASS ? class->n : PER_CLASS;
    for (size_t q = 0; q < n; q++) {
        for (unsigned round = 0; round < ROUNDS; round++) {
            for (unsigned b = 0; b < DRIVERS; b++) {
                add_query(&both[b], dir, &r->queries[class->first + q], sums[b]);
            }
        }
    }
    print_row(r, class->name, sums[0], sums[1], 1e3 * ROUNDS * (double)n);
}

void touch(const run *r)
{
    const engine *quern = NULL;
    for (size_t i = 0; i < r->n_engines; i++) {
        if (strcmp(r->engines[i].name, "quern") == 0 && r->built[i][0].is_valid) {
            quern = &r->engines[i];
        }
    }
    if (!quern || !r->untested) {
        return;
    }
    char *dir = bench_format("%s/quern-one", r->work);
    char *commands[DRIVERS][5] = {{quern->command[0]},
                                  {bench_copy(r->untested, strlen(r->untested))}};
    engine both[DRIVERS] = {{.command = commands[0], .n_command = 1},
                            {.command = commands[1], .n_command = 1}};
    fprintf(r->out,
            "\n## The first touch of a page\n\nEvery page of an index is tested against its "
            "checksum when it is first touched. Microseconds of the ten best of %d queries of each "
            "class, mean of %d rounds, on an index that was opened for the query alone, with these "
            "tests and without: its files in the page cache, on disk only, and asked again.\n\n"
            "| class | fresh, tested | untested | ratio | cold, tested | untested | ratio | again, "
            "tested | untested |\n|---|---|---|---|---|---|---|---|---|\n",
            PER_CLASS, ROUNDS);
    for (unsigned b = 0; b < DRIVERS; b++) {
        both[b].name = bench_copy("quern", strlen("quern"));
        engine_start(&both[b], dir, ENGINE_CPU);
        must(&both[b], "IDS 0");
        must(&both[b], "CLOSE");
    }
    for (size_t c = 0; c < r->n_classes; c++) {
        fprintf(stderr, "first touch: %s\n", r->classes[c].name);
        time_class(r, both, dir, &r->classes[c]);
    }
    for (unsigned b = 0; b < DRIVERS; b++) {
        engine_stop(&both[b]);
        free(both[b].name);
        free(both[b].dir);
        free(both[b].line);
    }
    free(commands[1][0]);
    free(dir);
}
