/* SPDX-License-Identifier: MIT */
/* quern.h - full-text search over articles, answered with passages.
 *
 * libquern keeps an inverted index of articles on disk. An article is cut into passages of about
 * sixty words; a query comes back as passages ranked by BM25, each with its text, its byte range in
 * the article and the byte ranges of the words that matched. The index is brought up to date in
 * place, survives power cuts, and can be searched by any number of threads and processes while one
 * writer changes it.
 *
 * A whole program:
 *
 *     quern_error err;
 *     quern_index *index = NULL;
 *     quern_reader *reader = NULL;
 *     quern_query *query = NULL;
 *     quern_hits *hits = NULL;
 *     quern_hit hit = QUERN_HIT_INIT;
 *     if (quern_index_open("news/.quern", NULL, &index, &err) ||
 *         quern_reader_open(index, &reader, &err) ||
 *         quern_query_parse(reader, QUERN_STR("Bedrock commitment"), &query, &err) ||
 *         quern_search(reader, query, NULL, &hits, &err))
 *         fprintf(stderr, "%s (%s)\n", err.message, err.hint);
 *     for (size_t i = 0; i < quern_hits_count(hits); i++) {
 *         quern_hits_get(hits, i, &hit);
 *         printf("%s:%u: %.*s\n", hit.source.data, hit.line, (int)hit.text.len, hit.text.data);
 *     }
 *     quern_hits_free(hits);
 *     quern_query_free(query);
 *     quern_reader_free(reader);
 *     quern_index_close(index);
 *
 * Conventions (true of every function below)
 *  1. Handles are opaque. quern_x_open or quern_x_parse makes one, quern_x_close or quern_x_free
 *     ends it; ending NULL does nothing. A writer, reader or hits may outlive the index or the
 *     query it came from; hits outlive their reader.
 *  2. A function that can fail returns a quern_status; QUERN_OK is 0. Arguments come in the order
 *     handle, inputs, outputs, error. On failure outputs are NULL or 0 and, where `err` is not
 * NULL, *err says what happened, where, and what to do. Making an error never allocates.
 *  3. Strings are quern_string: bytes and a length. What goes in is copied before the call returns.
 *     What comes out is borrowed: it lives as long as the owner that its comment names, and has a
 *     NUL after its last byte.
 *  4. Text is UTF-8 and may hold NULs; invalid bytes are read as U+FFFD and offsets stay true.
 *     Offsets and lengths count bytes, positions count words, lines and columns count from 1.
 *  5. Structs of options begin with `size`, are made by a QUERN_..._INIT macro, and zero means the
 *     default. NULL options are all defaults.
 *  6. No global state: nothing is printed, no signal, locale or working directory is touched. An
 *     index, a reader and a query may be used by many threads at once; a writer and hits by one
 *     thread at a time.
 *  7. Finding nothing is not an error.
 *
 * Caveats
 *  - Do not keep an index on NFS or another file system whose locks do not hold: two writers may
 *    then meet, and the second one's commit fails.
 *  - Do not change or cut files of an index by hand. A segment file is mapped into memory: where a
 *    disk fails under the mapping, or a file is cut short, the kernel ends the process with SIGBUS.
 *    Open with `in_memory` where that must not be: the index is then read, and checked, first.
 *  - Do not fork between opening and ending a writer: its lock would be shared.
 *  - QUERN_E_UNKNOWN_OUTCOME from a commit means just that: the disk failed after the point of no
 *    return. Open the index again to see which generation it has; nothing committed before is lost.
 */
#ifndef QUERN_QUERN_H
#define QUERN_QUERN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#error "quern needs a POSIX system"
#elif defined(QUERN_BUILD)
#define QUERN_API __attribute__((visibility("default")))
#else
#define QUERN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Strings, versions, errors ----------------------------------------------------------------
 */

typedef struct quern_string {
    const char *data; /* bytes, UTF-8 where they are text */
    size_t len;       /* bytes */
} quern_string;

/* A quern_string of a C string, by its strlen. */
static inline quern_string quern_str(const char *s)
{
    quern_string out = {s, s ? strlen(s) : 0};
    return out;
}
#define QUERN_STR(s) quern_str(s)

/* The version of the library that is loaded, such as "0.1.0". */
QUERN_API const char *quern_version(void);

typedef enum quern_status {
    QUERN_OK = 0,
    QUERN_E_NOMEM,           /* memory ran out */
    QUERN_E_IO,              /* the system refused a read, write, open; os_errno says why */
    QUERN_E_LOCKED,          /* another writer has the index */
    QUERN_E_NOT_FOUND,       /* no index, article or file there */
    QUERN_E_VERSION,         /* an index of a newer format, or of another analysis */
    QUERN_E_CORRUPT,         /* bytes of the index are damaged */
    QUERN_E_SYNTAX,          /* a value of an option does not parse; pos says where */
    QUERN_E_INVALID,         /* a call that breaks its contract */
    QUERN_E_BACKEND,         /* an engine that stands behind the library failed */
    QUERN_E_FULL,            /* the disk or a quota is full, or a limit of the format is reached */
    QUERN_E_NETWORK,         /* a remote part did not answer */
    QUERN_E_CANCELLED,       /* a callback asked to stop */
    QUERN_E_UNKNOWN_OUTCOME, /* a commit may or may not have happened; open again to see */
    QUERN_E_EXISTS           /* an index is there already */
} quern_status;

/* What went wrong. The caller owns it; no member needs freeing. */
typedef struct quern_error {
    quern_status status;
    int os_errno;      /* errno of the failed call, or 0 */
    size_t pos;        /* byte offset in the query or file, or 0 */
    char message[256]; /* what and where, one sentence without a full stop */
    char hint[160];    /* what to do, or "" */
} quern_error;

/* The name of a status, such as "corrupt". Static. */
QUERN_API const char *quern_status_name(quern_status status);

/* ---- Index ------------------------------------------------------------------------------------
 */

typedef struct quern_index quern_index;   /* a place on disk and its options */
typedef struct quern_reader quern_reader; /* one committed generation, never changing: a snapshot */
typedef struct quern_writer quern_writer; /* at most one for each index */
typedef struct quern_query quern_query;   /* parsed once, used often */
typedef struct quern_synonyms quern_synonyms; /* words that stand for the same */
typedef struct quern_hits quern_hits;         /* the answer to one search */

#define QUERN_WHOLE_ARTICLES UINT32_MAX

/* What an index is made with; these stay as they are for its life. */
typedef struct quern_index_options {
    size_t size;
    uint32_t passage_words; /* a passage is packed until it has so many words: 0 is 60, at most
                               40,000; QUERN_WHOLE_ARTICLES: one passage an article */
    const char *language;   /* language of the stemmer, a name or ISO code; NULL is "english";
                               "none" leaves words unstemmed. Several, "english,german,fr": each
                               article is read in the one that it names, else that its text is
                               found to be in, else the first; queries are in all of them */
    int no_titles;          /* 1: title words are not counted into the article's passages */
    int no_text;            /* 1: texts are not stored; hits then have ranges, not text */
    const char *engine;     /* what keeps the index: NULL is "native"; "xapian" is a database that
                               Xapian's tools can open, for which a module must be installed */
} quern_index_options;
#define QUERN_INDEX_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(quern_index_options), 0, NULL, 0, 0, NULL                                           \
    }

typedef struct quern_open_options {
    size_t size;
    int in_memory; /* 1: read and check all of the index before the first search */
} quern_open_options;
#define QUERN_OPEN_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(quern_open_options), 0                                                              \
    }

/* Whether two values of quern_index_options.language mean the same languages, in the same order. */
QUERN_API int quern_language_same(const char *a, const char *b);

/* Makes an empty index in the new or empty directory `path`, whole or not at all.
 * Errors: EXISTS an index is there, SYNTAX an option's value, BACKEND the engine is not installed,
 * IO. */
QUERN_API quern_status quern_index_create(const char *path, const quern_index_options *options,
                                          quern_error *err);

/* Opens the index in directory `path`. Errors: NOT_FOUND no index there, VERSION made by a newer
 * quern or another analysis, CORRUPT. */
QUERN_API quern_status quern_index_open(const char *path, const quern_open_options *options,
                                        quern_index **out, quern_error *err);
QUERN_API void quern_index_close(quern_index *index);

/* Makes a fresh index of the same articles beside the old one and swaps it in: with `options`, or
 * those of the old one where NULL. The texts come from the old index; readers of the old one keep
 * it. Errors: LOCKED, CORRUPT a stored text is damaged (then read the sources again), FULL. */
QUERN_API quern_status quern_index_rebuild(const char *path, const quern_index_options *options,
                                           quern_error *err);

/* One finding of a check: which file, which byte, what. Borrowed for the call. */
typedef struct quern_finding {
    const char *file; /* name in the index directory */
    uint64_t offset;  /* byte in it, or 0 */
    const char *what;
} quern_finding;

/* Reads every byte of the newest generation, tests every checksum and every rule of the format, and
 * calls `found` for each thing that is wrong. Never crashes on any bytes. Returns CORRUPT when
 * there was a finding. `found` may be NULL. */
QUERN_API quern_status quern_index_check(const char *path,
                                         void (*found)(const quern_finding *finding, void *payload),
                                         void *payload, quern_error *err);

/* ---- Writer -----------------------------------------------------------------------------------
 */

#define QUERN_NO_DATE INT64_MIN

typedef struct quern_field {
    quern_string name;
    quern_string value;
} quern_field;

/* An article as it goes in. Its key is (source, id): putting the same key again replaces. */
typedef struct quern_article {
    size_t size;
    quern_string source; /* path or name, 1 to 4,096 bytes, no NUL */
    quern_string id;    /* empty for a whole file, else the record's, at most 4,096 bytes, no NUL */
    quern_string title; /* may be empty */
    quern_string text;  /* at most 1 GiB */
    int64_t date;       /* seconds since 1970 in UTC, or QUERN_NO_DATE */
    quern_string language; /* a name or tag, "de-AT"; empty: not known. Stored with the article */
    const quern_field *fields;
    size_t n_fields;
    uint32_t line;       /* line in the source where the record stands; 0 is 1 */
    int title_in_text;   /* 1: the title is the first line of text that is not blank */
    int offsets_in_text; /* 1: text is not the bytes of the source; offsets count text */
} quern_article;
#define QUERN_ARTICLE_INIT                                                                         \
    {                                                                                              \
        sizeof(quern_article), {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, QUERN_NO_DATE,          \
            {NULL, 0}, NULL, 0, 0, 0, 0                                                            \
    }

typedef struct quern_writer_options {
    size_t size;
    uint64_t memory_bytes; /* what indexing may use; 0 is 256 MiB, at least 32 MiB */
    uint32_t wait_ms;      /* how long to wait for another writer to end; 0: not at all */
    uint32_t threads;      /* 1 or 2; 0 is 2. The index has the same bytes either way */
} quern_writer_options;
#define QUERN_WRITER_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(quern_writer_options), 0, 0, 0                                                      \
    }

/* Takes the index's one writer. Errors: LOCKED (the message names the holder), IO, CORRUPT. */
QUERN_API quern_status quern_writer_open(quern_index *index, const quern_writer_options *options,
                                         quern_writer **out, quern_error *err);

/* Adds the article, or replaces the one with its key. Searchable after the next commit.
 * Errors: INVALID a key or text out of its limits, FULL, NOMEM, BACKEND the index has several
 * languages, and what tells them apart is not installed. After any error but INVALID the
 * writer only says the same again; close it: the last commit stands. */
QUERN_API quern_status quern_writer_put(quern_writer *writer, const quern_article *article,
                                        quern_error *err);

/* Removes the article with this key; *n_removed (may be NULL) is 1, or 0 where there was none. */
QUERN_API quern_status quern_writer_delete(quern_writer *writer, quern_string source,
                                           quern_string id, uint64_t *n_removed, quern_error *err);

/* Removes all articles of a source; *n_removed (may be NULL) says how many there were. */
QUERN_API quern_status quern_writer_delete_source(quern_writer *writer, quern_string source,
                                                  uint64_t *n_removed, quern_error *err);

/* Makes all puts and deletes since the last commit durable and visible, at once or not at all.
 * Errors: FULL, IO: the last commit stands, the writer is spent. UNKNOWN_OUTCOME: see Caveats. */
QUERN_API quern_status quern_writer_commit(quern_writer *writer, quern_error *err);

/* Commits and merges everything into one segment without deleted articles. */
QUERN_API quern_status quern_writer_optimize(quern_writer *writer, quern_error *err);

/* Drops what was not committed. */
QUERN_API void quern_writer_close(quern_writer *writer);

/* ---- Folders: keep an index in step with files ------------------------------------------------
 */

/* How far a sync has come. Borrowed for the call. */
typedef struct quern_progress {
    size_t size;
    uint64_t files, files_total; /* files done, and found so far */
    uint64_t bytes, bytes_total; /* bytes of them */
    const char *path;            /* the file at hand, or "" */
} quern_progress;

/* Why a file or record was not indexed. Borrowed for the call. */
typedef struct quern_skip {
    size_t size;
    const char *path;
    uint32_t line;      /* of the record, or 0 for the whole file */
    const char *reason; /* "line 3 is not JSON: ..." */
} quern_skip;

typedef struct quern_sync_options {
    size_t size;
    const char *const *paths; /* files and folders to bring in step; each becomes a root. None: all
                                 roots that the index remembers */
    size_t n_paths;
    uint64_t max_article_bytes; /* larger articles are skipped and named; 0 is 64 MiB */
    uint32_t commit_ms;         /* commit every so often; 0 is 5,000 */
    int date_from_mtime;        /* 1: an article without a date takes its file's mtime */
    const char *id_member;      /* names of the members of a JSONL record; NULL: "id" */
    const char *title_member;   /* NULL: "title" */
    const char *text_member;    /* NULL: "text" */
    const char *date_member;    /* NULL: "date" */
    int (*progress)(const quern_progress *progress, void *payload); /* not 0: stop, work kept */
    void (*skipped)(const quern_skip *skip, void *payload);
    void *payload; /* for both callbacks */
} quern_sync_options;
#define QUERN_SYNC_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(quern_sync_options), NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL     \
    }

typedef struct quern_sync_report {
    size_t size;
    uint64_t added, changed, removed, same, skipped; /* files */
    uint64_t articles;                               /* articles put */
    uint64_t records_skipped;                        /* JSONL records that were not indexed */
    uint64_t bytes_read;                             /* of files that were read */
    uint64_t bytes_of_text;                          /* of articles put */
} quern_sync_report;
#define QUERN_SYNC_REPORT_INIT                                                                     \
    {                                                                                              \
        sizeof(quern_sync_report), 0, 0, 0, 0, 0, 0, 0, 0, 0                                       \
    }

/* Brings the index in step with its folders: new and changed files are read, vanished ones removed,
 * the others not opened. Commits as it goes and at its end. `report` may be NULL and is filled even
 * on failure. Errors: CANCELLED by `progress`, NOT_FOUND a path that is not there, and those of
 * quern_writer_commit. */
QUERN_API quern_status quern_sync(quern_writer *writer, const quern_sync_options *options,
                                  quern_sync_report *report, quern_error *err);

/* The usual extension of the n-th sort of files that are read as articles: txt, which stands for
 * all that has no extension of another one, md, html, jsonl. Past the last one data is NULL. */
QUERN_API quern_string quern_extension(size_t n);

/* Reads JSONL records from a file descriptor until its end, under the given source name; adds and
 * replaces, never removes. */
QUERN_API quern_status quern_sync_stream(quern_writer *writer, int fd, quern_string source,
                                         const quern_sync_options *options,
                                         quern_sync_report *report, quern_error *err);

/* Forgets a root and removes the articles of its files. Errors: NOT_FOUND it is not a root. */
QUERN_API quern_status quern_sync_drop(quern_writer *writer, const char *path,
                                       quern_sync_report *report, quern_error *err);

/* ---- Reader -----------------------------------------------------------------------------------
 */

/* Opens the newest committed generation. Later commits stay unseen: open another reader. (A reader
 * of the xapian engine is moved on by the second commit after it, when Xapian drops what it reads:
 * each call sees one generation, two calls perhaps two. Its threads take turns.) */
QUERN_API quern_status quern_reader_open(quern_index *index, quern_reader **out, quern_error *err);
QUERN_API void quern_reader_free(quern_reader *reader);

typedef struct quern_stats {
    size_t size;
    uint64_t generation;
    uint64_t articles, passages, words; /* live ones; words: of kinds that score */
    uint64_t terms;                     /* distinct, over all segments */
    uint64_t segments;
    uint64_t sources, skipped; /* files known, and of these skipped */
    uint64_t index_bytes;      /* of the files of this generation */
    uint64_t text_bytes;       /* of the live articles' text */
} quern_stats;
#define QUERN_STATS_INIT                                                                           \
    {                                                                                              \
        sizeof(quern_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                          \
    }
/* Of shards: the sums, but terms, sources, skipped and index_bytes, which stay 0; the generation is
 * the greatest. */
QUERN_API quern_status quern_reader_stats(quern_reader *reader, quern_stats *out, quern_error *err);

/* The options that the index was made with; strings owned by the reader. */
QUERN_API quern_status quern_reader_options(quern_reader *reader, quern_index_options *out,
                                            quern_error *err);

/* The n-th root folder or file that the index keeps in step with, or NULL past the last. Owner: the
 * reader. */
QUERN_API const char *quern_reader_root(quern_reader *reader, size_t n);

/* An article as the index knows it. Borrowed for the call. */
typedef struct quern_listing {
    size_t size;
    quern_string source, id, title;
    int64_t date;
    uint64_t text_bytes;
    uint32_t passages;
    const char *skip_reason; /* not NULL: a file that was skipped; the rest but source is empty */
    quern_string language;   /* of those of the index, the one that the article is read in */
} quern_listing;

/* Calls `each` for every article in key order within each segment, then for every skipped file; a
 * value other than 0 stops. */
QUERN_API quern_status quern_reader_list(quern_reader *reader,
                                         int (*each)(const quern_listing *listing, void *payload),
                                         void *payload, quern_error *err);

/* Calls `take` with the article of that key, as it is stored: with its text, and borrowed for the
 * call. Of the xapian engine it takes a walk over the articles. Errors: NOT_FOUND there is none, or
 * texts are not stored; those of reading. */
QUERN_API quern_status quern_reader_article(
    quern_reader *reader, quern_string source, quern_string id,
    void (*take)(const quern_article *article, void *payload), void *payload, quern_error *err);

/* ---- Shards: an index on more than one machine ------------------------------------------------
 *
 * Each shard is an index of the xapian engine with articles of its own, offered by
 * `xapian-tcpsrv DIR/glass` or `xapian-progsrv DIR/glass`. A reader of shards ranks as one of a
 * single index of all their articles would. docs/scale.md says how to set them up.
 *
 *     HOST:PORT, [ADDRESS]:PORT     a server; names of hosts are resolved
 *     ssh:[USER@]HOST:DIR           the index in DIR on another machine, through ssh
 *     prog:PROGRAM ARGUMENT...      what talks as xapian-progsrv does; split at spaces
 *
 * Time. quern_shards_open returns within `time_limit_ms`. A search makes a number of exchanges with
 * each shard, and waits at most `exchange_ms` for each: a shard that dies or stops makes it fail
 * with NETWORK after that long; one that always answers just in time can hold it for many times as
 * long. Where the whole has to be bounded, let a process of its own search, and end that: so does
 * the program `search`.
 *
 * SIGPIPE is ignored from the first shard on: libxapian does that.
 */

typedef struct quern_shards_options {
    size_t size;
    uint32_t time_limit_ms; /* for all shards to answer; 0 is 5,000 */
    uint32_t exchange_ms;   /* for each answer in a search; 0: as time_limit_ms */
    int require_all;        /* 1: fail where a shard is missing, and name it */
    const char *ssh;        /* program and options of the ssh form, split at spaces; NULL is
                               "ssh -T -oBatchMode=yes" */
    const char *trial;      /* a query that each shard has to have answered within the time, too;
                               NULL: none */
    const struct quern_search_options *trial_options; /* NULL: the defaults */
} quern_shards_options;
#define QUERN_SHARDS_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(quern_shards_options), 0, 0, 0, NULL, NULL, NULL                                    \
    }

/* Opens the shards that answer in time. All are asked at once; those that have not answered then
 * are missing, and what they still say is dropped. Errors: NETWORK no shard answered, or with
 * `require_all` not all did; SYNTAX a name; INVALID one that stands there twice, shards that were
 * not made with the same options; VERSION they were made with another analysis than this library
 * has; BACKEND the xapian engine is not installed. */
QUERN_API quern_status quern_shards_open(const char *const *shards, size_t n,
                                         const quern_shards_options *options, quern_reader **out,
                                         quern_error *err);

/* A shard, as the reader was opened. Strings are owned by the reader. */
typedef struct quern_shard {
    size_t size;
    const char *name;    /* as it was given */
    const char *missing; /* NULL: it takes part; else why not */
    uint64_t generation; /* of its index */
} quern_shard;
#define QUERN_SHARD_INIT                                                                           \
    {                                                                                              \
        sizeof(quern_shard), NULL, NULL, 0                                                         \
    }

/* The n-th shard in the order they were given. Errors: INVALID there is none. */
QUERN_API quern_status quern_reader_shard(quern_reader *reader, size_t n, quern_shard *out);

/* Counts, for at most `budget_us` microseconds, files and folders of the index that are newer than
 * it: those of `hits` (may be NULL) first, then the roots and the folders in them. */
QUERN_API uint64_t quern_reader_stale(quern_reader *reader, const quern_hits *hits,
                                      uint32_t budget_us);

/* ---- Query ------------------------------------------------------------------------------------
 */

/* Parses what a user typed: words (any of them, best first), "quoted phrases" in straight or curly
 * quotes, and the operators of search-query(7). Every byte string parses: what makes no sense is
 * words, and a note says so. */
QUERN_API quern_status quern_query_parse(quern_reader *reader, quern_string text, quern_query **out,
                                         quern_error *err);
QUERN_API void quern_query_free(quern_query *query);

typedef struct quern_query_options {
    size_t size;
    const char *since, *until; /* only articles of that day, month or year or later, or earlier, as
                                  dates of the query language: 2024, 2024-03, 2024-03-27, 7d;
                                  articles without a date are left out. NULL: any */
    int spellings; /* 1: a word finds its British and American spellings, too: recognised and
                      recognized, colour and color; not one in quotation marks, after = or beside
                      NEAR. Of an index in English alone, for searches in the reader's */
    const quern_synonyms *synonyms; /* a word finds what stands for the same in these, too, as with
                                       spellings. NULL: none; else they stay as long as the call */
} quern_query_options;
#define QUERN_QUERY_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(quern_query_options), NULL, NULL, 0, NULL                                           \
    }

/* The same with options, which hold for the whole of the query, whatever its text says. A date that
 * is none is left out, and a note says so. `options` may be NULL. */
QUERN_API quern_status quern_query_parse_with(quern_reader *reader, quern_string text,
                                              const quern_query_options *options, quern_query **out,
                                              quern_error *err);

/* Words that stand for the same, one set a line, in UTF-8:
 *
 *     # comment
 *     car, automobile, motor car          each of them finds the others
 *     ai, deep learning => neural network     what is left finds what is right, and not back
 *
 * A word is found among them in all its forms, as `cars`, and finds all forms; several words are
 * found where they are typed in a row, and find the phrase of their stems. */

/* Reads sets from memory, for indexes in the language of the reader's. Errors name the line and
 * `name` (NULL: "synonyms"). What was read is shared by threads and by any number of queries, and
 * may outlive the reader. Errors: SYNTAX, with the line and what to do; NOMEM. */
QUERN_API quern_status quern_synonyms_read(quern_reader *reader, quern_string text,
                                           const char *name, quern_synonyms **out,
                                           quern_error *err);
/* The same from a file. Errors: also those of reading it. */
QUERN_API quern_status quern_synonyms_open(quern_reader *reader, const char *path,
                                           quern_synonyms **out, quern_error *err);
QUERN_API void quern_synonyms_free(quern_synonyms *synonyms);

typedef struct quern_like_options {
    size_t size;
    uint32_t terms;                          /* how many at most; 0 is 25, at most 1,024 */
    quern_string without_source, without_id; /* the key of an article that is left out of the answer
                                                (totals count it); empty: none is */
} quern_like_options;
#define QUERN_LIKE_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(quern_like_options), 0, {NULL, 0},                                                  \
        {                                                                                          \
            NULL, 0                                                                                \
        }                                                                                          \
    }

/* Makes a query for what is like a text: any of its words that tell the most, those which are often
 * in it and seldom in the index, but in more than one passage of it; no function words. Errors:
 * INVALID, NOMEM, those of reading. */
QUERN_API quern_status quern_query_like(quern_reader *reader, quern_string text,
                                        const quern_like_options *options, quern_query **out,
                                        quern_error *err);

/* How the query was understood, one line. Owner: the query. */
QUERN_API const char *quern_query_text(const quern_query *query);

/* The n-th note on what was taken otherwise than typed, or NULL past the last. Owner: the query. */
QUERN_API const char *quern_query_note(const quern_query *query, size_t n);

/* ---- Search -----------------------------------------------------------------------------------
 */

/* In which order articles come. By date all that match are looked at, not only the best; those
 * without a date come last, those of the same date by score. */
typedef enum quern_order {
    QUERN_ORDER_SCORE, /* best first */
    QUERN_ORDER_NEWEST,
    QUERN_ORDER_OLDEST
} quern_order;

typedef struct quern_search_options {
    size_t size;
    uint32_t articles;      /* how many articles; 0 is 10 */
    int all_passages;       /* 1: all matching passages of each article, not the best one only */
    int count;              /* 1: exact totals, even where they cost time */
    double k1;              /* BM25: 0 is 1.2, a negative value stands for 0 */
    double b;               /* BM25: 0 is 0.75, a negative value stands for 0 */
    int places_only;        /* 1: hits say which and where, in a fraction of the time: no text,
                               highlights or fields, and more_in_article is 0 */
    int explain;            /* 1: quern_hits_explain can be asked */
    uint32_t time_limit_ms; /* when this long has passed, the best passages of those looked at so
                               far are the answer; 0: no limit. Shards have limits of their own */
    int fold;               /* 1: an article whose best passage says what that of a better one that
                               is shown does is not shown but counted as a copy: the same but for
                               case and white space, or nearly (four fifths of their runs of five
                               words in common, no other number or word of the title). Further
                               articles fill up. Totals count all. Not where texts are not stored,
                               and not with places_only or all_passages */
    int order;              /* a quern_order */
} quern_search_options;
#define QUERN_SEARCH_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(quern_search_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                 \
    }

/* Bytes of a text that matched: [start, end). */
typedef struct quern_span {
    uint32_t start, end;
} quern_span;

/* One passage that matched. Strings and spans are owned by the hits. */
typedef struct quern_hit {
    size_t size;
    uint32_t rank;       /* 1 comes first; passages of one article share its rank */
    double score;        /* BM25 */
    quern_string source; /* the article's key */
    quern_string id;
    quern_string title;
    quern_string text;             /* the passage; empty where texts are not stored */
    uint64_t byte_start, byte_end; /* of the passage in the article's text */
    uint32_t line, column;         /* where it begins in the source; column counts bytes */
    int offsets_in_text; /* 1: offsets count the text as read, not the bytes of the source */
    int64_t date;        /* or QUERN_NO_DATE */
    const quern_span *highlights; /* in text, ascending, not touching */
    size_t n_highlights;
    const quern_span *title_highlights; /* in title */
    size_t n_title_highlights;
    uint64_t more_in_article; /* matching passages of the article that are not in these hits */
    const quern_field *fields;
    size_t n_fields;
    uint64_t copies; /* with `fold`: articles left out as copies, of those better than the first
                        that is not shown */
} quern_hit;
#define QUERN_HIT_INIT                                                                             \
    {                                                                                              \
        sizeof(quern_hit), 0, 0, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0, 0, 0, 0,        \
            QUERN_NO_DATE, NULL, 0, NULL, 0, 0, NULL, 0, 0                                         \
    }

/* Ranks the passages that match and groups them by article: articles in the order of their best
 * passage, the passages of one article together, best first. Equal scores stand in key order, then
 * in text order. Errors: INVALID, BACKEND, those of reading. */
QUERN_API quern_status quern_search(quern_reader *reader, const quern_query *query,
                                    const quern_search_options *options, quern_hits **out,
                                    quern_error *err);
QUERN_API void quern_hits_free(quern_hits *hits);

/* How many hits (passages) there are to get. NULL hits have none. */
QUERN_API size_t quern_hits_count(const quern_hits *hits);

/* Fills *out with the i-th hit. Errors: INVALID there is no such hit, or size is not set. */
QUERN_API quern_status quern_hits_get(const quern_hits *hits, size_t i, quern_hit *out);

typedef struct quern_totals {
    size_t size;
    uint64_t articles, passages; /* that match */
    int exact;                   /* 0: there are more than these, or perhaps where `partial` */
    int partial;                 /* 1: time_limit_ms came; better passages may have been missed */
} quern_totals;
#define QUERN_TOTALS_INIT                                                                          \
    {                                                                                              \
        sizeof(quern_totals), 0, 0, 0, 0                                                           \
    }
QUERN_API quern_status quern_hits_totals(const quern_hits *hits, quern_totals *out);

/* The n-th note on what the search left out, such as words that a pattern stands for beyond the
 * commonest 1,024, or NULL past the last. Owner: the hits. */
QUERN_API const char *quern_hits_note(const quern_hits *hits, size_t n);

/* ---- Why a passage scores what it does --------------------------------------------------------
 */

typedef enum quern_reason_kind {
    QUERN_REASON_WORD,     /* a word, by its stem; an amount */
    QUERN_REASON_EXACT,    /* a word that had to stand as typed */
    QUERN_REASON_PHRASE,   /* a word of a phrase */
    QUERN_REASON_NEAR,     /* a word of NEAR or ADJ */
    QUERN_REASON_PATTERN,  /* a word that a prefix, wildcard or fuzzy word stands for */
    QUERN_REASON_SELECTS,  /* what has to hold and scores nothing */
    QUERN_REASON_EXCLUDES, /* what must not hold */
    QUERN_REASON_SAME      /* one of words that stand for the same, such as two spellings of one */
} quern_reason_kind;

/* One part of a score. Strings are owned by the hits. */
typedef struct quern_reason {
    size_t size;
    quern_reason_kind kind;
    quern_string word; /* as it stands in the passage; of SELECTS and EXCLUDES: as it is typed */
    quern_string term; /* what was looked up: a stem, an amount; else empty */
    uint32_t tf;       /* how often the passage has the term */
    uint64_t passages; /* how many passages have it; of PATTERN and SAME the commonest that it
                          stands for */
    double idf;        /* ln((all passages + 1) / passages) */
    double boost;      /* how often it was typed, times its boost */
    double score; /* boost * idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average)) */
} quern_reason;

typedef struct quern_explanation {
    size_t size;
    double score;          /* that of the hit: the exact sum of its reasons' */
    double k1, b;          /* of BM25 */
    uint32_t length;       /* of the passage, in words */
    double average_length; /* of all passages */
    uint64_t passages;     /* all of the index */
    const quern_reason *reasons;
    size_t n_reasons;
} quern_explanation;
#define QUERN_EXPLANATION_INIT                                                                     \
    {                                                                                              \
        sizeof(quern_explanation), 0, 0, 0, 0, 0, 0, NULL, 0                                       \
    }

/* Takes the score of the i-th hit apart. Every score is a multiple of 2^-20, so the reasons' add up
 * to the hit's exactly. Where texts are not stored there are no reasons. Errors: INVALID there is
 * no such hit, size is not set, or the search was made without `explain`. */
QUERN_API quern_status quern_hits_explain(const quern_hits *hits, size_t i, quern_explanation *out);

/* ---- Help with words ---------------------------------------------------------------------------
 */

typedef struct quern_suggestions quern_suggestions; /* what may have been meant by a query */

#define QUERN_SUGGESTIONS_MAX 32 /* words of a query that are looked at */

/* A word of a query, and what may have been meant by it. Strings are owned by the suggestions. */
typedef struct quern_suggestion {
    size_t size;
    uint32_t start, end;      /* bytes of the text */
    uint64_t passages;        /* how many have the word, in any form */
    quern_string better;      /* a word of the index that is much commoner and as good as the same;
                                 empty where there is none */
    uint64_t better_passages; /* how many have that; 0: there is none */
} quern_suggestion;
#define QUERN_SUGGESTION_INIT                                                                      \
    {                                                                                              \
        sizeof(quern_suggestion), 0, 0, 0, {NULL, 0}, 0                                            \
    }

/* Looks at each word of a query, as typed, for a slip: a character too many, too few, wrong, or
 * swapped with its neighbour; two of them in words of six characters and more. Words that are in
 * more than a few passages are not doubted. Nothing is searched for: ask the user. */
QUERN_API quern_status quern_suggest(quern_reader *reader, quern_string text,
                                     quern_suggestions **out, quern_error *err);
/* The same for a query that is parsed with those options (NULL: the defaults): of words that stand
 * for the same none is a slip where one is found. */
QUERN_API quern_status quern_suggest_with(quern_reader *reader, quern_string text,
                                          const quern_query_options *options,
                                          quern_suggestions **out, quern_error *err);
QUERN_API void quern_suggestions_free(quern_suggestions *suggestions);

/* The query with better words in their places, "" where there are none; and its words alone, the
 * better ones, without operators and quotation marks. Owner: the suggestions. */
QUERN_API const char *quern_suggestions_text(const quern_suggestions *suggestions);
QUERN_API const char *quern_suggestions_plain(const quern_suggestions *suggestions);

/* The words that were looked at, in their order. NULL suggestions have none. */
QUERN_API size_t quern_suggestions_count(const quern_suggestions *suggestions);

/* Errors: INVALID there is no such word, or size is not set. */
QUERN_API quern_status quern_suggestions_get(const quern_suggestions *suggestions, size_t i,
                                             quern_suggestion *out);

/* Calls `each` for at most `n` words of the index that begin as `prefix` does, the commonest first,
 * with how many passages have them, which may count deleted ones that are not merged away yet where
 * the word has other forms; words of deleted passages alone are not among them. A value other than
 * 0 stops. */
QUERN_API quern_status quern_complete(quern_reader *reader, quern_string prefix, size_t n,
                                      int (*each)(quern_string word, uint64_t passages,
                                                  void *payload),
                                      void *payload, quern_error *err);

/* ---- Marks ------------------------------------------------------------------------------------
 */

/* Marks any text of the caller's as if it were a passage: fills spans[0, cap) with the bytes that
 * are the reason why it matches the query, ascending and not touching, and sets *n to how many
 * there are, which may be more than cap. A text that does not match has none; fields, dates and
 * paths, which a text does not have, are taken as they would make it match.
 * Errors: INVALID, NOMEM. */
QUERN_API quern_status quern_mark(quern_reader *reader, const quern_query *query, quern_string text,
                                  quern_span *spans, size_t cap, size_t *n, quern_error *err);

/* Where a marked text goes, which decides what is done to its bytes. In all styles, controls (but
 * new line and tab), the characters that turn writing direction, and bytes that are not UTF-8 never
 * come out as themselves. */
typedef enum quern_markup_style {
    QUERN_MARKUP_PLAIN, /* they become visible escapes, \x1b; no marks unless given */
    QUERN_MARKUP_HTML,  /* U+FFFD; & < > " ' are escaped; marks are <mark> and </mark> */
    QUERN_MARKUP_ANSI   /* visible escapes; marks are bold yellow, for a terminal */
} quern_markup_style;

typedef struct quern_markup_options {
    size_t size;
    quern_markup_style style;
    const char *open, *close; /* before and after each span, written as they are; NULL: the style's.
                                 They stand between characters: a span that cuts one is widened at
                                 its end and begins after it at its start */
} quern_markup_options;
#define QUERN_MARKUP_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(quern_markup_options), QUERN_MARKUP_PLAIN, NULL, NULL                               \
    }

/* Writes text with its marks to out[0, cap), as snprintf does: returns the bytes that are wanted
 * without the NUL; where they do not fit, what is written ends between two characters or marks. For
 * the text of a hit and its highlights, a title, or what quern_mark found. */
QUERN_API size_t quern_markup(quern_string text, const quern_span *spans, size_t n_spans,
                              const quern_markup_options *options, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
