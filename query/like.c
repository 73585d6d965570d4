/* SPDX-License-Identifier: MIT */
/* like - a query for what is like a text: its most telling words, any of them.
 *
 * A word tells much where the text has it often and the index in few passages. Each distinct term
 * of the text weighs tf 2.2 / (tf + 1.2), which BM25 gives a word of a query that comes tf times,
 * and tells that times its idf. The most telling 25 become an ANY, each with its weight. A term
 * that one passage alone has finds nothing but itself, and is left out; so are function words.
 *
 * Where the index has several languages, the text is read in the one whose terms most of its words
 * are found by, the first of equals: other stems of its words are rare or not there.
 *
 * An article is found by its key, so that its text can be asked with, and left out of the answer.
 */
#include "index/snapshot.h"
#include "query/counts.h"
#include "query/parse.h"
#include "query/plan_print.h"

#include <math.h>
#include <stdlib.h>

enum { DEFAULT_TERMS = 25, MOST_TERMS = 1024 };

#define SATURATION 1.2

/* A distinct term of the text. */
typedef struct telling {
    uint32_t number; /* in the order they came */
    uint64_t tf;
    double tells; /* weight times idf */
} telling;

typedef struct liker {
    quern_reader *reader;
    quern_analysis *analysis;
    uint32_t most; /* terms */
    quern_query *query;
    quern_arena arena;
    quern_plan_strings strings; /* the distinct terms */
    telling *items;             /* of each */
    size_t n, cap;
    uint64_t *live; /* the passages that have each */
    quern_error *err;
} liker;

static void forget_terms(liker *l)
{
    quern_plan_strings_finish(&l->strings);
    memset(&l->strings, 0, sizeof l->strings);
    quern_arena_finish(&l->arena);
    quern_free(l->live);
    l->live = NULL;
    l->n = 0;
}

static double weight_of(const telling *t)
{
    double tf = (double)t->tf;
    return round(100.0 * tf * (SATURATION + 1.0) / (tf + SATURATION)) / 100.0;
}

/* The most telling first; of equals the one that came first. */
static int by_telling(const void *a, const void *b)
{
    const telling *x = a;
    const telling *y = b;
    if (x->tells != y->tells) {
        return x->tells > y->tells ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

static quern_status count_terms(liker *l, const quern_tokens *tokens)
{
    for (size_t i = 0; i < tokens->n; i++) {
        const quern_token *token = &tokens->items[i];
        const quern_word *word = token->word;
        quern_string term = {word->term, word->term_len};
        uint32_t number;
        int added;
        if (word->term[0] > QUERN_TERM_BIGRAM ||
            (token->form && quern_analysis_is_function_word(l->analysis, token->form))) {
            continue;
        }
        QUERN_TRY(quern_plan_strings_intern(&l->strings, &l->arena, term, &number, &added, l->err));
        if (added) {
            if (quern_grow(&l->items, &l->cap, l->n + 1, sizeof *l->items)) {
                return quern_fail_nomem(l->err);
            }
            l->items[l->n++] = (telling){number, 0, 0.0};
        }
        l->items[number].tf++;
    }
    return QUERN_OK;
}

/* Reads the text in a language: its terms, and how many passages have them. */
static quern_status read_text(liker *l, quern_string text, uint32_t language)
{
    quern_tokens tokens = {0};
    forget_terms(l);
    (void)quern_analysis_use(l->analysis, language);
    quern_status status = quern_analysis_text(l->analysis, text.data, text.len, &tokens, l->err);
    status = status ? status : count_terms(l, &tokens);
    quern_tokens_finish(&tokens);
    l->live = quern_alloc((l->n + 1) * sizeof *l->live);
    if (!l->live) {
        return status ? status : quern_fail_nomem(l->err);
    }
    return status ? status : quern_counts_of(l->reader, l->strings.items, l->n, l->live, l->err);
}

/* How many words of the text other passages have, too. */
static uint64_t count_known(const liker *l)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        n += l->live[i] > 1 ? l->items[i].tf : 0;
    }
    return n;
}

static quern_status read_in_best(liker *l, quern_string text)
{
    uint32_t n = (uint32_t)quern_analysis_languages(l->analysis);
    uint32_t best = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; n > 1 && i < n; i++) {
        QUERN_TRY(read_text(l, text, i));
        uint64_t known = count_known(l);
        best = known > most ? i : best;
        most = known > most ? known : most;
    }
    return read_text(l, text, best);
}

/* Weighs the terms and puts the most telling first; the others go. */
static quern_status choose(liker *l)
{
    quern_counts_all all;
    size_t n = 0;
    QUERN_TRY(quern_counts_all_of(l->reader, &all, l->err));
    for (size_t i = 0; i < l->n; i++) {
        if (l->live[i] > 1) {
            telling t = l->items[i];
            t.tells = weight_of(&t) * log((double)(all.n_passages + 1) / (double)l->live[i]);
            l->items[n++] = t;
        }
    }
    l->n = n;
    if (l->n > 1) {
        qsort(l->items, l->n, sizeof *l->items, by_telling);
    }
    l->n = l->n < l->most ? l->n : l->most;
    return QUERN_OK;
}

static quern_status make_plan(liker *l)
{
    quern_plan *plan = &l->query->plan;
    quern_plan_node *any;
    QUERN_TRY(quern_plan_operator(plan, QUERN_PLAN_ANY, 0, &any, l->err));
    for (size_t i = 0; i < l->n; i++) {
        quern_string term = l->strings.items[l->items[i].number];
        quern_plan_node leaf = {.op = QUERN_PLAN_TERM, .weight = weight_of(&l->items[i])};
        quern_plan_node *node;
        QUERN_TRY(quern_plan_intern(plan, term.data, term.len, &leaf.term, l->err));
        QUERN_TRY(quern_plan_leaf(plan, &leaf, &node, l->err));
        quern_plan_append(any, node);
    }
    return quern_plan_settle(plan, l->n > 0 ? any : NULL, l->err);
}

static quern_status print(liker *l)
{
    quern_buf line = {0};
    quern_plan *plan = &l->query->plan;
    quern_status status = quern_plan_print(plan, l->analysis, NULL, &line, l->err);
    if (!status) {
        l->query->text = line.status ? NULL : quern_arena_copy(&plan->arena, line.data, line.len);
        status = l->query->text ? QUERN_OK : quern_fail_nomem(l->err);
    }
    quern_buf_finish(&line);
    return status;
}

/* Keeps which article is left out. */
static quern_status leave_out(liker *l, const quern_like_options *options)
{
    quern_query *q = l->query;
    q->leaves_out = options->without_source.len > 0;
    q->without_source = options->without_source;
    q->without_id = options->without_id;
    q->without_source.data =
        quern_arena_copy(&q->plan.arena, q->without_source.data, q->without_source.len);
    q->without_id.data = quern_arena_copy(&q->plan.arena, q->without_id.data, q->without_id.len);
    return q->without_source.data && q->without_id.data ? QUERN_OK : quern_fail_nomem(l->err);
}

static quern_status make_query(liker *l, quern_string text, const quern_like_options *options)
{
    quern_plan_init(&l->query->plan);
    quern_status status = read_in_best(l, text);
    status = status ? status : choose(l);
    status = status ? status : make_plan(l);
    status = status ? status : print(l);
    return status ? status : leave_out(l, options);
}

static quern_status read_options(const quern_like_options *in, quern_like_options *out,
                                 quern_error *err)
{
    *out = (quern_like_options)QUERN_LIKE_OPTIONS_INIT;
    if (in && in->size < sizeof in->size) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_query_like: size of the options is not set - "
                          "start from QUERN_LIKE_OPTIONS_INIT");
    }
    if (in) {
        quern_struct_read(out, sizeof *out, in);
    }
    out->terms = out->terms ? out->terms : DEFAULT_TERMS;
    out->terms = out->terms < MOST_TERMS ? out->terms : MOST_TERMS;
    return QUERN_OK;
}

quern_status quern_query_like(quern_reader *reader, quern_string text,
                              const quern_like_options *options, quern_query **out,
                              quern_error *err)
{
    liker l = {.reader = reader, .err = err};
    quern_like_options wanted;
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !out || (!text.data && text.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_query_like: an argument is missing");
    }
    QUERN_TRY(read_options(options, &wanted, err));
    l.most = wanted.terms;
    l.query = quern_alloc_zero(1, sizeof *l.query);
    if (!l.query) {
        return quern_fail_nomem(err);
    }
    quern_status status = quern_reader_take_analysis(reader, &l.analysis, err);
    status = status ? status : make_query(&l, text, &wanted);
    quern_reader_give_analysis(reader, l.analysis);
    forget_terms(&l);
    quern_free(l.items);
    if (status) {
        quern_query_free(l.query);
        return status;
    }
    *out = l.query;
    return QUERN_OK;
}
