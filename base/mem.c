/* SPDX-License-Identifier: MIT */
/* mem - see mem.h. An arena is a list of chunks, each at least 4 KiB; a request larger than that
 * gets a chunk of its own size. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *quern_alloc(size_t size)
{
    return malloc(size ? size : 1);
}

void *quern_alloc_zero(size_t n, size_t size)
{
    return calloc(n ? n : 1, size ? size : 1);
}

void *quern_realloc(void *p, size_t size)
{
    return realloc(p, size ? size : 1);
}

void quern_free(void *p)
{
    free(p);
}

int quern_grow(void *array, size_t *cap, size_t need, size_t size)
{
    void **slot = array;
    if (need <= *cap) {
        return 0;
    }
    size_t want = *cap + *cap / 2;
    want = want < need ? need : want;
    want = want < 8 ? 8 : want;
    if (want > SIZE_MAX / 2 / size) {
        return -1;
    }
    void *p = quern_realloc(*slot, want * size);
    if (!p) {
        return -1;
    }
    *slot = p;
    *cap = want;
    return 0;
}

struct quern_arena_chunk {
    struct quern_arena_chunk *next;
    size_t unused; /* keeps the bytes that follow aligned to 16 */
};

void quern_arena_init(quern_arena *arena)
{
    memset(arena, 0, sizeof *arena);
}

void quern_arena_finish(quern_arena *arena)
{
    struct quern_arena_chunk *chunk = arena->chunks;
    while (chunk) {
        struct quern_arena_chunk *next = chunk->next;
        quern_free(chunk);
        chunk = next;
    }
    quern_arena_init(arena);
}

void *quern_arena_alloc(quern_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = (size + 15) & ~(size_t)15;
    if (size > arena->cap - arena->used) {
        size_t cap = size > 4096 - sizeof(struct quern_arena_chunk)
                         ? size
                         : 4096 - sizeof(struct quern_arena_chunk);
        struct quern_arena_chunk *chunk = quern_alloc(sizeof *chunk + cap);
        if (!chunk) {
            return NULL;
        }
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->used = 0;
        arena->cap = cap;
    }
    void *out = (char *)(arena->chunks + 1) + arena->used;
    arena->used += size;
    return out;
}

char *quern_arena_copy(quern_arena *arena, const void *data, size_t len)
{
    char *out = len == SIZE_MAX ? NULL : quern_arena_alloc(arena, len + 1);
    if (out) {
        if (len > 0) {
            memcpy(out, data, len);
        }
        out[len] = '\0';
    }
    return out;
}
