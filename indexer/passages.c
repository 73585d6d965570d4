/* SPDX-License-Identifier: MIT */
/* passages - see passages.h.
 *
 * The text is taken apart in four levels, and put together again as passages:
 *
 *     text -> paragraphs -> sentences -> clauses -> words
 *
 * Packing. With `want` words asked for (60), `most` = 5/3 of it (100) and `least` = 15, or a
 * quarter of `want` where that is less: the open passage takes the next sentence if that brings its
 * words nearer to `want` and not above `most`; otherwise it is closed and the sentence opens the
 * next one. A passage of 59 words thus does not take 33 more, one of 28 takes 49. A sentence
 * that cannot fit (above `most` by itself, or together with the few words that must join it) is
 * taken apart and packed by clauses, a clause that cannot fit by words. The end of a paragraph
 * closes the passage. What that leaves at the end of a long paragraph, if under `least` words,
 * joins the passage before it where that stays within `most`.
 *
 * Headings. A paragraph under `least` words leaves its passage open, so that it joins the next
 * paragraph; so do lists and dialogue, packed like sentences. Where a longer paragraph does not fit
 * any more, the last short one before it goes with it. Short paragraphs at the end of the text join
 * the passage before them.
 *
 * Paragraphs end at a blank line. For single newlines there are two kinds of files: in the one, a
 * line is a paragraph; in the other, lines are wrapped by hand or machine and a newline is a space.
 * A newline is a space unless the line before or after it has more than 120 characters (nobody
 * wraps so wide), or the line before it is so short that the first word of the line after would
 * have fitted with a quarter of the width to spare, where the width is that of the longest line
 * between the two nearest blank lines: such a newline was meant. So a heading straight above its
 * text, the items of a list, verses and the lines of a log are paragraphs, wrapped prose is not.
 *
 * Invariants: every word of the text lies in exactly one passage. No passage has more than `most`
 * words, none is empty. Passages ascend and do not overlap. Paragraphs without a word are in no
 * passage, unless between a heading and what it joined.
 *
 * Time is linear in the text: each level is entered for a range at most once, and reads it once to
 * find the ends of its parts and once to count their words.
 */
#include "indexer/passages.h"

#include <string.h>

#include "base/mem.h"
#include "indexer/sentences.h"
#include "stemmer/words.h"

enum level { SENTENCE, CLAUSE, WORD };

#define WRAP_MOST 120 /* characters: a longer line is a paragraph */

struct cutter {
    const char *text;
    size_t len;
    const quern_passages_options *options;
    quern_passages *out;
    size_t want, most, least; /* words */
    size_t start, end, words; /* the open passage; words 0: there is none */
    size_t last_words;        /* of the passage that was closed last */
    int closed;               /* one was closed in this paragraph */
    /* the last paragraph of the open passage, if short: where it begins, and what the passage was
     * before it */
    size_t head_start, head_end_before, head_words_before;
    int head_moves;      /* the paragraph at hand is a long one at its beginning */
    size_t counted;      /* lines are counted up to here */
    size_t line_start;   /* where that line begins */
    uint32_t line;       /* its number */
    quern_status status; /* sticky: NOMEM */
};

/* ---- The open passage ---- */

static void count_lines(struct cutter *c, size_t to)
{
    const char *p = c->text + c->counted;
    const char *end = c->text + to;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        p++;
        c->line++;
        c->line_start = (size_t)(p - c->text);
    }
    c->counted = to > c->counted ? to : c->counted;
}

static void push(struct cutter *c, size_t start, size_t end, size_t words)
{
    quern_passages *out = c->out;
    if (c->status || quern_grow(&out->items, &out->cap, out->n + 1, sizeof *out->items)) {
        c->status = QUERN_E_NOMEM;
        return;
    }
    quern_stored_passage *item = &out->items[out->n++];
    item->start = start;
    item->end = end;
    item->line = c->options->line;
    item->column = 1;
    if (!c->options->record) {
        count_lines(c, start);
        size_t column = start - c->line_start + 1;
        item->line = c->line;
        item->column = column < UINT32_MAX ? (uint32_t)column : UINT32_MAX;
    }
    c->last_words = words;
    c->closed = 1;
}

/* Closes the open passage; a heading at its end stays open where it may go with what follows. */
static void shut(struct cutter *c)
{
    if (c->head_moves && c->head_words_before >= c->least) {
        push(c, c->start, c->head_end_before, c->head_words_before);
        c->start = c->head_start;
        c->words -= c->head_words_before;
    } else if (c->words > 0) {
        push(c, c->start, c->end, c->words);
        c->words = 0;
    }
    c->head_words_before = 0;
}

static void join_last(struct cutter *c)
{
    if (!c->status) {
        c->out->items[c->out->n - 1].end = c->end;
        c->last_words += c->words;
        c->words = 0;
    }
}

static void add(struct cutter *c, size_t start, size_t end, size_t words)
{
    if (c->words == 0) {
        c->start = start;
    }
    c->end = end;
    c->words += words;
    c->head_moves = 0;
}

/* Whether n more words bring the passage nearer to what is wanted. */
static int takes(const struct cutter *c, size_t n)
{
    size_t now = c->words;
    size_t then = now + n;
    if (now >= c->want || then > c->most) {
        return 0;
    }
    return then <= c->want || then - c->want < c->want - now;
}

/* ---- Levels ---- */

static size_t skip_spaces(const char *text, size_t at, size_t end)
{
    size_t n;
    while ((n = quern_sentences_space(text, at, end)) > 0) {
        at += n;
    }
    return at;
}

static size_t trim_end(const char *text, size_t start, size_t end)
{
    while (end > start) {
        size_t at = end - 1;
        while (at > start && end - at < 4 && ((unsigned char)text[at] & 0xC0) == 0x80) {
            at--;
        }
        if (quern_sentences_space(text, at, end) != end - at) {
            break;
        }
        end = at;
    }
    return end;
}

/* Where to part two words with bytes [end, start) between them: at the last white space, else
 * before the second. *next is where the second part begins. */
static size_t part_words(const char *text, size_t end, size_t start, size_t *next)
{
    size_t cut = start;
    *next = start;
    for (size_t at = end; at < start;) {
        size_t after = skip_spaces(text, at, start);
        if (after > at) {
            cut = at;
            *next = after;
        }
        at = after > at ? after : at + 1;
    }
    return cut;
}

static void put_word(struct cutter *c, size_t start, size_t end)
{
    if (c->words >= c->least && !takes(c, 1)) {
        shut(c);
    }
    add(c, start, end, 1);
}

static void put_words(struct cutter *c, size_t start, size_t end)
{
    quern_words words = quern_words_of(c->text + start, end - start);
    size_t from;
    size_t to;
    size_t piece = start;
    size_t before = 0; /* the end of the word before */
    while (!c->status && quern_words_next(&words, &from, &to)) {
        if (before > 0) {
            size_t next;
            size_t cut = part_words(c->text, before, start + from, &next);
            put_word(c, piece, cut);
            piece = skip_spaces(c->text, next, end); /* U+202F is of the word, and white */
        }
        before = start + to;
    }
    put_word(c, piece, end);
}

/* Packs text[start, end), a sentence or clause, as a whole or in parts. */
static void put(struct cutter *c, size_t start, size_t end, enum level level)
{
    size_t n = quern_words_count(c->text + start, end - start, c->most + 1);
    if (n == 0) {
        if (c->words > 0) {
            c->end = end;
        }
        return;
    }
    if (c->words >= c->least && !takes(c, n)) {
        shut(c);
    }
    if (c->words + n <= c->most) {
        add(c, start, end, n);
        return;
    }
    if (level == CLAUSE) {
        put_words(c, start, end);
        return;
    }
    for (size_t at = start; at < end && !c->status;) {
        size_t stop = quern_sentences_clause(c->text, at, end);
        put(c, at, stop, CLAUSE);
        at = skip_spaces(c->text, stop, end);
    }
}

static void put_paragraph(struct cutter *c, size_t start, size_t end)
{
    start = skip_spaces(c->text, start, end);
    end = trim_end(c->text, start, end);
    size_t n = quern_words_count(c->text + start, end - start, c->least);
    if (n == 0) {
        return;
    }
    int is_short = n < c->least;
    size_t words_before = c->words;
    size_t end_before = c->end;
    c->closed = 0;
    c->head_moves = !is_short && c->words > 0;
    for (size_t at = start; at < end && !c->status;) {
        size_t stop = quern_sentences_end(c->text, at, end);
        put(c, at, stop, SENTENCE);
        at = skip_spaces(c->text, stop, end);
    }
    c->head_moves = 0;
    c->head_words_before = 0;
    if (is_short) {
        c->head_start = start;
        c->head_end_before = end_before;
        c->head_words_before = c->closed ? 0 : words_before;
    } else if (c->closed && c->words < c->least && c->last_words + c->words <= c->most) {
        join_last(c);
    } else {
        shut(c);
    }
}

/* ---- Paragraphs ---- */

struct line {
    size_t start, end; /* without the newline and the white space before it */
    size_t next;       /* where the next line begins */
    size_t width;      /* characters, counted up to WRAP_MOST + 1 */
};

static int is_blank(char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

static struct line line_at(const struct cutter *c, size_t at)
{
    struct line line = {at, c->len, c->len, 0};
    const char *newline = memchr(c->text + at, '\n', c->len - at);
    if (newline) {
        line.end = (size_t)(newline - c->text);
        line.next = line.end + 1;
    }
    while (line.end > at && is_blank(c->text[line.end - 1])) {
        line.end--;
    }
    size_t n = line.end - at;
    for (size_t i = 0; i < n && line.width <= WRAP_MOST; i++) {
        line.width += ((unsigned char)c->text[at + i] & 0xC0) != 0x80;
    }
    return line;
}

/* Whether the newline between two lines of a block whose longest line has `longest` characters ends
 * a paragraph. */
static int is_meant(const struct cutter *c, const struct line *a, const struct line *b,
                    size_t longest)
{
    if (a->width > WRAP_MOST || b->width > WRAP_MOST) {
        return 1;
    }
    size_t at = b->start;
    while (is_blank(c->text[at])) {
        at++;
    }
    size_t word = 0;
    for (; at < b->end && !is_blank(c->text[at]); at++) {
        word += ((unsigned char)c->text[at] & 0xC0) != 0x80;
    }
    return (a->width + 1 + word) * 4 <= longest * 3;
}

/* Packs the lines from `at` up to a blank one; returns where to go on. */
static size_t put_block(struct cutter *c, size_t at)
{
    size_t longest = 0;
    struct line line = line_at(c, at);
    size_t start = at;
    if (line.end == line.start) {
        return line.next;
    }
    for (struct line l = line; l.end > l.start; l = line_at(c, l.next)) {
        longest = l.width > longest && l.width <= WRAP_MOST ? l.width : longest;
        if (l.next == c->len) {
            break;
        }
    }
    while (!c->status && line.next < c->len) {
        struct line next = line_at(c, line.next);
        if (next.end == next.start) {
            break;
        }
        if (is_meant(c, &line, &next, longest)) {
            put_paragraph(c, start, line.end);
            start = next.start;
        }
        line = next;
    }
    put_paragraph(c, start, line.end);
    return line.next;
}

static void cut_whole(struct cutter *c)
{
    size_t start = skip_spaces(c->text, 0, c->len);
    size_t end = trim_end(c->text, start, c->len);
    if (quern_words_count(c->text + start, end - start, 1) > 0) {
        push(c, start, end, 1);
    }
}

static void cut_packed(struct cutter *c)
{
    for (size_t at = 0; at < c->len && !c->status;) {
        at = put_block(c, at);
    }
    if (c->words == 0) {
        return;
    }
    int joins = c->out->n > 0 && c->words < c->least && c->last_words + c->words <= c->most;
    if (joins) {
        join_last(c);
    } else {
        shut(c);
    }
}

quern_status quern_passages_cut(const char *text, size_t len, const quern_passages_options *options,
                                quern_passages *out, quern_error *err)
{
    struct cutter c = {.text = text, .len = len, .options = options, .out = out};
    c.want = options->words ? options->words : 60;
    c.most = c.want * 5 / 3;
    c.least = c.want / 4 < 15 ? c.want / 4 : 15;
    c.least = c.least ? c.least : 1;
    c.line = options->line;
    c.line_start = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    out->n = 0;
    if (options->words == QUERN_WHOLE_ARTICLES) {
        cut_whole(&c);
    } else {
        cut_packed(&c);
    }
    return c.status ? quern_fail_nomem(err) : QUERN_OK;
}

void quern_passages_finish(quern_passages *passages)
{
    quern_free(passages->items);
    memset(passages, 0, sizeof *passages);
}
