/* SPDX-License-Identifier: MIT */
/* search_settings - see search_settings.h. */
#include "cli/search_settings.h"

#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/options.h"
#include "cli/query_help.h"

enum {
    MOST_ARTICLES = 1000000000,
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

static int take_number(int row, const char *text, quern_search_settings *s)
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

static int take_limit(const char *text, quern_search_settings *s)
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

static int take_format(const char *name, quern_search_settings *s)
{
    s->trec = strcmp(name, "trec") == 0;
    return s->trec ? 0 : quern_message_usage("--format takes trec, not '%s'", name);
}

static int take_order(const char *name, quern_search_settings *s)
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
static int take_switch(int row, quern_search_settings *s)
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
    quern_search_settings *s = payload;
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

static int has_dates(const quern_search_settings *s)
{
    return s->reading.since || s->reading.until;
}

/* Options that exclude each other. Returns 0 or an exit code. */
static int check_settings(const quern_search_settings *s, int n_words)
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

int quern_search_settings_read(quern_search_settings *s, int argc, char **argv, char **typed)
{
    quern_command_line line = {options, take, s};
    int first = 0;
    int code = quern_options_parse(&line, argc, argv, &first);
    if (code) {
        return code;
    }
    if (s->asked) {
        if (s->asked == ROW_HELP_QUERY) {
            fputs(quern_query_help, stdout);
        } else if (s->asked != ROW_VERSION) {
            quern_options_help(&usage, options, s->asked == ROW_HELP);
        }
        return -1;
    }
    code = check_settings(s, argc - first);
    if (!s->has_limit) {
        s->limit_ms = s->shards.n ? SHARDS_MS : s->queries ? 0 : LIMIT_MS;
    }
    s->search.time_limit_ms = s->shards.n ? 0 : s->limit_ms;
    if (code || s->queries) {
        return code;
    }
    s->search.places_only = s->files || s->count || s->quiet;
    char *words = join_words(argc - first, argv + first);
    if (!words) {
        return quern_message_no_memory();
    }
    *typed = words;
    if (s->complete && (*words || s->shards.n)) {
        return quern_message_usage("--complete goes neither with words nor with --shard");
    }
    if (!s->complete && !s->like && !has_dates(s) && !words[strspn(words, " \t\n")]) {
        return quern_message_usage("there is nothing to search for");
    }
    return 0;
}
