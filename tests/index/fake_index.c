/* SPDX-License-Identifier: MIT */
/* fake_index - see fake_index.h. */
#include "tests/index/fake_index.h"

#include "index/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const quern_index_config fake_config = {60, "english", 1, 1, QUERN_STORE_ANALYSIS_VERSION, 99, ""};

enum { A = 0xA, B = 0xB, C = 0xC };

/* The bytes of a file are known from its number. */
static void fill(quern_buf *out, uint64_t id)
{
    size_t len = 300 + (size_t)(id * 37 % 1500);
    for (size_t i = 0; i < len; i++) {
        quern_buf_u8(out, (uint8_t)(id * 131 + i * 7 + (i >> 8)));
    }
}

static quern_segment_ref ref_of(uint64_t id)
{
    quern_buf bytes = {0};
    fill(&bytes, id);
    quern_segment_ref ref = {id, bytes.len, quern_files_hash(bytes.data, bytes.len), 10, 20};
    quern_buf_finish(&bytes);
    return ref;
}

quern_status fake_segment(quern_vfs *vfs, const char *dir, uint64_t id, quern_segment_ref *out,
                          quern_error *err)
{
    char name[QUERN_SEGMENT_NAME_MAX];
    quern_file_out file;
    quern_file_out_init(&file, vfs, dir);
    fill(&file.buf, id);
    quern_status status = quern_file_out_seal(&file, err);
    if (!status) {
        quern_segment_name(id, name);
        char *path = quern_files_join(dir, name);
        int error = vfs->rename(vfs, file.temp, path);
        status = error ? quern_fail_os(err, error, "cannot name %s", path) : QUERN_OK;
        if (!error) {
            quern_free(file.temp);
            file.temp = NULL;
        }
        quern_free(path);
    }
    quern_file_out_finish(&file);
    *out = ref_of(id);
    return status;
}

/* What a generation has. */
typedef struct plan {
    uint64_t segments[3];
    size_t n;
    uint64_t dead_of;         /* segment with tombstones, or 0 */
    uint64_t dead_generation; /* when they were written */
    uint64_t sources_generation;
} plan;

static plan plan_of(uint64_t g)
{
    switch (g) {
    case 1:
        return (plan){{0}, 0, 0, 0, 0};
    case 2:
        return (plan){{A}, 1, 0, 0, 2};
    case 3:
        return (plan){{A, B}, 2, A, 3, 3};
    case 4:
        return (plan){{B, C}, 2, B, 4, 3};
    case 5:
        return (plan){{A, C}, 2, 0, 0, 5};
    case 6:
        return (plan){{A}, 1, 0, 0, 6};
    default:
        return (plan){{A, 0x100 + g}, 2, 0, 0, 6};
    }
}

static quern_status put_sources(quern_vfs *vfs, const char *dir, uint64_t generation,
                                quern_manifest *m, quern_error *err)
{
    quern_sources *s = NULL;
    quern_source *entry = NULL;
    quern_status status = quern_sources_new(&s, err);
    for (uint64_t i = 0; !status && i < generation * 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "file %llu", (unsigned long long)i);
        status = quern_sources_put(s, name, &entry, err);
        if (!status) {
            entry->size = generation;
        }
    }
    if (!status) {
        status =
            quern_sources_write(s, vfs, dir, generation, &m->sources_bytes, &m->sources_hash, err);
    }
    m->sources_generation = generation;
    quern_sources_free(s);
    return status;
}

static quern_status put_dead(quern_vfs *vfs, const char *dir, uint64_t segment, uint64_t generation,
                             quern_tombstones_ref *out, quern_error *err)
{
    char name[QUERN_TOMBSTONES_NAME_MAX];
    quern_file_out file;
    quern_tombstones_name(segment, generation, name);
    quern_file_out_init(&file, vfs, dir);
    fill(&file.buf, segment * 100 + generation);
    quern_status status = quern_file_out_name(&file, name, err);
    *out = (quern_tombstones_ref){generation, file.bytes, file.hash, 1, 2};
    quern_file_out_finish(&file);
    return status;
}

static int find_segment(const quern_manifest *m, uint64_t id, quern_manifest_segment *out)
{
    for (size_t i = 0; i < m->n_segments; i++) {
        if (m->segments[i].ref.id == id) {
            *out = m->segments[i];
            return 1;
        }
    }
    return 0;
}

/* Fills next, whose generation is set, with the files of its plan, making those that are new. */
static quern_status build(quern_vfs *vfs, const char *dir, const quern_manifest *last,
                          quern_manifest *next, quern_error *err)
{
    plan p = plan_of(next->generation);
    for (size_t i = 0; i < p.n; i++) {
        quern_manifest_segment s = {0};
        if (!find_segment(last, p.segments[i], &s)) {
            QUERN_TRY(fake_segment(vfs, dir, p.segments[i], &s.ref, err));
        }
        memset(&s.dead, 0, sizeof s.dead);
        if (p.dead_of == p.segments[i]) {
            QUERN_TRY(put_dead(vfs, dir, p.dead_of, next->generation, &s.dead, err));
        }
        QUERN_TRY(quern_manifest_add_segment(next, &s, err));
    }
    next->sources_generation = last->sources_generation;
    next->sources_bytes = last->sources_bytes;
    next->sources_hash = last->sources_hash;
    if (p.sources_generation == next->generation) {
        QUERN_TRY(put_sources(vfs, dir, next->generation, next, err));
    }
    return QUERN_OK;
}

quern_status fake_commit(quern_store *store, quern_vfs *vfs, const char *dir, quern_error *err)
{
    const quern_manifest *last = quern_store_manifest(store);
    quern_manifest next = {.uuid = {last->uuid[0], last->uuid[1]},
                           .generation = last->generation + 1,
                           .config = last->config};
    quern_status status = build(vfs, dir, last, &next, err);
    if (!status) {
        status = quern_store_commit(store, &next, err);
    }
    quern_manifest_finish(&next);
    return status;
}

quern_status fake_script(quern_vfs *vfs, const char *dir, uint64_t last, uint64_t *acknowledged,
                         quern_error *err)
{
    quern_store *store = NULL;
    *acknowledged = 0;
    QUERN_TRY(quern_store_create(vfs, dir, &fake_config, err));
    *acknowledged = 1;
    QUERN_TRY(quern_store_lock(vfs, dir, 0, &store, err));
    quern_status status = QUERN_OK;
    while (!status && *acknowledged < last) {
        status = fake_commit(store, vfs, dir, err);
        *acknowledged += status == QUERN_OK;
    }
    quern_store_unlock(store);
    return status;
}

quern_status fake_continue(quern_vfs *vfs, const char *dir, uint64_t *acknowledged,
                           quern_error *err)
{
    quern_store *store = NULL;
    QUERN_TRY(quern_store_lock(vfs, dir, 0, &store, err));
    *acknowledged = quern_store_manifest(store)->generation;
    quern_status status = fake_commit(store, vfs, dir, err);
    *acknowledged += status == QUERN_OK;
    quern_store_unlock(store);
    return status;
}

/* ---- Looking ---- */

static const char *verify_files(quern_vfs *vfs, const char *dir, const quern_manifest *m)
{
    quern_buf bytes = {0};
    const char *wrong = NULL;
    char name[QUERN_TOMBSTONES_NAME_MAX];
    for (size_t i = 0; i < m->n_segments && !wrong; i++) {
        const quern_manifest_segment *s = &m->segments[i];
        quern_segment_name(s->ref.id, name);
        quern_files_ref file = {dir, name, s->ref.bytes, s->ref.root};
        wrong = quern_files_read(vfs, &file, &bytes, NULL) ? "a segment is not whole" : NULL;
        if (s->dead.generation && !wrong) {
            quern_tombstones_name(s->ref.id, s->dead.generation, name);
            quern_files_ref dead = {dir, name, s->dead.bytes, s->dead.hash};
            wrong = quern_files_read(vfs, &dead, &bytes, NULL) ? "tombstones are not whole" : NULL;
        }
    }
    quern_buf_finish(&bytes);
    return wrong;
}

static const char *verify_sources(quern_vfs *vfs, const char *dir, const quern_manifest *m)
{
    quern_sources *s = NULL;
    if (!m->sources_generation) {
        return NULL;
    }
    if (quern_sources_open(vfs, dir, m->sources_generation, m->sources_bytes, m->sources_hash, &s,
                           NULL)) {
        return "sources are not whole";
    }
    int good = quern_sources_count(s) == m->sources_generation * 3;
    quern_sources_free(s);
    return good ? NULL : "sources of another generation";
}

/* A generation that settled an unknown outcome repeats the one before it, so a history may lag
 * behind its plan by one; `like` is the generation whose plan it follows. */
static const char *verify_plan(const quern_manifest *m, uint64_t like)
{
    plan p = plan_of(like);
    if (m->n_segments != p.n) {
        return "other segments than it must have";
    }
    for (size_t i = 0; i < p.n; i++) {
        quern_manifest_segment s;
        quern_segment_ref want = ref_of(p.segments[i]);
        if (!find_segment(m, p.segments[i], &s) || memcmp(&s.ref, &want, sizeof want) != 0) {
            return "another segment than it must have";
        }
        if ((s.dead.generation != 0) != (p.dead_of == p.segments[i])) {
            return "tombstones where none must be, or none";
        }
    }
    return NULL;
}

static const char *verify(quern_vfs *vfs, const char *dir, const quern_manifest *m)
{
    const char *wrong = verify_plan(m, m->generation);
    if (wrong && m->generation > 1) {
        wrong = verify_plan(m, m->generation - 1) ? wrong : NULL;
    }
    wrong = wrong ? wrong : verify_files(vfs, dir, m);
    return wrong ? wrong : verify_sources(vfs, dir, m);
}

typedef struct older {
    quern_vfs *vfs;
    const char *dir, *wrong;
} older;

static int verify_older(const char *name, void *payload)
{
    older *o = payload;
    uint64_t generation = quern_manifest_generation(name);
    const char *wrong = generation ? fake_verify_generation(o->vfs, o->dir, generation) : NULL;
    o->wrong = wrong ? wrong : o->wrong;
    return 0;
}

const char *fake_verify(quern_vfs *vfs, const char *dir, uint64_t *generation)
{
    static char text[400];
    quern_manifest m;
    quern_error err;
    *generation = 0;
    quern_status status = quern_manifest_newest(vfs, dir, &m, NULL, &err);
    if (status == QUERN_E_NOT_FOUND) {
        return NULL;
    }
    if (status) {
        snprintf(text, sizeof text, "%s (%s)", err.message, quern_status_name(status));
        return text;
    }
    *generation = m.generation;
    const char *wrong = verify(vfs, dir, &m);
    quern_manifest_finish(&m);
    return wrong;
}

const char *fake_verify_all(quern_vfs *vfs, const char *dir, uint64_t *generation)
{
    older o = {vfs, dir, fake_verify(vfs, dir, generation)};
    if (!o.wrong && *generation) {
        (void)vfs->list(vfs, dir, verify_older, &o);
    }
    return o.wrong;
}

const char *fake_verify_generation(quern_vfs *vfs, const char *dir, uint64_t generation)
{
    quern_manifest m;
    if (quern_manifest_open(vfs, dir, generation, &m, NULL, NULL)) {
        return "no such manifest";
    }
    const char *wrong = verify(vfs, dir, &m);
    quern_manifest_finish(&m);
    return wrong;
}

typedef struct name_count {
    quern_vfs *vfs;
    const char *dir, *prefix, *wanted;
    size_t n, named;
} name_count;

static int count_if_named(const char *name, void *payload)
{
    name_count *c = payload;
    uint64_t generation = quern_manifest_generation(name);
    quern_manifest m;
    if (!generation || quern_manifest_open(c->vfs, c->dir, generation, &m, NULL, NULL)) {
        return 0;
    }
    char text[QUERN_TOMBSTONES_NAME_MAX];
    for (size_t i = 0; i < m.n_segments; i++) {
        quern_segment_name(m.segments[i].ref.id, text);
        c->named += strcmp(text, c->wanted) == 0;
        quern_tombstones_name(m.segments[i].ref.id, m.segments[i].dead.generation, text);
        c->named += strcmp(text, c->wanted) == 0;
    }
    quern_sources_name(m.sources_generation, text);
    c->named += strcmp(text, c->wanted) == 0;
    quern_manifest_finish(&m);
    return 0;
}

static int count_leftover(const char *name, void *payload)
{
    name_count *c = payload;
    if (strcmp(name, "LOCK") != 0 && !quern_manifest_generation(name)) {
        name_count inner = {c->vfs, c->dir, NULL, name, 0, 0};
        (void)c->vfs->list(c->vfs, c->dir, count_if_named, &inner);
        c->n += inner.named == 0;
    }
    return 0;
}

size_t fake_leftovers(quern_vfs *vfs, const char *dir)
{
    name_count c = {vfs, dir, NULL, NULL, 0, 0};
    (void)vfs->list(vfs, dir, count_leftover, &c);
    return c.n;
}

static int count_prefix(const char *name, void *payload)
{
    name_count *c = payload;
    c->n += strncmp(name, c->prefix, strlen(c->prefix)) == 0;
    return 0;
}

size_t fake_count(quern_vfs *vfs, const char *dir, const char *prefix)
{
    name_count c = {vfs, dir, prefix, NULL, 0, 0};
    (void)vfs->list(vfs, dir, count_prefix, &c);
    return c.n;
}
