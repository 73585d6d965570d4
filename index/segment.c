/* SPDX-License-Identifier: MIT */
/* segment - opens the file, tests its pages, and reads its plain columns. See segment.h.
 *
 *   header | sections | checksums of pages | footer
 *
 * The footer holds counts, the section table and the hashes of the pages of the checksum table; its
 * own hash is the `root` that the manifest names. So opening reads two pages, and the chain footer,
 * table page, data page is followed when a page is first touched. A bit a page remembers that it is
 * sound; two threads may test the same page at once, to the same end.
 */
#include "index/segment_format.h"

#include "base/checksum.h"
#include "index/firsts.h"
#include "index/texts.h"

#include <inttypes.h>
#include <stdio.h>

void quern_segment_name(uint64_t id, char out[QUERN_SEGMENT_NAME_MAX])
{
    snprintf(out, QUERN_SEGMENT_NAME_MAX, "seg-%016" PRIx64 ".qseg", id);
}

quern_status quern_segment_damaged(const quern_segment *s, const char *what, quern_error *err)
{
    return quern_fail(err, QUERN_E_CORRUPT, "%s: %s - run: indexer check", s->name, what);
}

/* ---- Pages ---- */

static int is_tested(quern_segment *s, uint64_t page)
{
    uint32_t word = atomic_load_explicit(&s->tested[page >> 5], memory_order_relaxed);
    return word >> (page & 31) & 1;
}

static void set_tested(quern_segment *s, uint64_t page)
{
    atomic_fetch_or_explicit(&s->tested[page >> 5], (uint32_t)1 << (page & 31),
                             memory_order_relaxed);
}

static uint64_t hash_page(const quern_segment *s, uint64_t at, uint64_t end)
{
    uint64_t len = end - at < QUERN_SEGMENT_PAGE ? end - at : QUERN_SEGMENT_PAGE;
    return quern_checksum(s->data + at, (size_t)len);
}

static quern_status damaged_page(const quern_segment *s, uint64_t at, quern_error *err)
{
    quern_status status = quern_fail(
        err, QUERN_E_CORRUPT, "%s: damaged at byte %" PRIu64 " - run: indexer check", s->name, at);
    if (err) {
        err->pos = (size_t)at;
    }
    return status;
}

static quern_status test_page(quern_segment *s, uint64_t page, quern_error *err)
{
    uint64_t table = s->data_end;
    uint64_t table_end = table + (uint64_t)s->n_pages * 8;
    uint64_t sum_page = page / QUERN_SEGMENT_SUMS;
    uint64_t at = table + sum_page * QUERN_SEGMENT_PAGE;
    if (!is_tested(s, s->n_pages + sum_page)) {
        if (hash_page(s, at, table_end) != quern_load64(s->data + s->sums_at + sum_page * 8)) {
            return damaged_page(s, at, err);
        }
        set_tested(s, s->n_pages + sum_page);
    }
    at = page << QUERN_SEGMENT_PAGE_BITS;
    if (hash_page(s, at, s->data_end) != quern_load64(s->data + table + page * 8)) {
        return damaged_page(s, at, err);
    }
    set_tested(s, page);
    return QUERN_OK;
}

quern_status quern_segment_test(quern_segment *s, uint64_t first, uint64_t last, quern_error *err)
{
    quern_status status = QUERN_OK;
#ifndef QUERN_UNTESTED_PAGES /* bench/touch.c asks what the tests cost */
    for (uint64_t page = first; page <= last && !status; page++) {
        status = is_tested(s, page) ? QUERN_OK : test_page(s, page, err);
    }
#else
    (void)s, (void)first, (void)last, (void)err, (void)test_page;
#endif
    return status;
}

quern_status quern_segment_view(const quern_segment *s, unsigned section, const uint64_t range[2],
                                const uint8_t **out, quern_error *err)
{
    const quern_section *at = &s->sections[section];
    *out = s->data;
    if (range[0] > at->len || range[1] > at->len - range[0]) {
        return quern_segment_damaged(s, "an offset leaves its section", err);
    }
    *out = s->data + at->at + range[0];
    return QUERN_OK;
}

quern_status quern_segment_bytes(quern_segment *s, unsigned section, const uint64_t range[2],
                                 const uint8_t **out, quern_error *err)
{
    QUERN_TRY(quern_segment_view(s, section, range, out, err));
    return quern_segment_touch_at(s, *out, range[1], err);
}

/* ---- Opening ---- */

static quern_status read_header(quern_segment *s, quern_error *err)
{
    const uint8_t *p = s->data;
    if (s->size < QUERN_SEGMENT_HEADER + QUERN_SEGMENT_FIXED + QUERN_SEGMENT_TAIL ||
        quern_load64(p) != QUERN_SEGMENT_MAGIC || quern_load64(p + 56) != quern_checksum(p, 56)) {
        return quern_segment_damaged(s, "bad header", err);
    }
    if (quern_load32(p + 12) > QUERN_SEGMENT_FORMAT) {
        return quern_fail(err, QUERN_E_VERSION,
                          "%s has format %" PRIu32 " - use a newer version of quern", s->name,
                          quern_load32(p + 8));
    }
    return QUERN_OK;
}

/* Sections stand in order, each with its slack, below data_end. */
static int read_section(quern_segment *s, const uint8_t *entry, uint64_t *end)
{
    uint32_t id = quern_load32(entry);
    uint64_t at = quern_load64(entry + 8);
    uint64_t len = quern_load64(entry + 16);
    if (at % QUERN_SEGMENT_ALIGN != 0 || at < *end || at > s->data_end || len > s->data_end - at ||
        s->data_end - at - len < QUERN_SEGMENT_SLACK) {
        return -1;
    }
    *end = at + len + QUERN_SEGMENT_SLACK;
    if (id > 0 && id < QUERN_SECTION_END) {
        if (s->sections[id].at != 0) {
            return -1;
        }
        s->sections[id].at = at;
        s->sections[id].len = len;
    }
    return 0;
}

static int firsts_fit(const quern_segment *s)
{
    const quern_section *at = &s->sections[QUERN_SECTION_FIRST];
    const quern_segment_ref *ref = &s->info.ref;
    uint64_t n_begins = quern_firsts_size(ref->n_passages);
    return at->at == 0
               ? ref->n_articles == ref->n_passages
               : at->len == n_begins || at->len == n_begins + quern_firsts_size(ref->n_articles);
}

static int sections_fit(const quern_segment *s)
{
    const quern_section *t = s->sections;
    uint64_t n = s->info.ref.n_articles;
    uint64_t lens = t[QUERN_SECTION_LEN].len;
    uint64_t n_lens = s->info.ref.n_passages;
    uint64_t title = t[QUERN_SECTION_TITLE].len;
    static const uint8_t needed[] = {QUERN_SECTION_KEYS, QUERN_SECTION_META, QUERN_SECTION_LEN,
                                     QUERN_SECTION_TERM, QUERN_SECTION_POST, QUERN_SECTION_POS};
    for (size_t i = 0; i < sizeof needed; i++) {
        if (t[needed[i]].at == 0) {
            return 0;
        }
    }
    return firsts_fit(s) && (t[QUERN_SECTION_DATE].at == 0 || t[QUERN_SECTION_DATE].len == n * 8) &&
           (t[QUERN_SECTION_TITLE].at == 0 || title == n || title == n * 2 || title == n * 4) &&
           (lens == n_lens || lens == n_lens * 2 || lens == n_lens * 4) &&
           (t[QUERN_SECTION_TEXT].at != 0) == s->info.has_text;
}

/* Counts and tables of the footer [p, p + len), whose hash is known to be right. */
static int read_tables(quern_segment *s, const uint8_t *p, uint64_t len)
{
    uint64_t footer_at = s->size - len;
    uint32_t n_sections = quern_load32(p + 12);
    uint64_t end = QUERN_SEGMENT_HEADER;
    s->info.ref.n_articles = quern_load32(p);
    s->info.ref.n_passages = quern_load32(p + 4);
    s->info.n_terms = quern_load32(p + 8);
    s->info.n_postings = quern_load64(p + 16);
    s->info.n_positions = quern_load64(p + 24);
    s->info.sum_len = quern_load64(p + 32);
    s->info.text_bytes = quern_load64(p + 40);
    s->info.has_text = (quern_load32(p + 56) & QUERN_SEGMENT_HAS_TEXT) != 0;
    s->data_end = quern_load64(p + 48);
    uint64_t n_pages = s->data_end / QUERN_SEGMENT_PAGE + (s->data_end % QUERN_SEGMENT_PAGE != 0);
    uint64_t n_sum_pages = (n_pages + QUERN_SEGMENT_SUMS - 1) / QUERN_SEGMENT_SUMS;
    uint64_t tables = (uint64_t)n_sections * QUERN_SEGMENT_ENTRY;
    if (s->data_end < QUERN_SEGMENT_HEADER || s->data_end > footer_at || n_pages > UINT32_MAX ||
        footer_at - s->data_end != n_pages * 8 || tables > len ||
        len - tables != QUERN_SEGMENT_FIXED + n_sum_pages * 8 + QUERN_SEGMENT_TAIL) {
        return -1;
    }
    s->n_pages = (uint32_t)n_pages;
    s->n_sum_pages = (uint32_t)n_sum_pages;
    s->sums_at = footer_at + QUERN_SEGMENT_FIXED + tables;
    for (uint32_t i = 0; i < n_sections; i++) {
        if (read_section(s, p + QUERN_SEGMENT_FIXED + (size_t)i * QUERN_SEGMENT_ENTRY, &end)) {
            return -1;
        }
    }
    return sections_fit(s) ? 0 : -1;
}

static quern_status read_footer(quern_segment *s, const quern_segment_ref *ref, quern_error *err)
{
    const uint8_t *tail = s->data + s->size - QUERN_SEGMENT_TAIL;
    uint64_t len = quern_load32(tail);
    if (quern_load64(tail + 16) != QUERN_SEGMENT_END_MAGIC ||
        len < QUERN_SEGMENT_FIXED + QUERN_SEGMENT_TAIL || len > s->size - QUERN_SEGMENT_HEADER) {
        return quern_segment_damaged(s, "bad footer", err);
    }
    const uint8_t *footer = s->data + s->size - len;
    size_t n_hashed = (size_t)len - 16;
    uint64_t root = quern_checksum(footer, n_hashed);
    uint64_t id = quern_checksum_seeded(footer, n_hashed, QUERN_SEGMENT_ID_SEED);
    if (root != quern_load64(tail + 8)) {
        return quern_segment_damaged(s, "bad footer", err);
    }
    if (root != ref->root || id != ref->id || s->size != ref->bytes) {
        return quern_segment_damaged(s, "not the file that the manifest names", err);
    }
    s->info.ref = *ref;
    if (read_tables(s, footer, len) || s->info.ref.n_articles != ref->n_articles ||
        s->info.ref.n_passages != ref->n_passages) {
        return quern_segment_damaged(s, "the footer contradicts itself", err);
    }
    return QUERN_OK;
}

static quern_status load_file(quern_segment *s, quern_vfile *file, const char *path,
                              quern_error *err)
{
    quern_vstat st;
    int failed = s->vfs->stat(s->vfs, file, &st);
    if (failed) {
        return quern_fail_os(err, failed, "cannot look at %s", path);
    }
    s->size = st.size;
    if (st.size < QUERN_SEGMENT_HEADER || st.size > SIZE_MAX / 2) {
        return quern_segment_damaged(s, "bad length", err);
    }
    if (!s->in_memory) {
        failed = s->vfs->map(s->vfs, file, (size_t)st.size, &s->data);
        return failed ? quern_fail_os(err, failed, "cannot map %s", path) : QUERN_OK;
    }
    uint8_t *data = quern_alloc((size_t)st.size);
    if (!data) {
        return quern_fail_nomem(err);
    }
    s->data = data;
    failed = s->vfs->read_at(s->vfs, file, data, (size_t)st.size, 0);
    return failed ? quern_fail_os(err, failed, "cannot read %s", path) : QUERN_OK;
}

static quern_status open_file(quern_segment *s, const char *dir, quern_error *err)
{
    size_t len = strlen(dir) + QUERN_SEGMENT_NAME_MAX + 2;
    quern_vfile *file = NULL;
    char *path = quern_alloc(len);
    if (!path) {
        return quern_fail_nomem(err);
    }
    snprintf(path, len, "%s/%s", dir, s->name);
    int failed = s->vfs->open(s->vfs, path, &file);
    quern_status status =
        failed ? quern_fail_os(err, failed, "cannot open %s", path) : load_file(s, file, path, err);
    if (file) {
        s->vfs->close(s->vfs, file);
    }
    quern_free(path);
    return status;
}

static quern_status open_pages(quern_segment *s, quern_error *err)
{
    size_t n_words = ((size_t)s->n_pages + s->n_sum_pages + 31) / 32;
    s->tested = quern_alloc_zero(n_words, sizeof *s->tested);
    if (!s->tested) {
        return quern_fail_nomem(err);
    }
    return s->in_memory ? quern_segment_test(s, 0, s->n_pages - 1, err) : QUERN_OK;
}

quern_status quern_segment_open(quern_vfs *vfs, const char *dir, const quern_segment_ref *ref,
                                int in_memory, quern_segment **out, quern_error *err)
{
    quern_segment *s = quern_alloc_zero(1, sizeof *s);
    *out = NULL;
    if (!s) {
        return quern_fail_nomem(err);
    }
    s->vfs = vfs;
    s->in_memory = in_memory;
    quern_segment_name(ref->id, s->name);
    quern_status status = open_file(s, dir, err);
    status = status ? status : read_header(s, err);
    status = status ? status : read_footer(s, ref, err);
    status = status ? status : open_pages(s, err);
    if (status) {
        quern_segment_close(s);
        return status;
    }
    *out = s;
    return QUERN_OK;
}

void quern_segment_close(quern_segment *s)
{
    if (!s) {
        return;
    }
    quern_texts_close(s);
    if (s->data && !s->in_memory) {
        s->vfs->unmap(s->vfs, s->data, (size_t)s->size);
    } else if (s->data) {
        quern_free((void *)(uintptr_t)s->data);
    }
    quern_free((void *)(uintptr_t)s->tested);
    quern_free(s);
}

void quern_segment_forget(quern_segment *segment)
{
    if (!segment->in_memory) {
        segment->vfs->forget(segment->vfs, segment->data, (size_t)segment->size);
    }
}

const quern_segment_info *quern_segment_get_info(const quern_segment *segment)
{
    return &segment->info;
}

/* ---- Columns ---- */

quern_status quern_segment_lengths(quern_segment *s, quern_lengths *out, quern_error *err)
{
    const quern_section *at = &s->sections[QUERN_SECTION_LEN];
    out->data = s->data + at->at;
    out->n = s->info.ref.n_passages;
    out->width = (uint8_t)(out->n > 0 ? at->len / out->n : 1);
    if (!atomic_load_explicit(&s->lengths_tested, memory_order_relaxed)) {
        QUERN_TRY(quern_segment_touch(s, at->at, at->len, err));
        atomic_store_explicit(&s->lengths_tested, 1, memory_order_relaxed);
    }
    return QUERN_OK;
}

/* Element i of a column of n elements. */
static quern_status load_column(quern_segment *s, unsigned section, uint32_t i, uint64_t *out,
                                quern_error *err)
{
    const uint8_t *p;
    uint64_t width = s->sections[section].len / s->info.ref.n_articles;
    uint64_t range[2] = {i * width, width};
    QUERN_TRY(quern_segment_bytes(s, section, range, &p, err));
    *out = quern_segment_load(p, (unsigned)width);
    return QUERN_OK;
}

quern_status quern_segment_date(quern_segment *s, uint32_t article, int64_t *date, quern_error *err)
{
    uint64_t v = (uint64_t)1 << 63;
    if (s->sections[QUERN_SECTION_DATE].at != 0) {
        QUERN_TRY(load_column(s, QUERN_SECTION_DATE, article, &v, err));
    }
    memcpy(date, &v, sizeof v);
    return QUERN_OK;
}

quern_status quern_segment_title_column(quern_segment *s, uint32_t article, uint32_t *words,
                                        int *in_text, quern_error *err)
{
    uint64_t v = 0;
    if (s->sections[QUERN_SECTION_TITLE].at != 0) {
        QUERN_TRY(load_column(s, QUERN_SECTION_TITLE, article, &v, err));
    }
    *words = (uint32_t)v >> 1;
    *in_text = (int)(v & 1);
    return QUERN_OK;
}

quern_status quern_segment_title_words(quern_segment *s, uint32_t passage, uint32_t *words,
                                       quern_error *err)
{
    uint32_t article = 0;
    uint32_t range[2];
    int in_text = 0;
    *words = 0;
    if (s->sections[QUERN_SECTION_TITLE].at == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_segment_article_of(s, passage, &article, err));
    QUERN_TRY(quern_segment_title_column(s, article, words, &in_text, err));
    if (in_text && *words > 0) {
        QUERN_TRY(quern_segment_passages_of(s, article, range, err));
        *words = range[0] == passage ? 0 : *words;
    }
    return QUERN_OK;
}

double quern_segment_reference_length(const quern_segment *s)
{
    const quern_segment_info *i = &s->info;
    return i->sum_len == 0 ? 1.0 : (double)i->sum_len / (double)i->ref.n_passages;
}
