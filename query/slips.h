/* SPDX-License-Identifier: MIT */
/* slips - how many slips lie between two words.
 *
 * A slip is a character too many, too few, wrong, or swapped with its neighbour (Damerau 1964; in
 * the restricted form, optimal string alignment, where no part is changed twice). Characters are
 * those of UTF-8.
 */
#ifndef QUERN_QUERY_SLIPS_H
#define QUERN_QUERY_SLIPS_H

#include "base/status.h"

#define QUERN_SLIPS_MAX 256 /* characters; longer words are no slips of each other */

typedef struct quern_slips_word {
    uint32_t chars[QUERN_SLIPS_MAX];
    uint32_t n; /* 0: longer, or not UTF-8 */
} quern_slips_word;

void quern_slips_read(quern_slips_word *out, quern_string word);

/* The number of slips, or anything above `most` where there are more. */
uint32_t quern_slips_distance(const quern_slips_word *a, const quern_slips_word *b, uint32_t most);

#endif
