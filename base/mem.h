/* SPDX-License-Identifier: MIT */
/* mem - the only place that asks for memory.
 *
 * All of quern allocates through these four functions, so that a test which wraps malloc, calloc,
 * realloc and mmap at link time makes the n-th allocation fail for every n. Each may return NULL,
 * and every caller handles it. An arena is many small allocations that end together: a parsed
 * query, the hits of one search.
 *
 * Large pieces are pages of their own, which the system has back the moment they are freed. What
 * malloc is given back it may keep, the more the larger it was: a program that is allowed 256 MB
 * and has freed half of them could still hold them all. What the C library allocated is not for
 * quern_free, nor the other way round.
 */
#ifndef QUERN_BASE_MEM_H
#define QUERN_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *quern_alloc(size_t size);                /* uninitialised; NULL when memory ran out */
void *quern_alloc_zero(size_t n, size_t size); /* n * size zero bytes; NULL also on overflow */
void *quern_realloc(void *p, size_t size);     /* p is unchanged where this returns NULL */
void quern_free(void *p);                      /* NULL does nothing */

/* Room for at least `need` elements of `size` bytes in *array, whose capacity is *cap elements;
 * grows by half. Returns 0, or -1 with nothing changed when memory ran out or sizes overflow. */
int quern_grow(void *array, size_t *cap, size_t need, size_t size);

typedef struct quern_arena {
    struct quern_arena_chunk *chunks;
    size_t used, cap; /* bytes of the newest chunk */
    size_t bytes;     /* of all */
} quern_arena;

void quern_arena_init(quern_arena *arena);
void quern_arena_finish(quern_arena *arena);              /* frees all; zeroed arenas are fine */
void *quern_arena_alloc(quern_arena *arena, size_t size); /* aligned to 16; NULL: no memory */
/* A copy with a NUL after it. NULL when memory ran out. */
char *quern_arena_copy(quern_arena *arena, const void *data, size_t len);

#endif
