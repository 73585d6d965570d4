/* SPDX-License-Identifier: MIT */
/* xapian_counts - how many documents of the database of the xapian engine have a term, and which
 * exact forms there are. Part of its module. */
#include "index/xapian_db.h"

#include "base/strings.h"

#include <stdlib.h>

static quern_status count_all(quern_engine_db *db, const quern_string *terms, size_t n,
                              uint64_t *out, quern_error *err)
{
    xapian_c_error why;
    for (size_t i = 0; i < n; i++) {
        quern_xapian_term name;
        uint32_t df = 0;
        quern_xapian_name(&name, terms[i].data, terms[i].len);
        QUERN_XAPIAN_TRY(db, &why,
                         xapian_c_database_termfreq(db->db, quern_xapian_bytes(&name), &df, &why),
                         err);
        out[i] = df;
    }
    return QUERN_OK;
}

quern_status quern_xapian_count(quern_engine_db *db, const quern_string *terms, size_t n,
                                uint64_t *out, quern_error *err)
{
    quern_status status;
    int tries = 0;
    quern_xapian_begin(db);
    do {
        status = count_all(db, terms, n, out, err);
    } while (quern_xapian_again(db, &tries, &status, err));
    quern_xapian_end(db);
    return status;
}

static quern_status has_term(quern_engine_db *db, quern_string prefix, int *out, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_term name;
    xapian_c_term_iterator *it = NULL;
    quern_xapian_name(&name, prefix.data, prefix.len);
    QUERN_XAPIAN_TRY(
        db, &why, xapian_c_database_all_terms(db->db, quern_xapian_bytes(&name), &it, &why), err);
    xapian_c_status got = xapian_c_term_iterator_next(it, &why);
    quern_status status = got > XAPIAN_C_END ? quern_xapian_fail(db, &why, err) : QUERN_OK;
    *out = got == XAPIAN_C_OK;
    xapian_c_term_iterator_free(it);
    return status;
}

quern_status quern_xapian_has_terms(quern_engine_db *db, quern_string prefix, int *out,
                                    quern_error *err)
{
    quern_status status;
    int tries = 0;
    *out = 0;
    quern_xapian_begin(db);
    do {
        status = has_term(db, prefix, out, err);
    } while (quern_xapian_again(db, &tries, &status, err));
    quern_xapian_end(db);
    return status;
}

/* ---- Exact forms ---- */

/* A form, and how many documents have it with another stem than the one that it has alone. */
typedef struct other_form {
    quern_string form; /* in the arena */
    uint64_t n;
} other_form;

typedef struct form_walk {
    quern_engine_db *db;
    quern_engine_form_fn each;
    void *payload;
    int stopped;
    quern_arena arena;
    other_form *others; /* that were not given yet begin at next_other */
    size_t n_others, cap_others, next_other;
} form_walk;

static int by_form(const void *a, const void *b)
{
    return quern_string_compare(((const other_form *)a)->form, ((const other_form *)b)->form);
}

/* Keeps the form of a name, Xeform=stem. */
static quern_status keep_other(form_walk *w, xapian_c_term_iterator *it, quern_error *err)
{
    xapian_c_error why;
    uint32_t df = 0;
    xapian_c_bytes name = xapian_c_term_iterator_term(it);
    const char *mark = name.len > 2 ? memrchr(name.data, '=', name.len) : NULL;
    if (!mark || memchr(name.data, '\1', name.len)) {
        return QUERN_OK;
    }
    QUERN_XAPIAN_TRY(w->db, &why, xapian_c_term_iterator_termfreq(it, &df, &why), err);
    other_form other = {{NULL, (size_t)(mark - name.data) - 2}, df};
    other.form.data = quern_arena_copy(&w->arena, name.data + 2, other.form.len);
    if (!other.form.data ||
        quern_grow(&w->others, &w->cap_others, w->n_others + 1, sizeof *w->others)) {
        return quern_fail_nomem(err);
    }
    w->others[w->n_others++] = other;
    return QUERN_OK;
}

/* Reads the forms that are there with other stems, in the order of their bytes. */
static quern_status read_others(form_walk *w, quern_string prefix, quern_error *err)
{
    xapian_c_error why;
    quern_xapian_term name;
    xapian_c_term_iterator *it = NULL;
    xapian_c_status got;
    quern_status status = QUERN_OK;
    quern_xapian_prefixed(&name, "Xe", prefix);
    QUERN_XAPIAN_TRY(w->db, &why,
                     xapian_c_database_all_terms(w->db->db, quern_xapian_bytes(&name), &it, &why),
                     err);
    while ((got = xapian_c_term_iterator_next(it, &why)) == XAPIAN_C_OK && !status) {
        status = keep_other(w, it, err);
    }
    if (!status && got > XAPIAN_C_END) {
        status = quern_xapian_fail(w->db, &why, err);
    }
    xapian_c_term_iterator_free(it);
    if (w->n_others > 1) {
        qsort(w->others, w->n_others, sizeof *w->others, by_form);
    }
    return status;
}

/* Counts and passes over the next of the other forms, which is all that are alike. */
static uint64_t take_other(form_walk *w)
{
    const other_form *first = &w->others[w->next_other];
    uint64_t n = 0;
    while (w->next_other < w->n_others &&
           quern_string_compare(w->others[w->next_other].form, first->form) == 0) {
        n += w->others[w->next_other++].n;
    }
    return n;
}

/* Gives the other forms before this one; all that are left where it is NULL. */
static void give_others(form_walk *w, const quern_string *before)
{
    while (w->next_other < w->n_others && !w->stopped) {
        quern_string form = w->others[w->next_other].form;
        if (before && quern_string_compare(form, *before) >= 0) {
            break;
        }
        w->stopped = w->each(form, take_other(w), w->payload) != 0;
    }
}

/* Forms stand as themselves; all that begins with a capital letter is something else, and a name
 * that was cut is no whole form. */
static quern_status visit(form_walk *w, xapian_c_term_iterator *it, quern_error *err)
{
    xapian_c_error why;
    uint32_t df = 0;
    xapian_c_bytes term = xapian_c_term_iterator_term(it);
    if (memchr(term.data, '\1', term.len)) {
        return QUERN_OK;
    }
    QUERN_XAPIAN_TRY(w->db, &why, xapian_c_term_iterator_termfreq(it, &df, &why), err);
    quern_string form = {term.data, term.len};
    uint64_t n = df;
    give_others(w, &form);
    if (w->next_other < w->n_others &&
        quern_string_compare(w->others[w->next_other].form, form) == 0) {
        n += take_other(w);
    }
    w->stopped = w->stopped || w->each(form, n, w->payload) != 0;
    return QUERN_OK;
}

static quern_status walk_forms(form_walk *w, xapian_c_term_iterator *it, quern_error *err)
{
    xapian_c_error why;
    xapian_c_status got = xapian_c_term_iterator_next(it, &why);
    while (got == XAPIAN_C_OK && !w->stopped) {
        xapian_c_bytes term = xapian_c_term_iterator_term(it);
        if (term.len > 0 && term.data[0] >= 'A' && term.data[0] <= 'Z') {
            got = xapian_c_term_iterator_skip_to(it, xapian_c_span("[", 1), &why);
            continue;
        }
        QUERN_TRY(visit(w, it, err));
        got = xapian_c_term_iterator_next(it, &why);
    }
    give_others(w, NULL);
    return got > XAPIAN_C_END ? quern_xapian_fail(w->db, &why, err) : QUERN_OK;
}

quern_status quern_xapian_each_form(quern_engine_db *db, quern_string prefix,
                                    quern_engine_form_fn each, void *payload, quern_error *err)
{
    xapian_c_error why;
    form_walk w = {.db = db, .each = each, .payload = payload};
    xapian_c_term_iterator *it = NULL;
    quern_xapian_begin(db);
    quern_status status = read_others(&w, prefix, err);
    if (!status &&
        xapian_c_database_all_terms(db->db, xapian_c_span(prefix.data, prefix.len), &it, &why)) {
        status = quern_xapian_fail(db, &why, err);
    } else if (!status) {
        status = walk_forms(&w, it, err);
    }
    xapian_c_term_iterator_free(it);
    quern_xapian_end(db);
    quern_free(w.others);
    quern_arena_finish(&w.arena);
    return status;
}
