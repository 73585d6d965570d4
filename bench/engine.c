/* SPDX-License-Identifier: MIT */
/* engine - see engine.h. */
#include "bench/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

char **engine_words(engine *e, const char *a, const char *b, const char *c)
{
    const char *words[] = {a, b, c, NULL};
    memcpy(e->command + e->n_command, words, sizeof words);
    return e->command;
}

/* Runs in the child: never returns. `log` takes the standard error. */
static void become(char **command, const int ends[2], const char *log, int cpu)
{
    int err = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (err >= 0) {
        dup2(err, 2);
    }
    dup2(ends[0], 0);
    dup2(ends[1], 1);
    bench_pin(cpu);
    execvp(command[0], command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
}

static pid_t launch(engine *e, const char *log, int cpu)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
        bench_die("pipe: %s", strerror(errno));
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        bench_die("fork: %s", strerror(errno));
    }
    if (pid == 0) {
        const int ends[2] = {to[0], from[1]};
        become(e->command, ends, log, cpu);
    }
    close(to[0]);
    close(from[1]);
    e->to = fdopen(to[1], "we");
    e->from = fdopen(from[0], "re");
    if (!e->to || !e->from) {
        bench_die("fdopen: %s", strerror(errno));
    }
    return pid;
}

void engine_build(engine *e, const engine_task *task, engine_built *out)
{
    memset(out, 0, sizeof *out);
    char *log = bench_format("%s.log", task->dir);
    char *threads = bench_format("%d", task->threads);
    char **words = engine_words(e, "build", task->corpus, task->dir);
    char **all = bench_alloc(e->n_command + 5, sizeof *all);
    memcpy(all, words, (e->n_command + 3) * sizeof *all);
    all[e->n_command + 3] = threads;
    engine child = *e;
    child.command = all;
    setenv("QUERN_BENCH_MERGE", task->merge ? "1" : "0", 1);
    setenv("QUERN_BENCH_REMOVE", task->remove ? "1" : "0", 1);
    uint64_t start = bench_now();
    pid_t pid = launch(&child, log, task->cpu);
    fclose(child.to);
    unsigned long long docs = 0, tokens = 0, peak = 0;
    char *line = NULL;
    size_t cap = 0;
    while (!out->is_valid && getline(&line, &cap, child.from) >= 0) {
        out->is_valid =
            sscanf(line, "built %lf %llu %llu %llu", &out->seconds, &docs, &tokens, &peak) == 4;
    }
    struct rusage usage;
    int status = 0;
    wait4(pid, &status, 0, &usage);
    out->process_seconds = (double)(bench_now() - start) / 1e9;
    out->cpu_seconds = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
                       (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
    out->is_valid = out->is_valid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    out->docs = docs;
    out->tokens = tokens;
    out->peak_kb = peak;
    out->bytes = bench_tree_bytes(task->dir);
    if (!out->is_valid) {
        e->death = bench_format("its build failed, see %s",
                                strrchr(log, '/') ? strrchr(log, '/') + 1 : log);
    }
    fclose(child.from);
    free(line);
    free(all);
    free(threads);
    free(log);
}

void engine_start(engine *e, const char *dir, int cpu)
{
    free(e->dir);
    e->dir = bench_copy(dir, strlen(dir));
    char *log = bench_format("%s.log", dir);
    engine_words(e, "serve", e->dir, NULL);
    e->pid = launch(e, log, cpu);
    free(log);
}

char *engine_ask(engine *e, const char *request)
{
    if (!e->pid) {
        return NULL;
    }
    fprintf(e->to, "%s\n", request);
    fflush(e->to);
    ssize_t n = getline(&e->line, &e->cap, e->from);
    if (n <= 0) {
        e->death = bench_format("it died at \"%s\", see %s.log", request,
                                strrchr(e->dir, '/') ? strrchr(e->dir, '/') + 1 : e->dir);
        engine_stop(e);
        return NULL;
    }
    if (e->line[n - 1] == '\n') {
        e->line[n - 1] = '\0';
    }
    return e->line;
}

void engine_stop(engine *e)
{
    if (e->pid) {
        fclose(e->to);
        fclose(e->from);
        waitpid(e->pid, NULL, 0);
        e->pid = 0;
    }
}
