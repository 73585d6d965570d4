/* SPDX-License-Identifier: MIT */
/* reader - a snapshot, and what searches share beside it: analyses that are kept for the next call.
 *
 * An analysis belongs to one thread at a time, and making one costs more than a small search. So a
 * call takes one from the reader and gives it back; at most a few lie idle.
 */
#ifndef QUERN_QUERY_READER_H
#define QUERN_QUERY_READER_H

#include "index/snapshot.h"
#include "query/engine_reader.h"
#include "stemmer/analysis.h"

#include <pthread.h>

#define QUERN_READER_IDLE 8 /* analyses that are kept */

struct quern_shards; /* shards.c */

struct quern_reader {
    quern_snapshot *snapshot;    /* immutable */
    quern_engine_reader guest;   /* of another engine than the native one */
    struct quern_shards *shards; /* NULL: an index of this machine */
    pthread_mutex_t lock;        /* of what follows */
    quern_analysis *idle[QUERN_READER_IDLE];
    size_t n_idle;
};

/* An analysis of the index's languages, the first in use, for this thread alone until it is given
 * back. Errors: NOMEM. */
quern_status quern_reader_take_analysis(quern_reader *reader, quern_analysis **out,
                                        quern_error *err);
/* NULL does nothing. Words that it interned are invalid after. */
void quern_reader_give_analysis(quern_reader *reader, quern_analysis *analysis);

/* Makes an analysis of those options, which must be the one that the index was made with; `what` is
 * its name. Errors: VERSION, NOMEM. */
quern_status quern_reader_check_analysis(const char *what, const quern_index_config *config,
                                         quern_analysis **out, quern_error *err);

void quern_shards_free(struct quern_shards *shards);

/* Options that a caller with an older or newer header passes: the bytes that both know. `size` is
 * their first member. Reading starts from defaults in *to. */
static inline void quern_struct_read(void *to, size_t to_size, const void *from)
{
    size_t size;
    memcpy(&size, from, sizeof size);
    memcpy(to, from, size < to_size ? size : to_size);
    memcpy(to, &to_size, sizeof to_size);
}
/* Fills a caller's struct, whose size stays. Returns 0, or -1 where its size is not set. */
static inline int quern_struct_write(void *to, const void *from, size_t from_size)
{
    size_t size;
    memcpy(&size, to, sizeof size);
    if (size < sizeof size) {
        return -1;
    }
    memcpy(to, from, size < from_size ? size : from_size);
    memcpy(to, &size, sizeof size);
    return 0;
}

#endif
