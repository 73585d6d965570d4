/* SPDX-License-Identifier: MIT */
/* report - times become tables, raw figures and plots.
 *
 * Ratios are made query by query over the queries that both engines were timed on, and put
 * together by their geometric mean: a mean of times alone is the times of three long queries. The
 * best peer of a row is the one with the least mean among the engines other than quern that were
 * timed on all queries of the class (if none was, among all).
 */
#include "bench/run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOBODY SIZE_MAX

/* "quern", "quern-something": ours, and no peer. */
static int is_ours(const engine *e)
{
    return strncmp(e->name, "quern", 5) == 0;
}

static size_t best_peer(const run *r, size_t c, size_t m)
{
    size_t best = NOBODY;
    for (int need_all = 1; best == NOBODY && need_all >= 0; need_all--) {
        for (size_t i = 0; i < r->n_engines; i++) {
            const run_cell *cell = run_cell_of(r, i, c, m);
            if (cell->n == 0 || is_ours(&r->engines[i]) ||
                (need_all && cell->n < r->classes[c].n)) {
                continue;
            }
            if (best == NOBODY || cell->mean < run_cell_of(r, best, c, m)->mean) {
                best = i;
            }
        }
    }
    return best;
}

/* How a compares with b on the queries that both have: geometric mean of the ratios, ratio of the
 * means, ratio of the 99th percentiles. */
typedef struct comparison {
    double geometric, mean, p99;
} comparison;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double percentile99(const double *values, size_t n)
{
    double *sorted = bench_alloc(n, sizeof *sorted);
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    size_t at = (size_t)ceil(0.99 * (double)n);
    double out = sorted[at > 0 ? at - 1 : 0];
    free(sorted);
    return out;
}

static comparison compare(const run_cell *a, const run_cell *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    double logs = 0, sum_a = 0, sum_b = 0;
    for (size_t i = 0; i < n; i++) {
        logs += log(fmax(a->median[i], 1) / fmax(b->median[i], 1));
        sum_a += a->median[i];
        sum_b += b->median[i];
    }
    return (comparison){exp(logs / (double)n), sum_a / sum_b,
                        percentile99(a->median, n) / percentile99(b->median, n)};
}

/* ---- The table of times ---- */

static void print_cell(const run *r, size_t i, size_t c, size_t m, size_t best)
{
    const run_cell *cell = run_cell_of(r, i, c, m);
    if (cell->n == 0) {
        fprintf(r->out, " - |");
        return;
    }
    const char *mark = i == best ? "**" : "";
    fprintf(r->out, " %s%.0f / %.0f / %.0f%s", mark, cell->mean / 1e3, cell->p50 / 1e3,
            cell->p99 / 1e3, mark);
    if (best != NOBODY && i != best) {
        fprintf(r->out, " (%.2fx)", compare(cell, run_cell_of(r, best, c, m)).geometric);
    }
    if (cell->n < r->classes[c].n || cell->rounds < r->rounds) {
        fprintf(r->out, " [%zu x %u]", cell->n, cell->rounds);
    }
    fprintf(r->out, " |");
}

/* What there is to read the row against: ours in times of the best peer. */
static void print_ours(const run *r, size_t c, size_t m, size_t best)
{
    const run_cell *ours = NULL;
    for (size_t i = 0; i < r->n_engines && !ours; i++) {
        ours = is_ours(&r->engines[i]) ? run_cell_of(r, i, c, m) : NULL;
    }
    if (!ours || ours->n == 0 || best == NOBODY) {
        fprintf(r->out, " - |");
        return;
    }
    comparison ratio = compare(ours, run_cell_of(r, best, c, m));
    fprintf(r->out, " %.2f / %.2f |", ratio.mean, ratio.p99);
}

static void print_decode(const run *r, size_t c)
{
    for (size_t i = 0; i < r->n_engines; i++) {
        const run_cell *cell = run_cell_of(r, i, c, MODE_DECODE);
        if (is_ours(&r->engines[i]) && cell->n > 0) {
            fprintf(r->out, " %.0f |\n", cell->mean / 1e3);
            return;
        }
    }
    fprintf(r->out, " - |\n");
}

static void print_head(const run *r)
{
    fprintf(r->out, "| class, mode |");
    for (size_t i = 0; i < r->n_engines; i++) {
        fprintf(r->out, " %s |", r->engines[i].name);
    }
    fprintf(r->out, " quern / best peer, mean / p99 | decode alone |\n|---|");
    for (size_t i = 0; i < r->n_engines + 2; i++) {
        fprintf(r->out, "---|");
    }
    fputc('\n', r->out);
}

/* Geometric means over the rows of a mode of the ratios to the best peer. */
static void print_summary(const run *r)
{
    fprintf(r->out, "\n| geometric mean of the ratios above |");
    for (size_t i = 0; i < r->n_engines; i++) {
        fprintf(r->out, " %s |", r->engines[i].name);
    }
    fprintf(r->out, "\n|---|");
    for (size_t i = 0; i < r->n_engines; i++) {
        fprintf(r->out, "---|");
    }
    for (size_t m = 0; m < MODE_DECODE; m++) {
        if (!run_asks(r, m)) {
            continue;
        }
        fprintf(r->out, "\n| %s |", run_modes[m].name);
        for (size_t i = 0; i < r->n_engines; i++) {
            double logs = 0, rows = 0;
            for (size_t c = 0; c < r->n_classes; c++) {
                const run_cell *cell = run_cell_of(r, i, c, m);
                size_t best = best_peer(r, c, m);
                if (cell->n > 0 && best != NOBODY) {
                    logs += log(compare(cell, run_cell_of(r, best, c, m)).geometric);
                    rows++;
                }
            }
            if (rows > 0) {
                fprintf(r->out, " %.2fx of %.0f classes |", exp(logs / rows), rows);
            } else {
                fprintf(r->out, " - |");
            }
        }
    }
    fputc('\n', r->out);
}

/* Says once for each engine what it refused. */
static void print_refusals(const run *r)
{
    for (size_t i = 0; i < r->n_engines; i++) {
        const char *said = NULL;
        for (size_t c = 0; c < r->n_classes; c++) {
            for (size_t m = 0; m < MODE_DECODE; m++) {
                const char *why = run_cell_of(r, i, c, m)->refused;
                if (why && (!said || strcmp(said, why) != 0)) {
                    fprintf(r->out, "\n%s, %s: %s.\n", r->engines[i].name, r->classes[c].name, why);
                    said = why;
                }
            }
        }
    }
}

/* How restless the machine was: median of rounds over their minimum. */
static void print_noise(const run *r)
{
    fprintf(r->out, "\nMedian of rounds over minimum of rounds:");
    for (size_t i = 0; i < r->n_engines; i++) {
        double logs = 0, n = 0;
        for (size_t j = 0; j < r->n_classes * MODES; j++) {
            const run_cell *cell = run_cell_of(r, i, 0, j);
            for (size_t q = 0; q < cell->n; q++, n++) {
                double least = cell->times[q];
                for (size_t k = 1; k < cell->rounds; k++) {
                    least = fmin(least, cell->times[k * cell->n + q]);
                }
                logs += log(fmax(cell->median[q], 1) / fmax(least, 1));
            }
        }
        fprintf(r->out, "%s %s %.2f", i ? "," : "", r->engines[i].name, n > 0 ? exp(logs / n) : 0);
    }
    fprintf(r->out, ". Ticks stolen from the engines' core: %llu.\n", (unsigned long long)r->steal);
}

void report_times(const run *r, const char *state)
{
    fprintf(r->out,
            "\n## Search times, %s\n\nMicroseconds, taken inside each process: mean / p50 / p99 "
            "over queries of the median of %u rounds. In brackets the\ngeometric mean over "
            "queries of the engine's time divided by that of the best peer, which is in bold. "
            "`[n x r]`: only n\nqueries or r rounds fitted the budget of %.1f s. The last but one "
            "column is quern's mean and p99 divided by the best\npeer's. Decode alone: the mean "
            "time in which quern decodes every block of the query's lists and does nothing else."
            "\n\n",
            state, r->rounds, r->budget);
    print_head(r);
    for (size_t c = 0; c < r->n_classes; c++) {
        for (size_t m = 0; m < MODE_DECODE; m++) {
            if (!run_asks(r, m)) {
                continue;
            }
            size_t best = best_peer(r, c, m);
            fprintf(r->out, "| %s %s |", r->classes[c].name, run_modes[m].name);
            for (size_t i = 0; i < r->n_engines; i++) {
                print_cell(r, i, c, m, best);
            }
            print_ours(r, c, m, best);
            print_decode(r, c);
        }
    }
    print_summary(r);
    print_refusals(r);
    print_noise(r);
}

/* ---- Raw figures ---- */

static FILE *open_raw(const run *r, const char *kind, const char *state, const char *ending,
                      char **path)
{
    *path = bench_format("%s/%s-%s-%s.%s", r->work, kind, r->label, state, ending);
    FILE *out = fopen(*path, "we");
    if (!out) {
        bench_die("%s: %s", *path, strerror(errno));
    }
    return out;
}

void report_raw(const run *r, const char *state)
{
    char *path;
    FILE *out = open_raw(r, "times", state, "tsv", &path);
    fprintf(out, "engine\tclass\tmode\tquery\trounds\tmedian_ns\tmin_ns\twords\n");
    for (size_t i = 0; i < r->n_engines; i++) {
        for (size_t c = 0; c < r->n_classes; c++) {
            for (size_t m = 0; m < MODES; m++) {
                const run_cell *cell = run_cell_of(r, i, c, m);
                for (size_t q = 0; q < cell->n; q++) {
                    double least = cell->times[q];
                    for (size_t k = 1; k < cell->rounds; k++) {
                        least = fmin(least, cell->times[k * cell->n + q]);
                    }
                    fprintf(out, "%s\t%s\t%s\t%zu\t%u\t%.0f\t%.0f\t%s\n", r->engines[i].name,
                            r->classes[c].name, run_modes[m].name, q, cell->rounds, cell->median[q],
                            least, r->queries[r->classes[c].first + q].words);
                }
            }
        }
    }
    fclose(out);
    fprintf(r->out, "\nRaw figures: `%s` in the build folder.\n", strrchr(path, '/') + 1);
    free(path);
}

/* ---- Plots ---- */

/* One plot: mean times of a mode, classes side by side, a bar for each engine. */
static void plot(const run *r, const char *state, const char *folder, size_t m)
{
    char *data, *script;
    char *kind = bench_format("plot%zu", m);
    FILE *out = open_raw(r, kind, state, "dat", &data);
    fprintf(out, "class");
    for (size_t i = 0; i < r->n_engines; i++) {
        fprintf(out, "\t%s", r->engines[i].name);
    }
    for (size_t c = 0; c < r->n_classes; c++) {
        fprintf(out, "\n%s", r->classes[c].name);
        for (size_t i = 0; i < r->n_engines; i++) {
            const run_cell *cell = run_cell_of(r, i, c, m);
            fprintf(out, cell->n ? "\t%.3f" : "\t-", cell->mean / 1e3);
        }
    }
    fputc('\n', out);
    fclose(out);
    out = open_raw(r, kind, state, "gp", &script);
    char *svg = bench_format("%s/%s-%s-%zu.svg", folder, r->label, state, m);
    fprintf(out,
            "set terminal svg size 1100,420 font 'sans,11'\nset output '%s'\n"
            "set title '%s, %s: mean microseconds'\nset datafile separator tab\n"
            "set datafile missing '-'\nset style data histogram\nset style fill solid\n"
            "set logscale y\nset yrange [1:*]\nset grid y\nset key outside\n"
            "set xtics rotate by -30\nplot for [i=2:%zu] '%s' using i:xtic(1) title "
            "columnheader(i)\n",
            svg, r->label, run_modes[m].name, r->n_engines + 1, data);
    fclose(out);
    char *command = bench_format("gnuplot '%s' 2>&1", script);
    if (system(command) == 0) {
        fprintf(r->out, "\n![%s](plots/%s-%s-%zu.svg)\n", run_modes[m].name, r->label, state, m);
    }
    free(command);
    free(svg);
    free(kind);
    free(data);
    free(script);
}

/* Beside the results, in a folder "plots". */
void report_plots(const run *r, const char *state)
{
    if (!r->results || system("command -v gnuplot >/dev/null 2>&1") != 0) {
        fprintf(r->out, "\nNo plots: %s.\n", r->results ? "gnuplot is not installed" : "no --out");
        return;
    }
    const char *slash = strrchr(r->results, '/');
    char *folder = slash ? bench_format("%.*s/plots", (int)(slash - r->results), r->results)
                         : bench_format("plots");
    mkdir(folder, 0777);
    for (size_t m = 0; m < MODE_DECODE; m++) {
        if (run_asks(r, m)) {
            plot(r, state, folder, m);
        }
    }
    free(folder);
}
