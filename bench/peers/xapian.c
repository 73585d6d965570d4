/* SPDX-License-Identifier: MIT */
/* xapian - the peer Xapian, through quern's own C bindings.
 *
 * One document a passage, its number the line plus 1, a posting a word, no data, no values. Flushed
 * by itself every 50,000 documents (XAPIAN_FLUSH_THRESHOLD) and compacted at the end. Ranked by
 * BM25 with k1 1.2, b 0.75 and nothing else; an exact count asks Xapian to look at every document
 * (check_at_least), and a bare count weighs nothing (BoolWeight). The query is made as objects
 * before the clock starts; the enquire is set to it, run, and its hits copied out inside.
 */
#include "bench/peers/peer.h"

#include <xapian_c/xapian_c.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FLUSH_EVERY = 50000 };

typedef struct xapian {
    xapian_c_database *db;
    xapian_c_enquire *ranked, *counted; /* weighing by BM25, and not at all */
    uint32_t docs;
    const char *dir;
} xapian;

static void check(xapian_c_status status, const xapian_c_error *err)
{
    if (status != XAPIAN_C_OK) {
        bench_die("%s: %s", err->type, err->message);
    }
}

static void add_document(xapian_c_database *db, xapian_c_document *doc, char *line, peer_built *out)
{
    xapian_c_error err;
    uint32_t position = 0;
    check(xapian_c_document_clear_terms(doc, &err), &err);
    while (line) {
        char *word = strsep(&line, " ");
        size_t len = line ? (size_t)(line - word) - 1 : strlen(word);
        xapian_c_bytes term = {word, len};
        check(xapian_c_document_add_posting(doc, term, ++position, 1, &err), &err);
    }
    check(xapian_c_database_add_document(db, doc, NULL, &err), &err);
    out->docs++;
    out->tokens += position;
}

static void compact(const char *from, const char *to)
{
    xapian_c_error err;
    xapian_c_database *db = NULL;
    xapian_c_compact how;
    xapian_c_compact_init(&how);
    how.flags = XAPIAN_C_COMPACT_NO_RENUMBER;
    check(xapian_c_database_open(from, 0, &db, &err), &err);
    check(xapian_c_database_compact(db, to, &how, &err), &err);
    xapian_c_database_free(db);
}

static void remove_tree(const char *path)
{
    char *command = bench_format("rm -rf '%s'", path);
    if (system(command) != 0) {
        bench_die("%s failed", command);
    }
    free(command);
}

static void remove_some(const char *path, uint64_t n)
{
    xapian_c_error err;
    xapian_c_database *db = NULL;
    check(xapian_c_database_open_writable(path, XAPIAN_C_DB_OPEN, 0, &db, &err), &err);
    for (uint64_t i = PEER_REMOVE_FIRST; i < n; i += PEER_REMOVE_EVERY) {
        check(xapian_c_database_delete_document(db, (uint32_t)i + 1, &err), &err);
    }
    check(xapian_c_database_commit(db, &err), &err);
    xapian_c_database_free(db);
}

static void build(const peer_job *job, peer_built *out)
{
    xapian_c_error err;
    xapian_c_database *db = NULL;
    xapian_c_document *doc = NULL;
    mkdir(job->dir, 0777);
    char *path = bench_format("%s/%s", job->dir, job->merge ? "loose" : "db");
    char *final = bench_format("%s/db", job->dir);
    check(xapian_c_database_open_writable(path, XAPIAN_C_DB_CREATE_OR_OVERWRITE, 0, &db, &err),
          &err);
    check(xapian_c_document_new(&doc, &err), &err);
    peer_lines lines;
    size_t len;
    peer_lines_open(&lines, job->corpus);
    for (char *line; (line = peer_lines_next(&lines, &len)) != NULL;) {
        add_document(db, doc, line, out);
    }
    peer_lines_close(&lines);
    check(xapian_c_database_commit(db, &err), &err);
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
    if (job->merge) {
        compact(path, final);
        remove_tree(path);
    }
    if (job->remove) {
        remove_some(final, out->docs);
    }
    bench_sync_tree(job->dir);
    free(path);
    free(final);
}

static void *open_engine(const char *dir)
{
    xapian *x = bench_alloc(1, sizeof *x);
    xapian_c_error err;
    xapian_c_bm25 how;
    xapian_c_bm25_init(&how);
    how.k1 = 1.2;
    how.k2 = how.k3 = how.min_normlen = 0;
    how.b = 0.75;
    char *path = bench_format("%s/db", dir);
    x->dir = dir;
    check(xapian_c_database_open(path, 0, &x->db, &err), &err);
    check(xapian_c_enquire_new(x->db, &x->ranked, &err), &err);
    check(xapian_c_enquire_new(x->db, &x->counted, &err), &err);
    check(xapian_c_enquire_weight_bm25(x->ranked, &how, &err), &err);
    check(xapian_c_enquire_weight_bool(x->counted, &err), &err);
    check(xapian_c_database_doccount(x->db, &x->docs, &err), &err);
    free(path);
    return x;
}

static void stats(void *engine, peer_stats *out)
{
    xapian *x = engine;
    xapian_c_error err;
    xapian_c_term_iterator *terms = NULL;
    out->docs = x->docs;
    check(xapian_c_database_total_length(x->db, &out->tokens, &err), &err);
    check(xapian_c_database_all_terms(x->db, xapian_c_text(""), &terms, &err), &err);
    while (xapian_c_term_iterator_next(terms, &err) == XAPIAN_C_OK) {
        out->terms++;
    }
    xapian_c_term_iterator_free(terms);
    out->bytes = bench_tree_bytes(x->dir);
}

static uint64_t df(void *engine, const char *word)
{
    xapian *x = engine;
    xapian_c_error err;
    uint32_t out = 0;
    check(xapian_c_database_termfreq(x->db, xapian_c_text(word), &out, &err), &err);
    return out;
}

static xapian_c_query *make_query(const peer_query *query)
{
    static const int ops[] = {XAPIAN_C_OP_OR, XAPIAN_C_OP_OR, XAPIAN_C_OP_AND, XAPIAN_C_OP_PHRASE};
    xapian_c_error err;
    xapian_c_query *out = NULL;
    xapian_c_query **parts = bench_alloc(query->n_words, sizeof(xapian_c_query *));
    for (size_t i = 0; i < query->n_words; i++) {
        check(xapian_c_query_new_term(xapian_c_text(query->words[i]), 1, (uint32_t)i + 1, &parts[i],
                                      &err),
              &err);
    }
    const xapian_c_queries all = {(const xapian_c_query *const *)parts, query->n_words};
    check(xapian_c_query_new_combined(ops[query->type], all, 0, &out, &err), &err);
    for (size_t i = 0; i < query->n_words; i++) {
        xapian_c_query_free(parts[i]);
    }
    free(parts);
    return out;
}

static void search(void *engine, const peer_query *query, peer_answer *answer)
{
    xapian *x = engine;
    xapian_c_error err;
    xapian_c_mset *mset = NULL;
    xapian_c_match how;
    if (query->mode == PEER_DECODE) {
        answer->refused = "only quern decodes";
        return;
    }
    xapian_c_match_init(&how);
    how.max_items = query->mode == PEER_COUNT ? 0 : (uint32_t)query->k;
    how.check_at_least = query->mode == PEER_TOP ? 0 : x->docs;
    xapian_c_query *made = make_query(query);
    xapian_c_enquire *enquire = query->mode == PEER_COUNT ? x->counted : x->ranked;
    uint64_t start = bench_now();
    check(xapian_c_enquire_set_query(enquire, made, 0, &err), &err);
    check(xapian_c_enquire_mset(enquire, &how, &mset, &err), &err);
    uint32_t n = xapian_c_mset_size(mset);
    for (uint32_t i = 0; i < n; i++) {
        xapian_c_hit hit;
        check(xapian_c_mset_get(mset, i, &hit, &err), &err);
        peer_hit_add(answer, hit.docid - 1, hit.weight);
    }
    if (query->mode != PEER_TOP) {
        xapian_c_estimates totals;
        check(xapian_c_mset_estimates(mset, &totals, &err), &err);
        answer->count = totals.estimated;
    }
    answer->ns = bench_now() - start;
    xapian_c_mset_free(mset);
    xapian_c_query_free(made);
}

int main(int argc, char **argv)
{
    static const peer_engine ops = {build, open_engine, NULL, stats, df, search};
    char *threshold = bench_format("%d", FLUSH_EVERY);
    setenv("XAPIAN_FLUSH_THRESHOLD", threshold, 0);
    free(threshold);
    return peer_main(argc, argv, &ops);
}
