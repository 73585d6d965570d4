/* SPDX-License-Identifier: MIT */
/* indexer - the program that keeps an index in step with files.
 *
 * Without a command it syncs. Which index: the one of --index; else the one in the given folder (of
 * several paths: the folder that holds them all) or the nearest above it; else what $QUERN_INDEX
 * names; else a new one, made in that folder. So the first `indexer ~/news` makes ~/news/.quern,
 * and searches anywhere below ~/news find it.
 *
 *     indexer                all roots of the index at hand; the first time: this folder
 *     indexer DIR FILE...    those, which become roots
 *     indexer --drop DIR     forgets a root
 *     indexer -              records from standard input
 *     indexer check          a command; a folder of that name is ./check
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/indexer_commands.h"
#include "cli/options.h"
#include "cli/terminal.h"

enum { LEAST_MEMORY_MB = 16, MOST_PASSAGE_WORDS = 40000, WAIT_MS = 5000, LONGEST_WAIT_S = 86400 };

enum row {
    ROW_HEAD_WHICH,
    ROW_INDEX,
    ROW_DROP,
    ROW_STDIN,
    ROW_SOURCE,
    ROW_FROM_SOURCES,
    ROW_HEAD_NEW,
    ROW_PASSAGES,
    ROW_LANGUAGE,
    ROW_NO_TITLES,
    ROW_NO_TEXT,
    ROW_ENGINE,
    ROW_HEAD_READING,
    ROW_ID,
    ROW_TITLE,
    ROW_TEXT,
    ROW_DATE,
    ROW_DATE_FROM,
    ROW_MAX_ARTICLE,
    ROW_HEAD_WORK,
    ROW_MEMORY,
    ROW_THREADS,
    ROW_WAIT,
    ROW_HEAD_OUTPUT,
    ROW_JSON,
    ROW_QUIET,
    ROW_VERBOSE,
    ROW_SHORT_HELP,
    ROW_HELP,
    ROW_VERSION,
    ROW_END
};

static const quern_option options[] = {
    [ROW_HEAD_WHICH] = {0, 0, NULL, NULL, "what to index"},
    [ROW_INDEX] = {0, QUERN_OPTION_COMMON, "index", "DIR",
                   "the index in DIR, not the nearest .quern"},
    [ROW_DROP] = {0, QUERN_OPTION_COMMON, "drop", "PATH",
                  "forget this folder or file and its articles"},
    [ROW_STDIN] = {0, QUERN_OPTION_COMMON, "stdin", NULL,
                   "read JSONL records from standard input, as -"},
    [ROW_SOURCE] = {0, 0, "source", "NAME", "what such records are said to come from (stdin)"},
    [ROW_FROM_SOURCES] = {0, 0, "from-sources", NULL, "rebuild: read the files again"},
    [ROW_HEAD_NEW] = {0, 0, NULL, NULL, "a new index, or rebuild"},
    [ROW_PASSAGES] = {0, QUERN_OPTION_COMMON, "passages", "WORDS",
                      "words a passage (60), or whole: one an article"},
    [ROW_LANGUAGE] = {0, QUERN_OPTION_COMMON, "language", "LANG",
                      "of the articles (english), several as en,de,fr;\n"
                      "none: words are not stemmed"},
    [ROW_NO_TITLES] = {0, 0, "no-titles", NULL, "titles do not count into passages"},
    [ROW_NO_TEXT] = {0, 0, "no-text", NULL, "do not store texts: hits are places only"},
    [ROW_ENGINE] = {0, 0, "engine", "NAME", "what keeps it: native, or xapian"},
    [ROW_HEAD_READING] = {0, 0, NULL, NULL, "reading"},
    [ROW_ID] = {0, 0, "id", "NAME",
                "member of a JSONL record that is its id (id);\n"
                "with remove: the id of the record"},
    [ROW_TITLE] = {0, 0, "title", "NAME", "its title (title)"},
    [ROW_TEXT] = {0, 0, "text", "NAME", "its text (text)"},
    [ROW_DATE] = {0, 0, "date", "NAME", "its date (date)"},
    [ROW_DATE_FROM] = {0, 0, "date-from", "mtime", "articles without a date take their file's"},
    [ROW_MAX_ARTICLE] = {0, 0, "max-article", "SIZE", "skip larger articles (64M)"},
    [ROW_HEAD_WORK] = {0, 0, NULL, NULL, "work"},
    [ROW_MEMORY] = {0, QUERN_OPTION_COMMON, "memory", "SIZE", "use at most so much memory (256M)"},
    [ROW_THREADS] = {0, 0, "threads", "N", "1 or 2 (2)"},
    [ROW_WAIT] = {0, 0, "wait", "SECONDS", "wait so long for another indexer (5)"},
    [ROW_HEAD_OUTPUT] = {0, 0, NULL, NULL, "output"},
    [ROW_JSON] = {0, QUERN_OPTION_COMMON, "json", NULL, "print JSON, one object a line"},
    [ROW_QUIET] = {'q', QUERN_OPTION_COMMON, "quiet", NULL, "print errors only"},
    [ROW_VERBOSE] = {'v', QUERN_OPTION_COMMON, "verbose", NULL, "name every file that is skipped"},
    [ROW_SHORT_HELP] = {'h', 0, NULL, NULL, "the common options"},
    [ROW_HELP] = {0, 0, "help", NULL, "all of them"},
    [ROW_VERSION] = {0, 0, "version", NULL, "the version"},
    [ROW_END] = {0, 0, NULL, NULL, NULL},
};

static const quern_usage usage = {
    "indexer [OPTION]... [DIR|FILE]...\n"
    "       indexer [OPTION]... COMMAND",
    "Brings an index in step with files and folders: reads what is new or changed,\n"
    "removes what is gone. Later runs need no folder: the index remembers.\n\n"
    "commands:\n"
    "  status                  what the index holds, and which files were skipped\n"
    "  check                   read every byte of it and look for damage\n"
    "  optimize                merge everything into one segment\n"
    "  rebuild                 make it afresh, from its texts or --from-sources\n"
    "  remove PATH...          remove articles (--id: one record) from it\n"
    "  list                    print its articles, columns separated by tabs",
    "  indexer ~/news                        index a folder\n"
    "  indexer                               bring the index here in step\n"
    "  zcat dump.jsonl.gz | indexer -        index records",
    "exit: 0 done, 1 done but some files were skipped, 2 usage, 3 no index, 4 damaged,\n"
    "      5 another indexer has it, 6 anything else, 130 interrupted\n"
    "environment: QUERN_INDEX",
};

/* ---- Command line ---------------------------------------------------------------------------- */

typedef struct line_state {
    quern_task_settings *set;
    int asked; /* the row of -h, --help or --version, or 0 */
} line_state;

static int take_passages(const char *text, quern_task_settings *s)
{
    uint64_t n = 0;
    s->passages_given = 1;
    if (strcmp(text, "whole") == 0) {
        s->create.passage_words = QUERN_WHOLE_ARTICLES;
        return 0;
    }
    if (quern_options_count(text, MOST_PASSAGE_WORDS, &n) || n == 0) {
        return quern_message_usage("--passages takes 1 to 40000 words or whole, not '%s'", text);
    }
    s->create.passage_words = (uint32_t)n;
    return 0;
}

static int take_size(int row, const char *text, quern_task_settings *s)
{
    uint64_t bytes = 0;
    if (quern_options_size(text, &bytes) || bytes == 0) {
        return quern_message_usage("--%s takes a size such as 256M or 1G, not '%s'",
                                   options[row].name, text);
    }
    if (row == ROW_MAX_ARTICLE) {
        s->sync.max_article_bytes = bytes;
        return 0;
    }
    if (bytes < (uint64_t)LEAST_MEMORY_MB << 20) {
        return quern_message_usage("--memory takes 32M or more, not '%s'", text);
    }
    s->writer.memory_bytes = bytes;
    return 0;
}

static int take_work(int row, const char *text, quern_task_settings *s)
{
    uint64_t n = 0;
    double seconds = 0;
    if (row == ROW_WAIT) {
        if (quern_options_number(text, 0, LONGEST_WAIT_S, &seconds)) {
            return quern_message_usage("--wait takes seconds, not '%s'", text);
        }
        s->writer.wait_ms = (uint32_t)(seconds * 1000);
        return 0;
    }
    if (row == ROW_THREADS) {
        if (quern_options_count(text, 2, &n) || n == 0) {
            return quern_message_usage("--threads takes 1 or 2, not '%s'", text);
        }
        s->writer.threads = (uint32_t)n;
        return 0;
    }
    if (strcmp(text, "mtime") != 0) {
        return quern_message_usage("--date-from takes mtime, not '%s'", text);
    }
    s->sync.date_from_mtime = 1;
    return 0;
}

static int take_name(int row, const char *text, quern_task_settings *s)
{
    switch (row) {
    case ROW_INDEX:
        s->index = text;
        return *text ? 0 : quern_message_usage("--index needs a folder");
    case ROW_DROP:
        s->drop = text;
        return 0;
    case ROW_SOURCE:
        s->source = text;
        return *text ? 0 : quern_message_usage("--source needs a name");
    case ROW_LANGUAGE:
        s->create.language = text;
        s->language_given = 1;
        return 0;
    case ROW_ENGINE:
        s->create.engine = text;
        s->engine_given = 1;
        return 0;
    case ROW_ID:
        s->id = s->sync.id_member = text;
        return 0;
    case ROW_TITLE:
        s->sync.title_member = text;
        return 0;
    case ROW_TEXT:
        s->sync.text_member = text;
        return 0;
    default:
        s->sync.date_member = text;
        return 0;
    }
}

static int take_flag(int row, line_state *state)
{
    quern_task_settings *s = state->set;
    switch (row) {
    case ROW_STDIN:
        s->from_input = 1;
        break;
    case ROW_FROM_SOURCES:
        s->from_sources = 1;
        break;
    case ROW_NO_TITLES:
        s->create.no_titles = s->no_titles_given = 1;
        break;
    case ROW_NO_TEXT:
        s->create.no_text = s->no_text_given = 1;
        break;
    case ROW_JSON:
        s->json = 1;
        break;
    case ROW_QUIET:
        s->quiet = 1;
        break;
    case ROW_VERBOSE:
        s->verbose = 1;
        break;
    case ROW_VERSION:
        printf("indexer (quern) %s\n", quern_version());
        state->asked = row;
        break;
    default:
        state->asked = row;
        break;
    }
    return 0;
}

static int take(int row, const char *argument, void *payload)
{
    line_state *state = payload;
    switch (row) {
    case ROW_PASSAGES:
        return take_passages(argument, state->set);
    case ROW_MEMORY:
    case ROW_MAX_ARTICLE:
        return take_size(row, argument, state->set);
    case ROW_WAIT:
    case ROW_THREADS:
    case ROW_DATE_FROM:
        return take_work(row, argument, state->set);
    default:
        return argument ? take_name(row, argument, state->set) : take_flag(row, state);
    }
}

/* ---- Which index ----------------------------------------------------------------------------- */

/* The folder that a path is, or lies in. */
static char *folder_of(const char *absolute)
{
    struct stat st;
    if (stat(absolute, &st) == 0 && S_ISDIR(st.st_mode)) {
        return strdup(absolute);
    }
    const char *slash = strrchr(absolute, '/');
    return strndup(absolute, slash > absolute ? (size_t)(slash - absolute) : 1);
}

/* Makes the paths absolute; *start becomes the folder that holds them all. */
static int resolve(const quern_task *task, char **paths, char **start)
{
    for (size_t i = 0; i < task->n_words; i++) {
        paths[i] = quern_locate_absolute(&task->place, task->words[i]);
        char *folder = paths[i] ? folder_of(paths[i]) : NULL;
        if (!folder) {
            return quern_message_no_memory();
        }
        if (*start) {
            size_t same = quern_locate_shared(*start, folder);
            (*start)[same ? same : 1] = '\0';
            free(folder);
        } else {
            *start = folder;
        }
    }
    return 0;
}

static int create(quern_task *task, const char *start)
{
    quern_error err;
    struct stat st;
    for (size_t i = 0; i < task->n_words; i++) {
        if (stat(task->words[i], &st)) {
            return quern_message_usage("%s: %s", task->words[i], strerror(errno));
        }
    }
    if (!task->place.index) {
        char *path = NULL;
        const char *folder = start ? start : task->place.cwd;
        if (asprintf(&path, "%s/%s", folder[1] ? folder : "", QUERN_LOCATE_NAME) < 0 ||
            quern_locate_set(&task->place, path)) {
            return quern_message_no_memory();
        }
        free(path);
    }
    if (quern_index_create(task->place.index, &task->set.create, &err)) {
        if (err.status == QUERN_E_IO && access(task->place.base, W_OK)) {
            quern_message_say("%s is not writable — run: indexer --index DIR", task->place.base);
            return QUERN_EXIT_FAILED;
        }
        return quern_message_fail(&err);
    }
    task->made = 1;
    return 0;
}

/* An option of creation that an index cannot take on later. */
static int contradiction(const quern_task *task)
{
    quern_error err;
    const quern_task_settings *s = &task->set;
    quern_index_options o = QUERN_INDEX_OPTIONS_INIT;
    if (quern_reader_options(task->reader, &o, &err)) {
        return quern_message_fail(&err);
    }
    if (s->passages_given && s->create.passage_words != o.passage_words) {
        char words[16] = "whole";
        if (s->create.passage_words != QUERN_WHOLE_ARTICLES) {
            snprintf(words, sizeof words, "%u", s->create.passage_words);
        }
        return quern_message_usage("the index has passages of another size — run: indexer rebuild "
                                   "--passages %s",
                                   words);
    }
    if (s->language_given && !quern_language_same(s->create.language, o.language)) {
        return quern_message_usage("the index is in %s — run: indexer rebuild --language %s",
                                   o.language, s->create.language);
    }
    if (s->engine_given && strcmp(s->create.engine, o.engine) != 0) {
        return quern_message_usage("the index is kept by %s — run: indexer rebuild --engine %s",
                                   o.engine, s->create.engine);
    }
    if (s->no_titles_given && !o.no_titles) {
        return quern_message_usage("the index counts titles — run: indexer rebuild --no-titles");
    }
    if (s->no_text_given && !o.no_text) {
        return quern_message_usage("the index stores texts — run: indexer rebuild --no-text");
    }
    return 0;
}

/* ---- Syncing --------------------------------------------------------------------------------- */

/* Opens the index that is meant, or a new one. */
static int open_index(quern_task *task, const char *start)
{
    quern_error err;
    int code = quern_task_locate(task, start);
    if (code) {
        return code;
    }
    quern_status status = QUERN_E_NOT_FOUND;
    if (task->place.index) {
        status = quern_index_open(task->place.index, NULL, &task->index, &err);
    }
    if (status == QUERN_E_NOT_FOUND && task->set.drop) {
        quern_message_say("there is no index — nothing to drop");
        return QUERN_EXIT_NO_INDEX;
    }
    if (status == QUERN_E_NOT_FOUND) {
        code = create(task, start);
    } else if (status) {
        code = quern_task_fail(task, &err);
    }
    code = code ? code : quern_task_open_here(task);
    code = code ? code : contradiction(task);
    return code ? code : quern_task_lock(task);
}

/* An index that nothing was put into yet: just made, or made by a run that was ended before its
 * first commit, and which this one takes up. */
static int is_untouched(const quern_task *task)
{
    quern_error err;
    quern_stats stats = QUERN_STATS_INIT;
    return task->made || (!quern_reader_root(task->reader, 0) && !task->set.drop &&
                          !quern_reader_stats(task->reader, &stats, &err) && stats.articles == 0);
}

/* "found no files — put .txt, .md, .html or .jsonl files into DIR" */
static void say_no_files(const char *dir)
{
    char names[100] = "";
    size_t used = 0;
    for (size_t n = 0; used < sizeof names; n++) {
        quern_string one = quern_extension(n);
        if (!one.data) {
            break;
        }
        const char *before = n == 0 ? "" : quern_extension(n + 1).data ? ", " : " or ";
        used += (size_t)snprintf(names + used, sizeof names - used, "%s.%.*s", before, (int)one.len,
                                 one.data);
    }
    quern_message_say("found no files — put %s files into %s", names, dir);
}

static int sync_paths(quern_task *task, char **paths, size_t n, const char *start)
{
    quern_sync_report report = QUERN_SYNC_REPORT_INIT;
    int code = open_index(task, start);
    if (!code && n == 0 && !task->set.from_input && is_untouched(task)) {
        code = quern_task_sync(task, (const char *const *)&task->place.cwd, 1, &report);
    } else if (!code) {
        code = quern_task_sync(task, (const char *const *)paths, n, &report);
    }
    if (code) {
        return code;
    }
    quern_writer_close(task->writer);
    task->writer = NULL;
    code = quern_task_summary(task, &report);
    if (!code && !task->set.from_input && !task->set.drop && !task->set.quiet &&
        report.added + report.changed + report.same + report.skipped == 0) {
        say_no_files(n ? paths[0] : task->place.base);
    }
    return code ? code : report.skipped + report.records_skipped > 0;
}

static int command_sync(quern_task *task)
{
    char *start = NULL;
    size_t n = task->n_words;
    char **paths = calloc(n + 1, sizeof *paths);
    int code = paths ? resolve(task, paths, &start) : quern_message_no_memory();
    code = code ? code : sync_paths(task, paths, n, start);
    for (size_t i = 0; paths && i < n; i++) {
        free(paths[i]);
    }
    free(paths);
    free(start);
    return code;
}

/* ---- Commands -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(quern_task *task);
} commands[] = {
    {"status", quern_command_status},     {"check", quern_command_check},
    {"optimize", quern_command_optimize}, {"rebuild", quern_command_rebuild},
    {"remove", quern_command_remove},     {"list", quern_command_list},
};

/* A word that was meant as a command: no such file, and near a command's name. */
static int check_typo(const char *word)
{
    const char *names[sizeof commands / sizeof *commands + 1] = {NULL};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        names[i] = commands[i].name;
    }
    const char *near = quern_options_nearest(word, names);
    if (near && access(word, F_OK)) {
        return quern_message_usage("there is no file or command '%s'; did you mean %s?", word,
                                   near);
    }
    return 0;
}

/* Takes "-" out of the words: standard input. */
static void take_input_word(quern_task *task)
{
    size_t kept = 0;
    for (size_t i = 0; i < task->n_words; i++) {
        if (strcmp(task->words[i], "-") == 0) {
            task->set.from_input = 1;
        } else {
            task->words[kept++] = task->words[i];
        }
    }
    task->n_words = kept;
}

static int run_words(quern_task *task)
{
    for (size_t i = 0; task->n_words && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(task->words[0], commands[i].name) == 0) {
            task->words++;
            task->n_words--;
            return commands[i].run(task);
        }
    }
    int code = task->n_words ? check_typo(task->words[0]) : 0;
    take_input_word(task);
    return code ? code : command_sync(task);
}

static int flush_output(int code)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code > QUERN_EXIT_NONE) {
        return code;
    }
    quern_message_say("standard output: %s", strerror(errno));
    return QUERN_EXIT_FAILED;
}

int main(int argc, char **argv)
{
    quern_task task = {.set = {.create = QUERN_INDEX_OPTIONS_INIT,
                               .writer = QUERN_WRITER_OPTIONS_INIT,
                               .sync = QUERN_SYNC_OPTIONS_INIT,
                               .source = "stdin"},
                       .began_s = quern_progress_now()};
    line_state state = {&task.set, 0};
    quern_command_line line = {options, take, &state};
    int first = 0;
    task.set.writer.wait_ms = WAIT_MS;
    quern_message_open("indexer", quern_terminal_color(QUERN_WHEN_AUTO, STDERR_FILENO));
    int code = quern_options_parse(&line, argc, argv, &first);
    if (code) {
        return code;
    }
    if (state.asked) {
        if (state.asked != ROW_VERSION) {
            quern_options_help(&usage, options, state.asked == ROW_HELP);
        }
        return flush_output(0);
    }
    task.words = argv + first;
    task.n_words = (size_t)(argc - first);
    if (quern_locate_open(&task.place)) {
        quern_message_say("the current folder: %s", strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    code = run_words(&task);
    quern_task_close(&task);
    return flush_output(code);
}
