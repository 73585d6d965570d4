/* SPDX-License-Identifier: MIT */
/* oracle - see oracle.h. */
#include "bench/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double K1 = 1.2, B = 0.75;

oracle_formula oracle_formula_of(const char *engine)
{
    static const struct {
        const char *name;
        oracle_formula formula;
    } all[] = {
        {"lucene", {IDF_LUCENE, PHRASE_WORD_SUM, 1, 1.0, 1e-5}},
        {"tantivy", {IDF_LUCENE, PHRASE_WORD_SUM, 1, 2.2, 1e-5}},
        {"sqlite", {IDF_SQLITE, PHRASE_WORD_OWN, 0, 2.2, 1e-9}},
        {"xapian", {IDF_XAPIAN, PHRASE_WORDS, 0, 2.2, 1e-9}},
        {"quern", {IDF_QUERN, PHRASE_WORDS, 0, 2.2, 1e-5}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strncmp(all[i].name, engine, strlen(all[i].name)) == 0) {
            return all[i].formula;
        }
    }
    return all[0].formula;
}

void oracle_init(oracle *o, const tokens *corpus)
{
    memset(o, 0, sizeof *o);
    o->corpus = corpus;
    o->role = bench_alloc(corpus->n_words, 1);
}

void oracle_finish(oracle *o)
{
    free(o->role);
    free(o->words);
    free(o->distinct);
    free(o->passages);
    free(o->tfs);
}

/* ---- Matching ---- */

static void set_words(oracle *o, const char *text)
{
    char *copy = bench_copy(text, strlen(text));
    size_t cap = strlen(text) + 1;
    char **words = bench_alloc(cap, sizeof *words);
    o->n_words = bench_split(copy, words, cap);
    if (o->n_words > 250) {
        bench_die("the oracle takes at most 250 words a query");
    }
    o->words = bench_resize(o->words, o->n_words, sizeof *o->words);
    o->distinct = bench_resize(o->distinct, o->n_words, sizeof *o->distinct);
    o->n_distinct = 0;
    for (size_t i = 0; i < o->n_words; i++) {
        uint32_t id = tokens_find(o->corpus, words[i], strlen(words[i]));
        o->words[i] = id;
        o->distinct[i] = (uint32_t)o->n_distinct;
        for (size_t j = 0; j < i; j++) {
            if (o->words[j] == id) {
                o->distinct[i] = o->distinct[j];
                break;
            }
        }
        o->n_distinct += o->distinct[i] == o->n_distinct;
        if (id != TOKENS_NONE) {
            o->role[id] = (uint8_t)(o->distinct[i] + 1);
        }
    }
    free(words);
    free(copy);
}

static uint32_t count_phrase(const oracle *o, const uint32_t *ids, size_t n)
{
    uint32_t count = 0;
    for (size_t i = 0; i + o->n_words <= n; i++) {
        count += memcmp(ids + i, o->words, o->n_words * sizeof *ids) == 0;
    }
    return count;
}

static void look_at(oracle *o, uint32_t passage)
{
    const uint64_t start = o->corpus->starts[passage], end = o->corpus->starts[passage + 1];
    size_t width = o->n_distinct + 1, have = 0;
    while (o->cap_tfs < (o->n + 1) * width) {
        bench_room(&o->tfs, o->cap_tfs, &o->cap_tfs, sizeof *o->tfs);
    }
    uint32_t *tfs = o->tfs + o->n * width;
    memset(tfs, 0, width * sizeof *tfs);
    for (uint64_t i = start; i < end; i++) {
        unsigned role = o->role[o->corpus->ids[i]];
        if (role) {
            have += tfs[role - 1]++ == 0;
        }
    }
    if (have == 0 || ((o->is_and || o->is_phrase) && have < o->n_distinct)) {
        return;
    }
    if (o->is_phrase) {
        tfs[o->n_distinct] = count_phrase(o, o->corpus->ids + start, (size_t)(end - start));
        if (tfs[o->n_distinct] == 0) {
            return;
        }
    }
    bench_room(&o->passages, o->n, &o->cap, sizeof *o->passages);
    o->passages[o->n++] = passage;
}

void oracle_run(oracle *o, const char *type, const char *words)
{
    set_words(o, words);
    o->is_phrase = strcmp(type, "PHRASE") == 0;
    o->is_and = strcmp(type, "AND") == 0;
    o->n = 0;
    for (uint32_t p = 0; p < o->corpus->n_passages; p++) {
        look_at(o, p);
    }
    for (size_t i = 0; i < o->n_words; i++) {
        if (o->words[i] != TOKENS_NONE) {
            o->role[o->words[i]] = 0;
        }
    }
}

/* ---- Scoring ---- */

static double idf(oracle_idf how, double n_passages, double n)
{
    double odds = (n_passages - n + 0.5) / (n + 0.5);
    switch (how) {
    case IDF_SQLITE:
        return log(odds) > 0 ? log(odds) : 1e-6;
    case IDF_XAPIAN:
        return log(odds < 2 ? odds * 0.5 + 1 : odds);
    case IDF_QUERN:
        return log((n_passages + 1) / n);
    case IDF_LUCENE:
    default:
        return log(1 + odds);
    }
}

/* Lucene and Tantivy keep a length in a byte: exact to 40, then to 4 significant bits. */
static double round_len(uint32_t len)
{
    if (len <= 40) {
        return len;
    }
    uint32_t above = len - 24, shift = 0;
    while (above >> shift >= 16) {
        shift++;
    }
    return 24.0 + (double)(above >> shift << shift);
}

/* The weights of what scores, one for each column of tfs that counts. */
static void weigh(const oracle *o, const oracle_formula *f, double *weights)
{
    double n = (double)o->corpus->n_passages, sum = 0;
    memset(weights, 0, (o->n_distinct + 1) * sizeof *weights);
    for (size_t i = 0; i < o->n_words; i++) {
        uint32_t id = o->words[i];
        double w = id == TOKENS_NONE ? 0 : idf(f->idf, n, (double)o->corpus->words[id].df);
        sum += w;
        weights[o->distinct[i]] += w;
    }
    if (o->is_phrase && f->phrase != PHRASE_WORDS) {
        memset(weights, 0, o->n_distinct * sizeof *weights);
        weights[o->n_distinct] = f->phrase == PHRASE_WORD_SUM ? sum : idf(f->idf, n, (double)o->n);
    }
}

void oracle_score(const oracle *o, const oracle_formula *f, double *scores)
{
    double avglen = (double)o->corpus->n_ids / (double)o->corpus->n_passages;
    double *weights = bench_alloc(o->n_distinct + 1, sizeof *weights);
    weigh(o, f, weights);
    for (size_t i = 0; i < o->n; i++) {
        const uint32_t *tfs = o->tfs + i * (o->n_distinct + 1);
        uint32_t p = o->passages[i];
        uint32_t len = (uint32_t)(o->corpus->starts[p + 1] - o->corpus->starts[p]);
        double norm = K1 * (1 - B + B * (f->rounds_len ? round_len(len) : len) / avglen);
        scores[i] = 0;
        for (size_t t = 0; t <= o->n_distinct; t++) {
            double tf = tfs[t];
            scores[i] += tf > 0 ? weights[t] * f->factor * tf / (tf + norm) : 0;
        }
    }
    free(weights);
}

/* Hoare's FIND, 1961. */
double oracle_kth(double *scores, size_t n, size_t k)
{
    size_t low = 0, high = n - 1, want = k - 1;
    while (low < high) {
        double pivot = scores[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (scores[i] > pivot) {
                i++;
            }
            while (scores[j] < pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            double held = scores[i];
            scores[i++] = scores[j];
            scores[j--] = held;
        }
        if (want <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return scores[want];
}

/* ---- The entropy bound ---- */

enum { DF_BANDS = 32, TF_MAX = 64 };

static double log2_choose(double n, double k)
{
    return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / log(2);
}

static double tf_entropy(const uint64_t histogram[TF_MAX])
{
    double all = 0, bits = 0;
    for (size_t i = 0; i < TF_MAX; i++) {
        all += (double)histogram[i];
    }
    for (size_t i = 0; i < TF_MAX; i++) {
        if (histogram[i]) {
            bits -= (double)histogram[i] * log2((double)histogram[i] / all);
        }
    }
    return bits;
}

double oracle_bits(const tokens *corpus)
{
    uint64_t(*tfs)[TF_MAX] = bench_alloc(DF_BANDS, sizeof *tfs);
    uint32_t *count = bench_alloc(corpus->n_words, sizeof *count);
    double bits = 0;
    for (uint32_t w = 0; w < corpus->n_words; w++) {
        bits += log2_choose(corpus->n_passages, corpus->words[w].df);
    }
    for (uint32_t p = 0; p < corpus->n_passages; p++) {
        const uint64_t start = corpus->starts[p], end = corpus->starts[p + 1];
        for (uint64_t i = start; i < end; i++) {
            count[corpus->ids[i]]++;
        }
        for (uint64_t i = start; i < end; i++) {
            uint32_t id = corpus->ids[i], tf = count[id];
            if (tf) {
                tfs[31 - __builtin_clz(corpus->words[id].df)][tf < TF_MAX ? tf : TF_MAX - 1]++;
                bits += log2_choose((double)(end - start), tf);
                count[id] = 0;
            }
        }
    }
    for (size_t band = 0; band < DF_BANDS; band++) {
        bits += tf_entropy(tfs[band]);
    }
    free(count);
    free(tfs);
    return bits;
}
