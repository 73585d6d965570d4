/* SPDX-License-Identifier: MIT */
/* plain - plain words (scan_plain.h) that wait to be looked up together.
 *
 * The first look into the table of spellings waits for memory as long as many words take. So words
 * are hashed and their slots fetched as they are found, up to a passage of them; by the time that
 * the first is compared, what the others need is there.
 */
#ifndef QUERN_STEMMER_PLAIN_H
#define QUERN_STEMMER_PLAIN_H

#include "stemmer/scan_plain.h"
#include "stemmer/vocabulary.h"

enum { QUERN_PLAIN_MOST = 128 }; /* words that can wait */

typedef struct quern_plain_word {
    quern_spelling spelling; /* where it is long, its length in `low` and nothing in `high` */
    uint64_t hash;
    size_t start;
} quern_plain_word;

typedef struct quern_plain_words {
    quern_plain_word items[QUERN_PLAIN_MOST];
    unsigned n;
} quern_plain_words;

static inline size_t quern_plain_len(const quern_plain_word *word)
{
    return word->spelling.high ? (size_t)(word->spelling.high >> 56) : (size_t)word->spelling.low;
}

/* Adds the plain words of a window from `at` on, for which there is room, but no lone s, which may
 * be a possessive. Returns how many bytes they take with what is between them. *stopped: the next
 * word is not plain. */
static inline unsigned quern_plain_take(const quern_vocabulary *vocabulary,
                                        const quern_scan_plain *w, size_t at,
                                        quern_plain_words *words, int *stopped)
{
    unsigned limit = quern_scan_plain_limit(w->awkward | w->care);
    unsigned end = 0;
    quern_plain_word *out = words->items + words->n;
    *stopped = limit < QUERN_SCAN_PLAIN_END;
    for (uint64_t starts = w->starts, ends = w->ends; starts; ends &= ends - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts);
        unsigned to = (unsigned)__builtin_ctzll(ends);
        size_t len = to - from;
        const char *word = w->text + from;
        if (to >= limit) {
            break;
        }
        if (len == 1 && (*word | 0x20) == 's') {
            *stopped = 1;
            break;
        }
        starts &= starts - 1;
        end = to;
        out->spelling = (quern_spelling){len, 0};
        if (len <= QUERN_SPELLING_SHORT) {
            out->spelling = quern_spelling_of(word, len, 16);
            out->hash = quern_vocabulary_prepare(vocabulary, out->spelling);
        }
        out->start = at + from;
        out++;
    }
    words->n = (unsigned)(out - words->items);
    return end;
}

#endif
