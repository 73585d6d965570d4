/* SPDX-License-Identifier: MIT */
/* stream_care - words that take more than a look-up: those of amounts of money, of compounds, and
 * of scripts without blanks. See stream.h. */
#include "stemmer/stream.h"

#include "stemmer/amounts.h"
#include "stemmer/dense.h"
#include "stemmer/meaning.h"

#include <string.h>

#define COMPOUND_MOST 4 /* parts of a compound that are joined */

/* Appends a word at the next position. */
static int put_next(quern_stream *s, size_t start, size_t end)
{
    int result = quern_stream_put(s, start, end, s->position);
    s->position += result > 0;
    return result < 0 ? -1 : 0;
}

/* ---- Amounts ---- */

/* Copies text to bytes + n; returns where it ends. */
static size_t append(char *bytes, size_t n, const char *text)
{
    while (*text) {
        bytes[n++] = *text++;
    }
    return n;
}

/* Puts the amount in front of the words that it is made of, at index `at`. */
static int insert_amount(quern_stream *s, size_t at, uint32_t position, const quern_amount *amount,
                         const char *currency)
{
    char bytes[QUERN_AMOUNT_VALUE_MAX + 8] = {QUERN_TERM_AMOUNT};
    size_t n = append(bytes, 1, amount->value);
    if (*currency) {
        n = append(bytes, append(bytes, n, " "), currency);
    }
    quern_word *word = quern_vocabulary_intern(&s->analysis->vocabulary, bytes, n, NULL);
    quern_token *token = word ? quern_stream_insert(s, at) : NULL;
    if (token) {
        *token = (quern_token){word, NULL, position, 1, amount->start, amount->end};
    }
    return token ? 0 : -1;
}

/* Puts an amount and its words, of which text[start, end) is the one with the number. */
static int put_amount(quern_stream *s, const quern_amount *amount, size_t start, size_t end)
{
    quern_tokens *tokens = s->tokens;
    size_t at = tokens->n;
    uint32_t position = s->position;
    if (at > 0 && tokens->items[at - 1].start >= amount->start) {
        position = tokens->items[--at].position; /* USD, US */
    }
    if (insert_amount(s, at, position, amount, "") ||
        (amount->currency[0] && insert_amount(s, at, position, amount, amount->currency))) {
        return -1;
    }
    while (start < amount->end) {
        if (quern_stream_put(s, start, end, position) < 0) {
            return -1;
        }
        quern_trim here = *s->words;
        if (end >= amount->end) {
            break;
        }
        if (!quern_trim_next(s->words, &start, &end) || start >= amount->end) {
            *s->words = here;
            break;
        }
    }
    s->position = position + 1;
    s->taken = amount->end;
    return 0;
}

/* Whether the words from text[start, end) on end where the amount does, which was read by letters
 * alone. */
static int ends_with_words(const quern_stream *s, size_t start, size_t end, size_t amount_end)
{
    quern_trim words = *s->words;
    while (end < amount_end && quern_trim_next(&words, &start, &end) && start < amount_end) {
        if (end > amount_end) {
            return 0;
        }
    }
    return 1;
}

int quern_stream_may_be_amount(const quern_stream *s, size_t start, size_t end, size_t before,
                               size_t before_end)
{
    quern_amount_place place = {s->text, s->len, start, end, before, before_end, 0};
    quern_amount amount;
    place.short_scale = quern_stem_short_scale(s->analysis->stemmer);
    return quern_amounts_read(&place, &amount);
}

/* Whether the word, which begins with a digit, is in an amount. */
static int find_amount(const quern_stream *s, size_t start, size_t end, quern_amount *amount)
{
    const quern_tokens *tokens = s->tokens;
    quern_amount_place place = {s->text, s->len, start, end, s->taken, s->taken, 0};
    place.short_scale = quern_stem_short_scale(s->analysis->stemmer);
    if (tokens->n > 0 && tokens->items[tokens->n - 1].end > s->taken) {
        const quern_token *last = &tokens->items[tokens->n - 1];
        place.before_start = last->word->term[0] == QUERN_TERM_WORD ? last->start : last->end;
        place.before_end = last->end;
    }
    if (!quern_amounts_read(&place, amount)) {
        return 0;
    }
    if (ends_with_words(s, start, end, amount->end)) {
        return 1;
    }
    place.len = end; /* what follows is not what it looked like */
    return quern_amounts_read(&place, amount);
}

/* ---- Compounds ---- */

/* The bytes of the hyphen that ends at `end`, not reaching before `start`; 0 for none. */
static size_t hyphen_before(const char *text, size_t start, size_t end)
{
    if (end > start && text[end - 1] == '-') {
        return 1;
    }
    return end - start >= 3 && memcmp(text + end - 3, "\xE2\x80", 2) == 0 &&
                   (text[end - 1] == '\x90' || text[end - 1] == '\x91')
               ? 3
               : 0;
}

static int has_dense(const quern_stream *s, size_t start, size_t end)
{
    const unsigned char *text = (const unsigned char *)s->text;
    for (size_t i = start; i < end; i++) {
        if (quern_dense_may(text[i]) && quern_dense_next(text, end, i) > i) {
            return 1;
        }
    }
    return 0;
}

/* The next word of the compound whose last part ends at `from`; 0: there is none. */
static int next_part(quern_stream *s, size_t from, size_t *start, size_t *end)
{
    if (from >= s->len || (s->text[from] != '-' && s->text[from] != '\xE2')) {
        return 0;
    }
    quern_trim here = *s->words;
    if (quern_trim_next(s->words, start, end) && *start > from &&
        hyphen_before(s->text, from, *start) == *start - from && !has_dense(s, *start, *end)) {
        return 1;
    }
    *s->words = here;
    return 0;
}

/* Puts the parts of tokens [first, first + n) as one word behind the first. */
static int insert_joined(quern_stream *s, size_t first, size_t n)
{
    char joined[QUERN_SPELLING_LONG];
    size_t len = 0;
    const quern_token *parts = &s->tokens->items[first];
    for (size_t i = 0; i < n; i++) {
        size_t more = parts[i].end - parts[i].start;
        if (more > sizeof joined - len) {
            return 0;
        }
        memcpy(joined + len, s->text + parts[i].start, more);
        len += more;
    }
    quern_token token = {.position = parts[0].position, .covers = (uint32_t)n};
    token.start = parts[0].start;
    token.end = parts[n - 1].end;
    if (!quern_meaning_has_letter(joined, len)) {
        return 0;
    }
    quern_meaning found;
    if (quern_meaning_find(s->analysis, joined, len, sizeof joined, &found)) {
        return -1;
    }
    quern_token *place = found.term ? quern_stream_insert(s, first + 1) : NULL;
    if (place) {
        token.word = found.term;
        token.form = found.form;
        *place = token;
    }
    return place || !found.term ? 0 : -1;
}

/* Puts the word, which follows a hyphen that follows the last token, and all that hang on it. */
static int put_compound(quern_stream *s, size_t start, size_t end)
{
    size_t first = s->tokens->n - 1;
    do {
        if (put_next(s, start, end)) {
            return -1;
        }
    } while (next_part(s, end, &start, &end));
    size_t n = s->tokens->n - first;
    return n >= 2 && n <= COMPOUND_MOST ? insert_joined(s, first, n) : 0;
}

/* Whether the word hangs on the last token by a hyphen. */
static int is_compound(const quern_stream *s, size_t start)
{
    const quern_tokens *tokens = s->tokens;
    const quern_token *last = tokens->n > 0 ? &tokens->items[tokens->n - 1] : NULL;
    if (!last || last->end <= s->taken || last->word->term[0] != QUERN_TERM_WORD ||
        last->end >= start) {
        return 0;
    }
    return hyphen_before(s->text, last->end, start) == start - last->end &&
           !has_dense(s, last->start, last->end);
}

/* ---- Dense scripts ---- */

int quern_stream_end_run(quern_stream *s)
{
    size_t start = s->dense_start;
    size_t end = s->dense_end;
    s->dense_start = s->dense_end = 0;
    return end > start && !s->paired ? put_next(s, start, end) : 0;
}

static int put_pair(quern_stream *s, size_t start, size_t end)
{
    quern_vocabulary *vocabulary = &s->analysis->vocabulary;
    const char *raw = s->text + start;
    quern_word *word = quern_vocabulary_find(vocabulary, raw, end - start).term;
    if (!word) {
        char made[QUERN_TERM_MAX] = {QUERN_TERM_BIGRAM};
        size_t n = quern_meaning_fold(s->analysis, raw, end - start, made + 1);
        if (n == 0) {
            return 0;
        }
        word = quern_vocabulary_intern(vocabulary, made, n + 1, NULL);
        if (!word || quern_vocabulary_add(vocabulary, raw, end - start, word)) {
            return -1;
        }
    }
    quern_token *token = quern_stream_insert(s, s->tokens->n);
    if (token) {
        *token = (quern_token){word, NULL, s->position++, 1, start, end};
    }
    return token ? 0 : -1;
}

/* A character, which goes on with the run if it follows it. */
static int put_dense(quern_stream *s, size_t start, size_t end)
{
    if (s->dense_end == start && s->dense_end > s->dense_start) {
        if (put_pair(s, s->dense_start, end)) {
            return -1;
        }
        s->paired = 1;
    } else {
        if (quern_stream_end_run(s)) {
            return -1;
        }
        s->paired = 0;
    }
    s->dense_start = start;
    s->dense_end = end;
    return 0;
}

/* ---- Words that take more than a look-up ---- */

/* A word without characters of dense scripts. */
static int put_ordinary(quern_stream *s, size_t start, size_t end)
{
    quern_amount amount;
    if (quern_stream_end_run(s)) {
        return -1;
    }
    if (quern_scan_class[(unsigned char)s->text[start]] & QUERN_SCAN_DIGIT &&
        find_amount(s, start, end, &amount)) {
        return put_amount(s, &amount, start, end);
    }
    return is_compound(s, start) ? put_compound(s, start, end) : put_next(s, start, end);
}

/* The words of text[start, end), which is what stands between characters of dense scripts. */
static int put_between(quern_stream *s, size_t start, size_t end)
{
    quern_trim words = {quern_words_of(s->text + start, end - start), 0};
    size_t from;
    size_t to;
    while (quern_trim_next(&words, &from, &to)) {
        if (put_ordinary(s, start + from, start + to)) {
            return -1;
        }
    }
    return 0;
}

/* A word that has characters of dense scripts, and perhaps others: 2023년, K팝. */
static int put_mixed(quern_stream *s, size_t start, size_t end)
{
    const unsigned char *text = (const unsigned char *)s->text;
    size_t between = start;
    for (size_t at = start; at < end;) {
        size_t next = quern_dense_next(text, end, at);
        if (next == at) {
            at++;
            continue;
        }
        if ((between < at && put_between(s, between, at)) || put_dense(s, at, next)) {
            return -1;
        }
        at = between = next;
    }
    return between < end ? put_between(s, between, end) : 0;
}

int quern_stream_put_with_care(quern_stream *s, const quern_token *word, uint32_t *position,
                               int *open)
{
    int high = s->words->words.slow_end == s->words->last;
    s->position = *position;
    int failed = high && has_dense(s, word->start, word->end)
                     ? put_mixed(s, word->start, word->end)
                     : put_ordinary(s, word->start, word->end);
    *position = s->position;
    *open = s->dense_end > s->dense_start;
    return failed;
}
