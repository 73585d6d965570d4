/* SPDX-License-Identifier: MIT */
/* brute - see brute.h.
 *
 * score(d) = sum over the distinct clauses c that match d, and over the tokens t of c, of
 *            times(c) * ln((N + 1) / n(t)) * (k1 + 1) * tf / (tf + k1 (1 - b + b len / avglen))
 *
 * where each word of a query is a clause, and a phrase of one word is that word. A token is the
 * number of its term and its position, which others may share; a passage is a list of tokens, those
 * of its pooled title first; a phrase has no tokens on both sides of the title's end. Of the tokens
 * of a query that share a position the first counts. */
#include "tests/brute.h"

#include "indexer/passages.h"
#include "stemmer/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct token {
    uint32_t term, position;
} token;

typedef struct passage {
    uint64_t start, end;
    uint32_t title; /* positions of the title at the front */
    size_t n;       /* tokens */
    token *tokens;
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
    const token *tokens; /* positions counted from the first */
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

/* Appends the tokens of a text at positions below `limit`, counted from `from`, to list[*n];
 * firsts: of each position only the first. Returns the list. */
static token *analyse(brute *b, quern_string text, uint32_t limit, uint32_t from, int firsts,
                      token *list, size_t *n)
{
    quern_tokens tokens = {0};
    quern_error err;
    if (quern_analysis_text(b->analysis, text.data, text.len, &tokens, &err)) {
        must(NULL);
    }
    list = must(realloc(list, (*n + tokens.n + 1) * sizeof *list));
    for (size_t i = 0; i < tokens.n && tokens.items[i].position < limit; i++) {
        quern_word *word = tokens.items[i].word;
        word->user = word->user ? word->user : ++b->n_terms;
        if (!firsts || i == 0 || tokens.items[i].position != tokens.items[i - 1].position) {
            token t = {word->user, from + tokens.items[i].position};
            list[(*n)++] = t;
        }
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
    quern_string text = {in->text.data + start, end - start};
    if (!b->no_titles && !holds_title) {
        p.tokens = analyse(b, in->title, 100, 0, 0, p.tokens, &p.n);
    }
    p.title = p.n > 0 ? p.tokens[p.n - 1].position + 1 : 0;
    p.tokens = analyse(b, text, UINT32_MAX, p.title, 0, p.tokens, &p.n);
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

static double count(const passage *p, uint32_t term)
{
    double tf = 0;
    for (size_t i = 0; i < p->n; i++) {
        tf += p->tokens[i].term == term;
    }
    return tf;
}

static int stands_at(const passage *p, uint32_t term, uint32_t position)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->tokens[i].term == term && p->tokens[i].position == position) {
            return 1;
        }
    }
    return 0;
}

static int matches(const passage *p, const clause *c)
{
    uint32_t reach = c->tokens[c->n - 1].position;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t at = p->tokens[i].position;
        size_t k = 0;
        while (k < c->n && stands_at(p, c->tokens[k].term, at + c->tokens[k].position)) {
            k++;
        }
        if (k == c->n && (at >= p->title || at + reach < p->title)) {
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
            double tf = count(p, c->tokens[k].term);
            double norm = q->k1 * (1 - q->b + q->b * (double)p->n / q->avglen);
            double idf = log((q->n_passages + 1) / q->df[c->tokens[k].term]);
            *out += c->times * idf * (q->k1 + 1) * tf / (tf + norm);
        }
        found |= here;
    }
    return found;
}

static void add_clause(query *q, const token *tokens, size_t n)
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
                uint32_t term = p->tokens[k].term;
                q->df[term] += last[term] != at;
                last[term] = at;
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
    token **lists = must(calloc(n + 1, sizeof *lists));
    *n_terms = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = 0;
        lists[i] = analyse(b, quern_str(clauses[i].text), UINT32_MAX, 0, 1, NULL, &len);
        size_t step = clauses[i].is_phrase ? len : 1;
        for (size_t k = 0; k < len; k += step) {
            uint32_t first = lists[i][k].position;
            for (size_t m = k; m < k + step; m++) {
                lists[i][m].position -= first;
            }
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
