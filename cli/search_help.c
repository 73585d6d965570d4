/* SPDX-License-Identifier: MIT */
/* search_help - see search_help.h. A suggestion is worth showing if it finds something, so it is
 * searched for, and its totals are shown with it. Failures here are not spoken of: help that cannot
 * be given is left out. */
#include "cli/search_help.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/message.h"

enum { COMPLETIONS = 20, MOST_WORDS = 8 /* whose counts are shown */ };

/* What a query would find. Returns 0, or -1 where that is nothing. */
static int count(quern_reader *reader, const char *text, const quern_query_options *reading,
                 quern_totals *totals)
{
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    quern_totals found = QUERN_TOTALS_INIT;
    options.count = 1;
    options.articles = 1;
    int failed = quern_query_parse_with(reader, QUERN_STR(text), reading, &query, NULL) ||
                 quern_search(reader, query, &options, &hits, NULL) ||
                 quern_hits_totals(hits, &found) || found.passages == 0;
    quern_hits_free(hits);
    quern_query_free(query);
    *totals = found;
    return failed ? -1 : 0;
}

/* The text as a word of the shell: in single quotes where it has more than letters, digits and
 * blanks. Owned by the caller; NULL where memory ran out. */
static char *as_argument(const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:-";
    size_t quotes = 0;
    int is_plain = *text != '-';
    for (const char *p = text; *p; p++) {
        quotes += *p == '\'';
        is_plain = is_plain && ((unsigned char)*p >= 0x80 || strchr(plain, *p));
    }
    char *out = malloc(strlen(text) + quotes * 3 + 3), *q = out;
    if (!out || is_plain) {
        return out ? memcpy(out, text, strlen(text) + 1) : NULL;
    }
    *q++ = '\'';
    for (const char *p = text; *p; p++) {
        q = *p == '\'' ? stpcpy(q, "'\\''") : (*q = *p, q + 1);
    }
    stpcpy(q, "'");
    return out;
}

/* "did you mean:  search Bedrock      4 passages in 3 articles" */
static void say(const char *lead, const char *text, const quern_query_options *reading,
                const quern_totals *totals)
{
    char passages[QUERN_MESSAGE_NUMBER], articles[QUERN_MESSAGE_NUMBER];
    char *argument = as_argument(text);
    if (argument) {
        const char *since = reading->since, *until = reading->until;
        quern_message_dim("%s:  search %s%s%s%s%s%s%s%s      %s passage%s in %s article%s", lead,
                          reading->spellings ? "--spellings " : "", since ? "--since " : "",
                          since ? since : "", since ? " " : "", until ? "--until " : "",
                          until ? until : "", until ? " " : "", argument,
                          quern_message_number(passages, totals->passages),
                          quern_message_plural(totals->passages),
                          quern_message_number(articles, totals->articles),
                          quern_message_plural(totals->articles));
    }
    free(argument);
}

/* "  Bedrock in 4 passages · valuation in 5 passages", where there are several words. */
static void say_words(const quern_suggestions *s, const char *typed)
{
    size_t n = quern_suggestions_count(s), len = 0;
    char *line = NULL;
    FILE *out = n > 1 && n <= MOST_WORDS ? open_memstream(&line, &len) : NULL;
    for (size_t i = 0; out && i < n; i++) {
        char number[QUERN_MESSAGE_NUMBER];
        quern_suggestion item = QUERN_SUGGESTION_INIT;
        quern_suggestions_get(s, i, &item);
        fprintf(out, "%s%.*s in %s passage%s", i ? " · " : "", (int)(item.end - item.start),
                typed + item.start, quern_message_number(number, item.passages),
                quern_message_plural(item.passages));
    }
    if (out && fclose(out) == 0) {
        quern_message_dim("  %s", line);
    }
    free(line);
}

void quern_help_none(quern_reader *reader, const char *typed, const quern_query_options *reading)
{
    quern_suggestions *s = NULL;
    quern_totals totals = QUERN_TOTALS_INIT;
    if (quern_suggest_with(reader, QUERN_STR(typed), reading, &s, NULL)) {
        return;
    }
    const char *better = quern_suggestions_text(s), *plain = quern_suggestions_plain(s);
    say_words(s, typed);
    if (*better && count(reader, better, reading, &totals) == 0) {
        say("did you mean", better, reading, &totals);
    } else if (*plain && strcmp(plain, typed) != 0 && count(reader, plain, reading, &totals) == 0) {
        say("try", plain, reading, &totals);
    }
    quern_suggestions_free(s);
}

void quern_help_also(quern_reader *reader, const char *typed, const quern_query_options *reading)
{
    quern_suggestions *s = NULL;
    quern_totals totals = QUERN_TOTALS_INIT;
    if (quern_suggest_with(reader, QUERN_STR(typed), reading, &s, NULL)) {
        return;
    }
    const char *better = quern_suggestions_text(s);
    if (*better && count(reader, better, reading, &totals) == 0) {
        say("also", better, reading, &totals);
    }
    quern_suggestions_free(s);
}

/* Appends a query that finds something. */
static int append(json_t *array, quern_reader *reader, const char *text,
                  const quern_query_options *reading)
{
    quern_totals totals = QUERN_TOTALS_INIT;
    if (!*text || count(reader, text, reading, &totals)) {
        return 0;
    }
    json_t *object = json_object();
    int failed =
        json_object_set_new(object, "query", quern_json_text(QUERN_STR(text))) ||
        json_object_set_new(object, "passages", json_integer((json_int_t)totals.passages)) ||
        json_object_set_new(object, "articles", json_integer((json_int_t)totals.articles));
    if (failed) {
        json_decref(object);
        return -1;
    }
    return json_array_append_new(array, object);
}

json_t *quern_help_json(quern_reader *reader, const char *typed, const quern_query_options *reading)
{
    quern_suggestions *s = NULL;
    json_t *array = json_array();
    if (array && quern_suggest_with(reader, QUERN_STR(typed), reading, &s, NULL) == QUERN_OK &&
        append(array, reader, quern_suggestions_text(s), reading)) {
        json_decref(array);
        array = NULL;
    }
    quern_suggestions_free(s);
    return array;
}

static int put_completion(quern_string word, uint64_t passages, void *payload)
{
    (void)passages;
    fwrite(word.data, 1, word.len, payload);
    fputc('\n', payload);
    return 0;
}

int quern_help_complete(quern_reader *reader, const char *prefix, FILE *out)
{
    quern_error err;
    if (quern_complete(reader, QUERN_STR(prefix), COMPLETIONS, put_completion, out, &err)) {
        return quern_message_fail(&err);
    }
    return QUERN_EXIT_OK;
}
