/* SPDX-License-Identifier: MIT */
/* oracle_compare - see oracle_compare.h. */
#include "tests/oracle_compare.h"

#include "tests/check.h"
#include "tests/random_queries.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIT (1.0 / 1048576.0)

enum { PATTERN_STEMS = 1024 }; /* most that are searched for one */

enum { LINE_CAP = 4096, FILE_QUERIES = 2000, FILE_EXPRESSIONS = 4 };

/* An article of an answer: its hits stand together. */
typedef struct group {
    size_t first, n; /* hits */
    double score;    /* of the best of them */
} group;

typedef struct answer {
    quern_hits *hits;
    quern_hit *items;
    size_t n;
    group *groups;
    size_t n_groups;
    quern_totals totals;
} answer;

typedef struct comparison {
    answer a, b;
    double slack; /* by which two scores of one passage may differ */
    double worst;
    char why[400];
} comparison;

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return p;
}

static int differ(comparison *c, const char *what, const quern_hit *x, const quern_hit *y)
{
    snprintf(c->why, sizeof c->why,
             "%s: %s#%s [%llu,%llu) %.9f +%llu, %s#%s [%llu,%llu) %.9f +%llu", what,
             x ? x->source.data : "-", x ? x->id.data : "-",
             x ? (unsigned long long)x->byte_start : 0, x ? (unsigned long long)x->byte_end : 0,
             x ? x->score : 0.0, x ? (unsigned long long)x->more_in_article : 0,
             y ? y->source.data : "-", y ? y->id.data : "-",
             y ? (unsigned long long)y->byte_start : 0, y ? (unsigned long long)y->byte_end : 0,
             y ? y->score : 0.0, y ? (unsigned long long)y->more_in_article : 0);
    return -1;
}

/* ---- Answers ---- */

static quern_status take(quern_reader *reader, const char *text,
                         const quern_search_options *options, answer *out, quern_error *err)
{
    quern_query *query = NULL;
    quern_totals totals = QUERN_TOTALS_INIT;
    quern_status status = quern_query_parse(reader, quern_str(text), &query, err);
    status = status ? status : quern_search(reader, query, options, &out->hits, err);
    quern_query_free(query);
    if (status) {
        return status;
    }
    quern_hits_totals(out->hits, &totals);
    out->totals = totals;
    out->n = quern_hits_count(out->hits);
    out->items = must(calloc(out->n + 1, sizeof *out->items));
    out->groups = must(calloc(out->n + 1, sizeof *out->groups));
    for (size_t i = 0; i < out->n; i++) {
        out->items[i].size = sizeof *out->items;
        quern_hits_get(out->hits, i, &out->items[i]);
        if (i == 0 || out->items[i].rank != out->items[i - 1].rank) {
            group fresh = {i, 0, out->items[i].score};
            out->groups[out->n_groups++] = fresh;
        }
        out->groups[out->n_groups - 1].n++;
    }
    return QUERN_OK;
}

static void drop(answer *a)
{
    quern_hits_free(a->hits);
    free(a->items);
    free(a->groups);
}

/* ---- Passages ---- */

static int same_string(quern_string a, quern_string b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static int same_spans(const quern_span *a, size_t n, const quern_span *b, size_t m)
{
    return n == m && (n == 0 || memcmp(a, b, n * sizeof *a) == 0);
}

static int same_key(const quern_hit *a, const quern_hit *b)
{
    return same_string(a->source, b->source) && same_string(a->id, b->id);
}

static int near(comparison *c, double a, double b)
{
    double difference = fabs(a - b);
    c->worst = difference > c->worst ? difference : c->worst;
    return difference <= c->slack;
}

/* What both say of one article. */
static int same_article(const quern_hit *x, const quern_hit *y)
{
    int same = same_string(x->title, y->title) && x->date == y->date &&
               x->offsets_in_text == y->offsets_in_text && x->n_fields == y->n_fields &&
               x->more_in_article == y->more_in_article;
    for (size_t i = 0; same && i < x->n_fields; i++) {
        same = same_string(x->fields[i].name, y->fields[i].name) &&
               same_string(x->fields[i].value, y->fields[i].value);
    }
    return same;
}

static int same_passage(const quern_hit *x, const quern_hit *y)
{
    return same_string(x->text, y->text) && x->byte_end == y->byte_end && x->line == y->line &&
           x->column == y->column &&
           same_spans(x->highlights, x->n_highlights, y->highlights, y->n_highlights) &&
           same_spans(x->title_highlights, x->n_title_highlights, y->title_highlights,
                      y->n_title_highlights);
}

/* The passages of an article in both answers: the same ones, or, where only the best is shown, one
 * that is as good. */
static int compare_passages(comparison *c, const group *g, const group *h)
{
    const quern_hit *x = &c->a.items[g->first];
    const quern_hit *y = &c->b.items[h->first];
    if (g->n != h->n || !same_article(x, y)) {
        return differ(c, "article", x, y);
    }
    for (size_t i = 0; i < g->n; i++) {
        size_t j = 0;
        while (j < h->n && y[j].byte_start != x[i].byte_start) {
            j++;
        }
        if (j == h->n && g->n == 1) {
            if (!near(c, x->score, y->score)) {
                return differ(c, "best passage", x, y);
            }
            continue;
        }
        if (j == h->n || !same_passage(&x[i], &y[j]) || !near(c, x[i].score, y[j].score)) {
            return differ(c, "passage", &x[i], j < h->n ? &y[j] : NULL);
        }
        if (!near(c, x[j].score, y[j].score)) { /* the j-th best of both */
            return differ(c, "order of passages", &x[j], &y[j]);
        }
    }
    return 0;
}

/* ---- Groups ---- */

/* The article of b in [from, to) that has the key. */
static const group *find(const comparison *c, const group *g, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (same_key(&c->a.items[g->first], &c->b.items[c->b.groups[i].first])) {
            return &c->b.groups[i];
        }
    }
    return NULL;
}

/* Where the group of articles that begins at `from` ends. */
static size_t group_end(const comparison *c, size_t from)
{
    size_t to = from + 1;
    while (to < c->a.n_groups &&
           c->a.groups[to - 1].score - c->a.groups[to].score <= 2 * c->slack) {
        to++;
    }
    return to;
}

static int compare_group(comparison *c, size_t from, size_t to, int is_cut)
{
    for (size_t i = from; i < to; i++) {
        const group *g = &c->a.groups[i];
        const group *h = find(c, g, from, to);
        const quern_hit *x = &c->a.items[g->first];
        const quern_hit *y = &c->b.items[c->b.groups[i].first];
        if (!near(c, g->score, c->b.groups[i].score)) {
            return differ(c, "score", x, y);
        }
        if (!h && !is_cut) {
            return differ(c, "an article is missing", x, y);
        }
        if (h && compare_passages(c, g, h)) {
            return -1;
        }
    }
    return 0;
}

static int compare_totals(comparison *c, const quern_search_options *options)
{
    const quern_totals *x = &c->a.totals;
    const quern_totals *y = &c->b.totals;
    int both = x->exact && y->exact;
    /* What is not exact is a lower bound. */
    int bad = (options->count && !both) || (both && x->passages != y->passages) ||
              (both && x->articles != y->articles) ||
              (x->exact && (y->passages > x->passages || y->articles > x->articles)) ||
              (y->exact && (x->passages > y->passages || x->articles > y->articles));
    if (bad) {
        snprintf(c->why, sizeof c->why, "totals: %llu of %llu%s, %llu of %llu%s",
                 (unsigned long long)x->passages, (unsigned long long)x->articles,
                 x->exact ? "" : "+", (unsigned long long)y->passages,
                 (unsigned long long)y->articles, y->exact ? "" : "+");
    }
    return bad ? -1 : 0;
}

static int compare(comparison *c, const quern_search_options *options)
{
    if (c->a.n_groups != c->b.n_groups) {
        snprintf(c->why, sizeof c->why, "%zu articles, %zu", c->a.n_groups, c->b.n_groups);
        return -1;
    }
    if (compare_totals(c, options)) {
        return -1;
    }
    int is_full = c->a.n_groups == options->articles;
    for (size_t from = 0, to; from < c->a.n_groups; from = to) {
        to = group_end(c, from);
        if (compare_group(c, from, to, is_full && to == c->a.n_groups)) {
            return -1;
        }
    }
    return 0;
}

static int in_same_order(const comparison *c)
{
    int same = c->a.n == c->b.n;
    for (size_t i = 0; same && i < c->a.n; i++) {
        same = same_key(&c->a.items[i], &c->b.items[i]) &&
               c->a.items[i].byte_start == c->b.items[i].byte_start;
    }
    return same;
}

/* At most so many contributions has a score: a word each, of at most three tokens; of a pattern one
 * for each stem that it stands for. */
static size_t count_words(const char *query)
{
    size_t n = 1;
    for (; *query; query++) {
        n += *query == '*' || *query == '?' || *query == '~' ? PATTERN_STEMS : 0;
        n += *query == ' ' || *query == '-' || *query == '.' || *query == '/';
    }
    return n;
}

void oracle_ask(quern_reader *native, quern_reader *other, const char *query,
                const quern_search_options *options, oracle_tally *tally)
{
    comparison c;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    memset(&c, 0, sizeof c);
    c.slack = ((double)count_words(query) + 1.0) * 0.5 * UNIT + UNIT;
    quern_status first = take(native, query, options, &c.a, &err);
    quern_status second = first ? QUERN_OK : take(other, query, options, &c.b, &err);
    int failed = first || second;
    if (failed) {
        snprintf(c.why, sizeof c.why, "%s: %.300s", first ? "native" : "other", err.message);
    } else {
        failed = compare(&c, options) != 0;
    }
    tally->queries++;
    tally->hits += c.a.n;
    tally->differences += (uint64_t)failed;
    tally->same_order += (uint64_t)(!failed && in_same_order(&c));
    tally->worst = c.worst > tally->worst ? c.worst : tally->worst;
    if (failed && tally->differences <= 20) {
        printf("DIFFERENCE query '%s', %u articles%s%s, k1 %g, b %g: %s\n", query,
               options->articles, options->all_passages ? ", all passages" : "",
               options->count ? ", counted" : "", options->k1, options->b, c.why);
    }
    drop(&c.a);
    drop(&c.b);
}

void oracle_ask_file(quern_reader *native, quern_reader *other, const char *path,
                     oracle_tally *tally)
{
    char line[LINE_CAP];
    char query[LINE_CAP + 8];
    unsigned n = 0;
    uint64_t seed = 1;
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    while (n++ < FILE_QUERIES && fgets(line, sizeof line, file)) {
        quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
        char *text = strchr(line, '\t') ? strchr(line, '\t') + 1 : line;
        text[strcspn(text, "\r\n")] = '\0';
        options.articles = n % 3 ? 10 : 100;
        options.count = n % 2;
        options.all_passages = n % 5 == 0;
        oracle_ask(native, other, text, &options, tally);
        for (unsigned i = 0; i < FILE_EXPRESSIONS; i++) {
            random_expression(&seed, text, (unsigned)(check_random(&seed) & 15), query,
                              sizeof query);
            oracle_ask(native, other, query, &options, tally);
        }
        char *second = strchr(text, ' ');
        char *third = second ? strchr(second + 1, ' ') : NULL;
        if (third) {
            snprintf(query, sizeof query, "\"%.*s\"%s", (int)(third - text), text, third);
            oracle_ask(native, other, query, &options, tally);
            snprintf(query, sizeof query, "\"%.*s\"", (int)(third - text), text);
            oracle_ask(native, other, query, &options, tally);
        }
    }
    fclose(file);
}
