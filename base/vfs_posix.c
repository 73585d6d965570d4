/* SPDX-License-Identifier: MIT */
/* vfs_posix - the file system of the operating system behind the seam of vfs.h.
 *
 * What every function here has to get right, and which system has been bitten by it:
 *
 *  - A descriptor of the index is never 0, 1 or 2. Where a host program has closed its standard
 *    streams, the next open gets one of these numbers, and a stray printf then writes into the
 *    index. Descriptors are moved to 3 and above.
 *  - write and pread may do less than was asked, and may be interrupted: both go on. A write of
 *    nothing is an error, not a reason to try for ever.
 *  - fsync is called once. The kernel reports a failed write-back once and marks the pages clean,
 * so a second fsync succeeds while the data is gone (Rebello et al., Can Applications Recover from
 *    fsync Failures?, USENIX ATC 2020). The callers abandon the file.
 *  - close ends the descriptor even where it says EINTR; closing again could hit another thread's.
 *  - rename_new must not replace: renameat2 with RENAME_NOREPLACE. Where a file system knows no
 * such flag (EINVAL) a hard link does the same, since link never replaces, and the old name goes
 * after it; a crash between the two leaves both names, and the old one is a temporary that the next
 *    writer removes.
 *  - exchange has no such substitute; the caller tells the user.
 *  - flock, not fcntl: a lock belongs to the open file, not to the process, so two writers of one
 *    process exclude each other, and closing another descriptor of the file does not drop it.
 *
 * Files are made with mode 0666 and directories with 0777, less the umask.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/vfs.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_MAX ((size_t)1 << 30) /* bytes of one read or write; below every system's limit */

struct quern_vfile {
    int fd;
};

/* Opens at descriptor 3 or above; -1 and errno on failure. */
static int open_high(const char *path, int flags)
{
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0 || fd > 2) {
        return fd;
    }
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int saved = errno;
    close(fd);
    errno = saved;
    return high;
}

static int open_file(const char *path, int flags, quern_vfile **out)
{
    quern_vfile *file = quern_alloc(sizeof *file);
    *out = NULL;
    if (!file) {
        return ENOMEM;
    }
    file->fd = open_high(path, flags);
    if (file->fd < 0) {
        int error = errno;
        quern_free(file);
        return error;
    }
    *out = file;
    return 0;
}

static int posix_create(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    (void)vfs;
    return open_file(path, O_RDWR | O_CREAT | O_EXCL, out);
}

static int posix_open(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    (void)vfs;
    return open_file(path, O_RDONLY, out);
}

static int posix_open_lock(quern_vfs *vfs, const char *path, quern_vfile **out)
{
    (void)vfs;
    return open_file(path, O_RDWR | O_CREAT, out);
}

static int posix_append(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len)
{
    (void)vfs;
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(file->fd, p, len < PIECE_MAX ? len : PIECE_MAX);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : EIO;
        }
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int posix_overwrite(quern_vfs *vfs, quern_vfile *file, const void *data, size_t len)
{
    if (lseek(file->fd, 0, SEEK_SET) < 0) {
        return errno;
    }
    int error = posix_append(vfs, file, data, len);
    if (!error && ftruncate(file->fd, (off_t)len)) {
        error = errno;
    }
    return error;
}

/* Once: see above. */
static int sync_fd(int fd)
{
#ifdef F_FULLFSYNC
    return fcntl(fd, F_FULLFSYNC) ? errno : 0;
#else
    return fsync(fd) ? errno : 0;
#endif
}

static int posix_sync(quern_vfs *vfs, quern_vfile *file)
{
    (void)vfs;
    return sync_fd(file->fd);
}

static void fill_stat(const struct stat *from, quern_vstat *to)
{
    memset(to, 0, sizeof *to);
    to->size = (uint64_t)from->st_size;
    to->n_links = (uint64_t)from->st_nlink;
    to->is_dir = S_ISDIR(from->st_mode);
    to->device = (uint64_t)from->st_dev;
    to->inode = (uint64_t)from->st_ino;
}

static int posix_stat(quern_vfs *vfs, quern_vfile *file, quern_vstat *out)
{
    (void)vfs;
    struct stat st;
    if (fstat(file->fd, &st)) {
        return errno;
    }
    fill_stat(&st, out);
    return 0;
}

static int posix_stat_path(quern_vfs *vfs, const char *path, quern_vstat *out)
{
    (void)vfs;
    struct stat st;
    if (stat(path, &st)) {
        return errno;
    }
    fill_stat(&st, out);
    return 0;
}

static int posix_read_at(quern_vfs *vfs, quern_vfile *file, void *out, size_t len, uint64_t offset)
{
    (void)vfs;
    char *p = out;
    if (offset > (uint64_t)INT64_MAX - len) {
        return EIO;
    }
    while (len > 0) {
        ssize_t n = pread(file->fd, p, len < PIECE_MAX ? len : PIECE_MAX, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : EIO;
        }
        p += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

static int posix_map(quern_vfs *vfs, quern_vfile *file, size_t len, const uint8_t **out)
{
    (void)vfs;
    struct stat st;
    *out = NULL;
    if (fstat(file->fd, &st)) {
        return errno;
    }
    if ((uint64_t)st.st_size < len) {
        return EIO; /* touching the rest would end the process */
    }
    void *p = mmap(NULL, len, PROT_READ, MAP_SHARED, file->fd, 0);
    if (p == MAP_FAILED) {
        return errno;
    }
    *out = p;
    return 0;
}

static void posix_unmap(quern_vfs *vfs, const uint8_t *data, size_t len)
{
    (void)vfs;
    if (data) {
        munmap((void *)(uintptr_t)data, len);
    }
}

static void posix_forget(quern_vfs *vfs, const uint8_t *data, size_t len)
{
    (void)vfs;
    (void)madvise((void *)(uintptr_t)data, len, MADV_DONTNEED);
}

static int posix_lock(quern_vfs *vfs, quern_vfile *file, int how)
{
    (void)vfs;
    int operation = (how == QUERN_LOCK_EXCLUSIVE ? LOCK_EX : LOCK_SH) | LOCK_NB;
    int result;
    do {
        result = flock(file->fd, operation);
    } while (result && errno == EINTR);
    return result ? errno : 0;
}

static int posix_close(quern_vfs *vfs, quern_vfile *file)
{
    (void)vfs;
    int error = 0;
    if (file) {
        error = close(file->fd) && errno != EINTR ? errno : 0;
        quern_free(file);
    }
    return error;
}

static int posix_rename(quern_vfs *vfs, const char *from, const char *to)
{
    (void)vfs;
    return rename(from, to) ? errno : 0;
}

static int posix_rename_new(quern_vfs *vfs, const char *from, const char *to)
{
    (void)vfs;
#ifdef RENAME_NOREPLACE
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
#endif
    if (link(from, to)) {
        return errno;
    }
    (void)unlink(from); /* `to` stands, which is what was asked for */
    return 0;
}

static int posix_exchange(quern_vfs *vfs, const char *a, const char *b)
{
    (void)vfs;
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) ? errno : 0;
#else
    (void)a;
    (void)b;
    return ENOSYS;
#endif
}

static int posix_unlink(quern_vfs *vfs, const char *path)
{
    (void)vfs;
    return unlink(path) ? errno : 0;
}

static int posix_mkdir(quern_vfs *vfs, const char *path)
{
    (void)vfs;
    return mkdir(path, 0777) ? errno : 0;
}

static int posix_rmdir(quern_vfs *vfs, const char *path)
{
    (void)vfs;
    return rmdir(path) ? errno : 0;
}

static int posix_sync_dir(quern_vfs *vfs, const char *path)
{
    (void)vfs;
    int fd = open_high(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return errno;
    }
    int error = sync_fd(fd);
    close(fd);
    return error;
}

static int list_stream(DIR *stream, int (*each)(const char *name, void *payload), void *payload)
{
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (!entry) {
            return errno;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            int stop = each(entry->d_name, payload);
            if (stop) {
                return stop;
            }
        }
    }
}

static int posix_list(quern_vfs *vfs, const char *path,
                      int (*each)(const char *name, void *payload), void *payload)
{
    (void)vfs;
    int fd = open_high(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return errno;
    }
    DIR *stream = fdopendir(fd);
    if (!stream) {
        int error = errno;
        close(fd);
        return error;
    }
    int result = list_stream(stream, each, payload);
    closedir(stream);
    return result;
}

static quern_vfs posix_vfs = {
    .create = posix_create,
    .open = posix_open,
    .open_lock = posix_open_lock,
    .append = posix_append,
    .overwrite = posix_overwrite,
    .sync = posix_sync,
    .stat = posix_stat,
    .read_at = posix_read_at,
    .map = posix_map,
    .unmap = posix_unmap,
    .forget = posix_forget,
    .lock = posix_lock,
    .close = posix_close,
    .rename = posix_rename,
    .rename_new = posix_rename_new,
    .exchange = posix_exchange,
    .unlink = posix_unlink,
    .mkdir = posix_mkdir,
    .rmdir = posix_rmdir,
    .sync_dir = posix_sync_dir,
    .list = posix_list,
    .stat_path = posix_stat_path,
};

quern_vfs *quern_vfs_posix(void)
{
    return &posix_vfs;
}
