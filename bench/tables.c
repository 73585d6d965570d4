/* SPDX-License-Identifier: MIT */
/* tables - the machine, its limits, and what building an index costs. */
#include "bench/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

/* The value of the first line of a file that begins with `key`; to be freed. */
static char *line_of(const char *path, const char *key)
{
    char *line = NULL, *out = NULL;
    size_t cap = 0;
    FILE *file = fopen(path, "re");
    while (file && !out && getline(&line, &cap, file) >= 0) {
        char *at = strncmp(line, key, strlen(key)) == 0 ? line + strlen(key) : NULL;
        if (at) {
            at += strspn(at, " \t:=\"");
            at[strcspn(at, "\"\n")] = '\0';
            out = bench_copy(at, strlen(at));
        }
    }
    if (file) {
        fclose(file);
    }
    free(line);
    return out ? out : bench_copy("?", 1);
}

void tables_machine(const run *r)
{
    struct utsname host;
    char date[32], *cpu = line_of("/proc/cpuinfo", "model name"),
                   *memory = line_of("/proc/meminfo", "MemTotal"),
                   *cache = line_of("/proc/cpuinfo", "cache size"),
                   *load = line_of("/proc/loadavg", ""),
                   *system_ = line_of("/etc/os-release", "PRETTY_NAME");
    time_t now = time(NULL);
    uname(&host);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
    fprintf(r->out,
            "# Bench: %s\n\nMade by `script/bench` on %s. %s, cache %s, memory %s, %s, %s %s. Load "
            "at the start: %s.\nEngines run on core %d, the client on core %d, one search thread. "
            "The corpus has %.1f MB of text.\n\n%s",
            r->label, date, cpu, cache, memory, system_, host.sysname, host.release, load,
            ENGINE_CPU, CLIENT_CPU, (double)r->text_bytes / 1e6, r->notes ? r->notes : "");
    free(cpu);
    free(memory);
    free(cache);
    free(load);
    free(system_);
}

void tables_limits(const run *r)
{
    char *command = bench_format("taskset -c %d '%s' '%s'", ENGINE_CPU, r->limits, r->corpus);
    FILE *pipe = popen(command, "re");
    char *line = NULL;
    size_t cap = 0;
    fprintf(r->out, "\n## Limits of the machine, in this run\n\n| limit | value | what |\n"
                    "|---|---|---|\n");
    while (pipe && getline(&line, &cap, pipe) >= 0) {
        char *words[4] = {NULL, NULL, NULL, NULL}, *save = NULL;
        for (size_t i = 0; i < 4; i++) {
            words[i] = strtok_r(i ? NULL : line, "\t\n", &save);
        }
        if (words[3]) {
            fprintf(r->out, "| %s | %s %s | %s |\n", words[0], words[1], words[2], words[3]);
        }
    }
    if (!pipe || pclose(pipe) != 0) {
        fprintf(r->out, "| %s failed | | |\n", r->limits);
    }
    free(line);
    free(command);
}

static void print_build(const run *r, const engine *e, const char *how, const engine_built *b)
{
    if (!b->is_valid) {
        return;
    }
    double mb = (double)r->text_bytes / 1e6, index = (double)b->index_bytes;
    fprintf(r->out, "| %s | %s%s | %.2f | %.2f | %.1f | %.1f | %.1f |", e->name, how,
            b->is_reused ? ", **earlier run**" : "", b->seconds, b->cpu_seconds, mb / b->seconds,
            (double)b->peak_kb / 1024, (double)b->bytes / 1e6);
    if (b->index_bytes) {
        fprintf(r->out, " %.1f | %.2f | %.2f |\n", index / 1e6,
                100.0 * index / (double)r->text_bytes, 8.0 * index / r->bits);
    } else {
        fprintf(r->out, " - | - | - |\n");
    }
}

void tables_builds(const run *r)
{
    fprintf(
        r->out,
        "\n## Building\n\nFrom text in the page cache to an index that is merged to one segment "
        "and synced; the process's start is left out,\nits compiler is not. One thread has the "
        "engines' core, two have all cores. \"As built\" is "
        "not merged; what is removed is removed after the merge. The index is what is on disk "
        "without what only tells which line\na passage is: a column of line numbers in Lucene and "
        "Tantivy, in quern the names of the articles, which are the\nlines here (section KEYS); "
        "\"on disk\" has them. The entropy bound of this corpus is %.1f MB.\n\n"
        "| engine | how | s | CPU s | MB/s | peak MB | on disk MB | index MB | %% of text | times "
        "the "
        "bound |\n|---|---|---|---|---|---|---|---|---|---|\n",
        r->bits / 8e6);
    static const char *const how[] = {"1 thread", "2 threads", "1 thread, as built",
                                      "1 thread, a twentieth removed"};
    for (size_t i = 0; i < r->n_engines; i++) {
        for (size_t k = 0; k < BUILDS; k++) {
            const engine_built *b = &r->built[i][k];
            print_build(r, &r->engines[i], how[k], b);
        }
    }
}
