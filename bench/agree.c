/* SPDX-License-Identifier: MIT */
/* agree - do the engines answer the same question? Asked before anything is timed.
 *
 * Counts of passages, words and terms, and the df of sampled words, must be equal in all engines
 * and equal to the corpus. Then sampled queries of every class are answered by the oracle:
 *
 *     wrong counts     COUNT and TOPCOUNT against the number of passages that match
 *     malformed        hits that do not match, come twice, or are fewer than k and than the matches
 *     score error      largest relative difference to the engine's own formula in float64
 *     recall, own      share of the k best that reach the k-th best score by the engine's own
 *                      formula: 1 unless the engine, or this bench, is wrong
 *     recall, exact    the same by BM25 with unrounded lengths and one idf for all
 */
#include "bench/oracle.h"
#include "bench/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DF_SAMPLES = 200, KS = 3 };

typedef struct verdict {
    uint64_t docs, tokens, terms, bytes;
    unsigned wrong_dfs, wrong_counts, counts, malformed;
    double worst_score;
    double lowest_own, lowest_exact, sum_exact;
    unsigned lists;
    char lowest_at[64], exact_at[64];
    char *refused;
} verdict;

/* ---- One list of hits ---- */

typedef struct hit {
    uint32_t id;
    double score;
} hit;

typedef struct question {
    run *r;
    oracle *o;
    double *own, *exact; /* scores of what matches, in order of passages */
    double *scratch;
    hit *hits;
    size_t cap_hits;
} question;

static int64_t place_of(const oracle *o, uint32_t passage)
{
    size_t low = 0, high = o->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (o->passages[mid] < passage) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < o->n && o->passages[low] == passage ? (int64_t)low : -1;
}

static int by_id(const void *a, const void *b)
{
    const hit *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* "ns count n id:score ..." becomes q->hits; returns n. */
static size_t read_hits(question *q, char *line, int64_t *count)
{
    char *at = line;
    strtoull(at, &at, 10);
    *count = strtoll(at, &at, 10);
    size_t n = strtoull(at, &at, 10);
    while (!q->hits || q->cap_hits < n + 1) {
        bench_room(&q->hits, q->cap_hits, &q->cap_hits, sizeof *q->hits);
    }
    for (size_t i = 0; i < n; i++) {
        q->hits[i].id = (uint32_t)strtoul(at, &at, 10);
        q->hits[i].score = *at == ':' ? strtod(at + 1, &at) : 0;
    }
    return n;
}

/* The share of the hits that reach the k-th best of all scores. */
static double recall(const question *q, const double *scores, size_t n, size_t k, double slack)
{
    size_t want = q->o->n < k ? q->o->n : k;
    if (want == 0) {
        return 1;
    }
    memcpy(q->scratch, scores, q->o->n * sizeof *scores);
    double bar = oracle_kth(q->scratch, q->o->n, want);
    bar -= fabs(bar) * slack + slack / 2;
    size_t good = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t at = place_of(q->o, q->hits[i].id);
        good += at >= 0 && scores[at] >= bar;
    }
    return good < want ? (double)good / (double)want : 1;
}

static void judge_hits(const question *q, verdict *v, size_t n, size_t k, const char *where,
                       double slack)
{
    qsort(q->hits, n, sizeof *q->hits, by_id);
    v->malformed += n != (q->o->n < k ? q->o->n : k);
    for (size_t i = 0; i < n; i++) {
        int64_t at = place_of(q->o, q->hits[i].id);
        if (at < 0 || (i > 0 && q->hits[i].id == q->hits[i - 1].id)) {
            v->malformed++;
            continue;
        }
        double error = fabs(q->hits[i].score - q->own[at]) / (fabs(q->own[at]) + 1e-12);
        v->worst_score = error > v->worst_score ? error : v->worst_score;
    }
    double own = recall(q, q->own, n, k, slack);
    double exact = recall(q, q->exact, n, k, 1e-9);
    v->lists++;
    v->sum_exact += exact;
    if (own < v->lowest_own) {
        v->lowest_own = own;
        snprintf(v->lowest_at, sizeof v->lowest_at, "%s", where);
    }
    if (exact < v->lowest_exact) {
        v->lowest_exact = exact;
        snprintf(v->exact_at, sizeof v->exact_at, "%s", where);
    }
}

/* ---- One query ---- */

static char *ask(engine *e, const run_query *query, const char *mode, unsigned k)
{
    char *request = bench_format("%s %s %u %s", query->type, mode, k, query->words);
    char *line = engine_ask(e, request);
    free(request);
    return line;
}

/* Asks for the k best; 0 where the engine refuses or is dead. */
static int judge_list(question *q, engine *e, const run_query *query, const run_mode *mode,
                      const char *class_name, const oracle_formula *f, verdict *v)
{
    char *line = ask(e, query, mode->request, mode->k);
    if (!line || line[0] == '!') {
        if (line && !v->refused) {
            v->refused = bench_format("%s: %s", class_name, line + 2);
        }
        return 0;
    }
    int64_t count;
    char *where = bench_format("%s k=%u", class_name, mode->k);
    size_t n = read_hits(q, line, &count);
    if (strcmp(mode->request, "TOP") == 0) {
        judge_hits(q, v, n, mode->k, where, f->slack);
    } else {
        v->counts++;
        v->wrong_counts += count != (int64_t)q->o->n;
    }
    free(where);
    return 1;
}

static void judge_query(question *q, const run_class *c, const run_query *query, verdict *verdicts)
{
    oracle_run(q->o, query->type, query->words);
    size_t n = q->o->n + 1;
    q->own = bench_resize(q->own, n, sizeof *q->own);
    q->exact = bench_resize(q->exact, n, sizeof *q->exact);
    q->scratch = bench_resize(q->scratch, n, sizeof *q->scratch);
    for (size_t i = 0; i < q->r->n_engines; i++) {
        engine *e = &q->r->engines[i];
        oracle_formula f = oracle_formula_of(e->name), exact = f;
        exact.idf = IDF_LUCENE;
        exact.rounds_len = 0;
        oracle_score(q->o, &f, q->own);
        oracle_score(q->o, &exact, q->exact);
        for (size_t m = 0; m < MODE_DECODE; m++) {
            if (!judge_list(q, e, query, &run_modes[m], c->name, &f, &verdicts[i])) {
                break;
            }
        }
    }
}

/* ---- Statistics ---- */

static void check_dfs(engine *e, const tokens *corpus, verdict *v)
{
    bench_random random = {3};
    for (unsigned i = 0; i < DF_SAMPLES; i++) {
        /* By occurrence, so that frequent words are among them. */
        uint32_t id = i % 2 ? corpus->ids[bench_below(&random, corpus->n_ids)]
                            : (uint32_t)bench_below(&random, corpus->n_words);
        const tokens_word *w = &corpus->words[id];
        char *request = bench_format("DF %.*s", (int)w->len, w->bytes);
        const char *line = engine_ask(e, request);
        v->wrong_dfs += !line || strtoull(line, NULL, 10) != w->df;
        free(request);
    }
}

static void ask_stats(engine *e, verdict *v)
{
    unsigned long long docs = 0, tokens_ = 0, terms = 0, bytes = 0;
    const char *line = engine_ask(e, "STATS");
    if (line) {
        sscanf(line, "%llu %llu %llu %llu", &docs, &tokens_, &terms, &bytes);
    }
    v->docs = docs;
    v->tokens = tokens_;
    v->terms = terms;
    v->bytes = bytes;
}

static void print_verdicts(const run *r, const tokens *corpus, const verdict *verdicts)
{
    fprintf(r->out, "\n## Agreement\n\nThe corpus has %u passages, %llu words, %u terms.\n\n",
            corpus->n_passages, (unsigned long long)corpus->n_ids, corpus->n_words);
    fprintf(r->out,
            "| engine | passages | words | terms | wrong df of %d | wrong counts | "
            "malformed | worst score error | lowest recall, own formula | lowest recall, "
            "exact BM25 | mean recall, exact BM25 |\n|---|---|---|---|---|---|---|---|---|"
            "---|---|\n",
            DF_SAMPLES);
    for (size_t i = 0; i < r->n_engines; i++) {
        const verdict *v = &verdicts[i];
        const char *differ =
            v->docs == corpus->n_passages && v->tokens == corpus->n_ids ? "" : " (**differs**)";
        if (v->docs == 0) {
            fprintf(r->out, "| %s | - | - | - | - | - | - | - | - | - | - |\n", r->engines[i].name);
            continue;
        }
        fprintf(r->out,
                "| %s | %llu%s | %llu | %llu | %u | %u of %u | %u | %.0e | %.4f %s | %.4f %s | "
                "%.4f |\n",
                r->engines[i].name, (unsigned long long)v->docs, differ,
                (unsigned long long)v->tokens, (unsigned long long)v->terms, v->wrong_dfs,
                v->wrong_counts, v->counts, v->malformed, v->worst_score, v->lowest_own,
                v->lowest_at, v->lowest_exact, v->exact_at, v->lists ? v->sum_exact / v->lists : 0);
    }
    for (size_t i = 0; i < r->n_engines; i++) {
        if (verdicts[i].refused) {
            fprintf(r->out, "\n%s does not answer %s.\n", r->engines[i].name, verdicts[i].refused);
        }
    }
    fprintf(r->out,
            "\n%zu queries of each class, k 10, 100 and 1000, counts alone and beside the "
            "k best. Recall by\nits own formula is 1 where an engine does what it says. Exact BM25 "
            "has unrounded lengths and the idf of Lucene for all: what is\nlost there is lost to "
            "rounded lengths or to another idf, not to a fault.\n",
            r->samples);
}

void agree(run *r, const tokens *corpus)
{
    oracle o;
    oracle_init(&o, corpus);
    question q = {.r = r, .o = &o};
    verdict *verdicts = bench_alloc(r->n_engines, sizeof *verdicts);
    for (size_t i = 0; i < r->n_engines; i++) {
        verdicts[i].lowest_own = verdicts[i].lowest_exact = 1;
        ask_stats(&r->engines[i], &verdicts[i]);
        check_dfs(&r->engines[i], corpus, &verdicts[i]);
        r->built[i][0].index_bytes = verdicts[i].bytes;
    }
    for (size_t c = 0; c < r->n_classes; c++) {
        fprintf(stderr, "agreement: %s\n", r->classes[c].name);
        for (size_t i = 0; i < r->samples && i < r->classes[c].n; i++) {
            judge_query(&q, &r->classes[c], &r->queries[r->classes[c].first + i], verdicts);
        }
    }
    print_verdicts(r, corpus, verdicts);
    for (size_t i = 0; i < r->n_engines; i++) {
        free(verdicts[i].refused);
    }
    free(verdicts);
    free(q.own);
    free(q.exact);
    free(q.scratch);
    free(q.hits);
    oracle_finish(&o);
}
