/* SPDX-License-Identifier: MIT */
/* segment_writer - puts the parts together: see segment_writer.h, and FORMAT.md for the file.
 *
 * Sections stand in the order in which they become known: TEXT while articles are pulled, then what
 * waited in spills, then POST while terms come, then POS, TERM and FORMS. Counts and the section
 * table are known last and stand in the footer. The name of the file is a hash of the footer, which
 * covers the hashes of all pages; nothing of time, place or history is in it.
 */
#include "index/segment_writer.h"

#include "base/checksum.h"
#include "index/articles_writer.h"
#include "index/dictionary_writer.h"
#include "index/forms_writer.h"
#include "index/postings_writer.h"

#include <stdio.h>

typedef enum writer_state { ST_NEW, ST_TERMS, ST_DONE } writer_state;

struct quern_segment_writer {
    quern_vfs *vfs;
    char *dir;
    quern_segment_writer_options options;
    quern_out out;
    quern_postings_writer postings;
    quern_dictionary_writer dictionary;
    quern_forms_writer forms;
    uint32_t *lengths;
    uint32_t n_articles, n_passages;
    uint64_t sum_len, text_bytes;
    quern_buf table;  /* the section table */
    uint32_t open_id; /* the section at hand, or 0, and where it began */
    uint64_t open_at;
    int in_term;
    writer_state state;
    quern_status status;
    quern_error error;
};

/* Keeps the first failure; returns it. */
static quern_status settle(quern_segment_writer *w, quern_status status, quern_error *err)
{
    if (!w->status && status) {
        w->status = status;
    } else if (!w->status && w->out.status) {
        w->status = w->out.status;
        w->error = w->out.error;
    }
    if (w->status && err) {
        *err = w->error;
    }
    return w->status;
}

static quern_status misuse(quern_segment_writer *w, const char *what, quern_error *err)
{
    return settle(w, quern_fail(&w->error, QUERN_E_INVALID, "segment writer: %s", what), err);
}

static char *copy_path(const char *dir)
{
    size_t size = strlen(dir) + 1;
    char *copy = quern_alloc(size);
    if (copy) {
        memcpy(copy, dir, size);
    }
    return copy;
}

quern_status quern_segment_writer_new(quern_vfs *vfs, const char *dir,
                                      const quern_segment_writer_options *options,
                                      quern_segment_writer **out, quern_error *err)
{
    quern_segment_writer *w = quern_alloc_zero(1, sizeof *w);
    uint8_t header[QUERN_SEGMENT_HEADER] = {0};
    *out = NULL;
    if (!w) {
        return quern_fail_nomem(err);
    }
    w->vfs = vfs;
    w->options = *options;
    w->dir = copy_path(dir);
    quern_status status =
        w->dir ? quern_out_init(&w->out, vfs, w->dir, err) : quern_fail_nomem(err);
    if (status) {
        quern_segment_writer_free(w);
        return status;
    }
    quern_postings_writer_init(&w->postings, &w->out);
    quern_dictionary_writer_init(&w->dictionary, vfs, w->dir);
    quern_forms_writer_init(&w->forms, vfs, w->dir);
    quern_store64(header, QUERN_SEGMENT_MAGIC);
    quern_store32(header + 8, QUERN_SEGMENT_FORMAT);
    quern_store32(header + 12, QUERN_SEGMENT_FORMAT);
    quern_store64(header + 56, quern_checksum(header, 56));
    quern_out_bytes(&w->out, header, sizeof header);
    *out = w;
    return QUERN_OK;
}

void quern_segment_writer_free(quern_segment_writer *w)
{
    if (w) {
        quern_postings_writer_finish(&w->postings);
        quern_dictionary_writer_finish(&w->dictionary);
        quern_forms_writer_finish(&w->forms);
        quern_out_finish(&w->out);
        quern_buf_finish(&w->table);
        quern_free(w->lengths);
        quern_free(w->dir);
        quern_free(w);
    }
}

/* ---- Sections ---- */

static void begin_section(quern_segment_writer *w, uint32_t id)
{
    quern_out_align(&w->out, QUERN_SEGMENT_ALIGN);
    w->open_id = id;
    w->open_at = w->out.at;
}

static void end_section(quern_segment_writer *w)
{
    quern_buf_u32(&w->table, w->open_id);
    quern_buf_u32(&w->table, 0);
    quern_buf_u64(&w->table, w->open_at);
    quern_buf_u64(&w->table, w->out.at - w->open_at);
    quern_out_zeros(&w->out, QUERN_SEGMENT_SLACK);
}

static void write_lengths(quern_segment_writer *w)
{
    uint8_t bytes[4];
    uint32_t max = 0;
    for (uint32_t i = 0; i < w->n_passages; i++) {
        max = w->lengths[i] > max ? w->lengths[i] : max;
    }
    size_t width = max <= UINT8_MAX ? 1 : max <= UINT16_MAX ? 2 : 4;
    for (uint32_t i = 0; i < w->n_passages; i++) {
        quern_store32(bytes, w->lengths[i]);
        quern_out_bytes(&w->out, bytes, width);
    }
}

static void write_article_sections(quern_segment_writer *w, quern_articles_writer *a)
{
    if (w->options.store_text) {
        end_section(w);
    }
    begin_section(w, QUERN_SECTION_KEYS);
    quern_articles_writer_keys(a);
    end_section(w);
    begin_section(w, QUERN_SECTION_META);
    quern_articles_writer_meta(a);
    end_section(w);
    int (*const columns[])(quern_articles_writer *) = {
        quern_articles_writer_firsts, quern_articles_writer_dates, quern_articles_writer_titles};
    const uint32_t ids[] = {QUERN_SECTION_FIRST, QUERN_SECTION_DATE, QUERN_SECTION_TITLE};
    for (int i = 0; i < 3; i++) {
        begin_section(w, ids[i]);
        if (columns[i](a)) {
            end_section(w);
        }
    }
    begin_section(w, QUERN_SECTION_LEN);
    write_lengths(w);
    end_section(w);
    begin_section(w, QUERN_SECTION_POST);
}

static quern_status keep_lengths(quern_segment_writer *w, const uint32_t *lengths, uint32_t n)
{
    w->lengths = quern_alloc_zero(n, sizeof *lengths);
    if (!w->lengths) {
        return quern_fail_nomem(&w->error);
    }
    w->n_passages = n;
    if (n > 0) {
        memcpy(w->lengths, lengths, (size_t)n * sizeof *lengths);
    }
    for (uint32_t i = 0; i < n; i++) {
        w->sum_len += lengths[i];
    }
    return QUERN_OK;
}

quern_status quern_segment_writer_articles(quern_segment_writer *w, const quern_article_feed *feed,
                                           const uint32_t *lengths, uint32_t n_passages,
                                           quern_error *err)
{
    quern_articles_writer a;
    if (w->status || w->state != ST_NEW) {
        return w->status ? settle(w, w->status, err) : misuse(w, "articles come first", err);
    }
    w->state = ST_TERMS;
    w->n_articles = feed->n_articles;
    w->text_bytes = feed->text_bytes;
    if (keep_lengths(w, lengths, n_passages)) {
        return settle(w, QUERN_E_NOMEM, err);
    }
    if (w->options.store_text) {
        begin_section(w, QUERN_SECTION_TEXT);
    }
    quern_status status =
        quern_articles_writer_init(&a, feed, &w->out, w->options.store_text, &w->error);
    status = status ? status : quern_articles_writer_run(&a, &w->error);
    if (!status && a.n_passages != n_passages) {
        status = quern_fail(&w->error, QUERN_E_INVALID, "passages and lengths differ in number");
    }
    if (!status) {
        write_article_sections(w, &a);
        status = quern_postings_writer_begin(&w->postings, w->lengths, n_passages, w->sum_len,
                                             &w->error);
    }
    quern_articles_writer_finish(&a);
    return settle(w, status, err);
}

/* ---- Terms ---- */

static quern_status end_term(quern_segment_writer *w)
{
    quern_dictionary_entry entry;
    if (!w->in_term) {
        return QUERN_OK;
    }
    w->in_term = 0;
    QUERN_TRY(quern_postings_writer_end(&w->postings, &entry, &w->error));
    if (entry.df == 0) {
        return quern_fail(&w->error, QUERN_E_INVALID, "segment writer: a term without postings");
    }
    QUERN_TRY(quern_forms_writer_end(&w->forms, w->dictionary.n_terms, &w->error));
    return quern_dictionary_writer_put(&w->dictionary, &entry, &w->error);
}

quern_status quern_segment_writer_term(quern_segment_writer *w, const char *term, size_t len,
                                       quern_error *err)
{
    if (w->status || w->state != ST_TERMS) {
        return w->status ? settle(w, w->status, err) : misuse(w, "terms follow articles", err);
    }
    if (end_term(w)) {
        return settle(w, w->error.status, err);
    }
    if (quern_dictionary_writer_begin(&w->dictionary, term, len)) {
        return misuse(w, "terms are not in order, or too long", err);
    }
    quern_forms_writer_begin(&w->forms, term, len);
    w->in_term = 1;
    return settle(w, QUERN_OK, err);
}

quern_status quern_segment_writer_form(quern_segment_writer *w, const char *form, size_t len,
                                       quern_error *err)
{
    if (w->status || !w->in_term || w->postings.df > 0) {
        return w->status ? settle(w, w->status, err) : misuse(w, "forms follow their term", err);
    }
    quern_status status = quern_forms_writer_add(&w->forms, form, len, &w->error);
    return status ? settle(w, status, err) : QUERN_OK;
}

static quern_status put_forms(quern_segment_writer *w, const quern_forms_postings *postings)
{
    return w->forms.n_items > 1 ? quern_forms_writer_add_postings(&w->forms, postings, &w->error)
                                : QUERN_OK;
}

quern_status quern_segment_writer_postings(quern_segment_writer *w,
                                           const quern_term_postings *postings, quern_error *err)
{
    const quern_term_postings *p = postings;
    quern_plain_postings list = {p->passages, p->tfs, p->n, p->positions};
    quern_forms_postings forms = {p->passages, p->tfs, p->n, p->forms};
    if (w->status || !w->in_term) {
        return w->status ? settle(w, w->status, err) : misuse(w, "a posting has no term", err);
    }
    quern_status status = quern_postings_writer_add(&w->postings, &list, &w->error);
    status = status ? status : put_forms(w, &forms);
    return status ? settle(w, status, err) : QUERN_OK;
}

uint32_t quern_segment_writer_room(const quern_segment_writer *w)
{
    return w->status || !w->in_term ? 0 : quern_postings_writer_room(&w->postings);
}

quern_status quern_segment_writer_run(quern_segment_writer *w, const quern_term_run *run,
                                      quern_error *err)
{
    quern_posting_run list = {run->passages, run->tfs, run->n, run->positions};
    if (w->status || !w->in_term) {
        return w->status ? settle(w, w->status, err) : misuse(w, "a posting has no term", err);
    }
    quern_forms_postings forms = {run->passages, run->tfs, run->n, run->forms};
    quern_status status = quern_postings_writer_run(&w->postings, &list, &w->error);
    status = status ? status : put_forms(w, &forms);
    return status ? settle(w, status, err) : QUERN_OK;
}

/* ---- The end ---- */

/* Appends the table of page hashes and returns the hashes of its own pages in *sums. */
static void write_hashes(quern_segment_writer *w, quern_buf *sums)
{
    const quern_buf *hashes = &w->out.hashes;
    for (size_t at = 0; at < hashes->len; at += QUERN_SEGMENT_PAGE) {
        size_t left = hashes->len - at;
        size_t len = left < QUERN_SEGMENT_PAGE ? left : QUERN_SEGMENT_PAGE;
        quern_buf_u64(sums, quern_checksum(hashes->data + at, len));
    }
    quern_out_bytes(&w->out, hashes->data, hashes->len);
}

static void fill_footer(const quern_segment_writer *w, uint64_t data_end, const quern_buf *sums,
                        quern_buf *out)
{
    uint32_t n_sections = (uint32_t)(w->table.len / QUERN_SEGMENT_ENTRY);
    quern_buf_u32(out, w->n_articles);
    quern_buf_u32(out, w->n_passages);
    quern_buf_u32(out, w->dictionary.n_terms);
    quern_buf_u32(out, n_sections);
    quern_buf_u64(out, w->postings.n_postings);
    quern_buf_u64(out, w->postings.n_positions);
    quern_buf_u64(out, w->sum_len);
    quern_buf_u64(out, w->text_bytes);
    quern_buf_u64(out, data_end);
    quern_buf_u32(out, w->options.store_text ? QUERN_SEGMENT_HAS_TEXT : 0);
    for (size_t at = 60; at < QUERN_SEGMENT_FIXED; at += 4) {
        quern_buf_u32(out, 0);
    }
    quern_buf_bytes(out, w->table.data, w->table.len);
    quern_buf_bytes(out, sums->data, sums->len);
    quern_buf_u32(out, (uint32_t)(out->len + QUERN_SEGMENT_TAIL));
    quern_buf_u32(out, 0);
}

static void write_footer(quern_segment_writer *w, quern_segment_ref *ref)
{
    quern_buf sums = {0};
    quern_buf footer = {0};
    quern_out_align(&w->out, QUERN_SEGMENT_ALIGN);
    quern_out_end_pages(&w->out);
    uint64_t data_end = w->out.at;
    write_hashes(w, &sums);
    fill_footer(w, data_end, &sums, &footer);
    if ((sums.status || footer.status || w->table.status) && !w->out.status) {
        w->out.status = quern_fail_nomem(&w->out.error);
    }
    ref->root = quern_checksum(footer.data, footer.len);
    ref->id = quern_checksum_seeded(footer.data, footer.len, QUERN_SEGMENT_ID_SEED);
    quern_buf_u64(&footer, ref->root);
    quern_buf_u64(&footer, QUERN_SEGMENT_END_MAGIC);
    if (footer.status && !w->out.status) {
        w->out.status = quern_fail_nomem(&w->out.error);
    }
    quern_out_bytes(&w->out, footer.data, footer.len);
    quern_out_flush(&w->out);
    ref->bytes = w->out.at;
    ref->n_articles = w->n_articles;
    ref->n_passages = w->n_passages;
    quern_buf_finish(&sums);
    quern_buf_finish(&footer);
}

/* Syncs the file, closes it, and gives it its name. */
static quern_status name_file(quern_segment_writer *w, uint64_t id)
{
    quern_temp *t = &w->out.temp;
    char name[QUERN_SEGMENT_NAME_MAX];
    size_t len = strlen(w->dir) + sizeof name + 2;
    char *path = quern_alloc(len);
    if (!path) {
        return quern_fail_nomem(&w->error);
    }
    quern_segment_name(id, name);
    snprintf(path, len, "%s/%s", w->dir, name);
    int failed = w->vfs->sync(w->vfs, t->file);
    int closed = w->vfs->close(w->vfs, t->file);
    t->file = NULL;
    failed = failed ? failed : closed;
    failed = failed ? failed : w->vfs->rename(w->vfs, t->path, path);
    quern_status status =
        failed ? quern_fail_os(&w->error, failed, "cannot write %s", path) : QUERN_OK;
    if (!status) {
        quern_free(t->path);
        t->path = NULL;
    }
    quern_free(path);
    return status;
}

quern_status quern_segment_writer_finish(quern_segment_writer *w, quern_segment_ref *out,
                                         quern_error *err)
{
    memset(out, 0, sizeof *out);
    if (w->status || w->state != ST_TERMS) {
        return w->status ? settle(w, w->status, err) : misuse(w, "nothing to finish", err);
    }
    w->state = ST_DONE;
    if (end_term(w)) {
        return settle(w, w->error.status, err);
    }
    end_section(w);
    begin_section(w, QUERN_SECTION_POS);
    quern_spill_copy(&w->postings.pos, &w->out);
    end_section(w);
    begin_section(w, QUERN_SECTION_TERM);
    quern_dictionary_writer_copy(&w->dictionary, &w->out);
    end_section(w);
    if (quern_forms_writer_has_any(&w->forms)) {
        begin_section(w, QUERN_SECTION_FORMS);
        quern_forms_writer_copy(&w->forms, &w->out);
        end_section(w);
    }
    write_footer(w, out);
    if (settle(w, QUERN_OK, err)) {
        return w->status;
    }
    return settle(w, name_file(w, out->id), err);
}
