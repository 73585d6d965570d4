/* SPDX-License-Identifier: MIT */
/* engine_reader - a quern_reader of an index that another engine keeps (index/engine.h).
 *
 * The reader's snapshot is then that of an index without segments: it has the options and holds the
 * lease. Articles, their number and what is known of files come from the engine's database.
 */
#ifndef QUERN_QUERY_ENGINE_READER_H
#define QUERN_QUERY_ENGINE_READER_H

#include "index/engine.h"
#include "index/snapshot.h"

typedef struct quern_engine_reader {
    const quern_engine *engine; /* NULL: the index is native */
    quern_engine_db *db;
} quern_engine_reader;

/* Opens the database where the snapshot's options name an engine; its roots go into the manifest of
 * the snapshot. Errors: BACKEND the engine is not installed, CORRUPT. */
quern_status quern_engine_reader_open(quern_engine_reader *r, quern_snapshot *snapshot,
                                      quern_error *err);
void quern_engine_reader_close(quern_engine_reader *r);

/* The table of sources, wherever it is. */
quern_status quern_engine_reader_sources(quern_engine_reader *r, quern_snapshot *snapshot,
                                         quern_sources **out, quern_error *err);

/* Calls `each` for every article of an index of these languages. */
quern_status quern_engine_reader_list(quern_engine_reader *r, const char *languages,
                                      int (*each)(const quern_listing *listing, void *payload),
                                      void *payload, int *stopped, quern_error *err);

#endif
