/* SPDX-License-Identifier: MIT */
/* places_sets - the positions of many postings at once, as sets; see places.h.
 *
 * Postings are sorted by their frequency first, so that no loop has a branch that cannot be
 * foreseen, and none of its rounds waits for the one before. Passages are short here.
 */
#include "index/places.h"
#include "index/positions_roots.h"

#include <string.h>

enum {
    NO_BYTES = 12, /* kinds of postings: those below are tf 1, 2, ... and all from 12 on */
    KINDS
};

static inline void add(quern_places_set *set, uint32_t position)
{
    uint64_t bit = (uint64_t)1 << (position & 63);
    uint64_t is_high = position >> 6 & 1;
    set->words[0] |= bit & (is_high - 1);
    set->words[1] |= bit & (0 - is_high);
}

/* The positions from `offset` on, less the offset. */
static inline quern_places_set less(quern_places_set set, uint32_t offset)
{
    if (offset >= 64) {
        return (quern_places_set){{offset < 128 ? set.words[1] >> (offset & 63) : 0, 0}};
    }
    uint64_t come = set.words[1] << 1 << (63 - offset);
    return (quern_places_set){{set.words[0] >> offset | come, set.words[1] >> offset}};
}

static inline uint32_t rank_at(const quern_place *at)
{
    unsigned width = (unsigned)quern_positions_width(at->tf, at->len);
    return (uint32_t)quern_bits_read(at->data, at->bit, width);
}

/* The low width of Elias-Fano, as positions.c has it; u is at least tf or it is 0. */
static inline unsigned low_width(uint32_t u, uint32_t tf)
{
    if (u < tf) {
        return 0;
    }
    unsigned width = quern_bits_width(u) - quern_bits_width(tf);
    return width - ((uint64_t)tf << width > u);
}

static int add_many(const quern_place *at, quern_places_set *set)
{
    uint32_t positions[QUERN_PLACES_LEN];
    uint64_t n_bits = at->bit + quern_positions_width(at->tf, at->len);
    quern_positions_place place = {at->data, at->data + (n_bits + 7) / 8, at->bit, at->tf, at->len};
    if (quern_positions_read(&place, positions)) {
        return -1;
    }
    for (uint32_t i = 0; i < at->tf; i++) {
        add(set, positions[i]);
    }
    return 0;
}

/* As long as the high bits fit a word, and the low ones another. */
static int add_some(const quern_place *at, quern_places_set *set)
{
    uint32_t tf = at->tf;
    uint32_t u = at->len - tf;
    unsigned low = low_width(u, tf);
    unsigned n_high = tf + (u >> low);
    if (n_high > 56 || tf * low > 56) {
        return add_many(at, set);
    }
    uint64_t high = quern_bits_read(at->data, at->bit, n_high);
    uint64_t lows = quern_bits_read(at->data, at->bit + n_high, tf * low);
    uint64_t mask = quern_bits_mask(low);
    uint32_t most = 0;
    uint32_t k = 0;
    quern_places_set its = {{0, 0}};
    for (; high; high &= high - 1, lows >>= low, k++) {
        uint32_t value = ((uint32_t)__builtin_ctzll(high) - k) << low | (uint32_t)(lows & mask);
        most = value > most ? value : most;
        add(&its, value + k);
    }
    *set = its;
    return k == tf && most <= u ? 0 : -1;
}

/* Postings of one kind, and where their sets go. */
typedef struct kind {
    const quern_place *places;
    const uint8_t *which;
    uint32_t n, offset;
    quern_places_set *sets;
} kind;

static uint32_t read_ones(const kind *its)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < its->n; i++) {
        const quern_place *at = &its->places[its->which[i]];
        quern_places_set set = {{0, 0}};
        uint32_t p = rank_at(at);
        bad |= (uint32_t)(p >= at->len);
        add(&set, p);
        its->sets[its->which[i]] = less(set, its->offset);
    }
    return bad;
}

static uint32_t read_pairs(const kind *its)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < its->n; i++) {
        const quern_place *at = &its->places[its->which[i]];
        quern_places_set set = {{0, 0}};
        uint32_t rank = rank_at(at);
        uint32_t last = quern_positions_root2(rank);
        bad |= (uint32_t)(last >= at->len);
        add(&set, last);
        add(&set, rank - last * (last - 1) / 2);
        its->sets[its->which[i]] = less(set, its->offset);
    }
    return bad;
}

static uint32_t read_triples(const kind *its)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < its->n; i++) {
        const quern_place *at = &its->places[its->which[i]];
        quern_places_set set = {{0, 0}};
        uint32_t rank = rank_at(at);
        uint32_t last = quern_positions_root3(rank);
        rank -= last * (last - 1) * (last - 2) / 6;
        uint32_t second = quern_positions_root2(rank);
        bad |= (uint32_t)(last >= at->len);
        add(&set, last);
        add(&set, second);
        add(&set, rank - second * (second - 1) / 2);
        its->sets[its->which[i]] = less(set, its->offset);
    }
    return bad;
}

static uint32_t read_more(const kind *its)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < its->n; i++) {
        quern_places_set set = {{0, 0}};
        bad |= (uint32_t)add_some(&its->places[its->which[i]], &set);
        its->sets[its->which[i]] = less(set, its->offset);
    }
    return bad;
}

static uint32_t read_first(const kind *its)
{
    for (uint32_t i = 0; i < its->n; i++) {
        quern_places_set set = {{0, 0}};
        for (uint32_t p = 0; p < its->places[its->which[i]].tf; p++) {
            add(&set, p);
        }
        its->sets[its->which[i]] = less(set, its->offset);
    }
    return 0;
}

static inline uint32_t kind_of(const quern_place *place)
{
    uint32_t its = place->tf < NO_BYTES ? place->tf - 1u : NO_BYTES - 1u;
    return place->bit != QUERN_PLACES_NO_BYTES ? its : NO_BYTES;
}

int quern_places_decode(const quern_place *places, uint32_t n, uint32_t offset,
                        quern_places_set *out)
{
    uint8_t sorted[QUERN_BLOCK] = {0};
    uint32_t ends[1 + KINDS] = {0}; /* of the kind before: where the next one goes, then its own */
    uint32_t bad = 0;
    for (uint32_t k = 0; k < n; k++) {
        ends[1 + kind_of(&places[k])]++;
    }
    for (uint32_t of = 1; of < KINDS; of++) {
        ends[of] += ends[of - 1];
    }
    for (uint32_t k = 0; k < n; k++) {
        sorted[ends[kind_of(&places[k])]++] = (uint8_t)k;
    }
    for (uint32_t of = 0, from = 0; of < KINDS; from = ends[of++]) {
        const kind postings = {places, sorted + from, ends[of] - from, offset, out};
        bad |= of == 0          ? read_ones(&postings)
               : of == 1        ? read_pairs(&postings)
               : of == 2        ? read_triples(&postings)
               : of == NO_BYTES ? read_first(&postings)
                                : read_more(&postings);
    }
    return bad ? -1 : 0;
}
