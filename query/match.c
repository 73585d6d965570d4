/* SPDX-License-Identifier: MIT */
/* match - see match.h. */
#include "query/match.h"

#include "query/near.h"

#include <string.h>

enum { SLOTS_MAX = 4096 }; /* of 5 KB; more cursors than that share */

quern_status quern_match_pool_init(quern_match_pool *pool, size_t n_cursors, quern_error *err)
{
    memset(pool, 0, sizeof *pool);
    size_t n = n_cursors < SLOTS_MAX ? n_cursors : SLOTS_MAX;
    pool->slots = quern_alloc(n * sizeof *pool->slots);
    if (!pool->slots) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < n;
         i++) { /* postings, which are large, are opened before they are read */
        quern_match_slot *slot = &pool->slots[i];
        slot->owner = NULL;
        slot->has_forms = slot->has_codes = 0;
        memset(&slot->forms, 0, sizeof slot->forms);
    }
    pool->n_slots = (uint32_t)n;
    return QUERN_OK;
}

void quern_match_pool_finish(quern_match_pool *pool)
{
    for (uint32_t i = 0; i < pool->n_slots; i++) {
        quern_forms_finish(&pool->slots[i].forms);
    }
    quern_free(pool->slots);
    quern_free(pool->positions);
    quern_free(pool->codes);
    quern_free(pool->starts);
    quern_free(pool->spots);
    memset(pool, 0, sizeof *pool);
}

/* ---- Cursors ---- */

static quern_match_slot *slot_of(quern_match_pool *pool, const quern_match_cursor *cursor)
{
    uint32_t i = cursor->slot < pool->n_slots ? cursor->slot : cursor->slot % pool->n_slots;
    return &pool->slots[i];
}

quern_status quern_match_open(quern_match_pool *pool, const quern_match_cursor *cursor,
                              quern_postings **out, quern_error *err)
{
    quern_match_slot *slot = slot_of(pool, cursor);
    if (slot->owner != cursor) {
        slot->owner = NULL;
        slot->has_forms = slot->has_codes = 0;
        QUERN_TRY(quern_postings_open(&slot->postings, cursor->segment, &cursor->term, err));
        slot->owner = cursor;
    }
    *out = &slot->postings;
    return QUERN_OK;
}

static quern_status load(quern_postings *p, uint32_t block, quern_error *err)
{
    if (p->n > 0 && p->block == block) {
        return QUERN_OK;
    }
    return quern_postings_load(p, block, err);
}

quern_status quern_match_block(quern_match_pool *pool, quern_match_cursor *cursor,
                               quern_postings **out, quern_error *err)
{
    QUERN_TRY(quern_match_open(pool, cursor, out, err));
    return load(*out, cursor->block, err);
}

quern_status quern_match_forms_at(quern_match_pool *pool, const quern_match_cursor *cursor,
                                  uint32_t block, quern_forms **out, quern_error *err)
{
    quern_match_slot *slot = slot_of(pool, cursor);
    *out = &slot->forms;
    if (!slot->has_forms) {
        QUERN_TRY(quern_forms_open(*out, cursor->segment, cursor->stem, &cursor->term, err));
        slot->has_forms = 1;
    }
    if (!slot->has_codes || slot->coded != block) {
        slot->has_codes = 0;
        QUERN_TRY(quern_forms_load(*out, &slot->postings, err));
        slot->has_codes = 1;
        slot->coded = block;
    }
    return QUERN_OK;
}

quern_status quern_match_forms(quern_match_pool *pool, quern_match_cursor *cursor,
                               quern_postings **postings, quern_forms **out, quern_error *err)
{
    QUERN_TRY(quern_match_block(pool, cursor, postings, err));
    return quern_match_forms_at(pool, cursor, cursor->block, out, err);
}

/* Looks for `passage` from block `block` on, where posting `at` is the first that counts. */
static quern_status find(quern_match_cursor *cursor, quern_postings *p, uint32_t block, uint32_t at,
                         uint32_t passage, quern_error *err)
{
    uint32_t found = quern_postings_find(p, block, passage);
    cursor->next = QUERN_MATCH_END;
    if (found >= p->n_blocks) {
        return QUERN_OK;
    }
    QUERN_TRY(load(p, found, err));
    at = quern_match_lower_bound(p->passages, found == block ? at : 0, p->n, passage);
    if (at == p->n) {
        return quern_fail(err, QUERN_E_CORRUPT,
                          "block %u of term %u ends before its last passage - "
                          "run: indexer rebuild --from-sources",
                          found, p->term.ordinal);
    }
    cursor->block = found;
    cursor->at = at;
    cursor->next = p->passages[at];
    return QUERN_OK;
}

quern_status quern_match_start(quern_match_pool *pool, quern_match_cursor *cursor, uint32_t passage,
                               quern_error *err)
{
    quern_postings *p;
    QUERN_TRY(quern_match_open(pool, cursor, &p, err));
    return find(cursor, p, 0, 0, passage, err);
}

quern_status quern_match_seek(quern_match_pool *pool, quern_match_cursor *cursor, uint32_t passage,
                              quern_error *err)
{
    quern_postings *p;
    if (passage <= cursor->next) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_match_open(pool, cursor, &p, err));
    if (p->n > 0 && p->block == cursor->block && passage <= p->passages[p->n - 1]) {
        uint32_t at = cursor->at + 1; /* most steps are short */
        uint32_t step = 4;
        while (at + step < p->n && p->passages[at + step] < passage) {
            at += step;
            step *= 2;
        }
        uint32_t end = at + step + 1 < p->n ? at + step + 1 : p->n;
        cursor->at = quern_match_lower_bound(p->passages, at, end, passage);
        cursor->next = p->passages[cursor->at];
        return QUERN_OK;
    }
    return find(cursor, p, cursor->block, cursor->at, passage, err);
}

quern_status quern_match_move(quern_match_pool *pool, quern_match_cursor *cursor, uint32_t at,
                              quern_error *err)
{
    quern_postings *p;
    QUERN_TRY(quern_match_block(pool, cursor, &p, err));
    if (at == p->n) {
        cursor->next = QUERN_MATCH_END;
        if (cursor->block + 1 >= p->n_blocks) {
            return QUERN_OK;
        }
        cursor->block++;
        at = 0;
        QUERN_TRY(load(p, cursor->block, err));
    }
    cursor->at = at;
    cursor->next = p->passages[at];
    return QUERN_OK;
}

/* ---- Joins ---- */

/* Brings all cursors to the first passage below `end` that they have in common. */
static quern_status align(quern_match_pool *pool, quern_match_join *join, uint32_t end,
                          uint32_t *passage, quern_error *err)
{
    quern_match_cursor *lead = join->cursors[0];
    uint32_t i = 0;
    while (lead->next < end && i < join->n_cursors) {
        for (i = 1; i < join->n_cursors; i++) {
            QUERN_TRY(quern_match_seek(pool, join->cursors[i], lead->next, err));
            if (join->cursors[i]->next != lead->next) {
                break;
            }
        }
        if (i < join->n_cursors) {
            QUERN_TRY(quern_match_seek(pool, lead, join->cursors[i]->next, err));
        }
    }
    *passage = lead->next < end ? lead->next : QUERN_MATCH_END;
    return QUERN_OK;
}

/* Reads how often each term is in the passage that all cursors stand at. */
static quern_status read_tfs(quern_match_pool *pool, quern_match_join *join, quern_error *err)
{
    for (uint32_t i = 0; i < join->n_cursors; i++) {
        quern_postings *p;
        QUERN_TRY(quern_match_block(pool, join->cursors[i], &p, err));
        if (!p->have_tfs) {
            QUERN_TRY(quern_postings_load_tfs(p, err));
        }
        join->tfs[i] = p->tfs[join->cursors[i]->at];
    }
    return QUERN_OK;
}

/* Puts the codes of the forms in which a cursor's stem stands in its passage beside its positions.
 */
static quern_status read_codes(quern_match_pool *pool, quern_match_cursor *cursor, size_t start,
                               uint32_t tf, quern_error *err)
{
    quern_postings *p;
    quern_forms *forms;
    if (quern_grow(&pool->codes, &pool->cap_codes, start + tf, sizeof(uint32_t))) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_match_forms(pool, cursor, &p, &forms, err));
    memcpy(pool->codes + start, forms->code + forms->first[cursor->at], tf * sizeof(uint32_t));
    return QUERN_OK;
}

/* Puts the positions of all cursors, which stand at one passage, into the pool, and the codes of
 * those that are asked for forms. */
static quern_status read_positions(quern_match_pool *pool, quern_match_join *join, quern_error *err)
{
    size_t n = 0;
    for (uint32_t i = 0; i < join->n_cursors; i++) {
        quern_postings *p;
        quern_match_cursor *cursor = join->cursors[i];
        uint32_t tf = join->tfs[i];
        QUERN_TRY(quern_match_block(pool, cursor, &p, err));
        if (tf > UINT32_MAX - n ||
            quern_grow(&pool->positions, &pool->cap_positions, n + tf, sizeof(uint32_t))) {
            return quern_fail_nomem(err);
        }
        QUERN_TRY(quern_postings_positions(p, cursor->at, pool->positions + n, err));
        if (cursor->stem.len > 0) {
            QUERN_TRY(read_codes(pool, cursor, n, tf, err));
        }
        join->starts[i] = (uint32_t)n;
        n += tf;
    }
    return QUERN_OK;
}

/* Whether every member stands at its offset from `start`. */
static int stands_at(const quern_match_pool *pool, const quern_match_join *join, uint32_t start)
{
    for (uint32_t i = 0; i < join->n_members; i++) {
        const quern_match_member *m = &join->members[i];
        const uint32_t *list = pool->positions + join->starts[m->cursor];
        uint32_t n = join->tfs[m->cursor];
        uint32_t want = start + m->offset;
        uint32_t at = quern_match_lower_bound(list, 0, n, want);
        if (want < start || at == n || list[at] != want) {
            return 0;
        }
        if (m->code != QUERN_MATCH_ANY_FORM &&
            pool->codes[join->starts[m->cursor] + at] != m->code) {
            return 0;
        }
    }
    return 1;
}

/* The member whose term is the least often in the passage. */
static const quern_match_member *rarest_member(const quern_match_join *join)
{
    const quern_match_member *best = &join->members[0];
    for (uint32_t i = 1; i < join->n_members; i++) {
        if (join->tfs[join->members[i].cursor] < join->tfs[best->cursor]) {
            best = &join->members[i];
        }
    }
    return best;
}

/* Whether the phrase is in the passage whose positions are in the pool. */
static quern_status has_phrase(const quern_match_pool *pool, const quern_match_join *join,
                               uint32_t passage, int *found, quern_error *err)
{
    const quern_match_member *rarest = rarest_member(join);
    const uint32_t *list = pool->positions + join->starts[rarest->cursor];
    uint32_t reach = join->members[join->n_members - 1].offset;
    uint32_t title_words = 0;
    int know_title = 0;
    for (uint32_t i = 0; i < join->tfs[rarest->cursor] && !*found; i++) {
        if (list[i] < rarest->offset || !stands_at(pool, join, list[i] - rarest->offset)) {
            continue;
        }
        uint32_t start = list[i] - rarest->offset;
        if (!know_title) {
            quern_segment *segment = join->cursors[0]->segment;
            QUERN_TRY(quern_segment_title_words(segment, passage, &title_words, err));
            know_title = 1;
        }
        *found = start >= title_words || start + reach < title_words;
    }
    return QUERN_OK;
}

/* Puts the positions of a member, where it stands in its form, after all others in the pool. */
static quern_status add_positions(quern_match_pool *pool, const quern_match_join *join,
                                  const quern_match_member *m, uint32_t *end, quern_error *err)
{
    uint32_t start = join->starts[m->cursor];
    uint32_t tf = join->tfs[m->cursor];
    if (quern_grow(&pool->positions, &pool->cap_positions, (size_t)*end + tf, sizeof(uint32_t))) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = start; i < start + tf; i++) {
        pool->positions[*end] = pool->positions[i];
        *end += m->code == QUERN_MATCH_ANY_FORM || pool->codes[i] == m->code;
    }
    return QUERN_OK;
}

static quern_status has_near(quern_match_pool *pool, const quern_match_join *join, uint32_t passage,
                             int *found, quern_error *err)
{
    quern_near near = {.n = join->n_members, .reach = join->reach};
    uint32_t last = join->n_cursors - 1;
    uint32_t end = join->starts[last] + join->tfs[last];
    uint32_t start = end;
    for (uint32_t i = 0; i < join->n_members; i++) {
        uint32_t before = end;
        QUERN_TRY(add_positions(pool, join, &join->members[i], &end, err));
        near.counts[i] = end - before;
    }
    for (uint32_t i = 0; i < join->n_members; i++) {
        near.lists[i] = pool->positions + start;
        start += near.counts[i];
    }
    QUERN_TRY(
        quern_segment_title_words(join->cursors[0]->segment, passage, &near.title_words, err));
    *found = join->is_ordered ? quern_near_ordered(&near) : quern_near_any_order(&near);
    return QUERN_OK;
}

/* Whether the join matches in the passage that all cursors stand at. */
static quern_status verify(quern_match_pool *pool, quern_match_join *join, uint32_t passage,
                           int *found, quern_error *err)
{
    *found = join->how == QUERN_JOIN_ALL;
    QUERN_TRY(read_tfs(pool, join, err));
    if (*found) {
        return QUERN_OK;
    }
    QUERN_TRY(read_positions(pool, join, err));
    return join->how == QUERN_JOIN_PHRASE ? has_phrase(pool, join, passage, found, err)
                                          : has_near(pool, join, passage, found, err);
}

quern_status quern_match_join_next(quern_match_pool *pool, quern_match_join *join, uint32_t end,
                                   uint32_t *passage, quern_error *err)
{
    for (;;) {
        int found;
        QUERN_TRY(align(pool, join, end, passage, err));
        if (*passage == QUERN_MATCH_END) {
            return QUERN_OK;
        }
        QUERN_TRY(verify(pool, join, *passage, &found, err));
        if (found) {
            return QUERN_OK;
        }
        QUERN_TRY(quern_match_move(pool, join->cursors[0], join->cursors[0]->at + 1, err));
    }
}

quern_status quern_match_join_at(quern_match_pool *pool, quern_match_join *join, uint32_t passage,
                                 int *found, quern_error *err)
{
    *found = 0;
    for (uint32_t i = 0; i < join->n_cursors; i++) {
        QUERN_TRY(quern_match_seek(pool, join->cursors[i], passage, err));
        if (join->cursors[i]->next != passage) {
            return QUERN_OK;
        }
    }
    return verify(pool, join, passage, found, err);
}
