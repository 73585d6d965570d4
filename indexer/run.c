/* SPDX-License-Identifier: MIT */
/* run - see run.h. Both tables are kept at most half full. They have half of each hash in their
 * slots, so that what is not there is mostly told so by the slot alone. */
#include "indexer/run.h"

#include "base/checksum.h"

#include <string.h>

#define FIRST_SLOTS 256

quern_key quern_key_of(quern_string source, quern_string id)
{
    quern_key key = {source, id, quern_checksum(source.data, source.len), 0};
    key.hash = id.len ? quern_checksum_seeded(id.data, id.len, key.source_hash) : key.source_hash;
    return key;
}

void quern_run_finish(quern_run *run)
{
    quern_pool_finish(&run->pool);
    quern_free(run->articles);
    quern_free(run->sources);
    quern_free(run->keys);
    quern_free(run->source_slots);
    quern_free(run->order);
    quern_free(run->later);
    memset(run, 0, sizeof *run);
}

static void clear_slots(void *slots, size_t bytes)
{
    if (bytes > 0) {
        memset(slots, 0, bytes);
    }
}

void quern_run_clear(quern_run *run)
{
    quern_pool_clear(&run->pool);
    clear_slots(run->keys, run->n_keys * sizeof *run->keys);
    clear_slots(run->source_slots, run->n_source_slots * sizeof *run->source_slots);
    quern_free(run->order);
    quern_free(run->later);
    run->order = NULL;
    run->later = NULL;
    run->n = run->n_dead = run->n_sources = run->n_order = 0;
    run->n_passages = run->n_log = run->n_tokens = 0;
    run->max_position = 0;
}

size_t quern_run_memory(const quern_run *run)
{
    return run->pool.bytes + run->cap * sizeof *run->articles +
           run->cap_sources * sizeof *run->sources + run->n_keys * sizeof *run->keys +
           run->n_source_slots * sizeof *run->source_slots;
}

/* Lengths, the encoder's 13 bytes a passage, the order of articles and its items. */
size_t quern_run_flush_memory(const quern_run *run)
{
    return (size_t)(run->n_passages * 17 + run->n * 28);
}

static int grow_keys(quern_run *run)
{
    size_t n_slots = run->n_keys ? run->n_keys * 2 : FIRST_SLOTS;
    uint64_t *slots = quern_alloc_zero(n_slots, sizeof *slots);
    if (!slots) {
        return -1;
    }
    for (size_t i = 0; i < run->n_keys; i++) {
        if (run->keys[i]) {
            size_t at = (size_t)run->articles[(uint32_t)run->keys[i] - 1].hash & (n_slots - 1);
            while (slots[at]) {
                at = (at + 1) & (n_slots - 1);
            }
            slots[at] = run->keys[i];
        }
    }
    quern_free(run->keys);
    run->keys = slots;
    run->n_keys = n_slots;
    return 0;
}

static int grow_sources(quern_run *run)
{
    size_t n_slots = run->n_source_slots ? run->n_source_slots * 2 : FIRST_SLOTS;
    uint64_t *slots = quern_alloc_zero(n_slots, sizeof *slots);
    if (!slots) {
        return -1;
    }
    for (size_t i = 0; i < run->n_sources; i++) {
        size_t at = (size_t)run->sources[i].hash & (n_slots - 1);
        while (slots[at]) {
            at = (at + 1) & (n_slots - 1);
        }
        slots[at] = (run->sources[i].hash >> 32 << 32) | (i + 1);
    }
    quern_free(run->source_slots);
    run->source_slots = slots;
    run->n_source_slots = n_slots;
    return 0;
}

static int same(const char *a, size_t a_len, quern_string b)
{
    return a_len == b.len && (a_len == 0 || memcmp(a, b.data, a_len) == 0);
}

/* The slot of the key, or the free one where it would stand. The table is not empty. */
static size_t key_slot(const quern_run *run, const quern_key *key)
{
    size_t at = (size_t)key->hash & (run->n_keys - 1);
    for (; run->keys[at]; at = (at + 1) & (run->n_keys - 1)) {
        if ((run->keys[at] ^ key->hash) >> 32) {
            continue;
        }
        const quern_run_article *a = &run->articles[(uint32_t)run->keys[at] - 1];
        if (same(a->id, a->id_len, key->id) && same(a->source, a->source_len, key->source)) {
            break;
        }
    }
    return at;
}

static size_t source_slot(const quern_run *run, const quern_key *key)
{
    size_t at = (size_t)key->source_hash & (run->n_source_slots - 1);
    for (; run->source_slots[at]; at = (at + 1) & (run->n_source_slots - 1)) {
        if ((run->source_slots[at] ^ key->source_hash) >> 32) {
            continue;
        }
        const quern_run_source *s = &run->sources[(uint32_t)run->source_slots[at] - 1];
        if (s->hash == key->source_hash && same(s->name, s->len, key->source)) {
            break;
        }
    }
    return at;
}

/* The source of the key, new where unknown; NULL: no memory. */
static quern_run_source *put_source(quern_run *run, const quern_key *key)
{
    if (run->n_sources > 0) { /* most often that of the article before */
        quern_run_source *last = &run->sources[run->n_sources - 1];
        if (last->hash == key->source_hash && same(last->name, last->len, key->source)) {
            return last;
        }
    }
    if (run->n_source_slots <= run->n_sources * 2 && grow_sources(run)) {
        return NULL;
    }
    size_t at = source_slot(run, key);
    if (run->source_slots[at]) {
        return &run->sources[(uint32_t)run->source_slots[at] - 1];
    }
    const char *name = quern_pool_copy(&run->pool, key->source.data, key->source.len);
    if (!name ||
        quern_grow(&run->sources, &run->cap_sources, run->n_sources + 1, sizeof *run->sources)) {
        return NULL;
    }
    quern_run_source *source = &run->sources[run->n_sources++];
    source->name = name;
    source->len = (uint32_t)key->source.len;
    source->newest = QUERN_RUN_NONE;
    source->hash = key->source_hash;
    run->source_slots[at] = (key->source_hash >> 32 << 32) | run->n_sources;
    return source;
}

quern_status quern_run_add(quern_run *run, const quern_key *key, const quern_run_article *article,
                           quern_error *err)
{
    if ((run->n_keys <= run->n * 2 && grow_keys(run)) ||
        quern_grow(&run->articles, &run->cap, run->n + 1, sizeof *run->articles)) {
        return quern_fail_nomem(err);
    }
    quern_run_source *source = put_source(run, key);
    if (!source) {
        return quern_fail_nomem(err);
    }
    quern_run_article *a = &run->articles[run->n];
    *a = *article;
    a->source = source->name;
    a->source_len = source->len;
    a->hash = key->hash;
    a->dead = 0;
    a->next_of_source = source->newest;
    source->newest = (uint32_t)run->n;
    size_t at = key_slot(run, key);
    run->n++;
    run->keys[at] = (key->hash >> 32 << 32) | run->n;
    run->n_passages += a->n_passages;
    return QUERN_OK;
}

void quern_run_prepare(const quern_run *run, const quern_key *key)
{
    if (run->n_keys > 0) {
        __builtin_prefetch(&run->keys[key->hash & (run->n_keys - 1)]);
    }
    if (run->n_source_slots > 0) {
        __builtin_prefetch(&run->source_slots[key->source_hash & (run->n_source_slots - 1)]);
    }
}

uint32_t quern_run_find(const quern_run *run, const quern_key *key)
{
    if (run->n == 0) {
        return QUERN_RUN_NONE;
    }
    uint32_t slot = (uint32_t)run->keys[key_slot(run, key)];
    return slot ? slot - 1 : QUERN_RUN_NONE;
}

uint32_t quern_run_find_source(const quern_run *run, const quern_key *key)
{
    if (run->n_sources == 0) {
        return QUERN_RUN_NONE;
    }
    uint32_t slot = (uint32_t)run->source_slots[source_slot(run, key)];
    return slot ? run->sources[slot - 1].newest : QUERN_RUN_NONE;
}

int quern_run_is_dead(const quern_run *run, uint32_t article)
{
    return run->articles[article].dead ||
           (run->later && (run->later[article >> 3] >> (article & 7) & 1));
}

void quern_run_kill(quern_run *run, uint32_t article)
{
    if (run->later) {
        run->later[article >> 3] |= (uint8_t)(1u << (article & 7));
    } else {
        run->n_dead += !run->articles[article].dead;
        run->articles[article].dead = 1;
    }
}

quern_status quern_run_begin_flush(quern_run *run, quern_error *err)
{
    run->later = quern_alloc_zero(run->n / 8 + 1, 1);
    return run->later ? QUERN_OK : quern_fail_nomem(err);
}
