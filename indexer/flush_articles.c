/* SPDX-License-Identifier: MIT */
/* flush_articles - the live articles of a run in the order of their keys, and what the encoder asks
 * of them; see flush_state.h. */
#include "indexer/flush_state.h"
#include "indexer/order.h"

#include <string.h>

static quern_string string_of(const char *data, size_t len)
{
    quern_string s = {data, len};
    return s;
}

static int compare_articles(const void *payload, uint32_t a, uint32_t b)
{
    const quern_run *run = payload;
    const quern_run_article *x = &run->articles[a];
    const quern_run_article *y = &run->articles[b];
    return quern_key_compare(string_of(x->source, x->source_len), string_of(x->id, x->id_len),
                             string_of(y->source, y->source_len), string_of(y->id, y->id_len));
}

/* What an article is sorted by first: its source; where all of the run have one source, its id. */
static quern_string sort_key(const quern_run *run, uint32_t i)
{
    const quern_run_article *a = &run->articles[i];
    return run->n_sources == 1 ? string_of(a->id, a->id_len) : string_of(a->source, a->source_len);
}

/* How many bytes all of them begin with: these say nothing about the order. */
static size_t common_prefix(const quern_run *run)
{
    quern_string first = sort_key(run, 0);
    size_t common = first.len;
    for (uint32_t i = 1; i < run->n && common > 0; i++) {
        quern_string key = sort_key(run, i);
        size_t n = 0;
        while (n < common && n < key.len && key.data[n] == first.data[n]) {
            n++;
        }
        common = n;
    }
    return common;
}

int quern_flush_order_articles(quern_run *run)
{
    size_t n = run->n - run->n_dead;
    quern_order_item *items = quern_alloc((n + n / 2 + 1) * sizeof *items);
    run->order = quern_alloc(n * sizeof *run->order);
    if (!items || !run->order) {
        quern_free(items);
        return -1;
    }
    size_t at = 0;
    size_t common = common_prefix(run);
    for (uint32_t i = 0; i < run->n; i++) {
        if (!run->articles[i].dead) {
            quern_string key = sort_key(run, i);
            items[at].prefix = quern_order_prefix(key.data + common, key.len - common);
            items[at++].index = i;
        }
    }
    quern_order_sort(items, items + n, n, compare_articles, run);
    for (size_t i = 0; i < n; i++) {
        run->order[i] = items[i].index;
    }
    run->n_order = n;
    quern_free(items);
    return 0;
}

static quern_status feed_article(void *payload, uint32_t i, quern_stored_article *out,
                                 quern_error *err)
{
    quern_flush_sorter *s = payload;
    const quern_run_article *a = &s->run->articles[s->run->order[i]];
    if (quern_grow(&s->passages, &s->cap_passages, a->n_passages, sizeof *s->passages)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t p = 0; p < a->n_passages; p++) {
        const quern_run_passage *from = &a->passages[p];
        quern_stored_passage passage = {from->start, from->end, from->line, from->column};
        s->passages[p] = passage;
    }
    memset(out, 0, sizeof *out);
    out->source = string_of(a->source, a->source_len);
    out->id = string_of(a->id, a->id_len);
    out->title = string_of(a->title, a->title_len);
    out->language = string_of(a->language, a->language_len);
    out->date = a->date;
    out->fields = a->fields;
    out->n_fields = a->n_fields;
    out->line = a->line;
    out->title_words = a->title_words;
    out->title_in_text = a->title_in_text;
    out->offsets_in_text = a->offsets_in_text;
    out->analysed_in = a->analysed_in;
    out->text_bytes = a->text_bytes;
    out->passages = s->passages;
    out->n_passages = a->n_passages;
    return QUERN_OK;
}

static quern_status feed_text(void *payload, uint32_t i, quern_buf *out, quern_error *err)
{
    const quern_flush_sorter *s = payload;
    const quern_run_article *a = &s->run->articles[s->run->order[i]];
    if (!a->text) {
        return quern_fail(err, QUERN_E_INVALID, "texts are not stored in this index");
    }
    quern_buf_bytes(out, a->text, a->text_bytes);
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}

quern_status quern_flush_feed_articles(quern_flush_sorter *s)
{
    const quern_run *run = s->run;
    quern_article_feed feed = {(uint32_t)run->n_order, 0, feed_article, feed_text, s};
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        feed.text_bytes += a->text_bytes;
        s->n_passages += a->n_passages;
    }
    uint32_t *lengths = quern_alloc((size_t)s->n_passages * sizeof *lengths);
    if (!lengths) {
        return quern_fail_nomem(s->err);
    }
    uint32_t passage = 0;
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        for (uint32_t p = 0; p < a->n_passages; p++) {
            lengths[passage++] = a->passages[p].len;
        }
    }
    quern_status status =
        quern_segment_writer_articles(s->writer, &feed, lengths, s->n_passages, s->err);
    quern_free(lengths);
    return status;
}
