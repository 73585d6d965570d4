/* SPDX-License-Identifier: MIT */
/* corpus - JSONL articles become bench text: one passage a line, lower-case ASCII words.
 *
 *     bench-corpus [--limit N] OUTPUT FILE.jsonl.zst...
 *
 * Each record's text is cut into passages by quern's own splitter, so that what all engines index
 * is what quern's users have. A passage is then normalised so far that no tokeniser can disagree on
 * it: runs of [a-z0-9], letters lowered, cut to 60 bytes, one space between them. Bytes beyond
 * ASCII end a word. A passage that has no word left is dropped. The number of a passage is its
 * line, counted from 0.
 *
 * With a limit, articles are left out evenly over all files, so that a small corpus is a sample of
 * the large one and its articles still stand in their order: one in about 200 articles is cut to
 * estimate how many passages there are, then article i is kept where floor(i p) steps up.
 */
#include "bench/common.h"
#include "indexer/passages.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { WORD_MAX = 60, SAMPLE = 199 };

/* ---- Lines of a compressed file ---- */

typedef struct lines {
    FILE *file;
    const char *path;
    ZSTD_DCtx *context;
    ZSTD_inBuffer in;
    char *packed, *text; /* what was read; what is unpacked and not given out yet */
    size_t packed_cap, at, len, cap;
} lines;

static void lines_open(lines *l, const char *path)
{
    memset(l, 0, sizeof *l);
    l->path = path;
    l->file = fopen(path, "rbe");
    l->context = ZSTD_createDCtx();
    if (!l->file || !l->context) {
        bench_die("%s: %s", path, strerror(errno));
    }
    l->packed_cap = ZSTD_DStreamInSize();
    l->packed = bench_alloc(l->packed_cap, 1);
}

static void lines_close(lines *l)
{
    fclose(l->file);
    ZSTD_freeDCtx(l->context);
    free(l->packed);
    free(l->text);
}

/* Unpacks some more; 0 at the end of the file. */
static int lines_fill(lines *l)
{
    if (l->at > 0) {
        memmove(l->text, l->text + l->at, l->len - l->at);
    }
    l->len -= l->at;
    l->at = 0;
    if (l->cap - l->len < ZSTD_DStreamOutSize()) {
        l->cap = 2 * l->cap + ZSTD_DStreamOutSize();
        l->text = bench_resize(l->text, l->cap, 1);
    }
    if (l->in.pos == l->in.size) {
        l->in = (ZSTD_inBuffer){l->packed, fread(l->packed, 1, l->packed_cap, l->file), 0};
        if (l->in.size == 0) {
            return 0;
        }
    }
    ZSTD_outBuffer out = {l->text, l->cap, l->len};
    size_t left = ZSTD_decompressStream(l->context, &out, &l->in);
    if (ZSTD_isError(left)) {
        bench_die("%s: %s", l->path, ZSTD_getErrorName(left));
    }
    l->len = out.pos;
    return 1;
}

/* The next line, without its end; NULL at the end. Valid until the next call. */
static char *lines_next(lines *l, size_t *len)
{
    size_t seen = 0;
    for (;;) {
        char *from = l->text + l->at;
        size_t have = l->len - l->at;
        char *end = have > seen ? memchr(from + seen, '\n', have - seen) : NULL;
        if (end) {
            *len = (size_t)(end - from);
            l->at += *len + 1;
            return from;
        }
        seen = have;
        if (!lines_fill(l)) {
            *len = have;
            l->at = l->len;
            return have ? l->text : NULL;
        }
    }
}

/* ---- Passages ---- */

typedef struct job {
    FILE *out;
    quern_passages passages;
    char *line;
    size_t cap;
    uint64_t n_articles, n_passages, n_words, limit;
} job;

static int word_byte(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c + ('a' - 'A');
    }
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
}

/* Writes text[0, len) to j->line as words; returns its length. */
static size_t normalise(job *j, const char *text, size_t len, uint64_t *n_words)
{
    while (j->cap < len + 1) {
        bench_room(&j->line, j->cap, &j->cap, 1);
    }
    size_t n = 0, in_word = 0;
    for (size_t i = 0; i < len; i++) {
        int c = word_byte((unsigned char)text[i]);
        if (!c) {
            in_word = 0;
            continue;
        }
        if (in_word++ == 0) {
            (*n_words)++;
            if (n > 0) {
                j->line[n++] = ' ';
            }
        }
        if (in_word <= WORD_MAX) {
            j->line[n++] = (char)c;
        }
    }
    return n;
}

static void put_passages(job *j, const char *text)
{
    for (size_t i = 0; i < j->passages.n && j->n_passages < j->limit; i++) {
        const quern_stored_passage *p = &j->passages.items[i];
        size_t n = normalise(j, text + p->start, (size_t)(p->end - p->start), &j->n_words);
        if (n == 0) {
            continue;
        }
        j->line[n] = '\n';
        if (fwrite(j->line, 1, n + 1, j->out) != n + 1) {
            bench_die("cannot write: %s", strerror(errno));
        }
        j->n_passages++;
    }
}

/* Cuts the text of one record; returns how many passages it has. */
static size_t cut(job *j, const char *path, const char *line, size_t len)
{
    json_error_t bad;
    json_t *record = json_loadb(line, len, JSON_ALLOW_NUL, &bad);
    json_t *text = json_object_get(record, "text");
    if (!json_is_string(text)) {
        bench_die("%s: a record without text: %s", path, bad.text);
    }
    quern_error err;
    quern_passages_options options = {0, 1, 1};
    options.words = 60;
    if (quern_passages_cut(json_string_value(text), json_string_length(text), &options,
                           &j->passages, &err)) {
        bench_die("%s", err.message);
    }
    if (j->out) {
        put_passages(j, json_string_value(text));
    }
    json_decref(record);
    return j->passages.n;
}

/* The share of articles to keep so that about `limit` passages come of it, or 1. */
static double share(job *j, char **paths, int n, uint64_t limit)
{
    uint64_t articles = 0, sampled = 0, passages = 0;
    for (int i = 0; i < n; i++) {
        lines in;
        lines_open(&in, paths[i]);
        size_t len;
        for (char *line; (line = lines_next(&in, &len)) != NULL; articles++) {
            if (articles % SAMPLE == 0) {
                passages += cut(j, paths[i], line, len);
                sampled++;
            }
        }
        lines_close(&in);
    }
    double all = (double)passages / (double)(sampled ? sampled : 1) * (double)articles;
    return all > 0 && (double)limit < all ? (double)limit / all : 1.0;
}

int main(int argc, char **argv)
{
    job j = {.limit = UINT64_MAX};
    int at = 1;
    if (argc > 2 && strcmp(argv[1], "--limit") == 0) {
        j.limit = strtoull(argv[2], NULL, 10);
        at = 3;
    }
    if (argc - at < 2) {
        bench_die("usage: bench-corpus [--limit N] OUTPUT FILE.jsonl.zst...");
    }
    const char *path = argv[at++];
    double p = j.limit == UINT64_MAX ? 1.0 : share(&j, argv + at, argc - at, j.limit);
    j.out = fopen(path, "wbe");
    if (!j.out) {
        bench_die("%s: %s", path, strerror(errno));
    }
    uint64_t article = 0;
    for (; at < argc; at++) {
        lines in;
        lines_open(&in, argv[at]);
        size_t len;
        for (char *line; (line = lines_next(&in, &len)) != NULL; article++) {
            if ((uint64_t)((double)(article + 1) * p) != (uint64_t)((double)article * p)) {
                j.n_articles++;
                cut(&j, argv[at], line, len);
            }
        }
        lines_close(&in);
    }
    if (fclose(j.out)) {
        bench_die("%s: %s", path, strerror(errno));
    }
    printf("%llu articles, %llu passages, %llu words\n", (unsigned long long)j.n_articles,
           (unsigned long long)j.n_passages, (unsigned long long)j.n_words);
    quern_passages_finish(&j.passages);
    free(j.line);
    return 0;
}
