/* SPDX-License-Identifier: MIT */
/* dense - the scripts that are written without blanks between words.
 *
 * Chinese, Japanese, Thai, Lao, Khmer and Burmese have no blanks between words, and Korean hangs
 * particles and endings on its words. Where a word ends there only a dictionary could tell, so the
 * characters are indexed in overlapping pairs: of 東京都 the pairs 東京 and 京都. Words of Latin
 * letters and numbers between them are words as ever.
 */
#ifndef QUERN_STEMMER_DENSE_H
#define QUERN_STEMMER_DENSE_H

#include <stddef.h>
#include <stdint.h>

/* Whether the character is of such a script; not its digits and punctuation. */
int quern_dense(uint32_t u);

/* Whether the bytes begin with a lead byte that only characters of three and four bytes have; all
 * of the scripts do. */
static inline int quern_dense_may(unsigned char lead)
{
    return lead >= 0xE0;
}

/* The end of the character of a dense script at text[at, len), with the marks and joining jamo that
 * extend it; `at` where there is none. */
size_t quern_dense_next(const unsigned char *text, size_t len, size_t at);

#endif
