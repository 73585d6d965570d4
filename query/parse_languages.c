/* SPDX-License-Identifier: MIT */
/* parse_languages - what the words of a query are in all languages of the index.
 *
 * A text is analysed in each of them. The tokens are the first language's; where another one cuts
 * the same piece of the text, of the same kind, that is the token's reading in it. They nearly
 * always do, as words end where they end: only what is an amount may differ.
 */
#include "query/parser.h"

/* Whether a token is the same piece of the text, of the same kind. */
static int is_alike(const quern_token *a, const quern_token *b)
{
    return a->start == b->start && a->end == b->end && a->covers == b->covers &&
           a->word->term[0] == b->word->term[0];
}

/* Adds what the scratch's tokens are in language `number` to their readings. */
static void align(quern_parser *p, uint32_t number)
{
    const quern_tokens *mine = &p->scratch;
    const quern_tokens *theirs = &p->foreign;
    size_t n_others = quern_parser_languages(p) - 1;
    for (size_t i = 0, k = 0; i < mine->n; i++) {
        const quern_token *token = &mine->items[i];
        size_t at = k;
        while (at < theirs->n && !is_alike(token, &theirs->items[at]) &&
               theirs->items[at].start <= token->start) {
            at++;
        }
        int found = at < theirs->n && is_alike(token, &theirs->items[at]);
        const quern_token *reading = found ? &theirs->items[at] : token;
        p->scratch_readings.items[i * n_others + number - 1] =
            (quern_meaning){reading->word, reading->form};
        k = found ? at + 1 : k;
    }
}

void quern_parser_analyse(quern_parser *p, const char *text, size_t len)
{
    quern_analysis *analysis = p->language->analysis;
    quern_parser_readings *readings = &p->scratch_readings;
    uint32_t n = quern_parser_languages(p);
    p->status =
        p->status ? p->status : quern_analysis_text(analysis, text, len, &p->scratch, p->err);
    if (p->status || n == 1) {
        return;
    }
    readings->n = p->scratch.n * (n - 1);
    if (quern_grow(&readings->items, &readings->cap, readings->n, sizeof *readings->items)) {
        p->status = quern_fail_nomem(p->err);
        return;
    }
    for (uint32_t i = 1; i < n && !p->status; i++) {
        (void)quern_analysis_use(analysis, i);
        p->status = quern_analysis_text(analysis, text, len, &p->foreign, p->err);
        if (!p->status) {
            align(p, i);
        }
    }
    (void)quern_analysis_use(analysis, 0);
}

quern_meaning quern_parser_reading(const quern_parser *p, const quern_token *token, uint32_t number)
{
    size_t at = (size_t)(token - p->first_token) * (quern_parser_languages(p) - 1);
    return number == 0 ? (quern_meaning){token->word, token->form}
                       : p->read->items[at + number - 1];
}

void quern_parser_read_words(quern_parser *p)
{
    p->first_token = p->tokens.items;
    p->read = &p->readings;
}

void quern_parser_read_scratch(quern_parser *p)
{
    p->first_token = p->scratch.items;
    p->read = &p->scratch_readings;
}

int quern_parser_is_function(quern_parser *p, const quern_token *token)
{
    quern_analysis *analysis = p->language->analysis;
    int is = 0;
    for (uint32_t i = 0; i < quern_parser_languages(p) && !is; i++) {
        quern_meaning m = quern_parser_reading(p, token, i);
        (void)quern_analysis_use(analysis, i);
        is = m.form && quern_analysis_is_function_word(analysis, m.form);
    }
    (void)quern_analysis_use(analysis, 0);
    return is;
}

int quern_parser_keep_readings(quern_parser *p)
{
    quern_parser_readings *all = &p->readings;
    const quern_parser_readings *more = &p->scratch_readings;
    if (quern_parser_languages(p) == 1 || more->n == 0) {
        return 0;
    }
    if (quern_grow(&all->items, &all->cap, all->n + more->n, sizeof *all->items)) {
        return -1;
    }
    memcpy(all->items + all->n, more->items, more->n * sizeof *all->items);
    all->n += more->n;
    return 0;
}
