/* SPDX-License-Identifier: MIT */
/* xapian_writer - the writer of the xapian engine: opens, removes, commits; xapian_document.c puts.
 * Part of the engine's module.
 *
 * All changes since the last commit are one transaction of Xapian. It keeps Xapian from committing
 * on its own after so many documents, which it does outside of one; what does not fit its memory
 * goes to the files, but no reader and no crash will see it before the commit.
 *
 * Deleting looks at what a document says and not at its term alone, which may be a hash: and has
 * to, as it tells how much text goes.
 */
#include "indexer/xapian_writer.h"

#include "index/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

typedef quern_xapian_writer writer;

/* ---- Opening and closing ---- */

static quern_status begin(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_begin_transaction(db->db, 1, &why), err);
    db->writer->in_transaction = 1;
    return QUERN_OK;
}

static quern_status open_database(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    int flags = XAPIAN_C_DB_OPEN;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_open_writable(db->path, flags, 0, &db->db, &why),
                     err);
    QUERN_TRY(quern_xapian_read_totals(db, err));
    return begin(db, err);
}

quern_status quern_xapian_open_writer(const char *dir, const quern_index_config *config,
                                      const quern_engine_text *text, quern_engine_db **out,
                                      quern_error *err)
{
    quern_xapian_sweep(dir);
    quern_engine_db *db = quern_xapian_new(dir);
    writer *w = quern_alloc_zero(1, sizeof *w);
    *out = NULL;
    if (!db || !w) {
        quern_xapian_close(db);
        quern_free(w);
        return quern_fail_nomem(err);
    }
    db->writer = w;
    w->text = text;
    w->passage_words = config->passage_words;
    w->pool_titles = config->pool_titles;
    w->store_text = config->store_text;
    quern_status status = text->analysis_new(config->language, &w->analysis, err);
    if (!status) { /* who was killed after a commit's rename left names that may not be durable */
        status = quern_xapian_sync(db->path, err);
        status = status == QUERN_E_NOT_FOUND
                     ? quern_fail(err, QUERN_E_CORRUPT, "the database %s is missing - %s", db->path,
                                  QUERN_FILES_REPAIR)
                     : status;
    }
    if (!status) {
        status = open_database(db, err);
    }
    if (status) {
        quern_xapian_close(db);
        return status;
    }
    *out = db;
    return QUERN_OK;
}

void quern_xapian_close_writer(quern_engine_db *db)
{
    writer *w = db->writer;
    if (w->in_transaction) {
        (void)xapian_c_database_cancel_transaction(db->db, NULL);
    }
    if (w->analysis) {
        w->text->analysis_free(w->analysis);
    }
    if (w->text) {
        w->text->tokens_finish(&w->tokens);
        w->text->tokens_finish(&w->title);
        w->text->tokens_finish(&w->probe);
        w->text->passages_finish(&w->passages);
    }
    quern_buf_finish(&w->data);
    quern_free(w->docids);
    quern_free(w);
    db->writer = NULL;
}

/* ---- Removing ---- */

/* Puts the documents with the term into w->docids. */
static quern_status collect(quern_engine_db *db, const quern_xapian_term *term, quern_error *err)
{
    xapian_c_error why;
    xapian_c_posting_iterator *it = NULL;
    xapian_c_status step = XAPIAN_C_OK;
    writer *w = db->writer;
    quern_status status = QUERN_OK;
    w->n_docids = 0;
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_postings(db->db, quern_xapian_bytes(term), &it, &why), err);
    while (!status && (step = xapian_c_posting_iterator_next(it, &why)) == XAPIAN_C_OK) {
        if (quern_grow(&w->docids, &w->cap_docids, w->n_docids + 1, sizeof *w->docids)) {
            status = quern_fail_nomem(err);
        } else {
            w->docids[w->n_docids++] = xapian_c_posting_iterator_docid(it);
        }
    }
    if (!status && step > XAPIAN_C_END) {
        status = quern_xapian_fail(db, &why, err);
    }
    xapian_c_posting_iterator_free(it);
    return status;
}

static int is_equal(quern_string a, quern_string b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Takes an article that goes out of the totals. */
static void subtract(quern_engine_db *db, const quern_xapian_record *record, uint64_t *n)
{
    quern_xapian_totals *t = &db->totals;
    uint64_t bytes = record->article.text_bytes;
    t->n_articles -= t->n_articles > 0;
    t->text_bytes -= bytes < t->text_bytes ? bytes : t->text_bytes;
    ++*n;
}

/* Deletes a document if it is of the source and, where `id` is not NULL, of the id. */
static quern_status remove_document(quern_engine_db *db, uint32_t docid, quern_string source,
                                    const quern_string *id, uint64_t *n, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_record record;
    quern_arena arena;
    quern_arena_init(&arena);
    quern_status status = quern_xapian_read(db, docid, &arena, &record, err);
    if (!status && is_equal(record.source, source) && (!id || is_equal(record.id, *id))) {
        if (record.number == 0) {
            subtract(db, &record, n);
        }
        if (xapian_c_database_delete_document(db->db, docid, &why)) {
            status = quern_xapian_fail(db, &why, err);
        }
    }
    quern_arena_finish(&arena);
    return status;
}

static quern_status remove_documents(quern_engine_db *db, const quern_xapian_term *term,
                                     quern_string source, const quern_string *id, uint64_t *n,
                                     quern_error *err)
{
    xapian_c_error why;
    int exists = 0;
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_term_exists(db->db, quern_xapian_bytes(term), &exists, &why),
                     err);
    if (!exists) {
        return QUERN_OK;
    }
    QUERN_TRY(collect(db, term, err));
    for (size_t i = 0; i < db->writer->n_docids; i++) {
        QUERN_TRY(remove_document(db, db->writer->docids[i], source, id, n, err));
    }
    return QUERN_OK;
}

/* What goes of the articles without a passage. */
typedef struct empties {
    quern_engine_db *db;
    quern_string source;
    quern_buf buf; /* their names in the metadata */
    uint64_t n;
    quern_status status;
    quern_error *err;
} empties;

static int note_empty(quern_string key, quern_string value, void *payload)
{
    empties *e = payload;
    quern_xapian_record record;
    quern_arena arena;
    quern_arena_init(&arena);
    e->status = quern_xapian_parse(value.data, value.len, &arena, &record, e->err);
    if (!e->status && is_equal(record.source, e->source)) {
        subtract(e->db, &record, &e->n);
        quern_buf_string(&e->buf, key.data, key.len);
        e->status = e->buf.status ? quern_fail_nomem(e->err) : QUERN_OK;
    }
    quern_arena_finish(&arena);
    return e->status != QUERN_OK;
}

/* Removes those whose metadata keys begin with the name: of one article, or of a source. */
static quern_status remove_empties(quern_engine_db *db, const quern_xapian_term *name,
                                   quern_string source, uint64_t *n, quern_error *err)
{
    empties e = {.db = db, .source = source, .err = err};
    quern_string prefix = {name->bytes, name->len};
    quern_string none = {"", 0};
    quern_status status = quern_xapian_each_meta(db, prefix, note_empty, &e, err);
    status = status ? status : e.status;
    quern_cursor keys = quern_cursor_of(e.buf.data, e.buf.len);
    for (uint64_t i = 0; !status && i < e.n; i++) {
        status = quern_xapian_set_meta(db, quern_cursor_string(&keys), none, err);
    }
    db->totals.n_empty -= e.n < db->totals.n_empty ? e.n : db->totals.n_empty;
    *n += e.n;
    quern_buf_finish(&e.buf);
    return status;
}

void quern_xapian_empty_name(quern_xapian_term *out, quern_string source, quern_string id)
{
    quern_xapian_key(out, "empty:", source, id);
}

static quern_status remove_empty(quern_engine_db *db, quern_string source, quern_string id,
                                 uint64_t *n, quern_error *err)
{
    quern_xapian_term name;
    quern_xapian_record record;
    quern_arena arena;
    quern_string none = {"", 0};
    xapian_c_buffer value = XAPIAN_C_BUFFER_INIT;
    quern_arena_init(&arena);
    quern_xapian_empty_name(&name, source, id);
    quern_string key = {name.bytes, name.len};
    quern_status status = quern_xapian_get_meta(db, key, &value, err);
    if (!status && value.len > 0) {
        status = quern_xapian_parse(value.data, value.len, &arena, &record, err);
        if (!status) {
            subtract(db, &record, n);
            db->totals.n_empty -= db->totals.n_empty > 0;
            status = quern_xapian_set_meta(db, key, none, err);
        }
    }
    xapian_c_buffer_free(&value);
    quern_arena_finish(&arena);
    return status;
}

quern_status quern_xapian_remove_article(quern_engine_db *db, quern_string source, quern_string id,
                                         uint64_t *n, quern_error *err)
{
    quern_xapian_term term;
    quern_xapian_key(&term, "Q", source, id);
    QUERN_TRY(remove_documents(db, &term, source, &id, n, err));
    return db->totals.n_empty > 0 ? remove_empty(db, source, id, n, err) : QUERN_OK;
}

quern_status quern_xapian_remove_source(quern_engine_db *db, quern_string source, uint64_t *n,
                                        quern_error *err)
{
    quern_xapian_term term;
    quern_xapian_prefixed(&term, "P", source);
    QUERN_TRY(remove_documents(db, &term, source, NULL, n, err));
    if (db->totals.n_empty == 0) {
        return QUERN_OK;
    }
    quern_string beginning = {source.data, source.len < 150 ? source.len : 150};
    quern_xapian_prefixed(&term, "empty:", beginning);
    return remove_empties(db, &term, source, n, err);
}

/* ---- Commits ---- */

quern_status quern_xapian_commit(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    db->totals.generation++;
    QUERN_TRY(quern_xapian_write_totals(db, err));
    db->writer->in_transaction = 0;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_commit_transaction(db->db, &why), err);
    quern_error cause;
    if (quern_xapian_sync(db->path, &cause)) {
        return quern_fail(err, QUERN_E_UNKNOWN_OUTCOME,
                          "cannot say whether the commit is on disk: %s - open the index again to "
                          "see",
                          cause.message);
    }
    return begin(db, err);
}

/* Writes a compact copy to DIR/tmp-glass. */
static quern_status write_compact(quern_engine_db *db, const char *temp, quern_error *err)
{
    xapian_c_error why;
    xapian_c_compact how;
    xapian_c_database *from = NULL;
    xapian_c_compact_init(&how);
    how.flags = XAPIAN_C_COMPACT_NO_RENUMBER;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_open(db->path, 0, &from, &why), err);
    quern_status status = xapian_c_database_compact(from, temp, &how, &why)
                              ? quern_xapian_fail(db, &why, err)
                              : quern_xapian_sync(temp, err);
    xapian_c_database_free(from);
    return status;
}

static quern_status exchange(quern_engine_db *db, const char *temp, quern_error *err)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, db->path, RENAME_EXCHANGE)) {
        return errno == EINVAL || errno == ENOSYS
                   ? QUERN_OK /* this file system cannot: the old one stays, which is as good */
                   : quern_fail_os(err, errno, "cannot put %s in its place", temp);
    }
    return quern_xapian_sync(db->dir, err);
}

quern_status quern_xapian_optimize(quern_engine_db *db, quern_error *err)
{
    char *temp = quern_files_join(db->dir, "tmp-glass");
    if (!temp) {
        return quern_fail_nomem(err);
    }
    (void)xapian_c_database_cancel_transaction(db->db, NULL); /* it is empty */
    db->writer->in_transaction = 0;
    xapian_c_database_free(db->db);
    db->db = NULL;
    quern_status status = write_compact(db, temp, err);
    if (!status) {
        status = exchange(db, temp, err);
    }
    quern_xapian_sweep(db->dir);
    if (!status) {
        status = open_database(db, err);
    }
    quern_free(temp);
    return status;
}
