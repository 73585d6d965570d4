/* SPDX-License-Identifier: MIT */
/* brute - see brute.h.
 *
 * score(d) = sum over the distinct clauses c that match d, and over the tokens t of c, of
 *            times(c) * ln((N + 1) / n(t)) * (k1 + 1) * tf / (tf + k1 (1 - b + b len / avglen))
 *
 * where each word of a query is a clause, and a phrase of one word is that word. A token is the
 * number of its term; a passage is a list of tokens, those of its pooled title first; a phrase has
 * no tokens on both sides of the title's end. */
#include "tests/brute.h"

#include "indexer/passages.h"
#include "stemmer/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct passage {
    uint64_t start, end;
    size_t title;     /* tokens of the title at the front */
    size_t n;         /* tokens */
    uint32_t *tokens; /* numbers of terms */
} passage;

typedef struct article {
    char *source, *id, *text;
    passage *passages;
    size_t n;
} article;

struct brute {
    quern_analysis *analysis;
    uint32_t passage_words, n_terms;
    int no_titles;
    article *articles; /* in key order */
    size_t n;
};

typedef struct clause {
    const uint32_t *tokens;
    size_t n;
    double times; /* how often it was typed */
} clause;

typedef struct query {
    clause *clauses;
    size_t n;
    double k1, b, avglen, n_passages;
    double *df; /* of each term */
} query;

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "brute: no memory\n");
        exit(2);
    }
    return p;
}

static char *copy(quern_string s)
{
    char *out = must(calloc(s.len + 1, 1));
    memcpy(out, s.data ? s.data : "", s.len);
    return out;
}

/* Appends the tokens of a text, at most `limit`, to list[*n]. */
static uint32_t *analyse(brute *b, const char *text, size_t len, size_t limit, uint32_t *list,
                         size_t *n)
{
    quern_tokens tokens = {0};
    quern_error err;
    if (quern_analysis_text(b->analysis, text, len, &tokens, &err)) {
        must(NULL);
    }
    list = must(realloc(list, (*n + tokens.n + 1) * sizeof *list));
    for (size_t i = 0; i < tokens.n && i < limit; i++) {
        quern_word *word = tokens.items[i].word;
        word->user = word->user ? word->user : ++b->n_terms;
        list[(*n)++] = word->user;
    }
    quern_tokens_finish(&tokens);
    return list;
}

/* ---- Articles ---- */

brute *brute_new(const quern_index_options *options)
{
    quern_error err;
    brute *b = must(calloc(1, sizeof *b));
    b->passage_words = options->passage_words ? options->passage_words : 60;
    b->no_titles = options->no_titles;
    if (quern_analysis_new(options->language ? options->language : "english", &b->analysis, &err)) {
        must(NULL);
    }
    return b;
}

static void free_article(article *a)
{
    for (size_t i = 0; i < a->n; i++) {
        free(a->passages[i].tokens);
    }
    free(a->passages);
    free(a->source);
    free(a->id);
    free(a->text);
}

void brute_free(brute *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free_article(&b->articles[i]);
    }
    free(b->articles);
    quern_analysis_free(b->analysis);
    free(b);
}

const char *brute_text(const brute *b, size_t n)
{
    return n < b->n ? b->articles[n].text : NULL;
}

/* Where the key is or belongs. */
static size_t place_of(const brute *b, const char *source, const char *id, int *found)
{
    size_t i = 0;
    for (*found = 0; i < b->n; i++) {
        int order = strcmp(b->articles[i].source, source);
        order = order ? order : strcmp(b->articles[i].id, id);
        if (order >= 0) {
            *found = order == 0;
            break;
        }
    }
    return i;
}

void brute_delete(brute *b, const char *source, const char *id)
{
    int found;
    size_t i = place_of(b, source, id, &found);
    if (found) {
        free_article(&b->articles[i]);
        b->n--;
        memmove(b->articles + i, b->articles + i + 1, (b->n - i) * sizeof *b->articles);
    }
}

static void add_passage(brute *b, article *a, const quern_article *in, uint64_t start, uint64_t end)
{
    passage p = {.start = start, .end = end};
    int holds_title = in->title_in_text && a->n == 0 && end > start;
    if (!b->no_titles && !holds_title) {
        p.tokens = analyse(b, in->title.data, in->title.len, 100, p.tokens, &p.n);
    }
    p.title = p.n;
    p.tokens = analyse(b, in->text.data + start, end - start, SIZE_MAX, p.tokens, &p.n);
    if (p.n == 0) {
        free(p.tokens);
        return;
    }
    a->passages = must(realloc(a->passages, (a->n + 1) * sizeof *a->passages));
    a->passages[a->n++] = p;
}

void brute_put(brute *b, const quern_article *in)
{
    article a = {copy(in->source), copy(in->id), copy(in->text), NULL, 0};
    quern_passages cut = {0};
    quern_passages_options options = {b->passage_words, 1, 0};
    quern_error err;
    int found;
    if (quern_passages_cut(in->text.data, in->text.len, &options, &cut, &err)) {
        must(NULL);
    }
    for (size_t i = 0; i < cut.n; i++) {
        add_passage(b, &a, in, cut.items[i].start, cut.items[i].end);
    }
    if (cut.n == 0) { /* a title alone is found too */
        add_passage(b, &a, in, 0, 0);
    }
    quern_passages_finish(&cut);
    brute_delete(b, a.source, a.id);
    size_t i = place_of(b, a.source, a.id, &found);
    b->articles = must(realloc(b->articles, (b->n + 1) * sizeof *b->articles));
    memmove(b->articles + i + 1, b->articles + i, (b->n - i) * sizeof *b->articles);
    b->articles[i] = a;
    b->n++;
}

/* ---- Searching ---- */

static double count(const passage *p, uint32_t token)
{
    double tf = 0;
    for (size_t i = 0; i < p->n; i++) {
        tf += p->tokens[i] == token;
    }
    return tf;
}

static int matches(const passage *p, const clause *c)
{
    for (size_t i = 0; i + c->n <= p->n; i++) {
        if (memcmp(p->tokens + i, c->tokens, c->n * sizeof *c->tokens) == 0 &&
            (i >= p->title || i + c->n <= p->title)) {
            return 1;
        }
    }
    return 0;
}

static int score(const query *q, const passage *p, double *out)
{
    int found = 0;
    *out = 0.0;
    for (size_t i = 0; i < q->n; i++) {
        const clause *c = &q->clauses[i];
        int here = matches(p, c);
        for (size_t k = 0; here && k < c->n; k++) {
            double tf = count(p, c->tokens[k]);
            double norm = q->k1 * (1 - q->b + q->b * (double)p->n / q->avglen);
            double idf = log((q->n_passages + 1) / q->df[c->tokens[k]]);
            *out += c->times * idf * (q->k1 + 1) * tf / (tf + norm);
        }
        found |= here;
    }
    return found;
}

static void add_clause(query *q, const uint32_t *tokens, size_t n)
{
    for (size_t i = 0; i < q->n; i++) {
        clause *c = &q->clauses[i];
        if (c->n == n && memcmp(c->tokens, tokens, n * sizeof *tokens) == 0) {
            c->times += 1.0;
            return;
        }
    }
    clause c = {tokens, n, 1.0};
    q->clauses = must(realloc(q->clauses, (q->n + 1) * sizeof *q->clauses));
    q->clauses[q->n++] = c;
}

/* N, the average length, and in how many passages each term is. */
static void weigh(const brute *b, query *q)
{
    uint64_t *last = must(calloc(b->n_terms + 1, sizeof *last)); /* passage that had the term */
    uint64_t at = 0;
    double sum = 0;
    q->df = must(calloc(b->n_terms + 1, sizeof *q->df));
    for (size_t i = 0; i < b->n; i++) {
        for (size_t j = 0; j < b->articles[i].n; j++) {
            const passage *p = &b->articles[i].passages[j];
            at++;
            sum += (double)p->n;
            for (size_t k = 0; k < p->n; k++) {
                q->df[p->tokens[k]] += last[p->tokens[k]] != at;
                last[p->tokens[k]] = at;
            }
        }
    }
    q->n_passages = (double)at;
    q->avglen = sum / (double)at;
    free(last);
}

static size_t collect(const brute *b, const query *q, brute_hit **out)
{
    size_t n = 0;
    *out = NULL;
    for (size_t i = 0; i < b->n; i++) {
        const article *a = &b->articles[i];
        for (size_t j = 0; j < a->n; j++) {
            brute_hit hit = {a->source, a->id, a->passages[j].start, a->passages[j].end, 0};
            if (score(q, &a->passages[j], &hit.score)) {
                *out = must(realloc(*out, (n + 1) * sizeof **out));
                (*out)[n++] = hit;
            }
        }
    }
    return n;
}

size_t brute_search(brute *b, const brute_clause *clauses, size_t n, const double model[2],
                    brute_hit **out, size_t *n_terms)
{
    query q = {.k1 = model[0], .b = model[1]};
    uint32_t **lists = must(calloc(n + 1, sizeof *lists));
    *n_terms = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = 0;
        lists[i] = analyse(b, clauses[i].text, strlen(clauses[i].text), SIZE_MAX, NULL, &len);
        size_t step = clauses[i].is_phrase ? len : 1;
        for (size_t k = 0; k < len; k += step) {
            add_clause(&q, lists[i] + k, step);
        }
        *n_terms += len;
    }
    weigh(b, &q);
    size_t found = collect(b, &q, out);
    for (size_t i = 0; i < n; i++) {
        free(lists[i]);
    }
    free(lists);
    free(q.clauses);
    free(q.df);
    return found;
}
