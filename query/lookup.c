/* SPDX-License-Identifier: MIT */
/* lookup - see lookup.h. */
#include "query/lookup.h"

#include "base/bm25.h"

static quern_status find_in_segment(quern_lookup *l, const quern_string *terms, size_t s,
                                    quern_error *err)
{
    const quern_snapshot_segment *seg = &l->snapshot->segments[s];
    for (uint32_t t = 0; t < l->n_terms; t++) {
        int found;
        if (quern_grow(&l->items, &l->cap, l->n + 1, sizeof *l->items)) {
            return quern_fail_nomem(err);
        }
        quern_lookup_item *item = &l->items[l->n];
        QUERN_TRY(quern_dictionary_find(seg->segment, terms[t].data, terms[t].len, &item->term,
                                        &found, err));
        if (!found) {
            continue;
        }
        uint32_t n_dead = seg->dead ? quern_tombstones_count(seg->dead, item->term.ordinal) : 0;
        if (n_dead > item->term.df) {
            return quern_fail(err, QUERN_E_CORRUPT,
                              "more passages of a term are dead than have it - run: indexer "
                              "rebuild --from-sources");
        }
        l->live[t] += item->term.df - n_dead;
        if (n_dead < item->term.df) {
            item->number = t;
            l->n++;
        }
    }
    l->ends[s] = l->n;
    return QUERN_OK;
}

quern_status quern_lookup_open(quern_lookup *l, quern_snapshot *snapshot, const quern_string *terms,
                               size_t n, quern_error *err)
{
    memset(l, 0, sizeof *l);
    l->snapshot = snapshot;
    l->n_terms = n;
    l->ends = quern_alloc_zero(snapshot->n_segments + 1, sizeof *l->ends);
    l->live = quern_alloc_zero(n + 1, sizeof *l->live);
    l->where = quern_alloc_zero(n + 1, sizeof *l->where);
    if (!l->ends || !l->live || !l->where) {
        return quern_fail_nomem(err);
    }
    for (size_t s = 0; s < snapshot->n_segments; s++) {
        QUERN_TRY(find_in_segment(l, terms, s, err));
    }
    for (size_t t = 0; t < n; t++) {
        if (l->live[t] > snapshot->n_passages) {
            return quern_fail(
                err, QUERN_E_CORRUPT,
                "a term is in more passages than there are - run: indexer rebuild --from-sources");
        }
    }
    return QUERN_OK;
}

void quern_lookup_finish(quern_lookup *l)
{
    quern_free(l->items);
    quern_free(l->ends);
    quern_free(l->live);
    quern_free(l->where);
    memset(l, 0, sizeof *l);
}

static size_t begin_of(const quern_lookup *l, size_t segment)
{
    return segment ? l->ends[segment - 1] : 0;
}

void quern_lookup_enter(quern_lookup *l, size_t segment)
{
    if (l->is_in && l->segment == segment) {
        return;
    }
    for (size_t i = l->is_in ? begin_of(l, l->segment) : 0; l->is_in && i < l->ends[l->segment];
         i++) {
        l->where[l->items[i].number] = 0;
    }
    l->segment = segment;
    l->is_in = 1;
    for (size_t i = begin_of(l, segment); i < l->ends[segment]; i++) {
        l->where[l->items[i].number] = (uint32_t)(i + 1);
    }
}

double quern_lookup_idf(const quern_lookup *l, uint32_t number)
{
    return quern_bm25_idf(l->snapshot->n_passages, l->live[number]);
}
