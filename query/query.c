/* SPDX-License-Identifier: MIT */
/* query - the handle of a parsed query (quern.h), and what it is parsed with: the analysis and the
 * fields of the reader's index. */
#include "query/parse.h"
#include "query/reader.h"

quern_status quern_query_parse(quern_reader *reader, quern_string text, quern_query **out,
                               quern_error *err)
{
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !out || (!text.data && text.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_query_parse: an argument is missing");
    }
    quern_query_language language = {.stems_only = 1}; /* the native engine reads no forms yet */
    QUERN_TRY(quern_reader_take_analysis(reader, &language.analysis, err));
    quern_status status = quern_query_build(&language, text, out, err);
    quern_reader_give_analysis(reader, language.analysis);
    return status;
}

void quern_query_free(quern_query *query)
{
    if (query) {
        quern_free(query->notes);
        quern_plan_finish(&query->plan);
        quern_free(query);
    }
}

const char *quern_query_text(const quern_query *query)
{
    return query ? query->text : "";
}

const char *quern_query_note(const quern_query *query, size_t n)
{
    return query && n < query->n_notes ? query->notes[n] : NULL;
}
