/* SPDX-License-Identifier: MIT */
/* model_index - see model_index.h. */
#include "model_index.h"

#include "tests/check.h"

#include <string.h>

static void *must(void *p)
{
    if (!p) {
        abort();
    }
    return p;
}

static void set_bit(uint8_t *bits, uint32_t i)
{
    bits[i >> 3] = (uint8_t)(bits[i >> 3] | 1u << (i & 7));
}

static void add_article(const model *m, uint32_t a, quern_tombstones *t)
{
    const model_article *article = &m->articles[a];
    set_bit(t->articles, a);
    t->n_articles++;
    t->text_bytes += article->a.text_bytes;
    for (uint32_t p = article->first; p < article->first + article->a.n_passages; p++) {
        set_bit(t->passages, p);
        t->n_passages++;
        t->sum_len += m->lengths[p];
    }
}

quern_tombstones *model_tombstones(const model *m, model_is_dead is_dead, uint64_t seed)
{
    quern_tombstones *t = must(quern_alloc_zero(1, sizeof *t));
    t->articles = must(quern_alloc_zero(m->n_articles / 8 + 1, 1));
    t->passages = must(quern_alloc_zero(m->n_passages / 8 + 1, 1));
    t->counts = must(quern_alloc_zero(m->n_terms, sizeof *t->counts));
    for (uint32_t a = 0; a < m->n_articles; a++) {
        if (is_dead(a, seed)) {
            add_article(m, a, t);
        }
    }
    for (uint32_t i = 0; i < m->n_terms; i++) {
        quern_term_count count = {i, 0};
        for (size_t k = 0; k < m->terms[i].n; k++) {
            uint32_t passage = m->postings[m->terms[i].first + k].passage;
            count.count += (uint32_t)quern_tombstones_passage(t, passage);
        }
        if (count.count) {
            t->counts[t->n_counts++] = count;
        }
    }
    return t;
}

sim_disk *model_disk(void)
{
    static const quern_index_config config = {
        60, "english,german,french,russian", 1, 1, QUERN_STORE_ANALYSIS_VERSION, 0, ""};
    sim_disk *disk = must(sim_new(1));
    quern_vfs *v = sim_vfs(disk);
    quern_error err;
    CHECK(v->mkdir(v, "/p") == 0 && v->sync_dir(v, "/") == 0);
    CHECK(quern_store_create(v, MODEL_DIR, &config, &err) == QUERN_OK);
    return disk;
}

quern_manifest model_next(const quern_store *store)
{
    const quern_manifest *last = quern_store_manifest(store);
    return (quern_manifest){.uuid = {last->uuid[0], last->uuid[1]},
                            .generation = last->generation + 1,
                            .config = last->config};
}

void model_add_dead(sim_disk *disk, const model *m, const quern_tombstones *t, quern_manifest *next)
{
    quern_vfs *v = sim_vfs(disk);
    quern_manifest_segment s = {0};
    quern_segment *segment = NULL;
    quern_error err;
    CHECK(model_write(m, v, MODEL_DIR, &s.ref, &err) == QUERN_OK);
    if (t) {
        CHECK(quern_segment_open(v, MODEL_DIR, &s.ref, 0, &segment, &err) == QUERN_OK);
        CHECK(quern_tombstones_write(v, MODEL_DIR, segment, next->generation, t, &s.dead, &err) ==
              QUERN_OK);
        quern_segment_close(segment);
    }
    CHECK(quern_manifest_add_segment(next, &s, &err) == QUERN_OK);
}

void model_add(sim_disk *disk, const model *m, model_is_dead is_dead, uint64_t seed,
               quern_manifest *next)
{
    quern_tombstones *t = is_dead ? model_tombstones(m, is_dead, seed) : NULL;
    model_add_dead(disk, m, t, next);
    quern_tombstones_free(t);
}
