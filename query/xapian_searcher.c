/* SPDX-License-Identifier: MIT */
/* xapian_searcher - a plan against the database of the xapian engine. Part of its module.
 *
 * What a passage scores is what native_searcher.c says at its top; in Xapian it is a query
 * (xapian_query.h) under BM25PlusWeight(k1, 0, 0, b, 0, 0), whose term weight is ln((N + 1) / n)
 * and whose length of a document is that of the passage. The sum is of doubles, in whatever order
 * Xapian adds; it is rounded once, to 2^-20, where the native engine rounds each contribution. k1
 * is kept a little above 0, where Xapian would divide by it.
 *
 * Which articles come first is found by xapian_rank.h. The passages of each article shown are then
 * asked for by themselves, filtered by the Q term; of shards, those of all articles by one match.
 *
 * A plan that cannot be made a query is a list of passages (xapian_lists.h) that are put together
 * to articles here; everything is known of it.
 *
 * Totals. Xapian stops looking when it has the best, so there are more unless all were fetched;
 * with `count` it is made to look at all.
 */
#include "index/files.h"
#include "query/deadline.h"
#include "query/xapian_lists.h"
#include "query/xapian_query.h"
#include "query/xapian_rank.h"
#include "query/xapian_terms.h"

#include <stdlib.h>

enum { BATCH = 500 }; /* articles of shards whose passages are asked for at once */

typedef quern_xapian_scored scored;
typedef quern_xapian_candidate candidate;

/* ---- A search ---- */

typedef struct search {
    quern_engine_db *db;
    const quern_engine_question *question;
    quern_engine_answer *out;
    xapian_c_query *query;
    quern_xapian_ranking ranking;
} search;

static quern_status set_totals(search *s, quern_error *err)
{
    const quern_xapian_ranking *r = &s->ranking;
    uint32_t want = s->question->n_articles;
    s->out->is_cut = r->is_cut;
    s->out->exact = !r->is_cut && (quern_xapian_counts(s->question) || r->all_seen || r->n <= want);
    s->out->n_articles = r->n;
    if (!s->out->exact) {
        s->out->n_articles = r->n < want ? r->n : want;
        s->out->n_passages = r->n;
        return QUERN_OK;
    }
    if (!r->all_seen) {
        QUERN_TRY(quern_xapian_rank_count(r, s->query, 1, &s->out->n_articles, err));
    }
    return quern_xapian_rank_count(r, s->query, 0, &s->out->n_passages, err);
}

/* ---- Its articles ---- */

/* What is shown of a record; the passage's own text of that it has. */
static void show(const quern_xapian_record *record, int64_t score, quern_engine_passage *out)
{
    out->score = score;
    out->place = record->place;
    out->title_words = record->title_words;
    out->text.data = "";
    out->text.len = 0;
    if (record->has_text) {
        out->text.data = record->text.data + (record->place.start - record->text_at);
        out->text.len = (size_t)(record->place.end - record->place.start);
    }
}

/* The document of the article's first passage. */
static quern_status read_first(search *s, const candidate *c, quern_xapian_record *out,
                               quern_error *err)
{
    xapian_c_error why;
    xapian_c_posting_iterator *it = NULL;
    xapian_c_bytes term = xapian_c_span(c->key.data, c->key.len);
    size_t n = s->db->n_shards;
    size_t at = n ? (c->docid - 1) % n : 0; /* the shard, and so for all of its passages */
    xapian_c_database *its = n ? s->db->shards[at]->db : s->db->db;
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_database_postings(its, term, &it, &why), err);
    xapian_c_status step = xapian_c_posting_iterator_next(it, &why);
    uint32_t docid = step ? 0 : xapian_c_posting_iterator_docid(it);
    docid = n && docid ? (docid - 1) * (uint32_t)n + (uint32_t)at + 1 : docid;
    xapian_c_posting_iterator_free(it);
    QUERN_XAPIAN_TRY(s->db, &why, step, err);
    if (step == XAPIAN_C_END) {
        return quern_fail(err, QUERN_E_CORRUPT, "a document is not found by its key - %s",
                          QUERN_FILES_REPAIR);
    }
    QUERN_TRY(quern_xapian_read(s->db, docid, &s->out->arena, out, err));
    return out->number == 0
               ? QUERN_OK
               : quern_fail(err, QUERN_E_CORRUPT, "the first passage of %.*s is missing - %s",
                            (int)out->source.len, out->source.data, QUERN_FILES_REPAIR);
}

static int by_score(const void *a, const void *b)
{
    const scored *x = a;
    const scored *y = b;
    return x->score != y->score ? (x->score > y->score ? -1 : 1)
                                : (x->docid > y->docid) - (x->docid < y->docid);
}

/* Makes passages of an article of the n matches, which are sorted here. */
static quern_status show_passages(search *s, scored *all, size_t n, quern_engine_found *found,
                                  quern_error *err)
{
    quern_arena *arena = &s->out->arena;
    size_t shown = s->question->all_passages || n == 0 ? n : 1;
    quern_engine_passage *out = quern_arena_alloc(arena, (shown + 1) * sizeof *out);
    if (!out) {
        return quern_fail_nomem(err);
    }
    if (n > 1) {
        qsort(all, n, sizeof *all, by_score);
    }
    for (size_t i = 0; i < shown; i++) {
        quern_xapian_record record;
        QUERN_TRY(quern_xapian_read(s->db, all[i].docid, arena, &record, err));
        show(&record, all[i].score, &out[i]);
    }
    found->passages = out;
    found->n_passages = shown;
    found->n_more = n - shown;
    return QUERN_OK;
}

static quern_status take_passages(search *s, const xapian_c_mset *mset, quern_engine_found *found,
                                  quern_error *err)
{
    xapian_c_error why;
    xapian_c_hit hit;
    size_t n = xapian_c_mset_size(mset);
    scored *all = quern_arena_alloc(&s->out->arena, (n + 1) * sizeof *all);
    if (!all) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        QUERN_XAPIAN_TRY(s->db, &why, xapian_c_mset_get(mset, i, &hit, &why), err);
        all[i].score = quern_xapian_score(hit.weight);
        all[i].docid = hit.docid;
    }
    return show_passages(s, all, n, found, err);
}

static quern_status match_passages(search *s, const xapian_c_query *query, uint32_t most,
                                   quern_engine_found *found, quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    how.max_items = most;
    quern_status status = quern_xapian_ask(s->db, s->question, query, &enquire, err);
    if (!status && xapian_c_enquire_mset(enquire, &how, &mset, &why)) {
        status = quern_xapian_fail(s->db, &why, err);
    }
    status = status ? status : take_passages(s, mset, found, err);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    return status;
}

/* The passages of an article that match. */
static quern_status add_passages(search *s, const candidate *c, uint32_t most,
                                 quern_engine_found *found, quern_error *err)
{
    xapian_c_query *query = NULL;
    if (c->passages) {
        scored *all = quern_arena_alloc(&s->out->arena, c->n_passages * sizeof *all);
        if (!all) {
            return quern_fail_nomem(err);
        }
        memcpy(all, c->passages, c->n_passages * sizeof *all);
        return show_passages(s, all, c->n_passages, found, err);
    }
    quern_status status = quern_xapian_query_within(s->db, s->query, c->key, &query, err);
    status = status ? status : match_passages(s, query, most, found, err);
    xapian_c_query_free(query);
    return status;
}

static quern_status add_article(search *s, const candidate *c, quern_engine_found *found,
                                quern_error *err)
{
    quern_xapian_record first;
    quern_arena *arena = &s->out->arena;
    memset(found, 0, sizeof *found);
    memset(&first, 0, sizeof first);
    QUERN_TRY(read_first(s, c, &first, err));
    found->article = first.article;
    if (first.article.n_passages != 1) {
        return add_passages(s, c, first.article.n_passages, found, err);
    }
    quern_engine_passage *only = quern_arena_alloc(arena, sizeof *only);
    if (!only) {
        return quern_fail_nomem(err);
    }
    show(&first, c->score, only);
    found->passages = only;
    found->n_passages = 1;
    return QUERN_OK;
}

/* ---- The same of all articles at once, for shards ---- */

static int by_key(const void *a, const void *b)
{
    const scored *x = a;
    const scored *y = b;
    int order = quern_xapian_compare_keys(&x->key, &y->key);
    return order ? order : (x->docid > y->docid) - (x->docid < y->docid);
}

/* The first of n passages, in order of keys, that is not before the key. */
static size_t find_key(const scored *all, size_t n, const quern_string *key)
{
    size_t from = 0;
    while (from < n) {
        size_t middle = from + (n - from) / 2;
        if (quern_xapian_compare_keys(&all[middle].key, key) < 0) {
            from = middle + 1;
        } else {
            n = middle;
        }
    }
    return from;
}

static quern_status take_scored(search *s, const xapian_c_mset *mset, scored *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_hit hit;
    quern_status status = QUERN_OK;
    xapian_c_buffer key = XAPIAN_C_BUFFER_INIT;
    for (uint32_t i = 0; !status && i < xapian_c_mset_size(mset); i++) {
        if (xapian_c_mset_get(mset, i, &hit, &why) ||
            xapian_c_mset_collapse_key(mset, i, &key, &why)) {
            status = quern_xapian_fail(s->db, &why, err);
            break;
        }
        out[i].score = quern_xapian_score(hit.weight);
        out[i].docid = hit.docid;
        out[i].key.data = quern_arena_copy(&s->out->arena, key.data, key.len);
        out[i].key.len = key.len;
        status = out[i].key.data ? QUERN_OK : quern_fail_nomem(err);
    }
    xapian_c_buffer_free(&key);
    return status;
}

/* Gives each of n candidates its passages. */
static quern_status share_out(search *s, candidate *items, size_t n, const xapian_c_mset *mset,
                              quern_error *err)
{
    size_t n_all = xapian_c_mset_size(mset);
    scored *all = quern_arena_alloc(&s->out->arena, (n_all + 1) * sizeof *all);
    if (!all) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(take_scored(s, mset, all, err));
    if (n_all > 1) {
        qsort(all, n_all, sizeof *all, by_key);
    }
    for (size_t i = 0; i < n; i++) {
        candidate *c = &items[i];
        size_t from = find_key(all, n_all, &c->key);
        size_t to = from;
        while (to < n_all && quern_xapian_compare_keys(&all[to].key, &c->key) == 0) {
            to++;
        }
        c->passages = &all[from];
        c->n_passages = to - from;
    }
    return QUERN_OK;
}

/* Collapsing keeps all passages of an article; it is done for the key that each then comes with. */
static quern_status match_within(search *s, const xapian_c_query *query, candidate *items, size_t n,
                                 quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    how.max_items = s->ranking.n_documents;
    quern_status status = quern_xapian_ask(s->db, s->question, query, &enquire, err);
    if (!status &&
        (xapian_c_enquire_set_collapse(enquire, QUERN_XAPIAN_SLOT, s->ranking.n_documents, &why) ||
         xapian_c_enquire_mset(enquire, &how, &mset, &why))) {
        status = quern_xapian_fail(s->db, &why, err);
    }
    status = status ? status : share_out(s, items, n, mset, err);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    return status;
}

/* Finds the passages of n candidates by one match: each exchange with a shard takes longer than
 * what it does there. */
static quern_status find_passages(search *s, candidate *items, size_t n, quern_error *err)
{
    xapian_c_query *query = NULL;
    quern_string *keys = quern_arena_alloc(&s->out->arena, n * sizeof *keys);
    if (!keys) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < n; i++) {
        keys[i] = items[i].key;
    }
    quern_status status = quern_xapian_query_within_any(s->db, s->query, keys, n, &query, err);
    status = status ? status : match_within(s, query, items, n, err);
    xapian_c_query_free(query);
    return status;
}

static quern_status add_articles(search *s, quern_error *err)
{
    uint32_t want = s->question->n_articles;
    size_t n = s->ranking.n < want ? s->ranking.n : want;
    int by_batches = s->db->is_remote && n > 0 && !s->ranking.items[0].passages;
    for (size_t i = 0; by_batches && i < n; i += BATCH) {
        QUERN_TRY(find_passages(s, &s->ranking.items[i], n - i < BATCH ? n - i : BATCH, err));
    }
    s->out->items = quern_arena_alloc(&s->out->arena, (n + 1) * sizeof *s->out->items);
    if (!s->out->items) {
        return quern_fail_nomem(err);
    }
    for (s->out->n = 0; s->out->n < n; s->out->n++) {
        QUERN_TRY(add_article(s, &s->ranking.items[s->out->n], &s->out->items[s->out->n], err));
    }
    return QUERN_OK;
}

/* ---- Articles of a list ---- */

/* Copies value `slot` of n passages, which are in order of documents, to their keys. */
static quern_status read_keys(search *s, uint32_t slot, scored *all, size_t n, quern_error *err)
{
    xapian_c_error why;
    xapian_c_value_iterator *it = NULL;
    quern_status status = QUERN_OK;
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_database_values(s->db->db, slot, &it, &why), err);
    for (size_t i = 0; !status && i < n; i++) {
        if (xapian_c_value_iterator_skip_to(it, all[i].docid, &why) > XAPIAN_C_END) {
            status = quern_xapian_fail(s->db, &why, err);
            break;
        }
        xapian_c_bytes key = xapian_c_value_iterator_value(it);
        all[i].key.data = quern_arena_copy(&s->out->arena, key.data ? key.data : "", key.len);
        all[i].key.len = key.len;
        status = all[i].key.data ? QUERN_OK : quern_fail_nomem(err);
    }
    xapian_c_value_iterator_free(it);
    return status;
}

/* Gathers passages, in order of keys, to articles. */
static quern_status gather(search *s, const scored *all, size_t n, quern_error *err)
{
    quern_xapian_ranking *r = &s->ranking;
    s->out->is_cut = s->question->deadline && s->question->deadline->is_over;
    r->items = quern_arena_alloc(&s->out->arena, (n + 1) * sizeof *r->items);
    if (!r->items) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || quern_xapian_compare_keys(&all[i].key, &all[i - 1].key) != 0) {
            candidate fresh = {all[i].when, all[i].score, all[i].key, all[i].docid, &all[i], 0};
            r->items[r->n++] = fresh;
        }
        candidate *c = &r->items[r->n - 1];
        c->score = all[i].score > c->score ? all[i].score : c->score;
        c->n_passages++;
    }
    quern_xapian_rank_sort(r);
    s->out->exact = !s->out->is_cut;
    s->out->n_articles = r->n;
    s->out->n_passages = n;
    return QUERN_OK;
}

/* Gives n passages, in order of documents, their places in order of date. */
static quern_status read_dates(search *s, scored *all, size_t n, quern_error *err)
{
    if (s->question->order == QUERN_ORDER_SCORE) {
        return QUERN_OK;
    }
    QUERN_TRY(read_keys(s, QUERN_XAPIAN_DATE_SLOT, all, n, err));
    for (size_t i = 0; i < n; i++) {
        all[i].when =
            quern_xapian_when(s->question, xapian_c_span(all[i].key.data, all[i].key.len));
    }
    return QUERN_OK;
}

static quern_status gather_list(search *s, const quern_xapian_matches *list, quern_error *err)
{
    scored *all = quern_arena_alloc(&s->out->arena, (list->n + 1) * sizeof *all);
    if (!all) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < list->n; i++) {
        scored one = {0, list->items[i].score, list->items[i].docid, {NULL, 0}};
        all[i] = one;
    }
    QUERN_TRY(read_dates(s, all, list->n, err));
    QUERN_TRY(read_keys(s, QUERN_XAPIAN_SLOT, all, list->n, err));
    if (list->n > 1) {
        qsort(all, list->n, sizeof *all, by_key);
    }
    return gather(s, all, list->n, err);
}

static quern_status run_by_lists(search *s, quern_error *err)
{
    quern_xapian_matches list = {NULL, 0, 0};
    quern_status status = quern_xapian_lists_run(s->db, s->question, &list, err);
    status = status ? status : gather_list(s, &list, err);
    quern_xapian_matches_finish(&list);
    return status ? status : add_articles(s, err);
}

/* ---- The whole ---- */

static quern_status run_by_query(search *s, quern_error *err)
{
    xapian_c_error why;
    QUERN_TRY(quern_xapian_query_make(s->db, s->question, &s->query, err));
    QUERN_XAPIAN_TRY(s->db, &why,
                     xapian_c_database_doccount(s->db->db, &s->ranking.n_documents, &why), err);
    if (xapian_c_query_is_empty(s->query) || s->ranking.n_documents == 0) {
        s->out->is_cut = s->question->deadline && s->question->deadline->is_over;
        s->out->exact = !s->out->is_cut;
        return QUERN_OK;
    }
    QUERN_TRY(quern_xapian_rank(&s->ranking, s->query, err));
    QUERN_TRY(set_totals(s, err));
    return add_articles(s, err);
}

quern_status quern_xapian_search(quern_engine_db *db, const quern_engine_question *question,
                                 quern_engine_answer *out, quern_error *err)
{
    search s;
    int tries = 0;
    quern_status status;
    int by_lists = question->by_lists || !quern_xapian_query_can(question->plan);
    quern_xapian_begin(db);
    do {
        quern_arena_finish(&out->arena);
        memset(out, 0, sizeof *out);
        memset(&s, 0, sizeof s);
        s.db = db;
        s.question = question;
        s.out = out;
        s.ranking.db = db;
        s.ranking.question = question;
        s.ranking.arena = &out->arena;
        quern_expansions_finish(question->expansions);
        status = quern_xapian_terms_expand(db, question, question->expansions, err);
        if (!status) {
            status = by_lists ? run_by_lists(&s, err) : run_by_query(&s, err);
        }
        xapian_c_query_free(s.query);
    } while (quern_xapian_again(db, &tries, &status, err));
    quern_xapian_end(db);
    return status;
}
