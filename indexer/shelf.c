/* SPDX-License-Identifier: MIT */
/* shelf - see shelf.h. */
#include "indexer/shelf.h"

#include "base/strings.h"
#include "index/files.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_BITS 12  /* for each key: about 1 in 60 foreign keys passes */
#define FILTER_AFTER 64 /* searches, and as many as an eighth of the articles */
#define TIER QUERN_SHELF_TIER
#define FLOOR (1u << 20) /* bytes: all below are of the lowest tier */

/* ---- Filters ---- */

/* Five bits of one word. */
static uint64_t filter_bits(uint64_t hash)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 5; i++) {
        bits |= (uint64_t)1 << (hash >> (6 * i) & 63);
    }
    return bits;
}

static size_t filter_word(const quern_filter *f, uint64_t hash)
{
    return (size_t)((hash >> 32) * (uint64_t)f->n_words >> 32);
}

static int filter_has(const quern_filter *f, uint64_t hash)
{
    uint64_t bits = filter_bits(hash);
    return (f->words[filter_word(f, hash)] & bits) == bits;
}

void quern_shelf_filter_key(quern_shelved *s, uint64_t hash)
{
    if (s->filter.words) {
        s->filter.words[filter_word(&s->filter, hash)] |= filter_bits(hash);
    }
}

void quern_shelf_begin_filter(quern_shelf *shelf, size_t i, uint64_t n)
{
    quern_filter *f = &shelf->items[i].filter;
    size_t n_words = (size_t)(n * FILTER_BITS / 64 + 1);
    if (!f->words && n_words < UINT32_MAX && n_words * 8 <= shelf->filter_most &&
        shelf->filter_bytes <= shelf->filter_most - n_words * 8) {
        f->words = quern_alloc_zero(n_words, 8);
        f->n_words = f->words ? n_words : 0;
        shelf->filter_bytes += f->n_words * 8;
    }
}

quern_status quern_shelf_read_filter(quern_shelf *shelf, size_t i, quern_error *err)
{
    quern_shelved *s = &shelf->items[i];
    quern_shelf_begin_filter(shelf, i, (uint64_t)s->ref.n_articles * 2);
    quern_status status = QUERN_OK;
    for (uint32_t from = 0; !status && s->filter.words && from < s->ref.n_articles;) {
        quern_arena arena;
        quern_string source;
        quern_string id;
        quern_arena_init(&arena);
        uint32_t end = s->ref.n_articles - from > 64 ? from + 64 : s->ref.n_articles;
        for (; !status && from < end; from++) {
            status = quern_segment_key(s->segment, from, &arena, &source, &id, err);
            if (!status) {
                quern_key key = quern_key_of(source, id);
                quern_shelf_filter_key(s, key.hash);
                quern_shelf_filter_key(s, key.source_hash);
            }
        }
        quern_arena_finish(&arena);
    }
    return status;
}

/* ---- What stands on the shelf ---- */

static void finish_item(quern_shelf *shelf, quern_shelved *s)
{
    quern_segment_close(s->segment);
    quern_free(s->counted.articles);
    quern_free(s->counted.counts);
    quern_free(s->dead);
    shelf->filter_bytes -= s->filter.n_words * 8;
    quern_free(s->filter.words);
    quern_arena_finish(&s->names);
    memset(s, 0, sizeof *s);
}

void quern_shelf_close(quern_shelf *shelf)
{
    for (size_t i = 0; i < shelf->n; i++) {
        finish_item(shelf, &shelf->items[i]);
    }
    quern_free(shelf->items);
    quern_free(shelf->kept);
    memset(shelf, 0, sizeof *shelf);
}

static int is_kept(const quern_shelf *shelf, uint64_t id)
{
    for (size_t i = 0; i < shelf->n_kept; i++) {
        if (shelf->kept[i] == id) {
            return 1;
        }
    }
    return 0;
}

static quern_status keep(quern_shelf *shelf, uint64_t id, quern_error *err)
{
    if (is_kept(shelf, id)) {
        return QUERN_OK;
    }
    if (quern_grow(&shelf->kept, &shelf->cap_kept, shelf->n_kept + 1, sizeof *shelf->kept)) {
        return quern_fail_nomem(err);
    }
    shelf->kept[shelf->n_kept++] = id;
    return QUERN_OK;
}

static quern_status open_item(quern_shelf *shelf, const quern_segment_ref *ref, quern_error *err)
{
    if (quern_grow(&shelf->items, &shelf->cap, shelf->n + 1, sizeof *shelf->items)) {
        return quern_fail_nomem(err);
    }
    quern_shelved *s = &shelf->items[shelf->n];
    memset(s, 0, sizeof *s);
    s->ref = *ref;
    size_t bytes = (size_t)ref->n_articles / 8 + 1;
    s->dead = quern_alloc_zero(bytes, 1);
    s->counted.articles = quern_alloc_zero(bytes, 1);
    quern_status status = s->dead && s->counted.articles ? QUERN_OK : quern_fail_nomem(err);
    status = status ? status : quern_segment_open(shelf->vfs, shelf->dir, ref, 0, &s->segment, err);
    if (status) {
        finish_item(shelf, s);
        return status;
    }
    shelf->n++;
    return QUERN_OK;
}

static quern_status open_dead(quern_shelf *shelf, quern_shelved *s, const quern_tombstones_ref *ref,
                              quern_error *err)
{
    quern_tombstones *t = NULL;
    QUERN_TRY(quern_tombstones_open(shelf->vfs, shelf->dir, s->segment, ref, &t, err));
    size_t bytes = ((size_t)s->ref.n_articles + 7) / 8;
    memcpy(s->dead, t->articles, bytes);
    memcpy(s->counted.articles, t->articles, bytes);
    s->counted.n_articles = s->n_dead = t->n_articles;
    s->counted.n_passages = s->n_dead_passages = t->n_passages;
    s->counted.sum_len = t->sum_len;
    s->counted.text_bytes = t->text_bytes;
    s->counted.counts = t->counts;
    s->counted.n_counts = t->n_counts;
    t->counts = NULL;
    quern_tombstones_free(t);
    s->named = *ref;
    return QUERN_OK;
}

static int note_file(const char *name, void *payload)
{
    quern_shelf *shelf = payload;
    uint64_t id = 0;
    if (strncmp(name, "seg-", 4) == 0 && quern_files_hex16(name + 4, &id)) {
        return keep(shelf, id, NULL) ? -1 : 0;
    }
    return 0;
}

quern_status quern_shelf_open(quern_shelf *shelf, const quern_manifest *manifest, quern_error *err)
{
    /* Whatever file is there now was left by the collection because a manifest names it. */
    int failed = shelf->vfs->list(shelf->vfs, shelf->dir, note_file, shelf);
    if (failed) {
        return failed < 0 ? quern_fail_nomem(err)
                          : quern_fail_os(err, failed, "cannot read directory %s", shelf->dir);
    }
    for (size_t i = 0; i < manifest->n_segments; i++) {
        const quern_manifest_segment *from = &manifest->segments[i];
        QUERN_TRY(open_item(shelf, &from->ref, err));
        shelf->items[i].in_manifest = 1;
        if (from->dead.generation) {
            QUERN_TRY(open_dead(shelf, &shelf->items[i], &from->dead, err));
        }
    }
    return QUERN_OK;
}

quern_status quern_shelf_add(quern_shelf *shelf, const quern_segment_ref *ref, size_t *out,
                             quern_error *err)
{
    for (size_t i = 0; i < shelf->n; i++) {
        if (shelf->items[i].ref.id == ref->id) {
            return quern_fail(err, QUERN_E_CORRUPT, "segment %016llx is there already",
                              (unsigned long long)ref->id);
        }
    }
    QUERN_TRY(open_item(shelf, ref, err));
    *out = shelf->n - 1;
    shelf->items[*out].in_manifest = is_kept(shelf, ref->id);
    return QUERN_OK;
}

static void unlink_file(const quern_shelf *shelf, uint64_t id)
{
    char name[QUERN_SEGMENT_NAME_MAX];
    quern_segment_name(id, name);
    char *path = quern_files_join(shelf->dir, name);
    if (path) {
        shelf->vfs->unlink(shelf->vfs, path);
    }
    quern_free(path);
}

void quern_shelf_drop(quern_shelf *shelf, size_t i)
{
    quern_shelved *s = &shelf->items[i];
    if (!s->in_manifest) {
        unlink_file(shelf, s->ref.id);
    }
    finish_item(shelf, s);
    memmove(s, s + 1, (shelf->n - i - 1) * sizeof *s);
    shelf->n--;
}

void quern_shelf_unlink(quern_shelf *shelf)
{
    for (size_t i = 0; i < shelf->n; i++) {
        if (!shelf->items[i].in_manifest) {
            unlink_file(shelf, shelf->items[i].ref.id);
        }
    }
}

void quern_shelf_drop_dead(quern_shelf *shelf)
{
    for (size_t i = shelf->n; i-- > 0;) {
        if (quern_shelved_live(&shelf->items[i]) == 0) {
            quern_shelf_drop(shelf, i);
        }
    }
}

void quern_shelf_forget(quern_shelf *shelf)
{
    for (size_t i = 0; i < shelf->n; i++) {
        quern_segment_forget(shelf->items[i].segment);
    }
}

quern_status quern_shelf_keep(quern_shelf *shelf, quern_error *err)
{
    for (size_t i = 0; i < shelf->n; i++) {
        QUERN_TRY(keep(shelf, shelf->items[i].ref.id, err));
        shelf->items[i].in_manifest = 1;
    }
    return QUERN_OK;
}

/* ---- Death ---- */

quern_status quern_shelf_kill_article(quern_shelf *shelf, size_t i, uint32_t article,
                                      quern_error *err)
{
    quern_shelved *s = &shelf->items[i];
    uint32_t range[2];
    QUERN_TRY(quern_segment_passages_of(s->segment, article, range, err));
    s->dead[article >> 3] |= (uint8_t)(1u << (article & 7));
    s->n_dead++;
    s->n_dead_passages += range[1] - range[0];
    return QUERN_OK;
}

/* Whether a source lies between the first and the last one of the segment. */
static quern_status is_between(quern_shelved *s, quern_string source, int *between,
                               quern_error *err)
{
    if (!s->has_ends) {
        quern_string id;
        uint32_t last = s->ref.n_articles - 1;
        QUERN_TRY(quern_segment_key(s->segment, 0, &s->names, &s->ends[0], &id, err));
        QUERN_TRY(quern_segment_key(s->segment, last, &s->names, &s->ends[1], &id, err));
        s->has_ends = 1;
    }
    *between = quern_string_compare(source, s->ends[1]) <= 0 &&
               quern_string_compare(source, s->ends[0]) >= 0;
    return QUERN_OK;
}

/* Whether the segment may have a source, or a key of it, that was hashed. Makes a filter where it
 * has been searched often. */
static quern_status may_have(quern_shelf *shelf, size_t i, quern_string source, uint64_t hash,
                             int *may, quern_error *err)
{
    quern_shelved *s = &shelf->items[i];
    *may = s->n_dead < s->ref.n_articles && (!s->filter.words || filter_has(&s->filter, hash));
    if (*may) {
        QUERN_TRY(is_between(s, source, may, err));
    }
    if (!*may) {
        return QUERN_OK;
    }
    if (!s->filter.words) {
        s->n_searches += s->n_searches < UINT32_MAX;
        if (s->n_searches == FILTER_AFTER + s->ref.n_articles / 8) {
            QUERN_TRY(quern_shelf_read_filter(shelf, i, err));
            *may = !s->filter.words || filter_has(&s->filter, hash);
        }
    }
    return QUERN_OK;
}

void quern_shelf_prepare(const quern_shelf *shelf, const quern_key *key)
{
    for (size_t i = 0; i < shelf->n; i++) {
        const quern_filter *f = &shelf->items[i].filter;
        if (f->words) {
            __builtin_prefetch(&f->words[filter_word(f, key->hash)]);
        }
    }
}

static int is_dead(const quern_shelved *s, uint32_t article)
{
    return s->dead[article >> 3] >> (article & 7) & 1;
}

quern_status quern_shelf_kill(quern_shelf *shelf, const quern_key *key, uint64_t *n,
                              quern_error *err)
{
    for (size_t i = 0; i < shelf->n; i++) {
        uint32_t article = 0;
        int there = 0;
        QUERN_TRY(may_have(shelf, i, key->source, key->hash, &there, err));
        if (there) {
            QUERN_TRY(quern_segment_find(shelf->items[i].segment, key->source, key->id, &article,
                                         &there, err));
        }
        if (there && !is_dead(&shelf->items[i], article)) {
            ++*n;
            return quern_shelf_kill_article(shelf, i, article, err);
        }
    }
    return QUERN_OK;
}

static quern_status kill_source_in(quern_shelf *shelf, size_t i, const quern_key *key, uint64_t *n,
                                   quern_error *err)
{
    quern_shelved *s = &shelf->items[i];
    quern_string none = {"", 0};
    uint32_t article = 0;
    int exact = 0;
    QUERN_TRY(quern_segment_find(s->segment, key->source, none, &article, &exact, err));
    for (; article < s->ref.n_articles; article++) {
        quern_arena arena;
        quern_string source;
        quern_string id;
        quern_arena_init(&arena);
        quern_status status = quern_segment_key(s->segment, article, &arena, &source, &id, err);
        int same = !status && source.len == key->source.len &&
                   memcmp(source.data, key->source.data, source.len) == 0;
        quern_arena_finish(&arena);
        QUERN_TRY(status);
        if (!same) {
            break;
        }
        if (!is_dead(s, article)) {
            ++*n;
            QUERN_TRY(quern_shelf_kill_article(shelf, i, article, err));
        }
    }
    return QUERN_OK;
}

quern_status quern_shelf_kill_source(quern_shelf *shelf, const quern_key *key, uint64_t *n,
                                     quern_error *err)
{
    for (size_t i = 0; i < shelf->n; i++) {
        int may = 0;
        QUERN_TRY(may_have(shelf, i, key->source, key->source_hash, &may, err));
        if (may) {
            QUERN_TRY(kill_source_in(shelf, i, key, n, err));
        }
    }
    return QUERN_OK;
}

/* ---- What to merge ---- */

static uint64_t live_passages(const quern_shelved *s)
{
    return s->ref.n_passages - s->n_dead_passages;
}

/* 0 for segments whose living part takes up to 1 MiB, 1 up to 8, 2 up to 64, ... */
static unsigned tier_of(const quern_shelved *s)
{
    uint64_t bytes = s->ref.bytes / (s->ref.n_articles + 1u) * quern_shelved_live(s);
    unsigned tier = 0;
    for (; bytes > FLOOR; bytes /= TIER) {
        tier++;
    }
    return tier;
}

static int wants_rewrite(const quern_shelved *s)
{
    return s->n_dead > 0 && (uint64_t)s->n_dead_passages * 4 >= s->ref.n_passages;
}

/* All of a tier; none where they are fewer than `least`. */
static size_t pick_tier(const quern_shelf *shelf, unsigned tier, uint64_t most, size_t least,
                        size_t *items)
{
    size_t n = 0;
    uint64_t passages = 0;
    for (size_t i = 0; i < shelf->n; i++) {
        const quern_shelved *s = &shelf->items[i];
        if (!s->under_merge && tier_of(s) == tier && passages + live_passages(s) <= most) {
            passages += live_passages(s);
            items[n++] = i;
        }
    }
    return n >= least ? n : 0;
}

size_t quern_shelf_pick(const quern_shelf *shelf, uint64_t most_passages, size_t least,
                        size_t *items)
{
    unsigned top = 0;
    for (size_t i = 0; i < shelf->n; i++) {
        const quern_shelved *s = &shelf->items[i];
        if (wants_rewrite(s) && !s->under_merge && live_passages(s) <= most_passages) {
            items[0] = i;
            return 1;
        }
        top = tier_of(s) > top ? tier_of(s) : top;
    }
    for (unsigned tier = 0; tier <= top; tier++) {
        size_t n = pick_tier(shelf, tier, most_passages, least, items);
        if (n > 0) {
            return n;
        }
    }
    return 0;
}
