/* SPDX-License-Identifier: MIT */
/* firsts - see firsts.h. */
#include "index/firsts.h"

#include "index/segment_format.h"

#include <assert.h>

#define WORDS_A_BLOCK (QUERN_FIRSTS_BLOCK / 64)

/* ---- Bits ---- */

static uint64_t n_words_of(uint32_t n)
{
    return ((uint64_t)n + 63) / 64;
}

static uint32_t n_blocks_of(uint32_t n)
{
    return n / QUERN_FIRSTS_BLOCK + (n % QUERN_FIRSTS_BLOCK != 0);
}

uint64_t quern_firsts_size(uint32_t n)
{
    return n_words_of(n) * 8 + (uint64_t)n_blocks_of(n) * 4;
}

static uint64_t word_of(const quern_firsts_bits *b, uint32_t word)
{
    return quern_load64(b->words + (size_t)word * 8);
}

static uint32_t rank_of_block(const quern_firsts_bits *b, uint32_t block)
{
    return quern_load32(b->ranks + (size_t)block * 4);
}

/* How many are set before bit i, which is below n. */
static uint32_t rank(const quern_firsts_bits *b, uint32_t i)
{
    uint32_t block = i / QUERN_FIRSTS_BLOCK;
    uint32_t sum = rank_of_block(b, block);
    for (uint32_t word = block * WORDS_A_BLOCK; word < i / 64; word++) {
        sum += (uint32_t)__builtin_popcountll(word_of(b, word));
    }
    uint64_t below = ((uint64_t)1 << (i % 64)) - 1;
    return sum + (uint32_t)__builtin_popcountll(word_of(b, i / 64) & below);
}

static int is_set(const quern_firsts_bits *b, uint32_t i)
{
    return (int)(word_of(b, i / 64) >> (i % 64) & 1);
}

/* The last block with a rank that is not above `wanted`. There is a block. */
static uint32_t block_with(const quern_firsts_bits *b, uint32_t wanted)
{
    uint32_t low = 0;
    uint32_t high = n_blocks_of(b->n);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        *(rank_of_block(b, middle) <= wanted ? &low : &high) = middle;
    }
    return low;
}

/* The place of the set bit before which `wanted` are set, in the block; n if it is not there. */
static uint32_t select_in(const quern_firsts_bits *b, uint32_t block, uint32_t wanted)
{
    uint32_t left = wanted - rank_of_block(b, block);
    uint64_t end = n_words_of(b->n);
    end = end < ((uint64_t)block + 1) * WORDS_A_BLOCK ? end : ((uint64_t)block + 1) * WORDS_A_BLOCK;
    for (uint32_t word = block * WORDS_A_BLOCK; word < end; word++) {
        uint64_t bits = word_of(b, word);
        uint32_t n = (uint32_t)__builtin_popcountll(bits);
        if (n > left) {
            for (; left > 0; left--) {
                bits &= bits - 1;
            }
            uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(bits);
            return at < b->n ? at : b->n;
        }
        left -= n;
    }
    return b->n;
}

/* The first set bit from i on; n if there is none. */
static uint32_t next_set(const quern_firsts_bits *b, uint32_t i)
{
    for (uint64_t at = i; at < b->n; at = (at | 63) + 1) {
        uint64_t bits = word_of(b, (uint32_t)(at / 64)) >> (at % 64);
        if (bits) {
            at += (uint64_t)__builtin_ctzll(bits);
            return at < b->n ? (uint32_t)at : b->n;
        }
    }
    return b->n;
}

/* ---- Opened ---- */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t quern_firsts_article(const quern_firsts *f, uint32_t passage)
{
    assert(passage < f->begins.n);
    uint32_t n_articles = f->filled.n;
    if (!f->begins.words) {
        return passage;
    }
    uint32_t article = rank(&f->begins, passage) + (uint32_t)is_set(&f->begins, passage) - 1;
    if (f->filled.words && n_articles > 0) {
        article = select_in(&f->filled, block_with(&f->filled, article), article);
    }
    return least(article, n_articles > 0 ? n_articles - 1 : 0);
}

uint32_t quern_firsts_first(const quern_firsts *f, uint32_t article)
{
    if (!f->begins.words || article >= f->filled.n || f->begins.n == 0) {
        return article < f->filled.n ? least(article, f->begins.n) : f->begins.n;
    }
    uint32_t wanted = f->filled.words ? rank(&f->filled, article) : article;
    return select_in(&f->begins, block_with(&f->begins, wanted), wanted);
}

uint32_t quern_firsts_begin(const quern_firsts *f, uint32_t passage)
{
    if (!f->begins.words) {
        return passage;
    }
    uint64_t bits = word_of(&f->begins, passage / 64) << (63 - passage % 64);
    if (bits) {
        return passage - (uint32_t)__builtin_clzll(bits);
    }
    for (uint32_t word = passage / 64; word-- > 0;) {
        bits = word_of(&f->begins, word);
        if (bits) {
            return word * 64 + 63 - (uint32_t)__builtin_clzll(bits);
        }
    }
    return 0;
}

uint32_t quern_firsts_end(const quern_firsts *f, uint32_t passage)
{
    return f->begins.words ? next_set(&f->begins, passage + 1) : passage + 1;
}

/* ---- The section ---- */

/* Where its parts are; nothing is tested. Its length was found right when the file was opened. */
static void place(const quern_segment *s, quern_firsts *out)
{
    const quern_section *at = &s->sections[QUERN_SECTION_FIRST];
    const quern_segment_ref *ref = &s->info.ref;
    uint64_t n_begins = quern_firsts_size(ref->n_passages);
    memset(out, 0, sizeof *out);
    out->begins.n = ref->n_passages;
    out->filled.n = ref->n_articles;
    if (at->at == 0) {
        return;
    }
    out->begins.words = s->data + at->at;
    out->begins.ranks = out->begins.words + n_words_of(ref->n_passages) * 8;
    if (at->len != n_begins) {
        out->filled.words = s->data + at->at + n_begins;
        out->filled.ranks = out->filled.words + n_words_of(ref->n_articles) * 8;
    }
}

quern_status quern_firsts_open(quern_segment *s, quern_firsts *out, quern_error *err)
{
    const quern_section *at = &s->sections[QUERN_SECTION_FIRST];
    place(s, out);
    if (!atomic_load_explicit(&s->firsts_tested, memory_order_relaxed)) {
        QUERN_TRY(quern_segment_touch(s, at->at, at->len, err));
        atomic_store_explicit(&s->firsts_tested, 1, memory_order_relaxed);
    }
    return QUERN_OK;
}

/* Tests the pages of a block and of its rank. */
static quern_status touch_block(quern_segment *s, const quern_firsts_bits *b, uint32_t block,
                                quern_error *err)
{
    const uint8_t *words = b->words + (size_t)block * WORDS_A_BLOCK * 8;
    uint64_t left = n_words_of(b->n) - (uint64_t)block * WORDS_A_BLOCK;
    QUERN_TRY(quern_segment_touch_at(s, b->ranks + (size_t)block * 4, 4, err));
    return quern_segment_touch_at(s, words, (left < WORDS_A_BLOCK ? left : WORDS_A_BLOCK) * 8, err);
}

/* The place of the set bit before which `wanted` are set; n if there are not so many. */
static quern_status select_tested(quern_segment *s, const quern_firsts_bits *b, uint32_t wanted,
                                  uint32_t *out, quern_error *err)
{
    *out = b->n;
    if (b->n == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_segment_touch_at(s, b->ranks, (uint64_t)n_blocks_of(b->n) * 4, err));
    uint32_t block = block_with(b, wanted);
    QUERN_TRY(touch_block(s, b, block, err));
    *out = select_in(b, block, wanted);
    return QUERN_OK;
}

quern_status quern_segment_article_of(quern_segment *s, uint32_t passage, uint32_t *article,
                                      quern_error *err)
{
    quern_firsts f;
    place(s, &f);
    *article = passage;
    if (f.begins.words) {
        QUERN_TRY(touch_block(s, &f.begins, passage / QUERN_FIRSTS_BLOCK, err));
        uint32_t n = rank(&f.begins, passage) + (uint32_t)is_set(&f.begins, passage);
        *article = n - 1;
        if (n > 0 && f.filled.words) {
            QUERN_TRY(select_tested(s, &f.filled, n - 1, article, err));
        }
    }
    return *article < f.filled.n ? QUERN_OK
                                 : quern_segment_damaged(s, "a passage without an article", err);
}

quern_status quern_segment_passages_of(quern_segment *s, uint32_t article, uint32_t range[2],
                                       quern_error *err)
{
    quern_firsts f;
    int is_filled = 1;
    uint32_t wanted = article;
    place(s, &f);
    range[0] = article;
    range[1] = article + 1;
    if (f.filled.words) {
        QUERN_TRY(touch_block(s, &f.filled, article / QUERN_FIRSTS_BLOCK, err));
        wanted = rank(&f.filled, article);
        is_filled = is_set(&f.filled, article);
    }
    if (f.begins.words) {
        QUERN_TRY(select_tested(s, &f.begins, wanted, &range[0], err));
        range[1] = range[0];
        if (is_filled && range[0] < f.begins.n) {
            QUERN_TRY(select_tested(s, &f.begins, wanted + 1, &range[1], err));
        }
    }
    if (range[0] > range[1] || range[1] > f.begins.n || (is_filled && range[0] == range[1])) {
        return quern_segment_damaged(s, "the passages of an article are not in order", err);
    }
    return QUERN_OK;
}

/* ---- Check ---- */

/* Whether ranks and bits past the end are right; *n is how many are set. */
static int are_sound(const quern_firsts_bits *b, uint32_t *n)
{
    *n = 0;
    for (uint32_t word = 0; word < n_words_of(b->n); word++) {
        uint64_t bits = word_of(b, word);
        if (word % WORDS_A_BLOCK == 0 && rank_of_block(b, word / WORDS_A_BLOCK) != *n) {
            return 0;
        }
        if (b->n - word * 64 < 64 && bits >> (b->n - word * 64) != 0) {
            return 0;
        }
        *n += (uint32_t)__builtin_popcountll(bits);
    }
    return 1;
}

quern_status quern_firsts_check(quern_segment *s, quern_error *err)
{
    quern_firsts f;
    uint32_t n_begins = 0;
    uint32_t n_filled = s->info.ref.n_articles;
    QUERN_TRY(quern_firsts_open(s, &f, err));
    if (!f.begins.words) {
        return QUERN_OK;
    }
    if (!are_sound(&f.begins, &n_begins) || (f.begins.n > 0 && !is_set(&f.begins, 0)) ||
        (f.filled.words && !are_sound(&f.filled, &n_filled)) || n_begins != n_filled) {
        return quern_segment_damaged(s, "the first passages of articles are damaged", err);
    }
    if ((f.filled.words && n_filled == f.filled.n) || (!f.filled.words && n_begins == f.begins.n)) {
        return quern_segment_damaged(s, "the first passages of articles say what needs no word",
                                     err);
    }
    return QUERN_OK;
}
