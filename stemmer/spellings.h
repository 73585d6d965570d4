/* SPDX-License-Identifier: MIT */
/* spellings - the other ways in which a word of English is spelled, British and American.
 *
 *     recognized   recognised           colour     color
 *     theatre      theater              travelled  traveled
 *     colourised   colorised, colourized, colorized
 *
 * They are guesses by rules, made for a look-up: of `parameter` one is `parametre`, which no index
 * has. What rules would make of one word another one (filling, filing; prise, prize) is not made.
 * The words mean the same: not check for cheque or tire for tyre, which mean more than that.
 */
#ifndef QUERN_STEMMER_SPELLINGS_H
#define QUERN_STEMMER_SPELLINGS_H

#include "base/status.h"

enum {
    QUERN_SPELLINGS_MAX = 8,
    QUERN_SPELLINGS_BYTES = 40 /* of the longest word that has others */
};

typedef struct quern_spellings {
    size_t n;
    uint8_t lens[QUERN_SPELLINGS_MAX];
    char words[QUERN_SPELLINGS_MAX][QUERN_SPELLINGS_BYTES]; /* not NUL-terminated */
} quern_spellings;

/* The other spellings of a folded word, in an order that depends on nothing else. */
void quern_spellings_of(quern_string word, quern_spellings *out);

#endif
