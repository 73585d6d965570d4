/* SPDX-License-Identifier: MIT */
/* vfs - the seam between the index and the file system.
 *
 * Every byte of an index is read and written through a quern_vfs, so that tests can put a simulated
 * disk in its place that loses power at any point (names and data alike), fills up, or fails. The
 * articles of users are not read through it.
 *
 * All functions return 0, or the errno of what failed; the callers make the message. Names are full
 * paths. Files are written once, from front to end, and never changed after: the only write
 * operations are create, append, sync and close.
 */
#ifndef QUERN_BASE_VFS_H
#define QUERN_BASE_VFS_H

#include <stddef.h>
#include <stdint.h>

typedef struct quern_vfs quern_vfs;
typedef struct quern_vfile quern_vfile; /* of the vfs that opened it */

typedef struct quern_vstat {
    uint64_t size;    /* bytes */
    uint64_t n_links; /* 0: unlinked while open */
    int is_dir;
    uint64_t device, inode; /* together: which file it is */
} quern_vstat;

enum { QUERN_LOCK_SHARED, QUERN_LOCK_EXCLUSIVE };

struct quern_vfs {
    /* A new file for appending; EEXIST where the name is taken. */
    int (*create)(quern_vfs *vfs, const char *path, quern_vfile **out);
    int (*open)(quern_vfs *vfs, const char *path, quern_vfile **out); /* for reading */
    /* For locking: opens or creates, never truncates; content is for people. */
    int (*open_lock)(quern_vfs *vfs, const char *path, quern_vfile **out);
    int (*append)(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len);
    /* Replaces the whole content; only for the lock file, whose content nobody relies on. */
    int (*overwrite)(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len);
    int (*sync)(quern_vfs *vfs, quern_vfile *file); /* after a failure the file is abandoned */
    int (*stat)(quern_vfs *vfs, quern_vfile *file, quern_vstat *out);
    /* Reads exactly len bytes at offset; EIO where the file is shorter. */
    int (*read_at)(quern_vfs *vfs, quern_vfile *file, void *out, size_t len, uint64_t offset);
    /* Maps len bytes from the start, read-only; unmap with the same len. len is not 0. */
    int (*map)(quern_vfs *vfs, quern_vfile *file, size_t len, const uint8_t **out);
    void (*unmap)(quern_vfs *vfs, const uint8_t *data, size_t len);
    /* What is mapped need not stay in memory; reading it again brings it back. */
    void (*forget)(quern_vfs *vfs, const uint8_t *data, size_t len);
    /* Does not wait: EWOULDBLOCK where somebody else has it. Goes with close or the process. */
    int (*lock)(quern_vfs *vfs, quern_vfile *file, int how);
    int (*close)(quern_vfs *vfs, quern_vfile *file); /* always ends the file; NULL is 0 */

    int (*rename)(quern_vfs *vfs, const char *from, const char *to);     /* replaces */
    int (*rename_new)(quern_vfs *vfs, const char *from, const char *to); /* EEXIST where taken */
    int (*exchange)(quern_vfs *vfs, const char *a, const char *b); /* swaps two names at once */
    int (*unlink)(quern_vfs *vfs, const char *path);
    int (*mkdir)(quern_vfs *vfs, const char *path);
    int (*rmdir)(quern_vfs *vfs, const char *path);
    int (*sync_dir)(quern_vfs *vfs, const char *path);
    /* Calls each with every name but "." and ".."; a value other than 0 stops and is returned. */
    int (*list)(quern_vfs *vfs, const char *path, int (*each)(const char *name, void *payload),
                void *payload);
    int (*stat_path)(quern_vfs *vfs, const char *path, quern_vstat *out); /* follows links */
    void *state; /* of the implementation */
};

/* The file system of the operating system. Static and immutable. */
quern_vfs *quern_vfs_posix(void);

#endif
