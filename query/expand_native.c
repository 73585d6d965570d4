/* SPDX-License-Identifier: MIT */
/* expand_native - see expand_native.h. The sorted forms of all segments are merged as they are
 * read, so that a form is offered once, with its passages in all of them. */
#include "query/expand_native.h"

#include "index/forms.h"

#include <string.h>

enum { FORMS_A_LOOK = 256 }; /* for each look at the clock */

/* ---- Forms that live ---- */

/* Some forms of one stem, in one segment. */
typedef struct living {
    const quern_snapshot_segment *segment;
    quern_string stem;
    quern_term term;
    quern_forms forms;
    uint32_t codes[QUERN_PLAN_EXPANSION_MAX];
    uint32_t n_codes;
} living;

static int has_code(const living *l, uint32_t code)
{
    uint32_t i = 0;
    while (i < l->n_codes && l->codes[i] != code) {
        i++;
    }
    return i < l->n_codes;
}

/* Whether the i-th posting of the block is of a living passage that has one of the forms. */
static int lives_in(const living *l, const quern_postings *p, uint32_t i)
{
    if (quern_tombstones_passage(l->segment->dead, p->passages[i])) {
        return 0;
    }
    uint32_t at = l->forms.first[i];
    while (at < l->forms.first[i + 1] && !has_code(l, l->forms.code[at])) {
        at++;
    }
    return at < l->forms.first[i + 1];
}

/* Counts living postings up to `most`; for stems that some dead passages have, in several forms. */
static quern_status count_living(living *l, uint64_t most, uint64_t *out, quern_error *err)
{
    quern_postings p;
    *out = 0;
    QUERN_TRY(quern_postings_open(&p, l->segment->segment, &l->term, err));
    for (uint32_t block = 0; block < p.n_blocks && *out < most; block++) {
        QUERN_TRY(quern_postings_load(&p, block, err));
        QUERN_TRY(quern_forms_load(&l->forms, &p, err));
        for (uint32_t i = 0; i < p.n && *out < most; i++) {
            *out += (uint64_t)lives_in(l, &p, i);
        }
    }
    return QUERN_OK;
}

/* Looks the stem up in the segment. */
static quern_status find_stem(living *l, int *found, uint32_t *n_dead, quern_error *err)
{
    quern_segment *segment = l->segment->segment;
    QUERN_TRY(quern_dictionary_find(segment, l->stem.data, l->stem.len, &l->term, found, err));
    if (*found) {
        const quern_tombstones *dead = l->segment->dead;
        *n_dead = dead ? quern_tombstones_count(dead, l->term.ordinal) : 0;
        QUERN_TRY(quern_forms_open(&l->forms, segment, l->stem, &l->term, err));
    }
    return QUERN_OK;
}

/* ---- Expanding ---- */

/* A segment's forms, and the one at hand. */
typedef struct source {
    quern_forms_scan scan;
    int more;
    char stem[256]; /* its term */
    size_t stem_len;
} source;

typedef struct merge {
    const quern_snapshot *snapshot;
    source *sources;
    size_t n, n_open;
    living *living; /* where living passages are counted; NULL: dead ones count, too */
} merge;

static quern_status step(source *s, quern_error *err)
{
    QUERN_TRY(quern_forms_next(&s->scan, &s->more, err));
    if (s->more) {
        quern_string stem = quern_forms_scan_stem(&s->scan);
        s->stem[0] = QUERN_FORMS_KIND;
        memcpy(s->stem + 1, stem.data, stem.len);
        s->stem_len = stem.len + 1;
    }
    return QUERN_OK;
}

static quern_status open_sources(merge *m, quern_snapshot *snapshot, quern_string prefix,
                                 quern_error *err)
{
    m->n = snapshot->n_segments;
    m->sources = quern_alloc_zero(m->n + 1, sizeof *m->sources);
    if (!m->sources) {
        return quern_fail_nomem(err);
    }
    for (; m->n_open < m->n; m->n_open++) {
        source *s = &m->sources[m->n_open];
        QUERN_TRY(quern_forms_seek(&s->scan, snapshot->segments[m->n_open].segment, prefix, err));
        QUERN_TRY(step(s, err));
    }
    return QUERN_OK;
}

static void close_sources(merge *m)
{
    for (size_t i = 0; i < m->n && m->sources; i++) {
        quern_forms_scan_finish(&m->sources[i].scan);
    }
    quern_free(m->sources);
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : a_len < b_len ? -1 : a_len > b_len;
}

static int compare(const source *a, const source *b)
{
    int order = compare_bytes(a->scan.bytes, a->scan.len, b->scan.bytes, b->scan.len);
    return order ? order : compare_bytes(a->stem, a->stem_len, b->stem, b->stem_len);
}

/* How many passages of the segment have the form at hand. */
static quern_status count(const merge *m, const source *s, uint64_t *out, quern_error *err)
{
    living *l = m->living;
    uint32_t n_dead = 0;
    int found = 0;
    *out = s->scan.form.df;
    if (!l || !m->snapshot->segments[s - m->sources].dead) {
        return QUERN_OK;
    }
    l->segment = &m->snapshot->segments[s - m->sources];
    l->stem.data = s->stem;
    l->stem.len = s->stem_len;
    QUERN_TRY(find_stem(l, &found, &n_dead, err));
    if (!found || n_dead == 0) {
        return QUERN_OK;
    }
    if (l->forms.n <= 1 || n_dead >= l->term.df) {
        *out -= n_dead < *out ? n_dead : *out;
        return QUERN_OK;
    }
    l->codes[0] = s->scan.form.code;
    l->n_codes = 1;
    return count_living(l, UINT64_MAX, out, err);
}

/* Offers the lowest form of all sources and steps on where it is at hand. */
static quern_status offer_lowest(merge *m, quern_expander *e, int *more, quern_error *err)
{
    source *lowest = NULL;
    uint64_t df = 0;
    uint64_t one = 0;
    for (size_t i = 0; i < m->n; i++) {
        source *s = &m->sources[i];
        if (s->more && (!lowest || compare(s, lowest) < 0)) {
            lowest = s;
        }
    }
    *more = lowest != NULL;
    if (!lowest) {
        return QUERN_OK;
    }
    for (size_t i = 0; i < m->n; i++) {
        source *s = &m->sources[i];
        if (s->more && s != lowest && compare(s, lowest) == 0) {
            QUERN_TRY(count(m, s, &one, err));
            df += one;
            QUERN_TRY(step(s, err));
        }
    }
    QUERN_TRY(count(m, lowest, &one, err));
    df += one;
    quern_string form = {lowest->scan.bytes, lowest->scan.len};
    quern_string stem = {lowest->stem, lowest->stem_len};
    if (df > 0) {
        QUERN_TRY(quern_expander_offer(e, form, stem, df, err));
    }
    return step(lowest, err);
}

static quern_status expand(merge *m, quern_expander *e, quern_deadline *deadline, quern_error *err)
{
    int more = 1;
    for (uint64_t i = 0; more; i++) {
        if (i % FORMS_A_LOOK == 0 && quern_deadline_check(deadline)) {
            return QUERN_OK;
        }
        QUERN_TRY(offer_lowest(m, e, &more, err));
    }
    return QUERN_OK;
}

static quern_status offer_all(merge *m, quern_snapshot *snapshot, quern_expander *e,
                              quern_deadline *deadline, quern_error *err)
{
    if (quern_deadline_check(deadline)) {
        return QUERN_OK;
    }
    m->snapshot = snapshot;
    quern_status status = open_sources(m, snapshot, quern_expander_prefix(e), err);
    status = status ? status : expand(m, e, deadline, err);
    close_sources(m);
    return status;
}

static int has_dead(const quern_snapshot *snapshot)
{
    size_t i = 0;
    while (i < snapshot->n_segments && !snapshot->segments[i].dead) {
        i++;
    }
    return i < snapshot->n_segments;
}

/* Which forms are the commonest must not hang on how the index came to be. So where there are too
 * many, and some passages are dead, they are gone through once more and the living are counted. */
static quern_status expand_one(quern_snapshot *snapshot, const quern_plan *plan, size_t i,
                               quern_deadline *deadline, quern_expansions *out, quern_error *err)
{
    merge m = {0};
    quern_expander e;
    quern_expander_init(&e, &plan->expands[i]->pattern, plan->n_expands);
    quern_status status = offer_all(&m, snapshot, &e, deadline, err);
    if (!status && e.n_found > e.most && has_dead(snapshot)) {
        merge again = {.living = quern_alloc_zero(1, sizeof *again.living)};
        quern_expander_finish(&e);
        quern_expander_init(&e, &plan->expands[i]->pattern, plan->n_expands);
        status =
            again.living ? offer_all(&again, snapshot, &e, deadline, err) : quern_fail_nomem(err);
        if (again.living) {
            quern_forms_finish(&again.living->forms);
        }
        quern_free(again.living);
    }
    status = status ? status : quern_expander_end(&e, &out->arena, &out->items[i], err);
    out->items[i].is_cut = deadline && deadline->is_over;
    quern_expander_finish(&e);
    return status;
}

quern_status quern_expand_native(quern_snapshot *snapshot, const quern_plan *plan,
                                 quern_deadline *deadline, quern_expansions *out, quern_error *err)
{
    if (plan->n_expands == 0) {
        return QUERN_OK;
    }
    out->items = quern_arena_alloc(&out->arena, plan->n_expands * sizeof *out->items);
    if (!out->items) {
        return quern_fail_nomem(err);
    }
    memset(out->items, 0, plan->n_expands * sizeof *out->items);
    out->n = plan->n_expands;
    quern_deadline half = quern_deadline_half(deadline); /* the rest is for searching */
    for (size_t i = 0; i < plan->n_expands; i++) {
        QUERN_TRY(expand_one(snapshot, plan, i, deadline ? &half : NULL, out, err));
    }
    return QUERN_OK;
}

/* ---- Whether a stem lives in some of its forms ---- */

static quern_status lives_in_segment(living *l, const quern_expansion *e, const uint32_t range[2],
                                     int *out, quern_error *err)
{
    int found = 0;
    uint32_t n_dead = 0;
    uint64_t n_living = 0;
    QUERN_TRY(find_stem(l, &found, &n_dead, err));
    if (!found) {
        return QUERN_OK;
    }
    l->n_codes = 0;
    for (uint32_t i = range[0]; i < range[1]; i++) {
        quern_form form;
        QUERN_TRY(quern_forms_find(&l->forms, e->items[e->by_stem[i]].form, &form, &found, err));
        if (found) {
            l->codes[l->n_codes++] = form.code;
        }
    }
    if (l->n_codes == l->forms.n || n_dead == 0) {
        *out = l->n_codes > 0 && n_dead < l->term.df;
        return QUERN_OK;
    }
    if (l->n_codes > 0 && n_dead < l->term.df) {
        QUERN_TRY(count_living(l, 1, &n_living, err));
        *out = n_living > 0;
    }
    return QUERN_OK;
}

quern_status quern_expand_native_lives(quern_snapshot *snapshot, const quern_expansion *e,
                                       uint32_t from, uint32_t to, int *out, quern_error *err)
{
    quern_status status = QUERN_OK;
    const uint32_t range[2] = {from, to};
    living *l = quern_alloc_zero(1, sizeof *l);
    *out = 0;
    if (!l) {
        return quern_fail_nomem(err);
    }
    l->stem = e->items[e->by_stem[from]].stem;
    for (size_t s = 0; s < snapshot->n_segments && !status && !*out; s++) {
        l->segment = &snapshot->segments[s];
        status = lives_in_segment(l, e, range, out, err);
    }
    quern_forms_finish(&l->forms);
    quern_free(l);
    return status;
}
