/* SPDX-License-Identifier: MIT */
/* search_show - see search_run.h. What is found goes to standard output in one of three forms,
 * everything else to standard error. The look at the files (are they newer than the index?) is only
 * for a person or JSON, and takes a millisecond at most. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/pager.h"
#include "cli/progress.h"
#include "cli/query_help.h"
#include "cli/search_help.h"
#include "cli/search_print.h"
#include "cli/search_run.h"

enum { STALE_US = 1000, WIDEST = 100 };

static double elapsed_ms(const quern_search_run *r)
{
    return (quern_progress_now() - r->began_s) * 1000;
}
static int put_json(quern_search_run *r, const quern_printer *p)
{
    quern_error err;
    quern_stats stats = QUERN_STATS_INIT;
    quern_index_options made_with = QUERN_INDEX_OPTIONS_INIT;
    quern_reader *shards = r->set.shards.n ? r->reader : NULL;
    if (quern_reader_options(r->reader, &made_with, &err) ||
        (!shards && quern_reader_stats(r->reader, &stats, &err))) {
        return quern_message_fail(&err);
    }
    if (shards) { /* what needs no more exchange with them */
        stats.generation = quern_shard_list_generation(shards);
    }
    double ms = elapsed_ms(r);
    uint64_t stale = quern_reader_stale(r->reader, r->hits, STALE_US);
    json_t *suggestions =
        shards ? json_array() : quern_help_json(r->reader, r->typed, &r->set.reading);
    if (quern_print_json_meta(p, r->typed, r->query, r->hits, made_with.engine, stats.generation) ||
        (!r->set.count && quern_print_json_hits(p, r->hits)) ||
        quern_print_json_summary(p, &r->totals, stale, ms, shards, suggestions)) {
        return quern_message_no_memory();
    }
    return 0;
}

static void put_total(const quern_search_run *r, FILE *out)
{
    fprintf(out, "%s%llu passage%s in %llu article%s\n", r->totals.partial ? "at least " : "",
            (unsigned long long)r->totals.passages, quern_message_plural(r->totals.passages),
            (unsigned long long)r->totals.articles, quern_message_plural(r->totals.articles));
}

static int put_form(quern_search_run *r, const quern_printer *p)
{
    if (r->set.json) {
        return put_json(r, p);
    }
    if (r->set.count) {
        put_total(r, p->out);
        return 0;
    }
    int failed =
        r->set.files ? quern_print_files(p, r->hits, r->set.end) : quern_print_hits(p, r->hits);
    return failed ? quern_message_no_memory() : 0;
}

int quern_search_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return 0;
    }
    if (errno == EPIPE) {
        return QUERN_EXIT_BROKEN_PIPE;
    }
    quern_message_say("standard output: %s", strerror(errno));
    return QUERN_EXIT_FAILED;
}

/* Makes the output for a terminal in memory first, where it may be too long for the screen. */
static int put_paged(quern_search_run *r, quern_printer *p)
{
    char *text = NULL;
    size_t len = 0;
    p->out = open_memstream(&text, &len);
    if (!p->out) {
        return quern_message_no_memory();
    }
    int code = put_form(r, p);
    if (fclose(p->out)) {
        code = quern_message_no_memory();
    } else if (!code && !quern_pager_show(text, len)) {
        fwrite(text, 1, len, stdout);
        code = quern_search_flush();
    }
    free(text);
    return code;
}

static int put_output(quern_search_run *r)
{
    int color = quern_terminal_color(r->set.color, STDOUT_FILENO);
    int links = r->set.links == QUERN_WHEN_AUTO ? color && r->on_terminal && !r->set.shards.n
                                                : r->set.links == QUERN_WHEN_ALWAYS;
    quern_printer p = {stdout, &r->place, r->on_terminal && !r->set.json, color,
                       links,  0,         r->set.search.explain};
    if (p.terminal) {
        unsigned width = quern_terminal_width(STDOUT_FILENO);
        p.width = width < WIDEST ? width : WIDEST;
        if (!r->set.no_pager) {
            return put_paged(r, &p);
        }
    }
    int code = put_form(r, &p);
    return code ? code : quern_search_flush();
}

/* What a person wants to know beside the hits. */
static void say_summary(const quern_search_run *r, double ms)
{
    char articles[QUERN_MESSAGE_NUMBER], passages[QUERN_MESSAGE_NUMBER], of[64] = "";
    quern_hit last = QUERN_HIT_INIT;
    size_t n = quern_hits_count(r->hits);
    if (n == 0 || quern_hits_get(r->hits, n - 1, &last)) {
        return;
    }
    const char *more = r->totals.exact ? "" : "more than ";
    if (last.rank < r->totals.articles || !r->totals.exact) {
        snprintf(of, sizeof of, "%s of ", quern_message_number(passages, last.rank));
    }
    quern_message_dim("%s%s%s article%s · %s%s passage%s · %.*f ms", of, more,
                      quern_message_number(articles, r->totals.articles),
                      quern_message_plural(r->totals.articles), more,
                      quern_message_number(passages, r->totals.passages),
                      quern_message_plural(r->totals.passages), ms < 10 ? 1 : 0, ms);
}

static void say_stale(const quern_search_run *r)
{
    char number[QUERN_MESSAGE_NUMBER];
    uint64_t stale = quern_reader_stale(r->reader, r->hits, STALE_US);
    if (stale > 0) {
        quern_message_dim("%s file%s newer than the index — run: indexer",
                          quern_message_number(number, stale), stale == 1 ? " is" : "s are");
    }
}

static void say_none(const quern_search_run *r)
{
    quern_error err;
    quern_stats stats = QUERN_STATS_INIT;
    if (r->set.like) {
        quern_message_say("nothing is like “%s”", r->set.like);
        return;
    }
    quern_message_say(r->totals.partial ? "no passage that matches “%s” was found in time"
                                        : "no passage matches “%s”",
                      r->typed);
    if (!r->set.shards.n && quern_reader_stats(r->reader, &stats, &err) == QUERN_OK &&
        stats.articles == 0) {
        quern_message_say("the index is empty — run: indexer %s", r->place.base);
        return;
    }
    if (!r->set.shards.n) {
        quern_help_none(r->reader, r->typed, &r->set.reading);
    }
}

int quern_search_show(quern_search_run *r)
{
    double ms = elapsed_ms(r);
    int none =
        r->set.like && !r->set.count ? quern_hits_count(r->hits) == 0 : r->totals.passages == 0;
    if (r->set.quiet) {
        return none;
    }
    if (r->totals.partial) {
        quern_message_say("the time limit ended the search: better passages may have been missed "
                          "— give it longer: --time-limit 10");
    }
    const char *note;
    for (size_t i = 0; !r->set.json && (note = quern_query_note(r->query, i)); i++) {
        quern_message_dim("%s", note);
    }
    for (size_t i = 0; !r->set.json && (note = quern_hits_note(r->hits, i)); i++) {
        quern_message_dim("%s", note);
    }
    note = r->set.json ? NULL : quern_query_help_dollar(r->typed);
    if (note) {
        quern_message_dim("%s", note);
    }
    if (none && !r->set.json && !r->set.count) {
        say_none(r);
    } else {
        int code = put_output(r);
        if (code) {
            return code;
        }
    }
    if (r->set.json) {
        return none;
    }
    if (!none && !r->set.count && (r->on_terminal || isatty(STDERR_FILENO))) {
        fputs(r->on_terminal && !r->set.files ? "\n" : "", stderr);
        say_summary(r, ms);
        if (!r->set.files && !r->set.shards.n && !r->set.like) {
            quern_help_also(r->reader, r->typed, &r->set.reading);
        }
    }
    if (r->on_terminal) {
        say_stale(r);
    }
    return none;
}
