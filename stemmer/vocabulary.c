/* SPDX-License-Identifier: MIT */
/* vocabulary - see vocabulary.h.
 *
 * A text of a million words has perhaps thirty thousand different ones, so folding and stemming are
 * done for each different one, and what a word costs is finding it again. Three tables, all open
 * addressing with linear probing, doubled when two thirds full:
 *
 *   spellings   words as they stand in texts, to 15 bytes (98 % of English): the slot holds the
 *               bytes themselves, the word that they stand for and its number, so that one half of
 *               a cache line answers, and comparing is two integers
 *   longs       longer ones, to 64 bytes: hash, pointer to the bytes, before which stands one to
 *               the word. Beyond that a word is folded each time it is met: a file of random
 *               letters must not fill the memory
 *   words       every term and exact form. Many spellings have one form (Amazon, Amazon’s, AMAZON),
 *               many forms one term (commit, commitment), and share one quern_word, so the
 *               caller's number in it is the number of the term, or of the form
 *
 *     spellings  "Runs" ──┐      ┌────────────────────────────────────┐
 *                "RUNS’" ─┼─────>│ term ptr, len, user, stem │ 05 runs │  one piece of arena
 *     words   "\5runs" ───┘      └─────────────────────────┼──────────┘
 *                         ┌──────────────────────────────<─┘
 *                         v
 *                        ┌────────────────────────────────────┐
 *     words   "\1run" ──>│ term ptr, len, user, NULL │ 01 run  │
 *                        └────────────────────────────────────┘
 *
 * A new word is looked for twice in `words`, as a term and as a form. Most are both, and of the
 * same bytes: so the hash leaves out the kind, and the second slot lies beside the first.
 *
 * The first two are those of one language; a text of another may make another word of the same
 * bytes. The third is of all.
 *
 * Words met first are words met often, and they sit at the head of their probe sequences.
 * Invariant: what a spelling stands for is in `words`; where memory runs out nothing is added.
 */
#include "stemmer/vocabulary.h"

#include "base/checksum.h"

#define FIRST_CAP 256
#define SEED 0x2D358DCCAA6C78A5u

#define ALL UINT64_MAX

const uint64_t quern_spelling_masks[QUERN_SPELLING_SHORT + 1][2] = {
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

void quern_spelling_table_finish(quern_spelling_table *spellings)
{
    quern_free(spellings->slots);
    quern_free(spellings->longs.slots);
    memset(spellings, 0, sizeof *spellings);
}

size_t quern_spelling_table_memory(const quern_spelling_table *spellings)
{
    return spellings->cap * sizeof *spellings->slots +
           spellings->longs.cap * sizeof(quern_map_slot);
}

void quern_vocabulary_reset(quern_vocabulary *vocabulary)
{
    quern_spelling_table_finish(&vocabulary->spellings);
    quern_free(vocabulary->words.slots);
    quern_arena_finish(&vocabulary->arena);
    quern_vocabulary_init(vocabulary);
}

size_t quern_vocabulary_memory(const quern_vocabulary *vocabulary)
{
    return quern_spelling_table_memory(&vocabulary->spellings) +
           vocabulary->words.cap * sizeof(quern_map_slot) + vocabulary->arena.bytes;
}

static int is_full(size_t n, size_t cap)
{
    return n + 1 > cap / 3 * 2;
}

/* The word of a key of `words`, which follows it, and of one of `longs`. */
static quern_word *word_of(const char *key)
{
    return (quern_word *)(uintptr_t)key - 1;
}

static quern_word *word_of_long(const char *key)
{
    quern_word *word;
    memcpy(&word, key - sizeof word, sizeof word);
    return word;
}

static int is_key(const quern_map_slot *slot, quern_string key, uint64_t hash)
{
    return slot->hash == (uint32_t)hash && slot->len == key.len &&
           memcmp(slot->key, key.data, key.len) == 0;
}

/* The slot of a long spelling, or the empty one where it would be put; likewise below. The map has
 * room. */
static quern_map_slot *long_slot(const quern_map *map, quern_string key, uint64_t hash)
{
    size_t i = (size_t)hash & (map->cap - 1);
    while (map->slots[i].key && !is_key(&map->slots[i], key, hash)) {
        i = (i + 1) & (map->cap - 1);
    }
    return &map->slots[i];
}

/* Of a word: its stem is part of the key, NULL for terms. */
static quern_map_slot *word_slot(const quern_map *map, quern_string key, const quern_word *stem,
                                 uint64_t hash)
{
    size_t i = (size_t)hash & (map->cap - 1);
    while (map->slots[i].key &&
           !(is_key(&map->slots[i], key, hash) && word_of(map->slots[i].key)->stem == stem)) {
        i = (i + 1) & (map->cap - 1);
    }
    return &map->slots[i];
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

static void put_spelling(quern_vocabulary *vocabulary, quern_spelling_slot slot)
{
    quern_spelling_table *all = &vocabulary->spellings;
    size_t i = (size_t)(quern_spelling_hash(slot.spelling, vocabulary->seed) >> all->shift);
    while (all->slots[i].spelling.high != 0) {
        i = (i + 1) & (all->cap - 1);
    }
    all->slots[i] = slot;
    all->n++;
}

static int reserve_spelling(quern_vocabulary *vocabulary)
{
    quern_spelling_table *all = &vocabulary->spellings;
    if (!is_full(all->n, all->cap)) {
        return 0;
    }
    quern_spelling_slot *old = all->slots;
    size_t old_cap = all->cap;
    size_t cap = old_cap ? 2 * old_cap : FIRST_CAP;
    quern_spelling_slot *slots = quern_alloc_zero(cap, sizeof *slots);
    if (!slots) {
        return -1;
    }
    all->slots = slots;
    all->cap = cap;
    all->shift = 64 - (unsigned)__builtin_ctzll(cap);
    all->n = 0;
    for (size_t i = 0; i < old_cap; i++) {
        if (old[i].spelling.high != 0) {
            put_spelling(vocabulary, old[i]);
        }
    }
    quern_free(old);
    return 0;
}

quern_word *quern_vocabulary_intern(quern_vocabulary *vocabulary, const char *term, size_t len,
                                    quern_word *stem)
{
    const quern_string key = {term, len};
    if (map_reserve(&vocabulary->words)) {
        return NULL;
    }
    uint64_t hash = quern_checksum_seeded(term + 1, len - 1, vocabulary->seed);
    quern_map_slot *slot = word_slot(&vocabulary->words, key, stem, hash);
    if (slot->key) {
        return word_of(slot->key);
    }
    quern_word *word = quern_arena_alloc(&vocabulary->arena, sizeof *word + len + 1);
    if (!word) {
        return NULL;
    }
    char *bytes = (char *)(word + 1);
    memcpy(bytes, term, len);
    bytes[len] = '\0';
    *word = (quern_word){bytes, (uint32_t)len, 0, stem};
    *slot = (quern_map_slot){bytes, (uint32_t)len, (uint32_t)hash};
    vocabulary->words.n++;
    return word;
}

static int add_long(quern_vocabulary *vocabulary, quern_string spelling, quern_word *word)
{
    char *copy = NULL;
    if (map_reserve(&vocabulary->spellings.longs) ||
        !(copy = quern_arena_alloc(&vocabulary->arena, sizeof word + spelling.len))) {
        return -1;
    }
    memcpy(copy, &word, sizeof word);
    copy += sizeof word;
    memcpy(copy, spelling.data, spelling.len);
    uint64_t hash = quern_checksum_seeded(copy, spelling.len, vocabulary->seed);
    quern_map_slot *slot = long_slot(&vocabulary->spellings.longs, spelling, hash);
    *slot = (quern_map_slot){copy, (uint32_t)spelling.len, (uint32_t)hash};
    vocabulary->spellings.longs.n++;
    return 0;
}

int quern_vocabulary_add(quern_vocabulary *vocabulary, const char *spelling, size_t len,
                         quern_word *word)
{
    if (len > QUERN_SPELLING_LONG) {
        return 0;
    }
    if (len > QUERN_SPELLING_SHORT) {
        return add_long(vocabulary, (quern_string){spelling, len}, word);
    }
    if (reserve_spelling(vocabulary)) {
        return -1;
    }
    put_spelling(vocabulary, (quern_spelling_slot){quern_spelling_of(spelling, len, len), word, 0});
    return 0;
}

quern_meaning quern_vocabulary_find(const quern_vocabulary *vocabulary, const char *spelling,
                                    size_t len)
{
    if (len <= QUERN_SPELLING_SHORT) {
        return quern_vocabulary_find_short(vocabulary, quern_spelling_of(spelling, len, len));
    }
    if (len > QUERN_SPELLING_LONG || vocabulary->spellings.longs.cap == 0) {
        return quern_meaning_of(NULL);
    }
    const quern_string key = {spelling, len};
    uint64_t hash = quern_checksum_seeded(spelling, len, vocabulary->seed);
    const quern_map_slot *slot = long_slot(&vocabulary->spellings.longs, key, hash);
    return quern_meaning_of(slot->key ? word_of_long(slot->key) : NULL);
}
