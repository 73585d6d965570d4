/* SPDX-License-Identifier: MIT */
/* meaning - see meaning.h.
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
#include "stemmer/meaning.h"

#include "stemmer/fold.h"
#include "stemmer/scan.h"

#include <string.h>

#define UNSTEMMED_LETTERS 3

int quern_meaning_has_letter(const char *word, size_t len)
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
static void make_term(char kind, const char *word, size_t n, quern_meaning_term *out)
{
    out->bytes[0] = kind;
    out->len = 1 + quern_fold(word, n, QUERN_FOLD_MARKS, out->bytes + 1, QUERN_MEANING_BYTES);
}

int quern_meaning_stem(quern_stemmer *stemmer, const char *form, size_t n, quern_meaning_term *out)
{
    const char *stem = form;
    size_t stem_len = n;
    if (quern_meaning_has_letter(form, n) && quern_fold_letters(form, n) > UNSTEMMED_LETTERS) {
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

void quern_meaning_form(const char *form, size_t n, quern_meaning_term *out)
{
    make_term(QUERN_TERM_EXACT, form, n, out);
    if (out->len == 1) { /* nothing but marks */
        memcpy(out->bytes + 1, form, n);
        out->len = 1 + n;
    }
}

size_t quern_meaning_fold(const quern_analysis *analysis, const char *word, size_t len, char *form)
{
    const quern_stemmer *stemmer = analysis->stemmer;
    unsigned flags = (quern_stem_is_turkish(stemmer) ? QUERN_FOLD_TURKISH : 0u) |
                     (quern_stem_needs_marks(stemmer) ? 0u : QUERN_FOLD_MARKS);
    size_t n = quern_fold(word, len, flags, form, QUERN_MEANING_BYTES);
    for (size_t elided; (elided = quern_stem_elided(stemmer, form, n)) > 0; n -= elided) {
        memmove(form, form + elided, n - elided);
    }
    return n;
}

/* The word of the exact form of a folded word. NULL where memory ran out. */
static quern_word *intern_form(quern_analysis *analysis, const char *form, size_t n)
{
    quern_vocabulary *vocabulary = &analysis->vocabulary;
    quern_meaning_term stem;
    quern_meaning_term exact;
    if (quern_meaning_stem(analysis->stemmer, form, n, &stem)) {
        return NULL;
    }
    quern_meaning_form(form, n, &exact);
    quern_word *word = quern_vocabulary_intern(vocabulary, stem.bytes, stem.len, NULL);
    return word ? quern_vocabulary_intern(vocabulary, exact.bytes, exact.len, word) : NULL;
}

/* A word that is folded to a known spelling of a word means the same, since folding what is folded
 * changes nothing. */
int quern_meaning_add(quern_analysis *analysis, const char *word, size_t len, quern_meaning *out)
{
    char form[QUERN_MEANING_BYTES];
    size_t n = quern_meaning_fold(analysis, word, len, form);
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
