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

/* ---- Plain words ---- */

/* What a plain word means. Returns -1 where memory ran out. */
static int find_plain(quern_stream *s, const quern_plain_word *w, quern_meaning *found)
{
    const quern_vocabulary *vocabulary = &s->analysis->vocabulary;
    const char *text = s->text + w->start;
    size_t len = quern_plain_len(w);
    *found = w->spelling.high ? quern_vocabulary_find_hashed(vocabulary, w->spelling, w->hash)
                              : quern_vocabulary_find(vocabulary, text, len);
    return found->term ? 0 : quern_meaning_add(s->analysis, text, len, found);
}

/* Puts n words as tokens. Returns -1 where memory ran out; likewise below. */
static int put_words(quern_stream *s, const quern_plain_word *words, size_t n, uint32_t *position)
{
    quern_tokens *tokens = s->tokens;
    if (tokens->cap - tokens->n < n &&
        quern_grow(&tokens->items, &tokens->cap, tokens->n + n, sizeof *tokens->items)) {
        return -1;
    }
    for (const quern_plain_word *w = words; w < words + n; w++) {
        quern_meaning found;
        if (find_plain(s, w, &found)) {
            return -1;
        }
        if (found.term) {
            tokens->items[tokens->n++] = (quern_token){
                found.term, found.form, (*position)++, 1, w->start, w->start + quern_plain_len(w)};
        }
    }
    return 0;
}

/* What hangs on a plain word whose slot does not tell; 0: nothing is left of it. */
__attribute__((noinline)) static int find_user(quern_stream *s, const quern_plain_word *w,
                                               quern_spelling_slot *slot, uint32_t *user)
{
    quern_meaning found;
    if (slot) {
        found = quern_meaning_of(slot->word);
    } else if (find_plain(s, w, &found)) {
        return -1;
    }
    quern_word *word = found.form ? found.form : found.term;
    if (word && !word->user && (s->status = s->sink->number(s->sink->payload, word)) != QUERN_OK) {
        return -1;
    }
    *user = word ? word->user : 0;
    if (slot) {
        slot->user = *user;
    }
    return 0;
}

static int feed_tokens(quern_stream *s)
{
    if (s->tokens->n > 0) {
        s->status = s->sink->tokens(s->sink->payload, s->tokens->items, s->tokens->n);
        s->tokens->n = 0;
    }
    return s->status ? -1 : 0;
}

/* Feeds n words to the sink, after the tokens before them. */
static int feed_words(quern_stream *s, const quern_plain_word *words, size_t n, uint32_t *position)
{
    quern_spelling_table spellings = s->analysis->vocabulary.spellings; /* a copy: in registers */
    uint32_t users[QUERN_PLAIN_MOST];
    size_t n_users = 0;
    if (n == 0) {
        return 0;
    }
    if (feed_tokens(s)) {
        return -1;
    }
    for (const quern_plain_word *w = words; w < words + n; w++) {
        quern_spelling_slot *slot =
            w->spelling.high ? quern_spelling_slot_of(&spellings, w->spelling, w->hash) : NULL;
        uint32_t user = slot ? slot->user : 0;
        if (__builtin_expect(user == 0, 0)) {
            if (find_user(s, w, slot, &users[n_users])) {
                return -1;
            }
            user = users[n_users];
            spellings = s->analysis->vocabulary.spellings;
        }
        users[n_users] = user;
        n_users += user != 0;
    }
    s->status = s->sink->users(s->sink->payload, users, n_users, *position);
    *position += (uint32_t)n_users;
    return s->status ? -1 : 0;
}

/* Puts the words that wait, all but the last `keep`, 0 or 1. */
static int put_waiting(quern_stream *s, quern_plain_words *words, unsigned keep, uint32_t *position)
{
    unsigned n = words->n - keep;
    if (s->sink ? feed_words(s, words->items, n, position)
                : put_words(s, words->items, n, position)) {
        return -1;
    }
    words->items[0] = words->items[n];
    words->n = keep;
    return 0;
}

/* Takes the words of a window, which begins at `at`, up to one that needs care. Returns how many
 * bytes they take with what is between them. *stopped: the next word needs care. */
static unsigned take_window(quern_stream *s, quern_scan_plain *w, size_t at,
                            quern_plain_words *waiting, int *stopped)
{
    const quern_vocabulary *vocabulary = &s->analysis->vocabulary;
    unsigned taken = 0;
    for (;;) {
        unsigned limit = quern_scan_plain_limit(w->awkward | w->care | w->digits);
        uint64_t whole = w->ends & (((uint64_t)1 << limit) - 1);
        uint64_t starts = w->starts;
        quern_plain_word *out = &waiting->items[waiting->n];
        w->ends ^= whole;
        for (; whole; whole &= whole - 1) {
            unsigned from = (unsigned)__builtin_ctzll(starts);
            taken = (unsigned)__builtin_ctzll(whole);
            quern_plain_set(out++, vocabulary, s->text, s->len, at + from, taken - from);
            starts &= starts - 1;
        }
        w->starts = starts;
        waiting->n = (unsigned)(out - waiting->items);
        *stopped = limit < QUERN_SCAN_PLAIN_END;
        if (!(w->digits >> limit & 1) || waiting->n == 0) {
            return taken;
        }
        /* A number: mostly it is none of an amount. */
        const quern_plain_word *last = &waiting->items[waiting->n - 1];
        unsigned end = w->ends ? (unsigned)__builtin_ctzll(w->ends) : QUERN_SCAN_PLAIN_END;
        if (end >= quern_scan_plain_limit(w->awkward | w->care) ||
            quern_stream_may_be_amount(s, at + limit, at + end, last->start,
                                       last->start + quern_plain_len(last))) {
            return taken;
        }
        w->digits &= w->digits - 1;
    }
}

/* Puts words that need nothing but a look-up, up to one that needs more. That one may belong to the
 * last of them: so a sink does not get that yet. */
static int put_plain(quern_stream *s, uint32_t *position)
{
    quern_words *words = &s->words->words;
    quern_cpu_level level = quern_cpu_get_level();
    size_t at = words->at;
    int stopped = 0;
    quern_plain_words waiting;
    waiting.n = 0;
    while (!stopped && at < s->len) {
        quern_scan_plain w;
        quern_scan_plain_at(s->text, at, s->len, level, &w);
        int starts = w.starts != 0;
        unsigned end = take_window(s, &w, at, &waiting, &stopped);
        if (end > 0) {
            at += end;
            s->words->last = at;
        } else if (!starts && !stopped) {
            at += s->len - at < QUERN_SCAN_PLAIN_END ? s->len - at : QUERN_SCAN_PLAIN_END;
        } else {
            stopped = 1; /* not plain, or too long for a window */
        }
        if (waiting.n > QUERN_PLAIN_MOST - QUERN_SCAN_PLAIN_WORDS &&
            put_waiting(s, &waiting, 1, position)) {
            return -1;
        }
    }
    words->at = at;
    unsigned keep = s->sink && at < s->len && waiting.n > 0;
    if (put_waiting(s, &waiting, keep, position)) {
        return -1;
    }
    return keep ? put_words(s, waiting.items, 1, position) : 0;
}

/* ---- Texts ---- */

static int read_text(quern_stream *s)
{
    quern_token token = {.covers = 1};
    int open = 0; /* a run of a dense script */
    for (;;) {
        if (!open && put_plain(s, &token.position)) {
            return -1;
        }
        if (!quern_trim_next(s->words, &token.start, &token.end)) {
            break;
        }
        if (open || needs_care(s->words, s->text + token.start)) {
            if (quern_stream_put_with_care(s, &token, &token.position, &open)) {
                return -1;
            }
            continue;
        }
        int put_one = quern_stream_put(s, token.start, token.end, token.position);
        if (put_one < 0) {
            return -1;
        }
        token.position += (uint32_t)put_one;
    }
    s->position = token.position;
    return quern_stream_end_run(s) || (s->sink && feed_tokens(s)) ? -1 : 0;
}

static quern_status read_all(quern_analysis *analysis, quern_string text, quern_tokens *tokens,
                             const quern_token_sink *sink, quern_error *err)
{
    quern_trim words = {quern_words_of(text.data, text.len), 0};
    quern_stream s = {.analysis = analysis,
                      .text = text.data,
                      .len = text.len,
                      .words = &words,
                      .tokens = tokens,
                      .sink = sink};
    tokens->n = 0;
    if (read_text(&s)) {
        return s.status ? s.status : quern_fail_nomem(err);
    }
    return QUERN_OK;
}

quern_status quern_analysis_text(quern_analysis *analysis, const char *text, size_t len,
                                 quern_tokens *tokens, quern_error *err)
{
    return read_all(analysis, (quern_string){text, len}, tokens, NULL, err);
}

quern_status quern_analysis_feed(quern_analysis *analysis, quern_string text, quern_tokens *tokens,
                                 const quern_token_sink *sink, quern_error *err)
{
    return read_all(analysis, text, tokens, sink, err);
}
