/* SPDX-License-Identifier: MIT */
/* merge_postings - the postings of one term, merged by the new numbers of their passages; see
 * merge_state.h. As many as come before another side's next are fed at once, their positions as the
 * bits that they are; one by one only what the encoder cannot take so. */
#include "indexer/merge_state.h"

/* Loads the next block of the term at hand, and its codes where they are wanted. */
static quern_status load_block(quern_merge_side *s, int with_codes, quern_error *err)
{
    QUERN_TRY(quern_postings_load(&s->postings, s->next_block++, err));
    QUERN_TRY(quern_postings_load_tfs(&s->postings, err));
    return with_codes ? quern_forms_load(&s->forms, &s->postings, err) : QUERN_OK;
}

/* Steps to the next live posting; s->passage is QUERN_MERGE_NONE at the end. */
static quern_status next_posting(const quern_merger *m, quern_merge_side *s, quern_error *err)
{
    quern_postings *p = &s->postings;
    uint32_t before = s->passage;
    for (;;) {
        s->at++;
        if (s->at >= p->n) {
            if (s->next_block >= p->n_blocks) {
                s->passage = QUERN_MERGE_NONE;
                return QUERN_OK;
            }
            QUERN_TRY(load_block(s, m->n_forms > 1, err));
            s->at = QUERN_MERGE_NONE; /* steps to 0 */
            continue;
        }
        if (p->passages[s->at] >= s->info->ref.n_passages) {
            return quern_merge_damaged(s, "a posting names a passage that is not there", err);
        }
        uint32_t old = p->passages[s->at];
        s->passage = s->map ? s->map[old] : s->first + old;
        if (s->passage != QUERN_MERGE_NONE) {
            break;
        }
    }
    if (before != QUERN_MERGE_NONE && s->passage <= before) {
        return quern_merge_damaged(s, "postings are not in order", err);
    }
    return QUERN_OK;
}

static quern_status put_posting(quern_merger *m, quern_merge_side *s, quern_error *err)
{
    quern_postings *p = &s->postings;
    uint32_t tf = p->tfs[s->at];
    uint32_t len = quern_lengths_get(&s->lengths, p->passages[s->at]);
    len = len > 0 ? len : 1; /* what only selects may stand in a passage without words */
    if (tf == 0 || tf > len) {
        return quern_merge_damaged(s, "a term stands in a passage more often than there are words",
                                   err);
    }
    if (quern_grow(&m->positions, &m->cap_positions, tf, sizeof *m->positions) ||
        quern_grow(&m->forms, &m->cap_forms, tf, sizeof *m->forms)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_postings_positions(p, s->at, m->positions, err));
    for (uint32_t i = 0; m->n_forms > 1 && i < tf; i++) {
        m->forms[i] = s->number[s->forms.code[s->forms.first[s->at] + i]];
    }
    uint32_t least = 0;
    for (uint32_t i = 0; i < tf; i++) {
        if (m->positions[i] < least || m->positions[i] >= len) {
            return quern_merge_damaged(s, "positions are not in order", err);
        }
        least = m->positions[i] + 1;
    }
    quern_term_postings posting = {&s->passage, &tf, 1, m->positions, m->forms};
    return quern_segment_writer_postings(m->writer, &posting, err);
}

/* The same where all passages of the side keep their distances. Those of a block ascend. */
static uint32_t shift(const quern_merge_side *s, uint32_t most, uint32_t end,
                      uint32_t out[QUERN_BLOCK])
{
    const uint32_t *passages = s->postings.passages + s->at;
    uint32_t first = s->first;
    uint32_t limit = s->info->ref.n_passages;
    limit = end - first < limit ? end - first : limit; /* `end` is above the one at hand */
    uint32_t n = most;
    while (n > 0 && passages[n - 1] >= limit) { /* mostly none */
        n--;
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i] = passages[i] + first;
    }
    return n;
}

/* The new numbers of the postings from the one at hand on that come before passage `end` of another
 * side, as many as are live and the encoder takes at once. Returns how many. */
static uint32_t gather(const quern_merger *m, const quern_merge_side *s, uint32_t end,
                       uint32_t out[QUERN_BLOCK])
{
    const quern_postings *p = &s->postings;
    uint32_t most = quern_segment_writer_room(m->writer);
    uint32_t before = s->passage;
    uint32_t n = 0;
    most = most < p->n - s->at ? most : p->n - s->at;
    if (!s->map) {
        return shift(s, most, end, out);
    }
    if (most > 0) {
        out[n++] = before;
    }
    for (; n < most && p->passages[s->at + n] < s->info->ref.n_passages; n++) {
        uint32_t passage = s->map[p->passages[s->at + n]];
        if (passage >= end || passage <= before) { /* dead ones are QUERN_MERGE_NONE */
            break;
        }
        out[n] = before = passage;
    }
    return n;
}

/* Puts the forms of n postings from the one at hand on into m->forms. */
static quern_status translate(quern_merger *m, const quern_merge_side *s, uint32_t n,
                              quern_error *err)
{
    const uint32_t *first = s->forms.first + s->at;
    const uint32_t *codes = s->forms.code + first[0];
    uint32_t n_codes = first[n] - first[0];
    if (quern_grow(&m->forms, &m->cap_forms, n_codes, sizeof *m->forms)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n_codes; i++) {
        m->forms[i] = s->number[codes[i]];
    }
    return QUERN_OK;
}

/* Feeds postings of a side up to passage `end` of another one; several at once where that can be.
 * The last of them is then at hand. */
static quern_status put_postings(quern_merger *m, quern_merge_side *s, uint32_t end,
                                 quern_error *err)
{
    uint32_t passages[QUERN_BLOCK];
    quern_term_run run = {.passages = passages, .tfs = s->postings.tfs + s->at};
    run.n = gather(m, s, end, passages);
    if (run.n > 0) {
        QUERN_TRY(quern_postings_bits(&s->postings, s->at, run.n, &run.positions, err));
    }
    if (!run.positions.data) {
        return put_posting(m, s, err);
    }
    if (m->n_forms > 1) {
        QUERN_TRY(translate(m, s, run.n, err));
    }
    run.forms = m->forms;
    QUERN_TRY(quern_segment_writer_run(m->writer, &run, err));
    s->at += run.n - 1;
    s->passage = passages[run.n - 1];
    return QUERN_OK;
}

/* ---- The queue ---- */

static void sink(uint64_t *queue, uint32_t n, uint32_t at)
{
    uint64_t item = queue[at];
    for (uint32_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && queue[child + 1] < queue[child];
        if (queue[child] >= item) {
            break;
        }
        queue[at] = queue[child];
        at = child;
    }
    queue[at] = item;
}

/* Opens the postings of the term at hand and puts the side into the queue, if any of it is live. */
quern_status quern_merge_enqueue(quern_merger *m, uint32_t i, quern_error *err)
{
    quern_merge_side *s = &m->sides[i];
    QUERN_TRY(quern_postings_open(&s->postings, s->segment, &s->walk.term, err));
    s->next_block = 0;
    s->at = QUERN_MERGE_NONE;
    s->passage = QUERN_MERGE_NONE;
    QUERN_TRY(next_posting(m, s, err));
    if (s->passage != QUERN_MERGE_NONE) {
        m->queue[m->n_queue++] = (uint64_t)s->passage << 32 | i;
    }
    return QUERN_OK;
}

/* The least passage at hand of all sides but the first of the queue; QUERN_MERGE_NONE: there is no
 * other. */
static uint32_t next_of_others(const quern_merger *m)
{
    uint64_t next = m->n_queue > 1 ? m->queue[1] : UINT64_MAX;
    next = m->n_queue > 2 && m->queue[2] < next ? m->queue[2] : next;
    return (uint32_t)(next >> 32);
}

quern_status quern_merge_drain(quern_merger *m, quern_error *err)
{
    for (uint32_t i = m->n_queue / 2; i-- > 0;) {
        sink(m->queue, m->n_queue, i);
    }
    while (m->n_queue > 0) {
        uint32_t i = (uint32_t)m->queue[0];
        quern_merge_side *s = &m->sides[i];
        QUERN_TRY(put_postings(m, s, next_of_others(m), err));
        QUERN_TRY(next_posting(m, s, err));
        m->queue[0] = s->passage == QUERN_MERGE_NONE ? m->queue[--m->n_queue]
                                                     : (uint64_t)s->passage << 32 | i;
        if (m->n_queue > 1) {
            sink(m->queue, m->n_queue, 0);
        }
    }
    return QUERN_OK;
}
