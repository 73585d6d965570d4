/* SPDX-License-Identifier: MIT */
/* synonyms - sets of words and phrases that stand for the same, as a user wrote them (quern.h).
 *
 *     car, automobile          each finds the other
 *     ai, machine learning => artificial intelligence
 *
 * What is typed is found among them by its key: the stems of its words, so that `cars` has what
 * `car` has. What it stands for is kept as it was written and read like a query's words.
 *
 *     keys    car  automobil  ai  machin-learn      numbered as they came
 *     heads   1    2          3   4                 the first link of each key, plus 1
 *     links   a rule, and the key's next link, plus 1
 *     rules   entries [first, end)
 *
 * Immutable once it is read, and shared by threads.
 */
#ifndef QUERN_QUERY_SYNONYMS_H
#define QUERN_QUERY_SYNONYMS_H

#include "base/buf.h"
#include "query/plan.h"
#include "stemmer/analysis.h"

typedef struct quern_synonym_entry {
    quern_string text;
    uint32_t key;
} quern_synonym_entry;

typedef struct quern_synonym_link {
    uint32_t first, end; /* entries */
    uint32_t next;
} quern_synonym_link;

struct quern_synonyms {
    quern_arena arena;
    char *language; /* of the analysis that made the keys */
    quern_plan_strings keys;
    uint32_t *heads;
    quern_synonym_link *links;
    quern_synonym_entry *entries;
    size_t cap_heads, n_links, cap_links, n_entries, cap_entries;
    size_t most_words; /* of any key */
};

/* Reads sets; messages name them as `name`. Errors: SYNTAX which line and what is wrong, NOMEM. */
quern_status quern_synonyms_build(quern_analysis *analysis, const char *language, quern_string text,
                                  const char *name, quern_synonyms **out, quern_error *err);

/* Appends a word to a key. */
void quern_synonyms_add_word(quern_buf *key, const quern_word *word);

/* What stands for the same as a key, one entry after the other; the key itself is none. */
typedef struct quern_synonym_walk {
    const quern_synonyms *synonyms;
    uint32_t key, link, at, end;
} quern_synonym_walk;

/* Returns 0 where there is none. */
int quern_synonyms_find(const quern_synonyms *synonyms, const quern_buf *key,
                        quern_synonym_walk *walk);
/* *out stays with the synonyms. Returns 0 behind the last. */
int quern_synonyms_next(quern_synonym_walk *walk, quern_string *out);

#endif
