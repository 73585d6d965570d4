/* SPDX-License-Identifier: MIT */
/* function_words - see function_words.h. */
#include "stemmer/function_words.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 6 };

/* In order of strcmp. */
static const char english[][LONGEST + 1] = {
    "a",     "an",   "and",    "are",   "as",   "at",    "be",    "been",   "being",
    "but",   "by",   "could",  "did",   "do",   "does",  "for",   "from",   "had",
    "has",   "have", "having", "he",    "her",  "hers",  "him",   "his",    "how",
    "i",     "if",   "in",     "into",  "is",   "its",   "me",    "must",   "my",
    "nor",   "of",   "on",     "or",    "our",  "shall", "she",   "should", "so",
    "than",  "that", "the",    "their", "them", "there", "these", "they",   "this",
    "those", "to",   "was",    "we",    "were", "what",  "when",  "where",  "which",
    "who",   "whom", "whose",  "why",   "with", "would", "you",   "your",
};

static int compare(const void *key, const void *item)
{
    return strcmp(key, item);
}

int quern_function_word_english(const char *word, size_t len)
{
    char key[LONGEST + 1] = "";
    if (len > LONGEST || memchr(word, 0, len)) {
        return 0;
    }
    memcpy(key, word, len);
    return bsearch(key, english, sizeof english / sizeof *english, sizeof *english, compare) !=
           NULL;
}
