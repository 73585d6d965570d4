/* SPDX-License-Identifier: MIT */
/* Databases of xapian_c: opening, writing, reading, the side tables, compaction, check, remote.
 *
 * One handle type serves for reading and writing; the writing functions answer
 * XAPIAN_C_E_INVALID on a handle that was opened for reading. A writer sees its own changes at
 * once, readers see them after a commit and a reopen. At most one writer at a time. */
#ifndef XAPIAN_C_DATABASE_H
#define XAPIAN_C_DATABASE_H

#include <xapian_c/document.h>
#include <xapian_c/iterators.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_database xapian_c_database;

/* How to open. One of the first four (writers only), and any of the others, or-ed together. */
enum {
    XAPIAN_C_DB_CREATE_OR_OPEN = 0x00,      /* make it if it is not there */
    XAPIAN_C_DB_CREATE_OR_OVERWRITE = 0x01, /* make it; an old one is emptied */
    XAPIAN_C_DB_CREATE = 0x02,              /* make it; XAPIAN_C_E_CREATE if it is there */
    XAPIAN_C_DB_OPEN = 0x03,                /* XAPIAN_C_E_NOT_FOUND or _E_OPEN if it is not there */
    XAPIAN_C_DB_NO_SYNC = 0x04,             /* no fsync: faster, a crash of the system may damage */
    XAPIAN_C_DB_FULL_SYNC = 0x08,           /* ask the disk itself to sync where the system can */
    XAPIAN_C_DB_DANGEROUS = 0x10,      /* change blocks in place: readers fail, a crash destroys */
    XAPIAN_C_DB_NO_TERMLIST = 0x20,    /* no term lists: smaller; deleting does not work */
    XAPIAN_C_DB_RETRY_LOCK = 0x40,     /* wait for the lock in place of XAPIAN_C_E_LOCKED */
    XAPIAN_C_DB_BACKEND_GLASS = 0x100, /* the usual backend of 1.4 and 2.x */
    XAPIAN_C_DB_BACKEND_CHERT = 0x200, /* the backend of 1.2; only 1.4 knows it */
    XAPIAN_C_DB_BACKEND_STUB = 0x300,  /* the path is a text file that names databases */
    XAPIAN_C_DB_BACKEND_INMEMORY = 0x400, /* nothing on disk; xapian_c_database_open_memory */
    XAPIAN_C_DB_BACKEND_HONEY = 0x500     /* read-only and compact; only 2.x knows it */
};

/* The value of a slot number that is none. */
#define XAPIAN_C_BAD_SLOT UINT32_C(0xffffffff)

/* For xapian_c_database_document: trust that the document exists and save the look-up. */
enum { XAPIAN_C_DOC_ASSUME_VALID = 1 };

/* ---- open and close ---- */

/* A database of no shards, to which xapian_c_database_add adds: several databases as one. */
XAPIAN_C_API xapian_c_status xapian_c_database_new(xapian_c_database **out, xapian_c_error *err);

/* Opens for reading: a directory, a single-file database, or a stub file. `flags` is 0 or a
 * backend. Errors: XAPIAN_C_E_NOT_FOUND, XAPIAN_C_E_OPEN, XAPIAN_C_E_VERSION. */
XAPIAN_C_API xapian_c_status xapian_c_database_open(const char *path, int flags,
                                                    xapian_c_database **out, xapian_c_error *err);

/* Opens a single-file database through a file descriptor, which then belongs to Xapian: it is
 * closed with the database, and also when opening fails. */
XAPIAN_C_API xapian_c_status xapian_c_database_open_fd(int fd, int flags, xapian_c_database **out,
                                                       xapian_c_error *err);

/* Opens for writing. `block_size` is in bytes, a power of two from 2048 to 65536, 0 for 8192; it
 * matters when the database is made. Errors: XAPIAN_C_E_LOCKED, XAPIAN_C_E_CREATE,
 * XAPIAN_C_E_NOT_FOUND. */
XAPIAN_C_API xapian_c_status xapian_c_database_open_writable(const char *path, int flags,
                                                             int block_size,
                                                             xapian_c_database **out,
                                                             xapian_c_error *err);

/* A writable database in memory, gone when it is freed. Meant for tests and small sets. */
XAPIAN_C_API xapian_c_status xapian_c_database_open_memory(xapian_c_database **out,
                                                           xapian_c_error *err);

/* Where a remote database is, and how long to wait for it. */
typedef struct xapian_c_remote {
    const char *host;            /* tcp: name or address of the machine with xapian-tcpsrv */
    unsigned port;               /* tcp: its port */
    const char *program;         /* program: what to run, looked up in PATH; often "ssh" */
    const char *args;            /* program: its arguments, split at spaces, no quoting: never put
                                    text from outside here */
    unsigned timeout_ms;         /* for each exchange of messages; 0 waits for ever */
    unsigned connect_timeout_ms; /* tcp: for the connection; 0 waits for ever */
    int flags;                   /* writers only: XAPIAN_C_DB_* for the server */
} xapian_c_remote;

/* All NULL and 0, except 10000 for both timeouts. Xapian's own default for writers is 0, no limit:
 * a commit can take long. */
XAPIAN_C_API void xapian_c_remote_init(xapian_c_remote *where);

/* Opens a database that a server offers: by TCP (where->host, port), or through the standard
 * input and output of a program (where->program, args), usually
 * `ssh HOST xapian-progsrv /path/to/db`. The writable forms need a server started with --writable.
 * Errors: XAPIAN_C_E_NETWORK, XAPIAN_C_E_TIMEOUT. */
XAPIAN_C_API xapian_c_status xapian_c_database_open_tcp(const xapian_c_remote *where,
                                                        xapian_c_database **out,
                                                        xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_open_tcp_writable(const xapian_c_remote *where,
                                                                 xapian_c_database **out,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_open_program(const xapian_c_remote *where,
                                                            xapian_c_database **out,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_open_program_writable(const xapian_c_remote *where,
                                                                     xapian_c_database **out,
                                                                     xapian_c_error *err);

/* Adds the shards of `other` to `db`, which then answers for all of them as one database: of n
 * shards, document d of shard s (from 0) is document (d - 1) * n + s + 1. A writable `db` takes
 * only writable ones. `other` may be freed afterwards. Enquires and parsers made before do not see
 * the new shards. Errors: XAPIAN_C_E_INVALID when it is added to itself. */
XAPIAN_C_API xapian_c_status xapian_c_database_add(xapian_c_database *db,
                                                   const xapian_c_database *other,
                                                   xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_shard_count(const xapian_c_database *db, size_t *out,
                                                           xapian_c_error *err);

/* 1 when the handle was opened for writing, else 0. */
XAPIAN_C_API int xapian_c_database_is_writable(const xapian_c_database *db);

/* How often a read that meets a newer revision reopens and tries again; 3 at first, 0 pins the
 * revision. Enquires and parsers take the number when they are given the database. */
XAPIAN_C_API xapian_c_status xapian_c_database_set_retries(xapian_c_database *db, unsigned times,
                                                           xapian_c_error *err);

/* Goes to the newest revision. *changed, which may be NULL, tells whether there was one. */
XAPIAN_C_API xapian_c_status xapian_c_database_reopen(xapian_c_database *db, int *changed,
                                                      xapian_c_error *err);

/* Closes files and connections now; a writer commits first, unless a transaction is open. What is
 * not in memory answers XAPIAN_C_E_CLOSED from then on. The handle still has to be freed. */
XAPIAN_C_API xapian_c_status xapian_c_database_close(xapian_c_database *db, xapian_c_error *err);

/* Ends the handle. A writer with changes tries to commit them, but cannot report a failure: call
 * xapian_c_database_commit first. */
XAPIAN_C_API void xapian_c_database_free(xapian_c_database *db);

/* Keeps idle remote connections from timing out; nothing for local ones. */
XAPIAN_C_API xapian_c_status xapian_c_database_keep_alive(xapian_c_database *db,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_description(const xapian_c_database *db,
                                                           xapian_c_buffer *out,
                                                           xapian_c_error *err);

/* ---- what it is ---- */

/* A name that is unique to the database and its copies; empty for a database of no shards. */
XAPIAN_C_API xapian_c_status xapian_c_database_uuid(xapian_c_database *db, xapian_c_buffer *out,
                                                    xapian_c_error *err);

/* Number of the commit that is being read. One local shard only, else XAPIAN_C_E_INVALID. */
XAPIAN_C_API xapian_c_status xapian_c_database_revision(xapian_c_database *db, uint64_t *out,
                                                        xapian_c_error *err);

/* 1 while some process has it open for writing. */
XAPIAN_C_API xapian_c_status xapian_c_database_locked(xapian_c_database *db, int *out,
                                                      xapian_c_error *err);

/* 1 when some document has positions. */
XAPIAN_C_API xapian_c_status xapian_c_database_has_positions(xapian_c_database *db, int *out,
                                                             xapian_c_error *err);

/* Documents; highest id ever given; sum and mean of the document lengths. */
XAPIAN_C_API xapian_c_status xapian_c_database_doccount(xapian_c_database *db, uint32_t *out,
                                                        xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_lastdocid(xapian_c_database *db, uint32_t *out,
                                                         xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_total_length(xapian_c_database *db, uint64_t *out,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_average_length(xapian_c_database *db, double *out,
                                                              xapian_c_error *err);

/* Bounds of the document lengths; not always tight. */
XAPIAN_C_API xapian_c_status xapian_c_database_doclength_lower_bound(xapian_c_database *db,
                                                                     uint32_t *out,
                                                                     xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_doclength_upper_bound(xapian_c_database *db,
                                                                     uint32_t *out,
                                                                     xapian_c_error *err);

/* Of a term: documents that have it, whether there is one, sum of its wdf over all documents,
 * bound of its wdf. A term that is not there gives 0. */
XAPIAN_C_API xapian_c_status xapian_c_database_termfreq(xapian_c_database *db, xapian_c_bytes term,
                                                        uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_term_exists(xapian_c_database *db,
                                                           xapian_c_bytes term, int *out,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_collection_freq(xapian_c_database *db,
                                                               xapian_c_bytes term, uint32_t *out,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_wdf_upper_bound(xapian_c_database *db,
                                                               xapian_c_bytes term, uint32_t *out,
                                                               xapian_c_error *err);

/* Of a slot: documents with a value in it, bounds of the values. */
XAPIAN_C_API xapian_c_status xapian_c_database_value_freq(xapian_c_database *db, uint32_t slot,
                                                          uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_value_lower_bound(xapian_c_database *db,
                                                                 uint32_t slot,
                                                                 xapian_c_buffer *out,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_value_upper_bound(xapian_c_database *db,
                                                                 uint32_t slot,
                                                                 xapian_c_buffer *out,
                                                                 xapian_c_error *err);

/* ---- documents ---- */

/* Draws a document; `flags` is 0 or XAPIAN_C_DOC_ASSUME_VALID. Errors: XAPIAN_C_E_NOT_FOUND. */
XAPIAN_C_API xapian_c_status xapian_c_database_document(xapian_c_database *db, uint32_t docid,
                                                        unsigned flags, xapian_c_document **out,
                                                        xapian_c_error *err);

/* Its length (sum of wdf) and number of different terms. Errors: XAPIAN_C_E_NOT_FOUND. */
XAPIAN_C_API xapian_c_status xapian_c_database_doclength(xapian_c_database *db, uint32_t docid,
                                                         uint32_t *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_unique_terms(xapian_c_database *db, uint32_t docid,
                                                            uint32_t *out, xapian_c_error *err);

/* Terms of a document. Errors: XAPIAN_C_E_NOT_FOUND. */
XAPIAN_C_API xapian_c_status xapian_c_database_terms(xapian_c_database *db, uint32_t docid,
                                                     xapian_c_term_iterator **out,
                                                     xapian_c_error *err);

/* Positions of a term in a document; none when it has none. */
XAPIAN_C_API xapian_c_status xapian_c_database_positions(xapian_c_database *db, uint32_t docid,
                                                         xapian_c_bytes term,
                                                         xapian_c_position_iterator **out,
                                                         xapian_c_error *err);

/* ---- all of it ---- */

/* Documents that have `term`; the empty term means all documents. */
XAPIAN_C_API xapian_c_status xapian_c_database_postings(xapian_c_database *db, xapian_c_bytes term,
                                                        xapian_c_posting_iterator **out,
                                                        xapian_c_error *err);

/* All terms that begin with `prefix`. */
XAPIAN_C_API xapian_c_status xapian_c_database_all_terms(xapian_c_database *db,
                                                         xapian_c_bytes prefix,
                                                         xapian_c_term_iterator **out,
                                                         xapian_c_error *err);

/* The values of a slot, in order of documents. */
XAPIAN_C_API xapian_c_status xapian_c_database_values(xapian_c_database *db, uint32_t slot,
                                                      xapian_c_value_iterator **out,
                                                      xapian_c_error *err);

/* ---- metadata, spelling, synonyms ---- */

/* User metadata: bytes under a key, part of the commit; a missing key reads as empty, setting
 * empty removes. Errors: XAPIAN_C_E_INVALID an empty key. */
XAPIAN_C_API xapian_c_status xapian_c_database_metadata(xapian_c_database *db, xapian_c_bytes key,
                                                        xapian_c_buffer *out, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_set_metadata(xapian_c_database *db,
                                                            xapian_c_bytes key,
                                                            xapian_c_bytes value,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_metadata_keys(xapian_c_database *db,
                                                             xapian_c_bytes prefix,
                                                             xapian_c_term_iterator **out,
                                                             xapian_c_error *err);

/* Spelling: a word list with frequencies, and the likely correction of a word within
 * `max_edit_distance` (2 is usual) changes, empty when there is none or the word is right. */
XAPIAN_C_API xapian_c_status xapian_c_database_add_spelling(xapian_c_database *db,
                                                            xapian_c_bytes word, uint32_t freq_inc,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_remove_spelling(xapian_c_database *db,
                                                               xapian_c_bytes word,
                                                               uint32_t freq_dec,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_spelling_suggestion(xapian_c_database *db,
                                                                   xapian_c_bytes word,
                                                                   unsigned max_edit_distance,
                                                                   xapian_c_buffer *out,
                                                                   xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_spellings(xapian_c_database *db,
                                                         xapian_c_term_iterator **out,
                                                         xapian_c_error *err);

/* Synonyms: terms that stand for a term or, for the parser, for words joined by a space. */
XAPIAN_C_API xapian_c_status xapian_c_database_add_synonym(xapian_c_database *db,
                                                           xapian_c_bytes term,
                                                           xapian_c_bytes synonym,
                                                           xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_remove_synonym(xapian_c_database *db,
                                                              xapian_c_bytes term,
                                                              xapian_c_bytes synonym,
                                                              xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_clear_synonyms(xapian_c_database *db,
                                                              xapian_c_bytes term,
                                                              xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_synonyms(xapian_c_database *db, xapian_c_bytes term,
                                                        xapian_c_term_iterator **out,
                                                        xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_synonym_keys(xapian_c_database *db,
                                                            xapian_c_bytes prefix,
                                                            xapian_c_term_iterator **out,
                                                            xapian_c_error *err);

/* ---- write ---- */

/* Makes all changes so far durable and visible to readers. Not inside a transaction. Over several
 * shards it is one commit each, not one for all. Errors: XAPIAN_C_E_DATABASE disk full and the
 * like: what was not committed before is lost. */
XAPIAN_C_API xapian_c_status xapian_c_database_commit(xapian_c_database *db, xapian_c_error *err);

/* Changes between begin and commit_transaction become visible all or none. `flushed` 1 commits to
 * disk before and after; 0 only keeps them together. cancel_transaction undoes them. Not for
 * databases in memory, nor over several shards. Errors: XAPIAN_C_E_INVALID begun twice, or not
 * begun; XAPIAN_C_E_UNSUPPORTED. */
XAPIAN_C_API xapian_c_status xapian_c_database_begin_transaction(xapian_c_database *db, int flushed,
                                                                 xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_commit_transaction(xapian_c_database *db,
                                                                  xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_cancel_transaction(xapian_c_database *db,
                                                                  xapian_c_error *err);

/* Adds a document under a new id, given in *docid, which may be NULL. */
XAPIAN_C_API xapian_c_status xapian_c_database_add_document(xapian_c_database *db,
                                                            const xapian_c_document *doc,
                                                            uint32_t *docid, xapian_c_error *err);

/* Puts a document under an id, whether there was one or not. */
XAPIAN_C_API xapian_c_status xapian_c_database_replace_document(xapian_c_database *db,
                                                                uint32_t docid,
                                                                const xapian_c_document *doc,
                                                                xapian_c_error *err);

/* Puts a document in the place of all that have `unique_term`, or adds it; its id in *docid, which
 * may be NULL. */
XAPIAN_C_API xapian_c_status xapian_c_database_replace_by_term(xapian_c_database *db,
                                                               xapian_c_bytes unique_term,
                                                               const xapian_c_document *doc,
                                                               uint32_t *docid,
                                                               xapian_c_error *err);

/* Deletes one document (XAPIAN_C_E_NOT_FOUND), or all that have a term (none is no error). */
XAPIAN_C_API xapian_c_status xapian_c_database_delete_document(xapian_c_database *db,
                                                               uint32_t docid, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_database_delete_by_term(xapian_c_database *db,
                                                              xapian_c_bytes unique_term,
                                                              xapian_c_error *err);

/* ---- compaction and check ---- */

enum {
    XAPIAN_C_COMPACT_STANDARD = 0,    /* little more room left in the blocks than needed */
    XAPIAN_C_COMPACT_FULL = 1,        /* full blocks */
    XAPIAN_C_COMPACT_FULLER = 2,      /* and entries cut to fill them; not to be written to */
    XAPIAN_C_COMPACT_NO_RENUMBER = 4, /* keep document ids; shards must not overlap */
    XAPIAN_C_COMPACT_MULTIPASS = 8,   /* merge in several passes */
    XAPIAN_C_COMPACT_SINGLE_FILE = 16 /* one file in place of a directory */
};

/* Told what compaction is doing: a table's name, and a text, empty when the table begins. */
typedef int (*xapian_c_compact_status_fn)(const char *table, const char *status, void *payload);

/* Asked when a metadata key has different values in the shards: chooses with
 * xapian_c_buffer_set(chosen, ...). Xapian 1.4 puts the two bytes 00 C0 before the key. */
typedef int (*xapian_c_compact_metadata_fn)(xapian_c_bytes key, const xapian_c_bytes *values,
                                            size_t n, xapian_c_buffer *chosen, void *payload);

/* How to compact. */
typedef struct xapian_c_compact {
    unsigned flags;                        /* XAPIAN_C_COMPACT_*, or-ed */
    int block_size;                        /* bytes; 0 for 8192 */
    xapian_c_compact_status_fn status;     /* NULL: silent */
    xapian_c_compact_metadata_fn metadata; /* NULL: the first shard's value is kept */
    void *payload;                         /* given to both */
} xapian_c_compact;

/* Standard compaction, block size 0, no callbacks. */
XAPIAN_C_API void xapian_c_compact_init(xapian_c_compact *how);

/* Writes a compact copy of all shards as one database to `destination`, which must not be a source.
 * `how` may be NULL. Errors: XAPIAN_C_E_INVALID uncommitted changes; XAPIAN_C_E_UNSUPPORTED. */
XAPIAN_C_API xapian_c_status xapian_c_database_compact(xapian_c_database *db,
                                                       const char *destination,
                                                       const xapian_c_compact *how,
                                                       xapian_c_error *err);

/* The same as a single file into a descriptor, which Xapian closes. */
XAPIAN_C_API xapian_c_status xapian_c_database_compact_fd(xapian_c_database *db, int fd,
                                                          const xapian_c_compact *how,
                                                          xapian_c_error *err);

enum {
    XAPIAN_C_CHECK_SHORT_TREE = 1,    /* print blocks in brief */
    XAPIAN_C_CHECK_FULL_TREE = 2,     /* print blocks in full */
    XAPIAN_C_CHECK_SHOW_FREELIST = 4, /* print the list of free blocks */
    XAPIAN_C_CHECK_SHOW_STATS = 8,    /* print statistics */
    XAPIAN_C_CHECK_FIX = 16           /* try to repair; chert only */
};

/* Checks the database at `path`, in this process: read the first caveat of xapian_c.h. *n_errors is
 * the number of faults found; `report`, which may be NULL, gets the checker's words. A damaged
 * database may also make the call fail, usually with XAPIAN_C_E_CORRUPT. */
XAPIAN_C_API xapian_c_status xapian_c_database_check(const char *path, int options,
                                                     size_t *n_errors, xapian_c_buffer *report,
                                                     xapian_c_error *err);

/* The same for a single-file database; Xapian closes the descriptor. */
XAPIAN_C_API xapian_c_status xapian_c_database_check_fd(int fd, int options, size_t *n_errors,
                                                        xapian_c_buffer *report,
                                                        xapian_c_error *err);

#ifdef __cplusplus
}
#endif
#endif
