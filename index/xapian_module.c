/* SPDX-License-Identifier: MIT */
/* xapian_module - what libquern-xapian.so exports: one function, which takes the library's table
 * and gives the engine's.
 *
 * The functions below are those of base/mem.h, which the rest of the module calls as all of quern
 * does; here they go to the library that loaded it. So the module allocates where the library does,
 * and fails as it does where memory runs out. The rest of base/ has no state and is linked in.
 *
 * Where two copies of the library in one process load the module, the last to do so serves both:
 * their tables do the same.
 */
#include "index/xapian_db.h"

#include <stdatomic.h>

static _Atomic(const quern_engine_host *) host;

void *quern_alloc(size_t size)
{
    return atomic_load(&host)->alloc(size);
}

void *quern_alloc_zero(size_t n, size_t size)
{
    return atomic_load(&host)->alloc_zero(n, size);
}

void *quern_realloc(void *p, size_t size)
{
    return atomic_load(&host)->resize(p, size);
}

void quern_free(void *p)
{
    atomic_load(&host)->release(p);
}

int quern_grow(void *array, size_t *cap, size_t need, size_t size)
{
    return atomic_load(&host)->grow(array, cap, need, size);
}

void quern_arena_init(quern_arena *arena)
{
    memset(arena, 0, sizeof *arena);
}

void *quern_arena_alloc(quern_arena *arena, size_t size)
{
    return atomic_load(&host)->arena_alloc(arena, size);
}

char *quern_arena_copy(quern_arena *arena, const void *data, size_t len)
{
    return atomic_load(&host)->arena_copy(arena, data, len);
}

void quern_arena_finish(quern_arena *arena)
{
    atomic_load(&host)->arena_finish(arena);
}

static const quern_engine engine = {
    .version = QUERN_ENGINE_VERSION,
    .name = "xapian",
    .create = quern_xapian_create,
    .remove = quern_xapian_remove,
    .open = quern_xapian_open,
    .open_writer = quern_xapian_open_writer,
    .open_shard = quern_xapian_open_shard,
    .join_shards = quern_xapian_join_shards,
    .close = quern_xapian_close,
    .put = quern_xapian_put,
    .remove_article = quern_xapian_remove_article,
    .remove_source = quern_xapian_remove_source,
    .set_meta = quern_xapian_set_meta,
    .commit = quern_xapian_commit,
    .optimize = quern_xapian_optimize,
    .each_meta = quern_xapian_each_meta,
    .stats = quern_xapian_stats,
    .each_article = quern_xapian_each_article,
    .search = quern_xapian_search,
    .count = quern_xapian_count,
    .each_form = quern_xapian_each_form,
    .has_terms = quern_xapian_has_terms,
    .check = quern_xapian_check,
};

QUERN_API const quern_engine *quern_engine_module(const quern_engine_host *given);

const quern_engine *quern_engine_module(const quern_engine_host *given)
{
    if (!given || given->version != QUERN_ENGINE_VERSION) {
        return NULL;
    }
    atomic_store(&host, given);
    return &engine;
}
