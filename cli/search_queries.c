/* SPDX-License-Identifier: MIT */
/* search_queries - see search_queries.h.
 *
 * Words of a run are separated by blanks, and a path may have some. Bytes of an article's name that
 * would end a word, and the per cent sign itself, are written as %XX, so that names stay apart.
 */
#include "cli/search_queries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"

#define TAG "quern"

/* The file being read. */
typedef struct queries {
    FILE *in;
    const char *path;
    const quern_query_options *reading; /* of all of them */
    char *line;
    size_t cap;
    unsigned long long number; /* of the line, from 1 */
    quern_string name, text;   /* of the query at hand, in the line */
} queries;

/* Finds name and text in a line of so many bytes. Returns 0, or -1 where it is not a query. */
static int split(queries *q, size_t len)
{
    while (len > 0 && (q->line[len - 1] == '\n' || q->line[len - 1] == '\r')) {
        len--;
    }
    const char *tab = memchr(q->line, '\t', len);
    if (!tab) {
        return -1;
    }
    q->name = (quern_string){q->line, (size_t)(tab - q->line)};
    q->text = (quern_string){tab + 1, len - q->name.len - 1};
    return q->name.len == 0 || memchr(q->line, ' ', q->name.len) ? -1 : 0;
}

/* Reads the next query. Returns 1, 0 at the end, or -1 where what was read is none. */
static int next(queries *q)
{
    for (;;) {
        ssize_t len = getline(&q->line, &q->cap, q->in);
        if (len < 0) {
            return 0;
        }
        q->number++;
        if (q->line[strspn(q->line, " \t\r\n")]) {
            return split(q, (size_t)len) ? -1 : 1;
        }
    }
}

static void put_name(FILE *out, const quern_hit *hit)
{
    quern_string name = hit->id.len ? hit->id : hit->source;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        fprintf(out, c <= ' ' || c == '%' || c == 0x7f ? "%%%02X" : "%c", c);
    }
}

/* Answers the query at hand; adds its hits to *n. Returns 0 or an exit code. */
static int answer(quern_reader *reader, const queries *q, const quern_search_options *options,
                  size_t *n, FILE *out)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_hit hit = QUERN_HIT_INIT;
    quern_status status = quern_query_parse_with(reader, q->text, q->reading, &query, &err);
    if (!status) {
        status = quern_search(reader, query, options, &hits, &err);
    }
    for (size_t i = 0; i < quern_hits_count(hits); i++, (*n)++) {
        quern_hits_get(hits, i, &hit);
        fprintf(out, "%.*s Q0 ", (int)q->name.len, q->name.data);
        put_name(out, &hit);
        fprintf(out, " %u %.6f " TAG "\n", hit.rank, hit.score);
    }
    quern_hits_free(hits);
    quern_query_free(query);
    return status ? quern_message_fail(&err) : 0;
}

int quern_search_queries(quern_reader *reader, const char *path, const quern_query_options *reading,
                         const quern_search_options *options, FILE *out)
{
    queries q = {.path = strcmp(path, "-") == 0 ? "standard input" : path, .reading = reading};
    quern_search_options places = *options;
    places.places_only = 1;
    q.in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!q.in) {
        quern_message_say("%s: %s", q.path, strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    size_t n = 0;
    int code = 0, more;
    while (!code && (more = next(&q)) != 0) {
        code = more > 0 ? answer(reader, &q, &places, &n, out)
                        : quern_message_usage("%s, line %llu: not a name, a tab and a query",
                                              q.path, q.number);
    }
    if (!code && ferror(q.in)) {
        quern_message_say("%s: %s", q.path, strerror(errno));
        code = QUERN_EXIT_FAILED;
    }
    free(q.line);
    if (q.in != stdin) {
        fclose(q.in);
    }
    return code ? code : n == 0 ? QUERN_EXIT_NONE : 0;
}
