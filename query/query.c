/* SPDX-License-Identifier: MIT */
/* query - the handle of a parsed query (quern.h), and what it is parsed with: the analysis and the
 * fields of the reader's index. */
#include "query/counts.h"
#include "query/parse.h"
#include "query/synonyms.h"
#include "query/reader.h"
#include "stemmer/fields.h"

/* Whether a term of the snapshot begins with prefix[0, len). */
static quern_status has_terms(quern_snapshot *snapshot, quern_string prefix, int *found,
                              quern_error *err)
{
    *found = 0;
    for (size_t i = 0; i < snapshot->n_segments && !*found; i++) {
        quern_dictionary_walk walk;
        int more;
        QUERN_TRY(quern_dictionary_seek(&walk, snapshot->segments[i].segment, prefix.data,
                                        prefix.len, err));
        QUERN_TRY(quern_dictionary_next(&walk, &more, err));
        *found =
            more && walk.key_len >= prefix.len && memcmp(walk.key, prefix.data, prefix.len) == 0;
    }
    return QUERN_OK;
}

/* A name whose terms cannot be read is none here; the search says what is damaged. */
static int has_field(const void *payload, quern_string name)
{
    const quern_reader *reader = payload;
    char bytes[QUERN_FIELD_NAME_MAX + 2] = {QUERN_TERM_FIELD};
    quern_string prefix = {bytes, name.len + 2};
    int found = 0;
    if (name.len > QUERN_FIELD_NAME_MAX) {
        return 0;
    }
    memcpy(bytes + 1, name.data, name.len);
    if (reader->guest.engine) {
        return !reader->guest.engine->has_terms(reader->guest.db, prefix, &found, NULL) && found;
    }
    return !has_terms(reader->snapshot, prefix, &found, NULL) && found;
}

int quern_query_is_field(const void *reader, quern_string name)
{
    return (name.len == strlen(QUERN_FIELD_TITLE) &&
            memcmp(name.data, QUERN_FIELD_TITLE, name.len) == 0) ||
           has_field(reader, name);
}

/* The reader is shared by threads and is only read. A term that cannot be looked up may be there:
 * so the search looks for it, and says what is damaged. */
static int has_term(const void *payload, quern_string term)
{
    uint64_t n = 0;
    quern_reader *reader = (quern_reader *)(uintptr_t)payload;
    return quern_counts_of(reader, &term, 1, &n, NULL) || n > 0;
}

quern_status quern_query_parse_with(quern_reader *reader, quern_string text,
                                    const quern_query_options *options, quern_query **out,
                                    quern_error *err)
{
    quern_query_options set = QUERN_QUERY_OPTIONS_INIT;
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !out || (!text.data && text.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_query_parse: an argument is missing");
    }
    if (options && options->size < sizeof options->size) {
        return quern_fail(err, QUERN_E_INVALID,
                          "quern_query_parse_with: size of the options is not set - start from "
                          "QUERN_QUERY_OPTIONS_INIT");
    }
    if (options) {
        quern_struct_read(&set, sizeof set, options);
    }
    const char *name = reader->snapshot->manifest.config.language;
    if (set.synonyms && strcmp(set.synonyms->language, name) != 0) {
        return quern_fail(err, QUERN_E_INVALID,
                          "the synonyms were read for an index in %s, this one is in %s - read "
                          "them with this reader",
                          set.synonyms->language, name);
    }
    quern_query_language language = {.has_field = has_field,
                                     .has_term = has_term,
                                     .payload = reader,
                                     .since = set.since,
                                     .until = set.until,
                                     .synonyms = set.synonyms,
                                     .spellings = set.spellings};
    language.stems_only = strcmp(reader->snapshot->manifest.config.language, "none") == 0;
    QUERN_TRY(quern_reader_take_analysis(reader, &language.analysis, err));
    quern_status status = quern_query_build(&language, text, out, err);
    quern_reader_give_analysis(reader, language.analysis);
    return status;
}

quern_status quern_query_parse(quern_reader *reader, quern_string text, quern_query **out,
                               quern_error *err)
{
    return quern_query_parse_with(reader, text, NULL, out, err);
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
