/* SPDX-License-Identifier: MIT */
/* fields - see fields.h. */
#include "stemmer/fields.h"

#include "stemmer/fold.h"

#include <string.h>

size_t quern_field_name(quern_string name, char out[QUERN_FIELD_NAME_MAX])
{
    if (name.len > QUERN_FIELD_NAME_MAX) {
        return 0;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return name.len;
}

/* What comes before the bytes; returns its length. */
static size_t put_head(char *out, quern_string name, int sort)
{
    size_t n = name.len < QUERN_FIELD_NAME_MAX ? name.len : QUERN_FIELD_NAME_MAX;
    out[0] = QUERN_TERM_FIELD;
    memcpy(out + 1, name.data, n);
    out[n + 1] = '\0';
    out[n + 2] = (char)sort;
    return n + 3;
}

size_t quern_field_term(char out[QUERN_TERM_MAX], quern_string name, int sort, quern_string bytes)
{
    size_t n = put_head(out, name, sort);
    size_t len = bytes.len;
    if (len > QUERN_TERM_MAX - n) {
        len = QUERN_TERM_MAX - n;
        while (len > 0 && ((unsigned char)bytes.data[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    memcpy(out + n, bytes.data, len);
    return n + len;
}

static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t quern_field_value_term(char out[QUERN_TERM_MAX], quern_string name, quern_string value)
{
    size_t head = put_head(out, name, QUERN_FIELD_VALUE);
    size_t n = head;
    for (size_t i = 0, end; i < value.len && n < QUERN_TERM_MAX; i = end) {
        for (; i < value.len && is_blank(value.data[i]); i++) {
        }
        for (end = i; end < value.len && !is_blank(value.data[end]); end++) {
        }
        size_t gap = n > head; /* folding drops blanks: one goes between words */
        size_t room = QUERN_TERM_MAX - n;
        size_t len = room > gap ? quern_fold(value.data + i, end - i, QUERN_FOLD_MARKS,
                                             out + n + gap, room - gap)
                                : 0;
        if (len > 0 && gap) {
            out[n] = ' ';
        }
        n += len > 0 ? len + gap : 0;
    }
    return n;
}

typedef struct walk {
    quern_analysis *analysis;
    quern_tokens *tokens;
    quern_field_visit each;
    void *payload;
} walk;

static quern_string without_kind(const quern_word *word)
{
    quern_string bytes = {word->term + 1, word->term_len - 1};
    return bytes;
}

/* The words of a value, and of the title their stems. */
static quern_status visit_words(const walk *w, quern_string name, quern_string value, int stems,
                                quern_error *err)
{
    char term[QUERN_TERM_MAX];
    QUERN_TRY(quern_analysis_text(w->analysis, value.data, value.len, w->tokens, err));
    for (size_t i = 0; i < w->tokens->n; i++) {
        const quern_token *token = &w->tokens->items[i];
        const quern_word *word = token->form ? token->form : token->word;
        size_t n = quern_field_term(term, name, QUERN_FIELD_WORD, without_kind(word));
        int stopped = w->each(term, n, w->payload);
        if (!stopped && stems && token->form) {
            n = quern_field_term(term, name, QUERN_FIELD_STEM, without_kind(token->word));
            stopped = w->each(term, n, w->payload);
        }
        if (stopped) {
            return quern_fail_nomem(err);
        }
    }
    return QUERN_OK;
}

static quern_status visit_field(const walk *w, const quern_field *field, quern_error *err)
{
    char folded[QUERN_FIELD_NAME_MAX];
    char term[QUERN_TERM_MAX];
    quern_string name = {folded, quern_field_name(field->name, folded)};
    if (name.len == 0) {
        return QUERN_OK;
    }
    size_t n = quern_field_value_term(term, name, field->value);
    if (w->each(term, n, w->payload)) {
        return quern_fail_nomem(err);
    }
    return visit_words(w, name, field->value, 0, err);
}

quern_status quern_fields_each(quern_analysis *analysis, quern_tokens *tokens,
                               const quern_field_source *source, quern_field_visit each,
                               void *payload, quern_error *err)
{
    walk w = {analysis, tokens, each, payload};
    for (size_t i = 0; i < source->n_fields; i++) {
        QUERN_TRY(visit_field(&w, &source->fields[i], err));
    }
    quern_string title = {QUERN_FIELD_TITLE, sizeof QUERN_FIELD_TITLE - 1};
    return source->title.len > 0 ? visit_words(&w, title, source->title, 1, err) : QUERN_OK;
}
