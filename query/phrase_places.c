/* SPDX-License-Identifier: MIT */
/* phrase_places - a phrase in passages of any length, in any form; see phrase.h. Where it could
 * begin lies in pool->starts, of one passage behind the other; each member of the phrase leaves
 * some of them, moved to the front. */
#include "query/phrase_state.h"

enum { AT_ONCE = 4 }; /* positions that are compared without a branch */

typedef struct filter {
    quern_phrase_state *of;
    uint32_t n_starts[QUERN_BLOCK]; /* of each passage */
    int has_starts;                 /* a term was asked already */
} filter;

typedef quern_phrase_list list;

static quern_status enter_block(quern_postings *p, uint32_t block, quern_error *err)
{
    return p->n > 0 && p->block == block ? QUERN_OK : quern_postings_load(p, block, err);
}

/* Where a term stands in one passage. */
typedef struct places {
    const uint32_t *positions, *codes; /* codes of forms, where a member asks for one */
    uint32_t n;
} places;

static quern_status read_places(const filter *f, const list *l, quern_match_spot *spot, places *out,
                                quern_error *err)
{
    quern_match_pool *pool = f->of->pool;
    quern_postings *p = l->postings;
    QUERN_TRY(enter_block(p, spot->block, err));
    QUERN_TRY(quern_postings_load_tfs(p, err));
    out->n = spot->tf = p->tfs[spot->at];
    size_t room = (size_t)out->n + AT_ONCE;
    if (room > pool->cap_positions &&
        quern_grow(&pool->positions, &pool->cap_positions, room, sizeof(uint32_t))) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_postings_positions(p, spot->at, pool->positions, err));
    out->positions = pool->positions;
    out->codes = NULL;
    if (l->cursor->stem.len > 0) {
        quern_forms *forms;
        QUERN_TRY(quern_match_forms_at(pool, l->cursor, p->block, &forms, err));
        out->codes = forms->code + forms->first[spot->at];
    }
    return QUERN_OK;
}

static int is_in_form(const places *at, uint32_t i, const quern_match_member *m)
{
    return m->code == QUERN_MATCH_ANY_FORM || (at->codes && at->codes[i] == m->code);
}

/* Where a phrase could begin that has the member at one of the places. Returns how many. */
static uint32_t find_starts(const places *at, const quern_match_member *m, uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < at->n; i++) {
        out[n] = at->positions[i] - m->offset;
        n += at->positions[i] >= m->offset && is_in_form(at, i, m);
    }
    return n;
}

/* Whether a position is among those of a member in any form. Four are compared at a time, as most
 * terms are not more often in a passage; what lies behind the last one does not count. */
static uint32_t has_place(const places *at, uint64_t want)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < at->n; i += AT_ONCE) {
        for (uint32_t k = i; k < i + AT_ONCE; k++) {
            found |= (uint32_t)(at->positions[k] == want) & (uint32_t)(k < at->n);
        }
    }
    return found;
}

/* Those of n starts from which the member stands at its offset; `out` may be `starts`. */
static uint32_t keep_starts(const places *at, const quern_match_member *m, const uint32_t *starts,
                            uint32_t n, uint32_t *out)
{
    uint32_t kept = 0;
    uint32_t k = 0;
    if (n == 1 && m->code == QUERN_MATCH_ANY_FORM) {
        *out = *starts;
        return has_place(at, (uint64_t)*starts + m->offset);
    }
    for (uint32_t i = 0; i < n && k < at->n; i++) {
        uint64_t want = (uint64_t)starts[i] + m->offset;
        while (k < at->n && at->positions[k] < want) {
            k++;
        }
        if (k < at->n && at->positions[k] == want && is_in_form(at, k, m)) {
            out[kept++] = starts[i];
        }
    }
    return kept;
}

/* What is left of the passages and of their starts while a list is asked for positions. */
typedef struct left {
    uint32_t n;      /* passages */
    size_t from, to; /* starts that were looked at, that are left */
} left;

/* Compares the k-th passage, which has the i-th term: leaves the starts that fit all of its
 * members, and the passage where it has one. */
static quern_status compare(filter *f, const list *l, uint32_t i, uint32_t k, left *at,
                            quern_error *err)
{
    quern_match_pool *pool = f->of->pool;
    places its = {pool->positions, NULL, 0};
    const quern_match_join *join = f->of->join;
    QUERN_TRY(read_places(f, l, &l->spots[f->of->ids[k]], &its, err));
    uint32_t n_starts = f->has_starts ? f->n_starts[k] : 0;
    size_t start = at->from;
    int has_starts = f->has_starts;
    if (!has_starts && at->to + its.n > pool->cap_starts &&
        quern_grow(&pool->starts, &pool->cap_starts, at->to + its.n, sizeof(uint32_t))) {
        return quern_fail_nomem(err);
    }
    for (uint32_t m = 0; m < join->n_members; m++) {
        const quern_match_member *member = &join->members[m];
        if (member->cursor == i) {
            uint32_t *out = pool->starts + at->to;
            n_starts = has_starts ? keep_starts(&its, member, pool->starts + start, n_starts, out)
                                  : find_starts(&its, member, out);
            start = at->to;
            has_starts = 1;
        }
    }
    at->from += f->has_starts ? f->n_starts[k] : 0;
    at->to += n_starts;
    f->of->passages[at->n] = f->of->passages[k];
    f->of->ids[at->n] = f->of->ids[k];
    f->n_starts[at->n] = n_starts;
    at->n += n_starts > 0;
    return QUERN_OK;
}

static void prefetch(const list *l, uint32_t block)
{
    quern_postings_prefetch(l->postings, block);
    quern_postings_prefetch_positions(l->postings, block);
}

/* The same of the passages of a run. */
static quern_status keep_run(filter *f, const list *l, uint32_t i, const quern_phrase_run *r,
                             left *at, quern_error *err)
{
    quern_block_met met;
    uint32_t n_met;
    uint32_t next = 0;
    QUERN_TRY(enter_block(l->postings, r->block, err)); /* it is wanted decoded */
    QUERN_TRY(quern_postings_meet(l->postings, r->block, f->of->passages + r->from,
                                  r->end - r->from, &met, &n_met, err));
    for (uint32_t k = r->from; k < r->end; k++) {
        if (next == n_met || met.which[next] != k - r->from) {
            at->from += f->has_starts ? f->n_starts[k] : 0;
            continue;
        }
        l->spots[f->of->ids[k]] = (quern_match_spot){r->block, met.at[next++], 0};
        QUERN_TRY(compare(f, l, i, k, at, err));
    }
    return QUERN_OK;
}

/* The same of all passages. What will be read is on its way while the runs before it are compared.
 */
static quern_status keep_list(filter *f, uint32_t i, quern_error *err)
{
    list l;
    quern_phrase_run runs[QUERN_BLOCK];
    left at = {0, 0, 0};
    QUERN_TRY(quern_phrase_open(f->of, i, &l, err));
    uint32_t n = quern_phrase_runs(f->of, i, &l, runs);
    for (uint32_t k = 0; k < QUERN_PHRASE_AHEAD && k < n; k++) {
        prefetch(&l, runs[k].block);
    }
    for (uint32_t k = 0; k < n; k++) {
        if (k + QUERN_PHRASE_AHEAD < n) {
            prefetch(&l, runs[k + QUERN_PHRASE_AHEAD].block);
        }
        QUERN_TRY(keep_run(f, &l, i, &runs[k], &at, err));
    }
    f->has_starts = 1;
    f->of->n = at.n;
    return QUERN_OK;
}

/* Leaves the passages that have the phrase on one side of their title's end. */
static quern_status keep_with_title(filter *f, quern_error *err)
{
    const quern_match_join *join = f->of->join;
    uint32_t reach = join->members[join->n_members - 1].offset;
    const uint32_t *start = f->of->pool->starts;
    uint32_t n = 0;
    for (uint32_t k = 0; k < f->of->n; k++) {
        uint32_t title_words;
        int found = 0;
        QUERN_TRY(quern_segment_title_words(join->cursors[0]->segment, f->of->passages[k],
                                            &title_words, err));
        for (const uint32_t *end = start + f->n_starts[k]; start < end; start++) {
            found |= *start >= title_words || (uint64_t)*start + reach < title_words;
        }
        f->of->passages[n] = f->of->passages[k];
        f->of->ids[n] = f->of->ids[k];
        n += (uint32_t)found;
    }
    f->of->n = n;
    return QUERN_OK;
}

quern_status quern_phrase_keep_places(quern_phrase_state *s, quern_error *err)
{
    filter f = {.of = s};
    for (uint32_t i = 0; i < s->join->n_cursors && s->n > 0; i++) {
        QUERN_TRY(keep_list(&f, i, err));
    }
    return keep_with_title(&f, err);
}
