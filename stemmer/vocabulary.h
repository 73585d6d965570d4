/* SPDX-License-Identifier: MIT */
/* vocabulary - the words met so far: from the bytes of a word as it stands in a text to its
 * quern_word, without folding or stemming it again.
 *
 * See vocabulary.c for the tables. The look-up of short words is inline here: it is the inner loop
 * of indexing.
 */
#ifndef QUERN_STEMMER_VOCABULARY_H
#define QUERN_STEMMER_VOCABULARY_H

#include "base/mem.h"
#include "stemmer/analysis.h"

#include <string.h>

#define QUERN_FORM_SHORT 15 /* bytes of the longest form that lies in its slot */
#define QUERN_FORM_LONG 64  /* bytes of the longest form that is remembered at all */

/* A form of at most QUERN_FORM_SHORT bytes, padded with zeros, and its length in the last byte; so
 * equal words are equal forms. All zeros: an empty slot. */
typedef struct quern_form {
    uint64_t low, high;
} quern_form;

typedef struct quern_form_slot {
    quern_form form;
    quern_word *word;
} quern_form_slot;

typedef struct quern_map_slot {
    const char *key; /* NULL: empty */
    uint32_t len;
    uint32_t hash;
    quern_word *word;
} quern_map_slot;

typedef struct quern_map {
    quern_map_slot *slots;
    size_t cap, n; /* cap: 0 or a power of two */
} quern_map;

typedef struct quern_vocabulary {
    quern_form_slot *forms;
    size_t form_cap, n_forms; /* form_cap: 0 or a power of two */
    unsigned shift;           /* of a hash, to an index of forms */
    uint64_t seed;
    quern_map longs; /* forms of 16 to QUERN_FORM_LONG bytes */
    quern_map terms; /* every term, once */
    quern_arena arena;
    size_t arena_bytes;
} quern_vocabulary;

void quern_vocabulary_init(quern_vocabulary *vocabulary);
/* Frees all words. The vocabulary is as new after. */
void quern_vocabulary_reset(quern_vocabulary *vocabulary);
/* Bytes allocated. */
size_t quern_vocabulary_memory(const quern_vocabulary *vocabulary);

/* The word of a form of any length; NULL when it is not known. */
quern_word *quern_vocabulary_find(const quern_vocabulary *vocabulary, const char *form, size_t len);

/* Makes `form` known as a form of `term` (with its byte of kind), which is interned if it is new.
 * Neither may be known to be empty. NULL when memory ran out: nothing has changed then. */
quern_word *quern_vocabulary_add(quern_vocabulary *vocabulary, const char *form, size_t form_len,
                                 const char *term, size_t term_len);

/* The word of a term (with its byte of kind), interned if it is new. NULL when memory ran out. */
quern_word *quern_vocabulary_intern(quern_vocabulary *vocabulary, const char *term, size_t len);

/* The bytes of a form of n bytes. */
extern const uint64_t quern_form_masks[QUERN_FORM_SHORT + 1][2];

/* The form of p[0, n), n from 1 to QUERN_FORM_SHORT; `readable` bytes may be read at p. */
static inline quern_form quern_form_of(const char *p, size_t n, size_t readable)
{
    quern_form form = {0, 0};
    if (readable < 16) {
        memcpy(&form, p, n);
    } else {
        memcpy(&form, p, sizeof form);
        form.low &= quern_form_masks[n][0];
        form.high &= quern_form_masks[n][1];
    }
    form.high |= (uint64_t)n << 56;
    return form;
}

/* A multiplication of the two halves (as in wyhash, Wang Yi 2019), seeded so that nobody can
 * prepare a text whose words all meet. */
static inline uint64_t quern_form_hash(quern_form form, uint64_t seed)
{
    uint64_t a = form.low ^ seed;
    uint64_t b = form.high ^ 0x9E3779B97F4A7C15u;
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return ((uint64_t)product ^ (uint64_t)(product >> 64)) * 0xD6E8FEB86659FD93u;
#else
    a = (a ^ a >> 32) * 0xD6E8FEB86659FD93u;
    b = (b ^ b >> 29 ^ a) * 0xBF58476D1CE4E5B9u;
    return (b ^ b >> 32) * 0x94D049BB133111EBu;
#endif
}

/* The word of a short form; NULL when it is not known. */
static inline quern_word *quern_vocabulary_find_short(const quern_vocabulary *vocabulary,
                                                      quern_form form)
{
    if (vocabulary->form_cap == 0) {
        return NULL;
    }
    size_t i = (size_t)(quern_form_hash(form, vocabulary->seed) >> vocabulary->shift);
    for (;;) {
        const quern_form_slot *slot = &vocabulary->forms[i];
        if (slot->form.low == form.low && slot->form.high == form.high) {
            return slot->word;
        }
        if (slot->form.high == 0) {
            return NULL;
        }
        i = (i + 1) & (vocabulary->form_cap - 1);
    }
}

#endif
