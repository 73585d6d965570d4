/* SPDX-License-Identifier: MIT */
/* complete - words of the index that begin as typed, the commonest first.
 *
 * The forms that begin with the prefix are walked once and the best of them kept, in order; a form
 * that is no better than the last one kept costs a comparison.
 *
 * Forms are counted with the passages that were deleted since; to count them without would take all
 * postings of each. So twice as many are kept as are wanted, and those have at most the living
 * passages of their stem, which are known: a word that no passage has any more is not offered. */
#include "query/counts.h"

typedef struct completion {
    quern_string word; /* in the arena */
    uint64_t n;
} completion;

typedef struct completions {
    quern_arena arena;
    completion *items;
    size_t n, most;
    int is_out_of_memory;
} completions;

static int see_form(quern_string form, uint64_t n_passages, void *payload)
{
    completions *c = payload;
    if (n_passages == 0 || (c->n == c->most && n_passages <= c->items[c->n - 1].n)) {
        return 0;
    }
    completion new = {{quern_arena_copy(&c->arena, form.data, form.len), form.len}, n_passages};
    if (!new.word.data) {
        c->is_out_of_memory = 1;
        return 1;
    }
    size_t at = c->n - (c->n == c->most);
    for (; at > 0 && c->items[at - 1].n < new.n; at--) {
        c->items[at] = c->items[at - 1];
    }
    c->items[at] = new;
    c->n += c->n < c->most;
    return 0;
}

/* The folded form of what was typed, without what follows its first word; NULL where there is no
 * word. It is the analysis's. */
static quern_status fold(quern_analysis *analysis, quern_string typed, quern_tokens *tokens,
                         quern_string *out, quern_error *err)
{
    QUERN_TRY(quern_analysis_text(analysis, typed.data, typed.len, tokens, err));
    const quern_word *form = tokens->n > 0 ? tokens->items[0].form : NULL;
    *out = form ? (quern_string){form->term + 1, form->term_len - 1} : (quern_string){NULL, 0};
    return QUERN_OK;
}

/* Puts the i-th in its place among those before it. */
static void move_up(completion *items, size_t i)
{
    completion here = items[i];
    for (; i > 0 && items[i - 1].n < here.n; i--) {
        items[i] = items[i - 1];
    }
    items[i] = here;
}

/* The most passages that a word can be in now: those that have its stem, in any language. */
static quern_status count_live(quern_reader *reader, quern_analysis *analysis, quern_tokens *tokens,
                               quern_string word, uint64_t *out, quern_error *err)
{
    quern_status status = QUERN_OK;
    *out = 0;
    for (uint32_t i = 0; !status && i < quern_analysis_languages(analysis); i++) {
        uint64_t live = 0;
        (void)quern_analysis_use(analysis, i);
        status = quern_analysis_text(analysis, word.data, word.len, tokens, err);
        if (!status && tokens->n > 0) {
            quern_string stem = {tokens->items[0].word->term, tokens->items[0].word->term_len};
            status = quern_counts_of(reader, &stem, 1, &live, err);
        }
        *out += live;
    }
    (void)quern_analysis_use(analysis, 0);
    return status;
}

/* Counts no more than live, and drops what does not. */
static quern_status drop_dead(quern_reader *reader, quern_analysis *analysis, quern_tokens *tokens,
                              completions *c, quern_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        completion here = c->items[i];
        uint64_t live;
        QUERN_TRY(count_live(reader, analysis, tokens, here.word, &live, err));
        here.n = live < here.n ? live : here.n;
        if (here.n > 0) {
            c->items[kept] = here;
            move_up(c->items, kept++);
        }
    }
    c->n = kept;
    return QUERN_OK;
}

quern_status quern_complete(quern_reader *reader, quern_string prefix, size_t n,
                            int (*each)(quern_string word, uint64_t passages, void *payload),
                            void *payload, quern_error *err)
{
    completions c = {.most = 2 * n};
    quern_tokens tokens = {0};
    quern_analysis *analysis = NULL;
    quern_string folded = {NULL, 0};
    quern_error_clear(err);
    if (!reader || !each || n == 0 || n > UINT32_MAX / 2 || (!prefix.data && prefix.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_complete: an argument is missing");
    }
    QUERN_TRY(quern_reader_take_analysis(reader, &analysis, err));
    quern_status status = fold(analysis, prefix, &tokens, &folded, err);
    c.items = quern_alloc_zero(c.most, sizeof *c.items);
    if (!status && !c.items) {
        status = quern_fail_nomem(err);
    }
    if (!status && folded.data) {
        status = quern_counts_each_form(reader, folded, see_form, &c, err);
        status = c.is_out_of_memory ? quern_fail_nomem(err) : status;
    }
    status = status ? status : drop_dead(reader, analysis, &tokens, &c, err);
    for (size_t i = 0;
         !status && i < c.n && i < n && each(c.items[i].word, c.items[i].n, payload) == 0;) {
        i++;
    }
    quern_free(c.items);
    quern_arena_finish(&c.arena);
    quern_tokens_finish(&tokens);
    quern_reader_give_analysis(reader, analysis);
    return status;
}
