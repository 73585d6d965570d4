/* SPDX-License-Identifier: MIT */
/* index_open - quern_index_open and quern_index_close: a place on disk and how to read it.
 *
 * An index is a path, not an open file: readers and writers open what they need by name, so an
 * index that is replaced (quern_index_rebuild) is followed by the next reader. The path is made
 * absolute and its links are resolved once, here, so that a later change of the working directory
 * changes nothing, and so that replacing an index that is reached through a link replaces the
 * directory and not the link.
 */
#include "index/files.h"
#include "index/store.h"

#include <limits.h>
#include <stdlib.h>

static char *absolute(quern_vfs *vfs, const char *dir)
{
    char resolved[PATH_MAX];
    const char *from = dir;
    if (vfs == quern_vfs_posix() && realpath(dir, resolved)) {
        from = resolved;
    }
    size_t n = strlen(from) + 1;
    char *out = quern_alloc(n);
    if (out) {
        memcpy(out, from, n);
    }
    return out;
}

/* Is it a state that this program can work with? */
static quern_status test_state(quern_vfs *vfs, const char *dir, quern_error *err)
{
    quern_manifest m;
    QUERN_TRY(quern_manifest_newest(vfs, dir, &m, NULL, err));
    uint32_t analysis = m.config.analysis_version;
    quern_manifest_finish(&m);
    if (analysis == QUERN_STORE_ANALYSIS_VERSION) {
        return QUERN_OK;
    }
    return quern_fail(
        err, QUERN_E_VERSION, "the index in %s has analysis %lu, this program has %d - %s", dir,
        (unsigned long)analysis, QUERN_STORE_ANALYSIS_VERSION,
        analysis > QUERN_STORE_ANALYSIS_VERSION ? "install a newer quern" : "run: indexer rebuild");
}

quern_status quern_store_index(quern_vfs *vfs, const char *dir, const quern_open_options *options,
                               quern_index **out, quern_error *err)
{
    *out = NULL;
    if (options && options->size < sizeof *options) {
        return quern_fail(err, QUERN_E_INVALID, "quern_open_options without its size - %s",
                          "begin with QUERN_OPEN_OPTIONS_INIT");
    }
    QUERN_TRY(test_state(vfs, dir, err));
    quern_index *index = quern_alloc_zero(1, sizeof *index);
    if (!index) {
        return quern_fail_nomem(err);
    }
    index->vfs = vfs;
    index->in_memory = options && options->in_memory;
    index->path = absolute(vfs, dir);
    if (!index->path) {
        quern_free(index);
        return quern_fail_nomem(err);
    }
    *out = index;
    return QUERN_OK;
}

quern_status quern_index_open(const char *path, const quern_open_options *options,
                              quern_index **out, quern_error *err)
{
    quern_error_clear(err);
    return quern_store_index(quern_vfs_posix(), path, options, out, err);
}

void quern_index_close(quern_index *index)
{
    if (index) {
        quern_free(index->path);
        quern_free(index);
    }
}
