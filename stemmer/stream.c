/* SPDX-License-Identifier: MIT */
/* stream - see stream.h.
 *
 *   "The café’s U.S. try-outs, 18.4"      text
 *    The café’s U.S  try outs  18.4       words: segments of UAX #29 (scan.h, words.c)
 *    The café   U.S  try outs  18.4       without possessives and low lines (trim.h)
 *
 * Only that is done for every word; what it means is looked up (meaning.h). Plain words of ASCII
 * are found 64 bytes at a time (scan_plain.h) and put by put_words; all others one by one. Words
 * that begin with a digit, follow a hyphen or were not found by the fast path of scan.h go to
 * stream_care.c, which knows amounts (amounts.c), compounds and scripts without blanks (dense.c).
 * What it looks at lies within the same text, so a passage gives the same tokens whenever it is
 * analysed. */
#include "stemmer/stream.h"

#include "base/mem.h"
#include "stemmer/meaning.h"
#include "stemmer/plain.h"

#include <string.h>

quern_token *quern_stream_insert(quern_stream *s, size_t at)
{
    quern_tokens *tokens = s->tokens;
    if (quern_grow(&tokens->items, &tokens->cap, tokens->n + 1, sizeof *tokens->items)) {
        return NULL;
    }
    quern_token *token = &tokens->items[at];
    memmove(token + 1, token, (tokens->n - at) * sizeof *token);
    tokens->n++;
    return token;
}

int quern_stream_put(quern_stream *s, size_t start, size_t end, uint32_t position)
{
    quern_meaning found;
    if (quern_meaning_find(s->analysis, s->text + start, end - start, s->len - start, &found)) {
        return -1;
    }
    quern_token *token = found.term ? quern_stream_insert(s, s->tokens->n) : NULL;
    if (token) {
        *token = (quern_token){found.term, found.form, position, 1, start, end};
    }
    return !found.term ? 0 : token ? 1 : -1;
}

/* Whether the word just read may be part of an amount or compound, or of a dense script: it begins
 * with a digit, follows a hyphen, or was not found by the fast path of scan.h. */
static inline int needs_care(const quern_trim *words, const char *first)
{
    unsigned digit = (unsigned char)*first - (unsigned)'0';
    return digit < 10 || words->words.slow_end == words->last ||
           (first != words->words.text && first[-1] == '-');
}

/* Puts the words that wait. Returns -1 where memory ran out. */
static int put_words(quern_stream *s, quern_plain_words *words, uint32_t *position)
{
    quern_tokens *tokens = s->tokens;
    quern_analysis *analysis = s->analysis;
    uint32_t place = *position;
    if (tokens->cap - tokens->n < words->n &&
        quern_grow(&tokens->items, &tokens->cap, tokens->n + words->n, sizeof *tokens->items)) {
        return -1;
    }
    quern_token *out = tokens->items + tokens->n;
    const quern_plain_word *end = words->items + words->n;
    for (const quern_plain_word *w = words->items; w < end; w++) {
        const char *text = s->text + w->start;
        size_t len = w->end - w->start;
        quern_meaning found =
            w->spelling.high
                ? quern_vocabulary_find_hashed(&analysis->vocabulary, w->spelling, w->hash)
                : quern_vocabulary_find(&analysis->vocabulary, text, len);
        if (__builtin_expect(!found.term, 0)) {
            quern_meaning made;
            if (quern_meaning_add(analysis, text, len, &made)) {
                return -1;
            }
            found = made;
        }
        /* Who indexes the tokens reads what hangs on the words. */
        __builtin_prefetch(found.form ? found.form : found.term);
        out->word = found.term;
        out->form = found.form;
        out->position = place;
        out->covers = 1;
        out->start = w->start;
        out->end = w->end;
        /* A word of which nothing is left is written and then written over. */
        out += found.term != NULL;
        place += found.term != NULL;
    }
    tokens->n = (size_t)(out - tokens->items);
    *position = place;
    words->n = 0;
    return 0;
}

/* Puts words that need nothing but a look-up, up to one that needs more. */
static int put_plain(quern_stream *s, uint32_t *position)
{
    quern_words *words = &s->words->words;
    size_t at = words->at;
    int stopped = 0;
    quern_plain_words waiting;
    waiting.n = 0;
    while (!stopped && at < s->len) {
        quern_scan_plain w;
        quern_scan_plain_at(s->text, at, s->len, &w);
        unsigned end = quern_plain_take(&s->analysis->vocabulary, &w, at, &waiting, &stopped);
        if (end > 0) {
            at += end;
            s->words->last = at;
        } else if (!w.starts && !stopped) {
            at += s->len - at < QUERN_SCAN_PLAIN_END ? s->len - at : QUERN_SCAN_PLAIN_END;
        } else {
            stopped = 1; /* not plain, or too long for a window */
        }
        if (waiting.n > QUERN_PLAIN_MOST - QUERN_SCAN_PLAIN_WORDS &&
            put_words(s, &waiting, position)) {
            return -1;
        }
    }
    words->at = at;
    return put_words(s, &waiting, position);
}

quern_status quern_analysis_text(quern_analysis *analysis, const char *text, size_t len,
                                 quern_tokens *tokens, quern_error *err)
{
    quern_trim words = {quern_words_of(text, len), 0};
    quern_stream s = {
        .analysis = analysis, .text = text, .len = len, .words = &words, .tokens = tokens};
    quern_token token = {.covers = 1};
    int open = 0; /* a run of a dense script */
    tokens->n = 0;
    for (;;) {
        if (!open && put_plain(&s, &token.position)) {
            return quern_fail_nomem(err);
        }
        if (!quern_trim_next(&words, &token.start, &token.end)) {
            break;
        }
        if (open || needs_care(&words, text + token.start)) {
            if (quern_stream_put_with_care(&s, &token, &token.position, &open)) {
                return quern_fail_nomem(err);
            }
            continue;
        }
        int put_one = quern_stream_put(&s, token.start, token.end, token.position);
        if (put_one < 0) {
            return quern_fail_nomem(err);
        }
        token.position += (uint32_t)put_one;
    }
    s.position = token.position;
    return quern_stream_end_run(&s) ? quern_fail_nomem(err) : QUERN_OK;
}
