/* SPDX-License-Identifier: MIT */
/* shell - what one query costs somebody at a shell: a whole process, from its start to its end.
 *
 * Each command runs once untimed and then a number of times on the engines' core, its output thrown
 * away; /bin/true gives the floor. Then the same with the files of the index put out of the page
 * cache before each run (those of the program stay). The tools that come with an engine (search,
 * sqlite3, quest) are asked two words as their users would; of engines that have none the bench's
 * own driver is asked, through its protocol, which also reads its table of lines. quest ranks by
 * its own defaults, and search has no stored texts to show.
 */
#include "bench/run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 15, MIDDLE = RUNS / 2 };

/* Runs a command line of sh; returns nanoseconds, or 0 where it failed. */
static uint64_t run_once(const char *line)
{
    uint64_t start = bench_now();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, 1);
        dup2(null, 2);
        bench_pin(ENGINE_CPU);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? bench_now() - start : 0;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Median and range of a command line, as two cells; the files under `cold` are evicted before each
 * run, unless it is NULL. */
static void time_runs(const run *r, const char *line, const char *cold)
{
    uint64_t times[RUNS];
    for (size_t i = 0; i < RUNS; i++) {
        if (cold) {
            bench_evict_tree(cold);
        }
        times[i] = run_once(line);
    }
    qsort(times, RUNS, sizeof *times, ascending);
    fprintf(r->out, " %.1f | %.1f to %.1f |", (double)times[MIDDLE] / 1e6, (double)times[0] / 1e6,
            (double)times[RUNS - 1] / 1e6);
}

static void tell_memory(const run *r, const char *line)
{
    uint64_t kb = own_memory_kb(line);
    if (kb > 0) {
        fprintf(r->out, " %.1f |", (double)kb / 1024);
    } else {
        fputs(" - |", r->out);
    }
}

/* A row of the table; `e` has the index that is asked, NULL: none. */
static void time_command(const run *r, const engine *e, const char *name, const char *line)
{
    if (run_once(line) == 0) {
        fprintf(r->out, "| %s | failed | | | | |\n", name);
        return;
    }
    fprintf(r->out, "| %s |", name);
    time_runs(r, line, NULL);
    if (e) {
        char *index = bench_format("%s/%s-one", r->work, e->name);
        time_runs(r, line, index);
        free(index);
    } else {
        fputs(" | |", r->out);
    }
    tell_memory(r, line);
    fputc('\n', r->out);
}

static void time_driver(const run *r, const engine *e, const char *query)
{
    char *command = bench_format("exec");
    for (size_t i = 0; i < e->n_command; i++) {
        char *longer = bench_format("%s '%s'", command, e->command[i]);
        free(command);
        command = longer;
    }
    char *line = bench_format("printf 'OR TOP 10 %s\\n' | (%s serve '%s/%s-one')", query, command,
                              r->work, e->name);
    char *name = bench_format("driver of %s", e->name);
    time_command(r, e, name, line);
    free(name);
    free(line);
    free(command);
}

/* 0: the engine has no tool. */
static int time_tools(const run *r, const engine *e, const char *query)
{
    char *line = NULL;
    if (strcmp(e->name, "sqlite") == 0) {
        char *either = bench_copy(query, strlen(query));
        char *second = strchr(either, ' ');
        *second++ = '\0';
        line = bench_format("exec sqlite3 '%s/sqlite-one/fts5.db' \"SELECT rowid FROM t WHERE t "
                            "MATCH '%s OR %s' ORDER BY rank LIMIT 10\"",
                            r->work, either, second);
        time_command(r, e, "sqlite3", line);
        free(either);
    } else if (strcmp(e->name, "xapian") == 0) {
        line = bench_format("exec quest -m 10 -s none -o or -d '%s/xapian-one/db' '%s'", r->work,
                            query);
        time_command(r, e, "quest", line);
    } else if (strcmp(e->name, "quern") == 0 && r->search) {
        line = bench_format("exec '%s' --index '%s/quern-one' '%s'", r->search, r->work, query);
        time_command(r, e, "search", line);
    }
    int has_tool = line != NULL;
    free(line);
    return has_tool;
}

/* Two words of the first OR query of at least two. */
static char *choose_query(const run *r)
{
    for (size_t i = 0; i < r->n_queries; i++) {
        const char *words = r->queries[i].words, *space = strchr(words, ' ');
        if (strcmp(r->queries[i].type, "OR") == 0 && space) {
            return bench_copy(words, (size_t)(space - words) + 1 + strcspn(space + 1, " "));
        }
    }
    return NULL;
}

void shell(const run *r)
{
    char *query = choose_query(r);
    if (!query) {
        return;
    }
    fprintf(
        r->out,
        "\n## One query from a shell\n\nWhole processes for `%s` (either word, ten best), in "
        "milliseconds: median and range of %d runs; cold: the files of the index are read from the "
        "disk. The last column is the most memory, in MB, that the process had of its own: without "
        "files that it maps, which others share.\n\n| command | median | range | cold | range | "
        "own MB "
        "|\n|---|---|---|---|---|---|\n",
        query, RUNS);
    time_command(r, NULL, "true (the floor)", "exec true");
    for (size_t i = 0; i < r->n_engines; i++) {
        if (r->built[i][0].is_valid) {
            if (!time_tools(r, &r->engines[i], query)) {
                time_driver(r, &r->engines[i], query);
            }
        }
    }
    free(query);
}
