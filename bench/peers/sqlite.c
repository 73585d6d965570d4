/* SPDX-License-Identifier: MIT */
/* sqlite - the peer SQLite FTS5: a contentless table, the ascii tokenizer, positions (detail full).
 *
 * Built in one transaction with a hash of 64 MB, then optimised and vacuumed, without a journal and
 * with one fsync at the end, which is kinder to it than its defaults. Served from a mapping with
 * 1 GB of cache. Ranked by its own bm25(), whose idf is clamped at 1e-6 for words in half of the
 * rows. A count beside the best k takes a second statement. The text of a query is parsed inside
 * the time, as FTS5 takes queries in no other form.
 */
#include "bench/peers/peer.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct sqlite {
    sqlite3 *db;
    sqlite3_stmt *top, *count, *df;
    char *path;
    char *match;
    size_t cap;
} sqlite;

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        bench_die("%s: %s", sql, message);
    }
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *out = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &out, NULL) != SQLITE_OK) {
        bench_die("%s: %s", sql, sqlite3_errmsg(db));
    }
    return out;
}

static void insert_all(sqlite3 *db, const char *corpus, peer_built *out)
{
    sqlite3_stmt *insert = prepare(db, "INSERT INTO t(rowid, x) VALUES(?, ?)");
    peer_lines lines;
    size_t len;
    peer_lines_open(&lines, corpus);
    for (char *line; (line = peer_lines_next(&lines, &len)) != NULL; out->docs++) {
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)out->docs + 1);
        sqlite3_bind_text(insert, 2, line, (int)len, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) {
            bench_die("insert: %s", sqlite3_errmsg(db));
        }
        sqlite3_reset(insert);
        out->tokens++;
        for (size_t i = 0; i < len; i++) {
            out->tokens += line[i] == ' ';
        }
    }
    peer_lines_close(&lines);
    sqlite3_finalize(insert);
}

/* FTS5 has to be told what an entry without content was. */
static void remove_some(sqlite3 *db, const char *corpus)
{
    sqlite3_stmt *remove = prepare(db, "INSERT INTO t(t, rowid, x) VALUES('delete', ?, ?)");
    peer_lines lines;
    size_t len;
    uint64_t i = 0;
    peer_lines_open(&lines, corpus);
    for (char *line; (line = peer_lines_next(&lines, &len)) != NULL; i++) {
        if (i % PEER_REMOVE_EVERY != PEER_REMOVE_FIRST) {
            continue;
        }
        sqlite3_bind_int64(remove, 1, (sqlite3_int64)i + 1);
        sqlite3_bind_text(remove, 2, line, (int)len, SQLITE_STATIC);
        if (sqlite3_step(remove) != SQLITE_DONE) {
            bench_die("delete: %s", sqlite3_errmsg(db));
        }
        sqlite3_reset(remove);
    }
    peer_lines_close(&lines);
    sqlite3_finalize(remove);
}

static void build(const peer_job *job, peer_built *out)
{
    sqlite3 *db = NULL;
    mkdir(job->dir, 0777);
    char *path = bench_format("%s/fts5.db", job->dir);
    if (sqlite3_open(path, &db) != SQLITE_OK) {
        bench_die("%s: %s", path, sqlite3_errmsg(db));
    }
    run(db, "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "PRAGMA cache_size=-262144; BEGIN;"
            "CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='ascii', detail=full);"
            "CREATE VIRTUAL TABLE v USING fts5vocab(t, 'row');"
            "INSERT INTO t(t, rank) VALUES('hashsize', 67108864);");
    insert_all(db, job->corpus, out);
    if (job->merge) {
        run(db, "INSERT INTO t(t) VALUES('optimize')");
    }
    run(db, "COMMIT");
    if (job->merge) {
        run(db, "VACUUM");
    }
    if (job->remove) {
        run(db, "BEGIN");
        remove_some(db, job->corpus);
        run(db, "COMMIT");
    }
    sqlite3_close(db);
    bench_sync_tree(job->dir);
    free(path);
}

static void *open_engine(const char *dir)
{
    sqlite *s = bench_alloc(1, sizeof *s);
    s->path = bench_format("%s/fts5.db", dir);
    if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        bench_die("%s: %s", s->path, sqlite3_errmsg(s->db));
    }
    run(s->db, "PRAGMA mmap_size=17179869184; PRAGMA cache_size=-1048576;");
    s->top = prepare(s->db, "SELECT rowid, rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?");
    s->count = prepare(s->db, "SELECT count(*) FROM t WHERE t MATCH ?");
    s->df = prepare(s->db, "SELECT doc FROM v WHERE term = ?");
    return s;
}

static uint64_t number(sqlite *s, const char *sql)
{
    sqlite3_stmt *statement = prepare(s->db, sql);
    if (sqlite3_step(statement) != SQLITE_ROW) {
        bench_die("%s: %s", sql, sqlite3_errmsg(s->db));
    }
    uint64_t out = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return out;
}

static void stats(void *engine, peer_stats *out)
{
    sqlite *s = engine;
    struct stat st;
    out->docs = number(s, "SELECT count(*) FROM t_docsize");
    out->tokens = number(s, "SELECT sum(cnt) FROM v");
    out->terms = number(s, "SELECT count(*) FROM v");
    out->bytes = stat(s->path, &st) ? 0 : (uint64_t)st.st_size;
}

static uint64_t df(void *engine, const char *word)
{
    sqlite *s = engine;
    sqlite3_bind_text(s->df, 1, word, -1, SQLITE_STATIC);
    uint64_t out = 0;
    if (sqlite3_step(s->df) == SQLITE_ROW) {
        out = (uint64_t)sqlite3_column_int64(s->df, 0);
    }
    sqlite3_reset(s->df);
    return out;
}

/* Words in quotes, joined by the operator; a phrase has them all in one pair of quotes. */
static const char *match_text(sqlite *s, const peer_query *query)
{
    const char *between = query->type == PEER_PHRASE ? " "
                          : query->type == PEER_AND  ? "\" AND \""
                                                     : "\" OR \"";
    size_t need = 3;
    for (size_t i = 0; i < query->n_words; i++) {
        need += strlen(query->words[i]) + strlen(between);
    }
    if (need > s->cap) {
        s->cap = need;
        s->match = bench_resize(s->match, need, 1);
    }
    char *at = stpcpy(s->match, "\"");
    for (size_t i = 0; i < query->n_words; i++) {
        at = stpcpy(stpcpy(at, i ? between : ""), query->words[i]);
    }
    stpcpy(at, "\"");
    return s->match;
}

static void top(sqlite *s, const char *match, size_t k, peer_answer *answer)
{
    sqlite3_bind_text(s->top, 1, match, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s->top, 2, (sqlite3_int64)k);
    while (sqlite3_step(s->top) == SQLITE_ROW) {
        peer_hit_add(answer, (uint32_t)(sqlite3_column_int64(s->top, 0) - 1),
                     -sqlite3_column_double(s->top, 1));
    }
    sqlite3_reset(s->top);
}

static void search(void *engine, const peer_query *query, peer_answer *answer)
{
    sqlite *s = engine;
    if (query->mode == PEER_DECODE) {
        answer->refused = "only quern decodes";
        return;
    }
    const char *match = match_text(s, query);
    uint64_t start = bench_now();
    if (query->mode != PEER_COUNT) {
        top(s, match, query->k, answer);
    }
    if (query->mode != PEER_TOP) {
        sqlite3_bind_text(s->count, 1, match, -1, SQLITE_STATIC);
        if (sqlite3_step(s->count) == SQLITE_ROW) {
            answer->count = sqlite3_column_int64(s->count, 0);
        }
        sqlite3_reset(s->count);
    }
    answer->ns = bench_now() - start;
}

int main(int argc, char **argv)
{
    static const peer_engine ops = {build, open_engine, NULL, stats, df, search};
    return peer_main(argc, argv, &ops);
}
