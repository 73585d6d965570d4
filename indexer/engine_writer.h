/* SPDX-License-Identifier: MIT */
/* engine_writer - a quern_writer whose index another engine keeps (index/engine.h).
 *
 * The writer tests what it is given, holds the lock, the roots and the table of sources; articles
 * go to the engine, which cuts and analyses them through the functions below, so that both engines
 * make the same passages and terms of a text.
 */
#ifndef QUERN_INDEXER_ENGINE_WRITER_H
#define QUERN_INDEXER_ENGINE_WRITER_H

#include "index/engine.h"
#include "indexer/passages.h"
#include "stemmer/analysis.h"
#include "stemmer/fields.h"

/* From text to terms, for a module. */
struct quern_engine_text {
    quern_status (*analysis_new)(const char *language, quern_analysis **out, quern_error *err);
    void (*analysis_free)(quern_analysis *analysis);
    int (*analysis_use)(quern_analysis *analysis, uint32_t number);
    quern_status (*analysis_text)(quern_analysis *analysis, const char *text, size_t len,
                                  quern_tokens *tokens, quern_error *err);
    quern_status (*fields_each)(quern_analysis *analysis, quern_tokens *tokens,
                                const quern_field_source *source, quern_field_visit each,
                                void *payload, quern_error *err);
    size_t (*analysis_memory)(const quern_analysis *analysis);
    void (*analysis_reset)(quern_analysis *analysis);
    void (*tokens_finish)(quern_tokens *tokens);
    quern_status (*passages_cut)(const char *text, size_t len,
                                 const quern_passages_options *options, quern_passages *out,
                                 quern_error *err);
    void (*passages_finish)(quern_passages *passages);
};
typedef struct quern_engine_text quern_engine_text;

/* The writer's side of an engine. Zeroed: there is none. */
typedef struct quern_engine_writer {
    const quern_engine *engine; /* NULL: the index is native */
    quern_engine_db *db;
    quern_sources *written; /* the table of sources as the database has it */
    int roots_changed;
} quern_engine_writer;

/* Opens the database of the locked index whose options *m has, adds its roots to *m, and makes
 * *sources of what it knows of files. */
quern_status quern_engine_writer_open(quern_engine_writer *w, const char *dir, quern_manifest *m,
                                      quern_sources **sources, quern_error *err);
void quern_engine_writer_close(quern_engine_writer *w);

/* Puts the roots of *m and the sources with the articles into one commit. */
quern_status quern_engine_writer_commit(quern_engine_writer *w, const quern_manifest *m,
                                        quern_sources *sources, quern_error *err);

#endif
