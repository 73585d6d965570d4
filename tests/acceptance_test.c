/* SPDX-License-Identifier: MIT */
/* acceptance_test - what a reader of five news articles (../shared/articles) expects of a search,
 * to the byte: which articles, and which bytes of them are marked. Each row is asked of both
 * engines, of the articles as text files and as the records of one JSONL file.
 *
 *     {"Trainium", "002 003", "=002@1168 003@1831", ""}
 *       query      articles   marks that must be there ('=': and no others)   that must not be
 *
 * Marks are article@byte, the first byte of the span. */
#include "tests/check.h"
#include "tests/scratch.h"

#include "base/buf.h"
#include "quern/quern.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { N_SPANS = 512 };

static const struct row {
    const char *query, *articles, *marks, *not_marks;
} rows[] = {
    {"Bedrock commitment", "000 001 002 003 004",
     "=002@1289 002@1397 003@3667 003@3790 003@2209 004@1473 004@4211 000@714 001@778", ""},
    {"\"long-term commitment\"", "002 003", "=002@1279 003@3654", ""},
    {"“long-term commitment”", "002 003", "=002@1279 003@3654", ""},
    {"\"long-term\"", "002 003", "=002@1279 003@2045 003@3654", ""},
    {"longterm", "002 003", "=002@1279 003@2045 003@3654", ""},
    {"\"long term\"", "002 003", "=002@1279 003@2045 003@3654", ""},
    {"Trainium", "002 003", "=003@1831 003@2364 003@4193 002@1168", ""},
    {"Tranium", "000", "=000@673", ""},
    {"Bedrok", "", "=", ""},
    {"comitment", "", "=", ""},
    {"valuation", "000 001 002", "=001@1877 001@1954 000@1554 002@1094", ""},
    {"commitment", "001 002 003 004", "=001@778 002@1289 003@3667 004@1473 004@4211", ""},
    {"\"commitment\"", "002 003 004", "=002@1289 003@3667 004@1473 004@4211", "001@778"},
    {"=commitment", "002 003 004", "=002@1289 003@3667 004@1473 004@4211", "001@778"},
    {"commit*", "001 002 003 004", "=001@778 002@1289 003@3667 004@1473 004@4211", ""},
    {"$4bn", "000 001 002 003 004", "000@467 001@741 002@206 003@23 004@15", "000@1567 003@2753"},
    {"$4 billion", "000 001 002 003 004", "000@467 001@741 002@206 003@23 004@15",
     "000@1567 003@2753"},
    {"$4B", "000 001 002 003 004", "000@467 001@741 002@206 003@23 004@15", "000@1567 003@2753"},
    {"4bn", "000 001 002 003 004", "000@467 001@741 002@206 003@23 004@15", "000@1567 003@2753"},
    {"USD 4 billion", "000 001 002 003 004", "000@467 001@741 002@206 003@23 004@15",
     "000@1567 003@2753"},
    {"$18.4 billion", "000 002", "=000@1567 002@1107", ""},
    {"$18.4bn", "000 002", "=000@1567 002@1107", ""},
    {"$1.25 billion", "000 001 002 003", "=000@360 001@266 001@465 002@284 003@384", ""},
    {"$2.75bn", "000 001 002", "=000@263 001@55 002@34", ""},
    {"Bedrock NEAR/20 commitment", "002 003", "=002@1289 002@1397 003@3667 003@3790", ""},
    {"Bedrock NEAR/10 commitment", "", "=", ""},
    {"commitment -Bedrock", "001 004", "=001@778 004@1473 004@4211", ""},
    {"Amazon's", "000 001 002 003 004", "", ""},
    {"AWS", "000 001 002 003", "", ""},
    {"recognised", "001", "=001@816", ""},
    {"recognized", "", "=", ""}, /* without its other spellings */
};

/* With the other spellings of words; all rows above but the last are the same with
 * them. */
static const struct row spelled[] = {
    {"recognized", "001", "=001@816", ""},
    {"recognised", "001", "=001@816", ""},
    {"+recognizing -defense", "001", "=001@816", ""},
    {"=recognized", "", "=", ""},
    {"\"recognized\"", "", "=", ""},
};

/* Queries that say the same: the same hits, scores and marks. */
static const char *const twins[][2] = {
    {"Amazon's", "Amazon’s"},
    {"AWS", "aws"},
    {"$4bn", "$4 billion"},
    {"$4bn", "USD 4bn"},
    {"$18.4 billion", "$18.4bn"},
    {"\"long-term commitment\"", "“long-term commitment”"},
    {"Bedrock commitment", "bedrock COMMITMENT"},
};

typedef struct span {
    char name[24]; /* 002@1289 */
} span;

typedef struct answer {
    char articles[32]; /* "001 004", sorted */
    unsigned seen;     /* a bit for each */
    span spans[N_SPANS];
    size_t n;
    quern_buf line; /* all of it, to be compared */
} answer;

/* ---- Indexes ---- */

/* The number of the article that a hit is from: the first three bytes of its file's name or id. */
static void name_of(const quern_hit *hit, char out[4])
{
    const char *slash = strrchr(hit->source.data, '/');
    const char *from = hit->id.len ? hit->id.data : slash ? slash + 1 : hit->source.data;
    snprintf(out, 4, "%s", from);
}

static void put_json(quern_buf *out, const char *text, size_t len)
{
    quern_buf_u8(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        char escape[8];
        if (c < 0x20 || c == '"' || c == '\\') {
            quern_buf_bytes(out, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", c));
        } else {
            quern_buf_u8(out, c);
        }
    }
    quern_buf_u8(out, '"');
}

/* Writes the articles of a folder to dir/all.jsonl, their texts byte for byte. */
static void write_jsonl(const char *folder, const char *dir)
{
    quern_buf out = {0};
    DIR *list = opendir(folder);
    for (struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        size_t len = 0;
        char *text = entry->d_name[0] == '.' ? NULL : scratch_read(folder, entry->d_name, &len);
        if (text) {
            quern_buf_bytes(&out, "{\"id\":", 6);
            put_json(&out, entry->d_name, 3);
            quern_buf_bytes(&out, ",\"text\":", 8);
            put_json(&out, text, len);
            quern_buf_bytes(&out, "}\n", 2);
        }
        free(text);
    }
    if (list) {
        closedir(list);
    }
    CHECK(out.status == QUERN_OK);
    scratch_write(dir, "all.jsonl", out.data, out.len);
    quern_buf_finish(&out);
}

/* A reader of a new index of a folder or file; NULL where the engine is not installed. */
static quern_reader *make_reader(const char *dir, const char *engine, const char *path)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_reader *reader = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    quern_sync_options sync = QUERN_SYNC_OPTIONS_INIT;
    options.engine = engine;
    sync.paths = &path;
    sync.n_paths = 1;
    quern_status status = quern_index_create(dir, &options, &err);
    if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
        printf("skipped: %s ", err.message);
        return NULL;
    }
    CHECK_ROW(err.message, status == QUERN_OK);
    CHECK_ROW(err.message, quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    CHECK_ROW(err.message, quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
    CHECK_ROW(err.message, quern_sync(w, &sync, NULL, &err) == QUERN_OK);
    CHECK_ROW(err.message, quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
    CHECK_ROW(err.message, quern_reader_open(index, &reader, &err) == QUERN_OK);
    quern_index_close(index);
    return reader;
}

/* ---- Asking ---- */

static void add_hit(answer *a, const quern_hit *hit)
{
    char name[4];
    char bits[64];
    name_of(hit, name);
    a->seen |= 1u << (name[2] - '0');
    quern_buf_bytes(&a->line, bits, (size_t)snprintf(bits, sizeof bits, "%s %a", name, hit->score));
    for (size_t i = 0; i < hit->n_highlights && a->n < N_SPANS; i++) {
        const quern_span *s = &hit->highlights[i];
        snprintf(a->spans[a->n].name, sizeof a->spans->name, "%s@%llu", name,
                 (unsigned long long)(hit->byte_start + s->start));
        quern_buf_bytes(&a->line, a->spans[a->n].name, strlen(a->spans[a->n].name));
        a->n++;
    }
    quern_buf_u8(&a->line, '\n');
}

static void name_articles(answer *a)
{
    for (unsigned i = 0; i < 5; i++) {
        char name[8];
        snprintf(name, sizeof name, "%s00%u", a->articles[0] ? " " : "", i);
        strcat(a->articles, a->seen >> i & 1 ? name : "");
    }
}

/* All that matches. */
static void ask(quern_reader *reader, const char *text, int spellings, answer *a)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    quern_query_options reading = QUERN_QUERY_OPTIONS_INIT;
    reading.spellings = spellings;
    options.articles = 16;
    options.all_passages = 1;
    memset(a, 0, sizeof *a);
    CHECK_ROW(text,
              quern_query_parse_with(reader, quern_str(text), &reading, &query, &err) == QUERN_OK);
    CHECK_ROW(err.message, quern_search(reader, query, &options, &hits, &err) == QUERN_OK);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK_ROW(text, quern_hits_get(hits, i, &hit) == QUERN_OK);
        add_hit(a, &hit);
    }
    name_articles(a);
    quern_buf_u8(&a->line, 0);
    quern_hits_free(hits);
    quern_query_free(query);
}

static int is_marked(const answer *a, const char *name, size_t len)
{
    for (size_t i = 0; i < a->n; i++) {
        if (strlen(a->spans[i].name) == len && memcmp(a->spans[i].name, name, len) == 0) {
            return 1;
        }
    }
    return 0;
}

/* How many of the names in a list, separated by blanks, are marked; *n is how many there are. */
static size_t count_marked(const answer *a, const char *list, size_t *n)
{
    size_t found = 0;
    for (*n = 0; *list; (*n)++) {
        size_t len = strcspn(list, " ");
        found += (size_t)is_marked(a, list, len);
        list += len + (list[len] == ' ');
    }
    return found;
}

static void check_row(const char *what, quern_reader *reader, const struct row *row, int spellings)
{
    char label[200];
    size_t n;
    answer a;
    ask(reader, row->query, spellings, &a);
    snprintf(label, sizeof label, "%s: %s: %s: %s", what, row->query, a.articles,
             (const char *)a.line.data);
    CHECK_ROW(label, strcmp(a.articles, row->articles) == 0);
    int only = row->marks[0] == '=';
    CHECK_ROW(label, count_marked(&a, row->marks + only, &n) == n);
    CHECK_ROW(label, !only || a.n == n);
    CHECK_ROW(label, count_marked(&a, row->not_marks, &n) == 0);
    quern_buf_finish(&a.line);
}

static void check_twins(const char *what, quern_reader *reader, const char *const pair[2])
{
    char label[200];
    answer a;
    answer b;
    ask(reader, pair[0], 0, &a);
    ask(reader, pair[1], 0, &b);
    snprintf(label, sizeof label, "%s: %s = %s", what, pair[0], pair[1]);
    CHECK_ROW(label, a.line.len > 1 && a.line.len == b.line.len &&
                         memcmp(a.line.data, b.line.data, a.line.len) == 0);
    quern_buf_finish(&a.line);
    quern_buf_finish(&b.line);
}

/* The two best of the first query, which are the whole point. */
static void check_order(const char *what, quern_reader *reader)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_hit first = QUERN_HIT_INIT;
    quern_hit second = QUERN_HIT_INIT;
    char a[4] = "";
    char b[4] = "";
    quern_query_parse(reader, quern_str("Bedrock commitment"), &query, &err);
    quern_search(reader, query, NULL, &hits, &err);
    CHECK_ROW(what, quern_hits_get(hits, 0, &first) == QUERN_OK);
    CHECK_ROW(what, quern_hits_get(hits, 1, &second) == QUERN_OK);
    name_of(&first, a);
    name_of(&second, b);
    CHECK_ROW(what, strcmp(a, "002") == 0 && first.byte_start == 1117 && first.byte_end == 1405);
    CHECK_ROW(what, strcmp(b, "003") == 0 && second.byte_start == 3630);
    quern_hits_free(hits);
    quern_query_free(query);
}

static void check_engine(const char *engine, const char *path, const char *form)
{
    char dir[4096];
    char index[4200];
    char what[64];
    scratch_make(dir);
    snprintf(index, sizeof index, "%s/i", dir);
    snprintf(what, sizeof what, "%s, %s", engine, form);
    quern_reader *reader = make_reader(index, engine, path);
    if (reader) {
        check_order(what, reader);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            check_row(what, reader, &rows[i], 0);
        }
        for (size_t i = 0; i + 1 < sizeof rows / sizeof *rows; i++) {
            check_row(what, reader, &rows[i], 1);
        }
        for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
            check_row(what, reader, &spelled[i], 1);
        }
        for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
            check_twins(what, reader, twins[i]);
        }
    }
    quern_reader_free(reader);
    scratch_remove(dir);
}

static void five_articles(void)
{
    const char *folder = QUERN_SOURCE_DIR "/../shared/articles";
    char dir[4096];
    char file[4200];
    if (access(folder, R_OK)) {
        printf("skipped: no %s ", folder);
        CHECK(access(folder, R_OK) != 0);
        return;
    }
    scratch_make(dir);
    write_jsonl(folder, dir);
    snprintf(file, sizeof file, "%s/all.jsonl", dir);
    check_engine("native", folder, "files");
    check_engine("native", file, "records");
    check_engine("xapian", folder, "files");
    check_engine("xapian", file, "records");
    scratch_remove(dir);
}

static CU_TestInfo tests[] = {
    {"five articles", five_articles},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("acceptance", tests)
