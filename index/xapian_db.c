/* SPDX-License-Identifier: MIT */
/* xapian_db - see xapian_db.h: files, errors, metadata, and the walk over all articles. Names and
 * records are in xapian_record.c.
 *
 * Power cuts. Xapian syncs its files and then renames v.tmp to iamglass without syncing the
 * directory; a cut may then leave the old name with new blocks under it, which cannot be opened. So
 * the directory is synced after every commit, before it is acknowledged. A database is made under
 * another name, and gets its own when it is whole.
 *
 * A reader keeps the revision that it opened. Glass writes over the blocks of a revision when two
 * later ones are committed; who still reads it is told so, goes on to the newest, and begins anew
 * what it was doing. xapian_c's own retries are turned off, as they would mix two revisions.
 */
#include "index/files.h"
#include "index/xapian_db.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 20 };

#define NAME "glass"
#define TEMP "tmp-glass"

/* ---- Errors ---- */

static quern_status status_of(const xapian_c_error *why)
{
    switch (why->status) {
    case XAPIAN_C_E_NOMEM:
        return QUERN_E_NOMEM;
    case XAPIAN_C_E_LOCKED:
        return QUERN_E_LOCKED;
    case XAPIAN_C_E_VERSION:
        return QUERN_E_VERSION;
    case XAPIAN_C_E_CORRUPT:
    case XAPIAN_C_E_NOT_FOUND: /* a document or a database that has to be there */
    case XAPIAN_C_E_OPEN:
        return QUERN_E_CORRUPT;
    case XAPIAN_C_E_NETWORK:
    case XAPIAN_C_E_TIMEOUT:
        return QUERN_E_NETWORK;
    default:
        return strstr(why->message, strerror(ENOSPC)) || strstr(why->message, strerror(EDQUOT))
                   ? QUERN_E_FULL
                   : QUERN_E_BACKEND;
    }
}

quern_status quern_xapian_fail(quern_engine_db *db, const xapian_c_error *why, quern_error *err)
{
    quern_status status = status_of(why);
    if (db && why->status == XAPIAN_C_E_MODIFIED) {
        db->is_modified = 1;
    }
    if (status == QUERN_E_NOMEM) {
        return quern_fail_nomem(err);
    }
    const char *where = why->context[0] ? why->context : db ? db->path : "";
    return quern_fail(err, status, "xapian: %s: %s%s%s", why->type, why->message,
                      *where ? " in " : "", where);
}

/* ---- Files ---- */

quern_status quern_xapian_sync(const char *path, quern_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = fd < 0 || fsync(fd) ? errno : 0;
    if (fd >= 0) {
        close(fd);
    }
    return error ? quern_fail_os(err, error, "cannot sync the directory %s", path) : QUERN_OK;
}

static void remove_directory(const char *dir, const char *name)
{
    char *path = quern_files_join(dir, name);
    DIR *d = path ? opendir(path) : NULL;
    const struct dirent *entry;
    while (d && (entry = readdir(d)) != NULL) {
        (void)unlinkat(dirfd(d), entry->d_name, 0);
    }
    if (d) {
        closedir(d);
        (void)rmdir(path);
    }
    quern_free(path);
}

void quern_xapian_remove(const char *dir)
{
    remove_directory(dir, NAME);
    remove_directory(dir, TEMP);
}

void quern_xapian_sweep(const char *dir)
{
    remove_directory(dir, TEMP);
}

quern_engine_db *quern_xapian_new(const char *dir)
{
    pthread_mutexattr_t again;
    quern_engine_db *db = quern_alloc_zero(1, sizeof *db);
    if (!db) {
        return NULL;
    }
    db->dir = quern_files_join(dir, "");
    db->path = quern_files_join(dir, NAME);
    pthread_mutexattr_init(&again);
    pthread_mutexattr_settype(&again, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&db->lock, &again);
    pthread_mutexattr_destroy(&again);
    if (!db->dir || !db->path) {
        quern_xapian_close(db);
        return NULL;
    }
    return db;
}

static quern_status open_reader(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_open(db->path, 0, &db->db, &why), err);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_set_retries(db->db, 0, &why), err);
    return quern_xapian_read_totals(db, err);
}

quern_status quern_xapian_open(const char *dir, quern_engine_db **out, quern_error *err)
{
    int tries = 0;
    quern_engine_db *db = quern_xapian_new(dir);
    *out = NULL;
    if (!db) {
        return quern_fail_nomem(err);
    }
    quern_status status = open_reader(db, err);
    while (status && db->is_modified && tries++ < TRIES) { /* a writer was quicker */
        xapian_c_database_free(db->db);
        db->db = NULL;
        db->is_modified = 0;
        status = open_reader(db, err);
    }
    if (status) {
        quern_xapian_close(db);
        return status;
    }
    *out = db;
    return QUERN_OK;
}

void quern_xapian_close(quern_engine_db *db)
{
    if (db) {
        if (db->writer) {
            quern_xapian_close_writer(db);
        }
        xapian_c_database_free(db->db);
        quern_xapian_close_shards(db);
        pthread_mutex_destroy(&db->lock);
        quern_free(db->dir);
        quern_free(db->path);
        quern_free(db);
    }
}

/* ---- Creating ---- */

static quern_status write_config(quern_engine_db *db, const quern_index_config *config,
                                 quern_error *err)
{
    char text[256 + QUERN_CONFIG_LANGUAGE];
    char words[16] = "whole";
    if (config->passage_words != QUERN_WHOLE_ARTICLES) {
        snprintf(words, sizeof words, "%" PRIu32, config->passage_words);
    }
    snprintf(text, sizeof text,
             "passages %s\nlanguage %s\ntitles %s\ntexts %s\nanalysis %" PRIu32 " %016" PRIx64 "\n",
             words, config->language, config->pool_titles ? "pooled" : "apart",
             config->store_text ? "stored" : "absent", config->analysis_version,
             config->analysis_fingerprint);
    return quern_xapian_set_meta(db, quern_str("config"), quern_str(text), err);
}

static quern_status fill_new(quern_engine_db *db, const char *temp,
                             const quern_index_config *config, quern_error *err)
{
    xapian_c_error why;
    int flags = XAPIAN_C_DB_CREATE | XAPIAN_C_DB_BACKEND_GLASS;
    QUERN_XAPIAN_TRY(NULL, &why, xapian_c_database_open_writable(temp, flags, 0, &db->db, &why),
                     err);
    db->totals.generation = 1;
    QUERN_TRY(write_config(db, config, err));
    QUERN_TRY(quern_xapian_write_totals(db, err));
    QUERN_XAPIAN_TRY(NULL, &why, xapian_c_database_commit(db->db, &why), err);
    QUERN_XAPIAN_TRY(NULL, &why, xapian_c_database_close(db->db, &why), err);
    return quern_xapian_sync(temp, err);
}

quern_status quern_xapian_create(const char *dir, const quern_index_config *config,
                                 quern_error *err)
{
    quern_engine_db *db = quern_xapian_new(dir);
    char *temp = quern_files_join(dir, TEMP);
    if (!db || !temp) {
        quern_xapian_close(db);
        quern_free(temp);
        return quern_fail_nomem(err);
    }
    quern_status status = fill_new(db, temp, config, err);
    if (!status && rename(temp, db->path)) {
        status = quern_fail_os(err, errno, "cannot name %s", db->path);
    }
    if (!status) {
        status = quern_xapian_sync(dir, err);
    }
    quern_xapian_close(db);
    if (status) {
        quern_xapian_remove(dir);
    }
    quern_free(temp);
    return status;
}

/* ---- Readers and commits ---- */

void quern_xapian_begin(quern_engine_db *db)
{
    pthread_mutex_lock(&db->lock);
    db->is_modified = 0;
}

void quern_xapian_end(quern_engine_db *db)
{
    pthread_mutex_unlock(&db->lock);
}

int quern_xapian_again(quern_engine_db *db, int *tries, quern_status *status, quern_error *err)
{
    while (*status && db->is_modified && !db->writer && (*tries)++ < TRIES) {
        xapian_c_error why;
        db->is_modified = 0;
        if (xapian_c_database_reopen(db->db, NULL, &why)) {
            *status = quern_xapian_fail(db, &why, err);
        } else {
            *status = quern_xapian_read_totals(db, err);
        }
        if (!*status) {
            return 1;
        }
    }
    return 0;
}

/* ---- Metadata ---- */

quern_status quern_xapian_get_meta(quern_engine_db *db, quern_string key, xapian_c_buffer *out,
                                   quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(
        db, &why, xapian_c_database_metadata(db->db, xapian_c_span(key.data, key.len), out, &why),
        err);
    return QUERN_OK;
}

quern_status quern_xapian_set_meta(quern_engine_db *db, quern_string key, quern_string value,
                                   quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_set_metadata(db->db, xapian_c_span(key.data, key.len),
                                                    xapian_c_span(value.data, value.len), &why),
                     err);
    return QUERN_OK;
}

static quern_status walk_meta(quern_engine_db *db, xapian_c_term_iterator *it,
                              quern_engine_meta_fn each, void *payload, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step = XAPIAN_C_OK;
    quern_status status = QUERN_OK;
    xapian_c_buffer value = XAPIAN_C_BUFFER_INIT;
    while (!status && (step = xapian_c_term_iterator_next(it, &why)) == XAPIAN_C_OK) {
        xapian_c_bytes bytes = xapian_c_term_iterator_term(it);
        quern_string key = {bytes.data, bytes.len};
        status = quern_xapian_get_meta(db, key, &value, err);
        quern_string text = {value.data ? value.data : "", value.len};
        if (!status && each(key, text, payload)) {
            break;
        }
    }
    xapian_c_buffer_free(&value);
    return step > XAPIAN_C_END ? quern_xapian_fail(db, &why, err) : status;
}

quern_status quern_xapian_each_meta(quern_engine_db *db, quern_string prefix,
                                    quern_engine_meta_fn each, void *payload, quern_error *err)
{
    xapian_c_error why;
    xapian_c_term_iterator *it = NULL;
    quern_status status = QUERN_OK;
    if (db->n_shards > 0) {
        return quern_xapian_each_shard_meta(db, prefix, each, payload, err);
    }
    quern_xapian_begin(db);
    if (xapian_c_database_metadata_keys(db->db, xapian_c_span(prefix.data, prefix.len), &it,
                                        &why)) {
        status = quern_xapian_fail(db, &why, err);
    } else {
        status = walk_meta(db, it, each, payload, err);
    }
    xapian_c_term_iterator_free(it);
    quern_xapian_end(db);
    return status;
}

static quern_status damaged_totals(const quern_engine_db *db, quern_error *err)
{
    return quern_fail(err, QUERN_E_CORRUPT,
                      "%s has no totals: it is not the database of an index - " QUERN_FILES_REPAIR,
                      db->path);
}

quern_status quern_xapian_read_totals(quern_engine_db *db, quern_error *err)
{
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    quern_xapian_totals *t = &db->totals;
    if (db->n_shards > 0) {
        return quern_xapian_sum_totals(db, err);
    }
    quern_status status = quern_xapian_get_meta(db, quern_str("totals"), &text, err);
    if (!status &&
        (!text.data ||
         sscanf(text.data,
                "generation %" SCNu64 " articles %" SCNu64 " empty %" SCNu64 " bytes %" SCNu64,
                &t->generation, &t->n_articles, &t->n_empty, &t->text_bytes) != 4)) {
        status = damaged_totals(db, err);
    }
    xapian_c_buffer_free(&text);
    return status;
}

quern_status quern_xapian_write_totals(quern_engine_db *db, quern_error *err)
{
    char text[160];
    const quern_xapian_totals *t = &db->totals;
    snprintf(text, sizeof text,
             "generation %" PRIu64 " articles %" PRIu64 " empty %" PRIu64 " bytes %" PRIu64 "\n",
             t->generation, t->n_articles, t->n_empty, t->text_bytes);
    return quern_xapian_set_meta(db, quern_str("totals"), quern_str(text), err);
}
