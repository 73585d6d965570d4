/* SPDX-License-Identifier: MIT */
/* search - the program that asks an index, or with --shard indexes on other machines.
 *
 * The way of a run: options -> which index (locate) -> open, snapshot, parse, search (quern.h) ->
 * one of three forms of output (search_print) -> totals, notes and an exit code. What is found goes
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

#include "cli/locate.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/pager.h"
#include "cli/progress.h"
#include "cli/query_help.h"
#include "cli/search_help.h"
#include "cli/search_like.h"
#include "cli/search_print.h"
#include "cli/search_queries.h"
#include "cli/search_shards.h"
#include "cli/supervise.h"
#include "cli/terminal.h"
#include "quern/quern.h"

enum {
    MOST_ARTICLES = 1000000000,
    OF_A_RUN = 1000, /* articles a query of a file, unless told */
    STALE_US = 1000,
    WIDEST = 100,
    LIMIT_MS = 1000,   /* the limit of a search, unless told; none of a file of queries */
    SHARDS_MS = 10000, /* the same over shards */
    MOST_SECONDS = 86400
};

enum row {
    ROW_HEAD_WHAT,
    ROW_NUMBER,
    ROW_ALL,
    ROW_FILES,
    ROW_NULL,
    ROW_COUNT,
    ROW_JSON,
    ROW_SINCE,
    ROW_UNTIL,
    ROW_EXPLAIN,
    ROW_NO_FOLD,
    ROW_SORT,
    ROW_SPELLINGS,
    ROW_SYNONYMS,
    ROW_LIKE,
    ROW_COMPLETE,
    ROW_QUIET,
    ROW_HEAD_MANY,
    ROW_QUERIES,
    ROW_FORMAT,
    ROW_HEAD_WHERE,
    ROW_INDEX,
    ROW_SHARD,
    ROW_REQUIRE_ALL,
    ROW_TIME_LIMIT,
    ROW_HEAD_HOW,
    ROW_COLOR,
    ROW_HYPERLINK,
    ROW_NO_PAGER,
    ROW_K1,
    ROW_B,
    ROW_HEAD_HELP,
    ROW_SHORT_HELP,
    ROW_HELP,
    ROW_HELP_QUERY,
    ROW_VERSION,
    ROW_END
};

static const quern_option options[] = {
    [ROW_HEAD_WHAT] = {0, 0, NULL, NULL, "what to print"},
    [ROW_NUMBER] = {'n', QUERN_OPTION_COMMON, "number", "N", "the N best articles (10)"},
    [ROW_ALL] = {'a', QUERN_OPTION_COMMON, "all", NULL,
                 "all matching passages of each article, not its best one only"},
    [ROW_FILES] = {'l', QUERN_OPTION_COMMON, "files", NULL,
                   "only the paths of their files, each once"},
    [ROW_NULL] = {'0', 0, "null", NULL, "with -l: end each path with a NUL"},
    [ROW_COUNT] = {'c', QUERN_OPTION_COMMON, "count", NULL,
                   "only how many passages and articles match"},
    [ROW_JSON] = {0, QUERN_OPTION_COMMON, "json", NULL,
                  "JSON, one object a line: meta, hit ..., summary"},
    [ROW_SINCE] = {0, 0, "since", "DATE", "only articles of that day or later: 2024-03, 7d"},
    [ROW_UNTIL] = {0, 0, "until", "DATE", "only articles of that day or earlier"},
    [ROW_EXPLAIN] = {0, 0, "explain", NULL, "why each passage has its score: lines that add up"},
    [ROW_NO_FOLD] = {0, 0, "no-fold", NULL,
                     "copies and near copies of a passage too, not one of\n"
                     "them and how many more"},
    [ROW_SORT] = {0, 0, "sort", "ORDER", "score; date, newest first; date:asc, oldest first"},
    [ROW_SPELLINGS] = {0, 0, "spellings", NULL,
                       "British and American spellings of a word find each other"},
    [ROW_SYNONYMS] = {0, 0, "synonyms", "FILE",
                      "words find what stands for the same in FILE, which has\n"
                      "lines such as: car, automobile"},
    [ROW_LIKE] = {0, 0, "like", "PATH[<TAB>ID]",
                  "no words: other articles like this one of the index"},
    [ROW_COMPLETE] = {0, 0, "complete", "PREFIX",
                      "only words of the index that begin so, commonest first"},
    [ROW_QUIET] = {'q', 0, "quiet", NULL, "nothing; the exit code tells"},
    [ROW_HEAD_MANY] = {0, 0, NULL, NULL, "many queries"},
    [ROW_QUERIES] = {0, 0, "queries", "FILE",
                     "answer each line, NAME<TAB>QUERY, of FILE or - (stdin);\n"
                     "1,000 articles a query unless -n"},
    [ROW_FORMAT] = {0, 0, "format", "trec", "as lines NAME Q0 ARTICLE RANK SCORE quern"},
    [ROW_HEAD_WHERE] = {0, 0, NULL, NULL, "where to look"},
    [ROW_INDEX] = {0, QUERN_OPTION_COMMON, "index", "DIR",
                   "the index in DIR, not the nearest .quern"},
    [ROW_SHARD] = {0, 0, "shard", "LIST",
                   "indexes on other machines, with commas between them:\n"
                   "HOST:PORT, ssh:[USER@]HOST:DIR or prog:PROGRAM"},
    [ROW_REQUIRE_ALL] = {0, 0, "require-all", NULL, "no answer where one of the shards is missing"},
    [ROW_TIME_LIMIT] = {0, 0, "time-limit", "S",
                        "an answer in about S seconds (1), labelled if cut; 0: in any"},
    [ROW_HEAD_HOW] = {0, 0, NULL, NULL, "how"},
    [ROW_COLOR] = {0, QUERN_OPTION_COMMON, "color", "WHEN", "auto, always or never"},
    [ROW_HYPERLINK] = {0, 0, "hyperlink", "WHEN",
                       "paths as links: auto (with colour on a terminal),\n"
                       "always or never"},
    [ROW_NO_PAGER] = {0, 0, "no-pager", NULL, "long output straight to the terminal"},
    [ROW_K1] = {0, 0, "k1", "X", "BM25: weight of repetition (1.2)"},
    [ROW_B] = {0, 0, "b", "X", "BM25: weight of length, 0 to 1 (0.75)"},
    [ROW_HEAD_HELP] = {0, 0, NULL, NULL, "help"},
    [ROW_SHORT_HELP] = {'h', 0, NULL, NULL, "the common options"},
    [ROW_HELP] = {0, 0, "help", NULL, "all of them"},
    [ROW_HELP_QUERY] = {0, QUERN_OPTION_COMMON, "help-query", NULL,
                        "how to ask: operators, fields, dates"},
    [ROW_VERSION] = {0, 0, "version", NULL, "the version"},
    [ROW_END] = {0, 0, NULL, NULL, NULL},
};

static const quern_usage usage = {
    "search [OPTION]... WORD...",
    "Shows the passages of an index that match the words, best first.",
    "  search Bedrock commitment             any of the words, those with both lead\n"
    "  search '\"long-term commitment\"'       the words as a phrase\n"
    "  search -l valuation | xargs less      the files\n"
    "  search --json Trainium | jq .text     for programs",
    "exit: 0 hits, 1 none, 2 usage, 3 no index, 4 damaged, 6 anything else\n"
    "environment: QUERN_INDEX, QUERN_SSH, QUERN_PAGER, PAGER, NO_COLOR",
};

typedef struct settings {
    const char *index;           /* or NULL */
    const char *queries;         /* a file of them, or NULL */
    const char *complete;        /* a prefix, or NULL */
    const char *like;            /* path and id of an article, or NULL */
    const char *synonyms;        /* a file, or NULL */
    quern_query_options reading; /* dates are as typed */
    quern_shard_list shards;
    uint32_t limit_ms; /* 0: none */
    int has_limit;     /* it was given */
    quern_search_options search;
    int files, count, json, quiet, no_pager, trec;
    int asked; /* the row of -h, --help, --help-query or --version, or 0 */
    char end;  /* after a path of -l */
    quern_when color, links;
} settings;

/* All that a run holds open. */
typedef struct run {
    settings set;
    double began_s;
    char *typed; /* the words, joined by spaces */
    quern_place place;
    quern_index *index;
    quern_reader *reader;
    quern_synonyms *synonyms;
    quern_query *query;
    quern_hits *hits;
    quern_totals totals;
    int on_terminal; /* standard output is one */
} run;

/* ---- Command line ---------------------------------------------------------------------------- */

static int take_number(int row, const char *text, settings *s)
{
    double value = 0;
    uint64_t n = 0;
    if (row == ROW_NUMBER) {
        if (quern_options_count(text, MOST_ARTICLES, &n) || n == 0) {
            return quern_message_usage("-n takes a number from 1, not '%s'", text);
        }
        s->search.articles = (uint32_t)n;
        return 0;
    }
    if (quern_options_number(text, 0, row == ROW_B ? 1 : 1000, &value)) {
        return quern_message_usage("--%s takes a number from 0 to %s, not '%s'", options[row].name,
                                   row == ROW_B ? "1" : "1000", text);
    }
    value = value > 0 ? value : -1;
    if (row == ROW_B) {
        s->search.b = value;
    } else {
        s->search.k1 = value;
    }
    return 0;
}

static int take_when(int row, const char *word, quern_when *out)
{
    if (quern_terminal_when(word, out)) {
        return quern_message_usage("--%s takes auto, always or never, not '%s'", options[row].name,
                                   word);
    }
    return 0;
}

static int take_limit(const char *text, settings *s)
{
    double seconds = 0;
    if (quern_options_number(text, 0, MOST_SECONDS, &seconds)) {
        return quern_message_usage("--time-limit takes a number of seconds, not '%s'", text);
    }
    s->limit_ms = (uint32_t)(seconds * 1000 + 0.5);
    s->limit_ms += s->limit_ms == 0 && seconds > 0;
    s->has_limit = 1;
    return 0;
}

static int take_format(const char *name, settings *s)
{
    s->trec = strcmp(name, "trec") == 0;
    return s->trec ? 0 : quern_message_usage("--format takes trec, not '%s'", name);
}

static int take_order(const char *name, settings *s)
{
    static const char *const names[] = {
        [QUERN_ORDER_SCORE] = "score",
        [QUERN_ORDER_NEWEST] = "date",
        [QUERN_ORDER_OLDEST] = "date:asc",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            s->search.order = (int)i;
            return 0;
        }
    }
    return quern_message_usage("--sort takes score, date or date:asc, not '%s'", name);
}

/* Takes an option that is on or off and nothing else. Returns 0 for another one. */
static int take_switch(int row, settings *s)
{
    switch (row) {
    case ROW_ALL:
        s->search.all_passages = 1;
        return 1;
    case ROW_FILES:
        s->files = 1;
        return 1;
    case ROW_JSON:
        s->json = 1;
        return 1;
    case ROW_EXPLAIN:
        s->search.explain = 1;
        return 1;
    case ROW_NO_FOLD:
        s->search.fold = 0;
        return 1;
    case ROW_SPELLINGS:
        s->reading.spellings = 1;
        return 1;
    case ROW_QUIET:
        s->quiet = 1;
        return 1;
    case ROW_NO_PAGER:
        s->no_pager = 1;
        return 1;
    case ROW_REQUIRE_ALL:
        s->shards.require_all = 1;
        return 1;
    default:
        return 0;
    }
}

static int take(int row, const char *argument, void *payload)
{
    settings *s = payload;
    if (take_switch(row, s)) {
        return 0;
    }
    switch (row) {
    case ROW_NUMBER:
    case ROW_K1:
    case ROW_B:
        return take_number(row, argument, s);
    case ROW_COLOR:
        return take_when(row, argument, &s->color);
    case ROW_HYPERLINK:
        return take_when(row, argument, &s->links);
    case ROW_NULL:
        s->end = '\0';
        return 0;
    case ROW_COUNT:
        s->count = s->search.count = 1;
        return 0;
    case ROW_SINCE:
        s->reading.since = argument;
        return 0;
    case ROW_UNTIL:
        s->reading.until = argument;
        return 0;
    case ROW_SORT:
        return take_order(argument, s);
    case ROW_LIKE:
        s->like = argument;
        return 0;
    case ROW_SYNONYMS:
        s->synonyms = argument;
        return 0;
    case ROW_COMPLETE:
        s->complete = argument;
        return 0;
    case ROW_INDEX:
        s->index = argument;
        return 0;
    case ROW_SHARD:
        return quern_shard_list_add(&s->shards, argument);
    case ROW_TIME_LIMIT:
        return take_limit(argument, s);
    case ROW_QUERIES:
        s->queries = argument;
        return 0;
    case ROW_FORMAT:
        return take_format(argument, s);
    case ROW_VERSION:
        printf("search (quern) %s\n", quern_version());
        s->asked = row;
        return 0;
    default:
        s->asked = row;
        return 0;
    }
}

static char *join_words(int n, char **words)
{
    size_t len = 1;
    for (int i = 0; i < n; i++) {
        len += strlen(words[i]) + 1;
    }
    char *joined = malloc(len), *p = joined;
    for (int i = 0; joined && i < n; i++) {
        p = stpcpy(stpcpy(p, i ? " " : ""), words[i]);
    }
    if (joined) {
        *p = '\0';
    }
    return joined;
}

static int has_dates(const settings *s)
{
    return s->reading.since || s->reading.until;
}

/* Options that exclude each other. Returns 0 or an exit code. */
static int check_settings(const settings *s, int n_words)
{
    if (s->files && (s->json || s->count)) {
        return quern_message_usage("-l goes neither with -c nor with --json");
    }
    if (!s->queries != !s->trec) {
        return quern_message_usage("--queries and --format trec go together");
    }
    if (s->queries && (n_words || s->files || s->json || s->count || s->quiet)) {
        return quern_message_usage("--queries goes neither with words nor with -c, -l, -q, --json");
    }
    if (s->shards.n > 0 && (s->index || s->queries)) {
        return quern_message_usage("--shard goes neither with --index nor with --queries");
    }
    if (s->like && (n_words || has_dates(s) || s->queries || s->complete || s->shards.n)) {
        return quern_message_usage("--like goes neither with words and dates nor with --complete, "
                                   "--queries and --shard");
    }
    if (s->shards.n > 0 && s->has_limit && s->limit_ms == 0) {
        return quern_message_usage("--shard needs a --time-limit above 0");
    }
    if (s->shards.n == 0 && s->shards.require_all) {
        return quern_message_usage("--require-all goes with --shard");
    }
    return 0;
}

/* Returns 0, an exit code, or -1 where help was asked for and given. */
static int read_command_line(run *r, int argc, char **argv)
{
    quern_command_line line = {options, take, &r->set};
    int first = 0;
    int code = quern_options_parse(&line, argc, argv, &first);
    if (code) {
        return code;
    }
    if (r->set.asked) {
        if (r->set.asked == ROW_HELP_QUERY) {
            fputs(quern_query_help, stdout);
        } else if (r->set.asked != ROW_VERSION) {
            quern_options_help(&usage, options, r->set.asked == ROW_HELP);
        }
        return -1;
    }
    code = check_settings(&r->set, argc - first);
    if (!r->set.has_limit) {
        r->set.limit_ms = r->set.shards.n ? SHARDS_MS : r->set.queries ? 0 : LIMIT_MS;
    }
    r->set.search.time_limit_ms = r->set.shards.n ? 0 : r->set.limit_ms;
    if (code || r->set.queries) {
        return code;
    }
    r->set.search.places_only = r->set.files || r->set.count || r->set.quiet;
    r->typed = join_words(argc - first, argv + first);
    if (!r->typed) {
        return quern_message_no_memory();
    }
    if (r->set.complete && (*r->typed || r->set.shards.n)) {
        return quern_message_usage("--complete goes neither with words nor with --shard");
    }
    if (!r->set.complete && !r->set.like && !has_dates(&r->set) &&
        !r->typed[strspn(r->typed, " \t\n")]) {
        return quern_message_usage("there is nothing to search for");
    }
    return 0;
}

/* ---- Searching ------------------------------------------------------------------------------- */

static int find_index(run *r)
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

static quern_status read_synonyms(run *r, quern_error *err)
{
    if (!r->set.synonyms || r->synonyms) {
        return QUERN_OK;
    }
    quern_status status = quern_synonyms_open(r->reader, r->set.synonyms, &r->synonyms, err);
    r->set.reading.synonyms = r->synonyms;
    return status;
}

static int open_reader(run *r)
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

static int ask(run *r)
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
static int find_shards(run *r)
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
    run *r = payload;
    quern_status status =
        quern_shard_list_open(&r->set.shards, attempt, r->typed, &r->set.search, &r->reader, err);
    status = status ? status : read_synonyms(r, err);
    status = status ? status
                    : quern_query_parse_with(r->reader, QUERN_STR(r->typed), &r->set.reading,
                                             &r->query, err);
    status = status ? status : quern_search(r->reader, r->query, &r->set.search, &r->hits, err);
    return status ? status : quern_hits_totals(r->hits, &r->totals);
}

static double elapsed_ms(const run *r)
{
    return (quern_progress_now() - r->began_s) * 1000;
}

/* ---- Output ---------------------------------------------------------------------------------- */

static int put_json(run *r, const quern_printer *p)
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

static void put_total(const run *r, FILE *out)
{
    fprintf(out, "%s%llu passage%s in %llu article%s\n", r->totals.partial ? "at least " : "",
            (unsigned long long)r->totals.passages, quern_message_plural(r->totals.passages),
            (unsigned long long)r->totals.articles, quern_message_plural(r->totals.articles));
}

static int put_form(run *r, const quern_printer *p)
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

/* Writes what is left in the buffer; a reader that has gone is no error to speak of. */
static int flush_output(void)
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
static int put_paged(run *r, quern_printer *p)
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
        code = flush_output();
    }
    free(text);
    return code;
}

static int put_output(run *r)
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
    return code ? code : flush_output();
}

/* What a person wants to know beside the hits. */
static void say_summary(const run *r, double ms)
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

static void say_stale(const run *r)
{
    char number[QUERN_MESSAGE_NUMBER];
    uint64_t stale = quern_reader_stale(r->reader, r->hits, STALE_US);
    if (stale > 0) {
        quern_message_dim("%s file%s newer than the index — run: indexer",
                          quern_message_number(number, stale), stale == 1 ? " is" : "s are");
    }
}

static void say_none(const run *r)
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

static int show(run *r)
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

/* What answered is said before the answer, so that it is seen where a pager shows that. */
static int show_shards(void *payload)
{
    run *r = payload;
    quern_shard_list_tell(r->reader);
    int code = show(r);
    fflush(stdout);
    return code;
}

static int search_shards(run *r)
{
    quern_supervised what = {ask_shards, show_shards, r, r->set.limit_ms};
    int code = find_shards(r);
    return code ? code : quern_supervise(&what);
}

static int complete(run *r)
{
    int code = open_reader(r);
    code = code ? code : quern_help_complete(r->reader, r->set.complete, stdout);
    return code ? code : flush_output();
}

static int search_index(run *r)
{
    int code = find_index(r);
    if (!code) {
        code = r->set.complete ? complete(r) : open_reader(r);
    }
    if (code || r->set.complete) {
        return code;
    }
    code = ask(r);
    return code ? code : show(r);
}

/* Answers the queries of a file; the run goes where hits go. */
static int answer_file(run *r)
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
    int failed = flush_output();
    return code > QUERN_EXIT_NONE || !failed ? code : failed;
}

static void end(run *r)
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
    run r = {.set = {.search = QUERN_SEARCH_OPTIONS_INIT,
                     .reading = QUERN_QUERY_OPTIONS_INIT,
                     .end = '\n'},
             .began_s = quern_progress_now(),
             .totals = QUERN_TOTALS_INIT};
    r.set.search.fold = 1;
    quern_message_open("search", quern_terminal_color(QUERN_WHEN_AUTO, STDERR_FILENO));
    int code = read_command_line(&r, argc, argv);
    if (code == 0) {
        quern_message_open("search", r.set.color != QUERN_WHEN_NEVER &&
                                         quern_terminal_color(QUERN_WHEN_AUTO, STDERR_FILENO));
        r.on_terminal = isatty(STDOUT_FILENO);
        code = r.set.queries    ? answer_file(&r)
               : r.set.shards.n ? search_shards(&r)
                                : search_index(&r);
    }
    end(&r);
    return code < 0 ? flush_output() : code;
}
