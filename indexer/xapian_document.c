/* SPDX-License-Identifier: MIT */
/* xapian_document - an article becomes documents of Xapian, one a passage; index/xapian_db.h says
 * what a document looks like. Part of the module of the xapian engine.
 *
 * An article is cut and analysed as the native inverter does it (inverter.h), so passages, terms,
 * positions and lengths are the same: a term stands once at a position; a title, its first 100
 * positions, is pooled into each passage but the one that holds its line; an article of a title
 * alone has one passage, bytes [0, 0).
 */
#include "indexer/xapian_writer.h"

enum {
    TITLE_POSITIONS = 100,
    WORDS_MEMORY = 64 << 20 /* bytes of words that analysis may keep */
};

/* What is known of a form: its quern_word's `user`. */
enum { FORM_NEW = 0, FORM_PLAIN = 1, FORM_OTHER = 2 };

typedef quern_xapian_writer writer;

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
    quern_xapian_empty_name(&name, d->in->source, d->in->id);
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
