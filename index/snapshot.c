/* SPDX-License-Identifier: MIT */
/* snapshot - opens a generation for reading.
 *
 * Readers never wait and take no lock that a writer waits for. What can happen to one that opens an
 * index while a writer commits and collects:
 *
 *  - The manifest whose name it has just read is collected: the name is gone, or has gone once the
 *    lease (a shared lock on the manifest) is held. Look for the newest again.
 *  - With the lease held, no writer collects the files of this generation, so all of them are
 * there. Where one is missing all the same, either the whole index was replaced by another between
 * two steps, and the newest manifest is now another one: start again; or it is not, and the file is
 *    lost: that is damage. The same holds for a file that does not fit its manifest.
 *
 * Opening writes nothing, so an index on a read-only medium, or of another user, can be searched.
 *
 * N, the sum of lengths and the document frequency of a term are those of the living passages
 * exactly: what the segments say less what their tombstones say. A query on an index with deleted
 * articles thus scores as on a fresh index of the articles that live.
 */
#include "index/snapshot.h"

#include "index/files.h"

#define TRIES 100

static void close_segments(quern_snapshot *s)
{
    for (size_t i = 0; i < s->n_segments; i++) {
        quern_tombstones_free(s->segments[i].dead);
        quern_segment_close(s->segments[i].segment);
    }
    quern_free(s->segments);
    s->segments = NULL;
    s->n_segments = 0;
}

static void close_generation(quern_snapshot *s)
{
    close_segments(s);
    quern_manifest_finish(&s->manifest);
    if (s->vfs) { /* else one that is of no directory: of shards */
        s->vfs->close(s->vfs, s->lease);
    }
    s->lease = NULL;
}

void quern_snapshot_free(quern_snapshot *s)
{
    if (s) {
        close_generation(s);
        quern_free(s->dir);
        quern_free(s);
    }
}

static quern_status open_segment(quern_snapshot *s, size_t i, int in_memory, quern_error *err)
{
    const quern_manifest_segment *named = &s->manifest.segments[i];
    quern_snapshot_segment *out = &s->segments[i];
    QUERN_TRY(quern_segment_open(s->vfs, s->dir, &named->ref, in_memory, &out->segment, err));
    s->n_segments = i + 1;
    if (named->dead.generation) {
        QUERN_TRY(
            quern_tombstones_open(s->vfs, s->dir, out->segment, &named->dead, &out->dead, err));
    }
    return QUERN_OK;
}

static quern_status open_segments(quern_snapshot *s, int in_memory, quern_error *err)
{
    s->segments = quern_alloc_zero(s->manifest.n_segments, sizeof *s->segments);
    if (!s->segments) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < s->manifest.n_segments; i++) {
        QUERN_TRY(open_segment(s, i, in_memory, err));
    }
    return QUERN_OK;
}

static void add_up(quern_snapshot *s)
{
    s->n_articles = s->n_passages = s->sum_len = s->text_bytes = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        const quern_segment_info *info = quern_segment_get_info(s->segments[i].segment);
        const quern_tombstones *dead = s->segments[i].dead;
        s->n_articles += info->ref.n_articles - (dead ? dead->n_articles : 0);
        s->n_passages += info->ref.n_passages - (dead ? dead->n_passages : 0);
        s->sum_len += info->sum_len - (dead ? dead->sum_len : 0);
        s->text_bytes += info->text_bytes - (dead ? dead->text_bytes : 0);
    }
}

enum { SAME, NEWER, REPLACED };

/* What has become of the generation of s: still the newest, or not, or of another index now? */
static int look_again(const quern_snapshot *s)
{
    quern_manifest now;
    if (quern_manifest_newest(s->vfs, s->dir, &now, NULL, NULL)) {
        return SAME;
    }
    int is_other = memcmp(now.uuid, s->manifest.uuid, sizeof now.uuid) != 0;
    int is_newer = now.generation != s->manifest.generation;
    quern_manifest_finish(&now);
    return is_other ? REPLACED : is_newer ? NEWER : SAME;
}

/* Makes damage of the NOT_FOUND that was just filled. */
static quern_status missing(const quern_snapshot *s, quern_error *err)
{
    quern_error cause = {0};
    if (err) {
        cause = *err;
    }
    return quern_fail(err, QUERN_E_CORRUPT, "a file of generation %llu is missing: %s - %s",
                      (unsigned long long)s->manifest.generation, cause.message,
                      QUERN_FILES_REPAIR);
}

/* One try. *again: the generation was replaced meanwhile. */
static quern_status open_newest(quern_snapshot *s, int in_memory, int *again, quern_error *err)
{
    *again = 0;
    QUERN_TRY(quern_manifest_newest(s->vfs, s->dir, &s->manifest, &s->lease, err));
    quern_status status = open_segments(s, in_memory, err);
    if (status == QUERN_E_NOT_FOUND || status == QUERN_E_CORRUPT) {
        *again = look_again(s) != SAME;
    }
    if (status == QUERN_E_NOT_FOUND && !*again) {
        status = missing(s, err);
    }
    if (status) {
        close_generation(s);
    } else {
        add_up(s);
    }
    return status;
}

quern_status quern_snapshot_open(quern_vfs *vfs, const char *dir, int in_memory,
                                 quern_snapshot **out, quern_error *err)
{
    quern_status status = QUERN_OK;
    int again = 1;
    size_t len = strlen(dir);
    *out = NULL;
    quern_snapshot *s = quern_alloc_zero(1, sizeof *s);
    if (!s) {
        return quern_fail_nomem(err);
    }
    s->vfs = vfs;
    s->dir = quern_alloc(len + 1);
    if (!s->dir) {
        quern_snapshot_free(s);
        return quern_fail_nomem(err);
    }
    memcpy(s->dir, dir, len + 1);
    for (int tries = 0; tries < TRIES && again; tries++) {
        status = open_newest(s, in_memory, &again, err);
    }
    if (status && again) {
        status = quern_fail(err, QUERN_E_IO,
                            "the index in %s changes faster than it can be read - try again", dir);
    }
    if (status) {
        quern_snapshot_free(s);
        return status;
    }
    *out = s;
    return QUERN_OK;
}

quern_status quern_snapshot_df(quern_snapshot *s, const char *term, size_t len, uint64_t *out,
                               quern_error *err)
{
    uint64_t sum = 0;
    *out = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        quern_term found;
        int is_there = 0;
        QUERN_TRY(quern_dictionary_find(s->segments[i].segment, term, len, &found, &is_there, err));
        if (!is_there) {
            continue;
        }
        uint32_t dead = quern_tombstones_count(s->segments[i].dead, found.ordinal);
        if (dead > found.df) {
            return quern_fail(err, QUERN_E_CORRUPT,
                              "segment %016llx has more dead passages with a term than passages - "
                              "%s",
                              (unsigned long long)s->manifest.segments[i].ref.id,
                              QUERN_FILES_REPAIR);
        }
        sum += found.df - dead;
    }
    *out = sum;
    return QUERN_OK;
}

quern_status quern_snapshot_sources(quern_snapshot *s, quern_sources **out, quern_error *err)
{
    const quern_manifest *m = &s->manifest;
    if (!m->sources_generation) {
        return quern_sources_new(out, err);
    }
    quern_status status = quern_sources_open(s->vfs, s->dir, m->sources_generation,
                                             m->sources_bytes, m->sources_hash, out, err);
    if (status != QUERN_E_NOT_FOUND && status != QUERN_E_CORRUPT) {
        return status;
    }
    if (look_again(s) == REPLACED) {
        return quern_fail(err, QUERN_E_NOT_FOUND, "the index in %s was replaced - open it again",
                          s->dir);
    }
    return status == QUERN_E_CORRUPT ? status : missing(s, err);
}
