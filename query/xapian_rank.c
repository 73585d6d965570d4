/* SPDX-License-Identifier: MIT */
/* xapian_rank - see xapian_rank.h. */
#include "query/xapian_rank.h"

#include "query/deadline.h"
#include "query/xapian_query.h"

#include <math.h>
#include <stdlib.h>

enum { SPARE = 32 }; /* fetched beyond those wanted at first */

#define ONE 1048576.0  /* 2^20 */
#define LEAST_K1 1e-15 /* no score differs by 2^-40 for it */

typedef quern_xapian_ranking ranking;
typedef quern_xapian_candidate candidate;

quern_status quern_xapian_ask(quern_engine_db *db, const quern_engine_question *question,
                              const xapian_c_query *query, xapian_c_enquire **out, quern_error *err)
{
    xapian_c_error why;
    double k1 = question->k1 > LEAST_K1 ? question->k1 : LEAST_K1;
    xapian_c_bm25 model = {k1, 0.0, 0.0, question->b, 0.0, 0.0};
    *out = NULL;
    if (xapian_c_enquire_new(db->db, out, &why) ||
        xapian_c_enquire_set_query(*out, query, 0, &why) ||
        xapian_c_enquire_weight_bm25plus(*out, &model, &why)) {
        return quern_xapian_fail(db, &why, err);
    }
    return QUERN_OK;
}

int64_t quern_xapian_score(double weight)
{
    return (int64_t)nearbyint(weight * ONE);
}

/* ---- Order ---- */

int quern_xapian_compare_keys(const quern_string *x, const quern_string *y)
{
    size_t shared = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->data, y->data, shared);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

int64_t quern_xapian_when(const quern_engine_question *question, xapian_c_bytes value)
{
    if (question->order == QUERN_ORDER_SCORE) {
        return 0;
    }
    if (value.len != QUERN_XAPIAN_DATE_BYTES) {
        return INT64_MAX;
    }
    int64_t seconds = quern_xapian_seconds(value.data);
    return question->order == QUERN_ORDER_OLDEST ? seconds : -1 - seconds;
}

static int in_order(const void *a, const void *b)
{
    const candidate *x = a;
    const candidate *y = b;
    if (x->when != y->when) {
        return x->when < y->when ? -1 : 1;
    }
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return quern_xapian_compare_keys(&x->key, &y->key);
}

void quern_xapian_rank_sort(ranking *r)
{
    if (r->n > 1) {
        qsort(r->items, r->n, sizeof *r->items, in_order);
    }
}

/* ---- One match ---- */

/* Score and place of hit `i`; *key is room for bytes. */
static quern_status get_place(const ranking *r, const xapian_c_mset *mset, uint32_t i,
                              xapian_c_buffer *room, candidate *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_hit hit;
    xapian_c_bytes value = {NULL, 0};
    QUERN_XAPIAN_TRY(r->db, &why, xapian_c_mset_get(mset, i, &hit, &why), err);
    if (r->question->order != QUERN_ORDER_SCORE) {
        QUERN_XAPIAN_TRY(r->db, &why, xapian_c_mset_sort_key(mset, i, room, &why), err);
        value = xapian_c_span(room->data, room->len);
    }
    out->when = quern_xapian_when(r->question, value);
    out->score = quern_xapian_score(hit.weight);
    out->docid = hit.docid;
    return QUERN_OK;
}

static quern_status take_candidate(ranking *r, const xapian_c_mset *mset, uint32_t i,
                                   xapian_c_buffer *room, quern_error *err)
{
    xapian_c_error why;
    candidate *c = &r->items[r->n];
    memset(c, 0, sizeof *c);
    QUERN_TRY(get_place(r, mset, i, room, c, err));
    QUERN_XAPIAN_TRY(r->db, &why, xapian_c_mset_collapse_key(mset, i, room, &why), err);
    c->key.data = quern_arena_copy(r->arena, room->data, room->len);
    c->key.len = room->len;
    r->n++;
    return c->key.data ? QUERN_OK : quern_fail_nomem(err);
}

/* Adds all articles of a match to those there are. */
static quern_status take_candidates(ranking *r, const xapian_c_mset *mset, quern_error *err)
{
    quern_status status = QUERN_OK;
    xapian_c_buffer room = XAPIAN_C_BUFFER_INIT;
    uint32_t n = xapian_c_mset_size(mset);
    candidate *items = quern_arena_alloc(r->arena, (r->n + n + 1) * sizeof *items);
    if (!items) {
        return quern_fail_nomem(err);
    }
    if (r->n > 0) {
        memcpy(items, r->items, r->n * sizeof *items);
    }
    r->items = items;
    for (uint32_t i = 0; !status && i < n; i++) {
        status = take_candidate(r, mset, i, &room, err);
    }
    xapian_c_buffer_free(&room);
    return status;
}

/* Whether what was fetched is enough to say which `want` articles are the first, and in which
 * order: all, or more of them than tie with the last. */
static quern_status is_enough(ranking *r, const xapian_c_mset *mset, uint64_t k, uint32_t want,
                              int *out, quern_error *err)
{
    candidate last = {.score = 0};
    candidate end = {.score = 0};
    xapian_c_buffer room = XAPIAN_C_BUFFER_INIT;
    uint32_t n = xapian_c_mset_size(mset);
    r->all_seen = n < k || n >= r->n_documents;
    *out = 1;
    if (r->all_seen || n <= want || k - want >= QUERN_XAPIAN_TIES) {
        return QUERN_OK;
    }
    quern_status status = get_place(r, mset, want - 1, &room, &last, err);
    status = status ? status : get_place(r, mset, n - 1, &room, &end, err);
    *out = !status && (last.when != end.when || last.score != end.score);
    xapian_c_buffer_free(&room);
    return status;
}

/* ---- Matches until it is enough ---- */

/* Once the deadline is over, no document is a hit. */
static int decide(const xapian_c_document *doc, void *payload)
{
    (void)doc;
    return !quern_deadline_check(payload);
}

static quern_status set_order(const ranking *r, xapian_c_enquire *enquire, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(r->db, &why,
                     xapian_c_enquire_set_collapse(enquire, QUERN_XAPIAN_SLOT, 1, &why), err);
    if (r->question->order != QUERN_ORDER_SCORE) {
        QUERN_XAPIAN_TRY(
            r->db, &why,
            xapian_c_enquire_sort_by_value_then_relevance(
                enquire, QUERN_XAPIAN_DATE_SLOT, r->question->order == QUERN_ORDER_NEWEST, &why),
            err);
    }
    return QUERN_OK;
}

/* Asks for more and more until it is enough for `want`; *best is the last match that was whole, or
 * the first where none was. */
static quern_status match(ranking *r, xapian_c_enquire *enquire, xapian_c_match *how, uint32_t want,
                          xapian_c_mset **best, quern_error *err)
{
    xapian_c_error why;
    uint64_t spare = SPARE;
    int enough = 0;
    *best = NULL;
    while (!enough) {
        xapian_c_mset *mset = NULL;
        uint64_t k = want + spare;
        how->max_items = (uint32_t)(k < r->n_documents ? k : r->n_documents);
        QUERN_XAPIAN_TRY(r->db, &why, xapian_c_enquire_mset(enquire, how, &mset, &why), err);
        r->is_cut = r->question->deadline && r->question->deadline->is_over;
        if (r->is_cut && *best) {
            xapian_c_mset_free(mset);
            r->all_seen = 0;
            return QUERN_OK;
        }
        xapian_c_mset_free(*best);
        *best = mset;
        QUERN_TRY(is_enough(r, mset, k, want, &enough, err));
        enough = enough || r->is_cut;
        spare = spare * 8 < QUERN_XAPIAN_TIES ? spare * 8 : QUERN_XAPIAN_TIES;
    }
    r->all_seen = r->all_seen && !r->is_cut;
    return QUERN_OK;
}

/* Adds the first `want` articles of a query, and perhaps more. */
static quern_status add_best(ranking *r, const xapian_c_query *query, uint32_t want,
                             quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    xapian_c_enquire *enquire = NULL;
    xapian_c_match_decider *decider = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    int look_at_all =
        quern_xapian_counts(r->question) || !quern_xapian_query_is_plain(r->question->plan);
    how.check_at_least = look_at_all ? r->n_documents : 0;
    quern_status status = quern_xapian_ask(r->db, r->question, query, &enquire, err);
    status = status ? status : set_order(r, enquire, err);
    if (!status && r->question->deadline && !r->db->is_remote) {
        if (xapian_c_match_decider_new_callback(decide, r->question->deadline, &decider, &why)) {
            status = quern_xapian_fail(r->db, &why, err);
        }
        how.decider = decider;
    }
    status = status ? status : match(r, enquire, &how, want, &mset, err);
    status = status ? status : take_candidates(r, mset, err);
    xapian_c_mset_free(mset);
    xapian_c_match_decider_free(decider);
    xapian_c_enquire_free(enquire);
    return status;
}

static quern_status add_half(ranking *r, const xapian_c_query *query, int dated, quern_error *err)
{
    xapian_c_query *half = NULL;
    uint32_t want = r->question->n_articles - (uint32_t)r->n;
    quern_status status = quern_xapian_query_dated(r->db, query, dated, &half, err);
    status = status ? status : add_best(r, half, want, err);
    xapian_c_query_free(half);
    return status;
}

quern_status quern_xapian_rank(ranking *r, const xapian_c_query *query, quern_error *err)
{
    r->n = 0;
    if (r->question->order != QUERN_ORDER_OLDEST) {
        QUERN_TRY(add_best(r, query, r->question->n_articles, err));
    } else {
        QUERN_TRY(add_half(r, query, 1, err));
        int all_dated = r->all_seen;
        r->all_seen = 0;
        if (r->n < r->question->n_articles && !r->is_cut) {
            QUERN_TRY(add_half(r, query, 0, err));
            r->all_seen = r->all_seen && all_dated;
        }
    }
    quern_xapian_rank_sort(r);
    return QUERN_OK;
}

quern_status quern_xapian_rank_count(const ranking *r, const xapian_c_query *query, int articles,
                                     uint64_t *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_match how;
    xapian_c_estimates estimates;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_match_init(&how);
    how.max_items = 0;
    memset(&estimates, 0, sizeof estimates);
    how.check_at_least = r->n_documents;
    quern_status status = quern_xapian_ask(r->db, r->question, query, &enquire, err);
    if (!status && articles && xapian_c_enquire_set_collapse(enquire, QUERN_XAPIAN_SLOT, 1, &why)) {
        status = quern_xapian_fail(r->db, &why, err);
    }
    if (!status && (xapian_c_enquire_mset(enquire, &how, &mset, &why) ||
                    xapian_c_mset_estimates(mset, &estimates, &why))) {
        status = quern_xapian_fail(r->db, &why, err);
    }
    *out = estimates.lower;
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    return status;
}
