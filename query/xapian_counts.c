/* SPDX-License-Identifier: MIT */
/* xapian_counts - how many documents of the database of the xapian engine have a term, and which
 * exact forms there are. Part of its module. */
#include "index/xapian_db.h"

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

typedef struct form_walk {
    quern_engine_db *db;
    quern_engine_form_fn each;
    void *payload;
    int stopped;
} form_walk;

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
    w->stopped = w->each(form, df, w->payload) != 0;
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
    return got > XAPIAN_C_END ? quern_xapian_fail(w->db, &why, err) : QUERN_OK;
}

quern_status quern_xapian_each_form(quern_engine_db *db, quern_string prefix,
                                    quern_engine_form_fn each, void *payload, quern_error *err)
{
    xapian_c_error why;
    form_walk w = {db, each, payload, 0};
    xapian_c_term_iterator *it = NULL;
    quern_status status = QUERN_OK;
    quern_xapian_begin(db);
    if (xapian_c_database_all_terms(db->db, xapian_c_span(prefix.data, prefix.len), &it, &why)) {
        status = quern_xapian_fail(db, &why, err);
    } else {
        status = walk_forms(&w, it, err);
    }
    xapian_c_term_iterator_free(it);
    quern_xapian_end(db);
    return status;
}
