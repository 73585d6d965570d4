/* SPDX-License-Identifier: MIT */
/* brute - see brute.h: its articles, as lists of tokens. brute_plan.c asks them. */
#include "tests/brute_inside.h"

#include "indexer/passages.h"
#include "stemmer/languages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *brute_must(void *p)
{
    if (!p) {
        fprintf(stderr, "brute: no memory\n");
        exit(2);
    }
    return p;
}

static char *copy(quern_string s)
{
    char *out = brute_must(calloc(s.len + 1, 1));
    memcpy(out, s.data ? s.data : "", s.len);
    return out;
}

uint32_t brute_term(brute *b, const char *bytes, size_t len)
{
    for (uint32_t i = 1; i <= b->n_terms; i++) {
        if (b->terms[i].len == len && memcmp(b->terms[i].data, bytes, len) == 0) {
            return i;
        }
    }
    return 0;
}

/* The number of a word of the analysis, which has one once it was met. */
static uint32_t number_of(brute *b, quern_word *word)
{
    if (!word) {
        return 0;
    }
    if (!word->user) { /* of forms of the same bytes and other stems there are several words */
        word->user = brute_term(b, word->term, word->term_len);
    }
    if (!word->user) {
        word->user = ++b->n_terms;
        b->terms = brute_must(realloc(b->terms, (b->n_terms + (size_t)1) * sizeof *b->terms));
        b->terms[word->user] = (quern_string){word->term, word->term_len};
    }
    return word->user;
}

/* Appends the tokens of a text at positions below `limit`, counted from `from`, to list[*n]. */
static token *analyse(brute *b, quern_string text, uint32_t limit, uint32_t from, token *list,
                      size_t *n)
{
    quern_tokens tokens = {0};
    quern_error err;
    if (quern_analysis_text(b->analysis, text.data, text.len, &tokens, &err)) {
        brute_must(NULL);
    }
    list = brute_must(realloc(list, (*n + tokens.n + 1) * sizeof *list));
    for (size_t i = 0; i < tokens.n && tokens.items[i].position < limit; i++) {
        const quern_token *t = &tokens.items[i];
        token made = {number_of(b, t->word), number_of(b, t->form), from + t->position};
        list[(*n)++] = made;
    }
    quern_tokens_finish(&tokens);
    return list;
}

/* ---- Articles ---- */

brute *brute_new(const quern_index_options *options)
{
    quern_error err;
    brute *b = brute_must(calloc(1, sizeof *b));
    b->passage_words = options->passage_words ? options->passage_words : 60;
    b->no_titles = options->no_titles;
    if (quern_analysis_new(options->language ? options->language : "english", &b->analysis, &err)) {
        brute_must(NULL);
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
    free(b->terms);
    free(b);
}

quern_analysis *brute_analysis(brute *b)
{
    return b->analysis;
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
        p.tokens = analyse(b, in->title, 100, 0, p.tokens, &p.n);
    }
    p.title = p.n > 0 ? p.tokens[p.n - 1].position + 1 : 0;
    p.tokens = analyse(b, text, UINT32_MAX, p.title, p.tokens, &p.n);
    if (p.n == 0) {
        free(p.tokens);
        return;
    }
    a->passages = brute_must(realloc(a->passages, (a->n + 1) * sizeof *a->passages));
    a->passages[a->n++] = p;
}

void brute_put(brute *b, const quern_article *in)
{
    article a = {.source = copy(in->source), .id = copy(in->id), .text = copy(in->text)};
    a.date = in->date;
    for (uint32_t i = 0; i < quern_analysis_languages(b->analysis); i++) {
        if (quern_languages_is(in->language, quern_analysis_language(b->analysis, i))) {
            (void)quern_analysis_use(b->analysis, i);
        }
    }
    quern_passages cut = {0};
    quern_passages_options options = {b->passage_words, 1, 0};
    quern_error err;
    int found;
    if (quern_passages_cut(in->text.data, in->text.len, &options, &cut, &err)) {
        brute_must(NULL);
    }
    for (size_t i = 0; i < cut.n; i++) {
        add_passage(b, &a, in, cut.items[i].start, cut.items[i].end);
    }
    if (cut.n == 0) { /* a title alone is found too */
        add_passage(b, &a, in, 0, 0);
    }
    quern_passages_finish(&cut);
    (void)quern_analysis_use(b->analysis, 0);
    brute_delete(b, a.source, a.id);
    size_t i = place_of(b, a.source, a.id, &found);
    b->articles = brute_must(realloc(b->articles, (b->n + 1) * sizeof *b->articles));
    memmove(b->articles + i + 1, b->articles + i, (b->n - i) * sizeof *b->articles);
    b->articles[i] = a;
    b->n++;
}
