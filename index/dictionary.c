/* SPDX-License-Identifier: MIT */
/* dictionary - finds and walks the terms of a segment; part of segment.h.
 *
 * TERM = prefixes | offsets | groups. Terms are sorted by their bytes and cut into groups of 16.
 * For each group there are the first 8 bytes of its first term, big endian and padded with zeros,
 * and the offset of its bytes; one more offset ends the last group. A search bisects the prefixes,
 * looks at whole first terms only where prefixes are equal, and reads on in one group:
 *
 *   group = varint place in POST, varint place in POS, entries
 *   entry = bytes shared with the term before (0 in the first) and more bytes, a nibble each, or 15
 *           and a byte that says how many; those bytes; varint (df - 1) * 2, or one more and varint
 *           cf - df - 1 where that is not below 0; then
 *           df 1:  varint passage, cf varints: the position less the one before (less 0)
 *           else:  varint bytes in POST, varint bytes in POS
 *
 * Lists stand in POST and POS in the order of their terms, without gaps, so that a group names only
 * where its first list is. The ordinal of a term is its number in this order.
 */
#include "index/segment_format.h"

enum { LONG = 15 }; /* in a nibble: a byte follows */

/* The tables of the section. */
typedef struct term_table {
    uint64_t offsets, groups, len; /* bytes of the section */
    uint32_t n_groups;
    unsigned width; /* of an offset */
} term_table;

static quern_status open_table(const quern_segment *s, term_table *t, quern_error *err)
{
    uint32_t n = s->info.n_terms;
    t->n_groups = n / QUERN_TERM_GROUP + (n % QUERN_TERM_GROUP != 0);
    t->len = s->sections[QUERN_SECTION_TERM].len;
    t->width = quern_segment_offset_width(t->len);
    t->offsets = (uint64_t)t->n_groups * 8;
    t->groups = t->offsets + ((uint64_t)t->n_groups + 1) * t->width;
    if (t->groups > t->len) {
        return quern_segment_damaged(s, "the table of terms is too long", err);
    }
    return QUERN_OK;
}

static uint64_t load_varint(quern_cursor *c)
{
    if (c->p < c->end && *c->p < 0x80) {
        return *c->p++;
    }
    return quern_cursor_varint(c);
}

/* ---- Groups ---- */

static quern_status enter_group(quern_dictionary_walk *w, const term_table *t, uint32_t group,
                                quern_error *err)
{
    const uint8_t *p;
    uint64_t at[2] = {t->offsets + (uint64_t)group * t->width, (uint64_t)t->width * 2};
    QUERN_TRY(quern_segment_bytes(w->segment, QUERN_SECTION_TERM, at, &p, err));
    uint64_t start = quern_segment_load(p, t->width);
    uint64_t end = quern_segment_load(p + t->width, t->width);
    if (start > end || end > t->len - t->groups) {
        return quern_segment_damaged(w->segment, "a group of terms leaves its section", err);
    }
    uint64_t body[2] = {t->groups + start, end - start};
    QUERN_TRY(quern_segment_bytes(w->segment, QUERN_SECTION_TERM, body, &p, err));
    quern_cursor c = quern_cursor_of(p, (size_t)(end - start));
    w->post_at = load_varint(&c);
    w->pos_at = load_varint(&c);
    if (c.status) {
        return quern_segment_damaged(w->segment, "a group of terms is damaged", err);
    }
    w->at = c.p;
    w->end = c.end;
    w->key_len = 0;
    w->next = group * QUERN_TERM_GROUP;
    w->held = 0;
    return QUERN_OK;
}

/* What follows df in an entry of df 1. */
static void read_inline(quern_dictionary_walk *w, quern_cursor *c)
{
    quern_term *t = &w->term;
    uint64_t passage = load_varint(c);
    if (passage >= w->segment->info.ref.n_passages || t->cf > (uint64_t)(c->end - c->p)) {
        c->status = QUERN_E_CORRUPT;
        return;
    }
    t->only_passage = (uint32_t)passage;
    t->only_positions = c->p;
    for (uint64_t i = 0; i < t->cf; i++) {
        load_varint(c);
    }
    t->only_end = c->p;
}

static void read_places(quern_dictionary_walk *w, quern_cursor *c)
{
    quern_term *t = &w->term;
    t->post_at = w->post_at;
    t->pos_at = w->pos_at;
    t->post_bytes = load_varint(c);
    t->pos_bytes = load_varint(c);
    if (t->post_bytes > UINT64_MAX - w->post_at || t->pos_bytes > UINT64_MAX - w->pos_at) {
        c->status = QUERN_E_CORRUPT;
        return;
    }
    w->post_at += t->post_bytes;
    w->pos_at += t->pos_bytes;
}

/* Decodes the entry at w->at into w->key and w->term; it is number w->next. */
static quern_status read_entry(quern_dictionary_walk *w, quern_error *err)
{
    quern_cursor c = {w->at, w->end, QUERN_OK};
    quern_term *t = &w->term;
    size_t sizes = quern_cursor_u8(&c);
    size_t shared = sizes & LONG;
    size_t more = sizes >> 4;
    shared = shared == LONG ? quern_cursor_u8(&c) : shared;
    more = more == LONG ? quern_cursor_u8(&c) : more;
    const uint8_t *rest = quern_cursor_bytes(&c, more);
    if (!rest || shared > w->key_len || shared + more > QUERN_TERM_BYTES_MAX) {
        return quern_segment_damaged(w->segment, "a term is damaged", err);
    }
    memcpy(w->key + shared, rest, more);
    w->key_len = shared + more;
    uint64_t counts = load_varint(&c);
    uint64_t df = (counts >> 1) + 1;
    uint64_t excess = counts & 1 ? load_varint(&c) : 0;
    if (df > w->segment->info.ref.n_passages || excess > UINT64_MAX / 2) {
        return quern_segment_damaged(w->segment, "the counts of a term are damaged", err);
    }
    memset(t, 0, sizeof *t);
    t->ordinal = w->next;
    t->df = (uint32_t)df;
    t->cf = df + excess + (counts & 1);
    if (df == 1) {
        read_inline(w, &c);
    } else {
        read_places(w, &c);
    }
    if (c.status) {
        return quern_segment_damaged(w->segment, "a term is damaged", err);
    }
    w->at = c.p;
    w->next++;
    return QUERN_OK;
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t n = a_len < b_len ? a_len : b_len;
    int order = n > 0 ? memcmp(a, b, n) : 0;
    return order != 0 ? order : a_len < b_len ? -1 : a_len > b_len;
}

/* ---- Searching ---- */

static uint64_t prefix_of(const char *term, size_t len)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++) {
        prefix = prefix << 8 | (i < len ? (uint8_t)term[i] : 0);
    }
    return prefix;
}

static quern_status load_prefix(quern_segment *s, uint32_t group, uint64_t *out, quern_error *err)
{
    const uint8_t *p;
    uint64_t range[2] = {(uint64_t)group * 8, 8};
    QUERN_TRY(quern_segment_bytes(s, QUERN_SECTION_TERM, range, &p, err));
    *out = __builtin_bswap64(quern_load64(p));
    return QUERN_OK;
}

typedef struct wanted {
    const char *term;
    size_t len;
    uint64_t prefix;
} wanted;

/* Whether the first term of a group is not above the wanted one. */
static quern_status is_below(quern_dictionary_walk *w, const wanted *want, uint32_t group,
                             int *below, quern_error *err)
{
    term_table t = {0};
    uint64_t prefix = 0;
    QUERN_TRY(load_prefix(w->segment, group, &prefix, err));
    *below = prefix < want->prefix;
    if (prefix == want->prefix) {
        QUERN_TRY(open_table(w->segment, &t, err));
        QUERN_TRY(enter_group(w, &t, group, err));
        QUERN_TRY(read_entry(w, err));
        *below = compare(w->key, w->key_len, want->term, want->len) <= 0;
    }
    return QUERN_OK;
}

/* How many groups have a first term that is not above the wanted one. */
static quern_status count_below(quern_dictionary_walk *w, const wanted *want, uint32_t n_groups,
                                uint32_t *out, quern_error *err)
{
    uint32_t low = 0;
    uint32_t high = n_groups;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int below = 0;
        QUERN_TRY(is_below(w, want, middle, &below, err));
        low = below ? middle + 1 : low;
        high = below ? high : middle;
    }
    *out = low;
    return QUERN_OK;
}

quern_status quern_dictionary_seek(quern_dictionary_walk *w, quern_segment *segment,
                                   const char *term, size_t len, quern_error *err)
{
    term_table t = {0};
    wanted want = {term, len, prefix_of(term, len)};
    uint32_t n_below = 0;
    w->segment = segment;
    w->key_len = 0;
    w->next = 0;
    QUERN_TRY(open_table(segment, &t, err));
    QUERN_TRY(count_below(w, &want, t.n_groups, &n_below, err));
    w->next = 0;
    w->held = 0;
    if (n_below == 0) { /* before the first, or no terms at all */
        return QUERN_OK;
    }
    uint32_t end = n_below < t.n_groups ? n_below * QUERN_TERM_GROUP : segment->info.n_terms;
    QUERN_TRY(enter_group(w, &t, n_below - 1, err));
    while (w->next < end) {
        QUERN_TRY(read_entry(w, err));
        if (compare(w->key, w->key_len, term, len) >= 0) {
            w->held = 1;
            return QUERN_OK;
        }
    }
    return QUERN_OK;
}

quern_status quern_dictionary_next(quern_dictionary_walk *w, int *more, quern_error *err)
{
    *more = 1;
    if (w->held) {
        w->held = 0;
        return QUERN_OK;
    }
    if (w->next >= w->segment->info.n_terms) {
        *more = 0;
        return QUERN_OK;
    }
    if (w->next % QUERN_TERM_GROUP == 0) {
        term_table t = {0};
        QUERN_TRY(open_table(w->segment, &t, err));
        QUERN_TRY(enter_group(w, &t, w->next / QUERN_TERM_GROUP, err));
    }
    return read_entry(w, err);
}

quern_status quern_dictionary_at(quern_dictionary_walk *walk, quern_segment *segment,
                                 uint32_t ordinal, quern_error *err)
{
    term_table t = {0};
    walk->segment = segment;
    if (ordinal >= segment->info.n_terms) {
        return quern_segment_damaged(segment, "a term is named that is not there", err);
    }
    QUERN_TRY(open_table(segment, &t, err));
    QUERN_TRY(enter_group(walk, &t, ordinal / QUERN_TERM_GROUP, err));
    while (walk->next <= ordinal) {
        QUERN_TRY(read_entry(walk, err));
    }
    return QUERN_OK;
}

quern_status quern_dictionary_find(quern_segment *segment, const char *term, size_t len,
                                   quern_term *out, int *found, quern_error *err)
{
    quern_dictionary_walk w;
    *found = 0;
    QUERN_TRY(quern_dictionary_seek(&w, segment, term, len, err));
    if (w.held && compare(w.key, w.key_len, term, len) == 0) {
        *found = 1;
        *out = w.term;
    }
    return QUERN_OK;
}
