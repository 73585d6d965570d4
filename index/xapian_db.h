/* SPDX-License-Identifier: MIT */
/* xapian_db - an index as a Xapian database: its files, the names of its terms, what its documents
 * say. Part of the module of the xapian engine, and the only one of its files that both of its
 * halves, indexer/xapian_writer.c and query/xapian_searcher.c, stand on.
 *
 *     DIR/LOCK, DIR/man-0000000000000001      as every index
 *     DIR/glass/                              the database, in Xapian's own format
 *     DIR/tmp-glass/                          one in the making; dead weight after a crash
 *
 * One document a passage, whose length is that of the passage: the sum of the wdf of its terms, of
 * which only kinds that score have any. Documents of an article have ascending ids, in text order.
 *
 *     term            wdf        positions  what
 *     Z + stem        tf         yes        a word, as xapian's own tools name stems
 *     Xj Xa Xb + it   tf         yes        a joined word, an amount, a bigram
 *     the word        0          yes        the word as it stands in the text, folded
 *     Xe + word = stem  0        yes        where the word alone would have another stem
 *     S, ZS + word    0          yes        word and stem of the words of the article's title
 *     XNAME + value   0          no         a field as other tools know them; ':' between where the
 *                                           value begins with A-Z or ':'
 *     Xf + term       0          no         a word or value of a field, a word of the title, as
 *                                           queries look for them (stemmer/fields.h)
 *     P + source      0          no
 *     Q + key         0          no         source, and where there is an id NUL and id
 *
 * No stem and no folded word begins with a capital letter, so prefixes are never in doubt; no name
 * of a field begins with a small letter, as it is written in capitals. What is too long for a term
 * is cut, and its hash put after it.
 *
 * Positions count from 1. A pooled title is at 1 to T, and the words of the passage begin GAP after
 * it, so that no phrase and no NEAR spans the two.
 *
 * Value slot 0 has the Q term: by it passages are gathered to articles, and ties ordered. Slot 1
 * has the date of the article where there is one: seconds since 1970, eight bytes that sort as it
 * does.
 *
 * The data of a document is text, a member a line (printed by xapian-delve -d), with \\ \n and \t
 * escaped; the first passage of an article also says what is to be said of the article:
 *
 *     source=news/a.jsonl         title=Bricks          line=12
 *     id=7                        language=             title_words=1
 *     passage=0                   date=1700000000       flags=0 0
 *     range=0 123                 bytes=4242            passages=3
 *     place=12 1                  field=desk\tbusiness
 *     pooled=1                    text=0 ...            to the end, not escaped
 *
 * and, behind the flags, analysed_in=1 where it was analysed in another than the first language.
 *
 * The text is that from the end of the passage before to the end of this one (the last has all that
 * is left), so all texts together are the text of the article, each byte once. Where texts are not
 * stored the last line is `text=-`.
 *
 * Metadata, committed with the documents: `config`, for tools that find the database alone;
 * `totals`, what no document count tells; `empty:` + key, an article without a passage, in the same
 * form as a document's data; and what engine.h says of roots and sources.
 */
#ifndef QUERN_INDEX_XAPIAN_DB_H
#define QUERN_INDEX_XAPIAN_DB_H

#include "index/engine.h"

#include <pthread.h>
#include <xapian_c/xapian_c.h>

#define QUERN_XAPIAN_TERM_MAX 256 /* room for any term; glass takes 245 bytes, a NUL counts two */
#define QUERN_XAPIAN_KEPT 160     /* bytes of one that is cut, before its hash */
#define QUERN_XAPIAN_GAP 1024     /* positions between a pooled title and the passage's words */
#define QUERN_XAPIAN_SLOT 0
#define QUERN_XAPIAN_DATE_SLOT 1
#define QUERN_XAPIAN_DATE_BYTES 8

/* What no count of documents says. */
typedef struct quern_xapian_totals {
    uint64_t generation;
    uint64_t n_articles, n_empty; /* live ones; those of them without a passage */
    uint64_t text_bytes;          /* of the live articles */
} quern_xapian_totals;

struct quern_xapian_writer; /* indexer/xapian_writer.h */

struct quern_engine_db {
    xapian_c_database *db;
    char *dir, *path;     /* of the index; of the database */
    pthread_mutex_t lock; /* of a reader: one thread at a time; may be taken again by its holder */
    int is_modified;      /* a commit of a writer discarded what was being read: reopen */
    quern_xapian_totals totals;
    struct quern_xapian_writer *writer; /* NULL: open for reading */
    quern_engine_db **shards;           /* of one that is made of several; owned */
    size_t n_shards;
    int is_remote;  /* a shard, or made of shards */
    int is_program; /* a shard behind a program, whose end may have to be waited for */
};

/* ---- Errors and files ---- */

/* Makes of xapian_c's error one of ours; notes in db (may be NULL) where to reopen helps. */
quern_status quern_xapian_fail(quern_engine_db *db, const xapian_c_error *why, quern_error *err);

/* Leaves with the failure of a call of xapian_c whose error goes to `why`. END is no failure. */
#define QUERN_XAPIAN_TRY(db, why, expr, err)                                                       \
    do {                                                                                           \
        if ((expr) > XAPIAN_C_END) {                                                               \
            return quern_xapian_fail(db, why, err);                                                \
        }                                                                                          \
    } while (0)

quern_status quern_xapian_create(const char *dir, const quern_index_config *config,
                                 quern_error *err);
void quern_xapian_remove(const char *dir);
/* Removes DIR/tmp-glass. */
void quern_xapian_sweep(const char *dir);
/* A handle without a database yet; NULL: no memory. */
quern_engine_db *quern_xapian_new(const char *dir);
quern_status quern_xapian_open(const char *dir, quern_engine_db **out, quern_error *err);
void quern_xapian_close(quern_engine_db *db);

/* Shards (xapian_shards.c): the functions of the engine's table, and what is the sum over them. */
quern_status quern_xapian_open_shard(const quern_engine_address *address, quern_engine_db **out,
                                     quern_index_config *config, quern_error *err);
quern_status quern_xapian_join_shards(quern_engine_db **shards, size_t n, quern_engine_db **out,
                                      quern_error *err);
quern_status quern_xapian_sum_totals(quern_engine_db *db, quern_error *err);
quern_status quern_xapian_each_shard_meta(quern_engine_db *db, quern_string prefix,
                                          quern_engine_meta_fn each, void *payload,
                                          quern_error *err);
/* Closes the shards of `db`; not waited for where a program has to end. */
void quern_xapian_close_shards(quern_engine_db *db);

/* Makes names in the directory of the database durable: Xapian does that for the files alone. */
quern_status quern_xapian_sync(const char *path, quern_error *err);

/* A call on a reader that is run again on the newest state where a commit took the one it read:
 *
 *     quern_xapian_begin(db);
 *     do {
 *         status = ...
 *     } while (quern_xapian_again(db, &tries, &status, err));
 *     quern_xapian_end(db);
 */
void quern_xapian_begin(quern_engine_db *db);
int quern_xapian_again(quern_engine_db *db, int *tries, quern_status *status, quern_error *err);
void quern_xapian_end(quern_engine_db *db);

quern_status quern_xapian_each_meta(quern_engine_db *db, quern_string prefix,
                                    quern_engine_meta_fn each, void *payload, quern_error *err);
quern_status quern_xapian_get_meta(quern_engine_db *db, quern_string key, xapian_c_buffer *out,
                                   quern_error *err);
quern_status quern_xapian_set_meta(quern_engine_db *db, quern_string key, quern_string value,
                                   quern_error *err);
quern_status quern_xapian_read_totals(quern_engine_db *db, quern_error *err);
quern_status quern_xapian_write_totals(quern_engine_db *db, quern_error *err);

/* ---- Names of terms ---- */

typedef struct quern_xapian_term {
    size_t len;
    int is_cut; /* it has a hash in place of its end */
    char bytes[QUERN_XAPIAN_TERM_MAX];
} quern_xapian_term;

/* A term of our analysis, with its byte of kind. */
void quern_xapian_name(quern_xapian_term *out, const char *term, size_t len);
/* prefix and bytes. */
void quern_xapian_prefixed(quern_xapian_term *out, const char *prefix, quern_string bytes);
/* prefix and key. */
void quern_xapian_key(quern_xapian_term *out, const char *prefix, quern_string source,
                      quern_string id);
void quern_xapian_field(quern_xapian_term *out, const quern_field *field);
/* An exact form, with its byte of kind; `stem`, likewise, is NULL where analysis makes it of the
 * form. */
void quern_xapian_form(quern_xapian_term *out, quern_string form, const quern_string *stem);
/* The value of a date. */
void quern_xapian_date(char out[QUERN_XAPIAN_DATE_BYTES], int64_t seconds);
int64_t quern_xapian_seconds(const char value[QUERN_XAPIAN_DATE_BYTES]);

/* Whether a name of the database has a hash in place of its end. */
int quern_xapian_is_cut(xapian_c_bytes name);

static inline xapian_c_bytes quern_xapian_bytes(const quern_xapian_term *term)
{
    return xapian_c_span(term->bytes, term->len);
}

/* ---- What a document says ---- */

typedef struct quern_xapian_record {
    uint32_t number; /* of the passage in its article */
    quern_string source, id;
    quern_stored_passage place;
    uint32_t title_words; /* positions of the title that is pooled here */
    int has_text;
    uint64_t text_at;             /* byte of the article's text where `text` begins */
    quern_string text;            /* through the end of the passage, or of the article */
    quern_stored_article article; /* number 0: title, language, date, fields, line, ... */
} quern_xapian_record;

/* Appends the record; failure stays in the buffer. */
void quern_xapian_print(const quern_xapian_record *record, quern_buf *out);
/* Strings are in the arena. Errors: CORRUPT, NOMEM. */
quern_status quern_xapian_parse(const char *data, size_t len, quern_arena *arena,
                                quern_xapian_record *out, quern_error *err);
/* The record of a document. */
quern_status quern_xapian_read(quern_engine_db *db, uint32_t docid, quern_arena *arena,
                               quern_xapian_record *out, quern_error *err);

/* ---- The other half of the module: the functions of the engine's table ---- */

quern_status quern_xapian_open_writer(const char *dir, const quern_index_config *config,
                                      const struct quern_engine_text *text, quern_engine_db **out,
                                      quern_error *err);
void quern_xapian_close_writer(quern_engine_db *db); /* what quern_xapian_close calls */
quern_status quern_xapian_put(quern_engine_db *db, const quern_article *article, uint32_t language,
                              quern_error *err);
quern_status quern_xapian_remove_article(quern_engine_db *db, quern_string source, quern_string id,
                                         uint64_t *n, quern_error *err);
quern_status quern_xapian_remove_source(quern_engine_db *db, quern_string source, uint64_t *n,
                                        quern_error *err);
quern_status quern_xapian_commit(quern_engine_db *db, quern_error *err);
quern_status quern_xapian_optimize(quern_engine_db *db, quern_error *err);
quern_status quern_xapian_count(quern_engine_db *db, const quern_string *terms, size_t n,
                                uint64_t *out, quern_error *err);
quern_status quern_xapian_each_form(quern_engine_db *db, quern_string prefix,
                                    quern_engine_form_fn each, void *payload, quern_error *err);
quern_status quern_xapian_has_terms(quern_engine_db *db, quern_string prefix, int *out,
                                    quern_error *err);
quern_status quern_xapian_stats(quern_engine_db *db, quern_stats *out, quern_error *err);
quern_status quern_xapian_each_article(quern_engine_db *db, int with_text,
                                       quern_engine_article_fn each, void *payload,
                                       quern_error *err);
quern_status quern_xapian_search(quern_engine_db *db, const quern_engine_question *question,
                                 quern_engine_answer *out, quern_error *err);
quern_status quern_xapian_check(const char *dir,
                                void (*found)(const quern_finding *finding, void *payload),
                                void *payload, quern_error *err);

#endif
