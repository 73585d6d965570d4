/* SPDX-License-Identifier: MIT */
/* pool - memory that is handed out in pieces and taken back at once, and kept for the next time.
 *
 * What a run buffers (texts, keys, passages, the token log) is put here. Chunks are 256 KiB; a
 * piece above 64 KiB gets a chunk of its own. Clearing keeps the chunks of the common size, so that
 * the next run touches pages that are there already, and frees the large ones.
 */
#ifndef QUERN_INDEXER_POOL_H
#define QUERN_INDEXER_POOL_H

#include <stddef.h>

typedef struct quern_pool {
    struct quern_pool_chunk *chunks; /* in use, the newest first */
    struct quern_pool_chunk *spare;  /* kept for later */
    char *at;                        /* the next free byte of the newest common chunk */
    size_t left;                     /* bytes from there on */
    size_t bytes, spare_bytes;       /* of the chunks in use, of those kept */
} quern_pool;

/* Zeroed is a valid, empty one. */
void quern_pool_finish(quern_pool *pool);              /* frees, zeroes */
void quern_pool_clear(quern_pool *pool);               /* forgets what was handed out */
void quern_pool_trim(quern_pool *pool, size_t most);   /* keeps no more bytes for later */
void *quern_pool_alloc(quern_pool *pool, size_t size); /* aligned to 8; NULL: no memory */
/* A copy; for len 0 a pointer that is not NULL. */
char *quern_pool_copy(quern_pool *pool, const void *data, size_t len);

#endif
