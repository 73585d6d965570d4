/* SPDX-License-Identifier: MIT */
/* create - quern_index_create. The fingerprint of the analysis is taken here and stays with the
 * index: whoever comes with another language, stemmer library or set of Unicode tables would not
 * find what was indexed, and is told so instead. */
#include "indexer/create.h"

#include "index/engine.h"
#include "index/store.h"
#include "stemmer/analysis.h"
#include "stemmer/languages.h"

#include <stdio.h>
#include <string.h>

#define PASSAGE_WORDS 60
#define PASSAGE_WORDS_MOST 40000

_Static_assert(QUERN_LANGUAGES_BYTES == QUERN_CONFIG_LANGUAGE, "a list fits a config");

static quern_status take_fingerprint(quern_index_config *config, quern_error *err)
{
    quern_analysis *analysis = NULL;
    QUERN_TRY(quern_analysis_new(config->language, &analysis, err));
    config->analysis_version = QUERN_ANALYSIS_VERSION;
    quern_status status = quern_analysis_fingerprint(analysis, &config->analysis_fingerprint, err);
    quern_analysis_free(analysis);
    return status;
}

quern_status quern_create_config(const quern_index_options *options, quern_index_config *out,
                                 quern_error *err)
{
    quern_index_options o = QUERN_INDEX_OPTIONS_INIT;
    memset(out, 0, sizeof *out);
    if (options && options->size < sizeof *options) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_index_options without its size - begin with "
                          "QUERN_INDEX_OPTIONS_INIT");
    }
    o = options ? *options : o;
    if (o.passage_words > PASSAGE_WORDS_MOST && o.passage_words != QUERN_WHOLE_ARTICLES) {
        return quern_fail(err, QUERN_E_SYNTAX,
                          "a passage cannot have %u words - give 1 to %d, or whole articles",
                          o.passage_words, PASSAGE_WORDS_MOST);
    }
    QUERN_TRY(quern_languages_read(o.language && o.language[0] ? o.language : "english",
                                   out->language, err));
    if (quern_engine_is_foreign(o.engine)) {
        const quern_engine *engine = NULL;
        QUERN_TRY(quern_engine_load(o.engine, &engine, err));
        snprintf(out->engine, sizeof out->engine, "%s", engine->name);
    }
    out->passage_words = o.passage_words ? o.passage_words : PASSAGE_WORDS;
    out->pool_titles = !o.no_titles;
    out->store_text = !o.no_text;
    return take_fingerprint(out, err);
}

quern_status quern_create_index(quern_vfs *vfs, const char *dir, const quern_index_options *options,
                                quern_error *err)
{
    quern_index_config config;
    QUERN_TRY(quern_create_config(options, &config, err));
    return quern_store_create(vfs, dir, &config, err);
}

quern_status quern_index_create(const char *path, const quern_index_options *options,
                                quern_error *err)
{
    quern_error_clear(err);
    return quern_create_index(quern_vfs_posix(), path, options, err);
}
