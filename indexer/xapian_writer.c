/* SPDX-License-Identifier: MIT */
/* xapian_writer - articles become documents of Xapian: the writer of the xapian engine. Part of its
 * module; index/xapian_db.h says what a document looks like.
 *
 * An article is cut and analysed as the native inverter does it (inverter.h), so passages, terms,
 * positions and lengths are the same: a term stands once at a position; a title, its first 100
 * positions, is pooled into each passage but the one that holds its line; an article of a title
 * alone has one passage, bytes [0, 0).
 *
 * All changes since the last commit are one transaction of Xapian. It keeps Xapian from committing
 * on its own after so many documents, which it does outside of one; what does not fit its memory
 * goes to the files, but no reader and no crash will see it before the commit.
 *
 * Deleting looks at what a document says and not at its term alone, which may be a hash: and has
 * to, as it tells how much text goes.
 */
#include "indexer/engine_writer.h"
#include "index/files.h"
#include "index/xapian_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
    TITLE_POSITIONS = 100,
    WORDS_MEMORY = 64 << 20 /* bytes of words that analysis may keep */
};

/* What is known of a form: its quern_word's `user`. */
enum { FORM_NEW = 0, FORM_PLAIN = 1, FORM_OTHER = 2 };

typedef struct quern_xapian_writer {
    const quern_engine_text *text;
    quern_analysis *analysis;
    quern_tokens tokens, title;
    quern_tokens probe; /* of a form */
    quern_passages passages;
    quern_buf data;
    uint32_t *docids;
    size_t n_docids, cap_docids;
    uint32_t passage_words;
    int pool_titles, store_text;
    int in_transaction;
} writer;

/* An article on its way in. */
typedef struct draft {
    quern_engine_db *db;
    writer *w;
    const quern_article *in;
    quern_xapian_record record; /* of the passage at hand */
    quern_xapian_term key, source;
    xapian_c_document *doc; /* of the passage at hand */
    size_t n_title;         /* tokens of the title that count */
    uint32_t title_words;
    uint32_t n_passages;
    uint32_t language; /* the number of its language */
} draft;

/* ---- Opening and closing ---- */

static quern_status begin(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_begin_transaction(db->db, 1, &why), err);
    db->writer->in_transaction = 1;
    return QUERN_OK;
}

static quern_status open_database(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    int flags = XAPIAN_C_DB_OPEN;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_open_writable(db->path, flags, 0, &db->db, &why),
                     err);
    QUERN_TRY(quern_xapian_read_totals(db, err));
    return begin(db, err);
}

quern_status quern_xapian_open_writer(const char *dir, const quern_index_config *config,
                                      const quern_engine_text *text, quern_engine_db **out,
                                      quern_error *err)
{
    quern_xapian_sweep(dir);
    quern_engine_db *db = quern_xapian_new(dir);
    writer *w = quern_alloc_zero(1, sizeof *w);
    *out = NULL;
    if (!db || !w) {
        quern_xapian_close(db);
        quern_free(w);
        return quern_fail_nomem(err);
    }
    db->writer = w;
    w->text = text;
    w->passage_words = config->passage_words;
    w->pool_titles = config->pool_titles;
    w->store_text = config->store_text;
    quern_status status = text->analysis_new(config->language, &w->analysis, err);
    if (!status) { /* who was killed after a commit's rename left names that may not be durable */
        status = quern_xapian_sync(db->path, err);
        status = status == QUERN_E_NOT_FOUND
                     ? quern_fail(err, QUERN_E_CORRUPT, "the database %s is missing - %s", db->path,
                                  QUERN_FILES_REPAIR)
                     : status;
    }
    if (!status) {
        status = open_database(db, err);
    }
    if (status) {
        quern_xapian_close(db);
        return status;
    }
    *out = db;
    return QUERN_OK;
}

void quern_xapian_close_writer(quern_engine_db *db)
{
    writer *w = db->writer;
    if (w->in_transaction) {
        (void)xapian_c_database_cancel_transaction(db->db, NULL);
    }
    if (w->analysis) {
        w->text->analysis_free(w->analysis);
    }
    if (w->text) {
        w->text->tokens_finish(&w->tokens);
        w->text->tokens_finish(&w->title);
        w->text->tokens_finish(&w->probe);
        w->text->passages_finish(&w->passages);
    }
    quern_buf_finish(&w->data);
    quern_free(w->docids);
    quern_free(w);
    db->writer = NULL;
}

/* ---- Removing ---- */

/* Puts the documents with the term into w->docids. */
static quern_status collect(quern_engine_db *db, const quern_xapian_term *term, quern_error *err)
{
    xapian_c_error why;
    xapian_c_posting_iterator *it = NULL;
    xapian_c_status step = XAPIAN_C_OK;
    writer *w = db->writer;
    quern_status status = QUERN_OK;
    w->n_docids = 0;
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_postings(db->db, quern_xapian_bytes(term), &it, &why), err);
    while (!status && (step = xapian_c_posting_iterator_next(it, &why)) == XAPIAN_C_OK) {
        if (quern_grow(&w->docids, &w->cap_docids, w->n_docids + 1, sizeof *w->docids)) {
            status = quern_fail_nomem(err);
        } else {
            w->docids[w->n_docids++] = xapian_c_posting_iterator_docid(it);
        }
    }
    if (!status && step > XAPIAN_C_END) {
        status = quern_xapian_fail(db, &why, err);
    }
    xapian_c_posting_iterator_free(it);
    return status;
}

static int is_equal(quern_string a, quern_string b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Takes an article that goes out of the totals. */
static void subtract(quern_engine_db *db, const quern_xapian_record *record, uint64_t *n)
{
    quern_xapian_totals *t = &db->totals;
    uint64_t bytes = record->article.text_bytes;
    t->n_articles -= t->n_articles > 0;
    t->text_bytes -= bytes < t->text_bytes ? bytes : t->text_bytes;
    ++*n;
}

/* Deletes a document if it is of the source and, where `id` is not NULL, of the id. */
static quern_status remove_document(quern_engine_db *db, uint32_t docid, quern_string source,
                                    const quern_string *id, uint64_t *n, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_record record;
    quern_arena arena;
    quern_arena_init(&arena);
    quern_status status = quern_xapian_read(db, docid, &arena, &record, err);
    if (!status && is_equal(record.source, source) && (!id || is_equal(record.id, *id))) {
        if (record.number == 0) {
            subtract(db, &record, n);
        }
        if (xapian_c_database_delete_document(db->db, docid, &why)) {
            status = quern_xapian_fail(db, &why, err);
        }
    }
    quern_arena_finish(&arena);
    return status;
}

static quern_status remove_documents(quern_engine_db *db, const quern_xapian_term *term,
                                     quern_string source, const quern_string *id, uint64_t *n,
                                     quern_error *err)
{
    xapian_c_error why;
    int exists = 0;
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_term_exists(db->db, quern_xapian_bytes(term), &exists, &why),
                     err);
    if (!exists) {
        return QUERN_OK;
    }
    QUERN_TRY(collect(db, term, err));
    for (size_t i = 0; i < db->writer->n_docids; i++) {
        QUERN_TRY(remove_document(db, db->writer->docids[i], source, id, n, err));
    }
    return QUERN_OK;
}

/* What goes of the articles without a passage. */
typedef struct empties {
    quern_engine_db *db;
    quern_string source;
    quern_buf buf; /* their names in the metadata */
    uint64_t n;
    quern_status status;
    quern_error *err;
} empties;

static int note_empty(quern_string key, quern_string value, void *payload)
{
    empties *e = payload;
    quern_xapian_record record;
    quern_arena arena;
    quern_arena_init(&arena);
    e->status = quern_xapian_parse(value.data, value.len, &arena, &record, e->err);
    if (!e->status && is_equal(record.source, e->source)) {
        subtract(e->db, &record, &e->n);
        quern_buf_string(&e->buf, key.data, key.len);
        e->status = e->buf.status ? quern_fail_nomem(e->err) : QUERN_OK;
    }
    quern_arena_finish(&arena);
    return e->status != QUERN_OK;
}

/* Removes those whose metadata keys begin with the name: of one article, or of a source. */
static quern_status remove_empties(quern_engine_db *db, const quern_xapian_term *name,
                                   quern_string source, uint64_t *n, quern_error *err)
{
    empties e = {.db = db, .source = source, .err = err};
    quern_string prefix = {name->bytes, name->len};
    quern_string none = {"", 0};
    quern_status status = quern_xapian_each_meta(db, prefix, note_empty, &e, err);
    status = status ? status : e.status;
    quern_cursor keys = quern_cursor_of(e.buf.data, e.buf.len);
    for (uint64_t i = 0; !status && i < e.n; i++) {
        status = quern_xapian_set_meta(db, quern_cursor_string(&keys), none, err);
    }
    db->totals.n_empty -= e.n < db->totals.n_empty ? e.n : db->totals.n_empty;
    *n += e.n;
    quern_buf_finish(&e.buf);
    return status;
}

static void empty_name(quern_xapian_term *out, quern_string source, quern_string id)
{
    quern_xapian_key(out, "empty:", source, id);
}

static quern_status remove_empty(quern_engine_db *db, quern_string source, quern_string id,
                                 uint64_t *n, quern_error *err)
{
    quern_xapian_term name;
    quern_xapian_record record;
    quern_arena arena;
    quern_string none = {"", 0};
    xapian_c_buffer value = XAPIAN_C_BUFFER_INIT;
    quern_arena_init(&arena);
    empty_name(&name, source, id);
    quern_string key = {name.bytes, name.len};
    quern_status status = quern_xapian_get_meta(db, key, &value, err);
    if (!status && value.len > 0) {
        status = quern_xapian_parse(value.data, value.len, &arena, &record, err);
        if (!status) {
            subtract(db, &record, n);
            db->totals.n_empty -= db->totals.n_empty > 0;
            status = quern_xapian_set_meta(db, key, none, err);
        }
    }
    xapian_c_buffer_free(&value);
    quern_arena_finish(&arena);
    return status;
}

quern_status quern_xapian_remove_article(quern_engine_db *db, quern_string source, quern_string id,
                                         uint64_t *n, quern_error *err)
{
    quern_xapian_term term;
    quern_xapian_key(&term, "Q", source, id);
    QUERN_TRY(remove_documents(db, &term, source, &id, n, err));
    return db->totals.n_empty > 0 ? remove_empty(db, source, id, n, err) : QUERN_OK;
}

quern_status quern_xapian_remove_source(quern_engine_db *db, quern_string source, uint64_t *n,
                                        quern_error *err)
{
    quern_xapian_term term;
    quern_xapian_prefixed(&term, "P", source);
    QUERN_TRY(remove_documents(db, &term, source, NULL, n, err));
    if (db->totals.n_empty == 0) {
        return QUERN_OK;
    }
    quern_string beginning = {source.data, source.len < 150 ? source.len : 150};
    quern_xapian_prefixed(&term, "empty:", beginning);
    return remove_empties(db, &term, source, n, err);
}

/* ---- Terms of a passage ---- */

/* Adds the term at a position, which counts `wdf`. */
static quern_status add(draft *d, const quern_xapian_term *term, uint32_t position, uint32_t wdf,
                        quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(
        d->db, &why,
        xapian_c_document_add_posting(d->doc, quern_xapian_bytes(term), position, wdf, &why), err);
    return QUERN_OK;
}

/* Whether the form alone says what its stem is: analysing it, in the first language of the index,
 * comes to the same two. */
static quern_status is_plain(draft *d, quern_word *form, int *out, quern_error *err)
{
    writer *w = d->w;
    if (form->user == FORM_NEW) {
        (void)w->text->analysis_use(w->analysis, 0);
        QUERN_TRY(w->text->analysis_text(w->analysis, form->term + 1, form->term_len - 1, &w->probe,
                                         err));
        (void)w->text->analysis_use(w->analysis, d->language);
        int same = w->probe.n > 0 && w->probe.items[0].form == form;
        form->user = same ? FORM_PLAIN : FORM_OTHER;
    }
    *out = form->user == FORM_PLAIN;
    return QUERN_OK;
}

/* Adds the exact form of a word. */
static quern_status add_form(draft *d, const quern_token *token, uint32_t position,
                             quern_error *err)
{
    quern_xapian_term term;
    quern_word *form = token->form;
    int plain = 1;
    if (!form) {
        return QUERN_OK;
    }
    QUERN_TRY(is_plain(d, form, &plain, err));
    quern_string bytes = {form->term, form->term_len};
    quern_string stem = {form->stem->term, form->stem->term_len};
    quern_xapian_form(&term, bytes, plain ? NULL : &stem);
    return add(d, &term, position, 0, err);
}

/* Whether an earlier token of the same position has the same term. */
static int is_repeated(const quern_token *items, size_t i)
{
    for (size_t j = i; j > 0 && items[j - 1].position == items[i].position; j--) {
        if (items[j - 1].word == items[i].word) {
            return 1;
        }
    }
    return 0;
}

static quern_status add_tokens(draft *d, const quern_token *items, size_t n, uint32_t from,
                               quern_error *err)
{
    for (size_t i = 0; i < n; i++) {
        quern_xapian_term term;
        uint32_t position = from + items[i].position;
        const quern_word *word = items[i].word;
        if (is_repeated(items, i)) {
            continue;
        }
        quern_xapian_name(&term, word->term, word->term_len);
        QUERN_TRY(add(d, &term, position, (unsigned char)word->term[0] <= QUERN_TERM_BIGRAM, err));
        QUERN_TRY(add_form(d, &items[i], position, err));
    }
    return QUERN_OK;
}

/* The title's words under the prefix of titles, which only select. */
static quern_status add_title_terms(draft *d, quern_error *err)
{
    for (size_t i = 0; i < d->n_title; i++) {
        const quern_token *token = &d->w->title.items[i];
        quern_string stem = {token->word->term + 1, token->word->term_len - 1};
        quern_xapian_term term;
        if (token->word->term[0] == QUERN_TERM_WORD) {
            quern_xapian_prefixed(&term, "ZS", stem);
            QUERN_TRY(add(d, &term, token->position + 1, 0, err));
        }
        if (token->form) {
            quern_string form = {token->form->term + 1, token->form->term_len - 1};
            quern_xapian_prefixed(&term, "S", form);
            QUERN_TRY(add(d, &term, token->position + 1, 0, err));
        }
    }
    return QUERN_OK;
}

static quern_status add_boolean(draft *d, const quern_xapian_term *term, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(d->db, &why,
                     xapian_c_document_add_boolean_term(d->doc, quern_xapian_bytes(term), &why),
                     err);
    return QUERN_OK;
}

typedef struct fields {
    draft *d;
    quern_status status;
    quern_error *err;
} fields;

static int add_field_term(const char *term, size_t len, void *payload)
{
    fields *f = payload;
    quern_xapian_term name;
    quern_xapian_name(&name, term, len);
    f->status = add_boolean(f->d, &name, f->err);
    return f->status != QUERN_OK;
}

/* The fields as other tools know them, and all that queries look for. */
static quern_status add_fields(draft *d, quern_error *err)
{
    writer *w = d->w;
    fields f = {d, QUERN_OK, err};
    quern_field_source source = {d->in->title, d->in->fields, d->in->n_fields};
    for (size_t i = 0; i < d->in->n_fields; i++) {
        const quern_field *field = &d->in->fields[i];
        quern_xapian_term term;
        if (field->name.len > 0) {
            quern_xapian_field(&term, field);
            QUERN_TRY(add_boolean(d, &term, err));
        }
    }
    quern_status status =
        w->text->fields_each(w->analysis, &w->probe, &source, add_field_term, &f, err);
    return f.status ? f.status : status;
}

static quern_status add_selecting(draft *d, quern_error *err)
{
    xapian_c_error why;
    QUERN_TRY(add_boolean(d, &d->key, err));
    QUERN_TRY(add_boolean(d, &d->source, err));
    QUERN_TRY(add_fields(d, err));
    QUERN_XAPIAN_TRY(
        d->db, &why,
        xapian_c_document_add_value(d->doc, QUERN_XAPIAN_SLOT, quern_xapian_bytes(&d->key), &why),
        err);
    if (d->in->date != QUERN_NO_DATE) {
        char date[QUERN_XAPIAN_DATE_BYTES];
        quern_xapian_date(date, d->in->date);
        QUERN_XAPIAN_TRY(d->db, &why,
                         xapian_c_document_add_value(d->doc, QUERN_XAPIAN_DATE_SLOT,
                                                     xapian_c_span(date, sizeof date), &why),
                         err);
    }
    return QUERN_OK;
}

/* ---- An article ---- */

/* The part of the article's text that the record of passage i has. */
static void set_text(draft *d, uint32_t i)
{
    const quern_passages *p = &d->w->passages;
    quern_xapian_record *r = &d->record;
    size_t end = i + 1 < p->n ? (size_t)p->items[i].end : d->in->text.len;
    r->has_text = d->w->store_text;
    r->text_at = i > 0 ? p->items[i - 1].end : 0;
    r->text.data = d->in->text.len ? d->in->text.data + r->text_at : "";
    r->text.len = end - (size_t)r->text_at;
}

static quern_status set_record(draft *d, uint32_t i, quern_error *err)
{
    xapian_c_error why;
    writer *w = d->w;
    quern_stored_passage none = {0, 0, d->record.article.line, 1};
    d->record.number = i;
    d->record.place = w->passages.n > 0 ? w->passages.items[i] : none;
    set_text(d, i);
    quern_buf_clear(&w->data);
    quern_xapian_print(&d->record, &w->data);
    if (w->data.status) {
        return quern_fail_nomem(err);
    }
    if (d->doc) {
        QUERN_XAPIAN_TRY(
            d->db, &why,
            xapian_c_document_set_data(d->doc, xapian_c_span(w->data.data, w->data.len), &why),
            err);
    }
    return QUERN_OK;
}

static quern_status fill_document(draft *d, uint32_t i, quern_error *err)
{
    xapian_c_error why;
    writer *w = d->w;
    quern_string text = {"", 0};
    uint32_t from = 1;
    if (w->passages.n > 0) {
        text.data = d->in->text.data + w->passages.items[i].start;
        text.len = (size_t)(w->passages.items[i].end - w->passages.items[i].start);
    }
    QUERN_TRY(w->text->analysis_text(w->analysis, text.data, text.len, &w->tokens, err));
    d->record.title_words = 0;
    if (d->title_words > 0 && !(d->in->title_in_text && i == 0 && text.len > 0)) {
        d->record.title_words = d->title_words;
        QUERN_TRY(add_tokens(d, w->title.items, d->n_title, 1, err));
        from = d->title_words + QUERN_XAPIAN_GAP;
    }
    QUERN_TRY(add_tokens(d, w->tokens.items, w->tokens.n, from, err));
    QUERN_TRY(add_title_terms(d, err));
    QUERN_TRY(add_selecting(d, err));
    QUERN_TRY(set_record(d, i, err));
    QUERN_XAPIAN_TRY(d->db, &why, xapian_c_database_add_document(d->db->db, d->doc, NULL, &why),
                     err);
    return QUERN_OK;
}

static quern_status add_passage(draft *d, uint32_t i, quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(d->db, &why, xapian_c_document_new(&d->doc, &why), err);
    quern_status status = fill_document(d, i, err);
    xapian_c_document_free(d->doc);
    d->doc = NULL;
    return status;
}

/* An article without a passage is no document: it would count as one. */
static quern_status add_empty(draft *d, quern_error *err)
{
    quern_xapian_term name;
    QUERN_TRY(set_record(d, 0, err));
    empty_name(&name, d->in->source, d->in->id);
    quern_string key = {name.bytes, name.len};
    quern_string value = {(const char *)d->w->data.data, d->w->data.len};
    d->db->totals.n_empty++;
    return quern_xapian_set_meta(d->db, key, value, err);
}

static quern_status cut(draft *d, quern_error *err)
{
    writer *w = d->w;
    const quern_article *in = d->in;
    quern_passages_options options = {w->passage_words, in->line ? in->line : 1, in->id.len > 0};
    if (w->text->analysis_memory(w->analysis) > WORDS_MEMORY) {
        w->text->analysis_reset(w->analysis);
    }
    w->title.n = 0;
    if (w->pool_titles && in->title.len > 0) {
        QUERN_TRY(
            w->text->analysis_text(w->analysis, in->title.data, in->title.len, &w->title, err));
    }
    while (d->n_title < w->title.n && w->title.items[d->n_title].position < TITLE_POSITIONS) {
        d->title_words = w->title.items[d->n_title++].position + 1;
    }
    QUERN_TRY(w->text->passages_cut(in->text.data, in->text.len, &options, &w->passages, err));
    d->n_passages = (uint32_t)w->passages.n;
    if (w->passages.n == 0 && d->title_words > 0) {
        d->n_passages = 1;
    }
    return QUERN_OK;
}

static void describe(draft *d)
{
    quern_stored_article *a = &d->record.article;
    const quern_article *in = d->in;
    d->record.source = in->source;
    d->record.id = in->id;
    a->title = in->title;
    a->language = in->language;
    a->date = in->date;
    a->fields = in->fields;
    a->n_fields = in->n_fields;
    a->line = in->line ? in->line : 1;
    a->title_words = d->title_words;
    a->title_in_text = in->title_in_text != 0;
    a->offsets_in_text = in->offsets_in_text != 0;
    a->analysed_in = d->language;
    a->text_bytes = in->text.len;
    a->n_passages = d->n_passages;
}

quern_status quern_xapian_put(quern_engine_db *db, const quern_article *article, uint32_t language,
                              quern_error *err)
{
    uint64_t n = 0;
    draft d;
    memset(&d, 0, sizeof d);
    d.db = db;
    d.w = db->writer;
    d.in = article;
    d.language = language;
    (void)d.w->text->analysis_use(d.w->analysis, language);
    QUERN_TRY(quern_xapian_remove_article(db, article->source, article->id, &n, err));
    quern_xapian_key(&d.key, "Q", article->source, article->id);
    quern_xapian_prefixed(&d.source, "P", article->source);
    QUERN_TRY(cut(&d, err));
    describe(&d);
    for (uint32_t i = 0; i < d.n_passages; i++) {
        QUERN_TRY(add_passage(&d, i, err));
    }
    if (d.n_passages == 0) {
        QUERN_TRY(add_empty(&d, err));
    }
    db->totals.n_articles++;
    db->totals.text_bytes += article->text.len;
    return QUERN_OK;
}

/* ---- Commits ---- */

quern_status quern_xapian_commit(quern_engine_db *db, quern_error *err)
{
    xapian_c_error why;
    db->totals.generation++;
    QUERN_TRY(quern_xapian_write_totals(db, err));
    db->writer->in_transaction = 0;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_commit_transaction(db->db, &why), err);
    quern_error cause;
    if (quern_xapian_sync(db->path, &cause)) {
        return quern_fail(err, QUERN_E_UNKNOWN_OUTCOME,
                          "cannot say whether the commit is on disk: %s - open the index again to "
                          "see",
                          cause.message);
    }
    return begin(db, err);
}

/* Writes a compact copy to DIR/tmp-glass. */
static quern_status write_compact(quern_engine_db *db, const char *temp, quern_error *err)
{
    xapian_c_error why;
    xapian_c_compact how;
    xapian_c_database *from = NULL;
    xapian_c_compact_init(&how);
    how.flags = XAPIAN_C_COMPACT_NO_RENUMBER;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_open(db->path, 0, &from, &why), err);
    quern_status status = xapian_c_database_compact(from, temp, &how, &why)
                              ? quern_xapian_fail(db, &why, err)
                              : quern_xapian_sync(temp, err);
    xapian_c_database_free(from);
    return status;
}

static quern_status exchange(quern_engine_db *db, const char *temp, quern_error *err)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, db->path, RENAME_EXCHANGE)) {
        return errno == EINVAL || errno == ENOSYS
                   ? QUERN_OK /* this file system cannot: the old one stays, which is as good */
                   : quern_fail_os(err, errno, "cannot put %s in its place", temp);
    }
    return quern_xapian_sync(db->dir, err);
}

quern_status quern_xapian_optimize(quern_engine_db *db, quern_error *err)
{
    char *temp = quern_files_join(db->dir, "tmp-glass");
    if (!temp) {
        return quern_fail_nomem(err);
    }
    (void)xapian_c_database_cancel_transaction(db->db, NULL); /* it is empty */
    db->writer->in_transaction = 0;
    xapian_c_database_free(db->db);
    db->db = NULL;
    quern_status status = write_compact(db, temp, err);
    if (!status) {
        status = exchange(db, temp, err);
    }
    quern_xapian_sweep(db->dir);
    if (!status) {
        status = open_database(db, err);
    }
    quern_free(temp);
    return status;
}
