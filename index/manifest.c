/* SPDX-License-Identifier: MIT */
/* manifest - prints and parses the page of text that names a generation, and finds the newest.
 *
 * A manifest as it stands on disk (FORMAT.md has the grammar):
 *
 *     quern index format 1
 *     uuid 000102030405060708090a0b0c0d0e0f
 *     generation 7
 *     passages 60
 *     language english
 *     titles pooled
 *     texts stored
 *     analysis 1 89abcdef01234567
 *     engine xapian                  where it is not the native one
 *     sources 7 bytes 4242 hash 0123456789abcdef
 *     segment 00000000000000aa bytes 16384 root 00000000000000bb articles 12 passages 34
 *     dead 6 bytes 99 hash 00000000000000cc articles 1 passages 3
 *     root notes.txt
 *     hash ...
 *
 * Invariant: a state has exactly one spelling. The parser reads the lines with little fuss, prints
 * what it read, and compares: what would be spelled otherwise (leading zeros, another order, a root
 * twice) is damage. So the parser has no rule of its own that the printer does not have.
 *
 * Invariant: the first and the last line look like this in every format there will be. The hash is
 * tested first; a manifest whose hash holds and whose format is higher was made by a newer quern,
 * and one whose hash fails is damaged, whatever number it shows.
 *
 * A manifest gets its name only after it was synced, so a crash never leaves a bad one behind: a
 * bad one is damage, is said to be, and no older generation is answered from in its stead.
 * Otherwise articles whose commit was acknowledged would vanish without a word.
 */
#include "index/manifest.h"

#include "base/checksum.h"
#include "index/files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define BYTES_MAX (64u << 20)
#define TRIES 100
#define HASH_LINE 22 /* bytes of the last line, with its newline */

void quern_manifest_name(uint64_t generation, char out[QUERN_MANIFEST_NAME_MAX])
{
    snprintf(out, QUERN_MANIFEST_NAME_MAX, "man-%016llx", (unsigned long long)generation);
}

uint64_t quern_manifest_generation(const char *name)
{
    uint64_t generation = 0;
    int is = strlen(name) == 20 && memcmp(name, "man-", 4) == 0 &&
             quern_files_hex16(name + 4, &generation);
    return is ? generation : 0;
}

uint32_t quern_manifest_languages(const quern_index_config *config)
{
    uint32_t n = 1;
    for (const char *p = config->language; *p; p++) {
        n += *p == ',';
    }
    return n;
}

void quern_manifest_finish(quern_manifest *m)
{
    for (size_t i = 0; i < m->n_roots; i++) {
        quern_free(m->roots[i]);
    }
    quern_free(m->roots);
    quern_free(m->segments);
    memset(m, 0, sizeof *m);
}

quern_status quern_manifest_copy(const quern_manifest *from, quern_manifest *to, quern_error *err)
{
    quern_status status = QUERN_OK;
    *to = *from;
    to->segments = NULL;
    to->roots = NULL;
    to->n_segments = to->cap_segments = to->n_roots = to->cap_roots = 0;
    for (size_t i = 0; !status && i < from->n_segments; i++) {
        status = quern_manifest_add_segment(to, &from->segments[i], err);
    }
    for (size_t i = 0; !status && i < from->n_roots; i++) {
        status = quern_manifest_add_root(to, from->roots[i], err);
    }
    if (status) {
        quern_manifest_finish(to);
    }
    return status;
}

quern_status quern_manifest_add_segment(quern_manifest *m, const quern_manifest_segment *s,
                                        quern_error *err)
{
    size_t at = m->n_segments;
    while (at > 0 && m->segments[at - 1].ref.id > s->ref.id) {
        at--;
    }
    if (at > 0 && m->segments[at - 1].ref.id == s->ref.id) {
        return quern_fail(err, QUERN_E_INVALID, "segment %016llx stands twice in a manifest",
                          (unsigned long long)s->ref.id);
    }
    if (quern_grow(&m->segments, &m->cap_segments, m->n_segments + 1, sizeof *m->segments)) {
        return quern_fail_nomem(err);
    }
    memmove(&m->segments[at + 1], &m->segments[at], (m->n_segments - at) * sizeof *m->segments);
    m->segments[at] = *s;
    m->n_segments++;
    return QUERN_OK;
}

quern_status quern_manifest_add_root(quern_manifest *m, const char *root, quern_error *err)
{
    size_t at = m->n_roots, len = strlen(root);
    while (at > 0 && strcmp(m->roots[at - 1], root) > 0) {
        at--;
    }
    if (len == 0 || (at > 0 && strcmp(m->roots[at - 1], root) == 0)) {
        return quern_fail(err, QUERN_E_INVALID, "%s is no root or stands twice in a manifest",
                          len ? root : "\"\"");
    }
    if (quern_grow(&m->roots, &m->cap_roots, m->n_roots + 1, sizeof *m->roots)) {
        return quern_fail_nomem(err);
    }
    char *copy = quern_alloc(len + 1);
    if (!copy) {
        return quern_fail_nomem(err);
    }
    memcpy(copy, root, len + 1);
    memmove(&m->roots[at + 1], &m->roots[at], (m->n_roots - at) * sizeof *m->roots);
    m->roots[at] = copy;
    m->n_roots++;
    return QUERN_OK;
}

/* ---- Printing ---- */

__attribute__((format(printf, 2, 3))) static void put(quern_buf *out, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    quern_buf_bytes(out, line, n < 0 ? 0 : (size_t)n);
}

/* Graphic ASCII stands for itself; all else, and the percent sign, is %XX. */
static void put_escaped(quern_buf *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c > 0x20 && c < 0x7F && c != '%') {
            quern_buf_u8(out, c);
        } else {
            char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
            quern_buf_bytes(out, escape, 3);
        }
    }
}

static void put_config(quern_buf *out, const quern_index_config *config)
{
    if (config->passage_words == QUERN_WHOLE_ARTICLES) {
        put(out, "passages whole\nlanguage ");
    } else {
        put(out, "passages %lu\nlanguage ", (unsigned long)config->passage_words);
    }
    put_escaped(out, config->language);
    put(out, "\ntitles %s\n", config->pool_titles ? "pooled" : "apart");
    put(out, "texts %s\n", config->store_text ? "stored" : "absent");
    put(out, "analysis %lu %016llx\n", (unsigned long)config->analysis_version,
        (unsigned long long)config->analysis_fingerprint);
    if (config->engine[0]) {
        put(out, "engine ");
        put_escaped(out, config->engine);
        put(out, "\n");
    }
}

static void put_segment(quern_buf *out, const quern_manifest_segment *s)
{
    put(out, "segment %016llx bytes %llu root %016llx articles %lu passages %lu\n",
        (unsigned long long)s->ref.id, (unsigned long long)s->ref.bytes,
        (unsigned long long)s->ref.root, (unsigned long)s->ref.n_articles,
        (unsigned long)s->ref.n_passages);
    if (s->dead.generation) {
        put(out, "dead %llu bytes %llu hash %016llx articles %lu passages %lu\n",
            (unsigned long long)s->dead.generation, (unsigned long long)s->dead.bytes,
            (unsigned long long)s->dead.hash, (unsigned long)s->dead.n_articles,
            (unsigned long)s->dead.n_passages);
    }
}

quern_status quern_manifest_print(const quern_manifest *m, quern_buf *out, quern_error *err)
{
    size_t start = out->len;
    put(out, "quern index format %d\n", QUERN_FORMAT_VERSION);
    put(out, "uuid %016llx%016llx\n", (unsigned long long)m->uuid[0],
        (unsigned long long)m->uuid[1]);
    put(out, "generation %llu\n", (unsigned long long)m->generation);
    put_config(out, &m->config);
    if (m->sources_generation) {
        put(out, "sources %llu bytes %llu hash %016llx\n",
            (unsigned long long)m->sources_generation, (unsigned long long)m->sources_bytes,
            (unsigned long long)m->sources_hash);
    }
    for (size_t i = 0; i < m->n_segments; i++) {
        put_segment(out, &m->segments[i]);
    }
    for (size_t i = 0; i < m->n_roots; i++) {
        put(out, "root ");
        put_escaped(out, m->roots[i]);
        put(out, "\n");
    }
    if (!out->status) {
        put(out, "hash %016llx\n",
            (unsigned long long)quern_checksum(out->data + start, out->len - start));
    }
    if (out->status) {
        return quern_fail_nomem(err);
    }
    if (out->len - start > BYTES_MAX) {
        return quern_fail(err, QUERN_E_FULL, "a manifest would pass 64 MiB - keep fewer roots");
    }
    return QUERN_OK;
}

/* ---- Parsing ---- */

/* The lines that are left. Sticky: after the first word that does not fit, nothing does. */
typedef struct lines {
    const char *p, *end;
    int bad;
} lines;

static int is_next(const lines *in, const char *word)
{
    size_t n = strlen(word);
    return !in->bad && (size_t)(in->end - in->p) >= n && memcmp(in->p, word, n) == 0;
}

static int take(lines *in, const char *word)
{
    int is = is_next(in, word);
    if (is) {
        in->p += strlen(word);
    }
    return is;
}

static void need(lines *in, const char *word)
{
    if (!take(in, word)) {
        in->bad = 1;
    }
}

static uint64_t number(lines *in, uint64_t max)
{
    const char *start = in->p;
    uint64_t v = 0;
    while (!in->bad && in->p < in->end && *in->p >= '0' && *in->p <= '9') {
        uint64_t digit = (uint64_t)(*in->p++ - '0');
        if (digit > max || v > (max - digit) / 10) {
            in->bad = 1;
            return 0;
        }
        v = v * 10 + digit;
    }
    in->bad |= in->p == start;
    return in->bad ? 0 : v;
}

static uint64_t hex16(lines *in)
{
    uint64_t v = 0;
    if (in->bad || in->end - in->p < 16 || !quern_files_hex16(in->p, &v)) {
        in->bad = 1;
        return 0;
    }
    in->p += 16;
    return v;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads the rest of the line into *out, with a NUL. A NUL byte in it is bad. */
static void rest_of_line(lines *in, quern_buf *out)
{
    out->len = 0; /* and not its status, which stays */
    while (!in->bad && in->p < in->end && *in->p != '\n') {
        int c = (unsigned char)*in->p++;
        if (c == '%') {
            int high = in->end - in->p >= 2 ? hex_digit(in->p[0]) : -1;
            int low = high >= 0 ? hex_digit(in->p[1]) : -1;
            c = low >= 0 ? high << 4 | low : 0;
            in->p += low >= 0 ? 2 : 0;
        }
        in->bad |= c == 0;
        quern_buf_u8(out, (uint8_t)c);
    }
    quern_buf_u8(out, 0);
    need(in, "\n");
}

static void read_config(lines *in, quern_index_config *config, quern_buf *text)
{
    need(in, "passages ");
    config->passage_words =
        take(in, "whole") ? QUERN_WHOLE_ARTICLES : (uint32_t)number(in, UINT32_MAX - 1);
    need(in, "\nlanguage ");
    rest_of_line(in, text);
    if (!in->bad && !text->status) {
        in->bad = text->len < 2 || text->len > sizeof config->language;
        memcpy(config->language, text->data, in->bad ? 0 : text->len);
    }
    need(in, "titles ");
    config->pool_titles = take(in, "pooled");
    need(in, config->pool_titles ? "\n" : "apart\n");
    need(in, "texts ");
    config->store_text = take(in, "stored");
    need(in, config->store_text ? "\n" : "absent\n");
    need(in, "analysis ");
    config->analysis_version = (uint32_t)number(in, UINT32_MAX);
    need(in, " ");
    config->analysis_fingerprint = hex16(in);
    need(in, "\n");
    if (take(in, "engine ")) {
        rest_of_line(in, text);
        if (!in->bad && !text->status) {
            in->bad = text->len < 2 || text->len > sizeof config->engine;
            memcpy(config->engine, text->data, in->bad ? 0 : text->len);
        }
    }
}

static void read_counts(lines *in, uint32_t *articles, uint32_t *passages)
{
    need(in, " articles ");
    *articles = (uint32_t)number(in, UINT32_MAX);
    need(in, " passages ");
    *passages = (uint32_t)number(in, UINT32_MAX);
    need(in, "\n");
}

static void read_segment(lines *in, uint64_t generation, quern_manifest_segment *s)
{
    memset(s, 0, sizeof *s);
    s->ref.id = hex16(in);
    need(in, " bytes ");
    s->ref.bytes = number(in, INT64_MAX);
    need(in, " root ");
    s->ref.root = hex16(in);
    read_counts(in, &s->ref.n_articles, &s->ref.n_passages);
    if (take(in, "dead ")) {
        s->dead.generation = number(in, generation);
        need(in, " bytes ");
        s->dead.bytes = number(in, INT64_MAX);
        need(in, " hash ");
        s->dead.hash = hex16(in);
        read_counts(in, &s->dead.n_articles, &s->dead.n_passages);
        in->bad |= s->dead.generation == 0 || s->dead.n_articles == 0 ||
                   s->dead.n_articles > s->ref.n_articles || s->dead.n_passages > s->ref.n_passages;
    }
}

static void read_head(lines *in, quern_manifest *out, quern_buf *text)
{
    need(in, "uuid ");
    out->uuid[0] = hex16(in);
    out->uuid[1] = hex16(in);
    need(in, "\ngeneration ");
    out->generation = number(in, UINT64_MAX);
    in->bad |= out->generation == 0;
    need(in, "\n");
    read_config(in, &out->config, text);
    if (take(in, "sources ")) {
        out->sources_generation = number(in, out->generation);
        need(in, " bytes ");
        out->sources_bytes = number(in, INT64_MAX);
        need(in, " hash ");
        out->sources_hash = hex16(in);
        need(in, "\n");
    }
}

/* All lines between the first and the last. */
static quern_status read_body(lines *in, quern_manifest *out, quern_buf *text, quern_error *err)
{
    quern_status status = QUERN_OK;
    read_head(in, out, text);
    while (!status && take(in, "segment ")) {
        quern_manifest_segment s;
        read_segment(in, out->generation, &s);
        status = in->bad ? QUERN_OK : quern_manifest_add_segment(out, &s, err);
    }
    while (!status && take(in, "root ")) {
        rest_of_line(in, text);
        if (!in->bad && !text->status) {
            status = quern_manifest_add_root(out, (const char *)text->data, err);
        }
    }
    in->bad |= in->p != in->end;
    if (text->status) {
        return quern_fail_nomem(err);
    }
    return status == QUERN_E_INVALID ? QUERN_OK : status; /* twice: the comparison finds it */
}

static quern_status corrupt(quern_error *err, size_t pos, const char *what)
{
    quern_fail(err, QUERN_E_CORRUPT, "%s at byte %zu - %s", what, pos, QUERN_FILES_REPAIR);
    if (err) {
        err->pos = pos;
    }
    return QUERN_E_CORRUPT;
}

/* Prints *m again and finds the first byte that is not that of data. */
static quern_status compare(const quern_manifest *m, const uint8_t *data, size_t len,
                            quern_error *err)
{
    quern_buf again = {0};
    quern_status status = quern_manifest_print(m, &again, err);
    if (!status) {
        size_t at = 0;
        while (at < len && at < again.len && data[at] == again.data[at]) {
            at++;
        }
        if (at < len || at < again.len) {
            status = corrupt(err, at, "the manifest breaks the format");
        }
    }
    quern_buf_finish(&again);
    return status;
}

/* The last line, and that it is the hash of what stands before it. */
static int hash_holds(const uint8_t *data, size_t len)
{
    lines in = {NULL, NULL, 0};
    if (len < HASH_LINE) {
        return 0;
    }
    in.p = (const char *)data + len - HASH_LINE;
    in.end = (const char *)data + len;
    need(&in, "hash ");
    uint64_t hash = hex16(&in);
    need(&in, "\n");
    return !in.bad && hash == quern_checksum(data, len - HASH_LINE);
}

quern_status quern_manifest_parse(const uint8_t *data, size_t len, quern_manifest *out,
                                  quern_error *err)
{
    memset(out, 0, sizeof *out);
    if (len > BYTES_MAX || !hash_holds(data, len)) {
        return corrupt(err, len < HASH_LINE ? 0 : len - HASH_LINE,
                       "the manifest does not match its hash");
    }
    lines in = {(const char *)data, (const char *)data + len - HASH_LINE, 0};
    need(&in, "quern index format ");
    uint64_t format = number(&in, UINT32_MAX);
    need(&in, "\n");
    if (!in.bad && format > QUERN_FORMAT_VERSION) {
        return quern_fail(err, QUERN_E_VERSION,
                          "index is format %llu, this program reads %d - install a newer quern",
                          (unsigned long long)format, QUERN_FORMAT_VERSION);
    }
    quern_buf text = {0};
    quern_status status = read_body(&in, out, &text, err);
    quern_buf_finish(&text);
    if (!status) {
        status = in.bad ? corrupt(err, (size_t)(in.p - (const char *)data),
                                  "the manifest breaks the format")
                        : compare(out, data, len, err);
    }
    if (status) {
        quern_manifest_finish(out);
    }
    return status;
}

/* ---- Reading ---- */

/* Locks the file for as long as it is open. NOT_FOUND: a writer is collecting it. A file system
 * without locks is read all the same: what is lost is patience, not truth, since a file that was
 * collected is looked for again. */
static quern_status take_lease(quern_vfs *vfs, quern_vfile *file, const char *path,
                               quern_error *err)
{
    quern_vstat st;
    int busy = vfs->lock(vfs, file, QUERN_LOCK_SHARED) == EWOULDBLOCK;
    int error = vfs->stat(vfs, file, &st);
    if (error) {
        return quern_fail_os(err, error, "cannot read %s", path);
    }
    return busy || st.n_links == 0
               ? quern_fail(err, QUERN_E_NOT_FOUND, "%s is being collected", path)
               : QUERN_OK;
}

static quern_status read_manifest(quern_vfs *vfs, quern_vfile *file, const char *path,
                                  quern_manifest *out, quern_error *err)
{
    quern_vstat st;
    quern_buf text = {0};
    quern_error cause;
    int error = vfs->stat(vfs, file, &st);
    if (error) {
        return quern_fail_os(err, error, "cannot read %s", path);
    }
    if (st.size > BYTES_MAX) {
        return quern_fail(err, QUERN_E_CORRUPT, "%s is longer than a manifest can be - %s", path,
                          QUERN_FILES_REPAIR);
    }
    quern_status status = quern_files_load(vfs, file, path, &text, err);
    if (!status) {
        quern_error_clear(&cause);
        status = quern_manifest_parse(text.data, text.len, out, &cause);
        if (status == QUERN_E_CORRUPT) {
            quern_fail(err, status, "%s: %s - %s", path, cause.message, cause.hint);
            if (err) {
                err->pos = cause.pos;
            }
        } else if (status && err) {
            *err = cause;
        }
    }
    quern_buf_finish(&text);
    return status;
}

quern_status quern_manifest_open(quern_vfs *vfs, const char *dir, uint64_t generation,
                                 quern_manifest *out, quern_vfile **lease, quern_error *err)
{
    char name[QUERN_MANIFEST_NAME_MAX];
    quern_vfile *file = NULL;
    quern_status status = QUERN_OK;
    memset(out, 0, sizeof *out);
    quern_manifest_name(generation, name);
    char *path = quern_files_join(dir, name);
    if (!path) {
        return quern_fail_nomem(err);
    }
    int error = vfs->open(vfs, path, &file);
    if (error) {
        status = quern_fail_os(err, error, "cannot open %s", path);
    }
    if (!status && lease) {
        status = take_lease(vfs, file, path, err);
    }
    if (!status) {
        status = read_manifest(vfs, file, path, out, err);
    }
    if (!status && out->generation != generation) {
        quern_manifest_finish(out);
        status = quern_fail(err, QUERN_E_CORRUPT, "%s holds another generation - %s", path,
                            QUERN_FILES_REPAIR);
    }
    if (!status && lease) {
        *lease = file;
    } else {
        vfs->close(vfs, file);
    }
    quern_free(path);
    return status;
}

/* What a directory holds of an index. */
typedef struct found {
    uint64_t generation; /* the highest */
    int parts;           /* other files of an index */
} found;

static int look_at_name(const char *name, void *payload)
{
    found *f = payload;
    uint64_t generation = quern_manifest_generation(name);
    if (generation > f->generation) {
        f->generation = generation;
    }
    f->parts |= strncmp(name, "seg-", 4) == 0 || strcmp(name, "LOCK") == 0;
    return 0;
}

static quern_status no_index(const char *dir, const found *f, quern_error *err)
{
    return f->parts
               ? quern_fail(err, QUERN_E_CORRUPT, "%s has files of an index but no manifest - %s",
                            dir, "remove it and run: indexer")
               : quern_fail(err, QUERN_E_NOT_FOUND, "no index in %s - run: indexer", dir);
}

quern_status quern_manifest_newest(quern_vfs *vfs, const char *dir, quern_manifest *out,
                                   quern_vfile **lease, quern_error *err)
{
    memset(out, 0, sizeof *out);
    if (lease) {
        *lease = NULL;
    }
    for (int tries = 0; tries < TRIES; tries++) {
        found f = {0, 0};
        int error = vfs->list(vfs, dir, look_at_name, &f);
        if (error && error != ENOENT && error != ENOTDIR) {
            return quern_fail_os(err, error, "cannot read the directory %s", dir);
        }
        if (error || (f.generation == 0 && tries >= 2)) {
            return no_index(dir, &f, err); /* the first looks may fall into an exchange */
        }
        if (f.generation > 0) {
            quern_status status = quern_manifest_open(vfs, dir, f.generation, out, lease, err);
            if (status != QUERN_E_NOT_FOUND) {
                return status;
            }
        }
    }
    return quern_fail(err, QUERN_E_IO, "the index in %s changes faster than it can be read - %s",
                      dir, "try again");
}
