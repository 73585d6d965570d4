/* SPDX-License-Identifier: MIT */
/* suggest - words of the index that a reader may have meant, and words that go on as typed.
 *
 * A correction is offered for a word that nothing, or next to nothing, has, where a word of the
 * index lies a slip or two away (slips.h) that is much commoner; it is never searched for unasked.
 *
 *     typed      in passages   nearest            in passages
 *     Bedrok     0             bedrock, 1 slip    4              Bedrock
 *     Tranium    1             trainium, 1 slip   4              Trainium
 *     brown      1             crown, 1 slip      9              -   it begins otherwise
 *
 * Slips are more likely in a long word, and rarely hit its first character: words of up to five
 * characters may have one, longer ones two; a word that begins otherwise is taken only where
 * nothing has the typed one, and after all those that begin alike. The nearest wins, then the
 * commonest, then the first in byte order.
 *
 * A word that stands in the query for the same as others (plan.h, SAME) is as common as the
 * commonest of them: where one is found, the others are no slips.
 *
 * Words of the index are its exact forms, walked from the first character on for a typed word, and
 * all of them where none of those will do. Counts are of stems: how many living passages a search
 * for the word would find.
 */
#include "query/counts.h"
#include "query/parse.h"
#include "query/slips.h"

#include <stdlib.h>
#include <unicase.h>
#include <unistr.h>

enum {
    LEAST_LETTERS = 3,
    LONG_LETTERS = 6, /* from here on two slips */
    KEPT = 8,         /* candidates of a word whose stems are counted */
    MUCH = 4,         /* times as many passages: much commoner */
    RARE = 2,         /* passages that are next to none, */
    RARE_PART = 10000 /* or one in so many */
};

/* A word of the index that a typed one may have been. */
typedef struct candidate {
    quern_string form; /* in the arena */
    uint32_t slips;
    int begins_otherwise;
    uint64_t n;
} candidate;

struct quern_suggestions {
    quern_arena arena;
    quern_suggestion *items;
    size_t n, cap;
    quern_string text, plain;
};

typedef struct suggest {
    quern_reader *reader;
    quern_analysis *analysis;
    const quern_plan *plan;
    quern_suggestions *out;
    quern_string typed;
    quern_counts_all all;
    quern_tokens tokens;
    /* the word at hand */
    quern_string form; /* in the arena, without its kind */
    quern_string stem; /* with its kind, likewise */
    quern_slips_word word;
    uint32_t most; /* slips */
    uint64_t n_passages;
    candidate kept[KEPT];
    size_t n_kept;
    quern_error *err;
    quern_status status; /* of a callback */
} suggest;

/* ---- Candidates ---- */

static int is_better(const candidate *a, const candidate *b)
{
    if (a->begins_otherwise != b->begins_otherwise) {
        return b->begins_otherwise;
    }
    if (a->slips != b->slips) {
        return a->slips < b->slips;
    }
    if (a->n != b->n) {
        return a->n > b->n;
    }
    size_t n = a->form.len < b->form.len ? a->form.len : b->form.len;
    int order = memcmp(a->form.data, b->form.data, n);
    return order ? order < 0 : a->form.len < b->form.len;
}

/* Keeps the candidate if it is among the best. */
static void keep(suggest *s, candidate c)
{
    size_t at = s->n_kept;
    if (at == KEPT && !is_better(&c, &s->kept[KEPT - 1])) {
        return;
    }
    c.form.data = quern_arena_copy(&s->out->arena, c.form.data, c.form.len);
    if (!c.form.data) {
        s->status = quern_fail_nomem(s->err);
        return;
    }
    at -= at == KEPT;
    for (; at > 0 && is_better(&c, &s->kept[at - 1]); at--) {
        s->kept[at] = s->kept[at - 1];
    }
    s->kept[at] = c;
    s->n_kept += s->n_kept < KEPT;
}

static int has_digit(quern_string word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] >= '0' && word.data[i] <= '9') {
            return 1;
        }
    }
    return 0;
}

static int see_form(quern_string form, uint64_t n_passages, void *payload)
{
    suggest *s = payload;
    quern_slips_word word;
    size_t longest = s->form.len + (size_t)s->most * 4;
    if (form.len > longest || form.len + (size_t)s->most * 4 < s->form.len || n_passages == 0) {
        return 0;
    }
    quern_slips_read(&word, form);
    candidate c = {.form = form, .n = n_passages};
    c.begins_otherwise = word.n > 0 && word.chars[0] != s->word.chars[0];
    c.slips = quern_slips_distance(&s->word, &word, c.begins_otherwise ? 1 : s->most);
    if (c.slips == 0 || c.slips > (c.begins_otherwise ? 1 : s->most) || has_digit(form)) {
        return 0;
    }
    keep(s, c);
    return s->status != QUERN_OK;
}

static quern_status find_candidates(suggest *s, quern_string prefix)
{
    QUERN_TRY(quern_counts_each_form(s->reader, prefix, see_form, s, s->err));
    return s->status;
}

/* The passages that have the stem of the form in the language in use; 0 where it would find what
 * the typed word does. */
static quern_status count_in_language(suggest *s, quern_string form, uint64_t *n)
{
    quern_tokens tokens = {0};
    *n = 0;
    quern_status status = quern_analysis_text(s->analysis, form.data, form.len, &tokens, s->err);
    if (!status && tokens.n == 1) {
        const quern_word *word = tokens.items[0].word;
        quern_string stem = {word->term, word->term_len};
        if (stem.len != s->stem.len || memcmp(stem.data, s->stem.data, stem.len) != 0) {
            status = quern_counts_of(s->reader, &stem, 1, n, s->err);
        }
    }
    quern_tokens_finish(&tokens);
    return status;
}

/* The passages that a search for the form finds at least: those of the language with the most. */
static quern_status count_form(suggest *s, quern_string form, uint64_t *n)
{
    quern_status status = QUERN_OK;
    *n = 0;
    for (uint32_t i = 0; !status && i < quern_analysis_languages(s->analysis); i++) {
        uint64_t here;
        (void)quern_analysis_use(s->analysis, i);
        status = count_in_language(s, form, &here);
        *n = here > *n ? here : *n;
    }
    (void)quern_analysis_use(s->analysis, 0);
    return status;
}

/* The best of the candidates that are much commoner than what was typed; *n stays 0 for none. */
static quern_status choose(suggest *s, quern_string *form, uint64_t *n)
{
    candidate best = {.n = 0};
    for (size_t i = 0; i < s->n_kept; i++) {
        candidate c = s->kept[i];
        QUERN_TRY(count_form(s, c.form, &c.n));
        if (c.n > 0 && c.n >= s->n_passages * MUCH && (best.n == 0 || is_better(&c, &best))) {
            best = c;
        }
    }
    *form = best.form;
    *n = best.n;
    return QUERN_OK;
}

/* ---- A word ---- */

static quern_string own(suggest *s, const char *data, size_t len)
{
    quern_string out = {quern_arena_copy(&s->out->arena, data, len), len};
    if (!out.data) {
        s->status = quern_fail_nomem(s->err);
        out.len = 0;
    }
    return out;
}

/* Whether the word has capitals: 1 at its start, 2 throughout, where it has more than one
 * character. */
static int capitals_of(quern_string word)
{
    ucs4_t c;
    int n = 0;
    int n_capitals = 0;
    int is_first = 0;
    for (size_t i = 0; i < word.len; n++) {
        int got = u8_mbtoucr(&c, (const uint8_t *)word.data + i, word.len - i);
        if (got <= 0) {
            return 0;
        }
        int is_capital = uc_tolower(c) != c;
        is_first |= i == 0 && is_capital;
        n_capitals += is_capital;
        i += (size_t)got;
    }
    return n > 1 && n_capitals == n ? 2 : is_first;
}

/* Writes the form with the capitals that the word has. */
static quern_status dress(suggest *s, quern_string word, quern_string *form)
{
    int capitals = capitals_of(word);
    quern_buf made = {0};
    for (size_t i = 0; i < form->len;) {
        ucs4_t c;
        uint8_t bytes[8];
        const uint8_t *at = (const uint8_t *)form->data + i;
        int got = u8_mbtoucr(&c, at, form->len - i);
        int put = got > 0 && (capitals == 2 || (capitals == 1 && i == 0))
                      ? u8_uctomb(bytes, uc_toupper(c), sizeof bytes)
                      : 0;
        got = got > 0 ? got : 1;
        quern_buf_bytes(&made, put > 0 ? bytes : at, (size_t)(put > 0 ? put : got));
        i += (size_t)got;
    }
    *form = own(s, (const char *)made.data, made.len);
    s->status = made.status ? quern_fail_nomem(s->err) : s->status;
    quern_buf_finish(&made);
    return s->status;
}

/* Whether a word that so many passages have may be a slip. */
static int is_doubtful(const suggest *s)
{
    return s->n_passages <= RARE || s->n_passages <= s->all.n_passages / RARE_PART;
}

/* Finds what may have been meant; *n stays 0 where nothing is. */
static quern_status correct(suggest *s, quern_string *better, uint64_t *n)
{
    quern_string first = {s->form.data, 0};
    *n = 0;
    quern_slips_read(&s->word, s->form);
    if (!is_doubtful(s) || s->word.n < LEAST_LETTERS || has_digit(s->form)) {
        return QUERN_OK;
    }
    s->most = s->word.n < LONG_LETTERS ? 1 : 2;
    s->n_kept = 0;
    first.len = (size_t)u8_mblen((const uint8_t *)s->form.data, s->form.len);
    QUERN_TRY(find_candidates(s, first));
    QUERN_TRY(choose(s, better, n));
    if (*n > 0 || s->n_passages > 0) {
        return QUERN_OK;
    }
    s->n_kept = 0;
    QUERN_TRY(find_candidates(s, (quern_string){"", 0}));
    return choose(s, better, n);
}

/* Raises s->n_passages to those of what stands for the same as the word. */
static quern_status count_same(suggest *s, const quern_plan_node *same, uint32_t term)
{
    uint64_t n = 0;
    int is_one = 0;
    for (uint32_t i = 0; i < same->n_members && !is_one; i++) {
        is_one = same->members[i].term == term;
    }
    for (uint32_t i = 0; is_one && i < same->n_members; i++) {
        const quern_string *stem = &s->plan->term_strings.items[same->members[i].term];
        QUERN_TRY(quern_counts_of(s->reader, stem, 1, &n, s->err));
        s->n_passages = n > s->n_passages ? n : s->n_passages;
    }
    return QUERN_OK;
}

/* The passages that have the word, or what stands for the same. */
static quern_status count_word(suggest *s)
{
    uint32_t term = quern_plan_find(s->plan, s->stem.data, s->stem.len);
    QUERN_TRY(quern_counts_of(s->reader, &s->stem, 1, &s->n_passages, s->err));
    for (size_t i = 0; i < s->plan->n_sames; i++) {
        QUERN_TRY(count_same(s, s->plan->sames[i], term));
    }
    return QUERN_OK;
}

static quern_status add_word(suggest *s, const quern_token *token)
{
    quern_suggestions *out = s->out;
    const char *typed = s->typed.data + token->start;
    quern_suggestion item = {.size = sizeof item};
    item.start = (uint32_t)token->start;
    item.end = (uint32_t)token->end;
    s->form = own(s, token->form->term + 1, token->form->term_len - 1);
    s->stem = own(s, token->word->term, token->word->term_len);
    QUERN_TRY(s->status);
    QUERN_TRY(count_word(s));
    QUERN_TRY(correct(s, &item.better, &item.better_passages));
    if (item.better_passages > 0) {
        quern_string word = {typed, token->end - token->start};
        QUERN_TRY(dress(s, word, &item.better));
    } else {
        item.better = own(s, "", 0);
    }
    item.passages = s->n_passages;
    if (s->status || quern_grow(&out->items, &out->cap, out->n + 1, sizeof *out->items)) {
        return s->status ? s->status : quern_fail_nomem(s->err);
    }
    out->items[out->n++] = item;
    return QUERN_OK;
}

/* ---- A query ---- */

/* Whether a query for the text looks for the token as a word: not what is an operator in it, the
 * name of a field, or a pattern. */
static int is_word(const quern_query *query, const quern_tokens *tokens, size_t i)
{
    const quern_token *t = &tokens->items[i];
    return t->form && t->covers == 1 && (i == 0 || tokens->items[i - 1].position != t->position) &&
           quern_plan_find(&query->plan, t->word->term, t->word->term_len) != QUERN_PLAN_NONE;
}

/* The text with its corrections, where it has any; and its words alone, without operators. */
static quern_status write_texts(suggest *s)
{
    quern_suggestions *out = s->out;
    quern_buf text = {0};
    quern_buf plain = {0};
    size_t at = 0;
    int has_better = 0;
    for (size_t i = 0; i < out->n; i++) {
        const quern_suggestion *item = &out->items[i];
        quern_string word = {s->typed.data + item->start, item->end - item->start};
        word = item->better_passages > 0 ? item->better : word;
        has_better |= item->better_passages > 0;
        quern_buf_bytes(&text, s->typed.data + at, item->start - at);
        quern_buf_bytes(&text, word.data, word.len);
        quern_buf_bytes(&plain, " ", i > 0);
        quern_buf_bytes(&plain, word.data, word.len);
        at = item->end;
    }
    quern_buf_bytes(&text, s->typed.data + at, s->typed.len - at);
    s->status = text.status || plain.status ? quern_fail_nomem(s->err) : s->status;
    if (!s->status) {
        out->text = own(s, has_better ? (const char *)text.data : "", has_better ? text.len : 0);
        out->plain = own(s, plain.len ? (const char *)plain.data : "", plain.len);
    }
    quern_buf_finish(&text);
    quern_buf_finish(&plain);
    return s->status;
}

static quern_status suggest_all(suggest *s, const quern_query *query)
{
    QUERN_TRY(quern_counts_all_of(s->reader, &s->all, s->err));
    QUERN_TRY(quern_analysis_text(s->analysis, s->typed.data, s->typed.len, &s->tokens, s->err));
    for (size_t i = 0; i < s->tokens.n && s->out->n < QUERN_SUGGESTIONS_MAX; i++) {
        if (is_word(query, &s->tokens, i)) {
            QUERN_TRY(add_word(s, &s->tokens.items[i]));
        }
    }
    return write_texts(s);
}

quern_status quern_suggest(quern_reader *reader, quern_string text, quern_suggestions **out,
                           quern_error *err)
{
    return quern_suggest_with(reader, text, NULL, out, err);
}

quern_status quern_suggest_with(quern_reader *reader, quern_string text,
                                const quern_query_options *options, quern_suggestions **out,
                                quern_error *err)
{
    suggest s = {.reader = reader, .typed = text, .err = err};
    quern_query *query = NULL;
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !out || (!text.data && text.len) || text.len > UINT32_MAX) {
        return quern_fail(err, QUERN_E_INVALID, "quern_suggest: an argument is missing");
    }
    QUERN_TRY(quern_query_parse_with(reader, text, options, &query, err));
    s.out = quern_alloc_zero(1, sizeof *s.out);
    quern_status status = s.out ? QUERN_OK : quern_fail_nomem(err);
    if (!status) {
        status = quern_reader_take_analysis(reader, &s.analysis, err);
    }
    if (!status) {
        s.plan = &query->plan;
        status = suggest_all(&s, query);
    }
    quern_tokens_finish(&s.tokens);
    quern_reader_give_analysis(reader, s.analysis);
    quern_query_free(query);
    if (status) {
        quern_suggestions_free(s.out);
        return status;
    }
    *out = s.out;
    return QUERN_OK;
}

void quern_suggestions_free(quern_suggestions *suggestions)
{
    if (suggestions) {
        quern_free(suggestions->items);
        quern_arena_finish(&suggestions->arena);
        quern_free(suggestions);
    }
}

size_t quern_suggestions_count(const quern_suggestions *suggestions)
{
    return suggestions ? suggestions->n : 0;
}

quern_status quern_suggestions_get(const quern_suggestions *s, size_t i, quern_suggestion *out)
{
    if (!s || i >= s->n || !out || quern_struct_write(out, &s->items[i], sizeof *s->items)) {
        return QUERN_E_INVALID;
    }
    return QUERN_OK;
}

const char *quern_suggestions_text(const quern_suggestions *suggestions)
{
    return suggestions ? suggestions->text.data : "";
}

const char *quern_suggestions_plain(const quern_suggestions *suggestions)
{
    return suggestions ? suggestions->plain.data : "";
}
