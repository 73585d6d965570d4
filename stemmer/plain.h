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

/* Sets *out to text[start, start + len) of text[0, end). */
static inline void quern_plain_set(quern_plain_word *out, const quern_vocabulary *vocabulary,
                                   const char *text, size_t end, size_t start, size_t len)
{
    out->start = start;
    if (__builtin_expect(len <= QUERN_SPELLING_SHORT, 1)) {
        out->spelling = quern_spelling_of(text + start, len, end - start);
        out->hash = quern_vocabulary_prepare(vocabulary, out->spelling);
    } else {
        out->spelling = (quern_spelling){len, 0};
    }
}

#endif
