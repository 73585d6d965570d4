/* SPDX-License-Identifier: MIT */
/* indexer_commands - status, check, optimize, remove, list.
 *
 * `list` prints an article a line, its columns separated by tabs, so that cut, sort and awk can
 * read it: path, id, date, passages, bytes of text, title. Tabs and control characters inside a
 * column become spaces.
 *
 * `remove` takes out what the index holds of a file, of all files below a folder, or one record of
 * a file (--id). The file itself is left alone.
 */
#include "cli/indexer_commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/json.h"
#include "cli/terminal.h"

enum { SKIPS_SHOWN = 10, STALE_US = 1000000 };

static int no_words(const quern_task *task, const char *command)
{
    if (task->n_words) {
        return quern_message_usage("%s takes no files or folders", command);
    }
    return 0;
}

/* ---- status ---------------------------------------------------------------------------------- */

static void print_sizes(const quern_stats *s)
{
    char a[QUERN_MESSAGE_NUMBER], b[QUERN_MESSAGE_NUMBER], c[QUERN_MESSAGE_NUMBER];
    printf("articles  %s in %s file%s\n", quern_message_number(a, s->articles),
           quern_message_number(b, s->sources - s->skipped),
           quern_message_plural(s->sources - s->skipped));
    printf("passages  %s, of %s words (%s different terms)\n", quern_message_number(a, s->passages),
           quern_message_number(b, s->words), quern_message_number(c, s->terms));
    printf("size      %s", quern_message_size(a, s->index_bytes));
    if (s->text_bytes) {
        printf(" (%.2f × text of %s)", (double)s->index_bytes / (double)s->text_bytes,
               quern_message_size(b, s->text_bytes));
    }
    printf(" in %s segment%s\n", quern_message_number(a, s->segments),
           quern_message_plural(s->segments));
}

static void print_options(const quern_index_options *o)
{
    char words[48] = "whole articles";
    if (o->passage_words != QUERN_WHOLE_ARTICLES) {
        snprintf(words, sizeof words, "passages of %u words", o->passage_words);
    }
    const char *language = o->language ? o->language : "english";
    printf("options   %s, language%s %s, titles %s, texts %s, engine %s\n", words,
           strchr(language, ',') ? "s" : "", language, o->no_titles ? "not counted" : "counted",
           o->no_text ? "not stored" : "stored", o->engine);
}

/* How many articles are read in each of several languages. */
typedef struct language_list {
    const char *names; /* with commas between */
    uint64_t *counts;
} language_list;

/* The number of the name in the list, which has it. */
static size_t language_number(const char *names, quern_string name)
{
    size_t n = 0;
    for (size_t len; *names; names += len + (names[len] == ','), n++) {
        len = strcspn(names, ",");
        if (len == name.len && memcmp(names, name.data, len) == 0) {
            return n;
        }
    }
    return 0;
}

static int count_language(const quern_listing *listing, void *payload)
{
    language_list *list = payload;
    if (!listing->skip_reason) {
        list->counts[language_number(list->names, listing->language)]++;
    }
    return 0;
}

/* Counts the articles of each language; NULL: it failed, and that was said. */
static uint64_t *count_languages(quern_task *task, const char *names)
{
    quern_error err;
    language_list list = {names, calloc(strlen(names) + 1, sizeof(uint64_t))};
    if (!list.counts) {
        (void)quern_message_no_memory();
    } else if (quern_reader_list(task->reader, count_language, &list, &err)) {
        (void)quern_message_fail(&err);
        free(list.counts);
        list.counts = NULL;
    }
    return list.counts;
}

static int print_languages(quern_task *task, const char *names)
{
    char number[QUERN_MESSAGE_NUMBER];
    uint64_t *counts = count_languages(task, names);
    if (!counts) {
        return QUERN_EXIT_FAILED;
    }
    fputs("languages ", stdout);
    for (size_t i = 0, len; *names; names += len + (names[len] == ','), i++) {
        len = strcspn(names, ",");
        printf("%s%.*s %s", i ? ", " : "", (int)len, names,
               quern_message_number(number, counts[i]));
    }
    putchar('\n');
    free(counts);
    return 0;
}

typedef struct skip_list {
    quern_task *task;
    uint64_t n;
    int failed;
} skip_list;

static int each_skip(const quern_listing *listing, void *payload)
{
    skip_list *list = payload;
    if (!listing->skip_reason) {
        return 0;
    }
    char *shown = quern_task_shown(list->task, listing->source.data);
    if (list->task->set.json) {
        quern_json json = quern_json_open("skipped");
        quern_json_set_text(&json, "path", QUERN_STR(shown));
        quern_json_set_text(&json, "reason", QUERN_STR(listing->skip_reason));
        list->failed |= quern_json_print(&json, stdout);
    } else if (list->n < SKIPS_SHOWN || list->task->set.verbose) {
        fputs(list->n ? "          " : "skipped   ", stdout);
        quern_terminal_escape(stdout, QUERN_STR(shown));
        fputs(": ", stdout);
        quern_terminal_escape(stdout, QUERN_STR(listing->skip_reason));
        putchar('\n');
    }
    list->n++;
    free(shown);
    return 0;
}

static int print_skips(quern_task *task)
{
    quern_error err;
    char number[QUERN_MESSAGE_NUMBER];
    skip_list list = {task, 0, 0};
    if (quern_reader_list(task->reader, each_skip, &list, &err)) {
        return quern_message_fail(&err);
    }
    if (!task->set.json && !task->set.verbose && list.n > SKIPS_SHOWN) {
        printf("          and %s more (-v)\n", quern_message_number(number, list.n - SKIPS_SHOWN));
    }
    return list.failed ? quern_message_no_memory() : 0;
}

static void print_roots(quern_task *task)
{
    const char *root;
    for (size_t i = 0; (root = quern_reader_root(task->reader, i)); i++) {
        char *shown = quern_task_shown(task, root);
        fputs(i ? "          " : "roots     ", stdout);
        quern_terminal_escape(stdout, QUERN_STR(shown));
        putchar('\n');
        free(shown);
    }
}

static json_t *json_options(const quern_index_options *o)
{
    json_t *words = o->passage_words == QUERN_WHOLE_ARTICLES ? json_string("whole")
                                                             : json_integer(o->passage_words);
    return json_pack("{s:o, s:s, s:b, s:b, s:s}", "passages", words, "language",
                     o->language ? o->language : "english", "titles", !o->no_titles, "text",
                     !o->no_text, "engine", o->engine);
}

/* {"english": 5, "german": 2}; NULL: no memory, or it cannot be read. */
static json_t *json_languages(quern_task *task, const char *names)
{
    uint64_t *counts = count_languages(task, names);
    json_t *out = counts ? json_object() : NULL;
    for (size_t i = 0, len; out && *names; names += len + (names[len] == ','), i++) {
        len = strcspn(names, ",");
        (void)json_object_setn_new(out, names, len, json_integer((json_int_t)counts[i]));
    }
    free(counts);
    return out;
}

static int print_json_status(quern_task *task, const quern_stats *s, const quern_index_options *o)
{
    quern_json json = quern_json_open("status");
    json_t *roots = json_array();
    const char *root;
    for (size_t i = 0; (root = quern_reader_root(task->reader, i)); i++) {
        json.failed |= json_array_append_new(roots, quern_json_text(QUERN_STR(root)));
    }
    quern_json_set_count(&json, "schema", QUERN_JSON_SCHEMA);
    quern_json_set_text(&json, "index", QUERN_STR(task->place.index));
    quern_json_set_count(&json, "generation", s->generation);
    quern_json_set(&json, "roots", roots);
    quern_json_set(&json, "options", json_options(o));
    quern_json_set_count(&json, "articles", s->articles);
    quern_json_set_count(&json, "passages", s->passages);
    quern_json_set_count(&json, "words", s->words);
    quern_json_set_count(&json, "terms", s->terms);
    quern_json_set_count(&json, "segments", s->segments);
    quern_json_set_count(&json, "files", s->sources);
    quern_json_set_count(&json, "skipped", s->skipped);
    quern_json_set_count(&json, "index_bytes", s->index_bytes);
    quern_json_set_count(&json, "text_bytes", s->text_bytes);
    if (o->language && strchr(o->language, ',')) {
        quern_json_set(&json, "languages", json_languages(task, o->language));
    }
    quern_json_set_count(&json, "stale_files", quern_reader_stale(task->reader, NULL, STALE_US));
    return quern_json_print(&json, stdout) ? quern_message_no_memory() : 0;
}

int quern_command_status(quern_task *task)
{
    quern_error err;
    quern_stats stats = QUERN_STATS_INIT;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    char number[QUERN_MESSAGE_NUMBER];
    int code = no_words(task, "status");
    code = code ? code : quern_task_open(task);
    if (code) {
        return code;
    }
    if (quern_reader_stats(task->reader, &stats, &err) ||
        quern_reader_options(task->reader, &options, &err)) {
        return quern_message_fail(&err);
    }
    if (task->set.json) {
        code = print_json_status(task, &stats, &options);
        return code ? code : print_skips(task);
    }
    fputs("index     ", stdout);
    quern_terminal_escape(stdout, QUERN_STR(task->place.index));
    printf(" (generation %s)\n", quern_message_number(number, stats.generation));
    print_roots(task);
    print_sizes(&stats);
    print_options(&options);
    if (options.language && strchr(options.language, ',')) {
        code = print_languages(task, options.language);
    }
    if (code) {
        return code;
    }
    uint64_t stale = quern_reader_stale(task->reader, NULL, STALE_US);
    if (stale) {
        printf("newer     %s file%s — run: indexer\n", quern_message_number(number, stale),
               quern_message_plural(stale));
    }
    return print_skips(task);
}

/* ---- check ----------------------------------------------------------------------------------- */

static void on_finding(const quern_finding *finding, void *payload)
{
    const quern_task *task = payload;
    if (task->set.json) {
        quern_json json = quern_json_open("finding");
        quern_json_set_text(&json, "file", QUERN_STR(finding->file));
        quern_json_set_count(&json, "offset", finding->offset);
        quern_json_set_text(&json, "what", QUERN_STR(finding->what));
        quern_json_print(&json, stdout);
        return;
    }
    quern_terminal_escape(stdout, QUERN_STR(finding->file));
    printf(": byte %llu: ", (unsigned long long)finding->offset);
    quern_terminal_escape(stdout, QUERN_STR(finding->what));
    putchar('\n');
}

int quern_command_check(quern_task *task)
{
    quern_error err;
    char articles[QUERN_MESSAGE_NUMBER], segments[QUERN_MESSAGE_NUMBER];
    char size[QUERN_MESSAGE_NUMBER];
    quern_stats stats = QUERN_STATS_INIT;
    int code = no_words(task, "check");
    code = code ? code : quern_task_locate(task, NULL);
    if (!code && !task->place.index) {
        code = quern_task_open(task);
    }
    if (code) {
        return code;
    }
    if (quern_index_check(task->place.index, on_finding, task, &err)) {
        return quern_message_fail(&err);
    }
    code = quern_task_open_here(task);
    if (code) {
        return code;
    }
    if (quern_reader_stats(task->reader, &stats, &err)) {
        return quern_message_fail(&err);
    }
    if (task->set.json) {
        return quern_task_summary(task, NULL);
    }
    if (!task->set.quiet) {
        printf("no damage found in %s article%s, %s segment%s, %s\n",
               quern_message_number(articles, stats.articles), quern_message_plural(stats.articles),
               quern_message_number(segments, stats.segments), quern_message_plural(stats.segments),
               quern_message_size(size, stats.index_bytes));
    }
    return 0;
}

/* ---- optimize -------------------------------------------------------------------------------- */

int quern_command_optimize(quern_task *task)
{
    quern_error err;
    int code = no_words(task, "optimize");
    code = code ? code : quern_task_open(task);
    code = code ? code : quern_task_lock(task);
    if (code) {
        return code;
    }
    quern_reader_free(task->reader); /* its lease would keep the files that are merged away */
    task->reader = NULL;
    if (quern_writer_optimize(task->writer, &err)) {
        return quern_task_fail(task, &err);
    }
    return quern_task_summary(task, NULL);
}

/* ---- remove ---------------------------------------------------------------------------------- */

/* The sources that a word of the command line means. */
typedef struct matches {
    const char *typed, *key;
    char **sources;
    size_t n, cap;
} matches;

static int is_meant(const matches *m, const char *source)
{
    size_t n = strlen(m->key);
    return strcmp(source, m->typed) == 0 || strcmp(source, m->key) == 0 ||
           (strncmp(source, m->key, n) == 0 && source[n] == '/');
}

static int each_article(const quern_listing *listing, void *payload)
{
    matches *m = payload;
    const char *source = listing->source.data;
    if (!is_meant(m, source) || (m->n && strcmp(m->sources[m->n - 1], source) == 0)) {
        return 0;
    }
    if (m->n == m->cap) {
        size_t cap = m->cap * 2 + 16;
        char **grown = realloc(m->sources, cap * sizeof *grown);
        if (!grown) {
            return -1;
        }
        m->sources = grown;
        m->cap = cap;
    }
    m->sources[m->n] = strdup(source);
    return m->sources[m->n] ? (m->n++, 0) : -1;
}

static void free_matches(matches *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->sources[i]);
    }
    free(m->sources);
}

/* Removes what one word of the command line means; adds the number of articles to *removed. */
static quern_status remove_word(quern_task *task, const char *word, uint64_t *removed,
                                quern_error *err)
{
    char *key = quern_locate_key(&task->place, word);
    matches m = {word, key, NULL, 0, 0};
    if (!key) {
        exit(quern_message_no_memory());
    }
    quern_status status = quern_reader_list(task->reader, each_article, &m, err);
    for (size_t i = 0; i < m.n && !status; i++) {
        uint64_t n = 0;
        quern_string source = QUERN_STR(m.sources[i]);
        if (task->set.id) {
            status = quern_writer_delete(task->writer, source, QUERN_STR(task->set.id), &n, err);
        } else {
            status = quern_writer_delete_source(task->writer, source, &n, err);
        }
        *removed += n;
    }
    free_matches(&m);
    free(key);
    return status;
}

int quern_command_remove(quern_task *task)
{
    quern_error err;
    char number[QUERN_MESSAGE_NUMBER];
    uint64_t removed = 0;
    quern_status status = QUERN_OK;
    if (!task->n_words) {
        return quern_message_usage("remove needs a file or folder");
    }
    int code = quern_task_open(task);
    code = code ? code : quern_task_lock(task);
    if (code) {
        return code;
    }
    for (size_t i = 0; i < task->n_words && !status; i++) {
        uint64_t before = removed;
        status = remove_word(task, task->words[i], &removed, &err);
        if (!status && removed == before) {
            quern_message_say("%s is not in the index", task->words[i]);
        }
    }
    if (status || quern_writer_commit(task->writer, &err)) {
        return quern_task_fail(task, &err);
    }
    if (!task->set.quiet && !task->set.json) {
        printf("%s article%s removed\n", quern_message_number(number, removed),
               quern_message_plural(removed));
    }
    code = quern_task_summary(task, NULL);
    return code ? code : removed == 0;
}

/* ---- list ------------------------------------------------------------------------------------ */

static int print_column(quern_string text, char end)
{
    quern_line line;
    if (quern_terminal_clean(text, NULL, 0, QUERN_CLEAN_SPACE, &line)) {
        return -1;
    }
    fwrite(line.data, 1, line.len, stdout);
    putchar(end);
    quern_terminal_drop(&line);
    return 0;
}

static int print_listing(const quern_listing *l, const char *path)
{
    json_t *date = quern_json_date(l->date);
    const char *text = json_string_value(date);
    if (print_column(QUERN_STR(path), '\t') || print_column(l->id, '\t')) {
        json_decref(date);
        return -1;
    }
    printf("%s\t%u\t%llu\t", text ? text : "", l->passages, (unsigned long long)l->text_bytes);
    json_decref(date);
    return print_column(l->title, '\n');
}

static int print_json_listing(const quern_listing *l, const char *path)
{
    quern_json json = quern_json_open(l->skip_reason ? "skipped" : "article");
    quern_json_set_text(&json, "path", QUERN_STR(path));
    if (l->skip_reason) {
        quern_json_set_text(&json, "reason", QUERN_STR(l->skip_reason));
        return quern_json_print(&json, stdout);
    }
    if (l->id.len) {
        quern_json_set_text(&json, "id", l->id);
    }
    quern_json_set_text(&json, "title", l->title);
    if (l->date != QUERN_NO_DATE) {
        quern_json_set(&json, "date", quern_json_date(l->date));
    }
    quern_json_set_count(&json, "passages", l->passages);
    quern_json_set_count(&json, "text_bytes", l->text_bytes);
    return quern_json_print(&json, stdout);
}

static int each_listing(const quern_listing *listing, void *payload)
{
    const quern_task *task = payload;
    if (listing->skip_reason && !task->set.json) {
        return 0;
    }
    char *shown = quern_task_shown(task, listing->source.data);
    int failed =
        task->set.json ? print_json_listing(listing, shown) : print_listing(listing, shown);
    free(shown);
    if (failed) {
        exit(quern_message_no_memory());
    }
    return ferror(stdout);
}

int quern_command_list(quern_task *task)
{
    quern_error err;
    int code = no_words(task, "list");
    code = code ? code : quern_task_open(task);
    if (!code && quern_reader_list(task->reader, each_listing, task, &err)) {
        code = quern_message_fail(&err);
    }
    return code;
}
