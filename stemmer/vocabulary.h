/* SPDX-License-Identifier: MIT */
/* vocabulary - the words met so far: from the bytes of a word as it stands in a text, its spelling,
 * to its term and its exact form, without folding or stemming it again.
 *
 * See vocabulary.c for the tables. The look-up of short words is inline here: it is the inner loop
 * of indexing.
 */
#ifndef QUERN_STEMMER_VOCABULARY_H
#define QUERN_STEMMER_VOCABULARY_H

#include "base/mem.h"
#include "stemmer/analysis.h"

#include <string.h>

#define QUERN_SPELLING_SHORT 15 /* bytes of the longest spelling that lies in its slot */
#define QUERN_SPELLING_LONG 64  /* bytes of the longest spelling that is remembered at all */

/* A spelling of at most QUERN_SPELLING_SHORT bytes, padded with zeros, and its length in the last
 * byte; so equal words are equal spellings. All zeros: an empty slot. */
typedef struct quern_spelling {
    uint64_t low, high;
} quern_spelling;

/* What a spelling stands for. */
typedef struct quern_meaning {
    quern_word *term; /* NULL: the spelling is not known */
    quern_word *form; /* NULL: the term has no exact forms */
} quern_meaning;

typedef struct quern_spelling_slot {
    quern_spelling spelling;
    quern_word *word; /* its exact form, or its term where that has none */
    uint32_t user;    /* the word's, once it was seen that it has one */
} quern_spelling_slot;

/* The word follows from the key: see vocabulary.c. */
typedef struct quern_map_slot {
    const char *key; /* NULL: empty */
    uint32_t len;
    uint32_t hash;
} quern_map_slot;

typedef struct quern_map {
    quern_map_slot *slots;
    size_t cap, n; /* cap: 0 or a power of two */
} quern_map;

/* What the spellings of one language stand for. Zeroed: none is known. */
typedef struct quern_spelling_table {
    quern_spelling_slot *slots;
    size_t cap, n;   /* cap: 0 or a power of two */
    unsigned shift;  /* of a hash, to an index of slots */
    quern_map longs; /* spellings of 16 to QUERN_SPELLING_LONG bytes */
} quern_spelling_table;

typedef struct quern_vocabulary {
    quern_spelling_table spellings; /* of the language at hand; may be exchanged for another's */
    uint64_t seed;
    quern_map words; /* every term and every form of all languages, once */
    quern_arena arena;
} quern_vocabulary;

void quern_vocabulary_init(quern_vocabulary *vocabulary);
/* Frees all words. The vocabulary is as new after. */
void quern_vocabulary_reset(quern_vocabulary *vocabulary);
/* Bytes allocated. */
size_t quern_vocabulary_memory(const quern_vocabulary *vocabulary);

/* Of spellings that were put aside: before the vocabulary is reset, as its words go then. */
void quern_spelling_table_finish(quern_spelling_table *spellings);
size_t quern_spelling_table_memory(const quern_spelling_table *spellings);

/* What a spelling of any length stands for. */
quern_meaning quern_vocabulary_find(const quern_vocabulary *vocabulary, const char *spelling,
                                    size_t len);

/* Makes a spelling that is not known stand for `word`: an exact form, or a term that has none.
 * Nothing happens to one that is too long. Returns 0, or -1 where memory ran out: nothing has
 * changed then. */
int quern_vocabulary_add(quern_vocabulary *vocabulary, const char *spelling, size_t len,
                         quern_word *word);

/* What `word`, an exact form or a term, means. */
static inline quern_meaning quern_meaning_of(quern_word *word)
{
    quern_meaning meaning = {word, NULL};
    if (word && word->stem) {
        meaning.term = word->stem;
        meaning.form = word;
    }
    return meaning;
}

/* The word of a term (with its byte of kind), interned if it is new; of an exact form where `stem`
 * is not NULL. Two forms with the same bytes are two words if their stems are. NULL when memory ran
 * out: nothing has changed then. */
quern_word *quern_vocabulary_intern(quern_vocabulary *vocabulary, const char *term, size_t len,
                                    quern_word *stem);

/* The bytes of a spelling of n bytes. */
extern const uint64_t quern_spelling_masks[QUERN_SPELLING_SHORT + 1][2];

/* The spelling of p[0, n), n from 1 to QUERN_SPELLING_SHORT; `readable` bytes may be read at p. */
static inline quern_spelling quern_spelling_of(const char *p, size_t n, size_t readable)
{
    quern_spelling spelling = {0, 0};
    if (readable < 16) {
        memcpy(&spelling, p, n);
    } else {
        memcpy(&spelling, p, sizeof spelling);
        spelling.low &= quern_spelling_masks[n][0];
        spelling.high &= quern_spelling_masks[n][1];
    }
    spelling.high |= (uint64_t)n << 56;
    return spelling;
}

/* Two rounds of multiplication, the first seeded so that nobody can prepare a text whose words all
 * meet. The high bits are the good ones. */
static inline uint64_t quern_spelling_hash(quern_spelling spelling, uint64_t seed)
{
    uint64_t low = (spelling.low ^ seed) * 0xD6E8FEB86659FD93u;
    return (low ^ low >> 32 ^ spelling.high) * 0x9E3779B97F4A7C15u;
}

/* The hash of a short spelling, which will be looked up soon: the slot is fetched. */
static inline uint64_t quern_vocabulary_prepare(const quern_vocabulary *vocabulary,
                                                quern_spelling spelling)
{
    uint64_t hash = quern_spelling_hash(spelling, vocabulary->seed);
    if (vocabulary->spellings.cap > 0) {
        __builtin_prefetch(&vocabulary->spellings.slots[hash >> vocabulary->spellings.shift]);
    }
    return hash;
}

/* The slot of a short spelling whose hash is known; NULL where it has none. */
static inline quern_spelling_slot *quern_spelling_slot_of(const quern_spelling_table *spellings,
                                                          quern_spelling spelling, uint64_t hash)
{
    if (spellings->cap == 0) {
        return NULL;
    }
    size_t i = (size_t)(hash >> spellings->shift);
    for (;;) {
        quern_spelling_slot *slot = &spellings->slots[i];
        if (slot->spelling.low == spelling.low && slot->spelling.high == spelling.high) {
            return slot;
        }
        if (slot->spelling.high == 0) {
            return NULL;
        }
        i = (i + 1) & (spellings->cap - 1);
    }
}

/* What a short spelling stands for, whose hash is known. */
static inline quern_meaning quern_vocabulary_find_hashed(const quern_vocabulary *vocabulary,
                                                         quern_spelling spelling, uint64_t hash)
{
    const quern_spelling_slot *slot =
        quern_spelling_slot_of(&vocabulary->spellings, spelling, hash);
    return quern_meaning_of(slot ? slot->word : NULL);
}

/* What a short spelling stands for. */
static inline quern_meaning quern_vocabulary_find_short(const quern_vocabulary *vocabulary,
                                                        quern_spelling spelling)
{
    return quern_vocabulary_find_hashed(vocabulary, spelling,
                                        quern_spelling_hash(spelling, vocabulary->seed));
}

#endif
