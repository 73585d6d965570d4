/* SPDX-License-Identifier: MIT */
/* bench-run - builds the indexes, checks that the engines agree, times them, writes the tables.
 *
 *     bench-run --corpus FILE --queries FILE --work DIR --engine NAME=COMMAND... [options]
 *
 *     --label NAME       of the run, in titles and file names          (bench)
 *     --rounds N         how often each query is timed                 (7)
 *     --budget S         seconds for one engine, class and mode        (10)
 *     --warm S           seconds of warming for a JVM                  (60)
 *     --samples N        queries of each class that are checked        (10)
 *     --only CLASS       only classes whose names begin so
 *     --states           also as indexing leaves an index, and with a twentieth removed
 *     --reuse            take indexes that are there and newer than their program
 *     --limits PROGRAM --search PROGRAM --untested PROGRAM --notes FILE --out RESULTS.md
 *
 * script/bench calls it. Order: limits; for each engine its builds; then all of them are started,
 * the oracle has its say, and rounds begin; whole processes last. The tables go to the standard
 * output and to the results file; how far it is, to the standard error.
 */
#include "bench/run.h"
#include "bench/oracle.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- Options ---- */

static void add_engine(run *r, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        bench_die("--engine NAME=COMMAND, not %s", text);
    }
    bench_room(&r->engines, r->n_engines, &r->cap_engines, sizeof *r->engines);
    engine *e = &r->engines[r->n_engines++];
    memset(e, 0, sizeof *e);
    e->name = bench_copy(text, (size_t)(equals - text));
    char *words = bench_copy(equals + 1, strlen(equals + 1));
    e->command = bench_alloc(strlen(words) + 5, sizeof *e->command);
    e->n_command = bench_split(words, e->command, strlen(words) + 1);
    e->is_jvm = strncmp(e->name, "lucene", 6) == 0;
    e->two_threads = strcmp(e->name, "sqlite") != 0 && strcmp(e->name, "xapian") != 0;
}

enum {
    OPT_CORPUS = 1,
    OPT_QUERIES,
    OPT_WORK,
    OPT_ENGINE,
    OPT_LABEL,
    OPT_ROUNDS,
    OPT_BUDGET,
    OPT_WARM,
    OPT_SAMPLES,
    OPT_ONLY,
    OPT_STATES,
    OPT_REUSE,
    OPT_LIMITS,
    OPT_SEARCH,
    OPT_UNTESTED,
    OPT_NOTES,
    OPT_OUT
};

static const struct option long_options[] = {
    {"corpus", 1, NULL, OPT_CORPUS},     {"queries", 1, NULL, OPT_QUERIES},
    {"work", 1, NULL, OPT_WORK},         {"engine", 1, NULL, OPT_ENGINE},
    {"label", 1, NULL, OPT_LABEL},       {"rounds", 1, NULL, OPT_ROUNDS},
    {"budget", 1, NULL, OPT_BUDGET},     {"warm", 1, NULL, OPT_WARM},
    {"samples", 1, NULL, OPT_SAMPLES},   {"only", 1, NULL, OPT_ONLY},
    {"states", 0, NULL, OPT_STATES},     {"reuse", 0, NULL, OPT_REUSE},
    {"limits", 1, NULL, OPT_LIMITS},     {"search", 1, NULL, OPT_SEARCH},
    {"untested", 1, NULL, OPT_UNTESTED}, {"notes", 1, NULL, OPT_NOTES},
    {"out", 1, NULL, OPT_OUT},           {NULL, 0, NULL, 0},
};

static void set_text(run *r, int option, const char *value)
{
    const char **texts[] = {
        [OPT_CORPUS] = &r->corpus,     [OPT_QUERIES] = &r->queries_path,
        [OPT_WORK] = &r->work,         [OPT_LABEL] = &r->label,
        [OPT_ONLY] = &r->only,         [OPT_LIMITS] = &r->limits,
        [OPT_SEARCH] = &r->search,     [OPT_OUT] = &r->results,
        [OPT_UNTESTED] = &r->untested,
    };
    *texts[option] = value;
}

static void set_option(run *r, int option, const char *value)
{
    switch (option) {
    case OPT_ENGINE:
        add_engine(r, value);
        break;
    case OPT_ROUNDS:
        r->rounds = (unsigned)atoi(value);
        break;
    case OPT_BUDGET:
        r->budget = atof(value);
        break;
    case OPT_WARM:
        r->warm_seconds = atof(value);
        break;
    case OPT_SAMPLES:
        r->samples = (size_t)atoi(value);
        break;
    case OPT_STATES:
        r->with_states = 1;
        break;
    case OPT_REUSE:
        r->reuse = 1;
        break;
    case OPT_NOTES:
        r->notes = bench_read(value).data;
        break;
    default:
        set_text(r, option, value);
        break;
    }
}

static void read_options(run *r, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) > 0 && option != '?') {
        set_option(r, option, optarg);
    }
    if (option == '?' || !r->corpus || !r->queries_path || !r->work || r->n_engines == 0 ||
        r->rounds < 2) {
        bench_die("usage: --corpus FILE --queries FILE --work DIR --engine NAME=COMMAND... "
                  "[options], at least 2 rounds; see the top of bench/run.c");
    }
}

/* ---- Queries ---- */

static void read_queries(run *r)
{
    bench_file file = bench_read(r->queries_path); /* kept: queries point into it */
    char *save = NULL;
    for (char *line = strtok_r(file.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *type = strchr(line, '\t'), *words = type ? strchr(type + 1, '\t') : NULL;
        if (!words) {
            bench_die("%s: a line is not class, type, words", r->queries_path);
        }
        *type++ = '\0';
        *words++ = '\0';
        if (r->only && strncmp(line, r->only, strlen(r->only)) != 0) {
            continue;
        }
        if (r->n_classes == 0 || strcmp(r->classes[r->n_classes - 1].name, line) != 0) {
            bench_room(&r->classes, r->n_classes, &r->cap_classes, sizeof *r->classes);
            r->classes[r->n_classes++] = (run_class){line, r->n_queries, 0};
        }
        bench_room(&r->queries, r->n_queries, &r->cap_queries, sizeof *r->queries);
        r->queries[r->n_queries++] = (run_query){type, words};
        r->classes[r->n_classes - 1].n++;
    }
    if (r->n_queries == 0) {
        bench_die("%s: no queries%s%s", r->queries_path, r->only ? " of class " : "",
                  r->only ? r->only : "");
    }
}

/* ---- Builds ---- */

static void remove_tree(const char *path)
{
    char *command = bench_format("rm -rf '%s' '%s.log'", path, path);
    if (system(command) != 0) {
        bench_die("%s failed", command);
    }
    free(command);
}

/* What a build gave is kept beside the index, for --reuse. 0: none, or older than the program.
 */
static int recall(const char *path, const engine *e, engine_built *b)
{
    struct stat note, program;
    if (stat(path, &note) || stat(e->command[0], &program) || note.st_mtime < program.st_mtime) {
        return 0;
    }
    FILE *file = fopen(path, "rbe");
    int ok = file && fread(b, sizeof *b, 1, file) == 1 && fgetc(file) == EOF;
    b->is_reused = ok;
    if (file) {
        fclose(file);
    }
    return ok;
}

static void remember(const char *path, const engine_built *b)
{
    FILE *file = fopen(path, "wbe");
    if (!file || fwrite(b, sizeof *b, 1, file) != 1 || fclose(file)) {
        bench_die("%s: %s", path, strerror(errno));
    }
}

static void build(const run *r, engine *e, const char *state, int threads, engine_built *out)
{
    char *dir = bench_format("%s/%s-%s", r->work, e->name, state);
    char *note = bench_format("%s.built", dir);
    engine_task task = {r->corpus,
                        dir,
                        threads,
                        strcmp(state, "built") != 0,
                        strcmp(state, "removed") == 0,
                        threads == 1 ? ENGINE_CPU : -1};
    if (!r->reuse || !recall(note, e, out)) {
        fprintf(stderr, "build: %s, %s\n", e->name, state);
        remove_tree(dir);
        engine_build(e, &task, out);
        if (out->is_valid) {
            remember(note, out);
        } else {
            fprintf(stderr, "%s: %s\n", e->name, e->death);
        }
    }
    free(note);
    free(dir);
}

/* The states an index can be in, by its build. Those after the first are asked for the best ten and
 * the count alone. */
enum { ONE = 0, TWO_THREADS = 1, AS_BUILT = 2, REMOVED = 3 };
enum { ALL_MODES = (1 << MODES) - 1, TOP_10_AND_COUNT = 1 << 0 | 1 << 3 };
enum { STATE_SECONDS = 300 }; /* who takes longer to build an index is left out of other states */

static const struct {
    const char *name, *title;
    unsigned asked;
} states[BUILDS] = {
    [ONE] = {"one", "one segment", ALL_MODES},
    [TWO_THREADS] = {"two", NULL, 0},
    [AS_BUILT] = {"built", "as built", TOP_10_AND_COUNT},
    [REMOVED] = {"removed", "one segment, a twentieth of its passages removed", TOP_10_AND_COUNT}};

/* The index of two threads is only weighed, never asked. */
static void build_all(run *r)
{
    r->built = bench_alloc(r->n_engines, sizeof *r->built);
    for (size_t i = 0; i < r->n_engines; i++) {
        engine *e = &r->engines[i];
        build(r, e, states[ONE].name, 1, &r->built[i][ONE]);
        if (r->built[i][ONE].is_valid && e->two_threads) {
            build(r, e, states[TWO_THREADS].name, 2, &r->built[i][TWO_THREADS]);
        }
        if (r->built[i][ONE].is_valid && r->with_states &&
            r->built[i][ONE].seconds < STATE_SECONDS) {
            build(r, e, states[AS_BUILT].name, 1, &r->built[i][AS_BUILT]);
            build(r, e, states[REMOVED].name, 1, &r->built[i][REMOVED]);
        }
    }
}

/* ---- Rounds ---- */

static void start_all(run *r, size_t state)
{
    for (size_t i = 0; i < r->n_engines; i++) {
        engine *e = &r->engines[i];
        char *dir = bench_format("%s/%s-%s", r->work, e->name, states[state].name);
        if (r->built[i][state].is_valid) {
            engine_start(e, dir, ENGINE_CPU);
        } else if (r->built[i][ONE].is_valid && !e->death) {
            e->death =
                bench_format("left out, as building its index took more than %d s", STATE_SECONDS);
        }
        free(dir);
    }
}

static void run_state(run *r, size_t state, const tokens *corpus)
{
    r->asked = states[state].asked;
    start_all(r, state);
    if (corpus) {
        agree(r, corpus);
    }
    measure(r);
    for (size_t i = 0; i < r->n_engines; i++) {
        engine_stop(&r->engines[i]);
    }
    report_times(r, states[state].title);
    report_plots(r, states[state].name);
    report_raw(r, states[state].name);
    for (size_t i = 0; i < r->n_engines * r->n_classes * MODES; i++) {
        free(r->cells[i].times);
        free(r->cells[i].median);
        free(r->cells[i].refused);
    }
    free(r->cells);
}

static void write_results(const run *r, const char *text, size_t len)
{
    fwrite(text, 1, len, stdout);
    if (r->results) {
        FILE *file = fopen(r->results, "we");
        if (!file || fwrite(text, 1, len, file) != len || fclose(file)) {
            bench_die("%s: %s", r->results, strerror(errno));
        }
    }
}

int main(int argc, char **argv)
{
    run r = {.label = "bench", .rounds = 7, .budget = 10, .warm_seconds = 60, .samples = 10};
    tokens corpus;
    struct stat st;
    char *text = NULL;
    size_t len = 0;
    read_options(&r, argc, argv);
    read_queries(&r);
    if (stat(r.corpus, &st) || (mkdir(r.work, 0777) && errno != EEXIST)) {
        bench_die("%s, %s: %s", r.corpus, r.work, strerror(errno));
    }
    r.text_bytes = (uint64_t)st.st_size;
    r.out = open_memstream(&text, &len);
    bench_pin(CLIENT_CPU);
    tables_machine(&r);
    if (r.limits) {
        tables_limits(&r);
    }
    build_all(&r);
    tokens_load(&corpus, r.corpus);
    r.bits = oracle_bits(&corpus);
    run_state(&r, ONE, &corpus);
    if (r.with_states) {
        run_state(&r, AS_BUILT, NULL);
        run_state(&r, REMOVED, NULL);
    }
    tokens_finish(&corpus);
    tables_builds(&r);
    shell(&r);
    touch(&r);
    fclose(r.out);
    write_results(&r, text, len);
    free(text);
    return 0;
}
