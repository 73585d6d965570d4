/* SPDX-License-Identifier: MIT */
/* pool - see pool.h. */
#include "indexer/pool.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

#define CHUNK ((size_t)256 << 10)
#define LARGE ((size_t)64 << 10)

struct quern_pool_chunk {
    struct quern_pool_chunk *next;
    size_t size; /* bytes after this head */
};

static void free_chunks(struct quern_pool_chunk *chunk)
{
    while (chunk) {
        struct quern_pool_chunk *next = chunk->next;
        quern_free(chunk);
        chunk = next;
    }
}

void quern_pool_finish(quern_pool *pool)
{
    free_chunks(pool->chunks);
    free_chunks(pool->spare);
    memset(pool, 0, sizeof *pool);
}

void quern_pool_clear(quern_pool *pool)
{
    struct quern_pool_chunk *chunk = pool->chunks;
    while (chunk) {
        struct quern_pool_chunk *next = chunk->next;
        if (chunk->size == CHUNK) {
            chunk->next = pool->spare;
            pool->spare = chunk;
            pool->spare_bytes += CHUNK;
        } else {
            quern_free(chunk);
        }
        chunk = next;
    }
    pool->chunks = NULL;
    pool->at = NULL;
    pool->left = 0;
    pool->bytes = 0;
}

void quern_pool_trim(quern_pool *pool, size_t most)
{
    while (pool->spare_bytes > most) {
        struct quern_pool_chunk *chunk = pool->spare;
        pool->spare = chunk->next;
        pool->spare_bytes -= CHUNK;
        quern_free(chunk);
    }
}

static struct quern_pool_chunk *add_chunk(quern_pool *pool, size_t size)
{
    struct quern_pool_chunk *chunk = NULL;
    if (size == CHUNK && pool->spare) {
        chunk = pool->spare;
        pool->spare = chunk->next;
        pool->spare_bytes -= CHUNK;
    } else {
        chunk = quern_alloc(sizeof *chunk + size);
    }
    if (chunk) {
        chunk->size = size;
        chunk->next = pool->chunks;
        pool->chunks = chunk;
        pool->bytes += size;
    }
    return chunk;
}

void *quern_pool_alloc(quern_pool *pool, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = (size + 7) & ~(size_t)7;
    if (size > LARGE) {
        /* a little more, so that it is never taken for a common chunk */
        struct quern_pool_chunk *chunk = add_chunk(pool, size == CHUNK ? size + 8 : size);
        return chunk ? chunk + 1 : NULL;
    }
    if (size > pool->left) {
        struct quern_pool_chunk *chunk = add_chunk(pool, CHUNK);
        if (!chunk) {
            return NULL;
        }
        pool->at = (char *)(chunk + 1);
        pool->left = CHUNK;
    }
    void *out = pool->at;
    pool->at += size;
    pool->left -= size;
    return out;
}

char *quern_pool_copy(quern_pool *pool, const void *data, size_t len)
{
    char *out = quern_pool_alloc(pool, len ? len : 1);
    if (out && len > 0) {
        memcpy(out, data, len);
    }
    return out;
}
