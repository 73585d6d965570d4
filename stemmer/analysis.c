/* SPDX-License-Identifier: MIT */
/* analysis - see analysis.h. Here are languages and the words of an analysis; stream.c makes tokens
 * of a text, meaning.c makes terms of words. */
#include "stemmer/analysis_state.h"

#include "base/mem.h"
#include "stemmer/function_words.h"

#include <string.h>

static quern_status add_languages(quern_analysis *analysis, const char *list, quern_error *err)
{
    char name[QUERN_LANGUAGE_BYTES];
    while (quern_languages_next(&list, name)) {
        if (quern_grow(&analysis->languages, &analysis->cap_languages, analysis->n_languages + 1,
                       sizeof(quern_language_words))) {
            return quern_fail_nomem(err);
        }
        quern_language_words *added = &analysis->languages[analysis->n_languages++];
        memset(added, 0, sizeof *added);
        memcpy(added->name, name, sizeof name);
        QUERN_TRY(quern_stem_new(name, &added->stemmer, err));
    }
    return QUERN_OK;
}

quern_status quern_analysis_new(const char *languages, quern_analysis **out, quern_error *err)
{
    *out = NULL;
    quern_analysis *analysis = quern_alloc_zero(1, sizeof *analysis);
    if (!analysis) {
        return quern_fail_nomem(err);
    }
    quern_vocabulary_init(&analysis->vocabulary);
    quern_status status = add_languages(analysis, languages, err);
    if (!status && analysis->n_languages == 0) {
        status = quern_fail(err, QUERN_E_SYNTAX, "no language is given - try english");
    }
    if (status) {
        quern_analysis_free(analysis);
        return status;
    }
    analysis->stemmer = analysis->languages[0].stemmer;
    *out = analysis;
    return QUERN_OK;
}

void quern_analysis_free(quern_analysis *analysis)
{
    if (analysis) {
        quern_analysis_reset(analysis);
        for (size_t i = 0; i < analysis->n_languages; i++) {
            quern_stem_free(analysis->languages[i].stemmer);
        }
        quern_free(analysis->languages);
        quern_free(analysis);
    }
}

/* ---- Languages ---- */

size_t quern_analysis_languages(const quern_analysis *analysis)
{
    return analysis->n_languages;
}

uint32_t quern_analysis_in_use(const quern_analysis *analysis)
{
    return analysis->in_use;
}

const char *quern_analysis_language(const quern_analysis *analysis, uint32_t number)
{
    return analysis->languages[number].name;
}

int quern_analysis_use(quern_analysis *analysis, uint32_t number)
{
    if (number >= analysis->n_languages) {
        return -1;
    }
    if (number != analysis->in_use) {
        quern_spelling_table *now = &analysis->vocabulary.spellings;
        quern_language_words *next = &analysis->languages[number];
        analysis->languages[analysis->in_use].spellings = *now;
        *now = next->spellings;
        memset(&next->spellings, 0, sizeof next->spellings);
        analysis->stemmer = next->stemmer;
        analysis->in_use = number;
    }
    return 0;
}

int quern_analysis_is_function_word(const quern_analysis *analysis, const quern_word *form)
{
    return quern_stem_is_english(analysis->stemmer) &&
           quern_function_word_english(form->term + 1, form->term_len - 1);
}

int quern_analysis_is_english(const quern_analysis *analysis)
{
    return quern_stem_is_english(analysis->stemmer);
}

size_t quern_analysis_memory(const quern_analysis *analysis)
{
    size_t bytes = sizeof *analysis + quern_vocabulary_memory(&analysis->vocabulary);
    for (size_t i = 0; i < analysis->n_languages; i++) {
        bytes += quern_spelling_table_memory(&analysis->languages[i].spellings);
    }
    return bytes;
}

void quern_analysis_reset(quern_analysis *analysis)
{
    for (size_t i = 0; i < analysis->n_languages; i++) {
        quern_spelling_table_finish(&analysis->languages[i].spellings);
    }
    quern_vocabulary_reset(&analysis->vocabulary);
}

quern_word *quern_analysis_intern(quern_analysis *analysis, const char *bytes, size_t len)
{
    return quern_vocabulary_intern(&analysis->vocabulary, bytes, len, NULL);
}

void quern_tokens_finish(quern_tokens *tokens)
{
    quern_free(tokens->items);
    *tokens = (quern_tokens){0};
}
