/* SPDX-License-Identifier: MIT */
/* analysis - see analysis.h.
 *
 *   "The café’s U.S. try-outs, 18.4"      text
 *    The café’s U.S  try outs  18.4       words: segments of UAX #29 (scan.h, words.c)
 *    The café   U.S  try outs  18.4       possessives dropped, low lines at the ends trimmed
 *    the cafe   u.s  try outs  18.4       folded (fold.c)
 *    the cafe   u.s  try out   18.4       stemmed where longer than three letters (stem.c)
 *
 * Only the first two lines (trim.h) are done for every word; the vocabulary (vocabulary.c)
 * remembers the rest by the bytes of the second line. The third line, without the diacritics that a
 * stemmer may still need, is the exact form.
 *
 * Plain words of ASCII are found 64 bytes at a time (scan_plain.h) and put by put_window; all
 * others one by one. Words that begin with a digit, follow a hyphen or were not found by the fast
 * path of scan.h go to put_with_care, which knows amounts (amounts.c), compounds and scripts
 * without blanks (dense.c). What it looks at lies within the same text, so a passage gives the same
 * tokens whenever it is analysed.
 *
 * Which comes first, dropping diacritics or stemming? Where the algorithm knows none (English) they
 * go first, so that résumé and resume are one term; the other order gives resume and resum. Where
 * it reads them (French, German, Russian, ...) the stem loses them. Measured on the vocabularies of
 * Snowball: dropped first, 14 % of French, 9 % of Spanish and 14 % of Russian neighbours with one
 * stem would part, of words typed as they should be; dropped last, hardly any do, and of words with
 * diacritics 77 % and 70 % (99.9 % in German) are still met when typed without.
 *
 * English alone: words of three letters are not stemmed (aws is not aw), which would part try from
 * tries, tried and trying, whose stem is tri. Where a longer word has a stem of three letters whose
 * i was a y, it gets its y back.
 *
 * French, Italian and Catalan articles that are elided (l'homme) go from the term; see stem.c.
 * A word is cut to what fits a term before it is stemmed, and its stem after.
 */
#include "stemmer/analysis.h"

#include "base/checksum.h"
#include "base/mem.h"
#include "stemmer/amounts.h"
#include "stemmer/dense.h"
#include "stemmer/fold.h"
#include "stemmer/function_words.h"
#include "stemmer/plain.h"
#include "stemmer/languages.h"
#include "stemmer/stem.h"
#include "stemmer/trim.h"
#include "stemmer/vocabulary.h"

#include <string.h>

#define BYTES_MAX (QUERN_TERM_MAX - 1) /* of a term without its kind */
#define UNSTEMMED_LETTERS 3

typedef struct language {
    char name[QUERN_LANGUAGE_BYTES];
    quern_stemmer *stemmer;
    quern_spelling_table
        spellings; /* those met in it; while it is in use they are in the vocabulary */
} language;

struct quern_analysis {
    quern_stemmer *stemmer;      /* of the language in use */
    quern_vocabulary vocabulary; /* with its spellings */
    language *languages;
    size_t n_languages, cap_languages;
    uint32_t in_use;
};

typedef struct term {
    char bytes[QUERN_TERM_MAX];
    size_t len; /* with the byte of kind */
} term;

static quern_status add_languages(quern_analysis *analysis, const char *list, quern_error *err)
{
    char name[QUERN_LANGUAGE_BYTES];
    while (quern_languages_next(&list, name)) {
        if (quern_grow(&analysis->languages, &analysis->cap_languages, analysis->n_languages + 1,
                       sizeof(language))) {
            return quern_fail_nomem(err);
        }
        language *added = &analysis->languages[analysis->n_languages++];
        memset(added, 0, sizeof *added);
        memcpy(added->name, name, sizeof name);
        QUERN_TRY(quern_stem_new(name, &added->stemmer, err));
    }
    return QUERN_OK;
}

quern_status quern_analysis_new(const char *languages, quern_analysis **out, quern_error *err)
{
    *out = NULL;
    quern_analysis *analysis = quern_alloc_zero(1, sizeof *analysis);
    if (!analysis) {
        return quern_fail_nomem(err);
    }
    quern_vocabulary_init(&analysis->vocabulary);
    quern_status status = add_languages(analysis, languages, err);
    if (!status && analysis->n_languages == 0) {
        status = quern_fail(err, QUERN_E_SYNTAX, "no language is given - try english");
    }
    if (status) {
        quern_analysis_free(analysis);
        return status;
    }
    analysis->stemmer = analysis->languages[0].stemmer;
    *out = analysis;
    return QUERN_OK;
}

void quern_analysis_free(quern_analysis *analysis)
{
    if (analysis) {
        quern_analysis_reset(analysis);
        for (size_t i = 0; i < analysis->n_languages; i++) {
            quern_stem_free(analysis->languages[i].stemmer);
        }
        quern_free(analysis->languages);
        quern_free(analysis);
    }
}

/* ---- Languages ---- */

size_t quern_analysis_languages(const quern_analysis *analysis)
{
    return analysis->n_languages;
}

uint32_t quern_analysis_in_use(const quern_analysis *analysis)
{
    return analysis->in_use;
}

const char *quern_analysis_language(const quern_analysis *analysis, uint32_t number)
{
    return analysis->languages[number].name;
}

int quern_analysis_use(quern_analysis *analysis, uint32_t number)
{
    if (number >= analysis->n_languages) {
        return -1;
    }
    if (number != analysis->in_use) {
        quern_spelling_table *now = &analysis->vocabulary.spellings;
        language *next = &analysis->languages[number];
        analysis->languages[analysis->in_use].spellings = *now;
        *now = next->spellings;
        memset(&next->spellings, 0, sizeof next->spellings);
        analysis->stemmer = next->stemmer;
        analysis->in_use = number;
    }
    return 0;
}

int quern_analysis_is_function_word(const quern_analysis *analysis, const quern_word *form)
{
    return quern_stem_is_english(analysis->stemmer) &&
           quern_function_word_english(form->term + 1, form->term_len - 1);
}

int quern_analysis_is_english(const quern_analysis *analysis)
{
    return quern_stem_is_english(analysis->stemmer);
}

size_t quern_analysis_memory(const quern_analysis *analysis)
{
    size_t bytes = sizeof *analysis + quern_vocabulary_memory(&analysis->vocabulary);
    for (size_t i = 0; i < analysis->n_languages; i++) {
        bytes += quern_spelling_table_memory(&analysis->languages[i].spellings);
    }
    return bytes;
}

void quern_analysis_reset(quern_analysis *analysis)
{
    for (size_t i = 0; i < analysis->n_languages; i++) {
        quern_spelling_table_finish(&analysis->languages[i].spellings);
    }
    quern_vocabulary_reset(&analysis->vocabulary);
}

quern_word *quern_analysis_intern(quern_analysis *analysis, const char *bytes, size_t len)
{
    return quern_vocabulary_intern(&analysis->vocabulary, bytes, len, NULL);
}

void quern_tokens_finish(quern_tokens *tokens)
{
    quern_free(tokens->items);
    *tokens = (quern_tokens){0};
}

static int has_letter(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)word[i];
        if (quern_scan_class[c] & (QUERN_SCAN_LETTER | QUERN_SCAN_HIGH)) {
            return 1;
        }
    }
    return 0;
}

/* tri, the stem of tries and trying, becomes try; not ski, the stem of skis. */
static int was_y(const char *word, size_t len, const char *stem, size_t stem_len)
{
    return stem_len == 3 && stem[2] == 'i' && len > 3 && memcmp(stem, "ski", 3) != 0 &&
           (word[2] == 'y' || (word[2] == 'i' && word[3] == 'e')) && !strchr("aeiou", stem[1]);
}

/* Sets *out to what is left without marks: where they did not go before, they go now. */
static void make_term(char kind, const char *word, size_t n, term *out)
{
    out->bytes[0] = kind;
    out->len = 1 + quern_fold(word, n, QUERN_FOLD_MARKS, out->bytes + 1, BYTES_MAX);
}

/* Sets *out to the stem of a folded word. Fails only where memory ran out. */
static int make_stem(quern_stemmer *stemmer, const char *form, size_t n, term *out)
{
    const char *stem = form;
    size_t stem_len = n;
    if (has_letter(form, n) && quern_fold_letters(form, n) > UNSTEMMED_LETTERS) {
        stem = quern_stem_word(stemmer, form, n, &stem_len);
        if (!stem) {
            return -1;
        }
    }
    make_term(QUERN_TERM_WORD, stem, stem_len, out);
    if (out->len == 1) { /* no stemmer is known to leave nothing, but a term has to be something */
        memcpy(out->bytes + 1, form, n);
        out->len = 1 + n;
    }
    if (quern_stem_is_english(stemmer) && was_y(form, n, stem, stem_len)) {
        out->bytes[3] = 'y';
    }
    return 0;
}

/* Sets *out to the exact form of a folded word. */
static void make_form(const char *form, size_t n, term *out)
{
    make_term(QUERN_TERM_EXACT, form, n, out);
    if (out->len == 1) { /* nothing but marks */
        memcpy(out->bytes + 1, form, n);
        out->len = 1 + n;
    }
}

/* Folds a word into form[0, BYTES_MAX) and returns its length. */
static size_t fold_word(const quern_analysis *analysis, const char *word, size_t len, char *form)
{
    const quern_stemmer *stemmer = analysis->stemmer;
    unsigned flags = (quern_stem_is_turkish(stemmer) ? QUERN_FOLD_TURKISH : 0u) |
                     (quern_stem_needs_marks(stemmer) ? 0u : QUERN_FOLD_MARKS);
    size_t n = quern_fold(word, len, flags, form, BYTES_MAX);
    for (size_t elided; (elided = quern_stem_elided(stemmer, form, n)) > 0; n -= elided) {
        memmove(form, form + elided, n - elided);
    }
    return n;
}

/* The word of the exact form of a folded word. NULL where memory ran out. */
static quern_word *intern_form(quern_analysis *analysis, const char *form, size_t n)
{
    quern_vocabulary *vocabulary = &analysis->vocabulary;
    term stem;
    term exact;
    if (make_stem(analysis->stemmer, form, n, &stem)) {
        return NULL;
    }
    make_form(form, n, &exact);
    quern_word *word = quern_vocabulary_intern(vocabulary, stem.bytes, stem.len, NULL);
    return word ? quern_vocabulary_intern(vocabulary, exact.bytes, exact.len, word) : NULL;
}

/* A word whose spelling the vocabulary does not know. *out is all NULL when nothing is left of it.
 * Kept out of the loop that finds the others. A word that is folded to a known spelling of a word
 * means the same, since folding what is folded changes nothing. */
__attribute__((noinline)) static int add_word(quern_analysis *analysis, const char *word,
                                              size_t len, quern_meaning *out)
{
    char form[BYTES_MAX];
    size_t n = fold_word(analysis, word, len, form);
    *out = quern_meaning_of(NULL);
    if (n == 0) {
        return 0;
    }
    quern_word *made = quern_vocabulary_find(&analysis->vocabulary, form, n).form;
    made = made ? made : intern_form(analysis, form, n);
    if (!made || quern_vocabulary_add(&analysis->vocabulary, word, len, made)) {
        return -1;
    }
    *out = quern_meaning_of(made);
    return 0;
}

/* What the word of text[start, end) means, of which `readable` bytes from its start may be read. */
static inline int find_word(quern_analysis *analysis, const char *text, size_t len, size_t readable,
                            quern_meaning *out)
{
    const quern_vocabulary *vocabulary = &analysis->vocabulary;
    *out = len <= QUERN_SPELLING_SHORT
               ? quern_vocabulary_find_short(vocabulary, quern_spelling_of(text, len, readable))
               : quern_vocabulary_find(vocabulary, text, len);
    return out->term ? 0 : add_word(analysis, text, len, out);
}

/* ---- Tokens ---- */

#define COMPOUND_MOST 4 /* parts of a compound that are joined */

typedef struct stream {
    quern_analysis *analysis;
    const char *text;
    size_t len;
    quern_trim *words;
    quern_tokens *tokens;
    uint32_t position;             /* of the next word */
    size_t taken;                  /* what ends here or before belongs to an amount */
    size_t dense_start, dense_end; /* the last character of the open run; equal: none is open */
    int paired;                    /* that character is in a pair already */
} stream;

/* Makes room for a token at index `at`. */
static quern_token *insert(stream *s, size_t at)
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

/* Appends text[start, end) as a word at a position. Returns 1; 0 where nothing is left of it; -1:
 * no memory. */
static int put(stream *s, size_t start, size_t end, uint32_t position)
{
    quern_meaning found;
    if (find_word(s->analysis, s->text + start, end - start, s->len - start, &found)) {
        return -1;
    }
    quern_token *token = found.term ? insert(s, s->tokens->n) : NULL;
    if (token) {
        *token = (quern_token){found.term, found.form, position, 1, start, end};
    }
    return !found.term ? 0 : token ? 1 : -1;
}

/* Appends a word at the next position. */
static int put_next(stream *s, size_t start, size_t end)
{
    int result = put(s, start, end, s->position);
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
static int insert_amount(stream *s, size_t at, uint32_t position, const quern_amount *amount,
                         const char *currency)
{
    char bytes[QUERN_AMOUNT_VALUE_MAX + 8] = {QUERN_TERM_AMOUNT};
    size_t n = append(bytes, 1, amount->value);
    if (*currency) {
        n = append(bytes, append(bytes, n, " "), currency);
    }
    quern_word *word = quern_vocabulary_intern(&s->analysis->vocabulary, bytes, n, NULL);
    quern_token *token = word ? insert(s, at) : NULL;
    if (token) {
        *token = (quern_token){word, NULL, position, 1, amount->start, amount->end};
    }
    return token ? 0 : -1;
}

/* Puts an amount and its words, of which text[start, end) is the one with the number. */
static int put_amount(stream *s, const quern_amount *amount, size_t start, size_t end)
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
        if (put(s, start, end, position) < 0) {
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
static int ends_with_words(const stream *s, size_t start, size_t end, size_t amount_end)
{
    quern_trim words = *s->words;
    while (end < amount_end && quern_trim_next(&words, &start, &end) && start < amount_end) {
        if (end > amount_end) {
            return 0;
        }
    }
    return 1;
}

/* Whether the word, which begins with a digit, is in an amount. */
static int find_amount(const stream *s, size_t start, size_t end, quern_amount *amount)
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

static int has_dense(const stream *s, size_t start, size_t end)
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
static int next_part(stream *s, size_t from, size_t *start, size_t *end)
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
static int insert_joined(stream *s, size_t first, size_t n)
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
    if (!has_letter(joined, len)) {
        return 0;
    }
    quern_meaning found;
    if (find_word(s->analysis, joined, len, sizeof joined, &found)) {
        return -1;
    }
    quern_token *place = found.term ? insert(s, first + 1) : NULL;
    if (place) {
        token.word = found.term;
        token.form = found.form;
        *place = token;
    }
    return place || !found.term ? 0 : -1;
}

/* Puts the word, which follows a hyphen that follows the last token, and all that hang on it. */
static int put_compound(stream *s, size_t start, size_t end)
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
static int is_compound(const stream *s, size_t start)
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

/* Ends the run: a character that stands alone is a word. */
static int end_run(stream *s)
{
    size_t start = s->dense_start;
    size_t end = s->dense_end;
    s->dense_start = s->dense_end = 0;
    return end > start && !s->paired ? put_next(s, start, end) : 0;
}

static int put_pair(stream *s, size_t start, size_t end)
{
    quern_vocabulary *vocabulary = &s->analysis->vocabulary;
    const char *raw = s->text + start;
    quern_word *word = quern_vocabulary_find(vocabulary, raw, end - start).term;
    if (!word) {
        char made[QUERN_TERM_MAX] = {QUERN_TERM_BIGRAM};
        size_t n = fold_word(s->analysis, raw, end - start, made + 1);
        if (n == 0) {
            return 0;
        }
        word = quern_vocabulary_intern(vocabulary, made, n + 1, NULL);
        if (!word || quern_vocabulary_add(vocabulary, raw, end - start, word)) {
            return -1;
        }
    }
    quern_token *token = insert(s, s->tokens->n);
    if (token) {
        *token = (quern_token){word, NULL, s->position++, 1, start, end};
    }
    return token ? 0 : -1;
}

/* A character, which goes on with the run if it follows it. */
static int put_dense(stream *s, size_t start, size_t end)
{
    if (s->dense_end == start && s->dense_end > s->dense_start) {
        if (put_pair(s, s->dense_start, end)) {
            return -1;
        }
        s->paired = 1;
    } else {
        if (end_run(s)) {
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
static int put_ordinary(stream *s, size_t start, size_t end)
{
    quern_amount amount;
    if (end_run(s)) {
        return -1;
    }
    if (quern_scan_class[(unsigned char)s->text[start]] & QUERN_SCAN_DIGIT &&
        find_amount(s, start, end, &amount)) {
        return put_amount(s, &amount, start, end);
    }
    return is_compound(s, start) ? put_compound(s, start, end) : put_next(s, start, end);
}

/* The words of text[start, end), which is what stands between characters of dense scripts. */
static int put_between(stream *s, size_t start, size_t end)
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
static int put_mixed(stream *s, size_t start, size_t end)
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

/* Puts a word that needs care, and what belongs to it. *open: the next word does in any case. */
__attribute__((noinline)) static int put_with_care(stream *s, const quern_token *word,
                                                   uint32_t *position, int *open)
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

/* Whether the word just read may be part of an amount or compound, or of a dense script: it begins
 * with a digit, follows a hyphen, or was not found by the fast path of scan.h. */
static inline int needs_care(const quern_trim *words, const char *first)
{
    unsigned digit = (unsigned char)*first - (unsigned)'0';
    return digit < 10 || words->words.slow_end == words->last ||
           (first != words->words.text && first[-1] == '-');
}

/* Puts the words that wait. Returns -1 where memory ran out. */
static int put_words(stream *s, quern_plain_words *words, uint32_t *position)
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
            if (add_word(analysis, text, len, &made)) {
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
static int put_plain(stream *s, uint32_t *position)
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
    stream s = {.analysis = analysis, .text = text, .len = len, .words = &words, .tokens = tokens};
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
            if (put_with_care(&s, &token, &token.position, &open)) {
                return quern_fail_nomem(err);
            }
            continue;
        }
        int put_one = put(&s, token.start, token.end, token.position);
        if (put_one < 0) {
            return quern_fail_nomem(err);
        }
        token.position += (uint32_t)put_one;
    }
    s.position = token.position;
    return end_run(&s) ? quern_fail_nomem(err) : QUERN_OK;
}

/* Words of many scripts and languages, inflected, as people type them: what goes through every part
 * of the analysis, so that a change in any of them shows. */
static const char sample[] =
    "Amazon’s AWS AWS's 18.4 1,250 résumés tries commitments organisation generously skis dying "
    "l’étudiante intéressantes aujourd’hui Häuser größten möglich señores nación trabajábamos "
    "perché città vagabondaggio ações informática människor flickornas øyeblikkene brødrene "
    "talossanikin ihmisten árvíztűrő tükörfúrógépeknek İstanbul’da kitaplarımızdan ışık "
    "Straße ﬁnancial ＡＷＳ ｶﾞ가나다 日本語 中文 ภาษาไทย हिन्दी पुस्तकें தமிழ் नेपाली "
    "возможностями ёлка книгах українська Ελλάδα ανθρώπους ὀδυσσεύς العَرَبِيّة والكتب "
    "עִבְרִית ייִדישע הספרים հայերենի գրքերը grădinile copiilor gènere biblioteques etxeetatik "
    "leabharlanna foghlaim knygomis ąžuolų perpustakaan mempertanggungjawabkan knjigama књигама "
    "co\xC2\xADoperate zero\xE2\x81\xA0width Łódź Ørsted æther H100's don‛t _low_line_ "
    "\xF0\x9D\x93\xA0\xF0\x9D\x93\xBE\xF0\x9D\x93\xAE\xF0\x9D\x93\xBB\xF0\x9D\x93\xB7 "
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xF0\x9E\xA4\xA2\xF0\x9E\xA5\x84 \xFF\xC0x "
    "10\xE2\x80\xAF"
    "000";

/* Adds what the language in use makes of the sample. */
static int add_fingerprint(quern_analysis *analysis, uint64_t *hash)
{
    quern_trim c = {.words = quern_words_of(sample, sizeof sample - 1)};
    size_t start;
    size_t end;
    while (quern_trim_next(&c, &start, &end)) {
        char form[BYTES_MAX];
        term made;
        size_t n = fold_word(analysis, sample + start, end - start, form);
        if (make_stem(analysis->stemmer, form, n, &made)) {
            return -1;
        }
        *hash = quern_checksum_seeded(made.bytes, made.len, *hash);
        make_form(form, n, &made);
        *hash = quern_checksum_seeded(made.bytes, made.len, *hash);
    }
    return 0;
}

quern_status quern_analysis_fingerprint(quern_analysis *analysis, uint64_t *out, quern_error *err)
{
    uint32_t in_use = analysis->in_use;
    uint64_t hash = QUERN_ANALYSIS_VERSION;
    int failed = 0;
    *out = 0;
    for (uint32_t i = 0; i < analysis->n_languages && !failed; i++) {
        quern_analysis_use(analysis, i);
        failed = add_fingerprint(analysis, &hash);
    }
    quern_analysis_use(analysis, in_use);
    *out = failed ? 0 : hash;
    return failed ? quern_fail_nomem(err) : QUERN_OK;
}
