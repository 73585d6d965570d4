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
 * In order of date all matches are walked over instead (by_date.h), for the k first articles.
 *
 * Then it is chosen which of them are shown: the first ones, but where copies are folded (copies.h)
 * none whose best passage says what one before it does; further ones fill up. Copies of what is
 * shown are looked for as far as the first article that is not shown.
 *
 *     articles            a  b  c  d  e  f       three are wanted; c and e say what a does
 *     shown               a +2  b  d             f is the first that is not shown
 *
 * The passages of each article of the answer are asked for by themselves: all of them are shown, or
 * the best one with the number of the others.
 *
 * Totals. Passages and articles are counted where all matching passages were looked at or the
 * caller asks; else the answer says `more than`, and that is made sure, unless the time limit came:
 * then the answer is made of what was found until then, and says so.
 */
#include "query/expand.h"
#include "query/by_date.h"
#include "query/copies.h"
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

/* An article that is shown. */
typedef struct shown {
    size_t number; /* of the group, or of the article of another engine's answer */
    uint64_t copies;
    quern_string
        text; /* of the best passage, in the arena of the hits, where it was read already */
} shown;

/* Which articles are shown, in their order. */
typedef struct choice {
    quern_copies seen;
    shown *items;
    size_t n, cap;
    size_t n_looked; /* of the best articles are shown or copies; the next one is neither */
} choice;

typedef struct search {
    quern_snapshot *snapshot;
    quern_native *native;
    quern_search_options options;
    quern_bm25 model;
    quern_deadline deadline;
    quern_found_list found;
    quern_dated_list dated; /* where articles are in order of date */
    group *groups;
    size_t n_groups, cap_groups;
    uint32_t *slots; /* hash table of numbers of groups + 1; 0 is free */
    size_t n_slots;  /* a power of two, or 0 */
    uint64_t k;      /* passages, or by date articles, that were asked for */
    size_t n_seen;   /* passages found that are in groups */
    int is_all;      /* there are no more groups than those of what was found */
    int folds;
    choice choice;
    const quern_query *query;
    uint32_t out_segment, out_article; /* what the query leaves out; none: UINT32_MAX */
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
    if (s->options.order < QUERN_ORDER_SCORE || s->options.order > QUERN_ORDER_OLDEST) {
        return quern_fail(err, QUERN_E_INVALID, "quern_search: there is no such order");
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

/* Adds a group, whose segment, article and best passage are known. */
static quern_status append_group(search *s, group *g, quern_error *err)
{
    quern_segment *segment = s->snapshot->segments[g->segment].segment;
    uint32_t range[2];
    QUERN_TRY(quern_segment_passages_of(segment, g->article, range, err));
    g->first_passage = range[0];
    g->end_passage = range[1];
    if (quern_grow(&s->groups, &s->cap_groups, s->n_groups + 1, sizeof *s->groups)) {
        return quern_fail_nomem(err);
    }
    s->groups[s->n_groups++] = *g;
    return QUERN_OK;
}

/* Adds the article of a passage as a group where it is none yet. */
static quern_status add_passage(search *s, const quern_found *found, quern_error *err)
{
    group g = {.segment = found->segment, .best = {found->score, found->passage}};
    quern_segment *segment = s->snapshot->segments[g.segment].segment;
    if (s->n_groups * 2 >= s->n_slots) {
        QUERN_TRY(grow_slots(s, err));
    }
    QUERN_TRY(quern_segment_article_of(segment, found->passage, &g.article, err));
    size_t slot = slot_of(s, g.segment, g.article);
    if (s->slots[slot]) {
        return QUERN_OK;
    }
    QUERN_TRY(append_group(s, &g, err));
    s->slots[slot] = (uint32_t)s->n_groups;
    return QUERN_OK;
}

/* Makes groups of what was found, until one more than `want` are there. */
static quern_status group_found(search *s, size_t want, quern_error *err)
{
    int all_found = s->found.n == s->found.n_passages;
    for (; s->n_seen < s->found.n && (all_found || s->n_groups <= want); s->n_seen++) {
        QUERN_TRY(add_passage(s, &s->found.items[s->n_seen], err));
    }
    return QUERN_OK;
}

/* The same as find_articles, in order of date. */
static quern_status find_by_date(search *s, size_t want, quern_error *err)
{
    if (s->n_groups >= want || s->is_all) {
        return QUERN_OK;
    }
    uint64_t k = s->k ? s->k * GROWTH : (uint64_t)want + 1;
    s->k = k < SIZE_MAX / 64 ? k : SIZE_MAX / 64;
    QUERN_TRY(quern_by_date(s->native, s->snapshot, (size_t)s->k,
                            s->options.order == QUERN_ORDER_OLDEST, &s->dated, err));
    s->is_all = s->dated.n == s->dated.n_articles || s->deadline.is_over;
    if (s->n_groups > 0 && s->deadline.is_over) {
        return QUERN_OK; /* what was looked at before is more */
    }
    for (size_t i = s->n_groups; i < s->dated.n; i++) {
        const quern_dated *d = &s->dated.items[i];
        group g = {.segment = d->segment, .article = d->article, .best = d->best};
        QUERN_TRY(append_group(s, &g, err));
    }
    return QUERN_OK;
}

/* Finds so many articles, or all there are. May be asked again for more. */
static quern_status find_articles(search *s, size_t want, quern_error *err)
{
    uint64_t first = (uint64_t)want * PASSAGES_EACH;
    if (s->options.order != QUERN_ORDER_SCORE) {
        return find_by_date(s, want, err);
    }
    QUERN_TRY(group_found(s, want, err));
    while (s->n_groups < want && !s->is_all) {
        uint64_t k = s->k ? s->k * GROWTH : first < LEAST_PASSAGES ? LEAST_PASSAGES : first;
        k = k < s->snapshot->n_passages ? k : s->snapshot->n_passages;
        s->k = k < SIZE_MAX / 64 ? k : SIZE_MAX / 64;
        QUERN_TRY(quern_native_top(s->native, (size_t)s->k, s->options.count, &s->found, err));
        s->is_all = s->found.n == s->found.n_passages || s->found.n < s->k || s->found.is_cut;
        if (s->n_seen > 0 && s->found.is_cut) {
            s->n_seen = s->found.n; /* the groups of the round before are the best there are */
        }
        QUERN_TRY(group_found(s, want, err));
    }
    return QUERN_OK;
}

/* ---- Choosing what is shown ---- */

/* Shows the next article, whose best passage is `text`, or counts it as a copy of one that is
 * shown. *is_full: it is neither, since enough are shown. */
static quern_status choose_next(search *s, quern_string text, quern_string title, int *is_full,
                                quern_error *err)
{
    choice *c = &s->choice;
    size_t number = c->n;
    int is_copy = 0;
    *is_full = c->n == s->options.articles;
    if (s->folds) {
        QUERN_TRY(quern_copies_find(&c->seen, text, title, *is_full, &number, &is_copy, err));
    }
    if (is_copy) {
        c->items[number].copies++;
        *is_full = 0;
    } else if (!*is_full) {
        if (quern_grow(&c->items, &c->cap, c->n + 1, sizeof *c->items)) {
            return quern_fail_nomem(err);
        }
        c->items[c->n++] = (shown){c->n_looked, 0, {NULL, 0}};
    }
    c->n_looked += (size_t) !*is_full;
    return QUERN_OK;
}

/* Finds the article that the query leaves out. */
static quern_status find_left_out(search *s, quern_error *err)
{
    const quern_query *q = s->query;
    s->out_segment = s->out_article = UINT32_MAX;
    for (uint32_t i = 0; q->leaves_out && i < s->snapshot->n_segments; i++) {
        const quern_snapshot_segment *in = &s->snapshot->segments[i];
        uint32_t article;
        int exact;
        QUERN_TRY(quern_segment_find(in->segment, q->without_source, q->without_id, &article,
                                     &exact, err));
        if (exact && !quern_tombstones_article(in->dead, article)) {
            s->out_segment = i;
            s->out_article = article;
        }
    }
    return QUERN_OK;
}

static quern_hits_group shown_group(const group *g)
{
    return (quern_hits_group){.segment = g->segment,
                              .article = g->article,
                              .first_passage = g->first_passage,
                              .passages = &g->best,
                              .n_passages = 1};
}

/* Chooses the next group by its text, which is kept where it is shown: reading costs more. */
static quern_status choose_group(search *s, const group *g, int *is_full, quern_error *err)
{
    quern_string text = {"", 0};
    quern_string title = {"", 0};
    size_t n = s->choice.n;
    if (s->folds) {
        quern_hits_group best = shown_group(g);
        QUERN_TRY(quern_hits_text(&s->builder, &best, &text, &title, err));
    }
    QUERN_TRY(choose_next(s, text, title, is_full, err));
    if (s->folds && s->choice.n > n) {
        quern_string *kept = &s->choice.items[n].text;
        kept->data = quern_arena_copy(&s->builder.hits->arena, text.data, text.len);
        kept->len = text.len;
        return kept->data ? QUERN_OK : quern_fail_nomem(err);
    }
    return QUERN_OK;
}

static quern_status choose(search *s, quern_error *err)
{
    int is_full = 0;
    QUERN_TRY(find_left_out(s, err));
    QUERN_TRY(find_articles(s, s->options.articles, err));
    for (size_t i = 0; !is_full && (s->folds || s->choice.n < s->options.articles); i++) {
        QUERN_TRY(find_articles(s, i + 1, err));
        if (i == s->n_groups) {
            break;
        }
        const group *g = &s->groups[i];
        if (g->segment == s->out_segment && g->article == s->out_article) {
            s->choice.n_looked++;
            continue;
        }
        QUERN_TRY(choose_group(s, g, &is_full, err));
    }
    return QUERN_OK;
}

static quern_status set_totals(search *s, quern_totals *totals, quern_error *err)
{
    if (s->options.order != QUERN_ORDER_SCORE) {
        totals->articles = s->dated.n_articles;
        totals->passages = s->dated.n_passages;
        totals->partial = s->deadline.is_over;
        totals->exact = !totals->partial;
        return QUERN_OK;
    }
    totals->articles = s->n_groups;
    totals->exact = s->found.n == s->found.n_passages && !s->found.is_cut;
    if (!totals->exact && !s->options.count && s->n_groups > s->choice.n_looked) {
        totals->articles = s->choice.n_looked;
    } else if (!totals->exact && !s->found.is_cut) { /* as many as wanted; perhaps no more */
        if (!s->options.count) {
            QUERN_TRY(quern_native_top(s->native, 1, 1, &s->found, err));
        }
        totals->exact = !s->found.is_cut;
        if (totals->exact || s->found.n_articles > s->n_groups) {
            totals->articles = s->found.n_articles;
        }
    }
    if (s->found.is_cut && s->found.n_articles > totals->articles) {
        totals->articles = s->found.n_articles; /* counted until then */
    }
    totals->partial = s->found.is_cut;
    totals->passages = s->found.n_passages;
    return QUERN_OK;
}

/* ---- Hits ---- */

static quern_status add_group(search *s, uint32_t i, quern_topk *all, quern_error *err)
{
    const shown *chosen = &s->choice.items[i];
    const group *g = &s->groups[chosen->number];
    quern_hits_group it = shown_group(g);
    it.rank = i + 1;
    it.n_copies = chosen->copies;
    it.text = chosen->text;
    int wants_others = s->options.all_passages || !s->options.places_only;
    if (g->end_passage - g->first_passage > 1 && wants_others &&
        !quern_deadline_check(&s->deadline)) {
        QUERN_TRY(
            quern_native_range(s->native, g->segment, g->first_passage, g->end_passage, all, err));
        if (s->options.all_passages) {
            it.passages = all->items;
            it.n_passages = all->n;
        } else {
            it.n_more = all->n ? all->n - 1 : 0;
        }
    }
    return quern_hits_add(&s->builder, &it, err);
}

static quern_status make_hits(search *s, quern_error *err)
{
    quern_topk all;
    quern_status status = QUERN_OK;
    quern_topk_init(&all, SIZE_MAX);
    for (size_t i = 0; !status && i < s->choice.n; i++) {
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
    quern_dated_list_finish(&s->dated);
    quern_copies_finish(&s->choice.seen);
    quern_free(s->choice.items);
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

/* Whether there was no time to look at all words that the patterns may stand for. */
static int are_cut(const quern_expansions *all)
{
    size_t i = 0;
    while (i < all->n && !all->items[i].is_cut) {
        i++;
    }
    return i < all->n;
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
    QUERN_TRY(choose(s, err));
    QUERN_TRY(set_totals(s, &s->builder.hits->totals, err));
    if (are_cut(quern_native_expansions(s->native))) {
        s->builder.hits->totals.partial = 1;
        s->builder.hits->totals.exact = 0;
    }
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
    (void)quern_analysis_use(s->analysis, 0); /* as engine.h has it, whatever was marked last */
    QUERN_TRY(quern_analysis_text(s->analysis, form.data + 1, form.len - 1, &s->tokens, err));
    const quern_word *word = s->tokens.n > 0 ? s->tokens.items[0].form : NULL;
    if (word && word->term_len == form.len && memcmp(word->term, form.data, form.len) == 0) {
        out->data = word->stem->term;
        out->len = word->stem->term_len;
    }
    return QUERN_OK;
}

static quern_status choose_answered(search *s, const quern_engine_answer *answer, int *is_full,
                                    quern_error *err)
{
    *is_full = 0;
    s->choice.n = s->choice.n_looked = 0;
    quern_copies_clear(&s->choice.seen);
    for (size_t i = 0; i < answer->n && !*is_full; i++) {
        const quern_engine_found *found = &answer->items[i];
        const quern_stored_article *a = &found->article;
        const quern_query *q = s->query;
        if (q->leaves_out &&
            quern_key_compare(a->source, a->id, q->without_source, q->without_id) == 0) {
            s->choice.n_looked++;
            continue;
        }
        quern_string text = found->n_passages > 0 ? found->passages[0].text : (quern_string){"", 0};
        QUERN_TRY(choose_next(s, text, a->title, is_full, err));
    }
    return QUERN_OK;
}

/* Asks the engine for as many articles as it takes to have those that are shown. */
static quern_status answer_by_other(search *s, const quern_engine_reader *other,
                                    quern_engine_question *question, quern_engine_answer *answer,
                                    quern_error *err)
{
    int is_full = 0;
    uint32_t n = s->options.articles;
    n += (uint32_t)((s->folds || s->query->leaves_out) && n < UINT32_MAX);
    do {
        quern_engine_answer more = {.n = 0};
        question->n_articles = n;
        quern_status status = other->engine->search(other->db, question, &more, err);
        if (status || (more.is_cut && answer->n > 0)) { /* what was found before is more */
            answer->is_cut = more.is_cut;
            answer->exact = 0;
            quern_arena_finish(&more.arena);
            QUERN_TRY(status);
            break;
        }
        quern_arena_finish(&answer->arena);
        *answer = more;
        QUERN_TRY(choose_answered(s, answer, &is_full, err));
        n = n < UINT32_MAX / GROWTH ? n * GROWTH : UINT32_MAX;
    } while (s->folds && !is_full && !answer->is_cut && answer->n == question->n_articles &&
             question->n_articles < UINT32_MAX);
    if (!answer->exact && answer->n_articles > s->choice.n_looked) {
        answer->n_articles = s->choice.n_looked;
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
    s->deadline = quern_deadline_in(s->options.time_limit_ms);
    quern_engine_question question = {plan,
                                      s->model.k1,
                                      s->model.b,
                                      s->options.articles,
                                      s->options.all_passages,
                                      s->options.count,
                                      s->options.order,
                                      0,
                                      stem_of,
                                      &stems,
                                      &expansions,
                                      s->options.time_limit_ms ? &s->deadline : NULL};
    quern_status status = answer_by_other(s, other, &question, &answer, err);
    s->builder.highlighter.evidence.expansions = &expansions;
    if (!status && s->builder.explainer.live) {
        status = quern_explainer_expand(&s->builder.explainer, &expansions, err);
    }
    for (size_t i = 0; !status && i < s->choice.n; i++) {
        const shown *chosen = &s->choice.items[i];
        status = quern_hits_add_found(&s->builder, &answer.items[chosen->number], (uint32_t)i + 1,
                                      chosen->copies, err);
    }
    status = status ? status : note_expansions(s, plan, &expansions, err);
    totals->articles = answer.n_articles;
    totals->passages = answer.n_passages;
    totals->exact = answer.exact;
    totals->partial = answer.is_cut;
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
    s.query = query;
    s.builder.hits = hits;
    s.builder.snapshot = reader->snapshot;
    s.builder.places_only = s.options.places_only;
    s.folds = s.options.fold && !s.options.places_only && !s.options.all_passages;
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
