/* SPDX-License-Identifier: MIT */
/* eval-measure - measures a run by judgements.
 *
 *     eval-measure [-q] [--sum] QRELS RUN
 *
 * Prints MEASURE, query and value, separated by tabs: for each query with -q, then for all of them,
 * where the query is "all". A mean is over all queries that have judgements, those of which the run
 * says nothing counting 0 (trec_eval -c). Where the run has several lines for an article, passages
 * of it, the best one stands for it, or with --sum their sum.
 */
#include <getopt.h>
#include <stdio.h>

#include "eval/trec_files.h"

#include <string.h>

typedef struct settings {
    int each; /* 1: each query */
    eval_fold fold;
    const char *qrels, *run;
} settings;

static void print(const char *query, const eval_measures *m)
{
    for (int i = 0; i < EVAL_N_MEASURES; i++) {
        printf("%s\t%s\t%.4f\n", eval_measure_name(i), query, m->value[i]);
    }
}

static int measure_all(const settings *s, const eval_judgements *judgements, eval_run *run)
{
    eval_measures all = {{0}}, one;
    size_t n_queries = 0, n, at = 0;
    for (size_t i = 0; i < judgements->n; i += n, n_queries++) {
        const eval_judged *judged = judgements->items + i;
        for (n = 1; i + n < judgements->n && !strcmp(judged[n].query, judged->query);) {
            n++;
        }
        while (at < run->n && strcmp(run->items[at].query, judged->query) < 0) {
            at++;
        }
        size_t first = at;
        while (at < run->n && !strcmp(run->items[at].query, judged->query)) {
            at++;
        }
        eval_ranked *ranked = run->items + first;
        eval_measure(judged, n, ranked, eval_rank(ranked, at - first, s->fold), &one);
        for (int k = 0; k < EVAL_N_MEASURES; k++) {
            all.value[k] += one.value[k];
        }
        if (s->each) {
            print(judged->query, &one);
        }
    }
    if (n_queries == 0) {
        fprintf(stderr, "%s: no judgements\n", s->qrels);
        return 1;
    }
    for (int k = 0; k < EVAL_N_MEASURES; k++) {
        all.value[k] /= (double)n_queries;
    }
    print("all", &all);
    return 0;
}

static int read_command_line(settings *s, int argc, char **argv)
{
    static const struct option rows[] = {{"sum", no_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
    int what;
    while ((what = getopt_long(argc, argv, "q", rows, NULL)) != -1) {
        if (what == 'q') {
            s->each = 1;
        } else if (what == 's') {
            s->fold = EVAL_FOLD_SUM;
        } else {
            return -1;
        }
    }
    if (argc - optind != 2) {
        return -1;
    }
    s->qrels = argv[optind];
    s->run = argv[optind + 1];
    return 0;
}

int main(int argc, char **argv)
{
    settings s = {.fold = EVAL_FOLD_BEST};
    eval_judgements judgements = {0};
    eval_run run = {0};
    if (read_command_line(&s, argc, argv)) {
        fputs("usage: eval-measure [-q] [--sum] QRELS RUN\n", stderr);
        return 2;
    }
    int failed = eval_judgements_read(s.qrels, &judgements) || eval_run_read(s.run, &run) ||
                 measure_all(&s, &judgements, &run);
    eval_judgements_drop(&judgements);
    eval_run_drop(&run);
    return failed;
}
