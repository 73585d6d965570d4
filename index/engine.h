/* SPDX-License-Identifier: MIT */
/* engine - the seam behind which another engine than the native one keeps an index.
 *
 * An engine is a module, a shared library named libquern-NAME.so, that is loaded when an index says
 * in its manifest that NAME keeps it, or when one is made with that name. So libquern itself links
 * no engine's libraries. The module exports one function, quern_engine_module, which is handed a
 * table of what it needs of the library (quern_engine_host) and answers with its own
 * (quern_engine).
 *
 *     libquern                                          libquern-xapian.so
 *     index/engine.c          finds and loads     ----> index/xapian_module.c
 *     indexer/engine_writer.c articles in, commit ----> indexer/xapian_writer.c
 *     query/engine_reader.c   a plan, k articles  ----> query/xapian_searcher.c
 *
 * The directory of such an index has what every index has, a LOCK and a manifest (of generation 1,
 * without segments, for ever), and the engine's own files. Everything that changes, the roots and
 * the table of sources too, is in the engine's database, as metadata of it, so that a commit is
 * one.
 *
 * The module is called once for an article or a search, never for a posting. It may be called by
 * many threads on one handle that is open for reading; it keeps them apart itself.
 *
 * Both tables begin with their version, which is raised with every change of either.
 */
#ifndef QUERN_INDEX_ENGINE_H
#define QUERN_INDEX_ENGINE_H

#include "index/manifest.h"
#include "index/sources.h"

#define QUERN_ENGINE_VERSION 6

/* Of layers that index/ does not know: handed through as they are. */
struct quern_plan;
struct quern_expansions;
struct quern_deadline;
struct quern_engine_text; /* indexer/engine_writer.h: from text to terms */

/* What a module uses of the library: its memory, so that it fails as one where memory runs out. */
typedef struct quern_engine_host {
    uint32_t version;
    void *(*alloc)(size_t size);
    void *(*alloc_zero)(size_t n, size_t size);
    void *(*resize)(void *p, size_t size);
    void (*release)(void *p);
    int (*grow)(void *array, size_t *cap, size_t need, size_t size);
    void *(*arena_alloc)(quern_arena *arena, size_t size);
    char *(*arena_copy)(quern_arena *arena, const void *data, size_t len);
    void (*arena_finish)(quern_arena *arena);
} quern_engine_host;

/* ---- What is asked and answered ---- */

typedef struct quern_engine_question {
    const struct quern_plan *plan;
    double k1, b;
    uint32_t n_articles; /* the best ones, at least 1 */
    int all_passages;    /* 1: all matching passages of each, not the best one only */
    int count;           /* 1: exact totals */
    int order;           /* a quern_order */
    int by_lists;        /* 1: another way to the same answer, as tests compare with */
    /* What analysis in the first language makes of the bytes of an exact form (kind and form): the
     * stem (kind and term),
     * which stays until the next call; "" where it makes none, or another form. */
    quern_status (*stem)(void *payload, quern_string form, quern_string *out, quern_error *err);
    void *payload;
    struct quern_expansions *expansions; /* zeroed; what the patterns of the plan stand for */
    struct quern_deadline *deadline; /* NULL: none. Not of shards, which have limits of theirs */
} quern_engine_question;

typedef struct quern_engine_passage {
    int64_t score; /* in units of 2^-20 */
    quern_stored_passage place;
    uint32_t title_words; /* positions of the pooled title; 0: none */
    quern_string text;    /* "" where texts are not stored */
} quern_engine_passage;

/* An article of the answer. */
typedef struct quern_engine_found {
    quern_stored_article article;         /* its passages are left out */
    const quern_engine_passage *passages; /* those shown, best first */
    size_t n_passages;
    uint64_t n_more; /* matching passages that are not shown */
} quern_engine_found;

/* Everything in it is in the arena. Zeroed is empty. */
typedef struct quern_engine_answer {
    quern_arena arena;
    quern_engine_found *items; /* best first */
    size_t n;
    uint64_t n_articles, n_passages; /* that match; or, unless exact, at least so many */
    int exact;
    int is_cut; /* the deadline came */
} quern_engine_answer;

/* ---- Shards ---- */

/* Where the database of an index is, on another machine: behind a server, or behind the standard
 * input and output of a program. */
typedef struct quern_engine_address {
    const char *name; /* for messages */
    const char *host; /* NULL: a program */
    uint32_t port;
    const char *program, *arguments; /* the arguments split at spaces */
    uint32_t connect_ms;             /* to wait for the connection */
    uint32_t exchange_ms;            /* to wait for each answer, then and later */
} quern_engine_address;

/* ---- The engine ---- */

/* A database that is open for reading or for writing; of the module. */
typedef struct quern_engine_db quern_engine_db;

typedef int (*quern_engine_meta_fn)(quern_string key, quern_string value, void *payload);
/* `language`: the number of the one that the article was analysed in. */
typedef int (*quern_engine_article_fn)(const quern_article *article, uint32_t n_passages,
                                       uint32_t language, void *payload);

typedef int (*quern_engine_form_fn)(quern_string form, uint64_t n_passages, void *payload);

/* `dir` is the directory of the index. Statuses are those of the public header; what the engine's
 * library says and nothing else fits is BACKEND. */
typedef struct quern_engine {
    uint32_t version;
    const char *name;

    /* Makes the empty database in the directory of an index that is being made; durable when it
     * returns, but for the directory's own name. */
    quern_status (*create)(const char *dir, const quern_index_config *config, quern_error *err);
    /* Removes the database's files; nothing where there are none. */
    void (*remove)(const char *dir);

    /* For reading; sees the last commit until a later one forces it to move on. */
    quern_status (*open)(const char *dir, quern_engine_db **out, quern_error *err);
    /* For writing, for who holds the lock of the index. `text` must outlive it. */
    quern_status (*open_writer)(const char *dir, const quern_index_config *config,
                                const struct quern_engine_text *text, quern_engine_db **out,
                                quern_error *err);
    /* The database of a shard, for reading, and what its index was made with. */
    quern_status (*open_shard)(const quern_engine_address *address, quern_engine_db **out,
                               quern_index_config *config, quern_error *err);
    /* One database of n shards, which it takes over, also where it fails. Its statistics are those
     * of all of them together. */
    quern_status (*join_shards)(quern_engine_db **shards, size_t n, quern_engine_db **out,
                                quern_error *err);
    void (*close)(quern_engine_db *db); /* drops what was not committed */

    /* Writers. The keys and texts were tested before. `language`: the number of the article's in
     * the list of the index. */
    quern_status (*put)(quern_engine_db *db, const quern_article *article, uint32_t language,
                        quern_error *err);
    quern_status (*remove_article)(quern_engine_db *db, quern_string source, quern_string id,
                                   uint64_t *n, quern_error *err);
    quern_status (*remove_source)(quern_engine_db *db, quern_string source, uint64_t *n,
                                  quern_error *err);
    /* Sets metadata as part of the next commit; an empty value removes it. */
    quern_status (*set_meta)(quern_engine_db *db, quern_string key, quern_string value,
                             quern_error *err);
    quern_status (*commit)(quern_engine_db *db, quern_error *err);
    /* After a commit: gives back the room of what was deleted. */
    quern_status (*optimize)(quern_engine_db *db, quern_error *err);

    /* Both kinds. Calls `each` for all metadata whose key begins with `prefix`, in byte order; a
     * value other than 0 stops. */
    quern_status (*each_meta)(quern_engine_db *db, quern_string prefix, quern_engine_meta_fn each,
                              void *payload, quern_error *err);

    /* Readers. stats: all but sources and skipped; of shards without terms, which would have to be
     * fetched. */
    quern_status (*stats)(quern_engine_db *db, quern_stats *out, quern_error *err);
    /* Calls `each` for every article in order of keys, with its text where `with_text` (else its
     * text has its length and no bytes); a value other than 0 stops. */
    quern_status (*each_article)(quern_engine_db *db, int with_text, quern_engine_article_fn each,
                                 void *payload, quern_error *err);
    quern_status (*search)(quern_engine_db *db, const quern_engine_question *question,
                           quern_engine_answer *out, quern_error *err);
    /* In how many passages each of n terms (kind and bytes) is. */
    quern_status (*count)(quern_engine_db *db, const quern_string *terms, size_t n, uint64_t *out,
                          quern_error *err);
    /* Calls `each` for the exact forms that begin with `prefix` (neither has a byte of kind), with
     * how many passages have them; a value other than 0 stops. */
    quern_status (*each_form)(quern_engine_db *db, quern_string prefix, quern_engine_form_fn each,
                              void *payload, quern_error *err);
    /* Whether a term begins with `prefix` (kind and bytes). */
    quern_status (*has_terms)(quern_engine_db *db, quern_string prefix, int *out, quern_error *err);
    /* Looks for damage; findings are no error. */
    quern_status (*check)(const char *dir,
                          void (*found)(const quern_finding *finding, void *payload), void *payload,
                          quern_error *err);
} quern_engine;

/* What a module exports under this name; NULL where versions differ. */
typedef const quern_engine *(*quern_engine_module_fn)(const quern_engine_host *host);
#define QUERN_ENGINE_SYMBOL "quern_engine_module"

/* ---- Of the library ---- */

/* Whether the name is another engine's: not NULL, "", or "native". */
int quern_engine_is_foreign(const char *name);

/* Finds and loads the module of an engine; once loaded it stays. Errors: SYNTAX no such engine,
 * BACKEND it is not installed, or of another version. */
quern_status quern_engine_load(const char *name, const quern_engine **out, quern_error *err);

/* Adds the roots that the database remembers to *m. */
quern_status quern_engine_get_roots(const quern_engine *engine, quern_engine_db *db,
                                    quern_manifest *m, quern_error *err);
quern_status quern_engine_set_roots(const quern_engine *engine, quern_engine_db *db,
                                    const quern_manifest *m, quern_error *err);

/* The table of sources that the database keeps. */
quern_status quern_engine_get_sources(const quern_engine *engine, quern_engine_db *db,
                                      quern_sources **out, quern_error *err);
/* Writes what of `now` differs from `before`, the table as it was last written, and brings `before`
 * up to it. */
quern_status quern_engine_set_sources(const quern_engine *engine, quern_engine_db *db,
                                      quern_sources *now, quern_sources *before, quern_error *err);

#endif
