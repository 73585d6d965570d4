/* SPDX-License-Identifier: MIT */
/* search - a query against a reader: passages ranked, grouped by article, and made into hits.
 *
 * The searcher ranks passages; the user counts articles. So the best k passages are asked for, k
 * being a few for each wanted article, and grouped in their order: an article's rank is that of its
 * best passage. Where those are too few articles and there are more passages, k grows and the
 * search runs again, whose first k passages are the same ones.
 *
 *     passages by score   a7 a9 b1 a8 c2 ..      k best
 *     articles            a       b     c        rank 1, 2, 3; a's best is a7
 *
 * Then the passages of each article of the answer are asked for by themselves: all of them are
 * shown, or the best one with the number of the others.
 *
 * Totals. Passages and articles are counted where all matching passages were looked at or the
 * caller asks; else the answer says `more than`, and that is made sure, unless the time limit came:
 * then the answer is made of what was found until then, and says so.
 */
#include "query/expand.h"
#include "query/hits.h"
#include "query/native_searcher.h"
#include "query/parse.h"
#include "query/reader.h"

#include <math.h>

enum {
    DEFAULT_ARTICLES = 10,
    PASSAGES_EACH = 4, /* asked for at first, for each article that is wanted */
    LEAST_PASSAGES = 64,
    GROWTH = 8,
    NOTES_MAX = 8
};

/* An article of the answer. */
typedef struct group {
    uint32_t segment, article;
    uint32_t first_passage, end_passage;
    quern_scored best;
} group;

typedef struct search {
    quern_snapshot *snapshot;
    quern_native *native;
    quern_search_options options;
    quern_bm25 model;
    quern_deadline deadline;
    quern_found_list found;
    group *groups;
    size_t n_groups, cap_groups; /* the first options.articles of them are shown */
    uint32_t *slots;             /* hash table of numbers of groups + 1; 0 is free */
    size_t n_slots;              /* a power of two, or 0 */
    quern_hits_builder builder;
} search;

/* ---- Options ---- */

static quern_status read_options(search *s, const quern_search_options *options, quern_error *err)
{
    quern_search_options defaults = QUERN_SEARCH_OPTIONS_INIT;
    s->options = defaults;
    if (options) {
        if (options->size < sizeof options->size) {
            return quern_fail(err, QUERN_E_INVALID,
                              "quern_search: size of the options is not set - "
                              "start from QUERN_SEARCH_OPTIONS_INIT");
        }
        quern_struct_read(&s->options, sizeof s->options, options);
    }
    double k1 = s->options.k1;
    double b = s->options.b;
    if (!isfinite(k1) || !isfinite(b) || k1 > 1000.0 || b > 1.0) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_search: k1 or b is out of range - k1 up to 1000, b up to 1");
    }
    s->model.k1 = k1 > 0.0 ? k1 : k1 < 0.0 ? 0.0 : QUERN_BM25_K1;
    s->model.b = b > 0.0 ? b : b < 0.0 ? 0.0 : QUERN_BM25_B;
    if (s->options.articles == 0) {
        s->options.articles = DEFAULT_ARTICLES;
    }
    return QUERN_OK;
}

/* ---- Grouping ---- */

static size_t slot_of(const search *s, uint32_t segment, uint32_t article)
{
    uint64_t h = ((uint64_t)segment << 32 | article) * 0x9E3779B97F4A7C15u;
    size_t mask = s->n_slots - 1;
    size_t i = (size_t)(h >> 32) & mask;
    for (; s->slots[i]; i = (i + 1) & mask) {
        const group *g = &s->groups[s->slots[i] - 1];
        if (g->segment == segment && g->article == article) {
            break;
        }
    }
    return i;
}

static quern_status grow_slots(search *s, quern_error *err)
{
    size_t n = s->n_slots ? s->n_slots * 2 : 64;
    uint32_t *slots = quern_alloc_zero(n, sizeof *slots);
    if (!slots) {
        return quern_fail_nomem(err);
    }
    quern_free(s->slots);
    s->slots = slots;
    s->n_slots = n;
    for (size_t i = 0; i < s->n_groups; i++) {
        slots[slot_of(s, s->groups[i].segment, s->groups[i].article)] = (uint32_t)i + 1;
    }
    return QUERN_OK;
}

/* Adds the article of a passage as a group where it is none yet. */
static quern_status add_passage(search *s, const quern_found *found, quern_error *err)
{
    group g = {.segment = found->segment, .best = {found->score, found->passage}};
    quern_segment *segment = s->snapshot->segments[g.segment].segment;
    const quern_segment_ref *ref = &quern_segment_get_info(segment)->ref;
    if (s->n_groups * 2 >= s->n_slots) {
        QUERN_TRY(grow_slots(s, err));
    }
    QUERN_TRY(quern_segment_article_of(segment, found->passage, &g.article, err));
    size_t slot = slot_of(s, g.segment, g.article);
    if (s->slots[slot]) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_segment_first_passage(segment, g.article, &g.first_passage, err));
    g.end_passage = ref->n_passages;
    if (g.article + 1 < ref->n_articles) {
        QUERN_TRY(quern_segment_first_passage(segment, g.article + 1, &g.end_passage, err));
    }
    if (quern_grow(&s->groups, &s->cap_groups, s->n_groups + 1, sizeof *s->groups)) {
        return quern_fail_nomem(err);
    }
    s->groups[s->n_groups++] = g;
    s->slots[slot] = (uint32_t)s->n_groups;
    return QUERN_OK;
}

/* Finds the wanted articles, or all there are. */
static quern_status find_articles(search *s, quern_error *err)
{
    uint64_t want = (uint64_t)s->options.articles * PASSAGES_EACH;
    uint64_t k = want < LEAST_PASSAGES ? LEAST_PASSAGES : want;
    for (size_t seen = 0;; k *= GROWTH) {
        k = k < s->snapshot->n_passages ? k : s->snapshot->n_passages;
        k = k < SIZE_MAX / 64 ? k : SIZE_MAX / 64;
        QUERN_TRY(quern_native_top(s->native, (size_t)k, s->options.count, &s->found, err));
        int all_seen = s->found.n == s->found.n_passages;
        if (seen > 0 && s->found.is_cut) {
            return QUERN_OK; /* the groups of the round before are the best there are */
        }
        for (; seen < s->found.n && (all_seen || s->n_groups <= s->options.articles); seen++) {
            QUERN_TRY(add_passage(s, &s->found.items[seen], err));
        }
        if (all_seen || s->n_groups >= s->options.articles || s->found.n < k || s->found.is_cut) {
            return QUERN_OK;
        }
    }
}

static quern_status set_totals(search *s, quern_totals *totals, quern_error *err)
{
    totals->articles = s->n_groups;
    totals->exact = s->found.n == s->found.n_passages && !s->found.is_cut;
    if (!totals->exact && !s->options.count && s->n_groups > s->options.articles) {
        totals->articles = s->options.articles;
    } else if (!totals->exact && !s->found.is_cut) { /* as many as wanted; perhaps no more */
        if (!s->options.count) {
            QUERN_TRY(quern_native_top(s->native, 1, 1, &s->found, err));
        }
        totals->exact = !s->found.is_cut;
        if (totals->exact || s->found.n_articles > s->n_groups) {
            totals->articles = s->found.n_articles;
        }
    }
    totals->partial = s->found.is_cut;
    totals->passages = s->found.n_passages;
    return QUERN_OK;
}

/* ---- Hits ---- */

static quern_status add_group(search *s, uint32_t i, quern_topk *all, quern_error *err)
{
    const group *g = &s->groups[i];
    quern_hits_group shown = {.segment = g->segment,
                              .article = g->article,
                              .first_passage = g->first_passage,
                              .rank = i + 1,
                              .passages = &g->best,
                              .n_passages = 1};
    int wants_others = s->options.all_passages || !s->options.places_only;
    if (g->end_passage - g->first_passage > 1 && wants_others &&
        !quern_deadline_check(&s->deadline)) {
        QUERN_TRY(
            quern_native_range(s->native, g->segment, g->first_passage, g->end_passage, all, err));
        if (s->options.all_passages) {
            shown.passages = all->items;
            shown.n_passages = all->n;
        } else {
            shown.n_more = all->n ? all->n - 1 : 0;
        }
    }
    return quern_hits_add(&s->builder, &shown, err);
}

static quern_status make_hits(search *s, quern_error *err)
{
    quern_topk all;
    quern_status status = QUERN_OK;
    quern_topk_init(&all, SIZE_MAX);
    size_t n = s->n_groups < s->options.articles ? s->n_groups : s->options.articles;
    for (size_t i = 0; !status && i < n; i++) {
        status = add_group(s, (uint32_t)i, &all, err);
    }
    quern_topk_finish(&all);
    return status;
}

static void search_finish(search *s)
{
    quern_hits_builder_finish(&s->builder);
    quern_native_free(s->native);
    quern_found_list_finish(&s->found);
    quern_free(s->groups);
    quern_free(s->slots);
}

/* Says which patterns stand for more than was searched. */
static quern_status note_expansions(const search *s, const quern_plan *plan,
                                    const quern_expansions *all, quern_error *err)
{
    for (size_t i = 0; i < all->n && s->builder.hits->n_notes < NOTES_MAX; i++) {
        const quern_expansion *e = &all->items[i];
        const quern_plan_pattern *p = &plan->expands[i]->pattern;
        if (e->n < e->n_found) {
            QUERN_TRY(
                quern_hits_add_note(s->builder.hits, err,
                                    "%.*s%s stands for %llu words; the %u commonest were searched",
                                    (int)(p->len < 240 ? p->len : 240), p->bytes,
                                    p->edits ? "~" : "", (unsigned long long)e->n_found, e->n));
        }
    }
    return QUERN_OK;
}

static quern_status run(search *s, const quern_plan *plan, quern_error *err)
{
    s->deadline = quern_deadline_in(s->options.time_limit_ms);
    QUERN_TRY(
        quern_native_open_within(s->snapshot, plan, &s->model, &s->deadline, &s->native, err));
    QUERN_TRY(note_expansions(s, plan, quern_native_expansions(s->native), err));
    s->builder.highlighter.evidence.expansions = quern_native_expansions(s->native);
    if (s->builder.explainer.live) {
        QUERN_TRY(
            quern_explainer_expand(&s->builder.explainer, quern_native_expansions(s->native), err));
    }
    QUERN_TRY(find_articles(s, err));
    QUERN_TRY(set_totals(s, &s->builder.hits->totals, err));
    return make_hits(s, err);
}

/* What an engine is told of an exact form. */
typedef struct stemming {
    quern_analysis *analysis;
    quern_tokens tokens;
} stemming;

static quern_status stem_of(void *payload, quern_string form, quern_string *out, quern_error *err)
{
    stemming *s = payload;
    out->data = "";
    out->len = 0;
    QUERN_TRY(quern_analysis_text(s->analysis, form.data + 1, form.len - 1, &s->tokens, err));
    const quern_word *word = s->tokens.n > 0 ? s->tokens.items[0].form : NULL;
    if (word && word->term_len == form.len && memcmp(word->term, form.data, form.len) == 0) {
        out->data = word->stem->term;
        out->len = word->stem->term_len;
    }
    return QUERN_OK;
}

/* The same by another engine, which ranks articles itself. */
static quern_status run_other(search *s, const quern_engine_reader *other, const quern_plan *plan,
                              quern_error *err)
{
    quern_totals *totals = &s->builder.hits->totals;
    quern_engine_answer answer = {.n = 0};
    quern_expansions expansions = {.n = 0};
    stemming stems = {s->builder.highlighter.evidence.analysis, {NULL, 0, 0}};
    quern_engine_question question = {plan,
                                      s->model.k1,
                                      s->model.b,
                                      s->options.articles,
                                      s->options.all_passages,
                                      s->options.count,
                                      0,
                                      stem_of,
                                      &stems,
                                      &expansions};
    quern_status status = other->engine->search(other->db, &question, &answer, err);
    s->builder.highlighter.evidence.expansions = &expansions;
    if (!status && s->builder.explainer.live) {
        status = quern_explainer_expand(&s->builder.explainer, &expansions, err);
    }
    for (size_t i = 0; !status && i < answer.n; i++) {
        status = quern_hits_add_found(&s->builder, &answer.items[i], (uint32_t)i + 1, err);
    }
    status = status ? status : note_expansions(s, plan, &expansions, err);
    totals->articles = answer.n_articles;
    totals->passages = answer.n_passages;
    totals->exact = answer.exact;
    quern_arena_finish(&answer.arena);
    quern_tokens_finish(&stems.tokens);
    s->builder.highlighter.evidence.expansions = NULL;
    quern_expansions_finish(&expansions);
    return status;
}

quern_status quern_search(quern_reader *reader, const quern_query *query,
                          const quern_search_options *options, quern_hits **out, quern_error *err)
{
    search s;
    memset(&s, 0, sizeof s);
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !query || !out) {
        return quern_fail(err, QUERN_E_INVALID, "quern_search: an argument is missing");
    }
    QUERN_TRY(read_options(&s, options, err));
    quern_hits *hits = quern_alloc_zero(1, sizeof *hits);
    if (!hits) {
        return quern_fail_nomem(err);
    }
    hits->totals.size = sizeof hits->totals;
    s.snapshot = reader->snapshot;
    s.builder.hits = hits;
    s.builder.snapshot = reader->snapshot;
    s.builder.places_only = s.options.places_only;
    s.builder.highlighter.evidence.plan = &query->plan;
    quern_status status =
        quern_reader_take_analysis(reader, &s.builder.highlighter.evidence.analysis, err);
    quern_analysis *analysis = s.builder.highlighter.evidence.analysis;
    if (!status && s.options.explain && !s.options.places_only) {
        status = quern_explainer_open(&s.builder.explainer, reader, &query->plan, &s.model, err);
    }
    if (!status) {
        status = reader->guest.engine ? run_other(&s, &reader->guest, &query->plan, err)
                                      : run(&s, &query->plan, err);
    }
    search_finish(&s);
    quern_reader_give_analysis(reader, analysis);
    if (status) {
        quern_hits_free(hits);
        return status;
    }
    *out = hits;
    return QUERN_OK;
}
