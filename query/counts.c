/* SPDX-License-Identifier: MIT */
/* counts - see counts.h. */
#include "query/counts.h"

#include "query/lookup.h"

quern_status quern_counts_all_of(quern_reader *reader, quern_counts_all *out, quern_error *err)
{
    const quern_snapshot *s = reader->snapshot;
    uint64_t n_words = s->sum_len;
    out->n_passages = s->n_passages;
    if (reader->guest.engine) {
        quern_stats stats = QUERN_STATS_INIT;
        QUERN_TRY(reader->guest.engine->stats(reader->guest.db, &stats, err));
        out->n_passages = stats.passages;
        n_words = stats.words;
    }
    out->avglen = n_words > 0 ? (double)n_words / (double)out->n_passages : 1.0;
    return QUERN_OK;
}

static quern_status count_native(quern_snapshot *snapshot, const quern_string *terms, size_t n,
                                 uint64_t *live, quern_error *err)
{
    quern_lookup lookup;
    quern_status status = quern_lookup_open(&lookup, snapshot, terms, n, err);
    if (!status) {
        memcpy(live, lookup.live, n * sizeof *live);
    }
    quern_lookup_finish(&lookup);
    return status;
}

quern_status quern_counts_of(quern_reader *reader, const quern_string *terms, size_t n,
                             uint64_t *live, quern_error *err)
{
    if (n == 0) {
        return QUERN_OK;
    }
    if (reader->guest.engine) {
        return reader->guest.engine->count(reader->guest.db, terms, n, live, err);
    }
    return count_native(reader->snapshot, terms, n, live, err);
}

/* ---- Exact forms ---- */

/* The forms of all segments side by side. */
typedef struct form_merge {
    quern_dictionary_walk *walks;
    int *open; /* a walk stands at a form */
    size_t n;
    quern_string prefix; /* with its kind */
} form_merge;

static quern_string form_at(const form_merge *m, size_t i)
{
    return (quern_string){m->walks[i].key + 1, m->walks[i].key_len - 1};
}

static quern_status step(form_merge *m, size_t i, quern_error *err)
{
    const quern_dictionary_walk *walk = &m->walks[i];
    QUERN_TRY(quern_dictionary_next(&m->walks[i], &m->open[i], err));
    m->open[i] = m->open[i] && walk->key_len >= m->prefix.len &&
                 memcmp(walk->key, m->prefix.data, m->prefix.len) == 0;
    return QUERN_OK;
}

static int compare(quern_string a, quern_string b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n > 0 ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Steps all walks over the least form, of which `form` has room for a copy and *n the count. */
static quern_status next_form(form_merge *m, char *bytes, quern_string *form, uint64_t *n,
                              quern_error *err)
{
    size_t least = m->n;
    for (size_t i = 0; i < m->n; i++) {
        if (m->open[i] && (least == m->n || compare(form_at(m, i), form_at(m, least)) < 0)) {
            least = i;
        }
    }
    form->data = NULL;
    form->len = 0;
    *n = 0;
    if (least == m->n) {
        return QUERN_OK;
    }
    form->len = form_at(m, least).len;
    memcpy(bytes, form_at(m, least).data, form->len);
    form->data = bytes;
    for (size_t i = 0; i < m->n; i++) {
        while (m->open[i] && compare(form_at(m, i), *form) == 0) {
            *n += m->walks[i].term.df;
            QUERN_TRY(step(m, i, err));
        }
    }
    return QUERN_OK;
}

static quern_status merge_forms(form_merge *m, const quern_snapshot *s, quern_engine_form_fn each,
                                void *payload, quern_error *err)
{
    char bytes[sizeof m->walks->key];
    quern_string form = {"", 0};
    uint64_t n;
    for (size_t i = 0; i < m->n; i++) {
        QUERN_TRY(quern_dictionary_seek(&m->walks[i], s->segments[i].segment, m->prefix.data,
                                        m->prefix.len, err));
        QUERN_TRY(step(m, i, err));
    }
    do {
        QUERN_TRY(next_form(m, bytes, &form, &n, err));
    } while (form.data && each(form, n, payload) == 0);
    return QUERN_OK;
}

quern_status quern_counts_each_form(quern_reader *reader, quern_string prefix,
                                    int (*each)(quern_string form, uint64_t n_passages,
                                                void *payload),
                                    void *payload, quern_error *err)
{
    char start[QUERN_TERM_MAX] = {QUERN_TERM_WORD};
    const quern_snapshot *s = reader->snapshot;
    if (reader->guest.engine) {
        return reader->guest.engine->each_form(reader->guest.db, prefix, each, payload, err);
    }
    if (s->n_segments == 0 || prefix.len > sizeof start - 1) {
        return QUERN_OK;
    }
    memcpy(start + 1, prefix.data, prefix.len);
    form_merge m = {.n = s->n_segments, .prefix = {start, prefix.len + 1}};
    m.walks = quern_alloc(m.n * sizeof *m.walks);
    m.open = quern_alloc_zero(m.n, sizeof *m.open);
    quern_status status =
        m.walks && m.open ? merge_forms(&m, s, each, payload, err) : quern_fail_nomem(err);
    quern_free(m.walks);
    quern_free(m.open);
    return status;
}
