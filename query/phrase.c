/* SPDX-License-Identifier: MIT */
/* phrase - see phrase.h. Where the phrase could begin lies in pool->starts, of one passage behind
 * the other; each member of the phrase leaves some of them, moved to the front. */
#include "query/phrase.h"

#include "index/block.h"

enum { NEAR_AS_MANY = 16 }; /* times as many postings: they lie in few blocks more */

typedef struct filter {
    quern_match_pool *pool;
    quern_match_join *join;
    uint32_t *passages;
    uint32_t n;
    uint32_t n_starts[QUERN_BLOCK]; /* of each passage */
    int has_starts;                 /* a term was asked already */
} filter;

/* A list that is asked about ascending passages. */
typedef struct list {
    quern_match_cursor *cursor;
    quern_postings *postings;
    uint32_t at; /* postings of the decoded block before this are behind us */
} list;

static quern_status open_list(const filter *f, uint32_t i, list *l, quern_error *err)
{
    l->cursor = f->join->cursors[i];
    l->at = 0;
    return quern_match_open(f->pool, l->cursor, &l->postings, err);
}

/* Decodes the block that could have the passage, if there is one: *found. */
static quern_status enter_block(list *l, uint32_t passage, int *found, quern_error *err)
{
    quern_postings *p = l->postings;
    int is_behind = p->n > 0 && (p->block == 0 || quern_postings_last(p, p->block - 1) < passage);
    uint32_t block = quern_postings_find(p, is_behind ? p->block : l->cursor->block, passage);
    *found = block < p->n_blocks && (block == 0 || quern_postings_last(p, block - 1) < passage);
    if (*found && (p->n == 0 || p->block != block)) {
        QUERN_TRY(quern_postings_load(p, block, err));
    }
    l->at = 0;
    return QUERN_OK;
}

/* Moves on to a passage. *found: the list has it, at posting l->at of the decoded block. */
static quern_status step_to(list *l, uint32_t passage, int *found, quern_error *err)
{
    const quern_postings *p = l->postings;
    if (p->n == 0 || p->passages[p->n - 1] < passage || (l->at == 0 && p->passages[0] > passage)) {
        QUERN_TRY(enter_block(l, passage, found, err));
        if (!*found) {
            return QUERN_OK;
        }
    }
    l->at = quern_block_below(p->passages, p->n, passage);
    *found = l->at < p->n && p->passages[l->at] == passage;
    return QUERN_OK;
}

/* Leaves the passages that have the i-th term. */
static quern_status keep_with_term(filter *f, uint32_t i, quern_error *err)
{
    list l;
    uint32_t n = 0;
    QUERN_TRY(open_list(f, i, &l, err));
    for (uint32_t k = 0; k < f->n; k++) {
        int found;
        QUERN_TRY(step_to(&l, f->passages[k], &found, err));
        f->passages[n] = f->passages[k];
        n += (uint32_t)found;
    }
    f->n = n;
    return QUERN_OK;
}

/* ---- Positions ---- */

/* Where a term stands in one passage. */
typedef struct places {
    const uint32_t *positions, *codes; /* codes of forms, where a member asks for one */
    uint32_t n;
} places;

static quern_status read_places(const filter *f, const list *l, places *out, quern_error *err)
{
    quern_match_pool *pool = f->pool;
    quern_postings *p = l->postings;
    QUERN_TRY(quern_postings_load_tfs(p, err));
    out->n = p->tfs[l->at];
    if (out->n > pool->cap_positions &&
        quern_grow(&pool->positions, &pool->cap_positions, out->n, sizeof(uint32_t))) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_postings_positions(p, l->at, pool->positions, err));
    out->positions = pool->positions;
    out->codes = NULL;
    if (l->cursor->stem.len > 0) {
        quern_forms *forms;
        QUERN_TRY(quern_match_forms_at(pool, l->cursor, p->block, &forms, err));
        out->codes = forms->code + forms->first[l->at];
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
        if (at->positions[i] >= m->offset && is_in_form(at, i, m)) {
            out[n++] = at->positions[i] - m->offset;
        }
    }
    return n;
}

/* Those of n starts from which the member stands at its offset; `out` may be `starts`. */
static uint32_t keep_starts(const places *at, const quern_match_member *m, const uint32_t *starts,
                            uint32_t n, uint32_t *out)
{
    uint32_t kept = 0;
    uint32_t k = 0;
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

/* Leaves the starts that fit all members of the i-th term, and the passages that have one. */
static quern_status keep_with_places(filter *f, uint32_t i, quern_error *err)
{
    list l;
    quern_match_pool *pool = f->pool;
    const quern_match_join *join = f->join;
    uint32_t n = 0;
    size_t from = 0;
    size_t to = 0;
    QUERN_TRY(open_list(f, i, &l, err));
    for (uint32_t k = 0; k < f->n; k++) {
        places at = {pool->positions, NULL, 0};
        int found;
        QUERN_TRY(step_to(&l, f->passages[k], &found, err));
        uint32_t n_starts = f->has_starts ? f->n_starts[k] : 0;
        size_t start = from;
        from += n_starts;
        if (!found) {
            continue;
        }
        QUERN_TRY(read_places(f, &l, &at, err));
        int has_starts = f->has_starts;
        if (!has_starts && to + at.n > pool->cap_starts &&
            quern_grow(&pool->starts, &pool->cap_starts, to + at.n, sizeof(uint32_t))) {
            return quern_fail_nomem(err);
        }
        for (uint32_t m = 0; m < join->n_members; m++) {
            const quern_match_member *member = &join->members[m];
            if (member->cursor == i) {
                uint32_t *out = pool->starts + to;
                n_starts = has_starts
                               ? keep_starts(&at, member, pool->starts + start, n_starts, out)
                               : find_starts(&at, member, out);
                start = to;
                has_starts = 1;
            }
        }
        to += n_starts;
        f->passages[n] = f->passages[k];
        f->n_starts[n] = n_starts;
        n += n_starts > 0;
    }
    f->has_starts = 1;
    f->n = n;
    return QUERN_OK;
}

/* Leaves the passages that have the phrase on one side of their title's end. */
static quern_status keep_with_title(filter *f, quern_error *err)
{
    const quern_match_join *join = f->join;
    uint32_t reach = join->members[join->n_members - 1].offset;
    const uint32_t *start = f->pool->starts;
    uint32_t n = 0;
    for (uint32_t k = 0; k < f->n; k++) {
        uint32_t title_words;
        int found = 0;
        QUERN_TRY(quern_segment_title_words(join->cursors[0]->segment, f->passages[k], &title_words,
                                            err));
        for (const uint32_t *end = start + f->n_starts[k]; start < end; start++) {
            found |= *start >= title_words || (uint64_t)*start + reach < title_words;
        }
        f->passages[n] = f->passages[k];
        n += (uint32_t)found;
    }
    f->n = n;
    return QUERN_OK;
}

quern_status quern_phrase_keep(const quern_phrase_filter *filter_, uint32_t *passages, uint32_t *n,
                               quern_error *err)
{
    quern_match_join *join = filter_->join;
    filter f = {.pool = filter_->pool, .join = join, .passages = passages, .n = *n};
    uint64_t lead = join->cursors[0]->term.df;
    for (uint32_t i = 1; i < join->n_cursors && !filter_->has_all && f.n > 0; i++) {
        /* Of the last list a block for each passage would be decoded twice. */
        if (i + 1 < join->n_cursors || join->cursors[i]->term.df < lead * NEAR_AS_MANY) {
            QUERN_TRY(keep_with_term(&f, i, err));
        }
    }
    for (uint32_t i = 0; i < join->n_cursors && f.n > 0; i++) {
        QUERN_TRY(keep_with_places(&f, i, err));
    }
    QUERN_TRY(keep_with_title(&f, err));
    *n = f.n;
    return QUERN_OK;
}
