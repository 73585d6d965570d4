/* SPDX-License-Identifier: MIT */
/* search - the program that asks an index, or with --shard indexes on other machines.
 *
 * The way of a run: options -> which index (locate) -> open, snapshot, parse, search (quern.h) ->
 * one of three forms of output (search_show) -> totals, notes and an exit code. What is found goes
 * to standard output, everything else to standard error.
 *
 * A run is to take less than five milliseconds, so nothing is done that the form at hand does not
 * need: no locale, no statistics unless JSON asks for the generation, and the look at the files
 * (are they newer than the index?) only for a person or JSON, and for a millisecond at most.
 *
 * With --shard the part from opening to searching is done in a child process, whose time is limited
 * (supervise); which then prints, too.
 *
 * SIGPIPE keeps its default: `search x | head` ends quietly.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/progress.h"
#include "cli/search_help.h"
#include "cli/search_like.h"
#include "cli/search_queries.h"
#include "cli/search_run.h"
#include "cli/supervise.h"

enum { OF_A_RUN = 1000 /* articles a query of a file, unless told */ };

/* ---- Searching ------------------------------------------------------------------------------- */

static int find_index(quern_search_run *r)
{
    if (quern_locate_open(&r->place)) {
        quern_message_say("the current folder: %s", strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    int found = 1;
    if (r->set.index) {
        found = quern_locate_set(&r->place, r->set.index) ? -1 : 1;
    } else {
        found = quern_locate_find(&r->place, NULL);
    }
    if (found < 0) {
        quern_message_say("looking for the index: %s", strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    if (!found) {
        quern_message_say("no index here or in any folder above %s — run: indexer %s", r->place.cwd,
                          r->place.cwd);
        return QUERN_EXIT_NO_INDEX;
    }
    return 0;
}

static quern_status read_synonyms(quern_search_run *r, quern_error *err)
{
    if (!r->set.synonyms || r->synonyms) {
        return QUERN_OK;
    }
    quern_status status = quern_synonyms_open(r->reader, r->set.synonyms, &r->synonyms, err);
    r->set.reading.synonyms = r->synonyms;
    return status;
}

static int open_reader(quern_search_run *r)
{
    quern_error err;
    if (quern_index_open(r->place.index, NULL, &r->index, &err) ||
        quern_reader_open(r->index, &r->reader, &err)) {
        return quern_message_fail(&err);
    }
    if (read_synonyms(r, &err)) { /* a file that is not there is no index that is not */
        int code = quern_message_fail(&err);
        return code == QUERN_EXIT_NO_INDEX ? QUERN_EXIT_FAILED : code;
    }
    return 0;
}

static int ask(quern_search_run *r)
{
    quern_error err;
    int code = r->set.like ? quern_search_like(r->reader, &r->place, r->set.like, &r->query) : 0;
    if (code) {
        return code;
    }
    if ((!r->query && quern_query_parse_with(r->reader, QUERN_STR(r->typed), &r->set.reading,
                                             &r->query, &err)) ||
        quern_search(r->reader, r->query, &r->set.search, &r->hits, &err) ||
        quern_hits_totals(r->hits, &r->totals)) {
        return quern_message_fail(&err);
    }
    return 0;
}

/* The sources of shards are shown as they are, since they are not of this machine. */
static int find_shards(quern_search_run *r)
{
    if (quern_locate_open(&r->place)) {
        quern_message_say("the current folder: %s", strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    r->place.base = strdup(r->place.cwd);
    r->place.index = strdup(r->set.shards.line);
    return r->place.base && r->place.index ? 0 : quern_message_no_memory();
}

static quern_status ask_shards(const quern_attempt *attempt, void *payload, quern_error *err)
{
    quern_search_run *r = payload;
    quern_status status =
        quern_shard_list_open(&r->set.shards, attempt, r->typed, &r->set.search, &r->reader, err);
    status = status ? status : read_synonyms(r, err);
    status = status ? status
                    : quern_query_parse_with(r->reader, QUERN_STR(r->typed), &r->set.reading,
                                             &r->query, err);
    status = status ? status : quern_search(r->reader, r->query, &r->set.search, &r->hits, err);
    return status ? status : quern_hits_totals(r->hits, &r->totals);
}
/* What answered is said before the answer, so that it is seen where a pager shows that. */
static int show_shards(void *payload)
{
    quern_search_run *r = payload;
    quern_shard_list_tell(r->reader);
    int code = quern_search_show(r);
    fflush(stdout);
    return code;
}

static int search_shards(quern_search_run *r)
{
    quern_supervised what = {ask_shards, show_shards, r, r->set.limit_ms};
    int code = find_shards(r);
    return code ? code : quern_supervise(&what);
}

static int complete(quern_search_run *r)
{
    int code = open_reader(r);
    code = code ? code : quern_help_complete(r->reader, r->set.complete, stdout);
    return code ? code : quern_search_flush();
}

static int search_index(quern_search_run *r)
{
    int code = find_index(r);
    if (!code) {
        code = r->set.complete ? complete(r) : open_reader(r);
    }
    if (code || r->set.complete) {
        return code;
    }
    code = ask(r);
    return code ? code : quern_search_show(r);
}

/* Answers the queries of a file; the run goes where hits go. */
static int answer_file(quern_search_run *r)
{
    if (r->set.search.articles == 0) {
        r->set.search.articles = OF_A_RUN;
    }
    int code = find_index(r);
    code = code ? code : open_reader(r);
    if (code) {
        return code;
    }
    code = quern_search_queries(r->reader, r->set.queries, &r->set.reading, &r->set.search, stdout);
    int failed = quern_search_flush();
    return code > QUERN_EXIT_NONE || !failed ? code : failed;
}

static void end(quern_search_run *r)
{
    quern_hits_free(r->hits);
    quern_query_free(r->query);
    quern_synonyms_free(r->synonyms);
    quern_reader_free(r->reader);
    quern_index_close(r->index);
    quern_locate_close(&r->place);
    quern_shard_list_free(&r->set.shards);
    free(r->typed);
}

int main(int argc, char **argv)
{
    quern_search_run r = {.set = QUERN_SEARCH_SETTINGS_INIT,
                          .began_s = quern_progress_now(),
                          .totals = QUERN_TOTALS_INIT};
    r.set.search.fold = 1;
    quern_message_open("search", quern_terminal_color(QUERN_WHEN_AUTO, STDERR_FILENO));
    int code = quern_search_settings_read(&r.set, argc, argv, &r.typed);
    if (code == 0) {
        quern_message_open("search", r.set.color != QUERN_WHEN_NEVER &&
                                         quern_terminal_color(QUERN_WHEN_AUTO, STDERR_FILENO));
        r.on_terminal = isatty(STDOUT_FILENO);
        code = r.set.queries    ? answer_file(&r)
               : r.set.shards.n ? search_shards(&r)
                                : search_index(&r);
    }
    end(&r);
    return code < 0 ? quern_search_flush() : code;
}
