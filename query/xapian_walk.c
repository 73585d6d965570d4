/* SPDX-License-Identifier: MIT */
/* xapian_walk - all articles of a database in order of keys, its statistics, and its check. Part of
 * the module of the xapian engine.
 *
 * The Q terms of a database are its articles in order of keys. Those without a passage are
 * metadata; they are few, are read first and stand in between. Where a commit takes the revision
 * that is being walked, the walk goes on behind the last article in the newest one.
 *
 * The check runs Xapian's own checker as a process of its own, `xapian-check`, as it may crash on
 * damaged files; it has a time limit. Then all documents are read here: whether the article of each
 * is whole and the totals are right. Xapian keeps no checksums: a changed byte that makes a valid
 * file is not found.
 */
#include "index/files.h"
#include "index/xapian_db.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- Statistics ---- */

static quern_status count_terms(quern_engine_db *db, const char *prefix, uint64_t *n,
                                quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    xapian_c_term_iterator *it = NULL;
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_all_terms(db->db, xapian_c_text(prefix), &it, &why), err);
    while ((step = xapian_c_term_iterator_next(it, &why)) == XAPIAN_C_OK) {
        ++*n;
    }
    xapian_c_term_iterator_free(it);
    QUERN_XAPIAN_TRY(db, &why, step, err);
    return QUERN_OK;
}

static uint64_t count_bytes(const quern_engine_db *db)
{
    uint64_t bytes = 0;
    struct stat st;
    const struct dirent *entry;
    DIR *d = opendir(db->path);
    while (d && (entry = readdir(d)) != NULL) {
        if (fstatat(dirfd(d), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode)) {
            bytes += (uint64_t)st.st_size;
        }
    }
    if (d) {
        closedir(d);
    }
    return bytes;
}

static quern_status take_stats(quern_engine_db *db, quern_stats *out, quern_error *err)
{
    static const char *const kinds[] = {"Z", "Xj", "Xa", "Xb"};
    xapian_c_error why;
    uint32_t n_documents = 0;
    uint64_t n_titles = 0;
    out->generation = db->totals.generation;
    out->articles = db->totals.n_articles;
    out->text_bytes = db->totals.text_bytes;
    out->terms = 0;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_doccount(db->db, &n_documents, &why), err);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_total_length(db->db, &out->words, &why), err);
    out->passages = n_documents;
    out->segments = db->n_shards ? db->n_shards : 1;
    if (db->is_remote) {
        return QUERN_OK;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        QUERN_TRY(count_terms(db, kinds[i], &out->terms, err));
    }
    QUERN_TRY(count_terms(db, "ZS", &n_titles, err));
    out->terms -= n_titles;
    out->index_bytes = count_bytes(db);
    return QUERN_OK;
}

quern_status quern_xapian_stats(quern_engine_db *db, quern_stats *out, quern_error *err)
{
    int tries = 0;
    quern_status status;
    quern_xapian_begin(db);
    do {
        status = take_stats(db, out, err);
    } while (quern_xapian_again(db, &tries, &status, err));
    quern_xapian_end(db);
    return status;
}

/* ---- All articles ---- */

typedef struct walk {
    quern_engine_db *db;
    int with_text;
    quern_engine_article_fn each;
    void *payload;
    int stopped;
    quern_arena kept; /* of the articles without a passage */
    quern_xapian_record *empty;
    size_t n_empty, cap_empty, next_empty;
    quern_buf after; /* the Q term of the last article */
    quern_buf text;
    uint64_t n; /* articles that were seen */
    quern_error *err;
    quern_status status;
} walk;

static int compare_keys(const quern_xapian_record *a, const quern_xapian_record *b)
{
    const quern_string *x[2] = {&a->source, &a->id};
    const quern_string *y[2] = {&b->source, &b->id};
    int order = 0;
    for (int i = 0; i < 2 && !order; i++) {
        size_t shared = x[i]->len < y[i]->len ? x[i]->len : y[i]->len;
        order = memcmp(x[i]->data, y[i]->data, shared);
        order = order ? order : (x[i]->len > y[i]->len) - (x[i]->len < y[i]->len);
    }
    return order;
}

static int by_key(const void *a, const void *b)
{
    return compare_keys(a, b);
}

static int keep_empty(quern_string key, quern_string value, void *payload)
{
    walk *w = payload;
    (void)key;
    if (quern_grow(&w->empty, &w->cap_empty, w->n_empty + 1, sizeof *w->empty)) {
        w->status = quern_fail_nomem(w->err);
    } else {
        w->status =
            quern_xapian_parse(value.data, value.len, &w->kept, &w->empty[w->n_empty], w->err);
        w->n_empty += !w->status;
    }
    return w->status != QUERN_OK;
}

static quern_status read_empties(walk *w, quern_error *err)
{
    if (w->db->totals.n_empty == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_xapian_each_meta(w->db, quern_str("empty:"), keep_empty, w, err));
    QUERN_TRY(w->status);
    if (w->n_empty > 1) {
        qsort(w->empty, w->n_empty, sizeof *w->empty, by_key);
    }
    return QUERN_OK;
}

static void give(walk *w, const quern_xapian_record *first)
{
    quern_article out = QUERN_ARTICLE_INIT;
    const quern_stored_article *a = &first->article;
    out.source = first->source;
    out.id = first->id;
    out.title = a->title;
    out.text.data = w->with_text && w->text.len ? (const char *)w->text.data : NULL;
    out.text.len = w->with_text ? w->text.len : (size_t)a->text_bytes;
    out.date = a->date;
    out.language = a->language;
    out.fields = a->fields;
    out.n_fields = a->n_fields;
    out.line = a->line;
    out.title_in_text = a->title_in_text;
    out.offsets_in_text = a->offsets_in_text;
    w->n++;
    w->stopped = w->each(&out, a->n_passages, a->analysed_in, w->payload) != 0;
}

/* Gives those without a passage whose keys are below that of `before`, or all. */
static void give_empties(walk *w, const quern_xapian_record *before)
{
    while (w->next_empty < w->n_empty && !w->stopped &&
           (!before || compare_keys(&w->empty[w->next_empty], before) < 0)) {
        const quern_xapian_record *empty = &w->empty[w->next_empty++];
        quern_buf_clear(&w->text);
        quern_buf_bytes(&w->text, empty->text.data, empty->text.len);
        give(w, empty);
    }
}

static quern_status not_whole(const quern_xapian_record *record, quern_error *err)
{
    return quern_fail(err, QUERN_E_CORRUPT, "passage %u of %.*s is not in its place - %s",
                      record->number, (int)record->source.len, record->source.data,
                      QUERN_FILES_REPAIR);
}

/* Reads the passages of an article that are asked for: the first one, or all. */
static quern_status read_article(walk *w, xapian_c_posting_iterator *it, quern_arena *arena,
                                 quern_xapian_record *first, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    uint32_t n = 0;
    quern_buf_clear(&w->text);
    while ((step = xapian_c_posting_iterator_next(it, &why)) == XAPIAN_C_OK) {
        quern_xapian_record record;
        quern_arena own;
        quern_arena_init(&own);
        quern_status status = quern_xapian_read(w->db, xapian_c_posting_iterator_docid(it),
                                                n ? &own : arena, &record, err);
        if (!status && (record.number != n ||
                        (w->with_text && record.has_text && record.text_at != w->text.len))) {
            status = not_whole(&record, err);
        }
        if (!status && w->with_text) {
            quern_buf_bytes(&w->text, record.text.data, record.text.len);
            status = w->text.status ? quern_fail_nomem(err) : QUERN_OK;
        }
        if (!n) {
            *first = record;
        }
        quern_arena_finish(&own);
        QUERN_TRY(status);
        n++;
        if (!w->with_text) {
            return QUERN_OK;
        }
    }
    QUERN_XAPIAN_TRY(w->db, &why, step, err);
    if (n == 0 || n != first->article.n_passages ||
        (first->has_text && w->text.len != first->article.text_bytes)) {
        return quern_fail(err, QUERN_E_CORRUPT, "an article is not whole - %s", QUERN_FILES_REPAIR);
    }
    return QUERN_OK;
}

static quern_status walk_article(walk *w, xapian_c_bytes term, quern_error *err)
{
    xapian_c_error why;
    xapian_c_posting_iterator *it = NULL;
    quern_xapian_record first;
    quern_arena arena;
    memset(&first, 0, sizeof first);
    quern_arena_init(&arena);
    quern_status status = xapian_c_database_postings(w->db->db, term, &it, &why)
                              ? quern_xapian_fail(w->db, &why, err)
                              : read_article(w, it, &arena, &first, err);
    xapian_c_posting_iterator_free(it);
    if (!status) {
        quern_buf whole = w->text; /* the articles before it use the buffer too */
        memset(&w->text, 0, sizeof w->text);
        give_empties(w, &first);
        quern_buf_finish(&w->text);
        w->text = whole;
        if (!w->stopped) {
            give(w, &first);
        }
        quern_buf_clear(&w->after);
        quern_buf_bytes(&w->after, term.data, term.len);
        status = w->after.status ? quern_fail_nomem(err) : QUERN_OK;
    }
    quern_arena_finish(&arena);
    return status;
}

/* Moves to the next Q term; the first time behind the one where the last walk ended. */
static xapian_c_status step_term(walk *w, xapian_c_term_iterator *it, int is_first,
                                 xapian_c_error *why)
{
    if (!is_first || w->after.len == 0) {
        return xapian_c_term_iterator_next(it, why);
    }
    xapian_c_bytes after = xapian_c_span(w->after.data, w->after.len);
    xapian_c_status step = xapian_c_term_iterator_skip_to(it, after, why);
    if (step == XAPIAN_C_OK) {
        xapian_c_bytes term = xapian_c_term_iterator_term(it);
        if (term.len == after.len && memcmp(term.data, after.data, after.len) == 0) {
            step = xapian_c_term_iterator_next(it, why);
        }
    }
    return step;
}

static quern_status walk_terms(walk *w, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    xapian_c_term_iterator *it = NULL;
    quern_status status = QUERN_OK;
    QUERN_XAPIAN_TRY(w->db, &why,
                     xapian_c_database_all_terms(w->db->db, xapian_c_text("Q"), &it, &why), err);
    step = step_term(w, it, 1, &why);
    while (!status && !w->stopped && step == XAPIAN_C_OK) {
        status = walk_article(w, xapian_c_term_iterator_term(it), err);
        if (!status && !w->stopped) {
            step = step_term(w, it, 0, &why);
        }
    }
    if (!status && step > XAPIAN_C_END) {
        status = quern_xapian_fail(w->db, &why, err);
    }
    xapian_c_term_iterator_free(it);
    return status;
}

static void walk_finish(walk *w)
{
    quern_arena_finish(&w->kept);
    quern_free(w->empty);
    quern_buf_finish(&w->after);
    quern_buf_finish(&w->text);
}

quern_status quern_xapian_each_article(quern_engine_db *db, int with_text,
                                       quern_engine_article_fn each, void *payload,
                                       quern_error *err)
{
    walk w = {.db = db, .with_text = with_text, .each = each, .payload = payload, .err = err};
    int tries = 0;
    quern_xapian_begin(db);
    quern_status status = read_empties(&w, err);
    if (!status) {
        do {
            status = walk_terms(&w, err);
        } while (quern_xapian_again(db, &tries, &status, err));
    }
    if (!status && !w.stopped) {
        give_empties(&w, NULL);
    }
    walk_finish(&w);
    quern_xapian_end(db);
    return status;
}

/* ---- Check ---- */

enum { LIMIT_S = 60, LIMIT_MB_PER_S = 5 }; /* at least so long; longer for large databases */

typedef struct check {
    void (*found)(const quern_finding *finding, void *payload);
    void *payload;
    uint64_t n;
} check;

static void report(check *c, const char *what)
{
    quern_finding finding = {"glass", 0, what};
    c->n++;
    if (c->found) {
        c->found(&finding, c->payload);
    }
}

static quern_status start_checker(const char *path, int *out, pid_t *pid, quern_error *err)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    char name[] = "xapian-check";
    char *copy = quern_files_join(path, "");
    char *arguments[] = {name, copy, NULL};
    if (!copy) {
        return quern_fail_nomem(err);
    }
    if (pipe2(ends, O_CLOEXEC)) {
        quern_free(copy);
        return quern_fail_os(err, errno, "cannot start xapian-check");
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    int error = posix_spawnp(pid, name, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    quern_free(copy);
    *out = ends[0];
    if (error) {
        close(ends[0]);
        return error == ENOENT ? quern_fail(err, QUERN_E_BACKEND,
                                            "xapian-check is not installed - install xapian-tools")
                               : quern_fail_os(err, error, "cannot start xapian-check");
    }
    return QUERN_OK;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what the checker says until it ends. Returns 0, or -1 at the limit. */
static int listen_to(int fd, int64_t until, quern_buf *out)
{
    for (;;) {
        char piece[4096];
        struct pollfd ready = {fd, POLLIN, 0};
        int64_t left = until - now_ms();
        int n = left > 0 ? poll(&ready, 1, (int)(left < 1000 ? left : 1000)) : 0;
        if (left <= 0) {
            return -1;
        }
        if (n <= 0) {
            continue;
        }
        ssize_t got = read(fd, piece, sizeof piece);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return 0;
        }
        quern_buf_bytes(out, piece, got > 0 ? (size_t)got : 0);
    }
}

/* Each line that is no report of success, where the checker found errors. */
static void report_lines(check *c, quern_buf *said)
{
    char *rest = (char *)said->data;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        size_t len = strlen(line);
        int is_noise = len == 0 || line[len - 1] == ':' || strncmp(line, "blocksize=", 10) == 0 ||
                       strncmp(line, "B-tree checked okay", 19) == 0 ||
                       strstr(line, "table structure checked OK") != NULL;
        if (!is_noise) {
            report(c, line);
        }
    }
}

static quern_status run_checker(check *c, const quern_engine_db *db, quern_error *err)
{
    int fd = -1;
    int how = 0;
    pid_t pid = 0;
    quern_buf said = {0};
    int64_t limit_s = LIMIT_S + (int64_t)(count_bytes(db) >> 20) / LIMIT_MB_PER_S;
    QUERN_TRY(start_checker(db->path, &fd, &pid, err));
    int is_late = listen_to(fd, now_ms() + limit_s * 1000, &said);
    close(fd);
    if (is_late) {
        (void)kill(pid, SIGKILL);
    }
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
    }
    quern_buf_u8(&said, 0);
    if (said.status) {
        quern_buf_finish(&said);
        return quern_fail_nomem(err);
    }
    if (is_late) {
        report(c, "xapian-check did not end in time");
    } else if (WIFSIGNALED(how)) {
        report(c, "xapian-check crashed on it");
    } else if (!strstr((const char *)said.data, "No errors found")) {
        uint64_t before = c->n;
        report_lines(c, &said);
        if (c->n == before) {
            report(c, "xapian-check found errors");
        }
    }
    quern_buf_finish(&said);
    return QUERN_OK;
}

static int look_at_article(const quern_article *article, uint32_t n_passages, uint32_t language,
                           void *payload)
{
    uint64_t *sums = payload;
    sums[0] += n_passages;
    sums[1]++;
    (void)article;
    (void)language;
    return 0;
}

/* All articles are whole, and as many as the totals say. */
static quern_status read_all(check *c, quern_engine_db *db, quern_error *err)
{
    uint64_t sums[2] = {0, 0};
    xapian_c_error why;
    uint32_t n_documents = 0;
    QUERN_TRY(quern_xapian_each_article(db, 1, look_at_article, sums, err));
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_doccount(db->db, &n_documents, &why), err);
    if (sums[1] != db->totals.n_articles) {
        report(c, "the number of articles is not what the totals say");
    }
    if (sums[0] != n_documents) {
        report(c, "there are documents that are no passage of an article");
    }
    return QUERN_OK;
}

quern_status quern_xapian_check(const char *dir,
                                void (*found)(const quern_finding *finding, void *payload),
                                void *payload, quern_error *err)
{
    check c = {found, payload, 0};
    quern_error why = {0};
    quern_engine_db *db = quern_xapian_new(dir);
    if (!db) {
        return quern_fail_nomem(err);
    }
    quern_status status = run_checker(&c, db, err);
    quern_xapian_close(db);
    if (status || c.n > 0) {
        return status; /* what the checker complains of is not read in this process */
    }
    status = quern_xapian_open(dir, &db, &why);
    if (!status) {
        status = read_all(&c, db, &why);
        quern_xapian_close(db);
    }
    if (status == QUERN_E_CORRUPT || status == QUERN_E_BACKEND) {
        report(&c, why.message);
        return QUERN_OK;
    }
    if (status && err) {
        *err = why;
    }
    return status;
}
