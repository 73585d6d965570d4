/* SPDX-License-Identifier: MIT */
/* xapian_searcher - a plan against the database of the xapian engine; and what else is asked of one
 * that is open for reading. Part of its module.
 *
 * What a passage scores is what native_searcher.c says at its top; in Xapian it is
 *
 *     OR(SCALE_WEIGHT(weight, t), ..., SCALE_WEIGHT(weight, PHRASE(t ...)), ...)
 *
 * under BM25PlusWeight(k1, 0, 0, b, 0, 0), whose term weight is ln((N + 1) / n) and whose length of
 * a document is that of the passage. A PHRASE adds the weights of its members, one for each place.
 * Its window is exactly as wide as it has members, so they stand side by side; no phrase spans a
 * pooled title and the passage's words, as there is a gap of positions between them. The sum is of
 * doubles, in whatever order Xapian adds; it is rounded once, to 2^-20, where the native engine
 * rounds each contribution.
 *
 * Articles. Passages are collapsed on value slot 0, the Q term of their article, so the k best of a
 * match are the k best articles, each with the score of its best passage. Where the last of them
 * ties with what was not fetched, more are fetched, until the group ends or has TIES; then equal
 * scores are put in order of keys. The passages of each article shown are then asked for by
 * themselves, filtered by the Q term.
 *
 * Two things of libxapian 1.4 are gone around. OrPostList::check, which is called where an OR is
 * part of an AND, or became part of one because the bar rose, may say that it stands at the
 * document after the one asked for, and then adds the weight of a phrase that was not looked at
 * there. So filters go around each clause and not around the OR; and where a phrase is beside other
 * clauses the bar is kept down (check_at_least). And the greatest weight of a term that no document
 * has is 0 / 0 where k1 is 0, which hides other clauses: such terms are left out, as the native
 * engine does, and k1 is a little above 0.
 *
 * Totals. Xapian stops looking when it has the best, so there are more unless all were fetched;
 * with `count` it is made to look at all.
 */
#include "index/files.h"
#include "index/xapian_db.h"
#include "query/plan.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    TIES = 10000, /* most articles that are fetched beyond those wanted, to put ties in order */
    SPARE = 32    /* fetched beyond them at first */
};

#define ONE 1048576.0  /* 2^20 */
#define LEAST_K1 1e-15 /* no score differs by 2^-40 for it */

/* ---- The query ---- */

/* Takes over `query`. */
static quern_status scale(quern_engine_db *db, xapian_c_query *query, double weight,
                          xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    *out = query;
    if (weight == 1.0) {
        return QUERN_OK;
    }
    *out = NULL;
    quern_status status = xapian_c_query_new_scaled(query, weight, out, &why)
                              ? quern_xapian_fail(db, &why, err)
                              : QUERN_OK;
    xapian_c_query_free(query);
    return status;
}

/* Whether a document has the term, or all of the phrase's. */
static quern_status exists(quern_engine_db *db, const quern_plan *plan, const quern_plan_node *node,
                           int *out, quern_error *err)
{
    xapian_c_error why;
    size_t n = node->op == QUERN_PLAN_PHRASE ? node->n_members : 1;
    *out = 1;
    for (size_t i = 0; i < n && *out; i++) {
        quern_xapian_term name;
        uint32_t number = node->op == QUERN_PLAN_PHRASE ? node->members[i].term : node->term;
        quern_xapian_name(&name, plan->terms[number].bytes, plan->terms[number].len);
        QUERN_XAPIAN_TRY(
            db, &why, xapian_c_database_term_exists(db->db, quern_xapian_bytes(&name), out, &why),
            err);
    }
    return QUERN_OK;
}

static quern_status make_term(quern_engine_db *db, const quern_plan *plan, uint32_t number,
                              xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_term name;
    const quern_plan_term *term = &plan->terms[number];
    quern_xapian_name(&name, term->bytes, term->len);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_query_new_term(quern_xapian_bytes(&name), 1, 0, out, &why),
                     err);
    return QUERN_OK;
}

static void free_parts(xapian_c_query **parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        xapian_c_query_free(parts[i]);
    }
    quern_free(parts);
}

/* Joins the parts, which it takes over. */
static quern_status combine(quern_engine_db *db, int op, xapian_c_query **parts, size_t n,
                            uint32_t window, xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_queries all = {(const xapian_c_query *const *)parts, n};
    quern_status status = xapian_c_query_new_combined(op, all, window, out, &why)
                              ? quern_xapian_fail(db, &why, err)
                              : QUERN_OK;
    free_parts(parts, n);
    return status;
}

static quern_status make_phrase(quern_engine_db *db, const quern_plan *plan,
                                const quern_plan_node *node, xapian_c_query **out, quern_error *err)
{
    size_t n = node->n_members;
    quern_status status = QUERN_OK;
    xapian_c_query **parts = quern_alloc_zero(n, sizeof(xapian_c_query *));
    if (!parts) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; !status && i < n; i++) {
        status = make_term(db, plan, node->members[i].term, &parts[i], err);
    }
    if (status) {
        free_parts(parts, n);
        return status;
    }
    return combine(db, XAPIAN_C_OP_PHRASE, parts, n, node->members[n - 1].offset + 1, out, err);
}

/* Takes over `query`; `within` may be NULL. */
static quern_status filter(quern_engine_db *db, xapian_c_query *query, const xapian_c_query *within,
                           xapian_c_query **out, quern_error *err)
{
    xapian_c_error why;
    *out = query;
    if (!within) {
        return QUERN_OK;
    }
    *out = NULL;
    quern_status status = xapian_c_query_new_pair(XAPIAN_C_OP_FILTER, query, within, out, &why)
                              ? quern_xapian_fail(db, &why, err)
                              : QUERN_OK;
    xapian_c_query_free(query);
    return status;
}

static quern_status make_node(quern_engine_db *db, const quern_plan *plan,
                              const quern_plan_node *node, const xapian_c_query *within,
                              xapian_c_query **out, quern_error *err)
{
    xapian_c_query *plain = NULL;
    switch (node->op) {
    case QUERN_PLAN_TERM:
        QUERN_TRY(make_term(db, plan, node->term, &plain, err));
        break;
    case QUERN_PLAN_PHRASE:
        QUERN_TRY(make_phrase(db, plan, node, &plain, err));
        break;
    default:
        return quern_fail(err, QUERN_E_BACKEND,
                          "the xapian engine does not know this operator - use the native engine");
    }
    QUERN_TRY(scale(db, plain, node->weight, out, err));
    return filter(db, *out, within, out, err);
}

/* The whole plan, for the documents that match `within` where that is not NULL; *out stays NULL
 * where it matches nothing. */
static quern_status make_query(quern_engine_db *db, const quern_plan *plan,
                               const xapian_c_query *within, xapian_c_query **out, quern_error *err)
{
    size_t n = 0;
    size_t made = 0;
    quern_status status = QUERN_OK;
    const quern_plan_node *first = plan->root ? plan->root->children : NULL;
    for (const quern_plan_node *node = first; node; node = node->sibling) {
        n++;
    }
    *out = NULL;
    if (n == 0) {
        return QUERN_OK;
    }
    xapian_c_query **parts = quern_alloc_zero(n, sizeof(xapian_c_query *));
    if (!parts) {
        return quern_fail_nomem(err);
    }
    for (const quern_plan_node *node = first; !status && node; node = node->sibling) {
        int there = 0;
        status = exists(db, plan, node, &there, err);
        if (!status && there) {
            status = make_node(db, plan, node, within, &parts[made], err);
            made += !status;
        }
    }
    if (status || made == 0) {
        free_parts(parts, made);
        return status;
    }
    return combine(db, XAPIAN_C_OP_OR, parts, made, 0, out, err);
}

/* ---- A search ---- */

/* An article that was found. */
typedef struct candidate {
    int64_t score;
    quern_string key; /* its Q term, in the arena */
} candidate;

typedef struct search {
    quern_engine_db *db;
    const quern_engine_question *question;
    quern_engine_answer *out;
    xapian_c_query *query;
    uint32_t n_documents;
    candidate *items;
    size_t n;
    int all_seen;
} search;

/* An enquire over a query, weighed as the question says. */
static quern_status ask(search *s, const xapian_c_query *query, xapian_c_enquire **out,
                        quern_error *err)
{
    xapian_c_error why;
    double k1 = s->question->k1 > LEAST_K1 ? s->question->k1 : LEAST_K1;
    xapian_c_bm25 model = {k1, 0.0, 0.0, s->question->b, 0.0, 0.0};
    *out = NULL;
    if (xapian_c_enquire_new(s->db->db, out, &why) ||
        xapian_c_enquire_set_query(*out, query, 0, &why) ||
        xapian_c_enquire_weight_bm25plus(*out, &model, &why)) {
        return quern_xapian_fail(s->db, &why, err);
    }
    return QUERN_OK;
}

static int64_t round_score(double weight)
{
    return (int64_t)nearbyint(weight * ONE);
}

static int by_score_and_key(const void *a, const void *b)
{
    const candidate *x = a;
    const candidate *y = b;
    size_t shared = x->key.len < y->key.len ? x->key.len : y->key.len;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    int order = memcmp(x->key.data, y->key.data, shared);
    return order ? order : (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

static quern_status take_candidates(search *s, const xapian_c_mset *mset, quern_error *err)
{
    xapian_c_error why;
    xapian_c_hit hit;
    quern_status status = QUERN_OK;
    xapian_c_buffer key = XAPIAN_C_BUFFER_INIT;
    uint32_t n = xapian_c_mset_size(mset);
    s->items = quern_arena_alloc(&s->out->arena, (n + (size_t)1) * sizeof *s->items);
    s->n = 0;
    if (!s->items) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; !status && i < n; i++) {
        candidate *c = &s->items[s->n];
        if (xapian_c_mset_get(mset, i, &hit, &why) ||
            xapian_c_mset_collapse_key(mset, i, &key, &why)) {
            status = quern_xapian_fail(s->db, &why, err);
            break;
        }
        c->score = round_score(hit.weight);
        c->key.data = quern_arena_copy(&s->out->arena, key.data, key.len);
        c->key.len = key.len;
        status = c->key.data ? QUERN_OK : quern_fail_nomem(err);
        s->n++;
    }
    xapian_c_buffer_free(&key);
    return status;
}

/* Whether what was fetched is enough to say which articles are the best, and in which order. */
static quern_status is_enough(search *s, const xapian_c_mset *mset, uint32_t k, int *out,
                              quern_error *err)
{
    xapian_c_error why;
    xapian_c_hit last;
    xapian_c_hit end;
    uint32_t want = s->question->n_articles;
    uint32_t n = xapian_c_mset_size(mset);
    s->all_seen = n < k || n >= s->n_documents;
    *out = 1;
    if (s->all_seen || n <= want || k - want >= TIES) {
        return QUERN_OK;
    }
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_mset_get(mset, want - 1, &last, &why), err);
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_mset_get(mset, n - 1, &end, &why), err);
    *out = round_score(last.weight) != round_score(end.weight);
    return QUERN_OK;
}

/* Finds the best articles and puts them in order. */
static quern_status find_articles(search *s, xapian_c_enquire *enquire, quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    uint64_t spare = SPARE;
    int enough = 0;
    xapian_c_match_init(&how);
    how.check_at_least = s->question->count || s->question->plan->n_phrases ? s->n_documents : 0;
    while (!enough) {
        xapian_c_mset *mset = NULL;
        uint64_t k = s->question->n_articles + spare;
        how.max_items = (uint32_t)(k < s->n_documents ? k : s->n_documents);
        QUERN_XAPIAN_TRY(s->db, &why, xapian_c_enquire_mset(enquire, &how, &mset, &why), err);
        quern_status status =
            is_enough(s, mset, (uint32_t)(k < UINT32_MAX ? k : UINT32_MAX), &enough, err);
        if (!status && enough) {
            status = take_candidates(s, mset, err);
        }
        xapian_c_mset_free(mset);
        QUERN_TRY(status);
        spare = spare * 8 < TIES ? spare * 8 : TIES;
    }
    if (s->n > 1) {
        qsort(s->items, s->n, sizeof *s->items, by_score_and_key);
    }
    return QUERN_OK;
}

/* Counts all that match: passages, or where the enquire collapses, articles. */
static quern_status count(search *s, xapian_c_enquire *enquire, uint64_t *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_estimates estimates;
    xapian_c_match_init(&how);
    how.max_items = 0;
    how.check_at_least = s->n_documents;
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_enquire_mset(enquire, &how, &mset, &why), err);
    quern_status status = xapian_c_mset_estimates(mset, &estimates, &why)
                              ? quern_xapian_fail(s->db, &why, err)
                              : QUERN_OK;
    *out = estimates.lower;
    xapian_c_mset_free(mset);
    return status;
}

static quern_status set_totals(search *s, xapian_c_enquire *enquire, quern_error *err)
{
    xapian_c_error why;
    uint32_t want = s->question->n_articles;
    s->out->exact = s->question->count || s->all_seen || s->n <= want;
    s->out->n_articles = s->n;
    if (!s->out->exact) {
        s->out->n_articles = want;
        s->out->n_passages = s->n;
        return QUERN_OK;
    }
    if (!s->all_seen) {
        QUERN_TRY(count(s, enquire, &s->out->n_articles, err));
    }
    QUERN_XAPIAN_TRY(s->db, &why,
                     xapian_c_enquire_set_collapse(enquire, XAPIAN_C_BAD_SLOT, 0, &why), err);
    return count(s, enquire, &s->out->n_passages, err);
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
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_database_postings(s->db->db, term, &it, &why), err);
    xapian_c_status step = xapian_c_posting_iterator_next(it, &why);
    uint32_t docid = step ? 0 : xapian_c_posting_iterator_docid(it);
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

/* A matching passage of the article at hand. */
typedef struct scored {
    int64_t score;
    uint32_t docid;
} scored;

static int by_score(const void *a, const void *b)
{
    const scored *x = a;
    const scored *y = b;
    return x->score != y->score ? (x->score > y->score ? -1 : 1)
                                : (x->docid > y->docid) - (x->docid < y->docid);
}

static quern_status take_passages(search *s, const xapian_c_mset *mset, quern_engine_found *found,
                                  quern_error *err)
{
    xapian_c_error why;
    xapian_c_hit hit;
    quern_arena *arena = &s->out->arena;
    size_t n = xapian_c_mset_size(mset);
    size_t shown = s->question->all_passages || n == 0 ? n : 1;
    scored *all = quern_arena_alloc(arena, (n + 1) * sizeof *all);
    quern_engine_passage *out = quern_arena_alloc(arena, (shown + 1) * sizeof *out);
    if (!all || !out) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        QUERN_XAPIAN_TRY(s->db, &why, xapian_c_mset_get(mset, i, &hit, &why), err);
        all[i].score = round_score(hit.weight);
        all[i].docid = hit.docid;
    }
    qsort(all, n, sizeof *all, by_score);
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

static quern_status match_passages(search *s, const xapian_c_query *query, uint32_t most,
                                   quern_engine_found *found, quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    how.max_items = most;
    quern_status status = ask(s, query, &enquire, err);
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
    xapian_c_error why;
    xapian_c_query *own = NULL;
    xapian_c_query *query = NULL;
    xapian_c_bytes term = xapian_c_span(c->key.data, c->key.len);
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_query_new_term(term, 1, 0, &own, &why), err);
    quern_status status = make_query(s->db, s->question->plan, own, &query, err);
    status = status ? status : match_passages(s, query, most, found, err);
    xapian_c_query_free(query);
    xapian_c_query_free(own);
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

static quern_status add_articles(search *s, quern_error *err)
{
    uint32_t want = s->question->n_articles;
    size_t n = s->n < want ? s->n : want;
    s->out->items = quern_arena_alloc(&s->out->arena, (n + 1) * sizeof *s->out->items);
    if (!s->out->items) {
        return quern_fail_nomem(err);
    }
    for (s->out->n = 0; s->out->n < n; s->out->n++) {
        QUERN_TRY(add_article(s, &s->items[s->out->n], &s->out->items[s->out->n], err));
    }
    return QUERN_OK;
}

/* ---- The whole ---- */

static quern_status run(search *s, quern_error *err)
{
    xapian_c_error why;
    xapian_c_enquire *enquire = NULL;
    QUERN_XAPIAN_TRY(s->db, &why, xapian_c_database_doccount(s->db->db, &s->n_documents, &why),
                     err);
    if (!s->query || s->n_documents == 0) {
        s->out->exact = 1;
        return QUERN_OK;
    }
    quern_status status = ask(s, s->query, &enquire, err);
    if (!status && xapian_c_enquire_set_collapse(enquire, QUERN_XAPIAN_SLOT, 1, &why)) {
        status = quern_xapian_fail(s->db, &why, err);
    }
    status = status ? status : find_articles(s, enquire, err);
    status = status ? status : set_totals(s, enquire, err);
    status = status ? status : add_articles(s, err);
    xapian_c_enquire_free(enquire);
    return status;
}

quern_status quern_xapian_search(quern_engine_db *db, const quern_engine_question *question,
                                 quern_engine_answer *out, quern_error *err)
{
    search s;
    int tries = 0;
    quern_status status;
    quern_xapian_begin(db);
    do {
        quern_arena_finish(&out->arena);
        memset(out, 0, sizeof *out);
        memset(&s, 0, sizeof s);
        s.db = db;
        s.question = question;
        s.out = out;
        status = make_query(db, question->plan, NULL, &s.query, err);
        status = status ? status : run(&s, err);
        xapian_c_query_free(s.query);
    } while (quern_xapian_again(db, &tries, &status, err));
    quern_xapian_end(db);
    return status;
}
