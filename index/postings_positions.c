/* SPDX-License-Identifier: MIT */
/* postings_positions - reads the positions of a term's postings; part of segment.h. */
#include "index/places.h"
#include "index/segment_format.h"

#include <assert.h>

#define NO_WIDTHS UINT32_MAX /* not all postings of the block are as common ones */

void quern_postings_prefetch_positions(const quern_postings *p, uint32_t i)
{
    uint64_t range[2];
    const uint8_t *start;
    uint64_t place[2] = {p->term.pos_at, p->term.pos_bytes};
    quern_postings_position_range(p, i, range);
    if (p->term.df > 1 && range[1] <= p->term.pos_bytes &&
        !quern_segment_view(p->segment, QUERN_SECTION_POS, place, &start, NULL)) {
        for (uint64_t at = range[0]; at < range[1]; at += 64) {
            __builtin_prefetch(start + at);
        }
    }
}

/* Finds the positions of the block at hand. */
static quern_status enter_positions(quern_postings *p, quern_error *err)
{
    uint64_t range[2];
    const uint8_t *start;
    QUERN_TRY(quern_postings_load_tfs(p, err));
    QUERN_TRY(quern_segment_lengths(p->segment, &p->lengths, err));
    quern_postings_position_range(p, p->block, range);
    if (range[0] > range[1] || range[1] > p->term.pos_bytes) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    uint64_t place[2] = {p->term.pos_at + range[0], range[1] - range[0]};
    QUERN_TRY(quern_segment_bytes(p->segment, QUERN_SECTION_POS, place, &start, err));
    p->positions = start;
    p->positions_end = start + place[1];
    p->have_positions = 1;
    p->n_places = 0;
    p->next_bit = 0;
    p->n_widths = p->lengths.width == 1 ? 0 : NO_WIDTHS;
    p->n_summed = 0;
    p->summed_bit = 0;
    return QUERN_OK;
}

/* Finds where the positions of the postings up to the i-th begin: a sum over all before. */
static quern_status find_places(quern_postings *p, uint32_t i, quern_error *err)
{
    uint64_t bit = p->next_bit;
    uint32_t k = p->n_places;
    const uint8_t *lengths = p->lengths.data;
    int is_narrow = p->lengths.width == 1;
    for (; k <= i; k++) {
        uint32_t tf = p->tfs[k];
        uint32_t len =
            is_narrow ? lengths[p->passages[k]] : quern_lengths_get(&p->lengths, p->passages[k]);
        if (tf > (len > 0 ? len : 1)) {
            return quern_segment_damaged(p->segment, "a passage is shorter than its words", err);
        }
        p->position_bit[k] = bit;
        bit += quern_positions_width(tf, len);
    }
    p->next_bit = bit;
    p->n_places = k;
    return QUERN_OK;
}

/* Finds the widths of postings up to the i-th, some more at once. */
static void find_widths(quern_postings *p, uint32_t i)
{
    while (p->n_widths < i) {
        uint8_t lens[QUERN_POSITIONS_LANES];
        uint32_t from = p->n_widths;
        uint32_t n = p->n - from < QUERN_POSITIONS_LANES ? p->n - from : QUERN_POSITIONS_LANES;
        const uint32_t *passages = p->passages + from;
        const uint8_t *lengths = p->lengths.data;
        for (uint32_t k = 0; k < n; k++) {
            lens[k] = lengths[passages[k]];
        }
        p->n_widths = from + n;
        if (quern_positions_widths_of(p->tfs + from, lens, n, p->widths + from)) {
            p->n_widths = NO_WIDTHS;
        }
    }
}

/* Finds where the positions of posting i begin. As a rule the widths of those before it are a byte
 * each; where they are not, or where a byte would be wrong, each place is found by itself. */
static quern_status find_place(quern_postings *p, uint32_t i, uint64_t *bit, quern_error *err)
{
    find_widths(p, i);
    if (p->n_widths != NO_WIDTHS) {
        if (i < p->n_summed) {
            p->n_summed = 0;
            p->summed_bit = 0;
        }
        p->summed_bit += quern_positions_sum(p->widths + p->n_summed, i - p->n_summed);
        p->n_summed = i;
        *bit = p->summed_bit;
        return QUERN_OK;
    }
    QUERN_TRY(i >= p->n_places ? find_places(p, i, err) : QUERN_OK);
    *bit = p->position_bit[i];
    return QUERN_OK;
}

static quern_status read_only_positions(quern_postings *p, uint32_t *out, quern_error *err)
{
    quern_cursor c = {p->term.only_positions, p->term.only_end, QUERN_OK};
    uint64_t at = 0;
    QUERN_TRY(quern_segment_lengths(p->segment, &p->lengths, err));
    uint32_t len = quern_lengths_get(&p->lengths, p->passages[0]);
    for (uint32_t i = 0; i < p->tfs[0]; i++) {
        uint64_t gap = quern_cursor_varint(&c);
        if (c.status || (i > 0 && gap == 0) || gap > UINT32_MAX || at + gap >= (len ? len : 1)) {
            return quern_segment_damaged(p->segment, "the positions of a term are damaged", err);
        }
        at += gap;
        out[i] = (uint32_t)at;
    }
    return QUERN_OK;
}

quern_status quern_postings_positions(quern_postings *p, uint32_t i, uint32_t *out,
                                      quern_error *err)
{
    assert(i < p->n);
    if (p->term.df == 1) {
        return read_only_positions(p, out, err);
    }
    if (!p->have_positions) {
        QUERN_TRY(enter_positions(p, err));
    }
    uint64_t bit = 0;
    if (p->positions != p->positions_end) {
        QUERN_TRY(find_place(p, i, &bit, err));
    }
    quern_positions_place place = {p->positions, p->positions_end, bit, p->tfs[i],
                                   quern_lengths_get(&p->lengths, p->passages[i])};
    if (quern_positions_read(&place, out)) {
        return quern_segment_damaged(p->segment, "the positions of a block are damaged", err);
    }
    return QUERN_OK;
}

quern_status quern_places_decoded(quern_postings *p, const quern_block_met *met, uint32_t n,
                                  quern_place *out, quern_error *err)
{
    assert(p->term.df > 1);
    if (!p->have_positions) {
        QUERN_TRY(enter_positions(p, err));
    }
    uint64_t n_bits = (uint64_t)(p->positions_end - p->positions) * 8;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = met->at[k];
        uint32_t tf = p->tfs[i];
        uint32_t len = quern_lengths_get(&p->lengths, p->passages[i]);
        uint64_t bit = 0;
        if (len > QUERN_PLACES_LEN) {
            out[k] = (quern_place){p->positions, QUERN_PLACES_NO_BYTES, 1, UINT16_MAX};
            continue;
        }
        len = len > 0 ? len : 1;
        int is_sound = tf >= 1 && tf <= len;
        if (n_bits > 0 && is_sound) {
            QUERN_TRY(find_place(p, i, &bit, err));
            is_sound = bit + quern_positions_width(tf, len) <= n_bits;
        }
        if (!is_sound) {
            return quern_segment_damaged(p->segment, "the positions of a block are damaged", err);
        }
        uint32_t from = n_bits > 0 ? (uint32_t)bit : QUERN_PLACES_NO_BYTES;
        out[k] = (quern_place){p->positions, from, (uint16_t)tf, (uint16_t)len};
    }
    return QUERN_OK;
}

quern_status quern_postings_bits(quern_postings *p, uint32_t i, uint32_t n,
                                 quern_positions_bits *out, quern_error *err)
{
    assert(n > 0 && i < p->n && n <= p->n - i);
    *out = (quern_positions_bits){NULL, 0, 0};
    if (p->term.df == 1) {
        return QUERN_OK;
    }
    if (!p->have_positions) {
        QUERN_TRY(enter_positions(p, err));
    }
    if (p->positions == p->positions_end) {
        return QUERN_OK;
    }
    if (p->n_places < i + n) {
        QUERN_TRY(find_places(p, i + n - 1, err));
    }
    uint64_t end = p->n_places > i + n ? p->position_bit[i + n] : p->next_bit;
    if (end > (uint64_t)(p->positions_end - p->positions) * 8) {
        return quern_segment_damaged(p->segment, "the positions of a block are damaged", err);
    }
    *out = (quern_positions_bits){p->positions, p->position_bit[i], end - p->position_bit[i]};
    return QUERN_OK;
}
