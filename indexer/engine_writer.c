/* SPDX-License-Identifier: MIT */
/* engine_writer - see engine_writer.h. */
#include "indexer/engine_writer.h"

static const quern_engine_text text_functions = {
    .analysis_new = quern_analysis_new,
    .analysis_free = quern_analysis_free,
    .analysis_use = quern_analysis_use,
    .analysis_text = quern_analysis_text,
    .fields_each = quern_fields_each,
    .analysis_memory = quern_analysis_memory,
    .analysis_reset = quern_analysis_reset,
    .tokens_finish = quern_tokens_finish,
    .passages_cut = quern_passages_cut,
    .passages_finish = quern_passages_finish,
};

quern_status quern_engine_writer_open(quern_engine_writer *w, const char *dir, quern_manifest *m,
                                      quern_sources **sources, quern_error *err)
{
    const quern_engine *engine = NULL;
    QUERN_TRY(quern_engine_load(m->config.engine, &engine, err));
    w->engine = engine;
    QUERN_TRY(engine->open_writer(dir, &m->config, &text_functions, &w->db, err));
    QUERN_TRY(quern_engine_get_roots(engine, w->db, m, err));
    QUERN_TRY(quern_engine_get_sources(engine, w->db, &w->written, err));
    return quern_engine_get_sources(engine, w->db, sources, err);
}

void quern_engine_writer_close(quern_engine_writer *w)
{
    if (w->db) {
        w->engine->close(w->db);
    }
    quern_sources_free(w->written);
    memset(w, 0, sizeof *w);
}

quern_status quern_engine_writer_commit(quern_engine_writer *w, const quern_manifest *m,
                                        quern_sources *sources, quern_error *err)
{
    if (w->roots_changed) {
        QUERN_TRY(quern_engine_set_roots(w->engine, w->db, m, err));
    }
    QUERN_TRY(quern_engine_set_sources(w->engine, w->db, sources, w->written, err));
    QUERN_TRY(w->engine->commit(w->db, err));
    w->roots_changed = 0;
    return QUERN_OK;
}
