/* SPDX-License-Identifier: MIT */
/* inverter - see inverter.h. The loop in log_users runs once for most tokens there are and does
 * nothing but write a number as one word of the log. */
#include "indexer/inverter.h"

#include <stdlib.h>
#include <string.h>

quern_status quern_inverter_init(quern_inverter *inv, const quern_index_config *config,
                                 quern_error *err)
{
    memset(inv, 0, sizeof *inv);
    inv->passage_words = config->passage_words;
    inv->pool_titles = config->pool_titles;
    inv->store_text = config->store_text;
    return quern_analysis_new(config->language, &inv->analysis, err);
}

void quern_inverter_finish(quern_inverter *inv)
{
    quern_numbers_finish(&inv->numbers);
    quern_tokens_finish(&inv->tokens);
    quern_passages_finish(&inv->passages);
    quern_analysis_free(inv->analysis);
    quern_free(inv->log);
    quern_free(inv->cut);
    quern_free(inv->field_numbers);
    memset(inv, 0, sizeof *inv);
}

size_t quern_inverter_memory(const quern_inverter *inv)
{
    return quern_analysis_memory(inv->analysis) + quern_numbers_memory(&inv->numbers);
}

void quern_inverter_reset(quern_inverter *inv)
{
    quern_numbers_finish(&inv->numbers);
    quern_analysis_reset(inv->analysis);
}

quern_status quern_inverter_use(quern_inverter *inv, const quern_stored_article *article,
                                quern_error *err)
{
    return quern_analysis_use(inv->analysis, article->analysed_in)
               ? quern_fail(err, QUERN_E_CORRUPT,
                            "an article is of a language that the index has not - run: indexer "
                            "rebuild --from-sources")
               : QUERN_OK;
}

/* ---- The log of a text ---- */

typedef struct logger {
    quern_inverter *inv;
    quern_logged *out;
    uint32_t limit;  /* of positions */
    uint32_t before; /* the position of the last token; one before 0: none */
    size_t group;    /* in the log: the first word of that position */
    quern_error *err;
} logger;

/* Whether the words of the log from `group` on, all of one position, have the term. A posting must
 * have each position once, and a joined word may have the stem of its first part (commit-ment): the
 * first of them stands for both, with its form. */
static int has_term(const quern_inverter *inv, const uint32_t *group, const uint32_t *end,
                    uint32_t number)
{
    const quern_numbers_view *view = &inv->numbers.view;
    uint32_t stem = quern_numbers_get(view, number)->stem;
    while (group < end) {
        uint32_t word = *group++;
        if (quern_numbers_get(view, word & (QUERN_NUMBERS_MAX - 1))->stem == stem) {
            return 1;
        }
        group += word >> QUERN_RUN_TERM_BITS == QUERN_RUN_FAR;
    }
    return 0;
}

static quern_status number(void *payload, quern_word *word)
{
    const logger *l = payload;
    return quern_numbers_add(&l->inv->numbers, word, l->err);
}

/* Positions have no gaps: each of these follows the one before. */
static quern_status log_users(void *payload, const uint32_t *users, size_t n, uint32_t position)
{
    logger *l = payload;
    quern_inverter *inv = l->inv;
    size_t room = position < l->limit ? l->limit - position : 0;
    n = n < room ? n : room;
    if (n == 0) {
        return QUERN_OK;
    }
    if (quern_grow(&inv->log, &inv->cap_log, inv->n_log + n, sizeof *inv->log)) {
        return quern_fail_nomem(l->err);
    }
    uint32_t *at = inv->log + inv->n_log;
    uint32_t len = 0;
    for (size_t i = 0; i < n; i++) {
        at[i] = ((users[i] >> 1) - 1) | (uint32_t)1 << QUERN_RUN_TERM_BITS;
        len += users[i] & 1;
    }
    inv->n_log += n;
    l->group = inv->n_log - 1;
    l->before = position + (uint32_t)n - 1;
    l->out->tokens += (uint32_t)n;
    l->out->len += len;
    return QUERN_OK;
}

static quern_status log_tokens(void *payload, const quern_token *token, size_t n)
{
    logger *l = payload;
    quern_inverter *inv = l->inv;
    if (quern_grow(&inv->log, &inv->cap_log, inv->n_log + 2 * n, sizeof *inv->log)) {
        return quern_fail_nomem(l->err);
    }
    for (const quern_token *end = token + n; token < end && token->position < l->limit; token++) {
        quern_word *counted = token->form ? token->form : token->word;
        if (!counted->user) {
            QUERN_TRY(number(l, counted));
        }
        uint32_t term = (counted->user >> 1) - 1;
        uint32_t step = token->position - l->before;
        if (step == 0 && has_term(inv, inv->log + l->group, inv->log + inv->n_log, term)) {
            continue;
        }
        l->group = step ? inv->n_log : l->group;
        l->before = token->position;
        l->out->tokens++;
        l->out->len += counted->user & 1;
        if (step < QUERN_RUN_FAR) {
            inv->log[inv->n_log++] = term | step << QUERN_RUN_TERM_BITS;
        } else {
            inv->log[inv->n_log++] = term | (uint32_t)QUERN_RUN_FAR << QUERN_RUN_TERM_BITS;
            inv->log[inv->n_log++] = step;
        }
    }
    return QUERN_OK;
}

quern_status quern_inverter_log(quern_inverter *inv, quern_string text, uint32_t limit,
                                quern_logged *out, quern_error *err)
{
    size_t start = inv->n_log;
    logger l = {inv, out, limit, UINT32_MAX, start, err};
    const quern_token_sink sink = {log_tokens, log_users, number, &l};
    memset(out, 0, sizeof *out);
    QUERN_TRY(quern_analysis_feed(inv->analysis, text, &inv->tokens, &sink, err));
    out->end = l.before + 1;
    out->n_log = (uint32_t)(inv->n_log - start);
    return QUERN_OK;
}

/* ---- Fields ---- */

static int keep_field_term(const char *term, size_t len, void *payload)
{
    quern_inverter *inv = payload;
    quern_word *word = quern_analysis_intern(inv->analysis, term, len);
    if (!word || quern_grow(&inv->field_numbers, &inv->cap_field_numbers, inv->n_field_numbers + 1,
                            sizeof *inv->field_numbers)) {
        return 1;
    }
    if (!word->user && quern_numbers_add(&inv->numbers, word, NULL)) {
        return 1;
    }
    inv->field_numbers[inv->n_field_numbers++] = (word->user >> 1) - 1;
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

quern_status quern_inverter_log_fields(quern_inverter *inv, const quern_field_source *source,
                                       uint32_t *n_log, quern_error *err)
{
    *n_log = 0;
    inv->n_field_numbers = 0;
    QUERN_TRY(quern_fields_each(inv->analysis, &inv->tokens, source, keep_field_term, inv, err));
    size_t n = inv->n_field_numbers;
    if (n == 0) {
        return QUERN_OK;
    }
    if (quern_grow(&inv->log, &inv->cap_log, inv->n_log + n, sizeof *inv->log)) {
        return quern_fail_nomem(err);
    }
    qsort(inv->field_numbers, n, sizeof *inv->field_numbers, compare_numbers);
    uint32_t *at = inv->log + inv->n_log;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || inv->field_numbers[i] != inv->field_numbers[i - 1]) {
            uint32_t step = i == 0; /* to position 0; the others stand there, too */
            *at++ = inv->field_numbers[i] | step << QUERN_RUN_TERM_BITS;
        }
    }
    *n_log = (uint32_t)(at - (inv->log + inv->n_log));
    inv->n_log += *n_log;
    return QUERN_OK;
}

/* ---- One article ---- */

static quern_status log_title(quern_inverter *inv, quern_draft *d, quern_error *err)
{
    inv->n_log = 0;
    if (inv->pool_titles && d->in->title.len > 0) {
        QUERN_TRY(quern_inverter_log(inv, d->in->title, QUERN_TITLE_POSITIONS, &d->title, err));
    }
    d->out.title_words = d->title.end;
    d->out.n_title_log = d->title.n_log;
    return QUERN_OK;
}

static quern_status cut(quern_inverter *inv, quern_draft *d, quern_error *err)
{
    const quern_article *in = d->in;
    quern_passages_options options = {inv->passage_words, d->out.line, in->id.len > 0};
    QUERN_TRY(quern_passages_cut(in->text.data, in->text.len, &options, &inv->passages, err));
    d->out.n_passages = (uint32_t)inv->passages.n;
    if (inv->passages.n == 0 && d->title.end > 0) {
        d->out.n_passages = 1;
    }
    if (quern_grow(&inv->cut, &inv->cap_cut, d->out.n_passages, sizeof *inv->cut)) {
        return quern_fail_nomem(err);
    }
    if (inv->passages.n == 0) {
        quern_run_passage none = {0, 0, d->out.line, 1, 0, 0};
        if (d->out.n_passages > 0) {
            inv->cut[0] = none;
        }
        return QUERN_OK;
    }
    for (size_t i = 0; i < inv->passages.n; i++) {
        const quern_stored_passage *p = &inv->passages.items[i];
        quern_run_passage passage = {
            (uint32_t)p->start, (uint32_t)p->end, p->line, p->column, 0, 0};
        inv->cut[i] = passage;
    }
    return QUERN_OK;
}

/* An article without passages has nothing that could be selected. */
static quern_status log_fields(quern_inverter *inv, quern_draft *d, quern_error *err)
{
    quern_field_source source = {d->in->title, d->in->fields, d->in->n_fields};
    if (d->out.n_passages == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_inverter_log_fields(inv, &source, &d->out.n_field_log, err));
    d->tokens += d->out.n_field_log;
    return QUERN_OK;
}

static quern_status log_passage(quern_inverter *inv, quern_draft *d, uint32_t i, quern_error *err)
{
    quern_run_passage *p = &inv->cut[i];
    quern_logged own;
    quern_string text = {d->in->text.data, p->end - p->start};
    if (text.len > 0) {
        text.data += p->start;
    }
    QUERN_TRY(quern_inverter_log(inv, text, UINT32_MAX - QUERN_TITLE_POSITIONS, &own, err));
    p->n_log = own.n_log;
    p->len = own.len;
    d->tokens += own.tokens;
    uint32_t end = own.end;
    if (quern_run_pools(d->out.title_words, d->out.title_in_text, i, text.len)) {
        p->len += d->title.len;
        d->tokens += d->title.tokens;
        end += d->title.end;
    }
    d->max_position = end > d->max_position ? end : d->max_position;
    return QUERN_OK;
}

static int copy_string(quern_pool *pool, quern_string s, const char **data, uint32_t *len)
{
    *data = quern_pool_copy(pool, s.data, s.len);
    *len = (uint32_t)s.len;
    return *data ? 0 : -1;
}

static int copy_fields(quern_run *run, quern_draft *d)
{
    const quern_article *in = d->in;
    quern_pool *pool = &run->pool;
    quern_field *fields = NULL;
    if (in->n_fields > 0) {
        fields = quern_pool_alloc(pool, in->n_fields * sizeof *fields);
        if (!fields) {
            return -1;
        }
    }
    for (size_t i = 0; i < in->n_fields; i++) {
        fields[i] = in->fields[i];
        fields[i].name.data = quern_pool_copy(pool, in->fields[i].name.data, fields[i].name.len);
        fields[i].value.data = quern_pool_copy(pool, in->fields[i].value.data, fields[i].value.len);
        if (!fields[i].name.data || !fields[i].value.data) {
            return -1;
        }
    }
    d->out.fields = fields;
    d->out.n_fields = (uint32_t)in->n_fields;
    return 0;
}

/* Copies what the run keeps of the article into its pool. */
static int keep(const quern_inverter *inv, quern_run *run, quern_draft *d)
{
    const quern_article *in = d->in;
    quern_pool *pool = &run->pool;
    d->out.text_bytes = (uint32_t)in->text.len;
    if (inv->store_text) {
        d->out.text = quern_pool_copy(pool, in->text.data, in->text.len);
        if (!d->out.text) {
            return -1;
        }
    }
    d->out.log = (const uint32_t *)(const void *)quern_pool_copy(pool, inv->log,
                                                                 inv->n_log * sizeof *inv->log);
    d->out.passages = (const quern_run_passage *)(const void *)quern_pool_copy(
        pool, inv->cut, d->out.n_passages * sizeof *inv->cut);
    return !d->out.log || !d->out.passages ||
           copy_string(pool, in->id, &d->out.id, &d->out.id_len) ||
           copy_string(pool, in->title, &d->out.title, &d->out.title_len) ||
           copy_string(pool, in->language, &d->out.language, &d->out.language_len) ||
           copy_fields(run, d);
}

quern_status quern_inverter_read(quern_inverter *inv, const quern_article *article, quern_draft *d,
                                 quern_error *err)
{
    memset(d, 0, sizeof *d);
    d->in = article;
    d->out.line = article->line ? article->line : 1;
    d->out.date = article->date;
    d->out.title_in_text = article->title_in_text != 0;
    d->out.offsets_in_text = article->offsets_in_text != 0;
    d->out.analysed_in = quern_analysis_in_use(inv->analysis);
    QUERN_TRY(log_title(inv, d, err));
    QUERN_TRY(cut(inv, d, err));
    QUERN_TRY(log_fields(inv, d, err));
    for (uint32_t i = 0; i < d->out.n_passages; i++) {
        QUERN_TRY(log_passage(inv, d, i, err));
    }
    return QUERN_OK;
}

quern_status quern_inverter_keep(const quern_inverter *inv, quern_draft *d, const quern_key *key,
                                 quern_run *run, quern_error *err)
{
    if (keep(inv, run, d)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_run_add(run, key, &d->out, err));
    run->n_log += inv->n_log;
    run->n_tokens += d->tokens;
    run->max_position = d->max_position > run->max_position ? d->max_position : run->max_position;
    return QUERN_OK;
}
