/* SPDX-License-Identifier: MIT */
/* shard_faults_test - `search --shard` where a shard is killed, stopped, slow, silent, closes in
 * the middle, or talks nonsense: there is an answer within the limit, it says which shards it is
 * of, and it is the answer that these shards give alone; or, with --require-all, an error that
 * names who is missing.
 *
 *     QUERN_SHARD_ROUNDS     how often each fault is made (2)
 *
 * Of three shards one goes wrong, behind a relay that lets a random number of bytes through first,
 * so that it happens in the greeting, in the probe or anywhere in the search. What the tool prints
 * is compared line by line with what it prints for the named shards where nothing is wrong.
 *
 * SEARCH names the tool. Skipped with the reason where something is not installed.
 */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/random_articles.h"
#include "tests/scratch.h"
#include "tests/shard_servers.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { N = 3, ARTICLES = 300, LIMIT_MS = 1500, AFTER_MOST = 9000, QUERIES = 3, SETS = 1 << N };

static const char *const queries[QUERIES] = {"market growth", "\"long-term\" bank reported",
                                             "commitment AWS chips energy"};

static char base[4096];
static const char *tool;
static shard_server servers[N];
static relay relays[N];
static char *wanted[QUERIES][SETS]; /* hits as JSON, by the shards that take part */

/* ---- The tool ---- */

typedef struct outcome {
    int code;
    double seconds;
    char *out, *err; /* owned */
} outcome;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void drop(outcome *o)
{
    free(o->out);
    free(o->err);
}

static outcome run_tool(char *const *arguments)
{
    outcome o = {-1, 0, NULL, NULL};
    char out[4200];
    char err[4200];
    int how = 0;
    pid_t pid = 0;
    size_t len;
    posix_spawn_file_actions_t files;
    snprintf(out, sizeof out, "%s/out", base);
    snprintf(err, sizeof err, "%s/err", base);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double from = now_s();
    CU_ASSERT_FATAL(posix_spawn(&pid, tool, &files, NULL, arguments, environ) == 0);
    waitpid(pid, &how, 0);
    o.seconds = now_s() - from;
    o.code = WIFEXITED(how) ? WEXITSTATUS(how) : 1000 + WTERMSIG(how);
    posix_spawn_file_actions_destroy(&files);
    o.out = scratch_read(base, "out", &len);
    o.err = scratch_read(base, "err", &len);
    return o;
}

static outcome ask(const int ports[N], unsigned set, const char *query, uint32_t limit_ms,
                   int require_all)
{
    char list[N * 32] = "";
    char limit[32];
    size_t at = 0;
    for (unsigned i = 0; i < N; i++) {
        if (set >> i & 1) {
            at += (size_t)snprintf(list + at, sizeof list - at, "%s127.0.0.1:%d", at ? "," : "",
                                   ports[i]);
        }
    }
    snprintf(limit, sizeof limit, "%g", limit_ms / 1000.0);
    char *const arguments[] = {(char[]){"search"},
                               (char[]){"--json"},
                               (char[]){"--shard"},
                               list,
                               (char[]){"--time-limit"},
                               limit,
                               (char *)(uintptr_t)query,
                               require_all ? (char[]){"--require-all"} : NULL,
                               NULL};
    return run_tool(arguments);
}

/* The lines of hits alone. */
static void keep_hits(char *out)
{
    char *to = out;
    for (char *line = out; *line;) {
        char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) + 1 : strlen(line);
        if (strncmp(line, "{\"type\":\"hit\"", 13) == 0) {
            memmove(to, line, len);
            to += len;
        }
        line += len;
    }
    *to = '\0';
}

/* Which shards the summary names; -1 where there is none. */
static int named_set(const char *out, const int ports[N])
{
    const char *summary = strstr(out, "\"shards\":[");
    const char *end = summary ? strchr(summary, ']') : NULL;
    int set = end ? 0 : -1;
    for (int i = 0; end && i < N; i++) {
        char name[32];
        snprintf(name, sizeof name, "\"127.0.0.1:%d\"", ports[i]);
        const char *at = strstr(summary, name);
        set |= at && at < end ? 1 << i : 0;
    }
    return set;
}

/* ---- The shards ---- */

static quern_status fill(const char *dir, unsigned shard, quern_error *err)
{
    static char text[20000];
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    uint64_t seed = 77 + shard;
    options.engine = "xapian";
    quern_status status = quern_index_create(dir, &options, err);
    status = status ? status : quern_index_open(dir, NULL, &index, err);
    status = status ? status : quern_writer_open(index, NULL, &w, err);
    for (unsigned i = 0; !status && i < ARTICLES; i++) {
        char source[32];
        snprintf(source, sizeof source, "%u/%u.txt", shard, i);
        random_text(&seed, 20 + check_random(&seed) % 200, text, sizeof text);
        status = library_put(w, source, "A title", text, err);
    }
    status = status ? status : quern_writer_commit(w, err);
    quern_writer_close(w);
    quern_index_close(index);
    return status;
}

static void ports_of(int direct[N], int relayed[N])
{
    for (int i = 0; i < N; i++) {
        direct[i] = servers[i].port;
        relayed[i] = relays[i].port;
    }
}

/* What each set of shards answers where nothing is wrong. */
static void learn(void)
{
    int direct[N];
    int relayed[N];
    ports_of(direct, relayed);
    for (int q = 0; q < QUERIES; q++) {
        for (unsigned set = 1; set < SETS; set++) {
            outcome o = ask(direct, set, queries[q], 60000, 1);
            CU_ASSERT_FATAL(o.code == 0 && strstr(o.out, "\"partial\":false") != NULL);
            keep_hits(o.out);
            CHECK(o.out[0] != '\0');
            wanted[q][set] = o.out;
            free(o.err);
        }
    }
}

/* Returns 0 where something is not installed. */
static int begin(void)
{
    tool = getenv("SEARCH");
    if (!tool) {
        printf("skipped: SEARCH does not name the tool\n");
        return 0;
    }
    scratch_make(base);
    for (unsigned i = 0; i < N; i++) {
        char dir[4200];
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        snprintf(dir, sizeof dir, "%s/%u", base, i);
        quern_status status = fill(dir, i, &err);
        if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
            printf("skipped: %s - %s\n", err.message, err.hint);
            return 0;
        }
        CU_ASSERT_FATAL(status == QUERN_OK);
        if (shard_server_start(&servers[i], dir)) {
            printf("skipped: there is no xapian-tcpsrv - install xapian-tools\n");
            return 0;
        }
        relay_start(&relays[i], servers[i].port);
    }
    learn();
    return 1;
}

static void end(void)
{
    for (int i = 0; i < N; i++) {
        relay_end(&relays[i]);
        shard_server_end(&servers[i]);
    }
    for (int q = 0; q < QUERIES; q++) {
        for (unsigned set = 0; set < SETS; set++) {
            free(wanted[q][set]);
            wanted[q][set] = NULL;
        }
    }
    if (tool) {
        scratch_remove(base);
    }
}

/* ---- Faults ---- */

typedef struct tally {
    unsigned runs, whole, partial, errors;
    unsigned
        others; /* answers that lack a shard too where nothing is wrong: the machine was busy */
    double worst_s;
} tally;

static const char *const fault_names[] = {"none", "silent", "closed",  "garbage", "a flood",
                                          "slow", "late",   "stopped", "killed"};
enum { STOPPED = RELAY_LATE + 1, KILLED, N_FAULTS };

static void make_fault(int fault, unsigned victim, uint64_t r)
{
    if (fault == STOPPED) {
        shard_server_signal(&servers[victim], SIGSTOP);
    } else if (fault == KILLED) {
        shard_server_end(&servers[victim]);
    } else {
        relays[victim].orders->after = (uint32_t)(r % AFTER_MOST);
        relays[victim].orders->wait_ms = fault == RELAY_SLOW ? 30 : 150;
        relays[victim].orders->fault = (relay_fault)fault;
    }
}

static void mend_fault(int fault, unsigned victim)
{
    relays[victim].orders->fault = RELAY_NONE;
    if (fault == STOPPED) {
        shard_server_signal(&servers[victim], SIGCONT);
    } else if (fault == KILLED) {
        shard_server_restart(&servers[victim]);
    }
}

static void complain(const char *what, int fault, const outcome *o)
{
    CHECK_ROW(what, 0);
    printf("%s: %s, exit %d, %.3f s\n%s\n", fault_names[fault], what, o->code, o->seconds, o->err);
}

/* An answer: of the shards that it names, said to be partial where one is missing. */
static void check_answer(int fault, unsigned victim, int q, outcome *o, tally *t)
{
    int direct[N];
    int relayed[N];
    ports_of(direct, relayed);
    int set = named_set(o->out, relayed);
    int all = SETS - 1;
    int is_partial = strstr(o->out, "\"partial\":true") != NULL;
    if (set <= 0 || is_partial != (set != all)) {
        complain("the label is wrong", fault, o);
        printf("%d %s\n", set, o->out);
        return;
    }
    keep_hits(o->out);
    if (strcmp(o->out, wanted[q][set]) != 0) {
        complain("hits are not those of the shards named", fault, o);
    }
    t->whole += set == all;
    t->partial += set != all;
    t->others += (set | 1 << victim) != all;
}

static void check_error(int fault, const outcome *o, tally *t)
{
    if (!strstr(o->err, "127.0.0.1:") || o->out[0]) {
        complain("the error does not name the shard", fault, o);
    }
    t->errors++;
}

static void try_fault(int fault, uint64_t *seed, tally *t)
{
    int direct[N];
    int relayed[N];
    uint64_t r = check_random(seed);
    unsigned victim = (unsigned)(r % N);
    int q = (int)(r >> 8) % QUERIES;
    int require_all = (r >> 16 & 3) == 0;
    q = q < 0 ? -q : q;
    ports_of(direct, relayed);
    make_fault(fault, victim, r >> 20);
    outcome o = ask(relayed, SETS - 1, queries[q], LIMIT_MS, require_all);
    mend_fault(fault, victim);
    t->runs++;
    t->worst_s = o.seconds > t->worst_s ? o.seconds : t->worst_s;
    if (o.seconds > LIMIT_MS / 1000.0 * 1.1 + 1.0) { /* the machine may be busy */
        complain("late", fault, &o);
    }
    if (o.code == 0) {
        if (require_all && !strstr(o.out, "\"partial\":false")) {
            complain("a partial answer, though all are required", fault, &o);
        }
        check_answer(fault, victim, q, &o, t);
    } else if (o.code == 6 && require_all) {
        check_error(fault, &o, t);
    } else {
        complain("the exit code is wrong", fault, &o);
    }
    drop(&o);
}

static void test_faults(void)
{
    const char *text = getenv("QUERN_SHARD_ROUNDS");
    int rounds = text ? atoi(text) : 2;
    uint64_t seed = check_seed(3);
    if (begin()) {
        for (int fault = RELAY_NONE; fault < N_FAULTS; fault++) {
            tally t = {0, 0, 0, 0, 0, 0.0};
            for (int i = 0; i < rounds; i++) {
                try_fault(fault, &seed, &t);
            }
            printf("%s: %u runs, %u whole answers, %u partial ones (%u without another), "
                   "%u errors, at most %.3f s of %.1f\n",
                   fault_names[fault], t.runs, t.whole, t.partial, t.others, t.errors, t.worst_s,
                   LIMIT_MS / 1000.0);
            fflush(stdout);
        }
    }
    end();
}

static CU_TestInfo tests[] = {{"a shard goes wrong", test_faults}, CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("shard_faults", tests)
