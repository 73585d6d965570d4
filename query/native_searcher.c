/* SPDX-License-Identifier: MIT */
/* native_searcher - a plan against the native index.
 *
 * What a passage scores. A plan is a list of *clauses*, each distinct and with a weight (how often
 * it was typed): words and phrases. A passage matches if any clause does, and scores the sum over
 * its matching clauses of
 *
 *     word t      weight * c(t)
 *     phrase p    sum over the distinct terms t of p:  weight * (occurrences of t in p) * c(t)
 *
 * with c(t) = idf(t) (k1 + 1) tfnorm(tf(t), len), the factor before it inside the rounding to 2^-20
 * (base/bm25.h). So a passage scores sum of wq(t) c(t) over distinct terms, where wq(t) counts t's
 * occurrences in those clauses that match there: a word typed alone and in a phrase counts for the
 * phrase only where the phrase stands. It is what Xapian gives for
 * OR(SCALE_WEIGHT(weight, t), ..., SCALE_WEIGHT(weight, PHRASE(t ...)), ...): a PHRASE adds the
 * weights of its terms, one for each place. idf comes from the live passages with t in the whole
 * snapshot, also inside a phrase.
 *
 * How it runs. prune.c finds the k best; where all matches are to be counted, count.c does so, but
 * for a phrase or a NEAR alone, whose matches are counted as they are found. A plan of another
 * shape is asked window by window (tree.h). A query that is too large for pruning runs
 * exhaustively: for each segment, windows of passages (rank.h), each beginning where the next
 * posting of any clause is: words pour their blocks in, phrases add one match at a time, the bits
 * are cut to the living, counted, and what reaches the bar goes to the k best (topk.h). The k best
 * of a segment are then merged with those of the segments before; only there, and only on equal
 * scores, keys are compared, as inside a segment passages are in key order.
 *
 * Memory: a cursor for each term and segment that has it, a bounded pool of decoded blocks and of
 * tables, one window, at most 2 k scores. Nothing is proportional to the number of passages.
 */
#include "query/native_searcher.h"

#include "query/count.h"
#include "query/prepare.h"
#include "query/prune.h"
#include "query/rank.h"
#include "query/tree.h"

enum {
    WINDOW = 4096,         /* passages: its scores fit the first-level cache */
    PRUNED_WINDOW = 16384, /* few passages of it are scored: it pays to enter fewer */
    LARGE_WINDOW = 65536,  /* where cursors share tables: they come back to each less often */
    MANY = 256,            /* cursors, from which on the window is large */
    TABLES_MAX = 64,       /* of contributions, 16 KB each; more words than that share */
    DENSE = 16,            /* matches among 64 passages that are worth a look at all scores */
    FEW = 64,              /* passages for each one with the rarest word of an ALL, */
    SOME = 16              /* from which on its matches are looked at one by one */
};

struct quern_native {
    quern_prepared query;
    quern_tree *tree; /* of plans that are not flat, and of an ALL that is counted */
    quern_match_pool pool;
    quern_rank_table *tables;
    uint32_t n_tables;
    quern_window window;
    quern_deadline *deadline; /* or NULL */
};

/* Where the matches of a scan go. */
typedef struct sink {
    quern_topk *top;
    uint64_t n_passages;
    int count;                   /* articles too, one by one */
    int count_only;              /* nothing is scored: top is not used */
    int by_tree;                 /* the tree of the plan is asked, which is there */
    quern_prune *prune;          /* NULL: exhaustively */
    quern_tally tally;           /* where articles are counted */
    uint64_t n_articles;         /* that count.c has counted */
    quern_native_visit_fn visit; /* or NULL: each match is handed on instead of to top */
    void *payload;
    uint32_t segment;
    quern_status status; /* of visit */
} sink;

static quern_status make_room(quern_native *native, quern_error *err)
{
    const quern_prepared *q = &native->query;
    size_t n = q->n_words < TABLES_MAX ? q->n_words + 1 : TABLES_MAX;
    QUERN_TRY(quern_match_pool_init(&native->pool, q->max_cursors + 1, err));
    native->tables = quern_alloc(n * sizeof *native->tables);
    if (!native->tables) {
        return quern_fail_nomem(err);
    }
    native->n_tables = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        native->tables[i].owner = 0;
    }
    return QUERN_OK;
}

quern_status quern_native_open_within(quern_snapshot *snapshot, const quern_plan *plan,
                                      const quern_bm25 *model, quern_deadline *deadline,
                                      quern_native **out, quern_error *err)
{
    *out = NULL;
    quern_native *native = quern_alloc_zero(1, sizeof *native);
    if (!native) {
        return quern_fail_nomem(err);
    }
    quern_prepared *q = &native->query;
    native->deadline = deadline;
    quern_status status = quern_prepare(snapshot, plan, model, deadline, q, err);
    if (!status && q->parts) {
        status = q->is_flat ? make_room(native, err) : quern_tree_open(q, &native->tree, err);
    }
    if (status) {
        quern_native_free(native);
        return status;
    }
    *out = native;
    return QUERN_OK;
}

quern_status quern_native_open(quern_snapshot *snapshot, const quern_plan *plan,
                               const quern_bm25 *model, quern_native **out, quern_error *err)
{
    return quern_native_open_within(snapshot, plan, model, NULL, out, err);
}

const quern_expansions *quern_native_expansions(const quern_native *native)
{
    return &native->query.expansions;
}

void quern_native_free(quern_native *native)
{
    if (native) {
        quern_tree_free(native->tree);
        quern_match_pool_finish(&native->pool);
        quern_prepared_finish(&native->query);
        quern_free(native->tables);
        quern_window_finish(&native->window);
        quern_free(native);
    }
}

/* Makes the window, for an exhaustive search or a pruned one. */
static quern_status make_window(quern_native *native, int is_pruned, quern_error *err)
{
    const quern_prepared *q = &native->query;
    if (!q->is_flat) {
        return QUERN_OK;
    }
    int is_large = q->max_cursors > MANY;
    if (!native->window.bits) {
        uint32_t most = is_large ? LARGE_WINDOW : PRUNED_WINDOW;
        QUERN_TRY(quern_window_init(&native->window, most, q->is_wide, err));
    }
    native->window.size = is_large ? LARGE_WINDOW : is_pruned ? PRUNED_WINDOW : WINDOW;
    return QUERN_OK;
}

/* ---- One segment ---- */

static quern_status start(quern_native *native, quern_part *p, uint32_t from, quern_error *err)
{
    for (size_t i = 0; i < p->n_words; i++) {
        QUERN_TRY(quern_match_start(&native->pool, &p->words[i], from, err));
    }
    for (size_t i = 0; i < p->n_joins; i++) {
        for (uint32_t j = 0; j < p->joins[i].n_cursors; j++) {
            QUERN_TRY(quern_match_start(&native->pool, p->joins[i].cursors[j], from, err));
        }
    }
    return QUERN_OK;
}

/* Where the next posting is that can matter. */
static uint32_t next_passage(const quern_part *p)
{
    uint32_t next = QUERN_MATCH_END;
    for (size_t i = 0; i < p->n_words; i++) {
        next = p->words[i].next < next ? p->words[i].next : next;
    }
    for (size_t i = 0; i < p->n_joins; i++) {
        uint32_t lead = p->joins[i].cursors[0]->next;
        next = lead < next ? lead : next;
    }
    return next;
}

static quern_rank_table *table_of(quern_native *native, const quern_match_cursor *cursor)
{
    quern_rank_table *table = &native->tables[(cursor->leaf - 1) % native->n_tables];
    if (table->owner != cursor->leaf) {
        quern_rank_table_begin(table, cursor->leaf);
    }
    return table;
}

/* Pours the postings of a word below `end` into the window. */
static quern_status add_word(quern_native *native, const quern_part *p, quern_match_cursor *cursor,
                             uint32_t end, quern_error *err)
{
    quern_rank_run run;
    run.lengths = p->lengths;
    run.weight = cursor->weight;
    run.table = cursor->next < end ? table_of(native, cursor) : NULL;
    while (cursor->next < end) {
        quern_postings *postings;
        QUERN_TRY(quern_match_block(&native->pool, cursor, &postings, err));
        if (!postings->have_tfs) {
            QUERN_TRY(quern_postings_load_tfs(postings, err));
        }
        uint32_t to = postings->n;
        if (postings->passages[to - 1] >= end) {
            to = quern_match_lower_bound(postings->passages, cursor->at, to, end);
        }
        run.passages = postings->passages + cursor->at;
        run.tfs = postings->tfs + cursor->at;
        run.n = to - cursor->at;
        quern_rank_add(&native->window, &native->query.model, &run);
        QUERN_TRY(quern_match_move(&native->pool, cursor, to, err));
    }
    return QUERN_OK;
}

static quern_status add_join(quern_native *native, const quern_part *p, quern_match_join *join,
                             uint32_t end, quern_error *err)
{
    quern_window *window = &native->window;
    for (;;) {
        uint32_t passage;
        QUERN_TRY(quern_match_join_next(&native->pool, join, end, &passage, err));
        if (passage == QUERN_MATCH_END) {
            return QUERN_OK;
        }
        uint32_t len = quern_lengths_get(&p->lengths, passage);
        for (uint32_t i = 0; i < join->n_cursors; i++) {
            quern_window_add(
                window, passage - window->base,
                quern_rank_one(&native->query.model, join->cursors[i]->weight, join->tfs[i], len));
        }
        QUERN_TRY(quern_match_move(&native->pool, join->cursors[0], join->cursors[0]->at + 1, err));
    }
}

/* ---- The end of a window ---- */

/* Hands the living matches among the 64 passages from `at` of the window on to the visitor. */
static void visit_word(const quern_window *window, uint64_t live, uint32_t at, sink *to)
{
    for (; live && !to->status; live &= live - 1) {
        uint32_t i = at + (uint32_t)__builtin_ctzll(live);
        quern_scored match = {quern_window_score(window, i), window->base + i};
        to->status = to->visit(to->segment, match, to->payload);
    }
}

/* The 64 passages from `at` of the window on. */
static void finish_word(quern_window *window, const quern_part *p, uint32_t at, sink *to)
{
    uint64_t matched = quern_load64(window->bits + at / 8);
    if (!matched) {
        return;
    }
    uint32_t first = window->base + at;
    uint64_t live = matched & ~quern_part_dead(p, first);
    unsigned n = quern_window_count(live);
    to->n_passages += n;
    if (to->count) {
        quern_tally_add(&to->tally, first, live);
    }
    if (to->count_only) {
        memset(window->bits + at / 8, 0, 8);
        return;
    }
    if (to->visit) {
        visit_word(window, live, at, to);
        live = 0;
    }
    if (n >= DENSE && !window->is_wide && live) {
        live &= quern_window_reach(window, at, to->top->bar);
    }
    while (live) {
        uint32_t i = (uint32_t)__builtin_ctzll(live);
        live &= live - 1;
        quern_topk_push(to->top, quern_window_score(window, at + i), first + i);
    }
    quern_window_clear(window, at);
}

/* The same of a plan that is not flat. */
static quern_status scan_tree(quern_native *native, uint32_t segment, uint32_t from, uint32_t to,
                              sink *out, quern_error *err)
{
    quern_window *window = quern_tree_window(native->tree);
    QUERN_TRY(quern_tree_start(native->tree, segment, from, native->deadline, err));
    for (;;) {
        int more;
        uint32_t end;
        QUERN_TRY(quern_tree_next(native->tree, to, out->count_only, &end, &more, err));
        if (!more || quern_deadline_check(native->deadline)) {
            return QUERN_OK;
        }
        for (uint32_t at = 0; at < end - window->base; at += 64) {
            finish_word(window, &native->query.parts[segment], at, out);
        }
    }
}

static quern_status scan_flat(quern_native *native, quern_part *p, uint32_t from, uint32_t to,
                              sink *out, quern_error *err)
{
    quern_window *window = &native->window;
    if (p->n_cursors == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(start(native, p, from, err));
    for (uint32_t next = next_passage(p); next < to; next = next_passage(p)) {
        if (quern_deadline_check(native->deadline)) {
            return QUERN_OK;
        }
        window->base = next & ~63u;
        uint32_t end = to - window->base > window->size ? window->base + window->size : to;
        for (size_t i = 0; i < p->n_words; i++) {
            QUERN_TRY(add_word(native, p, &p->words[i], end, err));
        }
        for (size_t i = 0; i < p->n_joins; i++) {
            QUERN_TRY(add_join(native, p, &p->joins[i], end, err));
        }
        for (uint32_t at = 0; at < end - window->base; at += 64) {
            finish_word(window, p, at, out);
        }
    }
    return QUERN_OK;
}

/* Sends all matches of a segment in [from, to) to the sink. */
static quern_status scan(quern_native *native, uint32_t segment, uint32_t from, uint32_t to,
                         sink *out, quern_error *err)
{
    quern_part *p = &native->query.parts[segment];
    if (out->count) {
        QUERN_TRY(quern_tally_enter(&out->tally, p->segment, err));
    }
    return out->by_tree ? scan_tree(native, segment, from, to, out, err)
                        : scan_flat(native, p, from, to, out, err);
}

static quern_status scan_all(quern_native *native, uint32_t segment, sink *out, quern_error *err)
{
    const quern_segment *s = native->query.parts[segment].segment;
    return scan(native, segment, 0, quern_segment_get_info(s)->ref.n_passages, out, err);
}

quern_status quern_native_range(quern_native *native, uint32_t segment, uint32_t from, uint32_t to,
                                quern_topk *out, quern_error *err)
{
    sink all = {.top = out, .by_tree = !native->query.is_flat};
    quern_topk_begin(out, INT64_MIN);
    if (native->query.parts) {
        QUERN_TRY(make_window(native, 0, err));
        QUERN_TRY(scan(native, segment, from, to, &all, err));
    }
    return quern_topk_end(out, err);
}

quern_status quern_native_each(quern_native *native, quern_native_visit_fn visit, void *payload,
                               quern_error *err)
{
    sink to = {.visit = visit, .payload = payload, .by_tree = !native->query.is_flat};
    if (!native->query.parts) {
        return QUERN_OK;
    }
    QUERN_TRY(make_window(native, 0, err));
    for (to.segment = 0; to.segment < native->query.n_parts; to.segment++) {
        QUERN_TRY(scan_all(native, to.segment, &to, err));
        QUERN_TRY(to.status);
    }
    return QUERN_OK;
}

/* ---- All segments ---- */

/* The key of the article of a passage, read once for as long as it is asked for. */
typedef struct key {
    quern_arena arena;
    uint32_t segment, article; /* whose it is */
    int is_read;
    quern_string source, id;
} key;

static quern_status read_key(const quern_native *native, const quern_found *found, key *k,
                             quern_error *err)
{
    uint32_t article;
    quern_segment *segment = native->query.parts[found->segment].segment;
    QUERN_TRY(quern_segment_article_of(segment, found->passage, &article, err));
    if (k->is_read && k->segment == found->segment && k->article == article) {
        return QUERN_OK;
    }
    quern_arena_finish(&k->arena);
    k->is_read = 0;
    QUERN_TRY(quern_segment_key(segment, article, &k->arena, &k->source, &k->id, err));
    k->is_read = 1;
    k->segment = found->segment;
    k->article = article;
    return QUERN_OK;
}

typedef struct merge {
    const quern_native *native;
    quern_found *out; /* what was found before and is new, in order */
    key old_key, new_key;
} merge;

static quern_status is_new_better(merge *m, const quern_found *old, const quern_found *fresh,
                                  int *out, quern_error *err)
{
    *out = fresh->score > old->score;
    if (fresh->score == old->score) {
        QUERN_TRY(read_key(m->native, old, &m->old_key, err));
        QUERN_TRY(read_key(m->native, fresh, &m->new_key, err));
        *out = quern_key_compare(m->new_key.source, m->new_key.id, m->old_key.source,
                                 m->old_key.id) < 0;
    }
    return QUERN_OK;
}

/* Merges the best of a segment into those of the segments before it; k stay. */
static quern_status merge_lists(merge *m, quern_found_list *list, const quern_topk *top,
                                uint32_t segment, quern_error *err)
{
    size_t i = 0;
    size_t j = 0;
    size_t n = 0;
    while (n < top->k && (i < list->n || j < top->n)) {
        int take_new = i == list->n;
        quern_found fresh = {0, segment, 0};
        if (j < top->n) {
            fresh.score = top->items[j].score;
            fresh.passage = top->items[j].passage;
            if (!take_new) {
                QUERN_TRY(is_new_better(m, &list->items[i], &fresh, &take_new, err));
            }
        }
        m->out[n++] = take_new ? fresh : list->items[i];
        j += (size_t)take_new;
        i += (size_t)!take_new;
    }
    quern_free(list->items);
    list->items = m->out;
    list->n = n;
    list->cap = n;
    m->out = NULL;
    return QUERN_OK;
}

static quern_status add_segment(quern_native *native, uint32_t segment, sink *to,
                                quern_found_list *list, quern_error *err)
{
    if (!native->query.parts) {
        return QUERN_OK; /* nothing of the query is in the index */
    }
    quern_topk *top = to->top;
    merge m = {.native = native};
    quern_topk_begin(top, list->n == top->k ? list->items[list->n - 1].score : INT64_MIN);
    if (to->prune) {
        QUERN_TRY(quern_prune_part(to->prune, &native->query.parts[segment], err));
    } else {
        QUERN_TRY(scan_all(native, segment, to, err));
    }
    QUERN_TRY(quern_topk_end(top, err));
    if (top->n == 0) {
        return QUERN_OK;
    }
    m.out = quern_alloc((list->n + top->n) * sizeof *m.out);
    if (!m.out) {
        return quern_fail_nomem(err);
    }
    quern_status status = merge_lists(&m, list, top, segment, err);
    quern_arena_finish(&m.old_key.arena);
    quern_arena_finish(&m.new_key.arena);
    quern_free(m.out);
    return status;
}

/* Whether every article is one passage. */
static int is_article_each(const quern_native *native)
{
    for (size_t i = 0; i < native->query.n_parts; i++) {
        const quern_segment_ref *ref = &quern_segment_get_info(native->query.parts[i].segment)->ref;
        if (ref->n_articles != ref->n_passages) {
            return 0;
        }
    }
    return 1;
}

static quern_status use_tree(quern_native *native, sink *to, quern_error *err)
{
    to->by_tree = 1;
    return native->tree ? QUERN_OK : quern_tree_open(&native->query, &native->tree, err);
}

/* Counts all matches without scoring them. */
static quern_status count_all(quern_native *native, sink *to, quern_error *err)
{
    if (native->query.is_flat) {
        quern_count count = {&native->query, &native->pool, native->deadline, to->count, 0, 0};
        QUERN_TRY(quern_count_run(&count, err));
        to->n_passages = count.n_passages;
        to->n_articles = count.n_articles;
        return QUERN_OK;
    }
    QUERN_TRY(use_tree(native, to, err));
    to->count_only = 1;
    for (uint32_t s = 0; s < native->query.n_parts; s++) {
        QUERN_TRY(scan_all(native, s, to, err));
    }
    to->count_only = 0;
    return QUERN_OK;
}

/* What a search does, beside its plan. */
typedef struct course {
    int is_exact;        /* matches are to be counted */
    int is_article_each; /* then their articles are, too */
    int is_all;          /* matches are counted faster as bits, those of a tree of any shape */
    int is_counted;      /* of one word or join there is nothing left to count */
} course;

static void set_counts(const quern_native *native, const sink *to, const course *c,
                       quern_found_list *out)
{
    const quern_prune *prune = to->prune;
    out->n_passages = to->n_passages;
    out->is_partial = 0;
    if (prune && (!c->is_exact || c->is_counted)) {
        uint64_t least = prune->is_partial ? native->query.max_live : 0;
        out->n_passages = prune->n_passages > least ? prune->n_passages : least;
        out->is_partial = prune->is_partial;
    }
    out->n_articles = !c->is_exact         ? 0
                      : c->is_article_each ? out->n_passages
                                           : to->n_articles + quern_tally_get(&to->tally);
    out->is_cut = native->deadline && native->deadline->is_over;
    out->is_partial |= out->is_cut;
    if (prune && out->is_cut && out->n_passages < prune->n_passages) {
        out->n_passages = prune->n_passages;
    }
}

/* Whether passages with all words of a part are counted faster one by one than as bits. Where they
 * are ranked as well that saves a second pass, but for words that most passages have. */
static int is_sparse(const quern_part *p, int is_ranked)
{
    uint32_t n = quern_segment_get_info(p->segment)->ref.n_passages;
    const quern_match_join *join = &p->joins[0];
    uint32_t df = join->cursors[0]->term.df;
    uint32_t next = join->cursors[join->n_cursors > 1]->term.df;
    return df < n / FEW || (is_ranked && df < n / SOME && next < n / 2);
}

/* Whether a join is all there is, whose matches are best counted as they are found. */
static int counts_as_found(const quern_prepared *q, int is_ranked)
{
    int is_there = 0;
    for (size_t i = 0; i < q->n_parts && q->is_flat; i++) {
        const quern_part *p = &q->parts[i];
        if (p->n_joins > 0) {
            is_there = 1;
            if (p->joins[0].how == QUERN_JOIN_ALL && !is_sparse(p, is_ranked)) {
                return 0;
            }
        }
    }
    return is_there && q->n_words == 0 && q->n_joins == 1;
}

/* Counts what a lone join matches, as it is found. */
static quern_status count_join(quern_native *native, course *c, sink *to, quern_error *err)
{
    c->is_counted = 1;
    to->prune->top = NULL;
    to->prune->is_exact = 1;
    for (size_t i = 0; i < native->query.n_parts; i++) {
        QUERN_TRY(quern_prune_part(to->prune, &native->query.parts[i], err));
    }
    return QUERN_OK;
}

/* Only counts. */
static quern_status count_alone(quern_native *native, course *c, sink *to, quern_error *err)
{
    const quern_prepared *q = &native->query;
    if (to->prune && c->is_article_each && counts_as_found(q, 0)) {
        return count_join(native, c, to, err);
    }
    if (q->n_words == 1 && q->n_joins == 0 && q->is_flat && c->is_article_each) {
        to->n_passages = q->max_live;
        return QUERN_OK;
    }
    return count_all(native, to, err);
}

/* Finds the k best, and counts in the same go or after. */
static quern_status find_best(quern_native *native, course *c, sink *to, quern_found_list *out,
                              quern_error *err)
{
    const quern_prepared *q = &native->query;
    int is_word = q->n_words == 1 && q->n_joins == 0;
    int is_join = q->n_words == 0 && q->n_joins == 1;
    if (!q->is_flat || (c->is_all && c->is_exact && !to->prune)) {
        QUERN_TRY(use_tree(native, to, err));
    }
    c->is_counted =
        to->prune && c->is_article_each && (is_word || (c->is_exact && counts_as_found(q, 1)));
    if (to->prune) {
        to->prune->is_exact = c->is_exact && c->is_counted && is_join;
    }
    if (to->prune && (is_word || is_join)) {
        native->window.size = PRUNED_WINDOW; /* steps in which it is read: nothing is put there */
    } else {
        QUERN_TRY(make_window(native, to->prune != NULL, err));
    }
    for (uint32_t s = 0; s < q->n_parts; s++) {
        QUERN_TRY(add_segment(native, s, to, out, err));
    }
    if (!to->prune || !c->is_exact || c->is_counted) {
        return QUERN_OK;
    }
    return count_all(native, to, err);
}

quern_status quern_native_top(quern_native *native, size_t k, int how, quern_found_list *out,
                              quern_error *err)
{
    const quern_prepared *q = &native->query;
    quern_topk top;
    course c = {.is_exact = (how & QUERN_NATIVE_COUNT) != 0,
                .is_article_each = is_article_each(native),
                .is_all = q->parts && q->plan->root->op == QUERN_PLAN_ALL};
    sink to = {.top = &top, .count = c.is_exact && !c.is_article_each};
    quern_prune prune = {.query = &native->query,
                         .pool = &native->pool,
                         .tables = native->tables,
                         .n_tables = native->n_tables,
                         .window = &native->window,
                         .deadline = native->deadline,
                         .top = &top};
    quern_status status = QUERN_OK;
    out->n = 0;
    quern_topk_init(&top, k ? k : 1);
    if (q->parts) {
        int can_prune = !(how & QUERN_NATIVE_EXHAUSTIVE) && quern_prune_applies(&prune);
        to.prune = can_prune ? &prune : NULL;
        status = k == 0 && c.is_exact ? count_alone(native, &c, &to, err)
                                      : find_best(native, &c, &to, out, err);
    }
    quern_topk_finish(&top);
    set_counts(native, &to, &c, out);
    return status;
}

void quern_found_list_finish(quern_found_list *list)
{
    quern_free(list->items);
    memset(list, 0, sizeof *list);
}
