/* SPDX-License-Identifier: MIT */
/* quern - quern itself behind the protocol of its peers.
 *
 * Each line of the corpus is one article and one passage; its source is the line's number with
 * zeros before it, so that the order of keys is the order of lines. No language, no titles, no
 * stored texts. Built through the public header alone.
 *
 * Searching goes through the internal searcher, because the public one also reads texts and marks
 * words, which no peer is asked for: a plan is made before the clock starts; terms are looked up,
 * matched, ranked and the ids copied out inside. A table made at opening says which line a passage
 * of a segment is.
 *
 * The mode DECODE, which only quern has, is a yardstick for the table: every block of every list of
 * the query is decoded, passages and frequencies, and nothing else is done.
 */
#include "bench/peers/peer.h"
#include "index/segment_format.h"
#include "query/native_searcher.h"
#include "stemmer/analysis.h"

#include <stdlib.h>
#include <string.h>

typedef struct engine {
    quern_snapshot *snapshot;
    uint32_t **lines; /* by segment and passage: the line in the corpus */
    quern_found_list found;
    const char *dir;
} engine;

static void check(quern_status status, const quern_error *err)
{
    if (status) {
        bench_die("%s: %s (%s)", quern_status_name(status), err->message, err->hint);
    }
}

/* ---- Building ---- */

/* Returns how many lines there are. */
static uint64_t put_all(quern_writer *writer, const char *corpus)
{
    peer_lines lines;
    size_t len;
    uint64_t n = 0;
    quern_error err;
    char source[24];
    peer_lines_open(&lines, corpus);
    for (char *line; (line = peer_lines_next(&lines, &len)) != NULL; n++) {
        quern_article article = QUERN_ARTICLE_INIT;
        snprintf(source, sizeof source, "%010llu", (unsigned long long)n);
        article.source = QUERN_STR(source);
        article.text.data = line;
        article.text.len = len;
        check(quern_writer_put(writer, &article, &err), &err);
    }
    peer_lines_close(&lines);
    return n;
}

static void remove_some(quern_writer *writer, uint64_t n)
{
    quern_error err;
    char source[24];
    uint64_t removed;
    for (uint64_t i = PEER_REMOVE_FIRST; i < n; i += PEER_REMOVE_EVERY) {
        snprintf(source, sizeof source, "%010llu", (unsigned long long)i);
        check(quern_writer_delete_source(writer, QUERN_STR(source), &removed, &err), &err);
    }
    check(quern_writer_commit(writer, &err), &err);
}

static void build(const peer_job *job, peer_built *out)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *writer = NULL;
    quern_reader *reader = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    quern_writer_options how = QUERN_WRITER_OPTIONS_INIT;
    quern_stats stats = QUERN_STATS_INIT;
    options.passage_words = QUERN_WHOLE_ARTICLES;
    options.language = "none";
    options.no_titles = options.no_text = 1;
    how.threads = (uint32_t)job->threads;
    check(quern_index_create(job->dir, &options, &err), &err);
    check(quern_index_open(job->dir, NULL, &index, &err), &err);
    check(quern_writer_open(index, &how, &writer, &err), &err);
    uint64_t n = put_all(writer, job->corpus);
    if (job->merge) {
        check(quern_writer_optimize(writer, &err), &err);
    } else {
        check(quern_writer_commit(writer, &err), &err);
    }
    if (job->remove) {
        remove_some(writer, n);
    }
    quern_writer_close(writer);
    check(quern_reader_open(index, &reader, &err), &err);
    check(quern_reader_stats(reader, &stats, &err), &err);
    out->docs = stats.passages;
    out->tokens = stats.words;
    quern_reader_free(reader);
    quern_index_close(index);
}

/* ---- Opening ---- */

static uint32_t *read_lines(quern_segment *segment)
{
    quern_error err;
    uint32_t n = quern_segment_get_info(segment)->ref.n_passages;
    uint32_t *out = bench_alloc(n, sizeof *out);
    quern_arena arena;
    for (uint32_t p = 0; p < n; p++) {
        uint32_t article;
        quern_string source, id;
        quern_arena_init(&arena);
        check(quern_segment_article_of(segment, p, &article, &err), &err);
        check(quern_segment_key(segment, article, &arena, &source, &id, &err), &err);
        for (size_t i = 0; i < source.len; i++) {
            out[p] = out[p] * 10 + (uint32_t)(source.data[i] - '0');
        }
        quern_arena_finish(&arena);
    }
    return out;
}

static void *open_engine(const char *dir)
{
    quern_error err;
    engine *e = bench_alloc(1, sizeof *e);
    e->dir = dir;
    check(quern_snapshot_open(quern_vfs_posix(), dir, 0, &e->snapshot, &err), &err);
    e->lines = bench_alloc(e->snapshot->n_segments, sizeof *e->lines);
    for (size_t s = 0; s < e->snapshot->n_segments; s++) {
        e->lines[s] = read_lines(e->snapshot->segments[s].segment);
    }
    return e;
}

static void close_engine(void *engine_)
{
    engine *e = engine_;
    for (size_t s = 0; s < e->snapshot->n_segments; s++) {
        free(e->lines[s]);
    }
    free(e->lines);
    quern_found_list_finish(&e->found);
    quern_snapshot_free(e->snapshot);
    free(e);
}

/* ---- Numbers ---- */

static size_t make_term(const char *word, char *out)
{
    size_t len = strlen(word);
    len = len < QUERN_TERM_MAX ? len : QUERN_TERM_MAX - 1;
    out[0] = QUERN_TERM_WORD;
    for (size_t i = 0; i < len; i++) {
        out[i + 1] = word[i];
    }
    return len + 1;
}

static uint64_t df(void *engine_, const char *word)
{
    engine *e = engine_;
    quern_error err;
    uint64_t out = 0;
    char term[QUERN_TERM_MAX];
    check(quern_snapshot_df(e->snapshot, term, make_term(word, term), &out, &err), &err);
    return out;
}

/* What the index says of its articles is the name of each, and the name is the line: the section
 * KEYS is to quern what a column of line numbers is to the others. */
static uint64_t key_bytes(const engine *e)
{
    uint64_t n = 0;
    for (size_t s = 0; s < e->snapshot->n_segments; s++) {
        n += e->snapshot->segments[s].segment->sections[QUERN_SECTION_KEYS].len;
    }
    return n;
}

static void stats(void *engine_, peer_stats *out)
{
    engine *e = engine_;
    quern_error err;
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    quern_stats stats = QUERN_STATS_INIT;
    check(quern_index_open(e->dir, NULL, &index, &err), &err);
    check(quern_reader_open(index, &reader, &err), &err);
    check(quern_reader_stats(reader, &stats, &err), &err);
    *out = (peer_stats){stats.passages, stats.words, stats.terms, stats.index_bytes - key_bytes(e)};
    quern_reader_free(reader);
    quern_index_close(index);
}

/* ---- Searching ---- */

static void add_leaf(quern_plan *plan, quern_plan_node *root, quern_plan_node leaf)
{
    quern_error err;
    quern_plan_node *node;
    leaf.weight = 1.0;
    check(quern_plan_leaf(plan, &leaf, &node, &err), &err);
    quern_plan_append(root, node);
}

static void make_plan(const peer_query *query, quern_plan *plan)
{
    quern_error err;
    char term[QUERN_TERM_MAX];
    quern_plan_node *root;
    quern_plan_member *members = bench_alloc(query->n_words, sizeof *members);
    quern_plan_init(plan);
    quern_plan_op op = query->type == PEER_AND ? QUERN_PLAN_ALL : QUERN_PLAN_ANY;
    check(quern_plan_operator(plan, op, 0, &root, &err), &err);
    for (size_t i = 0; i < query->n_words; i++) {
        quern_plan_member member = {0, (uint32_t)i, QUERN_PLAN_NONE};
        size_t len = make_term(query->words[i], term);
        check(quern_plan_intern(plan, term, len, &member.term, &err), &err);
        members[i] = member;
        if (query->type != PEER_PHRASE) {
            add_leaf(plan, root, (quern_plan_node){.op = QUERN_PLAN_TERM, .term = member.term});
        }
    }
    if (query->type == PEER_PHRASE) {
        add_leaf(plan, root,
                 (quern_plan_node){.op = QUERN_PLAN_PHRASE,
                                   .members = members,
                                   .n_members = (uint32_t)query->n_words});
    }
    check(quern_plan_settle(plan, root, &err), &err);
    free(members);
}

static void decode_list(quern_segment *segment, const char *term, size_t len)
{
    quern_error err;
    quern_term entry;
    quern_postings postings;
    int found = 0;
    check(quern_dictionary_find(segment, term, len, &entry, &found, &err), &err);
    if (!found) {
        return;
    }
    check(quern_postings_open(&postings, segment, &entry, &err), &err);
    for (uint32_t b = 0; b < postings.n_blocks; b++) {
        check(quern_postings_load(&postings, b, &err), &err);
        check(quern_postings_load_tfs(&postings, &err), &err);
    }
}

static void decode(engine *e, const peer_query *query, peer_answer *answer)
{
    char term[QUERN_TERM_MAX];
    uint64_t start = bench_now();
    for (size_t i = 0; i < query->n_words; i++) {
        size_t len = make_term(query->words[i], term);
        for (size_t s = 0; s < e->snapshot->n_segments; s++) {
            decode_list(e->snapshot->segments[s].segment, term, len);
        }
    }
    answer->ns = bench_now() - start;
}

static void search(void *engine_, const peer_query *query, peer_answer *answer)
{
    engine *e = engine_;
    quern_error err;
    quern_plan plan;
    quern_native *native = NULL;
    const quern_bm25 model = {QUERN_BM25_K1, QUERN_BM25_B, 0};
    if (query->mode == PEER_DECODE) {
        decode(e, query, answer);
        return;
    }
    make_plan(query, &plan);
    uint64_t start = bench_now();
    check(quern_native_open(e->snapshot, &plan, &model, &native, &err), &err);
    size_t k = query->mode == PEER_COUNT ? 0 : query->k;
    int how = query->mode == PEER_TOP ? 0 : QUERN_NATIVE_COUNT;
    check(quern_native_top(native, k, how, &e->found, &err), &err);
    for (size_t i = 0; i < e->found.n && i < k; i++) {
        const quern_found *hit = &e->found.items[i];
        peer_hit_add(answer, e->lines[hit->segment][hit->passage],
                     (double)hit->score / QUERN_BM25_ONE);
    }
    if (query->mode != PEER_TOP) {
        answer->count = (int64_t)e->found.n_passages;
    }
    quern_native_free(native);
    answer->ns = bench_now() - start;
    quern_plan_finish(&plan);
}

int main(int argc, char **argv)
{
    static const peer_engine ops = {build, open_engine, close_engine, stats, df, search};
    return peer_main(argc, argv, &ops);
}
