/* SPDX-License-Identifier: MIT */
/* counts - see counts.h. */
#include "query/counts.h"

#include "base/strings.h"
#include "index/forms.h"
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
    quern_forms_scan *scans;
    int *open; /* a scan stands at a form */
    size_t n;
} form_merge;

static quern_string form_at(const form_merge *m, size_t i)
{
    return (quern_string){m->scans[i].bytes, m->scans[i].len};
}

/* Steps all scans over the least form, which is copied to *bytes, and counts it; form->data is NULL
 * at the end. */
static quern_status next_form(form_merge *m, char *bytes, quern_string *form, uint64_t *n,
                              quern_error *err)
{
    size_t least = m->n;
    for (size_t i = 0; i < m->n; i++) {
        if (m->open[i] &&
            (least == m->n || quern_string_compare(form_at(m, i), form_at(m, least)) < 0)) {
            least = i;
        }
    }
    *form = (quern_string){NULL, 0};
    *n = 0;
    if (least == m->n) {
        return QUERN_OK;
    }
    form->len = m->scans[least].len;
    form->data = memcpy(bytes, m->scans[least].bytes, form->len);
    for (size_t i = 0; i < m->n; i++) {
        while (m->open[i] && quern_string_compare(form_at(m, i), *form) == 0) {
            *n += m->scans[i].form.df;
            QUERN_TRY(quern_forms_next(&m->scans[i], &m->open[i], err));
        }
    }
    return QUERN_OK;
}

static quern_status merge_forms(form_merge *m, const quern_snapshot *s, quern_string prefix,
                                quern_engine_form_fn each, void *payload, quern_error *err)
{
    char bytes[sizeof m->scans->bytes];
    quern_string form = {"", 0};
    uint64_t n;
    for (size_t i = 0; i < m->n; i++) {
        QUERN_TRY(quern_forms_seek(&m->scans[i], s->segments[i].segment, prefix, err));
        QUERN_TRY(quern_forms_next(&m->scans[i], &m->open[i], err));
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
    const quern_snapshot *s = reader->snapshot;
    if (reader->guest.engine) {
        return reader->guest.engine->each_form(reader->guest.db, prefix, each, payload, err);
    }
    if (s->n_segments == 0 || prefix.len > QUERN_FORM_BYTES_MAX) {
        return QUERN_OK;
    }
    form_merge m = {.n = s->n_segments};
    m.scans = quern_alloc_zero(m.n, sizeof *m.scans);
    m.open = quern_alloc_zero(m.n, sizeof *m.open);
    quern_status status =
        m.scans && m.open ? merge_forms(&m, s, prefix, each, payload, err) : quern_fail_nomem(err);
    for (size_t i = 0; m.scans && i < m.n; i++) {
        quern_forms_scan_finish(&m.scans[i]);
    }
    quern_free(m.scans);
    quern_free(m.open);
    return status;
}
