/* SPDX-License-Identifier: MIT */
/* shards - a reader of indexes on other machines.
 *
 * Each shard is probed by a thread of its own: connect, read what its index was made with, and
 * where the caller wants that, answer a query alone. quern_shards_open waits for them until its
 * time is over, joins those that have answered to one database, and goes.
 *
 *     caller     start ------------------------- limit   join a, c
 *     a            connect, read: answered
 *     b            connect ................................... late: drops what it has
 *     c              connect, read, answer: answered
 *     d            refused: the reason
 *
 * A thread that hangs cannot be ended, so it is left to itself: the probes share a round, which
 * lives until its last thread lets go of it. Who is late finds the round over and closes its own
 * connection. What a thread may read of the caller's is copied into the round.
 *
 * Shards have to agree in all that an index is made with, and with this library in the analysis:
 * else a passage could have a word and not be found. That is an error, not a missing shard.
 */
#include "query/reader.h"

#include "index/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LIMIT_MS = 5000, MOST_SHARDS = 10000 };

#define DEFAULT_SSH "ssh -T -oBatchMode=yes"

/* What the reader says of each; names and reasons are in the arena. */
typedef struct quern_shards {
    quern_arena arena;
    quern_shard *items;
    size_t n;
} quern_shards;

typedef struct probe {
    quern_engine_address address;
    quern_engine_db *db; /* it answered; else the error says why not */
    quern_index_config config;
    uint64_t generation;
    int is_done;
    quern_error error;
} probe;

typedef struct round {
    pthread_mutex_t lock; /* of all that changes */
    pthread_cond_t changed;
    size_t n_holders, n_done;
    int is_over;
    const quern_engine *engine;
    const char *trial;
    quern_search_options trial_options;
    quern_arena arena; /* of strings */
    probe *items;
    size_t n;
} round;

typedef struct task {
    round *r;
    size_t i;
} task;

/* ---- Names ---- */

static quern_status bad_name(const char *name, const char *why, quern_error *err)
{
    return quern_fail(err, QUERN_E_SYNTAX,
                      "'%.100s' is not a shard: %s - HOST:PORT, ssh:HOST:DIR or prog:PROGRAM", name,
                      why);
}

static char *copy_text(round *r, const char *text, size_t len)
{
    return quern_arena_copy(&r->arena, text, len);
}

/* PROGRAM ARGUMENT... */
static quern_status set_program(round *r, const char *line, const char *more,
                                quern_engine_address *out, quern_error *err)
{
    size_t end = strcspn(line, " ");
    const char *rest = line + end + strspn(line + end, " ");
    size_t room = strlen(rest) + strlen(more) + 2;
    char *arguments = quern_arena_alloc(&r->arena, room);
    out->program = copy_text(r, line, end);
    if (!arguments || !out->program) {
        return quern_fail_nomem(err);
    }
    snprintf(arguments, room, "%s%s%s", rest, *rest && *more ? " " : "", more);
    out->arguments = arguments;
    return QUERN_OK;
}

/* [USER@]HOST:DIR. The shell of the other side reads the directory, so it may hold nothing that is
 * more than its own letter there; and nothing may pass for an option of ssh. */
static quern_status set_ssh(round *r, const char *ssh, const char *place, quern_engine_address *out,
                            quern_error *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._/@+,%=";
    size_t host = strcspn(place, ":");
    const char *dir = place + host + 1;
    if (host == 0 || place[host] != ':' || !*dir) {
        return bad_name(out->name, "it wants a host and a directory", err);
    }
    if (*place == '-' || *dir == '-' || strspn(place, plain) != host ||
        dir[strspn(dir, plain)] != '\0') {
        return bad_name(out->name, "a character that a shell could take for more", err);
    }
    size_t room = strlen(place) + sizeof " xapian-progsrv /glass";
    char *more = quern_arena_alloc(&r->arena, room);
    if (!more) {
        return quern_fail_nomem(err);
    }
    snprintf(more, room, "%.*s xapian-progsrv %s/glass", (int)host, place, dir);
    return set_program(r, ssh, more, out, err);
}

static quern_status set_server(round *r, const char *name, quern_engine_address *out,
                               quern_error *err)
{
    char *end = NULL;
    const char *colon = strrchr(name, ':');
    size_t len = colon ? (size_t)(colon - name) : 0;
    const char *host = name;
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    } else if (len > 0 && memchr(host, ':', len)) {
        return bad_name(name, "an address with colons goes in [ ]", err);
    }
    unsigned long port =
        colon && strspn(colon + 1, "0123456789") ? strtoul(colon + 1, &end, 10) : 0;
    if (len == 0 || !end || *end || port == 0 || port > 65535) {
        return bad_name(name, "it wants a host and a port", err);
    }
    out->port = (uint32_t)port;
    out->host = copy_text(r, host, len);
    return out->host ? QUERN_OK : quern_fail_nomem(err);
}

static quern_status set_address(round *r, const char *name, const char *ssh,
                                quern_engine_address *out, quern_error *err)
{
    out->name = copy_text(r, name, strlen(name));
    if (!out->name) {
        return quern_fail_nomem(err);
    }
    if (strncmp(name, "prog:", 5) == 0) {
        return name[5] && name[5] != ' ' ? set_program(r, name + 5, "", out, err)
                                         : bad_name(name, "it wants a program", err);
    }
    return strncmp(name, "ssh:", 4) == 0 ? set_ssh(r, ssh, name + 4, out, err)
                                         : set_server(r, name, out, err);
}

/* ---- A round of probes ---- */

static void close_probe(const round *r, probe *p)
{
    if (p->db) {
        r->engine->close(p->db);
        p->db = NULL;
    }
}

/* One of its holders lets go. */
static void release_round(round *r)
{
    pthread_mutex_lock(&r->lock);
    size_t left = --r->n_holders;
    pthread_mutex_unlock(&r->lock);
    if (left > 0) {
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        close_probe(r, &r->items[i]);
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    quern_arena_finish(&r->arena);
    quern_free(r);
}

static quern_status make_round(size_t n, round **out, quern_error *err)
{
    pthread_condattr_t clock;
    round *r = quern_alloc_zero(1, sizeof *r);
    *out = NULL;
    if (!r) {
        return quern_fail_nomem(err);
    }
    r->n_holders = 1;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &clock);
    pthread_condattr_destroy(&clock);
    r->items = quern_arena_alloc(&r->arena, n * sizeof *r->items);
    if (!r->items) {
        release_round(r);
        return quern_fail_nomem(err);
    }
    memset(r->items, 0, n * sizeof *r->items);
    r->n = n;
    *out = r;
    return QUERN_OK;
}

static quern_status fill_round(round *r, const char *const *names,
                               const quern_shards_options *options, quern_error *err)
{
    const char *ssh = options->ssh && *options->ssh ? options->ssh : DEFAULT_SSH;
    quern_search_options defaults = QUERN_SEARCH_OPTIONS_INIT;
    QUERN_TRY(quern_engine_load("xapian", &r->engine, err));
    for (size_t i = 0; i < r->n; i++) {
        quern_engine_address *address = &r->items[i].address;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0) {
                return quern_fail(err, QUERN_E_INVALID, "the shard %.100s is named twice",
                                  names[i]);
            }
        }
        QUERN_TRY(set_address(r, names[i], ssh, address, err));
        address->connect_ms = options->time_limit_ms;
        address->exchange_ms = options->exchange_ms;
    }
    r->trial_options = defaults;
    if (options->trial_options) {
        quern_struct_read(&r->trial_options, sizeof r->trial_options, options->trial_options);
    }
    if (options->trial) {
        r->trial = copy_text(r, options->trial, strlen(options->trial));
        return r->trial ? QUERN_OK : quern_fail_nomem(err);
    }
    return QUERN_OK;
}

/* ---- A probe ---- */

/* A reader of the database; where it fails the database is still the caller's. */
static quern_status make_reader(const quern_engine *engine, quern_engine_db *db,
                                const quern_index_config *config, quern_reader **out,
                                quern_error *err)
{
    quern_analysis *analysis = NULL;
    quern_reader *reader = quern_alloc_zero(1, sizeof *reader);
    *out = NULL;
    if (!reader) {
        return quern_fail_nomem(err);
    }
    pthread_mutex_init(&reader->lock, NULL);
    reader->snapshot = quern_alloc_zero(1, sizeof *reader->snapshot);
    quern_status status = reader->snapshot ? QUERN_OK : quern_fail_nomem(err);
    if (reader->snapshot) {
        reader->snapshot->manifest.config = *config;
        status = quern_reader_check_analysis("the index of the shards", config, &analysis, err);
    }
    quern_reader_give_analysis(reader, analysis);
    if (status || !reader->snapshot) {
        quern_reader_free(reader);
        return status;
    }
    reader->guest.engine = engine;
    reader->guest.db = db;
    *out = reader;
    return QUERN_OK;
}

/* The whole question, to this shard alone. */
static quern_status try_query(const round *r, probe *p, quern_error *err)
{
    quern_reader *reader = NULL;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_status status = make_reader(r->engine, p->db, &p->config, &reader, err);
    if (!reader) {
        return status;
    }
    status = quern_query_parse(reader, QUERN_STR(r->trial), &query, err);
    status = status ? status : quern_search(reader, query, &r->trial_options, &hits, err);
    quern_hits_free(hits);
    quern_query_free(query);
    reader->guest.engine = NULL;
    quern_reader_free(reader);
    return status;
}

static void run_probe(const round *r, probe *p)
{
    quern_stats stats = QUERN_STATS_INIT;
    quern_status status = r->engine->open_shard(&p->address, &p->db, &p->config, &p->error);
    if (!status) {
        status = r->engine->stats(p->db, &stats, &p->error);
        p->generation = stats.generation;
    }
    if (!status && r->trial) {
        status = try_query(r, p, &p->error);
        status = status == QUERN_E_VERSION ? QUERN_OK : status; /* said of all of them later */
    }
    if (status) {
        close_probe(r, p);
    }
}

static void *probe_thread(void *payload)
{
    task t = *(task *)payload;
    round *r = t.r;
    quern_free(payload);
    probe own;
    memset(&own, 0, sizeof own);
    own.address = r->items[t.i].address;
    run_probe(r, &own);
    own.is_done = 1;
    pthread_mutex_lock(&r->lock);
    int is_late = r->is_over;
    if (!is_late) {
        r->items[t.i] = own;
        r->n_done++;
        pthread_cond_signal(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    if (is_late) {
        close_probe(r, &own);
    }
    release_round(r);
    return NULL;
}

static quern_status start_probes(round *r, quern_error *err)
{
    for (size_t i = 0; i < r->n; i++) {
        pthread_t thread;
        task *t = quern_alloc(sizeof *t);
        if (!t) {
            return quern_fail_nomem(err);
        }
        t->r = r;
        t->i = i;
        pthread_mutex_lock(&r->lock);
        r->n_holders++;
        pthread_mutex_unlock(&r->lock);
        int error = pthread_create(&thread, NULL, probe_thread, t);
        if (error) {
            quern_free(t);
            release_round(r);
            return quern_fail_os(err, error, "cannot start a thread for a shard");
        }
        pthread_detach(thread);
    }
    return QUERN_OK;
}

static void wait_for_probes(round *r, const struct timespec *end)
{
    int error = 0;
    pthread_mutex_lock(&r->lock);
    while (r->n_done < r->n && error == 0) {
        error = pthread_cond_timedwait(&r->changed, &r->lock, end);
    }
    r->is_over = 1;
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < r->n; i++) {
        if (!r->items[i].is_done) {
            quern_fail(&r->items[i].error, QUERN_E_NETWORK, "no answer in time");
        }
    }
}

/* ---- From probes to a reader ---- */

/* What of two shards differs, or NULL. */
static const char *difference(const quern_index_config *a, const quern_index_config *b)
{
    return a->analysis_version != b->analysis_version ||
                   a->analysis_fingerprint != b->analysis_fingerprint
               ? "another analysis"
           : strcmp(a->language, b->language) != 0 ? "another language"
           : a->passage_words != b->passage_words  ? "passages of another length"
           : a->pool_titles != b->pool_titles      ? "titles counted otherwise"
           : a->store_text != b->store_text        ? "texts stored in one only"
                                                   : NULL;
}

/* *first becomes one that answered. */
static quern_status compare_configs(round *r, const probe **first, quern_error *err)
{
    *first = NULL;
    for (size_t i = 0; i < r->n; i++) {
        const probe *p = &r->items[i];
        const char *what = *first && p->db ? difference(&(*first)->config, &p->config) : NULL;
        if (what) {
            return quern_fail(err, QUERN_E_INVALID,
                              "the shards %.80s and %.80s do not go together: %s - make all with "
                              "the same options",
                              (*first)->address.name, p->address.name, what);
        }
        *first = !*first && p->db ? p : *first;
    }
    return QUERN_OK;
}

static quern_status refuse_missing(const round *r, int require_all, quern_error *err)
{
    const probe *missing = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (!r->items[i].db) {
            missing = n++ == 0 ? &r->items[i] : missing;
        }
    }
    if (n == 0 || (n < r->n && !require_all)) {
        return QUERN_OK;
    }
    return quern_fail(err, QUERN_E_NETWORK, "%s%.100s: %s",
                      n == r->n && n > 1 ? "no shard answers, " : "the shard ",
                      missing->address.name, missing->error.message);
}

static quern_status describe(const round *r, quern_shards **out, quern_error *err)
{
    quern_shards *s = quern_alloc_zero(1, sizeof *s);
    *out = s;
    if (!s) {
        return quern_fail_nomem(err);
    }
    s->items = quern_arena_alloc(&s->arena, r->n * sizeof *s->items);
    for (s->n = 0; s->items && s->n < r->n; s->n++) {
        const probe *p = &r->items[s->n];
        quern_shard *shard = &s->items[s->n];
        const char *why = p->error.message;
        shard->name = quern_arena_copy(&s->arena, p->address.name, strlen(p->address.name));
        shard->missing = p->db ? NULL : quern_arena_copy(&s->arena, why, strlen(why));
        shard->generation = p->generation;
        if (!shard->name || (!p->db && !shard->missing)) {
            return quern_fail_nomem(err);
        }
    }
    return s->items ? QUERN_OK : quern_fail_nomem(err);
}

void quern_shards_free(quern_shards *shards)
{
    if (shards) {
        quern_arena_finish(&shards->arena);
        quern_free(shards);
    }
}

static quern_status join(round *r, quern_engine_db **out, quern_error *err)
{
    size_t n = 0;
    quern_engine_db **all = quern_alloc(r->n * sizeof(quern_engine_db *));
    *out = NULL;
    if (!all) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < r->n; i++) {
        if (r->items[i].db) {
            all[n++] = r->items[i].db;
            r->items[i].db = NULL;
        }
    }
    quern_status status = r->engine->join_shards(all, n, out, err);
    quern_free(all);
    return status;
}

/* The round is over, so it has no writer but this one. */
static quern_status make_of_round(round *r, int require_all, quern_reader **out, quern_error *err)
{
    const probe *first = NULL;
    quern_shards *shards = NULL;
    quern_engine_db *db = NULL;
    QUERN_TRY(compare_configs(r, &first, err));
    quern_status status = refuse_missing(r, require_all, err);
    if (status || !first) { /* none answered */
        return status;
    }
    status = describe(r, &shards, err);
    status = status ? status : join(r, &db, err);
    status = status ? status : make_reader(r->engine, db, &first->config, out, err);
    if (status || !*out) {
        quern_shards_free(shards);
        if (db) {
            r->engine->close(db);
        }
        return status;
    }
    (*out)->shards = shards;
    return QUERN_OK;
}

/* ---- The public functions ---- */

static quern_status read_options(quern_shards_options *to, const quern_shards_options *options,
                                 struct timespec *end, quern_error *err)
{
    quern_shards_options defaults = QUERN_SHARDS_OPTIONS_INIT;
    *to = defaults;
    if (options) {
        if (options->size < sizeof options->size) {
            return quern_fail(err, QUERN_E_INVALID,
                              "quern_shards_open: size of the options is not set - "
                              "start from QUERN_SHARDS_OPTIONS_INIT");
        }
        quern_struct_read(to, sizeof *to, options);
    }
    to->time_limit_ms = to->time_limit_ms ? to->time_limit_ms : LIMIT_MS;
    to->exchange_ms = to->exchange_ms ? to->exchange_ms : to->time_limit_ms;
    clock_gettime(CLOCK_MONOTONIC, end);
    end->tv_sec += (time_t)(to->time_limit_ms / 1000);
    end->tv_nsec += (long)(to->time_limit_ms % 1000) * 1000000;
    if (end->tv_nsec >= 1000000000) {
        end->tv_sec++;
        end->tv_nsec -= 1000000000;
    }
    return QUERN_OK;
}

quern_status quern_shards_open(const char *const *shards, size_t n,
                               const quern_shards_options *options, quern_reader **out,
                               quern_error *err)
{
    struct timespec end;
    quern_shards_options set;
    round *r = NULL;
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!shards || n == 0 || n > MOST_SHARDS || !out) {
        return quern_fail(err, QUERN_E_INVALID, "quern_shards_open: an argument is missing");
    }
    QUERN_TRY(read_options(&set, options, &end, err));
    quern_status status = make_round(n, &r, err);
    if (!r) {
        return status;
    }
    status = fill_round(r, shards, &set, err);
    status = status ? status : start_probes(r, err);
    if (status) {
        end.tv_sec = 0; /* those that run are late by now */
    }
    wait_for_probes(r, &end);
    status = status ? status : make_of_round(r, set.require_all, out, err);
    release_round(r);
    return status;
}

quern_status quern_reader_shard(quern_reader *reader, size_t n, quern_shard *out)
{
    const quern_shards *s = reader ? reader->shards : NULL;
    if (!s || n >= s->n || !out) {
        return QUERN_E_INVALID;
    }
    return quern_struct_write(out, &s->items[n], sizeof *out) ? QUERN_E_INVALID : QUERN_OK;
}
