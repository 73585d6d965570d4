/* SPDX-License-Identifier: MIT */
/* xapian_shards - databases on other machines, and several of them as one. Part of the module of
 * the xapian engine.
 *
 * A shard is the database of an index like any other, behind `xapian-tcpsrv` or `xapian-progsrv`.
 * Xapian makes one database of several: the number of documents, their mean length and the
 * frequency of a term are those of all shards together, and it tells each of them before it scores.
 * So n shards rank as one index of all their articles. Only metadata is not joined: Xapian gives
 * that of the first shard alone, and what is needed of it is put together here.
 *
 * Documents of an article keep their order, as an article is in one shard.
 *
 * Time. Xapian limits each exchange of messages, not their number. Ending a connection to a server
 * waits for nothing; ending one to a program waits for the program, which may be stopped: that is
 * left to a thread of its own.
 */
#include "index/files.h"
#include "index/xapian_db.h"

#include <inttypes.h>
#include <stdio.h>

_Static_assert(QUERN_CONFIG_LANGUAGE == 512, "read_config reads 511 bytes of a language");

/* ---- Opening ---- */

static quern_status read_config(quern_engine_db *db, quern_index_config *config, quern_error *err)
{
    char words[16];
    char titles[16];
    char texts[16];
    unsigned long count = 0;
    xapian_c_buffer text = XAPIAN_C_BUFFER_INIT;
    QUERN_TRY(quern_xapian_get_meta(db, quern_str("config"), &text, err));
    memset(config, 0, sizeof *config);
    int n = !text.data ? 0
                       : sscanf(text.data,
                                "passages %15s language %511s titles %15s texts %15s "
                                "analysis %" SCNu32 " %" SCNx64,
                                words, config->language, titles, texts, &config->analysis_version,
                                &config->analysis_fingerprint);
    xapian_c_buffer_free(&text);
    int is_whole = n == 6 && strcmp(words, "whole") == 0;
    if (n != 6 || (!is_whole && sscanf(words, "%lu", &count) != 1)) {
        return quern_fail(err, QUERN_E_CORRUPT, "it is not the database of an index");
    }
    config->passage_words = is_whole ? QUERN_WHOLE_ARTICLES : (uint32_t)count;
    config->pool_titles = strcmp(titles, "pooled") == 0;
    config->store_text = strcmp(texts, "stored") == 0;
    memcpy(config->engine, "xapian", sizeof "xapian");
    return QUERN_OK;
}

static quern_status connect_shard(quern_engine_db *db, const quern_engine_address *address,
                                  quern_error *err)
{
    xapian_c_error why;
    xapian_c_remote where;
    xapian_c_remote_init(&where);
    where.host = address->host;
    where.port = address->port;
    where.program = address->program;
    where.args = address->arguments;
    where.connect_timeout_ms = address->connect_ms;
    where.timeout_ms = address->exchange_ms;
    QUERN_XAPIAN_TRY(db, &why,
                     address->host ? xapian_c_database_open_tcp(&where, &db->db, &why)
                                   : xapian_c_database_open_program(&where, &db->db, &why),
                     err);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_set_retries(db->db, 0, &why), err);
    return QUERN_OK;
}

quern_status quern_xapian_open_shard(const quern_engine_address *address, quern_engine_db **out,
                                     quern_index_config *config, quern_error *err)
{
    *out = NULL;
    quern_engine_db *db = quern_xapian_new(address->name);
    if (!db) {
        return quern_fail_nomem(err);
    }
    db->is_remote = 1;
    db->is_program = !address->host;
    quern_status status = connect_shard(db, address, err);
    status = status ? status : read_config(db, config, err);
    status = status ? status : quern_xapian_read_totals(db, err);
    if (status) {
        quern_xapian_close(db);
        return status;
    }
    *out = db;
    return QUERN_OK;
}

/* ---- Several as one ---- */

static quern_status join(quern_engine_db *db, quern_engine_db **shards, size_t n, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_new(&db->db, &why), err);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_set_retries(db->db, 0, &why), err);
    for (size_t i = 0; i < n; i++) {
        QUERN_XAPIAN_TRY(db, &why, xapian_c_database_add(db->db, shards[i]->db, &why), err);
    }
    return quern_xapian_sum_totals(db, err);
}

quern_status quern_xapian_join_shards(quern_engine_db **shards, size_t n, quern_engine_db **out,
                                      quern_error *err)
{
    *out = NULL;
    quern_engine_db *db = quern_xapian_new("shards");
    quern_engine_db **kept = quern_alloc(n * sizeof(quern_engine_db *));
    if (!db || !kept) {
        for (size_t i = 0; i < n; i++) {
            quern_xapian_close(shards[i]);
        }
        quern_xapian_close(db);
        quern_free(kept);
        return quern_fail_nomem(err);
    }
    memcpy(kept, shards, n * sizeof(quern_engine_db *));
    db->is_remote = 1;
    db->shards = kept;
    db->n_shards = n;
    quern_status status = join(db, shards, n, err);
    if (status) {
        quern_xapian_close(db);
        return status;
    }
    *out = db;
    return QUERN_OK;
}

/* What a shard's commit makes necessary is done for all of them (quern_xapian_again). */
static quern_status take_over(quern_engine_db *db, quern_engine_db *shard, quern_status status)
{
    db->is_modified |= shard->is_modified;
    shard->is_modified = 0;
    return status;
}

quern_status quern_xapian_sum_totals(quern_engine_db *db, quern_error *err)
{
    quern_xapian_totals sum = {0, 0, 0, 0};
    for (size_t i = 0; i < db->n_shards; i++) {
        quern_engine_db *shard = db->shards[i];
        QUERN_TRY(take_over(db, shard, quern_xapian_read_totals(shard, err)));
        const quern_xapian_totals *t = &shard->totals;
        sum.generation = t->generation > sum.generation ? t->generation : sum.generation;
        sum.n_articles += t->n_articles;
        sum.n_empty += t->n_empty;
        sum.text_bytes += t->text_bytes;
    }
    db->totals = sum;
    return QUERN_OK;
}

typedef struct meta_walk {
    quern_engine_meta_fn each;
    void *payload;
    int stopped;
} meta_walk;

static int pass_on(quern_string key, quern_string value, void *payload)
{
    meta_walk *w = payload;
    w->stopped = w->each(key, value, w->payload);
    return w->stopped;
}

quern_status quern_xapian_each_shard_meta(quern_engine_db *db, quern_string prefix,
                                          quern_engine_meta_fn each, void *payload,
                                          quern_error *err)
{
    meta_walk w = {each, payload, 0};
    quern_status status = QUERN_OK;
    quern_xapian_begin(db);
    for (size_t i = 0; !status && !w.stopped && i < db->n_shards; i++) {
        quern_engine_db *shard = db->shards[i];
        status = take_over(db, shard, quern_xapian_each_meta(shard, prefix, pass_on, &w, err));
    }
    quern_xapian_end(db);
    return status;
}

/* ---- Closing ---- */

static void *close_shard(void *shard)
{
    quern_xapian_close(shard);
    return NULL;
}

void quern_xapian_close_shards(quern_engine_db *db)
{
    for (size_t i = 0; i < db->n_shards; i++) {
        pthread_t thread;
        if (db->shards[i]->is_program &&
            pthread_create(&thread, NULL, close_shard, db->shards[i]) == 0) {
            pthread_detach(thread);
        } else {
            quern_xapian_close(db->shards[i]);
        }
    }
    quern_free(db->shards);
}
