/* SPDX-License-Identifier: MIT */
/* xapian_terms - see xapian_terms.h. */
#include "query/xapian_terms.h"

#include "base/bm25.h"
#include "base/buf.h"
#include "query/deadline.h"
#include "query/glob.h"
#include "query/number.h"

/* Behind the prefixes, which are capital letters, and before all words. */
#define BEHIND_PREFIXES "["
#define OTHER_FORMS "Xe" /* a form and, behind =, its stem */

enum { FORMS_A_LOOK = 256 }; /* for each look at the clock */

enum { KIND_WORD = 1, KIND_EXACT = 5, KIND_FIELD = 6 }; /* the kinds of stemmer/analysis.h */

static quern_string bytes_of(const quern_plan *plan, uint32_t number)
{
    quern_string out = {plan->terms[number].bytes, plan->terms[number].len};
    return out;
}

static int is_equal(quern_string a, quern_string b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

void quern_xapian_names_finish(quern_xapian_names *names)
{
    quern_free(names->items);
    memset(names, 0, sizeof *names);
}

static quern_status add_name(quern_xapian_names *names, const quern_xapian_term *name,
                             quern_error *err)
{
    if (quern_grow(&names->items, &names->cap, names->n + 1, sizeof *names->items)) {
        return quern_fail_nomem(err);
    }
    names->items[names->n++] = *name;
    return QUERN_OK;
}

/* ---- Exact forms ---- */

static quern_status name_form(const quern_engine_question *question, quern_string form,
                              quern_string stem, quern_xapian_term *out, quern_error *err)
{
    quern_string own = {"", 0};
    QUERN_TRY(question->stem(question->payload, form, &own, err));
    quern_xapian_form(out, form, is_equal(own, stem) ? NULL : &stem);
    return QUERN_OK;
}

quern_status quern_xapian_terms_form(const quern_engine_question *question, uint32_t form,
                                     uint32_t stem, quern_xapian_term *out, quern_error *err)
{
    quern_string stem_bytes = bytes_of(question->plan, stem);
    if (form == QUERN_PLAN_NONE) {
        quern_xapian_name(out, stem_bytes.data, stem_bytes.len);
        return QUERN_OK;
    }
    return name_form(question, bytes_of(question->plan, form), stem_bytes, out, err);
}

/* ---- Paths and numbers ---- */

/* Whether the source of the documents of a P term that has a hash in place of its end fits. */
static quern_status fits_document(quern_engine_db *db, xapian_c_bytes term, quern_string glob,
                                  int *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_posting_iterator *it = NULL;
    quern_xapian_record record;
    quern_arena arena;
    quern_arena_init(&arena);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_postings(db->db, term, &it, &why), err);
    xapian_c_status step = xapian_c_posting_iterator_next(it, &why);
    quern_status status = step > XAPIAN_C_END ? quern_xapian_fail(db, &why, err) : QUERN_OK;
    *out = 0;
    if (step == XAPIAN_C_OK) {
        status = quern_xapian_read(db, xapian_c_posting_iterator_docid(it), &arena, &record, err);
        *out = !status && quern_glob_fits(glob, record.source);
    }
    xapian_c_posting_iterator_free(it);
    quern_arena_finish(&arena);
    return status;
}

static quern_status fits_path(quern_engine_db *db, const quern_plan_node *node, xapian_c_bytes term,
                              int *out, quern_error *err)
{
    quern_string glob = {node->pattern.bytes, node->pattern.len};
    quern_string source = {term.data + 1, term.len - 1};
    if (quern_xapian_is_cut(term)) {
        return fits_document(db, term, glob, out, err);
    }
    *out = quern_glob_fits(glob, source);
    return QUERN_OK;
}

/* Whether the value behind the prefix is a number in the range. */
static int fits_number(const quern_plan_node *node, xapian_c_bytes term, size_t prefix)
{
    double number;
    quern_string value = {term.data + prefix, term.len - prefix};
    return quern_number_read(value, &number) && number >= node->low && number <= node->high;
}

/* What the names of the terms that may be meant begin with. */
static quern_status name_prefix(const quern_plan_node *node, quern_xapian_term *out,
                                quern_error *err)
{
    quern_buf field = {0};
    if (node->op == QUERN_PLAN_PATH) {
        quern_string literal = {node->pattern.bytes, node->pattern.len};
        literal.len = quern_glob_literal(literal);
        literal.len = literal.len < QUERN_XAPIAN_KEPT - 1 ? literal.len : QUERN_XAPIAN_KEPT - 1;
        quern_xapian_prefixed(out, "P", literal);
        return QUERN_OK;
    }
    quern_buf_u8(&field, KIND_FIELD);
    quern_buf_bytes(&field, node->field, strlen(node->field));
    quern_buf_u8(&field, 0);
    quern_buf_u8(&field, 'v');
    if (!field.status) {
        quern_xapian_name(out, (const char *)field.data, field.len);
    }
    quern_status status = field.status ? quern_fail_nomem(err) : QUERN_OK;
    quern_buf_finish(&field);
    return status;
}

static quern_status add_found(quern_xapian_names *out, xapian_c_bytes term, quern_error *err)
{
    quern_xapian_term name = {0, 0, ""};
    name.len = term.len < sizeof name.bytes ? term.len : sizeof name.bytes;
    memcpy(name.bytes, term.data, name.len);
    return add_name(out, &name, err);
}

quern_status quern_xapian_terms_select(quern_engine_db *db, const quern_plan_node *node,
                                       quern_xapian_names *out, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status step;
    xapian_c_term_iterator *it = NULL;
    quern_xapian_term prefix = {0, 0, ""};
    quern_status status = QUERN_OK;
    memset(out, 0, sizeof *out);
    QUERN_TRY(name_prefix(node, &prefix, err));
    QUERN_XAPIAN_TRY(
        db, &why, xapian_c_database_all_terms(db->db, quern_xapian_bytes(&prefix), &it, &why), err);
    while (!status && (step = xapian_c_term_iterator_next(it, &why)) != XAPIAN_C_END) {
        xapian_c_bytes term = xapian_c_term_iterator_term(it);
        int fits = 0;
        if (step) {
            status = quern_xapian_fail(db, &why, err);
        } else if (node->op == QUERN_PLAN_PATH) {
            status = fits_path(db, node, term, &fits, err);
        } else {
            fits = fits_number(node, term, prefix.len);
        }
        status = fits ? add_found(out, term, err) : status;
    }
    xapian_c_term_iterator_free(it);
    return status;
}

/* ---- Patterns ---- */

typedef struct expanding {
    quern_engine_db *db;
    const quern_engine_question *question;
    quern_expander *expander;
    int is_other; /* names are those of OTHER_FORMS */
} expanding;

/* The form and the stem that a name stands for; with a byte of kind each, in `room`. *stem stays
 * where the pattern does not match. */
static quern_status read_name(const expanding *x, xapian_c_bytes name, char room[2][256],
                              quern_string *form, quern_string *stem, quern_error *err)
{
    size_t at = x->is_other ? strlen(OTHER_FORMS) : 0;
    const char *mark = x->is_other ? memrchr(name.data, '=', name.len) : NULL;
    size_t end = mark ? (size_t)(mark - name.data) : name.len;
    room[0][0] = KIND_EXACT;
    memcpy(room[0] + 1, name.data + at, end - at);
    form->data = room[0];
    form->len = end - at + 1;
    quern_string bare = {form->data + 1, form->len - 1};
    if (!quern_glob_matches(x->expander->pattern, bare)) {
        return QUERN_OK;
    }
    if (!mark) {
        return x->question->stem(x->question->payload, *form, stem, err);
    }
    room[1][0] = KIND_WORD;
    memcpy(room[1] + 1, mark + 1, name.len - end - 1);
    stem->data = room[1];
    stem->len = name.len - end;
    return QUERN_OK;
}

static quern_status offer(const expanding *x, const xapian_c_term_iterator *it, quern_error *err)
{
    xapian_c_error why;
    uint32_t df = 0;
    char room[2][256];
    quern_string form;
    quern_string stem = {"", 0};
    xapian_c_bytes name = xapian_c_term_iterator_term(it);
    if (quern_xapian_is_cut(name)) {
        return QUERN_OK; /* longer than any form */
    }
    QUERN_TRY(read_name(x, name, room, &form, &stem, err));
    quern_string bare = {form.data + 1, form.len - 1};
    if (stem.len == 0) {
        return QUERN_OK;
    }
    QUERN_XAPIAN_TRY(x->db, &why, xapian_c_term_iterator_termfreq(it, &df, &why), err);
    return quern_expander_offer(x->expander, bare, stem, df, err);
}

static int is_prefixed(const xapian_c_term_iterator *it)
{
    xapian_c_bytes name = xapian_c_term_iterator_term(it);
    return name.len > 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
}

/* Offers all words, or all of OTHER_FORMS, that begin with what the pattern does. */
static quern_status offer_all(const expanding *x, quern_error *err)
{
    xapian_c_error why;
    xapian_c_term_iterator *it = NULL;
    quern_xapian_term prefix;
    quern_status status = QUERN_OK;
    quern_xapian_prefixed(&prefix, x->is_other ? OTHER_FORMS : "",
                          quern_expander_prefix(x->expander));
    QUERN_XAPIAN_TRY(x->db, &why,
                     xapian_c_database_all_terms(x->db->db, quern_xapian_bytes(&prefix), &it, &why),
                     err);
    xapian_c_status step = xapian_c_term_iterator_next(it, &why);
    for (size_t i = 1; !status && step == XAPIAN_C_OK; i++) {
        if (i % FORMS_A_LOOK == 0 && quern_deadline_check(x->question->deadline)) {
            break;
        }
        if (!x->is_other && is_prefixed(it)) {
            step = xapian_c_term_iterator_skip_to(it, xapian_c_text(BEHIND_PREFIXES), &why);
            continue;
        }
        status = offer(x, it, err);
        step = status ? step : xapian_c_term_iterator_next(it, &why);
    }
    if (!status && step > XAPIAN_C_END) {
        status = quern_xapian_fail(x->db, &why, err);
    }
    xapian_c_term_iterator_free(it);
    return status;
}

static quern_status expand_one(quern_engine_db *db, const quern_engine_question *question,
                               const quern_plan_pattern *pattern, quern_arena *arena,
                               quern_expansion *out, quern_error *err)
{
    quern_expander expander;
    expanding x = {db, question, &expander, 0};
    quern_expander_init(&expander, pattern, question->plan->n_expands);
    quern_status status = offer_all(&x, err);
    x.is_other = 1;
    status = status ? status : offer_all(&x, err);
    status = status ? status : quern_expander_end(&expander, arena, out, err);
    out->is_cut = question->deadline && question->deadline->is_over;
    quern_expander_finish(&expander);
    return status;
}

quern_status quern_xapian_terms_expand(quern_engine_db *db, const quern_engine_question *question,
                                       quern_expansions *out, quern_error *err)
{
    const quern_plan *plan = question->plan;
    if (plan->n_expands == 0) {
        return QUERN_OK;
    }
    out->items = quern_arena_alloc(&out->arena, plan->n_expands * sizeof *out->items);
    if (!out->items) {
        return quern_fail_nomem(err);
    }
    for (; out->n < plan->n_expands; out->n++) {
        QUERN_TRY(expand_one(db, question, &plan->expands[out->n]->pattern, &out->arena,
                             &out->items[out->n], err));
    }
    return QUERN_OK;
}

/* ---- The stems of an expansion or a SAME ---- */

/* The i-th form of an EXPAND, by stem. */
static const quern_expanded *nth(const quern_engine_question *question, const quern_plan_node *node,
                                 uint32_t i)
{
    const quern_expansion *e = &question->expansions->items[node->number];
    return &e->items[e->by_stem[i]];
}

static uint32_t count_forms(const quern_engine_question *question, const quern_plan_node *node)
{
    return node->op == QUERN_PLAN_SAME ? node->n_members
                                       : question->expansions->items[node->number].n;
}

static quern_string nth_stem(const quern_engine_question *question, const quern_plan_node *node,
                             uint32_t i)
{
    return node->op == QUERN_PLAN_SAME ? bytes_of(question->plan, node->members[i].term)
                                       : nth(question, node, i)->stem;
}

static quern_status count(quern_engine_db *db, quern_string stem, uint32_t *df, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_term name;
    quern_xapian_name(&name, stem.data, stem.len);
    QUERN_XAPIAN_TRY(db, &why,
                     xapian_c_database_termfreq(db->db, quern_xapian_bytes(&name), df, &why), err);
    return QUERN_OK;
}

static quern_status add_form(const quern_engine_question *question, const quern_expanded *from,
                             quern_xapian_names *out, quern_error *err)
{
    char form[QUERN_XAPIAN_TERM_MAX + 1];
    quern_xapian_term name;
    quern_string bytes = {form, from->form.len + 1};
    form[0] = KIND_EXACT;
    memcpy(form + 1, from->form.data, from->form.len);
    QUERN_TRY(name_form(question, bytes, from->stem, &name, err));
    return add_name(out, &name, err);
}

/* Adds the name of the i-th form, unless any will do. */
static quern_status add_nth(quern_engine_db *db, const quern_engine_question *question,
                            quern_xapian_stem *s, uint32_t i, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_term name;
    int exists = 0;
    if (s->node->op == QUERN_PLAN_EXPAND) {
        return add_form(question, nth(question, s->node, i), &s->forms, err);
    }
    const quern_plan_member *m = &s->node->members[i];
    s->is_any |= m->form == QUERN_PLAN_NONE;
    if (s->is_any) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_xapian_terms_form(question, m->form, m->term, &name, err));
    QUERN_XAPIAN_TRY(
        db, &why, xapian_c_database_term_exists(db->db, quern_xapian_bytes(&name), &exists, &why),
        err);
    return exists ? add_name(&s->forms, &name, err) : QUERN_OK;
}

/* Sets what is said of the stem whose forms begin at s->from. */
static quern_status read_stem(quern_engine_db *db, const quern_engine_question *question,
                              quern_xapian_stem *s, int *more, quern_error *err)
{
    xapian_c_error why;
    uint32_t df = 0;
    uint32_t n = 0;
    uint32_t n_forms = count_forms(question, s->node);
    *more = s->from < n_forms;
    if (!*more) {
        return QUERN_OK;
    }
    quern_string stem = nth_stem(question, s->node, s->from);
    s->forms.n = 0;
    s->is_any = 0;
    for (s->to = s->from; s->to < n_forms && is_equal(nth_stem(question, s->node, s->to), stem);
         s->to++) {
        QUERN_TRY(add_nth(db, question, s, s->to, err));
    }
    quern_xapian_name(&s->name, stem.data, stem.len);
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_doccount(db->db, &n, &why), err);
    QUERN_TRY(count(db, stem, &df, err));
    s->own = df ? quern_bm25_idf(n, df) : 1.0;
    return QUERN_OK;
}

quern_status quern_xapian_stem_first(quern_engine_db *db, const quern_engine_question *question,
                                     const quern_plan_node *node, quern_xapian_stem *out, int *more,
                                     quern_error *err)
{
    xapian_c_error why;
    uint32_t n = 0;
    uint32_t most = 1;
    memset(out, 0, sizeof *out);
    out->node = node;
    QUERN_XAPIAN_TRY(db, &why, xapian_c_database_doccount(db->db, &n, &why), err);
    for (uint32_t i = 0; i < count_forms(question, node); i++) {
        uint32_t df = 0;
        QUERN_TRY(count(db, nth_stem(question, node, i), &df, err));
        most = df > most ? df : most;
    }
    out->shared = quern_bm25_idf(n, most);
    return read_stem(db, question, out, more, err);
}

quern_status quern_xapian_stem_next(quern_engine_db *db, const quern_engine_question *question,
                                    quern_xapian_stem *s, int *more, quern_error *err)
{
    s->from = s->to;
    return read_stem(db, question, s, more, err);
}

void quern_xapian_stem_finish(quern_xapian_stem *s)
{
    quern_xapian_names_finish(&s->forms);
}
