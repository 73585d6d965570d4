/* SPDX-License-Identifier: MIT */
/* vocabulary - see vocabulary.h.
 *
 * A text of a million words has perhaps thirty thousand different ones, so folding and stemming are
 * done for each different one, and what a word costs is finding it again. Three tables, all open
 * addressing with linear probing, doubled when two thirds full:
 *
 *   forms   words as they stand in texts, to 15 bytes (98 % of English): the slot holds the bytes
 *           themselves, so that one cache line answers, and comparing is two integers
 *   longs   longer ones, to 64 bytes: hash, pointer to the bytes, word. Beyond that a word is
 *           folded each time it is met: a file of random letters must not fill the memory
 *   terms   the term of every word. Many forms have one term (Amazon, Amazon’s, AMAZON) and share
 *           one quern_word, so the caller's number in it is the number of the term
 *
 *     forms  "AWS" ──┐                      ┌────────────────────────────────┐
 *            "aws" ──┼──> quern_word ──────>│ term ptr, len, user │ 01 a w s │  one piece of arena
 *     terms  "\1aws"─┘                      └────────────────────────────────┘
 *
 * Words met first are words met often, and they sit at the head of their probe sequences.
 * Invariant: a form is known only if its word is in `terms`; where memory runs out nothing is
 * added.
 */
#include "stemmer/vocabulary.h"

#include "base/checksum.h"

#define FIRST_CAP 256
#define SEED 0x2D358DCCAA6C78A5u

#define ALL UINT64_MAX

const uint64_t quern_form_masks[QUERN_FORM_SHORT + 1][2] = {
    {0, 0},           {ALL >> 56, 0},   {ALL >> 48, 0},   {ALL >> 40, 0},
    {ALL >> 32, 0},   {ALL >> 24, 0},   {ALL >> 16, 0},   {ALL >> 8, 0},
    {ALL, 0},         {ALL, ALL >> 56}, {ALL, ALL >> 48}, {ALL, ALL >> 40},
    {ALL, ALL >> 32}, {ALL, ALL >> 24}, {ALL, ALL >> 16}, {ALL, ALL >> 8}};

void quern_vocabulary_init(quern_vocabulary *vocabulary)
{
    memset(vocabulary, 0, sizeof *vocabulary);
    /* Where the kernel puts things is secret enough, and no answer depends on it. */
    vocabulary->seed = SEED ^ (uint64_t)(uintptr_t)vocabulary * 0x9E3779B97F4A7C15u;
}

void quern_vocabulary_reset(quern_vocabulary *vocabulary)
{
    quern_free(vocabulary->forms);
    quern_free(vocabulary->longs.slots);
    quern_free(vocabulary->terms.slots);
    quern_arena_finish(&vocabulary->arena);
    quern_vocabulary_init(vocabulary);
}

size_t quern_vocabulary_memory(const quern_vocabulary *vocabulary)
{
    return vocabulary->form_cap * sizeof *vocabulary->forms +
           (vocabulary->longs.cap + vocabulary->terms.cap) * sizeof(quern_map_slot) +
           vocabulary->arena_bytes;
}

/* A piece of the arena, with what its chunks cost beside it in the count. */
static void *allocate(quern_vocabulary *vocabulary, size_t size)
{
    void *p = quern_arena_alloc(&vocabulary->arena, size);
    if (p) {
        size = (size + 15) & ~(size_t)15;
        vocabulary->arena_bytes += size + (size + 63) / 64;
    }
    return p;
}

static int is_full(size_t n, size_t cap)
{
    return n + 1 > cap / 3 * 2;
}

/* The slot of a key, or the empty one where it would be put. The map has room. */
static quern_map_slot *map_slot(const quern_map *map, const char *key, size_t len, uint64_t hash)
{
    size_t i = (size_t)hash & (map->cap - 1);
    for (;;) {
        quern_map_slot *slot = &map->slots[i];
        if (!slot->key || (slot->hash == (uint32_t)hash && slot->len == len &&
                           memcmp(slot->key, key, len) == 0)) {
            return slot;
        }
        i = (i + 1) & (map->cap - 1);
    }
}

static int map_reserve(quern_map *map)
{
    if (!is_full(map->n, map->cap)) {
        return 0;
    }
    quern_map bigger = {.cap = map->cap ? 2 * map->cap : FIRST_CAP, .n = map->n};
    bigger.slots = quern_alloc_zero(bigger.cap, sizeof *bigger.slots);
    if (!bigger.slots) {
        return -1;
    }
    for (size_t i = 0; i < map->cap; i++) {
        const quern_map_slot *slot = &map->slots[i];
        size_t to = slot->hash & (bigger.cap - 1);
        while (slot->key && bigger.slots[to].key) {
            to = (to + 1) & (bigger.cap - 1);
        }
        if (slot->key) {
            bigger.slots[to] = *slot;
        }
    }
    quern_free(map->slots);
    *map = bigger;
    return 0;
}

static void put_form(quern_vocabulary *vocabulary, quern_form form, quern_word *word)
{
    size_t i = (size_t)(quern_form_hash(form, vocabulary->seed) >> vocabulary->shift);
    while (vocabulary->forms[i].form.high != 0) {
        i = (i + 1) & (vocabulary->form_cap - 1);
    }
    vocabulary->forms[i] = (quern_form_slot){form, word};
    vocabulary->n_forms++;
}

static int reserve_form(quern_vocabulary *vocabulary)
{
    if (!is_full(vocabulary->n_forms, vocabulary->form_cap)) {
        return 0;
    }
    quern_form_slot *old = vocabulary->forms;
    size_t old_cap = vocabulary->form_cap;
    size_t cap = old_cap ? 2 * old_cap : FIRST_CAP;
    quern_form_slot *forms = quern_alloc_zero(cap, sizeof *forms);
    if (!forms) {
        return -1;
    }
    vocabulary->forms = forms;
    vocabulary->form_cap = cap;
    vocabulary->shift = 64 - (unsigned)__builtin_ctzll(cap);
    vocabulary->n_forms = 0;
    for (size_t i = 0; i < old_cap; i++) {
        if (old[i].form.high != 0) {
            put_form(vocabulary, old[i].form, old[i].word);
        }
    }
    quern_free(old);
    return 0;
}

quern_word *quern_vocabulary_intern(quern_vocabulary *vocabulary, const char *term, size_t len)
{
    if (map_reserve(&vocabulary->terms)) {
        return NULL;
    }
    uint64_t hash = quern_checksum_seeded(term, len, vocabulary->seed);
    quern_map_slot *slot = map_slot(&vocabulary->terms, term, len, hash);
    if (slot->key) {
        return slot->word;
    }
    quern_word *word = allocate(vocabulary, sizeof *word + len + 1);
    if (!word) {
        return NULL;
    }
    char *bytes = (char *)(word + 1);
    memcpy(bytes, term, len);
    bytes[len] = '\0';
    *word = (quern_word){.term = bytes, .term_len = (uint32_t)len};
    *slot = (quern_map_slot){bytes, (uint32_t)len, (uint32_t)hash, word};
    vocabulary->terms.n++;
    return word;
}

static quern_word *add_long(quern_vocabulary *vocabulary, const char *form, size_t form_len,
                            const char *term, size_t term_len)
{
    char *copy = NULL;
    if (map_reserve(&vocabulary->longs) || !(copy = allocate(vocabulary, form_len))) {
        return NULL;
    }
    quern_word *word = quern_vocabulary_intern(vocabulary, term, term_len);
    if (!word) {
        return NULL;
    }
    memcpy(copy, form, form_len);
    uint64_t hash = quern_checksum_seeded(form, form_len, vocabulary->seed);
    quern_map_slot *slot = map_slot(&vocabulary->longs, form, form_len, hash);
    if (!slot->key) {
        *slot = (quern_map_slot){copy, (uint32_t)form_len, (uint32_t)hash, word};
        vocabulary->longs.n++;
    }
    return word;
}

quern_word *quern_vocabulary_add(quern_vocabulary *vocabulary, const char *form, size_t form_len,
                                 const char *term, size_t term_len)
{
    if (form_len > QUERN_FORM_LONG) {
        return quern_vocabulary_intern(vocabulary, term, term_len);
    }
    if (form_len > QUERN_FORM_SHORT) {
        return add_long(vocabulary, form, form_len, term, term_len);
    }
    if (reserve_form(vocabulary)) {
        return NULL;
    }
    quern_word *word = quern_vocabulary_intern(vocabulary, term, term_len);
    if (word) {
        put_form(vocabulary, quern_form_of(form, form_len, form_len), word);
    }
    return word;
}

quern_word *quern_vocabulary_find(const quern_vocabulary *vocabulary, const char *form, size_t len)
{
    if (len <= QUERN_FORM_SHORT) {
        return quern_vocabulary_find_short(vocabulary, quern_form_of(form, len, len));
    }
    if (len > QUERN_FORM_LONG || vocabulary->longs.cap == 0) {
        return NULL;
    }
    uint64_t hash = quern_checksum_seeded(form, len, vocabulary->seed);
    return map_slot(&vocabulary->longs, form, len, hash)->word;
}
