/* SPDX-License-Identifier: MIT */
/* deletes - see deletes.h.
 *
 * Analysing a passage again takes some 80 words at 50 ns; walking the lists takes 2 to 3 ns for
 * each posting of the segment. They break even where about one passage in fifteen dies. */
#include "indexer/deletes.h"

#include "indexer/order.h"

#include <string.h>

#define WALK_FROM 15 /* walk the postings where 1 passage in so many dies */

typedef struct counter {
    quern_inverter *inv;
    quern_segment *segment;
    const quern_segment_info *info;
    quern_tombstones *t;
    uint32_t *articles; /* that die */
    uint32_t n_articles;
    uint32_t *passages; /* that die, ascending */
    size_t n_passages, cap_passages;
    uint32_t *counts; /* by number of the term */
    uint32_t *stamps; /* the last passage that had the term, counted from 1 */
    size_t cap_counts, cap_stamps;
    uint32_t n_numbers; /* of both in use */
    uint32_t stamp;
    quern_buf text;
    quern_term_count *fresh; /* the result, by ordinal */
    size_t n_fresh, cap_fresh;
} counter;

static int bit(const uint8_t *bits, uint32_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

/* ---- Which articles, which passages ---- */

static quern_status add_passages(counter *c, const quern_lengths *lengths, uint32_t article,
                                 quern_error *err)
{
    uint32_t range[2];
    QUERN_TRY(quern_segment_passages_of(c->segment, article, range, err));
    if (quern_grow(&c->passages, &c->cap_passages, c->n_passages + (range[1] - range[0]),
                   sizeof *c->passages)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t p = range[0]; p < range[1]; p++) {
        c->passages[c->n_passages++] = p;
        c->t->sum_len += quern_lengths_get(lengths, p);
    }
    return QUERN_OK;
}

static quern_status find_dead(counter *c, const uint8_t *dead, quern_error *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->info->ref.n_articles; i++) {
        n += (uint32_t)(bit(dead, i) && !bit(c->t->articles, i));
    }
    quern_lengths lengths;
    c->articles = quern_alloc((size_t)n * sizeof *c->articles);
    if (!c->articles) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_segment_lengths(c->segment, &lengths, err));
    for (uint32_t i = 0; i < c->info->ref.n_articles; i++) {
        if (bit(dead, i) && !bit(c->t->articles, i)) {
            c->articles[c->n_articles++] = i;
            QUERN_TRY(add_passages(c, &lengths, i, err));
        }
    }
    c->t->n_articles += c->n_articles;
    c->t->n_passages += (uint32_t)c->n_passages;
    return QUERN_OK;
}

/* ---- By analysing the texts again ---- */

static quern_status grow_numbers(counter *c, quern_error *err)
{
    uint32_t n = c->inv->numbers.view.n;
    if (quern_grow(&c->counts, &c->cap_counts, n, sizeof *c->counts) ||
        quern_grow(&c->stamps, &c->cap_stamps, n, sizeof *c->stamps)) {
        return quern_fail_nomem(err);
    }
    for (; c->n_numbers < n; c->n_numbers++) {
        c->counts[c->n_numbers] = 0;
        c->stamps[c->n_numbers] = 0;
    }
    return QUERN_OK;
}

static void count_words(counter *c, const uint32_t *log, size_t n)
{
    for (const uint32_t *end = log + n; log < end; log++) {
        uint32_t number = *log & (QUERN_NUMBERS_MAX - 1);
        number = quern_numbers_get(&c->inv->numbers.view, number)->stem;
        log += *log >> QUERN_RUN_TERM_BITS == QUERN_RUN_FAR;
        c->counts[number] += c->stamps[number] != c->stamp;
        c->stamps[number] = c->stamp;
    }
}

/* The words of the log that are the same for all passages of an article. */
typedef struct shared_log {
    size_t n_title, n_fields;
} shared_log;

static quern_status count_passage(counter *c, const quern_stored_article *a, uint32_t i,
                                  const shared_log *log, quern_error *err)
{
    size_t n_shared = log->n_title + log->n_fields;
    const quern_stored_passage *p = &a->passages[i];
    quern_logged logged;
    if (p->start > p->end || p->end > c->text.len) {
        return quern_fail(
            err, QUERN_E_CORRUPT,
            "a passage lies outside its article - run: indexer rebuild --from-sources");
    }
    quern_string text = {(const char *)c->text.data, (size_t)(p->end - p->start)};
    if (text.len > 0) {
        text.data += p->start;
    }
    c->inv->n_log = n_shared;
    QUERN_TRY(quern_inverter_log(c->inv, text, UINT32_MAX - QUERN_TITLE_POSITIONS, &logged, err));
    QUERN_TRY(grow_numbers(c, err));
    c->stamp++;
    if (quern_run_pools(a->title_words, a->title_in_text, i, text.len)) {
        count_words(c, c->inv->log, log->n_title);
    }
    if (i == 0) {
        count_words(c, c->inv->log + log->n_title, log->n_fields);
    }
    count_words(c, c->inv->log + n_shared, logged.n_log);
    return QUERN_OK;
}

static quern_status count_article(counter *c, uint32_t article, quern_arena *arena,
                                  quern_error *err)
{
    quern_stored_article a;
    quern_logged title = {0, 0, 0, 0};
    QUERN_TRY(quern_segment_article(c->segment, article, arena, &a, err));
    QUERN_TRY(quern_inverter_use(c->inv, &a, err));
    quern_buf_clear(&c->text);
    QUERN_TRY(quern_segment_text(c->segment, article, 0, a.text_bytes, &c->text, err));
    c->inv->n_log = 0;
    if (a.title_words > 0) {
        QUERN_TRY(quern_inverter_log(c->inv, a.title, a.title_words, &title, err));
    }
    quern_field_source source = {a.title, a.fields, a.n_fields};
    uint32_t n_fields = 0;
    QUERN_TRY(quern_inverter_log_fields(c->inv, &source, &n_fields, err));
    shared_log log = {title.n_log, n_fields};
    for (uint32_t i = 0; i < a.n_passages; i++) {
        QUERN_TRY(count_passage(c, &a, i, &log, err));
    }
    return QUERN_OK;
}

static int compare_terms(const void *payload, uint32_t a, uint32_t b)
{
    const quern_numbers_view *view = payload;
    const quern_numbers_term *x = quern_numbers_get(view, a);
    const quern_numbers_term *y = quern_numbers_get(view, b);
    int order = memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static quern_status push(counter *c, uint32_t ordinal, uint32_t count, quern_error *err)
{
    if (quern_grow(&c->fresh, &c->cap_fresh, c->n_fresh + 1, sizeof *c->fresh)) {
        return quern_fail_nomem(err);
    }
    quern_term_count fresh = {ordinal, count};
    c->fresh[c->n_fresh++] = fresh;
    return QUERN_OK;
}

/* Looks the counted terms up, in byte order: that is the order of ordinals. */
static quern_status find_terms(counter *c, const quern_order_item *items, size_t n,
                               quern_error *err)
{
    for (size_t i = 0; i < n; i++) {
        quern_term found;
        int is_there = 0;
        const quern_numbers_term *term = quern_numbers_get(&c->inv->numbers.view, items[i].index);
        QUERN_TRY(
            quern_dictionary_find(c->segment, term->bytes, term->len, &found, &is_there, err));
        if (!is_there) {
            return quern_fail(err, QUERN_E_CORRUPT,
                              "a stored text has a word that is not indexed - run: indexer rebuild "
                              "--from-sources");
        }
        QUERN_TRY(push(c, found.ordinal, c->counts[items[i].index], err));
    }
    return QUERN_OK;
}

static quern_status count_by_text(counter *c, quern_error *err)
{
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; !status && i < c->n_articles; i++) {
        quern_arena arena;
        quern_arena_init(&arena);
        status = count_article(c, c->articles[i], &arena, err);
        quern_arena_finish(&arena);
    }
    QUERN_TRY(status);
    size_t n = 0;
    for (uint32_t i = 0; i < c->n_numbers; i++) {
        n += c->counts[i] > 0;
    }
    quern_order_item *items = quern_alloc((n + n / 2 + 1) * sizeof *items);
    if (!items) {
        return quern_fail_nomem(err);
    }
    n = 0;
    for (uint32_t i = 0; i < c->n_numbers; i++) {
        if (c->counts[i] > 0) {
            const quern_numbers_term *term = quern_numbers_get(&c->inv->numbers.view, i);
            items[n].prefix = quern_order_prefix(term->bytes, term->len);
            items[n++].index = i;
        }
    }
    quern_order_sort(items, items + n, n, compare_terms, &c->inv->numbers.view);
    status = find_terms(c, items, n, err);
    quern_free(items);
    return status;
}

/* ---- By walking the postings ---- */

/* How many dead passages the block at hand has; *at moves past those it covers. */
static uint32_t count_block(const counter *c, const quern_postings *p, size_t *at)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        while (*at < c->n_passages && c->passages[*at] < p->passages[i]) {
            ++*at;
        }
        count += *at < c->n_passages && c->passages[*at] == p->passages[i];
    }
    return count;
}

static quern_status count_term(counter *c, quern_postings *p, const quern_term *term,
                               quern_error *err)
{
    uint32_t count = 0;
    size_t at = 0;
    QUERN_TRY(quern_postings_open(p, c->segment, term, err));
    uint32_t block = quern_postings_find(p, 0, c->passages[0]);
    while (block < p->n_blocks) {
        QUERN_TRY(quern_postings_load(p, block, err));
        count += count_block(c, p, &at);
        while (at < c->n_passages && p->n > 0 && c->passages[at] <= p->passages[p->n - 1]) {
            at++;
        }
        if (at == c->n_passages) {
            break;
        }
        block = quern_postings_find(p, block + 1, c->passages[at]);
    }
    return count > 0 ? push(c, term->ordinal, count, err) : QUERN_OK;
}

static quern_status walk_terms(counter *c, quern_postings *p, quern_error *err)
{
    quern_dictionary_walk walk;
    int more = 0;
    QUERN_TRY(quern_dictionary_seek(&walk, c->segment, "", 0, err));
    for (;;) {
        QUERN_TRY(quern_dictionary_next(&walk, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        QUERN_TRY(count_term(c, p, &walk.term, err));
    }
}

static quern_status count_by_postings(counter *c, quern_error *err)
{
    quern_postings *p = quern_alloc(sizeof *p);
    quern_status status = p ? walk_terms(c, p, err) : quern_fail_nomem(err);
    quern_free(p);
    return status;
}

/* ---- Both ---- */

/* Adds the fresh counts to those that are there. */
static quern_status add_counts(counter *c, quern_error *err)
{
    quern_tombstones *t = c->t;
    quern_term_count *sum = quern_alloc((t->n_counts + c->n_fresh) * sizeof *sum);
    if (!sum) {
        return quern_fail_nomem(err);
    }
    uint32_t n = 0;
    uint32_t old = 0;
    size_t fresh = 0;
    while (old < t->n_counts || fresh < c->n_fresh) {
        int take_old = old < t->n_counts &&
                       (fresh == c->n_fresh || t->counts[old].ordinal <= c->fresh[fresh].ordinal);
        int take_fresh =
            fresh < c->n_fresh && (!take_old || t->counts[old].ordinal == c->fresh[fresh].ordinal);
        sum[n] = take_old ? t->counts[old] : c->fresh[fresh];
        sum[n].count += take_old && take_fresh ? c->fresh[fresh].count : 0;
        old += (uint32_t)take_old;
        fresh += (size_t)take_fresh;
        n++;
    }
    quern_free(t->counts);
    t->counts = sum;
    t->n_counts = n;
    return QUERN_OK;
}

static quern_status count_text_bytes(counter *c, quern_error *err)
{
    for (uint32_t i = 0; i < c->n_articles; i++) {
        quern_arena arena;
        quern_stored_article a;
        quern_arena_init(&arena);
        quern_status status = quern_segment_article(c->segment, c->articles[i], &arena, &a, err);
        c->t->text_bytes += status ? 0 : a.text_bytes;
        quern_arena_finish(&arena);
        QUERN_TRY(status);
    }
    return QUERN_OK;
}

static quern_status count(counter *c, const uint8_t *dead, quern_error *err)
{
    QUERN_TRY(find_dead(c, dead, err));
    QUERN_TRY(count_text_bytes(c, err));
    if (c->n_passages > 0) {
        int by_text = c->info->has_text && c->n_passages * WALK_FROM < c->info->ref.n_passages;
        QUERN_TRY(by_text ? count_by_text(c, err) : count_by_postings(c, err));
        QUERN_TRY(add_counts(c, err));
    }
    memcpy(c->t->articles, dead, ((size_t)c->info->ref.n_articles + 7) / 8);
    return QUERN_OK;
}

quern_status quern_deletes_count(quern_inverter *inv, quern_segment *segment, const uint8_t *dead,
                                 quern_tombstones *t, quern_error *err)
{
    counter c;
    memset(&c, 0, sizeof c);
    c.inv = inv;
    c.segment = segment;
    c.info = quern_segment_get_info(segment);
    c.t = t;
    quern_status status = count(&c, dead, err);
    quern_free(c.articles);
    quern_free(c.passages);
    quern_free(c.counts);
    quern_free(c.stamps);
    quern_free(c.fresh);
    quern_buf_finish(&c.text);
    return status;
}
