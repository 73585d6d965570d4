/* SPDX-License-Identifier: MIT */
/* mem - see mem.h. A head of 16 bytes before each piece has its size and tells where it is from.
 * An arena is a list of chunks, each at least 4 KiB; a request larger than that gets a chunk of its
 * own. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mremap */
#endif
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* From here on pieces are pages. Where addresses are checked none are, so that all bounds are. */
#if defined(__SANITIZE_ADDRESS__)
#define LARGE SIZE_MAX
#else
#define LARGE ((size_t)128 << 10)
#endif

/* From here on they are large pages, where the system has them on demand: hash tables and logs of
 * this size are read all over, and looking up 4 KiB pages costs more than what is read. */
#define HUGE ((size_t)4 << 20)

typedef struct head {
    _Alignas(16) size_t size; /* of what follows, which is aligned likewise */
    size_t mapped;            /* bytes of pages, with the head; 0: from malloc */
} head;

static head *head_of(void *p)
{
    return (head *)p - 1;
}

static void ask_for_large_pages(void *pages, size_t size)
{
#ifdef MADV_HUGEPAGE
    if (size >= HUGE) {
        (void)madvise(pages, size, MADV_HUGEPAGE); /* where it fails, nothing is lost */
    }
#else
    (void)pages;
    (void)size;
#endif
}

static void *map(size_t size)
{
    size_t mapped = (size + sizeof(head) + 4095) & ~(size_t)4095;
    head *h = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (h == MAP_FAILED) {
        return NULL;
    }
    ask_for_large_pages(h, mapped);
    *h = (head){size, mapped};
    return h + 1;
}

void *quern_alloc(size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    if (size >= LARGE) {
        return map(size);
    }
    head *h = malloc(sizeof *h + size);
    if (!h) {
        return NULL;
    }
    *h = (head){size, 0};
    return h + 1;
}

void *quern_alloc_zero(size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / 2 / size) {
        return NULL;
    }
    size *= n;
    if (size >= LARGE) {
        return map(size);
    }
    head *h = calloc(1, sizeof *h + size);
    if (!h) {
        return NULL;
    }
    h->size = size;
    return h + 1;
}

/* Pages become more or fewer; they may move without being copied. */
static void *remap(head *h, size_t size)
{
#if defined(__linux__)
    size_t mapped = (size + sizeof *h + 4095) & ~(size_t)4095;
    head *moved = mremap(h, h->mapped, mapped, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) {
        return NULL;
    }
    ask_for_large_pages(moved, mapped);
    *moved = (head){size, mapped};
    return moved + 1;
#else
    (void)h;
    (void)size;
    return NULL;
#endif
}

static void *move(head *h, size_t size)
{
    void *p = quern_alloc(size);
    if (p) {
        memcpy(p, h + 1, h->size < size ? h->size : size);
        quern_free(h + 1);
    }
    return p;
}

void *quern_realloc(void *p, size_t size)
{
    if (!p || size > SIZE_MAX / 2) {
        return p ? NULL : quern_alloc(size);
    }
    head *h = head_of(p);
    void *moved = h->mapped && size >= LARGE ? remap(h, size) : NULL;
    if (moved || h->mapped || size >= LARGE) {
        return moved ? moved : move(h, size);
    }
    h = realloc(h, sizeof *h + size);
    if (!h) {
        return NULL;
    }
    h->size = size;
    return h + 1;
}

void quern_free(void *p)
{
    if (!p) {
        return;
    }
    head *h = head_of(p);
    if (h->mapped) {
        munmap(h, h->mapped);
    } else {
        free(h);
    }
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
    _Alignas(16) struct quern_arena_chunk *next; /* so that what follows is aligned, too */
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
        /* An eighth of what there is, so that a large arena comes to lie in large pages. */
        size_t cap = 4096 - sizeof(struct quern_arena_chunk);
        cap = arena->bytes / 8 > cap ? arena->bytes / 8 : cap;
        cap = size > cap ? size : cap;
        struct quern_arena_chunk *chunk = quern_alloc(sizeof *chunk + cap);
        if (!chunk) {
            return NULL;
        }
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->used = 0;
        arena->cap = cap;
        arena->bytes += sizeof *chunk + cap;
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
