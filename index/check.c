/* SPDX-License-Identifier: MIT */
/* check - reads all of the newest generation and says what is wrong with it.
 *
 * What is tested, from the outside in:
 *
 *   names      every name in the directory is one that an index has. Files of an index that no
 *              manifest names are not wrong: a writer that was killed leaves them, the next one
 *              removes them. Names that begin with a dot belong to the system.
 *   manifests  the hash and the grammar of each; the newest is the state.
 *   segments   the file is there, has the length and the footer that the manifest says; then every
 *              page and every rule of its format (quern_segment_check).
 *   tombstones length, hash and format; then what they claim is counted again: the dead passages
 *              with each term by walking all postings, the lengths and texts of the dead.
 *   keys       no two living articles of different segments have the same key.
 *   sources    length, hash and format.
 *
 * The rule for damage is to report it and to go on with what does not depend on it. Damage is a
 * finding; a disk that does not answer and memory that ran out are errors, since they say nothing
 * about the index.
 *
 * A check takes no lock: it holds a lease on the generation, as a reader does, and a writer may
 * work meanwhile.
 */
#include "index/check.h"

#include "index/engine.h"
#include "index/files.h"
#include "index/snapshot.h"
#include "index/sources.h"

#include <stdio.h>

enum { FINDING_MAX = 256 };

typedef struct check {
    quern_vfs *vfs;
    const char *dir;
    void (*found)(const quern_finding *finding, void *payload);
    void *payload;
    uint64_t n;                  /* findings */
    char first[2 * FINDING_MAX]; /* the first of them */
    quern_manifest manifest;
    quern_vfile *lease;
    quern_snapshot_segment *segments; /* segment is NULL where it is damaged */
} check;

/* Where the text goes on behind `front`, and what it goes on with; or the text. */
static const char *behind(const char *text, const char *front)
{
    size_t n = strlen(front);
    const char *rest = text + n;
    if (strncmp(text, front, n) != 0 || !*rest) {
        return text;
    }
    return strncmp(rest, ": ", 2) == 0 ? rest + 2 : *rest == ' ' || *rest == '/' ? rest + 1 : text;
}

/* Copies what is wrong without the place, which a finding says by itself: messages of failures name
 * the file, with its folder or without, and the byte. */
static void put_what(const check *c, const char *file, uint64_t offset, const char *what,
                     char out[FINDING_MAX])
{
    char place[40];
    snprintf(out, FINDING_MAX, "%s", behind(behind(what, c->dir), file));
    snprintf(place, sizeof place, " at byte %llu", (unsigned long long)offset);
    size_t n = strlen(out);
    size_t n_place = strlen(place);
    if (n > n_place && strcmp(out + n - n_place, place) == 0) {
        out[n - n_place] = '\0';
    }
}

static void report(check *c, const char *file, uint64_t offset, const char *what)
{
    char text[FINDING_MAX];
    put_what(c, file, offset, what, text);
    quern_finding finding = {file, offset, text};
    if (c->n++ == 0 && snprintf(c->first, sizeof c->first, "%s: %s", file, text) < 0) {
        c->first[0] = '\0';
    }
    if (c->found) {
        c->found(&finding, c->payload);
    }
}

/* Makes a finding of a failure that is damage; any other failure is returned. */
static quern_status judge(check *c, const char *file, quern_status status, const quern_error *why)
{
    if (status == QUERN_E_NOT_FOUND) {
        report(c, file, 0, "the file is missing");
        return QUERN_OK;
    }
    if (status == QUERN_E_CORRUPT || status == QUERN_E_VERSION) {
        report(c, file, why->pos, why->message);
        return QUERN_OK;
    }
    return status;
}

/* Was the whole index replaced by another since its manifest was read? Then files that are missing
 * are no damage. */
static quern_status test_replaced(check *c, quern_error *err)
{
    quern_manifest now;
    if (quern_manifest_newest(c->vfs, c->dir, &now, NULL, NULL)) {
        return QUERN_OK;
    }
    int is_other = memcmp(now.uuid, c->manifest.uuid, sizeof now.uuid) != 0;
    quern_manifest_finish(&now);
    return is_other
               ? quern_fail(err, QUERN_E_IO,
                            "the index in %s was replaced while it was checked - run again", c->dir)
               : QUERN_OK;
}

/* ---- Names and manifests ---- */

static int is_hex_name(const char *name, const char *start, const char *end)
{
    uint64_t ignored;
    size_t n = strlen(start);
    return strlen(name) == n + 16 + strlen(end) && memcmp(name, start, n) == 0 &&
           quern_files_hex16(name + n, &ignored) && strcmp(name + n + 16, end) == 0;
}

static int is_known(const char *name)
{
    uint64_t segment;
    return name[0] == '.' || strcmp(name, "LOCK") == 0 || strncmp(name, "tmp-", 4) == 0 ||
           quern_manifest_generation(name) || is_hex_name(name, "seg-", ".qseg") ||
           is_hex_name(name, "sources-", ".qsrc") ||
           (strncmp(name, "del-", 4) == 0 && strlen(name) > 21 && name[20] == '-' &&
            quern_files_hex16(name + 4, &segment) && is_hex_name(name + 20, "-", ".qdel"));
}

static int look_at_name(const char *name, void *payload)
{
    check *c = payload;
    uint64_t generation = quern_manifest_generation(name);
    if (generation && generation < c->manifest.generation) {
        quern_error why = {0};
        quern_manifest older;
        quern_status status = quern_manifest_open(c->vfs, c->dir, generation, &older, NULL, &why);
        if (status == QUERN_E_CORRUPT) { /* it keeps writers from collecting files */
            report(c, name, why.pos, why.message);
        }
        quern_manifest_finish(&older);
    } else if (!is_known(name)) {
        report(c, name, 0, "not a file of an index");
    }
    return 0;
}

/* ---- Tombstones ---- */

static quern_status count_dead(quern_segment *segment, const quern_tombstones *dead,
                               const quern_term *term, uint32_t *out, quern_error *err)
{
    quern_postings postings;
    *out = 0;
    if (term->df == 1) {
        *out = (uint32_t)quern_tombstones_passage(dead, term->only_passage);
        return QUERN_OK;
    }
    QUERN_TRY(quern_postings_open(&postings, segment, term, err));
    for (uint32_t b = 0; b < postings.n_blocks; b++) {
        QUERN_TRY(quern_postings_load(&postings, b, err));
        for (uint32_t i = 0; i < postings.n; i++) {
            *out += (uint32_t)quern_tombstones_passage(dead, postings.passages[i]);
        }
    }
    return QUERN_OK;
}

/* Counts for each term of the segment how many dead passages have it. */
static quern_status recount_terms(check *c, const quern_snapshot_segment *s, const char *name,
                                  quern_error *err)
{
    quern_dictionary_walk walk;
    int more = 0;
    QUERN_TRY(quern_dictionary_seek(&walk, s->segment, "", 0, err));
    for (;;) {
        uint32_t n;
        QUERN_TRY(quern_dictionary_next(&walk, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        QUERN_TRY(count_dead(s->segment, s->dead, &walk.term, &n, err));
        uint32_t claimed = quern_tombstones_count(s->dead, walk.term.ordinal);
        if (claimed != n) {
            char what[128];
            snprintf(what, sizeof what, "term %lu is in %lu dead passages, not %lu",
                     (unsigned long)walk.term.ordinal, (unsigned long)n, (unsigned long)claimed);
            report(c, name, 0, what);
        }
    }
}

static quern_status add_text(quern_segment *segment, uint32_t article, uint64_t *sum,
                             quern_error *err)
{
    quern_arena arena;
    quern_stored_article stored;
    quern_arena_init(&arena);
    quern_status status = quern_segment_article(segment, article, &arena, &stored, err);
    *sum += status ? 0 : stored.text_bytes;
    quern_arena_finish(&arena);
    return status;
}

/* Adds up lengths and texts of the dead. */
static quern_status recount_sums(check *c, const quern_snapshot_segment *s, const char *name,
                                 quern_error *err)
{
    const quern_segment_info *info = quern_segment_get_info(s->segment);
    quern_lengths lengths;
    uint64_t sum_len = 0, text_bytes = 0;
    QUERN_TRY(quern_segment_lengths(s->segment, &lengths, err));
    for (uint32_t p = 0; p < info->ref.n_passages; p++) {
        sum_len += quern_tombstones_passage(s->dead, p) ? quern_lengths_get(&lengths, p) : 0;
    }
    for (uint32_t a = 0; a < info->ref.n_articles; a++) {
        quern_status status = QUERN_OK;
        if (quern_tombstones_article(s->dead, a)) {
            status = add_text(s->segment, a, &text_bytes, err);
        }
        QUERN_TRY(status);
    }
    if (sum_len != s->dead->sum_len) {
        report(c, name, 40, "the sum of the lengths of the dead passages is wrong");
    }
    if (text_bytes != s->dead->text_bytes) {
        report(c, name, 48, "the bytes of the texts of the dead articles are wrong");
    }
    return QUERN_OK;
}

static quern_status check_tombstones(check *c, size_t i, quern_error *err)
{
    const quern_manifest_segment *named = &c->manifest.segments[i];
    quern_snapshot_segment *s = &c->segments[i];
    quern_error why = {0};
    char name[QUERN_TOMBSTONES_NAME_MAX];
    quern_tombstones_name(named->ref.id, named->dead.generation, name);
    quern_status status =
        quern_tombstones_open(c->vfs, c->dir, s->segment, &named->dead, &s->dead, &why);
    if (!status) {
        status = recount_terms(c, s, name, &why);
    }
    if (!status) {
        status = recount_sums(c, s, name, &why);
    }
    if (status == QUERN_E_NOT_FOUND) {
        QUERN_TRY(test_replaced(c, err));
    }
    if (status && err) {
        *err = why;
    }
    return judge(c, name, status, &why);
}

/* ---- Segments ---- */

typedef struct relay {
    check *check;
    const char *name;
} relay;

static void pass_on(const quern_finding *finding, void *payload)
{
    relay *r = payload;
    report(r->check, finding->file ? finding->file : r->name, finding->offset, finding->what);
}

static quern_status check_segment(check *c, size_t i, quern_error *err)
{
    const quern_manifest_segment *named = &c->manifest.segments[i];
    quern_snapshot_segment *s = &c->segments[i];
    quern_error why = {0};
    uint64_t before = c->n;
    char name[QUERN_SEGMENT_NAME_MAX];
    quern_segment_name(named->ref.id, name);
    relay to = {c, name};
    quern_status status = quern_segment_open(c->vfs, c->dir, &named->ref, 0, &s->segment, &why);
    if (status == QUERN_E_NOT_FOUND) {
        QUERN_TRY(test_replaced(c, err));
    }
    if (!status) {
        uint32_t n_languages = quern_manifest_languages(&c->manifest.config);
        status = quern_segment_check(s->segment, n_languages, pass_on, &to, &why);
    }
    if (status && err) {
        *err = why;
    }
    QUERN_TRY(judge(c, name, status, &why));
    if (c->n > before) { /* what depends on it would say the same again */
        quern_segment_close(s->segment);
        s->segment = NULL;
        return QUERN_OK;
    }
    return named->dead.generation ? check_tombstones(c, i, err) : QUERN_OK;
}

/* ---- Keys ---- */

/* The next living article of a segment. */
typedef struct key_walk {
    const quern_snapshot_segment *of;
    uint32_t article, n;
    quern_string source, id;
    quern_arena arena; /* of the key */
} key_walk;

static quern_status step_key(key_walk *w, quern_error *err)
{
    while (w->article < w->n && quern_tombstones_article(w->of->dead, w->article)) {
        w->article++;
    }
    quern_arena_finish(&w->arena);
    return w->article < w->n
               ? quern_segment_key(w->of->segment, w->article, &w->arena, &w->source, &w->id, err)
               : QUERN_OK;
}

static int compare_walks(const key_walk *a, const key_walk *b)
{
    return quern_key_compare(a->source, a->id, b->source, b->id);
}

/* Steps all walks through all keys in order; keys that two of them are at stand twice. */
static quern_status merge_keys(check *c, key_walk *walks, size_t n, quern_error *err)
{
    for (;;) {
        key_walk *least = NULL;
        for (size_t i = 0; i < n; i++) {
            key_walk *w = &walks[i];
            if (w->article >= w->n) {
                continue;
            }
            int order = least ? compare_walks(w, least) : -1;
            if (order == 0) {
                char name[QUERN_SEGMENT_NAME_MAX], what[128];
                quern_segment_name(quern_segment_get_info(w->of->segment)->ref.id, name);
                snprintf(what, sizeof what, "article %lu lives in another segment too",
                         (unsigned long)w->article);
                report(c, name, 0, what);
            }
            least = order < 0 ? w : least;
        }
        if (!least) {
            return QUERN_OK;
        }
        least->article++;
        QUERN_TRY(step_key(least, err));
    }
}

static quern_status check_keys(check *c, quern_error *err)
{
    size_t n = 0;
    quern_status status = QUERN_OK;
    key_walk *walks = quern_alloc_zero(c->manifest.n_segments, sizeof *walks);
    if (!walks) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; !status && i < c->manifest.n_segments; i++) {
        const quern_manifest_segment *named = &c->manifest.segments[i];
        const quern_snapshot_segment *s = &c->segments[i];
        if (s->segment && (s->dead || !named->dead.generation)) {
            walks[n].of = s;
            walks[n].n = named->ref.n_articles;
            status = step_key(&walks[n++], err);
        }
    }
    if (!status) {
        status = merge_keys(c, walks, n, err);
    }
    for (size_t i = 0; i < n; i++) {
        quern_arena_finish(&walks[i].arena);
    }
    quern_free(walks);
    return status;
}

/* ---- All of it ---- */

static quern_status check_sources(check *c, quern_error *err)
{
    const quern_manifest *m = &c->manifest;
    char name[QUERN_SOURCES_NAME_MAX];
    quern_sources *sources = NULL;
    quern_error why = {0};
    if (!m->sources_generation) {
        return QUERN_OK;
    }
    quern_sources_name(m->sources_generation, name);
    quern_status status = quern_sources_open(c->vfs, c->dir, m->sources_generation,
                                             m->sources_bytes, m->sources_hash, &sources, &why);
    quern_sources_free(sources);
    if (status == QUERN_E_NOT_FOUND) {
        QUERN_TRY(test_replaced(c, err));
    }
    if (status && err) {
        *err = why;
    }
    return judge(c, name, status, &why);
}

static quern_status check_all(check *c, quern_error *err)
{
    c->segments = quern_alloc_zero(c->manifest.n_segments, sizeof *c->segments);
    if (!c->segments) {
        return quern_fail_nomem(err);
    }
    int error = c->vfs->list(c->vfs, c->dir, look_at_name, c);
    if (error) {
        return quern_fail_os(err, error, "cannot read the directory %s", c->dir);
    }
    for (size_t i = 0; i < c->manifest.n_segments; i++) {
        QUERN_TRY(check_segment(c, i, err));
    }
    QUERN_TRY(check_keys(c, err));
    return check_sources(c, err);
}

static void finish(check *c)
{
    for (size_t i = 0; c->segments && i < c->manifest.n_segments; i++) {
        quern_tombstones_free(c->segments[i].dead);
        quern_segment_close(c->segments[i].segment);
    }
    quern_free(c->segments);
    quern_manifest_finish(&c->manifest);
    c->vfs->close(c->vfs, c->lease);
}

static int note_newest(const char *name, void *payload)
{
    uint64_t *newest = payload;
    uint64_t generation = quern_manifest_generation(name);
    *newest = generation > *newest ? generation : *newest;
    return 0;
}

/* The newest manifest is damaged: nothing else can be looked at. */
static void report_manifest(check *c, const quern_error *why)
{
    char name[QUERN_MANIFEST_NAME_MAX] = ".";
    uint64_t newest = 0;
    (void)c->vfs->list(c->vfs, c->dir, note_newest, &newest);
    if (newest) {
        quern_manifest_name(newest, name);
    }
    report(c, name, why->pos, why->message);
}

static void pass_on_guest(const quern_finding *finding, void *payload)
{
    report(payload, finding->file, finding->offset, finding->what);
}

/* The index is another engine's, which knows its own damage. */
static quern_status check_guest(check *c, quern_error *err)
{
    const quern_engine *engine = NULL;
    QUERN_TRY(quern_engine_load(c->manifest.config.engine, &engine, err));
    return engine->check(c->dir, pass_on_guest, c, err);
}

quern_status quern_check_index(quern_vfs *vfs, const char *dir,
                               void (*found)(const quern_finding *finding, void *payload),
                               void *payload, quern_error *err)
{
    check c = {.vfs = vfs, .dir = dir, .found = found, .payload = payload};
    quern_error why = {0};
    quern_status status = quern_manifest_newest(vfs, dir, &c.manifest, &c.lease, &why);
    if (status && err) {
        *err = why;
    }
    if (status == QUERN_E_CORRUPT) {
        report_manifest(&c, &why);
        return status;
    }
    if (!status) {
        status = c.manifest.config.engine[0] ? check_guest(&c, err) : check_all(&c, err);
    }
    if (!status && c.n > 0) {
        status = quern_fail(err, QUERN_E_CORRUPT, "%llu finding%s in %s, the first: %s - %s",
                            (unsigned long long)c.n, c.n == 1 ? "" : "s", dir, c.first,
                            QUERN_FILES_REPAIR);
    } else if (!status) {
        quern_error_clear(err);
    }
    finish(&c);
    return status;
}

quern_status quern_index_check(const char *path,
                               void (*found)(const quern_finding *finding, void *payload),
                               void *payload, quern_error *err)
{
    quern_error_clear(err);
    return quern_check_index(quern_vfs_posix(), path, found, payload, err);
}
